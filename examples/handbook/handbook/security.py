"""Who somebody is, what they may do, and why.

The policy knows users by the session and leaves every decision to the ACLs of the pages. The rest of the file puts
verdicts into words, and turns the few ACLs of a handbook into a condition for SQL, so that lists, search and the
tree show nobody the title of a page that they may not read.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, not_, or_, select, true
from sqlalchemy.orm import Session

from goldilocks.authentication import SessionAuthenticationHelper
from goldilocks.authorization import ACLHelper, Allow, Authenticated, Deny, Everyone
from goldilocks.location import lineage
from goldilocks.request import RequestLocalCache

from .language import Several, _
from .models import Page, User
from .paths import parent_of, subtree
from .resources import EVERYTHING, Tree

#: What can be asked of a page, with the words for it.
PERMISSIONS = {
    "view": _("read"),
    "edit": _("edit"),
    "add": _("add pages"),
    "move": _("move or delete"),
    "administer": _("set permissions"),
}
#: How one says that somebody has a permission, or hasn't. Whole phrases: languages put their words in different places.
MAY = {
    "view": (_("may read"), _("may not read")),
    "edit": (_("may edit"), _("may not edit")),
    "add": (_("may add pages"), _("may not add pages")),
    "move": (_("may move or delete"), _("may not move or delete")),
    "administer": (_("may set permissions"), _("may not set permissions")),
}
ROLES = {"reader": _("reader"), "editor": _("editor"), "owner": _("owner")}
GROUPS = {"reader": _("readers"), "editor": _("editors"), "owner": _("owners")}

#: The author of what somebody changed who wasn't logged in.
ANONYMOUS = "anonymous"

_SCRYPT = {"n": 2**14, "r": 8, "p": 1}


# -- who ---------------------------------------------------------------------------------------------------------


def hash_password(password: str) -> str:
    """Hash for keeping: ``salt$digest``."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}${hashlib.scrypt(password.encode(), salt=salt, **_SCRYPT).hex()}"


#: Checked against when nobody has the login, so that the answer takes as long as for a wrong password.
_NOBODYS_HASH = hash_password(secrets.token_hex())


#: Nobody has a longer one, and to hash a long text is work that a stranger could give us.
_LONGEST_PASSWORD_BYTES = 1024


def check_password(user: User | None, password: str) -> bool:
    """Say whether this is the user's password, in a time that doesn't tell whether there is such a user."""
    said = password.encode("utf-8", "replace")
    if len(said) > _LONGEST_PASSWORD_BYTES:
        return False
    salt, _, digest = (user.password_hash if user else _NOBODYS_HASH).partition("$")
    given = hashlib.scrypt(said, salt=bytes.fromhex(salt), **_SCRYPT)
    return hmac.compare_digest(given.hex(), digest) and user is not None


def principals_of(user: User | None) -> list[str]:
    """The names under which ACLs may speak of somebody."""
    if user is None:
        return [Everyone]
    return [Everyone, Authenticated, f"role:{user.role}", f"user:{user.login}"]


class HandbookPolicy:
    """Users by the session, verdicts by the ACLs."""

    def __init__(self) -> None:
        self._session = SessionAuthenticationHelper()
        self._acl = ACLHelper()
        self._users = RequestLocalCache(self._load_user)

    def _load_user(self, request: Any) -> User | None:
        login = self._session.authenticated_userid(request)
        return request.db.get(User, login) if login else None

    def identity(self, request: Any) -> User | None:
        return self._users.get_or_create(request)

    def authenticated_userid(self, request: Any) -> str | None:
        user = self.identity(request)
        return user.login if user else None

    def permits(self, request: Any, context: Any, permission: str) -> Any:
        return self._acl.permits(context, principals_of(self.identity(request)), permission)

    def remember(self, request: Any, userid: str, **options: Any) -> Any:
        return self._session.remember(request, userid, **options)

    def forget(self, request: Any, **options: Any) -> Any:
        return self._session.forget(request, **options)


def author_of(request: Any) -> str:
    """The name under which a change is kept: an ACL may let people change a page who haven't logged in."""
    return request.authenticated_userid or ANONYMOUS


