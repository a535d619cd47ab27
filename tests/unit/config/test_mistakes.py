"""What is refused because it can only be a mistake, and what looks like one and isn't."""

from __future__ import annotations

import functools
import types
from types import SimpleNamespace

import pytest

from goldilocks.config import Configurator, not_
from goldilocks.config.mistakes import (
    check_factory,
    check_instance,
    check_methods,
    check_pattern,
    check_verdict,
    check_view,
    refuses_mistakes,
)
from goldilocks.exceptions import ConfigurationError
from goldilocks.response import Response


@pytest.mark.parametrize(
    ("settings", "refuses"),
    [
        (None, False),
        ({}, False),
        ({"goldilocks.refuse_mistakes": True}, True),
        ({"goldilocks.refuse_mistakes": False}, False),
    ],
)
def test_setting(settings, refuses):
    """Only where the setting is on something is refused; a registry without settings refuses nothing."""
    assert refuses_mistakes(SimpleNamespace(settings=settings)) is refuses


# --- Methods -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "methods", [None, "GET", ("GET", "POST"), {"PURGE"}, "MOVE", "move", (), not_("get"), 5, (5,), ""]
)
def test_methods_that_may_be(methods):
    """Methods in capitals, methods of others, and what isn't text are let through."""
    check_methods(methods)


@pytest.mark.parametrize(
    ("methods", "meant"),
    [
        ("get", "'GET'"),
        ("Post", "'POST'"),
        (["GET", "put"], "'PUT'"),
        (" GET", "'GET'"),
        ("GET,POST", "('GET', 'POST')"),
        ("get | post", "('GET', 'POST')"),
    ],
)
def test_methods_that_no_request_has(methods, meant):
    """Methods in lower case, or several in one word, are refused with how they are written."""
    with pytest.raises(ConfigurationError) as caught:
        check_methods(methods)
    assert str(caught.value).endswith(f": {meant}")


# --- Patterns ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pattern",
    [
        "/a",
        "/{x}",
        r"/{x:\d{2}}/{y:[^<>]+}",
        "/:x",
        "/a*rest",
        "/a/*rest",
        "/*/a",
        "/a>b",
        "/a<b",
        b"/a/{x",
        "/a*b/c",
    ],
)
def test_patterns_that_may_be(pattern):
    """Placeholders, what stands in their expressions, stars at the end, and odd text are let through."""
    check_pattern("name", pattern)


@pytest.mark.parametrize(
    ("pattern", "advice"),
    [
        ("/<x>", "written {x}, or {x:regex}"),
        ("/{a}/<int:x>/", "written {x}, or {x:regex}"),
        ("/{0}", "{0} is taken as it stands"),
        ("/{x", "written {name}, or {name:regex}"),
        ("/x}", "written {name}, or {name:regex}"),
        ("/{}", "a brace stands alone"),
        ("/{x:{{a}}}", "a brace stands alone"),
        ("/*x/y", "*x must stand at the end"),
    ],
)
def test_patterns_that_mean_something_else(pattern, advice):
    """What was surely meant as a placeholder is refused with how one is written."""
    with pytest.raises(ConfigurationError) as caught:
        check_pattern("bear", pattern)
    assert str(caught.value).startswith(f"route 'bear' has the pattern {pattern!r}: ")
    assert advice in str(caught.value)


# --- Factories and policies --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("factory", [dict, len, lambda request: {}, functools.partial(dict)])
def test_factories_that_may_be(factory):
    """Whatever can be called may be a factory."""
    check_factory("root factory", factory)


def test_factory_that_can_t_be_called():
    """What can't be called is refused."""
    with pytest.raises(
        ConfigurationError, match=r"a root factory is called with each request, but \{\} can't be called"
    ):
        check_factory("root factory", {})


class Policy:
    """A policy."""

    def permits(self, request, context, permission): ...


class StaticPolicy:
    """A class that is its own instance."""

    permits = staticmethod(lambda request, context, permission: True)


@pytest.mark.parametrize("policy", [Policy(), object(), StaticPolicy, None])
def test_policies_that_may_be(policy):
    """Objects are policies, and classes that need no instance."""
    check_instance("security policy", policy)


def test_class_instead_of_a_policy():
    """A class with methods is refused, with how to make an instance."""
    with pytest.raises(ConfigurationError, match=r"the security policy is an object .* as in Policy\(\)"):
        check_instance("security policy", Policy)


# --- Views -------------------------------------------------------------------------------------------------------------


def takes_request(request): ...
def takes_both(context, request): ...
def takes_more(request, more=1, *rest, **words): ...
def takes_anything(*args): ...
def takes_one_of_any_name(anything): ...
def takes_two_of_three(context, request, more=None): ...


class Views:
    """A view class."""

    def __init__(self, request):
        self.late = lambda: None

    def __call__(self): ...
    def method(self): ...
    def optional(self, more=None): ...

    @staticmethod
    def static(): ...

    @classmethod
    def of_class(cls): ...

    wrapped = functools.partial(len)


class Inherits(Views):
    """A view class that inherits everything."""


class Dynamic:
    """A view class that has every method."""

    def __init__(self, request): ...

    def __getattr__(self, name):
        return lambda: None


class Made:
    """A view class that takes its arguments otherwise."""

    def __new__(cls, request):
        return super().__new__(cls)

    def __call__(self): ...


class Meta(type):
    """Makes instances in a way of its own."""

    def __call__(cls, *args):
        return super().__call__()


