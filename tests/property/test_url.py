from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from goldilocks.interfaces import IRoutesMapper
from goldilocks.registry import Registry
from goldilocks.request import Request
from goldilocks.url import _split_port
from goldilocks.urldispatch import RoutesMapper

REGISTRY = Registry("app")
MAPPER = RoutesMapper()
MAPPER.connect("page", "/page")
MAPPER.connect("any", "/{name}")
MAPPER.connect("rest", "/*rest")
REGISTRY.registerUtility(MAPPER, IRoutesMapper)

text = st.text(st.characters(exclude_categories=["Cs"]))
segment = text.filter(lambda value: value not in ("", ".", ".."))


def request():
    request = Request.blank("/", base_url="http://example.com/app")
    request.registry = REGISTRY
    return request


@given(st.lists(segment | st.integers()), st.lists(st.tuples(text, text), min_size=1), text)
def test_url_says_what_went_in(elements, query, anchor):
    """Read as RFC 3986 says, a URL gives back segments, query and anchor."""
    parts = urlsplit(request().route_url("page", *elements, _query=query, _anchor=anchor))
    assert (parts.scheme, parts.netloc) == ("http", "example.com")
    assert [unquote(part) for part in parts.path.split("/")] == ["", "app", "page", *map(str, elements)]
    assert parse_qsl(parts.query, keep_blank_values=True) == query
    assert unquote(parts.fragment) == anchor


@given(st.lists(segment), text, text)
def test_url_is_ascii_without_blanks_and_controls(elements, query, anchor):
    """Whatever goes in, a URL can stand in a header or an attribute."""
    url = request().route_url("page", *elements, _query=query, _anchor=anchor)
    assert url.isascii()
    assert url.isprintable()
    assert not set(url) & set(' <>"\\')


@given(text, st.lists(text, min_size=1), text)
def test_path_is_a_path(script, rest, name):
    """Wherever an application stands, and whatever its path is made of: it is a path, and reads as what it was made of."""
    asked = request()
    asked.environ["SCRIPT_NAME"] = f"/{script}".encode().decode("latin-1")
    for path, made_of in (
        (asked.route_path("any", name=name), f"/{name}"),
        (asked.route_path("rest", rest=rest), "/" + "/".join(rest)),
        (asked.route_path("any", *rest, name="a", _query="q"), "/a/" + "/".join(rest)),
    ):
        parts = urlsplit(path.replace("\\", "/"))
        assert (parts.scheme, parts.netloc, unquote(parts.path)) == ("", "", f"/{script}{made_of}")
        assert path.isascii() and path.isprintable() and not set(path) & set(' <>"')


@given(text)
def test_query_of_text_is_only_quoted(query):
    """Text as query comes back as it was."""
    assert unquote(urlsplit(request().route_url("page", _query=query)).query) == query


@given(
    st.sampled_from(["example.com", "localhost", "127.0.0.1", "[::1]", "[fe80::1%25eth0]"]),
    st.integers(0, 65535),
)
def test_host_and_port_come_apart(host, port):
    """Name and port are told apart, also where the name has colons."""
    assert _split_port(host) == (host, "")
    assert _split_port(f"{host}:{port}") == (host, str(port))


@given(text)
def test_any_host_comes_apart(host):
    """Whatever a client sends as Host, the split is no error and loses nothing but a colon."""
    name, port = _split_port(host)
    assert host in (f"{name}:{port}", f"{name}{port}")
