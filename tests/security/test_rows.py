"""The list of rows and their tests names tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LINES = [line for line in (HERE / "rows.md").read_text("utf-8").splitlines() if re.match(r"\| \d", line)]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.split("|")[1].strip())
def test_row_has_its_tests(line):
    """Each row names tests, or says why it concerns nothing."""
    cell = line.split("|")[3].strip()
    names = re.findall(r"`([\w/]+)::(\w+|\*)`", cell)
    assert names or cell.startswith("— "), line
    for file, name in names:
        path = HERE.parent / f"{file}.py" if "/" in file else HERE / f"test_{file}.py"
        source = path.read_text("utf-8")
        assert name == "*" or f"def {name}(" in source, (path, name)


def test_rows_are_there_once():
    """No row stands there twice, and each line has its three cells."""
    numbers = [int(line.split("|")[1]) for line in LINES]
    assert numbers == sorted(set(numbers))
    assert all(line.count("|") == 4 for line in LINES)
