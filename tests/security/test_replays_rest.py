"""What went wrong elsewhere and has no place in the other files: rows of many kinds, and what the fuzzer found here."""

from __future__ import annotations

import ast
import gzip
import io
import itertools
import os
import pickle
import re
import socket
import stat
import struct
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

import goldilocks
from goldilocks.cli.serve import listen
from goldilocks.config import Configurator
from goldilocks.events import NewResponse
from goldilocks.httpexceptions import HTTPBadRequest, HTTPFound, HTTPNotFound
from goldilocks.i18n import get_localizer
from goldilocks.interfaces import ILocalizer
from goldilocks.limits import Limits
from goldilocks.owncookies import OwnCookie
from goldilocks.renderers import JSONP, get_renderer
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.session import SignedCookieSessionFactory
from tests.everything import application, ask, environ, environ_of
from tests.support import serve

SOURCES = sorted(Path(goldilocks.__file__).parent.rglob("*.py"))


def sent(app, **said):
    """Ask as a server would that lets everything through; return the status, the headers and the body."""
    answers = []
    body = b"".join(
        app(environ(**said), lambda status, headers, info=None: answers.append((status, headers)))
    )
    return answers[0][0], dict(answers[0][1]), body


# --- 32, 33, 121, 123: what reaches the application, by the server of `goldilocks serve` ------------------------------


@pytest.mark.parametrize(
    "host",
    ["example.com,evil.example", "example.com, example.com", "example.com,", "example.com\tevil.example"],
)
def test_host_that_was_sent_twice(host):
    """CVE-2026-34525 (row 32): a server that joins two Host headers doesn't make a third host of them."""
    app = _app(lambda config: config.add_view(lambda request: Response(request.host)))
    assert sent(app, HTTP_HOST=host)[0] == "400 Bad Request"


@pytest.mark.parametrize("length", ["3,3", "3, 3", "+3", "0x3", "3 3", "-3", "3.0", "\u0663"])
def test_length_that_two_would_read_differently(length):
    """CVE-2019-16786, CVE-2022-24761 (rows 32, 121): what isn't plain digits is no length."""
    app = _app(lambda config: config.add_view(lambda request: Response(request.body)))
    assert sent(app, REQUEST_METHOD="POST", CONTENT_LENGTH=length)[0] == "400 Bad Request"


@contextmanager
def served(app):
    """Serve an application as ``goldilocks serve`` does; give a function that sends bytes and returns what comes back."""
    server = listen(app, "127.0.0.1", 0)
    is_over = threading.Event()

    def run():
        # not server.run: that ends when its sockets are closed, and fails if it is just about to wait for one of them
        while not is_over.is_set():
            server.asyncore.loop(timeout=60, map=server._map, use_poll=True, count=1)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def send(data):
        # a machine that has much else to do takes its time; whatever comes is compared, and not how soon
        with socket.create_connection(("127.0.0.1", server.effective_port), timeout=60) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    try:
        yield send
    finally:
        is_over.set()
        server.pull_trigger()
        thread.join(60)
        server.task_dispatcher.shutdown()
        server.asyncore.close_all(server._map)
    assert not thread.is_alive()


def seen(config):
    """Tell which headers came, and remember each path."""
    config.add_view(
        lambda request: Response("\n".join(sorted(key for key in request.environ if key.startswith("HTTP_"))))
    )


@pytest.mark.parametrize(
    "name", ["X_Forwarded_For", "X_Auth-User", "Remote_User", "X-Forwarded_Proto", "_Host"]
)
def test_underscore_passes_for_no_hyphen(name):
    """CVE-2015-0219, CVE-2026-3902 (row 33): a header with an underscore doesn't reach the application under the other name."""
    with served(_app(seen)) as send:
        answer = send(f"GET / HTTP/1.0\r\nHost: localhost\r\n{name}: 127.0.0.1\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.0 200 OK")
    assert f"HTTP_{name.upper().replace('-', '_')}".encode() not in answer


