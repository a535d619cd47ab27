from __future__ import annotations

import io
import mimetypes
import os
import sys
import types

import pytest
import venusian
from webob import Request
from webob import Response as WebObResponse
from zope.interface.registry import Components

from goldilocks.interfaces import IResponse, IResponseFactory
from goldilocks.names import VENUSIAN_CATEGORY
from goldilocks.response import (
    _BLOCK_SIZE,
    FileIter,
    FileResponse,
    Response,
    _get_response_factory,
    _guess_type,
    response_adapter,
)


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "page.txt"
    path.write_bytes(b"0123456789")
    return path


def answer(response, **environ):
    """Send ``response`` as a server does, closing its body; returns WebOb's view of it."""
    sent = Request.blank("/", environ).send(response)
    assert sent.body is not None  # read to the end, which closes it
    return sent


def test_response_is_known_as_one():
    """Our class and its instances provide ``IResponse``."""
    assert IResponse.implementedBy(Response)
    assert IResponse.providedBy(Response())


def test_file_response_sends_the_file(page):
    """The body is the file, its length and date are in the headers, the type is guessed."""
    response = FileResponse(page)
    sent = answer(response)
    assert sent.body == b"0123456789"
    assert sent.content_length == 10
    assert sent.content_type == "text/plain"
    assert int(sent.last_modified.timestamp()) == int(page.stat().st_mtime)
    assert sent.cache_control.max_age is None


def test_file_response_takes_type_and_encoding(page):
    """A type that is given isn't guessed, and the encoding comes with it."""
    sent = answer(FileResponse(page, content_type="image/png", content_encoding="gzip"))
    assert (sent.content_type, sent.content_encoding) == ("image/png", "gzip")


def test_file_response_says_how_long_it_keeps(page):
    """``cache_max_age`` is in seconds."""
    response = FileResponse(page, cache_max_age=60)
    response.app_iter.close()
    assert response.cache_control.max_age == 60


def test_file_response_answers_ranges(page):
    """A range request gets the part."""
    sent = answer(FileResponse(page), HTTP_RANGE="bytes=2-4")
    assert (sent.status_code, sent.body) == (206, b"234")


@pytest.mark.parametrize("wrap", [None, FileIter, lambda file, size: iter(lambda: file.read(size), b"")])
@pytest.mark.parametrize("asked", ["bytes=999990-999997", "bytes=-10", "bytes=999995-"])
def test_file_response_reads_no_more_than_the_range(tmp_path, wrap, asked):
    """What stands before the part isn't read, however the server sends files; afterwards the file is closed."""
    path = tmp_path / "page.bin"
    path.write_bytes(bytes(range(256)) * 4000)
    request = Request.blank("/", {} if wrap is None else {"wsgi.file_wrapper": wrap})
    response = FileResponse(path, request=request)
    file = response.app_iter.file if wrap is None else response._wrapped[1]
    request.environ["HTTP_RANGE"] = asked
    sent = []
    body = response(
        request.environ, lambda status, headers, exc_info=None: sent.append((status, dict(headers)))
    )
    blocks = list(body)
    assert sent[0][0] == "206 Partial Content"
    start, stop = map(int, sent[0][1]["Content-Range"].removeprefix("bytes ").partition("/")[0].split("-"))
    assert b"".join(blocks) == path.read_bytes()[start : stop + 1]
    assert len(b"".join(blocks)) == int(sent[0][1]["Content-Length"])
    assert file.tell() == stop + 1
    body.close()
    assert file.closed


@pytest.mark.parametrize("wrap", [None, FileIter])
def test_part_of_a_file_that_shrinks(page, wrap):
    """Of a file that has become shorter, what is there is sent."""
    response = FileResponse(
        page, request=Request.blank("/", {} if wrap is None else {"wsgi.file_wrapper": wrap})
    )
    page.write_bytes(b"012")
    part = response.app_iter_range(2, 8)
    assert b"".join(part) == b"2"
    part.close()


@pytest.mark.parametrize("wrap", [None, FileIter])
def test_part_of_a_body_that_was_put_in_its_place(page, wrap):
    """Whatever body a file response is given, its part is that of this body; so is the rest of a file."""
    response = FileResponse(
        page, request=Request.blank("/", {} if wrap is None else {"wsgi.file_wrapper": wrap})
    )
    assert b"".join(response.app_iter_range(7, None)) == b"789"
    response.app_iter.close()
    response.app_iter = [b"abc", b"def"]
    assert b"".join(response.app_iter_range(2, 4)) == b"cd"


