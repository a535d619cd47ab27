"""What is signed comes back as it was, for its purpose alone; whatever else comes is a bad signature and no other error."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldilocks.signing import BadSignature, Signer

SECRET = "a secret of more than thirty-two bytes"


@given(st.binary(max_size=60), st.text(max_size=10), st.lists(st.text(max_size=6), max_size=3))
def test_signed_value_comes_back(value, purpose, names):
    """What was signed for a purpose is read for it, and for no other one."""
    signer = Signer(SECRET, purpose, *names)
    signed = signer.sign(value)
    assert signer.unsign(signed) == value
    assert re.fullmatch(r"[A-Za-z0-9_-]+", signed)
    others = [
        (purpose + "x", *names),
        (purpose, *names, ""),
        ("", purpose, *names),
        (purpose[:-1], purpose[-1:], *names),
    ]
    for other in others:
        with pytest.raises(BadSignature):
            Signer(SECRET, *other).unsign(signed)


@given(st.binary(max_size=80) | st.text(max_size=80))
def test_anything_else_is_a_bad_signature(signed):
    """Whatever comes back that nobody signed is refused, and nothing else is raised."""
    with pytest.raises(BadSignature):
        Signer(SECRET, "purpose").unsign(signed)


@given(st.binary(max_size=40), st.integers(0, 200), st.integers(1, 255))
def test_changed_signature_is_bad(value, place, change):
    """A value with one letter changed is another one."""
    signed = bytearray(Signer(SECRET, "purpose").sign(value).encode())
    at = place % len(signed)
    signed[at] ^= change
    try:
        assert Signer(SECRET, "purpose").unsign(bytes(signed)) == value
    except BadSignature:
        return
    assert at == len(signed) - 1  # of the last letter not every bit says something
