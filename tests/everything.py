r"""One application that reads whatever a request can bring, and a client that finds fault with whatever it answers.

The property tests and the targets of ``make fuzz`` ask it; so it needs goldilocks and the standard library alone. A request is
written as it goes over the wire; `environ_of` hands it on as a server would that lets everything through.

>>> ask(application(), environ_of(b"GET /bears/baloo?page=2 HTTP/1.1\r\nHost: example.com\r\n\r\n")).json()["name"]
'baloo'
"""

from __future__ import annotations

import io
import json
import logging
import re
import warnings
from contextlib import contextmanager
from email.parser import BytesHeaderParser
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urljoin, urlsplit
from wsgiref.validate import check_environ, validator

from goldilocks.authentication import AuthTktCookieHelper
from goldilocks.config import Configurator
from goldilocks.csrf import CookieCSRFStoragePolicy, get_csrf_token
from goldilocks.httpexceptions import HTTPBadRequest, HTTPException, HTTPFound
from goldilocks.i18n import TranslationStringFactory
from goldilocks.localurl import is_local_url
from goldilocks.response import Response
from goldilocks.security import forget, remember
from goldilocks.session import SignedCookieSessionFactory
from goldilocks.traversal import find_resource, resource_path

HERE = Path(__file__).parent
SECRET = "a secret of more than thirty-two bytes"

_ = TranslationStringFactory("app")


# --- The application -------------------------------------------------------------------------------------------------

#: All that a request is asked for.
READERS = (
    "GET", "POST", "params", "path_info", "path", "path_qs", "url", "path_url", "host_url", "application_url", "cookies",
    "json_body", "text", "body", "accept", "accept_language", "accept_encoding", "accept_charset", "range", "if_range",
    "if_match", "if_none_match", "if_modified_since", "if_unmodified_since", "date", "max_forwards", "authorization",
    "cache_control", "host", "host_port", "domain", "client_addr", "remote_addr", "content_length", "content_type", "charset",
    "referer", "user_agent", "pragma", "headers", "is_xhr", "method", "scheme", "locale_name", "session", "identity",
    "authenticated_userid", "is_authenticated", "urlvars", "script_name", "remote_user",
)  # fmt: skip

#: Which readers can be asked for by a word in a path, with what must be looked up for them to be read.
_OPENED = {"GET": dict, "POST": dict, "params": dict, "cookies": dict, "headers": dict, "session": dict}


class Node:
    """A resource that has a child under each name, but for one."""

    def __init__(self, request: Any = None, parent: Any = None, name: str = "") -> None:
        self.__parent__ = parent
        self.__name__ = name

    def __getitem__(self, name: str) -> Node:
        if name == "leaf":
            raise KeyError(name)
        return Node(None, self, name)


class Policy:
    """Knows users by a ticket."""

    def __init__(self) -> None:
        self.helper = AuthTktCookieHelper(SECRET, hashalg="sha512", timeout=1000, reissue_time=100)

    def identity(self, request: Any) -> Any:
        return self.helper.identify(request)

    def authenticated_userid(self, request: Any) -> Any:
        return (self.identity(request) or {}).get("userid")

    def permits(self, request: Any, context: Any, permission: str) -> bool:
        return self.identity(request) is not None

    def remember(self, request: Any, userid: Any, **kw: Any) -> Any:
        return self.helper.remember(request, userid, **kw)

    def forget(self, request: Any, **kw: Any) -> Any:
        return self.helper.forget(request, **kw)


def read(request: Any, name: str) -> Any:
    """Ask for one thing, all of it."""
    found = getattr(request, name)
    return _OPENED[name](found) if name in _OPENED else found


def read_one(request: Any) -> Any:
    """Ask for what the path names; whatever that raises is raised."""
    name = request.matchdict["name"]
    if name not in READERS:
        raise HTTPBadRequest("Nothing is called that.")
    return {"found": repr(read(request, name))}


def read_all(request: Any) -> Any:
    """Ask for everything, whatever it raises."""
    found: dict[str, Any] = {}
    for name in READERS:
        try:
            found[name] = repr(read(request, name))
        except HTTPException as error:
            found[name] = error.code
    return found


def bear(request: Any) -> Any:
    """Say what was matched, and make URLs of it."""
    values, query = dict(request.matchdict), list(request.GET.items())
    return {
        **values,
        "query": query,
        "url": request.route_url(request.matched_route.name, _query=query, _anchor="é", **values),
        "here": request.current_route_path(_query=query),
        "again": request.route_path(
            "bear", name=str(sorted(values.values(), key=str)[0]), _query={"a": "&;"}
        ),
    }


