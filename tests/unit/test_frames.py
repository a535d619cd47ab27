"""Whose code runs."""

from __future__ import annotations

from goldilocks import frames


def test_own_frame_is_the_nearest():
    """Who asks from outside of the framework is told of himself."""
    assert frames.level_of_application() == 1


def test_level_ends_where_the_stack_does(monkeypatch):
    """Where every frame is the framework's own, the outermost is told."""
    monkeypatch.setattr(frames, "FRAMEWORK_FOLDER", "")
    assert frames.level_of_application() > 1
