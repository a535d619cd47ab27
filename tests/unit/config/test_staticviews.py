"""Folders that are served, and the URLs of their files."""

from __future__ import annotations

import os

import pytest
from webtest import TestApp
from zope.interface.verify import verifyObject

from goldilocks.config import Configurator
from goldilocks.config.staticviews import StaticURLInfo
from goldilocks.dummies import DummyRequest
from goldilocks.interfaces import IPackageOverrides, IStaticURLInfo
from goldilocks.static import QueryStringConstantCacheBuster


@pytest.fixture
def folder(tmp_path):
    """A folder with one file, beside another folder."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "app.css").write_text("the file")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "s.txt").write_text("linked")
    return str(tmp_path / "files")


def make_config(**settings):
    return Configurator(autocommit=True, settings=settings)


def url(config, path, **kw):
    """Make the URL of a file as a view does."""
    request = DummyRequest(scheme="https")
    request.registry = config.registry
    return request.static_url(path, **kw)


# --- serving -------------------------------------------------------------------------------------------------------


def test_file_is_served(folder):
    """A file of the folder answers below the name."""
    config = make_config()
    config.add_static_view("static", folder)
    assert TestApp(config.make_wsgi_app()).get("/static/app.css").text == "the file"


def test_caches_are_told_only_what_was_said(folder):
    """An age is sent if one was given."""
    config = make_config()
    config.add_static_view("plain", folder)
    config.add_static_view("kept", folder, cache_max_age=60)
    app = TestApp(config.make_wsgi_app())
    assert "Cache-Control" not in app.get("/plain/app.css").headers
    assert app.get("/kept/app.css").headers["Cache-Control"] == "max-age=60"


def test_static_views_are_open_by_default(folder):
    """The default permission doesn't hold for them, one of their own does."""
    config = make_config()
    config.testing_securitypolicy(permissive=False)
    config.set_default_permission("view")
    config.add_static_view("open", folder)
    config.add_static_view("closed", folder, permission="view")
    app = TestApp(config.make_wsgi_app())
    assert app.get("/open/app.css").status_code == 200
    assert app.get("/closed/app.css", status=403)


def test_route_arguments_go_to_the_route(folder):
    """What the view doesn't take is for the route."""
    config = make_config()
    config.add_static_view("static", folder, request_method="GET")
    app = TestApp(config.make_wsgi_app())
    assert app.get("/static/app.css").status_code == 200
    assert app.post("/static/app.css", status="4*").status_code in (404, 405)


def test_link_targets_go_to_the_view(folder):
    """A link may lead to a folder that was named."""
    os.symlink(os.path.join(os.path.dirname(folder), "secret"), os.path.join(folder, "link"))
    config = make_config()
    config.add_static_view("no", folder)
    config.add_static_view("yes", folder, link_targets=[os.path.join(os.path.dirname(folder), "secret")])
    app = TestApp(config.make_wsgi_app())
    assert app.get("/no/link/s.txt", status=404)
    assert app.get("/yes/link/s.txt").text == "linked"


def test_statement_speaks_through_the_configurator(folder):
    """Route and view are said through the instance, so replacements are heard."""
    config = make_config()
    said = {}
    config.add_route = lambda *args, **kw: said.update(route=(args, kw))
    config.add_view = lambda **kw: said.update(view=kw)
    config.route_prefix = "prefix"
    config.add_static_view("static", folder, context="a context", renderer="json", pregenerator="p")
    assert said["route"] == (("__prefix/static/", "static/*subpath"), {"pregenerator": "p"})
    assert said["view"]["route_name"] == "__prefix/static/"
    assert (said["view"]["context"], said["view"]["renderer"]) == ("a context", "json")


def test_older_name_of_the_context(folder):
    """``for_`` is the context too."""
    config = make_config()
    said = {}
    config.add_view = said.update
    config.add_static_view("static", folder, for_="a context")
    assert said["context"] == "a context"


def test_book_of_the_application_is_used():
    """An ``IStaticURLInfo`` that the application registered is spoken to, with the path resolved."""

    class Book:
        def __init__(self):
            self.said = []

        def add(self, config, name, spec, **extra):
            self.said.append((name, spec, extra))

        def add_cache_buster(self, config, spec, cachebust, explicit=False):
            self.said.append((spec, cachebust, explicit))

    config = Configurator(autocommit=True, package="goldilocks")
    config.registry.registerUtility(book := Book(), IStaticURLInfo)
    config.add_static_view("static", "files", cache_max_age=1)
    config.add_cache_buster("files", "buster", True)
    assert book.said == [
        ("static", "goldilocks:files", {"cache_max_age": 1}),
        ("goldilocks:files", "buster", True),
    ]


def test_static_views_are_introspectable(folder):
    """Name and folder are told, both with a slash at the end."""
    config = make_config()
    config.add_static_view("static", folder)
    fact = config.introspector.get("static views", "static/")
    assert dict(fact) == {"name": "static/", "spec": folder + os.sep}
    assert fact.type_name == "static view"


# --- URLs ----------------------------------------------------------------------------------------------------------


def test_url_below_this_application(folder):
    """The URL of a file that is served here is its route's."""
    config = make_config()
    config.add_static_view("static", folder)
    path = os.path.join(folder, "a b%.css")
    assert url(config, path) == "http://example.com/static/a%20b%25.css"


def test_url_below_a_route_prefix(folder):
    """A prefix of routes is one of files too."""
    config = make_config()
    config.include(lambda config: config.add_static_view("static", folder), route_prefix="p")
    assert url(config, os.path.join(folder, "app.css")) == "http://example.com/p/static/app.css"


