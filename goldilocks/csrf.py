"""Keep other sites from sending our visitors' requests: tokens and origins.

A form carries a token that only our own pages know. Where the token is kept, in the session or in a cookie, is the affair of
an ``ICSRFStoragePolicy``; three of them stand here, and in front of them the functions that pages and views use. Over HTTPS
the browser's word about where a request comes from is looked at as well. Whether a view is checked at all is decided in the
configuration.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from hmac import compare_digest
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from webob.cookies import CookieProfile
from zope.interface import implementer
from zope.interface.interfaces import ComponentLookupError

from goldilocks.encode import DEFAULT_PORTS
from goldilocks.exceptions import BadCSRFOrigin, BadCSRFToken
from goldilocks.interfaces import ICSRFStoragePolicy, ISessionFactory
from goldilocks.names import GOLDILOCKS, setting_keys
from goldilocks.owncookies import OwnCookie
from goldilocks.requestheaders import header_of
from goldilocks.settings import aslist, settings_of
from goldilocks.types import AnyRequest, AnyResponse
from goldilocks.util import SimpleSerializer, bytes_, is_same_domain, strings_differ, text_
from goldilocks.vary import note_cookie

__all__ = [
    "get_csrf_token",
    "new_csrf_token",
    "check_csrf_token",
    "check_csrf_origin",
    "LegacySessionCSRFStoragePolicy",
    "SessionCSRFStoragePolicy",
    "CookieCSRFStoragePolicy",
    "BadCSRFToken",
    "BadCSRFOrigin",
    "SimpleSerializer",
    "bytes_",
    "text_",
    "strings_differ",
]

#: The setting for hosts whose pages may send requests here.
TRUSTED_ORIGINS = setting_keys("csrf_trusted_origins")[0]

#: Whether tokens are handed out in another disguise each time.
MASK_TOKENS = f"{GOLDILOCKS}.mask_csrf_tokens"

#: Whether a request passes to the check of its token whose browser doesn't say where it comes from.
ALLOW_NO_ORIGIN = f"{GOLDILOCKS}.allow_no_origin"

#: The methods that change nothing. SPEC: RFC 9110, 9.2.1
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

#: The session's key of the token, where nobody says another.
TOKEN_KEY = "_csrft_"

#: Tokens are this many random bytes, and twice as many hexadecimal digits.
TOKEN_BYTES = 16


class _StoragePolicy:
    """What the policies have in common: a token is right if it is the one that was given out."""

    #: Makes a new token; a policy may be given another one.
    _token_factory = staticmethod(lambda: secrets.token_hex(TOKEN_BYTES))

    if TYPE_CHECKING:

        def get_csrf_token(self, request: AnyRequest) -> str:
            """Return the visitor's token; each policy does it its own way."""

    def check_csrf_token(self, request: AnyRequest, supplied_token: str) -> bool:
        """Decide whether ``supplied_token`` is the visitor's."""
        token = self.get_csrf_token(request)
        # PERF: csrf: what is compared is mostly letters
        if (
            token.__class__ is str
            and supplied_token.__class__ is str
            and token.isascii()
            and supplied_token.isascii()
        ):
            return compare_digest(token, supplied_token)
        return not strings_differ(token, supplied_token)


def _session_holds(request: AnyRequest, key: str) -> bool:
    return request.registry.queryUtility(ISessionFactory) is not None and key in request.session


@implementer(ICSRFStoragePolicy)
class LegacySessionCSRFStoragePolicy(_StoragePolicy):
    """Leave the token to the session's own methods; the default. Needs a session factory."""

    def new_csrf_token(self, request: AnyRequest) -> str:
        """Have the session replace its token, and return the new one."""
        return request.session.new_csrf_token()

    def get_csrf_token(self, request: AnyRequest) -> str:
        """Return the session's token."""
        return request.session.get_csrf_token()

    def _holds_token(self, request: AnyRequest) -> bool:
        return _session_holds(request, TOKEN_KEY)


@implementer(ICSRFStoragePolicy)
class SessionCSRFStoragePolicy(_StoragePolicy):
    """Keep the token in the session, under ``key``; the session needn't know about tokens."""

    def __init__(self, key: str = TOKEN_KEY) -> None:
        self.key = key

    def new_csrf_token(self, request: AnyRequest) -> str:
        """Put a new token into the session, and return it."""
        token = self._token_factory()
        request.session[self.key] = token
        return token

    def get_csrf_token(self, request: AnyRequest) -> str:
        """Return the session's token; the first question makes it."""
        return request.session.get(self.key) or self.new_csrf_token(request)

    def _holds_token(self, request: AnyRequest) -> bool:
        return _session_holds(request, self.key)


