"""Eleven published add-ons, unmodified, in one application that runs on goldilocks through the import hook.

``addons/shop.py`` is the application, ``addons/play.py`` sends it requests, in an environment of its own; both do so on the real Pyramid,
too, whose answers are the measure. Databases are real: SQLite and a ZODB in a file.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from goldilocks import router
from goldilocks.config import Configurator
from goldilocks.httpexceptions import HTTPMovedPermanently
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.static import static_view
from goldilocks.view import render_view_to_response

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PLAY = HERE / "addons" / "play.py"

#: The add-ons under test.
ADDONS = (
    "pyramid_tm",
    "pyramid_jinja2",
    "pyramid_mako",
    "pyramid_chameleon",
    "pyramid_retry",
    "pyramid_services",
    "pyramid_mailer",
    "pyramid_debugtoolbar",
    "pyramid_multiauth",
    "pyramid_zodbconn",
    "zope.sqlalchemy",
)

#: What stands beside them: their own needs (some import pkg_resources), ours, and what plays the browser.
BESIDE = (
    "setuptools<82",
    "pyramid==2.1",
    "sqlalchemy>=2,<3",
    "WebTest",
    "waitress",
    "chameleon",
    "multipart",
    "click",
)

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="session")
def addons_python(make_environment: Callable[..., Path], shared_requirements: list[str]) -> Path:
    """The interpreter of an environment with the add-ons."""
    return make_environment("addons", *ADDONS, *BESIDE, *shared_requirements)


def environ(framework: str) -> dict[str, str]:
    """Return the environment of a process that runs the application."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("GOLDILOCKS_")},
        "PYTHONPATH": str(ROOT) if framework == "goldilocks" else "",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def play(python: Path, framework: str, folder: Path) -> dict[str, Any]:
    """Play the application's requests in a process of its own."""
    done = subprocess.run(
        [str(python), str(PLAY), framework, str(folder)],
        capture_output=True,
        text=True,
        env=environ(framework),
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers


@pytest.fixture(scope="session")
def ours(addons_python: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the application answers on goldilocks."""
    return play(addons_python, "goldilocks", tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="session")
def theirs(addons_python: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What it answers on Pyramid."""
    return play(addons_python, "pyramid", tmp_path_factory.mktemp("theirs"))


def test_add_ons_run_on_goldilocks(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Under the hook the name Pyramid means goldilocks, though Pyramid is installed beside it."""
    assert (ours["pyramid is"], theirs["pyramid is"]) == ("goldilocks", "pyramid")


def test_every_answer_is_pyramids(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Whatever the application answers, it answers the same on Pyramid."""
    assert {**ours, "pyramid is": ""} == {**theirs, "pyramid is": ""}


def test_transaction_is_rolled_back(ours: dict[str, Any]) -> None:
    """pyramid_tm and zope.sqlalchemy: a note of a request that failed isn't kept."""
    assert ours["failed add"] == [500, "failed"]
    assert ours["notes after failure"] == ours["notes"]


def test_object_database_is_rolled_back(ours: dict[str, Any]) -> None:
    """pyramid_zodbconn: the counter of a request that failed isn't kept."""
    assert [ours[name][1] for name in ("visit", "failed visit", "second visit")] == [
        {"visits": 1},
        "failed",
        {"visits": 2},
    ]


def test_request_is_tried_again(ours: dict[str, Any]) -> None:
    """pyramid_retry: the last of three attempts answers, and the earlier ones leave nothing behind."""
    assert ours["retry"] == [200, {"attempt": 2, "of": 3}]
    assert ours["notes after retry"][1]["notes"][1:] == ["attempt 2"]


@pytest.mark.parametrize("engine", ["jinja2", "mako", "chameleon"])
def test_template_is_rendered(ours: dict[str, Any], engine: str) -> None:
    """pyramid_jinja2, pyramid_mako, pyramid_chameleon: the page is filled and escaped."""
    status, text = ours[engine]
    assert status == 200
    assert "&lt;Notes&gt;" in text
    assert "<p>first &amp; &lt;second&gt;</p>" in text
    assert '<a href="http://localhost/json">/json</a>' in text


def test_mail_is_sent(ours: dict[str, Any]) -> None:
    """pyramid_mailer: the mail of a note lies in the outbox."""
    assert ours["mails"] == [["first & <second>"], 0]


def test_service_is_found(ours: dict[str, Any]) -> None:
    """pyramid_services: one service a request, made by its factory."""
    expected = {"greeting": "hello bob", "same": True, "name": {"named": "service"}}
    assert ours["greet bob"] == [200, expected]


def test_policies_are_combined(ours: dict[str, Any]) -> None:
    """pyramid_multiauth: either the ticket or the server says who it is, and groups count."""
    assert [ours[name][0] for name in ("secret", "secret of ann", "secret of bob")] == [403, 200, 200]


def test_toolbar_looks_at_everything(ours: dict[str, Any]) -> None:
    """pyramid_debugtoolbar: its button is on pages, and all its panels are filled."""
    assert ours["page with toolbar"]
    status, panels = ours["toolbar"]
    assert status == 200
    assert {"headers", "introspection", "routes", "sqlalchemy", "tweens", "performance"} <= set(panels)
    assert ours["toolbar's style"] == "text/css"


# --- What tests of add-ons do ---------------------------------------------------------------------------------------


def test_mock_for_a_registry_holds_no_views() -> None:
    """A request whose registry is a mock, as in tests of add-ons, finds no view."""
    request = Request.blank("/")
    request.registry = mock.MagicMock(settings={})
    request.context = None
    assert render_view_to_response(None, request) is None


def test_error_reporter_stands_around_the_view(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is put at ``router._call_view``, as sentry_sdk does, is called for each request, with registry and request."""
    seen = []
    original = router._call_view

    def report(registry: Any, request: Any, *args: Any, **kw: Any) -> Any:
        seen.append((registry, request.path))
        return original(registry, request, *args, **kw)

    monkeypatch.setattr(router, "_call_view", report)
    config = Configurator()
    config.add_view(lambda request: Response("seen"))
    app = config.make_wsgi_app()

    assert Request.blank("/").get_response(app).text == "seen"
    assert seen == [(config.registry, "/")]


def test_stand_in_for_a_request_needs_no_path() -> None:
    """A static view asks a stand-in for a request for nothing but subpath, path_url and query string."""
    request = mock.Mock(spec=["subpath", "path_url", "path_info", "query_string"])
    request.configure_mock(subpath=(), path_url="", path_info=None, query_string="")
    with pytest.raises(HTTPMovedPermanently) as moved:
        static_view(str(HERE), use_subpath=True)(None, request)
    assert moved.value.location == "/"


# --- In a real browser ---------------------------------------------------------------------------------------------


@pytest.fixture
def served(addons_python: Path, tmp_path: Path) -> Iterator[str]:
    """The address of the application, served with the toolbar."""
    process = subprocess.Popen(
        [str(addons_python), str(PLAY), "goldilocks", str(tmp_path), "serve"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environ("goldilocks"),
    )
    assert process.stdout is not None
    try:
        address = f"http://127.0.0.1:{int(process.stdout.readline())}"
        _wait_for(address + "/page")
        yield address
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _wait_for(address: str) -> None:
    for _ in range(100):
        try:
            with urllib.request.urlopen(address, timeout=10):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"nobody answers at {address}")


def look(address: str, *flags: str) -> str:
    """Return the page as Chromium has it when its scripts have run."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        done = subprocess.run(
            [
                str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                f"--user-data-dir={profile}", "--window-size=1280,900", "--virtual-time-budget=5000", *flags, address,
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )  # fmt: skip
    return done.stdout


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed here")
def test_browser_shows_the_button(served: str) -> None:
    """The page that a browser shows has the toolbar's button, which leads to the toolbar of this request."""
    page = look(f"{served}/page", "--dump-dom")
    assert "<h1>A page</h1>" in page
    assert f'href="{served}/_debug_toolbar/' in page


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed here")
def test_browser_shows_the_toolbar(served: str, tmp_path: Path) -> None:
    """The toolbar that a browser shows lists the last requests and its panels, and what it loads is there."""
    picture = tmp_path / "toolbar.png"
    page = look(f"{served}/_debug_toolbar/", "--dump-dom", f"--screenshot={picture}")
    assert "/page" in page
    for panel in ("Performance", "Routes", "SQLAlchemy", "Tweens", "Introspection"):
        assert panel in page, panel
    assert "Not Found" not in page
