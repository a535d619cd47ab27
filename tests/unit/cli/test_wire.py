"""What the development server reads off the wire."""

from __future__ import annotations

import socket
import threading

import pytest

from goldilocks.cli.serve import listen
from goldilocks.config import Configurator
from goldilocks.response import Response


def end(request):
    """Have the whole process end, where that is heard."""
    raise SystemExit


@pytest.fixture
def ask():
    """Start the server of an application that tells how long a body is; return what sends bytes and gives back the answer."""
    config = Configurator(settings={"goldilocks.limit_body_bytes": "10"})
    config.add_view(lambda request: Response(str(len(request.body))))
    config.add_view(end, name="end")
    server = listen(config.make_wsgi_app(), "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()

    def ask(data):
        with socket.create_connection(("127.0.0.1", server.effective_port), timeout=10) as connection:
            connection.sendall(data)
            with connection.makefile("rb") as answer:
                return answer.read()

    yield ask
    server.task_dispatcher.shutdown()  # first: whoever has answered still tells the server so
    server.trigger.pull_trigger(server.close)
    thread.join(10)


def head(target="/", *lines):
    """Return the head of a request that ends its connection."""
    return "\r\n".join(
        [f"POST {target} HTTP/1.1", "Host: localhost", "Connection: close", *lines, "", ""]
    ).encode()


@pytest.mark.parametrize("target", ["http://[/", "http://[::1/", "http://[x]/", "HTTP://a]/"])
def test_target_that_cant_be_read(ask, target):
    """A target that waitress trips over is answered with 400, and the server goes on."""
    assert ask(head(target)).split(b"\r\n")[0] == b"HTTP/1.1 400 Bad Request"
    assert ask(head()).split(b"\r\n")[0] == b"HTTP/1.1 200 OK"


@pytest.mark.parametrize(("length", "status"), [(10, b"200 OK"), (11, b"413 Request Entity Too Large")])
def test_server_takes_what_the_application_takes(ask, length, status):
    """A body that is as long as the limit is taken; the first byte more is too much."""
    answer = ask(head("/", f"Content-Length: {length}") + b"x" * length)
    assert answer.split(b"\r\n")[0] == b"HTTP/1.1 " + status


def test_nobody_waits_for_who_ends_the_server(ask):
    """What waitress doesn't answer, because it is no exception of the usual kind, ends the connection at least."""
    assert ask(head("/end").replace(b"Connection: close\r\n", b"")) == b""
    assert ask(head()).split(b"\r\n")[0] == b"HTTP/1.1 200 OK"


EXPECTS = "Expect: 100-continue"


def test_expectation_without_a_body(ask):
    """Who expects to be told to go on, and has nothing more to say, is answered; the next request stays one of its own."""
    for lines in ([EXPECTS], [EXPECTS, "Content-Length: 0"]):
        first = head("/", *lines).replace(b"Connection: close\r\n", b"")
        assert [line for line in ask(first + head()).split(b"\r\n") if b"HTTP/1.1 " in line] == [
            b"HTTP/1.1 200 OK",
            b"0HTTP/1.1 200 OK",
        ]


def test_expectation_with_a_body(ask):
    """Who has more to say is told to go on, once."""
    answer = ask(head("/", EXPECTS, "Content-Length: 3") + b"abc")
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n") and answer.endswith(
        b"\r\n\r\n3"
    )


@pytest.mark.parametrize(
    ("line", "status"),
    [("Content-Length: 11", b"413"), ("Content-Length: x", b"400"), ("Transfer-Encoding: x", b"501")],
)
def test_expectation_that_is_refused(ask, line, status):
    """Who isn't let go on is told why at once."""
    assert ask(head("/", EXPECTS, line)).startswith(b"HTTP/1.1 " + status)


CHUNKED = b"0\r\n\r\n"


def test_chunks_are_read(ask):
    """A body that comes in chunks, and says no length, is taken."""
    for line in ("Transfer-Encoding: chunked", "transfer-encoding:Chunked "):
        answer = ask(head("/", line) + CHUNKED)
        assert answer.startswith(b"HTTP/1.1 200 OK") and answer.endswith(b"\r\n\r\n0")


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked", "Content-Length: 5"),
        ("Transfer-Encoding: chunked", "Content-Length: 0"),
        ("Transfer-Encoding: chunked, chunked",),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
    ],
)
def test_length_is_said_in_one_way(ask, lines):
    """A body that is as long as it says, and goes on until its last chunk, is refused, and nothing behind it is read."""
    answer = ask(head("/", *lines).replace(b"Connection: close\r\n", b"") + CHUNKED + head())
    assert answer.startswith(b"HTTP/1.1 400 Bad Request")
    assert answer.count(b"HTTP/1.") == 1


def test_old_protocol_knows_no_chunks(ask):
    """HTTP/1.0 has no chunks: who sends them all the same might be heard otherwise by a proxy."""
    data = head("/", "Transfer-Encoding: chunked", "Content-Length: 3").replace(b"HTTP/1.1", b"HTTP/1.0")
    assert ask(data + CHUNKED).split(b"\r\n")[0].endswith(b"400 Bad Request")
