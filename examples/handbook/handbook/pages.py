"""What can be done to pages. Every change goes through here; none of it knows of requests."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from .language import Count, _
from .models import FormerPath, Page, Revision, now
from .paths import MAX_DEPTH, join, name_problem, parent_of, segments_of, subtree

MAX_TITLE = 200
MAX_BODY = 100_000
MAX_SUMMARY = 160
#: Characters that no text needs: C0 without tab and line feed. (A NUL would cut a text short inside SQLite.)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")

#: What a summary leaves out of Markdown: a link but for its words, stars, backticks, underscores around words. Nothing
#: reads past where the same could begin again, so a text of brackets takes no longer than any other.
_LINK_OR_MARK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)|\*+|`+|(?<!\w)_+(?=\w)|(?<=\w)_+(?!\w)")


class Refused(Exception):
    """What was wanted can't be done; ``message`` is for the one who wanted it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Conflict(Exception):
    """Somebody else saved the page in the meantime."""


def clean_text(text: str) -> str:
    """A text as it is kept: line feeds for line ends, nothing that can't be printed, no blanks at its end."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).rstrip()


def clean_line(text: str) -> str:
    """A title or a comment: one line."""
    return " ".join(clean_text(text).split())


def summary_of(body: str) -> str:
    """The first paragraph of a text in a line, for lists of pages: no heading, table, quotation or code."""
    fenced, words = "", []
    for line in body.splitlines():
        mark = re.match(r"`{3,}(\w*)", line)
        is_text = (
            line.strip()
            and not mark
            and not line.startswith(("#", "|", ">", "!"))
            and fenced in ("", "pydoc")
        )
        if mark:
            fenced = "" if fenced else mark[1] or "code"
        if is_text:
            words.append(line.strip() if fenced else _plain(line))
        elif words:
            if (line.strip() and not mark) or re.search(r"\w", words[-1]):
                break
            words = []  # what was underlined is a heading
    text = " ".join(words)
    return text if len(text) <= MAX_SUMMARY else text[: MAX_SUMMARY - 1].rsplit(" ", 1)[0] + "…"


def _plain(line: str) -> str:
    """A line without marks; a link keeps its words, whose own marks go in the second round."""
    return _LINK_OR_MARK.sub(r"\1", _LINK_OR_MARK.sub(r"\1", line.lstrip("-* "))).strip()


def _checked(title: str, body: str) -> tuple[str, str]:
    title = clean_line(title)
    if not title:
        raise Refused(_("Give the page a title."))
    if len(title) > MAX_TITLE:
        raise Refused(_("A title has at most ${count} characters.", mapping={"count": Count(MAX_TITLE)}))
    return title, checked_body(body)


def checked_body(body: str) -> str:
    """A page's text as it is kept.

    Raises:
        Refused: it is longer than a page may be.
    """
    body = clean_text(body)
    if len(body) > MAX_BODY:
        raise Refused(
            _(
                "A page has at most ${count} characters; put some on pages below it.",
                mapping={"count": Count(MAX_BODY)},
            )
        )
    return body


def add_page(
    db: Session,
    parent: Page,
    name: str,
    title: str,
    body: str,
    *,
    author: str,
    comment: str = "",
    acl: list[Any] | None = None,
) -> Page:
    """Make a page with its first revision.

    Raises:
        Refused: the name or text won't do, or a page of that name is there already.
    """
    title, body = _checked(title, body)
    problem = name_problem(name, parent.path)
    if problem:
        raise Refused(problem)
    path = join(parent.path, name)
    if parent.tree.get(path):
        raise Refused(_("There is a page ${path} already.", mapping={"path": path}))
    page = Page(
        path=path, parent_id=parent.id, name=name, title=title, body=body, summary=summary_of(body), author=author,
        acl=acl, version=1, modified=now(),
    )  # fmt: skip
    db.add(page)
    db.flush()
    db.add(Revision(page_id=page.id, version=1, title=title, body=body, comment=comment, author=author))
    db.flush()
    parent.tree.forget()
    return page


def save_page(
    db: Session, page: Page, title: str, body: str, *, author: str, comment: str = "", based_on: int
) -> bool:
    """Save a page as a new revision; answers whether anything was different.

    ``based_on`` is the version that the author had in front of them.

    Raises:
        Conflict: the page has moved on since then.
        Refused: the title or text won't do.
    """
    title, body = _checked(title, body)
    if based_on != page.version:
        raise Conflict
    if (title, body) == (page.title, page.body):
        return False
    page.title, page.body, page.summary = title, body, summary_of(body)
    page.version, page.author, page.modified = page.version + 1, author, now()
    comment = clean_line(comment)[:MAX_TITLE]
    db.add(
        Revision(
            page_id=page.id, version=page.version, title=title, body=body, comment=comment, author=author
        )
    )
    db.flush()
    return True


def move_page(db: Session, page: Page, parent: Page, name: str) -> str:
    """Move a page and all below it; answers its new path.

    Raises:
        Refused: it can't stand there.
    """
    old, new = page.path, join(parent.path, name)
    if old == "/":
        raise Refused(_("The first page stays where it is."))
    if parent.path.startswith(old):
        raise Refused(_("A page can’t be moved below itself."))
    if new == old:
        raise Refused(_("The page stands there already."))
    problem = name_problem(name, parent.path)
    if problem:
        raise Refused(problem)
    if page.tree.get(new):
        raise Refused(_("There is a page ${path} already.", mapping={"path": new}))
    low, high = subtree(old)
    inside = (Page.path >= low, Page.path < high)
    paths = db.execute(select(Page.path, Page.id).where(*inside)).all()
    growth = len(segments_of(new)) - len(segments_of(old))
    if max(len(segments_of(path)) for path, _ in paths) + growth > MAX_DEPTH:
        raise Refused(
            _(
                "Pages stand at most ${count} deep, and some below this one would stand deeper.",
                mapping={"count": Count(MAX_DEPTH)},
            )
        )
    db.execute(
        insert(FormerPath).prefix_with("OR REPLACE"),
        [{"path": path, "page_id": page_id} for path, page_id in paths],
    )
    page.parent_id, page.name = parent.id, name
    db.flush()
    db.execute(
        update(Page).where(*inside).values(path=new + func.substr(Page.path, len(old) + 1)),
        execution_options={"synchronize_session": False},
    )
    db.expire_all()
    page.tree.forget()
    return new


def delete_page(db: Session, page: Page) -> str:
    """Delete a page that has none below it; answers the path of the page above.

    Raises:
        Refused: it is the root, or pages stand below it.
    """
    if page.path == "/":
        raise Refused(_("The first page can’t be deleted."))
    if db.scalar(select(Page.id).filter_by(parent_id=page.id).limit(1)):
        raise Refused(_("Pages stand below this one; move or delete them first."))
    above, tree = parent_of(page.path), page.tree
    db.delete(page)
    db.flush()
    tree.forget()
    return above


def former_place(db: Session, path: str) -> Page | None:
    """The page that stood at ``path`` once."""
    return db.scalar(
        select(Page).join(FormerPath, FormerPath.page_id == Page.id).where(FormerPath.path == path)
    )
