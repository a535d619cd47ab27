"""Media types that views offer: their one spelling, and their order where the client doesn't care."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from webob.acceptparse import Accept


def normalize_accept_offer(offer: str, allow_range: bool = False) -> str:
    """Return a media type in its one spelling, or raise ``ValueError``.

    Args:
        offer: such as ``text/html`` or ``text/html;charset=utf8``.
        allow_range: let ``text/*`` and ``*/*`` pass as they are.

    >>> normalize_accept_offer("Text/HTML")
    'text/html'
    """
    if allow_range and "*" in offer:
        return offer.lower()
    return str(Accept.parse_offer(offer))


def sort_accept_offers(offers: Iterable[str], order: Sequence[str] | None = None) -> list[str]:
    """Sort media types by server's preference: as in ``order``, unknown ones last, with parameters before without.

    >>> sort_accept_offers(["text/plain", "text/html", "text/html;level=1"], ["text/html", "text/plain"])
    ['text/html;level=1', 'text/html', 'text/plain']
    """
    offers = list(offers)
    weight = {offer: position for position, offer in enumerate(order or ())}
    last = len(weight) + 1

    def rank(offer: str) -> tuple[int, int]:
        type_, subtype, params = Accept.parse_offer(offer)
        return (
            weight.get(f"{type_}/{subtype}", last),
            weight.get(offer, last) if params else last + 1,
        )

    return sorted(offers, key=rank)
