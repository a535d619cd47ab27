"""What is wrong with an application, in words."""

from __future__ import annotations

import click
import pytest

from goldilocks.cli.trouble import CommandError, ListenError, in_words, told
from goldilocks.config import Configurator
from goldilocks.exceptions import ConfigurationError


def caught(function):
    try:
        function()
    except BaseException as error:
        return error
    raise AssertionError("it didn't fail")


def test_told():
    """An error becomes the message of the command, and stays its cause."""
    with pytest.raises(CommandError) as error, told("hello.py can't be loaded"):
        raise KeyError("x")
    assert error.value.message.startswith("hello.py can't be loaded: KeyError: 'x'\n  ")
    assert isinstance(error.value.__cause__, KeyError)


@pytest.mark.parametrize("error", [CommandError("x"), click.UsageError("x"), KeyboardInterrupt()])
def test_told_already(error):
    """What is told already, and what is no error, goes on."""
    with pytest.raises(type(error)) as again, told("problem"):
        raise error
    assert again.value is error


def test_exit_codes():
    """A port that can't be had ends a command in a way of its own."""
    assert (CommandError.exit_code, ListenError.exit_code) == (1, 3)


def test_place():
    """The line of the application is shown."""

    def fail():
        raise ValueError("why")

    summary, place, source = in_words(caught(fail)).split("\n")
    assert summary == "ValueError: why"
    assert place.endswith(f"test_trouble.py, line {fail.__code__.co_firstlineno + 1}")
    assert source == '    raise ValueError("why")'


def test_no_place():
    """An error that was never raised has no line."""
    assert in_words(ValueError("why")) == "ValueError: why"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("if x\n  y", "  page.py, line 1\n    if x\n        ^"),
        ("def f():\n    a b", "  page.py, line 2\n    a b\n      ^"),
        ("x = 'abc", "  page.py, line 1\n    x = 'abc\n        ^"),
    ],
)
def test_mistake_in_python(source, shown):
    """A mistake is shown with a mark below the spot."""
    words = in_words(caught(lambda: compile(source, "page.py", "exec")))
    assert words.startswith("there is a mistake in its Python: ")
    assert words.partition("\n")[2] == shown


def test_mistake_without_a_place():
    """A mistake that doesn't tell where it is is still told."""
    assert (
        in_words(SyntaxError("no good")) == "there is a mistake in its Python: no good\n  somewhere, line 0"
    )
    error = SyntaxError("no good", ("f.py", 3, None, "  abc"))
    assert in_words(error).endswith("f.py, line 3\n    abc\n    ^")


def test_end_of_the_program():
    """A module that ends the program is told."""
    assert in_words(SystemExit(1)).startswith("it ended the program while it was loaded")


def test_missing_module():
    """A missing module may be misspelled or not installed."""
    assert "'nothing_here'; is it spelled right, and installed in" in in_words(
        caught(lambda: __import__("nothing_here"))
    )


def test_configuration_error():
    """An error of the configuration speaks for itself, with the line that said it."""

    def say():
        Configurator().add_view(renderer=None)

    words = in_words(caught(say))
    assert words.startswith('"view" was not specified')
    assert "said in" in words
    assert "ConfigurationError" not in in_words(ConfigurationError("why"))


def test_conflict():
    """A conflict has its lines in it already."""

    def clash():
        config = Configurator()
        config.add_view(say_nothing)
        config.add_view(say_nothing)
        config.commit()

    def say_nothing(request): ...

    words = in_words(caught(clash))
    assert words.startswith("Conflicting configuration actions")
    assert "\n    config.commit()" not in words
