"""The applications of Pyramid and of goldilocks: one source, in which only the name of the framework differs.

That is how an application moves from one to the other. Chameleon is built into goldilocks; Pyramid includes the add-on for it.
"""

from __future__ import annotations

import importlib
from typing import Any

from benchmarks.contenders import Built, byhand
from benchmarks.scenarios import METHODS, URLS, media_types, route_specs


class ConfiguredApplications:
    """Builds applications with a Configurator.

    Args:
        framework: the package's name.
        addons: to include for templates.
    """

    def __init__(self, framework: str, *addons: str) -> None:
        self.framework = framework
        self.addons = addons
        self.Response = self.module("response").Response

    def module(self, name: str) -> Any:
        return importlib.import_module(f"{self.framework}.{name}")

    def configurator(self, **arguments: Any) -> Any:
        return self.module("config").Configurator(**arguments)

    # -- routes

    def hello(self) -> Built:
        Response = self.Response
        config = self.configurator()
        config.add_route("hello", "/")
        config.add_view(lambda request: Response("Hello, world!"), route_name="hello")
        return Built(config.make_wsgi_app(), "route /; the view returns a Response")

    def json(self) -> Built:
        def user(request: Any) -> Any:
            return {"id": request.matchdict["id"], "name": "Baloo"}

        config = self.configurator()
        config.add_route("user", "/users/{id}")
        config.add_view(user, route_name="user", renderer="json")
        return Built(config.make_wsgi_app(), "route /users/{id}; json renderer")

    def post(self) -> Built:
        def order(request: Any) -> Any:
            return {
                "user": request.matchdict["id"],
                "page": int(request.params["page"]),
                "trace": request.headers["X-Trace"],
                "count": len(request.json_body["items"]),
            }

        config = self.configurator()
        config.add_route("order", "/users/{id}/orders")
        config.add_view(order, route_name="order", request_method="POST", renderer="json")
        return Built(
            config.make_wsgi_app(),
            "route /users/{id}/orders; request_method; params, headers, json_body; json renderer",
        )

    def routes(self, count: int) -> Built:
        config = self.configurator()
        for spec in route_specs(count):
            name = f"route{spec.number}"
            options = {"request_method": spec.method} if spec.method else {}
            config.add_route(name, f"/{spec.head}/{{name}}" if spec.has_name else f"/{spec.head}", **options)
            config.add_view(self._answering(spec), route_name=name)
        return Built(config.make_wsgi_app(), "routes /head/{name} and /head, two by request_method; Response")

    def _answering(self, spec: Any) -> Any:
        Response, text = self.Response, spec.answer
        if spec.has_name:
            return lambda request: Response(f"{text} {request.matchdict['name']}")
        return lambda request: Response(text)

    def urls(self) -> Built:
        Response = self.Response

        def index(request: Any) -> Any:
            return Response("\n".join(request.route_url("post", user=7, post=post) for post in range(URLS)))

        config = self.configurator()
        config.add_route("index", "/")
        config.add_route("post", "/users/{user}/posts/{post}")
        config.add_view(index, route_name="index")
        return Built(config.make_wsgi_app(), "request.route_url")

    # -- views

    def views(self, count: int) -> Built:
        config = self.configurator()
        config.add_route("views", "/views")
        if count == 1:
            config.add_view(self._saying("GET"), route_name="views")
            return Built(config.make_wsgi_app(), "one view without predicates")
        if count == len(METHODS):
            for method in METHODS:
                config.add_view(self._saying(method), route_name="views", request_method=method)
            return Built(config.make_wsgi_app(), "views with request_method")
        for part in range(count // len(METHODS)):
            for method in METHODS:
                config.add_view(
                    self._saying(f"{method} {part}"),
                    route_name="views",
                    request_method=method,
                    request_param=f"part={part}",
                )
        return Built(config.make_wsgi_app(), "views with request_method and request_param")

    def accept(self, count: int) -> Built:
        config = self.configurator()
        config.add_route("views", "/views")
        for number, media_type in enumerate(media_types(count)):
            config.add_view(self._saying(f"version {number}"), route_name="views", accept=media_type)
        return Built(config.make_wsgi_app(), "views with accept")

    def _saying(self, text: str) -> Any:
        Response = self.Response
        return lambda request: Response(text)

    # -- resources

    def traversal(self, depth: int) -> Built:
        Response = self.Response
        root = byhand.tree(depth)
        config = self.configurator(root_factory=lambda request: root)
        config.add_view(lambda context, request: Response(f"node at {context.depth}"), context=byhand.Node)
        return Built(config.make_wsgi_app(), "traversal; the view is found by the context's class")

    def acl(self) -> Built:
        Response, remember = self.Response, self.module("security").remember
        root = byhand.guarded()

        def login(request: Any) -> Any:
            response = Response("welcome")
            response.headerlist.extend(remember(request, "baloo"))
            return response

        def node(context: Any, request: Any) -> Any:
            return Response(f"{request.authenticated_userid} at {context.depth}")

        config = self.configurator(root_factory=lambda request: root)
        config.set_security_policy(self._policy())
        config.add_view(login, name="login")
        config.add_view(node, context=byhand.Node, permission="read")
        return Built(
            config.make_wsgi_app(),
            "traversal; permission on the view; AuthTktCookieHelper (sha512), ACLHelper",
        )

    def _policy(self) -> Any:
        helper = self.module("authentication").AuthTktCookieHelper(byhand.SECRET, hashalg="sha512")
        acl = self.module("authorization").ACLHelper()

        class Policy:
            def identity(self, request: Any) -> Any:
                return helper.identify(request)

            def authenticated_userid(self, request: Any) -> Any:
                identity = request.identity
                return None if identity is None else identity["userid"]

            def permits(self, request: Any, context: Any, permission: str) -> Any:
                return acl.permits(context, byhand.principals(request.authenticated_userid), permission)

            def remember(self, request: Any, userid: str, **options: Any) -> Any:
                return helper.remember(request, userid, **options)

            def forget(self, request: Any, **options: Any) -> Any:
                return helper.forget(request, **options)

        return Policy()

    # -- pages, sessions, forms

    def template(self, rows: int) -> Built:
        bears = byhand.bears(rows)
        config = self.configurator()
        for addon in self.addons:
            config.include(addon)
        config.add_route("page", "/")
        config.add_view(
            lambda request: {"title": "Bears", "bears": bears},
            route_name="page",
            renderer="benchmarks:templates/table.pt",
        )
        return Built(config.make_wsgi_app(), "renderer table.pt (Chameleon)")

    def _with_session(self) -> Any:
        factory = self.module("session").SignedCookieSessionFactory(byhand.SECRET)
        return self.configurator(session_factory=factory)

    def session(self) -> Built:
        Response = self.Response

        def count(request: Any) -> Any:
            session = request.session
            session["count"] = session.get("count", 0) + 1
            return Response(str(session["count"]))

        config = self._with_session()
        config.add_route("count", "/count")
        config.add_view(count, route_name="count")
        return Built(config.make_wsgi_app(), "SignedCookieSessionFactory (JSON, sha512)")

    def csrf(self) -> Built:
        Response, get_csrf_token = self.Response, self.module("csrf").get_csrf_token
        config = self._with_session()
        config.set_default_csrf_options(require_csrf=True)
        config.add_route("form", "/form")
        config.add_view(
            lambda request: Response(get_csrf_token(request)), route_name="form", request_method="GET"
        )
        config.add_view(
            lambda request: Response(f"Hello, {request.POST['name']}"),
            route_name="form",
            request_method="POST",
        )
        return Built(config.make_wsgi_app(), "set_default_csrf_options; the token in a signed cookie session")

    # -- files and errors

    def static(self) -> Built:
        config = self.configurator()
        config.add_static_view("files", str(byhand.FILES))
        return Built(config.make_wsgi_app(), "add_static_view")

    def errors(self) -> Built:
        Response, HTTPNotFound = self.Response, self.module("httpexceptions").HTTPNotFound

        def raised(request: Any) -> Any:
            raise HTTPNotFound("no such bear")

        def broken(request: Any) -> Any:
            raise LookupError("no porridge")

        config = self.configurator()
        config.add_route("raised", "/raised")
        config.add_route("broken", "/broken")
        config.add_view(raised, route_name="raised")
        config.add_view(broken, route_name="broken")
        config.add_exception_view(
            lambda error, request: Response(f"broken: {error.args[0]}", status=500), context=LookupError
        )
        return Built(config.make_wsgi_app(), "default 404 page; add_exception_view")

    # -- start-up

    def scan(self, module: Any) -> Any:
        config = self.configurator()
        for number in range(module.count):
            config.add_route(f"bear{number}", f"/bears{number}/{{name}}")
        config.scan(module)
        return config.make_wsgi_app()

    def scanned_source(self, count: int) -> str:
        lines = [
            f"from {self.framework}.response import Response",
            f"from {self.framework}.view import view_config",
            f"count = {count}",
        ]
        for number in range(count):
            lines.append(f"@view_config(route_name='bear{number}')")
            lines.append(f"def bear{number}(request): return Response('hello')")
        return "\n".join(lines)
