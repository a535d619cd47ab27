"""Any bytes that a request is made of: the answer is a well-formed one below 500, and says what was written into it."""

from __future__ import annotations

from urllib.parse import quote

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests import furnished
from tests.everything import READERS, application, ask, environ_of

# --- What a client may send ------------------------------------------------------------------------------------------

#: Pieces that mean something to somebody, most of them out of place.
PIECES = [
    b"%", b"%00", b"%ff", b"%0a", b"%2f", b"%5c", b"%2e%2e", b"%u0041", b"..", b"/", b"//", b"\\", b";", b"&", b"=", b"+", b"?",
    b"#", b"@", b"@@", b":", b"::", b",", b'"', b"'", b"<b>", b"{", b"}", b"[", b"]", b"\0", b"\r", b"\t", b"\x1b", b"\x7f",
    b"\x80", b"\xff", b"\xc3\xa9", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"\xf4\x90\x80\x80", b"a", b"1", b"*", b"=?utf-8?q?a?=",
    b"session=", b"auth_tkt=", b"csrf_token=", b"_LOCALE_=", b"bytes=", b"0-", b"-1", b"9" * 30, b"1e999", b"NaN", b"W/",
    b"q=", b";q=0.5", b"text/html", b"*/*", b"en-US", b"Mon, 01 Jan 2001 00:00:00 GMT", b"Mon, 01 Jan 99999 00:00:00 GMT",
    b"javascript:", b"http://", b"evil.example", b"example.com", b"--B", b"--B--", b"\\ud800", b"!str", b"b64unicode!",
    b"leaf", b"@@read", b"index.html", b"page.txt",
]  # fmt: skip
rubbish = st.binary(max_size=40) | st.lists(st.sampled_from(PIECES), max_size=8).map(b"".join)
quoted = rubbish.map(lambda data: quote(data).encode())
one_line = rubbish.map(lambda data: data.replace(b"\n", b" "))

PLACES = [
    b"/", b"/bears/", b"/numbers/1", b"/pairs/a-", b"/caf%C3%A9/x/", b"/rest/a/", b"/walk/", b"/walk/leaf/", b"/read",
    b"/read/", b"/keep", b"/form", b"/safe", b"/echo", b"/in?user=", b"/in", b"/write?cookie=", b"/write?file=",
    b"/write?etag=", b"/leave?to=", b"/leave?to=/", b"/conditional", b"/page/", b"/page/x?to=", b"/secret", b"/accept", b"/choose",
    b"/static/", b"/static/page.txt", b"/static/deep", b"/static/indexed/", b"/a/b/", b"//", b"*", b"",
    *(b"/read/" + name.encode() for name in READERS),
]  # fmt: skip


def targets(places):
    """Return what stands between the method and the version: a place, and what is appended to it."""
    return st.builds(
        lambda place, rest, query, is_whole: place if is_whole else place + rest.replace(b" ", b"") + query.replace(b" ", b""),
        st.sampled_from(places), quoted | one_line, st.just(b"") | one_line.map(lambda data: b"?" + data), st.booleans(),
    )  # fmt: skip


methods = st.sampled_from([b"GET", b"GET", b"POST", b"POST", b"HEAD", b"OPTIONS", b"PUT", b"DELETE", b"PATCH", b"_DO_GET",
                           b"get", b"PROPFIND", b"\xff"])  # fmt: skip
NAMES = [
    b"Host", b"Cookie", b"Accept", b"Accept-Language", b"Accept-Encoding", b"Accept-Charset", b"Range", b"If-Range", b"If-Match",
    b"If-None-Match", b"If-Modified-Since", b"If-Unmodified-Since", b"Date", b"Max-Forwards", b"Authorization", b"Cache-Control",
    b"Referer", b"User-Agent", b"Origin", b"Sec-Fetch-Site", b"Content-Type", b"Content-Length", b"X-Forwarded-For",
    b"X-Forwarded-Host", b"X-Forwarded-Proto", b"X-Vhm-Root", b"X-Requested-With", b"X-Csrf-Token", b"X-Eager", b"X-Token",
    b"X-Http-Method-Override", b"Transfer-Encoding", b"Expect", b"Content-Encoding", b"Upgrade",
]  # fmt: skip
TYPES = [
    b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=B", b'multipart/form-data; boundary="', b"application/json",
    b"application/json; charset=utf-7", b"text/plain; charset=hex", b"text/plain", b"application/vnd.api+json",
]  # fmt: skip
PARTS = [
    b"--B\r\n", b"--B", b"--", b"--B--\r\n", b"\r\n", b"\n", b"Content-Disposition: form-data; name=a", b"; filename=\"../x\"",
    b"; filename*=utf-8''%ff", b"Content-Type: text/plain; charset=\xff", b"Content-Transfer-Encoding: base64", b": ", b"a=1", b"&",
    b"[", b"{", b'{"a":', b"]", b"}", b'"', b",", b"null", b"1" * 5000, b"\\ud800", b"NaN", b"[" * 2000, b"csrf_token=",
]  # fmt: skip
bodies = rubbish | st.lists(st.sampled_from(PARTS), max_size=14).map(b"".join)
headers = st.lists(
    st.tuples(st.sampled_from(NAMES) | one_line, one_line)
    | st.tuples(st.just(b"Content-Type"), st.sampled_from(TYPES))
    | st.tuples(st.just(b"X-Eager"), st.sampled_from(READERS).map(str.encode)),
    max_size=5,
)


@st.composite
def requests(draw, places=PLACES):
    """Return a request as it goes over the wire."""
    lines = [
        draw(methods) + b" " + draw(targets(places)),
        *(name + b": " + value for name, value in draw(headers)),
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n" + draw(bodies)


hard = settings(max_examples=settings().max_examples * 4)


@hard
@given(requests())
@example(b"GET /leave?to=/%E7%86%8A")
@example(b"GET /leave?to=/%C3%A9")
@example(b"GET /static/deep\nHost: example.com:")
def test_any_request_is_answered(raw):
    """Whatever is asked, the answer is a well-formed one below 500; nothing is raised, nothing logged as an error."""
    ask(application(), environ_of(raw))


@hard
@given(requests())
def test_any_request_is_answered_by_a_strict_application(raw):
    """No more by one that refuses controls, knows its hosts, trusts the proxy in front of it and explains what it does."""
    said = {
        "goldilocks__strict": "true",
        "goldilocks__debug": "true",
        "goldilocks__trusted_proxies": "127.0.0.1",
    }
    ask(application(goldilocks__allowed_hosts=".example.com localhost", **said), environ_of(raw))


@hard
@given(requests())
def test_any_request_is_answered_under_the_other_defaults(raw):
    """Under Pyramid's defaults a client can't raise an error either; only of the ``Host`` nothing is demanded there."""
    asked = environ_of(raw)
    asked["HTTP_HOST"] = "example.com"
    ask(application("pyramid"), asked)


@hard
@given(requests(furnished.PLACES), st.sampled_from(["tkt", "basic"]))
def test_any_request_is_answered_by_a_furnished_application(raw, kind):
    """Nor by one that has packages' files, mounted applications, the older policies and views of all kinds."""
    ask(furnished.application(kind), environ_of(raw))


@hard
@given(requests(furnished.PLACES))
def test_any_request_is_answered_by_a_furnished_application_that_explains(raw):
    """Nor where it tells a developer why it answered as it did."""
    ask(
        furnished.application(goldilocks__debug="true", goldilocks__trusted_proxies="127.0.0.1"),
        environ_of(raw),
    )
