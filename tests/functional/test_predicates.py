"""Every predicate of views and of routes, as a client meets it: the path answers, or it isn't found."""

from __future__ import annotations

import pytest
from zope.interface import Interface, alsoProvides, implementer

from goldilocks.config import not_
from goldilocks.events import NewRequest
from goldilocks.exceptions import ConfigurationError
from goldilocks.response import Response
from tests.support import serve

# Under Pyramid's defaults a wrong method is a 404 like any other refusal.
COMPATIBLE = {"goldilocks__defaults": "pyramid"}


class IShelf(Interface):
    """Marks a resource."""


class IMobile(Interface):
    """Marks a request."""


@implementer(IShelf)
class Shelf:
    """A resource that stands at a path."""

    def __init__(self, name="", parent=None):
        self.__name__, self.__parent__ = name, parent

    def __getitem__(self, name):
        if name == "nowhere":
            raise KeyError(name)
        return Shelf(name, self)


def view_with(**options):
    """An application of one view of a route, with these predicates."""

    def app(config):
        config.add_route("page", "/page/{name}", factory=lambda request: Shelf("shelf", Shelf()))
        config.add_view(lambda request: Response("yes"), route_name="page", **options)

    return serve(app, **COMPATIBLE)


def route_with(**options):
    """An application of one route with these predicates."""

    def app(config):
        config.add_route("page", "/page/{name}", **options)
        config.add_view(lambda request: Response("yes"), route_name="page")

    return serve(app, **COMPATIBLE)


def answers(browser, url="/page/one", method="GET", **more):
    """Tell whether a request is answered, and by nothing but a 404 otherwise."""
    response = browser.request(url, method=method, status="*", **more)
    assert response.status_int in (200, 404)
    return response.status_int == 200


BOTH = pytest.mark.parametrize("said", [view_with, route_with])


@BOTH
@pytest.mark.parametrize(
    ("value", "passing"),
    [
        ("GET", {"GET", "HEAD"}),
        ("POST", {"POST"}),
        (("GET", "PUT"), {"GET", "HEAD", "PUT"}),
    ],
)
def test_request_method(said, value, passing):
    """``request_method`` is one or several; GET brings HEAD."""
    browser = said(request_method=value)
    assert {
        method for method in ("GET", "HEAD", "POST", "PUT", "DELETE") if answers(browser, method=method)
    } == passing


@BOTH
@pytest.mark.parametrize("value", [True, False])
def test_xhr(said, value):
    """``xhr`` asks whether a script sent the request."""
    browser = said(xhr=value)
    assert answers(browser, headers={"X-Requested-With": "XMLHttpRequest"}) is value
    assert answers(browser) is not value


@BOTH
@pytest.mark.parametrize(
    ("value", "passing"),
    [
        ("a", {"a=1", "a=2", "a=1&b", "a"}),
        ("a=1", {"a=1", "a=1&b"}),
        (("a=1", "b"), {"a=1&b"}),
        ("=a", {"%3Da=1"}),
    ],
)
def test_request_param(said, value, passing):
    """``request_param`` asks for parameters, with any value or a certain one."""
    browser = said(request_param=value)
    queries = ("", "a", "a=1", "a=2", "a=1&b", "c=1", "%3Da=1")
    assert {query for query in queries if answers(browser, f"/page/one?{query}")} == passing


@BOTH
def test_request_param_in_a_form(said):
    """A form's fields are parameters, too."""
    browser = said(request_param="a=1")
    assert browser.post("/page/one", {"a": "1"}).text == "yes"


@BOTH
@pytest.mark.parametrize(
    ("value", "passing"),
    [
        ("X-Bowl", ["small", "large"]),
        ("X-Bowl:small", ["small"]),
        (r"X-Bowl:\w+e", ["large"]),
        (("X-Bowl", "Host:localhost"), ["small", "large"]),
        (("X-Bowl", "Host:elsewhere"), []),
        ("X-Spoon", []),
    ],
)
def test_header(said, value, passing):
    """``header`` asks for headers, with any value or one that begins with a match of a regex."""
    browser = said(header=value)
    assert [bowl for bowl in ("small", "large") if answers(browser, headers={"X-Bowl": bowl})] == passing
    assert not answers(browser)


