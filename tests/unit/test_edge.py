"""What is wrong with a request, by its environment."""

from __future__ import annotations

import gc
import logging
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as some

from goldilocks.config.settings import Settings
from goldilocks.edge import Edge
from goldilocks.exceptions import ConfigurationError
from goldilocks.glance import CARE
from goldilocks.hosts import FORWARDED, AllowedHosts, TrustedProxies, split_host
from goldilocks.limits import Limits
from goldilocks.ranges import LONGEST_RANGE


def environ(**said):
    """Return a plain environment; what is said as None isn't there."""
    made = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "HTTP_HOST": "localhost:80",
        "REMOTE_ADDR": "192.0.2.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": object(),
        **said,
    }
    return {name: value for name, value in made.items() if value is not None}


def status(edge, **said):
    """Return the status that an edge refuses with, or None."""
    first = edge(environ(**said))
    # what is known from earlier requests that look alike must change nothing
    names = [
        name
        for name in said
        if name.startswith(("HTTP_", "CONTENT_")) and name not in ("HTTP_HOST", *FORWARDED)
    ]
    for _ in range(2):
        edge(environ(**dict.fromkeys(names, "1")))
    refusal = edge(environ(**said))
    assert (first and first.code) == (refusal and refusal.code)
    return refusal and refusal.code


# --- From settings -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "is_there"),
    [
        ({}, False),
        ({"goldilocks.check_requests": True}, True),
        ({"goldilocks.allowed_hosts": "example.com"}, True),
        ({"goldilocks.trusted_proxies": ["10.0.0.1"]}, True),
        ({"goldilocks.strict": True}, True),
        (Settings({"goldilocks.check_requests": "no", "goldilocks.limit_path_bytes": "10"}), False),
        (Settings({"goldilocks.defaults": "pyramid"}), False),
        (Settings({"goldilocks.defaults": "pyramid", "goldilocks.limit_path_bytes": "10"}), True),
        (Settings({"goldilocks.defaults": "pyramid", "goldilocks.limit_form_fields": "10"}), False),
        (Settings({"goldilocks.defaults": "pyramid", "goldilocks.check_virtual_root": "yes"}), True),
        (Settings({"goldilocks.defaults": "pyramid", "goldilocks.refuse_controls": "yes"}), True),
        (Settings({"goldilocks.defaults": "pyramid", "goldilocks.strict_text": "yes"}), True),
        (Settings({"goldilocks.defaults": "pyramid", "goldilocks.strict_cookies": "yes"}), False),
        (Settings({"goldilocks.check_requests": "no"}), False),
    ],
)
def test_edge_of_an_application(settings, is_there):
    """An application has an edge if it wants one, or says something that only an edge can hold to."""
    assert (Edge.from_settings(settings) is not None) is is_there


def test_edge_goes_by_the_settings():
    """Hosts, proxies and limits are as the settings say."""
    edge = Edge.from_settings(
        {
            "goldilocks.allowed_hosts": "example.com .example.org",
            "goldilocks.trusted_proxies": "10.0.0.0/8",
            "goldilocks.limit_path_bytes": 10,
        }
    )
    assert edge.hosts.has("www.example.org") and not edge.hosts.has("localhost")
    assert edge.proxies.has("10.1.2.3") and not edge.proxies.has("192.0.2.1")
    assert status(edge, HTTP_HOST="example.com", PATH_INFO="/" * 11) == 414


@pytest.mark.parametrize(
    ("hosts", "is_production", "is_warned"),
    [("", True, True), ("*", True, False), ("", False, False)],
)
def test_production_warns_of_missing_hosts(caplog, hosts, is_production, is_warned):
    """An application that people depend on should say its hosts, and hears so in the log."""
    settings = {
        "goldilocks.check_requests": True,
        "goldilocks.allowed_hosts": hosts,
        "goldilocks.production": is_production,
    }
    with caplog.at_level(logging.WARNING):
        Edge.from_settings(settings)
    assert ("goldilocks.allowed_hosts is not set" in caplog.text) is is_warned


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost:6543", None),
        ("127.0.0.1", None),
        ("[::1]:80", None),
        ("192.0.2.1:6543", None),
        ("a.localhost", None),
        ("192.0.2.1.evil.example", 400),
        ("evil.example", 400),
    ],
)
def test_debugging_is_for_this_machine(host, expected):
    """Pages that explain are shown to no host but this machine, unless hosts are said."""
    settings = {"goldilocks.check_requests": True, "goldilocks.debug": True}
    assert status(Edge.from_settings(settings), HTTP_HOST=host) == expected
    said = Edge.from_settings(settings | {"goldilocks.allowed_hosts": "evil.example"})
    assert status(said, HTTP_HOST="evil.example") is None


