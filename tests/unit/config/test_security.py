"""What is said about security."""

import pytest

from goldilocks.acl import ALL_PERMISSIONS
from goldilocks.config import Configurator
from goldilocks.csrf import LegacySessionCSRFStoragePolicy, SessionCSRFStoragePolicy
from goldilocks.exceptions import ConfigurationConflictError, ConfigurationError
from goldilocks.interfaces import (
    IAuthenticationPolicy,
    IAuthorizationPolicy,
    ICSRFStoragePolicy,
    IDefaultCSRFOptions,
    IDefaultPermission,
    ISecurityPolicy,
)
from goldilocks.security import LegacySecurityPolicy

POLICY = object()


@pytest.fixture
def config():
    return Configurator()


@pytest.fixture
def autocommitting():
    return Configurator(autocommit=True)


def facts(config, category):
    return [row["introspectable"] for row in config.introspector.get_category(category, [])]


def get(config, interface):
    return config.registry.queryUtility(interface)


def test_security_policy_is_registered(config):
    """After the commit the policy is the one that is asked."""
    config.set_security_policy(POLICY)
    config.commit()
    assert get(config, ISecurityPolicy) is POLICY
    [fact] = facts(config, "security policy")
    assert (fact["policy"], fact.discriminator, fact.type_name) == (POLICY, None, "security policy")


def test_policy_may_be_a_dotted_name(config):
    """A dotted name stands for the policy."""
    config.set_security_policy("goldilocks.acl.ALL_PERMISSIONS")
    config.commit()
    assert get(config, ISecurityPolicy) is ALL_PERMISSIONS


def test_two_security_policies_conflict(config):
    """There is one policy; two of the same place clash."""
    config.set_security_policy(POLICY)
    config.set_security_policy(object())
    with pytest.raises(ConfigurationConflictError):
        config.commit()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_older_policies_make_a_security_policy(config):
    """Authentication and authorization together are one, whichever was said first."""
    config.set_authentication_policy(POLICY)
    config.set_authorization_policy(POLICY)
    config.commit()
    assert get(config, IAuthenticationPolicy) is get(config, IAuthorizationPolicy) is POLICY
    assert isinstance(get(config, ISecurityPolicy), LegacySecurityPolicy)
    assert [fact["policy"] for fact in facts(config, "authentication policy")] == [POLICY]
    assert [fact["policy"] for fact in facts(config, "authorization policy")] == [POLICY]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_older_policies_under_autocommit(autocommitting):
    """Without a commit the authorization policy is said first."""
    autocommitting.set_authorization_policy(POLICY)
    autocommitting.set_authentication_policy(POLICY)
    assert isinstance(get(autocommitting, ISecurityPolicy), LegacySecurityPolicy)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ("set_authentication_policy", "set_authorization_policy"),
        ("set_authorization_policy", "set_authentication_policy"),
    ],
)
def test_one_older_policy_alone_is_an_error(config, said, missing):
    """The error names what has to be said as well."""
    getattr(config, said)(POLICY)
    with pytest.raises(ConfigurationError, match=missing):
        config.commit()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_both_kinds_of_policies_are_an_error(config):
    """A security policy and an authentication policy can't both count."""
    config.set_security_policy(POLICY)
    config.commit()
    config.set_authentication_policy(POLICY)
    config.set_authorization_policy(POLICY)
    with pytest.raises(ConfigurationError, match="nobody knows which counts"):
        config.commit()


@pytest.mark.parametrize("name", ["set_authentication_policy", "set_authorization_policy"])
def test_older_policy_warns_at_the_line_that_says_it(config, name):
    """The warning points at the application and at the newer directive."""
    with pytest.warns(DeprecationWarning, match="set_security_policy") as caught:
        getattr(config, name)(POLICY)
    assert caught[0].filename == __file__


def test_older_policy_warns_where_no_place_is_known(config):
    """A statement from nowhere warns all the same."""
    with pytest.warns(DeprecationWarning) as caught:
        config.set_authorization_policy(POLICY, _info=("", 0, "", ""))
    assert caught[0].filename == "<unknown>"


def test_default_permission_is_registered(config):
    """The default is known to views, and both it and the permission to introspection."""
    config.set_default_permission("view")
    config.commit()
    assert get(config, IDefaultPermission) == "view"
    assert [fact["value"] for fact in facts(config, "default permission")] == ["view"]
    assert [fact["value"] for fact in facts(config, "permissions")] == ["view"]


def test_permission_is_only_told_of(config):
    """A permission that no view asks for is known to introspection, however often it is said."""
    config.add_permission("fly")
    config.add_permission("fly")
    config.commit()
    [fact] = facts(config, "permissions")
    assert (fact["value"], fact.discriminator, fact.title, fact.type_name) == (
        "fly",
        "fly",
        "fly",
        "permission",
    )


def test_csrf_options_have_defaults(config):
    """Said without arguments, every view is guarded."""
    config.set_default_csrf_options()
    config.commit()
    options = get(config, IDefaultCSRFOptions)
    assert (options.require_csrf, options.token, options.header) == (True, "csrf_token", "X-CSRF-Token")
    assert options.safe_methods == {"GET", "HEAD", "OPTIONS", "TRACE"}
    assert (options.check_origin, options.allow_no_origin, options.callback) == (True, True, None)


def test_csrf_options_are_kept_and_told_of(config):
    """What was said is what views and introspection see."""
    said = {
        "require_csrf": False,
        "token": "t",
        "header": None,
        "check_origin": False,
        "allow_no_origin": True,
        "callback": len,
    }
    config.set_default_csrf_options(safe_methods=iter(["PUT", "GET"]), **said)
    config.commit()
    options = get(config, IDefaultCSRFOptions)
    assert vars(options) == {"safe_methods": {"PUT", "GET"}, **said}
    [fact] = facts(config, "default csrf view options")
    assert dict(fact) == {"safe_methods": ("GET", "PUT"), **said}
    assert fact.title == "default csrf view options"


def test_csrf_options_conflict(config):
    """There is one set of defaults."""
    config.set_default_csrf_options()
    config.set_default_csrf_options(token="t")
    with pytest.raises(ConfigurationConflictError):
        config.commit()


def test_tokens_are_kept_by_the_session_unless_said_otherwise(config):
    """The policy of every application is the session's, and another one takes its place."""
    config.commit()
    assert isinstance(get(config, ICSRFStoragePolicy), LegacySessionCSRFStoragePolicy)
    policy = SessionCSRFStoragePolicy()
    config.set_csrf_storage_policy(policy)
    config.commit()
    assert get(config, ICSRFStoragePolicy) is policy
    assert facts(config, "csrf storage policy")[-1]["policy"] is policy


def test_default_security_can_be_said(config):
    """What every application begins with is one directive."""
    config.registry.unregisterUtility(provided=ICSRFStoragePolicy)
    config.add_default_security()
    config.commit()
    assert isinstance(get(config, ICSRFStoragePolicy), LegacySessionCSRFStoragePolicy)
