"""Readers give WebOb's answers to what a client should send, and a 4xx to everything else."""

from __future__ import annotations

import io
import json
import string
from urllib.parse import quote, quote_plus, urlencode

from hypothesis import given
from hypothesis import strategies as st
from webob.request import BaseRequest

from goldilocks.cookies import parse
from goldilocks.edge import Edge
from goldilocks.httpexceptions import HTTPClientError
from goldilocks.limits import Limits
from goldilocks.request import Request

#: Controls that nobody writes into a form.
CONTROLS = "".join(map(chr, {*range(1, 32), 127} - set(b"\t\n\r")))

text = st.text(st.characters(codec="utf-8", exclude_characters=CONTROLS), max_size=20)
fields = st.lists(st.tuples(text, text), max_size=8)
token = st.text(
    st.sampled_from(string.ascii_letters + string.digits + "!#&'*+-.^_|~"), min_size=1, max_size=10
)
some_bytes = st.binary(max_size=60)

RESERVED = {"path", "comment", "domain", "max-age", "expires", "secure", "httponly", "samesite"}


def environ(body=b"", **said):
    """Return an environment as a server makes it."""
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "CONTENT_LENGTH": str(len(body)),
        **said,
    }


def both(read, body=b"", **said):
    """Return what WebOb and what we read."""
    return read(BaseRequest(environ(body, **said))), read(Request(environ(body, **said)))


def wsgi(data: bytes) -> str:
    """Return bytes as WSGI hands them over."""
    return data.decode("latin-1")


# --- What a client should send -------------------------------------------------------------------------------------


@given(fields, st.sampled_from([quote, quote_plus]))
def test_query_is_webobs(pairs, quoted):
    """A query that is properly written is read as WebOb reads it."""
    query = urlencode(pairs, quote_via=quoted, safe="")
    theirs, ours = both(lambda request: list(request.GET.items()), QUERY_STRING=query)
    assert ours == theirs == pairs


@given(fields)
def test_form_is_webobs(pairs):
    """A URL-encoded form that is properly written is read as WebOb reads it, and leaves the body as WebOb leaves it."""
    body = urlencode(pairs).encode()
    said = {"CONTENT_TYPE": "application/x-www-form-urlencoded"}
    theirs, ours = both(lambda request: (list(request.POST.items()), request.body), body, **said)
    assert ours == theirs == (pairs, body)


@given(
    st.lists(
        st.tuples(token, text.map(lambda value: value.replace("\r", "\n").replace("\n", "\r\n"))), max_size=5
    ),
    st.lists(st.tuples(token, token, some_bytes), max_size=3),
)
def test_multipart_form_is_webobs(pairs, files):
    """A multipart form is read as WebOb reads it, files included."""
    made = Request.blank(
        "/", POST=[*pairs, *((name, (file, data)) for name, file, data in files), ("a", ("x", b""))]
    )
    body, content_type = made.body, made.environ["CONTENT_TYPE"]

    def read(request):
        return [
            (name, (value.filename, value.value, value.type) if hasattr(value, "filename") else value)
            for name, value in request.POST.items()
        ]

    theirs, ours = both(read, body, CONTENT_TYPE=content_type)
    assert ours == theirs


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text,
        lambda each: st.lists(each, max_size=4) | st.dictionaries(text, each, max_size=4),
    ),
    st.booleans(),
)
def test_json_is_webobs(value, is_ascii):
    """JSON is read as WebOb reads it."""
    body = json.dumps(value, ensure_ascii=is_ascii).encode()
    theirs, ours = both(lambda request: request.json_body, body, CONTENT_TYPE="application/json")
    assert ours == theirs == value


@given(st.dictionaries(token.filter(lambda name: name.lower() not in RESERVED), token, max_size=6))
def test_cookies_are_webobs(cookies):
    """Cookies that are properly written are read as WebOb reads them."""
    header = "; ".join(f"{name}={value}" for name, value in cookies.items())
    theirs, ours = both(lambda request: dict(request.cookies), HTTP_COOKIE=header)
    assert ours == theirs == cookies


@given(text, text, token, st.sampled_from(["", "/app", "/\xc3\xa4"]))
def test_addresses_are_webobs(path, query, host, script):
    """Path, query and host make the addresses that WebOb makes."""

    def read(request):
        return [
            getattr(request, name)
            for name in (
                "path_info",
                "script_name",
                "path",
                "path_qs",
                "path_url",
                "url",
                "host_url",
                "application_url",
            )
        ]

    said = {
        "PATH_INFO": wsgi(b"/" + path.encode()),
        "QUERY_STRING": quote_plus(query, safe="=&"),
        "SCRIPT_NAME": script,
    }
    theirs, ours = both(read, **said, HTTP_HOST=f"{host}:8080")
    assert ours == theirs


