"""What went wrong with hosts elsewhere: addresses that somebody else chooses, and proxies that anybody can play."""

from urllib.parse import urlsplit

import pytest

from goldilocks.config import Configurator
from goldilocks.edge import Edge
from goldilocks.httpexceptions import HTTPBadRequest, HTTPException, HTTPFound
from goldilocks.request import Request
from goldilocks.response import Response
from tests.support import browse


def app(**settings):
    """An application that says where it believes to be."""
    config = Configurator(settings={name.replace("__", "."): value for name, value in settings.items()})
    config.add_route("x", "/admin/x")
    config.add_view(
        lambda request: Response(f"{request.url} {request.route_url('x')} {request.client_addr}"),
        route_name="x",
    )
    return config.make_wsgi_app()


def ask(application, **said):
    """Ask as a server would that lets everything through; return status and body."""
    environ = Request.blank("/admin/x").environ | {"REMOTE_ADDR": "192.0.2.9"} | said
    answers = []
    body = b"".join(application(environ, lambda status, headers, exc_info=None: answers.append(status)))
    return answers[0], body.decode()


BAD_HOSTS = [
    "example.com/?",
    "example.com/..",
    "example.com#",
    "example.com?x",
    "example.com\\x",
    "good.example@evil.example",
    "a b",
    "",
    " ",
    "example.com, evil.example",
    "example.com:80@evil.example",
    "example.com:80:81",
    "example.com:http",
    "example.com:99999",
    "example.com:65536",
    "[::1",
    "[::1]x",
    "[evil]",
    "::1",
    "..",
    "example..com",
    "exa\tmple.com",
    "example.com\r\nX: y",
    "ex\0ample.com",
    "example.com%2f",
    "\xff",
    "<script>",
    "a" * 256,
    "٣.example",
]


@pytest.mark.parametrize("host", BAD_HOSTS)
def test_host_header_cannot_change_the_path(host):
    """A Host that can't be one is refused before any route is looked at (CVE-2026-48710, CVE-2011-4139, CVE-2012-4520)."""
    assert ask(app(), HTTP_HOST=host)[0] == "400 Bad Request"


@pytest.mark.parametrize("host", BAD_HOSTS)
def test_refusal_says_nothing_of_the_host(host):
    """The page of the refusal doesn't repeat what was sent, and no tween, route or view sees the request."""
    seen = []
    config = Configurator()
    config.add_subscriber(seen.append, "goldilocks.events.NewRequest")
    config.add_exception_view(
        lambda error, request: Response(f"no: {error}", status=418), context=HTTPBadRequest
    )
    status, page = ask(config.make_wsgi_app(), HTTP_HOST=host)
    assert (status[:3], page[:4]) == ("418", "no: ")
    assert not seen and (len(host) < 3 or host not in page)


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "EXAMPLE.com:8080",
        "example.com:65535",
        "[2001:db8::1]:80",
        "[::ffff:192.0.2.1]",
        "127.0.0.1",
        "my_host",
        "xn--4ca.example.",
        "a" * 255,
    ],
)
def test_host_that_can_be_one_is_taken(host):
    """A name, an address, with a port or without: nothing is wrong with it; addresses are built of it."""
    status, text = ask(app(), HTTP_HOST=host)
    assert status == "200 OK" and text.startswith(f"http://{host.removesuffix(':80')}/admin/x ")


@pytest.mark.parametrize(
    ("allowed", "host", "is_taken"),
    [
        ("example.com", "example.com", True),
        ("example.com", "Example.Com:8443", True),
        ("example.com", "evil.example", False),
        ("example.com", "example.com.evil.example", False),
        ("example.com", "www.example.com", False),
        (".example.com", "www.example.com", True),
        (".example.com", "evilexample.com", False),
        ("*.example.com", "a.b.example.com", True),
        ("*.example.com", "evilexample.com", False),
        ("one.example two.example", "two.example", True),
        ("*", "anything.example", True),
        ("example.com", "example.com:", True),
        ("example.com", "127.0.0.1", False),
        ("example.com", "[::1]", False),
        ("[::ffff:192.0.2.1]", "[::ffff:c000:201]", True),
    ],
)
def test_only_our_hosts_are_answered(allowed, host, is_taken):
    """Names are compared label by label: an ending of letters is no domain (CVE-2016-9014, CVE-2026-25478)."""
    status, _ = ask(app(goldilocks__allowed_hosts=allowed), HTTP_HOST=host)
    assert status == ("200 OK" if is_taken else "400 Bad Request")


