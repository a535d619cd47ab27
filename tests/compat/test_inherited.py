"""What Pyramid's documentation lists and others wrote: requests, responses and dictionaries do what they do there."""

from __future__ import annotations

import datetime
import io

import pytest
from webob.multidict import MultiDict
from zope.interface.verify import verifyObject

from goldilocks.events import BeforeRender
from goldilocks.interfaces import IMultiDict, IRequest
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.testing import DummyRequest

MOMENT = datetime.datetime(2024, 5, 6, 7, 8, 9, tzinfo=datetime.UTC)
STAMP = "Mon, 06 May 2024 07:08:09 GMT"


# --- Requests -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "environ", "value"),
    [
        ("authorization", {"HTTP_AUTHORIZATION": "Basic eDp5"}, ("Basic", "eDp5")),
        ("client_addr", {"HTTP_X_FORWARDED_FOR": "192.0.2.1, 192.0.2.2"}, "192.0.2.1"),
        ("client_addr", {"REMOTE_ADDR": "192.0.2.3"}, "192.0.2.3"),
        ("date", {"HTTP_DATE": STAMP}, MOMENT),
        ("domain", {"HTTP_HOST": "example.com:8080"}, "example.com"),
        ("host_port", {"HTTP_HOST": "example.com:8080"}, "8080"),
        ("http_version", {"SERVER_PROTOCOL": "HTTP/1.1"}, "HTTP/1.1"),
        ("if_modified_since", {"HTTP_IF_MODIFIED_SINCE": STAMP}, MOMENT),
        ("if_unmodified_since", {"HTTP_IF_UNMODIFIED_SINCE": STAMP}, MOMENT),
        ("max_forwards", {"HTTP_MAX_FORWARDS": "7"}, 7),
        ("pragma", {"HTTP_PRAGMA": "no-cache"}, "no-cache"),
        ("referer", {"HTTP_REFERER": "/from"}, "/from"),
        ("referrer", {"HTTP_REFERER": "/from"}, "/from"),
        ("remote_addr", {"REMOTE_ADDR": "192.0.2.3"}, "192.0.2.3"),
        ("remote_host", {"REMOTE_HOST": "client.example"}, "client.example"),
        ("remote_user", {"REMOTE_USER": "ann"}, "ann"),
        ("server_name", {"SERVER_NAME": "server.example"}, "server.example"),
        ("server_port", {"SERVER_PORT": "8443"}, 8443),
        ("urlargs", {"wsgiorg.routing_args": (("a",), {"b": "c"})}, ("a",)),
        ("urlvars", {"wsgiorg.routing_args": (("a",), {"b": "c"})}, {"b": "c"}),
        ("user_agent", {"HTTP_USER_AGENT": "tests"}, "tests"),
        ("request_body_tempfile_limit", {}, 10240),
        ("request_iface", {}, IRequest),
    ],
)
def test_request_tells(name, environ, value):
    """A request tells what stands in its environment, as a value of the right type."""
    assert getattr(Request.blank("/", environ), name) == value


@pytest.mark.parametrize(
    ("name", "environ", "wanted", "unwanted"),
    [
        ("if_match", {"HTTP_IF_MATCH": '"one"'}, "one", "two"),
        ("if_none_match", {"HTTP_IF_NONE_MATCH": '"one"'}, "one", "two"),
    ],
)
def test_request_tells_what_it_takes(name, environ, wanted, unwanted):
    """Headers with alternatives say of each whether it is among them."""
    taken = getattr(Request.blank("/", environ), name)
    assert wanted in taken
    assert unwanted not in taken


def test_charsets_that_are_taken():
    """Of the encodings that a client takes, those that can be had are picked."""
    taken = Request.blank("/", {"HTTP_ACCEPT_CHARSET": "utf-8"}).accept_charset
    assert taken.acceptable_offers(["latin-1", "utf-8"]) == [("utf-8", 1.0)]


