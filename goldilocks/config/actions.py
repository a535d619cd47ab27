"""The log of what was said, and how it is carried out.

Statements put *actions* into the log: mappings with Pyramid's keys, so that an add-on may read, write and make them.
Carrying out goes phase by phase (the ``order``). Within a phase, of several actions with one discriminator the one
said nearest to the application wins; what can't be decided is a conflict, and all conflicts of a phase are reported
together. Actions may be added while others run, as long as their phase is not over. The cost is linear in the number
of actions, however many are added on the way.
"""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from types import FunctionType
from typing import Any, TypeVar

from goldilocks.collector import collector_paused, let_grow_old
from goldilocks.config.conflicts import Action as Action
from goldilocks.config.conflicts import ConflictResolverState as ConflictResolverState
from goldilocks.config.conflicts import expand_action as expand_action
from goldilocks.config.conflicts import expand_action_tuple as expand_action_tuple
from goldilocks.config.conflicts import normalize_actions as normalize_actions
from goldilocks.config.conflicts import resolveConflicts as resolveConflicts
from goldilocks.config.conflicts import winner_of as winner_of
from goldilocks.config.places import NOWHERE, note_place
from goldilocks.config.places import ActionInfo as ActionInfo
from goldilocks.config.places import blamed as blamed
from goldilocks.config.places import place_of_caller as place_of_caller
from goldilocks.exceptions import ConfigurationExecutionError
from goldilocks.registry import undefer

#: After how many actions what they are made of is taken for old: they stay until commit, and most of it longer.
OFTEN = 50

Wrapped = TypeVar("Wrapped", bound=Callable[..., Any])


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
            note_place(error, info)
            raise
        finally:
            self._ainfo = []

    # COMPAT: Configurator.add_view.__docobj__ is read by documentation tools
    directive.__docobj__ = wrapped  # type: ignore[attr-defined]
    return directive  # type: ignore[return-value]


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
        try:
            executed = []
            for action in self._taken(said):
                _carry_out(action, introspector)
                executed.append(action)
            self.actions = said
            return executed
        finally:
            if clear:
                self.actions = []

    def carry_out(self, introspector: Any) -> None:
        """Carry out the log and empty it, as `execute_actions` does, but let go of each action when it is done."""
        # PERF: memory of 10,000 routes and views: what an action was made of is used again for what it makes
        try:
            for action in self._taken(None):
                _carry_out(action, introspector)
        finally:
            self.actions = []

    def _taken(self, said: list[Any] | None) -> Iterator[Action]:
        """Yield what is to be carried out; what is said meanwhile is taken in, and written down in ``said``."""
        ledger = ConflictResolverState()
        while True:
            if self.actions:
                if said is not None:
                    said += self.actions
                ledger.enter(self.actions)
                self.actions = []
            action = ledger.take()
            if action is None:
                return
            yield action


def _carry_out(action: Action, introspector: Any) -> None:
    info, callable = action["info"], action["callable"]
    try:
        if callable is not None:
            callable(*action["args"], **action["kw"])
    except Exception as error:
        failure = ConfigurationExecutionError(type(error), error, info)
        raise failure.with_traceback(error.__traceback__) from error
    if introspector is not None:
        for introspectable in action.get("introspectables", ()):
            introspectable.register(introspector, info)


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
            state = self.action_state
            if state.__class__ is ActionState and not extra:  # PERF: build of 10,000 routes and views
                actions = state.actions
                actions.append(row)
                if not len(actions) % OFTEN and gc.isenabled():
                    let_grow_old()
            else:
                state.action(**{**extra, **row})
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
        with self._current(), collector_paused():
            state = self.action_state
            if state.__class__ is ActionState and "execute_actions" not in state.__dict__:
                state.carry_out(self.introspector)
            else:
                state.execute_actions(introspector=self.introspector)
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
    return isinstance(value, FunctionType) and hasattr(value, "__docobj__")
