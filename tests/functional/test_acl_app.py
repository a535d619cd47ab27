"""Who may do what: a security policy over ACLs in a resource tree, logging in and out, verdicts that explain themselves."""

from __future__ import annotations

import pytest

from goldilocks.authentication import AuthTktCookieHelper
from goldilocks.authorization import ACLHelper
from goldilocks.httpexceptions import HTTPFound
from goldilocks.interfaces import IDebugLogger
from goldilocks.response import Response
from goldilocks.security import (
    ALL_PERMISSIONS,
    DENY_ALL,
    NO_PERMISSION_REQUIRED,
    Allow,
    Authenticated,
    Deny,
    Everyone,
    forget,
    remember,
    view_execution_permitted,
)
from tests.support import serve


class Node(dict):
    """A resource that may have an ACL."""

    def __init__(self, name=None, parent=None, acl=None):
        super().__init__()
        self.__name__, self.__parent__ = name, parent
        if acl is not None:
            self.__acl__ = acl

    def add(self, name, acl=None):
        self[name] = Node(name, self, acl)
        return self[name]


def tree(request):
    root = Node(acl=[(Allow, Everyone, "read"), (Allow, "group:editors", ("edit", "read"))])
    secret = root.add("secret", [(Allow, "rita", ALL_PERMISSIONS), DENY_ALL])
    secret.add("below")
    mine = root.add("mine")
    mine.__acl__ = lambda: [(Allow, "emil", "edit"), (Deny, Authenticated, "read")]
    mine.add("below")
    root.add("open")
    return root


class Policy:
    """Knows users by a signed cookie, groups by a table, and permissions by ACLs."""

    GROUPS = {"rita": ["group:editors"], "emil": []}

    def __init__(self):
        self.cookie = AuthTktCookieHelper("a secret of more than thirty-two bytes", hashalg="sha512")
        self.acl = ACLHelper()

    def identity(self, request):
        found = self.cookie.identify(request)
        return None if found is None or found["userid"] not in self.GROUPS else found["userid"]

    authenticated_userid = identity

    def permits(self, request, context, permission):
        principals = [Everyone]
        user = self.identity(request)
        if user is not None:
            principals += [Authenticated, user, *self.GROUPS[user]]
        return self.acl.permits(context, principals, permission)

    def remember(self, request, userid, **kw):
        return self.cookie.remember(request, userid, **kw)

    def forget(self, request, **kw):
        return self.cookie.forget(request, **kw)


def log_in(request):
    return HTTPFound("/", headers=remember(request, request.GET["user"]))


def log_out(request):
    return HTTPFound("/", headers=forget(request))


def explain(error, request):
    """Answer a refusal with its reason."""
    verdict = error.result
    where = getattr(verdict.context, "__name__", None) or "/"
    return Response(f"{verdict.ace} of {where}" if verdict.ace != "<default deny>" else "default", status=403)


def application(config):
    config.set_security_policy(Policy())
    config.set_root_factory(tree)
    config.set_default_permission("read")
    config.add_view(lambda request: Response(request.authenticated_userid or "somebody"))
    config.add_view(lambda request: Response("edited"), name="edit", permission="edit")
    config.add_view(lambda request: Response("about"), name="about", permission=NO_PERMISSION_REQUIRED)
    config.add_view(log_in, name="login", permission=NO_PERMISSION_REQUIRED)
    config.add_view(log_out, name="logout", permission=NO_PERMISSION_REQUIRED)
    config.add_forbidden_view(explain)


@pytest.fixture
def browser():
    return serve(application)


def status_for(browser, user, path):
    browser.reset()
    if user is not None:
        browser.get(f"/login?user={user}")
    return browser.get(path, status="*").status_int


@pytest.mark.parametrize(
    ("path", "nobody", "emil", "rita"),
    [
        ("/", 200, 200, 200),
        ("/edit", 403, 403, 200),
        ("/open", 200, 200, 200),
        ("/open/edit", 403, 403, 200),
        ("/secret", 403, 403, 200),
        ("/secret/below/edit", 403, 403, 200),
        ("/secret/about", 200, 200, 200),
        ("/mine", 200, 403, 403),
        ("/mine/edit", 403, 200, 200),
        ("/mine/below", 200, 403, 403),
        ("/mine/below/edit", 403, 200, 200),
    ],
)
def test_acls_decide(browser, path, nobody, emil, rita):
    """The first entry that speaks of the user and the permission decides, from the context up to the root."""
    users = {None: nobody, "emil": emil, "rita": rita}
    assert {user: status_for(browser, user, path) for user in users} == users


