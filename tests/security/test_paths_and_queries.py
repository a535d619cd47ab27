"""What went wrong with addresses elsewhere: bytes that are no text, escapes that mean nothing, lines forged in a log."""

import logging
import sys

import click
import pytest

from goldilocks.cli.requestlog import RequestLog
from goldilocks.config import Configurator
from goldilocks.events import NewRequest, NewResponse
from goldilocks.exceptions import URLDecodeError, refusal
from goldilocks.failure import refusal_behind
from goldilocks.httpexceptions import HTTPBadRequest, HTTPException, HTTPFound
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.static import static_view
from goldilocks.tweens import EXCVIEW

SEEN = []


def note(who, request):
    """Read the query and write down how that fails."""
    try:
        request.params  # noqa: B018 - to read it is the test
    except UnicodeDecodeError as error:
        SEEN.append((who, isinstance(error, HTTPBadRequest)))


def noting_tween(handler, registry):
    """Read before everybody else."""

    def tween(request):
        note("tween", request)
        return handler(request)

    return tween


class Noting:
    """A predicate that reads."""

    def __init__(self, value, config):
        pass

    def text(self):
        return "noting"

    phash = text

    def __call__(self, context, request):
        note("predicate", request)
        return True


def careless_tween(handler, registry):
    """Read before everybody else, and catch nothing."""

    def tween(request):
        request.params  # noqa: B018 - to read it is the test
        return handler(request)

    return tween


@pytest.fixture
def here(monkeypatch):
    """Let this module be found by its name, as tweens are."""
    monkeypatch.setitem(sys.modules, "these_tests", sys.modules[__name__])
    SEEN.clear()
    return "these_tests"


def echo(config):
    """Answers with what it reads of the address."""
    config.add_route("echo", "/echo/*rest")
    config.add_view(
        lambda request: Response(repr((request.path_info, list(request.params.items())))), route_name="echo"
    )
    config.add_view(lambda request: Response("fine"), name="x")


def made(*includes, **settings):
    """Make an application."""
    config = Configurator(settings={name.replace("__", "."): value for name, value in settings.items()})
    for include in includes:
        include(config)
    return config.make_wsgi_app()


def ask(app, path=b"/echo/", query=b"", **said):
    """Ask an application as a server would that lets everything through; return status and body."""
    environ = Request.blank("/").environ | {
        "PATH_INFO": path.decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        **said,
    }
    answers = []
    body = b"".join(app(environ, lambda status, headers, exc_info=None: answers.append(status)))
    return answers[0], body.decode()


# --- Bytes that are no text ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [b"/echo/\xff", b"/echo/\xc3", b"/echo/\xed\xa0\x80", b"/\xe4/x", b"/echo/\xc0\xaf", b"/nothing/\xff"],
)
@pytest.mark.parametrize("is_throwing", [False, True])
def test_path_that_is_no_text_is_the_clients_fault(path, is_throwing):
    """Bytes that aren't UTF-8 in a path, overlong forms and surrogates among them: 400, and no error of the server."""
    said = {"paste.throw_errors": True} if is_throwing else {}
    assert ask(made(echo), path, **said)[0] == "400 Bad Request"


BAD_QUERIES = [b"a=%ff", b"%E4=1", b"a=\xff", b"a=%C0%AF", b"a=%", b"a=%4", b"a=%zz&b=1", b"a=%ED%A0%80"]


@pytest.mark.parametrize("query", BAD_QUERIES)
def test_query_that_is_no_text_is_the_clients_fault(query):
    """Bytes that aren't UTF-8, and escapes that mean nothing, in a query: 400 when it is read."""
    assert ask(made(echo), query=query)[0] == "400 Bad Request"


@pytest.mark.parametrize("query", BAD_QUERIES)
def test_nothing_is_read_before_it_is_asked_for(query):
    """A broken query disturbs nobody who doesn't read it."""
    assert ask(made(echo), b"/x", query) == ("200 OK", "fine")


def test_everybody_sees_the_same_error(here):
    """Tween, subscriber, predicate and view see one error: a ``UnicodeDecodeError`` that is an ``HTTPBadRequest``."""

    def app(config):
        config.add_tween(f"{here}.noting_tween")
        config.add_view_predicate("noting", Noting)
        config.add_subscriber(lambda event: note("subscriber", event.request), NewRequest)
        config.add_view(lambda request: note("view", request) or Response("fine"), name="x", noting=True)

    assert ask(made(app), b"/x", b"a=%ff") == ("200 OK", "fine")
    assert SEEN == [("tween", True), ("subscriber", True), ("predicate", True), ("view", True)]


