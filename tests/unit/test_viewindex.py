"""How the first view of many whose predicates hold is found: what is asked, and what no longer is."""

from __future__ import annotations

import itertools

import pytest

from goldilocks.predicates import (
    AcceptPredicate,
    CustomPredicate,
    HeaderPredicate,
    MatchParamPredicate,
    Notted,
    PathInfoPredicate,
    RequestMethodPredicate,
    RequestParamPredicate,
    RequestTypePredicate,
    XHRPredicate,
)
from goldilocks.viewindex import ACCEPT, Candidate, Sieve, candidate, plan, sieves_of


class Asked:
    """A request of which is written down what is read."""

    def __init__(self, **values):
        self.values = values
        self.read = []

    def __getattr__(self, name):
        if name not in self.values:
            raise AttributeError(name)
        self.read.append(name)
        return self.values[name]


def method(*methods):
    return RequestMethodPredicate(methods, None)


def param(*words):
    return RequestParamPredicate(words, None)


def custom(answer):
    return CustomPredicate(lambda context, request: answer, None)


def chosen(root, request):
    """Return the position of the view that a plan chooses, or ``None``."""
    node = root
    while True:
        for questions, _, position in node.steps:
            if all(holds(None, request) for holds in questions):
                return position
        if node.read is None:
            return None
        node = node.branches.get(node.read(request), node.otherwise)


def planned(*views):
    """Return the plan for views, each a list of predicates."""
    return plan(candidate(len, predicates) for predicates in views)


# --- What predicates say of themselves -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("predicate", "expected"),
    [
        (XHRPredicate(True, None), [("xhr", {True})]),
        (method("GET"), [("method", {"GET", "HEAD"})]),
        (param("a=1", "b=2"), [(("parameter", "a"), {"1"}), (("parameter", "b"), {"2"})]),
        (MatchParamPredicate(("a=1", "b=2"), None), [(("match", "a"), {"1"}), (("match", "b"), {"2"})]),
        (AcceptPredicate("text/html", None), [(ACCEPT, {"text/html"})]),
        (param("a", "b=2"), []),
        (PathInfoPredicate("/a", None), []),
        (HeaderPredicate("A", None), []),
        (RequestTypePredicate(None, None), []),
        (Notted(param("a")), []),
        (Notted(param("a=1", "b=2")), []),
        (Notted(AcceptPredicate("text/html", None)), []),
    ],
)
def test_sieves(predicate, expected):
    """A predicate that is about values says which; one that only looks says that there is no more to know."""
    assert [(sieve.key, set(sieve.values)) for sieve in sieves_of(predicate)] == expected


def test_sieve_of_a_denied_predicate():
    """The opposite of a sieve lets all others pass."""
    (sieve,) = sieves_of(Notted(method("POST")))
    assert [sieve(None, Asked(method=each)) for each in ("POST", "GET")] == [False, True]


class Louder(RequestMethodPredicate):
    """A predicate that inherits and asks something else."""

    def __call__(self, context, request):
        return request.method.upper() in self.val


@pytest.mark.parametrize("predicate", [custom(True), Louder("GET", None), Notted(custom(True)), len])
def test_what_promises_nothing(predicate):
    """A predicate that doesn't say it by its own class may do anything."""
    assert sieves_of(predicate) is None


@pytest.mark.parametrize(
    ("predicate", "request_"),
    [
        (param("a=1"), Asked(params={"a": object()})),
        (MatchParamPredicate("a=1", None), Asked(matchdict={"a": ["1"]})),
        (MatchParamPredicate("a=1", None), Asked(matchdict=None)),
        (XHRPredicate(True, None), Asked(is_xhr=None)),
    ],
)
def test_values_of_other_kinds(predicate, request_):
    """An upload or a tuple of segments equals no word; and what is read can be looked up."""
    (sieve,) = sieves_of(predicate)
    assert not sieve(None, request_)
    assert hash(sieve.read(request_)) is not None


# --- Candidates ------------------------------------------------------------------------------------------------------


def test_candidate():
    """A view's questions are the sieves of its predicates, and the predicates that have none."""
    header = HeaderPredicate("A", None)
    made = candidate(len, [method("GET"), header])
    assert [type(question) for question in made.questions] == [Sieve, HeaderPredicate]
    assert made.only_looks
    assert not candidate(len, [custom(True)]).only_looks


