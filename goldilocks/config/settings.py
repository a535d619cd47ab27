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
    DEFAULTS_VARIABLE,
    GOLDILOCKS,
    PROCESS,
    PRODUCTION_SETTING,
    did_you_mean,
    environment_keys,
    setting_keys,
)
from goldilocks.outlet import DEFAULT_HEADERS, header_lines
from goldilocks.settings import asbool, aslist, understand, words, yes_or_no

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

        self.keys = (name, *setting_keys(name))

    def settle(self, settings: dict[str, Any], environ: Mapping[str, str]) -> None:
        """Work the value out and write it under all names."""
        where, value = self.name, self.default
        for said, names in ((settings, self.keys), (environ, environment_keys(self.name))):
            for name in names:
                if name in said:
                    where, value = name, said[name]
        self._write(self._meant(where, value), settings)

    def add(self, settings: dict[str, Any], said: Mapping[str, Any], changed: set[str]) -> None:
        """Heed what is said later by our name for it, or was for what it is a part of."""
        key = self.keys[-1]
        if key in said or self.implied_by in changed:
            where, place = (key, said) if key in said else (self.name, settings)
            self._write(self._meant(where, place.get(where, self.default)), settings)
            changed.add(self.name)

    def _meant(self, where: str, value: Any) -> Any:
        # COMPAT: what is said by one of the older names may be any word
        is_ours = where.lower().startswith(GOLDILOCKS)
        return understand(
            where, _STRICTLY.get(self.convert, self.convert) if is_ours else self.convert, value
        )

    def _write(self, value: Any, settings: dict[str, Any]) -> None:
        if self.implied_by is not None:
            value = value or settings.get(self.implied_by, False)
        settings.update(dict.fromkeys(self.keys, value))


#: What makes a value of what is said by a name of ours, and takes nothing else.
_STRICTLY: dict[Callable[[Any], Any], Callable[[Any], Any]] = {asbool: yes_or_no, aslist: words}