@pytest.mark.parametrize("is_throwing", [False, True])
def test_error_over_all_exception_views_is_still_answered(here, is_throwing):
    """A tween outside of the exception views that reads a broken query doesn't make it an error of the server."""

    def app(config):
        echo(config)
        config.add_tween(f"{here}.careless_tween")

    said = {"paste.throw_errors": True} if is_throwing else {}
    assert ask(made(app), b"/x", b"a=%ff", **said)[0] == "400 Bad Request"


def refusing_view(error, request):
    """The application's own page of a bad request."""
    return Response("own page", status=error.code)


@pytest.mark.parametrize("defaults", ["secure", "pyramid"])
@pytest.mark.parametrize("over", [None, EXCVIEW])
def test_error_over_all_exception_views_is_shown_by_one(here, defaults, over):
    """Wherever a broken query is read, the visitor sees the same page."""

    def app(config):
        echo(config)
        config.add_exception_view(refusing_view, context=HTTPBadRequest)
        config.add_tween(f"{here}.careless_tween", over=over)

    answer = ask(made(app, goldilocks__defaults=defaults), b"/x", b"a=%ff")
    assert answer == ("400 Bad Request", "own page")


@pytest.mark.parametrize("defaults", ["secure", "pyramid"])
def test_exception_view_that_reads_what_cannot_be_read_is_asked_once(defaults):
    """A page that fails at what it is about isn't made again: what it does beside is done once."""
    asked = []

    def page(error, request):
        asked.append(error)
        return Response(str(request.GET))

    def app(config):
        echo(config)
        config.add_exception_view(page, context=UnicodeDecodeError)
        config.add_subscriber(lambda event: None, NewRequest)

    assert ask(made(app, goldilocks__defaults=defaults), b"/echo/x", b"a=%ff")[0] == "400 Bad Request"
    assert len(asked) == 1


def test_request_within_one_hears_of_the_error_itself(here):
    """Who answers a request by another one without tweens gets the error, as of any view."""

    def outer(request):
        with pytest.raises(URLDecodeError):
            request.invoke_subrequest(Request.blank("/inner?a=%ff"))
        return request.invoke_subrequest(Request.blank("/inner?a=%ff"), use_tweens=True)

    def app(config):
        config.add_exception_view(refusing_view, context=HTTPBadRequest)
        config.add_tween(f"{here}.careless_tween")
        config.add_view(outer, name="x")
        config.add_view(lambda request: Response(str(request.GET)), name="inner")

    assert ask(made(app), b"/x") == ("400 Bad Request", "own page")


def preparing_tween(handler, registry):
    """Put something onto each request that pages need."""

    def tween(request):
        prepare(request)
        return handler(request)

    return tween


def prepare(request):
    request.translate = str.upper


def unprepared(config):
    """Has pages, and those who hear of answers, that need what a tween or a subscriber has prepared; it is no fault of theirs."""
    echo(config)
    config.add_exception_view(
        lambda error, request: Response(request.translate("own page"), status=error.code),
        context=HTTPException,
    )


REFUSED = [
    (b"/x\0", {}, "404 Not Found"),
    (b"/x\1", {}, "400 Bad Request"),
    (b"/x", {"HTTP_HOST": "a b"}, "400 Bad Request"),
    (b"/x", {"REQUEST_METHOD": "G T"}, "400 Bad Request"),
    (b"/x" * 5000, {}, "414 Request-URI Too Long"),
]


@pytest.mark.parametrize(("path", "said", "status"), REFUSED)
@pytest.mark.parametrize("is_throwing", [False, True])
@pytest.mark.parametrize("prepared_by", ["tween", "subscriber", "never"])
def test_page_that_wants_a_prepared_request(here, caplog, path, said, status, is_throwing, prepared_by):
    """Who is refused before anybody has prepared the request for the page hears why; that the page failed is logged."""

    def app(config):
        unprepared(config)
        if prepared_by == "tween":
            config.add_tween(f"{here}.preparing_tween")
        elif prepared_by == "subscriber":
            config.add_subscriber(lambda event: prepare(event.request), NewRequest)

    said = said | ({"paste.throw_errors": True} if is_throwing else {})
    assert ask(made(app), path, **said)[0] == status
    assert "translate" in caplog.text


