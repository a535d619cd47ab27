"""What can be known about a request, as frozen values, and how it is put so that it is safe to show.

`goldilocks.explain` gathers these values; the debug pages and the command line show them. No text in them holds a
character that could move a cursor or forge a line.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from goldilocks.frames import FRAMEWORK_FOLDER, is_framework_code

#: What a predicate said when it was asked; anything else is the error that it raised.
HOLDS, REFUSES, NOT_ASKED = "holds", "refuses", "not asked"

# --- Words ---------------------------------------------------------------------------------------------------------


def printable(text: object) -> str:
    r"""Return text in which nothing can move a cursor, end a line or turn the direction of writing.

    >>> print(printable("a\x1b[2J\n\u202eb"))
    a\x1b[2J\n\u202eb
    """
    words = str(text)
    if words.isprintable():
        return words
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in words
    )


#: The folder of Python's library.
_PYTHON = os.path.dirname(os.path.abspath(os.__file__)) + os.sep
#: What folders of installed packages are called.
_INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")


def shortened(file: str) -> str:
    """Return a path for people: as part of a library, or relative to the working directory."""
    here = os.getcwd() + os.sep
    return printable((_in_library(file) or file).removeprefix(here))


def is_own_code(file: str) -> bool:
    """Tell whether a source file is the application's: no library's, not the framework's, not made up."""
    return not file.startswith("<") and _in_library(file) is None


def _in_library(file: str) -> str | None:
    """Return the path below the folder that libraries lie in, or ``None``."""
    for folder in _INSTALLED:
        _, found, path = file.rpartition(folder)
        if found:
            return path
    if is_framework_code(file):
        return os.path.join("goldilocks", file.removeprefix(FRAMEWORK_FOLDER))
    return file.removeprefix(_PYTHON) if file.startswith(_PYTHON) else None


# --- The facts -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a source file."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{shortened(self.file)}, line {self.line}"


@dataclass(frozen=True, slots=True)
class PredicateFact:
    """A predicate in its own words, and what it said."""

    text: str
    outcome: str

    @property
    def is_refusal(self) -> bool:
        """Whether it was asked and didn't hold."""
        return self.outcome not in (HOLDS, NOT_ASKED)

    def __str__(self) -> str:
        return self.text if self.outcome in (HOLDS, REFUSES, NOT_ASKED) else f"{self.text} ({self.outcome})"


@dataclass(frozen=True, slots=True)
class RouteFact:
    """A route, whether its pattern fits the path, and what its predicates said."""

    name: str
    pattern: str
    fits: bool
    predicates: tuple[PredicateFact, ...] = ()
    place: Place | None = None

    @property
    def refused_by(self) -> PredicateFact | None:
        """The predicate that refused the request."""
        return _refusal(self.predicates)

    @property
    def is_taken(self) -> bool:
        """Whether the route takes the request."""
        return self.fits and self.refused_by is None


@dataclass(frozen=True, slots=True)
class WalkFact:
    """Where the traversal began and ended: types of resources, never their ``repr``."""

    root: str
    context: str
    traversed: tuple[str, ...]
    view_name: str
    subpath: tuple[str, ...]
    has_tree: bool


@dataclass(frozen=True, slots=True)
class ViewFact:
    """A view that stands where the request ended, and what its predicates said."""

    view: str
    predicates: tuple[PredicateFact, ...] = ()
    permission: str | None = None
    place: Place | None = None

    @property
    def refused_by(self) -> PredicateFact | None:
        """The predicate that refused the request."""
        return _refusal(self.predicates)


@dataclass(frozen=True, slots=True)
class EntryFact:
    """An entry of an ACL, and whether it is the one that decided."""

    text: str
    decided: bool


@dataclass(frozen=True, slots=True)
class VerdictFact:
    """What the security policy said, and for an ACL: which entry of which resource's list decided."""

    message: str
    policy: str = ""
    permission: str | None = None
    resource: str | None = None
    entries: tuple[EntryFact, ...] = ()
    principals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FrameFact:
    """One line of a traceback; ``is_own`` when it is the application's and no library's."""

    place: Place
    function: str
    source: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class ErrorFact:
    """An error: its last words, its frames (the innermost last), and how it is related to the one told before it."""

    summary: str
    frames: tuple[FrameFact, ...]
    omitted: int = 0
    relation: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is known about one request."""

    method: str
    path: str
    reason: str = ""
    advice: str = ""
    routes: tuple[RouteFact, ...] = ()
    nearest: tuple[RouteFact, ...] = ()
    walk: WalkFact | None = None
    views: tuple[ViewFact, ...] = ()
    view_names: tuple[str, ...] = ()
    verdict: VerdictFact | None = None
    raised: FrameFact | None = None
    errors: tuple[ErrorFact, ...] = ()

    @property
    def taken(self) -> RouteFact | None:
        """The route that takes the request."""
        return next((route for route in self.routes if route.is_taken), None)


def _refusal(predicates: Iterable[PredicateFact]) -> PredicateFact | None:
    return next((predicate for predicate in predicates if predicate.is_refusal), None)
