"""What is written into an answer, a client reads as it was meant, and what the client sends back is what was written."""

from __future__ import annotations

import json
import re
import warnings
from datetime import UTC, datetime
from email.message import Message
from email.utils import format_datetime
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlencode, urlsplit

import ada_url
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from webob.cookies import parse_cookie

from goldilocks.cookies import parse, parse_leniently
from goldilocks.exceptions import URLDecodeError
from goldilocks.headers import content_disposition
from goldilocks.hosts import AllowedHosts
from goldilocks.response import Response
from goldilocks.routepattern import RoutePatternError, compile_pattern
from tests.everything import application, ask, can_be_cookie, can_be_etag, environ

#: Controls that nobody writes into a form.
CONTROLS = "".join(map(chr, {*range(1, 32), 127} - set(b"\t\n\r")))

text = st.text(st.characters(codec="utf-8", exclude_characters=CONTROLS), max_size=20)
plain = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=20)
printable = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=20)
BODY = b"0123456789" * 50


def get(path, query=(), **said):
    """Ask the application for a path of text, with a query of pairs."""
    raw = path.encode().decode("latin-1")
    return ask(application(), environ(PATH_INFO=raw, QUERY_STRING=urlencode(query), **said))


def back(answer, **said):
    """Return the cookies of an answer as a browser sends them back."""
    return {"HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in answer.cookies().items()), **said}


# --- Cookies, sessions, tickets --------------------------------------------------------------------------------------


@given(printable.filter(can_be_cookie))
def test_cookie_comes_back(value):
    """A value that can stand in a cookie is read as it was written."""
    answer = get("/write", [("cookie", value)])
    assert answer.cookies() == {"kept": value}
    found = get("/read/cookies", **back(answer)).json()["found"]
    assert found == repr({"kept": value})


@given(text.filter(lambda value: "\0" not in value))
@example("x, y")
@example('"x"')
@example("\\054")
def test_cookie_that_needs_quotes_comes_back(value):
    """Whatever text a cookie is set to, it is read, and swallows no other."""
    response = Response()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # WebOb's, of values that need quotes
        response.set_cookie("a", value)
    written = response.headers["Set-Cookie"].removesuffix("; Path=/")
    assert parse(f"b=1; {written}; c=2") == {"b": "1", "a": value, "c": "2"}


OF_COOKIES = [
    "a", "b", "=", " ", ";", '"', "\\", "\\073", ",", "$", "Ã©", "[", "é", "\n", '"a b"', "Mon, 01-Jan-2001 00:00:00 GMT", "\t",
]  # fmt: skip


@given(st.lists(st.sampled_from(OF_COOKIES), max_size=14).map("".join))
def test_lenient_cookies_are_webobs(header):
    """Without strictness, cookies are read as WebOb reads them, and in linear time."""
    try:
        expected = {name.decode(): value.decode() for name, value in parse_cookie(header)}
    except UnicodeDecodeError:
        expected = None
    try:
        found = parse_leniently(header)
    except URLDecodeError:
        found = None
    assert found == expected


@given(st.lists(st.tuples(text, text), max_size=3))
@example([(";", '"'), ("\\", "é\n")])
def test_session_comes_back(pairs):
    """Whatever text is put into a session is in it with the next request."""
    pairs = [(name, value) for name, value in pairs if name or value]
    first = get("/keep", pairs)
    second = get("/keep", [("other", "1")], **back(first))
    assert second.json()["before"]["said"] == [list(pair) for pair in pairs]


@given(text.filter(bool))
def test_user_comes_back(name):
    """Whatever a user is called, he is known by his ticket."""
    answer = get("/in", [("user", name)])
    assert get("/read/authenticated_userid", **back(answer)).json() == {"found": repr(name)}


@given(st.integers(0, 300), st.integers(0, 7))
def test_cookie_that_was_changed_is_nobodys(place, bit):
    """One bit of a ticket or a session changed, and it is as if it weren't there."""
    kept, known = get("/keep", [("a", "1")]), get("/in", [("user", "ann")])
    for name, value, path, nothing in (
        ("session", kept.cookies()["session"], "/keep", {"before": {}}),
        ("auth_tkt", known.cookies()["auth_tkt"], "/read/authenticated_userid", {"found": "None"}),
    ):
        at = place % len(value)
        changed = value[:at] + chr(ord(value[at]) ^ 1 << bit) + value[at + 1 :]
        assume(changed.isprintable() and changed.isascii() and not set(changed) & set(' ;"\\,'))
        answer = get(path, HTTP_COOKIE=f"{name}={changed}").json()
        # the last letter has bits that mean nothing, and so has the case of a time in digits
        if at < len(value) - 1 and changed.lower() != value.lower():
            assert {key: answer[key] for key in nothing} == nothing


@given(st.booleans())
def test_token_comes_back(is_in_header):
    """A token that was handed out is right in a form and in a header, under whatever mask."""
    handed_out = get("/keep")
    token = handed_out.json()["token"]
    body = b"" if is_in_header else f"csrf_token={token}".encode()
    header = {"HTTP_X_CSRF_TOKEN": token} if is_in_header else {}
    said = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/safe",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
    }
    assert ask(application(), environ(body, **said, **back(handed_out), **header)).code == 200


