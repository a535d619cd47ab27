"""Replays: responses of other frameworks that could be split, asked of a whole application."""

from __future__ import annotations

import logging

import pytest
from webob import Request as Client

from goldilocks.config import Configurator
from goldilocks.events import NewRequest
from goldilocks.httpexceptions import HTTPFound
from goldilocks.request import Request
from goldilocks.response import FileResponse, Response
from goldilocks.session import SignedCookieSessionFactory
from goldilocks.wsgi import wsgiapp, wsgiapp2
from tests.support import serve


def answer(view, path="/", **settings):
    config = Configurator(settings={name.replace("__", "."): value for name, value in settings.items()})
    config.add_route("any", "/*rest")
    config.add_view(view, route_name="any")
    return Client.blank(path).get_response(config.make_wsgi_app(), catch_exc_info=True)


def is_refused(view, caplog):
    with caplog.at_level(logging.CRITICAL):
        response = answer(view)
    assert "Set-Cookie" not in response.headers
    return response.status_code == 500


@pytest.mark.parametrize(
    "value", ["a\r\nSet-Cookie: a=b", "a\nSet-Cookie: a=b", "a\rb", "a\x00b", "a\x1b[2J", "a\x7f"]
)
def test_header_value_can_not_split_the_response(value, caplog):
    """CVE-2012-2374, CVE-2016-9964, CVE-2018-1000164, CVE-2020-7695: no control is sent."""

    def view(request):
        response = Response("text")
        response.headerlist.append(("X-Name", value))
        return response

    assert is_refused(view, caplog)


@pytest.mark.parametrize("name", ["X-Name\r\nSet-Cookie", "X Name", "X-Name:", "", "X\x00"])
def test_header_name_can_not_split_the_response(name, caplog):
    """CVE-2016-9964: a name is a token."""
    assert is_refused(
        lambda request: Response(headerlist=[("Content-Type", "text/plain"), (name, "a")]), caplog
    )


@pytest.mark.parametrize("reason", ["OK\r\nSet-Cookie: a=b", "OK\n\n<script>", "O\x00K"])
def test_status_can_not_split_the_response(reason, caplog):
    """CVE-2025-67724: the reason of a status is one line."""

    def view(request):
        response = Response("text")
        response._status = f"200 {reason}"
        return response

    assert is_refused(view, caplog)


def test_redirect_can_not_split_the_response(caplog):
    """CVE-2018-1000164: nor can a location."""

    def view(request):
        response = HTTPFound("/")
        response.headerlist.append(("Location", "x\r\nSet-Cookie: a=b"))
        return response

    assert is_refused(view, caplog)


@pytest.mark.parametrize("attribute", ["path", "domain", "samesite"])
@pytest.mark.parametrize("value", ["/; Domain=evil.example", "a\r\nX: y", "a;b", "\x00"])
def test_cookie_attribute_can_not_bring_another(attribute, value):
    """CVE-2026-35536: the line that sets the cookie fails."""
    with pytest.raises(ValueError, match=f"{attribute}="):
        Response().set_cookie("a", "b", **{attribute: value})


def test_cookie_attribute_by_position():
    """CVE-2026-35536: however it is said."""
    with pytest.raises(ValueError, match="path="):
        Response().set_cookie("a", "b", 60, "/; Domain=evil.example")
    response = Response()
    response.set_cookie("a", "b", 60, "/shop", "example.com", samesite="Lax")
    assert "Path=/shop" in response.headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("filename", "sent"),
    [
        ("report.pdf", 'attachment; filename="report.pdf"'),
        ('a";x=".bat', "attachment; filename=\"a_;x=_.bat\"; filename*=UTF-8''a%22%3Bx%3D%22.bat"),
        ("a\r\nX: y", 'attachment; filename="a__X: y"'),
        ("..\\..\\a/b.exe", 'attachment; filename=".._.._a_b.exe"'),
        ("txt.\u202egpj.exe", 'attachment; filename="txt._gpj.exe"'),
        ("50%.txt", "attachment; filename=\"50_.txt\"; filename*=UTF-8''50%25.txt"),
    ],
)
def test_file_name_can_not_leave_its_quotes(filename, sent, tmp_path):
    """CVE-2022-36359: what the client reads is one name."""
    (tmp_path / "page.txt").write_text("text")

    def view(request):
        response = FileResponse(tmp_path / "page.txt", request)
        response.attach(filename)
        return response

    assert answer(view).headers["Content-Disposition"] == sent


def test_response_is_not_sniffed_but_a_file_is_as_it_was(tmp_path):
    """ASVS 14.4: our own responses say what they are; files are compared header by header by those who have them."""
    (tmp_path / "page.txt").write_text("text")
    assert answer(lambda request: Response("text")).headers["X-Content-Type-Options"] == "nosniff"
    sent = answer(lambda request: FileResponse(tmp_path / "page.txt", request))
    assert [name for name, _ in sent.headerlist] == ["Content-Type", "Last-Modified", "Content-Length"]


def failing(request):
    raise LookupError


def failing_later(request):
    return Response("text", headerlist=[("Content-Type", "text/plain"), ("X-Bad", "a\nb")], charset="utf-8")


