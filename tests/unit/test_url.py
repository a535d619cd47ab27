from __future__ import annotations

import os
from urllib.parse import quote, unquote

import pytest
from zope.interface import Interface
from zope.interface.registry import Components

from goldilocks import url
from goldilocks.interfaces import IResourceURL, IRoutesMapper, IStaticURLInfo
from goldilocks.registry import Registry
from goldilocks.request import Request
from goldilocks.threadlocal import manager
from goldilocks.urldispatch import RoutesMapper


class Resource:
    def __init__(self, name="", parent=None):
        self.__name__ = name
        self.__parent__ = parent


@pytest.fixture
def registry():
    """The registry of an application with three routes, one of which goes before each URL."""
    registry = Components()
    mapper = RoutesMapper()
    mapper.connect("home", "/")
    mapper.connect("page", "/pages/{name}")
    mapper.connect("tree", "/tree*traverse")
    mapper.connect("hooked", "/hooked/{name}", pregenerator=add_to_everything)
    registry.registerUtility(mapper, IRoutesMapper)
    return registry


def add_to_everything(request, elements, kw):
    kw.setdefault("_anchor", "hook")
    return (*elements, "more"), {**kw, "name": request.method}


@pytest.fixture
def request_(registry):
    request = Request.blank("/app/now?q=1", base_url="http://example.com:5432/app")
    request.registry = registry
    return request


# --- routes ----------------------------------------------------------------------------------------------------------


def test_route_url(request_):
    """A route's URL begins with the application's."""
    assert request_.route_url("page", name="a b") == "http://example.com:5432/app/pages/a%20b"


def test_route_path(request_):
    """A route's path begins with the script name."""
    assert request_.route_path("page", name="a") == "/app/pages/a"


def test_route_without_arguments(request_):
    """A route without markers needs nothing."""
    assert request_.route_url("home") == "http://example.com:5432/app/"


@pytest.mark.parametrize(
    ("name", "elements", "path"),
    [
        ("home", ("a", "b/c"), "/app/a/b%2Fc"),
        ("page", ("a", 1), "/app/pages/x/a/1"),
        ("page", ("é", b"\xc3\xa9"), "/app/pages/x/%C3%A9/%C3%A9"),
        ("page", (True, 1), "/app/pages/x/True/1"),
    ],
)
def test_elements_are_appended(request_, name, elements, path):
    """Each element is one segment, quoted, of whatever type."""
    assert request_.route_path(name, *elements, name="x") == path


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"a": 1}, "?a=1"),
        ([("a", "1"), ("a", "é /")], "?a=1&a=%C3%A9+%2F"),
        ({"a": ["1", "2"]}, "?a=1&a=2"),
        ({"a": None}, "?a="),
        ("any text?é", "?any%20text?%C3%A9"),
        ("", ""),
        ({}, ""),
        (None, ""),
    ],
)
def test_query(request_, query, expected):
    """A query is encoded like a form, or only quoted if it is text; an empty one isn't there."""
    assert request_.route_path("home", _query=query) == f"/app/{expected}"


@pytest.mark.parametrize(
    ("anchor", "expected"), [("é #", "#%C3%A9%20%23"), ("?&+", "#?&+"), (7, "#7"), ("", ""), (None, "")]
)
def test_anchor(request_, anchor, expected):
    """An anchor is quoted; an empty one isn't there."""
    assert request_.route_path("home", _anchor=anchor) == f"/app/{expected}"


