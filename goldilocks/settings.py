"""How the text of a settings file becomes a truth value or a list, and where a request has the settings of its application."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from goldilocks.ordering import ConfigurationError
from goldilocks.types import AnyRequest

#: The words that mean yes, and those that mean no. To `asbool`, any other word is no as well.
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


def yes_or_no(value: object) -> bool:
    """Read a setting as yes or no, and nothing else: what guards something isn't switched off by a slip of the pen.

    >>> yes_or_no(" Yes "), yes_or_no("off"), yes_or_no(None), yes_or_no(1)
    (True, False, False, True)

    Raises:
        ValueError: it is neither.
    """
    said = asbool(value)
    if not said and value is not None and str(value).strip().lower() not in falsey:
        raise ValueError("write true or false")
    return said


def words(value: Any) -> list[str]:
    """Read a setting as a list of words.

    >>> words("one two"), words(("one two", "three"))
    (['one', 'two'], ['one', 'two', 'three'])

    Raises:
        TypeError: it is none.
    """
    found = aslist(value) if isinstance(value, Iterable) else [value]
    if not all(isinstance(word, str) for word in found):
        raise TypeError("write words with blanks between them, or a list of text")
    return found


def understand(where: str, convert: Callable[[Any], Any], value: Any) -> Any:
    """Make of what a setting says what it means.

    Args:
        where: where it is said, for people: a key, or an environment variable.
        convert: makes a value of the right type of it, or says in its error what should be written instead.
        value: what is said.

    Raises:
        ConfigurationError: it can't be understood.
    """
    try:
        return convert(value)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"{where} can't be {value!r}: {error}") from error


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
