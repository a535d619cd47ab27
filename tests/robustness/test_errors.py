"""Whatever a view raises: everything is cleaned up, the request gets its answer, and no other request notices."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import weakref

import pytest

from goldilocks.config import Configurator
from goldilocks.events import NewRequest
from goldilocks.httpexceptions import HTTPBadRequest, HTTPFound
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.threadlocal import manager
from tests.robustness import application
from tests.robustness.application import ERRORS, PAIRS, counts, make_long, make_short

NAMES = [*ERRORS, "recursion"]
MAKERS = {"short": make_short, "long": make_long}


@pytest.fixture(params=MAKERS)
def app(request):
    """The application on both ways, with nothing counted yet."""
    counts.clear()
    return MAKERS[request.param]()


def ask(app, path):
    """Ask as a server does that lets everything through; return status code and body."""
    begun = []
    body = app(Request.blank(path).environ, lambda status, headers, exc_info=None: begun.append(status))
    try:
        return int(begun[-1][:3]), b"".join(body)
    finally:
        getattr(body, "close", lambda: None)()


def is_clean():
    """Tell whether all that was opened is closed, and no request is the current one."""
    return manager.stack == [] and all(counts[opened] == counts[closed] for opened, closed in PAIRS)


@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_view_raises_ends_its_own_request_alone(app, name, caplog):
    """The answer is a 500, told in the log once; all that was opened is closed, and the next request is answered."""
    assert ask(app, f"/fail/{name}")[0] == 500
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert counts["begun"] == 1 and is_clean()
    assert ask(app, "/echo/next")[0] == 200


KEPT = ValueError("made once, raised for each request")


@pytest.mark.parametrize("is_heard", [True, False], ids=["long", "short"])
@pytest.mark.parametrize("make", [lambda: KEPT, lambda: ValueError("new")])
def test_error_that_nobody_answers_keeps_no_request(is_heard, make, monkeypatch):
    """Once an error is told, nothing of its request is left, also if the error itself stays, and without a search for circles."""
    # what gathers records for tests would keep the frames
    monkeypatch.setattr(logging.getLogger("goldilocks.router"), "disabled", True)
    known = []

    def fail(request):
        known.append(weakref.ref(request))
        raise make()

    config = Configurator()
    config.add_view(fail)
    if is_heard:
        config.add_subscriber(lambda event: None, NewRequest)
    app = config.make_wsgi_app()
    gc.disable()
    try:
        for _ in range(3):
            ask(app, "/")
        assert [request() for request in known] == [None, None, None]
    finally:
        gc.enable()


def test_error_that_is_made_once_forgets_the_request_that_it_came_of():
    """An error that came up once while a malformed request was dealt with is no answer to that in the next one."""
    made_once = RuntimeError("made once, raised for each request")

    def fail(request):
        try:
            str(request.GET)
        finally:
            raise made_once

    config = Configurator()
    config.add_view(fail)
    app = config.make_wsgi_app()
    assert [ask(app, path)[0] for path in ("/?a=%ff", "/")] == [400, 500]


def test_error_that_counts_as_false_is_told(app, caplog):
    """What is logged of an error is its traceback, also if nothing seems to be in it."""
    ask(app, "/fail/false")
    assert "in fail" in caplog.text


class Mute(Exception):
    """Nothing of it can be written down."""

    @property
    def __cause__(self):
        raise RuntimeError


@pytest.mark.parametrize("settings", [{}, {"goldilocks.debug": "true"}])
def test_error_that_cannot_be_told_is_answered(settings, monkeypatch, caplog):
    """If an error can't be written down, its kind is, and the client hears of it all the same."""
    monkeypatch.setitem(ERRORS, "mute", Mute())
    counts.clear()
    assert ask(make_short(**settings), "/fail/mute")[0] == 500
    assert "Mute, which can't be told" in caplog.text
    assert is_clean()


