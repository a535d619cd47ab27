"""``goldilocks views``: how a URL comes to its view.

The request goes the way that the router sends it (tweens, route, root, walk, views), and stops before a view is called. No
permission is asked.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click
from zope.interface import Interface, providedBy

from goldilocks.cli.application import Application, gives_json, look_into, read_headers, takes_target
from goldilocks.cli.routes import echo_routes, match_values, place_values, shown_place, with_match
from goldilocks.cli.tables import echo, echo_json, echo_table, heading
from goldilocks.cli.trouble import in_words
from goldilocks.events import BeforeTraversal, ContextFound, NewRequest
from goldilocks.explain import explain, tried_routes, tried_views, view_names, walked
from goldilocks.explanation import PredicateFact, RouteFact, ViewFact, WalkFact, printable
from goldilocks.httpexceptions import HTTPException
from goldilocks.interfaces import IRequest, ITweens, IViewClassifier
from goldilocks.response import Response
from goldilocks.viewtable import VIEW_TYPES, ViewSet, view_table

if TYPE_CHECKING:
    from goldilocks.router import Router
    from goldilocks.threadlocal import RequestContext
    from goldilocks.types import AnyRequest, AnyResponse, Handler, InterfaceSpec, View


@dataclass(frozen=True, slots=True)
class ViewGroup:
    """The views that stand at one place of the record.

    Attributes:
        request: the type of the requests that they are for: a route, or any request.
        context: the type of the contexts that they are for.
        views: in the order in which they are tried.
    """

    request: str
    context: str
    views: tuple[ViewFact, ...]


@dataclass(slots=True)
class Resolution:
    """How a URL was resolved, as far as it came.

    Attributes:
        asked: method and address.
        routes: those that were tried, the one that takes the request last.
        match: what stood at the names of its pattern.
        walk: where the walk through the resources led.
        groups: the views that may answer, the nearest first.
        names: of the views that there are on the context.
        answer: what happens in the end.
        is_answered: whether a view takes the request.
        is_over: whether the request came through the tweens.
    """

    asked: str
    routes: list[RouteFact] = field(default_factory=list)
    match: dict[str, Any] | None = None
    walk: WalkFact | None = None
    groups: list[ViewGroup] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    answer: str = ""
    is_answered: bool = False
    is_over: bool = False

    @property
    def views(self) -> list[ViewFact]:
        """All views, in the order in which they are tried."""
        return [view for group in self.groups for view in group.views]

    @property
    def chosen(self) -> ViewFact | None:
        """The first view whose predicates hold."""
        return next((view for view in self.views if view.refused_by is None), None)


@click.command("views")
@takes_target
@click.argument("url")
@click.option("--method", default="GET", show_default=True, help="The method of the request.")
@click.option(
    "-H", "--header", "headers", multiple=True, metavar="NAME:VALUE", callback=read_headers,
    help="A header of the request; may be said several times.",
)  # fmt: skip
@gives_json
def command(
    target: str, settings: dict[str, str], url: str, method: str, headers: dict[str, str], as_json: bool
) -> None:
    """Tell how a URL is resolved, and which view answers it.

    URL is a path such as /pages/1?draft=yes. The route and the resources on the way are shown, then every view in the
    order in which they are tried, with its predicates and its permission; permissions are not asked, and no view
    is called. The exit code is 1 if no view takes the request. TARGET is what `goldilocks serve` takes.
    """
    application = look_into(target, settings, "pviews")
    found = resolve(application, method, url, headers)
    if as_json:
        echo_json(as_values(found))
    else:
        tell(found)
    sys.exit(0 if found.is_answered else 1)


# --- Resolving -----------------------------------------------------------------------------------------------------


def resolve(application: Application, method: str, url: str, headers: dict[str, str]) -> Resolution:
    """Send a request the way to its view."""
    found = Resolution(printable(f"{method.upper()} {url}"))

    def stop_at_views(request: AnyRequest) -> AnyResponse:
        try:
            _go(application.router, request)
        except Exception as error:
            found.answer = _raised(error)
        _look(request, found)
        found.is_over = True
        return Response()

    def find_nothing(request: AnyRequest) -> AnyResponse:
        found.answer = _missing(application.router, request)
        return Response()

    _send(application, application.visit(method, url, headers), stop_at_views, found)
    if not found.answer:
        _send(application, application.visit(method, url, headers), find_nothing, found)
    return found


def _send(application: Application, context: RequestContext, handler: Handler, found: Resolution) -> None:
    """Let the application's tweens hand a request to ``handler``: on the way, code may need what they prepare."""
    registry = application.registry
    with context as request:
        try:
            tweens = registry.queryUtility(ITweens)
            response = handler(request) if tweens is None else tweens(handler, registry)(request)
            if not found.is_over:
                found.answer = f"{response.status}: a tween answers, and lets no view be looked for"
        except Exception as error:
            found.answer = f"a tween failed: {in_words(error)}"
        finally:
            application.router.finish_request(request)


def _go(router: Router, request: AnyRequest) -> None:
    """Do what `Router.handle_request` does, up to the views."""
    notify = request.registry.notify
    request.request_iface = IRequest
    notify(NewRequest(request))
    root_factory = router._match_route(request)
    notify(BeforeTraversal(request))
    router._walk(request, root_factory)
    notify(ContextFound(request))


def _raised(error: Exception) -> str:
    if isinstance(error, HTTPException):
        return f"{error.status}: it was raised on the way to the views\n{in_words(error)}"
    return in_words(error)


