"""The arithmetic: ratios of rounds, their median and quartiles, and how they read."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of some figures, and the middle half of them."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{number(self.median)} [{number(self.low)}-{number(self.high)}]"


def spread(figures: Sequence[float]) -> Spread:
    """Return median and quartiles; of a single figure, all three are it.

    >>> spread([3, 1, 2, 5, 4])
    Spread(median=3, low=2.0, high=4.0)
    """
    if len(figures) < 2:
        return Spread(figures[0], figures[0], figures[0])
    low, _, high = statistics.quantiles(figures, n=4, method="inclusive")
    return Spread(statistics.median(figures), low, high)


def ratios(figures: Sequence[float], subject: Sequence[float]) -> list[float]:
    """Return how many times as much as the subject's each figure is, round by round.

    >>> ratios([6.0, 9.0], [2.0, 3.0])
    [3.0, 3.0]
    """
    return [figure / own for figure, own in zip(figures, subject, strict=True)]


def number(figure: float) -> str:
    """Write a figure with as many digits as can be believed.

    >>> [number(figure) for figure in (0.1234, 1.234, 12.34, 123.4, 1234.5)]
    ['0.12', '1.23', '12.3', '123', '1234']
    """
    decimals = 2 if abs(figure) < 9.995 else 1 if abs(figure) < 99.95 else 0
    return f"{figure:.{decimals}f}"


def time(seconds: float) -> str:
    """Write a time with its unit.

    >>> [time(seconds) for seconds in (0.0000123, 0.0123, 12.3)]
    ['12.3 µs', '12.3 ms', '12.3 s']
    """
    for unit, scale in (("µs", 1e6), ("ms", 1e3)):
        if seconds * scale < 1000:
            return f"{number(seconds * scale)} {unit}"
    return f"{number(seconds)} s"


def size(count_bytes: float) -> str:
    """Write an amount of memory.

    >>> size(3_500_000)
    '3.50 MB'
    """
    return f"{number(count_bytes / 1e6)} MB"
