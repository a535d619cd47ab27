"""How values become part of a URL: quoted, and joined to a query string."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote as _quote
from urllib.parse import quote_plus as _quote_plus


def is_nonstr_iter(v: object) -> bool:
    """Tell whether ``v`` can be gone through and isn't text."""
    return not isinstance(v, str) and hasattr(v, "__iter__")


def url_quote(val: object, safe: str = "") -> str:
    """Quote a value for a path segment: all but letters, digits, ``_.-~`` and ``safe`` is percent-encoded UTF-8.

    >>> url_quote("é/1"), url_quote(b"a b"), url_quote(7)
    ('%C3%A9%2F1', 'a%20b', '7')
    """
    return _quote(val if isinstance(val, (str, bytes)) else str(val), safe)


#: What is ASCII and neither blank nor control: what stays of a URL that is escaped already.
PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))

#: The port that a URL needn't name. SPEC: RFC 9110, 4.2.1 and 4.2.2
DEFAULT_PORTS = {"http": "80", "https": "443"}


def sendable_query(raw: str) -> str:
    r"""Return the query of a request as it can be sent back: what a server let through that needs an escape gets it.

    >>> sendable_query("a=%C3%A9&b=[1]"), sendable_query("a=\xe9\n b")
    ('a=%C3%A9&b=[1]', 'a=%E9%0A%20b')
    """
    if raw.isascii() and raw.isprintable() and " " not in raw:
        return raw
    return _quote(raw, PRINTABLE, "latin-1", "replace")


def quote_plus(val: object, safe: str = "") -> str:
    """Quote a value for a query string: like ``url_quote``, but a space becomes ``+``."""
    return _quote_plus(val if isinstance(val, (str, bytes)) else str(val), safe)


def urlencode(query: Any, doseq: bool = True, quote_via: Callable[[Any], str] = quote_plus) -> str:
    """Join keys and values to a query string.

    Args:
        query: a mapping, or pairs. A value that is a list (or any iterable but text) gives one pair for each of its
            members; ``None`` gives the key with nothing behind the ``=``.
        doseq: ignored; it stands here because the standard library's function has it.
        quote_via: quotes one key or value.

    >>> urlencode({"q": "a b", "id": [1, 2], "empty": None})
    'q=a+b&id=1&id=2&empty='
    """
    pairs: Iterable[tuple[Any, Any]] = query.items() if hasattr(query, "items") else query
    parts: list[str] = []
    for key, value in pairs:
        name = quote_via(key)
        if value is None:
            parts.append(f"{name}=")
        elif is_nonstr_iter(value):
            parts += [f"{name}={quote_via(member)}" for member in value]
        else:
            parts.append(f"{name}={quote_via(value)}")
    return "&".join(parts)
