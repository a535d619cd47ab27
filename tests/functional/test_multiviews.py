"""Several views at one place: in which order they are tried, how the client's Accept chooses, and what replaces what."""

from __future__ import annotations

import pytest
from zope.interface import Interface, implementer

from goldilocks.config import Configurator
from goldilocks.exceptions import PredicateMismatch
from goldilocks.response import Response
from tests.support import browse, serve


def answering(text):
    return lambda request: Response(text)


# --- Order -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_reversed", [False, True])
def test_more_predicates_go_first(is_reversed):
    """Of two views that both take a request, the one with more predicates answers, whoever was said first."""
    views = {
        "none": {},
        "one": {"request_param": "a"},
        "two": {"request_param": "a", "request_method": "GET"},
        "three": {"request_param": "a", "request_method": "GET", "header": "X-Bowl"},
    }

    def app(config):
        for text, options in sorted(views.items(), reverse=is_reversed):
            config.add_view(answering(text), **options)

    browser = serve(app)
    assert browser.get("/").text == "none"
    assert browser.post("/?a").text == "one"
    assert browser.get("/?a").text == "two"
    assert browser.get("/?a", headers={"X-Bowl": "1"}).text == "three"


@pytest.mark.parametrize("is_reversed", [False, True])
def test_later_predicates_weigh_more(is_reversed):
    """Of two views with equally many predicates, the one with the predicate further down the list goes first."""
    views = {"method": {"request_method": "GET"}, "param": {"request_param": "a"}}

    def app(config):
        for text, options in sorted(views.items(), reverse=is_reversed):
            config.add_view(answering(text), **options)

    browser = serve(app)
    assert (browser.get("/?a").text, browser.get("/").text) == ("param", "method")


def test_more_specific_context_goes_before_predicates():
    """A view for a more specific context goes before one with more predicates; if it passes, the other has its turn."""

    class Base:
        pass

    class Special(Base):
        pass

    def app(config):
        config.set_root_factory(lambda request: Special())
        config.add_view(answering("base"), context=Base, request_method="GET", request_param="a")
        config.add_view(answering("special"), context=Special, request_param="a")
        config.add_view(answering("any"))

    browser = serve(app)
    assert browser.get("/?a").text == "special"
    assert browser.get("/").text == "any"


def test_interface_of_the_instance_goes_before_the_class():
    """What one context was said to provide goes before what its class is."""

    class IOpen(Interface):
        pass

    class Box:
        pass

    @implementer(IOpen)
    class OpenBox(Box):
        pass

    def app(config):
        config.add_route(
            "page",
            "/{kind}",
            factory=lambda request: {"box": Box, "open": OpenBox}[request.matchdict["kind"]](),
        )
        config.add_view(answering("box"), route_name="page", context=Box)
        config.add_view(answering("open"), route_name="page", context=IOpen)

    browser = serve(app)
    assert (browser.get("/box").text, browser.get("/open").text) == ("box", "open")


def test_view_of_the_route_goes_before_a_global_one():
    """On a route that lets global views answer, the route's own views are tried first."""

    def app(config):
        config.add_route("page", "/{name}", use_global_views=True)
        config.add_view(answering("global"))
        config.add_view(answering("route"), route_name="page", request_param="a")

    browser = serve(app)
    assert (browser.get("/page?a").text, browser.get("/page").text) == ("route", "global")


def test_view_that_passes_itself():
    """A view that raises ``PredicateMismatch`` passes the request on to the next one."""

    def passing(request):
        raise PredicateMismatch("not mine")

    def app(config):
        config.add_view(passing, request_param="a")
        config.add_view(answering("next"))

    assert serve(app).get("/?a").text == "next"


def test_nobody_takes_the_request():
    """Where every view refuses, nothing was found."""

    def app(config):
        config.add_view(answering("a"), request_param="a")
        config.add_view(answering("b"), request_param="b")

    assert serve(app).get("/?c", status=404).status_int == 404


# --- Accept ----------------------------------------------------------------------------------------------------------

OFFERS = {"html": "text/html", "json": "application/json", "plain": "text/plain"}


def offering(**more):
    def app(config):
        for text, accept in OFFERS.items():
            config.add_view(answering(text), accept=accept)
        for text, options in more.items():
            config.add_view(answering(text), **options)

    return serve(app)


@pytest.mark.parametrize(
    ("accept", "text"),
    [
        ("application/json", "json"),
        ("text/plain", "plain"),
        ("text/*;q=0.5, application/json;q=0.4", "html"),
        ("text/html;q=0.1, application/json", "json"),
        ("*/*", "html"),
        ("text/plain;q=1.0, */*;q=0.1", "plain"),
    ],
)
def test_client_chooses(accept, text):
    """The client's preference decides, and where it has none the application's order of media types."""
    assert offering().get("/", headers={"Accept": accept}).text == text


