"""Keep a visitor's session in a cookie.

A session factory is a class: called with a request it makes a ``CookieSession``, a dict read from the request's cookie, which
writes itself back to the response if it was touched. Everything that a session holds goes to the browser and back, so it
is small (4 kB), and readable there unless a serializer encrypts it; ``SignedCookieSessionFactory`` signs it.

What stands in the cookie is ``(accessed, created, contents)`` in the serializer's form; the times are in seconds
since the epoch. A key that signs cookies needs 32 bytes; ``ShortKeyWarning`` says if it has less.
"""

from __future__ import annotations

import pickle
import secrets
import time
import warnings
from collections.abc import Callable
from functools import lru_cache
from math import isfinite
from typing import Any, ClassVar, Concatenate, ParamSpec, Protocol, TypeAlias, TypeVar

from webob.cookies import JSONSerializer, SignedSerializer
from zope.interface import implementer

from goldilocks.csrf import TOKEN_KEY, check_csrf_origin, check_csrf_token
from goldilocks.interfaces import ISession
from goldilocks.names import SESSION_SALT
from goldilocks.owncookies import SAFE_COOKIES, OwnCookie
from goldilocks.settings import settings_of
from goldilocks.signing import (
    VERIFIED_KEPT,
    KeptJSON,
    KeyRingSerializer,
    Secrets,
    ShortKeyWarning,
    refuse_short_keys,
    warn_of_short_keys,
)
from goldilocks.types import AnyRequest, AnyResponse
from goldilocks.util import bytes_, text_

__all__ = [
    "BaseCookieSessionFactory",
    "SignedCookieSessionFactory",
    "CookieSession",
    "JSONSerializer",
    "PickleSerializer",
    "Serializer",
    "ShortKeyWarning",
    "SignedSerializer",
    "bytes_",
    "text_",
    "manage_accessed",
    "manage_changed",
    "check_csrf_origin",
    "check_csrf_token",
]

Params = ParamSpec("Params")
Result = TypeVar("Result")
Tracked = TypeVar("Tracked", bound="CookieSession")

#: The longest value that browsers keep, with room for the cookie's name.
VALUE_LIMIT_BYTES = 4064
FLASH_PREFIX = "_f_"


class Serializer(Protocol):
    """What turns a session into bytes and back."""

    def loads(self, bstruct: bytes) -> Any:
        """Read what ``dumps`` wrote; a ``ValueError`` says that this is something else."""
        ...  # pragma: no cover - the body of a protocol is never run

    def dumps(self, appstruct: Any) -> bytes:
        """Write a value; what stands in it is the session's user's affair."""
        ...  # pragma: no cover - the body of a protocol is never run


def manage_accessed(
    wrapped: Callable[Concatenate[Any, Params], Result],
) -> Callable[Concatenate[Any, Params], Result]:
    """Make a reading method of a session note the time, and renew the cookie when it is old enough for it."""

    def accessed(session: Any, /, *args: Params.args, **kw: Params.kwargs) -> Result:
        session.accessed = now = int(time.time())
        reissue_time_s = session._reissue_time
        if reissue_time_s is not None and now - session.renewed > reissue_time_s:
            session.changed()
        return wrapped(session, *args, **kw)

    accessed.__doc__ = wrapped.__doc__
    return accessed


def manage_changed(
    wrapped: Callable[Concatenate[Any, Params], Result],
) -> Callable[Concatenate[Any, Params], Result]:
    """Make a writing method of a session note the time, and have the cookie sent."""

    def changed(session: Any, /, *args: Params.args, **kw: Params.kwargs) -> Result:
        session.accessed = int(time.time())
        session.changed()
        return wrapped(session, *args, **kw)

    changed.__doc__ = wrapped.__doc__
    return changed


#: When a session was renewed and when it began, in seconds since the epoch, and what is in it.
Contents: TypeAlias = tuple[float, float, dict[str, Any]]

#: What nobody can change who gets it.
_UNCHANGEABLE = frozenset((str, int, float, bool, type(None)))


