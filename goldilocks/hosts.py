"""Which hosts are ours, and whom to believe what it says of the client.

`AllowedHosts` and `TrustedProxies` are made of settings once; they look at what stands in a WSGI environment and remember nothing of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from goldilocks.encode import DEFAULT_PORTS
from goldilocks.exceptions import refusal
from goldilocks.httpexceptions import HTTPBadRequest
from goldilocks.interfaces import VH_ROOT_KEY
from goldilocks.names import GOLDILOCKS
from goldilocks.ordering import ConfigurationError

if TYPE_CHECKING:
    from goldilocks.types import Environ

HOSTS_SETTING = f"{GOLDILOCKS}.allowed_hosts"
PROXIES_SETTING = f"{GOLDILOCKS}.trusted_proxies"
VIRTUAL_ROOT_SETTING = f"{GOLDILOCKS}.check_virtual_root"

#: How many addresses are remembered, and how many lists of them, of how many characters at most.
_REMEMBERED = 1000
_LONGEST_CHAIN = 200

#: Through how many proxies a request may have come. Nobody has so many; to read an address takes time.
_MOST_PROXIES = 100

#: The names that mean this machine, and a word for all addresses: no address is the name of a stranger who could lead it
#: to this machine.
LOCAL_HOSTS = (".localhost", "<address>")

_LONGEST_HOST = 255
_FARTHEST_PORT = 65535

# SPEC: RFC 3986, 3.2.2, without what no name in use has (escapes and sub-delims)
_split_host = re.compile(r"([0-9A-Za-z_.-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{0,5}))?").fullmatch


class AllowedHosts:
    """Knows which hosts are ours.

    >>> hosts = AllowedHosts([".example.com", "localhost:6543"])
    >>> [hosts.has(host) for host in ("www.example.com:80", "example.com", "myexample.com", "localhost:80")]
    [True, True, False, False]

    Args:
        entries: as `Edge` takes them.

    Raises:
        ConfigurationError: one can't be a host.
    """

    def __init__(self, entries: Iterable[str]) -> None:
        self.takes_all = False
        self.takes_addresses = False
        self._whole: set[tuple[str, str | None]] = set()
        self._endings: set[tuple[str, str | None]] = set()
        for entry in entries:
            self._add(entry)

    def _add(self, entry: str) -> None:
        if entry in ("*", "<address>"):
            self.takes_all = self.takes_all or entry == "*"
            self.takes_addresses = True
            return
        domain = entry.removeprefix("*.") if entry.startswith("*.") else entry.removeprefix(".")
        parts = split_host(domain)
        if parts is None:
            raise ConfigurationError(
                f"{HOSTS_SETTING} has {entry!r}, which can't be a host: write example.com, .example.com (with all "
                "below it), *.example.com (only what is below it), [::1], or * for any; no scheme and no path"
            )
        name, port = parts[0], parts[1] or None
        if entry != domain:
            self._endings.add((name, port))
        if not entry.startswith("*."):
            self._whole.add((name, port))

    def check(self, host: str) -> None:
        """See that the value of a ``Host`` header can be a host, and is ours.

        Raises:
            HTTPBadRequest: it can't be, or isn't.
        """
        if split_host(host) is None:
            raise refusal(HTTPBadRequest, "The Host header can't be read.")
        if not self.has(host):
            raise refusal(
                HTTPBadRequest, f"This is not served under that host; {HOSTS_SETTING} says which hosts are."
            )

    def has(self, host: str) -> bool:
        """Tell whether a host is ours."""
        parts = split_host(host)
        if parts is None:
            return False
        if self.takes_all:
            return True
        name, port = parts
        if self.takes_addresses and _is_address(name):
            return True
        for each in (port, None):
            if (name, each) in self._whole:
                return True
            labels = name.split(".")
            if any((".".join(labels[at:]), each) in self._endings for at in range(1, len(labels))):
                return True
        return False

    def name_server(self, environ: Environ) -> None:
        """See that the server has a name that can stand in a URL and is ours; otherwise it is called ``localhost``.

        A socket of this machine has no name, and where a client says none in ``Host``, a server may make its name of the target.
        """
        # SPEC: RFC 3875, 4.1.14 and 4.1.15
        name, port = environ.get("SERVER_NAME", ""), environ.get("SERVER_PORT", "")
        if not port.isdecimal():
            port = DEFAULT_PORTS.get(environ.get("wsgi.url_scheme", ""), "80")
        names = (each for each in (name, f"[{name}]") if self.has(f"{each}:{port}"))
        environ["SERVER_NAME"], environ["SERVER_PORT"] = next(names, "localhost"), port


def split_host(host: str) -> tuple[str, str] | None:
    """Split a host into its name and its port, or return ``None`` if it can't be a host.

    >>> split_host("Example.com.:8080"), split_host("[::1]"), split_host("good.example@evil.example")
    (('example.com', '8080'), ('[::1]', ''), None)
    """
    match = _split_host(host) if len(host) <= _LONGEST_HOST else None
    if match is None:
        return None
    name, port = match[1].lower(), match[2] or ""
    if port and int(port) > _FARTHEST_PORT:
        return None
    if name.startswith("["):
        address = _ipv6(name[1:-1])
        return (f"[{address}]", port) if address else None
    name = name.removesuffix(".")
    return (name, port) if all(name.split(".")) else None


def _is_address(name: str) -> bool:
    """Tell whether the name of a host is an address."""
    return name.startswith("[") or _address(name) is not None


def _ipv6(text: str) -> str | None:
    """Return an address in the spelling that all spellings of it have in common, or ``None`` if it can't be one."""
    try:
        return str(IPv6Address(text))
    except ValueError:
        return None


