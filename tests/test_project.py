"""Rules of the house that no other tool checks: reasons, fragments, links."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = [
    path
    for folder in ("goldilocks", "tests", "examples", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
]

#: Something switched off, and nothing behind it.
SILENT = re.compile(r"#\s*(pragma: no \w+|noqa(:[\s\w,]*)?)\s*$")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_exclusions_have_a_reason(path: Path) -> None:
    """Lines that coverage or the linter leave out say why."""
    lines = enumerate(path.read_text("utf-8").splitlines(), start=1)
    assert [number for number, line in lines if SILENT.search(line)] == []


def test_ignored_rules_have_a_reason() -> None:
    """Rules that are switched off everywhere say why, too."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    [rules] = re.findall(r"^ignore = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert [line for line in rules.splitlines() if "#" not in line] == []


@pytest.mark.parametrize("path", sorted((ROOT / "changes").iterdir()), ids=lambda path: path.name)
def test_fragments_say_what_kind_they_are(path: Path) -> None:
    """Each file in ``changes/`` says in its name what kind of change it tells."""
    kinds = "feature|fix|security|difference|removal"
    assert path.name == "README.md" or re.fullmatch(rf"[a-z0-9-]+\.({kinds})\.md", path.name)


@pytest.mark.parametrize(
    "path", [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")], ids=str
)
def test_links_lead_somewhere(path: Path) -> None:
    """Links and pictures of the documentation that lead to files lead to files that are there."""
    links = re.findall(r"\]\(([^)#:]+)\)", re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL))
    assert [link for link in links if not (path.parent / link).exists()] == []
