"""The application that a command looks at, from whatever was said: a file, a module, a name in one, or an ini file.

Python is loaded by `goldilocks.cli.target`; configuration files by what the extra ``ini`` brings. The options that all
commands share which need an application stand here, too.
"""

from __future__ import annotations

import importlib
import logging
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import click

from goldilocks.cli import target
from goldilocks.cli.target import Location, Target
from goldilocks.cli.trouble import CommandError, told
from goldilocks.config import global_registries
from goldilocks.explanation import printable
from goldilocks.interfaces import IRouter
from goldilocks.names import did_you_mean
from goldilocks.paster import get_config_loader
from goldilocks.request import Request
from goldilocks.router import Router

if TYPE_CHECKING:
    from goldilocks.threadlocal import RequestContext
    from goldilocks.types import AnyRegistry

#: A path or URL of a configuration file, and maybe the name of an application in it.
_CONFIGURATION = re.compile(r"(?P<file>[^#]*\.(ini|cfg|conf|ya?ml|toml)|[\w+.-]+:/[^#]*)(#(?P<name>.*))?")

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Application:
    """An application that was loaded to be looked at.

    Attributes:
        app: what a server would call.
        registry: the record of the configuration.
        router: answers requests; ``app`` itself, or what stands behind ``app``.
        said: the target, as the user wrote it.
    """

    app: Any
    registry: AnyRegistry
    router: Router
    said: str

    def visit(self, method: str, path: str, headers: Mapping[str, str] | None = None) -> RequestContext:
        """Return the context of a request; entered, it is the current one, as the router makes it.

        Raises:
            CommandError: there can be no such request.
        """
        with told(f"there can be no request {method} {path}"):
            blank = Request.blank(whole_address(path), method=method.upper(), headers=headers)
            return self.router.request_context(blank.environ)


def whole_address(said: str) -> str:
    """Return a path that begins with a slash; an URL stays as it is. What isn't ASCII is escaped, as browsers do it.

    >>> whole_address("pages/1"), whole_address("/pages"), whole_address("http://localhost:6543/pages")
    ('/pages/1', '/pages', 'http://localhost:6543/pages')
    >>> whole_address("/b\u00e4r?%41")
    '/b%C3%A4r?%41'
    """
    said = quote(said, safe=_ASCII, errors="surrogateescape")
    return said if re.match(r"/|https?://", said) else f"/{said}"


_ASCII = "".join(map(chr, range(128)))


def configuration_of(said: str) -> tuple[str, str] | None:
    """Return file and application name of a target that is a configuration file; ``None`` for one that isn't.

    >>> configuration_of("development.ini#shop"), configuration_of("development.ini"), configuration_of("shop:main")
    (('development.ini', 'shop'), ('development.ini', ''), None)
    """
    match = _CONFIGURATION.fullmatch(said)
    return None if match is None else (match["file"], match["name"] or "")


def locate(said: str) -> Location:
    """Find a target without loading it.

    Raises:
        CommandError: there is no such file, or it isn't one.
    """
    configuration = configuration_of(said)
    return target.locate(said) if configuration is None else _located(said, *configuration)


def _located(said: str, name: str, application: str) -> Location:
    if ":/" in name:  # a URL: what it means is up to the loader
        return Location(said, "", application, Path.cwd())
    file = Path(name).resolve()
    if not file.is_file():
        neighbours = [each.name for each in file.parent.glob(f"*{file.suffix}")]
        raise CommandError(f"there is no file {name}{did_you_mean(file.name, neighbours)}")
    return Location(said, "", application, file.parent, file)


def load(said: str, settings: Mapping[str, str] | None = None, script: str = "pserve") -> Target:
    """Load an application.

    Args:
        said: the target, as the user wrote it.
        settings: for what is made here; for a configuration file, its variables.
        script: what the factory of an application from a configuration file finds as ``__script__`` among
            its global settings.

    Raises:
        CommandError: there is no such target, or it can't be loaded, or there is nothing in it.
    """
    configuration = configuration_of(said)
    if configuration is None:
        return target.load(said, settings)
    location = _located(said, *configuration)
    folder = str(location.folder)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    made_before = global_registries.last
    with told(f"{said} can't be made an application"):
        loader = _loader(said)
        variables = {"__script__": script, **(settings or {})}
        loader.setup_logging(variables)
        app = loader.get_wsgi_app(location.attribute or None, variables)
    registry = _registry_of(app, made_before)
    package = getattr(registry, "package_name", None) or "goldilocks"
    return Target(app, registry, importlib.import_module(package), said)


def _loader(said: str) -> Any:
    try:
        return get_config_loader(said)
    except ImportError as error:
        raise CommandError(str(error)) from error


def _registry_of(app: Any, made_before: AnyRegistry | None) -> AnyRegistry | None:
    """Return the registry of an application, or of that behind its middleware."""
    if IRouter.providedBy(app):
        return app.registry
    last = global_registries.last
    return None if last is made_before else last


def look_into(said: str, settings: Mapping[str, str], script: str) -> Application:
    """Load an application whose configuration is to be looked at.

    Args:
        said: the target, as the user wrote it.
        settings: for what is made here; for a configuration file, its variables.
        script: see `load`.

    Raises:
        CommandError: it can't be loaded, or it is none of ours.
    """
    set_up_logging()
    loaded = load(said, settings, script)
    if loaded.registry is None:
        raise CommandError(
            f"{said} is an application, but no Configurator made it, so there is nothing to look into"
        )
    router: Any = loaded.app if IRouter.providedBy(loaded.app) else Router(loaded.registry)
    return Application(loaded.app, loaded.registry, router, said)


class TerminalFormatter(logging.Formatter):
    """Writes what is logged for a terminal: no character of it, or of the text of an error, moves the cursor or forges a record."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as text; of several lines, the first alone begins at the margin."""
        return "\n    ".join(map(printable, super().format(record).split("\n")))


def set_up_logging(level: int = logging.WARNING) -> None:
    """Let what goes wrong be seen, unless the application says otherwise."""
    terminal = logging.StreamHandler()
    terminal.setFormatter(TerminalFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[terminal])


# --- Options -------------------------------------------------------------------------------------------------------


def read_settings(
    context: click.Context, parameter: click.Parameter, said: tuple[str, ...]
) -> dict[str, str]:
    """Make settings of ``key=value`` words."""
    settings = {}
    for word in said:
        key, equals, value = word.partition("=")
        if not equals or not key.strip():
            raise click.BadParameter(f"{word!r} is no key=value")
        settings[key.strip()] = value.strip()
    return settings


def read_headers(context: click.Context, parameter: click.Parameter, said: tuple[str, ...]) -> dict[str, str]:
    """Make headers of ``name:value`` words."""
    headers = {}
    for word in said:
        name, colon, value = word.partition(":")
        if not colon or not name.strip():
            raise click.BadParameter(f"{word!r} is no NAME:VALUE")
        headers[name.strip()] = value.strip()
    return headers


def takes_target(function: F) -> F:
    """Give a command the argument TARGET, and the option for settings."""
    option = click.option(
        "--set", "settings", multiple=True, metavar="KEY=VALUE", callback=read_settings,
        help="A setting for the application, or a variable for its ini file; may be said several times.",
    )  # fmt: skip
    return click.argument("target")(option(function))


def gives_json(function: F) -> F:
    """Give a command the option to write for programs."""
    return click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs.")(function)
