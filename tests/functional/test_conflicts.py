"""What happens when the same thing is said twice, and when something that was said can't be carried out."""

from __future__ import annotations

import linecache
import re
import traceback

import pytest

from goldilocks.config import Configurator
from goldilocks.exceptions import (
    ConfigurationConflictError,
    ConfigurationError,
    ConfigurationExecutionError,
)
from goldilocks.interfaces import PHASE1_CONFIG
from goldilocks.registry import Deferred
from goldilocks.response import Response
from tests.support import browse

WAYS_OUT = ("remove all but one", "config.include()", "config.commit()")


def line_of(source):
    """Return the number of the line of this file that ends with ``source``."""
    lines = linecache.getlines(__file__)
    (number,) = (at for at, line in enumerate(lines, 1) if line.rstrip().endswith(source))
    return number


def saying(text):
    """Return a view that says ``text``."""
    return lambda request: Response(text)


def answer(config, path="/"):
    return browse(config.make_wsgi_app()).get(path).text


def conflict_of(config):
    with pytest.raises(ConfigurationConflictError) as caught:
        config.commit()
    return caught.value


# --- Who wins ----------------------------------------------------------------------------------------------------------


def test_the_application_wins_over_its_add_on():
    """A view said by the application replaces one said by an add-on, whichever was said first."""
    for is_first in (True, False):

        def addon(config):
            config.add_view(saying("add-on"))

        config = Configurator()
        if is_first:
            config.include(addon)
        config.add_view(saying("application"))
        if not is_first:
            config.include(addon)
        assert answer(config) == "application"


def test_the_includer_wins_over_the_included():
    """An add-on wins over what it includes itself."""

    def inner(config):
        config.add_view(saying("inner"))

    def outer(config):
        config.include(inner)
        config.add_view(saying("outer"))

    config = Configurator()
    config.include(outer)
    assert answer(config) == "outer"


def test_two_add_ons_clash():
    """Add-ons that know nothing of each other clash, however deep each of them stands."""

    def one(config):
        config.add_view(saying("one"))

    def other(config):
        config.include(deeper)

    def deeper(config):
        config.add_view(saying("deeper"))

    config = Configurator()
    config.include(one)
    config.include(other)
    conflict_of(config)


def test_the_application_settles_a_clash_of_add_ons():
    """When the application says the same thing, it wins over both."""

    def one(config):
        config.add_view(saying("one"))

    def other(config):
        config.add_view(saying("other"))

    config = Configurator()
    config.include(one)
    config.include(other)
    config.add_view(saying("application"))
    assert answer(config) == "application"


def test_commit_between():
    """What is said after a commit replaces what was committed."""
    config = Configurator()
    config.add_view(saying("first"))
    config.commit()
    config.add_view(saying("second"))
    assert answer(config) == "second"


def test_autocommit_never_clashes():
    """Under autocommit the last word counts."""
    config = Configurator(autocommit=True)
    config.add_view(saying("first"))
    config.add_view(saying("second"))
    assert answer(config) == "second"


def test_what_the_framework_says_can_be_replaced():
    """A default of the framework gives way without a word."""
    config = Configurator()
    config.add_renderer("json", lambda info: lambda value, system: "mine")
    config.add_view(lambda request: {}, renderer="json")
    assert answer(config) == "mine"


def test_statements_of_different_things_don_t_clash():
    """Views that differ in name, context, route or predicates live beside each other."""
    config = Configurator()
    config.add_route("route", "/route")
    for words in ({}, {"name": "a"}, {"context": dict}, {"route_name": "route"}, {"request_method": "POST"}):
        config.add_view(saying("x"), **words)
    config.commit()


# --- What the error tells ----------------------------------------------------------------------------------------------


def test_both_places_with_their_source():
    """A clash names file, line and source of both places, and three ways out."""
    config = Configurator()
    config.set_root_factory(lambda request: "one")  # the one factory
    config.set_root_factory(lambda request: "other")  # the other factory
    text = str(conflict_of(config))
    for source in ("# the one factory", "# the other factory"):
        assert f"Line {line_of(source)} of file {__file__}:" in text
        assert source in text
    assert all(way in text for way in WAYS_OUT)
    assert "IRootFactory" in text


