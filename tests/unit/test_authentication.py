"""Tickets, HTTP Basic, and the authentication policies."""

import base64
from collections import deque
from types import SimpleNamespace

import pytest
from webob import Request as WebObRequest
from webob import Response
from zope.interface.verify import verifyObject

from goldilocks import authentication
from goldilocks.authentication import (
    AuthTicket,
    AuthTktAuthenticationPolicy,
    AuthTktCookieHelper,
    BadTicket,
    BasicAuthAuthenticationPolicy,
    CallbackAuthenticationPolicy,
    HTTPBasicCredentials,
    RemoteUserAuthenticationPolicy,
    RepozeWho1AuthenticationPolicy,
    SessionAuthenticationHelper,
    SessionAuthenticationPolicy,
    calculate_digest,
    encode_ip_timestamp,
    extract_http_basic_credentials,
    parse_ticket,
)
from goldilocks.interfaces import IAuthenticationPolicy, IDebugLogger, ISessionFactory
from goldilocks.registry import Registry

SECRET = "a secret of more than thirty-two bytes"
NOW = 1_700_000_000


class Request(WebObRequest):
    """WebOb's request, with the callbacks that ours has."""

    def __init__(self, *args, **kw):
        super().__init__(*args, **kw)
        self.environ["callbacks"] = []

    def add_response_callback(self, callback):
        self.environ["callbacks"].append(callback)

    def respond(self):
        response = Response()
        for callback in self.environ["callbacks"]:
            callback(self, response)
        return response.headers.getall("Set-Cookie")


def make_request(headers=(), cookies=(), host="example.com", address="1.2.3.4", **environ):
    request = Request.blank("/", environ={"REMOTE_ADDR": address, **environ}, host=host)
    for set_cookie in [header[1] for header in headers] + list(cookies):
        request.headers["Cookie"] = set_cookie.split(";")[0]
    return request


def make_helper(now=NOW, **options):
    helper = AuthTktCookieHelper(SECRET, **options)
    helper.now = now
    return helper


def issue(time=NOW, userid="Zm9v", user_data="", tokens=(), ip="0.0.0.0"):
    return AuthTicket(SECRET, userid, ip, tokens, user_data, time, hashalg="sha512").cookie_value()


def identify(ticket, **options):
    return make_helper(**options).identify(make_request(cookies=[f"auth_tkt={ticket}"]))


# --- tickets


def test_ticket_is_read_as_it_was_written():
    """Time, user id, tokens and user data survive."""
    ticket = AuthTicket(SECRET, "fréd!", "1.2.3.4", ("a", "b"), "data", NOW).cookie_value()
    assert parse_ticket(SECRET, ticket, "1.2.3.4") == (NOW, "fréd!", ["a", "b"], "data")


def test_ticket_without_tokens_has_one_empty_token():
    """That is how the absence of tokens has always been told."""
    ticket = AuthTicket(SECRET, "fred", "::1", time=NOW).cookie_value()
    assert parse_ticket(SECRET, ticket, "::1") == (NOW, "fred", [""], "")


def test_ticket_may_stand_in_quotes():
    """Quotes around a cookie's value don't matter, nor whether it is text or bytes."""
    ticket = AuthTicket(SECRET, "fred", "0.0.0.0", time=NOW).cookie_value()
    assert parse_ticket(SECRET, f'"{ticket}"'.encode(), "0.0.0.0")[1] == "fred"


def test_ticket_is_issued_now_by_default(monkeypatch):
    """Without a time the clock's is taken."""
    monkeypatch.setattr(authentication.time_mod, "time", lambda: NOW)
    assert AuthTicket(SECRET, "fred", "0.0.0.0").time == NOW


def test_ticket_keeps_what_it_isnt_signed_with():
    """Cookie name and security stand on the ticket for whoever writes the cookie."""
    ticket = AuthTicket(SECRET, "fred", "0.0.0.0", cookie_name="name", secure=True)
    assert (ticket.cookie_name, ticket.secure) == ("name", True)


GOOD = AuthTicket(SECRET, "fred", "0.0.0.0", ("a",), "data", NOW).cookie_value()


