"""Every name that Pyramid documents, and every other that published code uses, is here and takes the same arguments.

The names stand in two lists, see ``api_names.py``. What differs on purpose stands in ``docs/differences.md`` under "Names and signatures", a row each, and only that is exempt; a row whose difference
is gone must go, too.
"""

from __future__ import annotations

import ast
import inspect
import re
import warnings
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from webtest import TestApp
from zope.interface import Interface
from zope.interface.interface import InterfaceClass, Method

from goldilocks import events, tweens, viewderivers
from goldilocks.authentication import AuthTktAuthenticationPolicy
from goldilocks.authorization import ACLAuthorizationPolicy
from goldilocks.config import Configurator
from goldilocks.config.settings import Settings
from goldilocks.csrf import SessionCSRFStoragePolicy
from goldilocks.i18n import Localizer
from goldilocks.interfaces import IRendererFactory, ITweens, IViewDerivers
from goldilocks.names import environment_keys, setting_keys
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.session import SignedCookieSessionFactory
from goldilocks.static import QueryStringConstantCacheBuster
from tests.api_names import HERE, REACH, ROWS, Row, find

DIFFERENCES = HERE.parent / "docs" / "differences.md"

# --- What is exempt ----------------------------------------------------------------------------------------------------


def section(name: str) -> Any:
    """Run a test for every row of a section."""
    found = [row for row in ROWS if row.section == name]
    return pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in found])


def exempt() -> set[str]:
    """Return the names that differ on purpose."""
    text = DIFFERENCES.read_text("utf-8") if DIFFERENCES.exists() else ""
    _, _, below = text.partition("\n## Names and signatures\n")
    table, _, _ = below.partition("\n## ")
    return set(re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE))


EXEMPT = exempt()


def judge(name: str, complaint: str | None) -> None:
    """Fail for a difference that isn't listed, and for a listed one that is none."""
    if name not in EXEMPT:
        assert complaint is None
    else:
        assert complaint, f"{name} is no different any more: its row in docs/differences.md can go"


# --- What is compared ---------------------------------------------------------------------------------------------


class Parameter(NamedTuple):
    """A parameter: its name, how it can be given, and whether it may be left out."""

    name: str
    kind: Any
    default: Any = inspect.Parameter.empty


#: A default that isn't a value but an object of which only its existence can be told.
OBJECT = object()


def parameters_of_text(text: str) -> list[Parameter]:
    """Read a signature of the list: ``(self, *ifaces, weight=1, **predicates)``."""
    text = re.sub(r"=(<[^>]*>|\(No Default\))", "=__object__", text)
    function = ast.parse(f"def f{text}: pass").body[0]
    assert isinstance(function, ast.FunctionDef)
    arguments = function.args
    positional = arguments.posonlyargs + arguments.args
    defaults = [None] * (len(positional) - len(arguments.defaults)) + arguments.defaults
    found = []
    for index, (argument, default) in enumerate(zip(positional, defaults, strict=True)):
        is_only = index < len(arguments.posonlyargs)
        kind = inspect.Parameter.POSITIONAL_ONLY if is_only else inspect.Parameter.POSITIONAL_OR_KEYWORD
        found.append(Parameter(argument.arg, kind, _literal(default)))
    if arguments.vararg:
        found.append(Parameter(arguments.vararg.arg, inspect.Parameter.VAR_POSITIONAL))
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        found.append(Parameter(argument.arg, inspect.Parameter.KEYWORD_ONLY, _literal(default)))
    if arguments.kwarg:
        found.append(Parameter(arguments.kwarg.arg, inspect.Parameter.VAR_KEYWORD))
    return found


def _literal(node: ast.expr | None) -> Any:
    if node is None:
        return inspect.Parameter.empty
    try:
        return ast.literal_eval(node)
    except ValueError:
        return OBJECT


def parameters_of(thing: Any) -> list[Parameter]:
    """Return the parameters of something of ours."""
    if isinstance(thing, Method):
        return parameters_of_text(thing.getSignatureString())
    return [
        Parameter(each.name, each.kind, each.default) for each in inspect.signature(thing).parameters.values()
    ]


def is_same(listed: Parameter, ours: Parameter) -> bool:
    """Say whether two parameters can be given, and left out, alike."""
    if listed.name == ours.name == "self":  # stands before the dot: no caller gives it by name
        return True
    if listed[:2] != ours[:2]:
        return False
    if listed.default is OBJECT:
        return ours.default is not inspect.Parameter.empty
    return bool(listed.default == ours.default) and type(listed.default) is type(ours.default)


def difference(row: Row, thing: Any) -> str | None:
    """Say how something of ours differs from what the list says."""
    if row.said.startswith("= "):
        value = ast.literal_eval(row.said.removeprefix("= "))
        return None if thing == value else f"is {thing!r} and not {value!r}"
    if row.said.startswith("("):
        listed, ours = parameters_of_text(row.said), parameters_of(thing)
        is_alike = len(listed) == len(ours) and all(map(is_same, listed, ours))
        return None if is_alike else f"takes {_text(ours)} and not {row.said}"
    return None


