"""What is said of a view, brought into form: checked, found, combined; the tools of `AddView`."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from zope.interface import implementedBy
from zope.interface.interfaces import IInterface

from goldilocks.config.derivers import CHAIN
from goldilocks.exceptions import ConfigurationError
from goldilocks.interfaces import IException, IRendererFactory, IRouteRequest, IViewDerivers
from goldilocks.names import did_you_mean
from goldilocks.offers import normalize_accept_offer
from goldilocks.pipeline import ViewInfo, compose
from goldilocks.registry import Deferred, Introspectable, UntoldIntrospectable
from goldilocks.renderers import RendererHelper
from goldilocks.util import is_nonstr_iter
from goldilocks.viewderivers import csrf_view
from goldilocks.viewtable import DEFAULT_PHASH, MAX_ORDER

if TYPE_CHECKING:
    from types import ModuleType

    from goldilocks.types import (
        AnyConfig,
        AnyRegistry,
        AnyRequest,
        AnyResponse,
        Context,
        Predicate,
        View,
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

#: The built-in stages as pairs of name and stage, the outermost first: composing a view of these, nobody is called.
BUILT_IN_STAGES = [(stage.name, stage) for stage in (CHAIN[0], csrf_view, *CHAIN[1:])]


class Rank(Deferred):
    """The discriminator of a view, which is known when all predicates are; as ``__discriminator__`` it returns itself."""

    # PERF: memory of 10,000 routes and views
    def __init__(self, view: Any, config: AnyConfig, fact: UntoldIntrospectable) -> None:
        self._view, self._config, self._fact = view, config, fact

    @classmethod
    def of(cls, discriminator: Any) -> Any:
        """Return what computes a discriminator, which may be known by now."""
        if isinstance(discriminator, Deferred):
            return discriminator
        rank = object.__new__(cls)
        rank._value, rank._is_computed = discriminator, True
        return rank

    def _compute(self) -> Hashable:
        view, config, fact = self._view, self._config, self._fact
        del self._view, self._config, self._fact
        ranked: Hashable = view.ranked(config, fact)
        return ranked

    def __call__(self, *args: Any) -> Self:
        """Return itself: a view's ``__discriminator__`` is called with context and request."""
        return self


def checked_context(context: Any) -> Any:
    """Return a view's context, which is a class or an interface."""
    if context is not None and not IInterface.providedBy(context):
        try:
            implementedBy(context)
        except TypeError:
            raise ConfigurationError(
                f"a view's context is a class or an interface; {context!r} is neither: did you mean its class, "
                f"{type(context).__name__}?"
            ) from None
    return context


def one_offer(accept: Any) -> str | None:
    """Return the media type that a view offers, in its one spelling."""
    if accept is None:
        return None
    if is_nonstr_iter(accept):
        raise ConfigurationError(
            'A list is not supported in the "accept" view predicate: a view offers one media type; '
            f"say one view for each of {', '.join(map(str, accept))}"
        )
    return normalize_accept_offer(accept)


def checked_request_type(request_type: Any, find: Callable[[Any], Any]) -> Any:
    """Return the interface that is named."""
    if request_type is None:
        return None
    found = find(request_type)
    if not IInterface.providedBy(found):
        raise ConfigurationError(f"request_type must be an interface, not {found}")
    return found


def combined(decorator: Any, find: Callable[[Any], Any]) -> Any:
    """Return the decorator that is named, or one made of several."""
    return combine_decorators(*map(find, decorator)) if is_nonstr_iter(decorator) else find(decorator)


