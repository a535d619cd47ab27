"""Tokens and origins."""

from types import SimpleNamespace

import pytest
from webob import Request as WebObRequest
from webob import Response
from zope.interface.interfaces import ComponentLookupError
from zope.interface.verify import verifyObject

from goldilocks.csrf import (
    CookieCSRFStoragePolicy,
    LegacySessionCSRFStoragePolicy,
    SessionCSRFStoragePolicy,
    check_csrf_origin,
    check_csrf_token,
    get_csrf_token,
    new_csrf_token,
)
from goldilocks.exceptions import BadCSRFOrigin, BadCSRFToken
from goldilocks.interfaces import ICSRFStoragePolicy
from goldilocks.names import setting_keys
from goldilocks.registry import Registry


class Session(dict):
    def new_csrf_token(self):
        self["token"] = f"token {len(self) + 1}"
        return self["token"]

    def get_csrf_token(self):
        return self.get("token") or self.new_csrf_token()


class Request(WebObRequest):
    def __init__(self, *args, **kw):
        super().__init__(*args, **kw)
        self.environ.setdefault("session", Session())
        self.environ.setdefault("callbacks", [])

    @property
    def session(self):
        return self.environ["session"]

    def add_response_callback(self, callback):
        self.environ["callbacks"].append(callback)

    def respond(self):
        response = Response()
        for callback in self.environ["callbacks"]:
            callback(self, response)
        return response.headers.getall("Set-Cookie")


@pytest.fixture(params=[LegacySessionCSRFStoragePolicy, SessionCSRFStoragePolicy, CookieCSRFStoragePolicy])
def policy(request):
    return request.param()


@pytest.fixture
def request_():
    return Request.blank("/")


def test_policies_provide_their_interface(policy):
    """Every policy is one by zope's rules."""
    verifyObject(ICSRFStoragePolicy, policy)


def test_token_stays_until_a_new_one_is_asked_for(policy, request_):
    """The first question makes a token; it is replaced on demand only."""
    first = policy.get_csrf_token(request_)
    assert first
    assert policy.get_csrf_token(request_) == first
    second = policy.new_csrf_token(request_)
    assert second == policy.get_csrf_token(request_)


def test_right_token_is_right(policy, request_):
    """The token that was given out is right, any other is wrong."""
    token = policy.get_csrf_token(request_)
    assert policy.check_csrf_token(request_, token)
    assert not policy.check_csrf_token(request_, token[:-1])
    assert not policy.check_csrf_token(request_, "")
    assert policy.check_csrf_token(request_, token.encode())
    assert not policy.check_csrf_token(request_, token[:-1].encode())


@pytest.mark.parametrize("token", ["☃", "\U0001f600", "\udcff", "\x00"])
def test_token_of_any_characters_is_only_wrong(policy, request_, token):
    """No text from outside is an error."""
    assert not policy.check_csrf_token(request_, token)


def test_tokens_cannot_be_guessed(request_):
    """A token has 128 random bits."""
    policy = SessionCSRFStoragePolicy()
    tokens = {policy.new_csrf_token(request_) for _ in range(50)}
    assert len(tokens) == 50
    assert {len(token) for token in tokens} == {32}


def test_session_policy_keeps_the_token_under_its_key(request_):
    """The key in the session is the application's choice."""
    token = SessionCSRFStoragePolicy("k").get_csrf_token(request_)
    assert request_.session == {"k": token}


def test_cookie_policy_sends_a_new_token(request_):
    """A token that is made goes to the browser, with the cookie's options."""
    policy = CookieCSRFStoragePolicy("c", True, True, "example.com", 5, "/p", "Strict")
    token = policy.get_csrf_token(request_)
    [cookie] = request_.respond()
    assert cookie.startswith(f"c={token}; ")
    for attribute in ("Domain=example.com", "Max-Age=5", "Path=/p", "secure", "HttpOnly", "SameSite=Strict"):
        assert f"; {attribute}" in cookie


def test_cookie_policy_takes_the_browsers_token(request_):
    """A token that the browser has isn't sent again."""
    request_.cookies["csrf_token"] = "token"
    assert CookieCSRFStoragePolicy().get_csrf_token(request_) == "token"
    assert request_.respond() == []


