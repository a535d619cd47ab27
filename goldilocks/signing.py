"""Sign values that go out and come back: a ring of keys, and one purpose for each use of them.

A ring has one key or several. The first, the newest, signs; all of them verify, so that a key can be replaced without
throwing out everybody who carries something that the old one signed. Two uses of one secret must not understand each
other's values: ``Signer`` derives a key for each purpose. ``KeyRingSerializer`` is for values in the format that cookies
have always had; what keeps its uses apart is the salt in front of the secret.
"""

from __future__ import annotations

import binascii
import functools
import hashlib
import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from hmac import compare_digest
from typing import Any

from webob.cookies import JSONSerializer, SignedSerializer

from goldilocks.frames import level_of_application
from goldilocks.names import DEFAULTS_PYRAMID, PROCESS, PRODUCTION_SETTING
from goldilocks.ordering import ConfigurationError
from goldilocks.settings import settings_of
from goldilocks.threadlocal import get_current_request

#: One secret, or a ring of them, the newest first.
Secrets = str | bytes | list[str | bytes] | tuple[str | bytes, ...]

#: The least that a key should have. SPEC: NIST SP 800-107, 5.3.4: as many bits as the signature is to be strong
SHORTEST_KEY_BYTES = 32

#: How many signed values, of 4 kB at most, a serializer remembers to be right.
VERIFIED_KEPT = 256

_INNER_PAD = bytes(byte ^ 0x36 for byte in range(256))
_OUTER_PAD = bytes(byte ^ 0x5C for byte in range(256))


class ShortKeyWarning(UserWarning):
    """A key that signs is so short that it could be found by trying."""


def key_ring(secrets: Secrets) -> tuple[str | bytes, ...]:
    """Return the secrets of a ring, the newest first.

    Raises:
        ValueError: there is none.
    """
    ring = tuple(secrets) if isinstance(secrets, list | tuple) else (secrets,)
    if not ring:
        raise ValueError("a ring of keys needs at least one secret, the newest first; the list is empty")
    return ring


def short_keys(secrets: Secrets) -> list[int]:
    """Return how many bytes each key of a ring has that has too few."""
    lengths = [len(_as_bytes(secret)) for secret in key_ring(secrets)]
    return [length for length in lengths if length < SHORTEST_KEY_BYTES]


def warn_of_short_keys(secrets: Secrets, what: str) -> None:
    """Warn if a ring has a key that is too short, at the line of the application that made ``what``.

    While the import hook is on, nobody is warned: the code that would have to be changed is somebody else's.
    """
    for length in short_keys(secrets) if PROCESS.defaults != DEFAULTS_PYRAMID else ():
        warnings.warn(_advice(what, length), ShortKeyWarning, stacklevel=level_of_application())


def refuse_short_keys(settings: Mapping[str, Any] | None, lengths: Sequence[int], what: str) -> None:
    """Neither sign nor read anything with a key that is too short, where people depend on it.

    Args:
        settings: of the application, if it has any.
        lengths: how many bytes each key has that has too few.
        what: whose keys they are.

    Raises:
        ConfigurationError: there is one, in production.
    """
    if lengths and settings is not None and settings.get(PRODUCTION_SETTING, False):
        raise ConfigurationError(_advice(what, lengths[0]))


def _advice(what: str, length: int) -> str:
    return (
        f"the secret of {what} has {length} bytes; with fewer than {SHORTEST_KEY_BYTES} it might be found by trying, "
        "and then anybody can sign. Make one by: python -c 'import secrets; print(secrets.token_hex(32))'"
    )


def _as_bytes(secret: str | bytes) -> bytes:
    return secret.encode() if isinstance(secret, str) else secret


