"""Files from a directory, over HTTP: the static view and the cache busters.

A path from a URL passes two gates before a byte is read. The first looks at the words alone and never touches the
disk: controls, separators of any platform, dot segments, drives and device names are not found. The second
looks at the file that was found: its real path must lie below the root, or below a directory that was named as an
allowed target of links. What stands in a file response (validators, ranges, conditional answers) lives in
``response``; URLs that lead here are made by the Configurator's static statements.
"""

from __future__ import annotations

import json
import mimetypes
import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from os.path import exists, getmtime, getsize, isdir, isfile, join, normcase, normpath, realpath
from pathlib import PurePath
from typing import Any, TypeAlias

from goldilocks.asset import abspath_from_asset_spec, resolve_asset_spec
from goldilocks.edge import CHECK_SETTING
from goldilocks.encode import sendable_query
from goldilocks.httpexceptions import HTTPMovedPermanently, HTTPNotFound
from goldilocks.path import PkgResourcesAssetDescriptor, caller_package
from goldilocks.response import FileResponse, _guess_type
from goldilocks.settings import settings_of
from goldilocks.traversal import split_path_info
from goldilocks.traversal import traversal_path_info as traversal_path_info  # COMPAT: handed on
from goldilocks.traversal.paths import requested_path
from goldilocks.types import AnyRequest, AnyResponse, Context

#: One way to answer with a file: where it lies, and how it is encoded (``None``: as it is).
Variant: TypeAlias = tuple[str, str | None]

#: How many names a view remembers. Links can give one file any number of names, and names come from URLs.
FILEMAP_LIMIT = 10_000

_HOSTILE = re.compile(
    r"""
      [\x00-\x1f\\]                   # controls, and the other platform's separator
    | (?:\A|/) [.\ ]* (?:/|\Z)        # nothing, dots, or what Windows reduces to them
    | (?:\A|/) [^/]:                  # a drive, whatever character names it
    | (?:\A|/) (?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3]) [ ]* (?:[.:/]|\Z)  # a device
    """,
    re.VERBOSE | re.IGNORECASE,
)

_CONTROL = re.compile(r"[\x00-\x1f]")

# a segment that leads back up
_UP = re.compile(r"(?:\A|/)\.\.(?:/|\Z)")


