"""What published add-ons and applications do with the framework beyond its documentation, and may go on doing.

Twenty-five guarantees, each under its number. ``test_views_by_hand.py`` has more of the seventh and eighth.
"""

from __future__ import annotations

import base64
import copy
import functools
import gc
import hmac
import json
import string
import sys
import types
import urllib.parse
from unittest import mock

import pytest
from webob import Request as WebObRequest
from webob import Response as WebObResponse
from zope.component import globalregistry
from zope.interface import Interface, alsoProvides, classImplements, directlyProvides, implementer, providedBy
from zope.interface.registry import Components

from goldilocks import config as config_module
from goldilocks import exceptions, httpexceptions, interfaces, security, testing, util
from goldilocks.authentication import AuthTktCookieHelper
from goldilocks.config import Configurator, not_
from goldilocks.config.actions import ActionState, action_method
from goldilocks.config.adapters import AdaptersConfiguratorMixin
from goldilocks.csrf import get_csrf_token
from goldilocks.exceptions import (
    ConfigurationConflictError,
    ConfigurationExecutionError,
    PredicateMismatch,
)
from goldilocks.httpexceptions import HTTPNotFound
from goldilocks.interfaces import (
    IMultiView,
    INewRequest,
    IRequest,
    ISecuredView,
    IView,
    IViewClassifier,
    IViewDerivers,
)
from goldilocks.path import caller_package
from goldilocks.registry import undefer
from goldilocks.renderers import RendererHelper, null_renderer
from goldilocks.request import Request, apply_request_extensions
from goldilocks.response import FileResponse, Response
from goldilocks.router import Router
from goldilocks.security import view_execution_permitted
from goldilocks.session import PickleSerializer, SignedCookieSessionFactory
from goldilocks.threadlocal import get_current_request, manager
from goldilocks.urldispatch import Route, RoutesMapper
from goldilocks.util import TopologicalSorter
from goldilocks.view import render_view_to_response
from goldilocks.viewtable import REMEMBERED_QUESTIONS, view_table
from tests.compat.record import Nobody, answering, ask, in_record, put_by_hand
from tests.support import browse

# --- 1: names at the head of a file ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda: util.text_(b"caf\xc3\xa9", "utf-8"), "café"),
        (lambda: util.bytes_("café", "utf-8"), b"caf\xc3\xa9"),
        (lambda: util.is_nonstr_iter(["a"]), True),
        (lambda: util.is_nonstr_iter("a"), False),
        (lambda: issubclass(Configurator, AdaptersConfiguratorMixin), True),
        (lambda: issubclass(Request, security.SecurityAPIMixin), True),
        (lambda: issubclass(Request, security.AuthenticationAPIMixin), True),
        (lambda: exceptions.NotFound, httpexceptions.HTTPNotFound),
        (lambda: exceptions.Forbidden, httpexceptions.HTTPForbidden),
        (lambda: config_module.ConfigurationError, exceptions.ConfigurationError),
        (lambda: config_module.global_registries.last is not None, True),
        (lambda: issubclass(Configurator, config_module.ViewsConfiguratorMixin), True),
        (lambda: config_module.DottedNameResolver("tests").get_package_name(), "tests"),
        (lambda: config_module.aslist("a b"), ["a", "b"]),
        (lambda: interfaces.Interface, Interface),
        (lambda: security.ISecurityPolicy, interfaces.ISecurityPolicy),
        (lambda: util.TopologicalSorter().names, []),
    ],
)
def test_undocumented_names_can_be_imported(made, expected):
    """Helpers, mixins and re-exports that nobody documents stand where published code imports them from, and work."""
    Configurator().make_wsgi_app()
    assert made() == expected


# --- 2: registries that aren't ours, half-made ones, mocks -----------------------------------------------------------


@pytest.mark.parametrize("make", [Components, globalregistry.BaseGlobalComponents])
def test_foreign_registry_becomes_an_application(make):
    """Any zope registry can be set up, and what was in it before is seen."""
    registry = make("foreign")
    put_by_hand(registry, answering("by hand"), "hand")
    config = Configurator(registry=registry)
    config.setup_registry(settings={"bowl": "small"})
    told = []
    config.add_subscriber(told.append, INewRequest)
    config.add_route("routed", "/routed")
    config.add_view(answering("routed"), route_name="routed")
    config.add_view(answering("said"), name="said")
    browser = browse(config.make_wsgi_app())
    assert [browser.get(path).text for path in ("/hand", "/said", "/routed")] == ["by hand", "said", "routed"]
    assert browser.get("/nothing", status=404).status_int == 404
    assert len(told) == 4


def test_bare_registry_has_views():
    """A zope registry that nobody set up has the views that stand in it."""
    request = Request.blank("/")
    request.registry = Components("bare")
    assert render_view_to_response(None, request, "hand") is None
    put_by_hand(request.registry, answering("by hand"), "hand")
    assert render_view_to_response(None, request, "hand").text == "by hand"
    with pytest.raises(HTTPNotFound):
        request.invoke_exception_view((ValueError, ValueError(), None))


@pytest.mark.parametrize("make", [lambda: Request.blank("/"), testing.DummyRequest])
def test_mocked_registry(make):
    """A request whose registry is a mock answers what it can by ``queryUtility`` alone."""
    request = make()
    request.registry = mock.Mock(settings={})
    request.registry.queryUtility.side_effect = lambda interface, name="", default=None: default
    assert request.has_permission("read", "the context")
    assert request.identity is None
    assert not request.is_authenticated
    assert isinstance(request.response, Response)


def test_settings_are_assigned_late():
    """``registry.settings`` may be assigned, and anything may be hung on a registry."""
    config = Configurator()
    config.add_view(lambda request: Response(request.registry.settings["late"] + request.registry.storage))
    app = config.make_wsgi_app()
    config.registry.settings = {"late": "1"}
    config.registry.storage = "2"
    assert browse(app).get("/").text == "12"


# --- 3: the action log is read and written ---------------------------------------------------------------------------


KEYS = {"discriminator", "callable", "args", "kw", "order", "includepath", "info", "introspectables"}


def test_log_is_read():
    """The log of a configuration is a list of mappings, which say what, by whom, where and when."""

    def included(config):
        config.add_route("page", "/page")

    config = Configurator()
    config.include(included)
    rows = config.registry.action_state.actions
    route = next(row for row in rows if row["discriminator"] == ("route", "page"))
    assert set(route) == KEYS
    assert route["includepath"] == (f"{__name__}:included",)
    assert route["info"].function == "included"
    assert [fact.category_name for fact in route["introspectables"]] == ["routes"]
    assert sorted(row["order"] for row in rows)[0] == -10