# --- Method, target, sizes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "PURGE", "m-search", "!#$%&'*+.^_`|~-09azAZ", "A" * 64, None])
def test_method_is_a_word(method):
    """Any word can be a method; what the server doesn't say is GET."""
    assert status(Edge(), REQUEST_METHOD=method) is None


@pytest.mark.parametrize("method", ["", "GET /", "G\tT", "GÉT", "A" * 65, "GET\n"])
def test_method_is_no_word(method):
    """What can't be a method is refused."""
    assert status(Edge(), REQUEST_METHOD=method) == 400


@pytest.mark.parametrize(
    ("path", "method", "expected"),
    [
        ("/a", "GET", None),
        ("", "GET", None),
        (None, "GET", None),
        ("*", "OPTIONS", None),
        ("*", "GET", 400),
        ("a", "GET", 400),
        ("example.com:80", "CONNECT", 400),
        ("/\0", "GET", 404),
        ("/\n\x1b", "GET", 400),
        ("/\t", "GET", None),
    ],
)
def test_target(path, method, expected):
    """A target is a path, with ``OPTIONS *`` as the one exception."""
    assert status(Edge(), PATH_INFO=path, REQUEST_METHOD=method) == expected


def test_options_of_the_server():
    """They are those of the empty path, as a proxy means them that makes a star of it."""
    edge, said = Edge(), environ(PATH_INFO="*", REQUEST_METHOD="OPTIONS")
    for _ in range(2):
        assert edge(said) is None
        assert said["PATH_INFO"] == ""


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PATH_INFO", "/" + "a" * 9, None),
        ("PATH_INFO", "/" + "a" * 10, 414),
        ("QUERY_STRING", "a" * 10, None),
        ("QUERY_STRING", "a" * 11, 414),
        ("HTTP_A", "a" * 20, None),
        ("HTTP_A", "a" * 21, 431),
        ("HTTP_" + "A" * 15, "a", None),
        ("HTTP_" + "A" * 16, "a", 431),
        ("CONTENT_TYPE", "a" * 21, 431),
        ("SERVER_SOFTWARE", "a" * 100, None),
        ("CONTENT_LENGTH", "30", None),
        ("CONTENT_LENGTH", "31", 413),
        ("CONTENT_LENGTH", "9" * 100, 413),
        ("CONTENT_LENGTH", "9" * 5000, 413),
        ("CONTENT_LENGTH", "", None),
    ],
)
def test_sizes(name, value, expected):
    """What is larger than its limit is refused, each in its own way."""
    edge = Edge(Limits(path_bytes=10, query_bytes=10, header_bytes=20, body_bytes=30))
    assert status(edge, **{name: value}) == expected


@pytest.mark.parametrize("length", ["-1", "+1", "1, 1", "0x1", "1.0", "²", "٣", "a", " 1"])
def test_content_length_is_a_number(length):
    """Digits and nothing else: whoever reads it otherwise would find another body."""
    assert status(Edge(), CONTENT_LENGTH=length) == 400


def test_headers_are_counted():
    """A request has no more headers than the limit, whatever else stands in the environment."""
    edge = Edge(Limits(header_count=20))
    headers = {f"HTTP_X_{number}": "" for number in range(20)}
    assert status(edge, **dict.fromkeys(map(str, range(100)), "")) is None
    assert status(edge, HTTP_HOST=None, **headers) is None
    assert status(edge, **headers) == 431


@pytest.mark.parametrize("name", ["ACCEPT", "ACCEPT_LANGUAGE", "ACCEPT_ENCODING", "ACCEPT_CHARSET"])
def test_lists_are_counted(name):
    """A client may like so many things and no more; how many letters they take doesn't matter."""
    edge = Edge(Limits(accept_items=3))
    assert status(edge, **{f"HTTP_{name}": "abcdefg, hijklmn, opq"}) is None
    assert status(edge, **{f"HTTP_{name}": "a,b,c"}) is None
    assert status(edge, **{f"HTTP_{name}": "abc, def, ghi, jkl"}) == 431
    assert status(edge, **{f"HTTP_{name}": ",,,,,,,"}) == 431


def test_no_range_is_heeded():
    """Where none may be asked for, who asks for none is answered all the same."""
    edge = Edge(Limits(range_items=0))
    for _ in range(2):
        assert status(edge) is None
        assert status(edge, HTTP_RANGE="bytes=0-1") is None


