"""Sessions in cookies."""

import json
import pickle
import time

import pytest
from webob import Request as WebObRequest
from webob import Response
from webob.cookies import SignedSerializer
from zope.interface.verify import verifyObject

from goldilocks import session as session_module
from goldilocks.interfaces import ISession
from goldilocks.names import SESSION_SALT
from goldilocks.session import (
    BaseCookieSessionFactory,
    JSONSerializer,
    PickleSerializer,
    SignedCookieSessionFactory,
    manage_accessed,
)

SECRET = "a secret of more than thirty-two bytes"
NOW = 1_700_000_000.5


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


class Text:
    """A serializer that neither signs nor hides anything."""

    def loads(self, bstruct):
        return json.loads(bytes.fromhex(bstruct.decode()))

    def dumps(self, appstruct):
        return json.dumps(appstruct).encode().hex().encode()


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    class Clock:
        now = NOW

    monkeypatch.setattr(time, "time", lambda: Clock.now)
    return Clock


def request_with(cookie=None, name="session"):
    request = Request.blank("/")
    if cookie is not None:
        request.headers["Cookie"] = f"{name}={cookie}"
    return request


def come_back(factory, cookie):
    """Begin the next request of the visitor."""
    name, value = cookie.split(";")[0].split("=", 1)
    return factory(request_with(value, name))


def stored(value, **options):
    """Open a session on a cookie that holds ``value``."""
    return BaseCookieSessionFactory(Text(), **options)(request_with(Text().dumps(value).decode()))


@pytest.fixture
def factory():
    return SignedCookieSessionFactory(SECRET)


def test_session_provides_its_interface(factory):
    """A session is one by zope's rules."""
    verifyObject(ISession, factory(request_with()))


def test_new_session_is_empty(factory):
    """Without a cookie a session begins now, with nothing in it."""
    session = factory(request_with())
    assert session == {}
    assert session.new is True
    assert (session.created, session.renewed) == (NOW, NOW)


def test_session_comes_back(factory, clock):
    """What was put in is there with the next request."""
    request = request_with()
    factory(request)["cart"] = ["egg"]
    [cookie] = request.respond()
    clock.now += 5
    session = come_back(factory, cookie)
    assert session["cart"] == ["egg"]
    assert session.new is False
    assert session.created == NOW
    assert session.renewed == int(NOW)


def test_sessions_of_one_cookie_know_nothing_of_each_other(factory):
    """Two requests that come with one cookie have a session each, whatever is changed in one, and how deep."""
    for contents in ({"count": 1}, {"cart": ["egg"], "count": 1}):
        request = request_with()
        factory(request).update(contents)
        [cookie] = request.respond()
        for _ in range(3):
            session = come_back(factory, cookie)
            assert session == contents
            session["count"] += 1
            session.get("cart", []).append("milk")


def test_cookie_gets_old_while_it_is_remembered(factory, clock):
    """That a cookie was read before keeps nothing in it that has timed out since."""
    request = request_with()
    factory(request)["count"] = 1
    [cookie] = request.respond()
    assert come_back(factory, cookie) == {"count": 1}
    clock.now += 1202
    assert come_back(factory, cookie) == {}


def test_serializer_of_ones_own_is_asked_each_time():
    """Who serializes sessions may look at the clock, so what was read is read again."""
    asked = []

    class Counting(Text):
        def loads(self, bstruct):
            asked.append(bstruct)
            return super().loads(bstruct)

    factory = BaseCookieSessionFactory(Counting())
    cookie = Text().dumps((NOW, NOW, {"count": 1})).decode()
    for _ in range(2):
        assert factory(request_with(cookie)) == {"count": 1}
    assert len(asked) == 2


def test_token_is_looked_for_as_the_session_looks_for_it():
    """Who makes ``get`` a method of an own kind has the token found by it."""

    class Shouting(SignedCookieSessionFactory(SECRET)):
        def get(self, key, default=None):
            return super().get(key, default) or key.upper()

    assert Shouting(request_with()).get_csrf_token() == "_CSRFT_"


def test_untouched_session_sends_no_cookie(factory):
    """A session that nobody looked into costs no header."""
    request = request_with()
    factory(request)
    assert request.respond() == []


