"""What can be said about views.

An `AddView` knows at once where it belongs (context, name, route); which predicates there are, and therefore what it
may conflict on, it learns when all predicates have been said, at the beginning of its phase.
"""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Hashable, Iterable
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

from goldilocks.config.mistakes import check_methods, check_view, refuses_mistakes
from goldilocks.config.predicates import PredicateStatement
from goldilocks.config.statement import Scope, Statement, directive
from goldilocks.config.staticviews import StaticURLInfo
from goldilocks.config.viewparts import (
    checked_context,
    checked_request_type,
    combine_decorators,
    combined,
    isexception,
    one_offer,
    relate_template,
    renderer_of,
    runtime_exc_view,
    view_derivers,
    viewdefaults,
)
from goldilocks.exceptions import ConfigurationError
from goldilocks.interfaces import (
    IExceptionViewClassifier,
    IRequest,
    IRouteRequest,
    IViewClassifier,
    IViewMapperFactory,
)
from goldilocks.names import did_you_mean
from goldilocks.offers import sort_accept_offers
from goldilocks.pipeline import ViewInfo, compose
from goldilocks.predicates import VIEW_PREDICATES
from goldilocks.registry import Deferred, Introspectable, predvalseq
from goldilocks.renderers import RendererHelper
from goldilocks.util import object_description
from goldilocks.viewderivers import (
    DefaultViewMapper,
    mapped_view,
    preserve_view_attrs,
    requestonly,
    view_description,
    wraps_view,
)
from goldilocks.viewtable import DEFAULT_PHASH, MAX_ORDER, ViewSet, register_view

if TYPE_CHECKING:
    from goldilocks.types import AnyConfig, AnyRegistry, AnyRequest, AnyView, Context, View

__all__ = [
    "DEFAULT_PHASH",
    "MAX_ORDER",
    "DefaultViewMapper",
    "MultiView",
    "StaticURLInfo",
    "ViewDeriverInfo",
    "ViewsConfiguratorMixin",
    "combine_decorators",
    "isexception",
    "preserve_view_attrs",
    "requestonly",
    "runtime_exc_view",
    "sort_accept_offers",
    "view_description",
    "viewdefaults",
    "wraps_view",
]

#: COMPAT: config.views.MultiView and ViewDeriverInfo, the names that add-ons import
MultiView = ViewSet
ViewDeriverInfo = ViewInfo

#: Arguments of `AddView` that are predicates; what they are called there, and in the list of predicates.
PREDICATE_ARGUMENTS = (
    "xhr",
    "request_method",
    "path_info",
    "request_param",
    "header",
    "accept",
    "containment",
    "request_type",
    "match_param",
)

#: (argument of `AddView`, key of the fact that tells it).
VIEW_FACTS = (
    ("name", "name"),
    ("context", "context"),
    ("exception_only", "exception_only"),
    ("containment", "containment"),
    ("request_param", "request_param"),
    ("request_method", "request_methods"),
    ("route_name", "route_name"),
    ("attr", "attr"),
    ("xhr", "xhr"),
    ("accept", "accept"),
    ("header", "header"),
    ("path_info", "path_info"),
    ("match_param", "match_param"),
    ("http_cache", "http_cache"),
    ("require_csrf", "require_csrf"),
    ("view", "callable"),
    ("mapper", "mapper"),
    ("decorator", "decorator"),
)


