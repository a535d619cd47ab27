"""Eleven published add-ons, unmodified, in one application that runs on goldilocks through the import hook.

``addons/shop.py`` is the application, ``addons/play.py`` sends it requests, in an environment of its own; both do so on the real Pyramid,
too, whose answers are the measure. Databases are real: SQLite and a ZODB in a file.
"""

from __future__ import annotations

import json
import subprocess
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
from tests.compat import environments

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def addons_python() -> Path:
    """The interpreter of an environment with the add-ons."""
    return environments.addons_python()


def play(python: Path, framework: str, folder: Path) -> dict[str, Any]:
    """Play the application's requests in a process of its own."""
    done = subprocess.run(
        [str(python), str(environments.PLAY), framework, str(folder)],
        capture_output=True,
        text=True,
        env=environments.environ(framework),
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
