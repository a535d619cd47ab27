"""Where resources stand in URLs."""

from __future__ import annotations

import pytest
import webob
from zope.interface.registry import Components
from zope.interface.verify import verifyObject

from goldilocks.exceptions import URLDecodeError
from goldilocks.interfaces import VH_ROOT_KEY, IResourceURL
from goldilocks.threadlocal import manager
from goldilocks.traversal import ResourceURL, virtual_root


class Page(dict):
    def __init__(self, parent=None, name=None):
        super().__init__()
        self.__parent__ = parent
        self.__name__ = name
        if parent is not None:
            parent[name] = self


@pytest.fixture
def registry():
    """A registry that is current for the time of a test."""
    registry = Components()
    manager.push({"registry": registry, "request": None})
    yield registry
    manager.pop()


ROOT = Page()
SITE = Page(ROOT, "ñ site")
PAGE = Page(SITE, "page")
QUOTED_SITE = "%C3%B1%20site"


def request(virtual=None, **attributes):
    request = webob.Request.blank("/")
    if virtual is not None:
        request.environ[VH_ROOT_KEY] = virtual.encode().decode("latin-1")
    for name, value in attributes.items():
        setattr(request, name, value)
    return request


def test_contract():
    """An instance is what is registered for ``IResourceURL``."""
    verifyObject(IResourceURL, ResourceURL(PAGE, request()))


def test_without_a_virtual_root_both_paths_are_the_same():
    """Paths are quoted, begin at the root and end with a slash."""
    url = ResourceURL(PAGE, request())
    assert url.physical_path == url.virtual_path == f"/{QUOTED_SITE}/page/"
    assert url.physical_path_tuple == url.virtual_path_tuple == ("", "ñ site", "page", "")


def test_root_is_a_slash():
    """The root's path is one slash and not two."""
    url = ResourceURL(ROOT, request())
    assert (url.physical_path, url.physical_path_tuple) == ("/", ("",))


@pytest.mark.parametrize("virtual", ["/ñ site", "/ñ site/", "ñ site"])
def test_virtual_path_begins_below_the_virtual_root(virtual):
    """What the site hides at its front is not in the virtual path."""
    url = ResourceURL(PAGE, request(virtual))
    assert (url.virtual_path, url.virtual_path_tuple) == ("/page/", ("", "page", ""))
    assert url.physical_path == f"/{QUOTED_SITE}/page/"


def test_virtual_root_itself_is_a_slash():
    """The resource at the front of a site has the path of a root."""
    url = ResourceURL(SITE, request("/ñ site"))
    assert (url.virtual_path, url.virtual_path_tuple) == ("/", ("", ""))


@pytest.mark.parametrize("virtual", ["", "/", "/other", "/ñ sit", "/ñ site/page/deeper"])
def test_resource_outside_of_the_virtual_root(virtual):
    """A resource that isn't below the virtual root keeps its path, be the beginnings ever so alike."""
    url = ResourceURL(PAGE, request(virtual))
    assert url.virtual_path == url.physical_path


def test_virtual_root_that_is_not_utf8():
    """A header that can't be decoded is a fault of the request."""
    broken = request()
    broken.environ[VH_ROOT_KEY] = "/\xff"
    with pytest.raises(URLDecodeError):
        ResourceURL(PAGE, broken)


# --- virtual_root


def test_virtual_root_is_found(registry):
    """The resource at the front of the site is found from any below it."""
    assert virtual_root(PAGE, request("/ñ site", registry=registry)) is SITE


def test_registry_of_the_thread_is_enough(registry):
    """A request without a registry uses the current one."""
    assert virtual_root(PAGE, request("/ñ site")) is SITE


def test_without_a_virtual_root_it_is_the_root(registry):
    """A site that hides nothing has the root at its front: the request's, if it says one."""
    assert virtual_root(PAGE, request()) is ROOT
    assert virtual_root(PAGE, request(root=SITE)) is SITE


def test_registered_resource_url_is_asked(registry):
    """An application that makes its own URLs also says where a site begins."""

    class Own:
        physical_path = f"/{QUOTED_SITE}/page/"
        virtual_path = "/page/"

        def __init__(self, resource, request):
            pass

    registry.registerAdapter(Own, (dict, webob.Request), IResourceURL)
    assert virtual_root(PAGE, request()) is SITE