def test_too_many_ranges_are_not_heeded():
    """Who asks for many small ranges gets the whole."""
    edge = Edge(Limits(range_items=2))
    few, many = environ(HTTP_RANGE="bytes=0-1,3-4"), environ(HTTP_RANGE="bytes=0-1,3-4,6-7")
    long = environ(HTTP_RANGE=f"bytes={' ' * 200}0-1")
    longest = environ(HTTP_RANGE="bytes=0-1,3-4".ljust(2 * LONGEST_RANGE))
    assert edge(longest) is None and "HTTP_RANGE" in longest
    assert edge(few) is None and "HTTP_RANGE" in few
    assert edge(many) is None and "HTTP_RANGE" not in many
    assert edge(long) is None and "HTTP_RANGE" not in long


@pytest.mark.parametrize("name", ["PATH_INFO", "HTTP_A", "CONTENT_TYPE"])
def test_controls(name):
    """Control characters are refused unless neither rule wants it; a tab is none."""
    for text, expected in [("/\x1b", 400), ("/a\tb", None), ("/\x7f", 400), ("/a\xc2\xa0b", None)]:
        assert status(Edge(), **{name: text}) == expected
        assert status(Edge(Limits(refuse_controls=False, strict=True)), **{name: text}) == expected
        assert status(Edge(Limits(refuse_controls=False)), **{name: text}) is None


def test_environment_by_hand():
    """Who makes an environment by hand may put something else than text into it; what is text is looked at all the same."""
    edge = Edge()
    for _ in range(3):
        made = environ(HTTP_B=["b"]) | {"HTTP_A": 5, "HTTP_USER_AGENT": None}
        assert edge(made) is None
        assert edge(made | {"PATH_INFO": "/\x01"}).code == 400
        assert status(edge, HTTP_A="a", HTTP_USER_AGENT="a") is None


ODD = {
    "CONTENT_LENGTH": [5, None],
    "CONTENT_TYPE": [None],
    "QUERY_STRING": [None],
    "SERVER_PORT": [8080, None],
    "SERVER_NAME": [None],
    "SERVER_PROTOCOL": [None],
    "HTTP_HOST": [None],
    "HTTP_ACCEPT": [None, 1],
    "HTTP_RANGE": [None],
    "HTTP_ORIGIN": [None],
    "HTTP_X_LENGTH": [7, None],
    "REMOTE_USER": [None],
    "wsgi.url_scheme": [None],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in ODD.items() for value in values]
)
@pytest.mark.parametrize("has_host", [True, False])
def test_environment_with_numbers(name, value, has_host):
    """A middleware or a test may leave a number where text belongs, or None; that is no error of the server."""
    edge = Edge()
    look = edge.glance(lambda environ: bool(environ.get("HTTP_ORIGIN", "")[1:]), ())
    for _ in range(3):
        made = environ(SERVER_NAME="localhost", SERVER_PORT="80", SERVER_PROTOCOL="HTTP/1.0")
        if not has_host:
            del made["HTTP_HOST"]
        assert look(made | {name: "1"}) in (None, CARE)
        odd = made | {name: value}
        assert edge(dict(odd)) is None
        assert look(odd) is None
        # what nothing is looked up in stays as it is
        assert value is None or has_host or odd[name] == str(value)
    # a number is looked at like any other text
    assert edge(environ(CONTENT_LENGTH=10**20)).code == 413


@pytest.mark.parametrize(
    ("length", "expected"), [("30", None), ("31", 413), ("", None), ("x", 400), ("²", 400)]
)
def test_length_of_a_known_shape(length, expected):
    """The length of a body is looked at however often such a request has come."""
    edge = Edge(Limits(body_bytes=30))
    for _ in range(3):
        assert edge(environ(CONTENT_LENGTH="5")) is None
    refused = edge(environ(CONTENT_LENGTH=length))
    assert (refused and refused.code) == expected


def test_shapes_of_strangers_are_not_collected():
    """Headers of ever other names are looked at each, and leave little behind."""
    edge = Edge()
    for number in range(150):
        for text, expected in [("a", None), ("b", None), ("\x01", 400)]:
            said = environ(**{f"HTTP_A{number}": text})
            refused = edge(said)
            assert (refused and refused.code) == expected


def test_what_is_no_header_is_not_looked_at():
    """What a server says may hold anything."""
    assert status(Edge(), SERVER_SOFTWARE="\x1b", REMOTE_USER="\xff") is None


def test_text_of_headers():
    """A header is UTF-8, if text is read strictly; what path and cookies are, their readers say."""
    assert status(Edge(), HTTP_A="\xff") == status(Edge(), HTTP_A="☃") == 400
    assert status(Edge(), HTTP_COOKIE="\xff", PATH_INFO="/\xff") is None
    assert status(Edge(Limits(strict_text=False)), HTTP_A="\xff") is None


