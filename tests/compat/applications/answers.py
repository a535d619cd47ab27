"""What views return and how it becomes a response: renderers, adapters, ``request.response``, class views."""

import datetime
import decimal

from framework.config import Configurator
from framework.events import BeforeRender
from framework.renderers import JSON, JSONP, get_renderer, render, render_to_response
from framework.response import FileResponse, Response
from framework.view import view_config, view_defaults
from webob import Response as WebObResponse

REQUESTS = """
GET /response
HEAD /response
GET /webob
GET /string
GET /none
GET /dict
GET /number
GET /adapted
GET /adapted-class
GET /json
GET /json-list
GET /json-string
GET /json-none
GET /json-unicode
GET /json-date
GET /json-object
GET /json-custom
GET /json-fails
GET /json-response
GET /jsonp?callback=f
GET /jsonp
GET /jsonp?callback=a.b[0]
GET /jsonp?callback=alert(1)
GET /jsonp?callback=a%0Ab
GET /jsonp?cb=x
GET /string-renderer
GET /string-bytes
GET /string-object
GET /own
GET /own.ext
GET /own.asset
GET /override
GET /attributes
GET /attributes-json
GET /status-then-fail
GET /no-renderer
GET /unknown-renderer
GET /render
GET /render-none
GET /render-to-response
GET /get-renderer
GET /globals
GET /klass
GET /klass?call=1
GET /klass-method
GET /klass-other
POST /klass
GET /defaults/one
GET /defaults/two
GET /context-only
GET /no-request
GET /file
HEAD /file
GET /file | Range: bytes=0-4
GET /file | Range: bytes=5-
GET /file | Range: bytes=-5
GET /file | Range: bytes=100000-
GET /file | Range: lines=1-2
GET /file | If-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT
GET /file | If-Modified-Since: Mon, 14 Nov 2022 22:13:20 GMT
GET /file-cached
GET /iterator
GET /generator
GET /callback
GET /global-headers
GET /cookies
GET /cached
GET /cached-delta
GET /cached-none
GET /cached-public
GET /cached-prevented
GET /decorated
GET /wrapped
GET /wrapped-nothing
GET /mapper
GET /attr
GET /attr-missing | app: missing
GET /lambda
GET /partial
GET /bound
GET /static-text
GET /exception-response
GET /redirect
"""

FILE = __file__.replace("answers.py", "texts/page.txt")


class Thing:
    def __init__(self, value):
        self.value = value


class WithJson:
    def __json__(self, request):
        return {"mine": 1, "path": request.path}


class OwnRenderer:
    def __init__(self, info):
        self.info = info

    def __call__(self, value, system):
        info = self.info
        return "|".join(
            [
                info.name,
                info.type,
                getattr(info.package, "__name__", "-"),
                repr(value),
                ",".join(sorted(system)),
                type(system["view"]).__name__,
                system["renderer_name"],
                str(system.get("global")),
            ]
        )


def view(name, **options):
    def decorate(function):
        VIEWS.append((name, function, options))
        return function

    return decorate


VIEWS = []


@view("klass", request_method="GET", renderer="json")
@view("klass-method", attr="method", renderer="string")
@view("klass-other", attr="other")
class Klass:
    def __init__(self, context, request):
        self.request = request

    def __call__(self):
        return {"called": self.request.view_name}

    def method(self):
        return "method of " + self.request.view_name

    def other(self):
        return Response("other")


@view("klass", request_method="POST")
class Other:
    def __init__(self, request):
        self.request = request

    def __call__(self):
        return Response("posted")


@view_defaults(route_name="defaults", renderer="json")
class Defaults:
    def __init__(self, request):
        self.request = request

    @view_config(match_param="x=one")
    def one(self):
        return {"one": 1}

    @view_config(match_param="x=two", renderer="string")
    def two(self):
        return "two"


@view("attr", attr="go")
class Attr:
    def __init__(self, request):
        pass

    def go(self):
        return Response("went")


class AttrMissing:
    def __init__(self, request):
        pass


