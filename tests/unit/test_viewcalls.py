"""Views that are called by name, and those that answer errors."""

from __future__ import annotations

import sys

import pytest
from zope.interface import Interface, alsoProvides, providedBy
from zope.interface.registry import Components

from goldilocks import testing
from goldilocks.config import Configurator
from goldilocks.httpexceptions import HTTPForbidden, HTTPNotFound
from goldilocks.interfaces import (
    IExceptionViewClassifier,
    IRequest,
    ISecuredView,
    IView,
    IViewClassifier,
)
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.threadlocal import get_current_registry, get_current_request, manager
from goldilocks.viewcalls import (
    ViewMethodsMixin,
    _call_view,
    _find_views,
    registry_of,
    render_view,
    render_view_to_iterable,
    render_view_to_response,
)


class Nobody:
    """A security policy that permits nothing."""

    def permits(self, request, context, permission):
        return False


@pytest.fixture
def request_():
    config = Configurator(autocommit=True, security_policy=Nobody())
    config.add_view(lambda request: Response("open"), name="open")
    config.add_view(lambda request: Response("secured"), name="secured", permission="read")
    config.add_route("page", "/page")
    config.add_view(lambda request: Response("routed"), name="routed", route_name="page")
    request = Request.blank("/")
    request.registry = config.registry
    return request


def test_render_view_to_response(request_):
    """A view is found by name and called; none is ``None``."""
    assert render_view_to_response(None, request_, "open").text == "open"
    assert render_view_to_response(None, request_, "nothing") is None


def test_render_view_to_iterable(request_):
    """The chunks of a response's body can be had, or ``None``."""
    assert list(render_view_to_iterable(None, request_, "open")) == [b"open"]
    assert render_view_to_iterable(None, request_, "nothing") is None


def test_render_view(request_):
    """The whole body can be had, or ``None``."""
    assert render_view(None, request_, "open") == b"open"
    assert render_view(None, request_, "nothing") is None


@pytest.mark.parametrize("render", [render_view_to_response, render_view_to_iterable, render_view])
def test_permission(request_, render):
    """A view's permission is asked, unless that isn't wanted."""
    with pytest.raises(HTTPForbidden):
        render(None, request_, "secured")
    assert render(None, request_, "secured", secure=False)


def test_views_of_routes(request_):
    """Views of a route aren't found by a request's name alone."""
    assert render_view_to_response(None, request_, "routed") is None


def test_registry_of(request_):
    """A request's registry is its own, or the current one."""
    assert registry_of(request_) is request_.registry
    assert registry_of(Request.blank("/")) is get_current_registry()
    request_.registry = None
    assert registry_of(request_) is get_current_registry()


def test_find_views(request_):
    """Views can be found by kind and by type."""
    registry = request_.registry
    context = providedBy(None)
    assert len(_find_views(registry, IRequest, context, "secured")) == 1
    assert _find_views(registry, IRequest, context, "secured", view_types=(IView,)) == []
    assert len(_find_views(registry, IRequest, context, "secured", view_types=(ISecuredView,))) == 1
    kind = IExceptionViewClassifier
    assert len(_find_views(registry, IRequest, providedBy(HTTPNotFound()), "", view_classifier=kind)) == 1


def test_call_view(request_):
    """A view can be found and called in one step, for the request's type or another one."""

    class IOwn(IRequest):
        pass

    def call(**more):
        return _call_view(request_.registry, request_, None, providedBy(None), "own", **more)

    assert call() is None
    request_.registry.registerAdapter(
        lambda context, request: "answer", (IViewClassifier, IOwn, Interface), IView, "own"
    )
    assert call() is None
    assert call(request_iface=IOwn) == "answer"
    request_.request_iface = IOwn
    assert call() == "answer"
    del request_.request_iface
    alsoProvides(request_, IOwn)
    assert call() is None


# --- invoke_exception_view -------------------------------------------------------------------------------------------


def raised(error):
    try:
        raise error
    except type(error):
        return sys.exc_info()


@pytest.mark.parametrize("make", [lambda: Request.blank("/"), testing.DummyRequest])
def test_answer(make):
    """An error is answered while the request is the current one."""
    config = Configurator(autocommit=True)
    seen = []

    def answer(error, request):
        seen.extend([get_current_request(), get_current_registry(), request.exception, request.exc_info])
        return Response("answered")

    config.add_exception_view(answer, context=LookupError)
    request = make()
    request.registry = config.registry
    info = raised(LookupError())
    assert request.invoke_exception_view(info).text == "answered"
    assert seen == [request, config.registry, info[1], info]
    assert (request.exception, request.exc_info) == (info[1], info)
    assert manager.stack == []


@pytest.mark.parametrize(("reraise", "heard"), [(False, ZeroDivisionError), (True, LookupError)])
def test_view_that_fails_as_well(reraise, heard):
    """If the exception view fails, its error is heard, or on demand that which it should have answered."""
    config = Configurator(autocommit=True)
    config.add_exception_view(lambda request: 1 / 0, context=LookupError)
    request = Request.blank("/")
    request.registry = config.registry
    with pytest.raises(heard):
        request.invoke_exception_view(raised(LookupError()), reraise=reraise)
    assert not {"exception", "exc_info"} & vars(request).keys()


def test_nobody_answers():
    """Without a view it is not found, and nothing stays on the request."""
    request = Request.blank("/")
    request.registry = Configurator(autocommit=True).registry
    with pytest.raises(HTTPNotFound):
        request.invoke_exception_view(raised(LookupError()))
    assert not {"exception", "exc_info"} & vars(request).keys()
    error = LookupError()
    with pytest.raises(LookupError) as caught:
        request.invoke_exception_view(raised(error), reraise=True)
    assert caught.value is error
    assert manager.stack == []


def test_half_made_response():
    """A response that was being made is put aside while the error is answered, and is back afterwards."""
    config = Configurator(autocommit=True)
    config.add_exception_view(lambda request: request.response, context=LookupError)
    request = Request.blank("/")
    request.registry = config.registry
    half_made = request.response
    answer = request.invoke_exception_view(raised(LookupError()))
    assert answer is not half_made
    assert request.response is half_made


def test_no_registry_at_all(monkeypatch):
    """Without any registry nothing can be asked."""
    monkeypatch.setattr(manager, "default", lambda: {"request": None, "registry": None})

    class Bare(ViewMethodsMixin):
        pass

    with pytest.raises(RuntimeError, match="Unable to retrieve registry"):
        Bare().invoke_exception_view(raised(LookupError()))


def test_registry_of_zope():
    """Any zope registry will do."""
    request = Request.blank("/")
    request.registry = Components("bare")
    request.registry.registerAdapter(
        lambda context, request: Response("by hand"), (IExceptionViewClassifier, IRequest, LookupError), IView
    )
    assert request.invoke_exception_view(raised(LookupError())).text == "by hand"
