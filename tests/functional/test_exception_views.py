"""Exception views: an error raised anywhere in a request finds the view that was said for it."""

from __future__ import annotations

import sys

import pytest
from zope.interface import Interface, implementer

from goldilocks import events
from goldilocks.config import not_
from goldilocks.exceptions import ConfigurationError
from goldilocks.httpexceptions import HTTPForbidden, HTTPFound, HTTPNotFound
from goldilocks.interfaces import IException
from goldilocks.response import Response
from goldilocks.tweens import EXCVIEW
from tests.support import serve


class IBurnt(IException):
    """Too hot."""


class Porridge(Exception):
    """Something is wrong with it."""


class TooHot(Porridge):
    """Hot."""


@implementer(IBurnt)
class Burnt(TooHot):
    """Beyond repair."""


def fail(request):
    raise TooHot("101 degrees")


def mended(error, request):
    return Response(f"mended {type(error).__name__}")


# --- Where an error may come from ------------------------------------------------------------------------------------


def failing_tween(handler, registry):
    def tween(request):
        if "tween" in request.GET:
            raise TooHot
        return handler(request)

    return tween


class Failing:
    """Fails when asked for what its name says."""

    def __init__(self, what):
        self.what = what

    def __call__(self, event_or_request):
        request = getattr(event_or_request, "request", event_or_request)
        if self.what in request.GET:
            raise TooHot(self.what)
        return self

    def __getitem__(self, name):
        raise TooHot if name == "walk" else KeyError(name)


PLACES = ["view", "tween", "root", "NewRequest", "BeforeTraversal", "ContextFound"]


@pytest.mark.parametrize("place", PLACES)
def test_error_may_come_from_anywhere(place):
    """An error is answered wherever it comes from: view, tween, root factory, subscriber."""

    def app(config):
        config.add_tween(f"{__name__}.failing_tween", under=EXCVIEW)
        config.set_root_factory(Failing("root"))
        for name in PLACES[3:]:
            config.add_subscriber(Failing(name), getattr(events, name))
        config.add_view(lambda request: fail(request) if "view" in request.GET else Response())
        config.add_exception_view(mended, context=TooHot)

    assert serve(app).get(f"/?{place}").text == "mended TooHot"


def test_error_of_the_walk():
    """What a resource raises on the way, other than ``KeyError``, is answered as well."""

    def app(config):
        config.set_root_factory(Failing("nothing"))
        config.add_exception_view(mended, context=TooHot)

    assert serve(app).get("/walk").text == "mended TooHot"


def test_error_of_a_renderer():
    """An error while rendering is answered, and nothing of the half-made response is left."""

    def view(request):
        request.response.headers["X-Half"] = "1"
        return object()

    def app(config):
        config.add_view(view, renderer="json")
        config.add_exception_view(lambda request: "mended", context=TypeError, renderer="string")

    response = serve(app).get("/")
    assert response.text == "mended"
    assert "X-Half" not in response.headers


@pytest.mark.parametrize("place", ["NewResponse", "response callback"])
def test_error_outside_of_the_tweens(place):
    """What fails behind the tweens, when the response is there already, is beyond exception views."""

    def app(config):
        def view(request):
            request.add_response_callback(
                lambda request, response: fail(request) if place != "NewResponse" else None
            )
            return Response()

        config.add_view(view)
        config.add_subscriber(lambda event: fail(event.request), events.NewResponse)
        config.add_exception_view(mended, context=TooHot)

    with pytest.raises(TooHot):
        serve(app).get("/")


def test_error_without_view_goes_on():
    """An error that nobody said a view for leaves the application as it came."""

    def app(config):
        config.add_view(fail)
        config.add_exception_view(mended, context=LookupError)

    with pytest.raises(TooHot, match="101 degrees"):
        serve(app).get("/")


# --- Which view answers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("context", [TooHot, Porridge, Exception, IBurnt, None])
def test_class_or_interface(context):
    """An exception view is said for a class, a base of it, an interface; for every ``Exception`` by default."""

    def burn(request):
        raise Burnt

    def app(config):
        config.add_view(burn)
        config.add_exception_view(mended, context=context)

    assert serve(app).get("/").text == "mended Burnt"


def test_error_at_the_edge_of_the_application():
    """A tween outside of the one for exception views is on its own."""

    def app(config):
        config.add_tween(f"{__name__}.failing_tween")
        config.add_exception_view(mended, context=TooHot)

    with pytest.raises(TooHot):
        serve(app).get("/?tween")


def test_most_specific_view_answers():
    """Of several exception views the one for the most specific type answers."""
    raised = {"porridge": Porridge, "hot": TooHot, "burnt": Burnt, "value": ValueError}

    def view(request):
        raise raised[request.GET["what"]]

    def app(config):
        config.add_view(view)
        for context in (Exception, Porridge, IBurnt):
            config.add_exception_view(lambda request, name=context.__name__: Response(name), context=context)

    browser = serve(app)
    answers = {what: browser.get(f"/?what={what}").text for what in raised}
    assert answers == {"porridge": "Porridge", "hot": "Porridge", "burnt": "IBurnt", "value": "Exception"}


