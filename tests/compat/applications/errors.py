"""Errors: raised, returned, answered by exception views, by the not-found view and by the forbidden view."""

from framework.config import Configurator
from framework.exceptions import BadCSRFToken, PredicateMismatch
from framework.httpexceptions import (
    HTTPException,
    HTTPForbidden,
    HTTPNotFound,
    HTTPServerError,
    status_map,
)
from framework.response import Response
from framework.view import exception_view_config, forbidden_view_config, notfound_view_config

REQUESTS = """
GET /raise/300
GET /raise/301
GET /raise/302
GET /raise/303
GET /raise/304
GET /raise/307
GET /raise/308
GET /raise/400
GET /raise/401
GET /raise/402
GET /raise/403
GET /raise/404
GET /raise/405
GET /raise/406
GET /raise/409
GET /raise/410
GET /raise/411
GET /raise/412
GET /raise/413
GET /raise/414
GET /raise/415
GET /raise/416
GET /raise/417
GET /raise/422
GET /raise/423
GET /raise/424
GET /raise/428
GET /raise/429
GET /raise/431
GET /raise/451
GET /raise/500
GET /raise/501
GET /raise/502
GET /raise/503
GET /raise/504
GET /raise/505
GET /raise/507
GET /raise/200
GET /raise/201
GET /raise/202
GET /raise/203
GET /raise/204
GET /raise/205
GET /raise/206
HEAD /raise/404
POST /raise/404
GET /raise/404 | Accept: text/html
GET /raise/404 | Accept: application/json
GET /raise/404 | Accept: text/plain
GET /raise/404 | Accept: */*
GET /raise/404 | Accept: image/png
GET /raise/404 | Accept: text/html;q=0.1, application/json
GET /raise/500 | Accept: application/json
GET /raise/302 | Accept: text/html
GET /raise/302 | Accept: application/json
GET /raise/405 | Accept: text/html
GET /return/404
GET /return/302
GET /return/404 | Accept: text/html
GET /detail
GET /detail | Accept: text/html
GET /detail | Accept: application/json
GET /template
GET /template | Accept: text/html
GET /own-body
GET /json-formatter | Accept: application/json
GET /headers
GET /webob
GET /webob | Accept: text/html
GET /value-error | app: views
GET /value-error?xhr | X-Requested-With: XMLHttpRequest | app: views
GET /key-error | app: views
GET /runtime | app: views
GET /chained | app: views
GET /own-error | app: views
GET /context | app: views
GET /in-exception-view | app: views
GET /http-403 | app: views
GET /http-404 | app: views
GET /nothing | app: views
POST /nothing | app: views
GET /mismatch | app: views
GET /forbidden | app: views
GET /forbidden?why | app: views
GET /route-error | app: views
GET /route-other | app: views
GET /csrf | app: views
GET /response | app: views
GET /attributes | app: views
GET /invoke | app: views
GET /invoke?secure | app: views
GET /invoke?nothing | app: views
GET /reraise | app: views
GET /base | app: views
GET /server-error | app: views
GET /value-error | app: plain
GET /forbidden | app: plain
GET /nothing | app: plain
GET /mismatch | app: plain
GET /append/x | app: append
GET /append/x/ | app: append
GET /append/y | app: append
GET /append/y/ | app: append
GET /append/x?a=b&c=d | app: append
GET /append/é | app: append
POST /append/x | app: append | body: a=1
GET /nowhere | app: append
GET //append/x | app: append
GET /append//evil.example | app: append
GET / | app: none
GET /value-error | app: none
"""


class Own(Exception):
    pass


class Deeper(Own):
    pass


class Base(Exception):
    pass


def raise_code(request):
    error = status_map[int(request.matchdict["code"])]
    if request.matchdict["code"][0] == "3" and request.matchdict["code"] not in ("304",):
        raise error(location="/there?a=<b>")
    raise error()


def return_code(request):
    error = status_map[int(request.matchdict["code"])]
    return error(location="/there") if request.matchdict["code"][0] == "3" else error("told")


def detail(request):
    raise HTTPNotFound("<b>detail é</b>", comment="comment --> <x>", headers=[("X-A", "1")])


def template(request):
    error = HTTPForbidden(
        "told",
        body_template="${explanation} / ${detail} / ${REQUEST_METHOD} / ${X_A} ${br}",
        headers={"X-A": "<"},
    )
    raise error


def own_body(request):
    raise HTTPServerError(body=b"own body", content_type="text/x-own")


def json_formatter(request):
    def formatter(body, status, title, environ):
        return {"mine": title, "status": status, "body": body, "path": environ["PATH_INFO"]}

    raise HTTPNotFound("told", json_formatter=formatter)


def headers(request):
    raise (
        HTTPException(headers=[("X-A", "1"), ("X-A", "2")], status=None)
        if False
        else HTTPForbidden(headers=[("X-A", "1"), ("X-A", "2")], charset="latin-1")
    )


def webob_error(request):
    from webob.exc import HTTPGone

    raise HTTPGone("from webob")