def _app(*includes, **settings):
    config = Configurator(settings=settings)
    for include in includes:
        include(config)
    return config.make_wsgi_app()


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize(
    "head",
    [
        b"Transfer-Encoding: gzip, chunked\r\n", b"Transfer-Encoding: \x0bchunked\r\nContent-Length: 50\r\n",
        b"Content-Length: 0\r\nContent-Length: 50\r\n", b"Content-Length: +0\r\n", b"Content-Length: 0x0\r\n",
        b"Content-Length: 0_0\r\n", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", b"Content-Length : 0\r\n",
        b" Content-Length: 0\r\n", b"X: a\rContent-Length: 0\r\n", b"X: a\nY: b\r\n", b"Transfer-Encoding: xchunked\r\n",
    ],
)  # fmt: skip
def test_no_request_hides_in_another(head):
    """CVE-2019-16785, -16786, -16789, -16792, CVE-2022-24761, CVE-2024-49768 (row 121): refused, and nothing behind it is read."""
    paths = []

    def noting(config):
        config.add_route("any", "/*rest")
        config.add_view(lambda request: paths.append(request.path) or Response("seen"), route_name="any")

    with served(_app(noting)) as send:
        answer = send(b"POST /first HTTP/1.1\r\nHost: localhost\r\n" + head + b"\r\n0\r\n\r\n" + SMUGGLED)
    assert answer.split(b" ")[1] in (b"400", b"501")
    assert paths == []


@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
        b"Transfer-Encoding: chunked, chunked\r\n",
    ],
)
def test_body_ends_where_it_ends(lengths):
    """Row 123: with both framings it is refused, and what comes behind isn't read as one more request of this client."""
    paths = []

    def noting(config):
        config.add_view(lambda request: paths.append(request.path) or Response(request.body))

    with served(_app(noting)) as send:
        answer = send(b"POST /first HTTP/1.1\r\nHost: localhost\r\n" + lengths + b"\r\n0\r\n\r\n" + SMUGGLED)
    assert answer.split(b" ")[1] == b"400"
    assert paths == []


def test_body_is_read_no_further_than_it_goes():
    """Row 123: what a server leaves standing behind the body isn't taken for a part of it."""
    app = _app(lambda config: config.add_view(lambda request: Response(request.body_file.read())))
    said = {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": "3", "wsgi.input": io.BytesIO(b"abc" + SMUGGLED)}
    assert sent(app, **said)[2] == b"abc"


# --- 41: methods -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/?_method=DELETE", {}),
        ("/", {"X-HTTP-Method-Override": "DELETE"}),
        ("/", {"X-HTTP-Method": "DELETE"}),
        ("/", {"X-Method-Override": "DELETE"}),
        ("/?__method=DELETE&_method=delete", {"Content-Type": "application/x-www-form-urlencoded"}),
    ],
)
def test_nobody_talks_another_method_into_us(path, said):
    """Row 41: the method is the one of the request line."""

    def app(config):
        for method in ("GET", "POST", "DELETE"):
            config.add_view(lambda request, method=method: Response(method), request_method=method)

    assert serve(app).get(path, headers=said).text == "GET"
    assert serve(app).post(path, "_method=DELETE", headers=said).text == "POST"


# --- 50: the end of an expression ------------------------------------------------------------------------------------

_MATCHING = ("compile", "match", "search", "fullmatch", "sub", "split", "finditer", "findall")


def expressions_of(path):
    """Return the constant parts of all regular expressions in a file, with their lines."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _MATCHING
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.args
        ):
            for part in ast.walk(node.args[0]):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.lineno, part.value


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(SOURCES[0].parent)))
def test_no_expression_ends_before_a_line_break(path):
    r"""CVE-2015-5144, CVE-2021-32052 (row 50): ``$`` would take ``x\n`` for ``x``; ``\Z`` and ``fullmatch`` don't."""
    found = [(line, text) for line, text in expressions_of(path) if re.search(r"(?<!\\)\$(\Z|[|)])", text)]
    assert found == []


# --- 58: languages ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["parameter", "cookie", "header"])
def test_languages_that_nobody_speaks_are_forgotten(where):
    """CVE-2007-5712, CVE-2023-23969 (row 58): a thousand invented languages leave nothing behind."""
    app = application()
    before = len(list(app.registry.getUtilitiesFor(ILocalizer)))
    for number in range(1000):
        name = f"x{number}-de_{number}"
        said = {
            "parameter": {"QUERY_STRING": f"_LOCALE_={name}"},
            "cookie": {"HTTP_COOKIE": f"_LOCALE_={name}"},
            "header": {"HTTP_ACCEPT_LANGUAGE": name},
        }[where]
        assert ask(app, environ(PATH_INFO="/page/x", **said)).code == 200
    assert len(list(app.registry.getUtilitiesFor(ILocalizer))) <= before + 1


