"""The short way of a request: what its life comes to where nobody looks on.

Mostly no tween but the one for errors, no listener and no request factory stands on the way of a request. Then it goes from the
server to the router's story and back in one function, and all that could be looked up beforehand has been.

And mostly it is plain: for a route without predicates and without a factory of its own. Then the story itself has been told
beforehand: the request is made in one go after its route was found, and the root that nobody chose isn't walked.

What a view finds, and what happens in which order, is the same on the long way. The answer is good for as long as nothing is
configured (`changes`); the router asks for a new one afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from zope.interface import implementedBy

from goldilocks.csrf import SAFE_METHODS
from goldilocks.events import BeforeTraversal, ContextFound, NewRequest, NewResponse
from goldilocks.exceptions import PredicateMismatch
from goldilocks.interfaces import (
    VH_ROOT_KEY,
    IRequest,
    IRouteRequest,
    ITraverser,
    ITweens,
    IViewClassifier,
)
from goldilocks.outlet import vary_by_cookie
from goldilocks.pipeline import Finisher, taken_apart
from goldilocks.registry import Registry, is_heard
from goldilocks.request import Request, extended_class
from goldilocks.response import Response
from goldilocks.threadlocal import manager
from goldilocks.traversal import DefaultRootFactory
from goldilocks.tweens import _error_handler, excview_tween_factory
from goldilocks.urldispatch import Route, RoutesMapper
from goldilocks.viewtable import call_views, view_table

if TYPE_CHECKING:
    from goldilocks.types import AnyRegistry, AnyRequest, AnyResponse, Context, Environ

#: Returns the response to an environment.
ShortWay: TypeAlias = "Callable[[Environ], AnyResponse]"
#: What a plain request of one route knows before its view is called; the view; what finishes its result, if the view is a
#: function of the request alone; whether the pattern may have given something to walk along; and the route's predicates,
#: a list that is empty, but may grow.
Plan: TypeAlias = "tuple[dict[str, Any], Callable[..., Any], Finisher | None, bool, Sequence[Any]]"

#: Names in a pattern that mean something to a walk.
WALK_NAMES = frozenset(("traverse", "subpath"))

#: What is told on the way, unless nobody listens.
EVENTS = (NewRequest, BeforeTraversal, ContextFound, NewResponse)


def short_way(router: Any) -> ShortWay | None:
    """Return the short way of a router as it is now, or ``None`` if somebody would look on.

    Args:
        router: the application. Its policy and its request factory are known to be the usual ones.
    """
    if not _is_private(router):
        return None
    # two functions, so that all that a request needs is a local name
    return _short_way(router, extended_class(Request, router.request_extensions))


def _short_way(router: Any, request_class: type) -> ShortWay:
    registry, handle, edge = router.registry, router.orig_handle_request, router.edge
    refusal, crosses, beginning = getattr(edge, "look", edge), router.cross_origin, _beginning(router)
    current, root_class, literals = manager.top, DefaultRootFactory, dict[str, Plan]()
    plan_for, new = _planner(router, literals), object.__new__

    # PERF: every scenario: every line is run for every request; what can be known is known by now
    def answer(environ: Environ) -> AnyResponse:
        if refusal is not None and refusal(environ) is not None:
            return router.execution_policy(environ, router)
        path = environ.get("PATH_INFO") or "/"
        match: dict[str, Any] = {}
        plan = literals.get(path)
        if plan is None or plan[4]:
            match, plan = plan_for(path)
        if VH_ROOT_KEY in environ or (
            crosses and environ.get("REQUEST_METHOD") not in SAFE_METHODS and crosses(environ)
        ):
            plan = None  # there is a virtual root, or the view must be asked whether it wants other sites' requests
        request: Any = new(request_class)
        root = None
        attrs = request.__dict__ = (beginning if plan is None else plan[0]).copy()
        attrs["environ"] = environ
        if plan is not None:
            _, view, finish, may_be_walked, _ = plan
            attrs["matchdict"] = match
            if may_be_walked and "subpath" in match:  # PERF: static: of the walk, nothing else is left
                attrs["subpath"] = match["subpath"]
            root = attrs["root"] = attrs["context"] = attrs["virtual_root"] = new(root_class)
        below = current.get()
        current.set((below, request, registry))
        response = None
        try:
            try:
                if root is None:
                    response = handle(request)
                else:
                    response = view(request) if finish is not None else view(root, request)
                    if response.__class__ is not Response:
                        response = response if finish is None else finish(response, root, request)
                        response = router.missed(request, root) if response is None else response
            except Exception as error:
                response = _rescue(router, request, root, error)
            if "response_callbacks" in attrs:
                request._process_response_callbacks(response)
            if "_depends_on_cookie" in attrs and router.varies_by_cookie:
                vary_by_cookie(response)
        except BaseException:
            close_body(response)
            raise
        finally:
            if "finished_callbacks" in attrs:
                _call_back(request, response, below)
            attrs.pop("context", None)
            current.set(below)
        return response

    return answer


def _rescue(router: Any, request: AnyRequest, root: Context, error: Exception) -> AnyResponse:
    """Answer an error as the tween for errors would have done, while it is being handled; it may be about the method."""
    if root is None or not isinstance(error, PredicateMismatch):
        return _error_handler(request, error)
    try:
        return router.refused(request, root, "", error)
    except Exception as refusal:
        return _error_handler(request, refusal)


def _call_back(request: AnyRequest, response: AnyResponse, below: Any) -> None:
    """Call the finished callbacks of a request; if one fails, nobody will send the response, and the request is over."""
    try:
        request._process_finished_callbacks()
    except BaseException:
        manager.top.set(below)
        close_body(response)
        raise


def _is_private(router: Any) -> bool:
    """Tell whether nobody stands on the way of this router's requests who might look at them, or at the router."""
    registry = router.registry
    return (
        isinstance(registry, Registry)
        and not router.debug_routematch
        and _has_usual_tweens(registry)
        and not any(is_heard(registry, event) for event in EVENTS)
    )


