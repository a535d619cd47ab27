"""Whatever a view raises: everything is cleaned up, the request gets its answer, and no other request notices."""

from __future__ import annotations

import asyncio
import json

import pytest

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
