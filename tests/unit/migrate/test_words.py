"""What a word of an application means here."""

from __future__ import annotations

import pytest

from goldilocks.migrate import words
from goldilocks.migrate.words import Edit


@pytest.mark.parametrize(
    ("word", "here"),
    [
        ("pyramid.view", "goldilocks.view"),
        ("pyramid.tweens.excview_tween_factory", "goldilocks.tweens.excview_tween_factory"),
        ("pyramid.view:view_config", "goldilocks.view:view_config"),
        ("pyramid:names.py", "goldilocks:names.py"),
        ("pyramid.config:settings.py", "goldilocks.config:settings.py"),
        ("pyramid.reload_templates", "goldilocks.reload_templates"),
        ("pyramid.includes", "goldilocks.includes"),
    ],
)
def test_renamed(word, here):
    """Dotted names, asset specs and settings keys that exist are renamed."""
    assert words.renamed(word) == here


@pytest.mark.parametrize(
    "word",
    [
        "pyramid",
        "pyramid.sausage",
        "pyramid.view:sausage",
        "pyramid:templates/none.pt",
        "pyramid.nothing:templates/none.pt",
        "pyramid.__main__",
        "pyramid_tm.tm_tween_factory",
        "goldilocks.view",
        "a pyramid.view",
    ],
)
def test_not_renamed(word):
    """A word that leads nowhere here isn't."""
    assert words.renamed(word) is None


@pytest.mark.parametrize(
    ("text", "here"),
    [
        ("  pyramid.view ", "  goldilocks.view "),
        ("pyramid_tm.x\n pyramid.view", "pyramid_tm.x\n goldilocks.view"),
        ("see pyramid.view", None),
        ("pyramid.view pyramid.sausage", None),
        ("pyramid_tm.x pyramid_y", None),
        ("", None),
    ],
)
def test_respelled(text, here):
    """Lists of names are rewritten if all of ours are known; sentences aren't."""
    assert words.respelled(text) == here


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a pyramid", True),
        ("'pyramid.x'", True),
        ("pyramid_tm pyramid-tm pyramids", False),
        ("projects/pyramid/en", False),
        ("sdk.pyramid @pyramid #pyramid -pyramid", False),
        ("Pyramid", False),
    ],
)
def test_says_it(text, says):
    """Parts of other names and addresses are other words."""
    assert words.says_it(text) is says


def test_edits_at_one_place():
    """What is put in at a place comes before what is replaced there."""
    assert words.edited("abc", [Edit(1, 2, "B"), Edit(1, 1, "-")]) == "a-Bc"


def test_missing_names():
    """Names that a module of ours doesn't have are told with the nearest; submodules and stars are names, too."""
    assert words.missing_names("pyramid.view", ["view_config", "*", "view_confg"]) == [
        "view_confg; did you mean 'view_config'?"
    ]
    assert words.missing_names("pyramid", ["view", "sausage"]) == ["sausage"]


def test_modules():
    """A module is one that can be imported without running anything."""
    assert words.is_module("pyramid.view")
    assert not words.is_module("pyramid.sausage")
    assert not words.is_module("pyramid.__main__")


@pytest.mark.parametrize("text", ["pyramid", "pyramid>=2", "pyramid [x]", "pyramid==2.1\n"])
def test_requirement(text):
    """What may be a requirement is told what it is called here."""
    assert "goldilocks-framework" in words.why_left(text)
    assert "goldilocks-framework" not in words.why_left("the pyramid")