@pytest.mark.parametrize(
    "ticket",
    [
        "",
        "x" * 64,
        GOOD[:36],
        GOOD[:40] + "fred",
        GOOD.replace("fred", "wilma"),
        GOOD.replace("data", "date"),
        GOOD.replace("!a!", "!b!"),
        "0" * 32 + GOOD[32:],
        "é" * 32 + GOOD[32:],
        GOOD + "\udcff",
        GOOD[:32] + "+1234567" + GOOD[40:],
    ],
)
def test_ticket_that_is_not_ours_is_bad(ticket):
    """What was never signed is a BadTicket, whatever characters it is made of."""
    with pytest.raises(BadTicket):
        parse_ticket(SECRET, ticket, "0.0.0.0")


@pytest.mark.parametrize(
    ("secret", "ip"), [("other", "0.0.0.0"), (SECRET, "1.2.3.4"), (SECRET, "nowhere"), (SECRET, "")]
)
def test_ticket_of_another_secret_or_address_is_bad(secret, ip):
    """A ticket is good for the secret and the address that it was signed with."""
    with pytest.raises(BadTicket):
        parse_ticket(secret, GOOD, ip)


def test_bad_ticket_tells_what_was_expected():
    """Digests are on the error where one got so far, and else nothing."""
    with pytest.raises(BadTicket) as wrong:
        parse_ticket("other", GOOD, "0.0.0.0")
    assert wrong.value.expected[1] == GOOD[:32]
    assert BadTicket("no ticket").expected is None


def test_unknown_hash_is_the_programmers_error():
    """A hash that doesn't exist is never mistaken for a bad ticket."""
    with pytest.raises(ValueError, match="sha513"):
        parse_ticket(SECRET, GOOD, "0.0.0.0", "sha513")


def test_digest_knows_both_kinds_of_address():
    """IPv4 goes in as bytes, IPv6 as text."""
    four, six = (calculate_digest(ip, 1, "s", "u", "", "", "sha256") for ip in ("0.0.0.0", "::1"))
    assert len(four) == len(six) == 64
    assert four != six


def test_address_and_time_are_four_bytes_each():
    """An IPv4 address and a time are written big end first; of the time the last four bytes count."""
    assert encode_ip_timestamp("1.2.3.255", 0x1_0A0B0C0D) == bytes([1, 2, 3, 255, 0x0A, 0x0B, 0x0C, 0x0D])


# --- the cookie


@pytest.mark.parametrize("userid", ["fred", "fréd ☃", b"\xff\x00", 42, ""])
def test_user_id_comes_back_in_its_type(userid):
    """Text, bytes and integers survive the cookie."""
    helper = make_helper(now=None)
    identity = helper.identify(make_request(helper.remember(make_request(), userid)))
    assert identity["userid"] == userid
    assert type(identity["userid"]) is type(userid)


def test_user_id_of_another_type_becomes_text_with_a_warning():
    """A type that has no form is made text, and the line that says it is told."""
    helper = make_helper(now=None)
    with pytest.warns(RuntimeWarning, match="float") as caught:
        headers = helper.remember(make_request(), 1.5)
    assert caught[0].filename == __file__
    assert helper.identify(make_request(headers))["userid"] == "1.5"


@pytest.mark.parametrize(
    ("userid", "user_data", "decoded"),
    [
        ("fred", "", "fred"),
        ("fred", "userid_type:unknown", "fred"),
        ("fred", "int", "fred"),
        ("fr%C3%A9d", "userid_type:unicode", "fréd"),
        ("42", "first|userid_type:int", 42),
    ],
)
def test_user_data_says_the_form_of_the_user_id(userid, user_data, decoded):
    """The form is one of several data; where it is unknown the user id stays as it is."""
    assert identify(issue(userid=authentication.unquote(userid), user_data=user_data))["userid"] == decoded


def test_without_a_cookie_there_is_no_identity():
    """No cookie, nobody."""
    assert make_helper().identify(make_request()) is None


@pytest.mark.parametrize("ticket", ["nonsense", issue()[:-1], issue(user_data="userid_type:int")])
def test_bad_cookie_is_no_identity(ticket):
    """A cookie that can't be read, or whose user id can't, is nobody's."""
    assert identify(ticket) is None


