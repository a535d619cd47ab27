"""``goldilocks routes``: all routes in the order in which they are tried, and which of them takes a path."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import click
from zope.interface import Interface

from goldilocks.cli.application import Application, gives_json, look_into, takes_target
from goldilocks.cli.tables import echo, echo_json, echo_table, heading
from goldilocks.explain import nearest_routes, tried_routes
from goldilocks.explanation import Place, RouteFact, printable, shortened
from goldilocks.interfaces import IRouteRequest, IRoutesMapper, IViewClassifier
from goldilocks.methods import methods_of
from goldilocks.static import static_view
from goldilocks.viewderivers import view_description
from goldilocks.viewtable import ViewSet, entry_of, view_table

if TYPE_CHECKING:
    from goldilocks.types import AnyRegistry, Predicate

#: What is shown as the methods of something that answers every method, and of something that answers none.
ANY, NONE = "*", "none"


@dataclass(frozen=True, slots=True)
class RouteView:
    """A view of a route.

    Attributes:
        view: in words.
        methods: those that both the route and the view let pass; ``None`` for any.
        place: the line that said it, if it is known.
        permission: what a visitor needs.
    """

    view: str
    methods: frozenset[str] | None
    place: Place | None = None
    permission: str | None = None


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A route as it is listed.

    Attributes:
        order: when it is tried, from 1 on; ``None`` for one that only makes URLs.
        name: of the route.
        pattern: of its paths.
        methods: those that the route itself lets pass; ``None`` for any.
        views: in the order in which they were said.
        place: the line that said it, if it is known.
    """

    order: int | None
    name: str
    pattern: str
    methods: frozenset[str] | None
    views: tuple[RouteView, ...]
    place: Place | None


@click.command("routes")
@takes_target
@click.option("--match", "path", metavar="PATH", help="Tell which route takes a path, and why others don't.")
@click.option("--method", default="GET", show_default=True, help="The method to --match with.")
@click.option(
    "-g", "--glob", "wanted", metavar="GLOB", help="Only routes whose name or pattern is like this."
)
@gives_json
def command(
    target: str, settings: dict[str, str], path: str | None, method: str, wanted: str | None, as_json: bool
) -> None:
    """List the routes of an application, in the order in which they are tried.

    Each row is a route with one of its views; those behind the dash only make URLs. With --match, the exit code
    is 1 if no route takes the path. TARGET is what `goldilocks serve` takes.
    """
    application = look_into(target, settings, "proutes")
    if path is not None:
        sys.exit(0 if tell_match(application, method, path, as_json) else 1)
    rows = [row for row in route_rows(application.registry) if wanted is None or is_like(row, wanted)]
    if as_json:
        echo_json([as_values(row) for row in rows])
    elif not rows:
        echo(f"{target} has no routes{'' if wanted is None else f' like {wanted}'}")
    else:
        titles = ["#", "name", "pattern", "methods", "view", "where"]
        echo_table(titles, [cells for row in rows for cells in as_cells(row)])


# --- The list ------------------------------------------------------------------------------------------------------


def route_rows(registry: AnyRegistry) -> list[RouteRow]:
    """Return all routes, those that only make URLs last."""
    mapper = registry.queryUtility(IRoutesMapper)
    if mapper is None:
        return []
    orders = {id(route): order for order, route in enumerate(mapper.get_routes(), start=1)}
    return [
        _route_row(registry, orders.get(id(route)), route) for route in mapper.get_routes(include_static=True)
    ]


def _route_row(registry: AnyRegistry, order: int | None, route: Any) -> RouteRow:
    said = registry.introspector.get("routes", route.name)
    predicates = route.predicates or ()
    pattern = route.pattern if said is None else said.get("external_url") or route.pattern
    return RouteRow(
        order=order,
        name=printable(route.name),
        pattern=printable(pattern if "://" in pattern else f"/{pattern.lstrip('/')}"),
        methods=common_methods(predicates),
        views=tuple(_views_of(registry, route.name, said, predicates)),
        place=place_of(said),
    )


def _views_of(
    registry: AnyRegistry, name: str, said: Any, predicates: Iterable[Predicate]
) -> Iterable[RouteView]:
    """Return the views that were said for a route; for one that introspection doesn't know, those in the record."""
    related = [] if said is None else registry.introspector.related(said)
    facts = [fact for fact in related if fact.category_name == "views"]
    for fact in facts:
        yield RouteView(
            view=_words(fact),
            methods=common_methods((*predicates, *(fact.get("predicates") or ()))),
            place=place_of(fact),
            permission=_permission(fact.get("derived_callable")),
        )
    request_iface = registry.queryUtility(IRouteRequest, name=name)
    if facts or request_iface is None:
        return
    for view in view_table(registry).find(IViewClassifier, request_iface, Interface, ""):
        for entry in view.entries() if isinstance(view, ViewSet) else [entry_of(view)]:
            methods = common_methods((*predicates, *entry.predicates))
            yield RouteView(spelled(entry.original), methods, None, _permission(entry.derived))


def _permission(view: Any) -> str | None:
    permission = getattr(view, "__permission__", None)
    return None if permission is None else printable(permission)


def _words(fact: Any) -> str:
    """Describe a view, and where it applies if that isn't the whole route."""
    words = spelled(fact["callable"], fact.get("attr"))
    limits = [f"name={fact['name']!r}"] if fact.get("name") else []
    context = fact.get("context")
    limits += [f"context={getattr(context, '__qualname__', context)}"] if context is not None else []
    return printable(f"{words} ({', '.join(limits)})" if limits else words)


