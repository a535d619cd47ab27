"""A JSON body: what Python's reader makes of it, as far as it is JSON, or a 400 that says where."""

import json
from contextlib import suppress

from goldilocks.exceptions import JSONBodyError
from goldilocks.httpexceptions import HTTPClientError
from goldilocks.jsonbody import is_json, read_json
from goldilocks.limits import Limits
from goldilocks.request import Request
from tests.everything import environ

ALL = (Limits(), Limits(json_depth=3, json_digits=5), Limits.compatible())


def one_input(data: bytes) -> None:
    """Read a body by each kind of limits, and a content type."""
    is_json(data.decode("latin-1"))
    for limits in ALL:
        request = Request(environ(data, REQUEST_METHOD="POST", CONTENT_TYPE="application/json"))
        request.limits = limits
        with suppress(HTTPClientError):
            value = request.json_body
            if limits.strict_json:
                check(value, data, limits)
        with suppress(UnicodeDecodeError):
            check_place(data.decode(), limits)


def check(value, data: bytes, limits: Limits) -> None:
    """See that a value is what is there, that it isn't deeper than it may be, and that it can be written."""
    assert value == json.loads(data)
    assert depth(value) <= limits.json_depth
    assert json.loads(json.dumps(value, allow_nan=False, ensure_ascii=False).encode("utf-8")) == value


def check_place(text: str, limits: Limits) -> None:
    """See that an error tells a place that is there."""
    try:
        read_json(text, limits)
    except JSONBodyError as error:
        assert 0 <= error.pos <= len(text)


def depth(value) -> int:
    """Return how many levels a value has."""
    if not isinstance(value, list | dict):
        return 0
    return 1 + max(map(depth, value.values() if isinstance(value, dict) else value), default=0)
