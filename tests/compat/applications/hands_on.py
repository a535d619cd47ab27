"""What tests, scripts and tools take into their own hands: dummies, prepare, rendering by hand, views by hand, paths."""

from framework import testing
from framework.config import Configurator
from framework.decorator import reify
from framework.httpexceptions import HTTPFound, HTTPNotFound, exception_response, status_map
from framework.interfaces import IRequest, IRoutesMapper, IView, IViewClassifier
from framework.location import inside, lineage
from framework.path import DottedNameResolver, caller_package, package_name, package_of
from framework.registry import Introspectable, Introspector, Registry
from framework.request import Request
from framework.response import FileIter, Response
from framework.scripting import get_root, prepare
from framework.settings import asbool
from framework.traversal import ResourceTreeTraverser, split_path_info, traversal_path, traversal_path_info
from framework.urldispatch import RoutesMapper
from framework.util import (
    InstancePropertyHelper,
    TopologicalSorter,
    WeakOrderedSet,
    is_same_domain,
    object_description,
    strings_differ,
)
from framework.view import render_view, render_view_to_iterable, render_view_to_response
from zope.interface import Interface, implementer, providedBy

REQUESTS = "\n".join(
    f"GET /{name}"
    for name in [
        "dummy_request",
        "dummy_request_post",
        "dummy_resource",
        "dummy_session",
        "prepared",
        "prepared_with",
        "root_of",
        "rendered_view",
        "rendered_iterable",
        "rendered_missing",
        "rendered_insecure",
        "record_one_view",
        "record_two_views",
        "record_routes",
        "mapper_alone",
        "mapper_order",
        "mapper_remove",
        "sorter",
        "sorter_cycle",
        "weak_set",
        "instance_properties",
        "descriptions",
        "reified",
        "lineages",
        "insides",
        "split_paths",
        "traversal_paths",
        "traverser_alone",
        "resolver",
        "resolver_errors",
        "packages",
        "strings",
        "domains",
        "statuses",
        "redirect_headers",
        "introspectors",
        "introspectable_text",
        "file_iter",
        "registry_dict",
        "registry_notify",
        "settings_words",
        "request_blank",
        "request_callbacks",
        "request_without_registry",
        "subclass_of_request",
        "view_in_by_hand",
        "view_in_by_hand_twice",
        "response_kinds",
        "localizer_of_dummy",
        "session_of_request",
        "exception_is_response",
        "events_attributes",
        "csrf_of_dummy",
        "routes_of_registry",
        "static_info",
        "permits_of_views",
    ]
)


def dummy_request():
    request = testing.DummyRequest(params={"a": 1}, environ={"X": "y"}, headers={"H": "v"}, path="/p", own=5)
    return [
        request.params, request.GET, request.POST, request.method, request.path, request.url, request.host,
        request.domain, request.host_url, request.path_url, request.body, request.content_length, request.charset,
        request.script_name, request.environ["X"], request.headers["H"], request.own, request.cookies, request.subpath,
        list(request.traversed), request.view_name, request.matchdict, request.locale_name,
        request.marshalled, type(request.response).__name__,
        request.is_authenticated, request.authenticated_userid, str(request.has_permission("x", None)),
        IRequest.providedBy(request), request.exception is None if hasattr(request, "exception") else "-",
    ]  # fmt: skip


def dummy_request_post():
    posted = testing.DummyRequest(post={"a": 1}, accept="text/html", cookies={"c": "d"})
    return [posted.method, posted.POST, posted.params, posted.GET, posted.accept, posted.cookies]


def dummy_resource():
    parent = testing.DummyResource()
    child = testing.DummyResource("name", parent, title="t")
    parent["child"] = child
    copy = child.clone(__name__="other", more=1)
    return [
        child.__name__, child.__parent__ is parent, child.title, list(parent.keys()), len(list(parent.values())),
        "child" in parent, bool(parent), parent.get("nothing"), copy.__name__, copy.more, copy.title,
        sorted(copy.kw), parent["child"].__name__,
    ]  # fmt: skip


def dummy_session():
    session = testing.DummySession()
    session.flash("a")
    session.flash("a", allow_duplicate=False)
    session["x"] = 1
    token = session.get_csrf_token()
    return [
        session.peek_flash(),
        session.pop_flash(),
        session.new,
        type(session.created).__name__,
        len(token),
        len(session),
    ]


