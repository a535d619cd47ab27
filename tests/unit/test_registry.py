"""The record and the account of the configuration."""

from __future__ import annotations

import threading

import pytest
from zope.interface import Interface, implementer
from zope.interface.interface import InterfaceClass
from zope.interface.registry import Components

from goldilocks.interfaces import IIntrospectable, IIntrospector, ISettings
from goldilocks.registry import (
    Deferred,
    Introspectable,
    Introspector,
    Registry,
    adopt,
    global_registry,
    predvalseq,
    undefer,
)


class ILoud(Interface):
    """For the tests."""


class IOther(Interface):
    """For the tests, too."""


@implementer(ILoud)
class Loud:
    """Provides it."""


# --- Registry --------------------------------------------------------------------------------------------------------


def test_package_of_the_caller():
    """A registry is named after the package that makes it, and after a name that is given."""
    assert Registry().package_name == Registry().__name__ == __name__.rpartition(".")[0] or __name__
    assert Registry("app").package_name == "app"


def test_threads_register_the_same_in_turn():
    """While one thread puts something in the place of a utility, another waits instead of taking out the same."""
    registry, others = Registry("app"), []

    class Slow(Loud):
        def __ne__(self, other):  # zope compares, and then takes out
            if not others:
                others.append(threading.Thread(target=registry.registerUtility, args=(Loud(), ILoud)))
                others[0].start()
                others[0].join(0.1)
            return self is not other

    registry.registerUtility(Slow(), ILoud)
    mine = Loud()
    registry.registerUtility(mine, ILoud)
    others[0].join()
    assert registry.getUtility(ILoud) is not mine


@pytest.mark.parametrize("does_forget", [False, True])
def test_threads_ask_while_something_is_registered(does_forget):
    """Somebody may ask while zope forgets what it was asked before, and somebody else may have it forget as well."""
    registry, asked = Registry("app"), []

    class Busy(InterfaceClass):
        def unsubscribe(self, dependent):
            super().unsubscribe(dependent)
            if dependent is registry.adapters._v_lookup and not asked:
                asked.append(registry.adapters.lookup1(IOther, ILoud))
                if does_forget:
                    registry.adapters._v_lookup.changed()

    for each in (Busy("IBusy"), Interface):
        registry.adapters.lookup1(each, ILoud)
    registry.registerAdapter(Loud, [IOther], ILoud)
    assert asked == [Loud]
    assert registry.adapters.lookup1(IOther, ILoud) is Loud


def test_registry_is_true():
    """An empty registry is still one."""
    registry = Registry()
    assert registry
    assert dict(registry) == {}


def test_settings_are_the_utility():
    """Settings that are assigned are found as a utility, and the same object is read back."""
    registry = Registry()
    assert registry.settings is None
    registry.settings = settings = {"a": 1}
    assert registry.settings is settings
    assert registry.getUtility(ISettings) is settings


def test_global_registry():
    """There is a registry for those who have none."""
    assert global_registry.package_name == "global"


def test_somebody_listens():
    """Who subscribes is remembered, and told from then on."""
    registry, heard, event = Registry(), [], Loud()
    registry.notify(event)
    assert not registry.has_listeners
    registry.registerHandler(heard.append, (ILoud,))
    registry.notify(event)
    assert registry.has_listeners
    assert heard == [event]


def test_subscription_adapters_count_as_listeners():
    """Who subscribes as an adapter is remembered, too."""
    registry, loud = Registry(), Loud()
    registry.registerSubscriptionAdapter(lambda event: "heard", (ILoud,), Interface)
    assert registry.has_listeners
    assert registry.subscribers((loud,), Interface) == ["heard"]


def test_subscriptions_made_on_the_record():
    """However a subscription got into the record, or into one that this one is based on, it is heard."""
    base, registry, heard, event = Registry("base"), Registry("app"), [], Loud()
    registry.__bases__ = (base,)
    assert not registry.has_listeners
    base.adapters.subscribe((ILoud,), None, heard.append)
    registry.notify(event)
    assert heard == [event]


def test_who_listens_can_be_written():
    """What is written counts, whatever the record says."""
    registry, heard = Registry(), []
    registry.registerHandler(heard.append, (ILoud,))
    registry.has_listeners = False
    registry.notify(Loud())
    assert heard == []


