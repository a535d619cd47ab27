from __future__ import annotations

import gc
import weakref

import pytest
from webob import Request as WebObRequest
from webob import Response as WebObResponse
from zope.interface import Interface, implementer, providedBy
from zope.interface.interface import InterfaceClass
from zope.interface.registry import Components

from goldilocks.interfaces import IRequest, IRequestExtensions, IResponse, IResponseFactory, ISessionFactory
from goldilocks.request import (
    CallbackMethodsMixin,
    Request,
    RequestLocalCache,
    TemplateContext,
    add_global_response_headers,
    apply_request_extensions,
    call_app_with_subpath_as_path_info,
    route_request_iface,
)
from goldilocks.response import Response
from goldilocks.util import InstancePropertyHelper


@pytest.fixture
def request_():
    """A request with an empty registry that is nothing but zope's."""
    request = Request.blank("/")
    request.registry = Components()
    return request


class Extensions:
    """What ``config.add_request_method`` leaves."""

    def __init__(self, methods=None, properties=None):
        self.methods = methods or {}
        helper = InstancePropertyHelper()
        for name, function in (properties or {}).items():
            helper.add_property(function, name=name, reify=True)
        self.descriptors = helper.properties


# --- what a new request has ------------------------------------------------------------------------------------------


def test_request_is_webobs_and_ours():
    """A request is WebOb's, and known as one to the registry."""
    request = Request.blank("/page?a=1")
    assert request.GET["a"] == "1"
    assert IRequest.providedBy(request)


@pytest.mark.parametrize(
    "name",
    ["registry", "root", "context", "view_name", "subpath", "traversed", "virtual_root", "virtual_root_path"],
)
def test_what_the_router_sets_is_absent_before(name):
    """Nothing stands in for what isn't known yet; what was set can be deleted again."""
    request = Request.blank("/")
    assert getattr(request, name, "absent") == "absent"
    setattr(request, name, "set")
    assert getattr(request, name) == "set"
    delattr(request, name)
    assert not hasattr(request, name)


@pytest.mark.parametrize("name", ["exception", "exc_info", "matched_route", "matchdict"])
def test_what_may_never_come_is_none(name):
    """What most requests never have is ``None`` from the beginning."""
    assert getattr(Request.blank("/"), name) is None


def test_request_iface_is_that_of_any_request():
    """Until a route matches, views are looked up for any request."""
    assert Request.blank("/").request_iface is IRequest


def test_response_class():
    """WebOb makes our responses when it makes one for the request, or those of the class that the request says."""
    assert Request.ResponseClass is Response
    assert isinstance(Request.blank("/").get_response(WebObResponse(b"body")), Response)
    request = Request.blank("/")
    request.ResponseClass = WebObResponse
    assert type(request.send(WebObResponse(b"body"))) is WebObResponse


def test_a_new_request_holds_its_environment_and_nothing_else():
    """To make a request computes nothing."""
    assert list(vars(Request({}))) == ["environ"]


@pytest.mark.parametrize("script_name", ["", "/app", "/La Pe\xc3\xb1a"])
def test_application_url(script_name):
    """The application begins where WebOb says it does."""
    environ = Request.blank("/page").environ | {"SCRIPT_NAME": script_name}
    assert Request(environ).application_url == WebObRequest(environ).application_url


def test_application_url_without_script_name():
    """An environment may lack the script name."""
    environ = Request.blank("/page").environ
    del environ["SCRIPT_NAME"]
    assert Request(environ).application_url == "http://localhost"


def test_ad_hoc_attributes_stay_out_of_the_environment():
    """What is set on a request isn't handed to other WSGI applications."""
    request = Request({})
    request.mine = 1
    assert request.environ == {}


def test_template_context():
    """Each request has a bag for templates, always the same one."""
    request = Request.blank("/")
    assert isinstance(request.tmpl_context, TemplateContext)
    assert request.tmpl_context is request.tmpl_context


# --- session, response -----------------------------------------------------------------------------------------------


def test_session_is_made_once(request_):
    """The session factory is called with the request, once, and the session is kept under its name."""
    calls = []
    request_.registry.registerUtility(lambda request: calls.append(request) or "session", ISessionFactory)
    assert request_.session == request_.session == request_.__dict__["session"] == "session"
    assert calls == [request_]


def test_session_without_a_factory(request_):
    """An application without sessions says so, and ``hasattr`` is false."""
    assert not hasattr(request_, "session")
    with pytest.raises(AttributeError, match="set_session_factory"):
        _ = request_.session


@pytest.mark.parametrize("name", ["session", "response", "localizer"])
def test_a_guard_may_be_put_in_place(request_, name):
    """What stands in ``__dict__`` under the name counts."""
    request_.__dict__[name] = "guard"
    assert getattr(request_, name) == "guard"


