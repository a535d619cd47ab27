"""Errors that nothing in the application has answered: what is cleaned up, which of them are answered all the same, and how.

An error may fail once more when it is told, and the answer that it is may fail when it is sent. Neither keeps a client waiting, and
what ends the server is never hidden by what fails while it is cleaned up.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from goldilocks.exceptions import ends_the_server, is_refusal
from goldilocks.httpexceptions import HTTPException, HTTPInternalServerError
from goldilocks.names import GOLDILOCKS
from goldilocks.reticence import requested
from goldilocks.vary import note_for_errors, vary_as_noted

if TYPE_CHECKING:
    from goldilocks.types import AnyRequest, AnyResponse, Environ, StartResponse

log = logging.getLogger(f"{GOLDILOCKS}.router")


def is_answered(error: BaseException, environ: Environ, answers_errors: bool) -> bool:
    """Tell whether an error is answered, rather than passed on to the server.

    Args:
        error: that nothing has answered.
        environ: of the request.
        answers_errors: whether the application wants errors of its own to be answered.
    """
    if not isinstance(error, Exception) and ends_the_server(error):
        return False
    # what a client has sent is answered even where errors of the application go on to the server, and what goes on
    # to testers are the application's errors: it takes two of three
    return sum((is_refusal(error), answers_errors, not _are_errors_wanted(environ))) >= 2


def _are_errors_wanted(environ: Environ) -> bool:
    """Tell whether those around the application want its errors themselves, as test tools and debuggers do."""
    return environ.get("paste.throw_errors", False) or environ.get("wsgi.handleErrors") is False


def answer_failure(
    router: Any, error: BaseException, environ: Environ, start_response: StartResponse, has_begun: bool
) -> Iterable[bytes]:
    """Log an error that nothing answered, once, and answer it.

    Args:
        router: the application.
        error: one that is answered.
        environ: of the request.
        start_response: of the server.
        has_begun: whether an answer may have begun to be sent.
    """
    try:
        page = _page(error, environ, router)
        body = _send(page, router, environ, start_response, error if has_begun else None)
    except BaseException as failure:
        # the server raises the error again where it can't be answered any more
        if failure is error or not is_answered(failure, environ, router.answers_errors):
            raise
        tell(failure, environ)
        body = _send(HTTPInternalServerError(), router, environ, start_response, failure)
    # it knows the frames that know it, and the request: only the collector would end that
    error.__traceback__ = None
    return body


def refusal_behind(error: BaseException) -> HTTPException | None:
    """Return what was wrong with the request, if an error came up while that was dealt with; ``None`` if nothing was."""
    seen: set[int] = set()
    behind = error.__context__
    while behind is not None and id(behind) not in seen:
        if isinstance(behind, HTTPException) and is_refusal(behind):
            return behind
        seen.add(id(behind))
        behind = behind.__context__
    return None


def _page(error: BaseException, environ: Environ, router: Any) -> AnyResponse:
    if isinstance(error, HTTPException):  # what a client sends is no failure of the server
        return error
    tell(error, environ)
    if not router.explains_errors:
        return _refusal(error, environ, router) or HTTPInternalServerError()
    from goldilocks.debugpages import error_page

    return error_page(error, environ)


def _refusal(error: BaseException, environ: Environ, router: Any) -> HTTPException | None:
    """Return what is wrong with the request, if an error may have come of it."""
    # of an exception view that was to say what is wrong
    refusal = refusal_behind(error)
    if refusal is not None:
        error.__context__ = None  # an error that is made once would take it along to the next request
    elif router.edge is not None:
        # or of what was to be sent: it may repeat what was refused, an origin that is none
        refusal = router.edge(environ)
    return refusal


def _send(
    page: AnyResponse,
    router: Any,
    environ: Environ,
    start_response: StartResponse,
    reason: BaseException | None,
) -> Iterable[bytes]:
    start = start_response
    if reason is not None:
        # SPEC: PEP 3333, the start_response callable: who may have begun to answer and answers anew says why
        info = (type(reason), reason, reason.__traceback__)

        def start(status: str, headers: list[tuple[str, str]]) -> Any:
            return start_response(status, headers, info)

    body: Iterable[bytes]
    vary_as_noted(page, environ)
    body = page(environ, start) if router.outlet is None else router.outlet(page, environ, start)
    return body


def tell(error: BaseException, environ: Environ) -> None:
    """Log an error; if it can't be written down, or not by those who should do it, at least which kind it is."""
    asked, kind = " ".join(requested(environ)), type(error)
    try:
        # not the error itself: it may count as false
        log.error("nothing answered the error of %r", asked, exc_info=(kind, error, error.__traceback__))
    except Exception:
        log.error("nothing answered the error of %r: %s, which can't be told", asked, kind.__qualname__)


def give_up(router: Any, request: AnyRequest, response: AnyResponse) -> None:
    """Let go of a request that ends with an error; what that is answered with may depend on cookies all the same.

    Args:
        router: the application.
        request: that fails.
        response: of which nothing will be sent; ``None`` if there is none yet.
    """
    close_body(response)
    if router.varies_by_cookie:
        note_for_errors(request)


def close_body(response: AnyResponse) -> None:
    """Close the body of a response that nobody will send."""
    try:
        close = getattr(getattr(response, "app_iter", None), "close", None)
        if close is not None:
            close()
    except BaseException as failure:  # there is an error already that goes on
        if ends_the_server(failure):
            raise
        log.exception("the body of a response that isn't sent can't be closed")


def finish_before_end(request: AnyRequest, error: BaseException) -> None:
    """Call the finished callbacks of a request now if its error ends the server: nothing that they raise hides that.

    Args:
        request: that fails.
        error: with which it fails.
    """
    if isinstance(error, Exception) or not ends_the_server(error):
        return
    try:
        request._process_finished_callbacks()
    except BaseException as failure:
        if ends_the_server(failure):
            raise
        log.exception("a finished callback failed")
