"""Events: what is sent when, to whom, and that nobody who listens is overheard."""

from __future__ import annotations

import pytest
from zope.interface import Attribute, Interface, implementer

from goldilocks import events
from goldilocks.config import Configurator
from goldilocks.interfaces import INewRequest
from goldilocks.response import Response
from tests.support import browse, serve


def fine(request):
    return Response("fine")


def test_events_of_a_request():
    """A request sends four events, and each has the request."""
    told = []

    def app(config):
        config.add_view(fine)
        config.add_subscriber(told.append, Interface)

    browser = serve(app)
    told.clear()
    browser.get("/page", status=404)
    names = ["NewRequest", "BeforeTraversal", "ContextFound", "NewResponse"]
    assert [(type(event).__name__, event.request.path) for event in told] == [
        (name, "/page") for name in names
    ]


def test_events_of_the_application():
    """When the application is made, ``ApplicationCreated`` is sent with it."""
    told = []

    def app(config):
        config.add_subscriber(lambda event: told.append(event.app), events.ApplicationCreated)

    browser = serve(app)
    assert [made.registry.__class__.__name__ for made in told] == ["Registry"]
    assert browser.get("/", status=404).status_int == 404


def test_subscribers_are_told_in_order():
    """Subscribers are told in the order in which they were said."""
    told = []

    def app(config):
        config.add_view(fine)
        for number in range(3):
            config.add_subscriber(lambda event, number=number: told.append(number), events.NewRequest)

    serve(app).get("/")
    assert told == [0, 1, 2]


def test_subscriber_changes_the_response():
    """A subscriber of ``NewResponse`` may change what is sent."""

    def app(config):
        config.add_view(fine)
        config.add_subscriber(
            lambda event: event.response.headers.update({"X-Told": "1"}), events.NewResponse
        )

    assert serve(app).get("/").headers["X-Told"] == "1"


def test_rendering_sends_an_event():
    """``BeforeRender`` lets subscribers add to what a renderer gets."""

    def app(config):
        config.add_renderer("added", lambda info: lambda value, system: system["added"])
        config.add_view(lambda request: {}, renderer="added")
        config.add_subscriber(lambda event: event.update(added="by a subscriber"), events.BeforeRender)

    assert serve(app).get("/").text == "by a subscriber"


class IPorridgeReady(Interface):
    """It may be eaten."""

    bowl = Attribute("Whose.")


@implementer(IPorridgeReady)
class PorridgeReady:
    def __init__(self, bowl):
        self.bowl = bowl


def test_event_of_the_application():
    """An application sends events of its own."""
    told = []

    def app(config):
        def view(request):
            request.registry.notify(PorridgeReady("small"))
            return Response()

        config.add_view(view)
        config.add_subscriber(lambda event: told.append(event.bowl), IPorridgeReady)

    serve(app).get("/")
    assert told == ["small"]


class AtPath:
    def __init__(self, value, config):
        self.value = value

    def text(self):
        return f"at_path = {self.value}"

    phash = text

    def __call__(self, event):
        return event.request.path == self.value


def test_subscriber_with_predicates():
    """A subscriber may say by predicates which events it wants."""
    told = []

    def app(config):
        config.add_subscriber_predicate("at_path", AtPath)
        config.add_view(fine)
        config.add_view(fine, name="b")
        config.add_subscriber(lambda event: told.append(event.request.path), events.NewRequest, at_path="/b")

    browser = serve(app)
    browser.get("/")
    browser.get("/b")
    assert told == ["/b"]


@pytest.mark.parametrize("how", ["registerHandler", "adapters.subscribe"])
def test_subscription_while_the_application_runs(how):
    """Whoever subscribes, by whichever way, is told from the next request on."""
    told = []

    def listener(event):
        told.append(type(event).__name__)

    config = Configurator()
    config.add_view(fine)
    browser, registry = browse(config.make_wsgi_app()), config.registry
    browser.get("/")
    if how == "registerHandler":
        registry.registerHandler(listener, (INewRequest,))
    else:
        registry.adapters.subscribe((INewRequest,), None, listener)
    browser.get("/")
    assert told == ["NewRequest"]
