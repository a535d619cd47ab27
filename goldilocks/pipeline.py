"""How a view callable becomes the view that runs: stages, composed once.

A stage is a *guard* (runs before the view and may raise), a *finisher* (takes what the view returned and returns
something else) or an *around* (takes the view and returns another: the protocol of a view deriver). Which stages a
view has is decided when it is said; a stage that the view doesn't want is not there and costs nothing. Guards and
finishers never wait for anything, so that they serve a view that does as well as one that doesn't.

A view is composed from the inside out. Neighbouring guards and finishers share one call; an around stands alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import FunctionType
from typing import TYPE_CHECKING, Any, Literal

from zope.interface import implementer, provider

from goldilocks.decorator import reify
from goldilocks.exceptions import ConfigurationError, PredicateMismatch
from goldilocks.interfaces import IViewDeriverInfo, IViewMapper, IViewMapperFactory
from goldilocks.util import is_bound_method, is_routine, is_unbound_method, object_description, takes_one_arg
from goldilocks.viewtable import DEFAULT_PHASH, MAX_ORDER, ViewEntry

if TYPE_CHECKING:
    from types import ModuleType

    from goldilocks.types import (
        AnyRegistry,
        AnyRequest,
        AnyResponse,
        AnyView,
        Context,
        Predicate,
        Settings,
        View,
    )

#: Runs before the view; raises to refuse the request.
Guard = Callable[[Any, Any], None]

#: Takes (result, context, request), returns what takes the result's place. With an attribute ``ready`` it says of which
#: class a result is that it would return as it is.
Finisher = Callable[[Any, Any, Any], Any]

#: Attributes that a wrapped view hands on to what wraps it.
PRESERVED = (
    "__permitted__",
    "__call_permissive__",
    "__permission__",
    "__predicated__",
    "__predicates__",
    "__accept__",
    "__order__",
    "__text__",
)


@implementer(IViewDeriverInfo)
class ViewInfo:
    """What a stage may know of the view that it is made for.

    Attributes:
        original_view: what the application passed.
        registry: the record.
        package: what relative names are relative to.
        predicates: as they were made.
        exception_only: whether this view is derived for exceptions.
        options: everything that was said of the view.
        order: its rank among views told apart by predicates.
        phash: the hash of its predicates.
    """

    def __init__(
        self,
        view: AnyView,
        registry: AnyRegistry,
        package: ModuleType | None,
        predicates: Sequence[Predicate] | None,
        exception_only: bool,
        options: dict[str, Any] | None,
        order: int = MAX_ORDER,
        phash: str = DEFAULT_PHASH,
    ) -> None:
        self.original_view = view
        self.registry = registry
        self.package = package
        self.predicates = predicates or []
        self.exception_only = exception_only
        self.options = options or {}
        self.order = order
        self.phash = phash

    @reify
    def settings(self) -> Settings:
        """The deployment settings."""
        return self.registry.settings


class Stage:
    """One stage of the pipeline; called with (view, info), it is a view deriver like any other.

    Attributes:
        name: its anchor: other stages stand ``under`` or ``over`` it.
        kind: what ``make`` returns.
        make: called at commit with the `ViewInfo` (an around: with the view and the info); returns the guard, the
            finisher or the view around, or ``None`` when this view doesn't want the stage.
        options: the keywords of ``add_view`` that it understands.
    """

    __slots__ = ("kind", "make", "name", "options")

    def __init__(
        self,
        name: str,
        kind: Literal["guard", "finish", "around"],
        make: Callable[..., Any],
        options: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.kind = kind
        self.make = make
        self.options = options

    @property
    def __name__(self) -> str:
        return self.name

    def __call__(self, view: View, info: ViewInfo) -> View:
        """Derive ``view`` by this stage alone, as any view deriver does."""
        return _Composition(view).under(self.name, self, info).sealed()


def guard(name: str, *options: str) -> Callable[[Callable[[ViewInfo], Guard | None]], Stage]:
    """Make a stage that runs before the view; a guard with an attribute ``permits`` asks for a permission."""
    return lambda make: Stage(name, "guard", make, options)


def finisher(name: str, *options: str) -> Callable[[Callable[[ViewInfo], Finisher | None]], Stage]:
    """Make a stage that takes what the view returned."""
    return lambda make: Stage(name, "finish", make, options)


def around(name: str, *options: str) -> Callable[[Callable[[Any, ViewInfo], Any]], Stage]:
    """Make a stage that takes the view and returns another one around it."""
    return lambda make: Stage(name, "around", make, options)


class _Composition:
    """A view on its way: what is composed so far, and the guards and finishers that wait to be sealed around it."""

    def __init__(self, view: Any) -> None:
        self.view = view
        self.guards: list[Guard] = []
        self.finishers: list[Finisher] = []
        self.stages: list[str] = []
        #: Everything inside the permission guard, once that is passed; and the guard itself.
        self.open_view: Any = None
        self.permission_guard: Any = None
        #: What `sealed` returns, once that is known.
        self.seal: Any = view

    def under(self, name: str, deriver: Any, info: ViewInfo) -> _Composition:
        """Put the next stage around what is there; ``deriver`` is a `Stage` or any callable of (view, info)."""
        if not isinstance(deriver, Stage):
            inner = self.sealed()
            self._wrap(name, inner, deriver(inner, info))
        elif deriver.kind == "around":
            inner = self.sealed()
            wrapped = deriver.make(inner, info)
            if wrapped is not None:
                self._wrap(name, inner, wrapped)
        else:
            made = deriver.make(info)
            if made is not None:
                self._add(name, deriver.kind, made)
        return self

    def _wrap(self, name: str, inner: Any, wrapped: Any) -> None:
        if wrapped is not inner:
            self.stages.insert(0, name)
        self.view = self.seal = preserve_view_attrs(inner, wrapped)
        self.guards, self.finishers = [], []

    def _add(self, name: str, kind: str, made: Any) -> None:
        if kind == "finish":
            self.finishers.append(made)
        else:
            if hasattr(made, "permits"):
                self.open_view, self.permission_guard = self.sealed(), made
            self.guards.insert(0, made)
        self.stages.insert(0, name)
        self.seal = None

    def sealed(self) -> Any:
        """Return what is composed so far as one callable."""
        # PERF: build of 10,000 routes and views: a stage that looks at the view and doesn't want it changes nothing
        if self.seal is not None:
            return self.seal
        sealed = preserve_view_attrs(self.view, _seal(self.view, tuple(self.guards), tuple(self.finishers)))
        if self.permission_guard in self.guards:
            sealed.__call_permissive__ = self.open_view
            sealed.__permitted__ = self.permission_guard.permits
            sealed.__permission__ = self.permission_guard.permission
        self.seal = sealed
        return sealed


def _seal(view: Any, guards: tuple[Guard, ...], finishers: tuple[Finisher, ...]) -> Any:
    """Return one callable for guards, view and finishers, with no more calls than there are stages."""
    if len(finishers) == 1:
        return _guarded(view, guards, *finishers) if guards else _finished(view, *finishers)

    def staged_view(context: Context, request: AnyRequest) -> AnyResponse:
        for check in guards:
            check(context, request)
        result = view(context, request)
        for finish in finishers:
            result = finish(result, context, request)
        return result

    return staged_view


def _finished(view: Any, finish: Finisher) -> Any:
    """Return one callable for a view and what finishes it."""
    # PERF: hello, json: most views take the request, and have a renderer or return a response and nothing else
    function = _taking_request(view)
    ready = getattr(finish, "ready", None)
    if function is None:

        def finished_view(context: Context, request: AnyRequest) -> AnyResponse:
            result = view(context, request)
            return result if result.__class__ is ready else finish(result, context, request)

    else:

        def finished_view(context: Context, request: AnyRequest) -> AnyResponse:
            result = function(request)
            return result if result.__class__ is ready else finish(result, context, request)

        if ready is not None:
            finished_view.__parts__ = (finished_view, function, finish)  # type: ignore[attr-defined]
    return finished_view


def _guarded(view: Any, guards: tuple[Guard, ...], finish: Finisher) -> Any:
    """Return one callable for guards, a view and what finishes it."""
    # PERF: acl, csrf: as above
    function = _taking_request(view)
    ready = getattr(finish, "ready", None)
    if function is None:

        def guarded_view(context: Context, request: AnyRequest) -> AnyResponse:
            for check in guards:
                check(context, request)
            result = view(context, request)
            return result if result.__class__ is ready else finish(result, context, request)

    else:

        def guarded_view(context: Context, request: AnyRequest) -> AnyResponse:
            for check in guards:
                check(context, request)
            result = function(request)
            return result if result.__class__ is ready else finish(result, context, request)

    return guarded_view


def taken_apart(view: Any) -> tuple[Callable[[AnyRequest], Any], Finisher] | tuple[None, None]:
    """Return the function of the request that a view consists of, and what finishes its result.

    Both are ``None`` for a view that consists of something else. Where the function returns a response of our own class,
    it is finished.
    """
    # who wraps a view may copy our attributes onto the wrapper; so the parts say to whom they belong
    owner, function, finish = getattr(view, "__parts__", (None, None, None))
    return (function, finish) if owner is view else (None, None)


def _taking_request(view: Any) -> Any:
    """Return the function behind a view that does nothing but call it with the request, if there is one."""
    # who wraps a view may copy our attributes onto the wrapper; so the pair says to whom it belongs
    owner, function = getattr(view, "__takes_request__", (None, None))
    return function if owner is view else None


def compose(info: ViewInfo, derivers: Sequence[tuple[str, Any]]) -> View:
    """Compose a view from its stages, and put its predicates in front.

    Args:
        info: the view.
        derivers: (name, stage or foreign deriver), the outermost first.

    Returns:
        What stands in the record. It carries its `ViewEntry` as ``__entry__``, and the attributes that Pyramid
        documents; where nothing was wrapped, it is the very object that the application passed.
    """
    composition = _Composition(info.original_view)
    for name, deriver in reversed(derivers):
        composition.under(name, deriver, info)
    call = composition.sealed()
    predicates = tuple(info.predicates)
    derived = preserve_view_attrs(call, _predicated(call, predicates)) if predicates else call
    derived = _with_rank(derived, info)
    if derived is not info.original_view:
        entry = ViewEntry(
            derived=derived,
            call=call,
            open_call=getattr(call, "__call_permissive__", call),
            original=info.original_view,
            predicates=predicates,
            order=info.order,
            phash=info.phash,
            accept=info.options.get("accept"),
            permits=getattr(call, "__permitted__", None),
            stages=tuple(composition.stages),
        )
        derived.__entry__ = entry
        if info.options.get("require_csrf") is False:
            derived.__allows_cross_origin__ = True
    return derived


def _predicated(call: Any, predicates: tuple[Any, ...]) -> Any:
    """Return the view with its predicates in front, for a caller who hasn't checked them."""
    name = getattr(call, "__name__", call)

    def predicated_view(context: Context, request: AnyRequest) -> AnyResponse:
        for predicate in predicates:
            if not predicate(context, request):
                raise PredicateMismatch(f"predicate mismatch for view {name} ({predicate.text()})")
        return call(context, request)

    def holds(context: Context, request: AnyRequest) -> bool:
        return all(predicate(context, request) for predicate in predicates)

    predicated_view.__predicated__ = holds  # type: ignore[attr-defined]
    predicated_view.__predicates__ = list(predicates)  # type: ignore[attr-defined]  # COMPAT: it is a list there
    return predicated_view


