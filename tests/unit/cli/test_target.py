"""Finding an application, loading it, and making a WSGI application of it."""

from __future__ import annotations

import sys
import textwrap

import pytest
from webtest import TestApp

from goldilocks.cli.target import load, locate
from goldilocks.cli.trouble import CommandError

HELLO = """
    from goldilocks.view import get
    @get("/hello/{name}", renderer="json")
    def hello(request):
        return {"hello": request.matchdict["name"]}
"""
#: An application that answers with one of its settings.
SETTING = """
    from goldilocks.config import Configurator
    from goldilocks.response import Response
    def say(config):
        config.add_view(lambda request: Response(request.registry.settings.get("word", "none")))
"""
PLAIN = """
    def answer(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"plain"]
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Stand in an empty folder; modules that are loaded from it are forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    known = set(sys.modules)

    def write(name, *sources):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(map(textwrap.dedent, sources)))
        return file

    yield write
    for name in set(sys.modules) - known:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def text_of(target, path="/"):
    return TestApp(target.app).get(path).text


def complaint(said, settings=None):
    with pytest.raises(CommandError) as caught:
        load(said, settings)
    return caught.value.message


# --- Finding -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "module", "attribute"),
    [
        ("hello.py", "hello", ""),
        ("./hello.py:app", "hello", "app"),
        ("pkg/sub/page.py:a.b", "pkg.sub.page", "a.b"),
        ("pkg/__init__.py", "pkg", ""),
        ("pkg.sub:make", "pkg.sub", "make"),
        ("pkg", "pkg", ""),
    ],
)
def test_locate(project, tmp_path, said, module, attribute):
    """A file in a package is imported by the package's name, from the folder that holds the package."""
    for name in ("hello.py", "pkg/__init__.py", "pkg/sub/__init__.py", "pkg/sub/page.py"):
        project(name)
    location = locate(said)
    assert (location.module, location.attribute, location.folder) == (module, attribute, tmp_path.resolve())


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("helo.py", "there is no file helo.py; did you mean 'hello.py'?"),
        ("no/such/folder.py", "there is no file no/such/folder.py"),
        ("a:b/c.py", "there is no file a:b/c.py"),
        ("./", "./ is a folder; say a file in it, or the name of the package"),
        ("a-b", "'a-b' is neither a file (hello.py) nor a module (shop, shop.web)"),
        ("", "'' is neither a file (hello.py) nor a module (shop, shop.web)"),
        ("helo", "there is no module 'helo'; did you mean 'hello'?"),
        ("xyz", "there is no module 'xyz', nor a file xyz.py, in"),
        ("pkg.xyz", "there is no module 'pkg.xyz', nor a file xyz.py, in"),
        ("hello:helo", "hello has no 'helo'; did you mean 'hello'?"),
        ("hello:hello.nothing", "hello has no 'hello.nothing'"),
    ],
)
def test_nothing_there(project, said, message):
    """What isn't there is told, with the nearest that is."""
    project("hello.py", HELLO)
    project("pkg/__init__.py")
    assert complaint(said).startswith(message)


# --- Loading -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["greeting.py", "my-greeting.py", "in/greeting.py", "pkg/greeting.py"])
def test_file(project, name):
    """A file is loaded wherever it lies and however it is called."""
    project("pkg/__init__.py")
    project(name, HELLO)
    target = load(name)
    assert text_of(target, "/hello/x") == '{"hello": "x"}'
    assert target.taken == f"what a scan of {name} found"
    assert target.registry is target.app.registry


def test_file_twice(project):
    """A file that is loaded already isn't loaded again."""
    project("once.py", HELLO)
    assert load("once.py").module is load("once.py").module


def test_package_by_its_file(project):
    """The file of a package stands for the package, and its modules can be imported."""
    project("shop/__init__.py", "from shop import words\n" + textwrap.dedent(HELLO))
    project("shop/words.py")
    assert load("shop/__init__.py").module.__name__ == "shop"


def test_module_in_the_folder(project):
    """A module is found in the working directory, where the command's own path may not lead."""
    project("store/__init__.py")
    project("store/web.py", HELLO)
    assert text_of(load("store.web"), "/hello/x") == '{"hello": "x"}'


def test_name_that_is_taken(project):
    """A file that is called like a module in use would be that module to others: it has to be renamed."""
    project("json.py", HELLO)
    assert complaint("json.py").startswith("json.py has the name of another module that is in use, 'json'")


def test_name_without_a_file(project, monkeypatch):
    """The other module may be one that has no file."""
    project("sys.py", HELLO)
    assert complaint("sys.py").startswith("sys.py has the name of another module")


def test_file_that_fails(project):
    """A file that fails leaves nothing behind, so that it can be mended and loaded again."""
    file = project("broken.py", "1 / 0")
    assert complaint("broken.py").startswith(
        "broken.py can't be loaded: ZeroDivisionError: division by zero\n  broken.py, line 1"
    )
    assert "broken" not in sys.modules
    file.write_text(textwrap.dedent(HELLO))
    load("broken.py")


def test_module_that_needs_another(project):
    """A module that is missing inside is not taken for the target."""
    project("needy.py", "import no_such_thing")
    assert "No module named 'no_such_thing'" in complaint("needy")


def test_target_that_imports_itself_wrongly(project):
    """Nor is a missing part of the target itself."""
    project("own/__init__.py", "import own.missing")
    assert "No module named 'own.missing'" in complaint("own")


