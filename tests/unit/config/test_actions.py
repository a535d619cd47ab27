"""The log of actions, without a configuration around it."""

from __future__ import annotations

import copy
import gc
import linecache

import pytest

from goldilocks.config import Configurator, actions
from goldilocks.config.actions import (
    NOWHERE,
    ActionInfo,
    ActionState,
    ActionTopic,
    ConflictResolverState,
    action_method,
    blamed,
    expand_action,
    expand_action_tuple,
    is_directive,
    normalize_actions,
    place_of_caller,
    resolveConflicts,
    winner_of,
)
from goldilocks.exceptions import (
    ConfigurationConflictError,
    ConfigurationError,
    ConfigurationExecutionError,
)
from goldilocks.interfaces import IActionInfo
from goldilocks.registry import Deferred


def line_of(source):
    """Return the number of the line of this file that has ``source`` in it at its end, once."""
    lines = linecache.getlines(__file__)
    (number,) = (at for at, line in enumerate(lines, 1) if line.rstrip().endswith(source))
    return number


# --- Places ----------------------------------------------------------------------------------------------------------


def test_a_place_reads_its_source_when_asked(monkeypatch):
    """The text of the line is read from the file when somebody wants it, and kept."""
    place, getline = ActionInfo(__file__, 1, "module"), linecache.getline
    read = []
    monkeypatch.setattr(linecache, "getline", lambda *where: read.append(where) or getline(*where))
    assert str(place.line) == "1"
    assert read == []
    assert place.src == '"""The log of actions, without a configuration around it."""'
    assert place.src == place.src
    assert read == [(__file__, 1)]
    assert IActionInfo.providedBy(place)


def test_a_place_with_its_source():
    """Source that is given is shown as it is, indented."""
    assert str(ActionInfo("app.py", 3, "main", "one\ntwo")) == "Line 3 of file app.py:\n    one\n    two"


def test_a_place_has_no_other_attributes():
    """What else is asked for is missing, so that a place can be copied."""
    place = copy.deepcopy(ActionInfo("app.py", 3, "main", "source"))
    assert (place.file, place.line, place.function, place.src) == ("app.py", 3, "main", "source")
    with pytest.raises(AttributeError):
        place.column  # noqa: B018 - the look-up is what is tested


def test_the_place_of_nothing():
    """Outside of every file there is no source to be read."""
    assert str(NOWHERE) == "Line 0 of file None:\n    "
    assert ActionInfo(None, 0, "").src == ""


def test_place_of_the_caller():
    """The place of a call is its line and function; beyond the outermost frame there is none."""

    def asks():
        return place_of_caller()

    place = asks()  # the call itself
    assert (place.file, place.line, place.function) == (
        __file__,
        line_of("# the call itself"),
        "test_place_of_the_caller",
    )
    assert place_of_caller(10_000) is NOWHERE


class Boom(Exception):
    """For the tests."""


def test_an_error_is_blamed_on_a_place_once():
    """The innermost place is noted, behind what others noted."""
    error = Boom()
    error.add_note("by somebody else")
    with (
        pytest.raises(Boom),
        blamed(ActionInfo("outer.py", 1, "f", "g()")),
        blamed(ActionInfo("inner.py", 2, "g", "h()")),
    ):
        raise error
    assert error.__notes__ == ["by somebody else", "said in inner.py, line 2: h()"]


@pytest.mark.parametrize(
    "error", [ConfigurationConflictError({}), ConfigurationExecutionError(Boom, Boom(), "there")]
)
def test_an_error_that_names_its_places_is_not_blamed_again(error):
    """Conflicts and failures of actions name their own places."""
    with pytest.raises(type(error)), blamed(ActionInfo("app.py", 1, "f", "g()")):
        raise error
    assert not hasattr(error, "__notes__")


class ParserInfo:
    """The place that a reader of configuration files brings."""

    file = "site.zcml"
    line = 7


@pytest.mark.parametrize(
    ("place", "notes"), [(ParserInfo(), ["said in site.zcml, line 7"]), ("text", []), (None, [])]
)
def test_places_of_others(place, notes):
    """A foreign place is noted as far as it goes."""
    with pytest.raises(Boom) as caught, blamed(place):
        raise Boom
    assert getattr(caught.value, "__notes__", []) == notes


