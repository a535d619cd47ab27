"""The Configurator itself: how it is made, what it stands on, and how configurations are put together."""

from __future__ import annotations

import gc
import logging
import sys
import types

import pytest
from zope.component import globalregistry
from zope.interface.registry import Components

import goldilocks.config
from goldilocks.authorization import ACLAuthorizationPolicy
from goldilocks.config import Configurator, global_registries
from goldilocks.config.actions import ActionInfo, action_method
from goldilocks.events import ApplicationCreated
from goldilocks.exceptions import (
    ConfigurationConflictError,
    ConfigurationError,
    ConfigurationExecutionError,
)
from goldilocks.interfaces import (
    IAuthenticationPolicy,
    IAuthorizationPolicy,
    IDebugLogger,
    IDefaultPermission,
    ILocaleNegotiator,
    IRendererFactory,
    IRequestFactory,
    IResponseFactory,
    IRootFactory,
    ISecurityPolicy,
    ISessionFactory,
    IViewMapperFactory,
)
from goldilocks.registry import Introspector, Registry
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.threadlocal import get_current_registry, get_current_request, manager
from goldilocks.viewderivers import DefaultViewMapper
from tests.support import browse


def hello(request):
    return Response("hello")


def says_hello(config):
    assert browse(config.make_wsgi_app()).get("/").text == "hello"


class Policy:
    """Stands for any policy."""


# --- Making one --------------------------------------------------------------------------------------------------------


class Mapper(DefaultViewMapper):
    """For the tests."""


class MyRequest(Request):
    """For the tests."""


MAKERS = {
    "root_factory": (IRootFactory, lambda request: {}),
    "security_policy": (ISecurityPolicy, Policy()),
    "locale_negotiator": (ILocaleNegotiator, lambda request: "de"),
    "request_factory": (IRequestFactory, MyRequest),
    "response_factory": (IResponseFactory, lambda request: Response()),
    "default_permission": (IDefaultPermission, "view"),
    "session_factory": (ISessionFactory, lambda request: {}),
    "default_view_mapper": (IViewMapperFactory, Mapper),
}


@pytest.mark.parametrize("argument", MAKERS)
def test_arguments_that_stand_for_a_statement(argument):
    """What is given to the constructor stands in the record after the commit, as if it had been said."""
    interface, value = MAKERS[argument]
    config = Configurator(**{argument: value})
    config.commit()
    assert config.registry.getUtility(interface) is value


@pytest.mark.parametrize("argument", MAKERS)
def test_arguments_clash_with_statements(argument):
    """What is given to the constructor is said by the application, and clashes with its other statements."""
    _, value = MAKERS[argument]
    config = Configurator(**{argument: value})
    say = {"default_view_mapper": "set_view_mapper"}.get(argument, f"set_{argument}")
    getattr(config, say)(value)
    with pytest.raises(ConfigurationConflictError):
        config.commit()


@pytest.mark.parametrize("is_alone", [True, False])
def test_older_policies(is_alone):
    """An authentication policy comes with an authorization policy, that of ACLs if none is given."""
    authentication, authorization = Policy(), Policy()
    with pytest.warns(DeprecationWarning):
        config = Configurator(
            authentication_policy=authentication, authorization_policy=None if is_alone else authorization
        )
    config.commit()
    assert config.registry.getUtility(IAuthenticationPolicy) is authentication
    found = config.registry.getUtility(IAuthorizationPolicy)
    assert isinstance(found, ACLAuthorizationPolicy) if is_alone else found is authorization


def test_renderers():
    """Renderers are given as pairs of name and factory."""

    def factory(info):
        return None

    config = Configurator(renderers=[(".mine", factory), (None, factory)])
    config.commit()
    assert config.registry.getUtility(IRendererFactory, name=".mine") is factory
    assert config.registry.getUtility(IRendererFactory) is factory


def test_empty_default_permission():
    """An empty permission, as a deployment file may say it, is none."""
    config = Configurator(default_permission="")
    config.commit()
    assert config.registry.queryUtility(IDefaultPermission) is None