def test_rows_are_carried_out_by_others():
    """Whoever reads the log can carry a row out: its callable takes what ``args`` and ``kw`` say, which is nothing for ours."""
    config = Configurator()
    config.add_route("page", "/page")
    config.add_view(answering("page"), route_name="page")
    config.set_root_factory(lambda request: None)
    config.add_tween("tests.compat.test_guarantees.tween")
    rows = sorted(config.registry.action_state.actions, key=lambda row: row["order"])
    assert {(row["args"], *row["kw"]) for row in rows} == {((),)}
    for row in rows:
        undefer(row["discriminator"])
        row["callable"]()
    config.registry.action_state.actions.clear()
    assert ask(config, "/page").text == "page"


def tween(handler, registry):
    """Do nothing."""
    return handler


def test_log_is_written():
    """Foreign mappings and tuples in the log are carried out with ours, by their order, whichever number that is."""
    ran = []
    config = Configurator()
    config.action(None, ran.append, ("ours",), {}, 0)
    row = {"discriminator": "late", "callable": ran.append, "args": ("late",), "kw": {}, "order": 999}
    config.registry.action_state.actions += [
        {**row, "includepath": (), "info": ""},
        ("early", ran.append, ("early",), {}, (), None, -30),
    ]
    Configurator(registry=config.registry).action("shared", ran.append, args=("shared",), order=100)
    config.commit()
    assert ran == ["early", "ours", "shared", "late"]


def test_log_is_replaced():
    """A log can be put in the place of the registry's, and is the one that is carried out."""
    ran = []
    config = Configurator()
    config.action("lost", ran.append, args=("lost",))
    config.registry.action_state = ActionState()
    config.action("kept", ran.append, args=("kept",))
    config.commit()
    assert ran == ["kept"]


def test_actions_are_said_by_actions():
    """An action may say another while it runs, for its own phase or a later one."""
    ran = []
    config = Configurator()
    config.action("one", lambda: config.action("two", ran.append, args=("two",), order=100))
    config.commit()
    assert ran == ["two"]


def test_discriminator_without_a_callable():
    """A discriminator alone reserves its place: a second one clashes, and the error tells who clashes."""
    config = Configurator()
    config.action("taken", None)
    config.action("taken", None)
    with pytest.raises(ConfigurationConflictError) as caught:
        config.commit()
    [(discriminator, places)] = caught.value._conflicts.items()
    assert discriminator == "taken"
    assert [place.function for place in places] == ["test_discriminator_without_a_callable"] * 2


def test_failed_action_tells_why():
    """The error of a failed action carries the error that it was, and where it was said."""

    def fail():
        raise LookupError("why")

    config = Configurator()
    config.action("failing", fail)
    with pytest.raises(ConfigurationExecutionError) as caught:
        config.commit()
    assert caught.value.etype is LookupError
    assert str(caught.value.evalue) == "why"
    assert caught.value.info.function == "test_failed_action_tells_why"


# --- 4: attributes of a Configurator are assigned, its directives replaced -------------------------------------------


def test_attributes_of_a_configurator_count_from_the_next_statement():
    """Whoever assigns an attribute of a Configurator changes what its next statements mean."""
    config = Configurator()
    config.route_prefix = "prefix"
    config.package = testing
    config.includepath = ("by hand",)
    config.info = "a file of mine"
    config.basepath = "/somewhere"
    config.add_route("page", "/page")
    config.introspection = False
    config.add_route("other", "/other")
    config.route_prefix = None
    config.add_route("top", "/top")
    rows = {row["discriminator"]: row for row in config.registry.action_state.actions}
    page, other = rows["route", "page"], rows["route", "other"]
    assert (page["includepath"], page["info"], config.basepath) == (
        ("by hand",),
        "a file of mine",
        "/somewhere",
    )
    assert (len(page["introspectables"]), len(other["introspectables"])) == (1, 0)
    config.commit()
    patterns = {route.name: route.pattern for route in config.get_routes_mapper().get_routes()}
    assert patterns == {"page": "prefix/page", "other": "prefix/other", "top": "/top"}


def test_manager_of_a_configurator_can_be_replaced():
    """The thread-local manager is an attribute as well, and another one gets what is begun."""
    config = Configurator()
    config.manager = mock.Mock()
    config.manager.get.return_value = {"registry": None, "request": None}
    config.begin()
    config.end()
    config.manager.push.assert_called_once_with({"registry": config.registry, "request": None})
    config.manager.pop.assert_called_once_with()


def test_replaced_directive_is_called_by_composites():
    """A directive that is replaced on one Configurator, or overridden in a subclass, is what composites say."""
    said = []

    class Own(Configurator):
        def add_route(self, name, pattern=None, *args, **kw):
            said.append(("route", name, pattern))
            return super().add_route(name, pattern, *args, **kw)

    config = Own()
    original = config.add_view
    config.add_view = lambda *args, **kw: (said.append(("view", kw["route_name"])), original(*args, **kw))
    config.add_static_view("files", "tests:compat", cache_max_age=1)
    config.commit()
    assert [entry[:2] for entry in said] == [("route", "__files/"), ("view", "__files/")]


def test_directives_are_functions_of_the_class(monkeypatch):
    """A directive is a function that the class has: it can be wrapped there, and called by position."""
    seen = []
    original = Configurator.add_route
    assert isinstance(original, types.FunctionType)

    @functools.wraps(original)
    def wrapped(self, *args, **kw):
        seen.append(args)
        return original(self, *args, **kw)

    monkeypatch.setattr(Configurator, "add_route", wrapped)
    config = Configurator()
    config.add_route("page", "/page", None, answering("never"))
    config.commit()
    assert seen[0][:2] == ("page", "/page")


def test_action_of_the_instance_is_what_directives_say():
    """Every directive puts its actions into the log by the instance's own ``action``."""
    said = []
    config = Configurator()
    original = config.action
    config.action = lambda *args, **kw: (
        said.append(args[0] if args else kw["discriminator"]),
        original(*args, **kw),
    )
    config.add_route("page", "/page")
    assert ("route", "page") in said


# --- 5: request.__dict__ is an interface -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["session", "localizer", "response", "tmpl_context"])
def test_stand_ins_in_the_dict(name):
    """What stands in ``request.__dict__`` under the name of a computed attribute is that attribute."""
    request = Request.blank("/")
    vars(request)[name] = "stand-in"
    assert getattr(request, name) == "stand-in"


