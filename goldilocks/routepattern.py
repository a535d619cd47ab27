r"""The pattern language of routes: ``/pages/{id}``, ``/{year:\d{4}}``, ``/files/*path``, and the old ``/:id``.

A pattern is read once into its parts. From the parts come the function that matches a path, the one that makes a path,
and the *shape*: which segments a path must have to be worth trying. What a part may be:

- literal text; braces that don't enclose a name are literal too
- ``{name}``: at least one character, and no slash
- ``{name:regex}``: what the regular expression matches; it may hold braces, one pair deep
- ``*name`` at the end: the rest, split into a tuple of names
- ``:name``: the same as ``{name}``, understood only where the pattern has no braces

Matching is linear in the path unless a pattern brings a regular expression of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from goldilocks.exceptions import ConfigurationError
from goldilocks.pathmaker import PathMaker
from goldilocks.traversal.paths import quote_path_segment, split_path_info
from goldilocks.util import text_

#: What a path gave for each name of a pattern: text, and a tuple of names for a star.
MatchDict: TypeAlias = dict[str, Any]
Matcher: TypeAlias = Callable[[str], MatchDict | None]
Generator: TypeAlias = Callable[[Mapping[str, Any]], str]

route_re = re.compile(r"(\{[A-Za-z_](?:[^{}]|\{[^{}]*\})*\})")
old_route_re = re.compile(r"(:[A-Za-z_]\w*)")
star_at_end = re.compile(r"\*(\w*)\Z")

#: The regular expression that stands for ``{name}``.
FREE = "[^/]+"


class RoutePatternError(ConfigurationError, ValueError):
    """A route's pattern can't be understood; the message names the pattern and what is wrong with it."""


def _error(source: object, fault: str) -> RoutePatternError:
    return RoutePatternError(f"route pattern {source!r}: {fault}")


class Placeholder(NamedTuple):
    """A name in a pattern, and the regular expression that was said for it, if one was."""

    name: str
    regex: str | None


Part: TypeAlias = str | Placeholder


class Pattern(NamedTuple):
    """A pattern, read. ``rest`` is the name behind the star, or empty."""

    source: str | bytes
    parts: tuple[Part, ...]
    rest: str

    @property
    def placeholders(self) -> list[Placeholder]:
        """The placeholders, from left to right."""
        return [part for part in self.parts if isinstance(part, Placeholder)]


# --- Reading a pattern ---------------------------------------------------------------------------------------------


def read_pattern(source: str | bytes) -> Pattern:
    """Take a pattern apart, without a look at whether its names and regular expressions are good."""
    try:
        text = text_(source, "ascii")
    except UnicodeDecodeError:
        raise _error(source, "bytes may hold ASCII only; write the pattern as text") from None
    if not route_re.search(text):
        text = old_route_re.sub(update_pattern, text)
    if not text.startswith("/"):
        text = "/" + text
    rest = ""
    star = star_at_end.search(text)
    if star:
        text, rest = text[: star.start()], star[1]
    pieces = route_re.split(text)  # literal, placeholder, literal, ..., literal
    parts = [_placeholder(piece) if index % 2 else piece for index, piece in enumerate(pieces)]
    return Pattern(source, tuple(part for part in parts if part), rest)


def update_pattern(matchobj: re.Match[str]) -> str:
    """Write an old placeholder ``:name`` in the new way."""
    return "{" + matchobj[0][1:] + "}"


def _placeholder(piece: str) -> Placeholder:
    name, colon, regex = piece[1:-1].partition(":")
    return Placeholder(name, regex if colon else None)


# --- The shape: which segments a path must have ----------------------------------------------------------------------


class Segment(NamedTuple):
    """What a pattern has between two slashes: ``len(names) + 1`` literals and, between them, the placeholders."""

    literals: tuple[str, ...]
    placeholders: tuple[Placeholder, ...]

    @property
    def prefix(self) -> str:
        """What a path's segment must begin with."""
        return self.literals[0]

    @property
    def is_literal(self) -> bool:
        """Whether there is no placeholder in it."""
        return not self.placeholders

    @property
    def is_free(self) -> bool:
        """Whether it is one ``{name}`` and nothing else."""
        return self.literals == ("", "") and self.placeholders[0].regex is None


class Shape(NamedTuple):
    """The segments that a path must have to match.

    Attributes:
        segments: one after the other, from the first slash on.
        is_open: the last one only tells how the rest of the path begins; slashes may follow in it.
    """

    segments: tuple[Segment, ...]
    is_open: bool


