"""Login, logout, and the choice of a language."""

from __future__ import annotations

from typing import Any

from goldilocks.csrf import new_csrf_token
from goldilocks.httpexceptions import HTTPSeeOther
from goldilocks.security import NO_PERMISSION_REQUIRED, forget, remember
from goldilocks.view import view_config, view_defaults

from ..language import COOKIE, LANGUAGES, _
from ..security import ROLES, check_password, find_user
from ..web import safe_next, text_of

LANGUAGE_S = 365 * 24 * 3600


@view_defaults(route_name="login", renderer="handbook:templates/login.pt", permission=NO_PERMISSION_REQUIRED)
class Login:
    """The form, and what becomes of it."""

    def __init__(self, request: Any) -> None:
        self.request = request

    @view_config(request_method="GET")
    def show(self) -> dict[str, Any]:
        return {"login": "", "next": self.request.GET.get("next", ""), "problem": None}

    @view_config(request_method="POST")
    def log_in(self) -> Any:
        request = self.request
        login, address = text_of(request, "login"), text_of(request, "next")
        user = find_user(request.db, login)
        is_right = check_password(user, text_of(request, "password"))
        if user is None or not is_right:
            request.response.status = 400
            return {"login": login, "next": address, "problem": _("Name and password don’t fit together.")}
        request.session.invalidate()  # nothing of the session before outlives the login, its token least of all
        headers = remember(request, user.login)
        new_csrf_token(request)
        hello = _(
            "Hello ${name}, you are logged in as ${role}.",
            mapping={"name": user.name, "role": ROLES.get(user.role, user.role)},
        )
        request.session.flash(request.say(hello))
        return HTTPSeeOther(safe_next(request, address), headers=headers)


@view_config(route_name="logout", request_method="POST", permission=NO_PERMISSION_REQUIRED)
def log_out(request: Any) -> Any:
    """End the session."""
    headers = forget(request)
    request.session.invalidate()
    request.session.flash(request.say(_("You are logged out.")))
    return HTTPSeeOther(safe_next(request, text_of(request, "next")), headers=headers)


@view_config(
    route_name="language", request_method="POST", permission=NO_PERMISSION_REQUIRED, require_csrf=False
)
def choose_language(request: Any) -> Any:
    """Remember the language in a cookie of its own.

    Without a token: it changes nothing but words, and who isn't logged in needs no session for it.
    """
    response = HTTPSeeOther(safe_next(request, text_of(request, "next")))
    chosen = text_of(request, "locale")
    if chosen in LANGUAGES:
        path = request.script_name or "/"
        response.set_cookie(COOKIE, chosen, max_age=LANGUAGE_S, path=path, httponly=True, samesite="Lax")
    return response
