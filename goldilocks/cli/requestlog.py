"""One readable line a request, for the terminal of the development server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from goldilocks.explanation import printable
from goldilocks.reticence import requested

if TYPE_CHECKING:
    from goldilocks.types import Environ, StartResponse, WSGIApp

#: How much of a path is shown, in characters.
LONGEST_PATH = 200

#: The colour of a status by its first digit.
COLOURS = {"2": "green", "3": "cyan", "4": "yellow", "5": "red"}

_UNITS = ("B", "kB", "MB", "GB", "TB")


class RequestLog:
    """WSGI middleware that writes a line for every request when its answer has been handed to the server.

    Args:
        app: what answers.
        write: takes the line.
    """

    def __init__(self, app: WSGIApp, write: Callable[[str], Any] = click.echo) -> None:
        self.app = app
        self.write = write

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the application does."""
        answer = _Answer(environ, start_response, self.write)
        try:
            answer.body = self.app(environ, answer.start)
        except BaseException:
            answer.failed()
            raise
        return answer


class _Answer:
    """The body of an answer, which counts itself."""

    def __init__(self, environ: Environ, start_response: StartResponse, write: Callable[[str], Any]) -> None:
        self.environ = environ
        self.start_response = start_response
        self.write_line = write
        self.began_s = time.perf_counter()
        self.status = "-"
        self.size_bytes = 0
        self.body: Iterable[bytes] = ()

    def start(self, status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Callable[[bytes], Any]:
        """Take note of the status; PEP 3333's ``start_response``."""
        self.status = status
        write: Callable[[bytes], Any] = self.start_response(status, headers, *exc_info)

        def counted_write(data: bytes) -> None:
            self.size_bytes += len(data)
            write(data)

        return counted_write

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self.body:
            self.size_bytes += len(chunk)
            yield chunk

    def close(self) -> None:
        """Close the body, and write the line; the server calls this once."""
        try:
            close = getattr(self.body, "close", None)
            if close is not None:
                close()
        finally:
            self._write()

    def failed(self) -> None:
        """Write the line of a request that the application didn't answer."""
        self.status = "500"
        self._write()

    def _write(self) -> None:
        took_s = time.perf_counter() - self.began_s
        method, path = requested(self.environ)
        query = self.environ.get("QUERY_STRING", "")
        address = f"{path}?{query}" if query else path
        self.write_line(line(time.localtime(), method, address, self.status, self.size_bytes, took_s))


def line(
    now: time.struct_time, method: str, address: str, status: str, size_bytes: int, took_s: float
) -> str:
    r"""Return the line of one request, with colours; no character of it can forge another line.

    >>> print(click.unstyle(line(time.gmtime(0), "GET", "/a\nb", "200 OK", 1234, 0.0123)))
    00:00:00  GET     /a\nb                                     200    1.2 kB     12.3 ms
    """
    shown = printable(address)
    if len(shown) > LONGEST_PATH:
        shown = f"{shown[:LONGEST_PATH]}…"
    code = printable(status)[:3]
    return "  ".join(
        [
            click.style(time.strftime("%H:%M:%S", now), dim=True),
            f"{printable(method)[:16]:<6}",
            f"{shown:<40}",
            click.style(f"{code:>3}", fg=COLOURS.get(code[:1])),
            f"{size(size_bytes):>8}",
            f"{took_s * 1000:>7.1f} ms",
        ]
    )


def size(size_bytes: int) -> str:
    """Return a size in a unit that suits it.

    >>> size(17), size(1234), size(5_600_000)
    ('17 B', '1.2 kB', '5.6 MB')
    """
    if size_bytes < 1000:
        return f"{size_bytes} B"
    power = min((len(str(size_bytes)) - 1) // 3, len(_UNITS) - 1)
    return f"{size_bytes / 1000**power:.1f} {_UNITS[power]}"
