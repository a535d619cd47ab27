"""Where what a client sends is kept."""

from __future__ import annotations

import gc
import io

import pytest

from goldilocks.spool import TemporaryFile, spooled


@pytest.mark.parametrize(
    ("chunks", "is_in_memory"),
    [
        ([], True),
        ([b"1234"], True),
        ([b"12", b"34"], True),
        ([b"12345"], False),
        ([b"12", b"345", b"6"], False),
    ],
)
def test_large_things_go_to_disk(chunks, is_in_memory):
    """What is larger than memory may hold goes to disk; either way it can be read from its beginning."""
    file, size = spooled(iter(chunks), 4)
    assert isinstance(file, io.BytesIO) is is_in_memory
    assert file.read() == b"".join(chunks) and size == len(b"".join(chunks))


def test_file_of_what_fails_is_closed():
    """If there is no whole, nothing is kept."""
    made = []

    def make_file():
        made.append(TemporaryFile())
        return made[0]

    def chunks():
        yield b"12345"
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        spooled(chunks(), 4, make_file)
    assert made[0].closed


def test_nobody_closes_it():
    """A file that is let go closes itself without a word, in whatever order its parts go."""
    file = TemporaryFile()
    file.write(b"1")
    file.itself = file  # a circle, which is let go all at once
    del file
    gc.collect()
    TemporaryFile()
