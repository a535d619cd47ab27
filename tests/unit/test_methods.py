"""Which methods would have been answered."""

from __future__ import annotations

import pytest
from zope.interface import providedBy

from goldilocks.config import Configurator, not_
from goldilocks.exceptions import PredicateMismatch
from goldilocks.httpexceptions import HTTPNotFound
from goldilocks.interfaces import IRequest, IViewClassifier
from goldilocks.methods import MethodMismatch, allowed_by_routes, allowed_by_views
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.urldispatch import RoutesMapper
from goldilocks.viewtable import view_table


def views_of(*options):
    """What stands in the record for views with these options."""
    config = Configurator(autocommit=True)
    for each in options:
        config.add_view(lambda request: Response(), name="v", **each)
    return view_table(config.registry).find(IViewClassifier, IRequest, providedBy(None), "v")


def asked(method="DELETE", **more):
    request = Request.blank("/", method=method, **more)
    request.matchdict = {"a": "1"}
    return request


@pytest.mark.parametrize(
    ("options", "allowed"),
    [
        ([], set()),
        ([{"request_method": "GET"}], {"GET", "HEAD"}),
        ([{"request_method": "PUT"}, {"request_method": "POST"}], {"PUT", "POST"}),
        ([{"request_method": "PUT"}, {"request_method": "POST", "xhr": True}], {"PUT"}),
        ([{"request_method": "PUT", "match_param": "a=1"}], {"PUT"}),
        ([{"request_method": not_("DELETE")}], {"GET", "HEAD", "POST", "PUT", "PATCH"}),
        ([{"xhr": not_(False)}], set()),
        ([{"request_method": "PUT"}, {"request_method": "DELETE"}], set()),
        ([{"request_method": "PUT"}, {}], set()),
    ],
)
def test_allowed_by_views(options, allowed):
    """The methods of those views count that nothing but the method kept from answering, unless one would have answered."""
    assert allowed_by_views(views_of(*options), None, asked()) == allowed


def test_predicate_that_fails():
    """A predicate that fails counts as a refusal."""

    def fail(context, request):
        raise LookupError

    def foreign(context, request):
        raise PredicateMismatch

    foreign.__predicated__ = fail
    assert allowed_by_views([foreign], None, asked()) == set()


class Wants:
    """A route predicate of an application."""

    def __init__(self, name):
        self.name = name

    def __call__(self, info, request):
        return info["match"]["name"] == self.name and info["route"].name.startswith("page")


def test_allowed_by_routes():
    """The same for routes: those whose pattern matches and that nothing but the method kept from matching."""
    config = Configurator()
    predicates = {}
    for method in ("GET", "PUT", "POST"):
        predicates[method] = config.get_predlist("route").make(config, request_method=(method,))[1]
    mapper = RoutesMapper()
    mapper.connect("page", "/page/{name}", predicates=predicates["GET"])
    mapper.connect("page of a", "/page/{name}", predicates=[*predicates["PUT"], Wants("a")])
    mapper.connect("page for nobody", "/page/{name}", predicates=[Wants("nobody")])
    mapper.connect("other", "/other", predicates=predicates["POST"])
    bare = mapper.connect("page without predicates", "/page/bare")
    bare.predicates = None

    def allowed(path):
        return allowed_by_routes(mapper.get_routes(), path, asked())

    assert allowed("/page/a") == {"GET", "HEAD", "PUT"}
    assert allowed("/page/b") == {"GET", "HEAD"}
    assert allowed("/page/bare") == {"GET", "HEAD"}
    assert allowed("/other") == {"POST"}
    assert allowed("/nothing") == set()


def test_method_mismatch():
    """The error is a not found with status 405, and tells the methods in order."""
    error = MethodMismatch("/page", allowed={"PUT", "GET"})
    assert isinstance(error, HTTPNotFound)
    assert (error.status_int, error.detail, error.allow) == (405, "/page", ("GET", "PUT"))
    assert error.allowed == ("GET", "PUT")


def test_method_mismatch_without_methods():
    """Where no method is known, there is no header."""
    assert "Allow" not in MethodMismatch().headers
