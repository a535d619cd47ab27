"""Decorators that say a view where it stands, and the functions that call a view by its name.

A decorator does nothing but leave a note (through venusian); ``config.scan`` reads the notes and says the statement
that each stands for. `view_config` and its kin say a view; `route`, `get`, `post`, ... say the view together with its
route.
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable, Iterable, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from goldilocks.encode import sendable_query
from goldilocks.exceptions import ConfigurationError
from goldilocks.httpexceptions import HTTPTemporaryRedirect, default_exceptionresponse_view
from goldilocks.interfaces import IRoutesMapper
from goldilocks.late import LateAttribute, late_module
from goldilocks.names import VENUSIAN_CATEGORY
from goldilocks.traversal.paths import requested_path
from goldilocks.urldispatch import RoutesMapper
from goldilocks.util import object_description
from goldilocks.viewcalls import (
    ViewMethodsMixin,
    _call_view,
    _find_views,
    render_view,
    render_view_to_iterable,
    render_view_to_response,
)

if TYPE_CHECKING:
    import venusian

    from goldilocks.types import AnyRequest, AnyResponse, AnyView, Context
else:
    # PERF: import: not everybody decorates
    venusian = late_module("venusian", globals())

__all__ = [
    "AppendSlashNotFoundViewFactory",
    "ViewMethodsMixin",
    "_call_view",
    "_find_views",
    "append_slash_notfound_view",
    "bfg_view",
    "delete",
    "exception_view_config",
    "forbidden_view_config",
    "get",
    "notfound_view_config",
    "patch",
    "post",
    "put",
    "render_view",
    "render_view_to_iterable",
    "render_view_to_response",
    "route",
    "view_config",
    "view_defaults",
]

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class _Note:
    """What every decorator of this file does: leave a note of its keywords at what it decorates.

    Two keywords are for those who build decorators on these: ``_depth`` (how many frames stand between) and
    ``_category`` (another venusian category).
    """

    #: The directive that the note will say.
    directive: ClassVar[str] = "add_view"

    #: COMPAT: view_config.venusian; tests and add-ons put a stand-in here
    venusian: ClassVar[Any] = LateAttribute("venusian")

    def __init__(self, **settings: Any) -> None:
        self.__dict__.update(settings)

    def __call__(self, wrapped: Decorated) -> Decorated:
        """Leave the note; return what was decorated as it is."""
        settings = dict(self.__dict__)
        depth = settings.pop("_depth", 0)
        category = settings.pop("_category", VENUSIAN_CATEGORY)

        def callback(context: Any, name: str, ob: Any) -> None:
            self.say(context, info.module, ob, settings)

        info = self.venusian.attach(wrapped, callback, category=category, depth=depth + 1)
        if info.scope == "class" and settings.get("attr") is None:
            settings["attr"] = wrapped.__name__
        settings.setdefault("_info", info.codeinfo)
        return wrapped

    def say(self, context: Any, module: ModuleType, view: Any, settings: dict[str, Any]) -> None:
        """Say the statement to ``context.config``; called by the scan."""
        config = context.config.with_package(module)
        getattr(config, self.directive)(view=view, **settings)


class view_config(_Note):
    """Say ``config.add_view`` for the decorated function, class or method, with the same keywords.

    >>> from goldilocks.response import Response
    >>> @view_config(name="hello", request_method="GET")
    ... def hello(request):
    ...     return Response("hello")
    """

    def __init__(self, **settings: Any) -> None:
        if settings.get("context") is None and "for_" in settings:
            settings["context"] = settings["for_"]
        super().__init__(**settings)
        frame = sys._getframe(1 + settings.get("_depth", 0))
        code = frame.f_code
        source = linecache.getline(code.co_filename, frame.f_lineno).strip()
        self._info = (code.co_filename, frame.f_lineno, code.co_name, source)


#: COMPAT: view.bfg_view, its name in the framework's youth
bfg_view = view_config


class notfound_view_config(_Note):
    """Say ``config.add_notfound_view`` for what is decorated."""

    directive = "add_notfound_view"


class forbidden_view_config(_Note):
    """Say ``config.add_forbidden_view`` for what is decorated."""

    directive = "add_forbidden_view"


class exception_view_config(_Note):
    """Say ``config.add_exception_view`` for what is decorated; the exception type may stand first."""

    directive = "add_exception_view"

    def __init__(self, *args: Any, **settings: Any) -> None:
        if args and "context" not in settings:
            settings["context"], *args = args  # type: ignore[assignment]  # what is left over is an error
        if args:
            raise ConfigurationError(f"unknown positional arguments: {', '.join(map(repr, args))}")
        super().__init__(**settings)


def view_defaults(**settings: Any) -> Callable[[type], type]:
    """Give a class keywords that hold for every view said on it, where the view doesn't say otherwise."""

    def decorate(wrapped: type) -> type:
        wrapped.__view_defaults__ = settings  # type: ignore[attr-defined]
        return wrapped

    return decorate