def combine_decorators(*decorators: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Make one decorator of several; the first is the outermost."""

    def decorated(view: Any) -> Any:
        return functools.reduce(lambda inner, decorator: decorator(inner), reversed(decorators), view)

    return decorated


def view_derivers(registry: AnyRegistry) -> Any:
    """Return the derivers of a registry, which must have been set up."""
    derivers = registry.queryUtility(IViewDerivers)
    if derivers is None:
        raise ConfigurationError(
            "this registry isn't set up for views: call config.setup_registry(), which a Configurator does by itself "
            "only for a registry of its own"
        )
    return derivers


def route_type(registry: AnyRegistry, name: str) -> Any:
    """Return the interface that requests of a route provide, or ``None``."""
    # PERF: memory of 10,000 routes and views: zope remembers each question that is asked the usual way
    found = registry.utilities.registered((), IRouteRequest, name)
    if found is None and registry.__bases__:
        return registry.queryUtility(IRouteRequest, name=name)
    return found


def nothing_to_say(context: Context, request: AnyRequest) -> dict[str, Any]:
    """Stand in for the view where only a renderer was said."""
    return {}


#: Words that are understood and go out of fashion, and what to do instead.
_OLD_WORDS = {
    "custom_predicates": "write a predicate class and say it by add_{kind}_predicate",
    "effective_principals": "let a security policy decide, and say the view's permission",
}


def warn_of_old_words(kind: str, said: Mapping[str, Any]) -> None:
    """Warn of what is said of a ``"view"`` or a ``"route"`` in words of old."""
    for word, advice in _OLD_WORDS.items():
        if said.get(word):
            message = f"add_{kind} has deprecated {word}: {advice.format(kind=kind)}"
            warnings.warn(message, DeprecationWarning, stacklevel=5)


def check_options(
    registry: AnyRegistry, options: dict[str, Any], predicates: Iterable[str], words: Iterable[str]
) -> None:
    """Refuse a keyword that is neither a predicate nor the option of a deriver.

    Args:
        registry: the record.
        options: what was said, and is no predicate.
        predicates: their names.
        words: what else may be said of a view.

    Raises:
        ConfigurationError: says what may have been meant.
    """
    derivers = view_derivers(registry)
    known = {option for deriver in derivers.values() for option in getattr(deriver, "options", None) or ()}
    unknown = {name: value for name, value in options.items() if name not in known}
    if unknown:
        words = {*known, *predicates, *words}
        advice = "".join(did_you_mean(name, words) for name in unknown) or (
            "; if an add-on brings it, include the add-on, else say it by config.add_view_predicate or as the option "
            "of a view deriver"
        )
        raise ConfigurationError(f"Unknown view options: {unknown}{advice}")


def composed(
    registry: AnyRegistry,
    package: ModuleType | None,
    options: dict[str, Any],
    predicates: Sequence[Predicate],
    exception_only: bool,
    order: int,
    phash: str,
    is_late: bool = False,
) -> View:
    """Compose a view of the stages that its registry has.

    Args:
        registry: the record.
        package: what relative names are relative to.
        options: all that is said of the view, the view itself among it.
        predicates: as they were made.
        exception_only: whether it is for exceptions.
        order: its rank.
        phash: the hash of the predicates.
        is_late: whether the view has waited, with stages and settings as they were when it was said.
    """
    info = ViewInfo(options["view"], registry, package, predicates, exception_only, options, order, phash)
    if not is_late:
        return compose(info, view_derivers(registry).sorted())
    info.settings = {**(registry.settings or {}), "debug_authorization": False}
    return compose(info, BUILT_IN_STAGES)


def renderer_of(renderer: Any, registry: AnyRegistry, package: ModuleType | None) -> Any:
    """Return the view's renderer, or the application's default one."""
    if isinstance(renderer, str):
        return RendererHelper(name=renderer, package=package, registry=registry)
    if renderer is None and registry.queryUtility(IRendererFactory) is not None:
        return RendererHelper(name=None, package=package, registry=registry)
    return renderer


def relate_template(registry: AnyRegistry, facts: Iterable[Introspectable], renderer: Any) -> None:
    """Relate the fact of a template to its renderer factory, when there is one, and let the factory get ready.

    A renderer without a factory is an error of the request, not of the configuration: an add-on may come later.
    """
    introspector = getattr(registry, "introspector", None)
    templates = [fact for fact in facts if fact.category_name == "templates"]
    if not templates:
        return
    prepare = getattr(registry.queryUtility(IRendererFactory, name=renderer.type), "prepare", None)
    if prepare is not None:
        prepare()
    if introspector and introspector.get("renderer factories", renderer.type) is not None:
        templates[0].relate("renderer factories", renderer.type)


def isexception(o: Any) -> bool:
    """Tell whether ``o`` is an exception, its class, or an interface of exceptions."""
    if IInterface.providedBy(o):
        return bool(IException.isEqualOrExtendedBy(o))
    return isinstance(o, Exception) or (isinstance(o, type) and issubclass(o, Exception))


def runtime_exc_view(view: Any, excview: Any) -> Any:
    """Return one callable for a view and its exception view: the request tells which of them is meant."""

    def chosen(request: AnyRequest) -> Any:
        return excview if getattr(request, "exception", None) else view

    def either_view(context: Context, request: AnyRequest) -> AnyResponse:
        return chosen(request)(context, request)

    def ask(name: str) -> Callable[[Any, Any], Any]:
        def asked(context: Context, request: AnyRequest) -> Any:
            function = getattr(chosen(request), name, None)
            return None if function is None else function(context, request)

        return asked

    either: Any = either_view
    either.__wraps__ = either
    either.__original_view__ = getattr(view, "__original_view__", view)
    either.__module__, either.__doc__, either.__name__ = view.__module__, view.__doc__, view.__name__
    either.__accept__ = getattr(view, "__accept__", None)
    either.__order__ = getattr(view, "__order__", MAX_ORDER)
    either.__phash__ = getattr(view, "__phash__", DEFAULT_PHASH)
    either.__view_attr__ = getattr(view, "__view_attr__", None)
    either.__permission__ = getattr(view, "__permission__", None)
    for name in ("__call_permissive__", "__permitted__", "__predicated__", "__predicates__"):
        setattr(either, name, ask(name))
    return either


def viewdefaults(wrapped: Callable[..., Any]) -> Callable[..., Any]:
    """Make a directive of an add-on honour ``view_defaults`` of the class that it is given."""

    @functools.wraps(wrapped)
    def directive(self: AnyConfig, *args: Any, **kw: Any) -> Any:
        view = self.maybe_dotted(args[0] if args else kw.get("view"))
        defaults = getattr(view, "__view_defaults__", {}) if isinstance(view, type) else {}
        return wrapped(self, *args, **{"_backframes": 1, **defaults, **kw})

    return directive
