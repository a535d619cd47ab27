"""What can be said about tweens, and how their order comes about.

Tweens say where they stand relative to others (``under``: nearer to the application, ``over``: nearer to the server), and an order
is worked out that honours it. Or the deployment lists them, outermost first, in the setting ``tweens``; then the list is
the order, and only what it names takes part.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from zope.interface import implementer

from goldilocks.config.statement import Scope, Statement, directive
from goldilocks.exceptions import ConfigurationError
from goldilocks.interfaces import ITweens
from goldilocks.names import canonical, dotted
from goldilocks.ordering import TopologicalSorter
from goldilocks.registry import Introspectable
from goldilocks.tweens import EXCVIEW, INGRESS, MAIN
from goldilocks.util import is_string_or_iterable

if TYPE_CHECKING:
    from goldilocks.types import AnyConfig, AnyRegistry, Handler

#: One tween's name, several of which one must be known, or no wish.
Neighbours: TypeAlias = str | Iterable[str] | None


@implementer(ITweens)
class Tweens:
    """The tweens of one application, and their order."""

    def __init__(self) -> None:
        self.sorter = TopologicalSorter(default_before=None, default_after=INGRESS, first=INGRESS, last=MAIN)
        self.explicit: list[tuple[str, Any]] = []

    def add_explicit(self, name: str, factory: Any) -> None:
        """Append a tween to the list that replaces the order by wishes."""
        self.explicit.append((name, factory))

    def add_implicit(
        self, name: str, factory: Any, under: Neighbours = None, over: Neighbours = None
    ) -> None:
        """Add a tween that stands where it wishes; without a wish, just under the server."""
        self.sorter.add(name, factory, after=under, before=over)

    def implicit(self) -> list[tuple[Any, Any]]:
        """Return names and factories in the order of wishes, the outermost first."""
        return self.sorter.sorted()

    def __call__(self, handler: Handler, registry: AnyRegistry) -> Handler:
        """Wrap ``handler`` in all tweens and return the outermost."""
        for _, factory in reversed(self.explicit or self.implicit()):
            handler = factory(handler, registry)
        return handler


class AddTween(Statement):
    """Add a tween: code that runs around the handling of every request.

    The wishes ``under`` and ``over`` are not heeded where the deployment lists all tweens.

    Args:
        tween_factory: the dotted name of what makes the tween: called with the next handler and the registry, it
            returns a handler. By this name other tweens and the deployment know it, so it can't be the object itself.
        under: the name of a tween that shall be nearer to the server, or several, of which those that aren't there are
            not heeded as long as one is. `goldilocks.tweens.INGRESS` stands for the server.
        over: the same for what shall be nearer to the application. `goldilocks.tweens.MAIN` stands for the application.

    Raises:
        ConfigurationError: the name or a wish can't be.
    """

    tween_factory: str
    under: Neighbours = None
    over: Neighbours = None

    def say(self, config: AnyConfig) -> None:
        """Leave the order to the wishes."""
        config._add_tween(self.tween_factory, under=self.under, over=self.over, explicit=False)


class EnterTween(Statement):
    """Add a tween by its dotted name: to those that have wishes, or (``explicit``) to the list that is the order."""

    tween_factory: str
    under: Neighbours = None
    over: Neighbours = None
    explicit: bool = False

    def resolved(self, config: AnyConfig) -> Self:
        """Check the name and the wishes, and spell them the way in which they are kept."""
        name = self.tween_factory
        if not isinstance(name, str):
            raise ConfigurationError(
                f"a tween is added by its dotted name, under which others find it, and not as an object: {name!r}"
            )
        if name in (MAIN, INGRESS):
            raise ConfigurationError(
                f"{name} is not a tween but an end of their order, nothing else can be called so"
            )
        return self.but(
            tween_factory=canonical(name),
            under=_spelled(name, "under", self.under, MAIN),
            over=_spelled(name, "over", self.over, INGRESS),
        )

    def say(self, config: AnyConfig) -> None:
        """Find the factory and place it."""
        # COMPAT: our own tweens are known by dotted names of old, which needn't be importable.
        factory = config.maybe_dotted(dotted(self.tween_factory))
        kind = "explicit" if self.explicit else "implicit"
        PlaceTween(self.tween_factory, factory, kind, self.under, self.over).say(config)


def _spelled(name: str, side: str, wish: Neighbours, end: str) -> Neighbours:
    """Return the wish with all names spelled the way in which they are kept."""
    if wish is None:
        return None
    if not is_string_or_iterable(wish):
        raise ConfigurationError(
            f"tween {name}: {side}={wish!r} is neither the name of a tween nor several names"
        )
    spelled = canonical(wish) if isinstance(wish, str) else tuple(canonical(each) for each in wish)
    if end == spelled or (end in spelled and not isinstance(spelled, str)):
        raise ConfigurationError(f"tween {name} can't be {side} {end}, which is the end of the order")
    return spelled


class PlaceTween(Statement):
    """Give a tween its place; the fields are what introspection tells of it."""

    topic = "tweens"

    name: str
    factory: Any
    type: str
    under: Neighbours
    over: Neighbours

    def discriminator(self, registry: AnyRegistry, scope: Scope) -> Hashable:
        """Clash with the same tween."""
        return ("tween", self.name, self.type == "explicit")

    def title(self) -> str:
        """Return the dotted name."""
        return self.name

    def facts(self, registry: AnyRegistry, scope: Scope, discriminator: Any) -> Iterable[Introspectable]:
        """Tell of the tween and how it got its place."""
        for fact in super().facts(registry, scope, discriminator):
            fact.type_name = f"{self.type} tween"
            yield fact

    def perform(self, registry: AnyRegistry, scope: Scope, facts: tuple[Introspectable, ...]) -> None:
        """Enter it into the order."""
        tweens = registry.queryUtility(ITweens)
        if tweens is None:
            tweens = Tweens()
            registry.registerUtility(tweens, ITweens)
        if self.type == "explicit":
            tweens.add_explicit(self.name, self.factory)
        else:
            tweens.add_implicit(self.name, self.factory, under=self.under, over=self.over)


class TweensTopic:
    """Tweens."""

    add_tween = directive(AddTween)
    _add_tween = directive(EnterTween)

    def add_default_tweens(self: AnyConfig) -> None:
        """Say the tween of every application."""
        self.add_tween(EXCVIEW)


TweensConfiguratorMixin = TweensTopic
