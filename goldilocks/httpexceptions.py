"""Answers that can be raised: one class for each status of HTTP.

Each class is an exception and a response in one. Its body is a row of a table: ``code``, ``title`` (the rest of the
status line) and ``explanation`` (what the page says); an application makes a row of its own by subclassing. The page is
written when the answer is sent, in the form that the client's ``Accept`` asks for: HTML, JSON or plain text. Only
`HTTPForbidden` and the redirections take an argument of their own. Sections in docstrings are those of RFC 9110,
unless another RFC is named.
"""

from __future__ import annotations

import copyreg
import functools
import json
import re
from collections.abc import Callable, Iterable, Mapping
from html import escape
from string import Template
from typing import TYPE_CHECKING, Any, NamedTuple

from webob import exc as words
from webob import html_escape as _html_escape
from zope.interface import implementer

from goldilocks.headers import WEB_SCHEMES, SizedHeaders
from goldilocks.interfaces import IExceptionResponse
from goldilocks.offers import Offers
from goldilocks.response import (
    HTML_HEADERS,
    HTML_TYPE,
    JSON_HEADERS,
    TEXT_HEADERS,
    Response,
)
from goldilocks.util import text_

if TYPE_CHECKING:
    from goldilocks.types import AnyRequest, Environ, StartResponse


def _no_escape(value: Any) -> str:
    """Return ``value`` as text, as it is; ``None`` is the empty text.

    >>> _no_escape(b"a < b"), _no_escape(42), _no_escape(None)
    ('a < b', '42', '')
    """
    if value is None:
        return ""
    return str(text_(value, "utf-8"))


def _in_html(value: Any) -> str:
    """Write a value as text that is no markup; what says that it is markup is taken at its word."""
    # PERF: errors; WebOb's does the same, and looks for more kinds of values first
    if value.__class__ is str:
        text = escape(value)
        return text if text.isascii() else text.encode("ascii", "xmlcharrefreplace").decode()
    return str(_html_escape(value))


def _in_json(text: str) -> bytes:
    """Write text as a part of a JSON string."""
    return json.dumps(text)[1:-1].encode()


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")  # an error page must not be an error


class _Form(NamedTuple):
    """How a page is written for one content type.

    Attributes:
        headers: its content type, and the length of a page.
        escape: makes harmless text of any value.
        encode: writes a piece of such text into a page.
        gaps: finds where such pieces belong, in a page that has its name in the place of each (`_named_gap`).
    """

    headers: SizedHeaders
    escape: Callable[[Any], str]
    line_break: str
    comment: str
    encode: Callable[[str], bytes] = _encoded
    gaps: re.Pattern[str] = re.compile(r"\0(\w+)\0")


#: The forms of a page; of those before the last, the one that the client likes best, else the last.
_FORMS = {
    "text/html": _Form(HTML_HEADERS, _in_html, "<br/>", "<!-- %s -->"),
    "application/json": _Form(
        JSON_HEADERS, _no_escape, "\n", "%s", _in_json, re.compile(r"\\u0000(\w+)\\u0000")
    ),
    "text/plain": _Form(TEXT_HEADERS, _no_escape, "\n", "%s"),
}
_OFFERS = Offers(["text/html", "application/json"])

#: How long an answer's body is before its page is written.
_NO_LENGTH = ("Content-Length", "0")


_ABOUT_THE_BODY = frozenset(("content-type", "content-length", "content-md5"))


class _Words(dict[str, str]):
    """What a body template may name: the answer's own words, then its headers, then the request's environment.

    A word from outside is looked up and escaped when the template names it, and never otherwise: to turn a foreign
    object of the environment into text may run foreign code.
    """

    def __init__(self, own: dict[str, str], escape: Callable[[Any], str], *others: Mapping[str, Any]) -> None:
        super().__init__(own)
        self._escape = escape
        self._others = others

    def __missing__(self, name: str) -> str:
        for other in self._others:
            if name in other:
                return self._escape(str(_no_escape(other[name])))
        raise KeyError(name)


class _Gaps(dict[str, str]):
    """The words of a body template that are known beforehand; every other leaves a gap."""

    def __missing__(self, name: str) -> str:
        return f"\0{name}\0"


#: A page in pieces: the first, and the others, each with the name of what comes before it.
_Frame = tuple[bytes, tuple[tuple[str, bytes], ...]]


