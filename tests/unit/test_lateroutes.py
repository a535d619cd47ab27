"""Routes wait until somebody asks for them, and nobody can tell."""

from __future__ import annotations

import contextlib
import threading

import pytest
from zope.interface.interfaces import IInterface
from zope.interface.registry import Components

from goldilocks.interfaces import (
    IDebugLogger,
    IDefaultPermission,
    IRequest,
    IRouteRequest,
    ISettings,
    IView,
    IViewClassifier,
)
from goldilocks.registry import Registry, Utilities


@pytest.fixture
def registry():
    return Registry("test")


@pytest.fixture
def types(registry):
    """The late types of a registry with the route "bear" that waits, and has a view."""
    types = registry.late_types
    types.promise("bear", (IRequest,))
    types.entered = entered = []

    def enter(request_iface):
        entered.append(request_iface)
        registry.registerAdapter(entered, (IViewClassifier, request_iface, IRequest), IView)

    assert types.promise_view("bear", enter)
    return types


def test_promise_is_no_type(types):
    """Nothing is made by a promise."""
    assert types.entered == []
    assert types


ONE = {
    "queryUtility": lambda registry: registry.queryUtility(IRouteRequest, name="bear"),
    "lookup": lambda registry: registry.utilities.lookup((), IRouteRequest, "bear"),
    "registered": lambda registry: registry.utilities.registered((), IRouteRequest, "bear"),
    "lookup of what it extends": lambda registry: registry.queryUtility(
        IRouteRequest.__bases__[0], name="bear"
    ),
    "from a registry above": lambda registry: Components("above", (registry,)).queryUtility(
        IRouteRequest, "bear"
    ),
    "registrations by key": lambda registry: registry._utility_registrations[IRouteRequest, "bear"][0],
    "for all": lambda registry: dict(registry.getUtilitiesFor(IRouteRequest))["bear"],
    "without names": lambda registry: next(iter(registry.getAllUtilitiesRegisteredFor(IRouteRequest))),
    "registeredUtilities": lambda registry: next(
        found.component for found in registry.registeredUtilities() if found.name == "bear"
    ),
    "allRegistrations": lambda registry: next(
        value for _, _, name, value in registry.utilities.allRegistrations() if name == "bear"
    ),
    "allSubscriptions": lambda registry: next(
        value for _, provided, value in registry.utilities.allSubscriptions() if provided is IRouteRequest
    ),
    "registeredAdapters": lambda registry: next(
        found.required[1] for found in registry.registeredAdapters() if found.provided is IView
    ),
}


@pytest.mark.parametrize("ask", ONE.values(), ids=ONE)
def test_type_is_made_for_whoever_asks(registry, types, ask):
    """However somebody asks, the type is there, the only one, and its views are in the record."""
    found = ask(registry)
    assert IInterface.providedBy(found)
    assert found.__name__ == "bear_IRequest"
    assert types.entered == [found]
    assert registry.adapters.registered((IViewClassifier, found, IRequest), IView) is types.entered
    assert all(other(registry) is found for other in ONE.values())


def test_other_questions_make_nothing(registry, types):
    """Who asks for another utility, or registers one, or asks for another route, makes no type."""
    registry.settings = {}
    assert registry.queryUtility(ISettings) == {}
    assert registry.queryUtility(IRouteRequest, name="wolf") is None
    registry.registerUtility("log", IDebugLogger)
    types.promise("bear", ())  # said once more
    types.promise("wolf", ())
    assert registry.queryUtility(IRouteRequest, name="wolf").__bases__ == ()
    assert types.entered == []


def test_making_is_no_change(registry, types):
    """What was remembered before stays, because the type was there for all; the promise was a change."""
    before = registry.utilities._generation, registry.adapters._generation
    assert registry.queryUtility(IRouteRequest, name="bear").__bases__ == (IRequest,)
    assert (registry.utilities._generation, registry.adapters._generation) == before
    types.promise("wolf", ())
    assert registry.utilities._generation > before[0]


def test_promise_is_a_change(registry):
    """A question that had no answer has one after the promise."""
    assert registry.queryUtility(IRouteRequest, name="bear") is None
    registry.late_types.promise("bear", ())
    assert registry.queryUtility(IRouteRequest, name="bear") is not None


def test_types_of_others_stay(registry):
    """Types that somebody registered before or meanwhile are found, and promised no more."""
    registry.registerUtility("old", IRouteRequest, "old")
    types = registry.late_types
    types.promise("old", ())
    types.promise("new", ())
    registry.registerUtility("mine", IRouteRequest, "new")
    types.promise("new", ())
    assert not types.promise_view("old", None)
    assert not types.promise_view("none", None)
    assert dict(registry.getUtilitiesFor(IRouteRequest)) == {"old": "old", "new": "mine"}


def test_all_come_in_the_order_in_which_they_were_said(registry, types):
    """Which of them was asked for first doesn't show."""
    types.promise("wolf", ())
    types.promise("fox", ())
    registry.getUtility(IRouteRequest, "fox")
    assert [name for name, _ in registry.getUtilitiesFor(IRouteRequest)] == ["bear", "wolf", "fox"]


