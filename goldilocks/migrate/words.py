"""What a word of an application means to us: whether it names something of Pyramid's that we have, too.

A dotted name or asset spec is ours to rewrite if it leads to something here; a settings key if we know it. What only looks like
one is left to people.
"""

from __future__ import annotations

import functools
import importlib
import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass

from goldilocks.config.settings import PREFIXED, SETTINGS
from goldilocks.names import (
    DEFAULTS_PYRAMID,
    DEFAULTS_SETTING,
    GOLDILOCKS,
    PYRAMID,
    did_you_mean,
    dotted,
    setting_keys,
)
from goldilocks.path import AssetResolver, DottedNameResolver

#: The word itself, where it isn't a part of another name, path, address or distribution.
WORD = re.compile(rf"(?<![\w./@#-]){PYRAMID}(?![\w-])")

#: Names that add-ons have: they import Pyramid, and aren't ours to rewrite.
ADDON = re.compile(rf"(?<![\w./@-]){PYRAMID}_\w+")

#: What a requirement looks like.
_REQUIREMENT = re.compile(rf"{PYRAMID}\s*([<>=!~;\[(].*)?", re.DOTALL)

#: What can be a dotted name (with a colon for its attribute, or not), and what can be an asset spec.
_DOTTED = re.compile(rf"{PYRAMID}(\.\w+)+(:\w+(\.\w+)*)?")
_ASSET = re.compile(rf"{PYRAMID}(\.\w+)*:[\w./@+-]+")

#: What words look like among which one of ours may stand: those of a list of names, and not those of a sentence.
_NAME_IN_LIST = re.compile(r"[A-Za-z_]\w*([.:][\w./:@+-]+|_\w*)")

#: The settings keys that have our prefix, too.
_SETTINGS = {
    ours[0]: ours[1]
    for name in (*PREFIXED, *(each.name for each in SETTINGS))
    for ours in [setting_keys(name)]
}

#: What is written where an application's settings are: everything is as it was.
DEFAULTS = (DEFAULTS_SETTING, DEFAULTS_PYRAMID)


@dataclass(frozen=True, slots=True)
class Edit:
    """A piece of a text that is replaced; places are counted in characters."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Undecided:
    """A line that people must look at.

    Attributes:
        line: its number, from 1 on.
        text: what stands there.
        why: why nothing was done.
        is_about_defaults: whether it asks for ``goldilocks.defaults``, which may be said elsewhere.
    """

    line: int
    text: str
    why: str
    is_about_defaults: bool = False


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return a text with pieces of it replaced; the pieces don't overlap.

    >>> edited("one two three", [Edit(0, 3, "1"), Edit(8, 13, "3")])
    '1 two 3'
    """
    parts, done = [], 0
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        parts += [text[done : edit.start], edit.text]
        done = edit.end
    return "".join([*parts, text[done:]])


def says_it(text: str) -> bool:
    """Tell whether a text has the word in it; the names of add-ons are other words."""
    return WORD.search(text) is not None


def is_module(name: str) -> bool:
    """Tell whether there is a module here for one of Pyramid's."""
    return _module_named(dotted(name)) is not None


def missing_names(module: str, names: Iterable[str]) -> list[str]:
    """Return which names our counterpart of a module doesn't have, with the nearest that it has."""
    found = _module_named(dotted(module))
    return [
        f"{name}{did_you_mean(name, dir(found))}"
        for name in names
        if name != "*" and not hasattr(found, name) and not is_module(f"{module}.{name}")
    ]


@functools.cache
def _module_named(ours: str) -> object | None:
    if "__main__" in ours:  # to import it is to run it
        return None
    try:
        return importlib.import_module(ours)
    except ImportError:
        return None


@functools.cache
def renamed(word: str) -> str | None:
    """Return what one word is here: a dotted name, an asset spec or a settings key that exists; ``None`` for others."""
    if word in _SETTINGS:
        return _SETTINGS[word]
    ours = dotted(word)
    is_name = _DOTTED.fullmatch(word) is not None and _leads_somewhere(ours)
    is_asset = not is_name and _ASSET.fullmatch(word) is not None and _is_asset(ours)
    return ours if is_name or is_asset else None


def _leads_somewhere(name: str) -> bool:
    if "__main__" in name:
        return False
    with warnings.catch_warnings(action="ignore"):  # of names that are old
        try:
            DottedNameResolver(None).resolve(name)
        except Exception:
            return False
    return True


def _is_asset(spec: str) -> bool:
    try:
        return bool(AssetResolver(None).resolve(spec).exists())
    except Exception:
        return False


def respelled(text: str) -> str | None:
    """Return a text that is one such word, or a list of names with such words among them, as it is here.

    A sentence gives ``None``, whatever it speaks of.
    """
    words = text.split()
    if not words or not all(_NAME_IN_LIST.fullmatch(word) for word in words):
        return None
    said = [word for word in words if says_it(word)]
    if not said or any(renamed(word) is None for word in said):
        return None
    return WORD.sub(GOLDILOCKS, text)


def why_left(text: str) -> str:
    """Say why a text with the word in it was left as it is."""
    if _REQUIREMENT.fullmatch(text.strip()):
        return "if this is a requirement, it is called goldilocks-framework here"
    return "this word may mean anything"