class Groups(BaseExceptionGroup):
    """A group that can't be taken apart."""

    def subgroup(self, condition):
        raise RuntimeError


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("is_ending", [False, True])
def test_groups_of_a_kind_of_their_own(name, is_ending, monkeypatch):
    """Whether a group ends the server doesn't depend on the methods of its class."""
    monkeypatch.setitem(
        ERRORS, "groups", Groups("two", [ValueError(), [GeneratorExit, SystemExit][is_ending]()])
    )
    if is_ending:
        with pytest.raises(Groups):
            ask(MAKERS[name](), "/fail/groups")
    else:
        assert ask(MAKERS[name](), "/fail/groups")[0] == 500


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt])
@pytest.mark.parametrize("is_grouped", [False, True])
def test_who_ends_the_server_is_heard_by_it(app, kind, is_grouped, monkeypatch):
    """``SystemExit`` and ``KeyboardInterrupt`` pass to the server, alone or in a group, once everything is cleaned up."""
    error = kind()
    raised = BaseExceptionGroup("two", [ValueError(), error]) if is_grouped else error
    monkeypatch.setitem(ERRORS, "end", raised)
    with pytest.raises(type(raised)):
        ask(app, "/fail/end")
    assert counts["begun"] == 1 and is_clean()


def test_who_ends_the_server_while_an_error_is_answered_is_heard_by_it(app):
    """The answer to an error isn't begun anew when it is the server's end that came between."""
    begun = []

    def start_response(status, headers, exc_info=None):
        begun.append(status)
        if len(begun) == 1:
            raise SystemExit

    with pytest.raises(SystemExit):
        app(Request.blank("/fail/false").environ, start_response)
    assert len(begun) == 1 and is_clean()


@pytest.mark.parametrize("kind", [asyncio.CancelledError, GeneratorExit])
@pytest.mark.parametrize(
    "settings", [{"goldilocks.answer_errors": "false"}, {"goldilocks.defaults": "pyramid"}]
)
def test_errors_go_on_where_that_is_said(kind, settings, monkeypatch):
    """Where errors are the server's to answer, these are, too."""
    monkeypatch.setitem(ERRORS, "error", kind())
    with pytest.raises(kind):
        ask(make_short(**settings), "/fail/error")


def test_testers_see_the_error_itself(app):
    """Tools that want the errors of an application get every kind of them."""
    environ = Request.blank("/fail/exit of a generator").environ | {"paste.throw_errors": True}
    with pytest.raises(GeneratorExit):
        app(environ, lambda *said: None)
    assert is_clean()


@pytest.mark.parametrize("error", [ValueError("second"), GeneratorExit(), KeyboardInterrupt()])
@pytest.mark.parametrize("name", MAKERS)
def test_callback_that_fails_keeps_no_other_from_closing(name, error):
    """Each finished callback is called, whatever those before it raised; what ends the server is what it hears of."""
    called, settings = [], {"goldilocks.answer_errors": "false"}

    def fail_with(error):
        def callback(request):
            called.append(error)
            raise error

        return callback

    def view(request):
        request.add_finished_callback(fail_with(first))
        request.add_finished_callback(fail_with(error))
        request.add_finished_callback(called.append)
        return Response()

    first = LookupError("first")
    config = application.Configurator(settings=settings)
    if name == "long":
        config.add_tween("tests.robustness.application.transaction_tween")
    config.add_route("home", "/")
    config.add_view(view, route_name="home")
    with pytest.raises(LookupError if isinstance(error, Exception) else type(error)):
        ask(config.make_wsgi_app(), "/")
    assert called[:2] == [first, error] and isinstance(called[2], Request)
    assert manager.stack == []


def asked_to_fail(name, view):
    """Return an application with one view, on the way that is named."""
    config = application.Configurator()
    if name == "long":
        config.add_tween("tests.robustness.application.transaction_tween")
    config.add_route("home", "/")
    config.add_view(view, route_name="home")
    return config.make_wsgi_app()


def failing(error):
    def fail(*args):
        raise error

    return fail