# --- Proxies -------------------------------------------------------------------------------------------------------

#: The headers by which proxies speak of the client.
FORWARDED = frozenset(
    (
        "HTTP_FORWARDED",
        "HTTP_X_FORWARDED_BY",
        "HTTP_X_FORWARDED_FOR",
        "HTTP_X_FORWARDED_HOST",
        "HTTP_X_FORWARDED_PORT",
        "HTTP_X_FORWARDED_PREFIX",
        "HTTP_X_FORWARDED_PROTO",
        "HTTP_X_FORWARDED_PROTOCOL",
        "HTTP_X_FORWARDED_SCHEME",
        "HTTP_X_FORWARDED_SERVER",
        "HTTP_X_FORWARDED_SSL",
        "HTTP_X_REAL_IP",
    )
)

#: All that is a proxy's to say: of the client, and where in the application's tree a site has its root.
PROXY_WORDS = FORWARDED | {VH_ROOT_KEY}

#: Where an environment says which trusted proxy's words were written into it: who looks again would take the client for the proxy. A
#: mounted application asks whether it trusts that one, too.
FORWARDED_KEY = f"{GOLDILOCKS}.forwarded"

#: How a setting calls whoever comes through a socket of this machine, which has no address.
_UNIX = "unix"


class TrustedProxies:
    """Knows whom to believe what it says of the client.

    Args:
        entries: as `Edge` takes them.
        checks_virtual_root: as `Edge` takes it.

    Raises:
        ConfigurationError: one can't be an address or a network.
    """

    def __init__(self, entries: Iterable[str], checks_virtual_root: bool = True) -> None:
        #: What only a trusted proxy may say.
        self.claims = PROXY_WORDS if checks_virtual_root else FORWARDED
        self._words: set[str] = set()
        self._networks: list[IPv4Network | IPv6Network] = []
        self._known: dict[str, bool] = {}
        # PERF: hello behind a proxy: to read an address takes longer than the rest
        self._chains: dict[str, tuple[str, str]] = {}
        for entry in entries:
            if entry in ("*", _UNIX):
                self._words.add(entry)
            else:
                self._networks.append(_network(entry))

    def has(self, address: str) -> bool:
        """Tell whether an address is that of a proxy that is believed."""
        known = self._known.get(address)
        if known is None:
            known = self._looked_up(address)
            if len(self._known) >= _REMEMBERED:  # what proxies say comes from strangers
                self._known.clear()
            self._known[address] = known
        return known

    def _looked_up(self, address: str) -> bool:
        if "*" in self._words:
            return True
        found = _address(address)
        if found is None:  # what a server says of a socket that has none: nothing, or a word of its own
            return _UNIX in self._words
        return any(found in network for network in self._networks)

    def forward(self, environ: Environ) -> None:
        """Write what a trusted proxy says of the client into the environment; take out what others say.

        Raises:
            HTTPBadRequest: a trusted proxy says what can't be.
        """
        if environ.keys().isdisjoint(self.claims):
            return
        proxy = environ[FORWARDED_KEY] if FORWARDED_KEY in environ else environ.get("REMOTE_ADDR", "")
        if not self.has(proxy):
            for name in self.claims:
                environ.pop(name, None)
            return
        said = environ.get("HTTP_X_FORWARDED_FOR")
        chain = (self._chains.get(said) or self._chain(said)) if said else None
        scheme = _scheme(_last(environ.get("HTTP_X_FORWARDED_PROTO")))
        host = _last(environ.get("HTTP_X_FORWARDED_HOST"))
        # written when all of it is known to be good: whoever looks again finds the same fault, or the same
        if chain:
            # the first of them is what WebOb and many others take for the client: it must not be the client's own word
            environ["REMOTE_ADDR"], environ["HTTP_X_FORWARDED_FOR"] = chain
        if scheme:
            # who asked for another port than that of the scheme said it with the host
            environ["wsgi.url_scheme"], environ["SERVER_PORT"] = scheme, DEFAULT_PORTS[scheme]
        if host:
            environ["HTTP_HOST"] = host
        environ[FORWARDED_KEY] = proxy

    def _chain(self, said: str) -> tuple[str, str] | None:
        """Return the client, and those between it and the application, of whom a header tells; ``None`` if there are none in it."""
        addresses = _members(said)
        if not addresses:
            return None
        if len(addresses) > _MOST_PROXIES:
            raise refusal(HTTPBadRequest, f"X-Forwarded-For names more than {_MOST_PROXIES} addresses.")
        believed = self._believed(addresses)
        chain = believed[0], ", ".join(believed)
        if len(said) <= _LONGEST_CHAIN:
            if len(self._chains) >= _REMEMBERED:  # they come from strangers
                self._chains.clear()
            self._chains[said] = chain
        return chain

    def _believed(self, addresses: list[str]) -> list[str]:
        """Return the client and the proxies behind it, as far as they are trusted.

        Each proxy appends whom it hears. So the list is read from its end, as long as it is a trusted one that speaks.
        """
        chain: list[str] = []
        for address in reversed(addresses):
            found = _address(address)
            if found is None:
                raise refusal(HTTPBadRequest, "X-Forwarded-For holds something that is no address.")
            chain.append(str(found))
            if not self.has(str(found)):
                break
        return chain[::-1]


