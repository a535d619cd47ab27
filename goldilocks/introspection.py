"""The account of the configuration: what was said, where, and what belongs to what.

A fact is an `Introspectable`: a dict with a category, and a discriminator that names it in the category. The
`Introspector` keeps all facts of a registry, and their relations. It only answers questions; nothing is configured by it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Iterable, Sequence
from operator import attrgetter
from typing import Any

from zope.interface import implementer

from goldilocks.interfaces import IIntrospectable, IIntrospector


class Deferred:
    """A discriminator that can only be computed once earlier phases have been carried out.

    Args:
        func: called without arguments, once; returns the hashable discriminator.
    """

    _is_computed = False
    _value: Hashable = None

    def __init__(self, func: Callable[[], Hashable]) -> None:
        self.func = func

    @property
    def value(self) -> Hashable:
        """The discriminator, computed at the first question."""
        if not self._is_computed:
            self._value = self._compute()
            self._is_computed = True
        return self._value

    def _compute(self) -> Hashable:
        value = self.func()
        del self.func
        return value

    def resolve(self) -> Hashable:
        """Return the discriminator."""
        return self.value


def undefer(v: Any) -> Any:
    """Return ``v``, or what it resolves to when it is a `Deferred`.

    >>> undefer("as it is"), undefer(Deferred(lambda: "computed"))
    ('as it is', 'computed')
    """
    return v.resolve() if isinstance(v, Deferred) else v


class predvalseq(tuple):  # type: ignore[type-arg]  # predicate values are of any type
    """Several values for one predicate, each of which must hold.

    Predicates that get a plain tuple take it as *one* value.
    """


@implementer(IIntrospectable)
class Introspectable(dict):  # type: ignore[type-arg]  # its keys are the category's own
    """One fact about the configuration: a dict with a category, a discriminator and relations to other facts.

    Attributes:
        order: position in the introspector; set when the fact is added.
        action_info: where it was said (file, line); set when the fact is registered.
    """

    # PERF: memory of 10,000 routes and views: a dict that has attributes takes four times as much without these
    __slots__ = (
        *("category_name", "discriminator", "title", "type_name", "order", "action_info"),
        *("_relations", "_source", "__dict__", "__weakref__"),
    )

    title: str
    _relations: list[tuple[bool, str, Any]]
    _source: Any

    def __init__(self, category_name: str, discriminator: Any, title: str, type_name: str) -> None:
        self.category_name = category_name
        self.discriminator = discriminator
        self.title = title
        self.type_name = type_name
        self.order = 0
        self.action_info: Any = None
        self._relations = []

    def relate(self, category_name: str, discriminator: Any) -> None:
        """Say that this fact belongs with another one, which must be known when this one is registered."""
        self._relations.append((True, category_name, discriminator))

    def unrelate(self, category_name: str, discriminator: Any) -> None:
        """Take a relation back."""
        self._relations.append((False, category_name, discriminator))

    @property
    def discriminator_hash(self) -> int:
        """A number that stands for the discriminator, usable in an URL."""
        self._assert_resolved()
        return hash(self.discriminator)

    def register(self, introspector: Introspector, action_info: Any) -> None:
        """Enter the fact and its relations into ``introspector``; called when its action was carried out."""
        self.discriminator = undefer(self.discriminator)
        self.action_info = action_info
        introspector.add(self)
        me = (self.category_name, self.discriminator)
        for belongs, category_name, discriminator in self._relations:
            change = introspector.relate if belongs else introspector.unrelate
            change(me, (category_name, undefer(discriminator)))

    def note(self, *facts: tuple[str, Any]) -> None:
        """Add to what is known, pairs of key and value; a fact that isn't told so far stays untold."""
        self.update(facts)

    def noted(self, name: str, default: Any = None) -> Any:
        """Return what was added by `note`, or ``default``."""
        return self.get(name, default)

    def _assert_resolved(self) -> None:
        assert not isinstance(self.discriminator, Deferred), (
            "the discriminator is not known before registration"
        )

    def __hash__(self) -> int:  # type: ignore[override]  # facts are keys of the introspector's relations
        self._assert_resolved()
        return hash((self.category_name, self.discriminator))

    def __eq__(self, other: object) -> bool:
        # two facts that tell the same of different things are two facts; the introspector's relations rely on it
        if isinstance(other, Introspectable) and self._key() != other._key():
            return False
        return dict.__eq__(self, other)

    def __ne__(self, other: object) -> bool:  # dict brings its own
        return not self == other

    def _key(self) -> tuple[str, Any]:
        return self.category_name, self.discriminator

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        self._assert_resolved()
        return (
            f"<{type(self).__name__} category {self.category_name!r}, discriminator {self.discriminator!r}>"
        )


