"""The commands, each in a process of its own, as somebody types them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from goldilocks.names import PYRAMID

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "examples"

OLD = f"""\
from {PYRAMID}.config import Configurator
from {PYRAMID}.view import view_config


@view_config(route_name="hello", renderer="json")
def hello(request):  # says hello
    return {{"hello": request.matchdict["name"], "templates": request.registry.settings["{PYRAMID}.reload_templates"]}}


def main(global_config, **settings):
    with Configurator(settings=settings) as config:
        config.include("addon")
        config.add_tween("addon.tween_factory", over="{PYRAMID}.tweens.excview_tween_factory")
        config.add_route("hello", "/hello/{{name}}")
        config.scan(__name__)
        return config.make_wsgi_app()
"""
ADDON = f"""\
from {PYRAMID}.tweens import MAIN


def tween_factory(handler, registry):
    return handler


def includeme(config):
    config.add_request_method(lambda request: MAIN, "main", property=True)
"""
INI = f"""\
[app:main]
use = call:shop:main
# {PYRAMID}.debug_all = true
{PYRAMID}.reload_templates = true
"""


def run(folder, *words, code=0):
    """Run a command in a folder; return what it printed."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GOLDILOCKS_")}
    environ |= {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "goldilocks", *words]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=60)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["routes", "hello.py"], "hello.hello"),
        (["routes", "hello.py", "--match", "/hello/you"], "takes GET /hello/you with name='you'"),
        (["views", "hello.py", "/hello/you"], "function hello.hello answers"),
        (["views", "traversal.py", "/"], "  root       Room at /"),
        (["tweens", "hello.py"], "goldilocks.tweens.excview_tween_factory"),
        (["request", "hello.py", "/hello/you"], '{"hello": "you"}'),
        (["shell", "hello.py", "-c", "print(request.path)"], "/"),
        (["settings"], "GOLDILOCKS_DEFAULTS"),
        (["--help"], "migrate"),
    ],
)
def test_commands_on_examples(words, expected):
    """Every command says something about the examples."""
    assert expected in run(EXAMPLES, *words)


def test_shell_reads_from_a_pipe():
    """Without a terminal, the shell runs what it is sent."""
    command = [sys.executable, "-m", "goldilocks", "shell", "hello.py", "--shell", "python"]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSTARTUP": ""}
    done = subprocess.run(
        command, cwd=EXAMPLES, env=environ, input="print(6 * 7, request.path)", capture_output=True, text=True
    )
    assert "42 /" in done.stdout
    assert "Environment:" in done.stderr


def test_application_moves(tmp_path):
    """An application for Pyramid is rewritten, and runs; its add-ons find goldilocks by the import hook."""
    for name, text in {"shop.py": OLD, "addon.py": ADDON, "shop.ini": INI}.items():
        (tmp_path / name).write_text(text)
    assert "would be rewritten" in run(tmp_path, "migrate", "shop.py")
    run(tmp_path, "migrate", "shop.py", "--write")
    run(tmp_path, "migrate", "shop.ini", "--write")

    assert (tmp_path / "shop.py").read_text() == OLD.replace(PYRAMID, "goldilocks")
    assert (tmp_path / "shop.ini").read_text() == (
        f"[app:main]\nuse = call:shop:main\ngoldilocks.defaults = {PYRAMID}\n"
        f"# {PYRAMID}.debug_all = true\ngoldilocks.reload_templates = true\n"
    )
    assert f"No module named '{PYRAMID}" in _error(tmp_path, "request", "shop.ini", "/hello/you")
    answer = json.loads(run(tmp_path, "request", f"--{PYRAMID}", "shop.ini", "/hello/you", "--json"))
    assert json.loads(answer["body"]) == {"hello": "you", "templates": True}
    tweens = json.loads(run(tmp_path, f"--{PYRAMID}", "tweens", "shop.ini#main", "--json"))["tweens"]
    assert tweens[0]["name"] == "addon.tween_factory"


def _error(folder, *words):
    """Return what a command complains of, that runs where no Pyramid is installed."""
    (folder / "sitecustomize.py").write_text(f"import sys\nsys.modules[{PYRAMID!r}] = None\n")
    environ = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-m", "goldilocks", *words]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=60)
    (folder / "sitecustomize.py").unlink()
    assert done.returncode == 1
    return done.stderr.replace(
        "import of pyramid halted; None in sys.modules", f"No module named '{PYRAMID}'"
    )
