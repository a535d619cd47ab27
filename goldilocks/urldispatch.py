"""Routes: which of many named patterns a request's path matches, and which path a name makes.

A request tries the routes in the order in which they were said, and the first whose pattern and predicates hold is
taken. So that this doesn't cost more with every route, a `RouteTable` sorts them into a tree of path segments; what it
hands out is, in the said order, every route that can match a path and hardly one that can't.
"""

from __future__ import annotations

import re as re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, ClassVar, TypeAlias

from zope.interface import implementer

from goldilocks.encode import is_nonstr_iter as is_nonstr_iter
from goldilocks.exceptions import URLDecodeError as URLDecodeError
from goldilocks.interfaces import IRoute, IRoutesMapper
from goldilocks.routepattern import (
    CompiledPattern,
    Generator,
    Matcher,
    Segment,
    compile_pattern,
    read_pattern,
    shape_of,
    stays_in_segment,
)
from goldilocks.routepattern import RoutePatternError as RoutePatternError
from goldilocks.routepattern import old_route_re as old_route_re
from goldilocks.routepattern import route_re as route_re
from goldilocks.routepattern import star_at_end as star_at_end
from goldilocks.routepattern import update_pattern as update_pattern
from goldilocks.traversal.paths import PATH_SAFE as PATH_SAFE
from goldilocks.traversal.paths import quote_path_segment as quote_path_segment
from goldilocks.traversal.paths import requested_path
from goldilocks.traversal.paths import split_path_info as split_path_info
from goldilocks.types import AnyRequest, InterfaceSpec, Predicate
from goldilocks.util import text_ as text_

#: A route: ours, or any object with ``name``, ``match`` and ``predicates`` that somebody put into a mapper's list.
AnyRoute: TypeAlias = Any
#: Ranks one segment of a pattern; the smaller, the more specific.
SegmentRank: TypeAlias = tuple[int, int, int, int]
#: The answer to a request: ``route`` and ``match``, both ``None`` where no route matches.
RouteInfo: TypeAlias = dict[str, Any]


class _Changes:
    """How often a list of routes was changed or a route got another ``match``, anywhere: then tables may be out of date.

    One number for all, because configuration is rare and a request must only compare once.
    """

    count: ClassVar[int] = 0


@implementer(IRoute)
class Route:
    """A named pattern, and what goes with it.

    All attributes may be written to. A new ``pattern`` is only shown and doesn't change what the route matches or
    makes (COMPAT: add-ons write to it and back); a new ``match`` or ``generate`` counts at once.

    Attributes:
        name: under which other code asks for the route.
        pattern: what was said.
        path: the same; its older name.
        factory: makes the root for requests that match, or ``None``.
        predicates: each is called with ``{"match": ..., "route": ...}`` and the request, and all must hold.
        pregenerator: may change what a path is made of, or ``None``.
        request_iface: what a request that matches provides, once the Configurator has said it.
        generate: takes values for the pattern's names and returns a quoted path.

    Raises:
        RoutePatternError: the pattern can't be understood.
    """

    def __init__(
        self,
        name: str,
        pattern: str,
        factory: Callable[[AnyRequest], Any] | None = None,
        predicates: Sequence[Predicate] = (),
        pregenerator: Callable[..., Any] | None = None,
    ) -> None:
        self.compiled: CompiledPattern = compile_pattern(pattern)
        self.name = name
        self.pattern = pattern
        self.path = pattern
        self.factory = factory
        self.predicates = predicates
        self.pregenerator = pregenerator
        self.request_iface: InterfaceSpec | None = None
        self.generate: Generator = self.compiled.generate
        self._match: Matcher = self.compiled.match

    @property
    def match(self) -> Matcher:
        """Takes a decoded path and returns what stands at the pattern's names, or ``None`` if the path doesn't fit."""
        return self._match

    @match.setter
    def match(self, matcher: Matcher) -> None:
        self._match = matcher
        _Changes.count += 1


def _compile_route(route: str | bytes) -> tuple[Matcher, Generator]:
    """Return what matches and what makes the paths of a pattern."""
    compiled = compile_pattern(route)
    return compiled.match, compiled.generate


# --- The table -----------------------------------------------------------------------------------------------------

#: A route in the table: its place in the order, itself, what matches a path, and the names that the pieces of the
#: path are taken under where nothing is left to be matched.
Entry: TypeAlias = tuple[int, AnyRoute, Matcher, "tuple[tuple[str, int], ...] | None"]
#: The entries to try for a path, and the pieces of the path.
Search: TypeAlias = tuple[Sequence[Entry], Sequence[str]]


