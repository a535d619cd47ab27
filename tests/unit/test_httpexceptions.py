from __future__ import annotations

import copy
import json
import pickle
from string import Template

import pytest
from webob import Request, html_escape

from goldilocks import httpexceptions
from goldilocks.httpexceptions import (
    HTTPBadRequest,
    HTTPClientError,
    HTTPException,
    HTTPForbidden,
    HTTPFound,
    HTTPMethodNotAllowed,
    HTTPNoContent,
    HTTPNotFound,
    HTTPServerError,
    HTTPTooManyRequests,
    WSGIHTTPException,
    _HTTPMove,
    _no_escape,
    default_exceptionresponse_view,
    exception_response,
    status_map,
)
from goldilocks.interfaces import IExceptionResponse, IResponse

HTML, JSON, PLAIN = "text/html", "application/json", "text/plain"
MEAN = "<script>alert('1') & more</script>"


class _Lazy(str):
    """Text that is translated when it is wanted, for example."""


class Brewing(HTTPException):
    """A row of an application's own."""

    code = 299
    title = "Brewing"
    explanation = "explained"


def send(answer, accept=None, **environ):
    """Send ``answer`` through WSGI and return it as the client sees it."""
    if accept is not None:
        environ["HTTP_ACCEPT"] = accept
    return Request.blank("/", environ).send(answer)


# --- the table -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", status_map.values())
def test_row_is_a_response_that_can_be_raised(row):
    """Each class of the table can be raised, caught and sent."""
    with pytest.raises(row) as caught:
        raise row()
    assert IExceptionResponse.providedBy(caught.value)
    assert IResponse.providedBy(caught.value)
    assert send(caught.value).status == f"{row.code} {row.title}"


@pytest.mark.parametrize("row", status_map.values())
def test_row_says_its_code_in_its_docstring(row):
    """The documentation of each class says what its status means."""
    assert row is HTTPException or row.__doc__.startswith(f"{row.code}: ")


@pytest.mark.parametrize("row", [*status_map.values(), _HTTPMove])
def test_row_can_be_pickled_and_copied(row):
    """An answer that crosses a process is the same answer."""
    answer = row("said")
    answer.headers["X-More"] = "1"
    for twin in (pickle.loads(pickle.dumps(answer)), copy.copy(answer)):
        assert type(twin) is row
        assert (twin.status, twin.headerlist, twin.detail) == (
            answer.status,
            answer.headerlist,
            answer.detail,
        )


@pytest.mark.parametrize("row", status_map.values())
def test_row_has_a_body_unless_its_status_forbids_one(row):
    """A page is written for all but the statuses without body."""
    sent = send(row(), PLAIN)
    if row.empty_body:
        assert sent.body == b""
        assert "Content-Type" not in sent.headers
        assert "Content-Length" not in sent.headers
    else:
        assert sent.text.startswith(f"{row.code} {row.title}\n\n")


def test_status_map_is_complete():
    """The table holds the statuses that are in use, and no private or abstract class."""
    expected = {520, *range(200, 207), *range(300, 309), *range(400, 419), 422, 423, 424, 428, 429, 431}
    assert set(status_map) == (expected - {306}) | {*range(500, 506), 507}
    assert status_map[400] is HTTPBadRequest
    assert HTTPServerError not in status_map.values()
    assert _HTTPMove not in status_map.values()


@pytest.mark.parametrize(
    ("codes", "base"),
    [
        (range(200, 300), httpexceptions.HTTPSuccessful),
        (range(300, 400), httpexceptions.HTTPRedirection),
        (range(400, 500), HTTPClientError),
        (range(500, 508), HTTPServerError),
    ],
)
def test_family_by_code(codes, base):
    """The first digit tells the base class."""
    assert all(issubclass(row, base) for code, row in status_map.items() if code in codes)


def test_errors_have_a_common_base():
    """Client and server errors are errors, redirections are not."""
    assert issubclass(HTTPClientError, httpexceptions.HTTPError)
    assert issubclass(HTTPServerError, httpexceptions.HTTPError)
    assert not issubclass(HTTPFound, httpexceptions.HTTPError)


def test_exception_response():
    """A status makes its answer, and keywords reach it."""
    answer = exception_response(429, detail="slowly", headers=[("Retry-After", "9")])
    assert type(answer) is HTTPTooManyRequests
    assert (answer.detail, answer.headers["Retry-After"]) == ("slowly", "9")


def test_exception_response_of_an_unknown_status():
    """What isn't in the table is a mistake of the caller."""
    with pytest.raises(KeyError):
        exception_response(306)


def test_older_name():
    """WebOb's name means the same class."""
    assert WSGIHTTPException is HTTPException