def write_catalogue(folder, text):
    """Write a compiled catalogue of gettext's that has one message: what ``hello`` means."""
    texts = ["", "hello", "Content-Type: text/plain; charset=UTF-8\n", text]
    head = struct.pack("<7I", 0x950412DE, 0, 2, 28, 44, 0, 0)
    places = itertools.accumulate((len(each) + 1 for each in texts), initial=60)
    table = b"".join(struct.pack("<2I", len(each), place) for each, place in zip(texts, places, strict=False))
    os.makedirs(folder, exist_ok=True)
    Path(folder, "messages.mo").write_bytes(head + table + "\0".join([*texts, ""]).encode())


@pytest.mark.parametrize(
    "name", ["../de", "de/../../x", "..", ".", "{outside}", "de\\x", "de\n", ".de", "de/x", "a-" * 4000]
)
def test_language_is_no_path(name, tmp_path):
    """CVE-2024-39614 (row 58): the name of a language leads to no folder but its own, and its length costs nothing."""
    name = name.format(outside=tmp_path / "elsewhere")
    locales = tmp_path / "locale"
    write_catalogue(locales / "de" / "LC_MESSAGES", "Hallo")
    if len(name) < 4000:  # there is such a folder, and it isn't looked into
        write_catalogue(f"{tmp_path}/locale/{name}/LC_MESSAGES", "outside")
        write_catalogue(os.path.join(locales, name, "LC_MESSAGES"), "outside")
    config = Configurator()
    config.add_translation_dirs(str(locales))
    config.commit()

    def translated(locale):
        request = Request.blank("/")
        request.registry = config.registry
        request._LOCALE_ = locale
        return get_localizer(request).translate("hello")

    assert translated("de") == "Hallo"
    assert translated(name) in ("hello", "Hallo")  # which is the language of something that begins like it


@pytest.mark.parametrize("filename", ['; filename="x"', '; filename=""', ""])
def test_language_is_no_file(filename):
    """What is uploaded in the place of a language's name is none; the next in turn is asked."""
    form = f'--B\r\nContent-Disposition: form-data; name="_LOCALE_"{filename}\r\n\r\nx\r\n--B--\r\n'.encode()
    said = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "multipart/form-data; boundary=B"}
    request = Request(environ(form, **said, HTTP_COOKIE="_LOCALE_=de"))
    request.registry = application().registry
    assert get_localizer(request).translate("hello") == "hello"
    assert request.locale_name == ("de" if filename else "x")


# --- 79: JSON that is none, going out --------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [float("-inf")], {"a": {"b": float("nan")}}])
def test_no_number_that_is_none_is_sent(value, caplog):
    """Row 79: what no reader of JSON can read isn't written; it is an error of the application."""
    app = _app(lambda config: config.add_view(lambda request: value, renderer="json"))
    status, _, body = sent(app)
    assert status == "500 Internal Server Error"
    assert b"NaN" not in body
    assert "ValueError" in caplog.text


# --- 80: keys that come twice ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"a=1&a=2", b"a=1&%61=2", b"a=1&a=1", b"a&a=1"])
def test_key_that_comes_twice_can_be_refused(body):
    """Row 80: who checks a value and who uses it see the same one, or hear that there are two."""
    said = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/x-www-form-urlencoded"}
    request = Request(environ(body, **said))
    with pytest.raises(KeyError):
        request.POST.getone("a")
    assert request.POST["a"] == request.POST.getall("a")[-1]


def _ask_for_one(request):
    return Response(getattr(request, request.GET["of"]).one("a"))


@pytest.mark.parametrize(
    ("of", "query", "body", "status"),
    [
        ("POST", "", b"a=1&a=2", "400"),
        ("POST", "", b"b=1", "400"),
        ("POST", "", b"a=1&b=2&b=3", "200"),
        ("GET", "&a=1&%61=1", b"a=1", "400"),
        ("GET", "&a=1", b"a=1&a=2", "200"),
        ("params", "&a=1", b"a=1", "400"),
        ("params", "&a=1", b"b=1", "200"),
    ],
)
@pytest.mark.parametrize("defaults", ["secure", "pyramid"])
def test_client_hears_that_a_key_must_come_once(of, query, body, status, defaults):
    """Row 80: a field that is asked for as one and isn't is the client's fault."""
    app = _app(lambda config: config.add_view(_ask_for_one), **{"goldilocks.defaults": defaults})
    said = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/x-www-form-urlencoded"}
    answers = []
    said["QUERY_STRING"] = f"of={of}{query}"
    list(app(environ(body, **said), lambda status, headers, info=None: answers.append(status)))
    assert [answer[:3] for answer in answers] == [status]


