"""Flask."""

from __future__ import annotations

from typing import Any

import flask

from benchmarks.contenders import Built, byhand
from benchmarks.scenarios import METHODS, URLS, media_types, route_specs


class Applications:
    def _app(self) -> flask.Flask:
        app = flask.Flask("benchmarks", static_folder=None)
        app.secret_key = byhand.SECRET
        return app

    def hello(self) -> Built:
        app = self._app()
        app.add_url_rule("/", "hello", lambda: "Hello, world!")
        return Built(app, "route /; a str")

    def json(self) -> Built:
        app = self._app()
        app.add_url_rule("/users/<id>", "user", lambda id: {"id": id, "name": "Baloo"})
        return Built(app, "route /users/<id>; a dict")

    def post(self) -> Built:
        def order(id: str) -> Any:
            request = flask.request
            return {
                "user": id,
                "page": request.args.get("page", type=int),
                "trace": request.headers["X-Trace"],
                "count": len(request.get_json()["items"]),
            }

        app = self._app()
        app.add_url_rule("/users/<id>/orders", "order", order, methods=["POST"])
        return Built(app, "route /users/<id>/orders; args, headers, get_json; a dict")

    def routes(self, count: int) -> Built:
        app = self._app()
        for spec in route_specs(count):
            app.add_url_rule(
                f"/{spec.head}/<name>" if spec.has_name else f"/{spec.head}",
                f"route{spec.number}",
                self._saying(spec),
                methods=[spec.method or "GET"],
            )
        return Built(app, "routes /head/<name> and /head; a str")

    def _saying(self, spec: Any) -> Any:
        text = spec.answer
        return (lambda name: f"{text} {name}") if spec.has_name else (lambda: text)

    def urls(self) -> Built:
        def index() -> str:
            return "\n".join(flask.url_for("post", user=7, post=post, _external=True) for post in range(URLS))

        app = self._app()
        app.add_url_rule("/", "index", index)
        app.add_url_rule("/users/<user>/posts/<post>", "post", lambda user, post: "post")
        return Built(app, "url_for")

    def views(self, count: int) -> Built:
        app = self._app()
        parts = count // len(METHODS)
        for method in METHODS[:count]:
            app.add_url_rule("/views", method, self._by_parameter(method, parts), methods=[method])
        return Built(
            app, "a route for each method; a str", by_hand="choosing by parameter" if parts > 1 else ""
        )

    def _by_parameter(self, method: str, parts: int) -> Any:
        if parts < 2:
            return lambda: method
        texts = {str(part): f"{method} {part}" for part in range(parts)}
        return lambda: texts[flask.request.args["part"]]

    def accept(self, count: int) -> Built:
        offers = media_types(count)
        texts = {media_type: f"version {number}" for number, media_type in enumerate(offers)}

        def views() -> str:
            chosen = flask.request.accept_mimetypes.best_match(offers)
            if chosen is None:
                flask.abort(406)
            return texts[chosen]

        app = self._app()
        app.add_url_rule("/views", "views", views)
        return Built(app, "accept_mimetypes.best_match", by_hand="choosing what is preferred")

    def traversal(self, depth: int) -> Built:
        root = byhand.tree(depth)

        def node(path: str) -> str:
            found = byhand.walk(root, path)
            if found is None:
                flask.abort(404)
            return f"node at {found.depth}"

        app = self._app()
        app.add_url_rule("/<path:path>", "node", node)
        return Built(app, "route /<path:path>", by_hand="traversal")

    def acl(self) -> Built:
        root = byhand.guarded()

        def login() -> str:
            flask.session["userid"] = "baloo"
            return "welcome"

        def node(path: str) -> str:
            found = byhand.walk(root, path)
            userid = flask.session.get("userid")
            if found is None:
                flask.abort(404)
            if not byhand.permits(found, byhand.principals(userid), "read"):
                flask.abort(403)
            return f"{userid} at {found.depth}"

        app = self._app()
        app.add_url_rule("/login", "login", login)
        app.add_url_rule("/<path:path>", "node", node)
        return Built(app, "route /<path:path>; session", by_hand="traversal, ACL")

    def template(self, rows: int) -> Built:
        bears, template = byhand.bears(rows), byhand.template()
        app = self._app()
        app.add_url_rule("/", "page", lambda: template(title="Bears", bears=bears))
        return Built(app, "route /; a str", by_hand="rendering (Chameleon called, not Jinja)")

    def session(self) -> Built:
        def count() -> str:
            flask.session["count"] = flask.session.get("count", 0) + 1
            return str(flask.session["count"])

        app = self._app()
        app.add_url_rule("/count", "count", count)
        return Built(app, "session (JSON, sha1)")

    def csrf(self) -> Built:
        def give() -> str:
            token = flask.session["token"] = byhand.new_token()
            return token

        def check() -> str:
            form = flask.request.form
            if not byhand.is_token(flask.session.get("token"), form.get("csrf_token")):
                flask.abort(400)
            return f"Hello, {form['name']}"

        app = self._app()
        app.add_url_rule("/form", "give", give, methods=["GET"])
        app.add_url_rule("/form", "check", check, methods=["POST"])
        return Built(app, "form; session (JSON, sha1)", by_hand="token check")

    def static(self) -> Built:
        app = flask.Flask("benchmarks", static_folder=str(byhand.FILES), static_url_path="/files")
        return Built(app, "static_folder")

    def errors(self) -> Built:
        def raised() -> str:
            flask.abort(404, "no such bear")

        def broken() -> str:
            raise LookupError("no porridge")

        app = self._app()
        app.add_url_rule("/raised", "raised", raised)
        app.add_url_rule("/broken", "broken", broken)
        app.register_error_handler(LookupError, lambda error: (f"broken: {error.args[0]}", 500))
        return Built(app, "default 404 page; register_error_handler")
