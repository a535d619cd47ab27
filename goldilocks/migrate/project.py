"""All files of an application: what is to be done to each, and what people should know when it is done."""

from __future__ import annotations

import codecs
import difflib
import io
import os
import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

from goldilocks.migrate.inifile import IniFile
from goldilocks.migrate.python import PythonFile
from goldilocks.migrate.words import ADDON, WORD, Undecided, why_left
from goldilocks.names import PYRAMID, dotted

#: Folders that hold no source of the application's own.
SKIPPED = frozenset({"__pycache__", "node_modules", "build", "dist", "site-packages", "venv", "env"})

_INI = re.compile(r".*\.ini([._-].*)?|setup\.cfg")
#: What ini files are made of; it is one if it has the section of an application.
_INI_TEMPLATE = re.compile(r".*\.(tpl|tmpl|template|in|sample|example|dist|j2)")
_APPLICATION = re.compile(r"^\[app:", re.MULTILINE)
#: Files that are only read: what is said about Pyramid in them is told.
_READ = re.compile(r".*\.(toml|cfg|conf|ya?ml|zcml|sh)|.*require.*\.(txt|in)|Dockerfile|Makefile|Pipfile")
#: Files whose prose may have the word in it; only what looks like code is told.
_TEMPLATE = re.compile(r".*\.(mako?|pt|jinja2?|html?)")
_IN_TEMPLATE = re.compile(rf"(import|from)\s+{PYRAMID}\b|(?<![\w./@#-]){PYRAMID}[.:]\w")
#: Where tests stand; what a test says to a Configurator is left as it is.
_TESTS = re.compile(r"tests?|testing|test_.*|.*_tests?\.py|tests\.py|conftest\.py|docs")


@dataclass(slots=True)
class File:
    """A file that something is to be done to, or that people must look at.

    Attributes:
        path: where it is.
        name: how it is called for people.
        before: its text.
        after: its text as it shall be.
        encoding: of its bytes.
        undecided: the lines to look at.
        problem: why it can't be read; nothing otherwise.
    """

    path: Path
    name: str
    before: str = ""
    after: str = ""
    encoding: str = "utf-8"
    undecided: list[Undecided] = field(default_factory=list)
    problem: str = ""

    @property
    def is_changed(self) -> bool:
        """Whether there is anything to write."""
        return self.before != self.after

    def diff(self) -> list[str]:
        """Return the change, as ``diff -u`` shows it."""
        texts = (self.before.splitlines(), self.after.splitlines())
        return list(difflib.unified_diff(*texts, f"a/{self.name}", f"b/{self.name}", lineterm=""))

    def write(self) -> None:
        """Write the file as it shall be."""
        self.path.write_bytes(self.after.encode(self.encoding))


@dataclass(slots=True)
class Project:
    """An application and what is to be done to it.

    Attributes:
        files: those of which there is something to say.
        looked_at: how many files were read.
        addons: the packages that it uses and that import Pyramid.
    """

    files: list[File]
    looked_at: int
    addons: list[str]

    @property
    def changed(self) -> list[File]:
        """The files that there is something to write of."""
        return [file for file in self.files if file.is_changed]

    @property
    def unread(self) -> list[File]:
        """The files that couldn't be read."""
        return [file for file in self.files if file.problem]

    @property
    def undecided(self) -> list[tuple[File, Undecided]]:
        """The lines that people must look at."""
        return [(file, each) for file in self.files for each in file.undecided]


def read_project(root: Path) -> Project:
    """Find out what is to be done to all files below a folder, or to one file."""
    paths = [root] if root.is_file() else list(source_files(root))
    packages = own_packages(root, paths)
    reader = _Reader(root if root.is_dir() else root.parent, packages)
    files = [reader.read(path) for path in paths]
    if reader.says_defaults:
        for file in files:
            file.undecided = [each for each in file.undecided if not each.is_about_defaults]
    telling = [file for file in files if file.is_changed or file.undecided or file.problem]
    return Project(telling, len(files), reader.addons_in_use())


