"""What went wrong with identities elsewhere: comparisons that tell, answers that caches mix up, tickets that are believed."""

import ast
import re
from hmac import compare_digest
from pathlib import Path

import pytest

import goldilocks
from goldilocks import util
from goldilocks.authentication import AuthTktCookieHelper, BadTicket, parse_ticket
from goldilocks.authorization import ACLAuthorizationPolicy, ACLHelper
from goldilocks.csrf import CookieCSRFStoragePolicy, check_csrf_token, get_csrf_token
from goldilocks.events import NewResponse
from goldilocks.httpexceptions import HTTPForbidden
from goldilocks.response import Response
from goldilocks.security import Allow, Everyone
from goldilocks.session import SignedCookieSessionFactory
from goldilocks.util import bytes_, strings_differ
from tests.support import serve

SECRET = "a secret of more than thirty-two bytes"

# --- 102: comparisons ------------------------------------------------------------------------------------------------

#: What is a secret, or is compared with one.
SECRET_NAMES = re.compile(
    r"(^|_)(token|tokens|sig|signature|digest|secret|password|passwd|hmac|mac|ticket|api_key|nonce)s?($|_)",
    re.IGNORECASE,
)

#: Names that look like it and are none: the keyword of a function, a row of hash algorithms.
NO_SECRETS = {"digest_size"}

FILES = sorted(Path(goldilocks.__file__).parent.rglob("*.py"))


def names_of(node):
    """Return the last words of what a node is called by."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
            return [name]
        case ast.Call(func=function):
            return names_of(function)
        case ast.Subscript(value=value):
            return names_of(value)
    return []


def comparisons(tree):
    """Return the lines on which something that is called like a secret is compared by ``==`` or ``!=``."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare):
            continue
        sides = [node.left, *node.comparators]
        if any(isinstance(side, ast.Constant) for side in sides):
            continue  # a literal in our own source is no secret
        if not any(isinstance(operator, ast.Eq | ast.NotEq) for operator in node.ops):
            continue
        names = {name for side in sides for name in names_of(side)} - NO_SECRETS
        if any(SECRET_NAMES.search(name) for name in names):
            yield node.lineno


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FILES[0].parent)))
def test_secrets_are_compared_in_constant_time(path):
    """Nothing called like a secret is compared by ``==``, which ends at the first difference (CVE-2016-7036)."""
    assert list(comparisons(ast.parse(path.read_text("utf-8")))) == []


@pytest.mark.parametrize(
    "line",
    ["token == given", "self.secret != x", "f(x) == digest()", "a['k'] == user.password", "b != sig"],
)
def test_comparison_is_found(line):
    """The rule sees what it forbids."""
    assert list(comparisons(ast.parse(line))) == [1]


@pytest.mark.parametrize(
    "line", ["token == ''", "tokenizer == x", "compare_digest(token, given)", "a == b", "token is None"]
)
def test_other_comparison_is_none(line):
    """The rule sees nothing else."""
    assert list(comparisons(ast.parse(line))) == []


@pytest.mark.parametrize("pair", [("a", "a"), ("a", "b"), (b"a", "a"), ("ä", "ä"), ("a", "ab")])
def test_comparison_of_secrets_is_the_one_that_takes_as_long(pair, monkeypatch):
    """CVE-2016-7036 (row 102): what everybody compares by asks ``compare_digest``, and does as it says."""
    asked = []
    monkeypatch.setattr(util, "compare_digest", lambda *both: asked.append(both) or compare_digest(*both))
    assert strings_differ(*pair) == (bytes_(pair[0], "utf-8") != bytes_(pair[1], "utf-8"))
    assert len(asked) == 1


# --- 91: answers that depend on a cookie -----------------------------------------------------------------------------


