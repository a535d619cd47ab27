"""The way from a resource up to its root."""

from __future__ import annotations

from collections.abc import Iterator

from goldilocks.types import Context


def inside(resource1: Context, resource2: Context) -> bool:
    """Tell whether ``resource1`` is ``resource2`` or stands somewhere below it."""
    return any(resource is resource2 for resource in lineage(resource1))


def lineage(resource: Context) -> Iterator[Context]:
    """Go from ``resource`` through its parents to the root.

    The root is where ``__parent__`` is ``None`` or absent.
    """
    while resource is not None:
        yield resource
        # PERF: runs for every URL and every permission check. Nearly all resources have a parent attribute, and
        # then ``try`` costs nothing.
        try:
            resource = resource.__parent__
        except AttributeError:
            return
