"""The examples in docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

import goldilocks

MODULES = [
    "tests.support",
    *sorted(
        found.name
        for found in pkgutil.walk_packages(goldilocks.__path__, "goldilocks.")
        if not found.name.endswith("__main__")
    ),
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every example of a file runs, and says what the docstring says that it says."""
    failed = doctest.testmod(importlib.import_module(name)).failed
    assert not failed, capsys.readouterr().out


def test_some_docstrings_have_examples() -> None:
    """The examples are found where they stand."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    assert sum(len(test.examples) for test in finder.find(importlib.import_module("goldilocks.names"))) > 3
