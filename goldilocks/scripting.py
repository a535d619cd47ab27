"""An application without a web server: what scripts and shells need to stand where a view stands."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Any

from goldilocks.config import global_registries
from goldilocks.exceptions import ConfigurationError
from goldilocks.interfaces import IRequestFactory, IRootFactory
from goldilocks.request import Request, apply_request_extensions
from goldilocks.threadlocal import RequestContext
from goldilocks.traversal import DefaultRootFactory
from goldilocks.types import AnyRegistry, AnyRequest, Context


class AppEnvironment(dict[str, Any]):
    """What `prepare` made, by name; as a context manager it closes itself."""

    def __enter__(self) -> AppEnvironment:
        return self

    def __exit__(
        self,
        type: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self["closer"]()


def get_root(app: Any, request: AnyRequest = None) -> tuple[Context, Callable[[], None]]:
    """Get the root resource of an application, and make its registry the current one.

    Args:
        app: the application, as ``make_wsgi_app`` returned it.
        request: what the root factory is called with; a blank one if ``None``.

    Returns:
        The root, and a function to call when you are done with it.
    """
    context, request = _begin(request, app.registry)
    with _ended_on_error(context) as undo:
        root = app.root_factory(request)
        undo.pop_all()
    return root, context.end


def prepare(request: AnyRequest = None, registry: AnyRegistry = None) -> AppEnvironment:
    """Make a request and its registry the current ones, as they are inside a view.

    Args:
        request: the request; a blank one, made by the application's request factory, if ``None``.
        registry: the application's registry; the request's own or else that of the application configured last
            if ``None``.

    Returns:
        A dictionary of ``root``, ``closer``, ``registry``, ``request`` and ``root_factory``. Call the closer, or use
        the dictionary in a ``with`` statement: it runs the finished callbacks of the request.

    Raises:
        ConfigurationError: no registry was given, and no application has been made yet.
    """
    if registry is None:
        registry = getattr(request, "registry", global_registries.last)
    if registry is None:
        raise ConfigurationError(
            "no application has been made yet that could be prepared: call make_wsgi_app() first, or pass its registry"
        )
    context, request = _begin(request, registry)

    def closer() -> None:
        try:
            if request.finished_callbacks:
                request._process_finished_callbacks()
        finally:
            context.end()

    with _ended_on_error(context) as undo:
        apply_request_extensions(request)
        root_factory = registry.queryUtility(IRootFactory, default=DefaultRootFactory)
        root = root_factory(request)
        undo.pop_all()
    if getattr(request, "context", None) is None:
        request.context = root
    return AppEnvironment(
        root=root, closer=closer, registry=registry, request=request, root_factory=root_factory
    )


def _begin(request: AnyRequest, registry: AnyRegistry) -> tuple[RequestContext, AnyRequest]:
    if request is None:
        request = _make_request("/", registry)
    request.registry = registry
    context = RequestContext(request)
    context.begin()
    return context, request


def _ended_on_error(context: RequestContext) -> ExitStack:
    """Make a stack that ends the context, unless it is emptied: after an error nobody has a closer to call."""
    stack = ExitStack()
    stack.callback(context.end)
    return stack


def _make_request(path: str, registry: AnyRegistry = None) -> AnyRequest:
    """Make a blank request for a path with an application's request factory; the last application's by default."""
    if registry is None:
        registry = global_registries.last
    request = registry.queryUtility(IRequestFactory, default=Request).blank(path)
    request.registry = registry
    return request
