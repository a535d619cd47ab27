"""Fixtures for applications that must stand in files."""

from __future__ import annotations

import itertools
import sys
import textwrap

import pytest

_numbers = itertools.count(1)


@pytest.fixture
def make_package(tmp_path, monkeypatch):
    """Return a function that writes a package and returns its name; module names are given without ``.py``."""
    made = []
    monkeypatch.syspath_prepend(tmp_path)

    def make(files):
        name = f"written{next(_numbers)}"
        made.append(name)
        for module, source in {"__init__": "", **files}.items():
            path = tmp_path / name / f"{module}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(source))
        return name

    yield make
    for module in list(sys.modules):
        if module.partition(".")[0] in made:
            del sys.modules[module]
