"""Files on a page: the folder and the files in it are resources below the page, and inherit its ACL."""

from __future__ import annotations

from typing import Any

from goldilocks.httpexceptions import HTTPSeeOther
from goldilocks.response import FileResponse
from goldilocks.view import view_config

from ..files import attach, detach, disposition, media_type, place_of
from ..language import _
from ..models import Attachment
from ..pages import Refused
from ..resources import Files
from ..security import author_of


@view_config(context=Files)
def to_page(context: Files, request: Any) -> Any:
    """The folder is shown at the foot of its page."""
    return HTTPSeeOther(request.resource_url(context.__parent__, anchor="attachments"))


@view_config(context=Files, name="upload", request_method="POST", permission="edit")
def upload(context: Files, request: Any) -> Any:
    """Keep the file that was sent; what is wrong with it is said on the page."""
    settings, page = request.registry.settings, context.__parent__
    sent = request.POST.get("file")
    try:
        if not hasattr(sent, "filename") or sent.file is None:
            raise Refused(_("Choose a file first."))
        limit = settings["handbook.upload_limit_bytes"]
        folder, author = settings["handbook.uploads"], author_of(request)
        with sent.file as stream:
            kept = attach(request.db, folder, page, str(sent.filename), stream, author, limit)
        request.session.flash(request.say(_("${name} is attached.", mapping={"name": kept.name})))
    except Refused as refused:
        request.session.flash(request.say(refused.message))
    return to_page(context, request)


@view_config(context=Attachment)
def download(context: Attachment, request: Any) -> Any:
    """Send the bytes, to be saved and not to be shown: what somebody uploaded is never a page of this site."""
    place = place_of(request.registry.settings["handbook.uploads"], context.digest)
    response = FileResponse(str(place), request, content_type=media_type(context.name))
    response.headers["Content-Disposition"] = disposition(context.name)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@view_config(context=Attachment, name="delete", request_method="POST", permission="edit")
def delete(context: Attachment, request: Any) -> Any:
    """Take the file from the page."""
    folder = context.__parent__
    request.session.flash(request.say(_("${name} is deleted.", mapping={"name": context.name})))
    detach(request.db, request.registry.settings["handbook.uploads"], context)
    return to_page(folder, request)
