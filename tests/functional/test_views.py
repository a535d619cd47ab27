"""Views in all their shapes: what can be one, and what can be put around one."""

from __future__ import annotations

import datetime
import functools

import pytest
from webob import Response as WebObResponse

from goldilocks.config.views import combine_decorators
from goldilocks.exceptions import ConfigurationError
from goldilocks.httpexceptions import HTTPFound
from goldilocks.response import Response
from goldilocks.view import view_config
from tests.support import serve

# --- What can be a view ----------------------------------------------------------------------------------------------


def of_request(request):
    return Response(f"request {request.path}")


def of_both(context, request):
    return Response(f"context {context} {request.path}")


def of_request_and_more(request, more="more"):
    return Response(f"request and {more}")


class ClassOfRequest:
    def __init__(self, request):
        self.request = request

    def __call__(self):
        return Response(f"made with {self.request.path}")

    def edit(self):
        return Response(f"edit {self.request.path}")


class ClassOfBoth:
    def __init__(self, context, request):
        self.context = context

    def __call__(self):
        return Response(f"made with {self.context}")

    def edit(self):
        return Response(f"edit {self.context}")


class Instance:
    def __call__(self, request):
        return Response("instance")

    def method(self, request):
        return Response("method")

    def method_of_both(self, context, request):
        return Response(f"method {context}")

    @classmethod
    def of_class(cls, request):
        return Response(cls.__name__)

    @staticmethod
    def of_nobody(request):
        return Response("static")


class InstanceOfBoth:
    def __call__(self, context, request):
        return Response(f"instance {context}")


class Root:
    def __str__(self):
        return "root"


def only(view, **options):
    """An application of one view."""

    def app(config):
        config.set_root_factory(lambda request: Root())
        config.add_view(view, **options)

    return serve(app)


@pytest.mark.parametrize(
    ("view", "attr", "answer"),
    [
        (of_request, None, "request /"),
        (of_both, None, "context root /"),
        (of_request_and_more, None, "request and more"),
        (lambda *arguments: Response(f"{len(arguments)} arguments"), None, "2 arguments"),
        (functools.partial(of_both, "given"), None, "context given /"),
        (ClassOfRequest, None, "made with /"),
        (ClassOfRequest, "edit", "edit /"),
        (ClassOfBoth, None, "made with root"),
        (ClassOfBoth, "edit", "edit root"),
        (Instance(), None, "instance"),
        (Instance(), "method", "method"),
        (Instance(), "method_of_both", "method root"),
        (Instance().method, None, "method"),
        (Instance().method_of_both, None, "method root"),
        (Instance.of_class, None, "Instance"),
        (Instance.of_nobody, None, "static"),
        (InstanceOfBoth(), None, "instance root"),
    ],
)
def test_callables_are_called_as_they_want(view, attr, answer):
    """A view is a function, method, instance or class; it takes the request, or context and request."""
    assert only(view, attr=attr).get("/").text == answer


def test_each_request_has_its_own_instance():
    """A view class is made anew for each request."""

    class Counter:
        def __init__(self, request):
            self.count = 0

        def __call__(self):
            self.count += 1
            return Response(str(self.count))

    browser = only(Counter)
    assert [browser.get("/").text for _ in range(3)] == ["1", "1", "1"]


def test_method_without_its_object_is_refused():
    """A method taken from its class is no view, and the error says what to write instead."""
    with pytest.raises(ConfigurationError, match="set the class as your `view`"):
        only(Instance.method)


def test_view_by_dotted_name(tmp_path, monkeypatch):
    """A view may be said by its dotted name."""
    (tmp_path / "dotted_views.py").write_text("def index(request): return 'dotted'")
    monkeypatch.syspath_prepend(tmp_path)
    assert only("dotted_views.index", renderer="string").get("/").text == "dotted"


def test_renderer_without_view():
    """Where only a renderer is said, it renders an empty dict."""

    def app(config):
        config.add_view(renderer="json")

    assert serve(app).get("/").json == {}


@pytest.mark.parametrize(
    ("result", "advice"),
    [
        (None, "forgotten to return a value"),
        ({"a": 1}, "forgotten to define a renderer"),
        ("text", "The value returned was 'text'"),
    ],
)
def test_what_is_no_response(result, advice):
    """A view without renderer must return a response; otherwise the error names the view and gives advice."""

    def answer(request):
        return result

    with pytest.raises(ValueError, match=advice) as caught:
        only(answer).get("/")
    assert "answer" in str(caught.value)


