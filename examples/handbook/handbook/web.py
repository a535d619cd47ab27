"""What every answer has: security headers, a limit on what comes in, and the frame around a page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from sqlalchemy import func, select

from goldilocks.events import NewRequest, NewResponse
from goldilocks.httpexceptions import HTTPRequestEntityTooLarge
from goldilocks.location import lineage
from goldilocks.url import is_local_url

from .language import LANGUAGES, Count, _
from .models import Page, User
from .security import ROLES

#: No script, nothing from elsewhere, and nobody may put the handbook into a frame.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
#: What a form may weigh beside the file in it.
FORM_BYTES = 2 * 1024**2

SIBLINGS_AROUND = 7
CHILDREN_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the page tree."""

    depth: int
    label: str
    path: str
    kind: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be done to the page at hand, or, locked, can't."""

    label: str
    view: str
    is_allowed: bool
    is_current: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A language at the foot of the page."""

    locale: str
    label: str
    is_current: bool


_ACTIONS = (
    (_("Read"), "", "view"),
    (_("Edit"), "@@edit", "edit"),
    (_("Add below"), "@@add", "add"),
    (_("Move"), "@@move", "move"),
    (_("History"), "@@history", "view"),
    (_("Permissions"), "@@permissions", "view"),
)


#: What only forms are sent to: nothing is there to come back to.
_FORMS_ONLY = frozenset({"logout", "language", "delete", "upload"})

_KINDS = {
    "page": _("page"),
    "package": _("package"),
    "module": _("module"),
    "class": _("class"),
    "function": _("function"),
}


class Frame:
    """The frame around a page: who is logged in, the way up, the tree, what can be done here."""

    def __init__(self, request: Any) -> None:
        self.request = request

    @cached_property
    def page(self) -> Page:
        """The page that this is about; the root where it is about none."""
        for location in lineage(getattr(self.request, "context", None)):
            if isinstance(location, Page):
                return location
        return self.request.tree.get("/")

    @cached_property
    def can_read(self) -> bool:
        """Say whether the page at hand may be named and shown."""
        return bool(self.request.has_permission("view", self.page))

    @cached_property
    def crumbs(self) -> list[Page]:
        return [
            page for page in reversed(list(lineage(self.page))) if self.request.has_permission("view", page)
        ]

    @property
    def flashes(self) -> list[str]:
        """What is to be said once. Looked at before it is taken: taking makes a session, and with it a cookie."""
        session = self.request.session
        return session.pop_flash() if session.peek_flash() else []

    @property
    def here(self) -> str:
        """Where to come back to after a login: path and query of this request."""
        try:
            address = self.request.path_qs
        except UnicodeDecodeError:  # an address that can't be read is no place to come back to
            return self.url("/")
        if self.request.path_info.rpartition("/")[2].lstrip("@") in _FORMS_ONLY:
            return self.url(self.page.path)
        return address

    @cached_property
    def actions(self) -> list[Action]:
        view = getattr(self.request, "view_name", "")
        return [
            Action(
                label,
                name,
                bool(self.request.has_permission(permission, self.page)),
                name.lstrip("@") == view,
            )
            for label, name, permission in _ACTIONS
        ]

    @cached_property
    def languages(self) -> list[Choice]:
        return [
            Choice(locale, language.name, locale == self.request.locale_name)
            for locale, language in LANGUAGES.items()
        ]

    @staticmethod
    def role(user: User) -> str:
        """What somebody's role is called."""
        return ROLES.get(user.role, user.role)

    @staticmethod
    def kind(page: Any) -> str:
        """What a page's kind is called."""
        return _KINDS.get(page.kind, page.kind)

    def url(self, path: str, view: str = "", **query: Any) -> str:
        """The address of the page at ``path``."""
        words = "&".join(f"{key}={quote(str(value), safe='')}" for key, value in query.items())
        return quote(self.request.script_name + path + view, safe="/@+") + (f"?{words}" if words else "")

    @cached_property
    def tree(self) -> list[Row]:
        """The page tree: the top, the way down to the page, what stands beside it and below it."""
        page = self.page if self.can_read else self.request.tree.get("/")
        way = list(lineage(page))[::-1]
        beside = way[-2] if len(way) > 1 else page
        statement = (
            select(Page.parent_id, Page.path, Page.title, Page.name, Page.kind)
            .where(Page.parent_id.in_({way[0].id, beside.id, page.id}), self.request.readable_pages)
            .order_by(func.lower(Page.name), Page.name)
        )
        below: dict[int, list[Any]] = {}
        for row in self.request.db.execute(statement):
            below.setdefault(row.parent_id, []).append(row)
        rows: list[Row] = []
        for top in below.get(way[0].id, ()):
            is_on_way = page.path.startswith(top.path)
            if is_on_way and len(way) > 2:
                rows.append(Row(0, _label(top), top.path, top.kind, "open"))
                rows.extend(self._branch(way[2:], beside, below))
            else:
                rows.append(Row(0, _label(top), top.path, top.kind, "here" if is_on_way else ""))
                if is_on_way:
                    rows.extend(_some(below.get(page.id, ()), 1, page.path))
        return rows

    @staticmethod
    def _branch(way: list[Page], beside: Page, below: dict[int, list[Any]]) -> list[Row]:
        """The lines below a page at the top that is on the way."""
        rows = [
            Row(depth, _label(page), page.path, page.kind, "open") for depth, page in enumerate(way[:-1], 1)
        ]
        page, depth = way[-1], len(way)
        siblings = below.get(beside.id, [])
        place = next((at for at, row in enumerate(siblings) if row.path == page.path), 0)
        first, last = max(0, place - SIBLINGS_AROUND), place + SIBLINGS_AROUND + 1
        if first:
            rows.append(
                Row(depth, _("${count} before", mapping={"count": Count(first)}), beside.path, "more")
            )
        for row in siblings[first:last]:
            rows.append(Row(depth, _label(row), row.path, row.kind, "here" if row.path == page.path else ""))
            if row.path == page.path:
                rows.extend(_some(below.get(page.id, ()), depth + 1, page.path))
        if siblings[last:]:
            rows.append(Row(depth, _more(len(siblings) - last), beside.path, "more"))
        return rows


