"""Replays: what static file serving of other frameworks let out, asked of a whole application."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from webtest import TestApp

from goldilocks.config import Configurator
from goldilocks.request import Request
from tests.support import serve


@pytest.fixture(params=["secure", "pyramid"])
def site(request, tmp_path):
    """An application that serves ``st/static``; secrets lie around it. Under Pyramid's defaults no edge helps the view."""
    root = tmp_path / "st" / "static"
    (root / "sub").mkdir(parents=True)
    (root / "app.css").write_text("inside")
    (root / "sub" / "index.html").write_text("inside")
    (root.parent / "index.html").write_text("outside")
    (root.parent / "static2").mkdir()
    (root.parent / "static2" / "x.txt").write_text("outside")
    (root / "link").symlink_to(root.parent / "static2")
    config = Configurator(settings={"goldilocks.defaults": request.param})
    config.add_static_view("static", str(root))
    return TestApp(config.make_wsgi_app(), extra_environ={"HTTP_HOST": "good.example"})


@pytest.fixture
def lay(tmp_path):
    """A function that lays a file into the root under a name, which no file may be found by: it is there, but isn't served."""

    def lay(name):
        path = f"{tmp_path}/st/static/{name}"
        if "\0" not in name and not os.path.isdir(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            Path(path).write_text("outside")

    return lay


def get(site, path):
    """Send a path as a server hands it on: decoded once."""
    return site.get("/", extra_environ={"PATH_INFO": path}, expect_errors=True)


def refused(site, path):
    response = get(site, path)
    return response.status_code in (400, 404) and "outside" not in response


def test_the_file_itself(site):
    """What the refusals below are measured against."""
    assert get(site, "/static/app.css").text == "inside"


@pytest.mark.parametrize(
    "path", ["/static/\x00/..", "/static/\x00", "/static/app.css\x00.txt", "/static/\x01", "/static/a\n"]
)
def test_nul_in_a_static_path(site, lay, path):
    """CVE-2023-40587: a control in a path never reaches the file system."""
    lay(path.removeprefix("/static/"))
    assert refused(site, path)


def test_sibling_whose_name_begins_like_the_root(site):
    """CVE-2023-29159: containment is by components, not by a string's beginning."""
    assert refused(site, "/static/../static2/x.txt")


def test_link_that_leads_out_of_the_root(site):
    """CVE-2024-23334: a link in the root that leads out of it is not followed."""
    assert refused(site, "/static/link/x.txt")


@pytest.mark.parametrize(
    "path", ["/static/../../../../etc/passwd", "/static/sub/../../static2/x.txt", "/static//etc/passwd"]
)
def test_parent_segments(site, path):
    """CVE-2024-32982: parent segments lead nowhere."""
    assert refused(site, path)


@pytest.mark.parametrize(
    "path",
    [
        "/static/..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc/passwd",
        "/static/..%2fstatic2%2fx.txt",
        "/static/%2e%2e/static2/x.txt",
    ],
)
def test_slash_encoded_twice(site, path):
    """CVE-2017-16762: a path is decoded once, and what is encoded then stays a word."""
    assert refused(site, path)


@pytest.mark.parametrize(
    "name", ["..\\static2\\x.txt", "sub\\x.txt", "\\x.txt", "...", ".. ", "sub/. ./x.txt", " /x.txt"]
)
def test_name_that_means_a_way_elsewhere(site, lay, name):
    """CVE-2017-16762, CVE-2026-27199: what another platform takes for a separator, or for a parent, is no name of a file."""
    lay(name)
    assert refused(site, f"/static/{name}")


@pytest.mark.parametrize("name", ["NUL", "CON.txt ", "sub/AUX", "\\\\server\\share", "C:/windows", "c:"])
def test_names_that_are_devices_or_drives(site, lay, name):
    """CVE-2024-49766, CVE-2025-66221, CVE-2026-21860, CVE-2026-27199: refused on every platform."""
    lay(name)
    assert refused(site, f"/static/{name}")


@pytest.mark.parametrize("name", ["0:", "1:x", "\u00fc:", "::", "data/?:"])
def test_odd_drives_in_a_package(name):
    """CVE-2024-49766, CVE-2026-27199: whatever character would name a drive, a package's files are asked for none."""
    config = Configurator()
    config.add_static_view("static", "tests:")
    site = TestApp(config.make_wsgi_app(), extra_environ={"HTTP_HOST": "good.example"})
    assert get(site, f"/static/{name}".encode().decode("latin-1")).status_code == 404


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/static//sub", "/static//sub/"),
        ("/static/sub", "/static/sub/"),
    ],
)
def test_redirect_never_leaves_the_host(site, path, to):
    """CVE-2009-2659, CVE-2017-7234, CVE-2023-28370: the one redirect there is adds the slash, on this host."""
    response = get(site, path)
    assert (response.status_code, response.location) == (301, f"http://good.example{to}")


