r"""What may be sent: the status line, names and values of headers, and where a ``Location`` may lead.

`check` stands before ``start_response`` and is the one guard against an answer that splits in two. A ``Location`` has rules
of its own, because browsers read a URL as the WHATWG says and not as the RFC does: they drop tabs and line breaks, take
``\`` for ``/``, and whatever begins with two of these for another host. `safe_location` writes a location so that both
readings agree. What single headers need (`content_disposition`, `check_cookie_attributes`) stands at the foot.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from goldilocks.characters import BLANKS, is_token
from goldilocks.encode import PRINTABLE

#: The schemes that a ``Location`` may have, unless the response allows others.
WEB_SCHEMES = frozenset({"http", "https"})

#: How many names of headers are remembered as good.
_NAMES_LIMIT = 1000

# SPEC: RFC 9110, 5.5 (field value); RFC 9112, 4 (status line)
_is_status = re.compile(r"[1-9][0-9]{2}(?: [\t\x20-\x7e\x80-\xff]*)?").fullmatch
_find_fault = re.compile(r"[^\t\x20-\x7e\x80-\xff]").search

_find_blank = re.compile(f"[{BLANKS}]").search
_scheme_of = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*(?=:)").match
_has_authority = re.compile(r"[^:]+://[^/\\?#]").match
_has_two_authorities = re.compile(r"[^:]+://[^/\\?#]+\\").match
_slashes_of = re.compile(r"[/\\]*").match


class HeaderError(ValueError):
    """Something can't be sent as it is: it would be read as something else, or as two answers."""


#: Names that were found good and have no rules for their values.
_plain_names: set[str] = set()


def check(
    status: str, headers: Collection[tuple[str, str]], schemes: Collection[str] | None = WEB_SCHEMES
) -> None:
    """See whether a response can be sent as it is.

    Args:
        status: the code, and mostly a reason.
        headers: names and values, as they go to ``start_response``.
        schemes: that a ``Location`` may have; ``None`` if it may be anything that can be sent.

    Raises:
        HeaderError: a kind of ``ValueError`` that says what can't be, and where in it.
    """
    _check_status(status)
    # PERF: every scenario. Most headers have a known name and a value of printable ASCII: that is all there is to see
    try:
        for name, _ in headers:
            if name not in _plain_names:
                break
        else:
            text = "".join([value for _, value in headers])
            if text.isascii() and text.isprintable():
                return
    except TypeError:  # a name or a value that is no text; who it was is found out below
        pass
    for name, value in headers:
        _check_header(name, value, schemes)


@lru_cache(100)
def _check_status(status: Any) -> None:
    if not isinstance(status, str) or not _is_status(status):
        raise HeaderError(
            f"status {status!r} can't be sent: a status is three digits, a space and a reason in one line"
        )


def _check_header(name: Any, value: Any, schemes: Collection[str] | None) -> None:
    if not isinstance(name, str) or not is_token(name):
        raise HeaderError(
            f"{name!r} can't be the name of a header: letters, digits and !#$%&'*+-.^_`|~ may stand in one"
        )
    if not isinstance(value, str):
        raise HeaderError(
            f"the value of header {name} is {value!r}, of type {type(value).__name__}; send text"
        )
    fault = _find_fault(value)
    if fault:
        advice = "encode it" if fault[0] > "\xff" else "no control may stand in a header"
        raise HeaderError(
            f"header {name} can't be sent: {fault[0]!r} at position {fault.start()} of {value!r}; {advice}"
        )
    if name.lower() == "location":
        if safe_location(value, schemes) != value:
            raise HeaderError(f"Location {value!r} begins like the name of another host")
    elif len(_plain_names) < _NAMES_LIMIT:
        _plain_names.add(name)


def safe_location(location: str, schemes: Collection[str] | None = WEB_SCHEMES) -> str:
    r"""Return where a redirect leads, written so that every browser reads it alike.

    A URL with a host is as it was; a path always stays on the host of the request: what would make another host of
    it is percent-encoded.

    >>> safe_location("/bears?page=2"), safe_location("//evil.example/x"), safe_location("/\\evil.example")
    ('/bears?page=2', '/%2Fevil.example/x', '/%5Cevil.example')

    Args:
        location: a URL or a reference relative to the request's.
        schemes: that the URL may have; ``None`` if it may be anything.

    Raises:
        HeaderError: a space or a control is in it, its scheme is none of ``schemes``, it has a scheme but no host, or one that
            is read in two ways.
    """
    if schemes is None:
        return location
    blank = _find_blank(location)
    if blank:
        raise HeaderError(
            f"Location {location!r} has {blank[0]!r} at position {blank.start()}: "
            "percent-encode what comes from outside, by request.route_url() or urllib.parse.quote()"
        )
    scheme = _scheme_of(location)
    if scheme:
        _check_scheme(location, scheme[0].lower(), schemes)
        return location
    slashes = _slashes_of(location)[0]  # type: ignore[index]  # it always matches
    if len(slashes) < 2 and "\\" not in slashes:
        return location
    first = "/" if slashes[0] == "/" else ""
    return first + quote(slashes[len(first) :], "") + location[len(slashes) :]