def verdict_for(user: User | None, context: Any, permission: str) -> Any:
    """The verdict on somebody who isn't the one asking."""
    return ACLHelper().permits(context, principals_of(user), permission)


# -- why ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reason:
    """Which entry of which page decided."""

    allowed: bool
    permission: str
    #: The entry in words; ``None`` when no entry spoke and the default refused.
    entry: str | None
    #: The page whose ACL holds the entry.
    page: Page | None


def reason_of(verdict: Any) -> Reason:
    """Find the page whose ACL led to a verdict of the ACL helper."""
    asked = verdict.permission
    if isinstance(verdict.ace, tuple):
        for location in lineage(verdict.context):
            if getattr(location, "__acl__", None) == verdict.acl:
                return Reason(bool(verdict), asked, in_words(verdict.ace), location)
    return Reason(bool(verdict), asked, None, None)


def in_words(entry: tuple[str, str, Iterable[str]]) -> str:
    """An entry as one would say it.

    >>> from handbook.language import english
    >>> english(in_words((Deny, Everyone, ["edit", "add"])))
    'Deny everyone: edit, add pages'
    """
    action, principal, permissions = entry
    asked = [words for name, words in PERMISSIONS.items() if name in permissions]
    what = _("everything") if len(asked) == len(PERMISSIONS) else Several(asked or [_("nothing")])
    said = {"whom": principal_in_words(principal), "what": what}
    return (
        _("Allow ${whom}: ${what}", mapping=said)
        if action == Allow
        else _("Deny ${whom}: ${what}", mapping=said)
    )


def principal_in_words(principal: str) -> str:
    """Whom an entry speaks of."""
    kind, _colon, name = principal.partition(":")
    if kind == "role":
        return GROUPS.get(name, name)
    return {Everyone: _("everyone"), Authenticated: _("whoever is logged in")}.get(principal, name)


# -- the kept form -----------------------------------------------------------------------------------------------


def entry_problem(entry: Any, logins: Iterable[str]) -> str | None:
    """Say what is wrong with an entry that came from a form; ``None`` if nothing is."""
    action, principal, permissions = entry
    known = {
        Everyone,
        Authenticated,
        *(f"role:{role}" for role in ROLES),
        *(f"user:{login}" for login in logins),
    }
    if action not in (Allow, Deny):
        return _("An entry allows or denies; “${action}” is neither.", mapping={"action": action})
    if principal not in known:
        return _("Nobody is called “${name}”.", mapping={"name": principal})
    if not permissions or not set(permissions) <= {*PERMISSIONS, EVERYTHING}:
        return _(
            "Choose what the entry for ${whom} is about.", mapping={"whom": principal_in_words(principal)}
        )
    return None


# -- in SQL ------------------------------------------------------------------------------------------------------


def readable(tree: Tree, user: User | None) -> ColumnElement[bool]:
    """The condition that holds for the pages that somebody may read.

    A page without an ACL gets the verdict of the nearest page above that has one. So the few pages that have one
    divide the tree into zones; where the verdict of a zone differs from the one around it, its range of paths is
    added or taken away.
    """
    zones = list(tree.db.scalars(select(Page.path).where(Page.acl.is_not(None)).order_by(Page.path)))
    tree.meet(zones)
    verdicts: dict[str, bool] = {}
    condition: ColumnElement[bool] = false()
    for path in zones:
        around = parent_of(path)
        while around not in verdicts and around != "/":
            around = parent_of(around)
        before = verdicts.get(around, False)
        allowed = verdicts[path] = bool(verdict_for(user, tree.get(path), "view"))
        if allowed == before:
            continue
        low, high = subtree(path)
        inside = true() if path == "/" else and_(Page.path >= low, Page.path < high)
        condition = or_(condition, inside) if allowed else and_(condition, not_(inside))
    return condition


def includeme(config: Any) -> None:
    """Set the policy, and ``view`` as what a view asks for when it says nothing else."""
    config.set_security_policy(HandbookPolicy())
    config.set_default_permission("view")
    config.set_default_csrf_options(require_csrf=True)
    config.add_request_method(
        lambda request: readable(request.tree, request.identity), "readable_pages", reify=True
    )


def find_user(db: Session, login: str) -> User | None:
    """The user by the name they log in with."""
    return db.get(User, login.strip().lower()) if login else None