# PERF: errors; of a page nearly everything is the same each time
@functools.lru_cache(256)
def _frame(
    content_type: str, body_template: Template, around: Template, status: str, title: str, explanation: str
) -> _Frame | None:
    """Return a page without comment that lacks nothing but detail, headers and words of the environment.

    Args:
        content_type: a key of `_FORMS`.
        body_template: of the content.
        around: what stands around it, where that isn't JSON.
        status: code and title.
        title: alone.
        explanation: as in `HTTPException`.

    Returns:
        ``None`` if it can't be told apart from what it lacks, or a template has a fault, which the caller will meet.
    """
    form = _FORMS[content_type]
    known = {
        "br": form.line_break,
        "explanation": form.escape(explanation),
        "comment": "",
        "html_comment": "",
    }
    if "\0" in f"{status}{title}{explanation}":
        return None
    try:
        body = body_template.substitute(_Gaps(known))
        if content_type == "application/json":
            page = json.dumps(_message(status, body, title))
        else:
            page = around.substitute(status=form.escape(status), body=body)
    except (KeyError, ValueError):
        return None
    first, *rest = form.gaps.split(page)
    return _encoded(first), tuple(zip(rest[::2], map(_encoded, rest[1::2]), strict=True))


def _message(status: str, body: str, title: str) -> dict[str, str]:
    return {"message": body, "code": status, "title": title}


#: Status lines that have a body, and were found good: by code and title.
STATUS_LINES: dict[tuple[Any, Any], str] = {}