def test_anchor_follows_query(request_):
    """The order of parts is that of RFC 3986."""
    assert request_.route_path("home", _anchor="b", _query={"a": 1}) == "/app/?a=1#b"


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({"_scheme": "https"}, "https://example.com/app/"),
        ({"_scheme": "http"}, "http://example.com/app/"),
        ({"_scheme": "https", "_port": 80}, "https://example.com:80/app/"),
        ({"_scheme": "ftp"}, "ftp://example.com:5432/app/"),
        ({"_host": "other.org"}, "http://other.org:8080/app/"),
        ({"_host": "other.org:81"}, "http://other.org:81/app/"),
        ({"_host": "other.org:81", "_port": "82"}, "http://other.org:82/app/"),
        ({"_host": "[::1]"}, "http://[::1]:8080/app/"),
        ({"_host": "[::1]:81"}, "http://[::1]:81/app/"),
        ({"_port": 80}, "http://example.com/app/"),
        ({"_port": 8181}, "http://example.com:8181/app/"),
        ({"_app_url": "//cdn"}, "//cdn/"),
        ({"_app_url": ""}, "/"),
        ({"_scheme": None, "_host": None, "_port": None}, "http://example.com:5432/app/"),
        ({"_app_url": "//cdn", "_scheme": "https", "_host": "x", "_port": 1}, "//cdn/"),
    ],
)
def test_overrides(request_, overrides, expected):
    """Scheme, host and port can be replaced one by one; a default port isn't written; ``_app_url`` wins."""
    request_.environ["SERVER_PORT"] = "8080"
    assert request_.route_url("home", **overrides) == expected


def test_override_without_a_host_header(request_):
    """Without a Host header, the server's name and port count."""
    del request_.environ["HTTP_HOST"]
    request_.environ.update(SERVER_NAME="server", SERVER_PORT="8080")
    assert request_.route_url("home", _scheme="https") == "https://server/app/"
    assert request_.route_url("home", _scheme="ftp") == "ftp://server:8080/app/"


def test_override_without_any_port(request_):
    """A server that has no port (a socket in the file system) gives none to the URL."""
    request_.environ.update(HTTP_HOST="example.com", SERVER_PORT="")
    assert request_.route_url("home", _host="other.org") == "http://other.org/app/"


def test_socket_has_no_port(request_):
    """A server that listens on a socket may say its path instead of a port; it stands in no URL."""
    request_.environ["HTTP_HOST"], request_.environ["SERVER_PORT"] = "example.com", "/run/app.sock"
    assert request_.route_url("home", _host="de.example") == "http://de.example/app/"
    assert request_.route_url("home", _host="de.example", _port=81) == "http://de.example:81/app/"


def test_script_name_is_quoted_behind_an_override(request_):
    """The application's own path is quoted as in ``application_url``."""
    request_.script_name = "/an app/é"
    assert request_.route_url("home", _scheme="https") == "https://example.com/an%20app/%C3%A9/"
    assert request_.route_url("home") == "http://example.com:5432/an%20app/%C3%A9/"


def test_pregenerator_comes_first(request_):
    """A pregenerator may change elements, values and overrides."""
    assert request_.route_path("hooked", "first") == "/app/hooked/GET/first/more#hook"


def test_unknown_route_names_the_nearest(request_):
    """A misspelled name is a KeyError that says what may have been meant."""
    with pytest.raises(KeyError, match="no route named 'hmoe'; did you mean 'home'"):
        request_.route_url("hmoe")


def test_unknown_route_without_routes(request_):
    """An application without routes says the same."""
    request_.registry = Components()
    with pytest.raises(KeyError, match="no route named 'home'"):
        request_.route_url("home")


def test_missing_value(request_):
    """A marker without value is a KeyError."""
    with pytest.raises(KeyError):
        request_.route_url("page")


def test_registry_of_the_moment(request_, registry):
    """A request that has no registry uses the current one."""
    del request_.registry
    manager.push({"registry": registry, "request": None})
    try:
        assert request_.route_path("home") == "/app/"
        assert request_.resource_path(Resource()) == "/app/"
    finally:
        manager.pop()


# --- the current route -----------------------------------------------------------------------------------------------


@pytest.fixture
def matched(request_, registry):
    request_.matched_route = registry.getUtility(IRoutesMapper).get_route("page")
    request_.matchdict = {"name": "now"}
    return request_


def test_current_route(matched):
    """The matched route is taken with its values and the query that came in."""
    assert matched.current_route_url() == "http://example.com:5432/app/pages/now?q=1"
    assert matched.current_route_path() == "/app/pages/now?q=1"


def test_current_route_with_other_values(matched):
    """What is given replaces what came in."""
    assert matched.current_route_path("x", name="then", _query={"q": 2}) == "/app/pages/then/x?q=2"


