"""Who answers: one module a framework, each with a class whose methods build the applications of the scenarios.

A method is named for a family of scenarios and returns a `Built`. A contender without the method doesn't take part.
"""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

ENVIRONMENT = Path(sys.prefix)

#: Where `make bench` installs Falcon once more, from its wheel without compiled modules. (Of Falcon 4.4 the compiled ones
#: are three, in ``falcon.cyutil``, for reading forms and URLs; its builders found that compiling more made it slower.)
PURE_FALCON = ENVIRONMENT / "falcon-pure"


@dataclass(frozen=True, slots=True)
class Contender:
    """A framework in one configuration.

    Args:
        title: for the tables.
        module: under ``contenders``; its class ``Applications`` builds the applications.
        distribution: whose version is printed.
        startup: the module that an application imports to get started.
        environment: variables of the contender's processes.
        path: a folder that its modules are taken from first.
        protocol: ``wsgi``, or ``asgi`` for those that only take part over a socket.
        routes_limit: with more routes than this it isn't built, since that takes minutes.
    """

    title: str
    module: str
    distribution: str = ""
    startup: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    path: Path | None = None
    protocol: str = "wsgi"
    routes_limit: int = 10_000

    def load(self) -> Any:
        """Import the contender, and return what builds its applications."""
        if self.path is not None:
            sys.path.insert(0, str(self.path))
        return importlib.import_module(f"benchmarks.contenders.{self.module}").Applications()

    @property
    def version(self) -> str:
        """The version that is installed; empty for what is no distribution."""
        return version(self.distribution) if self.distribution else ""


@dataclass(frozen=True, slots=True)
class Built:
    """An application, and what stands behind it.

    Args:
        application: WSGI, or ASGI.
        shape: the pattern and what renders, as printed beside the figures.
        by_hand: what the framework doesn't have and is written by hand; empty if it has everything.
    """

    application: Any
    shape: str
    by_hand: str = ""


SUBJECT = "goldilocks"

CONTENDERS = {
    SUBJECT: Contender("goldilocks", "goldilocks", "goldilocks-framework", "goldilocks.config"),
    "goldilocks-pyramid": Contender(
        "goldilocks, Pyramid's defaults",
        "goldilocks",
        "goldilocks-framework",
        environment={"GOLDILOCKS_DEFAULTS": "pyramid"},
    ),
    "pyramid": Contender("Pyramid", "pyramid", "pyramid", "pyramid.config"),
    "falcon": Contender("Falcon", "falcon", "falcon", "falcon"),
    "falcon-pure": Contender(
        "Falcon, no Cython", "falcon", "falcon", "falcon", path=PURE_FALCON, routes_limit=1_000
    ),
    "bottle": Contender("Bottle", "bottle", "bottle", "bottle", routes_limit=1_000),
    "flask": Contender("Flask", "flask", "flask", "flask"),
    "django": Contender("Django", "django", "django", "django.core.wsgi"),
    "morepath": Contender("Morepath", "morepath", "morepath", "morepath"),
    "webob": Contender("bare WebOb", "bare_webob", "webob", "webob"),
    "function": Contender("bare function", "bare_function"),
    "starlette": Contender("Starlette", "starlette", "starlette", "starlette.applications", protocol="asgi"),
    "fastapi": Contender("FastAPI", "fastapi", "fastapi", "fastapi", protocol="asgi"),
}
