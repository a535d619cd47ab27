"""The short way of a request and the long one: nobody can tell by the answer, or by what a view finds, which it was.

Every application here is built twice. One of the two has an execution policy of its own, which does what the usual one does; with
it, each request goes through every step.
"""

from __future__ import annotations

import gc
import sys
import types
import weakref
from collections import Counter

import pytest
from webob import Request as Client

from goldilocks.config import Configurator
from goldilocks.crossorigin import CrossOriginGuard
from goldilocks.csrf import CookieCSRFStoragePolicy, new_csrf_token
from goldilocks.events import ContextFound, NewRequest, NewResponse
from goldilocks.exceptions import PredicateMismatch
from goldilocks.httpexceptions import HTTPBadRequest, HTTPForbidden, HTTPNotFound
from goldilocks.interfaces import IRequestFactory, IRootFactory, IRoutesMapper, ITraverser
from goldilocks.renderers import null_renderer
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.session import SignedCookieSessionFactory
from goldilocks.testing import DummyRequest
from goldilocks.threadlocal import get_current_registry, get_current_request, manager
from goldilocks.traversal import DefaultRootFactory, ResourceTreeTraverser
from goldilocks.urldispatch import RoutesMapper
from goldilocks.view import render_view_to_response

#: What stands on a request when its view is called, beside what the application put there.
STANDING = {
    *("environ", "registry", "invoke_subrequest", "request_iface", "matchdict", "matched_route", "limits"),
    *("root", "context", "view_name", "subpath", "traversed", "virtual_root", "virtual_root_path"),
}


def long_policy(environ, router):
    """Do as the usual policy does, step by step."""
    with router.request_context(environ) as request:
        return router.invoke_request(request)


def both(app, **arguments):
    """Build an application twice, and return the routers that go the short and the long way."""
    routers = []
    for policy in (None, long_policy):
        config = Configurator(**arguments)
        if policy is not None:
            config.set_execution_policy(policy)
        app(config)
        routers.append(config.make_wsgi_app())
    return routers


def ask(router, path="/", **kw):
    """Return status, headers and body of an answer, or the kind of error that came instead."""
    client = Client.blank(path, **kw)
    try:
        answer = client.get_response(router)
    except Exception as error:
        return type(error)
    finally:
        assert manager.stack == []
    # a second may begin between two answers
    return answer.status, [header for header in answer.headerlist if header[0] != "Expires"], answer.body


def assert_same(app, *paths, root_factory=None, settings=None, **kw):
    short, long = both(app, root_factory=root_factory, settings=settings)
    for path in paths or ("/",):
        for _ in range(2):  # the first request is what plans are made at
            assert ask(short, path, **kw) == ask(long, path, **kw)


def paged(view, **options):
    """Return an application with one route and one view."""

    def app(config):
        config.add_route("page", "/")
        config.add_route("named", "/named/{name}")
        config.add_route("rest", "/rest/*subpath")
        config.add_route("walked", "/walked/*traverse")
        for name in ("page", "named", "rest", "walked"):
            config.add_view(view, route_name=name, **options)

    return app


PATHS = ("/", "/named/a", "/named/%C3%A4", "/rest/a/b", "/rest/", "/walked/a/b", "/nothing", "/named/%ff", "")


# --- What a view finds -----------------------------------------------------------------------------------------------


def found(request):
    """Tell all that a view finds on its request."""
    names = sorted(
        set(request.__dict__) - {"environ", "registry", "invoke_subrequest", "limits", "root", "context"}
    )
    told = {
        name: repr(request.__dict__[name]) for name in names if name not in ("matched_route", "virtual_root")
    }
    root = request.root
    return Response(
        repr(
            (
                told,
                sorted(request.__dict__),
                type(root).__name__,
                request.context is root is request.virtual_root,
                request.matched_route.name,
                get_current_request() is request,
                get_current_registry() is request.registry,
                type(request).__name__,
            )
        )
    )


@pytest.mark.parametrize("path", PATHS)
def test_view_finds_the_same(path):
    """All attributes are there, with the same values, and the request is the current one."""
    assert_same(paged(found), path)


BELIEVING = {"goldilocks.check_virtual_root": "false"}


@pytest.mark.parametrize("settings", [BELIEVING, {}])
@pytest.mark.parametrize("root", ["/", "/a", "/a/b", "/%ff"])
@pytest.mark.parametrize("path", PATHS)
def test_virtual_root_is_found(path, root, settings):
    """A virtual root that a proxy names is found on the request, also where nothing is walked; a stranger's isn't."""
    assert_same(paged(found), path, settings=settings, headers={"X-Vhm-Root": root})


@pytest.mark.parametrize("path", ["/", "/named/a"])
def test_virtual_root_counts_where_nothing_is_walked(path):
    """Of a virtual root that isn't there, a request knows the names, and that the root itself stands for it."""

    def view(request):
        return Response(
            repr((request.virtual_root_path, request.view_name, request.virtual_root is request.root))
        )

    for router in both(paged(view), settings=BELIEVING):
        # the first name isn't a child's of the default root, so it is the name of a view, which the route doesn't have
        assert ask(router, path, headers={"X-Vhm-Root": "/a/b"})[0] == "404 Not Found"
        assert ask(router, path, headers={"X-Vhm-Root": "/"})[2] == b"((), '', True)"


