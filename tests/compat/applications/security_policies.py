"""Who may do what: ACLs and their messages, policies old and new, tickets in cookies, remember and forget."""

import json
import re

from framework.authentication import (
    AuthTktAuthenticationPolicy,
    AuthTktCookieHelper,
    BasicAuthAuthenticationPolicy,
    RemoteUserAuthenticationPolicy,
    SessionAuthenticationHelper,
    SessionAuthenticationPolicy,
    extract_http_basic_credentials,
)
from framework.authorization import (
    ALL_PERMISSIONS,
    DENY_ALL,
    ACLAuthorizationPolicy,
    ACLHelper,
    Allow,
    Authenticated,
    Deny,
    Everyone,
)
from framework.config import Configurator
from framework.response import Response
from framework.security import (
    NO_PERMISSION_REQUIRED,
    Allowed,
    Denied,
    forget,
    principals_allowed_by_permission,
    remember,
    view_execution_permitted,
)
from framework.session import SignedCookieSessionFactory

COOKIES = True

_ROWS = """
GET /who
GET /who | X-User: ann
GET /secret
GET /secret | X-User: ann
GET /secret | X-User: bob
GET /secret | X-User: eve
GET /docs/one/read
GET /docs/one/read | X-User: ann
GET /docs/one/edit | X-User: ann
GET /docs/one/edit | X-User: bob
GET /docs/one/delete | X-User: eve
GET /docs/two/read | X-User: ann
GET /docs/two/edit | X-User: eve
GET /docs/callable/read | X-User: ann
GET /docs/bad/read | X-User: ann
GET /docs/empty/read | X-User: ann
GET /verdicts
GET /verdicts | X-User: ann
GET /verdicts | X-User: eve
GET /principals
GET /permitted
GET /permitted | X-User: ann
GET /open
GET /default
GET /default | X-User: ann
GET /remember?ann
GET /who
GET /secret
GET /forget
GET /who
GET /basic | Authorization: Basic YW5uOnBhc3M=
GET /basic | Authorization: basic YW5uOnBhOnNz
GET /basic | Authorization: Basic nonsense
GET /basic | Authorization: Basic
GET /basic | Authorization: Bearer x
GET /basic | Authorization: Basic w7w6w7w=
GET /basic | Authorization: Basic /DpcXHg=
GET /who | Authorization: Basic YW5uOnBhc3M=
GET /secret | Authorization: Basic YW5uOnBhc3M=
GET /route/ann | X-User: ann
GET /route/bob | X-User: ann
GET /exception | X-User: eve
"""

_TICKETS = """
GET /secret?why | app: acl
GET /remember?ann | app: tkt
GET /who | app: tkt
GET /remember?%C3%BC%20x | app: tkt
GET /who | app: tkt
GET /remember?5&int=1 | app: tkt
GET /who | app: tkt
GET /remember?ann&max_age=100 | app: tkt
GET /remember?ann&tokens=a,b | app: tkt
GET /tokens | app: tkt
GET /remember?ann&tokens=%C3%BC | app: tkt
GET /remember?ann&bytes=1 | app: tkt
GET /who | app: tkt
GET /who | app: tkt | Cookie: auth_tkt=nonsense
GET /who | app: tkt | Cookie: auth_tkt=
GET /who | app: tkt | Cookie: auth_tkt="00"
GET /who | app: tkt | Cookie: auth_tkt=\\xff
GET /forget | app: tkt
GET /remember?ann | app: full
GET /who | app: full
GET /who | app: full | peer: 10.0.0.1
GET /tokens | app: full
GET /forget | app: full
GET /remember?ann | app: full | Host: a.example.com:8080
GET /remember?ann | app: md5
GET /who | app: md5
GET /remember?ann | app: ipv6 | peer: ::1
GET /who | app: ipv6 | peer: ::1
GET /who | app: ipv6 | peer: ::2
GET /remember?ann | app: reissue
GET /who | app: reissue
"""

REQUESTS = (
    "".join(
        f"{line.strip()} | app: {name}\n"
        for name in ("modern", "acl", "legacy", "callback", "session", "basic", "remote", "none", "helper")
        for line in _ROWS.splitlines()
        if line.strip()
    )
    + _TICKETS
)


class Node(dict):
    def __init__(self, acl=None, **children):
        super().__init__(children)
        self.__name__ = self.__parent__ = None
        if acl is not None:
            self.__acl__ = acl
        for key, child in children.items():
            child.__name__, child.__parent__ = key, self

    def __repr__(self):
        return f"<Node {self.__name__}>"