# --- making one ------------------------------------------------------------------------------------------------------


def test_subclass_makes_a_row_of_its_own():
    """Three class attributes make a status of the application's."""
    assert Brewing().status == "299 Brewing"


def test_detail_is_the_message():
    """The detail is what the error says, under every name for it."""
    error = HTTPNotFound("no page 7")
    assert str(error) == error.detail == error.message == "no page 7"
    assert error.args == ("no page 7",)


def test_without_detail_the_explanation_speaks():
    """An answer without detail says what its status means."""
    assert str(Brewing()) == "explained"


def test_detail_may_be_anything():
    """A detail that isn't text is turned into text where text is needed."""
    answer = HTTPBadRequest({"field": "missing"})
    assert str(answer) == "{'field': 'missing'}"
    assert "{'field': 'missing'}" in send(answer, PLAIN).text


@pytest.mark.parametrize("headers", [[("X-One", "1")], {"X-One": "1"}])
def test_headers_may_be_pairs_or_a_mapping(headers):
    """Headers are added to those of the response."""
    assert HTTPNotFound(headers=headers).headers["X-One"] == "1"


def test_other_keywords_are_the_responses():
    """Whatever a response takes, an HTTP exception takes."""
    answer = HTTPNotFound(content_type=JSON, json_body={"a": 1})
    assert json.loads(send(answer, HTML).text) == {"a": 1}


@pytest.mark.parametrize("content", [{"body": b"mine"}, {"text": "mine"}, {"app_iter": [b"mine"]}])
def test_a_body_is_kept(content):
    """No page is written where there is a body."""
    assert send(HTTPNotFound(**content), JSON).body == b"mine"


def test_forbidden_keeps_the_verdict():
    """The verdict of the security policy is an attribute."""
    assert HTTPForbidden("no", result="denied").result == "denied"
    assert HTTPForbidden().result is None


def test_move_names_the_place():
    """The first argument of a redirection is the place."""
    answer = HTTPFound("/there", detail="soon")
    assert (answer.location, answer.detail) == ("/there", "soon")


def test_move_by_default_goes_nowhere():
    """A redirection without a place has an empty one."""
    assert _HTTPMove().location == ""


def test_move_to_none():
    """``None`` is refused at the line that says it, and the error names the class."""
    with pytest.raises(ValueError, match="HTTPFound needs a location"):
        HTTPFound(None)


def test_response_and_exception_are_one():
    """The names from when they were two objects mean the answer itself."""
    answer = HTTPNotFound()
    assert answer.wsgi_response is answer.exception is answer


# --- the page --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("", PLAIN),
        ("text/html", HTML),
        ("application/json", JSON),
        ("text/plain", PLAIN),
        ("image/png", PLAIN),
        ("*/*", HTML),
        ("application/json, text/html;q=0.5", JSON),
        ("text/html;q=0, application/json;q=0", PLAIN),
        ("not a header at all;;;", HTML),
    ],
)
def test_form_follows_accept(accept, content_type):
    """HTML or JSON, whichever the client likes better, and plain text if neither."""
    assert send(Brewing(), accept).content_type == content_type


def test_without_accept_the_page_is_plain():
    """A client that doesn't say what it accepts gets text."""
    sent = send(Brewing("detailed", comment="hidden"))
    assert sent.headers["Content-Type"] == "text/plain; charset=UTF-8"
    assert sent.text == "299 Brewing\n\nexplained\n\n\ndetailed\nhidden\n"


def test_html_page():
    """The HTML page has status, explanation, detail and a comment."""
    sent = send(Brewing("detailed", comment="hidden"), HTML)
    assert sent.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert "<h1>299 Brewing</h1>" in sent.text
    assert "explained<br/><br/>\ndetailed\n<!-- hidden -->" in sent.text


@pytest.mark.parametrize("accept", [HTML, PLAIN, JSON])
def test_no_comment_no_trace(accept):
    """Without a comment there is no empty one either."""
    assert "<!--" not in send(Brewing(), accept).text


def test_json_page():
    """JSON has message, code and title, and no charset parameter."""
    sent = send(Brewing("detailed"), JSON)
    assert sent.headers["Content-Type"] == JSON
    assert sent.json == {"message": "explained\n\n\ndetailed\n\n", "code": "299 Brewing", "title": "Brewing"}


def test_json_by_a_formatter():
    """A formatter makes the JSON of one answer."""

    def formatter(status, body, title, environ):
        return {"problem": title, "status": status, "method": environ["REQUEST_METHOD"]}

    answer = Brewing(json_formatter=formatter)
    assert send(answer, JSON).json == {"problem": "Brewing", "status": "299 Brewing", "method": "GET"}


