"""The headers of a request: read by their names, and taken for none where they can't be read."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from webob import descriptors
from webob import headers as webob_headers
from webob.acceptparse import create_accept_language_header
from webob.request import BaseRequest

from goldilocks.types import AnyRequest

#: Returns the name that a header has in an environment. Which names are asked for, the application says.
_environ_name: Any = lru_cache(500)(vars(webob_headers)["_trans_name"])


class RequestHeaders(webob_headers.EnvironHeaders):
    """The headers of a request, by their names in any case: a view onto its environment.

    >>> headers = RequestHeaders({"HTTP_X_TRACE": "abc", "CONTENT_TYPE": "text/plain"})
    >>> headers["x-trace"], headers.get("Content-Type"), "X-Other" in headers
    ('abc', 'text/plain', False)
    """

    # PERF: post: the same names are asked for again and again

    def __getitem__(self, hname: str) -> str:
        value: str = self.environ[_environ_name(hname)]
        return value

    def __contains__(self, hname: object) -> bool:
        return _environ_name(hname) in self.environ


#: The properties ``headers`` of request classes that read nothing but the environment: a shortcut past them isn't seen.
PLAIN_HEADERS: list[Any] = [BaseRequest.headers]


def header_of(request: AnyRequest, name: str) -> str:
    """Return a header of a request, whatever its class makes of its headers; nothing, if there is none."""
    # PERF: csrf: without a mapping of all headers
    if getattr(request.__class__, "headers", None) in PLAIN_HEADERS:
        value: str = request.environ.get(_environ_name(name), "")
    else:
        value = request.headers.get(name, "")
    return value


def unless_unreadable(name: str) -> property:
    """Return WebOb's property of a header some values of which make WebOb fail: then it counts as none.

    SPEC: RFC 9110, 13.1.3, 13.1.4, 7.6.2

    Args:
        name: of the property.
    """
    theirs: property = getattr(BaseRequest, name)

    def read(self: BaseRequest) -> Any:
        try:
            return theirs.fget(self)  # type: ignore[misc]
        except (ValueError, OverflowError):
            return None

    return property(read, theirs.fset, theirs.fdel, theirs.__doc__)


def read_by(reader: Callable[[str | None], Any], name: str) -> property:
    """Return WebOb's property of a header that is read in another way.

    Args:
        reader: is called with the header, or with ``None`` where there is none.
        name: of the property.
    """
    theirs: property = getattr(BaseRequest, name)
    key = _environ_name(name)
    return property(lambda self: reader(self.environ.get(key)), theirs.fset, theirs.fdel, theirs.__doc__)


#: How many characters of ``Accept-Language`` are read. A range of many parts takes a time that grows with the square of their
#: number to be looked up, and no client speaks so many languages.
READ_LANGUAGES_LENGTH = 500


def read_languages(header: str | None) -> Any:
    """Read the languages that a client wants; of a very long list, those at its beginning.

    >>> read_languages("de, en;q=0.5").lookup(["en", "de"], default="en")
    'de'
    """
    if header is not None and len(header) > READ_LANGUAGES_LENGTH:
        # what is cut in two is no member any more
        header = header[: READ_LANGUAGES_LENGTH + 1].rpartition(",")[0] or None
    return create_accept_language_header(header)


_find_name = re.compile(r"(?<![a-z])([a-z]+)[ \t]*=[ \t]*").search
_find_closing_quotes = re.compile(r'"(?=[ \t]*(?:\Z|,))').finditer


def read_authorization(header: str | None) -> Any:
    """Read credentials as WebOb does, in a time that grows with their length and not with its square.

    >>> read_authorization('Digest username="bär, baloo", qop=auth')
    Authorization(authtype='Digest', params={'username': 'bär, baloo', 'qop': 'auth'})
    """
    if header is None:
        return None
    scheme, _, said = header.partition(" ")
    has_params = scheme in descriptors.known_auth_schemes and (scheme != "Basic" or '"' in said)
    make: Any = vars(descriptors)["_authorization"]
    return make(scheme, _parameters(said) if has_params else said)


def _parameters(text: str) -> dict[str, str]:
    closing = [quote.start() for quote in _find_closing_quotes(text)]
    found, position = {}, 0
    while name := _find_name(text, position):
        start = name.end()
        comma = text.find(",", _end_of_quoted(text, start, closing))
        end = len(text) if comma < 0 else comma
        found[name[1]] = text[start:end].rstrip(" \t").strip('"')
        position = end + 1
    return found


def _end_of_quoted(text: str, start: int, closing: list[int]) -> int:
    """Return where a value in quotes ends; where it begins, if it isn't in quotes.

    Args:
        text: all parameters.
        start: of the value.
        closing: where the quotes stand that can end one.
    """
    at = bisect_right(closing, start)
    is_quoted = text[start : start + 1] == '"' and at < len(closing) and "\n" not in text[start : closing[at]]
    return closing[at] if is_quoted else start
