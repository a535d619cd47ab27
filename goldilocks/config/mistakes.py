"""What can only be a mistake is refused where it is said, and not with every request or never.

All this is under one setting, ``refuse_mistakes``, because an application may have lived with its mistakes for years.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import FunctionType
from typing import TYPE_CHECKING, Any

from goldilocks.exceptions import ConfigurationError
from goldilocks.interfaces import IDefaultPermission, IResponse
from goldilocks.late import late_module
from goldilocks.names import GOLDILOCKS, did_you_mean
from goldilocks.routepattern import route_re, simple_pattern
from goldilocks.util import TAKES_MORE, is_routine, is_unbound_method, object_description

if TYPE_CHECKING:
    import inspect

    from goldilocks import signing
    from goldilocks.types import AnyRegistry, AnyView
else:
    # PERF: import: only methods that are said by name need it, and mistakes
    inspect = late_module("inspect", globals())
    signing = late_module("goldilocks.signing", globals())

#: Switches all that is refused here.
REFUSE_MISTAKES = f"{GOLDILOCKS}.refuse_mistakes"

#: Switches `check_permission`.
REQUIRE_PERMISSIONS = f"{GOLDILOCKS}.require_permissions"

#: The methods that a request has in practice.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

#: How a view may look.
_SHAPES = "a view takes (request), or (context, request)"


def refuses_mistakes(registry: AnyRegistry) -> bool:
    """Tell whether the setting is on."""
    settings = registry.settings
    return settings is not None and bool(settings.get(REFUSE_MISTAKES, False))


def check_methods(methods: Any) -> None:
    """Refuse request methods that are written so that no request has them.

    Raises:
        ConfigurationError: says how they are written.
    """
    if methods is None:
        return
    for method in (
        (methods,) if isinstance(methods, str) else methods if isinstance(methods, Iterable) else ()
    ):
        words = re.findall(r"[^\s,|]+", method.upper()) if isinstance(method, str) else ()
        if words and [method] != words and METHODS.issuperset(words):
            meant = words[0] if len(words) == 1 else tuple(words)
            raise ConfigurationError(
                f"no request has the method {method!r}: a method is written in capitals, and several as a tuple: {meant!r}"
            )


#: What looks like a placeholder and is none, and what to write instead.
_NO_PLACEHOLDERS = (
    (r"<(?:\w+:)?(\w+)>", "a placeholder is written {{{0}}}, or {{{0}:regex}}"),
    (r"\{([0-9][^{}]*)\}", "the name of a placeholder begins with a letter; {{{0}}} is taken as it stands"),
    (
        r"[{}]()",
        "a brace stands alone and is taken as it stands; a placeholder is written {{name}}, or {{name:regex}}",
    ),
    (
        r"/\*(\w+)(?=/)",
        "a star takes all that follows, so that *{0} must stand at the end; one segment is {{{0}}}",
    ),
)


#: What all of these have.
_SUSPICIOUS = re.compile(r"[<{}*]")


def check_pattern(name: str, pattern: str | bytes) -> None:
    """Refuse a route's pattern that has something in its literal text that was surely meant as a placeholder.

    Raises:
        ConfigurationError: says what to write instead.
    """
    literal = route_re.sub("x", pattern) if isinstance(pattern, str) else ""
    if not _SUSPICIOUS.search(literal):  # PERF: build of 10,000 routes and views
        return
    for regex, advice in _NO_PLACEHOLDERS:
        found = re.search(regex, literal)
        if found:
            raise ConfigurationError(f"route {name!r} has the pattern {pattern!r}: {advice.format(found[1])}")


def check_permission(registry: AnyRegistry, view: Any) -> None:
    """Refuse a view that says no permission, if the deployment wants every view to say one.

    Args:
        registry: the record.
        view: the statement of the view; its ``title()`` describes it.

    Raises:
        ConfigurationError: says what to say.
    """
    settings = registry.settings
    if settings is None or not settings.get(REQUIRE_PERMISSIONS) or registry.queryUtility(IDefaultPermission):
        return
    raise ConfigurationError(
        f"{view.title()} says no permission, and {REQUIRE_PERMISSIONS} is on: say permission='...', for everybody "
        "permission=NO_PERMISSION_REQUIRED, or a permission for all views by set_default_permission"
    )


def check_reachable(notes: Iterable[Any]) -> None:
    """Refuse routes said by decorators whose patterns differ in the names of placeholders only.

    They match the same paths, and so the first of them takes all requests, those for the other's methods included.

    Args:
        notes: what the decorators noted; see `goldilocks.view.DecoratedRoute`.

    Raises:
        ConfigurationError: names both places.
    """
    first: dict[Any, Any] = {}
    for note in notes:
        pattern = simple_pattern(note.spelled)
        if pattern is None:
            continue  # another kind of pattern may pass a path on
        other = first.setdefault((note.config.route_prefix, bool(note.spelled), pattern.segments), note)
        if other.spelled != note.spelled:
            raise ConfigurationError(
                f"{other.pattern!r} ({other.place}) and {note.pattern!r} ({note.place}) match the same paths, so that one "
                "of them would never be reached: give their placeholders the same names, and they are one route"
            )


def check_factory(what: str, factory: Any) -> None:
    """Refuse a factory that can't be called.

    Raises:
        ConfigurationError: says what to give instead.
    """
    if not callable(factory):
        raise ConfigurationError(
            f"a {what} is called with each request, but {object_description(factory)} can't be called: "
            "give a function or a class"
        )


def check_instance(what: str, policy: Any) -> None:
    """Refuse a class where one of its instances was meant.

    Raises:
        ConfigurationError: says how to make one.
    """
    if isinstance(policy, type) and any(isinstance(found, FunctionType) for found in vars(policy).values()):
        raise ConfigurationError(
            f"the {what} is an object and not its class: make one, as in {policy.__name__}()"
        )
    check_verdict(f"method permits of the {what}", getattr(policy, "permits", None))


#: What the code of an ``async def`` function says of itself.
_IS_ASYNC = 0x80 | 0x200  # inspect.CO_COROUTINE, inspect.CO_ASYNC_GENERATOR


def check_verdict(what: str, asked: Any) -> None:
    """Refuse an ``async def`` function where a yes or no is expected: what it returns counts as a yes, whatever it would say.

    Args:
        what: it is, for the error.
        asked: a function, a method, or a class whose instances are called.

    Raises:
        ConfigurationError: it is one.
    """
    function = _special_method(asked) if isinstance(asked, type) else asked
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    if code is not None and code.co_flags & _IS_ASYNC:
        raise ConfigurationError(
            f"{what} is asked without being awaited, and the coroutine that its 'async def' returns would always mean yes: "
            "write it as 'def'"
        )


def check_view(view: AnyView, attr: str | None) -> None:
    """Refuse what the default view mapper could only fail to call; another mapper may call a view in any way.

    Args:
        view: a function, a method, an instance or a class.
        attr: the method that is to be called, or ``None``.

    Raises:
        ConfigurationError: says what is missing, and what to do.
    """
    # PERF: build of 10,000 routes and views: most views are functions of the request, or of context and request
    if attr is None and type(view) is FunctionType and not view.__code__.co_flags & TAKES_MORE:
        if view.__code__.co_argcount in (1, 2):
            return
    elif isinstance(view, type):
        _check_class(view, attr)
        return
    if attr is not None:
        if not hasattr(view, attr):
            raise ConfigurationError(
                f"{object_description(view)} has no attribute {attr!r}{did_you_mean(attr, dir(view))}"
            )
    elif IResponse.providedBy(view):
        raise ConfigurationError(
            f"a response ({type(view).__name__}) is no view: give the function that makes it, without calling it"
        )
    elif not callable(view):
        raise ConfigurationError(
            f"{object_description(view)} can't be called, so it is no view: give a function, a class, "
            "or an instance with the method's name as attr"
        )
    function = getattr(view, attr or "__call__") if attr or not is_routine(view) else view
    _check_arguments(function, view)


def _check_class(view: Any, attr: str | None) -> None:
    if type(view).__call__ is not type.__call__:
        return  # its metaclass makes instances in a way of its own
    described = object_description(view)
    if view.__init__ is object.__init__ and view.__new__ is object.__new__:
        raise ConfigurationError(
            f"{described} can't be made with a request: give it a method __init__(self, request)"
        )
    _check_arguments(view.__init__, view, bound=True)
    name = attr or "__call__"
    method = inspect.getattr_static(view, name, None) if attr else _special_method(view)
    if method is not None:
        _check_method(method, name, described)
    elif not _may_come_later(view, name):
        methods = [word for word in dir(view) if not word.startswith("_")]
        advice = did_you_mean(name, methods) if attr else "; say by attr which method answers"
        raise ConfigurationError(f"{described} has no method {name!r}{advice}")


def _special_method(view: Any) -> Any:
    # every class can be called itself, so that it must be looked for where its instances find it
    return next((vars(base)["__call__"] for base in view.__mro__ if "__call__" in vars(base)), None)


def _check_method(method: Any, name: str, described: str) -> None:
    needed, most = _range_of_arguments(method)
    if needed > 1 or most < 1:
        raise ConfigurationError(
            f"method {name!r} of {described} is called with self alone, but takes {_words(needed, most)}: "
            "what it needs of the request it finds where __init__ kept it"
        )


def _may_come_later(view: Any, name: str) -> bool:
    """Tell whether instances may have what the class hasn't."""
    inits = [base.__init__ for base in view.__mro__ if isinstance(base.__init__, FunctionType)]
    return hasattr(view, "__getattr__") or any(name in init.__code__.co_names for init in inits)


