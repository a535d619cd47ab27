"""Which views of routes may be composed when a request asks for them, and how that is done then."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any

from goldilocks.config.viewparts import BUILT_IN_STAGES, view_derivers
from goldilocks.interfaces import IViewClassifier
from goldilocks.lateroutes import LateTypes
from goldilocks.registry import Adapters, UntoldIntrospectable, Utilities, has_zope_listeners
from goldilocks.renderers import RendererHelper
from goldilocks.viewtable import register_view

if TYPE_CHECKING:
    from collections.abc import Iterable

    from goldilocks.config.statement import Scope
    from goldilocks.types import AnyRegistry, InterfaceSpec

#: Words of ``add_view`` for which something of the application's is called at once, or which may be wrong.
_IMPATIENT_WORDS = frozenset(("decorator", "http_cache", "mapper"))


def late_types(registry: AnyRegistry) -> LateTypes | None:
    """Return the table in which a registry keeps routes that wait; ``None`` if somebody would hear that they do."""
    types: LateTypes | None = getattr(registry, "late_types", None)
    if (
        types is None
        or registry.utilities.__class__ is not Utilities
        or registry.adapters.__class__ is not Adapters
        or registry.__dict__["__bases__"]
        or has_zope_listeners()
    ):
        return None
    return types


class LateView:
    """A view of a route that is composed when the route is asked for; until then, its fact asks this one what it tells.

    Args:
        statement: what was said of the view.
        registry: the record.
        scope: where it was said.
        fact: of the view.
    """

    # PERF: memory of 10,000 routes and views
    __slots__ = ("fact", "registry", "scope", "statement")

    def __init__(
        self, statement: Any, registry: AnyRegistry, scope: Scope, fact: UntoldIntrospectable
    ) -> None:
        self.statement = statement
        self.registry = registry
        self.scope = scope
        self.fact = fact

    def __call__(self, request_iface: InterfaceSpec) -> None:
        """Compose the view, and write it into the record.

        Args:
            request_iface: the type of the route's requests.
        """
        statement, fact = self.statement, self.fact
        view = statement.derived(self.registry, self.scope, statement.renderer, fact, False, is_late=True)
        place = (IViewClassifier, request_iface, statement.context, statement.name)
        _, order, phash = statement.rank_by(fact)
        register_view(self.registry, place, view, order, phash, statement.accept)
        statement.note_derived(fact, view)
        fact.wait_for(statement)

    def title(self) -> str:
        """Return what people recognise the view by."""
        return str(self.statement.title())

    def told(self) -> dict[str, Any]:
        """Compose the view, because the fact holds it, and return what else it holds."""
        self.registry.late_types.make(self.statement.route_name)
        told: dict[str, Any] = self.statement.told()
        return told

    def kin(self) -> Iterable[tuple[str, Any]]:
        """Return the facts that the view's own belongs with."""
        kin: Iterable[tuple[str, Any]] = self.statement.kin()
        return kin


def put_off(statement: Any, registry: AnyRegistry, scope: Scope, renderer: Any, fact: Any) -> bool:
    """Let a view be composed when its route is asked for, if nobody notices; tell whether that will be so.

    Nothing must be able to go wrong with it any more.

    Args:
        statement: the view, not an exception view; it is known that the default mapper maps it.
        registry: the record.
        scope: where it was said.
        renderer: of the view, or the application's default one.
        fact: of the view.
    """
    types: LateTypes | None = getattr(registry, "late_types", None)
    if (
        types is None
        or has_zope_listeners()
        or fact.__class__ is not UntoldIntrospectable
        or not _IMPATIENT_WORDS.isdisjoint(statement.__dict__)
        or statement.require_csrf
        or not _is_plain(statement.view, statement.attr)
        or renderer is not statement.renderer
        or not (renderer is None or renderer.__class__ is RendererHelper)
        or view_derivers(registry).sorted() != BUILT_IN_STAGES
        or (registry.settings or {}).get("debug_authorization")
    ):
        return False
    view = LateView(statement, registry, scope, fact)
    if not types.promise_view(statement.route_name, view):
        return False
    fact.wait_for(view)
    return True


def _is_plain(view: Any, attr: str | None) -> bool:
    """Tell whether the default mapper will certainly find a way to call a view."""
    function: Any = view
    if view.__class__ is FunctionType:
        if attr is not None or view.__code__.co_varnames[:1] == ("self",):
            return False
    elif view.__class__ is type:
        function = function.__init__
    return function.__class__ is FunctionType and not hasattr(function, "__signature__")
