"""What may be sent."""

from __future__ import annotations

import pytest

from goldilocks import headers
from goldilocks.headers import (
    HeaderError,
    check,
    check_cookie_attributes,
    check_cookie_name,
    content_disposition,
    safe_location,
)

GOOD = [("Content-Type", "text/html; charset=UTF-8"), ("X-Name", "caf\xe9\tau lait")]


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found", "299 ", "204", "418 I'm a \xe9"])
def test_status_that_can_be_sent(status):
    """A status is a code and mostly a reason."""
    check(status, GOOD)


@pytest.mark.parametrize(
    "status", ["", "OK", "20 OK", "200OK", "0200 OK", "200 a\r\nb", "200 \u20ac", None, 200]
)
def test_status_that_can_not_be_sent(status):
    """Anything else is no status."""
    with pytest.raises(HeaderError, match="status"):
        check(status, [])


@pytest.mark.parametrize("name", ["", "X Name", "X:Name", "X\n", "N\xe4me", 5, b"X-Name"])
def test_name_that_is_no_token(name):
    """The name of a header is a token."""
    with pytest.raises(HeaderError, match="name of a header"):
        check("200 OK", [(name, "value")])


@pytest.mark.parametrize("value", ["a\rb", "a\nb", "\x00", "\x7f", "a\x0b", "\u20ac"])
def test_value_with_a_fault(value):
    """The error tells header, character and position."""
    with pytest.raises(HeaderError, match=r"header X-Name can't be sent: .* at position \d"):
        check("200 OK", [*GOOD, ("X-Name", value)])


@pytest.mark.parametrize("value", [5, b"a", None])
def test_value_that_is_no_text(value):
    """WSGI takes text only."""
    check("200 OK", [("X-Known", "a")])
    with pytest.raises(HeaderError, match="send text"):
        check("200 OK", [("X-Known", value)])


def test_fault_is_found_behind_known_names():
    """Names that are known don't spare their values a look."""
    check("200 OK", [("X-Known", "a")])
    with pytest.raises(HeaderError):
        check("200 OK", [("X-Known", "a\n")])


def test_names_that_are_remembered_are_bounded(monkeypatch):
    """An application may make up any number of names."""
    monkeypatch.setattr(headers, "_NAMES_LIMIT", 0)
    check("200 OK", [("X-Never-Seen", "a")])
    assert "X-Never-Seen" not in headers._plain_names


def test_location_is_looked_at_each_time():
    """Its name may be written in any case."""
    for name in ("Location", "location"):
        check("302 Found", [(name, "http://example.com/")])
        with pytest.raises(HeaderError, match="another host"):
            check("302 Found", [(name, "//example.com/")])


@pytest.mark.parametrize(
    "location",
    [
        "",
        "/",
        "/a//b",
        "a/b",
        "?a=//b",
        "#a",
        "..",
        "1:2",
        "/a:b",
        "http://a",
        "HTTPS://a/b",
        "http://[::1]:80/",
        "/\xe9",
    ],
)
def test_location_that_stays_as_it_is(location):
    """What every browser reads alike isn't touched."""
    assert safe_location(location) == location


@pytest.mark.parametrize(
    ("location", "sent"),
    [
        ("//evil.example/x", "/%2Fevil.example/x"),
        ("////evil", "/%2F%2F%2Fevil"),
        ("/\\evil", "/%5Cevil"),
        ("\\/evil", "%5C%2Fevil"),
        ("\\\\evil", "%5C%5Cevil"),
        ("\\evil", "%5Cevil"),
    ],
)
def test_location_that_looks_like_a_host(location, sent):
    """What a browser would take for another host is a path, and is written as one."""
    assert safe_location(location) == sent


@pytest.mark.parametrize(
    "location", ["http:evil", "http:/evil", "http:///evil", "https:\\\\evil", "http:", "http://?"]
)
def test_location_with_a_scheme_and_no_host(location):
    """A browser would take the next word for the host."""
    with pytest.raises(HeaderError, match="no host"):
        safe_location(location)


def test_location_of_another_scheme():
    """Other schemes must be allowed by name."""
    with pytest.raises(HeaderError, match="scheme 'app'"):
        safe_location("App:open")
    assert safe_location("App:open", {"app"}) == "App:open"
    for scheme in ("x", "a+b", "a.b", "a-b", "a1"):
        with pytest.raises(HeaderError, match=f"scheme {scheme!r}".replace("+", "[+]")):
            safe_location(f"{scheme}:open")
    with pytest.raises(HeaderError, match="scheme 'http'"):
        safe_location("http://example.com", {"https"})


@pytest.mark.parametrize("location", ["/a b", "\t//evil", "/\n", "/\x7f", "/\xa0", "\x00"])
def test_location_with_a_blank(location):
    """Browsers drop some of these, and encode others."""
    with pytest.raises(HeaderError, match="at position"):
        safe_location(location)


def test_content_disposition_of_a_plain_name():
    """A plain name is quoted; spaces may be in it."""
    assert content_disposition("a b.txt", "inline") == 'inline; filename="a b.txt"'


def test_content_disposition_needs_a_word():
    """The disposition is a token."""
    with pytest.raises(HeaderError, match="disposition"):
        content_disposition("a", "attachment; x")


def test_content_disposition_of_half_a_character():
    """What can't be encoded is replaced."""
    assert content_disposition("\ud800.txt").endswith("filename*=UTF-8''%3F.txt")


@pytest.mark.parametrize("name", ["a", "__Host-a", b"a.b", "!#$%&'*+^_`|~"])
def test_cookie_name_that_is_one(name):
    """WebOb takes text and bytes."""
    check_cookie_name(name)


@pytest.mark.parametrize("name", ["", "a b", "a;b", "a=b", "a,b", b"a\n", "\xe4", '"a"', "a; Domain=evil"])
def test_cookie_name_that_is_more(name):
    """The error shows the name."""
    with pytest.raises(HeaderError, match="name of a cookie"):
        check_cookie_name(name)


@pytest.mark.parametrize("value", [None, "", "/", b"/a", ".example.com", "Lax"])
def test_cookie_attributes_that_stay_what_they_are(value):
    """WebOb takes text and bytes."""
    check_cookie_attributes(path=value)


@pytest.mark.parametrize("value", ["/; Domain=evil", "a\r\nb", b"/;", "/\x00", "/\xe9", "\x7f"])
def test_cookie_attributes_that_would_be_more(value):
    """The error names the attribute."""
    with pytest.raises(HeaderError, match="path="):
        check_cookie_attributes(domain="example.com", path=value)
