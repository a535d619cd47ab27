"""The pages of 404, 403 and 500 under ``goldilocks.debug``.

They explain what `goldilocks.explain` found out, as HTML for browsers and as text for everybody else. What the
application raises on purpose keeps its own words, and what has a body of its own is sent as it is.

An explanation becomes sections of rows first, and those become HTML or text, so that both always say the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from itertools import groupby
from string import Template
from typing import TYPE_CHECKING, Any, NamedTuple

from goldilocks.exceptions import URLDecodeError
from goldilocks.explain import explain, explain_error
from goldilocks.explanation import ErrorFact, Explanation, RouteFact, VerdictFact, ViewFact, printable
from goldilocks.httpexceptions import HTTPException, HTTPForbidden, HTTPInternalServerError, HTTPNotFound
from goldilocks.methods import MethodMismatch
from goldilocks.offers import Offers
from goldilocks.response import Response
from goldilocks.reticence import requested

if TYPE_CHECKING:
    from goldilocks.types import AnyRequest, AnyResponse, Environ

log = logging.getLogger(__name__)

#: How many routes that don't fit are shown.
MISSES = 30

HTML, JSON, TEXT = "text/html", "application/json", "text/plain"
_OFFERS = Offers([HTML, JSON, TEXT])

#: What a raised answer may have been given to say it in its own way.
_TEMPLATES = ("body_template_obj", "html_template_obj", "plain_template_obj")

#: The page loads nothing and runs nothing, whatever stands in it; and nobody keeps it.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


# --- Which page ----------------------------------------------------------------------------------------------------


def explaining_page(error: Any, request: AnyRequest) -> AnyResponse:
    """Answer a 404 or a 403 with its explanation, and every other error with itself.

    Args:
        error: the answer that was raised.
        request: as the router left it.
    """
    if not isinstance(error, HTTPNotFound | HTTPForbidden) or _has_own_words(error):
        return error
    return _explained(error, request.environ, lambda: explain(request, error))


def error_page(error: BaseException, environ: Environ) -> AnyResponse:
    """Answer an error that nothing answered with its traceback."""
    method, path = requested(environ)
    return _explained(HTTPInternalServerError(), environ, lambda: explain_error(error, method, path))


def _has_own_words(error: HTTPException) -> bool:
    if error.has_body:
        return True
    is_plain = all(getattr(error, name) is getattr(HTTPException, name) for name in _TEMPLATES)
    return not (is_plain or isinstance(error, MethodMismatch))


def _explained(error: HTTPException, environ: Environ, gather: Callable[[], Explanation]) -> AnyResponse:
    """Return the page for an error; the error itself, should the explanation fail."""
    try:
        known = gather()
        page = _page(error, known, environ)
    except URLDecodeError:  # what was refused at the edge is explained by nobody: its path may be no text
        return error
    except Exception:
        log.exception("the explanation of an error failed")
        return error
    _hand_places_on(error, page)
    page.headers.extend((name, value) for name, value in error.headerlist if name.lower() not in _OF_THE_BODY)
    for name, value in _HEADERS.items():
        page.headers[name] = value
    return page


def _hand_places_on(error: HTTPException, page: Response) -> None:
    """Let a header that can't be sent point at who gave it to the error, and not at the page that takes it over."""
    noted: dict[str, str] = getattr(error.headerlist, "places", {})
    getattr(page.headerlist, "places", noted).update(noted)


_OF_THE_BODY = ("content-type", "content-length")


def _page(error: HTTPException, known: Explanation, environ: Environ) -> Response:
    kind = preferred(environ.get("HTTP_ACCEPT", ""))
    detail = printable(error.detail) if error.detail and known.raised is not None else ""
    if kind == HTML:
        return Response(
            as_html(error.status, known, detail), status=error.status, content_type=HTML, charset="UTF-8"
        )
    text = as_text(error.status, known, detail)
    if kind == TEXT:
        return Response(text, status=error.status, content_type=TEXT, charset="UTF-8")
    content = error._json_formatter(
        status=error.status, body=detail or known.reason, title=error.title, environ=environ
    )
    if isinstance(content, dict):
        content = {**content, "debug": text.splitlines()}
    return Response(json_body=content, status=error.status, content_type=JSON)


def preferred(accept: str) -> str:
    """Return the form that a client asks for by name; text for one that takes anything, as most tools do.

    >>> preferred("text/html,application/xml;q=0.9,*/*;q=0.8"), preferred("*/*"), preferred("application/json")
    ('text/html', 'text/plain', 'application/json')
    """
    # SPEC: RFC 9110, 12.5.1; a header that can't be read counts as none
    offers = _OFFERS.acceptable(accept)
    best = [offer for offer, quality in offers if quality == offers[0][1]]
    return next((offer for offer in best if offer in accept.lower()), TEXT)


# --- What stands on it ---------------------------------------------------------------------------------------------


