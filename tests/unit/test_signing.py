"""Rings of keys, the format of cookies, and a key for each purpose."""

import hashlib
import hmac
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from webob.cookies import JSONSerializer, SignedSerializer

from goldilocks import signing
from goldilocks.signing import (
    BadSignature,
    KeptJSON,
    Keyed,
    KeyRingSerializer,
    Signer,
    key_ring,
    length_prefixed,
    short_keys,
)

SECRET = "a secret of more than thirty-two bytes"
HASHES = ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b")


@given(st.binary(max_size=300), st.binary(max_size=300), st.sampled_from(HASHES))
def test_keyed_is_hmac(key, message, hashalg):
    """A key that is worked in beforehand gives the HMAC that Python gives, for keys of any length."""
    assert Keyed(key, hashalg).digest(message) == hmac.digest(key, message, hashalg)


def test_long_key_is_hashed_first():
    """A key longer than a block of the hash counts by its own hash."""
    for hashalg in HASHES:
        assert Keyed(b"k" * 1000, hashalg).digest(b"m") == hmac.digest(b"k" * 1000, b"m", hashalg)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda values: st.lists(values) | st.dictionaries(st.text(), values),
)


@given(json_values)
def test_json_is_what_it_always_was(value):
    """What is written is what ``json.dumps`` writes, and it comes back."""
    written = KeptJSON().dumps(value)
    assert written == JSONSerializer().dumps(value)
    assert KeptJSON().loads(written) == JSONSerializer().loads(written)


@given(st.text())
@example("NaN")
def test_json_is_read_as_it_always_was(text):
    """Whatever is given to it, reading answers or fails as ``json.loads`` does."""

    def outcome(loads, written):
        try:
            return repr(loads(written))  # as text, because a NaN is no other's equal
        except ValueError as error:
            return type(error), str(error)

    assert outcome(KeptJSON().loads, text) == outcome(json.loads, text)


@pytest.mark.parametrize(
    "text", [" [1] ", "[1]\n", "\t{}", "[1] 2", "", " ", "NaN", '"\ud800"'], ids=lambda text: str(len(text))
)
def test_json_with_something_around_it(text):
    """White space around a value means nothing, and anything else is a mistake."""
    try:
        expected = json.loads(text)
    except ValueError:
        with pytest.raises(ValueError, match=r"."):
            KeptJSON().loads(text)
    else:
        assert repr(KeptJSON().loads(text)) == repr(expected)


def test_json_of_what_has_no_form():
    """What JSON has no form for is a ``TypeError``; a circle is a ``ValueError``, and the next value is written as ever."""
    kept = KeptJSON()
    with pytest.raises(TypeError):
        kept.dumps({"k": object()})
    circle = []
    circle.append(circle)
    with pytest.raises(ValueError, match="Circular"):
        kept.dumps(circle)
    assert kept.dumps([1]) == b"[1]"


def test_json_without_the_parts_in_c(monkeypatch):
    """Where Python has no encoder in C, the one it has is used."""
    monkeypatch.setattr(json.encoder, "c_make_encoder", None)
    assert KeptJSON().dumps({"k": [1.5, None]}) == b'{"k": [1.5, null]}'


@given(json_values, st.sampled_from(HASHES), st.sampled_from(["", "salt", "\N{SNOWMAN}", b"salt"]))
def test_format_of_cookies_is_webobs(value, hashalg, salt):
    """What WebOb's serializer signs is read here, what is signed here is read there, and both are the same bytes."""
    ours, theirs = KeyRingSerializer(SECRET, salt, hashalg), SignedSerializer(SECRET, salt, hashalg)
    assert ours.dumps(value) == theirs.dumps(value)
    assert ours.loads(theirs.dumps(value)) == theirs.loads(ours.dumps(value))


@pytest.mark.parametrize("signed", [b"", "", "x", b"====", "\N{SNOWMAN}", "é", b"\xff", "A" * 500, " "])
def test_what_nobody_signed_is_a_value_error(signed):
    """A serializer answers to anything by a ``ValueError``."""
    with pytest.raises(ValueError, match=r"."):
        KeyRingSerializer(SECRET, "salt").loads(signed)


