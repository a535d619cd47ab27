"""The routes of an application, sorted by what the segments of a path must be.

A request tries routes in the order in which they were said. So that this doesn't cost more with every route, a `RouteTable` sorts
them into a tree of path segments; what it hands out is, in the said order, every route that can match a path and hardly one
that can't.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Any, Generic, TypeAlias, TypeVar

from goldilocks.changes import changes
from goldilocks.route import AnyRoute, Route
from goldilocks.routepattern import CompiledPattern, MatchDict, Matcher, Segment, SimplePattern
from goldilocks.types import AnyRequest, Predicate
from goldilocks.viewindex import values_passed

#: The answer to a request: ``route`` and ``match``, both ``None`` where no route matches.
RouteInfo: TypeAlias = dict[str, Any]
#: A route in the table: its place in the order, itself, what matches a path, and the names that the pieces of the
#: path are taken under where nothing is left to be matched.
Entry: TypeAlias = tuple[int, AnyRoute, Matcher | None, "Names | None"]
Names: TypeAlias = "tuple[tuple[str, int], ...]"
Known = TypeVar("Known")
#: The state to which a path leads, and the pieces of the path.
Search: TypeAlias = "tuple[_State, Sequence[str]]"

_NOTHING: Any = MappingProxyType({})


#: A route that alone begins with some text, and its place in the order.
_Lone: TypeAlias = tuple[int, AnyRoute, SimplePattern]


class _Bucket:
    """Entries that can match under one and the same condition, in order. Compared by identity."""

    __slots__ = ("entries",)

    def __init__(self) -> None:
        self.entries: Sequence[Entry] = ()

    def add(self, entry: Entry) -> None:
        """Put an entry behind the others."""
        if self.entries:
            self.entries = self.entries if isinstance(self.entries, list) else [*self.entries]
            self.entries.append(entry)
        else:
            self.entries = (entry,)


class _Node(_Bucket):
    """A place in the tree: what the patterns that agree so far say about the next segment.

    Its own entries are those of routes that want no further segment.
    """

    # PERF: memory of 10,000 routes and views: a node has what it needs and no more
    __slots__ = ("free", "lengths", "literals", "prefixes")

    def __init__(self) -> None:
        super().__init__()
        #: Where the next segment is this text: a node, or the only pattern that leads there.
        self.literals: dict[str, _Node | _Lone] = _NOTHING
        #: Where the next segment is ``{name}``: anything but empty.
        self.free: _Node | None = None
        #: Where the next segment begins with this text, be it empty; the routes' own matchers see to the rest.
        self.prefixes: dict[str, _Prefixed] = _NOTHING
        #: How long the prefixes are: there are few lengths, however many prefixes there are.
        self.lengths: tuple[int, ...] = ()

    def below(self, segment: Segment) -> _Node:
        """Return the node for a segment, a new one if there is none."""
        if segment.is_literal or segment.is_free:
            return self.below_simple(segment.prefix if segment.is_literal else None)
        return self.beginning(segment.prefix).closed

    def below_simple(self, text: str | None) -> _Node:
        """Return the node for a segment that is this text, or for ``{name}``."""
        if text is None:
            self.free = self.free or _Node()
            return self.free
        if text not in self.literals:
            self.literals = self.literals or {}
            self.literals[text] = _Node()
        return self.at(text)

    def at(self, text: str) -> _Node:
        """Return the node for a segment that is this text, which is known."""
        node = self.literals[text]
        if node.__class__ is tuple:
            order, route, pattern = node
            node = _Node()
            node.grow(order, route, pattern, pattern.segments[1:])
            self.literals[text] = node
        return node  # type: ignore[return-value]  # mypy doesn't understand __class__

    def grow(
        self, order: int, route: AnyRoute, pattern: SimplePattern, segments: Sequence[str | None]
    ) -> None:
        """Enter a route below, where the rest of its pattern leads."""
        node = self
        for text in segments:
            node = node.below_simple(text)
        node.add((order, route, None, pattern.names))

    def beginning(self, prefix: str) -> _Prefixed:
        """Return what stands where the next segment begins with some text."""
        if prefix not in self.prefixes:
            self.prefixes = self.prefixes or {}
            self.prefixes[prefix] = _Prefixed()
            self.lengths = tuple(sorted({*self.lengths, len(prefix)}))
        return self.prefixes[prefix]


class _Prefixed:
    """What stands in the tree where only the beginning of a segment is known."""

    __slots__ = ("closed", "open")

    def __init__(self) -> None:
        #: Where the segment ends with the next slash.
        self.closed = _Node()
        #: Routes that may take any number of segments.
        self.open = _Bucket()


#: Places in the tree, and the buckets passed on the way there.
_Places: TypeAlias = tuple[tuple[_Node, ...], tuple[_Bucket, ...]]


class _State:
    """All places in the tree that a path has reached, and the buckets that it has passed on the way.

    Where a path goes on from here is remembered once it is known: for each literal; for each prefix, of which the
    longest that fits decides, because the shorter ones fit as well; and for all other segments at once.
    """

    __slots__ = ("entries", "is_kept", "lengths", "literals", "other", "places", "prefixes")

    def __init__(self, places: _Places, is_kept: bool) -> None:
        nodes, buckets = self.places = places
        self.is_kept = is_kept
        #: What to try if the path ends here.
        self.entries = _merge([*buckets, *nodes])
        self.literals: dict[str, _State | None] = {}
        self.prefixes: dict[str, _State | None] = {}
        if is_kept and nodes:
            # No ``{name}`` takes an empty segment, so it is a case of its own
            self.literals = dict.fromkeys(chain(("",), *[node.literals for node in nodes]))
            self.prefixes = dict.fromkeys(chain(*[node.prefixes for node in nodes]))
        self.lengths = sorted({len(prefix) for prefix in self.prefixes if prefix}, reverse=True)
        #: The state behind any segment that is no literal, where that doesn't depend on the segment.
        self.other: _State | None = None if nodes else self

    def behind(self, segment: str) -> _State | None:
        """Return the state behind a segment, if it is remembered."""
        return (
            self.literals[segment]
            if segment in self.literals
            else self.prefixes.get(self._prefix_of(segment))
        )

    def remember(self, segment: str, state: _State) -> None:
        """Remember the state behind a segment."""
        if segment in self.literals:
            self.literals[segment] = state
        elif self.lengths:
            self.prefixes[self._prefix_of(segment)] = state
        else:
            self.other = state

    def _prefix_of(self, segment: str) -> str:
        return next((segment[:length] for length in self.lengths if segment[:length] in self.prefixes), "")

    def places_behind(self, segment: str) -> _Places:
        """Find out where a segment leads, and which buckets have been passed until then."""
        nodes: list[_Node] = []
        known, buckets = self.places
        for node in known:
            if segment in node.literals:
                nodes.append(node.at(segment))
            if segment and node.free is not None:
                nodes.append(node.free)
            for length in node.lengths:
                if length <= len(segment) and segment[:length] in node.prefixes:
                    prefixed = node.prefixes[segment[:length]]
                    nodes.append(prefixed.closed)
                    buckets += (prefixed.open,) if prefixed.open.entries else ()
        return tuple(nodes), buckets


def _merge(buckets: Iterable[_Bucket]) -> Sequence[Entry]:
    filled = [bucket.entries for bucket in buckets if bucket.entries]
    # No two entries have the same place in the order, so the rest of an entry is never compared
    return filled[0] if len(filled) == 1 else sorted(chain.from_iterable(filled))


class RouteTable:
    """Routes, sorted by what the segments of a path must be.

    A leaf of the tree holds every route that can match below it, and what several leaves hold is merged in the order
    in which the routes were said: the answer is always that of trying all routes one by one. A route of which
    it isn't certain what it can match stands wherever it might.

    A path can lead to several places of the tree at once. Such a set of places is a state; states are made when a path
    first gets there and kept, and then a segment of a path costs one look into a dict. How many there can be depends on
    the routes alone, and there is a limit besides.

    Args:
        routes: in the order in which they are to be tried.
    """

    def __init__(self, routes: Iterable[AnyRoute]) -> None:
        #: Taken before the routes are gone through: what changes meanwhile makes the table out of date.
        self.known_changes = changes.routes
        #: What to try for a path that is a pattern's literal text; filled when first asked for.
        self._literal: dict[str, Search | None] = {}
        self._depth = 0
        root = _Node()
        anywhere = _Bucket()
        #: How much more may be kept in states, counted in entries and literals.
        self._room = 1000
        for order, route in enumerate(routes):
            self._add(root, anywhere, order, route)
            self._room += 16
        self._states: dict[_Places, _State] = {}
        # Patterns begin with a slash; for a path that doesn't there is only what may be anything
        self._first = _State(((), (anywhere,)), is_kept=True)
        self._first.other = _State(((), (anywhere,)), is_kept=True)
        self._first.literals[""] = _State(((root,), (anywhere,)), is_kept=True)

    def _add(self, root: _Node, anywhere: _Bucket, order: int, route: AnyRoute) -> None:
        compiled = _followed(route)
        if isinstance(compiled, SimplePattern):
            self._add_simple(root, order, route, compiled)
            return
        if compiled is None or compiled.shape is None:
            anywhere.add((order, route, route.match, None))
            return
        segments, is_open = compiled.shape
        self._depth = max(self._depth, len(segments))
        node = root
        for segment in segments[:-1] if is_open else segments:
            node = node.below(segment)
        bucket = node.beginning(segments[-1].prefix).open if is_open else node
        bucket.add((order, route, compiled.match, compiled.names))
        if compiled.literal is not None:
            self._literal[compiled.literal] = None

    def _add_simple(self, root: _Node, order: int, route: AnyRoute, pattern: SimplePattern) -> None:
        depth, head = pattern.source.count("/"), pattern.source.split("/", 2)[1]
        if depth > self._depth:
            self._depth = depth
        if head in root.literals or head.startswith("{"):
            root.grow(order, route, pattern, pattern.segments)
        else:
            # PERF: build of 10,000 routes and views: what is below is made when a path gets there, or another pattern
            root.literals = root.literals or {}
            root.literals[head] = order, route, pattern
        if pattern.literal is not None:
            self._literal[pattern.literal] = None

    @property
    def beginning(self) -> tuple[_State, int]:
        """Where each path begins, and into how many pieces it is split after the first one."""
        return self._first, self._depth + 1

    def candidates(self, path: str) -> list[AnyRoute]:
        """Return the routes that can match a decoded path, in order; their own matchers have the last word."""
        return [route for _, route, _, _ in self._search(path)[0].entries]

    def find(
        self, path: str, request: AnyRequest, method: str | None = None
    ) -> tuple[AnyRoute, MatchDict] | None:
        """Return the first route that matches a decoded path and whose predicates hold, and what it matched.

        ``None`` where there is none; and without a request, as soon as a predicate would have to be asked. One that only
        asks for the method need not be, if that is said.
        """
        # PERF: routes-*, json: a route without placeholders costs one look into a dict, however many routes there are
        state, pieces = self._literal.get(path) or self._search(path)
        for _, route, matcher, names in state.entries:
            if names is None:
                matched = matcher(path)  # type: ignore[misc]  # only a simple pattern has none, and it has names
                if matched is None:
                    continue
                match = matched
            else:
                match = {}
                for name, index in names:
                    match[name] = pieces[index]
            predicates = route.predicates
            if not predicates:
                return route, match
            if request is None:  # PERF: routes by method
                methods = None if method is None else _methods(route, predicates)
                if methods is None:
                    return None
                if method in methods:
                    return route, match
                continue
            info = {"match": match, "route": route}
            for predicate in predicates:
                if not predicate(info, request):
                    break
            else:
                return info["route"], info["match"]
        return None

    def shortcut(self) -> Shortcut[Any]:
        """Return what finds what is known of the paths that lead to one place."""
        return Shortcut(self)

    def place(self, path: str, route: AnyRoute) -> tuple[_State, Names] | None:
        """Return the place to which a decoded path leads, and how its pieces are named for a route.

        ``None`` if the route is not the first to be tried for all paths that lead there, if it doesn't take all of them, or if the
        place is not kept.
        """
        state, _ = self._search(path)
        _, first, _, names = state.entries[0]
        return (state, names) if first is route and names and state.is_kept else None

    def is_behind_all(self, head: str, state: _State) -> bool:
        """Tell whether all paths lead to a place that are ``head``, a slash and a segment that isn't empty."""
        before, _ = self._search(head)
        return before.other is state and before.literals.keys() <= {""}

    def choose(self, path: str, request: AnyRequest) -> RouteInfo:
        """Answer as `find`, in a dict with the keys ``route`` and ``match``, both ``None`` where no route matches."""
        route, match = self.find(path, request) or (None, None)
        return {"route": route, "match": match}

    def _search(self, path: str) -> Search:
        # Deeper than the deepest pattern only tells that there is more
        pieces = path.split("/", self._depth + 1)
        state = self._first
        for segment in pieces:
            state = state.literals.get(segment, state.other) or self._state_behind(state, segment)
        if path in self._literal:
            self._literal[path] = state, pieces
        return state, pieces

    def _state_behind(self, state: _State, segment: str) -> _State:
        behind = state.behind(segment)
        if behind is None:
            places = state.places_behind(segment)
            behind = self._states.get(places) or self._new_state(places)
            if state.is_kept and behind.is_kept:
                state.remember(segment, behind)
        return behind

    def _new_state(self, places: _Places) -> _State:
        nodes, buckets = places
        size = 1 + sum(len(bucket.entries) for bucket in buckets)
        size += sum(len(node.literals) + len(node.prefixes) + len(node.entries) for node in nodes)
        if size > self._room:
            return _State(places, is_kept=False)
        self._room -= size
        return self._states.setdefault(places, _State(places, is_kept=True))