class AddView(Statement):
    """Say which view callable answers, and when.

    A view is found by its context and name (or its route) and by predicates: all that are said must hold. Among the
    views of one place the one with more predicates is tried first.

    Args:
        view: a callable that takes the request, or context and request; or a dotted name. May be left out when there
            is a renderer.
        name: the view name, for resources; the empty name is the default view.
        for_: an older word for ``context``.
        permission: what the security policy is asked for; ``NO_PERMISSION_REQUIRED`` overrules the default one.
        request_type: an interface that the request must provide.
        route_name: the route that it belongs to.
        request_method: a method or several; ``GET`` includes ``HEAD``.
        request_param: ``"name"`` or ``"name=value"``, or several.
        containment: a class or interface that must be in the lineage of the context.
        attr: the method to call instead of the view itself.
        renderer: its name, an asset spec, or a renderer; turns what the view returns into a response.
        wrapper: the name of a view that is put around the response.
        xhr: whether the request must (or mustn't) say that a script sent it.
        accept: the media type that the view offers.
        header: ``"name"`` or ``"name:regex"``, or several.
        path_info: a regex for the path.
        custom_predicates: deprecated; callables of (context, request).
        context: a class or interface that the context must be or provide; an exception makes an exception view.
        decorator: a callable around the view, or several, the outermost first.
        mapper: how the view wants to be called.
        http_cache: seconds, a timedelta, or (seconds, options for ``Cache-Control``).
        match_param: ``"name=value"`` of the route's match, or several.
        require_csrf: whether unsafe requests need a token; the default is that of ``set_default_csrf_options``.
        exception_only: answer exceptions only, even if the exception class is also a resource's.
        view_options: further predicates, and options of view derivers.

    Raises:
        ConfigurationError: what is said can't be.
    """

    rest_name: ClassVar[str] = "view_options"

    view: AnyView | str | None = None
    name: str = ""
    for_: Any = None
    permission: Any = None
    request_type: Any = None
    route_name: str | None = None
    request_method: Any = None
    request_param: Any = None
    containment: Any = None
    attr: str | None = None
    renderer: Any = None
    wrapper: str | None = None
    xhr: bool | None = None
    accept: str | None = None
    header: Any = None
    path_info: Any = None
    custom_predicates: Iterable[Callable[[Any, Any], Any]] = ()
    context: Any = None
    decorator: Any = None
    mapper: Any = None
    http_cache: Any = None
    match_param: Any = None
    require_csrf: bool | None = None
    exception_only: bool = False
    rest: dict[str, Any] = field(default_factory=dict, kw_only=True)

    @classmethod
    def said(cls, config: AnyConfig, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Self:
        """Make the statement; what a class says of itself by ``view_defaults`` holds where nothing else is said."""
        view = config.maybe_dotted(args[0] if args else kwargs.get("view"))
        defaults = getattr(view, "__view_defaults__", None) if inspect.isclass(view) else None
        return super().said(config, args, {**defaults, **kwargs} if defaults else kwargs)

    def resolved(self, config: AnyConfig) -> Self:
        """Find what is named, and check what can be checked before all predicates are known."""
        _warn_of_old_words(self)
        if refuses_mistakes(config.registry):
            check_methods(self.request_method)
        find = config.maybe_dotted
        view = find(self.view)
        if not view:
            if not self.renderer:
                raise ConfigurationError(
                    '"view" was not specified and no "renderer" specified: say what answers, a view or a renderer'
                )
            view = _nothing_to_say
        context = checked_context(find(self.for_ if self.context is None else self.context))
        if self.exception_only and not isexception(context):
            raise ConfigurationError(
                f'view "context" must be an exception type when "exception_only" is True; it is {context!r}'
            )
        renderer = self.renderer
        if isinstance(renderer, str):
            renderer = RendererHelper(name=renderer, package=config.package, registry=config.registry)
            renderer.place = config.action_info
        return replace(
            self,
            view=view,
            context=context,
            for_=find(self.for_),
            containment=find(self.containment),
            mapper=find(self.mapper),
            decorator=combined(self.decorator, find),
            request_type=checked_request_type(self.request_type, find),
            accept=one_offer(self.accept),
            renderer=renderer,
        )

    def say(self, config: AnyConfig) -> None:
        """Put the view into the log; its discriminator is known when all predicates are."""
        fact = Introspectable("views", None, self.title(), "view")
        discriminator = fact.discriminator = Deferred(functools.partial(self._ranked, config, fact))
        fact.update({key: getattr(self, argument) for argument, key in VIEW_FACTS})
        fact.update(self.rest)
        if self.route_name:
            fact.relate("routes", self.route_name)
        facts = (fact, *self._kin(discriminator))
        perform = functools.partial(self.perform, config.registry, config.scope, facts)
        config.action(discriminator, perform, introspectables=facts)

    def title(self) -> str:
        """Describe the callable."""
        described = object_description(self.view)
        return (
            f"method {self.attr!r} of {described}" if self.attr and inspect.isclass(self.view) else described
        )

    @property
    def options(self) -> dict[str, Any]:
        """What may be a predicate or the option of a deriver."""
        said = {name: getattr(self, name) for name in PREDICATE_ARGUMENTS}
        return {**self.rest, **said, "custom": predvalseq(self.custom_predicates)}

    def _ranked(self, config: AnyConfig, fact: Introspectable) -> Hashable:
        """Make the predicates, write rank and hash into the fact, and return the discriminator."""
        predicates = config.get_predlist("view")
        known = predicates.names()
        options = self.options
        rest = {name: value for name, value in options.items() if name not in known}
        _check_options(config.registry, rest, known)
        asked = {name: value for name, value in options.items() if name in known}
        if not asked["custom"]:
            del asked["custom"]
        order, made, phash = predicates.make(config, **asked)
        fact.update(phash=phash, order=order, predicates=made)
        return ("view", self.context, self.name, self.route_name, phash)

    def _kin(self, discriminator: Any) -> Iterable[Introspectable]:
        """Return the facts that come with a view: its mapper, template and permission."""
        if self.mapper:
            fact = Introspectable(
                "view mappers", discriminator, f"view mapper for {self.title()}", "view mapper"
            )
            fact["mapper"] = self.mapper
            fact.relate("views", discriminator)
            yield fact
        renderer = self.renderer
        if renderer is not None and renderer.name and "." in renderer.name:
            fact = Introspectable("templates", discriminator, renderer.name, "template")
            fact.update(name=renderer.name, type=renderer.type, renderer=renderer)
            fact.relate("views", discriminator)
            yield fact
        if self.permission is not None:
            fact = Introspectable("permissions", self.permission, self.permission, "permission")
            fact["value"] = self.permission
            fact.relate("views", discriminator)
            yield fact

    def perform(self, registry: AnyRegistry, scope: Scope, facts: tuple[Introspectable, ...]) -> None:
        """Derive the view, and write it into the record: as a view, as an exception view, or as both."""
        fact = facts[0]
        discriminator = fact.discriminator
        request_iface = self._request_iface(registry)
        view: Any = self.view
        if refuses_mistakes(registry) and self._is_mapped_by_default(registry):
            check_view(view, self.attr)
        renderer = renderer_of(self.renderer, registry, scope.package)
        relate_template(registry, facts, renderer)
        place = (request_iface, self.context, self.name)
        derive = functools.partial(self._derived, registry, scope, renderer, fact)
        exception_view = view = None
        if not self.exception_only:
            view = derive(exception_only=False)
            register_view(
                registry, (IViewClassifier, *place), view, fact["order"], fact["phash"], self.accept
            )
        if isexception(self.context):
            exception_view = derive(exception_only=True)
            kind = (IExceptionViewClassifier, *place)
            register_view(registry, kind, exception_view, fact["order"], fact["phash"], self.accept)
        both = view is not None and exception_view is not None
        derived: Any = (
            runtime_exc_view(view, exception_view) if both else (exception_view if view is None else view)
        )
        derived.__discriminator__ = lambda *args: discriminator
        fact["derived_callable"] = derived

    def _is_mapped_by_default(self, registry: AnyRegistry) -> bool:
        mapper = self.mapper or getattr(self.view, "__view_mapper__", None)
        mapper = mapper or registry.queryUtility(IViewMapperFactory)
        deriver = view_derivers(registry).name2val.get(mapped_view.name)
        return mapper in (None, DefaultViewMapper) and deriver is mapped_view

    def _request_iface(self, registry: AnyRegistry) -> Any:
        if self.route_name is None:
            return IRequest
        request_iface = registry.queryUtility(IRouteRequest, name=self.route_name)
        if request_iface is None:
            routes = [name for name, _ in registry.getUtilitiesFor(IRouteRequest)]
            advice = did_you_mean(self.route_name, routes) or (
                f"; say it by config.add_route({self.route_name!r}, pattern)"
            )
            raise ConfigurationError(f"No route named {self.route_name} found for view registration{advice}")
        return request_iface

    def _derived(
        self, registry: AnyRegistry, scope: Scope, renderer: Any, fact: Introspectable, exception_only: bool
    ) -> View:
        options = {
            "view": self.view,
            "context": self.context,
            "permission": self.permission,
            "attr": self.attr,
            "renderer": renderer,
            "wrapper": self.wrapper,
            "name": self.name,
            "accept": self.accept,
            "mapper": self.mapper,
            "decorator": self.decorator,
            "http_cache": self.http_cache,
            "require_csrf": self.require_csrf,
            "route_name": self.route_name,
            **self.options,
        }
        info = ViewInfo(
            self.view,  # type: ignore[arg-type]  # resolved
            registry,
            scope.package,
            fact["predicates"],
            exception_only,
            options,
            fact["order"],
            fact["phash"],
        )
        return compose(info, view_derivers(registry).sorted())


def _nothing_to_say(context: Context, request: AnyRequest) -> dict[str, Any]:
    """Stand in for the view where only a renderer was said."""
    return {}


def _warn_of_old_words(view: AddView) -> None:
    old = {
        "custom_predicates": "write a predicate class and say it by add_view_predicate",
        "effective_principals": "let a security policy decide, and say the view's permission",
    }
    for word, advice in old.items():
        if view.rest.get(word) or getattr(view, word, ()):
            message = f"add_view has deprecated {word}: {advice}"
            warnings.warn(message, DeprecationWarning, stacklevel=5)


def _check_options(registry: AnyRegistry, options: dict[str, Any], predicates: Iterable[str]) -> None:
    """Refuse a keyword that is neither a predicate nor the option of a deriver."""
    derivers = view_derivers(registry)
    known = {option for deriver in derivers.values() for option in getattr(deriver, "options", None) or ()}
    unknown = {name: value for name, value in options.items() if name not in known}
    if unknown:
        words = {*known, *predicates, *AddView._keywords()}  # type: ignore[misc]  # it is open
        advice = "".join(did_you_mean(name, words) for name in unknown) or (
            "; if an add-on brings it, include the add-on, else say it by config.add_view_predicate or as the option "
            "of a view deriver"
        )
        raise ConfigurationError(f"Unknown view options: {unknown}{advice}")


class AddViewPredicate(PredicateStatement):
    """Make a predicate of views known.

    Args:
        name: the keyword of ``add_view`` under which its value is said.
        factory: called with the value and the configuration; returns a callable of (context, request) with ``text()``
            and ``phash()``. Or its dotted name.
        weighs_more_than: the name of a predicate that is asked before it, or several.
        weighs_less_than: the name of a predicate that is asked after it, or several.
    """

    kind = "view"


class ViewTopic:
    """The directives of this file."""

    if TYPE_CHECKING:

        def add_view(
            self,
            view: AnyView | str | None = None,
            name: str = "",
            for_: Any = None,
            permission: Any = None,
            request_type: Any = None,
            route_name: str | None = None,
            request_method: Any = None,
            request_param: Any = None,
            containment: Any = None,
            attr: str | None = None,
            renderer: Any = None,
            wrapper: str | None = None,
            xhr: bool | None = None,
            accept: str | None = None,
            header: Any = None,
            path_info: Any = None,
            custom_predicates: Iterable[Callable[[Any, Any], Any]] = (),
            context: Any = None,
            decorator: Any = None,
            mapper: Any = None,
            http_cache: Any = None,
            match_param: Any = None,
            require_csrf: bool | None = None,
            exception_only: bool = False,
            **view_options: Any,
        ) -> None:
            """See `AddView`."""
    else:
        add_view = directive(AddView)

    add_view_predicate = directive(AddViewPredicate)

    def derive_view(self: AnyConfig, view: Any, attr: str | None = None, renderer: Any = None) -> View:
        """Make a view callable into one that takes context and request and returns a response.

        Args:
            view: as for ``add_view``, or a dotted name.
            attr: the method to call.
            renderer: turns what it returns into a response.
        """
        return self._derive_view(view, attr=attr, renderer=renderer)

    def _derive_view(
        self: AnyConfig,
        view: Any,
        permission: Any = None,
        predicates: Iterable[Any] = (),
        attr: str | None = None,
        renderer: Any = None,
        wrapper_viewname: str | None = None,
        viewname: str | None = None,
        accept: str | None = None,
        order: int = MAX_ORDER,
        phash: str = DEFAULT_PHASH,
        decorator: Any = None,
        route_name: str | None = None,
        mapper: Any = None,
        http_cache: Any = None,
        context: Any = None,
        require_csrf: bool | None = None,
        exception_only: bool = False,
        extra_options: dict[str, Any] | None = None,
    ) -> View:
        # COMPAT: Configurator._derive_view; add-ons derive views of their own by it
        view = self.maybe_dotted(view)
        options = {
            "view": view,
            "context": context,
            "permission": permission,
            "attr": attr,
            "renderer": renderer_of(renderer, self.registry, self.package),
            "wrapper": wrapper_viewname,
            "name": viewname,
            "accept": accept,
            "mapper": self.maybe_dotted(mapper),
            "decorator": decorator,
            "http_cache": http_cache,
            "require_csrf": require_csrf,
            "route_name": route_name,
            **(extra_options or {}),
        }
        info = ViewInfo(
            view, self.registry, self.package, tuple(predicates), exception_only, options, order, phash
        )
        return compose(info, view_derivers(self.registry).sorted())

    def add_default_view_predicates(self: AnyConfig) -> None:
        """Say the built-in predicates of views."""
        for name, factory in VIEW_PREDICATES:
            self.add_view_predicate(name, factory)


ViewsConfiguratorMixin = ViewTopic
