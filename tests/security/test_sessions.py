"""What went wrong with sessions elsewhere: pickles in cookies, planted ids, stored emptiness, keys that can be guessed."""

import json
import pickle
import warnings
from base64 import urlsafe_b64encode
from hashlib import sha512
from hmac import digest

import pytest

from goldilocks.authentication import (
    AuthTktCookieHelper,
    RemoteUserAuthenticationPolicy,
    SessionAuthenticationHelper,
)
from goldilocks.authorization import ACLAuthorizationPolicy
from goldilocks.config import Configurator
from goldilocks.csrf import CookieCSRFStoragePolicy, SessionCSRFStoragePolicy, get_csrf_token
from goldilocks.exceptions import ConfigurationError
from goldilocks.names import SESSION_SALT
from goldilocks.response import Response
from goldilocks.security import forget, remember
from goldilocks.session import PickleSerializer, ShortKeyWarning, SignedCookieSessionFactory
from goldilocks.signing import BadSignature, KeyRingSerializer, Signer, length_prefixed
from tests.support import serve

OLD, NEW, OTHER = (f"{word} secret of more than thirty-two bytes" for word in ("an old", "a new", "another"))


class Policy:
    """A security policy that keeps the user in the session."""

    def __init__(self):
        self.helper = SessionAuthenticationHelper()

    def identity(self, request):
        return self.helper.authenticated_userid(request)

    authenticated_userid = identity

    def permits(self, request, context, permission):
        return self.identity(request) is not None

    def remember(self, request, userid, **kw):
        return self.helper.remember(request, userid, **kw)

    def forget(self, request, **kw):
        return self.helper.forget(request, **kw)


def answer(headers):
    """Return a response with the headers of a login or a logout."""
    response = Response("done")
    response.headerlist.extend(headers)
    return response


def shop(config):
    """A shop with a basket, which people log in to."""
    config.set_session_factory(SignedCookieSessionFactory(NEW))
    config.set_security_policy(Policy())

    def login(request):
        return answer(remember(request, "ann"))

    def logout(request):
        return answer(forget(request))

    def fill(request):
        request.session["basket"] = ["honey"]
        return Response()

    def tell(request):
        return {"user": request.authenticated_userid, "session": dict(request.session)}

    config.add_view(login, name="login")
    config.add_view(logout, name="logout")
    config.add_view(fill, name="fill")
    config.add_view(tell, name="tell", renderer="json")
    config.add_view(lambda request: Response(request.session.get_csrf_token()), name="token")
    config.add_view(lambda request: Response(str("k" in request.session)), name="look")
    config.add_view(lambda request: request.session.changed() or Response(), name="change")


# --- 88: pickles -----------------------------------------------------------------------------------------------------


def signed(message, secret=NEW):
    """Sign a message as whoever knows the secret would do it."""
    key = SESSION_SALT.encode() + secret.encode()
    return urlsafe_b64encode(digest(key, message, sha512) + message).rstrip(b"=").decode()


class Bomb:
    """Runs code when it is read from a pickle."""

    def __reduce__(self):
        return exec, ("raise SystemExit('a pickle was read')",)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickle_in_a_signed_cookie_is_no_session(protocol):
    """A pickle is never read, not even if it is signed with our key (CVE-2013-7489, CVE-2021-33026, CVE-2016-3957)."""
    cookie = {"Cookie": f"session={signed(pickle.dumps(Bomb(), protocol))}"}
    assert serve(shop).get("/tell", headers=cookie).json == {"user": None, "session": {}}


@pytest.mark.parametrize(
    "message",
    [
        b"null",
        b"[]",
        b"[1, 2]",
        b"[1, 2, 3]",
        b'[1, 2, {"k": 1}, 4]',
        b'["NaN", 2, {}]',
        b"[1e999, 2, {}]",
        b"[" * 2000,
    ],
)
def test_signed_value_that_is_no_session_is_none(message):
    """What is signed and isn't a session is as if no cookie had come."""
    cookie = {"Cookie": f"session={signed(message)}"}
    assert serve(shop).get("/tell", headers=cookie).json["session"] == {}