def test_identity_as_adapter():
    """What provides an interface can be registered as its own adapter."""
    registry, loud = Registry(), Loud()
    registry.registerSelfAdapter((ILoud,), Interface)
    assert registry.getAdapter(loud, Interface) is loud


def test_adapter_or_self():
    """What provides the interface is returned as it is, then an adapter, then the default."""
    registry, loud = Registry(), Loud()
    assert registry.queryAdapterOrSelf(loud, ILoud) is loud
    assert registry.queryAdapterOrSelf("quiet", ILoud) is None
    assert registry.queryAdapterOrSelf("quiet", ILoud, "default") == "default"
    registry.registerAdapter(lambda text: loud, (None,), ILoud)
    assert registry.queryAdapterOrSelf("quiet", ILoud) is loud


def test_foreign_registry_is_taught():
    """A zope registry learns our words and tells its listeners."""
    registry, heard, loud = Components("foreign"), [], Loud()
    adopt(registry)
    registry.registerHandler(heard.append, (ILoud,))
    registry.notify(loud)
    registry.registerSelfAdapter((ILoud,), Interface)
    registry._clear_view_lookup_cache()
    assert heard == [loud]
    assert registry.queryAdapterOrSelf(loud, ILoud) is loud
    assert registry.getAdapter(loud, Interface) is loud
    assert registry._view_lookup_cache == {}


def test_what_a_foreign_registry_has_stays():
    """Nothing that a registry brings is replaced."""
    registry = Registry()
    before = dict(vars(registry))
    adopt(registry)
    assert vars(registry) == before
    foreign = Components("foreign")
    foreign.notify = foreign.has_listeners = foreign._lock = "mine"
    adopt(foreign)
    assert foreign.notify == foreign.has_listeners == foreign._lock == "mine"


# --- Discriminators --------------------------------------------------------------------------------------------------


def test_deferred_is_computed_once():
    """What is deferred is computed at the first question, and never again."""
    calls = []
    deferred = Deferred(lambda: calls.append(1) or "value")
    assert calls == []
    assert deferred.resolve() == deferred.value == undefer(deferred) == "value"
    assert calls == [1]


def test_what_is_not_deferred():
    """Anything else resolves to itself."""
    assert undefer("value") == "value"


def test_predicate_values_are_a_tuple():
    """Several values for a predicate are a tuple of their own kind."""
    assert predvalseq([1, 2]) == (1, 2)


# --- Facts -----------------------------------------------------------------------------------------------------------


def fact(category="bears", discriminator="papa", **keys):
    made = Introspectable(category, discriminator, f"{category} {discriminator}", category)
    made.update(keys)
    return made


@pytest.fixture
def introspector():
    return Introspector()


def test_interfaces():
    """Both provide what is documented of them."""
    assert IIntrospectable.providedBy(fact())
    assert IIntrospector.providedBy(Introspector())


def test_a_fact_is_true_and_shows_what_it_is_about():
    """An empty fact is still one, and its representation names it."""
    assert fact()
    assert repr(fact()) == "<Introspectable category 'bears', discriminator 'papa'>"


@pytest.mark.parametrize("ask", [repr, hash, lambda it: it.discriminator_hash])
def test_a_fact_before_its_discriminator_is_known(ask):
    """What needs the discriminator fails until it is computed."""
    with pytest.raises(AssertionError, match="not known before"):
        ask(fact(discriminator=Deferred(lambda: "papa")))


def test_facts_are_equal_if_they_tell_the_same_of_the_same():
    """A fact equals a dict with its keys, and a fact with its keys about the same thing; not one about another."""
    assert fact(size=1) == {"size": 1}
    assert fact(size=1) == fact(size=1)
    assert fact(size=1) != fact(size=2)
    assert fact(size=1) != fact(discriminator="mama", size=1)
    assert hash(fact()) == hash(fact())


def test_registering_computes_and_relates(introspector):
    """A fact that is registered knows its discriminator and place, and its relations are entered."""
    papa, mama = fact(discriminator=Deferred(lambda: "papa")), fact(discriminator="mama")
    papa.relate("bears", Deferred(lambda: "mama"))
    mama.register(introspector, "here")
    papa.register(introspector, "there")
    assert (papa.discriminator, papa.action_info, mama.action_info) == ("papa", "there", "here")
    assert introspector.related(mama) == [papa]


def test_a_relation_taken_back_before_registering(introspector):
    """The last word counts."""
    papa, mama = fact(), fact(discriminator="mama")
    mama.register(introspector, None)
    papa.relate("bears", "mama")
    papa.unrelate("bears", "mama")
    papa.register(introspector, None)
    assert introspector.related(papa) == []


