"""Replays: where redirects of other frameworks could be led to, asked of a whole application."""

from __future__ import annotations

import logging
from urllib.parse import quote, urlsplit

import pytest
from webob import Request as Client

from goldilocks.config import Configurator
from goldilocks.httpexceptions import HTTPFound, HTTPMovedPermanently, HTTPSeeOther
from goldilocks.response import Response
from goldilocks.url import is_local_url
from goldilocks.wsgi import wsgiapp2

HOST = "good.example"


def site(view, **settings):
    config = Configurator(settings=settings)
    config.add_route("any", "/*rest")
    config.add_view(view, route_name="any")
    return config.make_wsgi_app()


def get(app, path="/", **environ):
    return Client.blank("/", environ={"PATH_INFO": path, "HTTP_HOST": HOST, **environ}).get_response(
        app, catch_exc_info=True
    )


def location_of(view, path="/", **settings):
    response = get(site(view, **settings), path)
    assert response.status_code in (301, 302, 303), response.status
    return response.headers["Location"]


@pytest.mark.parametrize(
    "path", ["//attacker.com/x", "///attacker.com", "////attacker.com/..", "/\\attacker.com"]
)
@pytest.mark.parametrize("kind", [HTTPFound, HTTPMovedPermanently, HTTPSeeOther])
def test_path_with_two_slashes_is_no_host(kind, path):
    """CVE-2024-42353, CVE-2014-0480, CVE-2018-14574, CVE-2021-21330: the visitor stays on the host."""
    location = location_of(lambda request: kind(request.environ["PATH_INFO"] + "/"), path)
    assert urlsplit(location.replace("\\", "/")).netloc == HOST


@pytest.mark.parametrize(
    "location",
    [
        *("/\t/evil.example/", "\t//evil.example", "/\n/evil.example", "/\r/evil.example"),
        *(" //evil.example", "\x0b//evil.example", "\x0c//evil.example", "\xa0//evil.example", "/a b"),
        *(f"{chr(blank)}//evil.example" for blank in (*range(0x20), 0x7F, *range(0x80, 0xA0))),
        *(f"/{chr(blank)}/evil.example" for blank in (0, 0x1B, 0x1F, 0x7F, 0x85, 0xA0)),
    ],
)
def test_location_with_what_browsers_drop(location, caplog):
    """GHSA-fh3h-vg37-cc95, WebOb issue 495: nothing is dropped in silence, it is an error that says what and where."""

    def view(request):
        response = HTTPFound("/")
        response.headerlist[:] = [("Location", location)]
        return response

    with caplog.at_level(logging.CRITICAL):
        response = get(site(view))
    assert response.status_code == 500
    assert "Location" not in response.headers


@pytest.mark.parametrize(
    "location",
    ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"],
)
def test_location_that_runs_or_opens_something(location, caplog):
    """CVE-2012-3442: redirects lead to the web, unless a scheme was allowed by name."""
    with caplog.at_level(logging.CRITICAL):
        assert get(site(lambda request: HTTPFound(location))).status_code == 500


@pytest.mark.parametrize(
    "location", ["http:evil.example", "https:12345678", "http:/evil.example", "http:\\\\evil"]
)
def test_location_with_a_scheme_and_no_host(location, caplog):
    """CVE-2013-6044, CVE-2017-7233: what a server takes for a path is a host to browsers."""
    with caplog.at_level(logging.CRITICAL):
        assert get(site(lambda request: HTTPFound(location))).status_code == 500


@pytest.mark.parametrize(
    "location",
    [
        "http://evil.example\\@good.example/",
        "https://evil.example\\.good.example/x",
        "HTTP://evil.example:80\\@good.example",
        "http://evil.example\\",
        "http://a@evil.example\\@good.example/?next=/",
    ],
)
@pytest.mark.parametrize("is_raised", [True, False])
def test_location_with_two_hosts(location, is_raised, caplog):
    """CVE-2015-2317, another spelling: what a check in Python reads as one host, a browser reads as the other."""

    def redirect(request):
        if is_raised:
            raise HTTPFound(location)
        return Response(status=302, location=location)

    with caplog.at_level(logging.CRITICAL):
        assert get(site(redirect)).status_code == 500