def test_pickle_serializer_warns():
    """The serializer for old applications says what it is dangerous for."""
    with pytest.warns(DeprecationWarning, match="PickleSerializer"):
        PickleSerializer()


# --- 89: fixation ----------------------------------------------------------------------------------------------------


def test_login_renews_the_token_and_keeps_the_basket():
    """A token that was known before the login is none after it; what the visitor collected stays."""
    browser = serve(shop)
    planted = browser.get("/token").text
    browser.get("/fill")
    browser.get("/login")
    told = browser.get("/tell").json
    assert told["user"] == "ann"
    assert told["session"]["basket"] == ["honey"]
    assert told["session"]["_csrft_"] != planted


class StoredSession(dict):
    """A session as a server keeps it: with an id."""

    new = False
    ids = iter(range(1, 100))

    def __init__(self, request):
        super().__init__(planted="by somebody else")
        self.id = 0

    def invalidate(self):
        self.clear()
        self.id = next(self.ids)

    def new_csrf_token(self):
        self["_csrft_"] = f"token {self.id}"
        return self["_csrft_"]

    def get_csrf_token(self):
        return self.setdefault("_csrft_", "planted token")


def stored(config):
    shop(config)
    config.commit()
    config.set_session_factory(StoredSession)

    def login(request):
        request.session.get_csrf_token()
        remember(request, "ann")
        return {"id": request.session.id, **request.session}

    config.add_view(login, name="fixed", renderer="json")


def test_login_gives_a_stored_session_a_new_id():
    """A session that a server keeps is invalidated at login, so that it gets an id that nobody knows yet."""
    told = serve(stored).get("/fixed").json
    assert told["id"] > 0
    assert told["_csrft_"] == f"token {told['id']}"
    assert (told["auth.userid"], told["planted"]) == ("ann", "by somebody else")


def test_login_leaves_all_as_it_is_where_that_is_said():
    """Without the setting, a login changes what the policy changes."""
    assert serve(stored, goldilocks__rotate_at_login=False).get("/fixed").json["id"] == 0


def test_login_begins_no_session_and_no_token():
    """Where there was nothing to be known, nothing is made at login."""
    browser = serve(shop)
    browser.get("/login")
    assert browser.get("/tell").json["session"] == {"auth.userid": "ann"}


def test_logout_drops_the_session():
    """After the logout nothing of the session is left for whoever sits down next."""
    browser = serve(shop)
    for path in ("/fill", "/token", "/login", "/logout"):
        browser.get(path)
    assert browser.get("/tell").json == {"user": None, "session": {}}


def test_asking_for_other_credentials_drops_nothing():
    """The challenge of HTTP Basic is made of `forget`, too, and nobody logs out by it."""

    class Basic(Policy):
        def forget(self, request, **kw):
            return [("WWW-Authenticate", 'Basic realm="shop"')]

    def basic(config):
        shop(config)
        config.commit()
        config.set_security_policy(Basic())

    browser = serve(basic)
    for path in ("/fill", "/logout"):
        browser.get(path)
    assert browser.get("/tell").json["session"] == {"basket": ["honey"]}


def cookie_tokens(config):
    shop(config)
    config.set_csrf_storage_policy(CookieCSRFStoragePolicy())
    config.add_view(lambda request: Response(get_csrf_token(request)), name="form")


def test_login_and_logout_renew_a_token_in_a_cookie():
    """A token that is kept in a cookie is another one after login and after logout, and isn't made for the purpose."""
    browser = serve(cookie_tokens)
    browser.get("/login")
    assert "csrf_token" not in browser.cookies
    browser.get("/form")
    seen = {browser.cookies["csrf_token"]}
    for path in ("/login", "/logout"):
        browser.get(path)
        seen.add(browser.cookies["csrf_token"])
    assert len(seen) == 3


# --- 90: empty sessions, unknown ids ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/look", "/tell", "/change", "/logout"])
@pytest.mark.parametrize(
    "cookie", [None, "", "x", "0" * 40, "../../x", '""', "\N{SNOWMAN}".encode().decode("latin-1")]
)
def test_nobody_gets_a_session_by_looking(path, cookie):
    """An unknown cookie is never adopted, and a session with nothing in it is not stored (CVE-2015-5143, CVE-2015-3982)."""
    browser = serve(shop)
    headers = {} if cookie is None else {"Cookie": f"session={cookie}"}
    assert "Set-Cookie" not in browser.get(path, headers=headers).headers


