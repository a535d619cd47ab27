"""Why a request ended as it did, as facts.

Nothing here answers a request or writes a page: each function looks at what stands in the record and on the request
and returns frozen values, for the debug pages and for the command line. Predicates are asked a second time for it, so this is
for development. Whatever application code raises on the way becomes a fact, too. Settings, cookies,
headers, local variables and the ``repr`` of the application's objects are never looked at: they may hold secrets.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any

from zope.interface import providedBy

from goldilocks.acl import ALL_PERMISSIONS, DEFAULT_DENY, ACLPermitsResult, PermitsResult
from goldilocks.exceptions import PredicateMismatch
from goldilocks.explanation import (
    HOLDS,
    NOT_ASKED,
    REFUSES,
    EntryFact,
    ErrorFact,
    Explanation,
    FrameFact,
    Place,
    PredicateFact,
    RouteFact,
    VerdictFact,
    ViewFact,
    WalkFact,
    is_own_code,
    printable,
)
from goldilocks.httpexceptions import HTTPForbidden
from goldilocks.interfaces import IRequest, IRoutesMapper, ISecurityPolicy, IViewClassifier
from goldilocks.location import lineage
from goldilocks.methods import MethodMismatch
from goldilocks.reticence import is_ours
from goldilocks.traversal import DefaultRootFactory
from goldilocks.traversal.paths import requested_path
from goldilocks.viewderivers import view_description
from goldilocks.viewtable import VIEW_TYPES, ViewEntry, ViewSet, entry_of, view_table

if TYPE_CHECKING:
    from goldilocks.types import AnyRegistry, AnyRequest, AnyView, Context, InterfaceSpec, Predicate

#: How alike a path and a pattern must be for one to be a misspelling of the other, from 0 to 1.
NEAR = 0.55

#: How many frames of a traceback are kept at its beginning and at its end.
FIRST_FRAMES, LAST_FRAMES = 10, 40

#: How deep a resource may lie for its path to be told.
DEEPEST = 100


# --- Resources -----------------------------------------------------------------------------------------------------


def _safely(ask: Callable[[], Any], otherwise: str) -> str:
    """Return what application code answers, as text; ``otherwise`` if it fails."""
    try:
        return printable(ask())
    except Exception:
        return otherwise


def described(resource: Context) -> str:
    """Return the type of a resource and its path, if it has one.

    >>> described(None), described({"a": 1})
    ('NoneType', 'dict')
    """
    kind = printable(type(resource).__qualname__)
    path = _safely(lambda: _path(resource), "")
    return f"{kind} at {path}" if path else kind


def _path(resource: Context) -> str:
    names = [getattr(each, "__name__", None) for each in islice(lineage(resource), DEEPEST)]
    if not hasattr(resource, "__parent__") or any(not isinstance(name, str) for name in names[:-1]):
        return ""
    return "/".join([str(name) for name in reversed(names[:-1])]).join(("/", ""))


# --- Routes --------------------------------------------------------------------------------------------------------


def tried_routes(request: AnyRequest) -> list[RouteFact]:
    """Return the routes in the order in which they are tried for a request, the one that takes it last."""
    mapper = request.registry.queryUtility(IRoutesMapper)
    if mapper is None:
        return []
    path = requested_path(request)
    taken = getattr(request, "matched_route", None)
    tried = []
    for route in mapper.get_routes():
        fact = _route_fact(route, path, request)
        tried.append(fact)
        if route is taken or (taken is None and fact.is_taken):
            break
    return tried


def _route_fact(route: Any, path: str, request: AnyRequest) -> RouteFact:
    introspector = getattr(request.registry, "introspector", None)
    said = None if introspector is None else introspector.get("routes", route.name)
    match = route.match(path)
    predicates: tuple[PredicateFact, ...] = ()
    if match is not None:
        predicates = _asked(route.predicates or (), {"match": match, "route": route}, request)
    return RouteFact(
        printable(route.name), printable(route.pattern), match is not None, predicates, _place(said)
    )


def _asked(predicates: Iterable[Predicate], context: Any, request: AnyRequest) -> tuple[PredicateFact, ...]:
    """Ask predicates in order, until one refuses."""
    asked: list[PredicateFact] = []
    outcome = HOLDS
    for predicate in predicates:
        outcome = _outcome(predicate, context, request) if outcome == HOLDS else NOT_ASKED
        words = getattr(predicate, "text", None)
        text = (
            "a predicate without words" if words is None else _safely(words, "a predicate whose words fail")
        )
        asked.append(PredicateFact(text, outcome))
    return tuple(asked)


def _outcome(predicate: Predicate, context: Any, request: AnyRequest) -> str:
    try:
        return HOLDS if predicate(context, request) else REFUSES
    except Exception as error:
        return f"raised {type(error).__name__}"


def nearest_routes(path: str, routes: Iterable[RouteFact], at_most: int = 3) -> list[RouteFact]:
    """Return those routes of which a path may be a misspelling, the nearest first."""
    asked = _segments(path)
    ranked = [(_likeness(asked, _segments(route.pattern)), route) for route in routes if not route.fits]
    near = [(likeness, route) for likeness, route in ranked if likeness >= NEAR]
    return [route for _, route in sorted(near, key=lambda pair: -pair[0])[:at_most]]


def _segments(path: str) -> list[str]:
    return [segment[:100] for segment in path.strip("/").split("/", 32) if segment]


def _likeness(asked: Sequence[str], pattern: Sequence[str]) -> float:
    """Compare segment by segment; a placeholder fits everything, but tells less than a word that is equal."""
    if not asked or not pattern:
        return 1.0 if asked == pattern else 0.0
    total = 0.0
    for position, (segment, wanted) in enumerate(zip(asked, pattern, strict=False)):
        if wanted.startswith("*"):
            return (total + 0.5 * (len(asked) - position)) / len(asked)
        total += 0.7 if "{" in wanted else SequenceMatcher(None, segment, wanted).ratio()
    return 2 * total / (len(asked) + len(pattern))


# --- The walk and the views ----------------------------------------------------------------------------------------


def walked(request: AnyRequest) -> WalkFact | None:
    """Return where the traversal ended, or ``None`` if the request didn't come so far, or is over."""
    found = request.__dict__
    if not {"view_name", "context"} <= found.keys():
        return None
    return WalkFact(
        root=described(found["root"]),
        context=described(found["context"]),
        traversed=tuple(map(printable, found["traversed"])),
        view_name=printable(found["view_name"]),
        subpath=tuple(map(printable, found["subpath"])),
        has_tree=not isinstance(found["root"], DefaultRootFactory),
    )


