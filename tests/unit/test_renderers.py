"""Renderers: helpers, text, JSON and JSONP."""

from __future__ import annotations

import json
from collections import namedtuple
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from types import SimpleNamespace
from uuid import UUID

import pytest
from zope.interface import Interface, implementer
from zope.interface.verify import verifyObject

from goldilocks import csrf, renderers
from goldilocks.config import Configurator
from goldilocks.httpexceptions import HTTPBadRequest
from goldilocks.interfaces import IBeforeRender, IRendererFactory, IRendererInfo, IResponseFactory
from goldilocks.registry import Registry
from goldilocks.request import Request
from goldilocks.response import Response


@pytest.fixture
def registry():
    registry = Registry("app")
    registry.registerUtility(renderers.json_renderer_factory, IRendererFactory, name="json")
    registry.registerUtility(renderers.string_renderer_factory, IRendererFactory, name="string")
    registry.registerUtility(lambda info: lambda value, system: info, IRendererFactory, name=".pt")
    return registry


@pytest.fixture
def request_(registry):
    return SimpleNamespace(registry=registry, response=Response(), context="context", GET={})


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_render(request_):
    """Rendering by hand gives what the renderer gives."""
    assert renderers.render("json", {"a": 1}, request=_ResponseMaker(request_)) == '{"a": 1}'


def test_render_leaves_the_response_alone(request_):
    """What the renderer does to the response of the request is taken back."""
    response = request_.response
    renderers.render("json", {}, request=_ResponseMaker(request_))
    assert response.content_type == "text/html"


class _ResponseMaker(SimpleNamespace):
    """A request whose response is made when it is asked for, as a real one's is."""

    def __init__(self, request):
        super().__init__(registry=request.registry, context="context", GET={})
        self.__dict__["response"] = request.response

    def __getattr__(self, name):
        if name != "response":
            raise AttributeError(name)
        self.response = Response()
        return self.response


def test_render_is_relative_to_the_caller(registry):
    """A relative asset spec belongs to the package of whoever renders."""
    info = renderers.render("x.pt", {}, request=SimpleNamespace(registry=registry, response=Response()))
    assert __name__.startswith(info.package.__name__)


def test_render_in_package(registry):
    """A package may be given instead."""
    info = renderers.render("x.pt", {}, request=SimpleNamespace(registry=registry), package=json)
    assert info.package is json


def test_render_without_request(registry, monkeypatch):
    """Without a request the current registry knows the renderers."""
    monkeypatch.setattr(renderers, "get_current_registry", lambda: registry)
    assert renderers.render("string", 1) == "1"


def test_render_to_response_makes_a_new_one(request_):
    """The response is a new one with the result as its body."""
    request = _ResponseMaker(request_)
    response = renderers.render_to_response("json", [1], request=request)
    assert response is not request_.response
    assert (response.text, response.content_type) == ("[1]", "application/json")
    assert request.response is request_.response


def test_render_to_response_given(request_):
    """A response that is given is filled and returned."""
    given = Response()
    assert (
        renderers.render_to_response("string", "x", request=request_, package=json, response=given) is given
    )
    assert given.text == "x"


def test_get_renderer(registry):
    """The renderer itself is to be had."""
    assert renderers.get_renderer("string", registry=registry)("x", {}) == "x"
    assert renderers.get_renderer("string", package=json, registry=registry)("x", {}) == "x"


# --- RendererHelper --------------------------------------------------------------------------------------------------


def test_helper_keeps_its_contract(registry):
    """Both helpers are what renderer factories are told of."""
    assert verifyObject(IRendererInfo, renderers.RendererHelper("json", registry=registry))
    assert verifyObject(IRendererInfo, renderers.null_renderer)


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        (None, ""),
        ("", ""),
        ("json", "json"),
        ("a/b.pt", ".pt"),
        ("pkg:a.b/c.jinja2", ".jinja2"),
        ("page.pt#body", ".pt"),
        ("page#body.pt", ".pt"),
    ],
)
def test_type_of_name(name, type_, registry):
    """A factory is found by the ending of a file name, or by the name."""
    assert renderers.RendererHelper(name, registry=registry).type == type_


def test_missing_factory(registry):
    """A factory that isn't there is reported with those that are."""
    helper = renderers.RendererHelper("page.mako", registry=registry)
    with pytest.raises(ValueError, match=r"No such renderer factory \.mako .*'json', 'string'.*add_renderer"):
        helper.get_renderer()


