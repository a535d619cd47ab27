"""A second application for any bytes: what the first one (`tests.everything`) has no room for, the older ways of saying it among them."""

from __future__ import annotations

import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any

from goldilocks.authentication import (
    AuthTktAuthenticationPolicy,
    BasicAuthAuthenticationPolicy,
    extract_http_basic_credentials,
)
from goldilocks.authorization import ACLAuthorizationPolicy
from goldilocks.config import Configurator
from goldilocks.httpexceptions import HTTPBadRequest, HTTPNotFound, HTTPSeeOther
from goldilocks.renderers import JSONP
from goldilocks.request import Request
from goldilocks.response import FileResponse, Response
from goldilocks.security import Allow, Authenticated, Everyone
from goldilocks.session import SignedCookieSessionFactory
from goldilocks.static import QueryStringConstantCacheBuster
from goldilocks.view import view_defaults
from goldilocks.wsgi import wsgiapp, wsgiapp2

TEXTS = Path(__file__).parent / "compat/applications/texts"
SECRET = "a secret of more than thirty-two bytes"

#: Paths of the application, to which anything may be appended.
PLACES = [
    b"/packed/", b"/packed/page.txt", b"/packed/deep", b"/busted/page.txt", b"/slash/", b"/slash/a", b"/deep/slash", b"/jsonp",
    b"/jsonp?callback=", b"/basic", b"/who", b"/own/", b"/own/a/b", b"/mounted/", b"/mounted/a/b", b"/within/", b"/file/",
    b"/match/a/b", b"/one/", b"/many?a=1&b=", b"/defaults", b"/defaults/x", b"/raised/", b"/sub?to=/", b"/languages", b"/negotiate",
    b"/guarded/", b"/guarded/child/", b"/negotiate?format=",
]  # fmt: skip


class Guarded(dict[str, Any]):
    """A tree with an ACL at its root."""

    __acl__ = ((Allow, Authenticated, "read"), (Allow, Everyone, "look"))

    def __init__(self, request: Any, parent: Any = None, name: str = "") -> None:
        super().__init__()
        self.__parent__, self.__name__ = parent, name
        if parent is None:
            self.update({name: Guarded(request, self, name) for name in ("child", "näher")})


@view_defaults(route_name="defaults", renderer="json")
class Defaults:
    """Views that are methods."""

    def __init__(self, request: Any) -> None:
        self.request = request

    def read(self) -> Any:
        return {"rest": self.request.matchdict["rest"], "body": self.request.text}

    def write(self) -> Any:
        return {
            "value": self.request.json_body,
            "url": self.request.current_route_url(_query=self.request.GET),
        }


def mounted(environ: dict[str, Any], start_response: Any) -> Any:
    """Answer without the framework, and say where it stands."""
    text = f"{environ['SCRIPT_NAME']} {environ['PATH_INFO']}".encode("latin-1", "replace")
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))])
    return [text]


def basic(request: Any) -> Any:
    """Say who comes, by the header alone."""
    return {"found": repr(extract_http_basic_credentials(request)), "id": request.authenticated_userid}


