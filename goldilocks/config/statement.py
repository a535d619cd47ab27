"""A statement is a value.

Every directive of the Configurator is a small frozen class: its fields are the directive's arguments, its
docstring is the directive's documentation. `directive` turns such a class into the method that a topic table
offers to the Configurator. The story of one statement:

1. The method makes the value from what the caller wrote and notes the caller's file and line.
2. `Statement.resolved` turns dotted names and asset specs into objects: a mistake is reported where it was made.
3. `Statement.say` puts one action into the log: the discriminator, the facts for introspection, `Statement.perform`.
4. At commit, when its phase comes and its discriminator has won, ``perform`` writes into the registry.

A composite (a statement that says several others) overrides ``say`` and speaks through the Configurator it is
given, so that an application which replaced or overrode a directive is heard.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, NamedTuple, ParamSpec, Self, dataclass_transform

from goldilocks.config.actions import action_method
from goldilocks.interfaces import PHASE3_CONFIG
from goldilocks.late import late_module
from goldilocks.names import did_you_mean
from goldilocks.registry import Deferred, Introspectable

if TYPE_CHECKING:
    import inspect
    from types import ModuleType

    from goldilocks.types import AnyConfig, AnyRegistry
else:
    # PERF: import: few ask for signatures
    inspect = late_module("inspect", globals())

Said = ParamSpec("Said")


class Scope(NamedTuple):
    """Where in the configuration a statement stands: `include` and `with_package` make a new one."""

    package: ModuleType | None = None
    root_package: ModuleType | None = None
    includepath: tuple[str, ...] = ()
    route_prefix: str | None = None
    introspection: bool = True
    autocommit: bool = False

    @property
    def package_name(self) -> str:
        """The name that relative dotted names and asset specs are relative to."""
        return getattr(self.package, "__name__", "__main__")


#: The value of the field ``rest`` of a statement for which nothing else was said.
REST: Any = MappingProxyType({})


class Task(tuple):  # type: ignore[type-arg]  # of anything
    """What carries an action out: a function and its arguments, to be called without any."""

    # COMPAT: what carries an action out is called by others too, without arguments
    # PERF: build and memory of 10,000 routes and views: a partial is three objects
    __slots__ = ()

    def __call__(self) -> Any:
        """Do it."""
        function, *arguments = self
        return function(*arguments)


class Words:
    """What may be said in a statement.

    Args:
        names: of its fields.
        has_value: tells which of them have a value if nothing is said.
    """

    def __init__(self, names: Iterable[str], has_value: Callable[[str], bool]) -> None:
        self.all = tuple(names)
        self.positional = tuple(name for name in self.all if name != "rest")
        self.names = frozenset(self.all)
        self.keywords = self.names - {"rest"}
        self.needed = frozenset(name for name in self.all if not has_value(name))
        self.is_open = "rest" in self.names


class _Signature:
    """The signature of a statement's class, worked out when somebody asks."""

    def __get__(self, statement: Any, cls: type[Statement]) -> inspect.Signature:
        return inspect.Signature(list(_parameters(cls)))


