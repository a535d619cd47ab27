"""Media types on offer."""

from __future__ import annotations

import pytest

from goldilocks.offers import normalize_accept_offer, sort_accept_offers


@pytest.mark.parametrize(
    ("said", "normal"),
    [("text/html", "text/html"), ("Text/HTML", "text/html"), ("text/html ; Level=1", "text/html;level=1")],
)
def test_one_spelling(said, normal):
    """Names are in lower case, and parameters follow a semicolon without blanks."""
    assert normalize_accept_offer(said) == normal


@pytest.mark.parametrize("said", ["html", "text", "", "*/*", "text/*"])
def test_what_is_no_media_type(said):
    """What can't be offered is refused, with the way in which it is written."""
    with pytest.raises(ValueError, match="media type"):
        normalize_accept_offer(said)


def test_without_an_order_nothing_moves():
    """Types that nobody ordered stay as they stood."""
    assert sort_accept_offers(["b/b", "a/a"]) == ["b/b", "a/a"]


def test_types_in_the_given_order():
    """Types stand as the order says, those that it doesn't name at the end."""
    assert sort_accept_offers(["x/x", "a/a", "b/b"], ["b/b", "a/a"]) == ["b/b", "a/a", "x/x"]


def test_parameters_before_the_bare_type():
    """Of one type, offers with parameters go before the one without, as the order says."""
    offers = ["a/a", "a/a;p=2", "a/a;p=1", "a/a;p=3"]
    assert sort_accept_offers(offers, ["a/a;p=1", "a/a", "a/a;p=2"]) == [
        "a/a;p=1",
        "a/a;p=2",
        "a/a;p=3",
        "a/a",
    ]


def test_type_named_twice():
    """Of two places in the order the first counts."""
    assert sort_accept_offers(["a/a", "b/b"], ["b/b", "a/a", "b/b"]) == ["b/b", "a/a"]
