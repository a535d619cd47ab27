"""Subrequests: a view asks its own application."""

from __future__ import annotations

import pytest

from goldilocks import events
from goldilocks.httpexceptions import HTTPNotFound
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.threadlocal import get_current_request, manager
from tests.support import serve


class Porridge(Exception):
    """Something is wrong with it."""


def counting_tween(handler, registry):
    def tween(request):
        registry.settings.setdefault("tweened", []).append(request.path)
        return handler(request)

    return tween


def fail(request):
    raise Porridge("cold")


def application(outer):
    """An application whose view ``outer`` may ask the others."""

    def app(config):
        config.add_tween(f"{__name__}.counting_tween")
        config.add_request_method(lambda request: request.path.upper(), "shouted", property=True)
        config.add_view(outer)
        config.add_view(lambda request: Response(f"inner {request.shouted}"), name="inner")
        config.add_view(fail, name="fail")
        config.add_exception_view(lambda request: Response("mended"), context=Porridge)

    return serve(app)


def test_subrequest_is_answered():
    """A subrequest finds its view, with the application's registry and request methods."""
    seen = []

    def outer(request):
        inner = Request.blank("/inner")
        response = request.invoke_subrequest(inner)
        seen.append(inner.registry is request.registry)
        return response

    assert application(outer).get("/").text == "inner /INNER"
    assert seen == [True]


def test_subrequest_is_current_while_it_lives():
    """While a subrequest is answered it is the current request; then the outer one is again."""
    current = []

    def outer(request):
        inner = Request.blank("/inner")
        inner.add_response_callback(lambda inner, response: current.append(get_current_request() is inner))
        request.invoke_subrequest(inner)
        current.append(get_current_request() is request)
        return Response()

    application(outer).get("/")
    assert current == [True, True]
    assert manager.stack == []


@pytest.mark.parametrize(("use_tweens", "tweened"), [(False, ["/"]), (True, ["/", "/inner"])])
def test_tweens(use_tweens, tweened):
    """A subrequest passes the tweens if that is wanted."""

    def outer(request):
        response = request.invoke_subrequest(Request.blank("/inner"), use_tweens=use_tweens)
        response.text = ",".join(request.registry.settings["tweened"])
        return response

    assert application(outer).get("/").text.split(",") == tweened


def test_error_comes_to_the_caller():
    """Without tweens an error of the subrequest is the caller's, who may go on."""

    def outer(request):
        with pytest.raises(Porridge, match="cold"):
            request.invoke_subrequest(Request.blank("/fail"))
        with pytest.raises(HTTPNotFound):
            request.invoke_subrequest(Request.blank("/nowhere"))
        assert get_current_request() is request
        return Response("went on")

    assert application(outer).get("/").text == "went on"


def test_error_is_answered_with_tweens():
    """With tweens it is answered by exception views, as it would be for a client."""

    def outer(request):
        answers = [
            request.invoke_subrequest(Request.blank(path), use_tweens=True) for path in ("/fail", "/nowhere")
        ]
        return Response(" ".join(f"{answer.status_int}" for answer in answers))

    assert application(outer).get("/").text == "200 404"


def test_callbacks_are_each_requests_own():
    """Callbacks of a subrequest run when it ends, those of the outer request when that ends."""
    called = []

    def outer(request):
        for name, each in (("outer", request), ("inner", inner := Request.blank("/inner"))):
            each.add_response_callback(lambda request, response, name=name: called.append(f"{name} response"))
            each.add_finished_callback(lambda request, name=name: called.append(f"{name} finished"))
        request.invoke_subrequest(inner)
        called.append("view goes on")
        return Response()

    application(outer).get("/")
    assert called == ["inner response", "inner finished", "view goes on", "outer response", "outer finished"]


def test_events_are_sent_for_subrequests():
    """Every event is sent for a subrequest as well."""
    told = []

    def app(config):
        def outer(request):
            return request.invoke_subrequest(Request.blank("/inner"))

        config.add_view(outer)
        config.add_view(lambda request: Response("inner"), name="inner")
        for event in (events.NewRequest, events.ContextFound, events.NewResponse):
            config.add_subscriber(lambda e: told.append((type(e).__name__, e.request.path)), event)

    serve(app).get("/")
    assert told == [
        *(("NewRequest", "/"), ("ContextFound", "/")),
        *(("NewRequest", "/inner"), ("ContextFound", "/inner"), ("NewResponse", "/inner")),
        ("NewResponse", "/"),
    ]


def test_subrequests_in_subrequests():
    """A subrequest may ask on."""

    def outer(request):
        depth = int(request.GET.get("depth", 3))
        if not depth:
            return Response("bottom")
        response = request.invoke_subrequest(Request.blank(f"/?depth={depth - 1}"))
        response.text += f" {depth}"
        return response

    assert application(outer).get("/").text == "bottom 1 2 3"


def test_outer_request_keeps_its_context():
    """A subrequest that is over takes nothing from the outer request."""

    def outer(request):
        request.invoke_subrequest(Request.blank("/inner"))
        return Response(type(request.context).__name__)

    assert application(outer).get("/").text == "DefaultRootFactory"
