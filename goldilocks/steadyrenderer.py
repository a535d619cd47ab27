"""Renderers of views, kept ready between two requests.

A `RendererHelper` stands for one use of a renderer and asks the registry each time; that is what add-ons build on. A view that is
called ten thousand times between two changes of the configuration keeps what it found: the renderer, whether somebody listens, who makes
responses. For the renderers of our own that write bytes without looking at the system values, even the response is made without being
asked what it is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from zope.interface import implementedBy

from goldilocks.changes import changes
from goldilocks.events import BeforeRender
from goldilocks.headers import SizedHeaders
from goldilocks.interfaces import IResponse, IResponseFactory
from goldilocks.registry import Registry, is_heard
from goldilocks.renderers import RendererHelper, say_content_type
from goldilocks.request import Request
from goldilocks.response import HTML_HEADERS, quick_response

if TYPE_CHECKING:
    from goldilocks.types import (
        AnyRegistry,
        AnyRequest,
        AnyResponse,
        AnyView,
        Context,
        RendererFunction,
        Value,
    )

#: Classes of which nothing is a response by itself: their values are rendered, unless an adapter is registered for the class.
_PLAIN_CLASSES = (dict, list, tuple, str, bytes, int, float, bool, type(None))

#: What a renderer function may have as its attribute ``writer``: writes a value, for a request, without looking at anything
#: else, and the headers of what it writes.
Writer: TypeAlias = "tuple[Callable[[Value, AnyRequest], bytes], SizedHeaders]"

#: Makes a response of a value of a plain class; called with the request and what is kept on it, too.
Answerer: TypeAlias = "Callable[[Value, AnyRequest, dict[str, Any]], AnyResponse]"


class SteadyRenderer:
    """A renderer helper of a view, with all that stays the same between two requests looked up.

    What the application registers (a renderer, a response factory, a listener to `BeforeRender`) counts from the next request
    on. A request or a registry of another kind than the usual is served as the helper itself would do it.

    Args:
        helper: what the view was said with. It is cloned for each configuration, not for each request.
    """

    # PERF: json, template

    def __init__(self, helper: RendererHelper) -> None:
        self._said = self._helper = helper
        self.known_changes = -1
        #: The classes whose values are rendered for sure.
        self.plain_classes: frozenset[type] = frozenset()
        #: Whether responses are made by us, and nobody is told of a rendering.
        self._is_quiet = False
        self._renderer: RendererFunction | None = None
        self._has_writer = False
        #: Makes the response of a dict for a request of this class and this registry on which nobody has prepared anything. There is
        #: no class until it is known that the renderer has a writer; the function stays, because another thread may call it.
        self.answer: Answerer | None = None
        self.request_class: type | None = None
        self.registry: AnyRegistry | None = None

    def renew(self) -> None:
        """Look everything up again, after something was configured."""
        known_changes = changes.count
        self._is_quiet, self.request_class = False, None
        # COMPAT: anything with ``clone`` and ``render_view`` can be said in the place of a helper
        if self._said.__class__ is RendererHelper and isinstance(self._said.registry, Registry):
            self._helper, self._renderer = self._said.clone(), None
            registry = self._said.registry
            lookup = registry.adapters.lookup1
            self.plain_classes = frozenset(
                kind for kind in _PLAIN_CLASSES if lookup(implementedBy(kind), IResponse) is None
            )
            is_ours = registry.queryUtility(IResponseFactory) is None
            self._is_quiet = is_ours and not is_heard(registry, BeforeRender)
        self.known_changes = known_changes

    def respond(
        self, value: Value, request: AnyRequest, attrs: dict[str, Any], view: AnyView, context: Context
    ) -> AnyResponse:
        """Make a response of a value of one of the plain classes.

        Args:
            value: what ``view`` returned.
            request: for the renderer.
            attrs: what is kept on the request.
            view: for the renderer.
            context: for the renderer.
        """
        helper = self._helper
        if (
            not self._is_quiet
            or "response" in attrs
            or attrs.get("registry") is not helper.registry
            or not (request.__class__ is Request or _has_usual_response(request.__class__))
        ):
            return self._said.clone().render_view(request, value, view, context)
        renderer = self._renderer
        if renderer is None:
            renderer = self._renderer = helper.renderer
            writer = getattr(renderer, "writer", None)
            self._has_writer = writer is not None
            if writer is not None:
                self.answer = _answerer(*writer)
        if self._has_writer:
            if dict in self.plain_classes:  # the requests of an application are mostly of one class
                self.request_class, self.registry = request.__class__, helper.registry
            return self.answer(value, request, attrs)  # type: ignore[misc]  # that of the writer
        text = renderer(value, helper._system(request, view, context))
        if text.__class__ is not str or "response" in attrs:  # what was rendered has asked for it
            return helper._make_response(text, request)
        response = attrs["response"] = quick_response(text.encode(), HTML_HEADERS)
        return response


def _answerer(write: Callable[[Value, AnyRequest], bytes], headers: SizedHeaders) -> Answerer:
    """Return what makes responses of values with a writer, for requests on which nobody has prepared anything."""
    mime_type = headers.content_type[1].partition(";")[0]

    def answer(value: Value, request: AnyRequest, attrs: dict[str, Any]) -> AnyResponse:
        attrs.pop("__view__", None)
        body = write(value, request)
        if "response" in attrs:  # what was written has asked for it
            say_content_type({"request": request}, mime_type)
            request.response.body = body
            return request.response
        response = attrs["response"] = quick_response(body, headers)
        return response

    return answer


@lru_cache(256)
def _has_usual_response(request_class: type) -> bool:
    """Tell whether ``request.response`` is what we make it."""
    return issubclass(request_class, Request) and request_class.response is Request.response