def tree(request):
    return Node(
        [(Allow, "ann", "read"), (Allow, "group:editors", ("read", "edit")), (Deny, "eve", ALL_PERMISSIONS)],
        docs=Node(
            None,
            one=Node([(Allow, Authenticated, "delete"), (Allow, Everyone, "look")]),
            two=Node([(Allow, "eve", "edit"), DENY_ALL]),
            callable=Node(lambda: [(Deny, "ann", "read")]),
            bad=Node([("wrong", "ann", "read")]),
            empty=Node([]),
        ),
    )


class Route(Node):
    def __init__(self, request):
        super().__init__([(Allow, request.matchdict["user"], "read")])


def groups(userid, request):
    if userid == "nobody":
        return None
    return ["group:editors"] if userid == "bob" else []


class ACLPolicy:
    def __init__(self, helper=None):
        self.acl = ACLHelper()
        self.helper = helper

    def identity(self, request):
        return request.headers.get("X-User") or (self.helper and self.helper.authenticated_userid(request))

    authenticated_userid = identity

    def permits(self, request, context, permission):
        user = self.identity(request)
        principals = [Everyone] + ([Authenticated, user, *groups(user, request)] if user else [])
        return self.acl.permits(context, principals, permission)

    def remember(self, request, userid, **kw):
        return self.helper.remember(request, userid, **kw) if self.helper else [("X-Remember", userid)]

    def forget(self, request, **kw):
        return self.helper.forget(request, **kw) if self.helper else [("X-Forget", "1")]


class Modern(ACLPolicy):
    def permits(self, request, context, permission):
        if self.identity(request) in ("ann", "bob"):
            return Allowed("%s may %s", self.identity(request), permission)
        return Denied("nobody may %s", permission) if permission != "delete" else False


class TicketPolicy(ACLPolicy):
    def __init__(self, **options):
        super().__init__(AuthTktCookieHelper("a secret that is long enough for everybody", **options))

    def identity(self, request):
        found = self.helper.identify(request)
        return found

    def authenticated_userid(self, request):
        found = self.identity(request)
        return found and found["userid"]

    def remember(self, request, userid, **kw):
        return self.helper.remember(request, userid, **kw)


def who(request):
    identity = request.identity
    if isinstance(identity, dict):
        identity = {key: repr(value) for key, value in identity.items()}
    return {
        "identity": identity if isinstance(identity, (dict, str)) else repr(identity),
        "userid": request.authenticated_userid,
        "is": request.is_authenticated,
        "unauthenticated": request.unauthenticated_userid,
        "principals": sorted(map(str, request.effective_principals)),
    }


def shown(value, said_why=False):
    """Return text without what is another one in each process: where a class is written, where an object lies.

    And without the end of a denial, in which goldilocks says in words what ``<default deny>`` means, but where asked.
    """
    text = re.sub(r"<[a-z_.]+\.(\w+) (object|instance) at 0x\w+", r"<\1", str(value))
    return text if said_why else re.sub(r" \(no [^)]*\)", "", text)


def described(verdict):
    return {
        "truth": bool(verdict),
        "type": type(verdict).__name__,
        "str": shown(verdict),
        "repr": repr(verdict).split(" instance")[0],
        "msg": shown(getattr(verdict, "msg", None)),
        "boolval": getattr(verdict, "boolval", None),
        **{
            name: shown(repr(getattr(verdict, name)))
            for name in ("ace", "acl", "permission", "principals", "context")
            if hasattr(verdict, name)
        },
        "equal": [verdict == True, verdict == False],  # noqa: E712 - how it compares is the question
    }


def verdicts(context, request):
    found = {}
    for path in ("one", "two", "empty", "callable"):
        for permission in ("read", "edit", "look", "delete"):
            found[f"{path} {permission}"] = described(
                request.has_permission(permission, context["docs"][path])
            )
    found["no context"] = described(request.has_permission("read"))
    found["no location"] = described(request.has_permission("read", object))
    return found


def principals(context, request):
    return {
        permission: sorted(map(str, principals_allowed_by_permission(context["docs"][name], permission)))
        for name in ("one", "two")
        for permission in ("read", "edit", "look", "delete")
    }


def permitted(context, request):
    found = {}
    for name in ("secret", "open", "default", "nothing", "multi"):
        try:
            found[name] = shown(view_execution_permitted(context, request, name))
        except Exception as error:
            found[name] = type(error).__name__
    return found


