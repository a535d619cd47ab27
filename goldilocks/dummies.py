"""Stand-ins for unit tests: a request, resources, a session, a security policy and renderers that need no application.

They promise less than the real things and do no work; what a test wants to look at afterwards, they remember.
Applications import them from ``goldilocks.testing``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, ValuesView
from typing import Any

from webob.acceptparse import create_accept_header
from zope.interface import alsoProvides, implementer

from goldilocks.decorator import reify
from goldilocks.i18n import LocalizerRequestMixin
from goldilocks.interfaces import IRequest, ISession
from goldilocks.request import CallbackMethodsMixin
from goldilocks.response import _get_response_factory
from goldilocks.security import AuthenticationAPIMixin, SecurityAPIMixin
from goldilocks.threadlocal import get_current_registry
from goldilocks.traversal import split_path_info
from goldilocks.types import AnyRegistry, AnyRequest, AnyResponse, Context, InterfaceSpec, Value
from goldilocks.url import URLMethodsMixin
from goldilocks.util import InstancePropertyMixin
from goldilocks.view import ViewMethodsMixin

#: Says "not given" where ``None`` is a value.
_marker: Any = object()


@implementer(IRequest)
class DummyRequest(
    URLMethodsMixin,
    CallbackMethodsMixin,
    InstancePropertyMixin,
    LocalizerRequestMixin,
    SecurityAPIMixin,
    AuthenticationAPIMixin,
    ViewMethodsMixin,
):
    """A request that was never sent: plain attributes instead of an environ that is read.

    ``GET``, ``POST`` and ``params`` are the very dict that was given, without the many values a key of a real request
    may have. A test that needs more uses ``Request.blank``.

    Args:
        params: the query, and the form too unless ``post`` is given.
        environ: the WSGI environ.
        headers: the headers; upper and lower case differ here.
        path: the path, decoded.
        cookies: the cookies.
        post: the form, which makes the method ``POST``; ``params`` doesn't see it.
        accept: the ``Accept`` header.
        kw: any other attribute of the request.
    """

    method = "GET"
    application_url = "http://example.com"
    host = "example.com:80"
    domain = "example.com"
    content_length = 0
    query_string = ""
    charset = "UTF-8"
    script_name = ""
    request_iface: InterfaceSpec = IRequest
    _registry: AnyRegistry = None
    _accept: Any = create_accept_header(None)

    def __init__(
        self,
        params: Mapping[str, Any] | None = None,
        environ: dict[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        path: str = "/",
        cookies: Mapping[str, str] | None = None,
        post: Mapping[str, Any] | None = None,
        accept: str | None = None,
        **kw: Any,
    ) -> None:
        fields = {} if params is None else params
        url = self.application_url
        if post is not None:
            self.method = "POST"
        self.accept = accept
        self.__dict__.update(
            environ={} if environ is None else environ,
            headers={} if headers is None else headers,
            cookies={} if cookies is None else cookies,
            params=fields,
            GET=fields,
            POST=fields if post is None else post,
            marshalled=fields,
            host_url=url,
            path_url=url,
            url=url,
            path=path,
            path_info=path,
            path_qs="",
            script_name="",
            body="",
            matchdict={},
            session=DummySession(),
            # what the router would have found
            context=None,
            view_name="",
            subpath=(),
            traversed=(),
            root=None,
            virtual_root=None,
            virtual_root_path=(),
        )
        self.__dict__.update(kw)

    @property
    def registry(self) -> AnyRegistry:
        """The registry that was set, or else the current one at the moment of asking."""
        return get_current_registry() if self._registry is None else self._registry

    @registry.setter
    def registry(self, registry: AnyRegistry) -> None:
        self._registry = registry

    @registry.deleter
    def registry(self) -> None:
        self._registry = None

    @property
    def accept(self) -> Any:
        """The ``Accept`` header, parsed; write it as text."""
        return self._accept

    @accept.setter
    def accept(self, value: str | None) -> None:
        self._accept = create_accept_header(value)

    @accept.deleter
    def accept(self) -> None:
        self.__dict__.pop("_accept", None)

    @reify
    def response(self) -> AnyResponse:
        """The response to write headers to, made by the application's factory."""
        return _get_response_factory(self.registry)(self)


