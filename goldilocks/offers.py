"""Media types on offer: their one spelling, their order where the client doesn't care, and what a client takes of them.

What an ``Accept`` header accepts of a fixed list of offers is worked out once for each spelling of the header, and
remembered: clients send few different ones. Who sends many makes the memory start afresh, and never grow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from webob.acceptparse import Accept
from webob.request import BaseRequest

if TYPE_CHECKING:
    from goldilocks.types import AnyRequest

#: How long a header may be, in characters, for what it accepts to be remembered.
REMEMBERED_HEADER_LENGTH = 500

#: How many headers are remembered for each list of offers.
REMEMBERED_HEADERS = 256

#: How long a header may be, in characters, to be read at all; a longer one counts as one that can't be read. The time that
#: reading takes grows with the length, and no client has that much to say.
READ_HEADER_LENGTH = 8_192

#: An offer and the quality that the client gives it, from 0.001 to 1.
Accepted = tuple[str, float]


def normalize_accept_offer(offer: str) -> str:
    """Write a media type in the one way in which offers are compared: names in lower case, parameters after semicolons.

    Raises:
        ValueError: it isn't a media type.
    """
    try:
        return str(Accept.parse_offer(offer))
    except ValueError as error:
        raise ValueError(
            f"{offer!r} isn't a media type: write 'type/subtype' or 'type/subtype;name=value'"
        ) from error


def sort_accept_offers(offers: Sequence[str], order: Sequence[str] | None = None) -> list[str]:
    """Put media types into the order in which a server prefers them.

    Types stand in the order that ``order`` gives them. Among offers of one type, those with parameters come before
    the bare one, again in the order that ``order`` gives them. Where nothing decides, offers stay as they stood.

    >>> sort_accept_offers(["text/plain", "text/html", "text/html;level=1"], ["text/html", "text/plain"])
    ['text/html;level=1', 'text/html', 'text/plain']

    Args:
        offers: normalized, as `normalize_accept_offer` gives them.
        order: the most wanted first; bare types, and types with parameters.
    """
    unlisted = len(offers)
    places: dict[str, int] = {}
    for place, media_type in enumerate(order or ()):
        places.setdefault(media_type, place)

    def rank(offer: str) -> tuple[int, int]:
        parsed = Accept.parse_offer(offer)
        type_place = places.get(f"{parsed.type}/{parsed.subtype}", unlisted)
        return type_place, places.get(offer, unlisted) if parsed.params else unlisted + 1

    return sorted(offers, key=rank)


class Offers:
    """A list of media types, read once, and what was found acceptable of it so far.

    >>> Offers(["text/html", "application/json"]).acceptable("application/json, text/*;q=0.5")
    (('application/json', 1.0), ('text/html', 0.5))

    Args:
        offers: the preferred first; what is no media type is never acceptable.
    """

    def __init__(self, offers: Iterable[str]) -> None:
        # each with the keys by which ranges are looked up for it, the most specific first
        self._keys = {offer: keys for offer in offers if (keys := _range_keys(offer))}
        self._answers: dict[str | None, tuple[Accepted, ...]] = {}

    def acceptable(self, header: str | None) -> tuple[Accepted, ...]:
        """Return the offers that a client accepts, the preferred first; among equals, they stand as they stood.

        Args:
            header: the text of ``Accept``. All offers are acceptable without one, and with one that can't be read.
        """
        answer = self._answers.get(header)
        if answer is None:
            answer = tuple(self._judged(header))
            remember(self._answers, header, answer)
        return answer

    def _judged(self, header: str | None) -> Iterable[Accepted]:
        ranges = _ranges(header)
        if ranges is None:
            return [(offer, 1.0) for offer in self._keys]
        # SPEC: RFC 9110, 12.5.1: the most specific range that fits an offer says how much it is wanted
        judged = [
            (offer, next((ranges[key] for key in keys if key in ranges), 0.0))
            for offer, keys in self._keys.items()
        ]
        return sorted((each for each in judged if each[1]), key=lambda each: -each[1])


def _range_keys(offer: str) -> tuple[Any, ...]:
    """Return the keys in the answer of `_ranges` that fit an offer, the most specific first."""
    try:
        type_, subtype, params = Accept.parse_offer(offer)
    except ValueError:
        return ()
    name = f"{type_}/{subtype}"
    exact = ((name, tuple(params)),) if params else ()
    return (*exact, (name, ()), (f"{type_}/*", None), ("*/*", None))


def _ranges(header: str | None) -> Mapping[Any, float] | None:
    """Return the quality of each media range in a header; of one that is named twice, the first counts.

    A range stands under its lower-cased name and its parameters; one with an asterisk under its name alone.
    """
    if header is None or len(header) > READ_HEADER_LENGTH:
        return None
    ranges: dict[Any, float] = {}
    try:
        for media_range, quality, params, _ in Accept.parse(header):
            name = media_range.partition(";")[0].lower()
            wanted = None if name.endswith("/*") else tuple((key.lower(), value) for key, value in params)
            ranges.setdefault((name, wanted), quality)
    except ValueError:
        return None
    return ranges


def remember(answers: dict[str | None, Any], header: str | None, answer: Any) -> None:
    """Keep what was found out for a header, if that is short; when there is much already, forget that first."""
    if header is None or len(header) <= REMEMBERED_HEADER_LENGTH:
        if len(answers) >= REMEMBERED_HEADERS:
            answers.clear()
        answers[header] = answer


_webob_accept = BaseRequest.accept


def has_plain_accept(request: AnyRequest) -> bool:
    """Tell whether ``request.accept`` is WebOb's: then all that it says stands in the header."""
    # PERF: accept-20; to make WebOb's object, and to ask it, takes longer than all the rest of a request
    return getattr(request.__class__, "accept", None) is _webob_accept
