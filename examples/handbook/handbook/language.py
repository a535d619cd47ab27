"""The languages of the handbook: who is spoken to in which, and how words, numbers and times are said in it.

What stands in Python code for people to read is a translation string, made by ``_`` and said by ``request.say`` when it
is known to whom. What a message holds is put into its mapping and not into its text: a number as a :class:`Count` or a
:class:`Size`, other words as translation strings of their own; all are said in the language of the message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from goldilocks.events import BeforeRender
from goldilocks.i18n import Localizer, TranslationString, TranslationStringFactory, make_localizer

DOMAIN = "handbook"
LOCALES = f"{DOMAIN}:locale"
COOKIE = "_LOCALE_"
DEFAULT = "en"

_ = TranslationStringFactory(DOMAIN)


@dataclass(frozen=True, slots=True)
class Language:
    """What a catalogue of messages doesn't say: the language's own name, and the marks in its numbers."""

    name: str
    thousands: str
    decimals: str


#: By the names of their locales. The messages stand in English in the sources, so English has no catalogue.
LANGUAGES = {"en": Language("English", ",", "."), "de": Language("Deutsch", ".", ",")}

MONTHS = (
    _("January"),
    _("February"),
    _("March"),
    _("April"),
    _("May"),
    _("June"),
    _("July"),
    _("August"),
    _("September"),
    _("October"),
    _("November"),
    _("December"),
)


class Count(int):
    """A number in a message."""


class Size(int):
    """A number of bytes in a message."""


class Several(tuple[str, ...]):
    """Messages in a message, said one after the other."""


class Speaker:
    """Says everything in one language."""

    def __init__(self, localizer: Localizer) -> None:
        self._localizer = localizer
        self._language = LANGUAGES.get(localizer.locale_name, LANGUAGES[DEFAULT])
        self._as_said: dict[type, Callable[[Any], str]] = {
            Count: self.count,
            Size: self.size,
            Several: self.several,
            TranslationString: self,
        }

    def __call__(self, message: str) -> str:
        """Say a message, and what is in it.

        >>> english(_("${count} of ${what}", mapping={"count": Count(1500), "what": _("March")}))
        '1,500 of March'
        """
        mapping = getattr(message, "mapping", None)
        return str(self._localizer.translate(message, mapping=self._said(mapping) if mapping else None))

    def plural(self, singular: str, plural: str, number: int, **mapping: Any) -> str:
        """Say a message in the form that goes with a number, which it holds as ``${count}``.

        >>> english.plural("${count} page", "${count} pages", 2)
        '2 pages'
        """
        mapping = self._said({"count": Count(number), **mapping})
        return self._localizer.pluralize(singular, plural, number, domain=DOMAIN, mapping=mapping)

    def _said(self, mapping: dict[str, Any]) -> dict[str, str]:
        return {name: self._as_said.get(type(value), str)(value) for name, value in mapping.items()}

    def count(self, number: int) -> str:
        """A number with its thousands parted."""
        return f"{number:,}".replace(",", self._language.thousands)

    def size(self, size_bytes: int) -> str:
        """A number of bytes, in a unit that makes it short.

        >>> english.size(1536)
        '1.5 kB'
        """
        if size_bytes < 1024:
            return self.plural("${count} byte", "${count} bytes", size_bytes)
        unit, name = (1024, "kB") if size_bytes < 1024**2 else (1024**2, "MB")
        return f"{size_bytes / unit:.1f}".replace(".", self._language.decimals) + f" {name}"

    def when(self, moment: datetime) -> str:
        """A day and time."""
        parts = {"day": moment.day, "year": moment.year, "time": f"{moment:%H:%M}"}
        parts["month"] = MONTHS[moment.month - 1]
        return self(_("${day} ${month} ${year}, ${time} UTC", mapping=parts))

    def several(self, messages: Iterable[str]) -> str:
        """Several messages, one after the other."""
        return ", ".join(map(self, messages))


#: For what isn't said to a person: the JSON API.
english = Speaker(make_localizer(DEFAULT, ()))


def negotiate(request: Any) -> str:
    """The language that was chosen at the foot of a page, otherwise the one that the browser asks for."""
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return request.accept_language.lookup([*LANGUAGES], default=DEFAULT)


def give_words(event: Any) -> None:
    """Templates mark expressions with ``_`` and let ``say`` say what came from Python."""
    if event["request"] is not None:
        event.update(_=_, say=event["request"].say)


def includeme(config: Any) -> None:
    config.add_translation_dirs(LOCALES)
    config.set_locale_negotiator(negotiate)
    config.add_request_method(lambda request: Speaker(request.localizer), "say", reify=True)
    config.add_subscriber(give_words, BeforeRender)
