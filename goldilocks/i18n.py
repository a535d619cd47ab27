"""Translate: choose the request's locale, load its message catalogues, and say messages in it.

A locale negotiator reads the locale's name off the request. The catalogues are compiled gettext files, which lie in the
translation directories as ``<locale>/LC_MESSAGES/<domain>.mo``; those of one locale make a ``Localizer``, which the registry
keeps. The name may come from a URL: it is looked at before it becomes part of a path, and only for locales that have a
folder (and the default one) is anything kept.
"""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from translationstring import (
    Pluralizer,
    TranslationString,
    TranslationStringFactory,
    Translator,
)

from goldilocks.decorator import reify
from goldilocks.interfaces import ILocaleNegotiator, ILocalizer, ITranslationDirectories
from goldilocks.threadlocal import get_current_registry
from goldilocks.types import AnyRegistry, AnyRequest

__all__ = [
    "TranslationString",
    "TranslationStringFactory",
    "Localizer",
    "Translations",
    "Translator",
    "Pluralizer",
    "make_localizer",
    "get_localizer",
    "get_locale_name",
    "negotiate_locale_name",
    "default_locale_negotiator",
    "LocalizerRequestMixin",
    "DEFAULT_PLURAL",
]

#: The attribute, parameter and cookie in which the default negotiator finds a locale.
LOCALE_KEY = "_LOCALE_"

#: What a locale is called: ``de``, ``pt_BR``, ``sr@latin``, ``zh-Hant``. No dot may lead, and nothing may part a path.
LOCALE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@+-]{0,62}")


def DEFAULT_PLURAL(n: int) -> int:
    """Choose the plural form as Germanic languages do: the first for one, the second for any other number."""
    return int(n != 1)


class Localizer:
    """Say messages in one locale.

    Args:
        locale_name: what the locale is called.
        translations: its catalogues.
    """

    def __init__(self, locale_name: str, translations: Any) -> None:
        self.locale_name = locale_name
        self.translations = translations
        self.pluralizer: Callable[..., str] | None = None
        self.translator: Callable[..., str] | None = None

    def translate(
        self, tstring: str, domain: str | None = None, mapping: Mapping[str, Any] | None = None
    ) -> str:
        """Translate a message and fill in its ``${markers}``.

        A translation string brings its own domain and mapping; for a plain one they are said here, and what is said
        here goes before.
        """
        if self.translator is None:
            self.translator = Translator(self.translations)
        return self.translator(tstring, domain=domain, mapping=mapping)

    def pluralize(
        self,
        singular: str,
        plural: str,
        n: int,
        domain: str | None = None,
        mapping: Mapping[str, Any] | None = None,
    ) -> str:
        """Translate a message in the form that goes with the number ``n``, and fill in its ``${markers}``.

        ``singular`` is the message id that is looked up; both texts serve as they are where no catalogue knows it.
        """
        if self.pluralizer is None:
            self.pluralizer = Pluralizer(self.translations)
        return self.pluralizer(singular, plural, n, domain=domain, mapping=mapping)


def default_locale_negotiator(request: AnyRequest) -> str | None:
    """Find a locale's name under ``_LOCALE_``: an attribute of the request, a parameter, a cookie; the first counts."""
    name = getattr(request, LOCALE_KEY, None)
    if name is None:
        name = request.params.get(LOCALE_KEY)
    if name is None:
        name = request.cookies.get(LOCALE_KEY)
    return name


def negotiate_locale_name(request: AnyRequest) -> str:
    """Ask the negotiator for the request's locale; where it has none, it is the setting ``default_locale_name``."""
    try:
        registry = request.registry
    except AttributeError:
        registry = get_current_registry()
    negotiator = registry.queryUtility(ILocaleNegotiator, default=default_locale_negotiator)
    name = negotiator(request)
    return _default_locale_name(registry) if name is None else name


def _default_locale_name(registry: AnyRegistry) -> str:
    return (registry.settings or {}).get("default_locale_name", "en")


def get_locale_name(request: AnyRequest) -> str:
    """Return ``request.locale_name``; for older code."""
    return request.locale_name


def get_localizer(request: AnyRequest) -> Localizer:
    """Return ``request.localizer``; for older code."""
    return request.localizer


def make_localizer(current_locale_name: str, translation_directories: Iterable[str]) -> Localizer:
    """Load the catalogues of a locale.

    A message is looked for in the locale (``de_AT``), then in its language (``de``); a later directory goes before an
    earlier one. A locale that has no files gets a localizer that leaves messages as they are.
    """
    translations = Translations()
    for directory in translation_directories:
        # What is added later goes before: so the language first, then the locale.
        for name in _with_language(current_locale_name):
            for path in _catalogue_files(directory, name):
                domain = os.path.basename(path).removesuffix(".mo")
                with open(path, "rb") as catalogue:
                    translations.add(Translations(catalogue, domain))
    return Localizer(locale_name=current_locale_name, translations=translations)


def _with_language(locale_name: str) -> list[str]:
    """Name the locales whose catalogues serve: the language where a region goes with it, and the locale."""
    names = [locale_name]
    if "_" in locale_name:
        names.insert(0, locale_name.split("_")[0])
    return names


