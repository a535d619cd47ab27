"""The cookies that the framework itself writes: the session's, the ticket's, the token's.

What such a cookie looks like is said once, where its factory is called; what is left for a request is to find one value in one
header, and to put one value into one line. All that is out of the ordinary (a quoted value, a name that comes twice, a
cookie with an age) goes WebOb's way, and what comes out is the same either way.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from webob.cookies import make_cookie
from webob.request import BaseRequest
from webob.response import Response

from goldilocks.headers import check_cookie_attributes, check_cookie_name
from goldilocks.names import GOLDILOCKS
from goldilocks.settings import settings_of
from goldilocks.types import AnyRequest, AnyResponse

#: Whether cookies of ours are hidden from scripts and kept to HTTPS where the application doesn't say otherwise.
SAFE_COOKIES = f"{GOLDILOCKS}.safe_cookies"

#: The properties ``cookies`` of request classes that read nothing but the header: a shortcut past them isn't seen. The usual
#: one first.
PLAIN_READERS: list[Any] = [BaseRequest.cookies]
#: The methods ``set_cookie`` of response classes that, for cookies like ours, do nothing but add a header.
PLAIN_WRITERS: list[Any] = [Response.set_cookie]

#: What WebOb writes as it is. SPEC: RFC 6265, 4.1.1 (without the backslash, the comma and the semicolon)
PLAIN_BYTES = bytes(byte for byte in range(0x21, 0x7F) if byte not in b'",;\\')

#: What stands in a value that everybody reads alike.
READABLE_BYTES = bytes(byte for byte in PLAIN_BYTES if byte not in b"[]")

#: How many lines are kept of which only the value changes: the domain in them may be what a client says.
KEPT_LINES = 64

#: How many headers, and of how many characters at most, are remembered together with the value that was found in them.
KEPT_HEADERS = 256
LONGEST_KEPT_HEADER = 4096

#: Stands for a value that can only be found by reading the whole header.
_ODD: Any = object()


_find_escapes = re.compile(r"\\([0-3][0-7]{2}|.)").sub


def _unquoted(value: str) -> str:
    r"""Read a value that WebOb wrote in quotes, because of a character in it that can't stand in a cookie.

    To RFC 6265 quotes mean nothing; but what we wrote is what we want to read.

    >>> _unquoted(r'"a\054 b\"c"')
    'a, b"c'
    """
    inner = value[1:-1] if len(value) > 1 and value[-1] == '"' else value
    plain = _find_escapes(lambda found: chr(int(found[1], 8)) if len(found[1]) == 3 else found[1], inner)
    try:
        return plain.encode("latin-1").decode()
    except UnicodeError:
        return plain


class OwnCookie:
    """One cookie, as the framework writes and reads it.

    Args:
        name: what the browser keeps it under.
        secure: whether it is sent over HTTPS only; None is automatic: if the request came that way, and with ``samesite="None"``.
        httponly: whether it is hidden from scripts; None is automatic: it is.
        max_age: how many seconds the browser keeps it; None for as long as it runs.
        path: where on the site it is sent.
        domain: the domain that it is sent to; None for this host.
        samesite: ``"Strict"``, ``"Lax"`` or ``"None"``; None leaves the word out.

    What is automatic is no, as it is in Pyramid, where the setting ``safe_cookies`` is off, but for what browsers demand.

    Raises:
        ValueError: the name or an attribute would be read as more than one.
    """

    def __init__(
        self,
        name: str,
        secure: bool | None = None,
        httponly: bool | None = None,
        max_age: int | None = None,
        path: str = "/",
        domain: str | None = None,
        samesite: str | None = "Lax",
    ) -> None:
        if name is not None:  # COMPAT: a cookie that nobody will ask for may have none
            check_cookie_name(name)
        check_cookie_attributes(path=path, domain=domain, samesite=samesite)
        # browsers take such a cookie with ``Secure`` alone
        is_for_all_sites = samesite is not None and samesite.lower() == "none"
        self.name = name
        self.secure = True if secure is None and is_for_all_sites else secure
        self.httponly = httponly
        self.max_age = max_age
        self.path = path
        self.domain = domain
        self.samesite = samesite
        self._start = f"{name}="
        self._ends: dict[Any, str] = {}
        # PERF: acl, session, csrf: a page and what it loads come with one header
        self._remembered = lru_cache(KEPT_HEADERS)(self._value_in)

    def is_plain(self, request: AnyRequest) -> bool:
        """Tell whether the request's cookies are what its header says, and nothing else."""
        return getattr(request.__class__, "cookies", None) in PLAIN_READERS

    def read(self, request: AnyRequest) -> str | None:
        """Return the value that came with a request, or None."""
        # PERF: acl, session, csrf: one value out of one header, where all that is in it would become a dict
        if getattr(request.__class__, "cookies", None) in PLAIN_READERS:
            header = request.environ.get("HTTP_COOKIE")
            if not header:
                return None
            limits = getattr(request, "limits", None)
            length = len(header)
            if limits is None or length <= limits.cookie_bytes:
                find = self._remembered if length <= LONGEST_KEPT_HEADER else self._value_in
                value: str | None = find(header)
                if value is not _ODD:
                    return value
        found: str | None = request.cookies.get(self.name)
        if self.is_plain(request) and found and found[0] == '"':
            was_read_as_it_stands = self._start + found in request.environ["HTTP_COOKIE"]
            return _unquoted(found) if was_read_as_it_stands else found
        return found

    def _value_in(self, header: str) -> Any:
        """Return the value in a header, or None; `_ODD` where others who read the whole header might find another one."""
        if '"' in header or not header.isascii() or not header.isprintable():
            return _ODD
        count = header.count(self.name)
        if not count:
            return None
        start = self._start
        begin = header.find(start)
        is_alone = begin == 0 or (begin > 0 and header[begin - 2 : begin] == "; ")
        if not is_alone or count > 1:
            return _ODD
        value = header[begin + len(start) :].partition(";")[0]
        return _ODD if value.encode().translate(None, READABLE_BYTES) else value

    def line(
        self,
        request: AnyRequest,
        value: str | None,
        max_age: int | None = None,
        domain: str | None = None,
    ) -> str:
        """Return what a ``Set-Cookie`` header says.

        Args:
            request: the one that is answered.
            value: None takes the cookie away.
            max_age: how many seconds the browser keeps it, if not as said once.
            domain: the domain that it is sent to, if not as said once.
        """
        age_s = self.max_age if max_age is None else max_age
        # as `Response.set_cookie` hands it over: what a serializer writes may be more than ASCII
        written = b"" if value is None else value.encode()
        if value is None or age_s is not None or written.translate(None, PLAIN_BYTES):
            plain = None if value is None else written
            return make_cookie(self.name, plain, max_age=age_s, **self.attributes(request, domain))
        # PERF: acl, session: the value alone is new
        key = self._safety(request), domain
        end = self._ends.get(key)
        if end is None:
            end = self._new_end(key, self.attributes(request, domain))
        return self._start + value + end

    def attributes(self, request: AnyRequest, domain: str | None = None) -> dict[str, Any]:
        """Return what a browser is told of the cookie in the answer to a request, as WebOb's arguments."""
        is_safe, is_https = self._safety(request)
        return {
            "path": self.path,
            "domain": domain or self.domain,
            "secure": is_safe and is_https if self.secure is None else self.secure,
            "httponly": is_safe if self.httponly is None else self.httponly,
            "samesite": self.samesite,
        }

    def _safety(self, request: AnyRequest) -> tuple[bool, bool]:
        """Tell whether what is automatic is on, and whether the request came over HTTPS."""
        is_safe = settings_of(request).get(SAFE_COOKIES, False)
        # COMPAT: stand-ins for a request have an environment, and no scheme
        return is_safe, is_safe and request.environ.get("wsgi.url_scheme") == "https"

    def _new_end(self, key: Any, attributes: dict[str, Any]) -> str:
        if len(self._ends) >= KEPT_LINES:
            self._ends.clear()
        end = self._ends[key] = make_cookie(self.name, "", **attributes)[len(self._start) :]
        return end

    def write(self, request: AnyRequest, response: AnyResponse, value: str) -> None:
        """Have a response set the cookie."""
        if getattr(response.__class__, "set_cookie", None) in PLAIN_WRITERS:
            header = "Set-Cookie", self.line(request, value)
            response.headerlist.append(header)
            # PERF: session, csrf: of what it is made, everything has been looked at
            response._own_cookie = header
        else:
            response.set_cookie(self.name, value=value, max_age=self.max_age, **self.attributes(request))
