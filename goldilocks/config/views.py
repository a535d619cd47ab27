"""What can be said about views.

An `AddView` knows at once where it belongs (context, name, route); which predicates there are, and therefore what it
may conflict on, it learns when all predicates have been said, at the beginning of its phase.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Self

from goldilocks.config.lateviews import put_off
from goldilocks.config.mistakes import check_methods, check_permission, check_view, refuses_mistakes
from goldilocks.config.predicates import PredicateStatement
from goldilocks.config.statement import REST, Scope, Statement, Task, directive
from goldilocks.config.staticviews import StaticURLInfo
from goldilocks.config.viewparts import (
    VIEW_FACTS,
    Rank,
    check_options,
    checked_context,
    checked_request_type,
    combine_decorators,
    combined,
    composed,
    isexception,
    nothing_to_say,
    one_offer,
    relate_template,
    renderer_of,
    route_type,
    runtime_exc_view,
    view_derivers,
    viewdefaults,
    warn_of_old_words,
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
from goldilocks.pipeline import ViewInfo
from goldilocks.predicates import VIEW_PREDICATES
from goldilocks.registry import Introspectable, UntoldIntrospectable, predvalseq
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
    from goldilocks.types import AnyConfig, AnyRegistry, AnyView, View

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

_PREDICATES = frozenset(PREDICATE_ARGUMENTS)

#: What is known of a view without predicates.
_UNRANKED = {"phash": DEFAULT_PHASH, "order": MAX_ORDER}

#: Arguments of `AddView` that a stage may ask for.
STAGE_ARGUMENTS = (
    *("view", "context", "permission", "attr", "wrapper", "name", "mapper", "decorator"),
    *("http_cache", "require_csrf", "route_name"),
    *PREDICATE_ARGUMENTS,
)

_NO_PREDICATES = predvalseq()

#: Arguments of `AddView` that may be named by dotted names, and what finds and checks them.
_NAMED: dict[str, Callable[[Any, Callable[[Any], Any]], Any]] = {
    "context": lambda context, find: checked_context(find(context)),
    "for_": lambda for_, find: find(for_),
    "containment": lambda containment, find: find(containment),
    "mapper": lambda mapper, find: find(mapper),
    "decorator": combined,
    "request_type": checked_request_type,
    "accept": lambda accept, find: one_offer(accept),
}


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
    rest: dict[str, Any] = REST

    @classmethod
    def said(cls, config: AnyConfig, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Self:
        """Make the statement; what a class says of itself by ``view_defaults`` holds where nothing else is said."""
        view = config.maybe_dotted(args[0] if args else kwargs.get("view"))
        defaults = getattr(view, "__view_defaults__", None) if isinstance(view, type) else None
        return super().said(config, args, {**defaults, **kwargs} if defaults else kwargs)

    def resolved(self, config: AnyConfig) -> Self:
        """Find what is named, and check what can be checked before all predicates are known."""
        if self.rest or self.custom_predicates:
            warn_of_old_words("view", {**self.rest, "custom_predicates": self.custom_predicates})
        if refuses_mistakes(config.registry):
            check_methods(self.request_method)
        find = config.maybe_dotted
        found: dict[str, Any] = {"view": find(self.view)}
        if not found["view"]:
            if not self.renderer:
                raise ConfigurationError(
                    '"view" was not specified and no "renderer" specified: say what answers, a view or a renderer'
                )
            found["view"] = nothing_to_say
        said = self.__dict__
        for word in said.keys() & _NAMED:
            found[word] = _NAMED[word](said[word], find)
        if self.context is None:
            found["context"] = checked_context(find(self.for_))
        context = found["context"]
        if self.exception_only and not isexception(context):
            raise ConfigurationError(
                f'view "context" must be an exception type when "exception_only" is True; it is {context!r}'
            )
        if isinstance(self.renderer, str):
            renderer = RendererHelper(name=self.renderer, package=config.package, registry=config.registry)
            renderer.place = config.action_info
            found["renderer"] = renderer
        return self.but(**found)

    def say(self, config: AnyConfig) -> None:
        """Put the view into the log; its discriminator is known when all predicates are, and at once if it has none."""
        fact = UntoldIntrospectable("views", None, "view", self)
        has_predicates = self.rest or self.custom_predicates or not _PREDICATES.isdisjoint(self.__dict__)
        # PERF: build of 10,000 routes and views
        discriminator = Rank(self, config, fact) if has_predicates else self._unranked()
        fact.discriminator = discriminator
        facts = (fact, *self._lesser_facts(discriminator))
        # PERF: build of 10,000 routes and views: a bound method would be one thing more to keep
        order = Task((type(self).perform, self, config.registry, config.scope, facts))
        config.action(discriminator, order, introspectables=facts)

    def told(self) -> dict[str, Any]:
        """Return what the fact of the view holds, if no predicates were noted."""
        told = {key: getattr(self, argument) for argument, key in VIEW_FACTS}
        return {**told, **self.rest, **_UNRANKED, "predicates": []}

    def title(self) -> str:
        """Describe the callable."""
        described = object_description(self.view)
        return (
            f"method {self.attr!r} of {described}" if self.attr and isinstance(self.view, type) else described
        )

    def kin(self) -> Iterable[tuple[str, Any]]:
        """Return the facts that the view's own belongs with: its route."""
        return (("routes", self.route_name),) if self.route_name else ()

    def ranked(self, config: AnyConfig, fact: UntoldIntrospectable) -> Hashable:
        """Make the predicates if there are any, note rank and hash in the fact, and return the discriminator."""
        asked = {
            name: value for name, value in self.__dict__.items() if name in _PREDICATES and value is not None
        }
        if self.rest:
            known = config.get_predlist("view").names()
            options = {name: value for name, value in self.rest.items() if name not in known}
            check_options(config.registry, options, known, words=self.words().keywords)
            asked.update({name: value for name, value in self.rest.items() if name not in options})
        if self.custom_predicates:
            asked["custom"] = predvalseq(self.custom_predicates)
        if not asked:
            return self._unranked()
        order, made, phash = config.get_predlist("view").make(config, **asked)
        fact.note(("phash", phash), ("order", order), ("predicates", made))
        return ("view", self.context, self.name, self.route_name, phash)

    def rank_by(self, fact: UntoldIntrospectable) -> tuple[list[Any], int, str]:
        """Return the view's predicates, order and hash, as they are noted in its fact if it has any."""
        order, phash = fact.noted("order", MAX_ORDER), fact.noted("phash", DEFAULT_PHASH)
        return fact.noted("predicates", []), order, phash

    def _unranked(self) -> Hashable:
        """Return the discriminator of the view if it has no predicates."""
        return ("view", self.context, self.name, self.route_name, DEFAULT_PHASH)

    def _lesser_facts(self, discriminator: Any) -> Iterable[Introspectable]:
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
        fact: Any = facts[0]
        is_usual = self._is_mapped_by_default(registry)
        if is_usual and refuses_mistakes(registry):
            check_view(self.view, self.attr)  # type: ignore[arg-type]  # resolved
        is_exception = self.context is not None and isexception(self.context)
        if self.permission is None and not is_exception:
            check_permission(registry, self)
        renderer = renderer_of(self.renderer, registry, scope.package)
        relate_template(registry, facts, renderer)
        may_wait = is_usual and self.route_name is not None and not is_exception
        if may_wait and put_off(self, registry, scope, renderer, fact):
            return
        place = (self._request_iface(registry), self.context, self.name)
        _, order, phash = self.rank_by(fact)
        exception_view = view = None
        if not self.exception_only:
            view = self.derived(registry, scope, renderer, fact, exception_only=False)
            register_view(registry, (IViewClassifier, *place), view, order, phash, self.accept)
        if is_exception:
            exception_view = self.derived(registry, scope, renderer, fact, exception_only=True)
            kind = (IExceptionViewClassifier, *place)
            register_view(registry, kind, exception_view, order, phash, self.accept)
        both = view is not None and exception_view is not None
        derived: Any = (
            runtime_exc_view(view, exception_view) if both else (exception_view if view is None else view)
        )
        self.note_derived(fact, derived)

    def note_derived(self, fact: UntoldIntrospectable, derived: Any) -> None:
        """Let fact and view know of each other."""
        derived.__discriminator__ = Rank.of(fact.discriminator)
        fact.note(("derived_callable", derived))

    def _is_mapped_by_default(self, registry: AnyRegistry) -> bool:
        mapper = self.mapper or getattr(self.view, "__view_mapper__", None)
        mapper = mapper or registry.queryUtility(IViewMapperFactory)
        deriver = view_derivers(registry).name2val.get(mapped_view.name)
        return mapper in (None, DefaultViewMapper) and deriver is mapped_view

    def _request_iface(self, registry: AnyRegistry) -> Any:
        if self.route_name is None:
            return IRequest
        request_iface = route_type(registry, self.route_name)
        if request_iface is None:
            routes = [name for name, _ in registry.getUtilitiesFor(IRouteRequest)]
            advice = did_you_mean(self.route_name, routes) or (
                f"; say it by config.add_route({self.route_name!r}, pattern)"
            )
            raise ConfigurationError(f"No route named {self.route_name} found for view registration{advice}")
        return request_iface

    def derived(
        self,
        registry: AnyRegistry,
        scope: Scope,
        renderer: Any,
        fact: UntoldIntrospectable,
        exception_only: bool,
        is_late: bool = False,
    ) -> View:
        """Compose the view."""
        options = {
            **{name: getattr(self, name) for name in STAGE_ARGUMENTS},
            **self.rest,
            "renderer": renderer,
            "custom": predvalseq(self.custom_predicates) if self.custom_predicates else _NO_PREDICATES,
        }
        made, order, phash = self.rank_by(fact)
        return composed(registry, scope.package, options, made, exception_only, order, phash, is_late)


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
        return composed(self.registry, self.package, options, tuple(predicates), exception_only, order, phash)

    def add_default_view_predicates(self: AnyConfig) -> None:
        """Say the built-in predicates of views."""
        for name, factory in VIEW_PREDICATES:
            self.add_view_predicate(name, factory)


ViewsConfiguratorMixin = ViewTopic
