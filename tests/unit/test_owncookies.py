"""How the framework reads and writes its own cookies."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webob import Response
from webob.cookies import make_cookie
from webob.request import BaseRequest

from goldilocks.httpexceptions import HTTPRequestHeaderFieldsTooLarge
from goldilocks.limits import Limits
from goldilocks.owncookies import OwnCookie, _unquoted
from goldilocks.request import Request

cookie = OwnCookie("session")


class Looking(BaseRequest):
    """A request whose cookies are read the long way."""

    @property
    def cookies(self):
        return BaseRequest(self.environ).cookies


def read(header, kind=Request):
    """Read the cookie of a request."""
    environ = BaseRequest.blank("/").environ
    if header is not None:
        environ["HTTP_COOKIE"] = header
    return cookie.read(kind(environ))


@pytest.mark.parametrize(
    ("header", "value"),
    [
        (None, None),
        ("", None),
        ("session=v", "v"),
        ("session=", ""),
        ("a=b; session=v", "v"),
        ("session=v; a=b", "v"),
        ("a=b;session=v;c=d", "v"),
        ("a=b; c=d", None),
        ("xsession=v", None),
        ("xsession=x; session=v", "v"),
        ("session = v", "v"),
        ("a=session", None),
        ('a="; session=v; b="', "v"),
        ('session="v"', "v"),
        ('session="a\\054b"', "a,b"),
    ],
)
def test_value_is_found(header, value):
    """The cookie is the one that has the name, wherever it stands."""
    assert read(header) == value


def test_long_header_is_read_and_not_remembered():
    """What strangers send doesn't fill the memory."""
    own = OwnCookie("session")
    for number in range(300):
        for padding in ("", "x" * 4096):
            environ = BaseRequest.blank(
                "/", environ={"HTTP_COOKIE": f"session={number}; a={padding}"}
            ).environ
            assert own.read(Request(environ)) == str(number)
    kept = own._remembered.cache_info()
    assert (kept.currsize, kept.misses) == (256, 300)


@given(
    st.lists(
        st.tuples(st.sampled_from(["session", "sessions", "asession", "a"]), st.text("ab=[]~ ", max_size=4)),
        max_size=4,
    )
)
def test_shortcut_reads_what_the_long_way_reads(pairs):
    """Where one value is taken out of the header, it is the one that stands among all cookies."""
    header = "; ".join(f"{name}={value.strip()}" for name, value in pairs)
    environ = BaseRequest.blank("/", environ={"HTTP_COOKIE": header}).environ
    assert read(header) == Request(environ.copy()).cookies.get("session")


@given(
    st.lists(
        st.tuples(st.sampled_from(["session", "a", "b"]), st.text("ab~-_0", max_size=4)),
        max_size=4,
        unique_by=lambda pair: pair[0],
    )
)
def test_shortcut_reads_what_webob_reads(pairs):
    """On what everybody reads alike, the answer is WebOb's."""
    header = "; ".join(f"{name}={value}" for name, value in pairs)
    assert read(header, BaseRequest) == read(header, Looking)


@pytest.mark.parametrize("header", ['a="; session=evil; b="', 'a="x; session=evil"'])
def test_shortcut_looks_into_no_value_of_another_cookie(header):
    """What WebOb reads as a part of another cookie's value isn't taken out of it."""
    assert read(header, BaseRequest) is None
    assert "session=evil" in BaseRequest.blank("/", headers={"Cookie": header}).cookies["a"]


def test_cookies_of_other_requests_are_asked():
    """A request with cookies of its own making is asked for them."""
    assert cookie.read(SimpleNamespace(cookies={"session": "v"})) == "v"
    assert cookie.read(SimpleNamespace(cookies={"session": '"v"'})) == '"v"'
    assert cookie.read(SimpleNamespace(cookies={})) is None


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('"a"', "a"),
        ('"', '"'),
        ('""', ""),
        (r'"\"\\"', '"\\'),
        (r'"\303\251"', "é"),
        (r'"\377"', "\xff"),
        ('"\N{SNOWMAN}"', "\N{SNOWMAN}"),
    ],
)
def test_quotes_are_taken_off(written, value):
    """What WebOb has put into quotes comes out of them."""
    assert _unquoted(written) == value


def asked(scheme="http", **settings):
    """Return a request to an application with these settings."""
    registry = SimpleNamespace(settings=settings)
    return SimpleNamespace(environ={"wsgi.url_scheme": scheme}, registry=registry)


def test_line_is_webobs():
    """What is written is what WebOb writes."""
    for options in (
        {},
        {"secure": True, "httponly": True},
        {"domain": "d", "path": "/p", "samesite": None},
        {"max_age": 5},
    ):
        own = OwnCookie("session", **{"secure": False, "httponly": False, "samesite": "Lax", **options})
        for value in ("v", "", None):
            theirs = make_cookie("session", value, **{"samesite": "Lax", **options})
            assert own.line(asked(), value).split("expires")[0] == theirs.split("expires")[0]


def test_line_may_say_another_age_and_domain():
    """What is said for one answer goes before what was said once."""
    assert "Max-Age=7" in OwnCookie("session", max_age=5).line(asked(), "v", max_age=7)
    assert "Domain=d.example" in cookie.line(asked(), "v", domain="d.example")
    assert "Domain" not in cookie.line(asked(), "v")


def test_response_of_ones_own_is_asked_to_set_the_cookie():
    """A response whose class sets cookies its own way does it."""
    said = []
    strange = SimpleNamespace(set_cookie=lambda name, **options: said.append((name, options)))
    cookie.write(asked("https", **{"goldilocks.safe_cookies": True}), strange, "v")
    [(name, options)] = said
    assert (name, options["value"], options["secure"], options["httponly"]) == ("session", "v", True, True)
    plain = Response()
    cookie.write(asked(), plain, "v")
    assert plain.headers["Set-Cookie"] == "session=v; Path=/; SameSite=Lax"


def test_too_long_header_is_refused_however_often_it_comes():
    """That a value was found in a header doesn't let a header pass that is longer than the application takes."""
    for _ in range(2):
        for limits in (Limits(), Limits(cookie_bytes=20)):
            request = Request(
                BaseRequest.blank("/", environ={"HTTP_COOKIE": "session=v; a=bcdefghijk"}).environ
            )
            request.limits = limits
            if limits.cookie_bytes == 20:
                with pytest.raises(HTTPRequestHeaderFieldsTooLarge):
                    cookie.read(request)
            else:
                assert cookie.read(request) == "v"


def test_cookie_without_a_name():
    """A helper that is only asked for other things may have none."""
    assert OwnCookie(None).name is None
