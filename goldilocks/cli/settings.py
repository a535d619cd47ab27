"""``goldilocks settings``: every setting of the framework, as a table; the reference page is made of it, too."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import click

from goldilocks.cli.application import gives_json
from goldilocks.cli.tables import echo, echo_json, echo_table, heading, table, terminal_width
from goldilocks.config.settings import OWN_SETTINGS, PREFIXED, SETTINGS, TYPES
from goldilocks.limits import UNLIMITED
from goldilocks.names import DEFAULTS_PYRAMID, DEFAULTS_SECURE, GOLDILOCKS, PYRAMID, environment_keys

#: What stands above the tables of the page.
HEAD = f"""\
# Settings

<!-- made by `goldilocks settings --markdown`; change goldilocks/config/settings.py instead -->

Settings are given to `Configurator(settings=...)`, or stand in the `[app:...]` section of an ini file. Where an environment
variable is named, it overrides what is said there. What `config.add_settings` says later overrides both. A value that a setting
can't have is a `ConfigurationError` that names it. A key that begins with `{GOLDILOCKS}.` and isn't on this page is a
`goldilocks.config.settings.UnknownSettingWarning`, which names the nearest that is; only keys with one more dot,
`{GOLDILOCKS}.ADDON.NAME`, are not looked at: so an add-on calls its settings.
"""

OWN_HEAD = f"""\
## Of goldilocks

`{GOLDILOCKS}.defaults` chooses the column that holds where nothing is said. See also
[where goldilocks differs](../differences.md).
"""

SHARED_HEAD = f"""\
## Of Pyramid

Each can be said as `{GOLDILOCKS}.NAME`, as `{PYRAMID}.NAME`, and those without a star as `NAME` alone; where several are said,
the first in this order holds. By the two older names, any word that isn't true is false. Their environment variables begin with `GOLDILOCKS_` or with `{PYRAMID.upper()}_`.
"""


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A setting as it is listed.

    Attributes:
        key: the name under which it should be said.
        also: the other names that it can be said under.
        type: what it takes, in words.
        default: what holds if nothing is said.
        compatible: what holds if nothing is said, under Pyramid's defaults.
        variable: the environment variable that overrides it; nothing where there is none.
        meaning: what it does.
    """

    key: str
    also: tuple[str, ...]
    type: str
    default: str
    compatible: str
    variable: str
    meaning: str


@click.command("settings")
@click.option("--markdown", "is_markdown", is_flag=True, help="Write the reference page.")
@gives_json
def command(is_markdown: bool, as_json: bool) -> None:
    """List the settings of goldilocks: name, type, default, environment variable, meaning."""
    own, shared = own_rows(), shared_rows()
    if as_json:
        echo_json([asdict(row) for row in (*own, *shared)])
    elif is_markdown:
        click.echo(markdown(own, shared), nl=False)
    else:
        tell([*own, *shared])
        echo(f"\n(A default in brackets holds under {GOLDILOCKS}.defaults = {DEFAULTS_PYRAMID}.)")


def own_rows() -> list[SettingRow]:
    """Return the settings that only goldilocks has."""
    return [
        SettingRow(
            key=each.key,
            also=(),
            type=type_words(each.convert),
            default=default_words(each.secure),
            compatible=default_words(each.compatible),
            variable=each.variable,
            meaning=each.meaning,
        )
        for each in OWN_SETTINGS
    ]


def shared_rows() -> list[SettingRow]:
    """Return the settings that Pyramid has, too."""
    rows = {}
    for each in SETTINGS:
        implied = f"; {each.implied_by} implies it" if each.implied_by else ""
        rows[each.name] = SettingRow(
            key=f"{GOLDILOCKS}.{each.name}",
            also=(f"{PYRAMID}.{each.name}", each.name),
            type=type_words(each.convert),
            default=default_words(each.default),
            compatible=default_words(each.default),
            variable=environment_keys(each.name)[-1],
            meaning=f"{each.meaning}{implied}",
        )
    for name, meaning in PREFIXED.items():
        also = (f"{PYRAMID}.{name}",)
        rows[name] = SettingRow(f"{GOLDILOCKS}.{name}", also, "list", "nothing", "nothing", "", meaning)
    return list(rows.values())


def tell(rows: list[SettingRow]) -> None:
    """Write for people: as a table, or on a terminal that is too narrow for it, one below the other."""
    titles = ["setting", "type", "default", "environment variable", "meaning"]
    cells = [(row.key, row.type, shown_default(row), row.variable, row.meaning) for row in rows]
    width = terminal_width()
    if width is None or len(table(titles, cells)[1]) <= width:
        echo_table(titles, cells)
        return
    for row in rows:
        default, *more = textwrap.wrap(
            shown_default(row), max(width - len(row.key) - 3, 20), break_on_hyphens=False
        )
        echo(f"{heading(row.key)} = {default}")
        kind = ", ".join(filter(None, [row.type, row.variable]))
        for line in [*more, *textwrap.wrap(kind, width - 4), *textwrap.wrap(row.meaning, width - 4)]:
            echo(f"    {line}")


def type_words(convert: Callable[[Any], Any]) -> str:
    """Return what a setting takes, in words."""
    return TYPES.get(convert) or convert.__name__.strip("_").replace("_", " ")


def default_words(value: Any) -> str:
    """Return a default as it would be written in an ini file.

    >>> default_words(True), default_words([]), default_words(None), default_words("en")
    ('true', 'nothing', 'nothing', 'en')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or value in ([], ()):
        return "nothing"
    if isinstance(value, tuple):
        return "; ".join(f"{name}: {text}" for name, text in value)
    if value == UNLIMITED:
        return "unlimited"
    return str(value)


def shown_default(row: SettingRow) -> str:
    """Return the default, and in brackets that under Pyramid's defaults if it is another."""
    return row.default if row.default == row.compatible else f"{row.default} ({row.compatible})"


def markdown(own: list[SettingRow], shared: list[SettingRow]) -> str:
    """Return the reference page."""
    own_titles = ["Setting", "Takes", DEFAULTS_SECURE, DEFAULTS_PYRAMID, "Environment variable", "Meaning"]
    own_cells = [
        [f"`{row.key}`", row.type, row.default, row.compatible, f"`{row.variable}`", row.meaning]
        for row in own
    ]
    shared_titles = ["Setting", "Takes", "Default", "Environment variable", "Meaning"]
    shared_cells = [
        [
            f"`{row.key}`{'' if len(row.also) > 1 else ' *'}",
            row.type,
            row.default,
            f"`{row.variable}`" if row.variable else "",
            row.meaning,
        ]
        for row in shared
    ]
    parts = [
        HEAD,
        f"{OWN_HEAD}\n{_markdown_table(own_titles, own_cells)}",
        f"{SHARED_HEAD}\n{_markdown_table(shared_titles, shared_cells)}",
    ]
    return "\n".join(parts)


def _markdown_table(titles: list[str], rows: list[list[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines)
