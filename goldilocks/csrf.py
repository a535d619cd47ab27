"""Keep other sites from sending our visitors' requests: tokens and origins.

A form carries a token that only our own pages know. Where the token is kept, in the session or in a cookie, is the affair of
an ``ICSRFStoragePolicy``; three of them stand here, and in front of them the functions that pages and views use. Over HTTPS
the browser's word about where a request comes from is looked at as well. Whether a view is checked at all is decided in the
configuration.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from webob.cookies import CookieProfile
from zope.interface import implementer
from zope.interface.interfaces import ComponentLookupError

from goldilocks.exceptions import BadCSRFOrigin, BadCSRFToken
from goldilocks.interfaces import ICSRFStoragePolicy
from goldilocks.names import setting_keys
from goldilocks.settings import aslist
from goldilocks.types import AnyRequest, AnyResponse
from goldilocks.util import SimpleSerializer, bytes_, is_same_domain, strings_differ, text_

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
        return not strings_differ(self.get_csrf_token(request), supplied_token)


@implementer(ICSRFStoragePolicy)
class LegacySessionCSRFStoragePolicy(_StoragePolicy):
    """Leave the token to the session's own methods; the default. Needs a session factory."""

    def new_csrf_token(self, request: AnyRequest) -> str:
        """Have the session replace its token, and return the new one."""
        return request.session.new_csrf_token()

    def get_csrf_token(self, request: AnyRequest) -> str:
        """Return the session's token."""
        return request.session.get_csrf_token()


@implementer(ICSRFStoragePolicy)
class SessionCSRFStoragePolicy(_StoragePolicy):
    """Keep the token in the session, under ``key``; the session needn't know about tokens."""

    def __init__(self, key: str = "_csrft_") -> None:
        self.key = key

    def new_csrf_token(self, request: AnyRequest) -> str:
        """Put a new token into the session, and return it."""
        token = self._token_factory()
        request.session[self.key] = token
        return token

    def get_csrf_token(self, request: AnyRequest) -> str:
        """Return the session's token; the first question makes it."""
        return request.session.get(self.key) or self.new_csrf_token(request)


@implementer(ICSRFStoragePolicy)
class CookieCSRFStoragePolicy(_StoragePolicy):
    """Keep the token in a cookie of its own, so that no session is needed.

    A request is right if its form and its cookie agree: another site can send the cookie along but not read it.
    """

    def __init__(
        self,
        cookie_name: str = "csrf_token",
        secure: bool = False,
        httponly: bool = False,
        domain: str | None = None,
        max_age: int | None = None,
        path: str = "/",
        samesite: str | None = "Lax",
    ) -> None:
        self.cookie_profile = CookieProfile(
            cookie_name=cookie_name,
            secure=secure,
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
            self.cookie_profile.set_cookies(response, token)

        request.add_response_callback(set_cookie)
        return token

    def get_csrf_token(self, request: AnyRequest) -> str:
        """Return the token that the browser sent; if it sent none, it gets one."""
        return self.cookie_profile.bind(request).get_value() or self.new_csrf_token(request)


def get_csrf_token(request: AnyRequest) -> str:
    """Return the token that this visitor's forms must carry; the first question makes it."""
    return _storage_policy(request).get_csrf_token(request)


def new_csrf_token(request: AnyRequest) -> str:
    """Give this visitor another token, as should be done at login, and return it."""
    return _storage_policy(request).new_csrf_token(request)


def _storage_policy(request: AnyRequest) -> Any:
    policy = request.registry.queryUtility(ICSRFStoragePolicy)
    if policy is None:
        raise ComponentLookupError(
            "no CSRF storage policy is registered; a Configurator puts one in place, "
            "and config.set_csrf_storage_policy(...) another"
        )
    return policy


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
        supplied = request.headers.get(header, "")
    if supplied == "" and token is not None:
        supplied = request.POST.get(token, "")
    if not isinstance(supplied, str | bytes):
        supplied = ""  # somebody uploads a file in the token's place
    if _storage_policy(request).check_csrf_token(request, text_(supplied)):
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
        return None if origin in trusted else "the origin is 'null', which is not a trusted one"
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
        trusted_origins = aslist((request.registry.settings or {}).get(TRUSTED_ORIGINS, ()))
    if request.host_port in ("80", "443"):
        return [*trusted_origins, request.domain]
    return [*trusted_origins, f"{request.domain}:{request.host_port}"]
