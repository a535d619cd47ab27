"""Which request methods a path would have answered: for 405, ``Allow`` and ``OPTIONS``.

Asked only after a request was refused, so that a request that is answered pays nothing for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from goldilocks.exceptions import PredicateMismatch
from goldilocks.httpexceptions import HTTPMethodNotAllowed
from goldilocks.predicates import RequestMethodPredicate
from goldilocks.viewtable import ViewEntry, ViewSet, entry_of

if TYPE_CHECKING:
    from goldilocks.types import AnyRequest, Context, View


class MethodMismatch(PredicateMismatch, HTTPMethodNotAllowed):
    """The path is answered, but not for this method: 405 with ``Allow``.

    It is a kind of not found, so that an application's own not-found view answers it like any other miss.

    Args:
        allowed: the methods that would have been answered.
    """

    code = HTTPMethodNotAllowed.code
    title = HTTPMethodNotAllowed.title
    explanation = HTTPMethodNotAllowed.explanation

    def __init__(self, detail: str | None = None, allowed: Iterable[str] = (), **kw: Any) -> None:
        super().__init__(detail, **kw)
        self.allowed = tuple(sorted(allowed))
        if self.allowed:
            self.allow = self.allowed


def allowed_by_views(views: Iterable[View], context: Context, request: AnyRequest) -> set[str]:
    """Return the methods under which one of these views would have answered this request.

    Nothing is returned when anything but the method stood in the way everywhere, or when a view would have answered
    and passed by itself.
    """
    allowed: set[str] = set()
    for entry in _entries(views):
        methods = _allowed(entry.predicates, context, request)
        if methods is not None:
            allowed |= methods
    return allowed


def _entries(views: Iterable[View]) -> Iterator[ViewEntry]:
    for view in views:
        if isinstance(view, ViewSet):
            yield from view.entries()
        else:
            yield entry_of(view)


def _allowed(predicates: Iterable[Any], context: Context, request: AnyRequest) -> set[str] | None:
    """Return the methods that would have passed, or ``None`` when something else did refuse the request."""
    methods: set[str] = set()
    for predicate in predicates:
        if isinstance(predicate, RequestMethodPredicate):
            if not predicate(context, request):
                methods.update(predicate.val)
        elif not predicate(context, request):
            return None
    return methods


def allowed_by_routes(routes: Iterable[Any], path: str, request: AnyRequest) -> set[str]:
    """Return the methods under which one of these routes would have matched ``path``."""
    allowed: set[str] = set()
    for route in routes:
        match = route.match(path)
        if match is not None:
            methods = _allowed(route.predicates, {"match": match, "route": route}, request)
            allowed |= methods or set()
    return allowed