def test_hosts_count_for_old_applications_too():
    """An application with Pyramid's defaults takes any Host, but heeds the hosts that it says."""
    old = {"goldilocks__defaults": "pyramid"}
    assert ask(app(**old), HTTP_HOST="example.com/?")[0] == "200 OK"
    assert (
        ask(app(**old, goldilocks__allowed_hosts="example.com"), HTTP_HOST="evil.example")[0]
        == "400 Bad Request"
    )


def test_debug_pages_are_for_this_machine():
    """Who lets his own name lead to this machine doesn't get the pages that explain (CVE-2016-9014: DNS rebinding)."""
    debugging = app(goldilocks__debug="true")
    assert ask(debugging, HTTP_HOST="rebound.evil.example")[0] == "400 Bad Request"
    for host in ("localhost:6543", "127.0.0.1:6543", "[::1]:6543"):
        assert ask(debugging, HTTP_HOST=host)[0] == "200 OK"


FORWARDED = {
    "HTTP_X_FORWARDED_FOR": "6.6.6.6, 198.51.100.7",
    "HTTP_X_FORWARDED_HOST": "good.example",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_FORWARDED": "for=6.6.6.6;host=evil.example;proto=https",
    "HTTP_X_REAL_IP": "6.6.6.6",
}


def test_anybody_can_say_that_he_is_a_proxy():
    """What a stranger says in the name of a proxy is as if it weren't said."""
    assert ask(app(), **FORWARDED)[1] == "http://localhost/admin/x http://localhost/admin/x 192.0.2.9"


