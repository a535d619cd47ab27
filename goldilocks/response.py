"""The response: WebOb's, known to the registry as ours, and one that sends a file.

Which class a view's ``request.response`` is made by is the application's choice (`_get_response_factory`); what a view
may return instead of a response is taught by a `response_adapter`.
"""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Callable, Iterable
from typing import IO, TYPE_CHECKING, Any, TypeVar

import venusian
from webob import Response as _Response
from webob.byterange import Range
from zope.interface import implementer

from goldilocks.interfaces import IResponse, IResponseFactory
from goldilocks.names import VENUSIAN_CATEGORY

if TYPE_CHECKING:
    from goldilocks.types import (
        AnyRegistry,
        AnyRequest,
        AnyResponse,
        Environ,
        InterfaceSpec,
        StartResponse,
    )

#: How much of a file is read and sent at a time, in bytes.
_BLOCK_SIZE = 256 * 1024

Adapter = TypeVar("Adapter", bound=Callable[..., Any])


@implementer(IResponse)
class Response(_Response):
    """What goes back to the client: WebOb's response under the contract ``IResponse``."""

    def conditional_response_app(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a conditional or range request; a ``Range`` that can't be understood isn't heeded."""
        # SPEC: RFC 9110, 14.2; WebOb fails at numbers that Python doesn't make an int of
        try:
            Range.parse(environ.get("HTTP_RANGE", ""))
        except ValueError:
            environ = {name: value for name, value in environ.items() if name != "HTTP_RANGE"}
        return super().conditional_response_app(environ, start_response)


class FileResponse(Response):
    """A response whose body is a file.

    It answers conditional and range requests by itself. The file is closed when the server closes the body, as WSGI
    says that every server does.

    Args:
        path: where the file lies.
        request: the request that is answered. With it, the server's own way to send files (``wsgi.file_wrapper``) is
            used where there is one.
        cache_max_age: how long the answer may be kept, in seconds.
        content_type: guessed by the name of the file, if ``None``.
        content_encoding: how the file is packed (``"gzip"``); only heeded together with ``content_type``.

    Raises:
        OSError: the file can't be opened.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        request: AnyRequest = None,
        cache_max_age: int | None = None,
        content_type: str | None = None,
        content_encoding: str | None = None,
    ) -> None:
        if content_type is None:
            content_type, content_encoding = _guess_type(path)
        super().__init__(
            conditional_response=True, content_type=content_type, content_encoding=content_encoding
        )
        file = open(path, "rb")  # noqa: SIM115 - the body outlives this function; the server closes it
        # asked of the open file, so that size and date are those of the very bytes that are sent
        facts = os.fstat(file.fileno())
        wrap = FileIter if request is None else request.environ.get("wsgi.file_wrapper", FileIter)
        self.app_iter = wrap(file, _BLOCK_SIZE)
        self.last_modified = facts.st_mtime
        self.content_length = facts.st_size  # after app_iter, whose assignment drops the length
        if cache_max_age is not None:
            self.cache_expires = cache_max_age


class FileIter:
    """Iterates over a file in blocks, as a body for WSGI.

    Args:
        file: anything with ``read(size)`` and ``close()``.
        block_size: the largest block, in bytes.
    """

    def __init__(self, file: IO[bytes], block_size: int = _BLOCK_SIZE) -> None:
        self.file = file
        self.block_size = block_size

    def __iter__(self) -> FileIter:
        return self

    def __next__(self) -> bytes:
        block = self.file.read(self.block_size)
        if not block:
            raise StopIteration
        return block

    def close(self) -> None:
        """Close the file; the server calls this when it has sent the body, or gave up."""
        self.file.close()


class response_adapter:
    """Make a function turn what views return into responses, once its module is scanned.

    Args:
        types_or_ifaces: the classes or interfaces that it understands.
        kwargs: further arguments for ``config.add_response_adapter``. ``_depth`` (how many frames lie between the
            decorated function and this decorator) and ``_category`` (the name by which a scan may pick) are for
            venusian.
    """

    #: COMPAT: ``response_adapter.venusian``; decorators built on this one and their tests replace it
    venusian: Any = venusian

    def __init__(self, *types_or_ifaces: InterfaceSpec, **kwargs: Any) -> None:
        self.depth: int = kwargs.pop("_depth", 0)
        self.category: str = kwargs.pop("_category", VENUSIAN_CATEGORY)
        self.types_or_ifaces = types_or_ifaces
        self.kwargs = kwargs

    def register(self, scanner: Any, name: str | None, wrapped: Any) -> None:
        """Say the adapters; the scan calls this."""
        for type_or_iface in self.types_or_ifaces:
            scanner.config.add_response_adapter(wrapped, type_or_iface, **self.kwargs)

    def __call__(self, wrapped: Adapter) -> Adapter:
        """Leave the statement for the scan, and return the function as it is."""
        self.venusian.attach(wrapped, self.register, category=self.category, depth=self.depth + 1)
        return wrapped


def _get_response_factory(registry: AnyRegistry) -> Callable[[AnyRequest], AnyResponse]:
    """Return what makes ``request.response``: the application's own factory, or our class."""
    factory: Callable[[AnyRequest], AnyResponse] = registry.queryUtility(
        IResponseFactory, default=_make_response
    )
    return factory


def _make_response(request: AnyRequest) -> Response:
    return Response()


def _guess_type(path: str | os.PathLike[str]) -> tuple[str, str | None]:
    """Tell content type and encoding by the name of a file."""
    content_type, content_encoding = mimetypes.guess_type(path, strict=False)
    return content_type or "application/octet-stream", content_encoding
