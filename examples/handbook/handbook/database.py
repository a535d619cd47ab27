"""One session a request, one transaction a request.

``request.db`` opens when it is first asked for. What a request changed is kept if the answer is a success or a
redirect, and undone if it is an error: a view that refuses a form needs to clean up nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from .models import for_writing
from .resources import Tree

SESSION = "handbook.session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def open_session(engine: Engine, *, writes: bool = False) -> Session:
    """A session with a tree of its own."""
    db = Session(for_writing(engine) if writes else engine)
    db.info["tree"] = Tree(db)
    return db


def request_db(request: Any) -> Session:
    db = open_session(request.registry.settings["handbook.engine"], writes=request.method not in SAFE_METHODS)
    request.add_finished_callback(lambda request: db.close())
    request.environ[SESSION] = db
    return db


def transaction_tween(handler: Callable[[Any], Any], registry: Any) -> Callable[[Any], Any]:
    """Commit when the answer is there; it stands around the exception views, so that it sees what they answered."""

    def tween(request: Any) -> Any:
        response = handler(request)
        db = request.environ.get(SESSION)
        if db is not None and response.status_code < 400:
            db.commit()
        return response

    return tween


def includeme(config: Any) -> None:
    config.add_request_method(request_db, "db", reify=True)
    config.add_request_method(lambda request: request.db.info["tree"], "tree", property=True)
    config.add_tween("handbook.database.transaction_tween")
