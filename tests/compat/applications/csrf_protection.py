"""CSRF: tokens in sessions and cookies, where they may stand, origins, callbacks, who is asked."""

from framework.config import Configurator
from framework.csrf import (
    CookieCSRFStoragePolicy,
    LegacySessionCSRFStoragePolicy,
    SessionCSRFStoragePolicy,
    check_csrf_origin,
    check_csrf_token,
    get_csrf_token,
    new_csrf_token,
)
from framework.response import Response
from framework.session import SignedCookieSessionFactory

COOKIES = True

_ROWS = """
GET /token
POST /checked | body: csrf_token={token}
POST /checked | body: csrf_token=wrong
POST /checked | body: csrf_token=
POST /checked | body: csrf_token=%C3%A9
POST /checked | body: x=1
POST /checked?csrf_token={token} | body: x=1
POST /checked | X-CSRF-Token: {token}
POST /checked | X-CSRF-Token: wrong
POST /checked | X-CSRF-Token: \\xff
POST /checked | X-CSRF-Token: {token} | body: csrf_token=wrong
POST /checked | X-CSRF-Token: wrong | body: csrf_token={token}
GET /checked
HEAD /checked
OPTIONS /checked
TRACE /checked
PUT /checked | X-CSRF-Token: {token}
PUT /checked
DELETE /checked
PATCH /checked | body: csrf_token={token}
POST /unchecked
POST /default
POST /fails
POST /new | body: csrf_token={token}
GET /token
POST /by-hand | body: csrf_token={token}
POST /by-hand | body: csrf_token=x
POST /by-hand-header | X-Own: {token}
POST /by-hand-param | body: own={token}
POST /by-hand-param | body: csrf_token={token}
GET /get-checked?csrf_token={token}
POST /checked | Content-Type: application/json | X-CSRF-Token: {token} | body: {}
POST /checked | Content-Type: multipart/form-data; boundary=b | body: --b\\r\\nContent-Disposition: form-data; name="csrf_token"\\r\\n\\r\\n{token}\\r\\n--b--\\r\\n
POST /checked | scheme: https | X-CSRF-Token: {token}
POST /checked | scheme: https | Origin: https://localhost | X-CSRF-Token: {token}
POST /checked | scheme: https | Host: example.com | Origin: https://example.com | X-CSRF-Token: {token}
POST /checked | scheme: https | Host: example.com:8443 | Origin: https://example.com:8443 | X-CSRF-Token: {token}
POST /checked | scheme: https | Host: example.com:8443 | Origin: https://example.com | X-CSRF-Token: {token}
POST /checked | scheme: https | Host: example.com:443 | Origin: https://example.com | X-CSRF-Token: {token}
POST /checked | scheme: https | Host: example.com | Origin: http://example.com | X-CSRF-Token: {token}
POST /checked | scheme: https | Host: example.com | Origin: null | X-CSRF-Token: {token}
POST /checked | scheme: https | Host: example.com | Origin: https://evil.example | X-CSRF-Token: {token}
POST /checked | scheme: https | Host: example.com | Origin: https://good.example | X-CSRF-Token: {token}
POST /checked | scheme: https | Host: example.com | Origin: https://sub.wild.example | X-CSRF-Token: {token}
POST /checked | scheme: https | Host: example.com | Origin: https://wild.example | X-CSRF-Token: {token}
POST /checked | scheme: https | Host: example.com | Origin: https://a.example https://example.com | X-CSRF-Token: {token}
POST /checked | scheme: https | Host: example.com | Referer: https://example.com/x | X-CSRF-Token: {token}
POST /checked | scheme: https | Host: example.com | Referer: https://example.com.evil/x | X-CSRF-Token: {token}
POST /checked | scheme: https | Host: example.com | Referer: http://example.com/x | X-CSRF-Token: {token}
POST /checked | scheme: https | Host: example.com | Referer: nonsense | X-CSRF-Token: {token}
POST /checked | scheme: https | Host: example.com | Referer: https://[::1/ | X-CSRF-Token: {token}
POST /origin | scheme: https | Host: example.com
POST /origin | scheme: https | Host: example.com | Origin: https://example.com
POST /origin-trusted | scheme: https | Host: example.com | Origin: https://other.example
POST /origin | Origin: http://evil.example
GET /form
POST /exception
"""

