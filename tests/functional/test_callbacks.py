"""Response callbacks and finished callbacks: when they run, in which order, and what happens when one fails."""

from __future__ import annotations

import pytest

from goldilocks import events
from goldilocks.request import add_global_response_headers
from goldilocks.response import Response
from tests.support import serve


def application(view, *more):
    def app(config):
        config.add_view(view)
        for include in more:
            include(config)

    return serve(app)


def test_response_callback_changes_the_response():
    """A response callback gets request and response, and may change what is sent."""

    def view(request):
        request.add_response_callback(lambda request, response: response.set_cookie("seen", request.path[1:]))
        return Response()

    assert application(view).get("/?").headers["Set-Cookie"] == "seen=; Path=/"


def test_callbacks_run_in_order():
    """Callbacks run in the order in which they were added, also those that a callback adds."""
    called = []

    def view(request):
        def first(request, response):
            called.append("first")
            request.add_response_callback(lambda request, response: called.append("third"))

        request.add_response_callback(first)
        request.add_response_callback(lambda request, response: called.append("second"))
        request.add_finished_callback(lambda request: called.append("fourth"))
        return Response()

    application(
        view, lambda config: config.add_subscriber(lambda e: called.append("event"), events.NewResponse)
    ).get("/")
    assert called == ["first", "second", "third", "event", "fourth"]


def test_no_callback_outlives_its_request():
    """What one request was asked to call, no other calls."""

    def view(request):
        if "say" in request.GET:
            request.add_response_callback(lambda request, response: response.headers.update({"X-Said": "1"}))
        return Response()

    browser = application(view)
    assert "X-Said" in browser.get("/?say").headers
    assert "X-Said" not in browser.get("/").headers


@pytest.mark.parametrize("place", ["subscriber", "tween"])
def test_callbacks_are_added_early(place):
    """Callbacks may be added long before the view."""

    def add(request):
        add_global_response_headers(request, [("X-Early", "1")])

    def more(config):
        if place == "subscriber":
            config.add_subscriber(lambda event: add(event.request), events.NewRequest)
        else:
            config.add_tween(f"{__name__}.early_tween")

    assert application(lambda request: Response(), more).get("/").headers["X-Early"] == "1"


def early_tween(handler, registry):
    def tween(request):
        add_global_response_headers(request, [("X-Early", "1")])
        return handler(request)

    return tween


def test_response_callback_sees_the_answer_to_an_error():
    """Where an exception view answered, response callbacks get what it returned."""

    def view(request):
        request.add_response_callback(lambda request, response: response.headers.update({"X-Called": "1"}))
        raise LookupError

    def more(config):
        config.add_exception_view(lambda request: Response("mended"), context=LookupError)

    response = application(view, more).get("/")
    assert (response.text, response.headers["X-Called"]) == ("mended", "1")


def test_finished_callbacks_run_after_an_error():
    """Finished callbacks run whatever happened, response callbacks don't."""
    called = []

    def view(request):
        request.add_response_callback(lambda request, response: called.append("response"))
        request.add_finished_callback(lambda request: called.append("finished"))
        raise LookupError

    with pytest.raises(LookupError):
        application(view).get("/")
    assert called == ["finished"]


def test_response_callback_that_fails():
    """A response callback that fails ends the request; finished callbacks still run."""
    called = []

    def view(request):
        request.add_response_callback(lambda request, response: [][0])
        request.add_response_callback(lambda request, response: called.append("never"))
        request.add_finished_callback(lambda request: called.append("finished"))
        return Response()

    with pytest.raises(IndexError):
        application(view).get("/")
    assert called == ["finished"]


def test_finished_callback_sees_the_request():
    """A finished callback can still ask its request for what it was about."""
    paths = []

    def view(request):
        request.add_finished_callback(
            lambda request: paths.append((request.path, type(request.context).__name__))
        )
        return Response()

    application(view).get("/")
    assert paths == [("/", "DefaultRootFactory")]
