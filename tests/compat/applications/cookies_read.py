"""Reads the cookies that ``cookies_written`` made, under the other framework; without them it finds nothing."""

from cookies_written import FULL, TICKETS, make
from framework.csrf import check_csrf_token, get_csrf_token

COOKIES = True

REQUESTS = """
GET /session
GET /ticket
GET /full
GET /token
POST /checked
"""


def session(request):
    found = request.session
    return {
        "a": found.get("a"),
        "flash": found.peek_flash(),
        "token": "token" in found and found["token"] == found.get_csrf_token(),
    }


def identified(helper):
    def view(request):
        found = helper.identify(request) or {}
        return {"user": found.get("userid"), "tokens": [token for token in found.get("tokens", ()) if token]}

    return view


def token(request):
    return {"csrf": get_csrf_token(request) == request.cookies.get("csrf_token")}


def checked(request):
    request.headers["X-CSRF-Token"] = request.cookies.get("csrf_token", "")
    return {"csrf": check_csrf_token(request, raises=False)}


def application():
    config = make()
    config.add_view(session, name="session", renderer="json")
    config.add_view(identified(TICKETS), name="ticket", renderer="json")
    config.add_view(identified(FULL), name="full", renderer="json")
    config.add_view(token, name="token", renderer="json")
    config.add_view(checked, name="checked", renderer="json", require_csrf=False)
    return config.make_wsgi_app()