@pytest.mark.parametrize(
    "location",
    [
        "http://good.example/a\\b",
        "http://good.example?a\\b",
        "http://u@good.example/",
        "https://good.example:8080#\\",
    ],
)
def test_location_with_one_host(location):
    """Behind the host a backslash is a character like others."""
    assert location_of(lambda request: HTTPFound(location)) == location


def test_scheme_that_is_allowed():
    """An application of a phone may be opened, when the line that redirects says so."""
    found = location_of(lambda request: HTTPFound("app:open/7", allow_schemes=["App"]))
    assert found == "app:open/7"


def test_error_of_a_raised_redirect_tells_its_line(caplog):
    """The traceback of the redirection stands with that of the error."""

    def view(request):
        raise HTTPFound("javascript:alert(1)")

    with caplog.at_level(logging.ERROR):
        get(site(view))
    error = caplog.records[0].exc_info[1]
    assert isinstance(error.__cause__, HTTPFound)


@pytest.mark.parametrize(
    "location", ["http://other.example/x", "https://user@other.example", "/a", "a", "?b", ""]
)
def test_location_of_every_day(location):
    """Whole URLs of other hosts and all that is relative is sent, as ever."""
    assert location_of(lambda request: HTTPFound(location))


def test_under_the_other_defaults_nothing_is_refused():
    """Where an application was written for other rules, it can keep them."""
    settings = {"goldilocks.defaults": "pyramid"}
    assert location_of(lambda request: HTTPFound("app:open"), **settings) == "app:open"


EVIL = [
    *("javascript:alert(1)", "http:\\\\\\evil", "\njavascript:x", "\x08javascript:x", "http://good@evil"),
    *(
        "https:12345678",
        "/\\evil",
        "\\\\\\evil",
        "////evil",
        "/%5cevil",
        "/%5C%5Cevil",
        "/\t/evil",
        "/%2fevil",
    ),
    *("//evil", "", "evil", "?next=x", "#x", "/a\\b", "/ /evil", "\u00a0//evil", None, 7, b"/a"),
]


@pytest.mark.parametrize("url", EVIL)
def test_url_that_is_not_local(url):
    """CVE-2013-6044 to CVE-2017-7233, CVE-2021-32618, CVE-2023-49438: what isn't certainly a path isn't local."""
    request = Client.blank("/", host=HOST)
    assert not is_local_url(url)
    assert not is_local_url(url, request)


@pytest.mark.parametrize("url", ["/", "/a", "/a//b", "/a?next=//evil", "/a#b", "/é", "/%C3%A9", "/a%20b"])
def test_url_that_is_local(url):
    """A path that begins with one slash."""
    assert is_local_url(url)


def test_url_of_the_same_host():
    """A whole URL is local to the request that came to the same scheme, host and port."""
    request = Client.blank("/", host=HOST)
    assert is_local_url(f"http://{HOST}/a", request)
    for other in (
        f"https://{HOST}/a",
        f"http://{HOST}@evil/a",
        f"http://{HOST}.evil/",
        f"http://{HOST}",
        f"http://{HOST}//evil",
    ):
        assert not is_local_url(other, request)


@pytest.mark.parametrize(
    "path", ["//evil.com", "//evil.com/x", "///evil.com/x", "//evil.com/..", "/\\evil.com/x"]
)
def test_slash_that_is_appended_leads_nowhere_else(path):
    """CVE-2014-0480, CVE-2018-14574, CVE-2020-28724, CVE-2021-21330: one slash stands at the beginning."""
    config = Configurator()
    for number in range(1, 4):
        config.add_route(f"page{number}", "".join(f"/{{part{part}}}" for part in range(number)) + "/")
    config.add_notfound_view(append_slash=True)
    response = get(config.make_wsgi_app(), path)
    if "Location" in response.headers:
        assert urlsplit(response.headers["Location"].replace("\\", "/")).netloc == HOST


