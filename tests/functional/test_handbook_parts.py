"""The handbook without requests: names, texts, Markdown, differences, search, the collecting of the library."""

from __future__ import annotations

import doctest
import importlib
import re
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "handbook"))

from handbook import difference, files, library, paths, search, security, starter
from handbook.database import open_session
from handbook.markdown import is_safe_link, render
from handbook.models import User, open_database
from handbook.pages import MAX_BODY, Conflict, Refused, clean_text, move_page, save_page, summary_of
from sqlalchemy import select, true


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """A new handbook."""
    engine = open_database(str(tmp_path_factory.mktemp("handbook") / "handbook.sqlite"))
    starter.put_if_empty(engine)
    yield engine
    engine.dispose()


# -- paths -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["", "@@edit", "+files", "a/b", "..", ".hidden", "a b", "x\0", "x" * 81, "-x", "a\n"]
)
def test_names_that_mean_something_else_are_refused(name):
    assert paths.name_problem(name, "/team/")


@pytest.mark.parametrize("name", ["api", "search", "login", "logout", "static"])
def test_no_page_hides_behind_a_route(name):
    assert paths.name_problem(name, "/")
    assert paths.name_problem(name, "/team/") is None


@given(st.text(max_size=30))
def test_every_slug_is_a_name_or_empty(title):
    name = paths.slug(title)
    assert name == "" or paths.name_problem(name, "/team/") is None


@given(st.lists(st.from_regex(r"\w[\w.-]{0,5}", fullmatch=True), max_size=5))
def test_prefixes_go_down_to_the_page(segments):
    found = paths.prefixes(segments)
    assert found[0] == "/" and paths.segments_of(found[-1]) == segments
    assert all(paths.parent_of(below) == above for above, below in pairwise(found))


@given(st.lists(st.sampled_from("ab0!"), max_size=3), st.lists(st.sampled_from("ab0!"), max_size=3))
def test_a_subtree_is_a_range_of_paths(top, other):
    top_path, path = paths.prefixes(top)[-1], paths.prefixes(other)[-1]
    low, high = paths.subtree(top_path)
    assert (low <= path < high) == path.startswith(top_path)


# -- texts -------------------------------------------------------------------------------------------------------


def test_controls_and_foreign_line_ends_are_taken_out_of_a_text():
    assert clean_text("a\r\nb\rc\x00\x1b[1m\td\ud800  \n\n") == "a\nb\nc[1m\td"


def test_a_summary_passes_over_headings_and_code():
    assert (
        summary_of("# Title\n\n```python\ncode\n```\n\nSee [the *plan*](/plan/) **now**.")
        == "See the plan now."
    )


def test_a_summary_passes_over_a_heading_that_is_underlined():
    assert summary_of("```pydoc\nast\n~~~\n\nThe ast module.\n```") == "The ast module."


def test_a_difference_marks_the_words_that_changed():
    gone, new = difference.rows("We meet on Monday at ten", "We meet on Friday at ten")
    assert [piece.text for piece in gone.pieces if piece.changed] == ["Monday"]
    assert [piece.text for piece in new.pieces if piece.changed] == ["Friday"]


def test_words_are_compared_until_it_was_work_enough(monkeypatch):
    monkeypatch.setattr(difference, "MAX_WORD_COMPARISONS", 100)
    rows = difference.rows("We meet at ten\n" * 9, "We meet at six\n" * 9)
    marked = [row for row in rows if any(piece.changed for piece in row.pieces)]
    assert len(rows) == 18 and len(marked) == 4


