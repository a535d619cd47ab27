"""The import hook: ``import pyramid`` finds goldilocks, for code that can't be changed.

An application moves by changing one word in its imports. An add-on that somebody else publishes can't be changed so;
for it, `install` lets the name ``pyramid`` and every name below it lead to our modules. They are the very same module
objects under both names, so a class is one class, whoever imported it and by which name. The hook is off
unless it is asked for.

How one name is found, say ``pyramid.view``:

1. Python finds no such module loaded, and asks our finder, which stands before all others.
2. The finder answers for names whose counterpart (``goldilocks.view``) exists, and for no others; so a name that
   nobody has is missed by Python itself, under the name that was asked for.
3. The loader gives the counterpart as the module. Python writes a new ``__spec__`` on whatever a loader
   gives; the loader writes the module's own one back. From then on both names stand in ``sys.modules``.
"""

from __future__ import annotations

import importlib
import importlib.util
import pickle
import sys
import threading
from collections.abc import Iterable, Sequence
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from importlib.metadata import Distribution, DistributionFinder
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self

from goldilocks.names import DEFAULTS_PYRAMID, GOLDILOCKS, PROCESS, PYRAMID, dotted

__all__ = [
    "Hook",
    "install",
    "is_installed",
    "pickle",  # COMPAT: pyramid.compat.pickle, of Pyramid 1; tests of add-ons still import it
    "uninstall",
]

#: What ``importlib.metadata`` says while the hook is on. Pyramid's own entry points are servers and shells for
#: its commands, which are not here.
VERSION = "2.1"
_METADATA = {
    "METADATA": (
        "Metadata-Version: 2.1\n"
        f"Name: {PYRAMID}\n"
        f"Version: {VERSION}\n"
        f"Summary: {GOLDILOCKS}, answering to the name of {PYRAMID}\n"
    ),
    "top_level.txt": f"{PYRAMID}\n",
    "entry_points.txt": "",
}


class Hook:
    """What `install` returns; as a context manager it switches the hook off again, if that call switched it on."""

    def __init__(self, is_first: bool) -> None:
        self._is_first = is_first

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        type: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._is_first:
            uninstall()


def install() -> Hook:
    """Let ``import pyramid``, and everything below it, find goldilocks from now on in this process.

    An installed Pyramid is left alone, and found no more. ``importlib.metadata`` says that Pyramid 2.1
    is installed, and ``goldilocks.defaults`` is ``pyramid`` wherever neither the settings nor the environment say
    otherwise. Call it before anything imports Pyramid: at the head of the file that starts the application, or of
    the ``conftest.py`` of its tests. A second call changes nothing.

    >>> with install():
    ...     from pyramid.config import Configurator
    >>> Configurator.__module__
    'goldilocks.config.configurator'

    Returns:
        A context manager for tests, which switches off again what this call switched on.

    Raises:
        ImportError: Pyramid itself has been imported already; its classes would live beside ours.
    """
    with _lock:
        if is_installed():
            return Hook(is_first=False)
        _refuse_beside_pyramid()
        _before.update(modules=_take_modules(), defaults=PROCESS.defaults)
        sys.meta_path.insert(0, _finder)
        sys.modules[PYRAMID] = sys.modules[GOLDILOCKS]
        PROCESS.defaults = DEFAULTS_PYRAMID
        return Hook(is_first=True)


def uninstall() -> None:
    """Switch the hook off: what was found under the name of Pyramid stays in use, and is found no more.

    Meant for tests; let no other thread be importing meanwhile. Without a hook nothing happens.
    """
    with _lock:
        if not is_installed():
            return
        sys.meta_path.remove(_finder)
        _take_modules()
        sys.modules.update(_before["modules"])
        PROCESS.defaults = _before["defaults"]
        _before.clear()


def is_installed() -> bool:
    """Say whether the hook is on."""
    return _finder in sys.meta_path


def _refuse_beside_pyramid() -> None:
    loaded: dict[str, Any] = dict(sys.modules)  # None stands for a name that somebody blocked
    for name, module in loaded.items():
        ours = dotted(name)
        if ours != name and module is not None and module is not loaded.get(ours):
            file = getattr(module, "__file__", None)
            raise ImportError(
                f"{name} is already imported, from {file or 'an unknown place'}, so goldilocks can't answer to that name: "
                "call goldilocks.compat.install() before anything imports it, or start with `goldilocks serve --pyramid`",
                name=name,
                path=file,
            )


def _take_modules() -> dict[str, Any]:
    """Take everything that stands under Pyramid's name out of the loaded modules, and return it."""
    return {name: sys.modules.pop(name) for name in list(sys.modules) if dotted(name) != name}


#: What is asked for when no distribution is named.
_EVERYTHING = DistributionFinder.Context()


class _Finder(DistributionFinder, Loader):
    """Finds our modules, and a distribution to go with them, under Pyramid's name."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Answer for a name of Pyramid's whose counterpart exists."""
        ours = dotted(fullname)
        found = importlib.util.find_spec(ours) if ours != fullname else None
        if found is None:
            return None
        is_package = found.submodule_search_locations is not None
        return ModuleSpec(fullname, self, origin=found.origin, is_package=is_package)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Give the counterpart as the module."""
        module = importlib.import_module(dotted(spec.name))
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its own spec back; it ran long ago."""
        assert module.__spec__ is not None
        module.__spec__ = module.__spec__.loader_state

    def find_distributions(self, context: DistributionFinder.Context = _EVERYTHING) -> Iterable[Distribution]:
        """Answer for the distribution that is called like Pyramid, and where all are asked for."""
        asked = context.name
        if asked is None or asked.lower() == PYRAMID:
            yield _Distribution()


class _Distribution(Distribution):
    """What ``importlib.metadata`` tells of Pyramid while the hook is on."""

    def read_text(self, filename: str) -> str | None:
        """Return the text of a metadata file, or None."""
        return _METADATA.get(str(filename))

    def locate_file(self, path: Any) -> Path:
        """Return where a file of the distribution would be."""
        return Path(__file__).parent.parent / path


_lock = threading.RLock()
_finder = _Finder()
#: What `uninstall` puts back: the loaded ``modules`` of that name (the blocked ones, there are no others), the ``defaults``.
_before: dict[str, Any] = {}
