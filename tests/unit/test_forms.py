"""The fields of queries and forms."""

from __future__ import annotations

import gc
import io
import weakref

import pytest
from webob.compat import cgi_FieldStorage

from goldilocks.exceptions import URLDecodeError
from goldilocks.forms import base_name, form_pairs, multipart_pairs, query_pairs
from goldilocks.httpexceptions import HTTPBadRequest, HTTPClientError, HTTPRequestEntityTooLarge
from goldilocks.limits import Limits
from goldilocks.spool import spooled

PAIRS = [
    ("", []),
    ("a=1", [("a", "1")]),
    ("a=1&b=2&a=3", [("a", "1"), ("b", "2"), ("a", "3")]),
    ("&&a&&", [("a", "")]),
    ("=", [("", "")]),
    ("=1", [("", "1")]),
    ("a=b=c", [("a", "b=c")]),
    ("a+b=c+d", [("a b", "c d")]),
    ("a%20b=%C3%A4%2B", [("a b", "ä+")]),
    ("%3D=%26", [("=", "&")]),
    ("a=%00%0A", [("a", "\0\n")]),
]


@pytest.mark.parametrize(("text", "pairs"), PAIRS)
@pytest.mark.parametrize("limits", [Limits(), Limits.compatible()])
def test_fields_are_read(text, pairs, limits):
    """Queries and bodies are read alike."""
    assert query_pairs(text, limits) == pairs
    assert form_pairs(text.encode(), limits) == pairs


def test_raw_letters_are_read():
    """Letters that should have been escaped are read in UTF-8, as WSGI hands them over."""
    assert query_pairs("\xc3\xa4=%C3\xa4", Limits()) == [("ä", "ä")]
    assert form_pairs("ä=ä".encode(), Limits()) == [("ä", "ä")]


def test_semicolons():
    """Only an ampersand parts fields; in the queries of old applications a semicolon does, too."""
    assert query_pairs("a=1;b=2", Limits()) == [("a", "1;b=2")]
    assert query_pairs("a=1;b=2", Limits.compatible()) == [("a", "1"), ("b", "2")]
    assert form_pairs(b"a=1;b=2", Limits.compatible()) == [("a", "1;b=2")]


@pytest.mark.parametrize("text", ["a=%", "a=%4", "a=%zz", "%u0041=1", "a=50%&b"])
def test_broken_escapes(text):
    """A percent sign means something, or is the client's fault; in old applications it may stand for itself."""
    with pytest.raises(HTTPBadRequest, match="percent sign"):
        query_pairs(text, Limits())
    with pytest.raises(HTTPBadRequest, match="percent sign"):
        form_pairs(text.encode(), Limits())
    assert "%" in str(query_pairs(text, Limits.compatible()))


@pytest.mark.parametrize("text", ["a=%FF", "%E4=1", "a=\xff", "a=%ED%A0%80"])
def test_fields_that_are_no_text(text):
    """What isn't UTF-8 is the client's fault; in the forms of old applications it is replaced."""
    for limits in (Limits(), Limits.compatible()):
        with pytest.raises(URLDecodeError):
            query_pairs(text, limits)
    with pytest.raises(URLDecodeError):
        form_pairs(text.encode("latin-1"), Limits())
    assert "\ufffd" in str(form_pairs(text.encode("latin-1"), Limits.compatible()))


def test_strict_fields_have_no_controls():
    """NUL and its kin are refused where strictness is wanted; tabs and line breaks are what people write."""
    limits = Limits(strict=True)
    assert query_pairs("a=%09%0D%0A", limits) == [("a", "\t\r\n")]
    for text in ("a=%00", "%1B=1", "a=%7F"):
        with pytest.raises(HTTPBadRequest, match="control characters"):
            query_pairs(text, limits)


def test_fields_are_counted():
    """So many fields are read and no more, whatever they are."""
    limits = Limits(query_fields=2, form_fields=3)
    assert len(query_pairs("a&b", limits)) == 2
    assert len(form_pairs(b"a&b&c", limits)) == 3
    with pytest.raises(HTTPBadRequest, match="more than 2 parameters"):
        query_pairs("a&&", limits)
    with pytest.raises(HTTPRequestEntityTooLarge, match="more than 3 fields"):
        form_pairs(b"a&b&c&d", limits)


