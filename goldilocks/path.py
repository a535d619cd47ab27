"""From words to things: dotted names become Python objects, asset specifications become files.

Both may be relative to a package, and the package may be left to be the caller's; how many frames up the caller stands
is part of the interface here. Files come out of packages through providers, one kind for each
kind of module loader, so that packages in archives and asset overrides can answer for themselves.
"""

from __future__ import annotations

import atexit
import functools
import ntpath
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from importlib import import_module
from importlib.machinery import all_suffixes
from io import BytesIO
from types import ModuleType
from typing import IO, TYPE_CHECKING, Any, TypeAlias
from zipimport import zipimporter

from zope.interface import implementer

from goldilocks.interfaces import IAssetDescriptor

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

#: A module, or what has its ``__name__`` and ``__file__``.
Module: TypeAlias = Any

init_names = [f"__init__{suffix}" for suffix in all_suffixes()]


# --- Who is calling ------------------------------------------------------------------------------------------------
#
# COMPAT: ``level`` counts frames as add-ons count them: 1 is the function that asks, 2 (the default) the one that
# called it. So none of these functions may gain or lose a frame.


def caller_path(path: str, level: int = 2) -> str:
    """Return ``path`` where it is absolute, else join it to the directory of the calling module."""
    if os.path.isabs(path):
        return path
    return os.path.join(package_path(caller_module(level + 1)), path)


def caller_module(level: int = 2, sys: Any = sys) -> ModuleType:
    """Return the module whose code stands ``level`` frames up."""
    name = sys._getframe(level).f_globals.get("__name__") or "__main__"
    return sys.modules[name]


def caller_package(level: int = 2, caller_module: Callable[..., ModuleType] = caller_module) -> ModuleType:
    """Return the package whose code stands ``level`` frames up; a module outside any package stands for itself."""
    module = caller_module(level + 1)
    if hasattr(module, "__path__"):
        return module
    return sys.modules.get(module.__name__.rpartition(".")[0], module)


# --- Packages ------------------------------------------------------------------------------------------------------


def package_name(pkg_or_module: Module) -> str:
    """Return the dotted name of a package, or of the package that a module belongs to."""
    if pkg_or_module is None:
        return "__main__"
    name: str = pkg_or_module.__name__
    file = getattr(pkg_or_module, "__file__", None)
    # Only a namespace package has no file and yet is one.
    if file is None or hasattr(pkg_or_module, "__path__") or os.path.basename(file) in init_names:
        return name
    return name.rpartition(".")[0] or name


def package_of(pkg_or_module: Module) -> ModuleType:
    """Return a package, or the package that a module belongs to."""
    return import_module(package_name(pkg_or_module))


def package_path(package: Module) -> str:
    """Return the directory of a package, or of the package that a module belongs to.

    Of a namespace package it is the first one. Overrides don't count here: it is where the package really lies.
    """
    known: str | None = getattr(package, "__abspath__", None)
    if known is not None:
        return known
    directory = _directories(import_module(package.__name__))[0]
    # PERF: it is asked for again and again, once for each statement that names a file.
    with suppress(Exception):  # what takes no attributes just isn't remembered
        package.__abspath__ = directory
    return directory


def _directories(module: Module) -> list[str]:
    """Return the directories that a module's files may lie in: one, but for namespace packages."""
    file = getattr(module, "__file__", None)
    if file is not None:
        return [os.path.dirname(file)]
    # A module without any file (at an interactive prompt, say) is at home in the working directory.
    return list(getattr(module, "__path__", ())) or [""]


# --- Files in packages ---------------------------------------------------------------------------------------------


