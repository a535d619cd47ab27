"""The command line: ``goldilocks COMMAND``, or ``python -m goldilocks COMMAND``.

Each command is the ``command`` of a file that is called like it, and is imported when it is wanted. What several of
them need (finding an application, telling somebody what is wrong with theirs) stands beside them.
"""

from __future__ import annotations

import importlib
from importlib.metadata import PackageNotFoundError, version

import click

from goldilocks import compat
from goldilocks.names import PYRAMID

#: The commands: each in the file of its name.
COMMANDS = (
    "migrate",
    "request",
    "routes",
    "serve",
    "settings",
    "shell",
    "tweens",
    "views",
)  # fmt: skip

#: What the option of the import hook is called inside.
HOOK_PARAMETER = "is_hooked"


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
        known = {parameter.name for parameter in command.params}
        if "target" in known and HOOK_PARAMETER not in known:
            command.params.append(hook_option())
        return command


def hook_option() -> click.Option:
    """Return the option that switches the import hook on before the application is loaded."""
    return click.Option(
        [f"--{PYRAMID}", HOOK_PARAMETER],
        is_flag=True,
        expose_value=False,
        callback=_switch_hook,
        help=f"Let add-ons that import {PYRAMID} find goldilocks.",
    )


def _switch_hook(context: click.Context, parameter: click.Parameter, is_wanted: bool) -> None:
    if is_wanted:
        try:
            compat.install()
        except ImportError as error:
            raise click.ClickException(str(error)) from error


def own_version() -> str:
    """Return the version that is installed."""
    try:
        return version("goldilocks-framework")
    except PackageNotFoundError:
        return "(not installed)"


@click.group(
    cls=CommandFiles, params=[hook_option()], context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(own_version(), prog_name="goldilocks", message="%(prog)s %(version)s")
def main() -> None:
    """Serve and inspect goldilocks applications."""