def test_missing_factory_on_a_stand_in():
    """A registry that knows only to answer queries is enough for the report."""
    helper = renderers.RendererHelper("x", registry=SimpleNamespace(queryUtility=lambda *a, **k: None))
    with pytest.raises(ValueError, match="known are none"):
        helper.get_renderer()


def test_renderer_is_made_once(registry):
    """The renderer is made when it is needed and kept."""
    helper = renderers.RendererHelper("json", registry=registry)
    assert helper.renderer is helper.get_renderer()


@pytest.mark.parametrize(("settings", "seen"), [({"a": 1}, {"a": 1}), (None, {})])
def test_settings(settings, seen):
    """The settings are the registry's, or none."""
    assert renderers.RendererHelper(registry=SimpleNamespace(settings=settings)).settings == seen


def test_clone(registry):
    """A clone differs in what is given and is of the same class."""

    class Helper(renderers.RendererHelper):
        pass

    helper = Helper("json", "package", registry)
    same, other = helper.clone(), helper.clone("string", "p", "r")
    assert (same.name, same.package, same.registry) == ("json", "package", registry)
    assert (other.name, other.package, other.registry) == ("string", "p", "r")
    assert type(other) is Helper


def test_render_view_tells_the_system(registry, request_):
    """A renderer is told of view, context, request and itself, and what is under each name."""
    seen = {}
    registry.registerUtility(
        lambda info: lambda value, system: seen.update(system) or "", IRendererFactory, name="x"
    )
    helper = renderers.RendererHelper("x", registry=registry)
    assert helper.render_view(request_, {}, "view", "context") is request_.response
    token = seen.pop("get_csrf_token")
    assert (token.func, token.args) == (csrf.get_csrf_token, (request_,))
    assert seen == {
        "view": "view",
        "context": "context",
        "request": request_,
        "req": request_,
        "renderer_name": "x",
        "renderer_info": helper,
    }


def test_before_render(registry, request_):
    """Listeners to BeforeRender may add to what the renderer is told."""
    registry.registerUtility(lambda info: lambda value, system: system["extra"], IRendererFactory, name="x")
    registry.registerHandler(lambda event: event.update(extra=event.rendering_val), (IBeforeRender,))
    assert renderers.RendererHelper("x", registry=registry).render("value", None, request=request_) == "value"


def test_system_values_given(registry):
    """What is said to be the system is what the renderer is told, and no more."""
    registry.registerUtility(lambda info: lambda value, system: system, IRendererFactory, name="x")
    assert renderers.RendererHelper("x", registry=registry).render("value", {"a": 1}) == {"a": 1}


@pytest.mark.parametrize(
    ("result", "attribute", "value"),
    [("é", "text", "é"), (b"x", "body", b"x"), ([b"x"], "app_iter", [b"x"]), (None, "body", b"")],
)
def test_make_response(registry, result, attribute, value):
    """Text, bytes and iterables become the body; nothing leaves it as it is."""
    response = renderers.RendererHelper("x", registry=registry)._make_response(result, None)
    assert getattr(response, attribute) == value


def test_make_response_of_anything(registry):
    """What is neither is handed to the response, which may know what to do."""
    registry.registerUtility(lambda request: SimpleNamespace(), IResponseFactory)
    assert renderers.RendererHelper("x", registry=registry)._make_response(7, None).body == 7


def test_null_renderer():
    """The null renderer hands on what it gets."""
    null = renderers.null_renderer
    assert null.render("v", None) == null.render_view(None, "v", None, None) == "v"
    assert null.render_to_response("v", None) == "v"
    assert null.clone("a", "b", "c") is null
    assert (null.name, null.type, null.package, null.registry, null.settings) == (None, "", None, None, {})


# --- string ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "text"), [("é", "é"), (1, "1"), (None, "None")])
def test_string(value, text):
    """The value's text is the body."""
    assert renderers.string_renderer_factory(None)(value, {}) == text


@pytest.mark.parametrize(("said", "sent"), [("text/html", "text/plain"), ("text/css", "text/css")])
def test_string_says_plain_text(request_, said, sent):
    """The response is plain text unless the view has said something else."""
    request_.response.content_type = said
    renderers.string_renderer_factory(None)("", {"request": request_})
    assert request_.response.content_type == sent


