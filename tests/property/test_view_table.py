"""The view that the table finds is the one that trying all registrations one by one would find."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from zope.interface import Interface, alsoProvides, classImplements, implementedBy, providedBy
from zope.interface.interface import InterfaceClass
from zope.interface.interfaces import IInterface
from zope.interface.registry import Components

from goldilocks.exceptions import PredicateMismatch
from goldilocks.interfaces import (
    IExceptionViewClassifier,
    IMultiView,
    IRequest,
    ISecuredView,
    IView,
    IViewClassifier,
)
from goldilocks.viewtable import DEFAULT_PHASH, MAX_ORDER, call_views, register_view, view_table

KINDS = (IViewClassifier, IExceptionViewClassifier)
NAMES = ("", "edit", "a-name-that-is-longer-than-what-the-table-remembers-of-misses")
FLAGS = ("a", "b")


class Asked:
    """A request: which predicates hold for it."""

    def __init__(self, flags):
        self.flags = flags


def made_view(label, flags):
    """Return a view that answers with its label, has the predicates ``flags``, and says so as derived views do."""

    def view(context, request):
        if not request.flags.issuperset(flags):
            raise PredicateMismatch(label)
        return label

    view.__predicated__ = lambda context, request: request.flags.issuperset(flags)
    view.__order__, view.__phash__ = order_of(flags), phash_of(flags)
    return view


def order_of(flags):
    return MAX_ORDER - sum(1 << FLAGS.index(flag) for flag in flags)


def phash_of(flags):
    return "+".join(sorted(flags)) or DEFAULT_PHASH


class World:
    """Classes, interfaces and request types that look at each other in all ways, drawn by hypothesis."""

    def __init__(self, draw):
        self.interfaces = [Interface]
        for number in range(draw(st.integers(1, 4))):
            bases = draw(st.lists(st.sampled_from(self.interfaces), min_size=1, max_size=2, unique=True))
            try:
                made = InterfaceClass(f"I{number}", bases=tuple(bases))
            except TypeError:  # no order can be made of these bases
                continue
            self.interfaces.append(made)
        self.classes = [object]
        for number in range(draw(st.integers(1, 4))):
            bases = draw(st.lists(st.sampled_from(self.classes), min_size=1, max_size=2, unique=True))
            try:
                made = type(f"C{number}", tuple(bases), {})
            except TypeError:
                continue
            implemented = draw(st.lists(st.sampled_from(self.interfaces), max_size=2, unique=True))
            classImplements(made, *implemented)
            self.classes.append(made)
        own = InterfaceClass("own", bases=())
        self.requests = [IRequest, own, InterfaceClass("combined", bases=(own, IRequest))]
        self.instances = [cls() for cls in self.classes]


class Naive:
    """What was registered, gone through one by one: no table, no set, no cache."""

    def __init__(self):
        #: (kind, request type, context specification, name) -> predicate hash -> (order, age, view).
        self.said = {}

    def add(self, place, view, flags, age):
        self.said.setdefault(place, {})[phash_of(flags)] = (order_of(flags), age, view)

    def remove(self, place):
        self.said.pop(place, None)

    def answer(self, kind, request_iface, context, name, request):
        provided = providedBy(context)
        is_known = False
        for request_type in request_iface.__sro__:
            for context_type in provided.__sro__:
                views = self.said.get((kind, request_type, context_type, name), {}).values()
                for _, _, view in sorted(views, key=lambda ranked: ranked[:2]):
                    is_known = True
                    try:
                        return view(context, request)
                    except PredicateMismatch:
                        pass
        return "mismatch" if is_known else None


def table_answer(registry, kind, request_iface, context, name, request):
    views = view_table(registry).find(kind, request_iface, providedBy(context), name)
    try:
        return call_views(views, context, request)
    except PredicateMismatch:
        return "mismatch"


def specification(context):
    return context if IInterface.providedBy(context) else implementedBy(context)


@given(st.data())
def test_table_answers_as_trying_all_would(data):
    """Whatever is registered, replaced, taken out and said of classes in between, both find the same view."""
    draw = data.draw
    world = World(draw)
    registry, naive = Components("drawn"), Naive()
    places = st.tuples(
        st.sampled_from(KINDS),
        st.sampled_from(world.requests),
        st.sampled_from([*world.interfaces, *world.classes]),
        st.sampled_from(NAMES),
    )
    for age in range(draw(st.integers(1, 14))):
        step = draw(st.sampled_from(["say", "say", "say", "by hand", "take out", "mark", "classImplements"]))
        if step == "mark":
            alsoProvides(draw(st.sampled_from(world.instances[1:])), draw(st.sampled_from(world.interfaces)))
        elif step == "classImplements":
            classImplements(draw(st.sampled_from(world.classes[1:])), draw(st.sampled_from(world.interfaces)))
        else:
            change(registry, naive, step, draw(places), draw(st.sets(st.sampled_from(FLAGS))), age)
        for _ in range(draw(st.integers(0, 3))):
            compare(registry, naive, world, draw)
    for _ in range(6):
        compare(registry, naive, world, draw)


def change(registry, naive, step, place, flags, age):
    """Change the record as add_view does, or as somebody does by hand, and tell the reference."""
    kind, request_iface, context, name = place
    exact = (kind, request_iface, specification(context), name)
    if step == "say":
        view = made_view(f"said {age}", flags)
        register_view(registry, place, view, order_of(flags), phash_of(flags))
        naive.add(exact, view, flags, age)
    elif step == "by hand":
        take_out(registry, exact)
        naive.remove(exact)
        view = made_view(f"by hand {age}", flags)
        registry.registerAdapter(view, (kind, request_iface, context), IView, name)
        naive.add(exact, view, flags, age)
    else:
        take_out(registry, exact)
        naive.remove(exact)


def take_out(registry, exact):
    *required, name = exact
    for provided in (IView, ISecuredView, IMultiView):
        registry.unregisterAdapter(required=tuple(required), provided=provided, name=name)
        registry.adapters.unregister(tuple(required), provided, name)


def compare(registry, naive, world, draw):
    """Ask both the same question."""
    kind, request_iface = draw(st.sampled_from(KINDS)), draw(st.sampled_from(world.requests))
    context, name = draw(st.sampled_from(world.instances)), draw(st.sampled_from(NAMES))
    request = Asked(draw(st.sets(st.sampled_from(FLAGS))))
    question = (kind, request_iface, context, name, request)
    assert table_answer(registry, *question) == naive.answer(*question)
