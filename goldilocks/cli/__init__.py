"""The command line: ``goldilocks COMMAND``, or ``python -m goldilocks COMMAND``.

Each command lives in a file of its own and is entered here by one line. What several of them need (finding an
application, telling somebody what is wrong with theirs) stands beside them.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import click

from goldilocks.cli import serve

#: The commands.
COMMANDS: tuple[click.Command, ...] = (
    serve.command,
)  # fmt: skip


def own_version() -> str:
    """Return the version that is installed."""
    try:
        return version("goldilocks-framework")
    except PackageNotFoundError:
        return "(not installed)"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(own_version(), prog_name="goldilocks", message="%(prog)s %(version)s")
def main() -> None:
    """Serve and inspect goldilocks applications."""


for command in COMMANDS:
    main.add_command(command)
