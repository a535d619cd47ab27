"""The import hook: code that says ``import pyramid`` and can't be changed runs on goldilocks."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import pickle
import pkgutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from unittest import mock

import pytest
from webtest import TestApp

import goldilocks
import goldilocks.config
import goldilocks.httpexceptions
import goldilocks.view
from goldilocks import compat
from goldilocks.config import Configurator
from goldilocks.config.settings import Settings
from goldilocks.names import DEFAULTS_SETTING, DEFAULTS_VARIABLE, PROCESS


def names():
    """Return what is loaded under Pyramid's name."""
    return {name for name in sys.modules if name.split(".")[0] == "pyramid"}


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """No other test of this process has imported Pyramid itself."""
    for name in names():
        monkeypatch.delitem(sys.modules, name)


@pytest.fixture
def hook(alone):
    """The hook is on during the test."""
    with compat.install() as hook:
        yield hook


# --- What an import finds -----------------------------------------------------------------------------------------


def test_off_unless_asked_for(tmp_path):
    """Who only uses goldilocks gets no module of another name, and finds what else is installed as ever."""
    program = """if True:
        import sys
        import goldilocks.compat, goldilocks.config, goldilocks.testing
        assert not goldilocks.compat.is_installed()
        assert "pyramid" not in sys.modules
        sys.path.insert(0, sys.argv[1])
        import pyramid
        assert pyramid.__doc__ == "another"
        """
    run_beside_another_pyramid(program, tmp_path, '"another"')


@pytest.mark.usefixtures("hook")
def test_modules_are_the_very_same():
    """Both names lead to one module, so classes are one class."""
    import pyramid
    import pyramid.config
    from pyramid.httpexceptions import HTTPFound

    assert pyramid is goldilocks
    assert sys.modules["pyramid.config"] is pyramid.config is goldilocks.config
    assert HTTPFound is goldilocks.httpexceptions.HTTPFound


@pytest.mark.usefixtures("hook")
@pytest.mark.parametrize("name", ["config", "view", "traversal.paths", "testing"])
def test_modules_keep_who_they_are(name):
    """A module found under the other name has its own name, spec and loader."""
    ours = importlib.import_module(f"goldilocks.{name}")
    before = (ours.__name__, ours.__spec__, ours.__loader__, ours.__package__)
    found = importlib.import_module(f"pyramid.{name}")
    assert (found.__name__, found.__spec__, found.__loader__, found.__package__) == before
    assert found.__spec__.name == f"goldilocks.{name}"


@pytest.mark.usefixtures("hook")
def test_forms_of_import():
    """Every way of writing an import finds it."""
    import pyramid.config as c
    from pyramid import testing
    from pyramid.view import view_config as v

    assert (c, v) == (goldilocks.config, goldilocks.view.view_config)
    assert testing.setUp.__module__ == "goldilocks.testing"
    assert __import__("pyramid.config") is goldilocks
    assert __import__("pyramid.config", fromlist=["Configurator"]) is goldilocks.config
    assert pkgutil.resolve_name("pyramid.config:Configurator") is Configurator


@pytest.mark.usefixtures("hook")
@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("pyramid.nothere", "pyramid.nothere"),
        ("pyramid.nothere.below", "pyramid.nothere"),
        ("pyramid.config.nothere", "pyramid.config.nothere"),
        ("pyramid.view.below", "pyramid.view.below"),
    ],
)
def test_missing_module(name, missing):
    """What doesn't exist is missed under the name that was asked for."""
    with pytest.raises(ModuleNotFoundError, match=missing) as caught:
        importlib.import_module(name)
    assert caught.value.name == missing
    assert missing not in sys.modules


@pytest.mark.usefixtures("hook")
def test_find_spec():
    """Code that asks whether a module exists gets an answer, and nothing is imported for it."""
    sys.modules.pop("pyramid.view", None)
    spec = importlib.util.find_spec("pyramid.view")
    assert spec is not None
    assert (spec.name, spec.origin) == ("pyramid.view", goldilocks.view.__file__)
    assert "pyramid.view" not in sys.modules
    assert importlib.util.find_spec("pyramid.nothere") is None


@pytest.mark.usefixtures("hook")
def test_packages_that_only_look_alike():
    """Packages called ``pyramid_...`` are those of others."""
    with pytest.raises(ModuleNotFoundError, match="pyramid_nobody"):
        importlib.import_module("pyramid_nobody")


@pytest.mark.usefixtures("hook")
def test_reload():
    """A module found by the other name can be loaded anew, and is then new under both names."""
    import pyramid.location

    before = pyramid.location.lineage
    try:
        assert importlib.reload(pyramid.location) is goldilocks.location
        assert pyramid.location.lineage is not before
    finally:
        pyramid.location.lineage = before


