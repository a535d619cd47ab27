"""What can be found out about a request that nothing answered, or that was refused."""

from __future__ import annotations

import pytest

from goldilocks import interfaces
from goldilocks.acl import ALL_PERMISSIONS, DENY_ALL, Allow, Denied, Deny, Everyone
from goldilocks.authorization import ACLHelper
from goldilocks.config import Configurator
from goldilocks.exceptions import PredicateMismatch
from goldilocks.explain import (
    described,
    error_facts,
    explain,
    explain_error,
    nearest_routes,
    raised_at,
    tried_routes,
    tried_views,
    walked,
)
from goldilocks.explanation import RouteFact
from goldilocks.httpexceptions import HTTPForbidden, HTTPNotFound
from goldilocks.registry import Registry
from goldilocks.request import Request
from goldilocks.response import Response


class Folder(dict):
    """A resource with a place."""

    __name__ = __parent__ = None

    def put(self, name, child):
        child.__name__, child.__parent__ = name, self
        self[name] = child
        return child

    def __repr__(self):
        return "a secret"


class Policy:
    """Judges by ACLs, or says what it is told to."""

    def __init__(self, verdict=None):
        self.verdict = verdict

    def permits(self, request, context, permission):
        if self.verdict is not None:
            return self.verdict
        return ACLHelper().permits(context, [Everyone, "ann"], permission)


def fine(request):
    return Response("fine")


def explained(*includes, path="/", root=None, policy=None, **kw):
    """Return the explanation of the 404 or 403 that a request ends with."""
    facts = []

    def note(error, request):
        facts.append(explain(request, error))
        return Response()

    config = Configurator(root_factory=None if root is None else lambda request: root, **kw)
    for include in includes:
        include(config)
    if policy is not None:
        config.set_security_policy(policy)
    config.add_notfound_view(note)
    config.add_forbidden_view(note)
    Request.blank(path).get_response(config.make_wsgi_app())
    (fact,) = facts
    return fact


# --- Routes --------------------------------------------------------------------------------------------------------


def routes(config):
    config.add_route("one", "/one/{x}", request_method="POST", xhr=True)
    config.add_route("two", "/two/{x}")
    config.add_route("one-again", "/one/{x}")
    config.add_route("three", "/three")


def test_routes_in_order():
    """Routes are told in order up to the one that was taken, with the predicate that refused."""
    known = explained(routes, path="/one/1")
    assert [(route.name, route.fits, str(route.refused_by or "")) for route in known.routes] == [
        ("one", True, "xhr = True"),
        ("two", False, ""),
        ("one-again", True, ""),
    ]
    assert [predicate.outcome for predicate in known.routes[0].predicates] == ["refuses", "not asked"]
    assert known.taken.name == "one-again"


def test_place_of_a_route():
    """A route knows the line that said it."""
    place = explained(routes, path="/one/1").routes[0].place
    assert (place.file, place.line) == (__file__, routes.__code__.co_firstlineno + 1)


@pytest.mark.parametrize("is_broken", [False, True])
def test_no_place(is_broken):
    """Without introspection, and without an introspector, no line is known."""

    def forget(config):
        if is_broken:
            del config.introspector

    known = explained(routes, forget, path="/one/1", introspection=False)
    assert {route.place for route in known.routes} == {None}


def test_predicates_that_fail():
    """A predicate that raises refuses, and one whose words are missing or fail has others."""

    class Silent:
        def __init__(self, outcome):
            self.outcome = outcome

        def __call__(self, info, request):
            return 1 / self.outcome

    class Mute(Silent):
        def text(self):
            raise ValueError("no words")

    def say(config):
        config.add_route("a", "/a")
        config.commit()
        config.registry.queryUtility(interfaces.IRoutesMapper).get_route("a").predicates = [
            Silent(1), Mute(0.0), Silent(1),
        ]  # fmt: skip

    request = request_of(say, "/a")
    (route,) = tried_routes(request)
    assert [(fact.text, fact.outcome) for fact in route.predicates] == [
        ("a predicate without words", "holds"),
        ("a predicate whose words fail", "raised ZeroDivisionError"),
        ("a predicate without words", "not asked"),
    ]


