"""Error pages: nothing that comes from a client, or from an error, gets onto one as markup, nor into its headers."""

from __future__ import annotations

import json
import re

import pytest

from goldilocks import httpexceptions
from goldilocks.config import Configurator
from goldilocks.events import NewResponse
from goldilocks.exceptions import ConfigurationError
from goldilocks.httpexceptions import HTTPException, HTTPMethodNotAllowed, HTTPNotFound, status_map
from goldilocks.request import Request
from goldilocks.response import Response
from tests.support import serve

MARKUP = [
    "<script>alert(1)</script>",
    "</title></style></textarea><img src=x onerror=alert(1)>",
    "\"'><svg/onload=alert(1)>",
    "--><script>alert(1)</script><!--",
    "${status}${body}${detail}<b>",
    "\0detail\0<i>",
    "{{7*7}}%s%(x)s<u>",
    "\ud800<em>",
]

#: Names of tests must be readable anywhere.
NUMBERS = [f"markup{number}" for number in range(len(MARKUP))]


def parts_of(html):
    """Return the names of the tags on a page."""
    return set(re.findall(r"<\s*/?\s*([a-z0-9]+)", html.lower()))


def answer_of(view):
    """Return what an application with one view answers; its errors are its own affair."""
    config = Configurator()
    config.add_view(view)
    return Request.blank("/", accept="text/html").get_response(config.make_wsgi_app(), catch_exc_info=True)


FORMS = ("text/html", "application/json", "text/plain", "*/*", "")
KNOWN_TAGS = {"html", "head", "title", "body", "h1", "br"}


@pytest.mark.parametrize("markup", MARKUP, ids=NUMBERS)
@pytest.mark.parametrize(
    "row", [*status_map.values(), httpexceptions._HTTPMove], ids=lambda row: row.__name__
)
def test_detail_and_comment_are_no_markup(row, markup):
    """CVE-2016-10516 and its like (row 107): what an answer is given to say is text, on the page of every status."""
    for words in ({"detail": markup}, {"detail": markup, "comment": markup}, {"comment": markup}):
        response = Request.blank("/", accept="text/html").get_response(row(**words))
        assert parts_of(response.text) <= KNOWN_TAGS
        assert response.text.count("-->") <= 1


@pytest.mark.parametrize("markup", MARKUP, ids=NUMBERS)
@pytest.mark.parametrize("form", FORMS)
def test_path_and_method_are_no_markup(form, markup):
    """What the client sends isn't repeated as markup: not the path of a 404, not the method of a 405."""
    request = Request.blank("/", accept=form)
    request.environ["PATH_INFO"] = "/" + markup.encode("utf-8", "replace").decode("latin-1")
    request.environ["REQUEST_METHOD"] = markup
    config = Configurator(settings={"goldilocks.defaults": "pyramid"})
    for answer in (config.make_wsgi_app(), HTTPMethodNotAllowed(), HTTPNotFound(markup)):
        response = request.get_response(answer)
        assert response.status_code < 500
        if response.content_type == "text/html":
            assert parts_of(response.text) <= KNOWN_TAGS
        if response.content_type == "application/json":
            assert set(json.loads(response.text)) == {"message", "code", "title"}


@pytest.mark.parametrize("reason", ["OK\r\nX-Evil: 1", "OK\nX-Evil: 1", "\rOK", "O\0K", "O\x7fK", "\u20ac"])
def test_reason_of_a_status_splits_no_answer(reason):
    """CVE-2025-67724 (row 48): a reason with control characters isn't sent, whichever way it was said."""

    class Reasoned(HTTPNotFound):
        title = reason

    def said(request):
        return Reasoned()

    def assigned(request):
        answer = HTTPNotFound()
        answer._status = f"404 {reason}"
        return answer

    for view in (said, assigned):
        answer = answer_of(view)
        assert "X-Evil" not in answer.headers
        assert answer.status == "500 Internal Server Error"


def test_reason_of_a_status_is_no_markup():
    """CVE-2025-67724 (row 48): nor is it markup on the page."""

    class Reasoned(HTTPException):
        code, title = 404, "<script>alert(1)</script>"

    for _ in range(2):
        response = Request.blank("/", accept="text/html").get_response(Reasoned())
        assert parts_of(response.text) <= KNOWN_TAGS


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\0b", "\r"])
def test_headers_of_an_error_split_no_answer(value):
    """CVE-2012-2374 and its like (row 47): the headers of an error are checked as those of every answer."""

    def view(request):
        raise HTTPNotFound(headers=[("X-Thing", value)])

    answer = answer_of(view)
    assert "X-Evil" not in answer.headers
    assert answer.status_code == 500


@pytest.mark.parametrize("markup", MARKUP, ids=NUMBERS)
@pytest.mark.parametrize("path", ["/broken", "/raised", "/missing/"])
def test_debug_page_is_no_markup(path, markup, monkeypatch):
    """CVE-2017-12794 (row 107): on the pages that explain, everything is text: errors, their causes, paths."""
    # half a character in the log can't be sent from one process of the test run to another
    monkeypatch.setattr("goldilocks.failure.log.error", lambda *arguments, **kw: None)

    def broken(request):
        try:
            raise LookupError(markup)
        except LookupError as error:
            raise ValueError(markup) from error

    def raised(request):
        raise HTTPNotFound(markup)

    config = Configurator(settings={"goldilocks.debug": True})
    config.add_route("broken", "/broken")
    config.add_view(broken, route_name="broken")
    config.add_route("raised", "/raised")
    config.add_view(raised, route_name="raised")
    request = Request.blank("/", accept="text/html")
    request.environ["PATH_INFO"] = path + (
        markup.encode("utf-8", "replace").decode("latin-1") if path.endswith("/") else ""
    )
    page = request.get_response(config.make_wsgi_app()).text
    assert "<script" not in page
    assert not parts_of(page) & {"img", "svg", "b", "i", "u", "em", "textarea"}


