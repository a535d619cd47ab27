"""Views, and sets of them: which one is chosen."""

from __future__ import annotations

import copy
from unittest import mock

import pytest
from zope.interface import Interface
from zope.interface.verify import verifyObject

from goldilocks.exceptions import PredicateMismatch
from goldilocks.interfaces import (
    IMultiView,
    IRequest,
    IViewClassifier,
)
from goldilocks.offers import REMEMBERED_HEADERS
from goldilocks.request import Request
from goldilocks.viewtable import (
    DEFAULT_PHASH,
    MAX_ORDER,
    ViewEntry,
    ViewSet,
    entry_of,
)

PLACE = (IViewClassifier, IRequest, None, "v")
EXACT = (IViewClassifier, IRequest, Interface)


def answering(text, **attributes):
    """A view that answers with its text."""

    def view(context, request):
        return text

    vars(view).update(attributes)
    return view


def passing(context, request):
    raise PredicateMismatch("passing")


def choosing(text, flag, **attributes):
    """A view with one predicate: the request's text has the flag."""

    def holds(context, request):
        return flag in request

    def view(context, request):
        if not holds(context, request):
            raise PredicateMismatch(text)
        return text

    vars(view).update(__predicated__=holds, __phash__=flag, **attributes)
    return view


def ours(text, *predicates, **attributes):
    """A view as the pipeline leaves it: with an entry."""
    view = answering(text, **attributes)
    entry = ViewEntry(
        derived=view, call=answering(f"call {text}"), open_call=view, original=view, predicates=predicates
    )
    view.__entry__ = entry
    return view


# --- Entries ---------------------------------------------------------------------------------------------------------


def test_entry_of_our_view():
    """A view of ours brings its entry."""
    view = ours("v")
    assert entry_of(view) is view.__entry__


def test_entry_of_a_foreign_view():
    """For any other callable one is made of what it says of itself."""
    view = answering("v")
    entry = entry_of(view)
    assert (entry.derived, entry.call, entry.open_call, entry.original) == (view, view, view, view)
    assert (entry.predicates, entry.order, entry.phash) == ((), MAX_ORDER, DEFAULT_PHASH)
    assert (entry.accept, entry.permits, entry.stages) == (None, None, ())
    said = {
        "__order__": 3,
        "__accept__": "text/html",
        "__permitted__": "permits",
        "__call_permissive__": "open",
    }
    entry = entry_of(choosing("v", "a", __original_view__="original", **said))
    assert (entry.order, entry.phash, entry.accept, entry.permits) == (3, "a", "text/html", "permits")
    assert (entry.open_call, entry.original) == ("open", "original")
    assert entry.holds(None, "a")
    assert not entry.holds(None, "b")


def test_entry_of_a_copy():
    """A callable that took over the attributes of a view of ours is foreign."""
    inner, outer = ours("inner"), answering("outer")
    vars(outer).update(vars(inner))
    assert entry_of(outer).call is outer


def test_entry_of_an_object_with_every_attribute():
    """A callable that answers to every name is foreign, too, and is called in a set as it is."""

    class Agreeable:
        def __getattr__(self, name):
            return "yes"

        def __call__(self, context, request):
            return "called"

    view = Agreeable()
    assert entry_of(view).call is view
    views = ViewSet("v")
    views.add(view, 1)
    assert views(None, None) == "called"


# --- Sets ------------------------------------------------------------------------------------------------------------


def test_set_is_a_multi_view():
    """A set keeps the documented contract."""
    assert verifyObject(IMultiView, ViewSet("v"))


def test_views_by_order():
    """Views stand by order; with equal orders, the one that came first."""
    views = ViewSet("v")
    for order, text in [(5, "b"), (1, "a"), (9, "d"), (5, "c")]:
        views.add(answering(text), order)
    assert [view(None, None) for _, view, _ in views.views] == ["a", "b", "c", "d"]


def test_same_hash_replaces():
    """A view replaces the one with its hash, where that stands; without a hash none is replaced."""
    views = ViewSet("v")
    for order, text, phash in [(1, "a", "p"), (2, "b", None), (2, "c", None), (1, "d", "p")]:
        views.add(answering(text), order, phash)
    assert [view(None, None) for _, view, _ in views.views] == ["d", "b", "c"]


def test_same_hash_replaces_an_offer():
    """The same among views that offer a media type."""
    views = ViewSet("v")
    for text, phash in [("a", "p"), ("b", "q"), ("c", "p")]:
        views.add(answering(text), 1, phash, "text/html")
    assert [view(None, None) for _, view, _ in views.media_views["text/html"]] == ["c", "b"]
    assert views.accepts == ["text/html"]