@pytest.mark.parametrize(
    ("path", "target", "expected"),
    [
        ("/50%", "/50%?a=%", 400),
        ("/50%", "/50%25?a=%", None),
        ("/a", "/%", None),  # somebody has written another path
    ],
)
def test_escapes(path, target, expected):
    """A percent sign in a path is looked up in the target, if text is read strictly."""
    for name in ("RAW_URI", "REQUEST_URI"):
        assert status(Edge(), PATH_INFO=path, **{name: target}) == expected
        assert status(Edge(Limits(strict_text=False)), PATH_INFO=path, **{name: target}) is None


@pytest.mark.parametrize(("protocol", "expected"), [("HTTP/1.1", 400), ("HTTP/1.0", None), (None, None)])
def test_request_without_a_host(protocol, expected):
    """Since HTTP/1.1, a request says its host."""
    edge = Edge()
    assert status(edge, HTTP_HOST=None, SERVER_PROTOCOL="HTTP/1.0") is None
    assert status(edge, HTTP_HOST=None, SERVER_PROTOCOL=protocol) == expected
    assert status(Edge(), SERVER_PROTOCOL=protocol) is None


# --- Hosts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "parts"),
    [
        ("example.com", ("example.com", "")),
        ("EXAMPLE.com.:080", ("example.com", "080")),
        ("example.com:", ("example.com", "")),
        ("a_b-c.example", ("a_b-c.example", "")),
        ("127.0.0.1:8080", ("127.0.0.1", "8080")),
        ("[::1]", ("[::1]", "")),
        ("[2001:DB8::1]:443", ("[2001:db8::1]", "443")),
        ("", None),
        (":80", None),
        (".", None),
        (".example.com", None),
        ("a..b", None),
        ("example.com:65536", None),
        ("example.com:80:80", None),
        ("example.com:8o", None),
        ("example.com:٣", None),
        ("[::g]", None),
        ("[1:2:3]", None),
        ("::1", None),
        ("a b", None),
        ("a/b", None),
        ("a?", None),
        ("a#", None),
        ("a\\b", None),
        ("a,b", None),
        ("a%41", None),
        ("good.example@evil.example", None),
        ("exämple.com", None),
        ("example.com\n", None),
        ("a" * 256, None),
    ],
)
def test_host_is_split(host, parts):
    """A host is a name or an address, and maybe a port."""
    assert split_host(host) == parts


@pytest.mark.parametrize(
    ("entry", "taken", "not_taken"),
    [
        (
            "example.com",
            ["example.com", "EXAMPLE.COM.", "example.com:8080"],
            ["www.example.com", "myexample.com"],
        ),
        (
            ".example.com",
            ["example.com", "a.b.example.com:1"],
            ["myexample.com", "com", "example.com.evil.example"],
        ),
        ("*.example.com", ["www.example.com"], ["example.com", "myexample.com"]),
        ("example.com:443", ["example.com:443"], ["example.com", "example.com:80"]),
        (".example.com:443", ["www.example.com:443", "example.com:443"], ["www.example.com:80"]),
        ("[::1]", ["[::1]:6543", "[::1]", "[0:0:0:0:0:0:0:1]", "[::0001]:1"], ["[::2]", "::1"]),
        ("[2001:DB8:0::1]", ["[2001:db8::1]", "[2001:DB8::1]"], ["[2001:db8::2]"]),
        ("*", ["anything.example", "[::1]"], ["a b"]),
    ],
)
def test_allowed_hosts(entry, taken, not_taken):
    """Hosts are compared label by label, with the port only where it is said."""
    hosts = AllowedHosts([entry])
    assert [host for host in taken + not_taken if hosts.has(host)] == taken


@pytest.mark.parametrize("entry", ["", "https://example.com", "example.com/", "**.a", "*.", "a b"])
def test_entry_that_is_no_host(entry):
    """What can't be a host is a mistake of the configuration."""
    with pytest.raises(ConfigurationError, match="can't be a host"):
        AllowedHosts([entry])