def some_config():
    config = Configurator()
    config.add_route("r", "/r/{x}")
    config.add_view(lambda request: Response("route " + request.matchdict["x"]), route_name="r")
    config.add_view(lambda context, request: Response("view of " + type(context).__name__), name="v")
    config.add_request_method(lambda request: "added", "added", property=True)
    config.commit()
    return config


def prepared():
    registry = some_config().registry
    with prepare(registry=registry) as found:
        return [
            sorted(found), found["request"].added, type(found["root"]).__name__, found["request"].context is found["root"],
            found["request"].url, found["registry"] is registry,
        ]  # fmt: skip


def prepared_with():
    registry = some_config().registry
    request = Request.blank("/x")
    found = prepare(request, registry)
    try:
        return [found["request"] is request, request.registry is registry, found["root_factory"] is None]
    finally:
        found["closer"]()


def root_of():
    config = some_config()
    app = config.make_wsgi_app()
    root, closer = get_root(app)
    closer()
    return type(root).__name__


def of(config, path="/"):
    request = Request.blank(path)
    request.registry = config.registry
    request.context = None
    return request


def rendered_view():
    config = some_config()
    return render_view(None, of(config), "v").decode()


def rendered_iterable():
    config = some_config()
    return b"".join(render_view_to_iterable(None, of(config), "v")).decode()


def rendered_missing():
    config = some_config()
    return [
        render_view(None, of(config), "no"),
        render_view_to_iterable(None, of(config), "no"),
        render_view_to_response(None, of(config), "no"),
    ]


class NoPolicy:
    def permits(self, request, context, permission):
        return False


def rendered_insecure():
    config = Configurator(security_policy=NoPolicy())
    config.add_view(lambda request: Response("secret"), permission="read")
    config.commit()
    found = [render_view_to_response(None, of(config), "", secure=False).text]
    try:
        render_view_to_response(None, of(config), "")
    except Exception as error:
        found.append(type(error).__name__)
    return found


def looked_up(config, iface=IView, name=""):
    return config.registry.adapters.lookup((IViewClassifier, IRequest, Interface), iface, name)


VIEW_ATTRIBUTES = [
    "__permitted__",
    "__call_permissive__",
    "__original_view__",
    "__predicated__",
    "__predicates__",
    "__phash__",
    "__order__",
    "__view_attr__",
    "__accept__",
    "__wraps__",
    "__permission__",
    "__name__",
    "__module__",
    "__doc__",
    "__text__",
    "__discriminator__",
    "__view_id__",
]


def attributes(view):
    return [name for name in VIEW_ATTRIBUTES if hasattr(view, name)]


def plain(context, request):
    """Return nothing much."""
    return Response("plain")


def record_one_view():
    config = Configurator()
    config.add_view(plain)
    config.commit()
    simple = looked_up(config)
    config = Configurator(security_policy=NoPolicy())
    config.add_view(plain, request_method="GET", permission="read", renderer="json")
    config.commit()
    found = looked_up(config)
    from framework.interfaces import IMultiView, ISecuredView

    secured = looked_up(config, ISecuredView)
    return [
        simple is plain, simple.__name__, attributes(simple), attributes(found or secured), found is None, secured is None,
        IMultiView.providedBy(found or secured), (found or secured).__doc__,
    ]  # fmt: skip


def record_two_views():
    from framework.interfaces import IMultiView

    config = Configurator()
    config.add_view(plain, request_method="GET")
    config.add_view(plain, request_method="POST")
    config.add_view(plain, accept="text/html")
    config.commit()
    multi = looked_up(config, IMultiView)
    return [
        len(multi.views), [len(row) for row in multi.views], sorted(multi.media_views),
        multi.accepts, len(multi.get_views(Request.blank("/"))), multi(None, of(config)).text, multi.name,
        [row[0] for row in multi.views], attributes(multi),
    ]  # fmt: skip


def record_routes():
    config = some_config()
    from framework.interfaces import IRouteRequest

    iface = config.registry.queryUtility(IRouteRequest, name="r")
    return [iface.__name__, iface.combined.__name__, [each.__name__ for each in iface.combined.__bases__]]


def mapper_alone():
    mapper = RoutesMapper()
    mapper.connect("a", "/a/{x}")
    mapper.connect("b", "/b/*rest", factory=5)
    mapper.connect("s", "/s", static=True)
    request = Request.blank("/b/c/d")
    info = mapper(request)
    route = mapper.get_route("a")
    return [
        info["route"].name, info["match"], mapper(Request.blank("/zz")), mapper.has_routes(), mapper.generate("a", {"x": "é"}),
        [each.name for each in mapper.get_routes()], [each.name for each in mapper.get_routes(True)],
        route.pattern, route.path, route.match("/a/5"), route.match("/b"), route.generate({"x": "1"}), route.name, route.factory, list(route.predicates), route.pregenerator,
        [each.name for each in mapper.routelist], sorted(mapper.routes),
    ]  # fmt: skip