def test_client_without_accept():
    """A client that says nothing gets what the application prefers."""
    assert offering().get("/").text == "html"


def test_offers_that_the_client_does_not_take():
    """Where no offer suits the client, a view without offer answers, and otherwise nothing was found."""
    image = {"Accept": "image/png"}
    assert offering(any={}).get("/", headers=image).text == "any"
    assert offering().get("/", headers=image, status=404).status_int == 404


def test_order_of_the_application():
    """``add_accept_view_order`` says what is preferred where the client doesn't care."""

    def app(config):
        config.add_accept_view_order("application/json", weighs_more_than=["text/html", "text/plain"])
        for text, accept in OFFERS.items():
            config.add_view(answering(text), accept=accept)

    assert serve(app).get("/").text == "json"


def test_offer_with_predicates():
    """Among views with one offer the predicates decide, and views without offer come after them all."""

    def app(config):
        config.add_view(answering("json"), accept="application/json")
        config.add_view(answering("json with a"), accept="application/json", request_param="a")
        config.add_view(answering("post"), request_method="POST", request_param="a")

    browser = serve(app)
    headers = {"Accept": "application/json"}
    assert browser.get("/", headers=headers).text == "json"
    assert browser.post("/?a", headers=headers).text == "json with a"
    assert browser.post("/?a", headers={"Accept": "text/html"}).text == "post"


def test_media_types_are_compared_without_case():
    """A media type is the same in upper and in lower case."""

    def app(config):
        config.add_view(answering("html"), accept="TEXT/HTML")
        config.add_view(answering("json"), accept="application/json")

    assert serve(app).get("/", headers={"Accept": "text/html"}).text == "html"


# --- Replacing -------------------------------------------------------------------------------------------------------


class Nobody:
    """A security policy that permits nothing."""

    def permits(self, request, context, permission):
        return False

    def identity(self, request):
        return None

    authenticated_userid = identity

    def remember(self, request, userid, **kw):
        return []

    forget = remember


@pytest.mark.parametrize("options", [{}, {"request_method": "GET"}, {"accept": "text/html"}])
def test_same_predicates_replace(options):
    """A view that is said later with the same predicates takes the place of the earlier one."""
    config = Configurator(autocommit=True)
    for text in ("first", "second", "third"):
        config.add_view(answering(text), **options)
    assert browse(config.make_wsgi_app()).get("/").text == "third"


@pytest.mark.parametrize("options", [{}, {"request_method": "GET"}, {"accept": "text/html"}])
@pytest.mark.parametrize("others", [0, 1])
def test_secured_view_replaces_an_open_one(options, others):
    """A view with a permission that replaces one without is the only one left: the open one answers nobody."""
    config = Configurator(autocommit=True, security_policy=Nobody())
    for number in range(others):
        config.add_view(answering("other"), request_param=f"other{number}")
    config.add_view(answering("open"), **options)
    config.add_view(answering("secured"), permission="read", **options)
    assert browse(config.make_wsgi_app()).get("/", status="*").status_int == 403


@pytest.mark.parametrize("options", [{}, {"request_method": "GET"}, {"accept": "text/html"}])
def test_open_view_replaces_a_secured_one(options):
    """The other way round, too."""
    config = Configurator(autocommit=True, security_policy=Nobody())
    config.add_view(answering("secured"), permission="read", **options)
    config.add_view(answering("open"), **options)
    browser = browse(config.make_wsgi_app())
    assert browser.get("/").text == "open"


def test_permission_belongs_to_the_view_that_answers():
    """In a set every view has its own permission."""

    def app(config):
        config.set_security_policy(Nobody())
        config.add_view(answering("open"))
        config.add_view(answering("secured"), request_method="POST", permission="write")

    browser = serve(app)
    assert browser.get("/").text == "open"
    assert browser.post("/", status=403).status_int == 403


def test_views_may_join_while_the_application_runs():
    """A view that is said after the application was made answers from then on."""
    config = Configurator(autocommit=True)
    config.add_view(answering("get"), request_method="GET")
    browser = browse(config.make_wsgi_app())
    assert browser.post("/", status=405).status_int == 405
    config.add_view(answering("post"), request_method="POST")
    assert (browser.get("/").text, browser.post("/").text) == ("get", "post")
    config.add_view(answering("put"), request_method="PUT")
    assert browser.put("/").text == "put"
