"""Which of two route patterns is more specific, where nobody said which is to be tried first."""

from __future__ import annotations

from typing import TypeAlias

from goldilocks.routepattern import Segment, read_pattern, shape_of, stays_in_segment
from goldilocks.util import text_

#: Ranks one segment of a pattern; the smaller, the more specific.
SegmentRank: TypeAlias = tuple[int, int, int, int]

_LITERAL, _PARTLY, _REGEX, _FREE, _OPEN = range(5)


def specificity(pattern: str | bytes) -> tuple[tuple[SegmentRank, ...], str]:
    r"""Rank a pattern: sorted by this, the more specific of two that can match one path comes first.

    Patterns are compared segment by segment, from the left, and the first difference decides. In a segment, literal text
    goes before text with a placeholder, that before a regular expression, that before ``{name}``, and what
    may hold slashes comes last:

    >>> patterns = ["/*rest", "/{x:.*}", "/{x}", r"/{x:\d+}", "/a{x}", "/about"]
    >>> sorted(patterns, key=specificity)
    ['/about', '/a{x}', '/{x:\\d+}', '/{x}', '/{x:.*}', '/*rest']

    The further left the difference, the more it counts; how long a pattern is only shows where one of them goes on with a
    star while the other still says what it wants:

    >>> sorted(["/{x}/edit", "/a/{y}", "/a/*rest", "/a/b/*rest", "/a/b/c"], key=specificity)
    ['/a/b/c', '/a/b/*rest', '/a/{y}', '/a/*rest', '/{x}/edit']

    Among segments with a placeholder, more literal text goes first; a star behind text counts as a placeholder, and
    comes after what ends there:

    >>> sorted(["/a*rest", "/{x}*rest", "/a{x}", "/{x}", "/ab{x}", "/{x}/{y}"], key=specificity)
    ['/ab{x}', '/a{x}', '/a*rest', '/{x}', '/{x}/{y}', '/{x}*rest']

    Where all that is equal, the text of the pattern decides, so that the order never depends on chance.
    """
    read = read_pattern(pattern)
    shape = shape_of(read)
    text = text_(pattern, "ascii")
    if shape is None:
        return ((_OPEN, 0, 0, 0),), text
    last = len(shape.segments) - 1
    return tuple(
        _rank(segment, bool(read.rest) and index == last, shape.is_open and index == last)
        for index, segment in enumerate(shape.segments)
    ), text


def _rank(segment: Segment, has_star: bool, is_open: bool) -> SegmentRank:
    literal_length = len("".join(segment.literals))
    count = len(segment.placeholders)
    frees = sum(found.regex is None for found in segment.placeholders)
    crosses = not all(found.regex is None or stays_in_segment(found.regex) for found in segment.placeholders)
    if not count and not has_star:
        return (_LITERAL, 0, 0, 0)
    if literal_length:
        kind = _PARTLY
    elif crosses or not count:
        kind = _OPEN
    else:
        kind = _FREE if frees == count else _REGEX
    return (kind, -literal_length, is_open + has_star, frees)
