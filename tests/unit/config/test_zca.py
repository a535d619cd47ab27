"""zope.component's global functions, hooked to the current registry."""

from collections.abc import Iterator

import pytest
from zope.component import getSiteManager

from goldilocks.config import Configurator


@pytest.fixture
def config() -> Iterator[Configurator]:
    """A Configurator whose hook is taken back, whatever the test does."""
    config = Configurator()
    config.begin()
    yield config
    config.end()
    config.unhook_zca()


def test_hook_answers_from_the_current_registry(config: Configurator) -> None:
    """With the hook, ``getSiteManager`` returns the registry of the application that runs."""
    config.hook_zca()
    assert getSiteManager() is config.registry


def test_unhooked_answers_as_before(config: Configurator) -> None:
    """Taking the hook back leaves zope's own global registry."""
    before = getSiteManager()
    config.hook_zca()
    config.unhook_zca()
    assert getSiteManager() is before
