"""The command itself."""

from __future__ import annotations

import importlib.metadata
import runpy
import sys

import click
import pytest
from click.testing import CliRunner

import goldilocks.cli
from goldilocks.cli import COMMANDS, main, own_version


def test_commands_are_listed():
    """Help names every command with its first line."""
    output = CliRunner().invoke(main, ["--help"]).output
    for name in COMMANDS:
        assert f"\n  {name} " in output


def test_unknown_command():
    """A command that there isn't is refused."""
    result = CliRunner().invoke(main, ["sevre"])
    assert (result.exit_code, "No such command 'sevre'" in result.output) == (2, True)


@pytest.mark.parametrize("name", COMMANDS)
def test_command_file(name):
    """Every command is the ``command`` of the file of its name."""
    command = main.get_command(click.Context(main), name)
    assert isinstance(command, click.Command)
    assert command.help


def test_version(monkeypatch):
    """The version is that of the package that is installed, if it is."""

    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(goldilocks.cli, "version", lambda name: f"1.2.3 of {name}")
    assert own_version() == "1.2.3 of goldilocks-framework"
    monkeypatch.setattr(goldilocks.cli, "version", missing)
    assert own_version() == "(not installed)"


def test_module(monkeypatch, capsys):
    """``python -m goldilocks`` is the command."""
    monkeypatch.setattr(sys, "argv", ["x", "--version"])
    monkeypatch.delitem(sys.modules, "goldilocks.__main__", raising=False)
    with pytest.raises(SystemExit) as end:
        runpy.run_module("goldilocks", run_name="__main__")
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("goldilocks ")


def test_module_is_imported(monkeypatch):
    """To import it does nothing."""
    monkeypatch.delitem(sys.modules, "goldilocks.__main__", raising=False)
    assert runpy.run_module("goldilocks.__main__", run_name="imported")["main"] is main
