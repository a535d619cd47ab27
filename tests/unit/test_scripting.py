"""Standing where a view stands, without a server."""

from __future__ import annotations

import pytest

from goldilocks.config import Configurator, global_registries
from goldilocks.exceptions import ConfigurationError
from goldilocks.request import Request
from goldilocks.scripting import AppEnvironment, _make_request, get_root, prepare
from goldilocks.threadlocal import manager
from goldilocks.traversal import DefaultRootFactory


class Root:
    """A root that knows its request."""

    def __init__(self, request):
        self.request = request


class Broken:
    """A root that can't be made."""

    def __init__(self, request):
        raise LookupError("no root")


def make_app(root_factory=Root, **kw):
    config = Configurator(root_factory=root_factory, **kw)
    config.add_request_method(lambda request: "extended", "extra", reify=True)
    return config.make_wsgi_app()


@pytest.fixture(autouse=True)
def nothing_current():
    """Each test begins with nothing current, and leaves nothing behind."""
    global_registries.empty()
    before = manager.stack
    yield
    assert manager.stack == before
    global_registries.empty()


def test_get_root_makes_the_registry_current():
    """The root is the application's, and its registry is the current one until the closer is called."""
    app = make_app()
    root, closer = get_root(app)
    assert isinstance(root, Root)
    assert manager.get() == {"registry": app.registry, "request": root.request}
    closer()


def test_get_root_with_a_request():
    """The root factory is called with the request that was given."""
    app = make_app()
    request = Request.blank("/here")
    root, closer = get_root(app, request)
    assert root.request is request
    assert request.registry is app.registry
    closer()


@pytest.mark.parametrize("call", [get_root, lambda app: prepare(registry=app.registry)])
def test_root_that_cannot_be_made_leaves_nothing_current(call):
    """After an error there is no closer to call, so all is as before."""
    with pytest.raises(LookupError):
        call(make_app(Broken))


def test_prepare_without_arguments():
    """The application made last is prepared, with a request of its own."""
    app = make_app()
    with prepare() as environment:
        assert environment["registry"] is app.registry
        assert environment["root_factory"] is Root
        assert environment["root"].request is environment["request"]
        assert environment["request"].context is environment["root"]
        assert manager.get() == {"registry": app.registry, "request": environment["request"]}


def test_prepare_extends_the_request():
    """Request methods that the application added are there."""
    make_app()
    with prepare() as environment:
        assert environment["request"].extra == "extended"


def test_prepare_with_a_request_and_its_registry():
    """A request that has a registry says which application is meant."""
    app = make_app()
    make_app()
    request = Request.blank("/")
    request.registry = app.registry
    with prepare(request) as environment:
        assert environment["registry"] is app.registry
        assert environment["request"] is request


def test_prepare_keeps_the_context_of_the_request():
    """A context that was set stays."""
    app = make_app()
    request = Request.blank("/")
    request.context = "context"
    with prepare(request, app.registry):
        assert request.context == "context"


def test_prepare_with_the_default_root():
    """Without a root factory there is the default root."""
    app = make_app(None)
    with prepare(registry=app.registry) as environment:
        assert isinstance(environment["root"], DefaultRootFactory)


def test_prepare_without_any_application():
    """No application, no environment."""
    with pytest.raises(ConfigurationError, match="make_wsgi_app"):
        prepare()


def test_closer_runs_finished_callbacks():
    """What was to be done at the end of the request is done by the closer."""
    make_app()
    finished = []
    environment = prepare()
    environment["request"].add_finished_callback(finished.append)
    environment["closer"]()
    assert finished == [environment["request"]]


def test_closer_ends_the_request_whatever_happens():
    """A callback that fails doesn't leave the request current."""
    make_app()
    with pytest.raises(ZeroDivisionError), prepare() as environment:
        environment["request"].add_finished_callback(lambda request: 1 / 0)


def test_environment_calls_the_closer_that_it_holds():
    """A closer that replaced the first one is the one that is called."""
    called = []
    with AppEnvironment(closer=lambda: called.append("closed")):
        pass
    assert called == ["closed"]


def test_request_is_made_by_the_applications_factory():
    """A request of the application's own class is made for the path."""

    class OwnRequest(Request):
        pass

    app = make_app(request_factory=OwnRequest)
    request = _make_request("/path")
    assert (type(request), request.path, request.registry) == (OwnRequest, "/path", app.registry)
