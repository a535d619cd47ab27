"""What an error page keeps to itself."""

from __future__ import annotations

import pytest
from webob.exc import HTTPNotFound as WebObNotFound

from goldilocks.config import Configurator
from goldilocks.httpexceptions import HTTPBadRequest, HTTPNotFound
from goldilocks.request import Request
from goldilocks.reticence import is_ours, requested, reticent_page


def caught(function, *args):
    try:
        function(*args)
    except Exception as error:
        return error
    raise AssertionError("it didn't fail")


def fail(error=None):
    raise error or ValueError("failed")


def missed(path="/x", method="GET"):
    """Return a request that the router found nothing for, and its error."""
    config = Configurator()
    config.add_view(fail, name="form", request_method="POST")
    app = config.make_wsgi_app()
    request = Request.blank(path, method=method)
    request.registry = app.registry
    return request, caught(app.invoke_request, request, False)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"REQUEST_METHOD": "GET", "SCRIPT_NAME": "/app", "PATH_INFO": "/x"}, ("GET", "/app/x")),
        ({"PATH_INFO": "/\xff"}, ("", "/\\xff")),
        ({"PATH_INFO": "/\u20ac"}, ("", "/?")),
        ({}, ("", "")),
    ],
)
def test_requested(environ, expected):
    """Method and path of every request can be told, of an impossible one, too."""
    assert requested(environ) == expected


def test_reticent_page():
    """What the framework said is taken away from a copy; the error itself stays."""
    request, error = missed("/secret-path")
    error.headers["X-Thing"] = "1"
    bare = reticent_page(error, request)
    assert (type(bare), error.detail, bare.detail) == (HTTPNotFound, "/secret-path", None)
    assert b"secret-path" not in request.get_response(bare).body
    assert bare.headers["X-Thing"] == "1"
    assert not error.has_body
    assert error.headers["Content-Length"] == "0"


def test_reticent_page_of_a_template():
    """A template of the class, which may name parts of the request, isn't used, either."""
    request, error = missed("/form", method="BREW")
    assert error.status_code == 405
    assert b"BREW" in request.get_response(error.__class__()).body
    assert b"BREW" not in request.get_response(reticent_page(error, None)).body


@pytest.mark.parametrize("error", [HTTPBadRequest("x"), WebObNotFound(), ValueError("no response")])
def test_others_stay(error):
    """What the framework didn't raise is answered by itself."""
    assert reticent_page(error, None) is error


@pytest.mark.parametrize("error", [HTTPNotFound("mine"), HTTPNotFound(text="mine")])
def test_reticent_page_lets_the_application_speak(error):
    """What the application says, it says."""
    assert reticent_page(caught(fail, error), None) is error


def test_is_ours():
    """The innermost frame says who raised."""
    assert is_ours(caught(fail)) is False
    assert is_ours(missed()[1]) is True
    assert is_ours(HTTPNotFound()) is False