def test_order_of_offers():
    """Media types stand in the order of preference, if there is one, else as they came."""

    class Order:
        def sorted(self):
            return [("json", "application/json"), ("html", "text/html")]

    views, other = ViewSet("v"), ViewSet("v")
    for accept in ("text/plain", "text/html", "application/json"):
        views.add(answering(accept), 1, None, accept, Order())
        other.add(answering(accept), 1, None, accept)
    assert views.accepts == ["application/json", "text/html", "text/plain"]
    assert other.accepts == ["text/plain", "text/html", "application/json"]


def test_views_for_a_request():
    """A request gets the offers that it accepts, the preferred first, and then what offers nothing."""
    views = ViewSet("v")
    views.add(answering("any"), 1)
    views.add(answering("html"), 1, None, "text/html")
    views.add(answering("json"), 1, None, "application/json")

    def texts(request):
        return [view(None, None) for _, view, _ in views.get_views(request)]

    assert texts(Request.blank("/", accept="application/json, text/html;q=0.5")) == ["json", "html", "any"]
    assert texts(Request.blank("/", accept="image/png")) == ["any"]
    assert texts(object()) == ["any"]


def test_entries_of_a_set():
    """All views of a set can be looked at, offers first."""
    views = ViewSet("v")
    views.add(answering("any"), 1)
    views.add(answering("html"), 1, None, "text/html")
    assert [entry.call(None, None) for entry in views.entries()] == ["html", "any"]


@pytest.mark.parametrize(("request_", "text"), [("a", "a"), ("ab", "a"), ("b", "b"), ("c", "any")])
def test_match_and_call(request_, text):
    """The first view whose predicates hold is the one that matches, and that is called."""
    views = ViewSet("v")
    views.add(answering("any"), 9)
    views.add(choosing("b", "b"), 2)
    views.add(choosing("a", "a"), 1)
    assert views.match(None, request_)(None, request_) == text
    assert views(None, request_) == text


def test_nothing_matches():
    """Where no view does, that is a mismatch with the view's name."""
    views = ViewSet("name")
    views.add(choosing("a", "a"), 1)
    for ask in (views.match, views, views.__permitted__, views.__call_permissive__):
        with pytest.raises(PredicateMismatch, match="name"):
            ask(None, "b")


def test_view_that_passes_when_called():
    """A view that passes by itself leaves the request to the next one."""
    views = ViewSet("v")
    views.add(passing, 1)
    views.add(answering("next"), 2)
    assert views(None, "") == "next"


def test_view_of_ours_is_asked_by_its_entry():
    """A view of ours is asked by its predicates, once, and called without them."""
    asked = []

    def predicate(context, request):
        asked.append(request)
        return request == "yes"

    views = ViewSet("v")
    views.add(ours("v", predicate), 1)
    assert views(None, "yes") == "call v"
    with pytest.raises(PredicateMismatch):
        views(None, "no")
    assert asked == ["yes", "no"]


def test_permissions_of_a_set():
    """A set asks the view that matches whether it is permitted; one without permission is."""
    views = ViewSet("v")
    views.add(choosing("a", "a", __permitted__=lambda context, request: f"asked for {request}"), 1)
    views.add(answering("any"), 2)
    assert views.__permitted__(None, "a") == "asked for a"
    assert views.__permitted__(None, "b") is True


def test_call_permissive_of_a_set():
    """Without permission the view that matches is called, by its own way if it has one."""
    views = ViewSet("v")
    views.add(choosing("a", "a", __call_permissive__=answering("open")), 1)
    views.add(answering("any"), 2)
    assert (views.__call_permissive__(None, "a"), views.__call_permissive__(None, "b")) == ("open", "any")


def test_discriminator_of_a_set():
    """A set's discriminator is that of the view that matches."""
    views = ViewSet("v")
    views.add(answering("any", __discriminator__=lambda context, request: "said"), 1)
    assert views.__discriminator__(None, "") == "said"


def changes():
    """What can be done to the list of a set: for each change, what it does."""
    view = (0, answering("new"), None)
    return [
        lambda views: views.append(view),
        lambda views: views.extend([view]),
        lambda views: views.insert(0, view),
        lambda views: views.pop(0),
        lambda views: views.remove(views[0]),
        lambda views: views.reverse(),
        lambda views: views.sort(key=lambda ranked: -ranked[0]),
        lambda views: views.clear(),
        lambda views: views.__setitem__(0, view),
        lambda views: views.__delitem__(0),
        lambda views: views.__iadd__([view]),
        lambda views: views.__imul__(0),
    ]