class _Bucket:
    """Entries that can match under one and the same condition, in order. Compared by identity."""

    __slots__ = ("entries",)

    def __init__(self) -> None:
        self.entries: list[Entry] = []


#: What stands where no route ends. Never filled.
_NOTHING = _Bucket()


class _Node:
    """A place in the tree: what the patterns that agree so far say about the next segment."""

    __slots__ = ("ends", "free", "is_fork", "literals", "prefixed")

    def __init__(self) -> None:
        #: Routes that want no further segment.
        self.ends = _NOTHING
        #: Where the next segment is this text.
        self.literals: dict[str, _Node] = {}
        #: Where the next segment is ``{name}``: anything but empty.
        self.free: _Node | None = None
        #: Where the next segment begins with some text, which may be empty, and the route's own matcher sees to the rest.
        self.prefixed: _Prefixed | None = None
        #: Whether there is a way on besides the literals.
        self.is_fork = False

    def below(self, segment: Segment) -> _Node:
        """Return the node for a segment, a new one if there is none."""
        if segment.is_literal:
            return self.literals.setdefault(segment.prefix, _Node())
        if segment.is_free:
            self.is_fork = True
            self.free = self.free or _Node()
            return self.free
        return self.beginning(segment.prefix).nodes.setdefault(segment.prefix, _Node())

    def beginning(self, prefix: str) -> _Prefixed:
        """Return what stands below prefixes, once it knows that there is this one."""
        self.is_fork = True
        self.prefixed = self.prefixed or _Prefixed()
        self.prefixed.lengths = sorted({*self.prefixed.lengths, len(prefix)})
        return self.prefixed


class _Prefixed:
    """What stands below segments of which only the beginning is known."""

    __slots__ = ("lengths", "nodes", "opens")

    def __init__(self) -> None:
        #: How long the prefixes are, the shortest first: there are few lengths, however many prefixes there are.
        self.lengths: list[int] = []
        #: Where the segment ends at the next slash.
        self.nodes: dict[str, _Node] = {}
        #: Routes that may take any number of segments from here on.
        self.opens: dict[str, _Bucket] = {}

    def collect(self, segment: str, nodes: list[_Node], buckets: list[_Bucket]) -> None:
        """Add what fits a segment to ``nodes`` and ``buckets``."""
        for length in self.lengths:
            if length > len(segment):
                break
            prefix = segment[:length]
            if prefix in self.nodes:
                nodes.append(self.nodes[prefix])
            if prefix in self.opens:
                buckets.append(self.opens[prefix])


