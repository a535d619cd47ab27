"""A registry of an add-on's own, set up by hand; a Configurator with autocommit; one without default statements."""

from framework.config import Configurator
from framework.registry import Registry
from framework.response import Response

REQUESTS = """
GET / | app: registry
GET /nothing | app: registry
GET / | app: autocommit
GET /json | app: autocommit
GET /x | app: autocommit
GET / | app: late
"""


def hello(request):
    return Response("hello")


def application():
    registry = Registry("own")
    by_hand = Configurator(registry=registry)
    by_hand.setup_registry(settings={"a": "1"})
    by_hand.add_view(hello)

    auto = Configurator(autocommit=True)
    auto.add_view(hello)
    auto.add_view(lambda request: {"settings": request.registry.settings["a"]}, name="json", renderer="json")
    auto.add_settings(a="b")

    late = Configurator()
    late.add_view(hello)
    app = late.make_wsgi_app()
    late.add_view(lambda request: Response("replaced"))
    late.commit()
    return {"registry": by_hand.make_wsgi_app(), "autocommit": auto.make_wsgi_app(), "late": app}
