"""Tables for people, and the same rows for programs.

A table is plain text. On a terminal it is made to fit by folding its cells; in a pipe every row stays one line, so
that ``grep`` and ``awk`` find what they look for.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

import click

from goldilocks.explanation import printable

#: What stands between two columns.
GAP = "  "

#: A column isn't made narrower than this, in characters, to fit a table into a terminal.
NARROWEST = 8

#: Where a cell may be folded: behind each of these pieces. Dotted names, paths and patterns have no blanks.
_PIECES = re.compile(r"[^\s./:,]*[\s./:,]|[^\s./:,]+")

#: A row: one text for each column.
Row = Sequence[object]


def echo(text: str = "") -> None:
    """Write to standard output; colours only where they can be seen and are wanted."""
    click.echo(text, color=False if os.environ.get("NO_COLOR") else None)


def echo_json(value: Any) -> None:
    """Write a value for programs."""
    echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def echo_table(titles: Sequence[str], rows: Iterable[Row], indent: str = "") -> None:
    """Write a table, as wide as the terminal at most."""
    width = terminal_width()
    for line in table(titles, rows, None if width is None else width - len(indent)):
        echo(f"{indent}{line}")


def heading(text: str) -> str:
    """Return a line that stands above something."""
    return click.style(text, bold=True)


def terminal_width() -> int | None:
    """Return how many characters fit on a line; ``None`` where no terminal shows it."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def table(titles: Sequence[str], rows: Iterable[Row], width: int | None = None) -> list[str]:
    """Return the lines of a table, its titles first.

    >>> for line in table(["name", "pattern"], [("home", "/"), ("hello", "/hello/{name}")]):
    ...     print(click.unstyle(line))
    name   pattern
    -----  -------------
    home   /
    hello  /hello/{name}

    Args:
        titles: of the columns.
        rows: with a cell for each title.
        width: how many characters fit on a line; cells are folded where they must be. ``None`` for any number.
    """
    cells = [[printable(cell) for cell in row] for row in rows]
    natural = [max(map(len, column)) for column in zip(titles, *cells, strict=True)]
    widths = natural if width is None else fitted(natural, width)
    lines = [heading(_line(titles, widths)), _line(["-" * each for each in widths], widths)]
    for row in cells:
        folded = [fold(cell, each) for cell, each in zip(row, widths, strict=True)]
        lines += [_line(parts, widths) for parts in zip_longest(*folded, fillvalue="")]
    return lines


def fitted(widths: Sequence[int], width: int) -> list[int]:
    """Return widths of columns that fit together into a line; the widest give most.

    >>> fitted([3, 30, 40], 44)
    [3, 19, 18]

    Where that is impossible, the widths stay as they are: the terminal's own folding is easier to read then.
    """
    room = width - len(GAP) * (len(widths) - 1)
    narrower = list(widths)
    while sum(narrower) > room:
        widest = max(narrower)
        if widest <= NARROWEST:
            return list(widths)
        narrower[len(narrower) - 1 - narrower[::-1].index(widest)] -= 1
    return narrower


def fold(text: str, width: int) -> list[str]:
    """Return a text in lines of ``width`` characters at most, cut where a word, a path or a dotted name has a joint.

    >>> fold("shop.views.catalogue.list_of_products", 20)
    ['shop.views.', 'catalogue.', 'list_of_products']
    """
    lines = [""]
    for piece in _PIECES.findall(text):
        if len(lines[-1]) + len(piece.rstrip()) > width:
            lines.append("")
        while len(piece.rstrip()) > width:
            lines[-1], piece = piece[:width], piece[width:]
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines if line.strip()] or [""]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return GAP.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
