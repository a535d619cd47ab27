"""Errors on the short way: whatever is remembered of them, they are answered as on the long way.

Every application is built twice, the second time with an execution policy that goes every step; both are asked the same three times.
"""

from __future__ import annotations

import pytest
from webob import Request as Client
from zope.interface import alsoProvides, classImplements, implementedBy

from goldilocks import rescue
from goldilocks.config import Configurator
from goldilocks.exceptions import PredicateMismatch
from goldilocks.httpexceptions import HTTPForbidden, HTTPNotFound
from goldilocks.interfaces import IException, IExceptionViewClassifier, IRequest, IView
from goldilocks.registry import Registry
from goldilocks.request import Request
from goldilocks.response import Response


class Spilt(Exception):
    """An error of an application."""


class Telling(Spilt):
    """An error that says by itself what it provides."""

    __providedBy__ = property(lambda self: implementedBy(Spilt))


class Marked(IException):
    """What some errors provide, and others don't."""


class OwnRequest(Request):
    """What a request becomes on its way."""


def long_policy(environ, router):
    with router.request_context(environ) as request:
        return router.invoke_request(request)


def both(app):
    routers = []
    for policy in (None, long_policy):
        config = Configurator(settings={"goldilocks.answer_errors": "false"})
        if policy is not None:
            config.set_execution_policy(policy)
        app(config)
        routers.append(config.make_wsgi_app())
    return routers


def ask(router, path="/"):
    """Return status and body, or the error that came instead, and what was on the request in the end."""
    left = []
    client = Client.blank(path, environ={"left": left})
    try:
        answer = client.get_response(router)
        said = answer.status, answer.body
    except Exception as error:
        said = type(error), str(error)
    return said, left


def app_with(prepare=lambda request: None, error=Spilt, answer=None, **options):
    """Return an application whose view prepares its request and raises an error, and that answers it."""

    def page(request):
        request.add_finished_callback(lambda request: request.environ["left"].append(left_on(request)))
        prepare(request)
        raise error("milk")

    def app(config):
        config.add_route("page", "/")
        config.add_route("other", "/{name}")
        for name in ("page", "other"):
            config.add_view(page, route_name=name)
        config.add_exception_view(answer or told, context=Exception, **options)

    return app


def left_on(request):
    """Tell what an answered error left on its request, without what differs from one request to the next."""
    names = ("exception", "exc_info", "response")
    return {name: type(request.__dict__[name]).__name__ for name in names if name in request.__dict__}


def told(error, request):
    """Tell all that a view for errors finds."""
    info = request.exc_info
    assert request.exception is error and info[:2] == (type(error), error) and info[2] is error.__traceback__
    request.response.headers["X-Own"] = "not sent"
    return Response(f"{error} {left_on(request)} {type(request).__name__}", status=500)


def raising(error, path):
    """Return a view that fails on one path."""

    def answer(context, request):
        if request.path == path:
            raise error
        return told(context, request)

    return answer


def set_exception(request):
    request.exception = ValueError("an older one")
    request.exc_info = None


def answer_oneself(request):
    request.invoke_exception_view = lambda *args, **kw: Response("my own way")


def marking(request):
    raise_marked = Spilt("marked")
    alsoProvides(raise_marked, Marked)
    raise raise_marked


def take_type_away(request):
    del request.request_iface