class UntoldIntrospectable(Introspectable):
    """A fact that is told when somebody looks at it; from then on it is an `Introspectable` like any other.

    Args:
        category_name: of the fact.
        discriminator: of the fact.
        type_name: of the fact.
        source: what it is about; has ``title()``, ``told()``, which returns what the fact holds, and ``kin()``, which
            returns (category, discriminator) of the facts that it belongs with.
    """

    # PERF: memory of 10,000 routes and views: nobody ever looks at most facts
    __slots__ = ()

    def __init__(self, category_name: str, discriminator: Any, type_name: str, source: Any) -> None:
        self.category_name = category_name
        self.discriminator = discriminator
        self.type_name = type_name
        self.order = 0
        self.action_info = None
        self._source = source

    @property
    def title(self) -> str:  # an attribute when told
        """What people recognise it by."""
        return str(self._source.title())

    @title.setter
    def title(self, title: str) -> None:
        self._tell()
        self.title = title

    @property
    def _relations(self) -> list[tuple[bool, str, Any]]:  # type: ignore[override]  # an attribute when told
        self._tell()
        return self._relations

    def register(self, introspector: Introspector, action_info: Any) -> None:
        """Enter the fact and its relations into ``introspector``; called when its action was carried out."""
        discriminator = self.discriminator = undefer(self.discriminator)
        self.action_info = action_info
        introspector.add(self)
        for other in self._source.kin():
            introspector.relate((self.category_name, discriminator), other)

    def note(self, *facts: tuple[str, Any]) -> None:
        """Add to what is known, pairs of key and value; a fact that isn't told so far stays untold."""
        for name, value in facts:
            dict.__setitem__(self, name, value)

    def noted(self, name: str, default: Any = None) -> Any:
        """Return what was added by `note`, or ``default``."""
        return dict.get(self, name, default)

    def wait_for(self, source: Any) -> None:
        """Ask another source when it comes to telling."""
        self._source = source

    def _tell(self) -> None:
        title, told = self.title, self._source.told()
        source, noted = self._source, list(dict.items(self))
        del self._source
        self.__class__ = Introspectable  # type: ignore[assignment]  # that's what it is from now on
        self.title = title
        self._relations = [(True, *other) for other in source.kin()]  # type: ignore[misc]  # not read-only any more
        self.clear()
        self.update(told)
        # what is noted may be noted of several facts: then it is one list that each has for itself
        self.update((name, [*value] if value.__class__ is list else value) for name, value in noted)


def _telling(name: str) -> Callable[..., Any]:
    method = getattr(Introspectable, name)

    @functools.wraps(method)
    def tell_first(self: UntoldIntrospectable, *args: Any, **kw: Any) -> Any:
        for fact in (self, *args):
            if isinstance(fact, UntoldIntrospectable):
                fact._tell()
        return method(self, *args, **kw)

    return tell_first


