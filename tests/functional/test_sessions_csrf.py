"""Sessions, and the tokens that keep other sites' forms out."""

from __future__ import annotations

import pytest

from goldilocks.config import not_
from goldilocks.csrf import (
    CookieCSRFStoragePolicy,
    SessionCSRFStoragePolicy,
    check_csrf_token,
    get_csrf_token,
    new_csrf_token,
)
from goldilocks.exceptions import BadCSRFOrigin, BadCSRFToken
from goldilocks.response import Response
from goldilocks.session import SignedCookieSessionFactory
from tests.support import serve

SECRET = "a secret of more than thirty-two bytes, all of them new"


def with_sessions(config):
    config.set_session_factory(SignedCookieSessionFactory(SECRET))


# --- Sessions --------------------------------------------------------------------------------------------------------


def counting(config):
    with_sessions(config)

    def count(request):
        request.session["count"] = request.session.get("count", 0) + 1
        return Response(str(request.session["count"]))

    def leave(request):
        request.session.invalidate()
        return Response("left")

    def flash(request):
        request.session.flash("once", "queue")
        return Response()

    config.add_view(count)
    config.add_view(leave, name="leave")
    config.add_view(flash, name="flash")
    config.add_view(lambda request: request.session.pop_flash("queue"), name="flashed", renderer="json")
    config.add_view(lambda request: Response("nothing"), name="nothing")


def test_session_lasts():
    """What is put into a session is there at the visitor's next request."""
    browser = serve(counting)
    assert [browser.get("/").text for _ in range(3)] == ["1", "2", "3"]


def test_sessions_are_apart():
    """Every visitor has a session of their own."""
    browser, other = serve(counting), serve(counting)
    browser.get("/")
    assert (browser.get("/").text, other.get("/").text) == ("2", "1")


def test_session_ends():
    """``invalidate`` empties a session."""
    browser = serve(counting)
    browser.get("/")
    browser.get("/leave")
    assert browser.get("/").text == "1"


def test_flash_messages():
    """A flash message is told once."""
    browser = serve(counting)
    browser.get("/flash")
    assert browser.get("/flashed").json == ["once"]
    assert browser.get("/flashed").json == []


def test_session_that_nobody_asks_for():
    """A view that doesn't look at the session sends no cookie."""
    assert "Set-Cookie" not in serve(counting).get("/nothing").headers


@pytest.mark.parametrize("value", ["garbage", "", "a" * 5000, "b\xc3\xa4r"])
def test_cookie_that_is_no_session(value):
    """A cookie that isn't a session is the beginning of a new one."""
    browser = serve(counting)
    assert browser.get("/", headers={"Cookie": f"session={value}"}).text == "1"


def test_application_without_sessions():
    """Without a session factory, asking for the session is an error that says what to do."""
    with pytest.raises(AttributeError, match="set_session_factory"):
        serve(lambda config: config.add_view(lambda request: request.session)).get("/")


# --- CSRF ------------------------------------------------------------------------------------------------------------


STORAGES = {
    "legacy": None,
    "session": SessionCSRFStoragePolicy(),
    "cookie": CookieCSRFStoragePolicy(),
}


def guarded(storage="legacy", **options):
    """An application whose views are guarded by default."""

    def app(config):
        with_sessions(config)
        if STORAGES[storage] is not None:
            config.set_csrf_storage_policy(STORAGES[storage])
        config.set_default_csrf_options(require_csrf=True, **options)
        config.add_view(lambda request: Response(get_csrf_token(request)), name="token")
        config.add_view(lambda request: Response(new_csrf_token(request)), name="new")
        config.add_view(lambda request: Response("done"), name="do")
        config.add_view(lambda request: Response("open"), name="open", require_csrf=False)

    return serve(app)


STORED = pytest.mark.parametrize("storage", STORAGES)


@STORED
def test_token_in_a_form(storage):
    """A form with the visitor's token passes, one without doesn't."""
    browser = guarded(storage)
    token = browser.get("/token").text
    assert browser.post("/do", {"csrf_token": token}).text == "done"
    assert browser.post("/do", {"csrf_token": token[:-1] + "ä"}, status=400).status_int == 400
    assert browser.post("/do", status=400).status_int == 400


@STORED
def test_token_in_a_header(storage):
    """A header does as well."""
    browser = guarded(storage)
    token = browser.get("/token").text
    assert browser.post("/do", headers={"X-CSRF-Token": token}).text == "done"
    assert browser.put("/do", headers={"X-CSRF-Token": "nonsense"}, status=400).status_int == 400


