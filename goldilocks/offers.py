"""Media types on offer: their one spelling, and their order where the client doesn't care."""

from __future__ import annotations

from collections.abc import Sequence

from webob.acceptparse import Accept


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
