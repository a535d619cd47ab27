"""The walk: from a root, name by name, to the context of a request.

A resource that has a child answers ``resource[name]``. The walk ends where a resource has no such child or can't be
asked, at a name that begins with ``@@``, or with the last name. What stands where it ended is the view name, and what follows
is the subpath. No registry, no I/O but what a resource's own ``__getitem__`` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zope.interface import implementer

from goldilocks.encode import is_nonstr_iter
from goldilocks.interfaces import VH_ROOT_KEY, ITraverser
from goldilocks.traversal.paths import requested_path, split_path_info, traversal_path_info
from goldilocks.types import AnyRequest, Context

#: Data at the end of a tree, whose items have numbers and no names: it has no children.
_NAMELESS = frozenset((str, bytes, bytearray, memoryview, list, tuple, range))


@implementer(ITraverser)
class ResourceTreeTraverser:
    """Walks a tree whose resources answer ``resource[name]``.

    The path is the request's, or what a route put into the match dictionary as ``traverse``. A header
    ``X-Vhm-Root`` names the resource that stands at the site's ``/``: the walk goes there first, and ``..`` doesn't
    lead out of it again.
    """

    VH_ROOT_KEY = VH_ROOT_KEY
    VIEW_SELECTOR = "@@"

    def __init__(self, root: Context) -> None:
        self.root = root

    def __call__(self, request: AnyRequest) -> dict[str, Any]:
        """Walk, and return what was found: see `walk`.

        Raises:
            URLDecodeError: the path or the virtual root is not UTF-8.
        """
        return traverse(self.root, request, self.VH_ROOT_KEY, self.VIEW_SELECTOR)


def traverse(
    root: Context, request: AnyRequest, virtual_root_key: str = VH_ROOT_KEY, selector: str = "@@"
) -> dict[str, Any]:
    """Walk from ``root`` as a request asks for, and return what was found: see `walk`.

    Args:
        root: where the walk begins.
        request: its path is walked, or what a route put into its ``matchdict``.
        virtual_root_key: what in the environment names the virtual root.
        selector: what a segment begins with that is a view name and never a child's.

    Raises:
        URLDecodeError: the path or the virtual root is not UTF-8.
    """
    try:
        match = request.matchdict
    except AttributeError:  # COMPAT: a bare WebOb request, or a stand-in
        match = None
    path, subpath = (requested_path(request), ()) if match is None else _routed(match)
    environ = request.environ
    virtual = traversal_path_info(environ[virtual_root_key]) if virtual_root_key in environ else ()
    return walk(root, path, subpath, virtual, selector)


#: COMPAT: traversal.ModelGraphTraverser, the name from when resources were called models
ModelGraphTraverser = ResourceTreeTraverser


def _routed(match: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Return the path to walk and the subpath that a matched route asks for: ``*name`` gives names, ``{name}`` text."""
    path = match.get("traverse") or "/"
    subpath: Any = match.get("subpath", ())
    return (
        path if isinstance(path, str) else "/".join(path),
        subpath if is_nonstr_iter(subpath) else split_path_info(subpath),
    )


def walk(
    root: Context,
    path: str,
    subpath: tuple[str, ...] = (),
    virtual: tuple[str, ...] = (),
    selector: str = "@@",
) -> dict[str, Any]:
    """Walk from ``root`` along ``path`` and say what was found.

    Args:
        root: where the walk begins.
        path: decoded text.
        subpath: what to report as subpath if the whole path could be walked.
        virtual: the names that lead from the root to the virtual root.
        selector: what a segment begins with that is a view name and never a child's.

    >>> found = walk({"a": {"b": {}}}, "/a/b/edit/now")
    >>> found["context"], found["view_name"], found["subpath"], found["traversed"]
    ({}, 'edit', ('now',), ('a', 'b'))
    """
    if virtual or selector != "@@" or "@@" in path:
        return _walk_by_rule(root, path, subpath, virtual, selector)
    found: dict[str, Any] = {}
    walk_onto(found, root, path)
    found["root"] = root
    if not found["view_name"] and found["subpath"] == ():
        found["subpath"] = subpath
    return found


