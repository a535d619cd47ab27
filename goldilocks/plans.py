"""What is known of requests before they come: of a plain route's, all but the match; of a path that leads nowhere, the answer.

Plans are made when a route is met for the first time, and hold for as long as nothing is configured; `express` follows them.
A route is plain if it has no factory of its own, and so a root that nobody chose, from which nothing is walked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from webob.request import BaseRequest
from zope.interface import implementedBy

from goldilocks.httpexceptions import HTTPNotFound, default_exceptionresponse_view
from goldilocks.interfaces import IRequest, IRouteRequest, ITraverser, IViewClassifier
from goldilocks.pipeline import Finisher, taken_apart
from goldilocks.reticence import reticent_page
from goldilocks.traversal import DefaultRootFactory
from goldilocks.traversal.paths import decode_path_info, split_path_info
from goldilocks.urldispatch import Route, RoutesMapper
from goldilocks.viewindex import sieves_of, values_passed
from goldilocks.viewset import ViewSet, entry_of
from goldilocks.viewtable import call_views, view_table

if TYPE_CHECKING:
    from goldilocks.types import AnyResponse

#: What a request of one route knows before its view is called; the view; what finishes its
#: result, if the view is a function of the request alone; whether the pattern may have given something to walk along; and
#: the route's predicates, a list that is empty, but may grow.
Plan: TypeAlias = "tuple[dict[str, Any], Callable[..., Any], Finisher | None, bool, Sequence[Any]]"
#: What is found for a path: what the route matched, and the plan of the route. No plan: it isn't plain.
Found: TypeAlias = "tuple[dict[str, Any], Plan | None]"

#: What is found instead of a match where neither a route nor a view is there for a path.
NOWHERE: dict[str, Any] = {}

#: What a request knows of a plain route, and of the walk that isn't made, but for the match and the root.
TOLD_OF_ROUTES = (
    "request_iface",
    "matched_route",
    "view_name",
    "subpath",
    "traversed",
    "virtual_root_path",
)

#: Names in a pattern that mean something to a walk.
WALK_NAMES = frozenset(("traverse", "subpath"))

_UNKNOWN: Found = ({}, None)
_MISSING: Found = (NOWHERE, None)

#: A root that nobody chose.
_ROOT = implementedBy(DefaultRootFactory)


class Plans:
    """The plans of an application.

    Args:
        router: the application.
        request_class: of its requests.

    Attributes:
        request_class: as it was said.
        beginning: what every request knows.
        know_paths: whether there is anything to find for any path.
        literals: the plans of paths that are the whole of a pattern, as far as they were met; no more than there are routes.
    """

    def __init__(self, router: Any, request_class: type) -> None:
        self.request_class = request_class
        self.beginning = {
            "environ": None,
            "registry": router.registry,
            "invoke_subrequest": router.invoke_subrequest,
            **router.request_defaults,
        }
        self.literals: dict[str, Plan] = {}
        self._registry = router.registry
        self._plans: dict[Any, Plan | None] = {}
        # PERF: routes by method: it need not be asked of a request, unless that gives an answer of its own
        self._has_plain_method = getattr(request_class, "method", None) is BaseRequest.method
        self._views = view_table(router.registry).find
        mapper = router.routes_mapper
        self._table = mapper.table if mapper is not None and mapper.__class__ is RoutesMapper else None
        is_walked = router.registry.adapters.lookup1(_ROOT, ITraverser) is not None
        is_root_usual = router.root_factory is DefaultRootFactory and not is_walked
        self._has_plans = is_root_usual and self._table is not None and bool(mapper.routelist)
        self._shortcut = self._table.shortcut() if self._has_plans and self._table is not None else None
        #: Finds for a path in ASCII what a plan's route matches, and the plan, if `find` has found it before for such a path.
        self.find_known: Callable[[str], Found] = (
            (lambda path: _UNKNOWN) if self._shortcut is None else self._shortcut.find
        )
        can_miss = is_root_usual and (mapper is None or self._table is not None)
        #: Makes the answer to a path for which there is neither a route nor a view, as it is known where nobody looks on.
        self.not_found = None if router.debug_notfound or not can_miss else _usual_not_found(router.registry)
        # PERF: traversal, acl: where all depends on a walk, nothing is looked for beforehand
        self.know_paths = self._has_plans or self.not_found is not None

    def find(self, raw: str, method: str) -> Found:
        """Return what is known of a path.

        Args:
            raw: as the server says it.
            method: of the request.
        """
        path = raw
        if not path.isascii():
            try:
                path = path.encode("latin-1").decode()
            except UnicodeError:
                return _UNKNOWN
        if self._table is None or not self._has_plans:
            return _MISSING if self._leads_nowhere(path) else _UNKNOWN
        find = self._table.find
        found = find(path, None, method if self._has_plain_method else None)
        if found is None:
            return _MISSING if self._leads_nowhere(path) else _UNKNOWN
        route, match = found
        plan = self.of(route)
        if plan is None:
            return _UNKNOWN
        if plan[3]:
            return (match, _with_subpath(plan, match)) if walks_nowhere(match) else _UNKNOWN
        # what is remembered must hold for all methods; and of a path with a percent sign it isn't known what it was before
        is_always_found = path == route.compiled.literal and not plan[4] and find(path, None) is not None
        if is_always_found and "%" not in raw:
            self.literals[raw] = plan
        elif raw is path and not plan[4] and self._shortcut is not None:
            self._shortcut.learn(path, route, plan)
        return match, plan

    def of(self, route: Any) -> Plan | None:
        """Return the plan of a route; ``None`` if it isn't plain, or has no view."""
        if route not in self._plans:
            self._plans[route] = self._made(route)
        return self._plans[route]

    def _made(self, route: Any) -> Plan | None:
        if not self._has_plans or route.__class__ is not Route or route.factory is not None:
            return None
        request_iface = self._registry.queryUtility(IRouteRequest, name=route.name, default=IRequest)
        views = self._views(IViewClassifier, request_iface, _ROOT, "")
        if not views:
            return None
        # PERF: hello: places for what comes later, so that the dictionary doesn't grow
        later = dict.fromkeys(("matchdict", "root", "context", "virtual_root"))
        told = dict(zip(TOLD_OF_ROUTES, (request_iface, route, "", (), (), ()), strict=True))
        known = {**self.beginning, **told, **later}
        may_be_walked = _may_be_walked(route)
        function, finish = taken_apart(views[0]) if len(views) == 1 else (None, None)
        if function is not None:
            return known, function, finish, may_be_walked, route.predicates
        view = self._by_method(views[0]) if len(views) == 1 else partial(call_views, views)
        # PERF: views-20: a method is called quicker than an object that has one
        view = view.__call__ if view.__class__ is ViewSet else view
        return known, view, None, may_be_walked, route.predicates

    def _by_method(self, view: Any) -> Callable[[Any, Any], Any]:
        """Return what does as a view; it isn't asked for its predicates, if these only ask for the method."""
        entry = entry_of(view)
        methods = values_passed(entry.predicates, "method") if self._has_plain_method else None
        if methods is None or entry.derived is not view:
            return view

        # PERF: post
        call = entry.call

        def view_by_method(context: Any, request: Any) -> Any:
            if request.environ.get("REQUEST_METHOD", "GET") in methods:
                return call(context, request)
            return view(context, request)

        return view_by_method

    def _leads_nowhere(self, path: str) -> bool:
        """Tell whether no route could match a path, whatever else is in the request, and no view has its first name."""
        if self.not_found is None or "@@" in path:
            return False
        if self._table is not None and self._table.candidates(path):
            return False
        names = split_path_info(path)
        return not self._views(IViewClassifier, IRequest, _ROOT, names[0] if names else "")


