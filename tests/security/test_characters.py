"""Characters that a request must not bring: controls, bytes that are no text, escapes that are none; each place, each set of defaults."""

import io

import pytest

from goldilocks.config import Configurator
from goldilocks.edge import Edge
from goldilocks.events import NewRequest
from goldilocks.httpexceptions import HTTPBadRequest
from goldilocks.request import Request
from goldilocks.response import Response

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=B"

#: Controls that nobody writes, those that people write into forms, and the one that the application judges.
CONTROLS = [chr(code) for code in (1, 7, 8, 11, 12, 14, 27, 31, 127)]
WRITTEN = ["\t", "\r", "\n"]
NUL = "\0"

SECURE, PYRAMID = {}, {"goldilocks.defaults": "pyramid"}
STRICT = {"goldilocks.strict": "true"}


def in_path(character):
    """Put a character into the path."""
    return {"PATH_INFO": f"/params/a{character}b"}


def in_raw_query(character):
    """Put a character into the query as it is."""
    return {"QUERY_STRING": f"a=x{character}y"}


def in_query(character):
    """Put a character into the query, escaped."""
    return in_raw_query(f"%{ord(character):02x}")


def in_query_name(character):
    """Put a character into the name of a parameter."""
    return {"QUERY_STRING": f"b=1&x%{ord(character):02X}y=1"}


def in_cookie(character):
    """Put a character into a cookie."""
    return {"HTTP_COOKIE": f"a=x{character}y"}


def in_header(character):
    """Put a character into a header."""
    return {"HTTP_X_ANY": f"x{character}y"}


def in_type(character):
    """Put a character into the type of the body."""
    return {"CONTENT_TYPE": f"text/plain; a=x{character}y"}


def form(body, content_type):
    """Return what says that a form was sent."""
    data = body.encode("latin-1")
    return {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(data)),
        "wsgi.input": io.BytesIO(data),
    }


def in_form(character):
    """Put a character into a field, escaped."""
    return form(f"a=x%{ord(character):02x}y&b=1", URLENCODED)


def in_raw_form(character):
    """Put a character into a field as it is."""
    return form(f"b=1&a=x{character}y", URLENCODED)


def form_of_part(content="x", says='name="a"', header=""):
    """Return a form of one part."""
    part = f"--B\r\nContent-Disposition: form-data; {says}\r\n{header}\r\n{content}\r\n--B--\r\n"
    return form(part, MULTIPART)


def in_part(character):
    """Put a character into a part."""
    return form_of_part(f"x{character}y")


def in_name_of_part(character):
    """Put a character into the name of a part."""
    return form_of_part(says=f'name="a{character}b"')


HEADERS = [in_cookie, in_header, in_type]
FIELDS = [in_raw_query, in_query, in_query_name, in_form, in_raw_form, in_part]


def app(settings):
    """An application that reads fields and cookies, and one that reads nothing."""
    config = Configurator(settings=settings)
    config.add_route("params", "/params/*rest")
    config.add_view(
        lambda request: Response(repr((list(request.params.items()), dict(request.cookies)))),
        route_name="params",
    )
    config.add_route("lazy", "/lazy")
    config.add_view(lambda request: Response("fine"), route_name="lazy")
    return config.make_wsgi_app()


def ask(said, settings=SECURE, path="/params/"):
    """Ask for something harmless, and then for what is said; return status code and text."""
    application = app(settings)
    # what is remembered of an earlier request of this shape must change nothing
    kept = ("REQUEST_METHOD", "CONTENT_LENGTH")
    harmless = {name: "/" for name, value in said.items() if isinstance(value, str) and name not in kept}
    assert send(application, said | harmless, path)[0] < 500
    return send(application, said, path)


def send(application, said, path="/params/"):
    """Ask as a server would that lets everything through; return status code and text."""
    answers = []
    environ = Request.blank(path).environ | said
    body = b"".join(application(environ, lambda status, headers, exc_info=None: answers.append(status)))
    return int(answers[0][:3]), body.decode()


