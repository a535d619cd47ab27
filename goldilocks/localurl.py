r"""Whether a URL that came from outside leads back to this very site.

Login forms carry the page to return to in the URL, where anybody may write anything. What decides is what a browser
takes a URL for, and browsers are generous: ``//evil.example``, ``/\evil.example`` and ``/<tab>/evil.example`` all name another
host to them. So only what can be nothing but a path is taken for local.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from goldilocks.characters import BLANKS

if TYPE_CHECKING:
    from goldilocks.types import AnyRequest

# SPEC: https://url.spec.whatwg.org, 4.4: a browser takes a backslash for a slash
_is_path = re.compile(rf"/(?!/)[^{BLANKS}\\]*").fullmatch


def is_local_url(url: object, request: AnyRequest = None) -> bool:
    r"""Tell whether a redirect to ``url`` stays on this site; what isn't certain doesn't.

    >>> is_local_url("/bears?page=2"), is_local_url("//evil.example"), is_local_url("javascript:alert(1)")
    (True, False, False)

    Args:
        url: what came from outside, as text; anything else isn't local.
        request: with it, a whole URL is local, too, if it begins with the request's own scheme, host and port.
    """
    if not isinstance(url, str):
        return False
    path = url if request is None else url.removeprefix(request.host_url)
    if _is_path(path) is None:
        return False
    # who decodes the path and redirects once more shouldn't be led away, either
    return _is_path(unquote(path[:20])[:2]) is not None
