"""Bottle."""

from __future__ import annotations

from typing import Any

import bottle

from benchmarks.contenders import Built, byhand
from benchmarks.scenarios import METHODS, URLS, media_types, route_specs


class Applications:
    def hello(self) -> Built:
        app = bottle.Bottle()
        app.route("/", callback=lambda: "Hello, world!")
        return Built(app, "route /; a str")

    def json(self) -> Built:
        app = bottle.Bottle()
        app.route("/users/<id>", callback=lambda id: {"id": id, "name": "Baloo"})
        return Built(app, "route /users/<id>; a dict")

    def post(self) -> Built:
        def order(id: str) -> Any:
            request = bottle.request
            return {
                "user": id,
                "page": int(request.query["page"]),
                "trace": request.get_header("X-Trace"),
                "count": len(request.json["items"]),
            }

        app = bottle.Bottle()
        app.route("/users/<id>/orders", "POST", callback=order)
        return Built(app, "route /users/<id>/orders; query, get_header, json; a dict")

    def routes(self, count: int) -> Built:
        app = bottle.Bottle()
        for spec in route_specs(count):
            app.route(
                f"/{spec.head}/<name>" if spec.has_name else f"/{spec.head}",
                spec.method or "GET",
                callback=self._saying(spec),
            )
        return Built(app, "routes /head/<name> and /head; a str")

    def _saying(self, spec: Any) -> Any:
        text = spec.answer
        return (lambda name: f"{text} {name}") if spec.has_name else (lambda: text)

    def urls(self) -> Built:
        app = bottle.Bottle()

        def index() -> str:
            parts = bottle.request.urlparts
            host = f"{parts.scheme}://{parts.netloc}"
            return "\n".join(host + app.get_url("post", user=7, post=post) for post in range(URLS))

        app.route("/", callback=index)
        app.route("/users/<user>/posts/<post>", name="post", callback=lambda user, post: "post")
        return Built(app, "get_url", by_hand="the host in URLs")

    def views(self, count: int) -> Built:
        app = bottle.Bottle()
        parts = count // len(METHODS)
        for method in METHODS[:count]:
            if parts > 1:
                texts = {str(part): f"{method} {part}" for part in range(parts)}
                app.route("/views", method, callback=lambda texts=texts: texts[bottle.request.query["part"]])
            else:
                app.route("/views", method, callback=lambda method=method: method)
        return Built(
            app, "a route for each method; a str", by_hand="choosing by parameter" if parts > 1 else ""
        )

    def traversal(self, depth: int) -> Built:
        root = byhand.tree(depth)

        def node(path: str) -> str:
            found = byhand.walk(root, path)
            if found is None:
                raise bottle.HTTPError(404)
            return f"node at {found.depth}"

        app = bottle.Bottle()
        app.route("/<path:path>", callback=node)
        return Built(app, "route /<path:path>", by_hand="traversal")

    def acl(self) -> Built:
        root = byhand.guarded()

        def login() -> str:
            bottle.response.set_cookie("user", {"userid": "baloo"}, secret=byhand.SECRET)
            return "welcome"

        def node(path: str) -> str:
            found = byhand.walk(root, path)
            identity = bottle.request.get_cookie("user", secret=byhand.SECRET)
            userid = identity and identity["userid"]
            if found is None:
                raise bottle.HTTPError(404)
            if not byhand.permits(found, byhand.principals(userid), "read"):
                raise bottle.HTTPError(403)
            return f"{userid} at {found.depth}"

        app = bottle.Bottle()
        app.route("/login", callback=login)
        app.route("/<path:path>", callback=node)
        return Built(app, "route /<path:path>; signed cookie (pickle, sha256)", by_hand="traversal, ACL")

    def template(self, rows: int) -> Built:
        bears, template = byhand.bears(rows), byhand.template()
        app = bottle.Bottle()
        app.route("/", callback=lambda: template(title="Bears", bears=bears))
        return Built(app, "route /; a str", by_hand="rendering (Chameleon called)")

    def session(self) -> Built:
        def count() -> str:
            session = bottle.request.get_cookie("session", secret=byhand.SECRET) or {}
            session["count"] = session.get("count", 0) + 1
            bottle.response.set_cookie("session", session, secret=byhand.SECRET)
            return str(session["count"])

        app = bottle.Bottle()
        app.route("/count", callback=count)
        return Built(app, "signed cookie (pickle, sha256)", by_hand="session")

    def csrf(self) -> Built:
        def give() -> str:
            token = byhand.new_token()
            bottle.response.set_cookie("token", token, secret=byhand.SECRET)
            return token

        def check() -> str:
            token = bottle.request.get_cookie("token", secret=byhand.SECRET)
            forms = bottle.request.forms
            if not byhand.is_token(token, forms.get("csrf_token")):
                raise bottle.HTTPError(400)
            return f"Hello, {forms['name']}"

        app = bottle.Bottle()
        app.route("/form", "GET", callback=give)
        app.route("/form", "POST", callback=check)
        return Built(app, "forms; signed cookie (pickle, sha256)", by_hand="token check")

    def static(self) -> Built:
        app = bottle.Bottle()
        app.route("/files/<name>", callback=lambda name: bottle.static_file(name, root=str(byhand.FILES)))
        return Built(app, "static_file")

    def errors(self) -> Built:
        def raised() -> str:
            raise bottle.HTTPError(404, "no such bear")

        def broken() -> str:
            raise LookupError("no porridge")

        app = bottle.Bottle()
        app.route("/raised", callback=raised)
        app.route("/broken", callback=broken)
        app.error(500)(lambda error: f"broken: {error.exception.args[0]}")
        return Built(app, "default 404 page; error(500)")

    def accept(self, count: int) -> Built:
        offers = {media_type: f"version {number}" for number, media_type in enumerate(media_types(count))}

        def views() -> str:
            weighed = []
            for part in bottle.request.get_header("Accept", "").split(","):
                media_type, _, quality = part.strip().partition(";q=")
                weighed.append((float(quality or 1), media_type))
            for _, media_type in sorted(weighed, reverse=True):
                if media_type in offers:
                    return offers[media_type]
            raise bottle.HTTPError(406)

        app = bottle.Bottle()
        app.route("/views", callback=views)
        return Built(app, "route /views; a str", by_hand="reading Accept, choosing")
