"""Replays: what routing of other frameworks let through, asked of whole applications."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from webtest import TestApp

import goldilocks
from goldilocks.authorization import ACLHelper, Allow, Deny, Everyone
from goldilocks.config import Configurator
from goldilocks.exceptions import ConfigurationExecutionError
from goldilocks.response import Response
from goldilocks.routepattern import compile_pattern
from goldilocks.security import NO_PERMISSION_REQUIRED
from tests.support import browse, serve


def application(*patterns, view=None, defaults="secure", **view_options):
    """Make an application that answers these patterns with what it matched."""
    config = Configurator(settings={"goldilocks.defaults": defaults})
    for pattern in patterns:
        config.add_route(pattern, pattern)
        config.add_view(
            view or (lambda request: Response(repr(sorted(request.matchdict.items())))),
            route_name=pattern,
            **view_options,
        )
    return config.make_wsgi_app()


class Anybody:
    """A policy by which everybody is nobody in particular, and resources say what he may."""

    def permits(self, request, context, permission):
        return ACLHelper().permits(context, [Everyone], permission)


def get(app, path, **environ):
    """Send a path as a server hands it on: decoded once."""
    return browse(app).get("/", extra_environ={"PATH_INFO": path, **environ}, expect_errors=True)


# --- The end of a path -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pattern", [r"/item/{id:\d+}", r"/item/{id:\d+$}", r"/item/{id:\d}{n:\d*}", "/item/1"]
)
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\n\n", "\x0b", "\u2028".encode().decode("latin-1")])
@pytest.mark.parametrize("defaults", ["secure", "pyramid"])
def test_line_break_at_the_end_of_a_path(pattern, ending, defaults):
    r"""CVE-2021-44420: a line break behind what a pattern wants doesn't match; ``\Z`` ends every expression.

    Under Pyramid's defaults no edge refuses the control before a pattern is asked.
    """
    app = application(pattern, defaults=defaults)
    assert get(app, "/item/1").status_code == 200
    is_refused = defaults == "secure" and ending[0] < " "
    assert get(app, f"/item/1{ending}").status_code == (400 if is_refused else 404)


@pytest.mark.parametrize(("defaults", "status"), [("secure", 400), ("pyramid", 404)])
def test_line_break_is_no_end_for_predicates(defaults, status):
    r"""CVE-2021-44420: what ``path_info`` wants at the end is the end, if it is written ``\Z``."""
    app = application("/*rest", path_info=r"/item/\d+\Z", defaults=defaults)
    assert get(app, "/item/1").status_code == 200
    assert get(app, "/item/1\n").status_code == status


class Group(dict):
    """A resource of a tree, with a list of who may do what."""

    def __init__(self, acl=(), **children):
        super().__init__(children)
        self.__acl__ = list(acl)


@pytest.mark.parametrize("defaults", ["secure", "pyramid"])
def test_value_of_a_route_climbs_no_tree(defaults):
    """CVE-2024-32982 in a tree of resources: what a route matched doesn't lead to a place where somebody else's permissions hold."""
    everybody, nobody = [(Allow, Everyone, "see")], [(Deny, Everyone, "see")]
    secret, ours = Group(nobody, ann=Group(nobody)), Group(everybody, bob=Group(everybody))
    root = Group(everybody, groups=Group(everybody, secret=secret, ours=ours), open=Group(everybody))
    config = Configurator(settings={"goldilocks.defaults": defaults}, root_factory=lambda request: root)
    config.set_security_policy(Anybody())
    for name, pattern, traverse in (
        ("member", "/groups/{group}/{name}", "/groups/{group}/{name}"),
        ("file", "/files/{path:.*}", "/groups/secret/{path}"),
    ):
        config.add_route(name, pattern, traverse=traverse)
        config.add_view(
            lambda request: Response(str(sorted(request.matchdict.items()))),
            route_name=name,
            permission="see",
        )
    app = config.make_wsgi_app()
    assert get(app, "/groups/ours/bob").status_code == 200
    assert get(app, "/groups/secret/ann").status_code == get(app, "/files/ann").status_code == 403
    for path in ("secret/..", "../open", "./ours", "../..", "secret/../../open"):
        assert get(app, f"/groups/{path}").status_code == 404
    for path in ("..", "../..", "../ours", "../../open", "ann/../../ours"):
        assert get(app, f"/files/{path}").status_code == 404
    assert get(app, "/files/x/../ann").status_code == 403


# --- The methods of a class --------------------------------------------------------------------------------------------


class Item:
    """A view class whose methods are called as methods of HTTP are, and as Python's own are."""

    def __init__(self, request):
        self.request = request

    def __call__(self):
        return Response("called")

    def get(self):
        return Response("got")

    def _do_delete(self):
        raise AssertionError("nobody said that this answers")

    delete = trace = connect = _do_delete