@implementer(IExceptionResponse)
class HTTPException(Response, Exception):
    """The base of all: a response that can be raised.

    Args:
        detail: what is to be said about this very case; it becomes ``str(error)``, ``detail`` and ``message``.
        headers: more headers, as pairs or as a mapping.
        comment: hidden in the page: an HTML comment, or a last line.
        body_template: a ``string.Template`` for the page's content, instead of the class's. It may name
            ``explanation``, ``detail``, ``comment``, ``html_comment``, ``br``, a response header in lower case and
            a key of the WSGI environment; all are escaped.
        json_formatter: called with the keywords ``status``, ``body``, ``title`` and ``environ``; returns what is
            sent as JSON.
        kw: for `Response`; a ``body``, ``text``, ``json_body`` or ``app_iter`` is sent as it is, without a page.
    """

    #: Not a status of any RFC: a subclass without a row of its own is a mistake that should be seen.
    code: int = 520
    title: str = "Unknown Error"
    explanation: str = ""

    #: Whether the status forbids a body.
    empty_body: bool = False

    body_template_obj = Template("${explanation}${br}${br}\n${detail}\n${html_comment}\n")
    plain_template_obj = Template("${status}\n\n${body}")
    html_template_obj = words.WSGIHTTPException.html_template_obj

    def __init__(
        self,
        detail: Any = None,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        comment: str | None = None,
        body_template: str | None = None,
        json_formatter: Callable[..., Any] | None = None,
        **kw: Any,
    ) -> None:
        status = None if kw else STATUS_LINES.get((self.code, self.title))
        # COMPAT: the class's own defaults are written to
        if status is None or self.default_content_type != "text/html" or self.default_charset != "UTF-8":
            Response.__init__(self, status=f"{self.code} {self.title}", **kw)
        else:
            # PERF: errors; most of these are made to be caught, so no more is done than what makes a response
            self._status = status
            self._headerlist = [HTML_TYPE, _NO_LENGTH]
            self._app_iter = [b""]
        Exception.__init__(self, detail)
        self.detail = self.message = detail
        self.comment = comment
        if headers:
            self.headers.extend(headers)
        if body_template is not None:
            self.body_template = body_template
            self.body_template_obj = Template(body_template)
        if json_formatter is not None:
            self._json_formatter = json_formatter  # type: ignore[method-assign]
        if self.empty_body:
            del self.content_type
            del self.content_length

    def __str__(self) -> str:  # type: ignore[override]  # an exception's text, not the response's
        return str(self.detail) if self.detail else self.explanation

    def __reduce__(self) -> tuple[Any, ...]:
        # what it is stands in its attributes; a subclass may ask its __init__ for anything
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]

    def _json_formatter(self, status: str, body: str, title: str, environ: Environ) -> Any:
        return _message(status, body, title)

    def prepare(self, environ: Environ) -> None:
        """Write the page in the form that the client likes best; an answer that has a body keeps it."""
        if self.empty_body or (self._app_iter != [b""] and self.has_body):
            return
        # SPEC: RFC 9110, 12.5.1; a header that can't be read counts as none
        offers = _OFFERS.acceptable(environ.get("HTTP_ACCEPT", ""))
        content_type = offers[0][0] if offers else "text/plain"
        if self._fill(content_type, environ):
            return
        self.content_type = content_type
        if content_type == "application/json":
            self.charset = None
        page = self._page(content_type, environ)
        self.body = page.encode(self.charset or "UTF-8", "replace")  # an error page must not be an error

    def _fill(self, content_type: str, environ: Environ) -> bool:
        """Write the page into the frame that is known for it, if there is one and the headers are as they were made."""
        headers = self._headerlist
        if len(headers) < 2 or headers[0] is not HTML_TYPE or headers[1] is not _NO_LENGTH or self.comment:
            return False
        if len(headers) > 2 and any(name.lower() in _ABOUT_THE_BODY for name, _ in headers[2:]):
            return False
        frame = self._frame(content_type)
        if frame is None:
            return False
        form = _FORMS[content_type]
        page, pieces = frame
        words: Mapping[str, str] | None = None
        for name, piece in pieces:
            if name == "detail":
                text = form.escape(self.detail) if self.detail else ""
            else:
                words = _Words({}, form.escape, self.headers, environ) if words is None else words
                text = words[name]
            page += form.encode(text) + piece
        self._app_iter = [page]
        fit = self._fit_headers = form.headers[len(page)]
        headers[:] = [*headers[2:], *fit]
        return True

    def _frame(self, content_type: str) -> _Frame | None:
        """Return the frame of this answer's page; what was said for one answer alone has none."""
        kind, body = self.__class__, self.body_template_obj
        around = self.html_template_obj if content_type == "text/html" else self.plain_template_obj
        if (
            (body is kind.body_template_obj or body is HTTPException.body_template_obj)
            and (around is kind.html_template_obj or around is kind.plain_template_obj)
            and self.explanation is kind.explanation
            and self.explanation.__class__ is str
            and self.title is kind.title
            and kind._page is HTTPException._page
            and kind._json_formatter is HTTPException._json_formatter
            and "_json_formatter" not in self.__dict__
        ):
            return _frame(content_type, body, around, self._status, self.title, self.explanation)
        return None

    def _page(self, content_type: str, environ: Environ) -> str:
        form = _FORMS[content_type]
        escape = form.escape
        comment = escape(self.comment or "")
        own = {
            "br": form.line_break,
            "explanation": escape(self.explanation),
            "detail": escape(self.detail or ""),
            "comment": comment,
            "html_comment": form.comment % comment if comment else "",
        }
        body = self.body_template_obj.substitute(_Words(own, escape, self.headers, environ))
        if content_type == "application/json":
            content = self._json_formatter(status=self.status, body=body, title=self.title, environ=environ)
            return json.dumps(content)
        frame = self.html_template_obj if content_type == "text/html" else self.plain_template_obj
        return frame.substitute(status=escape(self.status), body=body)

    @property
    def wsgi_response(self) -> HTTPException:
        """The answer itself."""
        # COMPAT: HTTPException.wsgi_response and .exception, from when exception and response were two objects
        return self

    exception = wsgi_response

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Send the answer: write its page first, if it has no body."""
        self.prepare(environ)
        return Response.__call__(self, environ, start_response)


#: COMPAT: httpexceptions.WSGIHTTPException, its name in WebOb
WSGIHTTPException = HTTPException


class HTTPSuccessful(HTTPException):
    """Base of the 2xx: the request was understood and accepted (15.3)."""


class HTTPRedirection(HTTPException):
    """Base of the 3xx: the client has to take one more step (15.4)."""


class HTTPError(HTTPException):
    """Base of the 4xx and 5xx: something went wrong, and work in progress should not be kept."""


# --- 2xx: it worked --------------------------------------------------------------------------------------------------


class HTTPOk(HTTPSuccessful):
    """200: here it is (15.3.1)."""

    code = 200
    title = "OK"


class HTTPCreated(HTTPSuccessful):
    """201: the request made something new (15.3.2)."""

    code = 201
    title = "Created"


class HTTPAccepted(HTTPSuccessful):
    """202: the work will be done, but not at once (15.3.3)."""

    code = 202
    title = "Accepted"
    explanation = words.HTTPAccepted.explanation


class HTTPNonAuthoritativeInformation(HTTPSuccessful):
    """203: somebody between origin and client changed the answer (15.3.4)."""

    code = 203
    title = "Non-Authoritative Information"


class HTTPNoContent(HTTPSuccessful):
    """204: done, and there is nothing to show (15.3.5)."""

    code = 204
    title = "No Content"
    empty_body = True


class HTTPResetContent(HTTPSuccessful):
    """205: done, and the client should clear its form (15.3.6)."""

    code = 205
    title = "Reset Content"
    empty_body = True


class HTTPPartialContent(HTTPSuccessful):
    """206: here are the parts that were asked for (15.3.7)."""

    code = 206
    title = "Partial Content"


# --- 3xx: look elsewhere ---------------------------------------------------------------------------------------------


class _HTTPMove(HTTPRedirection):
    """Base of the redirections that name a place.

    Args:
        location: the place, as it will stand in the ``Location`` header.
        detail: as in `HTTPException`, like all that follow.
        headers: more headers.
        comment: hidden in the page.
        body_template: for the page's content.
        kw: for `HTTPException`; ``allow_schemes`` names further schemes that the location may have.

    Raises:
        ValueError: the location is ``None``.
    """

    explanation = words._HTTPMove.explanation
    body_template_obj = Template(
        "${explanation} ${location}; you should be redirected automatically.\n${detail}\n${html_comment}"
    )

    def __init__(
        self,
        location: str = "",
        detail: Any = None,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        comment: str | None = None,
        body_template: str | None = None,
        **kw: Any,
    ) -> None:
        if location is None:  # said here, at the line that forgot it, and not when the page is written
            raise ValueError(f"{type(self).__name__} needs a location to redirect to, not None")
        allowed = kw.pop("allow_schemes", None)
        super().__init__(detail, headers, comment, body_template, location=location, **kw)
        if allowed is not None:
            self.allowed_schemes = WEB_SCHEMES | {scheme.lower() for scheme in allowed}


class HTTPMultipleChoices(_HTTPMove):
    """300: there are several forms, each at a place of its own (15.4.1)."""

    code = 300
    title = "Multiple Choices"


class HTTPMovedPermanently(_HTTPMove):
    """301: it lives elsewhere for good (15.4.2)."""

    code = 301
    title = "Moved Permanently"


class HTTPFound(_HTTPMove):
    """302: for now, it is elsewhere (15.4.3)."""

    code = 302
    title = "Found"
    explanation = words.HTTPFound.explanation


class HTTPSeeOther(_HTTPMove):
    """303: the answer is elsewhere, to be fetched with GET; the one to send after a form (15.4.4)."""

    code = 303
    title = "See Other"


class HTTPNotModified(HTTPRedirection):
    """304: what the client has is still good (15.4.5)."""

    code = 304
    title = "Not Modified"
    empty_body = True


class HTTPUseProxy(_HTTPMove):
    """305: only to be had through a proxy; deprecated (15.4.6)."""

    code = 305
    title = "Use Proxy"
    explanation = words.HTTPUseProxy.explanation


class HTTPTemporaryRedirect(_HTTPMove):
    """307: for now, ask the same, with the same method, elsewhere (15.4.8)."""

    code = 307
    title = "Temporary Redirect"


class HTTPPermanentRedirect(_HTTPMove):
    """308: from now on, ask the same, with the same method, elsewhere (15.4.9)."""

    code = 308
    title = "Permanent Redirect"


# --- 4xx: the client should do something differently -----------------------------------------------------------------


class HTTPClientError(HTTPError):
    """Base of the 4xx: the request is at fault, not the server, so it is no bug and needs no traceback (15.5)."""

    code = 400
    title = "Bad Request"


class HTTPBadRequest(HTTPClientError):
    """400: the request makes no sense (15.5.1)."""

    explanation = words.HTTPBadRequest.explanation


class HTTPUnauthorized(HTTPClientError):
    """401: say first who you are (15.5.2)."""

    code = 401
    title = "Unauthorized"
    explanation = words.HTTPUnauthorized.explanation


class HTTPPaymentRequired(HTTPClientError):
    """402: reserved for the day when money is involved (15.5.3)."""

    code = 402
    title = "Payment Required"
    explanation = words.HTTPPaymentRequired.explanation


class HTTPForbidden(HTTPClientError):
    """403: understood, and refused (15.5.4).

    Raised, it is answered by the forbidden view, which finds in it why it was refused.

    Args:
        detail: as in `HTTPException`, like all others but one.
        headers: more headers.
        comment: hidden in the page.
        body_template: for the page's content.
        result: the verdict of the security policy (a ``Denied``, or ``False``), kept as an attribute.
        kw: for `HTTPException`.
    """

    code = 403
    title = "Forbidden"
    explanation = words.HTTPForbidden.explanation

    def __init__(
        self,
        detail: Any = None,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        comment: str | None = None,
        body_template: str | None = None,
        result: Any = None,
        **kw: Any,
    ) -> None:
        super().__init__(detail, headers, comment, body_template, **kw)
        self.result = result


class HTTPNotFound(HTTPClientError):
    """404: nothing by that address (15.5.5).

    Raised, or returned, it is answered by the not-found view.
    """

    code = 404
    title = "Not Found"
    explanation = words.HTTPNotFound.explanation


class HTTPMethodNotAllowed(HTTPClientError):
    """405: it exists, but not for this method; the ``Allow`` header names those that it has (15.5.6)."""

    code = 405
    title = "Method Not Allowed"
    body_template_obj = Template(
        "The method ${REQUEST_METHOD} is not allowed for this resource. ${br}${br}\n${detail}"
    )


class HTTPNotAcceptable(HTTPClientError):
    """406: it exists, but in none of the forms that the client accepts (15.5.7)."""

    code = 406
    title = "Not Acceptable"


class HTTPProxyAuthenticationRequired(HTTPClientError):
    """407: say first to the proxy who you are (15.5.8)."""

    code = 407
    title = "Proxy Authentication Required"
    explanation = words.HTTPProxyAuthenticationRequired.explanation


class HTTPRequestTimeout(HTTPClientError):
    """408: the request took too long to arrive (15.5.9)."""

    code = 408
    title = "Request Timeout"
    explanation = words.HTTPRequestTimeout.explanation


class HTTPConflict(HTTPClientError):
    """409: what is asked contradicts the present state of things (15.5.10)."""

    code = 409
    title = "Conflict"
    explanation = words.HTTPConflict.explanation


class HTTPGone(HTTPClientError):
    """410: it was here, and will not come back (15.5.11)."""

    code = 410
    title = "Gone"
    explanation = words.HTTPGone.explanation


class HTTPLengthRequired(HTTPClientError):
    """411: say first how long the body is (15.5.12)."""

    code = 411
    title = "Length Required"
    explanation = words.HTTPLengthRequired.explanation


class HTTPPreconditionFailed(HTTPClientError):
    """412: the condition that the client set does not hold (15.5.13)."""

    code = 412
    title = "Precondition Failed"
    explanation = words.HTTPPreconditionFailed.explanation


class HTTPRequestEntityTooLarge(HTTPClientError):
    """413: the body is larger than the server takes (15.5.14)."""

    code = 413
    title = "Request Entity Too Large"
    explanation = words.HTTPRequestEntityTooLarge.explanation


class HTTPRequestURITooLong(HTTPClientError):
    """414: the address is longer than the server reads (15.5.15)."""

    code = 414
    title = "Request-URI Too Long"
    explanation = words.HTTPRequestURITooLong.explanation


class HTTPUnsupportedMediaType(HTTPClientError):
    """415: the body is of a type that is not understood here (15.5.16)."""

    code = 415
    title = "Unsupported Media Type"


class HTTPRequestRangeNotSatisfiable(HTTPClientError):
    """416: no such part of it (15.5.17)."""

    code = 416
    title = "Request Range Not Satisfiable"
    explanation = words.HTTPRequestRangeNotSatisfiable.explanation


class HTTPExpectationFailed(HTTPClientError):
    """417: what the client expects, by its ``Expect`` header, can't be done (15.5.18)."""

    code = 417
    title = "Expectation Failed"
    explanation = words.HTTPExpectationFailed.explanation


