"""Find out who a request comes from: tickets in cookies, HTTP Basic, the session, the server's word.

The upper half is for use inside a security policy: ``AuthTktCookieHelper``, ``SessionAuthenticationHelper``,
``extract_http_basic_credentials``. The lower half is the authentication policies of the older kind, which answer with a
user id and principals; what they have in common is ``CallbackAuthenticationPolicy``.

An auth_tkt cookie is ``<digest><time><userid>![<tokens>!]<user data>``: the digest in hexadecimal, the time of issue in
seconds as eight hexadecimal digits, the user id quoted as in a URL, the tokens parted by commas. The user data is
``userid_type:`` and the name of the form that the user id is written in. Nothing of it is secret, all of it is signed.
What comes in from outside is never an exception: it identifies a user, or nobody.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
import time as time_mod
import warnings
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple
from urllib.parse import quote, unquote

from webob.cookies import CookieProfile
from zope.interface import implementer

from goldilocks.acl import Authenticated, Everyone
from goldilocks.interfaces import IAuthenticationPolicy, IDebugLogger, ISessionFactory
from goldilocks.owncookies import OwnCookie
from goldilocks.security import ROTATE_AT_LOGIN
from goldilocks.settings import settings_of
from goldilocks.signing import Secrets, key_ring, refuse_short_keys, short_keys, warn_of_short_keys
from goldilocks.types import AnyRequest, AnyResponse
from goldilocks.util import SimpleSerializer, ascii_, bytes_, strings_differ, text_
from goldilocks.vary import DEPENDS_ON_COOKIE

__all__ = [
    "AuthTktCookieHelper",
    "SessionAuthenticationHelper",
    "HTTPBasicCredentials",
    "extract_http_basic_credentials",
    "CallbackAuthenticationPolicy",
    "AuthTktAuthenticationPolicy",
    "SessionAuthenticationPolicy",
    "BasicAuthAuthenticationPolicy",
    "RemoteUserAuthenticationPolicy",
    "RepozeWho1AuthenticationPolicy",
    "AuthTicket",
    "BadTicket",
    "parse_ticket",
    "calculate_digest",
    "encode_ip_timestamp",
    "b64encode",
    "b64decode",
    "VALID_TOKEN",
    "Authenticated",
    "Everyone",
    "ascii_",
    "bytes_",
    "text_",
    "strings_differ",
]

#: Response headers as name and value.
Headers = list[tuple[str, str]]

#: Called with the user id and the request: the user's groups, or None if there is no such user.
GroupFinder = Callable[[Any, AnyRequest], Any]

#: What a token in a ticket may look like.
VALID_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9+_-]*\Z")

#: The address that tickets are signed for which aren't bound to one.
ANY_ADDRESS = "0.0.0.0"

USERID_TYPE = "userid_type:"

#: What our keys sign.
_TICKETS = "authentication tickets"

#: Where a session says whom it belongs to, if it is the server that knows its users, and tells them in ``REMOTE_USER``.
SESSION_OWNER = "auth.remote_user"

#: The longest value that browsers keep.
TICKET_LIMIT_BYTES = 4093

_TIME_DIGITS = 8
_TIME = re.compile(r"[0-9A-Fa-f]{8}")


def b64encode(v: str | bytes) -> bytes:
    """Write in base64, on one line."""
    return base64.b64encode(bytes_(v))


def b64decode(v: str | bytes) -> bytes:
    """Read base64; what doesn't belong to its alphabet is passed over."""
    return base64.b64decode(bytes_(v))


# --- Tickets -----------------------------------------------------------------------------------------------------


class BadTicket(Exception):
    """A ticket that isn't ours, or was changed on its way.

    Args:
        msg: what is wrong with it.
        expected: the digest that it should have and the one that it has, as far as one got.
    """

    def __init__(self, msg: str, expected: Any = None) -> None:
        self.expected = expected
        super().__init__(msg)