def test_response_is_ours_and_always_the_same(request_):
    """Without a factory the response is of our class."""
    assert type(request_.response) is Response
    assert request_.response is request_.response


def test_response_by_the_applications_factory(request_):
    """The application's factory is called with the request."""
    request_.registry.registerUtility(lambda request: ("made for", request), IResponseFactory)
    assert request_.response == ("made for", request_)


@implementer(IResponse)
class Foreign:
    pass


class Adapted:
    pass


@pytest.mark.parametrize(("thing", "expected"), [(Response(), True), (Foreign(), True), ("text", False)])
def test_is_response(request_, thing, expected):
    """A response is what provides its interface."""
    assert request_.is_response(thing) is expected


def test_is_response_by_an_adapter(request_):
    """What an adapter returns as it is counts as a response; what it turns into one doesn't."""
    request_.registry.registerAdapter(lambda thing: thing, (Adapted,), IResponse)
    request_.registry.registerAdapter(lambda n: Response(str(n)), (int,), IResponse)
    assert request_.is_response(Adapted())
    assert not request_.is_response(7)


def test_set_property_counts_at_once_and_for_one_request_alone():
    """A property given to one request isn't another's."""
    one, other = Request.blank("/"), Request.blank("/")
    one.set_property(lambda request: [], name="basket", reify=True)
    assert one.basket is one.basket
    assert not hasattr(other, "basket")


# --- callbacks -------------------------------------------------------------------------------------------------------


def test_response_callbacks_run_in_order_and_once():
    """Callbacks get request and response, also those that are added on the way, and are gone then."""
    request, seen = Request.blank("/"), []

    def first(request, response):
        seen.append(("first", request, response))
        request.add_response_callback(third)

    def second(request, response):
        seen.append("second")

    def third(request, response):
        seen.append("third")

    request.add_response_callback(first)
    request.add_response_callback(second)
    assert list(request.response_callbacks) == [first, second]
    request._process_response_callbacks("response")
    request._process_response_callbacks("response")
    assert seen == [("first", request, "response"), "second", "third"]
    assert not request.response_callbacks


def test_finished_callbacks_run_in_order_and_once():
    """Callbacks get the request, also those that are added on the way, and are gone then."""
    request, seen = Request.blank("/"), []
    request.add_finished_callback(lambda request: request.add_finished_callback(seen.append))
    assert len(request.finished_callbacks) == 1
    request._process_finished_callbacks()
    request._process_finished_callbacks()
    assert seen == [request]
    assert not request.finished_callbacks


def test_callbacks_that_nobody_added_cost_nothing():
    """To process no callbacks makes no queue."""
    request = Request({})
    request._process_response_callbacks("response")
    request._process_finished_callbacks()
    assert list(vars(request)) == ["environ"]


def test_queue_may_be_written_by_hand():
    """A callback put into the queue itself runs as well."""
    request, seen = Request.blank("/"), []
    request.finished_callbacks.appendleft(seen.append)
    request._process_finished_callbacks()
    assert seen == [request]
    request.response_callbacks.appendleft(lambda request, response: seen.append(response))
    request.add_response_callback(lambda request, response: seen.append("last"))
    request._process_response_callbacks("response")
    assert seen == [request, "response", "last"]


def test_a_response_callback_that_fails_is_not_caught():
    """The error goes to the caller, and the callbacks behind it stay."""
    request = CallbackMethodsMixin()
    request.add_response_callback(lambda request, response: 1 / 0)
    request.add_response_callback(print)
    with pytest.raises(ZeroDivisionError):
        request._process_response_callbacks(None)
    assert list(request.response_callbacks) == [print]


@pytest.mark.parametrize("second", [KeyError, KeyboardInterrupt])
def test_finished_callbacks_are_all_called(second):
    """The first error goes to the caller, or one that ends more than the request, when all have been called."""
    called = []

    def fail(request):
        raise second

    request = CallbackMethodsMixin()
    request.add_finished_callback(lambda request: 1 / 0)
    request.add_finished_callback(fail)
    request.add_finished_callback(called.append)
    with pytest.raises(ZeroDivisionError if second is KeyError else second):
        request._process_finished_callbacks()
    assert called == [request] and not request.finished_callbacks


def test_global_response_headers():
    """The headers are added to whatever response comes."""
    request, response = Request.blank("/"), Response()
    add_global_response_headers(request, [("X-One", "1"), ("X-Two", "2")])
    request._process_response_callbacks(response)
    assert response.headerlist[-2:] == [("X-One", "1"), ("X-Two", "2")]