# --- Directives ------------------------------------------------------------------------------------------------------


class Speaker(ActionTopic):
    """A Configurator that only knows the log."""

    def __init__(self, autocommit=False):
        self.registry = type("Registry", (), {})()
        self.autocommit = autocommit
        self.introspection = True
        self.introspector = None

    introspector = None

    def _current(self):
        return blamed(None)

    @action_method
    def say(self, name="x", callable=None):
        """Say something."""
        self.action(name, callable)

    @action_method
    def say_twice(self):
        self.say("one")
        self.say("two")

    @action_method
    def fail(self):
        raise Boom

    @property
    def places(self):
        return [action["info"] for action in self.action_state.actions]


def test_a_directive_notes_its_call():
    """What a directive says carries the line that called it."""
    speaker = Speaker()
    speaker.say()  # the one statement
    (place,) = speaker.places
    assert (place.file, place.line) == (__file__, line_of("# the one statement"))
    assert place.src == "speaker.say()  # the one statement"


def test_the_outermost_directive_counts():
    """What a directive says through others carries the line that called the first."""
    speaker = Speaker()
    speaker.say_twice()  # both statements
    assert {place.line for place in speaker.places} == {line_of("# both statements")}


def test_place_given_by_the_caller():
    """``_info`` is the place instead: one of ours, or its four values."""
    speaker = Speaker()
    place = ActionInfo("app.py", 3, "main", "source")
    speaker.say("a", _info=place)
    speaker.say("b", _info=("app.py", 4, "main", "source"))
    speaker.say("c", _info=["app.py", 5, "main", "source"])
    speaker.say("d", _info="somewhere")
    assert speaker.places[0] is place
    assert [place.line for place in speaker.places[1:3]] == [4, 5]
    assert speaker.places[3] == "somewhere"


def test_frames_between_the_directive_and_its_caller():
    """``_backframes`` is how many functions stand between; more than there are lead nowhere."""
    speaker = Speaker()

    def wrapper(frames):
        speaker.say(_backframes=frames)

    wrapper(1)  # the caller of the wrapper
    wrapper(10_000)
    assert speaker.places[0].line == line_of("# the caller of the wrapper")
    assert speaker.places[1] is NOWHERE


def test_a_failing_directive_names_its_call():
    """An error that leaves a directive carries the line that called it; afterwards all is as before."""
    speaker = Speaker()
    with pytest.raises(Boom) as caught:
        speaker.fail()  # the failing statement
    assert caught.value.__notes__ == [
        f"said in {__file__}, line {line_of('# the failing statement')}: speaker.fail()  # the failing statement"
    ]
    assert speaker._ainfo == []


def test_a_directive_is_recognised():
    """Tools find directives, and what stands behind them."""
    assert is_directive(Speaker.say)
    assert not is_directive(Speaker.action)
    assert not is_directive("say")
    assert Speaker.say.__doc__ == "Say something."
    assert Speaker.say.__docobj__.__name__ == "say"


def test_an_action_outside_of_every_directive():
    """What is put into the log directly carries the line that did it."""
    speaker = Speaker()
    speaker.action("x")  # said directly
    assert speaker.places[0].line == line_of("# said directly")


def test_a_place_for_all():
    """``info`` on the Configurator is the place of all that is said."""
    speaker = Speaker()
    speaker.info = place = ParserInfo()
    speaker.say()
    assert speaker.places == [place]


def test_action_info_outside_of_directives():
    """Without a directive there is no place to tell."""
    assert Speaker().action_info is NOWHERE


def test_discriminators_must_be_hashable():
    """What can't be compared can't be a discriminator."""
    with pytest.raises(TypeError):
        Speaker().action([])


def test_positional_order():
    """Arguments can be given in the order that Pyramid gives them; further ones stay on the row."""
    speaker = Speaker()
    speaker.action("d", print, ("a",), {"k": 1}, 30, ("fact",), extra="more")
    (row,) = speaker.action_state.actions
    del row["info"]
    assert row == {
        "discriminator": "d",
        "callable": print,
        "args": ("a",),
        "kw": {"k": 1},
        "order": 30,
        "includepath": (),
        "introspectables": ("fact",),
        "extra": "more",
    }


