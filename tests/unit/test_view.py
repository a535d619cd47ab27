"""Not-found views that append a slash, and what ``view`` hands on."""

from __future__ import annotations

import pytest

from goldilocks import view, viewcalls
from goldilocks.httpexceptions import HTTPFound, HTTPNotFound, HTTPTemporaryRedirect
from goldilocks.interfaces import IRoutesMapper
from goldilocks.registry import Registry
from goldilocks.request import Request
from goldilocks.urldispatch import RoutesMapper
from goldilocks.view import AppendSlashNotFoundViewFactory, append_slash_notfound_view


def mapper_of(*patterns):
    mapper = RoutesMapper()
    for number, pattern in enumerate(patterns):
        mapper.connect(f"route{number}", pattern)
    return mapper


def request_of(path, mapper):
    request = Request.blank(path)
    request.registry = Registry("test")
    if mapper is not None:
        request.registry.registerUtility(mapper, IRoutesMapper)
    return request


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/page", "/page/"),
        ("/page?a=1&b=%20", "/page/?a=1&b=%20"),
        ("/page?", "/page/"),
        ("/caf%C3%A9", "/caf%C3%A9/"),
        ("/a%2Fb", "/a/b/"),
        ("//elsewhere.org", "/elsewhere.org/"),
        ("//elsewhere.org/%2e%2e", "/elsewhere.org/../"),
        ("/%5Celsewhere.org", "/%5Celsewhere.org/"),
    ],
)
def test_redirect(path, location):
    """A path that a route matches with a slash is redirected there, and never to another host."""
    response = append_slash_notfound_view(HTTPNotFound(), request_of(path, mapper_of("/{a}/{b}/", "/*all")))
    assert isinstance(response, HTTPTemporaryRedirect)
    assert response.location == location


def test_redirect_by_another_class():
    """Which response redirects can be said."""
    factory = AppendSlashNotFoundViewFactory(redirect_class=HTTPFound)
    assert isinstance(factory(None, request_of("/page", mapper_of("/page/"))), HTTPFound)


@pytest.mark.parametrize(
    ("path", "mapper"),
    [
        ("/page", None),
        ("/page", mapper_of("/other/")),
        ("/page/", mapper_of("/other/")),
        ("/page/", mapper_of("/page/")),
        ("/", mapper_of("/page/")),
    ],
)
def test_no_redirect(path, mapper):
    """Where no route matches with a slash, or the path has one, the not-found view answers, by default as the error says."""
    error = HTTPNotFound("gone")
    assert append_slash_notfound_view(error, request_of(path, mapper)) is error
    factory = AppendSlashNotFoundViewFactory(lambda context, request: (context, request.path))
    assert factory(error, request_of(path, mapper)) == (error, path)


def test_mapper_of_somebody_else():
    """A mapper that isn't ours is asked for all its routes."""

    class Foreign:
        def get_routes(self):
            return mapper_of("/other/", "/page/").get_routes()

    assert append_slash_notfound_view(HTTPNotFound(), request_of("/page", Foreign())).location == "/page/"
    assert isinstance(append_slash_notfound_view(HTTPNotFound(), request_of("/no", Foreign())), HTTPNotFound)


@pytest.mark.parametrize(
    "name",
    [
        "ViewMethodsMixin",
        "_call_view",
        "_find_views",
        "render_view",
        "render_view_to_iterable",
        "render_view_to_response",
    ],
)
def test_names_that_are_handed_on(name):
    """What calls views by name can be imported from here."""
    assert getattr(view, name) is getattr(viewcalls, name)