#: Keywords of the decorators below that belong to the route; all others belong to the view.
ROUTE_OPTIONS = frozenset({"factory", "traverse", "pregenerator", "use_global_views", "inherit_slash"})


class route(_Note):
    """Say a route and the view on it at once.

    One pattern is one route, however many methods are said on it. The routes of one scan stand where ``scan`` was
    called; among them the more specific pattern is tried first, so that no order of modules or lines matters.

    Args:
        pattern: in the pattern language of ``config.add_route``.
        methods: the request methods that the view answers; all by default.
        name: the route's name; by default it is the pattern itself, with its route prefix.
        options: ``factory``, ``traverse``, ``pregenerator``, ``use_global_views`` and ``inherit_slash`` are for the
            route, all others for the view, as in ``config.add_view``.

    Raises:
        ConfigurationError: there is no pattern, or an option that contradicts what the decorator says itself.

    >>> @route("/hello/{name}", methods=("GET", "POST"), renderer="json")
    ... def hello(request):
    ...     return {"hello": request.matchdict["name"]}
    """

    def __init__(
        self,
        pattern: str,
        *,
        methods: str | Iterable[str] | None = None,
        name: str | None = None,
        **options: Any,
    ) -> None:
        decorator = f"@{type(self).__name__}"
        if not isinstance(pattern, str):
            raise ConfigurationError(
                f"{decorator} takes the route's pattern first, as in {decorator}('/hello'); this is "
                f"{_described(pattern)}"
            )
        if "route_name" in options:
            raise ConfigurationError(
                f"{decorator}({pattern!r}) says its own route: name={options['route_name']!r} names it; for a route "
                "that config.add_route says there is @view_config"
            )
        if methods is not None and "request_method" in options:
            raise ConfigurationError(
                f"{decorator}({pattern!r}) says its methods ({methods!r}) and request_method "
                f"({options['request_method']!r}): say them once, as in @route({pattern!r}, methods=(...))"
            )
        self._said = (pattern, name)
        if methods is not None:
            options["request_method"] = methods if isinstance(methods, str) else tuple(methods)
        super().__init__(**options)

    def say(self, context: Any, module: ModuleType, view: Any, settings: dict[str, Any]) -> None:
        """Hand the note to the scan, which says all its routes in one go; without a scan, say it now."""
        settings = dict(settings)
        pattern, name = settings.pop("_said")
        options = {key: settings.pop(key) for key in ROUTE_OPTIONS & settings.keys()}
        note = DecoratedRoute(context.config.with_package(module), pattern, name, options, view, settings)
        gathered = getattr(context, "decorated_routes", None)
        if gathered is None:
            say_decorated_routes([note])
        else:
            gathered.append(note)


class DecoratedRoute:
    """A route and a view as a decorator said them."""

    def __init__(
        self,
        config: Any,
        pattern: str,
        name: str | None,
        options: dict[str, Any],
        view: AnyView,
        settings: dict[str, Any],
    ) -> None:
        self.config = config
        self.pattern = pattern
        self.name = name
        self.options = options
        self.view = view
        self.settings = settings

    @property
    def spelled(self) -> str:
        """The pattern as it is compared with others: with its leading slash, unless it is the route prefix itself."""
        if self.pattern == "" and self.options.get("inherit_slash"):
            return ""
        return "/" + self.pattern.removeprefix("/")

    @property
    def place(self) -> str:
        """Where it was said, for people."""
        file, line = self.settings["_info"][:2]
        return f"{file}, line {line}"


