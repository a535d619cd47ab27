"""Statements about listeners and adapters."""

from __future__ import annotations

import inspect

import pytest
from webob import Response as WebObResponse
from zope.interface import Interface, implementer

from goldilocks.config import Configurator, not_
from goldilocks.config.adapters import AddSubscriber, eventonly
from goldilocks.exceptions import ConfigurationConflictError, ConfigurationError
from goldilocks.interfaces import IResourceURL, IResponse, ITraverser


class IEvent(Interface):
    pass


class IThing(Interface):
    pass


@implementer(IEvent)
class Event:
    def __init__(self, **kw):
        self.__dict__.update(kw)


@implementer(IThing)
class Thing:
    pass


class ColourPredicate:
    def __init__(self, value, info):
        self.value = value

    def text(self):
        return f"colour = {self.value}"

    phash = text

    def __call__(self, event):
        return event.colour == self.value


class BothPredicate(ColourPredicate):
    def __call__(self, event, thing):
        return event.colour == self.value and isinstance(thing, Thing)


@pytest.fixture
def heard():
    return []


@pytest.fixture
def config():
    config = Configurator(autocommit=True)
    config.add_subscriber_predicate("colour", ColourPredicate)
    config.add_subscriber_predicate("both", BothPredicate)
    return config


# --- listeners -------------------------------------------------------------------------------------------------------


def test_subscriber_hears_its_events(config, heard):
    """A listener hears the events of its kind and no others."""
    config.add_subscriber(heard.append, IEvent)
    event = Event()
    config.registry.notify(event)
    config.registry.notify(Thing())
    assert heard == [event]


def test_subscriber_hears_a_class(config, heard):
    """What to listen to may be a class."""
    config.add_subscriber(heard.append, Event)
    config.registry.notify(Event())
    assert len(heard) == 1


def test_subscriber_hears_everything(config, heard):
    """Without saying what, everything is heard."""
    config.add_subscriber(heard.append)
    config.registry.notify(Event())
    config.registry.notify(Thing())
    assert len(heard) == 2


def test_subscriber_by_dotted_names(config):
    """Both may be dotted names."""
    subscriber = config.add_subscriber("builtins.repr", "goldilocks.events.NewRequest")
    assert subscriber is repr


def test_subscriber_is_handed_back(config):
    """The directive hands the listener back."""

    def listener(event):
        pass

    assert config.add_subscriber(listener, IEvent) is listener


def test_what_is_registered_is_the_listener(config):
    """Where there is nothing to ask, nothing stands between the record and the listener."""

    def listener(event):
        pass

    config.add_subscriber(listener, IEvent)
    assert [handler.handler for handler in config.registry.registeredHandlers()][-1] is listener


def test_several_objects(config, heard):
    """A listener to several interfaces is called with the event's objects."""
    config.add_subscriber(lambda event, thing: heard.append((event, thing)), [IEvent, IThing])
    event, thing = Event(), Thing()
    config.registry.notify(event, thing)
    config.registry.notify(event)
    assert heard == [(event, thing)]


def test_first_of_several_objects(config, heard):
    """One that takes a single argument gets the first."""

    def listener(event):
        """Words of my own."""
        heard.append(event)

    config.add_subscriber(listener, (IEvent, IThing))
    event = Event()
    config.registry.notify(event, Thing())
    assert heard == [event]
    assert [handler.handler.__doc__ for handler in config.registry.registeredHandlers()][
        -1
    ] == listener.__doc__


def test_class_as_listener(config, heard):
    """A class may listen: it is made with the event."""

    class Listener:
        def __init__(self, event):
            heard.append(event)

    config.add_subscriber(Listener, [IEvent, IThing])
    event = Event()
    config.registry.notify(event, Thing())
    assert heard == [event]


def test_instance_as_listener(config, heard):
    """An instance that can be called may listen."""

    class Listener:
        def __call__(self, event):
            heard.append(event)

    config.add_subscriber(Listener(), [IEvent, IThing])
    config.add_subscriber(Listener(), IEvent, colour="red")
    red = Event(colour="red")
    config.registry.notify(red, Thing())
    config.registry.notify(red)
    assert heard == [red, red]


@pytest.mark.parametrize(("colour", "count"), [("red", 1), ("blue", 0)])
def test_predicates(config, heard, colour, count):
    """Predicates narrow the events down."""
    config.add_subscriber(heard.append, IEvent, colour="red")
    config.registry.notify(Event(colour=colour))
    assert len(heard) == count


@pytest.mark.parametrize("iface", [IEvent, [IEvent, IThing]])
def test_predicate_turned_round(config, heard, iface):
    """A predicate of listeners may be turned round, whether it takes the event alone or not."""
    objects = (Thing(),) if isinstance(iface, list) else ()
    config.add_subscriber(lambda event: heard.append(event.colour), iface, colour=not_("red"))
    config.registry.notify(Event(colour="red"), *objects)
    config.registry.notify(Event(colour="blue"), *objects)
    assert heard == ["blue"]


def test_predicates_of_several_objects(config, heard):
    """A predicate may take all objects or the first."""
    config.add_subscriber(
        lambda event, thing: heard.append(event), [IEvent, IThing], colour="red", both="red"
    )
    config.registry.notify(Event(colour="red"), Thing())
    config.registry.notify(Event(colour="blue"), Thing())
    assert len(heard) == 1