@pytest.mark.parametrize(
    ("view", "attr", "described"),
    [
        (ClassOfRequest, "noticed", "method noticed of class"),
        (Instance(), "noticed", "attr noticed of object"),
        (Instance(), None, "object"),
    ],
)
def test_error_describes_the_view(monkeypatch, view, attr, described):
    """A view that isn't a plain function is described so that one finds it."""
    monkeypatch.setattr(ClassOfRequest, "noticed", lambda self: 1, raising=False)
    monkeypatch.setattr(Instance, "noticed", lambda self, request: 1, raising=False)
    monkeypatch.setattr(Instance, "__call__", lambda self, request: 1)
    with pytest.raises(ValueError, match=described):
        only(view, attr=attr).get("/")


# --- View mappers ----------------------------------------------------------------------------------------------------


class KeywordMapper:
    """Calls a view with what the route matched."""

    def __init__(self, **options):
        self.options = options

    def __call__(self, view):
        return lambda context, request: view(**(request.matchdict or {}))


def greet(name):
    return Response(f"Hello {name}!")


def test_mapper_of_a_view():
    """``mapper=`` says how one view wants to be called."""

    def app(config):
        config.add_route("greet", "/greet/{name}")
        config.add_view(greet, route_name="greet", mapper=KeywordMapper)

    assert serve(app).get("/greet/Bo").text == "Hello Bo!"


def test_mapper_of_the_application():
    """``set_view_mapper`` says it for all views, and a view's own mapper goes first."""

    class Own:
        def __init__(self, **options):
            pass

        def __call__(self, view):
            return lambda context, request: view("Own")

    def app(config):
        config.set_view_mapper(KeywordMapper)
        for name, options in {"greet": {}, "own": {"mapper": Own}}.items():
            config.add_route(name, f"/{name}/{{name}}")
            config.add_view(greet, route_name=name, **options)

    browser = serve(app)
    assert (browser.get("/greet/Bo").text, browser.get("/own/Bo").text) == ("Hello Bo!", "Hello Own!")


def test_mapper_that_a_view_brings():
    """A view with an attribute ``__view_mapper__`` is called by that."""

    def view(name):
        return Response(f"Hello {name}!")

    view.__view_mapper__ = KeywordMapper

    def app(config):
        config.add_route("greet", "/greet/{name}")
        config.add_view(view, route_name="greet")

    assert serve(app).get("/greet/Bo").text == "Hello Bo!"


# --- Around a view ---------------------------------------------------------------------------------------------------


def shouting(mark):
    def decorate(view):
        def shout(context, request):
            response = view(context, request)
            response.text += mark
            return response

        return shout

    return decorate


@pytest.mark.parametrize(
    ("decorator", "text"),
    [
        (shouting("!"), "request /!"),
        ((shouting("!"), shouting("?")), "request /?!"),
        (combine_decorators(shouting("!"), shouting("?")), "request /?!"),
        ((), "request /"),
    ],
)
def test_decorator(decorator, text):
    """A decorator gets the view with (context, request) and its response; of several, the first is the outermost."""
    assert only(of_request, decorator=decorator).get("/").text == text


def test_decorator_sees_a_response():
    """A decorator stands around the renderer: what it gets is a response already."""
    assert only(lambda request: "text", renderer="string", decorator=shouting("!")).get("/").text == "text!"


def test_decorator_that_returns_the_view():
    """A decorator may only look at the view and return it."""
    assert only(of_request, decorator=lambda view: view).get("/").text == "request /"


def test_wrapper():
    """A wrapper view gets the inner response, its body and its view."""

    def frame(request):
        assert request.wrapped_response.body == request.wrapped_body
        assert callable(request.wrapped_view)
        return Response(b"<" + request.wrapped_body + b">")

    def app(config):
        config.add_view(of_request, name="inner", wrapper="frame")
        config.add_view(frame, name="frame")

    assert serve(app).get("/inner").text == "<request /inner>"


def test_wrapper_that_is_not_there():
    """A wrapper that no view is called by is an error that names both."""
    with pytest.raises(
        ValueError, match="No wrapper view named 'frame' found when executing view named 'inner'"
    ):
        only(of_request, name="inner", wrapper="frame").get("/inner")


# --- http_cache ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("http_cache", "cache_control"),
    [
        (0, "max-age=0, must-revalidate, no-cache, no-store"),
        (60, "max-age=60"),
        (datetime.timedelta(hours=1), "max-age=3600"),
        ((60, {"public": True}), "max-age=60, public"),
        ((None, {"private": True}), "private"),
        (None, None),
    ],
)
def test_http_cache(http_cache, cache_control):
    """``http_cache`` is seconds, a timedelta, or one of these with options."""
    assert only(of_request, http_cache=http_cache).get("/").headers.get("Cache-Control") == cache_control


