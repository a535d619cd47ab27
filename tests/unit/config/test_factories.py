"""Statements about factories, and what requests are extended with."""

from __future__ import annotations

import pytest

from goldilocks.config import Configurator
from goldilocks.exceptions import ConfigurationConflictError, ConfigurationError
from goldilocks.interfaces import (
    IDefaultRootFactory,
    IExecutionPolicy,
    IRequestExtensions,
    IRequestFactory,
    IResponseFactory,
    IRootFactory,
    ISessionFactory,
)
from goldilocks.request import Request, apply_request_extensions
from goldilocks.router import default_execution_policy
from goldilocks.traversal import DefaultRootFactory


def factory(*args):
    return args


FACTORIES = [
    ("set_root_factory", IRootFactory, "root factories", "root factory"),
    ("set_session_factory", ISessionFactory, "session factory", "session factory"),
    ("set_request_factory", IRequestFactory, "request factory", "request factory"),
    ("set_response_factory", IResponseFactory, "response factory", "response factory"),
]


@pytest.fixture
def config():
    return Configurator()


@pytest.mark.parametrize(("directive", "contract", "category", "type_name"), FACTORIES)
def test_set_factory(config, directive, contract, category, type_name):
    """A factory is registered at commit, and introspection tells of it."""
    getattr(config, directive)(factory)
    config.commit()
    assert config.registry.getUtility(contract) is factory
    fact = config.introspector.get(category, None)
    assert fact == {"factory": factory}
    assert (fact.title, fact.type_name) == (f"function {__name__}.factory", type_name)


@pytest.mark.parametrize(("directive", "contract", "category", "type_name"), FACTORIES)
def test_set_factory_by_dotted_name(config, directive, contract, category, type_name):
    """A factory may be a dotted name."""
    getattr(config, directive)("builtins.dict")
    config.commit()
    assert config.registry.getUtility(contract) is dict


@pytest.mark.parametrize(("directive", "contract", "category", "type_name"), FACTORIES)
def test_two_factories(config, directive, contract, category, type_name):
    """There can be only one."""
    getattr(config, directive)(factory)
    getattr(config, directive)(factory)
    with pytest.raises(ConfigurationConflictError):
        config.commit()


def test_root_factory_is_for_routes_too(config):
    """The root factory is that of routes without one of their own, and has an older name."""
    config._set_root_factory(factory)
    config.commit()
    assert config.registry.getUtility(IDefaultRootFactory) is factory


def test_default_root_factory(config):
    """Nothing means the default."""
    config.set_root_factory(None)
    config.commit()
    assert config.registry.getUtility(IRootFactory) is DefaultRootFactory


def test_execution_policy(config):
    """An execution policy is registered, and introspection tells of it."""
    config.set_execution_policy(factory)
    config.commit()
    assert config.registry.getUtility(IExecutionPolicy) is factory
    fact = config.introspector.get("execution policy", None)
    assert fact == {"policy": factory}
    assert (fact.title, fact.type_name) == (f"function {__name__}.factory", "execution policy")


def test_default_execution_policy(config):
    """Nothing means the default."""
    config.set_execution_policy(None)
    config.commit()
    assert config.registry.getUtility(IExecutionPolicy) is default_execution_policy


# --- request methods -------------------------------------------------------------------------------------------------


def extended(config):
    config.commit()
    request = Request.blank("/")
    request.registry = config.registry
    apply_request_extensions(request)
    return request


def shout(request, words="hello"):
    return words.upper()


def test_method(config):
    """A function becomes a method under its own name."""
    config.add_request_method(shout)
    assert extended(config).shout("you") == "YOU"


def test_method_by_dotted_name(config):
    """It may be a dotted name, and get another."""
    config.add_request_method(f"{__name__}.shout", name="cry")
    assert extended(config).cry() == "HELLO"


def test_property(config):
    """A property is worked out at each access."""
    counts = []
    config.add_request_method(lambda request: counts.append(1) or len(counts), name="count", property=True)
    request = extended(config)
    assert (request.count, request.count) == (1, 2)


def test_reified(config):
    """A reified property is worked out once, and needn't be called a property."""
    counts = []
    config.add_request_method(lambda request: counts.append(1) or len(counts), name="count", reify=True)
    request = extended(config)
    assert (request.count, request.count) == (1, 1)


def test_object_made_with_property(config):
    """An object made with property keeps its setter."""
    config.add_request_method(
        property(lambda r: r._x, lambda r, x: setattr(r, "_x", x * 2)), name="x", property=True
    )
    request = extended(config)
    request.x = 2
    assert request.x == 4


def test_object_made_with_property_reified(config):
    """It can't be reified."""
    with pytest.raises(ValueError, match="reify"):
        config.add_request_method(property(shout), name="x", reify=True)


def test_only_the_name(config):
    """Without a callable only the name is taken: whoever wants it too clashes."""
    config.add_request_method(name="shout")
    config.commit()
    assert config.registry.queryUtility(IRequestExtensions) is None
    config.add_request_method(name="shout")
    config.add_request_method(shout)
    with pytest.raises(ConfigurationConflictError):
        config.commit()


def test_only_the_name_of_a_property(config):
    """That it shall be a property changes nothing then."""
    config.add_request_method(name="shout", property=True)
    config.commit()
    assert config.registry.queryUtility(IRequestExtensions) is None


def test_neither_callable_nor_name(config):
    """Nothing at all is a mistake."""
    with pytest.raises(AttributeError):
        config.add_request_method()


def test_name_that_is_not_ascii(config):
    """A name must be ASCII."""
    with pytest.raises(ConfigurationError):
        config.add_request_method(shout, name="schreië")


@pytest.mark.parametrize(
    ("kw", "facts", "type_name"),
    [
        ({}, {"property": False, "reify": False}, "request method"),
        ({"property": True}, {"property": True, "reify": False}, "request property"),
        ({"reify": True}, {"property": True, "reify": True}, "request property"),
    ],
)
def test_request_methods_in_introspection(config, kw, facts, type_name):
    """Introspection tells of every extension under its name."""
    config.add_request_method(shout, **kw)
    config.commit()
    fact = config.introspector.get("request extensions", "shout")
    assert fact.type_name == type_name
    assert {key: value for key, value in fact.items() if key != "callable"} == facts


def test_methods_and_properties_stand_apart(config):
    """The record keeps methods and properties apart."""
    config.add_request_method(shout)
    config.add_request_method(shout, name="cry", property=True)
    config.commit()
    extensions = config.registry.getUtility(IRequestExtensions)
    assert (list(extensions.methods), list(extensions.descriptors)) == (["shout"], ["cry"])
