"""The pattern language of routes."""

from __future__ import annotations

import time

import pytest

from goldilocks.exceptions import ConfigurationError
from goldilocks.routepattern import RoutePatternError, SimplePattern, compile_pattern, stays_in_segment


def match(pattern, path):
    return compile_pattern(pattern).match(path)


def generate(pattern, **kw):
    return compile_pattern(pattern).generate(kw)


# --- Matching


@pytest.mark.parametrize(
    ("pattern", "path", "found"),
    [
        # literal text
        ("", "/", {}),
        ("/", "/", {}),
        ("/", "", None),
        ("/about", "/about", {}),
        ("about", "/about", {}),
        ("/about", "/about/", None),
        ("/about/", "/about", None),
        ("/a//b", "/a//b", {}),
        ("/a//b", "/a/b", None),
        ("/a.b", "/axb", None),
        ("/ñ", "/ñ", {}),
        ("/%20", "/ ", None),
        (b"/about", "/about", {}),
        # placeholders
        ("/{x}", "/a", {"x": "a"}),
        ("/{x}", "/", None),
        ("/{x}", "/a/b", None),
        ("/{x}", "a", None),
        ("/{x}/{y}", "/a/b", {"x": "a", "y": "b"}),
        ("/{x}/edit", "/a/edit", {"x": "a"}),
        ("/{_x1}", "/a", {"_x1": "a"}),
        ("/{x}.html", "/a.b.html", {"x": "a.b"}),
        ("/{x}.html", "/.html", None),
        ("/a{x}", "/ab", {"x": "b"}),
        ("/{x}/", "/a/", {"x": "a"}),
        ("/{x}", "/a\n", {"x": "a\n"}),
        # several in one segment: each takes what it can, from the left
        ("/{x}.{y}", "/a.b.c", {"x": "a.b", "y": "c"}),
        ("/{x}.{y}", "/a.", None),
        ("/{x}.{y}", "/.a", None),
        ("/{x}{y}", "/abc", {"x": "ab", "y": "c"}),
        ("/{x}{y}", "/a", None),
        ("/v{x}-{y}-{z}.html", "/v1-2-3-4.html", {"x": "1-2", "y": "3", "z": "4"}),
        ("/v{x}-{y}", "/w1-2", None),
        ("/{x}-{y}/z", "/1-2/z", {"x": "1", "y": "2"}),
        ("/{x}-{y}/z", "/1-2", None),
        ("/{x}-{y}/z", "/1-2/z/", None),
        ("/{x}-{y}/z", "x/1-2/z", None),
        # regular expressions
        (r"/{x:\d+}", "/12", {"x": "12"}),
        (r"/{x:\d+}", "/12\n", None),
        (r"/{x:\d{4}}", "/2024", {"x": "2024"}),
        (r"/{x:\d{4}}", "/202", None),
        ("/{x:a/b}/c", "/a/b/c", {"x": "a/b"}),
        ("/{x:.*}", "/", {"x": ""}),
        ("/{x:.*}", "/a/b", {"x": "a/b"}),
        ("/{x:a:b}", "/a:b", {"x": "a:b"}),
        ("/{x:}", "/", {"x": ""}),
        ("/{x:(?P<y>a)?b}", "/b", {"x": "b", "y": None}),
        ("/{x:a+}-{y}", "/aa-b", {"x": "aa", "y": "b"}),
        # a star
        ("/*rest", "/", {"rest": ()}),
        ("*rest", "/a/b", {"rest": ("a", "b")}),
        ("/a/*rest", "/a/", {"rest": ()}),
        ("/a/*rest", "/a", None),
        ("/a*rest", "/a", {"rest": ()}),
        ("/a*rest", "/ab/c", {"rest": ("b", "c")}),
        ("/a*rest", "/b", None),
        ("/{x}*rest", "/a/b//../c", {"x": "a", "rest": ("c",)}),
        ("/{x}b*rest", "/abcbd/e", {"x": "abc", "rest": ("d", "e")}),
        ("/*rest", "/a\n", None),
        ("/{x}-{y}*rest", "/a-b-c/d", {"x": "a-b", "y": "c", "rest": ("d",)}),
        ("/{x}-{y}*rest", "/a-b", {"x": "a", "y": "b", "rest": ()}),
        ("/{x}-{y}.*rest", "/a-b.c.d/e", {"x": "a", "y": "b.c", "rest": ("d", "e")}),
        ("/{x}-{y}.*rest", "/a-b", None),
        ("/{x}-{y}.*rest", "/ab.", None),
        ("/{x}-{y}/*rest", "/a-b/c/d", {"x": "a", "y": "b", "rest": ("c", "d")}),
        ("/{x}-{y}/*rest", "/a-b", None),
        ("/{x}-{y}/*rest", "/a-b/c\n", None),
        ("/{x}-{y}/*rest", "x/a-b/c", None),
        (r"/{x:\d+}/*rest", "/1/a/b", {"x": "1", "rest": ("a", "b")}),
        ("/a/*", "/a/", {}),
        ("/a/*", "/a/b", None),
        ("/a*b/c", "/a*b/c", {}),
        # the old way
        ("/:x/edit", "/a/edit", {"x": "a"}),
        ("/:x.html", "/a.html", {"x": "a"}),
        (":x*rest", "/a/b", {"x": "a", "rest": ("b",)}),
        ("/{x}/:y", "/a/:y", {"x": "a"}),
        ("/:1", "/:1", {}),
        # braces that mean nothing
        ("/{", "/{", {}),
        ("/{x", "/{x", {}),
        ("/x}", "/x}", {}),
        ("/{}", "/{}", {}),
        ("/{1}", "/{1}", {}),
    ],
)
def test_match(pattern, path, found):
    """What a pattern makes of a path."""
    assert match(pattern, path) == found