@BOTH
@pytest.mark.parametrize(
    ("value", "passing"),
    [("/page/o", ["one"]), ("page", []), (r".*/t\w+$", ["two"]), (".*ä", ["ä"])],
)
def test_path_info(said, value, passing):
    """``path_info`` matches the decoded path with a regex, from its beginning."""
    browser = said(path_info=value)
    names = {"one": "one", "two": "two", "ä": "%C3%A4"}
    assert [name for name, quoted in names.items() if answers(browser, f"/page/{quoted}")] == passing


@BOTH
@pytest.mark.parametrize(
    ("accept", "is_answered"),
    [
        (None, True),
        ("text/html", True),
        ("text/*", True),
        ("application/json, */*;q=0.1", True),
        ("image/png", False),
        ("text/html;q=0", False),
    ],
)
def test_accept(said, accept, is_answered):
    """``accept`` asks whether the client takes the media type."""
    headers = {} if accept is None else {"Accept": accept}
    assert answers(said(accept="text/html"), headers=headers) is is_answered


def test_accept_of_a_route_may_be_several():
    """A route may offer several media types."""
    browser = route_with(accept=["text/html", "application/json"])
    accepted = ("text/html", "application/json", "image/png")
    assert [answers(browser, headers={"Accept": accept}) for accept in accepted] == [True, True, False]


def test_accept_of_a_view_is_one():
    """A view offers one media type; a list is refused."""
    with pytest.raises(ConfigurationError, match="A list is not supported"):
        view_with(accept=["text/html", "application/json"])


@pytest.mark.parametrize(
    ("value", "is_answered"), [(IShelf, True), (Shelf, True), (dict, False), (IMobile, False)]
)
def test_context(value, is_answered):
    """``context`` is a class or interface of the context."""
    assert answers(view_with(context=value)) is is_answered


@pytest.mark.parametrize(
    ("value", "is_answered"), [(IShelf, True), (Shelf, True), (dict, False), (IMobile, False)]
)
def test_containment(value, is_answered):
    """``containment`` is a class or interface of the context or one of its parents."""
    assert answers(view_with(containment=value)) is is_answered


@pytest.mark.parametrize(
    ("value", "is_answered"),
    [("name=one", True), ("name = one", True), ("name=two", False), (("name=one", "other=1"), False)],
)
def test_match_param(value, is_answered):
    """``match_param`` compares what the route matched."""
    assert answers(view_with(match_param=value)) is is_answered


def test_match_param_without_value_is_refused():
    """``match_param`` without an equals sign can't hold, and is refused."""
    with pytest.raises(ConfigurationError, match="'name=value'"):
        view_with(match_param="name")


@pytest.mark.parametrize(
    ("value", "is_answered"), [("/shelf", True), (("", "shelf"), True), ("/", False), ("/shelf/one", False)]
)
def test_physical_path(value, is_answered):
    """``physical_path`` is where the context stands in the resource tree."""
    assert answers(view_with(physical_path=value)) is is_answered


def test_request_type():
    """``request_type`` is an interface that the request provides, be it since a moment ago."""

    def app(config):
        config.add_view(lambda request: Response("mobile"), request_type=IMobile)

        def mark(event):
            if "mobile" in event.request.GET:
                alsoProvides(event.request, IMobile)

        config.add_subscriber(mark, NewRequest)

    browser = serve(app, **COMPATIBLE)
    assert (answers(browser, "/"), answers(browser, "/?mobile")) == (False, True)


class ByHeader:
    """A security policy that believes a header."""

    def identity(self, request):
        return request.headers.get("X-User")

    authenticated_userid = identity

    def permits(self, request, context, permission):
        return True

    def remember(self, request, userid, **kw):
        return []

    def forget(self, request, **kw):
        return []


@pytest.mark.parametrize("value", [True, False])
@pytest.mark.parametrize("on", ["view", "route"])
def test_is_authenticated(value, on):
    """``is_authenticated`` asks whether somebody is logged in."""

    def app(config):
        config.set_security_policy(ByHeader())
        config.add_route("page", "/page/{name}", **({"is_authenticated": value} if on == "route" else {}))
        options = {"is_authenticated": value} if on == "view" else {}
        config.add_view(lambda request: Response("yes"), route_name="page", **options)

    browser = serve(app, **COMPATIBLE)
    assert answers(browser, headers={"X-User": "rita"}) is value
    assert answers(browser) is not value


