"""Which views answer: a table derived from the record, and how one of them is chosen and called.

The record holds, for each kind (view or exception view), request type, context type and name, one callable: the
derived view itself, or from the second view on a `ViewSet`. The table answers "which of these apply here, the most
specific first" with one dictionary hit, and forgets what it knows when the record is written to. It takes whatever
callable stands in the record, ours or not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from zope.interface import Interface, implementedBy, implementer
from zope.interface.interfaces import IInterface

from goldilocks.exceptions import PredicateMismatch
from goldilocks.interfaces import IAcceptOrder, IMultiView, ISecuredView, IView
from goldilocks.offers import sort_accept_offers

if TYPE_CHECKING:
    from goldilocks.types import (
        AnyRegistry,
        AnyRequest,
        AnyResponse,
        AnyView,
        Context,
        InterfaceSpec,
        Predicate,
        View,
    )

#: The order of a view without predicates: tried after every view that has some.
MAX_ORDER = 1 << 30

#: The predicate hash of a view without predicates.
DEFAULT_PHASH = hashlib.sha256().hexdigest()

#: What a view can stand under in the record.
VIEW_TYPES = (IView, ISecuredView, IMultiView)

#: How many different questions a table remembers; then it starts afresh. Sets of interfaces may be made for each request.
REMEMBERED_QUESTIONS = 10_000

#: How long a name may be, in characters, to be remembered though no view has it. Such names come from URLs.
REMEMBERED_NAME_LENGTH = 50


@dataclass(frozen=True, slots=True, eq=False)
class ViewEntry:
    """One view, as it was composed at commit.

    Attributes:
        derived: what stands in the record: checks the predicates, then calls.
        call: the same without predicates, for a caller who has checked them.
        open_call: the same without the permission guard, too.
        permits: asks the security policy; ``None`` for a view without permission.
        stages: the names of the stages that this view has, the outermost first.
    """

    derived: View
    call: View
    open_call: View
    original: AnyView
    predicates: tuple[Predicate, ...] = ()
    order: int = MAX_ORDER
    phash: str | None = DEFAULT_PHASH
    accept: str | None = None
    permits: Callable[[Context, AnyRequest], Any] | None = None
    stages: tuple[str, ...] = field(default=())

    def holds(self, context: Context, request: AnyRequest) -> bool:
        """Tell whether all predicates do."""
        for predicate in self.predicates:  # noqa: SIM110  # PERF: a generator for each view of a set costs more
            if not predicate(context, request):
                return False
        return True


def entry_of(view: View) -> ViewEntry:
    """Return the entry of a callable from the record; one is made up for a callable that isn't ours."""
    entry = getattr(view, "__entry__", None)
    # a foreign wrapper may have copied our attributes onto itself: then it is not what was composed
    if entry.__class__ is ViewEntry and entry.derived is view:
        return entry
    predicated = getattr(view, "__predicated__", None)
    return ViewEntry(
        derived=view,
        call=view,
        open_call=getattr(view, "__call_permissive__", view),
        original=getattr(view, "__original_view__", view),
        predicates=() if predicated is None else (predicated,),
        order=getattr(view, "__order__", MAX_ORDER),
        phash=getattr(view, "__phash__", DEFAULT_PHASH),
        accept=getattr(view, "__accept__", None),
        permits=getattr(view, "__permitted__", None),
    )


#: (order, view, predicate hash): a view in its set.
Ranked = tuple[int, "View", str | None]


