"""The language used as it is meant: passes ``mypy --strict``, and runs."""

from __future__ import annotations

from typing import Any

from goldilocks.config import Configurator
from goldilocks.config.statement import Scope, Statement, directive
from goldilocks.response import Response
from goldilocks.view import get, route, view_config


class AddTenant(Statement):
    """The statement of an add-on."""

    host: str
    limit_bytes: int = 0

    def perform(self, registry: Any, scope: Scope, facts: tuple[Any, ...]) -> None:
        """Write the tenant into the registry."""
        registry[self.host] = self.limit_bytes


class TenantTopic:
    """What the add-on adds to the language."""

    add_tenant = directive(AddTenant)


class TenantConfigurator(TenantTopic, Configurator):
    """The Configurator of an application that uses the add-on."""


def includeme(config: Configurator) -> None:
    """Let any Configurator say the add-on's statement."""
    config.add_directive("add_tenant", TenantTopic.add_tenant)


@view_config(name="hello")
def hello(request: Any) -> Response:
    """Answer, decorated; the decorators keep the type of what they decorate."""
    return Response(text="hello")


@get("/bears/{name}", renderer="json")
def bear(request: Any) -> dict[str, str]:
    """Answer on a route of its own."""
    return {"name": request.matchdict["name"]}


@route("/porridge", methods=("GET", "POST"), name="porridge")
class Porridge:
    """Answer, as a class."""

    def __init__(self, request: Any) -> None:
        self.request = request

    def __call__(self) -> Response:
        """Answer."""
        return Response(text="porridge")


class Policy:
    """A security policy that knows nobody."""

    def identity(self, request: Any) -> None:
        """Return nobody."""


def said() -> TenantConfigurator:
    """Say a little of everything."""
    config = TenantConfigurator(settings={"goldilocks.production": True})
    config.include(includeme, route_prefix="tenants")
    config.set_security_policy(Policy())
    config.add_permission("eat")
    config.add_permission(permission_name="sleep")
    config.add_route("bear", "/bear/{name}", request_method="GET", traverse="/{name}")
    config.add_route("own", "/own", use_global_views=True)
    config.add_view(hello, name="hi", request_method=("GET", "POST"), require_csrf=False)
    config.add_view(renderer="json", route_name="bear")
    config.add_notfound_view(hello, append_slash=True)
    config.add_subscriber(print, "goldilocks.events.NewRequest")
    config.add_tenant("bears.example", limit_bytes=1024)
    directive(AddTenant)(config, "wolves.example")
    config.commit()
    return config


def answered(request: Any) -> str:
    """Call a decorated view: it has kept its type."""
    names: dict[str, str] = bear(request)
    return names["name"]


if __name__ == "__main__":
    registry = said().registry
    print(registry["bears.example"], registry["wolves.example"])
