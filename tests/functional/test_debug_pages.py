"""Error pages of whole applications: they explain under ``goldilocks.debug``, and say nothing of the request without it."""

from __future__ import annotations

import logging

import pytest

from goldilocks.acl import DENY_ALL
from goldilocks.authorization import ACLHelper
from goldilocks.config import Configurator
from goldilocks.events import ContextFound, NewResponse
from goldilocks.httpexceptions import HTTPException, HTTPForbidden, HTTPNotFound
from goldilocks.registry import Registry
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.router import Router
from tests.support import browse, serve

SECRET = "a-very-secret-thing"
HTML = {"Accept": "text/html"}
#: WebTest wants errors for itself; a server doesn't.
AS_A_SERVER = {"paste.throw_errors": False}


class Policy:
    def permits(self, request, context, permission):
        return ACLHelper().permits(context, ["system.Everyone"], permission)


class Root:
    __acl__ = [DENY_ALL]


def fail(request):
    password = SECRET
    raise ValueError(f"wrong length: {len(password)}")


def missing(request):
    raise HTTPNotFound("No book of this number.")


def application(config):
    config.add_route("book", "/book/{number}")
    config.add_view(missing, route_name="book")
    config.add_route("fail", "/fail")
    config.add_view(fail, route_name="fail")
    config.add_route("save", "/save")
    config.add_view(lambda request: Response("saved"), route_name="save", request_method="POST")
    config.add_route("vault", "/vault", factory=lambda request: Root())
    config.set_security_policy(Policy())
    config.add_view(lambda request: Response(SECRET), route_name="vault", permission="open")


def explaining(*includes, **settings):
    return serve(application, *includes, goldilocks__debug="true", **settings)


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch):
    for name in ("DEBUG", "DEFAULTS", "ANSWER_ERRORS", "PRODUCTION"):
        monkeypatch.delenv(f"GOLDILOCKS_{name}", raising=False)


# --- Explaining ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        (
            "/bok/7",
            404,
            ["No route fits this path", "Nearest routes", "/book/{number}", "test_debug_pages.py, line"],
        ),
        ("/book/7", 404, ["The application raised HTTPNotFound in missing", "No book of this number."]),
        ("/save", 405, ["it answers OPTIONS, POST", "request_method = POST"]),
        ("/vault", 403, ["Deny  system.Everyone  every permission", "Root", "Policy", "open"]),
        ("/fail", 500, ["ValueError: wrong length: 19", "in fail", 'raise ValueError(f"wrong length']),
    ],
)
@pytest.mark.parametrize("accept", ["text/html", "*/*"])
def test_explanations(path, status, words, accept):
    """Every default page tells why, in HTML and as text."""
    response = explaining().get(path, status=status, headers={"Accept": accept}, extra_environ=AS_A_SERVER)
    assert response.content_type == ("text/html" if accept == "text/html" else "text/plain")
    text = response.html.get_text() if accept == "text/html" else response.text
    for word in words:
        assert word in text


@pytest.mark.parametrize("path", ["/nothing", "/vault", "/fail", "/book/1"])
@pytest.mark.parametrize("accept", ["text/html", "text/plain", "application/json"])
def test_no_secrets(path, accept):
    """Settings, cookies, headers, the query and the values of variables are never shown."""
    headers = {
        "Accept": accept,
        "Cookie": f"session={SECRET}",
        "Authorization": f"Bearer {SECRET}",
        "X-Key": SECRET,
    }
    browser = explaining(secret=SECRET)
    response = browser.get(
        f"{path}?token={SECRET}", headers=headers, expect_errors=True, extra_environ=AS_A_SERVER
    )
    assert SECRET not in response.text.replace(f"password = {SECRET}", "")


def test_hostile_path():
    """What stands in a path becomes neither markup nor a control character."""
    path = "/%3Cscript%3Ealert(1)%3C/script%3E%1B%5B2J%0A%E2%80%AE"
    response = explaining(goldilocks__refuse_controls="false").get(path, headers=HTML, status=404)
    assert response.html.find("script") is None
    assert "/<script>alert(1)</script>\\x1b[2J\\n\\u202e" in response.html.get_text()


def test_environment(monkeypatch):
    """The pages can be switched on from outside, whatever the settings say."""
    monkeypatch.setenv("GOLDILOCKS_DEBUG", "1")
    assert "explains itself" in serve(application, goldilocks__debug="false").get("/nothing", status=404)


