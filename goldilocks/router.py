"""The life of a request, told in order.

``Router`` is the WSGI application. What happens to a request stands in `Router.handle_request`, a step a line; around
it the tweens, around them `Router.invoke_request` (callbacks, ``NewResponse``), around that the execution policy.
Everything that can be decided when the application is made is decided in ``__init__``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from zope.interface import implementedBy, implementer, providedBy

from goldilocks.changes import changes
from goldilocks.crossorigin import CrossOriginGuard, call_across_origins, objection_to
from goldilocks.csrf import SAFE_METHODS
from goldilocks.edge import READ_QUERY, Edge
from goldilocks.events import BeforeTraversal, ContextFound, NewRequest, NewResponse
from goldilocks.exceptions import PredicateMismatch, is_refusal
from goldilocks.express import EVENTS, ShortWay, short_way
from goldilocks.failure import answer_failure, close_body, finish_before_end, give_up, is_answered, tell
from goldilocks.headerplaces import note_places, pointing
from goldilocks.httpexceptions import HTTPException, HTTPNotFound
from goldilocks.interfaces import (
    VH_ROOT_KEY,
    IDebugLogger,
    IExecutionPolicy,
    IRequest,
    IRequestExtensions,
    IRequestFactory,
    IRootFactory,
    IRouter,
    IRouteRequest,
    IRoutesMapper,
    ITraverser,
    ITweens,
    IViewClassifier,
)
from goldilocks.limits import Limits
from goldilocks.methods import allowed_by_routes, allowed_by_views, wrong_method
from goldilocks.names import DEBUG_SETTING
from goldilocks.outlet import Outlet, lines_as_made, outlet
from goldilocks.plans import WALK_NAMES
from goldilocks.registry import is_heard
from goldilocks.request import Request, apply_request_extensions
from goldilocks.response import Response
from goldilocks.threadlocal import RequestContext
from goldilocks.traversal import DefaultRootFactory
from goldilocks.traversal.paths import requested_path
from goldilocks.traversal.traverser import traverse
from goldilocks.tweens import _error_handler, has_met_views
from goldilocks.urldispatch import RoutesMapper
from goldilocks.vary import DEPENDS_ON_COOKIE, VARY_SETTING, pass_note_on, vary_by_cookie
from goldilocks.viewcalls import _call_view
from goldilocks.viewtable import ViewTable, call_views, view_table

if TYPE_CHECKING:
    from goldilocks.types import (
        AnyRegistry,
        AnyRequest,
        AnyResponse,
        Context,
        Environ,
        Handler,
        InterfaceSpec,
        StartResponse,
    )

#: What views are called by, unless somebody has put something else at its name in this module.
_usual_call_view = _call_view

#: Steps that add-ons replace on a router: then every request goes through them.
_OPEN_STEPS = frozenset(("finish_request", "invoke_request", "invoke_subrequest", "request_context"))

_ALL_EVENTS = frozenset(EVENTS)

#: What a request knows of a walk that didn't go anywhere.
_NOTHING_WALKED = {"view_name": "", "subpath": (), "traversed": (), "virtual_root_path": ()}


class _Around:
    """What a request meets, as long as nothing is configured."""

    __slots__ = (
        "added",
        "added_with_cookie",
        "heard",
        "is_root_plain",
        "known_changes",
        "lines",
        "route_types",
        "short_way",
        "views",
    )

    def __init__(
        self,
        known_changes: int,
        heard: frozenset[type],
        views: ViewTable,
        route_types: dict[str, InterfaceSpec],
        short_way: ShortWay | None,
        is_root_plain: bool,
        outlet: Outlet | None,
    ) -> None:
        self.known_changes = known_changes
        self.heard = heard
        self.views = views
        self.route_types = route_types
        self.short_way = short_way
        #: Whether the default root is walked as usual.
        self.is_root_plain = is_root_plain
        #: How a response is sent that is as it was made.
        self.lines, self.added, self.added_with_cookie = lines_as_made(outlet)


@implementer(IRouter)
class Router:
    """The WSGI application of one registry.

    Args:
        registry: the committed record.
    """

    debug_notfound = False
    debug_routematch = False
    #: Whether a wrong method is 405 with ``Allow`` rather than 404, and ``OPTIONS`` is answered.
    explains_methods = False
    #: Whether an error that nothing else answers is logged and answered with 500, rather than passed on to the server.
    answers_errors = False
    #: Whether that answer shows the traceback.
    explains_errors = False
    #: Says what is wrong with an environment before anything reads it; ``None``: nobody looks.
    edge: Callable[[Environ], Exception | None] | None = None
    #: Says what speaks against an unsafe request that another site's page sent; ``None``: nobody looks.
    cross_origin: CrossOriginGuard | None = None
    #: What every request knows from the beginning.
    request_defaults: Mapping[str, Any] = MappingProxyType({})
    _around: _Around

    #: Whether what was made with a look at a session, an identity or a CSRF token says so to caches.
    varies_by_cookie = False
    #: Sends what is ours; ``None``: as it is.
    outlet: Outlet | None = None

    def __init__(self, registry: AnyRegistry) -> None:
        seat = registry.queryUtility
        self.registry = registry
        self.logger = seat(IDebugLogger)
        self.root_factory = seat(IRootFactory, default=DefaultRootFactory)
        # COMPAT: Router.root_policy, its name before routes had factories
        self.root_policy = self.root_factory
        self.routes_mapper = seat(IRoutesMapper)
        self.request_factory = seat(IRequestFactory, default=Request)
        self.request_extensions = seat(IRequestExtensions)
        self.execution_policy = seat(IExecutionPolicy, default=default_execution_policy)
        self.orig_handle_request: Handler = self.handle_request
        tweens = seat(ITweens)
        if tweens is not None:
            self.handle_request = tweens(self.handle_request, registry)  # type: ignore[method-assign]
        settings = registry.settings
        if settings is not None:
            self.debug_notfound = settings["debug_notfound"]
            self.debug_routematch = settings["debug_routematch"]
            self.explains_methods = settings.get("goldilocks.method_not_allowed", False)
            self.answers_errors = settings.get("goldilocks.answer_errors", False)
            self.explains_errors = settings.get(DEBUG_SETTING, False)
            self.edge = Edge.from_settings(settings)
            self.cross_origin = CrossOriginGuard.from_settings(settings)
            self.request_defaults = {"limits": Limits.from_settings(settings)}
            self.varies_by_cookie = settings.get(VARY_SETTING, False)
        self.outlet = outlet({} if settings is None else settings)
        if self.explains_errors and self.outlet is not None:
            note_places()
            self.outlet = pointing(self.outlet)
        self._own_handler = self.handle_request
        self._look_around()

    def __setattr__(self, name: str, value: Any) -> None:
        """Let whatever is written count from the next request on."""
        object.__setattr__(self, name, value)
        changes.count += 1

    # -- the door

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, as PEP 3333 wants it."""
        has_response = False
        try:
            around = self._around
            if changes.count != around.known_changes:
                around = self._look_around()
            # COMPAT: whoever replaces the name by which views are called wants to be called for each request
            answer = around.short_way if _call_view is _usual_call_view else None
            response = self.execution_policy(environ, self) if answer is None else answer(environ)
            has_response = True
            # PERF: hello, json: most responses are sent as they were made
            if response.__class__ is Response and response._status in around.lines:
                headers, is_conditional = response._headerlist, response.conditional_response
                if (
                    headers == response._fit_headers
                    and not is_conditional
                    and environ["REQUEST_METHOD"] != "HEAD"
                ):
                    added = around.added if response._own_cookie is None else around.added_with_cookie
                    start_response(response._status, headers + added)
                    return response._app_iter
            outlet = self.outlet
            if outlet is None:
                return response(environ, start_response)
            return outlet(response, environ, start_response)
        except BaseException as error:
            if has_response:
                close_body(response)
            if not is_answered(error, environ, self.answers_errors):
                raise
            return answer_failure(self, error, environ, start_response, has_response)

    def _look_around(self) -> _Around:
        """Find out anew what a request will meet, after something was configured."""
        registry, known = self.registry, self.__dict__
        known_changes = changes.count
        is_usual = (
            self.__class__ is Router
            and self.execution_policy is default_execution_policy
            and self.request_factory is Request
            and self.handle_request is self._own_handler
            and not _OPEN_STEPS & known.keys()
        )
        around = _Around(
            known_changes,
            frozenset(event for event in EVENTS if is_heard(registry, event)),
            view_table(registry),
            {},
            short_way(self) if is_usual else None,
            registry.adapters.lookup1(implementedBy(DefaultRootFactory), ITraverser) is None,
            self.outlet,
        )
        known["_around"] = around  # behind `__setattr__`: this is no change
        return around

    def request_context(self, environ: Environ) -> RequestContext:
        """Make the request, and return the context that makes it the current one."""
        request = self.request_factory(environ)
        self._introduce(request)
        return RequestContext(request)

    def invoke_subrequest(self, request: AnyRequest, use_tweens: bool = False) -> AnyResponse:
        """Answer another request on behalf of the current one, and return the response.

        Args:
            request: made by hand, for example by ``Request.blank``.
            use_tweens: send it through the tweens, the one for exception views among them.
        """
        self._introduce(request)
        try:
            with RequestContext(request):
                return self._invoke(request, self.handle_request if use_tweens else self.orig_handle_request)
        finally:
            pass_note_on(request)

    def invoke_request(self, request: AnyRequest, _use_tweens: bool = True) -> AnyResponse:
        """Answer a request that is the current one: handle it, then call back and tell those who wait for it."""
        handle = self.handle_request if _use_tweens else self.orig_handle_request
        refusal = None if self.edge is None else self.edge(request.environ)
        return self._invoke(request, handle if refusal is None else _refusing(refusal))

    def _invoke(self, request: AnyRequest, handle: Handler) -> AnyResponse:
        response = refusal = None
        try:
            try:
                try:
                    response = handle(request)
                except Exception as error:
                    # by the edge, or by a tween over the exception views that has read what can't be read
                    if handle == self.orig_handle_request or not is_refusal(error) or has_met_views(error):
                        raise
                    refusal = error
                    response = _error_handler(request, error)
                attrs = request.__dict__
                if "response_callbacks" in attrs:
                    request._process_response_callbacks(response)
                # asked for anew: the story may have been told by a step of an add-on's
                around = self._around if changes.count == self._around.known_changes else self._look_around()
                if NewResponse in around.heard:
                    self.registry.notify(NewResponse(request, response))
                # last: whoever has had a hand in the response may have looked at a session
                if DEPENDS_ON_COOKIE in attrs and self.varies_by_cookie:
                    vary_by_cookie(response)
            except BaseException as error:
                finish_before_end(request, error)
                raise
            finally:
                self.finish_request(request)
        except BaseException as error:
            give_up(self, request, response)
            if refusal is None or isinstance(error, HTTPException) or not isinstance(error, Exception):
                raise
            # whoever was to answer, or to hear of the answer, may have needed what a tween or a subscriber prepares
            tell(error, request.environ)
            raise refusal from None
        return response

    def finish_request(self, request: AnyRequest) -> None:
        """Call the finished callbacks, and let go of the context: it may hold the request."""
        attrs = request.__dict__
        if "finished_callbacks" in attrs:
            request._process_finished_callbacks()
        attrs.pop("context", None)
        # a query that was read knows the environment in which it is kept
        request.environ.pop(READ_QUERY, None)

    def _introduce(self, request: AnyRequest) -> None:
        attrs = request.__dict__
        attrs["registry"] = self.registry
        attrs["invoke_subrequest"] = self.invoke_subrequest
        attrs.update(self.request_defaults)
        if self.request_extensions is not None:
            apply_request_extensions(request, extensions=self.request_extensions)

    # -- the story

    def handle_request(self, request: AnyRequest) -> AnyResponse:
        """Find the view that answers a request, and call it.

        Raises:
            HTTPNotFound: there is none.
            PredicateMismatch: there are some, and none takes this request.
        """
        around = self._around if changes.count == self._around.known_changes else self._look_around()
        registry, attrs = request.registry, request.__dict__
        is_mine = registry is self.registry
        heard = around.heard if is_mine else _ALL_EVENTS

        attrs["request_iface"] = IRequest  # before all listeners: one of them may choose another
        if heard and NewRequest in heard:
            registry.notify(NewRequest(request))
        root_factory = self._match_route(request)
        if heard and BeforeTraversal in heard:
            registry.notify(BeforeTraversal(request))
        context, view_name = self._walk(request, root_factory)
        if heard and ContextFound in heard:
            registry.notify(ContextFound(request))
        objection = None
        if self.cross_origin is not None and request.environ.get("REQUEST_METHOD") not in SAFE_METHODS:
            objection = objection_to(request, self.cross_origin)
        try:
            if objection is not None:
                views = view_table(registry).find(
                    IViewClassifier, attrs["request_iface"], providedBy(context), view_name
                )
                response = call_across_origins(views, context, request, objection)
            # COMPAT: found under this name of this module when called: error reporters put a function of theirs around it
            elif _call_view is _usual_call_view:
                table = around.views if is_mine else view_table(registry)
                views = table.find(IViewClassifier, attrs["request_iface"], providedBy(context), view_name)
                # PERF: traversal, acl: mostly there is one
                response = (
                    views[0](context, request) if len(views) == 1 else call_views(views, context, request)
                )
            else:
                response = _call_view(registry, request, context, providedBy(context), view_name)
        except PredicateMismatch as mismatch:
            return self.refused(request, context, view_name, mismatch)
        if response is None:
            return self.missed(request, context)
        return response

    def _match_route(self, request: AnyRequest) -> Any:
        """Let the first route that matches take the request; return the factory of the root to walk from."""
        mapper = self.routes_mapper
        if mapper is None:
            return self.root_factory
        if mapper.__class__ is RoutesMapper:
            found = mapper.find(requested_path(request), request)
        else:
            info = mapper(request)
            found = None if info["route"] is None else (info["route"], info["match"])
        if self.debug_routematch:
            self._log_routematch(request, found)
        if found is None:
            return self.root_factory
        attrs = request.__dict__
        route, attrs["matchdict"] = found
        attrs["matched_route"] = route
        # PERF: acl: the record is asked for the type of a route's requests once for each configuration
        name, types = route.name, self._around.route_types if request.registry is self.registry else {}
        if name not in types:
            types[name] = request.registry.queryUtility(IRouteRequest, name=name, default=IRequest)
        attrs["request_iface"] = types[name]
        return route.factory or self.root_factory

    def _walk(self, request: AnyRequest, root_factory: Any) -> tuple[Context, str]:
        """Make the root, walk from it, and write down on the request where the walk led."""
        attrs = request.__dict__
        match = attrs.get("matchdict")
        # PERF: routes by method, and all that goes the long way: a root that nobody chose, and a route that leads nowhere else
        if (
            root_factory is DefaultRootFactory
            and match is not None
            and WALK_NAMES.isdisjoint(match)
            and VH_ROOT_KEY not in request.environ
            and self._around.is_root_plain
            and request.registry is self.registry
        ):
            attrs.update(_NOTHING_WALKED)
            root = attrs["root"] = attrs["context"] = attrs["virtual_root"] = root_factory(request)
            return root, ""
        root = attrs["root"] = root_factory(request)
        make_traverser = request.registry.adapters.lookup1(providedBy(root), ITraverser)
        traverser = None if make_traverser is None else make_traverser(root)
        found = traverse(root, request) if traverser is None else traverser(request)
        attrs.update(found)
        return found["context"], found["view_name"]

    # -- when nobody answers

    def refused(
        self, request: AnyRequest, context: Context, view_name: str, mismatch: PredicateMismatch
    ) -> AnyResponse:
        """Answer a request that no view took: 405 if another method would have been taken, else the mismatch itself."""
        if self.explains_methods:
            views = view_table(request.registry).find(
                IViewClassifier, request.request_iface, providedBy(context), view_name
            )
            allowed = allowed_by_views(views, context, request)
            if allowed:
                return wrong_method(request, allowed, mismatch)
        raise mismatch

    def missed(self, request: AnyRequest, context: Context) -> AnyResponse:
        """Answer a request that there is no view for: 405 if another method leads to a route, else 404."""
        path = requested_path(request)
        is_unrouted = self.routes_mapper is not None and "matched_route" not in request.__dict__
        if self.explains_methods and is_unrouted:
            allowed = allowed_by_routes(self.routes_mapper.table.candidates(path), path, request)
            if allowed:
                return wrong_method(request, allowed, None)
        if not self.debug_notfound:
            raise HTTPNotFound(path)
        attrs = request.__dict__
        message = (
            f"debug_notfound of url {request.url}; path_info: {path!r}, "
            f"context: {context!r}, view_name: {attrs['view_name']!r}, subpath: {attrs['subpath']!r}, "
            f"traversed: {attrs['traversed']!r}, root: {attrs['root']!r}, vroot: {attrs['virtual_root']!r}, "
            f"vroot_path: {attrs['virtual_root_path']!r}"
        )
        if self.logger is not None:
            self.logger.debug(message)
        raise HTTPNotFound(message)

    def _log_routematch(self, request: AnyRequest, found: tuple[Any, dict[str, Any]] | None) -> None:
        if found is None:
            message = f"no route matched for url {request.url}"
        else:
            route, match = found
            predicates = ", ".join(predicate.text() for predicate in route.predicates)
            message = (
                f"route matched for url {request.url}; route_name: {route.name!r}, "
                f"path_info: {request.path_info!r}, pattern: {route.pattern!r}, "
                f"matchdict: {match!r}, predicates: {predicates!r}"
            )
        if self.logger is not None:
            self.logger.debug(message)


def _refusing(refusal: Exception) -> Handler:
    """Return what stands for the application where a request was refused before anybody saw it."""

    def refuse(request: AnyRequest) -> AnyResponse:
        raise refusal

    return refuse


def default_execution_policy(environ: Environ, router: Any) -> AnyResponse:
    """Make the request, make it the current one, and answer it.

    Args:
        environ: of the WSGI call.
        router: the application.
    """
    with router.request_context(environ) as request:
        return router.invoke_request(request)