def test_further_keys_don_t_hide_ours():
    """A further key that is called like one of ours is overwritten."""
    speaker = Speaker()
    speaker.includepath = ("addon",)
    speaker.action("d", includepath=("mine",), info="mine")  # says a place of its own
    (row,) = speaker.action_state.actions
    assert row["includepath"] == ("addon",)
    assert row["info"].line == line_of("# says a place of its own")


class Fact:
    """Remembers how it was registered."""

    def register(self, introspector, place):
        self.registered = (introspector, place.line)


@pytest.mark.parametrize("introspection", [True, False])
def test_autocommit_carries_out_at_once(introspection):
    """Under autocommit nothing waits: the discriminator is computed, the callable called, the fact registered."""
    speaker, done, fact = Speaker(autocommit=True), [], Fact()
    speaker.introspection = introspection
    discriminator = Deferred(lambda: done.append("computed"))
    speaker.action(
        discriminator, lambda *args, **kw: done.append((args, kw)), (1,), {"a": 2}, introspectables=[fact]
    )
    speaker.action("nothing to do")
    assert done == ["computed", ((1,), {"a": 2})]
    assert speaker.action_state.actions == []
    assert hasattr(fact, "registered") is introspection


def test_the_log_belongs_to_the_registry():
    """All that stand on one registry share one log, which can be replaced."""
    one, other = Speaker(), Speaker()
    other.registry = one.registry
    assert one.action_state is other.action_state is one._ctx
    other.action_state = log = ActionState()
    assert one.action_state is log


def test_commit_begins_a_new_log():
    """What is committed can't be clashed with any more, and may be included again."""
    speaker, done = Speaker(), []
    speaker.action_state.processSpec("addon")
    speaker.say("d", lambda: done.append(1))
    speaker.commit()
    speaker.say("d", lambda: done.append(2))
    assert speaker.action_state.processSpec("addon")
    speaker.commit()
    assert done == [1, 2]


def test_abstract_parts():
    """Which registry is current, and who keeps the account, is said by the Configurator."""
    topic = ActionTopic()
    with pytest.raises(NotImplementedError):
        topic._current()
    with pytest.raises(NotImplementedError):
        topic.introspector  # noqa: B018 - the look-up is what is tested


# --- The log and its execution ----------------------------------------------------------------------------------------


def log_of(*rows):
    state = ActionState()
    state.actions = list(rows)
    return state


def test_specs_are_processed_once():
    """Only the first question about a spec is answered with yes."""
    state = ActionState()
    assert [state.processSpec("a"), state.processSpec("a"), state.processSpec("b")] == [True, False, True]


def test_rows_have_defaults():
    """A row needs no more than a discriminator."""
    assert expand_action_tuple("d") == {
        "discriminator": "d",
        "callable": None,
        "args": (),
        "kw": {},
        "includepath": (),
        "info": None,
        "order": 0,
        "introspectables": (),
    }
    assert expand_action is expand_action_tuple


def test_tuples_become_rows():
    """Tuples in the old order are taken, mappings stay what they are."""
    row = expand_action_tuple("d")
    assert normalize_actions([row])[0] is row
    assert normalize_actions([("d", None, (), {}, ("p",), "info", 5, ())])[0]["includepath"] == ("p",)


def test_execution_order():
    """Actions run by their order, and within one as they were said; what ran is returned."""
    done = []
    state = ActionState()
    for name, order in (("c", 100), ("a", -30), ("d", 100), ("b", None)):
        state.action(name, done.append, (name,), order=order)
    executed = state.execute_actions()
    assert done == [row["discriminator"] for row in executed] == ["a", "b", "c", "d"]
    assert state.actions == []


def test_the_log_can_be_kept():
    """Without clearing, the log holds all that was said, and what was said meanwhile."""
    state = ActionState()
    state.action("a", lambda: state.action("b"))
    state.execute_actions(clear=False)
    assert [row["discriminator"] for row in state.actions] == ["a", "b"]


@pytest.mark.parametrize("clear", [True, False])
def test_the_log_after_a_failure(clear):
    """After a failure the log is empty, unless it was to be kept: then it holds what was said meanwhile."""
    state = ActionState()
    state.action("a", lambda: state.action("b"))
    state.action("c", lambda: 1 / 0)
    with pytest.raises(ConfigurationExecutionError):
        state.execute_actions(clear=clear)
    assert state.actions == []


