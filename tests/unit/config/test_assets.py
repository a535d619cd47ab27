"""Files that stand in for other files."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest
from zope.interface.verify import verifyObject

from goldilocks.config import Configurator
from goldilocks.config.assets import (
    AssetsConfiguratorMixin,
    DirectoryOverride,
    FileOverride,
    FSAssetSource,
    OverrideProvider,
    PackageAssetSource,
    PackageOverrides,
    _AssetSource,
)
from goldilocks.exceptions import ConfigurationError
from goldilocks.interfaces import IPackageOverrides
from goldilocks.path import AssetResolver, resources


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """Two packages, ``assetapp`` and ``assettheme``, each with templates."""
    files = {
        "assetapp/templates/page.pt": "app page",
        "assetapp/templates/menu.pt": "app menu",
        "assettheme/templates/page.pt": "theme page",
        "assettheme/other.pt": "theme other",
    }
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    for name in ("assetapp", "assettheme"):
        (tmp_path / name / "__init__.py").write_text("ORIGIN = __name__\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    yield tmp_path
    for name in ("assetapp", "assettheme"):
        sys.modules.pop(name, None)


@pytest.fixture
def config(packages):
    """A Configurator that carries out at once and is current."""
    config = Configurator(autocommit=True)
    config.begin()
    yield config
    config.end()


def read(spec):
    with AssetResolver(None).resolve(spec).stream() as stream:
        return stream.read().decode()


# --- the statement -------------------------------------------------------------------------------------------------


def test_file_is_taken_from_another_package(config):
    """A file of one package stands in for one of another, and only for that."""
    config.override_asset("assetapp:templates/page.pt", "assettheme:other.pt")
    assert read("assetapp:templates/page.pt") == "theme other"
    assert read("assetapp:templates/menu.pt") == "app menu"


def test_folder_is_taken_from_another_package(config):
    """Files that the folder has stand in; the others stay the package's own."""
    config.override_asset("assetapp:templates/", "assettheme:templates/")
    assert read("assetapp:templates/page.pt") == "theme page"
    assert read("assetapp:templates/menu.pt") == "app menu"


def test_package_is_taken_from_another_one(config):
    """A whole package may be overridden."""
    config.override_asset("assetapp", "assettheme")
    assert read("assetapp:templates/page.pt") == "theme page"


def test_folder_is_taken_from_a_path(config, packages):
    """An absolute path stands in, with or without a slash at its end."""
    config.override_asset("assetapp:templates/", str(packages / "assettheme" / "templates"))
    assert read("assetapp:templates/page.pt") == "theme page"


def test_file_is_taken_from_a_path(config, packages):
    """A file may lie outside of any package."""
    config.override_asset("assetapp:templates/page.pt", str(packages / "assettheme" / "other.pt"))
    assert read("assetapp:templates/page.pt") == "theme other"


def test_last_override_is_looked_at_first(config):
    """Of two overrides for a file the later one counts."""
    config.override_asset("assetapp:templates/", "assettheme:templates/")
    config.override_asset("assetapp:templates/page.pt", "assettheme:other.pt")
    assert read("assetapp:templates/page.pt") == "theme other"


def test_overrides_belong_to_the_current_registry(config):
    """Another application in the same process sees the package's own files."""
    config.override_asset("assetapp:templates/", "assettheme:templates/")
    with Configurator():
        assert read("assetapp:templates/page.pt") == "app page"
    assert read("assetapp:templates/page.pt") == "theme page"


def test_overrides_are_carried_out_at_commit(packages):
    """Nothing happens before the commit."""
    config = Configurator()
    config.override_asset("assetapp:templates/", "assettheme:templates/")
    assert config.registry.queryUtility(IPackageOverrides, name="assetapp") is None
    config.commit()
    assert config.registry.queryUtility(IPackageOverrides, name="assetapp") is not None


def test_older_name_of_the_statement(config):
    """The older name says the same."""
    config.override_resource("assetapp:templates/page.pt", "assettheme:other.pt")
    assert read("assetapp:templates/page.pt") == "theme other"


def test_override_is_entered_by_the_configurator(config):
    """Whoever replaces the method that enters overrides is heard; so is the one given to the statement."""
    entered = []
    config._override = lambda package, path, source: entered.append((package.__name__, path, source.prefix))
    config.override_asset("assetapp:templates/", "assettheme:")
    config.override_asset("assetapp", "assettheme:", _override=lambda *args: entered.append("given"))
    assert entered == [("assetapp", "templates/", ""), "given"]


def test_overrides_are_introspectable(config):
    """Both places are told, by Pyramid's category and discriminator."""
    config.override_asset("assetapp:templates/", "assettheme:templates/")
    fact = config.introspector.get("asset overrides", ("assetapp", "assettheme", "templates/", "templates/"))
    assert dict(fact) == {"to_override": "assetapp:templates/", "override_with": "assettheme:templates/"}
    assert fact.title == "assetapp:templates/ -> assettheme:templates/"
    assert fact.type_name == "asset override"


@pytest.mark.parametrize(
    ("to_override", "override_with", "complaint"),
    [
        ("assetapp", "assetapp", "itself"),
        ("assetapp:templates/", "assettheme:other.pt", "folder.*file"),
        ("assetapp:templates/page.pt", "assettheme:templates/", "file.*folder"),
        ("assetapp:templates/page.pt", "assettheme", "file.*folder"),
        ("assetapp:templates/page.pt", "/no/such/file.pt", "no such file"),
    ],
)
def test_what_does_not_fit_is_an_error(config, to_override, override_with, complaint):
    """A mistake is reported where it is made."""
    with pytest.raises(ConfigurationError, match=complaint):
        config.override_asset(to_override, override_with)


