"""What can be said about languages: who chooses a request's, and where translations lie."""

from __future__ import annotations

import functools
from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack

from goldilocks.config.actions import action_method
from goldilocks.config.statement import Scope, Statement, directive
from goldilocks.exceptions import ConfigurationError
from goldilocks.interfaces import ILocaleNegotiator, ITranslationDirectories
from goldilocks.path import AssetResolver
from goldilocks.registry import Introspectable
from goldilocks.util import object_description

if TYPE_CHECKING:
    from goldilocks.types import AnyConfig, AnyRegistry


class SetLocaleNegotiator(Statement):
    """Set what chooses the locale of a request.

    Args:
        negotiator: called with the request, it returns the locale's name, or None for the default one; or its dotted name.
    """

    topic = type_name = "locale negotiator"

    negotiator: Any

    def resolved(self, config: AnyConfig) -> Self:
        """Find the negotiator."""
        return self.but(negotiator=config.maybe_dotted(self.negotiator))

    def discriminator(self, registry: AnyRegistry, scope: Scope) -> Hashable:
        """Clash with another negotiator: there is one."""
        return ILocaleNegotiator

    def title(self) -> str:
        """Describe the negotiator."""
        return object_description(self.negotiator)

    def facts(self, registry: AnyRegistry, scope: Scope, discriminator: Any) -> Iterable[Introspectable]:
        """Tell of the negotiator."""
        return super().facts(registry, scope, None)

    def perform(self, registry: AnyRegistry, scope: Scope, facts: tuple[Introspectable, ...]) -> None:
        """Register the negotiator."""
        registry.registerUtility(self.negotiator, ILocaleNegotiator)


class AddTranslationDirs(Statement):
    """Put directories of translations on the list.

    Args:
        specs: absolute paths, or specs (``package:path``), of directories that hold a folder for each locale.
        override: whether they go to the end of the list, where they are looked into first, and not to its beginning.

    Raises:
        ConfigurationError: at commit, if there is no such directory.
    """

    topic = "translation directories"
    type_name = "translation directory"

    specs: tuple[str, ...]
    override: bool = False

    def say(self, config: AnyConfig) -> None:
        """Put the statement into the log; which directories it means is known only when it is carried out."""
        # The last phase: assets that the application overrides are overridden by then.
        facts: list[Introspectable] = []
        perform = functools.partial(self.enter, config.registry, config.scope, facts)
        config.action(None, perform, introspectables=facts)

    def enter(self, registry: AnyRegistry, scope: Scope, facts: list[Introspectable]) -> None:
        """Put the directories on the list, and tell of each."""
        resolver = AssetResolver(scope.package_name)
        facts += [self._fact(resolver, spec if spec.endswith("/") else f"{spec}/") for spec in self.specs]
        directories = [fact["directory"] for fact in facts]
        known = registry.queryUtility(ITranslationDirectories)
        if known is None:
            known = []
            registry.registerUtility(known, ITranslationDirectories)
        place = len(known) if self.override else 0
        known[place:place] = directories

    def _fact(self, resolver: AssetResolver, spec: str) -> Introspectable:
        # The slash at the end is how overrides of a directory are said.
        asset = resolver.resolve(spec)
        directory = asset.abspath()
        if not asset.isdir():
            raise ConfigurationError(f"add_translation_dirs({spec!r}): {directory} is not a directory")
        fact = Introspectable(self.topic, directory, spec, self.type_name)
        fact.update(directory=directory, spec=spec)
        return fact


class TranslationDirsOptions(TypedDict, total=False):
    """The keywords of ``add_translation_dirs``."""

    override: bool


class I18NTopic:
    """Languages."""

    set_locale_negotiator = directive(SetLocaleNegotiator)

    @action_method
    def add_translation_dirs(self: AnyConfig, *specs: str, **kw: Unpack[TranslationDirsOptions]) -> None:
        """Put directories of translations on the list.

        Of one message the translation counts that stands in the directory latest on the list. The directories of one
        call keep their order; a later call puts its own before those of earlier ones.

        Args:
            specs: absolute paths, or specs (``package:path``), of directories that hold a folder for each locale.
            kw: ``override``: whether the directories go to the end of the list.

        Raises:
            ConfigurationError: at commit, if there is no such directory.
        """
        AddTranslationDirs(specs, **kw).resolved(self).say(self)


I18NConfiguratorMixin = I18NTopic
