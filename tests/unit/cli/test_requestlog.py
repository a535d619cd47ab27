"""One line a request."""

from __future__ import annotations

import time

import click
import pytest

from goldilocks.cli.requestlog import LONGEST_PATH, RequestLog, line, size
from goldilocks.request import Request

NOON = time.struct_time((2020, 1, 2, 12, 0, 1, 3, 2, 0))


def shown(address="/", method="GET", status="200 OK", size_bytes=0, took_s=0.0):
    return click.unstyle(line(NOON, method, address, status, size_bytes, took_s))


def test_line():
    """The line says time, method, path, status, size and duration, in columns."""
    words = shown("/hello?a=b", size_bytes=1500, took_s=0.01234).split()
    assert words == ["12:00:01", "GET", "/hello?a=b", "200", "1.5", "kB", "12.3", "ms"]


@pytest.mark.parametrize(
    ("status", "colour"), [("200", "green"), ("302", "cyan"), ("404", "yellow"), ("500", "red")]
)
def test_colours(status, colour):
    """The colour tells how it went."""
    assert click.style(status, fg=colour) in line(NOON, "GET", "/", status, 0, 0)


@pytest.mark.parametrize(
    "evil", ["a\n12:00:00 GET", "a\r\x1b[2K", "a\x9b2K", "a\u2028b", "a\u202eb", "a\x00\x7f\x85"]
)
@pytest.mark.parametrize("field", ["address", "method", "status"])
def test_nothing_is_forged(field, evil):
    """Control characters of either set, ends of lines and turns of direction are spelled out in every field."""
    assert shown(**{field: evil}).isprintable()


def test_long_paths():
    """A long path is cut, and so is a method that is none."""
    words = shown("/" * 1000, method="M" * 100).split()
    assert (len(words[1]), len(words[2])) == (16, LONGEST_PATH + 1)


@pytest.mark.parametrize(
    ("size_bytes", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (10**6, "1.0 MB"),
        (5 * 10**12, "5.0 TB"),
        (10**16, "10000.0 TB"),
    ],
)
def test_size(size_bytes, words):
    """A size has the unit that suits it."""
    assert size(size_bytes) == words


def call(app, path="/x?q=1"):
    """Call an application as a server does; return the words of the lines, and the body."""
    lines = []
    written = []
    answer = RequestLog(app, lines.append)(Request.blank(path).environ, lambda *args: written.append)
    written += answer
    answer.close()
    return [click.unstyle(each).split() for each in lines], b"".join(written)


def test_body_is_counted():
    """The size is that of what was really sent."""

    def app(environ, start_response):
        start_response("201 Created", [("Content-Length", "5")])
        return iter([b"ab", b"cde"])

    ((*_, method, path, status, number, unit, _took, _ms),), body = call(app)
    assert (method, path, status, number, unit, body) == ("GET", "/x?q=1", "201", "5", "B", b"abcde")


def test_line_is_written_at_the_end():
    """The line is written when the body is closed, and the application's own body is closed before."""
    told = []

    class Body(list):
        def close(self):
            told.append("closed")

    def app(environ, start_response):
        start_response("200 OK", [])
        return Body([b"x"])

    answer = RequestLog(app, lambda line: told.append("line"))(Request.blank("/").environ, lambda *args: None)
    list(answer)
    assert told == []
    answer.close()
    assert told == ["closed", "line"]


def test_written_bytes():
    """What is written the old way, and errors that replace a started answer, are counted and passed on, too."""

    def app(environ, start_response):
        start_response("200 OK", [])
        write = start_response("500 Oops", [], (ValueError, ValueError(), None))
        write(b"old")
        return []

    (words,), body = call(app, "/")
    assert (words[3], words[4], body) == ("500", "3", b"old")


def test_error():
    """An error goes on to the server, with a line."""
    lines = []

    def app(environ, start_response):
        raise ValueError("why")

    with pytest.raises(ValueError, match="why"):
        RequestLog(app, lines.append)(Request.blank("/").environ, None)
    assert click.unstyle(lines[0]).split()[3] == "500"
