"""Routes that are said beside their views: ``@get("/hello/{name}")`` and its kin."""

from __future__ import annotations

import random
import re

import pytest
import venusian

from goldilocks import view as view_module
from goldilocks.config import Configurator
from goldilocks.exceptions import (
    ConfigurationConflictError,
    ConfigurationError,
    ConfigurationExecutionError,
)
from goldilocks.response import Response
from goldilocks.view import delete, get, patch, post, put, route
from tests.support import browse

HEAD = """
from goldilocks.response import Response
from goldilocks.view import delete, get, patch, post, put, route, view_config, view_defaults
"""


@pytest.fixture
def scanned(make_package):
    """Return a function that scans modules and returns a browser for the application."""

    def scan(modules, before=None, after=None, **settings):
        config = Configurator(settings=settings)
        if before:
            before(config)
        name = make_package({module: HEAD + source for module, source in modules.items()})
        config.scan(name)
        if after:
            after(config)
        return browse(config.make_wsgi_app())

    return scan


@pytest.fixture
def configured(make_package):
    """Return a function that scans modules and returns the Configurator."""

    def scan(modules, config=None):
        config = config or Configurator()
        config.scan(make_package({module: HEAD + source for module, source in modules.items()}))
        return config

    return scan


def route_names(config):
    config.commit()
    return [each.name for each in config.get_routes_mapper().get_routes()]


# --- Saying one --------------------------------------------------------------------------------------------------------


def test_function(scanned):
    """A function answers the pattern that stands beside it."""
    app = scanned(
        {
            "views": """
@get("/hello/{name}", renderer="json")
def hello(request):
    return {"hello": request.matchdict["name"]}
"""
        }
    )
    assert app.get("/hello/goldi").json == {"hello": "goldi"}
    app.get("/hello", status=404)


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_each_method(scanned, method):
    """Each decorator answers its own method, and tells which one it is to others."""
    app = scanned({"views": f'@{method}("/x")\ndef x(request): return Response(request.method)'})
    assert app.request("/x", method=method.upper()).text == method.upper()
    refused = app.request("/x", method="DELETE" if method != "delete" else "PUT", status=405)
    assert method.upper() in refused.allow


def test_head_goes_with_get(scanned):
    """What answers GET answers HEAD."""
    app = scanned({"views": '@get("/x")\ndef x(request): return Response("x")'})
    assert app.head("/x").status_code == 200


def test_methods_on_one_pattern_are_one_route(scanned):
    """One pattern is one route: 405, Allow and OPTIONS speak for all that is said on it, in whatever module."""
    app = scanned(
        {
            "one": '@get("/x")\ndef one(request): return Response("get")',
            "other": '@post("/x")\ndef other(request): return Response("post")',
        }
    )
    assert (app.get("/x").text, app.post("/x").text) == ("get", "post")
    refused = app.delete("/x", status=405)
    assert set(refused.allow) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert set(app.options("/x", status=204).allow) == {"GET", "HEAD", "OPTIONS", "POST"}


@pytest.mark.parametrize("first", ["one", "other"])
def test_slash_at_the_beginning_makes_no_difference(configured, first):
    """``/x`` and ``x`` are one pattern, whichever is found first."""
    second = {"one": "other", "other": "one"}[first]
    config = configured(
        {
            first: '@get("/x")\ndef one(request): return Response("get")',
            second: '@post("x")\ndef other(request): return Response("post")',
        }
    )
    assert route_names(config) == ["/x"]
    app = browse(config.make_wsgi_app())
    assert (app.get("/x").text, app.post("/x").text) == ("get", "post")


def test_slash_at_the_end_does(configured):
    """``/x`` and ``/x/`` are two patterns."""
    config = configured({"views": '@get("/x")\n@get("/x/")\ndef x(request): return Response("x")'})
    assert route_names(config) == ["/x", "/x/"]


def test_any_method(scanned):
    """``route`` answers all methods."""
    app = scanned({"views": '@route("/x")\ndef x(request): return Response(request.method)'})
    assert [app.request("/x", method=each).text for each in ("GET", "POST", "PATCH")] == [
        "GET",
        "POST",
        "PATCH",
    ]


@pytest.mark.parametrize(
    "said", ['methods="POST"', 'methods=["POST"]', 'request_method="POST"', 'methods={"POST"}']
)
def test_some_methods(scanned, said):
    """``route`` answers the methods that are said."""
    app = scanned({"views": f'@route("/x", {said})\ndef x(request): return Response("x")'})
    assert app.post("/x").text == "x"
    app.get("/x", status=405)