def test_page_is_escaped():
    """In HTML nothing gets through as markup: not status, explanation, detail, comment."""

    class Mean(HTTPException):
        code = 499
        title = MEAN
        explanation = MEAN

    text = send(Mean(MEAN, comment=f"--> {MEAN}"), HTML).text
    assert "<script" not in text
    assert text.count("&lt;script&gt;") == 5
    assert text.count("-->") == 1


def test_environment_is_escaped():
    """What a template takes from the environment is escaped, even if it claims to be safe markup."""

    class Markup(str):
        def __html__(self):
            return str(self)

    answer = Brewing(body_template="${QUERY_STRING} ${MARKUP}")
    text = send(answer, HTML, QUERY_STRING=MEAN, MARKUP=Markup(MEAN)).text
    assert "<script" not in text
    assert text.count("&lt;script&gt;") == 2


def test_headers_are_escaped():
    """What a template takes from the response's headers is escaped."""
    text = send(HTTPFound('/?<"'), HTML).text
    assert "/?&lt;&quot;; you" in text
    assert '/?<"' not in text


def test_template_names_environment_headers_and_own_words():
    """A template may name the answer's words, headers in lower case, and keys of the environment."""
    answer = Brewing(
        "detailed", headers={"Server": "pot"}, body_template="${detail} ${server} ${REQUEST_METHOD}"
    )
    assert answer.body_template == "${detail} ${server} ${REQUEST_METHOD}"
    assert send(answer, PLAIN).text == "299 Brewing\n\ndetailed pot GET"


@pytest.mark.parametrize(("value", "text"), [("é", "é"), ("é".encode(), "é"), (7, "7"), (None, "")])
def test_environment_values_of_any_kind(value, text):
    """What isn't text becomes text."""
    assert send(Brewing(body_template="${value}"), PLAIN, value=value).text == f"299 Brewing\n\n{text}"


def test_environment_is_left_alone_unless_named():
    """An object of the environment that can't be turned into text does no harm."""

    class Choke:
        def __str__(self):
            raise AssertionError("nobody asked")

    assert send(Brewing(body_template="fine"), PLAIN, choke=Choke()).text == "299 Brewing\n\nfine"


def test_template_that_names_nothing_known():
    """A word that is nowhere is a mistake in the template."""
    with pytest.raises(KeyError, match="unheard"):
        Brewing(body_template="${unheard}").prepare({})


def test_method_not_allowed_names_the_method():
    """The page of a 405 says which method it was, escaped."""
    answer = HTTPMethodNotAllowed()
    answer.prepare({"REQUEST_METHOD": "<B>", "HTTP_ACCEPT": HTML})
    assert "&lt;B&gt; is not allowed" in answer.text


def test_page_is_written_once():
    """Sent again, the answer has the page that it had."""
    answer = Brewing()
    assert send(answer, HTML).body == send(answer, JSON).body


def test_status_without_body_has_no_page():
    """`prepare` leaves an answer without body alone."""
    answer = HTTPNoContent()
    answer.prepare({})
    assert not answer.has_body


def test_page_in_another_charset():
    """The page is encoded as the content type says, and what the charset doesn't have is no error."""

    class Legacy(Brewing):
        explanation = "\u00e9 \u20ac"
        default_charset = "latin-1"

    assert b"\xe9 ?" in send(Legacy(), PLAIN).body


# --- pages that are known beforehand ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "content_type", "body"),
    [
        (HTML, "text/html; charset=UTF-8", b"<br/><br/>\na &lt; \xc3\xa9\n"),
        (JSON, JSON, b'\\n\\n\\na < \\u00e9\\n\\n"'),
        (PLAIN, "text/plain; charset=UTF-8", b"\n\n\na < \xc3\xa9\n\n"),
    ],
)
def test_detail_in_a_known_page(accept, content_type, body):
    """Of the page of a class, only the detail is written anew; also the second time."""
    for _ in range(2):
        sent = send(HTTPNotFound("a < é"), accept)
        assert sent.headers["Content-Type"] == content_type
        assert sent.headers["Content-Length"] == str(len(sent.body))
        assert body in sent.body.replace(b"&#233;", b"\xc3\xa9")


def test_own_headers_of_a_known_page():
    """Headers that were added stand before those of the page."""
    answer = HTTPNotFound(headers=[("X-One", "1")])
    answer.prepare({})
    assert [name for name, _ in answer.headerlist] == ["X-One", "Content-Type", "Content-Length"]
    assert answer.headers["Content-Length"] == str(len(answer.body))


