"""``goldilocks migrate``: what it shows, asks and writes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from goldilocks.cli import migrate

BEFORE = "import os\nfrom pyramid.view import view_config\nimport pyramid_tm\nx = 'a pyramid'\n"
AFTER = BEFORE.replace("from pyramid.", "from goldilocks.")


@pytest.fixture
def old(project):
    """Write an application for Pyramid."""
    return project("shop/views.py", BEFORE)


@pytest.fixture
def person(monkeypatch):
    """Let somebody sit at the terminal, who answers."""

    def answer(is_there, yes=True):
        terminal = SimpleNamespace(isatty=lambda: is_there)
        monkeypatch.setattr(
            migrate, "sys", SimpleNamespace(stdin=terminal, stdout=terminal, exit=migrate.sys.exit)
        )
        monkeypatch.setattr(migrate.click, "confirm", lambda question: yes)

    return answer


def test_nobody_to_ask(old, goldilocks):
    """Without a terminal the changes are shown, and nothing is written."""
    output = goldilocks("migrate", "shop")
    assert "-from pyramid.view import view_config\n+from goldilocks.view import view_config\n" in output
    assert "Left to you:\n  views.py:4: this word may mean anything\n      x = 'a pyramid'\n" in output
    assert (
        "1 file of 1 would be rewritten; nothing was written (--write does it).\n1 line is left to you"
        in output
    )
    assert "these add-ons import pyramid: pyramid_tm." in output
    assert old.read_text() == BEFORE


def test_write(old, goldilocks):
    """--write writes without asking; a second run finds nothing to do."""
    assert "Rewrote 1 file of 1." in goldilocks("migrate", "shop", "--write")
    assert old.read_text() == AFTER
    output = goldilocks("migrate", "shop", "--write")
    assert output.endswith("Nothing to rewrite in 1 file.\n1 line is left to you, see above.\n")


@pytest.mark.parametrize(("yes", "text"), [(True, AFTER), (False, BEFORE)])
def test_asked(old, goldilocks, person, yes, text):
    """At a terminal the changes are written if somebody agrees."""
    person(is_there=True, yes=yes)
    goldilocks("migrate", "shop")
    assert old.read_text() == text


def test_dry_run(old, goldilocks, person):
    """--dry-run neither asks nor writes; --quiet shows no diff."""
    person(is_there=True)
    assert "+from" not in goldilocks("migrate", "shop", "--dry-run", "--quiet")
    assert old.read_text() == BEFORE
    assert "not both" in goldilocks("migrate", "shop", "--dry-run", "--write", code=2)


def test_unreadable_file(project, goldilocks):
    """A file that can't be read is told, and the exit code is 1."""
    project("shop/a.py", "print 'pyramid'")
    project("shop/b.py", "x = 'pyramid', \\\n    'a pyramid'")
    output = goldilocks("migrate", "shop", code=1)
    assert "Left alone, because they can't be read:\n  a.py: SyntaxError: " in output
    assert "Nothing to rewrite in 2 files.\n2 lines are left to you" in output


def test_nothing_left(project, goldilocks):
    """Where all is decided and no add-on is used, nothing is said of either."""
    project("shop/a.py", "import pyramid.view")
    output = goldilocks("migrate", "shop/a.py", "-w")
    assert "left to you" not in output
    assert "add-ons" not in output
    assert "run the tests." in output


@pytest.mark.parametrize("is_writing", [False, True])
def test_json(old, goldilocks, is_writing):
    """Programs get the files with their diffs and what is left."""
    found = goldilocks("migrate", "shop", "--json", *(["--write"] if is_writing else []))
    (file,) = found["files"]
    assert (found["written"], found["looked_at"], found["addons"]) == (is_writing, 1, ["pyramid_tm"])
    assert (file["name"], file["is_changed"], file["problem"]) == ("views.py", True, None)
    assert file["undecided"] == [{"line": 4, "text": "x = 'a pyramid'", "why": "this word may mean anything"}]
    assert "+from goldilocks.view import view_config" in file["diff"]
    assert old.read_text() == (AFTER if is_writing else BEFORE)