class static_view:
    """Answer requests with the files below one directory.

    Args:
        root_dir: the directory: an asset specification, a path relative to the package, or an absolute path.
            Asset overrides hold for the first two.
        cache_max_age: seconds for which a client may keep a file; ``None`` says nothing about it.
        package_name: the package that a relative ``root_dir`` is relative to; the caller's if ``None``.
        use_subpath: whether ``request.subpath`` names the file, or else the whole path of the request.
        index: the file that answers for a directory.
        reload: whether to look at the disk for each request, or else remember which files were found.
        content_encodings: encodings of which a file may lie ready beside it (``gzip`` for ``app.js.gz``); the
            smallest one that the client accepts is sent.
        link_targets: directories outside the root that symbolic links inside it may lead to, as absolute paths or
            asset specifications. Any other link that leads out of the root is not found. ``None``: none.
    """

    def __init__(
        self,
        root_dir: str,
        cache_max_age: int | None = 3600,
        package_name: str | None = None,
        use_subpath: bool = False,
        index: str = "index.html",
        reload: bool = False,
        content_encodings: Iterable[str] = (),
        *,
        link_targets: Iterable[str] | None = None,
    ) -> None:
        if package_name is None:
            package_name = caller_package().__name__
        self.package_name: str | None
        self.package_name, self.docroot = resolve_asset_spec(root_dir, package_name)
        if self.package_name:
            _warn_if_missing(self.package_name)
        self.cache_max_age = cache_max_age
        self.use_subpath = use_subpath
        self.norm_docroot = normcase(normpath(self.docroot))
        self.index = index
        self.reload = reload
        self.content_encodings = _compile_content_encodings(content_encodings)
        self.link_targets = tuple(abspath_from_asset_spec(each, package_name) for each in link_targets or ())
        self.filemap: dict[str, list[Variant]] = {}
        #: Segments of paths that name a file in the map, and its name there.
        self._names: dict[Sequence[str], str] = {}
        self._no_files: list[Variant] = []

    def __call__(self, context: Context, request: AnyRequest) -> AnyResponse:
        """Answer with the file that the request names.

        Raises:
            HTTPNotFound: no such file, or none that may be told of.
            HTTPMovedPermanently: a directory was asked for without its closing slash.
        """
        resource_name = self.get_resource_name(request)
        files = self.get_possible_files(resource_name)
        path, encoding = self.find_best_match(request, files)
        if path is None:
            raise HTTPNotFound(request.url)
        content_type, _ = _guess_type(resource_name)
        try:
            response = FileResponse(path, request, self.cache_max_age, content_type, encoding)
        except (FileNotFoundError, NotADirectoryError):
            # The file was there when its name was remembered, and is not there any more.
            self.filemap.pop(resource_name, None)
            raise HTTPNotFound(request.url) from None
        if len(files) > 1:
            _add_vary(response, "Accept-Encoding")
        return response

    def get_resource_name(self, request: AnyRequest) -> str:
        """Say which file the request names; it need not exist.

        Returns:
            A path inside the package, or a path of the file system where the root is one.

        Raises:
            HTTPNotFound: the words of the path alone show that no file can be meant.
            HTTPMovedPermanently: it is a directory, asked for without its closing slash.
        """
        whole = requested_path(request)
        segments = request.subpath if self.use_subpath else split_path_info(whole)
        # PERF: static: what was looked at once is remembered with the file that it led to
        is_tuple = segments.__class__ is tuple  # COMPAT: in a request made by hand it may be a list
        name = self._names.get(segments) if is_tuple and ".." not in whole and whole.isprintable() else None
        if name is not None and name in self.filemap and name.startswith(self.norm_docroot):
            return name
        path = _secure_path(segments)
        # A control may be gone from the segments, taken along by a ".." behind it; nobody asks so who means well. A browser
        # sends no ".." either, and others than this view may have looked at the path as it came.
        if path is None or _CONTROL.search(whole) or (_UP.search(whole) and _is_strict(request)):
            raise HTTPNotFound(f"Out of bounds: {request.url}")

        if self.package_name:
            name = f"{self.docroot.rstrip('/')}/{path}".lstrip("/")
        else:
            name = normcase(normpath(join(self.norm_docroot, path)))
        # PERF: a name that is remembered is a file's, so it needs no look at the disk.
        if name in self.filemap:
            if is_tuple and len(self._names) < FILEMAP_LIMIT:
                self._names[segments] = name
            return name
        if not self._is_directory(name):
            return name
        if not request.path_url.endswith("/"):
            raise self.add_slash_redirect(request)
        return f"{name.rstrip('/')}/{self.index}" if self.package_name else join(name, self.index)

    def _is_directory(self, name: str) -> bool:
        if self.package_name:
            return PkgResourcesAssetDescriptor(self.package_name, name).isdir()
        return isdir(name)

    def get_possible_files(self, resource_name: str) -> list[Variant]:
        """List the ways to answer with a file, the smallest first: itself, and what lies encoded beside it."""
        files = self.filemap.get(resource_name)
        if files is not None:
            return files

        candidates = [(resource_name, None), *self._encoded_names(resource_name)]
        found = ((self.find_resource_path(name), encoding) for name, encoding in candidates)
        files = [(path, encoding) for path, encoding in found if path is not None]
        if len(files) > 1:
            files.sort(key=lambda variant: getsize(variant[0]))

        if self.reload:
            return files
        if not files:
            # A name without a file is not remembered: anyone may think of any number of them.
            return self._no_files
        if len(self.filemap) < FILEMAP_LIMIT:
            self.filemap[resource_name] = files
        return files

    def _encoded_names(self, resource_name: str) -> Iterable[tuple[str, str]]:
        for encoding, extensions in self.content_encodings.items():
            for extension in extensions:
                yield resource_name + extension, encoding

    def find_resource_path(self, name: str) -> str | None:
        """Find where the file of a name lies; ``None`` if there is none, or its real path leaves the root."""
        path: str
        root: str | PurePath
        if self.package_name:
            asset = PkgResourcesAssetDescriptor(self.package_name, name)
            if not asset.exists():
                return None
            path = asset.abspath()
            root = _root_of(path, name.removeprefix(self.docroot))
        else:
            path, root = name, self.norm_docroot
        if not isfile(path):
            return None
        real = PurePath(realpath(path))
        return (
            path if any(real.is_relative_to(realpath(each)) for each in (root, *self.link_targets)) else None
        )

    def find_best_match(self, request: AnyRequest, files: Sequence[Variant]) -> Variant | tuple[None, None]:
        """Choose the smallest file that the client takes; the file as it is, is always taken.

        Returns:
            Path and encoding, or twice ``None`` if the client takes none of them.
        """
        if len(files) == 1 and files[0][1] is None:  # PERF: static: there is no choice
            return files[0]
        accept = request.accept_encoding
        acceptable: set[str | None] = {None}
        if accept:
            offers = [encoding for _, encoding in files if encoding is not None]
            acceptable.update(offer for offer, _ in accept.acceptable_offers(offers))
        return next((variant for variant in files if variant[1] in acceptable), (None, None))

    def add_slash_redirect(self, request: AnyRequest) -> HTTPMovedPermanently:
        """Make the redirect to the same path with a slash at its end.

        The location is a path with exactly one slash at its beginning, so no request path can name another host.
        """
        path = getattr(
            request, "path", ""
        )  # COMPAT: stand-ins for requests have a path_url, and not always a path
        location = f"/{path.strip('/')}/" if path else "/"
        if request.query_string:
            location += f"?{sendable_query(request.query_string)}"
        return HTTPMovedPermanently(location)