def _is_ours(serializer: Any) -> bool:
    """Tell whether a serializer reads one cookie always alike: some look at the clock, or keep what they have read."""
    return type(serializer) is KeyRingSerializer and type(serializer.serializer) is KeptJSON


#: The dict's own methods that only read, and those that write.
READERS = ("get", "__getitem__", "items", "values", "keys", "__contains__", "__len__", "__iter__")
WRITERS = ("clear", "update", "setdefault", "pop", "popitem", "__setitem__", "__delitem__")


def _track(session_class: type[Tracked]) -> type[Tracked]:
    """Have every method of the dict note that the session was touched."""
    for manage, names in ((manage_accessed, READERS), (manage_changed, WRITERS)):
        for name in names:
            setattr(session_class, name, manage(getattr(dict, name)))
    return session_class


@_track
@implementer(ISession)
class CookieSession(dict[str, Any]):
    """One visitor's session; made by the factories, which put their options on a subclass.

    Attributes:
        created: when the session began, seconds since the epoch.
        accessed: when it was last touched.
        renewed: when the cookie that came in was made.
        new: whether it began with this request.
    """

    _serializer: Serializer
    _cookie_name: str
    _cookie_max_age: int | None
    _cookie_path: str
    _cookie_domain: str | None
    _cookie_secure: bool | None
    _cookie_httponly: bool | None
    _cookie_samesite: str | None
    _cookie_on_exception: bool
    _timeout: int | None
    _reissue_time: int | None

    _dirty = False
    _cookie: OwnCookie
    _remembered: Callable[[str | bytes], Contents | None] | None
    _peek: ClassVar[Any]
    _short_keys: ClassVar[list[int]]

    def __init_subclass__(cls) -> None:
        """Work out what the cookie of a factory looks like."""
        cls._cookie = OwnCookie(
            cls._cookie_name,
            secure=cls._cookie_secure,
            httponly=cls._cookie_httponly,
            max_age=cls._cookie_max_age,
            path=cls._cookie_path,
            domain=cls._cookie_domain,
            samesite=cls._cookie_samesite,
        )
        # PERF: session, csrf: what the same cookie holds is the same again, if that can be said of its serializer
        is_pure = _is_ours(cls._serializer)
        cls._remembered = staticmethod(lru_cache(VERIFIED_KEPT)(cls._unchangeable)) if is_pure else None
        # PERF: csrf: who asks for the token has noted the time already
        cls._peek = dict.get if cls.get is CookieSession.get else cls.get
        cls._short_keys = getattr(cls._serializer, "short_keys", [])

    def __init__(self, request: AnyRequest) -> None:
        self.request: Any = request
        if self._short_keys:
            refuse_short_keys(settings_of(request), self._short_keys, "the session factory")
        now = time.time()
        cookie = self._cookie.read(request)
        found = None if cookie is None else self._read(cookie)
        self.new = found is None
        renewed, self.created, contents = found or (now, now, {})
        self.accessed = self.renewed = renewed
        if self._timeout is not None and now - renewed > self._timeout:
            contents = {}
        super().__init__(contents)

    @classmethod
    def _read(cls, cookie: str | bytes) -> Contents | None:
        """Read a cookie's value; whatever isn't a session of ours is None, as if no cookie had come."""
        try:
            found = None if cls._remembered is None else cls._remembered(cookie)
            return found or cls._opened(cookie)
        except (ValueError, TypeError, OverflowError, RecursionError):
            return None

    @classmethod
    def _opened(cls, cookie: str | bytes) -> Contents | None:
        written = cookie.encode("latin-1") if isinstance(cookie, str) else cookie
        renewed, created, contents = cls._serializer.loads(written)
        renewed, created = float(renewed), float(created)
        # The serializer needn't sign: anybody may have written this.
        if isinstance(contents, dict) and isfinite(renewed) and isfinite(created):
            return renewed, created, contents
        return None

    @classmethod
    def _unchangeable(cls, cookie: str | bytes) -> Contents | None:
        """Read a cookie's value; None if a part of the session could be changed behind its back."""
        found = cls._opened(cookie)
        if found is None or not _UNCHANGEABLE.issuperset(map(type, found[2].values())):
            return None
        return found

    def changed(self) -> None:
        """Have the cookie sent with the response; needed after a change inside a value, which nobody sees."""
        if not self._dirty and self.request is not None:
            self._dirty = True
            self.request.add_response_callback(self._on_response)

    def _on_response(self, request: AnyRequest, response: AnyResponse) -> None:
        self._set_cookie(response)
        self.let_go_of_request()

    def let_go_of_request(self) -> None:
        """Forget the request, which has its response: what is changed from now on isn't sent any more."""
        self.request = None  # it knows the session: don't leave a circle for the collector

    def invalidate(self) -> None:
        """Drop everything; what is put in from now on belongs to a new session."""
        self.clear()

    @manage_changed
    def flash(self, msg: Any, queue: str = "", allow_duplicate: bool = True) -> None:
        """Put a message into a queue, to be shown on this page or a later one."""
        messages = self.setdefault(FLASH_PREFIX + queue, [])
        if allow_duplicate or msg not in messages:
            messages.append(msg)

    @manage_changed
    def pop_flash(self, queue: str = "") -> list[Any]:
        """Take all messages out of a queue."""
        return self.pop(FLASH_PREFIX + queue, [])

    @manage_accessed
    def peek_flash(self, queue: str = "") -> list[Any]:
        """Look at the messages of a queue and leave them there."""
        return self.get(FLASH_PREFIX + queue, [])

    @manage_changed
    def new_csrf_token(self) -> str:
        """Replace the token that forms must carry, and return the new one."""
        token = secrets.token_hex(20)
        self[TOKEN_KEY] = token
        return token

    @manage_accessed
    def get_csrf_token(self) -> str:
        """Return the token that forms must carry; the first question makes it."""
        token = self._peek(TOKEN_KEY)
        return self.new_csrf_token() if token is None else token

    def _set_cookie(self, response: AnyResponse) -> bool:
        """Put the session on the response; tell whether it was done."""
        if not self._cookie_on_exception and getattr(self.request, "exception", None) is not None:
            return False
        if self.new and not dict.__len__(self) and settings_of(self.request).get(SAFE_COOKIES, False):
            return False  # there was nothing, and there is nothing
        # PERF: session: dict.copy() would come back through the methods that note the time
        contents = dict(dict.items(self))
        written: Any = self._serializer.dumps((self.accessed, self.created, contents))
        value = written.decode("latin-1") if isinstance(written, bytes) else written
        if len(value) > VALUE_LIMIT_BYTES:
            raise ValueError(
                f"the session is too big for its cookie {self._cookie_name!r}: {len(value)} bytes, "
                f"{VALUE_LIMIT_BYTES} can be kept; store less in it, or use a session factory that stores elsewhere"
            )
        self._cookie.write(self.request, response, value)
        return True


