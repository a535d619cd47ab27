"""What an error page keeps to itself, where nobody asked for explanations; and what logs and pages call a request.

Every application loads this file; the pages that explain stand in `goldilocks.debugpages`, which is loaded where
``goldilocks.debug`` is on, with all that it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from goldilocks.frames import is_framework_code
from goldilocks.httpexceptions import HTTPException
from goldilocks.names import GOLDILOCKS

if TYPE_CHECKING:
    from goldilocks.types import AnyRequest, AnyResponse, Environ

#: Whether pages keep to themselves what the framework says of a request.
RETICENT_SETTING = f"{GOLDILOCKS}.reticent_pages"


def reticent_page(error: Any, request: AnyRequest) -> AnyResponse:
    """Answer with the error itself, but without the details that the framework gave it.

    Args:
        error: the answer that was raised.
        request: not looked at.
    """
    if not isinstance(error, HTTPException) or error.has_body or not is_ours(error):
        return error
    kind = error.__class__
    bare = kind.__new__(kind, *error.args)
    bare.__dict__.update(error.__dict__)
    bare.headerlist = list(error.headerlist)
    bare.detail = None
    if bare.body_template_obj is not HTTPException.body_template_obj:
        bare.body_template_obj = HTTPException.body_template_obj
    return bare


def is_ours(error: BaseException) -> bool:
    """Tell whether the framework raised an error by itself, and neither the application nor a library did."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return frame is not None and is_framework_code(frame.tb_frame.f_code.co_filename)


def requested(environ: Environ) -> tuple[str, str]:
    """Return the method and the path of a request that may not even be decodable."""
    raw = f"{environ.get('SCRIPT_NAME', '')}{environ.get('PATH_INFO', '')}"
    # SPEC: PEP 3333, "Unicode Issues": each character stands for one byte
    path = raw.encode("latin-1", "replace").decode("utf-8", "backslashreplace")
    return str(environ.get("REQUEST_METHOD", "")), path
