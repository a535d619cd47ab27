"""Ask who a request comes from and what it may do.

The answers are the security policy's, an application's own object behind ``ISecurityPolicy``; this file is what stands in
front of it: the functions for logging in and out, the request's properties, and the policy that makes an older pair of an
authentication and an authorization policy look like one. The words and verdicts of ACLs are handed on from ``acl``.
"""

from __future__ import annotations

import warnings
from typing import Any

from zope.interface import implementer, providedBy
from zope.interface.interfaces import ComponentLookupError

from goldilocks.acl import (
    ALL_PERMISSIONS,
    DENY_ALL,
    NO_PERMISSION_REQUIRED,
    ACLAllowed,
    ACLDenied,
    ACLPermitsResult,
    Allow,
    Allowed,
    AllPermissionsList,
    Authenticated,
    Denied,
    Deny,
    Everyone,
    PermitsResult,
)
from goldilocks.interfaces import (
    IAuthenticationPolicy,
    IAuthorizationPolicy,
    ICSRFStoragePolicy,
    ISecuredView,
    ISecurityPolicy,
    ISessionFactory,
    IView,
    IViewClassifier,
)
from goldilocks.names import GOLDILOCKS
from goldilocks.settings import settings_of
from goldilocks.threadlocal import get_current_registry
from goldilocks.types import AnyRegistry, AnyRequest, Context, InterfaceSpec
from goldilocks.vary import DEPENDS_ON_COOKIE, note_cookie

__all__ = [
    "remember",
    "forget",
    "view_execution_permitted",
    "principals_allowed_by_permission",
    "SecurityAPIMixin",
    "AuthenticationAPIMixin",
    "LegacySecurityPolicy",
    "ISecurityPolicy",
    "NO_PERMISSION_REQUIRED",
    "PermitsResult",
    "Allowed",
    "Denied",
    "Allow",
    "Deny",
    "Everyone",
    "Authenticated",
    "ALL_PERMISSIONS",
    "DENY_ALL",
    "AllPermissionsList",
    "ACLPermitsResult",
    "ACLAllowed",
    "ACLDenied",
]

#: Whether a session ends where another user begins.
ROTATE_AT_LOGIN = f"{GOLDILOCKS}.rotate_at_login"

#: Response headers as name and value.
Headers = list[tuple[str, str]]


def _get_security_policy(request: AnyRequest) -> Any:
    return request.registry.queryUtility(ISecurityPolicy)


def remember(request: AnyRequest, userid: Any, **kw: Any) -> Headers:
    """Log ``userid`` in: return the headers that make the user's next requests theirs.

    Add them to the response (``response.headerlist.extend(...)``). What other keywords mean is the policy's affair;
    without a policy there are no headers.

    Where the setting ``rotate_at_login`` is on, the session keeps what is in it and gets a new id, and the visitor a new
    CSRF token: whoever planted the old ones doesn't know the new ones.
    """
    policy = _get_security_policy(request)
    if policy is None:
        return []
    if settings_of(request).get(ROTATE_AT_LOGIN, False):
        _renew_session(request)
        _renew_token(request)
    return policy.remember(request, userid, **kw)


def _asks_again(headers: Any) -> bool:
    """Tell whether headers ask a visitor for other credentials, as those of HTTP Basic do."""
    # COMPAT: policies of tests answer with whatever their test looks for
    pairs = headers if isinstance(headers, list | tuple) else ()
    return any(name.lower() == "www-authenticate" for name, _ in pairs)


def forget(request: AnyRequest, **kw: Any) -> Headers:
    """Log out: return the headers that make the user's next requests nobody's.

    Add them to the response (``response.headerlist.extend(...)``). Without a policy there are none.

    Where the setting ``rotate_at_login`` is on, the session is dropped, and the CSRF token with it; not so if the headers
    ask for other credentials, as those of HTTP Basic do.
    """
    policy = _get_security_policy(request)
    if policy is None:
        return []
    headers = policy.forget(request, **kw)
    if settings_of(request).get(ROTATE_AT_LOGIN, False) and not _asks_again(headers):
        session = _begun_session(request)
        if session is not None:
            session.invalidate()
        _renew_token(request)
    return headers


def _begun_session(request: AnyRequest) -> Any:
    """Return the session if somebody may know it or there is something in it, else None."""
    if request.registry.queryUtility(ISessionFactory) is None:
        return None
    session = request.session
    return session if len(session) or not getattr(session, "new", False) else None


def _renew_session(request: AnyRequest) -> None:
    session = _begun_session(request)
    if session is not None:
        contents = dict(session.items())
        session.invalidate()
        session.update(contents)


def _renew_token(request: AnyRequest) -> None:
    policy = request.registry.queryUtility(ICSRFStoragePolicy)
    if policy is not None and getattr(policy, "_holds_token", _always)(request):
        policy.new_csrf_token(request)


def _always(request: AnyRequest) -> bool:
    """Say of a policy that doesn't tell whether a visitor has a token that every visitor has one."""
    return True


def view_execution_permitted(context: Context, request: AnyRequest, name: str = "") -> Any:
    """Decide whether the request may run the view ``name`` of ``context``, and don't run it.

    A view without a permission is open; the verdict says so.

    Raises:
        TypeError: there is no such view, so neither yes nor no would be true.
    """
    lookup = request.registry.adapters.lookup
    requires = (IViewClassifier, providedBy(request), providedBy(context))
    secured = lookup(requires, ISecuredView, name=name)
    if secured is not None:
        return secured.__permitted__(context, request)
    if lookup(requires, IView, name=name) is None:
        raise TypeError(
            f"no view named {name!r} is registered for context {context!r} and this request, so nobody can say "
            "whether it is permitted; check the name, and that the view's configuration was committed"
        )
    return Allowed("Allowed: view name %r in context %r (no permission defined)", name, context)