@pytest.mark.parametrize(
    "touch",
    [
        lambda s: s.update(a=1),
        lambda s: s.setdefault("a", 1),
        lambda s: s.pop("x", None),
        lambda s: s.clear(),
        lambda s: s.popitem(),
        lambda s: s.__setitem__("a", 1),
        lambda s: s.__delitem__("k"),
        lambda s: s.invalidate(),
        lambda s: s.changed(),
        lambda s: s.flash("m"),
        lambda s: s.pop_flash(),
        lambda s: s.new_csrf_token(),
    ],
)
def test_every_change_sends_the_cookie_once(touch):
    """Whatever writes has the cookie sent, once for a request."""
    session = stored([NOW, NOW, {"k": 1}], reissue_time=None)
    request = session.request
    touch(session)
    session["again"] = 1
    assert len(request.respond()) == 1
    assert session.request is None


@pytest.mark.parametrize(
    "touch",
    [
        lambda s: s.get("k"),
        lambda s: s["k"],
        lambda s: "k" in s,
        lambda s: len(s),
        lambda s: list(s),
        lambda s: s.items(),
        lambda s: s.keys(),
        lambda s: s.values(),
        lambda s: s.peek_flash(),
        lambda s: s.get_csrf_token(),
    ],
)
def test_every_look_renews_an_old_cookie(touch):
    """Whatever reads notes the time, and sends a new cookie if the old one is older than reissue_time."""
    session = stored([NOW - 4, NOW - 9, {"k": 1, "_csrft_": "t"}], reissue_time="2")
    request = session.request
    touch(session)
    assert session.accessed == int(NOW)
    assert len(request.respond()) == 1


def test_fresh_cookie_is_not_renewed():
    """A look into a session whose cookie is fresh sends nothing."""
    session = stored([NOW - 1, NOW, {"k": 1}], reissue_time=2)
    assert session["k"] == 1
    assert session.request.respond() == []


def test_cookie_is_never_renewed_without_a_reissue_time():
    """None as reissue_time leaves the cookie as it is."""
    session = stored([0, 0, {"k": 1}], reissue_time=None, timeout=None)
    assert session["k"] == 1
    assert session.request.respond() == []


def test_old_session_is_empty():
    """After the timeout the contents are gone, and the session is still the old one."""
    session = stored([NOW - 11, NOW - 20, {"k": 1}], timeout="10")
    assert session == {}
    assert session.new is False
    assert stored([NOW - 10, NOW, {"k": 1}], timeout="10") == {"k": 1}


def test_session_without_a_timeout_lives_for_ever():
    """None as timeout keeps the contents."""
    assert stored([0, 0, {"k": 1}], timeout=None) == {"k": 1}


@pytest.mark.parametrize(
    "value",
    [
        "abc",
        5,
        None,
        [],
        [1, 2],
        [1, 2, 3, 4],
        ["now", 0, {}],
        [0, "then", {}],
        [None, 0, {}],
        [NOW, NOW, 5],
        [NOW, NOW, "ab"],
        [NOW, NOW, ["ab"]],
        [NOW, NOW, None],
        [10**400, 0, {}],
        [float("nan"), 0, {"k": 1}],
        [0, float("inf"), {"k": 1}],
    ],
)
def test_cookie_that_is_no_session_is_none(value):
    """A serializer needn't sign: what it reads may be anything, and then the session is new."""
    session = stored(value, timeout=None)
    assert session == {}
    assert session.new is True


@pytest.mark.parametrize("cookie", ["abc", "", "é", "☃", "5b" * 2000])
def test_cookie_that_cannot_be_read_is_none(cookie):
    """What the serializer refuses is as good as no cookie, a structure too deep for it included."""

    class Bare:
        cookies = {"session": cookie}

    assert BaseCookieSessionFactory(Text())(Bare()).new is True
    assert SignedCookieSessionFactory(SECRET)(Bare()).new is True


def test_flash_queues_are_lists(factory):
    """Flash queues are lists in the session, apart from each other."""
    session = factory(request_with())
    session.flash("one")
    session.flash("one")
    session.flash("one", allow_duplicate=False)
    session.flash("two", allow_duplicate=False)
    session.flash("three", "errors")
    assert session.peek_flash() == ["one", "one", "two"]
    assert session.pop_flash() == ["one", "one", "two"]
    assert session.pop_flash() == session.peek_flash() == []
    assert session.pop_flash("errors") == ["three"]


def test_csrf_token_is_made_once(factory):
    """The token stays until a new one is asked for."""
    session = factory(request_with())
    token = session.get_csrf_token()
    assert session.get_csrf_token() == token == session["_csrft_"]
    assert session.new_csrf_token() != token
    assert len(token) == 40