def missing():
    config = Configurator()
    config.add_view(AttrMissing, name="attr-missing", attr="nowhere")
    try:
        return config.make_wsgi_app()
    except Exception as error:
        return Response(type(error).__name__)


class Bound:
    def method(self, request):
        return Response("bound " + request.view_name)


def simple(name, function, **options):
    VIEWS.append((name, function, options))


simple("response", lambda request: Response("hello", content_type="text/plain", headerlist=None))
simple("webob", lambda request: WebObResponse("webob"))
simple("string", lambda request: "text")
simple("none", lambda request: None)
simple("dict", lambda request: {"a": 1})
simple("number", lambda request: 5)
simple("adapted", lambda request: Thing("adapted"))
simple("adapted-class", lambda request: b"bytes")
simple("json", lambda request: {"b": [1, 2.5, None, True], "a": "x"}, renderer="json")
simple("json-list", lambda request: [1, "<script>"], renderer="json")
simple("json-string", lambda request: "s", renderer="json")
simple("json-none", lambda request: None, renderer="json")
simple("json-unicode", lambda request: {"é": "✓\u2028"}, renderer="json")
simple("json-date", lambda request: {"d": datetime.date(2020, 1, 2)}, renderer="json-dates")
simple("json-object", lambda request: WithJson(), renderer="json")
simple("json-custom", lambda request: [Thing(5), decimal.Decimal("1.50")], renderer="json-dates")
simple("json-fails", lambda request: {"x": object}, renderer="json")
simple("json-response", lambda request: Response(json_body={"a": 1}), renderer="json")
simple("jsonp", lambda request: {"a": 1}, renderer="jsonp")
simple("string-renderer", lambda request: "text é", renderer="string")
simple("string-bytes", lambda request: b"bytes", renderer="string")
simple("string-object", lambda request: {"a": (1, 2)}, renderer="string")
simple("own", lambda request: {"x": 1}, renderer="own")
simple("own.ext", lambda request: {"x": 1}, renderer="some/template.own")
simple("own.asset", lambda request: {"x": 1}, renderer="answers:some/template.own")
simple("context-only", lambda context, request: Response(type(context).__name__))
simple("lambda", lambda context, request: Response("lambda"))
simple("bound", Bound().method)
simple("iterator", lambda request: Response(app_iter=[b"a", b"b"]))
simple("generator", lambda request: Response(app_iter=(b for b in [b"a", b"b"])))
simple("static-text", "answers.by_name")
simple("decorated", lambda request: Response("inner"), decorator=lambda view: _shout(view))
simple("wrapped", lambda request: Response("inside"), wrapper="wrapper")
simple("wrapped-nothing", lambda request: Response("inside"), wrapper="nowhere")
simple("wrapper", lambda request: Response(b"<" + request.wrapped_body + b">"))
simple("cached", lambda request: Response("x"), http_cache=3600)
simple("cached-delta", lambda request: Response("x"), http_cache=datetime.timedelta(hours=1))
simple("cached-none", lambda request: Response("x"), http_cache=0)
simple("cached-public", lambda request: Response("x"), http_cache=(None, {"public": True}))
simple("file", lambda request: _dated(FileResponse(FILE, request=request)))
simple("file-cached", lambda request: _dated(FileResponse(FILE, cache_max_age=60, content_type="text/x-own")))


def by_name(request):
    return Response("by name")


def _dated(response):
    response.last_modified = 1_700_000_000
    return response


def _shout(view):
    def shout(context, request):
        response = view(context, request)
        response.text = response.text.upper() + "!"
        return response

    return shout


@view("override", renderer="json")
def override(request):
    request.override_renderer = "string"
    return {"a": 1}


@view("attributes", renderer="string")
def attributes(request):
    response = request.response
    response.status = 201
    response.content_type = "text/x-own"
    response.headers["X-A"] = "1"
    response.set_cookie("c", "v")
    response.cache_expires(60)
    return "made"


@view("attributes-json", renderer="json")
def attributes_json(request):
    request.response.status_int = 404
    request.response.content_type = "application/vnd.x+json"
    request.response.charset = "utf-8"
    return {}


