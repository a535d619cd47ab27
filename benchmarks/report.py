"""The tables: ratios with their spread, beside the targets; shapes; what was left out.

Everything is made of the results as they are kept in the JSON file, so that an old file prints as it did.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from benchmarks import figures, linear
from benchmarks.contenders import CONTENDERS, SUBJECT
from benchmarks.rounds import Row
from benchmarks.targets import TARGETS

Results = dict[str, Any]

#: Those whose ratios we have targets for stand in the first table, the others in the second.
FIRST = ("pyramid", "falcon", "falcon-pure")

WRITE: dict[str, Callable[[float], str]] = {
    "s": figures.time,
    "bytes": figures.size,
    "per s": lambda figure: f"{figure:.0f}/s",
}


def report(results: Results) -> str:
    """Return all that there is to print."""
    parts = [_head(results)]
    rows = results["rows"]
    measured = [row for row in rows if row["unit"] != "per s"]
    served = [row for row in rows if row["unit"] == "per s"]
    if measured:
        others = _present(measured, [name for name in CONTENDERS if name not in (*FIRST, SUBJECT)])
        parts.append(
            "How many times as much CPU time (or memory) as goldilocks: median of the rounds' ratios [quartiles]; "
            "above 1\ngoldilocks is faster. After the ratio the target: + reached, - missed.\n\n"
            + _table(measured, _present(measured, FIRST))
        )
        if others:
            parts.append("The same for the others.\n\n" + _table(measured, others))
    if served:
        names = _present(served, [name for name in CONTENDERS if name != SUBJECT])
        parts.append(
            "Over a socket: how many times as many requests per second goldilocks answers; above 1 it is faster.\n\n"
            + _table(served, names)
        )
    if results.get("linear"):  # older files have none
        marked = sum(map(linear.is_marked, results["linear"]))
        parts.append(
            "Linear time: how many times as long as for half of it a parser takes for so much input; CPU time, no limits.\n"
            f"{len(results['linear'])} inputs, {marked} of them above {linear.WANTED}.\n\n"
            + linear.table(results["linear"])
        )
    parts.append(_verdict(rows))
    if results["shapes"]:
        parts.append(
            "What was built. (by hand: what the framework doesn't have)\n\n" + _shapes(results["shapes"])
        )
    if results["notes"]:
        parts.append(
            "Left out.\n\n" + "\n".join(f"  {note.strip()}" for note in dict.fromkeys(results["notes"]))
        )
    return "\n\n\n".join(part for part in parts if part)


def ratio(row: Row, name: str) -> figures.Spread | None:
    """Return how goldilocks compares with a contender in a row; None if one of them wasn't measured."""
    theirs, ours = row["seconds"].get(name), row["seconds"].get(SUBJECT)
    if not theirs or not ours or len(theirs) != len(ours) or not all(ours) or not all(theirs):
        return None
    if row["unit"] == "per s":
        return figures.spread(figures.ratios(ours, theirs))
    return figures.spread(figures.ratios(theirs, ours))


def _head(results: Results) -> str:
    versions = ", ".join(f"{title} {version}" for title, version in results["versions"].items())
    return textwrap.fill(
        f"{results['when']}, Python {results['python']}, {results['machine']}; {results['rounds']} rounds of "
        f"{results['while_ms']} ms for each hit. {versions}.",
        width=120,
    )


def _present(rows: Sequence[Row], names: Iterable[str]) -> list[str]:
    return [name for name in names if any(name in row["seconds"] for row in rows)]


def _table(rows: Sequence[Row], names: Sequence[str]) -> str:
    lines = [["", SUBJECT, *(f"x {CONTENDERS[name].title}" for name in names)]]
    for row in rows:
        own = row["seconds"].get(SUBJECT)
        cells = [_cell(row, name) for name in names]
        if any(cells):
            lines.append([row["name"], WRITE[row["unit"]](figures.spread(own).median) if own else "", *cells])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            [
                line[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)),
            ]
        )
        for line in lines
    )


def _cell(row: Row, name: str) -> str:
    found = ratio(row, name)
    if found is None:
        return ""
    target = TARGETS[row["name"]].of(name) if row["name"] in TARGETS else None
    if target is None:
        return str(found) + " " * 7 if name in ("pyramid", "falcon") else str(found)
    return f"{found} {'+' if found.median >= target else '-'}{target:<5g}"


def missed(rows: Sequence[Row]) -> list[tuple[str, str, float, float]]:
    """Return row, contender, median and target of all that isn't reached."""
    found = []
    for row in rows:
        for name in ("pyramid", "falcon"):
            target = TARGETS[row["name"]].of(name) if row["name"] in TARGETS else None
            spread = ratio(row, name)
            if target is not None and spread is not None and spread.median < target:
                found.append((row["name"], name, spread.median, target))
    return found


def _verdict(rows: Sequence[Row]) -> str:
    misses = missed(rows)
    if not misses:
        return ""
    lines = [
        f"  {row}: {figures.number(median)} x {CONTENDERS[name].title}, {target:g} wanted"
        for row, name, median, target in misses
    ]
    return "Targets that are missed.\n\n" + "\n".join(lines)


def _shapes(shapes: dict[str, dict[str, Any]]) -> str:
    lines = []
    for scenario, contenders in shapes.items():
        about = contenders.get("", {}).get("about", "")
        lines.append(f"{scenario}{': ' + about if about else ''}")
        for name, shape in contenders.items():
            if name:
                lines.append(_shape(name, shape))
    return "\n".join(lines)


def _shape(name: str, shape: dict[str, Any]) -> str:
    by_hand = f"; by hand: {shape['by_hand']}" if shape["by_hand"] else ""
    headers = next(iter(shape.get("headers", {}).values()), [])
    text = f"{CONTENDERS[name].title}: {shape['shape']}{by_hand}; answers with {', '.join(headers) or 'no headers'}"
    return textwrap.fill(text, width=120, initial_indent="  ", subsequent_indent="      ")
