"""The seams that add-ons and applications lean on, one by one, as COMPAT lists them; the numbers are its."""

from __future__ import annotations

import copy
import functools
import gc
from unittest import mock

import pytest
from webob import Request as WebObRequest
from webob import Response as WebObResponse
from zope.component import globalregistry
from zope.interface import Interface, alsoProvides, classImplements, directlyProvides, implementer, providedBy
from zope.interface.registry import Components

from goldilocks import config as config_module
from goldilocks import testing
from goldilocks.config import Configurator, not_
from goldilocks.exceptions import PredicateMismatch
from goldilocks.httpexceptions import HTTPNotFound
from goldilocks.interfaces import (
    IExceptionViewClassifier,
    IMultiView,
    INewRequest,
    IRequest,
    ISecuredView,
    IView,
    IViewClassifier,
    IViewDerivers,
)
from goldilocks.registry import undefer
from goldilocks.renderers import RendererHelper, null_renderer
from goldilocks.request import Request, apply_request_extensions
from goldilocks.response import Response
from goldilocks.router import Router
from goldilocks.security import view_execution_permitted
from goldilocks.threadlocal import get_current_request, manager
from goldilocks.urldispatch import Route, RoutesMapper
from goldilocks.view import render_view_to_response
from goldilocks.viewtable import REMEMBERED_QUESTIONS, view_table
from tests.support import browse


class Nobody:
    """A security policy that permits nothing."""

    def permits(self, request, context, permission):
        return False

    def identity(self, request):
        return None

    authenticated_userid = identity

    def remember(self, request, userid, **kw):
        return []

    forget = remember


def answering(text):
    return lambda context, request: Response(text)


def in_record(registry, name="", provided=IView):
    """Look a view up as add-ons do."""
    return registry.adapters.lookup((IViewClassifier, IRequest, Interface), provided, name=name)


def put_by_hand(registry, view, name="", context=Interface, provided=IView):
    """Put a view into the record as add-ons do."""
    registry.registerAdapter(view, (IViewClassifier, IRequest, context), provided, name=name)


def ask(config, path="/", **options):
    return browse(config.make_wsgi_app()).get(path, **options)


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


# --- 7: what stands in the record ------------------------------------------------------------------------------------


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


def test_lists_of_a_set_may_be_written():
    """What add-ons do to the lists of a set counts."""
    config = Configurator(autocommit=True)
    config.add_view(answering("any"), name="v")
    config.add_view(answering("post"), name="v", request_method="POST")
    views = in_record(config.registry, "v", IMultiView)
    order, _, phash = views.views[-1]
    views.views[-1] = (order, answering("replaced"), phash)
    assert ask(config, "/v").text == "replaced"


# --- 8: views put in and taken out by hand ---------------------------------------------------------------------------


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


def test_views_by_raw_hand():
    """The record's own tables may be written without the registry's knowledge."""
    config = Configurator()
    browser = browse(config.make_wsgi_app())
    config.registry.adapters.register((IViewClassifier, IRequest, Interface), IView, "v", answering("raw"))
    assert browser.get("/v").text == "raw"


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


def test_foreign_set():
    """A foreign ``IMultiView`` in the record is asked to take further views in, and is called as it is."""
    added = []

    @implementer(IMultiView)
    class Foreign:
        def add(self, view, order, phash=None, accept=None, accept_order=None):
            added.append((order, phash, accept))

        def __call__(self, context, request):
            return Response("foreign set")

    config = Configurator(autocommit=True)
    put_by_hand(config.registry, Foreign(), "v", provided=IMultiView)
    config.add_view(answering("ours"), name="v", request_method="POST")
    assert ask(config, "/v").text == "foreign set"
    assert len(added) == 1


@pytest.mark.parametrize("others", [0, 1])
def test_wrapped_copy_is_not_bypassed(others):
    """A wrapper that took over a derived view's attributes by ``functools.wraps`` is what runs."""
    config = Configurator(autocommit=True)
    config.add_view(answering("inner"), name="v", request_method="GET")
    inner = in_record(config.registry, "v")

    @functools.wraps(inner)
    def wrapper(context, request):
        return Response("wrapped " + inner(context, request).text)

    put_by_hand(config.registry, wrapper, "v")
    for _ in range(others):
        config.add_view(answering("post"), name="v", request_method="POST")
    browser = browse(config.make_wsgi_app())
    assert browser.get("/v").text == "wrapped inner"
    assert browser.put("/v", status="*").status_int in (404, 405)


def test_wrapped_copy_in_a_set_is_not_bypassed():
    """The same for a view that was wrapped where it stands in a set."""
    config = Configurator(autocommit=True)
    for method in ("GET", "POST"):
        config.add_view(answering(method), name="v", request_method=method)
    views = in_record(config.registry, "v", IMultiView)

    def wrapped(inner):
        @functools.wraps(inner)
        def wrapper(context, request):
            return Response("wrapped " + inner(context, request).text)

        return wrapper

    views.views[:] = [(order, wrapped(view), phash) for order, view, phash in views.views]
    browser = browse(config.make_wsgi_app())
    assert (browser.get("/v").text, browser.post("/v").text) == ("wrapped GET", "wrapped POST")


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


# --- 14: foreign responses pass untouched ----------------------------------------------------------------------------


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


def test_exception_views_stand_in_the_record():
    """Exception views stand under a classifier of their own, and can be put in by hand as well."""
    config = Configurator(autocommit=True)

    def fail(request):
        raise LookupError

    config.add_view(fail)
    config.registry.registerAdapter(
        answering("by hand"), (IExceptionViewClassifier, IRequest, LookupError), IView
    )
    assert ask(config).text == "by hand"
