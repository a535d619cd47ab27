"""The table that finds views, and how they get into the record."""

from __future__ import annotations

from unittest import mock

import pytest
from zope.interface import Interface, alsoProvides, classImplements, implementer, providedBy
from zope.interface.registry import Components

from goldilocks import viewtable
from goldilocks.exceptions import PredicateMismatch
from goldilocks.interfaces import (
    IExceptionViewClassifier,
    IMultiView,
    IRequest,
    ISecuredView,
    IView,
    IViewClassifier,
)
from goldilocks.response import Response
from goldilocks.viewtable import (
    REMEMBERED_NAME_LENGTH,
    ViewSet,
    call_views,
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


def errors_found(registry, error):
    return [view(None, None) for view in view_table(registry).find_for_error(IRequest, error)]


def test_views_for_an_error(registry):
    """Exception views are found by the error's class, the most specific first."""
    for context, text in [(None, "any"), (LookupError, "lookup"), (KeyError, "key")]:
        registry.registerAdapter(answering(text), (IExceptionViewClassifier, IRequest, context), IView)
    for _ in range(2):
        assert errors_found(registry, KeyError()) == ["key", "lookup", "any"]
        assert errors_found(registry, IndexError()) == ["lookup", "any"]
        assert errors_found(registry, None) == ["any"]


def test_views_for_one_error(registry):
    """What is said of one error, and of a class later, counts."""

    class Mine(Exception):
        pass

    registry.registerAdapter(answering("marked"), (IExceptionViewClassifier, IRequest, IMark), IView)
    plain, marked = Mine(), Mine()
    alsoProvides(marked, IMark)
    for _ in range(2):
        assert errors_found(registry, plain) == []
        assert errors_found(registry, marked) == ["marked"]
    classImplements(Mine, IMark)
    assert errors_found(registry, plain) == ["marked"]


def test_views_for_an_error_that_says_itself_what_it_provides(registry):
    """A class of errors may answer zope's question as it likes."""

    class Moody(Exception):
        said = providedBy(Exception())

        @property
        def __providedBy__(self):
            return self.said

    registry.registerAdapter(answering("marked"), (IExceptionViewClassifier, IRequest, IMark), IView)
    moody = Moody()
    assert errors_found(registry, moody) == []
    moody.said = providedBy(Marked())
    assert errors_found(registry, moody) == ["marked"]


def test_classes_of_errors_are_bounded(registry, monkeypatch):
    """Classes that are made for one request don't stay for ever."""
    monkeypatch.setattr("goldilocks.viewtable.REMEMBERED_QUESTIONS", 3)
    for number in range(10):
        assert errors_found(registry, type(f"Error{number}", (Exception,), {})()) == []
        assert len(viewtable._plainly_provided) <= 3


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