def test_predicates_of_exception_views():
    """Exception views are told apart by predicates like any others."""

    def app(config):
        config.add_view(fail)
        config.add_exception_view(lambda request: Response("script"), context=TooHot, xhr=True)
        config.add_exception_view(lambda request: Response("person"), context=TooHot, xhr=not_(True))

    browser = serve(app)
    assert browser.get("/", xhr=True).text == "script"
    assert browser.get("/").text == "person"


def test_exception_view_that_refuses():
    """Where all exception views refuse by their predicates, the error goes on."""

    def app(config):
        config.add_view(fail)
        config.add_exception_view(mended, context=TooHot, request_param="mend")

    browser = serve(app)
    assert browser.get("/?mend").text == "mended TooHot"
    with pytest.raises(TooHot):
        browser.get("/")


@pytest.mark.parametrize("use_global_views", [False, True])
def test_errors_on_routes(use_global_views):
    """An exception view said for a route answers there alone, one said for none answers on every route."""

    def app(config):
        for name in ("one", "two"):
            config.add_route(name, f"/{name}", use_global_views=use_global_views)
            config.add_view(fail, route_name=name)
        config.add_exception_view(mended, context=TooHot)
        config.add_exception_view(lambda request: Response("on route two"), context=TooHot, route_name="two")

    browser = serve(app)
    assert (browser.get("/one").text, browser.get("/two").text) == ("mended TooHot", "on route two")


def test_route_that_is_called_like_anothers_requests():
    """However routes are called, an exception view for one of them answers on no other."""

    def app(config):
        for name in ("page", "page_combined"):
            config.add_route(name, f"/{name}")
            config.add_view(fail, route_name=name)
        config.add_exception_view(mended, context=TooHot)
        config.add_exception_view(
            lambda request: Response("other"), context=TooHot, route_name="page_combined"
        )

    assert serve(app).get("/page").text == "mended TooHot"


def test_default_not_found_and_forbidden():
    """HTTP errors that are raised are responses, and sent as such where nothing else is said."""

    def app(config):
        config.add_view(lambda request: (_ for _ in ()).throw(HTTPForbidden("no")), name="forbidden")
        config.add_view(lambda request: (_ for _ in ()).throw(HTTPFound("/there")), name="found")

    browser = serve(app)
    assert browser.get("/forbidden", status=403).status_int == 403
    assert browser.get("/found", status=302).location == "http://localhost/there"
    assert browser.get("/nothing", status=404).status_int == 404


def test_not_found_and_forbidden_views():
    """``add_notfound_view`` and ``add_forbidden_view`` answer in their place, with the status of what they return."""

    def forbidden(request):
        raise HTTPForbidden("no")

    def app(config):
        config.add_view(forbidden, name="forbidden")
        config.add_notfound_view(lambda error, request: Response(f"no {request.path}", status=404))
        config.add_forbidden_view(lambda error, request: Response(f"not for you: {error.detail}", status=403))

    browser = serve(app)
    assert browser.get("/where", status=404).text == "no /where"
    assert browser.get("/forbidden", status=403).text == "not for you: no"


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("/page", "http://localhost/page/"),
        ("/page?a=1&b=%20", "http://localhost/page/?a=1&b=%20"),
        ("/caf%C3%A9", "http://localhost/caf%C3%A9/"),
    ],
)
def test_append_slash(url, location):
    """With ``append_slash`` a miss is sent to the path with a slash, if a route matches that."""

    def app(config):
        config.add_route("page", "/{name}/")
        config.add_view(lambda request: Response("page"), route_name="page")
        config.add_notfound_view(append_slash=True)

    assert serve(app).get(url, status=307).location == location


def test_append_slash_leads_to_no_other_host():
    """A path that looks like a host stays a path."""

    def app(config):
        config.add_route("any", "/*any_")
        config.add_route("page", "//{host}/{name}/")
        config.add_view(lambda request: Response("page"), route_name="page")
        config.add_notfound_view(append_slash=HTTPFound)

    response = serve(app).get("//elsewhere.org/page", status="*")
    assert response.headers.get("Location", "http://localhost/").startswith("http://localhost/")


def test_append_slash_that_leads_nowhere():
    """Where no route matches with the slash either, the not-found view answers."""

    def app(config):
        config.add_route("page", "/page/")
        config.add_notfound_view(lambda request: Response("nothing", status=404), append_slash=True)

    browser = serve(app)
    assert browser.get("/other", status=404).text == "nothing"
    assert browser.get("/other/", status=404).text == "nothing"


# --- What an exception view sees -------------------------------------------------------------------------------------


def test_what_the_view_sees():
    """An exception view finds the error as its context, as ``request.exception`` and in ``request.exc_info``."""
    seen = []

    def look(error, request):
        seen.extend([error, request.exception, request.exc_info[1], request.exc_info[0]])
        assert request.exc_info[2] is error.__traceback__
        return Response()

    def app(config):
        config.add_view(fail)
        config.add_exception_view(look, context=TooHot)

    serve(app).get("/")
    assert seen[0] is seen[1] is seen[2]
    assert seen[3] is TooHot


