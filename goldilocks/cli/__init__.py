"""The command line: ``goldilocks COMMAND``, or ``python -m goldilocks COMMAND``.

Each command is the ``command`` of a file that is called like it, and is imported when it is wanted. What several of
them need (finding an application, telling somebody what is wrong with theirs) stands beside them.
"""

from __future__ import annotations

import importlib
from importlib.metadata import PackageNotFoundError, version

import click

#: The commands: each in the file of its name.
COMMANDS = (
    "serve",
)  # fmt: skip


class CommandFiles(click.Group):
    """The commands, out of their files."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Return a command, or ``None`` where there is none of this name."""
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"goldilocks.cli.{name}").command
        return command


def own_version() -> str:
    """Return the version that is installed."""
    try:
        return version("goldilocks-framework")
    except PackageNotFoundError:
        return "(not installed)"


@click.group(cls=CommandFiles, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(own_version(), prog_name="goldilocks", message="%(prog)s %(version)s")
def main() -> None:
    """Serve and inspect goldilocks applications."""