def test_a_failing_action_names_its_place():
    """A failure is an error of the configuration that tells class, words and place, and knows its cause."""
    state = log_of(("d", lambda: {}["missing"], (), {}, (), ActionInfo("app.py", 3, "main", "say()")))
    with pytest.raises(ConfigurationExecutionError) as caught:
        state.execute_actions()
    error = caught.value
    assert str(error) == "<class 'KeyError'>: 'missing'\n  in:\n  Line 3 of file app.py:\n    say()"
    assert (error.etype, error.evalue) == (KeyError, error.__cause__)
    assert error.info.line == 3


def test_what_is_no_error_of_the_configuration_passes():
    """An interrupt is not wrapped."""
    with pytest.raises(KeyboardInterrupt):
        log_of(("d", lambda: (_ for _ in ()).throw(KeyboardInterrupt))).execute_actions()


def test_facts_are_registered_when_their_action_was_carried_out():
    """The introspector gets the facts of what won, with their place; rows without facts have none."""
    fact, lost = Fact(), Fact()
    place = ActionInfo("app.py", 3, "main", "")
    state = log_of(
        expand_action_tuple("d", includepath=(), info=place, introspectables=[fact]),
        expand_action_tuple("d", includepath=("x",), info=place, introspectables=[lost]),
        {key: value for key, value in expand_action_tuple("e").items() if key != "introspectables"},
    )
    state.execute_actions(introspector="introspector")
    assert fact.registered == ("introspector", 3)
    assert not hasattr(lost, "registered")


def test_a_discriminator_that_fails_names_its_place():
    """An error in computing a discriminator stays what it is, and carries the line that said it."""

    def discriminator():
        raise ConfigurationError("no such thing")

    state = log_of((Deferred(discriminator), None, (), {}, (), ActionInfo("app.py", 3, "main", "say()")))
    with pytest.raises(ConfigurationError) as caught:
        state.execute_actions()
    assert type(caught.value) is ConfigurationError
    assert caught.value.__notes__ == ["said in app.py, line 3: say()"]


def test_an_action_for_a_phase_that_is_over():
    """Actions can be added while others run, but not to a phase that is over; the error names their places."""
    state = ActionState()
    state.action(
        "a", lambda: state.action("b", order=5, info=ActionInfo("late.py", 7, "f", "late()")), order=10
    )
    with pytest.raises(ConfigurationError) as caught:
        state.execute_actions()
    assert str(caught.value).split("\n") == [
        "Actions were added to order=5 after execution had moved on to order=10. Conflicting actions: ",
        "  Line 7 of file late.py:",
        "      late()",
    ]


def test_the_loser_of_a_phase_that_is_over_is_forgotten():
    """An action that lost doesn't come back when actions are added later."""
    state, done = ActionState(), []
    state.action("a", done.append, ("won",), order=-10)
    state.action("a", done.append, ("lost",), order=-10, includepath=("addon",))
    state.action("b", lambda: state.action("c", done.append, ("added",)))
    state.execute_actions()
    assert done == ["won", "added"]


def test_a_nearer_action_may_come_while_others_run():
    """What waits for its turn can still lose to something nearer."""
    state, done = ActionState(), []
    state.action(None, lambda: state.action("a", done.append, ("nearer",)))
    state.action("a", done.append, ("farther",), includepath=("addon",))
    state.execute_actions()
    assert done == ["nearer"]


def test_a_farther_action_may_come_while_others_run():
    """What comes later and is farther away loses in silence, whether its rival waits or is done."""
    state, done = ActionState(), []

    def add():
        state.action("waits", done.append, ("lost",), includepath=("addon",))
        state.action("done", done.append, ("lost",), includepath=("addon",))

    state.action("done", done.append, ("done",))
    state.action(None, add)
    state.action("waits", done.append, ("waits",))
    state.execute_actions()
    assert done == ["done", "waits"]


