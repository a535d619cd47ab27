"""The cookies of a request, read by RFC 6265.

A semicolon ends a cookie and nothing else does; quotes mean nothing; of two cookies with one name the first counts (browsers send the
one of the longer path first); what has no name is none. So no cookie can swallow another one, or pass for it.
What is read can be written back, as with WebOb's own cookies.
"""

from __future__ import annotations

import re
from typing import Any, cast

import webob.cookies
from webob.cookies import RequestCookies

from goldilocks.characters import UNWRITTEN, find_control, is_token
from goldilocks.charsets import text_of
from goldilocks.exceptions import UnfitTextError, URLDecodeError, refusal
from goldilocks.httpexceptions import HTTPRequestHeaderFieldsTooLarge
from goldilocks.limits import Limits
from goldilocks.types import Environ

_BLANKS = " \t"

#: WebOb's own parts, which its types leave out.
_webob: Any = webob

# PERF: linear. WebOb's expression looks from each letter of a word whether a "=" follows it, in a time that grows with the
# square; a word that none follows is taken as a whole here. It can't contain a cookie: all its ends are ends of it.
_cookie_or_word = re.compile(
    _webob.cookies._rx_cookie.pattern + b"|(?:" + _webob.cookies._re_legal_char.encode() + b")+"
)


def parse_leniently(header: str) -> dict[str, str]:
    r"""Read a ``Cookie`` header as WebOb reads it.

    >>> parse_leniently('a="b\\073c"; d=1, e=2; d=3; f')
    {'a': 'b;c', 'd': '3', 'e': '2'}

    Raises:
        URLDecodeError: it isn't UTF-8.
    """
    try:
        return {
            name.decode(): _webob.cookies._unquote(value).decode()
            for name, value in _cookie_or_word.findall(header.encode("latin-1"))
            if name and _webob.cookies._valid_cookie_name(name)
        }
    except UnicodeDecodeError as error:
        raise URLDecodeError.of(error) from None


def parse(header: str) -> dict[str, str]:
    """Read a ``Cookie`` header as WSGI hands it over.

    >>> parse('a="x; session=secret; b=y"; =none; a=second')
    {'a': '"x', 'session': 'secret', 'b': 'y"'}

    Raises:
        URLDecodeError: it isn't UTF-8, or there are control characters in it.
    """
    if not header.isascii():
        header = text_of(header)
    if not header.isprintable() and (control := find_control(header)):
        raise UnfitTextError.at(control, "There are control characters in the cookies.")
    cookies: dict[str, str] = {}
    for pair in header.split(";"):
        name, equals, value = pair.partition("=")
        name = name.strip(_BLANKS)
        if equals and name not in cookies and is_token(name):
            value = value.strip(_BLANKS)
            cookies[name] = _as_set(value) if value[:1] == '"' else value
    return cookies


# what ``set_cookie`` puts into quotes as it is, and how it writes all else
_IN_QUOTES = {
    byte: chr(byte) if chr(byte) in _webob.cookies._escape_noop_chars else f"\\{byte:03o}"
    for byte in range(256)
}
_find_escapes = re.compile(r"\\([0-3][0-7]{2})").sub
# what people write, and what must not come in through the back door
_find_unwritten = re.compile(rf"[\0{UNWRITTEN}]").search


def _as_set(value: str) -> str:
    r"""Return what ``set_cookie`` was given, if it writes this for it; else the value as it stands: quotes mean nothing.

    >>> _as_set(r'"x\054 y"'), _as_set('"x"')
    ('x, y', '"x"')
    """
    inner = _find_escapes(lambda found: chr(int(found[1], 8)), value[1:-1])
    try:
        data = inner.encode("latin-1")
        plain = data.decode()
    except UnicodeError:
        return value
    has_need = bool(data.translate(None, _webob.cookies._allowed_cookie_bytes))
    is_ours = has_need and value == '"' + "".join(map(_IN_QUOTES.__getitem__, data)) + '"'
    return plain if is_ours and not _find_unwritten(plain) else value


class LenientCookies(RequestCookies):
    """The cookies of a request as WebOb reads them, but what can't be read is the client's fault.

    Args:
        environ: of the request.
        limits: how many bytes of cookies it may bring.
    """

    #: Where an environment keeps them, beside the header that they were read from: where WebOb finds them, too.
    _kept_as: str = _webob.cookies.RequestCookies._cache_key
    _read = staticmethod(parse_leniently)

    def __init__(self, environ: Environ, limits: Limits) -> None:
        super().__init__(environ)
        self._environ = environ
        self._limits = limits

    # COMPAT: what RequestCookies reads from
    @property
    def _cache(self) -> dict[str, str]:
        header = self._environ.get("HTTP_COOKIE") or ""
        kept: Any = self._environ.get(self._kept_as)
        if kept is not None and kept[1] == header:
            return cast("dict[str, str]", kept[0])
        most = self._limits.cookie_bytes
        if len(header) > most:
            raise refusal(HTTPRequestHeaderFieldsTooLarge, f"More than {most} bytes of cookies.")
        return self._keep(header)

    def _keep(self, header: str) -> dict[str, str]:
        """Read a header, and keep what was read for as long as the header is the same."""
        cookies = self._read(header)
        self._environ[self._kept_as] = (cookies, header)
        return cookies

    # COMPAT: what RequestCookies writes by. Its own takes a time that grows with the square, and finds cookies in others' values
    def _mutate_header(self, name: str, value: str | None) -> bool:
        """Change a cookie in the header, or take it out with ``None``; tell whether it was there."""
        was_there = name in self._cache
        if was_there or value is not None:
            quoted: Any = None if value is None else _webob.cookies._value_quote(value.encode())
            written = None if quoted is None else f"{name}={quoted.decode()}"
            header = self._changed(self._environ.get("HTTP_COOKIE") or "", name, written)
            self._environ["HTTP_COOKIE"] = header
            self._keep(header)  # however long it has become: it is the client who has a limit
        return was_there

    def _changed(self, header: str, name: str, written: str | None) -> str:
        for found in _cookie_or_word.finditer(header.encode("latin-1")):
            if found[1] == name.encode():
                before, after = header[: found.start()], header[found.end() :]
                return before.rstrip(" ;") + after if written is None else before + written + after
        return "; ".join(filter(None, (header, written)))


class Cookies(LenientCookies):
    """The cookies of a request, which can be changed in its environment."""

    _kept_as = "goldilocks._cookies"
    _read = staticmethod(parse)

    def _changed(self, header: str, name: str, written: str | None) -> str:
        kept = []
        for pair in header.split(";"):
            if pair.partition("=")[0].strip(_BLANKS) == name:
                pair, written = written or "", None
            kept.append(pair.strip(_BLANKS))
        return "; ".join(filter(None, [*kept, written]))
