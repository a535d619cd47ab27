"""The record: what the application is, in one object.

A ``Registry`` is a zope component registry (what add-ons read and write, by interface) and a dict (what
applications keep, by name). The configuration leaves its own account beside it, the introspector: what was said,
where, and what belongs to what. Nothing here knows views, routes or requests.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from zope.interface import implementedBy
from zope.interface.adapter import AdapterLookup, AdapterRegistry, BaseAdapterRegistry, LookupBase
from zope.interface.registry import Components

from goldilocks.changes import changes
from goldilocks.decorator import reify
from goldilocks.interfaces import ISettings
from goldilocks.introspection import Deferred as Deferred
from goldilocks.introspection import Introspectable as Introspectable
from goldilocks.introspection import Introspector as Introspector
from goldilocks.introspection import UntoldIntrospectable as UntoldIntrospectable
from goldilocks.introspection import predvalseq as predvalseq
from goldilocks.introspection import undefer as undefer
from goldilocks.lateroutes import LateTypes
from goldilocks.path import CALLER_PACKAGE, caller_package

if TYPE_CHECKING:
    from goldilocks.types import AnyRegistry, InterfaceSpec, Settings


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


class _Lookup(AdapterLookup):
    """What zope remembers of its tables, which other threads may ask while one writes to them."""

    def changed(self, ignored: Any = None) -> None:
        """Forget everything."""
        # zope's own goes through what is asked just now, and fails when somebody asks for something else meanwhile
        asked_for: dict[Any, Any] = self._required
        self._required: dict[Any, Any] = {}
        alive = filter(None, [reference() for reference in list(asked_for)])
        for specification in alive:
            with suppress(KeyError):  # two threads may forget the same
                specification.unsubscribe(self)
        # at last: whoever has asked until now believed that we would hear of a change of the class
        LookupBase.changed(self, None)


class Adapters(AdapterRegistry):
    """zope's tables of adapters, quicker to write to."""

    LookupClass = _Lookup

    # PERF: build of 10,000 routes and views: with tuples, each subscription to one interface costs as much as there are
    _leafSequenceType = list

    def _addValueToLeaf(self, existing_leaf_sequence: list[Any] | None, new_item: Any) -> list[Any]:
        values = [] if existing_leaf_sequence is None else existing_leaf_sequence
        values.append(new_item)
        return values

    #: The routes of the registry that have not been asked for yet.
    late_types: LateTypes | None = None

    def changed(self, originally_changed: Any) -> None:
        """Note that something was changed."""
        if self.late_types is not None and self.late_types.is_making:
            return
        # PERF: build of 10,000 routes and views: to look for tables that depend on this one costs more than the rest
        if self._v_subregistries.data:
            super().changed(originally_changed)
        else:
            BaseAdapterRegistry.changed(self, originally_changed)
        # at last: who derives something anew from here on must find nothing that is remembered
        changes.count += 1

    def has_any(self, provided: InterfaceSpec) -> bool:
        """Tell whether anything at all could be adapted to an interface."""
        return any(each.isOrExtends(provided) for registry in self.ro for each in registry._provided)

    def is_blank(self, *required: Any) -> bool:
        """Tell whether certainly nothing is registered that demands three specifications of which these are the first."""
        components = self._adapters[3] if len(self._adapters) > 3 else {}
        for specification in required:
            components = components.get(specification, {})
        return not components

    def _removeValueFromLeaf(self, existing_leaf_sequence: list[Any], to_remove: Any) -> list[Any]:
        return [value for value in existing_leaf_sequence if value != to_remove]


class Utilities(Adapters):
    """zope's tables of utilities."""

    def register(self, required: Any, provided: InterfaceSpec, name: str, value: Any) -> None:
        """Register a utility."""
        self._settle(provided)
        super().register(required, provided, name, value)

    def unregister(self, required: Any, provided: InterfaceSpec, name: str, value: Any = None) -> None:
        """Take a utility out."""
        self._settle(provided)
        super().unregister(required, provided, name, value)

    def _setBases(self, bases: Any) -> None:
        if self.late_types is not None:
            self.late_types.make_all()
        super()._setBases(bases)

    def _settle(self, provided: InterfaceSpec) -> None:
        if self.late_types is not None:
            self.late_types.settle(provided)


#: Where those subscribe who want to hear of every registration; zope's tables import it if it is installed.
_zope_event = sys.modules.get("zope.event")


def has_zope_listeners() -> bool:
    """Tell whether anybody listens to zope's own events, such as that of a registration."""
    return bool(getattr(_zope_event, "subscribers", ()))


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

    def _init_registries(self) -> None:
        self.adapters = Adapters()
        self.utilities = Utilities()
        late_types = LateTypes(self)
        self.late_types = self.adapters.late_types = self.utilities.late_types = late_types

    def _init_registrations(self) -> None:
        super()._init_registrations()
        self._utility_registrations = self.late_types.registrations
        self._adapter_registrations = self.late_types.adapter_registrations

    # PERF: build of 10,000 routes and views: an event that nobody hears is not made
    def registerUtility(
        self,
        component: Any = None,
        provided: InterfaceSpec = None,
        name: str = "",
        info: Any = "",
        event: bool = True,
        factory: Any = None,
    ) -> None:
        """Register a utility, as zope's `Components` does."""
        # zope first takes out what is in its place: two threads would take out the same
        with self.late_types.lock:
            super().registerUtility(component, provided, name, info, event and has_zope_listeners(), factory)

    def registerAdapter(
        self,
        factory: Any,
        required: Sequence[InterfaceSpec] | None = None,
        provided: InterfaceSpec = None,
        name: str = "",
        info: Any = "",
        event: bool = True,
    ) -> None:
        """Register an adapter, as zope's `Components` does."""
        with self.late_types.lock:
            super().registerAdapter(factory, required, provided, name, info, event and self._is_heard())

    def _is_heard(self) -> bool:
        """Tell whether anybody hears of a registration that is made just now."""
        return has_zope_listeners() and not self.late_types.is_making

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
        changes.count += 1

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if (
            name == "notify"
        ):  # COMPAT: tests replace it on the instance, and are told of everything from then on
            changes.count += 1

    def _clear_view_lookup_cache(self) -> None:
        """Forget which views answered which question; the view table does so by itself when views change."""
        self._view_lookup_cache: dict[Any, Any] = {}


def is_heard(registry: AnyRegistry, event: type) -> bool:
    """Tell whether anybody listens to a kind of event, or might: who replaced ``notify`` wants to be told of all."""
    if not registry.has_listeners:
        return False
    if "notify" in registry.__dict__:
        return True
    return bool(registry.adapters.subscriptions([implementedBy(event)], None))


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


#: The registry that answers where no application's is current.
global_registry = Registry("global")