def test_error_stays_on_an_answered_request():
    """When an exception view has answered, ``request.exception`` tells those who come later."""
    told = []

    def app(config):
        config.add_view(fail)
        config.add_view(lambda request: Response(), name="fine")
        config.add_exception_view(mended, context=TooHot)
        config.add_subscriber(lambda event: told.append(event.request.exception), events.NewResponse)

    browser = serve(app)
    browser.get("/")
    browser.get("/fine")
    assert isinstance(told[0], TooHot)
    assert told[1] is None


def test_exception_only():
    """``exception_only`` keeps a view for an exception class from answering resources of that class."""

    def app(config):
        config.set_root_factory(lambda request: TooHot())
        config.add_view(mended, context=TooHot, exception_only="only" in config.registry.settings)
        config.add_view(fail, name="fail")

    assert serve(app).get("/").text == "mended TooHot"
    assert serve(app).get("/fail").text == "mended TooHot"
    browser = serve(app, only="yes")
    assert browser.get("/", status=404).status_int == 404
    assert browser.get("/fail").text == "mended TooHot"


def test_exception_only_is_for_exceptions():
    """``exception_only`` for anything but an exception is refused."""
    with pytest.raises(ConfigurationError, match="must be an exception type"):
        serve(lambda config: config.add_view(mended, context=Interface, exception_only=True))


# --- invoke_exception_view -------------------------------------------------------------------------------------------


def handling(handle):
    """An application whose view fails inside and handles that itself."""

    def view(request):
        try:
            fail(request)
        except TooHot:
            return handle(request)

    def app(config):
        config.add_view(view)
        if "mend" in config.registry.settings:
            config.add_exception_view(mended, context=TooHot)

    return app


def test_invoke_exception_view():
    """A view may have an error answered that it caught itself; afterwards the error stands on the request."""

    def handle(request):
        response = request.invoke_exception_view()
        assert isinstance(request.exception, TooHot)
        response.text += " inside"
        return response

    assert serve(handling(handle), mend="yes").get("/").text == "mended TooHot inside"


def test_invoke_exception_view_without_view():
    """Where no view answers the error, ``HTTPNotFound`` is raised, and the request is as it was."""

    def handle(request):
        with pytest.raises(HTTPNotFound):
            request.invoke_exception_view()
        assert request.exception is None
        assert request.exc_info is None
        return Response("handled")

    assert serve(handling(handle)).get("/").text == "handled"


def test_invoke_exception_view_and_reraise():
    """With ``reraise`` the error itself is raised again where no view answers it."""

    def handle(request):
        with pytest.raises(TooHot, match="101 degrees"):
            request.invoke_exception_view(reraise=True)
        return Response("handled")

    assert serve(handling(handle)).get("/").text == "handled"


def test_reraise_when_the_exception_view_fails():
    """With ``reraise`` it is the first error that is raised when the exception view fails, too."""

    def handle(request):
        with pytest.raises(TooHot, match="101 degrees"):
            request.invoke_exception_view(reraise=True)
        with pytest.raises(ZeroDivisionError):
            request.invoke_exception_view()
        return Response("handled")

    def app(config):
        handling(handle)(config)
        config.add_exception_view(lambda request: 1 / 0, context=TooHot)

    assert serve(app).get("/").text == "handled"


def test_invoke_exception_view_for_another_error():
    """What is to be answered may be handed over as ``sys.exc_info()`` returned it, for another request."""

    def handle(request):
        try:
            raise Burnt
        except Burnt:
            info = sys.exc_info()
        other = request.copy()
        other.registry = request.registry
        response = request.invoke_exception_view(info, request=other)
        assert isinstance(other.exception, Burnt)
        assert request.exception is None
        return response

    assert serve(handling(handle), mend="yes").get("/").text == "mended Burnt"


class Nobody:
    """A security policy that permits nothing."""

    def permits(self, request, context, permission):
        return False

    def identity(self, request):
        return None

    authenticated_userid = identity


def test_permission_of_an_exception_view():
    """An exception view has a permission only if one is said, and ``secure=False`` doesn't ask for it."""

    def handle(request):
        assert request.invoke_exception_view(secure=False).text == "mended TooHot"
        return request.invoke_exception_view()

    def app(config):
        config.set_security_policy(Nobody())
        config.set_default_permission("read")
        config.add_view(lambda request: handling_view(request), permission="__no_permission_required__")
        config.add_view(mended, context=TooHot, permission="write")

    def handling_view(request):
        try:
            fail(request)
        except TooHot:
            return handle(request)

    assert serve(app).get("/", status=403).status_int == 403


def test_default_permission_does_not_hold_for_errors():
    """The default permission holds for no view that is for exceptions."""

    def app(config):
        config.set_security_policy(Nobody())
        config.set_default_permission("read")
        config.add_view(fail, permission="__no_permission_required__")
        config.add_exception_view(mended, context=TooHot)

    assert serve(app).get("/").text == "mended TooHot"
