"""Places: where something was said, and how an error comes to name it."""

from __future__ import annotations

import contextlib
import linecache
import sys
from collections.abc import Iterator
from typing import Any

from zope.interface import implementer

from goldilocks.exceptions import ConfigurationConflictError, ConfigurationExecutionError
from goldilocks.interfaces import IActionInfo


@implementer(IActionInfo)
class ActionInfo:
    """Where something was said.

    Args:
        file: path of the source file.
        line: its line, counted from 1.
        function: the function that the line stands in.
        src: the text of the line; read from the file when somebody asks, if ``None``.
    """

    # PERF: memory of 10,000 routes and views: each of them has its place
    __slots__ = ("file", "function", "line", "src")

    def __init__(self, file: str | None, line: int, function: str, src: str | None = None) -> None:
        self.file = file
        self.line = line
        self.function = function
        if src is not None:
            self.src = src

    def __getattr__(self, name: str) -> str:
        # PERF: configuration of many routes; a source line is read only when an error or a tool shows it
        if name != "src":
            raise AttributeError(name)
        self.src = linecache.getline(self.file or "", self.line).strip()
        return self.src

    def __str__(self) -> str:
        source = "\n".join(f"    {line}" for line in self.src.split("\n"))
        return f"Line {self.line} of file {self.file}:\n{source}"


#: The place of what was said outside every directive.
NOWHERE = ActionInfo(None, 0, "", "")


def place_of_caller(depth: int = 2) -> ActionInfo:
    """Return the line that is being carried out ``depth`` frames up; 2 is the caller of the function that asks."""
    try:
        frame = sys._getframe(depth)
    except ValueError:  # said from the outermost frame, with more backframes than there are
        return NOWHERE
    return ActionInfo(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)


@contextlib.contextmanager
def blamed(place: Any) -> Iterator[None]:
    """Let an error that leaves the ``with`` carry the place that is at fault, unless it names one already."""
    try:
        yield
    except Exception as error:
        note_place(error, place)
        raise


#: How the note begins that tells the place of an error.
_SAID_IN = "said in "


def note_place(error: Exception, info: Any) -> None:
    """Write the place onto an error, once, so that its traceback ends with the line that is at fault."""
    is_placed = isinstance(error, ConfigurationExecutionError | ConfigurationConflictError) or any(
        note.startswith(_SAID_IN) for note in getattr(error, "__notes__", ())
    )
    file = getattr(info, "file", None)
    if file and not is_placed:
        # a tool that reads configuration files brings places of its own, which may know less than ours
        source = getattr(info, "src", "")
        error.add_note(
            f"{_SAID_IN}{file}, line {getattr(info, 'line', '?')}" + (f": {source}" if source else "")
        )