def spelled(view: Any, attr: str | None = None) -> str:
    """Return the dotted name of a view callable, or other words for one that has none.

    >>> spelled(spelled), spelled(Place, "method")
    ('goldilocks.cli.routes.spelled', 'goldilocks.explanation.Place.method')
    """
    while isinstance(view, functools.partial):
        view = view.func
    if isinstance(view, static_view):
        return f"{view.package_name}:{view.docroot}" if view.package_name else view.docroot
    if inspect.isroutine(view) or inspect.isclass(view):
        words = f"{view.__module__}.{view.__qualname__}"
    else:
        words = view_description(view)
    return f"{words}.{attr}" if attr else words


def place_of(fact: Any) -> Place | None:
    """Return the line that a fact of the introspector was said in, if it is known."""
    info: Any = getattr(fact, "action_info", None)
    return Place(info.file, info.line) if getattr(info, "file", None) else None


def common_methods(predicates: Iterable[Predicate]) -> frozenset[str] | None:
    """Return the methods that pass all predicates, or ``None`` where no predicate asks for the method."""
    passing = [frozenset(methods) for each in predicates if (methods := methods_of(each)) is not None]
    return functools.reduce(frozenset.intersection, passing) if passing else None


def is_like(row: RouteRow, wanted: str) -> bool:
    """Tell whether name or pattern of a route are like a pattern of the shell."""
    return fnmatchcase(row.name, wanted) or fnmatchcase(row.pattern, wanted)


# --- Shown ---------------------------------------------------------------------------------------------------------


def as_cells(row: RouteRow) -> list[tuple[str, ...]]:
    """Return the rows of a table: one for each view, or one that says that there is none."""
    order = "-" if row.order is None else str(row.order)
    views = row.views
    if not views:
        missing = "(for URLs only)" if row.order is None else "(no view)"
        views = (RouteView(missing, row.methods, row.place),)
    return [
        (order, row.name, row.pattern, shown_methods(view.methods), view.view, shown_place(view.place))
        for view in views
    ]


def shown_methods(methods: frozenset[str] | None) -> str:
    """Return methods for people, to whom HEAD goes without saying where there is GET.

    >>> shown_methods(None), shown_methods(frozenset()), shown_methods(frozenset({"GET", "HEAD", "PUT"}))
    ('*', 'none', 'GET, PUT')
    """
    if methods is None:
        return ANY
    return ", ".join(sorted(methods - {"HEAD"} if "GET" in methods else methods)) or NONE


def shown_place(place: Place | None) -> str:
    """Return a place as editors and terminals understand it."""
    return "" if place is None else f"{shortened(place.file)}:{place.line}"


def as_values(row: RouteRow) -> dict[str, Any]:
    """Return a route for programs."""
    views = [
        {
            "view": view.view,
            "methods": _listed(view.methods),
            "permission": view.permission,
            **place_values(view.place),
        }
        for view in row.views
    ]
    return {
        "order": row.order,
        "name": row.name,
        "pattern": row.pattern,
        "methods": _listed(row.methods),
        **place_values(row.place),
        "views": views,
    }


def place_values(place: Place | None) -> dict[str, Any]:
    """Return a place for programs."""
    return {"file": None if place is None else place.file, "line": None if place is None else place.line}


def _listed(methods: frozenset[str] | None) -> list[str] | None:
    return None if methods is None else sorted(methods)


# --- Which route takes a path --------------------------------------------------------------------------------------


def tell_match(application: Application, method: str, path: str, as_json: bool) -> bool:
    """Tell which route takes a path, and tell the routes before it; return whether there is one."""
    with application.visit(method, path) as request:
        facts = tried_routes(request)
        taken = facts[-1] if facts and facts[-1].is_taken else None
        mapper = request.registry.queryUtility(IRoutesMapper)
        match = None if taken is None else mapper(request)["match"]
        near = [] if taken is not None else nearest_routes(request.path_info, facts)
    if as_json:
        tried = [match_values(each) for each in facts]
        echo_json({"route": None if taken is None else taken.name, "match": match, "tried": tried})
        return taken is not None
    if facts:
        echo_routes(facts)
        echo()
    asked = printable(f"{method.upper()} {path}")
    if taken is None:
        echo(f"no route takes {asked}")
        for fact in near:
            echo(f"  near: {fact.name}  {fact.pattern}")
    else:
        echo(f"{heading(taken.name)} takes {asked}{with_match(match)}")
    return taken is not None


def with_match(match: Any) -> str:
    """Return what stood at the names of a pattern, as the end of a sentence."""
    values = ", ".join(f"{name}={value!r}" for name, value in (match or {}).items())
    return f" with {printable(values)}" if values else ""


def echo_routes(facts: Iterable[RouteFact], indent: str = "") -> None:
    """Write routes that were tried, and what became of it."""
    rows = [
        (order, each.name, each.pattern, verdict_of(each), shown_place(each.place))
        for order, each in enumerate(facts, start=1)
    ]
    echo_table(["#", "name", "pattern", "verdict", "where"], rows, indent)


def verdict_of(fact: RouteFact) -> str:
    """Say why a route takes a request, or doesn't."""
    if not fact.fits:
        return "doesn't fit"
    return "takes it" if fact.refused_by is None else f"refuses: {fact.refused_by}"


def match_values(fact: RouteFact) -> dict[str, Any]:
    """Return a route that was tried for programs."""
    predicates = [{"predicate": each.text, "outcome": each.outcome} for each in fact.predicates]
    return {
        "name": fact.name,
        "pattern": fact.pattern,
        "fits": fact.fits,
        "takes": fact.is_taken,
        "predicates": predicates,
        **place_values(fact.place),
    }
