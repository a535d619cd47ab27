"""What comes back and should be signed: sessions, tickets, tokens, values of a `Signer`. What nobody signed is nobody's."""

from contextlib import suppress

from goldilocks.authentication import AuthTicket, AuthTktCookieHelper, BadTicket, parse_ticket
from goldilocks.csrf import masked, unmasked
from goldilocks.request import Request
from goldilocks.session import SignedCookieSessionFactory
from goldilocks.signing import BadSignature, KeyRingSerializer, Signer
from tests.everything import SECRET, environ

SIGNER = Signer(SECRET, "password reset", "ann")
SIGNED = b"2026-01-01"
SESSIONS = SignedCookieSessionFactory(SECRET)
HELPER = AuthTktCookieHelper(SECRET, hashalg="sha512")
SERIALIZER = KeyRingSerializer([SECRET, SECRET[::-1]], "salt")


def one_input(data: bytes) -> None:
    """Take bytes for each kind of signed value; then sign them, and change what was signed by one bit."""
    refuse(data)
    accept(data)


def refuse(data: bytes) -> None:
    """See that nobody is taken in by what wasn't signed."""
    with suppress(BadSignature):
        assert SIGNER.unsign(data) == SIGNED  # which lies in the corpus
    try:
        SERIALIZER.loads(data)
    except ValueError:
        pass
    else:
        raise AssertionError("a value that nobody signed was read")
    text = data.decode("latin-1")
    try:
        parse_ticket(SECRET, text, "0.0.0.0", "sha512")
    except BadTicket:
        pass
    else:
        raise AssertionError("a ticket that nobody signed was read")
    unmasked(text)
    quiet = "".join(letter for letter in text if letter.isprintable() and letter.isascii() and letter != ";")
    request = Request(environ(HTTP_COOKIE=f"session={quiet}; auth_tkt={quiet}"[:15_000]))
    assert SESSIONS(request).new
    assert HELPER.identify(request) is None


def accept(data: bytes) -> None:
    """See that what was signed comes back, and that it doesn't when it was changed."""
    signed = SIGNER.sign(data)
    assert SIGNER.unsign(signed) == data
    text = data.decode("latin-1")
    assert SERIALIZER.loads(SERIALIZER.dumps([text])) == [text]
    assert unmasked(masked("0123456789abcdef" * 2)) == "0123456789abcdef" * 2
    user = "".join(letter for letter in text if letter != "\0")
    ticket = AuthTicket(SECRET, user, "0.0.0.0", time=1, hashalg="sha512").cookie_value()
    assert parse_ticket(SECRET, ticket, "0.0.0.0", "sha512")[1] == user
    place = sum(data) % len(signed)
    changed = signed[:place] + ("A" if signed[place] != "A" else "B") + signed[place + 1 :]
    with suppress(BadSignature):
        assert SIGNER.unsign(changed) == data
        assert place == len(signed) - 1  # the last letter has bits that mean nothing