def tried_views(request: AnyRequest, context: Context, name: str) -> list[ViewFact]:
    """Return the views that stand for a request, a context and a view name, in the order in which they are tried."""
    registry = request.registry
    request_iface = getattr(request, "request_iface", IRequest)
    views = view_table(registry).find(IViewClassifier, request_iface, providedBy(context), name)
    said = _facts_of_views(registry)
    sets = (_in_order(view, request) if isinstance(view, ViewSet) else [entry_of(view)] for view in views)
    return [
        _view_fact(entry, context, request, said.get(id(entry.derived)))
        for entries in sets
        for entry in entries
    ]


def _in_order(views: ViewSet, request: AnyRequest) -> list[ViewEntry]:
    """Return the views of a set as they are tried for what the client accepts, then those that it doesn't accept."""
    tried = [entry_of(view) for _, view, _ in views.get_views(request)]
    known = {id(entry.derived) for entry in tried}
    return [*tried, *(entry for entry in views.entries() if id(entry.derived) not in known)]


def _view_fact(entry: ViewEntry, context: Context, request: AnyRequest, said: Any) -> ViewFact:
    permission = getattr(entry.derived, "__permission__", None)
    return ViewFact(
        view=_words(entry.original, None if said is None else said.get("attr")),
        predicates=_asked(entry.predicates, context, request),
        permission=None if permission is None else printable(permission),
        place=_place(said),
    )


def _words(view: AnyView, attr: str | None) -> str:
    """Describe a view; of a class, with the method that is called."""
    words = _safely(lambda: view_description(view), type(view).__name__)
    return words if attr is None else f"method {printable(attr)} of {words}"