@implementer(IMultiView)
class ViewSet:
    """Several views for one kind, request type, context type and name, told apart by their predicates.

    Args:
        name: the view name that they share.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        #: Views without an offer, by order.
        self.views: list[Ranked] = []
        #: Views by the media type that they offer.
        self.media_views: dict[str, list[Ranked]] = {}
        #: All media types on offer, the preferred first.
        self.accepts: list[str] = []

    def add(
        self,
        view: View,
        order: int,
        phash: str | None = None,
        accept: str | None = None,
        accept_order: Any = None,
    ) -> None:
        """Put a view in; it replaces one with the same predicate hash.

        Args:
            view: the derived callable.
            order: lower is tried first.
            phash: hash of its predicates.
            accept: the media type that it offers.
            accept_order: a sorter of media types by preference.
        """
        ranked = (order, view, phash)
        if phash is not None and _replace(self.views, ranked):
            return
        if accept is None:
            _join(self.views, ranked)
            return
        offered = self.media_views.setdefault(accept, [])
        if _replace(offered, ranked):
            return
        _join(offered, ranked)
        preference = [offer for _, offer in accept_order.sorted()] if accept_order else None
        self.accepts = sort_accept_offers(list(dict.fromkeys([*self.accepts, accept])), preference)

    def get_views(self, request: AnyRequest) -> list[Ranked]:
        """Return the views in the order in which they are to be tried for this request."""
        if not self.accepts or not hasattr(request, "accept"):
            return self.views
        acceptable = [offer for offer, _ in request.accept.acceptable_offers(self.accepts)]
        return [*(ranked for offer in acceptable for ranked in self.media_views[offer]), *self.views]

    def entries(self) -> list[ViewEntry]:
        """Return all entries, whatever the client accepts."""
        offered = (ranked for accept in self.accepts for ranked in self.media_views[accept])
        return [entry_of(view) for _, view, _ in (*offered, *self.views)]

    def match(self, context: Context, request: AnyRequest) -> View:
        """Return the first view whose predicates hold.

        Raises:
            PredicateMismatch: there is none.
        """
        for _, view, _ in self.get_views(request):
            predicated = getattr(view, "__predicated__", None)
            if predicated is None or predicated(context, request):
                return view
        raise PredicateMismatch(self.name)

    def __call__(self, context: Context, request: AnyRequest) -> AnyResponse:
        """Call the first view that takes the request: one whose predicates hold and that doesn't itself pass."""
        for _, view, _ in self.get_views(request):
            entry = getattr(view, "__entry__", None)
            # PERF: json with predicates: a view of ours is asked by its predicates, without an exception for each "no"
            if entry.__class__ is ViewEntry and entry.derived is view:
                if not entry.holds(context, request):
                    continue
                view = entry.call
            try:
                return view(context, request)
            except PredicateMismatch:
                continue
        raise PredicateMismatch(self.name)

    def __permitted__(self, context: Context, request: AnyRequest) -> Any:
        permitted = getattr(self.match(context, request), "__permitted__", None)
        return True if permitted is None else permitted(context, request)

    def __call_permissive__(self, context: Context, request: AnyRequest) -> AnyResponse:
        view = self.match(context, request)
        return getattr(view, "__call_permissive__", view)(context, request)

    def __discriminator__(self, context: Context, request: AnyRequest) -> Any:
        view: Any = self.match(context, request)
        return view.__discriminator__(context, request)


def _replace(views: list[Ranked], ranked: Ranked) -> bool:
    for position, (_, _, phash) in enumerate(views):
        if phash == ranked[2]:
            views[position] = ranked
            return True
    return False


def _join(views: list[Ranked], ranked: Ranked) -> None:
    # in one step, because a list looks empty while it is being sorted, and a request may be looking
    views[:] = sorted([*views, ranked], key=itemgetter(0))


#: Where a view stands in the record: kind, request type, context (a class, an interface, or ``None`` for any), name.
Place = tuple[Any, Any, Any, str]


def register_view(
    registry: AnyRegistry, place: Place, view: Any, order: int, phash: str, accept: str | None = None
) -> None:
    """Put a view into the record: alone, instead of one with the same predicates, or with others in a set.

    Args:
        registry: the record.
        place: where it belongs.
        view: the derived callable.
        order: its rank in a set.
        phash: the hash of its predicates.
        accept: the media type that it offers.
    """
    *required, name = place
    kind, request_iface, context = required
    if context is None:
        context_spec = Interface
    else:
        context_spec = context if IInterface.providedBy(context) else implementedBy(context)
    exact = (kind, request_iface, context_spec)
    adapters = registry.adapters
    old = next(
        (found for type_ in VIEW_TYPES if (found := adapters.registered(exact, type_, name)) is not None),
        None,
    )
    is_set = old is not None and IMultiView.providedBy(old)
    if old is None or (not is_set and getattr(old, "__phash__", DEFAULT_PHASH) == phash):
        now, provided = view, ISecuredView if hasattr(view, "__call_permissive__") else IView
    else:
        now, provided = old if is_set else _set_with(old, name), IMultiView
        now.add(view, order, phash, accept, registry.queryUtility(IAcceptOrder))
    registry.registerAdapter(now, required, provided, name)
    # what was replaced must not answer from under another type, an open view instead of a secured one least of all
    for type_ in {IView, ISecuredView} - {provided}:
        adapters.unregister(exact, type_, name=name)