def walk_onto(known: dict[str, Any], root: Context, path: str) -> None:
    """Walk from ``root`` along ``path``, and write down what was found, as `walk` returns it, but for the root.

    Args:
        known: is written to.
        root: where the walk begins.
        path: decoded text.
    """
    if "@@" in path:
        known.update(_walk_by_rule(root, path, (), (), "@@"))
        return
    # PERF: traversal, acl: a path that names no view and leads where there is no virtual root, as nearly all are
    names = split_path_info(path)
    context, walked = (root, 0) if root.__class__ is DefaultRootFactory else _descend(root, names)
    known["context"] = context
    if walked == len(names):
        known["view_name"], known["subpath"], known["traversed"] = "", (), names
    else:
        known["view_name"] = names[walked]
        known["subpath"], known["traversed"] = names[walked + 1 :], names[:walked]
    known["virtual_root"], known["virtual_root_path"] = root, ()


def _walk_by_rule(
    root: Context, path: str, subpath: tuple[str, ...], virtual: tuple[str, ...], selector: str
) -> dict[str, Any]:
    """Do as `walk` says, whatever there is."""
    names = virtual + split_path_info(path)
    end = next((index for index, name in enumerate(names) if name.startswith(selector)), len(names))
    virtual_root = root
    if virtual:
        context, virtual_root, walked = _descend_virtually(root, names[:end], len(virtual))
    else:
        context, walked = _descend(root, names[:end])
    view_name = ""
    traversed = names
    if walked < len(names):
        view_name = names[walked] if walked < end else names[walked][len(selector) :]
        subpath = names[walked + 1 :]
        # COMPAT: below a virtual root this counts its length twice, and so may hold the view name too
        traversed = names[: len(virtual) + walked]
    return {
        "context": context,
        "view_name": view_name,
        "subpath": subpath,
        "traversed": traversed,
        "virtual_root": virtual_root,
        "virtual_root_path": virtual,
        "root": root,
    }


def _descend_virtually(root: Context, names: tuple[str, ...], depth: int) -> tuple[Context, Context, int]:
    """Go down and note what stands ``depth`` names below the root; the root itself counts if that isn't reached."""
    virtual_root, walked = _descend(root, names[:depth])
    if walked < depth:
        return virtual_root, root, walked
    context, more = _descend(virtual_root, names[depth:])
    return context, virtual_root, walked + more


def _descend(context: Context, names: tuple[str, ...]) -> tuple[Context, int]:
    """Go down as far as there are children; return where that ends and how many names were walked."""
    walked = 0
    try:
        for name in names:
            # PERF: every request that traverses: this way the interpreter makes no bound method
            context = context[name]
            walked += 1
    except KeyError:
        pass
    except TypeError:
        if context.__class__ in _NAMELESS:
            return context, walked
        if hasattr(type(context), "__getitem__"):
            raise  # it was asked, and the error is its own
        return _descend_by_attribute(context, names, walked)
    return context, walked


def _descend_by_attribute(context: Context, names: tuple[str, ...], walked: int) -> tuple[Context, int]:
    """Go on the slow way, asking each resource whether it has a ``__getitem__``, be it by ``__getattr__``."""
    for name in names[walked:]:
        if context.__class__ in _NAMELESS:
            break
        try:
            child_of = context.__getitem__
        except AttributeError:
            break
        try:
            context = child_of(name)
        except KeyError:
            break
        walked += 1
    return context, walked


class DefaultRootFactory:
    """The root of an application that doesn't say one: it has no children, so every first name is a view's."""

    __parent__ = None
    __name__ = None

    def __init__(self, request: AnyRequest) -> None:
        """Take the request as every root factory does, and keep nothing of it."""