for _name in (
    *("clear", "copy", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values"),
    *("__contains__", "__delitem__", "__eq__", "__getitem__", "__ior__", "__iter__", "__len__", "__ne__"),
    *("__or__", "__ror__", "__reduce_ex__", "__repr__", "__reversed__", "__setitem__"),
):
    setattr(UntoldIntrospectable, _name, _telling(_name))
# a class with an equality of its own loses its hash
UntoldIntrospectable.__hash__ = Introspectable.__hash__  # type: ignore[method-assign]


Pair = tuple[str, Any]


@implementer(IIntrospector)
class Introspector:
    """The account of the configuration: facts by category, and which belongs with which."""

    def __init__(self) -> None:
        #: By category and discriminator; and, once somebody asks that way, by the discriminator's hash.
        self._facts: dict[str, dict[Any, Introspectable]] = {}
        self._unhashed: list[Introspectable] = []
        self._linked: dict[Introspectable, list[Introspectable]] = {}
        #: Facts that belong together and aren't linked yet.
        self._unlinked: list[Sequence[Introspectable]] = []
        self._counter = 0

    def add(self, intr: Introspectable) -> None:
        """Enter a fact; a fact of the same category and discriminator is replaced."""
        # PERF: build of 10,000 routes and views: hardly anybody asks by the hash
        self._facts.setdefault(intr.category_name, {})[intr.discriminator] = intr
        self._unhashed.append(intr)
        intr.order = self._counter
        self._counter += 1

    def get(self, category_name: str, discriminator: Any, default: Any = None) -> Any:
        """Return one fact, by its discriminator or the discriminator's hash."""
        found = self._facts.get(category_name, {}).get(discriminator)
        return self._categories.get(category_name, {}).get(discriminator, default) if found is None else found

    @property
    def _categories(self) -> dict[str, dict[Any, Introspectable]]:
        for intr in self._unhashed:
            self._facts[intr.category_name][intr.discriminator_hash] = intr
        self._unhashed = []
        return self._facts

    def get_category(
        self,
        category_name: str,
        default: Any = None,
        sort_key: Callable[[Introspectable], Any] | None = None,
    ) -> Any:
        """Return all facts of a category as ``{"introspectable": fact, "related": [...]}``, in the order said."""
        category = self._categories.get(category_name)
        if category is None:
            return default
        # a fact stands twice in its category (by discriminator and by its hash), and equal dicts are still two facts
        facts = {id(fact): fact for fact in category.values()}.values()
        ordered = sorted(facts, key=sort_key or attrgetter("order"))
        return [{"introspectable": fact, "related": self.related(fact)} for fact in ordered]

    def categorized(self, sort_key: Callable[[Introspectable], Any] | None = None) -> list[tuple[str, Any]]:
        """Return every category with its facts, categories by name."""
        return [(name, self.get_category(name, sort_key=sort_key)) for name in self.categories()]

    def categories(self) -> list[str]:
        """Return the names of all categories, sorted."""
        return sorted(self._categories)

    def remove(self, category_name: str, discriminator: Any) -> None:
        """Take a fact out, with its relations; nothing happens when there is none."""
        intr = self.get(category_name, discriminator)
        if intr is None:
            return
        for other in self._refs.pop(intr, ()):
            self._refs[other].remove(intr)
        category = self._categories[category_name]
        del category[intr.discriminator]
        del category[intr.discriminator_hash]

    def relate(self, *pairs: Pair) -> None:
        """Say that facts, given as (category, discriminator), belong together.

        Raises:
            KeyError: one of them is not known.
        """
        self._unlinked.append(tuple([self._known(*pair) for pair in pairs]))

    @property
    def _refs(self) -> dict[Introspectable, list[Introspectable]]:
        # PERF: build of 10,000 routes and views: facts are only linked when somebody asks what belongs with what
        for facts in self._unlinked:
            for one, other in _couples(facts):
                others = self._linked.setdefault(one, [])
                if one is not other and other not in others:
                    others.append(other)
        self._unlinked = []
        return self._linked

    def unrelate(self, *pairs: Pair) -> None:
        """Take relations between facts back.

        Raises:
            KeyError: one of them is not known.
        """
        for one, other in _couples([self._known(*pair) for pair in pairs]):
            others = self._refs.get(one, [])
            if other in others:
                others.remove(other)

    def related(self, intr: Introspectable) -> list[Introspectable]:
        """Return the facts that belong with ``intr``.

        Raises:
            KeyError: it was never entered.
        """
        return self._refs.get(self._known(intr.category_name, intr.discriminator), [])

    def _known(self, category_name: str, discriminator: Any) -> Introspectable:
        try:
            return self._facts[category_name][discriminator]
        except KeyError:
            if discriminator in self._categories.get(category_name, ()):
                return self._categories[category_name][discriminator]
            raise KeyError((category_name, discriminator)) from None


def _couples(facts: Sequence[Introspectable]) -> Iterable[tuple[Introspectable, Introspectable]]:
    return [(one, other) for one in facts for other in facts]