@pytest.mark.parametrize(
    ("name", "port", "expected"),
    [
        ("shop.example", "8080", ("shop.example", "8080")),
        ("::1", "80", ("[::1]", "80")),
        ("[::1]", "80", ("[::1]", "80")),
        ("/run/shop.sock", "", ("localhost", "443")),
        ("shop.example", "/run/shop.sock", ("shop.example", "443")),
        ("a b", "8080", ("localhost", "8080")),
        (None, None, ("localhost", "443")),
    ],
)
def test_server_has_a_name(name, port, expected):
    """Where nobody else says one, a URL is made of what the server is called by; that may be a socket, which has no name."""
    said = {"SERVER_NAME": name, "SERVER_PORT": port, "HTTP_HOST": None, "wsgi.url_scheme": "https"}
    got, edge = environ(**said), Edge()
    for _ in range(2):
        assert edge(got) is None
        assert (got["SERVER_NAME"], got["SERVER_PORT"]) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("www.example.com", "www.example.com"), ("evil.example", "localhost"), ("10.0.0.1", "localhost")],
)
def test_name_of_the_server_is_ours(name, expected):
    """A server may make its name of the target; if no host is said, its name is one of those that are ours."""
    got = environ(SERVER_NAME=name, SERVER_PORT="80", HTTP_HOST=None)
    assert Edge(allowed_hosts=[".example.com"])(got) is None
    assert got["SERVER_NAME"] == expected


@pytest.mark.parametrize("name", ["evil.example", "10.0.0.1", "evil", "/run/shop.sock"])
@pytest.mark.parametrize("said", [{}, {"HTTP_X_FORWARDED_HOST": "evil.org"}])
def test_name_of_the_server_may_be_the_host(name, said):
    """A server may make its name of the host; where that is refused, it has no name either."""
    got = environ(SERVER_NAME=name, SERVER_PORT="8080", HTTP_HOST="evil.example:8080", **said)
    edge = Edge(allowed_hosts=["example.com"], trusted_proxies=["*"])
    for _ in range(2):
        assert edge(got).code == 400
        assert (got["SERVER_NAME"], got["SERVER_PORT"]) == ("localhost", "80")


def test_no_host_is_nobodys_word():
    """Where the client names no host, the server's own name counts."""
    assert status(Edge(allowed_hosts=["example.com"]), HTTP_HOST=None) is None
    assert status(Edge(allowed_hosts=["example.com"]), HTTP_HOST="") == 400


def test_good_hosts_are_remembered_bounded():
    """Strangers can't make the memory of good hosts grow."""
    edge = Edge()
    for number in range(3000):
        assert status(edge, HTTP_HOST=f"h{number}.example") is None
        assert len(edge._good_hosts) <= 1000
    assert status(edge, HTTP_HOST="h2999.example") is None


# --- Proxies -------------------------------------------------------------------------------------------------------


def test_word_of_a_stranger_is_taken_out():
    """Who isn't a trusted proxy says nothing about the client."""
    said = environ(
        HTTP_X_FORWARDED_FOR="1.1.1.1",
        HTTP_X_FORWARDED_HOST="evil.example",
        HTTP_X_FORWARDED_PROTO="https",
        HTTP_FORWARDED="for=1.1.1.1",
        HTTP_X_REAL_IP="1.1.1.1",
    )
    assert Edge()(said) is None
    assert said == environ(**{"wsgi.input": said["wsgi.input"]})


@pytest.mark.parametrize(
    "name", ["FORWARDED", "X_FORWARDED_FOR", "X_FORWARDED_HOST", "X_FORWARDED_PROTO", "X_REAL_IP"]
)
def test_single_word_of_a_stranger_is_taken_out(name):
    """One of these words alone is taken out, too."""
    said = environ(**{f"HTTP_{name}": "evil.example"})
    assert Edge()(said) is None
    assert f"HTTP_{name}" not in said


