"""All files of an application."""

from __future__ import annotations

import codecs
from importlib.metadata import PackageNotFoundError

import pytest

from goldilocks.migrate import project
from goldilocks.migrate.project import read_project


@pytest.fixture
def write(tmp_path):
    """Return a function that writes files into the folder of an application, which it returns."""

    def write(files):
        for name, content in files.items():
            path = tmp_path / "shop" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path / "shop"

    return write


def told(found):
    return {file.name: [each.line for each in file.undecided] for file in found.files}


def test_files_of_an_application(write):
    """Python and ini files are rewritten, others are read."""
    root = write(
        {
            "shop/__init__.py": "from pyramid.view import view_config\n",
            "shop.ini": "[app:main]\nuse = egg:shop\n# pyramid\n",
            "setup.cfg": "[options]\ninstall_requires = pyramid\n",
            "pyproject.toml": '# pyramid\ndependencies = [\n  "pyramid",\n]\n',
            "page.pt": "<p>a pyramid</p>\n<?python import pyramid?>\n${load: pyramid.view}\n",
            "MANIFEST.in": "pyramid",
            "README.rst": "pyramid\n",
            "plain.py": "x = 1\n",
        }
    )
    found = read_project(root)
    assert [file.name for file in found.changed] == ["shop.ini", "shop/__init__.py"]
    assert told(found) == {
        "MANIFEST.in": [1],
        "page.pt": [2, 3],
        "pyproject.toml": [3],
        "setup.cfg": [2],
        "shop.ini": [],
        "shop/__init__.py": [],
    }
    assert (found.looked_at, len(found.undecided)) == (7, 5)


@pytest.mark.parametrize("folder", [".git", "venv", "build", "x.egg-info", "__pycache__", "node_modules"])
def test_folders_that_are_skipped(write, folder):
    """What isn't source of the application is not read."""
    root = write({f"{folder}/a.py": "import pyramid\n"})
    assert read_project(root).looked_at == 0


def test_environments_and_links_are_skipped(write, tmp_path):
    """A virtual environment is known by its file; links lead to what is found elsewhere."""
    root = write({"mine/pyvenv.cfg": "", "mine/a.py": "import pyramid\n", "b.py": "import pyramid\n"})
    (root / "link.py").symlink_to(root / "b.py")
    (root / "folder").symlink_to(root / "mine")
    assert [file.name for file in read_project(root).files] == ["b.py"]


def test_one_file(write):
    """A single file can be named."""
    root = write({"a.py": "import pyramid\n", "b.py": "import pyramid\n"})
    assert [file.name for file in read_project(root / "a.py").files] == ["a.py"]


@pytest.mark.parametrize(
    "content",
    [
        b"import pyramid\nprint 'x'\n",
        b"# coding: klingon\nimport pyramid\n",
        b"import pyramid # \xff\n",
        b"import pyramid\x00\n",
    ],
)
def test_file_that_cannot_be_read(write, content):
    """A file that can't be read is left alone, and told."""
    root = write({"a.py": content, "b.py": "import pyramid\n"})
    found = read_project(root)
    assert [(file.name, file.is_changed) for file in found.unread] == [("a.py", False)]
    for file in found.changed:
        file.write()
    assert (root / "a.py").read_bytes() == content


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.py", "# coding: latin-1\n# é\nimport pyramid\n".encode("latin-1")),
        ("a.py", codecs.BOM_UTF8 + b"import pyramid\r\n"),
        ("a.ini", codecs.BOM_UTF8 + "[é]\r\npyramid.reload_all = é\r\n".encode()),
        ("a.ini", "[é]\npyramid.reload_all = é\n".encode()),
    ],
)
def test_bytes_stay(write, name, content):
    """Encodings, marks and line ends stay as they are."""
    root = write({name: content})
    found = read_project(root)
    found.changed[0].write()
    assert found.changed[0].path.read_bytes() == content.replace(b"pyramid", b"goldilocks")
    assert read_project(root).changed == []


def test_diff(write):
    """The change is shown as a diff."""
    (file,) = read_project(write({"a.py": "import os\r\nimport pyramid\r\n"})).changed
    assert file.diff() == [
        "--- a/a.py",
        "+++ b/a.py",
        "@@ -1,2 +1,2 @@",
        " import os",
        "-import pyramid",
        "+import goldilocks",
    ]


APP = "from pyramid.config import Configurator\ndef main(global_config, **settings):\n    Configurator(settings=settings)\n"


def test_defaults_in_the_ini_file(write):
    """Where the ini file of the application says whose defaults hold, the Configurator needn't."""
    root = write({"shop/__init__.py": APP})
    assert told(read_project(root)) == {"shop/__init__.py": [3]}
    write({"shop.ini": "[app:main]\nuse = egg:shop\n"})
    assert told(read_project(root)) == {"shop/__init__.py": [], "shop.ini": []}


def test_templates_of_ini_files(write):
    """What ini files are made of is rewritten like one, also where it has no word of ours yet."""
    root = write(
        {"shop.tpl": "[app:main]\nuse = egg:shop\nhost = {host}\n", "mail.tpl": "pyramid.includes = x\n"}
    )
    found = read_project(root)
    assert told(found) == {"mail.tpl": [1], "shop.tpl": []}
    assert (
        found.changed[0].after == "[app:main]\nuse = egg:shop\ngoldilocks.defaults = pyramid\nhost = {host}\n"
    )


@pytest.mark.parametrize("name", ["tests/a", "shop/test_a", "a_test", "tests", "conftest", "docs/a"])
def test_tests_say_nothing(write, name):
    """What tests say to a Configurator stays."""
    root = write({f"{name}.py": APP.replace("settings=settings", "")})
    assert "goldilocks.defaults" not in read_project(root).files[0].after


class Distributions:
    """Stands in for what is installed."""

    of_packages = {
        "own_words": ["own-words"],
        "helper": ["helper"],
        "gone": ["gone"],
        "pyramid_named": ["n"],
        "os_like": ["o"],
    }
    needed = {
        "helper": ["Pyramid (>=1.5)", "x"],
        "own-words": ["pyramid ; extra == 'x'", "pyramid-tm"],
        "o": None,
    }

    def requires(self, name):
        if name not in self.needed:
            raise PackageNotFoundError(name)
        return self.needed[name]


def test_addons(write, monkeypatch):
    """Add-ons are known by their names, or by what they require; the application itself is none."""
    installed = Distributions()
    monkeypatch.setattr(project, "packages_distributions", lambda: installed.of_packages)
    monkeypatch.setattr(project, "requires", installed.requires)
    root = write(
        {
            "pyramid_shop/__init__.py": "import pyramid, pyramid_tm, helper, own_words, gone, os_like, pyramid_shop\n",
            "a.py": "import pyramid\nx = 'pyramid_named.y pyramid_route'\nconfig.include('pyramid_inc')\n",
            "a.ini": "[x]\npyramid.includes = pyramid_ini\n",
        }
    )
    assert read_project(root).addons == [
        "helper",
        "pyramid_inc",
        "pyramid_ini",
        "pyramid_named",
        "pyramid_tm",
    ]
