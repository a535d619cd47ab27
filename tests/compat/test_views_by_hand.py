"""Views that stand in the record because somebody put them, or wrapped them, there."""

from __future__ import annotations

import functools

import pytest
from zope.interface import Interface, implementer

from goldilocks.config import Configurator
from goldilocks.interfaces import IExceptionViewClassifier, IMultiView, IRequest, IView, IViewClassifier
from goldilocks.response import Response
from tests.compat.record import answering, ask, in_record, put_by_hand
from tests.support import browse


def test_views_by_raw_hand():
    """The record's own tables may be written without the registry's knowledge."""
    config = Configurator()
    browser = browse(config.make_wsgi_app())
    config.registry.adapters.register((IViewClassifier, IRequest, Interface), IView, "v", answering("raw"))
    assert browser.get("/v").text == "raw"


def test_lists_of_a_set_may_be_written():
    """What add-ons do to the lists of a set counts."""
    config = Configurator(autocommit=True)
    config.add_view(answering("any"), name="v")
    config.add_view(answering("post"), name="v", request_method="POST")
    views = in_record(config.registry, "v", IMultiView)
    order, _, phash = views.views[-1]
    views.views[-1] = (order, answering("replaced"), phash)
    assert ask(config, "/v").text == "replaced"


def test_foreign_set():
    """A foreign ``IMultiView`` in the record is asked to take further views in, and is called as it is."""
    added = []

    @implementer(IMultiView)
    class Foreign:
        def add(self, view, order, phash=None, accept=None, accept_order=None):
            added.append((order, phash, accept))

        def __call__(self, context, request):
            return Response("foreign set")

    config = Configurator(autocommit=True)
    put_by_hand(config.registry, Foreign(), "v", provided=IMultiView)
    config.add_view(answering("ours"), name="v", request_method="POST")
    assert ask(config, "/v").text == "foreign set"
    assert len(added) == 1


@pytest.mark.parametrize("others", [0, 1])
def test_wrapped_copy_is_not_bypassed(others):
    """A wrapper that took over a derived view's attributes by ``functools.wraps`` is what runs."""
    config = Configurator(autocommit=True)
    config.add_view(answering("inner"), name="v", request_method="GET")
    inner = in_record(config.registry, "v")

    @functools.wraps(inner)
    def wrapper(context, request):
        return Response("wrapped " + inner(context, request).text)

    put_by_hand(config.registry, wrapper, "v")
    for _ in range(others):
        config.add_view(answering("post"), name="v", request_method="POST")
    browser = browse(config.make_wsgi_app())
    assert browser.get("/v").text == "wrapped inner"
    assert browser.put("/v", status="*").status_int in (404, 405)


def test_wrapped_copy_in_a_set_is_not_bypassed():
    """The same for a view that was wrapped where it stands in a set."""
    config = Configurator(autocommit=True)
    for method in ("GET", "POST"):
        config.add_view(answering(method), name="v", request_method=method)
    views = in_record(config.registry, "v", IMultiView)

    def wrapped(inner):
        @functools.wraps(inner)
        def wrapper(context, request):
            return Response("wrapped " + inner(context, request).text)

        return wrapper

    views.views[:] = [(order, wrapped(view), phash) for order, view, phash in views.views]
    browser = browse(config.make_wsgi_app())
    assert (browser.get("/v").text, browser.post("/v").text) == ("wrapped GET", "wrapped POST")


def test_exception_views_stand_in_the_record():
    """Exception views stand under a classifier of their own, and can be put in by hand as well."""
    config = Configurator(autocommit=True)

    def fail(request):
        raise LookupError

    config.add_view(fail)
    config.registry.registerAdapter(
        answering("by hand"), (IExceptionViewClassifier, IRequest, LookupError), IView
    )
    assert ask(config).text == "by hand"
