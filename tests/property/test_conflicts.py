"""Which statements are carried out, and in which order, against the rule written down as plainly as possible."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from goldilocks.config.actions import ActionState
from goldilocks.exceptions import ConfigurationConflictError, ConfigurationError
from goldilocks.registry import Deferred


@dataclass
class Said:
    """A statement of the test: what it may conflict on, where it was said, its phase, and what it says when it runs."""

    discriminator: int | None
    path: tuple[str, ...]
    order: int
    is_deferred: bool = False
    adds: list[Said] = field(default_factory=list)
    name: str = ""


PATHS = st.lists(st.sampled_from("ab"), max_size=3).map(tuple)
SIMPLE = st.builds(
    Said,
    st.none() | st.integers(0, 3),
    PATHS,
    st.sampled_from([-30, -10, 0, 5, 999]),
    st.booleans(),
)
ADDING = st.builds(
    Said,
    st.none() | st.integers(0, 3),
    PATHS,
    st.sampled_from([-30, -10, 0, 5, 999]),
    st.booleans(),
    st.lists(SIMPLE, max_size=2),
)


def named(statements, prefix=""):
    for number, statement in enumerate(statements):
        statement.name = f"{prefix}{number}"
        named(statement.adds, f"{statement.name}.")
    return statements


# --- The rule ----------------------------------------------------------------------------------------------------------


def is_nearer(one, other):
    """A statement is nearer than another that was included by the place where it stands."""
    return len(one.path) < len(other.path) and other.path[: len(one.path)] == one.path


def by_the_rule(statements):
    """Carry out a log by the rule, without a thought for time; return (names in order, discriminators that clash).

    The lowest phase that has something to do is looked at afresh after every statement. The clashes are ``"late"``
    when a statement came for a phase that was over.
    """
    pending, done, ran, now = list(statements), {}, [], None
    while pending:
        phase = min(statement.order for statement in pending)
        if now is not None and phase < now:
            return ran, "late"
        group = [statement for statement in pending if statement.order == phase]
        ready, clashes = [], set()
        for discriminator in {statement.discriminator for statement in group}:
            rivals = [statement for statement in group if statement.discriminator == discriminator]
            if discriminator is None:
                ready += rivals
                continue
            nearest = [
                one for one in rivals if all(is_nearer(one, other) for other in rivals if other is not one)
            ]
            before = done.get(discriminator)
            if not nearest or (before is not None and not is_nearer(before, nearest[0])):
                clashes.add(discriminator)
            elif before is None:
                ready.append(nearest[0])
        if clashes:
            return ran, clashes
        pending = [statement for statement in pending if statement.order != phase or statement in ready]
        ready.sort(key=pending.index)
        if not ready:
            continue
        statement = ready[0]
        pending.remove(statement)
        if statement.discriminator is not None:
            done[statement.discriminator] = statement
        ran.append(statement.name)
        now = phase
        pending += statement.adds
    return ran, set()


# --- The log -----------------------------------------------------------------------------------------------------------


def by_the_log(statements):
    """Carry out a log; return the same as `by_the_rule`."""
    state, ran = ActionState(), []

    def say(statement):
        discriminator = statement.discriminator
        state.action(
            Deferred(lambda: discriminator) if statement.is_deferred else discriminator,
            run,
            (statement,),
            order=statement.order,
            includepath=statement.path,
            info=statement.name,
        )

    def run(statement):
        ran.append(statement.name)
        for added in statement.adds:
            say(added)

    for statement in statements:
        say(statement)
    try:
        executed = state.execute_actions()
    except ConfigurationConflictError as error:
        assert all(len(places) > 1 for places in error._conflicts.values())
        return ran, set(error._conflicts)
    except ConfigurationError as error:
        assert "had moved on" in str(error)
        return ran, "late"
    assert [action["info"] for action in executed] == ran
    return ran, set()


@given(st.lists(SIMPLE, max_size=10).map(named))
def test_winners_are_those_of_the_rule(statements):
    """Whatever the order, the places and the phases: the same statements run in the same order, the same clash."""
    assert by_the_log(statements) == by_the_rule(statements)


@given(st.lists(ADDING, max_size=6).map(named))
def test_statements_that_say_others(statements):
    """It stays so when statements are added while others run."""
    assert by_the_log(statements) == by_the_rule(statements)


@given(st.lists(SIMPLE, max_size=8).map(named), st.randoms())
def test_who_wins_does_not_depend_on_the_order(statements, random):
    """Shuffling the log changes the order in which statements run, and nothing else."""
    ran, clashes = by_the_log(statements)
    random.shuffle(statements)
    ran_after, clashes_after = by_the_log(statements)
    assert clashes == clashes_after
    if not clashes:
        assert sorted(ran) == sorted(ran_after)


@given(st.lists(PATHS, min_size=2, max_size=5))
def test_all_places_of_a_clash_are_told(paths):
    """The places that clash are the nearest, and every other that it isn't nearer than."""
    statements = named([Said(0, path, 0) for path in paths])
    first = min(statements, key=lambda statement: statement.path)
    others = {
        statement.name
        for statement in statements
        if statement is not first and not is_nearer(first, statement)
    }
    state = ActionState()
    for statement in statements:
        state.action(0, includepath=statement.path, info=statement.name)
    try:
        state.execute_actions()
    except ConfigurationConflictError as error:
        nearest, *rest = error._conflicts[0]
        assert (nearest, set(rest)) == (first.name, others)
    else:
        assert not others
