"""What an application adds to its requests: methods, properties, properties that are computed once."""

from __future__ import annotations

import pytest

from goldilocks.events import NewRequest
from goldilocks.exceptions import ConfigurationError
from goldilocks.request import Request
from goldilocks.response import Response
from tests.support import serve


def application(view, *arguments, **options):
    def app(config):
        config.add_request_method(*arguments, **options)
        config.add_view(view)

    return serve(app)


def shout(request, word):
    """Say it louder."""
    return f"{word.upper()} {request.path}"


def test_method():
    """A function of the request becomes its method."""
    assert application(lambda request: Response(request.shout("hot")), shout).get("/").text == "HOT /"


def test_method_under_another_name():
    """The method may be called otherwise."""
    assert application(lambda request: Response(request.cry("hot")), shout, "cry").get("/").text == "HOT /"


def test_property():
    """A property is computed at each access."""
    calls = []

    def view(request):
        return Response(f"{request.number} {request.number}")

    def number(request):
        calls.append(request.path)
        return len(calls)

    assert application(view, number, property=True).get("/").text == "1 2"


def test_reified_property():
    """A reified property is computed once for each request, when it is first asked for."""
    calls = []

    def number(request):
        calls.append(request.path)
        return len(calls)

    browser = application(lambda request: Response(f"{request.number} {request.number}"), number, reify=True)
    assert [browser.get("/").text for _ in range(2)] == ["1 1", "2 2"]


def test_property_can_be_written():
    """A property may be written over, for this request alone."""

    def view(request):
        if "bowl" in request.GET:
            request.bowl = request.GET["bowl"]
        return Response(request.bowl)

    browser = application(view, lambda request: "middle", "bowl", property=True)
    assert [browser.get(url).text for url in ("/?bowl=small", "/")] == ["small", "middle"]


def test_ready_property():
    """A ``property`` with a setter works as it is."""

    def get(request):
        return request.environ.get("bowl", "empty")

    def put(request, value):
        request.environ["bowl"] = value

    def view(request):
        before = request.bowl
        request.bowl = "full"
        return Response(f"{before} {request.bowl}")

    assert application(view, property(get, put), "bowl").get("/").text == "empty full"


def test_late_requests_have_them_all():
    """Every request has them: in subscribers, tweens, root factories, and subrequests."""
    seen = []

    def app(config):
        config.add_request_method(lambda request: "porridge", "meal", property=True)
        config.set_root_factory(lambda request: seen.append(request.meal))
        config.add_subscriber(lambda event: seen.append(event.request.meal), NewRequest)
        config.add_view(lambda request: request.invoke_subrequest(Request.blank("/inner")))
        config.add_view(lambda request: Response(request.meal), name="inner")

    assert serve(app).get("/").text == "porridge"
    assert seen == ["porridge"] * 4


def test_they_hide_what_a_request_has():
    """A method of the application goes before a request's own of that name."""
    assert (
        application(
            lambda request: Response(request.path_qs), lambda request: "mine", "path_qs", property=True
        )
        .get("/")
        .text
        == "mine"
    )


def test_applications_are_apart():
    """What one application adds, another's requests don't have."""
    first = application(lambda request: Response(request.shout("hot")), shout)
    second = serve(lambda config: config.add_view(lambda request: Response(str(hasattr(request, "shout")))))
    assert (first.get("/").text, second.get("/").text) == ("HOT /", "False")
    assert not hasattr(Request, "shout")


def test_request_is_still_one():
    """A request with methods is still a request of the application's class."""

    class Own(Request):
        pass

    def app(config):
        config.set_request_factory(Own)
        config.add_request_method(shout)
        config.add_request_method(lambda request: 1, "number", reify=True)
        config.add_view(
            lambda request: Response(f"{isinstance(request, Own)} {type(request).__name__} {request.number}")
        )

    assert serve(app).get("/").text == "True Own 1"


def test_same_name_twice_is_a_conflict():
    """One name is said once, be it a method or a property."""

    def app(config):
        config.add_request_method(shout, "name")
        config.add_request_method(shout, "name", property=True)

    with pytest.raises(ConfigurationError, match="Conflicting"):
        serve(app)


def test_set_property_counts_at_once():
    """``set_property`` gives one request a property, and no other."""

    def view(request):
        if "set" in request.GET:
            request.set_property(lambda request: "here", "own", reify=True)
        return Response(getattr(request, "own", "absent"))

    browser = serve(lambda config: config.add_view(view))
    assert [browser.get(url).text for url in ("/?set", "/")] == ["here", "absent"]
