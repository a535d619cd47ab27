"""Serves an application that an ini file describes, on the server that the same file describes.

For applications that start their server so from a command of their own: `main` takes what ``argv`` would hold.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from goldilocks import compat
from goldilocks.cli.application import read_settings
from goldilocks.cli.reloader import serve_and_watch
from goldilocks.paster import get_config_loader


def main(argv: Sequence[str] = sys.argv, quiet: bool = False, original_ignore_files: Any = None) -> int:
    """Serve until somebody ends it.

    Args:
        argv: the name of the program, and the arguments; with ``--help`` among them it prints what can be said.
        quiet: whether to say nothing but what is wrong.
        original_ignore_files: not used; what a reloader of Pyramid's hands on to itself.

    Returns:
        The exit code: 0, or that of what is wrong.
    """
    words = [*argv[1:], *(["--quiet"] if quiet else [])]
    try:
        code = command.main(args=words, prog_name="pserve", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return 0
    return int(code or 0)


@click.command()
@click.argument("config_uri")
@click.argument("variables", nargs=-1, callback=read_settings, metavar="[NAME=VALUE]...")
@click.option("-n", "--app-name", metavar="NAME", help="Which application of the file; main by default.")
@click.option("--server-name", metavar="NAME", help="Which server of the file; main by default.")
@click.option("--reload", is_flag=True, help="Start anew when a file of the application changes.")
@click.option("--reload-interval", hidden=True, help="Not used: changes are heard of at once.")
@click.option("-v", "--verbose", count=True, help="Not used: the file says what is logged.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what is wrong.")
@click.option("--hooked", is_flag=True, hidden=True)
def command(
    config_uri: str,
    variables: dict[str, str],
    app_name: str | None,
    server_name: str | None,
    reload: bool,
    reload_interval: str | None,
    verbose: int,
    quiet: bool,
    hooked: bool,
) -> int:
    """Serve the application that the ini file CONFIG_URI describes, with variables for the file."""
    if reload:
        child = _child_command(config_uri, variables, app_name, server_name)
        return serve_and_watch(lambda start: child, _folders(config_uri))
    if hooked:
        compat.install()
    variables = {"__script__": "pserve", **variables}
    loader = get_config_loader(config_uri)
    loader.setup_logging(variables)
    serve = loader.get_wsgi_server(server_name, variables)
    app = loader.get_wsgi_app(app_name, variables)
    if not quiet:
        click.echo(f"Starting server in PID {os.getpid()}.", err=True)
    serve(app)
    return 0


def _child_command(
    config_uri: str, variables: dict[str, str], app_name: str | None, server_name: str | None
) -> list[str]:
    """Return the command of the process that serves this under the reloader."""
    words = [sys.executable, "-m", "goldilocks.scripts.pserve"]
    words += ["--hooked"] if compat.is_installed() else []
    words += ["--app-name", app_name] if app_name else []
    words += ["--server-name", server_name] if server_name else []
    return [*words, "--", config_uri, *(f"{name}={value}" for name, value in variables.items())]


def _folders(config_uri: str) -> list[Path]:
    """Return the folders that are watched: where the ini file lies, and where the program was started."""
    folders = [Path(config_uri.partition("#")[0]).resolve().parent, Path.cwd()]
    return [folder for folder in dict.fromkeys(folders) if folder.is_dir()]


if __name__ == "__main__":
    sys.exit(main(sys.argv))
