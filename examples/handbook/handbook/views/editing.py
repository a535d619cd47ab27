"""Changing the tree: edit, restore, add, move, delete. A form that is refused comes back with what was typed."""

from __future__ import annotations

from typing import Any

from goldilocks.httpexceptions import HTTPSeeOther
from goldilocks.view import view_config, view_defaults

from ..difference import rows
from ..files import detach_all
from ..language import _
from ..models import LibraryPage, Page
from ..pages import Conflict, Refused, add_page, checked_body, clean_text, delete_page, move_page, save_page
from ..paths import clean_path, parent_of, slug
from ..security import author_of, reason_of
from ..web import number_of, text_of
from .reading import rendered, revision_of


def to_page(request: Any, path: str) -> HTTPSeeOther:
    """The redirect after a change."""
    return HTTPSeeOther(request.application_url + request.frame.url(path).removeprefix(request.script_name))


@view_defaults(context=Page, name="edit", permission="edit", renderer="handbook:templates/edit.pt")
class Edit:
    """The text of a page."""

    def __init__(self, context: Page, request: Any) -> None:
        self.page, self.request = context, request

    def form(self, title: str, body: str, version: int, **more: Any) -> dict[str, Any]:
        shown = {
            "title": title,
            "body": body,
            "version": version,
            "comment": text_of(self.request, "comment"),
        }
        return shown | {"problem": None, "conflict": None, "preview": None} | more

    @view_config(request_method="GET")
    def show(self) -> dict[str, Any]:
        page = self.page
        old = number_of(self.request.GET.get("restore", ""), 0)
        if old:
            revision = revision_of(self.request, page, old)
            return self.form(revision.title, revision.body, page.version, restores=old)
        return self.form(page.title, page.body, page.version)

    @view_config(request_method="POST")
    def save(self) -> Any:
        request, page = self.request, self.page
        title, body = text_of(request, "title"), text_of(request, "body")
        version = number_of(text_of(request, "version"), 0)
        try:
            if "preview" in request.POST:
                return self.form(title, body, version, preview=rendered(request, page, checked_body(body)))
            changed = save_page(
                request.db, page, title, body,
                author=author_of(request), comment=text_of(request, "comment"), based_on=version,
            )  # fmt: skip
        except Refused as refused:
            request.response.status = 400
            return self.form(title, body, version, problem=request.say(refused.message))
        except Conflict:
            request.response.status = 409
            mine = clean_text(body)
            return self.form(title, mine, page.version, conflict=rows(page.body, mine), based_on=version)
        said = _("Saved.") if changed else _("Nothing was different, so nothing was saved.")
        request.session.flash(request.say(said))
        return to_page(request, page.path)


@view_defaults(context=Page, name="add", permission="add", renderer="handbook:templates/add.pt")
class Add:
    """A new page below this one."""

    def __init__(self, context: Page, request: Any) -> None:
        self.page, self.request = context, request

    @view_config(request_method="GET")
    def show(self) -> dict[str, Any]:
        name = self.request.GET.get("name", "")
        title = name.replace("-", " ").replace("_", " ")
        return {"name": name, "title": title[:1].upper() + title[1:], "body": "", "problem": None}

    @view_config(request_method="POST")
    def save(self) -> Any:
        request = self.request
        title, body = text_of(request, "title"), text_of(request, "body")
        name = text_of(request, "name").strip() or slug(title)
        try:
            page = add_page(request.db, self.page, name, title, body, author=author_of(request))
        except Refused as refused:
            request.response.status = 400
            return {"name": name, "title": title, "body": body, "problem": request.say(refused.message)}
        request.session.flash(request.say(_("The page ${path} is there.", mapping={"path": page.path})))
        return to_page(request, page.path)


@view_defaults(context=Page, name="move", permission="move", renderer="handbook:templates/move.pt")
class Move:
    """Another place in the tree, for a page and all below it; or none."""

    def __init__(self, context: Page, request: Any) -> None:
        self.page, self.request = context, request

    @view_config(request_method="GET")
    def show(self) -> dict[str, Any]:
        return {"parent": parent_of(self.page.path), "name": self.page.name, "problem": None}

    @view_config(request_method="POST")
    def save(self) -> Any:
        request = self.request
        target, name = clean_path(text_of(request, "parent")), text_of(request, "name").strip()
        try:
            path = move_page(request.db, self.page, self.target(target), name)
        except Refused as refused:
            request.response.status = 400
            return {"parent": target, "name": name, "problem": request.say(refused.message)}
        moved = _("The page moved to ${path}. Old addresses still say where it went.", mapping={"path": path})
        request.session.flash(request.say(moved))
        return to_page(request, path)

    def target(self, path: str) -> Page:
        """The page to move below, if the mover may add there."""
        page = self.request.tree.get(path)
        if page is None or not self.request.has_permission("view", page):
            raise Refused(_("There is no page ${path} to move below.", mapping={"path": path}))
        verdict = self.request.has_permission("add", page)
        if not verdict:
            reason = reason_of(verdict)
            if reason.page is None:
                raise Refused(_("You may not add pages below ${path}.", mapping={"path": path}))
            why = {"path": path, "entry": reason.entry, "where": reason.page.path}
            raise Refused(_("You may not add pages below ${path} (“${entry}” on ${where}).", mapping=why))
        return page

    @view_config(request_method="POST", name="delete")
    def delete(self) -> Any:
        request, gone = self.request, self.page.path
        try:
            detach_all(request.db, request.registry.settings["handbook.uploads"], self.page)
            above = delete_page(request.db, self.page)
        except Refused as refused:
            request.response.status = 400
            return self.show() | {"problem": request.say(refused.message)}
        request.session.flash(request.say(_("The page ${path} is deleted.", mapping={"path": gone})))
        return to_page(request, above)


@view_config(
    context=LibraryPage,
    name="edit",
    request_method="GET",
    permission="edit",
    renderer="handbook:templates/edit.pt",
)
def edit_library_page(context: LibraryPage, request: Any) -> dict[str, Any]:
    """A library page can be edited by whom the ACL lets; the form warns that the next filling makes it new."""
    return Edit(context, request).show() | {"is_generated": True}
