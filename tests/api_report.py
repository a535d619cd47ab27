"""Which behaviour test exercises which name of the API: a plugin for pytest, switched on by ``make api-report``.

A name that is merely present would pass ``test_api_names.py``. So this watches the tests run: the interpreter reports
each function that starts (``sys.settrace``), and what starts is looked up among the code of the names in
``data/``. How a test exercises a name is said by the strongest of these words:

called
    the test's own code calls it: a function, a method, a property; or makes an instance of the class;
run
    the framework runs it for the test, or the test makes an instance of a subclass;
used
    it has no code of its own to run: the test's own code, while it runs, names this very object (a constant, an
    interface), reads this attribute where an instance of the class is in use, or spells the setting;
implemented
    of interfaces: a class that has it is in use, or the framework calls the test's own stand-in with these arguments.

Tests that only look at names, layers and types don't count. The report tells of each name how many tests exercise it,
and which of those, by the strongest word, exercises the fewest other names: it says the most about this one. A
name that no test exercises makes the run fail.
"""

from __future__ import annotations

import inspect
import pkgutil
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any, NamedTuple

import pytest
from zope.interface.interface import InterfaceClass, Method
from zope.interface.registry import Components

import goldilocks
from goldilocks.config import Configurator
from goldilocks.interfaces import IRendererFactory, IViewDerivers
from goldilocks.names import environment_keys, setting_keys
from tests.api_names import HERE, REACH, ROWS, Row, find

#: The words of the report, the strongest first.
HOW = ("called", "run", "used", "implemented")

#: Tests of names, layers and types: they exercise nothing.
NO_BEHAVIOUR = ("test_api_names.py", "test_layers.py", "test_reasons.py", "test_typing.py")

#: Where utilities come into a registry.
REGISTER = Components.registerUtility.__code__

