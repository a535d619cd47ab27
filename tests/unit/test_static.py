"""Files over HTTP: which file a path names, how it is answered, and what a cache buster does to a URL."""

from __future__ import annotations

import gzip
import json
import sys
from types import ModuleType

import pytest

from goldilocks.httpexceptions import HTTPMovedPermanently, HTTPNotFound
from goldilocks.request import Request
from goldilocks.static import (
    FILEMAP_LIMIT,
    ManifestCacheBuster,
    QueryStringCacheBuster,
    QueryStringConstantCacheBuster,
    _add_vary,
    _contains_invalid_element_char,
    _secure_path,
    static_view,
)


@pytest.fixture
def root(tmp_path):
    """A folder of files, and others beside it."""
    folder = tmp_path / "static"
    (folder / "sub").mkdir(parents=True)
    (folder / "empty").mkdir()
    (folder / "index.html").write_text("front page")
    (folder / "app.css").write_text("a { color: red }")
    (folder / "sub" / "index.html").write_text("sub page")
    (folder / "sub" / "deep.txt").write_text("deep")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "shared.txt").write_text("shared")
    return folder


@pytest.fixture
def package(root, monkeypatch):
    """A package whose folder ``static`` is ``root``."""
    module = ModuleType("staticpkg")
    (root.parent / "__init__.py").write_text("")
    module.__file__ = str(root.parent / "__init__.py")
    module.__path__ = [str(root.parent)]
    monkeypatch.setitem(sys.modules, "staticpkg", module)
    return module


def ask(view, path, **environ):
    """Call a view with a GET request."""
    request = Request.blank("/", environ={"PATH_INFO": path, **environ})
    return view(None, request)


def body(response):
    return response.body.decode()


# --- which file ----------------------------------------------------------------------------------------------------


def test_file_below_an_absolute_root(root):
    """A path names a file below the root."""
    assert body(ask(static_view(str(root)), "/sub/deep.txt")) == "deep"


def test_file_below_a_package_root(package):
    """The root may be a folder of a package."""
    assert body(ask(static_view("staticpkg:static"), "/sub/deep.txt")) == "deep"


def test_root_may_be_a_whole_package(package):
    """A specification without a path names the package's own folder."""
    assert body(ask(static_view("staticpkg:"), "/static/app.css")) == "a { color: red }"


def test_relative_root_is_relative_to_the_named_package(package):
    """A relative root lies in the package that is named."""
    view = static_view("static", package_name="staticpkg")
    assert (view.package_name, view.docroot) == ("staticpkg", "static")
    assert body(ask(view, "/app.css")) == "a { color: red }"


def test_relative_root_is_relative_to_the_caller_otherwise(package):
    """Without a package's name the caller's package is meant."""
    package.static_view = static_view
    exec("view = static_view('static')", package.__dict__)
    assert package.view.package_name == "staticpkg"


def test_package_that_cannot_be_imported_warns():
    """A root in a package that doesn't exist is heard of when the view is made."""
    with pytest.warns(DeprecationWarning, match="no_such_package"):
        static_view("no_such_package:static")


def test_subpath_names_the_file(root):
    """With ``use_subpath`` the path of the request doesn't count."""
    request = Request.blank("/elsewhere")
    request.subpath = ("app.css",)
    assert body(static_view(str(root), use_subpath=True)(None, request)) == "a { color: red }"


@pytest.mark.parametrize("spec", ["{root}", "staticpkg:static"])
def test_index_answers_for_a_directory(root, package, spec):
    """A directory is answered for by its index."""
    assert body(ask(static_view(spec.format(root=root)), "/sub/")) == "sub page"


def test_index_has_another_name(root):
    """The name of the index can be said."""
    assert body(ask(static_view(str(root), index="deep.txt"), "/sub/")) == "deep"


def test_root_itself_is_a_directory(root):
    """The root's own index answers for the empty path with a slash."""
    assert body(ask(static_view(str(root)), "/")) == "front page"


def test_directory_without_index_is_not_found(root):
    """There is no list of files."""
    with pytest.raises(HTTPNotFound):
        ask(static_view(str(root)), "/empty/")


