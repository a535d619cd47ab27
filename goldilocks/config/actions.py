"""The log of what was said, and how it is carried out.

Statements put *actions* into the log: mappings with Pyramid's keys, so that an add-on may read, write and make them.
Carrying out goes phase by phase (the ``order``). Within a phase, of several actions with one discriminator the one
said nearest to the application wins; what can't be decided is a conflict, and all conflicts of a phase are reported
together. Actions may be added while others run, as long as their phase is not over. The cost is linear in the number
of actions, however many are added on the way.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import heapq
import inspect
import linecache
import sys
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from zope.interface import implementer

from goldilocks.exceptions import (
    ConfigurationConflictError,
    ConfigurationError,
    ConfigurationExecutionError,
)
from goldilocks.interfaces import IActionInfo
from goldilocks.registry import undefer

#: A row of the log: a mapping with the keys discriminator, callable, args, kw, order, includepath, info, introspectables.
Action = dict[str, Any]

Wrapped = TypeVar("Wrapped", bound=Callable[..., Any])


@implementer(IActionInfo)
class ActionInfo:
    """Where something was said.

    Args:
        file: path of the source file.
        line: its line, counted from 1.
        function: the function that the line stands in.
        src: the text of the line; read from the file when somebody asks, if ``None``.
    """

    def __init__(self, file: str | None, line: int, function: str, src: str | None = None) -> None:
        self.file = file
        self.line = line
        self.function = function
        if src is not None:
            self.src = src

    def __getattr__(self, name: str) -> str:
        # PERF: configuration of many routes; a source line is read only when an error or a tool shows it
        if name != "src":
            raise AttributeError(name)
        self.src = linecache.getline(self.file or "", self.line).strip()
        return self.src

    def __str__(self) -> str:
        source = "\n".join(f"    {line}" for line in self.src.split("\n"))
        return f"Line {self.line} of file {self.file}:\n{source}"


#: The place of what was said outside every directive.
NOWHERE = ActionInfo(None, 0, "", "")


def action_method(wrapped: Wrapped) -> Wrapped:
    """Make a function a directive: the place of its outermost call stands in the actions that it makes.

    The result takes two more keywords: ``_info`` (the place, an `ActionInfo` or its four values) and ``_backframes``
    (how many frames beyond the caller the place is). An error that leaves the outermost directive carries the place
    as a note.
    """

    @functools.wraps(wrapped)
    def directive(self: Any, *args: Any, **kw: Any) -> Any:
        info = kw.pop("_info", None)
        backframes = kw.pop("_backframes", 0)
        if self._ainfo:
            return wrapped(self, *args, **kw)
        if info is None:
            info = place_of_caller(2 + backframes)
        elif isinstance(info, list | tuple) and len(info) == 4:
            info = ActionInfo(*info)
        self._ainfo = [info]
        try:
            return wrapped(self, *args, **kw)
        except Exception as error:
            _note_place(error, info)
            raise
        finally:
            self._ainfo = []

    # COMPAT: Configurator.add_view.__docobj__ is read by documentation tools
    directive.__docobj__ = wrapped  # type: ignore[attr-defined]
    return directive  # type: ignore[return-value]


def place_of_caller(depth: int = 2) -> ActionInfo:
    """Return the line that is being carried out ``depth`` frames up; 2 is the caller of the function that asks."""
    try:
        frame = sys._getframe(depth)
    except ValueError:  # said from the outermost frame, with more backframes than there are
        return NOWHERE
    return ActionInfo(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)


@contextlib.contextmanager
def blamed(place: Any) -> Iterator[None]:
    """Let an error that leaves the ``with`` carry the place that is at fault, unless it names one already."""
    try:
        yield
    except Exception as error:
        _note_place(error, place)
        raise


#: How the note begins that tells the place of an error.
_SAID_IN = "said in "


def _note_place(error: Exception, info: Any) -> None:
    """Write the place onto an error, once, so that its traceback ends with the line that is at fault."""
    is_placed = isinstance(error, ConfigurationExecutionError | ConfigurationConflictError) or any(
        note.startswith(_SAID_IN) for note in getattr(error, "__notes__", ())
    )
    file = getattr(info, "file", None)
    if file and not is_placed:
        # a tool that reads configuration files brings places of its own, which may know less than ours
        source = getattr(info, "src", "")
        error.add_note(
            f"{_SAID_IN}{file}, line {getattr(info, 'line', '?')}" + (f": {source}" if source else "")
        )


class ActionState:
    """The log: actions that were said and wait for being carried out."""

    def __init__(self) -> None:
        self.actions: list[Any] = []
        self._seen_files: set[Hashable] = set()

    def processSpec(self, spec: Hashable) -> bool:
        """Return whether ``spec`` is asked for the first time: an add-on is included only once."""
        if spec in self._seen_files:
            return False
        self._seen_files.add(spec)
        return True

    def action(
        self,
        discriminator: Any,
        callable: Callable[..., Any] | None = None,
        args: tuple[Any, ...] = (),
        kw: Mapping[str, Any] | None = None,
        order: int = 0,
        includepath: tuple[str, ...] = (),
        info: Any = None,
        introspectables: Iterable[Any] = (),
        **extra: Any,
    ) -> None:
        """Append a row; ``extra`` keys stay on it."""
        row = expand_action_tuple(
            discriminator, callable, args, kw, includepath, info, order, introspectables
        )
        self.actions.append({**extra, **row})

    def execute_actions(self, clear: bool = True, introspector: Any = None) -> list[Action]:
        """Carry out the log, and return the actions that won, in the order in which they ran.

        Args:
            clear: empty the log afterwards, also when it failed.
            introspector: receives the facts of every action that was carried out.

        Raises:
            ConfigurationConflictError: all conflicts of a phase.
            ConfigurationExecutionError: an action failed; names the line that said it.
        """
        said: list[Any] = []
        executed: list[Action] = []
        ledger = ConflictResolverState()
        try:
            while True:
                if self.actions:
                    said += self.actions
                    ledger.enter(self.actions)
                    self.actions = []
                action = ledger.take()
                if action is None:
                    break
                _carry_out(action, introspector)
                executed.append(action)
            self.actions = said
            return executed
        finally:
            if clear:
                self.actions = []


def _carry_out(action: Action, introspector: Any) -> None:
    info = action["info"]
    try:
        if action["callable"] is not None:
            action["callable"](*action["args"], **action["kw"])
    except Exception as error:
        failure = ConfigurationExecutionError(type(error), error, info)
        raise failure.with_traceback(error.__traceback__) from error
    if introspector is not None:
        for introspectable in action.get("introspectables", ()):
            introspectable.register(introspector, info)


class ConflictResolverState:
    """The ledger of one execution: what waits, what has won and is ready, what is done.

    Actions wait by phase. When a phase comes, its discriminators are computed and its winners become ready, in the
    order in which they were said. Actions that arrive later join in the same way.
    """

    def __init__(self) -> None:
        #: Carried out, by discriminator: can't be taken back, so nothing but itself may win over later ones.
        self.done: dict[Hashable, Action] = {}
        #: The order of the last action taken; an earlier phase is over.
        self.min_order: int | None = None
        self._count = 0
        self._waiting: dict[int, list[tuple[int, Action]]] = {}
        self._ready: list[tuple[int, int, Action]] = []
        self._chosen: dict[Hashable, tuple[int, Action]] = {}

    def enter(self, actions: Iterable[Any]) -> None:
        """Take actions in, in the order in which they were said."""
        for action in normalize_actions(actions):
            self._waiting.setdefault(action["order"] or 0, []).append((self._count, action))
            self._count += 1

    def take(self) -> Action | None:
        """Return the next action to carry out, or ``None`` when all is done."""
        while True:
            phase = min(self._waiting, default=None)
            if phase is not None and (not self._ready or phase <= self._ready[0][0]):
                self._settle(phase, self._waiting.pop(phase))
                continue
            if not self._ready:
                return None
            phase, position, action = heapq.heappop(self._ready)
            discriminator = action["discriminator"]
            if discriminator is not None:
                if self._chosen.get(discriminator, (position,))[0] != position:
                    continue  # a nearer statement arrived after this one was ready
                self._chosen.pop(discriminator, None)
                self.done[discriminator] = action
            self.min_order = phase
            return action

    def _settle(self, phase: int, arrivals: list[tuple[int, Action]]) -> None:
        """Decide among the arrivals of a phase, and put the winners among the ready."""
        if self.min_order is not None and phase < self.min_order:
            raise ConfigurationError(_too_late(phase, self.min_order, arrivals))
        rivals: dict[Hashable, list[tuple[int, Action]]] = {}
        for position, action in arrivals:
            discriminator = _computed_discriminator(action)
            if discriminator is None:
                heapq.heappush(self._ready, (phase, position, action))
            else:
                rivals.setdefault(discriminator, []).append((position, action))

        conflicts: dict[Hashable, list[Any]] = {}
        for discriminator, group in rivals.items():
            chosen = self._chosen.get(discriminator)
            winner, clashes = winner_of(
                group if chosen is None else [chosen, *group], self.done.get(discriminator)
            )
            if clashes:
                conflicts[discriminator] = clashes
            elif winner is not None and winner is not chosen:
                self._chosen[discriminator] = winner
                heapq.heappush(self._ready, (phase, *winner))
        if conflicts:
            raise ConfigurationConflictError(conflicts)


def _computed_discriminator(action: Action) -> Hashable:
    """Return the discriminator and write it into the row; an error in computing it is one of the line that said it."""
    try:
        action["discriminator"] = discriminator = undefer(action["discriminator"])
    except Exception as error:
        _note_place(error, action["info"])
        raise
    return discriminator


def winner_of(
    rivals: list[tuple[int, Action]], done: Action | None
) -> tuple[tuple[int, Action] | None, list[Any]]:
    """Choose which of several actions with one discriminator is carried out.

    An action wins over another in silence if it was said nearer to the application: its include path is a proper
    beginning of the other's. Everything else is a clash.

    Args:
        rivals: (position, action) of each.
        done: one that an earlier phase carried out; it can't be taken back, so it wins or clashes.

    Returns:
        The winner, or ``None`` when ``done`` stays; and the places of all that clash, that of the nearest first.
    """
    if len(rivals) == 1 and done is None:  # PERF: configuration of many routes; nearly every action is alone
        return rivals[0], []
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


@contextlib.contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep Python's search for circular garbage from looking, again and again, through what is being made to last."""
    # PERF: build of 10,000 routes and views: half of its time, and what makes it grow faster than the routes
    is_wanted = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_wanted:
            gc.enable()


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