#: Attributes of classes whose values are read, not run.
VALUES = ("attribute", "instance attribute", "descriptor")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Understand ``--api-report=FILE``."""
    parser.addoption("--api-report", metavar="FILE", help="write which test exercises which name of the API")


def pytest_configure(config: pytest.Config) -> None:
    """Watch, if a report is asked for."""
    file = config.getoption("--api-report")
    if file:
        config.pluginmanager.register(Watcher(Path(file)))


# --- What is looked for -------------------------------------------------------------------------------------------


class Target(NamedTuple):
    """Code that belongs to a name.

    Attributes:
        name: the name.
        owner: of methods: the class whose instances count.
        cells: what the function closes over; several functions may share their code and differ in this.
        how: the strongest word that it deserves; nothing where the caller decides.
        is_making: whether it makes an instance, and subclasses don't count as much.
    """

    name: str
    owner: type | None
    cells: tuple[Any, ...]
    how: str = ""
    is_making: bool = False

    def is_same(self, other: Target) -> bool:
        """Say whether both belong to one function."""
        return self.name == other.name and list(map(id, self.cells)) == list(map(id, other.cells))


class Value(NamedTuple):
    """An attribute without code: it is exercised where it is read while its owner is in use."""

    name: str
    word: str
    owner: Any


class Index:
    """Finds the names that belong to code, to objects, to attributes and to words."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.sections: dict[str, str] = {}
        self.codes: dict[CodeType, list[Target]] = defaultdict(list)
        self.objects: dict[int, list[tuple[str, str]]] = defaultdict(list)
        self.values: list[Value] = []
        self.words: dict[str, list[frozenset[str]]] = {}
        self.interfaces: dict[str, InterfaceClass] = {}
        self.members: dict[InterfaceClass, dict[str, str]] = defaultdict(dict)
        self.stand_ins: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
        self._keep: list[Any] = []  # an id is only good while the object lives
        self._ours = list(_things_of_ours())
        for row in ROWS:
            self._add_row(row)
        for name in REACH:
            self._add_reach(name)
        self._add_parts_of_an_application()

    def _note(self, name: str, section: str) -> bool:
        is_new = name not in self.sections
        if is_new:
            self.names.append(name)
            self.sections[name] = section
        return is_new

    def _add_row(self, row: Row) -> None:
        if row.kind in ("module", "predicate", "default renderer", "deriver (in order, outermost first)"):
            return
        name = (
            row.id
            if row.section in ("api", "configurator", "request", "event")
            else f"{row.section}: {row.name}"
        )
        if not self._note(name, name.rpartition(".")[0] if row.section == "api" else row.section):
            return
        if row.section in ("setting", "environment", "introspection_category"):
            self.words[name] = list(_spellings(row))
        elif row.section in ("tween", "view_deriver"):
            module = {"tween": "tweens", "view_deriver": "viewderivers"}[row.section]
            word = row.name.rpartition(".")[2]
            self._add_thing(name, find(f"pyramid.{module}.{word}"), word)
        else:
            self._add_name(name, row.kind)

    def _add_reach(self, name: str) -> None:
        owner, _, word = name.partition(".")
        listed = f"undocumented: {name}"
        if owner in ("<config>", "<registry>", "<request>"):
            self._note(listed, "undocumented")
            classes = {
                "<config>": "config.Configurator",
                "<registry>": "registry.Registry",
                "<request>": "request.Request",
            }
            self._add_member(listed, find(f"pyramid.{classes[owner]}"), word, "attribute")
            return
        try:
            thing = find(name)
        except AttributeError:  # docs/differences.md says why; test_api_names.py sees to that
            return
        if isinstance(thing, ModuleType):
            return
        self._note(listed, "undocumented")
        owner_thing, word = find(name.rpartition(".")[0]), name.rpartition(".")[2]
        if isinstance(owner_thing, ModuleType) or isinstance(thing, InterfaceClass):
            self._add_thing(listed, thing, word)
        elif isinstance(owner_thing, InterfaceClass):
            self.values.append(Value(listed, word, owner_thing))
        else:
            cls = owner_thing if inspect.isclass(owner_thing) else type(owner_thing)
            self._add_member(listed, cls, word, "attribute")

    def _add_name(self, name: str, kind: str) -> None:
        owner_name, _, word = name.rpartition(".")
        owner = find(owner_name)
        if kind in ("interface attribute", "interface method"):
            self._add_interface_member(name, owner, word)
        elif inspect.isclass(owner):
            self._add_member(name, owner, word, kind)
        else:
            self._add_thing(name, find(name), word)

    def _add_thing(self, name: str, thing: Any, word: str) -> None:
        """Enter a function, class, interface or constant of a module."""
        self._keep.append(thing)
        if inspect.isclass(thing):
            self._add_class(name, thing)
        elif isinstance(thing, InterfaceClass):
            self.interfaces[name] = thing
            self.objects[id(thing)].append((name, word))
        elif functions := list(_functions_in(thing)):
            self._add_functions(name, functions, None)
        else:
            self.objects[id(thing)].append((name, word))

    def _add_class(self, name: str, cls: type) -> None:
        made_by = [
            found for word in ("__init__", "__new__") for found in _functions_in(getattr(cls, word, None))
        ]
        for function in made_by:
            self._add_functions(name, [function], cls, is_making=True)
        if not made_by:  # object makes it: its methods tell, and who names it
            self.objects[id(cls)].append((name, cls.__name__))
            for member in vars(cls).values():
                self._add_functions(name, list(_functions_in(member)), cls)

    def _add_member(self, name: str, cls: type, word: str, kind: str) -> None:
        try:
            member = inspect.getattr_static(cls, word)
        except AttributeError:  # of instances only
            member, kind = None, "instance attribute"
        if inspect.isclass(member):
            self._add_class(name, member)
        elif functions := list(_functions_in(member)):
            is_static = isinstance(member, staticmethod) and word != "__new__"
            self._add_functions(name, functions, None if is_static else cls)
        elif callable(member):  # written in C
            self.values.append(Value(name, word, cls))
        if kind in (*VALUES, "property"):
            self.values.append(Value(name, word, cls))

    def _add_interface_member(self, name: str, interface: InterfaceClass, word: str) -> None:
        self.members[interface][word] = name
        for thing in self._ours:
            if inspect.isclass(thing) and interface.implementedBy(thing):
                member = inspect.getattr_static(thing, word, None)
                self._add_functions(name, list(_functions_in(member)), thing, how="implemented")
            elif type(thing) is type and interface.providedBy(thing):
                self.adopt(interface, thing)
        member = interface[word]
        if isinstance(member, Method):
            parameters = tuple(each for each in member.getSignatureInfo()["positional"] if each != "self")
            if word != "__call__" or len(parameters) > 1:
                self.stand_ins[parameters].append((word, name))
        else:
            self.values.append(Value(name, word, interface))

    def adopt(self, interface: Any, component: Any) -> None:
        """Enter what is registered as something that has an interface: its call, and its methods."""
        owner = component if inspect.isclass(component) else None
        for word, name in self.members.get(interface, {}).items():
            member = _call_of(component) if word == "__call__" else getattr(component, word, None)
            for function in _functions_in(member):
                target = Target(name, owner, _cells(function), "implemented")
                if not any(target.is_same(each) for each in self.codes[function.__code__]):
                    self.codes[function.__code__].append(target)

    def _add_functions(
        self,
        name: str,
        functions: list[FunctionType],
        owner: type | None,
        how: str = "",
        is_making: bool = False,
    ) -> None:
        for function in functions:
            target = Target(name, owner, _cells(function), how, is_making)
            self.codes[function.__code__].append(target)

    def _add_parts_of_an_application(self) -> None:
        """Enter predicates, stages and renderers that every application knows."""
        config = Configurator()
        config.commit()
        parts: list[tuple[str, str, Any]] = []
        for kind in ("view", "route"):
            parts += [(f"{kind}_predicate", *pair) for pair in config.get_predlist(kind).sorter.sorted()]
        stages = config.registry.getUtility(IViewDerivers).sorted()
        parts += [("view_deriver", name, stage.make) for name, stage in stages]
        parts += [
            ("renderer", row.name, config.registry.getUtility(IRendererFactory, row.name))
            for row in ROWS
            if row.section == "renderer"
        ]
        listed = {(row.section, row.name) for row in ROWS}
        for section, word, part in parts:
            if (section, word) in listed:
                name = f"{section}: {word}"
                self._note(name, section)
                call = part.__call__ if inspect.isclass(part) else part
                functions = list(_functions_in(call)) or list(_functions_in(type(part).__call__))
                self._add_functions(name, functions, part if inspect.isclass(part) else None)