def mapper_order():
    mapper = RoutesMapper()
    for name, pattern in [("a", "/{x}"), ("b", "/b"), ("c", "/*rest"), ("d", "/d/{y}")]:
        mapper.connect(name, pattern)
    return [mapper(Request.blank(path))["route"].name for path in ("/b", "/d/1", "/", "/z/z/z", "/x")]


def mapper_remove():
    mapper = RoutesMapper()
    mapper.connect("a", "/a")
    mapper.connect("b", "/{x}")
    mapper.connect("a", "/other")
    return [
        mapper(Request.blank("/a"))["route"].name,
        mapper(Request.blank("/other"))["route"].name,
        len(mapper.routelist),
    ]


def sorter():
    order = TopologicalSorter(default_before="last", default_after=None, last="last")
    for name, kw in [
        ("a", {}),
        ("b", {"before": "a"}),
        ("d", {}),
        ("c", {"after": "a", "before": ("d", "x")}),
    ]:
        order.add(name, name.upper(), **kw)
    found = order.sorted()
    order.remove("a")
    return [found, order.names, order.values() if hasattr(order, "values") else "-"][:2]


def sorter_cycle():
    order = TopologicalSorter()
    order.add("a", 1, after="b")
    order.add("b", 2, after="a")
    try:
        return order.sorted()
    except Exception as error:
        return [type(error).__name__, sorted(error.cycles)]


class Weak:
    pass


def weak_set():
    found = WeakOrderedSet()
    a, b = Weak(), Weak()
    found.add(a)
    found.add(b)
    found.add(a)
    last = found.last is a
    found.remove(a)
    count = len(found)
    del b
    return [last, count, len(found), found.last is None, bool(found.empty() is None)]


def instance_properties():
    class Thing:
        calls = 0

    thing = Thing()
    InstancePropertyHelper.set_property(thing, lambda each: 5, "five")
    InstancePropertyHelper.set_property(thing, counted, name="once", reify=True)
    return [thing.five, thing.once, thing.once, Thing.calls, type(thing).__name__, hasattr(Thing, "five")]


def counted(thing):
    type(thing).__mro__[1].calls += 1
    return type(thing).__mro__[1].calls


def descriptions():
    class Klass:
        def method(self):
            pass

    values = [
        None,
        5,
        "text",
        b"bytes",
        (1, 2),
        [],
        {"a": 1},
        {1},
        counted,
        Klass,
        Klass().method,
        testing,
        "x" * 200,
        1.5,
    ]
    return [object_description(value).replace("goldilocks", "pyramid").split(" at ")[0] for value in values]


def reified():
    class Klass:
        calls = 0

        @reify
        def once(self):
            """Count."""
            self.calls += 1
            return self.calls

    thing = Klass()
    return [thing.once, thing.once, type(Klass.once).__name__, Klass.once.__doc__, sorted(vars(thing))]


def family():
    top = testing.DummyResource()
    middle = top["middle"] = testing.DummyResource()
    bottom = middle["bottom"] = testing.DummyResource()
    return top, middle, bottom


def lineages():
    return [[each.__name__ for each in lineage(each)] for each in family()]


def insides():
    top, middle, bottom = family()
    return [inside(bottom, top), inside(top, bottom), inside(middle, middle)]


def tried(function, *values):
    found = []
    for value in values:
        try:
            found.append(repr(function(value)))
        except Exception as error:
            found.append([kind.__name__ for kind in type(error).__mro__][:2])
    return found


PATHS = ["/a/b", "a//b/", "/", "", "/a/../b", "/../a", "/./a/.", "/%C3%A9", "/é", "/a%2Fb", "//", "/a b"]


def split_paths():
    return tried(split_path_info, *PATHS)


def traversal_paths():
    return [tried(traversal_path, *PATHS, "/%ff"), tried(traversal_path_info, *PATHS, "/\xff")]


def traverser_alone():
    top = family()[0]
    found = []
    for path in ("/middle/bottom", "/middle/x/y", "/@@middle", ""):
        result = ResourceTreeTraverser(top)(Request.blank(path))
        found.append(
            {
                key: value if isinstance(value, (str, tuple)) else value.__name__
                for key, value in result.items()
            }
        )
    return found