def _may_be_walked(route: Any) -> bool:
    """Tell whether what a route matches may say where to walk: by its pattern, or by a predicate, ``traverse=`` above all."""
    names = route.compiled.names
    # PERF: routes by method: of some it is known that they only look
    by_predicate = any(sieves_of(predicate) is None for predicate in route.predicates)
    return names is None or by_predicate or not WALK_NAMES.isdisjoint(dict(names))


def walks_nowhere(match: dict[str, Any]) -> bool:
    """Tell whether nothing is left of a walk but a subpath that is known already."""
    return "traverse" not in match and match.get("subpath", ()).__class__ is tuple


def _with_subpath(plan: Plan, match: dict[str, Any]) -> Plan:
    """Return a plan for one request, of whose walk nothing is left but the subpath."""
    return ({**plan[0], "subpath": match["subpath"]}, *plan[1:]) if "subpath" in match else plan


def _usual_not_found(registry: Any) -> Callable[[str], AnyResponse] | None:
    """Return what makes the page for a path that leads nowhere, or ``None`` if the application has a say in it."""
    views = view_table(registry).find_for_error(IRequest.combined, HTTPNotFound())
    entry = entry_of(views[0]) if len(views) == 1 else None
    if (
        entry is None
        or entry.original is not default_exceptionresponse_view
        or entry.stages != ("rendered_view",)
    ):
        return None
    # what the framework tells about an error of its own, the reticent page leaves out
    page = registry.__dict__.get("exception_page")
    if page is reticent_page:
        return lambda path: HTTPNotFound()
    return (lambda path: HTTPNotFound(decode_path_info(path))) if page is None else None
