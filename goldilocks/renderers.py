"""Renderers: what turns the value that a view returned into the body of a response.

A renderer factory is registered under a name (``"json"``) or the ending of a file name (``".pt"``). A `RendererHelper`
stands for one use of one: it knows the name as it was said, finds the factory by it, makes the renderer when it is
first needed, and wraps what comes out in a response. The functions at the head do the same for code that renders by
hand. The built-in factories are ``string`` and ``json``, and JSONP for whoever registers it; templates live in
`goldilocks.templates`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from json.encoder import encode_basestring_ascii
from operator import methodcaller
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeAlias

from zope.interface import implementer, providedBy
from zope.interface.registry import Components

from goldilocks.csrf import get_csrf_token
from goldilocks.decorator import reify
from goldilocks.events import BeforeRender
from goldilocks.httpexceptions import HTTPBadRequest
from goldilocks.interfaces import (
    IJSONAdapter,
    IRendererFactory,
    IRendererInfo,
)
from goldilocks.late import late_module
from goldilocks.names import did_you_mean
from goldilocks.path import caller_package
from goldilocks.response import JSON_HEADERS, TEXT_HEADERS, _get_response_factory
from goldilocks.threadlocal import get_current_registry
from goldilocks.types import (
    AnyRegistry,
    AnyRequest,
    AnyResponse,
    AnyView,
    Context,
    InterfaceSpec,
    RendererFunction,
    Settings,
    Value,
)
from goldilocks.util import hide_attrs

if TYPE_CHECKING:
    import dataclasses
else:
    # PERF: import: not everybody has some
    dataclasses = late_module("dataclasses", globals())

#: What a renderer is called with beside the value: ``request``, ``context``, ``view`` and what listeners added.
System: TypeAlias = dict[str, Any]

#: A package, as a module; ``None`` or a stand-in where there is none.
Package: TypeAlias = Any

#: Turns an object into one that can be written as JSON; called with the object and the request (or ``None``).
JSONAdapter: TypeAlias = Callable[[Any, AnyRequest], Any]


def render(
    renderer_name: str, value: Value, request: AnyRequest = None, package: Package = None
) -> str | bytes:
    """Render ``value`` and return what the renderer returns: usually text.

    What the renderer does to ``request.response`` is taken back.

    Args:
        renderer_name: a name (``"json"``) or an asset spec (``"app:templates/page.pt"``).
        value: what a view would return.
        request: gives the renderer its request and context; its registry is asked for the renderer.
        package: what a relative asset spec is relative to; the caller's package, if ``None``.
    """
    package = caller_package() if package is None else package
    helper = RendererHelper(renderer_name, package, getattr(request, "registry", None))
    with hide_attrs(request, "response"):
        return helper.render(value, None, request=request)


def render_to_response(
    renderer_name: str,
    value: Value,
    request: AnyRequest = None,
    package: Package = None,
    response: AnyResponse | None = None,
) -> AnyResponse:
    """Render ``value`` and return a response with the result as its body.

    The response is a new one; what was done to ``request.response`` before has no effect on it and is still there
    afterwards.

    Args:
        renderer_name: a name (``"json"``) or an asset spec (``"app:templates/page.pt"``).
        value: what a view would return.
        request: gives the renderer its request and context; its registry is asked for the renderer.
        package: what a relative asset spec is relative to; the caller's package, if ``None``.
        response: is filled and returned instead of a new one.
    """
    package = caller_package() if package is None else package
    helper = RendererHelper(renderer_name, package, getattr(request, "registry", None))
    with hide_attrs(request, "response"):
        if response is not None:
            request.response = response
        return helper.render_to_response(value, None, request=request)


def get_renderer(
    renderer_name: str, package: Package = None, registry: AnyRegistry | None = None
) -> RendererFunction:
    """Return the renderer for a name or an asset spec.

    Args:
        renderer_name: a name (``"json"``) or an asset spec (``"app:templates/page.pt"``).
        package: what a relative asset spec is relative to; the caller's package, if ``None``.
        registry: who knows the renderers; the current registry, if ``None``.
    """
    package = caller_package() if package is None else package
    return RendererHelper(renderer_name, package, registry).renderer


@implementer(IRendererInfo)
class RendererHelper:
    """One use of a renderer: its name as it was said, and where.

    Args:
        name: a name (``"json"``) or an asset spec, perhaps with a macro (``"page.pt#body"``).
        package: what a relative asset spec is relative to.
        registry: who knows the renderers; the current registry, if ``None``.
    """

    # COMPAT: RendererHelper; add-ons assign all four, so nothing is derived from them but on demand.
    name: str | None
    package: Package
    type: str
    registry: AnyRegistry
    #: Where it was said (``IActionInfo``), for the errors of a renderer that can't be made.
    place: Any = None

    def __init__(
        self, name: str | None = None, package: Package = None, registry: AnyRegistry | None = None
    ) -> None:
        self.name = name
        self.package = package
        self.type = _type_of(name)
        self.registry = get_current_registry() if registry is None else registry

    @reify
    def settings(self) -> Settings:
        """The application's settings, or an empty dict."""
        settings: Settings | None = self.registry.settings
        return {} if settings is None else settings

    @reify
    def renderer(self) -> RendererFunction:
        """The renderer, made when it is first asked for.

        Raises:
            ValueError: nobody has registered a factory for it.
        """
        factory = self.registry.queryUtility(IRendererFactory, name=self.type)
        try:
            if factory is None:
                raise ValueError(_no_factory(self.name, self.type, self.registry))
            return factory(self)
        except Exception as error:
            if self.place is not None:
                error.add_note(f"said in:\n  {self.place}")
            raise

    def get_renderer(self) -> RendererFunction:
        """Return the renderer."""
        return self.renderer

    def render_view(
        self, request: AnyRequest, response: Value, view: AnyView | None, context: Context
    ) -> AnyResponse:
        """Make a response of what ``view`` returned (here called ``response``)."""
        return self.render_to_response(response, self._system(request, view, context), request=request)

    def render(self, value: Value, system_values: System | None, request: AnyRequest = None) -> str | bytes:
        """Render ``value`` and return what the renderer returns.

        Args:
            value: what a view would return.
            system_values: what the renderer is told beside it, or ``None`` for what the request tells. Listeners to
                `BeforeRender` may add to it.
            request: the current one, or ``None``.
        """
        renderer = self.renderer
        if system_values is None:
            system_values = self._system(request, None, getattr(request, "context", None))
        event = BeforeRender(system_values, value)
        self.registry.notify(event)
        return renderer(value, event)

    def _system(self, request: AnyRequest, view: AnyView | None, context: Context) -> System:
        return {
            "view": view,
            "renderer_name": self.name,
            "renderer_info": self,
            "context": context,
            "request": request,
            "req": request,
            "get_csrf_token": partial(get_csrf_token, request),
        }

    def render_to_response(
        self, value: Value, system_values: System | None, request: AnyRequest = None
    ) -> AnyResponse:
        """Render ``value`` into the request's response, or a new one if the request has none."""
        return self._make_response(self.render(value, system_values, request=request), request)

    def _make_response(self, result: Any, request: AnyRequest) -> AnyResponse:
        response = getattr(request, "response", None)
        if response is None:
            response = _get_response_factory(self.registry)(request)
        if isinstance(result, str):
            response.text = result
        elif isinstance(result, bytes) or (result is not None and not hasattr(result, "__iter__")):
            response.body = result
        elif result is not None:
            response.app_iter = result
        return response

    def clone(
        self, name: str | None = None, package: Package = None, registry: AnyRegistry | None = None
    ) -> Self:
        """Return another helper that differs in what is given."""
        other = self.__class__(
            name=self.name if name is None else name,
            package=self.package if package is None else package,
            registry=self.registry if registry is None else registry,
        )
        other.place = self.place
        return other