def test_facts_are_found(introspector):
    """A fact is found by its discriminator and by the hash of it."""
    papa = fact()
    introspector.add(papa)
    assert introspector.get("bears", "papa") is papa
    assert introspector.get("bears", papa.discriminator_hash) is papa
    assert introspector.get("bears", "baby") is None
    assert introspector.get("wolves", "papa", "default") == "default"


def test_categories(introspector):
    """Categories come by name, their facts in the order said, or as the caller wants them."""
    papa, mama, bed = fact(size=3), fact(discriminator="mama", size=2), fact("beds", "soft")
    for each in (papa, mama, bed):
        introspector.add(each)
    assert introspector.categories() == ["bears", "beds"]
    assert introspector.get_category("bears") == [
        {"introspectable": papa, "related": []},
        {"introspectable": mama, "related": []},
    ]
    by_size = introspector.get_category("bears", sort_key=lambda each: each["size"])
    assert [row["introspectable"]["size"] for row in by_size] == [2, 3]
    assert introspector.get_category("wolves", "default") == "default"
    assert [name for name, _ in introspector.categorized()] == ["bears", "beds"]
    assert introspector.categorized(sort_key=lambda each: each.get("size"))[0][1] == by_size


def test_equal_keys_are_still_two_facts(introspector):
    """Two facts that happen to hold the same keys are both listed, and can both be related."""
    papa, mama, bed = fact(), fact(discriminator="mama"), fact("beds", "soft")
    for each in (papa, mama, bed):
        introspector.add(each)
    introspector.relate(("beds", "soft"), ("bears", "papa"))
    introspector.relate(("beds", "soft"), ("bears", "mama"))
    assert len(introspector.get_category("bears")) == 2
    assert [each.discriminator for each in introspector.related(bed)] == ["papa", "mama"]


def test_a_later_fact_replaces(introspector):
    """Of two facts about the same thing the later one stays, with a later place."""
    introspector.add(fact(size=1))
    introspector.add(later := fact(size=2))
    assert introspector.get_category("bears") == [{"introspectable": later, "related": []}]
    assert later.order == 1


def test_relations_go_both_ways(introspector):
    """Related facts know each other; saying so twice changes nothing, and it can be taken back."""
    papa, bed = fact(), fact("beds", "soft")
    introspector.add(papa)
    introspector.add(bed)
    pairs = (("bears", "papa"), ("beds", "soft"))
    introspector.unrelate(*pairs)
    introspector.relate(*pairs)
    introspector.relate(*pairs)
    assert (introspector.related(papa), introspector.related(bed)) == ([bed], [papa])
    introspector.unrelate(*pairs)
    assert (introspector.related(papa), introspector.related(bed)) == ([], [])


def test_a_removed_fact_is_gone(introspector):
    """With the fact go its relations; removing what isn't there does nothing."""
    papa, bed = fact(), fact("beds", "soft")
    introspector.add(papa)
    introspector.add(bed)
    introspector.relate(("bears", "papa"), ("beds", "soft"))
    introspector.remove("bears", "papa")
    introspector.remove("bears", "papa")
    assert introspector.get("bears", "papa") is None
    assert introspector.get_category("bears") == []
    assert introspector.related(bed) == []


def test_only_what_is_known_can_be_related(introspector):
    """Relations to what was never said are errors that name it."""
    introspector.add(fact())
    for change in (introspector.relate, introspector.unrelate):
        with pytest.raises(KeyError, match="wolf"):
            change(("bears", "papa"), ("bears", "wolf"))
    with pytest.raises(KeyError, match="wolf"):
        introspector.related(fact(discriminator="wolf"))


def test_facts_are_related_by_the_hash(introspector):
    """A relation may name a fact by its discriminator's hash."""
    one, other = (Introspectable("bears", name, name, "bear") for name in ("mama", "papa"))
    for fact in (one, other):
        fact.register(introspector, None)
    introspector.relate(("bears", one.discriminator_hash), ("bears", other.discriminator_hash))
    assert introspector.related(one) == [other]
    with pytest.raises(KeyError):
        introspector.relate(("bears", "mama"), ("bears", "wolf"))
    with pytest.raises(KeyError):
        introspector.relate(("bears", "mama"), ("wolves", "wolf"))
