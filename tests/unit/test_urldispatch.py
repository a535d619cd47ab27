"""Routes, the table that finds them, and the mapper."""

from __future__ import annotations

import types

import pytest
import webob
from zope.interface import Interface
from zope.interface.verify import verifyObject

from goldilocks import urldispatch
from goldilocks.exceptions import URLDecodeError
from goldilocks.interfaces import IRoute, IRoutesMapper
from goldilocks.registry import Registry
from goldilocks.urldispatch import Route, RoutePatternError, RoutesMapper, RouteTable, _compile_route
from goldilocks.viewindex import Sieve


def mapper_of(*patterns):
    """Return a mapper whose routes are named by their patterns."""
    mapper = RoutesMapper()
    for pattern in patterns:
        mapper.connect(pattern, pattern)
    return mapper


def name_for(mapper, path):
    route = mapper(webob.Request.blank(path))["route"]
    return route and route.name


def refuse(info, request):
    return False


# --- Routes


def test_route_keeps_the_contract():
    """A route is what ``IRoute`` says, and matches and makes paths by plain functions or methods."""
    route = Route("page", "/pages/{id}", "factory", ["predicate"], "pregenerator")
    verifyObject(IRoute, route)
    assert (route.name, route.pattern, route.path) == ("page", "/pages/{id}", "/pages/{id}")
    assert (route.factory, route.predicates, route.pregenerator) == ("factory", ["predicate"], "pregenerator")
    assert isinstance(route.match, types.MethodType)
    assert isinstance(route.generate, types.FunctionType)
    assert route.request_iface is None


def test_route_matches_and_generates():
    """What a route generates it matches."""
    route = Route("page", "/pages/{id}")
    assert route.match("/pages/7") == {"id": "7"}
    assert route.generate({"id": 7}) == "/pages/7"


def test_compile_route_gives_both_functions():
    """The undocumented function that predicates and add-ons use."""
    match, generate = _compile_route("/:id")
    assert (match("/7"), generate({"id": 7})) == ({"id": "7"}, "/7")


def test_bad_pattern_is_refused_at_once():
    """A pattern that can't be understood never becomes a route."""
    with pytest.raises(RoutePatternError):
        Route("page", "/{a-b}")


@pytest.mark.parametrize("name", ["re", "old_route_re", "route_re", "star_at_end", "update_pattern", "is_nonstr_iter",
                                  "text_", "PATH_SAFE", "quote_path_segment", "split_path_info", "specificity",
                                  "URLDecodeError", "IRoute", "IRoutesMapper", "implementer"])  # fmt: skip
def test_name_can_be_imported(name):
    """Names that were offered by the module of old are offered here."""
    assert hasattr(urldispatch, name)


# --- The mapper


def test_mapper_keeps_the_contract():
    """A mapper is what ``IRoutesMapper`` says."""
    verifyObject(IRoutesMapper, RoutesMapper())


def test_no_route():
    """Where no route matches, both answers are ``None``."""
    assert RoutesMapper()(webob.Request.blank("/")) == {"route": None, "match": None}
    assert mapper_of("/a")(webob.Request.blank("/b")) == {"route": None, "match": None}


def test_match_comes_with_its_route():
    """The answer is the route and what stands at its names."""
    mapper = mapper_of("/pages/{id}")
    assert mapper(webob.Request.blank("/pages/7")) == {
        "route": mapper.routes["/pages/{id}"],
        "match": {"id": "7"},
    }


def test_each_match_is_a_dictionary_of_its_own():
    """What one request writes into its match, the next one doesn't see."""
    mapper = mapper_of("/a")
    mapper(webob.Request.blank("/a"))["match"]["mine"] = 1
    assert mapper(webob.Request.blank("/a"))["match"] == {}


def test_first_said_is_first_tried():
    """Where several match, the first in order is taken, whatever it is made of."""
    assert name_for(mapper_of("/{x}", "/a", "/*rest"), "/a") == "/{x}"
    assert name_for(mapper_of("/a", "/{x}", "/*rest"), "/a") == "/a"
    assert name_for(mapper_of("/*rest", "/a", "/{x}"), "/a") == "/*rest"
    assert name_for(mapper_of("/a{x}", "/{x:.*}", "/ab"), "/ab") == "/a{x}"