def texts(request: Any) -> list[tuple[str, str]]:
    """Return what came along, without the files."""
    return [(name, value) for name, value in request.params.items() if isinstance(value, str)]


def walk(context: Any, request: Any) -> Any:
    """Say where the walk led, and find the way back."""
    path = resource_path(context)
    assert resource_path(find_resource(Node(), path)) == path
    return {
        "path": path,
        "url": request.resource_url(context, *request.subpath, query=texts(request)),
        "name": request.view_name,
        "subpath": request.subpath,
    }


def keep(request: Any) -> Any:
    """Put into the session, the token's cookie and a flash message what comes along."""
    session = request.session
    before = dict(session)
    session["said"] = said = [(name[:50], value[:50]) for name, value in texts(request)][:3]
    session.flash(said)
    return {"before": before, "token": get_csrf_token(request), "messages": session.pop_flash()}


def form(request: Any) -> Any:
    """Take a form, with its files."""
    fields = [
        (name, [value.filename, len(value.file.read())] if hasattr(value, "filename") else str(value))
        for name, value in request.POST.items()
    ]
    return {"fields": fields}


def echo(request: Any) -> Any:
    """Give JSON back."""
    return {"value": request.json_body}


def log_in(request: Any) -> Any:
    """Log in whoever says his name, and out who says none."""
    userid = dict(texts(request)).get("user", "")
    headers = remember(request, userid) if userid else forget(request)
    response = Response(repr(request.authenticated_userid), content_type="text/plain")
    response.headerlist.extend(headers)
    return response


def write(request: Any) -> Any:
    """Write into headers what comes along, as far as it can be in one."""
    response = Response("written")
    params = dict(texts(request))
    if "cookie" in params:
        if not can_be_cookie(params["cookie"]):
            raise HTTPBadRequest("That can't be in a cookie.")
        response.set_cookie("kept", params["cookie"])
    if "file" in params:
        response.attach(params["file"])
    if "etag" in params:
        if not can_be_etag(params["etag"]):
            raise HTTPBadRequest("That can't be an entity tag.")
        response.etag = params["etag"]
        response.conditional_response = True
    return response


# SPEC: RFC 6265, 4.1.1 (cookie-octet); RFC 9110, 8.8.3 (etagc), in ASCII
can_be_cookie = re.compile(r"[!#-+\x2d-:<-\[\]-~]*").fullmatch
can_be_etag = re.compile(r"[!#-\[\]-~]*").fullmatch


def leave(request: Any) -> Any:
    """Redirect to where the client wishes, as long as that is here."""
    to = dict(texts(request)).get("to", "")
    if not is_local_url(to, request):
        raise HTTPBadRequest("That leads elsewhere.")
    return HTTPFound(to)


def conditional(request: Any) -> Any:
    """Answer conditions and ranges."""
    return Response(
        b"0123456789" * 50,
        content_type="text/plain",
        etag="bear",
        last_modified=1_000_000_000,
        conditional_response=True,
        accept_ranges="bytes",
    )


def page(request: Any) -> Any:
    """Show in a template what comes along."""
    return {
        "name": request.matchdict["name"],
        "fields": texts(request),
        "to": dict(texts(request)).get("to", ""),
        "title": request.localizer.translate(_("hello", default="Hello ${name}", mapping={"name": "é"})),
        "locale": request.locale_name,
        "language": request.accept_language.lookup(["en", "de", "fr"], default="en"),
    }


def eager(event: Any) -> None:
    """Read before anybody else does."""
    name = event.request.headers.get("X-Eager")
    if name in READERS:
        read(event.request, name)


ROUTES = {
    "bear": "/bears/{name}",
    "number": r"/numbers/{id:\d+}",
    "pair": "/pairs/{a}-{b}.{c}",
    "café": "/café/{x}/{y:[^/]*}",
    "rest": "/rest/{first}/*subpath",
}


