"""Asset specifications, taken apart and put together: ``pkg:path/in/it``."""

from __future__ import annotations

import os

from goldilocks.path import Module, resources
from goldilocks.path import package_name as package_name
from goldilocks.path import package_path as package_path


def resolve_asset_spec(spec: str, pname: Module = "__main__") -> tuple[str | None, str]:
    """Split a specification into the name of its package and the path in it.

    Args:
        spec: a specification, a path in the package ``pname``, or an absolute path.
        pname: a package or its name; ``None`` where a relative path shall stay one.

    Returns:
        The package's name, ``None`` where the path belongs to no package; and the path.
    """
    if os.path.isabs(spec):
        return None, spec
    name, colon, path = spec.partition(":")
    if colon:
        return name, path
    return (pname.__name__ if pname and not isinstance(pname, str) else pname), spec


def asset_spec_from_abspath(abspath: str, package: Module) -> str:
    """Return the specification of a file in ``package``; the path itself where it lies elsewhere."""
    # A script's directory isn't a package: nobody else could resolve the specification.
    if getattr(package, "__name__", None) == "__main__":
        return abspath
    prefix = package_path(package) + os.path.sep
    if not abspath.startswith(prefix):
        return abspath
    return f"{package_name(package)}:{abspath.removeprefix(prefix).replace(os.path.sep, '/')}"


def abspath_from_asset_spec(spec: str, pname: Module = "__main__") -> str:
    """Return the path on disk of what a specification names; the path itself where it belongs to no package."""
    if pname is None:
        return spec
    name, path = resolve_asset_spec(spec, pname)
    return path if name is None else resources.resource_filename(name, path)
