"""A team handbook: pages in a tree, found by traversal, kept in SQLite."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path
from typing import Any

from goldilocks.config import Configurator
from goldilocks.session import SignedCookieSessionFactory
from goldilocks.static import QueryStringConstantCacheBuster

from . import starter
from .models import open_database

HERE = Path(__file__).parent
#: Where the database, the uploads and the secret lie, unless ``handbook.data`` says otherwise.
DATA = HERE.parent / "var"

SESSION_S = 12 * 3600
UPLOAD_LIMIT_BYTES = 10 * 1024**2


def main(global_config: dict[str, Any] | None = None, **settings: Any) -> Any:
    """Make the WSGI application.

    Settings: ``handbook.data``, a folder; ``handbook.upload_limit_bytes``.
    """
    data = Path(settings.get("handbook.data") or DATA)
    data.mkdir(parents=True, exist_ok=True)
    engine = open_database(str(data / "handbook.sqlite"))
    starter.put_if_empty(engine)
    settings |= {
        "handbook.engine": engine,
        "handbook.uploads": data / "uploads",
        "handbook.upload_limit_bytes": int(settings.get("handbook.upload_limit_bytes", UPLOAD_LIMIT_BYTES)),
    }
    with Configurator(settings=settings, root_factory="handbook.resources.root_factory") as config:
        config.set_session_factory(
            SignedCookieSessionFactory(
                secret_in(data),
                cookie_name="handbook",
                timeout=SESSION_S,
                max_age=SESSION_S,
                reissue_time=600,
                httponly=True,
                samesite="Lax",
            )
        )
        config.include("handbook.database")
        config.include("handbook.security")
        config.include("handbook.web")
        config.include("handbook.language")
        config.include(routes)
        config.scan("handbook.views")
        return config.make_wsgi_app()


def routes(config: Any) -> None:
    """What stands beside the tree; ``handbook.paths.RESERVED`` keeps these names free."""
    config.add_route("search", "/search")
    config.add_route("login", "/login")
    config.add_route("logout", "/logout")
    config.add_route("language", "/language")
    config.add_route("api_pages", "/api/pages")
    config.add_route("api_search", "/api/search")
    config.add_static_view("static", "handbook:static", cache_max_age=7 * 24 * 3600)
    style = (HERE / "static" / "style.css").read_bytes()
    config.add_cache_buster(
        "handbook:static", QueryStringConstantCacheBuster(hashlib.sha256(style).hexdigest()[:12])
    )


def secret_in(data: Path) -> str:
    """The secret that signs the session cookie, made at the first run and readable by its owner alone."""
    file = data / "secret"
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text("ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as target:
        target.write(secrets.token_hex(64))
    return file.read_text("ascii").strip()