@pytest.mark.parametrize(
    ("said", "client", "chain"),
    [
        ("198.51.100.7", "198.51.100.7", "198.51.100.7"),
        ("6.6.6.6, 198.51.100.7", "198.51.100.7", "198.51.100.7"),
        ("rubbish, 198.51.100.7 , 10.0.0.2", "198.51.100.7", "198.51.100.7, 10.0.0.2"),
        ("10.0.0.3, 10.0.0.2", "10.0.0.3", "10.0.0.3, 10.0.0.2"),
        ("198.51.100.7:4711", "198.51.100.7", "198.51.100.7"),
        ("[2001:db8::1]:80", "2001:db8::1", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1", "2001:db8::1"),
        ("::ffff:198.51.100.7", "198.51.100.7", "198.51.100.7"),
        ("fe80::1%eth0", "fe80::1%eth0", "fe80::1%eth0"),
        (", ,198.51.100.7,, ", "198.51.100.7", "198.51.100.7"),
    ],
)
def test_client_behind_proxies(said, client, chain):
    """The client is the first address, from the end, that isn't a trusted proxy's."""
    got = environ(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=said)
    assert Edge(trusted_proxies=["10.0.0.0/8"])(got) is None
    assert (got["REMOTE_ADDR"], got["HTTP_X_FORWARDED_FOR"]) == (client, chain)


def test_scheme_and_host_from_a_proxy():
    """A trusted proxy says how and by which name the client asked; the host is checked like any other."""
    edge = Edge(allowed_hosts=["example.com"], trusted_proxies=["192.0.2.1"])
    got = environ(HTTP_X_FORWARDED_PROTO="http, HTTPS", HTTP_X_FORWARDED_HOST="evil.example, example.com")
    assert edge(got) is None
    assert (got["wsgi.url_scheme"], got["HTTP_HOST"]) == ("https", "example.com")
    assert got["SERVER_PORT"] == "443"
    assert status(edge, HTTP_X_FORWARDED_HOST="evil.example") == 400
    assert status(edge, HTTP_X_FORWARDED_HOST="a b") == 400


def test_proxy_that_is_asked_without_tls():
    """A trusted proxy that speaks TLS to the server may have been asked without."""
    got = environ(HTTP_X_FORWARDED_PROTO="http", SERVER_PORT="443", **{"wsgi.url_scheme": "https"})
    assert Edge(trusted_proxies=["*"])(got) is None
    assert (got["wsgi.url_scheme"], got["SERVER_PORT"]) == ("http", "80")


def test_proxy_that_says_little():
    """What a trusted proxy doesn't say stays."""
    got = environ(HTTP_X_FORWARDED_PORT="443")
    assert Edge(trusted_proxies=["*"])(got) is None
    assert got["REMOTE_ADDR"] == "192.0.2.1" and got["HTTP_HOST"] == "localhost:80"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FOR", "unknown"),
        ("FOR", "1.2.3.4, 1.2.3.999"),
        ("FOR", "fe80::1%<script>"),
        ("FOR", "fe80::1%"),
        ("FOR", "fe80::1%" + "a" * 41),
        ("FOR", ", ".join(["10.0.0.1"] * 101)),
        ("PROTO", "ftp"),
        ("PROTO", "http://"),
    ],
)
def test_proxy_that_says_rubbish(name, value):
    """A trusted proxy that can't be understood is no reason to guess."""
    assert status(Edge(trusted_proxies=["*"]), **{f"HTTP_X_FORWARDED_{name}": value}) == 400


@pytest.mark.parametrize(
    ("entry", "taken", "not_taken"),
    [
        ("10.0.0.1", ["10.0.0.1", "::ffff:10.0.0.1"], ["10.0.0.2", "", "rubbish"]),
        ("10.0.0.7/8", ["10.255.0.1"], ["11.0.0.1"]),
        ("2001:db8::/32", ["2001:db8::7"], ["2001:db9::1", "10.0.0.1"]),
        ("::ffff:10.0.0.1", ["10.0.0.1", "::ffff:10.0.0.1"], ["10.0.0.2", "::10.0.0.1"]),
        ("::ffff:10.0.0.7/104", ["10.255.0.1"], ["11.0.0.1"]),
        ("::ffff:0.0.0.0/96", ["10.0.0.1"], ["2001:db8::7"]),
        ("::ffff:0.0.0.0/95", ["::fffe:0:1"], ["10.0.0.1"]),
        ("::/0", ["2001:db8::7"], ["10.0.0.1"]),
        ("unix", ["", "localhost", "<local>"], ["10.0.0.1", "::1"]),
        ("*", ["", "10.0.0.1", "rubbish"], []),
    ],
)
def test_trusted_proxies(entry, taken, not_taken):
    """Proxies are known by address, by network, or by coming through a socket of this machine."""
    proxies = TrustedProxies([entry])
    assert [each for each in (taken + not_taken) * 2 if proxies.has(each)] == taken * 2


def test_entry_that_is_no_proxy():
    """What can't be an address is a mistake of the configuration."""
    with pytest.raises(ConfigurationError, match="can't be a proxy"):
        TrustedProxies(["proxy.example"])


def test_proxies_are_remembered_bounded():
    """Strangers can't make the memory of addresses grow."""
    proxies = TrustedProxies(["10.0.0.1"])
    assert not any(proxies.has(f"192.0.{high}.{low}") for high in range(8) for low in range(250))
    assert len(proxies._known) <= 1000


@pytest.mark.parametrize("ranges", ["bytes=" + "0-1," * 50, "bytes=" + "0" * 9000])
def test_long_ranges_are_taken_out(ranges):
    """A ``Range`` that asks for more than a few parts isn't heeded."""
    said = environ(HTTP_RANGE=ranges)
    assert Edge()(said) is None
    assert "HTTP_RANGE" not in said


