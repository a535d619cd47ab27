"""The life of a request: what happens in which order, and what stands on the request at each step."""

from __future__ import annotations

import pytest
from zope.interface import Interface

from goldilocks import events
from goldilocks.config import Configurator
from goldilocks.interfaces import IRequest, IView, IViewClassifier
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.threadlocal import get_current_request, manager
from tests.support import serve

#: What the router writes onto a request, in the order in which it does.
WRITTEN = (
    *("registry", "request_iface", "matchdict", "matched_route", "root"),
    *("context", "view_name", "subpath", "traversed", "virtual_root", "virtual_root_path"),
)
BEFORE_ROUTING = {"registry", "request_iface"}
AFTER_ROUTING = BEFORE_ROUTING | {"matchdict", "matched_route"}
AFTER_WALK = set(WRITTEN)


class Diary:
    """Notes the steps of a request, and what stood on it then."""

    def __init__(self):
        self.steps = []
        self.seen = {}

    def note(self, step, request):
        self.steps.append(step)
        self.seen[step] = {name for name in WRITTEN if name in vars(request)}

    def includeme(self, config):
        """Say an application that notes every step."""
        config.add_tween(f"{__name__}.diary_tween")
        config.registry["diary"] = self
        for event in (events.NewRequest, events.BeforeTraversal, events.ContextFound, events.NewResponse):
            config.add_subscriber(lambda e, name=event.__name__: self.note(name, e.request), event)
        config.set_root_factory(self.root)
        config.add_route("page", "/page/{name}")
        config.add_view(self.view, route_name="page")
        config.add_view(self.view, name="walked")
        config.add_view(self.broken, name="broken")

    def root(self, request):
        self.note("root", request)
        return {}

    def view(self, request):
        self.note("view", request)
        request.add_response_callback(lambda request, response: self.note("response callback", request))
        request.add_finished_callback(lambda request: self.note("finished callback", request))
        return Response("seen")

    def broken(self, request):
        self.view(request)
        raise LookupError("broken")


def diary_tween(handler, registry):
    diary = registry["diary"]

    def tween(request):
        diary.note("tween in", request)
        response = handler(request)
        diary.note("tween out", request)
        return response

    return tween


@pytest.fixture
def diary():
    return Diary()


def test_steps_come_in_order(diary):
    """Tween, events, root, view, callbacks: each at its place."""
    assert serve(diary.includeme).get("/page/one").text == "seen"
    assert diary.steps == [
        *("tween in", "NewRequest", "BeforeTraversal", "root", "ContextFound", "view"),
        *("tween out", "response callback", "NewResponse", "finished callback"),
    ]


@pytest.mark.parametrize(
    ("step", "written"),
    [
        ("tween in", {"registry"}),
        ("NewRequest", BEFORE_ROUTING),
        ("BeforeTraversal", AFTER_ROUTING),
        ("root", AFTER_ROUTING),
        ("ContextFound", AFTER_WALK),
        ("view", AFTER_WALK),
        ("tween out", AFTER_WALK),
        ("response callback", AFTER_WALK),
        ("NewResponse", AFTER_WALK),
        ("finished callback", AFTER_WALK),
    ],
)
def test_attributes_appear_when_they_are_known(diary, step, written):
    """What the router finds out is absent before, and written onto the request as soon as it is known."""
    serve(diary.includeme).get("/page/one")
    assert diary.seen[step] == written


def test_request_without_route_has_no_match(diary):
    """Where no route matched, nothing is written about routes; the class says ``None``."""
    serve(diary.includeme).get("/walked")
    assert diary.seen["view"] == AFTER_WALK - {"matchdict", "matched_route"}


def test_view_may_read_what_was_written():
    """A view finds the whole story on its request."""

    def tell(request):
        return {name: repr(getattr(request, name)) for name in WRITTEN[2:]}

    def app(config):
        config.add_route("page", "/{name}/*traverse", factory=lambda request: {"a": {}})
        config.add_view(tell, route_name="page", name="edit", renderer="json")

    told = serve(app).get("/one/a/edit/now").json
    route = told.pop("matched_route")
    assert route.startswith("<goldilocks.urldispatch.Route")
    assert told == {
        "matchdict": "{'name': 'one', 'traverse': ('a', 'edit', 'now')}",
        "root": "{'a': {}}",
        "context": "{}",
        "view_name": "'edit'",
        "subpath": "('now',)",
        "traversed": "('a',)",
        "virtual_root": "{'a': {}}",
        "virtual_root_path": "()",
    }


def test_context_is_let_go_of(diary):
    """When a request is over it holds its context no more: the context may hold the request."""
    kept = []

    def app(config):
        diary.includeme(config)
        config.add_subscriber(lambda event: kept.append(event.request), events.NewRequest)

    serve(app).get("/walked")
    assert not hasattr(kept[0], "context")
    assert kept[0].root == {}


def test_failure_runs_finished_callbacks_alone(diary):
    """A request that ends in an error calls its finished callbacks, and neither response callbacks nor ``NewResponse``."""
    with pytest.raises(LookupError, match="broken"):
        serve(diary.includeme).get("/broken")
    assert diary.steps == [
        *("tween in", "NewRequest", "BeforeTraversal", "root", "ContextFound", "view", "finished callback"),
    ]


