"""Files that stand in for other files: asset overrides.

An override says that a file or folder of a package is to be taken from elsewhere. The registry keeps one book of them for
each package (`PackageOverrides`, an ``IPackageOverrides`` utility). The book is also made the loader of the package's
module, so that whoever asks ``path.resources`` for a file is answered by the `OverrideProvider`, which looks into the
book of the current registry and then, if nothing is said there, at the package itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from importlib import import_module
from typing import IO, Any, NamedTuple, Self, TypeAlias

from zope.interface import implementer

from goldilocks.config.statement import Scope, Statement, directive
from goldilocks.exceptions import ConfigurationError
from goldilocks.interfaces import PHASE1_CONFIG, IPackageOverrides
from goldilocks.path import (
    DefaultProvider,
    FSAssetDescriptor,
    Module,
    PkgResourcesAssetDescriptor,
    resources,
)
from goldilocks.registry import Introspectable
from goldilocks.threadlocal import get_current_registry
from goldilocks.types import AnyConfig, AnyRegistry

#: Where files come from: `PackageAssetSource`, `FSAssetSource`, or what has their methods.
Source: TypeAlias = Any

#: Enters an override: called with the overridden package's module, the path in it, and the source.
Override: TypeAlias = Callable[[Any, str, Source], None]


# --- Where files come from -----------------------------------------------------------------------------------------


class _AssetSource:
    """A file or folder that overrides another; every answer is ``None`` where there is no such file.

    A folder's ``resource_name`` is a path in it; a file's is empty.
    """

    prefix: str

    def _asset(self, resource_name: str) -> FSAssetDescriptor | PkgResourcesAssetDescriptor:
        raise NotImplementedError

    def _ask(self, question: str, resource_name: str) -> Any:
        asset = self._asset(resource_name)
        return getattr(asset, question)() if asset.exists() else None

    def get_filename(self, resource_name: str) -> str | None:
        """Return the path on disk."""
        return self._ask("abspath", resource_name)

    def get_stream(self, resource_name: str) -> IO[bytes] | None:
        """Open the file for reading bytes."""
        return self._ask("stream", resource_name)

    def get_string(self, resource_name: str) -> bytes | None:
        """Return the bytes of the file."""
        stream = self.get_stream(resource_name)
        if stream is None:
            return None
        with stream:
            return stream.read()

    def exists(self, resource_name: str) -> bool | None:
        """Return ``True`` where there is one."""
        return self._ask("exists", resource_name)

    def isdir(self, resource_name: str) -> bool | None:
        """Tell whether it is a directory."""
        return self._ask("isdir", resource_name)

    def listdir(self, resource_name: str) -> list[str] | None:
        """Return the names in the directory."""
        return self._ask("listdir", resource_name)


class PackageAssetSource(_AssetSource):
    """A source inside a package; overrides of that package hold for it.

    Args:
        package: the package, or its name.
        prefix: path of the file, or of the folder with a slash at its end; empty for the package's own folder.
    """

    def __init__(self, package: Module, prefix: str) -> None:
        self.package = package
        self.pkg_name: str = package if isinstance(package, str) else package.__name__
        self.prefix = prefix

    def get_path(self, resource_name: str) -> str:
        """Return the path in the package."""
        return self.prefix + resource_name

    def get_spec(self, resource_name: str) -> str | None:
        """Return the asset specification."""
        return self._ask("absspec", resource_name)

    def _asset(self, resource_name: str) -> PkgResourcesAssetDescriptor:
        return PkgResourcesAssetDescriptor(self.pkg_name, self.get_path(resource_name))


class FSAssetSource(_AssetSource):
    """A source on disk, outside of any package.

    Args:
        prefix: path of the file or folder.
    """

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def get_path(self, resource_name: str) -> str:
        """Return the path on disk."""
        return os.path.join(self.prefix, resource_name) if resource_name else self.prefix

    def get_spec(self, resource_name: str) -> str | None:
        """Return the path on disk: a file outside of packages is specified by it."""
        return self.get_filename(resource_name)

    def _asset(self, resource_name: str) -> FSAssetDescriptor:
        return FSAssetDescriptor(self.get_path(resource_name))


# --- The book of a package -----------------------------------------------------------------------------------------


class DirectoryOverride:
    """Everything below one folder is overridden. The folder ends in a slash, or is empty: the whole package."""

    def __init__(self, path: str, source: Source) -> None:
        self.path = path
        self.pathlen = len(path)
        self.source = source

    def __call__(self, resource_name: str) -> tuple[Source, str] | None:
        """Return the source and the name in it, for what is below the folder."""
        return (self.source, resource_name[self.pathlen :]) if resource_name.startswith(self.path) else None


class FileOverride:
    """One file is overridden."""

    def __init__(self, path: str, source: Source) -> None:
        self.path = path
        self.source = source

    def __call__(self, resource_name: str) -> tuple[Source, str] | None:
        """Return the source, if it is the file."""
        return (self.source, "") if resource_name == self.path else None


class OverrideProvider(DefaultProvider):
    """The files of a package: those that the current registry overrides, and else the package's own."""

    def __init__(self, module: Module) -> None:
        super().__init__(module)
        self.module_name: str = module.__name__

    def _get_overrides(self) -> Any:
        return get_current_registry().queryUtility(IPackageOverrides, name=self.module_name)

    def _ask(self, question: str, resource_name: str) -> Any:
        overrides = self._get_overrides()
        return None if overrides is None else getattr(overrides, question)(resource_name)

    def get_resource_filename(self, manager: Any, resource_name: str) -> str:
        """Return the path of a file on disk."""
        path = self._ask("get_filename", resource_name)
        return super().get_resource_filename(manager, resource_name) if path is None else path

    def get_resource_stream(self, manager: Any, resource_name: str) -> IO[bytes]:
        """Open a file for reading bytes."""
        stream = self._ask("get_stream", resource_name)
        return super().get_resource_stream(manager, resource_name) if stream is None else stream

    def get_resource_string(self, manager: Any, resource_name: str) -> bytes:
        """Return the bytes of a file."""
        content = self._ask("get_string", resource_name)
        return super().get_resource_string(manager, resource_name) if content is None else content

    def has_resource(self, resource_name: str) -> bool:
        """Tell whether there is such a file or directory."""
        answer = self._ask("has_resource", resource_name)
        return super().has_resource(resource_name) if answer is None else answer

    def resource_isdir(self, resource_name: str) -> bool:
        """Tell whether there is such a directory."""
        answer = self._ask("isdir", resource_name)
        return super().resource_isdir(resource_name) if answer is None else answer

    def resource_listdir(self, resource_name: str) -> list[str]:
        """Return the names in a directory."""
        names = self._ask("listdir", resource_name)
        return super().resource_listdir(resource_name) if names is None else names


