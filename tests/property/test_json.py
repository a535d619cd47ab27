"""What the JSON renderer writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from goldilocks.renderers import JSON

render = JSON()(None)

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=20,
)
moments = st.datetimes(timezones=st.none() | st.just(UTC))


@dataclass
class Pair:
    first: object
    second: object


@given(plain)
def test_plain_values_are_those_of_the_standard_library(value):
    """What the standard library can write is written as it writes it."""
    assert render(value, {}) == json.dumps(value)


@given(moments)
def test_moments_come_back(value):
    """What is written of a date with time says the same moment."""
    assert datetime.fromisoformat(json.loads(render(value, {}))) == value


@given(st.dates())
def test_dates_come_back(value):
    """What is written of a date says the same date."""
    assert date.fromisoformat(json.loads(render(value, {}))) == value


@given(st.times())
def test_times_come_back(value):
    """What is written of a time says the same time."""
    assert time.fromisoformat(json.loads(render(value, {}))) == value


@given(st.decimals(allow_nan=False))
def test_decimals_come_back(value):
    """What is written of a decimal number has all its digits."""
    assert str(Decimal(json.loads(render(value, {})))) == str(value)


@given(st.uuids())
def test_uuids_come_back(value):
    """What is written of a UUID says the same UUID."""
    assert UUID(json.loads(render(value, {}))) == value


@given(plain, plain)
def test_dataclasses_are_objects(first, second):
    """A dataclass is written as an object of its fields, however deep it stands."""
    assert json.loads(render([Pair(first, Pair(second, None))], {})) == json.loads(
        json.dumps([{"first": first, "second": {"first": second, "second": None}}])
    )
