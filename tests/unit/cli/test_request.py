"""``goldilocks request``."""

from __future__ import annotations

import pytest

APP = """
    from goldilocks.config import Configurator
    from goldilocks.response import Response

    def show(request):
        lines = [f"{request.method} {request.path_qs} {request.content_type}"]
        lines += [f"{name}={request.headers[name]}" for name in ("X-A", "Authorization", "Accept") if name in request.headers]
        lines += [request.text] if request.body else []
        if request.environ.get("paste.command_request"):
            lines += ["command"]
        return Response("\\n".join(lines), content_type="text/plain")

    def binary(request):
        response = Response(b"\\x00\\xff", content_type="image/png")
        response.set_cookie("a", "b")
        return response

    def zero(request):
        return Response(b"a\\x00", content_type="text/plain", charset="utf-8")

    def empty(request):
        return Response(status=204)

    def foreign(request):
        return Response(b"text", headers={"Content-Type": "text/plain; charset=klingon"})

    def fail(request):
        raise ValueError("on purpose")

    def main(global_config, **settings):
        config = Configurator(settings=settings)
        for view in (binary, zero, empty, foreign, fail):
            config.add_route(view.__name__, view.__name__)
            config.add_view(view, route_name=view.__name__)
        config.add_route("show", "/*all")
        config.add_view(show, route_name="show")
        return config.make_wsgi_app()
"""


@pytest.fixture
def app(project):
    """Write an application that tells what it was asked."""
    project("app.py", APP)
    return "app.py"


def test_answer(app, goldilocks):
    """Status, headers and body are shown; the application knows that it was a command."""
    status, *headers, accept, command = goldilocks("request", app, "a/b?c=d").splitlines()
    assert status == "200 OK"
    assert "Content-Type: text/plain; charset=UTF-8" in headers
    assert headers[-2:] == ["", "GET /a/b?c=d "]
    assert (accept, command) == ("Accept=text/plain;q=1.0, */*;q=0.1", "command")


def test_method_and_header(app, goldilocks):
    """A method, headers and a login can be said."""
    output = goldilocks(
        "request", app, "delete", "/", "--header", "x-a: 1", "-H", "ACCEPT:x/y", "--login", "u:p", "-q"
    )
    assert output == "DELETE / \nX-A=1\nAuthorization=Basic dTpw\nAccept=x/y\ncommand"


@pytest.mark.parametrize(("body", "media"), [("text", "text/plain"), ('{"a": 1}', "application/json")])
def test_body(app, goldilocks, project, body, media):
    """A body is posted; it comes from the command line, a file or standard input."""
    project("body.txt").write_text(body)
    expected = f"POST / {media}\nAccept=text/plain;q=1.0, */*;q=0.1\n{body}\ncommand"
    assert goldilocks("request", app, "/", "--body", body, "-q") == expected
    assert goldilocks("request", app, "/", "--file", "body.txt", "-q") == expected
    assert goldilocks("request", app, "/", "--file", "-", "-q", input=body) == expected


def test_content_type(app, goldilocks):
    """The type of the body can be said."""
    words = ["PUT", "/", "-b", "a=b", "-H", "content-type: application/x-www-form-urlencoded", "-q"]
    assert goldilocks("request", app, *words).startswith("PUT / application/x-www-form-urlencoded\n")


@pytest.mark.parametrize("words", [["GET", "/", "/"], ["/", "--body", "a", "--file", "app.py"], []])
def test_mistakes(app, goldilocks, words):
    """Too many words, too few, or two bodies are mistakes."""
    goldilocks("request", app, *words, code=2)


def test_impossible_request(app, goldilocks):
    """What can't be asked is told."""
    assert "there can be no request" in goldilocks("request", app, "http://[", code=1)


@pytest.mark.parametrize(
    ("path", "status"),
    [("/%ff", "400 Bad Request"), ("/\udcff", "400 Bad Request"), ("/b\u00e4r", "200 OK")],
)
def test_path_of_other_letters(app, goldilocks, path, status):
    """A path may be written as people write it, and one that is no text is the application's to refuse."""
    assert goldilocks("request", app, path).startswith(status)


@pytest.mark.parametrize("path", ["binary", "zero"])
def test_no_text(app, goldilocks, path):
    """A body that is no text isn't written to the terminal."""
    assert (
        goldilocks("request", app, path).splitlines()[-1] == "(2 bytes that are no text; --quiet writes them)"
    )


def test_json(app, goldilocks):
    """Programs get status, all headers, and the body: as text, or in base64."""
    found = goldilocks("request", app, "binary", "--json")
    assert (found["status"], found["reason"], found["body_base64"]) == (200, "OK", "AP8=")
    assert "Set-Cookie" in [name for name, _ in found["headers"]]
    assert (
        goldilocks("request", app, "/x", "-H", "accept:*/*", "--json")["body"]
        == "GET /x \nAccept=*/*\ncommand"
    )


def test_unknown_charset(app, goldilocks):
    """A charset that nobody knows makes the body no text."""
    assert "no text" in goldilocks("request", app, "foreign")


def test_empty_answer(app, goldilocks):
    """An answer without a body ends with its headers."""
    assert goldilocks("request", app, "empty").startswith("204 No Content\n")
    assert goldilocks("request", app, "empty").endswith("\n\n")


def test_error(app, goldilocks, caplog):
    """An error is answered with 500 and logged, or told where the application passes it on."""
    assert goldilocks("request", app, "fail").startswith("500 Internal Server Error")
    assert "on purpose" in caplog.text
    output = goldilocks("request", app, "fail", "--set", "goldilocks.answer_errors=false", code=1)
    assert "GET /fail was not answered: ValueError: on purpose" in output