def test_emptied_session_is_sent():
    """A session that had something in it and hasn't any more is sent, so that the browser forgets."""
    browser = serve(shop)
    browser.get("/fill")
    before = browser.cookies["session"]
    browser.get("/logout")
    assert browser.cookies["session"] != before


# --- 35: another user ------------------------------------------------------------------------------------------------


def known_by_server(config):
    config.set_session_factory(SignedCookieSessionFactory(NEW))
    policy = RemoteUserAuthenticationPolicy()

    def tell(request):
        user = policy.authenticated_userid(request)
        if "put" in request.GET:
            request.session["note"] = user
        return {"user": user, "note": request.session.get("note")}

    config.add_view(tell, renderer="json")


def test_session_ends_where_another_user_begins():
    """When the server says another user than before, nothing of the former one's session is seen (CVE-2014-0482)."""
    browser = serve(known_by_server)
    browser.get("/?put", extra_environ={"REMOTE_USER": "alice"})
    assert browser.get("/", extra_environ={"REMOTE_USER": "alice"}).json["note"] == "alice"
    assert browser.get("/", extra_environ={"REMOTE_USER": "bob"}).json == {"user": "bob", "note": None}
    assert browser.get("/", extra_environ={"REMOTE_USER": "alice"}).json["note"] is None


@pytest.mark.parametrize("is_set", [False, True])
def test_session_that_is_read_first_is_no_other_users(is_set):
    """Nothing of the former user's is seen before anybody has asked who the user is (CVE-2014-0482)."""

    def app(config):
        known_by_server(config)
        if is_set:
            with pytest.warns(DeprecationWarning):
                config.set_authorization_policy(ACLAuthorizationPolicy())
                config.set_authentication_policy(RemoteUserAuthenticationPolicy())

        def early(request):
            if "put" in request.GET:
                request.session["note"] = "early"
            return {"note": request.session.get("note")}

        config.add_view(early, name="early", renderer="json")

    browser = serve(app)
    # who sets the policy has sessions marked that nobody asked about
    browser.get("/early?put" if is_set else "/?put", extra_environ={"REMOTE_USER": "alice"})
    assert browser.get("/early", extra_environ={"REMOTE_USER": "alice"}).json["note"]
    assert browser.get("/early").json["note"]
    assert browser.get("/early", extra_environ={"REMOTE_USER": "bob"}).json == {"note": None}


def test_session_is_kept_from_the_next_user_wherever_the_server_says_who_it_is():
    """A policy that looks elsewhere than into ``REMOTE_USER`` has sessions kept apart by what stands there."""

    def app(config):
        config.set_session_factory(SignedCookieSessionFactory(NEW))
        with pytest.warns(DeprecationWarning):
            config.set_authorization_policy(ACLAuthorizationPolicy())
            config.set_authentication_policy(RemoteUserAuthenticationPolicy("HTTP_X_VISITOR"))

        def tell(request):
            return {"note": request.session.setdefault("note", request.environ["HTTP_X_VISITOR"])}

        config.add_view(tell, renderer="json")

    browser = serve(app)
    for user, expected in (("alice", "alice"), ("bob", "bob"), ("bob", "bob")):
        told = browser.get("/", extra_environ={"REMOTE_USER": "gate", "HTTP_X_VISITOR": user}).json
        assert told == {"note": expected}


def test_users_of_two_servers_are_not_taken_for_one():
    """Who believes another name of the environment keeps the session, whatever ``REMOTE_USER`` says."""

    def app(config):
        config.set_session_factory(SignedCookieSessionFactory(NEW))
        policy = RemoteUserAuthenticationPolicy("HTTP_X_VISITOR")

        def tell(request):
            note = request.session.get("note")
            request.session["note"] = policy.authenticated_userid(request)
            return {"note": note}

        config.add_view(tell, renderer="json")

    browser = serve(app)
    for user, expected in (("alice", None), ("alice", "alice")):
        told = browser.get("/", extra_environ={"REMOTE_USER": "gate", "HTTP_X_VISITOR": user}).json
        assert told == {"note": expected}