class DefaultProvider:
    """The files of one package or module, from disk.

    COMPAT: the methods, and the first argument of three of them which nobody uses, are those that loaders'
    providers have had since setuptools brought them.
    """

    def __init__(self, module: Module) -> None:
        self.module = module
        self.directories = _directories(module)
        self.module_path = self.directories[0]

    def get_resource_filename(self, manager: Any, resource_name: str) -> str:
        """Return the path of a file on disk; it need not exist."""
        return self._path(resource_name)

    def get_resource_stream(self, manager: Any, resource_name: str) -> IO[bytes]:
        """Open a file for reading bytes."""
        return open(self._path(resource_name), "rb")

    def get_resource_string(self, manager: Any, resource_name: str) -> bytes:
        """Return the bytes of a file."""
        with open(self._path(resource_name), "rb") as stream:
            return stream.read()

    def has_resource(self, resource_name: str) -> bool:
        """Tell whether there is such a file or directory."""
        return os.path.exists(self._path(resource_name))

    def resource_isdir(self, resource_name: str) -> bool:
        """Tell whether there is such a directory."""
        return os.path.isdir(self._path(resource_name))

    def resource_listdir(self, resource_name: str) -> list[str]:
        """Return the names in a directory."""
        return os.listdir(self._path(resource_name))

    def _path(self, resource_name: str) -> str:
        parts = _segments(resource_name)
        paths = [os.path.join(directory, *parts) for directory in self.directories]
        if len(paths) > 1:
            paths = [path for path in paths if os.path.exists(path)] or paths
        return paths[0]


class ArchiveProvider(DefaultProvider):
    """The files of one package or module, out of an archive that it was imported from."""

    def get_resource_filename(self, manager: Any, resource_name: str) -> str:
        """Return the path of a file that has been unpacked to disk, to stay there until the process ends."""
        found = self._find(resource_name)
        if not (found.is_file() or found.is_dir()):
            return self._path(resource_name)
        return _unpack(found)

    def get_resource_stream(self, manager: Any, resource_name: str) -> IO[bytes]:
        """Open a file for reading bytes."""
        return BytesIO(self.get_resource_string(manager, resource_name))

    def get_resource_string(self, manager: Any, resource_name: str) -> bytes:
        """Return the bytes of a file."""
        return self._find(resource_name).read_bytes()

    def has_resource(self, resource_name: str) -> bool:
        """Tell whether there is such a file or directory."""
        found = self._find(resource_name)
        return found.is_file() or found.is_dir()

    def resource_isdir(self, resource_name: str) -> bool:
        """Tell whether there is such a directory."""
        return self._find(resource_name).is_dir()

    def resource_listdir(self, resource_name: str) -> list[str]:
        """Return the names in a directory."""
        return [entry.name for entry in self._find(resource_name).iterdir()]

    def _find(self, resource_name: str) -> Traversable:
        # PERF: import
        from importlib.resources import files

        return files(package_of(self.module)).joinpath(*_segments(resource_name))


def _segments(resource_name: str) -> list[str]:
    segments = [segment for segment in resource_name.split("/") if segment]
    # Windows would take such a segment for a new beginning, and drop the package's directory before it.
    if any(segment[0] == "\\" or ntpath.splitdrive(segment)[0] for segment in segments):
        raise ValueError(f"{resource_name!r} leads out of any package; name the file relative to its package")
    return segments


#: What has been unpacked from archives: the copy's path by that in the archive. Taken away when the process ends.
_unpacked: dict[str, str] = {}
_unpacking = ExitStack()
atexit.register(_unpacking.close)


def _unpack(found: Traversable) -> str:
    name = str(found)
    if name not in _unpacked:
        # PERF: import
        from importlib.resources import as_file

        _unpacked[name] = str(_unpacking.enter_context(as_file(found)))
    return _unpacked[name]


