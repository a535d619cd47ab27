"""Rewriting Python."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldilocks.migrate.python import PythonFile


def migrated(source, **options):
    """Return the rewritten source, and what is left of it: line and reason."""
    python = PythonFile(textwrap.dedent(source), **options)
    again = PythonFile(python.rewritten, **options)
    assert again.rewritten == python.rewritten
    return python.rewritten, [(each.line, each.why) for each in python.undecided]


def left(source):
    """Return the lines that are left of a source that stays as it is."""
    rewritten, undecided = migrated(source)
    assert rewritten == textwrap.dedent(source)
    return [line for line, _ in undecided]


# --- Imports -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import pyramid", "import goldilocks"),
        (
            "import os, pyramid.view as view , pyramid.config",
            "import os, goldilocks.view as view , goldilocks.config",
        ),
        ("from pyramid import view, httpexceptions as e", "from goldilocks import view, httpexceptions as e"),
        ("from pyramid.view import *  # pyramid", "from goldilocks.view import *  # pyramid"),
        (
            "from  \\\n  pyramid.view import (\n  view_config,\n)",
            "from  \\\n  goldilocks.view import (\n  view_config,\n)",
        ),
        ("if 1:\n\tfrom pyramid.view import view_config", "if 1:\n\tfrom goldilocks.view import view_config"),
        ("é = 'ü'; import pyramid.view\r\n", "é = 'ü'; import goldilocks.view\r\n"),
        (
            "import pyramid.view\ndef f():\n    pyramid.view.view_config",
            "import goldilocks.view\ndef f():\n    goldilocks.view.view_config",
        ),
        ("import pyramid\nx = f'{pyramid.view}'", "import goldilocks\nx = f'{goldilocks.view}'"),
        (
            "x = 1\n\x0cfrom pyramid.view import render_view",
            "x = 1\n\x0cfrom goldilocks.view import render_view",
        ),
    ],
)
def test_imports(before, after):
    """Imports and the uses of the name that they bind are renamed; everything else stays as it is."""
    assert migrated(before) == (after, [])


@pytest.mark.parametrize(
    "source",
    [
        "from pyramid_tm import x",
        "import pyramid_tm.y",
        "from . import pyramid",
        "from .pyramid import view",
        "pyramid = 1\nprint(pyramid.view)",
        "import other as pyramid\npyramid.view",
    ],
)
def test_other_imports(source):
    """Add-ons, the application's own modules and other things of that name stay."""
    assert left(source) == []


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("import pyramid.sausage", "there is no goldilocks.sausage"),
        ("from pyramid.sausage import x", "there is no goldilocks.sausage"),
        (
            "from pyramid.view import veiw_config",
            "goldilocks.view has no veiw_config; did you mean 'view_config'?",
        ),
    ],
)
def test_what_is_not_here(source, why):
    """An import of what isn't here is left."""
    assert migrated(source) == (source, [(1, why)])


@pytest.mark.parametrize(
    "binding",
    [
        "pyramid = 1",
        "def pyramid(): pass",
        "async def pyramid(): pass",
        "class pyramid: pass",
        "def f(pyramid): pass",
        "f = lambda *pyramid: 1",
        "from x import pyramid",
        "from x import y as pyramid",
        "import x as pyramid",
        "try:\n    pass\nexcept ValueError as pyramid:\n    pass",
        "match 1:\n    case pyramid:\n        pass",
        "match 1:\n    case [*pyramid]:\n        pass",
        "match 1:\n    case {**pyramid}:\n        pass",
    ],
)
def test_name_of_two_things(binding):
    """Where the name is bound otherwise, too, its uses are left."""
    source = f"import pyramid.view\nprint(pyramid)\n{binding}\n"
    rewritten, undecided = migrated(source)
    assert rewritten == source.replace("import pyramid.view", "import goldilocks.view")
    assert (2, "this name is that of a module, and of something else in this file") in undecided


# --- Strings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("f('pyramid.tweens.EXCVIEW')", "f('goldilocks.tweens.EXCVIEW')"),
        ("f(u'pyramid.view:view_config')", "f(u'goldilocks.view:view_config')"),
        ("f('''pyramid.view\n   pyramid_tm.x''')", "f('''goldilocks.view\n   pyramid_tm.x''')"),
        ("f('pyra' 'mid.view', 'pyramid.' 'view')", None),
        ("f('pyramid.view'  # here\n  '.view_config')", "f('goldilocks.view'  # here\n  '.view_config')"),
        ("s['pyramid.reload_templates'] = 'pyramid_x.y'", "s['goldilocks.reload_templates'] = 'pyramid_x.y'"),
    ],
)
def test_strings(before, after):
    """Strings that are names here are rewritten, quotes and comments around them kept."""
    rewritten, undecided = migrated(before)
    if after is None:
        assert [line for line, _ in undecided] == [1]
    else:
        assert (rewritten, undecided) == (after, [])


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("'''pyramid.view'''", []),
        ("def f():\n    'pyramid'\n\n    'pyramid.view'", []),
        ("x = 1\n'''pyramid.view'''", []),
        ("x = 'see pyramid.view'", [1]),
        ("x = '''a\nb\npyramid'''", [3]),
        ("x = f'pyramid.{y}'", [1]),
        ("x = f'{y}' 'pyramid'", [1]),
        ("x = f'{y} a'", []),
        ("x = '\\x70yramid.view'", [1]),
        ("x = b'pyramid'", []),
        ("x = {'goldilocks.defaults': 'pyramid'}", []),
        ("venusian.attach(x, y, category='pyramid')", []),
        ("x = 'a pyramid'  # pyramid", [1]),
    ],
)
def test_strings_that_stay(source, lines):
    """Prose stays, and what can't be decided is listed."""
    assert left(source) == lines


