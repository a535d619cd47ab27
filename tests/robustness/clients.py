"""Clients that behave, and clients that don't: slow ones, some that go away, some that send what is no HTTP.

The well-behaved check every answer, whole, and that it is the answer to their own question; a question that gets none is lost.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.robustness.application import LINE, STREAMED_LINES
from tests.robustness.servers import PATIENCE_S

Address = tuple[str, int]
#: How many of each kind come at once.
MANNERS = {"behave": 32, "slow": 12, "abort": 12, "rubbish": 8}

#: A request that is cut, bent or dropped in the middle.
WHOLE = (
    b"POST /form HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 10\r\n\r\na=12345678"
)
STREAM = b"GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Mob:
    """Clients, each in a thread of its own, for a while.

    Args:
        address: of the server.
        while_s: how long they go on to ask.

    Attributes:
        trouble: what the well-behaved were told that isn't right.
        answered: how many of their questions were answered.
    """

    def __init__(self, address: Address, while_s: float) -> None:
        self.address = address
        self.while_s = while_s
        self.trouble: list[str] = []
        self.answered = 0
        self.done: Counter[str] = Counter()
        self._lock = threading.Lock()

    def run(self) -> None:
        """Let all of them in at once, and wait until the last is done."""
        self._end = time.monotonic() + self.while_s
        manners: dict[str, Callable[[random.Random, str], Any]] = {
            "behave": self._behave,
            "slow": self._be_slow,
            "abort": self._abort,
            "rubbish": self._send_rubbish,
        }
        threads = [
            threading.Thread(target=self._go_on, args=(manner, manners[manner], f"{manner}{number}"))
            for manner, how_many in MANNERS.items()
            for number in range(how_many)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _go_on(self, manner: str, visit: Callable[[random.Random, str], Any], name: str) -> None:
        chance, number = random.Random(name), 0
        while time.monotonic() < self._end:
            number += 1
            try:
                if manner == "behave":
                    visit(chance, f"{name}-{number}")
                else:
                    with contextlib.suppress(OSError):  # whoever misbehaves may be shown the door
                        visit(chance, name)
            except Exception as error:
                self.trouble.append(f"{name}-{number}: {type(error).__name__}: {error}")
            with self._lock:
                self.done[manner] += 1

    # -- who behaves

    def _behave(self, chance: random.Random, name: str) -> None:
        """Ask some questions on one connection."""
        connection = http.client.HTTPConnection(*self.address, timeout=PATIENCE_S)
        try:
            for turn in range(5):
                self._ask(
                    connection,
                    chance.choice(("echo", "echo", "echo", "form", "stream", "fail")),
                    f"{name}-{turn}",
                )
                with self._lock:
                    self.answered += 1
        finally:
            connection.close()

    def _ask(self, connection: http.client.HTTPConnection, what: str, said: str) -> None:
        if what == "echo":
            connection.request("GET", f"/echo/{said}?said={said}", headers={"X-Said": said})
        elif what == "form":
            connection.request(
                "POST", "/form", f"{said}=12345", {"Content-Type": "application/x-www-form-urlencoded"}
            )
        else:
            connection.request("GET", "/stream" if what == "stream" else "/fail/error")
        answer = connection.getresponse()
        body = answer.read()
        expected = {
            "echo": lambda: json.loads(body) == {"said": said, "header": said, "is_mine": True},
            "form": lambda: json.loads(body) == {said: 5},
            "stream": lambda: body == LINE * STREAMED_LINES,
            "fail": lambda: b"500 Internal Server Error" in body,
        }[what]
        code = 500 if what == "fail" else 200
        assert answer.status == code and expected(), f"{what}: {answer.status} {body[:200]!r}"

    # -- who doesn't

    def _connect(self) -> socket.socket:
        return socket.create_connection(self.address, timeout=PATIENCE_S)

    def _be_slow(self, chance: random.Random, name: str) -> None:
        """Send a request in crumbs, and read its answer in crumbs."""
        with self._connect() as connection:
            message = chance.choice((WHOLE, STREAM))
            for at in range(0, len(message), 8):
                connection.sendall(message[at : at + 8])
                time.sleep(0.01)
            connection.settimeout(1)
            for _ in range(chance.randrange(40)):
                if not connection.recv(512):
                    break
                time.sleep(0.01)

    def _abort(self, chance: random.Random, name: str) -> None:
        """Go away in the middle, politely or with a reset."""
        with self._connect() as connection:
            message = chance.choice((WHOLE, STREAM, STREAM, b""))
            connection.sendall(message[: chance.choice((len(message), chance.randrange(len(message) + 1)))])
            if chance.random() < 0.5:
                connection.settimeout(0.2)
                connection.recv(chance.randrange(1, 5000))
            if chance.random() < 0.7:
                self.reset(connection)
        time.sleep(0.01)

    @staticmethod
    def reset(connection: socket.socket) -> None:
        """Close at once: what has arrived unread is thrown away, and the other side is told so."""
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    def _send_rubbish(self, chance: random.Random, name: str) -> None:
        """Send bytes that are no request, or hardly one."""
        with self._connect() as connection:
            message = bytearray(
                chance.choice((WHOLE, STREAM, chance.randbytes(200), b"GET / HTTP/9.9\r\n\r\n"))
            )
            for _ in range(chance.randrange(1, 6)):
                message[chance.randrange(len(message))] = chance.randrange(256)
            connection.sendall(message + chance.choice((b"", b"\r\n\r\n", b"\0" * 5000)))
            connection.settimeout(0.2)
            connection.recv(4096)
        time.sleep(0.01)
