"""Names that are documented, or used all the same, and that few know: each does what it does in Pyramid."""

from __future__ import annotations

from uuid import UUID

import pytest
import webob.request

from goldilocks import testing
from goldilocks.authentication import (
    AuthTktAuthenticationPolicy,
    AuthTktCookieHelper,
    BasicAuthAuthenticationPolicy,
    RemoteUserAuthenticationPolicy,
    RepozeWho1AuthenticationPolicy,
    SessionAuthenticationPolicy,
)
from goldilocks.authorization import Authenticated, Everyone
from goldilocks.config import PHASE0_CONFIG, PHASE1_CONFIG, PHASE2_CONFIG, PHASE3_CONFIG, Configurator
from goldilocks.config.settings import Settings
from goldilocks.events import NewRequest
from goldilocks.interfaces import (
    IPredicateInfo,
    IRequestFactory,
    IResourceURL,
    IResponse,
    IRoute,
    IRoutesMapper,
    ISubscriberPredicate,
    IViewDeriver,
)
from goldilocks.registry import Registry
from goldilocks.renderers import JSON, JSONP
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.security import forget, remember
from goldilocks.testing import DummyRequest, DummyResource
from goldilocks.traversal import ResourceURL
from goldilocks.view import render_view, render_view_to_iterable
from goldilocks.viewderivers import VIEW, DefaultViewMapper, csrf_view
from tests.support import browse


@pytest.fixture
def config():
    """Return the Configurator of a test that commits at once."""
    config = testing.setUp()
    yield config
    testing.tearDown()


# --- Who ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    [
        lambda callback: AuthTktAuthenticationPolicy(
            "a secret of more than thirty-two bytes", callback, debug=True
        ),
        lambda callback: SessionAuthenticationPolicy(callback=callback, debug=True),
        lambda callback: RemoteUserAuthenticationPolicy(callback=callback, debug=True),
    ],
)
def test_callback_says_the_groups(config, make):
    """A policy of the older kind asks its callback for a user's groups, and logs it where it is told to debug."""
    policy = make(lambda userid, request: [f"group:{userid}s"])
    request = DummyRequest(environ={"REMOTE_USER": "ann"})
    request.session["auth.userid"] = "ann"
    if isinstance(policy, AuthTktAuthenticationPolicy):
        [(_, cookie), *_] = policy.remember(request, "ann")
        request = Request.blank("/", headers={"Cookie": cookie})
        request.registry = config.registry
    assert policy.debug
    assert policy.callback("ann", request) == ["group:anns"]
    assert policy.effective_principals(request) == [Everyone, Authenticated, "ann", "group:anns"]


def test_debug_is_off():
    """Nothing is logged unless it is asked for."""
    assert not BasicAuthAuthenticationPolicy(lambda name, password, request: None).debug
    assert not RepozeWho1AuthenticationPolicy().debug


def test_types_of_user_ids():
    """The cookie says of which type a user's id is; the tables of types can be extended on a subclass."""

    class Helper(AuthTktCookieHelper):
        userid_type_encoders = {
            **AuthTktCookieHelper.userid_type_encoders,
            frozenset: ("set", ",".join),
        }
        userid_type_decoders = {
            **AuthTktCookieHelper.userid_type_decoders,
            "set": lambda text: frozenset(text.split(",")),
        }

    helper = Helper("a secret of more than thirty-two bytes")
    [(_, cookie), *_] = helper.remember(Request.blank("/"), frozenset("a"))
    assert helper.identify(Request.blank("/", headers={"Cookie": cookie}))["userid"] == frozenset("a")


def test_policy_of_a_test_answers_with_anything(config):
    """What ``testing_securitypolicy`` is told that remembering and forgetting give comes back as it is."""
    answer = object()
    config.testing_securitypolicy("ann", remember_result=answer, forget_result=answer)
    request = DummyRequest()
    assert remember(request, "ann") is answer
    assert forget(request) is answer


def test_unauthenticated_user(config):
    """Who a request says it is, unchecked, is asked of the policy, by a name that is going away."""
    config.testing_securitypolicy("ann")
    request = Request.blank("/")
    request.registry = config.registry
    with pytest.warns(DeprecationWarning):
        assert request.unauthenticated_userid == "ann"


# --- The language -------------------------------------------------------------------------------------------------


def test_phases():
    """What is said in an earlier phase is carried out first, in whatever order it was said."""
    carried_out = []
    config = Configurator()
    for phase in (PHASE3_CONFIG, PHASE1_CONFIG, PHASE0_CONFIG, PHASE2_CONFIG):
        config.action(None, carried_out.append, args=(phase,), order=phase)
    config.commit()
    assert carried_out == [PHASE0_CONFIG, PHASE1_CONFIG, PHASE2_CONFIG, PHASE3_CONFIG] == [-30, -20, -10, 0]


