"""The life of a request, told in order.

``Router`` is the WSGI application. What happens to a request stands in `Router.handle_request`, a step a line; around
it the tweens, around them `Router.invoke_request` (callbacks, ``NewResponse``), around that the execution policy.
Everything that can be decided when the application is made is decided in ``__init__``.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from zope.interface import implementer, providedBy

from goldilocks.debugpages import error_page, requested
from goldilocks.events import BeforeTraversal, ContextFound, NewRequest, NewResponse
from goldilocks.exceptions import PredicateMismatch, URLDecodeError
from goldilocks.httpexceptions import HTTPBadRequest, HTTPInternalServerError, HTTPNotFound
from goldilocks.interfaces import (
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
from goldilocks.methods import MethodMismatch, allowed_by_routes, allowed_by_views
from goldilocks.request import Request, apply_request_extensions
from goldilocks.response import Response
from goldilocks.threadlocal import RequestContext
from goldilocks.traversal import DefaultRootFactory, ResourceTreeTraverser
from goldilocks.traversal.paths import requested_path
from goldilocks.viewcalls import _call_view
from goldilocks.viewtable import view_table

if TYPE_CHECKING:
    from goldilocks.types import (
        AnyRegistry,
        AnyRequest,
        AnyResponse,
        Context,
        Environ,
        Handler,
        StartResponse,
    )

log = logging.getLogger(__name__)


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
            self.explains_errors = settings.get("goldilocks.debug", False)

    # -- the door

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, as PEP 3333 wants it."""
        has_response = False
        try:
            response = self.execution_policy(environ, self)
            has_response = True
            return response(environ, start_response)
        except Exception as error:
            if not self.answers_errors or _are_errors_wanted(environ):
                raise
            page = self._failed(error, environ)
            if not has_response:
                return page(environ, start_response)
            # SPEC: PEP 3333, the start_response callable: who may have begun to answer and answers anew says why
            info = (type(error), error, error.__traceback__)
            return page(environ, lambda status, headers: start_response(status, headers, info))

    def _failed(self, error: Exception, environ: Environ) -> AnyResponse:
        """Log an error that nothing answered, once, and return the answer to it."""
        if isinstance(error, URLDecodeError):  # what a client sends is no failure of the server
            return HTTPBadRequest()
        log.error("nothing answered the error of %r", " ".join(requested(environ)), exc_info=error)
        return error_page(error, environ) if self.explains_errors else HTTPInternalServerError()

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
        with RequestContext(request):
            return self.invoke_request(request, _use_tweens=use_tweens)

    def invoke_request(self, request: AnyRequest, _use_tweens: bool = True) -> AnyResponse:
        """Answer a request that is the current one: handle it, then call back and tell those who wait for it."""
        handle = self.handle_request if _use_tweens else self.orig_handle_request
        registry = self.registry
        response = None
        try:
            try:
                response = handle(request)
                if "response_callbacks" in request.__dict__:
                    request._process_response_callbacks(response)
                if registry.has_listeners:
                    registry.notify(NewResponse(request, response))
            finally:
                self.finish_request(request)
        except BaseException:
            _close(response)
            raise
        return response

    def finish_request(self, request: AnyRequest) -> None:
        """Call the finished callbacks, and let go of the context: it may hold the request."""
        attrs = request.__dict__
        if "finished_callbacks" in attrs:
            request._process_finished_callbacks()
        attrs.pop("context", None)

    def _introduce(self, request: AnyRequest) -> None:
        request.registry = self.registry
        request.invoke_subrequest = self.invoke_subrequest
        if self.request_extensions is not None:
            apply_request_extensions(request, extensions=self.request_extensions)

    # -- the story

    def handle_request(self, request: AnyRequest) -> AnyResponse:
        """Find the view that answers a request, and call it.

        Raises:
            HTTPNotFound: there is none.
            PredicateMismatch: there are some, and none takes this request.
        """
        registry = request.registry
        has_listeners = registry.has_listeners

        request.request_iface = IRequest  # before all listeners: one of them may choose another
        if has_listeners:
            registry.notify(NewRequest(request))
        root_factory = self._match_route(request)
        if has_listeners:
            registry.notify(BeforeTraversal(request))
        context, view_name = self._walk(request, root_factory)
        if has_listeners:
            registry.notify(ContextFound(request))
        try:
            # COMPAT: found under this name of this module when called: error reporters put a function of theirs around it
            response = _call_view(registry, request, context, providedBy(context), view_name)
        except PredicateMismatch as mismatch:
            return self._refused(request, context, view_name, mismatch)
        if response is None:
            return self._missed(request, context)
        return response

    def _match_route(self, request: AnyRequest) -> Any:
        """Let the first route that matches take the request; return the factory of the root to walk from."""
        if self.routes_mapper is None:
            return self.root_factory
        info = self.routes_mapper(request)
        route = info["route"]
        if self.debug_routematch:
            self._log_routematch(request, info)
        if route is None:
            return self.root_factory
        attrs = request.__dict__
        attrs["matchdict"] = info["match"]
        attrs["matched_route"] = route
        request.request_iface = request.registry.queryUtility(
            IRouteRequest, name=route.name, default=IRequest
        )
        return route.factory or self.root_factory

    def _walk(self, request: AnyRequest, root_factory: Any) -> tuple[Context, str]:
        """Make the root, walk from it, and write down on the request where the walk led."""
        attrs = request.__dict__
        root = attrs["root"] = root_factory(request)
        traverser = request.registry.adapters.queryAdapter(root, ITraverser)
        if traverser is None:
            traverser = ResourceTreeTraverser(root)
        found = traverser(request)
        attrs.update(found)
        return found["context"], found["view_name"]

    # -- when nobody answers

    def _refused(
        self, request: AnyRequest, context: Context, view_name: str, mismatch: PredicateMismatch
    ) -> AnyResponse:
        if self.explains_methods:
            views = view_table(request.registry).find(
                IViewClassifier, request.request_iface, providedBy(context), view_name
            )
            allowed = allowed_by_views(views, context, request)
            if allowed:
                return _wrong_method(request, allowed, mismatch)
        raise mismatch

    def _missed(self, request: AnyRequest, context: Context) -> AnyResponse:
        path = requested_path(request)
        is_unrouted = self.routes_mapper is not None and "matched_route" not in request.__dict__
        if self.explains_methods and is_unrouted:
            allowed = allowed_by_routes(self.routes_mapper.table.candidates(path), path, request)
            if allowed:
                return _wrong_method(request, allowed, None)
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

    def _log_routematch(self, request: AnyRequest, info: dict[str, Any]) -> None:
        route = info["route"]
        if route is None:
            message = f"no route matched for url {request.url}"
        else:
            predicates = ", ".join(predicate.text() for predicate in route.predicates)
            message = (
                f"route matched for url {request.url}; route_name: {route.name!r}, "
                f"path_info: {request.path_info!r}, pattern: {route.pattern!r}, "
                f"matchdict: {info['match']!r}, predicates: {predicates!r}"
            )
        if self.logger is not None:
            self.logger.debug(message)


def _are_errors_wanted(environ: Environ) -> bool:
    """Tell whether those around the application want its errors themselves, as test tools and debuggers do."""
    return environ.get("paste.throw_errors", False) or environ.get("wsgi.handleErrors") is False


def _close(response: AnyResponse) -> None:
    """Close the body of a response that nobody will send."""
    close = getattr(getattr(response, "app_iter", None), "close", None)
    if close is not None:
        close()


def _wrong_method(request: AnyRequest, allowed: set[str], cause: BaseException | None) -> AnyResponse:
    """Answer ``OPTIONS``, and refuse every other method with the list of those that are answered."""
    allowed = allowed | {"OPTIONS"}
    if request.method == "OPTIONS":
        return Response(status=204, allow=sorted(allowed))
    raise MethodMismatch(requested_path(request), allowed=allowed) from cause


def default_execution_policy(environ: Environ, router: Any) -> AnyResponse:
    """Make the request, make it the current one, and answer it.

    Args:
        environ: of the WSGI call.
        router: the application.
    """
    with router.request_context(environ) as request:
        return router.invoke_request(request)