@pytest.mark.parametrize("limit", [difference.MAX_COMPARISONS, 0])
@given(old=st.text("ab \n", max_size=40), new=st.text("ab \n", max_size=40))
def test_a_difference_holds_every_line_that_came_or_went(limit, old, new):
    """Also where the texts are too long to be compared closely (nothing is short enough for a limit of 0)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(difference, "MAX_COMPARISONS", limit)
        rows = difference.rows(old, new)
    assert bool(rows) == (old.splitlines() != new.splitlines())
    text = {kind: [row for row in rows if row.kind == kind] for kind in ("gone", "new", "same")}
    for row in text["gone"] + text["same"]:
        assert "".join(piece.text for piece in row.pieces) == old.splitlines()[row.old - 1]
    for row in text["new"]:
        assert "".join(piece.text for piece in row.pieces) == new.splitlines()[row.new - 1]


@pytest.mark.parametrize(
    "text", ["[", "[a](", "![", "](", "*a **b ", "_", "`", "[a][", "|a", "\n", "a\n=\n"], ids=repr
)
def test_no_text_takes_long(text):
    """Seconds for what takes hours if every beginning is looked for to the end."""
    text *= MAX_BODY // len(text)
    began = time.process_time()
    summary_of(text)
    search.marked(text)
    difference.rows(text, text[::-1])
    assert time.process_time() - began < 10


# -- Markdown ----------------------------------------------------------------------------------------------------

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java&#x0A;script:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](\x01javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml,<svg/onload=alert(1)>)",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    "[x](/a 'onmouseover=alert(1)')",
    '[x](/a"onmouseover="alert(1))',
    "`<script>`",
    "```<script>\n</pre><script>alert(1)</script>\n```",
    "```pydoc\n</pre><script>alert(1)</script>\n```",
    '# <script>alert(1)</script>\n## " onclick=alert(1) x="',
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "[x](//evil.example/)",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_script_gets_through_markdown(attack):
    html = render(attack).html
    tags = re.findall(r"<[^>]*>", html)
    assert not [
        tag for tag in tags if re.search(r"<\s*(script|svg|style|iframe|object)|\son\w+\s*=", tag, re.I)
    ]
    for address in re.findall(r'(?:href|src)="([^"]*)"', html):
        assert re.match(r"(https?:|mailto:|/|#|[^:]*$)", address), address


@given(st.text(alphabet="[]()<>!`*#\"'javscript:on=/\\& \n\t", max_size=60))
def test_what_is_rendered_holds_no_foreign_tag(text):
    tags = re.findall(r"</?(\w+)", render(text).html)
    assert set(tags) <= {
        *[
            "a",
            "blockquote",
            "br",
            "code",
            "em",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
            "img",
            "li",
            "ol",
            "p",
            "pre",
            "s",
            "strong",
            "ul",
            "del",
        ]
    }


@pytest.mark.parametrize(
    "address", ["https://x.example/", "mailto:a@b.example", "/team/", "#top", "a.pdf", "?q=a:b"]
)
def test_ordinary_links_are_links(address):
    assert is_safe_link(address)
    assert f'href="{address}"' in render(f"[x]({address})").html


@pytest.mark.parametrize(
    "address", ["ftp://x.example/", "file:///etc/passwd", "tel:1", "x-app:y", "java\nscript:x"]
)
def test_other_schemes_are_none(address):
    assert not is_safe_link(address)


def test_names_in_library_documentation_become_links():
    known = {"json.dumps": "/library/json/dumps/", "JSONDecoder": "/x/", "time": "/library/time/"}
    html = render("```pydoc\nSee json.dumps, a JSONDecoder, in time.\n```", lambda names: known).html
    assert html.count("<a ") == 2 and ">time<" not in html, "a plain word in prose is no name"


def test_a_name_in_code_becomes_a_link():
    html = render("`time` and `time.sleep(1)`", lambda names: dict.fromkeys(names, "/library/time/")).html
    assert html.count("<a ") == 1


# -- file names --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\evil.exe", "evil.exe"),
        (".htaccess", "htaccess"),
        ("a\0b\r\n.txt", "ab.txt"),
        ('x"; filename="y.html', "x; filename=y.html"),
        ("..", "file"),
        ("@@edit", "edit"),
        ("", "file"),
        ("Übersicht 2.pdf", "Übersicht 2.pdf"),
        ("gpj.\u202eexe.txt", "gpj.exe.txt"),
    ],
)
def test_a_file_name_means_nothing_to_a_file_system(given, kept):
    assert files.safe_file_name(given) == kept


@given(st.text(max_size=200))
def test_every_file_name_is_made_safe(name):
    safe = files.safe_file_name(name)
    assert 0 < len(safe) <= files.MAX_FILE_NAME
    assert not re.search(r'[\x00-\x1f/\\"<>|?*:]', safe) and safe not in (".", "..")
    assert not re.search(r"[\r\n]", files.disposition(safe)) and files.disposition(safe).isascii()


# -- search ------------------------------------------------------------------------------------------------------


def test_words_of_fts5_mean_nothing_in_a_query():
    assert search.match_expression('json "load file" NEAR(x') == '"json" "load file" "NEAR(x"*'
    assert search.match_expression("* + \x00 -") is None


@given(st.text(max_size=60) | st.text("\"*^:(){}+-~ANDORNEAR\x00' ", max_size=40))
def test_every_query_is_answered(engine, query):
    with open_session(engine) as db:
        hits = search.search(db, query, true())
        assert hits.total >= len(hits.items) >= 0


def test_a_page_of_that_very_name_comes_first(engine):
    with open_session(engine) as db:
        hits = search.search(db, "team", true())
        assert hits.items[0].path == "/team/" and hits.total > 3


def test_snippets_are_escaped_and_marked(engine):
    assert search.marked("a \x02<b>\x03 & ```pydoc c") == "a <mark>&lt;b&gt;</mark> &amp; c"


# -- changes -----------------------------------------------------------------------------------------------------


def test_a_save_on_an_older_version_is_a_conflict(engine):
    with open_session(engine, writes=True) as db:
        page = db.info["tree"].get("/team/")
        assert save_page(db, page, "Team", "one", author="emil", based_on=page.version)
        with pytest.raises(Conflict):
            save_page(db, page, "Team", "two", author="rita", based_on=page.version - 1)


def test_a_save_without_a_change_makes_no_revision(engine):
    with open_session(engine, writes=True) as db:
        page = db.info["tree"].get("/team/")
        assert not save_page(db, page, page.title, page.body + "\r\n", author="emil", based_on=page.version)


@pytest.mark.parametrize(
    ("below", "name"), [("/team/", "x"), ("/", "team"), ("/", "how-we-work"), ("/", "api")]
)
def test_moves_that_make_no_sense_are_refused(engine, below, name):
    with open_session(engine, writes=True) as db:
        tree = db.info["tree"]
        with pytest.raises(Refused):
            move_page(db, tree.get("/team/"), tree.get(below), name)


def test_a_move_takes_the_subtree_along_and_nothing_else(engine):
    with open_session(engine, writes=True) as db:
        tree = db.info["tree"]
        everything = set(db.scalars(select(library.Page.path)))
        move_page(db, tree.get("/team/"), tree.get("/how-we-work/"), "people")
        moved = set(db.scalars(select(library.Page.path)))
        assert moved == {re.sub(r"^/team/", "/how-we-work/people/", path) for path in everything}
        assert tree.get("/how-we-work/people/onboarding/").__parent__.path == "/how-we-work/people/"


# -- the library -------------------------------------------------------------------------------------------------


def test_the_list_of_modules_holds_what_is_public():
    names = library.module_names()
    assert {"json", "json.decoder", "xml.etree.ElementTree", "os.path", "sys"} <= set(names)
    assert not [
        name for name in names if re.search(r"(^|\.)(_|test\b|tests\b|idlelib\b|this\b|antigravity\b)", name)
    ]
    assert names == sorted(names)


def test_a_module_that_cannot_be_imported_is_left_out_with_the_reason():
    answers = list(library.collect(["json", "no_such_module", "json.tool"]))
    assert [("pages" in answer, answer["module"]) for answer in answers] == [
        (True, "json"), (False, "no_such_module"), (True, "json.tool"),
    ]  # fmt: skip
    assert "ModuleNotFoundError" in answers[1]["skipped"]


@pytest.mark.parametrize(
    ("source", "reason"), [("import time; time.sleep(60)", "longer"), ("import os; os._exit(3)", "ends")]
)
def test_a_module_that_hangs_or_crashes_costs_only_itself(tmp_path, monkeypatch, source, reason):
    """The child is a copy of the collector beside a bad module, as if the library had one."""
    for name in ("collect.py", "library.py"):
        (tmp_path / name).write_text((Path(library.__file__).with_name(name)).read_text("utf-8"), "utf-8")
    child = (tmp_path / "collect.py").read_text("utf-8")
    child = child.replace("def answer(", f"sys.path.insert(0, {str(tmp_path)!r})\n\n\ndef answer(", 1)
    (tmp_path / "collect.py").write_text(child, "utf-8")
    (tmp_path / "bad_module.py").write_text(source, "utf-8")
    monkeypatch.setattr(library, "__file__", str(tmp_path / "library.py"))
    answers = list(library.collect(["bad_module", "json"], limit_s=2))
    assert reason in answers[0]["skipped"] and answers[1]["pages"]


def test_filling_twice_changes_nothing(tmp_path):
    engine = open_database(str(tmp_path / "library.sqlite"))
    starter.put_if_empty(engine)
    seen = []
    for _ in range(2):
        assert library.fill(engine, ["json", "json.decoder"], lambda *numbers: seen.append(numbers)) == []
    with open_session(engine) as db:
        pages = db.execute(select(library.Page.path, library.Page.version)).all()
    engine.dispose()
    assert {version for path, version in pages if path.startswith("/library/json/")} == {1}
    assert ("/library/json/decoder/JSONDecoder/", 1) in pages
    assert [numbers[:2] for numbers in seen] == [(1, 2), (2, 2)] * 2
    assert not library.is_filled(engine)
    engine.dispose()


@pytest.mark.parametrize("name", ["files", "language", "paths", "search", "security"])
def test_examples_in_docstrings_are_true(name):
    result = doctest.testmod(importlib.import_module(f"handbook.{name}"))
    assert result.attempted and not result.failed


# -- passwords ---------------------------------------------------------------------------------------------------


@pytest.fixture
def hashed(monkeypatch):
    """The passwords that were hashed."""
    done = []
    scrypt = security.hashlib.scrypt
    monkeypatch.setattr(
        security.hashlib, "scrypt", lambda said, **how: done.append(said) or scrypt(said, **how)
    )
    return done


@pytest.mark.parametrize("has_user", [True, False])
def test_one_hash_for_each_login(hashed, has_user):
    """CVE-2016-2513, CVE-2024-39329 (row 101): whether there is such a user or not, one password is hashed."""
    user = User(login="ann", name="Ann", role="editor", password_hash=security.hash_password("right"))
    hashed.clear()
    assert security.check_password(user if has_user else None, "right") is has_user
    assert len(hashed) == 1


@pytest.mark.parametrize("password", ["x" * 1025, "ü" * 513, "x" * 1_000_000])
def test_long_password_is_not_hashed(hashed, password):
    """CVE-2013-1443 (row 82): what is too long for a password is refused before any work is done."""
    assert security.check_password(None, password) is False
    assert hashed == []
