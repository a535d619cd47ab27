"""Where what a client sends is kept."""

from __future__ import annotations

import gc
import io

import pytest

from goldilocks.exceptions import BodyDisconnectedError
from goldilocks.httpexceptions import HTTPRequestEntityTooLarge
from goldilocks.spool import Intake, LimitedBody, OpenBody, Rejoined, Spool, TemporaryFile, read_some, spooled


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


def test_intake_keeps_what_nobody_has_read():
    """Whoever reads first may stop early; all of it is there afterwards."""
    intake = Intake(iter([b"12", b"34", b"5"]), Spool(4))
    assert intake.read(1) == b"12"
    file, size = intake.finished()
    assert (file.read(), size, intake.read()) == (b"12345", 5, b"")


def test_intake_goes_on_for_a_while():
    """It stops where it is told, at the end, or where there is an error."""

    def chunks():
        yield from (b"12", b"34", b"56")
        raise BodyDisconnectedError(None)

    intake = Intake(chunks(), Spool(10))
    intake.read_on(3)
    assert intake.spool.size == 4
    intake.read_on(100)
    intake.read_on(100)
    assert intake.spool.size == 6


def test_what_was_taken_in_goes_before_the_rest():
    """A body that was read halfway is read from its beginning."""
    begun = io.BytesIO(b"12")
    begun.seek(2)
    rejoined = Rejoined(begun, io.BytesIO(b"345"))
    assert rejoined.readable()
    assert rejoined.read() == b"12345"


def test_nobody_closes_it():
    """A file that is let go closes itself without a word, in whatever order its parts go."""
    file = TemporaryFile()
    file.write(b"1")
    file.itself = file  # a circle, which is let go all at once
    del file
    gc.collect()
    TemporaryFile()


class Failing:
    """What a server hands over, of a client that sends rubbish."""

    def __init__(self, error):
        self.error = error

    def read(self, size):
        raise self.error


@pytest.mark.parametrize("error", [OSError("reset"), ValueError("no chunk size"), Exception("bad trailer")])
def test_server_can_not_make_out_what_is_sent(error):
    """Each server has errors of its own for a body that is no body; to the application they are one, and the client's."""
    with pytest.raises(BodyDisconnectedError, match="to its end") as caught:
        read_some(Failing(error), 5)
    assert caught.value.__cause__ is error


@pytest.mark.parametrize("error", [HTTPRequestEntityTooLarge(), BodyDisconnectedError(3), MemoryError()])
def test_who_knows_better(error):
    """An answer that is raised while reading is that answer, and what isn't the client's fault isn't said to be."""
    with pytest.raises(type(error)) as caught:
        read_some(Failing(error), 5)
    assert caught.value is error


def test_body_of_a_length_that_is_none():
    """Of a body that is shorter than nothing, nothing is read."""
    source = io.BytesIO(b"abc")
    assert io.BufferedReader(LimitedBody(source, -5)).read() == b"" and source.tell() == 0


@pytest.mark.parametrize("length", [0, 9, 10])
def test_body_without_a_length(length):
    """A body of which nobody says how long it is goes as far as the server says."""
    body = b"x" * length
    assert io.BufferedReader(OpenBody(io.BytesIO(body), 10, HTTPRequestEntityTooLarge)).read() == body


def test_body_without_a_length_has_an_end():
    """It is refused where it goes beyond the limit, and not read any further than that; it stays refused."""
    source = io.BytesIO(b"x" * 100)
    file = io.BufferedReader(OpenBody(source, 10, HTTPRequestEntityTooLarge))
    for _ in range(3):
        with pytest.raises(HTTPRequestEntityTooLarge):
            file.read()
    assert source.tell() < 20
