"""The last step of an answer: what is added to ours, what is checked on all, and what is left alone."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from goldilocks.headers import HeaderError
from goldilocks.outlet import DEFAULT_HEADERS, header_lines, outlet
from goldilocks.response import HTML_TYPE, FileResponse, ForeignResponse, Response

ALL = {
    "goldilocks.check_responses": True,
    "goldilocks.default_headers": DEFAULT_HEADERS,
    "goldilocks.vary_by_cookie": True,
}
NAMES = [name for name, _ in DEFAULT_HEADERS]


def sent(response, method="GET", **settings):
    """Send a response and return status, headers and body."""
    started = []
    send = outlet({**ALL, **{f"goldilocks.{name}": value for name, value in settings.items()}})
    body = send(response, {"REQUEST_METHOD": method}, lambda *arguments: started.append(arguments))
    ((status, headers),) = started
    data = b"".join(body)
    getattr(body, "close", bool)()
    return status, headers, data


def test_nothing_to_do():
    """Where nothing is checked and nothing added, there is no outlet."""
    assert outlet({}) is None


@pytest.mark.parametrize(
    "response", [Response("text"), Response("text", 404), Response("text", content_type="text/x")]
)
def test_default_headers(response):
    """A response of ours gets the default headers, whether anybody touched it or not."""
    assert sent(response)[1][-len(NAMES) :] == list(DEFAULT_HEADERS)


def test_no_default_headers():
    """Where none are wanted, none are added."""
    assert sent(Response("text"), default_headers=())[1] == Response("text").headerlist


def test_own_header_counts():
    """A header that the response has itself isn't said again, however it is spelt."""
    headers = sent(Response("text", headers={"x-frame-options": "DENY"}))[1]
    assert [value for name, value in headers if name.lower() == "x-frame-options"] == ["DENY"]
    assert dict(headers)["Referrer-Policy"] == "same-origin"


def test_empty_header_is_not_sent():
    """A header that a view leaves empty isn't sent at all."""
    headers = sent(Response("text", headers={"X-Frame-Options": ""}))[1]
    assert "x-frame-options" not in {name.lower() for name, _ in headers}


def test_response_itself_is_not_changed():
    """What is added is added to what is sent: a response that is sent twice gets it once each time."""
    response = Response("text")
    first = sent(response)
    assert sent(response) == first
    assert "X-Frame-Options" not in response.headers


def test_head_has_no_body():
    """A plain response to ``HEAD`` has the headers and no body."""
    status, headers, body = sent(Response("text"), "HEAD")
    assert (status, body) == ("200 OK", b"")
    assert dict(headers)["Content-Length"] == "4"


def test_files_say_all_themselves(tmp_path):
    """A file's response gets no default header."""
    path = tmp_path / "file.txt"
    path.write_text("text")
    headers = sent(FileResponse(path))[1]
    assert not {name for name, _ in headers} & set(NAMES)


def test_foreign_responses_say_all_themselves():
    """Whatever else can be called like an application gets no default header."""

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"foreign"]

    assert sent(app) == ("200 OK", [("Content-Type", "text/plain")], b"foreign")


class OtherResponse(Response):
    """A response of ours that takes no short way."""


VALUES = st.sampled_from(["Cookie", "a=b", "*", "", "5", "a\r\nb", "\u2603", b"a", 5, None])
WORDS = st.sampled_from(
    [
        "Set-Cookie",
        "Set-Cookie",
        "Vary",
        "Vary",
        "vary",
        "X-Frame-Options",
        "Cache-Control",
        "Expires",
        "Content-Length",
        "X-Own",
    ]
)


BEGINNINGS = st.sampled_from(
    [
        *[[HTML_TYPE, ("Content-Length", "4")]] * 5,
        [("Content-Type", "text/html; charset=UTF-8"), ("Content-Length", "4")],
        [("X-Own", "a"), ("Content-Length", "4")],
        [HTML_TYPE, ("content-length", "4")],
        [HTML_TYPE, ("Content-Length", "x")],
        [HTML_TYPE, ("Content-Length", 4)],
    ]
)


@settings(max_examples=300)
@given(
    BEGINNINGS,
    st.lists(st.tuples(WORDS, VALUES), max_size=2),
    st.sampled_from([DEFAULT_HEADERS, (), (("Vary", "Accept"),), (("cache-control", "no-store"),)]),
    st.sampled_from(["200 OK", "200 OK", "418 I'm a teapot", "299 Odd"]),
    st.booleans(),
)
@example(
    [HTML_TYPE, ("Content-Length", "4")],
    [("Vary", "a"), ("Set-Cookie", "a=b")],
    DEFAULT_HEADERS,
    "200 OK",
    True,
)
@example(
    [HTML_TYPE, ("Content-Length", "4")],
    [("Vary", "a"), ("Set-Cookie", "a=b")],
    DEFAULT_HEADERS,
    "299 Odd",
    True,
)
@example([HTML_TYPE, ("Content-Length", "4")], [("Vary", "a\nb")], DEFAULT_HEADERS, "200 OK", True)
@example([HTML_TYPE, ("Content-Length", "x")], [("Vary", "a")], DEFAULT_HEADERS, "200 OK", True)
@example([HTML_TYPE, ("Content-Length", "4")], [("X-Own", "a")], DEFAULT_HEADERS, "200 OK", True)
@example([HTML_TYPE, ("Content-Length", "4")], [("Vary", "a")], (("Vary", "b"),), "200 OK", True)
def test_short_way_sends_what_the_long_way_sends(beginning, others, added, status, keeps_private):
    """Which headers are sent, and which are refused, doesn't depend on how quickly that is found out."""

    def answer(make):
        response = make("text")
        response._headerlist = [*beginning, *others]
        response._status = status
        try:
            return sent(response, default_headers=added, vary_by_cookie=keeps_private)
        except HeaderError as error:
            return str(error)

    assert answer(Response) == answer(OtherResponse)