def test_if_range():
    """The header that guards a range says whether a response is still the same."""
    request = Request.blank("/", {"HTTP_IF_RANGE": '"one"'})
    assert Response(etag="one") in request.if_range
    assert Response(etag="two") not in request.if_range


@pytest.mark.parametrize("form", ["bytes", "text", "file"])
def test_request_as_it_is_sent(form):
    """A request can be written down as it goes over the wire, and read again."""
    request = Request.blank("/path?a=1", POST={"b": "2"})
    if form == "bytes":
        again = Request.from_bytes(request.as_bytes())
    elif form == "text":
        again = Request.from_text(request.as_text())
    else:
        again = Request.from_file(io.BytesIO(request.as_bytes()))
    assert type(again) is Request
    assert (again.method, again.path_qs, again.POST["b"]) == ("POST", "/path?a=1", "2")
    assert request.as_bytes(skip_body=True) == request.as_bytes().partition(b"\r\n\r\n")[0]


def test_body_can_be_read_again():
    """A body that came as a stream can be read from its beginning."""
    request = Request.blank("/", method="POST", body=b"text")
    request.body_file_seekable.seek(0)
    assert request.body_file_seekable.read() == b"text"
    with request.make_tempfile() as file:
        file.write(b"text")


def test_copy_as_get():
    """A copy of a request asks for the same page."""
    request = Request.blank("/path", POST={"a": "1"})
    assert (request.copy_get().method, request.copy_get().path) == ("GET", "/path")


def test_request_in_another_encoding():
    """A request whose form has another encoding can be turned into UTF-8."""
    request = Request.blank("/?name=%E4", content_type="text/plain; charset=latin-1")
    assert request.decode().GET["name"] == "ä"


def test_path_info_is_eaten():
    """Segments of the path move to the prefix, one at a time."""
    request = Request.blank("/one/two")
    assert request.path_info_peek() == "one"
    assert request.path_info_pop() == "one"
    assert (request.script_name, request.path_info) == ("/one", "/two")


def test_relative_url():
    """A URL is resolved against the page, or against the application."""
    request = Request.blank("/app/page", {"SCRIPT_NAME": "/root"})
    assert request.relative_url("other") == "http://localhost/root/app/other"
    assert request.relative_url("other", to_application=True) == "http://localhost/root/other"


def test_conditions_are_taken_away():
    """A request loses the headers that let it be answered by less than the whole page."""
    request = Request.blank("/", headers={"If-None-Match": '"one"', "Range": "bytes=0-1"})
    request.remove_conditional_headers()
    assert "If-None-Match" not in request.headers
    assert "Range" not in request.headers


def test_request_is_sent():
    """A request without an application is sent over the network, by what is made for it."""
    assert callable(Request.blank("/").make_default_send_app())


# --- Responses ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "header", "text"),
    [
        ("accept_ranges", "bytes", "Accept-Ranges", "bytes"),
        ("content_disposition", "attachment", "Content-Disposition", "attachment"),
        ("content_language", ("en", "de"), "Content-Language", "en, de"),
        ("content_location", "/other", "Content-Location", "/other"),
        ("retry_after", MOMENT, "Retry-After", STAMP),
        ("etag", "one", "ETag", '"one"'),
        ("pragma", "no-cache", "Pragma", "no-cache"),
        ("www_authenticate", ("Basic", {"realm": "here"}), "WWW-Authenticate", 'Basic realm="here"'),
    ],
)
def test_headers_of_a_response(name, value, header, text):
    """A header can be written and read as a value."""
    response = Response()
    setattr(response, name, value)
    assert response.headers[header] == text
    assert getattr(response, name) == value


def test_defaults_of_a_response():
    """A response is HTML in UTF-8 unless it's told otherwise; the defaults stand on the class."""
    response = Response("text")
    assert Response.default_content_type == "text/html"
    assert Response.default_body_encoding == "UTF-8"
    assert not Response.default_conditional_response
    assert Response.unicode_errors == "strict"
    assert response.content_type_params == {"charset": "UTF-8"}


