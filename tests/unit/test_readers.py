"""How a request is read."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from webob.multidict import NoVars
from webob.request import BaseRequest, DisconnectionError

from goldilocks.exceptions import BodyDisconnectedError, FormError, JSONBodyError, URLDecodeError
from goldilocks.httpexceptions import (
    HTTPBadRequest,
    HTTPException,
    HTTPRequestEntityTooLarge,
    HTTPUnsupportedMediaType,
)
from goldilocks.limits import Limits
from goldilocks.owncookies import PLAIN_READERS
from goldilocks.readers import ReadersMixin
from goldilocks.request import Request
from goldilocks.requestheaders import PLAIN_HEADERS
from goldilocks.response import Response

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=B"
MULTIPART_BODY = b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--B--\r\n'


class Pieces:
    """A stream of a server: it ends, it can't be rewound, and it gives a few bytes at a time."""

    def __init__(self, data, size=10, error=None):
        self.data = io.BytesIO(data)
        self.size = size
        self.error = error

    def read(self, size=-1):
        data = self.data.read(min(size, self.size) if size >= 0 else self.size)
        if not data and self.error:
            raise self.error
        return data


def sent(body, content_type=URLENCODED, length=None, stream=None, limits=None, **environ):
    """Return a request as a server makes it."""
    made = Request(
        {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "wsgi.url_scheme": "http",
            "wsgi.input": stream or Pieces(body),
            "CONTENT_TYPE": content_type,
            "CONTENT_LENGTH": str(len(body) if length is None else length),
            **environ,
        }
    )
    if limits is not None:
        made.limits = limits
    return made


def get(**environ):
    """Return a request without a body."""
    return Request(Request.blank("/").environ | environ)


# --- The address ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["path_info", "path", "path_url", "path_qs", "url"])
def test_path_that_is_no_text(name):
    """Whoever reads a path that isn't UTF-8 gets an error that is an answer, and a ``UnicodeDecodeError`` too."""
    request = get(PATH_INFO="/\xff")
    with pytest.raises(URLDecodeError) as caught:
        getattr(request, name)
    assert isinstance(caught.value, UnicodeDecodeError) and isinstance(caught.value, HTTPBadRequest)


def test_script_name_that_is_no_text():
    """Where the application lies is read as strictly."""
    for name in ("script_name", "path", "application_url"):
        with pytest.raises(URLDecodeError):
            getattr(get(SCRIPT_NAME="/\xff"), name)


def test_path_in_another_encoding():
    """A path that is said to be in another encoding is read in it."""
    request = get(PATH_INFO="/\xe4", **{"webob.url_encoding": "latin-1"})
    assert (request.path_info, request.path) == ("/\xe4", "/%E4")


def test_key_that_is_missing():
    """What WSGI says must be there is missed as ever."""
    request = get()
    del request.environ["PATH_INFO"]
    with pytest.raises(KeyError):
        request.path_info  # noqa: B018 - to read it is the test
    assert request.encget("NOTHING", None) is None
    assert request.encget("SERVER_NAME") == "localhost"


def test_server_may_leave_empty_paths_out():
    """SPEC: PEP 3333, environ variables: what is empty may be absent."""
    request = Request.blank("/")
    del request.environ["PATH_INFO"], request.environ["SCRIPT_NAME"]
    assert (request.path, request.url, request.path_url) == ("", "http://localhost", "http://localhost")


@pytest.mark.parametrize(
    ("scheme", "host", "url"),
    [
        ("http", "a.example:80", "http://a.example"),
        ("https", "a.example:443", "https://a.example"),
        ("http", "a.example:443", "http://a.example:443"),
        ("http", "a.example:", "http://a.example"),
        ("https", "[::1]:443", "https://[::1]"),
        ("http", "[::80]", "http://[::80]"),
        ("ws", "a.example:80", "ws://a.example:80"),
        ("http", None, "http://localhost"),
    ],
)
def test_host_url(scheme, host, url):
    """The port of a scheme is left out."""
    request = get(**{"wsgi.url_scheme": scheme})
    if host is None:
        del request.environ["HTTP_HOST"]
    else:
        request.environ["HTTP_HOST"] = host
    assert request.host_url == url


