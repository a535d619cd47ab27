"""Lists of predicates: what ``request_method="GET"`` in a statement becomes.

For each of views, routes and subscribers there is one `PredicateList` in the record. It knows the names that may be said,
how they weigh against each other, and makes of the values in one statement three things: the predicates in the order
in which they are asked, a number by which statements for the same place are tried one after another, and a hash
by which equal statements are known.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar, Self

from goldilocks.config.mistakes import check_verdict, refuses_mistakes
from goldilocks.config.statement import Scope, Statement, directive
from goldilocks.exceptions import ConfigurationError
from goldilocks.interfaces import PHASE1_CONFIG, IPredicateList
from goldilocks.late import late_module
from goldilocks.offers import normalize_accept_offer, sort_accept_offers
from goldilocks.ordering import TopologicalSorter
from goldilocks.path import DottedNameResolver
from goldilocks.predicates import Notted, PredicateFactory
from goldilocks.registry import Introspectable, predvalseq
from goldilocks.util import is_nonstr_iter
from goldilocks.viewtable import DEFAULT_PHASH, MAX_ORDER

if TYPE_CHECKING:
    import difflib
    from types import ModuleType

    from goldilocks.types import AnyConfig, AnyRegistry, Settings
else:
    # PERF: import: only mistakes need it
    difflib = late_module("difflib", globals())


class not_:
    """Turn the value of a predicate round.

    ``request_method=not_("POST")`` holds for every request that isn't a ``POST``. It may stand wherever a
    predicate takes a value: in views, routes and subscribers, in directives and decorators.
    """

    def __init__(self, value: Any) -> None:
        self.value = value


class PredicateInfo:
    """What a predicate may know of the configuration when it is made."""

    def __init__(
        self,
        package: ModuleType | None,
        registry: AnyRegistry,
        settings: Settings | None,
        maybe_dotted: Callable[[Any], Any],
    ) -> None:
        self.package = package
        self.registry = registry
        self.settings = settings
        self.maybe_dotted = maybe_dotted

    @classmethod
    def of(cls, registry: AnyRegistry, scope: Scope) -> Self:
        """Tell what a statement said in ``scope`` may know."""
        resolver = DottedNameResolver(scope.package)
        return cls(scope.package, registry, registry.settings, resolver.maybe_resolve)

    def get_settings(self) -> Settings | None:
        """Return the settings, under the name that the Configurator has for them."""
        return self.settings


class PredicateList:
    """The predicates that one kind of statement knows."""

    def __init__(self) -> None:
        self.sorter = TopologicalSorter()
        self.last_added: str | None = None

    def add(
        self,
        name: str,
        factory: PredicateFactory,
        weighs_more_than: str | Iterable[str] | None = None,
        weighs_less_than: str | Iterable[str] | None = None,
    ) -> None:
        """Make a predicate known, as a rule after those that are cheaper to ask."""
        self.last_added = name
        self.sorter.add(name, factory, after=weighs_more_than, before=weighs_less_than)

    def names(self) -> list[Any]:
        """Return the names that may be said, in the order in which they became known."""
        return self.sorter.names

    def make(self, config: AnyConfig, **kw: Any) -> tuple[int, list[Any], str]:
        """Make the predicates of one statement.

        Args:
            config: a Configurator or a `PredicateInfo`.
            kw: values by name; ``None`` means that nothing was said. A ``predvalseq`` is several values, each of which makes
                a predicate of its own.

        Returns:
            the order (lower ones are tried first), the predicates, the hash.

        Raises:
            ConfigurationError: a name isn't known.
        """
        # PERF: configure_10000_views: most statements say no predicate, or one.
        known = self.sorter.name2val
        if unknown := {name: value for name, value in kw.items() if name not in known}:
            raise ConfigurationError(_unknown(unknown, [name for name, _ in self.sorter.sorted()]))
        said = {name: value for name, value in kw.items() if value is not None and not _is_nothing(value)}
        if not said:
            return MAX_ORDER, [], DEFAULT_PHASH
        info = PredicateInfo(config.package, config.registry, config.get_settings(), config.maybe_dotted)
        score = 0
        predicates: list[Any] = []
        for position, (name, factory) in enumerate(self.sorter.sorted(), start=1):
            if name in said:
                score |= 1 << position
                predicates += _predicates(factory, said[name], info)
        # The more predicates the sooner; among equally many, the heavier the sooner.
        order = (MAX_ORDER - score) // (len(predicates) + 1)
        return order, predicates, _hash_of(predicates)


def _is_nothing(value: Any) -> bool:
    """Tell whether a value is a sequence of predicate values without any."""
    return isinstance(value, predvalseq) and not value


def _predicates(factory: PredicateFactory, values: Any, info: PredicateInfo) -> Iterable[Any]:
    """Make one predicate of each value."""
    for value in values if isinstance(values, predvalseq) else (values,):
        if isinstance(value, not_):
            yield Notted(factory(value.value, info))
        else:
            yield factory(value, info)


def _hash_of(predicates: Iterable[Any]) -> str:
    """Return one hash for all that the predicates give as theirs: a string or several."""
    words: list[str | bytes] = []
    for predicate in predicates:
        phash = predicate.phash()
        words += phash if is_nonstr_iter(phash) and not isinstance(phash, bytes) else (phash,)
    encoded = (word.encode() if isinstance(word, str) else word for word in words if word)
    return sha256(b"\0".join(encoded)).hexdigest()


def _unknown(values: dict[str, Any], known: Sequence[str]) -> str:
    """Say which names aren't known and which may have been meant."""
    # COMPAT: the first words and the bracket are looked for by tests.
    near = [match for name in values for match in difflib.get_close_matches(name, known, 3)]
    hint = f"did you mean {','.join(near)}" if near else f"known are {', '.join(known) or 'none'}"
    return f"Unknown predicate values: {values!r} ({hint})"