def test_names_keep_their_order():
    """The parts stand in the dictionary in the order in which they stand in the pattern."""
    assert list(match("/{b}-{a}/{c}*rest", "/1-2/3/4")) == ["b", "a", "c", "rest"]


def test_regular_expressions_may_reach_over_each_other():
    """Whatever the regular expressions make of the pattern as a whole counts, as long as it is one."""
    compiled = compile_pattern("/a/{x:1)|(?:/b}*rest")
    assert compiled.shape is None
    assert compiled.match("/a/1 and on") == {"x": "1", "rest": ()}
    assert compiled.match("/a/2") is None


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("/{a}-{b}-{c}-{d}.html", "/" + "-" * 50_000),
        ("/{a}-{b}/x", "/" + "-" * 50_000 + "/y"),
        ("/{a}b*rest", "/" + "b" * 50_000 + "/\n"),
        ("/{a}*rest", "/" + "b" * 50_000 + "/\n"),
        ("/{a}-{b}*rest", "/" + "-" * 50_000 + "/\n"),
        ("/{a}/{b}/{c}", "/" * 50_000),
    ],
)
def test_time_grows_with_the_path_only(pattern, path):
    """A long path that doesn't fit is refused at once: no pattern of ours tries every way to divide it."""
    compiled = compile_pattern(pattern)
    start = time.perf_counter()
    assert compiled.match(path) is None
    assert time.perf_counter() - start < 0.5


# --- Making paths


@pytest.mark.parametrize(
    ("pattern", "kw", "path"),
    [
        ("", {}, "/"),
        ("about", {}, "/about"),
        ("/a b/ñ%", {}, "/a%20b/%C3%B1%25"),
        ("/{x}", {"x": "a b"}, "/a%20b"),
        ("/{x}", {"x": "a/b:@&+$,"}, "/a/b:@&+$,"),
        ("/{x}", {"x": 7, "more": object()}, "/7"),
        ("/{x}", {"x": None}, "/None"),
        ("/{x}", {"x": b"\xc3\xb1"}, "/%C3%B1"),
        (r"/{x:\d+}.html", {"x": "not checked"}, "/not%20checked.html"),
        ("/:x", {"x": "a"}, "/a"),
        ("/a/*rest", {"rest": ("b/c", 7, b"d")}, "/a/b/c/7/d"),
        ("/a/*rest", {"rest": ()}, "/a/"),
        ("/a*rest", {"rest": "/b/ñ"}, "/a/b/%C3%B1"),
        ("/a/*rest", {"rest": b"b/c"}, "/a/b/c"),
        ("/a/*rest", {"rest": None}, "/a/None"),
        ("/{x}*rest", {"x": "a", "rest": ["", "b"]}, "/a/b"),
    ],
)
def test_generate(pattern, kw, path):
    """What a pattern makes of values."""
    assert generate(pattern, **kw) == path


