"""What went wrong with bodies elsewhere: too many parts, fields without end, headers that take hours, names with folders."""

import contextlib
import io

import pytest
from webob.request import BaseRequest

from goldilocks.config import Configurator
from goldilocks.forms import multipart_pairs
from goldilocks.httpexceptions import HTTPBadRequest, HTTPRequestEntityTooLarge
from goldilocks.limits import Limits
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.wsgi import wsgiapp2

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=B"


def app(**settings):
    """An application that counts the fields of a form, and one that reads a body as text."""
    config = Configurator(settings={name.replace("__", "."): value for name, value in settings.items()})
    config.add_route("form", "/form")
    config.add_view(lambda request: Response(str(len(request.POST))), route_name="form")
    config.add_route("raw", "/raw")
    config.add_view(lambda request: Response(str(len(request.body_file.read()))), route_name="raw")
    config.add_route("text", "/text")
    config.add_view(lambda request: Response(str(len(request.text))), route_name="text")
    return config.make_wsgi_app()


def post(body, content_type=URLENCODED, application=None, path="/form", **said):
    """Send a body as a server would that lets everything through; return status code and text."""
    environ = Request.blank(path).environ | {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **said,
    }
    answers = []
    application = application or app()
    text = b"".join(application(environ, lambda status, headers, exc_info=None: answers.append(status)))
    return int(answers[0][:3]), text.decode()


def part(content, name='"a"', *headers):
    """Return one part of a multipart body."""
    lines = [f"Content-Disposition: form-data; name={name}", *headers, "", ""]
    return b"--B\r\n" + "\r\n".join(lines).encode() + content + b"\r\n"


END = b"--B--\r\n"
FILE = '"a"; filename="x"'


# --- How much ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (part(b"1") * 20_000 + END, MULTIPART),
        (part(b"1", FILE) * 20_000 + END, MULTIPART),
        (part(b"1", FILE) * 101 + END, MULTIPART),
        (part(b"", '"a"; filename=""') * 1001 + END, MULTIPART),
        (b"a=1&" * 1_000_000, URLENCODED),
        (b"&" * 1000, URLENCODED),
        (b"a&" * 1001, URLENCODED),
        (b"a=" + b"1" * 500_001, URLENCODED),
        (b"1" * 500_001, URLENCODED),
        (b"&".join([b"a=" + b"1" * 499_000] * 21), URLENCODED),
        (part(b"1" * 500_001) + END, MULTIPART),
        (part(b"1" * 499_999) * 21 + END, MULTIPART),
        (part(b"1", '"a"', *["X: y"] * 20) + END, MULTIPART),
        (part(b"1", '"a"', "X: " + "y" * 10_000) + END, MULTIPART),
        (part(b"1", '"' + "a" * 10_000 + '"') + END, MULTIPART),
    ],
)
def test_form_has_an_end(body, content_type):
    """More parts, fields, files, headers or letters than a form has: 413, in either encoding.

    CVE-2023-25577, CVE-2023-30798, CVE-2023-25578, CVE-2023-24580, CVE-2026-31958; CVE-2026-54283; CVE-2024-47874,
    CVE-2024-49767.
    """
    assert post(body, content_type)[0] == 413


def test_form_stops_at_the_limit(monkeypatch):
    """No part behind the limit is looked at: twice as many of them are no more work."""
    read = []

    class Counted(io.BytesIO):
        def read(self, size=-1):
            data = super().read(size)
            read.append(len(data))
            return data

    body = part(b"1") * 100_000 + END
    with pytest.raises(HTTPRequestEntityTooLarge, match="more than 1000 fields"):
        multipart_pairs(Counted(body), MULTIPART, len(body), Limits())
    assert sum(read) < len(body) / 20


class Sent(io.BytesIO):
    """What a client sends; it tells how much was taken."""

    def read(self, size=-1):
        assert size >= 0
        return super().read(size)