@pytest.mark.parametrize("name", ["https://cdn.example/x", "https://cdn.example/x/", "//cdn.example/x"])
def test_url_of_another_server(name):
    """Files that another server has get its URL, with the request's scheme if it has none."""
    config = make_config()
    config.add_static_view(name, "goldilocks:files")
    assert url(config, "goldilocks:files/a b.css") == "https://cdn.example/x/a%20b.css"
    assert (
        url(config, "goldilocks:files/a", _query={"q": "1"}, _anchor="top")
        == "https://cdn.example/x/a?q=1#top"
    )


def test_no_path_leads_to_a_third_server():
    """What stands behind the folder stays behind the URL."""
    config = make_config()
    config.add_static_view("https://cdn.example/x/", "goldilocks:files")
    assert url(config, "goldilocks:files///evil.example/a").startswith("https://cdn.example/x/")


def test_second_folder_of_one_url_replaces_the_first():
    """Another server's URL stands for one folder."""
    config = make_config()
    config.add_static_view("https://cdn.example/x/", "goldilocks:first")
    config.add_static_view("https://cdn.example/x/", "goldilocks:second")
    assert url(config, "goldilocks:second/a") == "https://cdn.example/x/a"
    with pytest.raises(ValueError, match="goldilocks:second/"):
        url(config, "goldilocks:first/a")


def test_whole_package_may_be_served():
    """A specification that ends in a colon is a folder as it stands."""
    config = make_config()
    config.add_static_view("https://cdn.example/x/", "goldilocks:")
    assert url(config, "goldilocks:a/b") == "https://cdn.example/x/a/b"


def test_file_in_no_folder():
    """A file that is not served has no URL."""
    with pytest.raises(ValueError, match="none"):
        StaticURLInfo().generate("goldilocks:files/a", DummyRequest())


# --- cache busters -------------------------------------------------------------------------------------------------


def bust(token):
    return QueryStringConstantCacheBuster(token)


@pytest.fixture
def cdn():
    """An application whose files another server has."""
    config = make_config()
    config.add_static_view("https://cdn.example/", "goldilocks:files")
    return config


def test_cache_buster_changes_the_url(cdn):
    """A buster's token stands in the URL."""
    cdn.add_cache_buster("goldilocks:files", bust("v1"))
    assert url(cdn, "goldilocks:files/a") == "https://cdn.example/a?x=v1"


def test_cache_buster_for_another_folder(cdn):
    """A buster counts only for its own folder."""
    cdn.add_cache_buster("goldilocks:files/sub", bust("v1"))
    assert url(cdn, "goldilocks:files/a") == "https://cdn.example/a"


def test_longest_folder_counts(cdn):
    """Of two busters that fit, the one for the longer folder is asked, however they were said."""
    cdn.add_cache_buster("goldilocks:files/sub", bust("long"))
    cdn.add_cache_buster("goldilocks:files", bust("short"))
    assert url(cdn, "goldilocks:files/sub/a") == "https://cdn.example/sub/a?x=long"
    assert url(cdn, "goldilocks:files/a") == "https://cdn.example/a?x=short"


def test_explicit_busters_come_before_the_others(cdn):
    """One for the files themselves counts before one for the longer, overridden folder."""
    cdn.add_cache_buster("goldilocks:files/sub", bust("long"))
    cdn.add_cache_buster("goldilocks:files", bust("explicit"), explicit=True)
    assert url(cdn, "goldilocks:files/sub/a") == "https://cdn.example/sub/a?x=explicit"


def test_second_buster_for_a_folder_replaces_the_first(cdn):
    """The last word about a folder counts."""
    cdn.add_cache_buster("goldilocks:files", bust("v1"))
    cdn.add_cache_buster("goldilocks:files/", bust("v2"))
    assert url(cdn, "goldilocks:files/a") == "https://cdn.example/a?x=v2"
    assert len(cdn.registry.getUtility(IStaticURLInfo).cache_busters) == 1


def test_busters_see_where_overrides_lead(cdn):
    """Both specifications of the file are told, and an explicit buster is chosen by the second."""

    class Overrides:
        def get_spec(self, name):
            return f"theme:{name}" if name == "files/a" else None

    seen = {}

    def spy(request, subpath, kw):
        seen.update(kw)
        return f"busted/{subpath}", kw

    cdn.registry.registerUtility(Overrides(), IPackageOverrides, name="goldilocks")
    cdn.add_cache_buster("theme:files", spy, explicit=True)
    assert url(cdn, "goldilocks:files/a") == "https://cdn.example/busted/a"
    assert seen == {"pathspec": "goldilocks:files/a", "rawspec": "theme:files/a"}
    assert url(cdn, "goldilocks:files/b") == "https://cdn.example/b"


def test_buster_for_a_path_on_disk(folder):
    """Folders outside of packages have busters too."""
    config = make_config()
    config.add_static_view("static", folder)
    config.add_cache_buster(folder, bust("v1"))
    assert url(config, os.path.join(folder, "app.css")) == "http://example.com/static/app.css?x=v1"


def test_busters_can_be_prevented():
    """The setting silences all of them."""
    config = make_config(**{"goldilocks.prevent_cachebust": "true"})
    config.add_static_view("https://cdn.example/", "goldilocks:files")
    config.add_cache_buster("goldilocks:files", bust("v1"))
    assert url(config, "goldilocks:files/a") == "https://cdn.example/a"


def test_cache_busters_are_introspectable(cdn):
    """Folder and buster are told."""
    cdn.add_cache_buster("goldilocks:files", buster := bust("v1"))
    fact = cdn.introspector.get("cache busters", "goldilocks:files/")
    assert dict(fact) == {"cachebust": buster, "path": "goldilocks:files/", "explicit": False}
    assert fact.type_name == "cache buster"


def test_book_is_one():
    """The book has all that its contract says."""
    verifyObject(IStaticURLInfo, StaticURLInfo())
