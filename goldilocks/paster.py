"""Applications that are described by a configuration file, most often an ini file for PasteDeploy.

The files are read by plaster, which finds a loader for the kind of file; it comes with the extra ``ini``. A file is
named by a *configuration URI*: a path, or a URL whose scheme says the kind of file; what follows a ``#`` is
the name of an application in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from goldilocks.scripting import AppEnvironment, prepare
from goldilocks.types import AnyRequest

try:
    import plaster
except ImportError:
    plaster = None


def setup_logging(config_uri: str, global_conf: Mapping[str, Any] | None = None) -> None:
    """Set up ``logging`` as a configuration file says it.

    Args:
        config_uri: the file.
        global_conf: variables for the file, beside those that it sets itself.
    """
    get_config_loader(config_uri).setup_logging(global_conf)


def get_app(config_uri: str, name: str | None = None, options: Mapping[str, Any] | None = None) -> Any:
    """Make the application that a configuration file describes.

    Args:
        config_uri: the file; the application's name may follow a ``#``.
        name: the application's name, if it isn't in the URI; "main" if it is in neither.
        options: variables for the file: ``{"http_port": 8080}`` for ``%(http_port)s``.

    Returns:
        The WSGI application.
    """
    return get_config_loader(config_uri).get_wsgi_app(name, options)


def get_appsettings(
    config_uri: str, name: str | None = None, options: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Read the settings of an application from a configuration file, without making it.

    Args:
        config_uri: the file; the application's name may follow a ``#``.
        name: the application's name, if it isn't in the URI; "main" if it is in neither.
        options: variables for the file: ``{"http_port": 8080}`` for ``%(http_port)s``.
    """
    return get_config_loader(config_uri).get_wsgi_app_settings(name, options)


def bootstrap(
    config_uri: str, request: AnyRequest = None, options: Mapping[str, Any] | None = None
) -> AppEnvironment:
    """Make the application that a configuration file describes, and stand in it as a view does.

    For scripts: URLs can be generated, templates rendered, the request's properties read. The factory of the application
    finds the variable ``__script__`` among its global settings, set to "bootstrap" unless ``options`` says otherwise.

    >>> with bootstrap("development.ini") as env:  # doctest: +SKIP
    ...     print(env["request"].route_url("home"))

    Args:
        config_uri: the file; the application's name may follow a ``#``.
        request: what is current while the script runs; a blank one if ``None``. Its host and scheme are those of the
            URLs that are generated.
        options: variables for the file.

    Returns:
        What `goldilocks.scripting.prepare` returns, and ``app``. Where the file makes several applications,
        the one that was made last stands in it.
    """
    app = get_app(config_uri, options={"__script__": "bootstrap", **(options or {})})
    env = prepare(request)
    env["app"] = app
    return env


def get_config_loader(config_uri: str) -> Any:
    """Find what can read a configuration file and make applications of it.

    Args:
        config_uri: the file.

    Returns:
        A loader of plaster's, of those that speak its ``wsgi`` protocol.

    Raises:
        ImportError: plaster isn't installed.
    """
    if plaster is None:
        raise ImportError(
            f"reading {config_uri!r} needs plaster, which isn't installed: "
            "install goldilocks with the extra for ini files, goldilocks-framework[ini]",
            name="plaster",
        )
    return plaster.get_loader(config_uri, protocols=["wsgi"])