@view("status-then-fail")
def status_then_fail(request):
    request.response.status = 202
    return {}


@view("no-renderer")
def no_renderer(request):
    return {"forgot": "renderer"}


@view("render", renderer="json")
def rendered(request):
    return {
        "json": render("json", {"a": 1}, request=request),
        "string": render("string", "x"),
        "own": render("own", {"y": 2}, request=request),
        "package": render("own", {}, request=request, package=datetime),
    }


@view("render-none", renderer="json")
def render_none(request):
    try:
        return render("nothing.xyz", {})
    except Exception as error:
        return type(error).__name__


@view("render-to-response")
def rendered_response(request):
    given = Response("", status=203)
    return render_to_response("json", {"a": 1}, request=request, response=given)


@view("get-renderer", renderer="json")
def got_renderer(request):
    return get_renderer("own")({}, {"view": None, "renderer_name": "x"})


@view("globals", renderer="own")
def with_globals(request):
    return {}


@view("no-request")
def no_request(context, request):
    return request.response


@view("callback")
def callback(request):
    request.add_response_callback(lambda request, response: response.headers.add("X-Order", "1"))
    request.add_response_callback(_second)
    request.add_finished_callback(lambda request: DONE.append(request.path))
    return Response(" ".join(DONE))


def _second(request, response):
    response.headers.add("X-Order", "2")
    request.add_response_callback(lambda request, response: response.headers.add("X-Order", "3"))


DONE = []


@view("global-headers", renderer="json")
def global_headers(request):
    from framework.request import add_global_response_headers

    add_global_response_headers(request, [("X-Global", "yes"), ("X-Global", "again")])
    return {}


@view("cookies", renderer="string")
def cookies(request):
    response = request.response
    response.set_cookie("a", "b c", max_age=10, path="/x", domain="example.com", secure=True, httponly=True)
    response.set_cookie("b", "ü", samesite="Lax")
    response.delete_cookie("d")
    return ""


@view("cached-prevented", http_cache=60)
def prevented(request):
    request.response.cache_control.prevent_auto = True
    return request.response


class Mapper:
    def __init__(self, **options):
        self.options = options

    def __call__(self, view):
        def mapped(context, request):
            return view(sorted(key for key, value in self.options.items() if value is not None), request)

        return mapped


@view("mapper", mapper=Mapper, renderer="json")
def by_mapper(keys, request):
    return keys


@view("exception-response")
def exception_response(request):
    from framework.httpexceptions import exception_response

    return exception_response(410, detail="was here", comment="<!-- no -->")


@view("redirect")
def redirect(request):
    from framework.httpexceptions import HTTPFound

    return HTTPFound(location="/response?é")


def application():
    import functools

    config = Configurator()
    config.add_response_adapter(lambda thing: Response(thing.value), Thing)
    config.add_response_adapter(lambda value: Response(value, content_type="application/x-own"), bytes)
    config.add_renderer("own", OwnRenderer)
    config.add_renderer(".own", OwnRenderer)
    config.add_renderer("jsonp", JSONP(param_name="callback"))
    dates = JSON(indent=1)
    dates.add_adapter(datetime.date, lambda date, request: date.isoformat())
    dates.add_adapter(Thing, lambda thing, request: {"thing": thing.value})
    dates.add_adapter(decimal.Decimal, lambda number, request: str(number))
    config.add_renderer("json-dates", dates)
    config.add_subscriber(lambda event: event.update({"global": "g"}), BeforeRender)
    for name, function, options in VIEWS:
        config.add_view(function, name=name, **options)
    config.add_view(functools.partial(lambda extra, request: Response(extra), "extra"), name="partial")
    config.add_route("defaults", "/defaults/{x}")
    config.scan("answers")
    config.commit()
    try:
        config.add_view(lambda request: {}, name="unknown-renderer", renderer="nothing.xyz")
        config.commit()
    except Exception as error:
        kind = type(error).__name__
        config = Configurator(registry=config.registry)
        config.add_view(lambda request: Response(kind), name="unknown-renderer")
    return {None: config.make_wsgi_app(), "missing": missing()}