# --- Redirects, URLs, hosts ------------------------------------------------------------------------------------------

LEADING_AWAY = ["/", "//", "\\", "\t", "\n", " ", "evil.example", "@", ":", "http:", "https://", "javascript:", "%5c", "%2f", "..", "é", "熊",
                "example.com", "?", "#", "\xa0", "\u3000", "\x0b"]  # fmt: skip


@given(text | st.lists(st.sampled_from(LEADING_AWAY), max_size=6).map("".join))
def test_redirect_stays_here(to):
    """Whatever a client wishes, a browser that follows the answer stays on the host, or is told that it can't be."""
    answer = get("/leave", [("to", to)])
    assert answer.code in (302, 400)
    if answer.code == 302:
        sent = (answer.one("location") or "").encode("latin-1").decode("latin-1")
        assert ada_url.URL(sent, base="http://example.com/leave").host == "example.com"
        led = urlsplit(sent)
        wanted = f"{led.path}?{led.query}#{led.fragment}"
        assert (
            unquote(wanted) == unquote(f"{urlsplit(to).path}?{urlsplit(to).query}#{urlsplit(to).fragment}")
            or ".." in to
        )


@given(
    text.filter(lambda name: name and not set(name) & set("/\0\r\n")),
    st.lists(st.tuples(text, text), max_size=3),
)
def test_url_comes_back(name, pairs):
    """A generated URL, asked for, gives the parts that it was made of."""
    pairs = [pair for pair in pairs if any(pair)]
    first = get(f"/bears/{name}", pairs).json()
    url = urlsplit(first["url"])
    assert parse_qsl(url.query, keep_blank_values=True) == pairs
    assert ada_url.URL(first["url"]).host == "example.com"
    second = ask(
        application(), environ(PATH_INFO=unquote(url.path, "latin-1"), QUERY_STRING=url.query)
    ).json()
    assert second == first
    assert second["name"] == name


@given(st.lists(text.filter(lambda name: name and not set(name) & set("/\0\r\n")), max_size=4))
def test_path_of_a_resource_comes_back(names):
    """The URL of a resource leads to it."""
    names = [
        name for name in names if name not in (".", "..", "leaf") and name[:2] != "@@" and "\n" not in name
    ]
    first = get("/walk/" + "/".join(names)).json()
    path = urlsplit(first["url"]).path
    second = ask(application(), environ(PATH_INFO=unquote(path, "latin-1"))).json()
    assert second["path"] == first["path"]
    assert [unquote(part) for part in path.split("/")[1:-1]] == names


pieces = st.lists(
    st.sampled_from(["/", "/", "a", "-", ".", "{p}", "{q}", "{r:\\d+}", "{s:[a-z]*}", "é", " ", "%", "a.b"]),
    max_size=7,
)
values = st.text(st.sampled_from("ab-.é1 %\n~"), min_size=1, max_size=5)


@given(pieces, st.booleans(), values, values, st.integers(0, 999), st.lists(values, max_size=3))
def test_route_comes_back(pieces, has_rest, p, q, r, rest):
    """A path that a pattern makes matches that pattern, and what it then gives makes that path again."""
    pattern = "/" + "".join(pieces) + ("/*rest" if has_rest else "")
    try:
        compiled = compile_pattern(pattern)
    except RoutePatternError:
        return  # a name comes twice
    given_values = {"p": p, "q": q, "r": r, "s": "x", "rest": rest}
    path = unquote(compiled.generate(given_values))
    match = compiled.match(path)
    assert match is not None or "\n" in path, (pattern, path)
    if match is not None:
        made = compiled.generate(match)
        assert made.isascii()
        assert unquote(made) == path or (has_rest and {".", "", ".."} & set(rest))
        assert compiled.match(unquote(made)) == match


