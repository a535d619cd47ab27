"""Everything that goldilocks says itself, said in the public language.

These statements are carried out before the application's first one, so that an application or an add-on replaces any
of them without a conflict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from webob.exc import WSGIHTTPException as WebObException

from goldilocks.interfaces import IExceptionResponse
from goldilocks.names import DEBUG_SETTING
from goldilocks.reticence import RETICENT_SETTING, reticent_page

if TYPE_CHECKING:
    from goldilocks.types import AnyConfig, Settings


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
    config.registry.exception_page = _exception_page(config.registry.settings)


def _exception_page(settings: Settings) -> Any:
    """Choose what the default exception view answers with; ``None`` for the error as it is.

    It isn't a view of its own: so whatever view an application says for errors wins, and what makes use of the default
    view (a redirection that appends a slash, for one) has the same pages.
    """
    if settings[DEBUG_SETTING]:
        from goldilocks.debugpages import explaining_page

        return explaining_page
    return reticent_page if settings[RETICENT_SETTING] else None
