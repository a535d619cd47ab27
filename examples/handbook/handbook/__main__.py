"""``python -m handbook``: fill the handbook if that wasn't done yet, and serve it."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TextIO

from sqlalchemy.engine import Engine
from waitress import serve

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
    parser.add_argument("--port", type=int, default=6543, help="the port (default: %(default)s)")
    parser.add_argument(
        "--data", type=Path, default=DATA, help="folder for database and uploads (default: %(default)s)"
    )
    parser.add_argument("--fill-only", action="store_true", help="fill the library and don't serve")
    options = parser.parse_args(arguments)

    application = main({}, **{"handbook.data": str(options.data)})
    engine = application.registry.settings["handbook.engine"]
    if is_filled(engine):
        print("The library is there already.")
    else:
        fill_library(engine)
    if not options.fill_only:
        logins = ", ".join(f"{login} ({role})" for login, _, role in USERS)
        print(
            f"\nThe handbook is on http://localhost:{options.port}\nLog in as {logins}; the password is “{PASSWORD}”."
        )
        sys.stdout.flush()
        limit = 2 * UPLOAD_LIMIT_BYTES
        serve(
            application,
            host=options.host,
            port=options.port,
            threads=4,
            ident=None,
            max_request_body_size=limit,
        )


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