def view_names(registry: AnyRegistry, request_iface: InterfaceSpec, context: Context) -> list[str]:
    """Return the names of all views that a request could have asked for on this context."""
    required = (IViewClassifier, request_iface, providedBy(context))
    found = (registry.adapters.lookupAll(required, provided) for provided in VIEW_TYPES)
    return sorted({printable(name) for pairs in found for name, _ in pairs})


def _facts_of_views(registry: AnyRegistry) -> dict[int, Any]:
    """Return what the introspector knows of each view, by the identity of what stands in the record."""
    introspector = getattr(registry, "introspector", None)
    pairs = [] if introspector is None else introspector.get_category("views") or []
    facts = [pair["introspectable"] for pair in pairs]
    return {id(fact.get("derived_callable")): fact for fact in facts}


def _place(fact: Any) -> Place | None:
    """Return the line that a fact of the introspector was said in, if it is known."""
    info: Any = getattr(fact, "action_info", None)
    return Place(info.file, info.line) if getattr(info, "file", None) else None


# --- Permission ----------------------------------------------------------------------------------------------------


def verdict_of(error: HTTPForbidden, registry: AnyRegistry) -> VerdictFact | None:
    """Return why access was refused, or ``None`` if no security policy was asked."""
    result = getattr(error, "result", None)
    if result is None:
        return None
    policy = printable(type(registry.queryUtility(ISecurityPolicy)).__qualname__)
    if isinstance(result, ACLPermitsResult):
        entries = tuple(_entry_facts(result))
        decisive = next((entry.text for entry in entries if entry.decided), None)
        return VerdictFact(
            message="no entry of any ACL on its way up decides"
            if decisive is None
            else f"an entry of its ACL says {decisive!r}",
            policy=policy,
            permission=printable(result.permission),
            resource=described(result.context),
            entries=entries,
            principals=tuple(_safely(lambda each=each: each, "?") for each in result.principals),  # type: ignore[misc]
        )
    message = printable(result.msg) if isinstance(result, PermitsResult) else "it gave no reason"
    return VerdictFact(message, policy)


def _entry_facts(result: ACLPermitsResult) -> Iterator[EntryFact]:
    """Return the entries of the list that was looked at last; a list that can only be gone through once is over."""
    acl = result.acl if isinstance(result.acl, list | tuple) else []
    if not acl and result.ace != DEFAULT_DENY:
        acl = [result.ace]
    for entry in acl:
        yield EntryFact(_entry_words(entry), entry is result.ace)


def _entry_words(entry: Any) -> str:
    try:
        action, principal, permissions = entry
        if permissions == ALL_PERMISSIONS:
            words = "every permission"
        else:
            words = permissions if isinstance(permissions, str) else ", ".join(map(str, permissions))
        return printable(f"{action}  {principal}  {words}")
    except Exception:
        return "an entry that is no (action, principal, permissions)"


# --- Errors --------------------------------------------------------------------------------------------------------


def raised_at(trace: TracebackType | None) -> FrameFact | None:
    """Return the innermost frame of the application, or the innermost of all."""
    frames = _frames(traceback.extract_tb(trace))
    own = [frame for frame in frames if frame.is_own]
    return next(reversed(own or frames), None)


def error_facts(error: BaseException) -> list[ErrorFact]:
    """Return an error, then what it came of, then (for a group) its parts."""
    return _told(traceback.TracebackException.from_exception(error, compact=True), "", [])


def _told(error: traceback.TracebackException, relation: str, told: list[ErrorFact]) -> list[ErrorFact]:
    frames = _frames(error.stack)
    omitted = max(len(frames) - FIRST_FRAMES - LAST_FRAMES, 0)
    if omitted:
        frames = frames[:FIRST_FRAMES] + frames[-LAST_FRAMES:]
    summary = "\n".join(
        printable(line) for line in "".join(error.format_exception_only()).rstrip("\n").split("\n")
    )
    told.append(ErrorFact(summary, tuple(frames), omitted, relation))
    if error.__cause__ is not None:
        _told(error.__cause__, "It was caused by", told)
    elif error.__context__ is not None and not error.__suppress_context__:
        _told(error.__context__, "It came while this was being handled", told)
    for part in error.exceptions or ():
        _told(part, "It is a group, and this is a part of it", told)
    return told