@pytest.mark.usefixtures("hook")
def test_walking_the_package():
    """``pkgutil`` lists the modules under the name that it's given, and each can be imported under it."""
    import pyramid

    found = [module.name for module in pkgutil.iter_modules(pyramid.__path__, "pyramid.")]
    assert {"pyramid.config", "pyramid.view", "pyramid.httpexceptions"} <= set(found)
    assert importlib.import_module("pyramid.location") is goldilocks.location
    assert pkgutil.get_data("pyramid", "py.typed") is not None


@pytest.mark.usefixtures("hook")
def test_pickles():
    """What was pickled where Pyramid ran can be read here."""
    error = pickle.loads(b"cpyramid.httpexceptions\nHTTPNotFound\n.")
    assert error is goldilocks.httpexceptions.HTTPNotFound
    assert pickle.loads(pickle.dumps(error)) is error


@pytest.mark.usefixtures("hook")
def test_patching():
    """Tests of add-ons replace things under the name that they know."""
    with mock.patch("pyramid.view.render_view", "replaced"):
        assert goldilocks.view.render_view == "replaced"


@pytest.mark.usefixtures("hook")
def test_pickle_of_pyramid_1():
    """Pyramid 1 handed ``pickle`` on, and some add-on's tests still take it from there."""
    from pyramid.compat import pickle as handed_on

    assert handed_on is pickle


@pytest.mark.usefixtures("hook")
def test_import_after_somebody_unloads():
    """A test that throws loaded modules away finds the same ones again."""
    for name in names():
        del sys.modules[name]
    import pyramid.view

    assert pyramid.view is goldilocks.view


@pytest.mark.usefixtures("hook")
def test_threads():
    """However many threads import at once, each gets the whole module, and it keeps its spec."""
    modules = ["config", "view", "security", "traversal", "httpexceptions", "renderers"]
    specs = {name: importlib.import_module(f"goldilocks.{name}").__spec__ for name in modules}
    start = threading.Barrier(8)

    def load(_):
        start.wait()
        return [__import__(f"pyramid.{name}", fromlist=["__name__"]) for name in modules]

    for _ in range(20):
        for name in names():
            del sys.modules[name]
        with ThreadPoolExecutor(8) as pool:
            for found in pool.map(load, range(8)):
                assert found == [sys.modules[f"goldilocks.{name}"] for name in modules]
    assert {name: sys.modules[f"goldilocks.{name}"].__spec__ for name in modules} == specs


# --- Whole programs -----------------------------------------------------------------------------------------------

ADDON = """
from pyramid.config import Configurator
from pyramid.events import NewRequest, subscriber
from pyramid.interfaces import IRequest
from pyramid.view import view_config
import pyramid.httpexceptions as exc

seen = []

@subscriber(NewRequest)
def note(event):
    seen.append(event.request.path)

@view_config(name="hello", renderer="json")
def hello(request):
    return {"is_request": IRequest.providedBy(request)}

@view_config(name="gone")
def gone(request):
    raise exc.HTTPGone()

def includeme(config):
    assert isinstance(config, Configurator)
    config.scan(__name__)
"""


@pytest.mark.usefixtures("hook")
def test_addon_is_scanned(tmp_path, monkeypatch):
    """An add-on written for Pyramid, with its decorators, is included and scanned and answers."""
    (tmp_path / "unchanged_addon.py").write_text(ADDON, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    config = Configurator()
    config.include("unchanged_addon")
    app = TestApp(config.make_wsgi_app())
    assert app.get("/hello").json == {"is_request": True}
    app.get("/gone", status=410)
    assert sys.modules["unchanged_addon"].seen == ["/hello", "/gone"]


def run_beside_another_pyramid(program, folder, source):
    """Run a program; the first of its arguments is a folder with a package and a distribution of Pyramid's name."""
    installed = folder / "pyramid"
    installed.mkdir()
    (installed / "__init__.py").write_text(source, "utf-8")
    metadata = folder / "pyramid-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: pyramid\nVersion: 1.0\n", "utf-8")
    root = Path(goldilocks.__file__).parent.parent
    subprocess.run([sys.executable, "-c", program, str(folder)], check=True, cwd=root)


def test_wins_over_an_installed_pyramid(tmp_path):
    """A Pyramid that is installed but not imported yet is found no more, nor is its metadata."""
    program = """if True:
        import importlib.metadata, sys
        sys.path.insert(0, sys.argv[1])
        assert importlib.metadata.version("pyramid") == "1.0"
        from goldilocks import compat
        with compat.install():
            import pyramid.location
            assert importlib.metadata.version("pyramid") == "2.1"
            assert pyramid.location.lineage.__module__ == "goldilocks.location"
        assert importlib.metadata.version("pyramid") == "1.0"
        """
    run_beside_another_pyramid(program, tmp_path, "raise AssertionError('the wrong one')")


