"""Traversal through a whole application: contexts and view names, virtual roots, and routes that walk."""

from __future__ import annotations

import pytest

from goldilocks.response import Response
from goldilocks.traversal import find_resource, resource_path
from tests.support import serve


class Folder(dict):
    """A resource with children."""

    def __init__(self, name=None, parent=None):
        super().__init__()
        self.__name__, self.__parent__ = name, parent

    def add(self, name, kind=None):
        self[name] = (kind or Folder)(name, self)
        return self[name]


class Page:
    """A resource without children."""

    def __init__(self, name, parent):
        self.__name__, self.__parent__ = name, parent


def tree():
    """``/docs/guide/intro``, a page; ``/docs/edit``, a page that is called like a view; ``/größe``."""
    root = Folder()
    docs = root.add("docs")
    docs.add("guide").add("intro", Page)
    docs.add("edit", Page)
    root.add("größe", Page)
    return root


def tell(request):
    return {
        "context": resource_path(request.context),
        "view": request.view_name,
        "subpath": list(request.subpath),
        "traversed": list(request.traversed),
        "root": resource_path(request.virtual_root),
    }


@pytest.fixture(scope="module")
def browser():
    def app(config):
        root = tree()
        config.set_root_factory(lambda request: root)
        config.add_view(tell, renderer="json")
        config.add_view(tell, name="edit", renderer="json")
        config.add_view(lambda request: Response("guide"), name="toc", context=Folder)
        config.add_route("walk", "/walk/{lang}/*traverse")
        config.add_route("sub", "/sub/{first}/*subpath")
        config.add_route("jump", "/jump/{name}/{view}", traverse="/docs/{name}")
        config.add_route("own", "/own/*traverse", factory=lambda request: root["docs"])
        for route_name in ("walk", "sub", "jump", "own"):
            config.add_view(tell, route_name=route_name, renderer="json")
            config.add_view(tell, route_name=route_name, name="edit", renderer="json")

    return serve(app, goldilocks__check_virtual_root="false")


def found(browser, path, *keys, **more):
    told = browser.get(path, **more).json
    return tuple(told[key] for key in keys)


@pytest.mark.parametrize(
    ("path", "context", "view", "subpath"),
    [
        ("/", "/", "", []),
        ("/docs", "/docs", "", []),
        ("/docs/", "/docs", "", []),
        ("//docs///guide", "/docs/guide", "", []),
        ("/docs/guide/intro", "/docs/guide/intro", "", []),
        ("/docs/guide/edit", "/docs/guide", "edit", []),
        ("/docs/guide/edit/now/please", "/docs/guide", "edit", ["now", "please"]),
        ("/docs/edit", "/docs/edit", "", []),
        ("/docs/@@edit", "/docs", "edit", []),
        ("/docs/@@edit/guide", "/docs", "edit", ["guide"]),
        ("/@@edit", "/", "edit", []),
        ("/docs/@@", "/docs", "", []),
        ("/docs/./guide/../guide", "/docs/guide", "", []),
        ("/../docs", "/docs", "", []),
        ("/gr%C3%B6%C3%9Fe", "/gr%C3%B6%C3%9Fe", "", []),
        ("/docs%2Fguide", "/docs/guide", "", []),
    ],
)
def test_path_leads_to_context_and_view(browser, path, context, view, subpath):
    """A path is walked name by name; the first name that is no child is the view's, what follows is the subpath."""
    assert found(browser, path, "context", "view", "subpath") == (context, view, subpath)


@pytest.mark.parametrize(
    "path", ["/nothing", "/docs/nothing/edit", "/docs/guide/toc/", "/docs/guide/intro/toc"]
)
def test_view_that_nobody_said(browser, path):
    """A view name without view for that context isn't found."""
    status = 200 if path == "/docs/guide/toc/" else 404
    assert browser.get(path, status=status).status_int == status