# --- JSON ------------------------------------------------------------------------------------------------------------


def to_json(value, request=None, **kw):
    return renderers.JSON(**kw)(None)(value, {"request": request})


@dataclass
class Point:
    x: int
    when: date


@dataclass
class Named:
    name: str

    def __json__(self, request):
        return [self.name, request is None]


Pair = namedtuple("Pair", "a b")


class MyDate(date):
    pass


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2024, 2, 29, 12, 30, tzinfo=UTC), '"2024-02-29T12:30:00+00:00"'),
        (datetime(2024, 2, 29, 12, 30, 1, 5), '"2024-02-29T12:30:01.000005"'),
        (date(2024, 2, 29), '"2024-02-29"'),
        (MyDate(2024, 2, 29), '"2024-02-29"'),
        (time(1, 2), '"01:02:00"'),
        (Decimal("1.10"), '"1.10"'),
        (UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (Point(1, date(2024, 2, 29)), '{"x": 1, "when": "2024-02-29"}'),
        (Pair(1, 2), "[1, 2]"),
        (Named("n"), '["n", true]'),
        ({"a": [1.5, None, True, "é"]}, '{"a": [1.5, null, true, "\\u00e9"]}'),
    ],
)
def test_json(value, text):
    """Common values are written without more ado; what the standard library writes is left to it."""
    assert to_json(value) == text


def test_json_adapter_wins_over_our_rules():
    """What an application says about a class holds, whatever we would do."""
    renderer = renderers.JSON(adapters=[(Decimal, lambda value, request: float(value))])
    renderer.add_adapter(Point, lambda value, request: request)
    assert renderer(None)([Decimal("1.5"), Point(1, None)], {"request": None}) == "[1.5, null]"


def test_json_method_wins_over_adapter():
    """A class's own method comes first."""
    assert to_json(Named("n"), adapters=[(Named, lambda value, request: "adapter")]) == '["n", true]'


def test_json_adapter_for_interface(request_):
    """An adapter may be for an interface, and gets the request."""

    class IThing(Interface):
        pass

    @implementer(IThing)
    class Thing:
        pass

    text = to_json(Thing(), request_, adapters=[(IThing, lambda value, request: request is request_)])
    assert text == "true"


@pytest.mark.parametrize("value", [object(), {1}, Point, b"x"])
def test_json_refuses(value):
    """What can't be written is refused with its type and what to do."""
    with pytest.raises(TypeError, match=r"type builtins\.\w+ is not JSON serializable: .*__json__"):
        to_json([value])


def test_json_says_content_type(request_):
    """The response says JSON."""
    to_json({}, request_)
    assert request_.response.content_type == "application/json"


def test_json_keeps_content_type(request_):
    """What the view has said stays."""
    request_.response.content_type = "application/problem+json"
    to_json({}, request_)
    assert request_.response.content_type == "application/problem+json"


def test_json_serializer():
    """Another serializer gets the value, the function for the rest, and the keywords."""

    def serializer(value, default, indent):
        return f"{value} {default(Decimal(1))} {indent}"

    assert to_json("v", serializer=serializer, indent=4) == "v 1 4"


# --- JSONP -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["callback", "cb", "f", "$", "angular.callbacks._0", "a[0].b", "_"])
def test_jsonp(request_, name):
    """With a callback, a script calls it."""
    request_.GET = {"callback": name}
    assert renderers.JSONP()(None)({"a": 1}, {"request": request_}) == f'/**/{name}({{"a": 1}});'
    assert request_.response.content_type == "application/javascript"


@pytest.mark.parametrize("name", ["", "1a", "a.", "a(", "a;b", "a\n", "a b", "\u017fa", "a<"])
def test_jsonp_refuses(request_, name):
    """What could be more than the name of a function is a bad request."""
    request_.GET = {"callback": name}
    with pytest.raises(HTTPBadRequest):
        renderers.JSONP()(None)({}, {"request": request_})


def test_jsonp_without_callback(request_):
    """Without a callback it is plain JSON."""
    assert renderers.JSONP("cb")(None)({}, {"request": request_}) == "{}"
    assert request_.response.content_type == "application/json"


def test_jsonp_without_request():
    """Without a request too."""
    assert renderers.JSONP()(None)({}, {}) == "{}"


