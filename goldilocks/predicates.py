"""The built-in predicates: small yes-or-no questions about a request that decide whether a view or a route takes part.

A predicate is made once, when the configuration is committed, from the value that was said (``request_method="GET"``);
everything that can be worked out then is worked out then. Per request it is called with the context (for a route:
its match information) and the request. ``text`` is what a person reads on the debug page of a 404 and in the command
line tools; ``phash`` is what tells two lists of predicates apart. At the foot stand the two tables that say which
predicates views and routes know, the cheapest first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, TypeAlias

from goldilocks.exceptions import ConfigurationError
from goldilocks.offers import Offers, has_plain_accept
from goldilocks.parameters import parameter, parameters_of
from goldilocks.routepattern import compile_pattern
from goldilocks.traversal import find_interface, resource_path_tuple, traversal_path
from goldilocks.traversal.paths import leads_out
from goldilocks.types import AnyConfig, AnyRequest, Context, InterfaceSpec, Predicate
from goldilocks.util import as_sorted_tuple, is_nonstr_iter, object_description
from goldilocks.viewindex import ACCEPT, Sieve, sieves_of

#: What a predicate argument holds: one word or several.
Words: TypeAlias = str | Iterable[str]


class _Described:
    """What all predicates share: the hash is the text, unless a class says otherwise."""

    def text(self) -> str:
        """Describe the question in one line."""
        raise NotImplementedError(f"{type(self).__name__} must define text()")

    def phash(self) -> str:
        """Tell this predicate from others: equal words mean an equal question."""
        return self.text()


class XHRPredicate(_Described):
    """Hold if the request was, or wasn't, sent by a script (``X-Requested-With: XMLHttpRequest``)."""

    def __init__(self, val: Any, config: AnyConfig) -> None:
        self.val = bool(val)

    def text(self) -> str:
        """Describe the question in one line."""
        return f"xhr = {self.val}"

    def __call__(self, context: Context, request: AnyRequest) -> bool:
        """Compare the header with what was asked for."""
        return bool(request.is_xhr) is self.val

    def sieves(self) -> tuple[Sieve, ...]:
        """Say that the answer is read off the header."""
        return (Sieve("xhr", _is_xhr, frozenset({self.val})),)


def _is_xhr(request: AnyRequest) -> bool:
    return bool(request.is_xhr)


class RequestMethodPredicate(_Described):
    """Hold if the request's method is among those named; ``GET`` brings ``HEAD`` with it."""

    def __init__(self, val: Words, config: AnyConfig) -> None:
        methods: tuple[str, ...] = as_sorted_tuple(val)
        if "GET" in methods and "HEAD" not in methods:
            methods = as_sorted_tuple((*methods, "HEAD"))
        self.val = methods

    def text(self) -> str:
        """Describe the question in one line."""
        return f"request_method = {','.join(self.val)}"

    def __call__(self, context: Context, request: AnyRequest) -> bool:
        """Look the method up among those named."""
        return request.method in self.val

    def sieves(self) -> tuple[Sieve, ...]:
        """Say that the answer is read off the method."""
        return (Sieve("method", attrgetter("method"), frozenset(self.val)),)


class PathInfoPredicate(_Described):
    """Hold if the regular expression matches the path from its beginning."""

    def __init__(self, val: str, config: AnyConfig) -> None:
        self.orig = val
        self.val = _compiled(val, "path_info")

    def text(self) -> str:
        """Describe the question in one line."""
        return f"path_info = {self.orig}"

    def __call__(self, context: Context, request: AnyRequest) -> bool:
        """Match the decoded path."""
        return self.val.match(request.upath_info) is not None

    def sieves(self) -> tuple[Sieve, ...]:
        """Say that it only looks at the request."""
        return ()


