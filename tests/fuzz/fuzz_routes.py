"""A path on the first line, a pattern on the second: what matches can be made again of its parts, and matches again."""

from contextlib import suppress
from urllib.parse import unquote

from goldilocks.exceptions import URLDecodeError
from goldilocks.request import Request
from goldilocks.routepattern import RoutePatternError, compile_pattern, read_pattern
from goldilocks.traversal import (
    ResourceTreeTraverser,
    find_resource,
    resource_path,
    traversal_path,
)
from goldilocks.urldispatch import RoutesMapper
from tests.everything import ROUTES, Node

PATTERNS = [
    *ROUTES.values(), "/{a}-{b}", "/{a}-{b}-{c}.{d}", "/x{a}y{b}z", "/{a}{b}", r"/{a:\d+}{b:[a-z]*}/{c}", "/{a}/*rest", "/*rest",
    "/a*rest", "", "/", "/a/", "/{a:.*}", "/{year:\\d{4}}-{month:\\d\\d}",
]  # fmt: skip
COMPILED = [(pattern, compile_pattern(pattern)) for pattern in PATTERNS]

MAPPER = RoutesMapper()
for number, each in enumerate(PATTERNS):
    MAPPER.connect(str(number), each)


def one_input(data: bytes) -> None:
    """Match a path with the patterns there are, alone and together; and with one of its own, if that is one."""
    raw, _, source = data.partition(b"\n")
    with suppress(URLDecodeError):
        walk(raw)
    with suppress(UnicodeDecodeError):
        path = "/" + raw.decode().lstrip("/")
        for pattern, compiled in COMPILED:
            check(pattern, compiled, path)
        matching = [route for route in MAPPER.routelist if route.match(path) is not None]
        assert [route.name for route in MAPPER.table.candidates(path) if route.match(path) is not None] == [
            route.name for route in matching
        ]
        own = source.decode()
        if ":" not in own:  # whoever writes an expression may write a slow one
            with suppress(RoutePatternError):
                check(own, compile_pattern(own), path)


def check(pattern: str, compiled, path: str) -> None:
    """See that the parts of a path are parts of it, and that they make a path of which they are the parts."""
    match = compiled.match(path)
    if match is None:
        return
    made = compiled.generate(match)
    assert made.isascii()
    assert made.isprintable()
    placeholders = [found.name for found in read_pattern(pattern).placeholders]
    for name in placeholders:
        assert match[name] in path
    rest = read_pattern(pattern).rest
    if rest:
        assert all(segment in path for segment in match[rest])  # the slashes between them aren't kept
        return
    assert compiled.match(unquote(made)) == match, (pattern, path, match, made)


def walk(raw: bytes) -> None:
    """See that a path leads to a resource whose path leads there."""
    text = raw.decode("latin-1")
    with suppress(UnicodeEncodeError):  # as text it must be quoted
        assert isinstance(traversal_path(text), tuple)
    root = Node()
    found = ResourceTreeTraverser(root)(
        Request({"PATH_INFO": "/" + text.lstrip("/"), "REQUEST_METHOD": "GET"})
    )
    context = found["context"]
    assert resource_path(find_resource(root, resource_path(context))) == resource_path(context)
