"""The URLs of files: which folder is served where, and what is put into the URLs so that caches notice a new version.

`StaticURLInfo` is the book of both, an ``IStaticURLInfo`` utility; ``request.static_url`` reads it. A folder that this
application serves itself is said as a route and a view, through the Configurator like anybody's.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias
from urllib.parse import quote, urlsplit

from zope.interface import implementer

from goldilocks.asset import resolve_asset_spec
from goldilocks.config.statement import REST, Statement, directive
from goldilocks.interfaces import IPackageOverrides, IStaticURLInfo
from goldilocks.late import late_module
from goldilocks.names import setting_keys
from goldilocks.security import NO_PERMISSION_REQUIRED
from goldilocks.types import AnyConfig, AnyRegistry, AnyRequest
from goldilocks.url import parse_url_overrides

if TYPE_CHECKING:
    from goldilocks import static
else:
    # PERF: import: not everybody serves files
    static = late_module("goldilocks.static", globals())

#: A folder that is served: the URL of another server or ``None``, the folder, the route or ``None``.
Registration: TypeAlias = tuple[str | None, str, str | None]

#: Called with the request, the path below the folder and the keywords for the URL; returns the last two, changed.
CacheBuster: TypeAlias = Any

_RELOAD_ASSETS = setting_keys("reload_assets")[0]
_PREVENT_CACHEBUST = setting_keys("prevent_cachebust")[0]


@implementer(IStaticURLInfo)
class StaticURLInfo:
    """Knows at which URLs the files of which folders are served."""

    def __init__(self) -> None:
        self.registrations: list[Registration] = []
        #: Folder, buster, whether it is for the files that overrides lead to. The last one that fits counts.
        self.cache_busters: list[tuple[str, CacheBuster, bool]] = []

    def generate(self, path: str, request: AnyRequest, **kw: Any) -> str:
        """Return the URL of one file.

        Args:
            path: the file, as an asset specification or an absolute path.
            request: the request, which knows hosts and routes.
            kw: what ``route_url`` takes.

        Raises:
            ValueError: the file is in no folder that is served.
        """
        found = next((each for each in self.registrations if path.startswith(each[1])), None)
        if found is None:
            raise ValueError(
                f"No static URL definition matching {path}; folders that are served: "
                f"{', '.join(spec for _, spec, _ in self.registrations) or 'none'}"
            )
        url, spec, route_name = found
        subpath = path[len(spec) :].replace(os.sep, "/")
        if self.cache_busters:
            subpath, kw = self._bust_asset_path(request, spec, subpath, kw)
        if url is None:
            kw["subpath"] = subpath
            return request.route_url(route_name, **kw)
        _, query, anchor = parse_url_overrides(request, kw)
        scheme = f"{request.scheme}:" if url.startswith("//") else ""
        return f"{scheme}{url}{quote(subpath)}{query}{anchor}"

    def _bust_asset_path(
        self, request: AnyRequest, spec: str, subpath: str, kw: dict[str, Any]
    ) -> tuple[str, dict[str, Any]]:
        package_name, folder = resolve_asset_spec(spec, None)
        rawspec = None
        if package_name is not None:
            overrides = request.registry.queryUtility(IPackageOverrides, name=package_name)
            if overrides is not None:
                rawspec = overrides.get_spec(folder + subpath)
        pathspec = spec + subpath
        kw["pathspec"] = pathspec
        kw["rawspec"] = rawspec = pathspec if rawspec is None else rawspec
        for prefix, cachebust, explicit in reversed(self.cache_busters):
            if (rawspec if explicit else pathspec).startswith(prefix):
                return cachebust(request, subpath, kw)
        return subpath, kw

    def add(self, config: AnyConfig, name: str, spec: str, **extra: Any) -> None:
        """Say that a folder is served; the arguments are those of ``add_static_view``, with ``spec`` resolved."""
        spec, name = _as_folder(spec), name if name.endswith("/") else f"{name}/"
        url = route_name = None
        if urlsplit(name).netloc:
            url = name
        else:
            route_name = f"__{config.route_prefix}/{name}" if config.route_prefix else f"__{name}"
            _add_route_and_view(config, route_name, name, spec, extra)

        def register() -> None:
            if url is not None:
                self.registrations[:] = [each for each in self.registrations if each[0] != url]
            self.registrations.append((url, spec, route_name))

        fact = config.introspectable("static views", name, f"static view for {name!r}", "static view")
        fact["name"] = name
        fact["spec"] = spec
        config.action(None, callable=register, introspectables=(fact,))

    def add_cache_buster(
        self, config: AnyConfig, spec: str, cachebust: CacheBuster, explicit: bool = False
    ) -> None:
        """Say what is put into the URLs of the files in a folder; a second word about the folder replaces the first.

        The longest folder counts, and any with ``explicit`` before all without.
        """
        spec = _as_folder(spec)

        def register() -> None:
            if config.registry.settings.get(_PREVENT_CACHEBUST):
                return
            others = [each for each in self.cache_busters if (each[0], each[2]) != (spec, explicit)]
            entries = [*others, (spec, cachebust, explicit)]
            self.cache_busters[:] = sorted(entries, key=lambda each: (each[2], len(each[0])))

        fact = config.introspectable("cache busters", spec, f"cache buster for {spec!r}", "cache buster")
        fact["cachebust"] = cachebust
        fact["path"] = spec
        fact["explicit"] = explicit
        config.action(None, callable=register, introspectables=(fact,))


def _as_folder(spec: str) -> str:
    """End a specification in a slash, so that no folder is taken for one whose name begins like its own."""
    separator = os.sep if os.path.isabs(spec) else "/"
    return spec if spec.endswith((separator, ":")) else spec + separator


def _add_route_and_view(
    config: AnyConfig, route_name: str, name: str, spec: str, extra: dict[str, Any]
) -> None:
    """Say the route and the view; what the view doesn't take of ``extra`` is for the route."""
    view = static.static_view(
        spec,
        cache_max_age=extra.pop("cache_max_age", None),
        use_subpath=True,
        reload=config.registry.settings.get(_RELOAD_ASSETS, False),
        content_encodings=extra.pop("content_encodings", ()),
        link_targets=extra.pop("link_targets", None),
    )
    permission = extra.pop("permission", None)
    context, for_ = extra.pop("context", None), extra.pop("for_", None)
    renderer = extra.pop("renderer", None)
    config.add_route(route_name, f"{name}*subpath", **extra)
    config.add_view(
        route_name=route_name,
        view=view,
        permission=NO_PERMISSION_REQUIRED if permission is None else permission,
        context=for_ if context is None else context,
        renderer=renderer,
    )