def _set_with(view: Any, name: str) -> ViewSet:
    views = ViewSet(name)
    entry = entry_of(view)
    views.add(view, entry.order, entry.phash, entry.accept)
    return views


class ViewTable:
    """The views of one zope registry by what is asked of them.

    It follows the registry by itself: through the generation that zope counts with every change.
    """

    def __init__(self, registry: AnyRegistry) -> None:
        self._registry = registry
        self._adapters: Any = None
        self._generation: Any = None

    def find(
        self, kind: InterfaceSpec, request_iface: InterfaceSpec, context_iface: InterfaceSpec, name: str
    ) -> tuple[View, ...]:
        """Return what stands in the record for this question, the most specific first.

        Args:
            kind: ``IViewClassifier`` or ``IExceptionViewClassifier``.
            request_iface: the type of the request: ``IRequest``, or the matched route's.
            context_iface: what the context provides.
            name: the view name.
        """
        registry = self._registry
        adapters = registry.adapters
        generation = adapters._generation
        if generation != self._generation or adapters is not self._adapters:
            if not isinstance(generation, int):
                return ()  # COMPAT: the registries of add-ons' tests are mocks; no views stand in them
            # in this order: another thread that asks meanwhile must not take old answers for new ones
            registry._view_lookup_cache = {}
            self._adapters, self._generation = adapters, generation
        remembered = registry._view_lookup_cache
        question = (kind, request_iface, context_iface, name)
        resolution = context_iface.__sro__
        answer = remembered.get(question)
        if answer is not None and answer[0] is resolution:
            return answer[1]
        found = tuple(registered_views(adapters, question, VIEW_TYPES))
        if found or len(name) <= REMEMBERED_NAME_LENGTH:
            if len(remembered) >= REMEMBERED_QUESTIONS:
                remembered.clear()
            # a class may be said to implement something else at any time; then its resolution order is another one
            remembered[question] = (resolution, found)
        return found


def registered_views(adapters: Any, question: Place, view_types: Iterable[InterfaceSpec]) -> Iterator[View]:
    """Go through what stands in the record, the most specific first, without remembering it.

    Args:
        adapters: of the record.
        question: as for `ViewTable.find`.
        view_types: what a view may stand under.
    """
    kind, request_iface, context_iface, name = question
    view_types = tuple(view_types)
    for request_type in request_iface.__sro__:
        for context_type in context_iface.__sro__:
            for view_type in view_types:
                view = adapters.registered((kind, request_type, context_type), view_type, name)
                if view is not None:
                    yield view


def view_table(registry: AnyRegistry) -> ViewTable:
    """Return the table of a zope registry, ours or not; it is kept beside the registry's own tables."""
    table: ViewTable | None = registry.__dict__.get("_view_table")
    if table is None:
        table = registry.__dict__["_view_table"] = ViewTable(registry)
    return table


def call_views(
    views: Iterable[View], context: Context, request: AnyRequest, secure: bool = True
) -> AnyResponse:
    """Call the first of ``views`` that takes the request.

    Args:
        views: the most specific first.
        context: for the view.
        request: for the view.
        secure: whether permissions are asked.

    Returns:
        Its response, or ``None`` when there was no view at all.

    Raises:
        PredicateMismatch: no view took it.
    """
    mismatch = None
    for view in views:
        if not secure:
            view = getattr(view, "__call_permissive__", view)
        try:
            return view(context, request)
        except PredicateMismatch as error:
            mismatch = error
    if mismatch is not None:
        raise mismatch
    return None
