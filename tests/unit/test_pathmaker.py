"""Paths made of values, the quick way and the other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldilocks.pathmaker import PathMaker

values = st.one_of(
    st.text(),
    st.integers(),
    st.booleans(),
    st.floats(),
    st.none(),
    st.binary().filter(bytes.isascii),
    st.just("a/b"),
).filter(lambda value: not isinstance(value, str) or value.isprintable())

MAKERS = [
    PathMaker("/plain%%20text", (), ""),
    PathMaker("/users/%s/posts/%s", ("user", "post"), ""),
    PathMaker("/{'%s'}\"", ("it's",), ""),
    PathMaker("/files/%s/%s", ("user",), "rest"),
]


@pytest.mark.parametrize("maker", MAKERS)
@given(one=values, two=values)
def test_quick_maker_makes_the_same(maker, one, two):
    """What is written for a pattern does what the general way does."""
    names = [*maker.names, *([maker.rest] if maker.rest else [])]
    kw = dict(zip(names, (one, two), strict=False))
    assert maker.quick("http://a", kw) == "http://a" + maker(kw)


@pytest.mark.parametrize("number", [-1001, -1000, -1, 0, 1, 999, 1000, 10**30])
def test_numbers_are_written_in_full(number):
    """Some of them are known by heart, and those around them aren't."""
    assert PathMaker("/%s", ("page",), "").quick("", {"page": number}) == f"/{number}"


def test_rest_may_be_segments():
    """A star takes several segments, whose own slashes stay."""
    maker = MAKERS[3]
    kw = {"user": 1, "rest": ("a b", "c", 2)}
    assert maker.quick("", kw) == maker(kw) == "/files/1/a%20b/c/2"


def test_equal_values_of_other_kinds_are_told_apart():
    """True is 1 to a dict, and another word in a URL."""
    maker = PathMaker("/%s", ("name",), "")
    assert [maker.quick("", {"name": name}) for name in (1, True, 1.0, "1")] == ["/1", "/True", "/1.0", "/1"]


def test_more_than_values_is_for_the_long_way():
    """An override among the values, or one that the pattern doesn't name."""
    assert MAKERS[1].quick("", {"user": 1, "post": 2, "_query": {}}) is None


def test_missing_value():
    """As the general way."""
    with pytest.raises(KeyError):
        MAKERS[1].quick("", {"user": 1, "past": 2})


def test_quick_maker_is_written_once():
    """And only when it is asked for."""
    maker = PathMaker("/%s", ("name",), "")
    assert maker.quick is maker.quick
