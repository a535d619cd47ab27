"""What the framework's own cookies tell a browser, and what their names and values can't do."""

import json

import pytest
from webob.cookies import Base64Serializer

from goldilocks.authentication import AuthTktAuthenticationPolicy, AuthTktCookieHelper
from goldilocks.csrf import CookieCSRFStoragePolicy, get_csrf_token
from goldilocks.response import Response
from goldilocks.session import BaseCookieSessionFactory, SignedCookieSessionFactory
from tests.support import serve

SECRET = "a secret of more than thirty-two bytes"
HTTPS = {"wsgi.url_scheme": "https"}


def attributes(line):
    """Return the attributes of a cookie, in lower case."""
    return {each.strip().lower() for each in line.split(";")[1:]}


def written(what, extra_environ=None, headers=None, **settings):
    """Have a cookie written, and return its line.

    Args:
        what: a session factory, a helper for tickets, or a policy for tokens.
    """

    def app(config):
        def write(request):
            response = Response()
            if isinstance(what, type):
                request.session["k"] = 1
            elif isinstance(what, CookieCSRFStoragePolicy):
                get_csrf_token(request)
            else:
                response.headerlist.extend(what.remember(request, "ann"))
            return response

        if isinstance(what, type):
            config.set_session_factory(what)
        elif isinstance(what, CookieCSRFStoragePolicy):
            config.set_csrf_storage_policy(what)
        config.add_view(write)

    answer = serve(app, **settings).get("/", extra_environ=extra_environ or {}, headers=headers or {})
    [line] = answer.headers.getall("Set-Cookie")
    return line


def session(**options):
    return SignedCookieSessionFactory(SECRET, **options)


def base(**options):
    return BaseCookieSessionFactory(Base64Serializer(), **options)


def ticket(**options):
    if "httponly" in options:
        options["http_only"] = options.pop("httponly")
    return AuthTktCookieHelper(SECRET, wild_domain=False, **options)


def policy(**options):
    if "httponly" in options:
        options["http_only"] = options.pop("httponly")
    return AuthTktAuthenticationPolicy(SECRET, wild_domain=False, **options)


HIDDEN = [session, base, ticket, policy]
EVERY = [*HIDDEN, CookieCSRFStoragePolicy]


@pytest.mark.parametrize("make", HIDDEN)
def test_cookie_is_hidden_from_scripts(make):
    """Where nothing is said, a cookie is HttpOnly and SameSite=Lax, and Secure if the request came over HTTPS."""
    assert attributes(written(make())) == {"path=/", "httponly", "samesite=lax"}
    assert attributes(written(make(), HTTPS)) == {"path=/", "secure", "httponly", "samesite=lax"}


def test_token_can_be_read_by_scripts():
    """The cookie of the token is for our own scripts, and Secure if the request came over HTTPS."""
    assert attributes(written(CookieCSRFStoragePolicy())) == {"path=/", "samesite=lax"}
    assert attributes(written(CookieCSRFStoragePolicy(), HTTPS)) == {"path=/", "secure", "samesite=lax"}


@pytest.mark.parametrize("make", EVERY)
@pytest.mark.parametrize("environ", [{}, HTTPS])
@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.parametrize("httponly", [True, False])
def test_application_decides_where_it_says_something(make, environ, secure, httponly):
    """What is said is what is written."""
    said = {"secure": secure, "httponly": httponly}
    expected = {"path=/", "samesite=lax", *(name for name, is_said in said.items() if is_said)}
    assert attributes(written(make(secure=secure, httponly=httponly), environ)) == expected


@pytest.mark.parametrize("make", EVERY)
@pytest.mark.parametrize("environ", [{}, HTTPS])
@pytest.mark.parametrize(
    "settings", [{"goldilocks__safe_cookies": False}, {"goldilocks__defaults": "pyramid"}]
)
def test_cookie_is_as_it_always_was_where_that_is_said(make, environ, settings):
    """Without the setting, a cookie says what it says elsewhere."""
    assert attributes(written(make(), environ, **settings)) == {"path=/", "samesite=lax"}