class Keyed:
    """An HMAC with its key worked in.

    SPEC: RFC 2104, 2 and 4: what a key does to the two hashes is computed once, and copied for each message.

    Args:
        key: of any length.
        hashalg: the hash, by its name in ``hashlib``.

    >>> import hmac
    >>> Keyed(b"key", "sha256").digest(b"message") == hmac.digest(b"key", b"message", "sha256")
    True
    """

    __slots__ = ("_inner", "_outer", "digest")

    def __init__(self, key: bytes, hashalg: str) -> None:
        new = hashlib.new(hashalg)
        if len(key) > new.block_size:
            key = hashlib.new(hashalg, key).digest()
        block = key.ljust(new.block_size, b"\0")
        inner = hashlib.new(hashalg, block.translate(_INNER_PAD))
        outer = hashlib.new(hashalg, block.translate(_OUTER_PAD))
        self.digest = _digest_with(inner.copy, outer.copy)


def _digest_with(inner_copy: Callable[[], Any], outer_copy: Callable[[], Any]) -> Callable[[bytes], bytes]:
    # PERF: session, csrf: two copies instead of two hashes of a block each
    def digest(message: bytes) -> bytes:
        """Return the HMAC of a message."""
        inner = inner_copy()
        inner.update(message)
        outer = outer_copy()
        outer.update(inner.digest())
        result: bytes = outer.digest()
        return result

    return digest


class KeptJSON(JSONSerializer):
    """JSON as WebOb's ``JSONSerializer`` writes and reads it, by an encoder and a decoder that are made once."""

    # PERF: session, csrf: ``json.dumps`` makes an encoder for each value, and ``json.loads`` looks for white space that
    # we never wrote. What is out of the ordinary is left to them: a circle, an error, Python without the C parts.
    _scan: Any = staticmethod(json.JSONDecoder().scan_once)  # type: ignore[attr-defined]  # typeshed leaves it out

    def __init__(self) -> None:
        kept, make = json.JSONEncoder(), json.encoder.c_make_encoder  # type: ignore[attr-defined]  # typeshed leaves it out
        self._encode = make and make(
            None, kept.default, json.encoder.encode_basestring_ascii, None, ": ", ", ", False, False, True
        )

    def dumps(self, appstruct: Any) -> bytes:
        """Write a value."""
        try:
            return "".join(self._encode(appstruct, 0)).encode()
        except (RecursionError, TypeError):
            return super().dumps(appstruct)

    def loads(self, bstruct: bytes | str) -> Any:
        """Read what ``dumps`` wrote; a ``ValueError`` says that this is something else."""
        text = bstruct if isinstance(bstruct, str) else bstruct.decode()
        try:
            value, end = self._scan(text, 0)
        except StopIteration:
            end = -1
        return value if end == len(text) else json.loads(text)


# --- The format of cookies ---------------------------------------------------------------------------------------

_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")
_PADDING = (b"", b"=", b"==", b"===")


def _armoured(data: bytes) -> bytes:
    """Write bytes so that they can stand in a cookie or a URL."""
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=")


def _bare(data: str | bytes) -> bytes:
    """Read what ``_armoured`` wrote; anything else is a ``ValueError``."""
    written = data.encode("latin-1") if isinstance(data, str) else data
    return binascii.a2b_base64(written.translate(_FROM_URL) + _PADDING[-len(written) % 4])


class KeyRingSerializer(SignedSerializer):
    """WebOb's ``SignedSerializer``, byte for byte, with a ring of keys: the first signs, all verify.

    Args:
        secret: the key of the signature, or a list of keys, the newest first.
        salt: goes before the key, so that two uses of one secret don't understand each other.
        hashalg: the hash, by its name in ``hashlib``.
        serializer: writes and reads what is signed; JSON by default.
    """

    def __init__(
        self,
        secret: Secrets,
        salt: str | bytes,
        hashalg: str = "sha512",
        serializer: Any = None,
    ) -> None:
        ring = key_ring(secret)
        super().__init__(ring[0], salt, hashalg, serializer or KeptJSON())
        salted = [SignedSerializer(each, salt, hashalg).salted_secret for each in ring]
        self._digests = [Keyed(key, hashalg).digest for key in salted]
        self._digest, self._dumps, self._loads = (
            self._digests[0],
            self.serializer.dumps,
            self.serializer.loads,
        )
        # PERF: session, csrf: a page and what it loads come with one cookie, and that it is ours stays true. What isn't
        # ours raises and is never kept, so that nobody fills this from outside.
        self._verified = functools.lru_cache(maxsize=VERIFIED_KEPT)(self._verify)
        #: How many bytes each key has that is too short.
        self.short_keys = short_keys(secret)

    def dumps(self, appstruct: Any) -> bytes:
        """Write a value and sign it with the newest key."""
        message = self._dumps(appstruct)
        return _armoured(self._digest(message) + message)

    def loads(self, bstruct: str | bytes) -> Any:
        """Read a value that one of the keys has signed; a ``ValueError`` says that none did."""
        return self._loads(self._verified(bstruct))

    def _verify(self, signed: str | bytes) -> bytes:
        data = _bare(signed)
        signature, message = data[: self.digest_size], data[self.digest_size :]
        for digest in self._digests:
            if compare_digest(digest(message), signature):
                return message
        raise ValueError("none of the keys has signed this")


