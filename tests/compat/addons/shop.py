"""One application that uses eleven published add-ons at once, unmodified; it imports the framework as they do.

A guest book: notes in SQLite (SQLAlchemy, zope.sqlalchemy, pyramid_tm), a counter in ZODB (pyramid_zodbconn), pages
by three template engines, mail when a note is written, a service, retries, two ways to sign in, and the toolbar.
"""

from persistent.mapping import PersistentMapping
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPForbidden, HTTPFound
from pyramid.response import Response
from pyramid.view import view_config
from pyramid_mailer import get_mailer
from pyramid_mailer.message import Message
from pyramid_retry import RetryableException, is_last_attempt
from pyramid_zodbconn import get_connection
from sqlalchemy import Column, Integer, String, create_engine
from sqlalchemy.orm import declarative_base, sessionmaker
from zope.interface import Interface, implementer
from zope.sqlalchemy import register

Base = declarative_base()


class Note(Base):
    __tablename__ = "notes"
    id = Column(Integer, primary_key=True)
    text = Column(String, nullable=False)


class IGreeter(Interface):
    """Says hello."""


@implementer(IGreeter)
class Greeter:
    def __init__(self, request):
        self.request = request

    def greet(self):
        return f"hello {self.request.authenticated_userid or 'stranger'}"


class Root(PersistentMapping):
    __name__ = __parent__ = None


def root_of(request):
    root = get_connection(request).root()
    if "app" not in root:
        root["app"] = Root()
        root["app"]["visits"] = 0
    return root["app"]


def texts(request):
    return [note.text for note in request.dbsession.query(Note).order_by(Note.id)]


@view_config(route_name="jinja2", renderer="templates/notes.jinja2")
@view_config(route_name="mako", renderer="shop:templates/notes.mako")
@view_config(route_name="chameleon", renderer="templates/notes.pt")
@view_config(route_name="json", renderer="json")
def notes(request):
    return {"notes": texts(request), "title": "<Notes>"}


@view_config(route_name="add", request_method="POST")
def add(request):
    request.dbsession.add(Note(text=request.POST["text"]))
    request.dbsession.flush()
    message = Message(
        "A note", sender="app@example.com", recipients=["ann@example.com"], body=request.POST["text"]
    )
    get_mailer(request).send(message)
    if "fail" in request.POST:
        raise ValueError("after the note was written and the mail was queued")
    return HTTPFound(request.route_url("json"))


@view_config(route_name="visit", renderer="json")
def visit(context, request):
    context["visits"] += 1
    if "fail" in request.GET:
        raise ValueError("after the counter was raised")
    return {"visits": context["visits"]}


@view_config(route_name="retry", renderer="json")
def retry(request):
    attempt = request.environ["retry.attempt"]
    request.dbsession.add(Note(text=f"attempt {attempt}"))
    if not is_last_attempt(request):
        raise RetryableException
    return {"attempt": attempt, "of": request.environ["retry.attempts"]}


@view_config(route_name="greet", renderer="json")
def greet(request):
    greeter = request.find_service(IGreeter)
    return {
        "greeting": greeter.greet(),
        "same": greeter is request.find_service(IGreeter),
        "name": request.find_service(name="name"),
    }


@view_config(route_name="who", renderer="json")
def who(request):
    return {
        "user": request.authenticated_userid,
        "principals": sorted(map(str, request.effective_principals)),
    }


@view_config(route_name="secret", permission="read", renderer="string")
def secret(request):
    return "secret"


@view_config(context=HTTPForbidden, renderer="string")
def forbidden(request):
    request.response.status = 403
    return "forbidden"


@view_config(context=ValueError, renderer="string")
def failed(request):
    request.response.status = 500
    return "failed"


class Acl:
    def __init__(self, request):
        from pyramid.authorization import Allow

        self.__acl__ = [(Allow, "ann", "read"), (Allow, "group:editors", "read")]


def groups(userid, request):
    return ["group:editors"] if userid == "bob" else []


def database(config):
    engine = create_engine(config.registry.settings["sqlalchemy.url"])
    Base.metadata.create_all(engine)
    factory = sessionmaker(bind=engine)
    config.registry["engine"] = engine

    def dbsession(request):
        session = factory()
        register(session, transaction_manager=request.tm)
        return session

    config.add_request_method(dbsession, reify=True)


class Remote:
    pass


def main(global_config, **settings):
    """Make the application.

    Args:
        global_config: of a deployment.
        settings: ``sqlalchemy.url``, ``zodbconn.uri``, ``toolbar`` for the debug toolbar.
    """
    settings.setdefault("mail.default_sender", "app@example.com")
    settings["jinja2.filters"] = "route_path = pyramid_jinja2.filters:route_path_filter"
    settings["tm.manager_hook"] = "pyramid_tm.explicit_manager"
    settings["retry.attempts"] = "3"
    settings["multiauth.policies"] = "tickets remote"
    settings["multiauth.policy.tickets.use"] = "pyramid.authentication.AuthTktAuthenticationPolicy"
    settings["multiauth.policy.tickets.secret"] = "a secret that is long enough for everybody"
    settings["multiauth.policy.remote.use"] = "pyramid.authentication.RemoteUserAuthenticationPolicy"
    settings["multiauth.groupfinder"] = "shop.groups"
    settings["multiauth.authorization_policy"] = "pyramid.authorization.ACLAuthorizationPolicy"
    config = Configurator(settings=settings, root_factory=root_of)
    config.include("pyramid_tm")
    config.include("pyramid_retry")
    config.include("pyramid_zodbconn")
    config.include("pyramid_jinja2")
    config.include("pyramid_mako")
    config.include("pyramid_chameleon")
    config.include("pyramid_services")
    config.include(settings.get("mailer", "pyramid_mailer.testing"))
    config.include("pyramid_multiauth")
    if settings.get("toolbar"):
        config.include("pyramid_debugtoolbar")
    config.include(database)
    config.register_service_factory(lambda context, request: Greeter(request), IGreeter)
    config.register_service({"named": "service"}, name="name")
    for name in ("jinja2", "mako", "chameleon", "json", "add", "visit", "retry", "greet", "who"):
        config.add_route(name, "/" + name)
    config.add_route("secret", "/secret", factory=Acl)
    config.add_route("remember", "/remember")
    config.add_view(remembered, route_name="remember")
    config.add_route("page", "/page")
    config.add_view(page, route_name="page")
    config.scan("shop")
    return config.make_wsgi_app()


def remembered(request):
    from pyramid.security import remember

    return Response(b"", headerlist=remember(request, request.GET["user"]))


def page(request):
    return Response("<html><body><h1>A page</h1></body></html>")