class DummyResource:
    """A resource of a tree that a test makes by hand: what is set as an item gets name and parent.

    Args:
        __name__: its name.
        __parent__: the resource above it.
        __provides__: an interface, or several, that it shall provide.
        kw: any other attribute.
    """

    def __init__(
        self,
        __name__: str | None = None,
        __parent__: Context = None,
        __provides__: InterfaceSpec = None,
        **kw: Any,
    ) -> None:
        self.__name__ = __name__
        self.__parent__ = __parent__
        if __provides__ is not None:
            alsoProvides(self, __provides__)
        self.kw = kw
        self.__dict__.update(kw)
        self.subs: dict[str, Context] = {}

    def __setitem__(self, name: str, val: Context) -> None:
        val.__name__ = name
        val.__parent__ = self
        self.subs[name] = val

    def __getitem__(self, name: str) -> Context:
        return self.subs[name]

    def __delitem__(self, name: str) -> None:
        del self.subs[name]

    def __contains__(self, name: str) -> bool:
        return name in self.subs

    def __iter__(self) -> Iterator[str]:
        return iter(self.subs)

    def __len__(self) -> int:
        return len(self.subs)

    def __bool__(self) -> bool:
        return True

    def get(self, name: str, default: Any = None) -> Context:
        """Get a child, or ``default``."""
        return self.subs.get(name, default)

    def keys(self) -> KeysView[str]:
        """Name the children."""
        return self.subs.keys()

    def values(self) -> ValuesView[Context]:
        """List the children."""
        return self.subs.values()

    def items(self) -> ItemsView[str, Context]:
        """List names and children."""
        return self.subs.items()

    def clone(self, __name__: Any = _marker, __parent__: Any = _marker, **kw: Any) -> DummyResource:
        """Copy the resource with its children; what is given replaces what it had."""
        name = self.__name__ if __name__ is _marker else __name__
        parent = self.__parent__ if __parent__ is _marker else __parent__
        twin = type(self)(name, parent, **{**self.kw, **kw})
        twin.subs = copy.deepcopy(self.subs)
        return twin


DummyModel = DummyResource  # COMPAT: its older name


class DummyRootFactory:
    """A root without children, whose attributes are what a route matched."""

    __name__ = None
    __parent__ = None

    def __init__(self, request: Mapping[str, Any]) -> None:
        # COMPAT: the key under which the ancestors of the framework kept the match
        self.__dict__.update(request.get("bfg.routes.matchdict", ()))


def dummy_traverser_factory(resources: Mapping[str, Context]) -> Callable[[Context], Any]:
    """Make a factory of traversers that find exactly ``resources``, by path, wherever they start."""

    def traverser(request: AnyRequest) -> dict[str, Any]:
        resource = resources[request.path_info]
        return {
            "context": resource,
            "root": resource,
            "virtual_root": resource,
            "virtual_root_path": (),
            "view_name": "",
            "subpath": (),
            "traversed": split_path_info(request.path_info),
        }

    return lambda context: traverser


@implementer(ISession)
class DummySession(dict[str, Any]):
    """A session that lasts as long as the object does."""

    created = None
    new = True

    def changed(self) -> None:
        """Do nothing: there is no place to save to."""

    def invalidate(self) -> None:
        """Forget all."""
        self.clear()

    def flash(self, msg: Any, queue: str = "", allow_duplicate: bool = True) -> None:
        """Put a message into a queue."""
        messages = self.setdefault(f"_f_{queue}", [])
        if allow_duplicate or msg not in messages:
            messages.append(msg)

    def pop_flash(self, queue: str = "") -> list[Any]:
        """Take the messages out of a queue."""
        messages: list[Any] = self.pop(f"_f_{queue}", [])
        return messages

    def peek_flash(self, queue: str = "") -> list[Any]:
        """Look at the messages of a queue."""
        messages: list[Any] = self.get(f"_f_{queue}", [])
        return messages

    def new_csrf_token(self) -> str:
        """Make a token; it is always the same one."""
        token = self["_csrft_"] = "0123456789" * 4
        return token

    def get_csrf_token(self) -> str:
        """Get the token, a new one if there is none."""
        token: str | None = self.get("_csrft_")
        return self.new_csrf_token() if token is None else token