class RequestParamPredicate(_Described):
    """Hold if the query or the form has each parameter, ``name`` with any value or ``name=value`` with that one.

    A leading equals sign belongs to the name: ``=name`` and ``=name=value`` ask for a parameter called ``=name``.
    """

    def __init__(self, val: Words, config: AnyConfig) -> None:
        self.val: tuple[str, ...] = as_sorted_tuple(val)
        self.reqs = [_name_and_value(word) for word in self.val]

    def text(self) -> str:
        """Describe the question in one line."""
        return "request_param " + ",".join(
            name if value is None else f"{name}={value}" for name, value in self.reqs
        )

    def __call__(self, context: Context, request: AnyRequest) -> bool:
        """Look each parameter up."""
        params = parameters_of(request)
        for name, wanted in self.reqs:
            actual = params.get(name)
            if actual is None or (wanted is not None and actual != wanted):
                return False
        return True

    def sieves(self) -> tuple[Sieve, ...]:
        """Say that the answer is read off the parameters, where values are asked for."""
        if any(value is None for _, value in self.reqs):
            return ()
        return tuple(
            Sieve(("parameter", name), parameter(name), frozenset({value})) for name, value in self.reqs
        )


def _name_and_value(word: str) -> tuple[str, str | None]:
    """Part ``name=value``; an equals sign at the very front belongs to the name."""
    equals = word.find("=", 1)
    if equals < 0:
        return word, None
    return word[:equals].strip(), word[equals + 1 :].strip()


class HeaderPredicate(_Described):
    """Hold if the request has each header: ``Name``, or ``Name:regex`` whose value begins with a match."""

    def __init__(self, val: Words, config: AnyConfig) -> None:
        self.val: list[tuple[str, re.Pattern[str] | None, str | None]] = []
        for word in as_sorted_tuple(val):
            name, colon, pattern = word.partition(":")
            if colon:
                self.val.append((name, _compiled(pattern, "header"), pattern))
            else:
                self.val.append((name, None, None))

    def text(self) -> str:
        """Describe the question in one line."""
        return "header " + ", ".join(f"{name}={source}" if source else name for name, _, source in self.val)

    def __call__(self, context: Context, request: AnyRequest) -> bool:
        """Look each header up and match its value."""
        headers = request.headers
        for name, pattern, _ in self.val:
            value = headers.get(name)
            if value is None or (pattern is not None and pattern.match(value) is None):
                return False
        return True

    def sieves(self) -> tuple[Sieve, ...]:
        """Say that it only looks at the request."""
        return ()


class AcceptPredicate(_Described):
    """Hold if the client accepts at least one of the media types offered."""

    def __init__(self, values: Words, config: AnyConfig) -> None:
        self.values: Iterable[str] = values if is_nonstr_iter(values) else (values,)  # type: ignore[assignment]
        self._offers = Offers(self.values)

    def text(self) -> str:
        """Describe the question in one line."""
        return f"accept = {', '.join(self.values)}"

    def __call__(self, context: Context, request: AnyRequest) -> bool:
        """Hold the offers against the ``Accept`` header."""
        if has_plain_accept(request):
            return bool(self._offers.acceptable(request.environ.get("HTTP_ACCEPT")))
        return bool(request.accept.acceptable_offers(self.values))

    def sieves(self) -> tuple[Sieve, ...]:
        """Say that the client's choice among views with offers answers it, too."""
        return (Sieve(ACCEPT, attrgetter("accept"), frozenset(self.values)),)


class ContainmentPredicate(_Described):
    """Hold if the context or one of its parents is of the class, or provides the interface."""

    def __init__(self, val: Any, config: AnyConfig) -> None:
        self.val = config.maybe_dotted(val)

    def text(self) -> str:
        """Describe the question in one line."""
        return f"containment = {self.val}"

    def __call__(self, context: Context, request: AnyRequest) -> bool:
        """Walk up from the request's context; it is what counts when an exception is being viewed."""
        return find_interface(getattr(request, "context", context), self.val) is not None


class RequestTypePredicate(_Described):
    """Hold if the request provides the interface."""

    def __init__(self, val: InterfaceSpec, config: AnyConfig) -> None:
        self.val = val

    def text(self) -> str:
        """Describe the question in one line."""
        return f"request_type = {self.val}"

    def __call__(self, context: Context, request: AnyRequest) -> bool:
        """Ask the interface."""
        return bool(self.val.providedBy(request))

    def sieves(self) -> tuple[Sieve, ...]:
        """Say that it only looks at the request."""
        return ()


