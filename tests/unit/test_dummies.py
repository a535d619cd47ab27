"""The stand-ins for unit tests."""

from __future__ import annotations

import copy

import pytest
from zope.interface import Interface
from zope.interface.verify import verifyObject

from goldilocks.dummies import (
    DummyModel,
    DummyRendererFactory,
    DummyRequest,
    DummyResource,
    DummyRootFactory,
    DummySecurityPolicy,
    DummySession,
    DummyTemplateRenderer,
    MockTemplate,
    dummy_traverser_factory,
)
from goldilocks.interfaces import IRequest, IResponseFactory, ISession
from goldilocks.registry import Registry
from goldilocks.response import Response
from goldilocks.threadlocal import get_current_registry, manager

# --- request -------------------------------------------------------------------------------------------------------


def test_request_is_one():
    """It provides what views are registered for."""
    assert IRequest.providedBy(DummyRequest())


def test_request_without_arguments():
    """It is an empty GET for the root of example.com."""
    request = DummyRequest()
    assert (request.method, request.path, request.path_info, request.url) == (
        "GET",
        "/",
        "/",
        "http://example.com",
    )
    assert (request.params, request.environ, request.headers, request.cookies) == ({}, {}, {}, {})
    assert (request.context, request.view_name, request.subpath) == (None, "", ())
    assert isinstance(request.session, DummySession)


def test_request_with_params():
    """Query and form are the same dictionary, the one that was given."""
    params = {"a": "1"}
    request = DummyRequest(params)
    assert request.params is request.GET is request.POST is params


def test_request_with_a_form():
    """A form makes it a POST, and the params don't see it."""
    request = DummyRequest({"a": "1"}, post={"b": "2"})
    assert (request.method, request.POST, request.params) == ("POST", {"b": "2"}, {"a": "1"})


def test_request_with_an_empty_form():
    """An empty form is a form."""
    request = DummyRequest({"a": "1"}, post={})
    assert (request.method, request.POST) == ("POST", {})


def test_request_with_the_rest():
    """Every other argument is an attribute."""
    request = DummyRequest(
        environ={"X": "1"}, headers={"A": "b"}, path="/p", cookies={"c": "d"}, method="PUT", new=3
    )
    assert (request.environ, request.headers, request.path_info) == ({"X": "1"}, {"A": "b"}, "/p")
    assert (request.cookies, request.method, request.new) == ({"c": "d"}, "PUT", 3)


def test_request_registry_is_the_current_one():
    """Without a registry of its own it asks for the current one, each time."""
    request = DummyRequest()
    assert request.registry is get_current_registry()
    registry = Registry("test")
    manager.push({"registry": registry, "request": None})
    try:
        assert request.registry is registry
    finally:
        manager.pop()


def test_request_registry_of_its_own():
    """A registry can be set and deleted."""
    request = DummyRequest()
    request.registry = registry = Registry("test")
    assert request.registry is registry
    del request.registry
    assert request.registry is get_current_registry()


def test_request_accept():
    """The header is parsed, and can be written and deleted."""
    request = DummyRequest(accept="text/plain")
    assert request.accept.acceptable_offers(["text/html", "text/plain"]) == [("text/plain", 1.0)]
    request.accept = "text/html"
    assert request.accept.acceptable_offers(["text/html", "text/plain"]) == [("text/html", 1.0)]
    del request.accept
    assert request.accept.acceptable_offers(["text/plain"]) == [("text/plain", 1.0)]


def test_request_response():
    """The response is ours, made once."""
    request = DummyRequest()
    request.registry = Registry("test")
    assert type(request.response) is Response
    assert request.response is request.response


def test_request_response_of_the_application():
    """The application's factory makes the response."""
    request = DummyRequest()
    request.registry = Registry("test")
    request.registry.registerUtility(lambda request: "a response", IResponseFactory)
    assert request.response == "a response"


# --- resources -----------------------------------------------------------------------------------------------------


class IMarked(Interface):
    """A marker."""


def test_resource_has_what_it_was_given():
    """Name, parent, interfaces and attributes are the arguments."""
    resource = DummyResource("name", "parent", IMarked, color="red")
    assert (resource.__name__, resource.__parent__, resource.color) == ("name", "parent", "red")
    assert IMarked.providedBy(resource)


def test_child_gets_name_and_parent():
    """What is set as an item belongs to the tree."""
    root, child = DummyResource(), DummyResource()
    root["child"] = child
    assert (child.__name__, child.__parent__) == ("child", root)
    assert root["child"] is root.get("child") is child


def test_resource_is_a_mapping_that_is_always_true():
    """Children are counted, listed and removed as in a dictionary."""
    root, child = DummyResource(), DummyResource()
    assert root
    root["child"] = child
    assert (len(root), list(root), "child" in root) == (1, ["child"], True)
    assert (list(root.keys()), list(root.values()), list(root.items())) == (
        ["child"],
        [child],
        [("child", child)],
    )
    del root["child"]
    assert root.get("child", "none") == "none"
    with pytest.raises(KeyError):
        root["child"]


def test_clone_keeps_what_is_not_replaced():
    """A clone has the same attributes, name and parent, and copies of the children."""
    root = DummyResource("name", "parent", color="red")
    root["child"] = DummyResource(age=1)
    clone = root.clone()
    assert (clone.__name__, clone.__parent__, clone.color) == ("name", "parent", "red")
    assert clone["child"].age == 1
    assert clone["child"] is not root["child"]


def test_clone_replaces():
    """Arguments take the place of what the original had."""
    clone = DummyResource("name", "parent", color="red").clone("other", None, color="blue")
    assert (clone.__name__, clone.__parent__, clone.color) == ("other", None, "blue")


