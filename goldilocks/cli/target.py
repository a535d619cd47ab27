"""What a command is to work on: finds it, loads it, and makes a WSGI application of it.

A target is said as a file (``hello.py``), a module (``shop``, ``shop.web``), or with a name in it (``shop:make_app``). Without
a name the first of these is taken: ``app`` or ``application``; ``main(global_config, **settings)``; ``includeme``; and where
there is none of them, the module is scanned for decorators.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import inspect
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from goldilocks.cli.trouble import CommandError, told
from goldilocks.config import Configurator, global_registries
from goldilocks.interfaces import IRouter
from goldilocks.names import did_you_mean
from goldilocks.util import parameters_as_written

if TYPE_CHECKING:
    from goldilocks.types import AnyRegistry, WSGIApp

#: The names that are looked for, in this order, where none is given.
APP_NAMES = ("app", "application")

SMALLEST = """
    from goldilocks.view import get
    @get("/hello/{name}", renderer="json")
    def hello(request):
        return {"hello": request.matchdict["name"]}
"""


@dataclass(frozen=True, slots=True)
class Location:
    """Where a target is, before anything of it is loaded.

    Attributes:
        said: what was said, without the name in it.
        module: the dotted name that it is imported under.
        attribute: the name in it, or nothing.
        folder: goes onto ``sys.path``.
        file: of a target that was said as a file.
    """

    said: str
    module: str
    attribute: str
    folder: Path
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """A loaded application.

    Attributes:
        app: the WSGI application.
        registry: its registry; ``None`` where it is no application of ours.
        module: what it was found in.
        taken: what of it was taken, in words.
    """

    app: WSGIApp
    registry: AnyRegistry | None
    module: ModuleType
    taken: str


def load(said: str, settings: Mapping[str, str] | None = None) -> Target:
    """Load an application.

    Args:
        said: the target, as the user wrote it.
        settings: for what is made here; an application that makes itself can't be given any.

    Raises:
        CommandError: there is no such target, or it can't be loaded, or there is nothing in it.
    """
    location = locate(said)
    module = _loaded(location)
    made_before = global_registries.last
    with told(f"{location.said} can't be made an application"):
        app, taken = _Maker(location, module, dict(settings or {})).make()
    last = global_registries.last
    registry = app.registry if IRouter.providedBy(app) else (None if last is made_before else last)
    return Target(app, registry, module, taken)


# --- Finding -------------------------------------------------------------------------------------------------------

_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


def locate(said: str) -> Location:
    """Find a target without loading it.

    Raises:
        CommandError: there is no such file, or it isn't one.
    """
    name, colon, attribute = said.rpartition(":")
    if not colon or not _NAME.fullmatch(attribute):  # a colon may belong to a path
        name, attribute = said, ""
    if name.endswith(".py") or "/" in name or os.sep in name:
        return _located_file(name, attribute)
    if not _NAME.fullmatch(name):
        raise CommandError(f"{name!r} is neither a file (hello.py) nor a module (shop, shop.web)")
    return Location(name, name, attribute, Path.cwd())


def _located_file(said: str, attribute: str) -> Location:
    file = Path(said).resolve()
    if file.is_dir():
        raise CommandError(f"{said} is a folder; say a file in it, or the name of the package")
    if not file.is_file():
        neighbours = [each.name for each in file.parent.glob("*.py")] if file.parent.is_dir() else []
        raise CommandError(f"there is no file {said}{did_you_mean(file.name, neighbours)}")
    words = [] if file.name == "__init__.py" else [file.stem]
    folder = file.parent
    while (folder / "__init__.py").is_file():
        words.insert(0, folder.name)
        folder = folder.parent
    return Location(said, ".".join(words), attribute, folder, file)


# --- Loading -------------------------------------------------------------------------------------------------------


def _loaded(location: Location) -> ModuleType:
    folder = str(location.folder)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    with told(f"{location.said} can't be loaded"):
        if location.file is not None:
            return _loaded_file(location.file, location.module)
        try:
            return importlib.import_module(location.module)
        except ModuleNotFoundError as error:
            if f"{location.module}.".startswith(f"{error.name}."):
                raise CommandError(_no_module(location)) from None
            raise


def _no_module(location: Location) -> str:
    file = location.folder / (location.module.replace(".", os.sep) + ".py")
    neighbours = [each.stem for each in location.folder.glob("*.py")]
    hint = did_you_mean(location.module, neighbours) or f", nor a file {file.name}, in {location.folder}"
    return f"there is no module {location.said!r}{hint}"


def _loaded_file(file: Path, name: str) -> ModuleType:
    known = sys.modules.get(name)
    if known is not None:
        if Path(getattr(known, "__file__", None) or "").resolve() == file:
            return known
        raise CommandError(
            f"{file.name} has the name of another module that is in use, {name!r}; rename the file"
        )
    if "." in name:
        return importlib.import_module(name)
    # by its place: a file may be called as no module can be, or as one that stands earlier on the path
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=_package_path(file))
    assert spec is not None and spec.loader is not None  # it ends in .py
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _package_path(file: Path) -> list[str] | None:
    return [str(file.parent)] if file.name == "__init__.py" else None


# --- Making --------------------------------------------------------------------------------------------------------


#: Kinds of parameters up to this one can be given by position.
_POSITIONAL = inspect.Parameter.POSITIONAL_OR_KEYWORD


class _Maker:
    """Makes a WSGI application of what is found in a module."""

    def __init__(self, location: Location, module: ModuleType, settings: dict[str, str]) -> None:
        self.said = location.said
        self.attribute = location.attribute
        self.module = module
        self.settings = settings

    def make(self) -> tuple[Any, str]:
        """Return the application, and words for what it was made of."""
        if self.attribute:
            return self._made(self._named(), self.attribute)
        for name in APP_NAMES:
            found = getattr(self.module, name, None)
            if found is not None and self._way(found) is not None:
                return self._made(found, name)
        if _takes_settings(getattr(self.module, "main", None)):
            return self._made(self.module.main, "main")
        if callable(getattr(self.module, "includeme", None)):
            return self._included(self.module), f"includeme in {self.said}"
        return self._scanned(), f"what a scan of {self.said} found"

    def _named(self) -> Any:
        found: Any = self.module
        for word in self.attribute.split("."):
            if not hasattr(found, word):
                raise CommandError(f"{self.said} has no {self.attribute!r}{did_you_mean(word, dir(found))}")
            found = getattr(found, word)
        return found

    def _made(self, found: Any, name: str) -> tuple[Any, str]:
        way = self._way(found)
        if way is None:
            raise CommandError(
                f"{name} in {self.said} is a {type(found).__name__}; it should be a WSGI application, a Configurator, or "
                "a function that makes an application: main(global_config, **settings)"
            )
        app = way()
        if isinstance(app, Configurator):
            app = app.make_wsgi_app()
        if not callable(app):
            raise CommandError(
                f"{name} in {self.said} returned {app!r} and no application; does it end with "
                "'return config.make_wsgi_app()'?"
            )
        return app, f"{name} in {self.said}"

    def _way(self, found: Any) -> Callable[[], Any] | None:
        """Return what makes an application of an object, or ``None`` where it isn't clear how."""
        if isinstance(found, Configurator):
            return functools.partial(self._configured, found)
        if isinstance(found, ModuleType) or not callable(found):
            return None
        parameters = _parameters(found)
        needed = [each.name for each in parameters if each.kind <= _POSITIONAL and each.default is each.empty]
        if needed[-1:] == ["request"]:  # a view
            return None
        is_open = any(each.kind is each.VAR_POSITIONAL for each in parameters)
        if IRouter.providedBy(found) or len(needed) > 1 or is_open:
            return functools.partial(self._ready, found)
        if _takes_settings(found):
            return functools.partial(self._called, found, parameters)
        if not needed:
            return functools.partial(self._ready, found, is_called=True)
        if needed == ["config"]:
            return functools.partial(self._included, found)
        return lambda: found(dict(self.settings))

    def _ready(self, app: Any, is_called: bool = False) -> Any:
        if self.settings:
            raise CommandError(
                f"{self.said} makes its application itself, so it can't be given settings by --set; "
                "give it a function main(global_config, **settings) that returns the application"
            )
        return app() if is_called else app

    def _called(self, factory: Any, parameters: Sequence[inspect.Parameter]) -> Any:
        file = getattr(self.module, "__file__", None) or ""
        global_config = {"here": os.path.dirname(file), "__file__": file}
        takes_it = parameters[0].kind <= _POSITIONAL
        return factory(global_config, **self.settings) if takes_it else factory(**self.settings)

    def _configured(self, config: Configurator) -> Any:
        config.add_settings(self.settings)
        return config.make_wsgi_app()

    def _included(self, included: Any) -> Any:
        config = Configurator(settings=self.settings, package=self.module)
        config.include(included)
        return config.make_wsgi_app()

    def _scanned(self) -> Any:
        config = Configurator(settings=self.settings, package=self.module)
        config.scan(self.module)
        if not config.action_state.actions:
            raise CommandError(
                f"nothing to serve in {self.said}: it has neither app, application, main(global_config, **settings) nor "
                f"includeme, and no view is said in it by a decorator. The smallest application is\n{SMALLEST}"
            )
        return config.make_wsgi_app()


def _takes_settings(found: Any) -> bool:
    """Tell whether something is ``main(global_config, **settings)``, by whatever name."""
    return any(each.kind is each.VAR_KEYWORD for each in _parameters(found))


def _parameters(found: Any) -> Sequence[inspect.Parameter]:
    try:
        return parameters_as_written(found)
    except (TypeError, ValueError):  # not callable at all, or written in C
        return ()
