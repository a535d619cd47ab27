"""Bodies that are made while they are sent: always closed, whatever happens, and files in parts."""

from __future__ import annotations

import pytest
from zope.interface import implementer

from goldilocks import events
from goldilocks.config import Configurator
from goldilocks.interfaces import IResponse
from goldilocks.request import Request
from goldilocks.response import FileIter, FileResponse, Response
from tests.support import serve


class Body:
    """A body in three chunks that knows whether it was closed."""

    def __init__(self, fails_at=None):
        self.fails_at = fails_at
        self.sent = 0
        self.closed = 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.sent == self.fails_at:
            raise OSError("the source is gone")
        if self.sent == 3:
            raise StopIteration
        self.sent += 1
        return b"chunk %d " % self.sent

    def close(self):
        self.closed += 1


@pytest.fixture
def body():
    return Body()


def streaming(body, *includes, **options):
    """An application whose view streams ``body``."""

    def app(config):
        config.add_view(lambda request: Response(app_iter=body), **options)
        for include in includes:
            include(config)

    return serve(app)


def test_body_is_sent_in_chunks_and_closed(body):
    """A body is gone through once and closed when it was sent."""
    assert streaming(body).get("/").body == b"chunk 1 chunk 2 chunk 3 "
    assert body.closed == 1


def test_nothing_is_sent_before_it_is_made(body):
    """The application doesn't go through a body itself."""
    config = Configurator()
    config.add_view(lambda request: Response(app_iter=body))
    chunks = config.make_wsgi_app()(Request.blank("/").environ, lambda status, headers: None)
    assert body.sent == 0
    assert next(iter(chunks)) == b"chunk 1 "
    assert body.sent == 1


def test_head_sends_nothing_and_closes(body):
    """A body that ``HEAD`` doesn't want is closed without being gone through."""
    assert streaming(body).head("/").body == b""
    assert (body.sent, body.closed) == (0, 1)


def test_body_that_fails_is_closed():
    """A body that fails while it is sent is closed, as PEP 3333 has the server do."""
    body = Body(fails_at=2)
    with pytest.raises(OSError, match="the source is gone"):
        streaming(body).get("/")
    assert body.closed == 1


def failing(place):
    def includeme(config):
        def fail(*arguments):
            raise LookupError(place)

        if place == "NewResponse":
            config.add_subscriber(fail, events.NewResponse)
        else:
            config.add_subscriber(lambda event: event.request.add_response_callback(fail), events.NewRequest)

    return includeme


@pytest.mark.parametrize("place", ["NewResponse", "response callback"])
def test_response_that_is_never_sent_is_closed(body, place):
    """Where something fails when the response is there already, the response is closed."""
    with pytest.raises(LookupError):
        streaming(body, failing(place)).get("/")
    assert (body.sent, body.closed) == (0, 1)


def test_wrapped_body_is_closed(body):
    """A view that is put into a wrapper has its body read and closed."""

    def wrapper(config):
        config.add_view(lambda request: Response(b"<" + request.wrapped_body + b">"), name="frame")

    assert streaming(body, wrapper, wrapper="frame").get("/").body == b"<chunk 1 chunk 2 chunk 3 >"
    assert body.closed == 1


def test_body_outlives_its_request(body):
    """Finished callbacks run before the body is gone through: who makes it must not need them undone."""
    order = []

    def chunks():
        order.append("body")
        yield b"chunk"

    def view(request):
        request.add_finished_callback(lambda request: order.append("finished"))
        return Response(app_iter=chunks())

    serve(lambda config: config.add_view(view)).get("/")
    assert order == ["finished", "body"]


def test_response_of_another_kind():
    """Any callable WSGI response is sent as it is."""
    closed = []

    @implementer(IResponse)
    class Bare:
        def __call__(self, environ, start_response):
            start_response("200 Fine", [("Content-Type", "text/plain")])
            return self

        def __iter__(self):
            return iter([b"bare"])

        def close(self):
            closed.append(True)

    response = serve(lambda config: config.add_view(lambda request: Bare())).get("/")
    assert (response.status, response.body, closed) == ("200 Fine", b"bare", [True])


# --- Files -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path):
    """An application that sends a file of twenty bytes."""
    path = tmp_path / "bears.txt"
    path.write_bytes(b"0123456789abcdefghij")

    def app(config):
        config.add_view(lambda request: FileResponse(path, request=request, cache_max_age=60))
        config.add_view(lambda request: FileResponse(path, content_type="image/png"), name="picture")

    return serve(app)


def test_file(files):
    """A file is sent whole, with length, type, date and caching."""
    response = files.get("/")
    assert response.body == b"0123456789abcdefghij"
    assert (response.content_length, response.content_type) == (20, "text/plain")
    assert response.headers["Cache-Control"] == "max-age=60"
    assert response.last_modified is not None
    assert files.get("/picture").content_type == "image/png"


@pytest.mark.parametrize(
    ("wanted", "body", "content_range"),
    [
        ("bytes=0-4", b"01234", "bytes 0-4/20"),
        ("bytes=15-", b"fghij", "bytes 15-19/20"),
        ("bytes=-3", b"hij", "bytes 17-19/20"),
        ("bytes=5-100", b"56789abcdefghij", "bytes 5-19/20"),
    ],
)
def test_part_of_a_file(files, wanted, body, content_range):
    """A client gets the part that it asks for."""
    response = files.get("/", headers={"Range": wanted}, status=206)
    assert (response.body, response.headers["Content-Range"]) == (body, content_range)
    assert response.content_length == len(body)


def test_part_that_is_not_there(files):
    """A part behind the end can't be had."""
    response = files.get("/", headers={"Range": "bytes=50-60"}, status=416)
    assert response.headers["Content-Range"] == "bytes */20"


@pytest.mark.parametrize(
    "wanted", ["bytes=a-b", "lines=1-2", "bytes=5-2", "bytes=-", "bytes=0-" + "9" * 5000]
)
def test_nonsense_is_answered_with_the_whole_file(files, wanted):
    """A range that makes no sense isn't heeded."""
    assert files.get("/", headers={"Range": wanted}, status=200).content_length == 20


def test_file_that_has_not_changed(files):
    """A client that has the newest file gets none."""
    last_modified = files.get("/").headers["Last-Modified"]
    response = files.get("/", headers={"If-Modified-Since": last_modified}, status=304)
    assert response.body == b""
    files.get("/", headers={"If-Modified-Since": "Mon, 01 Jan 1990 00:00:00 GMT"}, status=200)


def test_head_of_a_file(files):
    """``HEAD`` tells the length and sends nothing."""
    response = files.head("/")
    assert (response.content_length, response.body) == (20, b"")


def test_file_is_closed(tmp_path, monkeypatch):
    """The file is closed when it was sent, in whole or in part, or not at all."""
    path = tmp_path / "bears.txt"
    path.write_bytes(b"0123456789")
    opened = []

    class Watched(FileIter):
        def __init__(self, file, block_size):
            super().__init__(file, block_size)
            opened.append(file)

    def view(request):
        request.environ["wsgi.file_wrapper"] = Watched
        return FileResponse(path, request=request)

    browser = serve(lambda config: config.add_view(view))
    browser.get("/")
    browser.head("/")
    browser.get("/", headers={"Range": "bytes=1-2"}, status=206)
    browser.get("/", headers={"Range": "bytes=50-"}, status=416)
    browser.get("/", headers={"If-Modified-Since": browser.head("/").headers["Last-Modified"]}, status=304)
    assert [file.closed for file in opened] == [True] * 6