def test_allow_stays():
    """A header of the error is a header of the page."""
    assert explaining().get("/save", status=405).headers["Allow"] == "OPTIONS, POST"


def test_head():
    """The answer to HEAD has no body."""
    response = explaining().head("/nothing", status=404)
    assert response.body == b""
    assert int(response.headers["Content-Length"]) > 0


@pytest.mark.parametrize(
    "include",
    [
        lambda config: config.add_notfound_view(lambda request: Response("mine", status=404)),
        lambda config: config.add_view(lambda request: Response("mine", status=404), context=HTTPException),
        lambda config: config.add_exception_view(
            lambda request: Response("mine", status=404), context=HTTPNotFound
        ),
    ],
)
@pytest.mark.parametrize("debug", ["true", "false"])
def test_own_views_win(include, debug):
    """Whatever view the application says for the error answers it, without a conflict."""
    assert serve(application, include, goldilocks__debug=debug).get("/nothing", status=404).text == "mine"


def test_own_forbidden_view_wins():
    """The same holds for refusals."""

    def include(config):
        config.add_forbidden_view(lambda request: Response("mine", status=403))

    assert explaining(include).get("/vault", status=403).text == "mine"


def test_append_slash():
    """A not-found view that only appends slashes has the explaining page where there is nothing to append to."""

    def include(config):
        config.add_notfound_view(append_slash=True)

    assert "explains itself" in explaining(include).get("/nothing", status=404)


def test_own_default_view():
    """An application that replaces the default view, or wants none, has no pages of ours."""
    settings = {"goldilocks.debug": "true"}
    config = Configurator(
        settings=settings, exceptionresponse_view=lambda error, request: Response("mine", status=404)
    )
    assert browse(config.make_wsgi_app()).get("/", status=404).text == "mine"
    app = Configurator(settings=settings, exceptionresponse_view=None).make_wsgi_app()
    with pytest.raises(HTTPNotFound):
        browse(app).get("/")


# --- Saying nothing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/nothing/hidden", "/static/hidden", "/static/../hidden", "/vault?hidden", "/save?hidden"]
)
@pytest.mark.parametrize("accept", ["text/html", "text/plain", "application/json"])
def test_default_pages_say_nothing(path, accept):
    """Under our own defaults no page of the framework's repeats anything of the request."""
    browser = serve(application, lambda config: config.add_static_view("static", "tests:data"))
    response = browser.get(path, headers={"Accept": accept}, expect_errors=True)
    assert response.status_int in (403, 404, 405)
    for word in ("hidden", "vault", "save", "GET", "lambda", "permission", "predicate", "POST"):
        assert word not in response.text
    assert response.content_type == accept


def test_words_of_the_application_are_shown():
    """What the application says when it raises an answer is said."""
    assert "No book of this number." in serve(application).get("/book/7", status=404)


def test_allow_stays_without_debug():
    """A wrong method is still told the right ones."""
    assert serve(application).get("/save", status=405).headers["Allow"] == "OPTIONS, POST"


def test_pyramids_pages():
    """Under Pyramid's defaults the pages are Pyramid's."""
    browser = serve(application, goldilocks__defaults="pyramid")
    assert "/nothing" in browser.get("/nothing", status=404)
    assert "failed permission check" in browser.get("/vault", status=403)
    browser.get("/save", status=404)


def test_explaining_under_pyramids_defaults():
    """The explaining pages can be had under Pyramid's defaults."""
    assert "explains itself" in explaining(goldilocks__defaults="pyramid").get("/nothing", status=404)


# --- Errors that nothing answers -----------------------------------------------------------------------------------


def test_unanswered_error(caplog):
    """It is logged once, with its traceback, and answered with a page that says nothing."""
    response = serve(application).get("/fail", status=500, extra_environ=AS_A_SERVER, headers=HTML)
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("goldilocks.router", logging.ERROR)
    assert record.getMessage() == "nothing answered the error of 'GET /fail'"
    assert record.exc_info[0] is ValueError
    for word in ("fail", "ValueError", "wrong length"):
        assert word not in response.text


