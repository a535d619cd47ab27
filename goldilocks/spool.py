"""How the body that a client sends is taken in, and where it is kept meanwhile: in memory, or on disk if it is large."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import IO, Any

from webob.request import LimitedLengthFile

from goldilocks.exceptions import BodyDisconnectedError
from goldilocks.httpexceptions import HTTPException


class _RawFile(io.FileIO):
    def __del__(self) -> None:
        self.close()


class TemporaryFile(io.BufferedRandom):
    """A file on disk without a name. Nobody can be asked to close it: it is, when the request is let go."""

    def __init__(self) -> None:
        # both layers close themselves in silence, because either may be let go first
        with tempfile.TemporaryFile(buffering=0) as file:
            super().__init__(_RawFile(os.dup(file.fileno()), "rb+"))

    def __del__(self) -> None:
        self.close()


class Spool:
    """A file that grows: in memory, and on disk from where it is too large for that.

    Args:
        memory_bytes: how much may be kept in memory.
        make_file: makes the file for more than that.
    """

    def __init__(self, memory_bytes: int, make_file: Callable[[], IO[bytes]] = TemporaryFile) -> None:
        self.memory_bytes = memory_bytes
        self.make_file = make_file
        self.file: IO[bytes] = io.BytesIO()
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """Put something to the end."""
        if self.size <= self.memory_bytes < self.size + len(chunk):
            self.file.seek(0)
            memory, self.file = self.file, self.make_file()
            self.file.write(memory.read())
        self.size += len(chunk)
        self.file.write(chunk)

    def filled(self, chunks: Iterable[bytes]) -> tuple[IO[bytes], int]:
        """Put all chunks to the end, and return the file, at its beginning, and its length in bytes."""
        for chunk in chunks:
            self.write(chunk)
        self.file.seek(0)
        return self.file, self.size


def spooled(
    chunks: Iterable[bytes], memory_bytes: int, make_file: Callable[[], IO[bytes]] = TemporaryFile
) -> tuple[IO[bytes], int]:
    """Return a file with all chunks, at its beginning, and its length in bytes.

    Args:
        chunks: what is to be kept. What their iterator raises is passed on.
        memory_bytes: how much may be kept in memory.
        make_file: makes the file for more than that.
    """
    spool = Spool(memory_bytes, make_file)
    try:
        return spool.filled(chunks)
    except BaseException:
        spool.file.close()
        raise


class Intake:
    """A body on its way in: read once, by whoever makes something of it, and kept for all others.

    Args:
        chunks: of the body, as the client sends them.
        spool: where they are kept.
    """

    def __init__(self, chunks: Iterator[bytes], spool: Spool) -> None:
        self.chunks = chunks
        self.spool = spool

    def read(self, size: int = -1) -> bytes:
        """Read on, as much as comes at once, whatever the ``size``; nothing at the end."""
        chunk = next(self.chunks, b"")
        self.spool.write(chunk)
        return chunk

    def read_on(self, most_bytes: int) -> None:
        """Take a little more in, or what of it there is."""
        end = self.spool.size + most_bytes
        with suppress(HTTPException):
            while self.spool.size < end and self.read():
                continue

    def finished(self) -> tuple[IO[bytes], int]:
        """Take the rest in, and return the file with all of it, at its beginning, and its length in bytes."""
        return self.spool.filled(self.chunks)


class Rejoined(io.RawIOBase):
    """A body of which the beginning has been taken in, and the rest hasn't.

    Args:
        begun: holds the beginning.
        rest: where the rest comes from.
    """

    def __init__(self, begun: IO[bytes], rest: Any) -> None:
        super().__init__()
        begun.seek(0)
        self.begun = begun
        self.rest = rest

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buff: Any) -> int:
        """Fill a buffer, as far as there is something."""
        data = self.begun.read(len(buff)) or self.rest.read(len(buff))
        buff[: len(data)] = data
        return len(data)


def read_some(source: Any, size: int) -> bytes:
    """Read as many bytes of what a client sends as come at once, and no more than ``size``.

    Raises:
        BodyDisconnectedError: the client went away, or sends what the server can't make out.
    """
    try:
        data: bytes = source.read(size)
    except (HTTPException, MemoryError):
        raise
    except Exception as error:  # in the words of the server: each has its own for chunks that are none
        raise BodyDisconnectedError(None) from error
    return data


def read_whole(source: Any, length: int) -> bytes:
    """Read so many bytes of what a client sends.

    Raises:
        BodyDisconnectedError: there are fewer.
    """
    data = read_some(source, length)
    while len(data) < length:
        more = read_some(source, length - len(data))
        if not more:
            raise BodyDisconnectedError(length - len(data))
        data += more
    return data


class LimitedBody(LimitedLengthFile):
    """The body as it comes from the client, with its end."""

    def readinto(self, buff: Any) -> int:
        """Fill a buffer, as far as there is something."""
        size = min(len(buff), self.remaining)
        if size <= 0:
            return 0
        data = read_some(self.file, size)
        if not data:
            raise BodyDisconnectedError(self.remaining)
        self.remaining -= len(data)
        buff[: len(data)] = data
        return len(data)


class OpenBody(LimitedLengthFile):
    """The body as it comes from a client that doesn't say how long it is; the server knows where it ends.

    Args:
        file: of the server.
        most_bytes: that are taken.
        too_large: makes the error for more.
    """

    def __init__(self, file: Any, most_bytes: int, too_large: Callable[[], Exception]) -> None:
        super().__init__(file, most_bytes)
        self.too_large = too_large

    def readinto(self, buff: Any) -> int:
        """Fill a buffer, as far as there is something."""
        data = read_some(self.file, min(len(buff), max(self.remaining, 0) + 1))
        self.remaining -= len(data)
        if self.remaining < 0:
            raise self.too_large()
        buff[: len(data)] = data
        return len(data)
