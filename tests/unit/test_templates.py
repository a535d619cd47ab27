"""Templates of pages and of text."""

from __future__ import annotations

import os
import sys
import threading
import time
from types import ModuleType, SimpleNamespace

import pytest
from chameleon.exc import TemplateError

from goldilocks import templates, threadlocal
from goldilocks.config import Configurator
from goldilocks.interfaces import IPackageOverrides, IRendererFactory, ITranslationDirectories
from goldilocks.registry import Registry
from goldilocks.renderers import RendererHelper


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package whose folder ``templates`` is to be filled."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "__init__.py").write_text("")
    module = ModuleType("apptemplates")
    module.__file__ = str(tmp_path / "__init__.py")
    module.__path__ = [str(tmp_path)]
    monkeypatch.setitem(sys.modules, "apptemplates", module)
    return module


@pytest.fixture
def registry():
    registry = Registry("app")
    registry.settings = {}
    registry.registerUtility(templates.page_renderer_factory, IRendererFactory, name=".pt")
    registry.registerUtility(templates.text_renderer_factory, IRendererFactory, name=".txt")
    return registry


def write(package, name, text):
    path = os.path.join(package.__path__[0], "templates", name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def render(registry, name, value=None, package=None, **system):
    return RendererHelper(name, package, registry).render(value or {}, {"request": None, **system})


def test_page(package, registry):
    """A page template escapes what it shows."""
    write(package, "page.pt", "<p>${name}</p>")
    assert render(registry, "apptemplates:templates/page.pt", {"name": "<é>"}) == "<p>&lt;é&gt;</p>"


def test_text(package, registry):
    """A text template doesn't, and gives bytes."""
    write(package, "mail.txt", "Dear ${name}")
    assert render(registry, "apptemplates:templates/mail.txt", {"name": "<é>"}) == "Dear <é>".encode()


def test_text_without_macros(package, registry):
    """A macro in the name of a text template isn't heeded."""
    write(package, "mail.txt", "Dear ${name}")
    assert render(registry, "apptemplates:templates/mail#body.txt", {"name": "x"}) == b"Dear x"


def test_relative_to_package(package, registry):
    """A relative name belongs to the package."""
    write(package, "page.pt", "<p/>")
    assert render(registry, "templates/page.pt", package=package) == "<p/>"


@pytest.mark.parametrize("with_package", [True, False])
def test_absolute_path(package, registry, with_package):
    """An absolute path is enough."""
    path = write(package, "page.pt", "<p/>")
    assert render(registry, path, package=package if with_package else None) == "<p/>"


def test_absolute_path_elsewhere(package, registry, tmp_path_factory):
    """An absolute path outside of the package is as good."""
    path = tmp_path_factory.mktemp("elsewhere") / "page.pt"
    path.write_text("<p/>")
    assert render(registry, str(path), package=package) == "<p/>"


def test_relative_to_nothing(registry):
    """A relative name without a package is a mistake, and the message says what to write."""
    with pytest.raises(ValueError, match=r"'page\.pt' is relative.*'package:path/page\.pt'"):
        render(registry, "page.pt")


def test_system_values(package, registry):
    """What the renderer is told is there, and the view's values come over it."""
    write(package, "page.pt", "${request} ${context} ${a}")
    values = {"request": "r", "context": "c", "a": "system"}
    assert render(registry, "templates/page.pt", {"a": "view"}, package, **values) == "r c view"


@pytest.mark.parametrize("value", [3, [1], "text"])
def test_value_that_is_no_dictionary(package, registry, value):
    """A view that returns something else than a dictionary is told so."""
    path = write(package, "page.pt", "<p/>")
    with pytest.raises(
        ValueError, match=f"{path} must return a dictionary, not a value of type {type(value).__name__}"
    ):
        RendererHelper("templates/page.pt", package, registry).render(value, {})


@pytest.mark.parametrize("name", ["page.pt#the-body", "page#the_body.pt"])
def test_macro_in_the_name(package, registry, name):
    """With a macro in its name, only that part of the template is rendered."""
    write(package, "page.pt", '<html><p metal:define-macro="the_body">${a}</p></html>')
    assert render(registry, f"templates/{name}", {"a": 1}, package).strip() == "<p>1</p>"


def test_unknown_macro(package, registry):
    """A macro that isn't there is reported with the template and the nearest one."""
    path = write(package, "page.pt", '<p metal:define-macro="body" />')
    with pytest.raises(ValueError, match=rf"no macro named 'bdy' in template {path}.*'body'"):
        render(registry, "templates/page.pt#bdy", package=package)


def test_macro_does_not_pass_to_loaded_templates(package, registry):
    """A template that is brought in by a macro is whole."""
    write(package, "layout.pt", '<b metal:define-macro="m"><i metal:define-slot="s"/></b>')
    write(
        package,
        "page.pt",
        '<html><p metal:define-macro="body" tal:define="layout load: layout.pt">'
        '<b metal:use-macro="layout.macros[\'m\']"><u metal:fill-slot="s">x</u></b></p></html>',
    )
    assert render(registry, "templates/page.pt#body", package=package) == "<p><b><u>x</u></b></p>"


def test_implementation_has_macros(package, registry):
    """The template itself is to be had, for its macros."""
    write(package, "layout.pt", '<b metal:define-macro="m">m</b>')
    write(package, "page.pt", "<b metal:use-macro=\"layout.macros['m']\" />")
    layout = RendererHelper("templates/layout.pt", package, registry).renderer.implementation()
    assert render(registry, "templates/page.pt", {"layout": layout}, package) == "<b>m</b>"


def test_hash_mark_in_a_folder(package, registry, tmp_path_factory):
    """Only the last part of a path may name a macro."""
    folder = tmp_path_factory.mktemp("a#b")
    (folder / "page.pt").write_text("<p/>")
    assert render(registry, str(folder / "page.pt")) == "<p/>"


def test_missing_template(package, registry):
    """A template that isn't there is reported with spec, path, what was said, and the nearest file."""
    path = write(package, "page.pt", "")
    missing = path.replace("page.pt", "pgae.pt")
    with pytest.raises(ValueError, match="Missing template asset") as caught:
        render(registry, "templates/pgae.pt", package=package)
    message = str(caught.value)
    assert f"apptemplates:templates/pgae.pt ({missing})" in message
    assert "said as 'templates/pgae.pt'" in message
    assert "'page.pt'" in message


def test_missing_folder(package, registry):
    """If the folder isn't there, that is what the message says."""
    with pytest.raises(ValueError, match=r"there is no folder .*tmplates"):
        render(registry, "apptemplates:tmplates/page.pt", package=package)


def test_template_is_compiled_on_first_use(package, registry):
    """A mistake in a template shows when it is rendered, and not before."""
    write(package, "page.pt", "<p>${(}</p>")
    renderer = RendererHelper("templates/page.pt", package, registry).renderer
    with pytest.raises(Exception, match=r"was never closed|page\.pt"):
        renderer({}, {})


def test_renderer_is_shared(package, registry):
    """Two helpers for one template have one renderer."""
    write(package, "page.pt", "<p/>")
    one, other = (RendererHelper("templates/page.pt", package, registry).renderer for _ in range(2))
    assert one is other


def test_assets_reloaded(package, registry):
    """While assets are reloaded, nothing is kept."""
    registry.settings = {"reload_assets": True}
    write(package, "page.pt", "<p/>")
    one, other = (RendererHelper("templates/page.pt", package, registry).renderer for _ in range(2))
    assert one is not other


@pytest.mark.parametrize("is_on", [True, False])
def test_settings_reach_the_template(package, registry, is_on):
    """Reloading and debugging are as the settings say when the template is first needed."""
    write(package, "page.pt", "<p/>")
    renderer = RendererHelper("templates/page.pt", package, registry).renderer
    registry.settings = {"reload_templates": is_on, "debug_templates": is_on}
    assert (renderer.template.auto_reload, renderer.template.debug) == (is_on, is_on)


def test_no_settings(package, registry):
    """A registry without settings is enough."""
    registry.settings = None
    write(package, "page.pt", "<p/>")
    assert render(registry, "templates/page.pt", package=package) == "<p/>"


def test_reload(package, registry):
    """A template that changes is compiled again while templates are reloaded."""
    registry.settings = {"reload_templates": True}
    path = write(package, "page.pt", "<p/>")
    assert render(registry, "templates/page.pt", package=package) == "<p/>"
    write(package, "page.pt", "<b/>")
    os.utime(path, (1, 1))
    assert render(registry, "templates/page.pt", package=package) == "<b/>"


def test_override(package, registry, tmp_path):
    """An asset that this registry overrides is taken from there."""
    write(package, "page.pt", "<p/>")
    (tmp_path / "other.pt").write_text("<b/>")
    overrides = SimpleNamespace(get_filename={"templates/page.pt": str(tmp_path / "other.pt")}.get)
    registry.registerUtility(overrides, IPackageOverrides, name="apptemplates")
    write(package, "second.pt", "<i/>")
    assert render(registry, "templates/page.pt", package=package) == "<b/>"
    assert render(registry, "templates/second.pt", package=package) == "<i/>"


# --- translation -----------------------------------------------------------------------------------------------------

MARKED = '<p i18n:domain="d" i18n:translate="">Hello <b i18n:name="who">${who}</b></p>'


@pytest.fixture
def stack():
    yield threadlocal.manager
    threadlocal.manager.clear()


def test_no_translations(package, registry):
    """Without translations the text stands as it was written."""
    write(package, "page.pt", MARKED)
    assert render(registry, "templates/page.pt", {"who": "Eve"}, package) == "<p>Hello <b>Eve</b></p>"


def test_translation_by_the_requests_localizer(package, registry, stack):
    """The localizer of the current request translates."""
    registry.registerUtility(["a directory"], ITranslationDirectories)
    write(package, "page.pt", MARKED)

    def translate(message):
        return f"[{message.domain}] {message.interpolate()}"

    request = SimpleNamespace(localizer=SimpleNamespace(translate=translate), registry=registry)
    stack.push({"request": request, "registry": registry})
    assert render(registry, "templates/page.pt", {"who": "Eve"}, package) == "<p>[d] Hello <b>Eve</b></p>"


def test_translation_without_request(package, registry):
    """Where no request is current, the text stands as it was written."""
    registry.registerUtility(["a directory"], ITranslationDirectories)
    write(package, "page.pt", MARKED)
    assert render(registry, "templates/page.pt", {"who": "Eve"}, package) == "<p>Hello <b>Eve</b></p>"


def test_translation_by_a_registered_function(package, registry):
    """A function that an application registered translates instead."""
    write(package, "page.pt", '<p i18n:translate="">Hello</p>')

    def translate(msgid, **kw):
        return msgid[::-1]

    registry.registerUtility(translate, templates.IChameleonTranslate)
    assert render(registry, "templates/page.pt", package=package) == "<p>olleH</p>"


# --- Compiled code on disk -----------------------------------------------------------------------------------------


@pytest.fixture
def cached(registry, tmp_path):
    """The registry of an application that keeps its templates, and where."""
    folder = tmp_path / "cache"
    registry.settings["goldilocks.template_cache"] = str(folder)
    yield folder
    templates._cache_in.cache_clear()


def fresh(registry):
    """Another registry with the same settings, as after a start anew."""
    other = Registry("app")
    other.settings = registry.settings
    other.registerUtility(templates.page_renderer_factory, IRendererFactory, name=".pt")
    return other


def test_compiled_template_is_kept(package, registry, cached, monkeypatch):
    """The next process doesn't compile."""
    write(package, "page.pt", "<p>${name}</p>")
    assert render(registry, "apptemplates:templates/page.pt", {"name": 1}) == "<p>1</p>"
    assert len(list(cached.iterdir())) == 1
    monkeypatch.setattr(templates.PageTemplate, "_compile", None)
    assert render(fresh(registry), "apptemplates:templates/page.pt", {"name": 2}) == "<p>2</p>"


def test_template_that_changed_is_compiled_again(package, registry, cached):
    """What is kept is kept for this text."""
    write(package, "page.pt", "<p>${name}</p>")
    render(registry, "apptemplates:templates/page.pt", {"name": 1})
    write(package, "page.pt", "<b>${name}</b>")
    assert render(fresh(registry), "apptemplates:templates/page.pt", {"name": 2}) == "<b>2</b>"


def test_kept_code_is_of_the_same_guards(package, registry, cached):
    """Code without a look at URLs isn't taken where one is wanted."""
    write(package, "page.pt", '<a href="${name}"/>')
    for is_safe, beginning in ((False, "java"), (True, "unsafe:")):
        registry.settings["goldilocks.safe_templates"] = is_safe
        page = render(fresh(registry), "apptemplates:templates/page.pt", {"name": "javascript:x"})
        assert page.startswith(f'<a href="{beginning}')


@pytest.mark.parametrize("setting", ["reload_templates", "debug_templates", "goldilocks.debug"])
def test_nothing_is_kept_of_templates_that_are_worked_on(package, registry, cached, setting):
    """Neither while they are reloaded, nor while they are looked into."""
    registry.settings[setting] = True
    write(package, "page.pt", "<p>${name}</p>")
    assert render(registry, "apptemplates:templates/page.pt", {"name": 1}) == "<p>1</p>"
    assert not cached.exists()


def test_templates_are_kept_where_the_user_keeps_things(registry, tmp_path, monkeypatch):
    """Unless a place is named."""
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    registry.settings["goldilocks.template_cache"] = True
    cache = templates.TemplateLookup(templates.PageTemplate, registry).code_cache
    assert cache.directory == str(tmp_path / "goldilocks" / "templates")


def test_template_with_a_mistake_names_its_file(package, registry, cached):
    """Also where code is kept."""
    path = write(package, "page.pt", "<p>${1 +}</p>")
    with pytest.raises(TemplateError) as error:
        render(registry, "apptemplates:templates/page.pt")
    assert error.value.token.filename == path


# --- Templates before they are needed ----------------------------------------------------------------------------------


def test_templates_of_views_are_compiled_beforehand(package):
    """All that can be; the others wait for their view to say what is wrong."""
    write(package, "page.pt", "<p/>")
    write(package, "broken.pt", "<p>${1 +}</p>")
    config = Configurator(package=package, settings={"goldilocks.template_cache": False})
    for name in ("page.pt", "broken.pt"):
        config.add_view(lambda request: {}, name=name, renderer=f"templates/{name}")
    config.add_renderer(".md", lambda info: lambda value, system: "")
    config.add_view(lambda request: {}, name="other", renderer="templates/other.md")
    config.commit()
    assert templates.warm(config.registry) == 1


def test_names_are_looked_up_by_chameleon_in_a_scope_of_another_kind(package, registry):
    """A template that is included is given the variables of the one around it."""
    template = templates.PageTemplate(write(package, "page.pt", "<p>${name}</p>"))
    template.cook_check()
    stream = []
    template.include(
        stream, templates.Names(name=1, __translate=None, __decode=None, __on_error_handler=None), {}
    )
    assert "".join(stream) == "<p>1</p>"


def test_templates_are_compiled_in_the_background():
    """Templates of an application of ours are compiled in a thread; of what isn't one, nothing is."""
    thread = templates.warm_in_background(Configurator().registry)
    thread.join(10)
    assert not thread.is_alive()
    assert templates.warm_in_background(None) is None


def test_templates_are_compiled_one_at_a_time(tmp_path, monkeypatch):
    """Some versions of Python can't parse in two threads at once: the first visitors of two pages wait for each other."""
    inside, most, rework = [], [], templates.rework

    def counting(*said):
        inside.append(said)
        most.append(len(inside))
        time.sleep(0.01)
        inside.pop()
        return rework(*said)

    monkeypatch.setattr(templates, "rework", counting)
    made = []
    for number in range(4):
        path = tmp_path / f"{number}.pt"
        path.write_text(f"<b>{number}</b>")
        made.append(templates.PageTemplate(str(path)))
    threads = [threading.Thread(target=each) for each in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 4 and set(most) == {1}
