"""The tables of the benchmark."""

from typing import Any

from benchmarks import report


def row(name: str, unit: str = "s", **figures: list[float]) -> dict[str, Any]:
    return {"name": name, "unit": unit, "seconds": figures}


def results(*rows: dict[str, Any]) -> dict[str, Any]:
    return {
        "when": "today", "python": "3.11", "machine": "small", "rounds": 3, "while_ms": 5, "versions": {"bear": "1"},
        "rows": list(rows), "notes": ["  Bottle is left out"],
        "shapes": {"hello": {"": {"about": "a greeting"}, "falcon": {"shape": "route /", "by_hand": "all"}}},
    }  # fmt: skip


HELLO = row("hello.hello", goldilocks=[1e-6, 2e-6], pyramid=[6e-6, 12e-6], falcon=[1e-6, 2e-6])


def test_ratios_stand_beside_their_targets() -> None:
    """A target that is reached has a plus, one that is missed a minus."""
    printed = report.report(results(HELLO))
    assert "6.00 [6.00-6.00] +5" in printed
    assert "1.00 [1.00-1.00] -1.3" in printed


def test_missed_targets_are_listed() -> None:
    """What is below its target is named once more."""
    assert report.missed([HELLO]) == [("hello.hello", "falcon", 1.0, 1.3)]


def test_more_requests_per_second_are_better() -> None:
    """Over a socket, twice as many requests as a peer's are a ratio of two."""
    served = row("granian.hello", "per s", goldilocks=[200.0], flask=[100.0])
    assert str(report.ratio(served, "flask")) == "2.00 [2.00-2.00]"


def test_who_did_not_finish_has_no_ratio() -> None:
    """Figures of a contender that dropped out after some rounds aren't compared."""
    assert report.ratio(row("x", goldilocks=[1.0, 1.0], flask=[1.0]), "flask") is None


def test_shapes_say_what_is_by_hand() -> None:
    """Beside the figures stand the shapes of the applications, and who was left out."""
    printed = report.report(results(HELLO))
    assert "hello: a greeting\n  Falcon: route /; by hand: all; answers with no headers" in printed
    assert "Bottle is left out" in printed
