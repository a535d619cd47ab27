"""What can be said about routes, and what the configuration makes of it."""

from __future__ import annotations

import pytest

from goldilocks.config import Configurator
from goldilocks.exceptions import (
    ConfigurationConflictError,
    ConfigurationError,
    ConfigurationExecutionError,
)
from goldilocks.interfaces import IRequest, IRouteRequest, IRoutesMapper
from goldilocks.registry import Registry
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.threadlocal import get_current_registry
from tests.support import browse


def name_of_route(request):
    return Response(request.matched_route.name)


@pytest.fixture
def config():
    return Configurator()


def mapper_of(config):
    config.commit()
    return config.registry.getUtility(IRoutesMapper)


def answering(config, *routes):
    """Say routes as (name, pattern) or (name, pattern, words), each with a view that tells its name; return a browser."""
    for name, pattern, *words in routes:
        config.add_route(name, pattern, **dict(*words))
        config.add_view(name_of_route, route_name=name)
    return browse(config.make_wsgi_app())


# --- Order and names ---------------------------------------------------------------------------------------------------


def test_routes_keep_the_order_in_which_they_were_said(config):
    """The first route that fits takes the request."""
    app = answering(config, ("free", "/{x}"), ("literal", "/a"))
    assert app.get("/a").text == "free"


def test_order_across_includes(config):
    """What an add-on says stands where it was included."""

    def addon(config):
        config.add_route("addon", "/{x}")
        config.add_view(name_of_route, route_name="addon")

    config.include(addon)
    assert answering(config, ("mine", "/a")).get("/a").text == "addon"


def test_two_routes_of_one_name(config):
    """Two routes of one name clash."""
    config.add_route("a", "/a")
    config.add_route("a", "/b")
    with pytest.raises(ConfigurationConflictError):
        config.commit()


def test_a_route_said_again_after_a_commit(config):
    """A route said again takes the last place, and the old one is matched no more."""
    config.add_route("a", "/a")
    config.add_route("b", "/b")
    config.commit()
    config.add_route("a", "/c")
    mapper = mapper_of(config)
    assert [(route.name, route.pattern) for route in mapper.get_routes()] == [("b", "/b"), ("a", "/c")]


def test_a_route_of_the_application_replaces_that_of_an_add_on(config):
    """The nearer route wins, and keeps its own place."""

    def addon(config):
        config.add_route("a", "/addon")

    config.include(addon)
    config.add_route("a", "/application")
    assert [route.pattern for route in mapper_of(config).get_routes()] == ["/application"]


def test_view_before_its_route(config):
    """A view may be said before its route."""
    config.add_view(name_of_route, route_name="a")
    config.add_route("a", "/a")
    assert browse(config.make_wsgi_app()).get("/a").text == "a"


# --- Words -------------------------------------------------------------------------------------------------------------


def test_older_words(config):
    """``path`` is an older word for the pattern, which counts more; ``for_`` is not used."""
    config.add_route("a", path="/a")
    config.add_route("b", "/b", path="/c", for_=dict)
    mapper = mapper_of(config)
    assert [route.pattern for route in mapper.get_routes()] == ["/a", "/b"]


@pytest.mark.parametrize("methods", ["POST", ("PUT", "POST"), ["POST"]])
def test_methods(config, methods):
    """One method or several decide whether the route takes part."""
    app = answering(config, ("changes", "/a", {"request_method": methods}), ("reads", "/a"))
    assert (app.post("/a").text, app.get("/a").text) == ("changes", "reads")


@pytest.mark.parametrize("accept", ["text/html", "TEXT/HTML", ["text/html", "a/b"]])
def test_accept(config, accept):
    """One offer or several, in any spelling."""
    app = answering(config, ("offers", "/a", {"accept": accept}), ("other", "/a"))
    assert app.get("/a", headers={"Accept": "text/html"}).text == "offers"
    assert app.get("/a", headers={"Accept": "c/d"}).text == "other"


def test_predicates(config):
    """All predicates must hold."""
    words = {"header": "X-A", "xhr": True, "request_param": "a", "path_info": "/a$"}
    app = answering(config, ("picky", "/a", words), ("other", "/a"))
    headers = {"X-A": "1", "X-Requested-With": "XMLHttpRequest"}
    assert app.get("/a?a=1", headers=headers).text == "picky"
    assert app.get("/a", headers=headers).text == "other"


