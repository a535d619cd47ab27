"""The last step of every answer: a check of what is about to be sent, and the headers that protect a browser.

Only the router sends through here. What is no response of ours (a mounted application's, a file's, another library's) is checked
and otherwise left as it is; ours get the default headers that they don't have themselves. An empty value says that a header
isn't wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from webob.response import EmptyResponse

from goldilocks import httpexceptions
from goldilocks.exceptions import PredicateMismatch
from goldilocks.headers import HeaderError, check, safe_location
from goldilocks.names import GOLDILOCKS
from goldilocks.response import OK, STATUS_LINES, FileResponse, Response
from goldilocks.vary import PRIVATE, VARY_SETTING, needs_privacy

if TYPE_CHECKING:
    from goldilocks.types import AnyResponse, Environ, StartResponse

Headers: TypeAlias = "Sequence[tuple[str, str]]"
#: Sends a response: called with it, the environment and ``start_response``.
Outlet: TypeAlias = "Callable[[AnyResponse, Environ, StartResponse], Iterable[bytes]]"

#: What a browser is told with each of our own responses, unless they say something else.
DEFAULT_HEADERS: Headers = (
    ("X-Content-Type-Options", "nosniff"),  # a body is what its content type says, whatever it looks like
    ("X-Frame-Options", "SAMEORIGIN"),  # no other site puts a page into a frame of its own
    ("Referrer-Policy", "same-origin"),  # other sites don't learn the path from which a visitor comes
)

# PERF: errors; status lines that are fit to be sent, of answers with a body; and classes that write their own page
_LINES = frozenset((OK, *STATUS_LINES.values(), *httpexceptions.STATUS_LINES.values()))
_NO_LINES: frozenset[str] = frozenset()
_PAGES = frozenset((PredicateMismatch, *httpexceptions.status_map.values()))

# SPEC: RFC 9110, 6.4.1 and 8.6: what ends with its head; a client would take a body for the beginning of the next answer
_WITHOUT_BODY = ("204", "304")
_ABOUT_THE_BODY = frozenset(("content-length", "content-type"))

CHECK_SETTING = f"{GOLDILOCKS}.check_responses"
HEADERS_SETTING = f"{GOLDILOCKS}.default_headers"

#: Headers about which something is decided, if they are among those that are added.
_SAID_AS_MADE = frozenset(("content-type", "content-length", "vary", "set-cookie"))
_DECIDED = _SAID_AS_MADE | {"cache-control"}


def outlet(settings: Mapping[str, Any]) -> Outlet | None:
    """Return what sends the responses of an application, or ``None`` where nothing is checked and nothing added."""
    is_checked, added = settings.get(CHECK_SETTING, False), list(settings.get(HEADERS_SETTING, ()))
    keeps_private = settings.get(VARY_SETTING, False)
    return _outlet(is_checked, added, keeps_private) if is_checked or added or keeps_private else None


def _outlet(is_checked: bool, added: list[tuple[str, str]], keeps_private: bool) -> Outlet:
    complete = _completion(added, keeps_private)
    is_private = keeps_private and needs_privacy([("Set-Cookie", ""), *added])
    with_cookie = [*added, PRIVATE] if is_private else added
    complete_plain = _plain_completion(added, with_cookie)
    # what is added may itself say what a body is, or on what it depends; then nothing is sent as it was made
    lines = _LINES if _SAID_AS_MADE.isdisjoint(name.lower() for name, _ in added) else _NO_LINES

    def send(response: AnyResponse, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        made_by = response.__class__
        # PERF: hello, json, session: what has nothing to decide about is sent without a call of it
        if made_by is Response or made_by in _PAGES:
            if made_by is not Response:
                response.prepare(environ)
            status, headers, fit = response._status, response._headerlist, response._fit_headers
            if environ["REQUEST_METHOD"] != "HEAD" and not response.conditional_response:
                # what nobody has changed since the response was made is fit to be sent as it is
                if status in lines:
                    if headers == fit:
                        plain = headers + (added if response._own_cookie is None else with_cookie)
                    else:
                        plain = complete_plain(headers, fit)
                    if plain is not None:
                        start_response(status, plain)
                        return response._app_iter
                names = {name.lower() for name, _ in headers}
                if "location" not in names:
                    headers, body = complete(headers, names), response._app_iter
                    if is_checked:
                        check(status, headers)
                        if status.startswith(_WITHOUT_BODY):
                            headers, body = _without_body(headers), EmptyResponse(body)
                    start_response(status, headers)
                    return body

        # PERF: static: what is remembered of a file was looked at once
        if made_by is FileResponse and response.is_fit:
            return response(environ, start_response)

        is_known = isinstance(response, Response)
        is_ours = is_known and response.takes_default_headers
        schemes = response.allowed_schemes if is_known else None
        if is_checked and is_known:
            _check_location(response)
        is_empty = is_checked and is_known and response._status.startswith(_WITHOUT_BODY)

        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            if is_ours:
                headers = complete(headers, {name.lower() for name, _ in headers})
            if is_checked:
                check(status, headers, schemes)
            if is_empty:
                headers = _without_body(headers)
            return start_response(status, headers, *exc_info)

        body = response(environ, start)
        return EmptyResponse(body) if is_empty else body

    send.as_made = lines, added, with_cookie  # type: ignore[attr-defined]
    return send


def lines_as_made(
    outlet: Outlet | None,
) -> tuple[frozenset[str], list[tuple[str, str]], list[tuple[str, str]]]:
    """Return what an outlet does with a response of our own class that has a body, is not conditional, and is as it was made.

    Returns:
        The status lines for which such a response is sent as it is, and the headers that are added then: to one without a cookie of
        our own, and to one with it.
    """
    as_made: tuple[frozenset[str], list[tuple[str, str]], list[tuple[str, str]]]
    as_made = (_LINES, [], []) if outlet is None else getattr(outlet, "as_made", (_NO_LINES, [], []))
    return as_made


def _completion(
    added: list[tuple[str, str]], keeps_private: bool
) -> Callable[[Headers, set[str]], list[tuple[str, str]]]:
    """Return what makes the headers that are sent of those that a response of ours has, and of their names in lower case."""
    defaults = frozenset(name.lower() for name, _ in added)

    def complete(headers: Headers, names: set[str]) -> list[tuple[str, str]]:
        if defaults.isdisjoint(names):
            sent = [*headers, *added]
        else:
            sent = [(name, value) for name, value in headers if value or name.lower() not in defaults]
            sent += [(name, value) for name, value in added if name.lower() not in names]
        if keeps_private and "set-cookie" in names and needs_privacy(sent):
            sent.append(PRIVATE)
        return sent

    return complete


def _plain_completion(
    added: list[tuple[str, str]], with_cookie: list[tuple[str, str]]
) -> Callable[[list[tuple[str, str]], Headers | None], list[tuple[str, str]] | None]:
    """Return what does the same for answers that are fit but for cookies and a ``Vary``, and ``None`` for others."""
    is_simple = all(name.lower() not in _DECIDED for name, _ in added)

    # PERF: acl, session, csrf: there is nothing else to decide about, and two values to check
    def complete_plain(headers: list[tuple[str, str]], fit: Headers | None) -> list[tuple[str, str]] | None:
        if fit is None or not is_simple or len(headers) < 3 or headers[:2] != fit:
            return None
        has_cookie = False
        for name, value in headers[2:]:
            if name == "Set-Cookie":
                has_cookie = True
            elif name != "Vary":
                return None
            if value.__class__ is not str or not value.isascii() or not value.isprintable():
                return None
        return headers + (with_cookie if has_cookie else added)

    return complete_plain


def _without_body(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [header for header in headers if header[0].lower() not in _ABOUT_THE_BODY]


def _check_location(response: Response) -> None:
    """See whether a response leads where it says, before what browsers would drop is taken out of it."""
    for name, value in response._headerlist:
        if len(name) == 8 and name.lower() == "location":
            try:
                safe_location(value, response.allowed_schemes)
            except HeaderError as error:
                # the traceback of a redirection that was raised shows the line that made it
                raise error from response if isinstance(response, BaseException) else None


def header_lines(value: Any) -> tuple[tuple[str, str], ...]:
    r"""Read a setting: headers as lines ``Name: value``, or as pairs.

    >>> header_lines("X-Frame-Options: DENY\nX-Robots-Tag: noindex")
    (('X-Frame-Options', 'DENY'), ('X-Robots-Tag', 'noindex'))
    >>> header_lines("")
    ()

    Raises:
        ValueError: a line has no colon, or can't be a header.
        TypeError: these are no lines.
    """
    lines = value.splitlines() if isinstance(value, str) else value
    if isinstance(lines, bytes) or not isinstance(lines, Iterable):
        raise TypeError(_LINES_WANTED)
    pairs = tuple(_header(line) for line in lines if not isinstance(line, str) or line.strip())
    check(OK, pairs)
    for name, _ in pairs:
        if name.lower() in _OF_ONE_ANSWER:
            raise ValueError(f"what {name} says can't be so of each answer; leave it out")
    return pairs


# SPEC: RFC 9110, 7.6.1 and 8.6; PEP 3333, Other HTTP Features; a status is no header
#: What only one answer can say of itself, or the server of its connection.
_OF_ONE_ANSWER = {"connection", "content-length", "content-range", "keep-alive", "location", "status", "te"}
_OF_ONE_ANSWER |= {"trailer", "transfer-encoding", "upgrade"}


#: What should be written instead of what can't be read.
_LINES_WANTED = "write lines like X-Frame-Options: DENY"


def _header(line: Any) -> tuple[str, str]:
    """Read one line, or take a pair as it is."""
    pair = tuple(line.split(":", 1) if isinstance(line, str) else line if isinstance(line, tuple) else ())
    if len(pair) != 2 or not all(isinstance(part, str) for part in pair):
        raise ValueError(f"{line!r} is no header; {_LINES_WANTED}")
    return pair[0].strip(), pair[1].strip()
