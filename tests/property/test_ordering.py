"""The sorter keeps every promise, whatever is demanded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from goldilocks.ordering import FIRST, LAST, CyclicDependencyError, TopologicalSorter

NAMES = st.sampled_from("abcdef")
DEMANDS = st.dictionaries(NAMES, st.tuples(st.lists(NAMES, max_size=3), st.lists(NAMES, max_size=3)))


@given(DEMANDS)
def test_every_demand_is_met_or_the_cycle_is_named(demands):
    """Whatever comes out holds everything once, each after what it demands and before what it demands."""
    sorter = TopologicalSorter()
    for name, (after, before) in demands.items():
        sorter.add(name, name, after=[*after, FIRST], before=[*before, LAST])
    try:
        placed = [name for name, _ in sorter.sorted()]
    except CyclicDependencyError as error:
        later_of = {
            name: [each for each in later if each in error.cycles] for name, later in error.cycles.items()
        }
        assert any(later_of.values())
        return

    assert sorted(placed) == sorted(demands)
    for name, (after, before) in demands.items():
        assert all(placed.index(each) < placed.index(name) for each in after if each in demands)
        assert all(placed.index(each) > placed.index(name) for each in before if each in demands)
