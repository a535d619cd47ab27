"""Who wins where two statements say the same, and in which order the winners are carried out.

Within a phase, of several actions with one discriminator the one said nearest to the application wins; what can't be decided
is a conflict, and all conflicts of a phase are reported together. Actions may arrive while others run, as long as their
phase is not over. The cost is linear in the number of actions, however many arrive on the way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any

from goldilocks.config.places import note_place
from goldilocks.exceptions import ConfigurationConflictError, ConfigurationError
from goldilocks.registry import Deferred, undefer

#: A row of the log: a mapping with the keys discriminator, callable, args, kw, order, includepath, info, introspectables.
Action = dict[str, Any]


#: An action, and when it was said among the others.
Entry = tuple[int, Action]


class ConflictResolverState:
    """The ledger of one execution: what waits, what has won and is ready, what is done.

    Actions wait by phase. When a phase comes, its discriminators are computed and its winners become ready, in the
    order in which they were said. Actions that arrive later join in the same way.
    """

    def __init__(self) -> None:
        #: Include path and place of what was carried out, by discriminator: it can't be taken back, so nothing but
        #: itself may win over later ones.
        self.done: dict[Hashable, tuple[tuple[str, ...], Any]] = {}
        #: The order of the last action taken; an earlier phase is over.
        self.min_order: int | None = None
        self._count = 0
        self._waiting: dict[int, list[Entry]] = {}
        self._ready: deque[Entry] = deque()
        self._winners: dict[Hashable, Entry] = {}

    def enter(self, actions: Iterable[Any]) -> None:
        """Take actions in, in the order in which they were said."""
        for entry in enumerate(normalize_actions(actions), start=self._count):
            self._waiting.setdefault(entry[1]["order"] or 0, []).append(entry)
            self._count = entry[0] + 1

    def take(self) -> Action | None:
        """Return the next action to carry out, or ``None`` when all is done."""
        waiting = self._waiting
        while True:
            ready = self._ready
            if waiting and (not ready or (self.min_order is not None and min(waiting) <= self.min_order)):
                phase = min(waiting)
                self._settle(phase, waiting.pop(phase))
            elif not ready:
                return None
            else:
                entry = ready.popleft()
                action = entry[1]
                discriminator = action["discriminator"]
                if discriminator is not None:
                    if self._winners.get(discriminator) is not entry:
                        continue  # a nearer statement arrived after this one was ready
                    del self._winners[discriminator]
                    self.done[discriminator] = action["includepath"], action["info"]
                self.min_order = action["order"] or 0
                return action

    def _settle(self, phase: int, arrivals: list[Entry]) -> None:
        """Decide among the arrivals of a phase, and put the winners among the ready."""
        if self.min_order is not None and phase < self.min_order:
            raise ConfigurationError(_too_late(phase, self.min_order, arrivals))
        ready, winners, done = self._ready, self._winners, self.done
        rivals: dict[Hashable, list[Entry]] = {}
        for entry in arrivals:
            discriminator = entry[1]["discriminator"]
            if isinstance(discriminator, Deferred):
                discriminator = _computed_discriminator(entry[1])
            # PERF: build of 10,000 routes and views: nearly every action is alone
            if discriminator is None:
                ready.append(entry)
            elif discriminator not in winners and discriminator not in done:
                winners[discriminator] = entry
                ready.append(entry)
            else:
                rivals.setdefault(discriminator, []).append(entry)
        if rivals:
            self._decide(rivals)

    def _decide(self, rivals: dict[Hashable, list[Entry]]) -> None:
        """Decide between winners and those that came later for the same."""
        conflicts: dict[Hashable, list[Any]] = {}
        for discriminator, group in rivals.items():
            before = self._winners.get(discriminator)
            if before is None:
                includepath, info = self.done[discriminator]
                winner, clashes = winner_of(group, {"includepath": includepath, "info": info})
            else:
                winner, clashes = winner_of([before, *group], None)
            if clashes:
                conflicts[discriminator] = clashes
            elif winner is not None and winner is not before:
                self._winners[discriminator] = winner
                self._ready.append(winner)
        if conflicts:
            raise ConfigurationConflictError(conflicts)
        self._ready = deque(sorted(self._ready, key=itemgetter(0)))


def _computed_discriminator(action: Action) -> Hashable:
    """Return the discriminator and write it into the row; an error in computing it is one of the line that said it."""
    try:
        action["discriminator"] = discriminator = undefer(action["discriminator"])
    except Exception as error:
        note_place(error, action["info"])
        raise
    return discriminator


def winner_of(rivals: list[Entry], done: Action | None) -> tuple[Entry | None, list[Any]]:
    """Choose which of several actions with one discriminator is carried out.

    An action wins over another in silence if it was said nearer to the application: its include path is a proper
    beginning of the other's. Everything else is a clash.

    Args:
        rivals: (position, action) of each.
        done: one that an earlier phase carried out; it can't be taken back, so it wins or clashes.

    Returns:
        The winner, or ``None`` when ``done`` stays; and the places of all that clash, that of the nearest first.
    """
    first, *rest = sorted(rivals, key=lambda rival: (tuple(rival[1]["includepath"]), rival[0]))
    couples = [(first[1], other) for _, other in rest]
    if done is not None:
        couples.insert(0, (done, first[1]))
    clashes: list[Any] = []
    for nearer, other in couples:
        if not _is_nearer(nearer, other):
            clashes = clashes or [nearer["info"]]
            clashes.append(other["info"])
    return (first if done is None else None), clashes


def _is_nearer(one: Action, other: Action) -> bool:
    """Tell whether ``one`` was said nearer to the application: the other was included by its place."""
    path, longer = tuple(one["includepath"]), tuple(other["includepath"])
    return len(path) < len(longer) and longer[: len(path)] == path


def _too_late(phase: int, now: int, arrivals: list[tuple[int, Action]]) -> str:
    places = "\n".join(
        f"  {line}" for _, action in arrivals for line in str(action["info"]).rstrip().split("\n")
    )
    return (
        f"Actions were added to order={phase} after execution had moved on to order={now}. "
        f"Conflicting actions: \n{places}"
    )


def resolveConflicts(actions: Iterable[Any], state: ConflictResolverState | None = None) -> Iterator[Action]:
    """Yield the actions to carry out, in order.

    Args:
        actions: rows, or tuples in the order of `expand_action_tuple`.
        state: goes on with an execution that was begun; what was taken from it counts as carried out.

    Raises:
        ConfigurationConflictError: when the phase with the clash is reached.
    """
    ledger = ConflictResolverState() if state is None else state
    ledger.enter(actions)
    while (action := ledger.take()) is not None:
        yield action


def normalize_actions(actions: Iterable[Any]) -> list[Action]:
    """Return all actions as mappings: add-ons from long ago still say tuples."""
    return [action if isinstance(action, dict) else expand_action_tuple(*action) for action in actions]


def expand_action_tuple(
    discriminator: Any,
    callable: Callable[..., Any] | None = None,
    args: tuple[Any, ...] = (),
    kw: Mapping[str, Any] | None = None,
    includepath: tuple[str, ...] = (),
    info: Any = None,
    order: int = 0,
    introspectables: Iterable[Any] = (),
) -> Action:
    """Make a row from values in the order of the old tuples."""
    return {
        "discriminator": discriminator,
        "callable": callable,
        "args": args,
        "kw": {} if kw is None else kw,
        "includepath": includepath,
        "info": info,
        "order": order,
        "introspectables": introspectables,
    }


#: COMPAT: config.expand_action, its name before tuples went out of fashion
expand_action = expand_action_tuple