def resolver():
    import json

    resolve = DottedNameResolver(json)
    return [
        resolve.resolve("json.decoder").__name__, resolve.resolve(".decoder:JSONDecoder").__name__,
        resolve.maybe_resolve(5), resolve.resolve("json.decoder.JSONDecoder").__name__, resolve.resolve(".").__name__,
        DottedNameResolver("hands_on").maybe_resolve("hands_on.resolver") is resolver,
    ]  # fmt: skip


def resolver_errors():
    import json

    names = ["nothing", "json.nothing", "json:nothing", ".nothing", "..", ":x", "json..decoder"]
    return [
        tried(DottedNameResolver(json).resolve, *names, 5),
        tried(DottedNameResolver(None).resolve, ".x", "json"),
    ]


def packages():
    import json.decoder

    return [
        package_name(json.decoder), package_name(json), package_name(None), package_of(json.decoder).__name__,
        caller_package().__name__, caller_package(level=1).__name__,
    ]  # fmt: skip


def strings():
    return [
        strings_differ("a", "a"),
        strings_differ("a", "b"),
        strings_differ(b"a", b"a"),
        strings_differ("a", "ab"),
    ]


def domains():
    pairs = [("example.com", "example.com"), ("a.example.com", ".example.com"), ("example.com", ".example.com"),
             ("evil-example.com", ".example.com"), ("EXAMPLE.com", "example.com"), ("", ""), ("a", "")]  # fmt: skip
    return [is_same_domain(*pair) for pair in pairs]


def statuses():
    return [
        [code, kind.__name__, kind.title, kind.code, kind.empty_body]
        for code, kind in sorted(status_map.items())
        if code != 520
    ]


def redirect_headers():
    found = HTTPFound("/x", headers=[("Set-Cookie", "a=b")])
    missing = tried(lambda code: exception_response(code), 302, 999)
    return [
        found.location,
        found.status,
        found.headers["Set-Cookie"],
        str(found),
        found.args == (found.detail,),
        missing,
    ]


def introspectors():
    introspector = Introspector()
    one, two = Introspectable("c", "d1", "one", "t"), Introspectable("c", "d2", "two", "t")
    one["key"] = 1
    introspector.add(one)
    introspector.add(two)
    introspector.relate(("c", "d1"), ("c", "d2"))
    found = [
        [each.title for each in introspector.related(one)], introspector.get("c", "d1") is one, one.order, two.order,
        [row["introspectable"].title for row in introspector.get_category("c")], introspector.categories(),
    ]  # fmt: skip
    introspector.unrelate(("c", "d1"), ("c", "d2"))
    introspector.remove("c", "d2")
    return [
        *found,
        introspector.related(one),
        len(introspector.get_category("c")),
        tried(introspector.related, two),
    ]


def introspectable_text():
    one = Introspectable("c", ("d", 1), "one", "t")
    return [
        bool(one),
        len(one),
        repr(one).split(" ")[1:],
        one.discriminator_hash == hash(("d", 1)),
        one.unresolved if hasattr(one, "unresolved") else "-",
    ]


def file_iter():
    from io import BytesIO

    body = FileIter(BytesIO(b"abcdefg"), 3)
    found = [block.decode() for block in body]
    body.close()
    return [found, body.file.closed, FileIter(BytesIO(b"")).block_size]


def registry_dict():
    registry = Registry("name")
    registry["a"] = 1
    return [
        registry["a"],
        registry.get("b"),
        bool(registry),
        registry.package_name,
        registry.has_listeners,
        registry.settings,
        len(registry),
        repr(registry),
    ]


class IEvent(Interface):
    pass


@implementer(IEvent)
class Event:
    pass


def registry_notify():
    registry = Registry()
    heard = []
    registry.registerHandler(heard.append, (IEvent,))
    registry.notify(Event())
    registry.registerSubscriptionAdapter(lambda event: heard.append("subscriber"), (IEvent,), Interface)
    found = [registry.has_listeners, len(heard)]
    registry.notify(Event())
    return [*found, len(heard)]


def settings_words():
    return [asbool(word) for word in ("yes", "no", "TRUE", "f", "1 ", None)]


def request_blank():
    request = Request.blank("/a?b=c", POST={"d": "e"})
    return [
        request.method,
        request.GET["b"],
        request.POST["d"],
        sorted(vars(request)),
        request.exception,
        request.matchdict,
    ]


