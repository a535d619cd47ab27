"""Templates: the Chameleon renderers for ``.pt`` (HTML and XML) and ``.txt`` (plain text).

A template is named by an asset spec (``app:templates/page.pt``), by a path relative to the package of whoever
names it, or by an absolute path; an asset that was overridden is taken from where the override says. A macro of a page
template is rendered alone if it stands in the name: ``page.pt#body`` or ``page#body.pt``. A template is compiled when
it is first rendered, and kept with the registry.

Templates find all that a renderer is told beside the value (``request``, ``context``, ``view``, ...). Where translations
are configured, ``i18n:translate`` asks the localizer of the current request.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import sys
import threading
import warnings
from collections.abc import Callable, Collection
from functools import lru_cache
from importlib import metadata
from pathlib import PurePath
from typing import Any, Protocol

from chameleon.exc import TemplateError
from chameleon.loader import MemoryLoader, TemplateLoader
from chameleon.template import PROGRAM_NAME
from chameleon.utils import Scope
from chameleon.zpt.template import PageTemplateFile, PageTextTemplateFile
from translationstring import ChameleonTranslate
from zope.interface import Interface, implementer

from goldilocks.asset import asset_spec_from_abspath, resolve_asset_spec
from goldilocks.codecache import CodeCache, default_directory, private_cache
from goldilocks.decorator import reify
from goldilocks.i18n import get_localizer
from goldilocks.interfaces import IPackageOverrides, IRenderer, ITranslationDirectories
from goldilocks.names import DEBUG_SETTING, GOLDILOCKS, did_you_mean
from goldilocks.path import AssetResolver, package_path
from goldilocks.registry import Registry
from goldilocks.renderers import say_content_type
from goldilocks.templatecode import REWORK_VERSION, Names, rework
from goldilocks.templatecode import js as js
from goldilocks.templatescan import UnsafeTemplateWarning as UnsafeTemplateWarning
from goldilocks.templatescan import find_unsafe
from goldilocks.threadlocal import get_current_request
from goldilocks.types import AnyRegistry, Value

log = logging.getLogger(__name__)

SAFE_SETTING = f"{GOLDILOCKS}.safe_templates"
CACHE_SETTING = f"{GOLDILOCKS}.template_cache"


class ITemplateRenderer(IRenderer):
    """A renderer that has a template."""

    def implementation() -> Any:  # type: ignore[misc]  # methods of interfaces have no self
        """Return the template itself, an object of the template engine."""


class IChameleonTranslate(Interface):
    """The function that translates what templates mark for translation; register one to replace ours."""

    def __call__(
        msgid: Any,
        domain: str | None = None,
        mapping: Any = None,
        context: Any = None,
        target_language: str | None = None,
        default: Any = None,
    ) -> Any:
        """Return the translation of ``msgid``."""


class IChameleonLookup(Interface):
    """The templates of one registry and one ending."""

    def __call__(info: Any) -> Any:
        """Return the `ITemplateRenderer` for an ``IRendererInfo``."""


#: Held by the thread that compiles a template.
_one_at_a_time = threading.RLock()


class _Reworked:
    """What our templates do differently from Chameleon's.

    Attributes:
        checks_urls: whether what goes into attributes such as ``href`` is looked at.
        warns: whether to warn of data in places where escaping is not enough.
        code_cache: keeps compiled code; ``None`` keeps none.
        root: the folder that ``load:`` may not lead out of; empty for any.
    """

    checks_urls = False
    warns = False
    code_cache: CodeCache | None = None
    root = ""

    def digest(self: Any, body: str, names: Collection[str]) -> str:
        """Return a name for all that the compiled code depends on."""
        # PERF: the first template: Chameleon's own reads what is installed, which takes longer than to compile a page
        options = [getattr(self, name, None) for name in _OPTIONS]
        options = [sorted(value) if isinstance(value, (set, frozenset)) else value for value in options]
        parts = (_VERSIONS, type(self).__qualname__, str(self.filename), sorted(names), options, body)
        return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()

    def cook(self: Any, body: str) -> None:
        """Compile, after a look at what can't be mended at run time."""
        if self.warns and self.mode != "text":
            for finding in find_unsafe(body):
                warnings.warn_explicit(
                    finding.message, UnsafeTemplateWarning, str(self.filename), finding.line, registry={}
                )
        super().cook(body)  # type: ignore[misc]  # of the class beside this one

    def _compile(self: Any, body: str, builtins: Collection[str]) -> str:
        # Python up to 3.11.7 and 3.12.1 counts the depth of what it parses for all threads together, and gives up when another one
        # parses, too (python/cpython#106905)
        with _one_at_a_time:
            source = super()._compile(body, builtins)  # type: ignore[misc]
            return rework(source, self.checks_urls)

    def _cook(self: Any, body: str, name: str, builtins: Collection[str]) -> dict[str, Any]:
        program = self._program(body, name, builtins)
        initialize = program[PROGRAM_NAME]
        return {**program, PROGRAM_NAME: lambda *values: self._adapted(initialize(*values))}

    def _adapted(self, functions: dict[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
        """Return the functions of a template as they are to be called."""
        return {**functions, "render": _with_quick_names(functions["render"])}

    def _program(self: Any, body: str, name: str, builtins: Collection[str]) -> dict[str, Any]:
        cache = self.code_cache
        if cache is None or not isinstance(self.loader, MemoryLoader):
            return super()._cook(body, name, builtins)  # type: ignore[misc]
        # what would be a module of that name, if it was written as source
        filename = self._get_module_name(name)
        code = cache.get(f"{name}.code")
        if code is None:
            try:
                source = self._compile(body, builtins)
            except TemplateError as error:
                error.token.filename = str(self.filename)
                raise
            code = compile(source, filename, "exec")
            cache.put(f"{name}.code", code)
        scope: dict[str, Any] = {}
        exec(code, scope)
        return scope


#: What of a template's configuration shows in its code.
_OPTIONS = (
    *("checks_urls", "mode", "strict", "encoding", "default_expression", "boolean_attributes"),
    *("literal_false", "trim_attribute_space", "restricted_namespace", "implicit_i18n_translate"),
    *("implicit_i18n_attributes", "enable_data_attributes", "enable_comment_interpolation"),
)

_VERSIONS = (metadata.version("chameleon"), sys.implementation.cache_tag, REWORK_VERSION)


def _with_quick_names(render: Callable[..., Any]) -> Callable[..., Any]:
    """Let a compiled template look its variables up in our own way."""

    def render_quickly(stream: Any, econtext: Any, *args: Any, **kw: Any) -> Any:
        if econtext.__class__ is Scope:
            econtext.__class__ = Names
        return render(stream, econtext, *args, **kw)

    return render_quickly


class _Loader(TemplateLoader):
    """Finds what ``load:`` names, and only below the folder of the template's own package."""

    def load(self, spec: str, cls: Any = None) -> Any:
        """Return a template.

        Raises:
            ValueError: there is none, or its name leads elsewhere.
        """
        root = self.kwargs.get("root")
        if root and _LEADS_AWAY.search(spec):
            raise ValueError(
                f"load: {spec!r} is no name of a template: it holds a backslash, a control or two slashes"
            )
        template = super().load(spec, cls)
        if root and template.package_name is None and not _is_below(str(template.filename), root):
            raise ValueError(f"load: {spec!r} leads out of {root}")
        return template


_LEADS_AWAY = re.compile(r"[\x00-\x1f\\]|//")


def _is_below(path: str, root: str) -> bool:
    """Tell whether a path lies in a folder or below it, by its components."""
    return PurePath(os.path.realpath(path)).is_relative_to(os.path.realpath(root))


class PageTemplate(_Reworked, PageTemplateFile):
    """A page template, or one macro of it.

    Args:
        filename: absolute path.
        macro: the name of the macro; ``None`` for the whole template.
        config: for Chameleon.
    """

    def __init__(self, filename: str, macro: str | None = None, **config: Any) -> None:
        # Kept out of ``config``, which templates brought in with ``load:`` inherit.
        self.macro = macro
        config.setdefault("loader_class", _Loader)
        super().__init__(filename, **config)

    def _adapted(self, functions: dict[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
        if self.macro is not None:
            render = functions.get(f"render_{self.macro.replace('-', '_')}")
            if render is None:
                known = [name.removeprefix("render_") for name in functions if name != "render"]
                hint = did_you_mean(self.macro, known)
                raise ValueError(f"no macro named {self.macro!r} in template {self.filename}{hint}")
            functions = {**functions, "render": render}
        return super()._adapted(functions)


class TextTemplate(_Reworked, PageTextTemplateFile):
    """A text template. It has no macros, so one in its name is not heeded."""

    def __init__(self, filename: str, macro: str | None = None, **config: Any) -> None:
        super().__init__(filename, **config)


class _TemplateClass(Protocol):
    def __call__(self, filename: str, macro: str | None = None, **config: Any) -> PageTemplateFile: ...


@implementer(ITemplateRenderer)
class TemplateRenderer:
    """Renders one template, or one macro of it."""

    def __init__(self, lookup: TemplateLookup, path: str, macro: str | None, root: str = "") -> None:
        self.lookup = lookup
        self.path = path
        self.macro = macro
        self.root = root

    @reify
    def template(self) -> PageTemplateFile:
        """The template; the settings that it heeds are those that hold when it is first needed."""
        lookup = self.lookup
        config: dict[str, Any] = {"auto_reload": lookup.auto_reload, "debug": lookup.debug, **lookup.guards}
        config["code_cache"] = lookup.code_cache
        config["root"] = self.root
        translate = lookup.translate
        if translate is not None:
            config["translate"] = translate
        return lookup.template_class(self.path, macro=self.macro, **config)

    @reify
    def _is_plain_text(self) -> bool:
        # nothing in it is escaped, so nobody should read it as HTML
        return self.lookup.template_class is TextTemplate and self.lookup.guards["warns"]

    def implementation(self) -> PageTemplateFile:
        """Return the template, whose ``macros`` other templates may use."""
        return self.template

    def __call__(self, value: Value, system: dict[str, Any]) -> str | bytes:
        """Render the template with ``value``, a dictionary, over ``system``; a text template gives bytes, as plain text.

        Raises:
            ValueError: ``value`` isn't a dictionary.
        """
        if self._is_plain_text:
            say_content_type(system, "text/plain")
        try:
            system.update(value)
        except (TypeError, ValueError):
            raise ValueError(
                f"the view for template {self.path} must return a dictionary, not a value of type {type(value).__name__}"
            ) from None
        return self.template(**system)


@implementer(IChameleonLookup)
class TemplateLookup:
    """The templates of one registry and one ending, each made once."""

    def __init__(self, template_class: _TemplateClass, registry: AnyRegistry) -> None:
        self.template_class = template_class
        self.registry = registry
        self._renderers: dict[tuple[str | None, str], TemplateRenderer] = {}

    @property
    def debug(self) -> bool:
        """Whether compiled templates are written to disk, for a debugger (``debug_templates``)."""
        return self._is_on("debug_templates")

    @property
    def auto_reload(self) -> bool:
        """Whether a template that changed on disk is compiled again (``reload_templates``)."""
        return self._is_on("reload_templates")

    @property
    def translate(self) -> Callable[..., Any] | None:
        """What translates: the registered function, ours if there are translations, or nothing."""
        registered: Callable[..., Any] | None = self.registry.queryUtility(IChameleonTranslate)
        if registered is None and self.registry.queryUtility(ITranslationDirectories) is not None:
            return ChameleonTranslate(_translate_for_current_request)
        return registered

    @property
    def guards(self) -> dict[str, bool]:
        """What keeps data from becoming code (``goldilocks.safe_templates``)."""
        return dict.fromkeys(("checks_urls", "warns"), self._is_on(SAFE_SETTING))

    @property
    def code_cache(self) -> CodeCache | None:
        """What keeps compiled templates on disk (``goldilocks.template_cache``): nothing, while they are worked on."""
        place = (self.registry.settings or {}).get(CACHE_SETTING)
        if not place or self.auto_reload or self.debug or self._is_on(DEBUG_SETTING):
            return None
        return _cache_in(default_directory() if place is True else str(place))

    def _is_on(self, setting: str) -> bool:
        return bool((self.registry.settings or {}).get(setting, False))

    def __call__(self, info: Any) -> TemplateRenderer:
        """Return the renderer for the template that ``info`` names.

        Raises:
            ValueError: there is no such template.
        """
        # PERF: render_template_by_hand; each call makes a new helper and asks here.
        key = (getattr(info.package, "__name__", None), info.name)
        renderer = self._renderers.get(key)
        if renderer is None:
            name, macro = _split_macro(info.name)
            path, root = self._find(name, info.package)
            renderer = TemplateRenderer(self, path, macro, root)
            if not self._is_on("reload_assets"):
                self._renderers[key] = renderer
        return renderer

    def _find(self, name: str, package: Any) -> tuple[str, str]:
        """Return the absolute path of a template, and the folder that it and what it loads must lie in."""
        spec = _absolute_spec(name, package)
        package_name, path = resolve_asset_spec(spec, None)
        if package_name is None:
            found = path
        else:
            if self._is_on(SAFE_SETTING) and _climbs(path):
                raise ValueError(
                    f"template {name!r} leads out of the package {package_name}; say its absolute path"
                )
            found = self._asset_path(package_name, path)
        if not os.path.isfile(found):
            raise ValueError(_missing(name, spec, found))
        root = AssetResolver(package_name).resolve("").abspath() if package_name else ""
        return found, root if self._is_on(SAFE_SETTING) and root and _is_below(found, root) else ""

    def _asset_path(self, package_name: str, path: str) -> str:
        """Return where an asset lies, as this registry's overrides say, whichever registry is current."""
        overrides = self.registry.queryUtility(IPackageOverrides, name=package_name)
        overridden: str | None = None if overrides is None else overrides.get_filename(path)
        return overridden or AssetResolver(None).resolve(f"{package_name}:{path}").abspath()


def _translate_for_current_request(message: Any) -> Any:
    """Translate with the localizer of the current request; where there is none, only fill the placeholders in."""
    request = get_current_request()
    return message.interpolate() if request is None else get_localizer(request).translate(message)


def _climbs(path: str) -> bool:
    r"""Tell whether a path leads above its beginning, read with the separators of any platform.

    >>> [_climbs(path) for path in ("templates/../page.pt", "../page.pt", "a\\..\\..\\page.pt", "/etc/passwd")]
    [False, True, True, True]
    """
    depth = 0
    first, *others = re.split(r"[/\\]", path)
    for segment in (first or "..", *others):
        depth += {"..": -1, ".": 0, "": 0}.get(segment, 1)
        if depth < 0:
            return True
    return False


@lru_cache(10)
def _cache_in(directory: str) -> CodeCache | None:
    return private_cache(directory)


def _split_macro(name: str) -> tuple[str, str | None]:
    """Part ``page.pt#body`` and ``page#body.pt`` into the name of the template and that of the macro."""
    head, hash_mark, fragment = name.rpartition("#")
    if not hash_mark or "/" in fragment or os.sep in fragment:
        return name, None
    macro, dot, ending = fragment.partition(".")
    return head + dot + ending, macro


def _absolute_spec(name: str, package: Any) -> str:
    """Return the asset spec or the absolute path for a name as it was said in ``package``."""
    if ":" in name and not os.path.isabs(name):
        return name
    if package is not None:
        return asset_spec_from_abspath(os.path.join(package_path(package), name), package)
    if os.path.isabs(name):
        return name
    raise ValueError(f"template {name!r} is relative, but to no package: write 'package:path/{name}'")


def _missing(name: str, spec: str, path: str) -> str:
    """Say where a template was looked for and what lies nearby."""
    folder, file = os.path.split(path)
    if os.path.isdir(folder):
        hint = did_you_mean(file, sorted(os.listdir(folder)))
    else:
        hint = f"; there is no folder {folder}"
    said = "" if name == spec else f", said as {name!r}"
    return f"Missing template asset: {spec} ({path}){said}{hint}"


def warm_in_background(registry: Any) -> threading.Thread | None:
    """Do as `warm`, in a thread that is returned; nothing for an application that isn't one of ours."""
    if not isinstance(registry, Registry):
        return None
    # nobody waits for it: who asks for a page first has it compiled, as ever
    thread = threading.Thread(target=warm, args=(registry,), name="templates", daemon=True)
    thread.start()
    return thread


def warm(registry: AnyRegistry) -> int:
    """Compile the templates that an application's views name, before anybody waits for them.

    A template that can't be compiled is left as it is: its view will say what is wrong with it.

    Args:
        registry: of a committed application.

    Returns:
        How many were compiled.
    """
    count = 0
    for found in registry.introspector.get_category("templates", ()):
        try:
            renderer = found["introspectable"]["renderer"].renderer
            if isinstance(renderer, TemplateRenderer):
                renderer.template.cook_check()
                count += 1
        except Exception as error:
            log.debug("template %s can't be compiled yet: %s", found["introspectable"].title, error)
    return count


def page_renderer_factory(info: Any) -> TemplateRenderer:
    """Make the renderer for a ``.pt`` file."""
    return _renderer(info, PageTemplate)


def text_renderer_factory(info: Any) -> TemplateRenderer:
    """Make the renderer for a ``.txt`` file."""
    return _renderer(info, TextTemplate)


def _renderer(info: Any, template_class: _TemplateClass) -> TemplateRenderer:
    registry = info.registry
    lookup = registry.queryUtility(IChameleonLookup, name=info.type)
    if lookup is None:
        lookup = TemplateLookup(template_class, registry)
        registry.registerUtility(lookup, IChameleonLookup, name=info.type)
    return lookup(info)