# --- A key for each purpose --------------------------------------------------------------------------------------


class Signer:
    """Sign bytes for one purpose, as text that can stand in a cookie, a URL or a form.

    The key is derived from the secret, the purpose and the names, each with its length in front: no two purposes
    have one key, however their words are cut.

    >>> signer = Signer("secret " * 5, "password reset", "ann")
    >>> signer.unsign(signer.sign(b"2026-01-01"))
    b'2026-01-01'
    >>> Signer("secret " * 5, "password", "resetann").unsign(signer.sign(b"2026-01-01"))
    Traceback (most recent call last):
    goldilocks.signing.BadSignature: this was signed by nobody here, or for something else

    Args:
        secret: the key, or a list of keys, the newest first.
        purpose: what is signed and why, in words of the program.
        names: what more keeps it apart: a user's id, a cookie's name.
        hashalg: the hash, by its name in ``hashlib``.

    Raises:
        ConfigurationError: it is used during a request of an application in production, and a key is too short.
    """

    def __init__(self, secret: Secrets, purpose: str, *names: str, hashalg: str = "sha256") -> None:
        self._what = f"a Signer for {purpose!r}"
        warn_of_short_keys(secret, self._what)
        self._short_keys = short_keys(secret)
        context = length_prefixed(purpose, *names)
        keys = [Keyed(_as_bytes(each), hashalg).digest(context) for each in key_ring(secret)]
        self._digests = [Keyed(key, hashalg).digest for key in keys]
        self._size = hashlib.new(hashalg).digest_size

    def sign(self, value: bytes) -> str:
        """Sign a value with the newest key."""
        self._refuse_short_keys()
        return _armoured(self._digests[0](value) + value).decode()

    def unsign(self, signed: str | bytes) -> bytes:
        """Return the value that was signed.

        Raises:
            BadSignature: it wasn't, or for another purpose; a kind of ``ValueError``.
        """
        self._refuse_short_keys()
        try:
            written = signed.encode("ascii") if isinstance(signed, str) else signed
            data = _bare(written)
        except ValueError as error:
            raise BadSignature(f"this is nothing that was signed: {error}") from error
        # one value, one spelling: Python reads what isn't base64 as if it weren't there
        if _armoured(data) != written:
            raise BadSignature("this isn't written as it was when it was signed")
        signature, value = data[: self._size], data[self._size :]
        if not any(compare_digest(digest(value), signature) for digest in self._digests):
            raise BadSignature("this was signed by nobody here, or for something else")
        return value

    def _refuse_short_keys(self) -> None:
        if self._short_keys:
            refuse_short_keys(settings_of(get_current_request()), self._short_keys, self._what)


class BadSignature(ValueError):
    """Something that should be signed isn't."""


def length_prefixed(*parts: str) -> bytes:
    """Join texts so that no other texts give the same bytes.

    >>> length_prefixed("ab", "c") == length_prefixed("a", "bc")
    False
    """
    written = (part.encode("utf-8", "surrogatepass") for part in parts)
    return b"".join(len(part).to_bytes(8, "big") + part for part in written)