class MatchParamPredicate(_Described):
    """Hold if the route's match dictionary has each ``name=value``."""

    def __init__(self, val: Words, config: AnyConfig) -> None:
        self.val: tuple[str, ...] = as_sorted_tuple(val)
        self.reqs: list[tuple[str, str]] = []
        for word in self.val:
            name, equals, value = word.partition("=")
            if not equals:
                raise ConfigurationError(
                    f"match_param={word!r} has no value to compare with: write 'name=value'"
                )
            self.reqs.append((name.strip(), value.strip()))

    def text(self) -> str:
        """Describe the question in one line."""
        return "match_param " + ",".join(f"{name}={value}" for name, value in self.reqs)

    def __call__(self, context: Context, request: AnyRequest) -> bool:
        """Compare each pair; without a matched route there is no dictionary and nothing holds."""
        matchdict = request.matchdict
        if not matchdict:
            return False
        return all(matchdict.get(name) == value for name, value in self.reqs)

    def sieves(self) -> tuple[Sieve, ...]:
        """Say that the answer is read off what the route matched."""
        return tuple(Sieve(("match", name), _matched(name), frozenset({value})) for name, value in self.reqs)


def _matched(name: str) -> Callable[[AnyRequest], str | None]:
    def matched(request: AnyRequest) -> str | None:
        value = (request.matchdict or {}).get(name)
        return value if isinstance(value, str) else None  # a tuple of segments equals no word

    return matched


class CustomPredicate(_Described):
    """Hold if the application's own function ``func(context, request)`` says so."""

    def __init__(self, func: Predicate, config: AnyConfig) -> None:
        self.func = func

    def text(self) -> str:
        """Describe the question in one line: the function's ``__text__`` if it has one."""
        text: str | None = getattr(self.func, "__text__", None)
        return f"custom predicate: {object_description(self.func)}" if text is None else text

    def phash(self) -> str:
        """Tell functions apart by their ``hash``, so that a callable object can say that it equals another."""
        return f"custom:{hash(self.func)!r}"

    def __call__(self, context: Context, request: AnyRequest) -> Any:
        """Ask the function."""
        return self.func(context, request)


class TraversePredicate(_Described):
    """Write the path to traverse into a route's match dictionary.

    It stands among the predicates because it must run when a route is being matched. It holds, unless what the route matched would
    lead out of the place that the pattern has for it. So that two routes don't differ by it alone, its hash is empty.
    """

    def __init__(self, val: str, config: AnyConfig) -> None:
        self.val = val
        self.tgenerate = generate = compile_pattern(val).generate
        self._names = (*generate.names, generate.rest) if generate.rest else generate.names

    def text(self) -> str:
        """Describe the question in one line."""
        return "traverse matchdict pseudo-predicate"

    def phash(self) -> str:
        """Add nothing to the hash."""
        return ""

    def __call__(self, context: Context, request: AnyRequest) -> bool:
        """Fill the pattern with what the route matched, unless somebody has written a path already."""
        if "traverse" not in context:
            match = context["match"]
            if any(leads_out(match[name]) for name in self._names):
                return False
            match["traverse"] = traversal_path(self.tgenerate(match))
        return True


class PhysicalPathPredicate(_Described):
    """Hold if the context stands at this path of the resource tree, said as ``"/a/b"`` or as a tuple of names."""

    def __init__(self, val: Words, config: AnyConfig) -> None:
        if isinstance(val, str):
            self.val: tuple[str, ...] = ("", *filter(None, val.split("/")))
        else:
            self.val = tuple(val)

    def text(self) -> str:
        """Describe the question in one line."""
        return f"physical_path = {self.val}"

    def __call__(self, context: Context, request: AnyRequest) -> bool:
        """Compare paths; a context without a ``__name__`` stands nowhere."""
        return hasattr(context, "__name__") and resource_path_tuple(context) == self.val