def codes():
    config = Configurator()
    config.add_route("raise", "/raise/{code}")
    config.add_view(raise_code, route_name="raise")
    config.add_route("return", "/return/{code}")
    config.add_view(return_code, route_name="return")
    for name, view in [
        ("detail", detail),
        ("template", template),
        ("own-body", own_body),
        ("json-formatter", json_formatter),
        ("headers", headers),
        ("webob", webob_error),
    ]:
        config.add_view(view, name=name)
    return config.make_wsgi_app()


# --- Exception views -----------------------------------------------------------------------------------------------


def throw(error):
    def view(request):
        raise error

    return view


@exception_view_config(ValueError, renderer="json")
def value_error(error, request):
    return {
        "error": repr(error),
        "is": request.exception is error,
        "info": request.exc_info is not None and request.exc_info[1] is error,
        "context": type(request.context).__name__,
    }


@exception_view_config(ValueError, xhr=True, renderer="string")
def value_error_xhr(error, request):
    request.response.status = 418
    return "xhr"


@exception_view_config(context=KeyError)
def key_error(request):
    return Response(f"key error {request.exception.args}", status=500)


@exception_view_config(Own, renderer="string")
class OwnView:
    def __init__(self, error, request):
        self.error = error

    def __call__(self):
        return f"own view of {type(self.error).__name__}"


@exception_view_config(Base)
def fails_again(request):
    raise RuntimeError("in the exception view")


@exception_view_config(ValueError, route_name="route-error", renderer="string")
def for_route(request):
    return "for the route " + request.matched_route.name


@exception_view_config(BadCSRFToken, renderer="string")
def bad_csrf(request):
    return "bad csrf " + str(isinstance(request.exception, HTTPException))


@exception_view_config(HTTPServerError, renderer="string")
def server_error(request):
    request.response.status = request.exception.status
    return "answered " + request.exception.title


@notfound_view_config(renderer="json")
def notfound(context, request):
    request.response.status = 404
    return {
        "notfound": type(context).__name__,
        "mismatch": isinstance(context, PredicateMismatch),
        "view": request.view_name,
        "exception": type(request.exception).__name__,
    }


@notfound_view_config(request_method="POST")
def notfound_post(request):
    return Response("post not found", status=404)


@forbidden_view_config(renderer="json")
def forbidden(context, request):
    request.response.status = 403
    return {
        "forbidden": type(context).__name__,
        "detail": context.detail,
        "result": str(context.result) if context.result else None,
    }


@forbidden_view_config(request_param="why")
def forbidden_why(context, request):
    return Response("because", status=403)


class Policy:
    def permits(self, request, context, permission):
        from framework.security import Denied

        return Denied("no %s for %s", permission, "you")

    def identity(self, request):
        return None

    def authenticated_userid(self, request):
        return None


def invoke(request):
    try:
        raise Deeper() if "nothing" not in request.GET else OSError()
    except (Deeper, OSError):
        try:
            response = request.invoke_exception_view(secure="secure" in request.GET)
        except Exception as error:
            return Response("raised " + type(error).__name__)
        response.headers["X-Exception"] = type(getattr(request, "exception", None)).__name__
        return response


def reraise(request):
    try:
        raise OSError()
    except OSError:
        try:
            request.invoke_exception_view(reraise=True)
        except Exception as error:
            return Response("raised " + type(error).__name__)
    return Response("not reraised")


def say_views(config):
    errors = {
        "value-error": ValueError("v"),
        "key-error": KeyError("k"),
        "runtime": RuntimeError("r"),
        "own-error": Deeper("own"),
        "http-403": HTTPForbidden("raised by hand"),
        "http-404": HTTPNotFound("raised by hand"),
        "csrf": BadCSRFToken(),
        "in-exception-view": Base(),
        "base": Base("x"),
        "server-error": status_map[503](),
    }
    for name, error in errors.items():
        config.add_view(throw(error), name=name)
    config.add_view(invoke, name="invoke")
    config.add_view(reraise, name="reraise")
    config.add_view(lambda request: Response("here"), name="mismatch", request_method="PUT")
    config.add_view(lambda request: Response("secret"), name="forbidden", permission="read")
    config.add_view(lambda request: Response("fine"), name="response")
    for name in ("route-error", "route-other"):
        config.add_route(name, "/" + name)
        config.add_view(throw(ValueError("in a route")), route_name=name)
    config.set_security_policy(Policy())


def application():
    views = Configurator()
    say_views(views)
    views.scan("errors")
    plain = Configurator()
    say_views(plain)
    append = Configurator()
    append.add_route("x", "/append/x/")
    append.add_route("y", "/append/y")
    append.add_route("é", "/append/é/")
    for name in ("x", "y", "é"):
        append.add_view(lambda request: Response(request.path), route_name=name)
    append.add_notfound_view(append_slash=True)
    none = Configurator(exceptionresponse_view=None)
    none.add_view(throw(ValueError()), name="value-error")
    return {
        None: codes(),
        "views": views.make_wsgi_app(),
        "plain": plain.make_wsgi_app(),
        "append": append.make_wsgi_app(),
        "none": none.make_wsgi_app(),
    }
