"""A set of views, indexed or not, answers as trying its views one by one would; and an ``Accept`` is judged as by WebOb."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from webob.acceptparse import create_accept_header

from goldilocks.exceptions import PredicateMismatch
from goldilocks.offers import Offers
from goldilocks.predicates import (
    AcceptPredicate,
    CustomPredicate,
    HeaderPredicate,
    MatchParamPredicate,
    Notted,
    RequestMethodPredicate,
    RequestParamPredicate,
    XHRPredicate,
)
from goldilocks.request import Request
from goldilocks.viewtable import ViewEntry, ViewSet

METHODS = ("GET", "POST", "PUT", "PURGE")
MEDIA_TYPES = ("text/html", "text/plain", "application/json", "text/html;level=1")
PAIRS = ("a", "a=1", "a=2", "b=1", "b=2")

# --- Sets of views ---------------------------------------------------------------------------------------------------


class Shifting:
    """A custom predicate that changes what other predicates look at: nobody should write one, and order must hold even so."""

    def __init__(self, method, answer):
        self.method, self.answer = method, answer

    def __call__(self, context, request):
        request.method = self.method
        return self.answer


predicates = st.one_of(
    st.builds(RequestMethodPredicate, st.lists(st.sampled_from(METHODS), min_size=1, max_size=2), st.none()),
    st.builds(RequestParamPredicate, st.lists(st.sampled_from(PAIRS), min_size=1, max_size=2), st.none()),
    st.builds(MatchParamPredicate, st.sampled_from(("m=1", "m=2", "n=1")), st.none()),
    st.builds(XHRPredicate, st.booleans(), st.none()),
    st.builds(HeaderPredicate, st.sampled_from(("X-Bowl", "X-Bowl:1")), st.none()),
    st.builds(AcceptPredicate, st.sampled_from(MEDIA_TYPES), st.none()),
)
all_predicates = st.one_of(
    predicates,
    predicates,
    st.builds(Notted, predicates),
    st.builds(CustomPredicate, st.builds(Shifting, st.sampled_from(METHODS), st.booleans()), st.none()),
)


#: What most views ask for that stand at one place.
usual = st.tuples(
    st.builds(RequestMethodPredicate, st.sampled_from(METHODS), st.none()),
    st.builds(RequestParamPredicate, st.sampled_from(["a=1", "a=2"]), st.none()),
)


class Label(Exception):
    """Raised by a predicate or a view that fails."""


@st.composite
def views(draw):
    """Draw (view, order, offer): a view of ours or a foreign one, which answers, passes or fails."""
    label = draw(st.integers(0, 10_000))
    asked = tuple(draw(st.lists(all_predicates, max_size=3).map(tuple) | usual))
    behaviour = draw(st.sampled_from(["answer", "answer", "answer", "pass", "fail"]))

    def call(context, request):
        if behaviour == "pass":
            raise PredicateMismatch(str(label))
        if behaviour == "fail":
            raise Label(label)
        return label

    def view(context, request):
        if not all(predicate(context, request) for predicate in asked):
            raise PredicateMismatch(str(label))
        return call(context, request)

    if draw(st.integers(0, 5)):
        view.__entry__ = ViewEntry(derived=view, call=call, open_call=call, original=call, predicates=asked)
    offer = draw(st.none() | st.sampled_from(MEDIA_TYPES))
    return view, draw(st.integers(0, 3)), offer


headers = st.sampled_from(
    [
        None,
        "",
        "*/*",
        "text/*;q=0.5, application/json",
        "text/html;level=1, text/html;q=0",
        "nonsense",
        ", image/png",
    ]
)


@st.composite
def requests(draw):
    """Draw the parts of a request."""
    environ = {"REQUEST_METHOD": draw(st.sampled_from((*METHODS, "HEAD", "")))}
    environ["QUERY_STRING"] = draw(st.sampled_from(["", "a=1", "a=2&b=1", "a=1&a=2", "b=2", "a=%ff"]))
    accept = draw(headers)
    if accept is not None:
        environ["HTTP_ACCEPT"] = accept
    if draw(st.booleans()):
        environ["HTTP_X_REQUESTED_WITH"] = "XMLHttpRequest"
    if draw(st.booleans()):
        environ["HTTP_X_BOWL"] = draw(st.sampled_from("12"))
    matchdict = draw(st.sampled_from([None, {}, {"m": "1"}, {"m": "2", "n": "1"}, {"m": ("1",)}, {"m": []}]))
    return environ, matchdict


def one_by_one(view_set, context, request):
    """Try the views as they stand."""
    for _, view, _ in view_set.get_views(request):
        try:
            return view(context, request)
        except PredicateMismatch:
            continue
    raise PredicateMismatch(view_set.name)


def outcome(ask, asked):
    """Return what comes of asking: an answer, or the kind of error."""
    environ, matchdict = asked
    request = Request.blank("/")
    request.environ.update(environ)
    request.matchdict = matchdict
    try:
        return ask(None, request)
    except Exception as error:
        return type(error), str(error)


@given(st.lists(views(), max_size=14), st.lists(requests(), min_size=1, max_size=6), st.data())
def test_set_answers_as_trying_one_by_one_would(said, asked, data):
    """Whatever predicates and offers the views have, whatever is put in and taken out by hand, both find the same."""
    view_set = ViewSet("name")
    for number, (view, order, offer) in enumerate(said):
        view_set.add(view, order, str(number), offer)
        for each in asked[:2]:
            compare(view_set, each)
    for each in asked:
        compare(view_set, each)
        change(view_set, data.draw)
        compare(view_set, each)


def compare(view_set, asked):
    expected = outcome(lambda *arguments: one_by_one(view_set, *arguments), asked)
    assert outcome(view_set, asked) == expected


def change(view_set, draw):
    """Do what add-ons do with the lists of a set."""
    lists = [view_set.views, *view_set.media_views.values()]
    chosen = draw(st.sampled_from(lists))
    change = draw(st.sampled_from(["pop", "reverse", "assign", "join", "forget", "new list"]))
    if change == "pop" and chosen:
        chosen.pop()
    elif change == "reverse":
        chosen.reverse()
    elif change == "assign" and chosen:
        chosen[0] = (0, lambda context, request: "by hand", None)
    elif change == "join":
        chosen += [(0, lambda context, request: "joined", None)]
    elif change == "forget":
        view_set.accepts = view_set.accepts[1:]
    elif change == "new list":
        view_set.views = list(view_set.views)[1:]


# --- Accept ----------------------------------------------------------------------------------------------------------

offers = st.lists(
    st.sampled_from(
        [
            *MEDIA_TYPES,
            "Text/HTML",
            "text/html;Level=1",
            "text/html;level=2",
            "a/b",
            "html",
            "*/*",
            "text/*",
            "",
        ]
    ),
    max_size=6,
)
ranges = st.sampled_from(
    ["text/html", "TEXT/html", "text/*", "*/*", "application/json", "text/html;level=1", "text/html;LEVEL=1",
     'text/html;level="1"', "text/html;level=2", "a/*", "*/b", "text/*;level=1", "*/*;x=y"]
)  # fmt: skip
weights = st.sampled_from(
    ["", ";q=0", ";q=0.5", "; q=0.999", ";Q=1", ";q=1;ext", ';q=0.5;ext="x,y"', ";q=2", ";q=.5"]
)
accepts = st.one_of(
    st.none(),
    st.lists(st.tuples(ranges, weights).map("".join), max_size=5).map(", ".join),
    st.text('text/html*;q=0.5,"\\ \t\x00é', max_size=20),
)


@given(offers, accepts)
def test_accept_is_judged_as_by_webob(offered, header):
    """What is acceptable, how much, and in which order: WebOb says the same; also when it is remembered."""
    expected = list(dict(create_accept_header(header).acceptable_offers(offered)).items())
    known = Offers(offered)
    assert list(known.acceptable(header)) == expected
    assert list(known.acceptable(header)) == expected