def test_path_beyond_ascii_is_decoded_once(root):
    """A file's name may be of any script."""
    (root / "h\u00e9.txt").write_text("accent")
    path = "/h\u00e9.txt".encode().decode("latin-1")
    assert body(ask(static_view(str(root)), path)) == "accent"


@pytest.mark.parametrize("spec", ["{root}", "staticpkg:static"])
def test_missing_file_is_not_found(root, package, spec):
    """A name without a file is not found."""
    with pytest.raises(HTTPNotFound):
        ask(static_view(spec.format(root=root)), "/missing")


def test_control_that_a_parent_segment_took_along(root):
    """A control anywhere in the path of the request is not found, be it in the subpath or not."""
    request = Request.blank("/", environ={"PATH_INFO": "/static/\x00/.."})
    request.subpath = ()
    with pytest.raises(HTTPNotFound):
        static_view(str(root), use_subpath=True)(None, request)


# --- redirect to the slash -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", ["{root}", "staticpkg:static"])
def test_directory_without_slash_redirects(root, package, spec):
    """A directory asked for without its slash is answered by a redirect to it, as a path."""
    with pytest.raises(HTTPMovedPermanently) as redirect:
        ask(static_view(spec.format(root=root)), "/sub")
    assert redirect.value.location == "/sub/"


def test_redirect_keeps_script_name_and_query(root):
    """The redirect stays below the application and keeps the query."""
    with pytest.raises(HTTPMovedPermanently) as redirect:
        ask(static_view(str(root)), "/sub", SCRIPT_NAME="/app", QUERY_STRING="a=1&b=%20")
    assert redirect.value.location == "/app/sub/?a=1&b=%20"


def test_redirect_quotes_what_no_header_may_hold(root):
    """A query that a careless server let through raw can't end the header."""
    with pytest.raises(HTTPMovedPermanently) as redirect:
        ask(static_view(str(root)), "/sub", QUERY_STRING="a=\r\n\xff")
    assert redirect.value.location == "/sub/?a=%0D%0A%FF"


# --- how it is answered --------------------------------------------------------------------------------------------


def test_cache_max_age(root):
    """Caches are told how long the file may be kept."""
    response = ask(static_view(str(root), cache_max_age=60), "/app.css")
    assert response.cache_control.max_age == 60
    response.app_iter.close()


def test_nothing_is_said_to_caches_without_an_age(root):
    """With ``None`` no header speaks of caching."""
    response = ask(static_view(str(root), cache_max_age=None), "/app.css")
    assert sorted(response.headers) == ["Content-Length", "Content-Type", "Last-Modified"]
    response.app_iter.close()


def test_content_type_is_the_files(root):
    """The content type follows the file's name."""
    response = ask(static_view(str(root)), "/app.css")
    assert response.content_type == "text/css"
    response.app_iter.close()


def test_unchanged_file_is_not_sent_again(root):
    """A client that has the file gets 304."""
    first = ask(static_view(str(root)), "/app.css")
    since = first.headers["Last-Modified"]
    first.app_iter.close()
    request = Request.blank("/app.css", headers={"If-Modified-Since": since})
    answer = request.get_response(static_view(str(root))(None, request))
    assert (answer.status_code, answer.body) == (304, b"")


def test_range_is_sent_alone(root):
    """A client may ask for a part of a file."""
    request = Request.blank("/app.css", headers={"Range": "bytes=2-6"})
    answer = request.get_response(static_view(str(root))(None, request))
    assert (answer.status_code, answer.body) == (206, b"{ col")


def test_file_that_vanished_is_not_found(root):
    """A file that was there at an earlier request is not found, and is forgotten."""
    view = static_view(str(root))
    ask(view, "/app.css").app_iter.close()
    (root / "app.css").unlink()
    with pytest.raises(HTTPNotFound):
        ask(view, "/app.css")
    assert view.filemap == {}


# --- what is remembered --------------------------------------------------------------------------------------------


def test_found_files_are_remembered(root):
    """A second request for a file doesn't look for it again."""
    view = static_view(str(root))
    name = str(root / "app.css")
    assert view.get_possible_files(name) is view.get_possible_files(name)
    assert list(view.filemap) == [name]


