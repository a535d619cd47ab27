"""At a glance: that a request looks like an earlier one that was examined and found good.

Names and common headers of most requests have been seen before, and what was found out then holds again. All that is remembered is
bounded, and nothing of it is secret: cookies and unknown headers are looked at each time, and never kept.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from goldilocks.characters import HEADER_CONTROLS, find_control
from goldilocks.limits import Limits
from goldilocks.ordering import Sentinel

if TYPE_CHECKING:
    from goldilocks.httpexceptions import HTTPException
    from goldilocks.types import Environ

#: What is found: something to answer a request with, or `CARE`.
Objection: TypeAlias = "HTTPException | Sentinel"

#: Of a request that is good, and needs more than the usual.
CARE = Sentinel("CARE")

#: What a glance fails with: not known yet; or an environment by hand, that holds something else than text.
_UNSURE = (KeyError, TypeError, AttributeError)

#: What many clients say alike, and nobody keeps secret. What was found good once is remembered.
_SHARED = frozenset(
    (
        "CONTENT_TYPE",
        "HTTP_ACCEPT",
        "HTTP_ACCEPT_CHARSET",
        "HTTP_ACCEPT_ENCODING",
        "HTTP_ACCEPT_LANGUAGE",
        "HTTP_CACHE_CONTROL",
        "HTTP_CONNECTION",
        "HTTP_DNT",
        "HTTP_HOST",
        "HTTP_ORIGIN",
        "HTTP_PRAGMA",
        "HTTP_PRIORITY",
        "HTTP_SEC_CH_UA",
        "HTTP_SEC_CH_UA_MOBILE",
        "HTTP_SEC_CH_UA_PLATFORM",
        "HTTP_SEC_FETCH_DEST",
        "HTTP_SEC_FETCH_MODE",
        "HTTP_SEC_FETCH_SITE",
        "HTTP_SEC_FETCH_USER",
        "HTTP_TE",
        "HTTP_UPGRADE_INSECURE_REQUESTS",
        "HTTP_USER_AGENT",
    )
)

#: What must be there, and what must not, for a glance to be enough.
_NEEDED = frozenset(("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "HTTP_HOST", "wsgi.url_scheme"))

#: How many sets of names are remembered, and how long these may be; how many sayings for each of them, and how long; and how many
#: lengths of bodies.
_SHAPES, _LONGEST_NAMES, _SAYINGS, _LONGEST_SAYING, _LENGTHS = 100, 10_000, 100, 2000, 1000


#: What is known of environments that hold the same names in the same order: the names; what takes out of such an environment what
#: many say alike; what takes the other headers out, if there are any; whether a length of the body is said; and what is
#: answered for what was taken out, if all else is good.
_Shape: TypeAlias = "tuple[list[str], _Taker, _Taker | None, bool, dict[_Saying, Sentinel | None]]"
_Saying: TypeAlias = "tuple[str, ...]"
_Taker: TypeAlias = "Callable[[Environ], _Saying]"


def _shape(names: list[str]) -> _Shape:
    headers = [name for name in names if name.startswith("HTTP_") or name == "CONTENT_TYPE"]
    shared = ["REQUEST_METHOD", "wsgi.url_scheme", *(name for name in headers if name in _SHARED)]
    private = [name for name in headers if name not in _SHARED]
    # with the method, because of a single name `itemgetter` makes no tuple
    take_private = itemgetter(*private, "REQUEST_METHOD") if private else None
    return names, itemgetter(*shared), take_private, "CONTENT_LENGTH" in names, {}


#: Stands for what is known of environments that are looked at otherwise.
_OTHERWISE: _Shape = _shape([])


def glance(
    examine: Callable[[Environ], HTTPException | None],
    limits: Limits,
    needs_care: Callable[[Environ], bool],
    good_paths: Container[str],
    unusual: Iterable[str] = (),
    look_otherwise: Callable[[Environ], Objection | None] | None = None,
) -> Callable[[Environ], Objection | None]:
    """Return what does as ``examine``, and soon knows what it says of most requests.

    Args:
        examine: finds what is wrong with a request. What it says of one that asks for no ranges, it says of all that differ in
            nothing but path, query and length of body, and in headers that aren't common, if these are good.
        limits: how long the rest may be.
        needs_care: as for `Edge.glance`.
        good_paths: as for `Edge.glance`.
        unusual: names of environments of which this doesn't hold.
        look_otherwise: looks at these instead.
    """
    known = _Known(examine, limits, needs_care, frozenset(unusual), look_otherwise or examine)
    path_bytes, query_bytes, lengths, join = limits.path_bytes, limits.query_bytes, known.lengths, "".join
    last = _shape([])

    # PERF: every scenario: names and common headers are compared all at once instead of looked at one by one
    def look(environ: Environ) -> Objection | None:
        nonlocal last
        names = [*environ]  # as a list, because lists are compared quickest
        shape = last  # another thread may remember another one meanwhile
        if names != shape[0]:
            met = known.shapes.get(tuple(names))
            if met is None:
                return known.answer_anew(environ, names)
            if met is _OTHERWISE:
                return known.look_otherwise(environ)
            last = shape = met
        _, take, take_private, has_length, verdicts = shape
        try:
            verdict: Any = verdicts[take(environ)]
            path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
            if (
                (
                    path in good_paths
                    or (
                        path[:1] == "/"
                        and "%" not in path
                        and len(path) <= path_bytes
                        and ((path.isascii() and path.isprintable()) or _is_text(path))
                    )
                )
                and (not query or (len(query) <= query_bytes and query.isascii()))
                and (
                    not has_length
                    or environ["CONTENT_LENGTH"] in lengths
                    or known.is_good_length(environ["CONTENT_LENGTH"])
                )
                and (take_private is None or _are_good(join(take_private(environ)), limits))
            ):
                return verdict
        except _UNSURE:
            pass
        verdict = known.answer(environ)
        # what isn't text may have been taken out
        if (verdict is None or verdict is CARE) and len(environ) == len(names):
            _remember(verdicts, take(environ), verdict)
        return verdict

    return look


class _Known:
    """What is known of requests that have come, and how to find out about others; the arguments are those of `glance`."""

    def __init__(
        self,
        examine: Callable[[Environ], HTTPException | None],
        limits: Limits,
        needs_care: Callable[[Environ], bool],
        unusual: frozenset[str],
        look_otherwise: Callable[[Environ], Objection | None],
    ) -> None:
        self._examine, self._limits, self._needs_care, self._unusual = examine, limits, needs_care, unusual
        self.look_otherwise = look_otherwise
        self.shapes: dict[tuple[str, ...], _Shape] = {}
        #: Lengths of bodies that are numbers, and small enough.
        self.lengths: set[str] = set()

    def answer(self, environ: Environ) -> Objection | None:
        """Find out about a request."""
        return self._examine(environ) or (CARE if self._needs_care(environ) else None)

    def answer_anew(self, environ: Environ, names: list[str]) -> Objection | None:
        """Find out about a request with names that didn't come together before, and remember these if they may be remembered."""
        is_unusual = not self._unusual.isdisjoint(names)
        may_be_remembered = (
            environ.keys() >= _NEEDED
            and "HTTP_RANGE" not in environ
            and sum(map(len, names)) <= _LONGEST_NAMES
        )
        verdict = self.look_otherwise(environ) if is_unusual else self.answer(environ)
        if may_be_remembered and (verdict is None or verdict is CARE):
            if len(self.shapes) >= _SHAPES:
                self.shapes.clear()
            self.shapes[tuple(names)] = _OTHERWISE if is_unusual else _shape(names)
        return verdict

    def is_good_length(self, length: str) -> bool:
        """Tell whether a length that was said of a body is none, or a number that is small enough."""
        is_number = length.isdecimal() and length.isascii() and len(length) < 19
        if not is_number or int(length) > self._limits.body_bytes:
            return not length
        if len(self.lengths) >= _LENGTHS:
            self.lengths.clear()
        self.lengths.add(length)
        return True


def _remember(verdicts: dict[_Saying, Sentinel | None], said: _Saying, verdict: Sentinel | None) -> None:
    if all(isinstance(each, str) for each in said) and sum(map(len, said)) <= _LONGEST_SAYING:
        if len(verdicts) >= _SAYINGS:
            verdicts.clear()
        verdicts[said] = verdict


def _is_text(path: str) -> bool:
    """Tell whether a path holds no controls, and nothing that no byte stands for."""
    return not find_control(path) and max(path) <= "\xff"


def _are_good(headers: str, limits: Limits) -> bool:
    """Tell whether headers, all in one, are short and plain text."""
    return (
        len(headers) <= limits.header_bytes
        and headers.isascii()
        and (headers.isprintable() or len(headers.encode().translate(None, HEADER_CONTROLS)) == len(headers))
    )
