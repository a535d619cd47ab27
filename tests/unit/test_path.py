"""Dotted names, asset specifications, and who is calling."""

from __future__ import annotations

import importlib
import os
import sys
import types
import zipfile
from pathlib import Path

import pytest
from zope.interface.verify import verifyObject

from goldilocks import path
from goldilocks.interfaces import IAssetDescriptor
from goldilocks.path import (
    CALLER_PACKAGE,
    AssetResolver,
    DottedNameResolver,
    FSAssetDescriptor,
    PkgResourcesAssetDescriptor,
    Resolver,
    ResourceManager,
)

THIS = sys.modules[__name__]


@pytest.fixture
def forget_modules():
    """Take modules that a test imports out again."""
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture
def shop(tmp_path, monkeypatch, forget_modules):
    """A package on disk: a module, a subpackage, a folder with a file."""
    write(tmp_path / "shop/__init__.py", "name = 'shop'")
    write(
        tmp_path / "shop/till.py",
        """
        from goldilocks import path
        class Till:
            class Drawer: pass
        def module(): return path.caller_module(1)
        def package(level): return path.caller_package(level)
        def joined(name): return path.caller_path(name, 1)
        def resolver(): return path.Resolver().get_package(), path.Resolver().get_package_name()
        def asset(spec): return path.AssetResolver().resolve(spec)
        def name(dotted): return path.DottedNameResolver().resolve(dotted)
        def maybe(dotted): return path.DottedNameResolver().maybe_resolve(dotted)
        """,
    )
    write(
        tmp_path / "shop/goods/__init__.py",
        "from goldilocks import path\ndef package(): return path.caller_package(1)",
    )
    write(tmp_path / "shop/window/card.txt", "open")
    monkeypatch.syspath_prepend(str(tmp_path))
    return importlib.import_module("shop.till")


@pytest.fixture
def mall(tmp_path, monkeypatch, forget_modules):
    """A namespace package in two places, each with a file of its own."""
    for half in ("east", "west"):
        write(tmp_path / half / "mall" / f"{half}.txt", half)
        monkeypatch.syspath_prepend(str(tmp_path / half))
    return importlib.import_module("mall")


@pytest.fixture
def kiosk(tmp_path, monkeypatch, forget_modules):
    """A package in an archive."""
    with zipfile.ZipFile(tmp_path / "kiosk.zip", "w") as archive:
        archive.writestr("kiosk/__init__.py", "")
        archive.writestr("kiosk/till.py", "")
        archive.writestr("kiosk/window/card.txt", "open")
    monkeypatch.syspath_prepend(str(tmp_path / "kiosk.zip"))
    return importlib.import_module("kiosk")


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text.replace("\n        ", "\n"))


# --- Who is calling ------------------------------------------------------------------------------------------------


def test_level_one_is_who_asks(shop):
    """One frame up stands the function that asks."""
    assert shop.module() is shop


def test_level_two_is_the_caller_of_who_asks(shop):
    """Two frames up, the default, stands the one that called it."""

    def asks():
        return path.caller_module()

    assert asks() is THIS


def test_code_with_an_empty_module_name_is_main():
    """A module name that is nothing counts as the main module."""
    scope = {"caller_module": path.caller_module, "__name__": ""}
    exec("found = caller_module(1)", scope)

    assert scope["found"] is sys.modules["__main__"]


def test_package_of_a_calling_module(shop):
    """A module's code belongs to the package around it."""
    assert shop.package(1).__name__ == "shop"


def test_package_that_calls_itself(shop):
    """Code in the package's own file belongs to this package, not to the one above."""
    assert importlib.import_module("shop.goods").package().__name__ == "shop.goods"


def test_calling_module_without_a_package():
    """A module that lies in no package stands for itself."""
    alone = types.ModuleType("alone")

    assert path.caller_package(1, caller_module=lambda level: alone) is alone


