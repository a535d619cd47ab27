"""What went wrong with JSON elsewhere: bodies that aren't called JSON, numbers without end, levels without end."""

import io

import pytest

from goldilocks.config import Configurator
from goldilocks.request import Request


def app(**settings):
    """An application that says what it read."""
    config = Configurator(settings={name.replace("__", "."): value for name, value in settings.items()})
    config.add_route("json", "/json")
    config.add_view(lambda request: {"read": request.json_body}, route_name="json", renderer="json")
    return config.make_wsgi_app()


def post(body, content_type="application/json", application=None):
    """Send a body; return status code and text."""
    environ = Request.blank("/json").environ | {
        "REQUEST_METHOD": "POST",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    if content_type is not None:
        environ["CONTENT_TYPE"] = content_type
    answers = []
    text = b"".join(
        (application or app())(environ, lambda status, headers, exc_info=None: answers.append(status))
    )
    return int(answers[0][:3]), text.decode()


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=B",
        "text/json",
        "application/json;text/plain",
        "application/json, text/plain",
        "text/plain; application/json",
        "text/plain, application/json",
        "text/plain;+json",
        "application/jsonx",
        "application /json",
        "application/json; charset=utf-16",
        "application/json; charset=utf-8; charset=utf-16",
        "application/json;;text/plain;",
        "application/+json",
        "text/plain;application/json;",
        'application/json; x="a',
        'application/json; x="a\\"',
        "",
        None,
    ],
)
def test_form_of_another_site_is_no_json(content_type):
    """A body that a browser sends for any site without asking first isn't read as JSON (CVE-2014-3137, CVE-2021-32677)."""
    assert post(b'{"a": 1}', content_type)[0] == 415


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "APPLICATION/JSON; charset=utf-8",
        "application/ld+json",
        "application/json;",
        "application/json; charset=utf-8;",
        "application/json;; charset=utf-8 ; ",
        "application/json; charset=us-ascii",
        'application/json; profile="a\\"b"',
        "application/vnd.a+b+json; version=1",
    ],
)
def test_json_is_json(content_type):
    """What is called JSON is."""
    assert post(b'{"a": 1}', content_type) == (200, '{"read": {"a": 1}}')


def test_setting_relaxes_it():
    """An application may read whatever comes, as an old one does."""
    assert post(b"{}", "text/plain", app(goldilocks__strict_json="false"))[0] == 200
    assert post(b"{}", None, app(goldilocks__defaults="pyramid"))[0] == 200


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'[{"a":' * 50_000,
        b"[" * 101 + b"]" * 101,
        b"[" * 900 + b"]" * 900,
        b"[" * 5000 + b"]" * 5000,
        b"1" * 5000,
        b"-" + b"1" * 5000,
        b'{"a": [' + b"9" * 100_000 + b"]}",
        b'{"a":NaN}',
        b"[Infinity]",
        b"-Infinity",
        b"1e999",
        b"-1e999",
        b'"\\ud800"',
        b'{"\\udfff": 1}',
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b"\xff\xfe[\x00]\x00",
        b"\xef\xbb\xbf{}",
        b"",
        b" ",
        b"{",
        b"{'a': 1}",
        b"[1,]",
        b'"\n"',
        b"nul",
        b"01",
        b"\0",
    ],
)
@pytest.mark.parametrize("defaults", ["secure", "secure-relaxed"])
def test_what_is_no_json_is_the_clients_fault(body, defaults):
    """Levels without end, numbers without end, NaN and Infinity, half letters, no JSON at all: 400, never an error of ours."""
    relaxed = app(goldilocks__strict_json="false") if defaults == "secure-relaxed" else None
    status, _ = post(body, application=relaxed)
    is_relaxed_now = relaxed is not None and any(word in body for word in (b"NaN", b"Infinity", b"1e999"))
    assert status == 400 or (is_relaxed_now and status in (200, 500))


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b"1" * 5000, b"{", b'"\xff"'])
def test_old_applications_fail_no_more(body):
    """Where Pyramid fails with an error of Python's own, the client hears 400 under its defaults, too."""
    assert post(body, application=app(goldilocks__defaults="pyramid"))[0] == 400


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b'{"a": 1,\n "b": }', "line 2, column 7"),
        (b'["NaN",\n NaN]', "line 2, column 2"),
        (b"[[[],\n" + b"[" * 99 + b"]" * 101, "line 2, column 99"),
        (b'["\\ud83d\\udc3b",\n "\\ud83d"]', "line 2, column 3"),
        (b'["' + b"1" * 5000 + b'",\n' + b"1" * 5000 + b"]", "line 2, column 1"),
        (b'["b\xc3\xa4r",\n"\xc3\xa4\xff"]', "line 2, column 3"),
        (b"\xff", "line 1, column 1"),
    ],
)
def test_refusal_says_where(body, where):
    """Who sends broken JSON hears in which line and column, and not where something else stands that looks like it."""
    environ = {"HTTP_ACCEPT": "application/json"}
    request = Request.blank("/json", environ=environ, method="POST", body=body)
    request.content_type = "application/json"
    answer = request.get_response(app())
    assert answer.status_int == 400 and where in answer.json["message"]