def test_request_takes_any_attribute():
    """A request has no slots: what is written onto it stands in its dict."""
    request = Request.blank("/")
    request.anything = 1
    assert vars(request)["anything"] == 1


def test_set_property_is_for_one_request():
    """``set_property`` counts at once and for this request alone, and keeps a reified value under its own name."""
    request, other = Request.blank("/"), Request.blank("/")
    request.set_property(lambda request: "computed", "own", reify=True)
    assert request.own == "computed"
    assert vars(request)["own"] == "computed"
    assert not hasattr(other, "own")


# --- 6: context before traversal -------------------------------------------------------------------------------------


def test_context_is_absent_until_the_walk_is_done():
    """Whoever asks for the context before the walk gets nothing and starts nothing; a root factory runs at its place."""
    order = []

    class Policy(Nobody):
        def identity(self, request):
            order.append(("policy", getattr(request, "context", None)))

        authenticated_userid = identity

        def permits(self, request, context, permission):
            return True

    def root(request):
        order.append(("root", getattr(request, "context", None)))
        assert request.authenticated_userid is None
        return "the root"

    config = Configurator(root_factory=root, security_policy=Policy())
    config.add_subscriber(lambda event: event.request.identity, INewRequest)
    config.add_view(lambda context, request: Response(context), context=str, permission="read")
    assert ask(config).text == "the root"
    assert order == [("policy", None), ("root", None), ("policy", None)]


# --- 7: what stands in the record is looked at -----------------------------------------------------------------------


def test_very_object_stands_in_the_record():
    """Where nothing wraps it, the record holds the very object that was passed."""
    view = answering("bare")
    config = Configurator(autocommit=True)
    config.add_view(view, name="bare", renderer=null_renderer)
    assert in_record(config.registry, "bare") is view


def test_one_view_is_the_derived_callable():
    """One view is the derived callable; the introspector has the same one."""
    config = Configurator(autocommit=True)
    config.add_view(answering("one"), name="one")
    view = in_record(config.registry, "one")
    assert not IMultiView.providedBy(view)
    fact = next(
        entry["introspectable"]
        for entry in config.introspector.get_category("views")
        if entry["introspectable"]["name"] == "one"
    )
    assert fact["derived_callable"] is view


def test_attributes_of_a_derived_view():
    """A derived view carries what can be asked of it."""

    def view(request):
        """Say something."""
        return Response()

    config = Configurator(autocommit=True, security_policy=Nobody())
    config.add_view(view, name="v", permission="read", request_method="GET", accept="text/html")
    derived = in_record(config.registry, "v", ISecuredView)
    request = Request.blank("/")
    assert derived.__original_view__ is view
    assert callable(derived.__wraps__)
    assert derived.__permission__ == "read"
    assert not derived.__permitted__(None, request)
    assert derived.__call_permissive__(None, request).status_int == 200
    assert derived.__predicated__(None, request)
    assert not derived.__predicated__(None, Request.blank("/", method="POST"))
    assert {predicate.text() for predicate in derived.__predicates__} == {
        "accept = text/html",
        "request_method = GET,HEAD",
    }
    assert derived.__accept__ == "text/html"
    assert isinstance(derived.__order__, int)
    assert len(derived.__phash__) == 64
    assert derived.__view_attr__ is None
    assert (derived.__name__, derived.__doc__, derived.__module__) == ("view", "Say something.", __name__)
    assert derived.__text__.endswith("view")
    assert undefer(derived.__discriminator__(None, request))[:3] == ("view", None, "v")


def test_set_from_the_second_view_on():
    """From the second view on the record holds an ``IMultiView``, with everything that can be asked of it."""
    config = Configurator(autocommit=True, security_policy=Nobody())
    config.add_view(answering("any"), name="v")
    config.add_view(answering("post"), name="v", request_method="POST", permission="write")
    config.add_view(answering("json"), name="v", accept="application/json")
    views = in_record(config.registry, "v", ISecuredView)
    assert IMultiView.providedBy(views)
    assert views.name == "v"
    assert [len(ranked) for ranked in views.views] == [3, 3]
    assert list(views.media_views) == views.accepts == ["application/json"]
    get, post = Request.blank("/"), Request.blank("/", method="POST")
    json = Request.blank("/", accept="application/json")
    assert [view(None, json).text for _, view, _ in views.get_views(json)[:1]] == ["json"]
    assert views.match(None, get)(None, get).text == "json"
    assert views(None, json).text == "json"
    post.accept = "text/html"
    assert not views.__permitted__(None, post)
    assert views.__call_permissive__(None, post).text == "post"
    assert undefer(views.__discriminator__(None, post))[2] == "v"
    with pytest.raises(PredicateMismatch):
        type(views)("empty").match(None, get)


# --- 8: views are put in and taken out by hand -----------------------------------------------------------------------


@pytest.mark.parametrize("provided", [IView, ISecuredView])
def test_views_by_hand(provided):
    """A view put into the record by hand answers, its successor too, and taken out it is gone; all at once."""
    config = Configurator()
    browser = browse(config.make_wsgi_app())
    for text in ("first", "second"):
        put_by_hand(config.registry, answering(text), "v", provided=provided)
        assert browser.get("/v").text == text
    config.registry.unregisterAdapter(
        required=(IViewClassifier, IRequest, Interface), provided=provided, name="v"
    )
    assert browser.get("/v", status=404).status_int == 404


def test_foreign_view_that_passes():
    """``PredicateMismatch`` from a foreign view means the next one."""

    def passing(context, request):
        raise PredicateMismatch("not mine")

    config = Configurator(autocommit=True, root_factory=lambda request: mock.sentinel.root)
    config.add_view(answering("next"), name="v")
    browser = browse(config.make_wsgi_app())
    put_by_hand(config.registry, passing, "v", context=type(mock.sentinel.root))
    assert browser.get("/@@v").text == "next"


def test_add_view_replaces_a_foreign_view():
    """``add_view`` without predicates replaces a foreign view, which has none; with predicates it joins."""
    config = Configurator(autocommit=True)
    for name in ("replaced", "joined"):
        put_by_hand(config.registry, answering("foreign"), name)
    config.add_view(answering("ours"), name="replaced")
    config.add_view(answering("ours"), name="joined", request_method="POST")
    browser = browse(config.make_wsgi_app())
    assert browser.get("/replaced").text == "ours"
    assert (browser.get("/joined").text, browser.post("/joined").text) == ("foreign", "ours")


