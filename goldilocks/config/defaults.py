"""Everything that goldilocks says itself, said in the public language.

These statements are carried out before the application's first one, so that an application or an add-on replaces any
of them without a conflict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from webob.exc import WSGIHTTPException as WebObException

from goldilocks.interfaces import IExceptionResponse

if TYPE_CHECKING:
    from goldilocks.types import AnyConfig


def say_defaults(config: AnyConfig, exceptionresponse_view: Any) -> None:
    """Say what holds where nothing else is said.

    Args:
        config: on a fresh registry.
        exceptionresponse_view: answers exceptions that are responses; ``None`` for nobody.
    """
    config.add_default_response_adapters()
    config.add_default_renderers()
    config.add_default_accept_view_order()
    config.add_default_view_predicates()
    config.add_default_view_derivers()
    config.add_default_route_predicates()
    config.add_default_tweens()
    config.add_default_security()
    if exceptionresponse_view is not None:
        view = config.maybe_dotted(exceptionresponse_view)
        config.add_view(view, context=IExceptionResponse)
        config.add_view(view, context=WebObException)
