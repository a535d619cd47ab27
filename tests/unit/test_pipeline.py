"""How a view is composed of stages."""

from __future__ import annotations

import functools
import types

import pytest

from goldilocks.config import Configurator
from goldilocks.exceptions import ConfigurationError, PredicateMismatch
from goldilocks.pipeline import (
    DefaultViewMapper,
    Stage,
    ViewInfo,
    around,
    compose,
    finisher,
    guard,
    preserve_view_attrs,
    requestonly,
    view_description,
    wraps_view,
)
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.viewtable import DEFAULT_PHASH, MAX_ORDER, entry_of


def view(context, request):
    """Answer."""
    request.append("view")
    return "result"


def told_by(composed):
    """Call a composed view, and return what its stages noted and what came out."""
    notes = []
    return composed(None, notes), notes


def info_of(original=view, options=None, predicates=(), **more):
    return ViewInfo(original, None, None, predicates, False, options or {}, **more)


def guarding(name, **attributes):
    @guard(name)
    def make(info):
        def check(context, request):
            request.append(name)

        vars(check).update(attributes)
        return check

    return make


def finishing(name):
    @finisher(name)
    def make(info):
        return lambda result, context, request: f"{name}({result})"

    return make


def wrapping(name):
    @around(name)
    def make(view, info):
        def wrapper(context, request):
            request.append(f"{name} in")
            result = view(context, request)
            request.append(f"{name} out")
            return f"{name}[{result}]"

        return wrapper

    return make


def composed(*stages, **info):
    return compose(info_of(**info), [(stage.name, stage) for stage in stages])


# --- Composing -------------------------------------------------------------------------------------------------------


def test_nothing_to_do():
    """A view that no stage wants, without predicates, stays the very object."""
    assert composed() is view


def test_stage_that_is_not_wanted():
    """A stage that returns ``None`` isn't there, whatever its kind."""
    unwanted = [Stage(kind, kind, lambda *arguments: None) for kind in ("guard", "finish", "around")]
    assert composed(*unwanted) is view


def test_finisher():
    """A finisher takes what the view returned."""
    assert told_by(composed(finishing("a"))) == ("a(result)", ["view"])


def test_guard():
    """A guard runs before the view."""
    assert told_by(composed(guarding("a"))) == ("result", ["a", "view"])


def test_guard_that_refuses():
    """A guard that raises keeps the view from running, and all finishers."""

    @guard("refusing")
    def refusing(info):
        def refuse(context, request):
            raise LookupError

        return refuse

    notes = []
    with pytest.raises(LookupError):
        composed(finishing("a"), refusing, guarding("b"))(None, notes)
    assert notes == []


def test_stages_in_order():
    """Stages run from the outermost in, finishers from the innermost out, and arounds stand where they are said."""
    stages = [
        *(guarding("g1"), finishing("f1"), guarding("g2"), wrapping("a"), finishing("f2")),
        *(guarding("g3"), wrapping("b"), finishing("f3"), finishing("f4")),
    ]
    result, notes = told_by(composed(*stages))
    assert result == "f1(a[f2(b[f3(f4(result))])])"
    assert notes == ["g1", "g2", "a in", "g3", "b in", "view", "b out", "a out"]


def test_neighbours_share_one_call():
    """Guards and finishers without an around between them are sealed into one function."""
    derived = composed(
        guarding("g"), finishing("f"), Stage("no", "around", lambda view, info: None), guarding("h")
    )
    assert derived.__wraps__ is view


def test_stages_are_noted():
    """A composed view knows its stages, the outermost first."""
    unwanted = Stage("unwanted", "guard", lambda info: None)
    derived = composed(guarding("g"), wrapping("a"), unwanted, finishing("f"))
    assert derived.__entry__.stages == ("g", "a", "f")


def test_foreign_deriver():
    """Any callable of (view, info) is a stage around; what it returns looks like the view."""

    def foreign(view, info):
        return lambda context, request: f"foreign {view(context, request)}"

    derived = compose(info_of(), [("foreign", foreign), ("f", finishing("f"))])
    assert told_by(derived) == ("foreign f(result)", ["view"])
    assert (derived.__name__, derived.__doc__, derived.__original_view__) == ("view", "Answer.", view)
    assert derived.__entry__.stages == ("foreign", "f")


def test_foreign_deriver_that_returns_the_view():
    """A deriver that returns the view is no stage of it, but what it wrote onto the view stays."""

    def foreign(view, info):
        view.mark = "written"
        return view

    derived = compose(info_of(), [("g", guarding("g")), ("foreign", foreign), ("f", finishing("f"))])
    assert derived.__entry__.stages == ("g", "f")
    assert derived.__wraps__.mark == "written"