def test_identity_holds_what_the_ticket_says():
    """Identity and environment tell time, tokens and user data."""
    request = make_request(cookies=[f'auth_tkt="{issue(tokens=("a", "b"), user_data="data")}"'])
    assert make_helper().identify(request) == {
        "timestamp": NOW,
        "userid": "Zm9v",
        "tokens": ["a", "b"],
        "userdata": "data",
    }
    assert request.environ["REMOTE_USER_TOKENS"] == ["a", "b"]
    assert request.environ["REMOTE_USER_DATA"] == "data"
    assert request.environ["AUTH_TYPE"] == "cookie"


def test_ticket_bound_to_an_address_is_good_there_only():
    """With include_ip a ticket doesn't travel."""
    helper = make_helper(now=None, include_ip=True)
    headers = helper.remember(make_request(address="1.2.3.4"), "fred")
    assert helper.identify(make_request(headers, address="1.2.3.4"))["userid"] == "fred"
    assert helper.identify(make_request(headers, address="1.2.3.5")) is None
    assert helper.identify(make_request(headers, address="")) is None


def test_old_ticket_is_no_identity():
    """After the timeout a ticket counts no more."""
    assert identify(issue(NOW - 11), timeout="10") is None
    assert identify(issue(NOW - 10), timeout="10") is not None


def test_ticket_is_replaced_when_it_is_old_enough():
    """A look at a ticket older than reissue_time sends a new one, with its tokens, once for a request."""
    request = make_request(cookies=[f"auth_tkt={issue(NOW - 6, tokens=('a',))}"])
    helper = make_helper(reissue_time="5")
    helper.identify(request)
    assert helper.identify(request)["tokens"] == ["a"]
    [cookie] = request.respond()
    assert make_helper(now=None).identify(make_request(cookies=[cookie]))["tokens"] == ["a"]


def test_replaced_ticket_without_tokens_stays_without():
    """The empty token that stands for none isn't issued."""
    request = make_request(cookies=[f"auth_tkt={issue(NOW - 6)}"])
    assert make_helper(reissue_time=5).identify(request)["tokens"] == []
    assert len(request.respond()) == 1


def test_fresh_ticket_is_not_replaced():
    """A ticket younger than reissue_time stays."""
    request = make_request(cookies=[f"auth_tkt={issue(NOW - 5)}"])
    assert make_helper(reissue_time=5).identify(request)
    assert request.respond() == []


@pytest.mark.parametrize(
    "act",
    [lambda helper, request: helper.forget(request), lambda helper, request: helper.remember(request, "x")],
)
def test_ticket_is_not_replaced_when_the_user_logs_in_or_out(act):
    """What the application says about the user goes before the replacement."""
    request = make_request(cookies=[f"auth_tkt={issue(NOW - 6)}"])
    helper = make_helper(reissue_time=5)
    helper.identify(request)
    act(helper, request)
    assert request.respond() == []


@pytest.mark.parametrize(
    ("options", "host", "domain"),
    [
        ({}, "www.example.com:80", "www.example.com"),
        ({"wild_domain": False}, "www.example.com", None),
        ({"parent_domain": True}, "www.example.com", "example.com"),
        ({"parent_domain": True}, "example.com", "example.com"),
        ({"domain": ".example.org", "parent_domain": True}, "www.example.com", ".example.org"),
    ],
)
def test_cookie_names_the_domain(options, host, domain):
    """Which hosts get the cookie is chosen by domain, parent_domain and wild_domain, in this order."""
    [(name, value)] = make_helper(**options).remember(make_request(host=host), "fred")
    assert name == "Set-Cookie"
    assert ("Domain" in value) is (domain is not None)
    if domain:
        assert f"; Domain={domain};" in value


def test_cookie_has_the_options():
    """Path, age and the rest stand on the cookie; an age said at login goes before the helper's."""
    helper = make_helper(
        secure=True, http_only=True, path="/p", samesite="Strict", max_age="5", wild_domain=False
    )
    [(_, value)] = helper.remember(make_request(), "fred")
    for attribute in ("secure", "HttpOnly", "Path=/p", "SameSite=Strict", "Max-Age=5"):
        assert f"; {attribute}" in value
    assert "; Max-Age=7;" in helper.remember(make_request(), "fred", max_age="7")[0][1]