def _type_of(name: str | None) -> str:
    """Return by which name the factory is known: the ending of a file name without a macro, or the name itself."""
    if not name:
        return ""  # the default renderer; the record knows no name but a string
    if "." not in name:
        return name
    return os.path.splitext(name)[1].partition("#")[0]


def _no_factory(name: str | None, type: str, registry: AnyRegistry) -> str:
    """Say which factory is missing and which there are."""
    # COMPAT: stand-ins for a registry answer ``queryUtility`` and little else.
    utilities = getattr(registry, "getUtilitiesFor", lambda iface: ())(IRendererFactory)
    known = sorted(known for known, _ in utilities)
    return (
        f"No such renderer factory {type} (for renderer {name!r}; known are {', '.join(map(repr, known)) or 'none'}). "
        f"Add it with config.add_renderer({type!r}, factory), or include the add-on that does{did_you_mean(type, known)}"
    )


class NullRendererHelper(RendererHelper):
    """A helper that renders nothing: what a view returned is handed on as it is.

    ``renderer=null_renderer`` says that a view has no renderer, not even the default one.
    """

    def __init__(
        self, name: str | None = None, package: Package = None, registry: AnyRegistry | None = None
    ) -> None:
        # Made when the module is imported: no registry is current then that would be worth keeping.
        self.name = None
        self.package = None
        self.type = ""
        self.registry = None

    @property
    def settings(self) -> Settings:
        """No settings."""
        return {}

    def render_view(self, request: AnyRequest, value: Value, view: AnyView | None, context: Context) -> Any:
        """Return the value."""
        return value

    def render(self, value: Value, system_values: System | None, request: AnyRequest = None) -> Any:
        """Return the value."""
        return value

    def render_to_response(
        self, value: Value, system_values: System | None, request: AnyRequest = None
    ) -> Any:
        """Return the value."""
        return value

    def clone(
        self, name: str | None = None, package: Package = None, registry: AnyRegistry | None = None
    ) -> Self:
        """Return this very object: there is nothing to differ in."""
        return self