@pytest.mark.parametrize(
    ("debug_logger", "name"), [(None, __name__), ("mine", "mine"), (logging.getLogger("given"), "given")]
)
def test_debug_logger(debug_logger, name):
    """The logger is given, or its name; else it has that of the package."""
    config = Configurator(debug_logger=debug_logger, package=sys.modules[__name__])
    assert config.registry.getUtility(IDebugLogger).name == config.registry.getUtility(IDebugLogger).name
    expected = config.package_name if debug_logger is None else name
    assert config.registry.getUtility(IDebugLogger).name == expected


def test_settings_are_read_in_many_words():
    """Settings are kept, and those of the framework are there under all their names."""
    config = Configurator(settings={"mine": 1, "goldilocks.debug_notfound": "true"})
    assert config.registry.settings["mine"] == 1
    assert config.registry.settings["debug_notfound"] is True


@pytest.mark.parametrize("prefix", ["goldilocks", "pyramid"])
def test_includes_by_settings(make_package, prefix):
    """A setting includes add-ons; it can be spelled in both ways."""
    name = make_package({"addon": "def includeme(config): config.registry['included'] = config.includepath"})
    config = Configurator(settings={f"{prefix}.includes": f"{name}.addon"})
    assert config.registry["included"] == (f"{name}.addon:includeme",)


def test_includes_by_settings_that_fail():
    """The error of an include names the setting that asked for it."""
    with pytest.raises(ModuleNotFoundError) as caught:
        Configurator(settings={"goldilocks.includes": "nosuch"})
    assert "'nosuch' stands in the setting" in caught.value.__notes__[-1]


@pytest.mark.parametrize("prefix", ["goldilocks", "pyramid"])
def test_tweens_by_settings(make_package, prefix):
    """A setting names the tweens, all of them and in order."""
    name = make_package(
        {
            "__init__": """
                from goldilocks.response import Response
                def outer(handler, registry):
                    return lambda request: Response("outer" + handler(request).text)
                def inner(handler, registry):
                    return lambda request: Response("inner")
            """
        }
    )
    config = Configurator(settings={f"{prefix}.tweens": f"{name}.outer {name}.inner"})
    assert browse(config.make_wsgi_app()).get("/").text == "outerinner"


@pytest.mark.parametrize("view", [None, "given"])
def test_view_of_http_errors(view):
    """HTTP errors are answered by a view that can be given, or by none: then they go through."""
    given = None if view is None else lambda context, request: Response("given", status=context.status)
    config = Configurator(exceptionresponse_view=given, settings={"goldilocks.answer_errors": False})
    app = browse(config.make_wsgi_app())
    if view is None:
        with pytest.raises(Exception, match="/nothing"):
            app.get("/nothing")
    else:
        assert app.get("/nothing", status=404).text == "given"


def test_route_prefix_for_all():
    """The prefix of the constructor stands before every pattern."""
    config = Configurator(route_prefix="api")
    config.add_route("hello", "/hello")
    config.add_view(hello, route_name="hello")
    app = browse(config.make_wsgi_app())
    assert app.get("/api/hello").text == "hello"
    app.get("/hello", status=404)


def test_package_by_default():
    """Without a package, names are relative to that of the caller."""
    assert Configurator().package_name in (__name__, __name__.rpartition(".")[0])


@pytest.mark.parametrize("package", ["xml.dom", "module"])
def test_package_given(package):
    """The package is given as a module or by its name; a module inside stands for its package."""
    import xml.dom.minidom

    config = Configurator(package=xml.dom.minidom if package == "module" else package)
    assert config.package is xml.dom
    assert (config.package_name, config.root_package) == ("xml.dom", xml.dom)


def test_root_package():
    """The package of the application can be another one than that of the names."""
    import xml

    config = Configurator(package="xml.dom", root_package=xml)
    assert (config.package_name, config.root_package) == ("xml.dom", xml)


def test_registry_given():
    """A registry that is given is taken as it is: nothing is said on it."""
    registry = Registry("mine")
    config = Configurator(registry=registry, settings={"a": 1}, root_factory=hello)
    assert config.registry is registry
    assert registry.settings is None
    assert not hasattr(registry, "action_state")