def test_forgotten_cookie_is_empty_and_over():
    """Logging out sends a cookie that ends at once."""
    [(_, value)] = make_helper().forget(make_request())
    assert value.startswith("auth_tkt=; ")
    assert "Max-Age=0" in value


@pytest.mark.parametrize("token", ["1", "", "a b", "a!", "é", "a\n", b"a", None])
def test_token_must_be_a_word(token):
    """A token that could be mistaken for something else in the ticket is an error."""
    with pytest.raises(ValueError, match="can't be a token"):
        make_helper().remember(make_request(), "fred", tokens=[token])


@pytest.mark.parametrize("option", ["timeout", "reissue_time", "max_age"])
def test_times_are_numbers(option):
    """A time that is no number is an error when the helper is made."""
    with pytest.raises(ValueError, match="invalid literal"):
        make_helper(**{option: "soon"})


# --- HTTP Basic


def basic(text, scheme="Basic"):
    encoded = base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()
    return SimpleNamespace(headers={"Authorization": f"{scheme} {encoded}"})


@pytest.mark.parametrize(
    ("request_", "credentials"),
    [
        (basic("fred:pass"), ("fred", "pass")),
        (basic("fred:pa:ss"), ("fred", "pa:ss")),
        (basic("fréd:☃", "bAsIc "), ("fréd", "☃")),
        (basic("fréd:é".encode("latin-1")), ("fréd", "é")),
        (basic(":"), ("", "")),
        (basic("fred"), None),
        (basic("fred:pass", "Digest"), None),
        (SimpleNamespace(headers={}), None),
        (SimpleNamespace(headers={"Authorization": "Basic"}), None),
        (SimpleNamespace(headers={"Authorization": "Basic a"}), None),
        (SimpleNamespace(headers={"Authorization": "Basic ☃"}), None),
    ],
)
def test_basic_credentials_are_read_or_not_there(request_, credentials):
    """The header holds a name and a password, or it is as if there were none."""
    assert extract_http_basic_credentials(request_) == credentials


def test_basic_credentials_have_names():
    """The two are a tuple with names."""
    assert HTTPBasicCredentials("fred", "pass").username == "fred"
    assert HTTPBasicCredentials("fred", "pass").password == "pass"


# --- policies


class Policy(CallbackAuthenticationPolicy):
    def __init__(self, userid=None, callback=None, debug=False):
        self.userid = userid
        self.callback = callback
        self.debug = debug

    def unauthenticated_userid(self, request):
        return self.userid


def groups(userid, request):
    return {"fred": ["group"], "barney": []}.get(userid)


@pytest.mark.parametrize(
    ("policy", "userid", "principals"),
    [
        (Policy(None), None, ["system.Everyone"]),
        (Policy("system.Everyone"), None, ["system.Everyone"]),
        (Policy("system.Authenticated"), None, ["system.Everyone"]),
        (Policy("fred"), "fred", ["system.Everyone", "system.Authenticated", "fred"]),
        (Policy("fred", groups), "fred", ["system.Everyone", "system.Authenticated", "fred", "group"]),
        (Policy("barney", groups), "barney", ["system.Everyone", "system.Authenticated", "barney"]),
        (Policy("wilma", groups), None, ["system.Everyone"]),
    ],
)
def test_user_and_principals(policy, userid, principals):
    """The callback decides whether a user id is believed and which groups go with it."""
    assert policy.authenticated_userid(None) == userid
    assert policy.effective_principals(None) == principals


class Logger:
    def __init__(self):
        self.lines = []

    def debug(self, line):
        self.lines.append(line)


def logged(policy, method):
    logger = Logger()
    registry = Registry("test")
    registry.registerUtility(logger, IDebugLogger)
    getattr(policy, method)(SimpleNamespace(registry=registry))
    return logger.lines