def coming_in(sent, content_type, length=None):
    """Return a request whose form is still with the client; of an announced length, or with an end that the server sees."""
    said = {"wsgi.input_terminated": True} if length is None else {"CONTENT_LENGTH": str(length)}
    form = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": content_type, "wsgi.input": sent}
    return Request(BaseRequest.blank("/").environ | form | said)


URLENCODED = "application/x-www-form-urlencoded"
#: Forms that go beyond a limit near their beginning, and then on.
ENDLESS = [
    (part(b"1") * 100_000 + END, MULTIPART),
    (part(b"1" * 5_000_000) + END, MULTIPART),
    (b"--B\r\nX: " + b"1" * 5_000_000, MULTIPART),
    ((b"a=" + b"1" * 998 + b"&") * 25_000, URLENCODED),
]


@pytest.mark.parametrize("has_length", [True, False])
@pytest.mark.parametrize(("body", "content_type"), ENDLESS)
def test_body_is_taken_no_further_than_to_the_limit(body, content_type, has_length):
    """What is behind the limit stays where it is; who wants to read the body all the same finds it whole, and the refusal again."""
    sent = Sent(body)
    request = coming_in(sent, content_type, len(body) if has_length else None)
    seen = set()
    for _ in range(3):
        with pytest.raises((HTTPRequestEntityTooLarge, HTTPBadRequest)) as refused:
            _ = request.POST
        seen.add(str(refused.value))
    assert len(seen) == 1
    assert sent.tell() < len(body)
    assert request.body == body
    with pytest.raises((HTTPRequestEntityTooLarge, HTTPBadRequest)):
        _ = request.POST


def test_client_that_has_almost_sent_everything_is_heard_out():
    """A server ends the connection where a body is left; who is refused a little too much shall see the answer, and not that."""
    body = part(b"1" * 600_000) + END
    sent = Sent(body)
    request = coming_in(sent, MULTIPART, len(body))
    with pytest.raises(HTTPRequestEntityTooLarge):
        _ = request.POST
    assert sent.tell() == len(body)


@pytest.mark.parametrize("has_length", [True, False])
@pytest.mark.parametrize("content_type", [MULTIPART, URLENCODED])
def test_body_that_is_a_form_is_there_for_others(content_type, has_length):
    """A form that was read while it came in can be read again, with all that is behind it."""
    body = (
        part(b"1" * 300_000) + END + b"2" * 100_000 if content_type == MULTIPART else b"a=" + b"1" * 300_000
    )
    request = coming_in(Sent(body + b"3" * has_length), content_type, len(body) if has_length else None)
    assert request.POST["a"] == "1" * 300_000
    assert (request.content_length, request.is_body_seekable) == (len(body), True)
    assert request.body == request.body_file.read() == body
    assert request.copy().POST == request.POST


@pytest.mark.parametrize("content_type", [MULTIPART, URLENCODED])
def test_form_that_comes_without_a_length_and_without_anything_has_no_fields(content_type):
    """A body may turn out to be empty."""
    request = coming_in(Sent(), content_type)
    assert len(request.POST) == 0
    assert request.body == b""


def test_nobody_is_waited_for_at_the_end():
    """Who ends the process while a form comes in isn't kept by the rest of it."""

    class Interrupted(Sent):
        def read(self, size=-1):
            if self.tell():
                raise KeyboardInterrupt
            return super().read(size)

    body = part(b"1" * 300_000) + END
    sent = Interrupted(body)
    request = coming_in(sent, MULTIPART, len(body))
    with pytest.raises(KeyboardInterrupt):
        _ = request.POST
    assert sent.tell() < len(body)


def test_client_that_goes_away_within_a_form_is_told_so():
    """What came before it went is no form, however often somebody looks."""
    body = part(b"1" * 100_000)
    request = coming_in(Sent(body), MULTIPART, len(body) * 2)
    for _ in range(2):
        with pytest.raises(HTTPBadRequest, match="ends too early"):
            _ = request.POST