def test_addresses():
    """Path, query and host make the address, quoted."""
    request = get(SCRIPT_NAME="/a", PATH_INFO="/b c\xc3\xa4", QUERY_STRING="d=%20e", HTTP_HOST="h:1")
    assert request.path == "/a/b%20c%C3%A4"
    assert request.path_qs == "/a/b%20c%C3%A4?d=%20e"
    assert request.path_url == "http://h:1/a/b%20c%C3%A4"
    assert request.url == "http://h:1/a/b%20c%C3%A4?d=%20e"
    assert get().path_qs == "/"


@pytest.mark.parametrize("port", [None, ""])
def test_server_that_says_no_port(port):
    """A server that doesn't say its port, as tests make one, has the usual one."""
    request = get(SERVER_NAME="a.example", SERVER_PORT=port)
    del request.environ["HTTP_HOST"]
    assert request.url == "http://a.example/"
    del request.environ["SERVER_PORT"]
    assert request.url == "http://a.example/"


def test_address_forges_no_line():
    """What a server should have refused is escaped in an address."""
    assert get(QUERY_STRING="a=%41\n\x1b\xff").url == "http://localhost/?a=%41%0A%1B%FF"


# --- Query and form ------------------------------------------------------------------------------------------------


def test_query_writes_back():
    """What is changed in the query changes the environment, and is found by the next reader."""
    request = get(QUERY_STRING="a=1&a=2")
    assert request.GET is request.GET
    request.GET["a"] = "3"
    assert request.environ["QUERY_STRING"] == "a=3" and request.GET.getall("a") == ["3"]
    request.environ["QUERY_STRING"] = ""
    assert len(request.GET) == 0 and repr(request.GET) == "GET([])"


@pytest.mark.parametrize("query", ["a=%FF", "a=%zz"])
def test_query_that_cant_be_read(query):
    """A broken query is the client's fault, and nothing that is done without reading it."""
    request = get(QUERY_STRING=query)
    assert request.url.endswith(query)
    for name in ("GET", "params"):
        with pytest.raises(HTTPBadRequest):
            getattr(request, name)


def test_form_is_read_once():
    """The fields of a form are kept as long as the body is the same; the body can still be read."""
    request = sent(b"a=1&b=%C3%A4&a=2")
    assert request.POST.mixed() == {"a": ["1", "2"], "b": "ä"}
    request.POST["c"] = "3"
    assert request.POST["c"] == "3" and request.params["c"] == "3"
    assert request.body == b"a=1&b=%C3%A4&a=2"
    request.body = b"a=3"
    assert dict(request.POST) == {"a": "3"}


@pytest.mark.parametrize("length", [100, 10_000, 20_000])
def test_form_of_any_length(length):
    """A form is read whether it is kept in memory or on disk."""
    assert len(sent(b"a=" + b"x" * length).POST["a"]) == length


@pytest.mark.parametrize("is_announced", [True, False])
def test_too_large_form_is_not_read(is_announced):
    """A form that is longer than all fields may be isn't brought into memory."""
    request = sent(b"a=" + b"x" * 50_000, limits=Limits(form_bytes=20_000), **{"wsgi.input_terminated": True})
    if not is_announced:
        del request.environ["CONTENT_LENGTH"]
    with pytest.raises(HTTPRequestEntityTooLarge, match="in all"):
        request.POST  # noqa: B018 - to read it is the test
    assert is_announced is isinstance(request.environ["wsgi.input"], Pieces)


@pytest.mark.parametrize("length", ["", "nonsense", "0"])
def test_form_without_a_length_is_empty(length):
    """A form of which nobody says how long it is has no fields, and is known to be empty then."""
    request = sent(b"a=1", CONTENT_LENGTH=length)
    assert len(request.POST) == 0 and request.content_length == 0


def test_form_with_a_length_that_no_number_holds():
    """What has more digits than Python reads is no length, as it is to WebOb; it isn't read as one, and so is no error."""
    assert len(sent(b"a=1", CONTENT_LENGTH="9" * 5000).POST) == 0


@pytest.mark.parametrize("content_type", [URLENCODED, MULTIPART])
def test_length_that_is_a_number(content_type):
    """A middleware that writes a body anew may say its length as a number."""
    body = b"a=1" if content_type == URLENCODED else MULTIPART_BODY
    request = sent(body, content_type)
    request.environ["CONTENT_LENGTH"] = len(body)
    assert request.copy().body == body
    assert request.POST["a"] == "1"
    request = sent(body, content_type)
    request.environ["CONTENT_LENGTH"] = len(body)
    assert request.body == body


