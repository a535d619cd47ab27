"""The parameters of a request, for those who ask for one or two of them to find the view.

What is asked for is what ``request.params`` holds: the fields of the query, and then those of the form. Mostly there is no form, and
the query is short and means what it says; then nothing is kept of what else is in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from goldilocks.readers import ReadersMixin
from goldilocks.types import AnyRequest

_params, _GET, _POST = ReadersMixin.params, ReadersMixin.GET, ReadersMixin.POST

# what no field is parted at, and nothing is written for
_is_plain_name = re.compile(r"[\w.~-]+", re.ASCII).fullmatch
# what means in a query what it says, in a query that is short; at most 8 fields
_is_plain_query = re.compile(r"[\w.~=-]{1,100}(?:&[\w.~=-]{0,100}){0,7}", re.ASCII).fullmatch


def _has_no_form(request: AnyRequest) -> bool:
    """Tell whether it is seen at once that ``request.params`` are those of the query alone."""
    # PERF: views-20; to look for a form, and to put one together that isn't there, takes longer than to read the query
    kind = request.__class__
    if getattr(kind, "params", None) is not _params or kind.POST is not _POST:
        return False
    environ = request.environ
    return (
        not environ.get("CONTENT_TYPE")
        and environ.get("REQUEST_METHOD", "GET") != "POST"
        and "webob._parsed_post_vars" not in environ
    )


def parameters_of(request: AnyRequest) -> Any:
    """Return the parameters of a request, to look some of them up."""
    return request.GET if _has_no_form(request) else request.params


def parameter(name: str) -> Callable[[AnyRequest], str | None]:
    """Return what reads the value of one parameter of a request; ``None`` where there is none, or a file."""
    is_plain_name = _is_plain_name(name) is not None

    def read(request: AnyRequest) -> str | None:
        if not _has_no_form(request):
            value = request.params.get(name)
            return value if isinstance(value, str) else None  # an uploaded file equals no word
        environ = request.environ
        query = environ.get("QUERY_STRING")
        if query and "webob._parsed_query_vars" not in environ and request.__class__.GET is _GET:
            fields = request.limits.query_fields
            # PERF: views-20; mostly it is the only one, and a word or a number
            key, _, text = query.partition("=")
            if is_plain_name and key == name and text.isalnum() and text.isascii() and fields:
                return text
            if _is_plain_query(query) and query.count("&") < fields:
                return _last(name, query)
        found: str | None = request.GET.get(name)
        return found

    return read


def _last(name: str, query: str) -> str | None:
    """Return the last value by a name in a query that means what it says."""
    # PERF: views-20; for one parameter the others needn't be kept
    value = None
    for field in query.split("&"):
        key, _, text = field.partition("=")
        if key == name:
            value = text
    return value