class HTTPImATeapot(HTTPClientError):
    """418: no coffee from this pot (RFC 2324, 2.3.2)."""

    code = 418
    title = "I'm a teapot"
    explanation = "This is a teapot; it will not brew coffee."


class HTTPUnprocessableEntity(HTTPClientError):
    """422: well-formed, but it can't be done (15.5.21)."""

    code = 422
    title = "Unprocessable Entity"
    explanation = words.HTTPUnprocessableEntity.explanation


class HTTPLocked(HTTPClientError):
    """423: somebody holds the lock (RFC 4918, 11.3)."""

    code = 423
    title = "Locked"
    explanation = words.HTTPLocked.explanation


class HTTPFailedDependency(HTTPClientError):
    """424: it depended on something else that failed (RFC 4918, 11.4)."""

    code = 424
    title = "Failed Dependency"
    explanation = words.HTTPFailedDependency.explanation


class HTTPPreconditionRequired(HTTPClientError):
    """428: ask conditionally, so that nobody's change is overwritten unseen (RFC 6585, 3)."""

    code = 428
    title = "Precondition Required"
    explanation = "The server only takes this request with a condition, such as If-Match."


class HTTPTooManyRequests(HTTPClientError):
    """429: slow down (RFC 6585, 4)."""

    code = 429
    title = "Too Many Requests"
    explanation = "You sent more requests than are allowed in this time. Wait a little, then try again."