@implementer(IPackageOverrides)
class PackageOverrides:
    """The overrides of one package, the one said last first; the first source that has the file answers.

    Args:
        package: the module of the package. Its ``__loader__`` becomes this object, which hands the questions for
            code on to the real loader.
        pkg_resources: who shall ask the `OverrideProvider` from now on.
    """

    def __init__(self, package: Module, pkg_resources: Any = resources) -> None:
        loader: Any = getattr(package, "__loader__", None)
        # Another registry may have been here before.
        self._real_loader: Any = loader._real_loader if isinstance(loader, PackageOverrides) else loader
        package.__loader__ = self
        pkg_resources.register_loader_type(type(self), OverrideProvider)
        self.overrides: list[Callable[[str], tuple[Source, str] | None]] = []
        self.overridden_package_name: str = package.__name__

    def insert(self, path: str, source: Source) -> DirectoryOverride | FileOverride:
        """Enter an override that goes before all others."""
        kind = DirectoryOverride if not path or path.endswith("/") else FileOverride
        override = kind(path, source)
        self.overrides.insert(0, override)
        return override

    def filtered_sources(self, resource_name: str) -> Iterator[tuple[Source, str]]:
        """Yield the sources that are in question for a name, each with the name in it."""
        return (found for override in self.overrides if (found := override(resource_name)) is not None)

    def _first(self, question: str, resource_name: str) -> Any:
        answers = (getattr(source, question)(path) for source, path in self.filtered_sources(resource_name))
        return next((answer for answer in answers if answer is not None), None)

    def get_spec(self, resource_name: str) -> str | None:
        """Return where the file is found instead, as a specification or a path."""
        return self._first("get_spec", resource_name)

    def get_filename(self, resource_name: str) -> str | None:
        """Return the path on disk of what is found instead."""
        return self._first("get_filename", resource_name)

    def get_stream(self, resource_name: str) -> IO[bytes] | None:
        """Open what is found instead."""
        return self._first("get_stream", resource_name)

    def get_string(self, resource_name: str) -> bytes | None:
        """Return the bytes of what is found instead."""
        return self._first("get_string", resource_name)

    def has_resource(self, resource_name: str) -> bool | None:
        """Return ``True`` where something is found instead."""
        return any(source.exists(path) for source, path in self.filtered_sources(resource_name)) or None

    def isdir(self, resource_name: str) -> bool | None:
        """Tell whether what is found instead is a directory."""
        return self._first("isdir", resource_name)

    def listdir(self, resource_name: str) -> list[str] | None:
        """Return the names in the directory that is found instead."""
        return self._first("listdir", resource_name)

    @property
    def real_loader(self) -> Any:
        """The loader that the package was imported by.

        Raises:
            NotImplementedError: it had none.
        """
        if self._real_loader is None:
            raise NotImplementedError(f"the package {self.overridden_package_name!r} has no loader to ask")
        return self._real_loader

    def get_data(self, path: str) -> bytes:
        """Ask the real loader."""
        return self.real_loader.get_data(path)

    def is_package(self, fullname: str) -> bool:
        """Ask the real loader."""
        return self.real_loader.is_package(fullname)

    def get_code(self, fullname: str) -> Any:
        """Ask the real loader."""
        return self.real_loader.get_code(fullname)

    def get_source(self, fullname: str) -> str | None:
        """Ask the real loader."""
        return self.real_loader.get_source(fullname)