CASES = {
    "no type": {"prepare": take_type_away},
    "plain": {},
    "mismatch": {"error": PredicateMismatch},
    "telling": {"error": Telling},
    "not found": {"error": HTTPNotFound},
    "forbidden": {"error": HTTPForbidden},
    "half-made response": {"prepare": lambda request: request.response},
    "already an exception": {"prepare": set_exception},
    "its own way": {"prepare": answer_oneself},
    "another class": {"prepare": lambda request: setattr(request, "__class__", OwnRequest)},
    "another registry": {"prepare": lambda request: setattr(request, "registry", Registry("other"))},
    "view finds nothing": {"answer": raising(HTTPNotFound("no view"), "/b")},
    "view passes": {"answer": raising(PredicateMismatch("no view"), "/b")},
    "view fails": {"answer": raising(ZeroDivisionError("in the view"), "/b")},
    "view fails at first": {"answer": raising(ZeroDivisionError("in the view"), "/a")},
    "view with a predicate": {"request_param": "a"},
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_answers_are_those_of_the_long_way(case):
    """The answer, the error that goes on, and what stays on the request are the same, however often it happens."""
    short, long = both(app_with(**case))
    for path in ("/", "/a", "/b", "/", "/a", "/b", "/nothing/here", "/"):
        assert ask(short, path) == ask(long, path)


def test_view_that_answers_nothing():
    """What stands in the record by hand may return no response; then the error goes on."""

    def app(config):
        app_with()(config)
        config.commit()
        config.registry.registerAdapter(
            lambda error, request: None if request.path == "/b" else told(error, request),
            (IExceptionViewClassifier, IRequest, implementedBy(Spilt)),
            IView,
        )

    short, long = both(app)
    for path in ("/a", "/b", "/a", "/b"):
        assert ask(short, path) == ask(long, path)
    assert ask(short, "/b")[0] == (Spilt, "milk")


def test_several_views():
    """Where one view passes, the next one is asked."""

    def app(config):
        app_with()(config)
        config.add_exception_view(raising(PredicateMismatch("pass"), "/"), context=Spilt)

    short, long = both(app)
    for _ in range(3):
        assert ask(short) == ask(long)
        assert ask(short)[0][0] == "500 Internal Server Error"


def test_error_that_provides_something_by_itself():
    """A view may be said for errors that were marked one by one."""
    marks = []

    def app(config):
        app_with(lambda request: marks and marking(request))(config)
        config.add_exception_view(lambda error, request: Response("marked"), context=Marked)

    short, long = both(app)
    for mark in (False, False, True, False):
        marks[:] = [True] * mark
        assert ask(short) == ask(long)
        assert (ask(short)[0][1] == b"marked") is mark


def test_class_that_provides_something_later():
    """A class may be said to implement something while the application runs."""

    class Late(Exception):
        pass

    def app(config):
        app_with(error=Late)(config)
        config.add_exception_view(lambda error, request: Response("marked"), context=Marked)

    short, long = both(app)
    for _ in range(2):
        assert ask(short) == ask(long)
    classImplements(Late, Marked)
    for _ in range(2):
        assert ask(short) == ask(long)
        assert ask(short)[0][1] == b"marked"


def test_view_that_is_said_later():
    """What is configured while the application runs counts from the next request on."""
    config = Configurator()
    app_with()(config)
    router = config.make_wsgi_app()
    assert ask(router) == ask(router)
    config.add_exception_view(lambda error, request: Response("later"), context=Spilt)
    config.commit()
    assert ask(router)[0][1] == b"later"


def test_class_of_requests_with_a_way_of_its_own():
    """Where a method of the application answers errors, it is called each time."""

    def app(config):
        app_with()(config)
        config.add_request_method(lambda request, *args, **kw: Response("ours"), "invoke_exception_view")

    short, long = both(app)
    for _ in range(3):
        assert ask(short) == ask(long)
        assert ask(short)[0][1] == b"ours"


def test_class_that_is_patched_later(monkeypatch):
    """An error reporter that puts a function of its own on the class is heard, though the answer is known already."""
    heard = []
    usual = Request.invoke_exception_view
    router = both(app_with())[0]
    expected = ask(router)
    assert ask(router) == expected

    def report(request, *args, **kw):
        heard.append(request)
        return usual(request, *args, **kw)

    monkeypatch.setattr(Request, "invoke_exception_view", report)
    assert ask(router) == expected
    assert len(heard) == 1


def test_memory_has_an_end(monkeypatch):
    """However many kinds of errors there are, no more than so many are remembered."""
    monkeypatch.setattr(rescue, "REMEMBERED_QUESTIONS", 1)
    short, long = both(app_with())
    for path in ("/", "/a", "/", "/a"):
        assert ask(short, path) == ask(long, path)


def test_remembered_error_isnt_looked_for(monkeypatch):
    """The second error of a class is answered by what was remembered of the first."""
    router = both(app_with())[0]
    first = ask(router)
    monkeypatch.setattr(rescue, "_rescue", None)
    assert ask(router) == first
