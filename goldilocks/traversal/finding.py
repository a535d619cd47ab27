"""From a resource to its path, from a path to a resource, and from a resource to those above it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import webob
from zope.interface.interfaces import IInterface

from goldilocks.charsets import text_of
from goldilocks.interfaces import IRequestFactory, ITraverser
from goldilocks.location import lineage
from goldilocks.threadlocal import get_current_registry
from goldilocks.traversal.paths import _join_path_tuple, unquote_bytes_to_wsgi
from goldilocks.traversal.traverser import walk
from goldilocks.types import AnyRegistry, AnyRequest, Context
from goldilocks.util import ascii_

#: What a traverser that an application wrote gets from `traverse`, where no request factory is registered.
#: ``request.py`` puts its class here: it stands above this file, which therefore can't import it.
request_class: Any = webob.Request


# --- Above a resource ----------------------------------------------------------------------------------------------


def find_root(resource: Context) -> Context:
    """Return the resource that stands above all others of this one's tree."""
    for ancestor in lineage(resource):
        resource = ancestor
    return resource


def find_interface(resource: Context, class_or_interface: Any) -> Context | None:
    """Return the nearest, from ``resource`` upwards, that provides an interface or is of a class; ``None`` if none is."""
    if IInterface.providedBy(class_or_interface):
        return next(filter(class_or_interface.providedBy, lineage(resource)), None)
    return next((found for found in lineage(resource) if isinstance(found, class_or_interface)), None)


# --- From a resource to its path -----------------------------------------------------------------------------------


def resource_path(resource: Context, *elements: Any) -> str:
    """Return the path of a resource as text, each name quoted: what `find_resource` finds it by.

    Args:
        resource: one with ``__parent__`` and ``__name__``, up to a root whose name is ``None`` or empty.
        elements: further names, put behind the resource's own.
    """
    return _join_path_tuple(resource_path_tuple(resource, *elements))


def resource_path_tuple(resource: Context, *elements: Any) -> tuple[Any, ...]:
    """Return the path of a resource as a tuple of names; the first is the root's and therefore empty."""
    return tuple(_resource_path_list(resource, *elements))


def _resource_path_list(resource: Context, *elements: Any) -> list[Any]:
    names = [ancestor.__name__ or "" for ancestor in lineage(resource)]
    names.reverse()
    names.extend(elements)
    return names


# --- From a path to a resource -------------------------------------------------------------------------------------


def find_resource(resource: Context, path: str | bytes | Iterable[Any]) -> Context:
    """Return the resource at a path: what `resource_path` and `resource_path_tuple` undo.

    Args:
        resource: where a relative path begins, and whose tree an absolute one is in.
        path: quoted text or names; see `traverse`.

    Raises:
        KeyError: there is none.
        UnicodeEncodeError: the path is text that isn't ASCII, so it isn't quoted.
        URLDecodeError: what is quoted in it is not UTF-8.
    """
    found = traverse(resource, path)
    if found["view_name"]:
        raise KeyError(f"{found['context']!r} has no child named {found['view_name']!r}")
    return found["context"]


def traverse(resource: Context, path: str | bytes | Iterable[Any]) -> dict[str, Any]:
    """Walk along a path and say what is found, as a dictionary of what a request's walk finds.

    Its keys are ``context``, ``view_name`` (empty if the whole path could be walked), ``subpath``, ``traversed``,
    ``root`` (where the walk began), ``virtual_root`` and ``virtual_root_path``.

    Args:
        resource: where a relative path begins, and whose tree an absolute one is in.
        path: ``"/a/b"`` or ``("", "a", "b")`` begin at the root; ``"a/b"`` or ``("a", "b")`` begin at ``resource``,
            which is itself what an empty path leads to. Text is percent-encoded, names in a tuple are not.

    Raises:
        UnicodeEncodeError: the path is text that isn't ASCII, so it isn't quoted.
        URLDecodeError: what is quoted in it is not UTF-8.
    """
    quoted = _quoted(path)
    if quoted.startswith("/"):
        resource = find_root(resource)
    registry = get_current_registry()
    traverser = registry.queryAdapter(resource, ITraverser)
    if traverser is not None:
        return traverser(_blank_request(quoted, registry))
    # PERF: find_resource: our own traverser asks for nothing but the path, so no request is made
    return walk(resource, text_of(unquote_bytes_to_wsgi(quoted.partition("?")[0].encode())))


def _quoted(path: str | bytes | Iterable[Any]) -> str:
    if isinstance(path, (str, bytes)):
        return ascii_(path)
    names = tuple(path)
    return _join_path_tuple(names) if names else ""


def _blank_request(path: str, registry: AnyRegistry) -> AnyRequest:
    """Make the request that a foreign traverser expects."""
    factory = registry.queryUtility(IRequestFactory)
    request = (request_class if factory is None else factory).blank(path)
    request.registry = registry
    return request


#: COMPAT: traversal.find_model, model_path, model_path_tuple: the names from when resources were called models
find_model = find_resource
model_path = resource_path
model_path_tuple = resource_path_tuple
_model_path_list = _resource_path_list