def _with_rank(view: Any, info: ViewInfo) -> Any:
    """Return the view with the attributes by which a set ranks it; never written onto the application's object."""
    accept = info.options.get("accept")
    if accept is None and info.order == MAX_ORDER and info.phash == DEFAULT_PHASH:
        return view
    if view is info.original_view:
        bare = view

        def ranked_view(context: Context, request: AnyRequest) -> AnyResponse:
            return bare(context, request)

        view = preserve_view_attrs(bare, ranked_view)
    view.__accept__ = accept
    view.__order__ = info.order
    view.__phash__ = info.phash
    view.__view_attr__ = info.options.get("attr")
    view.__permission__ = info.options.get("permission")
    return view


def preserve_view_attrs(view: Any, wrapper: Any) -> Any:
    """Let ``wrapper`` look like the view that it wraps; return it."""
    if view is None or wrapper is view:
        return wrapper
    original = getattr(view, "__original_view__", None)
    wrapper.__wraps__ = view
    wrapper.__original_view__ = view if original is None else original
    wrapper.__module__ = view.__module__
    wrapper.__doc__ = view.__doc__
    wrapper.__name__ = getattr(view, "__name__", None) or repr(view)
    if view.__class__ is FunctionType and not view.__dict__:
        return wrapper  # PERF: build of 10,000 routes and views: a view that an application has just written
    for name in PRESERVED:
        value = getattr(view, name, wrapper)
        if value is not wrapper:
            setattr(wrapper, name, value)
    return wrapper


