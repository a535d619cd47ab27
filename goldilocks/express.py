"""The short way of a request: what its life comes to where nobody looks on.

Mostly no tween but the one for errors, no listener and no request factory stands on the way of a request. Then it goes from the
server to the router's story and back in one function, and all that could be looked up beforehand has been.

Mostly it is plain, too: for a route without predicates and without a factory of its own. Then there is a plan for it: the request is
made in one go after its route was found, and the root that nobody chose isn't walked. For the rest, the story is told here once more,
in one function and without those who might listen. And what leads nowhere is answered without a request.

What a view finds, and what happens in which order, is the same on the long way. The answer is good for as long as nothing is
configured (`changes`); the router asks for a new one afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import TYPE_CHECKING, Any, TypeAlias

from zope.interface import providedBy

from goldilocks.changes import changes
from goldilocks.crossorigin import CrossOriginGuard
from goldilocks.edge import READ_QUERY, Edge
from goldilocks.events import BeforeTraversal, ContextFound, NewRequest, NewResponse
from goldilocks.exceptions import PredicateMismatch
from goldilocks.failure import finish_before_end, give_up
from goldilocks.glance import CARE
from goldilocks.httpexceptions import HTTPError
from goldilocks.interfaces import (
    VH_ROOT_KEY,
    IRequest,
    IRouteRequest,
    ITraverser,
    ITweens,
    IViewClassifier,
)
from goldilocks.plans import NOWHERE, TOLD_OF_ROUTES, Plan, Plans, walks_nowhere
from goldilocks.registry import Registry, is_heard
from goldilocks.request import Request, extended_class
from goldilocks.rescue import rescuer
from goldilocks.response import Response
from goldilocks.threadlocal import manager
from goldilocks.traversal import DefaultRootFactory
from goldilocks.traversal.paths import requested_path
from goldilocks.traversal.traverser import traverse, walk_onto
from goldilocks.tweens import excview_tween_factory
from goldilocks.urldispatch import RoutesMapper
from goldilocks.vary import DEPENDS_ON_COOKIE, vary_by_cookie
from goldilocks.viewtable import call_views, view_table

if TYPE_CHECKING:
    from goldilocks.types import AnyRegistry, AnyRequest, AnyResponse, Environ

#: Returns the response to an environment.
ShortWay: TypeAlias = "Callable[[Environ], AnyResponse]"

#: What is remembered of a question that wasn't asked yet: no resolution order, and no views.
_UNKNOWN: tuple[None, tuple[()]] = (None, ())

#: What is told on the way, unless nobody listens.
EVENTS = (NewRequest, BeforeTraversal, ContextFound, NewResponse)


def short_way(router: Any) -> ShortWay | None:
    """Return the short way of a router as it is now, or ``None`` if somebody would look on.

    Args:
        router: the application. Its policy and its request factory are known to be the usual ones.
    """
    if not _is_private(router):
        return None
    plans = Plans(router, extended_class(Request, router.request_extensions))
    # two functions, so that all that a request needs is a local name
    return _short_way(router, plans, _glance(router, plans.literals), _teller(router, plans))


def _short_way(router: Any, plans: Plans, look: Any, tell: Any) -> ShortWay:
    registry, request_class, beginning = router.registry, plans.request_class, plans.beginning
    literals, find_known, find, not_found = plans.literals, plans.find_known, plans.find, plans.not_found
    current, root_class, new, knows_paths = manager.top, DefaultRootFactory, object.__new__, plans.know_paths

    rescue = rescuer(router, request_class)

    # PERF: every scenario: every line is run for every request; what can be known is known by now
    def answer(environ: Environ) -> AnyResponse:
        if look(environ) is not None:
            return router.execution_policy(environ, router)
        match: dict[str, Any] = {}
        path = environ.get("PATH_INFO") or "/"
        plan = literals.get(path)
        if (plan is None or plan[4]) and knows_paths:
            if path.isascii():
                match, plan = find_known(path)
            if plan is None or plan[4]:
                match, plan = find(path, environ.get("REQUEST_METHOD", "GET"))
                if match is NOWHERE and not_found is not None:
                    return not_found(path)
        request: Any = new(request_class)
        root = response = failure = None
        attrs = request.__dict__ = (beginning if plan is None else plan[0]).copy()
        attrs["environ"] = environ
        if plan is not None:
            _, view, finish, _, _ = plan
            attrs["matchdict"] = match
            root = attrs["root"] = attrs["context"] = attrs["virtual_root"] = new(root_class)
        below = current.get()
        frame = [below, request, registry, None]
        current.set(frame)
        try:
            try:
                if plan is None:
                    response = tell(request)
                else:
                    response = view(request) if finish is not None else view(root, request)
                    if response.__class__ is not Response:
                        response = response if finish is None else finish(response, root, request)
                        response = router.missed(request, root) if response is None else response
            except Exception as error:
                failure = response = rescue(request, root, error)
            if "response_callbacks" in attrs or DEPENDS_ON_COOKIE in attrs:
                _complete(router, request, response)
            if "finished_callbacks" in attrs:
                request._process_finished_callbacks()
        except BaseException as error:
            _fail(router, request, response, error)
            raise
        finally:
            if failure is not None or READ_QUERY in environ:
                _cut_circles(request, response)
            attrs.pop("context", None)
            if below or current.get() is not frame:
                current.set(below)
            frame.clear()
        return response

    return answer


def _glance(router: Any, good_paths: Container[str]) -> Callable[[Environ], Any]:
    """Return what looks at requests before anybody else, as `Edge.glance` does."""
    edge, crosses = router.edge, router.cross_origin
    if edge is None and crosses is None:
        return lambda environ: CARE if VH_ROOT_KEY in environ else None

    def needs_care(environ: Environ) -> bool:
        return VH_ROOT_KEY in environ or (crosses is not None and crosses(environ) is not None)

    # what another guard says may depend on more than can be remembered
    if isinstance(edge, Edge) and (crosses is None or crosses.__class__ is CrossOriginGuard):
        return edge.glance(needs_care, good_paths)

    def look(environ: Environ) -> Any:
        return (edge is not None and edge(environ)) or (CARE if needs_care(environ) else None)

    return look


def _teller(router: Any, plans: Plans) -> Callable[[AnyRequest], AnyResponse]:
    """Return what tells the story of a request without a plan: as `Router.handle_request` does, for nobody to listen."""
    registry, mapper, make_usual_root = router.registry, router.routes_mapper, router.root_factory
    if mapper is not None and mapper.__class__ is not RoutesMapper:
        long_story: Callable[[AnyRequest], AnyResponse] = router.orig_handle_request
        return long_story
    find = mapper.table.find if mapper is not None and mapper.routelist else None
    views_for = view_table(registry).find
    # in this order: what another thread changes in between makes what is remembered old, and not new
    known_changes, remembered = changes.count, view_table(registry).remembered()
    traverser_for = registry.adapters.lookup1 if registry.adapters.has_any(ITraverser) else None

    # PERF: traversal, acl, post, routes by method: as in `_short_way`
    def tell(request: AnyRequest) -> AnyResponse:
        attrs = request.__dict__
        attrs["request_iface"] = IRequest
        make_root, match, path = make_usual_root, None, None
        if find is not None:
            path = requested_path(request)
            found = find(path, request)
            if found is not None:
                route, match = found
                plan = plans.of(route)
                if plan is not None and (not plan[3] or walks_nowhere(match)):
                    return _follow(router, plan, request, match)
                attrs["matchdict"], attrs["matched_route"] = match, route
                attrs["request_iface"] = registry.queryUtility(
                    IRouteRequest, name=route.name, default=IRequest
                )
                make_root = route.factory or make_usual_root
        root = attrs["root"] = make_root(request)
        # who makes the root, or a resource on the way, may have configured something; the same request heeds it
        lookup = traverser_for if changes.count == known_changes else registry.adapters.lookup1
        make_traverser = None if lookup is None else lookup(providedBy(root), ITraverser)
        if make_traverser is not None:
            attrs.update(make_traverser(root)(request))
        elif match is not None:
            attrs.update(traverse(root, request))
        else:
            walk_onto(attrs, root, requested_path(request) if path is None else path)
        context, view_name = attrs["context"], attrs["view_name"]
        question = IViewClassifier, attrs["request_iface"], providedBy(context), view_name
        resolution, views = remembered.get(question, _UNKNOWN)
        if resolution is not question[2].__sro__ or changes.count != known_changes:
            views = views_for(*question)
        try:
            response = views[0](context, request) if len(views) == 1 else call_views(views, context, request)
        except PredicateMismatch as mismatch:
            return router.refused(request, context, view_name, mismatch)
        return router.missed(request, context) if response is None else response

    return tell


def _follow(router: Any, plan: Plan, request: AnyRequest, match: dict[str, Any]) -> AnyResponse:
    """Answer a request by the plan of its route, whose predicates hold."""
    attrs, (known, view, finish, may_be_walked, _) = request.__dict__, plan
    for name in TOLD_OF_ROUTES:
        attrs[name] = known[name]
    attrs["matchdict"] = match
    if may_be_walked and "subpath" in match:
        attrs["subpath"] = match["subpath"]
    root = attrs["root"] = attrs["context"] = attrs["virtual_root"] = DefaultRootFactory(request)
    try:
        response = view(root, request) if finish is None else view(request)
        if response.__class__ is not Response and finish is not None:
            response = finish(response, root, request)
    except PredicateMismatch as mismatch:
        return router.refused(request, root, "", mismatch)
    return router.missed(request, root) if response is None else response


def _complete(router: Any, request: AnyRequest, response: AnyResponse) -> None:
    """Let those who asked for it have a hand in the response, and say that it depends on cookies if it does."""
    attrs = request.__dict__
    if "response_callbacks" in attrs:
        request._process_response_callbacks(response)
    if DEPENDS_ON_COOKIE in attrs and router.varies_by_cookie:
        vary_by_cookie(response)
    # PERF: csrf; ours can. To ask for its class, it would have to be imported
    let_go = getattr(attrs.get("session"), "let_go_of_request", None)
    if let_go is not None:
        let_go()


def _fail(router: Any, request: AnyRequest, response: AnyResponse, error: BaseException) -> None:
    """Let go of a request that ends with an error, in the order in which the router does it."""
    try:
        finish_before_end(request, error)
        request._process_finished_callbacks()
    finally:
        give_up(router, request, response)


def _cut_circles(request: AnyRequest, response: AnyResponse) -> None:
    """Let go of the error that was answered, and of the query that was read."""
    # PERF: errors, post: the error knows the frames that know the request and the answer, and the query the environment in which it is
    # kept: of such circles only the collector gets rid
    attrs = request.__dict__
    attrs.pop("exception", None)
    attrs.pop("exc_info", None)
    request.environ.pop(READ_QUERY, None)
    if isinstance(response, HTTPError):  # of a redirection the line that raised it may still be asked for
        response.__traceback__ = None


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
