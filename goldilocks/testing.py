"""The door for unit tests: an application's surroundings for the length of one test, and the stand-ins of ``dummies``.

`setUp` and `tearDown` go into the methods of the same names, or `testConfig` around a few lines. Between them the
registry is the current one, and the Configurator carries out each statement as soon as it is said.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from webob.acceptparse import create_accept_header
from zope.interface import alsoProvides, implementer

from goldilocks.config import Configurator
from goldilocks.decorator import reify
from goldilocks.dummies import (
    DummyModel,
    DummyRendererFactory,
    DummyRequest,
    DummyResource,
    DummyRootFactory,
    DummySecurityPolicy,
    DummySession,
    DummyTemplateRenderer,
    MockTemplate,
)
from goldilocks.i18n import LocalizerRequestMixin
from goldilocks.interfaces import IRequest, ISession
from goldilocks.path import caller_package
from goldilocks.registry import Registry
from goldilocks.request import CallbackMethodsMixin
from goldilocks.response import _get_response_factory
from goldilocks.security import AuthenticationAPIMixin, SecurityAPIMixin
from goldilocks.threadlocal import get_current_registry, manager
from goldilocks.types import AnyConfig, AnyRegistry, AnyRequest, Settings
from goldilocks.url import URLMethodsMixin
from goldilocks.util import PYPY, InstancePropertyMixin
from goldilocks.view import ViewMethodsMixin

__all__ = [
    # around a test
    "setUp",
    "tearDown",
    "cleanUp",
    "testConfig",
    "skip_on",
    "have_zca",
    # stand-ins
    "DummyModel",
    "DummyRendererFactory",
    "DummyRequest",
    "DummyResource",
    "DummyRootFactory",
    "DummySecurityPolicy",
    "DummySession",
    "DummyTemplateRenderer",
    "MockTemplate",
    # COMPAT: what tests in the wild import from here although it lives elsewhere
    "AuthenticationAPIMixin",
    "CallbackMethodsMixin",
    "Configurator",
    "IRequest",
    "ISession",
    "InstancePropertyMixin",
    "LocalizerRequestMixin",
    "PYPY",
    "Registry",
    "SecurityAPIMixin",
    "URLMethodsMixin",
    "ViewMethodsMixin",
    "_get_response_factory",
    "alsoProvides",
    "caller_package",
    "create_accept_header",
    "get_current_registry",
    "implementer",
    "manager",
    "reify",
]

#: Whether zope's global look-ups can be hooked: they come with an optional package.
have_zca = find_spec("zope.component") is not None

#: What a test's registry knows from the start. The framework's own views are not among it.
_DEFAULTS = (
    "add_default_response_adapters",
    "add_default_renderers",
    "add_default_accept_view_order",
    "add_default_view_predicates",
    "add_default_view_derivers",
    "add_default_route_predicates",
    "add_default_tweens",
    "add_default_security",
)


def setUp(
    registry: AnyRegistry = None,
    request: AnyRequest = None,
    hook_zca: bool = True,
    autocommit: bool = True,
    settings: Settings | None = None,
    package: Any = None,
) -> Configurator:
    """Make a registry and a request the current ones until `tearDown`.

    Args:
        registry: a new one if ``None``.
        request: what ``get_current_request`` shall return.
        hook_zca: whether zope's global look-ups shall find the registry, where ``zope.component`` is installed.
        autocommit: whether statements are carried out as soon as they are said.
        settings: the deployment settings, unless the registry has some.
        package: what names and specifications are relative to; the caller's if ``None``.

    Returns:
        A Configurator for the registry.
    """
    manager.clear()
    if registry is None:
        registry = Registry("testing")
    if package is None:
        package = caller_package()
    config = Configurator(registry=registry, autocommit=autocommit, package=package)
    config._fix_registry()
    if getattr(registry, "settings", None) is None:
        config._set_settings({} if settings is None else settings)
    # COMPAT: test runners have been seen to pass their own module as the first argument
    if hasattr(registry, "registerUtility"):
        for name in _DEFAULTS:
            getattr(config, name)()
    config.commit()
    if have_zca and hook_zca:
        config.hook_zca()
    config.begin(request=request)
    return config


def tearDown(unhook_zca: bool = True) -> None:
    """Undo `setUp`: nothing is current any more, and the registry is empty.

    Args:
        unhook_zca: whether zope's global look-ups shall find zope's global registry again.
    """
    if unhook_zca and have_zca:
        import_module("zope.component").getSiteManager.reset()
    info = manager.pop()
    manager.clear()
    registry: AnyRegistry = None if info is None else info["registry"]
    if hasattr(registry, "__name__"):
        # Zope's global registry outlives the test, so it is emptied in place, as its own constructor does it;
        # what isn't zope's may have a constructor of another kind, and only its owner knows how to empty it.
        with suppress(TypeError):
            registry.__init__(registry.__name__)


def cleanUp(*arg: Any, **kw: Any) -> Configurator:
    """Do what `setUp` does; the name is for tests that begin and end with an empty registry."""
    if kw.get("package") is None:
        kw["package"] = caller_package()
    return setUp(*arg, **kw)


@contextmanager
def testConfig(
    registry: AnyRegistry = None,
    request: AnyRequest = None,
    hook_zca: bool = True,
    autocommit: bool = True,
    settings: Settings | None = None,
) -> Iterator[AnyConfig]:
    """Do `setUp` before and `tearDown` after the body of a ``with`` statement, which gets the Configurator."""
    config = setUp(
        registry=registry, request=request, hook_zca=hook_zca, autocommit=autocommit, settings=settings
    )
    try:
        yield config
    finally:
        tearDown(unhook_zca=hook_zca)


def skip_on(*platforms: str) -> Callable[[Any], Any]:
    """Skip a decorated test on some platforms: beginnings of ``os.name``, or ``"pypy"``.

    A class becomes ``None``, a function one that does nothing.
    """
    here = (skip_on.os_name, *(("pypy",) if PYPY else ()))  # type: ignore[attr-defined]
    is_skipped = any(name.startswith(platform) for name in here for platform in platforms)

    def decorator(func: Any) -> Any:
        if not is_skipped:
            return func
        if isinstance(func, type):
            return None

        @functools.wraps(func)
        def skipped(*args: Any, **kw: Any) -> None:
            return None

        return skipped

    return decorator


skip_on.os_name = os.name  # type: ignore[attr-defined]
