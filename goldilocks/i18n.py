"""Translate: choose the request's locale, load its message catalogues, and say messages in it.

A locale negotiator reads the locale's name off the request. The catalogues are compiled gettext files, which lie in the
translation directories as ``<locale>/LC_MESSAGES/<domain>.mo``; those of one locale make a ``Localizer``, which the registry
keeps. The name may come from a URL: it is looked at before it becomes part of a path, and only for locales that have a
folder (and the default one) is anything kept.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from goldilocks.decorator import reify
from goldilocks.exceptions import is_refusal
from goldilocks.httpexceptions import HTTPException
from goldilocks.interfaces import ILocaleNegotiator, ILocalizer, ITranslationDirectories
from goldilocks.late import late_names
from goldilocks.threadlocal import get_current_registry
from goldilocks.types import AnyRegistry, AnyRequest
from goldilocks.vary import note_cookie

if TYPE_CHECKING:
    from translationstring import (
        Pluralizer,
        TranslationString,
        TranslationStringFactory,
        Translator,
    )

    from goldilocks.catalogues import DEFAULT_PLURAL, Translations
else:
    # PERF: import: not everybody translates
    __getattr__ = late_names(
        globals(),
        {
            "Pluralizer": "translationstring",
            "TranslationString": "translationstring",
            "TranslationStringFactory": "translationstring",
            "Translator": "translationstring",
            "DEFAULT_PLURAL": "goldilocks.catalogues",
            "Translations": "goldilocks.catalogues",
        },
    )

#: This module, which has those names when they are asked for.
_here = sys.modules[__name__]

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
            self.translator = _here.Translator(self.translations)
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
            self.pluralizer = _here.Pluralizer(self.translations)
        return self.pluralizer(singular, plural, n, domain=domain, mapping=mapping)


def default_locale_negotiator(request: AnyRequest) -> str | None:
    """Find a locale's name under ``_LOCALE_``: an attribute of the request, a parameter, a cookie; the first counts.

    Where it comes to the cookie, caches are told that the answer depends on it, as they are of sessions.
    """
    name = getattr(request, LOCALE_KEY, None)
    if name is None:
        name = request.params.get(LOCALE_KEY)
        # somebody may upload a file in the name's place
        if not isinstance(name, str):
            note_cookie(request)
            name = request.cookies.get(LOCALE_KEY)
    return name


def negotiate_locale_name(request: AnyRequest) -> str:
    """Ask the negotiator for the request's locale; where it has none, it is the setting ``default_locale_name``.

    The page of an error has a language also where the negotiator reads what can't be read.
    """
    try:
        registry = request.registry
    except AttributeError:
        registry = get_current_registry()
    negotiator = registry.queryUtility(ILocaleNegotiator, default=default_locale_negotiator)
    try:
        name = negotiator(request)
    except HTTPException as error:
        if getattr(request, "exception", None) is None or not is_refusal(error):
            raise
        name = None
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
    kind: type[Translations] = _here.Translations
    translations = kind()
    for directory in translation_directories:
        # What is added later goes before: so the language first, then the locale.
        for name in _with_language(current_locale_name):
            for path in _catalogue_files(directory, name):
                domain = os.path.basename(path).removesuffix(".mo")
                with open(path, "rb") as catalogue:
                    translations.add(kind(catalogue, domain))
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
