"""The names of Pyramid 2.1 that must be here, and where ours are found.

``data/pyramid_api.tsv`` was read off Pyramid 2.1: section, name, kind, signature. ``data/pyramid_reach.tsv`` lists what
is not documented and is used by published add-ons and applications all the same.
"""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from typing import Any, NamedTuple

from zope.interface.interface import InterfaceClass

from goldilocks.names import dotted

HERE = Path(__file__).parent


class Row(NamedTuple):
    """A line of the list of documented names."""

    section: str
    name: str
    kind: str
    said: str = ""

    @property
    def id(self) -> str:
        """How a difference in this name is listed: methods of the Configurator and the request stand for themselves."""
        owner = OWNERS.get(self.section)
        return f"{owner}.{self.name}" if owner else self.name


#: Sections whose names are attributes of one thing.
OWNERS = {
    "configurator": "pyramid.config.Configurator",
    "request": "pyramid.request.Request",
    "event": "pyramid.events",
}


def lines(name: str) -> list[list[str]]:
    text = (HERE / "data" / name).read_text("utf-8")
    return [line.rstrip().split("\t") for line in text.splitlines() if not line.startswith("#")]


ROWS = [Row(*line) for line in lines("pyramid_api.tsv")]
REACH = [line[0] for line in lines("pyramid_reach.tsv")]


def find(name: str) -> Any:
    """Find a thing of ours by Pyramid's name: the module, and from there attribute by attribute.

    Raises:
        AttributeError, KeyError: there is none.
    """
    words = dotted(name).split(".")
    thing: Any = importlib.import_module(words.pop(0))
    path = thing.__name__
    for word in words:
        path = f"{path}.{word}"
        thing = _step(thing, word, path)
    return thing


def _step(thing: Any, word: str, path: str) -> Any:
    if isinstance(thing, InterfaceClass) and word in thing:
        return thing[word]
    if inspect.ismodule(thing) and not hasattr(thing, word):
        try:
            return importlib.import_module(path)
        except ModuleNotFoundError:
            pass  # the attribute is what is missed
    return getattr(thing, word)