def shape_of(pattern: Pattern) -> Shape | None:
    """Say which segments a path must have; ``None`` if that can't be told because a regular expression breaks out."""
    if not all(_is_complete(found.regex) for found in pattern.placeholders if found.regex is not None):
        return None
    segments: list[Segment] = []
    literals = [""]
    placeholders: list[Placeholder] = []
    crossed = False
    for part in pattern.parts:
        if isinstance(part, Placeholder):
            literals.append("")
            placeholders.append(part)
            crossed = crossed or not (part.regex is None or stays_in_segment(part.regex))
            continue
        if not crossed:
            first, *others = part.split("/")
            for text in others:
                literals[-1] += first
                segments.append(Segment(tuple(literals), tuple(placeholders)))
                literals, placeholders, first = [""], [], text
            part = first
        literals[-1] += part
    segments.append(Segment(tuple(literals), tuple(placeholders)))
    return Shape(tuple(segments[1:]), crossed or bool(pattern.rest))


@lru_cache(500)
def _is_complete(regex: str) -> bool:
    """Tell whether a regular expression stands on its own: ``a)|(b`` only makes sense inside what is put around it."""
    try:
        re.compile(regex)
    except re.error:
        return False
    return True


# PERF: import: compiled when a route has a regular expression, and remembered by `re`
_REGEX_TOKEN = r"""
      (?P<silent> \(\?(?: [aimsu-]*: | P<\w+> | <?[=!] | > )   # how a group may begin
                | \((?!\?) | [)|^$*+?] | \{\d*,?\d*\} )
    | (?P<eats>   \\[^0-9xuUN]                                 # \d and its kin; not the ones with something behind them
                | \[\^?\]?(?:\\.|[^]\\])*\]
                | [^\\[(] )
"""


@lru_cache(500)
def stays_in_segment(regex: str) -> bool:
    r"""Tell whether a complete regular expression certainly never matches a slash.

    What isn't understood counts as a slash.

    >>> [stays_in_segment(regex) for regex in (r"\d+", "[^/.]+", "(?:en|de)", "[a-z]{2}")]
    [True, True, True, True]
    >>> [stays_in_segment(regex) for regex in (".*", "[^.]+", r"\W", r"\x2f", r"(a)\1")]
    [False, False, False, False, False]
    """
    read_token = re.compile(_REGEX_TOKEN, re.VERBOSE | re.DOTALL).match
    position = 0
    while position < len(regex):
        token = read_token(regex, position)
        if token is None or (token["eats"] and re.fullmatch(token["eats"], "/", re.DOTALL)):
            return False
        position = token.end()
    return True


# --- All that a route needs ------------------------------------------------------------------------------------------


class CompiledPattern(NamedTuple):
    """A pattern made ready.

    Attributes:
        match: takes a decoded path and returns what its parts are, or ``None``.
        generate: takes values for the names and returns a quoted path.
        shape: see `shape_of`.
        literal: the one path that matches, if the pattern has neither placeholder nor star.
        names: for a pattern of literal segments and ``{name}`` ones only, each name and which piece it is of a path
            split at its slashes. Such a pattern needs no matching where the segments are already known to fit.
    """

    match: Matcher
    generate: PathMaker
    shape: Shape | None
    literal: str | None
    names: tuple[tuple[str, int], ...] | None


class SimplePattern:
    """A pattern of literal segments and ``{name}`` ones only: most are. It offers what a `CompiledPattern` does, but a shape.

    Args:
        source: what was said, with a slash before it.

    Attributes:
        segments: the text of each segment, from the first slash on; ``None`` for a ``{name}``.
        names: each name, and which piece it is of a path split at its slashes.
    """

    # PERF: build and memory of 10,000 routes and views: no function, and nothing that isn't asked for
    __slots__ = ("_generate", "names", "segments", "source")

    names: tuple[tuple[str, int], ...]
    segments: tuple[str | None, ...]

    def __init__(self, source: str) -> None:
        self.source = source
        self._generate: PathMaker | None = None

    def __getattr__(self, name: str) -> Any:
        if name not in ("names", "segments"):
            raise AttributeError(name)
        pieces = self.source.split("/")
        self.segments = tuple([None if piece.startswith("{") else piece for piece in pieces[1:]])
        self.names = tuple(
            [(piece[1:-1], index) for index, piece in enumerate(pieces) if piece.startswith("{")]
        )
        return getattr(self, name)

    @property
    def literal(self) -> str | None:
        """The one path that matches, if the pattern has no name."""
        return None if "{" in self.source else self.source

    @property
    def generate(self) -> PathMaker:
        """Takes values for the names and returns a quoted path."""
        if self._generate is None:
            self._generate = _generator_of(read_pattern(self.source))
        return self._generate

    def match(self, path: str) -> MatchDict | None:
        """Take a decoded path and return what its parts are, or ``None``."""
        start, *texts = path.split("/", len(self.segments) + 1)
        if start or len(texts) != len(self.segments):
            return None
        for wanted, text in zip(self.segments, texts, strict=True):
            if text != wanted if wanted is not None else not text:
                return None
        return {name: texts[index - 1] for name, index in self.names}