def _text(parameters: Iterable[Parameter]) -> str:
    return str(inspect.Signature([inspect.Parameter(p.name, p.kind, default=p.default) for p in parameters]))


@cache
def configurator() -> Configurator:
    """Return a Configurator as it is when it has just been made and carried out."""
    config = Configurator()
    config.commit()
    return config


@cache
def seen_by_a_view() -> dict[str, Any]:
    """Return what stands on a request by itself when a view sees it; the router writes it there, and takes some back."""
    seen: dict[str, Any] = {}

    def view(request: Request) -> Response:
        seen.update(vars(request))
        return Response()

    config = Configurator()
    config.add_view(view)
    TestApp(config.make_wsgi_app()).get("/")
    return seen


def on_instances(owner: str) -> dict[str, Any]:
    """Return what stands on the instances of a class, and not on the class."""
    if owner == "pyramid.request.Request":
        return seen_by_a_view()
    instances = {
        "pyramid.config.Configurator": configurator(),
        "pyramid.i18n.Localizer": Localizer("en", None),
        "pyramid.registry.Registry": configurator().registry,
    }
    return vars(instances[owner]) if owner in instances else {}


#: What tells that an attribute of a class is of some kind.
IS_OF_KIND = {
    "classmethod": lambda thing: isinstance(thing, classmethod),
    "staticmethod": lambda thing: isinstance(thing, staticmethod),
    "property": lambda thing: not inspect.isroutine(thing) and hasattr(type(thing), "__get__"),
    "method": lambda thing: callable(thing) or hasattr(type(thing), "__get__"),
}


def complaint_about(row: Row) -> str | None:
    """Say what is wrong with a documented name, or that nothing is."""
    owner, _, attribute = row.id.rpartition(".")
    on_instance = on_instances(owner)
    if attribute in on_instance:
        return difference(row, on_instance[attribute])
    try:
        thing = find(row.id)
    except (AttributeError, KeyError) as error:
        return f"is missing: {error}"
    if row.kind in ("class", "exception", "event class"):
        if not inspect.isclass(thing) or (row.kind == "exception") > issubclass(thing, BaseException):
            return f"is {thing!r} and no {row.kind}"
    elif row.kind == "interface" and not _is_interface(thing):
        return f"is {thing!r} and no interface"
    elif row.kind in IS_OF_KIND and row.section != "configurator":
        static = inspect.getattr_static(find(owner), attribute)
        if not IS_OF_KIND[row.kind](static):
            return f"is {static!r} and no {row.kind}"
    return difference(row, thing)


def _is_interface(thing: Any) -> bool:
    return isinstance(thing, InterfaceClass) and thing.extends(Interface, strict=False)


# --- Documented names ---------------------------------------------------------------------------------------------


@section("api")
def test_api(row: Row) -> None:
    """A documented name is where it was, is of the same kind and takes the same parameters with the same defaults."""
    judge(row.id, complaint_about(row))


@section("configurator")
def test_configurator(row: Row) -> None:
    """A method of the Configurator takes the same parameters."""
    judge(row.id, complaint_about(row))


@section("request")
def test_request(row: Row) -> None:
    """An attribute of the request is there."""
    judge(row.id, complaint_about(row))


@section("event")
def test_event(row: Row) -> None:
    """An event class is there and is made of the same parts."""
    judge(row.id, complaint_about(row))
    assert inspect.isclass(getattr(events, row.name))


# --- What a new application knows ---------------------------------------------------------------------------------


def judge_order(row: Row, names: list[str]) -> None:
    """Fail unless a row stands behind the one before it."""
    listed = [each.name for each in ROWS if (each.section, each.kind) == (row.section, row.kind)]
    before = dict(pairwise(listed[::-1])).get(row.name)
    complaint = None
    if row.name not in names:
        complaint = f"is not among {names}"
    elif before in names and names.index(before) > names.index(row.name):
        complaint = f"stands before {before} in {names}"
    judge(row.id, complaint)


@section("view_predicate")
def test_view_predicate(row: Row) -> None:
    """A view predicate is there, in its place."""
    judge_order(row, [name for name, _ in configurator().get_predlist("view").sorter.sorted()])


@section("route_predicate")
def test_route_predicate(row: Row) -> None:
    """A route predicate is there, in its place."""
    judge_order(row, [name for name, _ in configurator().get_predlist("route").sorter.sorted()])


@section("view_deriver")
def test_view_deriver(row: Row) -> None:
    """A stage of views is there, in its place; the words for both ends are the same."""
    if row.kind == "constant":
        judge(row.id, difference(row, getattr(viewderivers, row.name)))
    else:
        derivers = configurator().registry.getUtility(IViewDerivers)
        judge_order(row, [name for name, _ in derivers.sorted()])