def test_fields_are_measured():
    """No field is larger than its limit, nor are all of them together."""
    limits = Limits(field_bytes=4, form_bytes=12)
    assert form_pairs(b"a=1234&b=1234"[:12], limits)
    assert form_pairs(b"a=%C3%A4%41", limits) == [("a", "äA")]
    for body in (b"a=12345", b"12345=a", "a=äää".encode()):
        with pytest.raises(HTTPRequestEntityTooLarge, match="A field"):
            form_pairs(body, limits)
    with pytest.raises(HTTPRequestEntityTooLarge, match="in all"):
        form_pairs(b"a=1234&b=1234", limits)


# --- Multipart -----------------------------------------------------------------------------------------------------

TYPE = "multipart/form-data; boundary=B"


def part(content, disposition='form-data; name="a"', *headers):
    """Return one part of a body."""
    lines = [f"Content-Disposition: {disposition}", *headers, "", ""]
    return b"--B\r\n" + "\r\n".join(lines).encode() + content + b"\r\n"


def read(*parts, limits=None, content_type=TYPE, end=b"--B--\r\n"):
    """Read a body made of parts."""
    body = b"".join(parts) + end
    return multipart_pairs(io.BytesIO(body + b"next"), content_type, len(body), limits or Limits())


FILE = 'form-data; name="up"; filename="{}"'


def test_multipart_fields():
    """Fields come in their order, as text."""
    assert read(part(b"1"), part("ä\r\n--C".encode(), 'form-data; name="ü%22"'), part(b"")) == [
        ("a", "1"),
        ('ü"', "ä\r\n--C"),
        ("a", ""),
    ]


def test_file():
    """A file is what WebOb would have given, and passes for it."""
    ((name, upload),) = read(part(b"\0\xff", FILE.format("x.png"), "Content-Type: image/png; a=b", "X-Y: z"))
    assert name == upload.name == "up"
    assert (upload.filename, upload.raw_filename) == ("x.png", "x.png")
    assert (upload.type, upload.type_options) == ("image/png", {"a": "b"})
    assert (upload.disposition, upload.disposition_options["filename"]) == ("form-data", "x.png")
    assert upload.headers["x-y"] == "z"
    assert isinstance(upload, cgi_FieldStorage)
    assert upload.file.read() == upload.value == b"\0\xff"
    assert upload.list is None and repr(upload) == "FieldStorage('up', 'x.png')"


def test_type_of_a_file_that_says_none():
    """A file of which the client says nothing is text."""
    ((_, upload),) = read(part(b"", FILE.format("x")))
    assert (upload.type, upload.type_options, upload.value) == ("text/plain", {}, b"")


def test_large_file_lies_on_disk():
    """A file that is too large for memory is written to disk while it comes."""
    ((_, small), (_, large)) = read(part(b"x", FILE.format("a")), part(b"x" * 100_000, FILE.format("b")))
    assert isinstance(small.file, io.BytesIO) and large.file.fileno() > 0
    assert len(large.value) == 100_000


def test_no_file_was_chosen():
    """A file field without a file is an empty value in bytes, as ever."""
    assert read(part(b"", FILE.format(""))) == [("up", b"")]


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("x.png", "x.png"),
        ("../../x", "x"),
        ("a/b", "b"),
        ("/etc/passwd", "passwd"),
        (r"C:\photos\x y.png", "x y.png"),
        ("C:x", "x"),
        ("mail re: x", "mail re: x"),
        (r"\\server\share\x", "x"),
        ("..", ""),
        (".", ""),
        ("a/", ""),
        ("x\0.png", "x.png"),
        ("x\x7f\x85.png", "x.png"),
        ("\u202egnp.exe", "gnp.exe"),
        (" x ", "x"),
        (".htaccess", ".htaccess"),
        ("日本.txt", "日本.txt"),
    ],
)
def test_base_name(raw, name):
    """Of a path, only the name is left, without what can't be seen."""
    assert base_name(raw) == name


def test_name_of_an_upload():
    """Folders are cut off, and kept apart; in old applications they stay."""
    body = part(b"", FILE.format("a/b"))
    assert [(u.filename, u.raw_filename) for _, u in read(body)] == [("b", "a/b")]
    assert [u.filename for _, u in read(body, limits=Limits.compatible())] == ["a/b"]


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary="a\nb"',
        TYPE + "B",
    ],
)
def test_boundary_is_missing_or_wrong(content_type):
    """A body whose parts can't be found is the client's fault."""
    with pytest.raises(HTTPBadRequest):
        read(part(b"1"), content_type=content_type)