def test_unknown_predicate(config):
    """A predicate that isn't known is reported."""
    with pytest.raises(ConfigurationError, match=r"'color': 1.*did you mean colour"):
        config.add_subscriber(print, IEvent, color=1)


def test_subscriber_introspection():
    """Introspection tells who listens to what, and, once it is carried out, how."""

    def listener(event):
        pass

    config = Configurator()
    config.add_subscriber_predicate("colour", ColourPredicate)
    config.add_subscriber(listener, IEvent, colour="red")
    config.commit()
    fact = config.introspector.get("subscribers", id(listener))
    assert set(fact) == {
        "subscriber",
        "interfaces",
        "phash",
        "order",
        "predicates",
        "derived_predicates",
        "derived_subscriber",
    }
    assert (fact["subscriber"], fact["interfaces"]) == (listener, (IEvent,))
    assert fact["predicates"][0].text() == "colour = red"
    assert fact["derived_subscriber"].__name__ == "listener"
    assert fact.type_name == "subscriber"
    assert fact.title.endswith("listener")


def test_subscribers_never_clash():
    """The same listener may be said twice."""
    config = Configurator()
    config.add_subscriber(print, IEvent)
    config.add_subscriber(print, IEvent)
    config.commit()


@pytest.mark.parametrize(
    ("callee", "answer"),
    [
        (lambda event: None, True),
        (lambda anything: None, True),
        (lambda event, more=1: None, True),
        (lambda event, thing: None, False),
        (lambda *objects: None, False),
    ],
)
def test_eventonly(callee, answer):
    """One argument, or one called event with no other that must be given: that takes the event alone."""
    assert eventonly(callee) is answer


def test_signature_for_type_checkers():
    """What type checkers read is what the statement takes."""
    said = inspect.signature(Configurator.add_subscriber)
    assert list(said.parameters) == ["self", "subscriber", "iface", "predicates"]
    assert list(inspect.signature(AddSubscriber).parameters) == ["subscriber", "iface", "rest"]


# --- adapters --------------------------------------------------------------------------------------------------------


class Adapter:
    def __init__(self, *adapted):
        self.adapted = adapted


def test_response_adapter(config):
    """An adapter makes a response of something."""
    config.add_response_adapter(Adapter, "builtins.str")
    assert config.registry.queryAdapter("text", IResponse).adapted == ("text",)


def test_response_without_adapter(config):
    """Something may be a response as it is."""
    config.add_response_adapter(None, Thing)
    thing = Thing()
    assert config.registry.queryAdapter(thing, IResponse) is thing


def test_webob_responses_are_responses(config):
    """WebOb's responses are, from the start."""
    response = WebObResponse()
    assert config.registry.queryAdapter(response, IResponse) is response


def test_traverser(config):
    """A traverser is found for the roots of its kind."""
    config.add_traverser(Adapter, IThing)
    assert isinstance(config.registry.queryAdapter(Thing(), ITraverser), Adapter)
    assert config.registry.queryAdapter(Event(), ITraverser) is None


def test_traverser_for_all(config):
    """Without a kind it is for all roots."""
    config.add_traverser(f"{__name__}.Adapter")
    assert type(config.registry.queryAdapter(Event(), ITraverser)).__name__ == "Adapter"


def test_resource_url_adapter(config):
    """An adapter for URLs is found for resources of its kind."""
    config.add_resource_url_adapter(Adapter, IThing)
    assert config.registry.queryMultiAdapter((Thing(), Event()), IResourceURL)
    assert config.registry.queryMultiAdapter((Event(), Event()), IResourceURL) is None


def test_resource_url_adapter_for_all(config):
    """Without a kind it is for all resources."""
    config.add_resource_url_adapter(Adapter)
    assert config.registry.queryMultiAdapter((Event(), Event()), IResourceURL)


@pytest.mark.parametrize(
    ("directive", "category", "discriminator", "title", "type_name", "key"),
    [
        ("add_response_adapter", "response adapters", (IResponse, IThing), None, "response adapter", "type"),
        (
            "add_traverser",
            "traversers",
            ("traverser", IThing),
            f"traverser for {IThing!r}",
            "traverser",
            "iface",
        ),
        (
            "add_resource_url_adapter",
            "resource url adapters",
            ("resource url adapter", IThing),
            f"resource url adapter for resource iface {IThing!r}",
            "resource url adapter",
            "resource_iface",
        ),
    ],
)
def test_adapters_in_introspection(directive, category, discriminator, title, type_name, key):
    """Introspection tells of every adapter, and two for the same clash."""
    config = Configurator()
    getattr(config, directive)(Adapter, IThing)
    config.commit()
    fact = config.introspector.get(category, discriminator)
    assert fact == {"adapter": Adapter, key: IThing}
    assert (fact.title, fact.type_name) == (title or f"class {__name__}.Adapter", type_name)
    getattr(config, directive)(Adapter, IThing)
    getattr(config, directive)(Adapter, IThing)
    with pytest.raises(ConfigurationConflictError):
        config.commit()
