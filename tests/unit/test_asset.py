"""Asset specifications, taken apart and put together."""

from __future__ import annotations

import importlib
import os

import pytest

import goldilocks
from goldilocks import asset, resource

HERE = os.path.dirname(goldilocks.__file__)


@pytest.mark.parametrize(
    ("spec", "package", "answer"),
    [
        ("goldilocks:a/b", "other", ("goldilocks", "a/b")),
        ("goldilocks:c:d", None, ("goldilocks", "c:d")),
        ("a/b", "goldilocks", ("goldilocks", "a/b")),
        ("a/b", goldilocks, ("goldilocks", "a/b")),
        ("a/b", None, (None, "a/b")),
        ("a/b", "", ("", "a/b")),
        (HERE, "goldilocks", (None, HERE)),
    ],
)
def test_taken_apart(spec, package, answer):
    """A full specification names its package, a relative one is given one, a path on disk has none."""
    assert asset.resolve_asset_spec(spec, package) == answer


def test_put_together():
    """A file below a package's folder has a specification."""
    assert asset.asset_spec_from_abspath(os.path.join(HERE, "a", "b"), goldilocks) == "goldilocks:a/b"


@pytest.mark.parametrize("elsewhere", [HERE, os.path.dirname(HERE), HERE + "x"])
def test_not_below_the_package(elsewhere):
    """A file that lies elsewhere keeps its path."""
    assert asset.asset_spec_from_abspath(elsewhere, goldilocks) == elsewhere


def test_of_a_script():
    """A file beside a script keeps its path, for nobody else could resolve a specification."""
    main = importlib.import_module("__main__")

    assert asset.asset_spec_from_abspath("/a/b", main) == "/a/b"


def test_path_of_a_specification():
    """A specification leads to a path on disk; a path stays one."""
    assert asset.abspath_from_asset_spec("a/b", "goldilocks") == os.path.join(HERE, "a", "b")
    assert asset.abspath_from_asset_spec("goldilocks:a") == os.path.join(HERE, "a")
    assert asset.abspath_from_asset_spec(HERE) == HERE
    assert asset.abspath_from_asset_spec("a/b", None) == "a/b"


def test_the_older_names():
    """The module's older name, and its functions' older names, lead here."""
    assert resource.resolve_resource_spec is resource.resolve_asset_spec is asset.resolve_asset_spec
    assert resource.resource_spec_from_abspath is asset.asset_spec_from_abspath
    assert resource.abspath_from_resource_spec is asset.abspath_from_asset_spec