def test_headers_that_are_none():
    """In an environment that was made by hand, a header may be None: then there is none."""
    request = get(HTTP_COOKIE=None, HTTP_RANGE=None)
    assert (dict(request.cookies), request.range) == ({}, None)
    request.cookies["a"] = "1"
    assert request.environ["HTTP_COOKIE"] == "a=1"
    request.limits = Limits.compatible()
    request.environ["HTTP_COOKIE"] = None
    assert dict(request.cookies) == {}
    response = Response("text", conditional_response=True)
    assert Request(get(HTTP_RANGE=None).environ).send(response).status_code == 200


def test_multipart_form():
    """A multipart form is read, and its body can still be read."""
    request = sent(MULTIPART_BODY, MULTIPART)
    assert dict(request.POST) == {"a": "1"}
    assert request.body == MULTIPART_BODY
    assert dict(request.copy().POST) == {"a": "1"}


@pytest.mark.parametrize(
    ("method", "content_type", "is_form"),
    [
        ("POST", "text/plain", False),
        ("POST", "application/json", False),
        ("GET", "", False),
        ("PUT", "", False),
        ("POST", "", True),
        ("PUT", URLENCODED, True),
        ("POST", f" {URLENCODED.upper()} ; charset=utf-8", True),
    ],
)
def test_what_is_a_form(method, content_type, is_form):
    """A body is a form if its type says so, and nothing else."""
    form = sent(b"a=1", content_type, REQUEST_METHOD=method).POST
    assert isinstance(form, NoVars) is not is_form


def test_forms_that_have_no_fields():
    """The body of a GET is no form, whatever it says, and a POST without a type isn't one."""
    assert len(sent(b"a=1", REQUEST_METHOD="GET").POST) == 0
    assert len(sent(MULTIPART_BODY, MULTIPART, REQUEST_METHOD="GET").POST) == 0
    assert len(sent(b"a=1", "").POST) == 0
    untyped = sent(b"a=1")
    del untyped.environ["CONTENT_TYPE"]
    assert dict(untyped.POST) == {"a": "1"}


@pytest.mark.parametrize("content_type", [f"{URLENCODED}; charset=latin-1", f"{MULTIPART}; charset=nothing"])
def test_form_in_a_foreign_charset(content_type):
    """Forms are in UTF-8; another charset is the client's fault."""
    with pytest.raises(HTTPBadRequest, match="charset"):
        sent(b"a=1", content_type).POST  # noqa: B018 - to read it is the test


def test_form_is_decoded():
    """A form in another charset is read after it was decoded."""
    request = sent(b"a=%E4", f"{URLENCODED}; charset=latin-1")
    assert request.decode().POST["a"] == "ä"
    assert sent(b"a=%E4").decode("latin-1").POST["a"] == "ä"
    assert sent(b"a=1").decode("UTF-8").POST["a"] == "1"
    assert sent(b"a", "text/plain", QUERY_STRING="a=%E4").decode("latin-1").GET["a"] == "ä"


def test_form_that_cant_be_decoded():
    """A charset that isn't one, or not this form's, is the client's fault."""
    with pytest.raises(HTTPBadRequest, match="charset"):
        sent(b"a=1", f"{URLENCODED}; charset=nothing").decode()
    with pytest.raises(URLDecodeError):
        sent(b"a=%FF").decode("ascii")


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"&".join([b"a=1"] * 6), URLENCODED),
        (MULTIPART_BODY.removesuffix(b"--B--\r\n") * 6 + b"--B--\r\n", MULTIPART),
    ],
)
def test_decoded_form_has_an_end(body, content_type):
    """A form in another charset has as many fields as one in UTF-8, and is refused before it is taken apart."""
    request = sent(body, content_type, limits=Limits(form_fields=5, form_files=0))
    with pytest.raises(HTTPRequestEntityTooLarge):
        request.decode("latin-1")


def test_multipart_form_is_decoded():
    """The names of a form in another charset are read in it, too."""
    body = MULTIPART_BODY.replace(b'"a"', b'"\xe4"').replace(b"1", b"\xe4")
    assert dict(sent(body, MULTIPART).decode("latin-1").POST) == {"ä": "ä"}


