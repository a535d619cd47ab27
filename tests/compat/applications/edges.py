"""Requests that no friend sends: bad bytes, bad bodies, bad cookies, bad hosts, and what an application reads of them."""

import json

from framework.config import Configurator
from framework.response import Response

REQUESTS = """
GET /read?a=%ff
GET /read?%ff=1
GET /read?a=%00
GET /read?a=1&a=%ff
GET /read?a=%u1234
GET /read?a=%
GET /read?&&=&
GET /read?a=b;c=d
GET /read?a=1\\xff
GET /read/%ff
GET /read/x%ffy/z
GET /%ff
GET /%c0%af
GET /%ed%a0%80
GET /read/%00
GET /route/%ff
GET /route/a%00b
GET /route/%E2%9C%93
POST /read | body: a=%ff
POST /read | body: %ff=1
POST /read | body: a=\\xff
POST /read | body: a=1&b
POST /read | Content-Type: multipart/form-data | body: x
POST /read | Content-Type: multipart/form-data; boundary=b | body: nonsense
POST /read | Content-Type: multipart/form-data; boundary=b | body: --b\\r\\nContent-Disposition: form-data; name="a"\\r\\n\\r\\n1\\r\\n--b--\\r\\n
POST /read | Content-Type: multipart/form-data; boundary=b | body: --b\\r\\nContent-Disposition: form-data; name="f"; filename="x.txt"\\r\\nContent-Type: text/plain\\r\\n\\r\\nfile\\r\\n--b--\\r\\n
POST /read | Content-Type: multipart/form-data; boundary=b | body: --b\\r\\nContent-Disposition: form-data; name="a"\\r\\n\\r\\n\\xff\\r\\n--b--\\r\\n
POST /read | Content-Type: application/x-www-form-urlencoded; charset=latin-1 | body: a=%E9
POST /read | Content-Type: application/x-www-form-urlencoded; charset=nothing | body: a=1
POST /read | Content-Type: application/json | body: [1, 2
POST /read | Content-Type: application/json | body: \\xff
POST /read | Content-Type: application/json; charset=utf-16 | body: x
POST /read | Content-Type: nonsense | body: a=1
POST /read | Content-Length: nonsense | body: a=1
POST /read | Content-Length: -1 | body: a=1
POST /read | Content-Length: 2 | body: a=1
PUT /read | body: a=%ff
GET /read | Cookie: a=\\xff
GET /read | Cookie: a="\\xff"
GET /read | Cookie: =; ;a
GET /read | Cookie: a=b=c; a=d
GET /read | Cookie: $Version=1; a="b\\"c"
GET /read | Host: evil.example/x
GET /read | Host: a b
GET /read | Host: \\xff
GET /read | Host: x:y
GET /read | Host: user@host
GET /read | Accept: \\xff
GET /read | Accept-Language: \\xff
GET /read | If-Modified-Since: \\xff
GET /read | Range: \\xff
GET /read | Authorization: \\xff
GET /read | Authorization: Basic \\xff
GET /read | X-Requested-With: \\xff
GET /xhr | X-Requested-With: \\xff
GET /param?a=%ff
GET /param?b=%ff&a=1
POST /param | body: a=%ff
GET /header | X-H: \\xff
GET /accept | Accept: \\xff
GET /read | script: /\\xff
GET /handled?a=%ff | app: handled
GET /%ff | app: handled
GET /nothing/%ff | app: handled
"""

NAMES = [
    "GET",
    "POST",
    "params",
    "path",
    "path_info",
    "url",
    "path_qs",
    "cookies",
    "json_body",
    "text",
    "body",
    "host_url",
    "application_url",
    "accept",
    "accept_language",
    "if_modified_since",
    "range",
    "authorization",
    "client_addr",
    "domain",
    "host_port",
    "is_xhr",
    "content_type",
    "content_length",
]


def read(request):
    found = {}
    for name in NAMES:
        try:
            value = getattr(request, name)
            if hasattr(value, "items"):
                value = [[key, getattr(each, "filename", each)] for key, each in value.items()]
            found[name] = str(value)
        except Exception as error:
            kinds = [kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"]
            found[name] = kinds[0]
    return Response(json.dumps(found))


def route(request):
    return Response(
        json.dumps([request.matchdict["x"], request.route_path("route", x=request.matchdict["x"])])
    )


def ok(request):
    return Response("ok")


def application():
    config = Configurator()
    config.add_route("route", "/route/{x}")
    config.add_view(route, route_name="route")
    config.add_view(read, name="read")
    config.add_view(ok, name="param", request_param="a")
    config.add_view(ok, name="xhr", xhr=True)
    config.add_view(ok, name="header", header="X-H:.")
    config.add_view(ok, name="accept", accept="text/html")
    config.add_view(ok, name="accept", accept="text/plain")
    handled = Configurator()
    handled.add_view(lambda request: Response(str(request.GET)), name="handled")
    handled.add_view(
        lambda error, request: Response("bytes that are no text", status=400), context=UnicodeDecodeError
    )
    return {None: config.make_wsgi_app(), "handled": handled.make_wsgi_app()}
