"""Files as bodies of responses: the whole of one as it was when it was opened, or a part of it."""

from __future__ import annotations

import errno
import io
import os
import stat
from typing import IO, Any

from goldilocks.decorator import reify

#: How much of a file is read and sent at a time, in bytes.
BLOCK_SIZE = 256 * 1024

# PERF: static: blocks that the allocator takes from what it has; larger ones are asked of the system, page by page, each time
_READ_SIZE = 64 * 1024

_READ_ONLY = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class FileIter:
    """Iterates over a file in blocks, as a body for WSGI.

    Args:
        file: anything with ``read(size)`` and ``close()``.
        block_size: the largest block, in bytes.
    """

    def __init__(self, file: IO[bytes], block_size: int = BLOCK_SIZE) -> None:
        self.file = file
        self.block_size = block_size

    def __iter__(self) -> FileIter:
        return self

    def __next__(self) -> bytes:
        block = self.file.read(self.block_size)
        if not block:
            raise StopIteration
        return block

    def close(self) -> None:
        """Close the file; the server calls this when it has sent the body, or gave up."""
        self.file.close()


class FilePart(FileIter):
    """Iterates over a part of a file.

    Args:
        whole: is closed with it.
        file: that can be wound forward.
        start: where the part begins, in bytes.
        stop: where what comes behind it begins.
    """

    def __init__(self, whole: Any, file: IO[bytes], start: int, stop: int) -> None:
        super().__init__(file, _READ_SIZE)
        self._whole = whole
        self._left = stop - start
        file.seek(start)

    def __next__(self) -> bytes:
        block = self.file.read(min(self.block_size, self._left))
        if not block:
            raise StopIteration
        self._left -= len(block)
        return block

    def close(self) -> None:
        """Close the file, and what the server has made of it."""
        getattr(self._whole, "close", self.file.close)()
        self.file.close()


class WholeFile(FileIter):
    """Opens a file and iterates over as much of it as it held then, even if it grows meanwhile.

    Args:
        path: where it lies.

    Attributes:
        facts: size and date of the very bytes that are sent.

    Raises:
        OSError: the file can't be opened.
    """

    block_size = _READ_SIZE
    _descriptor = -1

    # PERF: static: a file object would ask the system for more than is needed, and keep a buffer
    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._descriptor = os.open(path, _READ_ONLY)
        self.facts = facts = os.fstat(self._descriptor)
        if stat.S_ISDIR(facts.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        self._left = facts.st_size

    @reify
    def file(self) -> io.FileIO:  # type: ignore[override]  # an attribute of the class above
        """The file, as an object; it is closed with the body."""
        if self._descriptor >= 0:
            return io.FileIO(self._descriptor)
        with io.FileIO(os.devnull) as closed:
            return closed

    def __next__(self) -> bytes:
        left = self._left
        block = os.read(self._descriptor, left if left < _READ_SIZE else _READ_SIZE) if left > 0 else b""
        if not block:
            raise StopIteration
        self._left = left - len(block)
        return block

    def part(self, start: int, stop: int) -> WholeFile:
        """Return this, for a part of the file: what stands between two bytes, without the second one."""
        os.lseek(self._descriptor, start, os.SEEK_SET)
        self._left = stop - start
        return self

    def close(self) -> None:
        """Close the file; the server calls this when it has sent the body, or gave up."""
        descriptor, self._descriptor, self._left = self._descriptor, -1, 0
        if "file" in self.__dict__:
            self.file.close()
        elif descriptor >= 0:
            os.close(descriptor)

    __del__ = close