def test_missing_files_are_not_remembered(root):
    """Names that only exist in URLs fill no memory, and a file that appears later is found."""
    view = static_view(str(root))
    with pytest.raises(HTTPNotFound):
        ask(view, "/late.txt")
    assert view.filemap == {}
    (root / "late.txt").write_text("here now")
    assert body(ask(view, "/late.txt")) == "here now"


def test_memory_has_a_limit(root):
    """A view that remembers enough answers without remembering more."""
    view = static_view(str(root))
    view.filemap = {str(number): [] for number in range(FILEMAP_LIMIT)}
    ask(view, "/app.css").app_iter.close()
    assert len(view.filemap) == FILEMAP_LIMIT


def test_reload_remembers_nothing(root):
    """With ``reload`` each request looks at the disk."""
    view = static_view(str(root), reload=True)
    ask(view, "/app.css").app_iter.close()
    assert view.filemap == {}


# --- encodings -----------------------------------------------------------------------------------------------------


@pytest.fixture
def encoded(root):
    """A view on a file that lies encoded beside itself."""
    text = "x" * 1000
    (root / "big.txt").write_text(text)
    (root / "big.txt.gz").write_bytes(gzip.compress(text.encode()))
    (root / "only.txt.gz").write_bytes(gzip.compress(b"only"))
    return static_view(str(root), content_encodings=["gzip", "no-such-encoding"])


def test_encodings_become_extensions(encoded):
    """Only encodings that have a file extension count."""
    assert encoded.content_encodings == {"gzip": [".gz"]}


def test_smallest_acceptable_file_is_sent(encoded):
    """A client that takes gzip gets the smaller file, and caches are told what it depended on."""
    response = ask(encoded, "/big.txt", HTTP_ACCEPT_ENCODING="gzip")
    assert (response.content_encoding, response.content_type) == ("gzip", "text/plain")
    assert response.vary == ("Accept-Encoding",)
    response.app_iter.close()


def test_plain_file_without_accept_encoding(encoded):
    """A client that says nothing gets the file as it is; caches are told all the same."""
    response = ask(encoded, "/big.txt")
    assert (response.content_encoding, response.vary) == (None, ("Accept-Encoding",))
    response.app_iter.close()


def test_encoded_file_alone(encoded):
    """A file that exists only encoded is found by those who take the encoding."""
    response = ask(encoded, "/only.txt", HTTP_ACCEPT_ENCODING="gzip")
    assert (response.content_encoding, response.vary) == ("gzip", None)
    response.app_iter.close()
    with pytest.raises(HTTPNotFound):
        ask(encoded, "/only.txt", HTTP_ACCEPT_ENCODING="br")


def test_vary_is_said_once():
    """What stands in ``Vary`` already stays, and isn't said twice."""
    response = Request.blank("/").get_response(
        lambda environ, start: start("200 OK", [("Vary", "Cookie")]) or []
    )
    _add_vary(response, "Accept-Encoding")
    _add_vary(response, "accept-encoding")
    assert response.vary == ("Cookie", "Accept-Encoding")


# --- links ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", ["{root}", "staticpkg:static"])
def test_link_inside_the_root_is_followed(root, package, spec):
    """A link that stays in the root is a file like any other."""
    (root / "alias.css").symlink_to(root / "app.css")
    assert body(ask(static_view(spec.format(root=root)), "/alias.css")) == "a { color: red }"


@pytest.mark.parametrize("spec", ["{root}", "staticpkg:static"])
def test_link_out_of_the_root_is_not_found(root, package, spec):
    """A link that leads out of the root is not found."""
    (root / "shared").symlink_to(root.parent / "outside")
    with pytest.raises(HTTPNotFound):
        ask(static_view(spec.format(root=root)), "/shared/shared.txt")


@pytest.mark.parametrize("target", ["{outside}", "staticpkg:outside", "outside"])
def test_link_to_a_named_target_is_followed(root, package, target):
    """A link may lead out to a folder that was named."""
    (root / "shared").symlink_to(root.parent / "outside")
    targets = [target.format(outside=root.parent / "outside")]
    view = static_view(str(root), package_name="staticpkg", link_targets=targets)
    assert body(ask(view, "/shared/shared.txt")) == "shared"


def test_root_may_be_a_link_itself(root):
    """The root is where it really is."""
    (root.parent / "current").symlink_to(root)
    assert body(ask(static_view(str(root.parent / "current")), "/app.css")) == "a { color: red }"