def test_cookie_policy_replaces_a_token_that_is_none():
    """A cookie that can't be a token is as good as no cookie."""
    request = SimpleNamespace(cookies={"csrf_token": "☃"}, add_response_callback=lambda callback: None)
    assert len(CookieCSRFStoragePolicy().get_csrf_token(request)) == 32


# --- in front of the policy


class Guarded(Request):
    """A request of an application whose token is ``right``."""

    @property
    def registry(self):
        registry = Registry("test")
        registry.settings = self.environ.get("settings", {})
        registry.registerUtility(SessionCSRFStoragePolicy(), ICSRFStoragePolicy)
        return registry


def post(headers=None, **form):
    return Guarded.blank("/", POST=form, headers=headers or {}, environ={"session": Session(_csrft_="right")})


def test_token_is_the_registered_policys():
    """get and new ask the policy that is registered."""
    request = post()
    assert get_csrf_token(request) == "right"
    assert new_csrf_token(request) == request.session["_csrft_"] != "right"


def test_missing_policy_is_told():
    """Without a policy the error says how one comes about."""
    with pytest.raises(ComponentLookupError, match="set_csrf_storage_policy"):
        get_csrf_token(SimpleNamespace(registry=Registry("test")))


#: What a request that isn't WebOb's has besides headers and form.
OF_ITS_OWN = SimpleNamespace(registry=Registry("tests"), session={"_csrft_": "right"})
OF_ITS_OWN.registry.registerUtility(SessionCSRFStoragePolicy(), ICSRFStoragePolicy)


@pytest.mark.parametrize(
    ("request_", "options"),
    [
        (post(csrf_token="right"), {}),
        (post({"X-CSRF-Token": "right"}), {}),
        (post({"X-CSRF-Token": "right"}, csrf_token="wrong"), {}),
        (post(t="right"), {"token": "t"}),
        (post({"T": "right"}), {"header": "T"}),
        (post({"X-CSRF-Token": "wrong"}, csrf_token="right"), {"header": None}),
        (SimpleNamespace(**vars(OF_ITS_OWN), headers={}, POST={"csrf_token": "right"}), {}),
        (SimpleNamespace(**vars(OF_ITS_OWN), headers={}, POST={"csrf_token": b"right"}), {}),
    ],
)
def test_token_is_found_in_header_or_form(request_, options):
    """The header goes before the form, and both may be called otherwise."""
    assert check_csrf_token(request_, **options) is True


@pytest.mark.parametrize(
    ("request_", "options"),
    [
        (post(), {}),
        (post(csrf_token="wrong"), {}),
        (post(csrf_token=("name.txt", b"right")), {}),
        (post(csrf_token="right"), {"token": None}),
        (post({"X-CSRF-Token": "right"}), {"header": None}),
        (Guarded.blank("/?csrf_token=right"), {}),
    ],
)
def test_wrong_token_is_an_error_or_false(request_, options):
    """A wrong, missing or uploaded token is a BadCSRFToken, or False where that is asked for."""
    assert check_csrf_token(request_, raises=False, **options) is False
    with pytest.raises(BadCSRFToken):
        check_csrf_token(request_, **options)


def https(origin=None, referrer=None, host="example.com", settings=None):
    headers = {
        name: value for name, value in (("Origin", origin), ("Referer", referrer)) if value is not None
    }
    return Guarded.blank("https://" + host + "/", headers=headers, environ={"settings": settings or {}})


def test_origin_doesnt_matter_over_http():
    """Over HTTP there is nothing to be held on to."""
    assert check_csrf_origin(Guarded.blank("http://example.com/", headers={"Origin": "https://evil.com"}))


