"""A body and what it is said to be, on a line before it: fields and files, or a 4xx; and the same again when it is written anew."""

from contextlib import suppress
from urllib.parse import urlencode

from goldilocks.forms import base_name, form_pairs, query_pairs
from goldilocks.httpexceptions import HTTPClientError
from goldilocks.limits import Limits
from goldilocks.request import Request
from tests.everything import environ

FEW = Limits(
    form_fields=3,
    form_files=2,
    field_bytes=50,
    form_bytes=100,
    part_headers=2,
    part_header_bytes=60,
    query_fields=3,
)
ALL = (Limits(), Limits(strict=True), Limits.compatible(), FEW)


def one_input(data: bytes) -> None:
    """Read a form by each kind of limits."""
    content_type, _, body = data.partition(b"\n")
    for limits in ALL:
        said = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": content_type.decode("latin-1")}
        request = Request(environ(body, **said))
        request.limits = limits
        with suppress(HTTPClientError):
            check(request.POST.items(), limits)
        with suppress(HTTPClientError):
            check_again(form_pairs(body, limits), limits)
        with suppress(HTTPClientError):
            query_pairs(body.decode("latin-1"), limits)


def check(fields, limits: Limits) -> None:
    """See that there is no more of anything than there may be, and that a file's name is one."""
    fields = list(fields)
    files = [value for _, value in fields if hasattr(value, "filename")]
    assert len(files) <= limits.form_files
    assert len(fields) - len(files) <= limits.form_fields
    for upload in files:
        upload.file.read()
        assert not limits.base_file_names or upload.filename == base_name(upload.raw_filename)
        assert not limits.base_file_names or not set(upload.filename) & set("/\\\0\r\n")
    if limits.strict_text:
        for _, value in fields:
            assert isinstance(value, bytes) or hasattr(value, "filename") or value.encode("utf-8") is not None


def check_again(pairs, limits: Limits) -> None:
    """See that what was read is read once more, when it is written."""
    assert len(pairs) <= limits.form_fields
    assert form_pairs(urlencode(pairs).encode(), Limits.compatible()) == pairs