@pytest.mark.parametrize("policy", [None, long_policy])
def test_dependence_on_cookies_is_said(policy):
    """On both ways, an answer for which the session was looked at says so, and no other one does."""

    def view(request):
        if request.path == "/":
            request.session.get("name")
        return Response("fine")

    config = Configurator(session_factory=SignedCookieSessionFactory(KEY))
    if policy is not None:
        config.set_execution_policy(policy)
    paged(view)(config)
    router = config.make_wsgi_app()
    assert [("Vary", "Cookie") in ask(router, path)[1] for path in ("/", "/named/a")] == [True, False]


@pytest.mark.parametrize("policy", [None, long_policy])
@pytest.mark.parametrize(("added", "expected"), [("", ["Cookie"]), ("Vary: Accept", ["Cookie"])])
def test_dependence_on_cookies_is_said_once(policy, added, expected):
    """A response that is kept says it once however often it is sent, and instead of what all responses say."""
    kept = Response("fine")

    def view(request):
        request.session.get("name")
        return kept

    config = Configurator(
        session_factory=SignedCookieSessionFactory(KEY),
        settings={"goldilocks.default_headers": added},
    )
    if policy is not None:
        config.set_execution_policy(policy)
    paged(view)(config)
    router = config.make_wsgi_app()
    for _ in range(3):
        assert [value for name, value in ask(router, "/")[1] if name == "Vary"] == expected


class Plugin:
    """A resource that is found late."""


class LateTraverser(ResourceTreeTraverser):
    """Finds another view."""

    def __call__(self, request):
        return {**super().__call__(request), "view_name": "other"}


class Late:
    """An application that configures something while it answers its third request."""

    def __init__(self, config, late):
        self.config, self.late, self.counts = config, late, Counter()
        config.set_root_factory(self.make_root)
        config.add_view(lambda context, request: Response("early"))
        config.add_view(lambda context, request: Response("other"), name="other")
        config.add_exception_view(lambda error, request: Response("early error"), context=Exception)
        config.add_route("fail", "/fail")
        config.add_view(self.fail, route_name="fail")

    def say(self, where):
        self.counts[where] += 1
        if self.counts[where] == 3 and where in self.late:
            self.late[where](self.config)
            self.config.commit()

    def make_root(self, request):
        self.say("root")
        return self

    def __getitem__(self, name):
        if name == "plugin":
            self.say("item")
            return Plugin()
        raise KeyError(name)

    def fail(self, request):
        self.say("view")
        raise ValueError


def add_late_view(config):
    config.add_view(lambda context, request: Response("late"), name="late")


def add_view_of_plugin(config):
    config.add_view(lambda context, request: Response("late"), context=Plugin)


def add_late_traverser(config):
    config.add_traverser(LateTraverser)


def add_view_of_error(config):
    config.add_exception_view(lambda error, request: Response("late"), context=ValueError)


@pytest.mark.parametrize(
    ("path", "late", "expected"),
    [
        ("/late", {"root": add_late_view}, b"late"),
        ("/plugin", {"item": add_view_of_plugin}, b"late"),
        ("/", {"root": add_late_traverser}, b"other"),
        ("/fail", {"view": add_view_of_error}, b"late"),
    ],
)
def test_what_is_configured_meanwhile_counts(path, late, expected):
    """What a root factory, a resource or a view configures holds for the very request, on both ways."""
    short, long = both(lambda config: Late(config, late))
    answers = [[ask(router, path)[2] for _ in range(5)] for router in (short, long)]
    assert answers[0] == answers[1]
    assert len(set(answers[0])) == 2
    assert answers[0][2] == expected


KEY = "a key of thirty-two bytes at least"


def keep(request):
    request.session["a"] = 1


def keep_in_two_cookies(request):
    request.session["a"] = 1
    new_csrf_token(request)


def keep_and_add(request):
    request.session["a"] = 1
    request.add_response_callback(lambda request, response: response.headers.update({"X-Own": "é"}))


def keep_and_forget(request):
    request.session["a"] = 1
    request.add_response_callback(lambda request, response: response.headers.pop("Set-Cookie"))


def keep_and_say(request):
    request.session["a"] = 1
    request.add_response_callback(
        lambda request, response: response.headers.update({"Cache-Control": "no-store"})
    )


@pytest.mark.parametrize(
    "view_does", [keep, keep_in_two_cookies, keep_and_add, keep_and_forget, keep_and_say]
)
@pytest.mark.parametrize("is_kept", [False, True])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"goldilocks.default_headers": ""},
        {"goldilocks.default_headers": "Vary: Accept\nCache-Control: no-cache"},
        {"goldilocks.default_headers": "Cache-Control: no-cache"},
        {"goldilocks.default_headers": "Set-Cookie: b=c"},
        {"goldilocks.vary_by_cookie": "false"},
        {"goldilocks.defaults": "pyramid"},
    ],
)
def test_cookie_of_our_own_is_sent_alike(view_does, is_kept, settings):
    """Which headers go with a session's cookie doesn't depend on the way, nor on what else is done with the response."""
    sent = []
    own_class = type("OwnResponse", (Response,), {})
    for subclass, policy in (
        (Response, None),
        (own_class, None),
        (Response, long_policy),
        (own_class, long_policy),
    ):
        kept = subclass("kept")

        def view(request, kept=kept, subclass=subclass):
            view_does(request)
            return kept if is_kept else subclass("made")

        config = Configurator(
            session_factory=SignedCookieSessionFactory(KEY, secure=True, path="/x"), settings=settings
        )
        config.set_csrf_storage_policy(CookieCSRFStoragePolicy())
        if policy is not None:
            config.set_execution_policy(policy)
        paged(view)(config)
        router = config.make_wsgi_app()
        answers = [ask(router, "/") for _ in range(3)]
        sent.append(
            [
                (
                    status,
                    [
                        (name, value.partition("=")[0] if name == "Set-Cookie" else value)
                        for name, value in headers
                    ],
                )
                for status, headers, _ in answers
            ]
        )
    assert all(each == sent[0] for each in sent)