# --- Metadata -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("hook")
@pytest.mark.parametrize("name", ["pyramid", "Pyramid"])
def test_version(name):
    """Add-ons that ask which Pyramid runs hear 2.1."""
    assert importlib.metadata.version(name) == "2.1"


@pytest.mark.usefixtures("hook")
def test_distribution():
    """The distribution has a name, metadata and a place, and needs nothing."""
    distribution = importlib.metadata.distribution("pyramid")
    assert distribution.metadata["Name"] == "pyramid"
    assert distribution.requires is None
    assert distribution.files is None
    assert list(distribution.entry_points) == []
    root = Path(str(distribution.locate_file("")))
    assert root / "goldilocks" == Path(goldilocks.__file__).parent


@pytest.mark.usefixtures("hook")
def test_all_distributions_and_entry_points():
    """Who lists everything that is installed, or the entry points of a group, comes through."""
    assert "pyramid" in [distribution.metadata["Name"] for distribution in importlib.metadata.distributions()]
    assert set(importlib.metadata.packages_distributions()["pyramid"]) == {"pyramid"}
    runners = importlib.metadata.entry_points(group="pyramid.pshell_runner")
    assert not any(runner.dist.name == "pyramid" for runner in runners)


@pytest.mark.usefixtures("hook")
def test_other_distributions():
    """Other distributions are found as ever, and missed as ever."""
    assert importlib.metadata.version("pytest") == pytest.__version__
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        importlib.metadata.version("pyramid_nobody")


# --- Defaults -----------------------------------------------------------------------------------------------------


def said(settings=None, environ=None):
    """Return which defaults hold for settings and an environment."""
    return Settings(settings, _environ_=environ or {})[DEFAULTS_SETTING]


def test_defaults_without_the_hook():
    """Without the hook our own defaults hold."""
    assert said() == "secure"


@pytest.mark.usefixtures("hook")
def test_defaults_with_the_hook():
    """Under the hook Pyramid's defaults hold."""
    assert said() == "pyramid"
    assert said({DEFAULTS_SETTING: None}) == "pyramid"


@pytest.mark.usefixtures("hook")
def test_a_setting_counts_more():
    """What the deployment says counts more than the hook, and the environment most."""
    assert said({DEFAULTS_SETTING: "secure"}) == "secure"
    assert said(environ={DEFAULTS_VARIABLE: "secure"}) == "secure"
    assert said({DEFAULTS_SETTING: "secure"}, {DEFAULTS_VARIABLE: "pyramid"}) == "pyramid"


# --- On and off ---------------------------------------------------------------------------------------------------


def test_switching_off_restores():
    """When the hook is off, no trace of it is left."""
    before = (names(), list(sys.meta_path), PROCESS.defaults)
    with compat.install():
        import pyramid.view

        assert {"pyramid", "pyramid.view"} <= names()
    assert (names(), list(sys.meta_path), PROCESS.defaults) == before
    assert pyramid.view is goldilocks.view


def test_switching_off_after_an_error():
    """An error inside ends the hook like anything else."""
    with pytest.raises(ZeroDivisionError), compat.install():
        raise ZeroDivisionError
    assert not compat.is_installed()


def test_second_call_changes_nothing():
    """The hook stands once, and only the call that switched it on switches it off."""
    with compat.install():
        with compat.install():
            assert sum(finder is compat._finder for finder in sys.meta_path) == 1
        assert compat.is_installed()
    assert not compat.is_installed()


def test_one_call():
    """One call is enough, for good; another takes it back."""
    compat.install()
    assert compat.is_installed()
    compat.uninstall()
    assert not compat.is_installed()
    compat.uninstall()


@pytest.mark.parametrize(
    ("name", "file", "place"),
    [("pyramid", "/somewhere/__init__.py", "/somewhere"), ("pyramid.view", None, "an unknown place")],
)
def test_refused_beside_pyramid(monkeypatch, name, file, place):
    """Two frameworks in one process would have two of every class: refused, naming what to do."""
    module = ModuleType(name)
    module.__file__ = file
    monkeypatch.setitem(sys.modules, name, module)
    with pytest.raises(
        ImportError, match=rf"{name} is already imported, from {place}.*install\(\) before"
    ) as caught:
        compat.install()
    assert (caught.value.name, caught.value.path) == (name, file)
    assert not compat.is_installed()
    assert sys.modules[name] is module


def test_blocked_name(monkeypatch):
    """A name that somebody blocked is no import of Pyramid; it is blocked again afterwards."""
    monkeypatch.setitem(sys.modules, "pyramid", None)
    with compat.install():
        import pyramid

        assert pyramid is goldilocks
    assert sys.modules["pyramid"] is None
