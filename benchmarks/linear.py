"""Linear time: how much longer each parser takes for twice the input, up to 1 MB of it.

The inputs are those of which some parser somewhere took more than linear time, and others of their kind. All limits are
switched off, so that what is measured is the parser and not the refusal. A parser is linear where the ratio is about two;
one that is above `WANTED` is marked, and so is one that is left out of the larger inputs because it took too long.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import io
import itertools
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from benchmarks import figures
from benchmarks.rounds import Say
from goldilocks.authentication import extract_http_basic_credentials, parse_ticket
from goldilocks.cookies import parse
from goldilocks.csrf import unmasked
from goldilocks.edge import Edge
from goldilocks.forms import base_name
from goldilocks.headers import check, content_disposition, safe_location
from goldilocks.hosts import AllowedHosts
from goldilocks.jsonbody import is_json
from goldilocks.limits import UNLIMITED, Limits
from goldilocks.localurl import is_local_url
from goldilocks.owncookies import OwnCookie
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.routepattern import compile_pattern
from goldilocks.signing import KeyRingSerializer, Signer
from goldilocks.static import static_view
from goldilocks.templatecode import js, safe_url
from goldilocks.traversal import ResourceTreeTraverser, split_path_info, traversal_path
from goldilocks.urldispatch import RoutesMapper

SIZES = tuple(1024 * 2**power for power in range(6, 11))

#: What ``t(2n)/t(n)`` should stay below.
WANTED = 2.5

#: Beyond this a parser gets no larger input.
PATIENCE_S = 1.0

#: Each timing is made of as many calls as take this long, and is the best of so many.
WHILE_S = 0.002
TURNS = 3

NONE = Limits(**{each.name: UNLIMITED for each in Limits.table if each.prefix})
NONE_COMPATIBLE = Limits.compatible()
SECRET = "a secret of more than thirty-two bytes"

Act = Callable[[], Any]
Row = dict[str, Any]


# --- Inputs ----------------------------------------------------------------------------------------------------------


def filled(unit: str, before: str = "", after: str = "") -> Callable[[int], str]:
    """Return a function that makes a text of so many bytes, full of one thing."""
    return lambda size: before + unit * ((size - len(before) - len(after)) // len(unit)) + after


def environ(body: bytes = b"", **said: str) -> dict[str, Any]:
    """Return an environment as a server makes it."""
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **said,
    }


def reads(
    key: str, read: Callable[[Request], Any], limits: Limits = NONE, **said: str
) -> Callable[[str], Act]:
    """Return what makes of a text the reading of a request that has it under a key; ``body`` is the body."""

    def make(text: str) -> Act:
        def act() -> None:
            values = {**said} if key == "body" else {**said, key: text}
            request = Request(environ(text.encode("latin-1") if key == "body" else b"", **values))
            request.limits = limits
            read(request)

        return act

    return make


def calls(function: Callable[[str], Any]) -> Callable[[str], Act]:
    """Return what makes of a text the call of a function with it."""
    return lambda text: lambda: function(text)


FORM = {"CONTENT_TYPE": "application/x-www-form-urlencoded"}
MULTIPART = {"CONTENT_TYPE": "multipart/form-data; boundary=B"}
JSON = {"CONTENT_TYPE": "application/json"}
PART = '--B\r\nContent-Disposition: form-data; name="a"'
FILE = f'{PART}; filename="x"\r\n\r\n'

Case = tuple[str, Callable[[int], str], Callable[[str], Act]]


def cases() -> Iterator[Case]:
    """Go through all that is measured: what is read, what it is full of, and how it is read."""
    for make in (_paths, _fields, _multipart, _cookies, _accept, _parts, _json, _hosts, _signed, _written):
        yield from make()


def _paths() -> Iterator[Case]:
    shapes = {
        "/a": "",
        "/..": "",
        "/a/..": "",
        "/": "",
        "a": "/",
        "\xc3\xa9": "/",
        "\xff": "/",
        "/%41": "",
        "/@@": "",
    }
    for unit, before in shapes.items():
        yield f"path split {unit!r}", filled(unit, before), calls(split_path_info)
    for unit in ("/%41", "/a"):
        yield f"traversal_path {unit!r}", filled(unit), calls(traversal_path)
    yield "path quoted", filled("\xc3\xa9 ", "/"), reads("PATH_INFO", lambda request: request.url)
    yield "walk '/a'", filled("/a"), reads("PATH_INFO", ResourceTreeTraverser(Tree()))
    patterns = (
        ("/{a}-{b}", "-"), ("/{a}-{b}-{c}", "-"), ("/{a}-{b}.{c}", "-."), ("/{a}{b}x", "a"), ("/a*rest", "/a"), ("/{a}/*rest", "/"),
        (r"/{a:\d+}-{b:\d+}", "1"), ("/{a}aa{b}ab{c}", "a"), ("/{a:[^/]+}/{b}", "a/"),
    )  # fmt: skip
    for pattern, unit in patterns:
        match = compile_pattern(pattern).match
        for ending in ("", "/"):
            yield f"route {pattern} {unit!r} {ending}", filled(unit, "/", ending), calls(match)
    mapper = RoutesMapper()
    for number, (pattern, _) in enumerate(patterns):
        mapper.connect(str(number), f"/x{pattern}")
    for unit in ("a-", "/a", "/"):
        yield (
            f"route table {unit!r}",
            filled(unit, "/x/"),
            calls(lambda path: mapper.table.choose(path, None)),
        )
    view = static_view("/tmp", use_subpath=False)
    for unit in ("/a", "/..", "a", "/\\", "/ ."):
        yield (
            f"static path {unit!r}",
            filled(unit, "/"),
            reads("PATH_INFO", _quiet(lambda it: view(None, it))),
        )


class Tree:
    """A resource that is its own child."""

    __parent__ = __name__ = None

    def __getitem__(self, name: str) -> Tree:
        return self


def _quiet(act: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def quietly(given: Any) -> None:
        # what it says is no matter here
        with contextlib.suppress(Exception):
            act(given)

    return quietly


def _fields() -> Iterator[Case]:
    for limits in (NONE, NONE_COMPATIBLE):
        kind = "" if limits is NONE else " (lenient)"
        for unit in ("a=1&", "a", "%41", "+", "&", "=", ";", "%", "%C3%A9=&", "a;b="):
            yield (
                f"query {unit!r}{kind}",
                filled(unit),
                reads("QUERY_STRING", _quiet(lambda it: it.GET), limits),
            )
            yield (
                f"form {unit!r}{kind}",
                filled(unit),
                reads("body", _quiet(lambda it: it.POST), limits, **FORM),
            )
    yield "query url", filled("\x1b"), reads("QUERY_STRING", lambda it: it.url)


def _multipart() -> Iterator[Case]:
    read = reads("body", _quiet(lambda it: it.POST), **MULTIPART)
    shapes = {
        "parts": filled(f"{PART}\r\n\r\n1\r\n", after="--B--"),
        "files": filled(f"{FILE}1\r\n", after="--B--"),
        "one line": filled("a", FILE, "\r\n--B--"),
        "CRs": filled("\r", FILE, "\r\n--B--"),
        "CR LFs": filled("\r\n", FILE, "\r\n--B--"),
        "LFs": filled("\n", FILE, "\r\n--B--"),
        "near boundaries": filled("\r\n--", FILE, "\r\n--B--"),
        "boundaries, nearly": filled("\r\n--BB", FILE, "\r\n--B--"),
        "no end": filled("a", FILE),
        "preamble": filled("a\r\n", after=f"{PART}\r\n\r\n1\r\n--B--"),
        "epilogue": filled("\r\n--B", f"{PART}\r\n\r\n1\r\n--B--"),
        "headers": filled("A: b\r\n", f"{PART}\r\n", "\r\n1\r\n--B--"),
        "a header": filled("b", f"{PART}\r\nA: ", "\r\n\r\n1\r\n--B--"),
        "quotes": filled('\\"', f'{PART}; filename="', '"\r\n\r\n1\r\n--B--'),
        "parameters": filled(";a=b", PART, "\r\n\r\n1\r\n--B--"),
        "half a header": filled("=", "--B\r\nContent-Disposition: form-data"),
    }
    for name, make in shapes.items():
        yield f"multipart {name}", make, read
    for unit in ('!="', '\\"', ";", "a=b;", "=", " ", "boundary=B;"):
        make = filled(unit, "multipart/form-data; ")
        yield f"content type {unit!r}", make, reads("CONTENT_TYPE", _quiet(lambda it: it.POST))
        yield f"charset {unit!r}", make, reads("CONTENT_TYPE", _quiet(lambda it: it.text))
        yield f"is_json {unit!r}", filled(unit, "application/json; "), calls(is_json)
    for unit in ("/", "\\", "\0", "a", "\u202e"):
        yield f"file name {unit!r}", filled(unit), calls(base_name)


def _cookies() -> Iterator[Case]:
    own = OwnCookie("session")
    for unit in (
        "a=1; ",
        "=",
        ";",
        'a="',
        "\\",
        '"',
        "\\303",
        "a=1]b=",
        "a=b, ",
        " ",
        "session=",
        "$a=",
        "a",
    ):
        for before in ("", 'a="'):
            make = filled(unit, before)
            yield f"cookies {before}{unit!r}", make, calls(_quiet(parse))
            yield f"own cookie {before}{unit!r}", make, reads("HTTP_COOKIE", _quiet(own.read))
            lenient = reads("HTTP_COOKIE", _quiet(lambda it: it.cookies.get("a")), NONE_COMPATIBLE)
            yield f"cookies {before}{unit!r} (lenient)", make, lenient


def _accept() -> Iterator[Case]:
    edge = Edge(NONE)
    names = {"HTTP_ACCEPT": "accept", "HTTP_ACCEPT_LANGUAGE": "accept_language", "HTTP_ACCEPT_ENCODING": "accept_encoding",
             "HTTP_ACCEPT_CHARSET": "accept_charset"}  # fmt: skip
    for unit in (
        "a/b,",
        "a-",
        ",",
        " ,\t",
        "a;q=1,",
        ";q=0.",
        ";x=y",
        'a/b;x="',
        "\\\\",
        " ",
        "a/",
        "*",
        "0",
    ):
        for key, name in list(names.items())[: 4 if unit == "," else 2]:
            make = filled(unit, "a/b" if key == "HTTP_ACCEPT" else "a", "\0")
            yield f"{name} {unit!r}", make, reads(key, _quiet(lambda it, name=name: _accepted(it, name)))
    yield "edge and lists", filled("a/b,"), lambda text: lambda: edge(environ(HTTP_ACCEPT=text))


def _accepted(request: Request, name: str) -> None:
    found = getattr(request, name)
    if name == "accept_language":
        found.lookup(["en", "de"], default="en")
    else:
        found.acceptable_offers(["text/html", "gzip", "utf-8"])


def _parts() -> Iterator[Case]:
    response = Response(b"0123456789" * 50, conditional_response=True, etag="a", last_modified=1_000_000_000)
    for unit in ("0-,", "0", "-", " ", ",", "a"):
        make = filled(unit, "bytes=")
        yield f"range {unit!r}", make, reads("HTTP_RANGE", _quiet(lambda it: it.range))
        yield f"range answered {unit!r}", make, reads("HTTP_RANGE", lambda it: _answer(response, it))
    for unit in ('"a", ', '"', "W/", ",", "a", ' "', "\\"):
        make = filled(unit)
        yield f"entity tags {unit!r}", make, reads("HTTP_IF_NONE_MATCH", lambda it: "b" in it.if_none_match)
        yield f"if-range {unit!r}", make, reads("HTTP_IF_RANGE", lambda it: it.if_range)
    for unit in ("Mon, ", "0", ":", " ", "1 Jan ", "+", "(", ")", "\\("):
        make = filled(unit, "Mon, 01 Jan 2001 ")
        yield f"date {unit!r}", make, reads("HTTP_IF_MODIFIED_SINCE", lambda it: it.if_modified_since)
    for unit in ("a", ":", "=", "\xff"):
        make = filled(unit, "Basic ")
        yield f"authorization {unit!r}", make, reads("HTTP_AUTHORIZATION", extract_http_basic_credentials)
        yield (
            f"authorization {unit!r} (WebOb)",
            make,
            reads("HTTP_AUTHORIZATION", lambda it: it.authorization),
        )
    for unit in ("a", "a=", 'a="b,', '"', " ", " ,"):
        make = filled(unit, "Digest a=x", "x")
        yield f"credentials {unit!r}", make, reads("HTTP_AUTHORIZATION", lambda it: it.authorization)
    for unit in ("a=b,", 'a="', "a", ",", "no-cache ", "="):
        yield (
            f"cache-control {unit!r}",
            filled(unit),
            reads("HTTP_CACHE_CONTROL", lambda it: it.cache_control),
        )


def _answer(response: Response, request: Request) -> None:
    for _ in response(request.environ, lambda status, headers: None):
        pass


def _json() -> Iterator[Case]:
    read = reads("body", _quiet(lambda it: it.json_body), **JSON)
    shapes = {
        "[": ("", ""), '{"a":': ("", ""), "1": ("", ""), "1e": ("", ""), "[],": ("[", "0]"), "[1],": ("[", "0]"), "a": ('"', '"'),
        "\\u00e9": ('"', '"'), "\\ud83d\\udc3b": ('"', '"'), "\\ud800": ('"', '"'), "\\\\": ('"', '"'), " ": ("", "[]"),
        "\n": ("[", "!"), "1.5,": ("[", "0]"), "\xc3\xa9": ('"', '"'), "9" * 4000 + ",": ("[", "0]"), '"a":1,': ("{", '"b":2}'),
        "0": ("1.", ""), "-": ("[", "]"),
    }  # fmt: skip
    for unit, (before, after) in shapes.items():
        yield f"json {unit[:20]!r}", filled(unit, before, after), read


def _hosts() -> Iterator[Case]:
    hosts = AllowedHosts([".example.com", "localhost", "[::1]:80"])
    for unit in ("a.", "a", ":", "1", "[", "::", "@"):
        yield f"host {unit!r}", filled(unit), calls(hosts.has)
    proxies = Edge(NONE, trusted_proxies=["10.0.0.0/8", "127.0.0.1"])
    for unit in ("10.0.0.1, ", ",", " ", "::1,", "1.", "a"):
        make = filled(unit, "10.0.0.1,")
        yield f"forwarded {unit!r}", make, lambda text: lambda: proxies(environ(HTTP_X_FORWARDED_FOR=text))


def _signed() -> Iterator[Case]:
    signer, serializer = Signer(SECRET, "bench"), KeyRingSerializer(SECRET, "bench")
    for unit in ("a", "=", "!", "\xff", "%41", "é"):
        yield f"signed {unit!r}", filled(unit), calls(_quiet(signer.unsign))
        yield f"session {unit!r}", filled(unit), calls(_quiet(serializer.loads))
        ticket = filled(unit, "0" * 40)
        yield f"ticket {unit!r}", ticket, calls(_quiet(lambda text: parse_ticket(SECRET, text, "0.0.0.0")))
        yield f"token {unit!r}", filled(unit, "x"), calls(unmasked)
    yield "signed by us", filled("a"), lambda text: _unsigning(signer, text)


def _unsigning(signer: Signer, text: str) -> Act:
    signed = signer.sign(text.encode())
    return lambda: signer.unsign(signed)


def _written() -> Iterator[Case]:
    for unit in ("/", "\\", "a", "%2f", "\t", ":", "a:"):
        yield f"is_local_url {unit!r}", filled(unit, "/"), calls(is_local_url)
        yield f"location {unit!r}", filled(unit, "/"), calls(_quiet(safe_location))
        yield (
            f"header {unit!r}",
            filled(unit, "a"),
            calls(_quiet(lambda text: check("200 OK", [("A", text)]))),
        )
    for unit in ('"', "é", "/", "\\"):
        yield f"content_disposition {unit!r}", filled(unit), calls(content_disposition)
    for unit in ("&", "&#x", "a:", " ", "&amp;", "javascript:", "data:", ":"):
        yield f"template url {unit!r}", filled(unit), calls(safe_url)
    for unit in ("<", "a", "\u2028"):
        yield f"template js {unit!r}", filled(unit), calls(js)


# malloc.h of the GNU C library
_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4


# --- Measuring -------------------------------------------------------------------------------------------------------


def run(say: Say) -> list[Row]:
    """Measure all, and return a row for each: how long it took, in seconds, by the size of the input."""
    rows = []
    _keep_memory()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, fill, make in cases():
            family = name.partition(" ")[0]
            if not rows or family != rows[-1]["name"].partition(" ")[0]:
                say(f"linear: {family}")
            rows.append(_measured(name, fill, make))
    return rows


def _keep_memory() -> None:
    """Have the C library keep the memory that it was given.

    Otherwise blocks beyond some size are given back, and asked for anew with each call: what took two steps on one side of
    that size takes ten on the other, and that's no fault of the parser.
    """
    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(_M_MMAP_MAX, 0)
        library.mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)


def _measured(name: str, fill: Callable[[int], str], make: Callable[[str], Act]) -> Row:
    seconds = _timings(fill, make)
    if _looks_steep(seconds):
        # others use this machine as well: what takes too long by chance doesn't do so three times
        for _ in range(2):
            again = _timings(fill, make)
            seconds = [min(pair) for pair in zip(seconds, again, strict=False)]
    return {"name": name, "sizes": list(SIZES[: len(seconds)]), "seconds": seconds}


def _timings(fill: Callable[[int], str], make: Callable[[str], Act]) -> list[float]:
    seconds: list[float] = []
    for size in SIZES:
        if seconds and seconds[-1] > PATIENCE_S:
            break
        seconds.append(timed(make(fill(size))))
    return seconds


def timed(act: Act) -> float:
    """Return how long a call takes, in seconds of CPU time: the best of some."""
    begun = time.process_time()
    act()
    once_s = time.process_time() - begun
    if once_s > PATIENCE_S / 10:
        return once_s
    count = max(1, min(10_000, round(WHILE_S / max(once_s, 1e-7))))
    gc.collect()
    gc.disable()
    try:
        return min(_turn(act, count) for _ in range(TURNS))
    finally:
        gc.enable()


def _turn(act: Act, count: int) -> float:
    begun = time.process_time()
    for _ in range(count):
        act()
    return (time.process_time() - begun) / count


def ratios(row: Row) -> list[float]:
    """Return ``t(2n)/t(n)`` for each size but the last."""
    return [after / max(before, 1e-9) for before, after in itertools.pairwise(row["seconds"])]


#: What takes less than this is too little to be compared: an answer that doesn't depend on the size.
LEAST_S = 20e-6


def is_marked(row: Row) -> bool:
    """Tell whether a parser takes more than linear time, or so long that it got no larger input."""
    return _looks_steep(row["seconds"]) or len(row["seconds"]) < len(SIZES)


def _looks_steep(seconds: list[float]) -> bool:
    return any(after > WANTED * before for before, after in itertools.pairwise(seconds) if after > LEAST_S)


#: Stands behind what isn't linear.
MARK = f"<- above {WANTED}"


def table(rows: list[Row]) -> str:
    """Return the rows as a table: the times for the least and the most input, the ratios between, and a mark."""
    width = max(len(row["name"]) for row in rows)
    steps = "  ".join(f"{size // 1024:>4}k" for size in SIZES[1:])
    lines = [f"{'':{width}}  {'64 kB':>10}  {'1 MB':>10}   {steps}"]
    for row in rows:
        seconds = row["seconds"]
        most = figures.time(seconds[-1]) if len(seconds) == len(SIZES) else "-"
        cells = "  ".join(f"{ratio:>5.2f}" for ratio in ratios(row))
        mark = f" {MARK}" if is_marked(row) else ""
        lines.append(f"{row['name']:{width}}  {figures.time(seconds[0]):>10}  {most:>10}   {cells}{mark}")
    return "\n".join(lines)
