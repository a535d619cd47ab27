"""The response: WebOb's, known to the registry as ours, and one that sends a file.

Which class a view's ``request.response`` is made by is the application's choice (`_get_response_factory`); what a view
may return instead of a response is taught by a `response_adapter`.
"""

from __future__ import annotations

import mimetypes
import os
import re
from collections.abc import Callable, Collection, Iterable
from functools import lru_cache
from typing import IO, TYPE_CHECKING, Any, TypeVar

from webob import Response as _Response
from webob import response as _webob_response
from webob.datetime_utils import parse_date
from webob.response import EmptyResponse
from webob.util import status_reasons
from zope.interface import implementer

from goldilocks.filebodies import BLOCK_SIZE as _BLOCK_SIZE
from goldilocks.filebodies import FileIter as FileIter
from goldilocks.filebodies import FilePart, WholeFile
from goldilocks.headers import (
    WEB_SCHEMES,
    HeaderError,
    SizedHeaders,
    check,
    check_cookie_attributes,
    check_cookie_name,
    content_disposition,
    encoded_location,
)
from goldilocks.interfaces import IResponse, IResponseFactory
from goldilocks.late import LateAttribute, late_module
from goldilocks.names import VENUSIAN_CATEGORY
from goldilocks.owncookies import PLAIN_WRITERS
from goldilocks.ranges import heeded, read_if_range

if TYPE_CHECKING:
    import venusian

    from goldilocks.types import (
        AnyRegistry,
        AnyRequest,
        AnyResponse,
        Environ,
        InterfaceSpec,
        StartResponse,
    )
else:
    # PERF: import: not everybody decorates
    venusian = late_module("venusian", globals())

OK = "200 OK"
HTML_TYPE = ("Content-Type", "text/html; charset=UTF-8")
JSON_TYPE = ("Content-Type", "application/json")
TEXT_TYPE = ("Content-Type", "text/plain; charset=UTF-8")

HTML_HEADERS, JSON_HEADERS, TEXT_HEADERS = map(SizedHeaders, (HTML_TYPE, JSON_TYPE, TEXT_TYPE))

_HTML, _UTF_8 = _Response.default_content_type, _Response.default_charset

#: The status lines of answers with a body, by their code.
STATUS_LINES: dict[int | str, str] = {
    code: f"{code} {reason}"
    for code, reason in status_reasons.items()
    if code >= 200 and code not in (204, 205, 304)
}

#: Stands for a charset that wasn't said; ``None`` says that there is none.
_UNSAID: Any = vars(_webob_response)["_marker"]

Adapter = TypeVar("Adapter", bound=Callable[..., Any])