class ResourceManager:
    """The files of all packages: finds the provider for a package's loader, and asks it."""

    def __init__(self) -> None:
        self._providers: dict[type, Callable[[Any], Any]] = {zipimporter: ArchiveProvider}

    def register_loader_type(self, loader_type: type, provider_factory: Callable[[Any], Any]) -> None:
        """Have modules with such a ``__loader__`` answered for by ``provider_factory(module)``."""
        self._providers[loader_type] = provider_factory

    def get_provider(self, module_name: str) -> Any:
        """Return the provider for a package or module, which is imported if need be."""
        module = sys.modules.get(module_name) or import_module(module_name)
        for kind in type(getattr(module, "__loader__", None)).__mro__:
            if kind in self._providers:
                return self._providers[kind](module)
        return DefaultProvider(module)

    def resource_filename(self, package_name: str, resource_name: str) -> str:
        """Return the path of a file on disk."""
        return self.get_provider(package_name).get_resource_filename(self, resource_name)

    def resource_stream(self, package_name: str, resource_name: str) -> IO[bytes]:
        """Open a file for reading bytes."""
        return self.get_provider(package_name).get_resource_stream(self, resource_name)

    def resource_string(self, package_name: str, resource_name: str) -> bytes:
        """Return the bytes of a file."""
        return self.get_provider(package_name).get_resource_string(self, resource_name)

    def resource_exists(self, package_name: str, resource_name: str) -> bool:
        """Tell whether there is such a file or directory."""
        return self.get_provider(package_name).has_resource(resource_name)

    def resource_isdir(self, package_name: str, resource_name: str) -> bool:
        """Tell whether there is such a directory."""
        return self.get_provider(package_name).resource_isdir(resource_name)

    def resource_listdir(self, package_name: str, resource_name: str) -> list[str]:
        """Return the names in a directory."""
        return self.get_provider(package_name).resource_listdir(resource_name)


#: The one that everybody asks, and where asset overrides register their provider.
resources = ResourceManager()


# --- Resolvers -----------------------------------------------------------------------------------------------------


class _CallerPackage:
    """The type of ``CALLER_PACKAGE``."""

    def __repr__(self) -> str:
        return f"{__name__}.CALLER_PACKAGE"


#: Stands for the package of whoever calls.
CALLER_PACKAGE: Any = _CallerPackage()


class Resolver:
    """Knows the package that relative words are relative to.

    Args:
        package: a package, a module (which stands for its package), the dotted name of either, ``CALLER_PACKAGE``,
            or ``None`` where relative words shall be an error.

    Raises:
        ValueError: there is no package of this name.
    """

    def __init__(self, package: Module = CALLER_PACKAGE) -> None:
        if isinstance(package, str):
            try:
                package = import_module(package)
            except ImportError as error:
                raise ValueError(f"The dotted name {package!r} cannot be imported: {error}") from error
        if package is not None and package is not CALLER_PACKAGE:
            package = package_of(package)
        self.package = package

    def get_package_name(self) -> str:
        """Return the name of the package, of the caller's where it was left open."""
        return self._current_package().__name__

    def get_package(self) -> Module:
        """Return the package, the caller's where it was left open."""
        return self._current_package()

    def _current_package(self) -> Module:
        # Three frames up: past here and the method that asks, to whoever called that.
        return caller_package(3) if self.package is CALLER_PACKAGE else self.package


class AssetResolver(Resolver):
    """Finds files by their specification: ``pkg:path/in/it``, a path in the resolver's package, or an absolute path."""

    def resolve(self, spec: str) -> PkgResourcesAssetDescriptor | FSAssetDescriptor:
        """Return the descriptor of a file or directory, which need not exist.

        Raises:
            ValueError: the specification is relative, and there is nothing it could be relative to.
        """
        if os.path.isabs(spec):
            return FSAssetDescriptor(spec)
        name, colon, path = spec.partition(":")
        if colon:
            return PkgResourcesAssetDescriptor(name, path)
        package = self._current_package()
        if package is None:
            raise ValueError(f"relative spec {spec!r} irresolveable without package")
        return PkgResourcesAssetDescriptor(package.__name__, spec)


