"""Text from a settings file, and where a request has its settings."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from goldilocks.ordering import ConfigurationError
from goldilocks.settings import (
    asbool,
    aslist,
    aslist_cronly,
    falsey,
    settings_of,
    truthy,
    understand,
    words,
    yes_or_no,
)


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


@pytest.mark.parametrize("said", [*sorted(truthy), *sorted(falsey), " TRUE ", None, 0, 1, True, False])
def test_yes_or_no(said):
    """What is a word for yes or for no is the same to both readers, with space around it, too."""
    assert yes_or_no(said) is asbool(said)
    assert said is None or yes_or_no(f" {said}\n") is asbool(said)


@pytest.mark.parametrize("said", ["", " ", "ture", "true ; in earnest", 2, [], b"true"])
def test_neither_yes_nor_no(said):
    """Any other word is none that would switch something off."""
    with pytest.raises(ValueError, match="write true or false"):
        yes_or_no(said)


@pytest.mark.parametrize("said", ["a b", "a\n b", ["a", "b"], ("a b",)])
def test_only_words(said):
    """Words are read from text, and from lists of it."""
    assert words(said) == ["a", "b"]


@pytest.mark.parametrize("said", [1, None, b"a b", [1], object()])
def test_no_words(said):
    """What holds something else than text is no list of words."""
    with pytest.raises(TypeError, match="write words with blanks between them"):
        words(said)


def test_what_is_not_understood():
    """Who said what can't be understood is told where it stands, what it is, and what to write."""
    assert understand("x.y", yes_or_no, "on") is True
    with pytest.raises(ConfigurationError, match=r"^x\.y can't be 'ture': write true or false$"):
        understand("x.y", yes_or_no, "ture")