def test_predicate_of_the_application(config):
    """A predicate of one's own may be made known after the route that says it."""

    class Tenant:
        def __init__(self, value, info):
            self.value = value

        def text(self):
            return f"tenant = {self.value}"

        phash = text

        def __call__(self, info, request):
            return info["match"]["tenant"] == self.value

    app_config = Configurator()
    app_config.add_route("mine", "/{tenant}", tenant="bears")
    app_config.add_view(name_of_route, route_name="mine")
    app_config.add_route_predicate("tenant", Tenant)
    app = browse(app_config.make_wsgi_app())
    assert app.get("/bears").text == "mine"
    app.get("/wolves", status=404)


def test_factory_and_traverse(config, make_package):
    """A route walks from its own root, along its own path; the factory may be named."""
    name = make_package({"__init__": "def root(request): return {'a': {'b': 'found'}}"})
    config.add_route("walk", "/walk/{x}", factory=f"{name}.root", traverse="/{x}/b")
    config.add_view(lambda context, request: Response(str(context)), route_name="walk")
    app = browse(config.make_wsgi_app())
    assert app.get("/walk/a").text == "found"


def test_rest_of_the_path_is_walked(config):
    """Without a path of its own, the star called traverse is walked."""
    config.add_route("walk", "/walk*traverse", factory=lambda request: {"a": {"b": "found"}})
    config.add_view(lambda context, request: Response(str(context)), route_name="walk")
    app = browse(config.make_wsgi_app())
    assert app.get("/walk/a/b").text == "found"


@pytest.mark.parametrize("use_global_views", [True, False])
def test_global_views(config, use_global_views):
    """Views that belong to no route answer on a route only if it lets them."""
    config.add_route("a", "/a", use_global_views=use_global_views)
    config.add_view(lambda request: Response("global"))
    app = browse(config.make_wsgi_app())
    assert app.get("/a", status="*").status_code == (200 if use_global_views else 404)
    interface = config.registry.getUtility(IRouteRequest, name="a")
    assert interface.extends(IRequest) is use_global_views


def test_static_route_makes_urls_only(config):
    """A static route is never matched."""
    config.add_route("static", "/static/{x}", static=True)
    mapper = mapper_of(config)
    assert mapper.get_routes() == []
    assert [route.name for route in mapper.get_routes(include_static=True)] == ["static"]
    assert mapper.generate("static", {"x": "a"}) == "/static/a"


# --- External routes ---------------------------------------------------------------------------------------------------


def url_of(config, name, *elements, **words):
    config.commit()
    request = Request.blank("/", base_url="https://here.example")
    request.registry = config.registry
    return request.route_url(name, *elements, **words)


@pytest.mark.parametrize(
    ("pattern", "words", "url"),
    [
        ("https://there.example/{x}", {}, "https://there.example/1"),
        ("//there.example:81/{x}", {}, "https://there.example:81/1"),
        ("http://there.example/{x}", {"_scheme": "ftp"}, "ftp://there.example/1"),
        ("http://there.example/{x}", {"_query": {"a": 1}}, "http://there.example/1?a=1"),
    ],
)
def test_external_route(config, pattern, words, url):
    """A whole URL is a route that makes URLs of another host, whatever the prefix."""
    config.route_prefix = "prefix"
    config.add_route("there", pattern)
    assert url_of(config, "there", x=1, **words) == url
    assert mapper_of(config).get_routes() == []


def test_external_route_with_a_pregenerator(config):
    """A pregenerator of one's own has the last word."""

    def pregenerator(request, elements, kw):
        return elements, {**kw, "x": kw["x"] * 2, "_app_url": kw["_app_url"].upper()}

    config.add_route("there", "https://there.example/{x}", pregenerator=pregenerator)
    assert url_of(config, "there", x=2) == "HTTPS://THERE.EXAMPLE/4"


def test_external_route_has_no_path(config):
    """A path would lead to this host."""
    config.add_route("there", "https://there.example/{x}")
    with pytest.raises(ValueError, match="external route pattern"):
        url_of(config, "there", x=1, _app_url="https://elsewhere.example")


# --- Prefixes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prefix", "pattern", "words", "path"),
    [
        ("a", "/b", {}, "/a/b"),
        ("/a/", "b", {}, "/a/b"),
        ("a", "", {}, "/a/"),
        ("a", "/", {}, "/a/"),
        ("a", "", {"inherit_slash": True}, "/a"),
        (None, "", {"inherit_slash": True}, "/"),
        (None, "b", {}, "/b"),
        ("{tenant}", "/b", {}, "/bears/b"),
    ],
)
def test_prefix(config, prefix, pattern, words, path):
    """A prefix stands before the pattern; with ``inherit_slash`` an empty pattern is the prefix itself."""
    with config.route_prefix_context(prefix):
        config.add_route("x", pattern, **words)
    assert mapper_of(config).generate("x", {"tenant": "bears"}) == path


