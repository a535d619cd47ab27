"""Static views: files and folders, ranges and conditions, encodings, cache busters, overridden assets."""

import os
from pathlib import Path

from framework.config import Configurator
from framework.path import AssetResolver
from framework.static import ManifestCacheBuster, QueryStringConstantCacheBuster, static_view

REQUESTS = """
GET /files/page.txt
HEAD /files/page.txt
POST /files/page.txt
OPTIONS /files/page.txt
GET /files/page.txt?a=1
GET /files/style.css
GET /files/noext
GET /files/archive.tar.gz
GET /files/page.txt.gz
GET /files/sub%20dir/%C3%A9.txt
GET /files/sub%20dir/é.txt
GET /files/deep/deep.txt
GET /files/deep
GET /files/deep/
GET /files/deep?a=1
GET /files/deep//deep.txt
GET /files//page.txt
GET /files
GET /files/
GET /files/indexed
GET /files/indexed?a=1&b=é
GET /files/indexed/
GET /files/indexed/index.html
GET /files/indexed/index.html/
GET /files/page.txt/
GET /files/page.txt/x
GET /files/nothing.txt
GET /files/nothing/x
GET /files/../static_files.py
GET /files/%2e%2e/static_files.py
GET /files/deep/../page.txt
GET /files/..%2fstatic_files.py
GET /files/deep%2fdeep.txt
GET /files/deep%5cdeep.txt
GET /files/.hidden/secret.txt
GET /files/%00
GET /files/page.txt%00
GET /files/%ff
GET /files/./page.txt
GET /files/~
GET /files/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
GET /files/page.txt | Range: bytes=0-3
GET /files/page.txt | Range: bytes=4-
GET /files/page.txt | Range: bytes=-4
GET /files/page.txt | Range: bytes=0-0
GET /files/page.txt | Range: bytes=0-100000
GET /files/page.txt | Range: bytes=100000-
GET /files/page.txt | Range: bytes=5-2
GET /files/page.txt | Range: bytes=0-1,4-5
GET /files/page.txt | Range: nonsense
HEAD /files/page.txt | Range: bytes=0-3
GET /files/page.txt | Range: bytes=0-3 | If-Range: Tue, 14 Nov 2023 22:13:20 GMT
GET /files/page.txt | Range: bytes=0-3 | If-Range: Tue, 14 Nov 2000 22:13:20 GMT
GET /files/page.txt | Range: bytes=0-3 | If-Range: "etag"
GET /files/page.txt | If-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT
GET /files/page.txt | If-Modified-Since: Tue, 14 Nov 2023 22:13:19 GMT
GET /files/page.txt | If-Modified-Since: nonsense
HEAD /files/page.txt | If-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT
GET /files/page.txt | If-None-Match: "x"
GET /files/page.txt | If-None-Match: *
GET /files/page.txt | If-Unmodified-Since: Tue, 14 Nov 2000 22:13:20 GMT
GET /files/page.txt | Accept-Encoding: gzip
GET /files/page.txt | script: /mounted
GET /files/indexed | script: /mounted
GET /cached/page.txt
GET /cached/nothing
GET /uncached/page.txt
GET /encoded/page.txt
GET /encoded/page.txt | Accept-Encoding: gzip
GET /encoded/page.txt | Accept-Encoding: identity;q=0, gzip
GET /encoded/page.txt | Accept-Encoding: br
GET /encoded/page.txt | Accept-Encoding: gzip;q=0
GET /encoded/page.txt | Accept-Encoding: *
GET /encoded/style.css | Accept-Encoding: gzip
GET /encoded/page.txt | Accept-Encoding: gzip | Range: bytes=0-3
GET /folder/page.txt
GET /folder/indexed/
GET /folder/../static_files.py
GET /own/page.txt
GET /own/
GET /own/home
GET /secret/page.txt
GET /secret/page.txt | X-User: ann
GET /forbidden/page.txt
GET /overridden/page.txt
GET /overridden/new.txt
GET /overridden/style.css
GET /swapped/page.txt
GET /manifest/style.css
GET /manifest/style-abc.css
GET /package/__init__.py
GET /urls
GET /assets
GET /subpath/page.txt
GET /subpath/deep/
GET /used/deep/deep.txt
GET /root-page.txt | app: root
GET /page.txt | app: root
GET /indexed/ | app: root
GET / | app: root
GET /nothing | app: root
"""