def test_log_line_cannot_be_forged(caplog):
    """A path with a line's end in it stays one line."""

    def include(config):
        config.add_route("any", "/any/{x}")
        config.add_view(fail, route_name="any")

    careless = serve(include, goldilocks__refuse_controls="false")
    careless.get("/any/%0AERROR", status=500, extra_environ=AS_A_SERVER)
    assert "\n" not in caplog.records[0].getMessage()


def test_exception_views_come_first(caplog):
    """An error that an exception view answers is none."""

    def include(config):
        config.add_exception_view(lambda request: Response("sorry", status=500))

    assert serve(application, include).get("/fail", status=500, extra_environ=AS_A_SERVER).text == "sorry"
    assert caplog.records == []


def test_outside_of_everything():
    """Errors of tweens and of the execution policy are answered, too."""

    def include(config):
        config.set_execution_policy(lambda environ, router: 1 / 0)

    serve(include).get("/", status=500, extra_environ=AS_A_SERVER)


@pytest.mark.parametrize("path", ["/", "/missing"])
def test_page_that_an_execution_policy_asks_for(path, caplog):
    """A page that is asked for when the router is through says so, instead of what it can't know any more."""

    def answer(environ, router):
        with router.request_context(environ) as request:
            try:
                return router.invoke_request(request)
            except HTTPNotFound:
                return request.invoke_exception_view()

    def include(config):
        config.set_execution_policy(answer)
        config.add_view(lambda request: Response("found"))
        config.add_subscriber(lambda event: missing(event.request), NewResponse)
        config.add_subscriber(lambda event: event.request.path == "/missing" and missing(None), ContextFound)

    page = serve(include, goldilocks__debug="true").get(path, status=404, headers=HTML).text
    assert "test_debug_pages.py" in page
    assert caplog.records == []


def test_answer_that_was_begun(caplog):
    """An answer that fails when it has begun is replaced, as long as nothing of it was sent."""

    def begin(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        raise ValueError("too late")

    def include(config):
        config.set_execution_policy(lambda environ, router: begin)

    assert "too late" in serve(include, goldilocks__debug="true").get(
        "/", status=500, extra_environ=AS_A_SERVER
    )
    assert len(caplog.records) == 1


def test_request_that_is_sent_by_hand():
    """An application that is called by a request gets its errors answered, too."""
    app = Configurator().make_wsgi_app()
    app.execution_policy = lambda environ, router: 1 / 0
    assert Request.blank("/").get_response(app).status_int == 500


@pytest.mark.parametrize("path", ["/%ff", "/book/%c3", "/a/%e2%82/b"])
def test_path_that_is_no_text(path, caplog):
    """A path that isn't UTF-8 is a bad request, and no error of the application's."""
    serve(application).get(path, status=400, extra_environ=AS_A_SERVER)
    assert caplog.records == []


def test_page_that_fails(caplog):
    """So is an answer that fails when it is to be sent."""

    def include(config):
        config.add_view(lambda request: HTTPForbidden(body_template="${no_such_word}"))

    serve(include).get("/", status=500, extra_environ=AS_A_SERVER)
    assert caplog.records[0].exc_info[0] is KeyError


@pytest.mark.parametrize(
    ("settings", "environ"),
    [
        ({}, {"paste.throw_errors": True}),
        ({}, {**AS_A_SERVER, "wsgi.handleErrors": False}),
        ({"goldilocks__answer_errors": "false"}, AS_A_SERVER),
        ({"goldilocks__defaults": "pyramid"}, AS_A_SERVER),
    ],
)
def test_errors_that_go_on(settings, environ, caplog):
    """An error goes on to the server as it is where somebody outside wants it, or the deployment doesn't want a page."""
    with pytest.raises(ValueError, match="wrong length"):
        serve(application, **settings).get("/fail", extra_environ=environ)
    assert caplog.records == []


@pytest.mark.parametrize("settings", [None, {"debug_notfound": False, "debug_routematch": False}])
def test_settings_made_by_hand(settings):
    """Where settings were not worked out by us, errors go on as they are."""
    registry = Registry("by hand")
    if settings is not None:
        registry.settings = settings
    router = Router(registry)
    assert (router.answers_errors, router.explains_errors, router.explains_methods) == (False, False, False)


def test_interrupts_go_on():
    """What isn't an error of the application isn't answered."""

    def include(config):
        config.set_execution_policy(interrupt)

    def interrupt(environ, router):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        serve(include).get("/", extra_environ=AS_A_SERVER)
