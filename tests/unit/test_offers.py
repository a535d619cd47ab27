"""Media types on offer."""

from __future__ import annotations

import pytest

from goldilocks.offers import (
    READ_HEADER_LENGTH,
    REMEMBERED_HEADER_LENGTH,
    REMEMBERED_HEADERS,
    Offers,
    has_plain_accept,
    normalize_accept_offer,
    sort_accept_offers,
)
from goldilocks.request import Request


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


# --- What a client accepts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, ["text/html;level=1", "text/html", "application/json"]),
        ("text/html", ["text/html;level=1", "text/html"]),
        ("text/html;level=1;q=0.1, text/*", ["text/html", "text/html;level=1"]),
        ("*/*;q=0.1, application/json", ["application/json", "text/html;level=1", "text/html"]),
        ("application/json, text/html;q=0", ["application/json"]),
        ("text/html, TEXT/HTML;q=0", ["text/html;level=1", "text/html"]),
        ("", []),
        ("no header at all", ["text/html;level=1", "text/html", "application/json"]),
    ],
)
def test_acceptable(header, expected):
    """The most specific range says how much an offer is wanted; without a header that can be read, all are."""
    offers = Offers(["text/html;level=1", "text/html", "application/json", "no type", "*/*"])
    assert [offer for offer, _ in offers.acceptable(header)] == expected


def test_answers_are_remembered():
    """The same header is read once."""
    offers = Offers(["text/html"])
    assert offers.acceptable("text/*") is offers.acceptable("text/*")


def test_memory_is_bounded():
    """Many different headers make the memory start afresh; a long one isn't kept."""
    offers = Offers(["text/html"])
    for number in range(2 * REMEMBERED_HEADERS + 10):
        assert offers.acceptable(f"text/html;level={number}, text/*")
        assert len(offers._answers) <= REMEMBERED_HEADERS
    known = len(offers._answers)
    offers.acceptable("text/html," * REMEMBERED_HEADER_LENGTH)
    assert len(offers._answers) == known


def test_header_that_is_too_long_to_be_read():
    """A header of a length that no client needs counts as none, and the time that it takes doesn't grow with it."""
    offers = Offers(["text/html"])
    assert offers.acceptable("image/png") == ()
    assert offers.acceptable("image/png," * READ_HEADER_LENGTH) == (("text/html", 1.0),)


def test_plain_accept():
    """WebOb's attribute says what stands in the header; another may say anything."""

    class Other(Request):
        accept = None

    assert has_plain_accept(Request.blank("/"))
    assert not has_plain_accept(Other.blank("/"))
    assert not has_plain_accept(None)