class HTTPRequestHeaderFieldsTooLarge(HTTPClientError):
    """431: too many or too long headers (RFC 6585, 5)."""

    code = 431
    title = "Request Header Fields Too Large"
    explanation = "The headers of your request are larger than this server takes."


# --- 5xx: the server failed ------------------------------------------------------------------------------------------


class HTTPServerError(HTTPError):
    """Base of the 5xx: the request may be right, but the server can't do it (15.6)."""

    code = 500
    title = "Internal Server Error"


class HTTPInternalServerError(HTTPServerError):
    """500: something unexpected happened (15.6.1)."""

    explanation = words.HTTPInternalServerError.explanation


class HTTPNotImplemented(HTTPServerError):
    """501: the server can't do this for anything (15.6.2)."""

    code = 501
    title = "Not Implemented"


class HTTPBadGateway(HTTPServerError):
    """502: a server behind this one answered nonsense (15.6.3)."""

    code = 502
    title = "Bad Gateway"
    explanation = words.HTTPBadGateway.explanation


class HTTPServiceUnavailable(HTTPServerError):
    """503: not now; a ``Retry-After`` header may say when (15.6.4)."""

    code = 503
    title = "Service Unavailable"
    explanation = words.HTTPServiceUnavailable.explanation


class HTTPGatewayTimeout(HTTPServerError):
    """504: a server behind this one didn't answer in time (15.6.5)."""

    code = 504
    title = "Gateway Timeout"
    explanation = words.HTTPGatewayTimeout.explanation