@pytest.mark.parametrize(
    "method", ["_DO_DELETE", "_do_delete", "__INIT__", "__init__", "DELETE", "TRACE", "__CLASS__", "REQUEST"]
)
def test_method_of_a_request_names_no_method_of_a_class(method):
    """CVE-2026-48817: which method of a class answers was said when it was configured, and not by the request."""
    app = TestApp(application("/item", view=Item, attr="get", request_method="GET"), lint=False)
    assert app.get("/item").text == "got"
    refused = app.get("/item", extra_environ={"REQUEST_METHOD": method}, expect_errors=True)
    assert refused.status_code in (400, 405, 501)


# --- Expressions that a request could slow down ------------------------------------------------------------------------


#: Where an expression is made of what isn't written there, and of what it is made.
MADE_OF = {
    "config/mistakes.py": "a table of this file",
    "cookies.py": "an expression of WebOb's",
    "predicates.py": "what the application says: header and path_info",
    "routepattern.py": "what the application says: patterns of routes",
    "templatescan.py": "names of elements that a table has",
    "migrate/inifile.py": "our own words",
}
ROOT = Path(goldilocks.__file__).parent
FUNCTIONS = {"compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer"}


def expressions(tree):
    """Go through what is taken for a regular expression in a file."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=name), args=[first, *_]):
                if name in FUNCTIONS:
                    yield first


def is_written_there(node):
    """Tell whether an expression is a constant, or joined of constants."""
    match node:
        case ast.Constant():
            return True
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return is_written_there(left) and is_written_there(right)
        case ast.JoinedStr(values=values) | ast.Tuple(elts=values):
            return all(map(is_written_there, values))
        case ast.FormattedValue(value=ast.Name(id=name)) | ast.Name(id=name):
            return name.isupper()  # a constant
    return False


@pytest.mark.parametrize(
    "file", sorted(ROOT.rglob("*.py")), ids=lambda file: file.relative_to(ROOT).as_posix()
)
def test_text_of_a_request_is_no_expression(file):
    """CVE-2022-41323: an expression is written in the source, or made of what the application says."""
    made = [found for found in expressions(ast.parse(file.read_text("utf-8"))) if not is_written_there(found)]
    assert not made or file.relative_to(ROOT).as_posix() in MADE_OF, [ast.unparse(each) for each in made]


@pytest.mark.parametrize("path", ["/" + "(" * 5000 + "x", "/[", "/(?P<a>", "/" + "(a+)+" * 1000, "/*", "/\\"])
def test_path_that_looks_like_an_expression(path):
    """CVE-2022-41323: what looks like an expression in a path, a query or a header is text like any other."""
    app = application("/{a}/x", "/about", header="X-Kind:plain", accept="text/html")
    response = get(app, path, QUERY_STRING="lang=((((", HTTP_ACCEPT_LANGUAGE="((((", HTTP_X_KIND="((((")
    assert response.status_code in (400, 404)


SEVERAL_IN_A_SEGMENT = [
    "/{a}-{b}",
    "/{a}-{b}-{c}",
    "/{a}{b}{c}",
    "/x{a}--{b}-{c}.html",
    "/{a}-{b}/{c}.{d}",
    "/{a}-{b}*rest",
]


@pytest.mark.parametrize("pattern", SEVERAL_IN_A_SEGMENT)
def test_several_placeholders_in_a_segment_need_no_expression(pattern, monkeypatch):
    """CVE-2024-45296: such a pattern is matched by one search from the right for each of its literals."""

    def refuse(*args):
        raise AssertionError("a regular expression would have to be linear")

    monkeypatch.setattr("goldilocks.routepattern.re.compile", refuse)
    match = compile_pattern(pattern).match
    assert match("/a-b-c") is None or set(match("/a-b-c")) >= {"a", "b"}
    for text in ("-" * 50_000, "a-" * 50_000, "a" * 50_000, "a-" * 50_000 + "\n", "-a" * 50_000 + "/"):
        match(f"/a{text}")
        match(f"/{text}/")


@pytest.mark.parametrize("pattern", ["/a{x}b*rest", "/{a}.html/{b}*rest", "/x{a}/{b}y/{c}z*rest"])
def test_own_expressions_give_nothing_back(pattern, monkeypatch):
    """CVE-2024-45296: where a pattern becomes an expression, what each segment took is never tried again."""
    made = []
    compiled = re.compile
    monkeypatch.setattr(
        "goldilocks.routepattern.re.compile", lambda text, *flags: made.append(text) or compiled(text, *flags)
    )
    match = compile_pattern(pattern).match
    for text in ("-" * 50_000, "b" * 50_000, "a/" * 20_000):
        match(f"/a{text}\n")
    (text,) = made
    segments = text.partition("(?P<rest>")[0]
    assert segments.count("(?>") == pattern.count("/")
    assert all(segment.count("[^/]+") <= 1 for segment in segments.split("(?>"))


# --- Views that nobody may be let into by mistake ----------------------------------------------------------------------


def hello(request):
    return Response("hello")


def test_view_without_permission_is_refused():
    """Under ``require_permissions`` a view says who may see it, and the error names the line that didn't."""
    config = Configurator(settings={"goldilocks.require_permissions": "true"})
    config.add_route("hello", "/")
    config.add_view(hello, route_name="hello")  # forgotten
    with pytest.raises(ConfigurationExecutionError, match=r"hello says no permission[^$]*# forgotten"):
        config.commit()


