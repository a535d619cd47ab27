"""The same applications under Pyramid 2.1 and under goldilocks: status, headers and bodies are the same, row by row.

Each application of ``applications/`` is played by ``runner.py`` three times, in processes of their own: under Pyramid, and under
goldilocks with the defaults ``pyramid`` and ``secure``. Rows that differ stand in ``differing_rows.txt`` below the words of
``docs/differences.md`` that give the reason; a row that stands there and doesn't differ is a failure, too.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from goldilocks.outlet import DEFAULT_HEADERS

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
RUNNER = HERE / "runner.py"
APPLICATIONS = sorted(path.stem for path in HERE.glob("applications/*.py"))
ALL = tuple(APPLICATIONS)
PYRAMID, GOLDILOCKS = "pyramid", "goldilocks"
ALWAYS, SECURE = "always", "secure"


# --- What is asked -------------------------------------------------------------------------------------------------


def requests_of(application: str) -> list[str]:
    """Return the rows of an application, without importing it: it would import the framework."""
    tree = ast.parse((HERE / "applications" / f"{application}.py").read_text("utf-8"))
    names: dict[str, Any] = {}
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id in _TEXTS for target in targets):
            exec(compile(ast.Module([statement], []), application, "exec"), names)
    return _row_names(names["REQUESTS"])


#: The assignments that make up the rows.
_TEXTS = {"REQUESTS", "_ROWS", "_TICKETS"}


def _row_names(text: str) -> list[str]:
    """Do what the runner does; it isn't imported here, since it stops clocks."""
    seen: dict[str, int] = {}
    names = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if not line.startswith("#"):
            seen[line] = seen.get(line, 0) + 1
            names.append(line if seen[line] == 1 else f"{line} ({seen[line]})")
    return names


ROWS = [(application, row) for application in APPLICATIONS for row in requests_of(application)]


class Difference(NamedTuple):
    """Why a row differs, and under which defaults: ``always``, or under ``secure`` only."""

    when: str
    reason: str


def listed_differences() -> dict[tuple[str, str], Difference]:
    """Read ``differing_rows.txt``: a heading ``when: reason``, and below it indented rows ``application :: row``."""
    listed = {}
    heading = Difference("", "")
    for line in (HERE / "differing_rows.txt").read_text("utf-8").splitlines():
        if line.startswith("    "):
            application, _, row = line.strip().partition(" :: ")
            listed[application, row] = heading
        elif line and not line.startswith("#"):
            heading = Difference(*line.split(": ", 1))
    return listed


LISTED = listed_differences()


# --- What is answered ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def pyramid_python(make_environment: Callable[..., Path], shared_requirements: list[str]) -> Path:
    """The interpreter of an environment with the real Pyramid."""
    return make_environment(
        "pyramid-2.1", "pyramid==2.1", "zope.component", "setuptools<82", *shared_requirements
    )


#: What shows in nearly every answer that has a cookie or a token in it; switched off, so that the other differences are
#: seen. It has tests of its own in ``tests/security``.
SWITCHED_OFF = {"GOLDILOCKS_SAFE_COOKIES": "false", "GOLDILOCKS_MASK_CSRF_TOKENS": "false"}