def everything(config: Any) -> None:
    """Say it all."""
    config.set_root_factory(Node)
    config.set_session_factory(SignedCookieSessionFactory(SECRET, timeout=1000))
    config.set_csrf_storage_policy(CookieCSRFStoragePolicy())
    config.set_security_policy(Policy())
    config.add_translation_dirs(str(HERE / "compat/applications/catalogs/one"))
    config.add_static_view("static", str(HERE / "compat/applications/texts"))
    config.add_subscriber(eager, "goldilocks.interfaces.INewRequest")
    for name, pattern in ROUTES.items():
        config.add_route(name, pattern)
        config.add_view(bear, route_name=name, renderer="json")
    config.add_route("walk", "/walk/*traverse")
    config.add_view(walk, route_name="walk", renderer="json")
    config.add_view(walk, context=Node, renderer="json")
    config.add_view(walk, context=Node, name="leaf", renderer="string")
    for name, view, renderer, options in (
        ("read/{name}", read_one, "json", {}),
        ("read", read_all, "json", {}),
        ("keep", keep, "json", {}),
        ("form", form, "json", {"request_method": "POST"}),
        ("safe", form, "json", {"require_csrf": True}),
        ("echo", echo, "json", {}),
        ("in", log_in, None, {}),
        ("write", write, None, {}),
        ("leave", leave, None, {}),
        ("conditional", conditional, None, {"http_cache": 10}),
        ("page/{name}", page, str(HERE / "fuzz/page.pt"), {}),
        ("secret", page, "string", {"permission": "view"}),
    ):
        config.add_route(name, f"/{name}")
        config.add_view(view, route_name=name, renderer=renderer, **options)
    config.add_route("accept", "/accept")
    for media_type in ("text/html", "application/json", "text/plain;charset=utf-8"):
        config.add_view(
            lambda request, media_type=media_type: Response(media_type),
            route_name="accept",
            accept=media_type,
        )
    config.add_route("choose", "/choose")
    for options in (
        {"request_param": "a=1"},
        {"request_param": "b"},
        {"header": r"X-Token:^\w+$"},
        {"xhr": True},
        {"path_info": "choose$", "request_method": ("PUT", "DELETE")},
    ):
        config.add_view(lambda request: Response("chosen"), route_name="choose", **options)


@lru_cache
def application(defaults: str = "secure", **settings: Any) -> Any:
    """Make the application once for each kind of it.

    Args:
        defaults: ``secure`` or ``pyramid``.
        settings: of the deployment; a double underscore stands for a dot.
    """
    said = {name.replace("__", "."): value for name, value in settings.items()}
    config = Configurator(
        settings={"goldilocks.defaults": defaults, "goldilocks.template_cache": "false", **said}
    )
    everything(config)
    return config.make_wsgi_app()


# --- The server ------------------------------------------------------------------------------------------------------

_lines_of = re.compile(rb"\r?\n").split


def environ_of(raw: bytes) -> dict[str, Any]:
    """Return the environment of a request that came over the wire, whatever it looks like."""
    head, _, body = raw.replace(b"\r\n\r\n", b"\n\n", 1).partition(b"\n\n")
    first, *lines = _lines_of(head)
    words = first.split(b" ", 2)
    method, target = words[0], words[1] if len(words) > 1 else b"/"
    path, _, query = target.partition(b"?")
    said = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if colon:
            key = name.decode("latin-1").strip().upper().replace("-", "_")
            key = (
                key
                if key in ("CONTENT_TYPE", "CONTENT_LENGTH", "REMOTE_ADDR", "SCRIPT_NAME")
                else f"HTTP_{key}"
            )
            said[key] = value.decode("latin-1").strip(" \t")
    return environ(
        body,
        REQUEST_METHOD=method.decode("latin-1") or "GET",
        PATH_INFO=unquote_to_bytes(path).decode("latin-1"),
        QUERY_STRING=query.decode("latin-1"),
        **said,
    )


def environ(body: bytes = b"", **said: str) -> dict[str, Any]:
    """Return an environment as a server makes it."""
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "HTTP_HOST": "example.com",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **said,
    }


class Answer:
    """What was answered.

    Args:
        status: code and reason.
        headers: as they were sent.
        body: the whole.
        asked: the environment of the request.
    """

    def __init__(
        self, status: str, headers: list[tuple[str, str]], body: bytes, asked: dict[str, Any]
    ) -> None:
        self.code = int(status[:3])
        self.status = status
        self.headers = headers
        self.body = body
        self.asked = asked

    def json(self) -> Any:
        return json.loads(self.body)

    def all(self, name: str) -> list[str]:
        """Return the values of a header."""
        return [value for each, value in self.headers if each.lower() == name]

    def one(self, name: str) -> str | None:
        """Return the value of a header that may come once."""
        found = self.all(name)
        assert len(found) < 2, f"{name} was sent twice: {found}"
        return found[0] if found else None

    def cookies(self) -> dict[str, str]:
        """Return the cookies that are set, as RFC 6265 has a client read them."""
        pairs = [line.partition(";")[0].partition("=") for line in self.all("set-cookie")]
        return {name.strip(" \t"): value.strip(" \t") for name, _, value in pairs}