def test_stage_is_a_deriver():
    """A stage can be called with (view, info) like any deriver."""
    derived = finishing("a")(view, info_of())
    assert told_by(derived) == ("a(result)", ["view"])
    assert derived.__original_view__ is view
    assert finishing("a").__name__ == "a"
    assert Stage("a", "guard", lambda info: None)(view, info_of()) is view


# --- Permissions -----------------------------------------------------------------------------------------------------


def permitting(verdict):
    return guarding("permission", permits=lambda context, request: verdict, permission="read")


def test_permission_guard():
    """A guard with ``permits`` makes the view tell its permission, and callable without it."""
    derived = composed(finishing("outer"), permitting("yes"), guarding("inner"), finishing("f"))
    assert derived.__permitted__(None, None) == "yes"
    assert derived.__permission__ == "read"
    assert told_by(derived) == ("outer(f(result))", ["permission", "inner", "view"])
    assert told_by(derived.__call_permissive__) == ("f(result)", ["inner", "view"])


@pytest.mark.parametrize("outer", [wrapping("a"), finishing("f"), guarding("g")])
def test_permission_shows_through_what_stands_around(outer):
    """What stands around the permission guard hands its attributes on."""
    derived = composed(outer, wrapping("b"), permitting("yes"))
    assert derived.__permitted__(None, None) == "yes"
    assert told_by(derived.__call_permissive__) == ("result", ["view"])
    entry = derived.__entry__
    assert (entry.permits(None, None), entry.open_call) == ("yes", derived.__call_permissive__)


def test_view_without_permission():
    """Without such a guard a view says nothing of permissions."""
    derived = composed(guarding("g"))
    assert not hasattr(derived, "__permitted__")
    assert (derived.__entry__.permits, derived.__entry__.open_call) == (None, derived.__entry__.call)


# --- Predicates and rank ---------------------------------------------------------------------------------------------


class Holds:
    def __init__(self, value):
        self.value = value

    def __call__(self, context, request):
        return self.value

    def text(self):
        return f"holds = {self.value}"


def test_predicates_stand_in_front():
    """A derived view checks its predicates first, and says which one refused."""
    derived = composed(guarding("g"), predicates=[Holds(True), Holds(False)], phash="p", order=1)
    notes = []
    with pytest.raises(PredicateMismatch, match=r"predicate mismatch for view view \(holds = False\)"):
        derived(None, notes)
    assert notes == []
    assert not derived.__predicated__(None, None)
    assert [predicate.value for predicate in derived.__predicates__] == [True, False]


def test_entry_leaves_predicates_to_the_caller():
    """The entry keeps the view without its predicates, for who has asked them."""
    derived = composed(guarding("g"), predicates=[Holds(False)], phash="p", order=1)
    entry = entry_of(derived)
    assert entry.derived is derived
    assert not entry.holds(None, None)
    assert told_by(entry.call) == ("result", ["g", "view"])


def test_predicates_that_hold():
    """Where all hold, the view runs."""
    derived = composed(predicates=[Holds(True), Holds(1)], phash="p", order=1)
    assert told_by(derived) == ("result", ["view"])
    assert derived.__predicated__(None, None)
    assert derived.__entry__.holds(None, None)


def test_rank():
    """A derived view carries what a set ranks it by."""
    options = {"accept": "text/html", "attr": "a", "permission": "read"}
    derived = composed(guarding("g"), options=options, order=7, phash="p")
    assert (derived.__accept__, derived.__order__, derived.__phash__) == ("text/html", 7, "p")
    assert (derived.__view_attr__, derived.__permission__) == ("a", "read")


def test_rank_is_not_written_onto_the_application_s_object():
    """Where nothing else wraps the view, a function is put around it to carry the rank."""
    derived = composed(order=7)
    assert derived is not view
    assert not hasattr(view, "__order__")
    assert (derived.__order__, derived.__original_view__) == (7, view)
    assert told_by(derived) == ("result", ["view"])


def test_no_rank():
    """A view without predicates and offer carries no rank."""
    assert not hasattr(composed(guarding("g")), "__order__")


def test_info():
    """What a stage may know of a view has defaults."""
    info = info_of()
    assert (info.predicates, info.options, info.order, info.phash) == ([], {}, MAX_ORDER, DEFAULT_PHASH)
    registry = types.SimpleNamespace(settings={"a": 1})
    assert ViewInfo(view, registry, None, None, True, None).settings == {"a": 1}


# --- Looking like the view -------------------------------------------------------------------------------------------


def test_preserve_view_attrs():
    """A wrapper takes over name, documentation and what else is known of the view."""

    def inner(context, request):
        """Do it."""

    inner.__permitted__, inner.__text__ = "permitted", "text"

    def outer(context, request):
        pass

    assert preserve_view_attrs(inner, outer) is outer
    assert (outer.__name__, outer.__doc__, outer.__module__) == ("inner", "Do it.", __name__)
    assert (outer.__wraps__, outer.__original_view__) == (inner, inner)
    assert (outer.__permitted__, outer.__text__) == ("permitted", "text")
    assert not hasattr(outer, "__order__")

    def outermost(context, request):
        pass

    assert preserve_view_attrs(outer, outermost).__original_view__ is inner