def _warn_if_missing(package_name: str) -> None:
    try:
        __import__(package_name)
    except ImportError:
        warnings.warn(
            f"The root of a static view lies in the package {package_name!r}, which cannot be imported; a later "
            "version will refuse it. To serve nothing but overrides, name a package that exists and override "
            "a folder of it.",
            DeprecationWarning,
            stacklevel=3,
        )


def _root_of(path: str, below: str) -> PurePath:
    """Take from the end of ``path`` the segments that it shares with ``below``: what stays is the root.

    A file that an override put elsewhere shares those below the overridden folder; one that was overridden
    itself shares none and is its own root, for then its place was named in configuration.
    """
    place = PurePath(path)
    for segment in reversed(PurePath(below).parts):
        if place.name != segment:
            break
        place = place.parent
    return place


def _compile_content_encodings(encodings: Iterable[str]) -> dict[str, list[str]]:
    """Turn names of encodings into a table of the file extensions that stand for them."""
    wanted = frozenset(encodings)
    table: dict[str, list[str]] = {}
    for extension, encoding in mimetypes.encodings_map.items():
        if encoding in wanted:
            table.setdefault(encoding, []).append(extension)
    return table


def _add_vary(response: AnyResponse, option: str) -> None:
    """Say in ``Vary`` that the answer depends on the header ``option``, once."""
    vary = tuple(response.vary or ())
    if option.lower() not in (each.lower() for each in vary):
        vary += (option,)
    response.vary = vary


def _is_strict(request: AnyRequest) -> bool:
    """Tell whether requests are checked, by which a way up is none, even if it stays below the root."""
    return bool(settings_of(request).get(CHECK_SETTING, False))


def _contains_invalid_element_char(item: str) -> bool:
    """Tell whether a single segment of a path is one that no file may be looked up by."""
    return "/" in item or _HOSTILE.search(item) is not None


def _secure_path(path_tuple: Sequence[str]) -> str | None:
    """Join segments to a relative path; ``None`` if one of them could lead anywhere but down.

    A segment that holds a slash was encoded in the URL: it shows as a slash too many.
    """
    if not path_tuple:
        return ""
    path = "/".join(path_tuple)
    if path.count("/") >= len(path_tuple) or _HOSTILE.search(path):
        return None
    return path