def ask(app: Any, asked: dict[str, Any], is_logged: bool = False) -> Answer:
    """Send a request, and see that the answer is a well-formed one below 500.

    Args:
        app: the application.
        asked: the environment.
        is_logged: let it write into its log what is an error.

    Raises:
        AssertionError: it isn't.
    """
    begun: list[Any] = []
    sent = dict(asked)

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        assert not begun, "an answer was begun twice"
        begun[:] = status, list(headers)
        return begun.append

    with _silence(is_logged):
        result = _strict(app, sent)(sent, start_response)
        try:
            body = b"".join(result)
        finally:
            if hasattr(result, "close"):
                result.close()
    answer = Answer(begun[0], begun[1], body, asked)
    check(answer)
    return answer


def _strict(app: Any, asked: dict[str, Any]) -> Any:
    """Put ``wsgiref.validate`` around an application, where the request itself is one that it lets through."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            check_environ(asked)
        except (AssertionError, ValueError, Warning):
            return app
    return validator(app)


class _Refusing(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        raise AssertionError(f"logged as an error: {record.getMessage()}") from (
            record.exc_info or [None] * 2
        )[1]


@contextmanager
def _silence(is_logged: bool) -> Any:
    """Make of each error in the log one of ours."""
    handler = _Refusing(logging.ERROR)
    log = logging.getLogger("goldilocks")
    was_passing = log.propagate
    if not is_logged:
        log.addHandler(handler)
    log.propagate = False
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.propagate = was_passing


# --- The client ------------------------------------------------------------------------------------------------------

_is_status = re.compile(r"[1-5][0-9]{2} [\t\x20-\x7e\x80-\xff]*").fullmatch
_is_name = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+").fullmatch
_is_value = re.compile(r"(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?").fullmatch

ONCE = (
    "content-type",
    "content-length",
    "location",
    "etag",
    "last-modified",
    "content-range",
    "content-disposition",
)


def check(answer: Answer) -> None:
    """See that an answer is well-formed.

    Raises:
        AssertionError: it isn't.
    """
    assert _is_status(answer.status), f"no status: {answer.status!r}"
    assert answer.code < 500, answer.status
    for name, value in answer.headers:
        assert _is_name(name), f"no name of a header: {name!r}"
        assert _is_value(value), f"no value of {name}: {value!r}"
    for name in ONCE:
        answer.one(name)
    _check_as_read(answer)
    _check_length(answer)
    for line in answer.all("set-cookie"):
        _check_cookie(line)
    if answer.one("location") is not None:
        _check_location(answer)
    if (answer.one("content-type") or "").startswith("application/json") and answer.body:
        answer.json()


def _check_as_read(answer: Answer) -> None:
    """Read the headers as a client does, and find what was sent."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
    message = BytesHeaderParser().parsebytes(lines.encode("latin-1") + b"\r\n")
    names = [name for name, _ in message.raw_items()]
    assert names == [name for name, _ in answer.headers], f"read otherwise: {names}"


def _check_length(answer: Answer) -> None:
    has_no_body = answer.code in (204, 304) or answer.asked["REQUEST_METHOD"] == "HEAD"
    length = answer.one("content-length")
    if has_no_body:
        assert not answer.body, f"{answer.status} with a body"
    elif length is not None:
        assert int(length) == len(answer.body), f"{length} bytes said, {len(answer.body)} sent"


_is_cookie = re.compile(
    r"[!#$%&'*+.^_`|~0-9A-Za-z-]+=[\x21-\x3a\x3c-\x7e]*(?:; [\x20-\x3a\x3c-\x7e]+)*"
).fullmatch
ATTRIBUTES = ("domain", "path", "expires", "max-age", "samesite", "secure", "httponly")


def _check_cookie(line: str) -> None:
    assert _is_cookie(line), f"no cookie: {line!r}"
    names = [part.strip().partition("=")[0].lower() for part in line.split(";")[1:]]
    assert set(names) <= set(ATTRIBUTES), f"unknown attributes: {line!r}"
    assert len(names) == len(set(names)), f"an attribute comes twice: {line!r}"


def _check_location(answer: Answer) -> None:
    """See that a redirection stays on the host that was asked."""
    location = answer.one("location") or ""
    host = answer.asked.get("HTTP_HOST") or answer.asked["SERVER_NAME"]
    led = urlsplit(urljoin(f"http://{host}/", location))
    assert led.netloc.partition(":")[0].lower() == host.partition(":")[0].lower(), (
        f"{location!r} leaves {host!r}"
    )