null_renderer = NullRendererHelper()


def say_content_type(system: System, content_type: str) -> None:
    """Say what the response holds, unless the view has said so."""
    request = system.get("request")
    if request is not None:
        response = request.response
        said, default = response.content_type, response.default_content_type
        if said == default or (said and said.lower() == default):  # Text/HTML is text/html
            response.content_type = content_type


def string_renderer_factory(info: Any) -> RendererFunction:
    """Make the renderer ``string``: the value's ``str``, as plain text."""

    def render_string(value: Value, system: System) -> str:
        text = value if isinstance(value, str) else str(value)
        say_content_type(system, "text/plain")
        return text

    render_string.writer = (_write_string, TEXT_HEADERS)  # type: ignore[attr-defined]
    return render_string


def _write_string(value: Value, request: AnyRequest) -> bytes:
    return (value if isinstance(value, str) else str(value)).encode()


class JSON:
    """A renderer factory for JSON, to be registered with ``config.add_renderer("json", JSON(indent=4))``.

    What Python's ``json`` can't write by itself is asked, in this order, for: its method ``__json__(request)``; an adapter
    for its class or interface; the built-in rules: dates and times are written as ISO 8601, ``Decimal`` and ``UUID``
    as strings, dataclasses as objects. Sets have no order, so they are refused: write ``sorted(value)``.

    >>> from datetime import date
    >>> from decimal import Decimal
    >>> JSON()(None)({"day": date(2024, 2, 29), "price": Decimal("1.10")}, {})
    '{"day": "2024-02-29", "price": "1.10"}'

    Args:
        serializer: called with the value, ``default=`` (a function for what it can't write) and ``kw``.
        adapters: pairs for `add_adapter`.
        kw: more keywords for the serializer.
    """

    def __init__(
        self,
        serializer: Callable[..., str | bytes] = json.dumps,
        adapters: Iterable[tuple[InterfaceSpec, JSONAdapter]] = (),
        **kw: Any,
    ) -> None:
        self.serializer = serializer
        self.kw = kw
        self.components = Components()
        for type_or_iface, adapter in adapters:
            self.add_adapter(type_or_iface, adapter)

    def add_adapter(self, type_or_iface: InterfaceSpec, adapter: JSONAdapter) -> None:
        """Let ``adapter(object, request)`` make something writable of objects of a class or interface."""
        self.components.registerAdapter(adapter, (type_or_iface,), IJSONAdapter)

    def __call__(self, info: Any) -> RendererFunction:
        """Make the renderer; it says ``application/json`` unless the view has said something else."""
        rule, more = _rule_for(info), _strictness(info)

        def render_json(value: Value, system: System) -> str | bytes:
            say_content_type(system, "application/json")
            return self._serialize(value, system.get("request"), rule, more)

        render_json.writer = (self._make_writer(rule, more), JSON_HEADERS)  # type: ignore[attr-defined]
        return render_json

    def _make_writer(
        self, rule: Callable[[Any], Any], more: Mapping[str, Any]
    ) -> Callable[[Value, AnyRequest], bytes]:
        """Return a function that writes a value, for a request, as bytes."""

        def write(value: Value, request: AnyRequest) -> bytes:
            text = self._serialize(value, request, rule, more)
            return text if isinstance(text, bytes) else text.encode()

        if self.serializer is not json.dumps or self.kw or _c_make_encoder is None:
            return write
        # PERF: json: `json.dumps` makes an encoder for each value that isn't written as usual
        encode = _c_make_encoder(
            None, _ask, encode_basestring_ascii, None, ": ", ", ", False, False, not more
        )

        def write_plain(value: Value, request: AnyRequest) -> bytes:
            try:
                return "".join(encode(value, 0)).encode()
            except (_Unwritten, RecursionError):  # or it has itself in it, of which the usual way can tell
                return write(value, request)

        return write_plain

    def _serialize(
        self, value: Value, request: AnyRequest, rule: Callable[[Any], Any], more: Mapping[str, Any]
    ) -> str | bytes:
        # another serializer may not know the word
        said = {**more, **self.kw} if self.serializer is json.dumps else self.kw
        return self.serializer(value, default=self._make_default(request, rule), **said)

    def _make_default(
        self, request: AnyRequest, rule: Callable[[Any], Any] | None = None
    ) -> Callable[[Any], Any]:
        """Return the function that the serializer calls with what it can't write.

        Args:
            request: for ``__json__`` and adapters.
            rule: has the last word.
        """
        # COMPAT: encoders of tokens ask without a rule, and count on it that what has no adapter is refused
        rule = rule or _refused

        def default(value: Any) -> Any:
            if hasattr(value, "__json__"):
                return value.__json__(request)
            adapter = self.components.adapters.lookup((providedBy(value),), IJSONAdapter)
            if adapter is not None:
                return adapter(value, request)
            return rule(value)

        return default