@pytest.mark.parametrize("length", ["100000001", "9" * 30])
@pytest.mark.parametrize("path", ["/form", "/raw", "/text"])
def test_body_has_an_end(length, path):
    """A body that is announced to be too large is refused before anybody reads it."""
    assert post(b"a=1", path=path, CONTENT_LENGTH=length)[0] == 413


def test_body_without_a_length_has_an_end():
    """A body of which nobody says how long it is, is refused where it goes beyond the limit."""
    small = app(goldilocks__limit_body_bytes="20000")
    said = {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    assert post(b"a=" + b"1" * 10_000, application=small, **said)[0] == 200
    assert post(b"a=" + b"1" * 20_000, application=small, **said)[0] == 413


def test_limits_can_be_set():
    """Each limit is a setting; ``unlimited`` is none."""
    assert post(b"a&" * 5, application=app(goldilocks__limit_form_fields="4"))[0] == 413
    assert post(b"a&" * 5000, application=app(goldilocks__limit_form_fields="unlimited")) == (200, "5000")
    assert post(b"a&" * 5000, application=app(goldilocks__defaults="pyramid")) == (200, "5000")


def test_large_file_isnt_kept_in_memory():
    """A file is no field: it may be as large as the body, and is written to disk."""
    body = part(b"x" * 2_000_000, FILE) + END
    request = Request(
        Request.blank("/").environ
        | {
            "REQUEST_METHOD": "POST",
            "CONTENT_TYPE": MULTIPART,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
        }
    )
    upload = request.POST["a"]
    assert upload.file.fileno() > 0 and len(upload.value) == 2_000_000
    assert not isinstance(request.environ["wsgi.input"], io.BytesIO)


# --- What isn't whole, or isn't anything ---------------------------------------------------------------------------


@pytest.mark.parametrize("length", ["-1", "+3", "3, 3", "0x3", "3.0", "٣", "abc", " 3", "3\r\n"])
def test_content_length_is_a_number(length):
    """A length that two readers would understand differently: 400."""
    assert post(b"a=1", CONTENT_LENGTH=length)[0] == 400


@pytest.mark.parametrize("path", ["/form", "/raw", "/text"])
@pytest.mark.parametrize("content_type", [URLENCODED, MULTIPART])
@pytest.mark.parametrize("length", [10, 100_000])
def test_client_that_goes_away_is_no_error_of_the_server(path, content_type, length):
    """A body that ends before its length: 400, whoever reads it."""
    if path == "/raw" or content_type == URLENCODED or path == "/form":
        assert post(b"a=1", content_type, path=path, CONTENT_LENGTH=str(length))[0] == 400


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary=""',
        "multipart/form-data; boundary=other",
        "multipart/form-data; boundary=\xff",
        'multipart/form-data; boundary="B\r\nX: y"',
        "multipart/form-data; boundary=" + "B" * 300,
        'multipart/form-data; !="' + '\\"' * 3000,
        'multipart/form-data; a="' + "\\" * 8000,
        "multipart/form-data" + "; a" * 3000,
        "multipart/form-data;" + " " * 10_000,
    ],
)
def test_boundary_that_cant_be_found(content_type):
    """A multipart body whose parts can't be told apart: 400, at once (CVE-2024-24762, CVE-2026-28356)."""
    assert post(part(b"1") + END, content_type)[0] == 400


