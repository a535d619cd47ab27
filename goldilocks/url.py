"""URLs for what the application has: routes, resources, static files.

A URL is put together from four parts: the application's own (scheme, host, port and script name: from the request, or
as overridden), the path (from a route, a resource or a file), path segments to append, and query and anchor.
``..._url`` gives all of it, ``..._path`` leaves scheme and host out. Everything is quoted here; what goes in is plain
text. The functions at the foot are the methods of the request under their oldest names.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from goldilocks.changes import changes
from goldilocks.encode import DEFAULT_PORTS, url_quote, urlencode
from goldilocks.interfaces import IResourceURL, IRoutesMapper, IStaticURLInfo
from goldilocks.localurl import is_local_url as is_local_url
from goldilocks.names import GOLDILOCKS, did_you_mean
from goldilocks.path import caller_package
from goldilocks.pathmaker import QuickMaker
from goldilocks.registry import Registry
from goldilocks.threadlocal import get_current_registry
from goldilocks.traversal import PATH_SAFE, PATH_SEGMENT_SAFE, ResourceURL, quote_path_segment
from goldilocks.types import AnyRegistry, AnyRequest, Context, Environ
from goldilocks.urldispatch import Route, RoutesMapper
from goldilocks.util import bytes_

#: What stands unquoted in a query that is given as text, and in an anchor. SPEC: RFC 3986, 3.4 and 3.5; but for ``~``,
#: ``-``, ``.`` and ``_``, which are never quoted.
QUERY_SAFE = "/?:@!$&'()*+,;="
ANCHOR_SAFE = QUERY_SAFE

#: What ``resource_url`` calls the overrides that ``route_url`` takes.
_RESOURCE_OVERRIDES = {
    "app_url": "_app_url",
    "scheme": "_scheme",
    "host": "_host",
    "port": "_port",
    "query": "_query",
    "anchor": "_anchor",
}


def parse_url_overrides(request: AnyRequest, kw: dict[str, Any]) -> tuple[str, str, str]:
    """Take the overrides out of ``kw`` and return what stands before and behind the path.

    Args:
        request: says what isn't overridden.
        kw: ``_app_url`` (everything up to the path), or some of ``_scheme``, ``_host`` and ``_port``; ``_query``
            (pairs, a mapping, or text) and ``_anchor``.

    Returns:
        The beginning, the query with its ``?`` and the anchor with its ``#``; the last two may be empty.
    """
    return _parts_around(request, kw, None)


def _parts_around(request: AnyRequest, kw: dict[str, Any], start: str | None) -> tuple[str, str, str]:
    """Do what `parse_url_overrides` does; ``start`` is the request's ``application_url``, if that is known."""
    if not kw:  # PERF: a URL without options
        return request.application_url if start is None else start, "", ""
    app_url = kw.pop("_app_url", None)
    query = kw.pop("_query", None)
    anchor = kw.pop("_anchor", None)
    if "_scheme" in kw or "_host" in kw or "_port" in kw:
        authority = kw.pop("_scheme", None), kw.pop("_host", None), kw.pop("_port", None)
        if app_url is None and authority != (None, None, None):
            app_url = request._partial_application_url(*authority)
    if app_url is None:
        app_url = request.application_url if start is None else start
    if query:
        query = f"?{url_quote(query, QUERY_SAFE) if isinstance(query, str) else urlencode(query)}"
    if anchor:
        anchor = f"#{url_quote(anchor, ANCHOR_SAFE)}"
    return app_url, query or "", anchor or ""


# --- The quick way -------------------------------------------------------------------------------------------------

# PERF: urls: a page has many URLs, and what they begin with stays the same. The registry keeps that, together with all that it
# depends on, as a tuple: changes, the request's class, scheme, host, script name, beginning, makers. Each URL compares
# them, for a view may change any. The makers of an application's routes are kept with the mapper.


KnownURLs: TypeAlias = tuple[int, type, str, str, str, str, dict[str, QuickMaker]]


