"""Where a resource stands in URLs, below the root and below a virtual root."""

from __future__ import annotations

from typing import Any

from zope.interface import implementer

from goldilocks.interfaces import VH_ROOT_KEY, IResourceURL
from goldilocks.threadlocal import get_current_registry
from goldilocks.traversal.finding import find_resource, find_root, resource_path_tuple
from goldilocks.traversal.paths import _join_path_tuple, traversal_path_info
from goldilocks.types import AnyRequest, Context


@implementer(IResourceURL)
class ResourceURL:
    """The paths of a resource: from the root, and from the virtual root that the request's ``X-Vhm-Root`` names.

    Paths end with a slash. Where there is no virtual root, or the resource isn't below it, both are the same.

    Raises:
        URLDecodeError: the virtual root is not UTF-8.
    """

    VH_ROOT_KEY = VH_ROOT_KEY

    def __init__(self, resource: Context, request: AnyRequest) -> None:
        names = resource_path_tuple(resource)
        path = _join_path_tuple(names)
        if names != ("",):
            names += ("",)
            path += "/"
        self.physical_path = self.virtual_path = path
        self.physical_path_tuple: tuple[Any, ...] = names
        self.virtual_path_tuple: tuple[Any, ...] = names
        root = request.environ.get(self.VH_ROOT_KEY)
        if root:
            self._begin_below(traversal_path_info(root))

    def _begin_below(self, root: tuple[str, ...]) -> None:
        # The slash at the end keeps /site from being taken for the beginning of /site-two
        quoted = _join_path_tuple(("", *root, ""))
        if root and self.physical_path.startswith(quoted):
            self.virtual_path = self.physical_path[len(quoted) - 1 :]
            self.virtual_path_tuple = ("", *self.physical_path_tuple[len(root) + 1 :])


def virtual_root(resource: Context, request: AnyRequest) -> Context:
    """Return the resource that stands at ``/`` of the request's site.

    That is the one that the request's ``X-Vhm-Root`` names if ``resource`` is below it, and otherwise the root.

    Raises:
        KeyError: a custom resource URL names a virtual root that isn't there.
    """
    try:
        registry = request.registry
    except AttributeError:
        registry = get_current_registry()
    url = registry.queryMultiAdapter((resource, request), IResourceURL)
    if url is None:
        url = ResourceURL(resource, request)
    physical, virtual = url.physical_path, url.virtual_path
    if physical != virtual and physical.endswith(virtual):
        return find_resource(resource, physical[: -len(virtual)])
    try:
        return request.root
    except AttributeError:
        return find_root(resource)
