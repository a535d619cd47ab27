"""What is wrong with somebody's application, in words for the one who wrote it.

The traceback of a command line is mostly ours, and what matters is one line of the application: this picks it out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from goldilocks.exceptions import ConfigurationConflictError, ConfigurationExecutionError
from goldilocks.explain import raised_at
from goldilocks.explanation import Place
from goldilocks.ordering import ConfigurationError


class CommandError(click.ClickException):
    """A command can't go on; its message is all that is shown."""


class ListenError(CommandError):
    """The server can't listen where it was told to; a change in the application doesn't help."""

    exit_code = 3


@contextmanager
def told(problem: str) -> Iterator[None]:
    """Turn every error of the application's into a `CommandError`.

    Args:
        problem: what can't be done: "hello.py can't be loaded".
    """
    try:
        yield
    except click.ClickException:
        raise
    except (Exception, SystemExit) as error:
        raise CommandError(f"{problem}: {in_words(error)}") from error


def in_words(error: BaseException) -> str:
    """Return what happened, and the line of the application where it did."""
    lines = [_summary(error)]
    if isinstance(error, SyntaxError):
        lines += _syntax_lines(error)
    elif not isinstance(
        error, ConfigurationConflictError | ConfigurationExecutionError
    ):  # these name their lines
        frame = raised_at(error.__traceback__)
        if frame is not None:
            lines += [f"  {frame.place}", f"    {frame.source}"]
    return "\n".join([*lines, *(f"  {note}" for note in getattr(error, "__notes__", ()))])


def _summary(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return "it ended the program while it was loaded, by sys.exit() or the like"
    if isinstance(error, SyntaxError):
        return f"there is a mistake in its Python: {error.msg}"
    if isinstance(error, ConfigurationError):
        return str(error)
    if isinstance(error, ModuleNotFoundError):
        return f"{error}; is it spelled right, and installed in {sys.prefix}?"
    return f"{type(error).__name__}: {error}"


def _syntax_lines(error: SyntaxError) -> Iterator[str]:
    """Yield the place, the line, and a mark below the spot."""
    yield f"  {Place(error.filename or 'somewhere', error.lineno or 0)}"
    if error.text:
        text = error.text.rstrip()
        indent = len(text) - len(text.lstrip())
        yield f"    {text.strip()}"
        yield f"    {' ' * max((error.offset or 1) - 1 - indent, 0)}^"
