"""Judge by access control lists: who may do what with a resource, read off the resource and its parents.

A resource says its list as ``__acl__``, a list of entries ``(action, principal, permissions)`` or a callable that returns
one. The first entry that names both one of the principals and the permission decides; the list nearest to the resource is
asked first, then those of its parents up to the root; if none decides, the answer is no. The words of the entries and
the verdicts come from ``acl``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from zope.interface import implementer

from goldilocks.acl import (
    ALL_PERMISSIONS,
    DEFAULT_DENY,
    DENY_ALL,
    NO_ACL,
    ACLAllowed,
    ACLDenied,
    Allow,
    AllPermissionsList,
    Authenticated,
    Deny,
    Everyone,
)
from goldilocks.interfaces import IAuthorizationPolicy
from goldilocks.location import lineage
from goldilocks.types import Context
from goldilocks.util import is_nonstr_iter

__all__ = [
    "Allow",
    "Deny",
    "Everyone",
    "Authenticated",
    "ALL_PERMISSIONS",
    "DENY_ALL",
    "AllPermissionsList",
    "ACLAllowed",
    "ACLDenied",
    "ACLHelper",
    "ACLAuthorizationPolicy",
    "is_nonstr_iter",
    "lineage",
]


class ACLHelper:
    """Judge by the ACLs of a resource and its parents; for use inside a security policy.

    >>> class Page:
    ...     __parent__ = None
    ...     __acl__ = [(Allow, Everyone, "view"), (Allow, "group:editors", ("view", "edit"))]
    >>> bool(ACLHelper().permits(Page(), [Everyone], "edit"))
    False
    >>> sorted(ACLHelper().principals_allowed_by_permission(Page(), "edit"))
    ['group:editors']
    """

    def permits(
        self, context: Context, principals: Collection[Any], permission: str
    ) -> ACLAllowed | ACLDenied:
        """Decide whether one of ``principals`` has ``permission`` on ``context``.

        The verdict's ``context``, ``acl`` and ``ace`` say which entry of which resource decided.
        """
        # PERF: acl; and resource trees are filtered by permission, a thousand questions a page. Hence one loop, written
        # out, and getattr() with a default, which costs a fifth of catching what most resources raise.
        acl: Any = NO_ACL
        resource = context
        while resource is not None:
            found = getattr(resource, "__acl__", NO_ACL)
            if found is not NO_ACL:
                acl = found if type(found) is list else _called(found)
                for ace in acl:
                    action, principal, permissions = ace
                    if principal not in principals:
                        continue
                    kind = type(permissions)
                    if (
                        permission == permissions
                        if kind is str
                        else permission in permissions
                        if kind is tuple
                        else _names(permissions, permission)
                    ):
                        verdict = ACLAllowed if action == Allow else ACLDenied
                        return verdict(ace, acl, permission, principals, resource)
            resource = getattr(resource, "__parent__", None)
        return ACLDenied(DEFAULT_DENY, acl, permission, principals, context)

    def principals_allowed_by_permission(self, context: Context, permission: str) -> set[Any]:
        """Gather the principals that the ACLs grant ``permission`` on ``context``.

        The walk goes down from the root. What a list grants is added to what was granted above it, and whom it
        refuses is taken out; a refusal to ``Everyone`` takes all out and ends its list.
        """
        allowed: set[Any] = set()
        for _, acl in reversed(list(_acls(context))):
            granted: set[Any] = set()
            refused: set[Any] = set()
            for action, principal, permissions in acl:
                if not _names(permissions, permission):
                    continue
                if action == Allow:
                    if principal not in refused:
                        granted.add(principal)
                elif action == Deny:
                    refused.add(principal)
                    if principal == Everyone:
                        allowed.clear()
                        break
                    allowed.discard(principal)
            allowed |= granted
        return allowed


def _acls(context: Context) -> Iterator[tuple[Context, Any]]:
    """Go through the ACLs that bear on ``context``, each with the resource that has it, the nearest first."""
    for resource in lineage(context):
        try:
            acl = resource.__acl__
        except AttributeError:
            # COMPAT: a resource says "none of my own" by raising this from a property, too.
            continue
        yield resource, _called(acl)


def _called(acl: Any) -> Any:
    return acl() if acl and callable(acl) else acl


def _names(permissions: Any, permission: str) -> bool:
    """Tell whether an entry's permissions, one word or a collection, hold ``permission``."""
    return permission in permissions if is_nonstr_iter(permissions) else bool(permission == permissions)


@implementer(IAuthorizationPolicy)
class ACLAuthorizationPolicy:
    """Be an authorization policy of the older kind that judges by ACLs.

    New code calls an ``ACLHelper`` from its security policy.
    """

    def __init__(self) -> None:
        self.helper = ACLHelper()

    def permits(
        self, context: Context, principals: Collection[Any], permission: str
    ) -> ACLAllowed | ACLDenied:
        """Decide whether one of ``principals`` has ``permission`` on ``context``."""
        return self.helper.permits(context, principals, permission)

    def principals_allowed_by_permission(self, context: Context, permission: str) -> set[Any]:
        """Gather the principals that the ACLs grant ``permission`` on ``context``."""
        return self.helper.principals_allowed_by_permission(context, permission)