# --- interfaces of routes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["home", "a name with spaces"])
def test_route_request_iface(name):
    """A route has an interface, and one that also is any request's, both with names that tell the route."""
    iface = route_request_iface(name)
    assert iface.__name__ == f"{name}_IRequest"
    assert iface.combined.__name__ == f"{name}_combined_IRequest"
    assert iface.combined.__bases__ == (iface, IRequest)
    assert not iface.isOrExtends(IRequest)


def test_route_request_iface_with_bases():
    """The interface extends what it is told to."""

    class IBase(Interface):
        pass

    assert route_request_iface("home", bases=(IBase,)).isOrExtends(IBase)
    both = route_request_iface("home", bases=(IBase, IRequest))
    assert (both.__sro__[:3], both.__sro__[-1]) == ((both, IBase, IRequest), Interface)


@pytest.mark.parametrize("bases", [(), (IRequest,), (IRequest, Interface)])
def test_route_request_iface_is_zopes(bases):
    """However an interface of a route is made, it is what zope would have made."""
    made = route_request_iface("home", bases)
    usual = InterfaceClass(
        "home_IRequest", bases, __doc__="Requests of one route.", __module__="goldilocks.request"
    )
    assert made == usual
    assert hash(made) == hash(usual)
    for name in (
        "__name__",
        "__module__",
        "__doc__",
        "__bases__",
        "__sro__",
        "__iro__",
        "__identifier__",
        "_implied",
    ):
        assert getattr(made, name) == getattr(usual, name)


# --- another application ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script_name", "path_info", "subpath", "expected"),
    [
        ("", "/hello", ("hello",), ("", "/hello")),
        ("", "/hello/", ("hello",), ("", "/hello/")),
        ("/script", "/hello", ("hello",), ("/script", "/hello")),
        ("/script", "//hello/", ("hello",), ("/script", "/hello/")),
        ("/script", "/page/a/b", ("a", "b"), ("/script/page", "/a/b")),
        ("/script", "/page/", (), ("/script/page", "/")),
        ("/script", "/", (), ("/script", "/")),
        ("", "/La Pe\xc3\xb1a", ("La Peña",), ("", "/La Pe\xc3\xb1a")),
        ("/script", "/page", ("elsewhere",), ("", "/elsewhere")),
        ("", "/a", ("b", "a"), ("", "/b/a")),
    ],
)
def test_mounted_application_sees_the_subpath(script_name, path_info, subpath, expected):
    """The subpath becomes the path, what stands before it the script name; the request itself stays."""
    request = Request.blank("/")
    request.environ.update(SCRIPT_NAME=script_name, PATH_INFO=path_info)
    request.subpath = subpath
    seen = []

    def app(environ, start_response):
        seen.append((environ["SCRIPT_NAME"], environ["PATH_INFO"]))
        return WebObResponse("mounted")(environ, start_response)

    assert call_app_with_subpath_as_path_info(request, app).text == "mounted"
    assert seen == [expected]
    assert request.environ["PATH_INFO"] == path_info


def test_mounted_application_without_a_walk():
    """A request that has neither subpath nor path is handed on as the root."""
    request = Request.blank("/")
    del request.environ["PATH_INFO"], request.environ["SCRIPT_NAME"]
    response = call_app_with_subpath_as_path_info(
        request, lambda environ, start: WebObResponse(environ["PATH_INFO"])(environ, start)
    )
    assert response.text == "/"


# --- extensions ------------------------------------------------------------------------------------------------------


def test_extensions_of_the_registry(request_):
    """Methods get the request and their arguments, properties the request."""
    extensions = Extensions({"double": lambda request, n: 2 * n}, {"me": lambda request: request})
    request_.registry.registerUtility(extensions, IRequestExtensions)
    apply_request_extensions(request_)
    assert request_.double(2) == 4
    assert request_.me is request_
    assert request_.__dict__["me"] is request_


def test_extensions_that_are_handed_over(request_):
    """Extensions that are given count instead of the registry's."""
    request_.registry.registerUtility(Extensions({"one": lambda request: 1}), IRequestExtensions)
    apply_request_extensions(request_, Extensions({"two": lambda request: 2}))
    assert request_.two() == 2
    assert not hasattr(request_, "one")


def test_no_extensions(request_):
    """Without extensions a request stays what it is."""
    apply_request_extensions(request_)
    apply_request_extensions(request_, Extensions())
    assert type(request_) is Request


def test_requests_of_one_application_share_a_class():
    """The class is made once, is still a request to the registry, and looks like the original."""
    extensions = Extensions({"one": lambda request: 1}, {"two": lambda request: 2})
    classes = set()
    for _ in range(3):
        request = Request.blank("/")
        apply_request_extensions(request, extensions)
        classes.add(type(request))
        gc.collect()
    (extended,) = classes
    assert extended.__name__ == "Request"
    assert providedBy(request) == providedBy(Request.blank("/"))


