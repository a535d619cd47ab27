"""Text from a settings file, and where a request has its settings."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from goldilocks.settings import asbool, aslist, aslist_cronly, falsey, settings_of, truthy


@pytest.mark.parametrize("text", [*sorted(truthy), " TRUE ", 1, True])
def test_yes(text):
    """The words that mean yes do so in any case and with space around them."""
    assert asbool(text) is True


@pytest.mark.parametrize("text", [*sorted(falsey), "", "perhaps", None, False, 0, 2])
def test_no(text):
    """Every other word means no."""
    assert asbool(text) is False


def test_lines():
    """Lines are trimmed, and blank ones don't count."""
    assert aslist_cronly(" a b \n\n c\r\n") == ["a b", "c"]


def test_lines_of_a_list():
    """What is a list already stays as it is, in a new list."""
    given = ["a b", 1]

    assert aslist_cronly(given) == given
    assert aslist_cronly(given) is not given


def test_words():
    """Words are split at any white space."""
    assert aslist("a b\n  c") == ["a", "b", "c"]


def test_words_of_a_list():
    """The text members of a list are split, the others stay."""
    assert aslist(["a b", 1, ("c d",)]) == ["a", "b", 1, ("c d",)]


def test_words_left_in_lines():
    """Without flattening, the lines stay whole."""
    assert aslist("a b\n c", flatten=False) == ["a b", "c"]


@pytest.mark.parametrize(
    "request_",
    [
        SimpleNamespace(),
        SimpleNamespace(registry=None),
        SimpleNamespace(registry=SimpleNamespace(settings=None)),
    ],
)
def test_request_without_settings(request_):
    """A request that is made by hand needn't have settings."""
    assert settings_of(request_) == {}
