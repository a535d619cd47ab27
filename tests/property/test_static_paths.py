"""Whatever path is asked for, a static view sends a file of its root, or none."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldilocks.httpexceptions import HTTPMovedPermanently, HTTPNotFound
from goldilocks.request import Request
from goldilocks.static import _secure_path, static_view

SEGMENTS = [
    "",
    ".",
    "..",
    "...",
    "sub",
    "a.txt",
    "index.html",
    "out",
    "static2",
    "secret.txt",
    "loop",
    "..\\..",
    "C:",
]
PIECES = [
    *(part.encode() for part in SEGMENTS),
    b"%2e%2e",
    b"%00",
    b"\x00",
    b"\xff",
    b"\xc3\xa9",
    b"\n",
    b"NUL",
]

paths = st.one_of(
    st.binary(max_size=40),
    st.lists(st.sampled_from(PIECES), max_size=8).map(b"/".join),
    st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=3)), max_size=8).map(b"/".join),
)
subpaths = st.lists(
    st.one_of(st.sampled_from(SEGMENTS), st.text(st.characters(exclude_categories=()), max_size=4)),
    max_size=6,
).map(tuple)


@pytest.fixture(scope="module")
def views(tmp_path_factory):
    """Views on a root that has links out of it and secrets around it; every file of the root says ``inside``."""
    base = tmp_path_factory.mktemp("base")
    root = base / "static"
    (root / "sub").mkdir(parents=True)
    (base / "static2").mkdir()
    for inside in ("index.html", "a.txt", "sub/index.html", "sub/a.txt", "\u00e9"):
        (root / inside).write_text("inside")
    for outside in ("secret.txt", "index.html", "a.txt", "static2/secret.txt", "static2/a.txt"):
        (base / outside).write_text("outside")
    (root / "out").symlink_to(base)
    (root / "loop").symlink_to(root)
    (root / "secret.txt").symlink_to(base / "secret.txt")
    module = ModuleType("propertypkg")
    module.__file__ = str(base / "__init__.py")
    module.__path__ = [str(base)]
    sys.modules["propertypkg"] = module
    yield [
        static_view(spec, use_subpath=use)
        for spec in (str(root), "propertypkg:static")
        for use in (False, True)
    ]
    del sys.modules["propertypkg"]


def answer(view, request):
    """Call the view; what it may raise, it answers with."""
    try:
        return view(None, request)
    except HTTPNotFound as error:
        return error
    except HTTPMovedPermanently as error:
        assert error.location.startswith("/")
        assert not error.location.startswith(("//", "/\\"))
        return error
    except UnicodeDecodeError:
        return None  # bad bytes are a 400: nothing was looked for


@given(path=paths)
def test_any_bytes_as_path(views, path):
    """No bytes in a path lead to a file outside of the root."""
    for view in views[::2]:
        response = answer(view, Request.blank("/", environ={"PATH_INFO": "/" + path.decode("latin-1")}))
        if response is not None and response.status_code == 200:
            assert response.body == b"inside"


@given(subpath=subpaths)
def test_any_text_as_subpath(views, subpath):
    """No segments of a subpath lead to a file outside of the root."""
    for view in views[1::2]:
        request = Request.blank("/x")
        request.subpath = subpath
        response = answer(view, request)
        if response.status_code == 200:
            assert response.body == b"inside"


@given(subpath=subpaths)
def test_secure_path_goes_only_down(subpath):
    """A path that passes has the very segments that were given, and none of them is special."""
    path = _secure_path(subpath)
    if path:
        assert tuple(path.split("/")) == subpath
        assert not {"", ".", ".."} & set(subpath)
        assert not any(char in path for char in "\x00\\\n")