@pytest.mark.parametrize(
    "body",
    [
        b"--B",
        b"--B\r\n",
        part(b"1"),
        part(b"1") + b"--B",
        b"--B\r\n\r\n1\r\n" + END,
        b"--B\r\nContent-Disposition\r\n\r\n1\r\n" + END,
        part(b"1", '"a"', "Content-Length: -1") + END,
        part(b"1", '"a"', "Content-Length: 9" + "9" * 50) + END,
        part(b"1", '"a"', "X\0: y") + END,
        b"\r" * 100_000,
        b"\r\n--" * 20_000,
        b"\0" * 1000,
    ],
)
def test_multipart_body_that_is_broken(body):
    """A multipart body that is none, or that ends in the middle: 400."""
    assert post(body, MULTIPART)[0] == 400


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"a=%ff", URLENCODED),
        (b"%C0%AF=1", URLENCODED),
        (b"a=\xff", URLENCODED),
        (b"a=%", URLENCODED),
        (b"a=%G1", URLENCODED),
        (part(b"\xff") + END, MULTIPART),
        (b'--B\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n1\r\n' + END, MULTIPART),
        (b"a=1", f"{URLENCODED}; charset=latin-1"),
        (b"a=1", f"{URLENCODED}; charset=utf-7"),
        (b"a=1", f"{URLENCODED}; charset=nothing"),
        (part(b"1") + END, f"{MULTIPART}; charset=utf-16"),
        (part(b"1", '"a"', "Content-Type: text/plain; charset=utf-7") + END, MULTIPART),
    ],
)
def test_form_that_is_no_text_is_the_clients_fault(body, content_type):
    """Bytes that aren't UTF-8, broken escapes and foreign charsets in a form: 400."""
    assert post(body, content_type)[0] == 400


@pytest.mark.parametrize(
    "charset", ["utf-7", "idna", "punycode", "unicode_escape", "zlib", "rot13", "undefined", "\0", "x" * 1000]
)
def test_client_chooses_no_codec(charset):
    """A charset that is none, or that takes a time that grows with the square: 400."""
    assert post(b"a" * 1000, f"text/plain; charset={charset}", path="/text")[0] == 400


@pytest.mark.parametrize("charset", ["nothing", "zlib", "utf-7", "latin-1", "utf-8", '"UTF-8"'])
@pytest.mark.parametrize(("settings", "refused"), [({}, 400), ({"goldilocks__strict_text": False}, 500)])
def test_client_chooses_no_codec_for_an_application(charset, settings, refused):
    """An application that decodes a body itself, by the charset that the request names, is named none that doesn't exist: 400."""

    def read(request):
        return Response(str(len(request.body.decode(request.charset))))

    config = Configurator(settings={name.replace("__", "."): value for name, value in settings.items()})
    config.add_view(read, name="form")
    is_known = charset in ("latin-1", "utf-8", '"UTF-8"') or (charset == "utf-7" and refused == 500)
    status, _ = post(b"[1]", f"application/json; charset={charset}", config.make_wsgi_app())
    assert status == (200 if is_known else refused)


@pytest.mark.parametrize("body", [part(b"1", FILE) + END, part(b"", FILE) + END])
def test_file_in_place_of_a_field_counts_as_filled_in(body):
    """An application that asks whether a field was filled in doesn't fail where a client sends a file in its place."""
    config = Configurator()
    config.add_view(lambda request: Response("yes" if request.POST.get("a") else "no"), name="form")
    assert post(body, MULTIPART, config.make_wsgi_app()) == (200, "yes")


@pytest.mark.parametrize(("is_strict", "status"), [(False, 200), (True, 400)])
@pytest.mark.parametrize(("body", "content_type"), [(b"a=%00", URLENCODED), (part(b"\0") + END, MULTIPART)])
def test_nul_in_a_form(is_strict, status, body, content_type):
    """A NUL in a form is the application's to judge, unless it wants to hear of none."""
    assert post(body, content_type, app(goldilocks__strict=is_strict))[0] == status