@pytest.mark.parametrize("is_ours", [True, False])
def test_headers_are_checked(is_ours):
    """What could be read as two answers isn't sent, ours or not."""
    bad = [("X-Name", "a\r\nSet-Cookie: b=c")]

    def app(environ, start_response):
        start_response("200 OK", bad)

        return []

    response = Response(app_iter=[], headerlist=bad) if is_ours else app
    with pytest.raises(HeaderError):
        sent(response)
    sent(response, check_responses=False)


def test_body_of_a_checked_response():
    """What starts an answer by hand can still say with an error that it starts anew."""
    started = []

    def app(environ, start_response):
        start_response("500 Oh", [], (ValueError, None, None))
        return []

    outlet(ALL)(app, {}, lambda *arguments: started.append(arguments))
    assert started == [("500 Oh", [], (ValueError, None, None))]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, "private"),
        ({"Cache-Control": "public"}, "public"),
        ({"Cache-Control": "S-MaxAge = 3, s-maxage=3"}, "S-MaxAge = 3, s-maxage=3"),
        ({"Cache-Control": "no-store"}, "no-store"),
        ({"Cache-Control": "max-age=3600"}, "max-age=3600, private"),
        ({"Expires": "Thu, 01 Jan 2026 00:00:00 GMT"}, "private"),
    ],
)
def test_answer_with_a_cookie_is_private(headers, expected):
    """An answer that sets a cookie says that shared caches mustn't keep it, unless it says for whom caches may."""
    response = Response("text", headers={"Set-Cookie": "a=b", **headers})
    said = [value for name, value in sent(response)[1] if name == "Cache-Control"]
    assert ", ".join(said) == expected
    assert "Cache-Control" not in dict(sent(Response("text"))[1])
    assert "Cache-Control" not in dict(
        sent(Response("text", headers={"Set-Cookie": "a"}), vary_by_cookie=False)[1]
    )


def test_added_header_says_for_whom_an_answer_is():
    """Where the headers that are added say what caches may do with an answer, nothing else is said of it."""
    said = (("Cache-Control", "no-store"),)
    for kind in (Response, OtherResponse):
        headers = sent(kind("text", headers={"Set-Cookie": "a=b"}), default_headers=said)[1]
        assert [value for name, value in headers if name == "Cache-Control"] == ["no-store"]


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified", "204 Nothing to say"])
@pytest.mark.parametrize("kind", [Response, OtherResponse, ForeignResponse])
def test_answer_without_a_body(kind, status):
    """What ends with its head has no body and no length, whatever the application has left in it; it is closed."""
    closed = []

    class Body(list):
        def close(self):
            closed.append(list(self))

    response = kind(app_iter=Body([b"null"]), status=status, content_type="application/json", etag="a")
    response.content_length = 4
    code, headers, body = sent(response)
    assert (code, body, closed) == (status, b"", [[b"null"]])
    names = {name.lower() for name, _ in headers}
    assert "etag" in names and names.isdisjoint({"content-length", "content-type"})
    assert sent(kind(app_iter=[b"null"], status=status), check_responses=False)[2] == b"null"


def test_header_lines():
    """A setting may give pairs, too; what can't be a header is refused."""
    assert header_lines((("A", "b"),)) == (("A", "b"),)
    assert header_lines("\n  A: b:c \n \nB:\n") == (("A", "b:c"), ("B", ""))
    with pytest.raises(HeaderError):
        header_lines("X Y: z")


@pytest.mark.parametrize("name", ["Content-Length", "connection", "Transfer-Encoding", "Status", "Location"])
def test_headers_of_one_answer(name):
    """What would be wrong of each answer but one is no default."""
    with pytest.raises(ValueError, match=f"what {name} says can't be so of each answer"):
        header_lines(f"{name}: 5")


@pytest.mark.parametrize(
    "said", [5, None, b"A: b", "nosniff", ["A"], [5.5], [("A",)], [("A", 1)], [(1, "b")]]
)
def test_lines_that_are_no_headers(said):
    """A line without a colon, and what is no line, is refused in words that say what to write."""
    with pytest.raises((TypeError, ValueError), match="write lines like X-Frame-Options: DENY"):
        header_lines(said)