@pytest.mark.parametrize("failure", [ValueError(), GeneratorExit()])
@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt])
@pytest.mark.parametrize("name", MAKERS)
def test_nothing_hides_what_ends_the_server(name, kind, failure):
    """Whatever fails in a callback, or when a body is closed, the server hears of what is to end it."""
    called = []

    class Body(list):
        close = failing(failure)

    def view(request):
        request.add_finished_callback(failing(failure))
        request.add_finished_callback(called.append)
        if "early" in request.params:
            raise kind
        request.add_response_callback(failing(kind()))
        return Response(app_iter=Body())

    app = asked_to_fail(name, view)
    for path in ("/?early=1", "/"):
        with pytest.raises(kind):
            ask(app, path)
    assert len(called) == 2 and manager.stack == []


@pytest.mark.parametrize("name", MAKERS)
def test_whatever_cleans_up_may_end_the_server(name):
    """So does it if that is raised by callbacks themselves, or by a body when it is closed."""

    class Body(list):
        close = failing(SystemExit(2))

    def view(request):
        request.add_finished_callback(failing(SystemExit(1)))
        if "early" in request.params:
            raise SystemExit(0)
        request.add_response_callback(failing(ValueError()))
        return Response(app_iter=Body())

    app = asked_to_fail(name, view)
    for path in ("/?early=1", "/"):
        with pytest.raises(SystemExit):
            ask(app, path)
        assert manager.stack == []


@pytest.mark.parametrize("name", MAKERS)
def test_answer_that_cannot_be_sent_is_closed(name):
    """Of an answer that is refused on its way to the server, nobody would close the body but we."""
    counts.clear()

    def view(request):
        answer = Response(app_iter=application.Stream(1))
        answer.headerlist.append(("X-Said", "two\nlines"))
        return answer

    assert ask(asked_to_fail(name, view), "/")[0] == 500
    assert counts["streams"] == 1 and is_clean()


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize(
    "answer",
    [
        HTTPBadRequest(body_template="it costs $5 or ${more}"),
        HTTPFound(location="javascript:alert()"),
    ],
)
def test_raised_answer_that_cannot_be_sent(name, answer, caplog):
    """If what a callback raises is an answer, and that can't be sent, it is an error like any other."""
    begun = []

    def view(request):
        request.add_response_callback(failing(answer))
        return Response()

    def start(status, headers, exc_info=None):
        assert not begun or exc_info
        begun.append(status)

    asked_to_fail(name, view)(Request.blank("/").environ, start)
    assert begun[-1].startswith("500") and [record.levelname for record in caplog.records] == ["ERROR"]


def test_server_that_takes_no_second_answer(app):
    """Where an answer has begun, the server hears the error itself again, and what it makes of that is its own."""
    begun = []

    def start(status, headers, exc_info=None):
        if exc_info:
            raise exc_info[1]
        begun.append(status)
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        app(Request.blank("/echo/a").environ, start)
    assert begun == ["200 OK"] and is_clean()


def test_explaining_page_of_what_is_no_exception(app):
    """The pages that explain do so for errors of every kind."""
    for name in NAMES:
        code, body = ask(make_short(**{"goldilocks.debug": "true"}), f"/fail/{name}")
        assert code == 500 and body


@pytest.mark.parametrize("server", ["waitress", "gunicorn"])
@pytest.mark.parametrize("name", MAKERS)
def test_server_lives_through_whatever_a_view_raises(start, server, name):
    """A real server sends each answer, and goes on with the same process and nothing left open."""
    served = start(server, name)
    before = served.tell()
    for error in NAMES:
        assert served.get(f"/fail/{error.replace(' ', '%20')}")[0] == 500
        assert json.loads(served.get("/echo/a")[1])["said"] == "a"
    after = served.wait_until(lambda told: not told["open"] and not told["alive"])
    assert (after["pid"], after["begun"]) == (before["pid"], 2 * len(NAMES))