@pytest.mark.parametrize("view", [failing, failing_later])
@pytest.mark.parametrize("is_debugging", [False, True])
def test_page_of_an_error_is_not_sniffed(view, is_debugging, caplog):
    """Row 62: the page for what nobody answered is one of ours like any other."""
    sent = answer(view, goldilocks__debug=is_debugging)
    assert sent.status_code == 500
    for name in ("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"):
        assert len(sent.headers.getall(name)) == 1


@pytest.mark.parametrize("content_type", ["text/plain\r\nSet-Cookie: a=b", "text/plain\x00"])
def test_type_of_a_file_can_not_split_the_response(content_type, tmp_path, caplog):
    """CVE-2012-2374: what is remembered of a file was looked at."""
    (tmp_path / "page.txt").write_text("text")

    def view(request):
        response = FileResponse(tmp_path / "page.txt", request, content_type="image/png")
        response.headers["Content-Type"] = content_type
        return response

    def other_view(request):
        return FileResponse(tmp_path / "page.txt", request, None, "image/png", content_type)

    for _ in range(2):
        assert is_refused(view, caplog)
        assert is_refused(other_view, caplog)


def test_header_that_is_added_to_a_file(tmp_path):
    """It is sent with those that are remembered."""
    (tmp_path / "page.txt").write_text("text")

    def view(request):
        response = FileResponse(tmp_path / "page.txt", request)
        response.headers["X-Name"] = "a"
        return response

    assert answer(view).headers["X-Name"] == "a"


MOUNTED = [
    wsgiapp,
    wsgiapp2,
    lambda foreign: lambda context, request: request.get_response(foreign),
    lambda foreign: lambda context, request: Request.blank("/").send(foreign),
]


def foreign(*headers, status="200 OK"):
    """Another WSGI application."""

    def application(environ, start_response):
        start_response(status, [("Content-Type", "text/plain"), *headers])
        return [b"theirs"]

    return application


@pytest.mark.parametrize("mount", MOUNTED)
def test_response_of_another_application_is_as_it_was(mount):
    """What a mounted application answers says all itself; nothing is added to it that it didn't want."""
    response = answer(mount(foreign(("Set-Cookie", "a=b"))))
    assert response.body == b"theirs"
    assert response.headerlist == [("Content-Type", "text/plain"), ("Set-Cookie", "a=b")]


@pytest.mark.parametrize(
    "location", ["app.of.mine://login?code=1", "mailto:me@example.com", "http://example.com/a b"]
)
@pytest.mark.parametrize("mount", MOUNTED)
def test_another_application_leads_where_it_likes(mount, location):
    """Where a mounted application leads is its own decision, as is the spelling."""
    response = answer(mount(foreign(("Location", location), status="302 Found")))
    assert (response.status_code, response.headers["Location"]) == (302, location)


@pytest.mark.parametrize("header", [("X", "a\r\nSet-Cookie: a=b"), ("X\r\n", "a"), ("Location", "/\0")])
@pytest.mark.parametrize("mount", MOUNTED)
def test_another_application_can_not_split_the_response(mount, header, caplog):
    """What would split an answer in two isn't sent, whoever says it."""
    assert is_refused(mount(foreign(header, status="302 Found")), caplog)


# --- Others' faults that are on no list: bodies that nobody reads, cookies that a cache hands on ------------------------------


@pytest.mark.parametrize("status", [204, 304])
@pytest.mark.parametrize("renderer", ["json", "string"])
def test_answer_without_a_body_hides_none(status, renderer):
    """What a renderer writes for nobody isn't sent: a client that goes by the status would read the next answer out of it."""

    def view(request):
        request.response.status = status

    answer = serve(lambda config: config.add_view(view, renderer=renderer)).get("/", status=status)
    assert answer.body == b""
    assert {"Content-Length", "Content-Type"}.isdisjoint(answer.headers)


@pytest.mark.parametrize(
    ("path", "is_private"), [("/page", True), ("/files/page.txt", True), ("/page/for/all", False)]
)
def test_cache_hands_no_cookie_on(tmp_path, path, is_private):
    """CVE-2023-30861, CVE-2024-26144: how long an answer may be kept says nothing of those for whom; its cookie was made for one."""
    (tmp_path / "page.txt").write_text("text")

    def begin(event):
        event.request.session["begun"] = True

    def app(config):
        config.set_session_factory(SignedCookieSessionFactory("a secret of more than thirty-two bytes"))
        config.add_subscriber(begin, NewRequest)
        config.add_static_view("files", str(tmp_path), cache_max_age=3600)
        for pattern, http_cache in (("/page", 3600), ("/page/for/all", (3600, {"public": True}))):
            config.add_route(pattern, pattern)
            config.add_view(lambda request: Response("text"), route_name=pattern, http_cache=http_cache)

    answer = serve(app).get(path)
    assert "Set-Cookie" in answer.headers and "max-age=3600" in answer.headers.getall("Cache-Control")[0]
    assert ("private" in answer.headers.getall("Cache-Control")) == is_private
