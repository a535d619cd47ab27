"""The cookies of a request."""

from __future__ import annotations

import pytest
from webob.cookies import RequestCookies

from goldilocks.cookies import Cookies, LenientCookies, parse
from goldilocks.exceptions import URLDecodeError
from goldilocks.httpexceptions import HTTPBadRequest, HTTPRequestHeaderFieldsTooLarge
from goldilocks.limits import Limits


@pytest.mark.parametrize(
    ("header", "cookies"),
    [
        ("", {}),
        ("a=1", {"a": "1"}),
        ("a=1; b=2;c=3", {"a": "1", "b": "2", "c": "3"}),
        ("a=1; a=2", {"a": "1"}),
        (" a =\t1 ; b", {"a": "1"}),
        ("a=b=c", {"a": "b=c"}),
        ("a=", {"a": ""}),
        ('a="x; session=secret; b=y"', {"a": '"x', "session": "secret", "b": 'y"'}),
        ('a="b"', {"a": '"b"'}),
        ("=none; ==x", {}),
        ("a b=1; a,b=2; \xc3\xa4=3", {}),
        ("a=b, csrf=evil", {"a": "b, csrf=evil"}),
        ("ga=1]csrf=evil", {"ga": "1]csrf=evil"}),
        ("a=\\073", {"a": "\\073"}),
        ("a=\xc3\xa4", {"a": "ä"}),
        ("a=b\tc", {"a": "b\tc"}),
        ("a=\xc2\xa0b", {"a": "\xa0b"}),
        ("!#$%&'*+.^_`|~-09azAZ=1", {"!#$%&'*+.^_`|~-09azAZ": "1"}),
        ('a="b\\012c"', {"a": "b\nc"}),
        *(
            (f'a="b\\{control}c"', {"a": f'"b\\{control}c"'})
            for control in ("000", "010", "013", "033", "177")
        ),
    ],
)
def test_cookies_are_read(header, cookies):
    """A semicolon parts cookies; nothing else means anything."""
    assert parse(header) == cookies


def test_cookies_that_are_no_text():
    """Bytes that aren't UTF-8 are the client's fault."""
    with pytest.raises(URLDecodeError):
        parse("a=\xe4")


@pytest.mark.parametrize("control", ["\0", "\n", "\x1b", "\x7f"])
def test_cookies_with_controls(control):
    """Control characters are the client's fault."""
    with pytest.raises(HTTPBadRequest, match="control characters"):
        parse(f"a=b{control}c")


def test_cookies_are_read_once():
    """As long as the header is the same, what was read is kept in the environment."""
    environ = {"HTTP_COOKIE": "a=1"}
    assert Cookies(environ, Limits())._cache is Cookies(environ, Limits())._cache
    environ["HTTP_COOKIE"] = "a=2"
    assert Cookies(environ, Limits())["a"] == "2"


def test_cookies_are_written():
    """What is set counts from then on; what WebOb made of the header doesn't."""
    environ = {"HTTP_COOKIE": "a=1; b=2"}
    cookies = Cookies(environ, Limits())
    assert dict(LenientCookies(environ, Limits())) == {"a": "1", "b": "2"}
    cookies["a"] = "3"
    del cookies["b"]
    cookies["c"] = "4"
    assert dict(cookies) == {"a": "3", "c": "4"}
    assert environ["HTTP_COOKIE"] == "a=3; c=4"


