"""The tree that traversal walks.

The root factory reads the path of the request once and loads every page on it with one query; the walk that follows
asks page by page (``__getitem__``), and each answer is already there. A path that was asked for and doesn't exist is
remembered too, so the step that fails costs nothing either. ``+files`` below a page is the folder of its
attachments, which are resources of their own and inherit the page's ACL.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from goldilocks.authorization import ALL_PERMISSIONS
from goldilocks.traversal import split_path_info

from .models import Attachment, Page
from .paths import MAX_DEPTH, join, prefixes, segments_of

FILES = "+files"
EVERYTHING = "*"


class Tree:
    """The pages that a session has met, by path."""

    def __init__(self, db: Session) -> None:
        self.db = db
        self._met: dict[str, Page | None] = {}

    def meet(self, paths: Iterable[str]) -> None:
        """Load the pages at ``paths`` and above them with one query, leaving out what was asked for before."""
        wanted = {prefix for path in paths for prefix in prefixes(segments_of(path))} - self._met.keys()
        if wanted:
            self._met.update(dict.fromkeys(wanted))
            for page in self.db.scalars(select(Page).where(Page.path.in_(sorted(wanted)))):
                self._met[page.path] = page

    def get(self, path: str) -> Page | None:
        """The page at ``path``, or ``None``."""
        if (
            path.count("/") > MAX_DEPTH + 1
        ):  # a form may hold thousands of slashes, and each is a path to look up
            return None
        if path not in self._met:
            self.meet([path])
        return self._met[path]

    def step(self, page: Page, name: str) -> Page | Files:
        """One step of the walk: the page below, or the folder of attachments.

        Raises:
            KeyError: nothing is there by that name.
        """
        if name == FILES:
            return Files(page)
        below = self.get(join(page.path, name)) if len(segments_of(page.path)) < MAX_DEPTH else None
        if below is None:
            raise KeyError(name)
        return below

    def forget(self) -> None:
        """Drop what was met, after pages were made, moved or deleted."""
        self._met.clear()

    @staticmethod
    def entries(acl: list[Any]) -> list[tuple[str, str, Any]]:
        """An ACL as the ACL helper reads it, of one as it is kept."""
        return [
            (action, principal, ALL_PERMISSIONS if EVERYTHING in permissions else tuple(permissions))
            for action, principal, permissions in acl
        ]


class Files:
    """The folder of a page's attachments."""

    __name__ = FILES

    def __init__(self, page: Page) -> None:
        self.__parent__ = page

    def __getitem__(self, name: str) -> Attachment:
        page = self.__parent__
        found = page.tree.db.scalar(select(Attachment).filter_by(page_id=page.id, name=name))
        if found is None:
            raise KeyError(name)
        found.__parent__ = self
        return found


def root_factory(request: Any) -> Page:
    """The root page, with every page on the request's path already met.

    A route (search, the API, login) has the root alone as its context.
    """
    tree = request.tree
    segments: list[str] = []
    if request.matched_route is None:
        for segment in split_path_info(request.path_info)[:MAX_DEPTH]:
            if segment.startswith(("@@", "+")):
                break
            segments.append(segment)
    tree.meet([f"/{'/'.join(segments)}/"] if segments else ["/"])
    return tree.get("/")