def test_stacked(configured):
    """Several decorators say several routes on one view, or several methods on one route."""
    config = configured(
        {
            "views": """
@get("/a")
@post("/a", renderer="string")
@get("/b/{name}")
@view_config(name="c")
def x(request): return Response(str(request.matchdict))
"""
        }
    )
    assert route_names(config) == ["/a", "/b/{name}"]
    app = browse(config.make_wsgi_app())
    assert app.get("/b/x").text == "{'name': 'x'}"
    assert app.get("/c").text == "None"
    assert app.post("/a").status_code == 200


def test_options_of_the_view(scanned):
    """All that isn't about the route is about the view: renderer, permission, predicates, decorators."""
    app = scanned(
        {
            "views": """
def loud(view):
    return lambda context, request: Response(view(context, request).text.upper())

@get("/x", renderer="string", decorator=loud, request_param="quiet")
def quiet(request): return "quiet"

@get("/x", renderer="string")
def other(request): return "other"
"""
        }
    )
    assert (app.get("/x?quiet=1").text, app.get("/x").text) == ("QUIET", "other")


def test_options_of_the_route(configured):
    """Factory, traverse, pregenerator, and the use of global views are about the route."""
    config = configured(
        {
            "views": """
class Root(dict):
    def __init__(self, request):
        super().__init__(a={"b": {}})

def pregenerate(request, elements, kw):
    return elements, {**kw, "x": "generated"}

@get("/t/{x}", factory=Root, traverse="/{x}", pregenerator=pregenerate, use_global_views=True)
def x(context, request): return Response(repr(context))

@view_config(name="b")
def everywhere(context, request): return Response(f"everywhere {context!r}")
"""
        }
    )
    app = browse(config.make_wsgi_app())
    assert app.get("/t/a").text == "{'b': {}}"
    fact = config.introspector.get("routes", "/t/{x}")
    assert (fact["traverse"], fact["use_global_views"], fact["factory"].__name__) == ("/{x}", True, "Root")
    assert fact["pregenerator"](None, (), {})[1] == {"x": "generated"}


def test_factory_by_a_relative_name(configured):
    """The dotted name of a factory is relative to the module that says it, whichever says the route first."""
    config = configured(
        {
            "a": '@get("/x")\ndef one(request): return Response(request.root)',
            "sub/__init__": "",
            "sub/views": '@post("/x", factory=".resources.root")\ndef other(request): return Response("")',
            "sub/resources": "def root(request): return 'root'",
        }
    )
    assert browse(config.make_wsgi_app()).get("/x").text == "root"


# --- Classes -----------------------------------------------------------------------------------------------------------


def test_methods_of_a_class(scanned):
    """Methods of a class answer, with what the class says of all its views; what a method says counts more."""
    app = scanned(
        {
            "views": """
@view_defaults(renderer="json", request_method="DELETE")
class Bears:
    def __init__(self, request):
        self.request = request

    @get("/bears")
    def listing(self): return ["papa"]

    @post("/bears", renderer="string")
    def add(self): return "added"

    @route("/bears/{name}")
    def remove(self): return self.request.matchdict["name"]
"""
        }
    )
    assert app.get("/bears").json == ["papa"]
    assert app.post("/bears").text == "added"
    assert app.delete("/bears/papa").json == "papa"
    app.get("/bears/papa", status=405)


def test_class_itself(scanned):
    """A decorated class answers by calling it, or by the method that is said."""
    app = scanned(
        {
            "views": """
@get("/called")
@get("/index", attr="index")
class Bears:
    def __init__(self, request): pass
    def __call__(self): return Response("called")
    def index(self): return Response("index")
"""
        }
    )
    assert (app.get("/called").text, app.get("/index").text) == ("called", "index")


# --- Names -------------------------------------------------------------------------------------------------------------


def test_name_is_the_pattern(scanned):
    """A route is called as its pattern, and its URL is made by that name."""
    app = scanned(
        {"views": '@get("/a/{b}")\ndef x(request): return Response(request.route_path("/a/{b}", b="c d"))'}
    )
    assert app.get("/a/b").text == "/a/c%20d"


def test_name_given(configured):
    """Another name can be given; given on one of several methods it holds for the route."""
    config = configured(
        {
            "views": """
@get("/a")
def one(request): ...
@post("/a", name="mine")
def other(request): ...
"""
        }
    )
    assert route_names(config) == ["mine"]


