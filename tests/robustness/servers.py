"""Servers as they are run in earnest, each in a process of its own, on a port of this machine that was free.

Whoever starts one ends it, by its number; what it prints goes to a file.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from gunicorn.config import make_settings

ROOT = Path(__file__).parent.parent.parent

#: How long anything may take, in seconds: a machine that does other things as well is slow now and then.
PATIENCE_S = 60

#: Whether this is ``make soak``: as long and as much as the promise says, and not only enough to see what is broken.
IS_SOAK = bool(os.environ.get("SOAK"))

APPLICATION = "tests.robustness.application"
THREADS = 8

_WAITRESS = """
import sys
from waitress.server import create_server
from tests.robustness import application
server = create_server(getattr(application, sys.argv[1]), host="127.0.0.1", port=0, threads=int(sys.argv[2]))
print(f"http://127.0.0.1:{server.effective_port}/", flush=True)
server.run()
"""


def commands(server: str, name: str) -> list[str]:
    """Return the command of a server that serves one of the applications."""
    if server == "waitress":
        return [sys.executable, "-c", _WAITRESS, name, str(THREADS)]
    # newer ones open a socket in the home of whoever runs them
    private = ["--no-control-socket"] if "control_socket_disable" in make_settings() else []
    # one process, because the counts are those of one
    return [
        *(sys.executable, "-m", "gunicorn", "--bind", "127.0.0.1:0", "--workers", "1", "--worker-class", "gthread"),
        *("--threads", str(THREADS), *private, "--keep-alive", "75", "--graceful-timeout", "30", f"{APPLICATION}:{name}"),
    ]  # fmt: skip


class Server:
    """A server at work.

    Args:
        command: that starts it.
        folder: where it writes what it prints.
        cwd: where it is started.
    """

    def __init__(self, command: list[str], folder: Path, cwd: Path = ROOT) -> None:
        self.output = folder / "server.txt"
        environ = {name: value for name, value in os.environ.items() if not name.startswith("GOLDILOCKS_")}
        environ |= {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        with self.output.open("wb") as target:
            self.process = subprocess.Popen(
                command, cwd=cwd, env=environ, stdin=subprocess.DEVNULL, stdout=target, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip

    def text(self) -> str:
        return self.output.read_text("utf-8", "replace")

    def wait_for(self, words: str, how_often: int = 1) -> None:
        """Wait until something was printed so often."""
        end = time.monotonic() + PATIENCE_S
        while len(re.findall(words, self.text())) < how_often:
            assert self.process.poll() is None, f"the server has ended:\n{self.text()}"
            assert time.monotonic() < end, f"{words!r} was not printed:\n{self.text()}"
            time.sleep(0.05)

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        self.wait_for(r"http://127\.0\.0\.1:\d+")
        return "127.0.0.1", int(re.findall(r"http://127\.0\.0\.1:(\d+)", self.text())[-1])

    def get(self, path: str) -> tuple[int, bytes]:
        """Ask for a path on a connection of its own."""
        connection = http.client.HTTPConnection(*self.address, timeout=PATIENCE_S)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def tell(self) -> dict[str, Any]:
        """Return what the application says of itself."""
        code, body = self.get("/tell")
        assert code == 200, body
        told: dict[str, Any] = json.loads(body)
        return told

    def wait_until(self, holds: Any) -> dict[str, Any]:
        """Wait until what the application says of itself is so."""
        end = time.monotonic() + PATIENCE_S
        while not holds(told := self.tell()):
            assert time.monotonic() < end, f"it never came to that: {told}\n{self.text()[-2000:]}"
            time.sleep(0.1)
        return told

    def terminate(self) -> None:
        """Ask it to end, as whoever runs it would."""
        self.process.send_signal(signal.SIGTERM)

    def end(self) -> None:
        """End whatever is left of it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE_S)