def test_accept_is_not_asked_again():
    """The media type for which a view is considered is accepted; that it offers another, or none, is asked."""
    accept = AcceptPredicate("text/html", None)
    assert candidate(len, [accept], "text/html").questions == ()
    assert candidate(len, [accept], "text/plain").questions == (accept,)
    assert candidate(len, [accept]).questions == (accept,)


# --- Plans -----------------------------------------------------------------------------------------------------------


def test_nothing_to_choose_from():
    """Without views there is nothing to try."""
    root = plan([])
    assert (root.steps, root.read) == ((), None)


def test_method_is_read_once():
    """However many views ask for the method, it is read once; and for other values of it, they aren't asked."""
    methods = ("GET", "POST", "PUT", "DELETE")
    root = planned(*([method(each)] for each in methods))
    for position, each in enumerate(methods):
        request = Asked(method=each)
        assert chosen(root, request) == position
        assert request.read == ["method"]
    assert chosen(root, Asked(method="HEAD")) == 0
    assert chosen(root, Asked(method="BREW")) is None


def test_method_and_parameter():
    """After the method the parameter is read, for those views that are left."""
    parts = list(itertools.product("123", ("GET", "POST")))
    root = planned(*([method(verb), param(f"part={part}")] for part, verb in parts))
    for position, (part, verb) in enumerate(parts):
        request = Asked(method=verb, params={"part": part})
        assert chosen(root, request) == position
        assert request.read == ["method", "params"]
    request = Asked(method="PUT", params={"part": "1"})
    assert chosen(root, request) is None
    assert request.read == ["method"]


def test_order_is_kept():
    """Views without the question stand where they stood."""
    root = planned([method("GET"), param("a")], [method("POST")], [param("a")], [method("GET")], [])
    asked = {
        ("GET", True): 0,
        ("POST", True): 1,
        ("PUT", True): 2,
        ("GET", False): 3,
        ("PUT", False): 4,
    }
    for (verb, has_parameter), position in asked.items():
        assert chosen(root, Asked(method=verb, params={"a": "1"} if has_parameter else {})) == position


def test_denied_values():
    """What is denied is denied, and every other value passes."""
    root = planned([Notted(method("POST"))], [Notted(method("PUT"))], [method("POST")])
    expected = {"GET": 0, "PUT": 0, "POST": 1}
    assert {each: chosen(root, Asked(method=each)) for each in expected} == expected


def test_nothing_is_read_too_early():
    """What no view before asks for isn't read: the first view's question is the first."""
    root = planned([HeaderPredicate("A", None)], [method("GET")], [method("POST")])
    request = Asked(headers={"A": "1"})
    assert chosen(root, request) == 0
    assert request.read == ["headers"]


def test_question_of_one_view_is_asked_of_it():
    """A value that one view asks for is no reason for a look-up."""
    assert planned([method("GET")], [param("a=1")], [param("b=1")]).read is None


def test_after_a_predicate_that_may_do_anything():
    """Behind a predicate that may have changed the request, everything is asked again."""

    def change(context, request):
        request.values["method"] = "PUT"
        return False

    views = [
        [method("GET")],
        [method("POST"), CustomPredicate(change, None)],
        [method("POST")],
        [method("PUT")],
    ]
    assert chosen(planned(*views), Asked(method="POST")) == 3


@pytest.mark.parametrize("count", [10, 300])
def test_size_is_linear(count):
    """Views that ask for many things don't make a plan that grows faster than they do."""
    views = [
        [param(f"a{number}=1", f"b{number % 7}=1"), HeaderPredicate("A", None)] for number in range(count)
    ]
    views += [
        [method("GET"), param(f"c{number % 5}=1"), param(f"d{number % 3}={number}")]
        for number in range(count)
    ]
    sizes, waiting = [], [planned(*views)]
    while waiting:
        node = waiting.pop()
        sizes.append(len(node.steps))
        if node.read is not None:
            waiting += [node.otherwise, *node.branches.values()]
    assert sum(sizes) <= 64 + 17 * len(views)


def test_candidates_keep_their_place():
    """Positions are counted by the plan."""
    root = plan([Candidate(len, (custom(False),), False), Candidate(len), Candidate(len)])
    assert [position for _, _, position in root.steps] == [0, 1]