# --- Other registries ---------------------------------------------------------------------------------------------------


@pytest.fixture
def global_site(monkeypatch):
    """Return zope's global registry, and clean it up."""
    registry = globalregistry.base
    before = dict(vars(registry))
    yield registry
    vars(registry).clear()
    vars(registry).update(before)
    registry.__init__(registry.__name__)


@pytest.mark.parametrize("kind", ["bare", "global", "ours"])
def test_setup_on_a_registry(kind, global_site):
    """Any zope registry can be set up, and then serves an application."""
    registry = {"bare": Components("bare"), "global": global_site, "ours": Registry("ours")}[kind]
    config = Configurator(registry=registry)
    config.setup_registry(settings={"mine": 1}, root_factory=lambda request: {})
    assert registry.settings["mine"] == 1
    config.add_view(hello)
    heard = []
    config.add_subscriber(heard.append, ApplicationCreated)
    says_hello(config)
    assert len(heard) == 1


def test_what_stands_in_the_registry_is_seen():
    """What was registered before us counts."""
    registry = Components("bare")
    registry.registerUtility(lambda request: {"": "root"}, IRootFactory)
    config = Configurator(registry=registry)
    config.setup_registry()
    config.add_view(lambda context, request: Response(context[""]))
    assert browse(config.make_wsgi_app()).get("/").text == "root"


def test_setup_twice():
    """Setting a registry up again brings the defaults back."""
    config = Configurator()
    config.add_renderer("json", lambda info: lambda value, system: "mine")
    config.commit()
    config.setup_registry()
    config.add_view(lambda request: {}, renderer="json")
    assert browse(config.make_wsgi_app()).get("/").text == "{}"


def test_setup_with_arguments_of_the_constructor():
    """Setting up takes what the constructor takes."""
    config = Configurator(registry=Registry("mine"))
    config.setup_registry(default_permission="view", debug_logger="mine", exceptionresponse_view=None)
    config.commit()
    assert config.registry.getUtility(IDefaultPermission) == "view"


# --- Beginning and ending -----------------------------------------------------------------------------------------------


def test_begin_and_end():
    """In between, the registry is the current one; the end returns what the beginning pushed."""
    config = Configurator()
    config.begin()
    assert get_current_registry() is config.registry
    assert get_current_request() is None
    assert config.end() == {"registry": config.registry, "request": None}
    assert get_current_registry() is not config.registry


def test_begin_with_a_request():
    """A request that is given is the current one, and stays so when the same configuration begins again."""
    config, request = Configurator(), object()
    config.begin(request)
    config.begin()
    assert get_current_request() is request
    config.end()
    config.begin(None)
    assert get_current_request() is None
    config.end()
    config.end()


def test_begin_of_another_configuration():
    """A request doesn't become that of another application, even if the two registries look alike."""
    one, other = Configurator(), Configurator()
    one.begin(object())
    other.begin()
    assert get_current_request() is None
    other.end()
    one.end()


def test_with_statement():
    """As a context manager the configuration is current, and what was said is committed at the end."""
    with Configurator() as config:
        assert get_current_registry() is config.registry
        config.add_view(hello)
    assert get_current_registry() is not config.registry
    assert config.action_state.actions == []
    says_hello(config)


def test_actions_run_with_the_registry_current():
    """Whatever carries statements out makes the registry the current one."""
    for is_autocommit in (True, False):
        config, seen = Configurator(autocommit=is_autocommit), []
        config.action(None, lambda seen=seen: seen.append(get_current_registry()))
        config.commit()
        assert seen == [config.registry]


def test_manager_can_be_replaced():
    """Tests put another manager onto the instance."""

    class Manager:
        def __init__(self):
            self.stack = []

        def get(self):
            return {"registry": None, "request": None}

        def push(self, info):
            self.stack.append(info)

        def pop(self):
            return self.stack.pop()

    config = Configurator()
    assert config.manager is manager
    config.manager = Manager()
    config.begin()
    assert config.manager.stack == [{"registry": config.registry, "request": None}]
    assert config.end() == {"registry": config.registry, "request": None}