def _learned_url(request: AnyRequest, route_name: str, kw: dict[str, Any]) -> str | None:
    """Find out what the quick way must know of this request and this route, and return the URL; ``None`` if it can't tell."""
    known = _learn(request, route_name)
    if known is None:
        return None
    try:
        return known[-1][route_name](known[-2], kw)
    except KeyError:  # no such route, or no such value: the long way tells
        return None


def _learn(request: AnyRequest, route_name: str) -> KnownURLs | None:
    """Find out with what the URLs of a request begin and what makes those of a route, and keep it if it may be kept."""
    count, kind = changes.count, request.__class__
    try:
        registry, environ = request.registry, request.environ
        scheme, host, script = environ["wsgi.url_scheme"], environ["HTTP_HOST"], environ["SCRIPT_NAME"]
    except (AttributeError, KeyError):
        return None
    makers = _makers(registry, count, route_name)
    # how a script name that isn't ASCII is quoted depends on more; and what stands behind it must be a path, whatever it is
    is_plain = _behind("", f"{url_quote(script, PATH_SAFE)}/") == f"{script}/"
    if makers is None or not is_plain or not _begins_by_environ(kind):
        return None
    known = count, kind, scheme, host, script, request.application_url, makers
    registry.__dict__["_known_urls"] = known
    return known


def _known_maker(request: AnyRequest, route_name: str) -> tuple[str, QuickMaker] | None:
    """Return the script name and what makes the URLs of a route, if the quick way knows them, as `route_url` does."""
    try:
        count, kind, _, _, script, _, makers = request.registry._known_urls
        if (
            request.environ["SCRIPT_NAME"] == script
            and count == changes.count
            and type(request) is kind
            and route_name in makers
        ):
            return script, makers[route_name]
    except (AttributeError, KeyError, TypeError, ValueError):
        pass
    known = _learn(request, route_name)
    return (known[4], known[-1][route_name]) if known is not None and route_name in known[-1] else None


def _url_with_options(
    request: AnyRequest, route_name: str, make: QuickMaker, start: str, kw: dict[str, Any]
) -> str:
    """Return the URL of a route, with options among the values.

    Args:
        request: whose ``application_url`` is ``start``.
        route_name: of a route that the quick way knows.
        make: makes its URLs.
        start: stands before the path, unless an option says otherwise.
        kw: values and options; may have more than is needed.
    """
    app_url, query, anchor = _parts_around(request, kw, start)
    url = make(app_url, kw)
    if url is None:
        url = _behind(app_url, _route(request, route_name).generate(kw))
    return f"{url}{query}{anchor}"


def _behind(app_url: str, path: str) -> str:
    """Return a URL of what stands before its path, and of the path, which names no host, whatever it begins with."""
    url = f"{app_url}{path}"
    # SPEC: RFC 3986, 4.2
    return url if url[:2] != "//" or app_url[:2] == "//" else f"/%2F{url[2:]}"


def _path(route: Any, kw: dict[str, Any]) -> str:
    """Return the path of a route, made of values and of what it doesn't need."""
    path = None
    if route.__class__ is Route and route.makes_as_said:  # PERF: URLs with options
        path = route.compiled.generate.quick("", kw)
    return route.generate(kw) if path is None else path


def _makers(registry: AnyRegistry, count: int, route_name: str) -> dict[str, QuickMaker] | None:
    """Return what makes the URLs of an application's routes, of this route in any case; ``None`` if it may change unseen."""
    # other registries don't count their changes
    if not isinstance(registry, Registry) or registry.__bases__:
        return None
    mapper = registry.queryUtility(IRoutesMapper)
    if mapper.__class__ is not RoutesMapper:
        return None
    if mapper.url_makers is None or mapper.url_makers[0] != count:
        mapper.url_makers = count, {}
    makers: dict[str, QuickMaker] = mapper.url_makers[1]
    route = mapper.routes.get(route_name)
    if route is not None:
        is_plain = route.__class__ is Route and route.makes_as_said and route.pregenerator is None
        makers[route_name] = route.compiled.generate.quick if is_plain else _make_none
    return makers


def _make_none(start: str, kw: Mapping[str, Any]) -> None:
    """Stand for a route of which only the long way makes URLs."""