def test_requirement_in_setup():
    """A requirement is told what it is called here."""
    _, undecided = migrated("setup(install_requires=['pyramid >= 2', 'pyramid_tm'])")
    assert [(line, "goldilocks-framework" in why) for line, why in undecided] == [(1, True)]


# --- The Configurator ----------------------------------------------------------------------------------------------

IMPORT = "from goldilocks.config import Configurator"
ENTRY = '"goldilocks.defaults": "pyramid"'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Configurator()", f"Configurator(settings={{{ENTRY}}})"),
        ("Configurator( )", f"Configurator(settings={{{ENTRY}}} )"),
        ("Configurator(\n    package=1,\n)", f"Configurator(\n    package=1, settings={{{ENTRY}}},\n)"),
        ("Configurator(settings={})", f"Configurator(settings={{{ENTRY}}})"),
        ("Configurator(settings={'a': 1})", f"Configurator(settings={{{ENTRY}, 'a': 1}})"),
        ("Configurator(settings={**a})", f"Configurator(settings={{{ENTRY}, **a}})"),
        (
            "Configurator(settings={\n    'a': 1,\n})",
            f"Configurator(settings={{\n    {ENTRY},\n    'a': 1,\n}})",
        ),
        (f"Configurator(settings={{{ENTRY}}})", f"Configurator(settings={{{ENTRY}}})"),
        ("Configurator(registry=1)", "Configurator(registry=1)"),
        ("Configurator(1)", "Configurator(1)"),
        ("Other()", "Other()"),
    ],
)
def test_configurator(before, after):
    """A Configurator is told whose defaults hold."""
    assert migrated(f"{IMPORT}\n{before}\n") == (f"{IMPORT}\n{after}\n", [])


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("from pyramid.config import Configurator as C", "C"),
        ("from pyramid import config", "config.Configurator"),
        ("from pyramid import config as c", "c.Configurator"),
        ("import pyramid.config", "pyramid.config.Configurator"),
    ],
)
def test_names_of_the_configurator(head, name):
    """It is found by whatever name."""
    rewritten, _ = migrated(f"{head}\n{name}()\n")
    assert ENTRY in rewritten


@pytest.mark.parametrize("argument", ["settings=settings", "**options"])
def test_settings_from_elsewhere(argument):
    """Settings that are made elsewhere are left to people, unless an ini file has them."""
    python = PythonFile(f"{IMPORT}\nConfigurator({argument})")
    assert [(each.line, each.is_about_defaults) for each in python.undecided] == [(2, True)]


def test_configurator_in_tests():
    """What tests say to a Configurator stays."""
    source = f"{IMPORT}\nConfigurator()"
    assert migrated(source, is_application=False) == (source, [])


# --- What else is found out ----------------------------------------------------------------------------------------


def test_addons():
    """Add-ons are found where they are imported, included and named."""
    python = PythonFile(
        "import pyramid_a.x\nfrom pyramid_b import y\nconfig.include('pyramid_c')\nz = 'pyramid_d.e pyramid_f'\nimport os.path"
    )
    assert python.imported == {"pyramid_a", "pyramid_b", "os"}
    assert python.addons == {"pyramid_c"}
    assert python.named == {"pyramid_c", "pyramid_d", "pyramid_f"}


def test_no_python():
    """A source that is no Python is refused."""
    with pytest.raises(SyntaxError):
        PythonFile("print 'pyramid'")


def test_warnings_of_the_source():
    """What Python would warn of in the source is not ours to tell."""
    assert PythonFile("x = '\\d pyramid'").rewritten == "x = '\\d pyramid'"


@given(
    st.lists(
        st.sampled_from(
            [
                "import pyramid.view",
                "from pyramid.config import Configurator as Configurator",
                "config = Configurator(settings={'pyramid.includes': 'pyramid_tm'})",
                "x = pyramid.view.view_config",
                "y = 'pyramid.view'",
                "# pyramid é",
                "z = 'é pyramid', '''\npyramid.view'''",
                "",
            ]
        )
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_only_words_change(lines, newline):
    """Whatever is rewritten has as many lines as before, the same comments, and is Python; a second run does nothing."""
    source = newline.join([line.replace("\n", newline) for line in lines])
    once = PythonFile(source).rewritten
    assert once.count(newline) == source.count(newline)
    assert once.count("# pyramid é") == source.count("# pyramid é")
    assert PythonFile(once).rewritten == once
