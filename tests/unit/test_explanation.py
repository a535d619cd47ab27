"""The values that say what is known about a request, and the words that they are put in."""

from __future__ import annotations

import logging
import os

import pytest
import webob

from goldilocks import router
from goldilocks.explanation import (
    HOLDS,
    NOT_ASKED,
    REFUSES,
    Explanation,
    Place,
    PredicateFact,
    RouteFact,
    ViewFact,
    is_own_code,
    printable,
    shortened,
)
from goldilocks.frames import is_framework_code


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain Zoë 日本", "plain Zoë 日本"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x1b[31m", r"\x1b[31m"),
        ("\x9b31m\x85", r"\x9b31m\x85"),
        ("\u2028\u202e\ufeff", r"\u2028\u202e\ufeff"),
        ("\udc80", r"\udc80"),
        (42, "42"),
    ],
)
def test_printable(text, shown):
    """Control characters, separators of lines, and what turns the direction of writing are spelled out."""
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("file", "is_own", "is_frameworks"),
    [
        (router.__file__, False, True),
        (webob.__file__, False, False),
        (logging.__file__, False, False),
        ("<string>", False, False),
        (__file__, True, False),
        ("/usr/lib/python3/dist-packages/x.py", False, False),
    ],
)
def test_whose_code(file, is_own, is_frameworks):
    """A file is the application's, unless it is a library's, Python's, the framework's or none."""
    assert (is_own_code(file), is_framework_code(file)) == (is_own, is_frameworks)


@pytest.mark.parametrize(
    ("file", "shown"),
    [
        (router.__file__, os.path.join("goldilocks", "router.py")),
        (webob.__file__, os.path.join("webob", "__init__.py")),
        (logging.__file__, os.path.join("logging", "__init__.py")),
        (os.path.join(os.getcwd(), "app", "views.py"), os.path.join("app", "views.py")),
        ("/else\nwhere.py", r"/else\nwhere.py"),
    ],
)
def test_shortened(file, shown):
    """A path is told from the library or the working directory on."""
    assert shortened(file) == shown


def test_place():
    """A place reads as people say it."""
    assert str(Place("/x/app.py", 12)) == "/x/app.py, line 12"


@pytest.mark.parametrize(
    ("outcome", "is_refusal", "words"),
    [
        (HOLDS, False, "xhr = True"),
        (REFUSES, True, "xhr = True"),
        (NOT_ASKED, False, "xhr = True"),
        ("raised KeyError", True, "xhr = True (raised KeyError)"),
    ],
)
def test_predicate(outcome, is_refusal, words):
    """A predicate refuses by saying no or by failing."""
    predicate = PredicateFact("xhr = True", outcome)
    assert (predicate.is_refusal, str(predicate)) == (is_refusal, words)


def test_refused_by():
    """A route and a view name the predicate that refused; a route that fits and isn't refused is taken."""
    no, yes = PredicateFact("no", REFUSES), PredicateFact("yes", HOLDS)
    route = RouteFact("a", "/a", True, (yes, no))
    assert (route.refused_by, route.is_taken) == (no, False)
    assert ViewFact("a", (yes, no)).refused_by is no
    assert ViewFact("a", (yes,)).refused_by is None
    assert [RouteFact("a", "/a", fits, (yes,)).is_taken for fits in (True, False)] == [True, False]


def test_taken():
    """An explanation knows the route that was taken."""
    route = RouteFact("a", "/a", True)
    assert Explanation("GET", "/a", routes=(RouteFact("b", "/b", False), route)).taken is route
    assert Explanation("GET", "/a").taken is None
