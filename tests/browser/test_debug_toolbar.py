"""Pyramid's debug toolbar, unmodified, over an application on goldilocks, as people see it in Chromium.

The application is the one of ``tests/compat/addons``, served by a process of its own in the environment that has the add-ons.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.compat.environments import PLAY, addons_python, environ

#: How long a page may take for what its scripts do.
WAIT_S = 10

#: The panels of one request, and what can be read in each when the page was asked for.
OF_A_REQUEST = {
    "headers": "Accept-Language",
    "request_vars": "spoon",
    "performance": "Resource",
    "renderings": "notes.jinja2",
    "session": "Session",
}

#: The panels of the application.
OF_THE_APPLICATION = {
    "routes": "/jinja2",
    "settings": "retry.attempts",
    "tweens": "pyramid_tm",
    "versions": "zope.sqlalchemy",
    "introspection": "notes.jinja2",
}


@pytest.fixture(scope="module")
def shop(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the application, served with the toolbar."""
    folder = tmp_path_factory.mktemp("shop")
    with (folder / "errors.txt").open("w") as errors:
        server = subprocess.Popen(
            [str(addons_python()), str(PLAY), "goldilocks", str(folder), "serve"],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environ("goldilocks"),
        )
    assert server.stdout is not None
    try:
        port = server.stdout.readline().strip()
        assert port, (folder / "errors.txt").read_text()[-3000:]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


@pytest.fixture
def tab(chromium: Any, shop: str) -> Iterator[Any]:
    """A tab whose pages may run their scripts, since the toolbar is made of them."""
    tab = chromium.open(shop)
    tab.call("Emulation.setScriptExecutionDisabled", value=False)
    yield tab
    tab.close()


def wait_until(tab: Any, expression: str) -> None:
    """Wait until an expression is true in the page."""
    until = time.monotonic() + WAIT_S
    while not tab.ask(expression):
        assert time.monotonic() < until, f"{expression} isn't true on {tab.path}:\n{tab.text}"
        time.sleep(0.05)


def open_toolbar(tab: Any, page: str) -> None:
    """Go to a page, and from its button to the toolbar that tells of it."""
    assert tab.go(page) == 200
    tab.ask("document.querySelector('#pDebug a').removeAttribute('target')")
    assert tab.click("#pDebug a") == 200
    assert tab.path.startswith("/_debug_toolbar/")


def complaints(tab: Any) -> list[Any]:
    """Return what went wrong: scripts that failed, and files that weren't there."""
    failed = [
        f"{event['response']['status']} {event['response']['url']}"
        for event in tab.events("Network.responseReceived")
        if event["response"]["status"] >= 400 and not event["response"]["url"].endswith("/favicon.ico")
    ]
    return failed + tab.events("Runtime.exceptionThrown")


def test_page_has_the_button(tab: Any) -> None:
    """The page carries the toolbar's button, which can be seen and leads to the toolbar of this request."""
    assert tab.go("/jinja2?spoon=silver") == 200
    assert "<Notes>" in tab.text
    assert tab.ask("document.querySelector('#pDebugToolbarHandle').getBoundingClientRect().width > 10")
    assert complaints(tab) == []


@pytest.mark.parametrize("panel", OF_A_REQUEST)
def test_panel_of_a_request(tab: Any, panel: str) -> None:
    """Clicked, a panel of the request shows what it found out about it."""
    tab.call("Network.setCookie", name="pdtb_active", value="performance", url=tab.site)
    open_toolbar(tab, "/jinja2?spoon=silver")
    text = show(tab, panel)
    assert OF_A_REQUEST[panel] in text
    assert "Traceback" not in text
    assert complaints(tab) == []


@pytest.mark.parametrize("panel", OF_THE_APPLICATION)
def test_panel_of_the_application(tab: Any, panel: str, tmp_path: Path) -> None:
    """Clicked, a panel of the application shows what the application is made of."""
    open_toolbar(tab, "/jinja2")
    tab.ask("document.querySelector('.navbar-nav a[href=\"#global\"]').click()")
    wait_until(tab, "document.querySelector('#global').checkVisibility()")
    text = show(tab, panel)
    tab.photograph(tmp_path / "panel.png")
    assert OF_THE_APPLICATION[panel] in text
    assert "Traceback" not in text
    assert complaints(tab) == []


def show(tab: Any, panel: str) -> str:
    """Click a panel, and return what can be read in it."""
    name = f"#pDebugPanel-{panel}"
    tab.ask(f"document.querySelector('{name} a').click()")
    wait_until(tab, f"document.querySelector('{name}-content').checkVisibility()")
    text: str = tab.ask(f"document.querySelector('{name}-content').innerText")
    return text


@pytest.mark.parametrize(("link", "dialog", "expected"), [(0, "Select", "porridge"), (1, "Explain", "SCAN")])
def test_queries_are_listed(tab: Any, link: int, dialog: str, expected: str) -> None:
    """SQLAlchemy's panel lists the page's query; its links open dialogs with the rows that it finds, and how."""
    tab.go("/mako")
    tab.ask(
        "void fetch('/add', {method: 'POST', body: new URLSearchParams({text: 'porridge'})}).then(() => window.added = 1)"
    )
    wait_until(tab, "window.added")
    open_toolbar(tab, "/jinja2")
    assert "SELECT notes.id" in show(tab, "sqlalchemy")
    tab.ask(f"document.querySelectorAll('#pSqlaTable td a')[{link}].click()")
    wait_until(tab, f"document.querySelector('#{dialog}Modal').innerText.includes({expected!r})")
    assert complaints(tab) == []


def test_requests_are_listed_as_they_come(tab: Any, tmp_path: Path) -> None:
    """The toolbar's list of requests fills itself from a stream of events, while other pages are asked for."""
    open_toolbar(tab, "/jinja2")
    tab.ask("fetch('/visit')")
    wait_until(tab, "document.querySelector('#requests').innerText.includes('/visit')")
    assert complaints(tab) == []
    tab.photograph(tmp_path / "toolbar.png")