class QueryStringCacheBuster:
    """Put a token into the query string of an asset's URL, so that a new token is a new URL.

    Subclass it and write ``tokenize``.

    Args:
        param: the name of the query parameter.
    """

    def __init__(self, param: str = "x") -> None:
        self.param = param

    def __call__(self, request: AnyRequest, subpath: str, kw: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Add the token to the keywords for the URL; what the caller said as ``_query`` is not written to."""
        pair = (self.param, self.tokenize(request, subpath, kw))
        query = kw.get("_query") or {}
        if isinstance(query, str):
            kw["_query"] = f"{query}&{pair[0]}={pair[1]}"  # quoted where the URL is made
        elif isinstance(query, dict):
            kw["_query"] = {**query, pair[0]: pair[1]}
        else:
            pairs = query.items() if hasattr(query, "items") else query
            kw["_query"] = (*pairs, pair)
        return subpath, kw

    def tokenize(self, request: AnyRequest, subpath: str, kw: Mapping[str, Any]) -> Any:
        """Make the token for one asset; ``kw['pathspec']`` names it in full."""
        raise NotImplementedError(f"{type(self).__qualname__} must define tokenize(request, subpath, kw)")


class QueryStringConstantCacheBuster(QueryStringCacheBuster):
    """Put the same token into the query string of each asset's URL.

    Args:
        token: the token, a version of the application or the like.
        param: the name of the query parameter.
    """

    def __init__(self, token: str, param: str = "x") -> None:
        super().__init__(param=param)
        self._token = token

    def tokenize(self, request: AnyRequest, subpath: str, kw: Mapping[str, Any]) -> str:
        """Answer with the token."""
        return self._token


class ManifestCacheBuster:
    """Replace the path of an asset by the one that a manifest, written by a build tool, holds for it.

    The manifest is a JSON object of paths below the static root (``{"app.css": "app-9f3c.css"}``); override
    ``parse_manifest`` for another format. A path that it doesn't hold stays as it is.

    Args:
        manifest_spec: an asset specification, a path relative to the caller's package, or an absolute path.
        reload: whether to read the manifest again when the file changed; a file that isn't there then counts as empty.

    Raises:
        OSError: the file can't be read, and ``reload`` is off.
    """

    # COMPAT: this and getmtime are documented attributes of the class, and tests of applications replace them.
    exists: Callable[[str], bool] = staticmethod(exists)

    def __init__(self, manifest_spec: str, reload: bool = False) -> None:
        self.manifest_path = abspath_from_asset_spec(manifest_spec, caller_package().__name__)
        self.reload = reload
        self._mtime: float | None = None
        self._manifest: Mapping[str, str] = {} if reload else self.get_manifest()

    @staticmethod
    def getmtime(filename: str) -> float:
        """Tell when a file was last changed."""
        return getmtime(filename)  # from Python 3.15 on Python's own knows no name for what it is given

    def get_manifest(self) -> Mapping[str, str]:
        """Read the manifest from its file."""
        with open(self.manifest_path, "rb") as file:
            return self.parse_manifest(file.read())

    def parse_manifest(self, content: bytes) -> Mapping[str, str]:
        """Turn what the file holds into a mapping from path to path."""
        manifest: Mapping[str, str] = json.loads(content.decode("utf-8"))
        return manifest

    @property
    def manifest(self) -> Mapping[str, str]:
        """The manifest as it is now."""
        if not self.reload:
            return self._manifest
        if not self.exists(self.manifest_path):
            return {}
        mtime = self.getmtime(self.manifest_path)
        if self._mtime is None or mtime > self._mtime:
            self._manifest = self.get_manifest()
            self._mtime = mtime
        return self._manifest

    def __call__(self, request: AnyRequest, subpath: str, kw: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """Replace the path, if the manifest holds it."""
        return self.manifest.get(subpath, subpath), kw