@lru_cache(100)
def _begins_by_environ(kind: type) -> bool:
    """Tell whether requests of a class read the beginning of their URLs from the environment alone, as ours and WebOb's do."""
    readers = (getattr(kind, name, None) for name in ("application_url", "host_url", "script_name"))
    modules = (getattr(getattr(reader, "fget", None), "__module__", "") for reader in readers)
    return all(module.partition(".")[0] in ("webob", GOLDILOCKS) for module in modules)


class URLMethodsMixin:
    """What a request can say about URLs.

    All methods take further path segments as positional arguments, and these keywords (``resource_url`` and
    ``resource_path`` take them without the underscore):

    - ``_query``: pairs or a mapping, encoded as a form is; or text, which is only quoted;
    - ``_anchor``: what follows the ``#``;
    - ``_scheme``, ``_host``, ``_port``: replace these parts. A scheme without a port implies the scheme's own port;
    - ``_app_url``: replaces everything before the path, and wins over the three.

    What is ``None`` or empty counts as not given.
    """

    # what the methods lean on; WebOb's request has them
    environ: Environ

    def _partial_application_url(
        self, scheme: str | None = None, host: str | None = None, port: str | int | None = None
    ) -> str:
        """Return ``application_url`` with one part or several replaced."""
        environ = self.environ
        if scheme is None:
            scheme = str(environ["wsgi.url_scheme"])
        elif port is None:
            port = DEFAULT_PORTS.get(scheme)
        name, own_port = _split_port(host or environ.get("HTTP_HOST") or environ["SERVER_NAME"])
        port = str(port or own_port or environ["SERVER_PORT"])
        # in place of a port, a socket has a path
        is_said = port not in ("", DEFAULT_PORTS.get(scheme)) and "/" not in port
        return f"{scheme}://{name}{f':{port}' if is_said else ''}{self._quoted_script_name()}"

    def _quoted_script_name(self) -> str:
        request: AnyRequest = self
        return url_quote(bytes_(request.script_name, getattr(request, "url_encoding", "utf-8")), PATH_SAFE)

    def _own_path(self) -> str:
        """Return where the application begins, without scheme and host."""
        return _behind("", self._quoted_script_name())

    # PERF: urls: a keyword is compared with every parameter that could be meant by it; ``self`` can't be
    def route_url(self, /, route_name: str, *elements: Any, **kw: Any) -> str:
        """Return the URL of a route.

        Args:
            route_name: as the route was added.
            elements: segments to append.
            kw: a value for each marker of the pattern, and the overrides (see the class). The value for a
                ``*remainder`` may be a tuple of segments, or text whose slashes stay. What the pattern doesn't name
                is ignored.

        Raises:
            KeyError: there is no such route, or a marker has no value.
        """
        make, start = _make_none, ""
        if not elements:
            try:
                environ = self.environ
                count, kind, scheme, host, script, start, makers = self.registry._known_urls  # type: ignore[attr-defined]
                if (
                    environ["HTTP_HOST"] == host
                    and environ["SCRIPT_NAME"] == script
                    and environ["wsgi.url_scheme"] == scheme
                    and count == changes.count
                    and type(self) is kind
                ):
                    make = makers[route_name]
                    url = make(start, kw)
                else:
                    url = _learned_url(self, route_name, kw)
            # nothing is known yet, or not of this route; or the registry is somebody's stand-in
            except (AttributeError, KeyError, TypeError, ValueError):
                url = _learned_url(self, route_name, kw)
            if url is not None:
                return url
            if make is not _make_none:
                return _url_with_options(self, route_name, make, start, kw)
        route = _route(self, route_name)
        if route.pregenerator is not None:
            elements, kw = route.pregenerator(self, elements, kw)
        app_url, query, anchor = parse_url_overrides(self, kw)
        path = _path(route, kw)
        if elements:
            separator = "" if path.endswith("/") else "/"
            path = f"{path}{separator}{_join_elements(elements)}"
        return f"{_behind(app_url, path)}{query}{anchor}"

    def route_path(self, /, route_name: str, *elements: Any, **kw: Any) -> str:
        """Return the URL of a route without scheme and host; arguments as for `route_url`."""
        # COMPAT: who has a ``route_url`` of his own is asked for paths, too
        is_usual = type(self).route_url is _OWN_ROUTE_URL and "route_url" not in self.__dict__
        known = _known_maker(self, route_name) if is_usual and not elements else None
        if known is not None:  # PERF: paths, as for urls
            script, make = known
            try:
                path = make(script, kw)
            except KeyError:  # a value is missing, which is told below
                path = None
            if path is not None:
                return path
        kw["_app_url"] = self._own_path() if known is None else known[0]
        return self.route_url(route_name, *elements, **kw)

    def current_route_url(self, *elements: Any, **kw: Any) -> str:
        """Return the URL of the route that matched, with its own values and query where none are given.

        Args:
            elements: segments to append.
            kw: as for `route_url`; ``_route_name`` names another route to take the values of this one.

        Raises:
            ValueError: no route matched, and none is named.
            KeyError: as for `route_url`.
        """
        request: AnyRequest = self
        if "_route_name" in kw:
            route_name = kw.pop("_route_name")
        else:
            route_name = getattr(getattr(request, "matched_route", None), "name", None)
            if route_name is None:
                raise ValueError("no route matched this request; name one with _route_name")
        if "_query" not in kw:
            kw["_query"] = request.GET
        return self.route_url(route_name, *elements, **{**(request.matchdict or {}), **kw})

    def current_route_path(self, *elements: Any, **kw: Any) -> str:
        """Return what `current_route_url` does, without scheme and host."""
        kw["_app_url"] = self._own_path()
        return self.current_route_url(*elements, **kw)

    def resource_url(self, resource: Context, *elements: Any, **kw: Any) -> str:
        """Return the URL of a resource: by its place in the tree, its own ``__resource_url__``, or a route.

        It ends in a slash, unless segments are appended. A virtual root is left out of it.

        Args:
            resource: must know its ``__name__`` and ``__parent__``.
            elements: segments to append.
            kw: the overrides (see the class), without underscores. With ``route_name`` the URL is that route's, and
                the resource's path fills the marker that ``route_remainder_name`` names (``traverse`` by default);
                ``route_kw`` holds values for the other markers.

        Raises:
            KeyError: as for `route_url`, if a route is named.
        """
        overrides = {ours: kw[name] for name, ours in _RESOURCE_OVERRIDES.items() if kw.get(name) is not None}
        place = _registry(self).adapters.queryMultiAdapter((resource, self), IResourceURL)
        if place is None:
            place = ResourceURL(resource, self)
        if "route_name" in kw:
            overrides[kw.get("route_remainder_name", "traverse")] = _segments(place)
            overrides.update(kw.get("route_kw") or {})
            return self.route_url(kw["route_name"], *elements, **overrides)

        app_url, query, anchor = parse_url_overrides(self, overrides)
        url = None
        make_url = getattr(resource, "__resource_url__", None)
        if make_url is not None:  # it may still decline, by returning None
            parts = {
                "virtual_path": place.virtual_path,
                "physical_path": place.physical_path,
                "app_url": app_url,
            }
            url = make_url(self, parts)
        path = _join_elements(elements)
        url = f"{url}{path}" if url is not None else _behind(app_url, f"{place.virtual_path}{path}")
        return f"{url}{query}{anchor}"

    #: COMPAT: request.model_url, from when resources were called models
    model_url = resource_url

    def resource_path(self, resource: Context, *elements: Any, **kw: Any) -> str:
        """Return the URL of a resource without scheme and host; arguments as for `resource_url`."""
        kw["app_url"] = self._own_path()
        return self.resource_url(resource, *elements, **kw)

    def static_url(self, path: str, **kw: Any) -> str:
        """Return the URL of a static file.

        Args:
            path: an asset specification (``package:folder/file.css``), a file's absolute path, or one that is
                relative to the package of the caller.
            kw: the overrides (see the class).

        Raises:
            ValueError: no static view serves it.
        """
        path = _asset_spec(path)
        info = _registry(self).queryUtility(IStaticURLInfo)
        if info is None:
            raise ValueError(
                f"no static view serves {path!r}; say config.add_static_view(...) for its folder"
            )
        url: str = info.generate(path, self, **kw)
        return url

    def static_path(self, path: str, **kw: Any) -> str:
        """Return the URL of a static file without scheme and host; arguments as for `static_url`."""
        kw["_app_url"] = self._own_path()
        return self.static_url(_asset_spec(path), **kw)


