"""What is said about languages."""

import pytest

from goldilocks.config import Configurator
from goldilocks.exceptions import ConfigurationConflictError, ConfigurationError
from goldilocks.interfaces import ILocaleNegotiator, ITranslationDirectories


@pytest.fixture
def config():
    return Configurator(autocommit=True)


@pytest.fixture
def folders(tmp_path):
    paths = [tmp_path / name for name in ("one", "two", "three")]
    for path in paths:
        path.mkdir()
    return [f"{path}/" for path in paths]


def directories(config):
    return [path.rstrip("/") + "/" for path in config.registry.queryUtility(ITranslationDirectories)]


def facts(config, category):
    return [row["introspectable"] for row in config.introspector.get_category(category, [])]


def negotiator(request):
    return "de"


def test_negotiator_is_registered(config):
    """The negotiator is the one that is asked, and introspection knows it."""
    config.set_locale_negotiator(negotiator)
    assert config.registry.getUtility(ILocaleNegotiator) is negotiator
    [fact] = facts(config, "locale negotiator")
    assert (fact["negotiator"], fact.discriminator, fact.type_name) == (negotiator, None, "locale negotiator")
    assert "negotiator" in fact.title


def test_negotiator_may_be_a_dotted_name(config):
    """A dotted name stands for the negotiator."""
    config.set_locale_negotiator("goldilocks.i18n.default_locale_negotiator")
    assert config.registry.getUtility(ILocaleNegotiator).__name__ == "default_locale_negotiator"


def test_two_negotiators_conflict():
    """There is one negotiator; two of the same place clash."""
    config = Configurator()
    config.set_locale_negotiator(negotiator)
    config.set_locale_negotiator(len)
    with pytest.raises(ConfigurationConflictError):
        config.commit()


def test_directories_of_one_call_keep_their_order(config, folders):
    """The list begins as it was said."""
    config.add_translation_dirs(*folders)
    assert directories(config) == folders


def test_later_call_comes_first(config, folders):
    """A later call puts its directories to the beginning, where earlier ones trump them."""
    config.add_translation_dirs(folders[0])
    config.add_translation_dirs(*folders[1:])
    assert directories(config) == [*folders[1:], folders[0]]


def test_later_call_may_override(config, folders):
    """With override it puts them to the end, where they trump earlier ones."""
    config.add_translation_dirs(folders[0])
    config.add_translation_dirs(*folders[1:], override=True)
    assert directories(config) == folders


def test_directory_may_be_a_spec(config):
    """A package and a path within it are understood, with a slash at the end or without."""
    config.add_translation_dirs("goldilocks:config")
    config.add_translation_dirs("goldilocks:config/")
    one, two = directories(config)
    assert one == two
    assert one.endswith("/goldilocks/config/")


def test_list_is_made_only_when_it_is_carried_out(folders):
    """Nothing is looked up before the commit."""
    config = Configurator()
    config.add_translation_dirs("/there/is/no/such/directory")
    assert config.registry.queryUtility(ITranslationDirectories) is None
    with pytest.raises(ConfigurationError, match="/there/is/no/such/directory is not a directory"):
        config.commit()


def test_list_that_is_there_is_continued(config, folders):
    """An application's own list gets the directories."""
    mine = ["mine"]
    config.registry.registerUtility(mine, ITranslationDirectories)
    config.add_translation_dirs(folders[0])
    assert [path.rstrip("/") for path in mine] == [folders[0].rstrip("/"), "mine"]


def test_every_directory_is_told_of(folders):
    """Introspection has a fact for each, whose discriminator is the path."""
    config = Configurator()
    config.add_translation_dirs(*folders[:2])
    config.commit()
    told = facts(config, "translation directories")
    assert [fact["spec"] for fact in told] == folders[:2]
    assert [fact["directory"] for fact in told] == [fact.discriminator for fact in told]


def test_unknown_keyword_is_an_error(config):
    """A misspelt option is told."""
    with pytest.raises(TypeError, match="overide"):
        config.add_translation_dirs("goldilocks:config", overide=True)
