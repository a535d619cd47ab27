"""Walking resource trees: names, views, subpaths, virtual roots, odd paths, traversers of one's own."""

from framework.config import Configurator
from framework.interfaces import ITraverser
from framework.response import Response
from framework.traversal import (
    find_interface,
    find_resource,
    find_root,
    resource_path,
    resource_path_tuple,
    traverse,
    virtual_root,
)
from zope.interface import Interface, implementer

REQUESTS = """
GET /
GET
GET //
GET /a
GET /a/
GET /a/b
GET /a//b
GET /a/b/
GET /a/b/view
GET /a/b/view/
GET /a/b/view/x/y
GET /a/b/view/x//y/
GET /a/b/nothing
GET /a/nothing/x
GET /nothing
GET /@@view
GET /a/@@view
GET /a/@@b
GET /@@
GET /a/@@/x
GET /@@view/x
GET /./a
GET /a/./b
GET /a/../a
GET /../a
GET /a/b/../../a
GET /a/b/../../../../a
GET /%2e%2e/a
GET /a%2Fb
GET /ü
GET /%C3%BC
GET /%C3%BC/view
GET /%ff
GET /a/%ff%fe
GET /%00
GET /a%00b
GET /white%20space
GET /white+space
GET /stop
GET /stop/x
GET /raises
GET /raises/x
GET /valueerror/x
GET /typeerror/x
GET /none/x
GET /leaf
GET /leaf/x/y
GET /leaf/view
GET /own/x/y
GET /iface
GET /iface/x
GET /special
GET /special/inner
GET / | X-Vhm-Root: /a
GET /b | X-Vhm-Root: /a
GET /b/view | X-Vhm-Root: /a
GET /b | X-Vhm-Root: a/
GET /x | X-Vhm-Root: /nothing
GET / | X-Vhm-Root: /a/b
GET / | X-Vhm-Root: /%C3%BC
GET /x | X-Vhm-Root: /\\xc3\\xbc
GET /x | X-Vhm-Root: /\\xff
GET / | X-Vhm-Root: /../a
GET /tools
GET /tools?path=/a/b
GET /tools?path=a/b/c
GET /tools?path=
GET /tools?path=/nothing
GET /tools?path=/a/view/x
GET /tools?path=/%C3%BC
GET /tools?path=../x
GET /a/b | script: /mounted
GET /view | script: /mounted/here
POST /a | body: x=1
HEAD /a
"""


class ISpecial(Interface):
    pass


class Node(dict):
    def __init__(self, **children):
        super().__init__(children)
        self.__name__, self.__parent__ = "", None
        for key, child in children.items():
            child.__name__, child.__parent__ = key, self


class Raises(Node):
    def __getitem__(self, name):
        raise RuntimeError(name)


class RaisesValue(Node):
    def __getitem__(self, name):
        raise ValueError(name)


class RaisesType(Node):
    def __getitem__(self, name):
        raise TypeError(name)


class GivesNone(Node):
    def __getitem__(self, name):
        return None


class Leaf:
    __name__ = __parent__ = None


class Own(Node):
    pass


@implementer(ISpecial)
class Special(Node):
    pass


@implementer(ITraverser)
class OwnTraverser:
    def __init__(self, root):
        self.root = root

    def __call__(self, request):
        path = request.path_info.strip("/").split("/")
        return {
            "context": self.root,
            "view_name": path[-1],
            "subpath": tuple(path),
            "traversed": ("own",),
            "virtual_root": self.root,
            "virtual_root_path": (),
            "root": self.root,
        }


def make_root(request):
    if request.path_info.startswith("/own/"):
        return Own()
    return Node(
        a=Node(b=Node(c=Node())),
        ü=Node(),
        stop=Node(),
        raises=Raises(),
        valueerror=RaisesValue(),
        typeerror=RaisesType(),
        none=GivesNone(),
        leaf=Leaf(),
        special=Special(inner=Node()),
        **{"white space": Node()},
    )


def safe(function, *args):
    try:
        found = function(*args)
    except Exception as error:
        return type(error).__name__
    if isinstance(found, dict) and "context" in found:
        return {key: repr_of(value) for key, value in sorted(found.items())}
    return repr_of(found)


def repr_of(value):
    return f"{type(value).__name__} {value.__name__}" if isinstance(value, (Node, Leaf)) else repr(value)


def dump(context, request):
    return {
        "context": type(context).__name__,
        "name": context.__name__,
        "view": request.view_name,
        "subpath": list(request.subpath),
        "traversed": list(request.traversed),
        "root": type(request.root).__name__,
        "vroot": repr_of(request.virtual_root),
        "vpath": list(request.virtual_root_path),
        "path_info": request.path_info,
        "path": safe(resource_path, context),
        "url": safe(request.resource_url, context),
        "rpath": safe(request.resource_path, context, "x y", "ü"),
    }


def tools(context, request):
    a = request.root["a"]
    path = request.params.get("path", "/a")
    return {
        "traverse": safe(traverse, a, path),
        "find": safe(find_resource, a, path),
        "tuple": safe(find_resource, a, tuple(path.split("/"))),
        "root": safe(find_root, a),
        "interface": safe(find_interface, request.root["special"]["inner"], ISpecial),
        "class": safe(find_interface, a["b"], Node),
        "none": safe(find_interface, a["b"], ISpecial),
        "path": safe(resource_path, request.root["ü"], "ü", "a b", "x/y", "é;,~"),
        "path_tuple": safe(resource_path_tuple, request.root["ü"], "ü"),
        "vroot": safe(virtual_root, a, request),
    }


def application():
    config = Configurator(root_factory=make_root)
    config.add_view(dump, renderer="json")
    config.add_view(dump, name="view", renderer="json")
    config.add_view(dump, name="y", context=Own, renderer="json")
    config.add_view(tools, name="tools", renderer="json")
    config.add_view(lambda context, request: Response("special"), context=ISpecial)
    config.add_traverser(OwnTraverser, Own)
    return config.make_wsgi_app()