class AuthTicket:
    """A ticket to be issued; ``cookie_value`` is what it looks like.

    Args:
        secret: the key of the signature.
        userid: the user's id, as text.
        ip: the address that it is good for.
        tokens: words to go with it.
        user_data: text to go with it.
        time: when it is issued, in seconds since the epoch; None for now.
        cookie_name: kept for whoever asks.
        secure: kept for whoever asks.
        hashalg: the hash, by its name in ``hashlib``.
    """

    def __init__(
        self,
        secret: str | bytes,
        userid: str | bytes,
        ip: str,
        tokens: Iterable[str] = (),
        user_data: str = "",
        time: float | None = None,
        cookie_name: str = "auth_tkt",
        secure: bool = False,
        hashalg: str = "md5",
    ) -> None:
        self.secret = secret
        self.userid = userid
        self.ip = ip
        self.tokens = ",".join(tokens)
        self.user_data = user_data
        self.time = time_mod.time() if time is None else time
        self.cookie_name = cookie_name
        self.secure = secure
        self.hashalg = hashalg

    def digest(self) -> str:
        """Sign it."""
        return calculate_digest(
            self.ip, self.time, self.secret, self.userid, self.tokens, self.user_data, self.hashalg
        )

    def cookie_value(self) -> str:
        """Write it."""
        tokens = f"{self.tokens}!" if self.tokens else ""
        return f"{self.digest()}{int(self.time):08x}{quote(self.userid)}!{tokens}{self.user_data}"


def parse_ticket(
    secret: str | bytes, ticket: str | bytes, ip: str, hashalg: str = "md5"
) -> tuple[int, str, list[str], str]:
    """Read a ticket and check its signature.

    Returns:
        The time of issue in seconds since the epoch, the user id, the tokens (a list with one empty word if there are
        none), and the user data.

    Raises:
        BadTicket: it isn't one, or it was signed with another secret or for another address.
    """
    return _parsed(secret, text_(ticket), ip, hashalg)


def _parsed(secret: str | bytes, ticket: str, ip: str, hashalg: str) -> tuple[int, str, list[str], str]:
    text = ticket.strip('"')
    end_of_digest = _hash_function(hashalg)[1] * 2
    end_of_time = end_of_digest + _TIME_DIGITS
    digest, time_digits = text[:end_of_digest], text[end_of_digest:end_of_time]
    if _TIME.fullmatch(time_digits) is None:
        raise BadTicket(f"no time of issue follows the digest, but {time_digits!r}")
    timestamp = int(time_digits, 16)
    quoted_userid, mark, data = text[end_of_time:].partition("!")
    if not mark:
        raise BadTicket("no '!' follows the user id")
    userid = unquote(quoted_userid)
    tokens, mark, user_data = data.partition("!")
    if not mark:
        tokens, user_data = "", data

    try:
        expected = calculate_digest(ip, timestamp, secret, userid, tokens, user_data, hashalg)
    except ValueError as error:
        # An address that is none, or text that no encoding knows: not what we sign.
        raise BadTicket(f"this can't have been signed: {error}") from error
    if strings_differ(expected, digest):
        raise BadTicket("the digest is not that of the ticket", expected=(expected, digest))
    return timestamp, userid, tokens.split(","), user_data


# PERF: acl: a ticket comes with each request of its user, and that it is ours stays true. What isn't ours raises and
# is never kept, so that nobody fills this from outside.
_known = functools.lru_cache(maxsize=1024)(_parsed)


def calculate_digest(
    ip: str,
    timestamp: float,
    secret: str | bytes,
    userid: str | bytes,
    tokens: str | bytes,
    user_data: str | bytes,
    hashalg: str = "md5",
) -> str:
    """Sign the parts of a ticket: a hash of all parts and the secret, hashed once more with the secret."""
    key = bytes_(secret, "utf-8")
    if ":" in ip:  # IPv6
        address_and_time = bytes_(f"{ip}{int(timestamp)}")
    else:
        address_and_time = encode_ip_timestamp(ip, timestamp)
    parts = b"\0".join(bytes_(part, "utf-8") for part in (userid, tokens, user_data))
    digest, _ = _hash_function(hashalg)
    inner = digest(address_and_time + key + parts).hexdigest()
    return digest(inner.encode() + key).hexdigest()


@functools.cache
def _hash_function(hashalg: str) -> tuple[Callable[..., Any], int]:
    """Return a hash and how many bytes its result has."""
    # PERF: acl: hashlib.new() looks its word up each time
    if hashalg in hashlib.algorithms_guaranteed:
        new = getattr(hashlib, hashalg)
    else:
        new = functools.partial(hashlib.new, hashalg)
    return new, new().digest_size


