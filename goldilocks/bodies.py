"""How the body of a request is read: as bytes, as a file, and more than once.

`BodyMixin` gives the answers that WebOb gives, with an end to all that a client sends: what is too large is refused, and so is what the
client, or the server between, doesn't bring to its end.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self, cast

from webob.request import BaseRequest

from goldilocks.edge import READ_QUERY
from goldilocks.exceptions import BodyDisconnectedError
from goldilocks.httpexceptions import HTTPException
from goldilocks.late import late_module
from goldilocks.limits import DefaultLimits, Limits
from goldilocks.requestchecks import too_large_body

if TYPE_CHECKING:
    from goldilocks import spool

    _Base = BaseRequest
else:
    # PERF: import: not every request brings something to read
    spool = late_module("goldilocks.spool", globals())
    _Base = object

#: WebOb's properties, not what they give.
_webob: Any = BaseRequest

#: COMPAT: where WebOb keeps the file that it has made of the body, and of what it has made it
_KEPT_FILE = "webob._body_file"

#: How much is read of a body at once.
AT_ONCE_BYTES = 64 * 1024

#: How much more is taken of a form that is refused.
_LINGER_BYTES = 1024 * 1024


class BodyMixin(_Base):
    """Reads the body of a request for the application."""

    #: How much is taken, and how strictly it is read. The request class of an application has its own.
    limits: Limits = cast("Limits", DefaultLimits())

    @property
    def body(self) -> bytes:
        """The whole body.

        Raises:
            BodyDisconnectedError: the client went away before it was whole.
            HTTPRequestEntityTooLarge: there is more than is taken.
        """
        environ = self.environ
        said = environ.get("CONTENT_LENGTH")
        # PERF: post, csrf; a short body that nobody has touched
        if (
            said.__class__ is str  # COMPAT: an environment that somebody makes by hand may have a number
            and said.isdecimal()
            and len(said) < 19
            and "webob.is_body_seekable" not in environ
            and _KEPT_FILE not in environ
            and (length := int(said)) <= self.request_body_tempfile_limit
        ):
            data = spool.read_whole(environ["wsgi.input"], length)
            environ["wsgi.input"] = io.BytesIO(data)
            environ["webob.is_body_seekable"] = True
            return data
        if not self.is_body_readable:
            return b""
        self.make_body_seekable()
        file: Any = self.body_file_raw
        data = file.read(self.content_length)
        file.seek(0)
        return cast("bytes", data)

    @body.setter
    def body(self, value: bytes | None) -> None:
        _webob.body.fset(self, value)

    @body.deleter
    def body(self) -> None:
        _webob.body.fdel(self)

    @property
    def body_file(self) -> Any:
        """The body as a file, which ends where the body ends."""
        if not self.is_body_readable:
            return io.BytesIO()
        raw = self.body_file_raw
        if self.is_body_seekable:
            return raw
        kept, of = self.environ.get(_KEPT_FILE, (None, None))
        length = self.content_length
        if of is raw:
            if isinstance(getattr(kept, "raw", None), spool.LimitedBody | spool.OpenBody):
                return kept
            if kept is raw:  # the application's own
                if length is None:
                    return raw
            else:  # a middleware's, which may have read some of it, and knows where it ends
                raw, length = kept, None
        limits = self.limits
        body: Any = (
            spool.OpenBody(raw, limits.body_bytes, lambda: too_large_body(limits))
            if length is None
            else spool.LimitedBody(raw, length)
        )
        wrapped = io.BufferedReader(body)
        self.environ[_KEPT_FILE] = wrapped, self.body_file_raw
        return wrapped

    @body_file.setter
    def body_file(self, value: Any) -> None:
        _webob.body_file.fset(self, value)
        # COMPAT: what the application puts here is found here
        self.environ[_KEPT_FILE] = value, value

    @body_file.deleter
    def body_file(self) -> None:
        _webob.body_file.fdel(self)

    def copy(self) -> Self:
        """Return another request that says the same, with a body of its own.

        Raises:
            BodyDisconnectedError: the client went away before the body was whole.
            HTTPRequestEntityTooLarge: there is more than is taken.
        """
        self.make_body_seekable()
        copied = self._alike(self.__class__(self.environ.copy()))
        copied.copy_body()
        return copied

    def copy_get(self) -> Self:
        """Return another request that says the same, but is a ``GET`` without a body."""
        return self._alike(super().copy_get())

    def _alike(self, other: Self) -> Self:
        """Let another request, a copy, be read by the rules of this one, and be changed without it."""
        # what was read of the query knows the environment that it writes to
        other.environ.pop(READ_QUERY, None)
        if "limits" in self.__dict__:
            other.limits = self.limits
        return other

    def copy_body(self) -> None:
        """Put the body, as far as it wasn't read yet, where it can be read again: into memory, or a large one on disk.

        Raises:
            BodyDisconnectedError: the client went away before it was whole.
            HTTPRequestEntityTooLarge: there is more than is taken.
        """
        if not self.is_body_readable:
            self.body = b""
            return
        if self.is_body_seekable:
            self.body_file_seekable.seek(0)
        chunks = self._chunks(self.body_file, self.content_length)
        self._keep_body(*spool.spooled(chunks, self.request_body_tempfile_limit, self.make_tempfile))

    def _keep_body(self, file: Any, size: int) -> None:
        self.content_length = size
        self.body_file_raw = file
        self.is_body_seekable = True

    def _is_coming_in(self) -> bool:
        """Tell whether there is a body, and it is still with the client."""
        return not self.is_body_seekable and self.is_body_readable

    @contextmanager
    def _taking_in(self) -> Iterator[Any]:
        """Have the body read while it comes in, and then all of it at hand; or no more of it, if its reader has had enough."""
        source = self.body_file
        kept = spool.Spool(self.request_body_tempfile_limit, self.make_tempfile)
        intake = spool.Intake(self._chunks(source, self.content_length), kept)
        try:
            yield intake
            self._keep_body(*intake.finished())
        except BaseException as error:
            if isinstance(error, HTTPException):
                # a client that has almost sent everything hears why; while it sends, all it would notice is that nobody listens
                intake.read_on(_LINGER_BYTES)
            # who wants to read the body all the same finds it whole
            self.body_file_raw = io.BufferedReader(spool.Rejoined(kept.file, source))
            raise

    def _chunks(self, source: Any, length: int | None) -> Iterator[bytes]:
        """Read a body to its end, or as far as it may go."""
        if length is not None and length > self.limits.body_bytes:
            raise too_large_body(self.limits)
        size = 0
        while length is None or size < length:
            data = source.read(AT_ONCE_BYTES if length is None else min(AT_ONCE_BYTES, length - size))
            if not data:
                if length is None:
                    return
                raise BodyDisconnectedError(length - size)
            size += len(data)
            if size > self.limits.body_bytes:
                raise too_large_body(self.limits)
            yield data

    def make_tempfile(self) -> io.BufferedRandom:
        """Return the file that a large body is written to."""
        return spool.TemporaryFile()