def source_files(root: Path) -> Iterator[Path]:
    """Go through the files below a folder that may be the application's, in order."""
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        folders[:] = sorted(each for each in folders if not _is_skipped(here / each))
        for name in sorted(names):
            path = here / name
            if _is_known(name) and path.is_file() and not path.is_symlink():
                yield path


def _is_known(name: str) -> bool:
    return name.endswith(".py") or any(
        each.fullmatch(name) for each in (_INI, _INI_TEMPLATE, _READ, _TEMPLATE)
    )


def _is_skipped(folder: Path) -> bool:
    name = folder.name
    is_hidden = name.startswith(".") or name in SKIPPED or name.endswith(".egg-info")
    return is_hidden or folder.is_symlink() or (folder / "pyvenv.cfg").is_file()


def own_packages(root: Path, paths: Iterable[Path]) -> set[str]:
    """Return the packages that an application consists of, and the name of its folder."""
    tops = {path.parent for path in paths if path.name == "__init__.py"}
    return {folder.name for folder in tops if folder.parent not in tops} | {root.resolve().name}


class _Reader:
    """Reads files, and remembers what concerns them all."""

    def __init__(self, root: Path, packages: set[str]) -> None:
        self.root = root
        self.packages = packages
        self.imported: set[str] = set()
        self.addons: set[str] = set()
        self.named: set[str] = set()
        self.says_defaults = False

    def read(self, path: Path) -> File:
        """Find out what is to be done to a file; one that can't be read is left alone."""
        file = File(path, str(path.relative_to(self.root)))
        try:
            content = path.read_bytes()
            file.encoding = _encoding_of(path, content)
            file.before = file.after = content.decode(file.encoding)
            self._read(file)
        except (SyntaxError, ValueError, LookupError, OSError) as error:
            file.problem = f"{type(error).__name__}: {error}"
        return file

    def _read(self, file: File) -> None:
        name = file.path.name
        is_template = _INI_TEMPLATE.fullmatch(name) is not None
        if _INI.fullmatch(name) or (is_template and _APPLICATION.search(file.before)):
            ini = IniFile(file.before, self.packages)
            file.after, file.undecided = ini.rewritten, ini.undecided
            self.addons |= ini.addons
            self.says_defaults = self.says_defaults or ini.says_defaults
        elif PYRAMID not in file.before:
            return
        elif file.path.suffix == ".py":
            parts = Path(file.name).parts
            python = PythonFile(file.before, not any(_TESTS.fullmatch(part) for part in parts))
            file.after, file.undecided = python.rewritten, python.undecided
            self.imported |= python.imported
            self.addons |= python.addons
            self.named |= python.named
        else:
            pattern = _IN_TEMPLATE if _TEMPLATE.fullmatch(name) else WORD
            file.undecided = list(_mentions(file.before, pattern))

    def addons_in_use(self) -> list[str]:
        """Return the packages that the application uses and that need Pyramid under its name."""
        distributions = packages_distributions()
        used = {name for name in self.imported if ADDON.fullmatch(name)} | self.addons
        used |= {name for name in self.imported if any(map(_needs_it, distributions.get(name, ())))}
        used |= {name for name in self.named if name in distributions}
        return sorted(name for name in used - self.packages if dotted(name) == name)


def _encoding_of(path: Path, content: bytes) -> str:
    if path.suffix == ".py":
        return tokenize.detect_encoding(io.BytesIO(content).readline)[0]
    return "utf-8-sig" if content.startswith(codecs.BOM_UTF8) else "utf-8"


def _mentions(text: str, pattern: re.Pattern[str]) -> Iterator[Undecided]:
    for number, line in enumerate(text.splitlines(), start=1):
        if pattern.search(line) and not line.lstrip().startswith("#"):
            yield Undecided(number, line.strip(), why_left(line.strip().strip("\"',")))


def _needs_it(distribution: str) -> bool:
    try:
        needed = requires(distribution) or []
    except PackageNotFoundError:
        return False
    return any(
        re.match(rf"{PYRAMID}\b(?![\w-])", each, re.IGNORECASE) and "extra ==" not in each for each in needed
    )