def test_form_within_a_form():
    """A part that is said to be a form can't be decoded, which is no fault of the server."""
    for kind in ("multipart/mixed; boundary=C", URLENCODED):
        body = MULTIPART_BODY.replace(b"\r\n\r\n", f"\r\nContent-Type: {kind}\r\n\r\n".encode(), 1)
        with pytest.raises(FormError, match="multipart"):
            sent(body, MULTIPART).decode("latin-1")


def test_multipart_form_that_cant_be_decoded():
    """A form without a boundary that could be one is the client's fault, and a part that isn't in the charset is, too."""
    with pytest.raises(FormError, match="Invalid boundary in multipart form: "):
        sent(MULTIPART_BODY, "multipart/form-data").decode("latin-1")
    too_much = sent(b"a=1", f"{URLENCODED}; charset=latin-1")
    too_much.limits = Limits(body_bytes=2)
    too_much.content_length = None
    too_much.environ["wsgi.input_terminated"] = True
    with pytest.raises(HTTPRequestEntityTooLarge):
        too_much.decode()


@pytest.mark.parametrize(
    "content_type", ["text/plain", "text/plain; charset=nothing", "text/plain; charset=ascii"]
)
def test_request_as_text(content_type):
    """A request can be written out, whatever it holds."""
    said = {"SERVER_PROTOCOL": "HTTP/1.1"}
    assert sent(b"a\xff", content_type, **said).as_text().endswith(r"a\xff")
    assert str(sent("ä".encode(), "text/plain", **said)).endswith("ä")


def test_no_limits_for_a_form_that_was_read():
    """What an application has put in the place of the body is read as it is."""
    request = Request.blank("/", POST={"a": "1", "f": ("x.txt", b"data")})
    assert request.POST["a"] == "1" and request.POST["f"].value == b"data"


# --- Cookies -------------------------------------------------------------------------------------------------------


def test_cookies():
    """Cookies are read by the rules of the application's limits."""
    request = get(HTTP_COOKIE='a="1"; a=2')
    assert dict(request.cookies) == {"a": '"1"'}
    request.limits = Limits.compatible()
    assert dict(request.cookies) == {"a": "2"}
    request.cookies = {"b": "3"}
    assert request.environ["HTTP_COOKIE"] == "b=3"


def test_what_is_our_own_takes_the_shortcut():
    """Nothing but the environment is read here, so the framework may find its own cookies and headers without a dict of all."""
    assert Request.cookies in PLAIN_READERS
    assert Request.headers in PLAIN_HEADERS


@pytest.mark.parametrize("name", ["PATH_INFO", "SCRIPT_NAME"])
@pytest.mark.parametrize("encoding", [None, "ascii"])
def test_request_with_a_path_that_is_no_text(name, encoding):
    """A request can be shown whatever its path is, and is afterwards what it was."""
    request = sent(b"a=1", SERVER_PROTOCOL="HTTP/1.1", HTTP_HOST="localhost", **{name: "/\xff"})
    if encoding is not None:
        request.environ["webob.url_encoding"] = encoding
    before = dict(request.environ)
    assert "POST http://localhost/%FF" in repr(request)
    assert request.environ == before
    assert str(request).startswith("POST /%FF") and str(request).endswith("a=1")
    assert request.environ.get("webob.url_encoding") == encoding
    with pytest.raises(URLDecodeError):
        request.path  # noqa: B018 - to read it is the test


@pytest.mark.parametrize("said", [{"length": 9}, {"limits": Limits(body_bytes=1), "length": 20_000}])
def test_request_with_a_body_that_cant_be_read(said):
    """A request can be shown whatever its body is."""
    request = sent(b"a=1", SERVER_PROTOCOL="HTTP/1.1", **said)
    assert "Content-Length" in str(request) and "a=1" not in str(request)


@pytest.mark.parametrize(
    "read", [lambda request: request.POST, lambda request: request.decode("latin-1").POST]
)
def test_form_that_somebody_has_read_as_a_file(read):
    """A form is read from its beginning, wherever its body was read to before."""
    request = sent(MULTIPART_BODY, MULTIPART)
    assert request.body_file_seekable.read() == MULTIPART_BODY
    assert dict(read(request)) == {"a": "1"}


