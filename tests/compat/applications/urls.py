"""URLs of routes, resources, static files and the request itself, with all options."""

import json

from framework import traversal, url
from framework.config import Configurator
from framework.interfaces import IResourceURL
from framework.response import Response
from framework.static import QueryStringConstantCacheBuster
from zope.interface import implementer

CASES = """
route_url("home")
route_url("home", _query={"a": "1", "b": ["x", "y"]})
route_url("home", _query=[("é", "ü"), ("a b", "c&d")])
route_url("home", _query="raw=é&x")
route_url("home", _query={})
route_url("home", _query={"a": None})
route_url("home", _anchor="a b é/?:@!$&'()*+,;=-._~")
route_url("home", _query={"a": 1}, _anchor="x")
route_url("home", _scheme="https")
route_url("home", _scheme="https", _port=8443)
route_url("home", _port="80")
route_url("home", _scheme="http", _port="443")
route_url("home", _host="example.com")
route_url("home", _host="example.com", _port=80)
route_url("home", _app_url="http://other/app")
route_url("home", _app_url="")
route_url("home", "a", "b c", "é", "/")
route_url("one", a="x")
route_url("one", a="x y/z")
route_url("one", a="é")
route_url("one", a=b"\xc3\xa9")
route_url("one", a=5)
route_url("one", a="")
route_url("one")
route_url("one", a="x", b="extra")
route_url("one", "el", "em", a="x", _query={"q": "1"}, _anchor="f")
route_url("two", a="~-._!$&'()*+,;=:@", b="%25")
route_url("rest", rest=("a", "b c", "é"))
route_url("rest", rest="a/b c/é")
route_url("rest", rest=())
route_url("rest", rest="")
route_url("rest", rest=["a/b", 5])
route_url("traverse", traverse=("a", "b"))
route_url("traverse", traverse="/a/b/")
route_url("digits", n="12")
route_url("digits", n="x")
route_url("uni", x="1")
route_url("nothing")
route_url("external", x="5")
route_url("external", x="5", _query={"a": "b"})
route_url("external-relative", x="5")
route_path("external", x="5")
route_url("pregen", x="1")
route_url("static-route", x="1")
route_path("home")
route_path("one", a="x", _query={"q": "1"})
route_path("one", a="x", _app_url="http://x/y")
route_path("one", a="x", _scheme="https", _host="h")
resource_url(root)
resource_url(child)
resource_url(child, "view")
resource_url(child, "a b", "é", "x/y", "@@z")
resource_url(child, query={"a": "1"})
resource_url(child, query="x=é")
resource_url(child, query=[("a", ["1", "2"])])
resource_url(child, anchor="é")
resource_url(child, "v", query={"a": "1"}, anchor="b")
resource_url(child, scheme="https")
resource_url(child, host="h", port=81)
resource_url(child, app_url="http://x")
resource_url(child, route_name="traverse")
resource_url(child, route_name="traverse", route_kw={"x": "1"})
resource_url(child, route_name="prefixed", route_kw={"x": "1"})
resource_url(child, "view", route_name="traverse", query={"a": "1"})
resource_url(child, route_name="remainder", route_remainder_name="fizzle")
resource_url(child, route_name="nothing")
resource_url(special)
resource_url(object())
resource_path(child)
resource_path(child, "view", query={"a": "1"}, anchor="x")
resource_path(root)
static_url("urls:texts/page.txt")
static_url("urls:texts/sub dir/é.txt")
static_url("urls:texts/page.txt", _query={"a": "1"}, _anchor="x")
static_url("urls:texts/page.txt", _scheme="https")
static_url("urls:texts/page.txt", _app_url="http://x")
static_url("texts/page.txt")
static_url("urls:nothing/page.txt")
static_url("json:x")
static_url("http://x/y")
static_url("/absolute/path")
static_url("urls:cdn/x.js")
static_url("urls:cdn/x.js", _scheme="https")
static_url("urls:schemeless/x.js")
static_url("urls:busted/x.js")
static_url("urls:busted/x.js", _query={"a": "1"})
static_path("urls:texts/page.txt")
static_path("urls:cdn/x.js")
static_path("urls:texts/page.txt", _query="x")
current_route_url()
current_route_url("extra", a="other")
current_route_url(_query={"n": "1"})
current_route_url(_query=())
current_route_url(_route_name="home")
current_route_url(_anchor="x")
current_route_path()
current_route_path(a="z")
current_route_path("more", _query={"a": ""})
model_url(child)
""".strip().splitlines()
CASES = [case.replace("\xc3\xa9", "\\xc3\\xa9") for case in CASES]

FUNCTIONS = """
urlencode({"a": "1"})
urlencode([("a", "é"), ("b", ["1", "2"]), ("c", None), ("d", 5), ("e", b"x")])
urlencode([("a b", "c d")], doseq=False)
urlencode("")
quote_path_segment("a/b é")
quote_path_segment("a/b", safe="/")
quote_path_segment(5)
route_url("one", request, a="1")
route_path("one", request, a="1")
resource_url(child, request)
static_url("urls:texts/page.txt", request)
static_path("urls:texts/page.txt", request)
current_route_url(request)
current_route_path(request)
parse_url_overrides(request, {"_query": {"a": "1"}, "_anchor": "b", "_scheme": "https", "x": 1})
""".strip().splitlines()

