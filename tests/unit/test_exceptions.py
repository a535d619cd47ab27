from __future__ import annotations

import json
import pickle
import re

import pytest
from webob import Request

from goldilocks import exceptions, httpexceptions, ordering
from goldilocks.exceptions import (
    BadCSRFOrigin,
    BadCSRFToken,
    BodyDisconnectedError,
    ConfigurationConflictError,
    ConfigurationError,
    ConfigurationExecutionError,
    FormError,
    JSONBodyError,
    PredicateMismatch,
    UnfitTextError,
    URLDecodeError,
    refusal,
)


class Place:
    """Where something was said, in code."""

    file = "app.py"

    def __init__(self, line):
        self.line = line

    def __str__(self):
        return f"Line {self.line} of file app.py:\n    config.add_view(index)\n"


@pytest.mark.parametrize("name", ["HTTPNotFound", "HTTPForbidden", "HTTPBadRequest"])
def test_http_exceptions_are_handed_on(name):
    """Those of the HTTP exceptions that the framework itself raises stand here too."""
    assert getattr(exceptions, name) is getattr(httpexceptions, name)


def test_older_names():
    """The names from before HTTP exceptions mean the same classes."""
    assert exceptions.NotFound is httpexceptions.HTTPNotFound
    assert exceptions.Forbidden is httpexceptions.HTTPForbidden


@pytest.mark.parametrize("name", ["ConfigurationError", "CyclicDependencyError"])
def test_configuration_errors_are_handed_on(name):
    """The errors that the sorter raises stand here too."""
    assert getattr(exceptions, name) is getattr(ordering, name)


@pytest.mark.parametrize("kind", [BadCSRFOrigin, BadCSRFToken])
def test_csrf_errors_are_bad_requests(kind):
    """A request that fails the check is answered with 400, and the answer says what to do."""
    error = kind()
    assert isinstance(error, httpexceptions.HTTPBadRequest)
    assert error.status == "400 Bad Request"
    assert "carried out" in str(error)


def test_predicate_mismatch_is_not_found():
    """A view that refuses is answered as if it weren't there."""
    assert PredicateMismatch("no").status == "404 Not Found"
    assert httpexceptions.status_map[404] is httpexceptions.HTTPNotFound


def test_url_decode_error_is_a_decode_error():
    """Who catches the builtin error catches this one."""
    error = URLDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")
    assert isinstance(error, UnicodeDecodeError)


def test_conflict_lists_every_clash_and_place():
    """Each discriminator stands with the lines that said it."""
    error = ConfigurationConflictError(
        {("view", "a"): [Place(1), Place(2)], ("route", "b"): [Place(3), Place(4)]}
    )
    lines = str(error).split("\n")
    assert lines[:6] == [
        "Conflicting configuration actions",
        "  For: ('view', 'a')",
        "    Line 1 of file app.py:",
        "        config.add_view(index)",
        "    Line 2 of file app.py:",
        "        config.add_view(index)",
    ]
    assert "  For: ('route', 'b')" in lines


@pytest.mark.parametrize("way", ["remove", "config.include()", "config.commit()"])
def test_conflict_names_the_ways_out(way):
    """Where lines of code clash, the error says what can be done about it."""
    assert way in str(ConfigurationConflictError({"a": [Place(1), Place(2)]}))


def test_conflict_of_unknown_places_is_only_told():
    """Where no place is known, there is nothing to say about lines."""
    assert str(ConfigurationConflictError({"a": ("1", "2")})) == (
        "Conflicting configuration actions\n  For: a\n    1\n    2"
    )


def test_conflict_keeps_its_table():
    """Tools read the clashes from ``_conflicts``."""
    conflicts = {"a": [Place(1), Place(2)]}
    error = ConfigurationConflictError(conflicts)
    assert error._conflicts is conflicts
    assert isinstance(error, ConfigurationError)


def test_execution_error_tells_error_and_place():
    """Type, message and place stand in the text and as attributes."""
    cause = ValueError("no such thing")
    place = Place(7)
    error = ConfigurationExecutionError(ValueError, cause, place)
    assert str(error).startswith("<class 'ValueError'>: no such thing\n  in:\n  Line 7 of file app.py")
    assert (error.etype, error.evalue, error.info) == (ValueError, cause, place)
    assert isinstance(error, ConfigurationError)


def test_configuration_errors_can_be_pickled():
    """An error that crosses a process keeps its words."""
    errors = [
        ConfigurationConflictError({"a": ["1", "2"]}),
        ConfigurationExecutionError("type", "value", "place"),
    ]
    assert [str(pickle.loads(pickle.dumps(error))) for error in errors] == [str(error) for error in errors]


@pytest.mark.parametrize(
    ("error", "kinds", "words"),
    [
        (URLDecodeError("utf-8", b"\xff", 0, 1, "bad"), [UnicodeDecodeError], "not text in UTF-8"),
        (
            UnfitTextError("utf-8", b"\x1b", 0, 1, "No text."),
            [UnicodeDecodeError, URLDecodeError],
            "No text.",
        ),
        (JSONBodyError("Expecting value", "[\n,", 2), [json.JSONDecodeError, ValueError], "line 2, column 1"),
        (BodyDisconnectedError(3), [OSError], "3 more bytes"),
        (BodyDisconnectedError(None), [OSError], "to its end."),
        (refusal(FormError, "No boundary."), [ValueError], "No boundary."),
    ],
)
def test_fault_of_a_client_is_an_answer(error, kinds, words):
    """What a client did wrong is an error of Python's own kind and an answer that says what it is, also after a journey."""
    for each in (error, pickle.loads(pickle.dumps(error))):
        assert all(isinstance(each, kind) for kind in [*kinds, httpexceptions.HTTPBadRequest])
        assert type(each) is type(error) and each.code == 400 and words in each.explanation
        environ = Request.blank("/").environ
        assert words in b"".join(each(environ, lambda *arguments: None)).decode()
    assert str(error)


def test_details_of_the_fault():
    """What Python's errors know of the place is known here, too."""
    decoding = URLDecodeError("utf-8", b"a\xff", 1, 2, "bad")
    assert (decoding.object, decoding.start, decoding.end, decoding.reason) == (b"a\xff", 1, 2, "bad")
    assert "position 1" in str(decoding)
    unfit = UnfitTextError.at(re.search("\x1b", "\xe9\x1b[m"), "bad")
    assert (unfit.object, unfit.start, unfit.end) == (b"\xc3\xa9\x1b[m", 2, 3)
    assert UnfitTextError.at(re.search("%", "\xe9%"), "bad", "latin-1").object == b"\xe9%"
    parsing = JSONBodyError("Expecting value", "[\n,", 2)
    assert (parsing.doc, parsing.pos, parsing.lineno, parsing.colno) == ("[\n,", 2, 2, 1)
    assert BodyDisconnectedError(3).missing_bytes == 3