def test_literal_path_is_answered_the_same_again():
    """What is remembered for a literal path is the order of all routes."""
    mapper = mapper_of("/{x}/b", "/a/b")
    assert [name_for(mapper, "/a/b") for _ in range(2)] == ["/{x}/b", "/{x}/b"]
    assert mapper(webob.Request.blank("/a/b"))["match"] == {"x": "a"}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/item-7", "/item-{x}"),
        ("/item-7.html", "/item-{x}.html"),
        ("/items", "/{x}"),
        ("/item-", "/{x}"),
        ("/item", "/{x}"),
        ("/i", "/{x}"),
        ("/", "/*rest"),
        ("/item-7/x", "/*rest"),
        ("/static/a/b", "/static/*rest"),
        ("/static/", "/static/*rest"),
        ("/static", "/{x}"),
        ("/7/edit", r"/{x:\d+}/edit"),
        ("/x/edit", "/*rest"),
        ("//edit", "/*rest"),
        ("/a/b/c/d/e/f/g", "/*rest"),
    ],
)
def test_tree_finds_every_kind_of_segment(path, name):
    """Literals, prefixes, placeholders, regular expressions and stars live beside each other."""
    mapper = mapper_of(
        "/item-{x}.html",
        "/item-{x}",
        "/static/*rest",
        r"/{x:\d+}/edit",
        "/{x}",
        "/a/b",
        "/it{x:.*}never",
        "/*rest",
    )
    assert name_for(mapper, path) == name
    assert name_for(mapper, path) == name  # and once more, when the way is known


def test_longer_prefix_is_not_taken_for_the_shorter():
    """What is remembered for a prefix doesn't hold for segments that begin with a longer one."""
    mapper = mapper_of("/ab{x}", "/a{x}", "/{x}")
    assert [name_for(mapper, path) for path in ("/ac", "/abc", "/b", "/ab", "/abd", "/ad")] == [
        *("/a{x}", "/ab{x}", "/{x}", "/a{x}", "/ab{x}", "/a{x}")
    ]


def test_empty_segment_is_no_placeholder():
    """A placeholder takes at least one character; a literal empty segment is one."""
    mapper = mapper_of("/{x}/{y}", "/a//b", "/a/")
    assert name_for(mapper, "/a//b") == "/a//b"
    assert name_for(mapper, "/a/") == "/a/"
    assert name_for(mapper, "//a") is None


def test_path_without_a_slash_matches_nothing():
    """All patterns begin with a slash, a path need not."""
    request = webob.Request.blank("/")
    request.environ["PATH_INFO"] = "a"
    assert mapper_of("/a", "/{x}", "/*rest")(request)["route"] is None


def test_pattern_that_breaks_out_is_tried_everywhere():
    """A route of which nothing can be told in advance is still found, in its place."""
    mapper = mapper_of("/first", "/{x:1)|(?:/odd}", "/{y}")
    assert name_for(mapper, "/odd") == "/{x:1)|(?:/odd}"
    assert name_for(mapper, "/1 and on") == "/{x:1)|(?:/odd}"
    assert name_for(mapper, "/first") == "/first"
    assert name_for(mapper, "/other") == "/{y}"


def test_predicates_decide():
    """A route whose predicate refuses is passed over; the predicate sees the match and the route."""
    mapper = RoutesMapper()
    seen = []

    def accept(info, request):
        seen.append((info["match"], info["route"].name, request.path))
        return True

    mapper.connect("refused", "/{x}", predicates=[accept, refuse])
    mapper.connect("taken", "/a", predicates=(accept,))
    assert name_for(mapper, "/a") == "taken"
    assert seen == [({"x": "a"}, "refused", "/a"), ({}, "taken", "/a")]


def test_predicate_may_add_to_the_match():
    """What a predicate writes into the match is in the answer."""
    mapper = RoutesMapper()
    mapper.connect("a", "/a", predicates=[lambda info, request: info["match"].setdefault("more", True)])
    assert mapper(webob.Request.blank("/a"))["match"] == {"more": True}


def test_path_is_decoded():
    """A placeholder gets text."""
    assert mapper_of("/{x}")(webob.Request.blank("/Pe%C3%B1a"))["match"] == {"x": "Peña"}