def test_file_put_elsewhere_by_an_override(root, package, monkeypatch):
    """A file that the package's provider finds in another place is served from there, its own links apart."""
    other = root.parent / "theme"
    other.mkdir()
    (other / "deep.txt").write_text("themed")
    (other / "stolen.txt").symlink_to(root.parent / "outside" / "shared.txt")
    moved = {"static/sub/deep.txt": other / "deep.txt", "static/sub/stolen.txt": other / "stolen.txt"}

    class Moved:
        def has_resource(self, name):
            return name in moved

        def resource_isdir(self, name):
            return False

        def get_resource_filename(self, manager, name):
            return str(moved[name])

    from goldilocks.path import resources

    monkeypatch.setattr(resources, "get_provider", lambda name: Moved())
    view = static_view("staticpkg:static")
    assert body(ask(view, "/sub/deep.txt")) == "themed"
    with pytest.raises(HTTPNotFound):
        ask(view, "/sub/stolen.txt")


# --- the words of a path -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "segments", [(), ("a",), ("a", "b.css"), (".hidden",), ("a..b",), ("h\u00e9",), ("console.log",)]
)
def test_harmless_segments_are_joined(segments):
    """What names a file on every platform becomes a relative path."""
    assert _secure_path(segments) == "/".join(segments)


HOSTILE = [
    "",
    ".",
    "..",
    "...",
    ".. ",
    "a/b",
    "/",
    "a\\b",
    "..\\..",
    "a\x00",
    "\n",
    "\x1f",
    "C:",
    "c:x",
    "NUL",
    "con.txt ",
]
HOSTILE += ["aux", "COM1", "lpt9.tar.gz", "com\u00b9", "CONIN$", "nul:stream"]


@pytest.mark.parametrize("segment", HOSTILE)
def test_hostile_segment_spoils_the_path(segment):
    """One segment that could mean anything but a file below is enough."""
    assert _secure_path(("a", segment, "b")) is None


@pytest.mark.parametrize("segment", [*HOSTILE[1:], "a/b"])
def test_hostile_segment_is_known_alone(segment):
    """A single segment is judged by the same rule."""
    assert _contains_invalid_element_char(segment)
    assert not _contains_invalid_element_char("app.css")


# --- cache busters -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "busted"),
    [
        ({}, {"x": "v1"}),
        (None, {"x": "v1"}),
        ({"a": "1"}, {"a": "1", "x": "v1"}),
        ([("a", "1")], (("a", "1"), ("x", "v1"))),
        ("a=1", "a=1&x=v1"),
    ],
)
def test_token_joins_the_query(query, busted):
    """The token stands behind what the caller said as the query, whatever its form."""
    subpath, kw = QueryStringConstantCacheBuster("v1")(None, "app.css", {"_query": query})
    assert (subpath, kw) == ("app.css", {"_query": busted})


def test_token_joins_a_multidict():
    """All values of a key stay."""
    params = Request.blank("/?a=1&a=2").params
    _, kw = QueryStringConstantCacheBuster("v1", param="v")(None, "app.css", {"_query": params})
    assert kw["_query"] == (("a", "1"), ("a", "2"), ("v", "v1"))


def test_callers_query_is_not_written_to():
    """The dictionary that a caller passed stays as it was."""
    query = {"a": "1"}
    QueryStringConstantCacheBuster("v1")(None, "app.css", {"_query": query})
    assert query == {"a": "1"}


def test_cache_buster_without_tokenize():
    """The base class says what is missing."""
    with pytest.raises(NotImplementedError, match="tokenize"):
        QueryStringCacheBuster()(None, "app.css", {})


@pytest.fixture
def manifest(tmp_path):
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"app.css": "app-1.css"}))
    return path


def test_manifest_replaces_a_path(manifest):
    """A path that stands in the manifest is replaced, another stays."""
    bust = ManifestCacheBuster(str(manifest))
    assert bust(None, "app.css", {}) == ("app-1.css", {})
    assert bust(None, "other.css", {}) == ("other.css", {})


def test_manifest_is_read_once(manifest):
    """Without ``reload`` a change of the file isn't seen."""
    bust = ManifestCacheBuster(str(manifest))
    manifest.unlink()
    assert bust.manifest == {"app.css": "app-1.css"}