def test_file_response_closes_the_file_when_nothing_changed(page):
    """A conditional request that needs no body closes the file all the same."""
    response = FileResponse(page)
    body = response.app_iter
    sent = answer(response, HTTP_IF_MODIFIED_SINCE=response.headers["Last-Modified"])
    assert sent.status_code == 304
    assert body.file.closed


def test_file_response_uses_the_servers_way_to_send_files(page):
    """With a request whose server has a file wrapper, that makes the body."""
    calls = []

    class Wrapper(FileIter):
        def __init__(self, file, block_size):
            calls.append(block_size)
            super().__init__(file, block_size)

    request = Request.blank("/", {"wsgi.file_wrapper": Wrapper})
    sent = answer(FileResponse(page, request=request))
    assert sent.body == b"0123456789"
    assert calls == [_BLOCK_SIZE]


def test_file_response_with_a_plain_server(page):
    """With a request whose server has no file wrapper, ours makes the body."""
    response = FileResponse(page, request=Request.blank("/"))
    assert isinstance(response.app_iter, FileIter)
    response.app_iter.close()


def test_file_response_of_no_file(tmp_path):
    """A path where nothing lies is the caller's error."""
    with pytest.raises(FileNotFoundError):
        FileResponse(tmp_path / "nothing")


def test_file_iter_reads_in_blocks():
    """No block is larger than asked for, and together they are the file."""
    assert list(FileIter(io.BytesIO(b"abcde"), 2)) == [b"ab", b"cd", b"e"]


def test_file_iter_closes_the_file():
    """Closing the body closes the file."""
    file = io.BytesIO()
    FileIter(file).close()
    assert file.closed


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.html", ("text/html", None)),
        ("a.tar.gz", ("application/x-tar", "gzip")),
        ("a.unheard-of", ("application/octet-stream", None)),
    ],
)
def test_guess_type(name, expected):
    """The name tells type and encoding; what it doesn't tell is bytes."""
    assert _guess_type(name) == expected


def test_default_response_factory():
    """Without a factory of the application, responses are ours."""
    assert type(_get_response_factory(Components())(None)) is Response


def test_response_factory_of_the_application():
    """The application's factory is used where it is registered."""
    registry = Components()
    registry.registerUtility(factory := lambda request: "a response", IResponseFactory)
    assert _get_response_factory(registry) is factory


class Config:
    """Writes down which adapters are said."""

    def __init__(self):
        self.said = []

    def add_response_adapter(self, adapter, type_or_iface, **kw):
        self.said.append((adapter, type_or_iface, kw))


def said_by(source, category=VENUSIAN_CATEGORY):
    """Scan a module of this source, and return what was said, with the name of the adapter."""
    module = types.ModuleType("scanned")
    sys.modules["scanned"] = module
    config = Config()
    try:
        exec(f"from goldilocks.response import response_adapter\n{source}", vars(module))
        venusian.Scanner(config=config).scan(module, categories=(category,))
    finally:
        del sys.modules["scanned"]
    return [(adapter.__name__, type_or_iface, kw) for adapter, type_or_iface, kw in config.said]


def test_response_adapter_says_each_type():
    """Every class or interface is taught."""
    said = said_by("@response_adapter(int, dict)\ndef adapt(value): ...")
    assert said == [("adapt", int, {}), ("adapt", dict, {})]


def test_response_adapter_category_and_arguments():
    """``_category`` chooses the scan, and the rest is handed on."""
    source = "@response_adapter(int, _category='mine', more=1)\ndef adapt(value): ..."
    assert said_by(source) == []
    assert said_by(source, "mine") == [("adapt", int, {"more": 1})]


def test_response_adapter_inside_another_decorator():
    """``_depth`` says how far away the decorated function is, and then the scan knows its module."""
    said = said_by(
        "def adapts(wrapped): return response_adapter(int, _depth=1)(wrapped)\n@adapts\ndef adapt(value): ..."
    )
    assert said == [("adapt", int, {})]


def test_response_adapter_returns_what_it_decorates():
    """The decorated function stays itself."""

    def adapt(value): ...

    assert response_adapter(int)(adapt) is adapt


@pytest.mark.parametrize(
    "status", [None, 200, 201, 404, 500, 599, 100, 204, 205, 304, "404 Not Found", "404 Gone fishing", 404.0]
)
def test_status_of_a_text(status):
    """However the status of a text is said, the response is the one that WebOb makes."""
    try:
        expected = WebObResponse("text", status=status)
    except Exception as error:
        with pytest.raises(type(error)):
            Response("text", status=status)
    else:
        made = Response("text", status=status)
        assert (made.status, made.headerlist, made.body) == (
            expected.status,
            expected.headerlist,
            expected.body,
        )