def test_two_names_for_one_pattern(configured):
    """Two different names on one pattern are an error that shows both places."""
    with pytest.raises(ConfigurationError, match="two values for 'name'") as caught:
        configured(
            {
                "one": '@get("/a", name="x")\ndef one(request): ...',
                "other": '@post("/a", name="y")\ndef other(request): ...',
            }
        )
    assert re.search(r"'x' \(.*one.py, line 4\) and 'y' \(.*other.py, line 4\)", str(caught.value))


def test_two_factories_for_one_pattern(configured):
    """So are two values for any option of the route."""
    with pytest.raises(ConfigurationError, match="two values for 'traverse'"):
        configured({"views": '@get("/a", traverse="/x")\n@post("/a", traverse="/y")\ndef one(request): ...'})


def test_one_name_for_two_patterns(configured):
    """One name for two patterns is a conflict that shows both places."""
    config = configured(
        {
            "views": '@get("/a", name="x")\ndef one(request): ...\n\n@get("/b", name="x")\ndef other(request): ...'
        }
    )
    with pytest.raises(ConfigurationConflictError) as caught:
        config.commit()
    assert re.findall(r"Line (\d+) of file .*views.py", str(caught.value)) == ["4", "7"]


def test_same_pattern_with_the_same_predicates(configured):
    """What can't be told apart is a conflict that shows both places, also across modules."""
    config = configured(
        {
            "one": '@get("/a")\ndef one(request): ...',
            "other": '\n@get("a")\ndef other(request): ...',
        }
    )
    with pytest.raises(ConfigurationConflictError) as caught:
        config.commit()
    assert re.findall(r"Line (\d+) of file .*/(\w+).py:\n +(.*)", str(caught.value)) == [
        ("4", "one", '@get("/a")'),
        ("5", "other", '@get("a")'),
    ]
    assert "(the view of route '/a')" in str(caught.value)


# --- Order -------------------------------------------------------------------------------------------------------------

PATTERNS = ["/about", "/a{x}", r"/{x:\d+}", "/{x}", "/{x}/edit", "/{x}/{y}", "/*rest"]


@pytest.mark.parametrize("seed", range(4))
def test_the_more_specific_is_tried_first(configured, seed):
    """Among the decorated routes of a scan neither modules nor lines decide, but the patterns, segment by segment."""
    shuffled = random.Random(seed).sample(PATTERNS, len(PATTERNS))
    half = len(shuffled) // 2
    modules = {
        f"module{seed ^ number}": "\n".join(
            f"@get({pattern!r})\ndef view{position}(request): return Response({pattern!r})"
            for position, pattern in enumerate(some)
        )
        for number, some in enumerate((shuffled[:half], shuffled[half:]))
    }
    config = configured(modules)
    app = browse(config.make_wsgi_app())
    for path, pattern in {
        "/about": "/about",
        "/apple": "/a{x}",
        "/42": r"/{x:\d+}",
        "/other": "/{x}",
        "/other/edit": "/{x}/edit",
        "/other/else": "/{x}/{y}",
        "/1/2/3": "/*rest",
    }.items():
        assert app.get(path).text == pattern


def test_ties_are_settled_by_the_text(configured):
    """Two patterns that are equally specific are tried in the order of their text."""
    config = Configurator(settings={"goldilocks.refuse_mistakes": False})
    configured({"views": '@get("/{b}")\n@get("/{a}")\ndef x(request): ...'}, config)
    assert route_names(config) == ["/{a}", "/{b}"]


def test_decorated_routes_stand_where_the_scan_was_called(scanned):
    """Routes said before the scan are tried before, those said after it after."""
    views = {"views": '@get("/{x}")\ndef x(request): return Response("decorated")'}

    def say(config):
        config.add_route("said", "/a")
        config.add_view(lambda request: Response("said"), route_name="said")

    assert scanned(views, before=say).get("/a").text == "said"
    assert scanned(views, after=say).get("/a").text == "decorated"


def test_routes_that_are_said_keep_their_order(scanned):
    """Nothing but decorators is put into order."""

    def say(config):
        for pattern in ("/{x}", "/a"):
            config.add_route(pattern, pattern)
            config.add_view(lambda request: Response(request.matched_route.name), route_name=pattern)

    assert scanned({}, after=say).get("/a").text == "/{x}"


