"""Attachments: names made safe, bytes kept by their digest."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO
from urllib.parse import quote

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from .language import Size, _
from .models import Attachment, Page
from .pages import Refused

MAX_FILE_NAME = 120
_CHUNK = 64 * 1024
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
#: Types that a page may show as an image. Everything else is bytes to be saved.
IMAGES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
}


def safe_file_name(name: str) -> str:
    r"""The last part of a name that a browser sent, without anything that means something to a file system or in a path.

    >>> safe_file_name("C:\\reports\\..\\plan <1>.pdf")
    'plan 1.pdf'
    """
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    name = " ".join(_UNSAFE.sub("", name).split()).strip(". ").lstrip("@+. ")
    stem, extension = os.path.splitext(name)
    extension = extension[:20]
    return (stem[: MAX_FILE_NAME - len(extension)].strip(". ") + extension) or "file"


def free_name(db: Session, page: Page, name: str) -> str:
    """``name``, or with a number where the page has a file of that name."""
    taken = set(db.scalars(select(func.lower(Attachment.name)).where(Attachment.page_id == page.id)))
    stem, extension = os.path.splitext(name)
    candidate, number = name, 1
    while candidate.lower() in taken:
        number += 1
        candidate = f"{stem}-{number}{extension}"
    return candidate


def attach(
    db: Session, folder: Path, page: Page, name: str, stream: IO[bytes], author: str, limit_bytes: int
) -> Attachment:
    """Keep a file that was uploaded.

    Raises:
        Refused: it is empty or larger than ``limit_bytes``.
    """
    digest, size = hashlib.sha256(), 0
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, prefix=".upload-", delete=False) as target:
        try:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > limit_bytes:
                    raise Refused(_("A file has at most ${size}.", mapping={"size": Size(limit_bytes)}))
                digest.update(chunk)
                target.write(chunk)
            if not size:
                raise Refused(_("That file is empty."))
        except BaseException:
            os.unlink(target.name)
            raise
    os.replace(target.name, place_of(folder, digest.hexdigest()))
    attachment = Attachment(
        page_id=page.id, name=free_name(db, page, safe_file_name(name)), size_bytes=size, digest=digest.hexdigest(),
        author=author,
    )  # fmt: skip
    db.add(attachment)
    db.flush()
    return attachment


def detach(db: Session, folder: Path, attachment: Attachment) -> None:
    """Take an attachment away, and its bytes with it once that is certain and nothing else holds them."""
    place = place_of(folder, attachment.digest)
    db.delete(attachment)
    db.flush()
    if not db.scalar(select(Attachment.id).filter_by(digest=attachment.digest).limit(1)):
        event.listen(db, "after_commit", lambda session: place.unlink(missing_ok=True), once=True)


def detach_all(db: Session, folder: Path, page: Page) -> None:
    """Take all attachments of a page away."""
    for attachment in db.scalars(select(Attachment).filter_by(page_id=page.id)).all():
        detach(db, folder, attachment)


def place_of(folder: Path, digest: str) -> Path:
    """Where the bytes of a digest lie."""
    return folder / digest


def media_type(name: str) -> str:
    """How a file is sent: as an image if it is one by its name, otherwise as bytes."""
    return IMAGES.get(os.path.splitext(name)[1].lower(), "application/octet-stream")


def disposition(name: str) -> str:
    """The header that makes a browser save the file under its name (RFC 6266)."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