class RouteTable:
    """Routes, sorted by what the segments of a path must be.

    A leaf of the tree holds every route that can match below it, and what several leaves hold is merged in the order
    in which the routes were said: the answer is always that of trying all routes one by one. A route of which
    it isn't certain what it can match stands wherever it might.

    Args:
        routes: in the order in which they are to be tried.
    """

    def __init__(self, routes: Iterable[AnyRoute]) -> None:
        #: Taken before the routes are gone through: what changes meanwhile makes the table out of date.
        self.known_changes = _Changes.count
        self._root = _Node()
        self._anywhere = _Bucket()
        self._depth = 0
        #: What to try for a path that is a pattern's literal text; filled when first asked for.
        self._literal: dict[str, Search | None] = {}
        #: Merged buckets. The room is counted in entries, so that many large merges can't fill the memory.
        self._merged: dict[tuple[_Bucket, ...], list[Entry]] = {}
        self._room = 1000
        for order, route in enumerate(routes):
            self._add(order, route)
            self._room += 4

    def _add(self, order: int, route: AnyRoute) -> None:
        compiled = _followed(route)
        if compiled is None or compiled.shape is None:
            self._anywhere.entries.append((order, route, route.match, None))
            return
        segments, is_open = compiled.shape
        self._depth = max(self._depth, len(segments))
        node = self._root
        for segment in segments[:-1] if is_open else segments:
            node = node.below(segment)
        if is_open:
            prefix = segments[-1].prefix
            bucket = node.beginning(prefix).opens.setdefault(prefix, _Bucket())
        else:
            bucket = node.ends = _Bucket() if node.ends is _NOTHING else node.ends
        bucket.entries.append((order, route, compiled.match, compiled.names))
        if compiled.literal is not None:
            self._literal[compiled.literal] = None

    def candidates(self, path: str) -> list[AnyRoute]:
        """Return the routes that can match a decoded path, in order; their own matchers have the last word."""
        return [route for _, route, _, _ in self._search(path)[0]]

    def choose(self, path: str, request: AnyRequest) -> RouteInfo:
        """Return the first route that matches a decoded path and whose predicates hold, and what it matched."""
        # PERF: a route without placeholders costs one look into a dict, however many routes there are
        entries, pieces = self._literal.get(path) or self._search(path)
        for _, route, matcher, names in entries:
            if names is None:
                match = matcher(path)
                if match is None:
                    continue
            else:
                match = {name: pieces[index] for name, index in names}
            info = {"match": match, "route": route}
            for predicate in route.predicates or ():
                if not predicate(info, request):
                    break
            else:
                return info
        return {"route": None, "match": None}

    def _search(self, path: str) -> Search:
        pieces = path.split("/", self._depth + 1)
        entries = self._entries(pieces)
        if path in self._literal:
            self._literal[path] = entries, pieces
        return entries, pieces

    def _entries(self, pieces: list[str]) -> Sequence[Entry]:
        if pieces[0] or self._anywhere.entries:
            # The tree only knows paths that begin with a slash
            return self._merged_entries([] if pieces[0] else [self._root], pieces[1:])
        # PERF: most paths go down the tree without a choice, and end in one bucket
        node = self._root
        for index in range(1, len(pieces)):
            segment = pieces[index]
            below = node.literals.get(segment)
            if node.is_fork:
                if below is not None or node.prefixed is not None:
                    return self._merged_entries([node], pieces[index:])
                below = node.free if segment else None
            if below is None:
                return ()
            node = below
        return node.ends.entries

    def _merged_entries(self, nodes: list[_Node], segments: Sequence[str]) -> Sequence[Entry]:
        """Go on from some nodes wherever the segments lead, and put together what is found there."""
        found = [self._anywhere]
        for segment in segments:
            below: list[_Node] = []
            for node in nodes:
                literal = node.literals.get(segment)
                if literal is not None:
                    below.append(literal)
                if node.free is not None and segment:
                    below.append(node.free)
                if node.prefixed is not None:
                    node.prefixed.collect(segment, below, found)
            nodes = below
        found += [node.ends for node in nodes]
        buckets = tuple([bucket for bucket in found if bucket.entries])
        if len(buckets) < 2:
            return buckets[0].entries if buckets else ()
        return self._merged.get(buckets) or self._merge(buckets)

    def _merge(self, buckets: tuple[_Bucket, ...]) -> list[Entry]:
        # No two entries have the same place in the order, so the rest of an entry is never compared
        merged = sorted(chain.from_iterable(bucket.entries for bucket in buckets))
        if self._room >= len(merged):
            self._merged[buckets] = merged
            self._room -= len(merged)
        return merged


def _followed(route: AnyRoute) -> CompiledPattern | None:
    """Return what a route matches by, or ``None`` if it has a matcher that nothing is known about."""
    if not isinstance(route, Route) or type(route).match is not Route.match:
        return None
    return route.compiled if route.match is route.compiled.match else None


# --- The mapper ----------------------------------------------------------------------------------------------------


class RouteList(list[AnyRoute]):
    """The routes in order. May be changed as any list, and counts its changes."""


def _counted(name: str) -> Callable[..., Any]:
    change = getattr(list, name)

    def count(self: RouteList, *args: Any, **kw: Any) -> Any:
        try:
            return change(self, *args, **kw)
        finally:
            _Changes.count += 1

    count.__name__ = name
    return count


for _name in (
    *("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"),
    *("__delitem__", "__iadd__", "__imul__", "__setitem__"),
):
    setattr(RouteList, _name, _counted(_name))


