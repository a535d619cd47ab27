"""Small applications in files, and the command line on them."""

from __future__ import annotations

import json
import logging
import sys
import textwrap
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from goldilocks import compat
from goldilocks.cli import main

SHOP = """
    from goldilocks.authorization import Allow, Everyone
    from goldilocks.config import Configurator
    from goldilocks.response import Response

    class Page:
        def __init__(self, name="", parent=None):
            self.__name__, self.__parent__ = name, parent
        def __getitem__(self, name):
            if name != "page":
                raise KeyError(name)
            return Page(name, self)

    class Editor:
        def __init__(self, context, request):
            pass
        def edit(self):
            return Response("edit")

    class Policy:
        def permits(self, request, context, permission):
            return False

    def home(request):
        return Response("home")

    def any_view(context, request):
        return Response("any")

    def draft(context, request):
        return Response("draft")

    def slow_factory(handler, registry):
        return lambda request: handler(request)

    def broken_root(request):
        raise ValueError("no root today")

    def main(global_config, **settings):
        config = Configurator(settings=settings, root_factory=lambda request: Page())
        config.set_security_policy(Policy())
        config.add_route("help", "https://help.example/{topic}")
        config.add_route("home", "/home", request_method="GET")
        config.add_route("item", "/item/{id}/*rest")
        config.add_route("late", "/item/{id}", request_param="late")
        config.add_route("broken", "/broken", factory=broken_root)
        config.add_route("empty", "/empty")
        config.add_view(home, route_name="home", request_method=("GET", "POST"))
        config.add_view(any_view, route_name="item")
        config.add_view(draft, route_name="item", request_param="draft", permission="edit")
        config.add_view(Editor, attr="edit", route_name="item", name="edit", context=Page)
        config.add_view(home, route_name="late", request_method="DELETE")
        config.add_view(home, route_name="broken")
        config.add_view(any_view, context=Page)
        config.add_view(draft, context=Page, request_param="draft")
        config.add_view(home, context=object, request_method="PUT")
        config.add_view(Editor, attr="edit", name="edit", request_method="POST", permission="edit")
        config.add_static_view("static", "shop:files")
        config.add_tween("shop.slow_factory", over="goldilocks.tweens.excview_tween_factory")
        return config.make_wsgi_app()
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Stand in an empty folder; modules that are loaded from it are forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    known = set(sys.modules)

    def write(name, *sources):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(map(textwrap.dedent, sources)))
        return file

    yield write
    compat.uninstall()
    for name in set(sys.modules) - known:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.fixture
def goldilocks(project, monkeypatch):
    """Return a function that runs a command in the empty folder: what it printed, or with ``--json`` its value."""
    monkeypatch.setattr(logging, "basicConfig", lambda **options: None)

    def run(*words, input=None, code=0):
        result = CliRunner().invoke(main, list(words), input=input, catch_exceptions=True)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return json.loads(result.stdout) if "--json" in words else result.output

    return run


@pytest.fixture
def shop(project):
    """Write an application with routes, resources and a tween."""
    project("shop.py", SHOP)
    (project("files/a.txt")).write_text("a")
    return "shop.py"


@pytest.fixture
def terminal(monkeypatch):
    """Let standard output be a terminal of 60 columns."""
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr(
        "goldilocks.cli.tables.sys", SimpleNamespace(stdout=SimpleNamespace(isatty=lambda: True))
    )