def test_view_that_says_its_permission():
    """A permission, the word for none and a default permission are answers; views of errors need none."""
    config = Configurator(settings={"goldilocks.require_permissions": "true"})
    config.add_view(hello, permission="see")
    config.add_view(hello, name="open", permission=NO_PERMISSION_REQUIRED)
    config.add_notfound_view(hello)
    config.add_exception_view(hello)
    config.add_static_view("static", str(ROOT))
    config.commit()
    config.set_default_permission("see")
    config.add_view(hello, name="other")
    config.commit()


def test_permissions_need_not_be_said():
    """Without the setting nothing is asked."""
    config = Configurator()
    config.add_view(hello)
    config.commit()


# --- On no list: headers that some servers and frameworks take for the address ----------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Prefix", "X-Script-Name", "X-Url-Scheme", "X-Original-Host", "X-Host",
        "X-Middleware-Subrequest", "X-Accel-Mapping", "X-Sendfile-Type", "X-HTTP-Method",
    ],
)  # fmt: skip
@pytest.mark.parametrize("defaults", ["secure", "pyramid"])
def test_header_names_no_other_address(name, defaults):
    """CVE-2018-14773, CVE-2021-41267, CVE-2025-29927, CVE-2025-61780: what a guard in front has seen is what is answered."""

    def seen(config):
        config.add_route("seen", "/*rest")
        config.add_view(
            lambda request: Response(f"{request.method} {request.url} {request.matchdict}"), route_name="seen"
        )

    browser = serve(seen, goldilocks__defaults=defaults)
    plain = browser.get("/open/x").text
    for said in ("/closed", "POST", "evil.example"):
        assert browser.get("/open/x", headers={name: said}).text == plain
