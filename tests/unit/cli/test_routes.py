"""``goldilocks routes``."""

from __future__ import annotations

import functools

import pytest

from goldilocks.cli import routes
from goldilocks.config import Configurator
from goldilocks.interfaces import IRouteRequest, IRoutesMapper
from goldilocks.response import Response
from goldilocks.urldispatch import RoutesMapper


def view(request):
    return Response()


def rows_of(say, **options):
    config = Configurator(**options)
    say(config)
    config.commit()
    return routes.route_rows(config.registry)


def cells_of(say, **options):
    return [cells[:5] for row in rows_of(say, **options) for cells in routes.as_cells(row)]


def test_list(shop, goldilocks):
    """Routes are listed in the order in which they are tried, a row a view, with the line that said it."""
    lines = goldilocks("routes", shop).splitlines()
    assert lines[0].split() == ["#", "name", "pattern", "methods", "view", "where"]
    assert [line.split()[:5] for line in lines[2:6]] == [
        ["1", "home", "/home", "GET", "shop.home"],
        ["2", "item", "/item/{id}/*rest", "*", "shop.any_view"],
        ["2", "item", "/item/{id}/*rest", "*", "shop.draft"],
        ["2", "item", "/item/{id}/*rest", "*", "shop.Editor.edit"],
    ]
    assert "(name='edit', context=Page)" in lines[5]
    assert lines[2].split()[-1].startswith("shop.py:")


def test_routes_for_urls(shop, goldilocks):
    """Routes that only make URLs come last, and a static view is shown by its folder."""
    lines = goldilocks("routes", shop).splitlines()
    assert lines[-1].split()[:6] == ["-", "help", "https://help.example/{topic}", "*", "(for", "URLs"]
    assert [line.split()[4] for line in lines if "__static/" in line] == ["shop:files/"]


def test_route_without_view(shop, goldilocks):
    """A route that has no view says so."""
    assert "(no view)" in next(line for line in goldilocks("routes", shop).splitlines() if " empty " in line)


@pytest.mark.parametrize(("glob", "names"), [("it*", ["item"]), ("/item/*", ["item", "late"]), ("x", [])])
def test_glob(shop, goldilocks, glob, names):
    """The list is narrowed by name or pattern."""
    assert [row["name"] for row in goldilocks("routes", shop, "--glob", glob, "--json")] == names


def test_nothing_to_list(shop, goldilocks, project):
    """That there is nothing is told in words."""
    project("none.py", "from goldilocks.config import Configurator\napp = Configurator().make_wsgi_app()\n")
    assert goldilocks("routes", "none.py") == "none.py has no routes\n"
    assert goldilocks("routes", shop, "-g", "x") == "shop.py has no routes like x\n"


def test_json(shop, goldilocks):
    """Programs get everything: the methods of route and views, permissions and places."""
    found = {row["name"]: row for row in goldilocks("routes", shop, "--json")}
    item = found["item"]
    assert (item["order"], item["pattern"], item["methods"]) == (2, "/item/{id}/*rest", None)
    assert [each["permission"] for each in item["views"]] == [None, "edit", None]
    assert found["home"]["methods"] == ["GET", "HEAD"]
    assert isinstance(item["line"], int)


def test_no_mapper():
    """A registry in which nobody spoke of routes has none."""
    assert rows_of(lambda config: None) == []


def test_methods_of_route_and_view():
    """A view is shown with the methods that its route lets pass; none where the two exclude each other."""

    def say(config):
        config.add_route("a", "/a", request_method=("GET", "PUT"))
        config.add_view(view, route_name="a", request_method="PUT")
        config.add_view(view, route_name="a", request_method="DELETE", xhr=True)

    assert [cells[3] for cells in cells_of(say)] == ["PUT", "none"]


def test_without_introspection():
    """Views that introspection doesn't know are found in the record, in sets and alone."""

    def say(config):
        config.add_route("alone", "alone")
        config.add_route("several", "several")
        config.add_route("none", "none")
        config.add_view(view, route_name="alone")
        config.add_view(view, route_name="several", permission="see")
        config.add_view(view, route_name="several", request_method="PUT")

    found = rows_of(say, introspection=False)
    assert [(row.name, [each.methods for each in row.views]) for row in found] == [
        ("alone", [None]),
        ("several", [{"PUT"}, None]),
        ("none", []),
    ]
    assert found[0].pattern == "/alone"


def test_route_made_by_hand():
    """A route that was only connected to the mapper is listed without views."""

    def say(config):
        mapper = RoutesMapper()
        mapper.connect("hand", "/hand")
        config.registry.registerUtility(mapper, IRoutesMapper)

    assert cells_of(say) == [("1", "hand", "/hand", "*", "(no view)")]
    config = Configurator()
    assert config.registry.queryUtility(IRouteRequest, name="hand") is None


class Callable:
    def __call__(self, request):
        return Response()


@pytest.mark.parametrize(
    ("callable", "attr", "words"),
    [
        (view, None, f"{__name__}.view"),
        (functools.partial(functools.partial(view)), None, f"{__name__}.view"),
        (Callable, "method", f"{__name__}.Callable.method"),
        (None, None, "None"),
    ],
)
def test_words_for_views(callable, attr, words):
    """A view is called by its dotted name."""
    assert routes.spelled(callable, attr) == words


def test_words_for_other_views(tmp_path):
    """An object is described, and a folder of files is its path."""
    assert "Callable object" in routes.spelled(Callable())
    assert routes.spelled(routes.static_view(str(tmp_path))) == str(tmp_path)


# --- Which route takes a path --------------------------------------------------------------------------------------


def test_match(shop, goldilocks):
    """The routes that were tried are told, the one that takes the path last, and what it matched."""
    lines = goldilocks("routes", shop, "--match", "/item/7/a/b").splitlines()
    assert [line.split()[:2] for line in lines[2:4]] == [["1", "home"], ["2", "item"]]
    assert "doesn't fit" in lines[2]
    assert "takes it" in lines[3]
    assert lines[-1] == "item takes GET /item/7/a/b with id='7', rest=('a', 'b')"


def test_match_without_names(shop, goldilocks):
    """A pattern without names matches nothing that could be told."""
    assert goldilocks("routes", shop, "--match", "home").splitlines()[-1] == "home takes GET home"


def test_no_match(shop, goldilocks):
    """The predicate that refuses is told, routes that are near are named, and the exit code is 1."""
    lines = goldilocks("routes", shop, "--match", "/hom", code=1).splitlines()
    assert lines[-2:] == ["no route takes GET /hom", "  near: home  /home"]
    refused = goldilocks("routes", shop, "--match", "/home", "--method", "put", code=1)
    assert "refuses: request_method = GET,HEAD" in refused
    assert "no route takes PUT /home" in refused


def test_no_match_without_routes(project, goldilocks):
    """An application without routes has none that takes the path."""
    project("none.py", "from goldilocks.config import Configurator\napp = Configurator().make_wsgi_app()\n")
    assert goldilocks("routes", "none.py", "--match", "/", code=1) == "no route takes GET /\n"


def test_match_as_json(shop, goldilocks):
    """Programs get the same."""
    found = goldilocks("routes", shop, "--match", "/item/7", "--json", code=1)
    assert (found["route"], found["match"]) == (None, None)
    late = next(each for each in found["tried"] if each["name"] == "late")
    assert late["predicates"] == [{"predicate": "request_param late", "outcome": "refuses"}]
    assert goldilocks("routes", shop, "--match", "/item/7/x", "--json")["match"] == {"id": "7", "rest": ["x"]}