class MadeByMeta(metaclass=Meta):
    """A view class that needs no arguments."""

    def __call__(self): ...


class LooksLikeAFunction:
    """A wrapper as some libraries make them: it shows as what it wraps and takes fewer arguments."""

    __class__ = types.FunctionType
    __code__ = (lambda context, request, database: None).__code__
    __defaults__ = None
    __name__ = "wrapped"

    def __call__(self, request): ...


class Instance:
    """A view that is an object."""

    def __call__(self, request): ...
    def method(self, context, request): ...

    @classmethod
    def of_class(cls, request): ...


def signed(*args): ...


signed.__signature__ = "whatever"


@pytest.mark.parametrize(
    ("view", "attr"),
    [
        *((function, None) for function in (takes_request, takes_both, takes_more, takes_anything)),
        *((function, None) for function in (takes_one_of_any_name, takes_two_of_three, signed, print)),
        *((Views, name) for name in (None, "method", "optional", "static", "of_class", "wrapped", "late")),
        (Inherits, None),
        (Inherits, "late"),
        (Dynamic, None),
        (Dynamic, "anything"),
        (Made, None),
        (MadeByMeta, None),
        (LooksLikeAFunction(), None),
        (Instance(), None),
        (Instance(), "method"),
        (Instance(), "of_class"),
        (Instance().method, None),
        (Instance.of_class, None),
        (functools.partial(takes_both, None), None),
        (Instance.method, None),  # refused by the mapper itself, in words of its own
        (SimpleNamespace(method=takes_request), "method"),
    ],
)
def test_views_that_may_be(view, attr):
    """All shapes that the default mapper calls are let through, and those of which nothing is known."""
    check_view(view, attr)


class WithoutInit:
    """Can't be made with a request."""

    def __call__(self): ...


class WithoutCall:
    """Says nothing of what answers."""

    def __init__(self, request): ...


class InitWithoutRequest:
    """Takes nothing."""

    def __init__(self): ...
    def __call__(self): ...


class InitWithMore(InitWithoutRequest):
    """Takes too much."""

    def __init__(self, context, request, database): ...


class Wrong(WithoutCall):
    """Has methods that can't be called."""

    def wants_more(self, request): ...
    def wants_nothing(): ...


def takes_nothing(): ...
def takes_three(a, b, c): ...


class WrongInstance:
    """Has methods that can't be called."""

    def __call__(self): ...
    def method(self, a, b, c): ...


@pytest.mark.parametrize(
    ("view", "attr", "message"),
    [
        (takes_nothing, None, "takes_nothing can't be a view, because it takes no arguments"),
        (takes_three, None, "takes_three can't be a view, because it takes 3 arguments"),
        (WrongInstance(), None, "takes no arguments"),
        (WrongInstance(), "method", "takes 3 arguments"),
        (WrongInstance().method, None, "takes 3 arguments"),
        (Response(), None, r"a response \(Response\) is no view"),
        (object(), None, "can't be called, so it is no view"),
        (object(), "method", "has no attribute 'method'"),
        (Instance(), "methid", "has no attribute 'methid'; did you mean 'method'?"),
        (WithoutInit, None, "WithoutInit can't be made with a request"),
        (InitWithoutRequest, None, "InitWithoutRequest can't be a view, because it takes no arguments"),
        (InitWithMore, None, "InitWithMore can't be a view, because it takes 3 arguments"),
        (WithoutCall, None, "WithoutCall has no method '__call__'; say by attr which method answers"),
        (Wrong, "wants_mre", "Wrong has no method 'wants_mre'; did you mean 'wants_more'?"),
        (
            Wrong,
            "wants_more",
            "method 'wants_more' of class .*Wrong is called with self alone, but takes 2 arguments",
        ),
        (Wrong, "wants_nothing", "is called with self alone, but takes no arguments"),
    ],
)
def test_views_that_can_t_be_called(view, attr, message):
    """What would fail with every request is refused, with what is wrong."""
    with pytest.raises(ConfigurationError, match=message):
        check_view(view, attr)


class AsyncPolicy:
    async def permits(self, request, context, permission):
        return False


class AsyncPredicate:
    def __init__(self, value, info):
        self.text = self.phash = lambda: str(value)

    async def __call__(self, context, request):
        return False


class AsyncFirst:
    async def __call__(self, *said):
        yield False


def test_coroutine_is_no_verdict():
    """Whoever is asked for a yes or no and answers with a coroutine would always say yes: he is refused."""
    config = Configurator()
    with pytest.raises(ConfigurationError, match="method permits of the security policy is asked without"):
        config.set_security_policy(AsyncPolicy())
    for directive, kind in ((config.add_view_predicate, "view"), (config.add_route_predicate, "route")):
        for factory in (AsyncPredicate, AsyncFirst):
            with pytest.raises(ConfigurationError, match=f"{kind} predicate 'bear' is asked without"):
                directive("bear", factory)
    lenient = Configurator(settings={"goldilocks.refuse_mistakes": "false"})
    lenient.set_security_policy(AsyncPolicy())
    lenient.add_view_predicate("bear", AsyncPredicate)


def test_verdict_of_any_other_kind():
    """Functions, partial ones and objects without code are nothing to be refused."""
    for asked in (None, print, lambda: True, type("Plain", (), {}), type("Called", (), {"__call__": len})):
        check_verdict("it", asked)
