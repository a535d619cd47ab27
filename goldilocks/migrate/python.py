"""Python source: where a module names what was Pyramid's, and what to write there.

The syntax tree says what a word is (an import, a name bound by one, a string that isn't prose); only the words are replaced.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from typing import Any

from goldilocks.migrate.words import (
    ADDON,
    DEFAULTS,
    WORD,
    Edit,
    Undecided,
    edited,
    is_module,
    missing_names,
    respelled,
    says_it,
    why_left,
)
from goldilocks.names import GOLDILOCKS, PYRAMID, dotted

#: Lines as Python counts them.
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")

#: What stands before the module's name in ``from module import ...``.
_FROM = re.compile(r"from(?:\s|\\)+")

#: Keywords whose value means the same under both spellings.
_CATEGORIES = ("category", "categories")

#: The class that takes an application's settings, and where it is.
_CONFIGURATOR = "Configurator"
_CONFIG_MODULES = (f"{PYRAMID}.config", f"{GOLDILOCKS}.config")

_SAID_ELSEWHERE = (
    f"say {DEFAULTS[0]} = {DEFAULTS[1]} in these settings, so that all defaults stay as they were"
)


class PythonFile:
    """What is to be done to one Python source.

    Args:
        text: the source.
        is_application: whether what it says to a Configurator is said for an application, and not for a test.

    Attributes:
        edits: what to replace.
        undecided: what people must look at.
        imported: the packages that it imports.
        addons: names of add-ons that it includes.
        named: words in its strings that may be names of add-ons.

    Raises:
        SyntaxError: it is no Python, or that of another version.
    """

    def __init__(self, text: str, is_application: bool = True) -> None:
        self.text = text
        self.is_application = is_application
        self.edits: list[Edit] = []
        self.undecided: list[Undecided] = []
        self.imported: set[str] = set()
        self.addons: set[str] = set()
        self.named: set[str] = set()
        self._lines = _LINES.findall(text)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))
        with warnings.catch_warnings(action="ignore"):  # of the source; its own people see them often enough
            tree = ast.parse(text)
        self._nodes = list(ast.walk(tree))
        self._prose = set(self._prose_nodes())
        self._configurators = set(self._configurator_names())
        for node in self._nodes:
            look = _LOOKS.get(type(node))
            if look is not None:
                look(self, node)
        self._rename_uses()
        self.undecided.sort(key=lambda each: each.line)

    @property
    def rewritten(self) -> str:
        """The source as it shall be."""
        return edited(self.text, self.edits)

    # -- places

    def _at(self, line: int, column_bytes: int) -> int:
        """Return the place of a line and column of the syntax tree, which counts bytes."""
        before = self._lines[line - 1].encode()[:column_bytes].decode()
        return self._starts[line - 1] + len(before)

    def _span(self, node: Any) -> tuple[int, int]:
        return self._at(node.lineno, node.col_offset), self._at(node.end_lineno, node.end_col_offset)

    def _rename_at(self, start: int) -> None:
        self.edits.append(Edit(start, start + len(PYRAMID), GOLDILOCKS))

    def _leave(self, line: int, why: str, is_about_defaults: bool = False) -> None:
        self.undecided.append(Undecided(line, self._lines[line - 1].strip(), why, is_about_defaults))

    # -- what is known beforehand

    def _prose_nodes(self) -> Iterator[ast.AST]:
        """Return strings that stay: docstrings, notes below attributes, and venusian's categories."""
        for node in self._nodes:
            if isinstance(node, ast.Expr) or (isinstance(node, ast.keyword) and node.arg in _CATEGORIES):
                yield node.value

    def _configurator_names(self) -> Iterator[str]:
        """Return the words by which this source calls the Configurator."""
        yield from (f"{module}.{_CONFIGURATOR}" for module in _CONFIG_MODULES)
        for node in self._nodes:
            if isinstance(node, ast.ImportFrom) and node.module in (PYRAMID, GOLDILOCKS, *_CONFIG_MODULES):
                for alias in node.names:
                    name = alias.asname or alias.name
                    if alias.name == _CONFIGURATOR:
                        yield name
                    elif alias.name == "config":
                        yield f"{name}.{_CONFIGURATOR}"

    # -- imports, and the names that they bind

    def _look_at_import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.imported.add(alias.name.partition(".")[0])
            if dotted(alias.name) == alias.name:
                continue
            if is_module(alias.name):
                self._rename_at(self._at(alias.lineno, alias.col_offset))
            else:
                self._leave(alias.lineno, f"there is no {dotted(alias.name)}")

    def _look_at_import_from(self, node: ast.ImportFrom) -> None:
        if node.level or node.module is None:
            return
        self.imported.add(node.module.partition(".")[0])
        ours = dotted(node.module)
        if ours == node.module:
            return
        if not is_module(node.module):
            self._leave(node.lineno, f"there is no {ours}")
            return
        missing = missing_names(node.module, [alias.name for alias in node.names])
        if missing:
            self._leave(node.lineno, f"{ours} has no {', '.join(missing)}")
            return
        head = _FROM.match(self.text, self._span(node)[0])
        assert head is not None  # the tree says so
        self._rename_at(head.end())

    def _rename_uses(self) -> None:
        """Rename the uses of the package's name, if only imports bind it."""
        uses = [node for node in self._nodes if isinstance(node, ast.Name) and node.id == PYRAMID]
        is_imported = any(
            alias.asname is None and alias.name.partition(".")[0] == PYRAMID
            for node in self._nodes
            if isinstance(node, ast.Import)
            for alias in node.names
        )
        if not is_imported:
            return
        is_bound_otherwise = any(_binds(node) for node in self._nodes)
        for node in uses:
            if is_bound_otherwise:
                self._leave(node.lineno, "this name is that of a module, and of something else in this file")
            else:
                self._rename_at(self._span(node)[0])

    # -- strings

    def _look_at_string(self, node: ast.Constant) -> None:
        if not isinstance(node.value, str) or node in self._prose:
            return
        self.named.update(ADDON.findall(node.value))
        if not says_it(node.value) or self._is_own_default(node):
            return
        start, end = self._span(node)
        source = self.text[start:end]
        wanted = respelled(node.value)
        pieces = [(match.start(), match.end()) for match in WORD.finditer(source)]
        rewritten = WORD.sub(GOLDILOCKS, source)
        if wanted is not None and ast.literal_eval(f"({rewritten})") == wanted:
            self.edits += [Edit(start + first, start + last, GOLDILOCKS) for first, last in pieces]
        else:
            offset = pieces[0][0] if pieces else 0
            line = node.lineno + len(_LINES.findall(source[:offset] + ".")) - 1
            self._leave(line, why_left(node.value))

    def _look_at_template(self, node: ast.AST) -> None:
        """Look at an f-string or its like; what is put together is for people."""
        parts = [each for each in ast.walk(node) if isinstance(each, ast.Constant)]
        self._prose.update(parts)
        said = [part for part in parts if isinstance(part.value, str) and says_it(part.value)]
        if said:
            self._leave(said[0].lineno, why_left(""))

    def _is_own_default(self, node: ast.Constant) -> bool:
        """Tell whether this is the value that this very command writes."""
        return node.value == DEFAULTS[1] and DEFAULTS[0] in self._lines[node.lineno - 1]

    # -- the Configurator

    def _look_at_call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Attribute) and node.func.attr == "include":
            self.addons.update(ADDON.findall(" ".join(map(ast.unparse, node.args)).replace("'", " ")))
        if not self.is_application or ast.unparse(node.func) not in self._configurators:
            return
        settings = next((each.value for each in node.keywords if each.arg == "settings"), None)
        if isinstance(settings, ast.Dict):
            self._say_in(settings)
        elif settings is not None or any(each.arg is None for each in node.keywords):
            self._leave(node.lineno, _SAID_ELSEWHERE, is_about_defaults=True)
        elif not node.args and all(each.arg != "registry" for each in node.keywords):
            self._say_beside(node)

    def _say_in(self, settings: ast.Dict) -> None:
        """Write the entry into the settings, before all others and laid out like the first of them."""
        keys = [key.value for key in settings.keys if isinstance(key, ast.Constant)]
        if DEFAULTS[0] in keys:
            return
        start = self._span(settings)[0] + 1
        entry = f'"{DEFAULTS[0]}": "{DEFAULTS[1]}"'
        indent = re.match(r"\s*", self.text[start:])
        assert indent is not None
        if not settings.keys:
            self.edits.append(Edit(start, start, entry))
        elif "\n" in indent[0]:
            self.edits.append(Edit(start, start, f"{indent[0]}{entry},"))
        else:
            self.edits.append(Edit(start, start, f"{entry}, "))

    def _say_beside(self, node: ast.Call) -> None:
        """Write settings as the last argument."""
        argument = f'settings={{"{DEFAULTS[0]}": "{DEFAULTS[1]}"}}'
        if node.keywords:
            place = max(self._span(each)[1] for each in node.keywords)
            self.edits.append(Edit(place, place, f", {argument}"))
        else:
            place = self.text.index("(", self._span(node.func)[1]) + 1
            self.edits.append(Edit(place, place, argument))


def _binds(node: ast.AST) -> bool:
    """Tell whether a node gives the package's name to something else."""
    if isinstance(node, ast.Name):
        return node.id == PYRAMID and not isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.Import):
        return any(alias.asname == PYRAMID for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return any((alias.asname or alias.name) == PYRAMID for alias in node.names)
    names = [getattr(node, field, None) for field in ("arg", "name", "rest")]
    return isinstance(node, _BINDING) and PYRAMID in names


_BINDING = (
    ast.arg,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.ExceptHandler,
    ast.MatchAs,
    ast.MatchStar,
    ast.MatchMapping,
)

#: What is looked at.
_LOOKS: dict[type[ast.AST], Any] = {
    ast.Import: PythonFile._look_at_import,
    ast.ImportFrom: PythonFile._look_at_import_from,
    ast.Constant: PythonFile._look_at_string,
    ast.JoinedStr: PythonFile._look_at_template,
    getattr(ast, "TemplateStr", ast.JoinedStr): PythonFile._look_at_template,  # from Python 3.14 on
    ast.Call: PythonFile._look_at_call,
}
