"""The arithmetic of the benchmark."""

import doctest

import pytest

from benchmarks import figures


def test_examples_are_true() -> None:
    """What the docstrings show is what comes out."""
    assert doctest.testmod(figures) == (0, 5)


def test_one_round_has_no_spread() -> None:
    """Of a single round, median and quartiles are the same."""
    assert figures.spread([2.0]) == figures.Spread(2.0, 2.0, 2.0)


def test_rounds_belong_together() -> None:
    """Each round's ratio is of that round's figures, so a slow round of both changes nothing."""
    assert figures.ratios([10.0, 40.0], [5.0, 20.0]) == [2.0, 2.0]


def test_ratios_want_as_many_rounds() -> None:
    """Figures of different rounds aren't compared."""
    with pytest.raises(ValueError, match="longer"):
        figures.ratios([1.0], [1.0, 2.0])


def test_a_spread_is_printed_with_its_quartiles() -> None:
    """Median first, the quartiles in brackets."""
    assert str(figures.Spread(5.021, 4.95, 12.34)) == "5.02 [4.95-12.3]"