def test_current_values_for_another_route(matched):
    """``_route_name`` takes the values of this route to another."""
    assert matched.current_route_path(_route_name="hooked", _query=None) == "/app/hooked/GET/more#hook"


def test_no_current_route(request_):
    """Where no route matched, one must be named; then there are no values to start from."""
    with pytest.raises(ValueError, match="_route_name"):
        request_.current_route_url()
    assert request_.current_route_path(_route_name="page", name="x") == "/app/pages/x?q=1"


# --- resources -------------------------------------------------------------------------------------------------------


def test_resource_url(request_):
    """A resource's URL is its place in the tree, with a slash at the end."""
    root = Resource()
    assert request_.resource_url(root) == "http://example.com:5432/app/"
    assert request_.resource_url(Resource("a b", root)) == "http://example.com:5432/app/a%20b/"
    assert (
        request_.resource_path(Resource("a", root), "@@edit", query={"x": 1}, anchor="y")
        == "/app/a/@@edit?x=1#y"
    )


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({"app_url": "//cdn"}, "//cdn/a/"),
        ({"scheme": "https"}, "https://example.com/app/a/"),
        ({"host": "h:1"}, "http://h:1/app/a/"),
        ({"port": 1}, "http://example.com:1/app/a/"),
        ({"query": None, "anchor": None, "app_url": None}, "http://example.com:5432/app/a/"),
    ],
)
def test_resource_overrides(request_, overrides, expected):
    """The overrides are those of routes, without underscores."""
    assert request_.resource_url(Resource("a", Resource()), **overrides) == expected


def test_resource_that_makes_its_own_url(request_):
    """``__resource_url__`` is asked with the request and the parts."""

    class Own(Resource):
        def __resource_url__(self, request, info):
            assert request is request_
            return "{app_url}|{virtual_path}|{physical_path}/".format(**info)

    assert request_.resource_url(Own("a", Resource()), "x", app_url="//own") == "//own|/a/|/a//x"


def test_resource_that_declines_to_make_its_url(request_):
    """``__resource_url__`` may return ``None``."""

    class Declining(Resource):
        def __resource_url__(self, request, info):
            return None

    assert request_.resource_path(Declining("a", Resource())) == "/app/a/"


def test_resource_behind_a_route(request_):
    """With a route, the resource's path fills the remainder."""
    resource = Resource("a", Resource())
    url = request_.resource_url(resource, "x", route_name="tree", query={"q": 1}, scheme="https")
    assert url == "https://example.com/app/tree/a/x?q=1"


def test_resource_behind_a_route_with_values(request_):
    """``route_kw`` and ``route_remainder_name`` fill the other markers."""
    request_.registry.getUtility(IRoutesMapper).connect("shelf", "/shelf/{n}*rest")
    resource = Resource("a", Resource())
    assert (
        request_.resource_path(resource, route_name="shelf", route_kw={"n": 7}, route_remainder_name="rest")
        == "/app/shelf/7/a/"
    )


def test_route_values_may_be_none(request_):
    """``route_kw=None`` is no values."""
    assert (
        request_.resource_path(Resource("a", Resource()), route_name="tree", route_kw=None) == "/app/tree/a/"
    )


def test_resource_url_by_an_adapter(request_):
    """A registered ``IResourceURL`` knows the place, even one that knows it as text only."""

    class Place:
        def __init__(self, resource, request):
            self.virtual_path = self.physical_path = "/placed/"

    request_.registry.registerAdapter(Place, (Interface, Interface), IResourceURL)
    assert request_.resource_path("anything") == "/app/placed/"
    assert request_.resource_path("anything", route_name="tree") == "/app/tree/placed/"


def test_model_url(request_):
    """The oldest name does the same."""
    assert request_.model_url(Resource()) == request_.resource_url(Resource())


# --- static files ----------------------------------------------------------------------------------------------------


class StaticInfo:
    def generate(self, path, request, **kw):
        return path, kw