_OWN_ROUTE_URL = URLMethodsMixin.route_url


def _split_port(host: str) -> tuple[str, str]:
    """Split a host as HTTP writes it into name and port; the port may be empty.

    >>> _split_port("example.com:8080"), _split_port("example.com"), _split_port("[::1]:8080")
    (('example.com', '8080'), ('example.com', ''), ('[::1]', '8080'))
    """
    start = host.rfind("]") + 1  # SPEC: RFC 3986, 3.2.2; the colons of an IPv6 address stand in brackets
    name, _, port = host[start:].partition(":")
    return host[:start] + name, port


def _registry(request: AnyRequest) -> AnyRegistry:
    """Return the registry of a request; a request made by hand may have none, then it is the current one."""
    try:
        return request.registry
    except AttributeError:
        return get_current_registry()


def _route(request: AnyRequest, name: str) -> Any:
    mapper = _registry(request).queryUtility(IRoutesMapper)
    route = None if mapper is None else mapper.get_route(name)
    if route is None:
        get_routes = getattr(mapper, "get_routes", None)  # an application without routes has no mapper
        known = [] if get_routes is None else [other.name for other in get_routes(include_static=True)]
        raise KeyError(f"no route named {name!r}{did_you_mean(name, known)}")
    return route


def _segments(place: Any) -> tuple[str, ...]:
    segments: tuple[str, ...] | None = getattr(place, "virtual_path_tuple", None)
    if segments is None:
        # COMPAT: an IResourceURL adapter may know its path as text alone
        segments = tuple(place.virtual_path.split("/"))
    return segments