# --- Parts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"YQ==", b" " * 100_000, b"Y\n" * 50_000, b"Y"])
@pytest.mark.parametrize("encoding", ["base64", "BASE64", "quoted-printable"])
def test_parts_have_no_encoding(data, encoding):
    """What a part says of its transfer encoding means nothing (CVE-2026-33033, CVE-2022-23833)."""
    body = part(data, '"a"', f"Content-Transfer-Encoding: {encoding}") + END
    (pair,) = multipart_pairs(io.BytesIO(body), MULTIPART, len(body), Limits())
    assert pair == ("a", data.decode())


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("../../x", "x"),
        ("a/b", "b"),
        ("..", ""),
        ("/", ""),
        ("x\0.png", "x.png"),
        ("....//x", "x"),
        (r"..\..\x", "x"),
        (r"C:\Windows\x", "x"),
        ("a/../..", ""),
        ("\x1b[2Jx", "[2Jx"),
    ],
)
def test_name_of_a_file_has_no_folders(raw, name):
    """What a client calls a file is a name and no path; what it said stands apart (CVE-2021-28658 and kin)."""
    body = part(b"1", f'"a"; filename="{raw}"') + END
    ((_, upload),) = multipart_pairs(io.BytesIO(body), MULTIPART, len(body), Limits())
    assert upload.filename == name and raw.endswith(upload.raw_filename[-1:])


@pytest.mark.parametrize(
    ("header", "is_refused_always"),
    [
        ("X: a\nSet-Cookie: b=c", True),
        ("X: a\rSet-Cookie: b=c", True),
        ("Content-Type: text/html\n\n<script>", True),
        ("X: a\r\n \nY: b", True),
        ("X: a\0b", False),
        ("Content-Type: text/\x1b[2Jplain", False),
        ("X: \x7f", False),
    ],
)
def test_header_of_a_part_is_one_line(header, is_refused_always):
    """What a client says of a file, and an application may send on or log, is one header each, and no more than that."""
    for name in ('"a"', '"a"; filename="x"'):
        body = part(b"1", name, header) + END
        for limits in (Limits(), Limits(refuse_controls=False, strict_text=False, base_file_names=False)):
            if is_refused_always or limits.refuse_controls:
                with pytest.raises(HTTPBadRequest):
                    multipart_pairs(io.BytesIO(body), MULTIPART, len(body), limits)
            else:
                assert len(multipart_pairs(io.BytesIO(body), MULTIPART, len(body), limits)) == 1


@pytest.mark.parametrize(
    "said",
    [
        '"a"; filename="x\nX: y"',
        '"a\r"; filename="x"',
        '"a"; filename="x"\nX: y',
        '"a"; filename="\u2028X: y"',
    ],
)
def test_name_of_a_file_begins_no_header(said):
    """A line break in what a client calls a field or a file stays in that name, and makes no second header of one."""
    body = part(b"1", said) + END
    ((_, upload),) = multipart_pairs(io.BytesIO(body), MULTIPART, len(body), Limits())
    assert len(str(upload.headers).strip().splitlines()) == 1
    assert upload.headers["X"] is None


@pytest.mark.parametrize("header", ["X: a\tb", "X: \u00e4\u00a0", "X: a\r\n b", "X: "])
def test_header_of_a_part_may_be_odd(header):
    """A tab, letters of any language, a line that is continued as it once was: nothing is wrong with these."""
    body = part(b"1", '"a"; filename="x"', header) + END
    ((_, upload),) = multipart_pairs(io.BytesIO(body), MULTIPART, len(body), Limits())
    assert "X" in str(upload.headers)


def test_form_without_a_chosen_file():
    """An empty name is no file."""
    body = part(b"", '"a"; filename=""') + END
    assert multipart_pairs(io.BytesIO(body), MULTIPART, len(body), Limits()) == [("a", b"")]


# --- Linear --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("filling", [b"\r", b"\r\n", b"\r\n-", b"\r\n--", b"--B", b"\r\n--C"])
def test_boundary_is_looked_for_once(filling):
    """A file full of what almost is a boundary is read piece by piece, each a few times (CVE-2023-46136, CVE-2025-67726)."""
    sizes = []
    for count in (50_000, 100_000):
        body = part(filling * count, FILE) + END
        try:
            ((_, upload),) = multipart_pairs(io.BytesIO(body), MULTIPART, len(body), Limits())
        except HTTPBadRequest:  # a boundary that isn't followed by a line's end
            assert filling == b"\r\n--"
            continue
        sizes.append(len(upload.value))
    assert sizes in ([], [len(filling) * 50_000, len(filling) * 100_000])