@pytest.mark.parametrize(
    ("policy", "method", "words"),
    [
        (Policy(None, debug=True), "authenticated_userid", "returned None"),
        (Policy("system.Everyone", debug=True), "authenticated_userid", "'system.Everyone' is disallowed"),
        (Policy("fred", debug=True), "authenticated_userid", "no groupfinder callback"),
        (Policy("fred", groups, debug=True), "authenticated_userid", "['group']; returning 'fred'"),
        (Policy("wilma", groups, debug=True), "authenticated_userid", "None; returning None"),
        (Policy(None, debug=True), "effective_principals", "returned None"),
        (Policy("system.Everyone", debug=True), "effective_principals", "disallowed 'system.Everyone'"),
        (Policy("fred", debug=True), "effective_principals", "groups is []"),
        (Policy("fred", groups, debug=True), "effective_principals", "returned ['group'] as groups"),
    ],
)
def test_decisions_are_told_to_the_debug_logger(policy, method, words):
    """Each decision is a line that says class and method."""
    lines = logged(policy, method)
    assert lines[0].startswith(f"{Policy.__module__}.Policy.{method}: ")
    assert words in lines[0]


def test_decisions_are_not_told_without_debug():
    """The logger hears nothing of a policy that isn't debugged."""
    assert logged(Policy("fred", groups), "effective_principals") == []


def test_debug_without_a_logger_is_silent():
    """Where there is no debug logger nothing happens."""
    assert (
        Policy("fred", debug=True).authenticated_userid(SimpleNamespace(registry=Registry("test"))) == "fred"
    )


@pytest.mark.parametrize(
    "policy",
    [
        RepozeWho1AuthenticationPolicy(),
        RemoteUserAuthenticationPolicy(),
        AuthTktAuthenticationPolicy(SECRET),
        SessionAuthenticationPolicy(),
        BasicAuthAuthenticationPolicy(check=None),
    ],
    ids=lambda policy: type(policy).__name__,
)
def test_policies_provide_their_interface(policy):
    """Every policy is one by zope's rules."""
    verifyObject(IAuthenticationPolicy, policy)


def test_remote_user_is_the_servers_word():
    """The user id is what stands in the environment; the server logs in and out."""
    policy = RemoteUserAuthenticationPolicy(callback=groups)
    request = make_request(REMOTE_USER="fred")
    assert policy.authenticated_userid(request) == "fred"
    assert policy.effective_principals(request)[-1] == "group"
    assert policy.authenticated_userid(make_request()) is None
    assert policy.remember(request, "fred") == policy.forget(request) == []


def test_ticket_policy_believes_its_cookie():
    """The user id is the ticket's."""
    policy = AuthTktAuthenticationPolicy(SECRET, groups, cookie_name="t", timeout=5)
    headers = policy.remember(make_request(), "fred", tokens=["a"])
    assert policy.authenticated_userid(make_request(headers)) == "fred"
    assert policy.authenticated_userid(make_request()) is None
    assert policy.forget(make_request())[0][1].startswith("t=;")


def test_session_policy_believes_the_session():
    """The user id stands in the session until it is forgotten."""
    policy = SessionAuthenticationPolicy("who.", groups)
    request = SimpleNamespace(session={})
    assert policy.authenticated_userid(request) is None
    assert policy.remember(request, "fred") == []
    assert request.session == {"who.userid": "fred"}
    assert policy.authenticated_userid(request) == "fred"
    assert policy.forget(request) == []
    assert request.session == {}


def test_session_helper_forgets_nobody_in_silence():
    """Logging out twice is no error."""
    request = SimpleNamespace(session={"cart": 1})
    assert SessionAuthenticationHelper().forget(request) == []
    assert request.session == {"cart": 1}


def test_basic_policy_asks_check():
    """Name and password go to check, whose groups count."""
    policy = BasicAuthAuthenticationPolicy(
        lambda name, password, request: ["g"] if password == "yes" else None
    )
    assert policy.effective_principals(basic("fred:yes"))[-2:] == ["fred", "g"]
    assert policy.authenticated_userid(basic("fred:no")) is None
    assert policy.authenticated_userid(SimpleNamespace(headers={})) is None
    assert policy.callback("fred", SimpleNamespace(headers={})) is None


def test_basic_policy_asks_for_the_realm():
    """Logging out asks the browser for other credentials; logging in is its affair."""
    policy = BasicAuthAuthenticationPolicy(None, realm="Bedrock")
    assert policy.forget(None) == [("WWW-Authenticate", 'Basic realm="Bedrock"')]
    assert policy.remember(None, "fred") == []


class WhoPlugin:
    def remember(self, environ, identity):
        return ("remember", identity)

    def forget(self, environ, identity):
        return ("forget", identity)


