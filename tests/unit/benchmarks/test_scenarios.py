"""The table of scenarios, and what makes an answer right."""

import pytest

from benchmarks.scenarios import ORDER, SCENARIOS, Answer, chosen, has_length, has_rows, is_json, route_specs
from benchmarks.targets import TARGETS


def test_family_stands_for_all_its_sizes() -> None:
    """``ONLY=routes`` asks for every number of routes."""
    assert chosen("routes, hello") == ["routes-10", "routes-100", "routes-1000", "routes-10000", "hello"]


def test_nothing_said_is_all() -> None:
    """Without ``ONLY=`` all is measured, start-up and sockets, too."""
    assert chosen("") == [*SCENARIOS, "startup", "sockets", "linear"]


def test_unknown_names_are_refused() -> None:
    """A misspelt scenario isn't an empty run."""
    with pytest.raises(ValueError, match="'helo'"):
        chosen("hello helo")


def test_targets_name_rows() -> None:
    """Every target is of a hit that there is, or of start-up."""
    hits = {f"{scenario.name}.{hit.name}" for scenario in SCENARIOS.values() for hit in scenario.hits}
    starts = {"import", "build-1000", "build-10000", "memory-10000"}
    assert set(TARGETS) - starts <= hits


def test_orders_have_one_kibibyte() -> None:
    """The JSON body that is posted is 1,024 bytes long."""
    assert len(ORDER.body) == 1024


def test_routes_are_hit_where_they_are_said_to_be() -> None:
    """First, middle and last routes are dynamic; the static and the method one are of the last ten."""
    specs = route_specs(100)
    assert (specs[0].head, specs[50].head, specs[99].head) == ("bears0", "bears50", "bears99")
    assert (specs[91].has_name, specs[92].head, specs[93].method) == (False, "dens90", "POST")
    assert specs[92].head == specs[93].head


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (is_json({"a": 1}), b'{"a":1}', b'{"a":2}'),
        (has_length(3), b"abc", b"abcd"),
        (has_rows(1), b'<tr><tr><a href="/bears/0">Bear &lt;0&gt;</a></html>\n', b"<tr><tr></html>"),
    ],
)
def test_checks_tell_right_from_wrong(check: object, good: bytes, bad: bytes) -> None:
    """A wrong body is refused."""
    headers = (("content-type", "application/json"), ("content-length", "3"))
    assert callable(check)
    assert [bool(check(Answer(200, headers, body))) for body in (good, bad)] == [True, False]
