"""Statements about tweens, and their order."""

from __future__ import annotations

import pytest

from goldilocks.config import Configurator
from goldilocks.config.tweens import Tweens
from goldilocks.exceptions import ConfigurationConflictError, ConfigurationError
from goldilocks.interfaces import ITweens
from goldilocks.names import canonical, dotted
from goldilocks.tweens import EXCVIEW, INGRESS, MAIN, excview_tween_factory

ONE, TWO = f"{__name__}.one", f"{__name__}.two"


def one(handler, registry):
    return lambda request: ["one", *handler(request)]


def two(handler, registry):
    return lambda request: ["two", *handler(request)]


@pytest.fixture
def config():
    return Configurator()


def names(config):
    config.commit()
    return [name for name, _ in config.registry.getUtility(ITweens).implicit()]


def test_default(config):
    """The tween that answers errors is there from the start, under the name that applications have written down."""
    config.commit()
    assert config.registry.getUtility(ITweens).implicit() == [(EXCVIEW, excview_tween_factory)]


def test_later_ones_are_outside(config):
    """Without wishes, what was said later stands further out."""
    config.add_tween(ONE)
    config.add_tween(TWO)
    assert names(config) == [TWO, ONE, EXCVIEW]


def test_wishes(config):
    """Wishes are honoured."""
    config.add_tween(ONE, over=MAIN)
    config.add_tween(TWO, over=MAIN, under=ONE)
    assert names(config) == [EXCVIEW, ONE, TWO]


@pytest.mark.parametrize("spelling", [canonical, dotted])
def test_both_spellings_are_one_tween(config, spelling):
    """The dotted name of old and ours mean the same tween, as a neighbour and as the tween itself."""
    config.add_tween(ONE, under=[spelling(EXCVIEW), "not.there"])
    config.add_tween(TWO, under=spelling(EXCVIEW), over=(ONE,))
    config.add_tween(spelling(EXCVIEW))
    assert names(config) == [EXCVIEW, TWO, ONE]


def test_same_tween_twice(config):
    """A tween that is said twice clashes, whichever way it is spelled."""
    config.add_tween(canonical(EXCVIEW))
    config.add_tween(dotted(EXCVIEW))
    with pytest.raises(ConfigurationConflictError):
        config.commit()


@pytest.mark.parametrize(
    ("tween", "wishes", "message"),
    [
        (one, {}, "by its dotted name"),
        (MAIN, {}, "MAIN is not a tween"),
        (INGRESS, {}, "INGRESS is not a tween"),
        (ONE, {"over": INGRESS}, "can't be over INGRESS"),
        (ONE, {"over": (MAIN, INGRESS)}, "can't be over INGRESS"),
        (ONE, {"under": MAIN}, "can't be under MAIN"),
        (ONE, {"under": 3}, "under=3 is neither"),
    ],
)
def test_what_can_not_be(config, tween, wishes, message):
    """What can't be is refused where it is said."""
    with pytest.raises(ConfigurationError, match=message):
        config.add_tween(tween, **wishes)


def test_name_that_holds_the_name_of_an_end(config):
    """A tween may be called after an end of the order."""
    config.add_tween(ONE, over=[f"{__name__}.INGRESS_CHECK", MAIN])
    assert ONE in names(config)


def test_explicit(config):
    """A list of tweens is the order, whatever the wishes."""
    config.add_tween(ONE)
    config._add_tween(TWO, explicit=True)
    config.commit()
    tweens = config.registry.getUtility(ITweens)
    assert tweens.explicit == [(TWO, two)]
    assert tweens(lambda request: ["main"], None)(None) == ["two", "main"]


def test_explicit_by_setting():
    """The deployment may list the tweens, outermost first."""
    config = Configurator(settings={canonical("goldilocks.tweens"): f"{TWO}\n{dotted(EXCVIEW)}"})
    config.commit()
    assert config.registry.getUtility(ITweens).explicit == [(TWO, two), (EXCVIEW, excview_tween_factory)]


def test_chain():
    """The outermost tween is called first."""
    tweens = Tweens()
    tweens.add_implicit("one", one)
    tweens.add_implicit("two", two, under="one")
    assert tweens(lambda request: ["main"], None)(None) == ["one", "two", "main"]


@pytest.mark.parametrize(("explicit", "kind"), [(False, "implicit"), (True, "explicit")])
def test_introspection(config, explicit, kind):
    """Introspection tells of the tween and how it got its place."""
    config._add_tween(ONE, under=INGRESS, explicit=explicit)
    config.commit()
    fact = config.introspector.get("tweens", ("tween", ONE, explicit))
    assert fact == {"name": ONE, "factory": one, "type": kind, "under": INGRESS, "over": None}
    assert (fact.title, fact.type_name) == (ONE, f"{kind} tween")


def test_registry_without_tweens():
    """On a registry without our defaults, the first tween makes the place for all."""
    config = Configurator(registry=Configurator().registry.__class__("app"))
    config.add_tween(ONE)
    assert names(config) == [ONE]