def encode_ip_timestamp(ip: str, timestamp: float) -> bytes:
    """Write an IPv4 address and a time in four bytes each."""
    return bytes(map(int, ip.split("."))) + (int(timestamp) & 0xFFFFFFFF).to_bytes(4, "big")


def _identity(found: tuple[Any, ...] | None) -> dict[str, Any] | None:
    """Write down who a request comes from; each caller gets a dict that is the caller's own."""
    if found is None:
        return None
    timestamp, userid, tokens, user_data = found
    return {"timestamp": timestamp, "userid": userid, "tokens": tokens[:], "userdata": user_data}


class AuthTktCookieHelper:
    """Remember a user by a signed ticket in a cookie; for use inside a security policy.

    Args:
        secret: the key of the signature; random, 32 bytes or more, and used for nothing else. Or a list of keys, the newest
            first: it signs, and what the others signed is still read.
        cookie_name: what the browser keeps the ticket under.
        secure: whether the cookie is sent over HTTPS only; None is automatic: if the request came that way.
        include_ip: whether a ticket is good only for the address that it was issued to.
        timeout: after how many seconds a ticket isn't good any more; None for never.
        reissue_time: how many seconds old a ticket must be to be replaced by a new one when it is looked at; None for
            never. Should be well below ``timeout``.
        max_age: how many seconds the browser keeps the cookie; None for as long as it runs.
        http_only: whether the cookie is hidden from scripts; None is automatic: it is.
        path: where on the site the cookie is sent.
        wild_domain: whether the cookie names the request's host, so that hosts below it get it too.
        hashalg: the hash of the signature, by its name in ``hashlib``.
        parent_domain: whether the cookie is for the domain above the request's host, if that has a dot.
        domain: the domain that the cookie is for; goes before the two others.
        samesite: ``"Strict"``, ``"Lax"`` or ``"None"``; None leaves the word out.

    What is automatic is no where the setting ``safe_cookies`` is off. A key of less than 32 bytes is a
    ``ShortKeyWarning``; in production, no ticket is written or read with it.

    Raises:
        ValueError: an age or time is no number.
    """

    parse_ticket = staticmethod(parse_ticket)
    AuthTicket = AuthTicket
    BadTicket = BadTicket

    #: The time in seconds since the epoch to be used instead of the clock's.
    now: float | None = None

    #: How a user id is read, by the name in the ticket.
    userid_type_decoders: ClassVar[dict[str, Callable[[Any], Any]]] = {
        "int": int,
        "unicode": lambda x: bytes_(x, "utf-8").decode("utf-8"),
        # PERF: acl: see `_known`; only what is signed is decoded
        "b64unicode": functools.lru_cache(maxsize=1024)(lambda x: b64decode(x).decode("utf-8")),
        "b64str": b64decode,
    }

    #: How a user id is written, by its type: the name in the ticket, and the function.
    userid_type_encoders: ClassVar[dict[type, tuple[str, Callable[[Any], Any]]]] = {
        int: ("int", str),
        str: ("b64unicode", lambda x: b64encode(x.encode("utf-8"))),
        bytes: ("b64str", b64encode),
    }

    def __init__(
        self,
        secret: Secrets,
        cookie_name: str = "auth_tkt",
        secure: bool | None = None,
        include_ip: bool = False,
        timeout: int | None = None,
        reissue_time: int | None = None,
        max_age: int | None = None,
        http_only: bool | None = None,
        path: str = "/",
        wild_domain: bool = True,
        hashalg: str = "sha512",
        parent_domain: bool = False,
        domain: str | None = None,
        samesite: str | None = "Lax",
    ) -> None:
        warn_of_short_keys(secret, _TICKETS)
        #: How many bytes each key has that is too short.
        self.short_keys = short_keys(secret)
        self._cookie = OwnCookie(
            cookie_name,
            secure=secure,
            httponly=http_only,
            max_age=max_age,
            path=path,
            domain=domain,
            samesite=samesite,
        )
        # COMPAT: AuthTktCookieHelper.cookie_profile
        self.cookie_profile = CookieProfile(
            cookie_name=cookie_name,
            secure=bool(secure),
            max_age=max_age,
            httponly=http_only,
            path=path,
            serializer=SimpleSerializer(),
            samesite=samesite,  # type: ignore[arg-type]  # WebOb checks the word
        )
        self.secret = secret
        self._ring = key_ring(secret)
        self.cookie_name = cookie_name
        self.secure = bool(secure)
        self.include_ip = include_ip
        self.timeout = _seconds(timeout)
        self.reissue_time = _seconds(reissue_time)
        self.max_age = _seconds(max_age)
        self.wild_domain = wild_domain
        self.parent_domain = parent_domain
        self.domain = domain
        self.hashalg = hashalg

    def identify(self, request: AnyRequest) -> dict[str, Any] | None:
        """Read the request's ticket: None, or a dict with ``timestamp``, ``userid``, ``tokens`` and ``userdata``.

        A ticket that is old enough for it is replaced, by a callback for the response.
        """
        # PERF: acl: the policy, the view and the template ask anew; the answer changes with the cookie alone
        attrs = request.__dict__
        attrs[DEPENDS_ON_COOKIE] = True
        header = request.environ.get("HTTP_COOKIE")
        kept = attrs.get("_authtkt_identified")
        if kept is not None and kept[0] is self and kept[1] is header and header is not None:
            return _identity(kept[2])
        found = self._found(request)
        if self._cookie.is_plain(request):
            attrs["_authtkt_identified"] = (self, header, found)
        return _identity(found)

    def _found(self, request: AnyRequest) -> tuple[Any, ...] | None:
        """Find out who the ticket is for: None, or time, user id, tokens and user data."""
        cookie = self._cookie.read(request)
        if cookie is None:
            return None
        if self.short_keys:
            refuse_short_keys(settings_of(request), self.short_keys, _TICKETS)
        try:
            timestamp, userid, tokens, user_data = self._parse(cookie, self._address(request))
            age_s = (time_mod.time() if self.now is None else self.now) - timestamp
            if self.timeout and age_s > self.timeout:
                return None
            userid = self._decode(userid, user_data)
        except (self.BadTicket, ValueError):
            return None

        tokens = tokens[:]
        if self.reissue_time is not None and age_s > self.reissue_time:
            tokens = self._reissue(request, userid, tokens)
        environ = request.environ
        environ["REMOTE_USER_TOKENS"] = tokens
        environ["REMOTE_USER_DATA"] = user_data
        environ["AUTH_TYPE"] = "cookie"
        return timestamp, userid, tokens, user_data

    def _parse(self, cookie: str, address: str) -> tuple[int, Any, list[str], str]:
        """Read the ticket by whichever of the keys signed it."""
        parse: Any = self.parse_ticket
        if parse is parse_ticket:
            parse = _known
        *newer, oldest = self._ring
        for secret in newer:
            try:
                return parse(secret, cookie, address, self.hashalg)
            except self.BadTicket:
                continue
        return parse(oldest, cookie, address, self.hashalg)

    def _address(self, request: AnyRequest) -> str:
        if not self.include_ip:
            return ANY_ADDRESS
        address: str = request.environ.get("REMOTE_ADDR", "")
        if not address:
            raise ValueError(
                "a ticket with include_ip is good for one address, but the server knows none (REMOTE_ADDR), as behind a "
                "socket of Unix: name the proxy in goldilocks.trusted_proxies, or leave include_ip out"
            )
        return address

    def _decode(self, userid: Any, user_data: str) -> Any:
        form = user_data.removeprefix(USERID_TYPE)
        if user_data.startswith(USERID_TYPE) and form in self.userid_type_decoders:
            return self.userid_type_decoders[form](userid)
        for datum in user_data.split("|"):
            decode = self.userid_type_decoders.get(datum.removeprefix(USERID_TYPE))
            if decode is not None and datum.startswith(USERID_TYPE):
                userid = decode(userid)
        return userid

    def _reissue(self, request: AnyRequest, userid: Any, tokens: list[str]) -> list[str]:
        """Replace the ticket, once for a request, unless the user logs in or out while it lasts."""
        if hasattr(request, "_authtkt_reissued"):
            return tokens
        tokens = [token for token in tokens if token]
        headers = self.remember(request, userid, max_age=self.max_age, tokens=tokens)

        def reissue(request: AnyRequest, response: AnyResponse) -> None:
            if not hasattr(request, "_authtkt_reissue_revoked"):
                response.headerlist.extend(headers)

        request.add_response_callback(reissue)
        request._authtkt_reissued = True
        return tokens

    def remember(
        self, request: AnyRequest, userid: Any, max_age: int | None = None, tokens: Iterable[str] = ()
    ) -> Headers:
        """Issue a ticket: return the headers for the response.

        Args:
            request: the one that the user logs in with.
            userid: text, bytes or an integer; anything else is made text, with a warning, and comes back as text.
            max_age: how many seconds the browser keeps the cookie, if not as long as the helper says.
            tokens: words to go into the ticket: a letter, then letters, digits, ``+``, ``_`` and ``-``.

        Raises:
            ValueError: a token looks otherwise.
            ConfigurationError: in production, the key is too short.
        """
        refuse_short_keys(settings_of(request), self.short_keys, _TICKETS)
        if hasattr(request, "_authtkt_reissued"):
            request._authtkt_reissue_revoked = True
        form, encoded = self._encode(userid)
        ticket = self.AuthTicket(
            self._ring[0],
            encoded,
            self._address(request),
            tokens=tuple(map(_checked_token, tokens)),
            user_data=USERID_TYPE + form,
            cookie_name=self.cookie_name,
            secure=self.secure,
            hashalg=self.hashalg,
        )
        max_age = self.max_age if max_age is None else int(max_age)
        return self._get_cookies(request, ticket.cookie_value(), max_age)

    def _encode(self, userid: Any) -> tuple[str, Any]:
        if type(userid) not in self.userid_type_encoders:
            warnings.warn(
                f"userid is of type {type(userid)}, which an auth_tkt ticket has no form for: it is made text by "
                "str(), and comes back as text with the next requests. Convert it yourself, "
                "or add its type to userid_type_encoders and userid_type_decoders.",
                RuntimeWarning,
                stacklevel=3,
            )
            userid = str(userid)
        form, encode = self.userid_type_encoders[type(userid)]
        return form, encode(userid)

    def forget(self, request: AnyRequest) -> Headers:
        """Take the ticket away: return the headers for the response."""
        request._authtkt_reissue_revoked = True
        return self._get_cookies(request, None)

    def _get_cookies(self, request: AnyRequest, value: str | None, max_age: int | None = None) -> Headers:
        if value is not None and len(value) > TICKET_LIMIT_BYTES:
            raise ValueError(
                f"the ticket has {len(value)} bytes, and browsers keep {TICKET_LIMIT_BYTES}; "
                "give it fewer tokens or a shorter user id"
            )
        line = self._cookie.line(request, value, max_age, self._cookie_domain(request))
        return [("Set-Cookie", line)]

    def _cookie_domain(self, request: AnyRequest) -> str | None:
        if self.domain:
            return self.domain
        host: str = request.domain
        if self.parent_domain and host.count(".") > 1:
            return host.split(".", 1)[1]
        return host if self.wild_domain else None


