"""A table of routes answers as trying all routes one by one does, and a pattern matches as its regular expression does.

An example has forty lookups: two thousand in the default profile, two hundred thousand in the nightly one.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goldilocks.routeorder import specificity
from goldilocks.routepattern import compile_pattern
from goldilocks.traversal.paths import split_path_info
from goldilocks.urldispatch import Route, RoutesMapper, RouteTable

LITERALS = ["a", "b", "ab", "-", ".html", "ñ", "%41", "{", "a b", "@@", "*"]
REGEXES = [
    r"\d+",
    "[ab]+",
    "[^/.]+",
    ".*",
    ".+b",
    "a/b",
    "(?:a|ab)/?",
    r"\W",
    "",
    r"[^a]",
    r"\d{2}",
    "(?=a).",
    "a$",
    r"\x2f",
]
PIECES = ["a", "b", "ab", "-", ".html", "ñ", "%41", "{", "1", "22", ".", "..", "a b", "\n", "@@", "*", ""]

literal = st.sampled_from(LITERALS).map(lambda text: (text, re.escape(text)))
free = st.just((None, "[^/]+"))
regex = st.sampled_from(REGEXES).map(lambda text: (text, text))
#: A segment is literal, a whole placeholder, or a mixture.
segment = st.one_of(
    st.just([]),
    st.lists(literal.map(lambda found: ("literal", *found)), min_size=1, max_size=2),
    free.map(lambda found: [("free", *found)]),
    regex.map(lambda found: [("regex", *found)]),
    st.lists(
        st.one_of(
            literal.map(lambda found: ("literal", *found)),
            free.map(lambda found: ("free", *found)),
            regex.map(lambda found: ("regex", *found)),
        ),
        min_size=2,
        max_size=4,
    ),
)


@st.composite
def patterns(draw):
    """Return a pattern, the regular expression that it means, and the name of its star."""
    pattern, meaning, count = "", "", 0
    for parts in draw(st.lists(segment, min_size=1, max_size=4)):
        pattern, meaning = pattern + "/", meaning + "/"
        for kind, text, source in parts:
            if kind == "literal":
                pattern, meaning = pattern + text, meaning + source
                continue
            pattern += f"{{p{count}}}" if kind == "free" else f"{{p{count}:{text}}}"
            meaning += f"(?P<p{count}>{source})"
            count += 1
    if draw(st.booleans()) and draw(st.booleans()):
        return pattern + "*rest", meaning + "(?P<rest>.*?)", "rest"
    if re.search(r"\*\w*\Z", pattern):
        pattern, meaning = pattern + "!", meaning + "!"  # what looks like a star at the end would be one
    return pattern, meaning, None


def path_of(number):
    """Return the path that a number stands for: its digits are pieces, and one in nine has no slash in front."""
    number, front = divmod(number, 9)
    path = "/" if front < 8 else ""
    while number:
        number, digit = divmod(number, len(DIGITS))
        path += DIGITS[digit]
    return path


# One choice a path: hypothesis remembers every choice that it makes, and forty paths would be hundreds
DIGITS = [*PIECES, "/", "/", "/", "/", "/", "/"]
paths = st.integers(0, 9 * len(DIGITS) ** 8).map(path_of)
forty_paths = st.lists(paths, min_size=40, max_size=40)
tables = st.lists(st.tuples(patterns(), st.sampled_from([0, 0, 0, 2, 3])), max_size=25)
slow = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def naive_match(meaning, rest, path):
    matched = re.match(meaning + r"\Z", path)
    if matched is None:
        return None
    return {
        name: split_path_info(text) if name == rest else text for name, text in matched.groupdict().items()
    }


def linear_scan(routes, path, request):
    for route in routes:
        match = route.match(path)
        if match is not None and all(
            predicate({"match": match, "route": route}, request) for predicate in route.predicates
        ):
            return {"route": route, "match": match}
    return {"route": None, "match": None}


def routes_of(table):
    """Make routes; some have a predicate that refuses some paths."""
    routes = []
    for number, ((pattern, _, _), divisor) in enumerate(table):
        predicates = [lambda info, path, d=divisor, n=number: (len(path) + n) % d == 0] if divisor else []
        routes.append(Route(str(number), pattern, predicates=predicates))
    return routes


@slow
@given(tables, forty_paths)
def test_table_answers_as_the_linear_scan(table, paths):
    """Whatever the routes and the path, the table chooses the route that trying all of them in order chooses."""
    routes = routes_of(table)
    ready = RouteTable(routes)
    for path in paths:
        expected = linear_scan(routes, path, path)
        assert ready.choose(path, path) == expected
        assert ready.find(path, path) == (None if expected["route"] is None else tuple(expected.values()))


@slow
@given(tables, forty_paths)
def test_candidates_are_all_that_match_in_order(table, paths):
    """No route that matches is missing among the candidates, and they stand in the order in which they were said."""
    routes = routes_of(table)
    ready = RouteTable(routes)
    for path in paths:
        candidates = [int(route.name) for route in ready.candidates(path)]
        assert candidates == sorted(candidates)
        assert {int(route.name) for route in routes if route.match(path) is not None} <= set(candidates)


@slow
@given(tables, forty_paths)
def test_table_without_room_answers_the_same(table, paths):
    """A table that may remember nothing gives the same answers."""
    routes = routes_of(table)
    ready = RouteTable(routes)
    ready._room = 0
    for path in paths:
        assert ready.choose(path, path) == linear_scan(routes, path, path)


@slow
@given(tables, forty_paths)
def test_shortcut_finds_what_the_table_finds(table, paths):
    """What was learnt of one path is right for all paths for which it is found."""
    built = RouteTable(routes_of(table))
    shortcut = built.shortcut()
    for path in paths * 2:
        found = built.find(path, None)
        match, route = shortcut.find(path)
        assert route is None or (route, match) == found
        if found is not None and not found[0].predicates:
            shortcut.learn(path, found[0], found[0])
            match, route = shortcut.find(path)
            # where a segment may begin with a prefix, the shortcut leads nowhere, and the table is asked
            assert (route, match) in (found, (None, {}))


@pytest.mark.parametrize(
    ("patterns", "learnt", "found"),
    [
        (
            ["/users/{id}", "/all"],
            "/users/7",
            {"/users/8": {"id": "8"}, "/users/": None, "/all": None, "/users/7/8": None},
        ),
        (["/users/new", "/users/{id}"], "/users/7", {"/users/8": {"id": "8"}, "/users/new": None}),
        (["/users/{id}", "/users/new"], "/users/7", {"/users/8": {"id": "8"}, "/users/new": None}),
        (
            ["/api/v1/users/{id}"],
            "/api/v1/users/7",
            {"/api/v1/users/8": {"id": "8"}, "/api/v2/users/8": None},
        ),
        (["/{a}/{b}"], "/x/y", {"/x/z": {"a": "x", "b": "z"}, "/z/y": {"a": "z", "b": "y"}}),
        (["/{a}/b"], "/x/b", {"/z/b": {"a": "z"}, "/x/c": None}),
        (["/{a}"], "/x", {"/y": {"a": "y"}, "/": None, "//y": None, "y": None}),
        (["/a{b}", "/{c}"], "/x", {"/y": None}),
        (["/{c}", "/x/{b}/*rest"], "/x", {"/y": None, "/x": {"c": "x"}}),
        (["/x/{b}", "/x/{b}/*rest"], "/x/1", {"/x/2": {"b": "2"}, "/x/2/3": None}),
    ],
)
def test_shortcut_leads_to_what_was_learnt(patterns, learnt, found):
    """Once the place of a path is learnt, all paths that lead there are found by the shortcut, and no others."""
    built = RouteTable([Route(pattern, pattern) for pattern in patterns])
    shortcut = built.shortcut()
    route, match = built.find(learnt, None)
    assert shortcut.find(learnt) == ({}, None)
    shortcut.learn(learnt, route, route)
    assert shortcut.find(learnt)[1] in (route, None)
    for path, match in found.items():
        assert shortcut.find(path) == (({}, None) if match is None else (match, route))


@slow
@given(st.data(), tables, forty_paths)
def test_mapper_follows_its_list(data, table, paths):
    """However the list of routes is changed between requests, the answer is that of the list as it is."""
    mapper = RoutesMapper()
    routes = routes_of(table)
    mapper.routelist = routes
    for number, path in enumerate(paths):
        if number % 10 == 9 and mapper.routelist:
            moved = mapper.routelist.pop(data.draw(st.integers(0, len(mapper.routelist) - 1)))
            mapper.routelist.insert(data.draw(st.integers(0, len(mapper.routelist))), moved)
        assert mapper.table.choose(path, path) == linear_scan(list(mapper.routelist), path, path)


@slow
@given(patterns(), forty_paths)
def test_pattern_matches_as_its_regular_expression(pattern, paths):
    """A pattern matches what the regular expression that it stands for matches, and its parts are the same."""
    source, meaning, rest = pattern
    match = compile_pattern(source).match
    for path in paths:
        assert match(path) == naive_match(meaning, rest, path)


@given(
    st.lists(st.sampled_from(["x", "y", "", "-", "é/", "a b"]), min_size=3, max_size=3),
    st.lists(st.text(min_size=1)),
)
def test_what_is_generated_matches(values, rest):
    """What a pattern makes of values without slashes, unquoted, it matches, and it gives the values back."""
    from urllib.parse import unquote

    values = [value.replace("/", "") or "v" for value in values]
    names = tuple(name for name in rest if "/" not in name and "\n" not in name and name not in (".", ".."))
    names = tuple(name for name in names if name.isprintable())
    kw = {"a": values[0], "b": values[1], "c": values[2], "rest": names}
    compiled = compile_pattern("/é/{a}/{b}.x/{c}/*rest")
    assert compiled.match(unquote(compiled.generate(kw))) == kw


@slow
@given(
    st.lists(st.sampled_from(["a", "ab", "{p}", r"{p:\d+}", "a{p}", "{p}b", ""]), min_size=1, max_size=3),
    paths,
)
def test_literal_pattern_is_more_specific_than_any_other(segments, path):
    """A pattern that is a path's own text goes before any pattern that matches it by a placeholder."""
    pattern = "/" + "/".join(segment.replace("p", f"p{index}") for index, segment in enumerate(segments))
    plain = path.replace("{", "").replace("*", "")
    if pattern != plain and compile_pattern(pattern).match(plain) is not None:
        assert specificity(plain) < specificity(pattern)
