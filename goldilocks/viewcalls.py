"""Calling views that are found by name, and those that answer errors.

The functions are what an application renders one view inside another with; ``ViewMethodsMixin`` is what a request offers
to answer an error. Which views there are, and which of them takes the request, the view table knows.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from zope.interface import providedBy

from goldilocks.httpexceptions import HTTPNotFound
from goldilocks.interfaces import IRequest, IViewClassifier
from goldilocks.threadlocal import get_current_registry, manager
from goldilocks.util import reraise as raise_again
from goldilocks.vary import vary_at_once
from goldilocks.viewtable import call_views, registered_views, view_table

if TYPE_CHECKING:
    from goldilocks.types import AnyRegistry, AnyRequest, AnyResponse, Context, InterfaceSpec, View


def _find_views(
    registry: AnyRegistry,
    request_iface: InterfaceSpec,
    context_iface: InterfaceSpec,
    view_name: str,
    view_types: Sequence[InterfaceSpec] | None = None,
    view_classifier: InterfaceSpec = None,
) -> Sequence[View]:
    kind = IViewClassifier if view_classifier is None else view_classifier
    if view_types is None:
        return view_table(registry).find(kind, request_iface, context_iface, view_name)
    question = (kind, request_iface, context_iface, view_name)
    return list(registered_views(registry.adapters, question, view_types))


def _call_view(
    registry: AnyRegistry,
    request: AnyRequest,
    context: Context,
    context_iface: InterfaceSpec,
    view_name: str,
    view_types: Sequence[InterfaceSpec] | None = None,
    view_classifier: InterfaceSpec = None,
    secure: bool = True,
    request_iface: InterfaceSpec = None,
) -> AnyResponse:
    if request_iface is None:
        request_iface = getattr(request, "request_iface", IRequest)
    views = _find_views(registry, request_iface, context_iface, view_name, view_types, view_classifier)
    return call_views(views, context, request, secure)


def registry_of(request: AnyRequest) -> AnyRegistry:
    """Return the request's registry, or the current one for a request without."""
    registry = getattr(request, "registry", None)
    return get_current_registry() if registry is None else registry


def render_view_to_response(
    context: Context, request: AnyRequest, name: str = "", secure: bool = True
) -> AnyResponse:
    """Call the view named ``name`` for ``context``, and return its response.

    Views that belong to a route are not found: what counts is what the request itself provides.

    Args:
        context: the resource.
        request: passed to the view.
        name: the view name.
        secure: ask the view's permission; ``False`` calls it regardless.

    Returns:
        The response, or ``None`` when there is no such view.

    Raises:
        HTTPForbidden: the permission was refused.
        PredicateMismatch: there are such views, and none takes this request.
    """
    views = _find_views(registry_of(request), providedBy(request), providedBy(context), name)
    return call_views(views, context, request, secure)


def render_view_to_iterable(
    context: Context, request: AnyRequest, name: str = "", secure: bool = True
) -> Iterable[bytes] | None:
    """Do as `render_view_to_response`, and return the body's chunks."""
    response = render_view_to_response(context, request, name, secure)
    return None if response is None else response.app_iter


def render_view(context: Context, request: AnyRequest, name: str = "", secure: bool = True) -> bytes | None:
    """Do as `render_view_to_response`, and return the whole body."""
    chunks = render_view_to_iterable(context, request, name, secure)
    return None if chunks is None else b"".join(chunks)


class ViewMethodsMixin:
    """What a request can do with views."""

    def invoke_exception_view(
        self,
        exc_info: Any = None,
        request: AnyRequest = None,
        secure: bool = True,
        reraise: bool = False,
    ) -> AnyResponse:
        """Answer an exception by the exception view that was said for it.

        When it could be answered, ``request.exception`` and ``request.exc_info`` stay set afterwards.

        Args:
            exc_info: as `sys.exc_info` returns it; the exception being handled by default.
            request: the request to answer; this one by default.
            secure: ask the view's permission.
            reraise: raise the exception itself again when no view answers it.

        Raises:
            HTTPNotFound: no view answers it.
        """
        request = self if request is None else request
        registry = registry_of(request)
        if registry is None:
            raise RuntimeError("Unable to retrieve registry")
        exc_info = sys.exc_info() if exc_info is None else exc_info
        below = manager.top.get()
        frame = manager.push_request(request, registry)
        try:
            response = answer_error(registry, request, exc_info, secure)
        except Exception:
            if reraise:
                raise_again(*exc_info)
            raise
        finally:
            manager.top.set(below)
            frame.clear()
        if response is None:
            if reraise:
                raise_again(*exc_info)
            raise HTTPNotFound
        vary_at_once(response, request)
        return response


def answer_error(
    registry: AnyRegistry, request: AnyRequest, exc_info: Any, secure: bool = True
) -> AnyResponse:
    """Answer an exception by the exception view that was said for it, and leave it on the request.

    Args:
        registry: the record.
        request: the request to answer; it is the current one.
        exc_info: as `sys.exc_info` returns it.
        secure: ask the view's permission.

    Returns:
        The response; ``None`` if there is no view. Then, and if a view raises something, all is on the request as it was.
    """
    error, attrs = exc_info[1], request.__dict__
    # the combined type: an exception view said for no route answers on every route
    request_iface = attrs.get("request_iface", IRequest).combined
    views = view_table(registry).find_for_error(request_iface, error)
    if not views:
        return None
    # PERF: errors; written out, because a context manager takes as long as all the rest. ``attrs`` stands for "none".
    before = attrs.get("exception", attrs), attrs.get("exc_info", attrs)
    half_made = attrs.pop("response", attrs)  # it must not leak into the answer
    attrs["exception"], attrs["exc_info"] = error, exc_info
    try:
        response = (
            views[0](error, request)
            if secure and len(views) == 1
            else call_views(views, error, request, secure)
        )
        attrs["exception"], attrs["exc_info"] = error, exc_info
    except BaseException:
        _put_back(attrs, "exception", before[0])
        _put_back(attrs, "exc_info", before[1])
        raise
    finally:
        _put_back(attrs, "response", half_made)
    return response


def _put_back(attrs: dict[str, Any], name: str, value: Any) -> None:
    """Let an attribute be what it was; ``attrs`` itself stands for none."""
    if value is attrs:
        attrs.pop(name, None)
    else:
        attrs[name] = value
