"""What a new handbook holds: three users, the pages in ``texts/``, and the ACLs that make them differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from goldilocks.authorization import Allow, Authenticated, Deny, Everyone

from .database import open_session
from .models import Page, Revision, User, now
from .pages import add_page, clean_text, save_page, summary_of
from .paths import name_of, parent_of
from .resources import EVERYTHING
from .security import hash_password

TEXTS = Path(__file__).parent / "texts"

#: For a demonstration on one's own machine. A real handbook makes its own users.
PASSWORD = "porridge"
USERS = (
    ("rita", "Rita Reader", "reader"),
    ("emil", "Emil Editor", "editor"),
    ("olga", "Olga Owner", "owner"),
)

CHANGES = ["edit", "add", "move"]


@dataclass(frozen=True)
class Start:
    """A page to begin with: its path, who wrote it, and its own ACL if it has one."""

    path: str
    author: str = "olga"
    days_ago: int = 30
    acl: list[Any] | None = None
    #: Later revisions: who, what for, and a passage with the one that took its place.
    edits: list[tuple[str, str, str, str]] = field(default_factory=list)


PAGES = (
    Start(
        "/",
        acl=[
            [Allow, "role:owner", [EVERYTHING]],
            [Allow, "role:editor", ["view", *CHANGES]],
            [Allow, Everyone, ["view"]],
        ],
    ),
    Start("/how-we-work/", "emil", 28),
    Start(
        "/how-we-work/writing/", "emil", 27,
        edits=[
            ("olga", "Say who reads it", "Write for the person", "Write for the colleague"),
            ("emil", "Shorter, and an example", "It is usually a good idea to put the answer first.",
             "Put the answer first: “Deploys happen on Tuesday”, and then why."),
        ],
    ),
    Start("/how-we-work/releases/", "emil", 26, edits=[("olga", "Releases on Tuesdays", "Thursday", "Tuesday")]),
    Start("/how-we-work/meetings/", "olga", 25),
    Start("/team/", "olga", 24),
    Start("/team/onboarding/", "emil", 23, edits=[("emil", "Who to ask", "your manager", "Olga or Emil")]),
    Start("/team/onboarding/first-week/", "emil", 22),
    Start("/team/reading-list/", "rita", 20, acl=[[Allow, "role:reader", ["edit"]]]),
    Start("/team/retrospectives/", "emil", 12, acl=[[Allow, Authenticated, ["view"]], [Deny, Everyone, ["view"]]]),
    Start("/owners/", "olga", 10, acl=[[Allow, "role:owner", [EVERYTHING]], [Deny, Everyone, [EVERYTHING]]]),
    Start("/owners/budget/", "olga", 9),
    Start("/library/", "olga", 8, acl=[[Allow, "role:owner", [EVERYTHING]], [Deny, Everyone, CHANGES]]),
)  # fmt: skip


def put_if_empty(engine: Engine) -> None:
    """Fill a database that has no first page; leave any other alone."""
    with open_session(engine, writes=True) as db:
        if db.scalar(select(Page.id).filter_by(path="/")) is None:
            for login, name, role in USERS:
                db.add(User(login=login, name=name, role=role, password_hash=hash_password(PASSWORD)))
            for start in PAGES:
                _put(db, start)
            db.commit()


def _put(db: Session, start: Start) -> None:
    title, body = text_of(start.path)
    tree = db.info["tree"]
    when = now() - timedelta(days=start.days_ago)
    for _, _, before, after in reversed(start.edits):
        assert after in body, f"{start.path}: the text doesn't hold {after!r}"
        body = body.replace(after, before, 1)
    if start.path == "/":
        db.add(
            Page(
                path="/",
                name="",
                title=title,
                body=body,
                summary=summary_of(body),
                author=start.author,
                acl=start.acl,
            )
        )
        db.flush()
        page = db.scalars(select(Page)).one()
        db.add(Revision(page_id=page.id, version=1, title=title, body=body, author=start.author))
        tree.forget()
    else:
        above = tree.get(parent_of(start.path))
        page = add_page(db, above, name_of(start.path), title, body, author=start.author, acl=start.acl)
    _date(db, page, 1, when)
    for number, (author, comment, before, after) in enumerate(start.edits, 2):
        save_page(
            db,
            page,
            title,
            page.body.replace(before, after, 1),
            author=author,
            comment=comment,
            based_on=number - 1,
        )
        _date(db, page, number, when + timedelta(days=2 * (number - 1), hours=3))


def _date(db: Session, page: Page, version: int, when: Any) -> None:
    """Put a revision into the past, so that a new handbook has a history to look at."""
    page.modified = when
    db.execute(update(Revision).filter_by(page_id=page.id, version=version).values(created=when))


def text_of(path: str) -> tuple[str, str]:
    """Title and body of a page to begin with: the file's first line is the title."""
    file = TEXTS / (path.strip("/") or "index")
    text = clean_text(file.with_name(file.name + ".md").read_text("utf-8"))
    title, _, body = text.partition("\n")
    return title.removeprefix("# "), body.strip()
