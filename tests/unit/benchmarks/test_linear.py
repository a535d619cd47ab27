"""The benchmark of linear time."""

from __future__ import annotations

from benchmarks import linear, report


def row(name, *seconds):
    return {"name": name, "sizes": list(linear.SIZES[: len(seconds)]), "seconds": list(seconds)}


LINEAR = row("fine", 0.001, 0.002, 0.004, 0.008, 0.016)
SQUARE = row("steep", 0.001, 0.004, 0.016, 0.064, 0.256)


def test_each_input_is_as_long_as_it_is_said_to_be():
    """An input has the length that is asked for, but for less than what it is full of."""
    for name, fill, _ in linear.cases():
        made = fill(10_000)
        assert 10_000 - 6_000 < len(made) <= 10_000, name


def test_every_parser_can_be_called():
    """With inputs of any length, nothing fails that is to be measured."""
    for _, fill, make in linear.cases():
        for size in (500, 1_000):
            make(fill(size))()


def test_timing_is_that_of_one_call():
    """However often it is called, what is told is how long one call takes."""
    calls = []
    assert 0 <= linear.timed(lambda: calls.append(1)) < 0.001
    assert len(calls) > 10


def test_what_is_not_linear_is_marked():
    """A ratio above the wanted one is marked, and so is what took too long to get more input; what takes no time isn't."""
    assert not linear.is_marked(LINEAR)
    assert linear.is_marked(SQUARE)
    assert linear.is_marked(row("slow", 3.0))
    assert not linear.is_marked(row("constant", 1e-7, 9e-7, 1e-7, 1e-7, 1e-7))


def test_table_has_the_ratios():
    """The report prints the table with its marks."""
    printed = report.report(
        {"when": "today", "python": "3.11", "machine": "small", "rounds": 1, "while_ms": 1, "versions": {}, "rows": [],
         "shapes": {}, "notes": [], "linear": [LINEAR, SQUARE]}
    )  # fmt: skip
    assert "2 inputs, 1 of them above 2.5" in printed
    fine, steep = (line for line in printed.splitlines() if line.startswith(("fine", "steep")))
    assert fine.split()[1:5] == ["1.00", "ms", "16.0", "ms"]
    assert fine.split()[5:] == ["2.00"] * 4
    assert steep.endswith(linear.MARK)