def _catalogue_files(directory: str, locale_name: str) -> Iterator[str]:
    folder = os.path.join(directory, locale_name, "LC_MESSAGES")
    if _has_folder(directory, locale_name) and os.path.isdir(folder):
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if name.endswith(".mo") and os.path.isfile(path):
                yield path


def _has_folder(directory: str, locale_name: str) -> bool:
    if LOCALE_NAME.fullmatch(locale_name) is None:
        return False
    return os.path.isdir(os.path.join(directory, locale_name))


class Translations(gettext.GNUTranslations):
    """Message catalogues of one locale: its own domain's, and others beside it.

    Args:
        fileobj: a compiled catalogue to read; None begins an empty one.
        domain: the domain that its messages belong to.
    """

    DEFAULT_DOMAIN = "messages"

    _catalog: dict[Any, Any]

    def __init__(self, fileobj: BinaryIO | None = None, domain: str = DEFAULT_DOMAIN) -> None:
        # Reading a file puts its own rule and messages in the place of these.
        self.plural: Callable[[int], int] = DEFAULT_PLURAL
        self._catalog = {}
        super().__init__(fp=fileobj)
        name = getattr(fileobj, "name", None)
        self.files: list[str] = [name] if name else []
        self.domain = domain
        self._domains: dict[str, Any] = {}

    @classmethod
    def load(
        cls,
        dirname: str | None = None,
        locales: Any = None,
        domain: str | None = DEFAULT_DOMAIN,
    ) -> gettext.NullTranslations:
        """Read a domain's catalogue of the first of ``locales`` that has one below ``dirname``.

        ``locales`` is one name or locale object, or a list of them; None takes what the environment says. Without a
        file what comes back is empty.
        """
        if locales is not None:
            if not isinstance(locales, list | tuple):
                locales = [locales]
            locales = [str(locale) for locale in locales]
        domain = domain or cls.DEFAULT_DOMAIN
        path = gettext.find(domain, dirname, locales)
        if not path:
            return gettext.NullTranslations()
        with open(path, "rb") as catalogue:
            return cls(fileobj=catalogue, domain=domain)

    def __repr__(self) -> str:
        return f'<{type(self).__name__}: "{self._info.get("project-id-version")}">'  # type: ignore[attr-defined]

    def add(self, translations: Any, merge: bool = True) -> Translations:
        """Take in another catalogue, and return this one.

        Messages of the same domain join ours, later ones going before. Those of another domain are reached by the
        methods that name a domain, and join what is known of it unless ``merge`` is false.
        """
        domain = getattr(translations, "domain", self.DEFAULT_DOMAIN)
        if domain == self.DEFAULT_DOMAIN and self.plural is DEFAULT_PLURAL:
            self.plural = translations.plural
        if merge and domain == self.domain:
            return self.merge(translations)
        known = self._domains.get(domain)
        if merge and known is not None:
            known.merge(translations)
        else:
            translations.add_fallback(self)
            self._domains[domain] = translations
        return self

    def merge(self, translations: Any) -> Translations:
        """Let another catalogue's messages join ours, going before, and return this one."""
        if isinstance(translations, gettext.GNUTranslations):
            self._catalog.update(translations._catalog)  # type: ignore[attr-defined]
            if isinstance(translations, Translations):
                self.files.extend(translations.files)
        return self

    def dgettext(self, domain: str, message: str) -> str:
        """Translate a message of a domain."""
        return self._domains.get(domain, self).gettext(message)

    def dngettext(self, domain: str, singular: str, plural: str, num: int) -> str:
        """Translate a message of a domain in the form that goes with ``num``."""
        return self._domains.get(domain, self).ngettext(singular, plural, num)

    # COMPAT: Translations.dugettext, .dungettext; the older names, and those that translationstring may ask for.
    dugettext = dgettext
    dungettext = dngettext


class LocalizerRequestMixin:
    """What a request can say about its language; both are found out at the first question and then kept."""

    @reify
    def localizer(self) -> Any:
        """The localizer of the request's locale."""
        return _localizer_of(self.registry, self.locale_name)  # type: ignore[attr-defined]  # the request's own

    @reify
    def locale_name(self) -> str:
        """The request's locale, as the negotiator chooses it."""
        return negotiate_locale_name(self)


def _localizer_of(registry: AnyRegistry, locale_name: str) -> Any:
    """Find the localizer that the registry keeps for a locale, or make it."""
    # The name may be anybody's invention, and zope remembers every name that it was asked for, whether it found
    # something or not; so it is asked for all that there are.
    for name, localizer in registry.getUtilitiesFor(ILocalizer):
        if name == locale_name:
            return localizer
    directories = registry.queryUtility(ITranslationDirectories, default=())
    if locale_name == _default_locale_name(registry) or any(
        _has_folder(directory, locale_name) for directory in directories
    ):
        localizer = make_localizer(locale_name, directories)
        registry.registerUtility(localizer, ILocalizer, name=locale_name)
        return localizer
    return _passing_localizer(registry, locale_name)


def _passing_localizer(registry: AnyRegistry, locale_name: str) -> Localizer:
    """Serve a locale that has no folder of its own, and keep nothing: its name may be anybody's invention."""
    language = _with_language(locale_name)[0]
    if language != locale_name:
        known = _localizer_of(registry, language)
        if isinstance(known, Localizer):
            return Localizer(locale_name, known.translations)
    return make_localizer(locale_name, ())