def principals_allowed_by_permission(context: Context, permission: str) -> Any:
    """Return the principals that have ``permission`` on ``context``, by the authorization policy.

    Everyone, if there is no such policy. A security policy knows no principals; this is for older code.
    """
    _warn_about_principals(
        "principals_allowed_by_permission()", "authorization.ACLHelper()'s method of that name"
    )
    policy = get_current_registry().queryUtility(IAuthorizationPolicy)
    if policy is None:
        return [Everyone]
    return policy.principals_allowed_by_permission(context, permission)


def _warn_about_principals(what: str, instead: str) -> None:
    warnings.warn(
        f"{what} belongs to the older pair of policies and knows nothing of a security policy; use {instead}",
        DeprecationWarning,
        stacklevel=3,
    )


class SecurityAPIMixin:
    """What a request can say about the user behind it."""

    # PERF: acl: a request asks these several times, so each looks the policy up itself
    registry: AnyRegistry

    @property
    def identity(self) -> Any:
        """The user as the security policy knows them, any kind of object; None if nobody is logged in."""
        policy = self.registry.queryUtility(ISecurityPolicy)
        if policy is None:
            return None
        self.__dict__[DEPENDS_ON_COOKIE] = True
        return policy.identity(self)

    @property
    def authenticated_userid(self) -> Any:
        """The id of the user who is logged in, None if nobody is."""
        policy = self.registry.queryUtility(ISecurityPolicy)
        if policy is None:
            return None
        self.__dict__[DEPENDS_ON_COOKIE] = True
        return policy.authenticated_userid(self)

    @property
    def is_authenticated(self) -> bool:
        """Whether somebody is logged in."""
        return self.authenticated_userid is not None

    def has_permission(self, permission: str, context: Context = None) -> Any:
        """Decide whether the request has ``permission`` on ``context``, by default its own.

        The verdict is true or false and tells the reason as ``msg``. Without a security policy everything is allowed.
        """
        if context is None:
            context = self.context  # type: ignore[attr-defined]  # the request's own
        policy = self.registry.queryUtility(ISecurityPolicy)
        if policy is None:
            return Allowed("No security policy in use.")
        self.__dict__[DEPENDS_ON_COOKIE] = True
        return policy.permits(self, context, permission)


class AuthenticationAPIMixin:
    """What a request could say about its user when there were two policies; for older code."""

    @property
    def unauthenticated_userid(self) -> Any:
        """The user id that the request claims, not verified; with a security policy the verified one."""
        _warn_about_principals(
            "request.unauthenticated_userid", "request.authenticated_userid or request.identity"
        )
        policy = _get_security_policy(self)
        if policy is None:
            return None
        note_cookie(self)
        if isinstance(policy, LegacySecurityPolicy):
            policy = policy._get_authn_policy(self)
            return policy.unauthenticated_userid(self)
        return policy.authenticated_userid(self)

    @property
    def effective_principals(self) -> Any:
        """The principals of the request; with a security policy, which knows none, Everyone."""
        _warn_about_principals("request.effective_principals", "request.identity")
        policy = _get_security_policy(self)
        if isinstance(policy, LegacySecurityPolicy):
            note_cookie(self)
            return policy._get_authn_policy(self).effective_principals(self)
        return [Everyone]


@implementer(ISecurityPolicy)
class LegacySecurityPolicy:
    """Make one security policy of an authentication policy and an authorization policy.

    ``config.set_authentication_policy`` puts it in place.
    """

    def _get_authn_policy(self, request: AnyRequest) -> Any:
        return _needed_policy(request, IAuthenticationPolicy, "authentication")

    def _get_authz_policy(self, request: AnyRequest) -> Any:
        return _needed_policy(request, IAuthorizationPolicy, "authorization")

    def identity(self, request: AnyRequest) -> Any:
        """Return the user id, which is all that is known."""
        return self.authenticated_userid(request)

    def authenticated_userid(self, request: AnyRequest) -> Any:
        """Return the user id that the authentication policy vouches for."""
        return self._get_authn_policy(request).authenticated_userid(request)

    def remember(self, request: AnyRequest, userid: Any, **kw: Any) -> Headers:
        """Return the authentication policy's headers for logging in."""
        return self._get_authn_policy(request).remember(request, userid, **kw)

    def forget(self, request: AnyRequest, **kw: Any) -> Headers:
        """Return the authentication policy's headers for logging out.

        Raises:
            ValueError: there are keywords; such a policy takes none.
        """
        if kw:
            raise ValueError(
                f"forget() got {', '.join(sorted(kw))}, but an authentication policy takes no keywords there; "
                "leave them out, or set a security policy that knows them"
            )
        return self._get_authn_policy(request).forget(request)

    def permits(self, request: AnyRequest, context: Context, permission: str) -> Any:
        """Ask the authorization policy about the principals that the authentication policy finds."""
        principals = self._get_authn_policy(request).effective_principals(request)
        return self._get_authz_policy(request).permits(context, principals, permission)


def _needed_policy(request: AnyRequest, interface: InterfaceSpec, kind: str) -> Any:
    policy = request.registry.queryUtility(interface)
    if policy is None:
        raise ComponentLookupError(
            f"LegacySecurityPolicy is in use, but no {kind} policy is registered; "
            f"say config.set_{kind}_policy(...), or set a security policy of your own"
        )
    return policy
