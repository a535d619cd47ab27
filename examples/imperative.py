"""All configuration by calls: nothing is found, everything is said.

    goldilocks serve examples/imperative.py

A *route* gives a name to a pattern of paths. A *view* answers a route. Read the end of this file first: it is the
application's table of contents.
"""

from goldilocks.config import Configurator
from goldilocks.httpexceptions import HTTPNotFound

BOWLS = {"papa": "too hot", "mama": "too cold", "baby": "just right"}


def bowls(request):
    """Answer with the addresses of all bowls; nobody has to know the pattern to make one."""
    return {name: request.route_url("bowl", name=name) for name in BOWLS}


def bowl(request):
    """Answer with one bowl; what stood for ``{name}`` in the path is in ``matchdict``."""
    name = request.matchdict["name"]
    if name not in BOWLS:
        raise HTTPNotFound
    return {"bowl": name, "porridge": BOWLS[name]}


def nothing(request):
    """Answer whatever wasn't found, for whatever reason."""
    request.response.status = 404
    return {"error": "somebody has eaten it all up"}


with Configurator() as config:
    config.add_route("bowls", "/")
    config.add_route("bowl", "/bowls/{name}")

    # A view without a response returns a value, and its renderer makes a response of it.
    config.add_view(bowls, route_name="bowls", renderer="json")
    config.add_view(bowl, route_name="bowl", renderer="json")
    config.add_notfound_view(nothing, renderer="json")

app = config.make_wsgi_app()
