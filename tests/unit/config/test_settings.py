"""The deployment settings."""

from __future__ import annotations

import pytest

from goldilocks.config import Configurator
from goldilocks.config.settings import (
    OWN_SETTINGS,
    SETTINGS,
    Settings,
    UnknownSettingWarning,
    unknown_settings,
)
from goldilocks.exceptions import ConfigurationError
from goldilocks.names import (
    DEFAULTS_PYRAMID,
    DEFAULTS_SECURE,
    DEFAULTS_SETTING,
    DEFAULTS_VARIABLE,
    PROCESS,
    PRODUCTION_SETTING,
    environment_keys,
    setting_keys,
)
from goldilocks.settings import yes_or_no

BOOLEANS = sorted({setting.name for setting in SETTINGS if setting.default is False})


def settings(d=None, environ=None, **kw):
    return Settings(d, _environ_=environ or {}, **kw)


@pytest.mark.parametrize(
    ("name", "value"),
    [*((name, False) for name in BOOLEANS), ("default_locale_name", "en"), ("csrf_trusted_origins", [])],
)
def test_defaults(name, value):
    """Every setting is there, under all its names, if nothing was said."""
    made = settings()
    assert [made[key] for key in (name, *setting_keys(name))] == [value] * 3


@pytest.mark.parametrize("name", BOOLEANS)
@pytest.mark.parametrize("which", [0, 1, 2])
def test_said_under_any_name(name, which):
    """A setting may be said under each name, and is read under each."""
    keys = (name, *setting_keys(name))
    made = settings({keys[which]: "true"})
    assert [made[key] for key in keys] == [True] * 3


def test_prefix_wins():
    """What was said with a prefix counts more than what was said without, and our prefix most."""
    old, new = setting_keys("debug_all")
    assert settings({"debug_all": "false", old: "true"})["debug_all"] is True
    assert settings({old: "true", new: "false"})["debug_all"] is False


@pytest.mark.parametrize("name", BOOLEANS)
@pytest.mark.parametrize("which", [0, 1])
def test_environment_wins(name, which):
    """A variable of the environment counts more than what was said."""
    assert settings({name: "false"}, {environment_keys(name)[which]: "1"})[name] is True


@pytest.mark.parametrize("name", [name for name in BOOLEANS if name.startswith("debug_")])
def test_debug_all(name):
    """All debugging can be switched on at once."""
    assert settings(debug_all="1")[name] is True


@pytest.mark.parametrize("name", [name for name in BOOLEANS if name.startswith("reload_")])
def test_reload_all(name):
    """All reloading can be switched on at once."""
    assert settings(reload_all="1")[name] is True


@pytest.mark.parametrize("said", ["reload_assets", "reload_resources"])
def test_reload_resources_is_reload_assets(said):
    """The two names of one thing have one value."""
    made = settings({said: "true"})
    assert made["reload_assets"] is made["reload_resources"] is True


@pytest.mark.parametrize("name", ["debug_notfound", "reload_templates"])
def test_a_part_does_not_switch_the_whole_on(name):
    """One kind of debugging or reloading is not all of it."""
    made = settings({name: "true"})
    assert (made["debug_all"], made["reload_all"]) == (False, False)


def test_types():
    """Lists and texts are what they should be."""
    made = settings(csrf_trusted_origins="a b\nc", default_locale_name="de")
    assert (made["csrf_trusted_origins"], made["default_locale_name"]) == (["a", "b", "c"], "de")


@pytest.mark.parametrize("name", ["includes", "tweens"])
@pytest.mark.parametrize("which", [0, 1])
def test_prefixed_settings(name, which):
    """Settings that only have a prefixed name can be said with either prefix and read with both."""
    keys = setting_keys(name)
    made = settings({keys[which]: "x"})
    assert [made[key] for key in keys] == ["x", "x"]
    assert name not in made


@pytest.mark.parametrize("name", ["includes", "tweens"])
def test_prefixed_settings_unsaid(name):
    """What wasn't said isn't there."""
    assert not set(setting_keys(name)) & set(settings())


def test_the_applications_own_settings():
    """What isn't ours stays as it is, and the mapping that was given isn't touched."""
    given = {"a": "1"}
    assert (settings(given, b=2)["a"], settings(given, b=2)["b"], given) == ("1", 2, {"a": "1"})


@pytest.mark.parametrize(
    ("said", "environ", "value"),
    [
        ({}, {}, False),
        ({PRODUCTION_SETTING: "yes"}, {}, True),
        ({PRODUCTION_SETTING: "yes"}, {"GOLDILOCKS_PRODUCTION": "no"}, False),
    ],
)
def test_production(said, environ, value):
    """Whether this is production has one name, and is false unless it is said."""
    assert settings(said, environ)[PRODUCTION_SETTING] is value


def test_defaults_by_environment():
    """Which defaults hold may be said by the environment; if nothing is said, they are the process's."""
    made = settings({DEFAULTS_SETTING: DEFAULTS_SECURE}, {DEFAULTS_VARIABLE: DEFAULTS_PYRAMID})
    assert made[DEFAULTS_SETTING] == DEFAULTS_PYRAMID
    assert settings()[DEFAULTS_SETTING] == PROCESS.defaults