def test_answered_failure_is_a_request_like_any_other(diary):
    """An error that an exception view answered passes response callbacks and ``NewResponse``."""

    def app(config):
        diary.includeme(config)
        config.add_exception_view(lambda request: Response("mended"), context=LookupError)

    assert serve(app).get("/broken").text == "mended"
    assert diary.steps[-4:] == ["tween out", "response callback", "NewResponse", "finished callback"]


def test_request_is_current_while_it_lives(diary):
    """From the first tween to the last finished callback the request is the current one, and not afterwards."""
    current = []

    def app(config):
        diary.includeme(config)
        diary.note = lambda step, request: current.append(get_current_request() is request)

    serve(app).get("/walked")
    assert len(current) == 10
    assert all(current)
    assert manager.get()["request"] is None


def test_failed_request_is_current_no_more(diary):
    """An error leaves nothing on the stack of current requests."""
    with pytest.raises(LookupError):
        serve(diary.includeme).get("/broken")
    assert manager.stack == []


def test_finished_callback_that_fails(diary):
    """What a finished callback raises isn't swallowed, and still leaves nothing on the stack."""

    def app(config):
        def view(request):
            request.add_finished_callback(lambda request: [][0])
            return Response()

        config.add_view(view)

    with pytest.raises(IndexError):
        serve(app).get("/")
    assert manager.stack == []


def test_root_factory_of_the_route_wins():
    """A route's own factory makes the root of its requests, the application's makes all others."""

    def app(config):
        config.set_root_factory(lambda request: "application")
        config.add_route("page", "/page", factory=lambda request: f"route {request.matched_route.name}")
        config.add_route("plain", "/plain")
        for route_name in ("page", "plain", None):
            config.add_view(lambda context, request: Response(context), route_name=route_name)

    browser = serve(app)
    assert [browser.get(path).text for path in ("/page", "/plain", "/")] == [
        "route page",
        "application",
        "application",
    ]


def test_traverser_of_the_application():
    """An adapter to ``ITraverser`` walks in place of the default one, and what it returns is written down."""

    class Root:
        pass

    class Traverser:
        def __init__(self, root):
            self.root = root

        def __call__(self, request):
            return {
                "root": self.root,
                "context": "found",
                "view_name": "named",
                "subpath": (),
                "traversed": (),
                "virtual_root": self.root,
                "virtual_root_path": (),
                "extra": "more",
            }

    def app(config):
        config.set_root_factory(lambda request: Root())
        config.add_traverser(Traverser, Root)
        config.add_view(lambda context, request: Response(f"{context} {request.extra}"), name="named")

    assert serve(app).get("/anything/at/all").text == "found more"


def test_request_factory_of_the_application():
    """Requests are made by the application's factory, out of the environ alone."""

    class OwnRequest(Request):
        shoe_size = 43

    def app(config):
        config.set_request_factory(OwnRequest)
        config.add_view(lambda request: Response(str(request.shoe_size)))

    assert serve(app).get("/").text == "43"


def test_subscriber_chooses_the_request_type():
    """What a subscriber of ``NewRequest`` writes as ``request_iface`` is what views are found by, if no route matches."""

    class IMobile(IRequest):
        pass

    def app(config):
        config.add_view(lambda request: Response("desk"))
        config.commit()
        config.registry.registerAdapter(
            lambda context, request: Response("mobile"), (IViewClassifier, IMobile, Interface), IView
        )

        def choose(event):
            if "mobile" in event.request.GET:
                event.request.request_iface = IMobile

        config.add_subscriber(choose, events.NewRequest)

    browser = serve(app)
    assert [browser.get(url).text for url in ("/", "/?mobile")] == ["desk", "mobile"]


def test_execution_policy_of_the_application():
    """An execution policy stands around everything, may try again and may answer itself."""
    tries = []

    def again(environ, router):
        for _ in range(3):
            with router.request_context(environ) as request:
                try:
                    return router.invoke_request(request)
                except LookupError:
                    tries.append(request)
        return Response("gave up")

    def app(config):
        config.set_execution_policy(again)

        def sometimes(request):
            if len(tries) < 2:
                raise LookupError
            return Response("at last")

        def never(request):
            raise LookupError

        config.add_view(sometimes)
        config.add_view(never, name="never")

    browser = serve(app)
    assert browser.get("/").text == "at last"
    assert len({id(request) for request in tries}) == 2
    assert browser.get("/never").text == "gave up"
    assert manager.stack == []


def test_environ_without_path_info():
    """A server may leave ``PATH_INFO`` out when it is empty; that is the root."""
    config = Configurator()
    config.add_route("page", "/page")
    config.add_view(lambda request: Response("root"))
    app = config.make_wsgi_app()
    environ = Request.blank("/").environ
    del environ["PATH_INFO"]
    started = []
    body = app(environ, lambda status, headers: started.append(status))
    assert (started, b"".join(body)) == (["200 OK"], b"root")


@pytest.mark.parametrize("append_slash", [False, True])
def test_nothing_found_without_path_info(append_slash):
    """Where ``PATH_INFO`` is left out and nothing answers, that is a 404 like any other."""
    config = Configurator()
    config.add_route("page", "/page")
    if append_slash:
        config.add_notfound_view(append_slash=True)
    environ = Request.blank("/").environ
    del environ["PATH_INFO"]
    started = []
    config.make_wsgi_app()(environ, lambda status, headers: started.append(status))
    assert started == ["404 Not Found"]
