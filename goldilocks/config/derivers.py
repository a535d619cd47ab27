"""What can be said about the stages of a view: view derivers, their order, and the view mapper."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TYPE_CHECKING, Any, Self

from goldilocks.config.statement import Scope, Statement, directive
from goldilocks.exceptions import ConfigurationError
from goldilocks.interfaces import PHASE1_CONFIG, IViewDerivers, IViewMapperFactory
from goldilocks.ordering import TopologicalSorter
from goldilocks.util import as_sorted_tuple, object_description
from goldilocks.viewderivers import (
    INGRESS,
    VIEW,
    csrf_view,
    decorated_view,
    http_cached_view,
    mapped_view,
    owrapped_view,
    rendered_view,
    secured_view,
)

if TYPE_CHECKING:
    from goldilocks.registry import Introspectable
    from goldilocks.types import AnyConfig, AnyRegistry

#: The stages that form the chain, the outermost first.
CHAIN = (secured_view, owrapped_view, http_cached_view, decorated_view, rendered_view, mapped_view)


class AddViewDeriver(Statement):
    """Add a stage around every view.

    Args:
        deriver: called at commit with (view, info) for every view; returns the view or another one around it. Its
            attribute ``options`` names the keywords that ``add_view`` then understands.
        name: its anchor; the deriver's own name by default.
        under: what it stands inside of, a name or several; ``decorated_view`` by default.
        over: what it stands outside of; ``rendered_view`` by default.

    Raises:
        ConfigurationError: the place that is asked for can't be.
    """

    topic = "view derivers"
    type_name = "view deriver"
    phase = PHASE1_CONFIG

    deriver: Any
    name: str | None = None
    under: str | Iterable[str] | None = None
    over: str | Iterable[str] | None = None

    def resolved(self, config: AnyConfig) -> Self:
        """Find the deriver, and check the place that it asks for."""
        deriver = config.maybe_dotted(self.deriver)
        name = deriver.__name__ if self.name is None else self.name
        under = as_sorted_tuple("decorated_view" if self.under is None else self.under)
        over = as_sorted_tuple("rendered_view" if self.over is None else self.over)
        if name in (INGRESS, VIEW):
            raise ConfigurationError(f"{name} is a reserved view deriver name; choose another one")
        if INGRESS in over:
            raise ConfigurationError(f"{name} cannot be over INGRESS: nothing is outside of it")
        for innermost, quoted in ((VIEW, VIEW), ("mapped_view", '"mapped_view"')):
            if innermost in under:
                raise ConfigurationError(f"{name} cannot be under {quoted}: nothing is inside of it")
        if VIEW in over and name != "mapped_view":
            over = as_sorted_tuple((*over, "mapped_view"))
        return self.but(deriver=deriver, name=name, under=under, over=over)

    def discriminator(self, registry: AnyRegistry, scope: Scope) -> Hashable:
        """Clash with another deriver of this name."""
        return ("view deriver", self.name)

    def title(self) -> str:
        """Return its name."""
        return str(self.name)

    def facts(self, registry: AnyRegistry, scope: Scope, discriminator: Any) -> Iterable[Introspectable]:
        """Tell of the deriver, which is found by its name."""
        return super().facts(registry, scope, self.name)

    def perform(self, registry: AnyRegistry, scope: Scope, facts: tuple[Introspectable, ...]) -> None:
        """Give it its place among the derivers."""
        derivers = registry.queryUtility(IViewDerivers)
        if derivers is None:
            derivers = TopologicalSorter(default_before=None, default_after=INGRESS, first=INGRESS, last=VIEW)
            registry.registerUtility(derivers, IViewDerivers)
        derivers.add(self.name, self.deriver, before=self.over, after=self.under)


class SetViewMapper(Statement):
    """Set the view mapper of all views that don't bring one: how a view callable wants to be called.

    Args:
        mapper: a class as `goldilocks.interfaces.IViewMapperFactory` describes it, or its dotted name.
    """

    topic = "view mappers"
    type_name = "default view mapper"
    phase = PHASE1_CONFIG

    mapper: Callable[..., Any] | str

    def resolved(self, config: AnyConfig) -> Self:
        """Find the mapper."""
        return self.but(mapper=config.maybe_dotted(self.mapper))

    def discriminator(self, registry: AnyRegistry, scope: Scope) -> Hashable:
        """Clash with any other default mapper."""
        return IViewMapperFactory

    def title(self) -> str:
        """Describe the mapper."""
        return object_description(self.mapper)

    def perform(self, registry: AnyRegistry, scope: Scope, facts: tuple[Introspectable, ...]) -> None:
        """Make it the one that views ask for."""
        registry.registerUtility(self.mapper, IViewMapperFactory)


class DeriverTopic:
    """The directives of this file."""

    add_view_deriver = directive(AddViewDeriver)
    set_view_mapper = directive(SetViewMapper)

    def add_default_view_derivers(self: AnyConfig) -> None:
        """Say the built-in stages, the outermost first."""
        outer = INGRESS
        for stage in CHAIN:
            self.add_view_deriver(stage, name=stage.name, under=outer, over=VIEW)
            outer = stage.name
        # the token check is no link of the chain: nobody's place depends on it
        self.add_view_deriver(
            csrf_view, name=csrf_view.name, under=secured_view.name, over=owrapped_view.name
        )
