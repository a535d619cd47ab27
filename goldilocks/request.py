"""The request: WebOb's, with what the framework knows about it.

A request is made for each call of the application and thrown away after it. What the router finds out (registry, root,
context, ...) is set on it one by one and is absent until then; what costs something (session, localizer, response)
is computed when first asked for and kept in the request's ``__dict__`` under its own name, where tools put stand-ins.

The order of bases is the order of answers: `Request` itself, the mixins, and WebOb last, so that a mixin may stand
guard before any of WebOb's readers.
"""

from __future__ import annotations

import functools
import weakref
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from webob.request import BaseRequest
from zope.interface import implementer

from goldilocks.decorator import reify
from goldilocks.i18n import LocalizerRequestMixin
from goldilocks.interfaces import IRequest, IRequestExtensions, IResponse, ISessionFactory
from goldilocks.late import late_module
from goldilocks.readers import ReadersMixin
from goldilocks.requesttype import route_request_iface as route_request_iface
from goldilocks.response import ForeignResponse, Response, _get_response_factory
from goldilocks.security import AuthenticationAPIMixin, SecurityAPIMixin
from goldilocks.traversal import finding
from goldilocks.url import URLMethodsMixin
from goldilocks.util import InstancePropertyMixin, Sentinel, derived_class
from goldilocks.vary import note_cookie
from goldilocks.viewcalls import ViewMethodsMixin

if TYPE_CHECKING:
    from goldilocks import authentication
    from goldilocks.types import AnyRegistry, AnyRequest, AnyResponse, Context, InterfaceSpec, WSGIApp
else:
    # PERF: import: few applications are told their users by the server
    authentication = late_module("goldilocks.authentication", globals())

Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)


class TemplateContext:
    """A bag for a template; ``request.tmpl_context`` is one."""


class CallbackMethodsMixin:
    """What a request can be asked to call later."""

    # PERF: every request: asking for a queue makes it, so the engine looks into ``__dict__`` and makes none. The
    # attributes are for those who read a queue or write it by hand.

    @reify
    def response_callbacks(self) -> deque[Callable[[AnyRequest, AnyResponse], Any]]:
        """What is called with request and response when there is a response."""
        return deque()

    @reify
    def finished_callbacks(self) -> deque[Callable[[AnyRequest], Any]]:
        """What is called with the request at the very end."""
        return deque()

    def add_response_callback(self, callback: Callable[[AnyRequest, AnyResponse], Any]) -> None:
        """Have ``callback(request, response)`` called when there is a response, before ``NewResponse`` is sent.

        Callbacks run in the order in which they were added, also those that a callback adds. None runs when the
        request ends in an error that nothing answered. What a callback raises is not caught.
        """
        attrs = self.__dict__
        if "response_callbacks" in attrs:
            attrs["response_callbacks"].append(callback)
        else:  # PERF: session: mostly it is the only one
            attrs["response_callbacks"] = deque((callback,))

    def _process_response_callbacks(self, response: AnyResponse) -> None:
        callbacks = self.__dict__.get("response_callbacks")
        while callbacks:
            callbacks.popleft()(self, response)

    def add_finished_callback(self, callback: Callable[[AnyRequest], Any]) -> None:
        """Have ``callback(request)`` called at the very end, whether the request was answered or failed.

        The response was made by then: nothing that a callback does shows in it. Callbacks run in the order in which
        they were added, also those that a callback adds. What one raises keeps no other from being called, and goes on then.
        """
        self.finished_callbacks.append(callback)

    def _process_finished_callbacks(self) -> None:
        callbacks = self.__dict__.get("finished_callbacks")
        failure: BaseException | None = None
        while callbacks:
            try:
                callbacks.popleft()(self)
            except BaseException as error:  # the others close what they have opened all the same
                if failure is None or not isinstance(error, Exception):
                    failure = error
        if failure is not None:
            try:
                raise failure
            finally:
                failure = None  # it knows this frame: don't leave a circle for the collector