def test_older_name_of_the_resource():
    """The older name is the same class."""
    assert DummyModel is DummyResource


def test_root_factory_has_what_the_route_matched():
    """The match becomes attributes."""
    assert DummyRootFactory({"bfg.routes.matchdict": {"a": 1}}).a == 1
    assert DummyRootFactory({}).__parent__ is None


def test_traverser_finds_the_resource_of_a_path():
    """A path finds its resource and nothing else, wherever one starts."""
    traverse = dummy_traverser_factory({"/a/b": "resource"})(None)
    found = traverse(DummyRequest(path="/a/b"))
    assert (found["context"], found["traversed"], found["view_name"]) == ("resource", ("a", "b"), "")
    with pytest.raises(KeyError):
        traverse(DummyRequest(path="/a"))


# --- session -------------------------------------------------------------------------------------------------------


def test_session_is_one():
    """It has all that a session has."""
    verifyObject(ISession, DummySession())
    assert DummySession().changed() is None


def test_session_forgets_when_invalidated():
    """Nothing is left in it."""
    session = DummySession(a=1)
    session.invalidate()
    assert session == {}


def test_session_flashes_by_queue():
    """Messages are kept by queue until they are popped."""
    session = DummySession()
    session.flash("one")
    session.flash("two", "errors")
    assert (session.peek_flash(), session.pop_flash("errors")) == (["one"], ["two"])
    assert (session.peek_flash("errors"), session.pop_flash("errors")) == ([], [])


def test_session_flashes_once_if_asked():
    """A message may be kept from being there twice."""
    session = DummySession()
    session.flash("one", allow_duplicate=False)
    session.flash("one", allow_duplicate=False)
    session.flash("one")
    assert session.peek_flash() == ["one", "one"]


def test_session_token_is_made_once():
    """The token stays the same, until a new one is asked for."""
    session = DummySession()
    assert len(session.get_csrf_token()) == 40
    session["_csrft_"] = "mine"
    assert session.get_csrf_token() == "mine"
    assert session.new_csrf_token() == session.get_csrf_token() != "mine"


# --- security ------------------------------------------------------------------------------------------------------


def test_policy_says_what_it_was_told():
    """User, identity and verdict are the arguments."""
    policy = DummySecurityPolicy("user", "identity", permissive=False)
    assert (policy.authenticated_userid(None), policy.identity(None)) == ("user", "identity")
    assert policy.permits(None, None, "edit") is False


def test_policy_remembers_and_forgets():
    """Login and logout can be looked at afterwards."""
    policy = DummySecurityPolicy()
    assert (policy.remember(None, "fred", days=3), policy.forget(None)) == ([], [])
    assert (policy.remembered, policy.forgotten) == ("fred", True)


def test_policy_headers():
    """The headers of both are arguments."""
    policy = DummySecurityPolicy(remember_result="in", forget_result="out")
    assert (policy.remember(None, "fred"), policy.forget(None)) == ("in", "out")


# --- renderers -----------------------------------------------------------------------------------------------------


def test_renderer_remembers_values():
    """What was to be rendered, system values too, can be read as attributes."""
    renderer = DummyTemplateRenderer("text")
    assert renderer({"a": 1}, {"request": "r"}) == "text"
    assert (renderer.a, renderer.request) == (1, "r")
    with pytest.raises(AttributeError, match="missing"):
        renderer.missing  # noqa: B018 - that it raises is the fact


def test_renderer_asserts_values():
    """Values that were received and are equal pass; all others fail with both told."""
    renderer = DummyTemplateRenderer()
    renderer({"a": 1})
    assert renderer.assert_(a=1)
    with pytest.raises(AssertionError, match="1"):
        renderer.assert_(a=2)
    with pytest.raises(AssertionError, match="'b'"):
        renderer.assert_(b=1)


def test_renderer_knows_what_its_template_received():
    """Values may come through the template too."""
    renderer = DummyTemplateRenderer()
    renderer.implementation()(a=1)
    assert renderer.a == 1
    assert renderer.assert_(a=1)


def test_renderer_text_can_be_changed():
    """A new text is what renderer and template answer with."""
    renderer = DummyTemplateRenderer("old")
    renderer.string_response = "new"
    assert (renderer({}), renderer.string_response, renderer.implementation()()) == ("new", "new", "new")


def test_renderer_can_be_copied():
    """A copy in the making has no attributes yet, and is asked for some."""
    renderer = DummyTemplateRenderer()
    renderer({"a": 1})
    assert copy.copy(renderer).a == 1


def test_template_has_everything():
    """Any attribute and any item of a template is the template."""
    template = MockTemplate("text")
    assert template.macros["page"] is template
    assert template() == "text"


class Info:
    """What a renderer factory is asked with."""

    def __init__(self, name):
        self.name = name


@pytest.mark.parametrize(
    ("added", "asked"), [("a.pt", "a.pt"), ("p:a.pt", "p:a.pt"), ("p:a.pt", "a.pt"), ("a.pt", "p:a.pt")]
)
def test_renderer_is_found_with_and_without_package(added, asked):
    """Tests name a template either way."""
    factory = DummyRendererFactory(".pt", None)
    factory.add(added, "renderer")
    assert factory(Info(asked)) == "renderer"


def test_other_renderers_are_made_by_the_real_factory():
    """What wasn't added is left to the factory that was there before."""
    factory = DummyRendererFactory(".pt", lambda info: f"real {info.name}")
    assert factory(Info("a.pt")) == "real a.pt"


def test_unknown_renderer():
    """Without a real factory it is an error that tells the name."""
    with pytest.raises(KeyError, match=r"a\.pt"):
        DummyRendererFactory(".pt", None)(Info("a.pt"))
