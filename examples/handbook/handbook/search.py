"""Full-text search with SQLite's FTS5."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape, unescape
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, column, func, literal_column, or_, select, table, text
from sqlalchemy.orm import Session

from .models import Page

MAX_QUERY = 200
MAX_WORDS = 12
_PHRASE_OR_WORD = re.compile(r'"([^"]*)"|([^\s"]+)')
#: Around a hit in a snippet, until the text is escaped; no page holds these characters.
_OPEN, _CLOSE = "\x02", "\x03"

_index = table("page_search", column("rowid"))


@dataclass(frozen=True, slots=True)
class Hit:
    """A page that was found; ``snippet`` is HTML with the words marked."""

    path: str
    title: str
    kind: str
    summary: str
    snippet: str


@dataclass(frozen=True, slots=True)
class Hits:
    """A screenful of hits, and how many there are in all."""

    total: int
    items: list[Hit]


def match_expression(query: str) -> str | None:
    """Put what somebody typed into the words of FTS5; ``None`` if there is nothing to look for.

    Every word and every "quoted phrase" must be there, the last word as a beginning. All of them are quoted, so no
    character and no keyword of FTS5 means anything.

    >>> match_expression('json "load file" NEAR(x')
    '"json" "load file" "NEAR(x"*'
    """
    found = _PHRASE_OR_WORD.findall(query[:MAX_QUERY])[:MAX_WORDS]
    terms = [(phrase or word, bool(word)) for phrase, word in found if re.search(r"[^\W_]", phrase or word)]
    quoted = [f'"{_CONTROLS.sub(" ", term)}"' for term, _ in terms]
    if quoted and terms[-1][1]:
        quoted[-1] += "*"
    return " ".join(quoted) or None


_MARKS = re.compile(r"`{3,}\w*|^#+ |^> |-{3,}|\||\[|\]\([^()\s]*\)|\*\*", re.MULTILINE)
_CONTROLS = re.compile(r"[\x00-\x1f\ud800-\udfff]")


def search(
    db: Session, query: str, readable: ColumnElement[bool], *, limit: int = 20, offset: int = 0
) -> Hits:
    """Find the pages that hold all the words, the best first: a page of that very name, then by bm25."""
    expression = match_expression(query)
    if expression is None:
        return Hits(0, [])
    hits = (_index.c.rowid == Page.id, text("page_search MATCH :expression"), readable)
    values = {"expression": expression, "exact": _CONTROLS.sub(" ", query).strip().lower()}
    total = (
        db.scalar(select(func.count()).select_from(Page).join(_index, hits[0]).where(*hits[1:]), values) or 0
    )
    if not total:
        return Hits(0, [])
    exact: Any = bindparam("exact")
    is_exact = or_(func.lower(Page.name) == exact, func.lower(Page.title) == exact)
    # Weights for title, name and text: a word in a title says more about a page than one somewhere in it.
    rank: ColumnElement[Any] = literal_column("bm25(page_search, 8.0, 4.0, 1.0)")
    snippet = func.snippet(literal_column("page_search"), 2, _OPEN, _CLOSE, "…", 28)
    statement = (
        select(Page.path, Page.title, Page.kind, Page.summary, snippet)
        .join(_index, hits[0])
        .where(*hits[1:])
        .order_by(case((is_exact, 0), else_=1), rank, Page.path)
        .limit(limit)
        .offset(offset)
    )
    rows = db.execute(statement, values)
    return Hits(
        total,
        [Hit(path, title, kind, summary, marked(found or "")) for path, title, kind, summary, found in rows],
    )


def marked(snippet: str) -> str:
    """A snippet as HTML, without line ends and most marks of Markdown."""
    flat = " ".join(_MARKS.sub(" ", snippet).replace("\\_", "_").split())
    return escape(flat).replace(_OPEN, "<mark>").replace(_CLOSE, "</mark>")


def plain(snippet: str) -> str:
    """A snippet of :func:`marked` as plain text, for readers that show no HTML."""
    return unescape(re.sub(r"</?mark>", "", snippet))
