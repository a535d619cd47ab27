"""One view as it was composed, and several at one place: how one of them is chosen, and called.

A `ViewSet` answers as if it tried its views one by one, in order, each asked by its predicates. What it knows of them for
being quicker (`goldilocks.viewindex`) it forgets when they change, and does without where it couldn't hear of that.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from zope.interface import implementer

from goldilocks.exceptions import PredicateMismatch
from goldilocks.interfaces import IMultiView
from goldilocks.offers import Offers, has_plain_accept, remember, sort_accept_offers
from goldilocks.viewindex import Candidate, Node, candidate, plan

if TYPE_CHECKING:
    from goldilocks.types import AnyRequest, AnyResponse, AnyView, Context, Predicate, View

#: The order of a view without predicates: tried after every view that has some.
MAX_ORDER = 1 << 30

#: The predicate hash of a view without predicates.
DEFAULT_PHASH = hashlib.sha256().hexdigest()


class ViewEntry:
    """One view, as it was composed at commit.

    Attributes:
        derived: what stands in the record: checks the predicates, then calls.
        call: the same without predicates, for a caller who has checked them.
        open_call: the same without the permission guard, too.
        permits: asks the security policy; ``None`` for a view without permission.
        stages: the names of the stages that this view has, the outermost first.
    """

    # PERF: import: the methods of a dataclass are compiled for it

    __slots__ = (
        "accept",
        "call",
        "derived",
        "open_call",
        "order",
        "original",
        "permits",
        "phash",
        "predicates",
        "stages",
    )  # fmt: skip

    def __init__(
        self,
        derived: View,
        call: View,
        open_call: View,
        original: AnyView,
        predicates: tuple[Predicate, ...] = (),
        order: int = MAX_ORDER,
        phash: str | None = DEFAULT_PHASH,
        accept: str | None = None,
        permits: Callable[[Context, AnyRequest], Any] | None = None,
        stages: tuple[str, ...] = (),
    ) -> None:
        self.derived = derived
        self.call = call
        self.open_call = open_call
        self.original = original
        self.predicates = predicates
        self.order = order
        self.phash = phash
        self.accept = accept
        self.permits = permits
        self.stages = stages

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


def _telling(change: Any) -> Any:
    """Return a method of a list or dict that says so when it has changed it."""

    @functools.wraps(change)
    def changing(self: Any, *args: Any, **kw: Any) -> Any:
        try:
            return change(self, *args, **kw)
        finally:
            self.owner.changed()

    return changing


class _WatchedList(list):  # type: ignore[type-arg]  # of views, and of media types
    """A list that tells the set to which it belongs when it is changed: add-ons write to it."""

    def __init__(self, owner: ViewSet, items: Iterable[Any] = ()) -> None:
        super().__init__(items)
        self.owner = owner

    append, clear, extend, insert = map(_telling, (list.append, list.clear, list.extend, list.insert))
    pop, remove, reverse, sort = map(_telling, (list.pop, list.remove, list.reverse, list.sort))
    __delitem__, __setitem__ = map(_telling, (list.__delitem__, list.__setitem__))
    __iadd__, __imul__ = map(_telling, (list.__iadd__, list.__imul__))


class _WatchedDict(dict):  # type: ignore[type-arg]  # of lists of views
    """A dict that tells the set to which it belongs when it is changed."""

    def __init__(self, owner: ViewSet) -> None:
        super().__init__()
        self.owner = owner

    clear, pop, popitem = map(_telling, (dict.clear, dict.pop, dict.popitem))
    setdefault, update = map(_telling, (dict.setdefault, dict.update))
    __delitem__, __ior__, __setitem__ = map(_telling, (dict.__delitem__, dict.__ior__, dict.__setitem__))


class _Plans(dict[str | None, Node]):
    """Where to begin to choose, by the text of ``Accept``."""

    offers: Offers | None = None


@implementer(IMultiView)
class ViewSet:
    """Several views for one kind, request type, context type and name, told apart by their predicates.

    Args:
        name: the view name that they share.
    """

    _plans: _Plans
    #: Where to begin for every request, once that is known; it never is where something is on offer.
    _start: list[Node | None]

    def __init__(self, name: str) -> None:
        self.name = name
        #: Views without an offer, by order.
        self.views: list[Ranked] = _WatchedList(self)
        #: Views by the media type that they offer.
        self.media_views: dict[str, list[Ranked]] = _WatchedDict(self)
        #: All media types on offer, the preferred first.
        self.accepts: list[str] = _WatchedList(self)

    def __setattr__(self, name: str, value: Any) -> None:
        # COMPAT: MultiView.views, .media_views, .accepts: others assign them, and write to them
        object.__setattr__(self, name, value)
        if name in ("views", "media_views", "accepts"):
            self.changed()

    def changed(self) -> None:
        """Forget how to choose among the views: they aren't the same any more."""
        # a new memory, because another thread may be about to write into the old one
        self.__dict__.update(_plans=_Plans(), _start=[None])

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
        offered = self.media_views.setdefault(accept, _WatchedList(self))
        if _replace(offered, ranked):
            return
        _join(offered, ranked)
        preference = [offer for _, offer in accept_order.sorted()] if accept_order else None
        accepts = sort_accept_offers(list(dict.fromkeys([*self.accepts, accept])), preference)
        self.accepts = _WatchedList(self, accepts)

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
        # PERF: views-20, accept-20: what can be read off the request once isn't asked of each view
        node = self._start[0] or (self._negotiated(request) if self.accepts else self._planned())
        while node is not None:
            for questions, call, position in node.steps:
                for holds in questions:
                    if not holds(context, request):
                        break
                else:
                    try:
                        return call(context, request)
                    except PredicateMismatch:
                        pass
                    return self._try(self.get_views(request)[position + 1 :], context, request)
            if node.read is None:
                raise PredicateMismatch(self.name)
            node = node.branches.get(node.read(request), node.otherwise)
        return self._try(self.get_views(request), context, request)

    def _try(self, views: Iterable[Ranked], context: Context, request: AnyRequest) -> AnyResponse:
        """Call the first of ``views`` that takes the request."""
        for _, view, _ in views:
            entry = getattr(view, "__entry__", None)
            # an entry is asked by its predicates, without an exception for each "no"
            if entry.__class__ is ViewEntry and entry.derived is view:
                if not entry.holds(context, request):
                    continue
                view = entry.call
            try:
                return view(context, request)
            except PredicateMismatch:
                continue
        raise PredicateMismatch(self.name)

    def _negotiated(self, request: AnyRequest) -> Node | None:
        """Return where to begin for what the client accepts; ``None`` if that doesn't stand in the header alone."""
        if not has_plain_accept(request):
            return None
        header = request.environ.get("HTTP_ACCEPT")
        return self._plans.get(header) or self._planned(header)

    def _planned(self, header: str | None = None) -> Node | None:
        """Return where to begin to choose; ``None`` if views may come and go without a word."""
        plans, start = self._plans, self._start
        containers = [self.views, self.accepts, *self.media_views.values()]
        if type(self.media_views) is not _WatchedDict or {*map(type, containers)} != {_WatchedList}:
            return None
        candidates = []
        if self.accepts:
            if plans.offers is None:
                plans.offers = Offers(self.accepts)
            for offer, _ in plans.offers.acceptable(header):
                candidates += [_candidate(view, offer) for _, view, _ in self.media_views[offer]]
        candidates += [_candidate(view) for _, view, _ in self.views]
        node = plan(candidates)
        if self.accepts:
            remember(plans, header, node)
        else:
            start[0] = node
        return node

    def __permitted__(self, context: Context, request: AnyRequest) -> Any:
        permitted = getattr(self.match(context, request), "__permitted__", None)
        return True if permitted is None else permitted(context, request)

    def __call_permissive__(self, context: Context, request: AnyRequest) -> AnyResponse:
        view = self.match(context, request)
        return getattr(view, "__call_permissive__", view)(context, request)

    def __discriminator__(self, context: Context, request: AnyRequest) -> Any:
        view: Any = self.match(context, request)
        return view.__discriminator__(context, request)


def _candidate(view: View, offer: str | None = None) -> Candidate:
    entry = getattr(view, "__entry__", None)
    if entry.__class__ is ViewEntry and entry.derived is view:
        return candidate(entry.call, entry.predicates, offer)
    return Candidate(view)


def _replace(views: list[Ranked], ranked: Ranked) -> bool:
    for position, (_, _, phash) in enumerate(views):
        if phash == ranked[2]:
            views[position] = ranked
            return True
    return False


def _join(views: list[Ranked], ranked: Ranked) -> None:
    # in one step, because a list looks empty while it is being sorted, and a request may be looking
    views[:] = sorted([*views, ranked], key=itemgetter(0))
