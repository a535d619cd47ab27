"""Errors about headers point at the line that set them, where the application is debugged."""

from __future__ import annotations

import copy
import pickle
import re

import pytest
from webob import Request as Client

from goldilocks import headerplaces
from goldilocks.config import Configurator
from goldilocks.headers import HeaderError
from goldilocks.httpexceptions import HTTPNotFound
from goldilocks.outlet import outlet
from goldilocks.response import Response
from goldilocks.testing import testConfig as configured
from goldilocks.threadlocal import manager


@pytest.fixture(autouse=True)
def as_before():
    """Let responses be changed again as before the test."""
    attributes = ("_headerlist", "_status")
    before = {name: vars(Response).get(name) for name in attributes}
    for name in filter(before.get, attributes):
        delattr(Response, name)
    yield
    for name in attributes:
        if name in vars(Response):
            delattr(Response, name)
        if before[name] is not None:
            setattr(Response, name, before[name])


def by_name(response):
    response.headers["X-Bad"] = "a\nb"


def appended(response):
    response.headerlist.append(("X-Bad", "a\nb"))


def extended(response):
    response.headerlist.extend([("X-Bad", "a\nb")])


def put_in(response):
    response.headerlist[:] = [("X-Bad", "a\nb")]


def replaced(response):
    response.headerlist[0] = ("X-Bad", "a\nb")


def inserted(response):
    response.headerlist.insert(0, ("X-Bad", "a\nb"))


def added_to(response):
    response.headerlist += [("X-Bad", "a\nb")]


def assigned(response):
    response.headerlist = [("X-Bad", "a\nb")]


def updated(response):
    response.headers.update({"X-Bad": "a\nb"})


def named(response):
    response.headers["X-Bad\n"] = "a"


def status(response):
    response.status = "200 OK\r\nX-Bad: b"


WAYS = [by_name, appended, extended, put_in, replaced, inserted, added_to, assigned, updated, named, status]


@pytest.mark.parametrize("way", WAYS)
def test_error_points_at_the_line(way, caplog):
    """The error names file and line of whoever set the header."""

    def view(request):
        response = Response("text")
        way(response)
        return response

    config = Configurator(settings={"goldilocks.debug": "true"})
    config.add_view(view)
    app = config.make_wsgi_app()
    line = way.__code__.co_firstlineno + 1
    with pytest.raises(HeaderError, match=re.escape(f"(set in {__file__}, line {line})")):
        Client.blank("/").get_response(app)  # which is told of the error, as servers are
    assert "X-Bad" in caplog.text or "status" in caplog.text


@pytest.fixture
def debugged():
    """An application that debugs answers something meanwhile."""
    headerplaces.note_places()
    with configured(settings={"goldilocks.debug": True}):
        yield


def test_constructor_is_a_place(debugged):
    """A header that the constructor was told is said to be set where it was called."""
    response = Response(b"text", headerlist=[("X-Bad", "a\nb")])
    line = test_constructor_is_a_place.__code__.co_firstlineno + 2
    send = headerplaces.pointing(outlet({"goldilocks.check_responses": True}))
    with pytest.raises(HeaderError, match=f"line {line}"):
        send(response, {"REQUEST_METHOD": "GET"}, lambda *arguments: None)


def answer(view, **options):
    """Return what is said of the header that a view's answer can't be sent with."""
    config = Configurator(settings={"goldilocks.debug": "true"})
    config.add_view(view, **options)
    with pytest.raises(HeaderError) as caught:
        Client.blank("/").get_response(config.make_wsgi_app())
    return str(caught.value)


def test_header_that_is_right_is_no_place():
    """The line of another header isn't blamed, even if its name is part of what is said, or it was set later."""

    def view(request):
        response = Response("text")
        response.headers["X"] = "good"
        response.set_cookie("good", "1")
        response.headers.add("Set-Cookie", "bad=\x01")
        response.set_cookie("good-too", "1")
        response.headers["Header"] = "good"
        return response

    line = view.__code__.co_firstlineno + 4
    assert answer(view).endswith(f"(set in {__file__}, line {line})")


