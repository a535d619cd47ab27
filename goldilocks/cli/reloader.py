"""Starts the server anew when a file of the application changes.

The server runs in a child process, so that every start is a fresh one and nothing in the application can end the
watching: a child that dies of a mistake in it has said so itself, and the next change starts another. Only
files that are read once count (source, configuration, catalogues): templates are read anew by the server, and a
database that lies beside the code changes with every request.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from goldilocks.cli.target import Location
from goldilocks.cli.trouble import CommandError, ListenError

#: The files whose changes count.
SUFFIXES = (".py", ".ini", ".toml", ".yaml", ".yml", ".zcml", ".mo")

#: Folders in which nobody works.
IGNORED = frozenset({"__pycache__", "node_modules", "site-packages", ".git", ".hg", ".tox", ".nox"})

#: How often the child is looked after when nothing changes, in milliseconds.
LOOK_AFTER_MS = 500

#: How long a child may take to finish its requests, in seconds; more than it gives itself.
PATIENCE_S = 20

#: What ends a server in good order: Ctrl-C, a service manager, and a terminal that is closed.
_ENDINGS = ("SIGINT", "SIGTERM", "SIGHUP")

#: Exit codes after which a change in the application doesn't help: a wrong command line, a port that is taken.
HOPELESS = (click.UsageError.exit_code, ListenError.exit_code)

#: Returns the command of a child: the ``"first"`` one, or one that starts ``"again"``.
Command = Callable[[str], Sequence[str]]


def on_ending(handle: Callable[[int, Any], Any]) -> None:
    """Have signals handled that are to end a server.

    Args:
        handle: called with the number of the signal and the frame.
    """
    for name in _ENDINGS:
        number = getattr(signal, name, None)  # not every system closes terminals
        # who starts it by nohup wants it to outlive the terminal
        if number is not None and (name != "SIGHUP" or signal.getsignal(number) is not signal.SIG_IGN):
            signal.signal(number, handle)


def watched_folders(location: Location) -> list[Path]:
    """Return the folders whose files make an application: that of the file, or of the project and the package.

    Raises:
        CommandError: there is no such module.
    """
    if location.file is not None:
        return [location.folder]
    folder = str(location.folder)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    spec = importlib.util.find_spec(location.module.partition(".")[0])
    if spec is None:
        raise CommandError(f"there is no module {location.said!r} in {folder} or among what is installed")
    homes = [Path(home) for home in spec.submodule_search_locations or ()] or [Path(str(spec.origin)).parent]
    inside = [home for home in homes if home.is_relative_to(location.folder)]
    return [location.folder] if inside else homes


def watcher() -> Callable[..., Iterable[Any]]:
    """Return what watches folders.

    Raises:
        CommandError: it isn't installed.
    """
    try:
        watchfiles = importlib.import_module("watchfiles")
    except ImportError:
        raise CommandError(
            "--reload needs the package watchfiles, which is not installed; "
            "install it by: pip install 'goldilocks-framework[reload]'"
        ) from None
    watch: Callable[..., Iterable[Any]] = watchfiles.watch
    return watch


def is_source(change: Any, path: str) -> bool:
    """Tell whether a change of this file wants a fresh start."""
    return path.endswith(SUFFIXES) and IGNORED.isdisjoint(path.split(os.sep))


def serve_and_watch(command: Command, folders: Sequence[Path]) -> int:
    """Run the server until somebody ends it, and start it anew at every change; return the exit code.

    Raises:
        CommandError: nothing is there to watch files with.
    """
    watch = watcher()
    stop = threading.Event()
    on_ending(lambda *_: stop.set())
    child = Child(command)
    try:
        for changes in watch(
            *folders,
            watch_filter=is_source,
            stop_event=stop,
            debounce=LOOK_AFTER_MS,
            rust_timeout=LOOK_AFTER_MS,
            yield_on_timeout=True,
        ):
            if changes:
                click.echo(f"{changed_files(path for _, path in changes)} changed")
                child.restart()
            elif child.is_hopeless():
                break
    finally:
        code = child.stop()
    return code if code in HOPELESS else 0


def changed_files(paths: Iterable[str]) -> str:
    """Return the names of files for people: a few, and how many more.

    >>> changed_files(["/a/d.py", "/a/b.py", "/a/c.py", "/a/a.py"])
    'a.py, b.py, c.py and 1 more'
    """
    names = sorted({Path(path).name for path in paths})
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{', '.join(names[:3])}{more}"


class Child:
    """The process that serves, from its start on.

    Args:
        command: see `Command`.
    """

    def __init__(self, command: Command) -> None:
        self.command = command
        self.process = subprocess.Popen(command("first"))
        self.is_mourned = False

    def restart(self) -> None:
        """End the process, if it still lives, and start the next."""
        self.stop()
        self.process = subprocess.Popen(self.command("again"))
        self.is_mourned = False

    def is_hopeless(self) -> bool:
        """Tell whether it is dead and no change will help; of any other death, say once what comes next."""
        code = self.process.poll()
        if code is None or code in HOPELESS:
            return code is not None
        if not self.is_mourned:
            self.is_mourned = True
            click.echo("The server has ended; it will be started anew when a file changes.", err=True)
        return False

    def stop(self) -> int:
        """End the process, gently if that works; return its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait()
