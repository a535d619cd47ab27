"""Servers for a test, which are ended with it."""

from __future__ import annotations

import pytest

from tests.robustness.servers import ROOT, Server, commands


@pytest.fixture
def start(tmp_path):
    """Start servers; end what is left of them afterwards."""
    begun = []

    def start(server, name="short"):
        command = commands(server, name) if isinstance(server, str) else server
        folder = tmp_path / f"server-{len(begun)}"
        folder.mkdir()
        begun.append(Server(command, folder, ROOT if isinstance(server, str) else tmp_path))
        return begun[-1]

    yield start
    for each in begun:
        each.end()