@STORED
def test_token_in_the_query_does_not_count(storage):
    """A token in the URL isn't looked at: URLs are seen by others."""
    browser = guarded(storage)
    token = browser.get("/token").text
    assert browser.post(f"/do?csrf_token={token}", status=400).status_int == 400


@STORED
def test_new_token(storage):
    """A new token makes the old one worthless."""
    browser = guarded(storage)
    old = browser.get("/token").text
    new = browser.get("/new").text
    assert old != new
    assert browser.post("/do", {"csrf_token": old}, status=400).status_int == 400
    assert browser.post("/do", {"csrf_token": new}).text == "done"


@STORED
def test_token_of_somebody_else(storage):
    """Another visitor's token is worth nothing."""
    token = guarded(storage).get("/token").text
    assert guarded(storage).post("/do", {"csrf_token": token}, status=400).status_int == 400


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_safe_methods(method):
    """Methods that change nothing need no token."""
    assert guarded().request("/do", method=method).status_int == 200


def test_view_that_says_no():
    """A view may be left open, whatever the default is."""
    assert guarded().post("/open").text == "open"


def test_options():
    """Field, header and safe methods can be said otherwise, and a callback may leave the check out."""
    browser = guarded(
        token="fork",
        header="X-Fork",
        safe_methods=("GET", "PUT"),
        callback=lambda request: "skip" not in request.GET,
    )
    token = browser.get("/token").text
    assert browser.put("/do").text == "done"
    assert browser.post("/do?skip").text == "done"
    assert browser.post("/do", {"fork": token}).text == "done"
    assert browser.post("/do", headers={"X-Fork": token}).text == "done"
    assert browser.post("/do", {"csrf_token": token}, status=400).status_int == 400


def test_neither_field_nor_header():
    """Where tokens are looked for nowhere, nothing is checked."""
    assert guarded(token=None, header=None).post("/do").text == "done"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://localhost"}, 200),
        ({"Referer": "https://localhost/page"}, 200),
        ({"Origin": "https://elsewhere.org"}, 400),
        ({"Origin": "null"}, 400),
        ({"Referer": "http://localhost/page"}, 400),
        ({}, 200),
    ],
)
def test_origin_over_https(headers, status):
    """Over HTTPS the request must come from a page of this site, as far as the browser says where it comes from."""
    browser = guarded()
    environ = {"wsgi.url_scheme": "https", "HTTP_HOST": "localhost"}
    token = browser.get("/token", extra_environ=environ).text
    browser.post("/do", {"csrf_token": token}, headers=headers, extra_environ=environ, status=status)


def test_origin_that_is_not_checked():
    """The origin is looked at only where that is wanted."""
    browser = guarded(check_origin=False)
    environ = {"wsgi.url_scheme": "https"}
    token = browser.get("/token", extra_environ=environ).text
    assert browser.post("/do", {"csrf_token": token}, extra_environ=environ).text == "done"


def test_view_that_asks_for_the_check():
    """Where nothing is guarded by default, a view asks for it itself."""

    def app(config):
        with_sessions(config)
        config.add_view(lambda request: Response("done"), name="do", require_csrf=True)
        config.add_view(lambda request: Response("open"), name="open")

    browser = serve(app)
    assert browser.post("/do", status=400).status_int == 400
    assert browser.post("/open").text == "open"


def test_refusal_is_an_exception():
    """A refused request can be answered by an exception view."""

    def app(config):
        with_sessions(config)
        config.add_view(lambda request: Response("done"), require_csrf=True)
        config.add_exception_view(lambda request: Response("no token", status=400), context=BadCSRFToken)
        config.add_exception_view(lambda request: Response("origin", status=400), context=BadCSRFOrigin)

    browser = serve(app)
    assert browser.post("/", status=400).text == "no token"
    environ = {"wsgi.url_scheme": "https", "HTTP_REFERER": "https://elsewhere.org/"}
    assert browser.post("/", extra_environ=environ, status=400).text == "origin"


def test_exception_views_need_no_token():
    """The default holds for no exception view: an error of a form without token finds its view."""

    def app(config):
        with_sessions(config)
        config.set_default_csrf_options(require_csrf=True)
        config.add_view(lambda request: Response(), request_method=not_("POST"))
        config.add_notfound_view(lambda request: Response("nothing", status=404))

    assert serve(app).post("/nowhere", status=404).text == "nothing"


def test_check_by_hand():
    """A view may check by itself and decide what a bad token means."""

    def app(config):
        with_sessions(config)
        config.add_view(lambda request: Response(str(check_csrf_token(request, raises=False))))

    assert serve(app).post("/").text == "False"
