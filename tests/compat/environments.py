"""Environments for tests that need the real Pyramid or add-ons: made once with venv and pip, and kept between runs."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CACHE = Path(os.environ.get("COMPAT_CACHE", ROOT / ".cache"))

#: The program that plays requests to the application of the add-ons, or serves it.
PLAY = Path(__file__).parent / "addons" / "play.py"

#: What both frameworks stand on; both get the same versions, so that only the frameworks can differ.
SHARED = ("webob", "zope.interface", "venusian", "translationstring")

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


def shared_requirements() -> list[str]:
    """Return what the framework stands on, in the versions that run here."""
    return [f"{name}=={version(name)}" for name in SHARED]


@cache
def environment(name: str, *requirements: str) -> Path:
    """Return the interpreter of an environment that has these packages; skip the test where they can't be had.

    Args:
        name: of its folder.
        requirements: for pip; another list makes another environment.
    """
    fingerprint = hashlib.sha256("\n".join([sys.version, *requirements]).encode()).hexdigest()[:12]
    folder = CACHE / f"compat-{name}-{fingerprint}"
    python = folder / "bin" / "python"
    with _alone(folder.with_suffix(".lock")):
        if (folder / "complete").exists():
            return python
        shutil.rmtree(folder, ignore_errors=True)
        commands = [
            [sys.executable, "-m", "venv", str(folder)],
            [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements],
        ]
        for command in commands:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.skip(f"no environment with {', '.join(requirements[:3])}...: {last_line(done.stderr)}")
        (folder / "complete").touch()
    return python


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Let one process at a time in: workers of pytest-xdist want the same environment at the same moment."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def last_line(text: str) -> str:
    """Return what a program said last."""
    return (text.strip().splitlines() or ["it says nothing"])[-1]


def addons_python() -> Path:
    """Return the interpreter of an environment that has the add-ons."""
    return environment("addons", *ADDONS, *BESIDE, *shared_requirements())


def environ(framework: str) -> dict[str, str]:
    """Return the environment of a process that runs the application."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("GOLDILOCKS_")},
        "PYTHONPATH": str(ROOT) if framework == "goldilocks" else "",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
