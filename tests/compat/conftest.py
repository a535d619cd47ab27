"""Environments for tests that need the real Pyramid or add-ons."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.compat import environments


@pytest.fixture(scope="session")
def shared_requirements() -> list[str]:
    """Return what the framework stands on, in the versions that run here."""
    return environments.shared_requirements()


@pytest.fixture(scope="session")
def make_environment() -> Callable[..., Path]:
    """Return the function that makes environments, for tests that choose what is in one."""
    return environments.environment
