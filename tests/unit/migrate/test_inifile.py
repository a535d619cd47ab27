"""Rewriting ini files."""

from __future__ import annotations

import textwrap

import pytest

from goldilocks.migrate.inifile import IniFile


def migrated(text, packages=("shop",)):
    """Return the rewritten text and the lines that are left."""
    ini = IniFile(textwrap.dedent(text), packages)
    again = IniFile(ini.rewritten, packages)
    assert again.rewritten == ini.rewritten
    assert again.says_defaults is ini.says_defaults
    return ini.rewritten, [each.line for each in ini.undecided]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("pyramid.reload_templates = true", "goldilocks.reload_templates = true"),
        ("set pyramid.reload_templates=true", "set goldilocks.reload_templates=true"),
        ("pyramid.reload_templates: true", "goldilocks.reload_templates: true"),
        ("pyramid.includes = pyramid_tm pyramid-x\n", "goldilocks.includes = pyramid_tm pyramid-x\n"),
        ("pyramid.includes =\n  pyramid_tm\n  shop", "goldilocks.includes =\n  pyramid_tm\n  shop"),
        (
            "pyramid.tweens = pyramid_tm.t\r\n    pyramid.tweens.excview_tween_factory\r\n",
            "goldilocks.tweens = pyramid_tm.t\r\n    goldilocks.tweens.excview_tween_factory\r\n",
        ),
        ("x = pyramid.view:view_config, a", "x = goldilocks.view:view_config, a"),
        ("# pyramid.includes = pyramid_tm\n; pyramid\n\n", "# pyramid.includes = pyramid_tm\n; pyramid\n\n"),
    ],
)
def test_words(before, after):
    """Settings keys and dotted names are rewritten; add-ons, comments and line ends stay."""
    assert migrated(f"[other]\n{before}") == (f"[other]\n{after}", [])


@pytest.mark.parametrize(
    "line",
    ["keys = root, pyramid", "pyramid.sausage = 1", "use = egg:pyramid#wsgiref", "requires = pyramid >= 2"],
)
def test_left(line):
    """What may mean anything is left."""
    assert migrated(f"[other]\n{line}\n") == (f"[other]\n{line}\n", [2])


def test_known_and_unknown_on_a_line():
    """What is known on a line is rewritten though something else is left."""
    assert migrated("[x]\na = pyramid.view pyramid") == ("[x]\na = goldilocks.view pyramid", [2])


# --- Whose defaults hold -------------------------------------------------------------------------------------------

SAID = "goldilocks.defaults = pyramid"


@pytest.mark.parametrize("use", ["use = egg:shop", "use = egg:Shop#main", "use = call:shop.web:main"])
def test_own_application(use):
    """The section of the application says whose defaults hold, behind what it is made of."""
    text, _ = migrated(f"[app:main]\na = 1\n{use}\nb = 2\n")
    assert text == f"[app:main]\na = 1\n{use}\n{SAID}\nb = 2\n"


def test_section_with_our_keys():
    """A section that has settings of ours is an application, whatever it is made of."""
    text, _ = migrated("[app:x]\npyramid.reload_all = 1\n")
    assert text == f"[app:x]\n{SAID}\ngoldilocks.reload_all = 1\n"


def test_no_line_end_at_the_end():
    """A last line without an end gets one, of the file's kind."""
    assert migrated("[app:x]\r\nuse = egg:shop")[0] == f"[app:x]\r\nuse = egg:shop\r\n{SAID}\r\n"


@pytest.mark.parametrize(
    "text",
    [
        "[app:x]\nuse = egg:Paste#static\n",
        "[app:x]\nuse = main\n",
        "[server:x]\nuse = egg:shop\n",
        "a = 1\n",
        "",
    ],
)
def test_other_sections(text):
    """Other applications and sections stay as they are."""
    assert migrated(text)[0] == text
    assert not IniFile(text, ["shop"]).says_defaults


@pytest.mark.parametrize("choice", ["pyramid", "secure"])
def test_said_already(choice):
    """What is said already stays."""
    text = f"[app:main]\nuse = egg:shop\ngoldilocks.defaults = {choice}\n"
    assert migrated(text) == (text, [])
    assert IniFile(text).says_defaults


def test_addons():
    """Add-ons are found by their names."""
    assert IniFile("[x]\na = pyramid_tm.x egg:pyramid_y\n").addons == {"pyramid_tm", "pyramid_y"}