def test_prefixes_add_up_and_are_taken_back(config):
    """Prefixes can be nested; behind the ``with`` all is as before, also after an error."""
    config.route_prefix = "a"
    with pytest.raises(KeyError), config.route_prefix_context("b"), config.route_prefix_context(None):
        assert config.route_prefix == "a/b"
        raise KeyError
    assert config.route_prefix == "a"


def test_registry_is_current_within_a_prefix(config):
    """Inside of the ``with`` the registry is the current one."""
    with config.route_prefix_context("a"):
        assert get_current_registry() is config.registry
    assert get_current_registry() is not config.registry


# --- What can't be said ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words", "message"),
    [
        (["/hello"], {}, r"as in add_route\('hello', '/hello'\)"),
        (["home"], {}, r"which paths 'home' matches, as in add_route\('home', '/home'\)"),
        (["/"], {}, r"as in add_route\('home', '/home'\)"),
        ([5, "/x"], {}, "a route's name is a string, and its first argument; this is 5"),
        (["x", 5], {}, "the pattern of route 'x' must be text; this is 5"),
        (
            ["x", "/a"],
            {"inherit_slash": True},
            '"inherit_slash" may only be used with an empty pattern',
        ),
        (["x", "/a/<int:y>"], {}, "a placeholder is written {y}, or {y:regex}"),
        (["x", "/a/<y>"], {}, "a placeholder is written {y}, or {y:regex}"),
        (["x", "/a/{1y}"], {}, "the name of a placeholder begins with a letter"),
        (["x", "/a/{y"], {}, "a brace stands alone"),
        (["x", "/a/y}"], {}, "a brace stands alone"),
        (["x", "/*rest/edit"], {}, r"\*rest must stand at the end"),
        (["x", "/x"], {"request_method": "get"}, "'GET'"),
    ],
)
def test_refused_at_the_statement(config, arguments, words, message):
    """What makes no sense is refused where it is said."""
    with pytest.raises(ConfigurationError, match=message):
        config.add_route(*arguments, **words)


@pytest.mark.parametrize(
    "pattern", [r"/{x:\d{2}}", r"/{x:(?:<a>)}", "/a/:x", "/a/*rest", b"/a", "https://a.example/{x}"]
)
def test_patterns_that_are_none_of_that(config, pattern):
    """Braces inside of a regular expression, old placeholders, stars at the end and bytes are what they are."""
    config.add_route("x", pattern)
    config.commit()


def test_literal_braces_for_those_who_mean_them():
    """Where the setting is off, braces and brackets that are no placeholders are literal, as ever."""
    config = Configurator(settings={"goldilocks.refuse_mistakes": False})
    assert answering(config, ("x", "/a/<int:{x>")).get("/a/<int:{x>").text == "x"


def test_bad_regular_expression(config):
    """A regular expression that is none is told at commit, with pattern and place."""
    config.add_route("x", "/{y:[}")
    with pytest.raises(ConfigurationExecutionError, match=r"route 'x': route pattern '/\{y:\[\}'"):
        config.commit()


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        ({"renderer": "json"}, r"say renderer of the view: config.add_view\(..., route_name='x'\)"),
        ({"view": name_of_route, "permission": "x"}, "say permission, view of the view"),
        ({"reqest_method": "GET"}, "did you mean request_method"),
        ({"colour": "brown"}, "known are xhr, request_method"),
    ],
)
def test_unknown_words(config, words, advice):
    """An unknown word is told with the nearest one, or with where it belongs."""
    config.add_route("x", "/x", **words)
    with pytest.raises(ConfigurationExecutionError, match=advice):
        config.commit()


def test_mapper_is_made_once(config):
    """The mapper is made at the first question, and is the registry's."""
    mapper = config.get_routes_mapper()
    assert config.get_routes_mapper() is mapper is config.registry.getUtility(IRoutesMapper)


def test_route_of_a_base_registry():
    """A view may be said for a route that a registry below ours has, and such a route's type isn't made again."""
    base = Configurator()
    base.add_route("a", "/a")
    base.commit()
    config = Configurator(registry=Registry("mine"))
    config.setup_registry()
    config.registry.__bases__ = (base.registry,)
    config.add_view(name_of_route, route_name="a")
    config.add_route("a", "/a")
    config.commit()
    assert config.registry.getUtility(IRouteRequest, "a") is base.registry.getUtility(IRouteRequest, "a")