def test_body_that_another_reader_has_begun():
    """Where WebOb's own request has begun to read a body, ours goes on, and a client that goes away is one as ever."""
    request = sent(b"", length=20_000, stream=io.BytesIO(b"x" * 20_000))
    assert BaseRequest(request.environ).body_file.read(5) == b"x" * 5
    assert request.body_file is request.body_file
    assert len(request.body_file.read()) == 20_000 - 5
    for name in ("body", "text", "body_file_seekable"):
        request = sent(b"x" * 7, length=20_000)
        with pytest.raises(DisconnectionError) as caught:
            BaseRequest(request.environ).body  # noqa: B018 - to read it is the test
        assert not isinstance(caught.value, BodyDisconnectedError)
        with pytest.raises(BodyDisconnectedError):
            getattr(request, name)
        with pytest.raises(BodyDisconnectedError):
            request.body_file.read()


def test_form_that_is_refused_is_still_there():
    """Who gets a form that can't be read finds its body from the beginning."""
    body = MULTIPART_BODY.removesuffix(b"--B--\r\n")
    request = sent(body, MULTIPART)
    with pytest.raises(FormError):
        request.POST  # noqa: B018 - to read it is the test
    assert request.body_file_seekable.read() == body == request.body


# --- The body ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [0, 5, 10_240, 10_241, 200_000])
@pytest.mark.parametrize("is_announced", [True, False])
def test_body(length, is_announced):
    """A body is read whole, however it comes, and can be read again."""
    body = b"x" * length
    if is_announced:
        request = sent(body, stream=Pieces(body + b"next", 70_000))
    else:
        request = sent(body, stream=Pieces(body), **{"wsgi.input_terminated": True})
        del request.environ["CONTENT_LENGTH"]
    assert request.body == body == request.body
    assert request.body_file_seekable.read() == body
    assert request.text == body.decode()


def test_nobody_can_tell_how_much_comes():
    """A body of which neither the length is known nor that it ends isn't read."""
    request = sent(b"a=1")
    del request.environ["CONTENT_LENGTH"]
    assert request.body == b"" and request.body_file.read() == b""
    request.copy_body()
    assert request.content_length == 0


@pytest.mark.parametrize("length", [8, 20_000])
@pytest.mark.parametrize("error", [None, OSError("gone"), DisconnectionError("gone")])
@pytest.mark.parametrize("name", ["body", "POST", "text", "params", "body_file_seekable"])
def test_client_goes_away(length, error, name):
    """A body that ends too early is the client's fault, whatever the server says."""
    request = sent(b"a=1", length=length, stream=Pieces(b"a=1", error=error))
    with pytest.raises(BodyDisconnectedError) as caught:
        getattr(request, name)
    assert isinstance(caught.value, OSError) and caught.value.code == 400
    assert error or f"{length - 3} more bytes" in str(caught.value)


def test_client_goes_away_while_the_application_reads():
    """The same is said to who reads the body as a file."""
    request = sent(b"a=1", length=8)
    assert request.body_file is request.body_file
    with pytest.raises(BodyDisconnectedError, match="5 more bytes"):
        request.body_file.read()


def test_body_file():
    """The body as a file ends where the body ends; it can be set and taken away."""
    request = sent(b"abc", stream=Pieces(b"abcdef"))
    assert request.body_file.read(2) == b"ab" and request.body_file.read() == b"c"
    request.body_file = io.BytesIO(b"new")
    assert request.body == b"new" and request.body_file.read() == b"new"
    del request.body_file
    assert request.body == b""


def test_file_of_the_application():
    """What the application puts in the place of the body is found there, as it is, unless it says how much of it counts."""
    request, file = sent(b"abc"), io.BytesIO(b"other")
    request.body_file = file
    assert request.body_file is file
    request.content_length = 3
    assert request.body_file is not file and request.body_file.read() == b"oth"


def test_file_without_a_length():
    """A body of which nobody says how long it is ends where the server says, or at the limit."""
    request = sent(
        b"x" * 30, stream=Pieces(b"x" * 30), limits=Limits(body_bytes=30), **{"wsgi.input_terminated": True}
    )
    del request.environ["CONTENT_LENGTH"]
    assert request.body_file is request.body_file
    assert request.body_file.read(7) == b"x" * 7 and len(request.body_file.read()) == 23
    request = sent(b"x" * 31, limits=Limits(body_bytes=30), **{"wsgi.input_terminated": True})
    del request.environ["CONTENT_LENGTH"]
    with pytest.raises(HTTPRequestEntityTooLarge, match="30 bytes"):
        request.body_file.read()