# --- Other ways to the same body -----------------------------------------------------------------------------------


class Chunks(io.BytesIO):
    """What a server hands over of a body in chunks, with a fault at its end."""

    def __init__(self, body, error=None):
        super().__init__(body)
        self.error = error

    def read(self, size=-1):
        data = super().read(size)
        if not data and self.error is not None:
            raise self.error
        return data


@pytest.mark.parametrize(
    "error", [ValueError("no size"), OSError("reset"), Exception("bad trailer"), EOFError()]
)
@pytest.mark.parametrize("path", ["/form", "/raw", "/text"])
@pytest.mark.parametrize("defaults", ["secure", "pyramid"])
def test_chunks_that_are_none(error, path, defaults):
    """Whatever a server says of chunks that aren't any: 400, whoever reads them."""
    said = {"wsgi.input_terminated": True, "CONTENT_LENGTH": "", "wsgi.input": Chunks(b"a=1", error)}
    answer = post(b"", path=path, application=app(goldilocks__defaults=defaults), **said)
    assert answer[0] == 400


@pytest.mark.parametrize("path", ["/form", "/raw", "/text"])
def test_body_in_chunks_has_an_end(path):
    """A body without a length ends at the limit, also for who reads it as a file."""
    small = app(goldilocks__limit_body_bytes="20000")
    for size, status in ((20_000, 200), (20_001, 413)):
        body = b"a=" + b"1" * (size - 2)
        said = {"wsgi.input_terminated": True, "CONTENT_LENGTH": "", "wsgi.input": Chunks(body)}
        assert post(b"", path=path, application=small, **said)[0] == status


def counting(environ, start_response):
    """A WSGI application that counts the bytes of a body."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(len(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))).encode()]


WAYS = {
    "itself": lambda request: Response(str(len(request.POST))),
    "copied": lambda request: Response(str(len(request.copy().POST))),
    "decoded": lambda request: Response(str(len(request.decode("ascii").POST))),
    "asked again": lambda request: request.invoke_subrequest(
        Request.blank("/itself", POST=request.body, content_type=request.environ["CONTENT_TYPE"]), use_tweens=True
    ),
    "mounted": lambda request: wsgiapp2(counting)(request.context, request),
}  # fmt: skip


def ways(**settings):
    """An application that counts the fields of a form in several ways."""
    config = Configurator(settings={name.replace("__", "."): value for name, value in settings.items()})
    for name, view in WAYS.items():
        config.add_route(name, f"/{name}")
        config.add_view(view, route_name=name)
    return config.make_wsgi_app()


@pytest.mark.parametrize("way", sorted(set(WAYS) - {"mounted"}))
@pytest.mark.parametrize("defaults", ["secure", "pyramid"])
def test_limit_holds_on_every_way(way, defaults):
    """What an application has set holds for copies of a request and for requests within a request."""
    settings = {"goldilocks__defaults": defaults, "goldilocks__limit_form_fields": "7"}
    multipart = [part(b"1") * count + END for count in (7, 8)]
    for (within, beyond), content_type in (
        ((b"a&" * 6 + b"a", b"a&" * 8), URLENCODED),
        (multipart, MULTIPART),
    ):
        assert post(within, content_type, ways(**settings), f"/{way}") == (200, "7")
        assert post(beyond, content_type, ways(**settings), f"/{way}")[0] == 413


@pytest.mark.parametrize("way", WAYS)
def test_no_limit_holds_on_every_way(way, monkeypatch):
    """Where an application has no limits, nobody else's hold for it."""
    monkeypatch.setattr("goldilocks.limits._SECURE", Limits(body_bytes=10, form_fields=1))
    body = b"a=1&" * 20 + b"a=50%"
    assert post(body, application=ways(goldilocks__defaults="pyramid"), path=f"/{way}")[0] == 200
    assert post(b"a=1&" * 20, application=ways(), path=f"/{way}")[0] == 200


