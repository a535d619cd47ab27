"""What an answer depends on, told to caches: the cookies of its request; and for whom it is, if it sets some.

Whoever looks at a session, an identity, a token or the cookie of a language notes it on the request (`note_cookie`). When the answer is
made, the router says it there (`vary_by_cookie`). So that nothing of it is lost, the note is passed on: to the request on whose
behalf another one was answered, and to whoever answers the error of a request that is over. Where the answer to an error is asked for by
name, it is said there (`vary_at_once`): an execution policy sends that when the router is through.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from webob.response import Response as WebObResponse

from goldilocks.names import GOLDILOCKS
from goldilocks.response import Response
from goldilocks.threadlocal import get_current_request

if TYPE_CHECKING:
    from goldilocks.types import AnyRequest, AnyResponse, Environ

VARY_SETTING = f"{GOLDILOCKS}.vary_by_cookie"

#: The attribute of a request that says that its answer depends on its cookies.
DEPENDS_ON_COOKIE = "_depends_on_cookie"

#: The attribute of a request with which the router is through, though it is not answered.
_IS_OVER = "_is_over"

#: Where an environment says that what its request is answered with depends on cookies, though the request itself is over.
_NOTED = f"{GOLDILOCKS}.depends_on_cookie"

PRIVATE = ("Cache-Control", "private")
#: Where one of these stands in a ``Cache-Control``, it is said for whom an answer may be kept; how long says nothing of that.
_SAYS_FOR_WHOM = frozenset(("no-store", "private", "public", "s-maxage"))

_VARY = ("Vary", "Cookie")
#: Where one of these stands in a ``Vary``, no cookie need be added.
_SAYS_ALL = frozenset(("*", "cookie"))


def note_cookie(request: AnyRequest) -> None:
    """Note that the answer to a request depends on its cookies."""
    if request is not None:  # COMPAT: a view may be called without a request
        request.__dict__[DEPENDS_ON_COOKIE] = True


def pass_note_on(request: AnyRequest) -> None:
    """Note of the current request what is noted of another one, whose answer may become a part of its own."""
    if DEPENDS_ON_COOKIE in request.__dict__:
        note_cookie(get_current_request())


def note_for_errors(request: AnyRequest) -> None:
    """Note for whoever answers the error of a request that it is over, and that the error may depend on the request's cookies."""
    request.__dict__[_IS_OVER] = True
    if DEPENDS_ON_COOKIE in request.__dict__:
        request.environ[_NOTED] = True


def vary_as_noted(page: AnyResponse, environ: Environ) -> None:
    """Say on the answer to an error that it depends on the request's cookies, if that was noted."""
    if _NOTED in environ:
        vary_by_cookie(page)


def vary_at_once(response: AnyResponse, request: AnyRequest) -> None:
    """Say on the answer to an error that it depends on the request's cookies, if the router doesn't say it any more."""
    attrs = request.__dict__
    if _IS_OVER in attrs and DEPENDS_ON_COOKIE in attrs:
        vary_by_cookie(response)


def vary_by_cookie(response: AnyResponse) -> None:
    """Say on a response of ours, or of WebOb's, that it depends on the request's cookies."""
    # PERF: acl, session, csrf: what could be sent as it was made can be sent with this header, too, and with a cookie of our own
    if response.__class__ is Response:
        headers = response._headerlist
        fit, cookie = response._fit_headers, response._own_cookie
        is_fit = headers == fit if cookie is None else headers[:-1] == fit and headers[-1] is cookie
        if is_fit and _VARY not in headers:
            headers.append(_VARY)
            response._fit_headers = headers[:]
            return
    elif not isinstance(response, WebObResponse):
        return
    headers = response.headerlist
    # to those that take the default headers, it is said with these
    if not getattr(response, "takes_default_headers", False) and needs_privacy(headers):
        headers.append(PRIVATE)
    said = [value for name, value in headers if len(name) == 4 and name.lower() == "vary"]
    if not said:
        headers.append(_VARY)
        return
    # SPEC: RFC 9110, 5.3: several lines are one list
    names = [each for each in (name.strip() for name in ",".join(said).split(",")) if each]
    if _SAYS_ALL.isdisjoint(name.lower() for name in names):
        response.headers["Vary"] = ", ".join([*names, "Cookie"])


def needs_privacy(headers: Iterable[tuple[str, str]]) -> bool:
    """Tell whether an answer sets a cookie and doesn't say for whom caches may keep it: then it isn't for shared ones.

    Whoever comes without a cookie would be given the very one that was made for the first who did.
    """
    said = [(name.lower(), value) for name, value in headers]
    words = [
        word for name, value in said if name == "cache-control" for word in str(value).lower().split(",")
    ]
    return any(name == "set-cookie" for name, _ in said) and _SAYS_FOR_WHOM.isdisjoint(
        word.partition("=")[0].strip() for word in words
    )