def test_unknown_defaults():
    """Defaults that there are not are refused, with the nearest that there are."""
    with pytest.raises(
        ConfigurationError, match=r"goldilocks.defaults is 'secur', but only .*; did you mean 'secure'"
    ):
        settings({DEFAULTS_SETTING: "secur"})


@pytest.mark.parametrize("own", OWN_SETTINGS[1:], ids=lambda own: own.name)
@pytest.mark.parametrize("choice", [DEFAULTS_SECURE, DEFAULTS_PYRAMID])
@pytest.mark.parametrize("is_none_said", [False, True])
def test_defaults_of_our_own_settings(own, choice, is_none_said):
    """What isn't said, or said as None, is what the chosen defaults make it."""
    expected = own.secure if choice == DEFAULTS_SECURE else own.compatible
    made = settings({own.key: None} if is_none_said else {}, {DEFAULTS_VARIABLE: choice})
    assert made[own.key] is expected


@pytest.mark.parametrize(
    "own", [own for own in OWN_SETTINGS if own.convert is yes_or_no], ids=lambda own: own.name
)
def test_our_own_settings_said(own):
    """A setting of ours has one name and one environment variable, which wins."""
    assert settings({own.key: "true"})[own.key] is True
    assert settings({own.key: "true"}, {own.variable: "0"})[own.key] is False
    assert own.name not in settings({own.key: "true"})


def test_words_for_our_own_settings():
    """The name and the variable of a setting of ours."""
    (debug,) = (own for own in OWN_SETTINGS if own.name == "debug")
    assert (debug.key, debug.variable) == ("goldilocks.debug", "GOLDILOCKS_DEBUG")


def test_no_debug_pages_in_production():
    """Tracebacks for strangers are refused."""
    with pytest.raises(ConfigurationError, match=r"goldilocks\.debug shows tracebacks to everybody"):
        settings({"goldilocks.debug": "true", PRODUCTION_SETTING: "true"})


def test_get_settings():
    """The settings are those of the registry."""
    config = Configurator(settings={"a": 1})
    assert config.get_settings() is config.registry.settings
    assert config.get_settings()["a"] == 1


def test_add_settings():
    """Settings can be added as a mapping and as keywords."""
    config = Configurator(settings={"a": 1})
    config.add_settings({"a": 2, "b": 3}, c=4)
    assert [config.get_settings()[key] for key in "abc"] == [2, 3, 4]


@pytest.mark.parametrize("given", [None, {"a": 1}])
def test_add_settings_to_none(given):
    """Where there are no settings yet, there are afterwards."""
    config = Configurator(registry=Configurator().registry.__class__("app"))
    config.add_settings(given, b=2)
    assert config.get_settings()["b"] == 2
    assert config.get_settings()["debug_all"] is False


def test_odd_word_by_an_older_name():
    """What was said by an older name may be any word, also when something that it is a part of is said by our name."""
    config = Configurator()
    config.add_settings(debug_authorization="maybe")
    config.add_settings({"goldilocks.debug_all": "false"})
    assert config.get_settings()["debug_authorization"] is False


@pytest.mark.parametrize("own", OWN_SETTINGS, ids=lambda own: own.name)
def test_a_value_that_no_setting_can_have(own):
    """Each setting of ours refuses what it can't mean, by the name under which it was said, and whenever that is."""
    said = object()
    with pytest.raises(ConfigurationError, match=f"^{own.key} "):
        settings({own.key: said})
    with pytest.raises(ConfigurationError, match=f"^{own.key} "):
        Configurator().add_settings({own.key: said})


@pytest.mark.parametrize("name", ["production", "check_requests", "strict_json", "template_cache"])
@pytest.mark.parametrize("word", ["", "ture", "true  ; in earnest"])
def test_no_guard_is_switched_by_a_slip_of_the_pen(name, word):
    """What is neither true nor false is an error, and not false."""
    with pytest.raises(ConfigurationError, match=rf"goldilocks\.{name} can't be '{word}': write true"):
        settings({f"goldilocks.{name}": word})
    with pytest.raises(ConfigurationError, match=rf"GOLDILOCKS_{name.upper()} can't be '{word}': write true"):
        settings(environ={f"GOLDILOCKS_{name.upper()}": word})


def test_any_word_is_false_by_the_older_names():
    """What has been in a deployment's file for years goes on to mean what it meant; by our name it is refused."""
    assert settings({"debug_all": "perhaps"})["debug_all"] is False
    assert settings(environ={environment_keys("debug_all")[0]: "perhaps"})["debug_all"] is False
    for said, environ in (
        ({"goldilocks.debug_all": "perhaps"}, {}),
        ({}, {"GOLDILOCKS_DEBUG_ALL": "perhaps"}),
    ):
        with pytest.raises(ConfigurationError, match="can't be 'perhaps': write true or false"):
            settings(said, environ)


