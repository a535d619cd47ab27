"""The walk from a root to a context."""

from __future__ import annotations

import pytest
import webob
from zope.interface.verify import verifyClass, verifyObject

from goldilocks.exceptions import URLDecodeError
from goldilocks.interfaces import VH_ROOT_KEY, ITraverser
from goldilocks.traversal import DefaultRootFactory, ModelGraphTraverser, ResourceTreeTraverser
from goldilocks.traversal.traverser import walk

LEAF = {}
TREE = {"a": {"b": LEAF, "@@edit": "hidden"}, "Peña": {}}


def go(path="/", root=TREE, match=None, **environ):
    request = webob.Request.blank("/", environ=environ)
    request.path_info = path
    request.matchdict = match
    return ResourceTreeTraverser(root)(request)


def test_traverser_keeps_the_contract():
    """The class and its instances are what is registered for ``ITraverser``; the old name is the same class."""
    verifyClass(ITraverser, ResourceTreeTraverser)
    verifyObject(ITraverser, ResourceTreeTraverser(None))
    assert ModelGraphTraverser is ResourceTreeTraverser


def test_whole_path_leads_to_a_resource():
    """Where every name is a child's, the last one is the context, with the view without a name."""
    assert go("/a/b") == {
        "context": LEAF,
        "view_name": "",
        "subpath": (),
        "traversed": ("a", "b"),
        "virtual_root": TREE,
        "virtual_root_path": (),
        "root": TREE,
    }


def test_name_without_a_child_is_the_view():
    """The first name that has no child is the view's, and the rest is the subpath."""
    found = go("/a/show/1/2")
    assert found["context"] is TREE["a"]
    assert (found["view_name"], found["subpath"], found["traversed"]) == ("show", ("1", "2"), ("a",))


def test_resource_that_cannot_be_asked_ends_the_walk():
    """A resource without ``__getitem__`` has no children."""
    found = go("/show/1", root=object())
    assert (found["view_name"], found["subpath"], found["traversed"]) == ("show", ("1",), ())


@pytest.mark.parametrize("root", [None, 7, object()])
def test_anything_may_be_a_root(root):
    """Even nothing can be a root and the context of the view without a name."""
    assert go("/", root=root)["context"] is root


def test_selector_names_a_view_even_if_there_is_such_a_child():
    """``@@`` says that a view is meant, and no resource is asked for it."""
    found = go("/a/@@edit/x")
    assert found["context"] is TREE["a"]
    assert (found["view_name"], found["subpath"], found["traversed"]) == ("edit", ("x",), ("a",))


def test_walk_may_end_before_a_selector():
    """A name without a child before the ``@@`` is the view's, and the ``@@`` is part of the subpath."""
    found = go("/a/show/@@edit")
    assert (found["view_name"], found["subpath"]) == ("show", ("@@edit",))


def test_selector_inside_a_name_means_nothing():
    """Only at the beginning of a name does ``@@`` say that a view is meant."""
    assert go("/a/x@@y")["view_name"] == "x@@y"


def test_selector_may_be_another_one():
    """A subclass may choose what a view's name begins with."""

    class Plus(ResourceTreeTraverser):
        VIEW_SELECTOR = "++"

    request = webob.Request.blank("/a/++edit")
    assert Plus(TREE)(request)["view_name"] == "edit"


def test_names_are_text():
    """Children are asked for by what the path's bytes mean."""
    assert go("/Peña")["context"] is TREE["Peña"]


def test_path_that_is_not_utf8():
    """A path that can't be decoded raises the error that a view can be registered for."""
    with pytest.raises(URLDecodeError):
        ResourceTreeTraverser(TREE)(webob.Request.blank("/%ff"))


def test_bare_request_is_enough():
    """A request that was never matched against routes is walked by its path."""
    assert ResourceTreeTraverser(TREE)(webob.Request.blank("/a/b"))["context"] is LEAF


# --- Unusual resources


class Proxy:
    """Hands everything on to something else, its ``__getitem__`` too."""

    def __init__(self, inner):
        self._inner = inner

    def __getattr__(self, name):
        return getattr(self._inner, name)


def test_resource_may_answer_through_getattr():
    """A proxy without a ``__getitem__`` of its own answers with that of what is behind it."""
    found = go("/a/b/show", root=Proxy({"a": Proxy(TREE["a"])}))
    assert found["context"] is LEAF
    assert (found["view_name"], found["traversed"]) == ("show", ("a", "b"))


def test_proxy_may_lead_to_a_leaf():
    """Behind a proxy, too, a resource that can't be asked ends the walk."""
    found = go("/a/show", root=Proxy({"a": 7}))
    assert (found["context"], found["view_name"]) == (7, "show")


def test_whole_path_may_lead_through_proxies():
    """The last resource of a path may be one that a proxy gave."""
    assert go("/a", root=Proxy(TREE))["context"] is TREE["a"]