@given(st.dictionaries(token, token, max_size=6))
def test_cookies_that_are_written_can_be_read(cookies):
    """What a client is told to send back is read as it was said."""
    assert parse("; ".join(f"{name}={value}" for name, value in cookies.items())) == cookies


CREDENTIALS = st.lists(
    st.sampled_from(["a", "ab", "X", "=", '"', " ", "\t", ",", ", ", 'a="', 'a="b"', "\\", "\n"]), max_size=14
).map("".join)


@given(st.sampled_from(["Digest ", "Basic ", "Bearer ", "OpenID  ", ""]), CREDENTIALS)
def test_credentials_are_read_as_webob_reads_them(scheme, said):
    """Whatever stands in ``Authorization``, it is the same as ever."""
    old, new = both(lambda made: made.authorization, HTTP_AUTHORIZATION=scheme + said)
    assert new == old


# --- Anything else -------------------------------------------------------------------------------------------------

READERS = (
    "GET", "POST", "params", "path_info", "path", "url", "cookies", "json_body", "text", "body", "accept",
    "accept_language", "accept_encoding", "accept_charset", "range", "if_range", "if_match", "if_none_match",
    "if_modified_since", "if_unmodified_since", "date", "max_forwards", "authorization", "cache_control", "host",
    "domain", "client_addr", "content_length", "charset", "referer", "user_agent",
)  # fmt: skip

TYPES = st.sampled_from(
    [
        "application/x-www-form-urlencoded",
        "application/json",
        "multipart/form-data; boundary=B",
        "multipart/form-data",
        "text/plain; charset=utf-16",
        "text/plain; charset=idna",
    ]
)
FRAGMENTS = st.lists(
    st.sampled_from([b"--B", b"--", b"\r\n", b"\n", b"Content-Disposition: form-data; name=a", b'; filename="x"', b":",
                     b"[", b"{", b'"', b"%", b"%ff", b"&", b"=", b"\\ud800", b"1e999", b"\0", b"\xff", b"9" * 5000,
                     b"bytes=0-", b"Mon, 01 Jan 99999 00:00:00 GMT", b",", b";", b"q=", b"W/"]),
    max_size=12,
).map(b"".join)  # fmt: skip
rubbish = some_bytes | FRAGMENTS


def check_readers(made):
    """Read all that can be read: there is an answer, or an error that is one."""
    for name in READERS:
        try:
            found = getattr(made, name)
            if name in ("cookies", "GET", "params"):
                list(found.items())
        except HTTPClientError as error:
            assert 400 <= error.code < 500


@given(
    rubbish, TYPES | rubbish.map(wsgi), st.sampled_from([Limits(), Limits.compatible(), Limits(strict=True)])
)
def test_any_body_is_answered(body, content_type, limits):
    """Whatever the body holds, reading it is an answer or a 4xx."""
    made = Request(environ(body, CONTENT_TYPE=content_type))
    made.limits = limits
    check_readers(made)


@given(st.dictionaries(
    st.sampled_from(["PATH_INFO", "QUERY_STRING", "HTTP_COOKIE", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_RANGE",
                     "HTTP_IF_RANGE", "HTTP_IF_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_DATE", "HTTP_MAX_FORWARDS",
                     "HTTP_AUTHORIZATION", "HTTP_CACHE_CONTROL", "CONTENT_LENGTH", "HTTP_X_FORWARDED_FOR", "HTTP_HOST"]),
    rubbish.map(wsgi)),
    st.sampled_from([Limits(), Limits.compatible()]))  # fmt: skip
def test_any_header_is_answered(said, limits):
    """Whatever stands in path, query and headers, reading it is an answer or a 4xx."""
    made = Request(environ(b"a=1", **said))
    made.limits = limits
    check_readers(made)


@given(st.dictionaries(
    st.sampled_from(["REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "CONTENT_LENGTH", "HTTP_HOST", "HTTP_X_FORWARDED_FOR",
                     "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_RANGE", "HTTP_ACCEPT", "REMOTE_ADDR"]),
    rubbish.map(wsgi)),
    st.booleans())  # fmt: skip
def test_edge_answers_or_lets_pass(said, is_trusting):
    """Whatever a request looks like, the edge lets it pass or says what is wrong; what passes has a host that can be one."""
    got = environ(**said)
    refusal = Edge(trusted_proxies=["*"] if is_trusting else [])(got)
    assert refusal is None or 400 <= refusal.code < 500
    if refusal is None and "HTTP_HOST" in got:
        assert not set(got["HTTP_HOST"]) & set("/\\?#@ \t\r\n\0,;%\"'<>")
