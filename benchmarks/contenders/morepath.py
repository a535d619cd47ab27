"""Morepath."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import morepath
from webob.exc import HTTPForbidden, HTTPNotFound

from benchmarks.contenders import Built, byhand
from benchmarks.scenarios import METHODS, URLS, media_types, route_specs


def variables_of(obj: Any) -> dict[str, Any]:
    """Return the variables of a model's path."""
    return vars(obj)


def no_variables(obj: Any) -> dict[str, Any]:
    """Return the variables of a path that has none."""
    return {}


class Applications:
    def _app(self) -> type[morepath.App]:
        class App(morepath.App):
            pass

        return App

    def _ready(self, app: type[morepath.App], shape: str, by_hand: str = "") -> Built:
        app.commit()
        return Built(app(), shape, by_hand)

    def _model(self, app: Any, path: str, view: Any, *, directive: str = "view", **options: Any) -> type:
        """Say a path whose model is a bag of its variables, and one view of it."""
        model = type("Model", (SimpleNamespace,), {})
        names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        source = f"def variables({', '.join(names)}): return model({', '.join(f'{n}={n}' for n in names)})"
        scope: dict[str, Any] = {"model": model}
        exec(source, scope)  # Morepath reads the names of a path's variables from the function's signature
        app.path(path=path, model=model, variables=variables_of)(scope["variables"])
        if view is not None:
            getattr(app, directive)(model=model, **options)(view)
        return model

    def hello(self) -> Built:
        app = self._app()
        self._model(app, "", lambda self, request: "Hello, world!")
        return self._ready(app, "path '', a model; a str")

    def json(self) -> Built:
        app = self._app()
        self._model(
            app, "users/{id}", lambda self, request: {"id": self.id, "name": "Baloo"}, directive="json"
        )
        return self._ready(app, "path users/{id}, a model; json view")

    def post(self) -> Built:
        def order(self: Any, request: Any) -> Any:
            return {
                "user": self.id,
                "page": int(request.params["page"]),
                "trace": request.headers["X-Trace"],
                "count": len(request.json["items"]),
            }

        app = self._app()
        self._model(app, "users/{id}/orders", order, directive="json", request_method="POST")
        return self._ready(app, "path users/{id}/orders, a model; params, headers, json; json view")

    def routes(self, count: int) -> Built:
        app = self._app()
        models: dict[str, type] = {}
        for spec in route_specs(count):
            if spec.head not in models:
                path = f"{spec.head}/{{name}}" if spec.has_name else spec.head
                models[spec.head] = self._model(app, path, None)
            options = {"request_method": spec.method} if spec.method else {}
            app.view(model=models[spec.head], **options)(self._saying(spec))
        return self._ready(app, "paths head/{name} and head, a model class each; a str")

    def _saying(self, spec: Any) -> Any:
        text = spec.answer
        if spec.has_name:
            return lambda self, request: f"{text} {self.name}"
        return lambda self, request: text

    def urls(self) -> Built:
        app = self._app()
        post = self._model(app, "users/{user}/posts/{post}", lambda self, request: "post")

        def index(self: Any, request: Any) -> str:
            return "\n".join(request.link(post(user="7", post=str(number))) for number in range(URLS))

        self._model(app, "", index)
        return self._ready(app, "request.link")

    def views(self, count: int) -> Built:
        app = self._app()
        model = self._model(app, "views", None)
        parts = count // len(METHODS)
        for method in METHODS[:count]:
            app.view(model=model, request_method=method)(self._by_parameter(method, parts))
        return self._ready(app, "request_method", by_hand="choosing by parameter" if parts > 1 else "")

    def _by_parameter(self, method: str, parts: int) -> Any:
        if parts < 2:
            return lambda self, request: method
        texts = {str(part): f"{method} {part}" for part in range(parts)}
        return lambda self, request: texts[request.GET["part"]]

    def accept(self, count: int) -> Built:
        offers = media_types(count)
        texts = {media_type: f"version {number}" for number, media_type in enumerate(offers)}
        app = self._app()
        self._model(app, "views", lambda self, request: texts[request.accept.acceptable_offers(offers)[0][0]])
        return self._ready(app, "accept.acceptable_offers", by_hand="choosing what is preferred")

    def _tree(self, app: Any, root: byhand.Node, **others: Any) -> None:
        @app.path(path="", model=byhand.Node, absorb=True, variables=no_variables)
        def node(absorb: str) -> Any:
            return others.get(absorb) or byhand.walk(root, absorb)

    def traversal(self, depth: int) -> Built:
        app = self._app()
        self._tree(app, byhand.tree(depth))
        app.view(model=byhand.Node)(lambda self, request: f"node at {self.depth}")
        return self._ready(app, "path '', absorb", by_hand="traversal")

    def acl(self) -> Built:
        class Login:
            pass

        def login(self: Any, request: Any) -> str:
            value = byhand.sign({"userid": "baloo"})
            request.after(lambda response: response.set_cookie("user", value))
            return "welcome"

        def node(self: byhand.Node, request: Any) -> str:
            identity = byhand.unsign(request.cookies.get("user"))
            userid = identity and identity["userid"]
            if not byhand.permits(self, byhand.principals(userid), "read"):
                raise HTTPForbidden()
            return f"{userid} at {self.depth}"

        app = self._app()
        self._tree(app, byhand.guarded(), login=Login())
        app.view(model=byhand.Node)(node)
        app.view(model=Login)(login)
        return self._ready(app, "path '', absorb", by_hand="traversal, signed identity (JSON, sha512), ACL")

    def template(self, rows: int) -> Built:
        bears, template = byhand.bears(rows), byhand.template()
        app = self._app()
        self._model(app, "", lambda self, request: template(title="Bears", bears=bears), directive="html")
        return self._ready(app, "path ''; html view", by_hand="rendering (Chameleon called)")

    def session(self) -> Built:
        def count(self: Any, request: Any) -> str:
            session = byhand.unsign(request.cookies.get("session")) or {}
            session["count"] = session.get("count", 0) + 1
            value = byhand.sign(session)
            request.after(lambda response: response.set_cookie("session", value))
            return str(session["count"])

        app = self._app()
        self._model(app, "count", count)
        return self._ready(app, "cookies, set_cookie", by_hand="session (JSON, sha512)")

    def csrf(self) -> Built:
        def give(self: Any, request: Any) -> str:
            token = byhand.new_token()
            value = byhand.sign({"token": token})
            request.after(lambda response: response.set_cookie("session", value))
            return token

        def check(self: Any, request: Any) -> str:
            session = byhand.unsign(request.cookies.get("session")) or {}
            if not byhand.is_token(session.get("token"), request.POST.get("csrf_token")):
                raise HTTPForbidden()
            return f"Hello, {request.POST['name']}"

        app = self._app()
        model = self._model(app, "form", give)
        app.view(model=model, request_method="POST")(check)
        return self._ready(app, "POST", by_hand="session (JSON, sha512), token check")

    def errors(self) -> Built:
        def raised(self: Any, request: Any) -> Any:
            raise HTTPNotFound("no such bear")

        def broken(self: Any, request: Any) -> Any:
            raise LookupError("no porridge")

        def excuse(self: Exception, request: Any) -> str:
            request.after(lambda response: setattr(response, "status_code", 500))
            return f"broken: {self.args[0]}"

        app = self._app()
        self._model(app, "raised", raised)
        self._model(app, "broken", broken)
        app.view(model=LookupError)(excuse)
        return self._ready(app, "default 404 page; a view of the exception")
