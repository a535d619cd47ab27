"""How the text of a settings file becomes a truth value or a list, and where a request has the settings of its application."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from goldilocks.types import AnyRequest

#: The words that mean yes, and those that are meant for no; any other word is no as well.
truthy = frozenset(("t", "true", "y", "yes", "on", "1"))
falsey = frozenset(("f", "false", "n", "no", "off", "0"))


def asbool(s: object) -> bool:
    """Read a setting as yes or no.

    >>> asbool(" Yes "), asbool("off"), asbool(None), asbool(1)
    (True, False, False, True)
    """
    if isinstance(s, bool):
        return s
    return s is not None and str(s).strip().lower() in truthy


def aslist_cronly(value: str | Iterable[Any]) -> list[Any]:
    """Read a setting as a list of its lines, without blank ones; what isn't text is made a list as it is."""
    if not isinstance(value, str):
        return list(value)
    return [line for line in map(str.strip, value.splitlines()) if line]


def aslist(value: str | Iterable[Any], flatten: bool = True) -> list[Any]:
    r"""Read a setting as a list of its words, or of its lines unless ``flatten``.

    Members of a list that is handed in are split likewise where they are text.

    >>> aslist("one two\n three"), aslist("one two\n three", flatten=False)
    (['one', 'two', 'three'], ['one two', 'three'])
    """
    lines = aslist_cronly(value)
    if not flatten:
        return lines
    return [word for line in lines for word in (line.split() if isinstance(line, str) else (line,))]


def settings_of(request: AnyRequest) -> dict[str, Any]:
    """Return the settings of a request's application; none where the request is made by hand and has none."""
    try:
        return request.registry.settings or {}
    except AttributeError:
        return {}