def test_calling_path(shop):
    """A relative path is joined to the folder of the calling module, an absolute one stays."""
    here = os.path.dirname(shop.__file__)

    assert shop.joined("window/card.txt") == os.path.join(here, "window/card.txt")
    assert shop.joined(here) == here


# --- Packages ------------------------------------------------------------------------------------------------------


def test_package_name(shop):
    """A package has its own name, a module that of its package, and what is no module is the main one."""
    assert path.package_name(sys.modules["shop"]) == "shop"
    assert path.package_name(shop) == "shop"
    assert path.package_name(None) == "__main__"
    assert path.package_name(sys.modules["__main__"]) == "__main__"


def test_package_name_of_a_stand_in():
    """What has only a name and a file is judged by these."""
    stand_in = types.SimpleNamespace(__name__="a.b", __file__="/x/__init__.py")

    assert path.package_name(stand_in) == "a.b"


def test_package_of(shop):
    """The package of a module is the one around it; a package is its own."""
    package = sys.modules["shop"]

    assert path.package_of(shop) is path.package_of(package) is package


def test_package_path_is_remembered(shop):
    """The folder of a package is noted on it."""
    package = sys.modules["shop"]
    found = path.package_path(package)
    assert found == os.path.dirname(package.__file__)
    package.__abspath__ = "/moved"

    assert path.package_path(package) == "/moved"


def test_package_path_of_what_takes_no_attributes(shop):
    """A stand-in that takes no note is asked each time."""

    class Closed:
        __slots__ = ()
        __name__ = "shop"

    assert path.package_path(Closed()) == os.path.dirname(shop.__file__)


def test_namespace_package(mall):
    """A namespace package is a package, with the first of its folders."""
    assert path.package_name(mall) == "mall"
    assert path.package_of(mall) is mall
    assert path.package_path(mall) == mall.__path__[0]


# --- Files in packages ---------------------------------------------------------------------------------------------


def test_file_on_disk(shop):
    """A file in a package can be asked for, found and read."""
    resources = ResourceManager()

    assert resources.resource_exists("shop", "window/card.txt")
    assert not resources.resource_isdir("shop", "window/card.txt")
    assert resources.resource_string("shop", "window/card.txt") == b"open"
    with resources.resource_stream("shop.till", "window/card.txt") as stream:
        assert stream.read() == b"open"
    assert Path(resources.resource_filename("shop", "window/card.txt")).read_text() == "open"


def test_folder_on_disk(shop):
    """So can a folder; the empty name and stray slashes make no difference."""
    resources = ResourceManager()

    assert resources.resource_isdir("shop", "")
    assert resources.resource_isdir("shop", "/window//")
    assert resources.resource_listdir("shop", "window") == ["card.txt"]
    assert not resources.resource_exists("shop", "door")


def test_package_is_imported_if_need_be(shop):
    """A package that nobody has imported yet is found all the same."""
    del sys.modules["shop"]

    assert ResourceManager().resource_exists("shop", "window")


def test_files_of_a_namespace_package(mall):
    """Files are found in every folder; one that isn't there would lie in the first."""
    resources = ResourceManager()

    assert resources.resource_string("mall", "east.txt") == b"east"
    assert resources.resource_string("mall", "west.txt") == b"west"
    assert resources.resource_filename("mall", "north.txt") == os.path.join(mall.__path__[0], "north.txt")
    assert not resources.resource_exists("mall", "north.txt")


def test_module_without_any_file():
    """A built-in module is at home in the working directory."""
    assert ResourceManager().resource_filename("sys", "x.txt") == "x.txt"


@pytest.mark.parametrize("name", ["C:/boot.ini", "a/C:b", "\\boot.ini", "a/\\\\host/x"])
def test_way_out_on_windows(shop, name):
    """A name that Windows would take for a new beginning is refused everywhere."""
    with pytest.raises(ValueError, match="leads out of any package"):
        ResourceManager().resource_exists("shop", name)


