"""``scripts.pserve.main``: some applications start their server by it, from commands of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from goldilocks import compat
from goldilocks.response import Response
from goldilocks.scripts import pserve

ROOT = Path(pserve.__file__).parents[2]

INI = """
[app:main]
use = call:app_of_pserve:make_app
text = %(said)s

[app:other]
use = call:app_of_pserve:make_app
text = other

[server:main]
use = call:app_of_pserve:make_server
name = main

[server:second]
use = call:app_of_pserve:make_server
name = second

[loggers]
keys = root
[handlers]
keys =
[formatters]
keys =
[logger_root]
level = WARNING
handlers =
"""

served: list[tuple[str, str, str]] = []


def make_app(global_config, text):
    response = Response(text)
    response.headers["X-Script"] = global_config["__script__"]
    return response


def make_server(global_config, name):
    def serve(app):
        if app.text == "interrupted":
            raise KeyboardInterrupt
        served.append((name, app.text, app.headers["X-Script"]))

    return serve


@pytest.fixture
def ini(tmp_path, monkeypatch):
    """Return the path of an ini file with two applications and two servers that only note what they serve."""
    (tmp_path / "app_of_pserve.py").write_text(f"from {__name__} import make_app, make_server", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "app_of_pserve", raising=False)
    served.clear()
    path = tmp_path / "app.ini"
    path.write_text(INI, "utf-8")
    return str(path)


def test_serves(ini, capsys):
    """The server of the file serves the application of the file, and says so."""
    assert pserve.main(["pserve", ini, "said=hello"]) == 0
    assert served == [("main", "hello", "pserve")]
    assert "Starting server in PID" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["-n", "other"], ["--app-name", "other"]])
def test_other_application(ini, words):
    """The application and the server may be named."""
    assert pserve.main(["pserve", *words, "--server-name", "second", ini]) == 0
    assert served == [("second", "other", "pserve")]


@pytest.mark.parametrize(("words", "quiet"), [(["-q"], False), ([], True)])
def test_quiet(ini, capsys, words, quiet):
    """Told to be quiet, it is."""
    assert pserve.main(["pserve", *words, "-v", ini, "said=x"], quiet=quiet) == 0
    assert capsys.readouterr().err == ""


def test_interrupted(ini):
    """Ctrl-C ends it like anything else."""
    assert pserve.main(["pserve", ini, "said=interrupted"]) == 0


@pytest.mark.parametrize(("words", "complaint"), [([], "CONFIG_URI"), (["app.ini", "text"], "'text'")])
def test_wrong_command_line(capsys, words, complaint):
    """A wrong command line is told what is wrong with it."""
    assert pserve.main(["pserve", *words]) == 2
    assert complaint in capsys.readouterr().err


def test_help(capsys):
    """Help is printed."""
    assert pserve.main(["pserve", "--help"]) == 0
    assert "CONFIG_URI" in capsys.readouterr().out


@pytest.fixture
def alone(monkeypatch):
    """No other test of this process has imported Pyramid itself."""
    for name in [name for name in sys.modules if name.split(".")[0] == "pyramid"]:
        monkeypatch.delitem(sys.modules, name)


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("is_hooked", [False, True])
def test_reload(ini, tmp_path, monkeypatch, is_hooked):
    """With --reload a process of its own serves the same; the import hook is on there if it is on here."""
    watched = []

    def serve_and_watch(command, folders):
        watched.append((list(command("first")), list(folders)))
        return 3

    monkeypatch.setattr(pserve, "serve_and_watch", serve_and_watch)
    monkeypatch.chdir(tmp_path)
    words = ["-n", "other", "--server-name", "second", ini, "said=x"]
    if is_hooked:
        with compat.install():
            assert pserve.main(["pserve", "--reload", *words]) == 3
    else:
        assert pserve.main(["pserve", "--reload", *words]) == 3
    [(command, folders)] = watched
    assert folders == [tmp_path]
    assert command[:3] == [sys.executable, "-m", "goldilocks.scripts.pserve"]
    assert ("--hooked" in command) is is_hooked
    with compat.install():  # what the child switches on is switched off with this
        assert pserve.main(command[2:]) == 0
    assert served == [("second", "other", "pserve")]


def test_as_a_module(ini, tmp_path):
    """The child of the reloader starts by the module's name, hooked if it is told so."""
    (tmp_path / "app_of_pserve.py").write_text(
        "import pyramid.response\n"
        "def make_app(global_config, text): return pyramid.response.Response(text)\n"
        "def make_server(global_config, name): return lambda app: print(name, app.text)\n",
        "utf-8",
    )
    run = subprocess.run(
        [
            sys.executable,
            "-W",
            "ignore",
            "-m",
            "goldilocks.scripts.pserve",
            "--hooked",
            "--",
            ini,
            "said=hello",
        ],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])},
    )
    assert run.stdout == "main hello\n"
