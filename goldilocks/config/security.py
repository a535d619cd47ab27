"""What can be said about security: who decides, which permission views need, and how forms are guarded."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Hashable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Self

from zope.interface import implementer

from goldilocks.config.mistakes import check_instance, check_keys, refuses_mistakes
from goldilocks.config.statement import Scope, Statement, directive
from goldilocks.csrf import ALLOW_NO_ORIGIN, LegacySessionCSRFStoragePolicy
from goldilocks.exceptions import ConfigurationError
from goldilocks.interfaces import (
    PHASE1_CONFIG,
    PHASE2_CONFIG,
    IAuthenticationPolicy,
    IAuthorizationPolicy,
    ICSRFStoragePolicy,
    IDefaultCSRFOptions,
    IDefaultPermission,
    ISecurityPolicy,
)
from goldilocks.registry import Introspectable
from goldilocks.security import LegacySecurityPolicy
from goldilocks.util import as_sorted_tuple, object_description

if TYPE_CHECKING:
    from goldilocks.types import AnyConfig, AnyRegistry, AnyRequest, InterfaceSpec


class PolicyStatement(Statement):
    """The base of the statements that put one policy into the record; a subclass says which."""

    provides: ClassVar[InterfaceSpec]

    policy: Any

    def resolved(self, config: AnyConfig) -> Self:
        """Find the policy."""
        policy = config.maybe_dotted(self.policy)
        if refuses_mistakes(config.registry):
            check_instance(self.type_name, policy)
        return self.but(policy=policy)

    def discriminator(self, registry: AnyRegistry, scope: Scope) -> Hashable:
        """Clash with another policy of this kind: there is one."""
        return self.provides

    def title(self) -> str:
        """Describe the policy."""
        return object_description(self.policy)

    def facts(self, registry: AnyRegistry, scope: Scope, discriminator: Any) -> Iterable[Introspectable]:
        """Tell of the policy."""
        return super().facts(registry, scope, None)

    def perform(self, registry: AnyRegistry, scope: Scope, facts: tuple[Introspectable, ...]) -> None:
        """Register the policy.

        Raises:
            ConfigurationError: in production, what it signs with has a key that is too short.
        """
        check_keys(
            registry, f"the {self.type_name}", self.policy, *getattr(self.policy, "__dict__", {}).values()
        )
        registry.registerUtility(self.policy, self.provides)


class SetSecurityPolicy(PolicyStatement):
    """Set the security policy: the one object that knows who a request comes from and what it may do.

    Args:
        policy: provides ``ISecurityPolicy``; or its dotted name.
    """

    topic = type_name = "security policy"
    phase = PHASE2_CONFIG
    provides = ISecurityPolicy


class SetAuthenticationPolicy(PolicyStatement):
    """Set the authentication policy, the older kind, which goes together with an authorization policy.

    Args:
        policy: provides ``IAuthenticationPolicy``; or its dotted name.

    Raises:
        ConfigurationError: at commit, if there is no authorization policy, or a security policy as well.
    """

    topic = type_name = "authentication policy"
    phase = PHASE2_CONFIG
    provides = IAuthenticationPolicy

    def resolved(self, config: AnyConfig) -> Self:
        """Find the policy, and say that there is a newer way."""
        _warn_of_older_policies(config, "set_authentication_policy")
        return super().resolved(config)

    def perform(self, registry: AnyRegistry, scope: Scope, facts: tuple[Introspectable, ...]) -> None:
        """Register the policy, and the security policy that makes one of the two."""
        super().perform(registry, scope, facts)
        if registry.queryUtility(IAuthorizationPolicy) is None:
            raise ConfigurationError(
                "there is an authentication policy but no authorization policy; "
                "say set_authorization_policy as well (under autocommit before it), or set a security policy instead"
            )
        if registry.queryUtility(ISecurityPolicy) is not None:
            raise ConfigurationError(
                "there is a security policy, and an authentication policy beside it, so that nobody knows which counts; "
                "say set_security_policy alone, or set_authentication_policy and set_authorization_policy alone"
            )
        registry.registerUtility(LegacySecurityPolicy(), ISecurityPolicy)
        # where the server says the user, to whom a session belongs
        registry.user_key = getattr(self.policy, "environ_key", "REMOTE_USER")


class SetAuthorizationPolicy(PolicyStatement):
    """Set the authorization policy, the older kind, which goes together with an authentication policy.

    Args:
        policy: provides ``IAuthorizationPolicy``; or its dotted name.

    Raises:
        ConfigurationError: at commit, if there is no authentication policy.
    """

    topic = type_name = "authorization policy"
    # The authentication policy, of phase 2, wants it to be there.
    phase = PHASE1_CONFIG
    provides = IAuthorizationPolicy

    def resolved(self, config: AnyConfig) -> Self:
        """Find the policy, and say that there is a newer way."""
        _warn_of_older_policies(config, "set_authorization_policy")
        return super().resolved(config)

    def say(self, config: AnyConfig) -> None:
        """Put the statement into the log, and behind it the question whether the other policy came."""
        super().say(config)
        config.action(None, functools.partial(_require_authentication, config.registry, config.scope))


def _require_authentication(registry: AnyRegistry, scope: Scope) -> None:
    # Under autocommit the other policy can only be said afterwards.
    if not scope.autocommit and registry.queryUtility(IAuthenticationPolicy) is None:
        raise ConfigurationError(
            "there is an authorization policy but no authentication policy; "
            "say set_authentication_policy as well, or set a security policy instead"
        )


def _warn_of_older_policies(config: AnyConfig, name: str) -> None:
    place = config.action_info
    warnings.warn_explicit(
        f"{name} belongs to the older pair of an authentication and an authorization policy; "
        "one security policy, set by set_security_policy, does what both do",
        DeprecationWarning,
        filename=getattr(place, "file", None) or "<unknown>",
        lineno=getattr(place, "line", 0),
    )


class SetCSRFStoragePolicy(PolicyStatement):
    """Set where the tokens that guard forms are kept.

    Args:
        policy: provides ``ICSRFStoragePolicy``.
    """

    topic = type_name = "csrf storage policy"
    provides = ICSRFStoragePolicy


class SetDefaultPermission(Statement):
    """Set the permission of every view that says none.

    A view that shall be open all the same says ``goldilocks.security.NO_PERMISSION_REQUIRED``.

    Args:
        permission: usually a word such as ``"view"``.
    """

    topic = type_name = "default permission"
    # Views, of phase 3, want to know it.
    phase = PHASE1_CONFIG

    permission: Any

    def discriminator(self, registry: AnyRegistry, scope: Scope) -> Hashable:
        """Clash with another default permission."""
        return IDefaultPermission

    def facts(self, registry: AnyRegistry, scope: Scope, discriminator: Any) -> Iterable[Introspectable]:
        """Tell of the default, and of the permission itself."""
        default = Introspectable(self.topic, None, self.permission, self.type_name)
        default["value"] = self.permission
        return (default, permission_fact(self.permission))

    def perform(self, registry: AnyRegistry, scope: Scope, facts: tuple[Introspectable, ...]) -> None:
        """Register the permission."""
        registry.registerUtility(self.permission, IDefaultPermission)


class AddPermission(Statement):
    """Make a permission known to introspection that no view asks for.

    Args:
        permission_name: what it is called in ACLs.
    """

    topic = "permissions"
    type_name = "permission"

    permission_name: str

    def facts(self, registry: AnyRegistry, scope: Scope, discriminator: Any) -> Iterable[Introspectable]:
        """Tell of the permission."""
        return (permission_fact(self.permission_name),)

    def perform(self, registry: AnyRegistry, scope: Scope, facts: tuple[Introspectable, ...]) -> None:
        """Do nothing: that it is told of is all."""


def permission_fact(permission: Any) -> Introspectable:
    """Make the fact that there is such a permission."""
    fact = Introspectable("permissions", permission, permission, "permission")
    fact["value"] = permission
    return fact


@implementer(IDefaultCSRFOptions)
class DefaultCSRFOptions:
    """How views are guarded against requests of other sites where they don't say it themselves."""

    def __init__(
        self,
        require_csrf: bool,
        token: str | None,
        header: str | None,
        safe_methods: Iterable[str],
        check_origin: bool,
        allow_no_origin: bool,
        callback: Callable[[AnyRequest], Any] | None,
    ) -> None:
        self.require_csrf = require_csrf
        self.token = token
        self.header = header
        self.safe_methods = frozenset(safe_methods)
        self.check_origin = check_origin
        self.allow_no_origin = allow_no_origin
        self.callback = callback