@pytest.mark.parametrize("package", ["kiosk", "kiosk.till"])
def test_file_in_an_archive(kiosk, package):
    """A file in an archive can be asked for and read."""
    resources = ResourceManager()

    assert resources.resource_exists(package, "window/card.txt")
    assert resources.resource_string(package, "window/card.txt") == b"open"
    with resources.resource_stream(package, "window/card.txt") as stream:
        assert stream.read() == b"open"
    assert not resources.resource_exists(package, "door")


def test_folder_in_an_archive(kiosk):
    """So can a folder."""
    resources = ResourceManager()

    assert resources.resource_isdir("kiosk", "window")
    assert not resources.resource_isdir("kiosk", "window/card.txt")
    assert resources.resource_listdir("kiosk", "window") == ["card.txt"]


def test_path_into_an_archive(kiosk):
    """Who needs a path gets that of an unpacked copy, the same one each time."""
    resources = ResourceManager()
    found = resources.resource_filename("kiosk", "window/card.txt")

    assert Path(found).read_text() == "open"
    assert resources.resource_filename("kiosk", "window/card.txt") == found


def test_path_of_nothing_in_an_archive(kiosk):
    """What isn't in the archive has a path below it, where nothing is."""
    found = ResourceManager().resource_filename("kiosk", "door")

    assert found == os.path.join(os.path.dirname(kiosk.__file__), "door")
    assert not os.path.exists(found)


def test_own_provider_for_a_loader(shop):
    """A kind of loader can be given a provider of its own, which then answers for its modules."""

    class Loader:
        pass

    class SpecialLoader(Loader):
        pass

    class Provider(path.DefaultProvider):
        def has_resource(self, resource_name):
            return resource_name == "everything"

    resources = ResourceManager()
    resources.register_loader_type(Loader, Provider)
    sys.modules["shop"].__loader__ = SpecialLoader()

    assert resources.resource_exists("shop", "everything")
    assert not resources.resource_exists("shop", "window")


# --- Resolvers -----------------------------------------------------------------------------------------------------


def test_the_caller_shows_as_what_it_is():
    """The default argument is readable in signatures."""
    assert repr(CALLER_PACKAGE) == "goldilocks.path.CALLER_PACKAGE"


def test_resolver_of_the_caller(shop):
    """Left open, the package is that of whoever calls the resolver."""
    assert shop.resolver() == (sys.modules["shop"], "shop")


@pytest.mark.parametrize("given", ["shop", "shop.till"])
def test_resolver_of_a_package(shop, given):
    """A package can be given by its name, as itself, or as a module in it."""
    resolver = Resolver(given)

    assert resolver.get_package() is Resolver(sys.modules[given]).get_package() is sys.modules["shop"]
    assert resolver.get_package_name() == "shop"


def test_resolver_of_no_package():
    """``None`` is kept, and a name that nothing has is refused."""
    assert Resolver(None).get_package() is None
    with pytest.raises(ValueError, match=r"'no\.such' cannot be imported"):
        Resolver("no.such")


def test_asset_with_its_package(shop):
    """A full specification needs no package."""
    asset = AssetResolver(None).resolve("shop:window/card.txt")

    assert asset.absspec() == "shop:window/card.txt"
    assert asset.exists()


def test_asset_of_the_resolvers_package(shop):
    """A relative specification means the resolver's package."""
    assert AssetResolver("shop.till").resolve("window").absspec() == "shop:window"


def test_asset_of_the_callers_package(shop):
    """Left open, it means the caller's."""
    assert shop.asset("window").absspec() == "shop:window"


def test_asset_of_nobodys_package():
    """A relative specification without a package is an error."""
    with pytest.raises(ValueError, match="'window' irresolveable without package"):
        AssetResolver(None).resolve("window")


def test_asset_by_its_path(tmp_path):
    """An absolute path is a file of no package."""
    assert isinstance(AssetResolver(None).resolve(str(tmp_path)), FSAssetDescriptor)