def request_of(include, path, **attrs):
    """Return a request that no router has seen."""
    config = Configurator()
    include(config)
    config.commit()
    request = Request.blank(path)
    request.registry = config.registry
    request.__dict__.update(attrs)
    return request


def test_routes_outside_a_router():
    """A request that was never routed is told the route that would be taken."""
    assert [route.name for route in tried_routes(request_of(routes, "/three"))][-1] == "three"


def test_no_routes():
    """Without routes there are none."""
    assert tried_routes(request_of(lambda config: None, "/")) == []


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/helo/wrld", ["/hello/{name}"]),
        ("/helo", ["/hello/{name}"]),
        ("/hello/a/b/c/d/e", []),
        ("/filse/a/b", ["/files/*rest"]),
        ("/xyz", []),
        ("/", ["/"]),
        ("//", ["/"]),
    ],
)
def test_nearest(path, near):
    """The routes that a path may be a misspelling of are found; with placeholders and what takes all."""
    patterns = ["/", "/hello/{name}", "/files/*rest", "/blog/{year}/{month}"]
    found = nearest_routes(path, [RouteFact(pattern, pattern, False) for pattern in patterns])
    assert [route.pattern for route in found] == near


def test_nearest_first():
    """The nearest comes first, few are told, and what fits is no misspelling."""
    patterns = ["/page5", "/page12", "/page11", "/page1", "/page2"]
    found = nearest_routes("/page1", [RouteFact(each, each, each == "/page1") for each in patterns])
    assert [route.pattern for route in found] == ["/page12", "/page11", "/page5"]


# --- The walk and the views ----------------------------------------------------------------------------------------


def tree():
    root = Folder()
    root.put("wiki", Folder()).put("page", Folder())
    return root


def test_walk():
    """The walk is told by types and paths, never by what the resources say of themselves."""
    walk = explained(path="/wiki/nothing/a/b", root=tree()).walk
    assert (walk.root, walk.context, walk.has_tree) == ("Folder at /", "Folder at /wiki", True)
    assert (walk.traversed, walk.view_name, walk.subpath) == (("wiki",), "nothing", ("a", "b"))


def test_no_walk_yet():
    """A request that wasn't walked has no walk."""
    assert walked(Request.blank("/")) is None


def test_explanation_after_the_end():
    """Of a request that is over, nobody says that it had no views: the router has let go of its context."""
    requests = []
    config = Configurator()
    config.add_view(lambda request: requests.append(request) or fine(request))
    Request.blank("/").get_response(config.make_wsgi_app())
    (request,) = requests
    fact = explain(request, HTTPNotFound())
    assert (fact.walk, fact.views) == (None, ())
    assert fact.reason.startswith("The request was over")


def test_explanation_before_the_walk():
    """What was refused before the walk has no views."""
    request = request_of(routes, "/two/1", request_iface=None)
    known = explain(request, HTTPNotFound())
    assert (known.walk, known.views) == (None, ())


def test_default_root():
    """Without resources there is no tree."""
    assert explained(path="/x").walk.has_tree is False


class Nowhere:
    __parent__ = None

    @property
    def __name__(self):
        raise ValueError("a broken resource")


class Circle:
    __name__ = "round"

    @property
    def __parent__(self):
        return self


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        (lambda: None, "NoneType"),
        (dict, "dict"),
        (Nowhere, "Nowhere"),
        (Circle, "Circle at /" + "/".join(["round"] * 99)),
        (lambda: tree()["wiki"]["page"], "Folder at /wiki/page"),
    ],
)
def test_described(resource, words):
    """A resource is its type and its path, as far as it has one."""
    assert described(resource()) == words


def test_nameless_child():
    """A resource that doesn't know its name has no path."""
    child = Folder()
    child.__parent__ = tree()
    assert described(child) == "Folder"


