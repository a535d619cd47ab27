"""JSON that a client sent."""

from __future__ import annotations

import json
import sys

import pytest

from goldilocks.exceptions import JSONBodyError
from goldilocks.jsonbody import is_json, read_json
from goldilocks.limits import UNLIMITED, Limits


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
        "application/json ; charset=utf8 ; profile=x",
        'application/json; profile="a b"',
        "application/vnd.api+json",
        "model/gltf+json",
    ],
)
def test_type_is_json(content_type):
    """JSON is called by its name, or by one that ends in it."""
    assert is_json(content_type)


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "json",
        "text/plain",
        "text/json",
        "application/jsonp",
        "application/json;text/plain",
        "application/json, text/plain",
        "text/plain; a=application/json",
        "application/json; charset=latin-1",
        "application/json; charset",
        "application/json\n",
        "a/b/c+json",
        "application/+json",
        "application/json" + " " * 300,
    ],
)
def test_type_is_not_json(content_type):
    """What a form of another site can send without asking isn't JSON, nor is what two readers would read otherwise."""
    assert not is_json(content_type)


@pytest.mark.parametrize(
    "text", ["{}", "[]", "0", '"a"', "null", ' {"a": [1, 2.5, -3e2, true]} \n', '"\\ud83d\\ude00"']
)
@pytest.mark.parametrize("limits", [Limits(), Limits.compatible(), Limits(json_digits=10)])
def test_json_is_read(text, limits):
    """What is JSON is read as Python reads it."""
    assert read_json(text, limits) == json.loads(text)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "line 1, column 1"),
        ('{"a": 1,\n "b" 2}', "line 2, column 6"),
        ("[1] x", "line 1, column 5"),
        ("\ufeff[]", "line 1, column 1"),
        ("[NaN]", "line 1, column 2"),
        ("[\n-Infinity]", "line 2, column 1"),
        ("[1, 1e999]", "line 1, column 5"),
        ('["\\ud83d"]', "line 1, column 3"),
        ('["\\ude00\\ud83d"]', "line 1, column 3"),
        ('["\\uD83D"]', "line 1, column 3"),
        ('["\\uDE00"]', "line 1, column 3"),
        ("[0, " + "1" * 5000 + "]", "line 1, column 5"),
        ("[" * 100_000, "line 1, column 101"),
        ('{"a":' * 100_000, "line 1, column 501"),
        ("[" * 101 + "]" * 101, "line 1, column 101"),
        ('[[], "[[",\n' + "[" * 100 + "]" * 101, "line 2, column 100"),
        ('["NaN", "\\"NaN",\n NaN]', "line 2, column 2"),
        ('{"-Infinity": [\n-Infinity]}', "line 2, column 1"),
        ('["1e999", 1e999-1]', "line 1, column 11"),
        ('["' + "1" * 5000 + '",\n-' + "2" * 5000 + "]", "line 2, column 1"),
        ('["' + "1" * 5000 + '",\n2.' + "3" * 5000 + "]", "line 2, column 1"),
        ('["\\ud83d\\udc3b",\n"\\ud83d"]', "line 2, column 2"),
        ('["\\\\ud83d",\n"a\\ude00"]', "line 2, column 3"),
    ],
)
def test_what_is_no_json_says_where(text, where):
    """What can't be read, or shouldn't be, is an error that says where."""
    with pytest.raises(JSONBodyError) as caught:
        read_json(text, Limits())
    assert where in caught.value.explanation
    assert where.replace(",", "") in str(caught.value)  # in the words of Python
    assert caught.value.code == 400


def test_old_applications_read_what_python_reads():
    """Under Pyramid's defaults, NaN and half a surrogate pair are read; what Python fails at is no failure of ours."""
    limits = Limits.compatible()
    assert read_json("[Infinity, 1e999]", limits) == [float("inf")] * 2
    assert read_json('"\\ud83d"', limits) == "\ud83d"
    assert read_json("[" * 101 + "]" * 101, limits)
    for text in ("[" * 100_000, "1" * 5000):
        with pytest.raises(JSONBodyError):
            read_json(text, limits)


def test_deepest_level_is_pointed_at():
    """Where Python can't go as deep as is taken, the error points at what lies deepest."""
    text = '["[[", [],\n' + "[" * 100_000 + "]" * 100_001
    for limits in (Limits.compatible(), Limits(json_depth=200_000)):
        with pytest.raises(JSONBodyError, match="too many levels: line 2 column 100000 "):
            read_json(text, limits)


@pytest.mark.parametrize(
    ("value", "is_taken"),
    [
        ("[[1]]", True),
        ('[{"a": 1}]', True),
        ("[[[]]]", False),
        ('{"a": [{}]}', False),
        ('["[[[[", {}]', True),
        ("1", True),
    ],
)
def test_depth_is_counted(value, is_taken):
    """Levels are what lies in each other, not what lies side by side, nor brackets in texts."""
    if is_taken:
        read_json(value, Limits(json_depth=2))
    else:
        with pytest.raises(JSONBodyError, match="more than 2 levels"):
            read_json(value, Limits(json_depth=2))


@pytest.mark.parametrize(
    ("number", "is_taken"),
    [
        ("12345", True),
        ("-12345", True),
        ("123456", False),
        ("1.234", True),
        ("1.2345", True),
        ("1.23456", False),
        ("-0.000001", False),
        ("1e-000001", False),
        ("-1e10", True),
    ],
)
@pytest.mark.parametrize("is_strict", [True, False])
def test_digits_are_counted(number, is_taken, is_strict):
    """A number may have so many digits; short numbers in a long text are short."""
    text, limits = f"[0, 1, 2, 3, 4, 5.0, {number}]", Limits(json_digits=5, strict_json=is_strict)
    if is_taken:
        read_json(text, limits)
    else:
        with pytest.raises(JSONBodyError, match="more than 5 digits"):
            read_json(text, limits)


def test_python_may_take_fewer_digits():
    """Where Python takes fewer digits than the limit, that is the client's fault, too; where it takes any, ours counts."""
    digits = sys.get_int_max_str_digits()
    try:
        sys.set_int_max_str_digits(0)
        with pytest.raises(JSONBodyError, match="more than 4300 digits"):
            read_json("1" * 5000, Limits())
        sys.set_int_max_str_digits(1000)
        with pytest.raises(JSONBodyError, match="too many digits"):
            read_json("1" * 1500, Limits())
    finally:
        sys.set_int_max_str_digits(digits)


def test_scattered_escapes_are_not_half_pairs():
    """An escaped backslash before the letters of a surrogate is none."""
    assert read_json('"\\\\ud83d"', Limits()) == "\\ud83d"


def test_what_is_too_deep_to_be_written_is_too_deep():
    """What Python reads and can't write again, by a level or two, is refused like what it can't read."""
    limits = Limits(json_depth=UNLIMITED)
    verdicts = []
    for depth in range(10, sys.getrecursionlimit() + 10):
        with pytest.raises(JSONBodyError) as caught:
            read_json("[" * depth + '"\\ud800"' + "]" * depth, limits)
        verdicts.append(caught.value.msg)
    assert set(verdicts) <= {"half of a surrogate pair", "too many levels"}


def test_value_that_cant_be_written_is_too_deep(monkeypatch):
    """That writing fails, whatever Python's own limits are, is no error of the server."""

    def dumps(value, **kw):
        raise RecursionError

    monkeypatch.setattr("goldilocks.jsonbody.json.dumps", dumps)
    with pytest.raises(JSONBodyError, match="levels"):
        read_json('["\\ud800"]', Limits())