@pytest.mark.filterwarnings("ignore:Cookie value contains invalid bytes:RuntimeWarning")  # WebOb's
@pytest.mark.parametrize(
    "header",
    [
        "",
        "a",
        "a=1",
        "b=1; a=2; a=3",
        "a=1; b=2;a=3",
        " a =1;b",
        'b="x; a=1"; c',
        "b=x, a=1; c",
        "b=1; a=2 ; c=3;",
        "=; ==a",
    ],
)
@pytest.mark.parametrize("value", ["9", "x y;", "ä", None])
def test_lenient_cookies_are_written_as_webob_writes_them(header, value):
    """Where old applications run, the header becomes what it always became."""
    ours, webobs = {"HTTP_COOKIE": header}, {"HTTP_COOKIE": header}
    for kind, environ in ((LenientCookies(ours, Limits()), ours), (RequestCookies(webobs), webobs)):
        try:
            kind.__delitem__("a") if value is None else kind.__setitem__("a", value)
        except KeyError:
            environ["missed"] = "a"
    assert ours["HTTP_COOKIE"] == webobs["HTTP_COOKIE"]
    assert ours.get("missed") == webobs.get("missed")
    assert dict(LenientCookies(ours, Limits())) == dict(RequestCookies(webobs))


@pytest.mark.filterwarnings("ignore:Cookie value contains invalid bytes:RuntimeWarning")  # WebOb's
@pytest.mark.parametrize("header", ["", "a=1", "b=x, a=1; c", "b=1;  a=2; a=3", 'b="x; a=1"', "a"])
@pytest.mark.parametrize("value", ["9", "x y;", "ä"])
def test_written_cookie_is_read(header, value):
    """What is set is what is read from then on, the others stay, and what is taken out is gone."""
    environ = {"HTTP_COOKIE": header}
    cookies = Cookies(environ, Limits())
    others = {name: kept for name, kept in cookies.items() if name != "a"}
    cookies["a"] = value
    assert dict(cookies) == parse(environ["HTTP_COOKIE"]) == {**others, "a": value}
    del cookies["a"]
    assert dict(cookies) == parse(environ["HTTP_COOKIE"]) == others
    with pytest.raises(KeyError):
        del cookies["a"]


@pytest.mark.parametrize("kind", [Cookies, LenientCookies])
def test_long_cookies_are_written_in_one_go(kind):
    """A word that no "=" follows is looked at once, also where a cookie is written; and who writes is no client that has a limit."""
    environ = {"HTTP_COOKIE": "a" * 300_000}
    cookies = kind(environ, Limits(cookie_bytes=300_000))
    cookies["b"] = "1"
    assert dict(cookies) == {"b": "1"}
    assert environ["HTTP_COOKIE"].endswith("a; b=1")


@pytest.mark.parametrize("kind", [Cookies, LenientCookies])
def test_cookies_that_are_too_long(kind):
    """More cookies than the limit are refused."""
    limits = Limits(cookie_bytes=10)
    assert kind({"HTTP_COOKIE": "a=" + "1" * 8}, limits)["a"] == "1" * 8
    with pytest.raises(HTTPRequestHeaderFieldsTooLarge):
        kind({"HTTP_COOKIE": "a=" + "1" * 9}, limits)["a"]


def test_lenient_cookies_are_read_once():
    """They are kept where WebOb keeps them, and read anew when the header is another one."""
    environ = {"HTTP_COOKIE": "a=1"}
    first = LenientCookies(environ, Limits())._cache
    assert LenientCookies(environ, Limits())._cache is first
    assert RequestCookies(environ)._cache is first
    environ["HTTP_COOKIE"] = "a=2"
    assert LenientCookies(environ, Limits())["a"] == "2"


def test_word_that_is_no_cookie():
    """A word that no "=" follows is looked at once, and hides no cookie."""
    environ = {"HTTP_COOKIE": "a" * 300_000 + ' ; b="x y" z; c = 1'}
    assert dict(LenientCookies(environ, Limits.compatible())) == {"b": "x y", "c": "1"}


def test_lenient_cookies_are_webobs():
    """Where old applications run, quotes have a meaning and the last of a name counts; bad bytes are the client's fault."""
    assert dict(LenientCookies({"HTTP_COOKIE": 'a="b\\073c"; d=1; d=2'}, Limits())) == {"a": "b;c", "d": "2"}
    with pytest.raises(URLDecodeError):
        LenientCookies({"HTTP_COOKIE": 'a="\\377"'}, Limits())["a"]