def tried(views, request):
    """What trying one by one answers, and what the set answers."""
    try:
        expected = views._try(views.get_views(request), None, request)
    except PredicateMismatch:
        expected = None
    try:
        return expected, views(None, request)
    except PredicateMismatch:
        return expected, None


@pytest.mark.parametrize("change", changes())
@pytest.mark.parametrize("accept", [None, "text/html"])
def test_lists_are_written_to(change, accept):
    """Whatever is done to the lists of a set counts from the next request on."""
    views = ViewSet("v")
    request = Request.blank("/", accept="text/html")
    for order in (1, 2):
        views.add(answering(str(order)), order, str(order), accept)
    assert tried(views, request) == ("1", "1")
    chosen = views.media_views["text/html"] if accept else views.views
    before = list(chosen)
    change(chosen)
    assert chosen != before
    expected, answer = tried(views, request)
    assert answer == expected


@pytest.mark.parametrize(
    "change",
    [
        lambda offers: offers.pop("text/html"),
        lambda offers: offers.popitem(),
        lambda offers: offers.__delitem__("text/html"),
        lambda offers: offers.clear(),
    ],
)
def test_offers_are_taken_out(change):
    """An offer that is taken out, and is among those accepted no more, is gone with the next request."""
    views = ViewSet("v")
    views.add(answering("html"), 1, None, "text/html")
    views.add(answering("any"), 1)
    request = Request.blank("/", accept="text/html")
    assert views(None, request) == "html"
    change(views.media_views)
    views.accepts.remove("text/html")
    assert views(None, request) == "any"


@pytest.mark.parametrize(
    "change",
    [
        lambda offers, new: offers.update({"text/html": new}),
        lambda offers, new: offers.__setitem__("text/html", new),
        lambda offers, new: offers.__ior__({"text/html": new}),
    ],
)
def test_lists_of_others(change):
    """A list that isn't the set's own may change without a word; so its views are looked at each time."""
    views = ViewSet("v")
    views.add(answering("html"), 1, None, "text/html")
    request = Request.blank("/", accept="text/html")
    assert views(None, request) == "html"
    new = [(1, answering("new"), None)]
    change(views.media_views, new)
    assert views(None, request) == "new"
    new[0] = (1, answering("newer"), None)
    assert views(None, request) == "newer"


def test_lists_are_assigned():
    """The attributes themselves can be assigned, with lists that change later."""
    views = ViewSet("v")
    views.add(answering("old"), 1)
    assert views(None, None) == "old"
    views.views = mine = [(1, answering("new"), None)]
    assert views(None, None) == "new"
    mine.insert(0, (1, answering("newer"), None))
    assert views(None, None) == "newer"
    views.accepts, views.media_views = ["text/html"], {"text/html": [(1, answering("html"), None)]}
    assert views(None, Request.blank("/", accept="text/html")) == "html"


def test_accept_of_another_kind():
    """A request that says by other means what it accepts is asked by them."""

    class Accepting:
        def __init__(self, *offers):
            self.offers = offers

        def acceptable_offers(self, offers):
            return [(offer, 1) for offer in self.offers]

    views = ViewSet("v")
    views.add(answering("html"), 1, None, "text/html")
    views.add(answering("any"), 1)
    for offers, text in [(["text/html"], "html"), ([], "any")]:
        request = mock.Mock(spec_set=["accept"], accept=Accepting(*offers))
        assert views(None, request) == text


def test_set_can_be_copied():
    """A copy of a set goes on by itself."""
    views = ViewSet("v")
    views.add(answering("old"), 1, None, "text/html")
    request = Request.blank("/", accept="text/html")
    assert views(None, request) == "old"
    twin = copy.deepcopy(views)
    twin.media_views["text/html"][0] = (1, answering("new"), None)
    assert (views(None, request), twin(None, request)) == ("old", "new")


def test_memory_of_headers_is_bounded():
    """However many different headers come, a set remembers few."""
    views = ViewSet("v")
    views.add(answering("html"), 1, None, "text/html")
    for number in range(REMEMBERED_HEADERS + 10):
        assert views(None, Request.blank("/", accept=f"text/html;level={number}, text/*")) == "html"
        assert len(views._plans) <= REMEMBERED_HEADERS
