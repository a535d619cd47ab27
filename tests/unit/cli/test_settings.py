"""``goldilocks settings``, and the reference page that is made of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from goldilocks.cli import settings
from goldilocks.config.settings import KNOWN_NAMES, OwnSetting

ROOT = Path(__file__).parent.parent.parent.parent


def test_reference_page_is_up_to_date(goldilocks):
    """The page is what the command writes."""
    page = ROOT / "docs" / "reference" / "settings.md"
    written = goldilocks("settings", "--markdown")
    assert page.read_text("utf-8") == written, "goldilocks settings --markdown > docs/reference/settings.md"


def test_every_setting_that_is_read_is_in_the_table():
    """What the code reads under our prefix, the table has."""
    sources = [file.read_text("utf-8") for file in (ROOT / "goldilocks").rglob("*.py")]
    read = {
        name
        for source in sources
        for name in re.findall(r"""(?:get\(|settings\[)["']goldilocks\.(\w+)["']""", source)
    }
    assert read <= KNOWN_NAMES
    assert "answer_errors" in read


def test_table(goldilocks):
    """A row tells name, type, default, environment variable and meaning."""
    lines = goldilocks("settings").splitlines()
    row = next(line for line in lines if line.startswith("goldilocks.answer_errors "))
    assert re.split("  +", row)[1:4] == ["true or false", "true (false)", "GOLDILOCKS_ANSWER_ERRORS"]
    assert [line.partition(" ")[0] for line in lines].count("goldilocks.reload_assets") == 1


@pytest.mark.parametrize("width", [60, 500])
def test_terminal(goldilocks, terminal, monkeypatch, width):
    """On a terminal that is too narrow for the table, settings stand one below the other."""
    monkeypatch.setenv("COLUMNS", str(width))
    lines = goldilocks("settings").splitlines()
    assert max(map(len, lines[:-1])) <= width
    assert lines[0].startswith("goldilocks.defaults = secure") is (width == 60)
    if width == 60:
        assert lines[1] == "    secure or pyramid, GOLDILOCKS_DEFAULTS"
        assert "    list" in lines


def test_json(goldilocks):
    """Programs get the other spellings, too."""
    found = {row["key"]: row for row in goldilocks("settings", "--json")}
    assert len(found) == len(KNOWN_NAMES)
    assert [len(found[f"goldilocks.{name}"]["also"]) for name in ("reload_all", "includes", "debug")] == [
        2,
        1,
        0,
    ]


def test_type_without_words():
    """A type that has no words of its own is called by its function."""

    def _positive_number(value):
        return int(value)

    row = OwnSetting("x", _positive_number, 1, 1, "of this test")
    assert settings.type_words(row.convert) == "positive number"
