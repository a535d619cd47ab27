"""JSON that a client sent: what a body must be to be read, and what it must not hold.

SPEC: RFC 8259. Python's reader takes more than JSON (NaN, Infinity), and fails in ways of its own at what is too deep or too long; here all
of it is one error, which says where.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NoReturn

from goldilocks.characters import TOKEN
from goldilocks.exceptions import JSONBodyError, URLDecodeError
from goldilocks.limits import Limits

# SPEC: RFC 9110, 8.3.1 and 5.6.6, where between two semicolons there may be nothing; RFC 6839, 3.1. Each part begins with a character
# that the part before can't hold: linear
_UTF_8 = "(?:utf-?8|us-ascii)"  # the one is a part of the other
_is_json_type = re.compile(
    rf"""(?:application/json|{TOKEN}/{TOKEN}(?<=[^/]\+json))[ \t]*"""
    rf"""(?:;[ \t]*(?:(?:charset=(?:"{_UTF_8}"|{_UTF_8})|(?!charset=){TOKEN}=(?:{TOKEN}|"(?:[^"\\]|\\.)*"))[ \t]*)?)*""",
    re.IGNORECASE,
).fullmatch

_LONGEST_TYPE = 200


def is_json(content_type: str) -> bool:
    """Tell whether a ``Content-Type`` says that a body is JSON, in UTF-8.

    >>> [is_json(each) for each in ("application/json", "application/vnd.api+json; charset=utf-8", "text/plain")]
    [True, True, False]
    """
    # PERF: post
    return content_type == "application/json" or (
        len(content_type) <= _LONGEST_TYPE and _is_json_remembered(content_type)
    )


@lru_cache(100)
def _is_json_remembered(content_type: str) -> bool:
    return _is_json_type(content_type) is not None


def read_json(text: str, limits: Limits) -> Any:
    """Read JSON.

    Raises:
        JSONBodyError: it is none, or holds what can't be taken.
    """
    digits = None if len(text) <= limits.json_digits else limits.json_digits
    decoder = _decoder(limits.strict_json, digits, digits is not None and not _python_limits_digits(limits))
    try:
        value = _read_all(text, decoder)
    except json.JSONDecodeError as error:
        raise JSONBodyError(error.msg, text, error.pos) from None
    except RecursionError:
        raise _too_deep(text, limits) from None
    except ValueError as error:  # what the number readers below say, or Python of too many digits
        raise _bad_number(text, error) from None
    # PERF: post; as many brackets as this are rare, and so is the look at what lies in each other. Mostly there is one array at most,
    # and to find two takes less than to count them
    arrays = text.count("[") if text.find("[", text.find("[") + 1) >= 0 else 1
    if arrays + text.count("{") > limits.json_depth and _is_deeper(value, limits.json_depth):
        raise _too_deep(text, limits)
    if limits.strict_text and "\\" in text and _find_half_pair(text) and _has_half_pair(value, text, limits):
        raise JSONBodyError("half of a surrogate pair", text, _place_of_half_pair(text))
    return value


def point_at_bytes(error: URLDecodeError) -> None:
    """Have an error say where in a body the bytes stand that aren't text."""
    before = error.object[: error.start].decode("utf-8", "replace")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    error.explanation = (
        f"The body can't be read as JSON: bytes that are not text (line {line}, column {column})."
    )


def _read_all(text: str, decoder: json.JSONDecoder) -> Any:
    # PERF: post: a body mostly begins and ends with its value, and then nobody need look for blanks around it
    try:
        value, end = decoder.scan_once(text, 0)  # type: ignore[attr-defined]  # typeshed leaves it out
    except StopIteration:
        end = -1
    return value if end == len(text) else decoder.decode(text)


# --- Numbers -------------------------------------------------------------------------------------------------------


class _NumberError(ValueError):
    """A number that isn't taken.

    Args:
        reason: why not.
        number: as it is written.
    """

    def __init__(self, reason: str, number: str) -> None:
        super().__init__(reason)
        self.number = number


def _python_limits_digits(limits: Limits) -> bool:
    """Tell whether Python itself refuses what has more digits than the limit says."""
    return 0 < sys.get_int_max_str_digits() <= limits.json_digits


@lru_cache(100)
def _decoder(is_strict: bool, digits: int | None, counts_whole: bool) -> json.JSONDecoder:
    """Make the decoder of an application.

    Args:
        is_strict: take no constants and no number that is infinite.
        digits: how many a number may have; ``None`` if the text is too short for more.
        counts_whole: count the digits of whole numbers, because Python doesn't.
    """

    def check_digits(number: str) -> None:
        if digits is not None and len(number) > digits and sum(map(str.isdecimal, number)) > digits:
            raise _NumberError(f"a number of more than {digits} digits", number)

    def whole(number: str) -> int:
        check_digits(number)
        return int(number)

    def broken(number: str) -> float:
        check_digits(number)
        value = float(number)
        if is_strict and math.isinf(value):
            raise _NumberError("a number that is too large", number)
        return value

    def constant(name: str) -> NoReturn:
        raise _NumberError(f"{name} is no JSON", name)

    return json.JSONDecoder(
        parse_int=whole if counts_whole else None,
        parse_float=broken if is_strict or digits is not None else None,
        parse_constant=constant if is_strict else None,
    )


def _bad_number(text: str, error: ValueError) -> JSONBodyError:
    if isinstance(error, _NumberError):
        reason, number = str(error), error.number
        place = _first(text, lambda word: word == number)
    else:
        reason, most = "a number of too many digits", sys.get_int_max_str_digits()
        place = _first(text, lambda word: word.removeprefix("-").isdecimal() and len(word.strip("-")) > most)
    return JSONBodyError(reason, text, place)


# --- Places --------------------------------------------------------------------------------------------------------

# Only looked for in what was refused. Texts are taken as wholes, so that nothing in them is taken for something else
_find_tokens = re.compile(
    r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]|-?(?:Infinity|NaN|[0-9]++(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?)',
    re.DOTALL,
).finditer


def _first(text: str, is_meant: Callable[[str], bool]) -> int:
    """Return where the first token stands that is meant; at the beginning, if none is."""
    return next((token.start() for token in _find_tokens(text) if is_meant(token[0])), 0)


# --- Depth ---------------------------------------------------------------------------------------------------------


def _too_deep(text: str, limits: Limits) -> JSONBodyError:
    """Point at the first level that is one too many; at the deepest, if Python couldn't go as deep as is taken."""
    depth = deepest = place = 0
    for token in _find_tokens(text):
        if token[0] in "[{":
            depth += 1
            if depth > deepest:
                deepest, place = depth, token.start()
            if depth > limits.json_depth:
                return JSONBodyError(f"more than {limits.json_depth} levels", text, place)
        elif token[0] in "]}":
            depth -= 1
    return JSONBodyError("too many levels", text, place)


def _is_deeper(value: Any, depth: int) -> bool:
    """Tell whether there are more levels of lists and dicts than ``depth``, counting ``value`` itself."""
    level = [value] if value.__class__ in (dict, list) else []
    while level and depth:
        depth -= 1
        level = [
            member
            for each in level
            for member in (each.values() if each.__class__ is dict else each)
            if member.__class__ is dict or member.__class__ is list
        ]
    return bool(level)


# --- Surrogates ----------------------------------------------------------------------------------------------------

_find_half_pair = re.compile(r"\\u[dD][89a-fA-F]").search


def _has_half_pair(value: Any, text: str, limits: Limits) -> bool:
    """Tell whether a text in a value can't be written in UTF-8: whoever wrote it out again would fail.

    Raises:
        JSONBodyError: it could be read, but is too deep to be written.
    """
    # SPEC: RFC 8259, 8.2
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return True
    except RecursionError:
        raise _too_deep(text, limits) from None
    return False


# whole pairs, halves, and whatever else is escaped, a backslash above all
_find_escapes = re.compile(
    r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(?P<half>u[dD][89a-fA-F])|.)", re.DOTALL
).finditer


def _place_of_half_pair(text: str) -> int:
    return next((escape.start() for escape in _find_escapes(text) if escape["half"]), 0)
