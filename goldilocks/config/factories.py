"""What can be said about who makes the things of a request: the root, the session, the request itself, its response."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Self

from zope.interface import implementer

from goldilocks.changes import changes
from goldilocks.config.mistakes import check_factory, check_keys, refuses_mistakes
from goldilocks.config.statement import Scope, Statement, directive
from goldilocks.interfaces import (
    IDefaultRootFactory,
    IExecutionPolicy,
    IRequestExtensions,
    IRequestFactory,
    IResponseFactory,
    IRootFactory,
    ISessionFactory,
)
from goldilocks.registry import Introspectable
from goldilocks.router import default_execution_policy
from goldilocks.traversal import DefaultRootFactory
from goldilocks.util import InstancePropertyHelper, get_callable_name, object_description

if TYPE_CHECKING:
    from goldilocks.types import AnyConfig, AnyRegistry, InterfaceSpec


class _SetFactory(Statement):
    """The base of all statements that set the one factory of a kind; a subclass says which contract it is under."""

    contract: ClassVar[InterfaceSpec]

    factory: Any

    def resolved(self, config: AnyConfig) -> Self:
        """Find the factory."""
        factory = config.maybe_dotted(self.factory)
        if refuses_mistakes(config.registry):
            check_factory(self.type_name, factory)
        return self.but(factory=factory)

    def discriminator(self, registry: AnyRegistry, scope: Scope) -> Hashable:
        """Clash with another factory of this kind."""
        return self.contract

    def title(self) -> str:
        """Describe the factory."""
        return object_description(self.factory)

    def facts(self, registry: AnyRegistry, scope: Scope, discriminator: Any) -> Iterable[Introspectable]:
        """Tell of the factory; there is only one, so it needs no name."""
        return super().facts(registry, scope, None)

    def perform(self, registry: AnyRegistry, scope: Scope, facts: tuple[Introspectable, ...]) -> None:
        """Register the factory."""
        registry.registerUtility(self.factory, self.contract)


class SetRootFactory(_SetFactory):
    """Say where the walk to a resource begins.

    Args:
        factory: called with the request, it returns the root; or its dotted name. ``None`` for the default, an empty root.
    """

    topic = "root factories"
    type_name = "root factory"
    contract = IRootFactory

    def resolved(self, config: AnyConfig) -> Self:
        """Find the factory, or take the default one."""
        chosen = self.but(factory=DefaultRootFactory) if self.factory is None else self
        return super(SetRootFactory, chosen).resolved(config)

    def perform(self, registry: AnyRegistry, scope: Scope, facts: tuple[Introspectable, ...]) -> None:
        """Register the factory, also as the one for routes that have none of their own."""
        super().perform(registry, scope, facts)
        registry.registerUtility(self.factory, IDefaultRootFactory)


class SetSessionFactory(_SetFactory):
    """Say who makes sessions.

    Args:
        factory: called with the request, it returns the session; or its dotted name.
    """

    topic = "session factory"
    type_name = "session factory"
    contract = ISessionFactory

    def perform(self, registry: AnyRegistry, scope: Scope, facts: tuple[Introspectable, ...]) -> None:
        """Register the factory, unless people depend on a key that is too short.

        Raises:
            ConfigurationError: it is, in production.
        """
        check_keys(registry, "the session factory", getattr(self.factory, "_serializer", None))
        super().perform(registry, scope, facts)


class SetRequestFactory(_SetFactory):
    """Say who makes requests. To add a method or two, ``add_request_method`` is enough.

    Args:
        factory: a class with what ``goldilocks.request.Request`` has, ``blank`` among it; or its dotted name.
    """

    topic = "request factory"
    type_name = "request factory"
    contract = IRequestFactory


class SetResponseFactory(_SetFactory):
    """Say who makes ``request.response``.

    Args:
        factory: called with the request, it returns a response; or its dotted name.
    """

    topic = "response factory"
    type_name = "response factory"
    contract = IResponseFactory


class SetExecutionPolicy(Statement):
    """Say how the router carries out a request.

    Args:
        policy: called with the WSGI environment and the router, it returns a response; or its dotted name. ``None`` for the
            default: once.
    """

    topic = "execution policy"
    type_name = "execution policy"

    policy: Any

    def resolved(self, config: AnyConfig) -> Self:
        """Find the policy, or take the default one."""
        policy = default_execution_policy if self.policy is None else config.maybe_dotted(self.policy)
        return self.but(policy=policy)

    def discriminator(self, registry: AnyRegistry, scope: Scope) -> Hashable:
        """Clash with another policy."""
        return IExecutionPolicy

    def title(self) -> str:
        """Describe the policy."""
        return object_description(self.policy)

    def facts(self, registry: AnyRegistry, scope: Scope, discriminator: Any) -> Iterable[Introspectable]:
        """Tell of the policy; there is only one, so it needs no name."""
        return super().facts(registry, scope, None)

    def perform(self, registry: AnyRegistry, scope: Scope, facts: tuple[Introspectable, ...]) -> None:
        """Register the policy."""
        registry.registerUtility(self.policy, IExecutionPolicy)


class AddRequestMethod(Statement):
    """Add a method or a property to every request.

    Args:
        callable: called with the request and, as a method, with what the caller gives; or an object made with ``property``; or the
            dotted name of either. ``None`` only occupies the name, so that two add-ons which both want it clash.
        name: the attribute; the callable's own name, if ``None``.
        property: make it a property, worked out at each access.
        reify: make it a property that is worked out once for each request.

    Raises:
        ConfigurationError: the name isn't ASCII.
        ValueError: an object made with ``property`` has no name, or is to be reified.
    """

    topic = "request extensions"

    callable: Any = None
    name: str | None = None
    property: bool = False
    reify: bool = False

    def resolved(self, config: AnyConfig) -> Self:
        """Find the callable, its name, and what stands on the request for it."""
        found, name = config.maybe_dotted(self.callable), self.name
        is_property = self.property or self.reify
        if is_property and found is not None:
            name, found = InstancePropertyHelper.make_property(found, name=name, reify=self.reify)
        elif name is None:
            if not hasattr(found, "__name__"):
                raise AttributeError(
                    f"add_request_method needs a name for {object_description(found)}: say it by name="
                )
            name = found.__name__
        else:
            name = get_callable_name(name)
        return self.but(callable=found, name=name, property=is_property)

    def discriminator(self, registry: AnyRegistry, scope: Scope) -> Hashable:
        """Clash with another attribute of this name."""
        return ("request extensions", self.name)

    def say(self, config: AnyConfig) -> None:
        """Put it into the log; without a callable, only the name."""
        if self.callable is None:
            config.action(self.discriminator(config.registry, config.scope), None)
        else:
            super().say(config)

    def facts(self, registry: AnyRegistry, scope: Scope, discriminator: Any) -> Iterable[Introspectable]:
        """Tell of the attribute, under its name."""
        type_name = "request property" if self.property else "request method"
        fact = Introspectable(self.topic, self.name, object_description(self.callable), type_name)
        fact["callable"] = self.callable
        fact["property"] = self.property
        fact["reify"] = self.reify
        return (fact,)

    def perform(self, registry: AnyRegistry, scope: Scope, facts: tuple[Introspectable, ...]) -> None:
        """Enter it among the extensions that every request gets."""
        extensions = registry.queryUtility(IRequestExtensions)
        if extensions is None:
            extensions = _RequestExtensions()
            registry.registerUtility(extensions, IRequestExtensions)
        table = extensions.descriptors if self.property else extensions.methods
        table[self.name] = self.callable
        changes.count += 1  # the table is no part of the record, which would count it


@implementer(IRequestExtensions)
class _RequestExtensions:
    """What every request gets, by attribute name."""

    def __init__(self) -> None:
        self.descriptors: dict[str, Any] = {}
        self.methods: dict[str, Callable[..., Any]] = {}


class FactoriesTopic:
    """Factories."""

    set_root_factory = directive(SetRootFactory)
    set_session_factory = directive(SetSessionFactory)
    set_request_factory = directive(SetRequestFactory)
    set_response_factory = directive(SetResponseFactory)
    set_execution_policy = directive(SetExecutionPolicy)
    add_request_method = directive(AddRequestMethod)

    # COMPAT: Configurator._set_root_factory, an older name.
    _set_root_factory = set_root_factory


FactoriesConfiguratorMixin = FactoriesTopic