HERE = Path(__file__).parent
NOW = 1_700_000_000
for folder in ("texts", "overrides"):
    for path in HERE.joinpath(folder).rglob("*"):
        os.utime(path, (NOW, NOW))


class Policy:
    def identity(self, request):
        return request.headers.get("X-User")

    authenticated_userid = identity

    def permits(self, request, context, permission):
        return bool(self.identity(request)) and permission != "never"


def urls(request):
    names = [
        "files/page.txt",
        "texts/style.css",
        "texts/page.txt",
        "overrides/page.txt",
        "texts/deep/deep.txt",
    ]
    found = {}
    for name in names:
        try:
            found[name] = [
                request.static_url(f"static_files:{name}"),
                request.static_path(f"static_files:{name}"),
            ]
        except ValueError:
            found[name] = "ValueError"
    found["query"] = request.static_url("static_files:texts/style.css", _query={"a": "1"})
    return found


def assets(request):
    resolver = AssetResolver("static_files")
    found = {}
    for spec in [
        "texts/page.txt",
        "static_files:texts/page.txt",
        "static_files:texts",
        "texts/nothing",
        "json:decoder.py",
        "static_files:texts/swapped.txt",
        "static_files:over/page.txt",
        "/absolute/path",
    ]:
        try:
            asset = resolver.resolve(spec)
            found[spec] = {
                "type": type(asset).__name__,
                "spec": asset.absspec() if "absolute" not in spec else "-",
                "path": asset.abspath().replace(str(HERE), "HERE") if "json" not in spec else "-",
                "exists": asset.exists(),
                "isdir": asset.isdir(),
                "listdir": sorted(set(asset.listdir()) - {"__pycache__"}) if asset.isdir() else None,
                "bytes": asset.stream().read(20).decode() if asset.exists() and not asset.isdir() else None,
            }
        except Exception as error:
            found[spec] = type(error).__name__
    try:
        AssetResolver(None).resolve("relative")
    except Exception as error:
        found["no package"] = type(error).__name__
    return found


def application():
    config = Configurator(security_policy=Policy(), default_permission=None)
    config.add_static_view("files", "static_files:texts")
    config.add_static_view("cached", "texts", cache_max_age=60)
    config.add_static_view("uncached", "texts/", cache_max_age=0)
    config.add_static_view("encoded", "texts", content_encodings=["gzip"])
    config.add_static_view("folder", str(HERE / "texts"))
    config.add_static_view("secret", "static_files:texts/deep/..", permission="read")
    config.add_static_view("forbidden", "static_files:overrides", permission="never")
    config.add_static_view("overridden", "static_files:over")
    config.add_static_view("swapped", "static_files:swapped")
    config.add_static_view("manifest", "static_files:texts/./")
    config.add_static_view("package", "json")
    config.override_asset("static_files:over/", "static_files:texts/")
    config.override_asset("static_files:over/", "static_files:overrides/")
    config.override_asset("static_files:swapped/page.txt", "static_files:overrides/new.txt")
    config.override_asset("static_files:texts/swapped.txt", "static_files:overrides/page.txt")
    config.add_cache_buster("static_files:texts", ManifestCacheBuster("static_files:texts/manifest.json"))
    config.add_cache_buster("static_files:overrides", QueryStringConstantCacheBuster("1", param="v"))
    config.add_view(urls, name="urls", renderer="json")
    config.add_view(assets, name="assets", renderer="json")
    own = static_view("static_files:texts", use_subpath=True, index="page.txt", cache_max_age=5)
    config.add_route("own", "/own/*subpath")
    config.add_view(own, route_name="own")
    config.add_route("subpath", "/subpath/*subpath")
    config.add_view(static_view("texts", package_name="static_files", use_subpath=True), route_name="subpath")
    config.add_view(static_view("static_files:texts", use_subpath=True), name="used")
    root = Configurator()
    root.add_route("catchall", "/*subpath")
    root.add_view(static_view("static_files:texts", use_subpath=True), route_name="catchall")
    return {None: config.make_wsgi_app(), "root": root.make_wsgi_app()}