def who(request: Any) -> Any:
    """Ask what only older applications ask."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return {"claimed": repr(request.unauthenticated_userid), "all": repr(request.effective_principals)}


def shown(request: Any) -> Any:
    """Return what a script of another site may load."""
    return {"params": list(request.params.keys()), "path": request.path_url}


def file(request: Any) -> Any:
    """Send one file, whatever it is called in the path."""
    request.response.attach(request.matchdict["name"])
    response = FileResponse(str(TEXTS / "page.txt"), request, cache_max_age=3)
    response.attach(request.matchdict["name"])
    return response


def sub(request: Any) -> Any:
    """Ask the application itself."""
    to = request.params.get("to", "/")
    if not to.startswith("/") or not to.isprintable():
        raise HTTPBadRequest("That is no path.")
    inner = Request.blank("/", environ={"PATH_INFO": to.encode().decode("latin-1")})
    inner.registry = request.registry
    try:
        return Response(request.invoke_subrequest(inner, use_tweens=len(to) % 2 == 0).body)
    except (HTTPNotFound, HTTPBadRequest) as error:
        return error


def raised(request: Any) -> Any:
    """Raise what the path says."""
    name = request.matchdict["name"]
    if name == "elsewhere":
        raise HTTPSeeOther(request.route_path("raised", name=name, _query=request.GET))
    raise HTTPNotFound(f"nothing is called {name}", headers=[("X-Name", "fixed")], comment=name)


def languages(request: Any) -> Any:
    """Say which language is spoken, by whoever has a say in it."""
    return {
        "locale": request.locale_name,
        "best": request.accept_language.lookup(["en", "de-CH"], default="en"),
        "plural": request.localizer.pluralize("one", "many", len(request.params)),
    }


def guarded(context: Any, request: Any) -> Any:
    """Say where, and what may be done there."""
    return {
        "may": bool(request.has_permission("read")),
        "urls": [request.resource_url(request.root, *request.subpath)],
    }


def furnished(config: Any) -> None:
    """Say it all."""
    config.set_session_factory(SignedCookieSessionFactory(SECRET))
    config.add_renderer("jsonp", JSONP(param_name="callback"))
    config.add_static_view("packed", "tests:compat/applications/texts", content_encodings=["gzip"])
    config.add_static_view("busted", str(TEXTS), cache_max_age=5)
    config.add_cache_buster(str(TEXTS), QueryStringConstantCacheBuster("x"))
    config.set_locale_negotiator(lambda request: request.params.get("lang") or request.cookies.get("lang"))
    for name, pattern, view, options in (
        ("slash", "/slash/{x}/", shown, {"renderer": "json"}),
        ("deeper", "/deep/slash/", shown, {"renderer": "json"}),
        ("jsonp", "/jsonp", shown, {"renderer": "jsonp"}),
        ("basic", "/basic", basic, {"renderer": "json"}),
        ("who", "/who", who, {"renderer": "json"}),
        ("own", "/own/{name}*subpath", wsgiapp2(mounted), {}),
        ("mounted", "/mounted/*subpath", wsgiapp2(mounted), {}),
        ("within", "/within/*subpath", wsgiapp(mounted), {}),
        ("file", "/file/{name:.*}", file, {}),
        ("one", r"/one/{number:[0-9]+}{rest:\w?}", shown, {"renderer": "string"}),
        ("match", "/match/{a}/{b}", shown, {"renderer": "json", "match_param": ("a=a", "b=b")}),
        ("many", "/many", shown, {"renderer": "json", "request_param": ("a=1", "b"), "header": "Accept"}),
        ("raised", "/raised/{name:.*}", raised, {}),
        ("sub", "/sub", sub, {}),
        ("languages", "/languages", languages, {"renderer": "json"}),
    ):
        config.add_route(name, pattern)
        config.add_view(view, route_name=name, **options)
    config.add_route("defaults", "/defaults*rest")
    config.add_view(Defaults, attr="read", request_method="GET")
    config.add_view(Defaults, attr="write", request_method=("POST", "PUT"))
    config.add_route("negotiate", "/negotiate")
    for renderer, accept in (
        ("json", "application/json"),
        ("string", "text/plain"),
        ("jsonp", "application/javascript"),
    ):
        config.add_view(shown, route_name="negotiate", renderer=renderer, accept=accept)
    config.add_route("guarded", "/guarded*traverse", factory=Guarded)
    config.add_view(guarded, route_name="guarded", context=Guarded, permission="look", renderer="json")
    config.add_view(
        guarded, route_name="guarded", containment=Guarded, name="edit", permission="read", renderer="json"
    )
    config.add_notfound_view(lambda request: HTTPNotFound("no such page"), append_slash=True)
    config.add_forbidden_view(lambda request: Response("not you", status=403))


@lru_cache
def application(kind: str = "tkt", **settings: Any) -> Any:
    """Make the application once for each kind of it.

    Args:
        kind: by what users are known: ``tkt`` or ``basic``.
        settings: of the deployment; a double underscore stands for a dot.
    """
    said = {name.replace("__", "."): value for name, value in settings.items()}
    config = Configurator(settings={"goldilocks.template_cache": "false", **said})
    if kind == "tkt":
        policy: Any = AuthTktAuthenticationPolicy(
            SECRET, callback=lambda userid, request: [], hashalg="sha512"
        )
    else:
        policy = BasicAuthAuthenticationPolicy(lambda name, password, request: [] if password else None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        config.set_authentication_policy(policy)
        config.set_authorization_policy(ACLAuthorizationPolicy())
    furnished(config)
    return config.make_wsgi_app()