@pytest.mark.parametrize(
    ("path", "spec"),
    [
        ("pkg:static/a.css", "pkg:static/a.css"),
        (os.path.abspath("/static/a.css"), os.path.abspath("/static/a.css")),
    ],
)
def test_static_url(request_, path, spec):
    """The static views are asked with the path and the overrides."""
    request_.registry.registerUtility(StaticInfo(), IStaticURLInfo)
    assert request_.static_url(path, _query={"a": 1}) == (spec, {"_query": {"a": 1}})
    assert request_.static_path(path) == (spec, {"_app_url": "/app"})


CALLER = """
def method_url(request): return request.static_url("a.css")
def method_path(request): return request.static_path("a.css")
def function_url(request): return static_url("a.css", request)
def function_path(request): return static_path("a.css", request)
"""


@pytest.mark.parametrize("way", ["method_url", "method_path", "function_url", "function_path"])
def test_relative_static_path_starts_at_the_callers_package(request_, way):
    """A relative path belongs to the package whose code says it."""
    request_.registry.registerUtility(StaticInfo(), IStaticURLInfo)
    caller = {
        "__name__": "goldilocks.traversal.paths",
        "static_url": url.static_url,
        "static_path": url.static_path,
    }
    exec(CALLER, caller)
    assert caller[way](request_)[0] == "goldilocks.traversal:a.css"


def test_static_url_without_static_views(request_):
    """Where no static view is, the error says how to have one."""
    with pytest.raises(ValueError, match="add_static_view"):
        request_.static_url("pkg:a.css")


# --- functions -------------------------------------------------------------------------------------------------------


def test_functions_are_the_methods(matched):
    """Each function calls the method of the request."""
    matched.registry.registerUtility(StaticInfo(), IStaticURLInfo)
    resource = Resource("a", Resource())
    assert url.route_url("page", matched, "x", name="n") == matched.route_url("page", "x", name="n")
    assert url.route_path("page", matched, "x", name="n") == matched.route_path("page", "x", name="n")
    assert url.current_route_url(matched, "x", name="n") == matched.current_route_url("x", name="n")
    assert url.current_route_path(matched, "x", name="n") == matched.current_route_path("x", name="n")
    assert url.resource_url(resource, matched, "x", anchor="n") == matched.resource_url(
        resource, "x", anchor="n"
    )
    assert url.static_url("a:b", matched, _anchor="n") == matched.static_url("a:b", _anchor="n")
    assert url.static_path("a:b", matched, _anchor="n") == matched.static_path("a:b", _anchor="n")
    assert url.model_url is url.resource_url


def test_parse_url_overrides_takes_its_own(request_):
    """What isn't an override stays in the keywords."""
    kw = {"_query": "a=1", "_anchor": "b", "name": "page"}
    assert url.parse_url_overrides(request_, kw) == ("http://example.com:5432/app", "?a=1", "#b")
    assert kw == {"name": "page"}


# --- the quick way ---------------------------------------------------------------------------------------------------


@pytest.fixture
def quick():
    """A request of an application whose registry counts its changes."""
    registry = Registry("app")
    mapper = RoutesMapper()
    mapper.connect("home", "/")
    mapper.connect("page", "/pages/{name}")
    mapper.connect("tree", "/tree*traverse")
    mapper.connect("hooked", "/hooked/{name}", pregenerator=add_to_everything)
    registry.registerUtility(mapper, IRoutesMapper)
    return request_of(registry)


def request_of(registry, host="example.com", **kw):
    request = Request.blank("/now", host=host, **kw)
    request.registry = registry
    return request


def mapper_of(request):
    return request.registry.getUtility(IRoutesMapper)


def test_quick_urls_are_the_same_each_time(quick):
    """The first URL of a request is made as all others are."""
    for _ in range(3):
        assert quick.route_url("home") == "http://example.com/"
        assert quick.route_url("page", name="a b") == "http://example.com/pages/a%20b"
        assert quick.route_url("tree", traverse=("", "a b")) == "http://example.com/tree/a%20b"
        assert quick.route_url("page", "more", name=1) == "http://example.com/pages/1/more"
        assert quick.route_url("page", name=1, _anchor="x") == "http://example.com/pages/1#x"
        assert quick.route_url("hooked", name=1) == "http://example.com/hooked/GET/more#hook"