def test_file_of_the_application_that_fails():
    """What fails in a file of the application's own is no fault of the client."""
    request, file = sent(b""), io.BytesIO()
    file.close()
    request.body_file = file
    with pytest.raises(ValueError, match="closed") as caught:
        request.body  # noqa: B018 - to read it is the test
    assert not isinstance(caught.value, HTTPBadRequest)


def test_file_of_the_application_that_is_too_large():
    """What the application puts in the place of the body has the limits of a body, as soon as it is read as one."""
    request = sent(b"", limits=Limits(body_bytes=10))
    request.body_file = io.BytesIO(b"x" * 11)
    with pytest.raises(HTTPRequestEntityTooLarge):
        request.body  # noqa: B018 - to read it is the test


@pytest.mark.parametrize("copy", [Request.copy, Request.copy_get, lambda request: request.decode("latin-1")])
def test_copy_is_read_by_the_same_rules(copy):
    """A copy of a request has the limits of the request."""
    request = sent(b"a=1", limits=Limits(form_fields=7))
    assert copy(request).limits == request.limits
    del request.limits
    assert "limits" not in copy(request).__dict__


@pytest.mark.parametrize("copy", [Request.copy, Request.copy_get, lambda request: request.decode("latin-1")])
def test_query_of_a_copy_is_its_own(copy):
    """What is changed in the query of a copy changes the copy, and not the request."""
    request = sent(b"a=1", QUERY_STRING="page=1")
    assert request.GET["page"] == "1"
    copied = copy(request)
    copied.GET["page"] = "2"
    assert (request.query_string, copied.query_string) == ("page=1", "page=2")
    assert (request.GET["page"], copied.GET["page"]) == ("1", "2")


def test_body_that_was_begun():
    """Who reads a body that somebody has begun to read gets the rest, or hears that it isn't whole."""
    request = sent(b"abc")
    request.body_file.read(1)
    with pytest.raises(BodyDisconnectedError):
        request.body  # noqa: B018 - to read it is the test


def test_body_is_set():
    """Body and text can be set and taken away."""
    request = get()
    request.body = b"a"
    assert request.text == "a"
    request.text = "ä"
    assert request.body == "ä".encode()
    del request.text
    assert request.body == b""
    request.body = b"b"
    del request.body
    assert request.body == b""


def test_copy_of_a_body():
    """A copy has a body of its own."""
    request = get()
    request.body = b"a"
    copied = request.copy()
    copied.body_file.read()
    assert request.body == b"a" and copied.environ["wsgi.input"] is not request.environ["wsgi.input"]


def test_copy_of_a_body_that_was_read_in_part():
    """It is the whole body again."""
    request = get()
    request.body = b"abc"
    request.body_file.read(2)
    request.copy_body()
    assert request.body == b"abc"


@pytest.mark.parametrize("is_announced", [True, False])
def test_body_that_is_too_large(is_announced):
    """A body larger than the limit is refused, by its length or where it goes beyond."""
    request = sent(b"x" * 20_001, limits=Limits(body_bytes=20_000), **{"wsgi.input_terminated": True})
    if not is_announced:
        del request.environ["CONTENT_LENGTH"]
    with pytest.raises(HTTPRequestEntityTooLarge, match="20000 bytes"):
        request.body  # noqa: B018 - to read it is the test


def test_text_that_is_none():
    """Text that isn't in its charset, or in none that there is, is the client's fault."""
    assert sent(b"\xe4", "text/plain; charset=latin-1").text == "ä"
    with pytest.raises(URLDecodeError):
        sent(b"\xe4", "text/plain").text  # noqa: B018 - to read it is the test
    with pytest.raises(HTTPBadRequest):
        sent(b"a", "text/plain; charset=nothing").text  # noqa: B018 - to read it is the test


# --- JSON ----------------------------------------------------------------------------------------------------------


def test_json():
    """A body that is JSON is read anew each time."""
    request = sent(b'{"a": [1]}', "application/json")
    assert request.json == request.json_body == {"a": [1]}
    request.json_body["a"] = 2
    assert request.json_body == {"a": [1]}


@pytest.mark.parametrize("content_type", ["", "text/plain", URLENCODED, "application/json; charset=latin-1"])
def test_json_is_called_json(content_type):
    """A body that isn't called JSON isn't read as JSON; in old applications it is."""
    with pytest.raises(HTTPUnsupportedMediaType):
        sent(b"{}", content_type).json_body  # noqa: B018 - to read it is the test
    assert sent(b"{}", content_type, limits=Limits.compatible()).json_body == {}