REQUESTS = """
GET /one/here
GET /one/h%20é?x=1&y=2
GET /one/here | script: /mounted
GET /one/here | script: /mou nted/é
GET /one/here | Host: example.com
GET /one/here | Host: example.com:80
GET /one/here | Host: example.com:8080
GET /one/here | scheme: https | Host: example.com:443
GET /one/here | scheme: https | Host: example.com
GET /one/here | Host: [::1]:8080
GET /one/here | X-Vhm-Root: /child
GET /one/here | X-Vhm-Root: /other
GET /elsewhere
GET /page/one/here | app: adapted
GET /one/here | app: adapted
GET /attributes
GET /attributes/é%20x?a=%C3%A9&b=%ff
GET /attributes?a=1&a=2&b
GET /attributes | script: /sc
GET /attributes | X-Forwarded-For: 1.2.3.4 | X-Forwarded-Proto: https | X-Forwarded-Host: evil
GET /attributes | Cookie: a=b; c="d e"; \\xff=1
GET /attributes | Accept-Language: de, en;q=0.5 | User-Agent: x | Referer: http://r/
POST /attributes | body: a=1&b=%C3%A9
POST /attributes | Content-Type: application/json | body: {"a": 1}
POST /attributes | Content-Type: application/json | body: {"a":
POST /attributes | Content-Type: text/plain | body: é
PUT /attributes | body: x=1
DELETE /attributes
"""


class Node(dict):
    def __init__(self, name=None, parent=None):
        self.__name__, self.__parent__ = name, parent


class Special(Node):
    def __resource_url__(self, request, info):
        return info["app_url"] + "/special" + info["virtual_path"] + "|" + info["physical_path"]


root = Node()
child = root["child"] = Node("child", root)
leaf = child["lé af"] = Node("lé af", child)
special = root["special"] = Special("special", root)
root["page"] = child


def outcome(call, *arguments):
    try:
        return call(*arguments)
    except Exception as error:
        return next(kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins")


def dump(request):
    names = {"root": root, "child": child, "special": special, "leaf": leaf}
    results = {}
    for case in CASES:
        results[case] = outcome(eval, f"request.{case}", {"request": request, **names})
    functions = {**vars(url), "quote_path_segment": traversal.quote_path_segment}
    for case in FUNCTIONS:
        results[case] = outcome(eval, case, {**functions, "request": request, **names})
    response = Response(json.dumps(results, indent=0, ensure_ascii=False, default=repr))
    return response


ATTRIBUTES = [
    "GET",
    "POST",
    "params",
    "cookies",
    "path",
    "path_info",
    "path_qs",
    "path_url",
    "url",
    "host",
    "host_url",
    "host_port",
    "application_url",
    "script_name",
    "method",
    "scheme",
    "domain",
    "client_addr",
    "remote_addr",
    "remote_user",
    "server_name",
    "server_port",
    "query_string",
    "text",
    "body",
    "json_body",
    "json",
    "content_type",
    "content_length",
    "charset",
    "is_xhr",
    "is_body_readable",
    "accept",
    "accept_language",
    "authorization",
    "cache_control",
    "date",
    "if_match",
    "if_none_match",
    "if_modified_since",
    "range",
    "referer",
    "referrer",
    "user_agent",
    "urlvars",
    "urlargs",
    "http_version",
    "pragma",
    "max_forwards",
    "matchdict",
    "matched_route",
    "exception",
    "exc_info",
    "view_name",
    "subpath",
    "traversed",
    "virtual_root_path",
    "locale_name",
    "is_authenticated",
    "identity",
    "authenticated_userid",
    "unauthenticated_userid",
    "effective_principals",
    "context",
    "root",
    "virtual_root",
    "tmpl_context",
    "response_callbacks",
    "finished_callbacks",
    "request_iface",
    "registry",
    "session",
    "localizer",
    "nothing_like_this",
]


def attributes(request):
    results = {}
    for name in ATTRIBUTES:
        value = outcome(getattr, request, name)
        if hasattr(value, "items") and not isinstance(value, dict):
            value = [list(map(str, item)) for item in value.items()]
        text = str(value).replace("goldilocks", "pyramid")
        results[name] = type(value).__name__ if " at 0x" in text else text
    results["method"] = request.method
    return Response(json.dumps(results, indent=0))


@implementer(IResourceURL)
class OwnURL:
    def __init__(self, resource, request):
        self.physical_path = "/physical/"
        self.virtual_path = "/own virtual/"
        self.physical_path_tuple = self.virtual_path_tuple = ("", "own", "")


def pregenerate(request, elements, kw):
    kw["_query"] = {"pre": "generated"}
    return (*elements, "more"), kw


def say(config):
    for name, pattern in [
        ("home", "/"),
        ("one", "/one/{a}"),
        ("two", "/two/{a}/x/{b}"),
        ("rest", "/rest/*rest"),
        ("traverse", "/t/*traverse"),
        ("prefixed", "/p/{x}/*traverse"),
        ("remainder", "/r/*fizzle"),
        ("digits", r"/digits/{n:\d+}.html"),
        ("uni", "/ünï cødé/{x}"),
        ("external", "https://example.org/ext/{x}"),
        ("external-relative", "//example.org/ext/{x}"),
    ]:
        config.add_route(name, pattern)
    config.add_route("pregen", "/pregen/{x}", pregenerator=pregenerate)
    config.add_route("static-route", "/static-route/{x}", static=True)
    config.add_static_view("files", "urls:texts")
    config.add_static_view("//cdn.example/schemeless", "urls:schemeless")
    config.add_static_view("https://cdn.example/x", "urls:cdn")
    config.add_static_view("busted", "urls:busted")
    config.add_cache_buster("urls:busted", QueryStringConstantCacheBuster("v1"))
    config.add_view(dump, route_name="one")
    config.add_view(dump, name="elsewhere")
    config.add_view(attributes, name="attributes")


def application():
    config = Configurator(root_factory=lambda request: root)
    say(config)
    adapted = Configurator(root_factory=lambda request: root)
    say(adapted)
    adapted.add_resource_url_adapter(OwnURL, Node)
    return {None: config.make_wsgi_app(), "adapted": adapted.make_wsgi_app()}