def test_next_request_begins_its_urls_by_its_own_environment(quick):
    """What is kept for the next request fits it, or isn't used."""
    quick.route_url("home")
    assert request_of(quick.registry).route_url("home") == "http://example.com/"
    assert request_of(quick.registry, "other.example").route_url("home") == "http://other.example/"


@pytest.mark.parametrize(
    ("name", "value", "url"),
    [
        ("HTTP_HOST", "other.example", "http://other.example/"),
        ("SCRIPT_NAME", "/app", "http://example.com/app/"),
        ("SCRIPT_NAME", "/\xc3\xa9", "http://example.com/%C3%A9/"),
        ("wsgi.url_scheme", "https", "https://example.com:80/"),
    ],
)
def test_environment_that_changes_is_seen(quick, name, value, url):
    """Middleware and applications write to it between two URLs."""
    quick.host = "example.com:80" if value == "https" else "example.com"
    quick.route_url("home")
    quick.environ[name] = value
    assert quick.route_url("home") == url
    assert quick.route_url("home") == url


def test_environment_without_host(quick):
    """HTTP/1.0."""
    quick.route_url("home")
    del quick.environ["HTTP_HOST"]
    assert quick.route_url("home") == "http://localhost/"


def test_another_registry_is_seen(quick):
    """A request may be handed to another application."""
    quick.route_url("home")
    quick.registry = Registry("other")
    with pytest.raises(KeyError):
        quick.route_url("home")
    mapper = RoutesMapper()
    mapper.connect("home", "/other")
    quick.registry.registerUtility(mapper, IRoutesMapper)
    assert quick.route_url("home") == "http://example.com/other"


def test_mapper_that_is_replaced_is_seen(quick):
    """The record has the last word."""
    quick.route_url("home")
    mapper = RoutesMapper()
    mapper.connect("home", "/new")
    quick.registry.registerUtility(mapper, IRoutesMapper)
    assert quick.route_url("home") == "http://example.com/new"


def test_mapper_of_another_kind(quick):
    """Whatever has the interface makes its own URLs."""
    quick.registry.registerUtility(type("Mapper", (RoutesMapper,), {})(), IRoutesMapper)
    mapper_of(quick).connect("home", "/mine")
    assert quick.route_url("home") == "http://example.com/mine"


@pytest.mark.parametrize(
    "change",
    [
        lambda mapper: mapper.connect("page", "/new/{name}"),
        lambda mapper: mapper.routes.update(page=mapper.connect("other", "/new/{name}")),
        lambda mapper: setattr(mapper.routes["page"], "generate", lambda kw: f"/new/{kw['name']}"),
        lambda mapper: setattr(
            mapper.routes["page"],
            "pregenerator",
            lambda request, elements, kw: ((), {**kw, "_app_url": "http://example.com/new"}),
        ),
    ],
)
def test_route_that_changes_is_seen(quick, change):
    """Routes and the mapper are open to add-ons."""
    quick.route_url("page", name=1)
    change(mapper_of(quick))
    assert quick.route_url("page", name=1).startswith("http://example.com/new/")


def test_route_that_is_gone(quick):
    """It makes no URLs any more."""
    quick.route_url("page", name=1)
    del mapper_of(quick).routes["page"]
    with pytest.raises(KeyError, match="no route named"):
        quick.route_url("page", name=1)


def test_value_that_is_missing(quick):
    """As ever."""
    quick.route_url("page", name=1)
    with pytest.raises(KeyError):
        quick.route_url("page", nome=1)


@pytest.mark.parametrize("attribute", ["application_url", "host_url"])
def test_request_that_begins_its_urls_in_its_own_way(quick, attribute):
    """A subclass decides for itself, each time."""
    answers = iter(["/a", "/b", "/c", "/d"])
    kind = type("Own", (Request,), {attribute: property(lambda self: next(answers))})
    request = kind.blank("/")
    request.registry = quick.registry
    assert request.route_url("home") != request.route_url("home")


