"""Pyramid's words and ours."""

from __future__ import annotations

import pytest

from goldilocks import names


def test_both_spellings_of_a_setting():
    """A setting is known under both prefixes, and the older is the one that is kept."""
    assert names.setting_keys("tweens") == ("pyramid.tweens", "goldilocks.tweens")


def test_both_spellings_of_a_variable():
    """So is the environment variable that overrides it."""
    assert names.environment_keys("debug_all") == ("PYRAMID_DEBUG_ALL", "GOLDILOCKS_DEBUG_ALL")


@pytest.mark.parametrize(
    ("kept", "ours"),
    [
        ("pyramid.tweens.excview_tween_factory", "goldilocks.tweens.excview_tween_factory"),
        ("pyramid:Something", "goldilocks:Something"),
        ("pyramid", "goldilocks"),
    ],
)
def test_a_dotted_name_has_two_spellings(kept, ours):
    """Each spelling of a name of ours leads to the other and is left alone if it is the wanted one."""
    assert names.dotted(kept) == names.dotted(ours) == ours
    assert names.canonical(kept) == names.canonical(ours) == kept


@pytest.mark.parametrize(
    "foreign", ["pyramid_tm.tm_tween_factory", "goldilocks_addon.x", "app.pyramid.x", "", "."]
)
def test_foreign_names_stay(foreign):
    """A name that only resembles ours isn't translated."""
    assert names.dotted(foreign) == names.canonical(foreign) == foreign


@pytest.mark.parametrize(
    ("asked", "scanned"),
    [
        (None, None),
        (["pyramid"], ("pyramid", "goldilocks")),
        (["other", "goldilocks"], ("other", "goldilocks", "pyramid")),
        (("celery",), ("celery",)),
        ((), ()),
    ],
)
def test_categories_of_a_scan(asked, scanned):
    """Who asks for one of our two categories gets both; other categories and "all" stay."""
    assert names.scan_categories(asked) == scanned


def test_the_nearest_name():
    """A mistyped name is answered with the one that was meant."""
    assert names.did_you_mean("hmoe", ["about", "home"]) == "; did you mean 'home'?"


def test_nothing_near():
    """Where nothing resembles it, nothing is said."""
    assert names.did_you_mean("zzz", ["about", "home", 7]) == ""