class SetDefaultCSRFOptions(Statement):
    """Set how views are guarded against requests that other sites send.

    Args:
        require_csrf: whether a view is guarded that doesn't say ``require_csrf`` itself.
        token: the form field that holds the token; None doesn't look into forms.
        header: the header that holds the token; None doesn't look there.
        safe_methods: the methods that change nothing and so need no token.
        check_origin: whether, over HTTPS, the page that a request comes from must be one of this site.
        allow_no_origin: whether a request passes whose browser doesn't say where it comes from; None is automatic: as the
            setting ``allow_no_origin`` says.
        callback: called with a request that would be checked; the check is left out if it returns something false, as for
            a request that says who it is by a header and not by a cookie.
    """

    topic = type_name = "default csrf view options"
    # Views, of phase 3, want to know it.
    phase = PHASE1_CONFIG

    require_csrf: bool = True
    token: str | None = "csrf_token"
    header: str | None = "X-CSRF-Token"
    safe_methods: Iterable[str] = ("GET", "HEAD", "OPTIONS", "TRACE")
    check_origin: bool = True
    allow_no_origin: bool | None = None
    callback: Callable[[AnyRequest], Any] | None = None

    def discriminator(self, registry: AnyRegistry, scope: Scope) -> Hashable:
        """Clash with other defaults."""
        return IDefaultCSRFOptions

    def resolved(self, config: AnyConfig) -> Self:
        """Read the methods, which may be any iterable, into the order in which they are told, and decide what is automatic."""
        allow_no_origin = self.allow_no_origin
        if allow_no_origin is None:
            allow_no_origin = (config.registry.settings or {}).get(ALLOW_NO_ORIGIN, False)
        return self.but(safe_methods=as_sorted_tuple(self.safe_methods), allow_no_origin=allow_no_origin)

    def title(self) -> str:
        """Say what there is only one of."""
        return self.topic

    def facts(self, registry: AnyRegistry, scope: Scope, discriminator: Any) -> Iterable[Introspectable]:
        """Tell of the options."""
        return super().facts(registry, scope, None)

    def perform(self, registry: AnyRegistry, scope: Scope, facts: tuple[Introspectable, ...]) -> None:
        """Register the options."""
        registry.registerUtility(DefaultCSRFOptions(**self.values()), IDefaultCSRFOptions)


class SecurityTopic:
    """Policies, permissions, and the guard of forms."""

    set_security_policy = directive(SetSecurityPolicy)
    set_authentication_policy = directive(SetAuthenticationPolicy)
    set_authorization_policy = directive(SetAuthorizationPolicy)
    set_default_permission = directive(SetDefaultPermission)
    add_permission = directive(AddPermission)
    set_default_csrf_options = directive(SetDefaultCSRFOptions)
    set_csrf_storage_policy = directive(SetCSRFStoragePolicy)

    def add_default_security(self: AnyConfig) -> None:
        """Say where tokens are kept unless an application says otherwise."""
        self.set_csrf_storage_policy(LegacySessionCSRFStoragePolicy())


SecurityConfiguratorMixin = SecurityTopic
