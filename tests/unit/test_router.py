"""The router's own decisions: what it reads when it is made, what it logs, and how it answers when nobody else does."""

from __future__ import annotations

import io
import logging

import pytest
from zope.interface import implementer

from goldilocks.config import Configurator
from goldilocks.events import NewResponse
from goldilocks.httpexceptions import HTTPNotFound
from goldilocks.interfaces import IDebugLogger, IResponse, IRouter
from goldilocks.registry import Registry
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.router import Router, default_execution_policy
from goldilocks.threadlocal import manager


class Logger:
    def __init__(self):
        self.messages = []

    def debug(self, message):
        self.messages.append(message)


def router_of(*includes, logger=None, **settings):
    config = Configurator(settings={name.replace("__", "."): value for name, value in settings.items()})
    for include in includes:
        include(config)
    config.commit()
    if logger is not None:
        config.registry.registerUtility(logger, IDebugLogger)
    return Router(config.registry)


def ask(router, path="/", **environ):
    """Call a router as a server does, and return status and body."""
    started = []
    body = router(Request.blank(path, environ=environ).environ, lambda *arguments: started.append(arguments))
    return started[-1][0], b"".join(body)


def without_logger(router):
    router.logger = None
    return router


# --- Made of a registry ----------------------------------------------------------------------------------------------


def test_bare_registry():
    """A router can be made of an empty registry; it finds nothing."""
    router = Router(Registry("bare"))
    assert IRouter.providedBy(router)
    assert (router.debug_notfound, router.debug_routematch, router.explains_methods) == (False, False, False)
    assert router.execution_policy is default_execution_policy
    with pytest.raises(HTTPNotFound):
        ask(router)


def test_settings_of_other_code():
    """Settings that were made by hand need only hold what they always held."""
    registry = Registry("by hand")
    registry.settings = {"debug_notfound": True, "debug_routematch": False}
    router = Router(registry)
    assert (router.debug_notfound, router.answers_errors, router.explains_methods) == (True, False, False)


# --- Logging ---------------------------------------------------------------------------------------------------------


def routed(config):
    config.add_route("page", "/page/{name}", request_method="GET")
    config.add_view(lambda request: Response("page"), route_name="page")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/other", ["no route matched for url http://localhost/other"]),
        (
            "/page/one",
            [
                "route matched for url http://localhost/page/one",
                "route_name: 'page'",
                "path_info: '/page/one'",
                "pattern: '/page/{name}'",
                "matchdict: {'name': 'one'}",
                "request_method = GET,HEAD",
            ],
        ),
    ],
)
def test_routes_are_logged(path, words):
    """Under ``debug_routematch`` it is told which route took a request, or that none did."""
    logger = Logger()
    router = router_of(routed, logger=logger, debug_routematch=True)
    ask(router, path)
    for word in words:
        assert word in logger.messages[0]
    assert ask(without_logger(router), path)


def test_misses_are_logged():
    """Under ``debug_notfound`` a miss tells where the walk led, in the log and as its detail."""
    logger = Logger()
    router = router_of(logger=logger, debug_notfound=True)
    with pytest.raises(HTTPNotFound) as caught:
        router.orig_handle_request(router.request_context(Request.blank("/some/where").environ).request)
    (message,) = logger.messages
    assert caught.value.detail == message
    for word in ("path_info: '/some/where'", "view_name: 'some'", "subpath: ('where',)", "vroot_path: ()"):
        assert word in message
    assert ask(without_logger(router), "/nothing")[0] == "404 Not Found"


# --- Errors that nothing answers -------------------------------------------------------------------------------------


def failing(config):
    def fail(request):
        raise LookupError("the bowl")

    config.add_view(fail)


def test_error_is_answered(caplog):
    """An error that nothing answers is logged once and answered with 500, which tells nothing."""
    with caplog.at_level(logging.ERROR):
        status, body = ask(router_of(failing))
    assert status == "500 Internal Server Error"
    assert b"bowl" not in body
    (record,) = caplog.records
    assert "GET" in record.getMessage()
    assert isinstance(record.exc_info[1], LookupError)
    assert manager.stack == []


@pytest.mark.parametrize(
    ("settings", "environ"),
    [
        ({"goldilocks__answer_errors": "false"}, {}),
        ({"goldilocks__defaults": "pyramid"}, {}),
        ({}, {"paste.throw_errors": True}),
        ({}, {"wsgi.handleErrors": False}),
    ],
)
def test_error_is_passed_on(settings, environ):
    """Where the setting or those around the application say so, the error leaves the application."""
    with pytest.raises(LookupError, match="the bowl"):
        ask(router_of(failing, **settings), **environ)


def test_error_is_explained(caplog):
    """Under ``goldilocks.debug`` the answer explains the error."""
    status, body = ask(router_of(failing, goldilocks__debug="true"))
    assert status == "500 Internal Server Error"
    assert b"LookupError" in body


def test_response_that_fails_when_it_is_sent(caplog):
    """A response that fails after it has begun is answered anew, and the server is told why, as PEP 3333 wants it."""

    @implementer(IResponse)
    class Failing:
        app_iter = ()

        def __call__(self, environ, start_response):
            start_response("200 OK", [("Content-Type", "text/plain")])
            raise LookupError("too late")

    started = []

    def start_response(status, headers, exc_info=None):
        assert exc_info is not None or not started
        started.append((status, exc_info and exc_info[0]))

    router = router_of(lambda config: config.add_view(lambda request: Failing()))
    b"".join(router(Request.blank("/").environ, start_response))
    assert started == [("200 OK", None), ("500 Internal Server Error", LookupError)]


def test_interrupts_are_not_answered():
    """What isn't an ``Exception`` is nobody's answer."""

    def interrupt(request):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask(router_of(lambda config: config.add_view(interrupt)))
    assert manager.stack == []


# --- Responses that are never sent -----------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["response callback", "NewResponse", "finished callback"])
def test_body_is_closed(place):
    """When something fails between the response and the server, the body is closed."""
    body = io.BytesIO(b"body")

    def fail(*arguments):
        raise LookupError

    def view(request):
        if place == "response callback":
            request.add_response_callback(fail)
        elif place == "finished callback":
            request.add_finished_callback(fail)
        return Response(app_iter=body)

    def app(config):
        config.add_view(view)
        if place == "NewResponse":
            config.add_subscriber(fail, NewResponse)

    with pytest.raises(LookupError):
        ask(router_of(app, goldilocks__answer_errors="false"))
    assert body.closed


@pytest.mark.parametrize("response", [Response("text"), Response(app_iter=[b"a"]), "no response at all"])
def test_body_that_can_not_be_closed(response):
    """What has nothing to close is simply dropped, whatever it is."""

    def fail(*arguments):
        raise LookupError

    def app(config):
        config.add_subscriber(fail, NewResponse)

    router = router_of(app)
    router.orig_handle_request = lambda request: response
    with pytest.raises(LookupError):
        router.invoke_subrequest(Request.blank("/"))


@pytest.mark.parametrize("path", ["/%ff", "/page/%c3%28"])
def test_path_that_is_not_utf8(path, caplog):
    """A path that isn't UTF-8 is the client's mistake: 400, and nothing is logged."""
    assert ask(router_of(routed), path)[0] == "400 Bad Request"
    assert caplog.records == []
