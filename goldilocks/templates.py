"""Templates: the Chameleon renderers for ``.pt`` (HTML and XML) and ``.txt`` (plain text).

A template is named by an asset spec (``app:templates/page.pt``), by a path relative to the package of whoever
names it, or by an absolute path; an asset that was overridden is taken from where the override says. A macro of a page
template is rendered alone if it stands in the name: ``page.pt#body`` or ``page#body.pt``. A template is compiled when
it is first rendered, and kept with the registry.

Templates find all that a renderer is told beside the value (``request``, ``context``, ``view``, ...). Where translations
are configured, ``i18n:translate`` asks the localizer of the current request.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Protocol

from chameleon.zpt.template import PageTemplateFile, PageTextTemplateFile
from translationstring import ChameleonTranslate
from zope.interface import Interface, implementer

from goldilocks.asset import asset_spec_from_abspath, resolve_asset_spec
from goldilocks.decorator import reify
from goldilocks.i18n import get_localizer
from goldilocks.interfaces import IPackageOverrides, IRenderer, ITranslationDirectories
from goldilocks.names import did_you_mean
from goldilocks.path import AssetResolver, package_path
from goldilocks.threadlocal import get_current_request
from goldilocks.types import AnyRegistry, Value


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


class PageTemplate(PageTemplateFile):
    """A page template, or one macro of it.

    Args:
        filename: absolute path.
        macro: the name of the macro; ``None`` for the whole template.
        config: for Chameleon.
    """

    def __init__(self, filename: str, macro: str | None = None, **config: Any) -> None:
        # Kept out of ``config``, which templates brought in with ``load:`` inherit.
        self.macro = macro
        super().__init__(filename, **config)

    def cook(self, body: str) -> None:
        """Compile; of a template with a macro in its name, only the macro renders."""
        super().cook(body)
        if self.macro is None:
            return
        known = self.macros.names
        if self.macro.replace("-", "_") not in known:
            hint = did_you_mean(self.macro, known)
            raise ValueError(f"no macro named {self.macro!r} in template {self.filename}{hint}")
        self._render = self.macros[self.macro].include


class TextTemplate(PageTextTemplateFile):
    """A text template. It has no macros, so one in its name is not heeded."""

    def __init__(self, filename: str, macro: str | None = None, **config: Any) -> None:
        super().__init__(filename, **config)


class _TemplateClass(Protocol):
    def __call__(self, filename: str, macro: str | None = None, **config: Any) -> PageTemplateFile: ...


@implementer(ITemplateRenderer)
class TemplateRenderer:
    """Renders one template, or one macro of it."""

    def __init__(self, lookup: TemplateLookup, path: str, macro: str | None) -> None:
        self.lookup = lookup
        self.path = path
        self.macro = macro

    @reify
    def template(self) -> PageTemplateFile:
        """The template; the settings that it heeds are those that hold when it is first needed."""
        lookup = self.lookup
        config: dict[str, Any] = {"auto_reload": lookup.auto_reload, "debug": lookup.debug}
        translate = lookup.translate
        if translate is not None:
            config["translate"] = translate
        return lookup.template_class(self.path, macro=self.macro, **config)

    def implementation(self) -> PageTemplateFile:
        """Return the template, whose ``macros`` other templates may use."""
        return self.template

    def __call__(self, value: Value, system: dict[str, Any]) -> str | bytes:
        """Render the template with ``value``, a dictionary, over ``system``; a text template gives bytes.

        Raises:
            ValueError: ``value`` isn't a dictionary.
        """
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
            renderer = TemplateRenderer(self, self._find(name, info.package), macro)
            if not self._is_on("reload_assets"):
                self._renderers[key] = renderer
        return renderer

    def _find(self, name: str, package: Any) -> str:
        """Return the absolute path of a template."""
        spec = _absolute_spec(name, package)
        package_name, path = resolve_asset_spec(spec, None)
        found = path if package_name is None else self._asset_path(package_name, path)
        if os.path.isfile(found):
            return found
        raise ValueError(_missing(name, spec, found))

    def _asset_path(self, package_name: str, path: str) -> str:
        """Return where an asset lies, as this registry's overrides say, whichever registry is current."""
        overrides = self.registry.queryUtility(IPackageOverrides, name=package_name)
        overridden: str | None = None if overrides is None else overrides.get_filename(path)
        return overridden or AssetResolver(None).resolve(f"{package_name}:{path}").abspath()


def _translate_for_current_request(message: Any) -> Any:
    """Translate with the localizer of the current request; where there is none, only fill the placeholders in."""
    request = get_current_request()
    return message.interpolate() if request is None else get_localizer(request).translate(message)


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