def _frames(stack: Iterable[traceback.FrameSummary]) -> list[FrameFact]:
    return [
        FrameFact(
            Place(each.filename, each.lineno or 0),
            each.name,
            printable(each.line or ""),
            is_own_code(each.filename),
        )
        for each in stack
    ]


# --- The whole -----------------------------------------------------------------------------------------------------


def explain_error(error: BaseException, method: str, path: str) -> Explanation:
    """Explain an error that nothing answered."""
    errors = tuple(error_facts(error))
    raised = raised_at(error.__traceback__)
    where = "" if raised is None else f"in {raised.function}, {raised.place}"
    return Explanation(
        printable(method), printable(path), errors[0].summary, where, raised=raised, errors=errors
    )


def explain(request: AnyRequest, error: Any) -> Explanation:
    """Explain why a request found nothing, or was refused.

    Args:
        request: as the router left it.
        error: the ``HTTPNotFound`` or ``HTTPForbidden``.
    """
    routes = tried_routes(request)
    walk = walked(request)
    attrs = request.__dict__
    views: list[ViewFact] = []
    names: list[str] = []
    if walk is not None:
        views = tried_views(request, attrs["context"], attrs["view_name"])
        names = view_names(request.registry, request.request_iface, attrs["context"])
    path = requested_path(request)
    is_lost = not views and not any(route.is_taken for route in routes)
    known = Explanation(
        method=printable(request.method),
        path=printable(path),
        routes=tuple(routes),
        nearest=tuple(nearest_routes(path, routes)) if is_lost else (),
        walk=walk,
        views=tuple(views),
        view_names=tuple(names),
        verdict=verdict_of(error, request.registry),
        raised=None if is_ours(error) else raised_at(error.__traceback__),
    )
    # an execution policy may ask for the page of an error when the router has let go of the context
    reason, advice = _reason(known, error, is_over=walk is None and "view_name" in attrs)
    return replace(known, reason=reason, advice=advice)


def _reason(known: Explanation, error: Any, is_over: bool) -> tuple[str, str]:
    """Say in a sentence what happened, and in another what may help."""
    taken = known.taken
    if known.raised is not None:
        return (
            f"The application raised {type(error).__name__} in {known.raised.function} ({known.raised.place}).",
            "",
        )
    if known.verdict is not None:
        return _refused_reason(known.verdict)
    if isinstance(error, MethodMismatch):
        allowed = ", ".join(error.allowed)
        return f"There is something here, but not for {known.method}: it answers {allowed}.", ""
    if is_over:
        return (
            "The request was over when this was asked for: which views there were isn't known any more.",
            "",
        )
    if known.views:
        return _passed_reason(known.views, error)
    if taken is not None:
        return (
            f"The route {taken.name!r} fits, but it has no view.",
            f"Say one with route_name={taken.name!r}; one that is said by a decorator needs config.scan() to be found.",
        )
    if any(route.fits for route in known.routes):
        return "The pattern of a route fits this path, but its predicates refuse the request.", ""
    if known.walk is not None and known.walk.has_tree:
        name = known.walk.view_name
        missing = f"neither a child nor a view named {name!r}" if name else "no view without a name"
        routes = "No route fits, and the" if known.routes else "The"
        return f"{routes} walk through the resources ended at {known.walk.context}, which has {missing}.", ""
    if not known.routes and not known.view_names:
        return (
            "This application has neither routes nor views.",
            "What is said by decorators needs config.scan() to be found.",
        )
    return "No route fits this path, and no view has this name.", ""


def _refused_reason(verdict: VerdictFact) -> tuple[str, str]:
    if verdict.permission is None:
        return f"The security policy {verdict.policy} refused: {verdict.message}.", ""
    return f"The permission {verdict.permission!r} on {verdict.resource} was refused: {verdict.message}.", ""


def _passed_reason(views: Sequence[ViewFact], error: Any) -> tuple[str, str]:
    called = next((view for view in views if view.refused_by is None), None)
    if called is None:
        return "There are views here, but the predicates of each refuse this request.", ""
    if isinstance(error, PredicateMismatch):
        return (
            f"A view was called ({called.view}), and it passed the request on by raising PredicateMismatch.",
            "",
        )
    return f"A view was called ({called.view}), and it found nothing.", ""