@pytest.mark.parametrize(
    "settings", [{"goldilocks__defaults": "pyramid"}, {"goldilocks__rotate_at_login": "false"}]
)
@pytest.mark.parametrize("is_set", [False, True])
def test_session_that_is_nobodys_own_is_not_looked_into(settings, is_set):
    """Where sessions aren't dropped, one is made and nothing else: it may load what it holds when it is asked."""

    class Untouchable:
        pass

    class Policy(RemoteUserAuthenticationPolicy):
        def unauthenticated_userid(self, request):
            raise AssertionError("nobody has asked who the user is")

    def app(config):
        config.set_session_factory(lambda request: Untouchable())
        if is_set:
            with pytest.warns(DeprecationWarning):
                config.set_authorization_policy(ACLAuthorizationPolicy())
                config.set_authentication_policy(Policy())
        config.add_view(lambda request: request.session.__class__.__name__, renderer="string")

    browser = serve(app, **settings)
    assert browser.get("/", extra_environ={"REMOTE_USER": "alice"}).text == "Untouchable"


def test_session_from_before_the_login_is_the_first_users():
    """What a visitor collected belongs to the user that the server then says, and to no other."""
    browser = serve(known_by_server)
    browser.get("/?put")
    browser.get("/?put", extra_environ={"REMOTE_USER": "alice"})
    assert browser.get("/").json == {"user": None, "note": "alice"}
    assert browser.get("/", extra_environ={"REMOTE_USER": "bob"}).json["note"] is None


@pytest.mark.parametrize(("path", "later_s"), [("/", 5), ("/?early", 0)])
def test_session_is_its_users_whenever_it_was_touched(path, later_s, monkeypatch):
    """Whose a session is goes with it, also where it was to be written before anybody asked for the user."""
    now = 1_700_000_000
    monkeypatch.setattr("goldilocks.session.time.time", lambda: now)

    def app(config):
        config.set_session_factory(SignedCookieSessionFactory(NEW))
        policy = RemoteUserAuthenticationPolicy()

        def tell(request):
            if "early" in request.GET:
                request.session.changed()
            user = policy.authenticated_userid(request)
            return [
                user,
                request.session.setdefault("basket", "honey") if user is None else len(request.session),
            ]

        config.add_view(tell, renderer="json")

    browser = serve(app)
    assert browser.get("/").json == [None, "honey"]
    now += later_s
    assert browser.get(path, extra_environ={"REMOTE_USER": "alice"}).json == ["alice", 1]
    now += later_s
    assert browser.get(path, extra_environ={"REMOTE_USER": "bob"}).json == ["bob", 0]


def test_user_of_the_server_gets_no_session_by_looking():
    """A session with nothing in it isn't stored for its owner's sake."""
    answer = serve(known_by_server).get("/", extra_environ={"REMOTE_USER": "alice"})
    assert "Set-Cookie" not in answer.headers


def test_users_of_the_server_share_a_session_where_that_is_said():
    """Without the setting, the policy looks at no session."""
    browser = serve(known_by_server, goldilocks__rotate_at_login=False)
    browser.get("/?put", extra_environ={"REMOTE_USER": "alice"})
    assert browser.get("/", extra_environ={"REMOTE_USER": "bob"}).json["note"] == "alice"


# --- Keys ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [list, tuple])
def test_old_key_verifies_and_new_key_signs(form):
    """Of a ring of keys the first signs, and all verify."""
    old, ring, new = (KeyRingSerializer(secret, "salt") for secret in (OLD, form([NEW, OLD]), NEW))
    assert ring.loads(old.dumps({"k": 1})) == {"k": 1}
    assert new.loads(ring.dumps({"k": 1})) == {"k": 1}
    with pytest.raises(ValueError, match="none of the keys"):
        ring.loads(KeyRingSerializer(OTHER, "salt").dumps({"k": 1}))
    with pytest.raises(ValueError, match="none of the keys"):
        old.loads(ring.dumps({"k": 1}))


