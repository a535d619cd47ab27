"""What a well-formed request is: a function for each rule that can be seen in its environment, before anybody reads it.

None of them knows an application; what there may be how much of is in the `Limits` that they are handed. Those that begin with
``check`` raise the answer that the request gets; a few mend what can be mended. `check_request` calls them in order.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from goldilocks.characters import find_control, is_token
from goldilocks.charsets import text_of
from goldilocks.exceptions import UnfitTextError, refusal
from goldilocks.httpexceptions import (
    HTTPBadRequest,
    HTTPException,
    HTTPNotFound,
    HTTPRequestEntityTooLarge,
    HTTPRequestHeaderFieldsTooLarge,
    HTTPRequestURITooLong,
)
from goldilocks.limits import Limits
from goldilocks.ranges import LONGEST_RANGE

if TYPE_CHECKING:
    from goldilocks.types import Environ


def check_request(environ: Environ, limits: Limits) -> None:
    """See that all is well with a request but its host.

    Raises:
        HTTPException: it isn't.
    """
    check_method(environ)
    check_target(environ)
    check_lengths(environ, limits)
    check_body_length(environ, limits)
    check_header_count(environ, limits)
    check_ranges(environ, limits)
    check_escapes(environ, limits)
    check_bytes(environ)
    check_characters(environ, limits)
    check_header_lengths(environ, limits)
    check_lists(environ, limits)


#: What is text in every environment, beside the headers.
_TEXTS = frozenset(("CONTENT_LENGTH", "CONTENT_TYPE", "QUERY_STRING", "SERVER_NAME", "SERVER_PORT"))


def make_text(environ: Environ) -> None:
    """Write numbers as text, where a middleware or a test has left them in its place; and take out what is ``None``.

    >>> environ = {"CONTENT_LENGTH": 3, "HTTP_ACCEPT": None, "wsgi.url_scheme": "http"}
    >>> make_text(environ)
    >>> sorted(environ.items())
    [('CONTENT_LENGTH', '3'), ('wsgi.url_scheme', 'http')]
    """
    # SPEC: PEP 3333, environ Variables: it is text, and what has no value needn't be there
    odd = [
        name
        for name, value in environ.items()
        if (value is None or isinstance(value, int)) and (name in _TEXTS or name.startswith("HTTP_"))
    ]
    for name in odd:
        value = environ.pop(name)
        if value is not None:
            environ[name] = str(value)


_LONGEST_METHOD = 64


def check_method(environ: Environ) -> None:
    """See that the method is a word.

    Raises:
        HTTPBadRequest: it isn't.
    """
    method = environ.get("REQUEST_METHOD", "GET")
    if len(method) > _LONGEST_METHOD or not is_token(method):
        raise refusal(HTTPBadRequest, "The method is not a word that could be one.")


def check_target(environ: Environ) -> None:
    """See that the target is a path; of ``*``, the ``OPTIONS`` may be asked, which are those of the empty path.

    Raises:
        HTTPBadRequest: it isn't.
        HTTPNotFound: there is a NUL in it.
    """
    path = environ.get("PATH_INFO", "")
    # SPEC: RFC 9112, 3.2.4 and 3.3; behind the host, a star would be read as a part of its name
    if path == "*" and environ.get("REQUEST_METHOD") == "OPTIONS":
        path = environ["PATH_INFO"] = ""
    # SPEC: RFC 9112, 3.2; an empty path is what WSGI makes of an application's own address without a slash
    if path and path[0] != "/":
        raise refusal(HTTPBadRequest, "The address must begin with a slash.")
    if "\0" in path:
        raise refusal(HTTPNotFound, "No address has a NUL in it.")


def check_lengths(environ: Environ, limits: Limits) -> None:
    """See that path and query are not too long.

    Raises:
        HTTPRequestURITooLong: one is.
    """
    if len(environ.get("PATH_INFO", "")) > limits.path_bytes:
        raise refusal(HTTPRequestURITooLong, f"The path has more than {limits.path_bytes} bytes.")
    if len(environ.get("QUERY_STRING", "")) > limits.query_bytes:
        raise refusal(HTTPRequestURITooLong, f"The query has more than {limits.query_bytes} bytes.")


def check_body_length(environ: Environ, limits: Limits) -> None:
    """See that ``Content-Length`` is a number and not too large.

    Raises:
        HTTPBadRequest: it is no number.
        HTTPRequestEntityTooLarge: it is too large.
    """
    length = environ.get("CONTENT_LENGTH") or "0"
    # SPEC: RFC 9110, 8.6: digits and nothing else; no sign, no list
    if not (length.isascii() and length.isdecimal()):
        raise refusal(HTTPBadRequest, "The Content-Length is not a number.")
    if len(length) > 18 or int(length) > limits.body_bytes:
        raise too_large_body(limits)


def too_large_body(limits: Limits) -> HTTPException:
    """Return the refusal of a body that has more bytes than the application takes."""
    return refusal(HTTPRequestEntityTooLarge, f"The body has more than {limits.body_bytes} bytes.")


def check_protocol(environ: Environ) -> None:
    """See that a request without a ``Host`` is as old as the time when there was none.

    Raises:
        HTTPBadRequest: it isn't.
    """
    # SPEC: RFC 9112, 3.2 and 2.3; later versions say a host in another way, which a gateway may keep to itself
    version = str(environ.get("SERVER_PROTOCOL", ""))
    if version.startswith("HTTP/1.") and version != "HTTP/1.0":
        raise refusal(HTTPBadRequest, "There is no Host header.")


# SPEC: RFC 3986, 2.1
find_broken_escape = re.compile(r"%(?![0-9A-Fa-f]{2})").search

#: Where servers put the target as it came, before anything was unescaped.
_RAW_TARGETS = ("RAW_URI", "REQUEST_URI")


def check_escapes(environ: Environ, limits: Limits) -> None:
    """See that each percent sign of the target's path means something, if text is read strictly.

    A path that was unescaped doesn't show what ``/50%`` was before; so this is seen where a server hands over the target, too.

    Raises:
        UnfitTextError: one doesn't.
    """
    if limits.strict_text and "%" in environ.get("PATH_INFO", ""):
        for name in _RAW_TARGETS:
            if broken := find_broken_escape(environ.get(name, "").partition("?")[0]):
                raise UnfitTextError.at(broken, BROKEN_ESCAPE, "latin-1")


#: What a client hears of an escape that is none.
BROKEN_ESCAPE = "A percent sign is not followed by two hexadecimal digits."


#: What is bytes, of which it is only known when they are read whether they are text.
_BYTES = ("PATH_INFO", "QUERY_STRING", "HTTP_COOKIE")


def check_bytes(environ: Environ) -> None:
    """See that each character of path, query and cookies stands for a byte.

    Raises:
        HTTPBadRequest: one doesn't.
    """
    # SPEC: PEP 3333, Unicode Issues
    for name in _BYTES:
        value = environ.get(name)
        if isinstance(value, str) and not value.isascii() and max(value) > "\xff":
            raise refusal(HTTPBadRequest, "The address or a cookie holds what no byte stands for.")


def check_characters(environ: Environ, limits: Limits) -> None:
    """See that path and headers are text.

    Of the bytes of the path and of cookies, only controls are looked at: who reads them says whether they are UTF-8.

    Raises:
        URLDecodeError: there are control characters in them, or a header isn't UTF-8.
    """
    refuses_controls = limits.refuse_controls or limits.strict
    for name, value in environ.items():
        if not (name.startswith("HTTP_") or name in ("PATH_INFO", "CONTENT_TYPE")):
            continue
        # an environment that was made by hand may hold something else than text
        if not isinstance(value, str) or (value.isascii() and value.isprintable()):
            continue
        if refuses_controls and (control := find_control(value)):
            raise UnfitTextError.at(
                control, "There are control characters in the address or in a header.", "latin-1"
            )
        if limits.strict_text and name not in ("PATH_INFO", "HTTP_COOKIE"):
            check_text(value)


def check_text(text: str) -> None:
    """See that text of the environment is UTF-8.

    Raises:
        URLDecodeError: it isn't.
        HTTPBadRequest: it isn't even bytes.
    """
    try:
        text_of(text)
    except UnicodeEncodeError:  # no server has made it
        raise refusal(HTTPBadRequest, "A header holds what no byte stands for.") from None


def check_ranges(environ: Environ, limits: Limits) -> None:
    """Take a ``Range`` out that asks for too many ranges, or is too long to be few: then the whole is sent."""
    # SPEC: RFC 9110, 14.2 and 14.1.2: a server may ignore the header, and should where many small ranges are asked for
    ranges = environ.get("HTTP_RANGE", "")
    if ranges.count(",") >= limits.range_items or len(ranges) > LONGEST_RANGE * limits.range_items:
        environ.pop("HTTP_RANGE", None)


#: The headers that list what a client likes.
_ACCEPT = ("HTTP_ACCEPT", "HTTP_ACCEPT_CHARSET", "HTTP_ACCEPT_ENCODING", "HTTP_ACCEPT_LANGUAGE")


def check_header_count(environ: Environ, limits: Limits) -> None:
    """See that there are not too many headers.

    Raises:
        HTTPRequestHeaderFieldsTooLarge: there are.
    """
    if sum(1 for name in environ if name.startswith("HTTP_")) > limits.header_count:
        raise refusal(HTTPRequestHeaderFieldsTooLarge, f"More than {limits.header_count} headers.")


def check_header_lengths(environ: Environ, limits: Limits) -> None:
    """See that no header is too long, and no name of one.

    Raises:
        HTTPRequestHeaderFieldsTooLarge: one is.
    """
    for name, value in environ.items():
        is_header = name.startswith("HTTP_") or name == "CONTENT_TYPE"
        longest = max(len(name), len(value) if isinstance(value, str) else 0)
        if is_header and longest > limits.header_bytes:
            raise refusal(
                HTTPRequestHeaderFieldsTooLarge, f"A header has more than {limits.header_bytes} bytes."
            )


def check_lists(environ: Environ, limits: Limits) -> None:
    """See that a client doesn't like too many things.

    Raises:
        HTTPRequestHeaderFieldsTooLarge: it does.
    """
    for name in _ACCEPT:
        if name in environ and environ[name].count(",") >= limits.accept_items:
            raise refusal(
                HTTPRequestHeaderFieldsTooLarge, f"A header lists more than {limits.accept_items} things."
            )
