"""The JSON API: pages by path, lists of pages, search. Whatever is wrong is answered in JSON as well."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, func, select

from goldilocks.httpexceptions import HTTPForbidden, HTTPNotFound
from goldilocks.view import (
    exception_view_config,
    forbidden_view_config,
    notfound_view_config,
    view_config,
    view_defaults,
)

from ..language import english
from ..models import Page
from ..paths import MAX_DEPTH, clean_path, prefixes, segments_of, subtree
from ..resources import Tree
from ..search import MAX_QUERY, plain, search
from ..security import PERMISSIONS, reason_of
from .reading import children_of

LIMIT = 50
MAX_LIMIT = 200
MAX_NUMBER = 10**9


class BadParameter(Exception):
    """A parameter that makes no sense; the message says which and why."""


def number(request: Any, name: str, default: int, highest: int) -> int:
    """A parameter that is a number from 0 to ``highest``."""
    text = request.GET.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 12 and int(text) <= highest):
        raise BadParameter(f"{name} is a number from 0 to {highest}")
    return int(text)


def nearest_above(tree: Tree, path: str) -> Page | None:
    """The deepest page that there is on the way to ``path``."""
    return next(filter(None, map(tree.get, reversed(prefixes(segments_of(path)[:MAX_DEPTH])))), None)


@view_defaults(renderer="json", request_method="GET")
class Api:
    """What other programs may ask."""

    def __init__(self, request: Any) -> None:
        self.request = request

    @view_config(route_name="api_pages", request_param="path")
    def page(self) -> dict[str, Any]:
        """One page: ``/api/pages?path=/team/``."""
        request = self.request
        path = clean_path(request.GET["path"])
        page = request.tree.get(path)
        # who may not read the nearest page above isn't told what is missing below it
        verdict = request.has_permission("view", page or nearest_above(request.tree, path))
        if not verdict:
            raise HTTPForbidden(result=verdict)
        if page is None:
            raise HTTPNotFound(f"there is no page {request.GET['path']}")
        return {
            **self.row(page),
            "body": page.body,
            "version": page.version,
            "author": page.author,
            "modified": page.modified.isoformat() + "Z",
            "may": [name for name in PERMISSIONS if request.has_permission(name, page)],
            "children": [row.path for row in children_of(request, page)],
        }

    @view_config(route_name="api_pages")
    def pages(self) -> dict[str, Any]:
        """Pages in the order of their paths: ``/api/pages?under=/library/&limit=50&after=/library/json/``."""
        request = self.request
        limit = max(1, number(request, "limit", LIMIT, MAX_LIMIT))
        low, high = subtree(clean_path(request.GET.get("under", "/")))
        inside = and_(Page.path >= low, Page.path < high, request.readable_pages)
        total = request.db.scalar(select(func.count(Page.id)).where(inside))
        after = inside if "after" not in request.GET else and_(inside, Page.path > request.GET["after"])
        columns = select(Page.path, Page.title, Page.kind, Page.summary)
        rows = list(request.db.execute(columns.where(after).order_by(Page.path).limit(limit + 1)))
        following = None
        if len(rows) > limit:
            query = {"under": low, "limit": limit, "after": rows[limit - 1].path}
            following = request.route_url("api_pages", _query=query)
        return {"total": total, "items": [self.row(row) for row in rows[:limit]], "next": following}

    @view_config(route_name="api_search")
    def search(self) -> dict[str, Any]:
        """Search: ``/api/search?q=element+tree&limit=20&offset=0``."""
        request = self.request
        query = request.GET.get("q", "").strip()
        if not query or len(query) > MAX_QUERY:
            raise BadParameter(f"q is what to look for, with at most {MAX_QUERY} characters")
        limit = max(1, number(request, "limit", LIMIT, MAX_LIMIT))
        offset = number(request, "offset", 0, MAX_NUMBER)
        hits = search(request.db, query, request.readable_pages, limit=limit, offset=offset)
        items = [self.row(hit) | {"snippet": plain(hit.snippet)} for hit in hits.items]
        return {"query": query, "total": hits.total, "items": items}

    def row(self, page: Any) -> dict[str, Any]:
        """What a list says of a page."""
        url = self.request.application_url + self.request.frame.url(page.path).removeprefix(
            self.request.script_name
        )
        return {
            "path": page.path,
            "title": page.title,
            "kind": page.kind,
            "summary": page.summary,
            "url": url,
        }


API = r"^/api(/|\Z)"


def problem(request: Any, status: int, words: str, **more: Any) -> dict[str, Any]:
    """The one form of everything that went wrong."""
    request.response.status = status
    return {"error": words, "status": status, **more}


@exception_view_config(BadParameter, renderer="json")
def bad_parameter(error: BadParameter, request: Any) -> dict[str, Any]:
    return problem(request, 400, str(error))


@notfound_view_config(path_info=API, renderer="json")
def not_found(error: HTTPNotFound, request: Any) -> dict[str, Any]:
    if request.matched_route is not None and request.method not in ("GET", "HEAD"):
        request.response.headers["Allow"] = "GET, HEAD"
        return problem(request, 405, "the API is for reading")
    return problem(request, 404, error.detail if request.matched_route else "no such address; try /api/pages")


@forbidden_view_config(path_info=API, renderer="json")
def forbidden(error: HTTPForbidden, request: Any) -> dict[str, Any]:
    reason = reason_of(error.result)
    where = reason.page.path if reason.page else None
    return problem(
        request, 403, "you may not read this", entry=reason.entry and english(reason.entry), page=where
    )