# --- Making --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "taken"),
    [
        ("app = Configurator(); say(app)", "app in it.py"),
        ("application = Configurator(); say(application)\nmain = 1", "application in it.py"),
        ("app = 5\ndef main(global_config, **settings):\n  c = Configurator(settings=settings); say(c); return c.make_wsgi_app()", "main in it.py"),
        ("def main(global_config, **settings):\n  c = Configurator(settings=settings); say(c); return c\nincludeme = 1", "main in it.py"),
        ("def main(**settings):\n  c = Configurator(settings=settings); say(c); return c", "main in it.py"),
        ("def main(): 1 / 0\ndef includeme(config): say(config)", "includeme in it.py"),
        ("def app(request): 1 / 0\ndef includeme(config): say(config)", "includeme in it.py"),
        ("import this_one as app\ndef includeme(config): say(config)", "includeme in it.py"),
        ("from goldilocks.view import view_config\n@view_config()\ndef v(request): return Response(request.registry.settings['word'])", "what a scan of it.py found"),
    ],
)  # fmt: skip
def test_what_is_taken(project, source, taken):
    """The order is app or application, main, includeme, a scan; and settings reach all that is made here."""
    project("this_one.py")
    project("it.py", SETTING, source)
    target = load("it.py", {"word": "hello"})
    assert (target.taken, text_of(target)) == (taken, "hello")


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("make = Configurator(); say(make)", "make"),
        ("def make(global_config, **settings):\n  c = Configurator(settings=settings); say(c); return c.make_wsgi_app()", "make"),
        ("def make(settings):\n  c = Configurator(settings=settings); say(c); return c.make_wsgi_app()", "make"),
        ("def make(config): say(config)", "make"),
        ("class Box:\n  class inner:\n    @staticmethod\n    def make(config): say(config)", "Box.inner.make"),
    ],
)  # fmt: skip
def test_named(project, source, name):
    """A name may be a Configurator, a factory, or a function that takes the Configurator."""
    project("it.py", SETTING, source)
    target = load(f"it.py:{name}", {"word": "hello"})
    assert (target.taken, text_of(target)) == (f"{name} in it.py", "hello")


def test_annotations_are_left_alone(project):
    """What an application is made by may be annotated with what only a type checker knows."""
    project("it.py", SETTING, """
        Settings = WSGIApplication = object
        def main(global_config: Settings, **settings: Settings) -> WSGIApplication:
            config = Configurator(settings=settings); say(config); return config
        del Settings, WSGIApplication
    """)  # fmt: skip
    assert text_of(load("it.py", {"word": "hello"})) == "hello"


READY = [
    ("", "answer"),
    (
        "class C:\n  def __call__(self, environ, start_response): return answer(environ, start_response)\nc = C()",
        "c",
    ),
    ("def any(*args): return answer(*args)", "any"),
    ("def make(): return answer", "make"),
    ("def make(word='x'): return answer", "make"),
]


@pytest.mark.parametrize(("source", "name"), READY)
def test_ready_applications(project, source, name):
    """A WSGI application is taken as it is, a function without arguments is asked for one; neither is ours."""
    project("it.py", PLAIN, source)
    target = load(f"it.py:{name}")
    assert (text_of(target), target.registry) == ("plain", None)


@pytest.mark.parametrize(("source", "name"), READY)
def test_ready_applications_take_no_settings(project, source, name):
    """What makes itself can't be given settings."""
    project("it.py", PLAIN, source)
    assert complaint(f"it.py:{name}", {"a": "b"}).startswith("it.py makes its application itself")


def test_router(project):
    """An application of ours brings its registry, also one that middleware is wrapped around while it is made."""
    project("it.py", SETTING, """
        def wrapped():
            config = Configurator(); say(config); inner = config.make_wsgi_app()
            return lambda environ, start_response: inner(environ, start_response)
        app = Configurator().make_wsgi_app()
    """)  # fmt: skip
    target = load("it.py")
    assert target.registry is target.app.registry
    assert load("it.py:wrapped").registry.settings["goldilocks.defaults"]


def test_global_config(project, tmp_path):
    """A factory hears where its file lies."""
    project("it.py", SETTING, """
        def main(global_config, **settings):
            c = Configurator(settings={"word": global_config["here"] + "|" + global_config["__file__"]}); say(c); return c
    """)  # fmt: skip
    here = tmp_path.resolve()
    assert text_of(load("it.py")) == f"{here}|{here / 'it.py'}"


@pytest.mark.parametrize(
    ("source", "name", "message"),
    [
        ("x = {}", "x", "x in it.py is a dict; it should be a WSGI application"),
        ("import sys as x", "x", "x in it.py is a module; "),
        ("def x(context, request): ...", "x", "x in it.py is a function; "),
        ("def x(global_config, **settings): ...", "x", "x in it.py returned None and no application; does it end with 'return"),
        ("def x(global_config, **settings): 1 / 0", "x", "it.py can't be made an application: ZeroDivisionError"),
    ],
)  # fmt: skip
def test_no_application(project, source, name, message):
    """What isn't an application and makes none is told, and what it should be."""
    project("it.py", source)
    assert complaint(f"it.py:{name}").startswith(message)


def test_nothing_to_serve(project):
    """A file without anything is told what the smallest application is."""
    project("it.py", "x = 1")
    message = complaint("it.py")
    assert message.startswith("nothing to serve in it.py: it has neither app")
    assert textwrap.dedent(HELLO).strip() in textwrap.dedent(message.partition("is\n")[2])


def test_builtin(project):
    """Something that is written in C and doesn't tell what it takes is no reason to fail."""
    project("it.py", "app = dict; includeme = 1", HELLO)
    assert complaint("it.py").startswith("app in it.py returned {} and no application")
