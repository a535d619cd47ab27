"""What browsers send to say who they are: anything may come, and none of it is an exception."""

from types import SimpleNamespace

from hypothesis import example, given
from hypothesis import strategies as st

from goldilocks.authentication import (
    AuthTicket,
    AuthTktCookieHelper,
    BadTicket,
    extract_http_basic_credentials,
    parse_ticket,
)
from goldilocks.csrf import CookieCSRFStoragePolicy, SessionCSRFStoragePolicy
from goldilocks.session import BaseCookieSessionFactory, JSONSerializer, SignedCookieSessionFactory

SECRET = "a secret of more than thirty-two bytes"
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=120)  # surrogates included
WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
TOKENS = st.lists(st.from_regex(r"[A-Za-z][A-Za-z0-9+_-]*", fullmatch=True), max_size=3)
ADDRESSES = st.ip_addresses().map(str)
TIMES = st.integers(0, 0xFFFFFFFF)


def request_with(**attributes):
    return SimpleNamespace(
        **{"environ": {}, "cookies": {}, "headers": {}, "domain": "example.com", **attributes}
    )


@given(WORDS, WORDS, ADDRESSES, TOKENS, TIMES)
def test_ticket_comes_back(secret, userid, ip, tokens, time):
    """Whatever is written into a ticket is read from it."""
    ticket = AuthTicket(secret, userid, ip, tokens, "data", time, hashalg="sha256").cookie_value()
    assert parse_ticket(secret, ticket, ip, "sha256") == (time, userid, tokens or [""], "data")


@given(ANY_TEXT | st.binary(max_size=120), ANY_TEXT | ADDRESSES)
@example("0" * 32 + "0" * 8 + "!\udcff", "0.0.0.0")
@example("é" * 32 + "0" * 8 + "!", "0.0.0.0")
@example("0" * 32 + "0" * 8 + "!", "1.2.3.1000")
def test_ticket_is_never_an_exception_but_bad(ticket, ip):
    """Text or bytes that nobody signed are a BadTicket."""
    try:
        parse_ticket(SECRET, ticket, ip)
    except BadTicket:
        return
    raise AssertionError("a ticket that nobody signed was believed")


@given(WORDS, st.data())
def test_changed_ticket_is_bad(userid, data):
    """One character changed is enough."""
    ticket = AuthTicket(SECRET, userid, "0.0.0.0", time=1).cookie_value()
    place = data.draw(st.integers(0, len(ticket) - 1))
    changed = ticket[:place] + data.draw(st.characters()) + ticket[place + 1 :]
    try:
        read = parse_ticket(SECRET, changed, "0.0.0.0")
    except BadTicket:
        return
    # The time's digits may be of either case, and a quoted character may be written in several ways.
    assert read == (1, userid, [""], "")


@given(ANY_TEXT, st.booleans())
def test_cookie_is_an_identity_or_none(cookie, include_ip):
    """A cookie that we didn't make is nobody's."""
    helper = AuthTktCookieHelper(SECRET, include_ip=include_ip)
    assert helper.identify(request_with(cookies={"auth_tkt": cookie})) is None


@given(st.text() | st.binary() | st.integers(), TOKENS)
def test_user_id_comes_back(userid, tokens):
    """Text, bytes and integers survive a login."""
    helper = AuthTktCookieHelper(SECRET, hashalg="sha256")
    cookies = []
    helper._get_cookies = lambda request, value, max_age=None: cookies.append(value) or []
    try:
        helper.remember(request_with(), userid, tokens=tokens)
    except UnicodeEncodeError:
        return  # half a surrogate pair can't be written
    identity = helper.identify(request_with(cookies={"auth_tkt": cookies[0]}))
    assert (identity["userid"], identity["tokens"]) == (userid, tokens or [""])


@given(ANY_TEXT | ANY_TEXT.map("Basic {}".format) | st.binary().map(lambda b: f"Basic {b!r}"))
def test_authorization_is_credentials_or_none(header):
    """Any header holds a name and a password, or none."""
    credentials = extract_http_basic_credentials(request_with(headers={"Authorization": header}))
    assert credentials is None or (
        isinstance(credentials.username, str) and isinstance(credentials.password, str)
    )


@given(ANY_TEXT | st.binary(max_size=60))
def test_cookie_is_a_session_or_a_new_one(cookie):
    """Any cookie opens a session; one that nobody signed opens a new one."""
    request = request_with(cookies={"session": cookie})
    assert SignedCookieSessionFactory(SECRET)(request).new
    assert isinstance(BaseCookieSessionFactory(JSONSerializer())(request), dict)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@given(JSON)
def test_any_structure_is_a_session_or_a_new_one(structure):
    """Whatever a serializer reads, a session comes of it."""
    serializer = SimpleNamespace(loads=lambda cookie: structure)
    session = BaseCookieSessionFactory(serializer)(request_with(cookies={"session": "x"}))
    assert session.new or dict.copy(session) in (structure[2], {})


@given(ANY_TEXT, ANY_TEXT)
def test_supplied_token_is_right_or_wrong(kept, supplied):
    """Any text is compared, and an empty token is never right."""
    request = request_with(session={"_csrft_": kept}, cookies={"csrf_token": kept})
    request.add_response_callback = lambda callback: None
    for policy in (SessionCSRFStoragePolicy(), CookieCSRFStoragePolicy()):
        right = policy.check_csrf_token(request, supplied)
        assert right is False or kept