def who(userid, **identity):
    identity["repoze.who.userid"] = userid
    return SimpleNamespace(
        environ={"repoze.who.identity": identity, "repoze.who.plugins": {"auth_tkt": WhoPlugin()}}
    )


def test_who_policy_believes_the_identity():
    """The user id is the identity's, and the callback gets the identity."""
    policy = RepozeWho1AuthenticationPolicy(callback=lambda identity, request: identity.get("groups"))
    assert policy.authenticated_userid(who("fred", groups=[])) == "fred"
    assert policy.authenticated_userid(who("fred")) is None
    assert policy.effective_principals(who("fred", groups=["g"]))[-2:] == ["fred", "g"]
    assert policy.unauthenticated_userid(SimpleNamespace(environ={})) is None


def test_who_policy_leaves_remembering_to_the_plugin():
    """The plugin gets an identity of user id and keywords."""
    policy = RepozeWho1AuthenticationPolicy()
    assert policy.remember(who("x"), "fred", max_age=1) == (
        "remember",
        {"repoze.who.userid": "fred", "max_age": 1},
    )
    assert policy.forget(who("fred")) == ("forget", {"repoze.who.userid": "fred"})


def test_who_policy_without_the_middleware_remembers_nothing():
    """No plugins, no headers."""
    request = SimpleNamespace(environ={})
    policy = RepozeWho1AuthenticationPolicy()
    assert policy.remember(request, "fred") == policy.forget(request) == []


def test_several_forms_of_a_userid():
    """Of user data in several parts each form is taken off in turn, and what is no form is passed over."""
    twice = base64.b64encode(base64.b64encode(b"7")).decode()
    user_data = "x|userid_type:b64str|userid_type:b64str|userid_type:int"
    assert identify(issue(userid=twice, user_data=user_data))["userid"] == 7


def test_cookies_of_ones_own_are_read_each_time():
    """A request whose cookies aren't its header's is asked each time, and a new ticket is still sent once."""
    helper = make_helper(reissue_time=0)
    request = SimpleNamespace(
        cookies={"auth_tkt": issue(time=NOW - 5)},
        environ={},
        domain="example.com",
        added=[],
    )
    request.add_response_callback = request.added.append
    assert helper.identify(request)
    assert helper.identify(request)
    assert len(request.added) == 1
    request.cookies = {}
    assert helper.identify(request) is None


def test_address_that_the_server_does_not_know():
    """A ticket for an address can't be issued to none; one that comes in from nowhere is nobody's."""
    helper = make_helper(include_ip=True)
    request = make_request(cookies=["auth_tkt=" + "0" * 128 + "65000000fred!"])
    request.environ.pop("REMOTE_ADDR", None)
    with pytest.raises(ValueError, match="trusted_proxies"):
        helper.remember(request, "fred")
    assert helper.identify(request) is None


def test_session_of_a_user_of_the_server_is_looked_at_once():
    """However often the policy is asked, the session is looked at once for a request."""
    registry = Registry("tests")
    registry.settings = {"goldilocks.rotate_at_login": True}
    registry.registerUtility(object(), ISessionFactory)
    request = SimpleNamespace(environ={"REMOTE_USER": "fred"}, registry=registry, session={})
    request.response_callbacks = deque()
    policy = RemoteUserAuthenticationPolicy()
    assert [policy.unauthenticated_userid(request) for _ in range(2)] == ["fred", "fred"]
    assert len(request.response_callbacks) == 1


def test_user_of_the_server_needs_no_session():
    """Where the application has no sessions, there is none to keep apart."""
    registry = Registry("tests")
    registry.settings = {"goldilocks.rotate_at_login": True}
    request = SimpleNamespace(environ={"REMOTE_USER": "fred"}, registry=registry)
    assert RemoteUserAuthenticationPolicy().unauthenticated_userid(request) == "fred"


def test_reader_of_tickets_may_be_replaced():
    """A helper with a reader of its own reads by it, each time."""
    helper = make_helper()
    seen = []

    def read(secret, ticket, ip, hashalg):
        seen.append(ticket)
        return NOW, "fred", ["a"], ""

    helper.parse_ticket = read
    assert [helper.identify(make_request(cookies=["auth_tkt=x"]))["userid"] for _ in range(2)] == [
        "fred",
        "fred",
    ]
    assert seen == ["x", "x"]
