"""The errors that the framework raises, under one roof.

Those that answer a request are kinds of `HTTPNotFound`, `HTTPForbidden` and `HTTPBadRequest`; those of the
configuration say what was said where, and what to do about it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from webob.request import DisconnectionError

from goldilocks.httpexceptions import HTTPBadRequest as HTTPBadRequest
from goldilocks.httpexceptions import HTTPException, HTTPUnsupportedMediaType
from goldilocks.httpexceptions import HTTPForbidden as HTTPForbidden
from goldilocks.httpexceptions import HTTPNotFound as HTTPNotFound
from goldilocks.ordering import ConfigurationError as ConfigurationError
from goldilocks.ordering import CyclicDependencyError as CyclicDependencyError

Refusal = TypeVar("Refusal", bound=HTTPException)

#: COMPAT: exceptions.NotFound and exceptions.Forbidden, from before there were HTTP exceptions
NotFound = HTTPNotFound
Forbidden = HTTPForbidden


class BadCSRFOrigin(HTTPBadRequest):
    """A request that changes something comes from a page of another site, or doesn't say from where."""

    explanation = (
        "This request would change something, and it was not sent from a page of this site: its Origin or Referer "
        "header is missing or names another one. It was not carried out."
    )


class BadCSRFToken(HTTPBadRequest):
    """A request that changes something doesn't bring the session's token."""

    explanation = (
        "This request would change something, and the token that shows that it comes from a page of this site is "
        "missing or wrong. Your session may have ended, or your browser may not keep cookies. Load the page anew "
        "and try again. Nothing was carried out."
    )


class PredicateMismatch(HTTPNotFound):
    """There are views for this, but the predicates of all of them refuse the request.

    A kind of `HTTPNotFound`, and answered as one. An exception view whose predicates refuse raises it too; then the
    original error stays unanswered.
    """


def refusal(kind: type[Refusal], explanation: str) -> Refusal:
    """Make an answer that tells a client what is wrong with its request.

    Args:
        kind: of the answer.
        explanation: shown to everybody, so nothing of the request may be in it.
    """
    answer = kind()
    answer.explanation = explanation
    answer.__dict__[_REFUSES] = True
    return answer


#: The attribute of an answer that says that it is about what a client has sent.
_REFUSES = "_refuses_request"


def is_refusal(error: BaseException) -> bool:
    """Tell whether an error says what is wrong with what a client has sent, and not what an application thinks of it.

    >>> is_refusal(refusal(HTTPBadRequest, "Too much.")), is_refusal(HTTPBadRequest())
    (True, False)
    """
    return isinstance(error, HTTPException) and (
        isinstance(error, ValueError | OSError) or _REFUSES in error.__dict__
    )


class URLDecodeError(UnicodeDecodeError, HTTPBadRequest):
    """What a client sent is not text in UTF-8: the path, or the query, a form, a cookie.

    A `UnicodeDecodeError`, and an answer: where no view is said for either, the client hears 400.

    Args:
        encoding: by which the bytes should have been read.
        object: the bytes.
        start: the first byte that can't be read.
        end: the first one behind.
        reason: what is wrong with it.
    """

    explanation = "The request holds bytes that are not text in UTF-8."

    def __init__(self, encoding: str, object: bytes, start: int, end: int, reason: str) -> None:
        HTTPBadRequest.__init__(self)
        UnicodeDecodeError.__init__(
            self, encoding, object, start, end, reason
        )  # last: both want to say the ``args``

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self.args

    @classmethod
    def of(cls, error: UnicodeDecodeError) -> URLDecodeError:
        """Make one of an error of Python's, unless it is one."""
        if isinstance(error, URLDecodeError):
            return error
        return cls(error.encoding, error.object, error.start, error.end, error.reason)


class UnfitTextError(URLDecodeError):
    """What a client sent can be decoded, and yet is no text: it has a control character, or an escape that means nothing.

    Whoever looks out for bytes that aren't text meets this, too. The ``reason`` is what the client hears.
    """

    def __init__(self, encoding: str, object: bytes, start: int, end: int, reason: str) -> None:
        super().__init__(encoding, object, start, end, reason)
        self.explanation = reason

    @classmethod
    def at(cls, place: re.Match[str], reason: str, encoding: str = "utf-8") -> UnfitTextError:
        """Make one of what was found in a text.

        Args:
            place: where, and in which text.
            reason: what is wrong with it. Nothing of the request may be in it.
            encoding: of the text, ``latin-1`` for what comes from the environment as it is.
        """
        start, end = (
            len(place.string[:index].encode(encoding, "replace")) for index in (place.start(), place.end())
        )
        return cls(encoding, place.string.encode(encoding, "replace"), start, end, reason)