@pytest.mark.parametrize("make", EVERY)
@pytest.mark.parametrize("environ", [{}, HTTPS])
@pytest.mark.parametrize("defaults", ["secure", "pyramid"])
def test_cookie_for_all_sites_is_secure(make, environ, defaults):
    """Browsers take no other, so whoever comes over HTTP is answered with a cookie that isn't kept, and not with an error."""
    line = written(make(samesite="None"), environ, goldilocks__defaults=defaults)
    assert attributes(line) >= {"path=/", "secure", "samesite=none"}


@pytest.mark.parametrize("make", EVERY)
def test_attributes_are_written_in_their_order(make):
    """An age, a path and a domain are written as before."""
    line = written(
        make(
            max_age=5,
            path="/p",
            samesite="Strict",
            **({} if make in (ticket, policy) else {"domain": "d.example"}),
        )
    )
    assert "Max-Age=5; Path=/p; expires=" in line.replace("Domain=d.example; ", "")
    assert line.endswith("SameSite=Strict")


@pytest.mark.parametrize("make", EVERY)
@pytest.mark.parametrize("text", ["/; Domain=evil.example", "/;Secure", "/\r\nSet-Cookie: a=b", "/\0"])
@pytest.mark.parametrize("attribute", ["path", "domain", "samesite"])
def test_attribute_cannot_become_another(make, text, attribute):
    """An attribute with a semicolon or a line break in it is refused where it is said (CVE-2026-35536)."""
    with pytest.raises(ValueError, match=attribute):
        make(**{attribute: text})


@pytest.mark.parametrize(
    "text", ["a; Domain=evil.example", "a;Secure", "a=b", "a\r\nSet-Cookie: b", "a, b", ""]
)
@pytest.mark.parametrize(
    "say",
    [
        lambda text: session(cookie_name=text),
        lambda text: ticket(cookie_name=text),
        lambda text: CookieCSRFStoragePolicy(cookie_name=text),
        lambda text: Response().set_cookie(text, "value"),
        lambda text: Response().delete_cookie(text),
    ],
)
def test_name_cannot_become_an_attribute(say, text):
    """A name is refused by more than an assertion, which Python may be told to leave out."""
    with pytest.raises(ValueError, match="name of a cookie"):
        say(text)


@pytest.mark.parametrize(
    "host", ["shop.example; Secure", "a b", "x\r\nSet-Cookie: a=b", "evil.example, x", "é"]
)
def test_host_cannot_become_an_attribute(host):
    """A ticket for the host that was asked doesn't write down what a client makes of it."""

    class Strange:
        domain = host
        environ: dict[str, str] = {}
        registry = None

    try:
        [(_, line)] = AuthTktCookieHelper(SECRET).remember(Strange(), "ann")
    except ValueError:
        return
    assert line.isprintable()
    assert line.count(";") == 3


def test_values_of_a_domain_are_kept_in_bounds():
    """A thousand hosts leave no thousand entries behind."""
    helper = AuthTktCookieHelper(SECRET)

    class Asked:
        environ: dict[str, str] = {}
        registry = None

    for number in range(1000):
        Asked.domain = f"h{number}.example"
        [(_, line)] = helper.remember(Asked(), "ann")
        assert f"Domain=h{number}.example" in line
    assert len(helper._cookie._ends) <= 64


@pytest.mark.filterwarnings("ignore:Cookie value contains invalid bytes:RuntimeWarning")
@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("is_ascii", [True, False])
@pytest.mark.parametrize(
    "text", ["plain", "a, b; c", 'in "quotes"', "back\\slash \\054", "\N{SNOWMAN} é", '"', '""', "\\", ""]
)
def test_value_that_needs_quotes_comes_back(text, strict, is_ascii):
    """What a serializer writes is what it reads, also where WebOb must put it into quotes."""

    class Plain:
        def dumps(self, value):
            return json.dumps(value, ensure_ascii=is_ascii).encode()

        def loads(self, written):
            return json.loads(written.decode())

    def app(config):
        config.set_session_factory(BaseCookieSessionFactory(Plain()))
        config.add_view(lambda request: request.session.update(k=text) or Response())
        config.add_view(lambda request: request.session.get("k"), name="read", renderer="json")

    browser = serve(app, goldilocks__strict_cookies=strict)
    cookie = browser.get("/").headers["Set-Cookie"].partition(";")[0]
    assert browser.get("/read", headers={"Cookie": f"a=b; {cookie}"}).json == text