def wraps_view(wrapper: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Make a deriver whose result looks like the view that it wraps."""

    def deriver(view: Any, info: Any) -> Any:
        return preserve_view_attrs(view, wrapper(view, info))

    return deriver


def requestonly(view: AnyView, attr: str | None = None) -> bool:
    """Tell whether a view (or its method ``attr``) takes the request alone."""
    return bool(takes_one_arg(view, attr=attr, argname="request"))


def view_description(view: AnyView) -> str:
    """Return words for people to recognise a view."""
    text: str | None = getattr(view, "__text__", None)
    return object_description(view) if text is None else text


def view_text(view: AnyView, attr: str | None) -> str:
    """Return words for people to recognise a view by, as the default mapper writes them onto what it makes."""
    described = object_description(view)
    if isinstance(view, type):
        return f"method {attr or '__call__'} of {described}"
    return described if attr is None else f"attr {attr} of {described}"


@implementer(IViewMapper)
@provider(IViewMapperFactory)
class DefaultViewMapper:
    """Maps a view as an application writes it to one that takes (context, request).

    A view is a function, a method, an instance or a class; it takes the request, or context and request; a class is
    made anew for each request and then called, or its method ``attr``.

    Args:
        kw: the view's options; ``attr`` is used.
    """

    def __init__(self, **kw: Any) -> None:
        self.attr: str | None = kw.get("attr")

    def __call__(self, view: AnyView) -> View:
        """Return the mapped view; ``view`` itself where it needs no mapping."""
        if is_unbound_method(view) and self.attr is None:
            raise ConfigurationError(
                f"{object_description(view)} is a method without its object: unbound method calls are not supported, "
                "please set the class as your `view` and the method as your `attr`"
            )
        return self.map_class(view) if isinstance(view, type) else self.map_nonclass(view)

    # COMPAT: monitors wrap these methods on the class, and mappers of add-ons override them

    def map_class(self, view: Any) -> View:
        """Map a class, of which an instance is made for each request."""
        is_requestonly = requestonly(view, self.attr)
        mapped = self.map_class_requestonly(view) if is_requestonly else self.map_class_native(view)
        mapped.__text__ = view_text(view, self.attr)  # type: ignore[attr-defined]
        return mapped

    def map_nonclass(self, view: Any) -> View:
        """Map a function, a method or an instance."""
        attr = self.attr
        mapped: Any = view
        if requestonly(view, attr):
            mapped = self.map_nonclass_requestonly(view)
        elif attr:
            mapped = self.map_nonclass_attr(view)
        elif is_bound_method(view):

            def method_view(context: Context, request: AnyRequest) -> AnyResponse:
                return view(context, request)

            mapped = method_view  # attributes can't be written onto a bound method
        if is_routine(mapped):
            mapped.__text__ = view_text(view, attr)  # functions take attributes, bound methods are wrapped
        return mapped

    def map_class_requestonly(self, view: Any) -> View:
        """Map a class that is made of the request."""
        attr = self.attr or "__call__"

        def class_view(context: Context, request: AnyRequest) -> AnyResponse:
            request.__view__ = instance = view(request)
            return getattr(instance, attr)()

        return class_view

    def map_class_native(self, view: Any) -> View:
        """Map a class that is made of context and request."""
        attr = self.attr or "__call__"

        def class_view(context: Context, request: AnyRequest) -> AnyResponse:
            request.__view__ = instance = view(context, request)
            return getattr(instance, attr)()

        return class_view

    def map_nonclass_requestonly(self, view: Any) -> View:
        """Map what takes the request alone."""
        attr = self.attr
        if attr is None:

            def requestonly_view(context: Context, request: AnyRequest) -> AnyResponse:
                return view(request)

            requestonly_view.__takes_request__ = (requestonly_view, view)  # type: ignore[attr-defined]
        else:

            def requestonly_view(context: Context, request: AnyRequest) -> AnyResponse:
                return getattr(view, attr)(request)

        return requestonly_view

    def map_nonclass_attr(self, view: Any) -> View:
        """Map what has a method that takes context and request."""
        attr: Any = self.attr

        def attr_view(context: Context, request: AnyRequest) -> AnyResponse:
            return getattr(view, attr)(context, request)

        return attr_view