@implementer(IRoutesMapper)
class RoutesMapper:
    """The routes of an application: finds the one for a request, and makes paths by name.

    Attributes:
        routes: every route by its name.
        static_routes: routes that only make paths and are never matched.
    """

    def __init__(self) -> None:
        self._routelist = RouteList()
        self._table = RouteTable(())
        self.static_routes: list[AnyRoute] = []
        self.routes: dict[str, AnyRoute] = {}

    @property
    def routelist(self) -> list[AnyRoute]:
        """The routes to match, in order. May be changed in place and assigned to."""
        return self._routelist

    @routelist.setter
    def routelist(self, routes: Iterable[AnyRoute]) -> None:
        self._routelist = RouteList(routes)
        _Changes.count += 1

    @property
    def table(self) -> RouteTable:
        """The routes to match as a table, made anew when they have changed."""
        table = self._table
        if table.known_changes != _Changes.count:
            table = self._table = RouteTable(self._routelist)
        return table

    def has_routes(self) -> bool:
        """Tell whether there is any route to match."""
        return bool(self._routelist)

    def get_routes(self, include_static: bool = False) -> list[AnyRoute]:
        """Return the routes to match, in order, and on demand those that only make paths behind them."""
        return self.routelist + self.static_routes if include_static is True else self.routelist

    def get_route(self, name: str) -> AnyRoute | None:
        """Return the route called ``name``, or ``None``."""
        return self.routes.get(name)

    def connect(
        self,
        name: str,
        pattern: str,
        factory: Callable[[AnyRequest], Any] | None = None,
        predicates: Sequence[Predicate] = (),
        pregenerator: Callable[..., Any] | None = None,
        static: bool = False,
    ) -> Route:
        """Add a route behind all others; one that had the name before is matched no more.

        Raises:
            RoutePatternError: the pattern can't be understood.
        """
        route = Route(name, pattern, factory, predicates, pregenerator)
        if name in self.routes and self.routes[name] in self.routelist:
            self.routelist.remove(self.routes[name])
        (self.static_routes if static else self.routelist).append(route)
        self.routes[name] = route
        return route

    def generate(self, name: str, kw: Mapping[str, Any]) -> str:
        """Return the path of the route called ``name``; ``KeyError`` if there is none or a value is missing."""
        return self.routes[name].generate(kw)

    def __call__(self, request: AnyRequest) -> RouteInfo:
        """Return the first route that matches a request, and what it matched: see `RouteTable.choose`.

        Raises:
            URLDecodeError: the request's path is not UTF-8.
        """
        return self.table.choose(requested_path(request), request)


# --- Which pattern is more specific ----------------------------------------------------------------------------------

_LITERAL, _PARTLY, _REGEX, _FREE, _OPEN = range(5)


def specificity(pattern: str | bytes) -> tuple[tuple[SegmentRank, ...], str]:
    r"""Rank a pattern: sorted by this, the more specific of two that can match one path comes first.

    Patterns are compared segment by segment, from the left, and the first difference decides. In a segment, literal text
    goes before text with a placeholder, that before a regular expression, that before ``{name}``, and what
    may hold slashes comes last:

    >>> patterns = ["/*rest", "/{x:.*}", "/{x}", r"/{x:\d+}", "/a{x}", "/about"]
    >>> sorted(patterns, key=specificity)
    ['/about', '/a{x}', '/{x:\\d+}', '/{x}', '/{x:.*}', '/*rest']

    The further left the difference, the more it counts; how long a pattern is only shows where one of them goes on with a
    star while the other still says what it wants:

    >>> sorted(["/{x}/edit", "/a/{y}", "/a/*rest", "/a/b/*rest", "/a/b/c"], key=specificity)
    ['/a/b/c', '/a/b/*rest', '/a/{y}', '/a/*rest', '/{x}/edit']

    Among segments with a placeholder, more literal text goes first; a star behind text counts as a placeholder, and
    comes after what ends there:

    >>> sorted(["/a*rest", "/{x}*rest", "/a{x}", "/{x}", "/ab{x}", "/{x}/{y}"], key=specificity)
    ['/ab{x}', '/a{x}', '/a*rest', '/{x}', '/{x}/{y}', '/{x}*rest']

    Where all that is equal, the text of the pattern decides, so that the order never depends on chance.
    """
    read = read_pattern(source=pattern)
    shape = shape_of(read)
    text = text_(pattern, "ascii")
    if shape is None:
        return ((_OPEN, 0, 0, 0),), text
    last = len(shape.segments) - 1
    return tuple(
        _rank(segment, bool(read.rest) and index == last, shape.is_open and index == last)
        for index, segment in enumerate(shape.segments)
    ), text


def _rank(segment: Segment, has_star: bool, is_open: bool) -> SegmentRank:
    literal_length = len("".join(segment.literals))
    count = len(segment.placeholders)
    frees = sum(found.regex is None for found in segment.placeholders)
    crosses = not all(found.regex is None or stays_in_segment(found.regex) for found in segment.placeholders)
    if not count and not has_star:
        return (_LITERAL, 0, 0, 0)
    if literal_length:
        kind = _PARTLY
    elif crosses or not count:
        kind = _OPEN
    else:
        kind = _FREE if frees == count else _REGEX
    return (kind, -literal_length, is_open + has_star, frees)
