"""What people install: wheel and source archive are built, and serve the README's four lines from an empty environment."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")

#: The first program of the README, as a newcomer copies it.
FOUR_LINES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[0]

#: For programs that shall know nothing of this checkout or of the tests around them.
CLEAN_ENVIRON = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("PYTHON", "COV", "GOLDILOCKS", "PYRAMID", "VIRTUAL_ENV"))
}


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command; when it fails, its own words are the test's."""
    answer = subprocess.run(
        list(map(str, command)), cwd=cwd, env=CLEAN_ENVIRON, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Build the source archive, and of it the wheel, as a release does."""
    pytest.importorskip("build", reason="build isn't installed; `make test` installs it")
    source, target = tmp_path_factory.mktemp("source") / "goldilocks", tmp_path_factory.mktemp("dist")
    # a copy, because building leaves things behind; and other tests may build at the same time
    shutil.copytree(
        ROOT, source, ignore=shutil.ignore_patterns(".*", "*.egg-info", "__pycache__", "build", "dist", "var")
    )
    run(sys.executable, "-m", "build", "--outdir", target, source, cwd=target)
    [wheel], [sdist] = target.glob("*.whl"), target.glob("*.tar.gz")
    return {"wheel": wheel, "sdist": sdist}


@contextmanager
def serving(python: Path, folder: Path) -> Iterator[str]:
    """Serve ``hello.py`` of a folder on a free port, and hand out the address."""
    command = [python.parent / "goldilocks", "serve", "hello.py", "--port", "0"]
    with subprocess.Popen(
        command, cwd=folder, env=CLEAN_ENVIRON, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        try:
            assert server.stdout is not None
            said = ""
            for line in server.stdout:
                said += line
                if address := re.search(r"http://[\w.\[\]]+:\d+", line):
                    yield address[0]
                    return
            pytest.fail(f"the server stopped before it said where it is:\n{said}")
        finally:
            server.terminate()


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_four_lines_are_served_from_an_empty_environment(
    kind: str, archives: dict[str, Path], tmp_path: Path
) -> None:
    """The package alone, without extras, serves the README's first program; so does the source archive."""
    environment = tmp_path / "env"
    venv.create(environment, with_pip=True)
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    run(python, "-m", "pip", "install", "--quiet", archives[kind], cwd=tmp_path)
    (tmp_path / "hello.py").write_text(FOUR_LINES, "utf-8")
    with (
        serving(python, tmp_path) as address,
        urllib.request.urlopen(f"{address}/hello/goldi", timeout=20) as answer,
    ):
        assert (answer.status, answer.read()) == (200, b'{"hello": "goldi"}')


def test_wheel_holds_the_whole_package(archives: dict[str, Path]) -> None:
    """Every file of the package is in the wheel, the mark of its types and what isn't Python included; nothing else is."""
    with zipfile.ZipFile(archives["wheel"]) as wheel:
        held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    files = {path for path in (ROOT / "goldilocks").rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert held == {path.relative_to(ROOT).as_posix() for path in files}
    assert "goldilocks/py.typed" in held


def test_source_archive_holds_tests_and_licence(archives: dict[str, Path]) -> None:
    """Who gets the source archive can read it, test it and see the demo, and isn't told who built it."""
    with tarfile.open(archives["sdist"]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
        owners = {member.uname for member in sdist.getmembers()}
    assert names >= {
        "LICENSE",
        "Makefile",
        "setup.cfg",
        "tests/test_packaging.py",
        "examples/handbook/README.md",
    }
    assert owners == {"root"}


def test_four_lines_are_the_first_example() -> None:
    """The README's first program is ``examples/hello.py``, and four lines, blank ones aside."""
    example = (ROOT / "examples/hello.py").read_text("utf-8")
    shown, served = ([line for line in text.splitlines() if line] for text in (FOUR_LINES, example))
    assert shown == served
    assert len(shown) == 4