def test_path_that_cannot_be_decoded():
    """A path that isn't UTF-8 raises the error that a view can be registered for."""
    with pytest.raises(URLDecodeError):
        mapper_of("/{x}")(webob.Request.blank("/%ff"))


def test_path_that_is_not_said_is_the_root():
    """Where a server says no path, it is the root's."""
    request = webob.Request.blank("/")
    del request.environ["PATH_INFO"]
    assert mapper_of("/")(request)["route"].name == "/"


def test_name_said_again_replaces_the_route():
    """A name belongs to one route, and the later one stands where it was said."""
    mapper = mapper_of("/a", "/b")
    mapper.connect("/a", "/{x}")
    assert [route.pattern for route in mapper.get_routes()] == ["/b", "/{x}"]
    assert mapper.get_route("/a").pattern == "/{x}"


def test_static_routes_only_make_paths():
    """A static route is never matched."""
    mapper = RoutesMapper()
    mapper.connect("a", "/a/{x}", static=True)
    assert not mapper.has_routes()
    assert (mapper.get_routes(), mapper.get_routes(include_static=True)) == ([], mapper.static_routes)
    assert name_for(mapper, "/a/1") is None
    assert mapper.generate("a", {"x": 1}) == "/a/1"


def test_static_route_may_become_a_route():
    """A name that was static may be said again as a route to match."""
    mapper = RoutesMapper()
    mapper.connect("a", "/a", static=True)
    mapper.connect("a", "/b")
    assert mapper.has_routes()
    assert name_for(mapper, "/b") == "a"


def test_unknown_name():
    """A name that nobody said is ``None``, or a ``KeyError`` where a path is wanted."""
    assert RoutesMapper().get_route("a") is None
    with pytest.raises(KeyError):
        RoutesMapper().generate("a", {})


# --- Routes that are written to


def test_pattern_is_only_shown():
    """Add-ons write to ``pattern`` and back; the route goes on matching and making what it was made for."""
    mapper = mapper_of("/a", "/b")
    route = mapper.get_route("/a")
    route.pattern = "/prefix/a"
    assert name_for(mapper, "/a") == "/a"
    assert name_for(mapper, "/prefix/a") is None
    assert route.generate({}) == "/a"


def test_new_matcher_counts_at_once():
    """A matcher that somebody assigns is asked, for any path, and the old one again when it is put back."""
    mapper = mapper_of("/a", "/b")
    assert name_for(mapper, "/b") == "/b"
    route = mapper.get_route("/a")
    original = route.match
    route.match = lambda path: {"path": path}
    assert mapper(webob.Request.blank("/b")) == {"route": route, "match": {"path": "/b"}}
    route.match = original
    assert name_for(mapper, "/b") == "/b"
    assert name_for(mapper, "/a") == "/a"


def test_new_generator_counts_at_once():
    """A generator that somebody assigns is used."""
    mapper = mapper_of("/a")
    mapper.get_route("/a").generate = lambda kw: "/other"
    assert mapper.generate("/a", {}) == "/other"


def test_new_predicates_count_at_once():
    """Predicates are read when a request comes; none at all may be ``None``."""
    mapper = mapper_of("/a")
    assert name_for(mapper, "/a") == "/a"
    mapper.get_route("/a").predicates = [refuse]
    assert name_for(mapper, "/a") is None
    mapper.get_route("/a").predicates = None
    assert name_for(mapper, "/a") == "/a"


def test_subclass_may_match_its_own_way():
    """A route class with a ``match`` of its own is asked for every path."""

    class Anything(Route):
        def match(self, path):
            return {"path": path}

    mapper = mapper_of("/a")
    mapper.routelist.append(Anything("any", "/never"))
    assert name_for(mapper, "/a") == "/a"
    assert mapper(webob.Request.blank("/b"))["match"] == {"path": "/b"}


def test_foreign_route_is_asked():
    """Any object with ``match`` and ``predicates`` may stand in the list."""

    class Foreign:
        name = "foreign"
        predicates = ()

        def match(self, path):
            return {} if path == "/foreign" else None

    mapper = mapper_of("/a")
    mapper.routelist.insert(0, Foreign())
    assert name_for(mapper, "/foreign") == "foreign"
    assert name_for(mapper, "/a") == "/a"


# --- The list of routes is a list