def _join_elements(elements: Iterable[Any]) -> str:
    return "/".join([quote_path_segment(element, safe=PATH_SEGMENT_SAFE) for element in elements])


def _asset_spec(path: str) -> str:
    """Return ``path`` so that it says where it starts: a relative one starts at the package of our caller's caller."""
    if os.path.isabs(path) or ":" in path:
        return path
    return f"{caller_package(level=3).__name__}:{path}"


def route_url(route_name: str, request: AnyRequest, *elements: Any, **kw: Any) -> str:
    """Return ``request.route_url(route_name, *elements, **kw)``."""
    url: str = request.route_url(route_name, *elements, **kw)
    return url


def route_path(route_name: str, request: AnyRequest, *elements: Any, **kw: Any) -> str:
    """Return ``request.route_path(route_name, *elements, **kw)``."""
    path: str = request.route_path(route_name, *elements, **kw)
    return path


def resource_url(resource: Context, request: AnyRequest, *elements: Any, **kw: Any) -> str:
    """Return ``request.resource_url(resource, *elements, **kw)``."""
    url: str = request.resource_url(resource, *elements, **kw)
    return url


#: COMPAT: url.model_url, from when resources were called models
model_url = resource_url


def static_url(path: str, request: AnyRequest, **kw: Any) -> str:
    """Return ``request.static_url(path, **kw)``; a relative path is relative to the package of the caller."""
    url: str = request.static_url(_asset_spec(path), **kw)
    return url


def static_path(path: str, request: AnyRequest, **kw: Any) -> str:
    """Return ``request.static_path(path, **kw)``; a relative path is relative to the package of the caller."""
    result: str = request.static_path(_asset_spec(path), **kw)
    return result


def current_route_url(request: AnyRequest, *elements: Any, **kw: Any) -> str:
    """Return ``request.current_route_url(*elements, **kw)``."""
    url: str = request.current_route_url(*elements, **kw)
    return url


def current_route_path(request: AnyRequest, *elements: Any, **kw: Any) -> str:
    """Return ``request.current_route_path(*elements, **kw)``."""
    path: str = request.current_route_path(*elements, **kw)
    return path