_SIMPLE = re.compile(r"(?:/(?:[^/{}:*]*|\{[A-Za-z_][A-Za-z0-9_]*\}))+\Z", re.ASCII)


def simple_pattern(source: str) -> SimplePattern | None:
    """Return the pattern if it is a simple one, and nothing is wrong with it; else ``None``."""
    text = source if source.startswith("/") else f"/{source}"
    if not _SIMPLE.match(text):
        return None
    pattern = SimplePattern(text)
    if text.count("{") > 1 and len(dict(pattern.names)) < len(pattern.names):
        return None
    return pattern


def compile_pattern(source: str | bytes) -> CompiledPattern | SimplePattern:
    """Make a pattern ready for matching and for making paths.

    Raises:
        RoutePatternError: a name or a regular expression in it is no good.
    """
    simple = simple_pattern(source) if isinstance(source, str) else None
    if simple is not None:
        return simple
    pattern = read_pattern(source)
    shape = shape_of(pattern)
    names = None
    if (
        shape
        and not shape.is_open
        and all(segment.is_literal or segment.is_free for segment in shape.segments)
    ):
        pieces = enumerate(shape.segments, start=1)
        names = tuple((segment.placeholders[0].name, index) for index, segment in pieces if segment.is_free)
    literal = "".join(_literals(pattern)) if names == () else None
    return CompiledPattern(_matcher_of(pattern, shape), _generator_of(pattern), shape, literal, names)


# --- Matching ------------------------------------------------------------------------------------------------------


def _matcher_of(pattern: Pattern, shape: Shape | None) -> Matcher:
    """Make the function that takes a decoded path and returns what its parts are, or ``None``."""
    if shape is None or any(found.regex is not None for found in pattern.placeholders):
        return _match_by_regex(pattern, _regex_of(pattern))
    fault = _fault_in_names(pattern)
    if fault:
        raise _error(pattern.source, fault)
    if not pattern.rest and not pattern.placeholders:
        return _match_literally("".join(_literals(pattern)))
    if not pattern.placeholders:
        return _match_beginning("".join(_literals(pattern)), pattern.rest)
    if any(len(segment.placeholders) > 1 for segment in shape.segments):
        return (
            _match_segments_and_rest(shape.segments, pattern.rest)
            if pattern.rest
            else _match_segments(shape.segments)
        )
    return _match_lazily(pattern, shape)


def _literals(pattern: Pattern) -> Iterator[str]:
    return (part for part in pattern.parts if isinstance(part, str))


def _match_literally(text: str) -> Matcher:
    def match(path: str) -> MatchDict | None:
        return {} if path == text else None

    return match


def _match_beginning(text: str, rest: str) -> Matcher:
    # PERF: static: this is what every folder of files has
    def match(path: str) -> MatchDict | None:
        remainder = path[len(text) :]
        # COMPAT: a star has never taken a line break along
        if not path.startswith(text) or "\n" in remainder:
            return None
        return {rest: split_path_info(remainder)}

    return match


def _regex_of(pattern: Pattern) -> str:
    return "".join(
        re.escape(part)
        if isinstance(part, str)
        else _group(part.name, FREE if part.regex is None else part.regex)
        for part in pattern.parts
    )


def _group(name: str, regex: str) -> str:
    return f"(?P<{name}>{regex})"


def _match_by_regex(pattern: Pattern, regex: str) -> Matcher:
    rest = pattern.rest
    if rest:
        regex += _group(rest, ".*?")
    try:
        # Not fullmatch, which would bind differently around a regular expression that has a | outside of parentheses.
        # And not $, which would let a line break through at the end.
        match_path = re.compile(regex + r"\Z").match
    except re.error as error:
        raise _error(pattern.source, _fault(pattern, error)) from error

    def match(path: str) -> MatchDict | None:
        matched = match_path(path)
        if matched is None:
            return None
        found = matched.groupdict()
        if rest:
            found[rest] = split_path_info(found[rest] or "")
        return found

    return match


def _match_lazily(pattern: Pattern, shape: Shape) -> Matcher:
    """Match a pattern with no more than one ``{name}`` in a segment.

    What a segment took is never taken back (``(?>...)``): its end is fixed by the next slash, so nothing else could
    come of it, and the time stays linear. The route table matches most of these patterns by itself, so the regular
    expression is only made when somebody asks for it.
    """
    made: list[Matcher] = []

    def match(path: str) -> MatchDict | None:
        if not made:
            regex = "".join(f"(?>{_segment_regex(segment)})" for segment in shape.segments)
            made.append(_match_by_regex(pattern, regex))
        return made[0](path)

    return match


