"""How much a request may bring."""

from __future__ import annotations

import pytest

from goldilocks.config.settings import OWN_SETTINGS, Settings
from goldilocks.exceptions import ConfigurationError
from goldilocks.limits import UNLIMITED, DefaultLimits, Limits, count, rows, setting_of
from goldilocks.names import DEFAULTS_PYRAMID, DEFAULTS_SECURE, DEFAULTS_SETTING, PROCESS


@pytest.mark.parametrize(
    ("said", "limit"),
    [("0", 0), (" 17 ", 17), (17, 17), ("unlimited", UNLIMITED), ("None", UNLIMITED), (UNLIMITED, UNLIMITED)],
)
def test_limit_is_read(said, limit):
    """A limit is a whole number, or there is none."""
    assert count(said) == limit


@pytest.mark.parametrize("said", ["", "-1", "+1", "1k", "1.5", "٣", "²", "9" * 20, True])
def test_limit_that_is_none(said):
    """What isn't a whole number is a mistake of the configuration, which is told by its name."""
    with pytest.raises(ValueError, match="write a whole number like 1000"):
        count(said)
    with pytest.raises(
        ConfigurationError, match=r"goldilocks\.limit_form_files can't be .*: write a whole number"
    ):
        Limits.from_settings({"goldilocks.limit_form_files": said})


def test_more_than_can_be_counted_is_unlimited():
    """A number beyond what Python counts lengths with is as good as no limit."""
    assert count("9" * 19) == UNLIMITED


def test_settings_of_an_application_make_its_limits():
    """What isn't said has the default."""
    limits = Limits.from_settings({"goldilocks.limit_form_fields": "7", "goldilocks.strict": "yes"})
    assert (limits.form_fields, limits.strict, limits.form_files) == (7, True, Limits().form_files)


@pytest.mark.parametrize(
    ("choice", "limits"), [(DEFAULTS_SECURE, Limits()), (DEFAULTS_PYRAMID, Limits.compatible())]
)
def test_defaults_of_an_application(choice, limits):
    """Settings of which nothing is said make the limits of the chosen defaults."""
    assert Limits.from_settings(Settings({DEFAULTS_SETTING: choice}, {})) == limits


@pytest.mark.parametrize(
    ("choice", "limits"), [(DEFAULTS_SECURE, Limits()), (DEFAULTS_PYRAMID, Limits.compatible())]
)
def test_defaults_of_a_process(monkeypatch, choice, limits):
    """A request that no application made has the limits of the process's defaults, whatever they are by now."""

    class Made:
        limits = DefaultLimits()

    monkeypatch.delenv("GOLDILOCKS_DEFAULTS", raising=False)
    monkeypatch.setattr(PROCESS, "defaults", choice)
    assert Made().limits == limits
    monkeypatch.setattr(PROCESS, "defaults", DEFAULTS_SECURE)
    monkeypatch.setenv("GOLDILOCKS_DEFAULTS", choice)
    assert Made().limits == limits


def test_every_limit_is_a_setting():
    """Each has a row in the table of settings, which says what it is good for."""
    known = {own.key: own for own in OWN_SETTINGS}
    assert len(rows()) == len(Limits.table)
    for limit in Limits.table:
        assert known[setting_of(limit)].meaning
        assert known[setting_of(limit)].secure == limit.default


def test_hardly_anything_is_limited_for_old_applications():
    """Under Pyramid's defaults nothing is refused that Pyramid takes from who means no harm."""
    limited = {
        each.name
        for each in Limits.table
        if getattr(Limits.compatible(), each.name) not in (UNLIMITED, False)
    }
    assert limited == {"json_digits", "part_headers", "part_header_bytes"}


def test_limits_are_a_value():
    """They can be compared, looked at and used as keys, and can't be changed."""
    limits = Limits(query_fields=2)
    assert limits == Limits(query_fields=2) != Limits()
    assert limits != "Limits"
    assert {limits: 1}[Limits(query_fields=2)] == 1
    assert repr(limits).startswith("Limits(body_bytes=100000000, ")
    with pytest.raises(AttributeError, match="query_fields"):
        limits.query_fields = 3


def test_limit_that_does_not_exist():
    """A limit that isn't known is a mistake."""
    with pytest.raises(TypeError, match="there is no limit bears"):
        Limits(bears=3)


def test_limits_without_rules():
    """What is read by no rule has the same limits."""
    lenient = Limits(form_fields=7, strict=True).leniently()
    assert (lenient.form_fields, lenient.strict, lenient.strict_text) == (7, False, False)