labels = st.from_regex(r"[a-z0-9_]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
names = st.lists(labels, min_size=1, max_size=4).map(".".join)
addresses = st.ip_addresses(v=6).map(lambda address: f"[{address}]") | st.ip_addresses(v=4).map(str)


@given(names | addresses, st.none() | st.integers(1, 65535))
def test_host_comes_back(name, port):
    """A host that can be one is taken, and stands in the addresses that are made of it."""
    host = name if port is None else f"{name}:{port}"
    asked = get("/bears/baloo", HTTP_HOST=host)
    url = urlsplit(asked.json()["url"])
    assert url.hostname == name.strip("[]")
    assert (url.port or 80) == (port or 80)


@given(names, names, text)
def test_host_is_below_another_or_not(name, above, rubbish):
    """A host is below a domain if its last labels are the domain's; what is no host is below none."""
    hosts = AllowedHosts([f".{above}"])
    labels, ending = name.split("."), above.split(".")
    assert hosts.has(name) == (labels[-len(ending) :] == ending)
    assert hosts.has(f"{name}.{above}")
    assert not hosts.has(f"x{above}") or f"x{above}" == above
    if not re.fullmatch(r"[A-Za-z0-9_.:\[\]-]+", rubbish):
        assert not hosts.has(rubbish)
        assert not hosts.has(f"{rubbish}.{above}") or re.fullmatch(r"[A-Za-z0-9_.-]*", rubbish)


# --- Files, forms, JSON ----------------------------------------------------------------------------------------------


@given(
    text
    | st.lists(st.sampled_from(['"', "\\", ";", "filename=", "../", "é", "%22", "\r\n", "\u202e", "."])).map(
        "".join
    )
)
def test_file_name_comes_back(name):
    """A client reads the name that a file should have, without what can't be in one, and no second parameter."""
    value = get("/write", [("file", name)]).one("content-disposition")
    assert value == content_disposition(name)
    message = Message()
    message["Content-Disposition"] = value
    expected = re.sub("[\x00-\x1f\x7f-\x9f/\\\\\u200e\u200f\u202a-\u202e\u2066-\u2069]", "_", name)
    assert {key for key, _ in message.get_params(header="content-disposition")} <= {"attachment", "filename"}
    assert message.get_content_disposition() == "attachment"
    encoded = value.partition("filename*=UTF-8''")[2]
    plain_name = re.fullmatch(r'attachment; filename="([^"\\%]*)"(?:; .*)?', value)
    assert plain_name is not None
    assert (unquote(encoded) if encoded else plain_name[1]) == expected


@given(st.lists(st.tuples(text, text), max_size=5), st.sampled_from([quote, quote_plus]))
def test_form_comes_back(pairs, quoted):
    """Fields are read as a browser wrote them."""
    pairs = [pair for pair in pairs if any(pair)]
    body = urlencode(pairs, quote_via=quoted).encode()
    said = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/form",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
    }
    assert ask(application(), environ(body, **said)).json()["fields"] == [list(pair) for pair in pairs]


@given(
    st.lists(
        st.tuples(plain.filter(bool), st.none() | plain.filter(bool), st.binary(max_size=40)), max_size=4
    )
)
def test_multipart_form_comes_back(parts):
    """Fields and files are read as a browser wrote them, files without their folders."""
    # SPEC: https://html.spec.whatwg.org, 4.10.21.8: how browsers write names
    escapes = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})
    body, expected = b"", []
    for name, filename, content in parts:
        kind = "" if filename is None else f'; filename="{filename.translate(escapes)}"'
        if filename is None:
            content = content.hex().encode()
        head = f'--XbearX\r\nContent-Disposition: form-data; name="{name.translate(escapes)}"{kind}\r\n\r\n'
        body += head.encode() + content + b"\r\n"
        kept = "" if filename in (".", "..") else filename  # these name folders, and no file
        expected.append([name, content.decode() if filename is None else [kept, len(content)]])
    said = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/form",
        "CONTENT_TYPE": "multipart/form-data; boundary=XbearX",
    }
    found = ask(application(), environ(body + b"--XbearX--\r\n", **said)).json()["fields"]
    if not any(set("\\/:") & set(f"{name}{filename}") for name, filename, _ in parts):
        assert found == expected


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
)