def test_two_scans(make_package):
    """Each scan puts its own routes into order, where it was called."""
    first = make_package({"views": HEAD + '@get("/{x}")\ndef x(request): return Response("first")'})
    second = make_package({"views": HEAD + '@get("/a")\ndef x(request): return Response("second")'})
    for packages, answer in (((first, second), "first"), ((second, first), "second")):
        config = Configurator()
        for package in packages:
            config.scan(package)
        assert browse(config.make_wsgi_app()).get("/a").text == answer


def test_the_same_package_scanned_twice(configured, make_package):
    """To scan a package twice is a conflict."""
    name = make_package({"views": HEAD + '@get("/a")\ndef x(request): ...'})
    config = Configurator()
    config.scan(name)
    config.scan(name)
    with pytest.raises(ConfigurationConflictError):
        config.commit()


# --- Together with other ways of saying things ----------------------------------------------------------------------------


def test_route_prefix(make_package):
    """A prefix stands before pattern and name; the same package can be mounted twice."""
    name = make_package(
        {
            "__init__": "def one(config): config.scan()\ndef other(config): config.scan()",
            "views": HEAD
            + '@get("/a")\n@get("")\n@post("b", name="named")\ndef x(request): return Response(request.path)',
        }
    )
    config = Configurator()
    config.include(f"{name}.one", route_prefix="/api/")
    assert route_names(config) == ["/api/", "/api/a", "named"]
    app = browse(config.make_wsgi_app())
    assert [app.get(path).text for path in ("/api/a", "/api/")] == ["/api/a", "/api/"]
    app.get("/a", status=404)
    config.include(f"{name}.other", route_prefix="v2")
    with pytest.raises(ConfigurationConflictError):  # the name that was given is in the way
        config.action(("route", "named"))
        config.commit()


def test_prefix_itself(make_package):
    """With ``inherit_slash`` an empty pattern is the prefix without a slash, another route than the one with it."""
    name = make_package(
        {
            "__init__": "def includeme(config): config.scan()",
            "views": HEAD
            + '@get("", inherit_slash=True)\n@post("", inherit_slash=True)\ndef bare(request): return Response("bare")\n'
            + '@get("/")\ndef slash(request): return Response("slash")',
        }
    )
    config = Configurator()
    config.include(name, route_prefix="api")
    assert route_names(config) == ["/api", "/api/"]
    app = browse(config.make_wsgi_app())
    assert (app.get("/api").text, app.post("/api").text, app.get("/api/").text) == ("bare", "bare", "slash")


def test_a_scan_within_an_included_package(make_package):
    """What an add-on decorates gives way to what the application says."""
    name = make_package(
        {
            "__init__": "def includeme(config): config.scan()",
            "views": HEAD + '@get("/a")\ndef x(request): return Response("add-on")',
        }
    )
    mine = make_package({"views": HEAD + '@get("/a")\ndef x(request): return Response("application")'})
    config = Configurator()
    config.include(name)
    config.scan(mine)
    assert browse(config.make_wsgi_app()).get("/a").text == "application"


def test_autocommit(configured):
    """Under autocommit everything is there at once."""
    config = configured(
        {
            "views": '@get("/{x}")\n@get("/a")\n@post("/a")\ndef x(request): return Response(request.matched_route.name)'
        },
        Configurator(autocommit=True),
    )
    app = browse(config.make_wsgi_app())
    assert (app.get("/a").text, app.post("/a").text, app.get("/b").text) == ("/a", "/a", "/{x}")


def test_views_on_a_decorated_route(scanned):
    """Other views find the route by its name."""
    app = scanned(
        {
            "views": """
@get("/a")
def x(request): ...

@view_config(route_name="/a", request_method="POST")
def y(request): return Response("y")
"""
        }
    )
    assert app.post("/a").text == "y"


def test_introspection_knows_the_decorator(configured):
    """Route and view are accounted for at the line of the decorator."""
    config = configured({"views": '@get("/a")\ndef x(request): ...'})
    config.commit()
    fact = config.introspector.get("routes", "/a")
    (view,) = config.introspector.related(fact)
    for each in (fact, view):
        assert (each.action_info.line, each.action_info.src) == (4, '@get("/a")')


def test_without_a_scan_of_ours(make_package):
    """A venusian scanner of somebody else says each note by itself."""
    name = make_package({"views": HEAD + '@get("/a")\ndef x(request): return Response("x")'})
    config = Configurator()
    venusian.Scanner(config=config).scan(__import__(f"{name}.views").views, categories=["pyramid"])
    assert browse(config.make_wsgi_app()).get("/a").text == "x"