def test_no_form_has_no_field_that_comes_once():
    """Row 80: where the body is no form, the error is the same."""
    request = Request(environ(b"{}", REQUEST_METHOD="POST", CONTENT_TYPE="application/json"))
    with pytest.raises(KeyError, match="The field 'a' must come once, and comes not at all") as raised:
        request.POST.one("a")
    assert isinstance(raised.value, HTTPBadRequest)
    assert str(pickle.loads(pickle.dumps(raised.value))) == str(raised.value)


@pytest.mark.parametrize("of", ["GET", "POST", "params"])
def test_copied_fields_come_once_or_not_as_well(of):
    """Row 80: who copies the fields, to change them, asks in the same way."""
    said = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/x-www-form-urlencoded"}
    copied = getattr(Request(environ(b"a=1", QUERY_STRING="a=2", **said)), of).copy()
    copied["b"] = "3"
    assert copied.one("b") == "3"


# --- 87: packed bodies -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("coding", ["gzip", "deflate", "x-gzip", "gzip, gzip"])
@pytest.mark.parametrize(
    "content_type", ["application/json", "application/x-www-form-urlencoded", "text/plain"]
)
def test_packed_body_is_not_unpacked(coding, content_type):
    """CVE-2025-69223 (row 87): a body stays as small as it came."""
    packed = gzip.compress(b"0" * 1_000_000)
    said = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": content_type, "HTTP_CONTENT_ENCODING": coding}
    request = Request(environ(packed, **said))
    assert request.body == packed
    app = _app(lambda config: config.add_view(lambda request: Response(str(len(request.POST)))))
    answers = []
    list(app(environ(packed, **said), lambda status, headers, info=None: answers.append(status)))
    assert answers[0][:3] in ("200", "400")


# --- 91: answers for one person --------------------------------------------------------------------------------------


LOOKS = {
    "in": lambda session: "k" in session, "len": len, "get": lambda session: session.get("k"), "list": list, "bool": bool,
    "new": lambda session: session.new, "token": lambda session: session.get_csrf_token(),
    "changed": lambda session: session.changed(), "flash": lambda session: session.peek_flash(),
}  # fmt: skip


@pytest.mark.parametrize("look", LOOKS)
def test_answer_for_one_is_not_for_all(look):
    """CVE-2023-30861, CVE-2026-27205, CVE-2014-1418 (row 91): any look at the session tells caches that the answer depends on it."""

    def view(request):
        LOOKS[look](request.session)
        return Response()

    def app(config):
        config.set_session_factory(SignedCookieSessionFactory("a secret of more than thirty-two bytes"))
        config.add_view(view)

    answer = serve(app).get("/")
    assert "Cookie" in answer.headers.get("Vary", "")
    assert "Set-Cookie" not in answer.headers or answer.headers["Cache-Control"] == "private"


def denying_tween(handler, registry):
    """Answer before anybody else does, and according to the session."""

    def deny(request):
        if "user" in request.session:
            return handler(request)
        raise HTTPNotFound

    return deny


def failing_tween(handler, registry):
    """Fail at one address, outside of the exception views."""

    def fail(request):
        if request.path == "/gone":
            raise HTTPNotFound
        return handler(request)

    return fail


def look_when_answered(event):
    """Look at the session when there is an answer."""
    event.response.headers["X-User"] = str("user" in event.request.session)


def deny_when_answered(request, response):
    """Take an answer back when there is one."""
    if "user" not in request.session:
        raise HTTPNotFound


def fail(request):
    """Look at the session and fail."""
    return Response(request.session["user"])


DECIDERS = {
    "a tween outside of the exception views": lambda config: config.add_tween(f"{__name__}.denying_tween"),
    "a subscriber": lambda config: config.add_subscriber(look_when_answered, NewResponse),
    "a callback": lambda config: config.add_view(
        lambda request: request.add_response_callback(deny_when_answered) or Response(), name="decided"
    ),
    "a view that fails": lambda config: config.add_view(fail, name="decided"),
}


