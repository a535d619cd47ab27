"""Where what a client sends is kept while it is read: in memory, or on disk if it is large."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable, Iterable
from typing import IO


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


def spooled(
    chunks: Iterable[bytes], memory_bytes: int, make_file: Callable[[], IO[bytes]] = TemporaryFile
) -> tuple[IO[bytes], int]:
    """Return a file with all chunks, at its beginning, and its length in bytes.

    Args:
        chunks: what is to be kept. What their iterator raises is passed on.
        memory_bytes: how much may be kept in memory.
        make_file: makes the file for more than that.
    """
    file: IO[bytes] = io.BytesIO()
    size = 0
    try:
        for chunk in chunks:
            if size <= memory_bytes < size + len(chunk):
                file.seek(0)
                memory, file = file, make_file()
                file.write(memory.read())
            size += len(chunk)
            file.write(chunk)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file, size
