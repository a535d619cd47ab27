"""Sessions in cookies: what is kept, flashed, timed out, refused; each kind of factory."""

import json

from framework.config import Configurator
from framework.interfaces import ISession
from framework.response import Response
from framework.session import BaseCookieSessionFactory, JSONSerializer, SignedCookieSessionFactory

COOKIES = True

REQUESTS = """
GET /read
GET /touch
GET /set?a=1
GET /read
GET /set?b=%C3%A9
GET /read
GET /delete?a
GET /read
GET /methods
GET /read
GET /flash?one
GET /flash?two
GET /flash?one
GET /peek
GET /pop
GET /pop
GET /queue
GET /unique
GET /token
GET /token
GET /new-token
GET /invalidate
GET /read
GET /set?x=1 | app: named
GET /read | app: named
GET /set?x=1 | app: short
GET /read | app: short
GET /set?x=1 | app: plain
GET /read | app: plain
GET /set?x=1 | app: strict
GET /fail?x=1 | app: strict
GET /fail?x=1
GET /large | app: strict
GET /read | Cookie: session=nonsense
GET /read | Cookie: session=
GET /read | Cookie: session=AAAA.BBBB
GET /read | Cookie: session=\\xff
GET /read | Cookie: session="quoted"
GET /read | Cookie: other=1
GET /unserializable
GET /read | app: none
GET /set?x=1 | app: old
GET /read | app: old
GET /set?a=1
"""


def described(session):
    return {
        "items": sorted(session.items()),
        "new": session.new,
        "created": session.created,
        "provides": ISession.providedBy(session),
        "truth": bool(session),
    }


def read(request):
    return described(request.session)


def touch(request):
    request.session.get("nothing")
    return {}


def set_(request):
    request.session.update(request.GET)
    return described(request.session)


def delete(request):
    for name in request.GET:
        del request.session[name]
    return described(request.session)


def methods(request):
    session = request.session
    session["list"] = []
    session["list"].append(1)
    session.changed()
    return [
        session.setdefault("d", 1),
        session.pop("d"),
        session.pop("nothing", None),
        sorted(session.keys()),
        "b" in session,
        len(session),
        list(session) != [],
        session.get("b"),
        sorted(map(str, session.values())),
        session == dict(session),
    ]


def flash(request):
    for message in request.GET:
        request.session.flash(message)
    return {}


def queue(request):
    session = request.session
    session.flash("a", "other")
    session.flash({"b": 1}, queue="other")
    return [
        session.peek_flash("other"),
        session.pop_flash("other"),
        session.pop_flash("other"),
        session.peek_flash(),
    ]


def unique(request):
    session = request.session
    session.flash("same")
    session.flash("same", allow_duplicate=False)
    session.flash("same", allow_duplicate=True)
    return session.pop_flash()


def token(request):
    token = request.session.get_csrf_token()
    return [len(token), token == request.session.get_csrf_token()]


def new_token(request):
    old = request.session.get_csrf_token()
    new = request.session.new_csrf_token()
    return [len(new), request.session.get_csrf_token() == new, type(old).__name__]


def invalidate(request):
    request.session.invalidate()
    return described(request.session)


def fail(request):
    request.session["failed"] = 1
    raise ValueError


def large(request):
    request.session["x"] = "x" * 5000
    return {}


def unserializable(request):
    request.session["x"] = object()
    return {}


def make(factory):
    config = Configurator(session_factory=factory)
    for name, view in {
        "read": read,
        "touch": touch,
        "set": set_,
        "delete": delete,
        "methods": methods,
        "flash": flash,
        "queue": queue,
        "unique": unique,
        "token": token,
        "new-token": new_token,
        "invalidate": invalidate,
        "fail": fail,
        "large": large,
        "unserializable": unserializable,
        "peek": lambda request: request.session.peek_flash(),
        "pop": lambda request: request.session.pop_flash(),
    }.items():
        config.add_view(view, name=name, renderer="json")
    config.add_view(lambda request: Response("failed", status=500), context=ValueError)
    return config.make_wsgi_app()


class Plain:
    def loads(self, value):
        return json.loads(bytes.fromhex(value.decode()))

    def dumps(self, value):
        return json.dumps(value).encode().hex().encode()


SECRET = "a secret that is long enough for everybody"


def application():
    return {
        None: make(SignedCookieSessionFactory(SECRET, reissue_time=0)),
        "named": make(
            SignedCookieSessionFactory(
                SECRET,
                cookie_name="named",
                path="/x",
                domain="localhost",
                secure=True,
                httponly=True,
                samesite="Strict",
                max_age=100,
                timeout=50,
                hashalg="sha256",
                salt="own salt",
                set_on_exception=False,
                serializer=JSONSerializer(),
            )
        ),
        "short": make(
            SignedCookieSessionFactory(SECRET, cookie_name="short", timeout=None, reissue_time=None)
        ),
        "plain": make(BaseCookieSessionFactory(Plain(), cookie_name="plain")),
        "strict": make(SignedCookieSessionFactory(SECRET, cookie_name="strict", set_on_exception=False)),
        "none": make(None),
        "old": make(SignedCookieSessionFactory(SECRET, cookie_name="old", timeout=-1, reissue_time=0)),
    }