def views(config):
    config.add_view(fine, context=Folder, name="edit", xhr=True, permission="edit")
    config.add_view(fine, context=Folder, name="edit", request_param="now", accept="text/html")
    config.add_view(fine, name="list")


def test_views_that_refuse():
    """Views are told with the predicate that refused, their permission and their line."""
    known = explained(views, path="/wiki/edit", root=tree())
    told = {str(view.refused_by): view for view in known.views}
    assert set(told) == {"xhr = True", "request_param now"}
    view = told["xhr = True"]
    assert (view.view, view.permission) == (f"function {__name__}.fine", "edit")
    assert (view.place.file, view.place.line) == (__file__, views.__code__.co_firstlineno + 1)
    assert known.view_names == ("edit", "list")
    assert known.reason == "There are views here, but the predicates of each refuse this request."


def test_views_are_told_in_the_order_in_which_they_are_tried():
    """What the client likes best comes first, what it doesn't accept last; of a class, the method is told."""

    class Page:
        def __init__(self, request):
            pass

        def show(self):
            return Response()

    def say(config):
        config.add_view(Page, attr="show", name="x")
        for accept in ("text/html", "text/plain", "image/png"):
            config.add_view(fine, name="x", accept=accept)

    request = request_of(say, "/x", request_iface=interfaces.IRequest)
    request.accept = "text/html;q=0.5, text/plain"
    told = tried_views(request, None, "x")
    offers = ["text/plain", "text/html", "image/png"]
    assert [view.predicates[0].text.split()[-1] for view in told if view.predicates] in (
        offers,
        [f"('{offer}',)" for offer in offers],
    )
    assert [view.view for view in told if not view.predicates] == [f"method show of class {__name__}.Page"]


def test_foreign_views():
    """A view that somebody put into the record by hand is told as far as it can be told."""

    def say(config):
        required = (interfaces.IViewClassifier, interfaces.IRequest, None)
        config.registry.registerAdapter(foreign, required, interfaces.IView, name="x")

    request = request_of(say, "/x", request_iface=interfaces.IRequest)
    (view,) = tried_views(request, None, "x")
    assert (view.predicates, view.permission, view.place) == ((), None, None)


def foreign(context, request):
    raise PredicateMismatch("not me")


def test_registry_without_introspector():
    """A registry of other make has views, but knows no lines."""
    request = Request.blank("/")
    request.registry = Registry("other")
    assert tried_views(request, None, "x") == []


# --- Reasons -------------------------------------------------------------------------------------------------------


def raising(error):
    def view(request):
        raise error

    return view


def at(view, **kw):
    def include(config):
        config.add_route("here", "/here", **kw)
        if view is not None:
            config.add_view(view, route_name="here")

    return include


def test_application_raised():
    """What the application raised is told with the line."""
    known = explained(at(raising(HTTPNotFound("no such book"))), path="/here")
    assert known.reason.startswith("The application raised HTTPNotFound in view (")
    assert known.raised.source == "raise error"


@pytest.mark.parametrize(
    ("include", "path", "start"),
    [
        (at(None), "/here", "The route 'here' fits, but it has no view."),
        (at(fine, request_method="POST"), "/nowhere", "No route fits this path, and no view has this name."),
        (
            at(fine, xhr=True),
            "/here",
            "The pattern of a route fits this path, but its predicates refuse the request.",
        ),
        (lambda config: None, "/x", "This application has neither routes nor views."),
        (
            lambda config: config.add_view(fine, name="y"),
            "/x",
            "No route fits this path, and no view has this name.",
        ),
    ],
)
def test_reasons(include, path, start):
    """The reason is one sentence."""
    assert explained(include, path=path).reason == start


def test_advice():
    """Where something may help, it is said."""
    assert "route_name='here'" in explained(at(None), path="/here").advice
    assert "config.scan()" in explained().advice


@pytest.mark.parametrize(
    ("include", "path", "reason"),
    [
        (lambda config: None, "/wiki/x", "The walk through the resources ended at Folder at /wiki, which has neither a child nor a view named 'x'."),
        (at(fine), "/wiki", "No route fits, and the walk through the resources ended at Folder at /wiki, which has no view without a name."),
    ],
)  # fmt: skip
def test_reasons_in_a_tree(include, path, reason):
    """Where there is a tree, the walk is the reason."""
    assert explained(include, path=path, root=tree()).reason == reason


