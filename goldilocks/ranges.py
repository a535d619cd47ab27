"""The ``Range`` of a request: which bytes a client wants, and the ``If-Range``: of which version.

WebOb's `Range`, read in bounded time, and with the last bytes of something as HTTP has them: who asks for more of them than there
are gets all; a condition that WebOb would fail at holds for nothing.
"""

from __future__ import annotations

import re
from typing import Any, cast

from webob.byterange import Range
from webob.etag import IfRange, NoETag

#: Two numbers of as many digits as anybody has bytes, and room for a few blanks.
LONGEST_RANGE = 60

#: How many of them are read at once; WebOb's time grows with the square of the length.
_LONGEST_LIST = 10 * LONGEST_RANGE

_is_suffix = re.compile(r"bytes *= *- *([0-9]+)", re.IGNORECASE).match
_is_range = re.compile(r"bytes *= *(?:[0-9]+ *-|- *[0-9])", re.IGNORECASE).match


class SuffixRange(Range):
    """The last bytes of something.

    SPEC: RFC 9110, 14.1.2

    >>> SuffixRange(501).range_for_length(500), SuffixRange(0).range_for_length(500)
    ((0, 500), None)

    Args:
        size: how many.
    """

    def __init__(self, size: int) -> None:
        super().__init__(-size, None)
        self.size = size

    def range_for_length(self, length: int | None) -> tuple[int, int] | None:
        """Return where the range begins and ends in something of that length, or ``None`` if it can't be satisfied."""
        if not length or not self.size:
            return None
        return max(length - self.size, 0), length

    def __str__(self) -> str:
        return f"bytes=-{self.size}"


def read_range(value: str | None) -> Range | None:
    """Read a ``Range``, or the first one of a list; ``None`` if it can't be read.

    >>> [str(read_range(each)) for each in ("bytes=0-9", "bytes=-5", "lines=1-2")]
    ['bytes=0-9', 'bytes=-5', 'None']
    """
    if not value or len(value) > _LONGEST_LIST or not _is_range(value):
        return None
    suffix = _is_suffix(value)
    return Range.parse(value) if suffix is None else SuffixRange(int(suffix[1]))


def heeded(value: str, length: int | None) -> str:
    """Return the one range that a response should send, as WebOb reads it; nothing, if it should send all.

    Who asks for several ranges gets everything, which costs neither side anything to put together.

    >>> [heeded(each, 500) for each in ("bytes=0-9", "bytes=0-9,20-29", "bytes=-501", "bytes=-0")]
    ['bytes=0-9', '', 'bytes=0-', 'bytes=500-']

    Args:
        value: of the header.
        length: of what would be sent, in bytes, if it is known.
    """
    if "," in value or len(value) > LONGEST_RANGE or not _is_range(value):
        return ""
    suffix = _is_suffix(value)
    if suffix is None or length is None:
        return value
    if not length:  # there is no range of nothing
        return ""
    size = int(suffix[1])
    return f"bytes={max(length - size, 0) if size else length}-"


def read_if_range(value: str | None) -> IfRange:
    """Read an ``If-Range``, an entity tag or a date.

    Raises:
        ValueError, OverflowError: it can't be read. WebOb takes what only ends like a date for one, and fails when it compares it.
    """
    # SPEC: RFC 9110, 13.1.5
    found: Any = IfRange.parse(value or "")
    if getattr(found, "date", found) is None:
        raise ValueError("no date")
    return cast("IfRange", found)


def if_range(value: str | None) -> IfRange:
    """Return the condition that an ``If-Range`` says; one that can't be read holds for no version.

    >>> bool(if_range("bears GMT")), bool(if_range('"one"'))
    (False, True)
    """
    try:
        return read_if_range(value)
    except (ValueError, OverflowError):
        return _HOLDS_FOR_NONE


_HOLDS_FOR_NONE = IfRange(NoETag)