def test_preserve_view_attrs_of_an_instance():
    """An instance has no name; what it looks like serves as one."""

    class View:
        def __repr__(self):
            return "a view"

    def outer(context, request):
        pass

    assert preserve_view_attrs(View(), outer).__name__ == "a view"


def test_preserve_view_attrs_of_nothing():
    """Without a view, or where the wrapper is the view, nothing is written."""
    assert preserve_view_attrs(None, view) is view
    assert preserve_view_attrs(view, view) is view
    assert not hasattr(view, "__wraps__")


def test_wraps_view():
    """``wraps_view`` makes a deriver whose result looks like the view."""

    @wraps_view
    def deriver(view, info):
        def wrapper(context, request):
            return "wrapped"

        return wrapper

    derived = deriver(view, None)
    assert (derived.__name__, derived.__wraps__, derived(None, None)) == ("view", view, "wrapped")


def test_view_description():
    """A view is described by its text, or by what it is."""

    def described(context, request):
        pass

    described.__text__ = "the described one"
    assert view_description(described) == "the described one"
    assert view_description(view) == f"function {__name__}.view"


# --- The mapper ------------------------------------------------------------------------------------------------------


class OfRequest:
    def __init__(self, request):
        pass

    def __call__(self):
        return "called"

    def method(self):
        return "method"


class OfBoth:
    def __init__(self, context, request):
        self.context = context

    def method(self):
        return f"method of {self.context}"


class Instance:
    def __call__(self, request):
        return "instance"

    def of_request(self, request):
        return "of request"

    def of_both(self, context, request):
        return f"of {context}"


def builtin_like(request):
    return "partial"


@pytest.mark.parametrize(
    ("original", "attr", "result", "text"),
    [
        (OfRequest, None, "called", f"method __call__ of class {__name__}.OfRequest"),
        (OfRequest, "method", "method", f"method method of class {__name__}.OfRequest"),
        (OfBoth, "method", "method of root", f"method method of class {__name__}.OfBoth"),
        (builtin_like, None, "partial", f"function {__name__}.builtin_like"),
        (Instance(), None, "instance", "object"),
        (Instance(), "of_request", "of request", "attr of_request of object"),
        (Instance(), "of_both", "of root", "attr of_both of object"),
        (Instance().of_request, None, "of request", f"method of_request of class {__name__}.Instance"),
        (Instance().of_both, None, "of root", f"method of_both of class {__name__}.Instance"),
    ],
)
def test_mapper(original, attr, result, text):
    """The mapper makes (context, request) of what an application writes, and describes it."""
    mapped = DefaultViewMapper(attr=attr)(original)
    assert mapped("root", Request.blank("/")) == result
    assert mapped.__text__.startswith(text)


def test_mapper_leaves_what_fits():
    """A function of both is described, and stays itself; an instance of both stays as it is."""

    def of_both(context, request):
        pass

    class InstanceOfBoth:
        def __call__(self, context, request):
            pass

    instance = InstanceOfBoth()
    assert DefaultViewMapper()(of_both) is of_both
    assert of_both.__text__.endswith("of_both")
    assert DefaultViewMapper()(instance) is instance
    assert not hasattr(instance, "__text__")


def test_mapper_notes_the_instance():
    """The instance of a view class is noted on the request, for the renderer."""
    request = Request.blank("/")
    DefaultViewMapper()(OfRequest)(None, request)
    assert isinstance(request.__view__, OfRequest)


def test_mapper_refuses_a_method_without_object():
    """A method that was taken from its class is refused."""
    with pytest.raises(ConfigurationError, match="set the class as your `view`"):
        DefaultViewMapper()(Instance.of_request)


@pytest.mark.parametrize(
    ("original", "attr", "answer"),
    [
        (builtin_like, None, True),
        (view, None, False),
        (OfRequest, None, True),
        (OfBoth, None, False),
        (Instance(), "of_request", True),
        (Instance(), "of_both", False),
        (functools.partial(view, None), None, True),
    ],
)
def test_requestonly(original, attr, answer):
    """Whether a view takes the request alone is seen from its signature."""
    assert requestonly(original, attr) is answer


def test_composed_by_an_application():
    """What an application says runs through the stages that it wants, and through no others."""
    config = Configurator(autocommit=True)
    derived = config._derive_view(lambda request: Response(), http_cache=1, decorator=lambda view: view)
    assert derived.__entry__.stages == ("http_cached_view", "rendered_view", "mapped_view")