class AddStaticView(Statement):
    """Serve the files of a folder, or tell where they are served.

    ``request.static_url("app:static/logo.png")`` makes the URL of a file.

    Args:
        name: the prefix of the URLs below this application (``static``); or a whole URL (``https://cdn.example/app/``,
            ``//cdn.example/app/``) of a server that has the files.
        path: the folder: an asset specification, a path in the Configurator's package, or an absolute path.
        rest: ``cache_max_age`` (seconds; nothing is said to caches without it), ``content_encodings`` (see
            ``static_view``), ``link_targets`` (folders outside of this one that links in it may lead to),
            ``permission`` (none is required by default, whatever the default permission is), ``context``,
            ``renderer``; anything else is an argument of ``add_route``.
    """

    rest_name: ClassVar[str] = "kw"

    name: str
    path: str
    rest: Mapping[str, Any] = REST

    def say(self, config: AnyConfig) -> None:
        """Say it through the book, which says a route and a view through the Configurator."""
        spec = config.absolute_asset_spec(self.path)
        config._get_static_info().add(config, self.name, spec, **self.rest)


class AddCacheBuster(Statement):
    """Put something into the URLs of the files in a folder that changes when they do.

    Args:
        path: the folder: an asset specification, a path in the Configurator's package, or an absolute path.
        cachebust: an ``ICacheBuster``, such as those in ``goldilocks.static``.
        explicit: whether ``path`` names the files that overrides lead to, or else the overridden ones.
    """

    path: str
    cachebust: CacheBuster
    explicit: bool = False

    def say(self, config: AnyConfig) -> None:
        """Say it through the book."""
        spec = config.absolute_asset_spec(self.path)
        config._get_static_info().add_cache_buster(config, spec, self.cachebust, explicit=self.explicit)


class StaticViewTopic:
    """What a Configurator can say about files that are served."""

    registry: AnyRegistry

    add_static_view = directive(AddStaticView)
    add_cache_buster = directive(AddCacheBuster)

    def _get_static_info(self) -> Any:
        info = self.registry.queryUtility(IStaticURLInfo)
        if info is None:
            info = StaticURLInfo()
            self.registry.registerUtility(info, IStaticURLInfo)
        return info