def test_missing_manifest_is_an_error(tmp_path):
    """Without ``reload`` the file must be there."""
    with pytest.raises(OSError, match=r"missing\.json"):
        ManifestCacheBuster(str(tmp_path / "missing.json"))


def test_manifest_is_reloaded_when_it_changed(manifest):
    """With ``reload`` the file is read again when it is newer, and only then."""
    bust = ManifestCacheBuster(str(manifest), reload=True)
    bust.getmtime = lambda path: 1
    assert bust.manifest == {"app.css": "app-1.css"}
    manifest.write_text(json.dumps({"app.css": "app-2.css"}))
    assert bust.manifest == {"app.css": "app-1.css"}
    bust.getmtime = lambda path: 2
    assert bust.manifest == {"app.css": "app-2.css"}


def test_age_of_a_manifest(manifest):
    """When a file was changed can be asked by the name that is documented."""
    assert ManifestCacheBuster.getmtime(filename=str(manifest)) == manifest.stat().st_mtime


def test_missing_manifest_is_empty_with_reload(tmp_path):
    """With ``reload`` a file that isn't there yet counts as empty."""
    assert ManifestCacheBuster(str(tmp_path / "missing.json"), reload=True).manifest == {}


def test_manifest_in_another_format(manifest):
    """A subclass reads another format."""

    class Lines(ManifestCacheBuster):
        def parse_manifest(self, content):
            return dict(line.split("=") for line in content.decode().splitlines())

    manifest.write_text("a.css=b.css")
    assert Lines(str(manifest))(None, "a.css", {}) == ("b.css", {})


# --- What is remembered ----------------------------------------------------------------------------------------------


def view_and_get(root, **kw):
    view = static_view(str(root), **kw)

    def get(path, **environ):
        return view(None, Request.blank(path, environ))

    return view, get


def test_name_is_remembered_with_its_file(root):
    """The third request looks at no word of the path again, and gets the same."""
    view, get = view_and_get(root)
    bodies = [get("/sub/deep.txt").body for _ in range(3)]
    assert bodies == [b"deep"] * 3
    assert list(view._names) == [("sub", "deep.txt")]


def test_control_is_refused_for_a_name_that_is_remembered(root):
    """What was taken back by a parent segment is seen each time."""
    _, get = view_and_get(root)
    for _ in range(3):
        get("/app.css").app_iter.close()
    with pytest.raises(HTTPNotFound):
        get("/%00/../app.css")


def test_name_that_is_remembered_follows_the_root(root):
    """A view whose root is changed serves that one."""
    view, get = view_and_get(root)
    for _ in range(3):
        get("/index.html").app_iter.close()
    view.docroot = view.norm_docroot = str(root / "sub")
    assert get("/index.html").body == b"sub page"


def test_folder_is_never_remembered_as_a_file(root):
    """With and without its slash, as before."""
    _, get = view_and_get(root)
    for _ in range(3):
        assert get("/sub/").body == b"sub page"
        with pytest.raises(HTTPMovedPermanently):
            get("/sub")


def test_memory_of_names_has_a_limit(root, monkeypatch):
    """As that of files."""
    view, get = view_and_get(root)
    get("/app.css").app_iter.close()
    monkeypatch.setattr("goldilocks.static.FILEMAP_LIMIT", 0)
    assert get("/app.css").body == get("/app.css").body
    assert view._names == {}


def test_subpath_that_is_a_list(root):
    """Requests made by hand for a test have one."""
    view = static_view(str(root), use_subpath=True)
    for _ in range(2):
        request = Request.blank("/x")
        request.subpath = ["app.css"]
        assert view(None, request).body.startswith(b"a {")


def test_encoding_is_chosen_even_if_it_is_the_only_file(root):
    """A file that is there in one encoding only isn't sent to who can't read it."""
    (root / "only.js.gz").write_bytes(gzip.compress(b"js"))
    _, get = view_and_get(root, content_encodings=["gzip"])
    with pytest.raises(HTTPNotFound):
        get("/only.js")
    assert get("/only.js", HTTP_ACCEPT_ENCODING="gzip").content_encoding == "gzip"
