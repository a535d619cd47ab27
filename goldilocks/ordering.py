"""Putting things in order that say what they must come before and after: tweens, derivers, predicates, media types.

The two errors that this can end in are born here, and with them the ancestor of all configuration errors, because
this is the lowest file that raises one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Mapping, ValuesView
from typing import Any, TypeAlias

from goldilocks.encode import is_nonstr_iter


class ConfigurationError(Exception):
    """Something that was said to the Configurator doesn't make sense."""


class CyclicDependencyError(ConfigurationError):
    """Several things each demand to come before the other.

    Args:
        cycles: for each of them, those before which it must come.
    """

    def __init__(self, cycles: Mapping[Any, Any]) -> None:
        super().__init__(cycles)
        self.cycles = cycles

    def __str__(self) -> str:
        demands = "; ".join(f"{name!r} sorts before {later!r}" for name, later in self.cycles.items())
        return f"these can't be put in order, drop one of the demands: {demands}"


class Sentinel:
    """A value that stands for itself and shows as ``repr``."""

    def __init__(self, repr: str) -> None:
        self.repr = repr

    def __repr__(self) -> str:
        return self.repr


#: The two ends of the order. Nothing may come before the first or after the last.
FIRST = Sentinel("FIRST")
LAST = Sentinel("LAST")

Name: TypeAlias = Hashable
#: What ``before`` and ``after`` may be: one name, several of which one must be known, or no demand.
Neighbours: TypeAlias = Name | Iterable[Name] | None


class TopologicalSorter:
    """Named values, put in an order that honours what each demands.

    The order is worked out when it is asked for and kept until something is added or removed. Where the demands leave
    a choice, it is a stable one: what was added first comes first, and what was only waiting for
    the one just placed is placed next.

    >>> sorter = TopologicalSorter()
    >>> sorter.add("roof", 3, after="walls")
    >>> sorter.add("walls", 2)
    >>> sorter.add("ground", 1, before="walls")
    >>> sorter.sorted()
    [('ground', 1), ('walls', 2), ('roof', 3)]
    """

    def __init__(
        self,
        default_before: Neighbours = LAST,
        default_after: Neighbours = None,
        first: Name = FIRST,
        last: Name = LAST,
    ) -> None:
        # COMPAT: add-ons read these attributes, all of them.
        self.names: list[Name] = []
        self.req_before: set[Name] = set()
        self.req_after: set[Name] = set()
        self.name2before: dict[Name, Iterable[Name]] = {}
        self.name2after: dict[Name, Iterable[Name]] = {}
        self.name2val: dict[Name, Any] = {}
        self.order: list[tuple[Name, Name]] = []
        self.default_before = default_before
        self.default_after = default_after
        self.first = first
        self.last = last
        self._sorted: tuple[tuple[Any, Any], ...] | None = None

    def values(self) -> ValuesView[Any]:
        """Return the values in the order in which they were added."""
        return self.name2val.values()

    def remove(self, name: Name) -> None:
        """Take a value out, and the demands that were made for it."""
        self._sorted = None
        self.names.remove(name)
        del self.name2val[name]
        for neighbour in self.name2after.pop(name, ()):
            self.order.remove((neighbour, name))
        for neighbour in self.name2before.pop(name, ()):
            self.order.remove((name, neighbour))
        self.req_after.discard(name)
        self.req_before.discard(name)

    def add(self, name: Name, val: Any, after: Neighbours = None, before: Neighbours = None) -> None:
        """Add a value, or replace the one with this name.

        Without ``after`` and ``before``, the sorter's defaults hold. Where several neighbours are given on one side, those
        that don't exist are ignored as long as one does.
        """
        if name in self.name2val:
            self.remove(name)
        self._sorted = None
        self.names.append(name)
        self.name2val[name] = val
        if after is None and before is None:
            before, after = self.default_before, self.default_after
        if after is not None:
            self.name2after[name] = neighbours = _several(after)
            self.order += [(neighbour, name) for neighbour in neighbours]
            self.req_after.add(name)
        if before is not None:
            self.name2before[name] = neighbours = _several(before)
            self.order += [(name, neighbour) for neighbour in neighbours]
            self.req_before.add(name)

    def sorted(self) -> list[tuple[Any, Any]]:
        """Return pairs of name and value in order.

        Raises:
            ConfigurationError: a demand names only what doesn't exist.
            CyclicDependencyError: the demands contradict each other.
        """
        if self._sorted is None:
            names = _place(dict.fromkeys((self.first, self.last, *self.names)), self._known_demands())
            self._sorted = tuple((name, self.name2val[name]) for name in names if name in self.name2val)
        return list(self._sorted)

    def _known_demands(self) -> list[tuple[Name, Name]]:
        """Return the pairs of earlier and later whose both ends exist, and see that no demand is left empty-handed."""
        known = {self.first, self.last, *self.names}
        demands = [(earlier, later) for earlier, later in self.order if earlier in known and later in known]
        demands.insert(0, (self.first, self.last))
        for side, asked, met, neighbours in (
            ("before", self.req_before, {earlier for earlier, _ in demands}, self.name2before),
            ("after", self.req_after, {later for _, later in demands}, self.name2after),
        ):
            if missing := asked - met:
                wishes = sorted(f"{name!r} wants to be {side} {neighbours[name]!r}" for name in missing)
                raise ConfigurationError(
                    f"no such neighbour, is something not included yet? {'; '.join(wishes)}"
                )
        return demands


def _several(neighbours: Any) -> Iterable[Name]:
    return tuple(neighbours) if is_nonstr_iter(neighbours) else (neighbours,)


def _place(names: Iterable[Name], demands: Iterable[tuple[Name, Name]]) -> list[Name]:
    """Put ``names`` in an order in which the earlier of each demand comes before the later."""
    followers: dict[Name, list[Name]] = {name: [] for name in names}
    waiting_for = dict.fromkeys(followers, 0)
    for earlier, later in demands:
        followers[earlier].append(later)
        waiting_for[later] += 1

    ready = deque(name for name, count in waiting_for.items() if not count)
    placed: list[Name] = []
    while ready:
        name = ready.popleft()
        placed.append(name)
        for follower in followers.pop(name):
            waiting_for[follower] -= 1
            if not waiting_for[follower]:
                ready.appendleft(follower)
    if followers:
        raise CyclicDependencyError(followers)
    return placed
