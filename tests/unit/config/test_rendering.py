"""Statements about renderers."""

from __future__ import annotations

import subprocess
import sys

import pytest

from goldilocks.config import Configurator
from goldilocks.config.rendering import DEFAULT_RENDERERS
from goldilocks.exceptions import ConfigurationConflictError
from goldilocks.interfaces import IRendererFactory
from goldilocks.renderers import render


def factory(info):
    return lambda value, system: f"{info.name}: {value}"


@pytest.fixture
def config():
    config = Configurator()
    config.begin()
    yield config
    config.end()


def test_default_renderers(config):
    """JSON, text and templates are there from the start."""
    assert [name for name, _ in DEFAULT_RENDERERS] == ["json", "string", ".pt", ".txt"]
    assert render("json", [1]) == "[1]"


def test_add_renderer(config):
    """A renderer is known by its name once it is committed."""
    config.add_renderer("mine", factory)
    config.commit()
    assert render("mine", 1) == "mine: 1"


def test_default_is_replaced_without_conflict(config):
    """A renderer that an add-on says for templates takes the place of ours."""
    config.include(lambda config: config.add_renderer(".pt", factory))
    config.commit()
    assert render("a:page.pt", 1) == "a:page.pt: 1"


def test_two_renderers_of_one_name(config):
    """Two renderers of one name clash."""
    config.add_renderer("mine", factory)
    config.add_renderer("mine", factory)
    with pytest.raises(ConfigurationConflictError):
        config.commit()


@pytest.mark.parametrize("name", [None, ""])
def test_renderer_without_name(config, name):
    """A renderer without a name is that of all views which name none."""
    config.add_renderer(name, f"{__name__}.factory")
    config.commit()
    registered = config.registry.getUtility(IRendererFactory)
    assert (registered.__module__, registered.__name__) == (factory.__module__, "factory")


def test_introspection(config):
    """Introspection tells of the factory under its name."""
    config.add_renderer("mine", factory)
    config.commit()
    fact = config.introspector.get("renderer factories", "mine")
    assert fact == {"name": "mine", "factory": factory}
    assert (fact.title, fact.type_name) == (f"function {__name__}.factory", "renderer factory")


@pytest.mark.parametrize("ending", [".pt", ".txt"])
def test_templates_are_rendered(config, tmp_path, ending):
    """Both kinds of templates are there from the start, though the engine is only imported when it is needed."""
    (tmp_path / f"hello{ending}").write_text("${1 + 1}")
    assert str(render(str(tmp_path / f"hello{ending}"), {})) in ("2", "b'2'")


def test_engine_is_imported_when_a_template_is_configured(tmp_path):
    """An application with templates imports the engine at commit, one without doesn't, and no request has to."""
    program = """
import sys
from goldilocks.config import Configurator
config = Configurator()
config.add_view(lambda request: {}, renderer=sys.argv[1])
config.commit()
print("chameleon" in sys.modules)
"""
    for renderer, is_imported in (("json", "False"), ("page.pt", "True")):
        command = [sys.executable, "-c", program, renderer]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == is_imported
