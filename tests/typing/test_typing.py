"""What type checkers know of the language, an add-on's words included."""

import ast
import inspect
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from goldilocks.config import adapters, exceptionviews, routes, views

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


def mypy(program: str) -> list[tuple[int, str]]:
    """Return line and code of every error that ``mypy --strict`` finds in a program of this folder."""
    pytest.importorskip("mypy", reason="mypy isn't installed; `make test` installs it")
    options = ["--strict", "--no-error-summary", "--follow-imports=silent"]  # our own files are `make types`
    command = [sys.executable, "-m", "mypy", *options, str(HERE / program)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert not answer.stderr
    found = re.findall(rf"{program}:(\d+): error: .*\[([\w-]+)\]$", answer.stdout, re.MULTILINE)
    assert len(found) == answer.stdout.count(": error: "), answer.stdout
    return [(int(line), code) for line, code in found]


def test_right_use_passes() -> None:
    """A program that says a little of everything has no error under ``mypy --strict``."""
    assert mypy("right.py") == []


def test_right_use_runs() -> None:
    """What passes the type checker works."""
    command = [sys.executable, str(HERE / "right.py")]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    answer = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    assert answer.stdout == "1024 0\n"


def test_mistakes_are_found() -> None:
    """Wrong names, wrong types and missing arguments are errors: those of directives and of add-ons."""
    lines = (HERE / "wrong.py").read_text("utf-8").splitlines()
    marked = [
        (number, mark[1])
        for number, line in enumerate(lines, start=1)
        if (mark := re.search(r"# error: ([\w-]+)$", line))
    ]
    assert Counter(mypy("wrong.py")) == Counter(marked)


#: (file, statement, directive) of those that take any keyword, and therefore have a stub.
OPEN_STATEMENTS = [
    (views, views.AddView, "add_view"),
    (routes, routes.AddRoute, "add_route"),
    (adapters, adapters.AddSubscriber, "add_subscriber"),
]


def stub_of(module: ModuleType, name: str) -> ast.FunctionDef:
    """Return the method that only type checkers see."""
    tree = ast.parse(inspect.getsource(module))
    [stub] = [
        node
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and ast.unparse(branch.test) == "TYPE_CHECKING"
        for node in ast.walk(branch)
        if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    return stub


def arguments_of(stub: ast.FunctionDef) -> list[tuple[str, str, Any]]:
    """Return name, type and default of the arguments; no default is ``...``."""
    arguments = stub.args.args[1:]
    defaults: list[Any] = [ast.literal_eval(default) for default in stub.args.defaults]
    defaults = [...] * (len(arguments) - len(defaults)) + defaults
    return [
        (argument.arg, ast.unparse(argument.annotation), default)
        for argument, default in zip(arguments, defaults, strict=True)
        if argument.annotation is not None
    ]


@pytest.mark.parametrize(("module", "statement", "name"), OPEN_STATEMENTS)
def test_stub_says_what_the_fields_say(module: ModuleType, statement: Any, name: str) -> None:
    """The stub of an open statement has its fields: the same names, types and defaults in the same order."""
    fields = [
        (name, kind, getattr(statement, name, ...))
        for name, kind in statement.types_of_fields().items()
        if name != "rest"
    ]
    stub = stub_of(module, name)
    assert arguments_of(stub) == fields
    assert stub.args.kwarg is not None
    assert stub.args.kwarg.arg == statement.rest_name


@pytest.mark.parametrize(("module", "statement", "name"), OPEN_STATEMENTS)
def test_signature_says_what_the_stub_says(module: ModuleType, statement: Any, name: str) -> None:
    """Who asks the running directive for its signature is told the arguments that the stub has."""
    directive = getattr(module.__dict__[_topic_of(module)], name)
    stub = stub_of(module, name)
    names = [argument.arg for argument in stub.args.args]
    assert stub.args.kwarg is not None
    assert list(inspect.signature(directive).parameters) == [*names, stub.args.kwarg.arg]


def _topic_of(module: ModuleType) -> str:
    [topic] = {name for name in vars(module) if name.endswith("Topic")}
    return topic


@pytest.mark.parametrize("name", ["add_forbidden_view", "add_notfound_view", "add_exception_view"])
def test_stub_of_exception_views_names_their_own_arguments(name: str) -> None:
    """What the stubs of exception views name, the statements have as fields."""
    statement = getattr(exceptionviews.ExceptionViewTopic, name).statement
    fields = set(statement.types_of_fields())
    stub = stub_of(exceptionviews, name)
    assert {argument.arg for argument in (*stub.args.args[1:], *stub.args.kwonlyargs)} <= fields
