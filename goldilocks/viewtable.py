"""Which views answer: a table derived from the record, and how one of them is chosen and called.

The record holds, for each kind (view or exception view), request type, context type and name, one callable: the
derived view itself, or from the second view on a `ViewSet`. The table answers "which of these apply here, the most
specific first" with one dictionary hit, and forgets what it knows when the record is written to. It takes whatever
callable stands in the record, ours or not.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from zope.interface import Interface, implementedBy, implementer, providedBy
from zope.interface.interfaces import IInterface

from goldilocks.exceptions import PredicateMismatch
from goldilocks.httpexceptions import HTTPNotFound
from goldilocks.interfaces import (
    IAcceptOrder,
    IExceptionViewClassifier,
    IMultiView,
    IRequest,
    ISecuredView,
    IView,
    IViewClassifier,
)
from goldilocks.offers import sort_accept_offers
from goldilocks.threadlocal import get_current_registry, manager
from goldilocks.util import hide_attrs, reraise

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

#: How many different questions a table remembers; then it starts afresh.
REMEMBERED_QUESTIONS = 10_000


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
        return all(predicate(context, request) for predicate in self.predicates)


def entry_of(view: View) -> ViewEntry:
    """Return the entry of a callable from the record; one is made up for a callable that isn't ours."""
    entry: ViewEntry | None = getattr(view, "__entry__", None)
    # a foreign wrapper may have copied our attributes onto itself: then it is not what was composed
    if entry is not None and entry.derived is view:
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
            entry = entry_of(view)
            if entry.call is view or entry.holds(context, request):
                try:
                    return entry.call(context, request)
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
    views.append(ranked)
    views.sort(key=itemgetter(0))


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
        provided = ISecuredView if hasattr(view, "__call_permissive__") else IView
        registry.registerAdapter(view, required, provided, name)
        return
    views = old if is_set else _set_with(old, name)
    views.add(view, order, phash, accept, registry.queryUtility(IAcceptOrder))
    for type_ in (IView, ISecuredView):
        adapters.unregister(exact, type_, name=name)
    registry.registerAdapter(views, required, IMultiView, name)


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
        if adapters is not self._adapters or adapters._generation != self._generation:
            self._adapters, self._generation = adapters, adapters._generation
            registry._view_lookup_cache = {}
        remembered = registry._view_lookup_cache
        question = (kind, request_iface, context_iface, name)
        found = remembered.get(question)
        if found is None:
            found = tuple(_registered(adapters, kind, request_iface, context_iface, name, VIEW_TYPES))
            if len(remembered) >= REMEMBERED_QUESTIONS:
                remembered.clear()  # names come from URLs, and sets of interfaces may be made for each request
            remembered[question] = found
        return found


def _registered(
    adapters: Any,
    kind: InterfaceSpec,
    request_iface: InterfaceSpec,
    context_iface: InterfaceSpec,
    name: str,
    view_types: Iterable[InterfaceSpec],
) -> Iterable[View]:
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


def _find_views(
    registry: AnyRegistry,
    request_iface: InterfaceSpec,
    context_iface: InterfaceSpec,
    view_name: str,
    view_types: Sequence[InterfaceSpec] | None = None,
    view_classifier: InterfaceSpec = None,
) -> Sequence[View]:
    kind = IViewClassifier if view_classifier is None else view_classifier
    if view_types is None:
        return view_table(registry).find(kind, request_iface, context_iface, view_name)
    return list(_registered(registry.adapters, kind, request_iface, context_iface, view_name, view_types))


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


def _call_view(
    registry: AnyRegistry,
    request: AnyRequest,
    context: Context,
    context_iface: InterfaceSpec,
    view_name: str,
    view_types: Sequence[InterfaceSpec] | None = None,
    view_classifier: InterfaceSpec = None,
    secure: bool = True,
    request_iface: InterfaceSpec = None,
) -> AnyResponse:
    if request_iface is None:
        request_iface = getattr(request, "request_iface", IRequest)
    views = _find_views(registry, request_iface, context_iface, view_name, view_types, view_classifier)
    return call_views(views, context, request, secure)


def registry_of(request: AnyRequest) -> AnyRegistry:
    """Return the request's registry, or the current one for a request without."""
    registry = getattr(request, "registry", None)
    return get_current_registry() if registry is None else registry


def render_view_to_response(
    context: Context, request: AnyRequest, name: str = "", secure: bool = True
) -> AnyResponse:
    """Call the view named ``name`` for ``context``, and return its response.

    Views that belong to a route are not found: what counts is what the request itself provides.

    Args:
        context: the resource.
        request: passed to the view.
        name: the view name.
        secure: ask the view's permission; ``False`` calls it regardless.

    Returns:
        The response, or ``None`` when there is no such view.

    Raises:
        HTTPForbidden: the permission was refused.
        PredicateMismatch: there are such views, and none takes this request.
    """
    views = _find_views(registry_of(request), providedBy(request), providedBy(context), name)
    return call_views(views, context, request, secure)


def render_view_to_iterable(
    context: Context, request: AnyRequest, name: str = "", secure: bool = True
) -> Iterable[bytes] | None:
    """Do as `render_view_to_response`, and return the body's chunks."""
    response = render_view_to_response(context, request, name, secure)
    return None if response is None else response.app_iter


def render_view(context: Context, request: AnyRequest, name: str = "", secure: bool = True) -> bytes | None:
    """Do as `render_view_to_response`, and return the whole body."""
    chunks = render_view_to_iterable(context, request, name, secure)
    return None if chunks is None else b"".join(chunks)


class ViewMethodsMixin:
    """What a request can do with views."""

    def invoke_exception_view(
        self,
        exc_info: Any = None,
        request: AnyRequest = None,
        secure: bool = True,
        reraise: bool = False,
    ) -> AnyResponse:
        """Answer an exception by the exception view that was said for it.

        When it could be answered, ``request.exception`` and ``request.exc_info`` stay set afterwards.

        Args:
            exc_info: as `sys.exc_info` returns it; the exception being handled by default.
            request: the request to answer; this one by default.
            secure: ask the view's permission.
            reraise: raise the exception itself again when no view answers it.

        Raises:
            HTTPNotFound: no view answers it.
        """
        request = self if request is None else request
        registry = registry_of(request)
        if registry is None:
            raise RuntimeError("Unable to retrieve registry")
        exc_info = sys.exc_info() if exc_info is None else exc_info
        error = exc_info[1]
        attrs = request.__dict__
        # a half-made request.response must not leak into the answer
        with hide_attrs(request, "response", "exc_info", "exception"):
            attrs["exception"] = error
            attrs["exc_info"] = exc_info
            response = _answer(
                registry, request, error, attrs.get("request_iface", IRequest), secure, exc_info, reraise
            )
        attrs["exception"] = error
        attrs["exc_info"] = exc_info
        return response


def _answer(
    registry: AnyRegistry,
    request: AnyRequest,
    error: BaseException,
    request_iface: InterfaceSpec,
    secure: bool,
    exc_info: Any,
    should_reraise: bool,
) -> AnyResponse:
    # the combined type: an exception view said for no route answers on every route
    combined = request_iface.combined
    views = _find_views(registry, combined, providedBy(error), "", view_classifier=IExceptionViewClassifier)
    manager.push({"request": request, "registry": registry})
    try:
        response = call_views(views, error, request, secure)
    except Exception:
        if should_reraise:
            reraise(*exc_info)
        raise
    finally:
        manager.pop()
    if response is None:
        if should_reraise:
            reraise(*exc_info)
        raise HTTPNotFound
    return response