@pytest.mark.parametrize("defaults", ["secure", "pyramid"])
@pytest.mark.parametrize("path", ["/slashed", "/files/deep"])
@pytest.mark.parametrize(
    ("query", "sent"),
    [
        ("a=\n", "a=%0A"),
        ("a=\x01", "a=%01"),
        ("\x7f=\x80", "%7F=%80"),
        ("a\tb c", "a%09b%20c"),
        ("a=\xc3\xa9", "a=%C3%A9"),
        ("a=%2F/?[1]", "a=%2F/?[1]"),
    ],
)
def test_slash_is_appended_whatever_the_query_holds(tmp_path, path, query, sent, defaults):
    """What a server let through in a query is escaped where it is sent back, and is no error of ours."""
    (tmp_path / "deep").mkdir()

    def app(config):
        config.add_route("slashed", "/slashed/")
        config.add_view(lambda request: Response("fine"), route_name="slashed")
        config.add_notfound_view(append_slash=True)
        config.add_static_view("files", str(tmp_path))

    asked = Client(Client.blank(path).environ | {"QUERY_STRING": query})
    config = Configurator(settings={"goldilocks.defaults": defaults})
    app(config)
    answer = asked.get_response(config.make_wsgi_app())
    assert answer.status_int in (301, 307)
    assert answer.headers["Location"].endswith(f"{path}/?{sent}")


@pytest.mark.parametrize("defaults", ["secure", "pyramid"])
@pytest.mark.parametrize(
    "value", ["/evil.example", "//evil.example/x", "/\\evil.example", "/", "", "é", "a?b#c", "\xa0"]
)
def test_path_in_a_page_leads_nowhere_else(value, defaults):
    """CVE-2014-0480: a path that is made of a value is one, in a link as in a redirect."""
    config = Configurator(settings={"goldilocks.defaults": defaults})
    config.add_route("go", "/go/")
    config.add_route("page", "/{name}")
    config.add_route("list", "/{kind}/{name}")
    config.add_route("any", "/*rest")
    config.add_view(lambda request: HTTPFound(request.route_path("page", name=value)), route_name="go")
    config.add_view(
        lambda request: Response(
            " ".join(
                (
                    request.route_path("page", name=value),
                    request.route_path("list", kind="", name=value),
                    request.route_path("any", rest=value),
                    request.route_path("any", rest=("", value)),
                    request.current_route_path(rest=value),
                )
            )
        ),
        route_name="any",
    )
    app = config.make_wsgi_app()
    for path in get(app, "/a/b/c").text.split(" "):
        assert path.startswith("/") and path[1:2] not in ("/", "\\") and path.isascii()
    assert urlsplit(get(app, "/go/").headers["Location"]).netloc in ("", HOST)


@pytest.mark.parametrize("defaults", ["secure", "pyramid"])
@pytest.mark.parametrize("tenant", ["\\evil.example", "a b", "\xa0", "\x85", "a?b", "a#b", "é", "熊", '"<b>'])
def test_name_of_a_mounted_application_leads_nowhere_else(tenant, defaults):
    """A client who names the place where an application stands, as it likes: links and redirects lead there, and nothing fails."""
    inner = Configurator(settings={"goldilocks.defaults": defaults})
    inner.add_route("home", "/home")
    inner.add_route("go", "/go")
    inner.add_view(lambda request: Response(request.route_path("home")), route_name="home")
    inner.add_view(lambda request: HTTPFound(request.route_path("home")), route_name="go")
    config = Configurator(settings={"goldilocks.defaults": defaults})
    config.add_route("tenant", "/{tenant}/*subpath")
    config.add_view(wsgiapp2(inner.make_wsgi_app()), route_name="tenant")
    app = config.make_wsgi_app()
    place = f"/{quote(tenant)}/home"
    own = f"/{tenant}/".encode().decode("latin-1")
    assert get(app, f"{own}home").text == place
    assert get(app, f"{own}go").headers["Location"] in (place, f"http://{HOST}{place}")
