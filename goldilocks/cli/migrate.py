"""``goldilocks migrate``: rewrites an application that was written for Pyramid."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import Any

import click

from goldilocks.cli.application import gives_json
from goldilocks.cli.tables import echo, echo_json, heading
from goldilocks.explanation import printable
from goldilocks.migrate.project import File, Project, read_project
from goldilocks.names import DEFAULTS_PYRAMID, PYRAMID

#: The colours of a diff, by the first character of a line.
COLOURS = {"+": "green", "-": "red", "@": "cyan"}

#: What is left to do by people, for every application.
NEXT = f"""\
Next:
  - put goldilocks-framework among the requirements of the application.
  - goldilocks.defaults = {DEFAULTS_PYRAMID} keeps all defaults as they were. Without
    it, or with GOLDILOCKS_DEFAULTS=secure in the environment, you get ours;
    docs/differences.md says which they are.
  - run the tests."""

#: What is left to do where there are add-ons, below their names.
HOOK = f"""\
    They find goldilocks under that name when the import hook is on:
      goldilocks serve --{PYRAMID} TARGET      (or any other command)
      from goldilocks import compat; compat.install()
    The second stands at the head of what starts the application, before any
    add-on is imported, and at the head of conftest.py."""

#: How long a line of these words may be, in characters.
WIDTH = 79


@click.command("migrate")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("-w", "--write", "is_writing", is_flag=True, help="Write the changes without asking.")
@click.option("-n", "--dry-run", "is_dry", is_flag=True, help="Write nothing, and don't ask.")
@click.option("-q", "--quiet", is_flag=True, help="Show no diff.")
@gives_json
def command(path: Path, is_writing: bool, is_dry: bool, quiet: bool, as_json: bool) -> None:
    """Rewrite an application that was written for Pyramid, so that it runs on goldilocks.

    PATH is its folder, or a file. Imports, dotted names, asset specs and settings keys that exist here are rewritten,
    in Python and in ini files; comments, docstrings and add-ons are left alone. What can't be decided is listed. The
    changes are shown, and written when you agree; without a terminal to ask on, nothing is written unless
    --write says so. A second run changes nothing. The exit code is 1 if a file couldn't be read.
    """
    if is_writing and is_dry:
        raise click.UsageError("say --write or --dry-run, not both")
    project = read_project(path)
    if as_json:
        if is_writing:
            write(project)
        echo_json(as_values(project, is_writing))
    else:
        if not quiet:
            show_diffs(project)
        show_undecided(project)
        tell_end(project, settle(project, is_writing, is_dry))
    sys.exit(1 if project.unread else 0)


def settle(project: Project, is_writing: bool, is_dry: bool) -> bool:
    """Write the changes if that is wanted; return whether they were written."""
    count = len(project.changed)
    if not count or is_dry:
        return False
    if not is_writing:
        can_ask = sys.stdin.isatty() and sys.stdout.isatty()
        if not can_ask or not click.confirm(f"Write {files_words(count)}?"):
            return False
    write(project)
    return True


def write(project: Project) -> None:
    """Write all files that are changed."""
    for file in project.changed:
        file.write()


def show_diffs(project: Project) -> None:
    """Show what would be written."""
    for file in project.changed:
        for number, line in enumerate(file.diff()):
            shown = printable(line.replace("\t", "    "))
            echo(heading(shown) if number < 2 else click.style(shown, fg=COLOURS.get(line[:1])))
        echo()


def show_undecided(project: Project) -> None:
    """List what people must look at."""
    if project.undecided:
        echo(heading("Left to you:"))
        for file, each in project.undecided:
            echo(f"  {printable(file.name)}:{each.line}: {each.why}")
            echo(click.style(f"      {printable(each.text)}", dim=True))
        echo()
    if project.unread:
        echo(heading("Left alone, because they can't be read:"))
        for file in project.unread:
            echo(f"  {printable(file.name)}: {printable(file.problem)}")
        echo()


def tell_end(project: Project, is_written: bool) -> None:
    """Say what was done, and what comes next."""
    count = len(project.changed)
    left = len(project.undecided)
    words = f"{files_words(count)} of {project.looked_at}"
    if is_written:
        echo(heading(f"Rewrote {words}."))
    elif count:
        echo(heading(f"{words} would be rewritten; nothing was written (--write does it)."))
    else:
        echo(heading(f"Nothing to rewrite in {files_words(project.looked_at)}."))
    if left:
        echo(f"{left} {'line is' if left == 1 else 'lines are'} left to you, see above.")
    if count:
        echo(f"\n{NEXT}")
        if project.addons:
            names = f"these add-ons import {PYRAMID}: {', '.join(project.addons)}."
            echo(textwrap.fill(names, WIDTH, initial_indent="  - ", subsequent_indent="    "))
            echo(HOOK)


def files_words(count: int) -> str:
    """Return a number of files in words.

    >>> files_words(1), files_words(3)
    ('1 file', '3 files')
    """
    return f"{count} file{'' if count == 1 else 's'}"


def as_values(project: Project, is_written: bool) -> dict[str, Any]:
    """Return everything for programs."""
    return {
        "written": is_written,
        "looked_at": project.looked_at,
        "files": [_file_values(file) for file in project.files],
        "addons": project.addons,
    }


def _file_values(file: File) -> dict[str, Any]:
    left = [{"line": each.line, "text": each.text, "why": each.why} for each in file.undecided]
    return {
        "name": file.name,
        "is_changed": file.is_changed,
        "diff": file.diff(),
        "undecided": left,
        "problem": file.problem or None,
    }