def test_request_that_changes_its_class(quick):
    """Extensions give a request another class."""
    quick.route_url("home")
    quick.set_property(lambda request: "http://mine", name="application_url")
    assert quick.route_url("home") == "http://mine/"


def test_registry_above_others(quick):
    """What stands in the registries below may change unseen."""
    registry = Registry("child")
    registry.__bases__ = (quick.registry,)
    request = request_of(registry)
    assert request.route_url("home") == "http://example.com/"
    assert "_known_urls" not in registry.__dict__


def test_stand_in_for_a_registry(quick):
    """What testers put in its place answers to any name, and holds nothing that could be unpacked."""

    class StandIn:
        _known_urls = 7
        queryUtility = quick.registry.queryUtility

    request = request_of(StandIn())
    assert request.route_url("home") == "http://example.com/"


def test_hosts_by_turns(quick):
    """Requests of several hosts share what is known of their application, and each gets its own host."""
    requests = [Request.blank("/", host=f"{name}.com") for name in "abab"]
    for request in requests:
        request.registry = quick.registry
    assert [request.route_url("home") for request in requests * 2] == [
        f"http://{name}.com/" for name in "abababab"
    ]


def test_url_without_route_name(quick):
    """As ever, it may be a keyword."""
    assert quick.route_url(route_name="page", name="self") == "http://example.com/pages/self"


def test_request_without_registry(quick):
    """Then the current one counts."""
    request = Request.blank("/", host="example.com")
    manager.push({"request": request, "registry": quick.registry})
    try:
        assert request.route_url("home") == "http://example.com/"
    finally:
        manager.pop()


def test_route_that_never_was(quick):
    """Asked for before any other."""
    with pytest.raises(KeyError, match="no route named"):
        quick.route_url("hmoe")
    assert quick.route_url("home") == "http://example.com/"


@pytest.mark.parametrize("script", ["", "/app", "/a b", "/\xc3\xb1"])
def test_path_is_the_url_without_its_beginning(quick, script):
    """However often it is asked for, and wherever the application stands."""
    quick.environ["SCRIPT_NAME"] = script
    for _ in range(2):
        for name, kw in ("home", {}), ("page", {"name": "a b"}), ("hooked", {"name": 1}):
            path = quick.route_path(name, **kw)
            assert quick.route_url(name, **kw) == quick.host_url + path
            assert path.startswith(quote(quick.script_name))


@pytest.mark.parametrize("script", ["", "/", "//evil.example", "/\\evil.example", "/a?b#c", "/\xc2\xa0"])
def test_path_names_no_host(quick, script):
    """Whatever it begins with: a script name, a value, one that is empty, a segment, a resource."""
    mapper = mapper_of(quick)
    for name, pattern in {
        "any": "/{a}",
        "two": "/{a}/{b}",
        "rest": "/*rest",
        "twice": "//{a}",
        "plain": "//a",
    }.items():
        mapper.connect(name, pattern)
    quick.environ["SCRIPT_NAME"] = script
    quick.matched_route, quick.matchdict = mapper.get_route("any"), {"a": "/evil.example"}
    root = Resource()
    child = Resource("evil.example", root)
    for _ in range(2):
        paths = [
            quick.route_path("any", a="/evil.example"),
            quick.route_path("any", a="//evil.example", _query="q"),
            quick.route_path("any", "x", a="/evil.example"),
            quick.route_path("any", a=7),
            quick.route_path("two", a="", b="evil.example"),
            quick.route_path("rest", rest="/evil.example"),
            quick.route_path("rest", rest=("", "evil.example")),
            quick.route_path("twice", a="evil.example"),
            quick.route_path("plain"),
            quick.route_path("home", "", "evil.example"),
            quick.current_route_path(),
            quick.resource_path(child),
            quick.resource_path(root, "", "evil.example"),
            quick.resource_path(child, route_name="rest", route_remainder_name="rest"),
        ]
        for path in paths:
            assert path.startswith("/") and path[1] not in "/\\" and path.isascii() and path.isprintable()
            assert not set(path.partition("?")[0]) & set("? #")
        assert unquote(paths[0]) == f"{quick.script_name}//evil.example"


