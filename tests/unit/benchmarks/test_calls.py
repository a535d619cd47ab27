"""How the benchmark calls applications."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from benchmarks import calls
from benchmarks.calls import Caller
from benchmarks.scenarios import Hit, says


def visitor(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer with the cookie and the body that come; the first visit gives a cookie."""
    start_response("200 OK", [("Set-Cookie", "who=baloo; Path=/")])
    cookie = environ.get("HTTP_COOKIE", "token")
    return [cookie.encode(), environ["wsgi.input"].read()]


def test_what_comes_before_is_sent_along() -> None:
    """The cookies of the first request come with the second one, and its answer is put into the body."""
    hit = Hit("x", "/", says("who=baloo<token>"), method="POST", body=b"<{token}>", before="/first")
    assert Caller(visitor, hit).verify().status == 200


def test_time_passes_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    """The request comes as long after the first one as was said."""
    slept: list[float] = []
    monkeypatch.setattr(calls.time, "sleep", slept.append)
    Caller(visitor, Hit("x", "/", says(""), before="/first", later_s=2.5))
    assert slept == [2.5]


def test_wrong_answers_are_not_timed() -> None:
    """An answer that isn't what it must be is an error, with what it was."""
    with pytest.raises(AssertionError, match="answers 200: b'token'"):
        Caller(visitor, Hit("x", "/", says("porridge"))).verify()


def test_the_last_answer_of_a_timing_is_checked() -> None:
    """An application that answers with another status once it is timed is found out."""
    with pytest.raises(AssertionError, match="answered 200 OK while it was timed"):
        Caller(visitor, Hit("x", "/", says("token"), status=404)).time(3)


def test_answers_are_closed() -> None:
    """Each answer is read to its end and closed, as a server does it."""
    closed = []

    class Body(list[bytes]):
        def close(self) -> None:
            closed.append(True)

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [])
        return Body([b"porridge"])

    Caller(application, Hit("x", "/", says("porridge"))).time(3)
    assert len(closed) == 3
