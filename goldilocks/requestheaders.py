"""The headers of a request, read by their names."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from webob import headers as webob_headers

#: Returns the name that a header has in an environment. Which names are asked for, the application says.
_environ_name: Any = lru_cache(500)(vars(webob_headers)["_trans_name"])


class RequestHeaders(webob_headers.EnvironHeaders):
    """The headers of a request, by their names in any case: a view onto its environment.

    >>> headers = RequestHeaders({"HTTP_X_TRACE": "abc", "CONTENT_TYPE": "text/plain"})
    >>> headers["x-trace"], headers.get("Content-Type"), "X-Other" in headers
    ('abc', 'text/plain', False)
    """

    # PERF: post: the same names are asked for again and again

    def __getitem__(self, hname: str) -> str:
        value: str = self.environ[_environ_name(hname)]
        return value

    def __contains__(self, hname: object) -> bool:
        return _environ_name(hname) in self.environ