def test_what_stands_before_a_path_may_be_a_host(quick):
    """Who says one means it; and behind a host, two slashes are what they are."""
    mapper_of(quick).connect("any", "/{a}")
    for _ in range(2):
        assert quick.route_url("any", a="/b") == "http://example.com//b"
        assert quick.route_url("any", a="/b", _app_url="//cdn") == "//cdn//b"


def test_path_follows_what_changes(quick):
    """A path depends on where the application stands, and on its routes."""
    assert quick.route_path("page", name=1) == "/pages/1"
    quick.environ["SCRIPT_NAME"] = "/app"
    assert quick.route_path("page", name=1) == "/app/pages/1"
    mapper_of(quick).connect("page", "/new/{name}")
    assert quick.route_path("page", name=1) == "/app/new/1"
    assert quick.route_path(route_name="tree", traverse="a/b") == "/app/treea/b"


def test_path_has_options(quick):
    """As a URL has."""
    quick.environ["SCRIPT_NAME"] = "/app"
    for _ in range(2):
        assert quick.route_path("page", "x", name=1) == "/app/pages/1/x"
        assert quick.route_path("page", name=1, _query={"a": 1}, _anchor="b") == "/app/pages/1?a=1#b"
        assert quick.route_path("page", name=1, other=2) == "/app/pages/1"


@pytest.mark.parametrize("name", ["page", "pgae"])
def test_path_that_cannot_be_made(quick, name):
    """The error is that of a URL."""
    with pytest.raises(KeyError) as error:
        quick.route_path(name, nome=1)
    with pytest.raises(KeyError) as same:
        quick.route_url(name, nome=1)
    assert str(error.value) == str(same.value)


def test_path_without_application(quick):
    """Stand-ins for a registry are asked as ever."""
    stand_in = type("StandIn", (), {"_known_urls": 7, "queryUtility": quick.registry.queryUtility})()
    assert request_of(stand_in).route_path("home") == "/"


def test_paths_ask_for_urls(quick, monkeypatch):
    """Who has another ``route_url`` (a class, a request, a test) is asked for paths, too."""
    kind = type("Own", (Request,), {"route_url": lambda self, name, **kw: "own"})
    request = kind.blank("/")
    request.registry = quick.registry
    assert request.route_path("home") == "own"
    quick.route_url = lambda name, **kw: "mine"
    assert quick.route_path("home") == "mine"
    del quick.route_url
    assert quick.route_path("home") == "/"
    monkeypatch.setattr(url.URLMethodsMixin, "route_url", lambda self, name, **kw: "patched")
    assert quick.route_path("home") == "patched"


def test_beginning_that_a_pregenerator_changes(quick):
    """What it writes into the environment is heard."""

    def move(request, elements, kw):
        request.environ["SCRIPT_NAME"] = "/moved"
        return elements, kw

    mapper_of(quick).connect("moving", "/moving/{name}", pregenerator=move)
    quick.route_url("home")
    assert quick.route_url("moving", name=1, _anchor="a") == "http://example.com/moved/moving/1#a"


def test_url_has_options_whether_its_route_is_known_or_not(quick):
    """Options stand among the values, and so does what nothing needs."""
    for _ in range(2):
        for kw, expected in (
            ({"_query": {"a": 1}}, "http://example.com/pages/1?a=1"),
            ({"_anchor": "b", "other": 2}, "http://example.com/pages/1#b"),
            ({"_scheme": "https", "_app_url": None}, "https://example.com/pages/1"),
            ({"_app_url": "//cdn", "_query": "q"}, "//cdn/pages/1?q"),
        ):
            assert quick.route_url("page", name=1, **kw) == expected
            assert quick.route_url("hooked", name=1, **kw).startswith(expected.partition("/pages")[0])
        with pytest.raises(KeyError, match="'name'"):
            quick.route_url("page", nome=1, _anchor="b")


def test_option_that_is_no_good(quick):
    """What is wrong with an option is said, and not left out."""
    for _ in range(2):
        with pytest.raises((TypeError, ValueError)):
            quick.route_url("page", name=1, _query=[1])
