"""Whole small applications for functional tests, driven as a strict server would drive them.

>>> from goldilocks.response import Response
>>> def hello(config):
...     config.add_route("hello", "/")
...     config.add_view(lambda request: Response("Hello!"), route_name="hello")
>>> serve(hello).get("/").text
'Hello!'
"""

from collections.abc import Callable
from typing import Any
from wsgiref.validate import validator

from webtest import TestApp

from goldilocks.config import Configurator


def serve(*includes: Callable[[Configurator], Any], **settings: Any) -> TestApp:
    """Make an application of functions that take the Configurator, and return a browser for it.

    Args:
        includes: said one after the other, as an application says them, not as add-ons do.
        settings: of the deployment; a double underscore stands for a dot.
    """
    config = Configurator(settings={name.replace("__", "."): value for name, value in settings.items()})
    for include in includes:
        include(config)
    return browse(config.make_wsgi_app())


def browse(app: Any) -> TestApp:
    """Return a browser for an application; every call is checked against PEP 3333 by ``wsgiref.validate``."""
    return TestApp(validator(app), lint=False)  # WebTest's own lint checks an older wording of the rules