REQUESTS = "".join(
    line.strip() + (f" | app: {name}" if name else "") + "\n"
    for name in (None, "cookie", "options", "legacy", "opted")
    for line in _ROWS.splitlines()
    if line.strip() and (name in (None, "cookie") or "scheme" not in line)
)


def token(request):
    token = request.session.get_csrf_token() if request.GET.get("session") else get_csrf_token(request)
    return Response("", headers={"X-Token": token})


def outcome(call):
    try:
        return repr(call())
    except Exception as error:
        return type(error).__name__


def ok(request):
    return Response("ok")


def bad(error, request):
    return Response(f"bad: {type(error).__name__} {error.title}", status=400)


def say(config):
    from framework.exceptions import BadCSRFOrigin, BadCSRFToken

    config.add_view(token, name="token")
    config.add_view(ok, name="checked", require_csrf=True)
    config.add_view(ok, name="unchecked", require_csrf=False)
    config.add_view(ok, name="default")
    config.add_view(lambda request: 1 / 0, name="fails", require_csrf=False)
    config.add_view(lambda request: Response("zero"), context=ZeroDivisionError)
    config.add_view(
        lambda request: Response("", headers={"X-Token": new_csrf_token(request)}),
        name="new",
        require_csrf=True,
    )
    hand = [
        ("by-hand", lambda request: check_csrf_token(request, raises=False)),
        ("by-hand-header", lambda request: check_csrf_token(request, header="X-Own")),
        ("by-hand-param", lambda request: check_csrf_token(request, token="own", header=None)),
        ("get-checked", lambda request: check_csrf_token(request, raises=False)),
        ("origin", lambda request: check_csrf_origin(request)),
        ("origin-trusted", lambda request: check_csrf_origin(request, trusted_origins=["other.example"])),
    ]
    for name, call in hand:
        view = lambda request, call=call: Response(outcome(lambda: call(request)))  # noqa: E731 - one of many alike
        config.add_view(view, name=name, require_csrf=False)
    config.add_view(bad, context=BadCSRFToken)
    config.add_view(bad, context=BadCSRFOrigin)
    config.add_view(
        lambda request: Response(str(len(get_csrf_token(request)))), name="form", require_csrf=True
    )
    config.add_view(ok, name="exception", exception_only=False)


SECRET = "a secret that is long enough for everybody"


def make(policy=None, options=None, **more):
    settings = {"csrf_trusted_origins": "good.example .wild.example"}
    config = Configurator(settings=settings, session_factory=SignedCookieSessionFactory(SECRET, **more))
    if policy:
        config.set_csrf_storage_policy(policy)
    if options is not None:
        config.set_default_csrf_options(**options)
    say(config)
    return config.make_wsgi_app()


def application():
    return {
        None: make(),
        "cookie": make(CookieCSRFStoragePolicy(), {}),
        "options": make(
            SessionCSRFStoragePolicy(key="own"),
            {
                "require_csrf": True,
                "token": "own",
                "header": "X-Own",
                "safe_methods": ("GET", "DELETE"),
                "check_origin": False,
                "callback": lambda request: "x" not in request.params,
            },
            cookie_name="s2",
        ),
        "legacy": make(LegacySessionCSRFStoragePolicy(), {"header": None}, cookie_name="s3"),
        "opted": make(
            CookieCSRFStoragePolicy(
                cookie_name="own", secure=True, httponly=True, max_age=9, samesite="Strict"
            ),
            {"token": None, "allow_no_origin": True},
        ),
    }