@section("tween")
def test_tween(row: Row) -> None:
    """A tween that stands there from the start does so under its name; so do the words for both ends."""
    if row.kind == "constant":
        judge(row.id, difference(row, getattr(tweens, row.name)))
    else:
        names = [name for name, _ in configurator().registry.getUtility(ITweens).implicit()]
        judge(row.id, None if row.name in names else f"is not among {names}")


@section("renderer")
def test_renderer(row: Row) -> None:
    """A renderer that is known from the start is."""
    factory = configurator().registry.queryUtility(IRendererFactory, row.name)
    judge(row.id, None if callable(factory) else "is not known")


@section("setting")
def test_setting(row: Row) -> None:
    """A setting has its default under both prefixes and without one, and its environment variable."""
    settings = Settings(_environ_={})
    if row.kind == "key":
        judge(row.id, difference(row, settings[row.name]))
        return
    variable = row.kind.rpartition(" ")[2]
    assert variable in environment_keys(row.name)
    assert all(settings[key] == settings[row.name] for key in setting_keys(row.name))


#: What is written into environment variables, and what it becomes: anything that isn't the default.
SAID = {"default_locale_name": ("de", "de"), "csrf_trusted_origins": ("a b", ["a", "b"])}


@section("environment")
def test_environment(row: Row) -> None:
    """An environment variable overrides its setting."""
    name = row.name.removeprefix("PYRAMID_").lower()
    said, value = SAID.get(name, ("true", True))
    assert Settings(_environ_={})[name] != value
    assert Settings({name: "false"}, _environ_={row.name: said})[name] == value


@cache
def categories() -> list[str]:
    """Return the introspection categories of an application that says a bit of everything."""
    config = Configurator(root_factory=lambda request: None)
    data = str(HERE / "data")
    _say_factories(config)
    config.set_session_factory(SignedCookieSessionFactory("a secret that is long enough to be kept"))
    config.set_csrf_storage_policy(SessionCSRFStoragePolicy())
    config.set_default_csrf_options()
    config.set_default_permission("view")
    config.set_locale_negotiator(lambda request: "en")
    config.add_permission("edit")
    config.add_accept_view_order("text/plain")
    config.add_route("home", "/")
    config.add_view(lambda request: {}, route_name="home", renderer="json")
    config.add_renderer(".page", lambda info: None)
    config.add_view(lambda request: {}, name="page", renderer="some.page")
    config.add_static_view("static", data)
    config.add_cache_buster(data, QueryStringConstantCacheBuster("1"))
    config.override_asset("goldilocks:location.py", "goldilocks:settings.py")
    config.add_translation_dirs(data)
    config.add_subscriber(lambda event: None, events.NewRequest)
    config.add_request_method(lambda request: 1, "one")
    config.add_response_adapter(Response, str)
    config.add_resource_url_adapter(lambda resource, request: None)
    config.add_traverser(lambda root: None)
    config.add_tween("goldilocks.tweens.excview_tween_factory")
    config.commit()
    policies = Configurator()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the older pair of policies
        policies.set_authentication_policy(
            AuthTktAuthenticationPolicy("a secret of more than thirty-two bytes")
        )
        policies.set_authorization_policy(ACLAuthorizationPolicy())
    policies.commit()
    return [*config.introspector.categories(), *policies.introspector.categories()]


def _say_factories(config: Configurator) -> None:
    config.set_request_factory(Request)
    config.set_response_factory(lambda request: Response())
    config.set_execution_policy(lambda environ, router: router(environ))
    config.set_view_mapper(None)
    config.set_security_policy(object())


@section("introspection_category")
def test_introspection_category(row: Row) -> None:
    """What is said is introspected under the same category."""
    judge(row.id, None if row.name in categories() else f"is not among {sorted(categories())}")


# --- Names that are used all the same -----------------------------------------------------------------------------

#: The real objects behind the words of the list.
LIVE = {
    "<config>": configurator,
    "<registry>": lambda: configurator().registry,
    "<request>": lambda: Request.blank("/"),
}


@pytest.mark.parametrize("name", REACH)
def test_reach(name: str) -> None:
    """A name that nobody documented and that published code uses is there."""
    owner, _, attribute = name.partition(".")
    complaint = None
    try:
        if owner in LIVE:
            getattr(LIVE[owner](), attribute)
        else:
            find(name)
    except (AttributeError, KeyError) as error:
        complaint = f"is missing: {error}"
    judge(name, complaint)


# --- The list of differences --------------------------------------------------------------------------------------


def test_differences_name_what_is_listed() -> None:
    """What is exempt are names of the lists, and nothing else."""
    assert EXEMPT - {row.id for row in ROWS} - set(REACH) == set()
