"""Ini files: the settings keys and dotted names in them, and where an application's settings are said."""

from __future__ import annotations

import re
from collections.abc import Collection

from goldilocks.migrate.words import (
    ADDON,
    DEFAULTS,
    Edit,
    Undecided,
    edited,
    renamed,
    says_it,
    why_left,
)
from goldilocks.names import PYRAMID, setting_keys

_SECTION = re.compile(r"\[(?P<name>[^\]]+)\]")
#: A key at the beginning of its line; PasteDeploy's words for overriding may stand before it.
_ENTRY = re.compile(r"(?:(?:set|get)\s+)?(?P<key>[^\s=:#;\[][^=:]*?)\s*[=:]\s*(?P<value>.*)", re.DOTALL)
#: What may be a name in a value.
_NAME = re.compile(rf"(?<![\w./@-]){PYRAMID}[\w.:/@+-]*")
#: What an application is made of: the package, of an egg or called directly.
_USE = re.compile(r"(?:egg|call):\s*(?P<package>[\w.-]+)")
#: Settings keys, by which the section of an application is known.
_KEY = re.compile(rf"({re.escape(setting_keys('')[0])}|{re.escape(setting_keys('')[1])})\w+")


class IniFile:
    """What is to be done to one ini file.

    Args:
        text: of the file.
        packages: those that belong to the application; an ``[app:...]`` that uses one of them is the application.

    Attributes:
        edits: what to replace.
        undecided: what people must look at.
        addons: names that are those of add-ons.
        says_defaults: whether an application's settings say whose defaults hold, when the edits are made.
    """

    def __init__(self, text: str, packages: Collection[str] = ()) -> None:
        self.text = text
        self.packages = {_plain(package) for package in packages}
        self.edits: list[Edit] = []
        self.undecided: list[Undecided] = []
        self.addons: set[str] = set()
        self.says_defaults = False
        self._section: _Section | None = None
        start = 0
        for number, line in enumerate(text.splitlines(keepends=True), start=1):
            self._look_at(number, start, line)
            start += len(line)
        self._end_section()

    @property
    def rewritten(self) -> str:
        """The file as it shall be."""
        return edited(self.text, self.edits)

    def _look_at(self, number: int, start: int, line: str) -> None:
        if line.lstrip()[:1] in ("#", ";", ""):
            return
        header = _SECTION.match(line)
        if header is not None:
            self._end_section()
            self._section = _Section(header["name"].strip(), start + len(line))
            return
        entry = None if line[0].isspace() else _ENTRY.match(line)
        if entry is not None and self._section is not None:
            self._section.take(entry["key"], entry["value"].strip(), start + len(line))
        self._rename_in(number, start, line)

    def _rename_in(self, number: int, start: int, line: str) -> None:
        """Rename all names of a line that are ours; one that isn't leaves the line to people."""
        self.addons.update(ADDON.findall(line))
        is_own_default = DEFAULTS[0] in line
        left = False
        for match in _NAME.finditer(line):
            if not says_it(match[0]):
                continue
            ours = renamed(match[0].rstrip(".:"))
            if ours is not None:
                where = start + match.start()
                self.edits.append(Edit(where, where + len(match[0].rstrip(".:")), ours))
            elif not is_own_default:
                left = True
        if left:
            self.undecided.append(Undecided(number, line.strip(), why_left(line)))

    def _end_section(self) -> None:
        """Let the section of an application say whose defaults hold, unless it does."""
        section = self._section
        if section is None or not section.name.startswith("app:"):
            return
        if DEFAULTS[0] in section.keys:
            self.says_defaults = True
        elif _plain(section.package) in self.packages or any(_KEY.fullmatch(key) for key in section.keys):
            self.says_defaults = True
            before = self.text[: section.insert_at]
            newline = "\r\n" if "\r\n" in self.text else "\n"
            lead = "" if before.endswith("\n") else newline
            entry = f"{lead}{DEFAULTS[0]} = {DEFAULTS[1]}{newline}"
            self.edits.append(Edit(section.insert_at, section.insert_at, entry))


class _Section:
    """A section while it is being read."""

    def __init__(self, name: str, insert_at: int) -> None:
        self.name = name
        self.insert_at = insert_at
        self.keys: set[str] = set()
        self.package = ""

    def take(self, key: str, value: str, end: int) -> None:
        """Take note of an entry that ends at some place."""
        self.keys.add(key)
        if key == "use":
            use = _USE.match(value)
            self.package = "" if use is None else use["package"].partition(".")[0]
            self.insert_at = end


def _plain(package: str) -> str:
    return package.lower().replace("-", "_")
