"""What is asked: the table of scenarios, each an application and the requests that it is hit with.

A scenario names a family, the method of a contender that builds the application, and what that method is called with: so
``routes-1000`` is ``contender.routes(1000)``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Check = Callable[["Answer"], bool]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an application answered."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Hit:
    """One request that is timed, and what makes its answer right.

    Args:
        name: within its scenario.
        before: the path of a request that is made first, once: its cookies are sent along, and its answer's text is put
            into the body in the place of ``{token}``.
        later_s: how many seconds pass between the two. Sessions write their cookie anew once it is a second old.
    """

    name: str
    path: str
    check: Check
    status: int = 200
    method: str = "GET"
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    content_type: str = ""
    before: str = ""
    later_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """An application and its hits."""

    family: str
    hits: tuple[Hit, ...]
    arguments: tuple[int, ...] = ()
    about: str = ""

    @property
    def name(self) -> str:
        """The family and its arguments, as ``ONLY=`` and the tables call it."""
        return "-".join([self.family, *map(str, self.arguments)])


# -- what makes an answer right


def says(text: str) -> Check:
    """Check that an answer is this text."""
    return lambda answer: answer.body.decode() == text


def is_json(value: object) -> Check:
    """Check that an answer is this value, said to be JSON."""

    def check(answer: Answer) -> bool:
        content_type = dict(answer.headers).get("content-type", "")
        return content_type.startswith("application/json") and json.loads(answer.body) == value

    return check


def has_length(length: int) -> Check:
    """Check that an answer has so many bytes, and says so."""
    return lambda answer: (
        len(answer.body) == length and dict(answer.headers).get("content-length") == str(length)
    )


def has_body(answer: Answer) -> bool:
    """Check that there is something to read."""
    return len(answer.body) > 0


def has_rows(count: int) -> Check:
    """Check that a page has so many rows, with what belongs there in the last one."""

    def check(answer: Answer) -> bool:
        page = answer.body.decode()
        last = f'<a href="/bears/{count - 1}">Bear &lt;{count - 1}&gt;</a>'
        return page.count("<tr") == count + 1 and last in page and page.rstrip().endswith("</html>")

    return check


# -- the scenarios

ITEMS = [
    {"sku": f"bear-{number:04}", "count": number, "note": "not too hot" + "." * 30} for number in range(11)
]


def _order_body() -> bytes:
    body = json.dumps({"items": ITEMS, "note": ""}).encode()
    return json.dumps({"items": ITEMS, "note": "x" * (1024 - len(body))}).encode()


ORDER = Hit(
    "post",
    "/users/42/orders",
    is_json({"user": "42", "page": 3, "trace": "abc-123", "count": len(ITEMS)}),
    method="POST",
    query="page=3&sort=name",
    headers=(("X-Trace", "abc-123"),),
    body=_order_body(),
    content_type="application/json",
)

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
URLS = 20
DEPTHS = (1, 3, 10)
SIZES = (10, 100, 1_000, 10_000)
FILES = {"small.txt": 1024, "big.bin": 1024 * 1024}


@dataclass(frozen=True, slots=True)
class RouteSpec:
    """A route of the family ``routes``: its pattern is ``/head`` or ``/head/{name}``."""

    number: int
    head: str
    has_name: bool
    method: str

    @property
    def answer(self) -> str:
        """What its view answers, before the name."""
        return f"{self.method or 'any'} {self.number}"


def route_specs(count: int) -> list[RouteSpec]:
    """Return ``count`` routes: of ten, one is static, two differ in the method only, seven have a name each."""
    specs = []
    for number in range(count):
        kind = number % 10
        if kind == 1:
            specs.append(RouteSpec(number, f"about{number}", False, ""))
        elif kind in (2, 3):
            specs.append(RouteSpec(number, f"dens{number - kind}", True, "GET" if kind == 2 else "POST"))
        else:
            specs.append(RouteSpec(number, f"bears{number}", True, ""))
    return specs


def _routes(count: int) -> Scenario:
    last_ten = count - 10

    def named(name: str, number: int) -> Hit:
        return Hit(name, f"/bears{number}/baloo", says(f"any {number} baloo"))

    hits = (
        named("first", 0),
        named("middle", count // 2),
        named("last", count - 1),
        Hit("static", f"/about{last_ten + 1}", says(f"any {last_ten + 1}")),
        Hit("method", f"/dens{last_ten}/baloo", says(f"POST {last_ten + 3} baloo"), method="POST"),
        Hit("miss", "/nothing/here", has_body, status=404),
    )
    return Scenario("routes", hits, (count,), "a view each; of ten routes 7 dynamic, 1 static, 2 by method")


def _views(count: int) -> Scenario:
    if count == 1:
        return Scenario("views", (Hit("only", "/views", says("GET")),), (1,), "no predicate")
    if count == len(METHODS):
        hits = [Hit(name, "/views", says(method), method=method) for name, method in _ends(METHODS)]
        return Scenario("views", tuple(hits), (count,), "by method")
    parts = [(method, str(part)) for part in range(count // len(METHODS)) for method in METHODS]
    hits = [
        Hit(name, "/views", says(f"{method} {part}"), method=method, query=f"part={part}")
        for name, (method, part) in _ends(parts)
    ]
    return Scenario("views", tuple(hits), (count,), "by method and parameter")


def _ends(things: Sequence[object]) -> list[tuple[str, object]]:
    return [("first", things[0]), ("last", things[-1])]


def media_types(count: int) -> list[str]:
    """Return the media types that the family ``accept`` offers."""
    return [f"application/vnd.bears.v{number}+json" for number in range(count)]


def _accept(count: int) -> Scenario:
    offers = media_types(count)
    accept = f"{offers[1]};q=0.5, {offers[-1]}"
    hit = Hit("last", "/views", says(f"version {count - 1}"), headers=(("Accept", accept),))
    return Scenario("accept", (hit,), (count,), "by Accept, two media types asked for")


def node_path(depth: int) -> str:
    """Return the path of the resource at a depth."""
    return "/" + "/".join(f"node{level}" for level in range(depth))


def _all() -> list[Scenario]:
    urls = "\n".join(f"http://localhost/users/7/posts/{number}" for number in range(URLS))
    return [
        Scenario("hello", (Hit("hello", "/", says("Hello, world!")),)),
        Scenario("json", (Hit("get", "/users/42", is_json({"id": "42", "name": "Baloo"})),)),
        Scenario("post", (ORDER,), about="query, header and a JSON body of 1 KiB"),
        *map(_routes, SIZES),
        *(
            Scenario("traversal", (Hit("get", node_path(depth), says(f"node at {depth}")),), (depth,))
            for depth in DEPTHS
        ),
        *map(_views, (1, 5, 20)),
        *map(_accept, (5, 20)),
        Scenario(
            "acl",
            (
                Hit("allowed", node_path(3), says("baloo at 3"), before="/login"),
                Hit("denied", node_path(3), has_body, status=403),
            ),
            about="the resource at depth 3, the ACL at the root, an identity from a signed cookie",
        ),
        *(Scenario("template", (Hit("page", "/", has_rows(rows)),), (rows,)) for rows in (10, 1_000)),
        Scenario(
            "urls", (Hit("20", "/", says(urls)),), about="20 absolute URLs of a route with two placeholders"
        ),
        Scenario(
            "session", (Hit("count", "/count", says("2"), before="/count"),), about="read and written, signed"
        ),
        Scenario(
            "csrf",
            (
                Hit(
                    "form",
                    "/form",
                    says("Hello, Baloo"),
                    method="POST",
                    body=b"csrf_token={token}&name=Baloo",
                    content_type="application/x-www-form-urlencoded",
                    before="/form",
                    later_s=2.0,
                ),
            ),
            about="a form field holds the token, a cookie what it is checked against; sent two seconds after it was shown",
        ),
        Scenario(
            "static",
            tuple(Hit(name, f"/files/{name}", has_length(length)) for name, length in FILES.items()),
            about="1 KiB, 1 MiB",
        ),
        Scenario(
            "errors",
            (
                Hit("miss", "/nothing", has_body, status=404),
                Hit("raised", "/raised", has_body, status=404),
                Hit("broken", "/broken", says("broken: no porridge"), status=500),
            ),
            about="404 by miss, 404 raised, 500 through a view or handler for the exception",
        ),
    ]


SCENARIOS: dict[str, Scenario] = {scenario.name: scenario for scenario in _all()}

#: Parts that are no scenario: each has a module of its own.
PARTS = ("startup", "sockets", "linear")


def chosen(only: str) -> list[str]:
    """Return the names of scenarios and parts that ``ONLY=`` asks for: names, or families.

    Raises:
        ValueError: there is no such thing.
    """
    names = [*SCENARIOS, *PARTS]
    if not only:
        return names
    found: list[str] = []
    for word in only.replace(",", " ").split():
        hits = [name for name in names if name == word or name.startswith(f"{word}-")]
        if not hits:
            raise ValueError(f"nothing here is called {word!r}; there are: {', '.join(names)}")
        found.extend(name for name in hits if name not in found)
    return found
