"""Who a request comes from, and what it may do."""

from types import SimpleNamespace

import pytest
from zope.interface import Interface
from zope.interface.interfaces import ComponentLookupError
from zope.interface.verify import verifyObject

from goldilocks.interfaces import (
    IAuthenticationPolicy,
    IAuthorizationPolicy,
    ISecuredView,
    ISecurityPolicy,
    IView,
    IViewClassifier,
)
from goldilocks.registry import Registry
from goldilocks.security import (
    AuthenticationAPIMixin,
    Everyone,
    LegacySecurityPolicy,
    SecurityAPIMixin,
    forget,
    principals_allowed_by_permission,
    remember,
    view_execution_permitted,
)
from goldilocks.threadlocal import manager


class Request(SecurityAPIMixin, AuthenticationAPIMixin):
    context = "the request's context"

    def __init__(self):
        self.registry = Registry("test")


class Policy:
    """A security policy, an authentication and an authorization policy in one, which echoes."""

    def identity(self, request):
        return {"name": "Fred"}

    def authenticated_userid(self, request):
        return "fred"

    def unauthenticated_userid(self, request):
        return "somebody"

    def effective_principals(self, request):
        return ["a", "b"]

    def permits(self, request, context, permission):
        return (context, permission)

    def remember(self, request, userid, **kw):
        return [("X-In", userid, kw)]

    def forget(self, request, **kw):
        return [("X-Out", kw)]


class Authorization:
    def permits(self, context, principals, permission):
        return (context, principals, permission)

    def principals_allowed_by_permission(self, context, permission):
        return [context, permission]


@pytest.fixture
def request_():
    return Request()


@pytest.fixture
def with_policy(request_):
    request_.registry.registerUtility(Policy(), ISecurityPolicy)
    return request_


@pytest.fixture
def with_older_policies(request_):
    request_.registry.registerUtility(Policy(), IAuthenticationPolicy)
    request_.registry.registerUtility(Authorization(), IAuthorizationPolicy)
    request_.registry.registerUtility(LegacySecurityPolicy(), ISecurityPolicy)
    return request_


def test_without_a_policy_nobody_is_remembered(request_):
    """Logging in and out gives no headers."""
    assert remember(request_, "fred") == []
    assert forget(request_) == []


def test_policy_gives_the_headers(with_policy):
    """The headers are the policy's, which gets every keyword."""
    assert remember(with_policy, "fred", max_age=1) == [("X-In", "fred", {"max_age": 1})]
    assert forget(with_policy, everywhere=True) == [("X-Out", {"everywhere": True})]


def test_without_a_policy_nobody_is_logged_in(request_):
    """A request without a policy knows no user."""
    assert request_.identity is None
    assert request_.authenticated_userid is None
    assert request_.is_authenticated is False


def test_without_a_policy_everything_is_allowed(request_):
    """No policy, no refusal, and the verdict says why."""
    verdict = request_.has_permission("view")
    assert verdict
    assert verdict.msg == "No security policy in use."


def test_request_asks_the_policy(with_policy):
    """Identity, user id and permission are the policy's answers."""
    assert with_policy.identity == {"name": "Fred"}
    assert with_policy.authenticated_userid == "fred"
    assert with_policy.is_authenticated is True
    assert with_policy.has_permission("view", "a page") == ("a page", "view")


def test_permission_is_by_default_on_the_requests_context(with_policy):
    """Without a context it is the request's own that is asked about."""
    assert with_policy.has_permission("view") == ("the request's context", "view")


def test_older_properties_without_a_policy(request_):
    """Nobody claims anything, and everybody is Everyone."""
    with pytest.warns(DeprecationWarning, match=r"request\.unauthenticated_userid .* request\.identity"):
        assert request_.unauthenticated_userid is None
    with pytest.warns(DeprecationWarning, match=r"request\.effective_principals"):
        assert request_.effective_principals == [Everyone]