# --- Files, the quick way ----------------------------------------------------------------------------------------------


class Other(FileResponse):
    """A subclass, whose headers are made by the properties, one by one."""


@pytest.mark.parametrize("age", [None, 0, 60])
@pytest.mark.parametrize(
    "name", ["page.txt", "page.html", "page.xml", "page.css.gz", "page.png", "page", "page.TXT", "a.b.js"]
)
def test_headers_of_a_file_are_those_of_the_long_way(tmp_path, name, age):
    """What is remembered of a file's headers is what the properties would write, in their order."""
    (tmp_path / name).write_bytes(b"text")
    quick, long = (kind(str(tmp_path / name), cache_max_age=age) for kind in (FileResponse, Other))
    expires = {"Expires", "Last-Modified"} if age == 0 else {"Expires"}
    assert [pair for pair in quick.headerlist if pair[0] not in expires] == [
        pair for pair in long.headerlist if pair[0] not in expires
    ]
    assert [name for name, _ in quick.headerlist] == [name for name, _ in long.headerlist]
    assert (quick.status, quick.conditional_response) == (long.status, long.conditional_response)
    for response in (quick, long):
        assert b"".join(response.app_iter) == b"text"
        response.app_iter.close()


def test_headers_of_one_response_are_its_own(page):
    """Two responses of one file share nothing that can be written to."""
    one, other = FileResponse(page), FileResponse(page)
    one.headers["X-Name"] = "one"
    one.content_type = "image/png"
    assert (other.headers.get("X-Name"), other.content_type) == (None, "text/plain")
    one.app_iter.close()
    other.app_iter.close()


def test_headers_of_a_file_that_changed(page):
    """Date and length are those of the file as it is now."""
    FileResponse(page).app_iter.close()
    page.write_bytes(b"more than before")
    response = FileResponse(page)
    assert (response.content_length, response.body) == (16, b"more than before")


def test_file_that_grows_while_it_is_sent(page):
    """No more is sent than was promised."""
    response = FileResponse(page)
    with page.open("ab") as file:
        file.write(b"more")
    assert b"".join(response.app_iter) == b"0123456789"
    response.app_iter.close()


def test_file_that_shrinks_while_it_is_sent(page):
    """Then there is less."""
    response = FileResponse(page)
    page.write_bytes(b"012")
    assert b"".join(response.app_iter) == b"012"
    response.app_iter.close()


def test_file_of_several_blocks(tmp_path):
    """A large file comes in pieces."""
    (tmp_path / "large").write_bytes(b"x" * 150_000)
    response = FileResponse(tmp_path / "large")
    assert [len(block) for block in response.app_iter] == [65536, 65536, 18928]
    response.app_iter.close()


def test_body_of_a_file_can_be_read_by_hand(page):
    """The file is there as an object, which is closed with the body."""
    body = FileResponse(page).app_iter
    assert body.file.read(4) == b"0123"
    assert b"".join(body) == b"456789"
    body.close()
    body.close()
    assert body.file.closed


def test_body_that_nobody_sends_is_closed(page):
    """When the response is thrown away."""
    descriptor = FileResponse(page).app_iter._descriptor
    with pytest.raises(OSError):
        os.fstat(descriptor)


def test_directory_is_no_file(tmp_path):
    """As ``open`` would say."""
    with pytest.raises(IsADirectoryError):
        FileResponse(tmp_path)


def test_answer_to_head_has_no_body(page):
    """The file is closed all the same."""
    response = FileResponse(page)
    body = response.app_iter
    sent = answer(response, REQUEST_METHOD="HEAD")
    assert (sent.body, sent.content_length) == (b"", 10)
    assert body.file.closed


@pytest.mark.parametrize(
    "name",
    [
        "a.txt",
        "a.TXT",
        "a.unknown",
        "a",
        ".txt",
        "dir.txt/a",
        "..txt",
        "a.",
        "data:x.txt",
        "http://a.txt/b",
        "a.tgz",
        "a.svgz",
        "a.webp",
    ],
)
def test_guess_is_the_standard_librarys(name):
    """The quick way is only another way to the same tables."""
    kind, encoding = mimetypes.guess_type(name, strict=False)
    assert _guess_type(name) == (kind or "application/octet-stream", encoding)


def test_guess_follows_what_is_added():
    """Types may be added at any time."""
    assert _guess_type("a.baloo")[0] == "application/octet-stream"
    mimetypes.add_type("text/x-baloo", ".baloo")
    try:
        assert _guess_type("a.baloo")[0] == "text/x-baloo"
    finally:
        del mimetypes.types_map[".baloo"]