def request_callbacks():
    request = Request.blank("/")
    request.add_response_callback(lambda request, response: None)
    request.add_finished_callback(lambda request: None)
    return [
        len(request.response_callbacks),
        len(request.finished_callbacks),
        type(request.response_callbacks).__name__,
    ]


def request_without_registry():
    request = Request.blank("/")
    return [
        tried(
            lambda name: getattr(request, name),
            "registry",
            "context",
            "session",
            "response",
            "locale_name",
            "view_name",
        ),
        tried(lambda name: request.route_url(name), "x"),
    ]


def subclass_of_request():
    class Own(Request):
        @reify
        def user(self):
            return "user"

    config = Configurator(request_factory=Own)
    config.add_view(lambda request: Response(request.user + type(request).__name__))
    return Request.blank("/").get_response(config.make_wsgi_app()).text


def view_in_by_hand():
    config = Configurator()
    config.registry.registerAdapter(plain, (IViewClassifier, IRequest, Interface), IView, name="hand")
    return Request.blank("/hand").get_response(config.make_wsgi_app()).text


def view_in_by_hand_twice():
    config = Configurator()
    config.add_view(plain, name="hand")
    app = config.make_wsgi_app()
    first = Request.blank("/hand").get_response(app).text
    config.registry.registerAdapter(
        lambda context, request: Response("new"), (IViewClassifier, IRequest, Interface), IView, name="hand"
    )
    return [first, Request.blank("/hand").get_response(app).text]


def response_kinds():
    from framework.interfaces import IExceptionResponse, IResponse
    from webob import Response as Other

    return [
        IResponse.providedBy(Response()),
        IResponse.providedBy(Other()),
        IExceptionResponse.providedBy(HTTPNotFound()),
    ]


def localizer_of_dummy():
    with testing.testConfig():
        request = testing.DummyRequest()
        return [request.localizer.locale_name, request.localizer.translate("x"), request.locale_name]


def session_of_request():
    config = some_config()
    return tried(lambda name: getattr(of(config), name), "session")


def exception_is_response():
    error = HTTPNotFound("detail", comment="c")
    return [
        str(error),
        error.status,
        error.code,
        error.title,
        error.detail,
        error.comment,
        repr(error)[:30],
        error.wsgi_response is error,
    ]


def events_attributes():
    from framework import events

    found = []
    for name in (
        "NewRequest",
        "NewResponse",
        "BeforeTraversal",
        "ContextFound",
        "ApplicationCreated",
        "BeforeRender",
    ):
        kind = getattr(events, name)
        made = (
            kind(*range(2 if name in ("NewResponse",) else 1))
            if name != "BeforeRender"
            else kind({"a": 1}, {"r": 2})
        )
        found.append([name, sorted(vars(made)), [iface.__name__ for iface in providedBy(made)]])
    return found


def csrf_of_dummy():
    from framework.csrf import check_csrf_token, get_csrf_token

    with testing.testConfig():
        request = testing.DummyRequest()
        token = get_csrf_token(request)
        request.params["csrf_token"] = request.POST["csrf_token"] = token
        return [len(token), check_csrf_token(request, raises=False)]


def routes_of_registry():
    config = some_config()
    mapper = config.registry.queryUtility(IRoutesMapper)
    return [
        [route.name, route.pattern, len(route.predicates), route.factory] for route in mapper.get_routes()
    ]


def static_info():
    from framework.interfaces import IStaticURLInfo

    config = Configurator()
    config.add_static_view("s", "hands_on:texts")
    config.commit()
    info = config.registry.queryUtility(IStaticURLInfo)
    return [info.registrations, type(info).__name__, len(info.cache_busters)]


def permits_of_views():
    config = Configurator(security_policy=NoPolicy())
    config.add_view(plain, permission="read")
    config.commit()
    from framework.interfaces import ISecuredView

    view = looked_up(config, ISecuredView)
    return [view.__permitted__(None, of(config)), view.__call_permissive__(None, of(config)).text]


def run(request):
    try:
        return globals()[request.matchdict["name"]]()
    except Exception as error:
        import traceback

        traceback.print_exc()
        return {"raised": type(error).__name__}


def application():
    config = Configurator()
    config.add_renderer("any", _Any)
    config.add_route("run", "/{name}")
    config.add_view(run, route_name="run", renderer="any")
    return config.make_wsgi_app()


class _Any:
    def __init__(self, info):
        pass

    def __call__(self, value, system):
        import json

        return json.dumps(
            value, default=lambda value: value.decode() if isinstance(value, bytes) else type(value).__name__
        )
