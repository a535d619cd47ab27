"""Requests that a page of another site had a visitor's browser send: refused without any token, unless the view wants them.

`CrossOriginGuard` looks at what the browser itself says, in the environment alone. Only the views know whether they want such a
request, so it is refused when they are found and none was called yet: by `call_across_origins`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self
from urllib.parse import urlsplit

from goldilocks.csrf import SAFE_METHODS, TRUSTED_ORIGINS
from goldilocks.encode import DEFAULT_PORTS
from goldilocks.exceptions import BadCSRFOrigin, PredicateMismatch
from goldilocks.interfaces import IDefaultCSRFOptions, IMultiView
from goldilocks.names import GOLDILOCKS
from goldilocks.ordering import ConfigurationError
from goldilocks.settings import aslist
from goldilocks.types import AnyRequest, AnyResponse
from goldilocks.util import is_same_domain

#: Whether what another site's page sends is refused, tokens or none.
REFUSE_CROSS_ORIGIN = f"{GOLDILOCKS}.refuse_cross_origin"

#: What browsers say of requests that nobody else made them send. SPEC: Fetch Metadata Request Headers, 2.4
_OWN_DOING = frozenset({"same-origin", "none"})


class CrossOriginGuard:
    """Finds out whether an unsafe request was sent by another site's page, as far as the browser says so.

    ``Sec-Fetch-Site`` is believed first: it knows nothing of proxies. Without it ``Origin`` must be the host that was
    asked, or one that is trusted. A client that sends neither is no browser, or one that is too old to be helped.

    >>> guard = CrossOriginGuard()
    >>> post = {"REQUEST_METHOD": "POST", "HTTP_HOST": "shop.example", "wsgi.url_scheme": "https"}
    >>> guard(post) is None, guard({**post, "HTTP_ORIGIN": "https://shop.example"}) is None
    (True, True)
    >>> guard({**post, "HTTP_ORIGIN": "https://evil.example"})
    "it was sent by a page of 'https://evil.example'"

    Args:
        trusted_origins: hosts whose pages may send requests here, as the setting ``csrf_trusted_origins`` says them.
    """

    def __init__(self, trusted_origins: Iterable[str] = ()) -> None:
        self.trusted_origins = tuple(trusted_origins)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self | None:
        """Make the guard that settings ask for, or ``None`` if they want none.

        Raises:
            ConfigurationError: an origin is said that is none to us, and would be refused without a word.
        """
        if not settings.get(REFUSE_CROSS_ORIGIN, False):
            return None
        origins = aslist(settings.get(TRUSTED_ORIGINS, ()))
        for origin in origins:
            if "/" in origin:
                host = origin.partition("://")[2].partition("/")[0] or origin.partition("/")[0]
                raise ConfigurationError(
                    f"{TRUSTED_ORIGINS} has {origin!r}, which no origin is compared with: say its host alone, {host!r}"
                )
        return cls(origins)

    def __call__(self, environ: Mapping[str, Any]) -> str | None:
        """Return ``None`` if nothing speaks against a request, else what does."""
        if environ.get("REQUEST_METHOD") in SAFE_METHODS:
            return None
        site = environ.get("HTTP_SEC_FETCH_SITE")
        # SPEC: RFC 6454, 7.1: several origins may have contributed to a request; then each of them counts
        origin = environ.get("HTTP_ORIGIN", "").strip()
        if site is not None:
            if site.strip().lower() in _OWN_DOING:
                return None
        elif not origin:
            return None
        if origin and all(self._is_ours(environ, each, may_be_host=site is None) for each in origin.split()):
            return None
        return f"it was sent by a page of {origin!r}" if origin else f"the browser says {site!r}"

    def _is_ours(self, environ: Mapping[str, Any], origin: str, may_be_host: bool) -> bool:
        """Tell whether an origin is trusted, or, where that may be, the host that was asked."""
        if origin == "null":
            return origin in self.trusted_origins
        try:
            scheme, netloc = urlsplit(origin)[:2]
        except ValueError:
            return False
        if not netloc or (scheme != "https" and environ["wsgi.url_scheme"] == "https"):
            return False
        netloc = netloc.lower().removesuffix(f":{DEFAULT_PORTS.get(scheme)}")
        if may_be_host and netloc == _host(environ):
            return True
        return any(is_same_domain(netloc, pattern) for pattern in self.trusted_origins)


def _host(environ: Mapping[str, Any]) -> str:
    # Behind a proxy that speaks TLS the server knows the wrong scheme, or the wrong port to it.
    host: str = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    name, colon, port = host.lower().rpartition(":")
    # a browser leaves it out of an origin
    return name if colon and port in DEFAULT_PORTS.values() else host.lower()


def objection_to(request: AnyRequest, guard: CrossOriginGuard) -> str | None:
    """Return what a guard says against a request, unless the application exempts it by ``set_default_csrf_options``."""
    objection = guard(request.environ)
    return None if objection is None or _takes_any_origin(request) else objection


def _takes_any_origin(request: AnyRequest) -> bool:
    options = request.registry.queryUtility(IDefaultCSRFOptions)
    return options is not None and (
        not options.check_origin
        or request.method in options.safe_methods
        or (options.callback is not None and not options.callback(request))
    )


def call_across_origins(
    views: Iterable[Any], context: Any, request: AnyRequest, objection: str
) -> AnyResponse:
    """Call the first view that takes a request to which a `CrossOriginGuard` objects, if it wants such requests.

    A view wants them if it says ``require_csrf=False``. It is asked when its turn comes, because one that is called may still
    pass, and then it hasn't spoken for the next.

    Args:
        views: those found for the request, the first to be asked first.
        context: of the request.
        request: the request.
        objection: what the guard said.

    Returns:
        Its response, or ``None`` when there was no view at all.

    Raises:
        BadCSRFOrigin: it doesn't want it; a kind of 400.
        PredicateMismatch: no view took it.
    """
    mismatch = None
    for view in views:
        try:
            for candidate in _one_by_one(view, context, request):
                holds = getattr(candidate, "__predicated__", None)
                if holds is not None and not holds(context, request):
                    continue
                if not getattr(candidate, "__allows_cross_origin__", False):
                    raise BadCSRFOrigin(f"this request may not come from where it does: {objection}")
                try:
                    return candidate(context, request)
                except PredicateMismatch as error:
                    mismatch = error
            mismatch = mismatch or PredicateMismatch(request.view_name)
        except PredicateMismatch as error:  # a set of another make has none for this request
            mismatch = error
    if mismatch is not None:
        raise mismatch
    return None


def _one_by_one(view: Any, context: Any, request: AnyRequest) -> Iterable[Any]:
    """Return the views of a set, in order; of a set that doesn't tell, the one that it chooses."""
    if not IMultiView.providedBy(view):
        return [view]
    if hasattr(view, "get_views"):
        return [each for _, each, _ in view.get_views(request)]
    return [view.match(context, request)]
