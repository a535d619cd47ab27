"""Things that say what they come before and after."""

from __future__ import annotations

import pytest

from goldilocks.ordering import FIRST, LAST, ConfigurationError, CyclicDependencyError, TopologicalSorter


def names(sorter):
    return [name for name, _ in sorter.sorted()]


def test_stable_without_demands():
    """What demands nothing stays in the order in which it was added."""
    sorter = TopologicalSorter()
    for name in "cab":
        sorter.add(name, name.upper())

    assert sorter.sorted() == [("c", "C"), ("a", "A"), ("b", "B")]
    assert list(sorter.values()) == ["C", "A", "B"]


def test_demands_are_met():
    """What comes before and after another does so, whenever it was added."""
    sorter = TopologicalSorter()
    sorter.add("last", 3, after="middle")
    sorter.add("middle", 2)
    sorter.add("first", 1, before="middle")

    assert names(sorter) == ["first", "middle", "last"]


def test_the_ends():
    """One that wants to be after the first end comes before all that don't."""
    sorter = TopologicalSorter()
    sorter.add("late", 2)
    sorter.add("early", 1, after=FIRST)

    assert names(sorter) == ["early", "late"]


def test_own_ends_and_defaults():
    """A sorter may have ends of its own, and other defaults."""
    sorter = TopologicalSorter(default_before=None, default_after="in", first="in", last="out")
    sorter.add("outer", 1)
    sorter.add("inner", 2, before="out", after="outer")

    assert names(sorter) == ["outer", "inner"]
    assert (sorter.first, sorter.last) == ("in", "out")


def test_one_of_several_is_enough():
    """Of several neighbours, those that don't exist don't matter as long as one does."""
    sorter = TopologicalSorter()
    sorter.add("a", 1, before=(each for each in ("nowhere", LAST)))

    assert names(sorter) == ["a"]
    assert sorter.order == [("a", "nowhere"), ("a", LAST)]


@pytest.mark.parametrize("side", ["before", "after"])
def test_no_such_neighbour(side):
    """A demand that names nothing that exists is an error, which says who wants what."""
    sorter = TopologicalSorter()
    sorter.add("a", 1, **{side: ("x", "y")})

    with pytest.raises(ConfigurationError, match=rf"'a' wants to be {side} \('x', 'y'\)"):
        sorter.sorted()


def test_contradiction():
    """Demands that contradict each other are an error, which says which ones."""
    sorter = TopologicalSorter()
    sorter.add("a", 1, before="b")
    sorter.add("b", 2, before="a")

    with pytest.raises(CyclicDependencyError) as caught:
        sorter.sorted()
    assert caught.value.cycles == {"a": ["b"], "b": ["a"]}
    assert "'a' sorts before ['b']; 'b' sorts before ['a']" in str(caught.value)
    assert isinstance(caught.value, ConfigurationError)


def test_added_again_replaces():
    """A name that is added again loses its value, its demands and its place."""
    sorter = TopologicalSorter()
    sorter.add("a", 1, before="nowhere", after="nowhere")
    sorter.add("b", 2)
    sorter.add("a", 3)

    assert sorter.sorted() == [("b", 2), ("a", 3)]


def test_removed():
    """A removed value is gone with all its demands."""
    sorter = TopologicalSorter()
    sorter.add("a", 1, before="nowhere", after=("nowhere", FIRST))
    sorter.add("b", 2)
    sorter.remove("a")

    assert names(sorter) == ["b"]
    assert sorter.order == [("b", LAST)]
    assert not sorter.req_after
    with pytest.raises(ValueError):
        sorter.remove("a")


def test_the_answer_is_the_callers():
    """Who changes the list that he got changes nobody else's."""
    sorter = TopologicalSorter()
    sorter.add("a", 1)
    sorter.sorted().clear()

    assert names(sorter) == ["a"]


def test_remembered_until_something_is_added():
    """The order is worked out afresh after each change."""
    sorter = TopologicalSorter()
    sorter.add("a", 1)
    assert names(sorter) == ["a"]
    sorter.add("b", 2, before="a")

    assert names(sorter) == ["b", "a"]


def test_the_ends_show_as_their_names():
    """In messages, the ends are readable."""
    assert repr((FIRST, LAST)) == "(FIRST, LAST)"