def test_what_a_predicate_is_told():
    """A predicate is made with what it needs to know of the application."""
    told = []

    class Predicate:
        def __init__(self, value, info):
            assert all(hasattr(info, name) for name in IPredicateInfo)
            told.append((info.maybe_dotted(value), info.package.__name__, info.registry, info.settings))

        def text(self):
            return "told"

        phash = text

        def __call__(self, context, request):
            return True

    config = Configurator(settings={"a": "b"}, package="tests")
    config.add_view_predicate("told", Predicate)
    config.add_view(lambda request: Response(), told="goldilocks.response.Response")
    config.commit()
    [(value, package, registry, settings)] = told
    assert (value, package, registry) == (Response, "tests", config.registry)
    assert settings["a"] == "b"


def test_predicate_of_a_subscriber(config):
    """A subscriber hears only of events that its predicates hold for."""

    class Path:
        def __init__(self, path, info):
            self.path = path

        def text(self):
            return f"path = {self.path}"

        phash = text

        def __call__(self, *args):
            return args[0].request.path == self.path

    heard = []
    config.add_subscriber_predicate("path", Path)
    config.add_subscriber(lambda event: heard.append(event.request.path), NewRequest, path="/a")
    for path in ("/a", "/b"):
        config.registry.notify(NewRequest(Request.blank(path)))
    assert heard == ["/a"]
    assert ISubscriberPredicate["__call__"].getSignatureString() == "(*args)"


def test_stage_around_the_view_itself():
    """A stage of an application's own can stand at the view itself, and takes options of its own."""

    def loud(view, info):
        if not info.options.get("loud"):
            return view
        return lambda context, request: Response(view(context, request).text.upper())

    loud.options = ("loud",)
    assert "options" in IViewDeriver
    config = Configurator()
    config.add_view_deriver(loud, under="decorated_view", over=VIEW)
    config.add_view(lambda request: Response("quiet"))
    config.add_view(lambda request: Response("loud"), name="loud", loud=True)
    app = browse(config.make_wsgi_app())
    assert (app.get("/").text, app.get("/loud").text) == ("quiet", "LOUD")


def test_built_in_stage_in_somebodys_hands(config):
    """A built-in stage can be asked for what it makes of a view, as any other can."""

    class Info:
        options = {"require_csrf": False}
        registry = config.registry
        exception_only = False

    def view(context, request):
        return "answer"

    assert csrf_view(view, Info)(None, None) == "answer"


def test_view_mappers_are_introspected():
    """Who changes how views are called can be looked up."""

    class Mapper:
        def __init__(self, **kw):
            pass

        def __call__(self, view):
            return lambda context, request: Response(view())

    config = Configurator()
    config.add_view(lambda: "called otherwise", mapper=Mapper)
    app = browse(config.make_wsgi_app())
    [found] = config.introspector.get_category("view mappers")
    assert found["introspectable"]["mapper"] is Mapper
    assert app.get("/").text == "called otherwise"


class OfRequest:
    """A view that is made of the request."""

    def __init__(self, request):
        self.request = request

    def __call__(self):
        return Response("of the request")


class OfBoth:
    """A view that is made of context and request."""

    def __init__(self, context, request):
        self.context = context

    def __call__(self):
        return Response("of both")

    def method(self, context, request):
        return Response("method of both")

    def short(self, request):
        return Response("short method")


@pytest.mark.parametrize(
    ("part", "view", "attr", "text"),
    [
        ("map_class", OfRequest, None, "of the request"),
        ("map_class_requestonly", OfRequest, None, "of the request"),
        ("map_class_native", OfBoth, None, "of both"),
        ("map_nonclass", lambda request: Response("function"), None, "function"),
        ("map_nonclass_requestonly", lambda request: Response("function"), None, "function"),
        ("map_nonclass_requestonly", OfBoth(None, None), "short", "short method"),
        ("map_nonclass_attr", OfBoth(None, None), "method", "method of both"),
    ],
)
def test_parts_of_the_default_mapper_are_replaced(monkeypatch, part, view, attr, text):
    """Monitors wrap how the default mapper maps each kind of view, on its class, and so see all views."""
    mapped = []
    original = getattr(DefaultViewMapper, part)

    def wrapped(self, view):
        mapped.append(view)
        return original(self, view)

    monkeypatch.setattr(DefaultViewMapper, part, wrapped)
    config = Configurator()
    config.add_view(view, attr=attr)
    assert browse(config.make_wsgi_app()).get("/").text == text
    assert mapped[-1] is view


def test_mapper_of_an_add_on_overrides_parts():
    """An add-on's mapper says anew how one kind of view is mapped, on the class or on one mapper."""

    class Mapper(DefaultViewMapper):
        def __init__(self, **kw):
            super().__init__(**kw)
            self.map_class_native = self.map_quietly

        def map_quietly(self, view):
            return lambda context, request: Response("quiet")

    config = Configurator()
    config.add_view(OfBoth, mapper=Mapper)
    config.add_view(OfRequest, mapper=Mapper, name="other")
    app = browse(config.make_wsgi_app())
    assert (app.get("/").text, app.get("/other").text) == ("quiet", "of the request")