def say_decorated_routes(
    notes: Sequence[DecoratedRoute], specificity: Callable[[str], Any] = lambda pattern: pattern
) -> None:
    """Say routes and views that decorators noted: one route a pattern, the more specific first.

    Args:
        notes: in any order.
        specificity: ranks patterns.

    Raises:
        ConfigurationError: two notes on one pattern want different names or options for the route.
    """
    by_pattern: dict[str, list[DecoratedRoute]] = {}
    for note in notes:
        by_pattern.setdefault(note.spelled, []).append(note)
    for pattern in sorted(by_pattern, key=specificity):
        group = sorted(by_pattern[pattern], key=lambda note: note.settings["_info"][:2])
        route_name = _agreed(group, "name", lambda note: note.name) or _derived_name(group[0].config, pattern)
        options: dict[str, Any] = {}
        for option in sorted(ROUTE_OPTIONS):
            value = _agreed(group, option, lambda note: note.options.get(option))  # noqa: B023 - called at once
            if value is not None:
                options[option] = value
        # a dotted name of a factory is relative to the module that says it
        speaker = next((note for note in group if "factory" in note.options), group[0])
        speaker.config.add_route(route_name, speaker.pattern, _info=speaker.settings["_info"], **options)
        for note in group:
            note.config.add_view(note.view, route_name=route_name, **note.settings)


def _described(value: Any) -> str:
    code = getattr(value, "__code__", None)
    place = "" if code is None else f" ({code.co_filename}, line {code.co_firstlineno})"
    return f"{object_description(value)}{place}"


def _derived_name(config: Any, pattern: str) -> str:
    return pattern if not config.route_prefix else f"/{config.route_prefix.strip('/')}{pattern}"


def _agreed(group: list[DecoratedRoute], what: str, value_of: Callable[[DecoratedRoute], Any]) -> Any:
    """Return the one value that the notes on a pattern say, or ``None`` when they say nothing."""
    said = [note for note in group if value_of(note) is not None]
    for note in said[1:]:
        if value_of(note) != value_of(said[0]):
            raise ConfigurationError(
                f"one pattern is one route, but {note.pattern!r} has two values for {what!r}: "
                f"{value_of(said[0])!r} ({said[0].place}) and {value_of(note)!r} ({note.place}); "
                "say it once, or use two patterns"
            )
    return value_of(said[0]) if said else None


class _MethodRoute(route):
    """`route` for one request method."""

    method: ClassVar[str]

    def __init__(self, pattern: str, *, name: str | None = None, **options: Any) -> None:
        super().__init__(pattern, methods=self.method, name=name, **options)


class get(_MethodRoute):
    """Say a route and the view that answers ``GET`` (and ``HEAD``) on it; see `route`."""

    method = "GET"


class post(_MethodRoute):
    """Say a route and the view that answers ``POST`` on it; see `route`."""

    method = "POST"


class put(_MethodRoute):
    """Say a route and the view that answers ``PUT`` on it; see `route`."""

    method = "PUT"


class patch(_MethodRoute):
    """Say a route and the view that answers ``PATCH`` on it; see `route`."""

    method = "PATCH"


class delete(_MethodRoute):
    """Say a route and the view that answers ``DELETE`` on it; see `route`."""

    method = "DELETE"


class AppendSlashNotFoundViewFactory:
    """Makes a not-found view that redirects to the same path with a slash, where a route matches that.

    Args:
        notfound_view: answers when no route does.
        redirect_class: the response that redirects.
    """

    def __init__(
        self,
        notfound_view: Callable[[Any, Any], Any] | None = None,
        redirect_class: Any = HTTPTemporaryRedirect,
    ) -> None:
        self.notfound_view = default_exceptionresponse_view if notfound_view is None else notfound_view
        self.redirect_class = redirect_class

    def __call__(self, context: Context, request: AnyRequest) -> AnyResponse:
        """Redirect, or answer as the not-found view does."""
        path = requested_path(request)
        mapper = request.registry.queryUtility(IRoutesMapper)
        if mapper is not None and not path.endswith("/"):
            slashed = path + "/"
            if any(route.match(slashed) is not None for route in _candidates(mapper, slashed)):
                return self.redirect_class(location=_slashed_location(request))
        return self.notfound_view(context, request)


def _candidates(mapper: Any, path: str) -> Iterable[Any]:
    """Return the routes that may match a path; all of them, if the mapper isn't ours."""
    # PERF: not found, 5000 routes: a miss must not try them all
    return mapper.table.candidates(path) if isinstance(mapper, RoutesMapper) else mapper.get_routes()


def _slashed_location(request: AnyRequest) -> str:
    """Return the request's path with a slash, and its query; never a second authority."""
    # SPEC: RFC 3986, 4.2: what begins with two slashes names a host
    query = request.query_string
    path = "/" + request.path.lstrip("/") + "/"
    return f"{path}?{sendable_query(query)}" if query else path


#: A not-found view that appends the slash, else answers as the default one does.
append_slash_notfound_view = AppendSlashNotFoundViewFactory()
