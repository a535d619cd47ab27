"""``goldilocks shell``."""

from __future__ import annotations

import code
from importlib.metadata import EntryPoint

import plaster_pastedeploy
import pytest

from goldilocks.cli import shell
from goldilocks.names import PYRAMID, SHELL_RUNNER_GROUPS

HELPERS = """
    thing = "a thing"

    class Documented:
        def __init__(self):
            self.__doc__ = "of its own"

    def setup(env):
        env["made"] = Documented()
        env["root"] = "another root"

    def around(env):
        env["made"] = 1
        print("before")
        yield
        print("after")

    def runner(env, help):
        print("ran with", ", ".join(sorted(env)))
        print(help)
"""


@pytest.fixture
def app(project, shop, monkeypatch):
    """Write an application with helpers, and offer no shells."""
    # where it is called, and not where it comes from: a module that is imported only now would keep this for good
    monkeypatch.setattr(plaster_pastedeploy, "fileConfig", lambda *args, **options: None)
    monkeypatch.setattr(shell, "entry_points", lambda group: [])
    monkeypatch.delenv("PYTHONSTARTUP", raising=False)
    project("helpers.py", HELPERS)
    return shop


@pytest.fixture
def offer(monkeypatch):
    """Return a function that offers shells as other packages do."""

    def offer(**shells):
        points = [EntryPoint(name, value, SHELL_RUNNER_GROUPS[1]) for name, value in shells.items()]
        monkeypatch.setattr(
            shell, "entry_points", lambda group: [each for each in points if each.group == group]
        )

    return offer


def test_namespace(app, goldilocks):
    """The names are there, and the request is the current one."""
    source = (
        "from goldilocks.threadlocal import get_current_request, get_current_registry as r\n"
        "print(get_current_request() is request, r() is registry is app.registry, type(root).__name__, root_factory)"
    )
    assert goldilocks("shell", app, "-c", source).startswith("True True Page <function")


def test_command_that_fails(app, goldilocks):
    """An error of the command is told with its line."""
    assert "the command failed: ZeroDivisionError" in goldilocks("shell", app, "--command", "1/0", code=1)


def test_objects(app, goldilocks):
    """More objects can be named."""
    output = goldilocks("shell", app, "--with", "t=helpers.thing", "-c", "print(t)")
    assert output == "a thing\n"


@pytest.mark.parametrize("word", ["t", "=helpers.thing", "1=helpers.thing"])
def test_mistaken_object(app, goldilocks, word):
    """An object needs a name."""
    assert "is no NAME=DOTTED" in goldilocks("shell", app, "--with", word, code=2)


def test_unknown_object(app, goldilocks):
    """An object that isn't there is told."""
    assert "there is no helpers.nothing" in goldilocks("shell", app, "--with", "t=helpers.nothing", code=1)


def test_setup(app, goldilocks):
    """A function prepares the namespace; a generator function also clears up."""
    assert goldilocks("shell", app, "--setup", "helpers.setup", "-c", "print(root)") == "another root\n"
    assert goldilocks("shell", app, "--setup", "helpers.around", "-c", "print(made)") == "before\n1\nafter\n"


def test_section_of_ini_file(app, project, goldilocks, offer):
    """What the ini file says about shells holds; options override it."""
    project(
        "shop.ini",
        """
        [app:main]
        use = call:shop:main
        [pshell]
        setup = helpers.around
        default_shell = sausage mine
        t = helpers.thing
        """,
    )
    offer(other="helpers:nothing", Mine="helpers:runner")
    output = goldilocks("shell", "shop.ini")
    assert output.startswith("before\nran with app, made, registry, request, root, root_factory, t\n")
    assert "\n  t            helpers.thing\n" in output
    assert goldilocks("shell", "shop.ini", "--setup", "helpers.setup").startswith("ran with")


def test_help(app, goldilocks, offer):
    """The help text tells what is in the namespace."""
    offer(mine="helpers:runner")
    lines = goldilocks("shell", app, "--setup", "helpers.setup", "--with", "t=helpers.thing").splitlines()
    assert "  app          the WSGI application" in lines
    assert "  t            helpers.thing" in lines
    assert any(line.startswith("  made         ") for line in lines)


def test_startup_file(app, project, goldilocks, monkeypatch):
    """The user's startup file is run inside the namespace."""
    monkeypatch.setenv("PYTHONSTARTUP", str(project("startup.py", "begun = True")))
    assert goldilocks("shell", app, "-c", "print(begun)") == "True\n"


def test_list(app, goldilocks, offer):
    """The shells that are offered are listed; one that belongs to Pyramid itself isn't."""
    offer(ipython="x:y", python=f"{PYRAMID}.scripts.pshell:python_shell_runner")
    assert goldilocks("shell", app, "--list-shells") == "ipython\npython\n"
    assert list(shell.offered()) == ["ipython"]


def test_chosen_shell(app, goldilocks, offer):
    """A shell is chosen by its name; without one, any that is offered comes before Python's."""
    offer(mine="helpers:runner")
    assert goldilocks("shell", app).startswith("ran with")
    assert goldilocks("shell", app, "-p", "MINE").startswith("ran with")
    assert shell.find_runner("python", []) is shell.run_python
    assert shell.find_runner(None, ["python", "mine"]) is shell.run_python
    assert shell.find_runner(None, ["sausage"]) is shell.run_python


def test_unknown_shell(app, goldilocks, offer):
    """A shell that there isn't is told, with those that there are."""
    offer(mine="helpers:runner", broken="nothing:at_all")
    assert "there is no shell 'mien'; there are: broken, mine, python" in goldilocks(
        "shell", app, "-p", "mien", code=1
    )
    assert "the shell broken can't be loaded" in goldilocks("shell", app, "-p", "broken", code=1)


@pytest.mark.parametrize("has_readline", [True, False])
def test_python(app, goldilocks, monkeypatch, has_readline):
    """Python's own shell is there always, with completion where the system has it."""
    seen = {}
    monkeypatch.setattr(
        code, "interact", lambda banner, local, exitmsg: seen.update(banner=banner, local=local)
    )
    if not has_readline:
        monkeypatch.setattr(shell, "readline", None)
    goldilocks("shell", app)
    assert "Environment:\n  app " in seen["banner"]
    assert set(seen["local"]) == {"app", "registry", "request", "root", "root_factory"}