def _check_arguments(function: Any, view: AnyView, bound: bool = False) -> None:
    """Refuse what takes neither the request nor context and request."""
    plain = getattr(function, "__func__", function)
    bound = bound or plain is not function
    needed, most = (count - bound for count in _range_of_arguments(plain))
    if most in (1, 2) or (needed <= 2 <= most) or (not bound and is_unbound_method(plain)):
        return  # an unbound method is refused by the mapper, in words of its own
    described = object_description(view)
    raise ConfigurationError(
        f"{described} can't be a view, because it takes {_words(needed, most)}: {_SHAPES}"
    )


def _words(needed: float, most: float) -> str:
    return f"{needed:.0f} arguments" if most > 0 else "no arguments"


def _range_of_arguments(function: Any) -> tuple[float, float]:
    """Return how many arguments a function needs and how many it takes, by position; of anything else, any number."""
    # what looks like a function and is none may be a wrapper that takes fewer than it shows
    if type(function) is not FunctionType or hasattr(function, "__signature__"):
        return 0, float("inf")
    code = function.__code__
    most = float("inf") if code.co_flags & TAKES_MORE else code.co_argcount
    return code.co_argcount - len(function.__defaults__ or ()), most


def check_keys(registry: AnyRegistry, what: str, *signers: Any) -> None:
    """Refuse keys that are too short where people depend on them, which `ShortKeyWarning` says of them elsewhere.

    Args:
        registry: of the application; its settings say whether people depend on it.
        what: whose keys they are.
        signers: what may sign: such as has ``short_keys`` is asked.

    Raises:
        ConfigurationError: in production, one is too short.
    """
    for signer in signers:
        if lengths := getattr(signer, "short_keys", ()):
            signing.refuse_short_keys(registry.settings, lengths, what)
