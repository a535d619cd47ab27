"""Which pattern is more specific."""

from __future__ import annotations

import pytest

from goldilocks.routeorder import specificity


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("/about", "/a{x}"),
        ("/about", r"/{x:\w+}"),
        ("/about", "/{x}"),
        ("/about", "/*rest"),
        ("/a{x}", r"/{x:\w+}"),
        ("/ab{x}", "/a{x}"),
        (r"/a{x:\w+}", "/a{x}"),
        ("/{x}.html", "/{x}"),
        (r"/{x:\d+}", "/{x}"),
        (r"/{x:\d+}{y}", "/{x}{y}"),
        ("/{x}", "/{x:.*}"),
        ("/{x:.*}", "/*rest"),
        ("/{x}", "/{x}*rest"),
        (r"/{x:\d+}", r"/{x:\d+}*rest"),
        (r"/{x:\d+}*rest", "/{x}"),
        ("/a", "/a*rest"),
        ("/a{x}", "/a*rest"),
        ("/a*rest", "/{x}"),
        ("/a/{x}", "/{x}/a"),
        ("/a/b/{x}", "/a/*rest"),
        ("/a/{x}/*rest", "/a/*rest"),
        ("/a/", "/a/*rest"),
        ("/{x}/a", "/{x}/{y}"),
        ("/{x}", "/a/{x:1)|(?:2}"),
        ("/a/{x:1)|(?:2}", "/*rest"),
        (b"/a", "/{x}"),
    ],
)
def test_first_goes_before_second(first, second):
    """Of two patterns that can match one path, the more specific one goes first."""
    assert specificity(first) < specificity(second)


def test_equal_patterns_are_ordered_by_their_text():
    """Where nothing else tells them apart, the text does, so the order is always the same."""
    assert sorted(["/{b}", "/{a}", "/{c}"], key=specificity) == ["/{a}", "/{b}", "/{c}"]