def test_foreign_view_with_a_hash():
    """A foreign view that says its ``__phash__`` is replaced by the view of that hash."""
    config = Configurator(autocommit=True)
    config.add_view(answering("ours"), name="model", request_method="POST")
    foreign = answering("foreign")
    foreign.__phash__ = in_record(config.registry, "model").__phash__
    put_by_hand(config.registry, foreign, "v")
    config.add_view(answering("ours"), name="v", request_method="POST")
    browser = browse(config.make_wsgi_app())
    assert browser.post("/v").text == "ours"
    assert browser.get("/v", status=405).status_int == 405


# --- 9: routes are read, mutated and matched outside requests --------------------------------------------------------


def test_mapper_on_bare_requests():
    """A mapper matches a bare WebOb request, and anything with a ``PATH_INFO``."""

    class Bare:
        environ = {"PATH_INFO": "/page/one"}

    mapper = RoutesMapper()
    route = mapper.connect("page", "/page/{name}")
    for request in (WebObRequest.blank("/page/one"), Bare()):
        assert mapper(request) == {"route": route, "match": {"name": "one"}}
    assert mapper(WebObRequest.blank("/other")) == {"route": None, "match": None}
    assert mapper.routes == {"page": route}


def test_route_is_mutable():
    """A route's pattern may be written and restored, and disturbs no match; ``path`` is the pattern's other name."""
    mapper = RoutesMapper()
    route = mapper.connect("page", "/page/{name}")
    assert route.path == route.pattern == "/page/{name}"
    route.pattern = "/shown"
    assert mapper(WebObRequest.blank("/page/one"))["route"] is route
    assert route.pattern == "/shown"
    assert [Route("a", "/a/{b}").match(path) for path in ("/a/1", "/b")] == [{"b": "1"}, None]


# --- 10: config.Router is replaced at run time -----------------------------------------------------------------------


def test_router_is_looked_up_when_the_application_is_made(monkeypatch):
    """``make_wsgi_app`` calls what ``config.Router`` is at that moment, with the registry alone."""
    made = []

    class Own(Router):
        def __init__(self, *arguments):
            made.append(arguments)
            super().__init__(*arguments)

    monkeypatch.setattr(config_module, "Router", Own)
    config = Configurator()
    assert isinstance(config.make_wsgi_app(), Own)
    assert made == [(config.registry,)]


# --- 11: introspectables are live ------------------------------------------------------------------------------------


def test_introspectables_are_live():
    """What is said of a view is completed while its action runs, and can be extended by others afterwards."""
    config = Configurator()
    config.add_route("page", "/page")
    config.add_view(answering("page"), route_name="page", request_method="GET")
    facts = [fact for row in config.registry.action_state.actions for fact in row["introspectables"]]
    [fact] = [fact for fact in facts if fact.category_name == "views"]
    assert fact["route_name"] == "page"
    config.commit()
    assert callable(fact["derived_callable"])
    fact["of_mine"] = "kept"
    found = config.introspector.get("views", fact.discriminator)
    assert found is fact
    assert found["of_mine"] == "kept"


def test_categories_and_relations():
    """Introspectables stand in the known categories, and are related to each other in the known way."""
    config = Configurator(security_policy=Nobody())
    config.add_route("page", "/page")
    config.add_view(lambda request: {}, route_name="page", permission="read", renderer="page.json", name="v")
    config.add_view(lambda request: {}, renderer="json", mapper=None)
    config.add_static_view("files", "tests:compat")
    config.commit()
    categories = dict(config.introspector.categorized())
    assert set(categories) == {
        *(
            "accept view order",
            "csrf storage policy",
            "permissions",
            "renderer factories",
            "response adapters",
        ),
        *("route predicates", "routes", "security policy", "static views", "templates", "tweens"),
        *("view derivers", "view predicates", "views"),
    }
    [view] = [entry for entry in categories["views"] if entry["introspectable"]["route_name"] == "page"]
    assert {related.category_name for related in view["related"]} >= {"routes", "permissions", "templates"}


def test_no_views_of_our_own_in_tests():
    """After ``testing.setUp`` no view stands in the record, so that what a test finds there is its own."""
    config = testing.setUp()
    try:
        assert config.introspector.get_category("views") is None
        config.add_view(answering("mine"))
        assert len(config.introspector.get_category("views")) == 1
    finally:
        testing.tearDown()


# --- 12: the edge lets the application answer ------------------------------------------------------------------------


