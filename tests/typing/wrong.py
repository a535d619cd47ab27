"""The language misused: every marked line is an error to mypy, no other line is."""

from __future__ import annotations

from typing import Any

from goldilocks.config import Configurator
from goldilocks.config.statement import Scope, Statement, directive
from goldilocks.response import Response
from goldilocks.view import get, view_config


class AddTenant(Statement):
    """The statement of an add-on."""

    host: str
    limit_bytes: int = 0

    def perform(self, registry: Any, scope: Scope, facts: tuple[Any, ...]) -> None:
        """Write the tenant into the registry."""
        self.host = self.host.lower()  # error: misc


class TenantConfigurator(Configurator):
    """The Configurator of an application that uses the add-on."""

    add_tenant = directive(AddTenant)


class NoStatement:
    """Not a statement at all."""


AddTenant(host=1)  # error: arg-type
directive(NoStatement)  # error: arg-type

config = TenantConfigurator(package=1)  # error: arg-type
config.set_security_policy()  # error: call-arg
config.set_security_policy(polizy=object())  # error: call-arg
config.set_default_csrf_options(require_csrf="yes")  # error: arg-type
config.add_permission(3)  # error: arg-type
config.add_permission(permission="view")  # error: call-arg
config.add_permission("view", "edit")  # error: call-arg
config.add_route()  # error: call-arg
config.add_route("bear", 5)  # error: arg-type
config.add_route("bear", "/bear", use_global_views="yes")  # error: arg-type
config.add_view(lambda request: None, attr=3)  # error: arg-type
config.add_view(lambda request: None, require_csrf="no")  # error: arg-type
config.add_subscriber()  # error: call-arg
config.add_tenant()  # error: call-arg
config.add_tenant("bears.example", "much")  # error: arg-type
config.add_tenant("bears.example", limit=5)  # error: call-arg
config.include(route_prefix="api")  # error: call-arg
config.make_wsgi_app("late")  # error: call-arg

get(pattern=5)  # error: arg-type


@view_config(name="hello")
def hello(request: Any) -> Response:
    """Answer."""
    return Response(text="hello")


number: int = hello(None)  # error: assignment