# --- Making the application ---------------------------------------------------------------------------------------------


def test_application_is_announced():
    """Subscribers learn of the application, in its registry; and tools find the registry."""
    config, seen = Configurator(), []
    config.add_subscriber(lambda event: seen.append((event.app, get_current_registry())), ApplicationCreated)
    app = config.make_wsgi_app()
    assert seen == [(app, config.registry)]
    assert global_registries.last is config.registry


def test_router_is_looked_up_when_called(monkeypatch):
    """Instrumentation that replaces the router in the configuration's module is heard; it gets the registry alone."""
    made = []
    monkeypatch.setattr(goldilocks.config, "Router", lambda *args, **kw: made.append((args, kw)) or "router")
    config = Configurator()
    assert config.make_wsgi_app() == "router"
    assert made == [((config.registry,), {})]


def test_constructor_can_be_wrapped(monkeypatch):
    """Instrumentation wraps the constructor."""
    original = Configurator.__init__

    def wrapper(self, *args, **kw):
        original(self, *args, **kw)
        self.registry["wrapped"] = True

    monkeypatch.setattr(Configurator, "__init__", wrapper)
    assert Configurator(package="xml").registry["wrapped"]


# --- Including ----------------------------------------------------------------------------------------------------------


def test_include_a_function():
    """A function gets a Configurator on the same registry, whose path says where it stands."""
    seen = []

    def addon(config):
        seen.append(config)

    config = Configurator()
    config.include(addon)
    (inner,) = seen
    assert inner is not config
    assert inner.registry is config.registry
    assert inner.includepath == (f"{__name__}:addon",)
    assert inner.root_package is config.root_package
    assert inner.basepath == __file__.rpartition("/")[0]


@pytest.mark.parametrize("how", ["module", "name of the module", "name of the function", "colon", "relative"])
def test_include_a_module(make_package, how):
    """A module says its statements by its ``includeme``; modules and functions can be named."""
    name = make_package(
        {"addon": "def includeme(config): config.registry['package'] = config.package.__name__"}
    )
    __import__(f"{name}.addon")
    config = Configurator(package=name)
    what = {
        "module": sys.modules[f"{name}.addon"],
        "name of the module": f"{name}.addon",
        "name of the function": f"{name}.addon.includeme",
        "colon": f"{name}.addon:includeme",
        "relative": ".addon",
    }[how]
    config.include(what)
    assert config.registry["package"] == name


def test_include_once():
    """What was included already isn't included again, until a commit."""
    calls = []

    def addon(config):
        calls.append(config.includepath)

    def other(config):
        config.include(addon)

    config = Configurator()
    config.include(addon)
    config.include(addon)
    config.include(other)
    assert len(calls) == 1
    config.commit()
    config.include(addon)
    assert len(calls) == 2


def test_include_hands_down():
    """An included Configurator keeps prefix, autocommit and introspection, and the class."""
    seen = []

    class Mine(Configurator):
        """An application's own Configurator."""

    def addon(config):
        seen.append(config)

    config = Mine(autocommit=True, introspection=False, route_prefix="a")
    config.include(addon, route_prefix="b")
    (inner,) = seen
    assert type(inner) is Mine
    assert (inner.autocommit, inner.introspection, inner.route_prefix) == (True, False, "a/b")
    assert config.route_prefix == "a"


@pytest.mark.parametrize(
    ("outer", "inner", "path"),
    [
        (None, None, "/x"),
        ("a", None, "/a/x"),
        (None, "b", "/b/x"),
        ("a", "b", "/a/b/x"),
        ("/a/", "/b/", "/a/b/x"),
        ("", "/", "/x"),
    ],
)
def test_include_with_a_prefix(outer, inner, path):
    """Prefixes add up, however their slashes are written."""

    def one(config):
        config.include(other, route_prefix=inner)

    def other(config):
        config.add_route("x", "/x")

    config = Configurator()
    config.include(one, route_prefix=outer)
    config.commit()
    assert config.get_routes_mapper().generate("x", {}) == path


