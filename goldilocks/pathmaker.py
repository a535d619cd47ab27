"""Paths made of values: the other direction of a route's pattern.

A `PathMaker` holds what a pattern leaves to be filled in. It is made for every route, and most routes never make a URL; so
it is small, and the quick function that does the same for the common case is only written when a route's first URL
has been made (`quick_maker`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeAlias

from goldilocks.encode import is_nonstr_iter
from goldilocks.traversal.paths import PATH_SAFE, quote_path_segment, quoted_path

#: Makes a URL of what stands before the path and of the values, or returns ``None`` if more than values is among these, or if the
#: path would be taken for a host.
QuickMaker: TypeAlias = Callable[[str, Mapping[str, Any]], "str | None"]


class PathMaker:
    """Fills in values, quoted, and returns a path.

    Args:
        template: the path, quoted, with ``%s`` where a value belongs; a percent sign is doubled.
        names: of the values, from left to right.
        rest: the name of the last one, if it may be several segments; else empty.
    """

    __slots__ = ("_quick", "names", "rest", "template")

    def __init__(self, template: str, names: tuple[str, ...], rest: str) -> None:
        self.template = template
        self.names = names
        self.rest = rest
        self._quick: QuickMaker | None = None

    @property
    def quick(self) -> QuickMaker:
        """The function that does the same for values alone."""
        if self._quick is None:
            self._quick = quick_maker(self)
        return self._quick

    def __call__(self, kw: Mapping[str, Any]) -> str:
        """Return the path.

        Raises:
            KeyError: a value is missing.
        """
        values = [quote_path_segment(kw[name], PATH_SAFE) for name in self.names]
        if self.rest:
            values.append(quote_rest(kw[self.rest]))
        return self.template % tuple(values)


def quote_rest(rest: Any) -> str:
    """Quote what belongs at a pattern's star: text, whose slashes stay, or segments."""
    if isinstance(rest, bytes) or not is_nonstr_iter(rest):
        return quote_path_segment(rest, PATH_SAFE)
    return "/".join([quote_path_segment(name, PATH_SAFE) for name in rest])


#: From here on, a number is written as it is asked for.
_FEW = 1000


@cache
def _small_numbers() -> list[str]:
    """Return how the numbers below a thousand are written: of pages, and of what a young application keeps."""
    return [str(number) for number in range(_FEW)]


# PERF: urls: the loop, the list and the calls of `PathMaker` cost more than all that is left, and to write a number takes
# longer than to look it up
_VALUE = """
    {value} = kw[{name!r}]
    if type({value}) is int:
        if 0 <= {value} < {few}:
            {value} = numbers[{value}]
    else:
        {value} = quoted[{value}] if type({value}) is str else quote({value}, {safe!r})"""

_REST = """
    {value} = quote_rest(kw[{name!r}])"""

_FUNCTION = """
def make(start, kw):
    if len(kw) != {count}:
        return None{values}{end}
"""

_END = """
    return {url}"""

# a path that begins with a value may begin with two slashes, as hosts do: what becomes of it, the long way tells
_END_UNLESS_HOST = """
    url = {url}
    return url if start or url[:2] != "//" else None"""

#: Stands for a value where a template is taken apart; a quoted path has none.
_GAP = "\0"


def quick_maker(maker: PathMaker) -> QuickMaker:
    """Write the function that does what ``maker`` does for values alone; it raises ``KeyError`` if one is missing."""
    lines = [
        _VALUE.format(value=f"value{number}", name=name, safe=PATH_SAFE, few=_FEW)
        for number, name in enumerate(maker.names)
    ]
    if maker.rest:
        lines.append(_REST.format(value=f"value{len(lines)}", name=maker.rest))
    literals = (maker.template % (len(lines) * (_GAP,))).split(_GAP)
    # literals side by side are one: the compiler makes an f-string without conversions of them
    url = ['f"{start}"', repr(literals[0])]
    for number, literal in enumerate(literals[1:]):
        url += f'f"{{value{number}}}"', repr(literal)
    begins_anyhow = literals[0][:2] == "//" or (literals[0] == "/" and lines)
    end = (_END_UNLESS_HOST if begins_anyhow else _END).format(url=" ".join(url))
    source = _FUNCTION.format(count=len(lines), values="".join(lines), end=end)
    # every piece of the source that isn't ours was made a literal by repr
    scope: dict[str, Any] = {
        "quoted": quoted_path,
        "quote": quote_path_segment,
        "quote_rest": quote_rest,
        "numbers": _small_numbers(),
    }
    exec(source, scope)
    return scope["make"]
