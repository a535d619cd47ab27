"""Makes cookies of every kind, for ``cookies_read`` under the other framework."""

from framework.authentication import AuthTktCookieHelper
from framework.config import Configurator
from framework.csrf import CookieCSRFStoragePolicy, get_csrf_token
from framework.response import Response
from framework.session import SignedCookieSessionFactory

COOKIES = True

REQUESTS = """
GET /session
GET /ticket
GET /full
GET /token
"""

SECRET = "a secret that is long enough for everybody"
TICKETS = AuthTktCookieHelper(SECRET)
FULL = AuthTktCookieHelper(
    SECRET, cookie_name="full", include_ip=True, timeout=100, reissue_time=10, hashalg="md5"
)


def session(request):
    request.session["a"] = "1"
    request.session.flash("message")
    request.session["token"] = request.session.get_csrf_token()
    return Response("")


def remembering(helper, **more):
    return lambda request: Response(b"", headerlist=helper.remember(request, "ann", **more))


def token(request):
    return Response(get_csrf_token(request))


def make():
    config = Configurator(session_factory=SignedCookieSessionFactory(SECRET))
    config.set_csrf_storage_policy(CookieCSRFStoragePolicy())
    return config


def application():
    config = make()
    config.add_view(session, name="session")
    config.add_view(remembering(TICKETS, tokens=["one"]), name="ticket")
    config.add_view(remembering(FULL), name="full")
    config.add_view(token, name="token")
    return config.make_wsgi_app()
