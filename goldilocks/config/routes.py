"""What can be said about routes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import SplitResult, urlsplit

from goldilocks.config.lateviews import late_types
from goldilocks.config.mistakes import check_methods, check_pattern, refuses_mistakes
from goldilocks.config.predicates import PredicateStatement
from goldilocks.config.statement import REST, Scope, Statement, Task, directive
from goldilocks.config.viewparts import route_type, warn_of_old_words
from goldilocks.config.views import AddView
from goldilocks.exceptions import ConfigurationError
from goldilocks.interfaces import PHASE2_CONFIG, IRequest, IRouteRequest, IRoutesMapper
from goldilocks.offers import normalize_accept_offer
from goldilocks.predicates import ROUTE_PREDICATES
from goldilocks.registry import Introspectable, UntoldIntrospectable, predvalseq
from goldilocks.request import route_request_iface
from goldilocks.urldispatch import RoutesMapper
from goldilocks.util import as_sorted_tuple, is_nonstr_iter, object_description

if TYPE_CHECKING:
    from goldilocks.types import AnyConfig, AnyRegistry, AnyRequest

#: (argument of `AddRoute`, key of the fact that tells it).
ROUTE_FACTS = (
    ("name", "name"),
    ("pattern", "pattern"),
    ("factory", "factory"),
    ("xhr", "xhr"),
    ("request_method", "request_methods"),
    ("path_info", "path_info"),
    ("request_param", "request_param"),
    ("header", "header"),
    ("accept", "accept"),
    ("traverse", "traverse"),
    ("custom_predicates", "custom_predicates"),
    ("pregenerator", "pregenerator"),
    ("static", "static"),
    ("use_global_views", "use_global_views"),
)

#: Arguments of `AddRoute` that are predicates.
PREDICATE_ARGUMENTS = ("xhr", "request_method", "path_info", "request_param", "header", "accept", "traverse")

#: Takes (request, elements, keywords) and returns elements and keywords for the URL.
Pregenerator = Callable[[Any, Any, dict[str, Any]], Any]

_PREDICATES = frozenset(PREDICATE_ARGUMENTS)


class AddRoute(Statement):
    r"""Say a route: a pattern for the path, under a name that views and URLs use.

    Routes are tried in the order in which they were said; the first whose pattern and predicates hold takes the
    request.

    Args:
        name: of the route.
        pattern: ``/a/{name}/{number:\d+}/*rest``; a full URL makes an external route, for URLs only.
        factory: makes the root that is walked from; called with the request.
        for_: not used any more.
        header: predicate; see ``add_view``.
        xhr: predicate.
        accept: predicate; a media type or several.
        path_info: predicate.
        request_method: predicate.
        request_param: predicate.
        traverse: a pattern for the path that is walked from the root, such as ``/{name}``.
        custom_predicates: deprecated; callables of (info, request).
        use_global_views: let views that belong to no route answer, too.
        path: an older word for ``pattern``.
        pregenerator: called with (request, elements, keywords) before an URL is generated.
        static: only for generating URLs; never matched.
        inherit_slash: with an empty pattern, match the route prefix without a slash at its end.
        predicates: further predicates.

    Raises:
        ConfigurationError: there is no pattern.
    """

    phase = PHASE2_CONFIG

    name: str
    pattern: str | None = None
    factory: Any = None
    for_: Any = None
    header: Any = None
    xhr: bool | None = None
    accept: Any = None
    path_info: Any = None
    request_method: Any = None
    request_param: Any = None
    traverse: str | None = None
    custom_predicates: Iterable[Callable[[Any, Any], Any]] = ()
    use_global_views: bool = False
    path: str | None = None
    pregenerator: Pregenerator | None = None
    static: bool = False
    inherit_slash: bool | None = None
    rest: dict[str, Any] = REST

    def resolved(self, config: AnyConfig) -> Self:
        """Find what is named, and bring the pattern into its place under the route prefix."""
        if self.rest or self.custom_predicates:
            warn_of_old_words("route", {**self.rest, "custom_predicates": self.custom_predicates})
        pattern = self._checked_pattern(config.registry)
        found: dict[str, Any] = {"path": pattern}
        if self.accept is not None:
            offers = self.accept if is_nonstr_iter(self.accept) else [self.accept]
            found["accept"] = [normalize_accept_offer(offer) for offer in offers]
        if self.factory is not None:
            found["factory"] = config.maybe_dotted(self.factory)
        if self.request_method is not None:
            found["request_method"] = as_sorted_tuple(self.request_method)
        url = urlsplit(pattern) if isinstance(pattern, bytes) or "//" in pattern else None
        if url is not None and url.hostname:
            found["pattern"] = url.path
            found["pregenerator"] = _external_pregenerator(url, self.pregenerator)  # type: ignore[arg-type]  # of text, for bytes name no host
            found["static"] = True
        else:
            found["pattern"] = _prefixed(pattern, config.route_prefix, self.inherit_slash)
        return self.but(**found)

    def _checked_pattern(self, registry: AnyRegistry) -> Any:
        if not isinstance(self.name, str):
            raise ConfigurationError(
                f"a route's name is a string, and its first argument; this is {self.name!r}"
            )
        pattern = self.path if self.pattern is None else self.pattern
        if pattern is None:
            plain = self.name.strip("/") or "home"
            raise ConfigurationError(
                f'"pattern" argument may not be None: a route has a name and a pattern; say which paths '
                f"{self.name!r} matches, as in add_route({plain!r}, '/{plain}')"
            )
        if not isinstance(pattern, str | bytes):
            raise ConfigurationError(f"the pattern of route {self.name!r} must be text; this is {pattern!r}")
        if refuses_mistakes(registry):
            check_pattern(self.name, pattern)
            check_methods(self.request_method)
        if self.inherit_slash and pattern != "":
            raise ConfigurationError(
                f'"inherit_slash" may only be used with an empty pattern; route {self.name!r} has {pattern!r}'
            )
        return pattern

    def discriminator(self, registry: AnyRegistry, scope: Scope) -> Hashable:
        """Clash with another route of this name."""
        return ("route", self.name)

    def title(self) -> str:
        """Return name and pattern."""
        return f"{self.name} (pattern: {self.pattern!r})"

    def told(self) -> dict[str, Any]:
        """Return what the fact of the route holds."""
        told = {key: getattr(self, argument) for argument, key in ROUTE_FACTS}
        if self.static is True:
            told["external_url"] = self.path
        return told

    def kin(self) -> Iterable[tuple[str, Any]]:
        """Return the facts that the route's own belongs with: none, the others point to it."""
        return ()

    def facts(self, registry: AnyRegistry, scope: Scope, discriminator: Any) -> Iterable[Introspectable]:
        """Tell the route, and its root factory."""
        yield UntoldIntrospectable("routes", self.name, "route", self)
        if self.factory:
            described = object_description(self.factory)
            factory = Introspectable("root factories", self.name, described, "root factory")
            factory.update(factory=self.factory, route_name=self.name)
            factory.relate("routes", self.name)
            yield factory

    def say(self, config: AnyConfig) -> None:
        """Put two actions into the log.

        The request type of the route must be there before views are said; the route itself takes its place among the
        routes when those are connected, in the order in which they were said.
        """
        registry, scope = config.registry, config.scope
        config.get_routes_mapper()
        facts = tuple(self.facts(registry, scope, None))
        # PERF: build of 10,000 routes and views: a bound method would be one thing more to keep
        config.action(("route-connect", self.name), Task((type(self)._connect, self, config, facts[0])))
        config.action(
            self.discriminator(registry, scope),
            Task((type(self).perform, self, registry, scope, facts)),
            order=self.phase,
            introspectables=facts,
        )

    def perform(self, registry: AnyRegistry, scope: Scope, facts: tuple[Introspectable, ...]) -> None:
        """Make the route's request type."""
        bases = (IRequest,) if self.use_global_views else ()
        types = late_types(registry)
        if types is not None:
            types.promise(self.name, bases)
        elif route_type(registry, self.name) is None:
            registry.registerUtility(route_request_iface(self.name, bases), IRouteRequest, name=self.name)

    def _connect(self, config: AnyConfig, fact: Any) -> Any:
        """Enter the route into the mapper."""
        said = {**self.rest}
        for name, value in self.__dict__.items():
            if name in _PREDICATES and value is not None:
                said[name] = value
        if self.custom_predicates:
            said["custom"] = predvalseq(self.custom_predicates)
        try:
            predicates = config.get_predlist("route").make(config, **said)[1] if said else []
        except ConfigurationError as error:
            raise ConfigurationError(f"{error}{self._hint()}") from None
        try:
            route = config.get_routes_mapper().connect(
                self.name,
                self.pattern,
                self.factory,
                predicates=predicates,
                pregenerator=self.pregenerator,
                static=self.static,
            )
        except ValueError as error:
            raise ConfigurationError(f"route {self.name!r}: {error}") from error
        fact.note(("object", route))
        return route

    def _hint(self) -> str:
        """Point to the view, where what was said of the route would be understood."""
        for_view = sorted(self.rest.keys() & set(AddView.words().all))
        if not for_view:
            return ""
        return f"; say {', '.join(for_view)} of the view: config.add_view(..., route_name={self.name!r})"


def _prefixed(pattern: str, prefix: str | None, inherit_slash: bool | None) -> str:
    if not prefix:
        return pattern
    if pattern == "" and inherit_slash:
        return prefix
    return f"{prefix.rstrip('/')}/{pattern.lstrip('/')}"


def _external_pregenerator(url: SplitResult, pregenerator: Pregenerator | None) -> Pregenerator:
    """Return a pregenerator that puts the external host before the path."""

    def generate(request: AnyRequest, elements: Any, kw: dict[str, Any]) -> Any:
        if "_app_url" in kw:
            raise ValueError(
                "You cannot generate a path to an external route pattern via request.route_path nor pass an _app_url "
                f"to request.route_url when generating a URL for an external route pattern (pattern was {url.path!r})"
            )
        scheme = kw.get("_scheme") or url.scheme or request.scheme
        kw["_app_url"] = f"{scheme}://{url.netloc}"
        return (elements, kw) if pregenerator is None else pregenerator(request, elements, kw)

    return generate


class AddRoutePredicate(PredicateStatement):
    """Make a predicate of routes known.

    Args:
        name: the keyword of ``add_route`` under which its value is said.
        factory: called with the value and the configuration; returns a callable of (info, request), where info has
            the keys ``match`` and ``route``, with ``text()`` and ``phash()``. Or its dotted name.
        weighs_more_than: the name of a predicate that is asked before it, or several.
        weighs_less_than: the name of a predicate that is asked after it, or several.
    """

    kind = "route"


class RouteTopic:
    """The directives of this file."""

    if TYPE_CHECKING:

        def add_route(
            self,
            name: str,
            pattern: str | None = None,
            factory: Any = None,
            for_: Any = None,
            header: Any = None,
            xhr: bool | None = None,
            accept: Any = None,
            path_info: Any = None,
            request_method: Any = None,
            request_param: Any = None,
            traverse: str | None = None,
            custom_predicates: Iterable[Callable[[Any, Any], Any]] = (),
            use_global_views: bool = False,
            path: str | None = None,
            pregenerator: Pregenerator | None = None,
            static: bool = False,
            inherit_slash: bool | None = None,
            **predicates: Any,
        ) -> None:
            """See `AddRoute`."""
    else:
        add_route = directive(AddRoute)

    add_route_predicate = directive(AddRoutePredicate)

    def get_routes_mapper(self: AnyConfig) -> Any:
        """Return the mapper of this registry; made at the first question."""
        mapper = self.registry.queryUtility(IRoutesMapper)
        if mapper is None:
            mapper = RoutesMapper()
            self.registry.registerUtility(mapper, IRoutesMapper)
        return mapper

    @contextlib.contextmanager
    def route_prefix_context(self: AnyConfig, route_prefix: str | None) -> Iterator[None]:
        """Put ``route_prefix`` before every pattern that is said inside the ``with``.

        >>> from goldilocks.config import Configurator
        >>> config = Configurator()
        >>> with config.route_prefix_context("api"):
        ...     config.route_prefix
        'api'
        """
        before = self.route_prefix
        parts = [part.strip("/") for part in (before, route_prefix) if part and part.strip("/")]
        with self._current():
            self.route_prefix = "/".join(parts) or None
            try:
                yield
            finally:
                self.route_prefix = before

    def add_default_route_predicates(self: AnyConfig) -> None:
        """Say the built-in predicates of routes."""
        for name, factory in ROUTE_PREDICATES:
            self.add_route_predicate(name, factory)


RoutesConfiguratorMixin = RouteTopic