def _members(said: str) -> list[str]:
    return [member.strip() for member in said.split(",") if member.strip()]


def _last(said: str | None) -> str:
    """Return the last member of a list, what the proxy next to the application has said; nothing if there is none."""
    if not said or said.isalpha():
        return said or ""
    return (_members(said) or [""])[-1]


def _scheme(said: str) -> str:
    scheme = said.lower()
    if scheme and scheme not in DEFAULT_PORTS:
        raise refusal(HTTPBadRequest, "X-Forwarded-Proto is neither http nor https.")
    return scheme


def _network(entry: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(entry, strict=False)
    except ValueError as error:
        raise ConfigurationError(
            f"{PROXIES_SETTING} has {entry!r}, which can't be a proxy: write an address like 10.0.0.1, a network like "
            f"10.0.0.0/8, {_UNIX!r} for a socket of this machine, or '*' for anybody"
        ) from error
    # as a server that listens for both kinds writes an address of the older kind; such addresses are compared as what they are
    old = getattr(network.network_address, "ipv4_mapped", None)
    return network if old is None else IPv4Network((int(old), network.prefixlen - _MAPPED_BITS))


# SPEC: RFC 4291, 2.5.5.2
_MAPPED_BITS = 96


# SPEC: RFC 6874, 2 (ZoneID), without escapes
_is_written_as_address = re.compile(r"[0-9A-Fa-f.:]{1,45}(?:%[0-9A-Za-z._~-]{1,40})?").fullmatch


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address, with or without a port: ``192.0.2.1:80``, ``[2001:db8::1]:80``, ``2001:db8::1``."""
    bare = text
    if text.startswith("["):
        bare = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        bare = text.partition(":")[0]
    # Python takes any text for the zone behind an address
    if _is_written_as_address(bare) is None:
        return None
    try:
        found = ip_address(bare)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
