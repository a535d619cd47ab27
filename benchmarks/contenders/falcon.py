"""Falcon, as a WSGI application; with or without Cython is a matter of which Falcon is found."""

from __future__ import annotations

from typing import Any

import falcon

from benchmarks.contenders import Built, byhand
from benchmarks.scenarios import METHODS, URLS, media_types, route_specs

TEXT = falcon.MEDIA_TEXT


class Says:
    """A resource that answers a text, by a method that is told or by any."""

    def __init__(self, **texts: str) -> None:
        for method, text in texts.items():
            setattr(self, f"on_{method.lower()}", self._responder(text))

    def _responder(self, text: str) -> Any:
        def respond(req: Any, resp: Any, name: str | None = None) -> None:
            resp.content_type = TEXT
            resp.text = text if name is None else f"{text} {name}"

        return respond


class Applications:
    def hello(self) -> Built:
        app = falcon.App()
        app.add_route("/", Says(GET="Hello, world!"))
        return Built(app, "route /; resp.text")

    def json(self) -> Built:
        class User:
            def on_get(self, req: Any, resp: Any, id: str) -> None:
                resp.media = {"id": id, "name": "Baloo"}

        app = falcon.App()
        app.add_route("/users/{id}", User())
        return Built(app, "route /users/{id}; resp.media")

    def post(self) -> Built:
        class Orders:
            def on_post(self, req: Any, resp: Any, id: str) -> None:
                resp.media = {
                    "user": id,
                    "page": req.get_param_as_int("page", required=True),
                    "trace": req.get_header("X-Trace"),
                    "count": len(req.get_media()["items"]),
                }

        app = falcon.App()
        app.add_route("/users/{id}/orders", Orders())
        return Built(
            app, "route /users/{id}/orders; on_post; get_param_as_int, get_header, get_media; resp.media"
        )

    def routes(self, count: int) -> Built:
        app = falcon.App()
        specs = route_specs(count)
        by_head: dict[str, dict[str, str]] = {}
        for spec in specs:
            by_head.setdefault(spec.head, {})[spec.method or "GET"] = spec.answer
        for spec in specs:
            texts = by_head.pop(spec.head, None)
            if texts is not None:
                app.add_route(f"/{spec.head}/{{name}}" if spec.has_name else f"/{spec.head}", Says(**texts))
        return Built(app, "routes /head/{name} and /head; two methods are one resource; resp.text")

    def urls(self) -> Built:
        class Index:
            def on_get(self, req: Any, resp: Any) -> None:
                quote, prefix = falcon.uri.encode_value, req.prefix
                resp.content_type = TEXT
                resp.text = "\n".join(
                    f"{prefix}/users/{quote(str(7))}/posts/{quote(str(post))}" for post in range(URLS)
                )

        app = falcon.App()
        app.add_route("/", Index())
        app.add_route("/users/{user}/posts/{post}", Says(GET="post"))
        return Built(app, "req.prefix, encode_value", by_hand="generating URLs")

    def views(self, count: int) -> Built:
        app = falcon.App()
        if count <= len(METHODS):
            app.add_route("/views", Says(**{method: method for method in METHODS[:count]}))
            return Built(app, "one resource, on_get and its kin; resp.text")
        app.add_route("/views", self._by_parameter(count // len(METHODS)))
        return Built(app, "one resource, on_get and its kin; get_param", by_hand="choosing by parameter")

    def _by_parameter(self, parts: int) -> Any:
        resource = Says()
        for method in METHODS:
            texts = {str(part): f"{method} {part}" for part in range(parts)}

            def respond(req: Any, resp: Any, texts: dict[str, str] = texts) -> None:
                text = texts.get(req.get_param("part"))
                if text is None:
                    raise falcon.HTTPNotFound()
                resp.content_type = TEXT
                resp.text = text

            setattr(resource, f"on_{method.lower()}", respond)
        return resource

    def accept(self, count: int) -> Built:
        offers = media_types(count)
        texts = {media_type: f"version {number}" for number, media_type in enumerate(offers)}

        class Views:
            def on_get(self, req: Any, resp: Any) -> None:
                chosen = req.client_prefers(offers)
                if chosen is None:
                    raise falcon.HTTPNotAcceptable()
                resp.content_type = TEXT
                resp.text = texts[chosen]

        app = falcon.App()
        app.add_route("/views", Views())
        return Built(app, "one responder; client_prefers", by_hand="choosing what is preferred")

    def traversal(self, depth: int) -> Built:
        root = byhand.tree(depth)

        def sink(req: Any, resp: Any) -> None:
            node = byhand.walk(root, req.path)
            if node is None:
                raise falcon.HTTPNotFound()
            resp.content_type = TEXT
            resp.text = f"node at {node.depth}"

        app = falcon.App()
        app.add_sink(sink, "/")
        return Built(app, "a sink", by_hand="traversal")

    def acl(self) -> Built:
        root = byhand.guarded()

        class Login:
            def on_get(self, req: Any, resp: Any) -> None:
                resp.set_cookie("user", byhand.sign({"userid": "baloo"}), path="/", secure=False)
                resp.text = "welcome"

        def sink(req: Any, resp: Any) -> None:
            node = byhand.walk(root, req.path)
            identity = byhand.unsign(req.cookies.get("user"))
            userid = identity and identity["userid"]
            if node is None:
                raise falcon.HTTPNotFound()
            if not byhand.permits(node, byhand.principals(userid), "read"):
                raise falcon.HTTPForbidden()
            resp.content_type = TEXT
            resp.text = f"{userid} at {node.depth}"

        app = falcon.App()
        app.add_route("/login", Login())
        app.add_sink(sink, "/")
        return Built(app, "a sink; req.cookies", by_hand="traversal, signed identity (JSON, sha512), ACL")

    def template(self, rows: int) -> Built:
        bears, template = byhand.bears(rows), byhand.template()

        class Page:
            def on_get(self, req: Any, resp: Any) -> None:
                resp.content_type = falcon.MEDIA_HTML
                resp.text = template(title="Bears", bears=bears)

        app = falcon.App()
        app.add_route("/", Page())
        return Built(app, "route /; resp.text", by_hand="rendering (Chameleon called)")

    def session(self) -> Built:
        class Count:
            def on_get(self, req: Any, resp: Any) -> None:
                session = byhand.unsign(req.cookies.get("session")) or {}
                session["count"] = session.get("count", 0) + 1
                resp.set_cookie("session", byhand.sign(session), path="/", secure=False, http_only=False)
                resp.content_type = TEXT
                resp.text = str(session["count"])

        app = falcon.App()
        app.add_route("/count", Count())
        return Built(app, "req.cookies, set_cookie", by_hand="session (JSON, sha512)")

    def csrf(self) -> Built:
        class Form:
            def on_get(self, req: Any, resp: Any) -> None:
                token = byhand.new_token()
                resp.set_cookie("session", byhand.sign({"token": token}), path="/", secure=False)
                resp.content_type = TEXT
                resp.text = token

            def on_post(self, req: Any, resp: Any) -> None:
                session = byhand.unsign(req.cookies.get("session")) or {}
                form = req.get_media()
                if not byhand.is_token(session.get("token"), form.get("csrf_token")):
                    raise falcon.HTTPBadRequest()
                resp.content_type = TEXT
                resp.text = f"Hello, {form['name']}"

        app = falcon.App()
        app.add_route("/form", Form())
        return Built(app, "get_media", by_hand="session (JSON, sha512), token check")

    def static(self) -> Built:
        app = falcon.App()
        app.add_static_route("/files", str(byhand.FILES))
        return Built(app, "add_static_route")

    def errors(self) -> Built:
        class Raised:
            def on_get(self, req: Any, resp: Any) -> None:
                raise falcon.HTTPNotFound(description="no such bear")

        class Broken:
            def on_get(self, req: Any, resp: Any) -> None:
                raise LookupError("no porridge")

        def handle(req: Any, resp: Any, error: LookupError, params: Any) -> None:
            resp.status = falcon.HTTP_500
            resp.content_type = TEXT
            resp.text = f"broken: {error.args[0]}"

        app = falcon.App()
        app.add_route("/raised", Raised())
        app.add_route("/broken", Broken())
        app.add_error_handler(LookupError, handle)
        return Built(app, "default 404 (XML for a browser); add_error_handler")
