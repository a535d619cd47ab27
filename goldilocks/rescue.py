"""Errors on the short way: answered as by the tween for errors, with the request current already.

Which view answers a class of errors is found as on the long way, and then remembered. The memory is as good as the short way itself: when
something is configured, a new one begins with nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from goldilocks.changes import changes
from goldilocks.exceptions import PredicateMismatch
from goldilocks.httpexceptions import HTTPNotFound
from goldilocks.interfaces import IRequest
from goldilocks.tweens import _error_handler
from goldilocks.viewcalls import ViewMethodsMixin, answer_error
from goldilocks.viewtable import REMEMBERED_QUESTIONS, _plainly_provided, call_views, view_table

if TYPE_CHECKING:
    from goldilocks.types import AnyRequest, AnyResponse, Context, InterfaceSpec, View

#: Answers an error while it is being handled; called with the request, the root of its plan if it has one, and the error.
Rescue: TypeAlias = "Callable[[AnyRequest, Context, Exception], AnyResponse]"

#: By type of request and class of error: what such an error provides, in which order that is resolved, and, as long as that is the
#: same, the view.
_Known: TypeAlias = "dict[tuple[Any, type], tuple[InterfaceSpec, Any, View]]"


def rescuer(router: Any, request_class: type) -> Rescue:
    """Return what answers errors on the short way of a router.

    Args:
        router: the application.
        request_class: of its requests.
    """
    registry, known_changes = router.registry, changes.count
    known: _Known = {}

    # PERF: errors
    def rescue(request: AnyRequest, root: Context, error: Exception) -> AnyResponse:
        attrs = request.__dict__
        found = known.get((attrs.get("request_iface", IRequest), error.__class__))
        if (
            found is None
            or changes.count != known_changes  # the view that failed may have configured something
            or found[0].__sro__ is not found[1]
            or "__provides__" in error.__dict__
            or request.__class__ is not request_class
            # COMPAT: error reporters replace the method on the class, at any time
            or not _leaves_errors_to_us(request_class)
            or "invoke_exception_view" in attrs
            or "response" in attrs
            or "exception" in attrs
            or "exc_info" in attrs
            or attrs.get("registry") is not registry
        ):
            response = _rescue(router, request, root, error)
            if found is None and changes.count == known_changes:
                _remember(known, router, attrs.get("request_iface", IRequest), error)
            return response
        # there is nothing on the request that would have to be put back, as `answer_error` does
        response, exc_info = None, sys.exc_info()
        attrs["exception"], attrs["exc_info"] = error, exc_info
        try:
            response = found[2](error, request)
            attrs["exception"], attrs["exc_info"] = error, exc_info
        except BaseException as failure:
            attrs.pop("exception", None)
            attrs.pop("exc_info", None)
            if not isinstance(failure, HTTPNotFound):
                raise
        finally:
            attrs.pop("response", None)
        if response is None:
            raise error
        return response

    return rescue


def _remember(known: _Known, router: Any, request_iface: Any, error: Exception) -> None:
    """Remember how an error was answered, if all of its class are answered alike."""
    # what a mismatch is about may be the method
    if "__provides__" in error.__dict__ or isinstance(error, PredicateMismatch):
        return
    kind = error.__class__
    views = view_table(router.registry).find_for_error(request_iface.combined, error)
    provided = _plainly_provided.get(kind)
    if provided is None or not views:
        return
    if len(known) >= REMEMBERED_QUESTIONS:
        known.clear()
    view = views[0] if len(views) == 1 else partial(call_views, views)
    known[request_iface, kind] = provided, provided.__sro__, view


def _leaves_errors_to_us(request_class: type) -> bool:
    return getattr(request_class, "invoke_exception_view", None) is ViewMethodsMixin.invoke_exception_view


def _rescue(router: Any, request: AnyRequest, root: Context, error: Exception) -> AnyResponse:
    """Answer an error as the tween for errors would have done; it may be about the method."""
    if root is not None and isinstance(error, PredicateMismatch):
        try:
            return router.refused(request, root, "", error)
        except Exception as refusal:
            return _error_handler(request, refusal)
    attrs = request.__dict__
    is_usual = (
        _leaves_errors_to_us(request.__class__)
        and "invoke_exception_view" not in attrs
        and attrs.get("registry") is router.registry
    )
    if not is_usual:
        return _error_handler(request, error)
    # PERF: errors; the request is the current one already
    try:
        response = answer_error(router.registry, request, sys.exc_info())
    except HTTPNotFound:
        response = None
    if response is None:
        raise error
    return response
