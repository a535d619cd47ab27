"""Which views take requests that a page of another site had sent."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from zope.interface import implementer

from goldilocks.crossorigin import call_across_origins
from goldilocks.exceptions import BadCSRFOrigin, PredicateMismatch
from goldilocks.interfaces import IMultiView


@implementer(IMultiView)
class ForeignSet:
    """A set of views of another make, which knows no more than it must."""

    def __init__(self, *views):
        self.views = list(views)

    def match(self, context, request):
        if not self.views:
            raise PredicateMismatch("none")
        return self.views[0]


def wanted(answer, wants=True):
    """Return a view that answers so; ``PredicateMismatch`` passes."""

    def view(context, request):
        if answer is PredicateMismatch:
            raise PredicateMismatch("passes")
        return answer

    view.__allows_cross_origin__ = wants
    return view


@pytest.mark.parametrize(
    ("views", "expected"),
    [
        ([], None),
        ([wanted("a")], "a"),
        ([wanted("a", wants=False)], BadCSRFOrigin),
        ([wanted(PredicateMismatch)], PredicateMismatch),
        ([wanted(PredicateMismatch), wanted("a")], "a"),
        ([wanted(PredicateMismatch), wanted("a", wants=False)], BadCSRFOrigin),
        ([ForeignSet()], PredicateMismatch),
        ([ForeignSet(wanted("a"))], "a"),
        ([ForeignSet(wanted("a", wants=False))], BadCSRFOrigin),
        ([ForeignSet(), wanted("a")], "a"),
        ([ForeignSet(wanted(PredicateMismatch)), wanted("a", wants=False)], BadCSRFOrigin),
    ],
)
def test_views_are_asked_when_their_turn_comes(views, expected):
    """Each view says for itself whether it wants other sites' requests, in whatever set it stands."""
    request = SimpleNamespace(view_name="")
    if isinstance(expected, type):
        with pytest.raises(expected):
            call_across_origins(views, None, request, "why")
    else:
        assert call_across_origins(views, None, request, "why") == expected
