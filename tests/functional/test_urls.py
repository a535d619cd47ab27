"""URLs that an application makes of its routes and static files, with every option, as they stand in a page."""

from __future__ import annotations

import pytest

from goldilocks.exceptions import ConfigurationError
from goldilocks.response import Response
from tests.support import serve


def linking(link, *more):
    """An application whose pages are one link."""

    def app(config):
        config.add_route("page", "/page/{name}")
        config.add_route("rest", "/rest/*names")
        config.add_route("number", r"/number/{number:\d+}.{ending}")
        config.add_route("elsewhere", "https://example.org/at/{place}")
        config.add_static_view("static", "json:tool")
        config.add_static_view("https://cdn.example.org/v1", "email:mime")
        for include in more:
            include(config)
        config.add_view(lambda request: Response(link(request)))
        config.add_view(lambda request: Response(link(request)), route_name="page")

    return serve(app)


@pytest.mark.parametrize(
    ("arguments", "options", "url"),
    [
        (("page",), {"name": "one"}, "http://localhost/page/one"),
        (("page",), {"name": "ä b/c?d#e"}, "http://localhost/page/%C3%A4%20b/c%3Fd%23e"),
        (("page", "more", "and more"), {"name": 1}, "http://localhost/page/1/more/and%20more"),
        (
            ("page",),
            {"name": 1, "_query": {"a": "1 2", "b": ["x", "y"]}},
            "http://localhost/page/1?a=1+2&b=x&b=y",
        ),
        (("page",), {"name": 1, "_query": [("a", "ä"), ("a", None)]}, "http://localhost/page/1?a=%C3%A4&a="),
        (("page",), {"name": 1, "_query": "a=1 2"}, "http://localhost/page/1?a=1%202"),
        (("page",), {"name": 1, "_anchor": "ä #"}, "http://localhost/page/1#%C3%A4%20%23"),
        (("page",), {"name": 1, "_scheme": "https"}, "https://localhost/page/1"),
        (("page",), {"name": 1, "_host": "example.org"}, "http://example.org/page/1"),
        (("page",), {"name": 1, "_port": 8080}, "http://localhost:8080/page/1"),
        (("page",), {"name": 1, "_app_url": "https://example.org/app"}, "https://example.org/app/page/1"),
        (("rest",), {"names": ("a", "b c", "d/e")}, "http://localhost/rest/a/b%20c/d/e"),
        (("rest",), {"names": "a/b"}, "http://localhost/rest/a/b"),
        (("rest",), {"names": ()}, "http://localhost/rest/"),
        (("number",), {"number": 7, "ending": "x"}, "http://localhost/number/7.x"),
        (("elsewhere",), {"place": "here"}, "https://example.org/at/here"),
        (("elsewhere",), {"place": "here", "_scheme": "ftp"}, "ftp://example.org/at/here"),
    ],
)
def test_route_url(arguments, options, url):
    """``route_url`` fills the pattern and quotes what it fills in; options say the rest."""
    assert linking(lambda request: request.route_url(*arguments, **options)).get("/").text == url


def test_route_path():
    """``route_path`` leaves scheme and host out."""
    browser = linking(lambda request: request.route_path("page", name="one", _query={"a": 1}))
    assert browser.get("/", extra_environ={"SCRIPT_NAME": "/app"}).text == "/app/page/one?a=1"


def test_route_url_speaks_of_the_requests_host():
    """Scheme, host, port and script name are those of the request."""
    browser = linking(lambda request: request.route_url("page", name="one"))
    environ = {"wsgi.url_scheme": "https", "HTTP_HOST": "example.org:444", "SCRIPT_NAME": "/app"}
    assert browser.get("/", extra_environ=environ).text == "https://example.org:444/app/page/one"


def test_current_route_url():
    """``current_route_url`` is the matched route's with other values; the query stays unless one is given."""
    browser = linking(lambda request: request.current_route_url(_query={"b": 1}))
    assert browser.get("/page/one?a=1").text == "http://localhost/page/one?b=1"
    browser = linking(lambda request: request.current_route_path(name="two"))
    assert browser.get("/page/one?a=1").text == "/page/two?a=1"


@pytest.mark.parametrize(
    ("link", "error"),
    [
        (lambda request: request.route_url("pgae", name=1), KeyError),
        (lambda request: request.route_url("page"), KeyError),
        (lambda request: request.route_path("elsewhere", place="here"), ValueError),
        (lambda request: request.static_url("unknown:file"), ValueError),
    ],
)
def test_url_that_can_not_be_made(link, error):
    """What can't be linked to is an error."""
    with pytest.raises(error):
        linking(link).get("/")


@pytest.mark.parametrize(
    ("spec", "options", "url"),
    [
        ("json:tool/a b.css", {}, "http://localhost/static/a%20b.css"),
        ("json:tool/a.css", {"_query": {"v": 1}, "_anchor": "x"}, "http://localhost/static/a.css?v=1#x"),
        ("json:tool/a.css", {"_scheme": "https", "_host": "example.org"}, "https://example.org/static/a.css"),
        ("email:mime/a.css", {}, "https://cdn.example.org/v1/a.css"),
    ],
)
def test_static_url(spec, options, url):
    """``static_url`` leads to where an asset is served, here or elsewhere."""
    assert linking(lambda request: request.static_url(spec, **options)).get("/").text == url


def test_static_path():
    """``static_path`` leaves scheme and host out."""
    assert linking(lambda request: request.static_path("json:tool/a.css")).get("/").text == "/static/a.css"


def test_cache_buster():
    """A cache buster changes the paths of static files."""

    class Version:
        def __call__(self, request, subpath, kw):
            return subpath, {**kw, "_query": {"v": "7"}}

    browser = linking(
        lambda request: request.static_url("json:tool/a.css"),
        lambda config: config.add_cache_buster("json:tool", Version()),
    )
    assert browser.get("/").text == "http://localhost/static/a.css?v=7"


def test_pregenerator():
    """A pregenerator sees what an URL is to be made of, and changes it."""

    def shorten(request, elements, values):
        return elements, {**values, "name": values["name"][:3]}

    browser = linking(
        lambda request: request.route_url("short", name="porridge"),
        lambda config: config.add_route("short", "/short/{name}", pregenerator=shorten),
    )
    assert browser.get("/").text == "http://localhost/short/por"


def test_route_prefix():
    """What is included below a prefix makes URLs with it, and is found there."""

    def part(config):
        config.add_route("inside", "/inside")
        config.add_route("root", "", inherit_slash=True)
        config.add_view(lambda request: Response(request.route_url("inside")), route_name="inside")
        config.add_view(lambda request: Response("root"), route_name="root")

    def app(config):
        config.include(part, route_prefix="/v1")

    browser = serve(app)
    assert browser.get("/v1/inside").text == "http://localhost/v1/inside"
    assert browser.get("/v1").text == "root"


def test_route_without_pattern():
    """A route needs a pattern, and the error says how to say one."""
    with pytest.raises(ConfigurationError, match=r"add_route\('page', '/page'\)"):
        serve(lambda config: config.add_route("page"))


def test_static_files_are_served():
    """A static view serves what ``static_url`` links to."""

    def app(config):
        config.add_static_view("static", "goldilocks:")
        config.add_view(lambda request: Response(request.static_path("goldilocks:py.typed")))

    browser = serve(app)
    assert browser.get(browser.get("/").text).status_int == 200