def test_cookie_is_what_the_serializer_says():
    """In the cookie stand accessed, created and contents, signed with the salt before the secret."""
    request = request_with()
    SignedCookieSessionFactory(SECRET)(request)["k"] = 1
    [cookie] = request.respond()
    value = cookie.split(";")[0].removeprefix("session=")
    assert SignedSerializer(SECRET, SESSION_SALT).loads(value.encode()) == [int(NOW), NOW, {"k": 1}]


@pytest.mark.parametrize(
    "options",
    [{"secret": "another secret of more than thirty-two bytes"}, {"salt": "other"}, {"hashalg": "sha256"}],
)
def test_cookie_of_another_signature_is_none(options, factory):
    """A cookie signed with another secret, salt or hash isn't believed."""
    request = request_with()
    factory(request)["k"] = 1
    [cookie] = request.respond()
    other = SignedCookieSessionFactory(**{"secret": SECRET, **options})
    assert come_back(other, cookie).new is True


def test_signature_stands_around_any_serializer():
    """What is signed may be written by the application's own serializer."""
    factory = SignedCookieSessionFactory(SECRET, serializer=Text())
    request = request_with()
    factory(request)["k"] = 1
    [cookie] = request.respond()
    assert come_back(factory, cookie) == {"k": 1}


def test_cookie_has_the_options():
    """Name, path and the rest stand on the cookie."""
    factory = SignedCookieSessionFactory(SECRET, "c", "5", "/p", "example.com", True, True, "Strict")
    request = request_with()
    factory(request)["k"] = 1
    [cookie] = request.respond()
    assert cookie.startswith("c=")
    for attribute in ("Domain=example.com", "Max-Age=5", "Path=/p", "secure", "HttpOnly", "SameSite=Strict"):
        assert f"; {attribute}" in cookie


@pytest.mark.parametrize("option", ["timeout", "reissue_time", "max_age"])
def test_times_are_numbers(option):
    """A time that is no number is an error when the factory is made."""
    with pytest.raises(ValueError, match="invalid literal"):
        BaseCookieSessionFactory(Text(), **{option: "soon"})


def test_session_that_is_too_big_is_an_error(factory):
    """More than a cookie holds is told with its size, before a browser drops it in silence."""
    request = request_with()
    factory(request)["k"] = "x" * 4000
    with pytest.raises(ValueError, match="too big for its cookie 'session'"):
        request.respond()


@pytest.mark.parametrize(
    ("set_on_exception", "exception", "count"), [(True, True, 1), (False, True, 0), (False, None, 1)]
)
def test_cookie_after_an_exception(set_on_exception, exception, count):
    """Whether a request that failed sends the cookie is the application's choice."""
    request = request_with()
    request.exception = exception
    SignedCookieSessionFactory(SECRET, set_on_exception=set_on_exception)(request)["k"] = 1
    assert len(request.respond()) == count


def test_request_that_knows_no_exception_has_none():
    """A request without the attribute didn't fail."""
    request = request_with()
    SignedCookieSessionFactory(SECRET, set_on_exception=False)(request)["k"] = 1
    assert len(request.respond()) == 1


def test_methods_keep_their_words():
    """A method that notes the time has the docstring of the one that it stands for."""
    assert manage_accessed(dict.get).__doc__ == dict.get.__doc__


def test_pickles_warn_where_they_are_asked_for():
    """Making a PickleSerializer warns at the line that does it."""
    with pytest.warns(DeprecationWarning, match="JSONSerializer") as caught:
        PickleSerializer()
    assert caught[0].filename == __file__


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_pickles_are_written_and_read():
    """A pickle comes back; the protocol is the highest unless said."""
    serializer = PickleSerializer()
    assert serializer.dumps({1, 2}) == pickle.dumps({1, 2}, pickle.HIGHEST_PROTOCOL)
    assert serializer.loads(PickleSerializer(0).dumps({1, 2})) == {1, 2}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("nonsense", [b"", b"nonsense", b"cnowhere\nNothing\n."])
def test_pickle_that_cannot_be_read_is_a_value_error(nonsense):
    """Whatever goes wrong inside a pickle is a ValueError."""
    with pytest.raises(ValueError, match="no pickle"):
        PickleSerializer().loads(nonsense)


def test_json_is_the_default():
    """Nothing makes a pickle unasked."""
    assert isinstance(SignedCookieSessionFactory(SECRET)._serializer.serializer, JSONSerializer)


def test_checks_are_handed_on():
    """COMPAT: the checks of forms can be imported from here."""
    assert session_module.check_csrf_token and session_module.check_csrf_origin