def BaseCookieSessionFactory(
    serializer: Serializer,
    cookie_name: str = "session",
    max_age: int | None = None,
    path: str = "/",
    domain: str | None = None,
    secure: bool | None = None,
    httponly: bool | None = None,
    samesite: str | None = "Lax",
    timeout: int | None = 1200,
    reissue_time: int | None = 0,
    set_on_exception: bool = True,
) -> type[CookieSession]:
    """Make a session factory that trusts whatever its serializer reads.

    Nothing here keeps a visitor from writing the cookie: the serializer must, by signing or encrypting it. Applications
    use ``SignedCookieSessionFactory``.

    Args:
        serializer: its ``loads`` raises ``ValueError`` for what isn't its own.
        cookie_name: what the browser keeps it under.
        max_age: how many seconds the browser keeps it; None for as long as it runs.
        path: where on the site the cookie is sent.
        domain: the host or domain that it is sent to; None for this host.
        secure: whether it is sent over HTTPS only; None is automatic: if the request came that way.
        httponly: whether it is hidden from scripts; None is automatic: it is.
        samesite: ``"Strict"``, ``"Lax"`` or ``"None"``; None leaves the word out.
        timeout: after how many seconds without a visit the contents are dropped; None for never.
        reissue_time: how many seconds old a cookie must be for a mere look into the session to send a new one; 0 for
            nearly every time, None for never. Should be well below ``timeout``.
        set_on_exception: whether the cookie is sent although the request ended in an exception.

    What is automatic is no where the setting ``safe_cookies`` is off.

    Raises:
        ValueError: an age or time is no number.
    """
    options = {
        "_serializer": serializer,
        "_cookie_name": cookie_name,
        "_cookie_max_age": _seconds(max_age),
        "_cookie_path": path,
        "_cookie_domain": domain,
        "_cookie_secure": secure,
        "_cookie_httponly": httponly,
        "_cookie_samesite": samesite,
        "_cookie_on_exception": set_on_exception,
        "_timeout": _seconds(timeout),
        "_reissue_time": _seconds(reissue_time),
    }
    return type("CookieSession", (CookieSession,), options)


