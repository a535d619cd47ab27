"""What is taken for local, against what a browser takes it for."""

from __future__ import annotations

import ada_url
from hypothesis import example, given
from hypothesis import strategies as st

from goldilocks.headers import HeaderError, safe_location
from goldilocks.localurl import is_local_url

BASE = "http://good.example/login"

#: What URLs are made of, and what breaks them.
pieces = st.sampled_from(
    [
        *(
            "/",
            "\\",
            "//",
            ":",
            "@",
            "?",
            "#",
            "%5c",
            "%2f",
            "%09",
            ".",
            "..",
            " ",
            "\t",
            "\n",
            "\r",
            "\x00",
            "\x0b",
        ),
        *(
            "\u00a0",
            "\u3000",
            "evil.example",
            "http",
            "https",
            "javascript",
            "good.example",
            "a",
            "é",
            "\u2044",
            "\uff0f",
        ),
    ]
)
urls = st.lists(pieces, max_size=8).map("".join) | st.text(max_size=20)


def origin(url):
    """Return scheme, host and port as a browser reads them."""
    try:
        parsed = ada_url.URL(url, base=BASE)
    except ValueError:
        return None  # it goes nowhere
    return parsed.origin


@given(urls)
@example("/\t/evil.example")
@example("/\\evil.example")
def test_what_is_local_stays(url):
    """Whatever is taken for local, a browser stays on the host with it."""
    if is_local_url(url):
        assert origin(url) == "http://good.example"


@given(urls)
def test_location_of_a_path_stays(url):
    """A location without a scheme, written safely, keeps the browser on the host."""
    try:
        location = safe_location(url)
    except HeaderError:
        return
    if not url.lower().startswith(("http://", "https://")):
        assert origin(location) in ("http://good.example", None)


@given(urls)
def test_safe_location_is_stable(url):
    """What was written safely is safe."""
    try:
        location = safe_location(url)
    except HeaderError:
        return
    assert safe_location(location) == location