@pytest.mark.parametrize(
    ("body", "end"),
    [
        (part(b"1"), b""),
        (part(b"1"), b"--B"),
        (b"rubbish", b""),
        (b"--B\nContent-Disposition: form-data; name=a\n\n1\n", b"--B--"),
        (b"--B\r\nX: y\r\n\r\n1\r\n", b"--B--"),
        (part(b"1", "attachment; name=a"), b"--B--"),
        (part(b"1", 'form-data; name="a"', "Content-Length: 7"), b"--B--"),
    ],
)
def test_body_is_broken(body, end):
    """A body that isn't whole, or isn't multipart, is the client's fault."""
    with pytest.raises(HTTPBadRequest, match="multipart body"):
        read(body, end=end)


def test_header_of_a_part_is_no_text():
    """What isn't UTF-8 in the headers of a part is told as what isn't anywhere else."""
    with pytest.raises(URLDecodeError) as caught:
        read(b"--B\r\nX\xff: y\r\n\r\n1\r\n", end=b"--B--")
    assert (caught.value.object, caught.value.start) == (b"X\xff: y", 1)


def test_large_file_that_isnt_whole():
    """A file that ends in the middle is closed, wherever it lay."""
    with pytest.raises(HTTPBadRequest):
        read(part(b"x" * 200_000, FILE.format("a")), end=b"")


@pytest.mark.parametrize(
    ("limits", "rest"),
    [
        (Limits(), b""),
        (Limits(), b"--B\r\nrubbish\r\n\r\n--B--"),
        (Limits(), part(b"\xff") + b"--B--"),
        (Limits(form_files=2), part(b"x" * 100_000, FILE.format("c")) + b"--B--"),
        (Limits(strict=True), part(b"\0") + b"--B--"),
    ],
)
def test_files_of_a_form_that_is_refused_are_closed(limits, rest, monkeypatch):
    """Whatever is wrong with a form, its files are closed at once: not even who keeps the error keeps one open."""
    made = []

    def spool(chunks, memory_bytes):
        found = spooled(chunks, memory_bytes)
        made.append(found[0])
        return found

    monkeypatch.setattr("goldilocks.forms.spooled", spool)
    with pytest.raises(HTTPClientError) as caught:
        read(*[part(b"x" * 100_000, FILE.format("a"))] * 2, limits=limits, end=rest)
    assert made and all(file.closed for file in made)
    assert caught.value.code in (400, 413)


@pytest.mark.parametrize("end", [b"", b"--B\r\nrubbish\r\n\r\n--B--", b"--B\r\n" + b"X: y\r\n" * 9])
def test_nothing_keeps_a_form_that_is_refused(end):
    """Once the error is gone, so is all that was read, without a search for circles."""
    file = io.BytesIO(part(b"x" * 100_000, FILE.format("a")) + end)
    known = weakref.ref(file)
    gc.disable()
    try:
        try:
            multipart_pairs(file, TYPE, len(file.getvalue()), Limits())
        except HTTPClientError as error:
            error.__traceback__ = None
        del file
        assert known() is None
    finally:
        gc.enable()


def test_body_ends_before_its_length():
    """A file that has less than was announced is a broken body."""
    with pytest.raises(HTTPBadRequest):
        multipart_pairs(io.BytesIO(part(b"1")), TYPE, 1000, Limits())


def test_no_body_is_no_fields():
    """A form without a body has no fields."""
    assert multipart_pairs(io.BytesIO(), TYPE, 0, Limits()) == []


@pytest.mark.parametrize(
    ("limits", "parts", "said"),
    [
        (Limits(form_fields=1), [part(b"1")] * 2, "more than 1 fields"),
        (Limits(form_files=1), [part(b"1", FILE.format("x"))] * 2, "more than 1 files"),
        (
            Limits(form_fields=1, form_files=1),
            [part(b"1"), part(b"1", FILE.format("x")), part(b"1")],
            "more than 1 fields or more than 1 files",
        ),
        (Limits(field_bytes=1), [part(b"12")], "A field of the form has more than 1 bytes"),
        (Limits(form_bytes=1), [part(b"1")] * 2, "The fields of the form have more than 1 bytes"),
        (Limits(field_bytes=1), [part(b"12", FILE.format(""))], "A field of the form has more than 1 bytes"),
        (Limits(part_headers=1), [part(b"1", 'form-data; name="a"', "X: y")], "more than 1 headers"),
        (
            Limits(part_header_bytes=50),
            [part(b"1", 'form-data; name="a"', "X: " + "y" * 50)],
            "a header of more than 50 bytes",
        ),
    ],
)
def test_multipart_limits(limits, parts, said):
    """Whatever there is too much of, the form is refused, and the refusal says of what, and how much may be."""
    with pytest.raises(HTTPRequestEntityTooLarge, match=said):
        read(*parts, limits=limits)