class IsAuthenticatedPredicate(_Described):
    """Hold if the security policy knows, or doesn't know, who is asking."""

    def __init__(self, val: bool, config: AnyConfig) -> None:
        self.val = val

    def text(self) -> str:
        """Describe the question in one line."""
        return f"is_authenticated = {self.val!r}"

    def __call__(self, context: Context, request: AnyRequest) -> bool:
        """Compare with what the request says."""
        return bool(request.is_authenticated == self.val)


class EffectivePrincipalsPredicate(_Described):
    """Hold if the one who asks has all these principals."""

    def __init__(self, val: Words, config: AnyConfig) -> None:
        self.val: set[str] = {val} if isinstance(val, str) else set(val)

    def text(self) -> str:
        """Describe the question in one line."""
        return f"effective_principals = {sorted(self.val)}"

    def __call__(self, context: Context, request: AnyRequest) -> bool:
        """Compare with the request's principals; a policy that answers with no collection has none."""
        principals = request.effective_principals
        return is_nonstr_iter(principals) and self.val.issubset(principals)


class Notted:
    """Turn a predicate round: this is what ``not_(value)`` makes.

    A predicate with an empty hash isn't a question (see :class:`TraversePredicate`) and stays as it is.
    """

    def __init__(self, predicate: Any) -> None:
        self.predicate = predicate

    def text(self) -> str:
        """Put an exclamation mark before the text."""
        return _denied(self.predicate.text())

    def phash(self) -> str | list[str]:
        """Put an exclamation mark before the hash, or before each if there are several."""
        phash = self.predicate.phash()
        return [_denied(word) for word in phash] if is_nonstr_iter(phash) else _denied(phash)

    def __call__(self, *arguments: Any) -> Any:
        """Answer the opposite. Predicates of subscribers are called with the event alone, hence the asterisk."""
        answer = self.predicate(*arguments)
        return not answer if self.phash() else answer

    def sieves(self) -> tuple[Sieve, ...] | None:
        """Say what the predicate says; where it is one sieve, the opposite passes."""
        sieves = sieves_of(self.predicate)
        if not sieves:
            return sieves
        return (
            (sieves[0]._replace(is_denied=True),) if len(sieves) == 1 and sieves[0].key is not ACCEPT else ()
        )


def _denied(words: str) -> str:
    return f"!{words}" if words else words


def _compiled(pattern: str, name: str) -> re.Pattern[str]:
    """Compile a regular expression that somebody said as the value of a predicate."""
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ConfigurationError(f"{name}={pattern!r} isn't a regular expression: {error}") from error


#: Makes a predicate of the value that was said and of what may be known about the configuration.
PredicateFactory: TypeAlias = Callable[[Any, AnyConfig], Any]

#: The predicates of views. Later ones weigh more: of two views with equally many, the one with the later one is asked first.
VIEW_PREDICATES: tuple[tuple[str, PredicateFactory], ...] = (
    ("xhr", XHRPredicate),
    ("request_method", RequestMethodPredicate),
    ("path_info", PathInfoPredicate),
    ("request_param", RequestParamPredicate),
    ("header", HeaderPredicate),
    ("accept", AcceptPredicate),
    ("containment", ContainmentPredicate),
    ("request_type", RequestTypePredicate),
    ("match_param", MatchParamPredicate),
    ("physical_path", PhysicalPathPredicate),
    ("is_authenticated", IsAuthenticatedPredicate),
    ("effective_principals", EffectivePrincipalsPredicate),
    ("custom", CustomPredicate),
)

#: The predicates of routes. There is no context yet when they are asked.
ROUTE_PREDICATES: tuple[tuple[str, PredicateFactory], ...] = (
    ("xhr", XHRPredicate),
    ("request_method", RequestMethodPredicate),
    ("path_info", PathInfoPredicate),
    ("request_param", RequestParamPredicate),
    ("header", HeaderPredicate),
    ("accept", AcceptPredicate),
    ("is_authenticated", IsAuthenticatedPredicate),
    ("effective_principals", EffectivePrincipalsPredicate),
    ("custom", CustomPredicate),
    ("traverse", TraversePredicate),
)