def test_package_that_does_not_exist(packages):
    """What can't be imported is an error where it is said, not at the commit."""
    with pytest.raises(ImportError):
        Configurator().override_asset("assetapp:templates/", "no_such_package:templates/")


def test_overridden_folder_is_listed_and_is_a_folder(config):
    """Questions about folders are answered by the override as well."""
    config.override_asset("assetapp:templates/", "assettheme:templates/")
    folder = AssetResolver(None).resolve("assetapp:templates/")
    assert (folder.isdir(), folder.listdir(), folder.exists()) == (True, ["page.pt"], True)
    assert resources.resource_string("assetapp", "templates/page.pt") == b"theme page"


def test_package_without_overrides_answers_for_itself(config):
    """Where the book of the registry has nothing, all questions go to the package."""
    config.override_asset("assetapp:templates/other.pt", "assettheme:other.pt")
    folder = AssetResolver(None).resolve("assetapp:templates")
    assert (folder.isdir(), sorted(folder.listdir()), folder.exists()) == (True, ["menu.pt", "page.pt"], True)
    assert Path(AssetResolver(None).resolve("assetapp:templates/page.pt").abspath()).read_text() == "app page"
    assert resources.resource_string("assetapp", "templates/page.pt") == b"app page"


def test_provider_without_any_book(packages):
    """A registry that never heard of overrides changes nothing."""
    import assetapp

    with Configurator():
        assert OverrideProvider(assetapp).has_resource("templates/page.pt")


def test_mixin_keeps_its_older_name():
    """Add-ons that subclass the mixin find it."""
    assert issubclass(Configurator, AssetsConfiguratorMixin)


# --- the book ------------------------------------------------------------------------------------------------------


class Package:
    """A stand-in for a module."""

    __name__ = "standin"


class NoResources:
    """Takes loader types and forgets them."""

    def register_loader_type(self, loader_type, provider):
        self.registered = (loader_type, provider)


def make_book(package=None):
    return PackageOverrides(package or Package(), pkg_resources=NoResources())


def test_book_becomes_the_loader():
    """The package's loader is the book, and providers for it are ours."""
    package, asked = Package(), NoResources()
    book = PackageOverrides(package, pkg_resources=asked)
    verifyObject(IPackageOverrides, book)
    assert package.__loader__ is book
    assert asked.registered == (PackageOverrides, OverrideProvider)


def test_loader_questions_go_to_the_real_loader(packages):
    """Tools that ask a module's loader for code are still answered, by a second book of the package too."""
    import assetapp

    real = assetapp.__loader__
    PackageOverrides(assetapp)
    book = PackageOverrides(assetapp)
    assert book.real_loader is real
    assert book.is_package("assetapp")
    assert "ORIGIN" in book.get_source("assetapp")
    assert book.get_code("assetapp").co_name == "<module>"
    assert book.get_data(assetapp.__file__).startswith(b"ORIGIN")


def test_package_without_a_loader():
    """There is nobody to ask."""
    with pytest.raises(NotImplementedError, match="standin"):
        make_book().get_data("anything")


def test_kind_of_override_follows_the_slash():
    """Names that end in a slash, and the empty one, are folders."""
    book = make_book()
    assert isinstance(book.insert("folder/", None), DirectoryOverride)
    assert isinstance(book.insert("", None), DirectoryOverride)
    assert isinstance(book.insert("file.pt", None), FileOverride)


def test_first_source_that_has_the_file_answers(packages):
    """A source without the file is passed over."""
    book = make_book()
    book.insert("", PackageAssetSource("assetapp", "templates/"))
    book.insert("", PackageAssetSource("assettheme", ""))
    path = packages / "assetapp" / "templates" / "menu.pt"
    assert book.get_spec("menu.pt") == "assetapp:templates/menu.pt"
    assert book.get_filename("menu.pt") == str(path)
    assert book.get_string("menu.pt") == b"app menu"
    with book.get_stream("menu.pt") as stream:
        assert stream.read() == b"app menu"
    assert (book.has_resource("menu.pt"), book.isdir("menu.pt"), book.isdir("templates")) == (
        True,
        False,
        True,
    )
    assert book.listdir("templates") == ["page.pt"]


@pytest.mark.parametrize(
    "question", ["get_spec", "get_filename", "get_stream", "get_string", "has_resource", "isdir", "listdir"]
)
def test_no_source_has_the_file(packages, question):
    """Nobody knows: neither yes nor no."""
    book = make_book()
    book.insert("other.pt", PackageAssetSource("assettheme", "other.pt"))
    book.insert("", PackageAssetSource("assetapp", "templates/"))
    assert getattr(book, question)("missing.pt") is None


def test_path_as_a_source(packages):
    """A file on disk is specified by its path."""
    path = str(packages / "assettheme" / "other.pt")
    source = FSAssetSource(path)
    assert (source.get_spec(""), source.get_path("")) == (path, path)
    assert FSAssetSource(str(packages)).get_path("a") == str(packages / "a")


def test_source_of_an_unknown_kind():
    """The base says nothing about where files lie."""
    with pytest.raises(NotImplementedError):
        _AssetSource().exists("anything")