@pytest.mark.parametrize(("path", "said", "status"), REFUSED)
@pytest.mark.parametrize("is_throwing", [False, True])
def test_listener_that_wants_a_prepared_request(path, said, status, is_throwing):
    """So it is where not the page fails, but who hears of the answer."""

    def app(config):
        echo(config)
        config.add_subscriber(lambda event: prepare(event.request), NewRequest)
        config.add_subscriber(lambda event: event.request.translate("x"), NewResponse)

    said = said | ({"paste.throw_errors": True} if is_throwing else {})
    assert ask(made(app), path, **said)[0] == status


@pytest.mark.parametrize("place", ["tween", "subscriber", "view"])
def test_page_that_fails_at_what_cant_be_read(here, caplog, place):
    """The client hears of his own fault, and the log of ours."""

    def read_and_prepare(request):
        request.language = request.GET["language"]

    def app(config):
        if place == "tween":
            config.add_tween(f"{here}.careless_tween")
        elif place == "subscriber":
            config.add_subscriber(lambda event: read_and_prepare(event.request), NewRequest)
        config.add_exception_view(lambda error, request: Response(request.language), context=HTTPException)
        config.add_view(lambda request: read_and_prepare(request) or Response("fine"), name="x")

    assert ask(made(app), b"/x", b"language=%ff")[0] == "400 Bad Request"
    assert "language" in caplog.text


def test_page_that_fails_is_an_error_for_testers():
    """Who tests the application sees the error itself, where the request came to be prepared; who debugs it, its page."""

    def app(config):
        config.add_exception_view(lambda error, request: 1 / 0, context=HTTPException)
        config.add_view(lambda request: Response(str(request.GET)), name="x")

    with pytest.raises(ZeroDivisionError):
        ask(made(app), b"/x", b"a=%ff", **{"paste.throw_errors": True})
    status, page = ask(made(app, goldilocks__debug="true"), b"/x", b"a=%ff")
    assert status == "500 Internal Server Error"
    assert "ZeroDivisionError" in page


def test_page_of_a_refusal_may_be_another_answer():
    """An exception view that raises an answer has answered."""

    def elsewhere(error, request):
        raise HTTPFound("/help")

    def app(config):
        echo(config)
        config.add_exception_view(elsewhere, context=HTTPBadRequest)

    assert ask(made(app), b"/x\1")[0] == "302 Found"


def test_error_behind_errors_is_found_once():
    """An error that came of a refusal in some steps leads to it; one that leads to itself, to nothing."""
    refused, first, second = refusal(HTTPBadRequest, "No."), ValueError(), KeyError()
    second.__context__ = first
    assert refusal_behind(second) is None
    first.__context__ = refused
    assert refusal_behind(second) is refused
    first.__context__ = second
    assert refusal_behind(second) is None


def curious_tween(handler, registry):
    """Read of the path what the request says is to be read, before anybody else does, and catch nothing."""

    def tween(request):
        getattr(request, request.environ["wanted"])
        return handler(request)

    return tween


@pytest.mark.parametrize("wanted", ["path_info", "path", "path_qs", "path_url", "url", "script_name"])
@pytest.mark.parametrize("defaults", ["secure", "pyramid"])
def test_path_that_is_read_before_it_is_walked(here, wanted, defaults):
    """Whatever a tween asks of a path that is no text, it hears what everybody hears, and the client hears 400."""

    def app(config):
        config.add_tween(f"{here}.curious_tween")

    said = {"wanted": wanted, "SCRIPT_NAME": "/\xff" if wanted == "script_name" else ""}
    application = made(app, goldilocks__defaults=defaults)
    assert ask(application, b"/\xff", **said)[0] == "400 Bad Request"


@pytest.mark.parametrize("kind", [UnicodeDecodeError, HTTPBadRequest, ValueError])
def test_application_may_answer_itself(kind):
    """An exception view for either kind of the error is asked, and may read what can be read."""

    def app(config):
        echo(config)
        config.add_exception_view(lambda error, request: Response(request.path, status=418), context=kind)

    assert ask(made(app), query=b"a=%ff") == ("418 I'm a teapot", "/echo/")


def test_exception_view_that_reads_it_again():
    """An exception view that fails at the same bytes is no reason to fail."""

    def app(config):
        echo(config)
        config.add_exception_view(
            lambda error, request: Response(request.params["a"]), context=HTTPBadRequest
        )

    assert ask(made(app), query=b"a=%ff")[0] == "400 Bad Request"


