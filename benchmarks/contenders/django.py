"""Django: without a database, and with the middleware that a scenario needs and no other."""

from __future__ import annotations

import json
import logging
import sys
from types import ModuleType
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import Http404, HttpResponse, HttpResponseForbidden, JsonResponse
from django.middleware.csrf import get_token
from django.urls import path, reverse
from django.views.decorators.csrf import csrf_protect
from django.views.static import serve

from benchmarks.contenders import Built, byhand
from benchmarks.scenarios import METHODS, URLS, media_types, route_specs


class Excuse:
    """A middleware that answers one exception."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        return self.get_response(request)

    def process_exception(self, request: Any, error: Exception) -> Any:
        if isinstance(error, LookupError):
            return HttpResponse(f"broken: {error.args[0]}", status=500)
        return None


class Applications:
    def _app(self, *urls: Any, middleware: tuple[str, ...] = ()) -> Any:
        logging.getLogger("django").setLevel(logging.CRITICAL)
        if not settings.configured:
            self._configure(middleware)
        module = ModuleType(f"benchmarked_urls_{len(urls)}")
        vars(module)["urlpatterns"] = list(urls)
        sys.modules[module.__name__] = module
        settings.ROOT_URLCONF = module.__name__
        return WSGIHandler()

    def _configure(self, middleware: tuple[str, ...]) -> None:
        settings.configure(
            DEBUG=False,
            SECRET_KEY=byhand.SECRET,
            ALLOWED_HOSTS=["localhost", "127.0.0.1"],
            MIDDLEWARE=list(middleware),
            SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
            LOGGING_CONFIG=None,
            USE_I18N=False,
            TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        )
        django.setup(set_prefix=False)

    def hello(self) -> Built:
        return Built(
            self._app(path("", lambda request: HttpResponse("Hello, world!"))), "route /; no middleware"
        )

    def json(self) -> Built:
        user = path("users/<id>", lambda request, id: JsonResponse({"id": id, "name": "Baloo"}))
        return Built(self._app(user), "route /users/<id>; JsonResponse; no middleware")

    def post(self) -> Built:
        def order(request: Any, id: str) -> Any:
            return JsonResponse(
                {
                    "user": id,
                    "page": int(request.GET["page"]),
                    "trace": request.headers["X-Trace"],
                    "count": len(json.loads(request.body)["items"]),
                }
            )

        shape = "route /users/<id>/orders; GET, headers, json.loads(body); JsonResponse; no middleware"
        return Built(self._app(path("users/<id>/orders", order)), shape)

    def routes(self, count: int) -> Built:
        specs = route_specs(count)
        by_head: dict[str, dict[str, str]] = {}
        for spec in specs:
            by_head.setdefault(spec.head, {})[spec.method] = spec.answer
        urls = []
        for spec in specs:
            texts = by_head.pop(spec.head, None)
            if texts is not None:
                urls.append(path(f"{spec.head}/<name>" if spec.has_name else spec.head, self._saying(texts)))
        return Built(
            self._app(*urls),
            "routes /head/<name> and /head; no middleware",
            by_hand="choosing by method (two methods are one view)",
        )

    def _saying(self, texts: dict[str, str]) -> Any:
        def view(request: Any, name: str | None = None) -> Any:
            text = texts.get("") or texts[request.method]
            return HttpResponse(text if name is None else f"{text} {name}")

        return view

    def urls(self) -> Built:
        def index(request: Any) -> Any:
            absolute = request.build_absolute_uri
            return HttpResponse("\n".join(absolute(reverse("post", args=(7, post))) for post in range(URLS)))

        app = self._app(path("", index), path("users/<user>/posts/<post>", index, name="post"))
        return Built(app, "reverse, build_absolute_uri; no middleware")

    def views(self, count: int) -> Built:
        parts = count // len(METHODS)
        texts = {
            (method, str(part) if parts > 1 else None): f"{method} {part}" if parts > 1 else method
            for part in range(parts or 1)
            for method in METHODS[:count]
        }

        def view(request: Any) -> Any:
            return HttpResponse(texts[request.method, request.GET.get("part")])

        app = self._app(path("views", view))
        return Built(app, "one view; no middleware", by_hand="choosing by method and parameter")

    def accept(self, count: int) -> Built:
        offers = media_types(count)
        texts = {media_type: f"version {number}" for number, media_type in enumerate(offers)}

        def view(request: Any) -> Any:
            return HttpResponse(texts[request.get_preferred_type(offers)])

        app = self._app(path("views", view))
        return Built(app, "get_preferred_type; no middleware", by_hand="choosing what is preferred")

    def traversal(self, depth: int) -> Built:
        root = byhand.tree(depth)

        def view(request: Any, path: str) -> Any:
            found = byhand.walk(root, path)
            if found is None:
                raise Http404()
            return HttpResponse(f"node at {found.depth}")

        return Built(
            self._app(path("<path:path>", view)), "route /<path:path>; no middleware", by_hand="traversal"
        )

    def acl(self) -> Built:
        root = byhand.guarded()

        def login(request: Any) -> Any:
            request.session["userid"] = "baloo"
            return HttpResponse("welcome")

        def view(request: Any, path: str) -> Any:
            found = byhand.walk(root, path)
            userid = request.session.get("userid")
            if found is None:
                raise Http404()
            if not byhand.permits(found, byhand.principals(userid), "read"):
                return HttpResponseForbidden("forbidden")
            return HttpResponse(f"{userid} at {found.depth}")

        app = self._app(
            path("login", login),
            path("<path:path>", view),
            middleware=("django.contrib.sessions.middleware.SessionMiddleware",),
        )
        return Built(app, "route /<path:path>; SessionMiddleware (signed cookies)", by_hand="traversal, ACL")

    def template(self, rows: int) -> Built:
        bears, template = byhand.bears(rows), byhand.template()
        page = path("", lambda request: HttpResponse(template(title="Bears", bears=bears)))
        return Built(self._app(page), "route /; no middleware", by_hand="rendering (Chameleon called)")

    def session(self) -> Built:
        def count(request: Any) -> Any:
            request.session["count"] = request.session.get("count", 0) + 1
            return HttpResponse(str(request.session["count"]))

        app = self._app(
            path("count", count), middleware=("django.contrib.sessions.middleware.SessionMiddleware",)
        )
        return Built(app, "SessionMiddleware (signed cookies: JSON, sha256)")

    def csrf(self) -> Built:
        @csrf_protect
        def form(request: Any) -> Any:
            if request.method == "POST":
                return HttpResponse(f"Hello, {request.POST['name']}")
            return HttpResponse(get_token(request))

        app = self._app(path("form", self._renaming(form)))
        return Built(app, "csrf_protect; POST; the token in an unsigned cookie")

    def _renaming(self, view: Any) -> Any:
        """Give Django's token field the name that the form has here."""

        def renamed(request: Any) -> Any:
            if request.method == "POST":
                request.META["HTTP_X_CSRFTOKEN"] = request.POST["csrf_token"]
            return view(request)

        return renamed

    def static(self) -> Built:
        files = path("files/<path:path>", serve, {"document_root": str(byhand.FILES)})
        return Built(self._app(files), "django.views.static.serve, which is for development; no middleware")

    def errors(self) -> Built:
        def raised(request: Any) -> Any:
            raise Http404("no such bear")

        def broken(request: Any) -> Any:
            raise LookupError("no porridge")

        excuse = f"{__name__}.{Excuse.__name__}"
        app = self._app(path("raised", raised), path("broken", broken), middleware=(excuse,))
        return Built(app, "default 404 page; a middleware's process_exception")