def test_few_ranges_stay():
    """A ``Range`` that asks for some parts is left to whoever answers."""
    said = environ(HTTP_RANGE="bytes=0-1,3-4")
    assert Edge()(said) is None
    assert "HTTP_RANGE" in said


@pytest.mark.parametrize("name", ["HTTP_X_OTHER", "CONTENT_TYPE", "HTTP_ACCEPT"])
def test_lengths_count_where_something_is_unusual(name):
    """Headers are looked at as well where a host is seen for the first time."""
    edge = Edge()
    said = environ(HTTP_HOST="new.example", **{name: "a," * 100_000})
    assert edge(said).status_int == 431
    assert edge(environ(HTTP_HOST="newer.example")) is None


def test_lists_count_where_something_is_unusual():
    """The members of a list are counted as well where a host is seen for the first time."""
    assert Edge()(environ(HTTP_HOST="new.example", HTTP_ACCEPT="a," * 1000)).status_int == 431


# --- At a glance ---------------------------------------------------------------------------------------------------

VALUES = some.sampled_from(
    [
        "",
        "a",
        "example.com",
        "a,b,c,d",
        "x" * 30,
        "\x01",
        "\n",
        "a\nb",
        "é",
        "Ã©",
        "5",
        "-1",
        "/",
        "/%",
        "/\0",
        "*",
        "GET",
    ]
)
NAMES = [
    *(
        "PATH_INFO",
        "QUERY_STRING",
        "CONTENT_LENGTH",
        "CONTENT_TYPE",
        "HTTP_HOST",
        "HTTP_USER_AGENT",
        "HTTP_COOKIE",
    ),
    *(
        "HTTP_ACCEPT",
        "HTTP_ACCEPT_LANGUAGE",
        "HTTP_X_ANY",
        "HTTP_RANGE",
        "HTTP_X_FORWARDED_FOR",
        "REQUEST_METHOD",
    ),
]
LIMITS = Limits(path_bytes=20, query_bytes=20, header_bytes=25, accept_items=3, body_bytes=10, header_count=6)


@given(some.lists(some.dictionaries(some.sampled_from(NAMES), VALUES, max_size=4), max_size=20))
def test_what_is_remembered_changes_no_answer(requests):
    """Whatever came before, a request is refused as if it were the first."""
    edge = Edge(LIMITS, allowed_hosts=["example.com", "localhost"])
    for said in requests:
        fresh = Edge(LIMITS, allowed_hosts=["example.com", "localhost"]).examine(environ(**said))
        refusal = edge(environ(**said))
        assert (refusal and refusal.code) == (fresh and fresh.code)


SAID_BY_PROXIES = some.fixed_dictionaries(
    {},
    optional={
        "HTTP_X_FORWARDED_FOR": some.sampled_from(
            [
                "198.51.100.7",
                "6.6.6.6, 192.0.2.1",
                "192.0.2.1",
                "rubbish",
                "",
                " , ",
                "::1",
                "6.6.6.6," * 60 + "6.6.6.6",
            ]
        ),
        "HTTP_X_FORWARDED_PROTO": some.sampled_from(["https", "http, HTTPS", "ftp", "", ","]),
        "HTTP_X_FORWARDED_HOST": some.sampled_from(["localhost", "example.com", "evil.example", "a b", ""]),
        "HTTP_X_REAL_IP": VALUES,
        "HTTP_X_VHM_ROOT": VALUES,
        "HTTP_USER_AGENT": VALUES,
        "HTTP_RANGE": some.sampled_from(["bytes=0-5", "bytes=" + "0-1," * 50]),
        "REMOTE_ADDR": some.sampled_from(["192.0.2.1", "192.0.2.2", ""]),
    },
)


@given(some.booleans(), some.lists(SAID_BY_PROXIES, max_size=10))
def test_what_proxies_said_before_changes_no_answer(checks_virtual_root, requests):
    """Whatever came before, a request is refused or written to as if it were the first, and once: who looks again changes nothing."""
    how = {
        "limits": Limits(header_bytes=600),
        "allowed_hosts": ["example.com", "localhost"],
        "trusted_proxies": ["192.0.2.1"],
        "checks_virtual_root": checks_virtual_root,
    }
    edge = Edge(**how)
    for said in requests:
        first, later = environ(**said), environ(**said)
        refused, refused_later = Edge(**how).examine(first), edge(later)
        assert (refused_later and refused_later.detail) == (refused and refused.detail)
        later["wsgi.input"] = first["wsgi.input"]
        assert later == first
        refused_again = edge(later)
        assert (refused_again and refused_again.detail) == (refused and refused.detail)
        assert later == first