def test_resolving_is_lazy():
    """Conflicts are found when their phase is reached."""
    rows = [
        ("a", None, (), {}, (), "first", 0),
        ("b", None, (), {}, (), "one", 5),
        ("b", None, (), {}, (), "other", 5),
    ]
    resolved = resolveConflicts(rows)
    assert next(resolved)["info"] == "first"
    with pytest.raises(ConfigurationConflictError) as caught:
        next(resolved)
    assert caught.value._conflicts == {"b": ["one", "other"]}


def test_resolving_goes_on():
    """With the state of an earlier execution, what was carried out there counts."""
    state = ConflictResolverState()
    assert [row["info"] for row in resolveConflicts([("a", None, (), {}, (), "near")], state)] == ["near"]
    assert list(resolveConflicts([("a", None, (), {}, ("addon",), "far")], state)) == []
    assert state.done["a"][1] == "near"
    with pytest.raises(ConfigurationConflictError):
        list(resolveConflicts([("a", None, (), {}, (), "as near")], state))


def rival(position, *path):
    return position, expand_action_tuple("d", includepath=path, info=f"{position}:{'/'.join(path)}")


@pytest.mark.parametrize(
    ("rivals", "winner"),
    [
        ([rival(0)], 0),
        ([rival(0, "a"), rival(1)], 1),
        ([rival(0, "a", "b"), rival(1, "c"), rival(2)], 2),
        ([rival(0, "a", "b"), rival(1, "a")], 1),
    ],
)
def test_the_nearest_wins(rivals, winner):
    """Who was said by the includer of all others wins."""
    assert winner_of(rivals, None) == (rivals[winner], [])


@pytest.mark.parametrize(
    ("rivals", "clashes"),
    [
        ([rival(0), rival(1)], ["0:", "1:"]),
        ([rival(0, "a"), rival(1, "b")], ["0:a", "1:b"]),
        ([rival(0, "a"), rival(1, "a"), rival(2, "a", "x")], ["0:a", "1:a"]),
        ([rival(0, "b"), rival(1, "a"), rival(2, "c")], ["1:a", "0:b", "2:c"]),
        ([rival(0, "ab"), rival(1, "a")], ["1:a", "0:ab"]),
    ],
)
def test_everything_else_clashes(rivals, clashes):
    """Without one that is nearer than each other, the places of those that clash are told, the nearest first."""
    assert winner_of(rivals, None)[1] == clashes


def test_paths_may_be_lists():
    """A foreign row may hold a list as its path."""
    near, far = rival(0), rival(1)
    far[1]["includepath"] = ["a"]
    assert winner_of([far, near], None) == (near, [])
    assert winner_of([near], far[1])[1] == ["1:", "0:"]


def test_what_is_done_stays():
    """What is done wins over what is farther, and clashes with all else."""
    _, done = rival(0, "a")
    assert winner_of([rival(1, "a", "b")], done) == (None, [])
    assert winner_of([rival(1)], done)[1] == ["0:a", "1:"]
    assert winner_of([rival(1, "a")], done)[1] == ["0:a", "1:a"]


def test_log_of_another_kind_is_carried_out_in_its_own_way():
    """A log that somebody put in the place of ours is asked to carry itself out."""
    config = Configurator()
    asked = []

    class Log(ActionState):
        def execute_actions(self, clear=True, introspector=None):
            asked.append(introspector)

    config.action_state = Log()
    config.commit()
    assert asked == [config.introspector]
    config.action_state.execute_actions = lambda introspector: asked.append("replaced")
    config.commit()
    assert asked[1:] == ["replaced"]


@pytest.mark.parametrize("is_enabled", [True, False])
def test_log_grows_old(is_enabled):
    """What is said stays until commit, so the collector doesn't look through it meanwhile, unless it has been told to wait."""
    config = Configurator()
    was_enabled = gc.isenabled()
    gc.collect()
    frozen = gc.get_freeze_count()
    (gc.enable if is_enabled else gc.disable)()
    try:
        for _ in range(actions.OFTEN - len(config.action_state.actions)):
            config.action(None)
        old = {id(each) for each in gc.get_objects(generation=2)}
        assert gc.isenabled() is is_enabled
    finally:
        (gc.enable if was_enabled else gc.disable)()
    assert all((id(row) in old) is is_enabled for row in config.action_state.actions)
    assert gc.get_freeze_count() <= frozen