class Policy:
    """Knows users by a ticket."""

    def __init__(self):
        self.helper = AuthTktCookieHelper(SECRET)

    def identity(self, request):
        return self.helper.identify(request)

    def authenticated_userid(self, request):
        return (request.identity or {}).get("userid")

    def permits(self, request, context, permission):
        return ACLHelper().permits(context, [Everyone], permission)

    def remember(self, request, userid, **kw):
        return self.helper.remember(request, userid, **kw)

    def forget(self, request, **kw):
        return self.helper.forget(request, **kw)


class Root:
    """A resource that everybody may see."""

    __acl__ = [(Allow, Everyone, "view")]

    def __init__(self, request):
        pass


TOUCHES = {
    "look": lambda request: "k" in request.session,
    "length": lambda request: len(request.session),
    "get": lambda request: request.session.get("k"),
    "keys": lambda request: list(request.session),
    "new": lambda request: request.session.new,
    "set": lambda request: request.session.update(k=1),
    "token": get_csrf_token,
    "session-token": lambda request: request.session.get_csrf_token(),
    "check": lambda request: check_csrf_token(request, raises=False),
    "identity": lambda request: request.identity,
    "user": lambda request: request.authenticated_userid,
    "is-user": lambda request: request.is_authenticated,
    "may": lambda request: request.has_permission("view"),
}


def touched(view, cookie_tokens=False, **view_options):
    """Call a view, and tell whether the request says afterwards that its answer depends on a cookie."""
    notes = []

    def app(config):
        def noting(request):
            view(request)
            return Response()

        def note(request, response):
            notes.append(request.__dict__.get("_depends_on_cookie", False))

        def early(request):
            request.add_response_callback(note)

        config.set_root_factory(Root)
        config.set_session_factory(SignedCookieSessionFactory(SECRET))
        config.set_security_policy(Policy())
        if cookie_tokens:
            config.set_csrf_storage_policy(CookieCSRFStoragePolicy())
        config.add_subscriber(lambda event: early(event.request), "goldilocks.events.NewRequest")
        config.add_view(noting, **view_options)

    serve(app).get("/")
    [is_noted] = notes
    return is_noted


@pytest.mark.parametrize("touch", TOUCHES.values(), ids=TOUCHES)
def test_touch_of_session_identity_or_token_is_noted(touch):
    """Whatever touches the session, the identity or the token makes the answer one that depends on cookies (CVE-2023-30861)."""
    assert touched(touch)


def test_token_in_a_cookie_is_noted():
    """A token that is kept in a cookie of its own counts as well."""
    assert touched(get_csrf_token, cookie_tokens=True)
    assert touched(lambda request: check_csrf_token(request, raises=False), cookie_tokens=True)