class DottedNameResolver(Resolver):
    """Imports what a dotted name stands for.

    ``pkg.module.attribute`` and ``pkg.module:attribute`` are both understood. A name that begins with a dot or a colon
    is relative to the resolver's package, and each further dot goes up one package.
    """

    def resolve(self, dotted: str) -> Any:
        """Return the object that a dotted name stands for.

        Raises:
            ValueError: it isn't text, or relative with nothing that it could be relative to.
            ImportError: there is no such thing.
        """
        if not isinstance(dotted, str):
            raise ValueError(f"{dotted!r} is not a string")
        return self._resolve(dotted, self._current_package())

    def maybe_resolve(self, dotted: Any) -> Any:
        """Return the object that a dotted name stands for, or the argument itself where it isn't text."""
        if not isinstance(dotted, str):
            return dotted
        return self._resolve(dotted, self._current_package())

    def _resolve(self, dotted: str, package: Module) -> Any:
        style = self._pkg_resources_style if ":" in dotted else self._zope_dottedname_style
        return style(dotted, package)

    def _pkg_resources_style(self, value: str, package: Module) -> Any:
        """Resolve a name that says with a colon where the module ends."""
        module_name, _, attributes = value.partition(":")
        if not module_name or module_name.startswith("."):
            module_name = ".".join(_absolute(module_name or ".", value, package))
        module = import_module(module_name)
        try:
            return functools.reduce(getattr, attributes.split(".") if attributes else (), module)
        except AttributeError as error:
            raise ImportError(f"{value!r} can't be resolved: {error}") from error

    def _zope_dottedname_style(self, value: str, package: Module) -> Any:
        """Resolve a name that doesn't say where the module ends: what isn't an attribute is imported."""
        words = _absolute(value, value, package) if value.startswith(".") else value.split(".")
        used = words[0]
        found: Any = import_module(used)
        for word in words[1:]:
            used = f"{used}.{word}"
            try:
                found = getattr(found, word)
            except AttributeError:
                found = import_module(used)
        return found


def _absolute(relative: str, value: str, package: Module) -> list[str]:
    """Return the words of the full name for a name that begins with dots."""
    package_name: str = getattr(package, "__name__", "")
    if not package_name:
        raise ValueError(f"relative name {value!r} irresolveable without package")
    words = package_name.split(".")
    rest = relative.lstrip(".")
    steps_up = len(relative) - len(rest) - 1
    if steps_up > len(words) or (steps_up == len(words) and not rest):
        raise ValueError(f"relative name {value!r} leads beyond the top of package {package_name!r}")
    return words[: len(words) - steps_up] + (rest.split(".") if rest else [])


# --- Descriptors ---------------------------------------------------------------------------------------------------


@implementer(IAssetDescriptor)
class PkgResourcesAssetDescriptor:
    """One file or directory in a package. Asset overrides hold for it."""

    #: COMPAT: the name under which stand-ins are put in.
    pkg_resources: Any = resources

    def __init__(self, pkg_name: str, path: str) -> None:
        self.pkg_name = pkg_name
        self.path = path

    def absspec(self) -> str:
        """Return its full specification."""
        return f"{self.pkg_name}:{self.path}"

    def abspath(self) -> str:
        """Return its full path on disk."""
        return os.path.abspath(self.pkg_resources.resource_filename(self.pkg_name, self.path))

    def stream(self) -> IO[bytes]:
        """Open it for reading bytes."""
        return self.pkg_resources.resource_stream(self.pkg_name, self.path)

    def isdir(self) -> bool:
        """Tell whether it is a directory."""
        return self.pkg_resources.resource_isdir(self.pkg_name, self.path)

    def listdir(self) -> list[str]:
        """Return the names in it."""
        return self.pkg_resources.resource_listdir(self.pkg_name, self.path)

    def exists(self) -> bool:
        """Tell whether it is there."""
        return self.pkg_resources.resource_exists(self.pkg_name, self.path)


@implementer(IAssetDescriptor)
class FSAssetDescriptor:
    """One file or directory on disk. It belongs to no package, so nothing overrides it."""

    def __init__(self, path: str) -> None:
        self.path = os.path.abspath(path)

    def absspec(self) -> str:
        """Refuse: what belongs to no package has no specification."""
        raise NotImplementedError(f"{self.path!r} belongs to no package, so there is no specification for it")

    def abspath(self) -> str:
        """Return its full path."""
        return self.path

    def stream(self) -> IO[bytes]:
        """Open it for reading bytes."""
        return open(self.path, "rb")

    def isdir(self) -> bool:
        """Tell whether it is a directory."""
        return os.path.isdir(self.path)

    def listdir(self) -> list[str]:
        """Return the names in it."""
        return os.listdir(self.path)

    def exists(self) -> bool:
        """Tell whether it is there."""
        return os.path.exists(self.path)