#: What `json.dumps` itself writes with; ``None`` in interpreters without it.
_c_make_encoder: Any = getattr(json.encoder, "c_make_encoder", None)


class _Unwritten(Exception):
    """A value needs the request to be written."""


def _ask(value: Any) -> NoReturn:
    raise _Unwritten


#: How values are written that the standard library leaves to the application; a class stands for its subclasses.
_PLAIN: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("datetime", "date"): methodcaller("isoformat"),  # and datetime, which is one
    ("datetime", "time"): methodcaller("isoformat"),
    # PERF: import: known by their names, because most applications have neither
    ("decimal", "Decimal"): str,
    ("uuid", "UUID"): str,
}


def _rule_for(info: Any) -> Callable[[Any], Any]:
    """Return the rule that an application has chosen by its settings."""
    settings = getattr(info, "settings", None) or {}
    return _plain if settings.get("goldilocks.json_types", True) else _refused


def _strictness(info: Any) -> dict[str, Any]:
    """Return what the serializer is told beside what the application said: whether numbers may be none."""
    settings = getattr(info, "settings", None) or {}
    return {"allow_nan": False} if settings.get("goldilocks.strict_json", False) else {}


def _plain(value: Any) -> Any:
    """Write a value by the built-in rules.

    Raises:
        TypeError: there is no rule for its class.
    """
    kind = type(value)
    for ancestor in kind.__mro__:
        rule = _PLAIN.get((ancestor.__module__, ancestor.__name__))
        if rule is not None:
            return rule(value)
    if hasattr(kind, "__dataclass_fields__"):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return _refused(value)


def _refused(value: Any) -> NoReturn:
    kind = type(value)
    raise TypeError(
        f"a value of type {kind.__module__}.{kind.__qualname__} is not JSON serializable: give the class a method "
        f"__json__(self, request), or register a renderer made with JSON(adapters=[({kind.__name__}, adapter)])"
    )


#: COMPAT: json_renderer_factory; the factory behind ``renderer="json"``, to which applications add adapters.
json_renderer_factory = JSON()

#: What a callback may be called: a name, or several with dots and indexes between them.
# SPEC: the name is written into a script unchanged, so nothing that could end it or begin another statement.
JSONP_VALID_CALLBACK = re.compile(r"[$a-z_][$0-9a-z_.\[\]]*(?<!\.)\Z", re.IGNORECASE | re.ASCII)


class JSONP(JSON):
    """A renderer factory for JSON that a script of another site can load.

    If the query has the parameter, the answer is a script that calls the function which it names; otherwise it is plain
    JSON. What it answers can be read by every site that the browser visits: prefer CORS.

    Args:
        param_name: the parameter.
        kw: as for `JSON`.
    """

    def __init__(self, param_name: str = "callback", **kw: Any) -> None:
        self.param_name = param_name
        super().__init__(**kw)

    def __call__(self, info: Any) -> RendererFunction:
        """Make the renderer.

        The renderer raises ``HTTPBadRequest`` for a parameter that isn't the name of a function.
        """
        rule, more = _rule_for(info), _strictness(info)

        def render_jsonp(value: Value, system: System) -> str | bytes:
            request = system.get("request")
            text = self._serialize(value, request, rule, more)
            callback = None if request is None else request.GET.get(self.param_name)
            if callback is None:
                say_content_type(system, "application/json")
                return text
            if not JSONP_VALID_CALLBACK.match(callback):
                raise HTTPBadRequest("Invalid JSONP callback function name.")
            say_content_type(system, "application/javascript")
            text = text.decode() if isinstance(text, bytes) else text
            # The empty comment keeps the body from being taken for a file of another kind.
            return f"/**/{callback}({text});"

        return render_jsonp