def test_page_says_nothing_of_the_bytes():
    """What was sent isn't sent back."""
    status, page = ask(made(echo), query=b"a=%ff<script>")
    assert status == "400 Bad Request" and "script" not in page


# --- NUL and other controls ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [b"/echo/\0", b"/\0", b"/echo/a\0b", b"/x\0"])
def test_path_with_a_nul_is_nothing(path):
    """A NUL in a path: 404 before anybody sees it (CVE-2023-40587)."""
    assert ask(made(echo), path)[0] == "404 Not Found"


@pytest.mark.parametrize(("is_strict", "status"), [(False, "200 OK"), (True, "400 Bad Request")])
@pytest.mark.parametrize("query", [b"a=%00", b"%00=b", b"a=b%00c"])
def test_nul_in_a_query(query, is_strict, status):
    """A NUL in a query is the application's to judge, unless it wants to hear of none."""
    assert ask(made(echo, goldilocks__strict=is_strict), query=query)[0] == status


@pytest.mark.parametrize("name", ["HTTP_X", "HTTP_REFERER", "PATH_INFO"])
@pytest.mark.parametrize("control", ["\r\nX: y", "\0", "\x1b[2J"])
def test_strict_application_hears_of_no_controls(name, control):
    """Control characters in path and headers: 400 (404 for a NUL in a path) where strictness is wanted."""
    status, _ = ask(made(echo, goldilocks__strict="true"), **{name: f"/echo/{control}"})
    assert status in ("400 Bad Request", "404 Not Found")


# --- Form of the target --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [b"x", b"http://evil.example/x", b"*", b"\\x", b"..", b"evil.example:443"])
def test_target_begins_with_a_slash(path):
    """A target that is no path is refused: routes, guards and logs would read it differently."""
    assert ask(made(echo), path)[0] == "400 Bad Request"


@pytest.mark.parametrize("host", ["example.com", "example.com:8080", "[::1]"])
def test_star_is_no_part_of_the_host(host):
    """``OPTIONS *``, which asks the server and no path of it: URLs and redirects lead to the host that was asked."""

    def app(config):
        config.add_route("home", "/")
        config.add_route("any", "/*rest")
        config.add_view(lambda request: Response(f"{request.url} {request.path}"), route_name="home")

    def away(config):
        config.add_route("home", "/")
        config.add_view(lambda request: HTTPFound("/login"), route_name="home")

    said = {"REQUEST_METHOD": "OPTIONS", "HTTP_HOST": host, "SERVER_PROTOCOL": "HTTP/1.1"}
    for _ in range(2):
        assert ask(made(app), b"*", **said) == ("200 OK", f"http://{host} ")
    sent = {}
    environ = Request.blank("/").environ | said | {"PATH_INFO": "*"}
    list(made(away)(environ, lambda status, headers, exc_info=None: sent.update(headers)))
    assert sent["Location"] == f"http://{host}/login"


@pytest.mark.parametrize("method", ["", "GET\r\n", "G ET", "<script>", "GET\0", "Ä"])
def test_method_is_a_word(method):
    """A method that is none is refused."""
    assert ask(made(echo), REQUEST_METHOD=method)[0] == "400 Bad Request"


def test_semicolon_parts_nothing():
    """A proxy that keeps pages by their parameters, and the application, read the same ones (CVE-2021-23336, CVE-2020-28473)."""
    _, text = ask(made(echo), query=b"a=1;b=2&c=3")
    assert text == repr(("/echo/", [("a", "1;b=2"), ("c", "3")]))


# --- Sizes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"PATH_INFO": "/" + "a" * 8000}, "414 Request-URI Too Long"),
        ({"QUERY_STRING": "a" * 16_001}, "414 Request-URI Too Long"),
        ({"QUERY_STRING": "&".join("a" * 1001)}, "400 Bad Request"),
        ({"HTTP_X": "a" * 16_001}, "431 Request Header Fields Too Large"),
        ({f"HTTP_X{number}": "1" for number in range(101)}, "431 Request Header Fields Too Large"),
        ({"HTTP_ACCEPT": "a/b," * 200}, "431 Request Header Fields Too Large"),
        ({"HTTP_ACCEPT_LANGUAGE": "a-" * 50_000}, "431 Request Header Fields Too Large"),
        ({"HTTP_ACCEPT_ENCODING": "gzip, " * 200}, "431 Request Header Fields Too Large"),
    ],
)
def test_more_than_anybody_needs_is_refused(said, status):
    """Sizes and counts have limits (CVE-2025-14550, CVE-2007-5712, CVE-2023-23969, CVE-2024-39614, CVE-2026-54283)."""
    got, _ = ask(
        made(echo), **({"path": said.pop("PATH_INFO").encode()} if "PATH_INFO" in said else {}), **said
    )
    assert got.split()[0] == status.split()[0]


