"""The plan of the house, held by machine: who may import whom, and what no file may do.

``LAYERS`` is the list of DESIGN. A file imports only from lower layers, or within its layer from files that stand before
it; imports for type checkers count like any others, because they too say who knows whom. A new file takes its
place here, and in the list it can be read what it may lean on.
"""

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "goldilocks"

#: The layers, the ground first; within a layer the order in which files may lean on each other. ``.`` is the
#: package's own ``__init__.py``; ``cli.*`` are all files of a folder, which may lean on each other freely.
LAYERS = {
    "ground": """
        . late changes collector interfaces types decorator requesttype location codecache characters encode frames headers localurl names ordering settings limits path asset resource offers util acl
        owncookies ranges requestheaders
    """,
    "record and words": "introspection lateroutes registry threadlocal signing events filebodies response vary httpexceptions exceptions",
    "who": "security authorization authentication csrf crossorigin session catalogues i18n",
    "where": """
        charsets traversal.paths traversal.traverser traversal.finding traversal.resourceurl traversal
        pathmaker routepattern routeorder viewindex route routetable urldispatch viewset viewtable viewcalls url hosts glance requestchecks edge spool bodies partheaders forms fields cookies jsonbody readers request
    """,
    "what": "renderers steadyrenderer templatecode templatescan templates static tweens parameters predicates methods pipeline viewderivers view",
    "engine": "reticence explanation explain debugpages dummies wsgi outlet headerplaces plans rescue failure express router",
    "language": """
        config.places config.conflicts config.actions config.statement config.mistakes config.predicates config.derivers config.acceptorder config.staticviews
        config.viewparts config.lateviews config.views config.exceptionviews config.routes config.assets config.security config.adapters
        config.factories config.tweens config.i18n config.settings config.rendering config.testing config.zca
        config.scan config.defaults config.configurator config.whole config
    """,
    "doors": "testing scripting paster compat migrate.* cli.* scripts.* __main__",
    "add-ons": "addons.*",
}

#: Imports inside a function, each with its reason; there is no other way in than by this list.
LATE_IMPORTS = {
    (
        "config.rendering",
        "goldilocks.templates",
    ): "Chameleon takes long to import, and not every application has templates",
    ("path", "importlib.resources"): "takes long to import, and is only needed for packages in archives",
    ("config.zca", "zope.component"): "an extra that only applications bring which hook it",
    ("config.defaults", "goldilocks.debugpages"): "much to load, and only used where goldilocks.debug is on",
    ("failure", "goldilocks.debugpages"): "much to load, and only used where goldilocks.debug is on",
}

#: The only files that spell the name of the framework whose applications run here.
SPELLS_THE_NAME = {"names", "compat"}

LONGEST_FUNCTION_LINES = 60


def module_of(path: Path) -> str:
    """Return the name of a file of the package, without ``goldilocks.``: ``config.views``, ``config``, ``.``."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts) or "."


FILES = {module_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}
TREES = {module: ast.parse(path.read_text("utf-8")) for module, path in FILES.items()}
PLACES = [entry for layer in LAYERS.values() for entry in layer.split()]


def place(module: str) -> int:
    """Return where a file stands in the list; -1 for nowhere."""
    for index, entry in enumerate(PLACES):
        if entry == module or (entry.endswith(".*") and f"{module}.".startswith(entry[:-1])):
            return index
    return -1


def imports(tree: ast.AST) -> Iterator[str]:
    """Return the full names of all modules that are imported below a node."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno} imports relatively; write the whole name"
            assert node.module is not None
            yield from (_meant(node.module, alias.name) for alias in node.names)


def _meant(module: str, name: str) -> str:
    """Return the submodule that ``from module import name`` takes, or the module itself."""
    submodule = f"{module}.{name}"
    return submodule if submodule.removeprefix("goldilocks.") in FILES else module


def own_imports(module: str) -> set[str]:
    """Return what a file imports of the package."""
    found = set()
    for name in imports(TREES[module]):
        if name == "goldilocks":
            found.add(".")
        elif name.startswith("goldilocks."):
            found.add(name.removeprefix("goldilocks."))
    return found


