"""Other people's WSGI applications as views."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from goldilocks.request import call_app_with_subpath_as_path_info
from goldilocks.types import AnyRequest, AnyResponse, Context, View, WSGIApp


def wsgiapp(wrapped: WSGIApp) -> View:
    """Make a view of a WSGI application; it sees the environ as the request has it.

    Raises:
        ValueError: there is no application.
    """
    return _view_of(wrapped, lambda request, app: request.get_response(app))


def wsgiapp2(wrapped: WSGIApp) -> View:
    """Make a view of a WSGI application that is to believe it lives at the view's URL.

    What stands before the request's subpath moves to ``SCRIPT_NAME``, the subpath becomes ``PATH_INFO``.

    Raises:
        ValueError: there is no application.
    """
    return _view_of(wrapped, call_app_with_subpath_as_path_info)


def _view_of(wrapped: WSGIApp, answer: Callable[[AnyRequest, WSGIApp], AnyResponse]) -> View:
    if wrapped is None:
        raise ValueError("a WSGI application is needed to make a view of, not None")

    @wraps(wrapped)
    def view(context: Context, request: AnyRequest) -> AnyResponse:
        return answer(request, wrapped)

    return view