def test_refusal_tells_entry_and_object(browser):
    """A refusal knows the entry of the ACL and the object that it stands on."""
    assert browser.get("/secret/below", status=403).text == f"{DENY_ALL} of secret"
    browser.get("/login?user=emil")
    assert browser.get("/mine", status=403).text == f"{(Deny, Authenticated, 'read')} of mine"
    assert browser.get("/open/edit", status=403).text == "default"


def test_logging_in_and_out(browser):
    """Headers of ``remember`` make the next requests the user's, those of ``forget`` nobody's."""
    assert browser.get("/").text == "somebody"
    browser.get("/login?user=emil")
    assert browser.get("/").text == "emil"
    browser.get("/logout")
    assert browser.get("/").text == "somebody"


def test_cookie_that_was_tampered_with(browser):
    """A cookie that somebody changed is nobody's."""
    browser.get("/login?user=emil")
    value = browser.cookies["auth_tkt"].strip('"')
    browser.set_cookie("auth_tkt", ("b" if value[0] == "a" else "a") + value[1:])
    assert browser.get("/").text == "somebody"


def test_questions_of_a_request():
    """A request answers who asks and what they may, and the verdict tells why."""
    verdicts = []

    def ask(request):
        verdicts.extend(
            [
                request.has_permission("read"),
                request.has_permission("edit"),
                request.has_permission("edit", request.root["mine"]),
                request.identity,
                request.is_authenticated,
            ]
        )
        return Response()

    def app(config):
        application(config)
        config.add_view(ask, name="ask")

    browser = serve(app)
    browser.get("/login?user=emil")
    browser.get("/ask")
    allowed, denied, elsewhere, identity, is_authenticated = verdicts
    assert (bool(allowed), bool(denied), bool(elsewhere)) == (True, False, True)
    assert allowed.ace == (Allow, Everyone, "read")
    assert "default deny" in denied.msg
    assert (elsewhere.ace, elsewhere.context.__name__) == ((Allow, "emil", "edit"), "mine")
    assert (identity, is_authenticated) == ("emil", True)


def test_view_execution_permitted():
    """Whether a view may be run can be asked without running it, for a set of views as well."""
    answers = {}

    def ask(request):
        for name in ("edit", "about", "both"):
            answers[name] = bool(view_execution_permitted(request.context, request, name))
        with pytest.raises(TypeError, match="no view named 'nothing'"):
            view_execution_permitted(request.context, request, "nothing")
        return Response()

    def app(config):
        application(config)
        config.add_view(ask, name="ask", permission=NO_PERMISSION_REQUIRED)
        config.add_view(ask, name="both", permission="edit", request_method="GET")
        config.add_view(ask, name="both", permission="read", request_method="POST")

    browser = serve(app)
    browser.get("/ask")
    assert answers == {"edit": False, "about": True, "both": False}
    browser.post("/ask")
    assert answers["both"] is True


def test_without_policy_everything_is_allowed():
    """An application without security policy asks nobody."""

    def app(config):
        config.add_view(
            lambda request: Response(str(bool(request.has_permission("edit")))), permission="edit"
        )

    assert serve(app).get("/").text == "True"


def test_default_refusal():
    """Without a view of its own an application answers a refusal with 403."""

    def app(config):
        config.set_security_policy(Policy())
        config.set_root_factory(tree)
        config.add_view(lambda request: Response(), permission="edit")

    assert serve(app).get("/", status=403).status_int == 403


def test_decisions_are_logged():
    """Under ``debug_authorization`` every decision is logged, and told in the refusal."""
    told = []

    class Logger:
        def debug(self, message):
            told.append(message)

    def app(config):
        config.registry.registerUtility(Logger(), IDebugLogger)
        application(config)
        config.add_view(lambda request: Response("open"), name="open", permission=NO_PERMISSION_REQUIRED)
        config.commit()
        config.add_forbidden_view(lambda error, request: Response(error.detail, status=403))

    browser = serve(app, debug_authorization="true")
    text = browser.get("/edit", status=403).text
    assert text == told[-1]
    assert "debug_authorization of url http://localhost/edit (view name 'edit' against context" in text
    browser.get("/@@open")
    assert told[-1].endswith("Allowed (NO_PERMISSION_REQUIRED)")