#: The settings that have a type. A row stands below those that imply it.
SETTINGS: tuple[Setting, ...] = (
    Setting("debug_all", asbool, False, "switch all debugging on"),
    Setting("debug_authorization", asbool, False, "log why access was granted or denied", "debug_all"),
    Setting(
        "debug_notfound",
        asbool,
        False,
        "log why nothing was found, and show it unless reticent_pages is on",
        "debug_all",
    ),
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
        if self.variable in environ:
            settings[self.key] = understand(self.variable, self.convert, environ[self.variable])
            return
        if settings.get(self.key) is not None:
            self.add(settings, settings[self.key])
            return
        # the first row, whose own default is the same either way, says which defaults hold for all others
        is_compatible = settings.get(DEFAULTS_SETTING) == DEFAULTS_PYRAMID
        settings[self.key] = self.compatible if is_compatible else self.secure

    def add(self, settings: dict[str, Any], value: Any) -> None:
        """Write what is said."""
        settings[self.key] = understand(self.key, self.convert, value)


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
    if isinstance(value, (str, os.PathLike)) and os.path.isabs(value):
        return str(value)
    try:
        return yes_or_no(value)
    except ValueError:
        raise ValueError("write true, false, or a path from the root on") from None


#: The settings that only goldilocks has: name, type, default under our defaults, default under Pyramid's, meaning.
OWN_SETTINGS: tuple[OwnSetting, ...] = (
    OwnSetting(
        "defaults", _choice_of_defaults, DEFAULTS_SECURE, DEFAULTS_SECURE,
        "whose defaults hold wherever goldilocks differs from Pyramid on purpose",
    ),
    OwnSetting(
        "production", yes_or_no, False, False,
        "people depend on this application: what is only good enough for development is refused",
    ),
    OwnSetting(
        "debug", yes_or_no, False, False,
        "the default pages of 404, 403 and 500 explain themselves, with traceback; refused in production",
    ),
    OwnSetting(
        "answer_errors", yes_or_no, True, False,
        "log an error that nothing answers and answer it with 500, instead of passing it on to the server",
    ),
    OwnSetting(
        "reticent_pages", yes_or_no, True, False,
        "keep paths, permissions and resources off the default pages of a 404 or 403 that the framework raised",
    ),
    OwnSetting(
        "method_not_allowed", yes_or_no, True, False,
        "answer a wrong method with 405 and Allow instead of 404, and answer OPTIONS",
    ),
    OwnSetting(
        "json_types", yes_or_no, True, False,
        "let the JSON renderer write dates, times, Decimal, UUID and dataclasses",
    ),
    OwnSetting(
        "refuse_mistakes", yes_or_no, True, False,
        "refuse, where it is said, what could only fail with every request: views that can't be called, and their like",
    ),
    OwnSetting(
        "require_permissions", yes_or_no, False, False,
        "refuse a view that says no permission, not even NO_PERMISSION_REQUIRED, where there is no default permission",
    ),
    OwnSetting(
        "check_requests", yes_or_no, True, False,
        "refuse a malformed or too large request before anybody reads it: method, Host, target, lengths",
    ),
    OwnSetting(
        "allowed_hosts", words, [], [],
        "hosts that this is served under, the only ones answered: example.com, .example.com with all below it, *.example.com without it, * for any",
    ),
    OwnSetting(
        "trusted_proxies", words, [], [],
        "addresses and networks of proxies whose X-Forwarded-For, -Proto and -Host are believed; unix for a socket",
    ),
    OwnSetting(
        "check_virtual_root", yes_or_no, True, False,
        "believe X-Vhm-Root, which names the resource at a site's root, only of the trusted proxies",
    ),
    OwnSetting(
        "safe_cookies", yes_or_no, True, False,
        "write the framework's cookies HttpOnly, over https Secure, where nobody says otherwise, and none for an empty session",
    ),
    OwnSetting(
        "rotate_at_login", yes_or_no, True, False,
        "give a new session id and a new CSRF token at login, and drop the session at logout or where another user begins",
    ),
    OwnSetting(
        "refuse_cross_origin", yes_or_no, True, False,
        "refuse an unsafe request that the browser says was sent by another site's page, unless its view wants it",
    ),
    OwnSetting(
        "mask_csrf_tokens", yes_or_no, True, False,
        "hand CSRF tokens out in another disguise each time, so that compression doesn't give them away",
    ),
    OwnSetting(
        "allow_no_origin", yes_or_no, True, False,
        "leave a request over https without Origin and Referer to the check of its CSRF token, where nobody says otherwise",
    ),
    OwnSetting(
        "safe_templates", yes_or_no, True, False,
        "make javascript: URLs harmless, warn of data in scripts, keep names of templates within their package, send .txt as plain text",
    ),
    OwnSetting(
        "template_cache", _place, True, True,
        "where compiled templates are kept: true for the user's own cache, false for nowhere, or a directory",
    ),
    OwnSetting(
        "check_responses", yes_or_no, True, False,
        "fail rather than send what could be read as two answers, or a Location that leads to where nobody meant it to",
    ),
    OwnSetting(
        "default_headers", header_lines, DEFAULT_HEADERS, (),
        "headers of each response of ours that doesn't have them itself: lines like X-Frame-Options: DENY, or nothing",
    ),
    OwnSetting(
        "vary_by_cookie", yes_or_no, True, False,
        "say Vary: Cookie on each response of ours or WebOb's for which a session, an identity, a CSRF token or a language's cookie was looked at",
    ),
    *(OwnSetting(*row) for row in limits.rows()),
)  # fmt: skip

#: What a setting takes, for people, by what makes a value of it.
TYPES: dict[Callable[[Any], Any], str] = {
    **dict.fromkeys((asbool, yes_or_no), "true or false"),
    **dict.fromkeys((aslist, words), "list"),
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
    _check_together(settings)
    return settings


def _check_together(settings: Mapping[str, Any]) -> None:
    if settings.get(DEBUG_SETTING) and settings.get(PRODUCTION_SETTING):
        raise ConfigurationError(
            f"{DEBUG_SETTING} shows tracebacks to everybody, so it can't be on while {PRODUCTION_SETTING} is; "
            "switch one of them off"
        )


def _add(settings: dict[str, Any], said: dict[str, Any]) -> None:
    """Add to settings that have been worked out: what is said of ours means what it would have meant from the beginning."""
    choice = said.pop(DEFAULTS_SETTING, None)
    if choice not in (None, settings.get(DEFAULTS_SETTING, choice)):
        raise ConfigurationError(
            f"{DEFAULTS_SETTING} = {choice!r} comes too late: it is {settings[DEFAULTS_SETTING]!r}, and the other settings "
            f"have been worked out by that; say it in Configurator(settings=...), or in the environment as {DEFAULTS_VARIABLE}"
        )
    for own in OWN_SETTINGS:
        value = said.pop(own.key, None)
        if value is not None:
            own.add(settings, value)
    settings.update(said)
    changed: set[str] = set()
    for setting in SETTINGS:
        setting.add(settings, said, changed)
    _check_together(settings)


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
        """Add to the settings, at once; what was there under the same name is overwritten, by whomever it was said.

        Args:
            settings: names and values.
            kw: more of them.

        Raises:
            ConfigurationError: a setting of ours has a value that it can't have, or comes too late.
        """
        said = {**(settings or {}), **kw}
        if self.registry.settings is None:
            self._set_settings(said)
            return
        warn_of_unknown(said)
        _add(self.registry.settings, said)

    def get_settings(self: AnyConfig) -> types.Settings | None:
        """Return the settings of the application, which ``registry.settings`` are too."""
        return self.registry.settings

    def _set_settings(self: AnyConfig, mapping: Mapping[str, Any] | None) -> dict[str, Any]:
        warn_of_unknown(mapping or {})
        settings = Settings(mapping)
        self.registry.settings = settings
        return settings


SettingsConfiguratorMixin = SettingsTopic