class Row(NamedTuple):
    """Words side by side; ``mark`` is ``yes``, ``no``, ``dim`` or nothing."""

    cells: tuple[str, ...]
    mark: str = ""


class Section(NamedTuple):
    """Rows under a title."""

    title: str
    rows: Sequence[Row]
    note: str = ""
    is_code: bool = False


def sections(known: Explanation) -> list[Section]:
    """Return what an explanation has to say, the most telling first; what is empty is left out."""
    told = [
        *_error_sections(known.errors),
        *_verdict_sections(known.verdict),
        Section("Nearest routes", [_near_row(near) for near in known.nearest]),
        _route_section(known.routes),
        Section("Where the walk ended", list(_walk_rows(known))),
        Section("Views that were tried", [_view_row(view) for view in known.views]),
        Section(
            "Names of views here", [] if known.views else [Row((_named(name),)) for name in known.view_names]
        ),
    ]
    return [section for section in told if section.rows or section.note]


def _near_row(route: RouteFact) -> Row:
    return Row((route.pattern, _route_name(route), _text(route.place)))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _named(name: str) -> str:
    return name or "'' (the default view)"


def _error_sections(errors: Sequence[ErrorFact]) -> Iterator[Section]:
    for error in errors:
        rows = [
            Row((f"{frame.place}, in {frame.function}", frame.source), "yes" if frame.is_own else "dim")
            for frame in error.frames
        ]
        note = f"{error.omitted} calls in the middle are left out." if error.omitted else ""
        title = (
            f"{error.relation}: {error.summary}" if error.relation else "Traceback, the innermost call last"
        )
        yield Section(title, rows, note, is_code=True)


def _verdict_sections(verdict: VerdictFact | None) -> Iterator[Section]:
    if verdict is None:
        return
    facts = [
        ("security policy", verdict.policy),
        ("permission", _text(verdict.permission)),
        ("resource", _text(verdict.resource)),
        ("principals", ", ".join(verdict.principals)),
    ]
    yield Section("Permission", [Row(fact) for fact in facts if fact[1]])
    entries = [
        Row((entry.text, "decides" if entry.decided else ""), "no" if entry.decided else "dim")
        for entry in verdict.entries
    ]
    yield Section(f"ACL of {verdict.resource}", entries)


def _route_section(routes: Sequence[RouteFact]) -> Section:
    misses = [route for route in routes if not route.fits][MISSES:]
    shown = [_route_row(route) for route in routes if route not in misses]
    note = f"{len(misses)} more routes don't fit the path." if misses else ""
    return Section("Routes that were tried", shown, note)


def _route_row(route: RouteFact) -> Row:
    if not route.fits:
        words, mark = "doesn't fit the path", "dim"
    elif route.refused_by is not None:
        words, mark = f"refused by {route.refused_by}", "no"
    else:
        words, mark = "fits", "yes"
    return Row((route.pattern, words, _route_name(route), _text(route.place)), mark)


def _route_name(route: RouteFact) -> str:
    """Return the name of a route; a route that was said by a decorator is called like its pattern, which is there already."""
    return "" if route.name == route.pattern else route.name


def _walk_rows(known: Explanation) -> Iterator[Row]:
    walk = known.walk
    if walk is None or not walk.has_tree or (known.taken is not None and not walk.traversed):
        return
    facts = [
        ("root", walk.root),
        ("walked", "/" + "/".join(walk.traversed)),
        ("ended at", walk.context),
        ("view name", _named(walk.view_name)),
        ("subpath", "/".join(walk.subpath)),
    ]
    yield from (Row(fact) for fact in facts if fact[1])


def _view_row(view: ViewFact) -> Row:
    refusal = view.refused_by
    words = "its predicates hold" if refusal is None else f"refused by {refusal}"
    permission = "" if view.permission is None else f"permission {view.permission!r}"
    return Row((view.view, words, permission, _text(view.place)), "yes" if refusal is None else "no")


# --- As text -------------------------------------------------------------------------------------------------------

FOOTER = "This page explains itself because goldilocks.debug is on. Switch that off where strangers can come."

_MARKS = {"yes": "+", "no": "-", "dim": " ", "": " "}


def as_text(status: str, known: Explanation, detail: str = "") -> str:
    """Write an explanation as text."""
    paragraphs = [f"{status}\n{known.method} {known.path}", known.reason, known.advice, detail]
    for section in sections(known):
        lines = (
            [section.title, *_code_lines(section.rows)]
            if section.is_code
            else [section.title, *_lines(section.rows)]
        )
        paragraphs.append("\n".join([*lines, *([f"  {section.note}"] if section.note else [])]))
    return "\n\n".join(paragraph for paragraph in [*paragraphs, FOOTER] if paragraph) + "\n"