class JSONBodyError(HTTPBadRequest, json.JSONDecodeError):
    """The body of a request is no JSON, or holds what can't be taken.

    A ``json.JSONDecodeError``, thus a ``ValueError``, and an answer: 400, which says where.

    Args:
        msg: what is wrong.
        doc: the body.
        pos: where in it, in characters from its beginning.
    """

    def __init__(self, msg: str, doc: str, pos: int) -> None:
        HTTPBadRequest.__init__(self)
        json.JSONDecodeError.__init__(self, msg, doc, pos)  # last: both want to say the ``args``
        where = f"line {self.lineno}, column {self.colno}"
        self.explanation = f"The body can't be read as JSON: {msg} ({where})."

    def __str__(self) -> str:  # type: ignore[override]  # WebOb's shows a whole response
        # COMPAT: applications tell their clients what Python says of the body
        return str(self.args[0])

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.msg, self.doc, self.pos)


class NotJSONError(HTTPUnsupportedMediaType, ValueError):
    """The body of a request isn't called JSON, but should be read as JSON.

    A ``ValueError``, as for a body that is no JSON, and an answer: 415.
    """

    explanation = "The Content-Type of the body must be application/json."


class FormError(HTTPBadRequest, ValueError):
    """A form, or a query, can't be read.

    A ``ValueError``, and an answer: 400, which says what is wrong.
    """


class FieldCountError(HTTPBadRequest, KeyError):
    """A field of a query or a form doesn't come once, as it should.

    A ``KeyError``, and an answer: 400, which says how often it comes.

    Args:
        name: of the field.
        count: how often it comes.
    """

    def __init__(self, name: Any, count: int) -> None:
        super().__init__()
        self.explanation = (
            f"The field {name!r} must come once, and comes {f'{count} times' if count else 'not at all'}."
        )
        self.__dict__[_REFUSES] = True
        self.name = name
        self.count = count

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.name, self.count)


class BodyDisconnectedError(HTTPBadRequest, DisconnectionError):
    """The client went away before it had sent the whole body, or sends it in pieces that are none.

    Args:
        missing_bytes: how many didn't come, if it is known.
    """

    def __init__(self, missing_bytes: int | None) -> None:
        HTTPBadRequest.__init__(self)
        self.explanation = (
            "The body can't be read to its end."
            if missing_bytes is None
            else f"The body ends too early: {missing_bytes} more bytes were announced."
        )
        self.missing_bytes = missing_bytes

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.missing_bytes,)


class ConfigurationConflictError(ConfigurationError):
    """The same thing was said several times, and nothing tells which one counts.

    Args:
        conflicts: for each discriminator, the places that said it.
    """

    def __init__(self, conflicts: Mapping[Any, Collection[Any]]) -> None:
        super().__init__(conflicts)
        self._conflicts = conflicts

    def __str__(self) -> str:
        lines = ["Conflicting configuration actions"]
        for discriminator, places in self._conflicts.items():
            lines.append(f"  For: {discriminator}{_in_words(discriminator)}")
            lines += [f"    {line}" for place in places for line in str(place).rstrip().split("\n")]
        if any(getattr(place, "file", None) for places in self._conflicts.values() for place in places):
            lines += _WAYS_OUT
        return "\n".join(lines)


def _in_words(discriminator: Any) -> str:
    """Tell a person which view a discriminator means; others speak for themselves."""
    if not isinstance(discriminator, tuple) or len(discriminator) != 5 or discriminator[0] != "view":
        return ""
    _, context, name, route_name, _ = discriminator
    said = [
        f"the view {name!r}" if name else "the view" if route_name else "the default view",
        f"of route {route_name!r}" if route_name else "",
        f"for {getattr(context, '__name__', context)}" if context is not None else "",
    ]
    return f" ({' '.join(filter(None, said))})"


#: Said once, below all conflicts, where the places are lines of code that somebody can change.
_WAYS_OUT = (
    "Each of these was said more than once, and no place is nearer to the application than the others. Either",
    "  - remove all but one of the lines; or",
    "  - say the one that shall count in the application and let it config.include() the add-on that says the",
    "    other: what is nearer to the application wins; or",
    "  - call config.commit() between the two (or set autocommit): then the later one replaces the earlier one.",
)


class ConfigurationExecutionError(ConfigurationError):
    """Something that was said could not be carried out.

    Args:
        etype: the class of the error.
        evalue: the error itself.
        info: the place that said it.
    """

    def __init__(self, etype: Any, evalue: Any, info: Any) -> None:
        super().__init__(etype, evalue, info)
        self.etype = etype
        self.evalue = evalue
        self.info = info

    def __str__(self) -> str:
        return f"{self.etype}: {self.evalue}\n  in:\n  {self.info}"


#: What is raised to have the whole process end.
_ENDS = (SystemExit, KeyboardInterrupt)


def ends_the_server(error: BaseException) -> bool:
    """Tell whether an error means the server, and not the request during which it came; it may be one of a group."""
    # whatever else reached the server (a stray GeneratorExit, say) would take other requests along, or leave the client waiting
    left = [error]
    while left:
        each = left.pop()
        if isinstance(each, _ENDS):
            return True
        # not by the methods of groups: their classes may have others, and of many in each other they make too many calls
        if isinstance(each, BaseExceptionGroup):
            left += each.exceptions
    return False