def test_what_is_remembered_is_bounded_and_right():
    """What was found to be signed is remembered, what wasn't is not, and neither without end."""
    serializer = KeyRingSerializer(SECRET, "salt")
    values = [serializer.dumps(number) for number in range(1000)]
    assert [serializer.loads(value) for value in values] == list(range(1000))
    for _ in range(3):
        with pytest.raises(ValueError, match="none of the keys"):
            serializer.loads(b"A" + values[0])
    assert serializer._verified.cache_info().currsize <= 256
    first, second = (
        serializer.loads(serializer.dumps({"k": []})),
        serializer.loads(serializer.dumps({"k": []})),
    )
    assert first is not second
    assert first["k"] is not second["k"]


def test_ring_may_mix_text_and_bytes():
    """A secret is text or bytes, and so are those in a ring."""
    assert key_ring("text") == ("text",)
    assert key_ring(b"bytes") == (b"bytes",)
    assert key_ring(["new", b"old"]) == ("new", b"old")
    old = KeyRingSerializer("ein Geheimnis, länger als 32 Bytes", "salt")
    assert (
        KeyRingSerializer([b"x" * 32, "ein Geheimnis, länger als 32 Bytes"], "salt").loads(old.dumps(1)) == 1
    )
    assert (
        KeyRingSerializer(["\N{SNOWMAN}" * 20, SECRET], "salt").loads(
            KeyRingSerializer(SECRET, "salt").dumps(2)
        )
        == 2
    )


def test_keys_are_measured_in_bytes():
    """What is too short is told with its length."""
    assert short_keys(["x" * 31, b"x" * 32, "é" * 16, ""]) == [31, 0]


@given(st.binary(max_size=100), st.text(), st.lists(st.text(), max_size=3))
def test_signer_gives_back_what_it_signed(value, purpose, names):
    """What was signed for a purpose comes back for that purpose."""
    signer = Signer([SECRET, "an older " + SECRET], purpose, *names)
    assert signer.unsign(signer.sign(value)) == value
    assert signer.unsign(Signer("an older " + SECRET, purpose, *names).sign(value).encode()) == value


@given(st.lists(st.text(), min_size=1), st.lists(st.text(), min_size=1))
def test_lengths_keep_texts_apart(one, other):
    """Two lists of texts give the same bytes only if they are the same."""
    assert (length_prefixed(*one) == length_prefixed(*other)) is (one == other)


def test_what_was_signed_once_is_read_for_ever():
    """What was signed by an earlier version is read by the next."""
    assert length_prefixed("ab", "") == b"\0\0\0\0\0\0\0\x02ab" + bytes(8)
    assert Signer(SECRET, "test").unsign("nu2ErXFGAnARHRZHT3S18CRKklaAIP6W4CZzCKGFDN54") == b"x"


@given(st.binary(max_size=200))
def test_nothing_is_signed_by_chance(data):
    """Bytes that nobody signed are a bad signature."""
    with pytest.raises(BadSignature):
        Signer(SECRET, "test").unsign(data)


@given(
    st.binary(max_size=20),
    st.integers(0, 60),
    st.sampled_from(["=", "==", " ", "\n", "!", "+", "\0", "é", "☃"]),
)
def test_signed_value_has_one_spelling(value, place, extra):
    """What Python reads as if it weren't there is a bad signature, wherever it is put in."""
    signer = Signer(SECRET, "test")
    signed = signer.sign(value)
    with pytest.raises(BadSignature):
        signer.unsign(signed[:place] + extra + signed[place:])


def test_last_letter_has_one_spelling():
    """The bits of the last letter that mean nothing are nothing."""
    signer = Signer(SECRET, "test")
    signed = signer.sign(b"12")
    others = [chr(ord(signed[-1]) + step) for step in (-3, -2, -1, 1, 2, 3)]
    for other in others:
        with pytest.raises(BadSignature):
            signer.unsign(signed[:-1] + other)


def test_signer_knows_its_hash():
    """The hash can be chosen."""
    signer = Signer(SECRET, "test", hashalg="sha512")
    assert signer.unsign(signer.sign(b"")) == b""
    assert len(signer.sign(b"")) == len(hashlib.sha512().digest()) * 4 // 3 + 1


def test_nobody_is_warned_while_the_hook_is_on(monkeypatch, recwarn):
    """While unmodified code of others runs, its short keys are not complained of."""
    monkeypatch.setattr(signing.PROCESS, "defaults", "pyramid")
    signing.warn_of_short_keys("short", "a session")
    assert list(recwarn) == []