def test_session_survives_a_change_of_keys():
    """Who has a session signed with the old key keeps it, and gets it signed with the new one."""

    def app(secret):
        def with_key(config):
            config.set_session_factory(SignedCookieSessionFactory(secret))

            def count(request):
                request.session["n"] = request.session.get("n", 0) + 1
                return Response(str(request.session["n"]))

            config.add_view(count)

        return serve(with_key)

    def visit(browser, cookie=None):
        answer = browser.get("/", headers={"Cookie": f"session={cookie}"} if cookie else {})
        return answer.text, browser.cookies["session"]

    text, cookie = visit(app(OLD))
    text, cookie = visit(app([NEW, OLD]), cookie)
    text, cookie = visit(app(NEW), cookie)
    assert text == "3"


def test_ring_of_tickets():
    """Tickets, too, are signed with the newest key and verified with all."""

    def ticketed(config):
        helpers = {
            "old": AuthTktCookieHelper(OLD),
            "ring": AuthTktCookieHelper([NEW, OLD]),
            "new": AuthTktCookieHelper((NEW,)),
        }

        def issue(request):
            helper = helpers[request.GET["by"]]
            return Response(dict(helper.remember(request, "ann"))["Set-Cookie"].partition(";")[0])

        def read(request):
            return Response(str((helpers[request.GET["by"]].identify(request) or {}).get("userid")))

        config.add_view(issue, name="issue")
        config.add_view(read, name="read")

    browser = serve(ticketed)

    def read_by(issuer, reader):
        ticket = browser.get(f"/issue?by={issuer}").text
        return browser.get(f"/read?by={reader}", headers={"Cookie": ticket}).text

    assert [read_by("old", "ring"), read_by("ring", "ring"), read_by("ring", "new")] == ["ann"] * 3
    assert [read_by("old", "new"), read_by("ring", "old")] == ["None"] * 2


def test_ring_without_a_key_is_refused():
    """An empty list of secrets signs with nothing (CVE-2015-3982)."""
    with pytest.raises(ValueError, match="at least one secret"):
        SignedCookieSessionFactory([])


SHORT = ["", "short", b"x" * 31, ["a key that is long enough by any standard", "short"]]


@pytest.mark.parametrize(
    "make", [SignedCookieSessionFactory, AuthTktCookieHelper, lambda secret: Signer(secret, "test")]
)
@pytest.mark.parametrize("secret", SHORT)
def test_short_key_warns_at_the_line_that_says_it(make, secret):
    """A key that could be found by trying is told of, at the application's own line."""
    with pytest.warns(ShortKeyWarning, match="bytes") as caught:
        make(secret)
    assert [warning.filename for warning in caught] == [__file__]


@pytest.mark.parametrize("secret", ["x" * 32, b"x" * 32, ["x" * 32, "y" * 64], "\N{SNOWMAN}" * 11])
def test_long_key_is_silent(secret):
    """Thirty-two bytes are enough."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        SignedCookieSessionFactory(secret)


class Tickets(Policy):
    """A security policy whose helper is no attribute, so that nobody sees its key before a login."""

    def __init__(self, secret):
        helper = AuthTktCookieHelper(secret)
        self.remember = lambda *args, **kw: helper.remember(*args, **kw)
        self.identity = lambda request: helper.identify(request)


class Open(Tickets):
    """A security policy whose helper can be seen."""

    def __init__(self, secret):
        self.helper = AuthTktCookieHelper(secret)


@pytest.mark.filterwarnings("ignore::goldilocks.signing.ShortKeyWarning")
@pytest.mark.parametrize(
    "say",
    [
        lambda config: config.set_session_factory(SignedCookieSessionFactory("short")),
        lambda config: config.set_security_policy(Open("short")),
        lambda config: config.set_security_policy(Open([NEW, "short"])),
    ],
)
def test_short_key_is_refused_in_production(say):
    """Where people depend on it, a key that is too short is an error at commit, and otherwise it isn't."""
    for production in (False, True):
        config = Configurator(settings={"goldilocks.production": production})
        say(config)
        if production:
            with pytest.raises(ConfigurationError, match="5 bytes"):
                config.commit()
        else:
            config.commit()


