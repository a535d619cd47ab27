"""Views that say for themselves what they answer: decorators leave notes, a scan reads them.

    goldilocks serve examples/scanned.py
    curl localhost:6543/ -d text='Who has been sleeping in my bed?'
    curl localhost:6543/0

A decorator changes nothing about its function: import it, call it, test it as any other.
"""

from goldilocks.httpexceptions import HTTPBadRequest, HTTPNotFound
from goldilocks.view import get, notfound_view_config, post

NOTES = []


@get("/", renderer="json")
def notes(request):
    """Answer with all notes. What else may be sent here is said below: one pattern is one route."""
    return NOTES


@post("/", renderer="json")
def add(request):
    """Take a note, and tell where it can be read."""
    text = request.POST.get("text")
    if not isinstance(text, str) or not text:  # whoever sends a file sends no text
        raise HTTPBadRequest("a note needs a text")
    NOTES.append(text)
    request.response.status = 201
    # A route that got no name is named by its pattern.
    return {"url": request.route_url(r"/{number:\d{1,9}}", number=len(NOTES) - 1)}


@get(r"/{number:\d{1,9}}", renderer="json")
def note(request):
    """Answer with one note; the pattern lets through nothing but a few digits."""
    number = int(request.matchdict["number"])
    if number >= len(NOTES):
        raise HTTPNotFound
    return NOTES[number]


@notfound_view_config(renderer="json")
def nothing(request):
    """Answer whatever wasn't found."""
    request.response.status = 404
    return {"error": "no such note"}