def test_http_cache_that_is_nonsense():
    """A tuple that isn't (seconds, options) is refused at commit."""
    with pytest.raises(ConfigurationError, match=r"must be in the form \(seconds, options\)"):
        only(of_request, http_cache=(1, {}, 2))


def test_view_that_knows_better():
    """A response that says ``prevent_auto`` keeps its own caching headers."""

    def view(request):
        response = Response()
        response.cache_control.prevent_auto = True
        response.cache_control.max_age = 7
        return response

    assert only(view, http_cache=60).get("/").headers["Cache-Control"] == "max-age=7"


def test_deployment_that_prevents_caching_headers():
    """Under the setting ``prevent_http_cache`` no view sets them."""

    def app(config):
        config.add_view(of_request, http_cache=60)

    assert "Cache-Control" not in serve(app, goldilocks__prevent_http_cache="true").get("/").headers


# --- Renderers -------------------------------------------------------------------------------------------------------


def test_renderer_gets_value_and_system():
    """A renderer gets what the view returned, and who was asked what."""
    seen = {}

    class Factory:
        def __init__(self, info):
            self.name = info.name

        def __call__(self, value, system):
            seen.update(system)
            return f"{self.name}: {value}"

    class View:
        def __init__(self, request):
            pass

        def __call__(self):
            return "value"

    def app(config):
        config.set_root_factory(lambda request: "root")
        config.add_renderer("own", Factory)
        config.add_view(View, renderer="own")

    assert serve(app).get("/").text == "own: value"
    assert isinstance(seen["view"], View)
    assert (seen["context"], seen["renderer_name"], seen["request"].path) == ("root", "own", "/")


def test_default_renderer():
    """A renderer without a name renders views that say none."""

    def app(config):
        config.add_renderer(None, lambda info: lambda value, system: f"default {value}")
        config.add_view(lambda request: "value")

    assert serve(app).get("/").text == "default value"


def test_response_is_sent_as_it_is():
    """A view with a renderer may return a response all the same, ours or WebOb's."""

    def app(config):
        config.add_view(lambda request: HTTPFound("/there"), renderer="json")
        config.add_view(lambda request: WebObResponse("WebOb"), renderer="json", name="webob")

    browser = serve(app)
    assert browser.get("/", status=302).location == "http://localhost/there"
    assert browser.get("/webob").text == "WebOb"


def test_half_made_response_is_completed():
    """What a view sets on ``request.response`` is sent with what is rendered."""

    def view(request):
        request.response.status_int = 201
        request.response.set_cookie("crumb", "1")
        return {}

    response = only(view, renderer="json").get("/")
    assert (response.status_int, response.headers["Set-Cookie"]) == (201, "crumb=1; Path=/")


def test_renderer_is_overridden():
    """``request.override_renderer`` takes the place of the view's renderer, once."""

    def view(request):
        if "json" in request.GET:
            request.override_renderer = "json"
        return {"a": 1}

    browser = only(view, renderer="string")
    assert browser.get("/?json").json == {"a": 1}
    assert browser.get("/").text == "{'a': 1}"


def test_response_adapter():
    """A type that an adapter makes responses of can be returned, with a renderer and without."""

    class Poem(str):
        pass

    def app(config):
        config.add_response_adapter(lambda poem: Response(poem.upper()), Poem)
        config.add_view(lambda request: Poem("roses"))
        config.add_view(lambda request: Poem("violets"), name="rendered", renderer="json")

    browser = serve(app)
    assert (browser.get("/").text, browser.get("/rendered").text) == ("ROSES", "VIOLETS")


# --- view_defaults and decorators ------------------------------------------------------------------------------------


def test_view_config_is_found_by_scan(tmp_path, monkeypatch):
    """``config.scan`` says the views that decorators noted."""
    (tmp_path / "scanned_views.py").write_text(
        "from goldilocks.view import view_config, view_defaults\n"
        "@view_config(renderer='string')\n"
        "def index(request): return 'index'\n"
        "@view_defaults(renderer='json')\n"
        "class Pages:\n"
        "    def __init__(self, request): pass\n"
        "    @view_config(name='page')\n"
        "    def page(self): return {'page': 1}\n"
        "    @view_config(name='text', renderer='string')\n"
        "    def text(self): return 'text'\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    browser = serve(lambda config: config.scan("scanned_views"))
    assert browser.get("/").text == "index"
    assert browser.get("/page").json == {"page": 1}
    assert browser.get("/text").text == "text"


def test_decorated_function_stays_itself():
    """A decorator returns what it decorates."""

    def view(request):
        return Response()

    assert view_config(name="a")(view) is view
