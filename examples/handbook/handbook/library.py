"""Fill ``/library/`` from the documentation of the Python that runs us.

The parent lists the modules without importing one. A child process (``collect.py``) imports them; one that hangs
costs a time limit, one that crashes costs a new child, and either is left out with a note. A page that is there
already and says the same stays as it is, a page that says something else gets a new revision.
"""

from __future__ import annotations

import json
import os
import pkgutil
import queue
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from importlib.machinery import BuiltinImporter, PathFinder
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Engine

from .database import open_session
from .models import Fact, Page, Revision, now
from .pages import MAX_BODY, clean_text, summary_of
from .paths import MAX_DEPTH, name_of, parent_of, segments_of

ROOT = "/library/"
AUTHOR = "library"
MODULE_LIMIT_S = 15.0
BATCH = 400

_LEFT_OUT = frozenset({"test", "tests", "idlelib", "lib2to3", "antigravity", "this", "__main__"})
_FOLDER = sysconfig.get_path("stdlib")
_STANDARD_LIBRARY = [_FOLDER, sysconfig.get_path("platstdlib"), os.path.join(_FOLDER, "lib-dynload")]
#: Modules that stand in no folder of their package.
_UNLISTED = ("os.path",)

#: The table itself: a row carries its kind, where the class would set its own.
_PAGES: Any = Page.__table__

#: Called with modules done, modules in all, pages so far.
Progress = Callable[[int, int, int], None]


def module_names() -> list[str]:
    """Every public module of the standard library, a package before what is in it; nothing is imported."""
    names = [name for top in sorted(sys.stdlib_module_names) if _is_public(top) for name in _below(top)]
    return sorted({*names, *_UNLISTED})


def _is_public(name: str) -> bool:
    return not name.startswith("_") and name not in _LEFT_OUT


def _below(top: str) -> Iterator[str]:
    # Only where the standard library is: an installed package may have put itself before a module of it.
    spec = PathFinder.find_spec(top, _STANDARD_LIBRARY) or BuiltinImporter.find_spec(top)
    if spec is not None:
        yield top
        yield from _inside(top, spec.submodule_search_locations or ())


def _inside(package: str, folders: Iterable[str]) -> Iterator[str]:
    folders = list(folders)
    for found in pkgutil.iter_modules(folders):
        if _is_public(found.name):
            name = f"{package}.{found.name}"
            yield name
            if found.ispkg:
                yield from _inside(name, [os.path.join(folder, found.name) for folder in folders])


# -- the child ---------------------------------------------------------------------------------------------------


def collect(names: list[str], limit_s: float = MODULE_LIMIT_S) -> Iterator[dict[str, Any]]:
    """Ask child processes for each module in turn; yields one answer a module."""
    waiting = list(names)
    while waiting:
        child = _Child(names, waiting)
        try:
            while waiting:
                answer = child.next(limit_s)
                name = waiting.pop(0)
                yield answer if isinstance(answer, dict) else {"module": name, "skipped": answer}
                if not isinstance(answer, dict):
                    break
        finally:
            child.end()