def _seconds(value: Any) -> int | None:
    """Read a number of seconds, which settings say as text."""
    return None if value is None else int(value)


def _checked_token(token: Any) -> str:
    if not (isinstance(token, str) and VALID_TOKEN.match(token)):
        raise ValueError(
            f"{token!r} can't be a token of a ticket: a token is a letter and after it letters, digits, '+', '_', '-'"
        )
    return token


# --- Sessions and HTTP Basic -------------------------------------------------------------------------------------


class SessionAuthenticationHelper:
    """Remember a user in the session; for use inside a security policy.

    Args:
        prefix: begins the session's key.
    """

    def __init__(self, prefix: str = "auth.") -> None:
        self.userid_key = prefix + "userid"

    def remember(self, request: AnyRequest, userid: Any, **kw: Any) -> Headers:
        """Put the user id into the session; there are no headers to send."""
        request.session[self.userid_key] = userid
        return []

    def forget(self, request: AnyRequest, **kw: Any) -> Headers:
        """Take the user id out of the session; there are no headers to send."""
        if self.userid_key in request.session:
            del request.session[self.userid_key]
        return []

    def authenticated_userid(self, request: AnyRequest) -> Any:
        """Return the user id in the session, or None."""
        return request.session.get(self.userid_key)


class HTTPBasicCredentials(NamedTuple):
    """What a request says by HTTP Basic."""

    username: str
    password: str


