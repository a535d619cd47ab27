"""Pyramid."""

from __future__ import annotations

from benchmarks.contenders.configured import ConfiguredApplications


class Applications(ConfiguredApplications):
    def __init__(self) -> None:
        super().__init__("pyramid", "pyramid_chameleon")
