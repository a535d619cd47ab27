"""The edge: what is wrong with a request before anybody reads it.

An `Edge` is made when an application is committed and called once for each request, with the WSGI environment. It looks at the
method, the ``Host``, the target, the sizes, and at what proxies say of the client. It answers ``None`` where all is well; otherwise
the error with which the request should be answered, through the exception views like any other. What only shows when it is
read (the bytes of path, query, body, cookies) is checked by those who read it.

Nothing here looks anything up or remembers more than a bounded number of good hosts and known proxies.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Container, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Self, cast

from goldilocks.characters import find_control, is_token
from goldilocks.charsets import text_of
from goldilocks.exceptions import refusal
from goldilocks.glance import Objection, glance
from goldilocks.hosts import (
    HOSTS_SETTING,
    LOCAL_HOSTS,
    PROXIES_SETTING,
    VIRTUAL_ROOT_SETTING,
    AllowedHosts,
    TrustedProxies,
)
from goldilocks.httpexceptions import (
    HTTPBadRequest,
    HTTPException,
    HTTPNotFound,
    HTTPRequestEntityTooLarge,
    HTTPRequestHeaderFieldsTooLarge,
    HTTPRequestURITooLong,
)
from goldilocks.limits import Limits
from goldilocks.names import DEBUG_SETTING, DEFAULTS_PYRAMID, DEFAULTS_SETTING, GOLDILOCKS, PRODUCTION_SETTING
from goldilocks.ranges import LONGEST_RANGE
from goldilocks.settings import aslist

if TYPE_CHECKING:
    from goldilocks.types import Environ

log = logging.getLogger(__name__)

#: COMPAT: where WebOb keeps what it has read of query and form, in the environment
READ_QUERY, READ_FORM = _READ = "webob._parsed_query_vars", "webob._parsed_post_vars"

CHECK_SETTING = f"{GOLDILOCKS}.check_requests"
STRICT_SETTING = f"{GOLDILOCKS}.strict"


class Edge:
    """Finds what is wrong with a request, by its WSGI environment.

    >>> edge = Edge(allowed_hosts=["example.com"])
    >>> edge({"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_HOST": "example.com"}) is None
    True
    >>> edge({"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_HOST": "evil.example"}).status
    '400 Bad Request'

    Args:
        limits: how much a request may bring.
        allowed_hosts: which hosts are ours; any, if nothing is said. ``example.com`` is that host, ``.example.com`` that host
            and all below it, ``*.example.com`` all below it, ``*`` any. With a port, only that port.
        trusted_proxies: whom to believe what it says of the client: addresses and networks, ``unix`` for whoever comes
            through a socket without an address, ``*`` for anybody. Without one, forwarded headers are taken out.
        is_local: take only names that mean this machine, and addresses, where no hosts are said.
        checks_virtual_root: take ``X-Vhm-Root`` out, too, unless a trusted proxy says it.
    """

    def __init__(
        self,
        limits: Limits = Limits(),  # noqa: B008 - a frozen value
        allowed_hosts: Iterable[str] = (),
        trusted_proxies: Iterable[str] = (),
        is_local: bool = False,
        checks_virtual_root: bool = True,
    ) -> None:
        self.limits = limits
        self.hosts = AllowedHosts(allowed_hosts or (LOCAL_HOSTS if is_local else ("*",)))
        self.proxies = TrustedProxies(trusted_proxies, checks_virtual_root)
        self._good_hosts: set[str] = set()
        self._look = self.glance(lambda environ: False, ())

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self | None:
        """Make the edge that settings ask for, or ``None`` if they want none.

        Raises:
            ConfigurationError: a host or an address can't be one.
        """
        hosts = aslist(settings.get(HOSTS_SETTING) or ())
        proxies = aslist(settings.get(PROXIES_SETTING) or ())
        limits = Limits.from_settings(settings)
        is_asked_for = any(map(settings.get, (CHECK_SETTING, STRICT_SETTING))) or _asks_for_more(
            settings, limits
        )
        if not (is_asked_for or hosts or proxies):
            return None
        is_local = bool(settings.get(DEBUG_SETTING) and settings.get(CHECK_SETTING))
        if not hosts and settings.get(PRODUCTION_SETTING):
            log.warning(
                "%s is not set: this application believes any Host header, and so would links in its mails; say it, "
                "for example %s = .example.com (or * to go on like this)",
                HOSTS_SETTING,
                HOSTS_SETTING,
            )
        checks_virtual_root = bool(settings.get(VIRTUAL_ROOT_SETTING))
        return cls(limits, hosts, proxies, is_local, checks_virtual_root)

    def __call__(self, environ: Environ) -> HTTPException | None:
        """Return ``None`` if a request is well-formed and small enough, else what it should be answered with.

        What a trusted proxy says of the client is written into the environment where WSGI has its place
        (``REMOTE_ADDR``, ``wsgi.url_scheme``, ``HTTP_HOST``); what others say in its name is taken out.
        """
        objection: Any = self._look(environ)
        return cast("HTTPException | None", objection)

    def glance(
        self, needs_care: Callable[[Environ], bool], good_paths: Container[str]
    ) -> Callable[[Environ], Objection | None]:
        """Return a function that does what a call does, for those who do it for every request.

        Args:
            needs_care: tells whether a request that is good needs more than the usual: `CARE` is returned of it then. It may look at
                the method, the scheme, at which headers there are, and at what many clients say alike: the answer is remembered.
            good_paths: paths without a percent sign that this function has found good before.
        """
        how = self.limits, needs_care, good_paths
        look_behind = glance(self._examined, *how)

        # PERF: hello behind a proxy
        def look_at_unusual(environ: Environ) -> Objection | None:
            return self._prepared(environ) or look_behind(environ)

        return glance(self.examine, *how, {*self.proxies.claims, *_READ}, look_at_unusual)

    def examine(self, environ: Environ) -> HTTPException | None:
        """Do what a call does, at leisure."""
        return self._prepared(environ) or self._examined(environ)

    def _prepared(self, environ: Environ) -> HTTPException | None:
        """Forget what others have read of a request, and let proxies speak; return what is wrong with what they say."""
        # a middleware reads by other rules and without limits; the application reads anew
        for read in _READ:
            if read in environ:
                del environ[read]
        try:
            self.proxies.forward(environ)
        except HTTPException as refused:
            try:
                self._check_host(environ)
            except HTTPException as worse:
                return worse
            return refused
        return None

    def _examined(self, environ: Environ) -> HTTPException | None:
        """Look at a request for which proxies have spoken."""
        limits = self.limits
        make_text(environ)
        try:
            self._check_host(environ)
            check_method(environ)
            check_target(environ)
            check_lengths(environ, limits)
            check_body_length(environ, limits)
            check_header_count(environ, limits)
            check_ranges(environ, limits)
            check_escapes(environ, limits)
            check_bytes(environ)
            check_characters(environ, limits)
            check_header_lengths(environ, limits)
            check_lists(environ, limits)
        except HTTPException as refused:
            return refused
        return None

    def _check_host(self, environ: Environ) -> None:
        """See that the host is ours; take one that isn't out, so that nothing leads there that answers the request.

        Raises:
            HTTPBadRequest: it isn't ours, or a request that should say one says none.
        """
        host = environ.get("HTTP_HOST", environ.get(REFUSED_HOST))
        if host is None:
            self.hosts.name_server(environ)
            check_protocol(environ)
        elif host not in self._good_hosts:
            try:
                self.hosts.check(host)
            except HTTPBadRequest:
                environ[REFUSED_HOST] = host  # whoever looks again finds the same fault
                environ.pop("HTTP_HOST", None)
                # a server may call itself what the client calls it
                environ["SERVER_NAME"] = environ["SERVER_PORT"] = ""
                self.hosts.name_server(environ)
                raise
            if len(self._good_hosts) >= _REMEMBERED:  # they come from strangers
                self._good_hosts.clear()
            self._good_hosts.add(host)


#: Where an environment has a host that was refused.
REFUSED_HOST = f"{GOLDILOCKS}.refused_host"


def _asks_for_more(settings: Mapping[str, Any], limits: Limits) -> bool:
    """Tell whether limits or checks are said where by default there are none."""
    return settings.get(DEFAULTS_SETTING) == DEFAULTS_PYRAMID and (
        bool(settings.get(VIRTUAL_ROOT_SETTING))
        or any(each.is_edges and getattr(limits, each.name) != each.compatible for each in Limits.table)
    )


# --- Method, target, sizes -----------------------------------------------------------------------------------------

#: How many hosts are remembered.
_REMEMBERED = 1000

_LONGEST_METHOD = 64

# SPEC: RFC 3986, 2.1
find_broken_escape = re.compile(r"%(?![0-9A-Fa-f]{2})").search


#: What is text in every environment, beside the headers.
_TEXTS = frozenset(("CONTENT_LENGTH", "CONTENT_TYPE", "QUERY_STRING", "SERVER_NAME", "SERVER_PORT"))


def make_text(environ: Environ) -> None:
    """Write numbers as text, where a middleware or a test has left them in its place; and take out what is ``None``.

    >>> environ = {"CONTENT_LENGTH": 3, "HTTP_ACCEPT": None, "wsgi.url_scheme": "http"}
    >>> make_text(environ)
    >>> sorted(environ.items())
    [('CONTENT_LENGTH', '3'), ('wsgi.url_scheme', 'http')]
    """
    # SPEC: PEP 3333, environ Variables: it is text, and what has no value needn't be there
    odd = [
        name
        for name, value in environ.items()
        if (value is None or isinstance(value, int)) and (name in _TEXTS or name.startswith("HTTP_"))
    ]
    for name in odd:
        value = environ.pop(name)
        if value is not None:
            environ[name] = str(value)


def check_method(environ: Environ) -> None:
    """See that the method is a word.

    Raises:
        HTTPBadRequest: it isn't.
    """
    method = environ.get("REQUEST_METHOD", "GET")
    if len(method) > _LONGEST_METHOD or not is_token(method):
        raise refusal(HTTPBadRequest, "The method is not a word that could be one.")


def check_target(environ: Environ) -> None:
    """See that the target is a path; of ``*``, the ``OPTIONS`` may be asked, which are those of the empty path.

    Raises:
        HTTPBadRequest: it isn't.
        HTTPNotFound: there is a NUL in it.
    """
    path = environ.get("PATH_INFO", "")
    # SPEC: RFC 9112, 3.2.4 and 3.3; behind the host, a star would be read as a part of its name
    if path == "*" and environ.get("REQUEST_METHOD") == "OPTIONS":
        path = environ["PATH_INFO"] = ""
    # SPEC: RFC 9112, 3.2; an empty path is what WSGI makes of an application's own address without a slash
    if path and path[0] != "/":
        raise refusal(HTTPBadRequest, "The address must begin with a slash.")
    if "\0" in path:
        raise refusal(HTTPNotFound, "No address has a NUL in it.")


def check_lengths(environ: Environ, limits: Limits) -> None:
    """See that path and query are not too long.

    Raises:
        HTTPRequestURITooLong: one is.
    """
    if len(environ.get("PATH_INFO", "")) > limits.path_bytes:
        raise refusal(HTTPRequestURITooLong, f"The path has more than {limits.path_bytes} bytes.")
    if len(environ.get("QUERY_STRING", "")) > limits.query_bytes:
        raise refusal(HTTPRequestURITooLong, f"The query has more than {limits.query_bytes} bytes.")


def check_body_length(environ: Environ, limits: Limits) -> None:
    """See that ``Content-Length`` is a number and not too large.

    Raises:
        HTTPBadRequest: it is no number.
        HTTPRequestEntityTooLarge: it is too large.
    """
    length = environ.get("CONTENT_LENGTH") or "0"
    # SPEC: RFC 9110, 8.6: digits and nothing else; no sign, no list
    if not (length.isascii() and length.isdecimal()):
        raise refusal(HTTPBadRequest, "The Content-Length is not a number.")
    if len(length) > 18 or int(length) > limits.body_bytes:
        raise too_large_body(limits)


def too_large_body(limits: Limits) -> HTTPException:
    """Return the refusal of a body that has more bytes than the application takes."""
    return refusal(HTTPRequestEntityTooLarge, f"The body has more than {limits.body_bytes} bytes.")


def check_protocol(environ: Environ) -> None:
    """See that a request without a ``Host`` is as old as the time when there was none.

    Raises:
        HTTPBadRequest: it isn't.
    """
    # SPEC: RFC 9112, 3.2 and 2.3; later versions say a host in another way, which a gateway may keep to itself
    version = str(environ.get("SERVER_PROTOCOL", ""))
    if version.startswith("HTTP/1.") and version != "HTTP/1.0":
        raise refusal(HTTPBadRequest, "There is no Host header.")


#: Where servers put the target as it came, before anything was unescaped.
_RAW_TARGETS = ("RAW_URI", "REQUEST_URI")


def check_escapes(environ: Environ, limits: Limits) -> None:
    """See that each percent sign of the target's path means something, if text is read strictly.

    A path that was unescaped doesn't show what ``/50%`` was before; so this is seen where a server hands over the target, too.

    Raises:
        HTTPBadRequest: one doesn't.
    """
    if limits.strict_text and "%" in environ.get("PATH_INFO", ""):
        for name in _RAW_TARGETS:
            if find_broken_escape(environ.get(name, "").partition("?")[0]):
                raise refusal(HTTPBadRequest, BROKEN_ESCAPE)


#: What a client hears of an escape that is none.
BROKEN_ESCAPE = "A percent sign is not followed by two hexadecimal digits."


#: What is bytes, of which it is only known when they are read whether they are text.
_BYTES = ("PATH_INFO", "QUERY_STRING", "HTTP_COOKIE")


def check_bytes(environ: Environ) -> None:
    """See that each character of path, query and cookies stands for a byte.

    Raises:
        HTTPBadRequest: one doesn't.
    """
    # SPEC: PEP 3333, Unicode Issues
    for name in _BYTES:
        value = environ.get(name)
        if isinstance(value, str) and not value.isascii() and max(value) > "\xff":
            raise refusal(HTTPBadRequest, "The address or a cookie holds what no byte stands for.")


def check_characters(environ: Environ, limits: Limits) -> None:
    """See that path and headers are text.

    Of the bytes of the path and of cookies, only controls are looked at: who reads them says whether they are UTF-8.

    Raises:
        HTTPBadRequest: there are control characters in them.
        URLDecodeError: a header isn't UTF-8.
    """
    refuses_controls = limits.refuse_controls or limits.strict
    for name, value in environ.items():
        if not (name.startswith("HTTP_") or name in ("PATH_INFO", "CONTENT_TYPE")):
            continue
        # an environment that was made by hand may hold something else than text
        if not isinstance(value, str) or (value.isascii() and value.isprintable()):
            continue
        if refuses_controls and find_control(value):
            raise refusal(HTTPBadRequest, "There are control characters in the address or in a header.")
        if limits.strict_text and name not in ("PATH_INFO", "HTTP_COOKIE"):
            check_text(value)


def check_text(text: str) -> None:
    """See that text of the environment is UTF-8.

    Raises:
        URLDecodeError: it isn't.
        HTTPBadRequest: it isn't even bytes.
    """
    try:
        text_of(text)
    except UnicodeEncodeError:  # no server has made it
        raise refusal(HTTPBadRequest, "A header holds what no byte stands for.") from None


def check_ranges(environ: Environ, limits: Limits) -> None:
    """Take a ``Range`` out that asks for too many ranges, or is too long to be few: then the whole is sent."""
    # SPEC: RFC 9110, 14.2 and 14.1.2: a server may ignore the header, and should where many small ranges are asked for
    ranges = environ.get("HTTP_RANGE", "")
    if ranges.count(",") >= limits.range_items or len(ranges) > LONGEST_RANGE * limits.range_items:
        environ.pop("HTTP_RANGE", None)


#: The headers that list what a client likes.
_ACCEPT = ("HTTP_ACCEPT", "HTTP_ACCEPT_CHARSET", "HTTP_ACCEPT_ENCODING", "HTTP_ACCEPT_LANGUAGE")


def check_header_count(environ: Environ, limits: Limits) -> None:
    """See that there are not too many headers.

    Raises:
        HTTPRequestHeaderFieldsTooLarge: there are.
    """
    if sum(1 for name in environ if name.startswith("HTTP_")) > limits.header_count:
        raise refusal(HTTPRequestHeaderFieldsTooLarge, f"More than {limits.header_count} headers.")


def check_header_lengths(environ: Environ, limits: Limits) -> None:
    """See that no header is too long, and no name of one.

    Raises:
        HTTPRequestHeaderFieldsTooLarge: one is.
    """
    for name, value in environ.items():
        is_header = name.startswith("HTTP_") or name == "CONTENT_TYPE"
        longest = max(len(name), len(value) if isinstance(value, str) else 0)
        if is_header and longest > limits.header_bytes:
            raise refusal(
                HTTPRequestHeaderFieldsTooLarge, f"A header has more than {limits.header_bytes} bytes."
            )


def check_lists(environ: Environ, limits: Limits) -> None:
    """See that a client doesn't like too many things.

    Raises:
        HTTPRequestHeaderFieldsTooLarge: it does.
    """
    for name in _ACCEPT:
        if name in environ and environ[name].count(",") >= limits.accept_items:
            raise refusal(
                HTTPRequestHeaderFieldsTooLarge, f"A header lists more than {limits.accept_items} things."
            )