@implementer(ICSRFStoragePolicy)
class CookieCSRFStoragePolicy(_StoragePolicy):
    """Keep the token in a cookie of its own, so that no session is needed.

    A request is right if its form and its cookie agree: another site can send the cookie along but not read it. Scripts of our own
    pages may, and send it in a header; so it isn't hidden from them unless ``httponly`` says so. With ``secure=None``
    the cookie is kept to HTTPS if the request came that way and the setting ``safe_cookies`` is on.
    """

    def __init__(
        self,
        cookie_name: str = "csrf_token",
        secure: bool | None = None,
        httponly: bool = False,
        domain: str | None = None,
        max_age: int | None = None,
        path: str = "/",
        samesite: str | None = "Lax",
    ) -> None:
        self._cookie = OwnCookie(
            cookie_name,
            secure=secure,
            httponly=httponly,
            max_age=max_age,
            path=path,
            domain=domain,
            samesite=samesite,
        )
        # COMPAT: CookieCSRFStoragePolicy.cookie_profile
        self.cookie_profile = CookieProfile(
            cookie_name=cookie_name,
            secure=bool(secure),
            max_age=max_age,
            httponly=httponly,
            path=path,
            domains=[domain],  # type: ignore[list-item]  # None is this host alone
            serializer=SimpleSerializer(),
            samesite=samesite,  # type: ignore[arg-type]  # WebOb checks the word
        )
        self.cookie_name = cookie_name

    def new_csrf_token(self, request: AnyRequest) -> str:
        """Make a new token, send it with the response, and let this request have it already."""
        token = self._token_factory()
        request.cookies[self.cookie_name] = token

        def set_cookie(request: AnyRequest, response: AnyResponse) -> None:
            response.headerlist.append(("Set-Cookie", self._cookie.line(request, token)))

        request.add_response_callback(set_cookie)
        return token

    def get_csrf_token(self, request: AnyRequest) -> str:
        """Return the token that the browser sent; if it sent none, it gets one."""
        note_cookie(request)
        return self._token_of(request) or self.new_csrf_token(request)

    def _holds_token(self, request: AnyRequest) -> bool:
        return bool(self._token_of(request))

    def _token_of(self, request: AnyRequest) -> str | None:
        token = self._cookie.read(request)
        try:
            bytes_(token)
        except UnicodeEncodeError:
            return None  # no cookie can hold it, so it wasn't sent by us
        return token


def get_csrf_token(request: AnyRequest) -> str:
    """Return the token that this visitor's forms must carry; the first question makes it.

    Where the setting ``mask_csrf_tokens`` is on, it looks otherwise each time, and each of its looks is right.
    """
    return _handed_out(request, _storage_policy(request).get_csrf_token(request))


def new_csrf_token(request: AnyRequest) -> str:
    """Give this visitor another token, as should be done at login, and return it."""
    return _handed_out(request, _storage_policy(request).new_csrf_token(request))


def _storage_policy(request: AnyRequest) -> Any:
    policy = request.registry.queryUtility(ICSRFStoragePolicy)
    if policy is None:
        raise ComponentLookupError(
            "no CSRF storage policy is registered; a Configurator puts one in place, "
            "and config.set_csrf_storage_policy(...) another"
        )
    return policy


# --- Masks -------------------------------------------------------------------------------------------------------

#: What a masked token begins with; behind it stand, in hexadecimal, the pad and the token under it.
MASK = "x"


def _handed_out(request: AnyRequest, token: str) -> str:
    return masked(token) if settings_of(request).get(MASK_TOKENS, False) else token


def masked(token: str) -> str:
    """Return a token under a fresh pad.

    A page that is compressed tells by its length what it repeats; who may put text into the page and sees the length
    reads a token that never changes letter by letter (BREACH). One that is new each time isn't there to be guessed.

    >>> masked("token") != masked("token"), unmasked(masked("token"))
    (True, 'token')
    """
    plain = token.encode("utf-8", "surrogatepass")
    size = len(plain)
    pad = secrets.token_bytes(size)
    covered = int.from_bytes(plain, "big") ^ int.from_bytes(pad, "big")
    return MASK + pad.hex() + covered.to_bytes(size, "big").hex()


