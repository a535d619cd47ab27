"""What a request may bring: every limit and every rule of reading, each with its default.

`Limits` is a value. An application's is made of its settings when it is committed and stands on its request class; a request
that is made by hand goes by the defaults of the process. Who reads something that a client sent asks here how much of it to take.
The table of settings is made of the fields below, so a limit is written down once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple, Self

from goldilocks.names import DEFAULTS_PYRAMID, DEFAULTS_VARIABLE, GOLDILOCKS, PROCESS
from goldilocks.settings import understand, yes_or_no

#: No limit: more than can be counted.
UNLIMITED = sys.maxsize

#: How a setting says that there is no limit.
_UNLIMITED_WORDS = frozenset(("unlimited", "none"))


def count(value: Any) -> int:
    """Read a setting as a limit: a whole number, or ``unlimited``.

    >>> count(" 1000 "), count("unlimited") == UNLIMITED
    (1000, True)

    Raises:
        ValueError: it is neither.
    """
    text = str(value).strip().lower()
    if text in _UNLIMITED_WORDS:
        return UNLIMITED
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise ValueError("write a whole number like 1000, without sign and unit, or 'unlimited'")
    return min(int(text), UNLIMITED)


class Limit(NamedTuple):
    """What is known of one field of `Limits`.

    Attributes:
        name: of the field.
        default: holds if nothing was said.
        compatible: holds under Pyramid's defaults.
        meaning: what it does, for people.
        convert: makes a value of what a setting says.
        is_edges: whether somebody must look at requests before anybody reads them, for it to hold.
        prefix: stands before the name in the name of the setting.
    """

    name: str
    default: Any
    compatible: Any
    meaning: str
    convert: Callable[[Any], Any]
    is_edges: bool
    prefix: str = ""


class _Field:
    """A line of `Limits`: makes an entry in its table, and leaves the default in its place."""

    def __init__(self, *known: Any) -> None:
        self.known = known

    def __set_name__(self, owner: type[Limits], name: str) -> None:
        owner.table += (Limit(name, *self.known),)
        setattr(owner, name, self.known[0])


def _limit(default: int, meaning: str, compatible: int = UNLIMITED, is_edges: bool = False) -> Any:
    return _Field(default, compatible, meaning, count, is_edges, "limit_")


def _rule(meaning: str, default: bool = True, is_edges: bool = False) -> Any:
    return _Field(default, False, meaning, yes_or_no, is_edges)


class Limits:
    """How much a request may bring, and how strictly it is read.

    The setting of a limit is called ``goldilocks.limit_NAME``, that of a rule ``goldilocks.NAME``. What is said of each
    stands in its ``table``.
    """

    # PERF: import: a dataclass compiles its methods, which takes ten times as long as all else here

    table: ClassVar[tuple[Limit, ...]] = ()

    body_bytes: int = _limit(100_000_000, "bytes of a body; beyond: 413", is_edges=True)
    form_fields: int = _limit(1000, "fields of a form that are no files, however it is encoded; beyond: 413")
    form_files: int = _limit(100, "files of a form; beyond: 413")
    field_bytes: int = _limit(500_000, "bytes of a field that is no file; beyond: 413")
    form_bytes: int = _limit(10_000_000, "bytes of all fields of a form that are no files; beyond: 413")
    part_headers: int = _limit(8, "headers of a part of a form; beyond: 413", compatible=100)
    part_header_bytes: int = _limit(4_000, "bytes of a header of a part; beyond: 413", compatible=16_000)
    query_fields: int = _limit(1000, "parameters in a query; beyond: 400")
    path_bytes: int = _limit(8_000, "bytes of a path, decoded; beyond: 414", is_edges=True)
    query_bytes: int = _limit(16_000, "bytes of a query; beyond: 414", is_edges=True)
    header_count: int = _limit(100, "headers of a request; beyond: 431", is_edges=True)
    header_bytes: int = _limit(16_000, "bytes of one header; beyond: 431", is_edges=True)
    cookie_bytes: int = _limit(16_000, "bytes of all cookies; beyond: 431")
    accept_items: int = _limit(
        100, "members of an Accept header or of one of its kin; beyond: 431", is_edges=True
    )
    range_items: int = _limit(
        10, "ranges that are asked for at once; beyond, the whole is sent", is_edges=True
    )
    json_depth: int = _limit(100, "levels of arrays and objects in a JSON body; beyond: 400")
    json_digits: int = _limit(4300, "digits of a number in a JSON body; beyond: 400", compatible=4300)

    strict_text: bool = _rule(
        "refuse with 400 what isn't UTF-8 in a form or a header, a broken %-escape, half a surrogate pair in JSON; "
        "only & parts fields",
        is_edges=True,
    )
    strict_json: bool = _rule(
        "read a body as JSON only if its Content-Type says that it is (else 415), read and write no NaN and no Infinity"
    )
    strict_cookies: bool = _rule(
        "read cookies by RFC 6265: only ; parts them, quotes mean nothing, the first of a name counts"
    )
    base_file_names: bool = _rule("cut folders off the names of uploaded files; raw_filename has them")
    refuse_controls: bool = _rule(
        "refuse with 400 control characters in path and headers (but a tab), in query and form (but NUL, tab, line break)",
        is_edges=True,
    )
    strict: bool = _rule(
        "check requests, refuse control characters as refuse_controls does, and NUL in query and form",
        default=False,
    )

    def __init__(self, **said: Any) -> None:
        values = {each.name: each.default for each in self.table}
        if not said.keys() <= values.keys():
            raise TypeError(f"there is no limit {', '.join(sorted(said.keys() - values.keys()))}")
        self.__dict__.update(values, **said)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"cannot assign to field {name!r}")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map('{0[0]}={0[1]!r}'.format, vars(self).items()))})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and vars(other) == vars(self)

    def __hash__(self) -> int:
        return hash(tuple(vars(self).values()))

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """Make the limits that settings say, worked out by ``config.settings.Settings`` or said by hand.

        Raises:
            ConfigurationError: one can't be understood.
        """
        said = {each: settings.get(setting_of(each)) for each in cls.table}
        values = {
            each.name: understand(setting_of(each), each.convert, value)
            for each, value in said.items()
            if value is not None
        }
        return cls(**values)

    @classmethod
    def compatible(cls) -> Self:
        """Make the limits that hold under Pyramid's defaults: hardly any."""
        return cls(**{each.name: each.compatible for each in cls.table})

    def leniently(self) -> Self:
        """Return the same limits, for what is read by no rule."""
        rules = {each.name: False for each in self.table if each.default.__class__ is bool}
        return type(self)(**vars(self) | rules)


def setting_of(limit: Limit) -> str:
    """Return the key under which a field of `Limits` is said.

    >>> [setting_of(each) for each in Limits.table][0]
    'goldilocks.limit_body_bytes'
    """
    return f"{GOLDILOCKS}.{limit.prefix}{limit.name}"


def rows() -> list[tuple[str, Callable[[Any], Any], Any, Any, str]]:
    """Return what the table of settings says of each: name, conversion, the two defaults, meaning."""
    return [
        (f"{each.prefix}{each.name}", each.convert, each.default, each.compatible, each.meaning)
        for each in Limits.table
    ]


class DefaultLimits:
    """The limits of requests that no application made: those of the process's defaults, looked up when asked for.

    An attribute of a class; what is set in its place, on a class below or on an instance, counts instead.
    """

    def __get__(self, instance: object, owner: type | None = None) -> Limits:
        defaults = os.environ.get(DEFAULTS_VARIABLE, PROCESS.defaults)
        return _COMPATIBLE if defaults == DEFAULTS_PYRAMID else _SECURE


_SECURE = Limits()
_COMPATIBLE = Limits.compatible()