@implementer(IResponse)
class Response(_Response):
    """What goes back to the client: WebOb's response under the contract ``IResponse``.

    Args:
        body: bytes, or text that is encoded as the content type says.
        status: a code, or a code and its reason; ``200 OK`` by default.
        headerlist: names and values; with them, no content type is added.
        app_iter: the body in parts, instead of ``body``.
        content_type: ``text/html`` by default.
        conditional_response: answer ``If-None-Match`` and its kin, and ``Range``.
        charset: added to a content type that can have one; UTF-8 by default.
        kw: values for further attributes.

    Raises:
        TypeError: an argument is none of these, or two exclude each other.
    """

    #: Whether the router may add headers that protect the browser; where somebody else's bytes are sent, they say all.
    takes_default_headers = True

    #: The schemes that ``location`` may have; ``None``: it may be anything.
    allowed_schemes: Collection[str] | None = WEB_SCHEMES

    # what WebOb writes into each response stands here once
    conditional_response = False
    _headers: Any = None
    #: What the headers were made of, if that can be sent as it is. As long as they are equal, they can be sent, too.
    _fit_headers: list[tuple[str, str]] | None = None
    #: A cookie of the framework's own, whose header can be sent.
    _own_cookie: tuple[str, str] | None = None

    def __init__(
        self,
        body: bytes | str | None = None,
        status: int | str | None = None,
        headerlist: list[tuple[str, str]] | None = None,
        app_iter: Iterable[bytes] | None = None,
        content_type: str | None = None,
        conditional_response: bool | None = None,
        charset: str | None = _UNSAID,
        **kw: Any,
    ) -> None:
        # PERF: hello: nothing is said but a text, so nothing has to be found out
        if (
            body.__class__ is str
            and self.__class__ is Response
            and (status is None or status in STATUS_LINES)
            and headerlist is None
            and app_iter is None
            and content_type is None
            and conditional_response is None
            and charset is _UNSAID
            and not kw
            # COMPAT: the class's own defaults are written to
            and Response.default_content_type is _HTML
            and Response.default_charset is _UTF_8
            and not Response.default_conditional_response
        ):
            encoded = body.encode()
            self._status = OK if status is None else STATUS_LINES[status]
            fit = self._fit_headers = HTML_HEADERS[len(encoded)]
            self._headerlist = fit[:]
            self._app_iter = [encoded]
        else:
            said: Any = charset  # it may be None, whatever WebOb's types say
            super().__init__(
                body, status, headerlist, app_iter, content_type, conditional_response, said, **kw
            )

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as a WSGI application."""
        if self.conditional_response and (
            "HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MODIFIED_SINCE" in environ or "HTTP_RANGE" in environ
        ):
            return self.conditional_response_app(environ, start_response)
        # PERF: every scenario: nothing but a Location is sent otherwise than it stands there
        headers = self._headerlist
        for name, _ in headers:
            if len(name) == 8 and name.lower() == "location":
                headers = self._abs_headerlist(environ)  # type: ignore[attr-defined]  # WebOb's types leave it out
                break
        else:
            headers = headers[:]  # the server's own
        start_response(self._status, headers)
        if environ["REQUEST_METHOD"] == "HEAD":
            return EmptyResponse(self._app_iter)
        return self._app_iter

    # COMPAT: what WebOb calls to make a Location absolute
    @staticmethod
    def _make_location_absolute(environ: Environ, value: str) -> str:
        location: str = _Response._make_location_absolute(environ, value)  # type: ignore[attr-defined]  # left out, too
        return encoded_location(location)

    def conditional_response_app(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a conditional or range request; a condition that can't be read isn't heeded."""
        unreadable = {
            name for name, read in _CONDITIONS.items() if not _can_read(read, environ.get(name, ""))
        }
        if "HTTP_IF_RANGE" in unreadable:
            unreadable.add("HTTP_RANGE")  # whose condition doesn't hold, then
        if unreadable or "HTTP_RANGE" in environ:
            environ = {name: value for name, value in environ.items() if name not in unreadable}
            environ["HTTP_RANGE"] = heeded(environ.get("HTTP_RANGE") or "", self.content_length)

        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            if status.startswith("416"):  # the words of WebOb aren't packed as the body was
                headers = [header for header in headers if header[0].lower() != "content-encoding"]
            return start_response(status, headers, *exc_info)

        return super().conditional_response_app(environ, start)

    def set_cookie(  # type: ignore[override]  # WebOb's types leave ``expires`` out
        self,
        name: str,
        value: str | None = "",
        max_age: Any = None,
        path: str = "/",
        domain: str | None = None,
        secure: bool = False,
        httponly: bool = False,
        comment: str | None = None,
        expires: Any = None,
        overwrite: bool = False,
        samesite: str | None = None,
    ) -> None:
        """Set a cookie; the arguments are those of WebOb.

        Raises:
            ValueError: the name or an attribute would be read as more than one.
        """
        check_cookie_name(name)
        check_cookie_attributes(path=path, domain=domain, samesite=samesite)
        arguments: Any = (max_age, path, domain, secure, httponly, comment, expires, overwrite, samesite)
        super().set_cookie(name, value, *arguments)

    def attach(self, filename: str, disposition: str = "attachment") -> None:
        """Have the client save the answer under a name, whatever characters are in it.

        Args:
            filename: the name, without a path.
            disposition: ``attachment``, or ``inline`` to have it shown all the same.
        """
        self.content_disposition = content_disposition(filename, disposition)


class ForeignResponse(Response):
    """What another WSGI application has answered: it says all itself, and leads where it likes."""

    takes_default_headers = False
    allowed_schemes = None


# SPEC: RFC 9110, 13.1.3, 13.1.5; WebOb fails at numbers and dates that Python doesn't make one of
_CONDITIONS: dict[str, Callable[[str], Any]] = {
    "HTTP_IF_MODIFIED_SINCE": parse_date,
    "HTTP_IF_RANGE": read_if_range,
}


def _can_read(read: Callable[[str], Any], value: str) -> bool:
    try:
        read(value)
    except (ValueError, OverflowError):
        return False
    return True


# it only looks at attributes; the framework's own cookies have good ones
PLAIN_WRITERS.insert(0, Response.set_cookie)


