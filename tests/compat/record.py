"""Looking views up in the record, and putting them there, the way that add-ons do it."""

from __future__ import annotations

from typing import Any

from zope.interface import Interface

from goldilocks.interfaces import IRequest, IView, IViewClassifier
from goldilocks.response import Response
from tests.support import browse


class Nobody:
    """A security policy that permits nothing."""

    def permits(self, request: Any, context: Any, permission: str) -> bool:
        return False

    def identity(self, request: Any) -> Any:
        return None

    authenticated_userid = identity

    def remember(self, request: Any, userid: Any, **kw: Any) -> list[tuple[str, str]]:
        return []

    forget = remember


def answering(text: str) -> Any:
    """Return a view of context and request that answers a text."""
    return lambda context, request: Response(text)


def in_record(registry: Any, name: str = "", provided: Any = IView) -> Any:
    """Look a view up."""
    return registry.adapters.lookup((IViewClassifier, IRequest, Interface), provided, name=name)


def put_by_hand(
    registry: Any, view: Any, name: str = "", context: Any = Interface, provided: Any = IView
) -> None:
    """Put a view into the record."""
    registry.registerAdapter(view, (IViewClassifier, IRequest, context), provided, name=name)


def ask(config: Any, path: str = "/", **options: Any) -> Any:
    """Make the application and ask it for a page."""
    return browse(config.make_wsgi_app()).get(path, **options)
