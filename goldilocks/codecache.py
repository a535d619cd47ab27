"""Compiled code on disk, for one user alone.

Who can write into the cache decides what this process runs. So it is a directory that belongs to the user and that
nobody else may enter; one that isn't like that is not used at all. An entry's name must say everything that the code was
made of; what was written by another Python, and whatever can't be read, counts as missing.
"""

from __future__ import annotations

import importlib.util
import logging
import marshal
import os
import stat
import tempfile
from contextlib import suppress
from types import CodeType

log = logging.getLogger(__name__)

#: How many entries are kept; beyond, the older half is thrown away.
LIMIT = 2000

_MAGIC = importlib.util.MAGIC_NUMBER


class CodeCache:
    """Compiled code by name.

    Args:
        directory: where it lies; see `private_cache`.
    """

    def __init__(self, directory: str) -> None:
        self.directory = directory

    def get(self, name: str) -> CodeType | None:
        """Return what is kept under a name, if anything is."""
        try:
            with open(os.path.join(self.directory, name), "rb") as file:
                content = file.read()
            if not content.startswith(_MAGIC):
                return None
            code = marshal.loads(content[len(_MAGIC) :])
        except (OSError, EOFError, ValueError, TypeError):
            return None
        return code if isinstance(code, CodeType) else None

    def put(self, name: str, code: CodeType) -> None:
        """Keep code, so that nobody ever reads half of it; where it can't be written, it isn't kept."""
        try:
            descriptor, temporary = tempfile.mkstemp(dir=self.directory)
            try:
                with open(descriptor, "wb") as file:
                    file.write(_MAGIC + marshal.dumps(code))
                os.replace(temporary, os.path.join(self.directory, name))
            except OSError:
                os.unlink(temporary)
                raise
        except OSError as error:
            log.debug("compiled code is not kept: %s", error)


def private_cache(directory: str) -> CodeCache | None:
    """Return the cache in a directory, which is made if it isn't there; ``None`` if it isn't private or can't be written."""
    try:
        _make(directory)
        facts = os.lstat(directory)
        if not stat.S_ISDIR(facts.st_mode) or not _is_private(facts) or not os.access(directory, os.W_OK):
            log.warning(
                "%s is not used: it must be a directory of this user that no one else may enter", directory
            )
            return None
        _tidy(directory)
    except OSError as error:
        log.debug("compiled code is not kept: %s", error)
        return None
    return CodeCache(directory)


def _make(directory: str) -> None:
    """Make a directory, and those above it that aren't there, for this user alone: who may write above it may exchange it."""
    above = os.path.dirname(directory)
    if above and not os.path.exists(above):
        _make(above)  # os.makedirs would make them as the umask leaves them
    with suppress(FileExistsError):
        os.mkdir(directory, 0o700)


def _is_private(facts: os.stat_result) -> bool:
    if not hasattr(os, "getuid"):  # pragma: no cover - on Windows, where a user's folders are private anyway
        return True
    return facts.st_uid == os.getuid() and not facts.st_mode & 0o077


def _tidy(directory: str) -> None:
    """Throw the older half away when there are too many entries."""
    with os.scandir(directory) as entries:
        files = [(entry.stat(follow_symlinks=False).st_mtime, entry.path) for entry in entries]
    if len(files) > LIMIT:
        for _, path in sorted(files)[: len(files) // 2]:
            with suppress(OSError):  # another process may tidy, too
                os.unlink(path)


def default_directory() -> str:
    """Return where the user's caches lie, and in it a place of ours."""
    home = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME")
    base = home if home and os.path.isabs(home) else os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "goldilocks", "templates")