@implementer(IRequest)
class Request(
    URLMethodsMixin,
    CallbackMethodsMixin,
    InstancePropertyMixin,
    LocalizerRequestMixin,
    SecurityAPIMixin,
    AuthenticationAPIMixin,
    ViewMethodsMixin,
    ReadersMixin,
    BaseRequest,
):
    """What a client asks for, as the application sees it.

    Args:
        environ: the WSGI environment.
        kw: values for attributes.
    """

    # Set by the router, one after the other, and absent before: no values here.
    registry: AnyRegistry
    root: Context
    context: Context
    view_name: str
    subpath: tuple[str, ...]
    traversed: tuple[str, ...]
    virtual_root: Context
    virtual_root_path: tuple[str, ...]

    #: The error that is being answered, and its ``sys.exc_info()``, while an exception view runs and after it.
    exception: Any = None
    exc_info: Any = None
    #: The route that matched, and the values of its markers.
    matched_route: Any = None
    matchdict: dict[str, Any] | None = None
    #: What views are looked up by: the interface of the route, or ``IRequest`` when no route matched.
    request_iface: InterfaceSpec = IRequest

    ResponseClass = Response

    @reify
    def tmpl_context(self) -> Any:
        """A bag for templates of applications that once were Pylons'."""
        return TemplateContext()

    @reify
    def session(self) -> Any:
        """The session, made by the application's session factory.

        Raises:
            AttributeError: no session factory was set.
        """
        note_cookie(self)
        factory = self.registry.queryUtility(ISessionFactory)
        if factory is None:
            raise AttributeError(
                "request.session: the application has no sessions; say config.set_session_factory(...) to have them"
            )
        session = factory(self)
        user = self.environ.get(getattr(self.registry, "user_key", "REMOTE_USER"))
        if user is not None:
            self.__dict__["session"] = session
            authentication.keep_session_apart(self, user)
        return session

    @reify
    def response(self) -> Any:
        """The response that a renderer fills; what a view sets on it beforehand (a cookie, a status) is sent."""
        return _get_response_factory(self.registry)(self)

    @property
    def application_url(self) -> str:
        """Where the application begins: scheme, host and script name."""
        # PERF: absolute URLs; an application at the root of its host has nothing to quote
        return super().application_url if self.environ.get("SCRIPT_NAME") else self.host_url

    def send(self, application: WSGIApp | None = None, catch_exc_info: bool = False) -> Any:
        """Return what another WSGI application answers; without one, what the server answers that the request names."""
        response: Any = super().send(application, catch_exc_info)
        if response.__class__ is Response:
            response.__class__ = ForeignResponse
        return response

    get_response = send

    def is_response(self, ob: Any) -> bool:
        """Tell whether ``ob`` can be sent as it is: it is a response, or one for its own adapter."""
        if ob.__class__ is Response or IResponse.providedBy(ob):
            return True
        return self.registry.adapters.queryAdapter(ob, IResponse) is ob


# where an application has no request factory, a path is walked with one of these
finding.request_class = Request


def add_global_response_headers(request: AnyRequest, headerlist: Iterable[tuple[str, str]]) -> None:
    """Have headers added to the response, whatever response it will be."""

    def add_headers(request: AnyRequest, response: AnyResponse) -> None:
        response.headerlist.extend(headerlist)

    request.add_response_callback(add_headers)


def call_app_with_subpath_as_path_info(request: AnyRequest, app: WSGIApp) -> AnyResponse:
    """Answer with another WSGI application that is mounted where the request's ``subpath`` begins.

    The application sees a copy of the request: ``PATH_INFO`` is the subpath, ``SCRIPT_NAME`` all that stands before it.
    """
    environ = request.environ
    path_info = environ.get("PATH_INFO", "/")
    # SPEC: PEP 3333; text in an environment is UTF-8 in the clothes of Latin-1
    subpath = [segment.encode().decode("latin-1") for segment in getattr(request, "subpath", ())]
    mounted = request.copy()
    mounted.environ["SCRIPT_NAME"] = _before(environ.get("SCRIPT_NAME", "") + path_info, subpath)
    # the walk drops a slash at the end, but the application may want to know of it
    slash = "/" if subpath and path_info != "/" and path_info.endswith("/") else ""
    mounted.environ["PATH_INFO"] = f"/{'/'.join(subpath)}{slash}"
    return mounted.get_response(app)


def _before(path: str, ending: list[str]) -> str:
    """Return the part of ``path`` before the segments of ``ending``; nothing, if it doesn't end in them.

    >>> _before("/script//page/a/b/", ["a", "b"]), _before("/page", ["other"])
    ('/script//page', '')
    """
    segments = path.split("/")
    missing = list(ending)
    while missing and segments:
        segment = segments.pop()
        if segment and segment != missing.pop():
            return ""
    return "/".join(segments).rstrip("/")