@pytest.mark.parametrize("varies", [True, False])
@pytest.mark.parametrize("decider", DECIDERS)
def test_answer_of_one_who_decides_late_is_not_for_all(decider, varies):
    """Another spelling of row 91: who looks when there is an answer already, or takes it back, where no view answers any more."""

    def app(config):
        config.set_session_factory(SignedCookieSessionFactory("a secret of more than thirty-two bytes"))
        config.add_view(lambda request: Response(), name="decided")
        config.commit()
        DECIDERS[decider](config)

    config = Configurator(settings={"goldilocks.vary_by_cookie": str(varies)})
    app(config)
    _, headers, _ = sent(config.make_wsgi_app(), PATH_INFO="/decided")
    assert headers.get("Vary") == ("Cookie" if varies else None)


def test_answer_for_all_may_be_kept():
    """The other side of row 91: where nobody looked who it is for, neither a part that was asked for nor an error says otherwise."""

    def app(config):
        config.add_view(lambda request: request.invoke_subrequest(request.blank("/part")))
        config.add_view(lambda request: Response(), name="part")
        config.add_tween(f"{__name__}.failing_tween")

    config = Configurator(settings={"goldilocks.vary_by_cookie": "true"})
    app(config)
    application = config.make_wsgi_app()
    for path in ("/", "/gone"):
        assert "Vary" not in sent(application, PATH_INFO=path)[1]


@pytest.mark.parametrize(("path", "varies"), [("/", True), ("/?_LOCALE_=de", False)])
def test_page_in_the_language_of_one_is_not_for_all(path, varies):
    """Another spelling of row 91: where the cookie chooses the language, caches are told so; where the address does, they aren't."""

    def app(config):
        config.add_view(lambda request: Response(request.locale_name))

    answer = serve(app).get(path, headers={"Cookie": "_LOCALE_=de"})
    assert (answer.text, answer.headers.get("Vary")) == ("de", "Cookie" if varies else None)


# --- 115, 116: templates and JSONP -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "callback",
    ["alert(1)//", "a\n", "a;b", "</script>", "a" * 10_000 + "(", "[", "a..b(", "\u2028", "a\x00", ""],
)
def test_callback_is_a_name(callback):
    """Row 116: what isn't the name of a function isn't written in front of data."""

    def app(config):
        config.add_renderer("jsonp", JSONP())
        config.add_view(lambda request: {"a": 1}, renderer="jsonp")

    answer = serve(app).get("/", {"callback": callback}, status="*")
    assert answer.status_int == 400 or answer.text == '{"a": 1}'
    answer = serve(app).get("/", {"callback": "app.found"})
    assert answer.text == '/**/app.found({"a": 1});'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "text",
    [
        "${request}",
        "{0.__class__}",
        "%(secret)s",
        "{{7*7}}",
        "<?python 1/0 ?>",
        "${1/0}",
        "<tal:x replace='1/0'/>",
    ],
)
def test_data_is_no_template(text):
    """CVE-2019-10906, CVE-2016-10745 (row 115): what comes in data is shown as it is, and evaluated by nobody."""
    path = f"/page/{text}".encode().decode("latin-1")
    page = ask(application(), environ(PATH_INFO=path)).body.decode()
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if "/" not in text:
        assert f">{escaped}</h1>" in page
    assert "49" not in page


# --- Found here, by `make fuzz` --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    ["x GMT", "Mon, 01 Jan Mon, 31 Feb 0001 25:61:61 GMT", " GMT", "0 GMT", "(\\ GMT", "9" * 99 + " GMT"],
)
@pytest.mark.parametrize("path", ["/static/page.txt", "/conditional", "/read", "/read/if_range"])
def test_condition_that_ends_like_a_date(path, value):
    """An ``If-Range`` that only ends like a date was an error of the server, for any file."""
    answer = ask(application(), environ(PATH_INFO=path, HTTP_RANGE="bytes=1-", HTTP_IF_RANGE=value))
    assert answer.code == 200


@pytest.mark.parametrize("value", ['"\\8', '"\\8"', '"\\9\\', '"\\\u0663"', '"\\400"', '"\\"', '"', '"\\0'])
@pytest.mark.parametrize("path", ["/keep", "/read/session", "/read/identity", "/read/cookies"])
@pytest.mark.parametrize("defaults", ["secure", "pyramid"])
def test_escape_that_is_none_in_a_cookie(value, path, defaults):
    """Half an escape in a quoted cookie was an error of the server, for any page that looks at its session."""
    raw = value.encode().decode("latin-1")
    header = f"session={raw}; auth_tkt={raw}; csrf_token={raw}"
    assert ask(application(defaults), environ(PATH_INFO=path, HTTP_COOKIE=header)).code == 200


