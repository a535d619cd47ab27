"""What the headers of a form say: the boundary between its parts, and what a field and a file are called.

Clients write these headers in more ways than RFCs allow. What is read here is the whole of what a client said, never only its
beginning: a value without quotes goes as far as the next semicolon.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from multipart import content_disposition_unquote  # type: ignore[import-untyped]

from goldilocks.characters import find_control
from goldilocks.exceptions import FormError, UnfitTextError, refusal
from goldilocks.limits import Limits

# A quote that doesn't end where it should is a letter like others, as is a backslash before it in the names of browsers' files.
# Where a value begins with a quote, the quote of the next one ends it at the latest: linear
_find_options = re.compile(
    r""";\s*([^\s;="]+)[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"(?=[ \t]*(?:;|\Z))|[^;]*)""", re.DOTALL
).findall

# SPEC: RFC 2046, 5.1.1, with more characters and of any length that a browser may choose
_is_boundary = re.compile(r"[ -~]{0,199}[!-~]").fullmatch

#: How browsers name fields and files that have no odd names.
_usual_names = re.compile(r'form-data; name="([^"\\%]*)"(?:; filename="([^"\\%]*)")?').fullmatch

_find_line_end = re.compile(r"[\r\n]").search

#: What decides how a part is read.
_SAID_ONCE = ("Content-Disposition", "Content-Type")


def _unquoted(value: str, is_strict: bool) -> str:
    r"""Return what a client means by a value.

    >>> _unquoted('"a%22b"', True), _unquoted('"a%22b"', False), _unquoted(r'"a\"b"', True), _unquoted("a b", True)
    ('a"b', 'a%22b', 'a"b', 'a b')
    """
    if is_strict:
        # SPEC: https://html.spec.whatwg.org, 4.10.21.8: browsers escape quotes and line breaks by percent signs
        text: str = content_disposition_unquote(value)
        return text
    # COMPAT: WebOb only knows what browsers did before
    if len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace("\\\\", "\\").replace('\\"', '"')
    return value


def options(header: str, is_strict: bool) -> tuple[str, list[tuple[str, str]]]:
    """Take a header apart: what comes first, and the options behind it.

    >>> options('Form-Data; name=a[0]; filename="x;y"', True)
    ('form-data', [('name', 'a[0]'), ('filename', 'x;y')])
    """
    said = [
        (name.lower(), _unquoted(value.rstrip(" \t"), is_strict)) for name, value in _find_options(header)
    ]
    return header.partition(";")[0].strip().lower(), said


def _last(said: Iterable[tuple[str, str]], name: str, is_strict: bool) -> str | None:
    values = [value for each, value in said if each == name]
    if is_strict and len(values) > 1:
        # who stands before the application may have heeded the other one
        raise refusal(FormError, "A header of the form says twice what may be said once.")
    return values[-1] if values else None


def boundary_of(content_type: str, is_strict: bool) -> str:
    """Return what stands between the parts of a form.

    Args:
        content_type: of the form.
        is_strict: refuse what two readers would read differently.

    Raises:
        FormError: nothing does that could be one.
    """
    boundary = _last(options(content_type, is_strict)[1], "boundary", is_strict) or ""
    if not _is_boundary(boundary):
        # COMPAT: in the words of Python's own reader of forms, which applications hand on, and compare in their tests
        raise refusal(FormError, f"Invalid boundary in multipart form: {boundary[:200]!r}")
    return boundary


def names_of(headers: list[tuple[str, str]], is_strict: bool) -> tuple[str, str | None]:
    """Return what a field is called, and the file in it, if there is one.

    Raises:
        FormError: there are two names for the same.
    """
    # PERF: forms with many fields: mostly it stands first, and in the one way of browsers
    header, said = headers[0]
    if header != "Content-Disposition":
        said = next(value for name, value in headers if name == "Content-Disposition")
    usual = _usual_names(said)
    if usual is not None:
        return usual[1], usual[2]
    named = options(said, is_strict)[1]
    return _last(named, "name", is_strict) or "", _last(named, "filename", is_strict)


def check_part_headers(headers: list[tuple[str, str]], limits: Limits) -> None:
    """See that each header of a part is one line, and says what no other one says.

    Raises:
        FormError: one says twice what may be said once.
        UnfitTextError: one isn't a line.
    """
    # SPEC: RFC 5322, 2.2: a header is one line. Who sends it on, would send two
    if len(headers) > 1 and limits.strict_text:
        names = [name for name, _ in headers]
        if any(names.count(name) > 1 for name in _SAID_ONCE):
            raise refusal(FormError, "A part of the form says twice what may be said once.")
    for name, value in headers:
        # what a field and a file are called is looked at where it is read
        if value.isprintable() or name == "Content-Disposition":
            continue
        find = find_control if limits.refuse_controls else _find_line_end
        if control := find(value):
            raise UnfitTextError.at(control, "There are control characters in a header of a part.")