@pytest.mark.parametrize(
    ("said", "name", "value"),
    [
        ({"goldilocks.check_requests": "false"}, "goldilocks.check_requests", False),
        ({"goldilocks.limit_form_files": "7"}, "goldilocks.limit_form_files", 7),
        ({"goldilocks.allowed_hosts": "a b"}, "goldilocks.allowed_hosts", ["a", "b"]),
        ({"goldilocks.default_headers": "A: b"}, "goldilocks.default_headers", (("A", "b"),)),
        ({"goldilocks.template_cache": "/var/tmp/x"}, "goldilocks.template_cache", "/var/tmp/x"),
        ({"goldilocks.check_requests": None}, "goldilocks.check_requests", True),
        ({DEFAULTS_SETTING: DEFAULTS_SECURE}, DEFAULTS_SETTING, DEFAULTS_SECURE),
        ({"goldilocks.csrf_trusted_origins": "a b"}, setting_keys("csrf_trusted_origins")[0], ["a", "b"]),
        ({"goldilocks.debug_all": "true"}, "debug_notfound", True),
        ({"goldilocks.debug_all": "false"}, "debug_notfound", False),
        ({"goldilocks.reload_resources": "true"}, setting_keys("reload_assets")[0], True),
        ({setting_keys("debug_all")[0]: "x"}, setting_keys("debug_all")[0], "x"),
        ({setting_keys("debug_all")[0]: "x"}, "debug_all", False),
    ],
)
def test_settings_of_ours_that_are_added(said, name, value):
    """What an include adds by our names means what it would have meant from the beginning."""
    config = Configurator()
    config.include(lambda config: config.add_settings(said))
    assert config.get_settings()[name] == value


def test_settings_of_ours_added_to_what_somebody_made():
    """Settings that were never worked out are added to all the same."""
    config = Configurator()
    config.registry.settings = {}
    config.add_settings({"goldilocks.debug_all": "true"})
    assert config.get_settings()["debug_notfound"] is True


def test_defaults_come_too_late():
    """Whose defaults hold can't be said when all other settings have been worked out by it."""
    with pytest.raises(ConfigurationError, match=f"comes too late.*{DEFAULTS_VARIABLE}"):
        Configurator().add_settings({DEFAULTS_SETTING: DEFAULTS_PYRAMID})


def test_production_that_is_added_to_debugging():
    """What can't be on together can't be added either."""
    config = Configurator(settings={"goldilocks.debug": True})
    with pytest.raises(ConfigurationError, match="switch one of them off"):
        config.add_settings({PRODUCTION_SETTING: "true"})


@pytest.mark.parametrize("name", ["includes", "tweens"])
def test_modules_that_a_setting_names(name):
    """A module that isn't there, and what is no list, is told with the setting."""
    with pytest.raises(ImportError) as caught:
        Configurator(settings={f"goldilocks.{name}": "no_such_module"})
    assert any(f".{name}'" in note for note in caught.value.__notes__)
    with pytest.raises(ConfigurationError, match=rf"\.{name} can't be 5"):
        Configurator(settings={f"goldilocks.{name}": 5})


# --- Unknown settings ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "advice"),
    [
        ("goldilocks.prodution", "did you mean 'goldilocks.production'?"),
        ("goldilocks.reload_templtes", "did you mean 'goldilocks.reload_templates'?"),
        ("goldilocks.sausage", "`goldilocks settings` lists all"),
    ],
)
def test_unknown_setting(key, advice):
    """A key that begins like one of ours and is none is a warning, which names the nearest, at the line that says it."""
    with pytest.warns(UnknownSettingWarning, match=f"no setting '{key}'") as caught:
        Configurator(settings={key: 1})
    assert advice in str(caught[0].message)
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    "key", ["goldilocks.addon.word", "goldilockses", "shop.sausage", "pyramid.sausage", 1]
)
def test_settings_of_others(key):
    """Keys of add-ons have another dot; those, and all others, are not looked at."""
    assert unknown_settings([key]) == []


@pytest.mark.parametrize("key", [DEFAULTS_SETTING, *setting_keys("debug_all"), *setting_keys("includes")])
def test_known_settings(key):
    """Every setting of ours is known."""
    assert unknown_settings([key]) == []


def test_unknown_setting_said_later():
    """What is added later is looked at, too."""
    config = Configurator()
    with pytest.warns(UnknownSettingWarning, match=r"goldilocks\.sausage"):
        config.add_settings({"goldilocks.sausage": 1})
    with pytest.warns(UnknownSettingWarning, match=r"goldilocks\.mustard"):
        config.add_settings(**{"goldilocks.mustard": 1})


def test_unknown_setting_of_a_registry_without_settings():
    """A registry that has no settings yet warns once."""
    config = Configurator()
    config.registry.settings = None
    with pytest.warns(UnknownSettingWarning) as caught:
        config.add_settings({"goldilocks.sausage": 1})
    assert len(caught) == 1