def test_port_behind_a_proxy():
    """The port that the proxy speaks to is nobody else's, and stands in no URL."""
    config = Configurator(settings={"goldilocks.trusted_proxies": "192.0.2.9"})
    config.add_route("x", "/admin/x")
    config.add_view(
        lambda request: Response(
            f"{request.url} {request.route_url('x', _host='de.example')} {request.route_url('x', _port=81)}"
        ),
        route_name="x",
    )
    said = {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_HOST": "shop.example", "SERVER_PORT": "6543"}
    expected = "https://shop.example/admin/x https://de.example/admin/x https://shop.example:81/admin/x"
    for _ in range(2):
        assert ask(config.make_wsgi_app(), **said) == ("200 OK", expected)


@pytest.mark.parametrize("address", ["", "localhost", "<local>"])
def test_proxy_that_comes_through_a_socket(address):
    """A socket of this machine has no address, and each server has a word of its own for that."""
    trusting = app(goldilocks__trusted_proxies="unix")
    for _ in range(2):
        assert ask(trusting, REMOTE_ADDR=address, **FORWARDED)[1].startswith("https://good.example/")
        assert ask(trusting, REMOTE_ADDR="127.0.0.1", **FORWARDED)[1].startswith("http://localhost/")


@pytest.mark.parametrize("word", ["SSL", "SCHEME", "PROTOCOL", "SERVER", "BY", "PREFIX", "PORT"])
def test_other_words_of_proxies(word):
    """What some proxies say besides, a stranger doesn't say either."""
    config = Configurator(settings={"goldilocks.trusted_proxies": "192.0.2.9"})
    config.add_view(lambda request: Response(request.headers.get(f"X-Forwarded-{word}", "-")), name="x")
    said = {"PATH_INFO": "/x", f"HTTP_X_FORWARDED_{word}": "on"}
    for _ in range(2):
        assert ask(config.make_wsgi_app(), **said) == ("200 OK", "on")
        assert ask(config.make_wsgi_app(), **said, REMOTE_ADDR="192.0.2.10") == ("200 OK", "-")


def test_proxies_without_end():
    """Nobody comes through a thousand proxies: their addresses aren't read."""
    trusting = app(goldilocks__trusted_proxies="*")
    for said in (
        ", ".join(f"10.0.{high}.{low}" for high in range(40) for low in range(250)),
        "1.1.1.1," * 101,
    ):
        assert ask(trusting, HTTP_X_FORWARDED_FOR=said)[0] == "400 Bad Request"
    assert ask(trusting, HTTP_X_FORWARDED_FOR="1.1.1.1," * 100)[0] == "200 OK"


def test_trusted_proxy_is_believed():
    """What a proxy of ours says makes the addresses; the client is whom it saw, not whom the client names."""
    trusting = app(goldilocks__trusted_proxies="192.0.2.0/24")
    assert (
        ask(trusting, **FORWARDED)[1]
        == "https://good.example/admin/x https://good.example/admin/x 198.51.100.7"
    )


class Folder(dict):
    """A resource with a child ``inner``, as the root of a site's tree."""

    __name__ = __parent__ = None


def tree_of(**settings):
    """An application that says at which resource it is, and where the inner one has its address."""
    root, inner = Folder(), Folder()
    root["inner"], inner.__name__, inner.__parent__ = inner, "inner", root
    config = Configurator(
        root_factory=lambda request: root,
        settings={name.replace("__", "."): value for name, value in settings.items()},
    )
    config.add_view(
        lambda context, request: Response(f"{context.__name__} {request.resource_path(inner)}"),
        context=Folder,
    )
    return config.make_wsgi_app()


@pytest.mark.parametrize(
    ("settings", "address", "is_believed"),
    [
        ({}, "192.0.2.9", False),
        ({"goldilocks__trusted_proxies": "192.0.2.9"}, "192.0.2.9", True),
        ({"goldilocks__trusted_proxies": "192.0.2.9"}, "192.0.2.10", False),
        ({"goldilocks__trusted_proxies": "unix"}, "", True),
        ({"goldilocks__check_virtual_root": "false"}, "192.0.2.9", True),
        ({"goldilocks__check_requests": "false"}, "192.0.2.9", True),
        ({"goldilocks__defaults": "pyramid"}, "192.0.2.9", True),
        ({"goldilocks__defaults": "pyramid", "goldilocks__check_virtual_root": "true"}, "192.0.2.9", False),
        ({"goldilocks__defaults": "pyramid", "goldilocks__trusted_proxies": "10.0.0.1"}, "192.0.2.9", True),
    ],
)
def test_stranger_does_not_choose_the_root(settings, address, is_believed):
    """Where the root of a site is, only a proxy of ours says; a client would get past what the proxy guards by path."""
    app = tree_of(**settings)
    for root in ("/inner", "inner", "/nothing/../inner/", "/inner"):
        said = {"PATH_INFO": "/", "HTTP_X_VHM_ROOT": root, "REMOTE_ADDR": address}
        assert ask(app, **said) == ("200 OK", "inner /" if is_believed else "None /inner/")


def test_word_of_a_proxy_is_not_passed_on():
    """What a trusted proxy was believed, nobody else is believed who says the same, however often it was heard."""
    app = tree_of(goldilocks__trusted_proxies="192.0.2.9")
    said = {"PATH_INFO": "/", "HTTP_X_VHM_ROOT": "/inner"}
    for _ in range(3):
        assert ask(app, **said, REMOTE_ADDR="192.0.2.9") == ("200 OK", "inner /")
        assert ask(app, **said, REMOTE_ADDR="203.0.113.7") == ("200 OK", "None /inner/")


def test_proxy_says_client_and_root_at_once():
    """What a proxy says of the client doesn't make what it says of the root a stranger's word, however often it is looked at."""
    app = tree_of(goldilocks__trusted_proxies="192.0.2.9")
    said = {"PATH_INFO": "/", "HTTP_X_FORWARDED_FOR": "203.0.113.7", "REMOTE_ADDR": "192.0.2.9"}
    for _ in range(3):
        assert ask(app, **said, HTTP_X_VHM_ROOT="/inner") == ("200 OK", "inner /")
        assert ask(app, **said) == ("200 OK", "None /inner/")


@pytest.mark.parametrize("trusted", ["", "192.168.0.1", "192.0.2.9"])
def test_mounted_application_asks_for_itself(trusted):
    """That one application believed a proxy is no reason for another one, in front of which it stands, to believe it."""
    inner = tree_of(goldilocks__trusted_proxies=trusted)
    root = Folder(inner=Folder())
    config = Configurator(
        root_factory=lambda request: root,
        settings={"goldilocks.trusted_proxies": "192.0.2.9", "goldilocks.check_virtual_root": "false"},
    )
    config.add_view(lambda context, request: request.get_response(inner), context=Folder)
    said = {"PATH_INFO": "/", "HTTP_X_VHM_ROOT": "/inner", "HTTP_X_FORWARDED_FOR": "203.0.113.7"}
    for _ in range(2):
        found = ask(config.make_wsgi_app(), **said, REMOTE_ADDR="192.0.2.9")
        assert found == ("200 OK", "inner /" if trusted == "192.0.2.9" else "None /inner/")


def test_rubbish_of_a_proxy_is_not_believed_the_second_time():
    """What a proxy says is refused as a whole, though a part of it can be understood."""
    trusting = app(goldilocks__trusted_proxies="192.0.2.9")
    said = {
        "HTTP_X_FORWARDED_FOR": "203.0.113.7",
        "HTTP_X_FORWARDED_PROTO": "ftp",
        "REMOTE_ADDR": "192.0.2.9",
    }
    for _ in range(3):
        assert ask(trusting, **said)[0] == "400 Bad Request"


@pytest.mark.parametrize("root", ["/\xff", "/\0", "/\r\nX: y", "/" * 9000, "/.." * 900, "a/@@b/c"])
@pytest.mark.parametrize("address", ["192.0.2.9", "203.0.113.7"])
def test_root_that_can_not_be_one(root, address):
    """A root that can't be read is the fault of who says it; of a stranger, it isn't read."""
    app = tree_of(goldilocks__trusted_proxies="192.0.2.9")
    status, text = ask(app, PATH_INFO="/", HTTP_X_VHM_ROOT=root, REMOTE_ADDR=address)
    assert status[:1] == "4" or (status == "200 OK" and text == "None /inner/")
    assert address == "192.0.2.9" or status == "200 OK"


@pytest.mark.parametrize("host", BAD_HOSTS[:8])
def test_trusted_proxy_is_no_way_around_the_checks(host):
    """A host that comes through a proxy is checked like any other."""
    trusting = app(goldilocks__trusted_proxies="*", goldilocks__allowed_hosts="good.example")
    said = FORWARDED | {"HTTP_X_FORWARDED_HOST": host}
    # a blank one says nothing: then the Host itself counts, which isn't ours here
    assert ask(trusting, **said)[0] == "400 Bad Request"


def test_hosts_of_strangers_are_not_collected():
    """Ten thousand hosts leave no more behind than a thousand."""
    edge = Edge()
    for number in range(10_000):
        edge(Request.blank("/").environ | {"HTTP_HOST": f"a{number}.example"})
    assert len(edge._good_hosts) <= 1001


def test_edge_stands_before_the_test_tools():
    """The refusal is an answer also where errors are wanted."""
    assert browse(app()).get("/admin/x", headers={"Host": "a b"}, status=400)


@pytest.mark.parametrize(
    ("protocol", "status"),
    [
        *((known, "400 Bad Request") for known in ("HTTP/1.1", "HTTP/1.2", "HTTP/1.10", "HTTP/1.01")),
        *((known, "200 OK") for known in ("HTTP/0.9", "HTTP/1.0", "HTTP/2.0", "HTTP/3")),
    ],
)
def test_request_without_a_host(protocol, status):
    """RFC 9112, 3.2: since HTTP/1.1 a request says its host; before, the server's name counts."""
    application = app(goldilocks__allowed_hosts="example.com")
    old = app(goldilocks__defaults="pyramid")
    for _ in range(2):
        environ = Request.blank("/admin/x").environ | {
            "SERVER_PROTOCOL": protocol,
            "REMOTE_ADDR": "192.0.2.9",
        }
        del environ["HTTP_HOST"]
        assert answer_to(application, dict(environ)) == status
        assert answer_to(old, environ) == "200 OK"


def answer_to(application, environ):
    """Return the status of the answer to an environment."""
    answers = []
    list(application(environ, lambda status, headers, exc_info=None: answers.append(status)))
    return answers[0]


def test_debug_pages_of_old_applications():
    """Limits alone make no application with Pyramid's defaults choose its hosts."""
    old = app(goldilocks__defaults="pyramid", goldilocks__debug="true", goldilocks__limit_path_bytes="100")
    assert ask(old, HTTP_HOST="example.com")[0] == "200 OK"


@pytest.mark.parametrize("host", [*BAD_HOSTS, "evil.example"])
@pytest.mark.parametrize(
    "said",
    [
        {},
        {"PATH_INFO": "/admin/\0"},
        {"PATH_INFO": "/a" * 10_000},
        {"HTTP_X_FORWARDED_PROTO": "gopher"},
        {"REQUEST_METHOD": "G ET"},
        {"SERVER_PROTOCOL": "HTTP/1.1"},
    ],
)
def test_refused_host_leads_nowhere(host, said):
    """Who answers a refused request, whatever else is wrong with it, has URLs and redirects that lead to nobody else."""

    def answer(error, request):
        return HTTPFound(location=request.route_url("x") if "PATH_INFO" in said else "/elsewhere")

    config = Configurator(
        settings={"goldilocks.allowed_hosts": "example.com", "goldilocks.trusted_proxies": "192.0.2.9"}
    )
    config.add_route("x", "/admin/x")
    config.add_exception_view(answer, context=HTTPException)
    config.add_notfound_view(answer, append_slash=True)
    app = config.make_wsgi_app()
    headers = []
    environ = Request.blank("/admin/x").environ | {"REMOTE_ADDR": "192.0.2.9", "HTTP_HOST": host} | said
    for _ in range(2):
        list(app(dict(environ), lambda status, sent, exc_info=None: headers.append((status, dict(sent)))))
        status, sent = headers[-1]
        assert status == "302 Found" and sent["Location"].split("/")[2] == "localhost"


@pytest.mark.parametrize(
    ("name", "port"),
    [("/run/shop.sock", ""), ("waitress.invalid", "/run/shop.sock"), ("::1", "80"), ("", "")],
)
@pytest.mark.parametrize("host", [None, "evil.example", "a b"])
def test_redirect_of_a_server_without_a_name(name, port, host):
    """Behind a socket, a request without a host, or with a wrong one, is answered by a redirect as any other, and is no error."""
    config = Configurator(settings={"goldilocks.allowed_hosts": "example.com"})
    config.add_route("x", "/x")
    config.add_view(lambda request: HTTPFound("/elsewhere"), route_name="x")
    config.add_exception_view(lambda error, request: HTTPFound(request.route_url("x")), context=HTTPException)
    app = config.make_wsgi_app()
    environ = Request.blank("/x").environ | {"SERVER_NAME": name, "SERVER_PORT": port, "HTTP_HOST": host}
    if host is None:
        del environ["HTTP_HOST"]
    headers = []
    for _ in range(2):
        list(app(dict(environ), lambda status, sent, exc_info=None: headers.append((status, dict(sent)))))
        status, sent = headers[-1]
        assert status == "302 Found" and urlsplit(sent["Location"]).hostname in (
            "localhost",
            "::1",
            "waitress.invalid",
        )
        assert urlsplit(sent["Location"]).port in (None, 80)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8443", "good:x@evil.example", "[evil", "EVIL.example"]
)
@pytest.mark.parametrize("forwarded", [{}, {"HTTP_X_FORWARDED_HOST": "other.example"}])
def test_refused_host_is_not_the_servers_name(host, forwarded):
    """On a socket, gunicorn calls itself by the host that the client says, and so do others: then it isn't believed, either."""
    config = Configurator(
        settings={"goldilocks.allowed_hosts": "example.com", "goldilocks.trusted_proxies": "192.0.2.9"}
    )
    config.add_route("x", "/x")
    config.add_exception_view(lambda error, request: HTTPFound(request.route_url("x")), context=HTTPException)
    name, _, port = host.partition(":")
    environ = Request.blank("/x").environ | {
        "SERVER_NAME": name,
        "SERVER_PORT": port or "80",
        "HTTP_HOST": host,
    }
    environ |= {"REMOTE_ADDR": "192.0.2.9", **forwarded}
    app, headers = config.make_wsgi_app(), {}
    for _ in range(2):
        list(app(dict(environ), lambda status, sent, exc_info=None: headers.update(sent)))
        assert headers["Location"] == "http://localhost/x"


def test_target_is_not_the_servers_name():
    """Apache calls itself by the host of the target, and an old client says no other one: it isn't ours for that."""
    environ = Request.blank("/admin/x").environ | {
        "SERVER_NAME": "evil.example",
        "SERVER_PROTOCOL": "HTTP/1.0",
    }
    del environ["HTTP_HOST"]
    for allowed, host in (("example.com", "localhost"), ("*", "evil.example")):
        application, environ["REMOTE_ADDR"] = app(goldilocks__allowed_hosts=allowed), "192.0.2.9"
        body = b"".join(application(dict(environ), lambda status, headers, exc_info=None: None)).decode()
        assert body == f"http://{host}/admin/x http://{host}/admin/x 192.0.2.9"


def test_refused_host_stays_refused():
    """A request with a host that isn't ours is refused as often as it is looked at."""
    edge = Edge(allowed_hosts=["example.com"])
    environ = Request.blank("/").environ | {"HTTP_HOST": "evil.example"}
    assert [edge(environ).code for _ in range(3)] == [400] * 3