def test_everything_that_clashes_stands_in_one_error():
    """All clashes of a phase are told at once, each with all of its places, the ways out once."""
    config = Configurator()
    for _ in range(3):
        config.add_view(saying("x"), name="thrice")
    for _ in range(2):
        config.add_view(saying("x"), name="twice")
        config.set_session_factory(lambda request: {})
    error = conflict_of(config)
    assert sorted(len(places) for places in error._conflicts.values()) == [2, 2, 3]
    text = str(error)
    assert text.count("  For: ") == 3
    assert text.count("Line ") == 7
    assert text.count(WAYS_OUT[0]) == 1


def test_clashing_views_are_told_in_words():
    """Beside the discriminator of a view stands which view it is."""
    config = Configurator()
    config.add_route("home", "/home")
    for _ in range(2):
        config.add_view(saying("x"))
        config.add_view(saying("x"), name="edit", context=dict)
        config.add_view(saying("x"), route_name="home")
    text = str(conflict_of(config))
    for words in ("(the default view)", "(the view 'edit' for dict)", "(the view of route 'home')"):
        assert words in text


def test_a_clash_within_a_composite_names_the_outer_statement():
    """What a directive says through others is blamed on the line that said the directive."""
    config = Configurator()
    config.add_notfound_view(saying("one"))  # one not found
    config.add_notfound_view(saying("other"))  # other not found
    text = str(conflict_of(config))
    assert [int(line) for line in re.findall(r"Line (\d+)", text)] == [
        line_of("# one not found"),
        line_of("# other not found"),
    ]


def test_a_clash_of_decorated_views_names_the_decorators(make_package):
    """Views that decorators say are blamed on the decorator."""
    name = make_package(
        {
            "views": """
                from goldilocks.view import view_config

                @view_config(name="x")
                def one(request): ...

                @view_config(name="x")
                def other(request): ...
            """
        }
    )
    config = Configurator()
    config.scan(name)
    text = str(conflict_of(config))
    assert re.findall(r"Line (\d+) of file .*views.py:\n +(.*)", text) == [
        ("4", '@view_config(name="x")'),
        ("7", '@view_config(name="x")'),
    ]


def test_lines_that_nobody_can_change_have_no_ways_out():
    """Places that are no lines of code are told as they are."""
    config = Configurator()
    config.action_state.action("d", info="from one.zcml")
    config.action_state.action("d", info="from other.zcml")
    text = str(conflict_of(config))
    assert "from one.zcml" in text
    assert "from other.zcml" in text
    assert not any(way in text for way in WAYS_OUT)


# --- Phases ------------------------------------------------------------------------------------------------------------


def test_clashes_of_the_first_phase_come_first():
    """Phases are settled one after the other: a clash ends the commit before later phases are looked at."""
    config = Configurator()
    done = []
    for _ in range(2):
        config.action("late", order=10)
        config.action("early", order=PHASE1_CONFIG)
    config.action(None, lambda: done.append(1))
    assert list(conflict_of(config)._conflicts) == ["early"]
    assert done == []


def test_what_an_earlier_phase_did_can_t_be_taken_back():
    """A nearer statement in a later phase clashes with what is done already."""

    def addon(config):
        config.action("d", order=PHASE1_CONFIG)

    config = Configurator()
    config.include(addon)
    config.action("d")
    assert list(conflict_of(config)._conflicts) == ["d"]


def test_a_farther_statement_in_a_later_phase_loses():
    """What is done wins in silence over what its place included."""
    done = []

    def addon(config):
        config.action("d", done.append, ("add-on",))

    config = Configurator()
    config.include(addon)
    config.action("d", done.append, ("application",), order=PHASE1_CONFIG)
    config.commit()
    assert done == ["application"]


@pytest.mark.parametrize("order", [-30, -1, 7, 100, 999])
def test_any_number_is_a_phase(order):
    """The phases of an add-on may lie anywhere between those of the framework."""
    config, done = Configurator(), []
    for each in (1000, order, -31):
        config.action(None, done.append, (each,), order=each)
    config.commit()
    assert done == [-31, order, 1000]


def test_deferred_discriminators():
    """A deferred discriminator is computed when its phase comes, and clashes like any other."""
    config, computed = Configurator(), []
    config.action(None, lambda: computed.append("early"), order=-30)

    def discriminator():
        computed.append("discriminator")
        return "d"

    config.action(Deferred(discriminator))
    config.action("d")
    assert list(conflict_of(config)._conflicts) == ["d"]
    assert computed == ["early", "discriminator"]


# --- Statements that are said while others run --------------------------------------------------------------------------


def test_statements_said_at_commit():
    """A statement may be said while others are carried out, with everything that it needs after it."""
    config = Configurator()

    def later():
        config.add_view(saying("said at commit"))

    config.action(None, later, order=PHASE1_CONFIG)
    assert answer(config) == "said at commit"


