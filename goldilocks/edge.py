"""The edge: what is wrong with a request before anybody reads it.

An `Edge` is made when an application is committed and called once for each request, with the WSGI environment. It looks at the
``Host`` and at what proxies say of the client, and has all else looked at (`requestchecks`), or only glanced at. It answers
``None`` where all is well; otherwise the error with which the request should be answered, through the exception views like any
other. What only shows when it is read (the bytes of path, query, body, cookies) is checked by those who read it.

Nothing here looks anything up or remembers more than a bounded number of good hosts and known proxies.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Self, cast

from goldilocks.glance import Objection, glance
from goldilocks.hosts import (
    HOSTS_SETTING,
    LOCAL_HOSTS,
    PROXIES_SETTING,
    VIRTUAL_ROOT_SETTING,
    AllowedHosts,
    TrustedProxies,
)
from goldilocks.httpexceptions import HTTPBadRequest, HTTPException
from goldilocks.limits import Limits
from goldilocks.names import DEBUG_SETTING, DEFAULTS_PYRAMID, DEFAULTS_SETTING, GOLDILOCKS, PRODUCTION_SETTING
from goldilocks.requestchecks import check_protocol, check_request, make_text
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
        make_text(environ)
        try:
            self._check_host(environ)
            check_request(environ, self.limits)
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


#: How many hosts are remembered.
_REMEMBERED = 1000

#: Where an environment has a host that was refused.
REFUSED_HOST = f"{GOLDILOCKS}.refused_host"


def _asks_for_more(settings: Mapping[str, Any], limits: Limits) -> bool:
    """Tell whether limits or checks are said where by default there are none."""
    return settings.get(DEFAULTS_SETTING) == DEFAULTS_PYRAMID and (
        bool(settings.get(VIRTUAL_ROOT_SETTING))
        or any(each.is_edges and getattr(limits, each.name) != each.compatible for each in Limits.table)
    )
