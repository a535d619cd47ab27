"""Applications that are described by an ini file."""

from __future__ import annotations

import logging
import weakref
from contextlib import contextmanager

import pytest

from goldilocks import paster
from goldilocks.config import Configurator
from goldilocks.request import Request
from goldilocks.threadlocal import get_current_request

INI = """
[app:main]
use = call:{module}:make_app
greeting = Hello %(who)s

[app:other]
use = call:{module}:make_app
greeting = Good day

[loggers]
keys = root, ours
[handlers]
keys =
[formatters]
keys =
[logger_root]
level = WARNING
handlers =
[logger_ours]
level = %(how_much)s
handlers =
qualname = {module}
"""


def make_app(global_config, **settings):
    """Make an application, as the factory that an ini file names does."""
    config = Configurator(settings={**settings, "global_config": global_config})
    config.add_route("home", "/home")
    return config.make_wsgi_app()


@pytest.fixture
def ini(tmp_path, monkeypatch):
    """Return the path of an ini file with two applications."""
    (tmp_path / "app_of_ini.py").write_text(f"from {__name__} import make_app", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    path = tmp_path / "app.ini"
    path.write_text(INI.format(module="app_of_ini"), "utf-8")
    return str(path)


# --- Applications and settings ------------------------------------------------------------------------------------


def test_app(ini):
    """The application is made, with the variables that the caller gives."""
    app = paster.get_app(ini, options={"who": "you"})
    assert app.registry.settings["greeting"] == "Hello you"
    assert app.registry.settings["global_config"]["who"] == "you"


@pytest.mark.parametrize(("suffix", "name"), [("#other", None), ("", "other")])
def test_app_by_name(ini, suffix, name):
    """Which application is meant stands in the URI or is an argument."""
    assert paster.get_app(ini + suffix, name).registry.settings["greeting"] == "Good day"


def test_settings(ini):
    """The settings can be read without making the application."""
    assert dict(paster.get_appsettings(ini, options={"who": "you"})) == {"greeting": "Hello you"}
    assert dict(paster.get_appsettings(ini, "other")) == {"greeting": "Good day"}


@contextmanager
def logging_of_its_own(monkeypatch):
    """Keep what a file says of logging from closing and replacing the handlers of all that runs around the test."""
    with monkeypatch.context() as patch:
        patch.setattr(logging, "_handlers", weakref.WeakValueDictionary())
        patch.setattr(logging, "_handlerList", [])
        patch.setattr(logging.root, "handlers", [])
        patch.setattr(logging.root, "level", logging.root.level)
        yield


def test_logging(ini, monkeypatch):
    """Loggers are set up as the file says, with variables."""
    logger = logging.getLogger("app_of_ini")
    try:
        with logging_of_its_own(monkeypatch):
            paster.setup_logging(ini, {"how_much": "CRITICAL"})
            assert (logger.level, logging.root.level) == (logging.CRITICAL, logging.WARNING)
    finally:
        logger.setLevel(logging.NOTSET)


# --- Scripts ------------------------------------------------------------------------------------------------------


def test_script_stands_where_a_view_stands(ini):
    """A script has a current request, and can generate URLs with it; afterwards it has none."""
    with paster.bootstrap(ini, options={"who": "you"}) as env:
        assert env["app"].registry is env["registry"]
        assert env["request"] is get_current_request()
        assert env["request"].route_url("home") == "http://localhost/home"
    assert get_current_request() is None


def test_script_for_a_host(ini):
    """The caller's request says for which host URLs are generated."""
    request = Request.blank("/", base_url="https://example.com")
    with paster.bootstrap(ini, request, {"who": "you"}) as env:
        assert env["request"] is request
        assert request.route_url("home") == "https://example.com/home"


@pytest.mark.parametrize(("options", "script"), [({}, "bootstrap"), ({"__script__": "cron"}, "cron")])
def test_application_knows_that_it_is_a_script(ini, options, script):
    """The factory can see that it isn't served; the script may name itself; nothing is written into its options."""
    given = {"who": "you", **options}
    with paster.bootstrap(ini, options=given) as env:
        assert env["registry"].settings["global_config"]["__script__"] == script
    assert given == {"who": "you", **options}


# --- Without plaster ----------------------------------------------------------------------------------------------


def test_without_plaster(monkeypatch):
    """Without plaster the error names the file and the extra that brings it."""
    monkeypatch.setattr(paster, "plaster", None)
    with pytest.raises(ImportError, match=r"'app\.ini' needs plaster.*goldilocks-framework\[ini\]") as caught:
        paster.get_app("app.ini")
    assert caught.value.name == "plaster"


def test_plaster_is_not_needed_to_import(monkeypatch):
    """The module can be imported where plaster isn't installed."""
    import importlib
    import sys

    monkeypatch.setitem(sys.modules, "plaster", None)
    try:
        assert importlib.reload(paster).plaster is None
    finally:
        monkeypatch.undo()
        importlib.reload(paster)
    assert paster.plaster is not None
