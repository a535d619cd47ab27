"""The words of access control lists, and the verdicts that come of judging by them.

An ACL is a list of entries ``(action, principal, permissions)``. The words that entries are written in stand here, and
the verdicts: integers, one or zero, that can tell in a sentence why they came out so. The judging itself (the
walk from a resource up to its root) is ``authorization.ACLHelper``. ``security`` and ``authorization`` hand all of this
on, and it is one and the same object under each of the names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Final, Self

from goldilocks.types import Context

#: The principal that every request has.
Everyone: Final = "system.Everyone"
#: The principal that a request has as soon as a user is known.
Authenticated: Final = "system.Authenticated"

#: The action of an entry that grants.
Allow: Final = "Allow"
#: The action of an entry that refuses.
Deny: Final = "Deny"

#: Say this as a view's permission to keep the view open to all, where a default permission is set.
NO_PERMISSION_REQUIRED: Final = "__no_permission_required__"

#: What a verdict names as its ``ace`` if no entry spoke.
DEFAULT_DENY: Final = "<default deny>"
#: What a verdict names as its ``acl`` if there was none.
NO_ACL: Final = "<No ACL found on any object in resource lineage>"


class AllPermissionsList:
    """Stand for every permission there is: contains whatever it is asked for, and lists nothing."""

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __contains__(self, other: object) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, self.__class__)

    def __hash__(self) -> int:
        return hash(AllPermissionsList)


ALL_PERMISSIONS: Final = AllPermissionsList()

#: The entry that closes a list: nothing further up is asked.
DENY_ALL: Final = (Deny, Everyone, ALL_PERMISSIONS)


class PermitsResult(int):
    """A verdict: the integer ``boolval`` of its class, and the reason for it.

    The reason is kept as a %-format and its arguments and put together when somebody reads it: most verdicts are
    only asked for their truth.

    Args:
        s: the reason, or a format for it.
        args: what the format is filled with.

    >>> verdict = Denied("%s is closed on %s", "the shop", "Sundays")
    >>> bool(verdict), verdict.msg
    (False, 'the shop is closed on Sundays')
    """

    boolval: ClassVar[int]
    s: str
    args: tuple[Any, ...]

    def __new__(cls, s: str, *args: Any) -> Self:
        """Pronounce the verdict."""
        verdict = int.__new__(cls, cls.boolval)
        verdict.s = s
        verdict.args = args
        return verdict

    @property
    def msg(self) -> str:
        """The reason in words."""
        try:
            return self.s % self.args
        except (TypeError, ValueError):
            # A text with a bare percent sign in it: explaining a refusal must never fail.
            return self.s

    def __str__(self) -> str:
        return self.msg

    def __repr__(self) -> str:
        return f"<{self.__class__.__name__} instance at {id(self)} with msg {self.msg!r}>"


class Denied(PermitsResult):
    """A refusal, false in every test."""

    boolval = 0


class Allowed(PermitsResult):
    """A permission granted, true in every test."""

    boolval = 1


class ACLPermitsResult(PermitsResult):
    """A verdict by ACL, which knows the entry that decided.

    Args:
        ace: the entry, or ``DEFAULT_DENY``.
        acl: the list that it stands in; the last one looked at if none decided, or ``NO_ACL``.
        permission: what was asked for.
        principals: on whose behalf.
        context: the resource whose list decided; the one that was asked about if none did.
    """

    # PERF: resource trees are filtered by permission, a thousand verdicts a page; nearly nobody reads why.
    # COMPAT: the sentence is shown to users and compared by tests; ours is only the remark in the middle of it.
    s = "%s permission %r via ACE %r in ACL %r on context %r%s for principals %r"

    ace: Any
    acl: Any
    permission: str
    principals: Any
    context: Context

    def __new__(cls, ace: Any, acl: Any, permission: str, principals: Any, context: Context) -> Self:
        """Pronounce the verdict."""
        verdict = int.__new__(cls, cls.boolval)
        verdict.ace = ace
        verdict.acl = acl
        verdict.permission = permission
        verdict.principals = principals
        verdict.context = context
        return verdict

    @property
    def args(self) -> tuple[Any, ...]:  # type: ignore[override]  # made when the reason is read
        """What the reason's format is filled with."""
        name = type(self).__name__
        return name, self.permission, self.ace, self.acl, self.context, self._remark(), self.principals

    def _remark(self) -> str:
        """Say in words that there was no entry to decide."""
        if self.ace != DEFAULT_DENY:
            return ""
        if self.acl == NO_ACL:
            return " (no ACL stands on it or on any of its parents)"
        return " (no entry of the ACLs on it and on its parents decides)"


class ACLDenied(ACLPermitsResult, Denied):
    """A refusal by ACL: an entry refuses, or none grants."""


class ACLAllowed(ACLPermitsResult, Allowed):
    """A permission granted by an entry of an ACL."""