def test_category_and_depth(make_package):
    """Decorators of others are built on these: another category, and frames between."""
    name = make_package(
        {
            "views": HEAD
            + """
def mine(pattern):
    def decorate(wrapped):
        return get(pattern, _category="mine", _depth=1)(wrapped)
    return decorate

@mine("/a")
def x(request): return Response("x")

class Methods:
    def __init__(self, request): pass
    @mine("/b")
    def method(self): return Response("method")
"""
        }
    )
    config = Configurator()
    config.scan(name)
    assert route_names(config) == []
    config.scan(name, categories=["mine"])
    app = browse(config.make_wsgi_app())
    assert (app.get("/a").text, app.get("/b").text) == ("x", "method")


# --- Wrong use ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("decorator", [get, post, put, patch, delete, route])
def test_without_a_pattern(decorator):
    """A decorator that stands bare on its function says what it wants, and on which function it stands."""

    def hello(request): ...

    with pytest.raises(ConfigurationError) as caught:
        decorator(hello)
    name = decorator.__name__
    assert f"@{name} takes the route's pattern first, as in @{name}('/hello'); this is function" in str(
        caught.value
    )
    assert f"hello ({__file__}, line {hello.__code__.co_firstlineno})" in str(caught.value)


def test_with_empty_parentheses():
    """Python itself misses the pattern."""
    with pytest.raises(TypeError, match="'pattern'"):
        get()


def test_pattern_that_is_no_text():
    """What is no text is no pattern."""
    with pytest.raises(ConfigurationError, match="this is 5"):
        get(5)


def test_methods_said_twice():
    """A decorator that says its method takes no other."""
    with pytest.raises(ConfigurationError, match="say them once, as in @route"):
        get("/x", request_method="POST")
    with pytest.raises(ConfigurationError, match="say them once"):
        route("/x", methods="GET", request_method="POST")
    with pytest.raises(TypeError, match="methods"):
        get("/x", methods="POST")(lambda request: None)


def test_route_name_said():
    """A decorator that says a route can't stand on another one."""
    with pytest.raises(
        ConfigurationError, match=r"name='home' names it; for a route that config\.add_route says"
    ):
        get("/x", route_name="home")


def test_bad_pattern(configured):
    """What is wrong with a pattern is told at commit, with the line of the decorator."""
    config = configured({"views": '@get("/{x:[}")\ndef x(request): ...'})
    with pytest.raises(ConfigurationExecutionError, match=r"the regular expression '\[' of \{x\}") as caught:
        config.commit()
    assert "Line 4 of file" in str(caught.value)


def test_methods_in_lower_case(configured):
    """A method in lower case is refused at the scan, with the line of the decorator."""
    with pytest.raises(ConfigurationError, match="'GET'") as caught:
        configured({"views": '@route("/x", methods=["get"])\ndef x(request): ...'})
    assert "line 4" in caught.value.__notes__[0]


def test_decorated_function_stays_as_it_is():
    """Decorating returns the function itself."""

    def hello(request):
        return Response("hello")

    assert get("/x")(hello) is hello
    assert {"get", "post", "put", "patch", "delete", "route"} <= set(view_module.__all__)


# --- Routes that are never reached -------------------------------------------------------------------------------------

OTHER_NAMES = """
@get("/x/{id}")
def one(request): return Response("one")

@post("/x/{ident}")
def other(request): return Response("other")
"""


def test_route_that_would_never_be_reached(configured):
    """Two decorated routes whose patterns differ in the names of placeholders only would shadow each other."""
    with pytest.raises(
        ConfigurationError, match=r"'/x/\{id\}' .*line 5.* and '/x/\{ident\}' .*line 8.* same paths"
    ):
        configured({"views": OTHER_NAMES})


def test_unreached_route_where_mistakes_are_not_refused(configured):
    """Who has lived with it may go on."""
    config = Configurator(settings={"goldilocks.refuse_mistakes": False})
    assert route_names(configured({"views": OTHER_NAMES}, config)) == ["/x/{ident}", "/x/{id}"]


def test_routes_that_only_look_alike(configured):
    """A regular expression passes paths on, another segment matches other paths, and so does a prefix without slash."""
    source = (
        OTHER_NAMES.replace("{ident}", "{ident:[0-9]+}")
        + """
@get("", inherit_slash=True)
def three(request): return Response("3")

@get("/")
def four(request): return Response("4")

@get("/y/{id}")
def five(request): return Response("5")
"""
    )
    config = Configurator(route_prefix="api")
    assert len(route_names(configured({"views": source}, config))) == 5
