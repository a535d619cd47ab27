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
from goldilocks.outlet import outlet
from goldilocks.response import Response
from goldilocks.testing import testConfig as configured
from goldilocks.threadlocal import manager


@pytest.fixture(autouse=True)
def as_before():
    """Let responses be made again as before the test."""
    make = Response.__init__
    yield
    Response.__init__ = make


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


WAYS = [by_name, appended, extended, put_in, replaced]


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
    assert "X-Bad" in caplog.text


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


def test_places_are_noted_once():
    """Several applications that debug in one process note each place once."""
    headerplaces.note_places()
    make = Response.__init__
    headerplaces.note_places()
    assert Response.__init__ is make


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