@pytest.mark.parametrize("module", FILES)
def test_file_leans_on_what_stands_below_it(module: str) -> None:
    """A file imports from lower layers, or within its layer from files listed before it."""
    here = place(module)
    assert here >= 0, f"{module} has no place in the list of layers: choose the lowest that it can stand in"
    for other in own_imports(module):
        there = place(other)
        is_same_folder = there == here and PLACES[here].endswith(".*")
        assert there < here or is_same_folder, f"{module} imports {other}, which stands above it"


def test_list_names_files_that_exist() -> None:
    """Every place in the list belongs to a file, once; a folder's place may wait for its files."""
    assert len(PLACES) == len(set(PLACES))
    assert {entry for entry in PLACES if not entry.endswith(".*")} <= FILES.keys()


def test_layers_make_no_circle() -> None:
    """Files in the folders that are listed as a whole don't import each other in a circle, either."""
    waiting = {
        module: {other for other in own_imports(module) if other in FILES} - {module} for module in FILES
    }
    while free := [module for module, others in waiting.items() if not others]:
        waiting = {module: others - set(free) for module, others in waiting.items() if module not in free}
    assert waiting == {}


@pytest.mark.parametrize("module", FILES)
def test_no_import_hides_in_a_function(module: str) -> None:
    """Imports stand at the head of a file; inside a function they would hide a circle."""
    for function in _functions(TREES[module]):
        for name in imports(function):
            assert (module, name) in LATE_IMPORTS, f"{module}.{function.name} imports {name}"


@pytest.mark.parametrize("module", FILES)
def test_late_modules_are_imported_for_type_checkers(module: str) -> None:
    """What is imported when it is used stands among the imports, so that it counts as one above."""
    late = {
        call.args[0].value
        for call in ast.walk(TREES[module])
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "late_module"
        if isinstance(call.args[0], ast.Constant)
    }
    for call in ast.walk(TREES[module]):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "late_names":
            late.update(ast.literal_eval(call.args[1]).values())
    assert late <= set(imports(TREES[module]))


@pytest.mark.parametrize("module", FILES)
def test_nothing_imports_pkg_resources(module: str) -> None:
    """Assets are found through importlib; pkg_resources is slow, and gone from new environments."""
    assert not any(name.split(".")[0] == "pkg_resources" for name in imports(TREES[module]))


@pytest.mark.parametrize("module", sorted(FILES.keys() - SPELLS_THE_NAME))
def test_name_is_spelled_in_one_table(module: str) -> None:
    """What has Pyramid's spelling comes from ``names.py``, where it can be seen in one place.

    Prose may speak of Pyramid, with a capital letter.
    """
    lines = enumerate(FILES[module].read_text("utf-8").splitlines(), start=1)
    assert [number for number, line in lines if "pyramid" in line] == []


@pytest.mark.parametrize("module", FILES)
def test_functions_fit_on_a_screen(module: str) -> None:
    """No function is longer than 60 lines, its docstring not counted."""
    long = [
        f"{function.name}: {length} lines"
        for function in _functions(TREES[module])
        if (length := _length_lines(function)) > LONGEST_FUNCTION_LINES
    ]
    assert long == []


@pytest.mark.parametrize("module", FILES)
def test_file_opens_with_a_paragraph(module: str) -> None:
    """A file says first what lives in it."""
    assert ast.get_docstring(TREES[module]), f"{module} has no docstring"


Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def _length_lines(function: Function) -> int:
    """Return how many lines a function has without its docstring."""
    assert function.end_lineno is not None
    length = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function) is not None:
        docstring = function.body[0]
        assert docstring.end_lineno is not None
        length -= docstring.end_lineno - docstring.lineno + 1
    return length


def test_layers_are_walked_in_order() -> None:
    """The checks above read the list as it is meant: a folder's package stands behind its files."""
    assert all(
        place(lower) < place(upper) for lower, upper in pairwise(["util", "registry", "request", "router"])
    )
    assert place("traversal.paths") < place("traversal")
    assert place("cli") == place("cli.serve") == place("cli.*")
