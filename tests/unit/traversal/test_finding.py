"""From resources to paths and back."""

from __future__ import annotations

import pytest
import webob
from zope.interface import Interface, alsoProvides, implementer
from zope.interface.registry import Components

from goldilocks.exceptions import URLDecodeError
from goldilocks.interfaces import IRequestFactory, ITraverser
from goldilocks.threadlocal import manager
from goldilocks.traversal import (
    find_interface,
    find_model,
    find_resource,
    find_root,
    finding,
    model_path,
    model_path_tuple,
    resource_path,
    resource_path_tuple,
    traverse,
)


class Page(dict):
    def __init__(self, parent=None, name=None):
        super().__init__()
        self.__parent__ = parent
        self.__name__ = name
        if parent is not None:
            parent[name] = self


class Island:
    """Stands alone and has no parent attribute."""


class IFolder(Interface):
    pass


@pytest.fixture
def registry():
    """A registry that is current for the time of a test."""
    registry = Components()
    manager.push({"registry": registry, "request": None})
    yield registry
    manager.pop()


@pytest.fixture
def root(registry):
    root = Page()
    Page(Page(root, "a b"), "ñ/ñ")
    return root


# --- Above a resource


def test_root_is_the_highest(root):
    """The root is the one without a parent, and its own root."""
    assert find_root(root["a b"]["ñ/ñ"]) is root
    assert find_root(root) is root


def test_resource_without_a_parent_attribute_is_a_root():
    """What knows of no parent stands at the top."""
    island = Island()
    assert find_root(island) is island


def test_find_interface_looks_upwards(root):
    """The nearest ancestor that provides an interface is found, the resource itself included."""
    alsoProvides(root, IFolder)
    page = root["a b"]
    assert find_interface(page, IFolder) is root
    alsoProvides(page, IFolder)
    assert find_interface(page, IFolder) is page


def test_find_interface_takes_a_class(root):
    """A class will do for an interface."""
    assert find_interface(root["a b"], dict) is root["a b"]


def test_find_interface_may_find_nothing(root):
    """``None`` says that no ancestor is of the kind."""
    assert find_interface(root, IFolder) is None
    assert find_interface(root, Island) is None


# --- Paths


def test_resource_path_is_quoted(root):
    """The names of a path are quoted, each by itself."""
    assert resource_path(root["a b"]["ñ/ñ"]) == "/a%20b/%C3%B1%2F%C3%B1"
    assert resource_path(root) == "/"


def test_resource_path_takes_further_names(root):
    """Elements go behind the resource's own names."""
    assert resource_path(root["a b"], "x/y", 7) == "/a%20b/x%2Fy/7"
    assert resource_path_tuple(root["a b"], "x/y") == ("", "a b", "x/y")


def test_resource_path_tuple_begins_with_the_root(root):
    """The root's empty name says that the path is absolute."""
    assert resource_path_tuple(root) == ("",)
    assert resource_path_tuple(root["a b"]) == ("", "a b")


def test_older_names_are_the_same_functions():
    """From when resources were called models."""
    assert (find_model, model_path, model_path_tuple) == (find_resource, resource_path, resource_path_tuple)


# --- Finding


@pytest.mark.parametrize("path", ["/a%20b", ("", "a b"), ["", "a b"], b"/a%20b"])
def test_absolute_path_begins_at_the_root(root, path):
    """An absolute path is the same wherever one stands."""
    assert find_resource(root["a b"], path) is root["a b"]


@pytest.mark.parametrize("path", ["a%20b", ("a b",), ["a b"], iter(["a b"]), "a%20b?query"])
def test_relative_path_begins_at_the_resource(root, path):
    """A relative path begins where one stands."""
    assert find_resource(root, path) is root["a b"]


@pytest.mark.parametrize("path", ["", (), []])
def test_empty_path_is_the_resource_itself(root, path):
    """An empty path goes nowhere."""
    assert find_resource(root["a b"], path) is root["a b"]


@pytest.mark.parametrize("path", ["/", ("",)])
def test_path_of_the_root(root, path):
    """The shortest absolute path leads to the root."""
    assert find_resource(root["a b"], path) is root


def test_name_that_looks_like_a_scheme(root):
    """A colon in a name doesn't make an address of a relative path."""
    Page(root, "x:y")
    assert find_resource(root, ("x:y",)) is root["x:y"]


def test_missing_resource(root):
    """A path that leads nowhere is a ``KeyError`` that names what is missing."""
    with pytest.raises(KeyError, match="'nope'"):
        find_resource(root, "/nope")


def test_path_must_be_quoted(root):
    """Text that isn't ASCII isn't quoted, and can't be a path."""
    with pytest.raises(UnicodeEncodeError):
        find_resource(root, "/ñ")


def test_path_must_be_utf8(root):
    """What is quoted must be UTF-8."""
    with pytest.raises(URLDecodeError):
        find_resource(root, "/%ff")


def test_traverse_says_all_that_was_found(root):
    """The dictionary is that of a request's walk."""
    found = traverse(root["a b"], "/a%20b/show/1")
    assert found["context"] is root["a b"]
    assert (found["view_name"], found["subpath"], found["traversed"]) == ("show", ("1",), ("a b",))
    assert found["root"] is found["virtual_root"] is root


# --- Applications with a traverser of their own


@implementer(ITraverser)
class Recorder:
    def __init__(self, root):
        self.root = root

    def __call__(self, request):
        return {"context": self.root, "view_name": "", "request": request}


def test_registered_traverser_walks(root, registry):
    """A traverser that is registered gets a request for the path, and what it finds counts."""
    registry.registerAdapter(Recorder, (dict,), ITraverser)
    found = traverse(root["a b"], ("", "a b"))
    assert found["context"] is root
    request = found["request"]
    assert isinstance(request, finding.request_class)
    assert (request.environ["PATH_INFO"], request.registry) == ("/a b", registry)


def test_registered_request_factory_makes_the_request(root, registry):
    """An application's own request class is used where a request is needed."""

    class Own(webob.Request):
        pass

    registry.registerAdapter(Recorder, (dict,), ITraverser)
    registry.registerUtility(Own, IRequestFactory)
    assert type(traverse(root, "/")["request"]) is Own