def _has_usual_tweens(registry: AnyRegistry) -> bool:
    tweens = registry.queryUtility(ITweens)
    pairs = () if tweens is None else (tweens.explicit or tweens.implicit())
    return [factory for _, factory in pairs] == [excview_tween_factory]


#: What is found for an environment: what the route matched, and the plan of the route. No plan: it isn't plain.
Found: TypeAlias = "tuple[dict[str, Any], Plan | None]"
_NOTHING: Found = ({}, None)


def _planner(router: Any, literals: dict[str, Plan]) -> Callable[[str], Found]:
    """Return what finds the plan for a path.

    Args:
        router: the application.
        literals: is filled with the plans of paths that are the whole of a pattern; there are no more than routes.
    """
    mapper = router.routes_mapper
    if (
        router.root_factory is not DefaultRootFactory
        or mapper.__class__ is not RoutesMapper
        or not mapper.routelist
    ):
        return lambda path: _NOTHING
    find = mapper.table.find
    plans: dict[Any, Plan | None] = {}

    def plan_for(raw: str) -> Found:
        path = raw
        if not path.isascii():
            try:
                path = path.encode("latin-1").decode()
            except UnicodeError:
                return _NOTHING
        found = find(path, None)
        if found is None:
            return _NOTHING
        route, match = found
        if route in plans:
            plan = plans[route]
        else:
            plan = plans[route] = _plan(router, route)
            if plan is not None and path == route.compiled.literal:
                literals[raw] = plan
        if plan is None:
            return _NOTHING
        if plan[3] and ("traverse" in match or match.get("subpath", ()).__class__ is not tuple):
            return _NOTHING
        return match, plan

    return plan_for


def _beginning(router: Any) -> dict[str, Any]:
    """Return what every request knows from its beginning."""
    return {
        "environ": None,
        "registry": router.registry,
        "invoke_subrequest": router.invoke_subrequest,
        **router.request_defaults,
    }


def _plan(router: Any, route: Any) -> Plan | None:
    """Return what a request of a route knows, and its view; ``None`` for what isn't plain."""
    registry = router.registry
    is_walked = registry.adapters.lookup((implementedBy(DefaultRootFactory),), ITraverser) is not None
    if route.__class__ is not Route or route.factory is not None or is_walked:
        return None
    request_iface = registry.queryUtility(IRouteRequest, name=route.name, default=IRequest)
    views = view_table(registry).find(IViewClassifier, request_iface, implementedBy(DefaultRootFactory), "")
    if not views:
        return None
    known = {
        **_beginning(router),
        "request_iface": request_iface,
        "matchdict": None,
        "matched_route": route,
        "root": None,
        "context": None,
        "view_name": "",
        "subpath": (),
        "traversed": (),
        "virtual_root": None,
        "virtual_root_path": (),
    }
    names = route.compiled.names
    may_be_walked = names is None or not WALK_NAMES.isdisjoint(dict(names))
    function, finish = taken_apart(views[0]) if len(views) == 1 else (None, None)
    if function is not None:
        return known, function, finish, may_be_walked, route.predicates
    view = views[0] if len(views) == 1 else partial(call_views, views)
    return known, view, None, may_be_walked, route.predicates


def close_body(response: AnyResponse) -> None:
    """Close the body of a response that nobody will send."""
    close = getattr(getattr(response, "app_iter", None), "close", None)
    if close is not None:
        close()
