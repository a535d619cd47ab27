"""What the framework announces, and how to listen.

An event is a small object that carries what its listeners need; who listens is written in the registry. The events of
one request, in the order in which they are sent: `NewRequest`, `BeforeTraversal`, `ContextFound`, `BeforeRender` (if
something is rendered), `NewResponse`. `ApplicationCreated` is sent once, by ``make_wsgi_app``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from zope.interface import Interface, implementer

from goldilocks.interfaces import (
    IApplicationCreated,
    IBeforeRender,
    IBeforeTraversal,
    IContextFound,
    INewRequest,
    INewResponse,
)
from goldilocks.late import LateAttribute, late_module
from goldilocks.names import VENUSIAN_CATEGORY

if TYPE_CHECKING:
    import venusian

    from goldilocks.types import AnyRequest, AnyResponse, InterfaceSpec, Value, WSGIApp
else:
    # PERF: import: not everybody decorates
    venusian = late_module("venusian", globals())

Listener = TypeVar("Listener")


class subscriber:
    """Make a function, class or instance listen to events, once its module is scanned.

    ``@subscriber(NewRequest)`` listens to one kind, ``@subscriber(NewRequest, NewResponse)`` to each of two, and
    ``@subscriber()`` to everything that is ever sent. An interface that stands in a list together with others,
    ``@subscriber([IUser, IAdded])``, asks for an event of several objects.

    Args:
        ifaces: classes or interfaces of events.
        predicates: when to listen, as ``config.add_subscriber`` takes them. ``_depth`` (how many frames lie between
            the decorated thing and this decorator) and ``_category`` (the name by which a scan may pick) are for
            venusian.
    """

    #: COMPAT: ``subscriber.venusian``; decorators built on this one and their tests replace it
    venusian: Any = LateAttribute("venusian")

    def __init__(self, *ifaces: InterfaceSpec, **predicates: Any) -> None:
        self.depth: int = predicates.pop("_depth", 0)
        self.category: str = predicates.pop("_category", VENUSIAN_CATEGORY)
        self.ifaces = ifaces
        self.predicates = predicates

    def register(self, scanner: Any, name: str | None, wrapped: Any) -> None:
        """Say the subscriptions; the scan calls this."""
        for iface in self.ifaces or (Interface,):
            scanner.config.add_subscriber(wrapped, iface, **self.predicates)

    def __call__(self, wrapped: Listener) -> Listener:
        """Leave the statement for the scan, and return what is decorated as it is."""
        self.venusian.attach(wrapped, self.register, category=self.category, depth=self.depth + 1)
        return wrapped


@implementer(INewRequest)
class NewRequest:
    """A request begins: nothing has been decided about it yet."""

    def __init__(self, request: AnyRequest) -> None:
        self.request = request


@implementer(IBeforeTraversal)
class BeforeTraversal:
    """The routes were tried, the walk comes next.

    The request carries ``matched_route`` if one of the routes matched.
    """

    def __init__(self, request: AnyRequest) -> None:
        self.request = request


@implementer(IContextFound)
class ContextFound:
    """The walk is over: the request carries ``context``, ``view_name`` and the rest; no view was called yet."""

    def __init__(self, request: AnyRequest) -> None:
        self.request = request


#: COMPAT: events.AfterTraversal, the name of ``ContextFound`` in the earliest applications
AfterTraversal = ContextFound


@implementer(INewResponse)
class NewResponse:
    """A response stands, made by a view or by an exception view, and will now go to the server.

    In the second case ``request.exception`` is what was raised; otherwise it is ``None``. An error that no exception
    view answered makes no response and no event.
    """

    def __init__(self, request: AnyRequest, response: AnyResponse) -> None:
        self.request = request
        self.response = response


@implementer(IApplicationCreated)
class ApplicationCreated:
    """The configuration is complete and ``app``, the router, is ready for requests."""

    def __init__(self, app: WSGIApp) -> None:
        self.app = app
        #: COMPAT: events of zope carry what they are about as ``object``
        self.object = app


#: COMPAT: events.WSGIApplicationCreatedEvent, its oldest name
WSGIApplicationCreatedEvent = ApplicationCreated


@implementer(IBeforeRender)
class BeforeRender(dict[str, Any]):
    """A renderer is about to be called with these globals; a listener adds its own as to any dict.

    Listeners run in no promised order: one that must not overwrite what another gave asks with ``in`` first.

    Args:
        system: the globals so far.
        rendering_val: what the view returned. A listener may look at it, or change it in place.
    """

    def __init__(
        self, system: Mapping[str, Any] | Iterable[tuple[str, Any]], rendering_val: Value = None
    ) -> None:
        super().__init__(system)
        self.rendering_val = rendering_val