def predicate_list(registry: AnyRegistry, kind: str) -> PredicateList:
    """Return the list for ``kind`` ("view", "route", "subscriber"), made at the first question."""
    predlist = registry.queryUtility(IPredicateList, name=kind)
    if predlist is None:
        predlist = PredicateList()
        registry.registerUtility(predlist, IPredicateList, name=kind)
    return predlist


class AddPredicate(Statement):
    """Make a predicate of any kind known.

    Args:
        type: what it is for: "view", "route" or "subscriber".
        name: the keyword under which its value is said in a statement.
        factory: called with the value and a `PredicateInfo`, or a dotted name.
        weighs_more_than: the name of a predicate that is asked before it, or several names.
        weighs_less_than: the name of a predicate that is asked after it, or several names.
    """

    phase = PHASE1_CONFIG

    type: str
    name: str
    factory: Any
    weighs_more_than: str | Iterable[str] | None = None
    weighs_less_than: str | Iterable[str] | None = None

    def resolved(self, config: AnyConfig) -> Self:
        """Find the factory."""
        factory = config.maybe_dotted(self.factory)
        if refuses_mistakes(config.registry):
            check_verdict(f"{self.type} predicate {self.name!r}", factory)
        return self.but(factory=factory)

    def discriminator(self, registry: AnyRegistry, scope: Scope) -> Hashable:
        """Clash with another predicate of this kind and name."""
        return (f"{self.type} option", self.name)

    def facts(self, registry: AnyRegistry, scope: Scope, discriminator: Any) -> Iterable[Introspectable]:
        """Tell of the predicate in its kind's own category."""
        title = f"{self.type} predicate named {self.name}"
        fact = Introspectable(f"{self.type} predicates", discriminator, title, f"{self.type} predicate")
        fact["name"] = self.name
        fact["factory"] = self.factory
        fact["weighs_more_than"] = self.weighs_more_than
        fact["weighs_less_than"] = self.weighs_less_than
        return (fact,)

    def perform(self, registry: AnyRegistry, scope: Scope, facts: tuple[Introspectable, ...]) -> None:
        """Enter it into the list of its kind."""
        predicate_list(registry, self.type).add(
            self.name, self.factory, self.weighs_more_than, self.weighs_less_than
        )


class PredicateStatement(Statement):
    """The base of the directives that make a predicate of one kind known; a subclass says the kind and the docstring."""

    #: What the predicate is for.
    kind: ClassVar[str]

    name: str
    factory: Any
    weighs_more_than: str | Iterable[str] | None = None
    weighs_less_than: str | Iterable[str] | None = None

    def say(self, config: AnyConfig) -> None:
        """Say the general statement."""
        config._add_predicate(
            self.kind,
            self.name,
            self.factory,
            weighs_more_than=self.weighs_more_than,
            weighs_less_than=self.weighs_less_than,
        )


class PredicateTopic:
    """What all kinds of predicates share."""

    _add_predicate = directive(AddPredicate)

    def get_predlist(self: AnyConfig, name: str) -> PredicateList:
        """Return the predicates of one kind: "view", "route" or "subscriber"."""
        return predicate_list(self.registry, name)


PredicateConfiguratorMixin = PredicateTopic


__all__ = [
    "DEFAULT_PHASH",
    "MAX_ORDER",
    "PredicateConfiguratorMixin",
    "PredicateInfo",
    "PredicateList",
    "normalize_accept_offer",
    "not_",
    "predicate_list",
    "predvalseq",
    "sort_accept_offers",
]
