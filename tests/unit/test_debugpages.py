"""The default error pages: which one is sent, in what form, and what stands on it."""

from __future__ import annotations

import json
import logging
from html.parser import HTMLParser

import pytest
from webob.exc import HTTPNotFound as WebObNotFound

from goldilocks import debugpages
from goldilocks.config import Configurator
from goldilocks.debugpages import (
    MISSES,
    as_html,
    as_text,
    error_page,
    explaining_page,
    preferred,
    sections,
)
from goldilocks.explanation import (
    EntryFact,
    ErrorFact,
    Explanation,
    FrameFact,
    Place,
    PredicateFact,
    RouteFact,
    VerdictFact,
    ViewFact,
    WalkFact,
)
from goldilocks.httpexceptions import HTTPBadRequest, HTTPForbidden, HTTPNotFound
from goldilocks.request import Request

HOSTILE = "</style><script>alert('\"&')</script>"


def frame(is_own, number=1):
    return FrameFact(Place("/x/app.py" if is_own else "/x/lib.py", number), "run", f"call({number})", is_own)


PLACE = Place("/x/app.py", 7)
NO = PredicateFact("request_method = POST", "refuses")
FULL = Explanation(
    method="GET",
    path=f"/{HOSTILE}",
    reason=f"reason {HOSTILE}",
    advice=f"advice {HOSTILE}",
    routes=(
        RouteFact("home", f"/{HOSTILE}", False, (), PLACE),
        RouteFact("b", "/b", True, (NO,)),
        RouteFact("/c", "/c", True, (), PLACE),
    ),
    nearest=(RouteFact("near", "/near", False, (), PLACE),),
    walk=WalkFact("Root", f"Page {HOSTILE}", ("a", "b"), "", ("c",), True),
    views=(ViewFact(f"view {HOSTILE}", (NO,), "edit", PLACE), ViewFact("other")),
    verdict=VerdictFact("because", "Policy", "edit", "Page", (EntryFact("Allow  a", False), EntryFact("Deny  b", True)), ("b",)),
    errors=(
        ErrorFact(f"ValueError: {HOSTILE}", (*[frame(False, n) for n in range(3)], frame(True, 9), frame(False, 4)), 12),
        ErrorFact("KeyError: 1\nsecond", (), 0, "It was caused by"),
    ),
)  # fmt: skip


def request_of(app=None, accept="text/html", path="/"):
    """Return a request that the router has answered with an error, and the error."""
    app = Configurator().make_wsgi_app() if app is None else app
    request = Request.blank(path, headers={"Accept": accept})
    request.registry = app.registry
    return request


def raised(error):
    try:
        raise error
    except type(error) as caught:
        return caught


# --- Forms ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("TEXT/HTML", "text/html"),
        ("", "text/plain"),
        ("*/*", "text/plain"),
        ("text/*", "text/plain"),
        ("application/json", "application/json"),
        ("application/json, text/plain, */*", "application/json"),
        ("application/json;q=0.5, text/html;q=0.4", "application/json"),
        ("image/png", "text/plain"),
        ("nonsense;;;", "text/plain"),
    ],
)
def test_preferred(accept, form):
    """Who names HTML or JSON gets it, all others get text."""
    assert preferred(accept) == form


class Outline(HTMLParser):
    """Reads tags and text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.words.append(data.strip())


def test_html_is_escaped():
    """Nothing that comes from outside becomes markup."""
    page = as_html("404 Not Found", FULL, HOSTILE)
    assert "script" not in Outline(page).tags
    assert HOSTILE not in page
    assert page.count("&lt;script&gt;") == 8


def test_html_tells_all():
    """Every fact stands on the page, and calls of libraries are folded away."""
    outline = Outline(as_html("404 Not Found", FULL))
    for word in ("404 Not Found", "/near", "home", "refused by request_method = POST", "Page", "Deny  b", "permission 'edit'",
                 "/x/app.py, line 7", "3 calls in libraries", "12 calls in the middle are left out."):  # fmt: skip
        assert word in outline.words
    assert outline.tags.count("details") == 1


def test_text_tells_the_same():
    """The text says what the HTML says, but for what was folded away there."""
    text = as_text("404 Not Found", FULL, "a detail")
    main = as_html("404 Not Found", FULL, "a detail").partition("<main>")[2]
    words = [word for word in Outline(main).words if word and word != "3 calls in libraries"]
    assert len(words) > 30
    for word in words:
        assert word in text


def test_text():
    """Rows stand in columns, with a mark for what fits and what refused."""
    known = Explanation(
        "GET", "/x", reason="No.", routes=(RouteFact("a", "/a", True, (NO,), PLACE), RouteFact("bcd", "/b", True)),
        errors=(ErrorFact("E", (frame(True), FrameFact(PLACE, "f", "", False))),),
    )  # fmt: skip
    assert as_text("404 Not Found", known) == (
        "404 Not Found\nGET /x\n\n"
        "No.\n\n"
        "Traceback, the innermost call last\n"
        "  > /x/app.py, line 1, in run\n"
        "        call(1)\n"
        "    /x/app.py, line 7, in f\n\n"
        "Routes that were tried\n"
        "  - /a  refused by request_method = POST  a    /x/app.py, line 7\n"
        "  + /b  fits                              bcd\n\n"
        f"{debugpages.FOOTER}\n"
    )


def test_many_routes():
    """Of many routes that don't fit, some are told, and how many more there are; those that fit are told all."""
    misses = tuple(RouteFact(f"r{number}", f"/r/{number}", False) for number in range(MISSES + 5))
    (section,) = sections(Explanation("GET", "/x", routes=(*misses, RouteFact("last", "/last", True))))
    assert len(section.rows) == MISSES + 1
    assert section.rows[-1].cells[0] == "/last"
    assert section.note == "5 more routes don't fit the path."
    assert "5 more routes" in as_text("404", Explanation("GET", "/x", routes=misses))