def test_source_on_a_debug_page_is_no_markup(monkeypatch):
    """CVE-2017-12794 (row 107): nor are the lines of source that a traceback shows."""
    monkeypatch.setattr("goldilocks.failure.log.error", lambda *arguments, **kw: None)

    def broken(request):
        return "<img src=x>" + 1

    config = Configurator(settings={"goldilocks.debug": True})
    config.add_view(broken)
    page = Request.blank("/", accept="text/html").get_response(config.make_wsgi_app()).text
    assert "&lt;img src=x&gt;" in page
    assert "img" not in parts_of(page)


def test_debug_page_runs_nothing():
    """Row 107: should anything get through all the same, the browser neither runs nor loads it, and nobody keeps the page."""
    browser = serve(goldilocks__debug=True)
    answer = browser.get("/missing", headers={"Accept": "text/html"}, status=404)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("settings", [{"goldilocks.debug": "true"}, {"goldilocks.debug": True}])
def test_production_refuses_debug_pages(settings):
    """CVE-2024-34069 (row 107): an application that people depend on doesn't start with pages that explain."""
    with pytest.raises(ConfigurationError, match=r"goldilocks\.debug"):
        Configurator(settings={**settings, "goldilocks.production": "true"})


@pytest.mark.parametrize("accept", FORMS)
def test_page_says_nothing_of_the_request(accept):
    """The default page of a miss doesn't repeat the path."""
    answer = serve().get("/secret-path", headers={"Accept": accept}, status=404)
    assert "secret-path" not in answer.text


@pytest.mark.parametrize(
    "settings", [{"goldilocks__reticent_pages": False}, {"goldilocks__defaults": "pyramid"}]
)
def test_page_repeats_the_path_where_that_is_said(settings):
    """The setting brings the path back, as Pyramid's defaults do; and under those the setting keeps it off."""
    assert "secret-path" in serve(**settings).get("/secret-path", status=404).text
    both = {"goldilocks__defaults": "pyramid", "goldilocks__reticent_pages": True}
    assert "secret-path" not in serve(**both).get("/secret-path", status=404).text


def test_page_of_one_request_is_not_that_of_another():
    """What is remembered of a page holds nothing of the request that it was first written for."""
    for number in range(3):
        request = Request.blank(f"/{number}", method=f"METHOD{number}", accept="text/html")
        for answer in (HTTPNotFound(f"detail {number}"), HTTPMethodNotAllowed(f"detail {number}")):
            text = request.get_response(answer).text
            assert f"detail {number}" in text
            assert not re.search(rf"(detail |METHOD)[^{number}]", text)


@pytest.mark.parametrize("accept", ["text/html", "application/json", "text/plain"])
@pytest.mark.parametrize(
    "words", ["${HTTP_COOKIE}", "$HTTP_COOKIE", "\0HTTP_COOKIE\0", "%(HTTP_COOKIE)s", "{HTTP_COOKIE}"]
)
def test_words_of_an_error_are_no_template(words, accept):
    """CVE-2024-13918 and its kin: what an error says of a request names nothing else of it."""

    def missing(request):
        raise HTTPNotFound(words, comment=words)

    browser = serve(lambda config: config.add_view(missing))
    answer = browser.get("/", headers={"Cookie": "a=secret", "Accept": accept}, status=404)
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"HTTP_ORIGIN": "https://a.example\0"}, 400),
        ({"HTTP_ORIGIN": "\x1b", "HTTP_HOST": "a b"}, 400),
        ({"HTTP_ORIGIN": "\x1b", "REQUEST_METHOD": "A B"}, 400),
        ({"HTTP_ORIGIN": "\x1b", "PATH_INFO": "/\0"}, 404),
        ({"HTTP_ORIGIN": "\x1b", "QUERY_STRING": "a" * 20_000}, 414),
        ({"HTTP_ORIGIN": "https://a.example"}, 200),
        ({"HTTP_X_WANTED": "a\nb"}, 400),
    ],
)
@pytest.mark.parametrize("answers", [True, False])
def test_refusal_that_repeats_what_was_refused(said, status, answers, caplog):
    """An application that tells the client its own origin, also when it is refused for it, doesn't make it an error of the server."""

    def allow_origin(event):
        for name in ("Origin", "X-Wanted"):
            if name in event.request.headers:
                event.response.headers["Access-Control-Allow-Origin"] = event.request.headers[name]

    config = Configurator()
    config.add_view(lambda request: Response("hello"))
    config.add_subscriber(allow_origin, NewResponse)
    if answers:
        config.add_exception_view(
            lambda error, request: Response(error.title, status=error.status), context=HTTPException
        )
    answer = Request.blank("/", environ=said).get_response(config.make_wsgi_app(), catch_exc_info=True)
    assert answer.status_code == status


@pytest.mark.parametrize("checks", [True, False])
def test_answer_that_repeats_what_nobody_refused(checks):
    """What an application makes of a request with which nothing is wrong is its own error, if it can't be sent."""

    def view(request):
        return Response("hello", headerlist=[("X-Wanted", request.params["a"])])

    config = Configurator(settings={"goldilocks.check_requests": checks})
    config.add_view(view)
    assert (
        Request.blank("/?a=%00").get_response(config.make_wsgi_app(), catch_exc_info=True).status_code == 500
    )