def unmasked(supplied: str) -> str:
    """Return the token under a mask; what wears none is returned as it is.

    >>> unmasked("0123456789abcdef")
    '0123456789abcdef'
    """
    if supplied[:1] != MASK:
        return supplied
    try:
        both = bytes.fromhex(supplied[1:])
        size = len(both) // 2
        plain = int.from_bytes(both[:size], "big") ^ int.from_bytes(both[size:], "big")
        return plain.to_bytes(len(both) - size, "big").decode("utf-8", "surrogatepass")
    except ValueError:
        return supplied


def check_csrf_token(
    request: AnyRequest,
    token: str | None = "csrf_token",
    header: str | None = "X-CSRF-Token",
    raises: bool = True,
) -> bool:
    """Make sure that the request carries the visitor's token.

    Args:
        request: the one to check.
        token: the form field that holds it; None doesn't look into the form. Never looked for in the URL, which others see.
        header: the header that holds it, asked first; None doesn't look there.
        raises: whether a bad token is an exception or a ``False``.

    Raises:
        BadCSRFToken: it doesn't; a kind of 400.
    """
    supplied: Any = ""
    # PERF: a header is cheaper to find than a field of the body.
    if header is not None:
        supplied = header_of(request, header)
    if supplied == "" and token is not None:
        supplied = request.POST.get(token, "")
    if not isinstance(supplied, str):
        # no bytes either: somebody uploads a file in the token's place
        supplied = text_(supplied) if isinstance(supplied, bytes) else ""
    policy = _storage_policy(request)
    if policy.check_csrf_token(request, unmasked(supplied)):
        return True
    # a token of somebody's own making may begin like a masked one
    if supplied[:1] == MASK and policy.check_csrf_token(request, supplied):
        return True
    if raises:
        raise BadCSRFToken("the request carries no valid CSRF token, neither in a form field nor in a header")
    return False


def check_csrf_origin(
    request: AnyRequest,
    *,
    trusted_origins: Iterable[str] | None = None,
    allow_no_origin: bool = False,
    raises: bool = True,
) -> bool:
    """Make sure that a request over HTTPS was sent by a page of this site or of a trusted one.

    Whoever can write into plain HTTP can plant cookies and tokens, but can't make a browser lie in ``Origin`` or
    ``Referer``. Requests over HTTP pass: there is nothing to be held on to.

    Args:
        request: the one to check.
        trusted_origins: domains, with the port where it isn't the usual one, a leading dot for all below; None takes the
            setting ``csrf_trusted_origins``. The request's own domain is always trusted.
        allow_no_origin: whether a request passes whose browser doesn't say where it comes from.
        raises: whether a bad origin is an exception or a ``False``.

    Raises:
        BadCSRFOrigin: it wasn't; a kind of 400.
    """
    if request.scheme != "https":
        return True
    objection = _objection_to_origin(request, trusted_origins, allow_no_origin)
    if objection is None:
        return True
    if raises:
        raise BadCSRFOrigin(f"this request may not come from where it does: {objection}")
    return False


def _objection_to_origin(
    request: AnyRequest, trusted_origins: Iterable[str] | None, allow_no_origin: bool
) -> str | None:
    """Say what is wrong with a request's origin; None if nothing is."""
    origin = request.headers.get("Origin")
    if origin is None:
        origin, is_said = request.referrer, False
    else:
        # What proxies add stands behind: the last word is the one nearest to us.
        origin, is_said = origin.split(" ")[-1], True
    if not origin:
        return None if allow_no_origin else "there is neither an Origin nor a Referer header"

    trusted = _trusted_origins(request, trusted_origins)
    if is_said and origin == "null":
        # a page that tells nobody where it is (``Referrer-Policy: no-referrer``) doesn't tell us either; but the browser does
        is_silent = allow_no_origin and request.headers.get("Sec-Fetch-Site", "").strip() == "same-origin"
        return None if is_silent or origin in trusted else "the origin is 'null', which is not a trusted one"
    try:
        scheme, host = urlsplit(origin)[:2]
    except ValueError:
        return f"{origin!r} is no URL"
    if scheme != "https":
        return f"{origin!r} isn't HTTPS, as the site itself is"
    if not any(is_same_domain(host, pattern) for pattern in trusted):
        return f"{origin!r} is neither this site nor a trusted one"
    return None


def _trusted_origins(request: AnyRequest, trusted_origins: Iterable[str] | None) -> list[str]:
    """Gather what is trusted: what the caller or the deployment says, and the request's own domain."""
    if trusted_origins is None:
        trusted_origins = aslist(settings_of(request).get(TRUSTED_ORIGINS, ()))
    if request.host_port in DEFAULT_PORTS.values():
        return [*trusted_origins, request.domain]
    return [*trusted_origins, f"{request.domain}:{request.host_port}"]
