"""Where status and headers were set: known under ``goldilocks.debug`` only, so that an error about them can point there.

A response is checked when it is sent, and then the code that has set what is wrong with it is long gone from the stack. So while an
application that debugs answers a request, each response notes the lines from which it was changed. Views make responses by calling
the class itself, and others are made without a call of it; so it is the class's attributes that note it. The responses of other
applications in the process stay what they were.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import webob

from goldilocks.frames import is_framework_code
from goldilocks.headers import HeaderError, check, safe_location
from goldilocks.names import DEBUG_SETTING
from goldilocks.response import OK, Response
from goldilocks.threadlocal import get_current_registry

if TYPE_CHECKING:
    from goldilocks.outlet import Outlet
    from goldilocks.types import AnyResponse, Environ, StartResponse

_WEBOB_FOLDER = os.path.join(os.path.dirname(webob.__file__), "")
#: How Python calls the files of those modules of its own that it brings compiled, such as the one of mappings.
_FROZEN = "<frozen "

#: What a response has of its own, and where it notes from where its status was set.
_HEADERS, _STATUS, _STATUS_PLACE = "_headerlist", "_status", "_status_place"


class PlacedHeaders(list[tuple[str, str]]):
    """A list of headers that notes from where each of them was set.

    Attributes:
        places: file and line, by name and value.
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

    def insert(self, index: Any, header: tuple[str, str]) -> None:
        """Insert a header, and note from where."""
        self._note([header])
        super().insert(index, header)

    def __iadd__(self, headers: Any) -> Any:  # type: ignore[misc]  # ``+`` makes a plain list
        """Append headers, and note from where."""
        self.extend(headers)
        return self

    def __setitem__(self, index: Any, headers: Any) -> None:
        """Replace headers, and note from where."""
        added: Any = list(headers) if isinstance(index, slice) else [headers]
        self._note(added)
        super().__setitem__(index, added if isinstance(index, slice) else headers)

    def place_of(self, header: tuple[str, str]) -> str | None:
        """Return file and line from where a header was set."""
        return self.places.get(repr(header))

    def _note(self, headers: Iterable[tuple[str, str]]) -> None:
        place = _place()
        for header in headers:
            # WebOb sets a header by writing all of them anew; the others were set where they were
            self.places.setdefault(repr(header), place)


def _place() -> str:
    """Return file and line of the innermost frame that is neither ours nor WebOb's."""
    frame: Any = sys._getframe(1)
    while frame.f_back is not None and _is_between(frame.f_code.co_filename):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}, line {frame.f_lineno}"


def _is_between(file: str) -> bool:
    return is_framework_code(file) or file.startswith((_WEBOB_FOLDER, _FROZEN))


class _Noted:
    """An attribute of responses that stays where it was, and notes from where it is set if the application debugs."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, response: Any, owner: Any = None) -> Any:
        if response is None or self.name not in response.__dict__:
            raise AttributeError(self.name)
        return response.__dict__[self.name]

    def __set__(self, response: Any, value: Any) -> None:
        if _is_debugged():
            value = self.noted(response, value)
        response.__dict__[self.name] = value

    def noted(self, response: Any, value: Any) -> Any:
        """Note from where a value is set, and return what should stand there."""
        response.__dict__[_STATUS_PLACE] = _place()
        return value


class _NotedHeaders(_Noted):
    """The headers, each of which notes it by itself."""

    def noted(self, response: Any, value: Any) -> Any:
        """Return headers that note from where they are set."""
        return PlacedHeaders(value)


def note_places() -> None:
    """Have responses that are made by applications that debug note from where they are changed."""
    if _HEADERS not in vars(Response):
        setattr(Response, _HEADERS, _NotedHeaders(_HEADERS))
        setattr(Response, _STATUS, _Noted(_STATUS))


def _is_debugged() -> bool:
    """Tell whether the application that answers a request right now wants to know places."""
    settings = getattr(get_current_registry(), "settings", None) or {}
    return bool(settings.get(DEBUG_SETTING, False))


def pointing(send: Outlet) -> Outlet:
    """Return what sends as ``send`` does, and says of what can't be sent where it was set."""

    def send_and_point(
        response: AnyResponse, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        try:
            return send(response, environ, start_response)
        except HeaderError as error:
            place = _place_of_fault(response) if isinstance(response, Response) else None
            if place:
                error.args = (f"{error} (set in {place})",)
            raise

    return send_and_point


def _place_of_fault(response: Response) -> str | None:
    """Return from where that was set because of which a response can't be sent, if it is known."""
    if not _can_be_sent(response, response._status):
        return response.__dict__.get(_STATUS_PLACE)
    headers = response._headerlist
    if isinstance(headers, PlacedHeaders):
        for header in headers:
            if not _can_be_sent(response, OK, header):
                return headers.place_of(header)
    return None


def _can_be_sent(response: Response, status: str, *headers: tuple[str, str]) -> bool:
    try:
        check(status, headers, None)
        for name, value in headers:
            if name.lower() == "location":
                safe_location(value, response.allowed_schemes)
    except HeaderError:
        return False
    return True
