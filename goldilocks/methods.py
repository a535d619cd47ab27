"""Which request methods a path would have answered: for 405, ``Allow`` and ``OPTIONS``.

Asked only after a request was refused, so that a request that is answered pays nothing for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from goldilocks.exceptions import PredicateMismatch
from goldilocks.httpexceptions import HTTPMethodNotAllowed
from goldilocks.predicates import Notted, RequestMethodPredicate
from goldilocks.response import Response
from goldilocks.traversal.paths import requested_path
from goldilocks.viewtable import ViewEntry, ViewSet, entry_of

if TYPE_CHECKING:
    from goldilocks.types import AnyRequest, AnyResponse, Context, View


#: The methods that a view answers which only says what it does *not* answer.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})


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

    There is none when something else stood in the way as well, or when a view would have answered and passed
    by itself: then the method isn't the reason.
    """
    allowed: set[str] = set()
    for entry in _entries(views):
        methods = _allowed(entry.predicates, context, request)
        if methods == set():
            return methods
        allowed |= methods or set()
    return allowed


def _entries(views: Iterable[View]) -> Iterator[ViewEntry]:
    for view in views:
        if isinstance(view, ViewSet):
            yield from view.entries()
        else:
            yield entry_of(view)


def _allowed(predicates: Iterable[Any], context: Context, request: AnyRequest) -> set[str] | None:
    """Return the methods that would have passed, or ``None`` when something else did refuse the request."""
    passing: set[str] = set()
    for predicate in predicates:
        if _holds(predicate, context, request):
            continue
        methods = methods_of(predicate)
        if methods is None:
            return None
        passing.update(methods)
    return passing


def _holds(predicate: Any, context: Context, request: AnyRequest) -> bool:
    try:
        return bool(predicate(context, request))
    except Exception:
        # it isn't asked in earnest for such a method, and so needn't be able to deal with one
        return False


def methods_of(predicate: Any) -> Collection[str] | None:
    """Return the methods that a predicate lets pass; ``None`` for one that doesn't ask for the method."""
    if isinstance(predicate, RequestMethodPredicate):
        return predicate.val
    if isinstance(predicate, Notted) and isinstance(predicate.predicate, RequestMethodPredicate):
        return METHODS.difference(predicate.predicate.val)
    return None


def allowed_by_routes(routes: Iterable[Any], path: str, request: AnyRequest) -> set[str]:
    """Return the methods under which one of these routes would have matched ``path``."""
    allowed: set[str] = set()
    for route in routes:
        match = route.match(path)
        if match is not None:
            allowed |= _allowed(route.predicates or (), {"match": match, "route": route}, request) or set()
    return allowed


def wrong_method(request: AnyRequest, allowed: set[str], cause: BaseException | None) -> AnyResponse:
    """Answer ``OPTIONS``, and refuse every other method with the list of those that are answered."""
    allowed = allowed | {"OPTIONS"}
    if request.method == "OPTIONS":
        return Response(status=204, allow=sorted(allowed))
    raise MethodMismatch(requested_path(request), allowed=allowed) from cause
