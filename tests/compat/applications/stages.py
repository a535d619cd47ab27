"""The order of things: tweens, derivers, decorators, events, callbacks, subrequests, execution policies."""

from framework.config import Configurator
from framework.events import (
    ApplicationCreated,
    BeforeTraversal,
    ContextFound,
    NewRequest,
    NewResponse,
    subscriber,
)
from framework.httpexceptions import HTTPNotFound
from framework.interfaces import INewRequest
from framework.request import Request, RequestLocalCache
from framework.response import Response
from framework.tweens import EXCVIEW, INGRESS, MAIN
from framework.viewderivers import INGRESS as DERIVER_INGRESS
from framework.viewderivers import VIEW
from framework.wsgi import wsgiapp, wsgiapp2

REQUESTS = """
GET /
GET /order
GET /order?stop=b
GET /order?raise=c
GET /order?raise=view
GET /nothing
GET /explicit | app: explicit
GET /fail | app: explicit
GET /implicit | app: cycle
GET /derivers
GET /derivers-option
GET /derivers-exception
GET /derivers-listing
GET /sub
GET /sub-tweens
GET /sub-fails
GET /sub-fails-tweens
GET /sub-path?x=1
GET /methods
GET /methods?name=ann
GET /cache
GET /wsgi/a/b
GET /wsgi2/a/b/
GET /wsgi2
GET /mounted/x/y | script: /outer
GET /mounted/x%20y/%C3%A9
GET /events
GET /events/route
GET /events-context
GET /finished
GET /finished
GET /callback-fails
GET /finished-fails
GET /policy | app: policy
GET /policy?retry | app: policy
GET /attempts | app: policy
GET /created
GET /request-type | app: factories
GET /response-type | app: factories
GET /subscribers?a=1
GET /subscribers
"""

LOG = []


def tween(name):
    def factory(handler, registry):
        def run(request):
            request.environ.setdefault("log", []).append(f"> {name}")
            if request.GET.get("stop") == name:
                return Response("stopped by " + name)
            if request.GET.get("raise") == name:
                raise KeyError(name)
            response = handler(request)
            response.headers.add("X-Tween", name)
            return response

        return run

    return factory


a_tween, b_tween, c_tween, d_tween = map(tween, "abcd")


def order(request):
    if request.GET.get("raise") == "view":
        raise KeyError("view")
    return Response(" ".join(request.environ.get("log", [])))


def deriver(name):
    def derive(view, info):
        if info.options.get("skip") == name:
            return view

        def wrapped(context, request):
            request.environ.setdefault("derivers", []).append(name)
            return view(context, request)

        return wrapped

    derive.options = ("skip",)
    derive.__name__ = name
    return derive


def listing(view, info):
    def wrapped(context, request):
        request.info = {
            "options": sorted(key for key, value in info.options.items() if value is not None),
            "exception_only": info.exception_only,
            "predicates": len(info.predicates),
            "package": info.package.__name__,
            "original": getattr(info.original_view, "__name__", "-"),
            "settings": sorted(info.settings)[:0],
        }
        return view(context, request)

    return wrapped


def derivers(request):
    return Response(" ".join(request.environ.get("derivers", [])))


def tweens(config):
    config.add_tween("stages.a_tween")
    config.add_tween("stages.b_tween", under=INGRESS)
    config.add_tween("stages.c_tween", over=MAIN)
    config.add_tween("stages.d_tween", under="stages.a_tween", over=EXCVIEW)


def say_derivers(config):
    add = config.add_view_deriver
    add(deriver("default"))
    add(deriver("named"), name="other")
    add(deriver("early"), under=DERIVER_INGRESS)
    add(deriver("late"), under="decorated_view", over="rendered_view")
    add(deriver("last"), under="rendered_view", over=VIEW)
    add(deriver("secured"), under="secured_view", over="csrf_view")
    add(deriver("cached"), under="owrapped_view", over="http_cached_view")
    add(listing, name="listing")


def decorator(name):
    def decorate(view):
        def decorated(context, request):
            request.environ.setdefault("derivers", []).append(f"@{name}")
            return view(context, request)

        return decorated

    return decorate


def sub(use_tweens, path):
    def view(request):
        inner = Request.blank(path + "?" + request.query_string)
        inner.environ["log"] = ["sub"]
        try:
            response = request.invoke_subrequest(inner, use_tweens=use_tweens)
        except Exception as error:
            return Response("raised " + type(error).__name__)
        return Response(
            f"{response.status} {response.text} {response.headers.getall('X-Tween')} {inner.registry is request.registry}"
        )

    return view


CACHE = RequestLocalCache()


@RequestLocalCache()
def counted(request):
    LOG.append("counted")
    return len(LOG)


def cache(request):
    LOG.clear()
    CACHE.set(request, "x")
    return [
        counted(request),
        counted(request),
        CACHE.get(request),
        CACHE.get_or_create(request, lambda r: "y"),
    ]


def environ_app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{environ['SCRIPT_NAME']!r} {environ['PATH_INFO']!r}".encode()]


EVENTS = []


@subscriber(NewRequest, BeforeTraversal, ContextFound)
def on_event(event):
    request = event.request
    have = [name for name in ("context", "root", "matched_route", "view_name") if name in request.__dict__]
    request.environ.setdefault("events", []).append(f"{type(event).__name__}: {','.join(have)}")