def _segment_regex(segment: Segment) -> str:
    first, *others = map(re.escape, segment.literals)
    names = [found.name for found in segment.placeholders]
    return f"/{first}" + "".join(_group(name, FREE) + text for name, text in zip(names, others, strict=True))


def _match_segments(segments: tuple[Segment, ...]) -> Matcher:
    count = len(segments)
    wanted = _wanted(segments)

    def match(path: str) -> MatchDict | None:
        start, *texts = path.split("/", count + 1)
        return None if start or len(texts) != count else _fit(wanted, texts)

    return match


def _match_segments_and_rest(segments: tuple[Segment, ...], rest: str) -> Matcher:
    """Match a pattern with a star: of the last segment only as much as there must be, and the rest is the star's."""
    count = len(segments)
    wanted = _wanted(segments)
    literals, names = wanted[-1]
    # A placeholder has at least one character, and the literal behind it stands as far to the right as it can
    earliest = len(literals[0]) + 1

    def match(path: str) -> MatchDict | None:
        start, *texts = path.split("/", count)
        if start or len(texts) != count:
            return None
        text, slash, after = texts.pop().partition("/")
        at = text.rfind(literals[-1], earliest) if names else 0
        end = at + len(literals[-1])
        remainder = text[end:] + slash + after
        # COMPAT: a star has never taken a line break along
        if at < 0 or "\n" in remainder:
            return None
        found = _fit(wanted, [*texts, text[:end]])
        if found is not None:
            found[rest] = split_path_info(remainder)
        return found

    return match


Wanted: TypeAlias = list[tuple[tuple[str, ...], tuple[str, ...]]]


def _wanted(segments: tuple[Segment, ...]) -> Wanted:
    return [(segment.literals, tuple(found.name for found in segment.placeholders)) for segment in segments]


def _fit(wanted: Wanted, texts: list[str]) -> MatchDict | None:
    found: MatchDict = {}
    for (literals, names), text in zip(wanted, texts, strict=True):
        values = _spread(literals, text)
        if values is None:
            return None
        found.update(zip(names, values, strict=True))
    return found


def _spread(literals: tuple[str, ...], text: str) -> list[str] | None:
    """Lay literals over a segment and return what lies between them, at least one character each.

    As a greedy regular expression does, but linear: each literal goes as far to the right as it can, which is what
    gives every placeholder, from the left, the most that it can have.

    >>> _spread(("a", "-", ""), "abc-d-e"), _spread(("", ".html"), "x.htm")
    (['bc-d', 'e'], None)
    """
    if len(literals) == 1:
        return [] if text == literals[0] else None
    start, end = len(literals[0]), len(text) - len(literals[-1])
    if not (start < end and text.startswith(literals[0]) and text.endswith(literals[-1])):
        return None
    values = []
    for literal in literals[-2:0:-1]:
        at = text.rfind(literal, start + 1, end - 1)
        if at < 0:
            return None
        values.append(text[at + len(literal) : end])
        end = at
    values.append(text[start:end])
    return values[::-1]


# --- What is wrong with a pattern ------------------------------------------------------------------------------------


def _fault(pattern: Pattern, error: re.error) -> str:
    """Say in plain words why the regular expression that a pattern makes is none."""
    for name, regex in pattern.placeholders:
        try:
            re.compile(regex or FREE)
        except re.error as own_error:
            return f"the regular expression {regex!r} of {{{name}}} is not valid: {own_error}"
    return _fault_in_names(pattern) or f"its regular expressions don't fit together: {error}"


def _fault_in_names(pattern: Pattern) -> str | None:
    seen: set[str] = set()
    for name in [found.name for found in pattern.placeholders] + [pattern.rest] * bool(pattern.rest):
        if not name.isidentifier():
            return f"{name!r} can't be a name; use letters, digits and underscores, and begin with no digit"
        if name in seen:
            return f"the name {name!r} stands in it twice; give each placeholder a name of its own"
        seen.add(name)
    return None


# --- Making a path -------------------------------------------------------------------------------------------------


def _generator_of(pattern: Pattern) -> PathMaker:
    """Make what fills in values, quoted, and returns a path; it raises ``KeyError`` if a name is missing."""
    template = "".join(
        quote_path_segment(part, safe="/").replace("%", "%%") if isinstance(part, str) else "%s"
        for part in pattern.parts
    )
    names = tuple(found.name for found in pattern.placeholders)
    return PathMaker(template + "%s" if pattern.rest else template, names, pattern.rest)