CHANGES = {
    "remove": lambda routes: routes.remove(routes[0]),
    "pop": lambda routes: routes.pop(0),
    "delete": lambda routes: routes.__delitem__(0),
    "reverse": lambda routes: routes.reverse(),
    "sort": lambda routes: routes.sort(key=lambda route: route.name == "/a"),
    "insert": lambda routes: routes.insert(0, Route("/{x}", "/{x}")),
    "set": lambda routes: routes.__setitem__(0, Route("/{x}", "/{x}")),
    "clear and extend": lambda routes: (routes.clear(), routes.extend([Route("/{x}", "/{x}")])),
    "clear and add": lambda routes: (routes.clear(), routes.__iadd__([Route("/{x}", "/{x}")])),
    "multiply": lambda routes: (routes.pop(0), routes.__imul__(2)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_change_of_the_list_counts_at_once(change):
    """The routes may be reordered, added and taken away in place."""
    mapper = mapper_of("/a", "/{x}")
    assert name_for(mapper, "/a") == "/a"
    change(mapper.routelist)
    assert name_for(mapper, "/a") == "/{x}"


def test_list_may_be_replaced():
    """Assigning a list of routes is as good as changing it."""
    mapper = mapper_of("/a", "/{x}")
    assert name_for(mapper, "/a") == "/a"
    mapper.routelist = mapper.routelist[1:]
    assert name_for(mapper, "/a") == "/{x}"


def test_failed_change_is_no_harm():
    """A change that raises leaves list and answers as they were."""
    mapper = mapper_of("/a")
    with pytest.raises(ValueError, match="not in list"):
        mapper.routelist.remove("nothing")
    assert name_for(mapper, "/a") == "/a"


# --- The table


def test_candidates_are_those_that_can_match():
    """Routes whose segments can't fit are not even tried."""
    table = RouteTable(
        [Route(pattern, pattern) for pattern in ("/b", "/a/{x}", "/*rest", "/a/b", "/a", r"/a/{x:\d}")]
    )
    assert [route.name for route in table.candidates("/a/b")] == ["/a/{x}", "/*rest", "/a/b", r"/a/{x:\d}"]
    assert [route.name for route in table.candidates("/c")] == ["/*rest"]
    assert table.candidates("c") == []


def test_few_candidates_among_many_routes():
    """However many routes there are, only those that can match are tried."""
    shapes = ("/r{n}/{{x}}", "/{{x}}/r{n}", "/item{n}-{{x}}", "/static{n}/*rest", "/{{x}}/{{y}}/s{n}")
    table = RouteTable([Route(shape, shape.format(n=n)) for n in range(200) for shape in shapes])
    for path in ("/r7/1", "/1/r7", "/item7-1", "/static7/1/2", "/1/2/s7", "/r7/2/s7"):
        assert 1 <= len(table.candidates(path)) <= 2
    assert table.candidates("/nowhere") == []


def test_what_is_remembered_is_bounded():
    """Names from URLs don't make a table grow, and neither does every combination of segments."""
    slots = [f"/{{p{n}}}" for n in range(12)]
    table = RouteTable([Route(str(n), "".join([*slots[:n], f"/x{n}", *slots[n:]])) for n in range(12)])
    for number in range(3000):
        path = "".join(f"/x{n}" if number >> n & 1 else f"/{number}" for n in range(13))
        table.choose(path, None)
        table.choose(f"/{number}" * (number % 20), None)
    assert len(table._states) <= 1000 + 16 * 12


def test_table_may_run_out_of_room():
    """Where nothing more can be remembered, the answers are still right."""
    mapper = mapper_of("/a/{x}/c", "/a/b/c", "/pre{x}/d", "/{x}/{y}/{z}")
    mapper.table._room = 0
    for _ in range(2):
        assert name_for(mapper, "/a/b/c") == "/a/{x}/c"
        assert name_for(mapper, "/prefix/d") == "/pre{x}/d"
        assert name_for(mapper, "/1/2/3") == "/{x}/{y}/{z}"
        assert name_for(mapper, "/1/2") is None


def test_find_is_the_quick_door():
    """``find`` gives route and match, or ``None``; it follows the list of routes, as the mapper itself does."""
    mapper = mapper_of("/a/{x}", "/b")
    assert mapper.find("/a/1", None) == (mapper.get_route("/a/{x}"), {"x": "1"})
    assert mapper.find("/c", None) is None
    added = mapper.connect("c", "/c")
    assert mapper.find("/c", None) == (added, {})


def test_find_gives_what_predicates_leave():
    """A predicate may write to what was matched, and put something else in its place."""

    def change(info, request):
        info["match"] = {"x": int(info["match"]["x"])}
        return True

    mapper = RoutesMapper()
    route = mapper.connect("a", "/a/{x}", predicates=[change])
    assert mapper.find("/a/1", "request") == (route, {"x": 1})


class ByMethod:
    """Holds for some methods, and says so."""

    def __init__(self, *methods):
        self.methods = methods

    def __call__(self, info, request):
        return request.method in self.methods

    def sieves(self):
        return (Sieve("method", lambda request: request.method, frozenset(self.methods)),)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT"])
def test_method_is_enough_to_find_a_route(method):
    """Where predicates ask for the method alone, the route is that of a request that has it."""
    mapper = RoutesMapper()
    mapper.connect("get", "/{x}", predicates=[ByMethod("GET", "HEAD")])
    mapper.connect("never", "/a", predicates=[ByMethod("GET"), ByMethod("POST")])
    mapper.connect("post", "/a", predicates=[ByMethod("POST")])
    found = mapper.table.find("/a", None, method)
    assert found == mapper.find("/a", webob.Request.blank("/a", method=method))
    assert found == mapper.table.find("/a", None, method)


@pytest.mark.parametrize("more", [refuse, ByMethod("GET").__call__, type("Other", (ByMethod,), {})("GET")])
def test_other_predicates_are_not_decided_by_the_method(more):
    """A predicate that asks for more, or might, wants a request."""
    mapper = RoutesMapper()
    mapper.connect("a", "/a", predicates=[ByMethod("GET"), more])
    mapper.connect("b", "/a")
    assert mapper.table.find("/a", None, "GET") is None


def test_predicates_that_are_written_to_count_at_once():
    """What was found out of a route's predicates holds until they change; of foreign routes, nothing is known."""
    mapper = RoutesMapper()
    route = mapper.connect("a", "/a", predicates=[ByMethod("GET")])
    assert mapper.table.find("/a", None, "GET")[0] is route
    route.predicates.append(ByMethod("POST"))
    assert mapper.table.find("/a", None, "GET") is None
    route.predicates[:] = [ByMethod("POST")]
    assert mapper.table.find("/a", None, "POST")[0] is route
    foreign = types.SimpleNamespace(name="f", match=lambda path: {}, predicates=[ByMethod("GET")])
    assert RouteTable([foreign]).find("/a", None, "GET") is None


def test_find_without_a_request():
    """Who has no request learns nothing where a predicate would have to be asked for it."""
    mapper = RoutesMapper()
    mapper.connect("refused", "/a", predicates=[refuse])
    mapper.connect("a", "/a")
    assert mapper.find("/a", None) is None
    assert mapper.find("/a", "request")[0].name == "a"


def test_many_routes_of_one_pattern():
    """Any number of routes may end at one place of the tree; they are tried in order."""
    mapper = RoutesMapper()
    for number in range(5):
        mapper.connect(f"r{number}", "/a/{x}", predicates=[lambda info, request, n=number: request == n])
    assert [mapper.find("/a/1", number)[0].name for number in range(5)] == ["r0", "r1", "r2", "r3", "r4"]


def test_what_is_assigned_counts():
    """The routes by name, and what may change a path, are read and written by add-ons."""
    mapper = mapper_of("/a", "/b")
    route = mapper.get_route("/a")
    mapper.routes = {"only": route}
    assert (mapper.get_route("only"), mapper.get_route("/b")) == (route, None)
    route.pregenerator = "mine"
    assert route.pregenerator == "mine"


def test_table_outlasts_other_changes():
    """What is registered while an application runs doesn't make the table of its routes anew; a route does."""
    registry, mapper = Registry("application"), RoutesMapper()
    mapper.connect("one", "/one")
    table = mapper.table
    registry.registerUtility(object(), Interface)
    assert mapper.table is table
    mapper.connect("two", "/two")
    assert mapper.table is not table
