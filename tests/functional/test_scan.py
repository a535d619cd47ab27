"""Scanning: what decorators noted is said."""

from __future__ import annotations

import sys

import pytest
import venusian

from goldilocks.config import Configurator
from goldilocks.exceptions import ConfigurationConflictError, ConfigurationError
from goldilocks.view import (
    bfg_view,
    exception_view_config,
    forbidden_view_config,
    notfound_view_config,
    view_config,
    view_defaults,
)
from tests.support import browse

HEAD = """
from goldilocks.response import Response
from goldilocks.view import *
from goldilocks.view import view_config, view_defaults
"""


@pytest.fixture
def scan(make_package):
    """Return a function that writes and scans a package, and returns the Configurator."""

    def scan_files(files, config=None, **words):
        config = config or Configurator()
        name = make_package({module: HEAD + source for module, source in files.items()})
        config.scan(name, **words)
        return config

    return scan_files


def browser(config):
    return browse(config.make_wsgi_app())


# --- What is scanned ---------------------------------------------------------------------------------------------------


VIEW = '@view_config(name="{0}")\ndef {0}(request): return Response("{0}")'


def test_whole_package(scan):
    """All modules of a package are imported and scanned, those further down too."""
    config = scan(
        {
            "__init__": VIEW.format("top"),
            "views": VIEW.format("views"),
            "sub/__init__": "",
            "sub/deep": VIEW.format("deep"),
        }
    )
    app = browser(config)
    assert [app.get(f"/{name}").text for name in ("top", "views", "deep")] == ["top", "views", "deep"]


@pytest.mark.parametrize("how", ["name", "module", "relative", "package of the caller"])
def test_how_a_package_is_given(make_package, how):
    """A package is given by its name or as a module; without one it is that of the caller."""
    name = make_package(
        {"__init__": "def scan(config, *what): config.scan(*what)", "views": HEAD + VIEW.format("x")}
    )
    package = __import__(name)
    config = Configurator(package=name)
    what = {"name": [name], "module": [package], "relative": [".views"], "package of the caller": []}[how]
    package.scan(config, *what)
    assert browser(config).get("/x").text == "x"


def test_one_module(make_package):
    """A single module can be scanned; its neighbours aren't touched."""
    name = make_package({"one": HEAD + VIEW.format("one"), "other": "raise RuntimeError"})
    config = Configurator()
    config.scan(f"{name}.one")
    app = browser(config)
    assert app.get("/one").text == "one"
    assert f"{name}.other" not in sys.modules


@pytest.mark.parametrize("kind", ["name", "relative name", "function", "list"])
def test_ignore(make_package, kind):
    """Parts can be left out, by name or by a function; they aren't imported."""
    name = make_package({"one": HEAD + VIEW.format("one"), "tests": "raise RuntimeError"})
    ignore = {
        "name": f"{name}.tests",
        "relative name": ".tests",
        "function": lambda found: found.endswith("tests"),
        "list": [".nothing", lambda found: found.endswith("tests")],
    }[kind]
    config = Configurator()
    config.scan(name, ignore=ignore)
    assert browser(config).get("/one").text == "one"


def test_module_that_can_t_be_imported(make_package):
    """The error of an import ends the scan, and names the line that scans."""
    name = make_package({"broken": "raise RuntimeError('broken')"})
    with pytest.raises(RuntimeError) as caught:
        Configurator().scan(name)  # scans
    assert caught.value.__notes__[0].endswith("Configurator().scan(name)  # scans")


def test_onerror(make_package):
    """``onerror`` is told which module failed, and may go on."""
    name = make_package({"broken": "raise ImportError", "views": HEAD + VIEW.format("x")})
    failed, config = [], Configurator()
    config.scan(name, onerror=failed.append)
    assert failed == [f"{name}.broken"]
    assert browser(config).get("/x").text == "x"


def test_package_that_is_not_there():
    """A name that leads nowhere is told with the advice, and with the line."""
    with pytest.raises(ImportError) as caught:
        Configurator().scan("nosuch.views")
    advice, place = caught.value.__notes__
    assert "is it installed here?" in advice
    assert place.endswith('Configurator().scan("nosuch.views")')


# --- Categories and words for the scanner ---------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [None, ("pyramid",), ("goldilocks",), ["goldilocks", "mine"]])
@pytest.mark.parametrize("said", ["pyramid", "goldilocks"])
def test_both_spellings_of_the_category(make_package, asked, said):
    """Our category has two names, and whichever is asked for, what was noted under either is found."""
    name = make_package(
        {"views": f'{HEAD}\n@view_config(name="x", _category={said!r})\ndef x(request): return Response("x")'}
    )
    config = Configurator()
    config.scan(name, categories=asked)
    assert browser(config).get("/x").text == "x"