@pytest.mark.parametrize(
    ("location", "sent_as"),
    [
        ("/é", "/é"),
        ("/熊", "/%E7%86%8A"),
        ("/é/熊?a=%20é", "/%C3%A9/%E7%86%8A?a=%20%C3%A9"),
        ("/🐻#🐻", "/%F0%9F%90%BB#%F0%9F%90%BB"),
    ],
)
@pytest.mark.parametrize("defaults", ["secure", "pyramid"])
def test_location_beyond_latin_1(location, sent_as, defaults):
    """A redirect to a path of any letters was an error of the server, although the path is local."""
    config = Configurator(settings={"goldilocks.defaults": defaults})
    config.add_view(lambda request: HTTPFound(location))
    assert sent(config.make_wsgi_app())[1]["Location"] == f"http://example.com{sent_as}"


def test_explanation_of_a_path_that_is_no_text():
    """Where errors are explained, a path that can't be read is no failure of the explanation."""
    app = application(goldilocks__debug="true", goldilocks__allowed_hosts=".example.com")
    assert ask(app, environ_of(b"GET /%00%80")).code == 404


def test_range_of_blanks_costs_nothing():
    """What takes WebOb a time that grows with the square is no range, and isn't read as one."""
    answer = ask(application(), environ(PATH_INFO="/conditional", HTTP_RANGE="bytes=" + " " * 10_000))
    assert answer.code == 200


@pytest.mark.parametrize("limits", [Limits(), Limits.compatible()])
@pytest.mark.parametrize(
    "header",
    [
        "a=1; a = 2",
        "a =1;a=2",
        "b=a=1; a=2",
        "b=1; a = 3; a=b=c",
        "a\t=1; a=2",
        "a=1;;a=2",
        "a=1; A=2; a\t=3",
    ],
)
def test_cookie_that_comes_twice_is_read_alike(header, limits):
    """The short way to a cookie of our own sees when it comes twice, with blanks around its name as well."""
    request = Request(environ(HTTP_COOKIE=header))
    request.limits = limits
    assert OwnCookie("a").read(request) == request.cookies["a"]


# --- 94, 96, 117: files of ours ------------------------------------------------------------------------------------


def test_templates_that_look_alike_are_not_one(tmp_path, monkeypatch):
    """CVE-2026-25480 (row 94): compiled code is kept by a digest of all that it was made of, and not by a name that others normalise."""
    monkeypatch.setenv("GOLDILOCKS_TEMPLATE_CACHE", str(tmp_path / "cache"))
    config = Configurator()
    config.commit()
    names = ["a.pt", "a\u0301.pt", "\u00e1.pt", "a_.pt", "a.pt.pt", "A.pt"]
    for name in names:
        (tmp_path / name).write_text(f"<b>{names.index(name)} ${{x}}</b>")
    for _ in range(2):  # the second time from the cache
        for number, name in enumerate(names):
            found = get_renderer(str(tmp_path / name), registry=config.registry)({"x": number}, {})
            assert found == f"<b>{number} {number}</b>"


def test_files_that_we_make_are_the_users_own(tmp_path, monkeypatch):
    """CVE-2020-24583, CVE-2020-24584 (row 117): caches and uploads can be entered and read by nobody else, whatever the umask."""
    monkeypatch.setenv("GOLDILOCKS_TEMPLATE_CACHE", str(tmp_path / "deep" / "cache"))
    before = os.umask(0)
    try:
        config = Configurator()
        config.commit()
        (tmp_path / "a.pt").write_text("<b>${x}</b>")
        get_renderer(str(tmp_path / "a.pt"), registry=config.registry)({"x": 1}, {})
        request = Request.blank("/", method="POST", body=b"x" * 200_000)
        request.make_body_seekable()
        upload = request.make_tempfile()
    finally:
        os.umask(before)
    cache = tmp_path / "deep" / "cache"
    kept = list(cache.iterdir())
    assert kept
    assert {stat.S_IMODE(file.stat().st_mode) for file in kept} == {0o600}
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (cache, cache.parent)} == {0o700}
    with upload:
        assert stat.S_IMODE(os.fstat(upload.fileno()).st_mode) & 0o077 == 0
