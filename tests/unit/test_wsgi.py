"""WSGI applications as views."""

from __future__ import annotations

import pytest

from goldilocks.request import Request
from goldilocks.wsgi import wsgiapp, wsgiapp2


def show_paths(environ, start_response):
    """Answer with what the application sees as its own place and as the rest of the path."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['SCRIPT_NAME']} {environ['PATH_INFO']}".encode()]


class ShowPaths:
    """The same as an object."""

    def __call__(self, environ, start_response):
        return show_paths(environ, start_response)


def ask(view):
    request = Request.blank("/a/view/sub/path", environ={"SCRIPT_NAME": "/mount"})
    request.subpath = ("sub", "path")
    return view(None, request).text


@pytest.mark.parametrize("app", [show_paths, ShowPaths()])
def test_wsgiapp_sees_the_environ_as_it_is(app):
    """The application gets the request's environ."""
    assert ask(wsgiapp(app)) == "/mount /a/view/sub/path"


@pytest.mark.parametrize("app", [show_paths, ShowPaths()])
def test_wsgiapp2_sees_its_own_part_of_the_path(app):
    """The application believes it lives at the view's URL."""
    assert ask(wsgiapp2(app)) == "/mount/a/view /sub/path"


@pytest.mark.parametrize("decorator", [wsgiapp, wsgiapp2])
def test_view_looks_like_the_application(decorator):
    """Name and docstring are the application's, so that tools show them."""
    view = decorator(show_paths)
    assert (view.__name__, view.__doc__, view.__wrapped__) == ("show_paths", show_paths.__doc__, show_paths)


@pytest.mark.parametrize("decorator", [wsgiapp, wsgiapp2])
def test_no_application(decorator):
    """Nothing to wrap is an error at once."""
    with pytest.raises(ValueError, match="None"):
        decorator(None)