def test_missing_value_is_named():
    """A value that isn't there is a ``KeyError`` with the name."""
    with pytest.raises(KeyError, match="'y'"):
        generate("/{x}/{y}", x=1)
    with pytest.raises(KeyError, match="'rest'"):
        generate("/*rest")


# --- Patterns that can't be understood


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("/{foo-bar}", "'foo-bar' can't be a name"),
        ("/{foo bar:a}", "'foo bar' can't be a name"),
        ("/*1", "'1' can't be a name"),
        ("/{x}/{y}/{x}", "the name 'x' stands in it twice"),
        (r"/{x}/{x:\d}", "the name 'x' stands in it twice"),
        ("/{x}/*x", "the name 'x' stands in it twice"),
        ("/{x:[a-}", "the regular expression '[a-' of {x} is not valid: unterminated character set"),
        ("/{x:(?P<y>a)}/{y}", "the name"),
        ("/{x:(?P<y>a)}/{z:(?P<y>a)}", "its regular expressions don't fit together"),
        (b"/\xc3\xb1", "bytes may hold ASCII only"),
    ],
)
def test_fault_is_told_in_words(pattern, words):
    """The error names the pattern and what is wrong with it, and is an error of the configuration and of a value."""
    with pytest.raises(RoutePatternError) as caught:
        compile_pattern(pattern)
    assert isinstance(caught.value, ConfigurationError)
    assert isinstance(caught.value, ValueError)
    assert repr(pattern) in str(caught.value)
    if words != "the name":
        assert words in str(caught.value)


# --- What the route table may rely on


@pytest.mark.parametrize(
    "regex",
    [
        r"\d+", r"\w*", "[^/]+", "[^/.]+", "[0-9a-f]{32}", "(en|de)?", "(?:a|b)", "(?P<y>a)", "(?i:a)", "a{2,}", "(?=a)a",
        r"\.\-", "[]a]", "[^]/]", r"[\w-]+", "a++", "^a$", "",
    ],
)  # fmt: skip
def test_regular_expression_that_stays_in_a_segment(regex):
    """The usual ones are seen to match no slash."""
    assert stays_in_segment(regex)


@pytest.mark.parametrize(
    "regex",
    [".", "[^.]", "[+-9]", r"\W", r"\D", r"\S", "/", r"\/", r"\x2f", r"\057", r"\u002f", r"(a)\1", "(?P=x)", "(?#c)a",
     "(?x: a)", r"[\x2f]", "(?(x)a|b)", "[^]]"],
)  # fmt: skip
def test_regular_expression_that_may_cross_a_slash(regex):
    """What matches a slash, and what isn't understood, may take any number of segments."""
    assert not stays_in_segment(regex)


def test_shape_ends_where_slashes_may_follow():
    """Behind the first part that may hold slashes nothing is known of the segments."""
    shape = compile_pattern("/a/b{x}/c{y:.*}/d/{z}").shape
    assert shape.is_open
    assert [segment.prefix for segment in shape.segments] == ["a", "b", "c"]


def test_plain_pattern_needs_no_matching():
    """For literal segments and whole placeholders it is enough to know which piece goes under which name."""
    assert compile_pattern("/a/{x}/b/{y}").names == (("x", 2), ("y", 4))
    assert compile_pattern("/a/b").names == ()
    assert compile_pattern("/a/{x}.html").names is None
    assert compile_pattern("/a/{x}*rest").names is None


def test_literal_pattern_is_one_path():
    """A pattern without placeholders says the one path that it matches."""
    assert compile_pattern("a/b").literal == "/a/b"
    assert compile_pattern("/{x}").literal is None
    assert compile_pattern("/a*rest").literal is None


def test_simple_pattern_is_read_when_asked():
    """What a simple pattern consists of is read off when somebody asks; it has nothing else."""
    pattern = compile_pattern("pages/{id}/edit")
    assert type(pattern) is SimplePattern
    assert pattern.names == (("id", 2),)
    assert pattern.segments == ("pages", None, "edit")
    assert not hasattr(pattern, "shape")
    assert pattern.generate({"id": 7}) == "/pages/7/edit"