# --- Other spellings -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("boundary", ["----=_Part_0_1139.12", "a/b", "a:b", "a,b", "(a)", "a b", "a'b?c"])
@pytest.mark.parametrize(
    "spelling", ["; boundary={}", '; boundary="{}"', ";\tboundary={}", ";BOUNDARY = {} ; x=y"]
)
def test_boundary_in_other_spellings(boundary, spelling):
    """A boundary with letters that should be quoted is found without quotes, too: old mail libraries send such."""
    body = (part(b"1") + END).replace(b"--B", f"--{boundary}".encode())
    assert post(body, "multipart/form-data" + spelling.format(boundary)) == (200, "1")


@pytest.mark.parametrize(
    "body",
    [
        part(b"1", '"a"; name="b"') + END,
        part(b"1", '"a"; filename="a.txt"; filename="b.exe"') + END,
        part(b"1", '"a"', 'Content-Disposition: form-data; name="b"') + END,
        part(b"1", FILE, "Content-Type: text/plain", "content-type: text/html") + END,
    ],
)
def test_two_readers_find_the_same_name(body):
    """A part that says twice what it is called: 400, because who stands before the application may have heeded the other name."""
    assert post(body, MULTIPART)[0] == 400
    assert post(body, MULTIPART, app(goldilocks__defaults="pyramid")) == (200, "1")


def test_two_readers_find_the_same_boundary():
    """Two boundaries: 400."""
    assert post(part(b"1") + END, f"{MULTIPART}; boundary=B")[0] == 400
    assert post(
        part(b"1") + END, "multipart/form-data; boundary=A; boundary=B", app(goldilocks__strict_text="false")
    ) == (200, "1")


# --- Who has read before -------------------------------------------------------------------------------------------


def behind_reader(application, what):
    """Put an application behind a middleware that has a look at something of each request, as WebOb reads it."""

    def middleware(environ, start_response):
        with contextlib.suppress(OSError):
            getattr(BaseRequest(environ), what)
        return application(environ, start_response)

    return middleware


@pytest.mark.parametrize("what", ["POST", "params", "GET", "body", "body_file"])
def test_rules_hold_behind_a_middleware_that_reads(what):
    """What a middleware reads of a request by rules of its own, and without limits, is read anew by the application."""
    config = Configurator(settings={"goldilocks.limit_form_fields": "3"})
    config.add_route("form", "/form")
    config.add_view(
        lambda request: Response(request.POST["a"].filename), route_name="form", request_method="POST"
    )
    config.add_view(
        lambda request: Response(repr(list(request.GET))), route_name="form", request_method="GET"
    )
    reading = behind_reader(config.make_wsgi_app(), what)
    assert post(part(b"1", '"a"; filename="../../x"') + END, MULTIPART, reading) == (200, "x")
    assert post(part(b"1") * 4 + END, MULTIPART, reading)[0] == 413
    assert post(b"a&" * 4, application=reading)[0] == 413
    query = {"REQUEST_METHOD": "GET", "CONTENT_TYPE": "", "CONTENT_LENGTH": ""}
    assert post(b"", application=reading, QUERY_STRING="a=1;b=2&c=3", **query) == (200, "['a', 'c']")
    assert post(b"", application=reading, QUERY_STRING="a=50%", **query)[0] == 400
    assert post(b"", application=reading, QUERY_STRING="a=%01", **query)[0] == 400


@pytest.mark.parametrize("what", ["POST", "body", "body_file"])
@pytest.mark.parametrize("path", ["/form", "/raw", "/text"])
def test_client_that_goes_away_behind_a_middleware_that_reads(what, path):
    """A body that isn't whole is the client's fault, whoever was the first to find out."""
    assert post(b"a=1", path=path, application=behind_reader(app(), what), CONTENT_LENGTH="10")[0] == 400
