"""Applications that say nothing at all, or only a route without views."""

from framework.config import Configurator

REQUESTS = """
GET / | app: nothing
HEAD / | app: nothing
POST /x?y=1 | app: nothing
GET /<script>alert(1)</script> | app: nothing
GET /<script>alert(1)</script> | Accept: text/html | app: nothing
GET /<script>alert(1)</script> | Accept: application/json | app: nothing
GET /%ff | app: nothing
GET /%ff%fe | Accept: text/html | app: nothing
OPTIONS / | app: nothing
OPTIONS * | app: nothing
GET / | app: route
POST / | app: route
GET /x | app: route
GET /long/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | app: nothing
"""


def application():
    nothing = Configurator()
    route = Configurator()
    route.add_route("home", "/")
    return {"nothing": nothing.make_wsgi_app(), "route": route.make_wsgi_app()}