def test_prefix_is_taken_back_after_an_error():
    """An include that fails leaves prefix and current registry as they were."""
    config = Configurator(route_prefix="a")

    def addon(config):
        raise KeyError

    with pytest.raises(KeyError):
        config.include(addon, route_prefix="b")
    assert config.route_prefix == "a"
    assert get_current_registry() is not config.registry


def test_registry_is_current_while_including():
    """An add-on that asks for the current registry gets this one."""
    seen = []

    def addon(config):
        seen.append(get_current_registry())

    config = Configurator()
    config.include(addon)
    assert seen == [config.registry]


@pytest.mark.parametrize("what", [None, object(), 3])
def test_what_cannot_be_included(what):
    """Something without a module or a name is refused with what to give instead."""
    with pytest.raises(ConfigurationError, match="can't be included: give a function"):
        Configurator().include(what)


def test_module_without_includeme():
    """A module that says nothing is refused."""
    with pytest.raises(ConfigurationError, match="module 'types' has no attribute 'includeme'"):
        Configurator().include(types)


def test_module_without_source(monkeypatch):
    """What has no source file isn't included."""
    config = Configurator()
    stand_in = types.SimpleNamespace(getmodule=lambda it: types, getsourcefile=lambda it: None)
    monkeypatch.setattr(config, "inspect", stand_in, raising=False)
    with pytest.raises(ConfigurationError, match="No source file for module 'types'"):
        config.include(test_module_without_source)


# --- Where we stand ------------------------------------------------------------------------------------------------------


def test_scope_says_where_we_stand():
    """The scope has what the attributes say."""
    config = Configurator(package="xml", route_prefix="a", introspection=False, autocommit=True)
    scope = config.scope
    assert (scope.package_name, scope.route_prefix) == ("xml", "a")
    assert (scope.includepath, scope.introspection, scope.autocommit) == ((), False, True)


def test_with_package():
    """Another package for relative names, all else as it is."""
    config = Configurator(package="xml", route_prefix="a", autocommit=True, introspection=False)
    config.basepath, config.info, config.includepath = "base", ActionInfo("f", 1, "", ""), ("path",)
    other = config.with_package("json")
    assert (other.package_name, other.root_package.__name__) == ("json", "xml")
    for name in (
        "registry",
        "route_prefix",
        "autocommit",
        "introspection",
        "basepath",
        "info",
        "includepath",
    ):
        assert getattr(other, name) == getattr(config, name)


def test_dotted_names():
    """Text is a dotted name, relative to the package if it begins with a dot; all else is what it is."""
    import xml.dom.minidom

    config = Configurator(package="xml")
    assert config.maybe_dotted("xml.dom.minidom.Document") is xml.dom.minidom.Document
    assert config.maybe_dotted(".dom.minidom:Document") is xml.dom.minidom.Document
    assert config.maybe_dotted(42) == 42


@pytest.mark.parametrize(
    ("spec", "absolute"),
    [("a.pt", "xml:a.pt"), ("json:a.pt", "json:a.pt"), ("/a.pt", "/a.pt"), (None, None), (3, 3)],
)
def test_asset_specs(spec, absolute):
    """A relative path gets the package; what is absolute, or isn't text, stays."""
    config = Configurator(package="xml")
    assert config.absolute_asset_spec(spec) == config.absolute_resource_spec(spec) == absolute


def test_attributes_count_from_the_next_statement_on():
    """Prefix, package and path can be assigned; they count for what is said afterwards."""
    import json
    import xml

    config, seen = Configurator(package=xml), []
    config.add_view_deriver(lambda view, info: seen.append(info.package) or view, name="see")
    config.add_route("before", "/x")
    config.add_view(hello, route_name="before")
    config.route_prefix = "later"
    config.package = json
    config.includepath = ("somewhere",)
    config.add_route("after", "/x")
    config.add_view(hello, route_name="after")
    assert config.action_state.actions[-1]["includepath"] == ("somewhere",)
    config.commit()
    mapper = config.get_routes_mapper()
    assert [mapper.get_route(name).pattern for name in ("before", "after")] == ["/x", "later/x"]
    assert seen[-2:] == [xml, json]