def test_json_in_another_charset():
    """Old applications read JSON in the charset that the client names."""
    request = sent("[1]".encode("utf-16"), "application/json; charset=utf-16", limits=Limits.compatible())
    assert request.json_body == [1]


@pytest.mark.parametrize(
    ("body", "kind"), [(b"[", JSONBodyError), (b'"\xff"', URLDecodeError), (b"", ValueError)]
)
def test_json_that_is_none(body, kind):
    """What isn't JSON is the client's fault, and a ``ValueError`` too."""
    with pytest.raises(kind) as caught:
        sent(body, "application/json").json_body  # noqa: B018 - to read it is the test
    assert isinstance(caught.value, HTTPBadRequest) and isinstance(caught.value, ValueError)


def test_json_is_set():
    """JSON that is set can be read back; old applications say its type themselves."""
    for limits, content_type in [(Limits(), "application/json"), (Limits.compatible(), "")]:
        request = get()
        request.limits = limits
        request.json_body = {"a": 1}
        assert (request.json, request.body, request.content_type) == ({"a": 1}, b'{"a":1}', content_type)
        del request.json
        assert request.body == b""


# --- Headers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("date", "Mon, 01 Jan 99999 00:00:00 GMT", None),
        ("if_modified_since", "Mon, 01 Jan 99999 00:00:00 GMT", None),
        ("if_unmodified_since", "Mon, 01 Jan 99999 00:00:00 GMT", None),
        ("max_forwards", "many", None),
        ("max_forwards", "3", 3),
        ("range", "bytes=" + "9" * 5000 + "-", None),
    ],
)
def test_header_that_cant_be_read(name, value, found):
    """A header that can't be read counts as none."""
    assert getattr(get(**{f"HTTP_{name.upper()}": value}), name) == found


@pytest.mark.parametrize(
    ("value", "scheme", "params"),
    [
        ("Bearer a=b", "Bearer", "a=b"),
        ("Basic YTpi", "Basic", "YTpi"),
        ('Basic a="b"', "Basic", {"a": "b"}),
        ('Digest a="b, c" , x d = "e"f" ,g=h i ', "Digest", {"a": "b, c", "d": 'e"f', "g": "h i"}),
        ('Digest a="b, c=d', "Digest", {"a": "b", "c": "d"}),
        ('Digest a="b\n", c=""', "Digest", {"a": "b\n", "c": ""}),
        ("Digest", "Digest", {}),
    ],
)
def test_credentials(value, scheme, params):
    """What stands behind the scheme of credentials is read as parameters, where it is known that there are some."""
    request = get(HTTP_AUTHORIZATION=value)
    assert request.authorization == (scheme, params)
    assert (request.authorization.authtype, request.authorization.params) == (scheme, params)


def test_credentials_are_set():
    """Credentials can be set and deleted."""
    request = get()
    assert request.authorization is None
    request.authorization = "Digest", {"a": "b"}
    assert request.headers["Authorization"] == 'Digest a="b"'
    del request.authorization
    assert "Authorization" not in request.headers


def test_condition_that_cant_be_read_doesnt_hold():
    """A range on a condition that can't be read isn't sent."""
    request = get(HTTP_IF_RANGE="Mon, 01 Jan 99999 00:00:00 GMT")
    assert Response() not in request.if_range and Response(etag="a") not in request.if_range


def test_condition_that_only_ends_like_a_date_doesnt_hold():
    """WebOb takes it for a date that is none, and failed when an application compared it with that of its answer."""
    request = get(HTTP_IF_RANGE="bears GMT")
    assert Response(last_modified=datetime(2026, 1, 1, tzinfo=UTC)) not in request.if_range
    request.if_range = datetime(2026, 1, 2, tzinfo=UTC)
    assert Response(last_modified=datetime(2026, 1, 1, tzinfo=UTC)) in request.if_range
    del request.if_range
    assert Response(etag="a") in request.if_range


# --- The limits ----------------------------------------------------------------------------------------------------


def test_limits_of_a_request():
    """A request made by hand has the limits of the process; its own can be set."""
    request = get()
    assert request.limits == Limits()
    request.limits = Limits(query_fields=1)
    request.environ["QUERY_STRING"] = "a&b"
    with pytest.raises(HTTPException):
        request.GET  # noqa: B018 - to read it is the test
    assert ReadersMixin.limits == Limits()