# --- The statement -------------------------------------------------------------------------------------------------


class _Place(NamedTuple):
    """A file or folder as the statement names it; ``package`` is ``None`` for an absolute path."""

    package: str | None
    path: str
    is_folder: bool


def _place(spec: str) -> _Place:
    if os.path.isabs(spec):
        return _Place(None, spec, os.path.isdir(spec))
    package, _, path = spec.partition(":")
    return _Place(package, path, not path or path.endswith("/"))


class OverrideAsset(Statement):
    """Take a file or folder of a package from elsewhere.

    Of several overrides for one file, the one said last is looked at first; a folder need not hold all files of the one
    that it overrides.

    Args:
        to_override: what is overridden: the specification of a file (``app:templates/page.pt``) or folder
            (``app:templates/``), or the name of a package.
        override_with: what is taken instead: the same, or an absolute path.

    Raises:
        ConfigurationError: both are one, or only one of them is a folder, or an absolute path doesn't exist.
    """

    topic = "asset overrides"
    type_name = "asset override"
    phase = PHASE1_CONFIG

    to_override: str
    override_with: str
    _override: Override | None = None

    def resolved(self, config: AnyConfig) -> Self:
        """Check both places, and import what is taken instead."""
        old, new = _place(self.to_override), _place(self.override_with)
        if self.to_override == self.override_with:
            raise ConfigurationError(f"the asset {self.to_override!r} can't be overridden with itself")
        if new.package is None and not os.path.exists(new.path):
            raise ConfigurationError(
                f"{self.override_with!r} can't override anything: there is no such file or folder"
            )
        if old.is_folder is not new.is_folder:
            kinds = ["file", "folder"]
            raise ConfigurationError(
                f"{self.to_override!r} names a {kinds[old.is_folder]}, but {self.override_with!r} a "
                f"{kinds[new.is_folder]}: either both end in a slash (folders) or none (files)"
            )
        statement = type(self)(self.to_override, self.override_with, self._override or config._override)
        statement.source  # noqa: B018 - what can't be imported is an error here, at the line that said it
        return statement

    @cached_property
    def source(self) -> PackageAssetSource | FSAssetSource:
        """Where files are taken from instead."""
        place = _place(self.override_with)
        if place.package is None:
            return FSAssetSource(place.path)
        return PackageAssetSource(import_module(place.package), place.path)

    def facts(self, registry: AnyRegistry, scope: Scope, discriminator: Any) -> Iterable[Introspectable]:
        """Tell both places."""
        old, new = _place(self.to_override), _place(self.override_with)
        # COMPAT: a package as a whole has an empty prefix, an absolute path is a prefix without a package
        me = (old.package, new.package, old.path, new.path)
        fact = Introspectable(self.topic, me, f"{self.to_override} -> {self.override_with}", self.type_name)
        fact["to_override"] = self.to_override
        fact["override_with"] = self.override_with
        return (fact,)

    def perform(self, registry: AnyRegistry, scope: Scope, facts: tuple[Introspectable, ...]) -> None:
        """Enter the override into the book of the package, which is imported for that."""
        place = _place(self.to_override)
        assert self._override is not None, "resolved() comes first"
        self._override(import_module(place.package or ""), place.path, self.source)


class AssetTopic:
    """What a Configurator can say about assets."""

    registry: AnyRegistry

    override_asset = directive(OverrideAsset)
    override_resource = override_asset  # COMPAT: its older name

    def _override(
        self,
        package: Module,
        path: str,
        override_source: Source,
        PackageOverrides: Callable[[Module], Any] = PackageOverrides,
    ) -> None:
        name = package.__name__
        overrides = self.registry.queryUtility(IPackageOverrides, name=name)
        if overrides is None:
            overrides = PackageOverrides(package)
            self.registry.registerUtility(overrides, IPackageOverrides, name=name)
        overrides.insert(path, override_source)


AssetsConfiguratorMixin = AssetTopic