def test_type_is_taken_out(registry, types):
    """A type that was never asked for is unregistered as any other, and may be promised again."""
    assert registry.unregisterUtility(provided=IRouteRequest, name="bear")
    assert registry.queryUtility(IRouteRequest, name="bear") is None
    assert list(registry.getAllUtilitiesRegisteredFor(IRouteRequest)) == []
    assert len(types) == 0
    types.promise("bear", ())
    assert registry.getUtility(IRouteRequest, "bear").__bases__ == ()


def test_tables_are_rebuilt(registry, types):
    """zope may make its tables anew: nothing is lost."""
    registry.utilities.rebuild()
    assert registry.getUtility(IRouteRequest, "bear") is types.entered[0]
    types.promise("wolf", ())
    assert [name for name, _ in registry.getUtilitiesFor(IRouteRequest)] == ["bear", "wolf"]


@pytest.mark.parametrize(
    "change",
    [
        lambda registry: registry.registerUtility("read", IDefaultPermission),
        lambda registry: registry.utilities.register((), IDefaultPermission, "", "read"),
        lambda registry: registry.utilities.unregister((), IDefaultPermission, ""),
        lambda registry: setattr(registry, "__bases__", (Registry("base"),)),
    ],
)
def test_views_are_composed_before_what_they_are_composed_by_changes(registry, types, change):
    """Views that wait are composed by what there was when they were said."""
    seen = []
    types.promise_view(
        "bear",
        lambda request_iface: seen.append((registry.queryUtility(IDefaultPermission), registry.__bases__)),
    )
    change(registry)
    assert seen == [(None, ())]


def test_error_leaves_the_route_waiting(registry, types):
    """Where a type can't be made, which mustn't be, everybody who asks hears of it."""

    def fail(request_iface):
        raise MemoryError

    types.promise_view("bear", fail)
    for _ in range(2):
        with pytest.raises(MemoryError):
            registry.queryUtility(IRouteRequest, name="bear")
        assert not types.is_making


def test_whoever_asks_meanwhile_waits(registry, types):
    """A thread that asks while the type is being made gets it when its views are there."""
    has_begun, may_go_on = threading.Event(), threading.Event()
    answers = []

    def dawdle(request_iface):
        has_begun.set()
        assert may_go_on.wait(10)
        types.promise("wolf", ())
        assert types.is_making

    def ask():
        found = registry.queryUtility(IRouteRequest, name="bear")
        answers.append((found, len(types.entered)))

    types.promise_view("bear", dawdle)
    threads = [threading.Thread(target=ask) for _ in range(3)]
    threads[0].start()
    assert has_begun.wait(10)
    for thread in threads[1:]:
        thread.start()
    assert not types.is_making
    before = registry.utilities._generation
    registry.utilities.register([], ISettings, "", {})
    assert registry.utilities._generation > before
    may_go_on.set()
    for thread in threads:
        thread.join(10)
    assert answers == [(types.entered[0], 1)] * 3


def test_maker_may_ask_for_another(registry, types):
    """Who makes one type may ask for another."""
    others = []
    types.promise("wolf", ())
    types.promise_view(
        "bear", lambda request_iface: others.append(registry.queryUtility(IRouteRequest, name="wolf"))
    )
    bear = registry.queryUtility(IRouteRequest, name="bear")
    assert [other.__name__ for other in others] == ["wolf_IRequest"]
    assert registry.queryUtility(IRouteRequest, name="bear") is bear


def test_registry_begins_again(registry, types):
    """A registry that is initialized once more has forgotten what was promised."""
    registry.__init__("again")
    assert registry.queryUtility(IRouteRequest, name="bear") is None
    assert types.entered == []


@pytest.mark.parametrize(
    "look",
    [
        repr,
        len,
        lambda table: table == {},
        lambda table: table != {},
        lambda table: list(reversed(table)),
        lambda table: {**table},
        lambda table: {} | table,
        lambda table: table | {},
        lambda table: table.copy(),
        lambda table: list(table.values()),
        lambda table: table.pop((IRouteRequest, "bear")),
        lambda table: (IRouteRequest, "bear") in table,
        lambda table: table.popitem(),
    ],
)
def test_whoever_looks_into_zopes_tables_sees_all(registry, types, look):
    """The tables themselves are complete for whoever looks into them."""
    look(registry._utility_registrations)
    assert len(types.entered) == 1


def test_tables_of_nobody():
    """zope's tables work without a registry, too."""
    utilities = Utilities()
    utilities.register((), IDefaultPermission, "", "read")
    assert utilities.lookup((), IDefaultPermission) == "read"


@pytest.mark.parametrize("ask", ONE.values(), ids=ONE)
def test_what_was_asked_in_vain_is_found_later(registry, ask):
    """Whoever asked before the promise gets another answer after it."""
    registry.late_types.promise("wolf", ())
    with contextlib.suppress(KeyError, StopIteration):
        ask(registry)
    registry.late_types.promise("bear", ())
    registry.late_types.promise_view(
        "bear", lambda iface: registry.registerAdapter([], (IViewClassifier, iface, IRequest), IView)
    )
    assert ask(registry) is not None
    assert "bear" in dict(registry.getUtilitiesFor(IRouteRequest))
    assert len(list(registry.getAllUtilitiesRegisteredFor(IRouteRequest))) == 2