def test_wrong_method():
    """A wrong method is told with the right ones."""
    known = explained(
        lambda config: config.add_view(fine, request_method="PUT"), settings={"goldilocks.defaults": "secure"}
    )
    assert known.reason == "There is something here, but not for GET: it answers OPTIONS, PUT."


def test_foreign_view_that_passes():
    """A view that passes by raising is the application's doing."""

    def say(config):
        required = (interfaces.IViewClassifier, interfaces.IRequest, None)
        config.registry.registerAdapter(foreign, required, interfaces.IView, name="")

    assert explained(say).reason.startswith("The application raised PredicateMismatch in foreign")


def test_view_that_the_framework_lets_pass():
    """Where the framework's own code raises below a view, it is told which view was called."""

    def nested(request):
        return request.invoke_subrequest(Request.blank("/nothing"))

    def mismatched(request):
        return request.invoke_subrequest(Request.blank("/post"))

    def say(config):
        config.add_route("here", "/here")
        config.add_view(nested, route_name="here")
        config.add_route("post", "/post")
        config.add_view(fine, route_name="post", request_method="POST")
        config.add_route("there", "/there")
        config.add_view(mismatched, route_name="there")

    settings = {"goldilocks.method_not_allowed": "false"}
    assert (
        explained(say, path="/here").reason
        == f"A view was called (function {__name__}.nested), and it found nothing."
    )
    assert "passed the request on" in explained(say, path="/there", settings=settings).reason


# --- Permission ----------------------------------------------------------------------------------------------------


def guarded(config):
    config.add_view(fine, permission="edit")


class Odd:
    def __str__(self):
        raise ValueError("no words")


ACLS = [
    ([(Allow, "bob", "edit"), DENY_ALL], ["", "Deny  system.Everyone  every permission"]),
    ([(Deny, "ann", ("edit", "view"))], ["Deny  ann  edit, view"]),
    ([(Allow, "bob", "edit")], [""]),
    (((Allow, "x\n", ALL_PERMISSIONS), (Allow, Odd(), "edit")), ["", ""]),
]


@pytest.mark.parametrize(("acl", "decisive"), ACLS)
def test_acl(acl, decisive):
    """The entry that decided, and the resource whose list it stands in, are told."""
    root = tree()
    root["wiki"].__acl__ = acl
    verdict = explained(guarded, path="/wiki/page", root=root, policy=Policy()).verdict
    assert (verdict.policy, verdict.permission) == ("Policy", "edit")
    assert verdict.principals == ("system.Everyone", "ann")
    assert [entry.text if entry.decided else "" for entry in verdict.entries] == decisive
    assert verdict.resource == ("Folder at /wiki" if any(decisive) else "Folder at /wiki/page")


def test_words_of_entries():
    """Every entry is told, an odd one, too; and nothing in them forges a line."""
    root = tree()
    root.__acl__ = [*ACLS[3][0], DENY_ALL]
    entries = explained(guarded, root=root, policy=Policy()).verdict.entries
    assert [entry.text for entry in entries] == [
        r"Allow  x\n  every permission",
        "an entry that is no (action, principal, permissions)",
        "Deny  system.Everyone  every permission",
    ]


def test_reason_of_a_refusal():
    """The sentence names permission, resource and entry."""
    root = tree()
    root.__acl__ = [DENY_ALL]
    known = explained(guarded, root=root, policy=Policy())
    assert known.reason == (
        "The permission 'edit' on Folder at / was refused: an entry of its ACL says "
        "'Deny  system.Everyone  every permission'."
    )
    root.__acl__ = []
    assert (
        "no entry of any ACL on its way up decides" in explained(guarded, root=root, policy=Policy()).reason
    )


