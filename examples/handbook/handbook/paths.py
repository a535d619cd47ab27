"""Paths and names: ``/team/onboarding/`` begins and ends with a slash, and so does ``/``, the root."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from .language import Count, _

#: Deeper than this no page can be made, and none is looked for: a path with thousands of segments costs nothing.
MAX_DEPTH = 12
MAX_NAME = 80

#: What the routes beside the tree are called, so that no page at the top is hidden behind one.
RESERVED = frozenset({"api", "search", "login", "logout", "language", "static"})

_NAME = re.compile(r"\w[\w.-]*")


def join(parent: str, name: str) -> str:
    """The path of the page ``name`` below ``parent``."""
    return f"{parent}{name}/"


def parent_of(path: str) -> str:
    """The path above; the root is its own."""
    return path[: path.rstrip("/").rfind("/") + 1] or "/"


def name_of(path: str) -> str:
    """The last segment; the root's is empty."""
    return path.rstrip("/").rpartition("/")[2]


def prefixes(segments: Iterable[str]) -> list[str]:
    """The paths from the root down to the page that the segments lead to.

    >>> prefixes(["library", "xml"])
    ['/', '/library/', '/library/xml/']
    """
    paths = ["/"]
    for segment in segments:
        paths.append(join(paths[-1], segment))
    return paths


def segments_of(path: str) -> list[str]:
    """The names on the way.

    >>> segments_of("/library/xml/")
    ['library', 'xml']
    """
    return [segment for segment in path.split("/") if segment]


def subtree(path: str) -> tuple[str, str]:
    """The half-open range of paths that holds a page and all below it: ``low <= p < high``.

    ``0`` follows ``/`` in the order of characters.

    >>> subtree("/team/")
    ('/team/', '/team0')
    """
    return path, path[:-1] + "0"


def clean_path(text: str) -> str:
    """What somebody typed as a path, in the one form that is kept."""
    segments = segments_of(unicodedata.normalize("NFC", text.strip()))
    return "/" + "".join(f"{segment}/" for segment in segments)


def name_problem(name: str, parent: str) -> str | None:
    """Say what is wrong with ``name`` for a page below ``parent``; ``None`` if nothing is."""
    if not name:
        return _("Give the page a name for its address.")
    if len(name) > MAX_NAME:
        return _("A name has at most ${count} characters.", mapping={"count": Count(MAX_NAME)})
    if not _NAME.fullmatch(name):
        return _("A name begins with a letter or digit and holds letters, digits, “-”, “_” and “.” only.")
    if parent == "/" and name in RESERVED:
        return _(
            "“${name}” at the top is an address of the handbook itself; take another name.",
            mapping={"name": name},
        )
    if len(segments_of(parent)) >= MAX_DEPTH:
        return _("Pages stand at most ${count} deep.", mapping={"count": Count(MAX_DEPTH)})
    return None


def slug(title: str) -> str:
    """A name made of a title.

    >>> slug("Über uns: who we are?")
    'über-uns-who-we-are'
    """
    words = re.findall(r"\w+", unicodedata.normalize("NFC", title).lower())
    return "-".join(words)[:MAX_NAME].strip("-_")
