"""A route: a named pattern, and what goes with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from zope.interface import implementer

from goldilocks.changes import changes
from goldilocks.interfaces import IRoute
from goldilocks.routepattern import (
    CompiledPattern,
    Generator,
    Matcher,
    SimplePattern,
    compile_pattern,
)
from goldilocks.types import AnyRequest, InterfaceSpec, Predicate

#: A route: ours, or any object with ``name``, ``match`` and ``predicates`` that somebody put into a mapper's list.
AnyRoute: TypeAlias = Any

#: What others may have remembered of a route.
_COUNTED = frozenset(("factory", "predicates"))


@implementer(IRoute)
class Route:
    """A named pattern, and what goes with it.

    All attributes may be written to. A new ``pattern`` is only shown and doesn't change what the route matches or
    makes (COMPAT: add-ons write to it and back); a new ``match`` or ``generate`` counts at once.

    Attributes:
        name: under which other code asks for the route.
        pattern: what was said.
        path: the same; its older name.
        factory: makes the root for requests that match, or ``None``.
        predicates: each is called with ``{"match": ..., "route": ...}`` and the request, and all must hold.
        request_iface: what a request that matches provides, once the Configurator has said it.

    Raises:
        RoutePatternError: the pattern can't be understood.
    """

    compiled: CompiledPattern | SimplePattern
    name: str
    pattern: str
    path: str
    predicates: Sequence[Predicate]

    #: Whether nobody has replaced ``generate``.
    makes_as_said = True

    # PERF: build of 10,000 routes and views: most routes have none of these
    factory: Callable[[AnyRequest], Any] | None = None
    request_iface: InterfaceSpec | None = None
    _pregenerator: Callable[..., Any] | None = None
    _generate: Generator | None = None
    _match: Matcher | None = None
    #: Predicates, and which methods they let pass, if these are all that they ask for.
    known_methods: tuple[list[Predicate], frozenset[Any] | None] | None = None

    def __init__(
        self,
        name: str,
        pattern: str,
        factory: Callable[[AnyRequest], Any] | None = None,
        predicates: Sequence[Predicate] = (),
        pregenerator: Callable[..., Any] | None = None,
    ) -> None:
        write = super().__setattr__  # what nobody knows doesn't change
        write("compiled", compile_pattern(pattern))
        write("name", name)
        write("pattern", pattern)
        write("path", pattern)
        write("predicates", predicates)
        if factory is not None:
            write("factory", factory)
        if pregenerator is not None:
            write("_pregenerator", pregenerator)

    def __setattr__(self, name: str, value: Any) -> None:
        """Let a new factory and new predicates count at once."""
        object.__setattr__(self, name, value)
        if name in _COUNTED:
            changes.count += 1

    @property
    def match(self) -> Matcher:
        """Takes a decoded path and returns what stands at the pattern's names, or ``None`` if the path doesn't fit."""
        return self.compiled.match if self._match is None else self._match

    @match.setter
    def match(self, matcher: Matcher) -> None:
        self._match = matcher
        changes.note_routes()

    @property
    def generate(self) -> Generator:
        """Takes values for the pattern's names and returns a quoted path."""
        if self._generate is None:  # COMPAT: Route.generate is a function; most are never asked for
            make_path = self.compiled.generate

            def generate(kw: Mapping[str, Any]) -> str:
                return make_path(kw)

            self._generate = generate
        return self._generate

    @generate.setter
    def generate(self, generator: Generator) -> None:
        self._generate = generator
        self.makes_as_said = False
        changes.count += 1

    @property
    def pregenerator(self) -> Callable[..., Any] | None:
        """May change what a path is made of, or ``None``."""
        return self._pregenerator

    @pregenerator.setter
    def pregenerator(self, pregenerator: Callable[..., Any] | None) -> None:
        self._pregenerator = pregenerator
        changes.count += 1


def _compile_route(route: str | bytes) -> tuple[Matcher, Generator]:
    """Return what matches and what makes the paths of a pattern."""
    compiled = compile_pattern(route)
    return compiled.match, compiled.generate
