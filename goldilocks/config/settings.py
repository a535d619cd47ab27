"""The deployment settings: what the framework reads of them, under which names, and of what type.

A setting of the framework may be said under its short name (``reload_templates``) or with one of the two prefixes, and an
environment variable overrides all three. Whatever was said, it can be read under each of the names. The
settings of applications and add-ons are kept as they are.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from goldilocks import limits
from goldilocks.exceptions import ConfigurationError
from goldilocks.frames import level_of_application
from goldilocks.names import (
    DEBUG_SETTING,
    DEFAULTS_PYRAMID,
    DEFAULTS_SECURE,
    DEFAULTS_SETTING,
    GOLDILOCKS,
    PROCESS,
    PRODUCTION_SETTING,
    did_you_mean,
    environment_keys,
    setting_keys,
)
from goldilocks.outlet import DEFAULT_HEADERS, header_lines
from goldilocks.settings import asbool, aslist

if TYPE_CHECKING:
    from goldilocks import types
    from goldilocks.types import AnyConfig


class Setting:
    """A setting of the framework.

    Args:
        name: the short name.
        convert: makes a value of the right type of what was said.
        default: holds if nothing was said.
        implied_by: another setting of which this is a part: a true value there is one here.
        meaning: what it does, for people.
    """

    def __init__(
        self,
        name: str,
        convert: Callable[[Any], Any],
        default: Any,
        meaning: str,
        implied_by: str | None = None,
    ) -> None:
        self.name = name
        self.convert = convert
        self.default = default
        self.meaning = meaning
        self.implied_by = implied_by

    def settle(self, settings: dict[str, Any], environ: Mapping[str, str]) -> None:
        """Work the value out and write it under all names."""
        keys = (self.name, *setting_keys(self.name))
        value = self.default
        for key in keys:
            value = settings.get(key, value)
        for variable in environment_keys(self.name):
            value = environ.get(variable, value)
        value = self.convert(value)
        if self.implied_by is not None:
            value = value or settings[self.implied_by]
        settings.update(dict.fromkeys(keys, value))


#: The settings that have a type. A row stands below those that imply it.
SETTINGS: tuple[Setting, ...] = (
    Setting("debug_all", asbool, False, "switch all debugging on"),
    Setting("debug_authorization", asbool, False, "log why access was granted or denied", "debug_all"),
    Setting("debug_notfound", asbool, False, "log and show why nothing was found", "debug_all"),
    Setting("debug_routematch", asbool, False, "log which route matched", "debug_all"),
    Setting("debug_templates", asbool, False, "keep the code of compiled templates", "debug_all"),
    Setting("reload_all", asbool, False, "switch all reloading on"),
    Setting("reload_templates", asbool, False, "compile templates again when they change", "reload_all"),
    Setting("reload_assets", asbool, False, "look assets up anew each time", "reload_all"),
    Setting("reload_resources", asbool, False, "an older name for reload_assets", "reload_assets"),
    Setting("reload_assets", asbool, False, "look assets up anew each time", "reload_resources"),
    Setting("default_locale_name", str, "en", "the locale of requests that name none"),
    Setting("prevent_http_cache", asbool, False, "never send the caching headers that views ask for"),
    Setting("prevent_cachebust", asbool, False, "never put cache busters into the URLs of static files"),
    Setting(
        "csrf_trusted_origins",
        aslist,
        [],
        "hosts from whose pages forms may be sent: www.example.com, or .example.com",
    ),
)

#: Settings that only have a prefixed name and are read where they are needed: name and meaning.
PREFIXED = {
    "includes": "packages to include, as by config.include",
    "tweens": "all tweens, the outermost first; nothing for the order that they wish",
}


class OwnSetting:
    """A setting that only goldilocks has.

    Args:
        name: without prefix.
        convert: makes a value of the right type of what was said, or raises `ConfigurationError`.
        secure: holds if nothing was said, under our own defaults.
        compatible: holds if nothing was said, under Pyramid's.
        meaning: what it does, for people.
    """

    def __init__(
        self, name: str, convert: Callable[[Any], Any], secure: Any, compatible: Any, meaning: str
    ) -> None:
        self.name = name
        self.convert = convert
        self.secure = secure
        self.compatible = compatible
        self.meaning = meaning

    @property
    def key(self) -> str:
        """The name under which it is said and read."""
        return f"{GOLDILOCKS}.{self.name}"

    @property
    def variable(self) -> str:
        """The environment variable that overrides what is said."""
        return f"{GOLDILOCKS}_{self.name}".upper()

    def settle(self, settings: dict[str, Any], environ: Mapping[str, str]) -> None:
        """Work the value out and write it; `None` counts as nothing said."""
        value = environ.get(self.variable, settings.get(self.key))
        if value is not None:
            settings[self.key] = self.convert(value)
            return
        # the first row, whose own default is the same either way, says which defaults hold for all others
        is_compatible = settings.get(DEFAULTS_SETTING) == DEFAULTS_PYRAMID
        settings[self.key] = self.compatible if is_compatible else self.secure


def _choice_of_defaults(value: Any) -> str:
    choices = (DEFAULTS_SECURE, DEFAULTS_PYRAMID)
    if value not in choices:
        known = " or ".join(map(repr, choices))
        raise ConfigurationError(
            f"{DEFAULTS_SETTING} is {value!r}, but only {known} can be{did_you_mean(value, choices)}"
        )
    return str(value)


def _place(value: Any) -> Any:
    """Return whether there is a place, or which."""
    is_path = isinstance(value, (str, os.PathLike)) and os.path.isabs(value)
    return str(value) if is_path else asbool(value)


#: The settings that only goldilocks has: name, type, default under our defaults, default under Pyramid's, meaning.
OWN_SETTINGS: tuple[OwnSetting, ...] = (
    OwnSetting(
        "defaults", _choice_of_defaults, DEFAULTS_SECURE, DEFAULTS_SECURE,
        "whose defaults hold wherever goldilocks differs from Pyramid on purpose",
    ),
    OwnSetting(
        "production", asbool, False, False,
        "people depend on this application: what is only good enough for development is refused",
    ),
    OwnSetting(
        "debug", asbool, False, False,
        "the default pages of 404, 403 and 500 explain themselves, with traceback; refused in production",
    ),
    OwnSetting(
        "answer_errors", asbool, True, False,
        "log an error that nothing answers and answer it with 500, instead of passing it on to the server",
    ),
    OwnSetting(
        "reticent_pages", asbool, True, False,
        "keep paths, permissions and resources off the default pages of a 404 or 403 that the framework raised",
    ),
    OwnSetting(
        "method_not_allowed", asbool, True, False,
        "answer a wrong method with 405 and Allow instead of 404, and answer OPTIONS",
    ),
    OwnSetting(
        "json_types", asbool, True, False,
        "let the JSON renderer write dates, times, Decimal, UUID and dataclasses",
    ),
    OwnSetting(
        "refuse_mistakes", asbool, True, False,
        "refuse, where it is said, what could only fail with every request: views that can't be called, and their like",
    ),
    OwnSetting(
        "require_permissions", asbool, False, False,
        "refuse a view that says no permission, not even NO_PERMISSION_REQUIRED, where there is no default permission",
    ),
    OwnSetting(
        "check_requests", asbool, True, False,
        "refuse a malformed or too large request before anybody reads it: method, Host, target, lengths",
    ),
    OwnSetting(
        "allowed_hosts", aslist, [], [],
        "hosts that this is served under, the only ones answered: example.com, .example.com with all below it, * for any",
    ),
    OwnSetting(
        "trusted_proxies", aslist, [], [],
        "addresses and networks of proxies whose X-Forwarded-For, -Proto and -Host are believed; unix for a socket",
    ),
    OwnSetting(
        "check_virtual_root", asbool, True, False,
        "believe X-Vhm-Root, which names the resource at a site's root, only of the trusted proxies",
    ),
    OwnSetting(
        "safe_cookies", asbool, True, False,
        "write the framework's cookies HttpOnly, over https Secure, where nobody says otherwise, and none for an empty session",
    ),
    OwnSetting(
        "rotate_at_login", asbool, True, False,
        "give a new session id and a new CSRF token at login, and drop the session at logout or where another user begins",
    ),
    OwnSetting(
        "refuse_cross_origin", asbool, True, False,
        "refuse an unsafe request that the browser says was sent by another site's page, unless its view wants it",
    ),
    OwnSetting(
        "mask_csrf_tokens", asbool, True, False,
        "hand CSRF tokens out in another disguise each time, so that compression doesn't give them away",
    ),
    OwnSetting(
        "allow_no_origin", asbool, True, False,
        "leave a request over https without Origin and Referer to the check of its CSRF token, where nobody says otherwise",
    ),
    OwnSetting(
        "safe_templates", asbool, True, False,
        "make javascript: URLs harmless, warn of data in scripts, keep names of templates within their package",
    ),
    OwnSetting(
        "template_cache", _place, True, True,
        "where compiled templates are kept: true for the user's own cache, false for nowhere, or a directory",
    ),
    OwnSetting(
        "check_responses", asbool, True, False,
        "fail rather than send what could be read as two answers, or a Location that leads to where nobody meant it to",
    ),
    OwnSetting(
        "default_headers", header_lines, DEFAULT_HEADERS, (),
        "headers of each response of ours that doesn't have them itself: lines like X-Frame-Options: DENY, or nothing",
    ),
    OwnSetting(
        "vary_by_cookie", asbool, True, False,
        "say Vary: Cookie on each response of ours for which a session, an identity, a CSRF token or a language's cookie was looked at",
    ),
    *(OwnSetting(*row) for row in limits.rows()),
)  # fmt: skip

#: What a setting takes, for people, by what makes a value of it.
TYPES: dict[Callable[[Any], Any], str] = {
    asbool: "true or false",
    aslist: "list",
    str: "text",
    limits.count: "number or unlimited",
    header_lines: "lines",
    _place: "true, false or an absolute path",
    _choice_of_defaults: f"{DEFAULTS_SECURE} or {DEFAULTS_PYRAMID}",
}


def Settings(
    d: Mapping[str, Any] | None = None, _environ_: Mapping[str, str] = os.environ, **kw: Any
) -> dict[str, Any]:
    """Return new settings: those given, with the framework's own worked out under all their names.

    Args:
        d: settings as a deployment says them.
        _environ_: where environment variables are looked up.
        kw: more settings; they override ``d``.

    Raises:
        ConfigurationError: a setting of ours has a value that it can't have.
    """
    settings: dict[str, Any] = {**(d or {}), **kw}
    for setting in SETTINGS:
        setting.settle(settings, _environ_)
    for name in PREFIXED:
        said = [settings[key] for key in setting_keys(name) if key in settings]
        settings.update(dict.fromkeys(setting_keys(name), said[-1]) if said else {})
    if settings.get(DEFAULTS_SETTING) is None:
        settings[DEFAULTS_SETTING] = PROCESS.defaults
    for own in OWN_SETTINGS:
        own.settle(settings, _environ_)
    if settings[DEBUG_SETTING] and settings[PRODUCTION_SETTING]:
        raise ConfigurationError(
            f"{DEBUG_SETTING} shows tracebacks to everybody, so it can't be on while {PRODUCTION_SETTING} is; "
            "switch one of them off"
        )
    return settings


# --- Unknown settings ----------------------------------------------------------------------------------------------


class UnknownSettingWarning(UserWarning):
    """A setting begins like one of ours, and there is none of that name."""


#: The names behind our own prefix.
KNOWN_NAMES = frozenset({*PREFIXED, *(each.name for each in SETTINGS), *(each.name for each in OWN_SETTINGS)})


def unknown_settings(settings: Iterable[Any]) -> list[str]:
    """Return the keys that begin like a setting of ours and are none.

    What has another dot in it belongs to an add-on, which calls its settings ``goldilocks.ADDON.NAME``.

    >>> unknown_settings(["goldilocks.debug", "goldilocks.debgu", "goldilocks.mailer.host", "shop.name"])
    ['goldilocks.debgu']
    """
    prefix = f"{GOLDILOCKS}."
    own = [key for key in settings if isinstance(key, str) and key.startswith(prefix)]
    names = {key: key.removeprefix(prefix) for key in own}
    return [key for key, name in names.items() if "." not in name and name not in KNOWN_NAMES]


def warn_of_unknown(settings: Iterable[Any]) -> None:
    """Warn the code that says settings of those that don't exist."""
    for key in unknown_settings(settings):
        nearest = did_you_mean(key.partition(".")[2], KNOWN_NAMES)
        advice = nearest.replace("'", f"'{GOLDILOCKS}.", 1)
        message = (
            f"there is no setting {key!r}{advice or '; `goldilocks settings` lists all'} "
            f"(settings of an add-on are called {GOLDILOCKS}.ADDON.NAME)"
        )
        warnings.warn(message, UnknownSettingWarning, stacklevel=level_of_application())


class SettingsTopic:
    """The deployment settings."""

    def add_settings(self: AnyConfig, settings: Mapping[str, Any] | None = None, **kw: Any) -> None:
        """Add to the settings, at once; what was there under the same name is overwritten.

        Args:
            settings: names and values.
            kw: more of them.
        """
        known = self.registry.settings
        if known is None:
            known = self._set_settings(settings)
        else:
            warn_of_unknown(settings or {})
        warn_of_unknown(kw)
        known.update(settings or {})
        known.update(kw)

    def get_settings(self: AnyConfig) -> types.Settings | None:
        """Return the settings of the application, which ``registry.settings`` are too."""
        return self.registry.settings

    def _set_settings(self: AnyConfig, mapping: Mapping[str, Any] | None) -> dict[str, Any]:
        warn_of_unknown(mapping or {})
        settings = Settings(mapping)
        self.registry.settings = settings
        return settings


SettingsConfiguratorMixin = SettingsTopic