@dataclass_transform(frozen_default=True)
class Statement:
    """The base of all statements; what a subclass annotates are its fields, as in a frozen dataclass.

    A field named ``rest`` takes every keyword that is not another field: an *open* statement, such as those that
    accept custom predicates. It is the last, and can't be said by position.
    """

    # PERF: import: a dataclass looks at itself when it is written, and imports much to do so; an application says only some
    # of the statements that there are

    #: The introspection category, in Pyramid's words: "views", "routes", ...
    topic: ClassVar[str] = ""
    #: What one fact of the category is called: "view", "route", ...
    type_name: ClassVar[str] = ""
    #: When it is carried out; earlier phases first.
    phase: ClassVar[int] = PHASE3_CONFIG
    #: Whether the discriminator needs what earlier phases carry out, and is computed only then.
    is_deferred: ClassVar[bool] = False
    #: What readers of the signature see instead of ``rest``.
    rest_name: ClassVar[str] = "predicates"
    __signature__: ClassVar[Any] = _Signature()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # PERF: build of 10,000 routes and views: only what is said is written down, the class has the other values
        words, said = self.words(), kwargs
        if args:
            said = dict(zip(words.positional, args))  # noqa: B905 - to say strict=False takes longer than the rest
            said.update(kwargs)
        fits = len(said) == len(args) + len(kwargs)  # none is said twice, and none has no place
        if not (fits and words.names.issuperset(said) and words.needed <= said.keys()):
            raise TypeError(self._misfit(args, kwargs))
        object.__setattr__(self, "__dict__", said)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"cannot assign to field {name!r}")

    def __repr__(self) -> str:
        fields = (f"{name}={value!r}" for name, value in self.values().items())
        return f"{type(self).__qualname__}({', '.join(fields)})"

    @classmethod
    def said(cls, config: AnyConfig, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Self:
        """Make the statement from the arguments of the directive."""
        words = cls.words()
        if words.is_open and not kwargs.keys() <= words.keywords:
            rest = [name for name in kwargs if name not in words.keywords]
            kwargs["rest"] = {name: kwargs.pop(name) for name in rest}
        return cls(*args, **kwargs)

    def but(self, **changes: Any) -> Self:
        """Return the same statement with other values."""
        statement = object.__new__(type(self))
        # PERF: memory of 10,000 routes and views: attributes that are set one by one need no dict
        for name, value in {**self.__dict__, **changes}.items():
            object.__setattr__(statement, name, value)
        return statement

    @classmethod
    def _misfit(cls, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        """Say what is wrong with the arguments, as Python would if the directive were a plain function."""
        words, name = cls.words(), _snake_case(cls.__name__)
        named = [word for word in words.all if word not in words.positional]
        wanted = [word if word in words.needed else f"{word}=None" for word in (*words.positional, *named)]
        if named:
            wanted.insert(len(words.positional), "*")
        functions: dict[str, Any] = {}
        exec(f"def {name}({', '.join(['self', *wanted])}): pass", functions)
        try:
            functions[name](None, *args, **kwargs)
        except TypeError as error:
            unknown = [word for word in kwargs if word not in words.names]
            return str(error) + "".join(did_you_mean(word, words.keywords) for word in unknown)
        raise AssertionError(
            "these arguments fit"
        )  # pragma: no cover - it is only asked about those that don't

    @classmethod
    @functools.cache
    def words(cls: Any) -> Words:
        """Return what may be said."""
        return Words(cls.types_of_fields(), functools.partial(hasattr, cls))

    @classmethod
    def types_of_fields(cls) -> dict[str, str]:
        """Return the fields with their types, as they are written."""
        written = [base.__annotations__ for base in reversed(cls.__mro__[:-1])]
        return {
            name: kind
            for types in written
            for name, kind in types.items()
            if not str(kind).startswith("ClassVar")
        }

    @classmethod
    def _keywords(cls) -> frozenset[str] | None:
        """Return the keywords that an open statement has fields for; ``None`` for one that is not open."""
        words = cls.words()
        return words.keywords if words.is_open else None

    def values(self) -> dict[str, Any]:
        """Return all fields with their values, whether they were said or not."""
        return {name: getattr(self, name) for name in self.words().all}

    def resolved(self, config: AnyConfig) -> Self:
        """Return this statement with dotted names and specs turned into what they name, or raise."""
        return self

    def discriminator(self, registry: AnyRegistry, scope: Scope) -> Hashable:
        """Return what this statement may conflict on; ``None`` never conflicts."""
        return None

    def title(self) -> str:
        """Return the words for people to recognise this one among its category."""
        return type(self).__name__

    def facts(self, registry: AnyRegistry, scope: Scope, discriminator: Any) -> Iterable[Introspectable]:
        """Return what introspection shall know; by default one fact with the fields as keys."""
        if not self.topic:
            return ()
        fact = Introspectable(self.topic, discriminator, self.title(), self.type_name)
        fact.update(self.values())
        return (fact,)

    def perform(self, registry: AnyRegistry, scope: Scope, facts: tuple[Introspectable, ...]) -> None:
        """Write into the registry; the only place that does. ``facts`` may be completed here."""
        raise NotImplementedError

    def say(self, config: AnyConfig) -> None:
        """Put this statement into the log of ``config``."""
        registry, scope = config.registry, config.scope
        discriminator: Any
        if self.is_deferred:
            discriminator = Deferred(functools.partial(self.discriminator, registry, scope))
        else:
            discriminator = self.discriminator(registry, scope)
        facts = tuple(self.facts(registry, scope, discriminator))
        config.action(
            discriminator,
            Task((self.perform, registry, scope, facts)),
            order=self.phase,
            introspectables=facts,
        )


def directive(statement: Callable[Said, Statement]) -> Callable[Concatenate[Any, Said], None]:
    """Make the Configurator method that says ``statement``.

    It is a plain function, found through the class like any other method: it can be overridden, replaced on an
    instance, called positionally and wrapped. Beside the statement's own arguments it understands ``_info``
    (the place to report instead of the caller's) and ``_backframes`` (how many frames further up the caller is).
    """
    cls: Any = statement

    def method(config: AnyConfig, *args: Any, **kwargs: Any) -> Any:
        return cls.said(config, args, kwargs).resolved(config).say(config)

    method.__name__ = method.__qualname__ = _snake_case(cls.__name__)
    method.__doc__ = cls.__doc__
    method.__signature__ = _MethodSignature(cls)  # type: ignore[attr-defined]  # inspect's own protocol
    said: Any = action_method(method)
    said.statement = cls  # for tools that list the language
    return said


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


class _MethodSignature:
    """The signature of a directive: one like any other for who looks at it, and worked out when somebody does."""

    # PERF: import: nobody looks at most of them

    def __init__(self, statement: type[Statement]) -> None:
        self._statement = statement

    @property  # type: ignore[misc]  # `isinstance` asks for it
    def __class__(self) -> Any:
        """What it is taken for."""
        return inspect.Signature

    def __getattr__(self, name: str) -> Any:
        return getattr(_signature(self._statement), name)

    def __eq__(self, other: object) -> bool:
        said = _signature(self._statement)
        return said == other

    def __hash__(self) -> int:
        return hash(_signature(self._statement))

    def __repr__(self) -> str:
        return repr(_signature(self._statement))

    def __str__(self) -> str:
        return str(_signature(self._statement))

    def __reduce__(self) -> Any:
        return _signature(self._statement).__reduce__()


def _signature(statement: type[Statement]) -> inspect.Signature:
    """Return the signature of the method: the fields, and the collector of all other keywords if it is open."""
    me = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = [me, *(each for each in _parameters(statement) if each.name != "rest")]
    if statement.words().is_open:
        parameters.append(inspect.Parameter(statement.rest_name, inspect.Parameter.VAR_KEYWORD))
    return inspect.Signature(parameters)


def _parameters(statement: type[Statement]) -> Iterator[inspect.Parameter]:
    positional = statement.words().positional
    for name, written in statement.types_of_fields().items():
        is_positional = name in positional
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD if is_positional else inspect.Parameter.KEYWORD_ONLY
        default = getattr(statement, name, inspect.Parameter.empty)
        yield inspect.Parameter(name, kind, default=default, annotation=written)
