"""A wrong method is 405 with ``Allow``, and ``OPTIONS`` is answered, where nothing but the method was wrong."""

from __future__ import annotations

import pytest
from zope.interface import Interface

from goldilocks.config import Configurator, not_
from goldilocks.exceptions import PredicateMismatch
from goldilocks.httpexceptions import HTTPMethodNotAllowed, HTTPNotFound
from goldilocks.interfaces import IMultiView, IRequest, IView, IViewClassifier
from goldilocks.methods import MethodMismatch
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.view import render_view_to_response
from tests.support import browse, serve


def fine(request):
    return Response("fine")


def views(config):
    """Views for GET, POST and PUT at one place, which is a route and a resource."""
    config.add_route("page", "/page")
    for route_name in ("page", None):
        config.add_view(fine, route_name=route_name, request_method="GET")
        config.add_view(fine, route_name=route_name, request_method=("POST", "PUT"))


@pytest.mark.parametrize("path", ["/page", "/"])
def test_wrong_method(path):
    """A method that no view answers is 405, and ``Allow`` names those that are answered."""
    response = serve(views).delete(path, status=405)
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS, POST, PUT"


@pytest.mark.parametrize("path", ["/page", "/"])
def test_options(path):
    """``OPTIONS`` is answered with the methods and no body."""
    response = serve(views).options(path)
    assert (response.status_int, response.headers["Allow"]) == (204, "GET, HEAD, OPTIONS, POST, PUT")
    assert response.body == b""


def test_head_goes_with_get():
    """``HEAD`` is answered where ``GET`` is."""
    response = serve(views).head("/page")
    assert (response.status_int, response.body) == (200, b"")


def test_head_is_refused_without_body():
    """``HEAD`` that isn't answered is 405 without a body."""

    def app(config):
        config.add_view(fine, request_method="POST")

    response = serve(app).head("/", status=405)
    assert (response.headers["Allow"], response.body) == ("OPTIONS, POST", b"")


def test_view_of_the_application_for_options():
    """A view that is said for ``OPTIONS`` answers it."""

    def app(config):
        views(config)
        config.add_view(lambda request: Response("mine"), route_name="page", request_method="OPTIONS")

    assert serve(app).options("/page").text == "mine"


@pytest.mark.parametrize(("method", "status"), [("DELETE", 405), ("OPTIONS", 204), ("HEAD", 200)])
def test_single_view(method, status):
    """A view that is alone at its place is looked at as well."""

    def app(config):
        config.add_view(fine, request_method="GET")

    response = serve(app).request("/", method=method, status=status)
    assert response.headers.get("Allow", "GET, HEAD, OPTIONS") == "GET, HEAD, OPTIONS"


def test_method_and_something_else_were_wrong():
    """A view that refuses for another reason as well doesn't count: the path isn't found."""

    def app(config):
        config.add_view(fine, request_method="POST", request_param="a")
        config.add_view(fine, request_method="GET", request_param="b")

    browser = serve(app)
    assert browser.delete("/", status=404).status_int == 404
    assert browser.delete("/?a", status=405).headers["Allow"] == "OPTIONS, POST"
    assert browser.get("/?a", status=405).headers["Allow"] == "OPTIONS, POST"


def test_only_something_else_was_wrong():
    """Where the method suits and something else doesn't, the path isn't found."""

    def app(config):
        config.add_view(fine, request_method="POST", request_param="a")

    assert serve(app).post("/", status=404).status_int == 404


def test_views_for_several_contexts():
    """Views for the context's class and for any context are asked alike."""

    class Page:
        pass

    def app(config):
        config.set_root_factory(lambda request: Page())
        config.add_view(fine, context=Page, request_method="GET")
        config.add_view(fine, request_method="DELETE")

    assert serve(app).post("/", status=405).headers["Allow"] == "DELETE, GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    ("value", "method", "allow"),
    [
        (not_("GET"), "GET", "DELETE, OPTIONS, PATCH, POST, PUT"),
        (not_(("POST", "PUT")), "PUT", "DELETE, GET, HEAD, OPTIONS, PATCH"),
    ],
)
def test_method_that_is_excluded(value, method, allow):
    """A view that says which methods it does not answer answers the others."""

    def app(config):
        config.add_view(fine, request_method=value)

    assert serve(app).request("/", method=method, status=405).headers["Allow"] == allow


def test_predicate_that_can_not_deal_with_the_method():
    """A predicate that is only meant for its method may fail under another one: that is a refusal."""

    class HasKey:
        def __init__(self, value, config):
            self.value = value

        def text(self):
            return f"has_key = {self.value}"

        phash = text

        def __call__(self, context, request):
            return self.value in request.json_body

    def app(config):
        config.add_view_predicate("has_key", HasKey, weighs_more_than="request_method")
        config.add_view(fine, request_method="POST", has_key="a")

    browser = serve(app)
    assert browser.post_json("/", {"a": 1}).text == "fine"
    assert browser.get("/", status=404).status_int == 404


# --- Routes ----------------------------------------------------------------------------------------------------------


def routes(config):
    config.add_route("read", "/{name}", request_method="GET", request_param="a")
    config.add_route("write", "/{name}", request_method=("POST", "PUT"))
    for name in ("read", "write"):
        config.add_view(fine, route_name=name)