@BOTH
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    ("value", "is_answered"), [("system.Everyone", True), (("system.Everyone", "ann"), False)]
)
def test_effective_principals(said, value, is_answered):
    """``effective_principals``, for older code, asks for all of some principals."""
    assert answers(said(effective_principals=value)) is is_answered


@BOTH
def test_custom_predicates(said):
    """Functions can be predicates, with a warning that there is a better way."""
    with pytest.deprecated_call():
        browser = said(custom_predicates=(lambda context, request: "please" in request.GET,))
    assert (answers(browser), answers(browser, "/page/one?please")) == (False, True)


def test_custom_predicate_of_a_route_sees_the_match():
    """A route's predicate gets the match and the route, and may change the match."""

    def number(info, request):
        assert info["route"].name == "page"
        info["match"]["number"] = int(info["match"]["name"]) if info["match"]["name"].isdigit() else 0
        return info["match"]["number"] > 0

    with pytest.deprecated_call():
        browser = route_with(custom_predicates=(number,))
    assert [answers(browser, f"/page/{name}") for name in ("one", "1", "0")] == [False, True, False]


class LongerThan:
    """A predicate of an application: the query is longer than a number of characters."""

    def __init__(self, value, config):
        self.value = value

    def text(self):
        return f"longer than {self.value}"

    phash = text

    def __call__(self, context, request):
        return len(request.query_string) > self.value


def test_predicate_of_the_application():
    """An application teaches ``add_view`` and ``add_route`` a word of its own."""

    def app(config):
        config.add_view_predicate("longer_than", LongerThan)
        config.add_route_predicate("query_over", LongerThan)
        config.add_route("page", "/page", query_over=3)
        config.add_view(lambda request: Response("route"), route_name="page")
        config.add_view(lambda request: Response("view"), name="view", longer_than=3)
        config.add_view(lambda request: Response("longer"), name="view", longer_than=6)
        config.add_view(lambda request: Response("short"), name="view", longer_than=not_(3))

    browser = serve(app, **COMPATIBLE)
    assert [answers(browser, url) for url in ("/page?a=1", "/page?a=12")] == [False, True]
    assert browser.get("/view?a=1").text == "short"
    assert browser.get("/view?a=12").text == "view"


def test_unknown_word_is_refused():
    """A keyword that is no predicate is refused, and the nearest word is offered."""
    with pytest.raises(ConfigurationError, match=r"request_methd.*did you mean 'request_method'"):
        view_with(request_methd="GET")


@pytest.mark.parametrize(
    ("options", "url", "more", "is_answered"),
    [
        ({"request_method": not_("GET")}, "/page/one", {"method": "POST"}, True),
        ({"request_method": not_("GET")}, "/page/one", {"method": "HEAD"}, False),
        ({"request_method": not_(("GET", "POST"))}, "/page/one", {"method": "POST"}, False),
        ({"xhr": not_(True)}, "/page/one", {}, True),
        ({"request_param": not_("a")}, "/page/one?a", {}, False),
        ({"header": not_("X-Bowl")}, "/page/one", {"headers": {"X-Bowl": "1"}}, False),
        ({"path_info": not_("/page/one")}, "/page/two", {}, True),
        ({"containment": not_(IShelf)}, "/page/one", {}, False),
        ({"match_param": not_("name=one")}, "/page/two", {}, True),
        ({"physical_path": not_("/shelf")}, "/page/one", {}, False),
    ],
)
def test_not(options, url, more, is_answered):
    """``not_`` turns any predicate of views round."""
    assert answers(view_with(**options), url, **more) is is_answered


def test_several_predicates_must_all_hold():
    """Of several predicates every one must hold."""
    browser = view_with(request_method="POST", request_param="a", header="X-Bowl")
    good = {"url": "/page/one?a", "method": "POST", "headers": {"X-Bowl": "1"}}
    assert answers(browser, **good)
    for change in ({"url": "/page/one"}, {"method": "GET"}, {"headers": {}}):
        assert not answers(browser, **{**good, **change})