def test_nothing_to_tell():
    """What is empty is left out."""
    assert sections(Explanation("GET", "/")) == []
    assert sections(Explanation("GET", "/", walk=WalkFact("R", "R", (), "x", (), False))) == []


def test_walk_that_a_route_didnt_take():
    """Where a route took the request without walking, there is no word of a walk."""
    walk = WalkFact("Root", "Root", (), "", (), True)
    taken = (RouteFact("a", "/a", True),)
    assert [section.title for section in sections(Explanation("GET", "/a", routes=taken, walk=walk))] == [
        "Routes that were tried"
    ]
    assert [section.title for section in sections(Explanation("GET", "/a", walk=walk))] == [
        "Where the walk ended"
    ]


def test_names_of_views():
    """The names that could have been asked for are told where no view was tried."""
    (section,) = sections(Explanation("GET", "/", view_names=("", "edit")))
    assert [row.cells for row in section.rows] == [("'' (the default view)",), ("edit",)]


def test_verdict_without_acl():
    """A verdict without a list is told without one."""
    (section,) = sections(Explanation("GET", "/", verdict=VerdictFact("no", "Policy")))
    assert [row.cells for row in section.rows] == [("security policy", "Policy")]


# --- Which page ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [HTTPBadRequest("x"), WebObNotFound(), ValueError("no response")])
def test_others_stay(error):
    """What is neither a 404 nor a 403 of ours is answered by itself."""
    assert explaining_page(error, None) is error


class Styled(HTTPNotFound):
    """An answer with a page of its own."""

    html_template_obj = HTTPNotFound.html_template_obj.__class__("<h1>ours</h1>")


@pytest.mark.parametrize(
    "error",
    [
        HTTPNotFound(text="mine"),
        HTTPForbidden(json_body={}),
        HTTPNotFound(body_template="${detail}!"),
        Styled(),
    ],
)
def test_own_words_stay(error):
    """An answer that has a body or a template of its own is not touched."""
    assert explaining_page(raised(error), None) is error


@pytest.mark.parametrize("accept", ["text/html", "text/plain", "application/json"])
def test_explaining_page(accept):
    """The page has the status and the headers of the error, and what browsers must not do."""
    error = raised(
        HTTPNotFound(
            "a detail\x1b", headers={"X-Thing": "1", "Content-Type": "image/png", "Cache-Control": "public"}
        )
    )
    page = explaining_page(error, request_of(accept=accept))
    assert (page.status, page.content_type, page.headers["X-Thing"]) == ("404 Not Found", accept, "1")
    assert page.headers.getall("Cache-Control") == ["no-store"]
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "a detail\\x1b" in page.text or "a detail\\\\x1b" in page.text
    assert not error.has_body


def test_json_page():
    """JSON has the keys that it always has, and one more; a formatter of the application's is heard."""
    page = explaining_page(raised(HTTPNotFound("a detail")), request_of(accept="application/json"))
    assert page.json["message"] == "a detail"
    assert (page.json["code"], page.json["debug"][0]) == ("404 Not Found", "404 Not Found")
    error = HTTPNotFound(json_formatter=lambda **kw: [kw["title"]])
    assert explaining_page(raised(error), request_of(accept="application/json")).json == ["Not Found"]


def test_detail_of_the_framework_is_not_shown():
    """What the framework says in an error is said better by the explanation."""
    request = request_of(accept="application/json")
    page = explaining_page(HTTPNotFound("never raised"), request)
    assert json.loads(page.body)["message"] == "This application has neither routes nor views."


def test_failing_explanation(monkeypatch, caplog):
    """Should the explanation itself fail, the error is sent as it is, and the failure is logged."""
    monkeypatch.setattr(debugpages, "explain", lambda *args: 1 / 0)
    error = HTTPNotFound()
    assert explaining_page(error, request_of()) is error
    assert "ZeroDivisionError" in caplog.text
    assert caplog.record_tuples[0][:2] == ("goldilocks.debugpages", logging.ERROR)


def test_path_that_is_no_text_is_not_explained(caplog):
    """What was refused before anybody could read the path is sent as it is, and nothing has failed."""
    app = Configurator(settings={"goldilocks.debug": "true"}).make_wsgi_app()
    error = HTTPNotFound()
    assert explaining_page(error, request_of(app, path="/%00%80")) is error
    assert caplog.text == ""


def test_error_page():
    """The page of an unanswered error has its traceback."""
    environ = Request.blank("/pl%C3%A4tze", method="POST", headers={"Accept": "text/plain"}).environ
    page = error_page(raised(ValueError("what happened")), environ)
    assert page.status == "500 Internal Server Error"
    assert page.text.startswith(
        "500 Internal Server Error\nPOST /plätze\n\nValueError: what happened\n\nin raised, "
    )