@pytest.mark.parametrize(
    "request_",
    [
        https("https://example.com"),
        https(referrer="https://example.com/a/page?x"),
        https("https://evil.com https://example.com"),
        https("https://example.com:8443", host="example.com:8443"),
        https("https://example.com", host="example.com:80"),
        https("https://example.com", referrer="https://evil.com/"),
    ],
)
def test_origin_of_this_site_is_right(request_):
    """The page is one of this site, by Origin or else by Referer, the port included."""
    assert check_csrf_origin(request_) is True


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (https(), "neither an Origin nor a Referer"),
        (https(""), "neither an Origin nor a Referer"),
        (https("null"), "'null'"),
        (https("http://example.com"), "isn't HTTPS"),
        (https("https://evil.com"), "neither this site nor a trusted one"),
        (https("https://example.com https://evil.com"), "evil.com"),
        (https("https://example.com.evil.com"), "evil.com"),
        (https("https://example.com", host="example.com:8443"), "neither this site"),
        (https(referrer="null"), "isn't HTTPS"),
        (https("https://[evil"), "no URL"),
    ],
)
def test_origin_of_another_site_is_an_error_or_false(request_, words):
    """Another site, plain HTTP or no URL at all is a BadCSRFOrigin, or False where that is asked for."""
    assert check_csrf_origin(request_, raises=False) is False
    with pytest.raises(BadCSRFOrigin, match=words.replace("[", r"\[")):
        check_csrf_origin(request_)


def test_missing_origin_may_be_allowed():
    """allow_no_origin lets a request pass that doesn't say where it comes from."""
    assert check_csrf_origin(https(), allow_no_origin=True) is True
    assert check_csrf_origin(https("https://evil.com"), allow_no_origin=True, raises=False) is False


@pytest.mark.parametrize("trusted", [["other.com"], [".other.com"], ("www.other.com", "other.com:444")])
def test_trusted_origins_are_right(trusted):
    """What the caller trusts is right: a host, all below one, one with its port."""
    origin = {"other.com": "https://other.com", ".other.com": "https://a.other.com"}.get(
        trusted[0], "https://other.com:444"
    )
    assert check_csrf_origin(https(origin), trusted_origins=trusted)
    assert check_csrf_origin(https("https://example.com"), trusted_origins=trusted)


def test_callers_list_of_trusted_origins_stays_as_it_is():
    """The request's own domain isn't put into the caller's list."""
    trusted = ["other.com"]
    check_csrf_origin(https("https://example.com"), trusted_origins=trusted)
    assert trusted == ["other.com"]


def test_null_may_be_trusted():
    """Origin null is right where it is on the list, by Origin only."""
    assert check_csrf_origin(https("null"), trusted_origins=["null"]) is True


@pytest.mark.parametrize("value", ["other.com\nthird.com", ["other.com"], "third.com other.com"])
def test_trusted_origins_come_from_the_settings(value):
    """Without a list of the caller's the deployment's counts."""
    assert check_csrf_origin(
        https("https://other.com", settings={setting_keys("csrf_trusted_origins")[0]: value})
    )


def test_registry_without_settings_trusts_nobody_else():
    """Settings that were never set are no error."""
    request = https("https://example.com")
    request.environ["settings"] = None
    assert check_csrf_origin(request)


def test_header_of_a_request_of_ones_own():
    """A request that isn't WebOb's is asked for its headers."""
    request = SimpleNamespace(**vars(OF_ITS_OWN), headers={"X-CSRF-Token": "right"}, POST={})
    assert check_csrf_token(request)
    request.headers = {"X-CSRF-Token": "wrong"}
    assert check_csrf_token(request, raises=False) is False


@pytest.mark.parametrize("token", ["x0041", "c0ffee1", "41xx"])
def test_token_of_ones_own_making(token):
    """A token is right as it was stored, whatever it looks like."""
    request = SimpleNamespace(
        registry=OF_ITS_OWN.registry, session={"_csrft_": token}, headers={"X-CSRF-Token": token}
    )
    assert check_csrf_token(request) is True


class Translated(Guarded):
    """A request of an application that calls a header by another name."""

    headers = property(lambda self: {"X-CSRF-Token": self.environ.get("HTTP_X_TRANSLATED", "")})


def test_headers_of_a_class_of_ones_own():
    """A class that reads headers in another way is asked, too; one that doesn't needn't be."""
    environ = {
        "session": Session(_csrft_="right"),
        "HTTP_X_TRANSLATED": "right",
        "HTTP_X_CSRF_TOKEN": "wrong",
    }
    assert check_csrf_token(Translated.blank("/", environ=environ.copy()))
    assert check_csrf_token(Guarded.blank("/", environ=environ), raises=False) is False