def _things_of_ours() -> Iterator[Any]:
    """Yield everything that stands in a module of the kernel."""
    for module in pkgutil.walk_packages(goldilocks.__path__, "goldilocks."):
        if not module.name.startswith(("goldilocks.cli", "goldilocks.scripts", "goldilocks.addons")):
            yield from vars(import_module(module.name)).values()


def _functions_in(thing: Any) -> Iterator[FunctionType]:
    """Yield the Python functions that run when something is called or read."""
    if isinstance(thing, staticmethod | classmethod):
        thing = thing.__func__
    if inspect.ismethod(thing):
        thing = thing.__func__
    if isinstance(thing, FunctionType):
        yield thing
        yield from _functions_in(getattr(thing, "__wrapped__", None))
    elif isinstance(thing, property):
        for each in (thing.fget, thing.fset, thing.fdel):
            yield from _functions_in(each)
    elif not isinstance(thing, type | ModuleType | InterfaceClass) and hasattr(type(thing), "__get__"):
        for each in getattr(thing, "__dict__", {}).values():  # reify and its kin keep the function
            if isinstance(each, FunctionType | property):
                yield from _functions_in(each)


def _call_of(component: Any) -> Any:
    """Return what runs when something is called."""
    if inspect.isclass(component):
        return component.__init__  # type: ignore[misc]  # of this very class
    return component if inspect.isroutine(component) else vars(type(component)).get("__call__")


def _cells(function: FunctionType) -> tuple[Any, ...]:
    """Return what a function closes over."""
    found = []
    for cell in function.__closure__ or ():
        try:
            found.append(cell.cell_contents)
        except ValueError:  # nothing yet
            found.append(None)
    return tuple(found)


def _spellings(row: Row) -> Iterator[frozenset[str]]:
    """Yield the sets of words of which one must stand in a test that exercises a setting or the like."""
    yield frozenset({row.name} | ({"introspector"} if row.section == "introspection_category" else set()))
    short = row.name.removeprefix("PYRAMID_" if row.section == "environment" else "pyramid.")
    if row.section == "environment":
        yield frozenset({short.lower(), environment_keys.__name__})
    elif row.section == "setting" and short != row.name:
        yield frozenset({short, setting_keys.__name__})