# --- Controls ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [SECURE, STRICT, PYRAMID | STRICT])
@pytest.mark.parametrize("place", [in_path, *HEADERS, *FIELDS, in_name_of_part])
@pytest.mark.parametrize("control", CONTROLS)
def test_control_is_refused_everywhere(place, control, settings):
    """Controls that nobody writes are 400, wherever they stand, and so they are where strictness alone is wanted."""
    assert ask(place(control), settings)[0] == 400


@pytest.mark.parametrize("place", [in_path, *HEADERS])
@pytest.mark.parametrize("control", ["\r", "\n", NUL, "\r\nX: y", "\n evil"])
def test_line_break_is_refused_in_path_and_headers(place, control):
    """A path or a header is one line, and ends where it ends: 400; a NUL in a path is 404."""
    expected = 404 if place is in_path and control == NUL else 400
    assert ask(place(control))[0] == expected


@pytest.mark.parametrize("settings", [SECURE, STRICT])
@pytest.mark.parametrize("place", FIELDS)
@pytest.mark.parametrize("control", WRITTEN)
def test_people_write_tabs_and_line_breaks(place, control, settings):
    """What people write into a text area arrives."""
    assert ask(place(control), settings)[0] == 200


@pytest.mark.parametrize("place", HEADERS)
def test_tab_in_a_header_is_a_blank(place):
    """RFC 9110, 5.5: a field may hold tabs."""
    assert ask(place("\t"), STRICT)[0] == 200


@pytest.mark.parametrize(("settings", "status"), [(SECURE, 200), (PYRAMID, 200), (STRICT, 400)])
@pytest.mark.parametrize("place", [*FIELDS, in_name_of_part])
def test_nul_in_a_field_is_the_applications_to_judge(place, settings, status):
    """A NUL in a query or a form reaches the application, unless it wants to hear of none."""
    code, text = ask(place(NUL), settings)
    assert code == status and ("\\x00" in text) is (status == 200)


@pytest.mark.parametrize("place", [*FIELDS, in_name_of_part])
@pytest.mark.parametrize("control", [*CONTROLS, *WRITTEN])
def test_old_application_gets_what_was_sent(place, control):
    """Under Pyramid's defaults, fields hold whatever was sent."""
    assert ask(place(control), PYRAMID)[0] == 200


@pytest.mark.parametrize("place", [in_path, in_header, in_query, in_form, in_part])
def test_setting_lets_controls_through(place):
    """One setting, and the application sees them all."""
    assert ask(place("\x1b"), {"goldilocks.refuse_controls": "false"})[0] == 200


@pytest.mark.parametrize(
    ("place", "status"), [(in_query, 200), (in_form, 200), (in_path, 400), (in_header, 400), (in_cookie, 400)]
)
def test_fields_are_looked_at_when_they_are_read(place, status):
    """A control in a field disturbs nobody who doesn't read it; in path and headers it is seen before anybody reads."""
    said = place("\x01")
    said.pop("REQUEST_METHOD", "")
    assert ask({"PATH_INFO": "/lazy"} | said, path="/lazy")[0] == status


@pytest.mark.parametrize("place", [in_path, in_header, in_cookie])
def test_refusal_is_answered_by_the_application(place):
    """The refusal goes through the exception views, and no subscriber, route or view sees the request."""
    seen = []
    config = Configurator()
    config.add_subscriber(seen.append, NewRequest)
    config.add_exception_view(lambda error, request: Response("mine", status=418), context=HTTPBadRequest)
    assert send(config.make_wsgi_app(), place("\x01")) == (418, "mine")
    assert not seen