def test_nothing_else_stands_on_the_request():
    """On the short way a request begins with what is documented, and nothing more."""
    seen = []

    def view(request):
        seen.append(set(request.__dict__))
        return Response("fine")

    ask(both(paged(view))[0])
    assert seen == [STANDING]


def test_request_methods_are_there():
    """What ``add_request_method`` said is there, as methods, properties and kept properties."""

    def app(config):
        config.add_request_method(lambda request, more: f"{request.path}{more}", "extended")
        config.add_request_method(lambda request: "a property", "shown", property=True)
        config.add_request_method(lambda request: object(), "kept", reify=True)
        paged(
            lambda request: Response(
                f"{request.extended('!')} {request.shown} {request.kept is request.kept}"
            )
        )(config)

    assert_same(app)


def test_registry_can_be_set_and_deleted():
    """What the router puts on a request is its own: it can be deleted."""

    def view(request):
        del request.registry
        return Response(str(hasattr(request, "registry")))

    assert_same(paged(view))


# --- What a view does ------------------------------------------------------------------------------------------------


def raising(error):
    def view(request):
        raise error

    return view


def with_callbacks(request):
    request.add_response_callback(lambda request, response: response.headers.add("X-Called", "back"))
    request.add_finished_callback(
        lambda request: request.environ["calls"].append(hasattr(request, "context"))
    )
    return Response("fine")


def with_class():
    class View:
        def __init__(self, request):
            self.request = request

        def __call__(self):
            return {"page": self.request.path}

    return View


def touched(request):
    request.response.status = 201
    request.response.headers["X-Own"] = "yes"
    return {"made": True}


class Page:
    def __json__(self, request):
        request.response.headers["X-From"] = "adapter"
        return {"page": request.path}