# --- Watching -----------------------------------------------------------------------------------------------------


@dataclass
class Seen:
    """What one test exercised."""

    how: dict[str, str] = field(default_factory=dict)
    types: set[type] = field(default_factory=set)
    own: dict[CodeType, dict[str, Any]] = field(default_factory=dict)

    def note(self, name: str, how: str) -> None:
        """Note that a name was exercised; the strongest word stays."""
        before = self.how.get(name)
        if before is None or HOW.index(how) < HOW.index(before):
            self.how[name] = how


class Watcher:
    """Watches the tests run, and writes the report."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.index = Index()
        self.tests: dict[str, dict[str, str]] = defaultdict(dict)
        self.seen = Seen()
        self._is_own: dict[CodeType, bool] = {}
        self._facts: dict[CodeType, tuple[set[str], set[str]]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        """Watch one test, with its fixtures."""
        if item.path.name in NO_BEHAVIOUR:
            return (yield)
        self.seen = Seen()
        threading.settrace(self._watch)
        sys.settrace(self._watch)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            threading.settrace(None)  # type: ignore[arg-type]  # None ends it
            self._take_stock(item)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the report; a name that is merely present is a failure."""
        self.file.write_text("\n".join(report(self.index, self.tests)) + "\n", "utf-8")
        if self._never() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say where it is, and what was never exercised."""
        never = self._never()
        terminalreporter.section("names of the API")
        terminalreporter.line(
            f"{self.file}: {len(self.index.names)} names, {len(never)} of them never exercised"
        )
        for name in never:
            terminalreporter.line(f"  {name}")

    def _never(self) -> list[str]:
        return [name for name in self.index.names if not _exercising(self.tests, name)]

    def _watch(self, frame: FrameType, event: str, arg: Any) -> None:
        """Hear of every frame that starts; returning nothing, hear of nothing else in it."""
        code = frame.f_code
        if code is REGISTER:
            self.index.adopt(frame.f_locals["provided"], frame.f_locals["component"])
        targets = self.index.codes.get(code)
        if targets is not None:
            self._started(frame, code, targets)
        is_own = self._is_own.get(code)
        if is_own is None:
            is_own = self._is_own[code] = _is_test_file(code.co_filename)
        if is_own:
            self._own_started(frame, code)

    def _started(self, frame: FrameType, code: CodeType, targets: list[Target]) -> None:
        values = frame.f_locals
        first = values.get(code.co_varnames[0]) if code.co_varnames else None
        caller = frame.f_back
        is_direct = caller is not None and _is_test_file(caller.f_code.co_filename)
        self.seen.types.add(type(first))
        cells = tuple(values.get(word) for word in code.co_freevars)
        for target in targets:
            if not all(ours is theirs for ours, theirs in zip(target.cells, cells, strict=True)):
                continue
            if target.owner is not None and not _is_of(first, target.owner):
                continue
            is_itself = not target.is_making or target.owner in (type(first), first)
            self.seen.note(target.name, target.how or ("called" if is_direct and is_itself else "run"))

    def _own_started(self, frame: FrameType, code: CodeType) -> None:
        """Note that code of a test starts; it may be a stand-in for something of an interface."""
        self.seen.own[code] = frame.f_globals
        caller = frame.f_back
        if caller is not None and not _is_test_file(caller.f_code.co_filename):
            parameters = code.co_varnames[: code.co_argcount]
            parameters = parameters[1:] if parameters[:1] == ("self",) else parameters
            for word, name in self.index.stand_ins.get(parameters, ()):
                if word in ("__call__", code.co_name):
                    self.seen.note(name, "implemented")

    def _take_stock(self, item: pytest.Item) -> None:
        """Note what the test's own code names, now that it's known which of it ran."""
        names, words = set(), set()
        for code, scope in self.seen.own.items():
            if code not in self._facts:
                self._facts[code] = (set(_objects_named(self.index, code, scope)), set(_words(code)))
            names |= self._facts[code][0]
            words |= self._facts[code][1]
        callspec = getattr(item, "callspec", None)
        for value in callspec.params.values() if callspec else ():
            words |= set(_strings(value))
            names |= {
                name for name, _ in self.index.objects.get(id(value), ()) if not isinstance(value, str | int)
            }
        for name in names:
            self.seen.note(name, "used")
        self._note_values(words)
        self._note_interfaces()
        test = item.nodeid.partition("[")[0]
        for name, how in self.seen.how.items():
            before = self.tests[test].get(name, HOW[-1])
            self.tests[test][name] = min(before, how, key=HOW.index)

    def _note_values(self, words: set[str]) -> None:
        for name, spellings in self.index.words.items():
            if any(spelling <= words for spelling in spellings):
                self.seen.note(name, "used")
        for value in self.index.values:
            if value.word in words and any(_is_kind_of(each, value.owner) for each in self.seen.types):
                self.seen.note(value.name, "used")

    def _note_interfaces(self) -> None:
        for name, interface in self.index.interfaces.items():
            is_in_use = any(interface.implementedBy(each) for each in self.seen.types)
            if is_in_use or not self.seen.how.keys().isdisjoint(self.index.members[interface].values()):
                self.seen.note(name, "implemented")


def _is_test_file(file: str) -> bool:
    return file.startswith((str(HERE), "<doctest"))


def _is_of(thing: Any, owner: type) -> bool:
    return isinstance(thing, owner) or (isinstance(thing, type) and issubclass(thing, owner))


def _is_kind_of(cls: type, owner: Any) -> bool:
    return bool(owner.implementedBy(cls)) if isinstance(owner, InterfaceClass) else issubclass(cls, owner)


def _objects_named(index: Index, code: CodeType, scope: dict[str, Any]) -> Iterator[str]:
    """Yield the names of objects that a piece of code names: by itself, or as a part of a module or class."""
    words = set(_words(code))
    for word in code.co_names:
        if word not in scope:
            continue
        thing = scope[word]
        yield from (name for name, last in index.objects.get(id(thing), ()) if last == word)
        if isinstance(thing, ModuleType | type | InterfaceClass):
            for part in code.co_names:
                found = index.objects.get(id(getattr(thing, part, None)), ())
                yield from (name for name, last in found if last == part)
                yield from (each.name for each in index.values if each.owner is thing and each.word == part)
        if isinstance(thing, InterfaceClass):
            yield from (name for member, name in index.members[thing].items() if member in words)


def _words(code: CodeType) -> Iterator[str]:
    """Yield the names and strings in a piece of code."""
    yield from code.co_names
    for constant in code.co_consts:
        yield from _strings(constant)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        yield from value.split("\n")[0].replace("=", " ").split() if "\n" not in value else ()
    elif isinstance(value, tuple | list | frozenset | set):
        for each in value:
            yield from _strings(each)
    elif isinstance(value, dict):
        yield from _strings(list(value))


# --- Reporting ----------------------------------------------------------------------------------------------------


def _exercising(tests: dict[str, dict[str, str]], name: str) -> list[str]:
    """Return the tests that exercise a name, the one that says the most about it first."""
    found = [test for test, names in tests.items() if name in names]
    return sorted(found, key=lambda test: (HOW.index(tests[test][name]), len(tests[test]), test))


def report(index: Index, tests: dict[str, dict[str, str]]) -> Iterator[str]:
    """Yield the lines of the report."""
    exercising = {name: _exercising(tests, name) for name in index.names}
    counts = Counter(tests[found[0]][name] if found else "never" for name, found in exercising.items())
    yield "# Which test exercises which name of Pyramid's API"
    yield ""
    yield "Written by `make api-report`; what the words mean stands at the head of `tests/api_report.py`."
    yield ""
    yield f"{len(index.names)} names: " + ", ".join(f"{counts[how]} {how}" for how in (*HOW, "never")) + "."
    sections: dict[str, list[str]] = defaultdict(list)
    for name in index.names:
        sections[index.sections[name]].append(name)
    if counts["never"]:
        yield from ("", "## Never exercised", "")
        yield from (f"- `{name}`" for name in index.names if not exercising[name])
    for section, names in sections.items():
        yield from ("", f"## {section}", "", "| Name | How | Tests | For example |", "|---|---|---|---|")
        for name in names:
            if found := exercising[name]:
                short = name.removeprefix(f"{section}.").removeprefix(f"{section}: ")
                yield f"| `{short}` | {tests[found[0]][name]} | {len(found)} | `{found[0].removeprefix('tests/')}` |"