# --- Virtual roots ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("virtual", "path", "context", "root"),
    [
        ("/docs", "/", "/docs", "/docs"),
        ("/docs", "/guide", "/docs/guide", "/docs"),
        ("/docs/", "/guide", "/docs/guide", "/docs"),
        ("/docs/guide", "/intro", "/docs/guide/intro", "/docs/guide"),
        ("/docs", "/..", "/docs", "/docs"),
        ("/docs", "/../gr%C3%B6%C3%9Fe/..", "/docs", "/docs"),
        ("", "/docs", "/docs", "/"),
    ],
)
def test_virtual_root(browser, virtual, path, context, root):
    """Below a virtual root the walk begins there, and doesn't leave it."""
    assert found(browser, path, "context", "root", headers={"X-Vhm-Root": virtual}) == (context, root)


def test_virtual_root_that_is_not_there(browser):
    """A virtual root that can't be reached ends in a 404."""
    assert browser.get("/", headers={"X-Vhm-Root": "/nowhere"}, status=404).status_int == 404


# --- Routes that walk ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "context", "view", "subpath"),
    [
        ("/walk/en/", "/", "", []),
        ("/walk/en/docs/guide", "/docs/guide", "", []),
        ("/walk/en/docs/guide/edit/now", "/docs/guide", "edit", ["now"]),
        ("/jump/guide/any", "/docs/guide", "", []),
        ("/sub/a/b/c", "/", "", ["b", "c"]),
        ("/own/guide/edit", "/docs/guide", "edit", []),
    ],
)
def test_route_that_walks(browser, path, context, view, subpath):
    """A route walks what ``*traverse`` matched or ``traverse=`` makes, from its own root; ``*subpath`` is the subpath."""
    assert found(browser, path, "context", "view", "subpath") == (context, view, subpath)


def test_views_without_route_do_not_answer_on_routes(browser):
    """On a route only the route's own views answer."""
    assert browser.get("/walk/en/docs/toc", status=404).status_int == 404
    assert browser.get("/docs/toc").text == "guide"


# --- URLs ------------------------------------------------------------------------------------------------------------


def linking(link):
    def app(config):
        root = tree()
        config.set_root_factory(lambda request: root)
        config.add_route("walk", "/walk/{lang}*traverse")
        config.add_view(lambda request: Response(link(request, root)))
        config.add_view(lambda request: Response(link(request, root)), name="edit")

    return serve(app, goldilocks__check_virtual_root="false")


@pytest.mark.parametrize(
    ("link", "url"),
    [
        (lambda request, root: request.resource_url(root), "http://localhost/"),
        (lambda request, root: request.resource_url(root["docs"]["guide"]), "http://localhost/docs/guide/"),
        (
            lambda request, root: request.resource_url(root["docs"], "edit", "now"),
            "http://localhost/docs/edit/now",
        ),
        (
            lambda request, root: request.resource_url(root["größe"], query={"q": "ä b"}, anchor="z"),
            "http://localhost/gr%C3%B6%C3%9Fe/?q=%C3%A4+b#z",
        ),
        (lambda request, root: request.resource_path(root["docs"]), "/docs/"),
        (
            lambda request, root: request.resource_url(
                root["docs"],
                route_name="walk",
                route_kw={"lang": "en"},
                scheme="https",
                host="example.org",
                port=8080,
            ),
            "https://example.org:8080/walk/en/docs/",
        ),
        (lambda request, root: resource_path(find_resource(root, "/docs/guide")), "/docs/guide"),
    ],
)
def test_urls_of_resources(link, url):
    """A resource's URL is its path in the tree, with all that may be added to it."""
    assert linking(link).get("/").text == url


def test_urls_below_a_virtual_root():
    """Below a virtual root its path is left out of URLs."""
    browser = linking(lambda request, root: request.resource_url(root["docs"]["guide"]))
    assert browser.get("/", headers={"X-Vhm-Root": "/docs"}).text == "http://localhost/guide/"


def test_urls_of_a_mounted_application():
    """The script name stands before the path."""
    browser = linking(lambda request, root: request.resource_url(root["docs"]))
    assert browser.get("/", extra_environ={"SCRIPT_NAME": "/site"}).text == "http://localhost/site/docs/"


def test_resource_that_makes_its_own_url():
    """A resource with ``__resource_url__`` says itself where it is found."""

    class Elsewhere:
        __name__ = __parent__ = None

        def __resource_url__(self, request, info):
            return f"https://elsewhere.org{info['virtual_path']}"

    browser = linking(lambda request, root: request.resource_url(Elsewhere()))
    assert browser.get("/").text == "https://elsewhere.org/"