class DummySecurityPolicy:
    """A security policy that says what it was told to say, and remembers who was remembered.

    Args:
        userid: the user that each request comes from.
        identity: the identity that each request has.
        permissive: whether all is allowed, or else nothing.
        remember_result: the headers that ``remember`` returns; none if ``None``.
        forget_result: the headers that ``forget`` returns; none if ``None``.
    """

    def __init__(
        self,
        userid: Any = None,
        identity: Any = None,
        permissive: Any = True,
        remember_result: Any = None,
        forget_result: Any = None,
    ) -> None:
        self.userid = userid
        self._identity = identity
        self.permissive = permissive
        self.remember_result = [] if remember_result is None else remember_result
        self.forget_result = [] if forget_result is None else forget_result

    def identity(self, request: AnyRequest) -> Any:
        """Say who it is."""
        return self._identity

    def authenticated_userid(self, request: AnyRequest) -> Any:
        """Say which user it is."""
        return self.userid

    def permits(self, request: AnyRequest, context: Context, permission: str) -> Any:
        """Say yes, or say no."""
        return self.permissive

    def remember(self, request: AnyRequest, userid: Any, **kw: Any) -> Any:
        """Note the user as ``remembered``."""
        self.remembered = userid
        return self.remember_result

    def forget(self, request: AnyRequest, **kw: Any) -> Any:
        """Note that it was ``forgotten``."""
        self.forgotten = True
        return self.forget_result


class MockTemplate:
    """A template that has every attribute and item there is (itself), and remembers what it was called with."""

    def __init__(self, response: Any) -> None:
        self._received: dict[str, Any] = {}
        self.response = response

    def __getattr__(self, attrname: str) -> MockTemplate:
        return self

    def __getitem__(self, attrname: Any) -> MockTemplate:
        return self

    def __call__(self, *arg: Any, **kw: Any) -> Any:
        """Remember the keywords, and answer as was said."""
        self._received.update(kw)
        return self.response


class DummyTemplateRenderer:
    """A renderer that remembers what it was to render; the values can be read as its attributes.

    Args:
        string_response: what it renders.
    """

    def __init__(self, string_response: Any = "") -> None:
        self._received: dict[str, Any] = {}
        self._implementation = MockTemplate(string_response)

    @property
    def string_response(self) -> Any:
        """What it renders."""
        return self._implementation.response

    @string_response.setter
    def string_response(self, response: Any) -> None:
        self._implementation.response = response

    def implementation(self) -> MockTemplate:
        """Get the template that stands in for a template engine's object."""
        return self._implementation

    def __call__(self, kw: Value, system: Mapping[str, Any] | None = None) -> Any:
        """Remember the values and the system values, and answer as was said."""
        self._received.update(system or ())
        self._received.update(kw)
        return self.string_response

    def __getattr__(self, k: str) -> Any:
        try:
            # a copy in the making asks before there is anything
            return self._seen()[k]
        except KeyError:
            raise AttributeError(k) from None

    def _seen(self) -> dict[str, Any]:
        state = self.__dict__
        template = state.get("_implementation")
        return {**(template._received if template is not None else {}), **state.get("_received", {})}

    def assert_(self, **kw: Any) -> bool:
        """Check that each keyword reached the renderer with the value given here.

        Raises:
            AssertionError: one didn't, or with another value.
        """
        seen = self._seen()
        for name, expected in kw.items():
            if name not in seen:
                raise AssertionError(f"the renderer was not given {name!r}; it was given {list(seen)}")
            if seen[name] != expected:
                raise AssertionError(
                    f"the renderer was given {name!r} as {seen[name]!r}, not as {expected!r}"
                )
        return True


class DummyRendererFactory:
    """A factory of renderers that knows some of them by name and leaves the others to the real factory.

    Args:
        name: the type of the renderers, such as ``.pt``.
        factory: the real factory, or ``None``.
    """

    def __init__(self, name: str, factory: Callable[[Any], Any] | None) -> None:
        self.name = name
        self.factory = factory
        self.renderers: dict[str, Any] = {}

    def add(self, spec: str, renderer: Any) -> None:
        """Make a renderer known by its specification, and by the part after the package too."""
        self.renderers[spec] = self.renderers[_within_package(spec)] = renderer

    def __call__(self, info: Any) -> Any:
        """Return the renderer of the name that ``info`` has.

        Raises:
            KeyError: nobody knows it, and there is no real factory.
        """
        for name in (info.name, _within_package(info.name)):
            if self.renderers.get(name) is not None:
                return self.renderers[name]
        if self.factory is None:
            raise KeyError(
                f"no renderer for {info.name!r} was added by testing_add_renderer, and there is no real one"
            )
        return self.factory(info)


def _within_package(spec: str) -> str:
    """Drop the package of an asset specification; tests name templates with and without it."""
    return spec.partition(":")[2] if ":" in spec else spec