def test_default_categories(make_package):
    """Notes of others are read only if they are asked for."""
    source = """
import venusian
def mine(wrapped):
    venusian.attach(wrapped, lambda scanner, name, ob: scanner.found.append(name), category="mine")
    return wrapped
@mine
def decorated(): ...
"""
    name = make_package({"__init__": source})
    found = []
    Configurator().scan(name, found=found)
    assert found == []
    Configurator().scan(name, found=found, categories=["mine"])
    Configurator().scan(name, found=found, categories=None)
    assert found == ["decorated", "decorated"]


def test_words_for_decorators(make_package):
    """Keywords of the scan reach the decorators, beside the Configurator."""
    source = """
import venusian
def mine(wrapped):
    def say(scanner, name, ob):
        scanner.config.registry[name] = scanner.tenant
    venusian.attach(wrapped, say, category="pyramid")
    return wrapped
@mine
def decorated(): ...
"""
    config = Configurator()
    config.scan(make_package({"__init__": source}), tenant="bears")
    assert config.registry["decorated"] == "bears"


def test_venusian_can_be_replaced():
    """Tests put another scanner onto the Configurator."""

    class Scanner:
        def __init__(self, **words):
            self.words = words

        def scan(self, package, **options):
            calls.append((self.words["config"], package, options))

    calls = []
    config = Configurator()
    assert config.venusian is venusian
    config.venusian = type("Venusian", (), {"Scanner": Scanner})
    config.scan("json", categories=["x"], ignore="y")
    ((seen, package, options),) = calls
    assert (seen, package.__name__) == (config, "json")
    assert options == {"categories": ("x",), "onerror": None, "ignore": "y"}


# --- Decorators --------------------------------------------------------------------------------------------------------


def test_decorated_class_and_methods(scan):
    """A class is a view, each of its decorated methods another, and what the class says of all its views holds."""
    app = browser(
        scan(
            {
                "views": """
@view_config(name="class")
@view_defaults(renderer="json", request_method="GET")
class Views:
    def __init__(self, request): pass
    def __call__(self): return "called"
    @view_config(name="method")
    def method(self): return "method"
    @view_config(name="other", attr="method", request_method="POST")
    def other(self): return "other"
"""
            }
        )
    )
    assert (app.get("/class").json, app.get("/method").json, app.post("/other").json) == (
        "called",
        "method",
        "method",
    )
    app.post("/method", status=405)


def test_names_are_relative_to_the_module(scan):
    """What a decorator names is looked for from the module that it stands in."""
    app = browser(
        scan(
            {
                "sub/__init__": "",
                "sub/views": """
@view_config(context=".resources.Resource")
def x(request): return Response("x")
""",
                "sub/resources": """
class Resource: ...
""",
            },
            Configurator(
                root_factory=lambda request: sys.modules[f"{scanned_package()}.sub.resources"].Resource()
            ),
        )
    )
    assert app.get("/").text == "x"


def scanned_package():
    (name,) = (name for name in sys.modules if name.startswith("written") and "." not in name)
    return name


def test_error_views(scan):
    """Views of errors are decorated like others."""
    app = browser(
        scan(
            {
                "views": """
@notfound_view_config(append_slash=True)
def notfound(request): return Response("not found", status=404)

@forbidden_view_config()
def forbidden(request): return Response("forbidden", status=403)

@exception_view_config(ZeroDivisionError)
def division(exception, request): return Response(str(exception), status=500)

class Errors:
    def __init__(self, exception, request): pass
    @exception_view_config(context=KeyError)
    def key(self): return Response("key", status=500)

@view_config(name="forbid")
def forbid(request):
    from goldilocks.httpexceptions import HTTPForbidden
    raise HTTPForbidden

@view_config(name="divide")
def divide(request): 1 / 0

@view_config(name="lookup")
def lookup(request): {}["key"]
"""
            }
        )
    )
    assert app.get("/nothing", status=404).text == "not found"
    assert app.get("/forbid", status=403).text == "forbidden"
    assert app.get("/divide", status=500).text == "division by zero"
    assert app.get("/lookup", status=500).text == "key"


