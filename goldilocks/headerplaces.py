"""Where a header was set: known under ``goldilocks.debug`` only, so that an error about it can point there.

A header is checked when it is sent, and then the code that has set it is long gone from the stack. So while an application that
debugs answers a request, the headers of each response note the line from which they were changed. Views make responses by calling
the class itself, so it is the class that is told to; the responses of other applications in the process stay what they were.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import webob

from goldilocks.headers import HeaderError
from goldilocks.names import GOLDILOCKS
from goldilocks.response import Response
from goldilocks.reticence import is_framework_code
from goldilocks.threadlocal import get_current_registry

if TYPE_CHECKING:
    from goldilocks.outlet import Outlet
    from goldilocks.types import AnyResponse, Environ, StartResponse

_WEBOB_FOLDER = os.path.join(os.path.dirname(webob.__file__), "")


class PlacedHeaders(list[tuple[str, str]]):
    """A list of headers that notes from where each of them was set.

    Attributes:
        places: file and line by the name in lower case.
    """

    def __init__(self, headers: Iterable[tuple[str, str]]) -> None:
        super().__init__(headers)
        self.places: dict[str, str] = {}
        self._note(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Let copies be plain lists."""
        return list, (list(self),)

    def append(self, header: tuple[str, str]) -> None:
        """Append a header, and note from where."""
        self._note([header])
        super().append(header)

    def extend(self, headers: Iterable[tuple[str, str]]) -> None:
        """Append headers, and note from where."""
        added = list(headers)
        self._note(added)
        super().extend(added)

    def __setitem__(self, index: Any, headers: Any) -> None:
        """Replace headers, and note from where."""
        added: Any = list(headers) if isinstance(index, slice) else [headers]
        self._note(added)
        super().__setitem__(index, added if isinstance(index, slice) else headers)

    def _note(self, headers: Iterable[tuple[str, str]]) -> None:
        place = _place()
        self.places.update((str(name).lower(), place) for name, _ in headers)


def _place() -> str:
    """Return file and line of the innermost frame that is neither ours nor WebOb's."""
    frame: Any = sys._getframe(1)
    while frame.f_back is not None and _is_between(frame.f_code.co_filename):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}, line {frame.f_lineno}"


def _is_between(file: str) -> bool:
    return is_framework_code(file) or file.startswith(_WEBOB_FOLDER)


def note_places() -> None:
    """Have the headers of responses that are made by applications that debug note from where they are set."""
    make = Response.__init__
    if getattr(make, "notes_places", False):
        return

    @functools.wraps(make)
    def make_noting(self: Response, *arguments: Any, **kw: Any) -> None:
        make(self, *arguments, **kw)
        if _is_debugged():
            self._headerlist = PlacedHeaders(self._headerlist)

    make_noting.notes_places = True  # type: ignore[attr-defined]
    Response.__init__ = make_noting  # type: ignore[method-assign]


def _is_debugged() -> bool:
    """Tell whether the application that answers a request right now wants to know places."""
    settings = getattr(get_current_registry(), "settings", None) or {}
    return bool(settings.get(f"{GOLDILOCKS}.debug", False))


def pointing(send: Outlet) -> Outlet:
    """Return what sends as ``send`` does, and says of a header that can't be sent where it was set."""

    def send_and_point(
        response: AnyResponse, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        try:
            return send(response, environ, start_response)
        except HeaderError as error:
            message = str(error).lower()
            for name, place in getattr(getattr(response, "_headerlist", None), "places", {}).items():
                if name in message:
                    error.args = (f"{error} (set in {place})",)
            raise

    return send_and_point
