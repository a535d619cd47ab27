"""``goldilocks shell``: Python inside an application, where a view would stand.

Which shell it is: one of those that other packages offer as entry points (IPython, bpython), or Python's own. A shell is
a function that takes the namespace and a help text.
"""

from __future__ import annotations

import code
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import click

from goldilocks.cli.application import configuration_of, look_into, takes_target
from goldilocks.cli.tables import echo
from goldilocks.cli.trouble import CommandError, told
from goldilocks.names import SHELL_RUNNER_GROUPS, dotted
from goldilocks.paster import get_config_loader
from goldilocks.path import DottedNameResolver
from goldilocks.scripting import prepare
from goldilocks.settings import aslist
from goldilocks.util import make_contextmanager

try:
    import readline
    import rlcompleter
except ImportError:  # pragma: no cover  # Python for Windows has neither
    readline = None  # type: ignore[assignment]

#: Takes the namespace and a help text.
Runner = Callable[[dict[str, Any], str], Any]

#: The section of an ini file that sets up shells.
SECTION = "pshell"

#: What Python's own shell is called.
PYTHON = "python"

#: What is in the namespace, for people.
NAMES = {
    "app": "the WSGI application",
    "registry": "the registry: all that was configured",
    "request": "a blank request; it is the current one",
    "root": "the root of the resources",
    "root_factory": "what made the root",
}


@click.command("shell")
@takes_target
@click.option("-c", "--command", "source", metavar="CODE", help="Run this instead of asking.")
@click.option("-p", "--shell", "wanted", metavar="NAME", help="The shell: see --list-shells.")
@click.option("-l", "--list-shells", "is_list", is_flag=True, help="List the shells that are installed.")
@click.option(
    "--setup", metavar="NAME",
    help="The dotted name of a function that takes the namespace, before the shell begins; a generator function is "
    "gone on with when the shell has ended.",
)  # fmt: skip
@click.option(
    "--with", "objects", metavar="NAME=DOTTED", multiple=True,
    help="An object for the namespace; may be said several times.",
)  # fmt: skip
def command(
    target: str,
    settings: dict[str, str],
    source: str | None,
    wanted: str | None,
    is_list: bool,
    setup: str | None,
    objects: tuple[str, ...],
) -> None:
    """Open a Python shell inside an application.

    Its namespace has app, registry, request, root and root_factory. What the section [pshell] of an ini file says
    (setup, default_shell, and names of objects) holds here, too, unless the options say otherwise. TARGET is
    what `goldilocks serve` takes.
    """
    if is_list:
        for name in sorted({PYTHON, *offered()}):
            echo(name)
        return
    application = look_into(target, settings, "pshell")
    section = read_section(target, settings)
    setup = setup or section.pop("setup", None)
    preferred = aslist(section.pop("default_shell", ""))
    section.pop("setup", None)
    named = {**section, **read_objects(objects)}
    runner = run_source(source) if source is not None else find_runner(wanted, preferred)
    with prepare(registry=application.registry) as environment:
        namespace = {name: value for name, value in environment.items() if name != "closer"}
        namespace["app"] = application.app
        own = {name: find(dotted_name) for name, dotted_name in named.items()}
        namespace.update(own)
        with set_up(setup, namespace):
            run_startup_file(os.environ, namespace)
            runner(namespace, help_text(namespace, named))


# --- The namespace -------------------------------------------------------------------------------------------------


def read_section(target: str, settings: Mapping[str, str]) -> dict[str, Any]:
    """Return what an ini file says about shells; nothing for other targets."""
    if configuration_of(target) is None:
        return {}
    return dict(get_config_loader(target).get_settings(SECTION, dict(settings)))


def read_objects(said: Iterable[str]) -> dict[str, str]:
    """Make dotted names by name of ``name=dotted`` words."""
    named = {}
    for word in said:
        name, equals, dotted_name = word.partition("=")
        if not equals or not name.strip().isidentifier():
            raise click.BadParameter(f"{word!r} is no NAME=DOTTED", param_hint="--with")
        named[name.strip()] = dotted_name.strip()
    return named


def find(dotted_name: str) -> Any:
    """Return what a dotted name stands for.

    Raises:
        CommandError: nothing.
    """
    with told(f"there is no {dotted_name}"):
        return DottedNameResolver(None).resolve(dotted_name)


def set_up(setup: str | None, namespace: dict[str, Any]) -> AbstractContextManager[Any]:
    """Return the context of the function that prepares the namespace."""
    return make_contextmanager(None if setup is None else find(setup))(namespace)


def run_startup_file(environ: Mapping[str, str], namespace: dict[str, Any]) -> None:
    """Run what the user has Python run before every shell."""
    file = environ.get("PYTHONSTARTUP")
    if file and os.path.isfile(file):
        exec(compile(Path(file).read_text("utf-8"), file, "exec"), namespace)
        namespace.pop("__builtins__", None)


def help_text(namespace: Mapping[str, Any], named: Mapping[str, str]) -> str:
    """Return lines that tell what is in the namespace."""
    meanings = {}
    for name, value in namespace.items():
        own = getattr(value, "__doc__", None) if not hasattr(type(value), "__doc__") else None
        meanings[name] = named.get(name) or NAMES.get(name) or own or type(value).__qualname__
    return "\n".join(
        ["Environment:", *(f"  {name:<12} {meaning}" for name, meaning in sorted(meanings.items()))]
    )


# --- The shells ----------------------------------------------------------------------------------------------------


def offered() -> dict[str, EntryPoint]:
    """Return the shells that packages offer, by name."""
    found = [each for group in SHELL_RUNNER_GROUPS for each in entry_points(group=group)]
    # one that belongs to the framework whose place we take would bring it in
    return {each.name.lower(): each for each in found if dotted(each.value) == each.value}


def find_runner(wanted: str | None, preferred: Iterable[str]) -> Runner:
    """Return the shell that the user wants, or else one that is preferred, or any, or Python's own.

    Raises:
        CommandError: there is no such shell.
    """
    shells = offered()
    if wanted is None:
        names = [name.lower() for name in preferred] or [*shells, PYTHON]
        wanted = next((name for name in names if name == PYTHON or name in shells), PYTHON)
    wanted = wanted.lower()
    if wanted in shells:
        with told(f"the shell {wanted} can't be loaded"):
            runner: Runner = shells[wanted].load()
            return runner
    if wanted != PYTHON:
        known = sorted({PYTHON, *shells})
        raise CommandError(f"there is no shell {wanted!r}; there are: {', '.join(known)}")
    return run_python


def run_python(namespace: dict[str, Any], help: str) -> None:
    """Run Python's own shell."""
    if readline is not None:
        readline.set_completer(rlcompleter.Completer(namespace).complete)
        readline.parse_and_bind("tab: complete")
    banner = f"Python {sys.version.split()[0]} on {sys.platform}\n\n{help}\n"
    code.interact(banner, local=namespace, exitmsg="")


def run_source(source: str) -> Runner:
    """Return a shell that runs a piece of code and ends."""

    def run(namespace: dict[str, Any], help: str) -> None:
        with told("the command failed"):
            exec(compile(source, "<command>", "exec"), namespace)

    return run
