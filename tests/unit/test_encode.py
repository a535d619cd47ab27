"""Values in URLs."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldilocks.encode import is_nonstr_iter, quote_plus, url_quote, urlencode

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("value", "quoted"),
    [("a/é", "a%2F%C3%A9"), (b"a/\xff", "a%2F%FF"), ("a b", "a%20b"), (None, "None"), (7, "7")],
)
def test_quoted_for_a_path(value, quoted):
    """Text as UTF-8, bytes as they are, anything else as its text."""
    assert url_quote(value) == quoted


def test_safe_characters_stay():
    """What the caller says is safe isn't quoted."""
    assert url_quote("a/b c", "/") == "a/b%20c"
    assert quote_plus("a/b c", "/") == "a/b+c"


@pytest.mark.parametrize(("value", "quoted"), [("a b/é", "a+b%2F%C3%A9"), (b"a b", "a+b"), (7, "7")])
def test_quoted_for_a_query(value, quoted):
    """In a query, a space is a plus."""
    assert quote_plus(value) == quoted


def test_query_of_a_mapping():
    """A mapping gives its items in their order."""
    assert urlencode({"b": 1, "a": "é"}) == "b=1&a=%C3%A9"


def test_query_of_pairs():
    """Pairs give themselves, and a key may come twice."""
    assert urlencode([("a", 1), ("a", 2)]) == "a=1&a=2"


def test_query_with_several_values():
    """A value that is a list gives one pair for each member, whatever ``doseq`` says."""
    assert urlencode({"a": [1, "x y"], "b": ()}, doseq=False) == "a=1&a=x+y"


def test_query_after_an_empty_list():
    """A list without members leaves no trace, not even a separator."""
    assert urlencode([("none", []), ("a", 1)]) == "a=1"


def test_query_without_a_value():
    """``None`` leaves the key alone."""
    assert urlencode([("a", None), ("b", 1)]) == "a=&b=1"


def test_query_with_another_quoting():
    """The caller's function quotes keys and values alike."""
    assert urlencode({"a": "b"}, quote_via=str.upper) == "A=B"


@given(st.lists(st.tuples(TEXT, TEXT)))
def test_query_reads_back(pairs):
    """Whatever is put into a query comes out again."""
    assert parse_qsl(urlencode(pairs), keep_blank_values=True) == pairs


@pytest.mark.parametrize(
    ("value", "answer"), [("text", False), (b"bytes", True), ([], True), ({}, True), (7, False)]
)
def test_is_nonstr_iter(value, answer):
    """Everything that can be gone through counts, but for text."""
    assert is_nonstr_iter(value) is answer