@pytest.mark.parametrize(
    "path",
    [
        "/static//evil.com/..",
        "/static//evil.com/../sub",
        "/static/..",
        "/static/../sub/",
        "/static/sub/../app.css",
        "/static/../app.css",
        "/static/x/../../static/../app.css",
    ],
)
@pytest.mark.parametrize("again", [False, True])
def test_way_up_that_stays_below_the_root(site, path, again):
    """CVE-2024-23334, CVE-2017-16762: what a browser would never send is not found either, also where the file was sent before;
    Pyramid's view goes along."""
    if again:
        get(site, "/static/app.css")
    expected = 200 if path.endswith(("css", "/")) else 301
    if site.app.registry.settings["goldilocks.defaults"] == "secure":
        expected = 404
    assert get(site, path).status_code == expected


@pytest.mark.parametrize("name", ["..app.css", "app..css", "app.css..", "a..", "..a/b"])
def test_dots_in_a_name_are_no_way_up(site, tmp_path, name):
    """Names may begin and go on with dots; such as end with them mean something else to Windows."""
    (tmp_path / "st" / "static" / name).parent.mkdir(exist_ok=True)
    (tmp_path / "st" / "static" / name).write_text("inside")
    for _ in range(2):
        assert get(site, f"/static/{name}").status_code == 200


def test_redirect_of_a_view_at_the_very_root(tmp_path):
    """CVE-2014-0480, CVE-2018-14574, CVE-2020-28724: a path of two slashes doesn't become a host."""
    (tmp_path / "evil.com").mkdir()
    config = Configurator()
    config.add_static_view("/", str(tmp_path))
    response = get(TestApp(config.make_wsgi_app(), extra_environ={"HTTP_HOST": "good.example"}), "//evil.com")
    assert response.status_code == 301
    assert response.location == "http://good.example/evil.com/"


def test_folder_is_not_listed(site, tmp_path):
    """CVE-2024-27306: nobody sees the names in a folder, so none can be a script."""
    (tmp_path / "st" / "static" / "listed").mkdir()
    (tmp_path / "st" / "static" / "listed" / '"><img src=x onerror=alert(1)>.txt').write_text("inside")
    response = get(site, "/static/listed/")
    assert response.status_code == 404
    assert "onerror" not in response


@pytest.mark.parametrize(
    "path", ["/static/a\x1f", "/static/sub/\x00/../../app.css", "/static/\x00\x00", "/static/\x1b[2J"]
)
def test_more_controls_in_a_static_path(site, lay, path):
    """CVE-2023-40587: also where the segment with the control is taken back, or the name was asked for before."""
    lay(path.removeprefix("/static/"))
    get(site, "/static/app.css")
    assert refused(site, path)


@pytest.mark.parametrize(
    "path",
    [
        "/static/./../static2/x.txt",
        "/static/..;/static2/x.txt",
        "/static/.../static2/x.txt",
        "/static/%252e%252e/static2/x.txt",
    ],
)
def test_more_ways_to_climb(site, path):
    """CVE-2023-29159, CVE-2024-23334, CVE-2024-32982: other spellings."""
    assert refused(site, path)


@pytest.mark.parametrize(
    "name",
    ["nul.txt", "sub/con", "com1.html", "LPT9 .txt", "aux:", "CONIN$", "prn/x.txt", "\\\\?\\C:\\x"],
)
def test_more_names_of_devices(site, lay, name):
    """CVE-2025-66221, CVE-2026-27199: with endings, spaces and colons."""
    lay(name)
    assert refused(site, f"/static/{name}")