class FileResponse(Response):
    """A response whose body is a file.

    It answers conditional and range requests by itself. The file is closed when the server closes the body, as WSGI
    says that every server does.

    Args:
        path: where the file lies.
        request: the request that is answered. With it, the server's own way to send files (``wsgi.file_wrapper``) is
            used where there is one.
        cache_max_age: how long the answer may be kept, in seconds.
        content_type: guessed by the name of the file, if ``None``.
        content_encoding: how the file is packed (``"gzip"``); only heeded together with ``content_type``.

    Raises:
        OSError: the file can't be opened.
    """

    takes_default_headers = False
    conditional_response = True
    #: The server's body of a file, and the file.
    _wrapped: tuple[Any, IO[bytes]] | None = None

    def __init__(
        self,
        path: str | os.PathLike[str],
        request: AnyRequest = None,
        cache_max_age: int | None = None,
        content_type: str | None = None,
        content_encoding: str | None = None,
    ) -> None:
        if content_type is None:
            content_type, content_encoding = _guess_type(path)
        wrap = None if request is None else request.environ.get("wsgi.file_wrapper")
        body: Any
        if wrap is None:
            body = WholeFile(path)
            facts = body.facts
        else:
            file = open(path, "rb")  # noqa: SIM115 - the body outlives this function; the server closes it
            # asked of the open file, so that size and date are those of the very bytes that are sent
            facts = os.fstat(file.fileno())
            body = wrap(file, _BLOCK_SIZE)
            self._wrapped = body, file
        size, changed = facts.st_size, facts.st_mtime
        # PERF: static: what was said once of a file is remembered. A subclass may say otherwise
        if self.__class__ is FileResponse and self.default_charset is _UTF_8:
            self._status = OK
            headers, is_fit = _file_headers(content_type, content_encoding, changed, size)
            self._headerlist = headers[:]
            self._fit_headers = headers if is_fit else None
            self._app_iter = body
        else:
            super().__init__(
                conditional_response=True, content_type=content_type, content_encoding=content_encoding
            )
            self.app_iter = body
            self.last_modified = changed
            self.content_length = size  # after app_iter, whose assignment drops the length
        if cache_max_age is not None:
            self.cache_expires = cache_max_age

    @property
    def is_fit(self) -> bool:
        """Whether it is known that the response can be sent: it says what is remembered of the file, and no more."""
        return self._headerlist == self._fit_headers and self._status is OK and not self.takes_default_headers

    def app_iter_range(self, start: int, stop: int | None) -> Any:
        """Return a part of the body; what stands before it in a file isn't read."""
        body: Any = self._app_iter
        if stop is None or not self._holds_file(body):
            return super().app_iter_range(start, stop)
        return body.part(start, stop) if self._wrapped is None else FilePart(*self._wrapped, start, stop)

    def _holds_file(self, body: Any) -> bool:
        return body.__class__ is WholeFile if self._wrapped is None else body is self._wrapped[0]


@lru_cache(1000)
def _file_headers(
    content_type: str, content_encoding: str | None, changed: float, size: int
) -> tuple[list[tuple[str, str]], bool]:
    """Return the headers of a file, to which nobody may write, and whether they can be sent."""
    response = Response(
        app_iter=(), content_type=content_type, charset=_UTF_8, content_encoding=content_encoding
    )
    response.last_modified = changed
    response.content_length = size
    try:
        check(OK, response.headerlist)
    except HeaderError:
        return response.headerlist, False
    return response.headerlist, True


class response_adapter:
    """Make a function turn what views return into responses, once its module is scanned.

    Args:
        types_or_ifaces: the classes or interfaces that it understands.
        kwargs: further arguments for ``config.add_response_adapter``. ``_depth`` (how many frames lie between the
            decorated function and this decorator) and ``_category`` (the name by which a scan may pick) are for
            venusian.
    """

    #: COMPAT: ``response_adapter.venusian``; decorators built on this one and their tests replace it
    venusian: Any = LateAttribute("venusian")

    def __init__(self, *types_or_ifaces: InterfaceSpec, **kwargs: Any) -> None:
        self.depth: int = kwargs.pop("_depth", 0)
        self.category: str = kwargs.pop("_category", VENUSIAN_CATEGORY)
        self.types_or_ifaces = types_or_ifaces
        self.kwargs = kwargs

    def register(self, scanner: Any, name: str | None, wrapped: Any) -> None:
        """Say the adapters; the scan calls this."""
        for type_or_iface in self.types_or_ifaces:
            scanner.config.add_response_adapter(wrapped, type_or_iface, **self.kwargs)

    def __call__(self, wrapped: Adapter) -> Adapter:
        """Leave the statement for the scan, and return the function as it is."""
        self.venusian.attach(wrapped, self.register, category=self.category, depth=self.depth + 1)
        return wrapped


def _get_response_factory(registry: AnyRegistry) -> Callable[[AnyRequest], AnyResponse]:
    """Return what makes ``request.response``: the application's own factory, or our class."""
    factory: Callable[[AnyRequest], AnyResponse] = registry.queryUtility(
        IResponseFactory, default=_make_response
    )
    return factory


def _make_response(request: AnyRequest) -> Response:
    return Response()


def quick_response(body: bytes, headers: SizedHeaders) -> Response:
    """Return a response of which nothing has to be found out.

    Args:
        body: as it is sent.
        headers: of its kind.
    """
    response = object.__new__(Response)
    response._status = OK
    fit = response._fit_headers = headers[len(body)]
    response._headerlist = fit[:]
    response._app_iter = [body]
    return response


def _guess_type(path: str | os.PathLike[str]) -> tuple[str, str | None]:
    """Tell content type and encoding by the name of a file."""
    # PERF: static: what most names come down to, asked of the very tables that the standard library asks
    if path.__class__ is str and getattr(mimetypes, "inited", False):
        stem, _, ending = path.rpartition(".")
        ending = f".{ending}"
        if ending not in mimetypes.suffix_map and ending not in mimetypes.encodings_map and _is_stem(stem):
            known = mimetypes.types_map.get(ending)
            if known is not None:
                return known, None
    content_type, content_encoding = mimetypes.guess_type(path, strict=False)
    return content_type or "application/octet-stream", content_encoding


#: What stands before an ending: a name of some length, in a path that isn't taken for a URL.
_is_stem = re.compile(r"[^:]*[^:./]").fullmatch
