"""Which views answer: a table derived from the record, and how they are called.

The record holds, for each kind (view or exception view), request type, context type and name, one callable: the
derived view itself, or from the second view on a `ViewSet`. The table answers "which of these apply here, the most
specific first" with one dictionary hit, and forgets what it knows when the record is written to. It takes whatever
callable stands in the record, ours or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from zope.interface import Interface, implementedBy, providedBy
from zope.interface.declarations import ClassProvides, ObjectSpecificationDescriptor
from zope.interface.interfaces import IInterface

from goldilocks.exceptions import PredicateMismatch
from goldilocks.interfaces import IAcceptOrder, IExceptionViewClassifier, IMultiView, ISecuredView, IView
from goldilocks.registry import Adapters
from goldilocks.viewset import DEFAULT_PHASH as DEFAULT_PHASH
from goldilocks.viewset import MAX_ORDER as MAX_ORDER
from goldilocks.viewset import ViewEntry as ViewEntry
from goldilocks.viewset import ViewSet as ViewSet
from goldilocks.viewset import entry_of as entry_of

if TYPE_CHECKING:
    from goldilocks.types import (
        AnyRegistry,
        AnyRequest,
        AnyResponse,
        Context,
        InterfaceSpec,
        View,
    )

#: What a view can stand under in the record.
VIEW_TYPES = (IView, ISecuredView, IMultiView)

#: How many different questions a table remembers; then it starts afresh. Sets of interfaces may be made for each request.
REMEMBERED_QUESTIONS = 10_000

#: How long a name may be, in characters, to be remembered though no view has it. Such names come from URLs.
REMEMBERED_NAME_LENGTH = 50


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
    # PERF: build of 10,000 routes and views: most routes have one view
    if adapters.__class__ is Adapters and adapters.is_blank(kind, request_iface):
        registry.registerAdapter(view, required, _type_of(view), name)
        return
    old = next(
        (found for type_ in VIEW_TYPES if (found := adapters.registered(exact, type_, name)) is not None),
        None,
    )
    is_set = old is not None and IMultiView.providedBy(old)
    if old is None or (not is_set and getattr(old, "__phash__", DEFAULT_PHASH) == phash):
        now, provided = view, _type_of(view)
    else:
        now, provided = old if is_set else _set_with(old, name), IMultiView
        now.add(view, order, phash, accept, registry.queryUtility(IAcceptOrder))
    registry.registerAdapter(now, required, provided, name)
    # what was replaced must not answer from under another type, an open view instead of a secured one least of all
    for type_ in {IView, ISecuredView} - {provided}:
        adapters.unregister(exact, type_, name=name)


def _type_of(view: View) -> InterfaceSpec:
    """Return what a single view stands under in the record."""
    return ISecuredView if hasattr(view, "__call_permissive__") else IView


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
        is_new = adapters._generation != self._generation or adapters is not self._adapters
        if is_new and not self._follow():
            return ()
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

    def _follow(self) -> bool:
        """Forget what was true before the record was written to; return whether it is a record in which views stand."""
        adapters = self._registry.adapters
        generation = adapters._generation
        if not isinstance(generation, int):
            return False  # COMPAT: the registries of add-ons' tests are mocks
        # in this order: another thread that asks meanwhile must not take old answers for new ones
        self._registry._view_lookup_cache = {}
        self._adapters, self._generation = adapters, generation
        return True

    def remembered(self) -> Mapping[Place, tuple[Any, tuple[View, ...]]]:
        """Return what `find` remembers until the record is written to.

        Returns:
            By question, the answer, and what the resolution order of the context's type must be for it to hold.
        """
        self._follow()
        remembered: Mapping[Place, tuple[Any, tuple[View, ...]]] = self._registry._view_lookup_cache
        return remembered

    def find_for_error(self, request_iface: InterfaceSpec, error: Any) -> tuple[View, ...]:
        """Return the exception views for an error, the most specific first.

        Args:
            request_iface: the combined type of the request: that of the matched route, and any request's.
            error: what is to be answered.
        """
        # PERF: errors; what an instance of a built-in class provides takes zope longer to say than to look up views for it
        kind = error.__class__
        provided = _plainly_provided.get(kind)
        if provided is None or "__provides__" in error.__dict__:
            provided = providedBy(error)
            if isinstance(error, BaseException) and provided is implementedBy(kind) and _is_plain(kind):
                if len(_plainly_provided) >= REMEMBERED_QUESTIONS:
                    _plainly_provided.clear()
                _plainly_provided[kind] = provided
        return self.find(IExceptionViewClassifier, request_iface, provided, "")


#: What instances of a class of errors provide, as long as nothing is said of one of them.
_plainly_provided: dict[type, InterfaceSpec] = {}


def _is_plain(kind: type) -> bool:
    """Tell whether a class leaves it to zope to say what its instances provide."""
    names = "__provides__", "__providedBy__"
    said = [vars(each)[name] for each in kind.__mro__ for name in names if name in vars(each)]
    return all(isinstance(each, ClassProvides | ObjectSpecificationDescriptor) for each in said)


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