@pytest.mark.parametrize(
    ("view", "options"),
    [
        (lambda request: Response("fine"), {}),
        (lambda context, request: Response("fine"), {}),
        (lambda request: Response(b"bytes"), {}),
        (lambda request: Response("", 204), {}),
        (lambda request: Response("gone", location="/elsewhere", status=302), {}),
        (lambda request: Response(app_iter=iter([b"a", b"b"])), {}),
        (lambda request: Response("text", conditional_response=True, etag="tag"), {}),
        (lambda request: None, {}),
        (lambda request: "no response", {}),
        (lambda request: {"id": request.matchdict.get("name")}, {"renderer": "json"}),
        (lambda request: [1, "ä", None, 1.5, True], {"renderer": "json"}),
        (lambda request: (1, 2), {"renderer": "json"}),
        (lambda request: "text", {"renderer": "json"}),
        (lambda request: "text ä", {"renderer": "string"}),
        (lambda request: {1: 2}, {"renderer": "string"}),
        (lambda request: {"page": {1, 2}}, {"renderer": "json"}),
        (lambda request: {"page": Page()}, {"renderer": "json"}),
        (lambda request: Response("own"), {"renderer": "json"}),
        (touched, {"renderer": "json"}),
        (with_class(), {"renderer": "json"}),
        (raising(HTTPNotFound("mine")), {}),
        (raising(HTTPForbidden()), {}),
        (raising(HTTPBadRequest()), {"renderer": "json"}),
        (raising(PredicateMismatch("mine")), {}),
        (lambda request: HTTPNotFound("returned"), {}),
        (lambda request: Response("fine"), {"request_method": "POST"}),
        (lambda request: Response("fine"), {"request_param": "a"}),
        (lambda request: Response("fine"), {"http_cache": 60}),
        (lambda request: Response("fine"), {"http_cache": 60, "renderer": "json"}),
        (lambda request: Response("fine"), {"http_cache": 60, "renderer": null_renderer}),
        (lambda request: {"a": 1}, {"http_cache": 60, "renderer": "json"}),
        (lambda request: Response("fine"), {"decorator": lambda view: view}),
        (lambda request: Response("fine"), {"permission": "see"}),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_answer_is_the_same(view, options, method):
    """Whatever a view returns or raises, the answer is the same."""
    assert_same(paged(view, **options), *PATHS, method=method)


def test_error_goes_on_as_it_came():
    """An error that nothing answers leaves the application where that is wanted."""
    for router in both(
        paged(raising(LookupError("the bowl"))), settings={"goldilocks.answer_errors": "false"}
    ):
        assert ask(router) is LookupError


def test_callbacks_are_called():
    """Response callbacks see the response, finished callbacks are called while there still is a context."""
    for router in both(paged(with_callbacks)):
        calls = []
        assert ("X-Called", "back") in ask(router, environ={"calls": calls})[1]
        assert calls == [True]


@pytest.mark.parametrize("kind", ["add_response_callback", "add_finished_callback"])
def test_callback_that_fails(kind):
    """When a callback fails the body is closed, the error goes on, and the request is over."""
    closed = []

    class Body(list):
        def close(self):
            closed.append(True)

    def view(request):
        getattr(request, kind)(lambda *arguments: 1 / 0)
        return Response(app_iter=Body([b"a"]))

    for router in both(paged(view), settings={"goldilocks.answer_errors": "false"}):
        assert ask(router) is ZeroDivisionError
    assert closed == [True, True]


@pytest.mark.parametrize("fails", [{"response"}, {"finished"}, {"response", "finished"}])
def test_request_that_fails_is_let_go_in_order(fails):
    """First the finished callbacks are called, then the body is closed, once; and the error depends on what was looked at."""
    happened = []

    class Body(list):
        def close(self):
            happened.append("closed")

    def failing(name):
        def call_back(*args):
            happened.append(name)
            if name in fails:
                raise ValueError(name)

        return call_back

    def app(config):
        config.set_session_factory(SignedCookieSessionFactory(KEY))
        paged(view)(config)

    def view(request):
        request.session.get("a")
        request.add_response_callback(failing("response"))
        request.add_finished_callback(failing("finished"))
        return Response(app_iter=Body([b"fine"]))

    settings = {"goldilocks.answer_errors": True}
    assert_same(app, settings=settings)
    assert happened == 4 * ["response", "finished", "closed"]
    status, headers, _ = ask(both(app, settings=settings)[0])
    assert (status[:3], ("Vary", "Cookie") in headers) == ("500", True)


def test_context_is_let_go():
    """After the answer the request has no context any more."""
    kept = []

    def view(request):
        kept.append(request)
        return Response("fine")

    for router in both(paged(view)):
        ask(router)
    assert [hasattr(request, "context") for request in kept] == [False, False]


def test_view_may_take_the_context_away():
    """A view that deletes what the router put there does no harm."""

    def view(request):
        del request.context
        return Response("fine")

    assert_same(paged(view))


# --- What is configured later ----------------------------------------------------------------------------------------


def counting(router):
    """Return a function that tells how many steps of the long way were gone for one request."""
    told = []
    mapper, find = router.routes_mapper, router.routes_mapper.find

    def count():
        told.clear()
        mapper.find = lambda path, request: told.append(path) or find(path, request)
        ask(router)
        del mapper.find
        return len(told)

    return count


def fine(request):
    return Response("fine")


def test_plain_request_goes_the_short_way():
    """For a plain route, no step of the long way is gone."""
    short, long = both(paged(fine))
    assert (counting(short)(), counting(long)()) == (0, 1)


@pytest.mark.parametrize("event", [NewRequest, ContextFound, NewResponse])
def test_listener_that_comes_later_is_told(event):
    """Who begins to listen while the application runs is told of the next request."""
    router = both(paged(fine))[0]
    ask(router)
    told = []
    router.registry.registerHandler(told.append, (event,))
    ask(router)
    assert len(told) == 1


def test_notify_that_is_replaced_is_called():
    """A ``notify`` that somebody put onto the registry is told of everything, if there is any listener at all."""
    config = Configurator()
    paged(fine)(config)
    config.add_subscriber(lambda event: None, Exception)
    told = []
    config.commit()
    config.registry.notify = lambda *events: told.extend(type(event).__name__ for event in events)
    ask(config.make_wsgi_app())
    assert [name for name in told if name.startswith(("New", "Context", "Before"))] == [
        "NewRequest",
        "BeforeTraversal",
        "ContextFound",
        "NewResponse",
    ]


def test_view_that_comes_later_answers():
    """A view that is added to the running application answers the next request."""
    config = Configurator(autocommit=True)
    paged(fine)(config)
    router = config.make_wsgi_app()
    ask(router)
    config.add_view(lambda request: Response("other"), route_name="page")
    assert ask(router)[2] == b"other"


def test_route_that_comes_later_is_tried():
    """A route that is added to the running application, and one that another name was given, count at once."""
    config = Configurator(autocommit=True)
    paged(fine)(config)
    router = config.make_wsgi_app()
    assert ask(router, "/late")[0] == "404 Not Found"
    config.add_route("late", "/late")
    config.add_view(fine, route_name="late")
    assert ask(router, "/late")[2] == b"fine"


def test_factory_that_comes_later_makes_the_root():
    """A factory that is written to a route makes the root of the next request."""

    def view(context, request):
        return Response(repr(context))

    router = both(paged(view))[0]
    ask(router)
    router.routes_mapper.get_route("page").factory = lambda request: "a root"
    assert ask(router)[2] == b"'a root'"


@pytest.mark.parametrize(
    "grow",
    [lambda route, no: route.predicates.append(no), lambda route, no: setattr(route, "predicates", [no])],
)
@pytest.mark.parametrize("path", ["/", "/named/a"])
def test_predicate_that_comes_later_is_asked(grow, path):
    """A predicate that is added to a route, or put in the place of all, is asked with the next request."""
    router = both(paged(fine))[0]
    assert ask(router, path)[2] == b"fine"
    for route in router.routes_mapper.get_routes():
        grow(route, lambda info, request: False)
    assert ask(router, path)[0] == "404 Not Found"


def by_method(config):
    """Add routes that ask for methods, in front of some that don't."""
    config.add_route("post", "/", request_method="POST")
    config.add_route("page", "/")
    config.add_route("get", "/named/{name}", request_method=("GET", "PUT"))
    config.add_route("never", "/named/{name}", request_method="GET", xhr=True)
    config.add_route("delete", "/named/{name}", request_method="DELETE")
    config.add_route("only", "/only", request_method="POST")
    for name in ("post", "page", "get", "never", "delete", "only"):
        config.add_view(lambda request: Response(request.matched_route.name), route_name=name)


@pytest.mark.parametrize(
    "methods", [("GET", "POST", "GET"), ("POST", "PUT", "HEAD"), ("DELETE", "ODD", "OPTIONS")]
)
def test_routes_by_method_are_told_apart(methods):
    """Whatever was asked before, the route is the first that takes the method."""
    short, long = both(by_method)
    for method in methods * 2:
        for path in ("/", "/named/a", "/only", "/nothing"):
            assert ask(short, path, method=method) == ask(long, path, method=method)


def test_method_may_be_said_otherwise():
    """An application whose requests say their method in their own way is asked for it."""

    def app(config):
        by_method(config)
        config.add_request_method(
            lambda request: request.params.get("_method", request.environ["REQUEST_METHOD"]),
            "method",
            property=True,
        )

    short, long = both(app)
    for path, name in (("/?_method=POST", b"post"), ("/", b"page"), ("/named/a?_method=DELETE", b"delete")):
        for _ in range(2):
            assert ask(short, path) == ask(long, path)
            assert ask(short, path)[2] == name


def test_predicate_that_grows_is_asked_beside_the_method():
    """Whoever adds a predicate to a route by method has it asked with the next request."""
    refused = []

    def app(config):
        by_method(config)
        config.commit()
        route = config.get_routes_mapper().get_route("only")
        refused.append(lambda: route.predicates.append(lambda info, request: "no" not in request.GET))

    for router, refuse in zip(both(app), refused, strict=True):
        assert ask(router, "/only?no", method="POST")[2] == b"only"
        refuse()
        assert ask(router, "/only?no", method="POST")[0] == "404 Not Found"
        assert ask(router, "/only", method="POST")[2] == b"only"


def test_traverser_that_comes_later_walks():
    """A traverser that is registered for the default root is asked."""
    router = both(paged(fine))[0]
    ask(router)
    walked = []

    class Traverser(ResourceTreeTraverser):
        def __call__(self, request):
            walked.append(request.path)
            return super().__call__(request)

    router.registry.registerAdapter(Traverser, (DefaultRootFactory,), ITraverser)
    ask(router)
    assert walked == ["/"]


@pytest.mark.parametrize("name", ["handle_request", "invoke_request", "request_context", "request_factory"])
def test_step_that_is_replaced_is_called(name):
    """A step that somebody puts onto the router is taken from the next request on."""
    router = both(paged(fine))[0]
    ask(router)
    taken, step = [], getattr(router, name)

    def replaced(*arguments, **kw):
        taken.append(name)
        return step(*arguments, **kw)

    setattr(router, name, replaced)
    assert ask(router)[2] == b"fine"
    assert taken == [name]


def test_request_factory_of_the_application_is_called():
    """An application's own class of requests is used."""

    class OwnRequest(Request):
        pass

    config = Configurator(request_factory=OwnRequest)
    paged(lambda request: Response(type(request).__name__))(config)
    assert ask(config.make_wsgi_app())[2] == b"OwnRequest"


def test_tween_is_called():
    """A tween, and a list of tweens without the one for errors, are heeded."""

    def tween_factory(handler, registry):
        def tween(request):
            response = handler(request)
            response.headers["X-Tween"] = "yes"
            return response

        return tween

    sys.modules["own_tweens"] = types.SimpleNamespace(tween_factory=tween_factory)
    try:
        config = Configurator(settings={"goldilocks.tweens": "own_tweens.tween_factory"})
    finally:
        del sys.modules["own_tweens"]
    paged(fine)(config)
    router = config.make_wsgi_app()
    assert ("X-Tween", "yes") in ask(router)[1]
    assert ask(router, "/nothing")[0] == "404 Not Found"


def test_current_request_is_a_dict_that_stays():
    """The manager hands out one and the same dict as long as the request lasts."""
    seen = []

    def view(request):
        info = manager.get()
        seen.append((info is manager.get(), manager.stack == [info], info["request"] is request, set(info)))
        return Response(str(len(manager.stack)))

    assert_same(paged(view))
    assert set(map(repr, seen)) == {repr((True, True, True, set(seen[0][3])))}


def test_subrequest_inside():
    """While a subrequest is answered it is the current one, and afterwards the other one is again."""

    def view(request):
        if request.path == "/":
            inner = request.invoke_subrequest(Request.blank("/named/x"))
            return Response(f"{inner.text} {get_current_request() is request} {len(manager.stack)}")
        return Response(f"{get_current_request() is request} {len(manager.stack)}")

    assert_same(paged(view))


def test_mapper_of_another_make_is_asked():
    """An application that brings its own mapper of routes is answered by it."""

    class Mapper(RoutesMapper):
        def __call__(self, request):
            asked.append(request.path)
            return super().__call__(request)

    asked = []
    config = Configurator(autocommit=True)
    config.registry.registerUtility(Mapper(), IRoutesMapper)
    paged(fine)(config)
    router = config.make_wsgi_app()
    assert [ask(router, path)[0] for path in ("/", "/nothing")] == ["200 OK", "404 Not Found"]
    assert asked == ["/", "/nothing"]


def test_view_may_be_called_with_another_request():
    """A view that has answered requests of ours answers a stand-in, too."""
    config = Configurator()
    config.add_view(lambda request: {"a": 1}, renderer="json")
    router = config.make_wsgi_app()
    ask(router)
    request = DummyRequest()
    request.registry = config.registry
    assert render_view_to_response(None, request).json == {"a": 1}


def test_root_factory_and_lookups_are_the_applications():
    """With a root factory of its own every request is walked, from that root."""
    config = Configurator(root_factory=lambda request: {"a": {}})
    config.add_view(lambda context, request: Response(repr((context, request.traversed))))
    router = config.make_wsgi_app()
    assert router.registry.getUtility(IRootFactory) is router.root_factory
    assert router.registry.queryUtility(IRequestFactory) is None
    assert ask(router, "/a")[2] == b"({}, ('a',))"


# --- Routes with predicates, trees, and what leads nowhere ---------------------------------------------------------


class Asked:
    """A route predicate that holds, and lets what it sees of the request show."""

    def __init__(self, value, info):
        self.value = value

    def text(self):
        return f"asked = {self.value}"

    phash = text

    def __call__(self, info, request):
        seen = request.__dict__.setdefault("seen", [])
        seen.append(
            (sorted(info["match"]), request.request_iface.__name__, hasattr(request, "matched_route"))
        )
        return self.value


def picky(view, pattern="/picky/{name}", **options):
    """Return what says an application whose route asks a predicate, with a view."""

    def app(config):
        config.add_route_predicate("asked", Asked)
        config.add_route("picky", pattern, asked=True)
        config.add_view(view, route_name="picky", **options)
        config.add_exception_view(lambda request: Response("failed", status=500), context=LookupError)

    return app


def seen_by_predicates(request):
    """Tell what the request knows when its view is called."""
    return Response(
        repr(
            (
                request.seen,
                sorted(request.__dict__),
                request.matchdict,
                request.subpath,
                request.context is request.root,
            )
        )
    )


def two(context, request):
    """Take both arguments."""
    return Response(f"{type(context).__name__} {request.matchdict}")


@pytest.mark.parametrize(
    "pattern", ["/picky/{name}", "/picky/*subpath", "/picky/*traverse", "/picky/{subpath}"]
)
@pytest.mark.parametrize(
    "view", [seen_by_predicates, two, raising(LookupError()), raising(PredicateMismatch("mine"))]
)
def test_route_with_a_predicate(pattern, view):
    """A route's predicates see the request, and its view finds the same."""
    assert_same(picky(view, pattern), "/picky/a", "/picky/a/b", "/picky", "/other")


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize(
    "options", [{"renderer": "json"}, {"renderer": "json", "request_method": "POST"}, {"renderer": "string"}]
)
def test_route_with_a_predicate_and_a_renderer(options, method):
    """What such a view returns is rendered, and of a wrong method the client hears."""
    assert_same(
        picky(lambda request: {"name": request.matchdict["name"]}, **options), "/picky/a", method=method
    )


def walked_elsewhere(info, request):
    """A predicate that says where to walk, as they may."""
    info["match"]["traverse"] = ("there", info["match"]["name"])
    return True


@pytest.mark.parametrize(
    "options",
    [
        {"traverse": "/{name}"},
        {"traverse": "/{name}", "request_method": "GET"},
        {"traverse": "/"},
        {"custom_predicates": [walked_elsewhere]},
    ],
    ids=["by-value", "by-value-and-method", "to-one-place", "by-predicate"],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_route_that_says_where_to_walk(options):
    """Where a route's predicates say how to go on, what they say is gone, with the usual root, too."""

    def app(config):
        config.add_route("page", "/{name}/x", **options)
        for name in ("", "edit", "there"):
            config.add_view(found, route_name="page", name=name)

    assert_same(app, "/edit/x", "/there/x", "/bear/x")
    missed = {"/bear/x"} if options.get("traverse") == "/{name}" else set()
    config = Configurator()
    app(config)
    router = config.make_wsgi_app()
    for path in ("/edit/x", "/there/x", "/bear/x"):
        assert (ask(router, path)[0] == "404 Not Found") == (path in missed)


def test_route_without_a_view():
    """A route for which there is no view leads nowhere, with predicates and without."""

    def app(config):
        config.add_route("plain", "/plain")
        config.add_route_predicate("asked", Asked)
        config.add_route("picky", "/picky", asked=True)

    assert_same(app, "/plain", "/picky")


class Node(dict):
    """A resource."""


TREE = Node(a=Node(b=Node()))


def walked(context, request):
    """Tell where the walk led."""
    return Response(repr((context is TREE, request.view_name, request.subpath, request.traversed)))


@pytest.mark.parametrize("has_routes", [True, False])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/a",
        "/a/b",
        "/a/b/look",
        "/a/look/on/and",
        "/a/@@look",
        "/@@look/a",
        "/nothing",
        "/a/%ff",
        "/%C3%A9",
    ],
)
def test_tree(path, has_routes):
    """A walk leads to the same resource and view."""

    def app(config):
        config.add_view(walked, context=Node)
        config.add_view(walked, context=Node, name="look")
        if has_routes:
            config.add_route("other", "/other")
            config.add_route("hybrid", "/hybrid/*traverse")

    assert_same(app, path, f"/hybrid{path}", root_factory=lambda request: TREE)


def test_view_of_a_tree_that_takes_no_such_request():
    """Where all views of a resource decline, the client hears it."""

    def app(config):
        config.add_view(walked, context=Node, request_method="POST")
        config.add_view(walked, context=Node, request_param="a")

    assert_same(app, "/", "/a", "/a?a=1", root_factory=lambda request: TREE)


def test_traverser_of_a_tree():
    """A tree's own traverser walks."""

    class Blind(ResourceTreeTraverser):
        def __call__(self, request):
            return {**super().__call__(request), "context": TREE["a"]}

    def app(config):
        config.add_traverser(Blind, Node)
        config.add_view(walked, context=Node)

    assert_same(app, "/", root_factory=lambda request: TREE)


def test_request_method_that_is_said_later():
    """What every request gets counts from the next request on, also if it was said when requests had come already."""

    def app(config):
        config.add_request_method(lambda request: "earlier", "said")
        config.add_route("said", "/")
        config.add_view(lambda request: Response(request.said()), route_name="said")
        configs.append(config)

    configs = []
    for router, config in zip(both(app), configs, strict=True):
        assert ask(router)[2] == b"earlier"
        config.add_request_method(lambda request: "later", "said")
        config.commit()
        assert ask(router)[2] == b"later"


def test_root_factory_changes_the_record_too_late():
    """The record is the application's, also where a root factory sets another one on the request."""
    other = Configurator()
    other.add_view(lambda request: Response("of the other"), context=Node)
    other.commit()

    def make_root(request):
        request.registry = other.registry
        return TREE

    assert_same(
        lambda config: config.add_view(lambda request: Response("own"), context=Node),
        "/",
        root_factory=make_root,
    )


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
@pytest.mark.parametrize("defaults", ["secure", "pyramid"])
def test_what_leads_nowhere(method, defaults):
    """What there is no route and no view for gets the same page, in the form that the client likes."""

    def app(config):
        config.add_route("plain", "/plain")
        config.add_view(lambda request: Response("named"), name="named")

    for accept in ("text/html", "application/json", "text/plain", ""):
        assert_same(
            app,
            *(
                "/",
                "/nothing",
                "/nothing/here",
                "/named",
                "/named/more",
                "/@@named",
                "/@@nothing",
                "/n%C3%B6",
                "/%ff",
            ),
            headers={"Accept": accept},
            settings={"goldilocks.defaults": defaults},
            method=method,
        )


@pytest.mark.parametrize("kind", ["notfound", "exception", "adapter", "deriver"])
def test_page_of_the_application_for_what_leads_nowhere(kind):
    """An application's own view for it is called."""

    def app(config):
        if kind == "notfound":
            config.add_notfound_view(lambda request: Response(f"mine {request.path}", status=404))
        elif kind == "exception":
            config.add_exception_view(lambda request: Response("mine", status=404), context=HTTPNotFound)
        elif kind == "adapter":
            config.add_response_adapter(lambda error: Response("mine"), HTTPNotFound)
        else:
            config.add_view_deriver(lambda view, info: lambda context, request: Response("mine"), name="mine")

    assert_same(app, "/nothing")


def test_host_that_is_refused():
    """What is wrong with a request is found on both ways."""
    assert_same(
        paged(found),
        "/",
        headers={"Host": "evil.example"},
        settings={"goldilocks.allowed_hosts": "localhost"},
    )


def test_request_that_answers_errors_itself():
    """A request method of the application's for errors is called."""

    def app(config):
        config.add_request_method(
            lambda request, *said: Response("by hand", status=500), "invoke_exception_view"
        )
        paged(raising(LookupError()))(config)

    assert_same(app, "/")


def test_error_view_that_raises():
    """An exception view that fails has the last word, one that finds nothing lets the error go on."""

    def app(config):
        config.add_exception_view(raising(HTTPNotFound()), context=LookupError)
        config.add_exception_view(raising(ValueError()), context=KeyError)
        config.add_route("lookup", "/lookup")
        config.add_view(raising(LookupError()), route_name="lookup")
        config.add_route("key", "/key")
        config.add_view(raising(KeyError("a")), route_name="key")

    assert_same(app, "/lookup", "/key")


def test_error_that_was_answered_is_let_go():
    """Callbacks still know the error that was answered; where the request is over, it is forgotten, with all its frames."""
    seen = []

    def view(request):
        seen.append(request)
        request.add_finished_callback(lambda request: seen.append((request.exception, request.exc_info)))
        raise LookupError("mine")

    app, _ = both(picky(view))
    assert ask(app, "/picky/a")[0].startswith("500")
    request, (error, info) = seen
    assert isinstance(error, LookupError)
    assert info[1] is error
    assert request.exception is None
    assert request.exc_info is None


@pytest.mark.parametrize(
    ("settings", "refused"),
    [
        ({"goldilocks.refuse_cross_origin": "true"}, "400 Bad Request"),
        ({}, "200 OK"),
    ],
)
def test_other_origins_are_refused_where_nothing_else_is_looked_at(settings, refused):
    """The look at the origin is a setting of its own."""
    settings = {"goldilocks.defaults": "pyramid", **settings}
    for router in both(paged(fine), settings=settings):
        assert router.edge is None
        assert ask(router, "/", method="POST")[0] == "200 OK"
        origin = {"Origin": "https://evil.example"}
        assert ask(router, "/", method="POST", headers=origin)[0] == refused


def test_edge_may_be_replaced():
    """What looks at requests first is found on the router when a request comes."""
    for router in both(paged(fine)):
        router.edge = lambda environ: HTTPForbidden() if "HTTP_X_BAD" in environ else None
        assert ask(router)[0] == "200 OK"
        assert ask(router, headers={"X-Bad": "yes"})[0] == "403 Forbidden"


def test_dict_may_be_a_response():
    """Where somebody makes a response of a dict, the renderer isn't asked, also if it has rendered something else before."""

    def app(config):
        config.add_route("any", "/{kind}")
        config.add_view(
            lambda request: [1] if request.matchdict["kind"] == "list" else {"a": 1},
            route_name="any",
            renderer="json",
        )
        config.add_response_adapter(lambda found: Response(f"adapted {found}"), dict)

    short, long = both(app)
    for path in ("/list", "/dict", "/list", "/dict"):
        assert ask(short, path) == ask(long, path)
    assert ask(short, "/dict")[2] == b"adapted {'a': 1}"


def test_session_that_is_changed_too_late():
    """What is put into a session after the answer is kept in it, is not sent, and harms nobody."""
    kept = []

    def app(config):
        config.set_session_factory(SignedCookieSessionFactory("k" * 64))
        config.add_route("look", "/")

        def look(request):
            kept.append(request.session)
            return Response(str(request.session.get("late")))

        config.add_view(look, route_name="look")

    for router in both(app):
        _, headers, body = ask(router)
        kept[-1]["late"] = "yes"
        assert kept[-1]["late"] == "yes"
        assert body == b"None"
        assert [name for name, _ in headers if name == "Set-Cookie"] == []


def reads_the_query(request):
    """Read something that is kept in the environment."""
    return Response(str(request.GET.get("a")))


def looks_into_the_session(request):
    """Look, and change nothing."""
    return Response(str(request.session.get("a")))


def says_that_there_is_none(request):
    """Fail with an error that is an answer, made for this request."""
    raise HTTPNotFound("no")


def breaks(request):
    """Fail with an error that an exception view answers, made for this request."""
    raise LookupError("no")


@pytest.mark.parametrize(
    "view", [fine, reads_the_query, looks_into_the_session, says_that_there_is_none, breaks]
)
def test_request_leaves_nothing_to_the_collector(view):
    """When an answer was sent, its request is gone at once: it is in no circle with what was read, raised or kept."""
    config = Configurator()
    config.set_session_factory(SignedCookieSessionFactory("k" * 64))
    config.add_route("one", "/one")
    config.add_view(lambda request: kept.append(weakref.ref(request)) or view(request), route_name="one")
    config.add_exception_view(lambda error, request: Response("sorry", status=500), context=LookupError)
    kept = []
    router = config.make_wsgi_app()
    gc.collect()
    gc.disable()
    try:
        for _ in range(2):
            environ = Client.blank("/one?a=1").environ
            list(router(environ, lambda status, headers, exc_info=None: None))
        assert [reference() for reference in kept] == [None, None]
        assert not any("_parsed_query_vars" in name for name in environ)
    finally:
        gc.enable()


def test_guard_of_ones_own_is_asked_each_time():
    """What another guard says of a request isn't remembered of others that look like it."""

    class Careful(CrossOriginGuard):
        def __call__(self, environ):
            return "not from there" if environ.get("REMOTE_ADDR") == "192.0.2.1" else None

    for router in both(paged(fine)):
        router.cross_origin = Careful()
        for address, expected in [("192.0.2.2", "200 OK"), ("192.0.2.1", "400 Bad Request")] * 2:
            assert ask(router, method="POST", environ={"REMOTE_ADDR": address})[0] == expected


@pytest.mark.parametrize("setting", ["Content-Type: text/x-own", "X-Own: a"])
def test_headers_that_are_added_are_there_once(setting):
    """Where the headers that are added say themselves what a body is, nothing is said twice."""
    settings = {"goldilocks.default_headers": setting}
    for router in both(paged(fine), settings=settings):
        names = [name for name, _ in ask(router)[1]]
        assert len(names) == len(set(names))
        assert setting.partition(":")[0] in names


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_conditional_response_is_asked(method):
    """A response that answers conditions does so, though its headers are as they were made."""

    def view(request):
        response = Response("fine")
        response.conditional_response = True
        return response

    for router in both(paged(view)):
        status, _, body = ask(router, method=method, headers={"Range": "bytes=0-1"})
        assert (status, body) == (("206 Partial Content", b"fi") if method == "GET" else (status, b""))