def extract_http_basic_credentials(request: AnyRequest) -> HTTPBasicCredentials | None:
    """Read user name and password off the ``Authorization`` header; None if it doesn't hold both.

    The bytes are read as UTF-8, and as latin-1 where they aren't.
    """
    scheme, _, encoded = (request.headers.get("Authorization") or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        credentials = b64decode(encoded.strip())
    except ValueError:
        return None
    try:
        text = credentials.decode("utf-8")
    except UnicodeDecodeError:
        text = credentials.decode("latin-1")
    username, colon, password = text.partition(":")
    return HTTPBasicCredentials(username, password) if colon else None


# --- Policies of the older kind ----------------------------------------------------------------------------------


class CallbackAuthenticationPolicy:
    """What the policies have in common: a user id of the request's, and a callback that knows the user's groups.

    A subclass says ``unauthenticated_userid``. Without a callback every user id is believed, and nobody has groups.
    """

    #: Whether each decision is told to the debug logger. COMPAT: the words of these lines are compared by tests.
    debug: bool = False
    callback: Any = None

    if TYPE_CHECKING:
        # Not there at run time: it would stand before the one of a class that is mixed in behind this.
        def unauthenticated_userid(self, request: AnyRequest) -> Any:
            """Return the user id that the request claims, or None."""

    def authenticated_userid(self, request: AnyRequest) -> Any:
        """Return the user id, if there is one and the callback knows it, else None."""
        note = self._notes("authenticated_userid", request)
        userid = self.unauthenticated_userid(request)
        if userid is None:
            note("call to unauthenticated_userid returned None; returning None")
            return None
        if self._clean_principal(userid) is None:
            note(
                "use of userid %r is disallowed by any built-in Pyramid security policy, returning None",
                userid,
            )
            return None
        if self.callback is None:
            note("there was no groupfinder callback; returning %r", userid)
            return userid
        groups = self._groups(userid, request)
        result = None if groups is None else userid
        note("groupfinder callback returned %r; returning %r", groups, result)
        return result

    def effective_principals(self, request: AnyRequest) -> list[Any]:
        """List the request's principals: Everyone, and for a known user Authenticated, the user id and the groups."""
        note = self._notes("effective_principals", request)
        principals: list[Any] = [Everyone]
        userid = self.unauthenticated_userid(request)
        if userid is None:
            note("unauthenticated_userid returned None; returning %r", principals)
            return principals
        if self._clean_principal(userid) is None:
            note(
                "unauthenticated_userid returned disallowed %r; returning %r as if it was None",
                userid,
                principals,
            )
            return principals
        if self.callback is None:
            note("groupfinder callback is None, so groups is []")
            groups = []
        else:
            groups = self._groups(userid, request)
            note("groupfinder callback returned %r as groups", groups)
        if groups is not None:
            principals += [Authenticated, userid, *groups]
        note("returning effective principals: %r", principals)
        return principals

    def _groups(self, userid: Any, request: AnyRequest) -> Any:
        return self.callback(userid, request)

    def _clean_principal(self, princid: Any) -> Any:
        """Return None for the two words that no user may be called."""
        return None if princid in (Authenticated, Everyone) else princid

    def _notes(self, methodname: str, request: AnyRequest) -> Callable[..., None]:
        """Give the function that tells the debug logger what a method decides."""
        if not self.debug:
            return _say_nothing
        return lambda text, *values: self._log(text % values, methodname, request)

    def _log(self, msg: str, methodname: str, request: AnyRequest) -> None:
        logger = request.registry.queryUtility(IDebugLogger)
        if logger:
            cls = type(self)
            logger.debug(f"{cls.__module__}.{cls.__name__}.{methodname}: {msg}")


def _say_nothing(text: str, *values: Any) -> None:
    """Be the notes of a policy that isn't debugged."""


@implementer(IAuthenticationPolicy)
class RepozeWho1AuthenticationPolicy(CallbackAuthenticationPolicy):
    """Believe repoze.who 1, a WSGI component in front of the application.

    Args:
        identifier_name: the name of its plugin that remembers and forgets.
        callback: called with its identity, a dict, and the request; returns the user's groups, or None for nobody.
    """

    def __init__(self, identifier_name: str = "auth_tkt", callback: GroupFinder | None = None) -> None:
        self.identifier_name = identifier_name
        self.callback = callback

    def unauthenticated_userid(self, request: AnyRequest) -> Any:
        """Return the user id of the identity, or None."""
        identity = self._get_identity(request)
        return None if identity is None else identity["repoze.who.userid"]

    def remember(self, request: AnyRequest, userid: Any, **kw: Any) -> Headers:
        """Have the plugin remember an identity of ``userid`` and the keywords."""
        identifier = self._get_identifier(request)
        if identifier is None:
            return []
        return identifier.remember(request.environ, {**kw, "repoze.who.userid": userid})

    def forget(self, request: AnyRequest) -> Headers:
        """Have the plugin forget the identity."""
        identifier = self._get_identifier(request)
        if identifier is None:
            return []
        return identifier.forget(request.environ, self._get_identity(request))

    def _groups(self, userid: Any, request: AnyRequest) -> Any:
        return self.callback(self._get_identity(request), request)

    def _get_identity(self, request: AnyRequest) -> Any:
        return request.environ.get("repoze.who.identity")

    def _get_identifier(self, request: AnyRequest) -> Any:
        plugins = request.environ.get("repoze.who.plugins")
        return None if plugins is None else plugins[self.identifier_name]


@implementer(IAuthenticationPolicy)
class RemoteUserAuthenticationPolicy(CallbackAuthenticationPolicy):
    """Believe what the server says in the WSGI environment.

    A session belongs to one user: where the setting ``rotate_at_login`` is on, it is dropped when the server says another one
    than before.

    Args:
        environ_key: where it says it.
        callback: called with the user id and the request; returns the user's groups, or None for nobody.
        debug: whether each decision is told to the debug logger.
    """

    def __init__(
        self, environ_key: str = "REMOTE_USER", callback: GroupFinder | None = None, debug: bool = False
    ) -> None:
        self.environ_key = environ_key
        self.callback = callback
        self.debug = debug

    def unauthenticated_userid(self, request: AnyRequest) -> Any:
        """Return what the server says, or None."""
        userid = request.environ.get(self.environ_key)
        if userid is not None and settings_of(request).get(ROTATE_AT_LOGIN, False):
            self._keep_session_apart(request, userid)
        return userid

    def _keep_session_apart(self, request: AnyRequest, userid: Any) -> None:
        attrs = request.__dict__
        if "_session_belongs_to" in attrs or request.registry.queryUtility(ISessionFactory) is None:
            return
        attrs["_session_belongs_to"] = userid
        session = request.session
        owner_key = SESSION_OWNER if self.environ_key == "REMOTE_USER" else f"auth.{self.environ_key}"
        if session.get(owner_key, userid) != userid:
            session.invalidate()

        def mark(request: AnyRequest, response: AnyResponse) -> None:
            # an empty session needn't belong to anybody, and isn't stored for it
            if len(session) and owner_key not in session:
                session[owner_key] = userid

        # the session may have asked already to be written, with what is in it then
        request.response_callbacks.appendleft(mark)

    def remember(self, request: AnyRequest, userid: Any, **kw: Any) -> Headers:
        """Do nothing: the server logs users in."""
        return []

    def forget(self, request: AnyRequest) -> Headers:
        """Do nothing: the server logs users out."""
        return []


def keep_session_apart(request: AnyRequest, userid: Any) -> None:
    """Drop a session that belongs to another user than the one that the server says, before anybody reads it.

    So it is where the setting ``rotate_at_login`` is on; else nobody looks into the session.

    Args:
        request: that has a session.
        userid: what the server says, in ``REMOTE_USER`` or where the policy looks.
    """
    if not settings_of(request).get(ROTATE_AT_LOGIN, False):
        return
    policy = request.registry.queryUtility(IAuthenticationPolicy)
    if isinstance(policy, RemoteUserAuthenticationPolicy):
        policy._keep_session_apart(request, userid)
    # a security policy may have one within
    elif request.session.get(SESSION_OWNER, userid) != userid:
        request.session.invalidate()


@implementer(IAuthenticationPolicy)
class AuthTktAuthenticationPolicy(CallbackAuthenticationPolicy):
    """Believe a signed ticket in a cookie.

    ``callback`` is called with the user id and the request, and returns the user's groups, or None for nobody; ``debug``
    tells each decision to the debug logger. The other arguments are those of ``AuthTktCookieHelper``.
    """

    def __init__(
        self,
        secret: Secrets,
        callback: GroupFinder | None = None,
        cookie_name: str = "auth_tkt",
        secure: bool | None = None,
        include_ip: bool = False,
        timeout: int | None = None,
        reissue_time: int | None = None,
        max_age: int | None = None,
        path: str = "/",
        http_only: bool | None = None,
        wild_domain: bool = True,
        debug: bool = False,
        hashalg: str = "sha512",
        parent_domain: bool = False,
        domain: str | None = None,
        samesite: str | None = "Lax",
    ) -> None:
        self.cookie = AuthTktCookieHelper(
            secret,
            cookie_name=cookie_name,
            secure=secure,
            include_ip=include_ip,
            timeout=timeout,
            reissue_time=reissue_time,
            max_age=max_age,
            http_only=http_only,
            path=path,
            wild_domain=wild_domain,
            hashalg=hashalg,
            parent_domain=parent_domain,
            domain=domain,
            samesite=samesite,
        )
        self.callback = callback
        self.debug = debug

    def unauthenticated_userid(self, request: AnyRequest) -> Any:
        """Return the user id of the ticket, or None."""
        identity = self.cookie.identify(request)
        return identity["userid"] if identity else None

    def remember(self, request: AnyRequest, userid: Any, **kw: Any) -> Headers:
        """Issue a ticket; keywords are ``max_age`` (seconds) and ``tokens``."""
        return self.cookie.remember(request, userid, **kw)

    def forget(self, request: AnyRequest) -> Headers:
        """Take the ticket away."""
        return self.cookie.forget(request)


@implementer(IAuthenticationPolicy)
class SessionAuthenticationPolicy(CallbackAuthenticationPolicy):
    """Believe the session.

    Args:
        prefix: begins the session's key.
        callback: called with the user id and the request; returns the user's groups, or None for nobody.
        debug: whether each decision is told to the debug logger.
    """

    def __init__(
        self, prefix: str = "auth.", callback: GroupFinder | None = None, debug: bool = False
    ) -> None:
        self.callback = callback
        self.debug = debug
        self.helper = SessionAuthenticationHelper(prefix)

    def unauthenticated_userid(self, request: AnyRequest) -> Any:
        """Return the user id in the session, or None."""
        return self.helper.authenticated_userid(request)

    def remember(self, request: AnyRequest, userid: Any, **kw: Any) -> Headers:
        """Put the user id into the session."""
        return self.helper.remember(request, userid, **kw)

    def forget(self, request: AnyRequest) -> Headers:
        """Take the user id out of the session."""
        return self.helper.forget(request)


@implementer(IAuthenticationPolicy)
class BasicAuthAuthenticationPolicy(CallbackAuthenticationPolicy):
    """Believe HTTP Basic, if ``check`` does.

    Args:
        check: called with user name, password and request; returns the user's groups, or None if the two don't agree.
        realm: what the browser shows to its user.
        debug: whether each decision is told to the debug logger.
    """

    def __init__(
        self, check: Callable[[str, str, AnyRequest], Any], realm: str = "Realm", debug: bool = False
    ) -> None:
        self.check = check
        self.realm = realm
        self.debug = debug

    def unauthenticated_userid(self, request: AnyRequest) -> Any:
        """Return the user name that the request says, or None."""
        credentials = extract_http_basic_credentials(request)
        return credentials.username if credentials else None

    def remember(self, request: AnyRequest, userid: Any, **kw: Any) -> Headers:
        """Do nothing: the browser sends the credentials with every request."""
        return []

    def forget(self, request: AnyRequest) -> Headers:
        """Ask the browser for other credentials; goes with a 401."""
        return [("WWW-Authenticate", f'Basic realm="{self.realm}"')]

    def callback(self, username: str, request: AnyRequest) -> Any:
        """Return the user's groups, or None if the credentials are wrong."""
        credentials = extract_http_basic_credentials(request)
        return self.check(*credentials, request) if credentials else None
