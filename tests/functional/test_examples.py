"""The examples do what they show, loaded as ``goldilocks serve`` loads them."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from webtest import TestApp

from goldilocks.cli.target import load
from tests.support import browse

EXAMPLES = Path(__file__).parent.parent.parent / "examples"

Example = Callable[[str], TestApp]


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> Example:
    """Load an example by its name, and leave no trace of it among the modules."""
    monkeypatch.setattr(sys, "path", list(sys.path))

    def loaded(name: str) -> TestApp:
        monkeypatch.delitem(sys.modules, name, raising=False)
        target = load(str(EXAMPLES / f"{name}.py"))
        monkeypatch.delitem(sys.modules, name)
        return browse(target.app)

    return loaded


def test_hello(example: Example) -> None:
    """The four lines greet."""
    assert example("hello").get("/hello/goldi").json == {"hello": "goldi"}


def test_imperative_lists_addresses_that_work(example: Example) -> None:
    """The addresses on the first page lead to the bowls."""
    browser = example("imperative")
    addresses = browser.get("/").json
    assert {name: browser.get(address).json["porridge"] for name, address in addresses.items()} == {
        "papa": "too hot",
        "mama": "too cold",
        "baby": "just right",
    }


@pytest.mark.parametrize("path", ["/bowls/goldi", "/bed"])
def test_imperative_answers_what_is_not_there(example: Example, path: str) -> None:
    """A bowl that isn't there and a path that isn't there are answered alike."""
    assert "eaten" in example("imperative").get(path, status=404).json["error"]


def test_scanned_takes_notes(example: Example) -> None:
    """A note that was sent can be read where the answer says, and in the list."""
    browser = example("scanned")
    answer = browser.post("/", {"text": "Who?"}, status=201)
    assert browser.get(answer.json["url"]).json == "Who?"
    assert browser.get("/").json == ["Who?"]


def test_scanned_refuses_an_empty_note(example: Example) -> None:
    """A note without a text is a bad request."""
    assert "needs a text" in example("scanned").post("/", status=400)


def test_scanned_refuses_a_file_for_a_note(example: Example) -> None:
    """A file is no text, and isn't kept among the notes."""
    browser = example("scanned")
    assert "needs a text" in browser.post("/", upload_files=[("text", "a.txt", b"Who?")], status=400)
    assert browser.get("/").json == []


@pytest.mark.parametrize("path", ["/7", "/seven", "/" + "7" * 5000])
def test_scanned_has_no_other_notes(example: Example, path: str) -> None:
    """A number too high and what is no number are not found."""
    assert example("scanned").get(path, status=404).json == {"error": "no such note"}


def test_traversal_walks_down(example: Example) -> None:
    """From the root the addresses lead down to the things, and from a thing back up."""
    browser = example("traversal")
    address = browser.get("/").json["attic"]
    for name in ("chest", "map"):
        address = browser.get(address).json[name]
    thing = browser.get(address).json
    assert thing["words"] == "of the forest"
    assert browser.get(thing["in"]).json == {"map": address}


def test_traversal_finds_views_by_name(example: Example) -> None:
    """What is left of the path is the name of a view, where the context has one of that name."""
    browser = example("traversal")
    assert browser.get("/kitchen/porridge/shout").json == {"words": "JUST RIGHT!"}
    browser.get("/kitchen/shout", status=404)


@pytest.mark.parametrize(
    ("path", "who", "status"),
    [
        ("/door", None, 200),
        ("/diary", None, 401),
        ("/diary", ("goldi", "porridge"), 403),
        ("/diary", ("bear", "porridge"), 401),
        ("/diary", ("wolf", ""), 401),
        ("/diary", ("bear", "honey"), 200),
    ],
)
def test_permissions_hold(example: Example, path: str, who: tuple[str, str] | None, status: int) -> None:
    """The door is open to all, the diary to its owner."""
    browser = example("permissions")
    if who is not None:
        browser.set_authorization(("Basic", who))
    answer = browser.get(path, status=status)
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