def _seconds(value: Any) -> int | None:
    """Read a number of seconds, which settings say as text."""
    return None if value is None else int(value)


def SignedCookieSessionFactory(
    secret: Secrets,
    cookie_name: str = "session",
    max_age: int | None = None,
    path: str = "/",
    domain: str | None = None,
    secure: bool | None = None,
    httponly: bool | None = None,
    samesite: str | None = "Lax",
    set_on_exception: bool = True,
    timeout: int | None = 1200,
    reissue_time: int | None = 0,
    hashalg: str = "sha512",
    salt: str | bytes = SESSION_SALT,
    serializer: Serializer | None = None,
) -> type[CookieSession]:
    """Make a session factory whose cookies are signed: visitors can read them and not write them.

    ``secret`` is the key of the signature: random, as long as the result of the hash at least (64 bytes for sha512), and
    used for nothing else; or a list of keys, the newest first: it signs, and what the others signed is still read. A key of
    less than 32 bytes is a `ShortKeyWarning`, and a `ConfigurationError` in production. ``hashalg`` is the hash of the HMAC, by its name in ``hashlib``; ``salt`` goes before the
    secret, so that two uses of one secret don't understand each other; ``serializer`` writes what is signed, as JSON
    by default. The other arguments are those of ``BaseCookieSessionFactory``.
    """
    warn_of_short_keys(secret, "a session factory")
    signed = KeyRingSerializer(secret, salt, hashalg, serializer=serializer)
    return BaseCookieSessionFactory(
        signed,
        cookie_name=cookie_name,
        max_age=max_age,
        path=path,
        domain=domain,
        secure=secure,
        httponly=httponly,
        samesite=samesite,
        timeout=timeout,
        reissue_time=reissue_time,
        set_on_exception=set_on_exception,
    )


class PickleSerializer:
    """Write and read pickles, for cookies of an old application.

    Whoever knows the secret can run any code through it: nothing uses it unasked, and making one warns.
    """

    def __init__(self, protocol: int = pickle.HIGHEST_PROTOCOL) -> None:
        warnings.warn(
            "PickleSerializer runs the code that a cookie says to anybody who knows the secret; "
            "use JSONSerializer, which is the default",
            DeprecationWarning,
            stacklevel=2,
        )
        self.protocol = protocol

    def loads(self, bstruct: bytes) -> Any:
        """Read a pickle; anything that can't be read is a ``ValueError``."""
        try:
            return pickle.loads(bstruct)
        except Exception as error:  # a pickle may fail with whatever its classes raise
            raise ValueError(f"this is no pickle that can be read here: {error}") from error

    def dumps(self, appstruct: Any) -> bytes:
        """Write a pickle."""
        return pickle.dumps(appstruct, self.protocol)
