"""What can be said about media types: which one is preferred where the client doesn't care."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any, Self

from webob.acceptparse import Accept

from goldilocks.config.statement import Scope, Statement, directive
from goldilocks.exceptions import ConfigurationError
from goldilocks.interfaces import PHASE1_CONFIG, IAcceptOrder
from goldilocks.offers import normalize_accept_offer
from goldilocks.ordering import TopologicalSorter
from goldilocks.util import is_nonstr_iter

if TYPE_CHECKING:
    from goldilocks.registry import Introspectable
    from goldilocks.types import AnyConfig, AnyRegistry

#: The usual order, the most preferred first.
DEFAULT_ACCEPT_ORDER = (
    "text/html",
    "application/xhtml+xml",
    "application/xml",
    "text/xml",
    "text/plain",
    "application/json",
)


class AddAcceptViewOrder(Statement):
    """Say which media type is preferred where the client doesn't care.

    Args:
        value: the media type.
        weighs_more_than: one that it is preferred to, or several.
        weighs_less_than: one that is preferred to it, or several.

    Raises:
        ConfigurationError: types with parameters can only be compared within one type.
    """

    topic = "accept view order"
    type_name = "accept view order"
    phase = PHASE1_CONFIG

    value: str
    weighs_more_than: Any = None
    weighs_less_than: Any = None

    def resolved(self, config: AnyConfig) -> Self:
        """Bring all types into their one spelling, and check that they can be compared."""
        value = normalize_accept_offer(self.value)
        return self.but(
            value=value,
            weighs_more_than=_comparable(value, self.weighs_more_than),
            weighs_less_than=_comparable(value, self.weighs_less_than),
        )

    def discriminator(self, registry: AnyRegistry, scope: Scope) -> Hashable:
        """Clash with another place for the same type."""
        return ("accept view order", self.value)

    def title(self) -> str:
        """Return the type."""
        return self.value

    def facts(self, registry: AnyRegistry, scope: Scope, discriminator: Any) -> Iterable[Introspectable]:
        """Tell of the type, which is found by its own name."""
        return super().facts(registry, scope, self.value)

    def perform(self, registry: AnyRegistry, scope: Scope, facts: tuple[Introspectable, ...]) -> None:
        """Give the type its place in the order."""
        sorter = registry.queryUtility(IAcceptOrder)
        if sorter is None:
            sorter = TopologicalSorter()
            registry.registerUtility(sorter, IAcceptOrder)
        else:
            _settle(registry)
        sorter.add(self.value, self.value, before=self.weighs_more_than, after=self.weighs_less_than)


def _settle(registry: AnyRegistry) -> None:
    """Compose the views that wait, by the order that held when they were said; it is about to change in its place."""
    late_types = getattr(registry, "late_types", None)
    if late_types is not None:
        late_types.settle(IAcceptOrder)


def _comparable(value: str, others: Any) -> Any:
    """Return the types that ``value`` is compared with, in their one spelling."""
    if not others:
        return others
    type_, subtype, params = Accept.parse_offer(value)
    normalized = [normalize_accept_offer(other) for other in (others if is_nonstr_iter(others) else [others])]
    for other in normalized:
        other_type, other_subtype, other_params = Accept.parse_offer(other)
        if bool(params) != bool(other_params):
            raise ConfigurationError(
                f"cannot compare a media type with params to one without params: {value!r} and {other!r}"
            )
        if params and (type_, subtype) != (other_type, other_subtype):
            raise ConfigurationError(
                f"cannot compare params across different media types: {value!r} and {other!r}"
            )
    return normalized


class AcceptTopic:
    """The directives of this file."""

    add_accept_view_order = directive(AddAcceptViewOrder)

    def add_default_accept_view_order(self: AnyConfig) -> None:
        """Say the usual order of media types."""
        for value in DEFAULT_ACCEPT_ORDER:
            self.add_accept_view_order(value)