class HTTPVersionNotSupported(HTTPServerError):
    """505: not in this version of HTTP (15.6.6)."""

    code = 505
    title = "HTTP Version Not Supported"
    explanation = words.HTTPVersionNotSupported.explanation


class HTTPInsufficientStorage(HTTPServerError):
    """507: no room left (RFC 4918, 11.5)."""

    code = 507
    title = "Insufficient Storage"
    explanation = words.HTTPInsufficientStorage.explanation


#: The class of each status. The bases stand for no status, but for that of an answer without a row.
status_map: dict[int, type[HTTPException]] = {HTTPException.code: HTTPException} | {
    row.code: row
    for base in (HTTPSuccessful, _HTTPMove, HTTPRedirection, HTTPClientError, HTTPServerError)
    for row in base.__subclasses__()
    if row is not _HTTPMove
}

STATUS_LINES.update(
    {(row.code, row.title): f"{row.code} {row.title}" for row in status_map.values() if not row.empty_body}
)


def exception_response(status_code: int, **kw: Any) -> HTTPException:
    """Return the answer for a status, ready to be raised.

    Args:
        status_code: one of `status_map`.
        kw: for the class.

    Raises:
        KeyError: no class has this status.

    >>> exception_response(404, detail="no such page").status
    '404 Not Found'
    """
    return status_map[status_code](**kw)


def default_exceptionresponse_view(context: Any, request: AnyRequest) -> Any:
    """Answer an exception that is a response with itself, or with the page that the configuration has for it."""
    # COMPAT: a not-found or forbidden view may be called with the context that was found instead of the error
    error = context if isinstance(context, Exception) else request.exception or context
    try:
        # looked up in the dictionary: registries of other make, and stand-ins for one, have no such page
        known = request.registry.__dict__
    except AttributeError:
        return error
    if isinstance(error, ValueError | OSError) and _goes_on(known):
        raise error
    page = known.get("exception_page")
    return error if page is None else page(error, request)


def _goes_on(known: Mapping[str, Any]) -> bool:
    """Tell whether errors that nothing of the application's answers go on to whoever is around it.

    COMPAT: what can't be read in a request was no response before: tweens around the one for exception views wait for it.
    """
    settings = known.get("_settings")
    return isinstance(settings, dict) and settings.get("goldilocks.answer_errors") is False
