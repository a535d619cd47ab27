"""Tables, in pipes and on terminals."""

from __future__ import annotations

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldilocks.cli import tables


def lines(*args):
    return [click.unstyle(line) for line in tables.table(*args)]


def test_table_in_a_pipe():
    """Without a width every row is one line."""
    assert lines(["a", "title"], [("x" * 200, 1), ("", "y")])[2:] == [f"{'x' * 200}  1", f"{'':200}  y"]


def test_table_on_a_terminal():
    """Cells are folded at their joints, so that no line is longer than the terminal."""
    assert lines(["name", "view"], [("home", "shop.views.catalogue.home"), ("b", "c")], 24) == [
        "name  view",
        "----  ------------------",
        "home  shop.views.",
        "      catalogue.home",
        "b     c",
    ]


def test_narrow_terminal():
    """On a terminal that is too narrow for any table, the rows stay whole."""
    assert lines(["one", "two"], [("a" * 20, "b" * 20)], 10)[2] == f"{'a' * 20}  {'b' * 20}"


def test_nothing_forges_a_line():
    """Control characters in a name are shown, not obeyed."""
    assert lines(["name"], [("a\nb\x1b[2J",)])[2] == "a\\nb\\x1b[2J"


@given(st.text(max_size=60), st.integers(min_value=8, max_value=30))
def test_fold_loses_nothing(text, width):
    """Whatever is folded fits, and but for blanks nothing is lost."""
    folded = tables.fold(text, width)
    assert all(len(line) <= width for line in folded)
    assert "".join("".join(folded).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "folded"), [("", [""]), ("x" * 20, ["x" * 8, "x" * 8, "xxxx"]), ("a " * 6, ["a a a a", "a a"])]
)
def test_fold(text, folded):
    """Words are kept whole where they can be."""
    assert tables.fold(text, 8) == folded


def test_width(monkeypatch, terminal):
    """The width is the terminal's, or none."""
    assert tables.terminal_width() == 60
    monkeypatch.setattr("goldilocks.cli.tables.sys.stdout.isatty", lambda: False)
    assert tables.terminal_width() is None


def test_indented_table(terminal, capsys):
    """A table that is indented fits, too."""
    tables.echo_table(["a", "b"], [("x." * 40, "y." * 40)], "    ")
    assert {len(line) for line in capsys.readouterr().out.splitlines()[1:2]} == {60}


def test_no_color(monkeypatch, capsys):
    """NO_COLOR is obeyed."""
    monkeypatch.setenv("NO_COLOR", "1")
    tables.echo(tables.heading("title"))
    assert capsys.readouterr().out == "title\n"


def test_json(capsys):
    """What JSON has no word for is written as text."""
    tables.echo_json({"a": {1}.__class__, "ü": 1})
    assert capsys.readouterr().out == '{\n  "a": "<class \'set\'>",\n  "ü": 1\n}\n'
