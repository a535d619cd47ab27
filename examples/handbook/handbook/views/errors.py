"""Pages for what went wrong. Each says why, and what can be done about it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from sqlalchemy import select

from goldilocks.exceptions import BadCSRFOrigin, BadCSRFToken
from goldilocks.httpexceptions import HTTPForbidden, HTTPNotFound, HTTPRequestEntityTooLarge
from goldilocks.response import Response
from goldilocks.view import exception_view_config, forbidden_view_config, notfound_view_config

from ..language import _
from ..models import Page, User
from ..pages import former_place
from ..paths import clean_path, join, name_problem
from ..search import search
from ..security import PERMISSIONS, reason_of, verdict_for
from ..web import text_of

SUGGESTIONS = 8
NAMES_COMPARED = 2000


@forbidden_view_config(renderer="handbook:templates/forbidden.pt")
def forbidden(error: HTTPForbidden, request: Any) -> dict[str, Any]:
    """Which entry of which page refused, who may, and the way to the login."""
    request.response.status = 403
    reason = reason_of(error.result) if hasattr(error.result, "ace") else None
    page = request.frame.page
    able: list[User] = []
    if reason:
        everybody = request.db.scalars(select(User).order_by(User.name))
        able = [user for user in everybody if verdict_for(user, page, reason.permission)]
    return {"reason": reason, "page": page, "able": able, "words": PERMISSIONS}


@notfound_view_config(renderer="handbook:templates/notfound.pt")
def not_found(error: HTTPNotFound, request: Any) -> Any:
    """Where it may have gone, what is near, and whether one may write it.

    The walk ended at the nearest page that there is. Who may not read that one isn't told what is missing below it.
    """
    page = request.frame.page
    verdict = request.has_permission("view", page)
    if not verdict:
        return request.invoke_exception_view((HTTPForbidden, HTTPForbidden(result=verdict), None))
    request.response.status = 404
    missing = [name for name in (getattr(request, "view_name", ""), *getattr(request, "subpath", ())) if name]
    wanted = clean_path(request.path_info)
    moved = former_place(request.db, wanted)
    if moved is not None and not request.has_permission("view", moved):
        moved = None
    name = missing[-1] if missing and wanted == join(page.path, missing[-1]) else ""
    can_add = name and not name_problem(name, page.path) and not request.tree.get(join(page.path, name))
    return {
        "page": page,
        "wanted": wanted if len(wanted) <= 200 else wanted[:199] + "…",
        "detail": request.say(error.detail) if error.detail and not missing else None,
        "moved": moved,
        "near": nearest(request, page, missing),
        "new_name": name if can_add and request.has_permission("add", page) else None,
    }


def nearest(request: Any, page: Page, missing: list[str]) -> list[Any]:
    """Pages below this one with a name much like it, then pages that speak of it."""
    if not missing:
        return []
    statement = select(Page).where(Page.parent_id == page.id, request.readable_pages).limit(NAMES_COMPARED)
    below = {child.name.lower(): child for child in request.db.scalars(statement)}
    close = get_close_matches(missing[0][:80].lower(), list(below), n=4, cutoff=0.6)
    found: dict[str, Any] = {below[name].path: below[name] for name in close}
    for words in (missing[-1], " ".join(missing)):
        for hit in search(request.db, words, request.readable_pages, limit=SUGGESTIONS).items:
            found.setdefault(hit.path, hit)
    return list(found.values())[:SUGGESTIONS]


@exception_view_config(UnicodeDecodeError, renderer="handbook:templates/problem.pt")
def bad_bytes(error: UnicodeDecodeError, request: Any) -> Any:
    """An address that isn't UTF-8. The raw path says whom to answer; asking for the decoded one would raise again."""
    if request.environ.get("PATH_INFO", "").startswith("/api/"):
        return Response(json_body={"error": "the address isn't UTF-8", "status": 400}, status=400)
    request.response.status = 400
    return {
        "title": _("That address can’t be read"),
        "text": _("It holds bytes that aren’t UTF-8."),
        "saved": None,
    }


@exception_view_config(HTTPRequestEntityTooLarge, renderer="handbook:templates/problem.pt")
def too_large(error: HTTPRequestEntityTooLarge, request: Any) -> dict[str, Any]:
    request.response.status = 413
    return {"title": _("That is too large"), "text": error.detail, "saved": None}


@exception_view_config(BadCSRFOrigin, renderer="handbook:templates/problem.pt")
@exception_view_config(BadCSRFToken, renderer="handbook:templates/problem.pt")
def stale_form(error: Exception, request: Any) -> dict[str, Any]:
    """The session ended while somebody wrote: what they wrote is shown, so that it isn't lost."""
    request.response.status = 400
    text = _(
        "The form belongs to a session that has ended, or came from somewhere else. "
        "Open the page again and send it once more."
    )
    return {"title": _("That form is too old"), "text": text, "saved": text_of(request, "body") or None}