def test_jsonp_of_bytes(request_):
    """A serializer that gives bytes is as good."""
    request_.GET = {"callback": "f"}
    renderer = renderers.JSONP(serializer=lambda value, default: b"{}")(None)
    assert renderer({}, {"request": request_}) == "/**/f({});"


@pytest.mark.parametrize("factory", [renderers.JSON, renderers.JSONP])
def test_types_of_the_standard_library_can_be_refused(factory):
    """Under ``goldilocks.json_types = false`` dates and their like are refused, as in Pyramid."""
    info = SimpleNamespace(settings={"goldilocks.json_types": False})

    with pytest.raises(TypeError, match="not JSON serializable"):
        factory()(info)({"day": date(2024, 2, 29)}, {})


# --- A renderer of a view, kept between requests ---------------------------------------------------------------------


def answered(view, renderer, *, app=None, settings=None, path="/"):
    config = Configurator(settings=settings or {})
    config.add_view(view, renderer=renderer)
    if app is not None:
        app(config)
    return Request.blank(path).get_response(config.make_wsgi_app())


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {"a": [float("-inf")]}])
def test_json_has_no_nan(value, caplog):
    """What isn't JSON isn't written, unless Python's own way is wanted."""
    assert answered(lambda request: value, "json").status_int == 500
    assert (
        answered(lambda request: value, "json", settings={"goldilocks.strict_json": "false"}).status_int
        == 200
    )


def test_json_with_itself_in_it(caplog):
    """A value that has itself in it is an error of the application."""
    loop = {}
    loop["loop"] = loop
    assert answered(lambda request: loop, "json").status_int == 500
    assert "Circular reference" in caplog.text


def test_json_by_another_serializer():
    """A serializer of the application's is told what it always was told."""

    def app(config):
        config.add_renderer("mine", renderers.JSON(serializer=lambda value, default: b"[%d]" % len(value)))

    assert answered(lambda request: {"a": float("nan")}, "mine", app=app).body == b"[1]"


def test_template_that_touches_the_response(tmp_path):
    """What a template does to ``request.response`` is sent."""
    (tmp_path / "page.pt").write_text("<p>${setattr(request.response, 'status', 201)}</p>")
    response = answered(lambda request: {"setattr": setattr}, str(tmp_path / "page.pt"))
    assert (response.status_int, response.body) == (201, b"<p></p>")


def test_renderer_of_the_application_that_returns_bytes():
    """What isn't text is made a response of as ever."""

    def app(config):
        config.add_renderer(
            "bytes", lambda info: lambda value, system: b"bytes of " + system["renderer_name"].encode()
        )

    assert answered(lambda request: {}, "bytes", app=app).body == b"bytes of bytes"


def test_own_class_of_requests_with_its_own_response():
    """A class of requests that makes its response itself is asked for it."""

    class OwnRequest(Request):
        @property
        def response(self):
            return Response("prepared", status=202)

    config = Configurator(request_factory=OwnRequest)
    config.add_view(lambda request: {"a": 1}, renderer="json")
    assert Request.blank("/").get_response(config.make_wsgi_app()).status_int == 202


def test_class_of_requests_that_adds_something():
    """A class of requests that only adds to ours is served alike."""

    class OwnRequest(Request):
        more = "more"

    config = Configurator(request_factory=OwnRequest)
    config.add_view(lambda request: {"a": request.more}, renderer="json")
    app = config.make_wsgi_app()
    for _ in range(2):
        assert Request.blank("/").get_response(app).json == {"a": "more"}


def test_value_of_another_class():
    """Values that are no dict are rendered by the same renderer, before and after one that is."""
    values = [[1], {"a": 1}, [2], "text", None]
    config = Configurator()
    config.add_view(lambda request: values.pop(0), renderer="json")
    app = config.make_wsgi_app()
    assert [Request.blank("/").get_response(app).json for _ in range(5)] == [[1], {"a": 1}, [2], "text", None]


def test_override_renderer():
    """``request.override_renderer`` counts for its request alone."""

    def view(request):
        if "s" in request.GET:
            request.override_renderer = "string"
        return {"a": 1}

    config = Configurator()
    config.add_view(view, renderer="json")
    app = config.make_wsgi_app()
    bodies = [Request.blank(path).get_response(app).body for path in ("/", "/?s", "/")]
    assert bodies == [b'{"a": 1}', b"{'a': 1}", b'{"a": 1}']