def test_the_place_of_a_decorator(scan):
    """What a decorator says has the place of the decorator."""
    config = scan({"views": VIEW.format("x") + "\n@notfound_view_config()\ndef notfound(request): ..."})
    places = [row["info"] for row in config.action_state.actions]
    assert {(place.line, place.src) for place in places} == {
        (5, '@view_config(name="x")'),
        (7, "@notfound_view_config()"),
    }


def test_a_mistake_in_a_decorator_names_it(scan):
    """What is wrong with a decorator's keywords is told with its place."""
    with pytest.raises(ConfigurationError, match="accept") as caught:
        scan({"views": '@view_config(accept=["a/b", "c/d"])\ndef x(request): ...'})
    assert "line 5" in caught.value.__notes__[0]


def test_exception_view_with_two_types():
    """One exception type may stand first, not more."""
    with pytest.raises(ConfigurationError, match="unknown positional arguments: <class 'ValueError'>"):
        exception_view_config(KeyError, ValueError)
    with pytest.raises(ConfigurationError, match="unknown positional arguments: <class 'KeyError'>"):
        exception_view_config(KeyError, context=ValueError)


def test_old_words_of_decorators():
    """``for_`` stands for ``context`` where that isn't said, and ``bfg_view`` for ``view_config``."""
    assert view_config(for_=dict).context is dict
    assert view_config(for_=dict, context=list).context is list
    assert bfg_view is view_config


def test_decorators_return_what_they_decorate():
    """Decorating changes nothing."""

    def view(request): ...

    class View: ...

    for decorator in (
        view_config(),
        notfound_view_config(),
        forbidden_view_config(),
        exception_view_config(),
    ):
        assert decorator(view) is view
    assert view_defaults(renderer="json")(View) is View
    assert View.__view_defaults__ == {"renderer": "json"}


def test_defaults_are_inherited_and_replaced(scan):
    """A class that says nothing of its views has what its base says; one that does says all of it."""
    app = browser(
        scan(
            {
                "views": """
@view_defaults(renderer="json")
class Base:
    def __init__(self, request): pass
    def __call__(self): return ["x"]

@view_config(name="inherits")
class Inherits(Base): ...

@view_defaults(request_method="GET")
@view_config(name="replaces", renderer="string")
class Replaces(Base): ...
"""
            }
        )
    )
    assert app.get("/inherits").json == ["x"]
    assert app.get("/replaces").text == "['x']"


def test_decorator_of_others_on_ours(make_package):
    """Who builds a decorator on ours says how many frames stand between."""
    name = make_package(
        {
            "views": HEAD
            + """
def outer(**settings):
    def decorate(wrapped):
        return view_config(_depth=1, **settings)(wrapped)
    return decorate

@outer(name="a")
def a(request): return Response("a")

class Methods:
    def __init__(self, request): pass
    @outer(name="b")
    def b(self): return Response("b")
"""
        }
    )
    config = Configurator()
    config.scan(name)
    places = [row["info"].src for row in config.action_state.actions]
    assert set(places) == {'@outer(name="a")', '@outer(name="b")'}
    app = browser(config)
    assert (app.get("/a").text, app.get("/b").text) == ("a", "b")


def test_subclass_of_a_decorator(scan):
    """A decorator can be derived from ours with keywords of its own."""
    config = scan(
        {
            "views": """
class json_view(view_config):
    def __init__(self, **settings):
        super().__init__(renderer="json", _depth=1, **settings)
    def __call__(self, wrapped):
        self.__dict__.pop("_depth")
        return super().__call__(wrapped)

@json_view(name="x")
def x(request): return ["x"]
"""
        }
    )
    assert browser(config).get("/x").json == ["x"]


def test_two_scans_of_one_package(make_package):
    """To say the same thing twice by scanning twice is a conflict."""
    name = make_package({"views": HEAD + VIEW.format("x")})
    config = Configurator()
    config.scan(name)
    config.scan(f"{name}.views")
    with pytest.raises(ConfigurationConflictError):
        config.commit()


def test_scan_of_an_add_on_gives_way(make_package):
    """What an included package scans stands where it was included."""
    name = make_package(
        {"__init__": "def includeme(config): config.scan()", "views": HEAD + VIEW.format("x")}
    )
    config = Configurator()
    config.include(name)
    config.add_view(lambda request: "application", name="x", renderer="string")
    assert config.action_state.actions[0]["includepath"] == (f"{name}:includeme",)
    assert browser(config).get("/x").text == "application"


def test_view_imported_elsewhere(scan):
    """A view is said once, where it is defined, however often it is imported."""
    config = scan({"views": VIEW.format("x"), "zzz": "from .views import x, view_config"})
    assert browser(config).get("/x").text == "x"
