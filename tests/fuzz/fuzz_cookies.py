"""A ``Cookie`` header: cookies that can't pass for each other, or a 400."""

import warnings
from contextlib import suppress

from webob.cookies import make_cookie

from goldilocks.cookies import parse
from goldilocks.httpexceptions import HTTPClientError
from goldilocks.limits import Limits
from goldilocks.owncookies import OwnCookie
from goldilocks.request import Request
from tests.everything import environ

ATTRIBUTES = ("path", "expires", "domain", "max-age", "comment", "version", "secure", "httponly", "samesite")


def one_input(data: bytes) -> None:
    """Read a header, write what it says, and read that."""
    header = data.decode("latin-1")
    with suppress(HTTPClientError):
        found = parse(header)
        check(found, header)
    for limits in (Limits(), Limits.compatible()):
        request = Request(environ(HTTP_COOKIE=header))
        request.limits = limits
        with suppress(HTTPClientError):
            check_own(request)


def check(found: dict[str, str], header: str) -> None:
    """See that nothing is in a cookie that ends one, unless it was written for us to read, and that all comes from the header."""
    for name, value in found.items():
        assert name
        assert not set(name) & set(' \t;=,"\\')
        if f'{name}="' not in header.replace(" ", "").replace("\t", ""):
            assert ";" not in value
            assert value == value.strip(" \t")
    # WebOb writes no others: they were attributes once
    ours = {name: value for name, value in found.items() if name[0] != "$" and name.lower() not in ATTRIBUTES}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of bytes that WebOb will refuse one day
        written = "; ".join(make_cookie(name, value.encode(), path=None) for name, value in ours.items())
    assert parse(written) == ours
    assert len(found) <= header.count("=")


def check_own(request: Request) -> None:
    """See that the short way to a cookie of our own leads to where the long one leads."""
    read = {name: OwnCookie(name).read(request) for name in ("session", "a")}
    for name, value in read.items():
        said = request.cookies.get(name)
        assert value == said or (said or "").startswith('"'), (name, value, said)