@pytest.mark.parametrize("ranges", ["0-," * 10_000, "0-1," * 11, ",".join(f"{at}-{at}" for at in range(50))])
def test_many_ranges_are_one_whole(tmp_path, ranges):
    """Who asks for many ranges gets the whole file, without work (CVE-2025-62727)."""
    (tmp_path / "a.txt").write_bytes(b"x" * 100)

    def app(config):
        config.add_route("file", "/*subpath")
        config.add_view(static_view(str(tmp_path), use_subpath=True), route_name="file")

    status, body = ask(made(app), b"/a.txt", HTTP_RANGE=f"bytes={ranges}")
    assert status.split()[0] in ("200", "416", "431")
    assert len(body) in (100, len(body) if status[0] == "4" else 100)


@pytest.mark.parametrize(
    "name", ["HTTP_IF_MODIFIED_SINCE", "HTTP_IF_RANGE", "HTTP_RANGE", "HTTP_IF_NONE_MATCH"]
)
@pytest.mark.parametrize(
    "value", ["Mon, 01 Jan 99999 00:00:00 GMT", "bytes=" + "9" * 5000 + "-", "\xc3\xa9", '"', "0" * 999]
)
def test_condition_that_cant_be_read_is_none(tmp_path, name, value):
    """Dates and numbers that Python can't make: the file is sent as if nothing was said."""
    (tmp_path / "a.txt").write_bytes(b"x" * 100)

    def app(config):
        config.add_route("file", "/*subpath")
        config.add_view(static_view(str(tmp_path), use_subpath=True), route_name="file")

    said = {"HTTP_RANGE": "bytes=0-1"} if name == "HTTP_IF_RANGE" else {}
    assert ask(made(app), b"/a.txt", **said, **{name: value}) == ("200 OK", "x" * 100)


# --- Lines in a log ------------------------------------------------------------------------------------------------

FORGERIES = [
    b"/\n2026 INFO root login ok",
    b"/\x1b[2J",
    b"/\r\n",
    b"/\x9b2J",
    "/\u2028x\u202e".encode(),
    b"/\x00",
    b"/\xff\n",
]


@pytest.mark.parametrize("path", FORGERIES)
def test_path_forges_no_line_on_the_terminal(path):
    """The server's line of a request is one line, in which nothing moves the cursor (CVE-2025-48432, CVE-2020-7694)."""
    lines = []
    ask(RequestLog(made(echo), lines.append), path, query=path[1:], REQUEST_METHOD="GET")
    ask_closed(RequestLog(made(echo), lines.append), path)
    assert lines and all(click.unstyle(line).isprintable() for line in lines)


def ask_closed(app, path):
    """Ask, and close the answer, as a server does."""
    environ = Request.blank("/").environ | {"PATH_INFO": path.decode("latin-1"), "REQUEST_METHOD": "G\x1bET"}
    answer = app(environ, lambda *arguments: lambda data: None)
    list(answer)
    answer.close()


@pytest.mark.parametrize("path", FORGERIES)
def test_path_forges_no_line_in_the_log(path, caplog):
    """What is logged of an error, or for who debugs, names the path in one line."""

    def app(config):
        config.add_route("echo", "/*rest")
        config.add_view(lambda request: 1 / 0, route_name="echo")

    settings = {"goldilocks__debug_routematch": "true", "goldilocks__debug_notfound": "true"}
    with caplog.at_level(logging.DEBUG):
        ask(made(app, **settings), path, query=path[1:])
        ask(made(echo, **settings), path, query=path[1:])
    assert all(record.getMessage().isprintable() for record in caplog.records)


@pytest.mark.parametrize("query", [b"a=\n2026 INFO root login ok", b"\x1b[2J", b"\x7f"])
def test_query_forges_no_line(query):
    """The address of a request, which applications log, is one line."""
    assert Request(Request.blank("/").environ | {"QUERY_STRING": query.decode()}).url.isprintable()