def _look(request: AnyRequest, found: Resolution) -> None:
    """Write down what is known about a request that has gone its way."""
    found.match = request.__dict__.get("matchdict")
    found.routes = tried_routes(request)
    found.walk = walked(request)
    if found.answer or found.walk is None:
        return
    attrs = request.__dict__
    context, name = attrs["context"], attrs["view_name"]
    found.groups = list(_groups(request, context, name))
    found.names = view_names(request.registry, request.request_iface, context)
    chosen = found.chosen
    if chosen is not None:
        found.is_answered = True
        found.answer = f"{chosen.view} answers"
        if chosen.permission is not None:
            found.answer += f", if the security policy grants {chosen.permission!r}"


def _groups(request: AnyRequest, context: Any, name: str) -> Iterator[ViewGroup]:
    """Return the views by the places of the record that they stand at."""
    facts = iter(tried_views(request, context, name))
    question = (IViewClassifier, request.request_iface, providedBy(context), name)
    places = _places(request, question)
    for view in view_table(request.registry).find(*question):
        count = len(view.entries()) if isinstance(view, ViewSet) else 1
        request_type, context_type = places[id(view)]
        views = tuple(next(facts) for _ in range(count))
        yield ViewGroup(_request_words(request_type), _type_words(context_type), views)


def _places(request: AnyRequest, question: tuple[Any, Any, Any, str]) -> dict[int, tuple[Any, Any]]:
    """Return, by the identity of what stands in the record, the types of request and context that it is for."""
    kind, request_iface, context_iface, name = question
    adapters = request.registry.adapters
    return {
        id(view): (request_type, context_type)
        for request_type in request_iface.__sro__
        for context_type in context_iface.__sro__
        for view in _standing(adapters, (kind, request_type, context_type), name)
    }


def _standing(adapters: Any, required: tuple[Any, Any, Any], name: str) -> Iterator[View]:
    found = (adapters.registered(required, view_type, name) for view_type in VIEW_TYPES)
    return (view for view in found if view is not None)


def _request_words(request_type: InterfaceSpec) -> str:
    if request_type is IRequest:
        return "requests without a route"
    return f"route {request_type.__name__.removesuffix('_IRequest')}"


def _type_words(context_type: InterfaceSpec) -> str:
    if context_type is Interface:
        return "any"
    implemented = getattr(context_type, "inherit", None)  # what zope makes for a class knows the class
    return printable(getattr(implemented or context_type, "__name__", context_type))


def _missing(router: Router, request: AnyRequest) -> str:
    """Say what is answered where no view takes the request: the router itself answers one."""
    try:
        response = router.orig_handle_request(request)
    except HTTPException as error:
        known = explain(request, error)
        return "\n".join([f"{error.status}: {known.reason}", *([known.advice] if known.advice else [])])
    except Exception as error:
        return in_words(error)
    return f"{response.status}, Allow: {', '.join(response.allow or ())}"


# --- Shown ---------------------------------------------------------------------------------------------------------


def tell(found: Resolution) -> None:
    """Write for people."""
    echo(heading(found.asked))
    if found.routes:
        echo("\nRoutes, in the order in which they are tried")
        echo_routes(found.routes, "  ")
        if found.match:
            echo(f"  it matched{with_match(found.match)}")
    if found.walk is not None:
        _tell_walk(found.walk)
    if found.groups:
        echo("\nViews, in the order in which they are tried")
        for group in found.groups:
            _tell_group(group, found.chosen)
    elif found.names:
        echo(f"\nViews that there are: {', '.join(map(repr, found.names))}")
    echo()
    echo(heading(found.answer) if found.is_answered else found.answer)


def _tell_walk(walk: WalkFact) -> None:
    echo("\nResources")
    rows = [("root", walk.root), ("context", walk.context)]
    rows += [("traversed", "/".join(walk.traversed))] if walk.traversed else []
    rows += [("view name", repr(walk.view_name))]
    rows += [("subpath", "/".join(walk.subpath))] if walk.subpath else []
    for title, value in rows:
        echo(f"  {title:<9}  {value}")


def _tell_group(group: ViewGroup, chosen: ViewFact | None) -> None:
    echo(f"  for {group.request}, context {group.context}")
    rows = [
        (
            "answers" if view is chosen else ("not asked" if view.refused_by is None else "refuses"),
            view.view,
            _predicate_words(view.predicates),
            view.permission or "",
            shown_place(view.place),
        )
        for view in group.views
    ]
    echo_table(["verdict", "view", "predicates", "permission", "where"], rows, "  ")


def _predicate_words(predicates: Iterable[PredicateFact]) -> str:
    return "; ".join(f"{each.text} ({each.outcome})" for each in predicates)


def as_values(found: Resolution) -> dict[str, Any]:
    """Return everything for programs."""
    walk = found.walk
    resources = None
    if walk is not None:
        resources = {
            "root": walk.root,
            "context": walk.context,
            "traversed": list(walk.traversed),
            "view_name": walk.view_name,
            "subpath": list(walk.subpath),
        }
    groups = [
        {
            "request": group.request,
            "context": group.context,
            "views": [_view_values(view, found.chosen) for view in group.views],
        }
        for group in found.groups
    ]
    return {
        "request": found.asked,
        "routes": [match_values(each) for each in found.routes],
        "match": found.match,
        "resources": resources,
        "views": groups,
        "view_names": found.names,
        "is_answered": found.is_answered,
        "answer": found.answer,
    }


def _view_values(view: ViewFact, chosen: ViewFact | None) -> dict[str, Any]:
    return {
        "view": view.view,
        "answers": view is chosen,
        "predicates": [{"predicate": each.text, "outcome": each.outcome} for each in view.predicates],
        "permission": view.permission,
        **place_values(view.place),
    }
