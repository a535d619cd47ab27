"""The record: what the application is, in one object.

A ``Registry`` is a zope component registry (what add-ons read and write, by interface) and a dict (what
applications keep, by name). The configuration leaves its own account beside it, the introspector: what was said,
where, and what belongs to what. Nothing here knows views, routes or requests.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from zope.interface import implementer
from zope.interface.registry import Components

from goldilocks.decorator import reify
from goldilocks.interfaces import IIntrospectable, IIntrospector, ISettings
from goldilocks.path import CALLER_PACKAGE, caller_package

if TYPE_CHECKING:
    from goldilocks.types import InterfaceSpec, Settings


class RegistryWords:
    """What the framework asks of a component registry beyond zope's own words.

    ``adopt`` gives the same words to a registry that somebody else made.
    """

    has_listeners: bool

    def registerSelfAdapter(
        self,
        required: Sequence[InterfaceSpec] | None = None,
        provided: InterfaceSpec = None,
        name: str = "",
        info: str = "",
        event: bool = True,
    ) -> None:
        """Register the identity as adapter: whatever is ``required`` already is what is ``provided``."""
        self.registerAdapter(  # type: ignore[attr-defined]
            _identity, required=required, provided=provided, name=name, info=info, event=event
        )

    def queryAdapterOrSelf(self, object: Any, interface: InterfaceSpec, default: Any = None) -> Any:
        """Return ``object`` when it provides ``interface``, else its adapter, else ``default``."""
        if interface.providedBy(object):
            return object
        return self.queryAdapter(object, interface, default=default)  # type: ignore[attr-defined]

    def notify(self, *events: Any) -> None:
        """Tell every subscriber of these events, in the order in which they subscribed."""
        if self.has_listeners:
            self.subscribers(events, None)  # type: ignore[attr-defined]


class Registry(Components, RegistryWords, dict):  # type: ignore[type-arg]  # a dict of anything
    """The book of record of one application.

    Args:
        package_name: the name of the application's package; the caller's by default.
    """

    _has_listeners: bool | None = None
    _settings: Settings | None = None

    def __init__(self, package_name: Any = CALLER_PACKAGE, *args: Any, **kw: Any) -> None:
        self._lock = threading.Lock()
        self._clear_view_lookup_cache()
        if package_name is CALLER_PACKAGE:
            package_name = caller_package().__name__
        Components.__init__(self, package_name, *args, **kw)
        dict.__init__(self)

    def __bool__(self) -> bool:
        return True

    @reify
    def package_name(self) -> str:
        """The name of the package that this application is."""
        return self.__name__

    @property
    def settings(self) -> Settings | None:
        """The deployment settings; writing them makes them the ``ISettings`` utility."""
        return self._settings

    @settings.setter
    def settings(self, settings: Settings | None) -> None:
        self.registerUtility(settings, ISettings)
        self._settings = settings

    @property
    def has_listeners(self) -> bool:
        """Whether anybody subscribed to anything: without listeners no event is worth its call.

        It follows the record, however the subscription got in there, until somebody writes it.
        """
        if self._has_listeners is not None:
            return self._has_listeners
        # PERF: every request asks, and zope offers no question that is cheaper
        for adapters in self.adapters.ro:  # noqa: SIM110 - a loop is cheaper than any()
            if adapters._subscribers:
                return True
        return False

    @has_listeners.setter
    def has_listeners(self, has_listeners: bool) -> None:
        self._has_listeners = has_listeners

    def _clear_view_lookup_cache(self) -> None:
        """Forget which views answered which question; the view table does so by itself when views change."""
        self._view_lookup_cache: dict[Any, Any] = {}


def _identity(object: Any) -> Any:
    return object


def adopt(registry: Any) -> None:
    """Teach a foreign zope registry the few words that the framework adds to zope's.

    What it already has stays as it is.
    """
    if not hasattr(registry, "has_listeners"):
        registry.has_listeners = True
    if not hasattr(registry, "_lock"):
        registry._lock = threading.Lock()
    for name in ("notify", "queryAdapterOrSelf", "registerSelfAdapter"):
        if not hasattr(registry, name):
            setattr(registry, name, getattr(RegistryWords, name).__get__(registry))
    if not hasattr(registry, "_clear_view_lookup_cache"):
        registry._clear_view_lookup_cache = Registry._clear_view_lookup_cache.__get__(registry)


class Deferred:
    """A discriminator that can only be computed once earlier phases have been carried out.

    Args:
        func: called without arguments, once; returns the hashable discriminator.
    """

    def __init__(self, func: Callable[[], Hashable]) -> None:
        self.func = func

    @reify
    def value(self) -> Hashable:
        """The discriminator, computed at the first question."""
        value = self.func()
        del self.func
        return value

    def resolve(self) -> Hashable:
        """Return the discriminator."""
        return self.value


def undefer(v: Any) -> Any:
    """Return ``v``, or what it resolves to when it is a `Deferred`.

    >>> undefer("as it is"), undefer(Deferred(lambda: "computed"))
    ('as it is', 'computed')
    """
    return v.resolve() if isinstance(v, Deferred) else v


class predvalseq(tuple):  # type: ignore[type-arg]  # predicate values are of any type
    """Several values for one predicate, each of which must hold.

    Predicates that get a plain tuple take it as *one* value.
    """


@implementer(IIntrospectable)
class Introspectable(dict):  # type: ignore[type-arg]  # its keys are the category's own
    """One fact about the configuration: a dict with a category, a discriminator and relations to other facts."""

    #: Position in the introspector; set when the fact is added.
    order = 0
    #: Where it was said (file, line); set when the fact is registered.
    action_info: Any = None

    def __init__(self, category_name: str, discriminator: Any, title: str, type_name: str) -> None:
        self.category_name = category_name
        self.discriminator = discriminator
        self.title = title
        self.type_name = type_name
        self._relations: list[tuple[bool, str, Any]] = []

    def relate(self, category_name: str, discriminator: Any) -> None:
        """Say that this fact belongs with another one, which must be known when this one is registered."""
        self._relations.append((True, category_name, discriminator))

    def unrelate(self, category_name: str, discriminator: Any) -> None:
        """Take a relation back."""
        self._relations.append((False, category_name, discriminator))

    @property
    def discriminator_hash(self) -> int:
        """A number that stands for the discriminator, usable in an URL."""
        self._assert_resolved()
        return hash(self.discriminator)

    def register(self, introspector: Introspector, action_info: Any) -> None:
        """Enter the fact and its relations into ``introspector``; called when its action was carried out."""
        self.discriminator = undefer(self.discriminator)
        self.action_info = action_info
        introspector.add(self)
        me = (self.category_name, self.discriminator)
        for belongs, category_name, discriminator in self._relations:
            change = introspector.relate if belongs else introspector.unrelate
            change(me, (category_name, undefer(discriminator)))

    def _assert_resolved(self) -> None:
        assert not isinstance(self.discriminator, Deferred), (
            "the discriminator is not known before registration"
        )

    def __hash__(self) -> int:  # type: ignore[override]  # facts are keys of the introspector's relations
        self._assert_resolved()
        return hash((self.category_name, self.discriminator))

    def __eq__(self, other: object) -> bool:
        # two facts that tell the same of different things are two facts; the introspector's relations rely on it
        if isinstance(other, Introspectable) and self._key() != other._key():
            return False
        return dict.__eq__(self, other)

    def __ne__(self, other: object) -> bool:  # dict brings its own
        return not self == other

    def _key(self) -> tuple[str, Any]:
        return self.category_name, self.discriminator

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        self._assert_resolved()
        return (
            f"<{type(self).__name__} category {self.category_name!r}, discriminator {self.discriminator!r}>"
        )


Pair = tuple[str, Any]


@implementer(IIntrospector)
class Introspector:
    """The account of the configuration: facts by category, and which belongs with which."""

    def __init__(self) -> None:
        self._categories: dict[str, dict[Any, Introspectable]] = {}
        self._refs: dict[Introspectable, list[Introspectable]] = {}
        self._counter = 0

    def add(self, intr: Introspectable) -> None:
        """Enter a fact; a fact of the same category and discriminator is replaced."""
        category = self._categories.setdefault(intr.category_name, {})
        category[intr.discriminator] = category[intr.discriminator_hash] = intr
        intr.order = self._counter
        self._counter += 1

    def get(self, category_name: str, discriminator: Any, default: Any = None) -> Any:
        """Return one fact, by its discriminator or the discriminator's hash."""
        return self._categories.get(category_name, {}).get(discriminator, default)

    def get_category(
        self,
        category_name: str,
        default: Any = None,
        sort_key: Callable[[Introspectable], Any] | None = None,
    ) -> Any:
        """Return all facts of a category as ``{"introspectable": fact, "related": [...]}``, in the order said."""
        category = self._categories.get(category_name)
        if category is None:
            return default
        # a fact stands twice in its category (by discriminator and by its hash), and equal dicts are still two facts
        facts = {id(fact): fact for fact in category.values()}.values()
        ordered = sorted(facts, key=sort_key or attrgetter("order"))
        return [{"introspectable": fact, "related": self.related(fact)} for fact in ordered]

    def categorized(self, sort_key: Callable[[Introspectable], Any] | None = None) -> list[tuple[str, Any]]:
        """Return every category with its facts, categories by name."""
        return [(name, self.get_category(name, sort_key=sort_key)) for name in self.categories()]

    def categories(self) -> list[str]:
        """Return the names of all categories, sorted."""
        return sorted(self._categories)

    def remove(self, category_name: str, discriminator: Any) -> None:
        """Take a fact out, with its relations; nothing happens when there is none."""
        intr = self.get(category_name, discriminator)
        if intr is None:
            return
        for other in self._refs.pop(intr, ()):
            self._refs[other].remove(intr)
        category = self._categories[category_name]
        del category[intr.discriminator]
        del category[intr.discriminator_hash]

    def relate(self, *pairs: Pair) -> None:
        """Say that facts, given as (category, discriminator), belong together.

        Raises:
            KeyError: one of them is not known.
        """
        for one, other in self._couples(pairs):
            others = self._refs.setdefault(one, [])
            if one is not other and other not in others:
                others.append(other)

    def unrelate(self, *pairs: Pair) -> None:
        """Take relations between facts back.

        Raises:
            KeyError: one of them is not known.
        """
        for one, other in self._couples(pairs):
            others = self._refs.get(one, [])
            if other in others:
                others.remove(other)

    def related(self, intr: Introspectable) -> list[Introspectable]:
        """Return the facts that belong with ``intr``.

        Raises:
            KeyError: it was never entered.
        """
        return self._refs.get(self._known(intr.category_name, intr.discriminator), [])

    def _known(self, category_name: str, discriminator: Any) -> Introspectable:
        try:
            return self._categories[category_name][discriminator]
        except KeyError:
            raise KeyError((category_name, discriminator)) from None

    def _couples(self, pairs: Iterable[Pair]) -> Iterable[tuple[Introspectable, Introspectable]]:
        facts = [self._known(category_name, discriminator) for category_name, discriminator in pairs]
        return [(one, other) for one in facts for other in facts]


#: The registry that answers where no application's is current.
global_registry = Registry("global")
