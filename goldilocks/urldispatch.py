"""Routes: which of many named patterns a request's path matches, and which path a name makes.

A request tries the routes in the order in which they were said, and the first whose pattern and predicates hold is
taken (`goldilocks.routetable` finds it). The names that applications import stand here.
"""

from __future__ import annotations

import re as re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from zope.interface import implementer

from goldilocks.changes import changes
from goldilocks.encode import is_nonstr_iter as is_nonstr_iter
from goldilocks.exceptions import URLDecodeError as URLDecodeError
from goldilocks.interfaces import IRoute as IRoute
from goldilocks.interfaces import IRoutesMapper
from goldilocks.route import AnyRoute
from goldilocks.route import Route as Route
from goldilocks.route import _compile_route as _compile_route
from goldilocks.routeorder import specificity as specificity
from goldilocks.routepattern import MatchDict
from goldilocks.routepattern import RoutePatternError as RoutePatternError
from goldilocks.routepattern import old_route_re as old_route_re
from goldilocks.routepattern import route_re as route_re
from goldilocks.routepattern import star_at_end as star_at_end
from goldilocks.routepattern import update_pattern as update_pattern
from goldilocks.routetable import RouteInfo
from goldilocks.routetable import RouteTable as RouteTable
from goldilocks.traversal.paths import PATH_SAFE as PATH_SAFE
from goldilocks.traversal.paths import quote_path_segment as quote_path_segment
from goldilocks.traversal.paths import requested_path
from goldilocks.traversal.paths import split_path_info as split_path_info
from goldilocks.types import AnyRequest, Predicate
from goldilocks.util import text_ as text_

# COMPAT: this is where it is imported from, and where it says that it is when it is shown
Route.__module__ = __name__


class RouteList(list[AnyRoute]):
    """The routes in order. May be changed as any list, and counts its changes."""


class RouteNames(dict[str, AnyRoute]):
    """The routes by name. May be changed as any dict, and counts its changes."""


def _counted(kind: type, name: str) -> Callable[..., Any]:
    change = getattr(kind, name)

    def count(self: Any, *args: Any, **kw: Any) -> Any:
        try:
            return change(self, *args, **kw)
        finally:
            changes.note_routes()

    count.__name__ = name
    return count


for _name in (
    *("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"),
    *("__delitem__", "__iadd__", "__imul__", "__setitem__"),
):
    setattr(RouteList, _name, _counted(list, _name))
for _name in (
    *("clear", "pop", "popitem", "setdefault", "update"),
    *("__delitem__", "__ior__", "__setitem__"),
):
    setattr(RouteNames, _name, _counted(dict, _name))


@implementer(IRoutesMapper)
class RoutesMapper:
    """The routes of an application: finds the one for a request, and makes paths by name.

    Attributes:
        static_routes: routes that only make paths and are never matched.
        url_makers: what `goldilocks.url` keeps to make URLs quickly.
    """

    url_makers: Any = None

    def __init__(self) -> None:
        self._routelist = RouteList()
        self._table = RouteTable(())
        self.static_routes: list[AnyRoute] = []
        self._routes = RouteNames()

    @property
    def routes(self) -> dict[str, AnyRoute]:
        """Every route by its name. May be changed in place and assigned to."""
        return self._routes

    @routes.setter
    def routes(self, routes: Mapping[str, AnyRoute]) -> None:
        self._routes = RouteNames(routes)
        changes.count += 1

    @property
    def routelist(self) -> list[AnyRoute]:
        """The routes to match, in order. May be changed in place and assigned to."""
        return self._routelist

    @routelist.setter
    def routelist(self, routes: Iterable[AnyRoute]) -> None:
        self._routelist = RouteList(routes)
        changes.note_routes()

    @property
    def table(self) -> RouteTable:
        """The routes to match as a table, made anew when they have changed."""
        table = self._table
        if table.known_changes != changes.routes:
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
        routes, routelist = self._routes, self._routelist
        if name in routes and routes[name] in routelist:
            routelist.remove(routes[name])
        # PERF: build of 10,000 routes and views: it's counted once
        list.append(self.static_routes if static else routelist, route)
        dict.__setitem__(routes, name, route)
        changes.note_routes()
        return route

    def generate(self, name: str, kw: Mapping[str, Any]) -> str:
        """Return the path of the route called ``name``; ``KeyError`` if there is none or a value is missing."""
        return self.routes[name].generate(kw)

    def find(self, path: str, request: AnyRequest) -> tuple[AnyRoute, MatchDict] | None:
        """Return the first route that takes a decoded path and a request, and what it matched, or ``None``.

        The quick door: what the router asks. ``mapper(request)`` gives the same answer as a dict.
        """
        table = self._table
        if table.known_changes != changes.routes:
            table = self.table
        return table.find(path, request)

    def __call__(self, request: AnyRequest) -> RouteInfo:
        """Return the first route that matches a request, and what it matched: see `RouteTable.choose`.

        Raises:
            URLDecodeError: the request's path is not UTF-8.
        """
        return self.table.choose(requested_path(request), request)
