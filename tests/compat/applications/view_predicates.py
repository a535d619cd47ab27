"""Every predicate that a view can have, alone and together, and what is said when none holds."""

from framework.config import Configurator, not_
from framework.response import Response
from zope.interface import Interface, implementer

REQUESTS = """
GET /method
HEAD /method
POST /method
PUT /method
DELETE /method
PATCH /method
OPTIONS /method
GET /getonly
HEAD /getonly
POST /getonly
BREW /method
GET /param
GET /param?a
GET /param?a=
GET /param?a=1
GET /param?a=1&b=2
GET /param?b=2
GET /param?c=x%20y
GET /param?d==1
GET /param?%20a%20=1
POST /param | body: a=1
GET /params?one=1&two=2
GET /params?one=1&two=3
GET /params?one=1
GET /header
GET /header | X-One: 1
GET /header | X-Two: yes
GET /header | X-Two: no
GET /header | X-Two: yes | X-Three: 5
GET /header | X-Two: yes | X-Three: five
GET /xhr
GET /xhr | X-Requested-With: XMLHttpRequest
GET /xhr | X-Requested-With: xmlhttprequest
GET /path/info
GET /path/other
GET /match/one
GET /match/two
GET /match/three
GET /custom
GET /custom?open=1
GET /not
POST /not
GET /not?a=1
GET /tween
GET /many
GET /many?a=1
GET /many?a=1&b=1
POST /many?a=1&b=1 | body: c=1
GET /many | X-Requested-With: XMLHttpRequest
GET /containment/one/leaf
GET /containment/two/leaf
GET /containment
GET /physical
GET /physical/one
GET /physical/two
GET /physical/one/leaf
GET /principals
GET /principals | X-User: ann
GET /principals | X-User: bob
GET /authenticated
GET /authenticated | X-User: ann
GET /accept
GET /accept | Accept: text/html
GET /accept | Accept: application/json
GET /accept | Accept: text/plain
GET /accept | Accept: text/plain;q=0.5, application/json;q=0.9
GET /accept | Accept: image/png
GET /accept | Accept: */*
GET /accept | Accept: text/*
GET /accept | Accept: text/html;q=0, */*
GET /accept | Accept: nonsense
GET /accept | Accept: text/html;level=1
GET /accept-default | Accept: text/csv
GET /accept-default | Accept: text/html
GET /accept-default | Accept: image/png
GET /accept-default
GET /reason
"""


class IBox(Interface):
    pass


class Thing(dict):
    def __init__(self, name="", parent=None, **children):
        super().__init__(children)
        self.__name__, self.__parent__ = name, parent
        for key, child in children.items():
            child.__name__, child.__parent__ = key, self


@implementer(IBox)
class Box(Thing):
    pass


def root(request):
    tree = Thing(
        containment=Thing(one=Box(leaf=Thing()), two=Thing(leaf=Thing())),
        physical=Thing(one=Thing(leaf=Thing()), two=Thing()),
        path=Thing(info=Thing(), other=Thing()),
    )
    return tree


class Policy:
    def identity(self, request):
        return request.headers.get("X-User")

    def authenticated_userid(self, request):
        return self.identity(request)

    def permits(self, request, context, permission):
        return True

    def remember(self, request, userid, **kw):
        return []

    def forget(self, request, **kw):
        return []


class OpenPredicate:
    def __init__(self, value, info):
        self.value = value
        self.info = info

    def text(self):
        return f"open = {self.value}"

    phash = text

    def __call__(self, context, request):
        return (request.GET.get("open") == "1") == self.value


def say(text):
    return lambda context, request: Response(f"{text} {type(context).__name__} {request.view_name}")


def application():
    config = Configurator(root_factory=root, security_policy=Policy())
    config.add_view_predicate("open", OpenPredicate)
    add = config.add_view
    add(say("get"), name="method", request_method="GET")
    add(say("post"), name="method", request_method="POST")
    add(say("put or delete"), name="method", request_method=("PUT", "DELETE"))
    add(say("get only"), name="getonly", request_method="GET")
    add(say("a"), name="param", request_param="a")
    add(say("a is 1"), name="param", request_param="a=1")
    add(say("a and b"), name="param", request_param=("a=1", "b"))
    add(say("c"), name="param", request_param="c=x y")
    add(say("=d"), name="param", request_param="=d=1")
    add(say("both"), name="params", request_param=("one = 1", "two=2"))
    add(say("one"), name="params", request_param="one")
    add(say("x-one"), name="header", header="X-One")
    add(say("x-two"), name="header", header="X-Two:^y")
    add(say("x-three"), name="header", header=("X-Two", r"X-Three:\d+$"))
    add(say("plain"), name="xhr")
    add(say("xhr"), name="xhr", xhr=True)
    add(say("info"), context=Thing, path_info="^/path/info$")
    add(say("fallback"), context=Thing, path_info="/path")
    config.add_route("match", "/match/{what}")
    add(say("one"), route_name="match", match_param="what=one")
    add(say("two"), route_name="match", match_param=("what=two",))
    add(say("closed"), name="custom", open=False)
    add(say("open"), name="custom", open=True)
    add(say("not post"), name="not", request_method=not_("POST"))
    add(say("not post, not a"), name="not", request_method=not_("POST"), request_param=not_("a"))
    add(say("many"), name="many")
    add(say("a"), name="many", request_param="a")
    add(say("b"), name="many", request_param="b")
    add(say("a and xhr"), name="many", request_param="a", xhr=True)
    add(say("xhr"), name="many", xhr=True)
    add(say("post"), name="many", request_method="POST")
    add(say("in a box"), name="", containment=IBox)
    add(say("in a thing"), name="", containment="view_predicates.Thing")
    add(say("at one"), name="", physical_path="/physical/one")
    add(say("at two"), name="", physical_path=("", "physical", "two"))
    add(say("nobody"), name="principals")
    add(say("ann"), name="principals", effective_principals="ann")
    add(say("anybody"), name="principals", effective_principals=["system.Authenticated"])
    add(say("in"), name="authenticated", is_authenticated=True)
    add(say("out"), name="authenticated", is_authenticated=False)
    for offer in ("text/html", "application/json", "text/plain"):
        add(say(offer), name="accept", accept=offer)
        add(say(offer), name="accept-default", accept=offer)
    add(say("default"), name="accept-default")
    add(say("reason"), name="reason", request_method="POST", request_param="a", xhr=True, header="X-One")
    return config.make_wsgi_app()