def test_older_properties_with_a_security_policy(with_policy):
    """A security policy knows no claimed user and no principals."""
    with pytest.warns(DeprecationWarning):
        assert with_policy.unauthenticated_userid == "fred"
    with pytest.warns(DeprecationWarning):
        assert with_policy.effective_principals == [Everyone]


def test_older_properties_with_older_policies(with_older_policies):
    """The authentication policy answers."""
    with pytest.warns(DeprecationWarning):
        assert with_older_policies.unauthenticated_userid == "somebody"
    with pytest.warns(DeprecationWarning):
        assert with_older_policies.effective_principals == ["a", "b"]


def test_older_property_warns_at_the_line_that_reads_it(request_):
    """The warning points at the application."""
    with pytest.warns(DeprecationWarning) as caught:
        _ = request_.effective_principals
    assert caught[0].filename == __file__


def test_older_policies_look_like_one(with_older_policies):
    """The two of them answer through one security policy."""
    assert with_older_policies.identity == "fred"
    assert with_older_policies.authenticated_userid == "fred"
    assert with_older_policies.has_permission("view", "page") == ("page", ["a", "b"], "view")
    assert remember(with_older_policies, "fred", max_age=1) == [("X-In", "fred", {"max_age": 1})]
    assert forget(with_older_policies) == [("X-Out", {})]


def test_older_policies_provide_the_security_policys_interface():
    """What is made of the two is a security policy by zope's rules."""
    verifyObject(ISecurityPolicy, LegacySecurityPolicy())


def test_older_policies_forget_without_keywords(with_older_policies):
    """A keyword that the older policy can't take is named."""
    with pytest.raises(ValueError, match="everywhere"):
        forget(with_older_policies, everywhere=True)


def test_missing_older_policy_is_named(request_):
    """The error says which policy is missing and what to do."""
    request_.registry.registerUtility(LegacySecurityPolicy(), ISecurityPolicy)
    with pytest.raises(ComponentLookupError, match="set_authentication_policy"):
        _ = request_.authenticated_userid
    request_.registry.registerUtility(Policy(), IAuthenticationPolicy)
    with pytest.raises(ComponentLookupError, match="set_authorization_policy"):
        request_.has_permission("view")


@pytest.fixture
def current_registry():
    registry = Registry("test")
    manager.push({"registry": registry, "request": None})
    yield registry
    manager.pop()


def test_principals_allowed_without_a_policy(current_registry):
    """Everyone may do everything."""
    with pytest.warns(DeprecationWarning, match="ACLHelper"):
        assert principals_allowed_by_permission("page", "view") == [Everyone]


def test_principals_allowed_asks_the_authorization_policy(current_registry):
    """The authorization policy of the current application answers."""
    current_registry.registerUtility(Authorization(), IAuthorizationPolicy)
    with pytest.warns(DeprecationWarning):
        assert principals_allowed_by_permission("page", "view") == ["page", "view"]


def _register(request, view, provided, name=""):
    request.registry.registerAdapter(view, (IViewClassifier, Interface, Interface), provided, name)


def test_view_without_a_permission_may_be_run(request_):
    """An open view is permitted, and the verdict says that nobody asked for a permission."""
    _register(request_, lambda context, request: None, IView, "about")
    verdict = view_execution_permitted("100%", request_, "about")
    assert verdict
    assert verdict.msg == "Allowed: view name 'about' in context '100%' (no permission defined)"


def test_view_with_a_permission_is_asked(request_):
    """A guarded view judges itself."""
    view = SimpleNamespace(__permitted__=lambda context, request: (context, request))
    _register(request_, view, ISecuredView)
    assert view_execution_permitted("page", request_) == ("page", request_)


def test_view_that_is_not_there_is_neither(request_):
    """For a view that doesn't exist there is an error that names it."""
    with pytest.raises(TypeError, match="no view named 'hmoe'"):
        view_execution_permitted("page", request_, "hmoe")