def encoded_location(location: str) -> str:
    """Return a location as a header can hold it: if a letter in it can't be sent, those beyond ASCII are percent-encoded.

    >>> encoded_location("/bär"), encoded_location("/熊?a=1%20")
    ('/bär', '/%E7%86%8A?a=1%20')
    """
    try:
        location.encode("latin-1")
    except UnicodeEncodeError:
        # SPEC: RFC 3987, 3.1: a URL that people write is one that programs read once it is in UTF-8 and escaped
        return quote(location, PRINTABLE, errors="replace")
    return location


def _check_scheme(location: str, scheme: str, schemes: Collection[str]) -> None:
    if scheme not in schemes:
        raise HeaderError(
            f"Location {location!r} has the scheme {scheme!r}, but only {', '.join(sorted(schemes))} may be; "
            f"a redirection takes allow_schemes=[{scheme!r}] where that is meant"
        )
    if scheme in WEB_SCHEMES and not _has_authority(location):
        raise HeaderError(
            f"Location {location!r} has a scheme, but no host: browsers would take its path for one"
        )
    if scheme in WEB_SCHEMES and _has_two_authorities(location):
        raise HeaderError(
            f"Location {location!r} has a backslash in its host: to browsers the host ends there, to others it goes on"
        )


# --- Single headers --------------------------------------------------------------------------------------------------

#: What a file name can't hold anywhere, or not everywhere: separators, controls, marks that turn the writing around.
# PERF: import: compiled when a file is sent under a name, and remembered by `re`
_NOT_IN_NAMES = r"[\x00-\x1f\x7f-\x9f/\\\u200e\u200f\u202a-\u202e\u2066-\u2069]"
_NOT_IN_QUOTES = r'[^\x20-\x7e]|["%]'


def content_disposition(filename: str, disposition: str = "attachment") -> str:
    r"""Return the value of ``Content-Disposition`` for a file that shall be called ``filename`` where it is saved.

    Whatever is in the name, it stays a name: no path and no second parameter comes of it.

    >>> content_disposition("report.pdf")
    'attachment; filename="report.pdf"'
    >>> content_disposition("Füße.pdf", "inline")
    'inline; filename="F__e.pdf"; filename*=UTF-8\'\'F%C3%BC%C3%9Fe.pdf'

    Args:
        filename: the name, without a path.
        disposition: ``attachment`` to have it saved, ``inline`` to have it shown.

    Raises:
        HeaderError: ``disposition`` isn't one word.
    """
    if not is_token(disposition):
        raise HeaderError(f"{disposition!r} is no disposition; say 'attachment' or 'inline'")
    name = re.sub(_NOT_IN_NAMES, "_", filename)
    # SPEC: RFC 6266, 4.3 and appendix D: escapes in quotes and percent signs are understood differently, so none is sent
    plain = re.sub(_NOT_IN_QUOTES, "_", name)
    value = f'{disposition}; filename="{plain}"'
    if plain != name:
        encoded = quote(name, safe="!#$&+^`|", errors="replace")  # SPEC: RFC 8187, 3.2.1 (attr-char)
        value += f"; filename*=UTF-8''{encoded}"
    return value


_is_cookie_attribute = re.compile(r"[\x20-\x3a\x3c-\x7e]*").fullmatch  # SPEC: RFC 6265, 4.1.1 (av-octet)


def check_cookie_name(name: str | bytes) -> None:
    """See whether a name is all that is read as the name of a cookie in ``Set-Cookie``.

    Raises:
        HeaderError: it is no token.
    """
    # SPEC: RFC 6265, 4.1.1. WebOb asserts it, and so lets anything pass where Python is told to leave assertions out
    if not is_token(name.decode("latin-1") if isinstance(name, bytes) else name):
        raise HeaderError(
            f"{name!r} can't be the name of a cookie: it takes letters, digits and the like, and no blank, semicolon, comma or equals sign"
        )


def check_cookie_attributes(**attributes: str | bytes | None) -> None:
    """See whether attributes of a cookie (``domain``, ``path``, ``samesite``) stay what they are in ``Set-Cookie``.

    Raises:
        HeaderError: one has a semicolon, a control, or what isn't ASCII in it.
    """
    for name, value in attributes.items():
        text = value.decode("latin-1") if isinstance(value, bytes) else value
        if text is not None and not _is_cookie_attribute(text):
            raise HeaderError(
                f"{name}={value!r} can't be an attribute of a cookie: no semicolon, control or "
                "letter beyond ASCII may be in it"
            )


class SizedHeaders(dict[int, list[tuple[str, str]]]):
    """The headers of bodies of one kind, by their length in bytes. Nobody may write to a list of them: take a copy.

    >>> SizedHeaders(("Content-Type", "text/plain"))[3]
    [('Content-Type', 'text/plain'), ('Content-Length', '3')]

    Args:
        content_type: the header, one that can be sent.
    """

    # PERF: hello, json: whose headers are still equal to these is sent without a look at each

    def __init__(self, content_type: tuple[str, str]) -> None:
        super().__init__()
        self.content_type = content_type

    def __missing__(self, length: int) -> list[tuple[str, str]]:
        headers = [self.content_type, ("Content-Length", str(length))]
        if length <= _LONGEST_REMEMBERED:
            self[length] = headers
        return headers


#: The longest body whose headers are remembered, in bytes.
_LONGEST_REMEMBERED = 10_000