class ActionTopic:
    """What a Configurator can do with the log."""

    registry: Any
    autocommit: bool
    introspection: bool
    includepath: tuple[str, ...] = ()
    #: A place that stands for all that is said, whatever the caller; set by tools that read configuration files.
    info: Any = ""
    _ainfo: list[Any] = []

    @property
    def action_info(self) -> Any:
        """The place that the next action will carry."""
        return self.info or (self._ainfo[0] if self._ainfo else NOWHERE)

    def action(
        self,
        discriminator: Any,
        callable: Callable[..., Any] | None = None,
        args: tuple[Any, ...] = (),
        kw: Mapping[str, Any] | None = None,
        order: int = 0,
        introspectables: Iterable[Any] = (),
        **extra: Any,
    ) -> None:
        """Say something that is carried out at `commit`, or at once under ``autocommit``.

        Args:
            discriminator: what it may conflict on: a hashable value, or a `Deferred` that computes it when its
                phase comes; ``None`` never conflicts.
            callable: what is to be done; ``None`` for a statement that only occupies its discriminator.
            args: for the callable.
            kw: for the callable.
            order: the phase; lower ones run first.
            introspectables: facts for the introspector.
            extra: more keys for the row in the log.

        Raises:
            TypeError: the discriminator is not hashable.
        """
        hash(discriminator)
        facts = introspectables if self.introspection else ()
        info = self.action_info
        if info is NOWHERE and not self._ainfo:  # said directly, outside of every directive
            info = place_of_caller()
        if not self.autocommit:
            row = expand_action_tuple(discriminator, callable, args, kw, self.includepath, info, order, facts)
            self.action_state.action(**{**extra, **row})
            return
        with self._current():
            undefer(discriminator)
            if callable is not None:
                callable(*args, **(kw or {}))
            for fact in facts:
                fact.register(self.introspector, info)

    def _get_action_state(self) -> Any:
        try:
            return self.registry.action_state
        except AttributeError:
            self.registry.action_state = state = ActionState()
            return state

    def _set_action_state(self, state: Any) -> None:
        self.registry.action_state = state

    #: The log; it belongs to the registry and is shared by every Configurator on it.
    action_state = property(_get_action_state, _set_action_state)
    _ctx = action_state

    def commit(self) -> None:
        """Carry out everything that was said so far; what is said later can't conflict with it.

        Raises:
            ConfigurationConflictError: names every clash with both places.
            ConfigurationExecutionError: a statement failed; names the line that said it.
        """
        with self._current(), _collector_paused():
            self.action_state.execute_actions(introspector=self.introspector)
        self.action_state = ActionState()

    def _current(self) -> Any:
        """Return a context in which this configuration's registry is the current one."""
        raise NotImplementedError

    @property
    def introspector(self) -> Any:
        """The account of what was carried out."""
        raise NotImplementedError


ActionConfiguratorMixin = ActionTopic


def is_directive(value: Any) -> bool:
    """Tell whether a function notes the place of its call."""
    return inspect.isfunction(value) and hasattr(value, "__docobj__")
