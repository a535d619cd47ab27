"""An application that says no root: the default one has no children, and everything is a view name of it."""

from framework.config import Configurator
from framework.traversal import resource_path

REQUESTS = """
GET /
GET /name
GET /name/x/y
GET /@@name
GET /other
GET /é
GET /%ff
GET /deep/er
"""


def dump(context, request):
    return {
        "view": request.view_name,
        "subpath": request.subpath,
        "traversed": request.traversed,
        "path": resource_path(context),
        "context": type(context).__name__,
        "same": request.root is context and request.virtual_root is context,
        "url": request.resource_url(context),
        "has": [hasattr(context, name) for name in ("__getitem__", "__name__", "__parent__")],
    }


def application():
    config = Configurator()
    for name in ("", "name", "é"):
        config.add_view(dump, name=name, renderer="json")
    return config.make_wsgi_app()
