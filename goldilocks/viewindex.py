"""How the first view of many whose predicates hold is found without asking all of them.

Trying the views of a set one by one is the rule, and the answer is always the one that it would give. But many of its
questions are about one value, read off the request: is its method ``GET``, is the parameter ``part`` equal to ``"3"``.
Such a question is a `Sieve`. Where several views begin with a sieve for the same value, it is read once, and looked up
which views are left (`Node`). What is left then is tried one by one, without the questions that are answered.

The value is read where the first of the views would have read it, so that whatever the reading does, an error of
the request among it, happens as it would. A predicate that isn't known to do no more than look at the request might change
what others see: what stands behind it is asked everything again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from goldilocks.types import AnyRequest, Context, Predicate, View


class Sieve(NamedTuple):
    """The question whether a value of the request is one of a few.

    Attributes:
        key: what is read; equal keys read the same.
        read: reads it; the value is hashable.
        values: those that pass.
        is_denied: whether all others pass instead.
    """

    key: Hashable
    read: Callable[[AnyRequest], Any]
    values: frozenset[Any]
    is_denied: bool = False

    def __call__(self, context: Context, request: AnyRequest) -> bool:
        """Ask it of a request, as a predicate."""
        return (self.read(request) in self.values) is not self.is_denied


#: What a view's media type is read off, while it is chosen: for the sieve of a predicate that asks for it again.
ACCEPT = "accept"


def sieves_of(predicate: Any) -> tuple[Sieve, ...] | None:
    """Return the sieves that a predicate consists of; none for one that has to be asked.

    A class of predicates says them by a method ``sieves``, and promises with it that they do nothing but look at the
    request. A class that inherits it may ask something else, and must say it itself.

    Returns:
        ``None`` for a predicate that promises nothing.
    """
    say = vars(type(predicate)).get("sieves")
    sieves: tuple[Sieve, ...] | None = None if say is None else say(predicate)
    return sieves


def values_passed(predicates: Iterable[Any], key: Hashable) -> frozenset[Any] | None:
    """Return the values that pass all predicates, of the one that ``key`` stands for.

    ``None`` if one of them asks for something else, or promises nothing.
    """
    passed: frozenset[Any] | None = None
    for predicate in predicates:
        sieves = sieves_of(predicate)
        if not sieves or any(sieve.key != key or sieve.is_denied for sieve in sieves):
            return None
        for sieve in sieves:
            passed = sieve.values if passed is None else passed & sieve.values
    return passed


class Candidate(NamedTuple):
    """A view that may be chosen.

    Attributes:
        call: calls it, when all questions are answered with yes.
        questions: those that are open, in order; each a sieve or another predicate.
        only_looks: whether asking them changes nothing.
        position: its place among all that are tried.
    """

    call: View
    questions: tuple[Predicate | Sieve, ...] = ()
    only_looks: bool = True
    position: int = 0


def candidate(call: View, predicates: Iterable[Predicate], offer: str | None = None) -> Candidate:
    """Return the candidate for a view.

    Args:
        call: the view without its predicates.
        predicates: what must hold.
        offer: the media type for which it is considered; that the client accepts it need not be asked again.
    """
    questions: list[Predicate | Sieve] = []
    only_looks = True
    for predicate in predicates:
        sieves = sieves_of(predicate)
        if sieves is None:
            only_looks = False
        for question in sieves or (predicate,):
            if not isinstance(question, Sieve) or question.key is not ACCEPT:
                questions.append(question)
            elif offer not in question.values:
                questions.append(predicate)
    return Candidate(call, tuple(questions), only_looks)


#: What is asked, what is called then, and the view's position.
Step = tuple[tuple["Predicate | Sieve", ...], "View", int]


class Node:
    """What is tried, and then what is read to know how to go on.

    Attributes:
        steps: views to be tried one by one.
        read: reads the value that decides after them; ``None`` where nothing comes after them.
        branches: where it goes on, by value.
        otherwise: where it goes on with any other.
    """

    __slots__ = ("branches", "otherwise", "read", "steps")

    def __init__(self, steps: Iterable[Step]) -> None:
        self.steps = tuple(steps)
        self.read: Callable[[AnyRequest], Any] | None = None
        self.branches: dict[Any, Node] = {}
        self.otherwise: Node = self


def plan(candidates: Iterable[Candidate]) -> Node:
    """Return where to begin to choose among views, which are given in the order in which they are tried."""
    return _Planner([each._replace(position=position) for position, each in enumerate(candidates)]).root


class _Planner:
    """Lays out the nodes. A view may come to stand in many of them, so there is a limit, linear in their number."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self.budget = 64 + 16 * len(candidates)
        self.root = self.node(candidates)

    def node(self, candidates: Sequence[Candidate]) -> Node:
        steps: list[Step] = []
        for number, each in enumerate(candidates):
            node = self.fork(steps, candidates, number)
            if node is not None:
                return node
            steps.append((each.questions, each.call, each.position))
            if not each.questions:
                break  # if it passes by itself, the caller goes on one by one
        return Node(steps)

    def fork(self, steps: Sequence[Step], candidates: Sequence[Candidate], number: int) -> Node | None:
        """Return the node that reads what the candidate with this number asks for first, if that pays."""
        sieve = _first(candidates[number])
        if sieve is None or self.budget <= 0:
            return None
        rest = candidates[number:]
        self.budget -= len(rest)
        answered = _answered(sieve.key, rest)
        values = {value: None for each in answered if each for value in each.values}
        size = sum(len(each.values) if each and not each.is_denied else len(values) + 1 for each in answered)
        if len(rest) - answered.count(None) < 2 or size > self.budget:
            return None
        self.budget -= size
        node = Node(steps)
        node.read = sieve.read
        otherwise, branches = _parted(zip(rest, answered, strict=True), values)
        node.otherwise = self.node(otherwise)
        node.branches = {value: self.node(branch) for value, branch in branches.items()}
        return node


def _first(each: Candidate) -> Sieve | None:
    question = each.questions[0] if each.questions else None
    return question if isinstance(question, Sieve) else None


def _answered(key: Hashable, candidates: Iterable[Candidate]) -> list[Sieve | None]:
    """Return for each candidate its sieve that is answered when this is read, if there is one."""
    answered = []
    is_certain = True
    for each in candidates:
        sieve = _first(each)
        answered.append(sieve if is_certain and sieve is not None and sieve.key == key else None)
        is_certain = is_certain and each.only_looks
    return answered


def _parted(
    answered: Iterable[tuple[Candidate, Sieve | None]], values: Iterable[Any]
) -> tuple[list[Candidate], dict[Any, list[Candidate]]]:
    """Return the candidates that are left for any other value, and for each of ``values``."""
    otherwise: list[Candidate] = []
    branches: dict[Any, list[Candidate]] = {value: [] for value in values}
    for each, sieve in answered:
        if sieve is None:
            left, into = each, [otherwise, *branches.values()]
        else:
            left = each._replace(questions=each.questions[1:])
            if sieve.is_denied:
                others = (branch for value, branch in branches.items() if value not in sieve.values)
                into = [otherwise, *others]
            else:
                into = [branches[value] for value in sieve.values]
        for branch in into:
            branch.append(left)
    return otherwise, branches
