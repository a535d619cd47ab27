"""Facts that are told when somebody looks at them. (Those that are told at once: ``test_registry.py``.)"""

from __future__ import annotations

import copy
import json

import pytest

from goldilocks.introspection import Deferred, Introspectable, Introspector, UntoldIntrospectable

TOLD = {"name": "papa", "size": 3, "rank": 7}


class Papa:
    """What a fact is about."""

    asked = 0

    def title(self):
        return "Papa Bear"

    def told(self):
        self.asked += 1
        return {"name": "papa", "size": 3}

    def kin(self):
        return (("bears", "mama"),)


@pytest.fixture
def papa():
    return Papa()


@pytest.fixture
def untold(papa):
    fact = UntoldIntrospectable("bears", "papa", "bear", papa)
    fact.note(("rank", 7))
    return fact


@pytest.mark.parametrize(
    "look",
    [
        dict,
        lambda fact: dict(fact.items()),
        lambda fact: {key: fact[key] for key in fact},
        lambda fact: {**fact},
        lambda fact: {} | fact,
        lambda fact: fact | {},
        lambda fact: fact.copy(),
        lambda fact: copy.copy(fact),
        lambda fact: copy.deepcopy(fact),
        lambda fact: dict(zip(fact.keys(), fact.values(), strict=True)),
        lambda fact: {key: fact.get(key) for key in ("name", "size", "rank")},
        lambda fact: {key: fact.pop(key) for key in ("name", "size", "rank")},
        lambda fact: {key: fact.setdefault(key) for key in reversed(fact)},
        lambda fact: json.loads(json.dumps(fact)),
        lambda fact: dict([fact.popitem(), fact.popitem(), fact.popitem()]),
        lambda fact: TOLD if fact == TOLD else None,
        lambda fact: TOLD if fact == TOLD else None,
        lambda fact: None if fact != TOLD else TOLD,
        lambda fact: TOLD if len(fact) == 3 and "size" in fact else None,
    ],
)
def test_however_one_looks(untold, papa, look):
    """Whoever looks finds all that is told, and what was noted; it is told once."""
    assert look(untold) == TOLD
    assert type(untold) is Introspectable
    assert papa.asked == 1


def test_until_somebody_looks(untold, papa):
    """To note, to read what was noted, and to ask what it is about tells nothing."""
    assert (untold.noted("rank"), untold.noted("age"), untold.noted("age", 40)) == (7, None, 40)
    assert (untold.category_name, untold.discriminator, untold.type_name) == ("bears", "papa", "bear")
    assert (untold.order, untold.action_info, untold.title) == (0, None, "Papa Bear")
    assert untold
    assert hash(untold) == hash(Introspectable("bears", "papa", "", ""))
    assert papa.asked == 0


def test_what_is_written_is_kept(untold):
    """A key that is written wins over what would have been told, and so does a title."""
    untold["size"] = 4
    assert dict(untold) == {**TOLD, "size": 4}
    other = UntoldIntrospectable("bears", "papa", "bear", Papa())
    other.title = "Somebody"
    assert (other.title, other["name"]) == ("Somebody", "papa")
    third = UntoldIntrospectable("bears", "papa", "bear", Papa())
    third |= {"size": 5}
    del third["name"]
    assert dict(third) == {"size": 5}


def test_two_untold_facts_are_compared():
    """Both are told before they are compared."""
    one, other = (UntoldIntrospectable("bears", "papa", "bear", Papa()) for _ in range(2))
    assert one == other
    other = UntoldIntrospectable("bears", "papa", "bear", Papa())
    other.note(("size", 4))
    assert one != other


def test_representation(untold):
    """It shows as any fact does."""
    assert repr(untold) == "<Introspectable category 'bears', discriminator 'papa'>"


def test_relations(untold):
    """Its relations are known without a look at it, can be read, and added to."""
    introspector = Introspector()
    introspector.add(mama := Introspectable("bears", "mama", "Mama Bear", "bear"))
    introspector.add(baby := Introspectable("bears", "baby", "Baby Bear", "bear"))
    deferred = UntoldIntrospectable("bears", Deferred(lambda: "papa"), "bear", Papa())
    deferred.register(introspector, "here")
    assert type(deferred) is UntoldIntrospectable
    assert (deferred.discriminator, deferred.action_info) == ("papa", "here")
    assert introspector.related(mama) == [deferred]
    assert untold._relations == [(True, "bears", "mama")]
    other = UntoldIntrospectable("bears", "uncle", "bear", Papa())
    other.relate("bears", "baby")
    other.unrelate("bears", "mama")
    other.register(introspector, None)
    assert introspector.related(other) == [baby]
    assert introspector.related(baby) == [other]
