"""What went wrong with cookies elsewhere: one that swallows others, one that passes for another, one that takes hours."""

import warnings

import pytest

from goldilocks.config import Configurator
from goldilocks.cookies import parse
from goldilocks.csrf import CookieCSRFStoragePolicy, get_csrf_token
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.session import SignedCookieSessionFactory

SECRET = "a secret of more than thirty-two bytes, all of them new"


def read(header, application=None):
    """Send cookies; return status code and text."""
    if application is None:
        config = Configurator()
        config.add_view(lambda request: Response(repr(dict(request.cookies))))
        application = config.make_wsgi_app()
    answers = []
    environ = Request.blank("/").environ | {"HTTP_COOKIE": header}
    text = b"".join(application(environ, lambda status, headers, exc_info=None: answers.append(status)))
    return int(answers[0][:3]), text.decode()


@pytest.mark.parametrize(
    "header",
    [
        'a="x; session=secret; b=y"',
        'a="; session=secret; b="',
        'a="\\"; session=secret',
        "a='x; session=secret; b=y'",
        '$Version="1; session=secret; b="',
        'a=b"; session=secret; c="d',
    ],
)
def test_cookie_swallows_no_other(header):
    """A quote in one cookie doesn't hide another one in it (the cookie sandwich)."""
    assert parse(header)["session"] == "secret"


@pytest.mark.parametrize(
    "header",
    [
        "ga=1]csrftoken=evil",
        "a=b, csrftoken=evil",
        "a=b,csrftoken=evil",
        'a="x"csrftoken=evil',
        "a=b csrftoken=evil",
        "a=b\tcsrftoken=evil",
        "a=b&csrftoken=evil",
        "a csrftoken=evil",
        "a,csrftoken=evil",
        "csrftoken evil",
    ],
)
def test_cookie_passes_for_no_other(header):
    """Only a semicolon ends a cookie (CVE-2016-7401)."""
    assert "csrftoken" not in parse(header)


@pytest.mark.parametrize(
    "header", ["=__Host-session=bad", " =__Host-session=bad", "=;__Host-session", "; =x; ==", "="]
)
def test_nameless_cookie_is_none(header):
    """What has no name, or no value, is no cookie (CVE-2023-23934)."""
    assert parse(header) == {}


def test_first_cookie_counts():
    """Of two cookies with one name, the first is the one of the nearer path."""
    assert parse("a=near; b=1; a=far") == {"a": "near", "b": "1"}


@pytest.mark.parametrize(
    "header", ["a=\xff", "\xff=a", "a=\xc0\xaf", "a=\0", "a=b\r\nX: y", "a=\x1b[2J", "a=\x7f"]
)
def test_cookie_that_is_no_text_is_the_clients_fault(header):
    """Bytes that aren't UTF-8, and control characters: 400 when cookies are read."""
    assert read(header)[0] == 400


@pytest.mark.parametrize(
    "header", ['a="' + "\\" * 15_000, "a=" + '"' * 15_000, "a;" * 7000, "=" * 15_000, "a=1; " * 3000]
)
def test_cookies_are_read_once(header):
    """Backslashes and quotes mean nothing, so they cost nothing (CVE-2024-7592, CVE-2024-52804)."""
    assert read(header)[0] == 200


@pytest.mark.parametrize("header", ["a=" + "1" * 16_000, "a=1; " * 20_000, '"\\' * 50_000])
def test_cookies_have_an_end(header):
    """More cookies than browsers keep for a site: 431."""
    assert read(header)[0] == 431


@pytest.mark.parametrize("value", ["../../x", "a" * 5000, '"', "\xc3\xa4", "'; drop table", "%00"])
def test_cookie_that_is_no_session_is_a_new_one(value):
    """What a client invents as a session is none, and no error (CVE-2006-0847, CVE-2008-0252)."""
    config = Configurator(session_factory=SignedCookieSessionFactory(SECRET))
    config.add_view(lambda request: Response(repr(dict(request.session))))
    assert read(f"session={value}", config.make_wsgi_app()) == (200, "{}")


@pytest.mark.parametrize(
    "value", ["x, y", "x y", '"x"', "\\", "a;b", " x ", "ä☃😀", "a\nb\tc", '"', '""', "\\054", "50%", "x=y"]
)
@pytest.mark.parametrize("defaults", ["secure", "pyramid"])
def test_what_was_set_is_read(value, defaults):
    """A value that ``set_cookie`` has to put into quotes is read as it was before."""
    config = Configurator(settings={"goldilocks.defaults": defaults})

    def view(request):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # WebOb's, of values that need quotes
            request.response.set_cookie("a", value)
        request.response.text = repr(request.cookies.get("a"))
        return request.response

    config.add_view(view)
    app = config.make_wsgi_app()
    written = Request.blank("/").get_response(app).headers["Set-Cookie"].removesuffix("; Path=/")
    assert ";" not in written
    assert read(f"b=1; {written}; c=2", app) == (200, repr(value))


@pytest.mark.parametrize(
    "value",
    [
        '"x"',
        '"x',
        'x"',
        '"',
        '""',
        r'"\101"',
        r'"\777"',
        r'"\054',
        r'"\000"',
        r'"\033[2J x"',
        r'"\"',
        r'"\377"',
        '"a\xc3\xa4"',
    ],
)
def test_quotes_mean_nothing(value):
    """What ``set_cookie`` doesn't write is the value as it stands: quotes, backslashes, and controls that would be smuggled in."""
    assert parse(f"a={value}; b=1")["a"] == value.encode("latin-1").decode()


@pytest.mark.parametrize("header", ["a=b, csrf_token=evil", "a=x csrf_token=evil; b=1", "a" * 15_990])
def test_token_is_one_whatever_cookies_come(header):
    """A page that asks twice for a token that isn't there yet gets one token, which no other cookie's value can hold or hide."""
    config = Configurator(settings={"goldilocks.mask_csrf_tokens": False})
    config.set_csrf_storage_policy(CookieCSRFStoragePolicy())
    config.add_view(lambda request: Response(f"{get_csrf_token(request)} {get_csrf_token(request)}"))
    status, text = read(header, config.make_wsgi_app())
    first, second = text.split()
    assert status == 200
    assert first == second != "evil"
