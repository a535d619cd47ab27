"""What can be said about listeners to events, and about adapters: what a response is, how to walk, how URLs come about."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Self

from webob import Response as WebobResponse
from zope.interface import Interface

from goldilocks.config.predicates import PredicateInfo, PredicateStatement, predicate_list
from goldilocks.config.statement import REST, Scope, Statement, directive
from goldilocks.interfaces import IResourceURL, IResponse, ITraverser
from goldilocks.predicates import Notted
from goldilocks.registry import Introspectable
from goldilocks.util import object_description, takes_one_arg

if TYPE_CHECKING:
    from goldilocks.types import AnyConfig, AnyRegistry, InterfaceSpec


class AddSubscriber(Statement):
    """Call a function whenever an event of some kind is sent.

    It is called with the event. If it listens to several interfaces at once, it is called with the event's objects,
    or with the first of them if it takes only one.

    Args:
        subscriber: a callable or its dotted name.
        iface: the class or interface of the event, or its dotted name; a list or tuple for events of several objects.
            ``None`` listens to everything.
        rest: predicates, which narrow the events down further.

    Returns:
        the subscriber.
    """

    topic = "subscribers"
    type_name = "subscriber"

    subscriber: Any
    iface: Any = None
    rest: Mapping[str, Any] = REST

    def resolved(self, config: AnyConfig) -> Self:
        """Find what listens and what to."""
        iface = config.maybe_dotted(self.iface)
        if iface is None:
            iface = (Interface,)
        elif not isinstance(iface, tuple | list):
            iface = (iface,)
        return self.but(subscriber=config.maybe_dotted(self.subscriber), iface=iface)

    def say(self, config: AnyConfig) -> Any:
        """Put it into the log and hand the subscriber back."""
        super().say(config)
        return self.subscriber

    def title(self) -> str:
        """Describe the subscriber."""
        return object_description(self.subscriber)

    def facts(self, registry: AnyRegistry, scope: Scope, discriminator: Any) -> Iterable[Introspectable]:
        """Tell who listens to what."""
        fact = Introspectable(self.topic, id(self.subscriber), self.title(), self.type_name)
        fact["subscriber"] = self.subscriber
        fact["interfaces"] = self.iface
        return (fact,)

    def perform(self, registry: AnyRegistry, scope: Scope, facts: tuple[Introspectable, ...]) -> None:
        """Make the predicates and subscribe."""
        made = predicate_list(registry, "subscriber").make(PredicateInfo.of(registry, scope), **self.rest)
        order, predicates, phash = made
        is_single = len(self.iface) == 1
        asked = [_taking_all(predicate, is_single) for predicate in predicates]
        listener = _listener(self.subscriber, asked, is_single)
        for fact in facts:
            fact.update(
                phash=phash,
                order=order,
                predicates=predicates,
                derived_predicates=asked,
                derived_subscriber=listener,
            )
        registry.registerHandler(listener, self.iface)


def eventonly(callee: Any) -> bool:
    """Tell whether a listener or predicate takes the event alone, and not all the objects of one."""
    return bool(takes_one_arg(callee, argname="event", allow_varargs=False))


def _taking_all(callee: Any, is_single: bool) -> Callable[..., Any]:
    """Make ``callee`` take all objects of an event, even if it wants only the first.

    Where there is but one object, nothing stands between.
    """
    asked = callee.predicate if isinstance(callee, Notted) else callee
    if is_single or not eventonly(asked):
        return callee

    def take_first(*objects: Any) -> Any:
        return callee(objects[0])

    return _named_after(callee, take_first)


def _listener(subscriber: Any, predicates: list[Callable[..., Any]], is_single: bool) -> Callable[..., Any]:
    """Return what is called with the objects of every event of the kind."""
    listener = _taking_all(subscriber, is_single)
    if not predicates:
        return listener

    def listen_if(*objects: Any) -> Any:
        if all(predicate(*objects) for predicate in predicates):
            return listener(*objects)
        return None

    return _named_after(subscriber, listen_if)


def _named_after(original: Any, wrapper: Callable[..., Any]) -> Callable[..., Any]:
    return update_wrapper(wrapper, original) if hasattr(original, "__name__") else wrapper


class AddSubscriberPredicate(PredicateStatement):
    """Make a predicate known to ``add_subscriber``.

    Args:
        name: the keyword under which its value is said.
        factory: called with the value and what may be known about the configuration, it makes a predicate, which is called
            with the event. Or its dotted name.
        weighs_more_than: the name of a predicate that is asked before it, or several names.
        weighs_less_than: the name of a predicate that is asked after it, or several names.
    """

    kind = "subscriber"


class AddResponseAdapter(Statement):
    """Let views return something that isn't a response.

    Args:
        adapter: called with what the view returned, it returns a response; ``None`` if it is one as it is. Or
            the adapter's dotted name.
        type_or_iface: the class or interface of what views return, or its dotted name.
    """

    topic = "response adapters"
    type_name = "response adapter"

    adapter: Any
    type_or_iface: Any

    def resolved(self, config: AnyConfig) -> Self:
        """Find both."""
        dotted = config.maybe_dotted
        return self.but(adapter=dotted(self.adapter), type_or_iface=dotted(self.type_or_iface))

    def discriminator(self, registry: AnyRegistry, scope: Scope) -> Hashable:
        """Clash with another adapter for this class."""
        return (IResponse, self.type_or_iface)

    def title(self) -> str:
        """Describe the adapter."""
        return object_description(self.adapter)

    def facts(self, registry: AnyRegistry, scope: Scope, discriminator: Any) -> Iterable[Introspectable]:
        """Tell what becomes a response, and how."""
        fact = Introspectable(self.topic, discriminator, self.title(), self.type_name)
        fact["adapter"] = self.adapter
        fact["type"] = self.type_or_iface
        return (fact,)

    def perform(self, registry: AnyRegistry, scope: Scope, facts: tuple[Introspectable, ...]) -> None:
        """Register the adapter."""
        if self.adapter is None:
            registry.registerSelfAdapter((self.type_or_iface,), IResponse)
        else:
            registry.registerAdapter(self.adapter, (self.type_or_iface,), IResponse)


class AddTraverser(Statement):
    """Walk resource trees in another way.

    Args:
        adapter: a class; made with the root, it is called with the request and returns what ``ITraverser`` tells. Or its
            dotted name.
        iface: the class or interface of the roots from which to walk so, or its dotted name; ``None`` for all that have no
            traverser of their own.
    """

    topic = "traversers"
    type_name = "traverser"

    adapter: Any
    iface: Any = None

    def resolved(self, config: AnyConfig) -> Self:
        """Find both."""
        return self.but(adapter=config.maybe_dotted(self.adapter), iface=config.maybe_dotted(self.iface))

    def discriminator(self, registry: AnyRegistry, scope: Scope) -> Hashable:
        """Clash with another traverser for these roots."""
        return ("traverser", self.iface)

    def title(self) -> str:
        """Name the roots."""
        return f"traverser for {self.iface!r}"

    def perform(self, registry: AnyRegistry, scope: Scope, facts: tuple[Introspectable, ...]) -> None:
        """Register the adapter."""
        registry.registerAdapter(self.adapter, (_or_anything(self.iface),), ITraverser)


class AddResourceUrlAdapter(Statement):
    """Make the URLs of resources in another way, as a traverser that walks in another way needs it.

    Args:
        adapter: a class; made with a resource and the request, its instances have what ``IResourceURL`` tells. Or its
            dotted name.
        resource_iface: the class or interface of the resources, or its dotted name; ``None`` for all that have no adapter
            of their own.
    """

    topic = "resource url adapters"
    type_name = "resource url adapter"

    adapter: Any
    resource_iface: Any = None

    def resolved(self, config: AnyConfig) -> Self:
        """Find both."""
        dotted = config.maybe_dotted
        return self.but(adapter=dotted(self.adapter), resource_iface=dotted(self.resource_iface))

    def discriminator(self, registry: AnyRegistry, scope: Scope) -> Hashable:
        """Clash with another adapter for these resources."""
        return ("resource url adapter", self.resource_iface)

    def title(self) -> str:
        """Name the resources."""
        return f"resource url adapter for resource iface {self.resource_iface!r}"

    def perform(self, registry: AnyRegistry, scope: Scope, facts: tuple[Introspectable, ...]) -> None:
        """Register the adapter."""
        registry.registerAdapter(self.adapter, (_or_anything(self.resource_iface), Interface), IResourceURL)


def _or_anything(iface: InterfaceSpec | None) -> InterfaceSpec:
    return Interface if iface is None else iface


class AdaptersTopic:
    """Listeners and adapters."""

    if TYPE_CHECKING:

        def add_subscriber(self, subscriber: Any, iface: Any = None, **predicates: Any) -> Any:
            """Call a function whenever an event of some kind is sent."""

    else:
        add_subscriber = directive(AddSubscriber)

    add_subscriber_predicate = directive(AddSubscriberPredicate)
    add_response_adapter = directive(AddResponseAdapter)
    add_traverser = directive(AddTraverser)
    add_resource_url_adapter = directive(AddResourceUrlAdapter)

    def add_default_response_adapters(self: AnyConfig) -> None:
        """Say that WebOb's responses are responses, though they don't know it."""
        self.add_response_adapter(None, WebobResponse)


AdaptersConfiguratorMixin = AdaptersTopic
