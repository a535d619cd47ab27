"""Reading a page, its history, and what changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from goldilocks.httpexceptions import HTTPFound, HTTPNotFound
from goldilocks.view import view_config

from ..difference import rows
from ..language import _
from ..markdown import Rendered, render
from ..models import Attachment, LibraryPage, Page, Revision
from ..paths import parent_of
from ..web import number_of

LIBRARY = "/library/"
REVISIONS_SHOWN = 100
CHILDREN_LIMIT = 1000


def rendered(request: Any, page: Page, body: str) -> Rendered:
    """A text as HTML, names of library pages linked as seen from ``page``."""

    def resolve(names: list[str]) -> dict[str, str]:
        """Look all names up with one query: as dotted names, and beside or above the page."""
        places = [LIBRARY]
        place = page.path
        while place.startswith(LIBRARY) and place != LIBRARY:
            places.insert(-1, place)
            place = parent_of(place)
        wanted: dict[str, list[str]] = {}
        for name in names:
            below = name.replace(".", "/") + "/"
            wanted[name] = [place + below for place in places]
        paths = sorted({path for candidates in wanted.values() for path in candidates})
        statement = select(Page.path).where(Page.path.in_(paths), request.readable_pages)
        there = set(request.db.scalars(statement)) - {page.path}
        return {
            name: request.frame.url(next(path for path in candidates if path in there))
            for name, candidates in wanted.items()
            if there.intersection(candidates)
        }

    return render(body, resolve)


def children_of(request: Any, page: Page) -> list[Any]:
    """What stands below a page and may be read."""
    statement = (
        select(Page.path, Page.name, Page.title, Page.kind, Page.summary)
        .where(Page.parent_id == page.id, request.readable_pages)
        .order_by(func.lower(Page.name), Page.name)
        .limit(CHILDREN_LIMIT)
    )
    return list(request.db.execute(statement))


@view_config(context=Page, renderer="handbook:templates/page.pt")
def read_page(context: Page, request: Any) -> Any:
    """A page written by people: the text, the pages below it, its attachments."""
    if not request.path_info.endswith("/") and not request.view_name:
        return HTTPFound(request.resource_url(context, query=request.GET or None))
    attachments = request.db.scalars(
        select(Attachment).filter_by(page_id=context.id).order_by(Attachment.name)
    )
    return {
        "text": rendered(request, context, context.body),
        "children": children_of(request, context),
        "attachments": list(attachments),
    }


@view_config(context=LibraryPage, renderer="handbook:templates/library.pt")
def read_library_page(context: LibraryPage, request: Any) -> Any:
    """A page of the library: its documentation, and what stands below it by kind."""
    answer = read_page(context, request)
    if isinstance(answer, dict):
        groups = (
            (_("Modules"), ("package", "module")),
            (_("Classes"), ("class",)),
            (_("Functions"), ("function",)),
            (_("Pages"), ("page",)),
        )
        children = answer["children"]
        answer["groups"] = [
            (title, [row for row in children if row.kind in kinds]) for title, kinds in groups
        ]
    return answer


@view_config(context=Page, name="history", renderer="handbook:templates/history.pt")
def history(context: Page, request: Any) -> dict[str, Any]:
    """All revisions, and the difference between two of them if two were chosen."""
    statement = select(Revision).filter_by(page_id=context.id).order_by(Revision.version.desc())
    revisions = list(request.db.scalars(statement.limit(REVISIONS_SHOWN)))
    old = number_of(request.GET.get("old", ""), max(1, context.version - 1))
    new = number_of(request.GET.get("new", ""), context.version)
    chosen = [revision_of(request, context, version) for version in (old, new)]
    return {
        "revisions": revisions,
        "old": chosen[0],
        "new": chosen[1],
        "difference": rows(chosen[0].body, chosen[1].body) if old != new else [],
    }


@view_config(context=Page, name="revision", renderer="handbook:templates/revision.pt")
def revision(context: Page, request: Any) -> dict[str, Any]:
    """A page as it once was."""
    found = revision_of(request, context, number_of(request.GET.get("version", ""), 0))
    return {"revision": found, "text": rendered(request, context, found.body)}


def revision_of(request: Any, page: Page, version: int) -> Revision:
    """A revision by its number."""
    found = request.db.scalar(select(Revision).filter_by(page_id=page.id, version=version))
    if found is None:
        raise HTTPNotFound(_("This page has no revision ${version}.", mapping={"version": version}))
    return found
