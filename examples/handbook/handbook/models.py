"""The tables, and a page as a resource.

A page keeps its whole path (``/team/onboarding/``): the pages on the way to it are found with one query, a subtree
is a range of paths, and a move rewrites the beginnings. A page is a resource as well as a row: ``__name__``,
``__parent__`` and ``__acl__`` are what traversal and the ACL helper ask for.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, DateTime, ForeignKey, UniqueConstraint, event, text
from sqlalchemy.engine import Connection, Engine, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, object_session

from .paths import parent_of

if TYPE_CHECKING:
    from .resources import Files, Tree


class Base(DeclarativeBase):
    """What all tables share."""


def now() -> datetime:
    """The time in UTC without its zone, as SQLite keeps it."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


class User(Base):
    __tablename__ = "user"

    login: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str]


class Page(Base):
    """A page of the handbook, written by people."""

    __tablename__ = "page"

    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("page.id", ondelete="RESTRICT"), index=True)
    name: Mapped[str]
    title: Mapped[str]
    kind: Mapped[str] = mapped_column(default="page")
    summary: Mapped[str] = mapped_column(default="")
    #: The text stands deferred: ancestors are loaded for their names and ACLs, and never for what they say.
    body: Mapped[str] = mapped_column(default="", deferred=True)
    #: Counts the revisions; a form that was opened on an older one is in conflict.
    version: Mapped[int] = mapped_column(default=1)
    #: The page's own entries, ``[action, principal, [permission, ...]]``; without any it inherits.
    acl: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    author: Mapped[str]
    modified: Mapped[datetime] = mapped_column(DateTime, default=now)

    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "page"}

    @property
    def tree(self) -> Tree:
        """The tree of the session that this page came with."""
        session = object_session(self)
        assert session is not None, "a page is a resource as long as its session is open"
        return session.info["tree"]

    @property
    def __name__(self) -> str:  # type: ignore[override]
        return self.name

    @property
    def __parent__(self) -> Page | None:
        return None if self.path == "/" else self.tree.get(parent_of(self.path))

    @property
    def __acl__(self) -> list[tuple[str, str, Any]]:
        if self.acl is None:
            raise AttributeError("this page inherits its ACL")
        return self.tree.entries(self.acl)

    def __getitem__(self, name: str) -> Page | Files:
        return self.tree.step(self, name)


class LibraryPage(Page):
    """A page made from the documentation of the standard library; its subclasses only say what of."""

    __mapper_args__ = {"polymorphic_identity": "library"}


class Package(LibraryPage):
    __mapper_args__ = {"polymorphic_identity": "package"}


class Module(LibraryPage):
    __mapper_args__ = {"polymorphic_identity": "module"}


class Class(LibraryPage):
    __mapper_args__ = {"polymorphic_identity": "class"}


class Function(LibraryPage):
    __mapper_args__ = {"polymorphic_identity": "function"}


class Revision(Base):
    """A page's title and text as somebody saved them."""

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("page_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id", ondelete="CASCADE"))
    version: Mapped[int]
    title: Mapped[str]
    body: Mapped[str] = mapped_column(deferred=True)
    comment: Mapped[str] = mapped_column(default="")
    author: Mapped[str]
    created: Mapped[datetime] = mapped_column(DateTime, default=now)


class Attachment(Base):
    """A file that hangs on a page: the row is a resource, the bytes lie in the uploads folder by their digest."""

    __tablename__ = "attachment"
    __table_args__ = (UniqueConstraint("page_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id", ondelete="CASCADE"))
    name: Mapped[str]
    size_bytes: Mapped[int]
    digest: Mapped[str] = mapped_column(index=True)
    author: Mapped[str]
    created: Mapped[datetime] = mapped_column(DateTime, default=now)

    #: Set by the folder that traversal found it in. (Not a column, so not annotated as one.)
    __parent__ = None  # type: Any

    @property
    def __name__(self) -> str:  # type: ignore[override]
        return self.name


class FormerPath(Base):
    """Where a page stood before it moved, so that an old link can be answered with the new place."""

    __tablename__ = "former_path"

    path: Mapped[str] = mapped_column(primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("page.id", ondelete="CASCADE"), index=True)


class Fact(Base):
    """A word that the handbook remembers about itself, such as which library it was filled from."""

    __tablename__ = "fact"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


#: The full-text index reads the page table itself (external content), and triggers keep it in step.
SEARCH_INDEX = (
    """CREATE VIRTUAL TABLE IF NOT EXISTS page_search USING fts5(
        title, name, body, content='page', content_rowid='id', tokenize="unicode61 remove_diacritics 2")""",
    """CREATE TRIGGER IF NOT EXISTS page_indexed AFTER INSERT ON page BEGIN
        INSERT INTO page_search(rowid, title, name, body) VALUES (new.id, new.title, new.name, new.body);
    END""",
    """CREATE TRIGGER IF NOT EXISTS page_dropped AFTER DELETE ON page BEGIN
        INSERT INTO page_search(page_search, rowid, title, name, body)
        VALUES ('delete', old.id, old.title, old.name, old.body);
    END""",
    """CREATE TRIGGER IF NOT EXISTS page_indexed_again AFTER UPDATE OF title, name, body ON page BEGIN
        INSERT INTO page_search(page_search, rowid, title, name, body)
        VALUES ('delete', old.id, old.title, old.name, old.body);
        INSERT INTO page_search(rowid, title, name, body) VALUES (new.id, new.title, new.name, new.body);
    END""",
)


def open_database(file: str) -> Engine:
    """Open the SQLite file, making what isn't there yet.

    A transaction begins when it is said and not when sqlite3 guesses; one that is going to write takes the write
    lock at its beginning, so that what it read is still true when it writes.
    """
    engine = create_engine(f"sqlite:///{file}")

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL", "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("handbook_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    with for_writing(engine).begin() as connection:
        Base.metadata.create_all(connection)
        for statement in SEARCH_INDEX:
            connection.execute(text(statement))
    return engine


def for_writing(engine: Engine) -> Engine:
    """The same engine, whose transactions take the write lock when they begin."""
    return engine.execution_options(handbook_writes=True)
