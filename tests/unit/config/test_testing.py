"""Stand-ins that a test puts into an application."""

from __future__ import annotations

import pytest
from zope.interface import Interface, implementer

from goldilocks.config import Configurator
from goldilocks.config.testing import TestingConfiguratorMixin
from goldilocks.dummies import DummyRendererFactory, DummyRequest, DummyTemplateRenderer
from goldilocks.interfaces import IRendererFactory
from goldilocks.renderers import render
from goldilocks.traversal import find_resource


class IHappened(Interface):
    """Something happened."""


@implementer(IHappened)
class Happened:
    """It did."""


@pytest.fixture
def config():
    config = Configurator(autocommit=True)
    config.begin()
    yield config
    config.end()


@pytest.fixture
def request_(config):
    request = DummyRequest()
    request.registry = config.registry
    return request


def test_security_policy(config, request_):
    """The policy says what it was told."""
    policy = config.testing_securitypolicy("fred", "identity", permissive=False)
    assert (request_.authenticated_userid, request_.identity) == ("fred", "identity")
    assert not request_.has_permission("edit", None)
    assert policy.userid == "fred"


def test_security_policy_is_permissive_by_default(config, request_):
    """Without a word all is allowed."""
    config.testing_securitypolicy()
    assert request_.has_permission("edit", None)


def test_resources(config):
    """A path finds the resource that was given for it, from anywhere."""
    resources = {"/a/b": "a resource"}
    assert config.testing_resources(resources) is resources
    assert find_resource(object(), "/a/b") == "a resource"


def test_older_names():
    """The older names do the same."""
    assert TestingConfiguratorMixin.testing_models is TestingConfiguratorMixin.testing_resources
    assert TestingConfiguratorMixin.testing_add_template is TestingConfiguratorMixin.testing_add_renderer
    assert issubclass(Configurator, TestingConfiguratorMixin)


def test_subscriber_gets_events_of_its_interface(config):
    """Events of the interface go into the list, others don't."""
    events = config.testing_add_subscriber(IHappened)
    config.registry.notify(event := Happened())
    config.registry.notify(object())
    assert events == [event]


def test_subscriber_by_dotted_name(config):
    """The interface may be named."""
    events = config.testing_add_subscriber("goldilocks.interfaces.INewRequest")
    config.registry.notify(Happened())
    assert events == []


def test_subscriber_gets_everything_by_default(config):
    """Without an interface every event goes into the list."""
    events = config.testing_add_subscriber()
    config.registry.notify(event := Happened())
    assert events == [event]


def test_subscriber_for_two_interfaces(config):
    """All objects of a notification go into the list."""
    events = config.testing_add_subscriber((Interface, IHappened))
    config.registry.notify("object", event := Happened())
    assert events == ["object", event]


def test_renderer_remembers_what_was_rendered(config, request_):
    """A renderer stands in for a template, and can be asked afterwards."""
    renderer = config.testing_add_renderer("templates/page.pt")
    assert isinstance(renderer, DummyTemplateRenderer)
    render("templates/page.pt", {"a": 1}, request=request_)
    renderer.assert_(a=1, request=request_)


def test_second_renderer_of_a_kind(config, request_):
    """Renderers of one kind don't disturb each other."""
    config.testing_add_renderer("a.pt").string_response = "a"
    config.testing_add_renderer("b.pt").string_response = "b"
    assert (render("a.pt", {}, request=request_), render("b.pt", {}, request=request_)) == ("a", "b")


def test_renderer_of_the_tests_own(config, request_):
    """The renderer may be the test's own."""
    config.testing_add_renderer("a.pt", lambda value, system: f"own {value['a']}")
    assert render("a.pt", {"a": 1}, request=request_) == "own 1"


def test_real_renderers_stay(config):
    """What was not replaced is left to the factory that was there."""
    real = config.registry.queryUtility(IRendererFactory, name="json")
    config.testing_add_renderer("json", "stand-in")
    factory = config.registry.queryUtility(IRendererFactory, name="json")
    assert isinstance(factory, DummyRendererFactory)
    assert factory.factory is real
