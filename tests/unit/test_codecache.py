"""Compiled code on disk."""

from __future__ import annotations

import logging
import os
import stat

import pytest

from goldilocks import codecache
from goldilocks.codecache import CodeCache, default_directory, private_cache

CODE = compile("answer = 42", "page.pt", "exec")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "caches" / "templates"


def test_directory_is_private(folder):
    """Nobody else may enter it, and nobody else may read what is in it."""
    private_cache(str(folder)).put("a.code", CODE)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "a.code").stat().st_mode) == 0o600


def test_code_comes_back(folder):
    """What was put in is what comes out, in another process as well."""
    private_cache(str(folder)).put("a.code", CODE)
    scope = {}
    exec(CodeCache(str(folder)).get("a.code"), scope)
    assert scope["answer"] == 42
    assert os.listdir(folder) == ["a.code"]


@pytest.mark.parametrize(
    "content", [None, b"", b"garbage", codecache._MAGIC, codecache._MAGIC + b"N", codecache._MAGIC + b"\xff"]
)
def test_what_can_not_be_read_is_missing(folder, content):
    """Nothing, half of something, another Python's, or no code."""
    cache = private_cache(str(folder))
    if content is not None:
        (folder / "a.code").write_bytes(content)
    assert cache.get("a.code") is None


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o750, 0o755])
def test_directory_that_others_may_enter_is_not_used(folder, mode, caplog):
    """Whoever writes there decides what we run."""
    folder.mkdir(parents=True)
    folder.chmod(mode)
    with caplog.at_level(logging.WARNING):
        assert private_cache(str(folder)) is None
    assert str(folder) in caplog.text


def test_directory_of_somebody_else_is_not_used(folder, monkeypatch):
    """Even if nobody may enter it now."""
    folder.mkdir(parents=True, mode=0o700)
    monkeypatch.setattr(os, "getuid", lambda: folder.stat().st_uid + 1)
    assert private_cache(str(folder)) is None


def test_link_to_a_directory_is_not_used(folder, tmp_path):
    """It may be turned to another."""
    (tmp_path / "mine").mkdir(mode=0o700)
    folder.parent.mkdir()
    folder.symlink_to(tmp_path / "mine")
    assert private_cache(str(folder)) is None


def test_directory_that_can_not_be_made(tmp_path):
    """Nothing is kept, and nothing fails."""
    (tmp_path / "file").write_text("")
    assert private_cache(str(tmp_path / "file" / "cache")) is None


def test_code_that_can_not_be_written(folder, monkeypatch):
    """Nothing is kept, and no half of it stays."""
    cache = private_cache(str(folder))

    def replace(source, target):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", replace)
    cache.put("a.code", CODE)
    assert os.listdir(folder) == []


def test_directory_that_is_gone(folder):
    """Nothing is kept."""
    cache = private_cache(str(folder))
    folder.rmdir()
    cache.put("a.code", CODE)
    assert cache.get("a.code") is None


def test_older_half_goes_when_there_is_too_much(folder, monkeypatch):
    """Templates change, and nobody else takes out what is left of the old ones."""
    monkeypatch.setattr(codecache, "LIMIT", 3)
    cache = private_cache(str(folder))
    for number in range(4):
        cache.put(f"{number}.code", CODE)
        os.utime(folder / f"{number}.code", (number, number))
    private_cache(str(folder))
    assert sorted(os.listdir(folder)) == ["2.code", "3.code"]


@pytest.mark.parametrize(
    ("environ", "beginning"),
    [
        ({"XDG_CACHE_HOME": "/caches"}, "/caches"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/home/baloo"}, "/home/baloo/.cache"),
    ],
)
def test_default_directory(monkeypatch, environ, beginning):
    """Among the user's other caches."""
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert default_directory() == f"{beginning}/goldilocks/templates"
