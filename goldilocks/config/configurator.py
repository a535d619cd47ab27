"""The Configurator: a registry, a scope, and the log of what is said.

All directives come from the topic tables that it inherits; what stands here is how configurations are put together:
setting a registry up, including, scanning, beginning and ending, and making the application.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self

from goldilocks.asset import resolve_asset_spec
from goldilocks.config.acceptorder import AcceptTopic
from goldilocks.config.actions import ActionTopic, action_method, blamed, place_of_caller
from goldilocks.config.adapters import AdaptersTopic
from goldilocks.config.assets import AssetTopic
from goldilocks.config.defaults import say_defaults
from goldilocks.config.derivers import DeriverTopic
from goldilocks.config.exceptionviews import ExceptionViewTopic
from goldilocks.config.factories import FactoriesTopic
from goldilocks.config.i18n import I18NTopic
from goldilocks.config.predicates import PredicateTopic
from goldilocks.config.rendering import RenderingTopic
from goldilocks.config.routes import RouteTopic
from goldilocks.config.scan import ScanTopic
from goldilocks.config.security import SecurityTopic
from goldilocks.config.settings import SettingsTopic
from goldilocks.config.statement import Scope
from goldilocks.config.staticviews import StaticViewTopic
from goldilocks.config.testing import TestingTopic
from goldilocks.config.tweens import TweensTopic
from goldilocks.config.views import ViewTopic
from goldilocks.config.zca import ZCAConfiguratorMixin
from goldilocks.events import ApplicationCreated
from goldilocks.exceptions import ConfigurationError
from goldilocks.httpexceptions import default_exceptionresponse_view
from goldilocks.interfaces import IDebugLogger
from goldilocks.late import LateAttribute, late_module
from goldilocks.names import did_you_mean, setting_keys
from goldilocks.path import DottedNameResolver, caller_package, package_of
from goldilocks.registry import Introspectable, Introspector, Registry, adopt
from goldilocks.settings import aslist, understand
from goldilocks.threadlocal import manager
from goldilocks.util import WeakOrderedSet, get_callable_name, object_description

if TYPE_CHECKING:
    from goldilocks import authorization
    from goldilocks.router import Router
else:
    # PERF: import: only half a security policy needs it
    authorization = late_module("goldilocks.authorization", globals())

#: Every registry that an application was made of, the last one last: for tools that look at a running program.
global_registries = WeakOrderedSet()

_unsaid: Any = object()


class Configurator(
    ActionTopic,
    PredicateTopic,
    DeriverTopic,
    ViewTopic,
    ExceptionViewTopic,
    AcceptTopic,
    RouteTopic,
    StaticViewTopic,
    AssetTopic,
    SecurityTopic,
    AdaptersTopic,
    FactoriesTopic,
    TweensTopic,
    I18NTopic,
    SettingsTopic,
    RenderingTopic,
    TestingTopic,
    ZCAConfiguratorMixin,
    ScanTopic,
):
    """Says what an application is.

    As a context manager it makes its registry the current one, and commits at the end:

    >>> from goldilocks.response import Response
    >>> with Configurator() as config:
    ...     config.add_route("hello", "/hello")
    ...     config.add_view(lambda request: Response("Hello!"), route_name="hello")
    >>> app = config.make_wsgi_app()

    Args:
        registry: an existing registry; the arguments below are then not used, see `setup_registry`.
        package: what relative names are relative to; the caller's package by default.
        settings: of the deployment.
        root_factory: makes the root of the resource tree.
        security_policy: who is who, and who may do what.
        authentication_policy: the older half of a security policy.
        authorization_policy: the other half.
        renderers: (name, factory) of each.
        debug_logger: a logger or its name.
        locale_negotiator: finds the locale of a request.
        request_factory: makes requests of environs.
        response_factory: makes ``request.response``.
        default_permission: holds for views that say none.
        session_factory: makes sessions.
        default_view_mapper: how views want to be called.
        autocommit: carry every statement out at once, without looking for conflicts.
        exceptionresponse_view: answers exceptions that are responses; ``None`` for nobody.
        route_prefix: stands before every pattern.
        introspection: keep an account of what is said.
        root_package: the package of the application; ``package`` by default.
    """

    #: COMPAT: Configurator.manager, inspect and object_description are read, and replaced in tests
    manager: ClassVar[Any] = manager
    inspect: ClassVar[Any] = LateAttribute("inspect")
    object_description = staticmethod(object_description)
    introspectable = Introspectable
    #: The directory of the file that is included, for tools that read configuration files.
    basepath: str | None = None
    _scope: Scope = Scope()

    def __init__(
        self,
        registry: Any = None,
        package: types.ModuleType | str | None = None,
        settings: Mapping[str, Any] | None = None,
        root_factory: Any = None,
        security_policy: Any = None,
        authentication_policy: Any = None,
        authorization_policy: Any = None,
        renderers: Iterable[tuple[str | None, Any]] | None = None,
        debug_logger: logging.Logger | str | None = None,
        locale_negotiator: Any = None,
        request_factory: Any = None,
        response_factory: Any = None,
        default_permission: Any = None,
        session_factory: Any = None,
        default_view_mapper: Any = None,
        autocommit: bool = False,
        exceptionresponse_view: Any = default_exceptionresponse_view,
        route_prefix: str | None = None,
        introspection: bool = True,
        root_package: types.ModuleType | None = None,
    ) -> None:
        resolver = DottedNameResolver(caller_package() if package is None else package)
        self.name_resolver = resolver
        self.package_name = resolver.get_package_name()
        self.package = resolver.get_package()
        self.root_package = self.package if root_package is None else root_package
        self.autocommit = autocommit
        self.route_prefix = route_prefix
        self.introspection = introspection
        self.registry = registry
        if registry is None:
            self.registry = Registry(self.package_name)
            self.setup_registry(
                settings=settings,
                root_factory=root_factory,
                security_policy=security_policy,
                authentication_policy=authentication_policy,
                authorization_policy=authorization_policy,
                renderers=renderers,
                debug_logger=debug_logger,
                locale_negotiator=locale_negotiator,
                request_factory=request_factory,
                response_factory=response_factory,
                default_permission=default_permission,
                session_factory=session_factory,
                default_view_mapper=default_view_mapper,
                exceptionresponse_view=exceptionresponse_view,
            )

    def setup_registry(
        self,
        settings: Mapping[str, Any] | None = None,
        root_factory: Any = None,
        security_policy: Any = None,
        authentication_policy: Any = None,
        authorization_policy: Any = None,
        renderers: Iterable[tuple[str | None, Any]] | None = None,
        debug_logger: logging.Logger | str | None = None,
        locale_negotiator: Any = None,
        request_factory: Any = None,
        response_factory: Any = None,
        default_permission: Any = None,
        session_factory: Any = None,
        default_view_mapper: Any = None,
        exceptionresponse_view: Any = default_exceptionresponse_view,
    ) -> None:
        """Say the framework's defaults on this registry, then what is given here.

        The defaults are committed, so that everything said later replaces them; the rest is said as if the
        application had said it. The arguments are those of the constructor.
        """
        self._fix_registry()
        self._set_settings(settings)
        self._set_debug_logger(debug_logger)
        say_defaults(self, exceptionresponse_view)
        self.commit()

        if authentication_policy and not authorization_policy:
            authorization_policy = authorization.ACLAuthorizationPolicy()
        for say, value in (
            (self.set_authorization_policy, authorization_policy),
            (self.set_authentication_policy, authentication_policy),
            (self.set_security_policy, security_policy),
            (self.set_view_mapper, default_view_mapper),
            (self.set_root_factory, root_factory),
            (self.set_locale_negotiator, locale_negotiator),
            (self.set_request_factory, request_factory),
            (self.set_response_factory, response_factory),
            (self.set_default_permission, default_permission or None),
            (self.set_session_factory, session_factory),
        ):
            if value is not None:
                say(value)
        for name, factory in renderers or ():
            self.add_renderer(name, factory)
        self._obey_settings()

    def _set_debug_logger(self, debug_logger: logging.Logger | str | None) -> None:
        if debug_logger is None or isinstance(debug_logger, str):
            debug_logger = logging.getLogger(debug_logger or self.package_name)
        self.registry.registerUtility(debug_logger, IDebugLogger)

    def _obey_settings(self) -> None:
        """Say what the deployment says by settings: explicit tweens, and includes."""
        say: Callable[[Any], Any]
        for name, say in (("tweens", partial(self._add_tween, explicit=True)), ("includes", self.include)):
            key = setting_keys(name)[0]
            for said in understand(key, aslist, self.registry.settings.get(key, [])):
                try:
                    say(said)
                except Exception as error:
                    error.add_note(f"{said!r} stands in the setting {key!r}")
                    raise

    def _fix_registry(self) -> None:
        """Let a zope registry that isn't ours do what ours can."""
        adopt(self.registry)

    # -- where we stand

    @property
    def scope(self) -> Scope:
        """Where the next statement stands; the attributes of the Configurator say it."""
        said: tuple[Any, ...] = (
            self.package,
            self.root_package,
            self.includepath,
            self.route_prefix,
            self.introspection,
            self.autocommit,
        )
        # PERF: build of 10,000 routes and views: statements that are said at one place share it
        if said != self._scope:
            self._scope = Scope(*said)
        return self._scope

    def with_package(self, package: Any) -> Self:
        """Return a Configurator on the same registry, for which names are relative to ``package``."""
        config = self.__class__(
            registry=self.registry,
            package=package,
            root_package=self.root_package,
            autocommit=self.autocommit,
            route_prefix=self.route_prefix,
            introspection=self.introspection,
        )
        config.basepath = self.basepath
        config.includepath = self.includepath
        config.info = self.info
        return config

    def maybe_dotted(self, dotted: Any) -> Any:
        """Return the object that a dotted name names; anything but a string as it is.

        Raises:
            ImportError: there is no such object.
        """
        if not isinstance(dotted, str):
            return dotted
        try:
            return self.name_resolver.maybe_resolve(dotted)
        except ImportError as error:
            error.add_note(_astray(dotted, error, self.name_resolver.get_package()))
            raise

    def absolute_asset_spec(self, relative_spec: Any) -> Any:
        """Return an asset spec with its package; anything but a string as it is."""
        return self._make_spec(relative_spec) if isinstance(relative_spec, str) else relative_spec

    absolute_resource_spec = absolute_asset_spec  # COMPAT: its name before assets were called assets

    def _make_spec(self, path_or_spec: str) -> str:
        package, filename = resolve_asset_spec(path_or_spec, self.package_name)
        return filename if package is None else f"{package}:{filename}"

    # -- the account of what was said

    def _get_introspector(self) -> Any:
        try:
            return self.registry.introspector
        except AttributeError:
            self.registry.introspector = introspector = Introspector()
            return introspector

    def _set_introspector(self, introspector: Any) -> None:
        self.registry.introspector = introspector

    def _del_introspector(self) -> None:
        del self.registry.introspector

    introspector = property(_get_introspector, _set_introspector, _del_introspector)

    # -- putting configurations together

    def include(self, callable: Any, route_prefix: str | None = None) -> None:
        """Let an add-on, or a part of the application, say its statements.

        What is said nearer to the application wins over what it includes.

        Args:
            callable: a function that takes a Configurator, a module with a function ``includeme``, or a dotted name.
            route_prefix: stands before the patterns that it says.

        Raises:
            ConfigurationError: the module has no ``includeme``.
        """
        with blamed(place_of_caller()):
            self._include(callable, route_prefix)

    def _include(self, callable: Any, route_prefix: str | None) -> None:
        include, module, source = self._included(callable)
        spec = f"{module.__name__}:{get_callable_name(include.__name__)}"
        if not self.action_state.processSpec(spec):
            return
        with self.route_prefix_context(route_prefix):
            config = self.__class__(
                registry=self.registry,
                package=package_of(module),
                root_package=self.root_package,
                autocommit=self.autocommit,
                route_prefix=self.route_prefix,
                introspection=self.introspection,
            )
            config.basepath = os.path.dirname(source)
            config.includepath = (*self.includepath, spec)
            include(config)

    def _included(self, callable: Any) -> tuple[Any, Any, str]:
        """Return the function to include, its module, and the file that it stands in."""
        include = self.maybe_dotted(callable)
        module = self.inspect.getmodule(include)
        if module is not None and module is include:
            include = getattr(module, "includeme", None)
            if include is None:
                raise ConfigurationError(
                    f"module {module.__name__!r} has no attribute 'includeme': "
                    "include a function, or give the module one that takes the Configurator"
                )
        if module is None or not hasattr(include, "__name__"):
            raise ConfigurationError(
                f"{object_description(include)} can't be included: give a function that takes the Configurator, "
                "a module with a function 'includeme', or the dotted name of one of them"
            )
        source = self.inspect.getsourcefile(include)
        if source is None:
            raise ConfigurationError(
                f"No source file for module {module.__name__!r} (.py file must exist, "
                "refusing to use orphan .pyc or .pyo file)."
            )
        return include, module, source

    def add_directive(self, name: str, directive: Any, action_wrap: bool = True) -> None:
        """Give every Configurator on this registry another directive.

        Args:
            name: what it is called.
            directive: a function that takes the Configurator first, or its dotted name.
            action_wrap: note the place of its calls for conflicts; see `goldilocks.config.actions.action_method`.
        """
        with blamed(place_of_caller()):
            function = self.maybe_dotted(directive)
        directives = self.registry.__dict__.setdefault("_directives", {})
        directives[get_callable_name(name)] = (function, action_wrap)

    def __getattr__(self, name: str) -> Any:
        registry = self.__dict__.get("registry")
        directives = getattr(registry, "_directives", None) or {}
        if name not in directives:
            raise AttributeError(
                f"the Configurator has no directive {name!r}{self._nearest(name, directives)}",
                name=name,
                obj=self,
            )
        function, action_wrap = directives[name]
        return types.MethodType(action_method(function) if action_wrap else function, self)

    def _nearest(self, name: str, directives: Iterable[str]) -> str:
        if name.startswith("_"):
            return ""  # not a directive, but something that a tool looks for
        known = [word for word in (*dir(type(self)), *directives) if not word.startswith("_")]
        return f" (an add-on that brings one must be included first){did_you_mean(name, known)}"

    # -- beginning and ending

    def begin(self, request: Any = _unsaid) -> None:
        """Make this registry the current one, and ``request`` the current request.

        Without a request, the current one stays when it belongs to this registry.
        """
        current = self.manager.get()
        if request is _unsaid:
            request = current["request"] if current["registry"] is self.registry else None
        self.manager.push({"registry": self.registry, "request": request})

    def end(self) -> Any:
        """Take back what `begin` did, and return it."""
        return self.manager.pop()

    @contextlib.contextmanager
    def _current(self) -> Iterator[None]:
        self.begin()
        try:
            yield
        finally:
            self.end()

    def __enter__(self) -> Self:
        self.begin()
        return self

    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:
        self.end()
        if exc_value is None:
            self.commit()

    def make_wsgi_app(self) -> Router:
        """Commit, and return the WSGI application.

        Subscribers of ``ApplicationCreated`` are told.
        """
        self.commit()
        # COMPAT: config.Router is replaced at run time by add-ons, and is called with the registry alone
        make: Callable[[Any], Router] = sys.modules["goldilocks.config"].Router
        app = make(self.registry)
        global_registries.add(self.registry)
        with self._current():
            self.registry.notify(ApplicationCreated(app))
        return app


def _astray(dotted: str, error: ImportError, package: types.ModuleType | None) -> str:
    """Say what a dotted name that leads nowhere may have meant: the nearest name that is known where it goes wrong."""
    words = dotted.replace(":", ".").split(".")
    if error.name is not None and error.name.rpartition(".")[2] not in words:
        return f"this happened while {dotted!r} was imported"
    said = f"{dotted!r} is taken for a dotted name"
    if dotted.startswith("."):
        return f"{said} that begins at the package {getattr(package, '__name__', None)!r}"
    if len(words) == 1 and hasattr(package, dotted):
        return f"{said}; did you mean {'.' + dotted!r}, or the object itself?"
    for count in range(len(words) - 1, 0, -1):
        module = sys.modules.get(".".join(words[:count]))
        if module is not None:
            lost = words[count]
            return f"{said}, and {module.__name__} has no {lost!r}{did_you_mean(lost, dir(module))}"
    return f"{said}, and there is no module {words[0]!r}; is it installed here?"
