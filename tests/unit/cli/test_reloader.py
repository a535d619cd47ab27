"""Watching files, and the child process that is started anew."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from goldilocks.cli import reloader
from goldilocks.cli.reloader import Child, is_source, serve_and_watch, watched_folders, watcher
from goldilocks.cli.target import Location, locate
from goldilocks.cli.trouble import CommandError


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("app/views.py", True),
        ("development.ini", True),
        ("app/__pycache__/views.py", False),
        ("node_modules/x/y.py", False),
        (".git/hooks/x.py", False),
        ("var/data.sqlite", False),
        ("app/page.pt", False),
        ("app/views.py.swp", False),
    ],
)
def test_is_source(path, counts):
    """Source that people work on counts, what is written while the server runs doesn't."""
    assert is_source(None, path.replace("/", os.sep)) is counts


def test_folder_of_a_file(tmp_path):
    """A file is watched with its folder; one in a package with the folder that holds the package."""
    (tmp_path / "pkg").mkdir()
    for name in ("hello.py", "pkg/__init__.py", "pkg/web.py"):
        (tmp_path / name).write_text("")
    assert watched_folders(locate(str(tmp_path / "hello.py"))) == [tmp_path.resolve()]
    assert watched_folders(locate(str(tmp_path / "pkg" / "web.py"))) == [tmp_path.resolve()]


def test_folder_of_a_module(tmp_path, monkeypatch):
    """A module of this project is watched with the project, one from elsewhere with its package."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "ours_here.py").write_text("1 / 0")
    assert watched_folders(Location("ours_here", "ours_here", "", tmp_path)) == [tmp_path]
    (package,) = watched_folders(Location("click.core", "click.core", "", tmp_path))
    assert package.name == "click"
    (folder,) = watched_folders(Location("bisect", "bisect", "", tmp_path))
    assert (folder / "bisect.py").is_file()


def test_no_such_module(tmp_path, monkeypatch):
    """A module that isn't there can't be watched."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    with pytest.raises(CommandError, match="there is no module 'nothing_here'"):
        watched_folders(Location("nothing_here", "nothing_here", "", tmp_path))


def test_watcher():
    """Files are watched by watchfiles."""
    assert watcher().__module__.startswith("watchfiles")


def test_no_watcher(monkeypatch):
    """Without it, it is said how to get it."""
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    with pytest.raises(CommandError, match=r"pip install 'goldilocks-framework\[reload\]'"):
        watcher()


# --- The child -----------------------------------------------------------------------------------------------------


def python(source):
    """Return the command of a child that runs this, and hears in ``START`` which start it is."""
    return lambda start: [sys.executable, "-c", f"START = {start!r}\n{source}"]


SLEEP = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


def wait_for_death(child):
    child.process.wait(30)
    return child


def test_child_ends():
    """A child is ended gently."""
    child = Child(python(SLEEP))
    assert child.is_hopeless() is False
    assert child.stop() == -signal.SIGTERM


def test_deaf_child(monkeypatch):
    """One that doesn't listen is ended all the same."""
    monkeypatch.setattr(reloader, "PATIENCE_S", 0.5)
    child = Child(python(DEAF))
    time.sleep(1)
    assert child.stop() in (-signal.SIGKILL, -signal.SIGTERM)


def test_restart():
    """The next child knows that it isn't the first."""
    child = Child(python("import sys; sys.exit(START == 'again')"))
    assert wait_for_death(child).stop() == 0
    child.restart()
    assert wait_for_death(child).stop() == 1


def test_death_is_told_once(capsys):
    """A child that died of a mistake waits for a change; that is said once."""
    child = wait_for_death(Child(python("1 / 0")))
    assert [child.is_hopeless(), child.is_hopeless()] == [False, False]
    assert capsys.readouterr().err.count("it will be started anew when a file changes") == 1
    child.restart()
    wait_for_death(child)
    child.is_hopeless()
    assert "The server has ended" in capsys.readouterr().err


@pytest.mark.parametrize("code", [2, 3])
def test_hopeless(code):
    """A wrong command line and a port that is taken are nothing that a change mends."""
    assert wait_for_death(Child(python(f"import sys; sys.exit({code})"))).is_hopeless() is True


# --- All together --------------------------------------------------------------------------------------------------


@pytest.fixture
def _signals():
    known = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in known.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_signals")
def test_watching(monkeypatch, capfd, tmp_path):
    """At every change the server is started anew, until somebody ends it."""
    started = tmp_path / "started"

    def wait_for_starts(count):
        end = time.monotonic() + 60
        while not started.exists() or len(started.read_text()) < count:
            assert time.monotonic() < end
            time.sleep(0.05)

    def watch(*folders, watch_filter, stop_event, **options):
        assert (folders, watch_filter) == ((Path("here"),), is_source)
        wait_for_starts(1)
        yield set()
        yield {(1, "/here/b.py"), (2, "/here/a.py")}
        wait_for_starts(2)
        os.kill(os.getpid(), signal.SIGINT)
        assert stop_event.wait(5)

    monkeypatch.setattr(reloader, "watcher", lambda: watch)
    child = f"print('start', START, flush=True)\nwith open({str(started)!r}, 'a') as file: file.write('.')\n{SLEEP}"
    assert serve_and_watch(python(child), [Path("here")]) == 0
    assert capfd.readouterr().out.split("\n")[:-1] == ["start first", "a.py, b.py changed", "start again"]


@pytest.mark.usefixtures("_signals")
def test_watching_without_hope(monkeypatch):
    """Where no change helps, watching ends with the exit code of the server."""

    def watch(*folders, **options):
        while True:
            time.sleep(0.05)
            yield set()

    monkeypatch.setattr(reloader, "watcher", lambda: watch)
    assert serve_and_watch(python("import sys; sys.exit(3)"), []) == 3