def test_routes_that_want_another_method():
    """Where routes were refused for the method alone, their methods are allowed."""
    browser = serve(routes)
    assert browser.delete("/page", status=405).headers["Allow"] == "OPTIONS, POST, PUT"
    assert browser.delete("/page?a", status=405).headers["Allow"] == "GET, HEAD, OPTIONS, POST, PUT"
    assert browser.options("/page").headers["Allow"] == "OPTIONS, POST, PUT"
    assert browser.delete("/page/more", status=404).status_int == 404


def test_route_without_view():
    """A route that matched and has no view isn't a matter of methods."""

    def app(config):
        config.add_route("page", "/page")
        config.add_route("other", "/page", request_method="POST")

    assert serve(app).get("/page", status=404).status_int == 404


def test_bare_request_class():
    """The question can be asked of a request that was made by any factory."""
    from webob import Request as WebObRequest

    class Plain(WebObRequest):
        response_callbacks = finished_callbacks = ()

    def app(config):
        routes(config)
        config.set_request_factory(Plain)

    config = Configurator()
    app(config)
    with pytest.raises(MethodMismatch):
        router = config.make_wsgi_app()
        with router.request_context(Request.blank("/page", method="DELETE").environ) as request:
            router.orig_handle_request(request)


# --- Not-found views, foreign views ----------------------------------------------------------------------------------


def test_not_found_view_of_the_application():
    """An application's own not-found view answers a wrong method like any other miss, and is told what it is."""

    def missing(error, request):
        return Response(f"{type(error).__name__} {error.status_int} {error.headers['Allow']}", status=404)

    def app(config):
        views(config)
        config.add_notfound_view(missing)

    browser = serve(app)
    assert browser.delete("/page", status=404).text == "MethodMismatch 405 GET, HEAD, OPTIONS, POST, PUT"


def test_exception_view_for_405():
    """An exception view said for ``HTTPMethodNotAllowed`` answers it."""

    def app(config):
        views(config)
        config.add_exception_view(
            lambda error, request: Response(", ".join(error.allowed), status=405),
            context=HTTPMethodNotAllowed,
        )

    assert serve(app).delete("/page", status=405).text == "GET, HEAD, OPTIONS, POST, PUT"


def test_it_is_a_kind_of_not_found():
    """The error is a ``PredicateMismatch``, which is a not found, and a 405."""
    error = MethodMismatch("/page", allowed={"PUT", "GET"})
    assert isinstance(error, PredicateMismatch)
    assert isinstance(error, HTTPNotFound)
    assert isinstance(error, HTTPMethodNotAllowed)
    assert (error.status_int, error.headers["Allow"], error.allowed) == (405, "GET, PUT", ("GET", "PUT"))
    assert "Allow" not in MethodMismatch().headers


def test_views_that_are_called_directly():
    """A view that is called by name still raises ``PredicateMismatch`` and knows nothing of 405."""
    config = Configurator()
    views(config)
    config.commit()
    request = Request.blank("/", method="DELETE")
    request.registry = config.registry
    with pytest.raises(PredicateMismatch) as caught:
        render_view_to_response(None, request, "")
    assert type(caught.value) is PredicateMismatch


def passing(context, request):
    raise PredicateMismatch("not mine")


@pytest.mark.parametrize("provided", [IView, IMultiView])
def test_foreign_view_that_passes(provided):
    """A view that somebody put into the record and that passes is a miss: why it did, nobody knows."""

    class Page:
        pass

    config = Configurator(root_factory=lambda request: Page())
    config.add_view(fine, request_method="GET")
    config.commit()
    config.registry.registerAdapter(passing, (IViewClassifier, IRequest, Page), provided)
    browser = browse(config.make_wsgi_app())
    assert browser.get("/").text == "fine"
    assert browser.delete("/", status=404).status_int == 404


def test_foreign_view_with_predicates():
    """A foreign view that says by ``__predicated__`` that it doesn't want the request is none that would have."""

    def choosy(context, request):
        return passing(context, request)

    choosy.__predicated__ = lambda context, request: "a" in request.GET
    choosy.__phash__ = "choosy"
    config = Configurator()
    config.registry.registerAdapter(choosy, (IViewClassifier, IRequest, Interface), IView)
    config.add_view(fine, request_method="POST")
    browser = browse(config.make_wsgi_app())
    assert browser.delete("/", status=405).headers["Allow"] == "OPTIONS, POST"
    assert browser.delete("/?a", status=404).status_int == 404


def test_view_that_passes_itself():
    """A view that took the request and passed is a miss, whatever others want."""

    def app(config):
        config.add_view(passing, request_method="GET")
        config.add_view(fine, request_method="POST")

    browser = serve(app)
    assert browser.get("/", status=404).status_int == 404
    assert browser.delete("/", status=405).headers["Allow"] == "GET, HEAD, OPTIONS, POST"


# --- Switched off ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings", [{"goldilocks__defaults": "pyramid"}, {"goldilocks__method_not_allowed": "false"}]
)
@pytest.mark.parametrize("path", ["/page", "/", "/routed"])
@pytest.mark.parametrize("method", ["DELETE", "OPTIONS"])
def test_under_the_other_defaults(settings, path, method):
    """Under Pyramid's defaults, or where the setting says so, a wrong method is a 404 without ``Allow``."""

    def app(config):
        views(config)
        config.add_route("routed", "/routed", request_method="POST")

    response = serve(app, **settings).request(path, method=method, status=404)
    assert "Allow" not in response.headers
