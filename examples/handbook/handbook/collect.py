"""Run as a child process: import modules of the standard library and print what they say about themselves.

Reads module names, one a line; answers each with one line of JSON before it takes the next, so that the parent knows
which one hangs or brings the interpreter down. Imports nothing of the handbook, and what a module prints while it is
imported goes nowhere.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import re
import sys
import warnings
from collections.abc import Iterator
from typing import Any

#: Addresses differ from run to run; the pages mustn't.
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+")
WITHOUT = "> Without documentation.\n\n"


def main() -> None:
    """Answer line by line."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    questions = os.fdopen(os.dup(0), encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    warnings.simplefilter("ignore")
    known = set(json.loads(questions.readline()))
    for line in questions:
        answers.write(json.dumps(answer(line.strip(), known)) + "\n")
        answers.flush()
    answers.flush()
    os._exit(0)  # threads that a module started don't keep us here


def answer(name: str, modules: set[str]) -> dict[str, Any]:
    """Describe a module: its pages, or why there are none."""
    try:
        return {"module": name, "pages": list(pages_of(importlib.import_module(name), name, modules))}
    except BaseException as error:  # a module may raise anything, SystemExit too
        return {"module": name, "skipped": f"{type(error).__name__}: {error}"}


def pages_of(module: Any, dotted: str, modules: set[str]) -> Iterator[dict[str, str]]:
    """The page of the module, then one for each class and function that belongs to it."""
    kind = "package" if hasattr(module, "__path__") else "module"
    yield {"path": dotted, "kind": kind, "body": documentation(module) or WITHOUT}
    for name, thing in sorted(belongings(module, dotted)):
        path = f"{dotted}.{name}"
        if path in modules:
            continue  # a module of that name has the place
        if inspect.isclass(thing):
            yield {"path": path, "kind": "class", "body": class_text(name, thing)}
        else:
            body = fence("pysig", name + signature(thing)) + (documentation(thing) or WITHOUT)
            yield {"path": path, "kind": "function", "body": body}


def belongings(module: Any, dotted: str) -> Iterator[tuple[str, Any]]:
    """Classes and functions that are the module's: what ``__all__`` says, otherwise what it defines itself."""
    listed = getattr(module, "__all__", None)
    for name in dict.fromkeys(vars(module) if listed is None else listed):
        thing = getattr(module, name, None) if isinstance(name, str) and not name.startswith("_") else None
        if not (inspect.isclass(thing) or inspect.isroutine(thing)):
            continue
        if listed is not None or getattr(thing, "__module__", None) == dotted:
            yield name, thing


def class_text(name: str, cls: type) -> str:
    """Signature, documentation and bases of a class, and a section for each public member with documentation."""
    parts = [fence("pysig", f"class {name}{signature(cls)}"), documentation(cls) or WITHOUT]
    bases = [qualified(base) for base in cls.__bases__ if base is not object]
    if bases:
        parts.append("Made of " + ", ".join(f"`{base}`" for base in bases) + ".\n\n")
    for member, kind in sorted(members(cls)):
        thing = getattr(cls, member)
        line = member if kind in ("property", "attribute") else member + signature(thing)
        head = line if kind == "method" else f"{kind} {line}"
        title = member.replace("_", r"\_")
        parts.append(f"## {title}\n\n" + fence("pysig", head) + documentation(thing))
    return "".join(parts)


def members(cls: type) -> Iterator[tuple[str, str]]:
    """The public names that the class itself defines, with what they are."""
    for name, thing in list(vars(cls).items()):
        if name.startswith("_") or inspect.isclass(thing):
            continue
        if isinstance(thing, classmethod | staticmethod):
            yield name, type(thing).__name__
        elif isinstance(thing, property):
            yield name, "property"
        elif inspect.isroutine(thing):
            yield name, "method"


def qualified(cls: type) -> str:
    """The dotted name by which a class can be found."""
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


def signature(thing: Any) -> str:
    """The arguments; ``(...)`` where the interpreter doesn't know them."""
    try:
        return _ADDRESS.sub("at 0x…", str(inspect.signature(thing)))
    except (
        Exception
    ):  # ValueError and TypeError are documented; a strange object's __signature__ may raise anything
        return "(...)"


def documentation(thing: Any) -> str:
    """The docstring in a fence, its indentation taken away; empty if there is none."""
    try:
        text = inspect.getdoc(thing)
    except Exception:
        text = None
    if not isinstance(text, str) or not text.strip():
        return ""
    return fence("pydoc", _ADDRESS.sub("at 0x…", text.encode("utf-8", "replace").decode()))


def fence(language: str, text: str) -> str:
    """A fenced block, with more backticks than the text has in a row."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    marks = "`" * max(3, longest + 1)
    return f"{marks}{language}\n{text.strip()}\n{marks}\n\n"


if __name__ == "__main__":
    sys.setrecursionlimit(5000)
    main()
