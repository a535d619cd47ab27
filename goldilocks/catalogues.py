"""Message catalogues: compiled gettext files of one locale, of one domain or of several."""

from __future__ import annotations

import gettext
from collections.abc import Callable
from typing import Any, BinaryIO


def DEFAULT_PLURAL(n: int) -> int:
    """Choose the plural form as Germanic languages do: the first for one, the second for any other number."""
    return int(n != 1)


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