@given(json_values, st.booleans())
def test_json_comes_back(value, is_ascii):
    """JSON is given back as it came."""
    body = json.dumps(value, ensure_ascii=is_ascii).encode()
    said = {"REQUEST_METHOD": "POST", "PATH_INFO": "/echo", "CONTENT_TYPE": "application/json"}
    assert ask(application(), environ(body, **said)).json() == {"value": value}


# --- Conditions, parts, languages ------------------------------------------------------------------------------------


@given(
    printable.filter(lambda tag: tag and can_be_etag(tag)),
    st.lists(printable.filter(can_be_etag), max_size=3),
)
def test_entity_tag_comes_back(tag, others):
    """A client that has what we sent isn't sent it again, however many other tags it has."""
    sent = get("/write", [("etag", tag)]).one("etag")
    assert sent == f'"{tag}"'
    known = ", ".join([*(f'"{each}"' for each in others), sent])
    assert get("/write", [("etag", tag)], HTTP_IF_NONE_MATCH=known).code == 304
    assert get("/write", [("etag", tag)], HTTP_IF_NONE_MATCH=f"W/{sent}").code == 304
    if tag not in others:
        strangers = ", ".join(f'"{each}"' for each in others)
        assert get("/write", [("etag", tag)], HTTP_IF_NONE_MATCH=strangers or '"other than that"').code == 200


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(9998, 1, 1)).map(
        lambda moment: moment.replace(microsecond=0, fold=0)
    )
)
def test_date_comes_back(moment):
    """A date in a header is read as the moment that it means, and whether something is newer follows from that."""
    header = format_datetime(moment.replace(tzinfo=UTC), usegmt=True)
    found = get("/read/if_modified_since", HTTP_IF_MODIFIED_SINCE=header).json()["found"]
    assert repr(moment.replace(tzinfo=None))[:-1] in found.replace(", tzinfo=UTC", "")
    changed = datetime.fromtimestamp(1_000_000_000, UTC).replace(tzinfo=None)
    code = get("/conditional", HTTP_IF_MODIFIED_SINCE=header).code
    assert code == (304 if moment >= changed else 200)


@given(st.integers(0, 700), st.none() | st.integers(0, 700))
def test_part_is_the_one_asked_for(first, last):
    """A range gives the bytes that it names, as far as they are there."""
    answer = get("/conditional", HTTP_RANGE=f"bytes={first}-{'' if last is None else last}")
    end = len(BODY) - 1 if last is None else min(last, len(BODY) - 1)
    if last is not None and last < first:
        assert (answer.code, answer.body) == (200, BODY)
    elif first >= len(BODY):
        assert answer.code == 416
    else:
        assert (answer.code, answer.body) == (206, BODY[first : end + 1])
        assert answer.one("content-range") == f"bytes {first}-{end}/{len(BODY)}"


@given(st.integers(1, 500))
def test_last_part_is_the_one_asked_for(count):
    """A range of the last bytes gives so many, or all."""
    answer = get("/conditional", HTTP_RANGE=f"bytes=-{count}")
    assert answer.body == BODY[-count:]
    assert answer.code == 206


weights = st.integers(0, 1000).map(lambda thousandths: thousandths / 1000)


@given(st.dictionaries(st.sampled_from(["en", "de", "fr", "sv"]), weights, min_size=1))
def test_language_is_the_one_wanted_most(wanted):
    """Of the languages that there are, a page is in the one with the highest weight; in the first, if none is wanted."""
    header = ", ".join(f"{language};q={weight:.3f}" for language, weight in wanted.items())
    page = get("/page/x", HTTP_ACCEPT_LANGUAGE=header).body.decode()
    found = page.rpartition("<p>")[2].partition("</p>")[0]
    offered = {language: wanted.get(language, 0) for language in ("en", "de", "fr")}
    assert offered[found] == max(offered.values())


@pytest.mark.parametrize("path", ["/", "/bears/x", "/static/page.txt", "/nothing/leaf/%"])
@given(st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH"]))
def test_head_is_get_without_a_body(path, other):
    """The answer to HEAD has the headers of the answer to GET."""
    whole, head = (
        ask(application(), environ(PATH_INFO=path, REQUEST_METHOD=method)) for method in ("GET", "HEAD")
    )
    assert head.code == whole.code
    assert head.body == b""
    assert {name for name, _ in head.headers} - {"Content-Length"} <= {name for name, _ in whole.headers}