@pytest.mark.parametrize("text", ["Ünïcödé ☃", "\u0085\u00a0\u2028", "a\u00adb", "\ufeff"])
def test_letters_are_no_controls(text):
    """What isn't printable isn't a control: soft hyphens, no-break spaces and their kin arrive."""
    raw = text.encode().decode("latin-1")
    escaped = "".join(f"%{byte:02X}" for byte in text.encode())
    for said in (
        in_raw_query(raw),
        in_raw_query(escaped),
        in_part(raw),
        in_raw_form(escaped),
        in_header(raw),
        in_cookie(raw),
    ):
        assert ask(said, STRICT)[0] == 200


def test_name_of_a_file():
    """What a client calls a file is cleaned; who wants to hear of no controls doesn't hear of these, either."""
    part = '--B\r\nContent-Disposition: form-data; name="a"; filename="x\x1b.png"\r\n\r\n1\r\n--B--\r\n'
    assert ask(form(part, MULTIPART))[0] == 200
    assert ask(form(part, MULTIPART), STRICT)[0] == 400


# --- Escapes -------------------------------------------------------------------------------------------------------

BROKEN = ["%", "%2", "%zz", "%u0041", "%%41", "%4 1", "% 41"]


@pytest.mark.parametrize("escape", BROKEN)
@pytest.mark.parametrize("place", [in_raw_query, in_raw_form])
def test_broken_escape_is_refused(place, escape):
    """A percent sign that means nothing: 400 when it is read; under Pyramid's defaults it is a percent sign."""
    assert ask(place(escape))[0] == 400
    assert ask(place(escape), PYRAMID)[0] == 200


@pytest.mark.parametrize("name", ["REQUEST_URI", "RAW_URI"])
@pytest.mark.parametrize("escape", BROKEN)
def test_broken_escape_in_a_path(name, escape):
    """Where the server hands over the target as it came, an escape in it that means nothing is 400."""
    said = {"PATH_INFO": f"/params/{escape}", name: f"/params/{escape}?a=1"}
    assert ask(said)[0] == 400
    assert ask(said, PYRAMID)[0] == 200
    assert ask(said, {"goldilocks.strict_text": "false"})[0] == 200


@pytest.mark.parametrize(
    "said",
    [
        {"PATH_INFO": "/params/50%", "REQUEST_URI": "/params/50%25"},
        {"PATH_INFO": "/params/50%"},
        {"PATH_INFO": "/params/%zz", "REQUEST_URI": "http://example.com/params/%25zz?a=%25"},
        {"PATH_INFO": "/params/%41", "RAW_URI": "/params/%2541"},
    ],
)
def test_percent_sign_in_a_path(said):
    """A percent sign that was escaped is one."""
    assert ask(said)[0] == 200


@pytest.mark.parametrize("place", [in_header, in_cookie, in_part])
@pytest.mark.parametrize("escape", BROKEN)
def test_percent_sign_means_nothing_elsewhere(place, escape):
    """In headers, cookies and parts nothing is escaped."""
    assert ask(place(escape))[0] == 200


# --- Errors --------------------------------------------------------------------------------------------------------

READERS = {"QUERY_STRING": "GET", "wsgi.input": "POST", "HTTP_COOKIE": "cookies"}


def in_target(text):
    """Put text into a path, and say how the target came."""
    return {"PATH_INFO": f"/params/{text}", "REQUEST_URI": f"/params/{text}"}


def in_name_of_file(text):
    """Put text into what a file is called."""
    return form_of_part(says=f'name="a"; filename="x{text}"')


def in_header_of_part(text):
    """Put text into a header of a part."""
    return form_of_part(header=f"X: {text}\r\n")


IN_PARTS = [in_name_of_part, in_name_of_file, in_header_of_part]
NOT_TEXT = [
    *[(place, "\x1b") for place in (in_path, *HEADERS, *FIELDS, in_name_of_part, in_header_of_part)],
    *[(place, "%zz") for place in (in_target, in_raw_query, in_raw_form)],
    *[(place, "\xff") for place in (in_path, in_cookie, in_raw_query, in_raw_form, in_part, *IN_PARTS)],
]


