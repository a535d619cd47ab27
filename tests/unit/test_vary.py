"""That an answer depends on cookies: noted on the request, and said to caches once."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest
from webob import Response as WebObResponse

from goldilocks.response import Response
from goldilocks.vary import note_cookie, vary_by_cookie


def test_note_stands_on_the_request():
    """That a cookie counts stands where the router looks for it."""
    request = SimpleNamespace()
    note_cookie(request)
    assert request._depends_on_cookie is True
    note_cookie(None)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (None, "Cookie"),
        ("Accept", "Accept, Cookie"),
        ("cookie", "cookie"),
        ("*", "*"),
        ("A, COOKIE", "A, COOKIE"),
    ],
)
def test_vary_by_cookie(said, expected):
    """A response says once that it depends on cookies."""
    response = Response("text")
    if said is not None:
        response.headers["Vary"] = said
    vary_by_cookie(response)
    assert response.headers["Vary"] == expected


def test_vary_on_several_lines_is_one_list():
    """What was said on other lines is still said: a cache that forgot it would hand on a packed body to whoever can't unpack it."""
    response = Response("text")
    response.headerlist += [("Vary", "Accept-Encoding,"), ("vary", ""), ("VARY", "Origin")]
    vary_by_cookie(response)
    assert response.headers.getall("Vary") == ["Accept-Encoding, Origin, Cookie"]
    response.headerlist.append(("Vary", "Accept"))
    vary_by_cookie(response)
    assert response.headers.getall("Vary") == ["Accept-Encoding, Origin, Cookie", "Accept"]


def test_foreign_response_does_not_vary():
    """What isn't ours is left alone, but what comes from WebOb is known well enough."""
    vary_by_cookie(io.BytesIO())
    response = WebObResponse("text")
    vary_by_cookie(response)
    assert response.headers["Vary"] == "Cookie"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, []),
        ({"Cache-Control": "max-age=3600"}, ["max-age=3600"]),
        ({"Set-Cookie": "a=b", "Cache-Control": "max-age=3600"}, ["max-age=3600", "private"]),
        ({"Set-Cookie": "a=b", "Cache-Control": "public"}, ["public"]),
        ({"Set-Cookie": "a=b", "Cache-Control": "No-Store"}, ["No-Store"]),
        ({"Set-Cookie": "a=b", "Cache-Control": "max-age=9, Private"}, ["max-age=9, Private"]),
        ({"Set-Cookie": "a=b", "Cache-Control": "s-maxage=5"}, ["s-maxage=5"]),
        ({"Set-Cookie": "a=b"}, ["private"]),
    ],
)
def test_answer_with_a_cookie_is_private(headers, expected):
    """To what takes no default headers, it is said here that shared caches mustn't keep a cookie; to others with these."""
    foreign, own = WebObResponse("text", headers=headers), Response("text", headers=headers)
    for response in (foreign, own):
        vary_by_cookie(response)
    assert foreign.headers.getall("Cache-Control") == expected
    assert own.headers.getall("Cache-Control") == [value for value in expected if value != "private"]