def test_place_assigned_for_all():
    """A tool that reads configuration files assigns the place of what it says next."""
    config = Configurator()
    config.info = place = ActionInfo("site.zcml", 3, "", "<view/>")
    config.add_route("x", "/x")
    config.commit()
    assert config.introspector.get("routes", "x").action_info is place


def test_introspection_off():
    """Without introspection nothing is accounted for, and all works; it can be switched while statements are said."""
    config = Configurator(introspection=False)
    assert config.introspector.categories() == []
    config.add_view(hello)
    config.introspection = True
    config.add_permission("seen")
    config.commit()
    assert config.introspector.categories() == ["permissions"]
    says_hello(config)


def test_introspector_can_be_replaced():
    """The introspector belongs to the registry; another one can be put in, and it can be taken away."""
    config = Configurator()
    config.introspector = introspector = Introspector()
    assert config.registry.introspector is introspector
    del config.introspector
    assert not hasattr(config.registry, "introspector")
    assert config.introspector is not introspector


# --- The log -------------------------------------------------------------------------------------------------------------


def test_the_log_is_read():
    """Rows are mappings with Pyramid's keys."""
    config = Configurator()
    config.add_route("x", "/x")
    connect, route = config.action_state.actions
    assert set(route) == {
        *("discriminator", "callable", "args", "kw", "order", "includepath", "info", "introspectables"),
    }
    assert [row["discriminator"] for row in (connect, route)] == [("route-connect", "x"), ("route", "x")]
    assert config.registry.action_state is config.action_state


def test_the_log_is_written():
    """Rows of others, mappings and tuples, are carried out among ours; rows of ours can be taken out."""
    config, done = Configurator(), []
    config.add_route("x", "/x")
    config.action_state.actions = [
        row for row in config.action_state.actions if row["discriminator"][0] != "route-connect"
    ]
    config.action_state.actions.append(("tuple", done.append, (1,)))
    config.action_state.actions.append(
        {
            "discriminator": "row",
            "callable": done.append,
            "args": (2,),
            "kw": {},
            "order": 0,
            "includepath": (),
            "info": "",
        }
    )
    config.commit()
    assert done == [1, 2]
    assert config.get_routes_mapper().get_routes() == []


def test_the_log_is_shared():
    """All Configurators on one registry write into one log."""
    config, done = Configurator(), []
    other = Configurator(registry=config.registry)
    other.action("d", done.append, (1,))
    config.commit()
    assert done == [1]
    assert other.action_state is config.action_state


# --- Directives of others ------------------------------------------------------------------------------------------------


def test_directive_of_an_add_on():
    """A directive that an add-on brings is there for all Configurators on the registry, included ones and others."""
    seen = []

    def say(config, *args, **kw):
        seen.append((config, args, kw))

    def addon(config):
        config.add_directive("say", say)
        config.say(1)

    config = Configurator()
    config.include(addon)
    config.say(2, b=3)
    assert seen[1] == (config, (2,), {"b": 3})
    assert config.with_package("xml").say
    assert not hasattr(Configurator(), "say")


@pytest.mark.parametrize("action_wrap", [True, False])
def test_place_of_a_directive(action_wrap):
    """A wrapped directive has the place of its call; what it says itself is its own affair if it isn't wrapped."""

    def say(config, name):
        config.action(name)  # inside

    config = Configurator()
    config.add_directive("say", say, action_wrap=action_wrap)
    config.say("x")  # outside
    (row,) = config.action_state.actions
    assert row["info"].src.endswith("# outside" if action_wrap else "# inside")


def test_directive_by_name_and_replaced(make_package):
    """A directive can be named by its dotted name; the one that is added last counts."""
    name = make_package({"__init__": "def say(config, what): config.registry['said'] = what"})
    config = Configurator()
    config.add_directive("say", lambda config, what: None)
    config.add_directive("say", f"{name}.say")
    config.say("hello")
    assert config.registry["said"] == "hello"


