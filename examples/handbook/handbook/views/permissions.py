"""Who may do what on a page, why, and the form for a page's own entries."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from goldilocks.authorization import Allow, Authenticated, Everyone
from goldilocks.httpexceptions import HTTPSeeOther
from goldilocks.view import view_config, view_defaults

from ..language import _
from ..models import Page, User
from ..pages import Refused
from ..security import (
    EVERYTHING,
    MAY,
    PERMISSIONS,
    ROLES,
    entry_problem,
    principal_in_words,
    reason_of,
    verdict_for,
)
from ..web import number_of, text_of

SPARE_ROWS = 3
MAX_ENTRIES = 30


@view_defaults(context=Page, name="permissions", renderer="handbook:templates/permissions.pt")
class Permissions:
    """The ACL of a page."""

    def __init__(self, context: Page, request: Any) -> None:
        self.page, self.request = context, request
        self.users = list(request.db.scalars(select(User).order_by(User.name)))

    @view_config(request_method="GET")
    def show(self) -> dict[str, Any]:
        return self.form(self.page.acl, None)

    def form(self, acl: list[Any] | None, problem: str | None) -> dict[str, Any]:
        entries = [
            (*entry[:2], [*PERMISSIONS] if EVERYTHING in entry[2] else entry[2]) for entry in acl or ()
        ]
        spare: list[Any] = [(Allow, "", [])] * SPARE_ROWS
        return {
            "people": [(user, self.reasons(user)) for user in [None, *self.users]],
            "permissions": PERMISSIONS,
            "may": MAY,
            "has_own": acl is not None,
            "entries": entries + spare,
            "choices": self.choices(),
            "can_set": bool(self.request.has_permission("administer", self.page)),
            "problem": problem,
        }

    def reasons(self, user: User | None) -> list[Any]:
        return [reason_of(verdict_for(user, self.page, permission)) for permission in PERMISSIONS]

    def choices(self) -> list[tuple[str, str]]:
        """Whom an entry can speak of, with the words for them."""
        principals = [Everyone, Authenticated, *(f"role:{role}" for role in ROLES)]
        words = [(principal, principal_in_words(principal)) for principal in principals]
        return words + [(f"user:{user.login}", user.name) for user in self.users]

    @view_config(request_method="POST", permission="administer")
    def save(self) -> Any:
        request, page = self.request, self.page
        acl = self.sent() if "own" in request.POST else None
        before = page.acl
        try:
            self.check(acl)
            page.acl = acl
            request.db.flush()
            if not request.has_permission("administer", page):
                raise Refused(
                    _(
                        "With these entries you could not set permissions here any more, so they were not saved."
                    )
                )
        except Refused as refused:
            page.acl = before
            request.response.status = 400
            return self.form(acl, request.say(refused.message))
        said = _("The page inherits its permissions.") if acl is None else _("The permissions are set.")
        request.session.flash(request.say(said))
        return HTTPSeeOther(request.resource_url(page, "@@permissions"))

    def sent(self) -> list[Any]:
        """The entries in the form, in the order of their numbers; a row without a principal is none."""
        request, rows = self.request, []
        for number in range(min(number_of(text_of(request, "rows"), 0), MAX_ENTRIES)):
            principal = text_of(request, f"principal-{number}")
            if principal:
                asked = [name for name in PERMISSIONS if f"{name}-{number}" in request.POST]
                what = [EVERYTHING] if len(asked) == len(PERMISSIONS) else asked
                place = number_of(text_of(request, f"place-{number}"), number + 1)
                rows.append((place, number, [text_of(request, f"action-{number}"), principal, what]))
        return [row[2] for row in sorted(rows)]

    def check(self, acl: list[Any] | None) -> None:
        logins = [user.login for user in self.users]
        for problem in filter(None, (entry_problem(entry, logins) for entry in acl or ())):
            raise Refused(problem)
        if acl is None and self.page.path == "/":
            raise Refused(_("The first page has nothing to inherit from; it needs entries of its own."))
