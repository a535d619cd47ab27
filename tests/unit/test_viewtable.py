"""Sets of views, the table that finds them, and how they get into the record."""

from __future__ import annotations

from unittest import mock

import pytest
from zope.interface import Interface, implementer, providedBy
from zope.interface.registry import Components
from zope.interface.verify import verifyObject

from goldilocks.exceptions import PredicateMismatch
from goldilocks.interfaces import IMultiView, IRequest, ISecuredView, IView, IViewClassifier
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.viewtable import (
    DEFAULT_PHASH,
    MAX_ORDER,
    REMEMBERED_NAME_LENGTH,
    ViewEntry,
    ViewSet,
    call_views,
    entry_of,
    register_view,
    registered_views,
    view_table,
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


# --- Getting into the record -----------------------------------------------------------------------------------------


@pytest.fixture
def registry():
    return Components("test")


def standing(registry):
    """What stands in the record, by the type under which it does."""
    found = {
        type_: registry.adapters.registered(EXACT, type_, "v") for type_ in (IView, ISecuredView, IMultiView)
    }
    return {type_: view for type_, view in found.items() if view is not None}


def test_first_view(registry):
    """The first view stands for itself: secured, if it can be called without its permission."""
    view, secured = answering("v"), answering("s", __call_permissive__=answering("open"))
    register_view(registry, PLACE, view, 1, "p")
    assert standing(registry) == {IView: view}
    other = Components("other")
    register_view(other, PLACE, secured, 1, "p")
    assert standing(other) == {ISecuredView: secured}


@pytest.mark.parametrize("is_secured", [(False, False), (False, True), (True, False), (True, True)])
def test_replaced_view_is_gone(registry, is_secured):
    """A view that is replaced stands nowhere any more, secured or not."""
    views = []
    for number, secured in enumerate(is_secured):
        attributes = {"__call_permissive__": answering("open")} if secured else {}
        views.append(answering(str(number), __phash__="p", **attributes))
        register_view(registry, PLACE, views[-1], 1, "p")
    assert standing(registry) == {ISecuredView if is_secured[1] else IView: views[1]}


def test_second_view_makes_a_set(registry):
    """The second view makes a set, the third joins it, and single views are gone."""
    first = answering(
        "1", __phash__="p", __order__=3, __accept__="text/html", __call_permissive__=answering("open")
    )
    register_view(registry, PLACE, first, 3, "p", "text/html")
    register_view(registry, PLACE, answering("2"), 2, "q")
    views = standing(registry)[IMultiView]
    assert isinstance(views, ViewSet)
    assert views.accepts == ["text/html"]
    register_view(registry, PLACE, answering("3"), 1, "r")
    assert standing(registry) == {IMultiView: views}
    assert [view(None, None) for _, view, _ in views.views] == ["3", "2"]


class IMark(Interface):
    """Marks something."""


@implementer(IMark)
class Marked:
    """A context."""


@pytest.mark.parametrize("context", [IMark, Marked, None])
def test_contexts(registry, context):
    """A context is an interface, a class, or anything."""
    for number in range(2):
        register_view(
            registry, (IViewClassifier, IRequest, context, "v"), answering(str(number)), number, str(number)
        )
    (views,) = view_table(registry).find(IViewClassifier, IRequest, providedBy(Marked()), "v")
    assert len(views.views) == 2


# --- The table -------------------------------------------------------------------------------------------------------


def find(registry, context=None, name="v"):
    return view_table(registry).find(IViewClassifier, IRequest, providedBy(context), name)


def test_table_is_kept(registry):
    """A registry has one table."""
    assert view_table(registry) is view_table(registry)


def test_most_specific_first(registry):
    """What applies is found the most specific first: by request, context, and then type."""
    for context, provided in [(None, IView), (IMark, ISecuredView), (IMark, IView), (Marked, IMultiView)]:
        registry.registerAdapter(
            answering((context, provided)), (IViewClassifier, IRequest, context), provided, "v"
        )
    found = [view(None, None) for view in find(registry, Marked())]
    assert found == [(Marked, IMultiView), (IMark, IView), (IMark, ISecuredView), (None, IView)]


def test_answers_are_remembered(registry):
    """A question that was answered is answered from memory, until the record changes."""
    registry.registerAdapter(answering("v"), EXACT, IView, "v")
    assert find(registry) is find(registry)
    before = find(registry)
    registry.registerAdapter(answering("other"), EXACT, IView, "other")
    assert find(registry) is not before
    assert find(registry) == before


def test_other_tables_of_the_registry(registry):
    """A registry that was made anew has other views."""
    registry.registerAdapter(answering("v"), EXACT, IView, "v")
    assert len(find(registry)) == 1
    registry.__init__("again")
    assert find(registry) == ()


def test_memory_that_is_cleared_from_outside(registry):
    """Older code may make the registry forget."""
    registry.registerAdapter(answering("v"), EXACT, IView, "v")
    before = find(registry)
    registry._view_lookup_cache = {}
    assert find(registry) == before


def test_misses(registry):
    """What nobody says is found nowhere, and only short names of it are remembered."""
    names = ["n" * REMEMBERED_NAME_LENGTH, "n" * (REMEMBERED_NAME_LENGTH + 1)]
    for name in names * 2:
        assert find(registry, name=name) == ()
    assert [question[-1] for question in registry._view_lookup_cache] == names[:1]


def test_long_names_that_are_known(registry):
    """A name that a view has is remembered however long it is."""
    name = "n" * 500
    registry.registerAdapter(answering("v"), EXACT, IView, name)
    assert find(registry, name=name) is find(registry, name=name)


def test_memory_is_bounded(registry, monkeypatch):
    """When the table has been asked too many different questions, it starts afresh."""
    monkeypatch.setattr("goldilocks.viewtable.REMEMBERED_QUESTIONS", 3)
    for number in range(10):
        find(registry, name=str(number))
        assert len(registry._view_lookup_cache) <= 3


def test_no_views_in_a_mock():
    """A mock in a registry's place has no views."""
    assert find(mock.Mock()) == ()


def test_registered_views(registry):
    """Views of certain types are found without the table."""
    registry.registerAdapter(answering("open"), EXACT, IView, "v")
    registry.registerAdapter(answering("secured"), EXACT, ISecuredView, "v")
    question = (IViewClassifier, IRequest, providedBy(None), "v")
    (view,) = registered_views(registry.adapters, question, (ISecuredView,))
    assert view(None, None) == "secured"


# --- Calling ---------------------------------------------------------------------------------------------------------


def test_call_views():
    """The first view that takes the request answers; none at all is ``None``, only refusals a mismatch."""
    assert call_views([passing, answering("a"), answering("b")], None, None) == "a"
    assert call_views([], None, None) is None
    with pytest.raises(PredicateMismatch, match="passing"):
        call_views([passing, passing], None, None)


def test_call_views_without_permission():
    """``secure=False`` calls a view's open way, if it has one."""
    views = [answering("secured", __call_permissive__=answering("open"))]
    assert call_views(views, None, None, secure=False) == "open"
    assert call_views([answering("plain")], None, None, secure=False) == "plain"
    assert call_views(views, None, None) == "secured"


def test_response_that_is_false():
    """A view may return what is false; it is the answer all the same."""
    empty = Response()
    assert call_views([lambda context, request: empty, passing], None, None) is empty