@cache
def play(
    python: str, framework: str, defaults: str, applications: tuple[str, ...], cookies: str = "{}"
) -> dict[str, Any]:
    """Play applications in a process of their own; return their answers and the cookies that they left."""
    environ = {
        **os.environ,
        "PYTHONPATH": str(ROOT) if framework == GOLDILOCKS else "",
        "PYTHONDONTWRITEBYTECODE": "1",
        "GOLDILOCKS_DEFAULTS": defaults,
        **SWITCHED_OFF,
        "COMPAT_COOKIES": cookies,
    }
    done = subprocess.run(
        [python, str(RUNNER), framework, *applications],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environ,
        cwd=HERE,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    result: dict[str, Any] = json.loads(done.stdout)
    answers = {}
    for application, rows in result["answers"].items():
        assert "" not in rows, f"{application} does not start under {framework}: {done.stderr[-3000:]}"
        answers.update({(application, row): comparable(answer, framework) for row, answer in rows.items()})
    return {"answers": answers, "cookies": result["cookies"]}


def comparable(answer: dict[str, Any], framework: str) -> dict[str, Any]:
    """Mask what can't be the same: the framework's own name, where it counts, and addresses of objects."""
    surplus = json.dumps(answer.get("body", "")).count(framework) * (len(framework) - len(PYRAMID))
    text = re.sub(r" at 0x[0-9a-f]+", " at 0x", json.dumps(answer).replace(framework, PYRAMID))
    masked: dict[str, Any] = json.loads(text)
    for header in masked.get("headers", ()):
        if header[0] == "Content-Length":
            header[1] = str(int(header[1]) - surplus)
    return masked


def without_default_headers(answer: dict[str, Any]) -> dict[str, Any]:
    """Leave out the headers that each response of ours has under our own defaults, so that the other differences are seen."""
    if "headers" not in answer:
        return answer
    added = [*(list(pair) for pair in DEFAULT_HEADERS), ["Vary", "Cookie"], ["Cache-Control", "private"]]
    return {**answer, "headers": [header for header in answer["headers"] if header not in added]}


def row_id(value: Any) -> str:
    return str(value).encode("ascii", "backslashreplace").decode()[:120]


@pytest.mark.parametrize(("application", "row"), ROWS, ids=row_id)
def test_same_answer(application: str, row: str, pyramid_python: Path) -> None:
    """Under Pyramid's defaults an answer is Pyramid's, or the difference is listed."""
    theirs = play(str(pyramid_python), PYRAMID, "", ALL)["answers"][application, row]
    ours = play(sys.executable, GOLDILOCKS, "pyramid", ALL)["answers"][application, row]
    difference = LISTED.get((application, row))
    if difference is None or difference.when == SECURE:
        assert ours == theirs
    else:
        assert ours != theirs, f"the row is listed under {difference.reason!r}, but doesn't differ"


@pytest.mark.parametrize(("application", "row"), ROWS, ids=row_id)
def test_secure_answer(application: str, row: str, pyramid_python: Path) -> None:
    """Under our own defaults an answer is Pyramid's, or the difference is listed."""
    theirs = play(str(pyramid_python), PYRAMID, "", ALL)["answers"][application, row]
    ours = without_default_headers(
        play(sys.executable, GOLDILOCKS, "secure", ALL)["answers"][application, row]
    )
    difference = LISTED.get((application, row))
    if difference is None:
        assert ours == theirs
    else:
        assert ours != theirs, f"the row is listed under {difference.reason!r}, but doesn't differ"


# --- The list is true ----------------------------------------------------------------------------------------------


def test_listed_rows_exist() -> None:
    """Every row of the list is a row of an application."""
    assert LISTED.keys() - set(ROWS) == set()


@pytest.mark.parametrize("reason", sorted({difference.reason for difference in LISTED.values()}))
def test_reason_stands_in_the_documentation(reason: str) -> None:
    """Every reason of the list is to be read in ``docs/differences.md``."""
    assert reason in (ROOT / "docs" / "differences.md").read_text("utf-8")


def test_list_knows_two_kinds() -> None:
    """A row differs always, or under our own defaults."""
    assert {difference.when for difference in LISTED.values()} <= {ALWAYS, SECURE}


def test_there_are_many_rows() -> None:
    """The comparison stays broad: hundreds of requests in all, and some in every application."""
    assert len(ROWS) > 1500
    assert all(len(requests_of(application)) > 3 for application in APPLICATIONS)


# --- Cookies move from one to the other ----------------------------------------------------------------------------

EXCHANGES = [
    ("cookies_written", "cookies_read", PYRAMID, GOLDILOCKS),
    ("cookies_written", "cookies_read", GOLDILOCKS, PYRAMID),
]


@pytest.mark.parametrize(
    ("written", "read", "writer", "reader"), EXCHANGES, ids=["ours reads", "theirs reads"]
)
def test_cookies_of_the_other(
    written: str, read: str, writer: str, reader: str, pyramid_python: Path
) -> None:
    """Sessions, tickets and CSRF tokens in cookies that one framework made are understood by the other."""
    pythons = {PYRAMID: str(pyramid_python), GOLDILOCKS: sys.executable}
    cookies = play(pythons[writer], writer, "pyramid", (written,))["cookies"][written]
    expected = play(pythons[reader], reader, "pyramid", (written,))["cookies"][written]
    assert set(cookies) == set(expected) == {"session", "auth_tkt", "csrf_token", "full"}

    answers = play(pythons[reader], reader, "pyramid", (read,), json.dumps({read: cookies}))["answers"]

    assert [json.loads(answer["body"]) for answer in answers.values()] == [
        {"a": "1", "flash": ["message"], "token": True},
        {"user": "ann", "tokens": ["one"]},
        {"user": "ann", "tokens": []},
        {"csrf": True},
        {"csrf": True},
    ]