def remembered(request):
    arguments = dict(request.GET)
    userid = next(iter(arguments))
    arguments.pop(userid)
    if arguments.pop("int", None):
        userid = int(userid)
    if arguments.pop("bytes", None):
        userid = userid.encode()
    if "tokens" in arguments:
        arguments["tokens"] = arguments["tokens"].split(",")
    try:
        headers = remember(request, userid, **arguments)
    except Exception as error:
        return Response(type(error).__name__)
    return Response(b"remembered", headerlist=[("Content-Type", "text/plain"), *(headers or [])])


def forgotten(request):
    return Response(b"forgotten", headerlist=[("Content-Type", "text/plain"), *(forget(request) or [])])


def tokens(request):
    environ = request.environ
    return {name: repr(environ[name]) for name in environ if name.startswith(("REMOTE_USER", "AUTH_TYPE"))}


def basic(request):
    found = extract_http_basic_credentials(request)
    return list(found) if found else None


def forbidden(context, request):
    result = context.result
    why = "why" in request.GET
    text = shown(context.detail, why)
    return Response(json.dumps([text, shown(result, why)]), status=403)


def make(policy=None, authn=None, authz=None, **more):
    config = Configurator(
        root_factory=tree,
        security_policy=policy,
        authentication_policy=authn,
        authorization_policy=authz,
        session_factory=SignedCookieSessionFactory("a secret that is long enough for everybody"),
        **more,
    )
    config.add_view(who, name="who", renderer="json", permission=NO_PERMISSION_REQUIRED)
    for name in ("secret", "read", "edit", "delete"):
        permission = "read" if name == "secret" else name
        config.add_view(lambda request: Response(request.view_name), name=name, permission=permission)
    rendered = [verdicts, principals, permitted, tokens, basic]
    for view in rendered:
        config.add_view(view, name=view.__name__, renderer="json", permission=NO_PERMISSION_REQUIRED)
    config.add_view(lambda request: Response("open"), name="open", permission=NO_PERMISSION_REQUIRED)
    config.add_view(lambda request: Response("default"), name="default")
    config.add_view(lambda request: Response("multi"), name="multi", permission="read")
    config.add_view(lambda request: Response("multi"), name="multi", permission="edit", request_param="a")
    config.add_view(remembered, name="remember", permission=NO_PERMISSION_REQUIRED)
    config.add_view(forgotten, name="forget", permission=NO_PERMISSION_REQUIRED)
    config.add_view(lambda request: 1 / 0, name="exception")
    config.add_view(lambda request: Response("zero"), context=ZeroDivisionError, permission="edit")
    config.add_route("route", "/route/{user}", factory=Route)
    config.add_view(lambda request: Response("route"), route_name="route", permission="read")
    config.add_forbidden_view(forbidden)
    config.set_default_permission("read")
    return config.make_wsgi_app()


class HeaderPolicy(RemoteUserAuthenticationPolicy):
    def unauthenticated_userid(self, request):
        return request.headers.get("X-User")


def application():
    acl = ACLAuthorizationPolicy()
    secret = "a secret that is long enough for everybody"
    session = SessionAuthenticationHelper()
    return {
        "modern": make(Modern()),
        "acl": make(ACLPolicy()),
        "legacy": make(authn=HeaderPolicy(callback=groups), authz=acl),
        "callback": make(authn=AuthTktAuthenticationPolicy(secret, groups, hashalg="sha512"), authz=acl),
        "session": make(authn=SessionAuthenticationPolicy(callback=groups), authz=acl),
        "basic": make(
            authn=BasicAuthAuthenticationPolicy(
                lambda user, password, request: [] if password == "pass" else None, realm='é"x'
            ),
            authz=acl,
        ),
        "remote": make(authn=RemoteUserAuthenticationPolicy("HTTP_X_USER", callback=groups), authz=acl),
        "none": make(),
        "helper": make(ACLPolicy(session)),
        "tkt": make(TicketPolicy()),
        "full": make(
            TicketPolicy(
                secure=True,
                include_ip=True,
                timeout=60,
                reissue_time=6,
                max_age=120,
                http_only=True,
                path="/x",
                wild_domain=False,
                cookie_name="full",
                parent_domain=True,
                hashalg="sha256",
                samesite="Strict",
            )
        ),
        "md5": make(TicketPolicy(hashalg="md5", cookie_name="md5", domain="own.example")),
        "ipv6": make(TicketPolicy(include_ip=True, cookie_name="ipv6")),
        "reissue": make(TicketPolicy(timeout=60, reissue_time=0, cookie_name="re")),
    }