def test_renderer_is_no_place():
    """What a view sets on ``request.response`` is said to be set there, whatever a renderer writes to it afterwards."""

    def view(request):
        request.response.headers["X-Bad"] = "\x01"
        return {}

    line = view.__code__.co_firstlineno + 1
    assert answer(view, renderer="json").endswith(f"(set in {__file__}, line {line})")


def test_callback_changes_what_a_renderer_has_made():
    """Answers that the framework makes without a call of their class note places, too."""

    def spoil(request, response):
        response.headers["X-Bad"] = "\x01"

    def view(request):
        request.add_response_callback(spoil)
        return {}

    line = spoil.__code__.co_firstlineno + 1
    assert answer(view, renderer="json").endswith(f"(set in {__file__}, line {line})")


def test_location_points_at_its_line():
    """A ``Location`` that leads to where it mustn't names the line as other headers do."""

    def view(request):
        response = Response(status=302)
        response.location = "javascript:alert(1)"
        return response

    line = view.__code__.co_firstlineno + 2
    assert answer(view).endswith(f"(set in {__file__}, line {line})")


def test_explaining_page_is_no_place():
    """A header that came with a raised error is said to be set where it was, and not where the page took it over."""

    def view(request):
        raise HTTPNotFound(headers=[("X-Bad", "a\nb")])

    line = view.__code__.co_firstlineno + 1
    assert answer(view).endswith(f"(set in {__file__}, line {line})")


def test_places_are_noted_once():
    """Several applications that debug in one process note each place once."""
    headerplaces.note_places()
    attribute = vars(Response)["_headerlist"]
    headerplaces.note_places()
    assert vars(Response)["_headerlist"] is attribute


def test_class_has_nothing_of_its_own(debugged):
    """Where there is no response, or none that was made, there are no headers, as ever."""
    assert not hasattr(Response, "_headerlist")
    assert not hasattr(object.__new__(Response), "_status")


def test_response_of_before_has_no_places():
    """What was made before an application debugs fails as ever, and points nowhere."""
    response = Response("text")
    response.headers["X-Bad"] = "a\nb"
    headerplaces.note_places()
    send = headerplaces.pointing(outlet({"goldilocks.check_responses": True}))
    with pytest.raises(HeaderError) as caught:
        send(response, {"REQUEST_METHOD": "GET"}, lambda *arguments: None)
    assert "set in" not in str(caught.value)


def test_header_of_somebody_else_points_nowhere(debugged):
    """A header that comes to a response on its way to the client has no place on it."""

    class Late(Response):
        def __call__(self, environ, start_response):
            start_response("200 OK", [("X-Bad", "a\nb")])

    send = headerplaces.pointing(outlet({"goldilocks.check_responses": True}))
    with pytest.raises(HeaderError) as caught:
        send(Late("text"), {"REQUEST_METHOD": "GET"}, lambda *arguments: None)
    assert "set in" not in str(caught.value)


def test_foreign_response_has_no_places():
    """An answer that isn't a response of ours fails as ever."""

    def app(environ, start_response):
        start_response("200 OK", [("X-Bad", "a\nb")])

    send = headerplaces.pointing(outlet({"goldilocks.check_responses": True}))
    with pytest.raises(HeaderError, match="X-Bad"):
        send(app, {}, lambda *arguments: None)


def test_other_applications_stay_as_they_were(debugged):
    """Only what an application makes that debugs notes places, and only while it answers."""
    assert type(Response("text").headerlist) is headerplaces.PlacedHeaders
    with configured(settings={}):
        assert type(Response("text").headerlist) is list
    manager.clear()
    assert type(Response("text").headerlist) is list


def test_copies_are_plain_lists(debugged):
    """What is copied or pickled doesn't note anything."""
    headers = Response("text").headerlist
    for copied in (copy.copy(headers), copy.deepcopy(headers), pickle.loads(pickle.dumps(headers))):
        assert type(copied) is list
        assert copied == headers