@pytest.mark.parametrize(
    "dotted",
    [
        "shop.till.Till.Drawer",
        "shop.till:Till.Drawer",
        ".till.Till.Drawer",
        ".till:Till.Drawer",
        "..shop.till:Till.Drawer",
    ],
)
def test_dotted_name(shop, dotted):
    """A dotted name is understood with or without a colon, and with dots before it."""
    found = DottedNameResolver("shop").resolve(dotted)

    assert found is shop.Till.Drawer
    assert DottedNameResolver("shop").maybe_resolve(dotted) is found


@pytest.mark.parametrize("dotted", [".", ":", "shop", "shop:"])
def test_dotted_name_of_the_package(shop, dotted):
    """The package itself is said with a dot, a colon, or its name."""
    assert DottedNameResolver("shop").resolve(dotted).__name__ == "shop"


def test_dotted_name_further_up(shop):
    """Each further dot goes up one package."""
    resolver = DottedNameResolver("shop.goods")

    assert resolver.resolve("..").__name__ == "shop"
    assert resolver.resolve("..till") is shop
    assert resolver.resolve(":package") is sys.modules["shop.goods"].package
    assert resolver.resolve("...shop.till") is shop


@pytest.mark.parametrize("dotted", ["...", "....shop"])
def test_dotted_name_beyond_the_top(shop, dotted):
    """More dots than there are packages are an error."""
    with pytest.raises(ValueError, match="beyond the top"):
        DottedNameResolver("shop.goods").resolve(dotted)


@pytest.mark.parametrize("dotted", [".", ".till", ":name"])
def test_dotted_name_of_nobodys_package(dotted):
    """A relative name without a package is an error."""
    with pytest.raises(ValueError, match="irresolveable without package"):
        DottedNameResolver(None).resolve(dotted)


@pytest.mark.parametrize("dotted", ["shop.nothing", "shop:nothing", "shop.till.Till.nothing", "no.such"])
def test_dotted_name_of_nothing(shop, dotted):
    """What isn't there is an import error."""
    with pytest.raises(ImportError):
        DottedNameResolver(None).resolve(dotted)


def test_dotted_name_of_the_callers_package(shop):
    """Left open, a relative name means the caller's package."""
    assert shop.name(".till") is shop
    assert shop.maybe(".till:Till") is shop.Till


def test_not_a_dotted_name():
    """What isn't text is refused, or handed back by who asked for that."""
    with pytest.raises(ValueError, match="7 is not a string"):
        DottedNameResolver(None).resolve(7)
    assert DottedNameResolver(None).maybe_resolve(7) == 7


# --- Descriptors ---------------------------------------------------------------------------------------------------


def test_descriptors_keep_their_contract(tmp_path):
    """Both kinds offer what the contract promises."""
    assert verifyObject(IAssetDescriptor, PkgResourcesAssetDescriptor("shop", "window"))
    assert verifyObject(IAssetDescriptor, FSAssetDescriptor(str(tmp_path)))


def test_descriptor_of_a_packages_file(shop):
    """A file in a package, described."""
    asset = PkgResourcesAssetDescriptor("shop", "window/card.txt")

    assert asset.abspath() == os.path.join(os.path.dirname(shop.__file__), "window", "card.txt")
    assert asset.exists()
    assert not asset.isdir()
    with asset.stream() as stream:
        assert stream.read() == b"open"
    assert PkgResourcesAssetDescriptor("shop", "window").listdir() == ["card.txt"]


def test_descriptor_of_a_file(tmp_path, monkeypatch):
    """A file on disk, described; its path is made absolute at once."""
    write(tmp_path / "window/card.txt", "open")
    with monkeypatch.context() as elsewhere:
        elsewhere.chdir(tmp_path)
        asset = FSAssetDescriptor("window/card.txt")

    assert asset.abspath() == str(tmp_path / "window/card.txt")
    assert asset.exists()
    assert not asset.isdir()
    with asset.stream() as stream:
        assert stream.read() == b"open"
    assert FSAssetDescriptor(str(tmp_path / "window")).listdir() == ["card.txt"]
    with pytest.raises(NotImplementedError, match="belongs to no package"):
        asset.absspec()
