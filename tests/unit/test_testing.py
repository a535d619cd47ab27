"""The surroundings of a unit test."""

from __future__ import annotations

import pytest
from zope.component import getSiteManager
from zope.interface import Interface
from zope.interface.registry import Components

from goldilocks import testing
from goldilocks.registry import Registry
from goldilocks.response import Response
from goldilocks.threadlocal import get_current_registry, get_current_request, manager


@pytest.fixture(autouse=True)
def torn_down():
    """Whatever a test leaves behind is gone before the next one."""
    yield
    getSiteManager.reset()
    manager.clear()


def test_setup_makes_a_registry_current():
    """A new registry is the current one, and the Configurator's."""
    config = testing.setUp()
    assert get_current_registry() is config.registry
    assert isinstance(config.registry, Registry)
    assert get_current_request() is None


def test_setup_forgets_what_was_current():
    """What an earlier test left behind is gone."""
    manager.push("left behind")
    testing.setUp()
    testing.tearDown()
    assert manager.stack == []


def test_setup_with_everything():
    """Registry, request, settings and package are the arguments."""
    registry = Registry("mine")
    config = testing.setUp(registry, "request", settings={"a": 1}, package="goldilocks")
    assert config.registry is registry
    assert get_current_request() == "request"
    assert registry.settings["a"] == 1
    assert config.package.__name__ == "goldilocks"


def test_setup_keeps_settings_that_are_there():
    """A registry that has settings keeps them."""
    registry = Registry("mine")
    registry.settings = {"a": 1}
    testing.setUp(registry, settings={"a": 2})
    assert registry.settings["a"] == 1


def test_setup_in_the_callers_package():
    """Names are relative to the package of the test."""
    namespace = {"__name__": "goldilocks.registry", "testing": testing}
    exec("config = testing.setUp()", namespace)
    assert namespace["config"].package.__name__ == "goldilocks"


def test_cleanup_is_setup():
    """It makes the same surroundings, in the caller's package or the one that is named."""
    namespace = {"__name__": "goldilocks.registry", "testing": testing}
    exec("config = testing.cleanUp()", namespace)
    assert namespace["config"].package.__name__ == "goldilocks"
    assert testing.cleanUp(package="goldilocks.config").package.__name__ == "goldilocks.config"


def test_setup_carries_out_at_once():
    """A statement takes effect when it is said."""
    config = testing.setUp()
    config.add_route("home", "/home")
    assert testing.DummyRequest().route_url("home") == "http://example.com/home"


def test_setup_knows_the_predicates():
    """Built-in predicates are there as soon as it returns."""
    assert "request_method" in testing.setUp().get_predlist("view").sorter.names


def test_setup_with_a_foreign_registry():
    """Any zope registry does, and learns the words that it lacks."""

    class Foreign(Components, dict):
        pass

    config = testing.setUp(Foreign("foreign"), settings={"a": 1})
    assert config.registry.settings["a"] == 1
    assert config.registry.queryAdapterOrSelf(config, Interface) is config


def test_setup_with_what_is_no_registry():
    """Test runners have called it with a module: then nothing is registered."""

    class NoRegistry:
        settings = {"a": 1}

    assert testing.setUp(NoRegistry(), hook_zca=False).registry.settings == {"a": 1}


def test_setup_hooks_the_global_lookups():
    """Zope's global look-ups find the registry, until the test is over."""
    config = testing.setUp()
    assert getSiteManager() is config.registry
    testing.tearDown()
    assert getSiteManager() is not config.registry


def test_global_lookups_are_left_alone_if_asked():
    """The hook isn't touched."""
    config = testing.setUp(hook_zca=False)
    assert getSiteManager() is not config.registry
    getSiteManager.sethook(hook := lambda context=None: None)
    testing.tearDown(unhook_zca=False)
    assert getSiteManager.sethook(None) is hook


def test_setup_without_the_optional_package(monkeypatch):
    """Where zope.component isn't installed there is nothing to hook."""
    monkeypatch.setattr(testing, "have_zca", False)
    config = testing.setUp()
    testing.tearDown()
    assert getSiteManager() is not config.registry


def test_teardown_empties_the_registry():
    """A registry that outlives the test has nothing left."""
    registry = Registry("mine")
    testing.setUp(registry).registry.registerUtility("something", Interface)
    testing.tearDown()
    assert registry.queryUtility(Interface) is None


def test_teardown_without_setup():
    """There is nothing to undo."""
    testing.tearDown()
    assert manager.stack == []


def test_teardown_of_a_registry_of_an_unknown_kind():
    """A constructor that takes other arguments is none of ours; nothing without a name is touched."""

    class Other:
        __name__ = "other"

        def __init__(self):
            self.made = True

    for registry in (Other(), object()):
        manager.push({"registry": registry, "request": None})
        testing.tearDown()
        assert manager.stack == []


def test_config_for_a_few_lines():
    """The surroundings last as long as the block."""
    with testing.testConfig(settings={"a": 1}) as config:
        assert get_current_registry() is config.registry
        assert config.registry.settings["a"] == 1
    assert get_current_registry() is not config.registry


def test_config_is_torn_down_after_an_error():
    """An error in the block leaves nothing behind."""
    with pytest.raises(ZeroDivisionError), testing.testConfig():
        1 / 0  # noqa: B018 - that it raises is the fact
    assert manager.stack == []


def test_view_is_tested_alone():
    """The use of it all: a view, a dummy request, no application."""

    def view(request):
        return Response(request.params["name"])

    testing.setUp()
    assert view(testing.DummyRequest({"name": "fred"})).text == "fred"


@pytest.fixture
def on_ours(monkeypatch):
    monkeypatch.setattr(testing.skip_on, "os_name", "ours")


def test_skipped_function_does_nothing(on_ours):
    """On a platform that is named the function isn't run, and keeps its name."""

    @testing.skip_on("theirs", "our")
    def function():
        raise AssertionError

    assert (function(), function.__name__) == (None, "function")


def test_skipped_class_is_nothing(on_ours):
    """A class isn't there at all."""
    assert testing.skip_on("ours")(type("Case", (), {})) is None


def test_on_other_platforms_all_stays(on_ours, monkeypatch):
    """What isn't skipped is left as it is; the interpreter counts as a platform."""
    monkeypatch.setattr(testing, "PYPY", False)
    assert testing.skip_on("theirs", "pypy")(test_teardown_without_setup) is test_teardown_without_setup
    monkeypatch.setattr(testing, "PYPY", True)
    assert testing.skip_on("pypy")(type("Case", (), {})) is None