def apply_request_extensions(request: AnyRequest, extensions: Any = None) -> None:
    """Give a request the methods and properties that ``config.add_request_method`` said.

    Args:
        request: of any class; it needs a ``registry`` if no extensions are given.
        extensions: what to give, as ``IRequestExtensions`` describes it; the registry's by default.
    """
    if extensions is None:
        extensions = request.registry.queryUtility(IRequestExtensions)
    extended = extended_class(request.__class__, extensions)
    if extended is not request.__class__:
        request.__class__ = extended


def extended_class(parent: type, extensions: Any) -> type:
    """Return a class of requests that has what ``config.add_request_method`` said beside what ``parent`` has.

    Args:
        parent: the class of the request; if it has all that already, it is returned.
        extensions: what to give, as ``IRequestExtensions`` describes it, or ``None``.
    """
    attributes = {} if extensions is None else {**extensions.methods, **extensions.descriptors}
    if not attributes:
        return parent
    # PERF: request extensions: to make a class takes longer than to route a request, so the last one is kept beside
    # what it was made of, and taken again as long as that is the same
    kept = extensions.__dict__.get("_extended")
    if kept is not None and kept[1] == attributes and parent in (kept[0], kept[2]):
        return kept[2]
    extended = derived_class(parent, attributes)
    extensions._extended = (parent, attributes, extended)
    return extended


class CachedFunction(Protocol[Result_co]):
    """A function that a `RequestLocalCache` decorates."""

    cache: RequestLocalCache

    def __call__(self, request: AnyRequest) -> Result_co:
        """Return the value of ``request``, computed at the first call."""
        ...  # pragma: no cover - the body of a protocol is never run


class RequestLocalCache:
    """Keeps one value for each request, as long as the request lives.

    As a decorator it makes a function of the request compute once for each; the cache is its ``cache`` attribute.
    A method can't be decorated, because it takes two arguments: hand its bound form over as ``creator``.

    >>> from goldilocks.request import Request
    >>> @RequestLocalCache()
    ... def user(request):
    ...     print("looking it up")
    ...     return "ann"
    >>> request = Request.blank("/")
    >>> user(request), user(request)
    looking it up
    ('ann', 'ann')
    >>> user.cache.clear(request)
    'ann'

    Args:
        creator: computes the value of a request.
    """

    NO_VALUE = Sentinel("NO_VALUE")

    def __init__(self, creator: Callable[[AnyRequest], Any] | None = None) -> None:
        self._store: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()
        self._creator = creator

    def __call__(self, fn: Callable[[Any], Result]) -> CachedFunction[Result]:
        """Make ``fn`` compute once for each request."""

        @functools.wraps(fn)
        def wrapper(request: AnyRequest) -> Result:
            return cast("Result", cached.cache.get_or_create(request, fn))

        cached = cast("CachedFunction[Result]", wrapper)
        cached.cache = self
        self._creator = fn
        return cached

    def get_or_create(self, request: AnyRequest, creator: Callable[[AnyRequest], Any] | None = None) -> Any:
        """Return the value of ``request``, computed if there is none.

        Args:
            request: whose value.
            creator: computes it; by default what the cache was made with or decorates.

        Raises:
            ValueError: there is neither a value nor a creator.
        """
        value = self._store.get(request, self.NO_VALUE)
        if value is not self.NO_VALUE:
            return value
        creator = creator or self._creator
        if creator is None:
            raise ValueError("there is no value for this request, and no creator to compute it; pass one")
        value = creator(request)
        self.set(request, value)
        return value

    def get(self, request: AnyRequest, default: Any = NO_VALUE) -> Any:
        """Return the value of ``request``, or ``default``."""
        value = self._store.get(request, self.NO_VALUE)
        return default if value is self.NO_VALUE else value

    def set(self, request: AnyRequest, value: Any) -> None:
        """Put a value in, in place of what was there."""
        is_new = request not in self._store
        self._store[request] = value
        if is_new:
            request.add_finished_callback(self._forget)

    def clear(self, request: AnyRequest) -> Any:
        """Take the value of ``request`` out and return it; `NO_VALUE` if there is none."""
        value = self._store.get(request, self.NO_VALUE)
        if value is not self.NO_VALUE:
            # an empty place stays, so that a later value needs no second callback
            self._store[request] = self.NO_VALUE
        return value

    def _forget(self, request: AnyRequest) -> None:
        self._store.pop(request, None)
