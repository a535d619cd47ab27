"""Tweens: what stands between the server and the innermost step of the router, for every request.

A tween factory is called once with the next handler and the registry and returns a handler. Here are the one tween
that is always there, which answers an error with an exception view, and the words by which others say where they
stand; the order itself is worked out by the configuration.
"""

from __future__ import annotations

import sys

from goldilocks.httpexceptions import HTTPNotFound
from goldilocks.names import canonical
from goldilocks.types import AnyRegistry, AnyRequest, AnyResponse, Handler

__all__ = ["EXCVIEW", "INGRESS", "MAIN", "excview_tween_factory"]

#: The tween that answers errors. Data keeps the spelling that `canonical` gives; ours means the same tween.
EXCVIEW = canonical("goldilocks.tweens.excview_tween_factory")

#: The router's innermost step: every tween is over it.
MAIN = "MAIN"

#: The server's side: every tween is under it.
INGRESS = "INGRESS"


def excview_tween_factory(handler: Handler, registry: AnyRegistry) -> Handler:
    """Answer an error that comes out of ``handler`` with an exception view, if one wants it.

    If none does, the error goes on as it came. ``request.exception`` and ``request.exc_info`` stand only while an
    exception view is at work and after one has answered.
    """

    def excview_tween(request: AnyRequest) -> AnyResponse:
        try:
            return handler(request)
        except Exception as error:
            return _error_handler(request, error)

    return excview_tween


def _error_handler(request: AnyRequest, exc: Exception) -> AnyResponse:
    """Ask the exception views, and raise ``exc`` again if they don't know it."""
    try:
        return request.invoke_exception_view(sys.exc_info())
    except HTTPNotFound:
        pass  # outside of this block, so that the error doesn't carry the HTTPNotFound as its context
    raise exc


_ASKING = _error_handler.__code__


def has_met_views(error: BaseException) -> bool:
    """Tell whether the exception views were asked about an error already, or it comes of one of them."""
    place = error.__traceback__
    while place is not None:
        if place.tb_frame.f_code is _ASKING:
            return True
        place = place.tb_next
    return False