BAD_BYTES = [
    ("GET", {"QUERY_STRING": "a=%ff"}),
    ("params", {"QUERY_STRING": "a=%ff"}),
    ("path_info", {"PATH_INFO": "/\xff"}),
    (
        "POST",
        {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/x-www-form-urlencoded", "body": b"a=%ff"},
    ),
    ("json_body", {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/json", "body": b'"\xff"'}),
    ("text", {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "text/plain; charset=utf-8", "body": b"\xff"}),
]


def environ_of(parts):
    """Return the environment of a request that holds these parts, a body among them."""
    parts = dict(parts)
    environ = Request.blank("/", body=parts.pop("body", b"")).environ
    return {**environ, **parts}


@pytest.mark.parametrize(("reader", "parts"), BAD_BYTES)
def test_bad_bytes_are_two_errors_in_one(reader, parts):
    """What a reader raises for bytes that are no text is a ``UnicodeDecodeError`` and an ``HTTPBadRequest``."""
    request = Request(environ_of(parts))
    with pytest.raises(UnicodeDecodeError) as caught:
        getattr(request, reader)
    assert isinstance(caught.value, httpexceptions.HTTPBadRequest)


@pytest.mark.parametrize(
    ("reader", "parts"),
    [
        ("POST", {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "multipart/form-data", "body": b"no boundary"}),
        (
            "POST",
            {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "multipart/form-data; boundary=B", "body": b"no part"},
        ),
        ("json_body", {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/json", "body": b"{"}),
    ],
)
def test_bad_bodies_are_two_errors_in_one(reader, parts):
    """A body that isn't what it says it is a ``ValueError``, as it always was, and an ``HTTPBadRequest``."""
    request = Request(environ_of(parts))
    with pytest.raises(ValueError, match=r"\w") as caught:
        getattr(request, reader)
    assert isinstance(caught.value, httpexceptions.HTTPBadRequest)


@pytest.mark.parametrize(("reader", "parts"), BAD_BYTES)
@pytest.mark.parametrize("context", [UnicodeDecodeError, httpexceptions.HTTPBadRequest, None])
def test_bad_bytes_are_answered_by_the_application(reader, parts, context):
    """An exception view for either of the two answers; without one the client hears 400."""
    config = Configurator()
    config.add_view(lambda request: Response(str(getattr(request, reader))))
    if context is not None:
        config.add_exception_view(lambda exc, request: Response("mine", status=400), context=context)
    response = Request(environ_of(parts)).get_response(config.make_wsgi_app())
    assert (response.status_int, response.text == "mine") == (400, context is not None)


@pytest.mark.parametrize("parts", [parts for reader, parts in BAD_BYTES if reader != "path_info"])
def test_readers_are_lazy(parts):
    """Bytes that nobody reads do no harm: the application answers what it would have answered."""
    config = Configurator()
    config.add_view(lambda request: Response("unread"))
    assert Request(environ_of(parts)).get_response(config.make_wsgi_app()).text == "unread"


def test_nul():
    """A NUL in a path is not found; in a value of the query it reaches the application."""
    config = Configurator()
    config.add_route("page", "/page/{name}")
    config.add_view(lambda request: Response(repr(request.GET["a"])), route_name="page")
    app = config.make_wsgi_app()
    assert Request.blank("/page/x?a=%00").get_response(app).text == repr("\0")
    assert Request.blank("/page/%00").get_response(app).status_int == 404


# --- 13: 405 only at the router --------------------------------------------------------------------------------------


def test_called_directly_a_view_raises_predicate_mismatch():
    """A derived view or a set that is called directly raises ``PredicateMismatch``, a kind of not found, and no 405."""
    config = Configurator(autocommit=True)
    config.add_view(answering("get"), name="one", request_method="GET")
    config.add_view(answering("get"), name="two", request_method="GET")
    config.add_view(answering("put"), name="two", request_method="PUT")
    request = Request.blank("/", method="DELETE")
    for name in ("one", "two"):
        with pytest.raises(PredicateMismatch) as caught:
            in_record(config.registry, name)(None, request)
        assert caught.value.status_int == 404


def test_not_found_view_answers_mismatches():
    """An application's not-found view answers what no predicate accepts; without one the router says 405 and ``Allow``."""
    config = Configurator()
    config.add_view(answering("get"), name="v", request_method="GET")
    answer = browse(config.make_wsgi_app()).delete("/v", status=405)
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    caught = []
    config.add_notfound_view(lambda exc, request: (caught.append(exc), Response("mine", status=404))[1])
    assert browse(config.make_wsgi_app()).delete("/v", status=404).text == "mine"
    assert [isinstance(exc, PredicateMismatch) for exc in caught] == [True]


def test_foreign_view_that_mismatches_is_not_found():
    """A foreign view that raises ``PredicateMismatch`` leads to a 404, since nobody knows what it would have accepted."""

    def passing(context, request):
        raise PredicateMismatch("not mine")

    config = Configurator()
    put_by_hand(config.registry, passing, "v")
    assert ask(config, "/v", status=404).status_int == 404


# --- 14: default headers by the router alone ----------------------------------------------------------------------------


@pytest.mark.parametrize("has_renderer", [False, True])
def test_foreign_response_passes_untouched(has_renderer):
    """A response of another class reaches the server as the very object that the view returned."""
    response = WebObResponse(b"foreign", headerlist=[("X-Only", "this"), ("Content-Length", "7")])
    seen = []
    config = Configurator()
    config.add_view(lambda request: response, renderer="json" if has_renderer else None)
    app = config.make_wsgi_app()
    with app.request_context(Request.blank("/").environ) as request:
        seen.append(app.invoke_request(request))
    assert seen == [response]
    assert seen[0] is response
    assert response.headerlist == [("X-Only", "this"), ("Content-Length", "7")]


def sent(config, path="/"):
    """Return the headers of an answer, as the server gets them."""
    return Request.blank(path).get_response(config.make_wsgi_app()).headerlist


def test_default_headers_are_added_by_the_router():
    """A response of ours gets the default headers when the router sends it, and not before."""
    response = Response("ours")
    config = Configurator()
    config.add_view(lambda request: response)
    router = config.make_wsgi_app()
    with router.request_context(Request.blank("/").environ) as request:
        assert "X-Content-Type-Options" not in router.invoke_request(request).headers
    assert ("X-Content-Type-Options", "nosniff") in sent(config)
    assert "X-Content-Type-Options" not in Request.blank("/").get_response(response).headers


def test_default_headers_are_never_said_twice():
    """What a response says itself stands, once, however the header is written."""

    def view(request):
        request.response.headerlist.append(("x-frame-options", "DENY"))
        return request.response

    config = Configurator()
    config.add_view(view)
    assert [value for name, value in sent(config) if name.lower() == "x-frame-options"] == ["DENY"]


def test_files_have_the_headers_of_files(tmp_path):
    """Static views and file responses are sent with what they say themselves, header by header."""
    (tmp_path / "page.txt").write_text("text")
    config = Configurator()
    config.add_static_view("files", str(tmp_path))
    config.add_view(lambda request: FileResponse(str(tmp_path / "page.txt"), request), name="file")
    expected = {
        "Content-Type",
        "Content-Length",
        "Last-Modified",
        "ETag",
        "Accept-Ranges",
        "Cache-Control",
        "Expires",
    }
    assert {name for name, _ in sent(config, "/files/page.txt")} <= expected
    assert {name for name, _ in sent(config, "/file")} <= expected


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (lambda request: request.session.get("a"), True),
        (lambda request: request.identity, True),
        (lambda request: request.authenticated_userid, True),
        (lambda request: get_csrf_token(request), True),
        (lambda request: request.GET.get("a"), False),
    ],
)
def test_vary_cookie_where_a_cookie_counted(read, expected):
    """``Vary: Cookie`` is said where a session, an identity or a token was looked at, and nowhere else."""
    config = Configurator(session_factory=SignedCookieSessionFactory("a key of more than thirty-two bytes"))
    config.set_security_policy(Cookied())
    config.add_view(lambda request: (read(request), Response("read"))[1])
    assert (("Vary", "Cookie") in sent(config)) is expected


class Cookied(Nobody):
    """Reads who it is from a cookie."""

    def identity(self, request):
        return request.cookies.get("who")

    authenticated_userid = identity


# --- 15: router steps are driven from outside ------------------------------------------------------------------------


def test_request_context_by_hand():
    """``request_context`` makes a request; ``begin`` and ``end`` make it current and take that back."""
    config = Configurator()
    config.add_view(lambda request: Response(str(get_current_request() is request)))
    router = config.make_wsgi_app()
    context = router.request_context(Request.blank("/").environ)
    assert get_current_request() is None
    request = context.begin()
    assert get_current_request() is request
    assert router.invoke_request(request).text == "True"
    assert router.invoke_request(request).text == "True"
    assert router.handle_request(request).text == "True"
    assert router.orig_handle_request(request).text == "True"
    context.end()
    assert manager.stack == []


def test_parts_of_the_router():
    """What add-ons read and write on a router is there, and writing counts."""
    config = Configurator()
    config.add_route("page", "/page")
    config.add_view(lambda request: Response(f"{request.root} {type(request).__name__}"))
    router = config.make_wsgi_app()
    assert router.registry is config.registry
    assert router.root_policy is router.root_factory
    assert router.routes_mapper is config.get_routes_mapper()
    assert (router.debug_notfound, router.debug_routematch) == (False, False)
    assert callable(router.execution_policy)

    class Own(Request):
        pass

    router.request_factory = lambda environ: Own(environ)
    router.root_factory = lambda request: {}
    assert browse(router).get("/").text == "{} Own"
    router.debug_notfound = True
    with pytest.raises(HTTPNotFound, match="debug_notfound of url"):
        router.orig_handle_request(router.request_context(Request.blank("/nothing").environ).request)


# --- 16: extensions on hand-made requests ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make", [lambda: Request.blank("/"), testing.DummyRequest, lambda: type("R", (Request,), {}).blank("/")]
)
def test_extensions_on_hand_made_requests(make):
    """``apply_request_extensions`` works on any request, and on a registry that has learnt more since."""
    config = Configurator(autocommit=True)
    config.add_request_method(lambda request, word: word * 2, "double")
    config.add_request_method(lambda request: object(), "once", reify=True)
    request = make()
    request.registry = config.registry
    apply_request_extensions(request)
    assert request.double("a") == "aa"
    assert request.once is request.once
    config.add_request_method(lambda request: "late", "late", property=True)
    later = make()
    later.registry = config.registry
    apply_request_extensions(later)
    assert (later.late, later.double("b")) == ("late", "bb")
    assert not hasattr(request, "late")


def test_registry_of_a_request_can_be_taken_away():
    """``request.registry`` can be set and deleted."""
    request = Request.blank("/")
    request.registry = Components()
    del request.registry
    assert not hasattr(request, "registry")


# --- 17: the thread-local manager ------------------------------------------------------------------------------------


def test_manager():
    """The manager keeps push, pop, get, clear, the stack and its default."""
    assert manager.pop() is None
    info = {"request": "r", "registry": "reg"}
    manager.push(info)
    try:
        assert manager.get() is info
        assert len(manager.stack) == 1
    finally:
        manager.clear()
    assert manager.get() == manager.default()
    assert set(manager.get()) == {"request", "registry"}


def test_default_of_the_manager_is_read_live(monkeypatch):
    """What ``manager.default`` is counts from the next question on."""
    monkeypatch.setattr(manager, "default", lambda: {"request": "mine", "registry": None})
    assert get_current_request() == "mine"


# --- 18: derivers ----------------------------------------------------------------------------------------------------


BUILT_IN = [
    *("secured_view", "csrf_view", "owrapped_view", "http_cached_view"),
    *("decorated_view", "rendered_view", "mapped_view"),
]


def test_built_in_derivers_keep_their_places():
    """Every built-in deriver is an anchor, in the known order."""
    config = Configurator()
    assert [name for name, _ in config.registry.getUtility(IViewDerivers).sorted()] == BUILT_IN


@pytest.mark.parametrize("inner", BUILT_IN)
def test_foreign_deriver_between_any_two(inner):
    """A foreign deriver stands over any of them, also where they make nothing for a view, and knows the view."""
    infos = []

    def foreign(view, info):
        infos.append(info)

        def wrapper(context, request):
            response = view(context, request)
            if isinstance(response, Response):
                response.headers["X-Foreign"] = info.options["spoon"]
            return response

        return wrapper

    foreign.options = ("spoon",)
    config = Configurator()
    outer = ["INGRESS", *BUILT_IN][BUILT_IN.index(inner)]
    config.add_view_deriver(foreign, "foreign", under=outer, over=inner)

    def view(request):
        return Response()

    config.add_view(view, spoon="silver", request_method="GET")
    assert ask(config).headers["X-Foreign"] == "silver"
    info = next(info for info in infos if info.original_view is view)
    assert (info.exception_only, info.registry, info.settings) == (
        False,
        config.registry,
        config.registry.settings,
    )
    assert info.package is config.package
    assert [predicate.text() for predicate in info.predicates] == ["request_method = GET,HEAD"]
    names = [name for name, _ in config.registry.getUtility(IViewDerivers).sorted()]
    assert names[names.index(inner) - 1] == "foreign"


def test_deriver_that_writes_onto_the_view():
    """A deriver may write onto the view that it gets and return it."""
    seen = []

    def mark(view, info):
        view.marked = True
        return view

    def look(view, info):
        seen.append(getattr(view, "marked", False) or getattr(view.__wraps__, "marked", False))
        return view

    config = Configurator(autocommit=True)
    config.add_view_deriver(mark, "mark", under="decorated_view", over="rendered_view")
    config.add_view_deriver(look, "look", under="http_cached_view", over="mark")
    config.add_view(lambda request: Response(), http_cache=1)
    assert seen[-1]


def test_derive_view():
    """``derive_view`` and ``_derive_view`` make (context, request) views outside of any statement."""
    config = Configurator(autocommit=True, security_policy=Nobody())
    derived = config.derive_view(lambda request: {"a": 1}, renderer="json")
    request = Request.blank("/")
    request.registry = config.registry
    assert derived(None, request).json == {"a": 1}
    derived = config._derive_view(
        lambda request: Response(),
        permission="read",
        predicates=[lambda context, request: True],
        order=3,
        phash="p",
    )
    assert (derived.__order__, derived.__phash__, derived.__permission__) == (3, "p", "read")
    assert not derived.__permitted__(None, request)


# --- 19: RendererHelper ----------------------------------------------------------------------------------------------


def test_renderer_helper():
    """A ``RendererHelper`` tells what it is, is cloned, has attributes that can be written, and makes its renderer late."""
    config = Configurator(autocommit=True)
    helper = RendererHelper("page.unknown", package=testing, registry=config.registry)
    assert (helper.name, helper.type, helper.package, helper.registry) == (
        "page.unknown",
        ".unknown",
        testing,
        config.registry,
    )
    assert helper.settings is config.registry.settings
    clone = helper.clone(name="json")
    assert (clone.name, clone.package) == ("json", testing)
    helper.type = "written"
    assert helper.type == "written"
    with pytest.raises(ValueError, match="unknown"):
        clone.clone(name="other.unknown").renderer  # noqa: B018 - read for the error
    config.add_renderer(".unknown", lambda info: lambda value, system: "known")
    assert RendererHelper("page.unknown", registry=config.registry).renderer({}, {}) == "known"


# --- 20: cookies and keys --------------------------------------------------------------------------------------------

LONG = "a key of more than thirty-two bytes"


def test_signature_of_a_session_cookie():
    """A session's cookie is the base64 of an HMAC-SHA512, keyed with salt and secret, and of the JSON that it signs."""
    config = Configurator(session_factory=SignedCookieSessionFactory(LONG, salt="salt."))
    config.add_view(lambda request: (request.session.__setitem__("a", 1), Response())[1])
    cookie = Request.blank("/").get_response(config.make_wsgi_app()).headers["Set-Cookie"]
    value = cookie.partition("=")[2].partition(";")[0]
    data = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    signature, payload = data[:64], data[64:]
    assert signature == hmac.digest(b"salt." + LONG.encode(), payload, "sha512")
    renewed, created, state = json.loads(payload)
    assert (int(renewed) == int(created), state) == (True, {"a": 1})


def test_ticket():
    """An authentication ticket is the digest, the time in eight hexadecimal digits, the user, and the data of the type."""
    helper = AuthTktCookieHelper(LONG, hashalg="sha512")
    [(_, cookie), *_] = helper.remember(Request.blank("/", environ={"REMOTE_ADDR": "192.0.2.1"}), "ann")
    ticket = cookie.partition("=")[2].partition(";")[0].strip('"')
    digest, time, userid = ticket[:128], ticket[128:136], ticket[136:].partition("!")[0]
    assert base64.b64decode(urllib.parse.unquote(userid)) == b"ann"
    assert int(time, 16) > 0
    assert set(digest) <= set(string.hexdigits)


@pytest.mark.parametrize("make", [SignedCookieSessionFactory, AuthTktCookieHelper])
def test_short_secrets_warn(make):
    """A secret that could be found by trying is warned of, and a long one isn't."""
    with pytest.warns(UserWarning, match="6 bytes"):
        make("secret")
    make(LONG)


@pytest.mark.filterwarnings("ignore:the secret of")
def test_short_secrets_are_refused_in_production():
    """Only where production is said, a short secret is an error."""
    factory = SignedCookieSessionFactory("secret")
    Configurator(session_factory=factory).commit()
    with pytest.raises((exceptions.ConfigurationError, ConfigurationExecutionError), match="6 bytes"):
        Configurator(session_factory=factory, settings={"goldilocks.production": "true"}).commit()


def test_pickles_are_never_a_default():
    """``PickleSerializer`` can be imported and used, and nothing uses it by itself: what isn't JSON can't be stored."""
    config = Configurator(session_factory=SignedCookieSessionFactory(LONG))
    config.add_view(lambda request: (request.session.__setitem__("a", object()), Response())[1])
    with pytest.raises((TypeError, ValueError)):
        Request.blank("/", environ={"paste.throw_errors": True}).get_response(config.make_wsgi_app())
    with pytest.warns(DeprecationWarning):
        serializer = PickleSerializer()
    assert serializer.loads(serializer.dumps({1, 2})) == {1, 2}


# --- 21: instrumentation wraps the constructor -----------------------------------------------------------------------


def test_wrapped_constructor_knows_its_caller(monkeypatch):
    """Who wraps ``Configurator.__init__`` finds the caller's package two frames up, and can add statements of its own."""
    original = Configurator.__init__

    def wrapped(self, *args, **kw):
        kw.setdefault("package", caller_package(level=2))
        original(self, *args, **kw)
        self.add_route("instrumented", "/instrumented")

    monkeypatch.setattr(Configurator, "__init__", wrapped)
    caller = types.ModuleType("calling")
    caller.__dict__.update(Configurator=Configurator, __path__=[], __package__="calling")
    monkeypatch.setitem(sys.modules, "calling", caller)
    exec("def configure(): return Configurator()", caller.__dict__)
    config = caller.configure()
    assert config.package is caller
    config.commit()
    assert config.get_routes_mapper().get_route("instrumented").pattern == "/instrumented"


def test_constructor_finds_its_caller(monkeypatch):
    """Unwrapped, a Configurator finds the package of who makes it."""
    caller = types.ModuleType("calling")
    caller.__dict__.update(Configurator=Configurator, __path__=[], __package__="calling")
    monkeypatch.setitem(sys.modules, "calling", caller)
    exec("config = Configurator()", caller.__dict__)
    assert caller.config.package is caller


def test_place_is_told_by_whoever_says():
    """Each wrapped directive understands ``_info`` and ``_backframes``, a foreign function's too."""

    def foreign(config, name):
        config.action(name, None)

    config = Configurator()
    config.add_directive("foreign", foreign)

    def helper():
        config.foreign("frames", _backframes=1)

    helper()
    config.foreign("info", _info=("site.zcml", 3, "zcml", "<view/>"))
    config.add_route("ours", "/ours", _info=("site.zcml", 4, "zcml", "<route/>"))
    places = {row["discriminator"]: row["info"] for row in config.registry.action_state.actions}
    assert places["frames"].function == "test_place_is_told_by_whoever_says"
    assert (places["info"].file, places["info"].line) == ("site.zcml", 3)
    assert places["route", "ours"].line == 4


def test_directive_that_is_not_wrapped():
    """A directive that is added with ``action_wrap=False`` is the bare function; ``action_method`` wraps by hand."""

    def bare(config, **kw):
        return kw

    config = Configurator()
    config.add_directive("bare", bare, action_wrap=False)
    config.add_directive("dressed", action_method(bare), action_wrap=False)
    assert config.bare(_info="seen") == {"_info": "seen"}
    assert config.dressed(_info="taken", _backframes=1) == {}


# --- 22: lists of predicates -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [Configurator, testing.setUp])
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (
            "route",
            {"xhr", "request_method", "path_info", "request_param", "header", "accept", "custom", "traverse"},
        ),
        ("view", {"xhr", "request_method", "match_param", "physical_path", "containment", "custom"}),
        ("subscriber", set()),
    ],
)
def test_predicate_lists_are_filled_at_once(make, kind, expected):
    """The built-in predicates stand in their lists as soon as there is a Configurator."""
    config = make()
    try:
        assert expected <= set(config.get_predlist(kind).sorter.names)
    finally:
        testing.tearDown()


def test_predicates_are_made_of_a_list():
    """A list makes order, predicates and hash of arguments, as add-ons with predicates of their own need it."""
    config = Configurator()
    order, [predicate], phash = config.get_predlist("route").make(config, request_method=("GET",))
    assert predicate.text() == "request_method = GET,HEAD"
    assert predicate({}, Request.blank("/"))
    assert not predicate({}, Request.blank("/", method="POST"))
    assert (type(order), len(phash)) == (int, 64)


def test_sorter_sorts():
    """``TopologicalSorter`` sorts what was added before and after one another."""
    sorter = TopologicalSorter()
    sorter.add("b", "B", after="a")
    sorter.add("a", "A")
    sorter.add("c", "C", after="a", before="b")
    assert sorter.sorted() == [("a", "A"), ("c", "C"), ("b", "B")]
    sorter.remove("c")
    assert sorter.names == ["b", "a"]


# --- 23: subscriptions on the raw record -----------------------------------------------------------------------------


@pytest.mark.parametrize("is_raw", [False, True])
def test_subscriptions_count_at_once(is_raw):
    """Whoever subscribes on the registry or on its raw tables is told, and isn't any more when that is taken back."""
    told = []
    config = Configurator()
    config.add_view(answering("fine"))
    browser, registry = browse(config.make_wsgi_app()), config.registry
    assert not registry.has_listeners
    if is_raw:
        registry.adapters.subscribe((INewRequest,), None, told.append)
    else:
        registry.registerHandler(told.append, (INewRequest,))
    assert registry.has_listeners
    browser.get("/")
    assert len(told) == 1
    assert told.append in registry.adapters.subscriptions([providedBy(told[0])], None)
    if is_raw:
        registry.adapters.unsubscribe((INewRequest,), None, told.append)
    else:
        registry.unregisterHandler(told.append, (INewRequest,))
    browser.get("/")
    assert len(told) == 1


def test_subscription_on_a_base_registry():
    """Who subscribed on a registry that ours is based on is told as well."""
    told = []
    config = Configurator()
    config.add_view(answering("fine"))
    base = Components("base")
    config.registry.__bases__ = (base,)
    base.registerHandler(told.append, (INewRequest,))
    ask(config)
    assert len(told) == 1


def test_has_listeners_can_be_written():
    """``has_listeners`` may be written, as older code does."""
    registry = Configurator().registry
    registry.has_listeners = True
    assert registry.has_listeners


def test_notify_is_found_when_called():
    """A ``notify`` that takes the registry's place on the instance gets the events of the next request."""
    told = []
    config = Configurator()
    config.add_view(answering("fine"))
    config.add_subscriber(lambda event: None, INewRequest)
    browser = browse(config.make_wsgi_app())
    config.registry.notify = lambda *events: told.extend(type(event).__name__ for event in events)
    browser.get("/")
    assert told == ["NewRequest", "BeforeTraversal", "ContextFound", "NewResponse"]


# --- 24: interfaces change on live requests --------------------------------------------------------------------------


class IMark(Interface):
    """Marks something."""


def test_request_that_is_marked():
    """A request that was marked is looked up by what it is now, where views are called by name; the router doesn't."""
    config = Configurator(autocommit=True)

    class IOwn(IRequest):
        pass

    config.add_view(answering("plain"), name="v")
    config.registry.registerAdapter(answering("marked"), (IViewClassifier, IOwn, Interface), IView, name="v")
    request = Request.blank("/")
    request.registry = config.registry
    assert render_view_to_response(None, request, "v").text == "plain"
    alsoProvides(request, IOwn)
    assert render_view_to_response(None, request, "v").text == "marked"
    assert view_execution_permitted(None, request, "v")


def test_context_that_is_marked():
    """A context that was marked, or is no more, finds other views from the next request on."""

    class Root:
        pass

    root = Root()
    config = Configurator(root_factory=lambda request: root)
    config.add_view(answering("plain"))
    config.add_view(answering("marked"), context=IMark)
    browser = browse(config.make_wsgi_app())
    assert browser.get("/").text == "plain"
    alsoProvides(root, IMark)
    assert browser.get("/").text == "marked"
    directlyProvides(root)
    assert browser.get("/").text == "plain"
    classImplements(Root, IMark)
    assert browser.get("/").text == "marked"


def test_names_of_urls_do_not_grow_the_table():
    """Names that no view has take little room, however many and however long they are."""
    config = Configurator()
    config.add_view(answering("fine"))
    config.commit()
    table = view_table(config.registry)
    place = (IViewClassifier, IRequest, providedBy(None))
    for number in range(REMEMBERED_QUESTIONS + 50):
        table.find(*place, f"name{number}")
    assert len(config.registry._view_lookup_cache) <= REMEMBERED_QUESTIONS
    known = len(config.registry._view_lookup_cache)
    for number in range(50):
        assert table.find(*place, "long" * 100 + str(number)) == ()
    assert len(config.registry._view_lookup_cache) == known


def test_sets_of_interfaces_do_not_grow_the_table():
    """Classes and sets of interfaces that are made at run time take no more room than the table has, and are let go."""
    config = Configurator(autocommit=True)
    config.add_view(answering("fine"), context=IMark)
    table = view_table(config.registry)
    alive = []
    for number in range(50):
        made = implementer(IMark)(type(f"Made{number}", (), {}))
        assert len(table.find(IViewClassifier, IRequest, providedBy(made()), "")) == 1
        alive.append(len(config.registry._view_lookup_cache))
    assert max(alive) <= 50
    config.add_view(answering("fine"), name="other")
    table.find(IViewClassifier, IRequest, providedBy(None), "")
    gc.collect()
    assert len(config.registry._view_lookup_cache) == 1


# --- 25: arguments of views stay copyable ----------------------------------------------------------------------------


def test_arguments_of_views_can_be_copied():
    """What may be said of a view can be copied deeply, and then says the same."""
    config = Configurator(autocommit=True)
    arguments = {
        "name": "v",
        "request_method": not_(("GET", "HEAD")),
        "renderer": "json",
        "http_cache": (60, {"public": True}),
        "context": IMark,
        "accept": "application/json",
        "header": ["X-Bowl:small"],
        "match_param": ("a=1",),
        "mapper": None,
        "decorator": (functools.partial(lambda view: view),),
    }
    copied = copy.deepcopy(arguments)
    assert copied["context"] is IMark
    config.add_view(lambda request: {}, **copied)
    assert copied["request_method"].value == ("GET", "HEAD")
