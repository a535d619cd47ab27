"""Forms: the fields of a query, of a URL-encoded body and of a multipart body.

Text comes in as WSGI hands it over or as bytes, and goes out as pairs of a name and a value; a file is an `Upload`. What is counted is
counted before it is taken apart, so that a limit costs no work. Nothing here knows a request.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterator
from email.message import Message
from typing import IO, Any, Protocol
from urllib.parse import unquote_to_bytes

from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
)
from webob.compat import cgi_FieldStorage

from goldilocks.characters import UNWRITTEN
from goldilocks.charsets import decoded, is_field_in_utf8
from goldilocks.exceptions import FormError, UnfitTextError, URLDecodeError, refusal
from goldilocks.httpexceptions import HTTPBadRequest, HTTPException, HTTPRequestEntityTooLarge
from goldilocks.limits import Limits
from goldilocks.partheaders import boundary_of, check_part_headers, names_of, options
from goldilocks.requestchecks import BROKEN_ESCAPE, find_broken_escape
from goldilocks.spool import spooled

Pairs = list[tuple[str, Any]]


class Readable(Protocol):
    """What a form is read from."""

    def read(self, size: int, /) -> bytes:
        """Return so many bytes, or as many as come at once; none at the end."""
        ...  # pragma: no cover - the body of a protocol is never run


_BLOCK_BYTES = 64 * 1024

#: How much of an uploaded file stays in memory; a larger one goes to disk.
SPOOL_BYTES = 64 * 1024

_find_control = re.compile(rf"[\0{UNWRITTEN}]").search
_find_control_but_nul = re.compile(f"[{UNWRITTEN}]").search
_CONTROLS = bytes({*range(0x20), 0x7F} - {0x09, 0x0A, 0x0D})


# --- Fields in text ------------------------------------------------------------------------------------------------


def query_pairs(query: str, limits: Limits) -> Pairs:
    """Read the fields of a query string.

    Raises:
        HTTPBadRequest: there are too many fields.
        URLDecodeError: what is escaped isn't UTF-8, or an escape is broken.
    """
    if not limits.strict_text:
        # COMPAT: WebOb parts fields of a query, and only of a query, at semicolons, too
        query = query.replace(";", "&")
    if len(query) >= limits.query_fields and query.count("&") >= limits.query_fields:
        raise refusal(HTTPBadRequest, f"The query has more than {limits.query_fields} parameters.")
    return _pairs(query, limits, "strict", query.isprintable())


def form_pairs(body: bytes, limits: Limits) -> Pairs:
    """Read the fields of a URL-encoded body.

    Raises:
        HTTPRequestEntityTooLarge: there are too many fields, or too large ones.
        URLDecodeError: what is escaped isn't UTF-8, or an escape is broken.
    """
    length = len(body)
    check_form_length(length, limits)
    # PERF: csrf: in a form that is shorter than this nothing has to be counted
    if length >= limits.form_fields and body.count(b"&") >= limits.form_fields:
        raise _too_many_fields(limits)
    # COMPAT: WebOb reads what can't be read in a form, though not in a query, as U+FFFD
    is_clean = len(body.translate(None, _CONTROLS)) == length
    pairs = _pairs(body.decode("latin-1"), limits, "strict" if limits.strict_text else "replace", is_clean)
    if length > limits.field_bytes and any(
        len(value.encode("utf-8")) > limits.field_bytes for pair in pairs for value in pair
    ):
        raise _too_large_field(limits)
    return pairs


def check_form_length(length: int, limits: Limits) -> None:
    """See that a URL-encoded body isn't longer than all fields may be.

    Raises:
        HTTPRequestEntityTooLarge: it is.
    """
    if length > limits.form_bytes:
        raise _too_much_text(limits)


def _pairs(text: str, limits: Limits, errors: str, is_clean: bool) -> Pairs:
    """Take fields apart; each character of ``text`` stands for a byte, and if it ``is_clean``, for no control."""
    if "+" in text:
        text = text.replace("+", " ")
    is_escaped = "%" in text
    if is_escaped and limits.strict_text and (broken := find_broken_escape(text)):
        raise UnfitTextError.at(broken, BROKEN_ESCAPE, "latin-1")
    pairs = []
    # PERF: post, csrf, views-20: most fields are letters, and mean what they say
    is_plain = not is_escaped and text.isascii()
    for field in text.split("&"):
        name, equals, value = field.partition("=")
        if not is_plain:
            name, value = _unquoted(name, errors), _unquoted(value, errors)
        if equals or name:
            pairs.append((name, value))
    # PERF: post, csrf: a control is there as it is, or behind one of these escapes
    if not is_clean or (is_escaped and ("%0" in text or "%1" in text or "%7" in text)):
        _refuse_controls(pairs, limits)
    return pairs


def _unquoted(text: str, errors: str) -> str:
    if "%" not in text and text.isascii():
        return text
    return decoded(unquote_to_bytes(text.encode("latin-1")), "utf-8", errors)


def _refuse_controls(pairs: Pairs, limits: Limits) -> None:
    """See that there are no control characters in fields, as far as the rules say so.

    Raises:
        UnfitTextError: there are.
    """
    if not (limits.refuse_controls or limits.strict):
        return
    find = _find_control if limits.strict else _find_control_but_nul
    for name, value in pairs:
        # COMPAT: what a file is called is told twice, and once without controls
        said = value.raw_filename if limits.strict and isinstance(value, Upload) else value
        for text in (name, said):
            if isinstance(text, str) and not text.isprintable() and (control := find(text)):
                raise UnfitTextError.at(control, "There are control characters in a field.")


def _too_many_fields(limits: Limits) -> HTTPException:
    return refusal(HTTPRequestEntityTooLarge, f"The form has more than {limits.form_fields} fields.")


def _too_large_field(limits: Limits) -> HTTPException:
    return refusal(
        HTTPRequestEntityTooLarge, f"A field of the form has more than {limits.field_bytes} bytes."
    )


def _too_much_text(limits: Limits) -> HTTPException:
    return refusal(
        HTTPRequestEntityTooLarge, f"The fields of the form have more than {limits.form_bytes} bytes in all."
    )


# --- Files ---------------------------------------------------------------------------------------------------------


class Upload(cgi_FieldStorage):
    """A file of a form, or rather what a client says of it, and its content.

    COMPAT: it passes for what WebOb gives, a ``cgi.FieldStorage``.

    Args:
        name: of the field.
        filename: as it should be called.
        raw_filename: as the client calls it.
        headers: of the part.
        file: its content.
    """

    # what a FieldStorage that holds a file says
    list = None
    done = 1
    length = -1
    encoding = "utf-8"
    errors = "strict"
    outerboundary = innerboundary = b""
    keep_blank_values = True
    strict_parsing = False
    qs_on_post = None
    fp: Any = None

    def __init__(
        self, name: str, filename: str, raw_filename: str, headers: Message, file: IO[bytes]
    ) -> None:
        self.name = name
        self.filename = filename
        self.raw_filename = raw_filename
        self.headers = headers
        self.file = file
        self.type, type_options = options(headers.get("Content-Type", "text/plain"), False)
        self.type_options = dict(type_options)
        self.disposition = "form-data"
        self.disposition_options = {"name": name, "filename": raw_filename}

    def __bool__(self) -> bool:
        # a FieldStorage fails here: a client could make whoever asks whether a field was filled in fail, by a file in its place
        return True


# SPEC: Unicode, general categories Cc, Zl and Zp, and the controls that turn the direction of writing
_not_in_names = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_split_folders = re.compile(r"[/\\]").split
_drive = re.compile(r"[A-Za-z]:")


def base_name(raw: str) -> str:
    r"""Return the last part of a file's path as any system writes it; nothing, if that is no name.

    >>> base_name("../../etc/passwd"), base_name(r"C:\photos\bear.png"), base_name("..")
    ('passwd', 'bear.png', '')
    """
    name = _not_in_names.sub("", _split_folders(raw)[-1])
    if _drive.match(name):
        name = name[2:]
    name = name.strip()
    return "" if name in (".", "..") else name


# --- Multipart -----------------------------------------------------------------------------------------------------

#: What old clients may do to a part. SPEC: RFC 7578, 4.7 takes it out of use
_TRANSFER_DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "base64": binascii.a2b_base64,
    "quoted-printable": binascii.a2b_qp,
}


def multipart_pairs(file: Readable, content_type: str, length: int | None, limits: Limits) -> Pairs:
    """Read the fields and files of a multipart body.

    Args:
        file: where the body begins.
        content_type: the header, for the boundary.
        length: of the body, in bytes; ``None`` where the file ends with it.
        limits: how much of what is taken.

    Raises:
        HTTPRequestEntityTooLarge: there is too much of something.
        FormError: it is no multipart body, or not a whole one.
        URLDecodeError: a field, its name or that of its file isn't UTF-8, or has control characters.
    """
    boundary = boundary_of(content_type, limits.strict_text)
    read = file.read if length is None else _limited(file, length)
    begin = read(_BLOCK_BYTES)
    if not (begin or length):
        return []
    parser = PushMultipartParser(
        boundary,
        max_header_size=limits.part_header_bytes,
        max_header_count=limits.part_headers,
        max_segment_count=limits.form_fields + limits.form_files,
        # where nothing is refused, `_as_text` reads these bytes
        header_charset="utf-8" if limits.strict_text else "latin-1",
    )
    reader = _MultipartReader(limits)
    try:
        reader.read_all(parser, _after(begin, read))
        _refuse_controls(reader.pairs, limits)
    except BaseException:
        reader.close()
        raise
    return reader.pairs


#: What is said of the limits that the parser keeps, by its own words for them.
_PARSERS_LIMITS = {
    "header count": "A part of the form has more than {0.part_headers} headers.",
    "header length": "A part of the form has a header of more than {0.part_header_bytes} bytes.",
    "segment count": "The form has more than {0.form_fields} fields or more than {0.form_files} files.",
}


def _too_much_for_the_parser(said: str, limits: Limits) -> HTTPException:
    known = (text.format(limits) for words, text in _PARSERS_LIMITS.items() if words in said)
    return refusal(HTTPRequestEntityTooLarge, next(known, f"The form can't be taken: {said}."))


def _after(begin: bytes, read: Callable[[int], bytes]) -> Callable[[int], bytes]:
    """Return a function that reads what was read already, and then on."""
    begun = [begin]
    return lambda size: begun.pop() if begun else read(size)


def _limited(file: Readable, length: int) -> Callable[[int], bytes]:
    """Return a function that reads so many bytes of a file, and no more."""
    rest = length

    def read(size: int) -> bytes:
        nonlocal rest
        data = file.read(min(size, rest))
        rest -= len(data)
        return data

    return read


class _MultipartReader:
    """Gathers the parts of one form."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.pairs: Pairs = []
        self._fields = 0
        self._files = 0
        self._text_bytes = 0

    def read_all(self, parser: PushMultipartParser, read: Callable[[int], bytes]) -> None:
        """Read all parts; the errors are those of `multipart_pairs`."""
        events = parser.parse_blocking(read)
        try:
            for segment in events:
                self.read(segment, events)
        except MultipartError as error:
            # it knows frames that know it, and the files: only the collector would get rid of them
            error.__traceback__ = None
            if isinstance(error, ParserLimitReached):
                raise _too_much_for_the_parser(str(error), self.limits) from None
            if isinstance(error.__context__, UnicodeDecodeError):
                raise URLDecodeError.of(error.__context__) from None
            raise refusal(FormError, "The form is no multipart body, or it isn't whole.") from None

    def close(self) -> None:
        """Close the files of a form that nobody will get."""
        for _, value in self.pairs:
            if isinstance(value, Upload):
                value.file.close()

    def read(self, segment: MultipartSegment, events: Iterator[Any]) -> None:
        """Read one part, whose beginning was just seen."""
        headers = segment.headerlist if self.limits.strict_text else _as_text(segment.headerlist)
        check_part_headers(headers, self.limits)
        name, filename = names_of(headers, self.limits.strict_text)
        if filename:
            self._files += 1
            if self._files > self.limits.form_files:
                raise refusal(
                    HTTPRequestEntityTooLarge, f"The form has more than {self.limits.form_files} files."
                )
            self.pairs.append((name, self._upload(name, filename, headers, events)))
            return
        self._fields += 1
        if self._fields > self.limits.form_fields:
            raise _too_many_fields(self.limits)
        data = self._data(events)
        # COMPAT: a file field in which nothing was chosen has a name without letters, and its value is bytes
        self.pairs.append((name, data if filename is not None else self._text(segment, data)))

    def _upload(self, name: str, raw: str, headers: list[tuple[str, str]], events: Iterator[Any]) -> Upload:
        file, _ = spooled(_chunks(events), SPOOL_BYTES)
        message = Message()
        for key, value in headers:
            # what a client calls a file may hold what Python takes for a line break, and then for a header behind it
            message[key] = " ".join(value.splitlines())
        filename = base_name(raw) if self.limits.base_file_names else raw
        return Upload(name, filename, raw, message, file)

    def _data(self, events: Iterator[Any]) -> bytes:
        chunks = []
        size = 0
        for chunk in _chunks(events):
            size += len(chunk)
            self._text_bytes += len(chunk)
            if size > self.limits.field_bytes:
                raise _too_large_field(self.limits)
            if self._text_bytes > self.limits.form_bytes:
                raise _too_much_text(self.limits)
            chunks.append(bytes(chunk))
        return b"".join(chunks)

    def _text(self, segment: MultipartSegment, data: bytes) -> str:
        charset = segment.charset or "utf-8"
        errors = "strict"
        if self.limits.strict_text:
            if charset != "utf-8" and not is_field_in_utf8(data, charset):
                raise refusal(HTTPBadRequest, "A field of the form is not in UTF-8.")
        else:
            # COMPAT: WebOb undoes what old clients may have done
            errors = "replace"
            decode = _TRANSFER_DECODERS.get(segment.header("Content-Transfer-Encoding", "").lower())
            if decode is not None:
                try:
                    data = decode(data)
                except binascii.Error:
                    raise refusal(FormError, "A field of the form is not encoded as it says.") from None
        return decoded(data, charset, errors)


def _as_text(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Read the headers of a part, each character of which stands for a byte, and what isn't UTF-8 as U+FFFD."""
    # COMPAT: as WebOb does, also for what a field and a file are called
    return [(name, value.encode("latin-1").decode("utf-8", "replace")) for name, value in headers]


def _chunks(events: Iterator[Any]) -> Iterator[bytes]:
    """Go through the content of one part."""
    for chunk in events:  # pragma: no branch - the parser says where a part ends, or raises
        if chunk is None:
            return
        yield chunk
