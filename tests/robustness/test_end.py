"""A server that is told to end, or to begin anew, first finishes what it has begun."""

from __future__ import annotations

import socket
import sys
import threading
import time

import pytest

from tests.robustness.application import LINE, STREAMED_LINES
from tests.robustness.servers import PATIENCE_S

WHOLE = (200, LINE * 20)
#: More than there are threads in the smallest of these servers; some wait for one.
IN_FLIGHT = 6
BEGUN = 4

MODULE = """
from tests.robustness.application import make_short
app = make_short()
"""


def ask_slowly(served):
    """Ask for what takes a while, several times at once; return the threads, and where they put their answers."""
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(served.get("/slow?s=1"))) for _ in range(IN_FLIGHT)
    ]
    for thread in threads:
        thread.start()
    return threads, answers


def finish(threads):
    for thread in threads:
        thread.join(PATIENCE_S)


def serve_command(*options):
    return [sys.executable, "-m", "goldilocks", "serve", "shop.py", "--port", "0", *options]


@pytest.fixture(params=["goldilocks serve", "gunicorn"])
def served(request, start, tmp_path):
    """A server in front of the slow view."""
    if request.param == "gunicorn":
        return start("gunicorn")
    (tmp_path / "shop.py").write_text(MODULE)
    return start(serve_command())


def test_end_waits_for_what_is_in_flight(served):
    """SIGTERM ends the server when every request that it has begun is answered, and whole."""
    served.get("/echo/warm")
    threads, answers = ask_slowly(served)
    served.wait_for("slowly...", BEGUN)
    time.sleep(0.4)  # those that wait for a thread have been accepted by then: who hasn't, may be sent away
    served.terminate()
    finish(threads)
    assert served.process.wait(PATIENCE_S) == 0, served.text()
    assert answers == [WHOLE] * IN_FLIGHT


def test_end_waits_for_who_reads_slowly(served):
    """An answer that is larger than what lies between server and client is sent to its end, too."""
    served.get("/echo/warm")
    with socket.create_connection(served.address, timeout=PATIENCE_S) as connection:
        connection.sendall(b"GET /stream?times=8 HTTP/1.0\r\nHost: localhost\r\n\r\n")
        got = len(connection.recv(4096))
        served.terminate()
        time.sleep(0.5)  # it has heard of it by then, and if not, nothing is proved and nothing fails
        while block := connection.recv(65536):
            got += len(block)
    assert served.process.wait(PATIENCE_S) == 0, served.text()
    assert got > 8 * STREAMED_LINES * len(LINE)


def test_reload_waits_for_what_is_in_flight(start, tmp_path):
    """A change ends the old process only when it has answered, and the new one goes on."""
    module = tmp_path / "shop.py"
    module.write_text(MODULE)
    served = start(serve_command("--reload"))
    before = served.tell()
    threads, answers = ask_slowly(served)
    served.wait_for("slowly...", BEGUN)
    module.write_text(MODULE + "# changed\n")
    finish(threads)
    served.wait_for("started anew")
    assert answers == [WHOLE] * IN_FLIGHT
    assert served.tell()["pid"] != before["pid"]
