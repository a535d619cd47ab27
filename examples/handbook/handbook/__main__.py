"""``python -m handbook``: fill the handbook if that wasn't done yet, and serve it."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy.engine import Engine
from waitress import create_server

from . import DATA, UPLOAD_LIMIT_BYTES, main
from .library import fill, is_filled
from .starter import PASSWORD, USERS

BAR = 32


class Bar:
    """A progress bar on a terminal; elsewhere a line every tenth of the way."""

    def __init__(self, target: TextIO) -> None:
        self._target, self._is_terminal, self._tenth = target, target.isatty(), 0

    def __call__(self, done: int, total: int, pages: int) -> None:
        words = f"{done:>4} of {total} modules, {pages:,} pages"
        if self._is_terminal:
            full = BAR * done // total
            self._target.write(
                f"\r  [{'█' * full}{'·' * (BAR - full)}] {words}" + ("\n" if done == total else "")
            )
            self._target.flush()
        elif 10 * done // total > self._tenth:
            self._tenth = 10 * done // total
            print(f"  {self._tenth * 10:>3} %  {words}", file=self._target, flush=True)


def run(arguments: list[str]) -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m handbook", description="A team handbook.")
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (default: %(default)s)")
    parser.add_argument("--port", type=port_number, default=6543, help="the port (default: %(default)s)")
    parser.add_argument(
        "--data", type=Path, default=DATA, help="folder for database and uploads (default: %(default)s)"
    )
    parser.add_argument("--fill-only", action="store_true", help="fill the library and don't serve")
    options = parser.parse_args(arguments)

    try:
        application = main({}, **{"handbook.data": str(options.data)})
    except OSError as error:
        sys.exit(f"The handbook can't be kept in {options.data}: {error}. Another folder: --data FOLDER")
    engine = application.registry.settings["handbook.engine"]
    if is_filled(engine):
        print("The library is there already.")
    else:
        fill_library(engine)
    if not options.fill_only:
        listen(application, options.host, options.port)


def port_number(text: str) -> int:
    """A port that can be listened on; argparse says what is wrong with any other."""
    if not (text.isdecimal() and 0 < int(text) < 2**16):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 to 65535")
    return int(text)


def listen(application: Any, host: str, port: int) -> None:
    """Serve until somebody ends it."""
    try:
        server = create_server(
            application,
            host=host,
            port=port,
            threads=4,
            ident=None,
            max_request_body_size=2 * UPLOAD_LIMIT_BYTES,
        )
    except (OSError, ValueError) as error:
        sys.exit(f"Nobody can listen on {host}:{port}: {error}. Another port: --port NUMBER")
    logins = ", ".join(f"{login} ({role})" for login, _name, role in USERS)
    shown = "localhost" if host == "127.0.0.1" else host
    print(f"\nThe handbook is on http://{shown}:{port}")
    print(f"Log in as {logins}; the password is “{PASSWORD}”.", flush=True)
    server.run()


def fill_library(engine: Engine) -> None:
    """Fill the library, showing how far it is, and what was left out in the end."""
    print(f"Filling the library from Python {sys.version.split()[0]} (once):")
    began = time.monotonic()
    try:
        skipped = fill(engine, progress=Bar(sys.stdout))
    except LookupError as error:
        print(f"  nothing was filled: {error.args[0]}")
        return
    print(f"  done in {time.monotonic() - began:.0f} s; {len(skipped)} modules can't be imported here:")
    for name, why in skipped:
        print(f"    {name}: {why}"[:100])


if __name__ == "__main__":
    try:
        run(sys.argv[1:])
    except KeyboardInterrupt:
        print()
