"""The order of media types."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from goldilocks.config.predicates import normalize_accept_offer, sort_accept_offers

types = st.sampled_from(["text/html", "text/plain", "application/json", "image/png"])
parameters = st.sampled_from(["", ";level=1", ";level=2", ";charset=utf8"])
media_types = st.builds(str.__add__, types, parameters)
offers = st.lists(media_types, max_size=8)
orders = st.lists(media_types, max_size=8, unique=True)


@given(offers, orders)
def test_nothing_is_lost(offered, order):
    """What is sorted is what was offered."""
    assert sorted(sort_accept_offers(offered, order)) == sorted(offered)


@given(offers, orders)
def test_sorting_again_changes_nothing(offered, order):
    """The order is stable."""
    once = sort_accept_offers(offered, order)
    assert sort_accept_offers(once, order) == once


@given(offers, orders)
def test_parameters_before_the_bare_type(offered, order):
    """Of offers of one type, the bare one comes last, as long as the server lists no more than are offered."""
    result = sort_accept_offers(offered, order[: len(offered)])
    for bare in (offer for offer in result if ";" not in offer):
        after = result[result.index(bare) :]
        assert not any(offer.startswith(f"{bare};") for offer in after)


@given(
    st.lists(types, unique=True),
    st.permutations(["text/html", "text/plain", "application/json", "image/png"]),
)
def test_the_server_decides(offered, order):
    """Bare types that the server lists stand in its order, as long as it lists no more than are offered."""
    listed = [media_type for media_type in order if media_type in offered]
    assert sort_accept_offers(offered, listed) == listed


@given(media_types)
def test_normalizing_again_changes_nothing(offer):
    """The normal form of the normal form is itself."""
    once = normalize_accept_offer(offer.upper())
    assert normalize_accept_offer(once) == once
