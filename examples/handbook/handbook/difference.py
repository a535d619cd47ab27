"""The difference between two texts, line by line, with the changed words of a line marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

CONTEXT_LINES = 3
#: Lines of the one text times lines of the other. Above it nothing is compared but what both begin and end with: the
#: search for what they share in between takes longer than anybody waits.
MAX_COMPARISONS = 20_000_000
#: Words of changed lines times words of what took their place, in all. About a second.
MAX_WORD_COMPARISONS = 1_000_000
_WORD = re.compile(r"\s+|\w+|[^\w\s]")


class _Matcher(SequenceMatcher[str]):
    """Compares line by line, texts of many thousand lines only roughly."""

    def get_opcodes(self) -> list[Any]:
        before, after = self.a, self.b
        if len(before) * len(after) <= MAX_COMPARISONS:
            return super().get_opcodes()
        head = _in_common(before, after)
        tail = _in_common(before[: head - len(before) - 1 : -1], after[: head - len(after) - 1 : -1])
        end, new_end = len(before) - tail, len(after) - tail
        return [
            ("equal", 0, head, 0, head),
            ("replace", head, end, head, new_end),
            ("equal", end, len(before), new_end, len(after)),
        ]


def _in_common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines both begin with."""
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line; ``changed`` where the other text has something else."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the difference: ``same``, ``gone``, ``new``, or ``gap`` for lines left out."""

    kind: str
    old: int | None
    new: int | None
    pieces: list[Piece] = field(default_factory=list)


def rows(old: str, new: str) -> list[Row]:
    """Compare two texts; nothing comes back where they are the same."""
    before, after = old.splitlines(), new.splitlines()
    if before == after:
        return []
    matcher, words = _Matcher(None, before, after), _Words()
    result: list[Row] = []
    for group in matcher.get_grouped_opcodes(CONTEXT_LINES):
        first = group[0]
        if first[1] or first[3]:
            result.append(Row("gap", first[1], first[3]))
        for opcode in group:
            result.extend(_rows_of(opcode, before, after, words))
    return result


def _rows_of(
    opcode: tuple[str, int, int, int, int], before: list[str], after: list[str], words: _Words
) -> Iterator[Row]:
    tag, i1, i2, j1, j2 = opcode
    if tag == "equal":
        for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
            yield Row("same", i + 1, j + 1, [Piece(before[i], False)])
        return
    pairs = [words(before[i], after[j]) for i, j in zip(range(i1, i2), range(j1, j2), strict=False)]
    for position, i in enumerate(range(i1, i2)):
        yield Row(
            "gone", i + 1, None, pairs[position][0] if position < len(pairs) else [Piece(before[i], False)]
        )
    for position, j in enumerate(range(j1, j2)):
        yield Row(
            "new", None, j + 1, pairs[position][1] if position < len(pairs) else [Piece(after[j], False)]
        )


class _Words:
    """Puts two lines in pieces; such as have little in common are left whole, and all once it has been work enough."""

    def __init__(self) -> None:
        self._left = MAX_WORD_COMPARISONS

    def __call__(self, old: str, new: str) -> tuple[list[Piece], list[Piece]]:
        before, after = _WORD.findall(old), _WORD.findall(new)
        whole = [Piece(old, False)], [Piece(new, False)]
        if len(before) + len(after) > 400 or len(before) * len(after) > self._left:
            return whole
        self._left -= len(before) * len(after)
        matcher = SequenceMatcher(None, before, after, autojunk=False)
        if matcher.ratio() < 0.4:
            return whole
        gone, come = [], []
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            gone.append(Piece("".join(before[i1:i2]), tag != "equal"))
            come.append(Piece("".join(after[j1:j2]), tag != "equal"))
        return [piece for piece in gone if piece.text], [piece for piece in come if piece.text]