@pytest.mark.filterwarnings("ignore::goldilocks.signing.ShortKeyWarning")
@pytest.mark.parametrize("path", ["/login", "/who", "/session", "/sign", "/unsign"])
def test_short_key_that_nobody_saw_is_refused_in_production(path):
    """A key that could not be seen at commit is refused when it is to sign, and when it is to vouch for what comes in."""

    def app(config):
        factory = SignedCookieSessionFactory([NEW, "short"])
        config.set_session_factory(lambda request: factory(request))
        config.set_security_policy(Tickets("short"))
        config.add_view(lambda request: answer(remember(request, "ann")), name="login")
        config.add_view(lambda request: Response(repr(request.identity)), name="who")
        config.add_view(lambda request: Response(repr(request.session)), name="session")
        signer = Signer([NEW, "short"], "a link")
        signed = signer.sign(b"x")  # outside of all requests, it isn't known whether people depend on it
        config.add_view(lambda request: Response(signer.sign(b"x")), name="sign")
        config.add_view(lambda request: Response(signer.unsign(signed)), name="unsign")

    options = {"goldilocks__answer_errors": False, "goldilocks__rotate_at_login": False}
    headers = {"Cookie": "auth_tkt=x; session=x"}
    with pytest.raises(ConfigurationError, match="has 5 bytes"):
        serve(app, goldilocks__production=True, **options).get(path, headers=headers)
    assert serve(app, **options).get(path, headers=headers).status_int == 200


# --- 96: one key for each purpose ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ab", "c"), ("a", "bc")),
        (("ab",), ("a", "b")),
        (("a", ""), ("a",)),
        (("a", "", "b"), ("a", "b", "")),
        (("\0",), ("\0\0",)),
        (("a\0b",), ("a", "b")),
        (("é",), ("e\N{COMBINING ACUTE ACCENT}",)),
    ],
)
def test_purposes_do_not_run_together(one, other):
    """However the words are cut, two purposes have two keys (CVE-2026-6873)."""
    assert length_prefixed(*one) != length_prefixed(*other)
    with pytest.raises(BadSignature):
        Signer(NEW, *other).unsign(Signer(NEW, *one).sign(b"value"))


@pytest.mark.parametrize(
    "forge", [str.upper, lambda s: s[:-1], lambda s: s[1:], lambda s: "", lambda s: "é☃", lambda s: "A" * 100]
)
def test_forged_value_is_refused(forge):
    """What was changed, cut or made up is a bad signature and never another error."""
    signer = Signer([NEW, OLD], "test")
    with pytest.raises(BadSignature):
        signer.unsign(forge(signer.sign(b"value")))


def test_cookies_of_the_other_framework_are_read():
    """A session that was signed elsewhere with the same secret is a session here: the format is the same byte for byte."""
    message = json.dumps([2**31, 2**31, {"basket": ["old"]}]).encode()
    cookie = {"Cookie": f"session={signed(message)}"}
    assert serve(shop).get("/tell", headers=cookie).json["session"] == {"basket": ["old"]}


def test_login_and_logout_know_tokens_of_every_kind():
    """A token under a key of one's own is renewed at login, and one whose policy says nothing of it as well."""
    renewed = []

    class Stateless:
        def new_csrf_token(self, request):
            renewed.append(request.path)

    def app(config):
        shop(config)
        config.add_view(lambda request: Response(get_csrf_token(request)), name="form")

    def with_key(config):
        app(config)
        config.set_csrf_storage_policy(SessionCSRFStoragePolicy(key="own"))

    def stateless(config):
        app(config)
        config.set_csrf_storage_policy(Stateless())

    browser = serve(with_key)
    browser.get("/form")
    before = browser.get("/tell").json["session"]["own"]
    browser.get("/login")
    assert browser.get("/tell").json["session"]["own"] not in (None, before)
    browser.get("/logout")
    assert "own" not in browser.get("/tell").json["session"]

    browser = serve(stateless)
    for path in ("/login", "/logout"):
        browser.get(path)
    assert renewed == ["/login", "/logout"]


def test_login_without_sessions_and_tokens():
    """An application that has no sessions logs people in as ever."""

    def app(config):
        config.set_security_policy(Tickets(NEW))
        config.add_view(lambda request: answer(remember(request, "ann")), name="login")

    assert serve(app).get("/login").headers["Set-Cookie"].startswith("auth_tkt=")