def test_files_are_not_fields():
    """A file may be larger than a field, and counts apart."""
    limits = Limits(form_fields=1, form_files=1, field_bytes=1, form_bytes=1)
    assert len(read(part(b"1"), part(b"12345", FILE.format("x")), limits=limits)) == 2


def test_field_in_a_charset():
    """A field is UTF-8; a field in another charset is refused, but read in old applications."""
    body = part(b"\xe4", 'form-data; name="a"', "Content-Type: text/plain; charset=latin-1")
    with pytest.raises(HTTPBadRequest, match="not in UTF-8"):
        read(body)
    assert read(body, limits=Limits.compatible()) == [("a", "ä")]
    utf8 = part("ä".encode(), 'form-data; name="a"', "Content-Type: text/plain; charset=UTF-8")
    assert read(utf8) == [("a", "ä")]


@pytest.mark.parametrize("charset", ["ISO-8859-1", "iso-8859-15", "latin1", "windows-1252", "cp1252"])
def test_field_of_ascii_in_an_old_charset(charset):
    """A field that says ISO-8859-1, as those of Java's clients do, is read where it is the same in UTF-8."""
    disposition, said = 'form-data; name="a"', f"Content-Type: text/plain; charset={charset}"
    assert read(part(b"bears", disposition, said)) == [("a", "bears")]
    with pytest.raises(HTTPBadRequest, match="not in UTF-8"):
        read(part(b"b\xe4r", disposition, said))


@pytest.mark.parametrize(
    "charset", ["utf-7", "utf-16", "iso-2022-jp", "hz", "shift_jis", "nothing", "iso-8859-1x"]
)
def test_field_of_ascii_in_a_charset_of_another_kind(charset):
    """A field in a charset in which ASCII may mean something else, or in none that there is, is refused."""
    with pytest.raises(HTTPBadRequest, match="not in UTF-8"):
        read(part(b"bears", 'form-data; name="a"', f"Content-Type: text/plain; charset={charset}"))


def test_field_that_is_no_text():
    """A field that isn't UTF-8 is the client's fault; in old applications it is replaced."""
    with pytest.raises(URLDecodeError):
        read(part(b"\xff"))
    assert read(part(b"\xff"), limits=Limits.compatible()) == [("a", "\ufffd")]


def test_names_that_are_no_text():
    """What a field and a file are called is read as a field is: in old applications, what isn't UTF-8 is replaced."""
    body = part(b"1", 'form-data; name="\xe4"; filename="b\xe4r"').decode().encode("latin-1")
    with pytest.raises(URLDecodeError):
        read(body)
    ((name, upload),) = read(body, limits=Limits.compatible())
    assert (name, upload.filename) == ("\ufffd", "b\ufffdr")
    ((name, upload),) = read(part(b"1", 'form-data; name=\xe0; filename="bär"'), limits=Limits.compatible())
    assert (name, upload.filename, upload.file.read()) == ("à", "bär", b"1")


@pytest.mark.parametrize(("encoding", "data"), [("base64", b"w6Q="), ("Quoted-Printable", b"=C3=A4")])
def test_transfer_encoding_of_a_part(encoding, data):
    """A part is as it is; old applications undo what old clients did to it."""
    body = part(data, 'form-data; name="a"', f"Content-Transfer-Encoding: {encoding}")
    assert read(body) == [("a", data.decode())]
    assert read(body, limits=Limits.compatible()) == [("a", "ä")]


def test_broken_transfer_encoding_of_a_part():
    """What can't be undone is the client's fault."""
    with pytest.raises(HTTPBadRequest, match="not encoded"):
        read(
            part(b"w", 'form-data; name="a"', "Content-Transfer-Encoding: base64"), limits=Limits.compatible()
        )


def test_strict_multipart_has_no_controls():
    """NUL and its kin are refused in fields where strictness is wanted, and may be in files."""
    limits = Limits(strict=True)
    assert read(part(b"\0", FILE.format("x")), limits=limits)
    with pytest.raises(HTTPBadRequest, match="control characters"):
        read(part(b"\0"), limits=limits)