@subscriber(NewResponse)
def on_response(event):
    if event.request.path.startswith("/events"):
        event.response.headers.add("X-Events", "; ".join(event.request.environ.get("events", [])))


@subscriber(INewRequest, has="a")
def on_has(event):
    event.request.environ["has"] = True


@subscriber([ContextFound, None])
def on_both(event, context):
    event.request.environ["both"] = True


@subscriber(ApplicationCreated)
def on_created(event):
    EVENTS.append([type(event).__name__, type(event.app).__name__, event.object is event.app])


class HasPredicate:
    def __init__(self, value, config):
        self.value = value

    def text(self):
        return f"has = {self.value}"

    phash = text

    def __call__(self, event):
        return self.value in event.request.GET


class Marked:
    pass


def extensions(config):
    def name(request):
        return request.GET.get("name", "nobody").upper()

    def greet(request, text="hello"):
        return f"{text} {request.shouted}"

    config.add_request_method(name, "shouted", property=True)
    config.add_request_method(lambda request: LOG.append(1) or len(LOG), "counted", reify=True)
    config.add_request_method(greet)
    config.add_request_method(lambda request: "callable", "called")


def methods(request):
    LOG.clear()
    return [
        request.shouted,
        request.greet(),
        request.greet("bye"),
        request.counted,
        request.counted,
        request.called(),
    ]


FINISHED = []


def finished(request):
    request.add_finished_callback(lambda request: FINISHED.append(hasattr(request, "context")))
    request.add_finished_callback(
        lambda request: request.add_finished_callback(lambda r: FINISHED.append("more"))
    )
    return Response(str(FINISHED))


def callback_fails(request):
    def fail(request, response):
        raise KeyError("callback")

    request.add_response_callback(fail)
    return Response("never seen")


def finished_fails(request):
    def fail(request):
        raise KeyError("finished")

    request.add_finished_callback(fail)
    return Response("never seen")


def policy(environ, router):
    with router.request_context(environ) as request:
        request.attempt = 1
        try:
            return router.invoke_request(request)
        except HTTPNotFound:
            raise
        except KeyError:
            environ = request.copy().environ
    with router.request_context(environ) as request:
        request.attempt = 2
        return router.invoke_request(request)


def attempt(request):
    if "retry" in request.GET and request.attempt == 1:
        raise KeyError
    return Response(f"attempt {request.attempt}")


class OwnRequest(Request):
    kind = "own request"


class OwnResponse(Response):
    default_content_type = "text/x-own"


def main():
    config = Configurator()
    config.include(tweens)
    config.include(say_derivers)
    config.include(extensions)
    config.add_subscriber_predicate("has", HasPredicate)
    config.scan("stages")
    views = {
        "order": order,
        "sub": sub(False, "/order"),
        "sub-tweens": sub(True, "/order"),
        "sub-fails": sub(False, "/nothing"),
        "sub-fails-tweens": sub(True, "/nothing"),
        "sub-path": sub(True, "/order"),
        "finished": finished,
        "callback-fails": callback_fails,
        "finished-fails": finished_fails,
        "events": lambda request: Response("events"),
        "wsgi": wsgiapp(environ_app),
        "wsgi2": wsgiapp2(environ_app),
        "mounted": wsgiapp2(environ_app),
    }
    for name, view in views.items():
        config.add_view(view, name=name)
    config.add_view(methods, name="methods", renderer="json")
    config.add_view(cache, name="cache", renderer="json")
    config.add_view(lambda request: EVENTS, name="created", renderer="json")
    config.add_view(
        lambda request: [request.environ.get("has"), request.environ.get("both")],
        name="subscribers",
        renderer="json",
    )
    config.add_view(derivers, name="derivers", decorator=(decorator("one"), decorator("two")))
    config.add_view(derivers, name="derivers-option", skip="early", http_cache=5)
    config.add_view(
        lambda request: request.info, name="derivers-listing", renderer="json", request_method="GET"
    )
    config.add_view(lambda request: {}[0], name="derivers-exception")
    config.add_view(derivers, context=KeyError, request_param="!raise")
    config.add_exception_view(order, context=KeyError, request_param="raise")
    config.add_route("events", "/events/route")
    config.add_view(lambda request: Response("route"), route_name="events")
    return config.make_wsgi_app()


def application():
    explicit = Configurator(
        settings={"pyramid.tweens": "stages.b_tween pyramid.tweens.excview_tween_factory stages.a_tween"}
    )
    explicit.include(tweens)
    explicit.add_view(order, name="explicit")
    cycle = Configurator()
    cycle.add_tween("stages.a_tween", over="stages.b_tween")
    cycle.add_tween("stages.b_tween", over="stages.a_tween")
    cycle.add_view(lambda request: Response("never"), name="implicit")
    try:
        cycle_app = cycle.make_wsgi_app()
    except Exception as error:
        cycle_app = Response(type(error).__name__)
    retry = Configurator()
    retry.set_execution_policy(policy)
    retry.add_view(attempt, name="policy")
    retry.add_view(attempt, name="attempts")
    factories = Configurator(request_factory=OwnRequest, response_factory=lambda request: OwnResponse("x"))
    factories.add_view(lambda request: Response(request.kind), name="request-type")
    factories.add_view(lambda request: {}, name="response-type", renderer="json")
    return {
        None: main(),
        "explicit": explicit.make_wsgi_app(),
        "cycle": cycle_app,
        "policy": retry.make_wsgi_app(),
        "factories": factories.make_wsgi_app(),
    }
