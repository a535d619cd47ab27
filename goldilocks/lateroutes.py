"""Routes that no request has asked for yet: their request types are made, and their views composed, at the first question.

All that can be wrong with a route or a view is found at commit. What is left to be done then, and can't fail, waits in the
table of the record in which the request types are looked up, in the place where the type will stand. Whoever asks for a type, by name or
for all, by our words or zope's, finds it made, with the views of the route in the record; and views of a route are found by its
request type alone. So nobody can tell that a route has waited. Why, says ``docs/decisions/0013-routes-wait.md``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from goldilocks.interfaces import (
    IAcceptOrder,
    IDefaultCSRFOptions,
    IDefaultPermission,
    IRouteRequest,
    ISecurityPolicy,
    IViewMapperFactory,
)
from goldilocks.requesttype import route_request_iface

if TYPE_CHECKING:
    from goldilocks.types import AnyRegistry, InterfaceSpec

#: What views are composed by: when one of these is about to change, those that wait are composed before.
DECISIVE = frozenset(
    (IAcceptOrder, IDefaultCSRFOptions, IDefaultPermission, ISecurityPolicy, IViewMapperFactory)
)

#: Composes a view of a route and writes it into the record; called with the route's request type.
LateView = Callable[[Any], None]

#: Stands for all keys of a table.
_ALL: Any = object()


class _Table(dict):  # type: ignore[type-arg]  # of what zope keeps in its tables
    """One of zope's tables, of which what somebody looks for is written at that moment.

    Args:
        look: called with the key that somebody looks for, or with ``_ALL``.
    """

    # PERF: build of 10,000 routes and views
    def __init__(self, look: Callable[[Any], None]) -> None:
        super().__init__()
        self._look = look


def _looking(name: str, is_for_one: bool) -> Callable[..., Any]:
    method = getattr(dict, name)

    def look_first(self: Any, *args: Any, **kw: Any) -> Any:
        self._look(args[0] if is_for_one else _ALL)
        return method(self, *args, **kw)

    look_first.__name__ = name
    return look_first


for _name in ("get", "pop", "__contains__", "__delitem__", "__getitem__"):
    setattr(_Table, _name, _looking(_name, is_for_one=True))
for _name in (
    *("copy", "items", "keys", "popitem", "values", "__eq__", "__iter__", "__len__", "__ne__"),
    *("__or__", "__reduce_ex__", "__repr__", "__reversed__", "__ror__"),
):
    setattr(_Table, _name, _looking(_name, is_for_one=False))


class _AdapterRegistrations(_Table):
    """Who registered which adapter. Whoever asks for that of a route's view knows the route's type, which is made then."""

    get, pop = dict.get, dict.pop
    __contains__, __delitem__, __getitem__ = dict.__contains__, dict.__delitem__, dict.__getitem__


class LateTypes(_Table):
    """The request types of routes by name: zope's table of the utilities for ``IRouteRequest``.

    Args:
        registry: the record.
    """

    def __init__(self, registry: AnyRegistry) -> None:
        super().__init__(self._look_for)
        #: What zope keeps elsewhere of the same utilities: who registered them, and all of them without their names.
        self.registrations = _Table(self._look_for_registered)
        self.adapter_registrations = _AdapterRegistrations(self._look_for)
        self._unnamed = _Table(self._look_for_unnamed)
        self._registry = registry
        self._waiting = 0
        #: Whether somebody has asked for what wasn't there: zope remembers such questions until it hears of a change.
        self._is_missed = True
        #: Held while the record is written to.
        self.lock = threading.RLock()
        #: The thread that makes a type, and the route whose type it makes.
        self._maker: int | None = None
        self._made: str | None = None

    def __bool__(self) -> bool:
        return dict.__len__(self) > 0

    @property
    def is_making(self) -> bool:
        """Whether this thread makes a type just now: what it writes is no change, because for all others it was there."""
        return self._maker is not None and self._maker == threading.get_ident()

    # -- what is promised

    def promise(self, name: str, bases: tuple[InterfaceSpec, ...]) -> None:
        """Let the type of a route be made when somebody asks for it; nothing happens if there is one already.

        Args:
            name: of the route.
            bases: of its request type.
        """
        utilities = self._registry.utilities
        tables = utilities._adapters
        if not tables or tables[0].get(IRouteRequest) is not self:
            self._stand_in(utilities)
        if not dict.__contains__(self, name):
            self[name] = (bases,)
            self._waiting += 1
            if self._is_missed:
                self._is_missed = False
                utilities.changed(utilities)

    def promise_view(self, name: str, view: LateView) -> bool:
        """Let a view be composed when the type of its route is made; tell whether that is still to be made."""
        with self.lock:
            promised = dict.get(self, name)
            if promised.__class__ is not tuple:
                return False
            self[name] = (*promised, view)
        return True

    def _stand_in(self, utilities: Any) -> None:
        """Take the place of zope's own tables."""
        _ = (
            self._registry._utility_registrations_cache
        )  # made at the first question, of all that was registered until then
        for tables, table in (utilities._adapters, self), (utilities._subscribers, self._unnamed):
            if not tables:
                tables.append({})
            table.update(tables[0].get(IRouteRequest, {}))
            tables[0][IRouteRequest] = table
        # the table counts as one utility itself: zope only looks at tables of which it knows that something is in there
        count = utilities._provided[IRouteRequest] = utilities._provided.get(IRouteRequest, 0) + 1
        if count == 1:
            utilities._v_lookup.add_extendor(IRouteRequest)

    # -- what is looked for

    def _look_for(self, name: Any) -> None:
        if name is _ALL:
            self._is_missed = True
            self.make_all()
        elif not dict.__contains__(self, name):
            self._is_missed = True
        elif self._waiting:
            self.make(name)

    def _look_for_registered(self, key: Any) -> None:
        if key is _ALL:
            self.make_all()
        elif key[0] is IRouteRequest:
            self._look_for(key[1])

    def _look_for_unnamed(self, _key: Any) -> None:
        self._is_missed = True
        self.make_all()

    def make(self, name: str) -> None:
        """Make the type of a route if it waits, and compose its views."""
        promised = dict.get(self, name)
        if promised.__class__ is not tuple:
            return
        with self.lock:
            promised = dict.get(self, name)
            if promised.__class__ is not tuple or self._made == name:
                return
            bases, *views = promised
            before = self._maker, self._made
            self._maker, self._made = threading.get_ident(), name
            try:
                request_iface = route_request_iface(name, bases)
                for enter in views:
                    enter(request_iface)
                # at last, because whoever finds the type looks for the views
                self._registry.registerUtility(request_iface, IRouteRequest, name, event=False)
            finally:
                self._maker, self._made = before
            self._waiting -= 1

    def make_all(self) -> None:
        """Make all types that wait."""
        if self._waiting and not self.is_making:
            for name in list(dict.__iter__(self)):
                self.make(name)

    def settle(self, provided: InterfaceSpec) -> None:
        """Compose the views that wait, because a utility that they may be composed by is about to change.

        Args:
            provided: what the utility provides.
        """
        if self._waiting and not DECISIVE.isdisjoint(provided.__iro__):
            self.make_all()