@pytest.mark.parametrize("error", [TypeError, AttributeError, LookupError, ValueError])
def test_error_inside_a_resource_is_not_swallowed(error):
    """Only ``KeyError`` says that there is no such child; anything else is a fault and comes out."""

    class Faulty:
        def __getitem__(self, name):
            raise error("inside")

    with pytest.raises(error, match="inside"):
        go("/a", root=Faulty())


def test_resource_is_asked_once():
    """A resource whose answer fails isn't asked a second time: it may have begun something."""
    asked = []

    class Faulty:
        def __getitem__(self, name):
            asked.append(name)
            raise TypeError

    with pytest.raises(TypeError):
        go("/a", root=Faulty())
    assert asked == ["a"]


@pytest.mark.parametrize("leaf", ["text", b"bytes", [TREE], (TREE,), range(3)])
@pytest.mark.parametrize("wrapped", [dict, Proxy])
def test_data_has_no_children(leaf, wrapped):
    """Text and lists at the end of a tree have no names to ask for: the walk ends there, also behind a proxy."""
    found = go("/a/show/1", root=wrapped({"a": leaf}))
    assert (found["context"], found["view_name"], found["subpath"]) == (leaf, "show", ("1",))


# --- What a route asks for


def test_route_without_traversal_ends_at_the_root():
    """A route that says nothing about traversal has the root as its context, whatever the path."""
    found = go("/a/b", match={"id": "7"})
    assert (found["context"], found["view_name"], found["subpath"]) == (TREE, "", ())


def test_route_may_give_a_path_to_walk():
    """A star named ``traverse`` gives names, a placeholder of that name text; both are walked."""
    assert go(match={"traverse": ("a", "b")})["context"] is LEAF
    assert go(match={"traverse": "a/b"})["context"] is LEAF
    assert go(match={"traverse": "/a/@@edit"})["view_name"] == "edit"


@pytest.mark.parametrize("empty", ["", (), None])
def test_route_may_give_an_empty_path(empty):
    """An empty path leads to the root."""
    assert go(match={"traverse": empty})["context"] is TREE


def test_route_may_give_a_subpath():
    """A star named ``subpath`` gives names, a placeholder of that name text; both become a tuple."""
    assert go(match={"subpath": ("x", "y")})["subpath"] == ("x", "y")
    assert go(match={"subpath": "x//y/"})["subpath"] == ("x", "y")


def test_what_is_left_of_the_walk_goes_before_the_subpath_of_the_route():
    """Where a walk ends early, its own rest is the subpath."""
    assert go(match={"traverse": "a/show/1", "subpath": ("x",)})["subpath"] == ("1",)


# --- Virtual roots


def test_virtual_root_stands_before_the_path():
    """The walk goes to the virtual root first."""
    found = go("/b", **{VH_ROOT_KEY: "/a"})
    assert found["context"] is LEAF
    assert found["virtual_root"] is TREE["a"]
    assert found["root"] is TREE
    assert (found["virtual_root_path"], found["traversed"]) == (("a",), ("a", "b"))


def test_virtual_root_may_be_the_root():
    """A virtual root of ``/`` changes nothing."""
    assert go("/a", **{VH_ROOT_KEY: "/"}) == go("/a")


def test_virtual_root_is_decoded():
    """A virtual root is text in UTF-8, as the path is."""
    assert go("/", **{VH_ROOT_KEY: "/PeÃ±a"})["virtual_root"] is TREE["Peña"]


def test_virtual_root_that_is_not_utf8():
    """A header that can't be decoded is a fault of the request and not of the application."""
    with pytest.raises(URLDecodeError):
        go("/", **{VH_ROOT_KEY: "/\xff"})


def test_virtual_root_that_is_not_there():
    """Where the walk doesn't reach the virtual root, the root stands for it."""
    found = go("/b", **{VH_ROOT_KEY: "/a/missing"})
    assert found["virtual_root"] is TREE
    assert (found["context"], found["view_name"], found["subpath"]) == (TREE["a"], "missing", ("b",))


def test_path_does_not_climb_out_of_a_virtual_root():
    """Two dots lead no higher than the virtual root."""
    assert go("/../Peña", **{VH_ROOT_KEY: "/a"})["context"] is TREE["a"]


def test_selector_counts_below_a_virtual_root():
    """``@@`` names a view there as anywhere."""
    found = go("/@@edit/x", **{VH_ROOT_KEY: "/a"})
    assert (found["context"], found["view_name"], found["subpath"]) == (TREE["a"], "edit", ("x",))


# --- Roots


def test_default_root_has_no_children():
    """Below the default root every first name is a view's."""
    root = DefaultRootFactory(None)
    assert (root.__parent__, root.__name__) == (None, None)
    assert walk(root, "/show")["view_name"] == "show"
