"""What the requests of one route provide: an interface for each route, by which views of the route are found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zope.interface import Interface
from zope.interface.interface import InterfaceClass

from goldilocks.decorator import reify
from goldilocks.interfaces import IRequest

if TYPE_CHECKING:
    from goldilocks.types import InterfaceSpec

#: COMPAT: the module that these interfaces say they are from
_MODULE = "goldilocks.request"


class RequestType(InterfaceClass):
    """The interface of one route's requests: zope's, but made quickly."""

    def _calculate_sro(self) -> list[Any]:
        # PERF: build of 10,000 routes and views: with one base at most there is nothing to linearize
        bases = self.__bases__
        if len(bases) > 1:
            return super()._calculate_sro()
        return [self, *bases[0].__sro__] if bases else [self, Interface]

    @reify
    def combined(self) -> InterfaceSpec:
        """What an exception view is looked up by: the route's own, then any request's."""
        # PERF: build of 10,000 routes and views: few routes ever see an exception
        return InterfaceClass(
            f"{self.__name__.removesuffix('_IRequest')}_combined_IRequest",
            bases=(self, IRequest),
            __doc__="Requests of one route, and then any request.",
            # interfaces are equal if names and modules are, and a route called f"{name}_combined" may exist
            __module__=f"{_MODULE}.combined",
        )


def route_request_iface(name: str, bases: tuple[InterfaceSpec, ...] = ()) -> InterfaceSpec:
    """Return the interface that marks requests of one route.

    Its ``combined`` is what an exception view is looked up by: the route's own, then any request's.

    Args:
        name: the name of the route.
        bases: interfaces that it extends, if any.
    """
    # a docstring of our own, because zope would take a name with a space in it for one
    return RequestType(f"{name}_IRequest", bases, __doc__="Requests of one route.", __module__=_MODULE)