def test_settings_from_the_environment():
    """Words and lists can be set by the environment, too."""
    environ = {"PYRAMID_DEFAULT_LOCALE_NAME": "de", "PYRAMID_CSRF_TRUSTED_ORIGINS": "a.example b.example"}
    settings = Settings({"default_locale_name": "fr"}, _environ_=environ)
    assert settings["default_locale_name"] == "de"
    assert settings["csrf_trusted_origins"] == ["a.example", "b.example"]


# --- The record ---------------------------------------------------------------------------------------------------


def test_registry_is_a_dictionary():
    """Applications keep things of their own in the registry, by name; an empty one is true all the same."""
    registry = Registry()
    assert registry
    registry["key"] = "value"
    registry.__setitem__("other", "value")  # as code does that sets what it is told
    assert registry == {"key": "value", "other": "value"}


def test_registrations_of_subscribers():
    """Who unregisters subscribers by hand finds them in the lists that zope keeps."""
    registry = Registry()
    registry.registerHandler(print, (NewRequest,))
    registry.registerSubscriptionAdapter(lambda event: None, (NewRequest,), IRoute)
    assert [row[-2] for row in registry._handler_registrations] == [print]
    assert len(registry._subscription_registrations) == 1


def test_request_factory():
    """What makes requests is asked for blank ones, too."""
    made = []

    class Factory(Request):
        def __init__(self, environ, **kw):
            made.append(environ["PATH_INFO"])
            super().__init__(environ, **kw)

    config = Configurator()
    config.set_request_factory(Factory)
    config.add_view(lambda request: Response())
    app = browse(config.make_wsgi_app())
    app.get("/")
    assert made == ["/"]
    blank = config.registry.getUtility(IRequestFactory).blank("/blank")
    assert isinstance(blank, Factory)


def test_route_makes_paths():
    """A route makes a path of values, by itself."""
    config = Configurator()
    config.add_route("page", "/pages/{name}")
    config.commit()
    route = config.registry.getUtility(IRoutesMapper).get_route("page")
    assert IRoute.providedBy(route)
    assert route.generate({"name": "a b"}) == "/pages/a%20b"


def test_paths_of_a_resource():
    """What makes the URLs of resources tells the paths, as text and as tuples, with and without the virtual root."""
    root = DummyResource()
    root["a"] = DummyResource()
    root["a"]["b"] = DummyResource()
    request = DummyRequest(environ={"HTTP_X_VHM_ROOT": "/a"})
    url = ResourceURL(root["a"]["b"], request)
    assert IResourceURL.providedBy(url)
    assert (url.physical_path, url.physical_path_tuple) == ("/a/b/", ("", "a", "b", ""))
    assert (url.virtual_path, url.virtual_path_tuple) == ("/b/", ("", "b", ""))


# --- What ---------------------------------------------------------------------------------------------------------


def test_encoder_that_is_no_renderer():
    """An encoder of tokens takes over what JSON renderers have adapters for, and refuses what nobody has one for."""

    class Encoder(JSON):
        def __call__(self, value):
            return self.serializer(value, default=self._make_default(None))

    encoder = Encoder(adapters=[(complex, lambda number, request: str(number))])
    assert encoder(1j) == '"1j"'
    with pytest.raises(TypeError, match="UUID"):
        encoder(UUID(int=1))


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8"])
def test_json_is_read_by_the_module_of_choice(monkeypatch, content_type):
    """An application that puts another JSON module into WebOb's reads bodies with it, and hears its own errors."""

    class Own:
        @staticmethod
        def loads(text):
            if text == "bad":
                raise ValueError("own words")
            return ["own", text]

    monkeypatch.setattr(webob.request, "json", Own)
    assert Request.blank("/", method="POST", body=b"1", content_type=content_type).json_body == ["own", "1"]
    with pytest.raises(ValueError, match="own words"):
        Request.blank("/", method="POST", body=b"bad", content_type=content_type).json_body  # noqa: B018 - read for the error


def test_adapters_of_jsonp(config):
    """JSONP writes objects by adapters, like JSON."""
    renderer = JSONP()
    renderer.add_adapter(complex, lambda number, request: [number.real, number.imag])
    config.add_renderer("jsonp", renderer)
    config.add_view(lambda request: 1 + 2j, renderer="jsonp")
    app = browse(config.make_wsgi_app())
    assert app.get("/?callback=f").text == "/**/f([1.0, 2.0]);"


def test_view_is_rendered_by_name(config):
    """Code can ask for what a view would answer: as bytes, or as pieces; and hears that there is no such view."""
    config.add_view(lambda request: Response(app_iter=[b"one ", b"two"]), name="page")
    request = Request.blank("/")
    request.registry = config.registry
    assert render_view(None, request, "page") == b"one two"
    assert list(render_view_to_iterable(None, request, "page")) == [b"one ", b"two"]
    assert render_view(None, request, "nothing") is None
    assert render_view_to_iterable(None, request, "nothing") is None


def test_class_of_a_responses_request():
    """The contract of responses speaks of the class of requests, and no response need have it; WebOb's has none."""
    assert "RequestClass" in IResponse
    assert not hasattr(Response(), "RequestClass")