def _label(row: Any) -> str:
    return row.title if row.kind == "page" else row.name


def _more(number: int) -> str:
    return _("${count} more", mapping={"count": Count(number)})


def _some(children: Any, depth: int, path: str) -> list[Row]:
    rows = [Row(depth, _label(row), row.path, row.kind) for row in children[:CHILDREN_SHOWN]]
    if len(children) > CHILDREN_SHOWN:
        rows.append(Row(depth, _more(len(children) - CHILDREN_SHOWN), path, "more"))
    return rows


def text_of(request: Any, field: str) -> str:
    """What a form sent as a text; empty if it sent nothing or a file."""
    value = request.POST.get(field, "")
    return value if isinstance(value, str) else ""


def number_of(text: str, default: int) -> int:
    """A number that came from outside; ``default`` for anything that isn't a small one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default


def safe_next(request: Any, address: str) -> str:
    """Where to go after a login: a place in the handbook, never another site."""
    return address if is_local_url(address, request) else request.script_name + "/"


def limit_body(event: Any) -> None:
    """Refuse what is larger than any form of ours may be, before a byte of it is read."""
    request = event.request
    if (request.content_length or 0) > request.registry.settings["handbook.upload_limit_bytes"] + FORM_BYTES:
        raise HTTPRequestEntityTooLarge(_("That is more than the handbook takes at once."))


def add_headers(event: Any) -> None:
    for name, value in HEADERS.items():
        event.response.headers[name] = value
    if event.response.content_type == "text/html":
        event.response.vary = ("Accept-Language", "Cookie")
    if "Cache-Control" not in event.response.headers:
        event.response.headers["Cache-Control"] = "private, no-cache"


def includeme(config: Any) -> None:
    config.add_request_method(Frame, "frame", reify=True)
    config.add_subscriber(limit_body, NewRequest)
    config.add_subscriber(add_headers, NewResponse)
