"""What a client can do with an ``Accept`` header: choose a form, and neither slow us down nor fill our memory."""

from __future__ import annotations

import time

import pytest

from goldilocks.config import Configurator
from goldilocks.offers import READ_HEADER_LENGTH, REMEMBERED_HEADER_LENGTH, REMEMBERED_HEADERS, Offers
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.viewset import ViewSet
from goldilocks.viewtable import view_table
from tests.support import serve

OFFERS = ("text/html", "application/json", "text/plain;charset=utf-8")


def forms(config):
    """Say a view for each form."""
    for offer in OFFERS:
        config.add_view(lambda request, offer=offer: Response(offer), accept=offer)


#: Shapes of headers of which somewhere some parser took more than linear time.
SHAPES = {
    "ranges": lambda count: "a/b," * count,
    "commas": lambda count: "," * count + "\0",
    "commas and blanks": lambda count: "a/b" + " ,\t" * count + "\0",
    "blanks": lambda count: "a/b" + " " * count + "x",
    "parameters": lambda count: "a/b" + ";x=y" * count + "\0",
    "weights": lambda count: "a/b" + ";q=1" * count + "\0",
    "extensions": lambda count: "a/b;q=1" + ";x" * count + "\0",
    "quotes": lambda count: 'a/b;x="' + "\\\\" * count,
    "open quotes": lambda count: 'a/b;x="' * count,
    "slashes": lambda count: "a/" * count,
    "one token": lambda count: "a" * count,
    "one range": lambda count: "a/b" * count,
    "digits": lambda count: "a/b;q=0." + "0" * count,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_accept_of_any_shape_is_read_in_no_time(shape):
    """CVE-2007-5712, CVE-2024-39614 (row 58), and their like: a header of 100 kB costs next to nothing."""
    for count in (READ_HEADER_LENGTH // 8, 25_000, 100_000):
        header = SHAPES[shape](count)
        started = time.process_time()
        for accepts in (Offers(OFFERS).acceptable, Offers(["a/b"]).acceptable):
            accepts(header)
        assert time.process_time() - started < 0.1


@pytest.mark.parametrize("path", ["/", "/missing"])
@pytest.mark.parametrize("shape", SHAPES)
def test_accept_of_any_shape_is_answered(shape, path):
    """Whatever the header holds, the answer is the view's, a page, or that it holds too much or controls; no error of the server."""
    browser = serve(forms)
    header = SHAPES[shape](500).replace("\0", "\x7f")
    answer = browser.get(path, headers={"Accept": header}, expect_errors=True)
    assert answer.status_code in (200, 400, 404, 431)


def test_accept_fills_no_memory():
    """CVE-2023-23969 (row 58): 10,000 different headers leave no more than a few behind, and long ones nothing."""
    config = Configurator()
    forms(config)
    app = config.make_wsgi_app()
    request = Request.blank("/")
    for number in range(10_000):
        request.environ["HTTP_ACCEPT"] = f"text/html;level={number}, application/json;q=0.{number:04}"
        request.get_response(app)
    request.environ["HTTP_ACCEPT"] = f"text/html, {'x/y,' * REMEMBERED_HEADER_LENGTH}"
    request.get_response(app)
    (views,) = [
        view
        for _, found in app.registry._view_lookup_cache.values()
        for view in found
        if isinstance(view, ViewSet)
    ]
    assert view_table(app.registry)
    for memory in (views._plans, views._plans.offers._answers):
        assert len(memory) <= REMEMBERED_HEADERS
        assert all(len(header or "") <= REMEMBERED_HEADER_LENGTH for header in memory)


@pytest.mark.parametrize(
    "first", ["application/json", "text/html", "image/png", "*/*;q=0", "text/html;q=0, */*"]
)
def test_one_client_does_not_choose_for_another(first):
    """What one header was answered is never the answer to another."""
    browser = serve(forms)
    expected = {"text/html": "text/html", "application/json": "application/json", "*/*": "text/html"}
    for _ in range(2):
        browser.get("/", headers={"Accept": first}, expect_errors=True)
        for header, text in expected.items():
            assert browser.get("/", headers={"Accept": header}).text == text


@pytest.mark.parametrize("length", [501, 8_000, 15_000])
def test_language_of_many_parts_is_not_looked_up(length):
    """CVE-2023-23969, CVE-2024-39614 (row 58): of a long list what stands at its beginning is read, and no half members."""
    request = Request.blank("/", headers={"Accept-Language": f"de, en{'-a' * (length // 2)}, en"})
    assert str(request.accept_language) == "de"
    request.headers["Accept-Language"] = f"x{'-a' * (length // 2)}, en"
    assert "en" not in str(request.accept_language)
    assert request.accept_language.lookup(["en", "de"], default="none") == "none"


def test_languages_of_people_are_all_read():
    """What fits is read to its end; the property is set and deleted as ever."""
    languages = ", ".join(f"de-{number:02};q=0.{number:03}" for number in range(1, 32))
    request = Request.blank("/", headers={"Accept-Language": languages})
    assert 400 < len(languages) < 500
    assert str(request.accept_language).endswith("de-31;q=0.031")
    request.accept_language = "de, fr;q=0.5"
    assert request.accept_language.lookup(["en", "fr"], default="none") == "fr"
    del request.accept_language
    assert "HTTP_ACCEPT_LANGUAGE" not in request.environ
    assert request.accept_language.lookup(["en", "fr"], default="none") == "none"


def test_languages_are_cut_between_members():
    """A member that ends where reading ends is read whole."""
    first = "a" * 8 + "-" + "b" * 8
    header = ",".join([first] * 28)[:500]
    request = Request.blank("/", headers={"Accept-Language": f"{header},en"})
    assert len(header) == 500
    assert str(request.accept_language) == header.replace(",", ", ")
