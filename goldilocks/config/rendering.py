"""What can be said about renderers, and the renderers that are there from the start."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any, Self

from goldilocks import renderers
from goldilocks.config.statement import Scope, Statement, directive
from goldilocks.interfaces import PHASE1_CONFIG, IRendererFactory
from goldilocks.registry import Introspectable
from goldilocks.util import object_description

if TYPE_CHECKING:
    from goldilocks.types import AnyConfig, AnyRegistry


def page_renderer_factory(info: Any) -> Any:
    """Make the renderer for a ``.pt`` file."""
    return _templates().page_renderer_factory(info)


def text_renderer_factory(info: Any) -> Any:
    """Make the renderer for a ``.txt`` file."""
    return _templates().text_renderer_factory(info)


def _templates() -> Any:
    """Return the module of templates, imported when the first one is configured or rendered."""
    # PERF: import: it brings the template engine, which takes as long to import as half of the framework
    from goldilocks import templates

    return templates


#: What a view that is configured with such a renderer does beforehand, so that no request has to.
page_renderer_factory.prepare = text_renderer_factory.prepare = _templates  # type: ignore[attr-defined]

#: The renderers of every application. They are said as the framework's own, so that an add-on's take their place.
DEFAULT_RENDERERS: tuple[tuple[str, Any], ...] = (
    ("json", renderers.json_renderer_factory),
    ("string", renderers.string_renderer_factory),
    (".pt", page_renderer_factory),
    (".txt", text_renderer_factory),
)


class AddRenderer(Statement):
    """Make a renderer known, under a name or for the ending of a file name.

    Args:
        name: ``"json"``, ``".pt"``, ...; ``None`` for the renderer of all views that name none.
        factory: makes a renderer; called with an ``IRendererInfo``. Or its dotted name.
    """

    topic = "renderer factories"
    type_name = "renderer factory"
    # Views are made in the last phase and want their renderers then.
    phase = PHASE1_CONFIG

    name: str | None
    factory: Any

    def resolved(self, config: AnyConfig) -> Self:
        """Find the factory; the record knows no name but a string."""
        return self.but(name=self.name or "", factory=config.maybe_dotted(self.factory))

    def discriminator(self, registry: AnyRegistry, scope: Scope) -> Hashable:
        """Clash with another renderer of this name."""
        return (IRendererFactory, self.name)

    def facts(self, registry: AnyRegistry, scope: Scope, discriminator: Any) -> Iterable[Introspectable]:
        """Tell of the factory, under its name."""
        return super().facts(registry, scope, self.name)

    def title(self) -> str:
        """Describe the factory."""
        return object_description(self.factory)

    def perform(self, registry: AnyRegistry, scope: Scope, facts: tuple[Introspectable, ...]) -> None:
        """Register the factory."""
        registry.registerUtility(self.factory, IRendererFactory, name=self.name)


class RenderingTopic:
    """Renderers."""

    add_renderer = directive(AddRenderer)

    def add_default_renderers(self: AnyConfig) -> None:
        """Say the renderers of every application."""
        for name, factory in DEFAULT_RENDERERS:
            self.add_renderer(name, factory)


RenderingConfiguratorMixin = RenderingTopic
