from __future__ import annotations

import sys
import types

import pytest
import venusian
from zope.interface import Interface
from zope.interface.verify import verifyObject

from goldilocks import events, interfaces
from goldilocks.names import VENUSIAN_CATEGORY


class Config:
    """Writes down which subscriptions are said."""

    def __init__(self):
        self.said = []

    def add_subscriber(self, subscriber, iface, **predicates):
        self.said.append((subscriber, iface, predicates))


def said_by(source, category=VENUSIAN_CATEGORY):
    """Scan a module of this source, and return what was said, with the name of the subscriber."""
    module = types.ModuleType("scanned")
    sys.modules["scanned"] = module
    config = Config()
    try:
        exec(
            f"from goldilocks.events import *\nfrom goldilocks.events import subscriber\n{source}",
            vars(module),
        )
        venusian.Scanner(config=config).scan(module, categories=(category,))
    finally:
        del sys.modules["scanned"]
    return [(subscriber.__name__, iface, predicates) for subscriber, iface, predicates in config.said]


@pytest.mark.parametrize(
    ("iface", "event"),
    [
        (interfaces.INewRequest, events.NewRequest("request")),
        (interfaces.IBeforeTraversal, events.BeforeTraversal("request")),
        (interfaces.IContextFound, events.ContextFound("request")),
        (interfaces.INewResponse, events.NewResponse("request", "response")),
        (interfaces.IApplicationCreated, events.ApplicationCreated("app")),
        (interfaces.IBeforeRender, events.BeforeRender({})),
    ],
)
def test_event_keeps_its_contract(iface, event):
    """Each event provides its interface, with all that it names."""
    assert verifyObject(iface, event)


@pytest.mark.parametrize("kind", [events.NewRequest, events.BeforeTraversal, events.ContextFound])
def test_event_carries_the_request(kind):
    """An event of a request has it as ``request``."""
    assert kind("the request").request == "the request"


def test_new_response_carries_both():
    """`NewResponse` has request and response."""
    event = events.NewResponse("the request", "the response")
    assert (event.request, event.response) == ("the request", "the response")


def test_application_created_carries_the_application():
    """`ApplicationCreated` has the application, also under zope's name."""
    event = events.ApplicationCreated("the router")
    assert event.app == event.object == "the router"


def test_listeners_may_hang_things_on_an_event():
    """An event takes attributes that listeners agree upon among themselves."""
    event = events.NewRequest("request")
    event.seen = True
    assert event.seen


def test_older_names():
    """The earliest names mean the same classes."""
    assert events.AfterTraversal is events.ContextFound
    assert events.WSGIApplicationCreatedEvent is events.ApplicationCreated


def test_before_render_is_a_dict_of_its_own():
    """A listener writes into the event; the mapping that it was made of stays."""
    system = {"request": None}
    event = events.BeforeRender(system, "the view's value")
    event["added"] = 1
    assert event == {"request": None, "added": 1}
    assert system == {"request": None}
    assert event.rendering_val == "the view's value"


def test_before_render_without_value():
    """The value is ``None`` when it isn't given."""
    assert events.BeforeRender([("a", 1)]).rendering_val is None


def test_subscriber_listens_to_each_kind():
    """Every class or interface makes a subscription."""
    said = said_by("@subscriber(NewRequest, NewResponse)\ndef listen(event): ...")
    assert said == [("listen", events.NewRequest, {}), ("listen", events.NewResponse, {})]


def test_subscriber_of_nothing_listens_to_everything():
    """Without a kind the subscription is to all that is sent."""
    assert said_by("@subscriber()\ndef listen(event): ...") == [("listen", Interface, {})]


def test_subscriber_hands_predicates_on():
    """Predicates reach ``add_subscriber``."""
    said = said_by("@subscriber(NewRequest, tenant='blue')\ndef listen(event): ...")
    assert said == [("listen", events.NewRequest, {"tenant": "blue"})]


def test_subscriber_to_an_event_of_several_objects():
    """A list of classes stays one subscription."""
    said = said_by("@subscriber([NewRequest, NewResponse])\ndef listen(one, other): ...")
    assert said == [("listen", [events.NewRequest, events.NewResponse], {})]


def test_subscriber_decorates_a_class():
    """A class may be a subscriber: it is called with the event."""
    said = said_by("@subscriber(NewRequest)\nclass Listener:\n    def __init__(self, event): ...")
    assert said == [("Listener", events.NewRequest, {})]


def test_subscriber_of_a_category():
    """``_category`` chooses the scan that finds it."""
    source = "@subscriber(NewRequest, _category='mine')\ndef listen(event): ..."
    assert said_by(source) == []
    assert said_by(source, "mine") == [("listen", events.NewRequest, {})]


def test_subscriber_inside_another_decorator():
    """``_depth`` says how far away the decorated function is, and then the scan knows its module."""
    said = said_by(
        "def listens(wrapped): return subscriber(NewRequest, _depth=1)(wrapped)\n@listens\ndef listen(event): ..."
    )
    assert said == [("listen", events.NewRequest, {})]


def test_subscriber_returns_what_it_decorates():
    """The decorated function stays itself."""

    def listen(event): ...

    assert events.subscriber(events.NewRequest)(listen) is listen