def test_body_is_written_to():
    """A response can be written to, as if it were a file."""
    response = Response()
    response.write("one ")
    response.body_file.write("two")
    assert response.text == "one two"


def test_response_is_copied():
    """A copy has the same parts, and goes its own way."""
    response = Response("text")
    copy = response.copy()
    copy.text = "other"
    assert (response.text, type(copy)) == ("text", Response)


def test_body_is_compressed():
    """A body is compressed, and the other way round."""
    response = Response("text")
    response.encode_content()
    assert response.content_encoding == "gzip"
    response.decode_content()
    assert response.text == "text"


def test_tag_of_a_body():
    """The entity tag is made of the body."""
    one, two = Response("one"), Response("two")
    one.md5_etag()
    two.md5_etag(set_content_md5=True)
    assert one.etag != two.etag
    assert two.content_md5


def test_cookies_are_taken_back():
    """A cookie that this response would set is taken back; one that the browser has is deleted."""
    response = Response()
    response.set_cookie("a", "1")
    response.unset_cookie("a")
    response.delete_cookie("b")
    assert response.headers.getall("Set-Cookie") == [
        "b=; Max-Age=0; Path=/; expires=Wed, 31-Dec-97 23:59:59 GMT"
    ]


def test_cookies_are_handed_on():
    """The cookies of one response are set by another."""
    response, other = Response(), Response()
    response.set_cookie("a", "1")
    response.merge_cookies(other)
    assert other.headers["Set-Cookie"] == "a=1; Path=/"


def test_response_as_it_was_sent():
    """A response that was written down can be read again."""
    file = io.BytesIO(b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\ntext")
    response = Response.from_file(file)
    assert (response.status_code, response.text, type(response)) == (404, "text", Response)


# --- Dictionaries -------------------------------------------------------------------------------------------------


def test_event_of_rendering_is_a_dictionary():
    """Subscribers to the rendering of a page read and change what the template is given, as a dictionary."""
    event = BeforeRender({"a": 1, "b": 2, "c": 3})
    assert (list(event.keys()), list(event.values()), next(iter(event.items()))) == (
        ["a", "b", "c"],
        [1, 2, 3],
        ("a", 1),
    )
    assert event.copy() == {"a": 1, "b": 2, "c": 3}
    assert (event.pop("a"), event.popitem(), event.get("a", 0), event.setdefault("d", 4)) == (
        1,
        ("c", 3),
        0,
        4,
    )
    event.update(e=5)
    assert event == {"b": 2, "d": 4, "e": 5}
    event.clear()
    assert event == {}
    with pytest.raises(TypeError, match="system"):  # an event is made of what a template is given
        BeforeRender.fromkeys([], 0)


def test_form_has_several_values_of_one_name():
    """What a form sent is a dictionary that keeps several values of one name."""
    form = Request.blank("/", POST=[("a", "1"), ("a", "2")]).POST
    form.add("b", "3")
    form.extend({"c": "4"})
    assert (form.getall("a"), form.getone("b")) == (["1", "2"], "3")
    assert form.mixed() == {"a": ["1", "2"], "b": "3", "c": "4"}
    assert form.dict_of_lists() == {"a": ["1", "2"], "b": ["3"], "c": ["4"]}
    assert isinstance(form, MultiDict)
    assert all(hasattr(form, name) for name in IMultiDict)


# --- The stand-in for a request -----------------------------------------------------------------------------------


def test_dummy_request():
    """A test's request has the attributes of a real one, with values for a page at the root of a site."""
    request = DummyRequest()
    assert request.application_url == request.host_url == "http://example.com"
    assert (request.host, request.domain) == ("example.com:80", "example.com")
    assert (request.script_name, request.query_string, request.method) == ("", "", "GET")
    assert (request.charset, request.content_length) == ("UTF-8", 0)
    assert request.request_iface is IRequest
    assert verifyObject(IRequest, request)