class Shortcut(Generic[Known]):
    """Finds what is known of the paths that lead to one place, and what their pieces match.

    Args:
        table: knows the places.
    """

    def __init__(self, table: RouteTable) -> None:
        self._table = table
        #: By place: the names that the pieces of a path are taken under, and what is known.
        self._places: dict[_State, tuple[Names, Known]] = {}
        #: By what stands before the last slash, where all that may stand behind it leads to one place: the name of that.
        self._heads: dict[str, tuple[str, Known]] = {}
        #: Returns for a path in ASCII what it matches, and what is known; ``None`` if nothing is.
        self.find = self._finder()

    def learn(self, path: str, route: AnyRoute, known: Known) -> None:
        """Remember what is known of a route that the table has found for a path, if it can be found by the place of that path."""
        place = self._table.place(path, route)
        if place is None:
            return
        state, names = place
        self._places[state] = names, known
        head, _, last = path.rpartition("/")
        (name, index), *others = names
        # without a head, a path that has no slash at all would be found, too
        if (
            head
            and last
            and not others
            and index == path.count("/")
            and self._table.is_behind_all(head, state)
        ):
            self._heads[head] = name, known

    def _finder(self) -> Callable[[str], tuple[MatchDict, Known | None]]:
        places, heads = self._places, self._heads
        first, most = self._table.beginning

        # PERF: json, routes-*: mostly the route is the first that can match, and nothing but the path is asked
        def find(path: str) -> tuple[MatchDict, Known | None]:
            head, _, last = path.rpartition("/")
            by_head = heads.get(head)
            if by_head is not None and last:
                return {by_head[0]: last}, by_head[1]
            pieces = path.split("/", most)
            state = first
            for segment in pieces:
                behind = state.literals.get(segment, state.other)
                if behind is None:
                    return {}, None
                state = behind
            found = places.get(state)
            if found is None:
                return {}, None
            match = {}
            for name, index in found[0]:
                match[name] = pieces[index]
            return match, found[1]

        return find


def _methods(route: AnyRoute, predicates: Sequence[Predicate]) -> frozenset[Any] | None:
    """Return the methods that a route's predicates let pass, or ``None`` if they ask for something else, too."""
    if route.__class__ is not Route:
        return None
    asked = list(predicates)
    kept = route.known_methods
    if kept is None or kept[0] != asked:  # it may have been written to
        kept = route.known_methods = asked, values_passed(asked, "method")
    return kept[1]


def _followed(route: AnyRoute) -> CompiledPattern | SimplePattern | None:
    """Return what a route matches by, or ``None`` if it has a matcher that nothing is known about."""
    if route.__class__ is Route and route._match is None:
        return route.compiled
    if not isinstance(route, Route) or type(route).match is not Route.match:
        return None
    return route.compiled if route.match == route.compiled.match else None