@pytest.mark.parametrize("headers", [{"Content-MD5": "x"}, {"Content-Type": "text/x"}])
def test_headers_that_belong_to_the_body(headers):
    """What was said of a body doesn't hold for the page."""
    answer = HTTPNotFound(headers=headers)
    answer.prepare({"HTTP_ACCEPT": PLAIN})
    assert answer.headerlist == [
        ("Content-Type", "text/plain; charset=UTF-8"),
        ("Content-Length", str(len(answer.body))),
    ]


def test_words_of_the_request_in_a_known_page():
    """A class's template may name parts of the request, which are escaped."""
    for method in ("<b>", "BREW"):
        sent = send(HTTPMethodNotAllowed(), HTML, REQUEST_METHOD=method)
        assert f"The method {html_escape(method)} is not allowed" in sent.text


@pytest.mark.parametrize(
    "change",
    [
        {"explanation": "changed"},
        {"title": "Changed"},
        {"body_template_obj": Template("changed ${detail}")},
        {"html_template_obj": Template("changed ${status} ${body}")},
        {"_json_formatter": lambda **words: {"message": "changed"}},
    ],
)
def test_what_is_changed_of_one_answer(change):
    """What is written onto an answer counts for it, and for no other."""
    answer = HTTPNotFound("x")
    vars(answer).update(change)
    accept = JSON if "_json_formatter" in change or "title" in change else HTML
    assert "changed" in send(answer, accept).text.lower()
    assert "changed" not in send(HTTPNotFound("x"), accept).text.lower()


def test_what_is_changed_of_a_class(monkeypatch):
    """What is written onto a class counts from then on."""
    assert "other" not in send(HTTPNotFound(), HTML).text
    for name, value in [
        ("explanation", "other words"),
        ("body_template_obj", Template("other body")),
        ("html_template_obj", Template("other frame")),
        ("title", "Another"),
        ("default_content_type", "text/other"),
    ]:
        with monkeypatch.context() as patch:
            patch.setattr(HTTPNotFound, name, value)
            answer = HTTPNotFound()
            assert "other" in f"{answer.content_type} {answer.status} {send(answer, HTML).text}".lower()
    assert "other" not in send(HTTPNotFound(), HTML).text


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"explanation": "\0detail\0"}, None),
        ({"explanation": _Lazy("told late")}, None),
        ({"body_template_obj": Template("$")}, ValueError),
        ({"html_template_obj": Template("${unheard}")}, KeyError),
    ],
)
def test_pages_that_can_not_be_known(change, error):
    """What can't be known beforehand is written when it is wanted, and a mistake in it is met then."""
    row = type("Row", (HTTPNotFound,), change)
    for _ in range(2):
        if error is None:
            assert str(row.explanation) in send(row("x"), HTML).text
        else:
            with pytest.raises(error):
                row("x").prepare({"HTTP_ACCEPT": HTML})


def test_body_that_was_taken_away():
    """An answer without any body, not even an empty one, gets its page."""
    answer = HTTPNotFound()
    answer.app_iter = None
    answer.prepare({})
    assert answer.text.startswith("404 Not Found")


def test_changes_before_the_page():
    """Status, headers and body can be changed like those of any response, and nothing is shared with others."""
    answer, other = HTTPNotFound(), HTTPNotFound()
    answer.status = "404 Gone Fishing"
    answer.headers["X-One"] = "1"
    answer.content_type = PLAIN
    answer.text = "changed"
    sent, untouched = send(answer, HTML), send(other, HTML)
    assert (sent.status, sent.text, sent.content_type) == ("404 Gone Fishing", "changed", PLAIN)
    assert (untouched.status, untouched.content_type) == ("404 Not Found", HTML)
    assert "X-One" not in untouched.headers


def test_status_on_a_known_page():
    """The page names the status that is sent."""
    answer = HTTPNotFound()
    answer.status = "404 Gone Fishing"
    assert "<h1>404 Gone Fishing</h1>" in send(answer, HTML).text


# --- helpers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "text"), [(None, ""), ("é", "é"), ("é".encode(), "é"), (42, "42")])
def test_no_escape(value, text):
    """Everything becomes text, and stays what it is."""
    assert _no_escape(value) == text


def test_default_view_answers_with_the_exception():
    """An exception that is a response answers itself."""
    answer = HTTPNotFound()
    assert default_exceptionresponse_view(answer, None) is answer


def test_default_view_called_with_a_resource():
    """A view that is called with the context finds the exception on the request."""

    class Handling:
        exception = HTTPNotFound()

    class Calm:
        exception = None

    assert default_exceptionresponse_view("resource", Handling()) is Handling.exception
    assert default_exceptionresponse_view("resource", Calm()) == "resource"
