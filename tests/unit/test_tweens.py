"""The tween that answers errors with exception views."""

from __future__ import annotations

import traceback
from types import SimpleNamespace

import pytest

from goldilocks.httpexceptions import HTTPNotFound
from goldilocks.names import canonical
from goldilocks.tweens import EXCVIEW, INGRESS, MAIN, excview_tween_factory


def fail(request):
    raise ValueError("the error")


def test_no_error():
    """What the handler answers is the answer."""
    tween = excview_tween_factory(lambda request: f"answer to {request}", None)
    assert tween("request") == "answer to request"


def test_error_is_viewed():
    """An exception view is asked with what was raised, and answers."""
    request = SimpleNamespace(invoke_exception_view=lambda exc_info: f"viewed {exc_info[1]}")
    assert excview_tween_factory(fail, None)(request) == "viewed the error"


def test_error_that_nobody_views():
    """Without a view the very error goes on, and the search for a view leaves no trace in it."""

    def invoke_exception_view(exc_info):
        raise HTTPNotFound

    with pytest.raises(ValueError, match="the error") as caught:
        excview_tween_factory(fail, None)(SimpleNamespace(invoke_exception_view=invoke_exception_view))
    assert caught.value.__context__ is None
    assert traceback.extract_tb(caught.value.__traceback__)[-1].name == "fail"


def test_interrupts_are_no_errors():
    """What isn't an Exception isn't viewed."""

    def interrupt(request):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        excview_tween_factory(interrupt, None)(None)


def test_words_for_places():
    """The words by which tweens say where they stand are those that applications have written down."""
    name = f"{excview_tween_factory.__module__}.excview_tween_factory"
    assert (canonical(name), "INGRESS", "MAIN") == (EXCVIEW, INGRESS, MAIN)
