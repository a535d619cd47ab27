"""``goldilocks serve``, in a process of its own, as a user starts it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
HELLO = (ROOT / "examples" / "hello.py").read_text("utf-8")

#: How long anything may take, in seconds.
PATIENCE_S = 30

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/")


class Process:
    """The command at work; what it prints goes to a file."""

    def __init__(self, folder, *arguments):
        self.output = folder / "output.txt"
        environ = {name: value for name, value in os.environ.items() if not name.startswith("GOLDILOCKS_")}
        environ["PYTHONPATH"] = str(ROOT)
        environ["PYTHONDONTWRITEBYTECODE"] = (
            "1"  # two versions of a file within one second look alike to the cache
        )
        with self.output.open("wb") as target:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "goldilocks", "serve", *arguments],
                cwd=folder, env=environ, stdout=target, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def text(self):
        return self.output.read_text("utf-8")

    def wait_for(self, words, count=1):
        """Wait until words were printed so often."""
        end = time.monotonic() + PATIENCE_S
        while self.text().count(words) < count:
            assert time.monotonic() < end, f"{words!r} was not printed:\n{self.text()}"
            time.sleep(0.05)

    def change(self, file, text, words, count=1):
        """Write a file until the watcher, which may not have begun yet, has seen it, and wait for what is printed then."""
        end, seen = time.monotonic() + PATIENCE_S, f"{file.name} changed"
        before = self.text().count(seen)
        # and not once more: the server would be started anew before it could say that it runs
        while self.text().count(seen) == before and time.monotonic() < end:
            file.write_text(text)
            time.sleep(2)
        self.wait_for(words, count)

    def get(self, path, accept="*/*"):
        """Ask for a path on the address that was printed last; return status and text."""
        address = ADDRESS.findall(self.text())[-1]
        request = urllib.request.Request(address + path, headers={"Accept": accept})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def end(self, number=signal.SIGINT):
        """Send a signal as a terminal does, to all that run; return the exit code."""
        os.killpg(self.process.pid, number)
        return self.process.wait(PATIENCE_S)


@pytest.fixture
def heard_hangup():
    """Hear SIGHUP also where the tests themselves were started with nohup, which whoever they start would inherit."""
    known = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, known)


@pytest.fixture
def start(tmp_path):
    """Start the command in an empty folder, with files; end what is left of it afterwards."""
    begun = []

    def start(*arguments, **files):
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(text)
        begun.append(Process(tmp_path, *arguments))
        return begun[-1]

    yield start
    for each in begun:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(each.process.pid, signal.SIGKILL)
        each.process.wait(PATIENCE_S)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_four_lines(start, number):
    """Four lines are served, every request is one line, and a signal ends it in good order."""
    process = start("hello.py", "--port", "0", hello=HELLO)
    process.wait_for("Ctrl-C ends it.")
    status, text = process.get("hello/world")
    assert (status, json.loads(text)) == (200, {"hello": "world"})
    process.wait_for("GET     /hello/world")
    assert process.end(number) == 0
    assert process.text().endswith("Stopped.\n")
    assert "Traceback" not in process.text()


def test_error_pages_explain(start):
    """The development server explains errors, and logs what failed once."""
    process = start(
        "hello.py", "--port", "0", hello=f"{HELLO}    # it fails below\n".replace("return", "1 / 0; return")
    )
    process.wait_for("Ctrl-C ends it.")
    status, text = process.get("hello/world")
    assert status == 500
    assert "ZeroDivisionError: division by zero" in text
    process.wait_for("500")
    assert process.text().count("nothing answered the error of 'GET /hello/world'") == 1
    assert process.text().count("Traceback") == 1
    assert "Nearest routes" in process.get("helo/world")[1]


def test_no_debug(start):
    """They explain nothing if that is not wanted."""
    process = start("hello.py", "--port", "0", "--no-debug", hello=HELLO)
    process.wait_for("Ctrl-C ends it.")
    status, text = process.get("nothing/hidden", "text/html")
    assert status == 404
    assert "hidden" not in text


def test_log_lines_are_not_forged(start):
    """Whatever the path, a request is one line without control characters."""
    process = start("hello.py", "--port", "0", hello=HELLO)
    process.wait_for("Ctrl-C ends it.")
    process.get("hello/x%0A00:00:00%20%20GET%1B%5B31m%C2%9B")
    process.wait_for("/hello/x")
    (line,) = [each for each in process.text().splitlines() if "/hello/x" in each]
    assert r"x\n00:00:00  GET\x1b[31m\x9b" in line


def test_port_is_taken(start):
    """A port that is taken is told in one line."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        for arguments in ([], ["--reload"]):
            process = start("hello.py", "--port", str(port), *arguments, hello=HELLO)
            assert process.process.wait(PATIENCE_S) == 3
            assert process.text() == (
                f"Error: port {port} of 127.0.0.1 is taken by another program; end that, or choose another port: --port {port + 1}\n"
            )


def test_mistake_at_the_start(start):
    """A mistake in the application is told with its line and no traceback of ours."""
    process = start("hello.py", hello=HELLO.replace("get(", "gett("))
    assert process.process.wait(PATIENCE_S) == 1
    assert process.text() == (
        "Error: hello.py can't be loaded: NameError: name 'gett' is not defined\n"
        '  hello.py, line 4\n    @gett("/hello/{name}", renderer="json")\n'
    )


def test_reload(start, tmp_path):
    """A change is served at once; a mistake ends the server but not the watching; Ctrl-C ends both."""
    process = start("hello.py", "--port", "0", "--reload", hello=HELLO)
    process.wait_for("Ctrl-C ends it.")
    assert f"reload   on: watching {tmp_path.resolve()}" in process.text()
    file = tmp_path / "hello.py"

    process.change(file, HELLO.replace('"hello":', '"bye":'), "started anew on")
    assert json.loads(process.get("hello/world")[1]) == {"bye": "world"}

    process.change(
        file, HELLO.replace("(request):", "(request)"), "it will be started anew when a file changes"
    )
    assert "there is a mistake in its Python" in process.text()
    assert "hello.py, line 5" in process.text()
    assert process.process.poll() is None

    process.change(file, HELLO, "started anew on", count=2)
    assert json.loads(process.get("hello/world")[1]) == {"hello": "world"}

    assert process.end() == 0
    assert process.text().endswith("Stopped.\n")
    assert "Traceback" not in process.text()
    assert process.text().count("hello.py changed\n") >= 3


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_reload_ends_with_its_parent(heard_hangup, start, number):
    """A signal to the watching process alone ends the server as well."""
    process = start("hello.py", "--port", "0", "--reload", hello=HELLO)
    process.wait_for("Ctrl-C ends it.")
    process.process.send_signal(number)
    assert process.process.wait(PATIENCE_S) == 0
    with pytest.raises(urllib.error.URLError):
        process.get("hello/world")
