"""Paths as text and as names."""

from __future__ import annotations

import pytest
import webob

from goldilocks.exceptions import URLDecodeError
from goldilocks.traversal import paths
from goldilocks.traversal.paths import (
    PATH_SAFE,
    _join_path_tuple,
    decode_path_info,
    quote_path_segment,
    requested_path,
    split_path_info,
    traversal_path,
    traversal_path_info,
    unquote_bytes_to_wsgi,
)


class Bare:
    """A request that is nothing but an environ."""

    def __init__(self, **environ):
        self.environ = environ


class WithPath:
    """A request that says its path its own way."""

    environ = {}

    def __init__(self, say):
        self.say = say

    @property
    def path_info(self):
        return self.say()


def raising(error):
    def say():
        raise error

    return say


# --- The path of a request


def test_path_of_a_webob_request_is_decoded():
    """A request's path is text, whatever its bytes looked like on the way."""
    assert requested_path(webob.Request.blank("/Pe%C3%B1a")) == "/Peña"
    assert requested_path(webob.Request.blank("/plain")) == "/plain"


def test_empty_path_is_the_root():
    """Where a server says nothing about the path, it is the root's."""
    request = webob.Request.blank("/")
    request.environ["PATH_INFO"] = ""
    assert requested_path(request) == "/"
    del request.environ["PATH_INFO"]
    assert requested_path(request) == "/"


def test_request_may_say_another_encoding():
    """WebOb's switch for sites whose paths aren't UTF-8 is honoured."""
    request = webob.Request.blank("/")
    request.url_encoding = "latin-1"
    request.environ["PATH_INFO"] = "/Peña"
    assert requested_path(request) == "/Peña"


def test_undecodable_path_has_an_error_of_its_own():
    """Bytes that aren't UTF-8 raise the error that a view can be registered for."""
    with pytest.raises(URLDecodeError) as caught:
        requested_path(webob.Request.blank("/%ff"))
    assert caught.value.object == b"/\xff"


def test_environ_is_enough():
    """An object with an environ and nothing else has a path."""
    assert requested_path(Bare(PATH_INFO="/PeÃ±a")) == "/Peña"
    assert requested_path(Bare()) == "/"


def test_environ_alone_may_be_undecodable():
    """The error is the same where the path is read from the environ."""
    with pytest.raises(URLDecodeError):
        requested_path(Bare(PATH_INFO="/\xff"))


def test_request_may_read_its_path_itself():
    """A request class with a ``path_info`` of its own is asked for it."""
    assert requested_path(WithPath(lambda: "/own")) == "/own"
    assert requested_path(WithPath(raising(KeyError("PATH_INFO")))) == "/"


def test_error_of_a_request_becomes_ours():
    """A ``UnicodeDecodeError`` of any request class becomes the error of its own kind."""
    with pytest.raises(URLDecodeError) as caught:
        requested_path(WithPath(raising(UnicodeDecodeError("ascii", b"\xff", 0, 1, "no"))))
    assert caught.value.args == ("ascii", b"\xff", 0, 1, "no")


def test_error_of_our_kind_is_left_alone():
    """What already is the right error comes through as the very object."""
    error = URLDecodeError("utf-8", b"\xff", 0, 1, "no")
    with pytest.raises(URLDecodeError) as caught:
        requested_path(WithPath(raising(error)))
    assert caught.value is error


# --- Splitting


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("", ()),
        ("/", ()),
        ("/a/b/", ("a", "b")),
        ("a//b", ("a", "b")),
        ("/a/./b/.", ("a", "b")),
        ("/a/../b", ("b",)),
        ("../../b", ("b",)),
        ("/a/...", ("a", "...")),
        ("/a/%2e%2e", ("a", "%2e%2e")),
    ],
)
def test_split(path, names):
    """Empty segments and single dots vanish, and two dots take a name along."""
    assert split_path_info(path) == names


def test_long_path_is_not_remembered():
    """Nobody can fill the memory with long paths: only short ones are kept."""
    before = paths._split_remembered.cache_info().currsize
    assert split_path_info("/a" * 1000) == ("a",) * 1000
    assert paths._split_remembered.cache_info().currsize == before


def test_quoted_path_splits_into_decoded_names():
    """A percent-encoded path becomes names as people wrote them; bytes will do as well."""
    assert traversal_path("/a%20b/Pe%C3%B1a") == ("a b", "Peña")
    assert traversal_path(b"/a%20b") == ("a b",)


def test_path_that_is_not_ascii_is_not_quoted():
    """Text that should be percent-encoded and isn't is a mistake of the caller."""
    with pytest.raises(UnicodeEncodeError):
        traversal_path("/Peña")


def test_wsgi_path_splits_into_decoded_names():
    """A path from the environ becomes names as people wrote them."""
    assert traversal_path_info("/PeÃ±a/x") == ("Peña", "x")


def test_wsgi_path_that_is_not_utf8():
    """A path from the environ that isn't UTF-8 raises the error that a view can be registered for."""
    with pytest.raises(URLDecodeError):
        traversal_path_info("/Pe\xf1a")


def test_wsgi_spelling_and_back():
    """Unquoted as a server does it, a path decodes to what was quoted."""
    assert decode_path_info(unquote_bytes_to_wsgi(b"/Pe%C3%B1a")) == "/Peña"


# --- Quoting


@pytest.mark.parametrize(
    ("segment", "quoted"),
    [
        ("a/b", "a%2Fb"),
        ("ñ", "%C3%B1"),
        (b"\xc3\xb1", "%C3%B1"),
        (12, "12"),
        (None, "None"),
        ("a:@!", "a:@!"),
    ],
)
def test_quote_segment(segment, quoted):
    """Text, bytes and anything else become one segment of a URL."""
    assert quote_path_segment(segment) == quoted


def test_quote_leaves_what_is_called_safe():
    """With a slash among the safe characters, a whole path goes through."""
    assert quote_path_segment("/a b/", safe=PATH_SAFE) == "/a%20b/"


def test_quoting_remembers_a_bounded_number_of_segments():
    """The cache doesn't grow with what strangers ask for."""
    for number in range(5000):
        quote_path_segment(f"bounded{number}")
    assert len(paths._REMEMBERED[paths.PATH_SEGMENT_SAFE]) <= 1000


def test_long_segment_is_not_remembered():
    """A long segment is quoted anew each time."""
    assert quote_path_segment("é" * 1000) == "%C3%A9" * 1000
    assert "é" * 1000 not in paths._REMEMBERED[paths.PATH_SEGMENT_SAFE]


@pytest.mark.parametrize(
    ("names", "path"), [((), "/"), (("",), "/"), (("", "a b"), "/a%20b"), (("a", "b"), "a/b")]
)
def test_join(names, path):
    """Names are quoted and joined, and what has no names is the root."""
    assert _join_path_tuple(names) == path