def test_list_that_is_gone_through_once():
    """Of a list that can't be gone through again, the entry that decided is told."""
    root = tree()
    root.__acl__ = lambda: iter([(Allow, "bob", "edit"), DENY_ALL])
    (entry,) = explained(guarded, root=root, policy=Policy()).verdict.entries
    assert entry.decided


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        (Denied("it is Sunday"), "The security policy Policy refused: it is Sunday."),
        (False, "The security policy Policy refused: it gave no reason."),
    ],
)
def test_other_policies(verdict, reason):
    """A policy without ACLs is told with its own reason, if it gave one."""
    assert explained(guarded, policy=Policy(verdict)).reason == reason


def test_forbidden_without_verdict():
    """Where no policy was asked, there is no verdict."""
    known = explained(at(raising(HTTPForbidden())), path="/here")
    assert known.verdict is None
    assert known.reason.startswith("The application raised HTTPForbidden")


# --- Errors --------------------------------------------------------------------------------------------------------


def caught(function, *args):
    try:
        function(*args)
    except Exception as error:
        return error
    raise AssertionError("it didn't fail")


def fail(cause=None):
    raise ValueError("first line\nsecond \x1b[31m") from cause


def test_error():
    """An error is told in its own words, made harmless, with its frames."""
    (fact,) = error_facts(caught(fail))
    assert fact.summary == "ValueError: first line\nsecond \\x1b[31m"
    assert [(frame.function, frame.is_own) for frame in fact.frames] == [("caught", True), ("fail", True)]
    assert fact.frames[-1].source == 'raise ValueError("first line\\nsecond \\x1b[31m") from cause'


def test_cause():
    """What an error came of is told after it."""
    facts = error_facts(caught(fail, KeyError("k")))
    assert [(fact.relation, fact.summary.split(":")[0]) for fact in facts] == [
        ("", "ValueError"),
        ("It was caused by", "KeyError"),
    ]


def test_context():
    """An error that came while another was handled is told with that; a suppressed one isn't."""

    def handle(is_suppressed):
        try:
            fail()
        except ValueError:
            if is_suppressed:
                raise KeyError("k") from None
            raise KeyError("k")  # noqa: B904 - this is what the test is about

    assert [fact.relation for fact in error_facts(caught(handle, False))] == [
        "",
        "It came while this was being handled",
    ]
    assert len(error_facts(caught(handle, True))) == 1


def test_group():
    """The parts of a group are told."""
    facts = error_facts(ExceptionGroup("several", [ValueError("a"), KeyError("b")]))
    assert [fact.summary.split(":")[0] for fact in facts][1:] == ["ValueError", "KeyError"]


def test_syntax_error():
    """A mistake in a source that is compiled at run time is told with its line."""
    summary = error_facts(caught(compile, "a b", "page.pt", "exec"))[0].summary
    assert "page.pt" in summary
    assert "a b" in summary


def test_endless_recursion():
    """Of very many frames the beginning and the end are kept."""

    def recurse(depth):
        return recurse(depth + 1)

    (fact,) = error_facts(caught(recurse, 0))
    assert len(fact.frames) == 50
    assert fact.omitted > 100


def test_raised_at():
    """The line of an error is the innermost of the application's, or else the innermost."""
    error = caught(lambda: Request.blank("/").invoke_exception_view(exc_info=None, request=None))
    assert raised_at(error.__traceback__).function == "<lambda>"
    error = caught(compile, "a b", "x", "exec")
    assert raised_at(error.__traceback__.tb_next) is None


def test_raised_in_a_library():
    """Where no line is the application's, the innermost is told."""
    error = caught(lambda: Registry("x").getUtility(interfaces.IRequest))
    trace = error.__traceback__.tb_next.tb_next
    assert raised_at(trace).is_own is False


def test_explain_error():
    """An error that nothing answered is told with its request and its line."""
    known = explain_error(caught(fail), "GET", "/a\nb")
    assert (known.method, known.path) == ("GET", r"/a\nb")
    assert known.reason.startswith("ValueError: ")
    assert known.advice.startswith("in fail, ")
    assert explain_error(ValueError("never raised"), "GET", "/").advice == ""
