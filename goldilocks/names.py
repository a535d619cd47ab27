"""Pyramid's words and ours, in one table.

Applications, add-ons and deployment files have Pyramid's words written down: settings, environment variables, dotted
names of tweens, a venusian category, the salt in signed cookies. They stay valid, ours stand beside them, and both
mean the same entry. Data keeps Pyramid's spelling, so that what a program compares or prints is what it always
was; our spelling is translated where it comes in. No other file but the import hook spells that word.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from goldilocks.late import late_module

if TYPE_CHECKING:
    import difflib
else:
    # PERF: import: only mistakes need it
    difflib = late_module("difflib", globals())

#: The package that was, and the package that is.
PYRAMID = "pyramid"
GOLDILOCKS = "goldilocks"

#: What settings begin with. The first is the spelling that is kept in ``registry.settings`` and read from there.
SETTINGS_PREFIXES = (f"{PYRAMID}.", f"{GOLDILOCKS}.")

#: What environment variables begin with that override settings.
ENVIRONMENT_PREFIXES = ("PYRAMID_", "GOLDILOCKS_")

#: The category under which decorators leave their statements for a scan, and the other word for it.
VENUSIAN_CATEGORY = PYRAMID
VENUSIAN_CATEGORIES = (VENUSIAN_CATEGORY, GOLDILOCKS)

#: What separates the keys of signed session cookies from those of other uses of the same secret. Cookies that
#: browsers hold were signed with it, so it can't ever be spelled otherwise.
SESSION_SALT = f"{PYRAMID}.session."

#: The entry points that offer interactive shells.
SHELL_RUNNER_GROUPS = (f"{PYRAMID}.pshell_runner", f"{GOLDILOCKS}.pshell_runner")

#: Where it is said which defaults hold wherever we differ from Pyramid on purpose, and what may be said.
DEFAULTS_SETTING = f"{GOLDILOCKS}.defaults"
DEFAULTS_VARIABLE = "GOLDILOCKS_DEFAULTS"
DEFAULTS_SECURE = "secure"
DEFAULTS_PYRAMID = PYRAMID

#: Whether people depend on the application, and whether it is being worked on.
PRODUCTION_SETTING = f"{GOLDILOCKS}.production"
DEBUG_SETTING = f"{GOLDILOCKS}.debug"


class ProcessDefaults:
    """Which defaults hold in this process wherever neither a deployment nor the environment says it.

    There is one; the import hook writes to it, and settings are worked out with it.
    """

    def __init__(self, defaults: str = DEFAULTS_SECURE) -> None:
        self.defaults = defaults


PROCESS = ProcessDefaults()


def setting_keys(name: str) -> tuple[str, ...]:
    """Return the keys under which a setting may be said, the one that is kept first.

    >>> setting_keys("reload_templates")
    ('pyramid.reload_templates', 'goldilocks.reload_templates')
    """
    return tuple(prefix + name for prefix in SETTINGS_PREFIXES)


def environment_keys(name: str) -> tuple[str, ...]:
    """Return the environment variables that override a setting, Pyramid's first.

    >>> environment_keys("reload_templates")
    ('PYRAMID_RELOAD_TEMPLATES', 'GOLDILOCKS_RELOAD_TEMPLATES')
    """
    return tuple(prefix + name.upper() for prefix in ENVIRONMENT_PREFIXES)


def dotted(name: str) -> str:
    """Spell a dotted name with our package, ready to be imported; other packages' names stay.

    >>> dotted("pyramid.tweens.excview_tween_factory"), dotted("pyramid_tm.tm_tween_factory")
    ('goldilocks.tweens.excview_tween_factory', 'pyramid_tm.tm_tween_factory')
    """
    return _respell(name, PYRAMID, GOLDILOCKS)


def canonical(name: str) -> str:
    """Spell a dotted name with Pyramid's package, as it is kept in data; other packages' names stay.

    >>> canonical("goldilocks.tweens.excview_tween_factory")
    'pyramid.tweens.excview_tween_factory'
    """
    return _respell(name, GOLDILOCKS, PYRAMID)


def _respell(name: str, old: str, new: str) -> str:
    rest = name.removeprefix(old)
    is_of_old = rest != name and rest[:1] in ("", ".", ":")
    return new + rest if is_of_old else name


def scan_categories(categories: Iterable[str] | None) -> tuple[str, ...] | None:
    """Add the other spelling of our venusian category wherever one of the two is asked for.

    ``None`` stays: to venusian it means every category.
    """
    if categories is None:
        return None
    asked = tuple(categories)
    if any(category in VENUSIAN_CATEGORIES for category in asked):
        asked = tuple(dict.fromkeys((*asked, *VENUSIAN_CATEGORIES)))
    return asked


def did_you_mean(name: object, known: Iterable[object]) -> str:
    """Return the end of an error message that points to the nearest of the known names, or nothing.

    >>> "no route named 'hmoe'" + did_you_mean("hmoe", ["about", "home"])
    "no route named 'hmoe'; did you mean 'home'?"
    """
    nearest = difflib.get_close_matches(str(name), [str(each) for each in known], n=1)
    return f"; did you mean {nearest[0]!r}?" if nearest else ""
