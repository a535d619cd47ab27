"""``goldilocks tweens``: what runs around the handling of every request, the outermost first."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from goldilocks.cli.application import gives_json, look_into, takes_target
from goldilocks.cli.routes import place_of, place_values, shown_place
from goldilocks.cli.tables import echo, echo_json, echo_table
from goldilocks.explanation import Place, printable
from goldilocks.interfaces import ITweens
from goldilocks.names import GOLDILOCKS, dotted
from goldilocks.tweens import INGRESS, MAIN

if TYPE_CHECKING:
    from goldilocks.types import AnyRegistry

#: The setting by which a deployment lists all tweens.
SETTING = f"{GOLDILOCKS}.tweens"


@dataclass(frozen=True, slots=True)
class TweenRow:
    """A tween as it is listed.

    Attributes:
        position: 0 is the outermost; ``None`` for one that doesn't take part.
        name: the dotted name that it is known by.
        under: what it wishes to be nearer to the application than.
        over: what it wishes to be nearer to the server than.
        place: the line that said it, or its source, if one is known.
    """

    position: int | None
    name: str
    under: str
    over: str
    place: Place | None


@click.command("tweens")
@takes_target
@gives_json
def command(target: str, settings: dict[str, str], as_json: bool) -> None:
    """List the tweens of an application, the outermost first.

    Their order is either implicit, worked out from what each says of the others, or explicit: the deployment
    lists them in the setting goldilocks.tweens, and those that it doesn't list take no part. TARGET is what
    `goldilocks serve` takes.
    """
    application = look_into(target, settings, "ptweens")
    tweens = application.registry.queryUtility(ITweens)
    is_explicit = tweens is not None and bool(tweens.explicit)
    rows = [] if tweens is None else tween_rows(application.registry, tweens)
    if as_json:
        values = [
            {"position": row.position, "name": row.name, "under": row.under, "over": row.over}
            | place_values(row.place)
            for row in rows
        ]
        echo_json({"order": "explicit" if is_explicit else "implicit", "tweens": values})
        return
    if is_explicit:
        echo(f"The order is explicit: the setting {SETTING} lists it.\n")
    else:
        echo(f"The order is implicit: the setting {SETTING} doesn't list it.\n")
    echo_table(["#", "name", "under", "over", "where"], _cells(rows))


def tween_rows(registry: AnyRegistry, tweens: Any) -> list[TweenRow]:
    """Return all tweens: those that take part in their order, then those that don't."""
    used = tweens.explicit or tweens.implicit()
    names = {name for name, _ in used}
    unused = [pair for pair in tweens.implicit() if pair[0] not in names]
    pairs = registry.introspector.get_category("tweens") or []
    facts = {pair["introspectable"]["name"]: pair["introspectable"] for pair in pairs}
    rows = []
    for number, (name, factory) in enumerate([*used, *unused]):
        fact = facts.get(name)
        rows.append(
            TweenRow(
                position=number if number < len(used) else None,
                name=printable(dotted(str(name))),
                under=_wish(fact, "under"),
                over=_wish(fact, "over"),
                place=_source_of(factory) or place_of(fact),
            )
        )
    return rows


def _wish(fact: Any, side: str) -> str:
    wish = None if fact is None else fact.get(side)
    if wish is None:
        return ""
    return printable(", ".join(dotted(str(each)) for each in ([wish] if isinstance(wish, str) else wish)))


def _source_of(factory: Any) -> Place | None:
    """Return where the code of a tween stands, if it stands in a file."""
    try:
        file = inspect.getsourcefile(factory)
        line = inspect.getsourcelines(factory)[1]
    except (TypeError, OSError):  # an instance, or written in C, or made of no file
        return None
    return None if file is None else Place(file, line)


def _cells(rows: list[TweenRow]) -> list[tuple[str, ...]]:
    cells = [
        (
            "-" if row.position is None else str(row.position),
            row.name,
            row.under,
            row.over,
            shown_place(row.place),
        )
        for row in rows
    ]
    used = sum(row.position is not None for row in rows)
    server, application = ("", INGRESS, "", "", ""), ("", MAIN, "", "", "")
    return [server, *cells[:used], application, *cells[used:]]