def test_extensions_applied_twice():
    """A second time changes nothing."""
    extensions = Extensions({"one": lambda request: 1})
    request = Request.blank("/")
    apply_request_extensions(request, extensions)
    extended = type(request)
    apply_request_extensions(request, extensions)
    assert type(request) is extended


def test_extensions_that_change():
    """What is added later counts from the next request on."""
    extensions = Extensions({"one": lambda request: 1})
    apply_request_extensions(Request.blank("/"), extensions)
    extensions.methods["two"] = lambda request: 2
    request = Request.blank("/")
    apply_request_extensions(request, extensions)
    assert request.two() == 2


def test_extensions_for_any_class():
    """A request of WebOb's, of a subclass or a test's own stand-in is extended as well, one after the other."""

    class Special(Request):
        pass

    class StandIn:
        pass

    extensions = Extensions({"one": lambda request: 1}, {"two": lambda request: 2})
    for request in (
        Request.blank("/"),
        WebObRequest.blank("/"),
        Special.blank("/"),
        StandIn(),
        Request.blank("/"),
    ):
        original = type(request)
        apply_request_extensions(request, extensions)
        assert isinstance(request, original)
        assert (request.one(), request.two) == (1, 2)


def test_extensions_after_a_property_of_one_request():
    """A request that was given a property of its own keeps it."""
    extensions = Extensions({"one": lambda request: 1})
    request = Request.blank("/")
    request.set_property(lambda request: "mine", name="mine")
    apply_request_extensions(request, extensions)
    assert (request.one(), request.mine) == (1, "mine")


def test_extended_request_is_released():
    """A method that is given to a request doesn't keep it alive in a circle."""
    request = Request.blank("/")
    apply_request_extensions(request, Extensions({"one": lambda request: 1}))
    watched = weakref.ref(request)
    gc.disable()
    try:
        del request
        assert watched() is None
    finally:
        gc.enable()


# --- one value for each request --------------------------------------------------------------------------------------


def test_cached_function_computes_once_for_each_request():
    """Each request has its own value."""
    calls = []

    @RequestLocalCache()
    def user(request):
        """Who it is."""
        calls.append(request)
        return len(calls)

    one, other = Request.blank("/"), Request.blank("/")
    assert [user(one), user(other), user(one)] == [1, 2, 1]
    assert (user.__name__, user.__doc__) == ("user", "Who it is.")


def test_cache_forgets_when_the_request_is_finished():
    """The value goes with the finished callbacks, and needs only one of them."""
    cache, request = RequestLocalCache(), Request.blank("/")
    cache.set(request, 1)
    cache.set(request, 2)
    assert cache.get(request) == 2
    assert len(request.finished_callbacks) == 1
    request._process_finished_callbacks()
    assert cache.get(request) is cache.NO_VALUE


def test_cache_does_not_keep_a_request_alive():
    """A request that never finishes is released all the same."""
    cache, request = RequestLocalCache(), Request.blank("/")
    cache.set(request, "value")
    watched = weakref.ref(request)
    del request
    gc.collect()
    assert watched() is None


def test_cleared_value_is_computed_anew():
    """`clear` returns the old value; the next question computes, and adds no callback."""
    values = iter([1, 2])
    cache, request = RequestLocalCache(lambda request: next(values)), Request.blank("/")
    assert cache.get_or_create(request) == 1
    assert cache.clear(request) == 1
    assert cache.get(request, "none") == "none"
    assert cache.get_or_create(request) == 2
    assert len(request.finished_callbacks) == 1


def test_clear_of_nothing():
    """Where there is no value, `clear` says so and leaves no trace."""
    cache, request = RequestLocalCache(), Request.blank("/")
    assert cache.clear(request) is cache.NO_VALUE
    assert "finished_callbacks" not in vars(request)


@pytest.mark.parametrize("value", [None, 0, ""])
def test_empty_values_are_values(value):
    """What is false is kept as well."""
    cache, request = RequestLocalCache(), Request.blank("/")
    cache.set(request, value)
    assert cache.get(request, "default") == value
    assert cache.get_or_create(request, lambda request: "computed") == value


def test_creator_of_the_moment_wins():
    """A creator that is handed over counts before the cache's own, and a decorated one before the first."""
    cache = RequestLocalCache(lambda request: "constructor")
    assert cache.get_or_create(Request.blank("/"), lambda request: "moment") == "moment"
    assert cache.get_or_create(Request.blank("/")) == "constructor"
    cache(lambda request: "decorated")
    assert cache.get_or_create(Request.blank("/")) == "decorated"


def test_no_creator_at_all():
    """A cache that can't compute says what to do."""
    with pytest.raises(ValueError, match="creator"):
        RequestLocalCache().get_or_create(Request.blank("/"))