@pytest.mark.parametrize(("place", "text"), NOT_TEXT)
def test_old_handlers_catch_what_is_not_text(place, text):
    """Whatever is refused as no text is a ``UnicodeDecodeError``, too: a view that was written for that answers it."""
    config = Configurator()
    config.add_route("params", "/params/*rest")
    config.add_view(lambda request: Response(repr((request.params, request.cookies))), route_name="params")
    config.add_exception_view(lambda error, request: Response("old", status=418), UnicodeDecodeError)
    assert send(config.make_wsgi_app(), place(text)) == (418, "old")


@pytest.mark.parametrize(("place", "text"), NOT_TEXT)
def test_reader_raises_an_answer(place, text):
    """Who reads what isn't text catches a ``UnicodeDecodeError`` or an ``HTTPBadRequest``, and learns where."""
    for name, reader in READERS.items():
        for kind in (UnicodeDecodeError, HTTPBadRequest):
            said = place(text)
            if name not in said:
                continue
            with pytest.raises(kind) as caught:
                dict(getattr(Request(Request.blank("/").environ | said), reader))
            error = caught.value
            assert error.object[error.start : error.end] in (b"\x1b", b"%", b"\xff")


# --- Bytes ---------------------------------------------------------------------------------------------------------

NO_TEXT = ["\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80"]


@pytest.mark.parametrize("data", NO_TEXT)
@pytest.mark.parametrize(
    "place", [in_path, in_raw_query, in_cookie, in_header, in_type, in_raw_form, in_part, in_name_of_part]
)
def test_bytes_that_are_no_text_are_refused(place, data):
    """What isn't UTF-8 is 400, wherever it stands."""
    assert ask(place(data))[0] == 400


@pytest.mark.parametrize("data", NO_TEXT)
@pytest.mark.parametrize("settings", [PYRAMID, {"goldilocks.strict_text": "false"}])
def test_header_of_another_time(data, settings):
    """RFC 9110, 5.5: a field may hold any bytes; who has such clients can have them."""
    assert ask(in_header(data), settings)[0] == 200


@pytest.mark.parametrize("place", [in_raw_query, in_cookie])
def test_bytes_are_looked_at_when_they_are_read(place):
    """Bytes in query and cookies that are no text disturb nobody who doesn't read them."""
    assert ask(place("\xff"), path="/lazy")[0] == 200


def test_header_that_no_server_has_made():
    """What is no byte can't have come from a client; still it is no error of the server."""
    assert ask(in_header("☃"))[0] == 400


def test_refused_header_is_a_decode_error():
    """The error is a ``UnicodeDecodeError`` too, as that of each reader is."""
    assert isinstance(Edge()(Request.blank("/").environ | in_header("\xff")), UnicodeDecodeError)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (lambda: in_header("\xff"), r"x\xffy"),
        (lambda: in_path("\x01"), "/params/a%01b"),
        (lambda: form("\xff", "text/plain"), r"\xff"),
        (lambda: form("a", "text/plain; charset=nothing"), "charset=nothing"),
        (lambda: in_header("é".encode().decode("latin-1")), "xéy"),
    ],
)
def test_request_can_be_printed(said, text):
    """A request can be written out for people, whatever it holds."""
    assert text in str(Request(Request.blank("/").environ | said()))


@pytest.mark.parametrize("place", [in_path, in_raw_query, in_cookie, in_header, in_type])
@pytest.mark.parametrize("character", ["\u0100", "☃", "\ud800", "\U0001f43b"])
def test_what_no_byte_stands_for(place, character):
    """What a server should have made bytes of is refused, before anybody fails to read it; also if it looks like what was good."""
    application = app(SECURE)
    for good in ("a", "é".encode().decode("latin-1")):
        assert send(application, place(good))[0] == 200
        assert send(application, place(character))[0] == 400
        assert send(application, place(good))[0] == 200
