"""Text of bytes, in the charsets that a client may name."""

from __future__ import annotations

import pytest

from goldilocks.charsets import decoded, is_form_charset
from goldilocks.httpexceptions import HTTPBadRequest


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", " latin-1", "Windows-1252", "shift_jis"])
def test_charsets(charset):
    """A body may be in any charset that Python has a name for."""
    assert decoded(b"abc", charset) == "abc"


@pytest.mark.parametrize(
    "charset", ["", "nothing", "rot13", "hex", "idna", "punycode", "utf-7", "unicode_escape", "\0"]
)
def test_charsets_that_are_none(charset):
    """What isn't a charset of text is the client's fault."""
    with pytest.raises(HTTPBadRequest, match="charset"):
        decoded(b"abc", charset)


def test_charsets_of_forms():
    """A form is in UTF-8, by any of its names."""
    assert [is_form_charset(name) for name in ("utf-8", "UTF8", "us-ascii", "latin-1")] == [True] * 3 + [
        False
    ]