def _code_lines(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        place, source = row.cells
        yield f"  {'>' if row.mark == 'yes' else ' '} {place}"
        if source:
            yield f"        {source}"


def _lines(rows: Sequence[Row]) -> Iterator[str]:
    """Yield rows as lines, with columns as wide as what stands in them, within reason."""
    widths = [min(max(map(len, column)), 40) for column in zip(*(row.cells for row in rows), strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row.cells, widths, strict=True))
        yield f"  {_MARKS[row.mark]} {'  '.join(cells)}".rstrip()


# --- As HTML -------------------------------------------------------------------------------------------------------


def as_html(status: str, known: Explanation, detail: str = "") -> str:
    """Write an explanation as HTML."""
    parts = [
        f"<p class=reason>{_lined(known.reason)}</p>",
        f"<p>{escape(known.advice)}</p>" if known.advice else "",
        f"<p class=detail>{escape(detail)}</p>" if detail else "",
        *map(_html_section, sections(known)),
    ]
    return _FRAME.substitute(
        style=_STYLE,
        status=escape(status),
        method=escape(known.method),
        path=escape(known.path),
        main="\n".join(filter(None, parts)),
        footer=escape(FOOTER),
    )


def _lined(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _html_section(section: Section) -> str:
    note = f"<p class=note>{escape(section.note)}</p>" if section.note else ""
    if section.is_code:
        rows = "".join(
            _html_calls(list(run), mark) for mark, run in groupby(section.rows, lambda row: row.mark)
        )
        body = f"<div class=card>{rows}</div>"
    else:
        body = "\n".join(["<table class=card>", *map(_html_row, section.rows), "</table>"])
    return f"<section>\n<h2>{_lined(section.title)}</h2>\n{body}{note}\n</section>"


def _html_row(row: Row) -> str:
    cells = "".join(f"<td>{escape(cell)}" for cell in row.cells)
    return f'<tr class="{row.mark}">{cells}'


def _html_calls(rows: Sequence[Row], mark: str) -> str:
    """Write neighbouring calls of one kind; many that aren't the application's are folded away."""
    calls = "\n".join(
        f'<p class="call {mark}">{escape(place)}<code>{escape(source)}</code>' for (place, source), _ in rows
    )
    if mark == "dim" and len(rows) > 2:
        return f"<details><summary>{len(rows)} calls in libraries</summary>{calls}</details>"
    return calls


_STYLE = """
:root { color-scheme: light dark; --page: #fbfaf7; --ink: #23211c; --faint: #6b675d; --line: #e2ded4; --card: #fff;
  --gold: #9a6b00; --yes: #1f7a3d; --no: #b3261e }
@media (prefers-color-scheme: dark) { :root { --page: #191815; --ink: #ece8df; --faint: #a09a8c; --line: #37342d;
  --card: #211f1b; --gold: #e2b33c; --yes: #6cc98a; --no: #ff8a80 } }
* { box-sizing: border-box }
body { margin: 0; border-top: .3rem solid var(--gold); background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
header, main, footer { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem }
h1 { margin: 2rem 0 0; font-size: 1.7rem; line-height: 1.2 }
header p, code, td:first-child { font-family: ui-monospace, monospace; font-size: .92em }
header p { margin: .4rem 0 0; color: var(--faint) }
.reason { margin: 1.2rem 0 .5rem; font-size: 1.2rem }
.detail { border-left: .25rem solid var(--gold); padding-left: .8rem }
h2 { margin: 1.8rem 0 .5rem; font-size: 1rem }
.card { width: 100%; border: 1px solid var(--line); border-radius: .4rem; border-spacing: 0; background: var(--card);
  overflow: hidden; font-size: .92rem }
td { padding: .45rem .9rem; vertical-align: top }
tr + tr td, .call + .call, .card > * + .call, .card > * + details { border-top: 1px solid var(--line) }
td:first-child, .call { border-left: .25rem solid transparent }
.yes td:first-child, .call.yes { border-left-color: var(--yes) }
.no td:first-child { border-left-color: var(--no) }
.no td:nth-child(2) { color: var(--no) }
.dim, td:last-child:not(:first-child):not(:nth-child(2)), .note, footer { color: var(--faint) }
.call, summary { margin: 0; padding: .45rem .9rem }
.call { font-size: .85rem; color: var(--faint) }
.call code { display: block; font-size: .92rem; white-space: pre-wrap }
.call.yes code { color: var(--ink); font-weight: 600 }
summary { cursor: pointer; color: var(--faint) }
details[open] summary { border-bottom: 1px solid var(--line) }
.note, footer { font-size: .88rem }
footer { margin-block: 2rem }
@media (max-width: 40rem) { td { display: block; padding-block: 0; border: 0 !important } td:empty { display: none }
  tr { display: block; padding: .5rem 0; border-left: .25rem solid transparent }
  tr + tr { border-top: 1px solid var(--line) } tr.yes { border-left-color: var(--yes) }
  tr.no { border-left-color: var(--no) } }
"""

_FRAME = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$status: $path</title>
<style>$style</style>
</head>
<body>
<header><h1>$status</h1><p>$method $path</p></header>
<main>
$main
</main>
<footer>$footer</footer>
</body>
</html>
""")
