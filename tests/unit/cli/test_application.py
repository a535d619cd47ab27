"""Applications from configuration files, and what all commands share."""

from __future__ import annotations

import logging
import sys

import click
import plaster_pastedeploy
import pytest

from goldilocks import compat, paster
from goldilocks.cli import HOOK_PARAMETER, application, main
from goldilocks.cli.serve import Serving
from goldilocks.cli.trouble import CommandError
from goldilocks.names import PYRAMID
from goldilocks.router import Router

INI = """
    [app:main]
    use = call:shop:main
    word = nothing

    [app:said]
    use = call:shop:main
    word = %(said)s

    [app:other]
    use = call:shop:plain

    [pipeline:wrapped]
    pipeline = around main

    [filter:around]
    paste.filter_factory = shop:around
"""
SHOP = """
    from goldilocks.config import Configurator
    from goldilocks.response import Response

    def main(global_config, **settings):
        config = Configurator(settings=settings, package=__name__)
        config.add_view(lambda request: Response(settings["word"] + " " + global_config["__script__"]))
        return config.make_wsgi_app()

    def plain(global_config):
        return lambda environ, start_response: []

    def around(global_config):
        return lambda app: lambda environ, start_response: app(environ, start_response)
"""


@pytest.fixture
def ini(project, monkeypatch):
    """Write an application and its configuration file."""
    # where it is called, and not where it comes from: a module that is imported only now would keep this for good
    monkeypatch.setattr(plaster_pastedeploy, "fileConfig", lambda *args, **options: None)
    project("shop.py", SHOP)
    return str(project("shop.ini", INI).name)


def test_target_in_ini_file(ini, goldilocks):
    """An application of an ini file is loaded, with its variables and the name of the script."""
    assert goldilocks("request", ini, "/", "-q") == "nothing prequest"
    assert goldilocks("request", f"{ini}#said", "/", "-q", "--set", "said=hello") == "hello prequest"


def test_application_behind_middleware(ini):
    """What is looked into is the application behind its middleware."""
    found = application.look_into(f"{ini}#wrapped", {}, "pviews")
    assert not isinstance(found.app, Router)
    assert isinstance(found.router, Router)
    assert found.registry.settings["word"] == "nothing"


def test_foreign_application(ini, project):
    """An application that no Configurator made can't be looked into."""
    with pytest.raises(CommandError, match="no Configurator made it"):
        application.look_into(f"{ini}#other", {}, "pviews")


def test_missing_application(ini):
    """An ini file without an application of this name is told."""
    with pytest.raises(CommandError, match="can't be made an application"):
        application.load(f"{ini}#sausage")


def test_missing_ini_file(ini):
    """A file that isn't there is told, with the nearest that is."""
    with pytest.raises(CommandError, match=r"no file shpo\.ini; did you mean 'shop\.ini'\?"):
        application.load("shpo.ini")


def test_missing_extra(ini, monkeypatch):
    """Without the extra for ini files it is named."""
    monkeypatch.setattr(paster, "plaster", None)
    with pytest.raises(CommandError, match=r"goldilocks-framework\[ini\]"):
        application.load(ini)


def test_located_ini_file(ini, tmp_path):
    """The folder of an ini file is what a reloader watches; of an URL, the working directory."""
    found = application.locate(f"{ini}#main")
    assert (found.file, found.folder, found.attribute) == (tmp_path / ini, tmp_path, "main")
    assert application.locate("egg:/shop#x").folder == tmp_path
    assert application.locate("shop:main").module == "shop"


def test_folder_is_on_the_path_once(ini, tmp_path):
    """The folder of the ini file can be imported from."""
    application.load(ini)
    application.load(ini)
    assert sys.path.count(str(tmp_path)) == 1


def test_impossible_request(shop, goldilocks):
    """A path that no request can have is told."""
    assert "there can be no request" in goldilocks("views", shop, "http://[", code=1)


@pytest.mark.parametrize(
    ("option", "word"), [("--set", "word"), ("--set", " =1"), ("--header", "x"), ("--header", ":1")]
)
def test_mistaken_option(shop, goldilocks, option, word):
    """An option without its sign in the middle is a mistake."""
    assert "is no" in goldilocks("views", shop, "/", option, word, code=2)


# --- The import hook -----------------------------------------------------------------------------------------------

ADDON = f"""
    from {PYRAMID}.response import Response
    def includeme(config):
        config.add_view(lambda request: Response("an add-on"))
"""


@pytest.mark.parametrize("is_global", [True, False])
def test_hook(project, goldilocks, is_global):
    """``--pyramid`` lets add-ons find goldilocks, before and behind the command's name."""
    project("addon.py", ADDON)
    words = [f"--{PYRAMID}", "request"] if is_global else ["request", f"--{PYRAMID}"]
    assert goldilocks(*words, "addon.py", "/", "-q") == "an add-on"
    assert compat.is_installed()


def test_hook_comes_too_late(project, goldilocks, monkeypatch):
    """Where Pyramid is imported already, that is told."""

    def fail():
        raise ImportError("too late")

    monkeypatch.setattr(compat, "install", fail)
    project("addon.py", ADDON)
    assert "too late" in goldilocks("request", f"--{PYRAMID}", "addon.py", "/", code=1)


def test_hook_is_an_option_of_commands_with_a_target():
    """A command that loads no application doesn't have the option."""
    context = click.Context(main)

    def names(command):
        return [parameter.name for parameter in main.get_command(context, command).params]

    assert names("serve").count(HOOK_PARAMETER) == names("serve").count(HOOK_PARAMETER) == 1
    assert HOOK_PARAMETER not in names("migrate")


def test_hook_in_the_child_of_the_reloader():
    """The process that serves under the reloader has the hook on, too."""
    serving = Serving("shop.py", "127.0.0.1", 0, {}, debug=True, reload=True)
    assert f"--{PYRAMID}" not in serving.child_command("first")
    with compat.install():
        assert f"--{PYRAMID}" in serving.child_command("first")


def test_what_is_logged_moves_no_cursor(monkeypatch):
    """What clients make errors say stands on the terminal as text, line by line (CVE-2025-55193, CVE-2025-55754)."""
    said = {}
    monkeypatch.setattr(logging, "basicConfig", lambda **options: said.update(options))
    application.set_up_logging(logging.INFO)
    (terminal,) = said["handlers"]
    try:
        raise ValueError("a\x1b[2J\u202eb\nc")
    except ValueError:
        record = logging.LogRecord("name", logging.ERROR, "", 0, "\x9b%s", ("\tx",), sys.exc_info())
    lines = terminal.format(record).split("\n")
    assert (said["level"], lines[0], lines[-2:]) == (
        logging.INFO,
        "ERROR name: \\x9b\\tx",
        ["    ValueError: a\\x1b[2J\\u202eb", "    c"],
    )
    assert all(line.isprintable() for line in lines)


def test_what_is_logged_forges_no_record(monkeypatch):
    """A line break in what a client makes the application log begins no line that looks like the next record (CVE-2025-48432)."""
    said = {}
    monkeypatch.setattr(logging, "basicConfig", lambda **options: said.update(options))
    application.set_up_logging()
    (terminal,) = said["handlers"]
    record = logging.LogRecord(
        "shop", logging.ERROR, "", 0, "no user %s", ("a\nINFO shop: root is in",), None
    )
    assert terminal.format(record) == "ERROR shop: no user a\n    INFO shop: root is in"
