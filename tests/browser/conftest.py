"""Chromium without a window, and a handbook for it to look at.

Chromium is driven over its DevTools protocol, here on a pipe: messages of JSON, each ended by a NUL, so nothing but the
standard library is needed. Scripts are switched off in every tab; what the tests ask a page is evaluated from outside.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections import deque
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
WAIT_S = 20
FLAGS = (
    "--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--hide-scrollbars", "--force-color-profile=srgb",
)  # fmt: skip

#: The protocol says which numbers the pipe's ends have. First out of the way with them: a 3 or 4 may be one of them.
LAUNCHER = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3]]
for end, number in zip(ends, (3, 4)):
    os.dup2(end, number)
    os.close(end)
os.execv(sys.argv[3], sys.argv[3:])
"""

#: Run in a process of its own: fill a handbook with a small library, serve it on a free port, and say which.
SERVER = """
import sys
from waitress.server import create_server
import handbook
from handbook import library
application = handbook.main({}, **{"handbook.data": sys.argv[1]})
library.fill(application.registry.settings["handbook.engine"], ["json", "xml", "xml.etree", "xml.etree.ElementTree"])
server = create_server(application, host="127.0.0.1", port=0, threads=4, ident=None)
print(server.effective_port, flush=True)
server.run()
"""


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    """Chromium, one for all tests."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip(
            "Chromium isn't installed, so nobody looks at the pages (Debian has it: apt-get install chromium)"
        )
    browser = Chromium(program, tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.end()


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The address of a handbook that is served by another process."""
    paths = [str(ROOT / "examples" / "handbook"), str(ROOT)]
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(tmp_path_factory.mktemp("handbook"))],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        text=True,
    )
    port = server.stdout.readline().strip()
    assert port, "the handbook couldn't be served"
    yield f"http://127.0.0.1:{port}"
    server.terminate()
    server.wait()
    server.stdout.close()


@pytest.fixture
def tab(chromium, site):
    """A tab with cookies of its own."""
    tab = chromium.open(site)
    yield tab
    tab.close()


class Chromium:
    """A browser, and the messages to and from it."""

    def __init__(self, program: str, profile: Path) -> None:
        answers, to_us = os.pipe()
        from_us, questions = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", LAUNCHER, str(from_us), str(to_us), program, *FLAGS,
             f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(from_us, to_us), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        os.close(from_us)
        os.close(to_us)
        self._answers, self._questions, self._number, self._rest = answers, questions, 0, b""
        self.events: deque[dict[str, Any]] = deque(maxlen=10_000)

    def call(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """Ask for something, and wait for the answer."""
        self._number += 1
        question: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if session:
            question["sessionId"] = session
        os.write(self._questions, json.dumps(question).encode() + b"\0")
        answer = self.wait(lambda message: message.get("id") == question["id"], method)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    def wait(self, is_it: Any, what: str) -> dict[str, Any]:
        """Read on until a message comes; what comes before it is kept as an event."""
        until = time.monotonic() + WAIT_S
        while True:
            while b"\0" not in self._rest:
                ready = select.select([self._answers], [], [], max(0, until - time.monotonic()))[0]
                assert ready, f"Chromium said nothing about {what} for {WAIT_S} s"
                data = os.read(self._answers, 1 << 20)
                assert data, f"Chromium ended during {what}"
                self._rest += data
            line, self._rest = self._rest.split(b"\0", 1)
            message = json.loads(line)
            self.events.append(message)
            if is_it(message):
                return message

    def open(self, site: str) -> Tab:
        """Open a tab with cookies of its own."""
        return Tab(self, site)

    def end(self) -> None:
        """End it and all processes that it started."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._answers)
        os.close(self._questions)


class Tab:
    """A tab, what it asked other computers for, and what it complained of."""

    def __init__(self, browser: Chromium, site: str) -> None:
        self.browser, self.site = browser, site
        self._context = browser.call("Target.createBrowserContext")["browserContextId"]
        target = browser.call("Target.createTarget", url="about:blank", browserContextId=self._context)
        attached = browser.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Network", "Log", "DOM", "Runtime"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setScriptExecutionDisabled", value=True)
        self.show(1280)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        return self.browser.call(method, self._session, **params)

    def close(self) -> None:
        self.browser.call("Target.disposeBrowserContext", browserContextId=self._context)

    def events(self, method: str) -> list[dict[str, Any]]:
        """What was told under this name so far."""
        return [
            message["params"]
            for message in self.browser.events
            if message.get("method") == method and message.get("sessionId") == self._session
        ]

    def show(self, width: int, *, dark: bool = False, language: str = "en") -> None:
        """Choose how pages are looked at."""
        height = 844 if width < 600 else 900
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Network.setExtraHTTPHeaders", headers={"Accept-Language": language})

    def go(self, path: str) -> int:
        """Open a page; answers its status."""
        self.call("Page.navigate", url=self.site + path)
        return self._arrive(path)

    def _arrive(self, what: str) -> int:
        self.browser.wait(
            lambda message: (
                message.get("method") == "Page.loadEventFired" and message["sessionId"] == self._session
            ),
            what,
        )
        pages = [event for event in self.events("Network.responseReceived") if event["type"] == "Document"]
        return pages[-1]["response"]["status"]

    def ask(self, expression: str) -> Any:
        """Evaluate an expression in the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    @property
    def text(self) -> str:
        """What can be read on the page."""
        return self.ask("document.body.innerText")

    @property
    def path(self) -> str:
        return self.ask("location.pathname + location.search")

    def type(self, selector: str, text: str) -> None:
        """Put a text in the place of what a field holds."""
        self.call("DOM.focus", nodeId=self._find(selector))
        self.ask(f"document.querySelector({json.dumps(selector)}).select()")
        self.call("Input.insertText", text=text)

    def choose_file(self, selector: str, file: Path) -> None:
        self.call("DOM.setFileInputFiles", nodeId=self._find(selector), files=[str(file)])

    def click(self, selector: str) -> int:
        """Press the mouse on something that leads to another page; answers that page's status."""
        node = self._find(selector)
        self.call("DOM.scrollIntoViewIfNeeded", nodeId=node)
        x1, y1, _, _, x2, y2, _, _ = self.call("DOM.getContentQuads", nodeId=node)["quads"][0]
        for kind in ("mousePressed", "mouseReleased"):
            self.call(
                "Input.dispatchMouseEvent",
                type=kind, x=(x1 + x2) / 2, y=(y1 + y2) / 2, button="left", clickCount=1,
            )  # fmt: skip
        return self._arrive(selector)

    def _find(self, selector: str) -> int:
        root = self.call("DOM.getDocument", depth=0)["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        assert node, f"{self.path} has no {selector}"
        return node

    def log_in(self, login: str, password: str = "porridge") -> int:
        self.go("/login")
        self.type("[name=login]", login)
        self.type("[name=password]", password)
        return self.click("form.card button")

    def photograph(self, file: Path, *, whole: bool = False) -> None:
        """Keep how the page looks; for looking at it oneself."""
        answer = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(answer["data"]))