@pytest.mark.parametrize("reload", [False, True])
def test_link_is_looked_at_for_each_file(tmp_path, reload):
    """CVE-2024-23334: with and without memory, and for a file itself."""
    root = tmp_path / "static"
    root.mkdir()
    (tmp_path / "secret.txt").write_text("outside")
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")
    config = Configurator(settings={"reload_assets": reload})
    config.add_static_view("static", str(root))
    app = TestApp(config.make_wsgi_app())
    assert refused(app, "/static/link.txt")
    assert refused(app, "/static/link.txt")


@pytest.mark.parametrize("ranges", ["0-," * 10_000, "0-0," * 10_000 + "0-0", "-1,-1", "0-1,3-4"])
def test_many_ranges(site, ranges):
    """CVE-2025-62727: one range is understood; with more, the whole file is sent."""
    response = site.get("/static/app.css", headers={"Range": f"bytes={ranges}"})
    assert (response.status_code, response.text) == (200, "inside")


@pytest.mark.parametrize(
    "ranges", ["bytes=" + "9" * 5000 + "-", "bytes=5-2", "bytes=a-b", "bytes", "=", "items=0-1"]
)
def test_range_that_is_none(site, ranges):
    """CVE-2025-62727: what isn't a range isn't heeded, or can't be satisfied; it is no error of the server."""
    response = site.get("/static/app.css", headers={"Range": ranges}, expect_errors=True)
    assert response.status_code in (200, 416)


@pytest.mark.parametrize(
    ("asked", "status", "text", "part"),
    [
        ("bytes=-2", 206, "de", "bytes 4-5/6"),
        ("bytes=-6", 206, "inside", "bytes 0-5/6"),
        ("bytes=-7", 206, "inside", "bytes 0-5/6"),
        ("bytes=-99999999999999999999999", 206, "inside", "bytes 0-5/6"),
        ("bytes=-0", 416, None, "bytes */6"),
        ("bytes=6-", 416, None, "bytes */6"),
    ],
)
@pytest.mark.parametrize("defaults", ["secure", "pyramid"])
def test_last_bytes_are_never_too_many(tmp_path, asked, status, text, part, defaults):
    """RFC 9110, 14.1.2: who asks for more of the last bytes than there are gets all; no bytes at all can't be sent."""
    (tmp_path / "a.txt").write_text("inside")
    files = serve(
        lambda config: config.add_static_view("files", str(tmp_path)), goldilocks__defaults=defaults
    )
    response = files.get("/files/a.txt", headers={"Range": asked}, expect_errors=True)
    assert (response.status_code, response.headers["Content-Range"]) == (status, part)
    assert text is None or response.text == text


@pytest.mark.parametrize("asked", ["bytes=-5", "bytes=-0"])
def test_last_bytes_of_nothing(tmp_path, asked):
    """An empty file has no last bytes: it is sent as it is."""
    (tmp_path / "a.txt").write_text("")
    files = serve(lambda config: config.add_static_view("files", str(tmp_path)))
    response = files.get("/files/a.txt", headers={"Range": asked})
    assert (response.status_code, response.text) == (200, "")


@pytest.mark.parametrize("asked", ["bytes=1000-", "bytes=-0"])
def test_refused_range_of_a_packed_file_can_be_read(tmp_path, asked):
    """A range that isn't there is refused in words, which are not packed as the file is: nobody could unpack them."""
    (tmp_path / "a.css").write_bytes(b"x" * 500)
    (tmp_path / "a.css.gz").write_bytes(gzip.compress(b"x" * 500))
    config = Configurator()
    config.add_static_view("static", str(tmp_path), content_encodings=["gzip"])
    request = Request.blank("/static/a.css", headers={"Accept-Encoding": "gzip", "Range": asked})
    answer = request.get_response(config.make_wsgi_app())
    assert (answer.status_code, answer.content_encoding) == (416, None)
    assert b"Requested range" in answer.body
    request.headers["Range"] = "bytes=0-9"
    assert request.get_response(config.make_wsgi_app()).content_encoding == "gzip"
