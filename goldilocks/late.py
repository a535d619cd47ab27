"""Modules that are imported when something of theirs is used, because many applications never do.

Such a module is imported twice at the head of a file: for type checkers, who read the import as any other, and by `late_module` for
Python. What it is used for may only happen inside functions.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Any


class LateModule(ModuleType):
    """Stands where a module will stand.

    Whoever asks it for something hears what the module would have said, and what is set on it is set on the module. With the first
    question the module is imported and takes its place, if that is still there: then nothing lies between it and its users any more.
    """

    _scope: dict[str, Any]

    def __init__(self, name: str, scope: dict[str, Any]) -> None:
        super().__init__(name)
        self.__dict__["_scope"] = scope

    def _imported(self) -> ModuleType:
        module = importlib.import_module(self.__name__)
        place = self.__name__.rpartition(".")[2]
        if self._scope.get(place) is self:
            self._scope[place] = module
        return module

    def __getattr__(self, word: str) -> Any:
        return getattr(self._imported(), word)

    def __setattr__(self, word: str, value: Any) -> None:
        setattr(self._imported(), word, value)

    def __delattr__(self, word: str) -> None:
        delattr(self._imported(), word)

    def __dir__(self) -> list[str]:
        return dir(self._imported())


class LateAttribute:
    """Stands in a class where a module will stand; what is put in its place, on a class or an instance, counts instead."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type | None = None) -> ModuleType:
        return importlib.import_module(self._name)


def late_module(name: str, scope: dict[str, Any]) -> Any:
    """Return what stands for a module until it is used.

    >>> colorsys = late_module("colorsys", globals())
    >>> colorsys.rgb_to_hsv(0, 0, 0)
    (0.0, 0.0, 0)

    Args:
        name: of the module.
        scope: ``globals()`` of the file, in which it stands under the last part of its name.
    """
    return LateModule(name, scope)


def late_names(scope: dict[str, Any], places: dict[str, str]) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a file that hands on names of modules which are imported when somebody asks for the name.

    What the file itself does with such a name it asks of its own module, so that a stand-in put there is heard.

    Args:
        scope: ``globals()`` of the file.
        places: for each name, the module that it comes from.
    """

    def __getattr__(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {scope['__name__']!r} has no attribute {name!r}")
        scope[name] = found = getattr(importlib.import_module(places[name]), name)
        return found

    return __getattr__