class _Child:
    """A process that answers line by line, read by a thread so that waiting can end."""

    def __init__(self, known: list[str], asked: list[str]) -> None:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        environment |= {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-s", "-S", "-P", str(Path(__file__).with_name("collect.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        self._lines: queue.Queue[bytes] = queue.Queue()
        questions = json.dumps(known) + "\n" + "".join(f"{name}\n" for name in asked)
        self._reader = threading.Thread(target=self._talk, args=(questions.encode(),), daemon=True)
        self._reader.start()

    def _talk(self, questions: bytes) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            with self._process.stdin as target:
                target.write(questions)
        except OSError:
            pass  # the child is gone; the end of its answers says so
        with self._process.stdout as answers:
            for line in answers:
                self._lines.put(line)
        self._lines.put(b"")

    def next(self, limit_s: float) -> dict[str, Any] | str:
        """The next answer, or in words why there is none."""
        try:
            line = self._lines.get(timeout=limit_s)
        except queue.Empty:
            return f"takes longer than {limit_s:g} s to import"
        return json.loads(line) if line else "ends the interpreter when it is imported"

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join(timeout=5)


# -- the pages ---------------------------------------------------------------------------------------------------


def stamp() -> str:
    """What the library was made of; where it differs, it is made again."""
    return f"2 {sys.implementation.name} {sys.version}"


def is_filled(engine: Engine) -> bool:
    """Say whether the library was filled from this very Python."""
    with open_session(engine) as db:
        fact = db.get(Fact, "library")
        return fact is not None and fact.value == stamp()


def fill(
    engine: Engine, names: list[str] | None = None, progress: Progress | None = None
) -> list[tuple[str, str]]:
    """Make the pages below ``/library/``; answers the modules that were left out, each with the reason.

    ``names`` is a choice of modules, ``None`` stands for all; only the whole library is noted as filled.

    Raises:
        LookupError: somebody moved or deleted ``/library/``.
    """
    asked = module_names() if names is None else names
    skipped: list[tuple[str, str]] = []
    rows: list[dict[str, Any]] = []
    writer = _Writer(engine)
    for done, answer in enumerate(collect(asked), 1):
        rows.extend(answer.get("pages", ()))
        if "skipped" in answer:
            skipped.append((answer["module"], answer["skipped"]))
        if len(rows) >= BATCH or done == len(asked):
            writer.write(rows)
            rows = []
        if progress:
            progress(done, len(asked), writer.count + len(rows))
    if names is None:
        with open_session(engine, writes=True) as db:
            db.merge(Fact(key="library", value=stamp()))
            db.commit()
    return skipped


class _Writer:
    """Writes pages by the hundred, below pages that it wrote before."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._when = now()
        self.count = 0  # pages written or found to be the same
        with open_session(engine) as db:
            rows = db.execute(select(Page.path, Page.id, Page.version).where(Page.path.startswith(ROOT)))
            self._known = {path: (page_id, version) for path, page_id, version in rows}
        if ROOT not in self._known:
            raise LookupError(f"there is no page {ROOT} to fill; make or move one there")

    def write(self, rows: list[dict[str, str]]) -> None:
        """Add what is new, revise what differs, in one transaction."""
        with open_session(self._engine, writes=True) as db:
            new: list[dict[str, Any]] = []
            number = db.scalar(select(func.max(Page.id))) or 0
            for row in rows:
                for page in self._place(row):
                    self.count += 1
                    if page["path"] in self._known:
                        self._revise(db, page)
                    else:
                        number += 1
                        page["id"] = number
                        page["parent_id"] = self._known[parent_of(page["path"])][0]
                        self._known[page["path"]] = page["id"], 1
                        new.append(page)
            if new:
                db.execute(insert(_PAGES), new)
                db.execute(insert(Revision), [_revision(page, 1, self._when) for page in new])
            db.commit()

    def _place(self, row: dict[str, str]) -> Iterator[dict[str, Any]]:
        """The page at the place that its dotted name says; a package that couldn't be imported gets a stand-in."""
        path = ROOT + row["path"].replace(".", "/") + "/"
        if len(segments_of(path)) > MAX_DEPTH:
            return
        if parent_of(path) not in self._known:
            package, _, _ = row["path"].rpartition(".")
            yield from self._place(
                {"path": package, "kind": "package", "body": "> This package can't be imported here."}
            )
        body = clean_text(row["body"])[:MAX_BODY]
        yield {
            "path": path, "name": name_of(path), "title": row["path"], "kind": row["kind"], "body": body,
            "summary": summary_of(body), "version": 1, "author": AUTHOR, "modified": self._when, "acl": None,
        }  # fmt: skip

    def _revise(self, db: Any, page: dict[str, Any]) -> None:
        page_id, version = self._known[page["path"]]
        if db.scalar(select(Page.body).where(Page.id == page_id)) == page["body"]:
            return
        values = {key: page[key] for key in ("title", "kind", "body", "summary", "author", "modified")}
        db.execute(update(_PAGES).where(_PAGES.c.id == page_id).values(version=version + 1, **values))
        db.execute(insert(Revision), [_revision(page | {"id": page_id}, version + 1, self._when)])
        self._known[page["path"]] = page_id, version + 1


def _revision(page: dict[str, Any], version: int, when: datetime) -> dict[str, Any]:
    python = ".".join(map(str, sys.version_info[:3]))
    return {
        "page_id": page["id"], "version": version, "title": page["title"], "body": page["body"],
        "comment": f"Taken from Python {python}", "author": AUTHOR, "created": when,
    }  # fmt: skip
