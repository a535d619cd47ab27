"""A statement is a value.

Every directive of the Configurator is a small frozen dataclass: its fields are the directive's arguments, its
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

import dataclasses
import functools
import inspect
import re
from collections.abc import Callable, Hashable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, ParamSpec, Self, dataclass_transform

from goldilocks.config.actions import action_method
from goldilocks.interfaces import PHASE3_CONFIG
from goldilocks.names import did_you_mean
from goldilocks.registry import Deferred, Introspectable

if TYPE_CHECKING:
    from types import ModuleType

    from goldilocks.types import AnyConfig, AnyRegistry

Said = ParamSpec("Said")


@dataclasses.dataclass(frozen=True, slots=True)
class Scope:
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


@dataclass_transform(frozen_default=True)
class Statement:
    """The base of all statements; a subclass becomes a frozen dataclass by being written.

    A field named ``rest`` takes every keyword that is not another field: an *open* statement, such as those that
    accept custom predicates.
    """

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

    def __init_subclass__(cls) -> None:
        dataclasses.dataclass(frozen=True, eq=False, repr=True)(cls)

    @classmethod
    def said(cls, config: AnyConfig, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Self:
        """Make the statement from the arguments of the directive."""
        known = cls._keywords()
        if known is not None and not kwargs.keys() <= known:
            kwargs["rest"] = {name: kwargs.pop(name) for name in list(kwargs) if name not in known}
        try:
            return cls(*args, **kwargs)
        except TypeError as error:
            raise TypeError(cls._misfit(error, kwargs)) from None

    @classmethod
    def _misfit(cls, error: TypeError, kwargs: dict[str, Any]) -> str:
        """Say what is wrong with the arguments in the words of the directive."""
        names = [name for name in inspect.signature(cls).parameters if name != "rest"]
        nearest = "".join(did_you_mean(name, names) for name in kwargs if name not in (*names, "rest"))
        return str(error).replace(f"{cls.__qualname__}.__init__", _snake_case(cls.__name__)) + nearest

    @classmethod
    @functools.cache
    def _keywords(cls: Any) -> frozenset[str] | None:
        """Return the keywords that an open statement has fields for; ``None`` for one that is not open."""
        names = frozenset(field.name for field in dataclasses.fields(cls))
        return names - {"rest"} if "rest" in names else None

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
        fact.update({field.name: getattr(self, field.name) for field in dataclasses.fields(self)})  # type: ignore[arg-type]  # __init_subclass__ makes it one
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
        perform = functools.partial(self.perform, registry, scope, facts)
        config.action(discriminator, perform, order=self.phase, introspectables=facts)


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
    method.__signature__ = _signature(cls)  # type: ignore[attr-defined]  # inspect's own protocol
    said: Any = action_method(method)
    said.statement = cls  # for tools that list the language
    return said


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _signature(statement: type[Statement]) -> inspect.Signature:
    """Return the signature of the method: the fields, and the collector of all other keywords if it is open."""
    me = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    fields = [field for field in inspect.signature(statement).parameters.values() if field.name != "rest"]
    if statement._keywords() is not None:
        fields.append(inspect.Parameter(statement.rest_name, inspect.Parameter.VAR_KEYWORD))
    return inspect.Signature([me, *fields])