def test_chains_of_proxies_are_forgotten():
    """However many clients come through a proxy, only some of them are remembered, and no long lists."""
    edge = Edge(trusted_proxies=["192.0.2.1"])
    for high in range(8):
        for low in range(250):
            got = environ(HTTP_X_FORWARDED_FOR=f"198.51.{high}.{low}")
            assert edge(got) is None
            assert got["REMOTE_ADDR"] == f"198.51.{high}.{low}"
    assert len(edge.proxies._chains) <= 1000
    long = environ(HTTP_X_FORWARDED_FOR="192.0.2.1, " * 30 + "198.51.100.7")
    assert edge(long) is None
    assert long["REMOTE_ADDR"] == "198.51.100.7"
    assert not any(len(said) > 200 for said in edge.proxies._chains)


def test_lines_of_two_headers_are_not_taken_for_others():
    """Where controls are let through, two headers of which one has a line break don't count as two others."""
    edge = Edge(Limits(refuse_controls=False, accept_items=1))
    assert edge(environ(HTTP_ACCEPT="a", HTTP_ACCEPT_LANGUAGE="b\nc,d")) is not None
    assert edge(environ(HTTP_ACCEPT="a\nb", HTTP_ACCEPT_LANGUAGE="c")) is None
    assert edge(environ(HTTP_ACCEPT="a", HTTP_ACCEPT_LANGUAGE="b\nc")) is None


@pytest.mark.parametrize("name", ["HTTP_USER_AGENT", "HTTP_X_{}"])
def test_what_strangers_say_is_forgotten(name):
    """Whatever many different strangers say, what is remembered of it stays little, and the answers stay right."""
    edge = Edge(LIMITS)
    look = edge.glance(lambda environ: False, ())
    known = dict(zip(look.__code__.co_freevars, look.__closure__, strict=True))
    for number in range(300):
        said = {name.format(number): f"a {number}"}
        assert look(environ(**said)) is None
        assert look(environ(**said)) is None
        assert look(environ(**dict.fromkeys(said, "\x01"))).code == 400
        *_, good = known["last"].cell_contents
        assert len(good) <= 100


def test_long_names_are_forgotten():
    """Names of headers are a stranger's, too: those of a few hundred requests take no more memory than is known beforehand."""
    edge = Edge()
    looks = edge, edge.glance(lambda environ: False, ())
    tracemalloc.start()
    try:
        for number in range(300):
            said = {f"HTTP_{number}_{name}_{'X' * 3000}": "1" for name in range(20)}
            for look in looks:
                assert look(environ(**said)) is None
                assert look(environ(**said, HTTP_ACCEPT="\x01")).code == 400
        gc.collect()  # errors go round in circles, and interpreters look for these more or less often
        assert tracemalloc.get_traced_memory()[0] < 3_000_000
    finally:
        tracemalloc.stop()


def test_secrets_are_not_remembered():
    """What may be secret (cookies, and headers that are not known to be none) isn't kept."""
    edge = Edge()
    look = edge.glance(lambda environ: False, ())
    known = dict(zip(look.__code__.co_freevars, look.__closure__, strict=True))
    for _ in range(3):
        look(environ(HTTP_COOKIE="a=secret", HTTP_AUTHORIZATION="secret", HTTP_X_TOKEN="secret"))
    *_, good = known["last"].cell_contents
    assert good
    assert not any("secret" in "".join(said) for said in good)


def test_what_needs_care_is_told_each_time():
    """Whoever asks for more than the usual is told of all requests that need it, whether they were seen before or not."""
    asked = []

    def needs_care(environ):
        asked.append(environ)
        return environ["REQUEST_METHOD"] == "POST"

    look = Edge().glance(needs_care, ())
    for _ in range(3):
        assert look(environ(REQUEST_METHOD="POST")) is CARE
        assert look(environ(REQUEST_METHOD="POST", HTTP_USER_AGENT="a\x01")).code == 400
        assert look(environ(REQUEST_METHOD="GET")) is None
    assert len(asked) == 3  # the first of all and the first with each method, and then it is known


def test_lengths_of_bodies_are_forgotten():
    """However many lengths are said, only some of those that are good are remembered."""
    look = Edge(Limits(body_bytes=5000)).glance(lambda environ: False, ())
    known = dict(zip(look.__code__.co_freevars, look.__closure__, strict=True))
    for length in range(2500):
        assert look(environ(CONTENT_LENGTH=str(length))) is None
        assert len(known["lengths"].cell_contents) <= 1000
    assert [look(environ(CONTENT_LENGTH=length)).code for length in ("5001", "1e3", "-1")] == [413, 400, 400]
