"""Which bytes a client wants."""

import pytest

from goldilocks.ranges import LONGEST_RANGE, SuffixRange, heeded, read_range


@pytest.mark.parametrize(
    ("value", "length", "found"),
    [
        ("bytes=0-9", 500, (0, 10)),
        ("bytes=490-", 500, (490, 500)),
        ("bytes=490-999", 500, (490, 500)),
        ("bytes=500-", 500, None),
        ("bytes=-1", 500, (499, 500)),
        ("bytes=-500", 500, (0, 500)),
        ("bytes=-501", 500, (0, 500)),
        ("BYTES = - 2", 500, (498, 500)),
        ("bytes=-0", 500, None),
        ("bytes=-5", 0, None),
        ("bytes=-5", None, None),
        ("bytes=0-1,5-6", 500, (0, 2)),
    ],
)
def test_range_of_a_length(value, length, found):
    """A range is cut to what there is; the last bytes are all of them, where there are fewer."""
    assert read_range(value).range_for_length(length) == found


@pytest.mark.parametrize(
    "value",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=9-0",
        "items=0-1",
        "bytes=" + "9" * 700 + "-",
        "bytes" + " " * 10**6,
    ],
)
def test_what_is_no_range(value):
    """What can't be read, or is too long to be meant, is none."""
    assert read_range(value) is None


def test_suffix_is_a_range_like_others():
    """It is written as it is read, and names the part of a content."""
    found = read_range("bytes=-5")
    assert (str(found), found.size, found.start, found.end) == ("bytes=-5", 5, -5, None)
    assert str(found.content_range(3)) == "bytes 0-2/3"
    assert str(SuffixRange(0)) == "bytes=-0"


@pytest.mark.parametrize(
    ("value", "length", "sent"),
    [
        ("bytes=0-9", 500, "bytes=0-9"),
        ("bytes=0-9", None, "bytes=0-9"),
        ("bytes=-9", None, "bytes=-9"),
        ("bytes=-9", 500, "bytes=491-"),
        ("BYTES = -9", 500, "bytes=491-"),
        ("bytes=-9", 0, ""),
        ("bytes=0-1,2-3", 500, ""),
        ("bytes=-1,-2", 500, ""),
        ("bytes=0-9".ljust(LONGEST_RANGE), 500, "bytes=0-9".ljust(LONGEST_RANGE)),
        ("bytes=0-9".ljust(LONGEST_RANGE + 1), 500, ""),
        ("", 500, ""),
        ("bytes=-", 500, ""),
        ("items=0-1", 500, ""),
    ],
)
def test_range_that_is_heeded(value, length, sent):
    """One range is sent, and everything to who asks for several."""
    assert heeded(value, length) == sent
