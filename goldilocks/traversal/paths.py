"""Paths as text, as tuples of names, and as parts of a URL.

Everything here is a function of its arguments: no resource, no registry. A path comes in as a WSGI server hands it
over (bytes in the clothes of latin-1), is decoded once, split once, and names go out again quoted. What is
remembered is bounded in number and in length, because all of it may come from a stranger's URL.
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import unquote_to_bytes

from webob.request import BaseRequest

from goldilocks.charsets import text_of
from goldilocks.encode import url_quote
from goldilocks.exceptions import URLDecodeError
from goldilocks.types import AnyRequest

# SPEC: RFC 3986, 3.3 (pchar): what may stand in a path segment as it is, besides letters, digits, and ``-._``
PATH_SEGMENT_SAFE = "~!$&'()*+,;=:@"
PATH_SAFE = PATH_SEGMENT_SAFE + "/"

_WEBOB_PATH_INFO = BaseRequest.path_info

#: How many results a cache keeps, and how long the text may be that it keeps one for, in characters.
_CACHE_SIZE = 1000
_CACHEABLE_LENGTH = 250


# --- From the request to text --------------------------------------------------------------------------------------


def requested_path(request: AnyRequest) -> str:
    """Return the decoded path of a request, ``/`` where the server says nothing.

    Anything with a ``path_info`` will do, and anything with a WSGI ``environ``.

    Raises:
        URLDecodeError: the path is not UTF-8.
    """
    # PERF: every request, twice: reading WebOb's own property takes three times as long
    if getattr(request.__class__, "path_info", None) is _WEBOB_PATH_INFO:
        environ = request.environ
        if "webob.url_encoding" not in environ:
            raw = environ.get("PATH_INFO") or "/"
            return raw if raw.isascii() else text_of(raw)
    try:
        path = request.path_info
    except KeyError:
        return "/"
    except AttributeError:
        path = text_of(request.environ.get("PATH_INFO", ""))
    except UnicodeDecodeError as error:
        raise URLDecodeError.of(error) from None
    return path or "/"


def decode_path_info(path: str) -> str:
    """Turn the text that WSGI makes of a path's bytes into the text that they mean.

    Raises:
        URLDecodeError: they are no UTF-8.
    """
    return text_of(path)


def unquote_bytes_to_wsgi(bytestring: bytes) -> str:
    """Undo the percent-encoding and return the path as a WSGI server would put it into the environ."""
    return unquote_to_bytes(bytestring).decode("latin-1")


# --- From text to names --------------------------------------------------------------------------------------------


def traversal_path(path: str | bytes) -> tuple[str, ...]:
    """Split a percent-encoded path into names.

    >>> traversal_path("/La%20Pe%C3%B1a/./x/../y/")
    ('La Peña', 'y')

    Raises:
        UnicodeEncodeError: the path is text that isn't ASCII, so it can't be encoded yet.
        URLDecodeError: what is percent-encoded is not UTF-8.
    """
    raw = path if isinstance(path, bytes) else path.encode("ascii")
    return traversal_path_info(unquote_bytes_to_wsgi(raw))


def traversal_path_info(path: str) -> tuple[str, ...]:
    """Split a path as it stands in a WSGI environ into names.

    Raises:
        URLDecodeError: the path is not UTF-8.
    """
    return split_path_info(text_of(path))


def split_path_info(path: str) -> tuple[str, ...]:
    """Split a decoded path into names.

    Empty segments and ``.`` are dropped; ``..`` takes the name before it along and never leads above the start.

    >>> split_path_info("/a//b/./c/../")
    ('a', 'b')
    >>> split_path_info("../../a")
    ('a',)
    """
    # PERF: every request that traverses. A long path is rare, and a cache full of long paths would be a stranger's doing
    return _split_remembered(path) if len(path) <= _CACHEABLE_LENGTH else _split(path)


def _split(path: str) -> tuple[str, ...]:
    names: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del names[-1:]
        elif segment and segment != ".":
            names.append(segment)
    return tuple(names)


_split_remembered = lru_cache(_CACHE_SIZE)(_split)


def leads_out(value: object) -> bool:
    """Tell whether a value, as a part of a path, takes away what stands before it, or itself.

    >>> [leads_out(value) for value in ("..", "a/../..", ".", "a/..", "...", "", 7)]
    [True, True, True, False, False, False, False]
    """
    if not isinstance(value, str) or "." not in value:
        return False
    depth = 0
    for name in value.split("/"):
        if name == "..":
            depth -= 1
            if depth < 0:
                return True
        elif name not in ("", "."):
            depth += 1
    return value == "."


# --- From names to a URL -------------------------------------------------------------------------------------------


def quote_path_segment(segment: object, safe: str = PATH_SEGMENT_SAFE) -> str:
    """Percent-encode one segment of a path.

    Args:
        segment: text, bytes in UTF-8, or anything that ``str`` makes text of.
        safe: what stays as it is, besides letters, digits and ``_.-~``.

    >>> quote_path_segment("a/b ñ"), quote_path_segment(7)
    ('a%2Fb%20%C3%B1', '7')
    """
    if segment.__class__ is str:
        text = segment
    elif isinstance(segment, bytes):
        text = segment.decode("utf-8")
    else:
        text = str(segment)
    remembered = _REMEMBERED.get(safe)
    return url_quote(text, safe) if remembered is None else remembered[text]


class _Remembered(dict[str, str]):
    """Texts and how they are quoted; what isn't there is quoted when asked for, and forgotten with all others when full."""

    __slots__ = ("safe",)

    def __init__(self, safe: str) -> None:
        self.safe = safe

    def __missing__(self, text: str) -> str:
        # letters and digits are never quoted, and nothing is gained by remembering a long text that came from a URL
        quoted = text if text.isascii() and text.isalnum() else url_quote(text, self.safe)
        if len(text) <= _CACHEABLE_LENGTH:
            if len(self) >= _CACHE_SIZE:
                self.clear()
            self[text] = quoted
        return quoted


#: A value in a path, quoted; slashes stay.
# PERF: urls
quoted_path = _Remembered(PATH_SAFE)

_REMEMBERED = {PATH_SAFE: quoted_path, PATH_SEGMENT_SAFE: _Remembered(PATH_SEGMENT_SAFE)}


@lru_cache(_CACHE_SIZE)
def _join_path_tuple(names: tuple[object, ...]) -> str:
    """Join the names of a resource path to a quoted one; no names, and the root's empty one, give ``/``."""
    return "/".join([quote_path_segment(name) for name in names]) or "/"