def test_statements_said_at_commit_clash():
    """They clash with what waits and with what is done."""
    config = Configurator()

    def later():
        config.add_view(saying("said at commit"))

    config.action(None, later)
    config.add_view(saying("said before"))
    conflict_of(config)


def test_statements_said_at_commit_for_a_phase_that_is_over():
    """A statement can't come for a phase that is over; the error names its line."""
    config = Configurator()

    def later():
        config.add_route("late", "/late")  # too late

    config.action(None, later, order=10)
    with pytest.raises(ConfigurationError, match="after execution had moved on") as caught:
        config.commit()
    assert f"Line {line_of('# too late')} of file" in str(caught.value)


# --- Statements that fail ----------------------------------------------------------------------------------------------


def test_a_failing_statement_names_its_line():
    """What fails at commit is told with the line that said it, and with its cause."""
    config = Configurator()
    config.add_view(saying("x"), route_name="nowhere")  # fails at commit
    with pytest.raises(ConfigurationExecutionError) as caught:
        config.commit()
    error = caught.value
    assert f"Line {line_of('# fails at commit')} of file {__file__}:" in str(error)
    assert "# fails at commit" in str(error)
    assert (error.etype, error.info.file) == (ConfigurationError, __file__)
    assert error.__cause__ is error.evalue


def test_the_traceback_of_a_failing_statement():
    """The traceback leads to the line that failed."""

    def fails():
        raise KeyError("missing")  # the line that failed

    config = Configurator()
    config.action("d", fails)
    with pytest.raises(ConfigurationExecutionError) as caught:
        config.commit()
    assert traceback.extract_tb(caught.value.__traceback__)[-1].lineno == line_of("# the line that failed")


def test_a_failing_statement_under_autocommit():
    """Under autocommit the error itself is raised, with the line as a note."""
    config = Configurator(autocommit=True)
    with pytest.raises(ConfigurationError) as caught:
        config.add_view(saying("x"), route_name="nowhere")  # fails at once
    assert type(caught.value) is ConfigurationError
    (note,) = caught.value.__notes__
    assert f"line {line_of('# fails at once')}" in note


def test_an_error_of_the_statement_itself():
    """What is wrong with a statement is told where it is said, with the line as a note."""
    config = Configurator()
    with pytest.raises(ConfigurationError) as caught:
        config.add_view()  # says nothing
    (note,) = caught.value.__notes__
    assert f"line {line_of('# says nothing')}" in note


def test_an_error_in_an_included_function_names_the_innermost_place():
    """The line in the add-on is told, and not the one that included it."""

    def addon(config):
        config.add_view()  # in the add-on

    config = Configurator()
    with pytest.raises(ConfigurationError) as caught:
        config.include(addon)
    (note,) = caught.value.__notes__
    assert f"line {line_of('# in the add-on')}" in note


def test_an_error_beside_the_statements_names_the_include():
    """What an add-on does wrong outside of every statement is blamed on the line that includes it."""

    def addon(config):
        raise RuntimeError("no database")

    config = Configurator()
    with pytest.raises(RuntimeError) as caught:
        config.include(addon)  # includes it
    (note,) = caught.value.__notes__
    assert f"line {line_of('# includes it')}" in note


def test_an_error_in_a_discriminator_names_its_line():
    """What is found out late, such as an unknown predicate, carries the line that said it."""
    config = Configurator()
    config.add_view(saying("x"), colour="brown")  # no such predicate
    with pytest.raises(ConfigurationError, match="Unknown view options") as caught:
        config.commit()
    (note,) = caught.value.__notes__
    assert f"line {line_of('# no such predicate')}" in note


def test_what_ran_before_a_failure_stays():
    """A commit isn't undone; what was said is gone, and can be said again."""
    config, done = Configurator(), []
    config.action("a", done.append, ("a",))
    config.action("b", lambda: 1 / 0)
    with pytest.raises(ConfigurationExecutionError):
        config.commit()
    config.action("b", done.append, ("b",))
    config.commit()
    assert done == ["a", "b"]


def test_the_log_of_the_with_statement():
    """Leaving the ``with`` commits, unless there was an error: that is not hidden by a conflict."""
    with pytest.raises(ConfigurationConflictError), Configurator() as config:
        config.action("d")
        config.action("d")
    with pytest.raises(ZeroDivisionError), Configurator() as config:
        config.action("d")
        config.action("d")
        raise ZeroDivisionError
