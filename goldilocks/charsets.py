"""Text of the bytes that a client sent: in which charsets they may be, and whose error it is where they are no text."""

from __future__ import annotations

import re
from encodings.aliases import aliases

from goldilocks.exceptions import URLDecodeError, refusal
from goldilocks.httpexceptions import HTTPBadRequest

_NO_CHARSETS = frozenset(
    (
        "base64_codec",
        "bz2_codec",
        "hex_codec",
        "mbcs",
        "quopri_codec",
        "rot_13",
        "utf_7",
        "uu_codec",
        "zlib_codec",
    )
)
#: What Python calls the charsets of text.
_CHARSETS = frozenset(
    name for alias, codec in aliases.items() if codec not in _NO_CHARSETS for name in (alias, codec)
)
#: The charsets in which forms are sent. SPEC: RFC 7578, 5.1.2; https://url.spec.whatwg.org, 5.2
_FORM_CHARSETS = frozenset(("utf_8", "utf8", "us_ascii", "ascii"))
#: The charsets of letters of which each is a byte, and each byte of ASCII means what it does in UTF-8.
_extends_ascii = re.compile(r"iso_?8859_?[0-9]{1,2}|latin_?1|(windows|cp)_?125[0-9]").fullmatch


def is_form_charset(charset: str) -> bool:
    """Tell whether a form in a charset is read as UTF-8."""
    return _canonical(charset) in _FORM_CHARSETS


def is_field_in_utf8(data: bytes, charset: str) -> bool:
    r"""Tell whether a field that is said to be in a charset is the same in UTF-8.

    >>> is_field_in_utf8(b"bears", "ISO-8859-1"), is_field_in_utf8(b"b\xe4ren", "ISO-8859-1")
    (True, False)
    """
    # clients in Java say ISO-8859-1 of each field where nobody tells them otherwise
    return is_form_charset(charset) or (data.isascii() and _extends_ascii(_canonical(charset)) is not None)


def check_charset(charset: str) -> None:
    """See that there is such a charset.

    Raises:
        HTTPBadRequest: there is none.
    """
    # a client may name any codec of Python's: some make no text, some take a time that grows with the square, and
    # Python remembers for ever the names that it doesn't know
    if _canonical(charset) not in _CHARSETS:
        raise refusal(HTTPBadRequest, "The charset of the body is unknown.")


def decoded(data: bytes, charset: str, errors: str = "strict") -> str:
    """Make text of bytes.

    Raises:
        URLDecodeError: they are none.
        HTTPBadRequest: there is no such charset.
    """
    if charset != "utf-8":
        check_charset(charset)
    try:
        return data.decode(charset.strip(), errors)
    except UnicodeDecodeError as error:
        raise URLDecodeError.of(error) from None


def _canonical(charset: str) -> str:
    return charset.strip().lower().replace("-", "_")


def text_of(raw: str) -> str:
    """Return what text of an environment means: each of its characters stands for a byte, and the bytes for UTF-8.

    >>> text_of("/PeÃ±a")
    '/Peña'

    Raises:
        URLDecodeError: they don't.
        UnicodeEncodeError: a character stands for no byte.
    """
    # SPEC: PEP 3333, "Unicode Issues"
    try:
        return raw.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError as error:
        raise URLDecodeError.of(error) from None