@pytest.mark.parametrize("word", ["unauthenticated_userid", "effective_principals"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_older_words_for_the_user_are_noted(word):
    """A policy of the older kind may read a cookie of its own."""

    class Older:
        def unauthenticated_userid(self, request):
            return request.cookies.get("user")

        def effective_principals(self, request):
            return [request.cookies.get("user")]

    def app(config):
        config.set_authentication_policy(Older())
        config.set_authorization_policy(ACLAuthorizationPolicy())
        config.add_view(lambda request: Response(repr(getattr(request, word))))

    answer = serve(app).get("/", headers={"Cookie": "user=fred"})
    assert "fred" in answer
    assert answer.headers["Vary"] == "Cookie"


@pytest.mark.parametrize("use_tweens", [True, False])
@pytest.mark.parametrize("view", [lambda request: Response(repr(request.identity)), "forbidden"])
def test_what_a_subrequest_looked_at_is_noted(view, use_tweens):
    """What a request has others find out for its answer, the answer depends on, too."""

    def page(request):
        inner = request.blank("/inner", headers=dict(request.headers))
        try:
            return Response("in: " + request.invoke_subrequest(inner, use_tweens=use_tweens).text)
        except HTTPForbidden:
            return Response("in: no")

    def app(config):
        config.set_root_factory(Root)
        config.set_security_policy(Policy())
        config.add_view(page)
        if view == "forbidden":
            config.add_view(lambda request: Response(), name="inner", permission="edit")
        else:
            config.add_view(view, name="inner")

    answer = serve(app).get("/")
    assert "in: " in answer
    assert answer.headers["Vary"] == "Cookie"


@pytest.mark.parametrize("varies", [True, False])
@pytest.mark.parametrize("who_looks", ["the request", "the exception view"])
def test_what_an_execution_policy_has_answered_is_noted(who_looks, varies):
    """An exception view that an execution policy asks for answers one visitor like this and another like that."""

    def policy(environ, router):
        with router.request_context(environ) as request:
            try:
                return router.invoke_request(request)
            except LookupError:
                return request.invoke_exception_view(reraise=True)

    def fail(event):
        if who_looks == "the request":
            assert event.request.identity is None
        raise LookupError

    def excuse(error, request):
        return Response(repr(request.identity) if who_looks == "the exception view" else "sorry")

    def app(config):
        config.set_security_policy(Policy())
        config.set_execution_policy(policy)
        config.add_view(lambda request: Response())
        config.add_subscriber(fail, NewResponse)
        config.add_exception_view(excuse, context=LookupError)

    answer = serve(app, goldilocks__vary_by_cookie=str(varies)).get("/")
    assert answer.headers.get("Vary") == ("Cookie" if varies else None)


def more_to_vary_by(handler, registry):
    """Make a tween that says what else an answer depends on, where nobody has said anything yet."""

    def tween(request):
        response = handler(request)
        response.headers.setdefault("Vary", "Accept")
        return response

    return tween


def test_what_a_tween_says_of_the_answer_to_an_error_stays():
    """What an answer depends on is said last, so that nobody in the application finds it said already."""

    def app(config):
        config.set_security_policy(Policy())
        config.add_tween(f"{__name__}.more_to_vary_by")
        config.add_view(lambda request: 1 / bool(request.identity))
        config.add_exception_view(lambda request: Response("sorry"), context=ArithmeticError)

    assert serve(app).get("/").headers["Vary"] == "Accept, Cookie"


def test_permission_of_a_view_is_noted():
    """A view that asks a permission answers one visitor like this and another like that."""
    assert touched(lambda request: None, permission="view")


def test_nothing_is_noted_where_nothing_was_touched():
    """An answer that depends on nothing may be kept by anybody."""
    assert not touched(lambda request: request.params)


# --- Tickets ---------------------------------------------------------------------------------------------------------


def ticketed(config):
    helper = AuthTktCookieHelper(SECRET, timeout=100)

    def issue(request):
        return Response(
            dict(helper.remember(request, "ann", tokens=("member",)))["Set-Cookie"].partition(";")[0]
        )

    def read(request):
        first, second = helper.identify(request), helper.identify(request)
        assert first == second
        assert first is None or (first is not second and first["tokens"] is not second["tokens"])
        return Response(str(first and first["userid"]))

    config.add_view(issue, name="issue")
    config.add_view(read, name="read")


@pytest.mark.parametrize(
    "forge",
    [
        lambda value: value[:-1],
        lambda value: value + "!",
        lambda value: value.replace("b64unicode", "int"),
        lambda value: value.replace("member", "admin"),
        lambda value: ("1" if value[0] == "0" else "0") + value[1:],
        lambda value: "0" * 128 + value[128:],
        lambda value: value[:128] + "ffffffff" + value[136:],
        lambda value: value[:128] + "-0000001" + value[136:],
        lambda value: value[:128] + "zzzzzzzz" + value[136:],
        lambda value: value[:136],
        lambda value: "",
        lambda value: "!" * 1000,
        lambda value: "%00" + value,
        lambda value: value + "; auth_tkt=" + value[:-1],
        lambda value: "x; auth_tkt=" + value,
    ],
)
def test_forged_ticket_is_nobodys(forge):
    """A ticket that was changed, cut or made up identifies nobody, and is no error (CVE-2010-4535)."""
    browser = serve(ticketed, goldilocks__strict_cookies=True)
    ticket = browser.get("/issue").text
    assert browser.get("/read", headers={"Cookie": ticket}).text == "ann"
    name, _, value = ticket.partition("=")
    forged = f"{name}={forge(value)}"
    expected = "ann" if forged.startswith(f"{ticket};") else "None"
    assert browser.get("/read", headers={"Cookie": forged}).text == expected


def test_ticket_grows_old_though_it_is_remembered():
    """That a ticket was found to be ours is remembered; whether it is too old is asked each time."""
    helper = AuthTktCookieHelper(SECRET, timeout=10)

    def app(config):
        config.add_view(
            lambda request: Response(str((helper.identify(request) or {}).get("userid"))), name="read"
        )
        config.add_view(
            lambda request: (
                request.response.headerlist.extend(helper.remember(request, "ann")) or request.response
            ),
            name="issue",
        )

    browser = serve(app)
    browser.get("/issue")
    assert browser.get("/read").text == "ann"
    helper.now = 2**40
    assert browser.get("/read").text == "None"


def test_ticket_is_not_remembered_for_another_secret():
    """What one secret signed is nothing under another, also after it was read with the right one."""
    helper = AuthTktCookieHelper(SECRET)
    ticket = helper.AuthTicket(SECRET, "ann", "0.0.0.0", hashalg="sha512").cookie_value()
    assert parse_ticket(SECRET, ticket, "0.0.0.0", "sha512")[1] == "ann"
    for secret, address, algorithm in [
        (SECRET + "x", "0.0.0.0", "sha512"),
        (SECRET, "0.0.0.1", "sha512"),
        (SECRET, "0.0.0.0", "sha256"),
    ]:
        with pytest.raises(BadTicket):
            parse_ticket(secret, ticket, address, algorithm)


def test_cookie_of_another_request_is_not_remembered():
    """An identity belongs to one request and its cookie, and changes with it."""
    seen = []

    def app(config):
        helper = AuthTktCookieHelper(SECRET)

        def view(request):
            seen.append(helper.identify(request))
            request.environ["HTTP_COOKIE"] = dict(helper.remember(request, "ann"))["Set-Cookie"].partition(
                ";"
            )[0]
            seen.append(helper.identify(request)["userid"])
            del request.environ["HTTP_COOKIE"]
            seen.append(helper.identify(request))
            return Response()

        config.add_view(view)

    serve(app).get("/")
    assert seen == [None, "ann", None]


@pytest.mark.filterwarnings("ignore:Cookie value contains invalid bytes:RuntimeWarning")
@pytest.mark.parametrize("strict", [True, False])
def test_ticket_with_several_tokens_comes_back(strict):
    """Between tokens stands a comma, for which the value is put into quotes; it is read however cookies are."""

    def app(config):
        helper = AuthTktCookieHelper(SECRET)

        def issue(request):
            line = dict(helper.remember(request, "ann", tokens=("a", "b")))["Set-Cookie"]
            return Response(line.partition(";")[0])

        config.add_view(issue, name="issue")
        config.add_view(lambda request: helper.identify(request)["tokens"], name="read", renderer="json")

    browser = serve(app, goldilocks__strict_cookies=strict)
    assert browser.get("/read", headers={"Cookie": browser.get("/issue").text}).json == ["a", "b"]


@pytest.mark.filterwarnings("ignore:Cookie value contains invalid bytes:RuntimeWarning")
def test_ticket_that_no_browser_keeps_is_refused_here():
    """A ticket that is too long is an error where it is issued, and not a user who is never logged in."""

    def app(config):
        helper = AuthTktCookieHelper(SECRET)
        config.add_view(lambda request: helper.remember(request, "a" * 3000) and Response())

    with pytest.raises(ValueError, match="browsers keep 4093"):
        serve(app, goldilocks__answer_errors=False).get("/")