def test_directive_that_is_wrapped_already():
    """A directive that was made with ``action_method`` understands ``_info`` and ``_backframes``."""

    @action_method
    def say(config):
        config.action("x")

    def helper(config):
        config.say(_backframes=1)

    config = Configurator()
    config.add_directive("say", say, action_wrap=False)
    helper(config)  # the call of the helper
    config.say(_info=("app.py", 3, "main", "source"))
    places = [row["info"] for row in config.action_state.actions]
    assert places[0].src.endswith("# the call of the helper")
    assert (places[1].file, places[1].line) == ("app.py", 3)


def test_directive_with_a_name_that_is_none():
    """A name that no attribute can have is refused."""
    with pytest.raises(ConfigurationError, match="ASCII"):
        Configurator().add_directive("größe", lambda config: None)


def test_directive_replaced_on_an_instance():
    """A composite speaks through the instance, so that a replaced directive is heard."""
    config, said = Configurator(), []
    config.add_view = lambda *args, **kw: said.append(kw)
    config.add_notfound_view(hello)
    assert [kw["view"] for kw in said] == [hello]


def test_directive_overridden():
    """A subclass overrides a directive, and calls that of the base."""

    class Mine(Configurator):
        def add_route(self, name, pattern=None, **kw):
            super().add_route(name, f"/mine{pattern}", **kw)

    config = Mine()
    config.add_route("x", "/x")
    config.commit()
    assert config.get_routes_mapper().get_route("x").pattern == "/mine/x"


def test_what_no_directive_is():
    """An unknown attribute is an error with the nearest name, or the advice to include what brings it."""
    config = Configurator()
    with pytest.raises(AttributeError, match=r"no directive 'add_rout' .*; did you mean 'add_route'"):
        config.add_rout  # noqa: B018 - the look-up is what is tested
    with pytest.raises(
        AttributeError, match=r"no directive 'xyz' \(an add-on that brings one must be included first\)$"
    ):
        config.xyz  # noqa: B018 - the look-up is what is tested
    with pytest.raises(AttributeError, match=r"no directive '_rout'$"):
        config._rout  # noqa: B018 - the look-up is what is tested


def test_attributes_of_a_half_made_configurator():
    """Before there is a registry, attributes are just missing."""
    with pytest.raises(AttributeError):
        Configurator.__new__(Configurator).anything  # noqa: B018 - the look-up is what is tested


# --- Dotted names that lead nowhere --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dotted", "advice"),
    [
        ("goldilocks.view.view_confg", "goldilocks.view has no 'view_confg'; did you mean 'view_config'?"),
        ("goldilocks.viw.view_config", "goldilocks has no 'viw'; did you mean 'view'?"),
        ("nosuch.module", "there is no module 'nosuch'; is it installed here?"),
        ("etree", "did you mean '.etree', or the object itself?"),
        (".nosuch", "begins at the package 'xml'"),
        ("goldilocks.view:view_confg", "did you mean 'view_config'?"),
    ],
)
def test_the_nearest_name(dotted, advice):
    """A dotted name that leads nowhere is told with the nearest one."""
    import xml.etree

    assert xml.etree
    with pytest.raises(ImportError) as caught:
        Configurator(package="xml").maybe_dotted(dotted)
    assert advice in caught.value.__notes__[0]


def test_an_import_that_fails_inside(make_package):
    """What is missing further inside isn't blamed on the name."""
    name = make_package({"addon": "import nosuch.module"})
    with pytest.raises(ImportError) as caught:
        Configurator().include(f"{name}.addon")
    assert caught.value.__notes__[0] == f"this happened while '{name}.addon' was imported"


@pytest.mark.parametrize("is_enabled", [True, False])
def test_commit_leaves_the_garbage_collector_as_it_was(is_enabled):
    """While statements are carried out nothing is collected; afterwards, also after an error, all is as before."""
    seen = []
    before = gc.isenabled()
    (gc.enable if is_enabled else gc.disable)()
    try:
        config = Configurator()
        config.action("one", lambda: seen.append(gc.isenabled()))
        config.action("two", lambda: 1 / 0)
        with pytest.raises(ConfigurationExecutionError):
            config.commit()
        seen.append(gc.isenabled())
    finally:
        (gc.enable if before else gc.disable)()

    assert seen == [False, is_enabled]
