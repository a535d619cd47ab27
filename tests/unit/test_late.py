"""Modules that are imported when they are used."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from unittest import mock

import pytest

import goldilocks.i18n
from goldilocks.late import LateAttribute, late_module, late_names


@pytest.fixture
def _unimported(tmp_path, monkeypatch):
    tmp_path.joinpath("bears.py").write_text("import time; time.sleep(0.05); papa = ['porridge']", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("bears", None)


@pytest.mark.usefixtures("_unimported")
def test_module_is_imported_with_the_first_question():
    """Nothing is imported before, and the module stands in its place afterwards."""
    scope = {}
    scope["bears"] = bears = late_module("bears", scope)
    assert isinstance(bears, ModuleType)
    assert (bears.__name__, "bears" in sys.modules) == ("bears", False)
    assert bears.papa == ["porridge"]
    assert scope["bears"] is sys.modules["bears"]
    assert bears.papa is sys.modules["bears"].papa


@pytest.mark.usefixtures("_unimported")
def test_what_was_put_in_the_place_stays():
    """A stand-in that a test has put there isn't replaced."""
    scope = {"bears": "a stand-in"}
    assert late_module("bears", scope).papa == ["porridge"]
    assert scope == {"bears": "a stand-in"}


@pytest.mark.usefixtures("_unimported")
def test_threads_that_ask_at_once_hear_the_same():
    """Nobody sees a module that is half imported."""
    scope = {}
    scope["bears"] = late_module("bears", scope)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda number: scope["bears"].papa, range(16)))
    assert len({id(each) for each in found}) == 1


@pytest.mark.usefixtures("_unimported")
def test_stand_in_is_put_into_the_module():
    """Who replaces something of a module that isn't imported yet replaces it for all who use the module, and gives it back."""
    bears = late_module("bears", {})
    with mock.patch.object(bears, "papa", "a stand-in"):
        assert sys.modules["bears"].papa == "a stand-in"
    assert sys.modules["bears"].papa == ["porridge"]
    assert {"papa", "time"} < set(dir(bears))


def test_what_a_module_has_not():
    """The error is that of the module."""
    with pytest.raises(AttributeError, match="module 'difflib' has no attribute 'papa'"):
        _ = late_module("difflib", {}).papa
    with pytest.raises(ModuleNotFoundError, match="no_bears"):
        _ = late_module("no_bears", {}).papa


def test_attribute_of_a_class():
    """It is the module itself, and can be replaced on the class and on an instance."""

    class House:
        tool = LateAttribute("difflib")

    import difflib

    house = House()
    assert House.tool is house.tool is difflib
    house.tool = "a stand-in"
    assert (house.tool, House.tool) == ("a stand-in", difflib)


def test_names_of_other_modules(monkeypatch):
    """A name is looked up once, where it comes from; what isn't there is missed as in any module."""
    scope = {"__name__": "house"}
    ask = late_names(scope, {"get_close_matches": "difflib", "papa": "difflib"})
    matches = ask("get_close_matches")
    assert (matches.__module__, scope["get_close_matches"]) == ("difflib", matches)
    with pytest.raises(AttributeError, match=r"^module 'house' has no attribute 'mama'$"):
        ask("mama")
    with pytest.raises(AttributeError, match="module 'difflib' has no attribute 'papa'"):
        ask("papa")


def test_stand_in_for_a_late_name_is_heard(monkeypatch):
    """Who replaces a name in the module that hands it on is asked, as if it stood there from the beginning."""
    monkeypatch.setattr("goldilocks.i18n.Translator", lambda translations: lambda text, **words: "porridge")
    assert goldilocks.i18n.Localizer("en", None).translate("soup") == "porridge"


#: What a small application doesn't need, and what takes long to import.
HEAVY = [
    "inspect",
    "dataclasses",
    "venusian",
    "difflib",
    "multipart",
    "wsgiref.headers",
    "chameleon",
    "click",
    "waitress",
    "asyncio",
    "importlib.metadata",
    "goldilocks.forms",
    "goldilocks.jsonbody",
    "goldilocks.cookies",
    "goldilocks.debugpages",
    "goldilocks.explain",
    "goldilocks.session",
    "goldilocks.authentication",
    "pickle",
]

SMALL = """
import sys
before = set(sys.modules)
from goldilocks.config import Configurator
from goldilocks.request import Request
from goldilocks.response import Response
with Configurator() as config:
    config.add_route("hello", "/")
    config.add_view(lambda request: Response("Hello"), route_name="hello")
app = config.make_wsgi_app()
assert Request.blank("/").get_response(app).text == "Hello"
print(*sys.modules.keys() - before)
"""


def test_small_application_imports_little():
    """What it doesn't use isn't imported, neither at first nor when it is made or asked."""
    done = subprocess.run([sys.executable, "-c", SMALL], capture_output=True, text=True, check=True)
    assert set(HEAVY).isdisjoint(done.stdout.split())
