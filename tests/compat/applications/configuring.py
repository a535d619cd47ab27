"""Configuration itself: what wins, what clashes, what is refused, in which order things are carried out."""

from framework.config import PHASE0_CONFIG, PHASE1_CONFIG, PHASE2_CONFIG, Configurator
from framework.exceptions import ConfigurationConflictError, ConfigurationError, ConfigurationExecutionError
from framework.response import Response
from framework.view import bfg_view, view_config

REQUESTS = "\n".join(
    f"GET /{name}"
    for name in [
        "nearer_wins",
        "siblings_clash",
        "same_twice",
        "deeper_loses",
        "predicates_dont_clash",
        "order_of_phases",
        "commit_then_replace",
        "autocommit_replaces",
        "include_twice",
        "include_module",
        "include_callable",
        "include_string",
        "include_missing",
        "prefix",
        "prefix_nested",
        "prefix_slash",
        "prefix_root",
        "prefix_none",
        "relative_names",
        "with_package",
        "absolute_asset_spec",
        "maybe_dotted",
        "directive",
        "directive_without_wrap",
        "directive_in_include",
        "unknown_directive",
        "action_by_hand",
        "action_none_discriminator",
        "action_deferred_failure",
        "failing_action",
        "unknown_predicate",
        "unknown_predicate_near",
        "view_without_view",
        "view_with_nothing",
        "renderer_alone",
        "bad_route",
        "bad_pattern",
        "route_without_pattern",
        "unknown_route_of_view",
        "context_and_for",
        "double_csrf_policy",
        "policy_conflict",
        "authz_without_authn",
        "security_and_authn",
        "settings",
        "settings_prefixed",
        "settings_environment",
        "settings_aslist",
        "settings_mapping",
        "settings_includes",
        "settings_late",
        "root_package",
        "derive_view",
        "scan_categories",
        "scan_ignore",
        "scan_onerror",
        "bad_http_cache",
        "bad_accept",
        "exception_only_not_exception",
        "exception_view_of_nothing",
        "notfound_twice",
        "notfound_refuses",
        "forbidden_refuses",
        "forbidden_twice",
        "default_permission_twice",
        "override_itself",
        "override_mixed",
        "static_twice",
        "static_and_route",
        "cache_buster_twice",
        "translation_missing",
        "asset_missing",
        "hook_zca",
        "manager",
        "begin_end",
        "global_registries",
        "testing_views",
        "testing_subscriber",
        "testing_resource",
        "testing_security",
        "conflict_text",
        "execution_text",
        "introspection_off",
        "action_order",
        "nested_commit",
        "late_actions",
        "unhashable",
        "tween_twice",
        "tween_bad",
        "tween_ingress",
        "view_defaults_inherited",
        "predicates_weigh",
    ]
)


def outcome(function):
    """Call, and return what came of it: a value, or the kinds of the error."""
    try:
        return function()
    except Exception as error:
        kinds = [kind.__name__ for kind in type(error).__mro__]
        return {"raised": kinds[: kinds.index("Exception")], "cause": caused(error)}


def caused(error):
    found = getattr(error, "etype", None)
    return found.__name__ if found else None


def get(config, path="/", **headers):
    from framework.request import Request

    return Request.blank(path, headers=headers).get_response(config.make_wsgi_app()).text


def say(text):
    return lambda request: Response(text)


def included(text, name=""):
    def addon(config):
        config.add_view(say(text), name=name)

    addon.__name__ = text  # what was included already is known by its name
    return addon


def nearer_wins():
    config = Configurator()
    config.include(included("add-on"))
    config.add_view(say("application"))
    return get(config)


def siblings_clash():
    config = Configurator()
    config.include(included("one"))
    config.include(included("two"))
    try:
        config.commit()
    except ConfigurationConflictError as error:
        return [len(error._conflicts), [len(infos) for infos in error._conflicts.values()]]


def same_twice():
    config = Configurator()
    config.add_view(say("one"))
    config.add_view(say("two"))
    return get(config)


def deeper_loses():
    def outer(config):
        config.include(included("deep"))
        config.add_view(say("outer"))

    config = Configurator()
    config.include(outer)
    return get(config)


def predicates_dont_clash():
    config = Configurator()
    config.add_view(say("get"), request_method="GET")
    config.add_view(say("post"), request_method="POST")
    return get(config)


def order_of_phases():
    log = []
    config = Configurator()
    config.action("c", lambda: log.append("3"))
    config.action("b", lambda: log.append("2"), order=PHASE2_CONFIG)
    config.action("a", lambda: log.append("0"), order=PHASE0_CONFIG)
    config.action("d", lambda: log.append("1"), order=PHASE1_CONFIG)
    config.action("e", lambda: log.append("99"), order=99)
    config.action("f", lambda: log.append("-99"), order=-99)
    config.commit()
    return log


def commit_then_replace():
    config = Configurator()
    config.add_view(say("one"))
    config.commit()
    config.add_view(say("two"))
    return get(config)


def autocommit_replaces():
    config = Configurator(autocommit=True)
    config.add_view(say("one"))
    config.add_view(say("two"))
    return get(config)


LOG = []


def includeme(config):
    LOG.append(config.package.__name__)


def include_twice():
    LOG.clear()
    config = Configurator()
    config.include(includeme)
    config.include(includeme)
    config.include("configuring.includeme")
    return LOG


def include_module():
    LOG.clear()
    Configurator().include("configuring")
    return LOG


def include_callable():
    LOG.clear()
    Configurator().include(includeme)
    return LOG


def include_string():
    LOG.clear()
    Configurator().include(".includeme")
    return LOG


def include_missing():
    Configurator().include("json")


def routes_of(config):
    config.commit()
    return [
        [route.name, route.pattern] for route in config.get_routes_mapper().get_routes(include_static=True)
    ]


def prefixed(prefix, pattern="/x"):
    config = Configurator()
    config.include(lambda config: config.add_route("x", pattern), route_prefix=prefix)
    return routes_of(config)


def prefix():
    return [
        prefixed("p"),
        prefixed("/p/"),
        prefixed("/p", "x"),
        prefixed("p/{q}/", "*rest"),
        prefixed("p", ""),
    ]


def prefix_nested():
    def inner(config):
        config.add_route("x", "/x")

    def outer(config):
        config.include(inner, route_prefix="inner")
        config.include(inner.__class__(inner.__code__, globals()), route_prefix="/other/") if False else None
        with config.route_prefix_context("/context/"):
            config.add_route("y", "y")
            with config.route_prefix_context("deeper"):
                config.add_route("z", "/z/")
        config.add_route("w", "w")

    config = Configurator(route_prefix="/app")
    config.include(outer, route_prefix="outer")
    config.add_route("v", "/v")
    return routes_of(config)


def prefix_slash():
    return [prefixed("/", "/x"), prefixed("/", ""), prefixed("", "x")]


def prefix_root():
    config = Configurator()
    config.include(lambda config: config.add_route("x", "", inherit_slash=True), route_prefix="p")
    config.include(lambda config: config.add_route("y", "", inherit_slash=False), route_prefix="q")
    return routes_of(config)


def prefix_none():
    config = Configurator()
    config.include(lambda config: config.add_route("x", "x"), route_prefix=None)
    config.add_route("ext", "http://example.com/x")
    return routes_of(config)


def by_name(request):
    return Response("by name")


def relative_names():
    config = Configurator()
    config.add_view(".by_name")
    return get(config)


def with_package():
    import json

    config = Configurator()
    other = config.with_package(json)
    return [other.package.__name__, other.registry is config.registry, config.package.__name__]


def absolute_asset_spec():
    config = Configurator()
    return [config.absolute_asset_spec(spec) for spec in ("a.pt", "b:a.pt", "/a.pt")]


def maybe_dotted():
    config = Configurator()
    return [
        config.maybe_dotted(".by_name") is by_name,
        config.maybe_dotted("configuring").__name__,
        config.maybe_dotted(5),
    ]


def own(config, *args, **kw):
    config.action(("own", args), lambda: LOG.append([list(args), sorted(kw)]))


def directive():
    LOG.clear()
    config = Configurator()
    config.add_directive("own", own)
    config.add_directive("named", "configuring.own")
    config.own(1, a=2)
    config.named(3)
    config.commit()
    return [LOG, config.own.__name__]


def directive_without_wrap():
    config = Configurator()
    config.add_directive("own", lambda config: type(config).__name__, action_wrap=False)
    return config.own()


def directive_in_include():
    LOG.clear()
    config = Configurator()

    def addon(config):
        config.add_directive("own", own)

    config.include(addon)
    config.own(7)
    config.commit()
    return LOG


def unknown_directive():
    Configurator().nothing_like_this()


def action_by_hand():
    LOG.clear()
    config = Configurator()
    config.action("x", LOG.append, ("args",), {}, 5)
    config.action("y", callable=LOG.append, args=("more",))
    config.action(None, None)
    config.commit()
    return LOG


def action_none_discriminator():
    LOG.clear()
    config = Configurator()
    config.action(None, LOG.append, (1,))
    config.action(None, LOG.append, (2,))
    config.commit()
    return LOG


def action_deferred_failure():
    from framework.registry import Deferred

    config = Configurator()
    config.action(Deferred(lambda: 1 / 0), None)
    config.commit()


def failing_action():
    config = Configurator()
    config.action("x", lambda: 1 / 0)
    config.commit()


def unknown_predicate():
    config = Configurator()
    config.add_view(say(""), nothing=1)
    config.commit()


def unknown_predicate_near():
    config = Configurator()
    config.add_route("x", "/", request_methd="GET")
    config.commit()


def view_without_view():
    Configurator().add_view(name="x")


def view_with_nothing():
    config = Configurator()
    config.add_view(None, renderer=None)
    config.commit()


def renderer_alone():
    config = Configurator()
    config.add_view(renderer="json")
    return get(config)


def bad_route():
    config = Configurator()
    config.add_route("x", "/{a/b}")
    config.commit()


def bad_pattern():
    config = Configurator()
    config.add_route("x", "/{a:[}")
    config.commit()


def route_without_pattern():
    Configurator().add_route("x")


def unknown_route_of_view():
    config = Configurator()
    config.add_view(say(""), route_name="nothing")
    config.commit()


def context_and_for():
    config = Configurator()
    config.add_view(say("for"), for_=None, context=dict)
    config.commit()


def double_csrf_policy():
    config = Configurator()
    config.set_default_csrf_options()
    config.set_default_csrf_options(token="x")
    config.commit()


def policy_conflict():
    config = Configurator()
    config.set_security_policy(object())
    config.set_security_policy(object())
    config.commit()


def authz_without_authn():
    config = Configurator(authorization_policy=object())
    config.commit()


def security_and_authn():
    config = Configurator(authentication_policy=object(), authorization_policy=object())
    config.set_security_policy(object())
    config.commit()


def some(settings):
    keys = [
        "debug_all",
        "debug_notfound",
        "debug_routematch",
        "debug_authorization",
        "debug_templates",
        "reload_all",
        "reload_templates",
        "reload_assets",
        "reload_resources",
        "default_locale_name",
        "prevent_http_cache",
        "prevent_cachebust",
        "csrf_trusted_origins",
        "own",
    ]
    return {key: settings.get(key) for each in keys for key in (each, "pyramid." + each)}


def settings():
    return some(
        Configurator(settings={"debug_all": "true", "own": "1", "reload_templates": "no"}).registry.settings
    )


def settings_prefixed():
    return some(
        Configurator(
            settings={
                "pyramid.reload_all": "yes",
                "pyramid.default_locale_name": "de",
                "default_locale_name": "fr",
            }
        ).registry.settings
    )


def settings_environment():
    import os

    os.environ["PYRAMID_DEBUG_NOTFOUND"] = "1"
    try:
        return some(Configurator(settings={"debug_notfound": "0"}).registry.settings)
    finally:
        del os.environ["PYRAMID_DEBUG_NOTFOUND"]


def settings_aslist():
    from framework.settings import asbool, aslist, truthy

    values = ["true", "Yes", "on", "1", "t", "y", "0", "off", "", None, 1, 0, [], "nonsense"]
    return [
        [asbool(value) for value in values],
        aslist("a b\nc d"),
        aslist("a b\nc", flatten=False),
        aslist(["a b", "c"]),
        sorted(truthy),
    ]


def settings_mapping():
    config = Configurator()
    config.add_settings({"a": 1}, b=2)
    config.registry.settings["c"] = 3
    found = config.get_settings()
    return [found["a"], found["b"], found["c"], found is config.registry.settings]


def settings_includes():
    LOG.clear()
    Configurator(settings={"pyramid.includes": "configuring\nconfiguring.includeme"})
    return LOG


def settings_late():
    config = Configurator(registry=Configurator().registry)
    config.registry.settings = {"a": "b"}
    return config.get_settings()


def root_package():
    import json

    config = Configurator(root_package=json)
    return [config.root_package.__name__, config.package.__name__]


def derive_view():
    config = Configurator()
    view = config.derive_view(lambda request: {"a": 1}, renderer="json")
    from framework.request import Request

    request = Request.blank("/")
    request.registry = config.registry
    return [view(None, request).text, view.__module__, callable(view)]


@view_config(name="scanned", renderer="json", category="other") if False else (lambda view: view)
def scanned(request):
    return {}


@view_config(name="decorated", renderer="string")
@bfg_view(name="twice", renderer="string")
def decorated(request):
    return "decorated"


def scan_categories():
    config = Configurator()
    config.scan("configuring", categories=("pyramid",))
    one = get(config, "/decorated")
    other = Configurator()
    other.scan("configuring", categories=("nothing",))
    return [one, get(config, "/twice"), get(other, "/decorated").split("\n")[0]]


def scan_ignore():
    config = Configurator()
    config.scan("configuring", ignore="configuring")
    return get(config, "/decorated").split("\n")[0]


def scan_onerror():
    Configurator().scan("nothing.like.this")


def bad_http_cache():
    config = Configurator()
    config.add_view(say(""), http_cache=(1, 2, 3))
    config.commit()


def bad_accept():
    for value in ("text/*", "*/*", "nonsense", ["text/html", "text/plain"], "text/html;q=1"):
        config = Configurator()
        found = outcome(lambda: config.add_view(say(""), accept=value))  # noqa: B023 - called at once
        LOG.append(found and found["raised"])
    found, LOG[:] = list(LOG[-5:]), []
    return found


def exception_only_not_exception():
    config = Configurator()
    config.add_view(say(""), context=dict, exception_only=True)
    config.commit()


def exception_view_of_nothing():
    config = Configurator()
    config.add_exception_view(say("caught"))
    config.add_view(lambda request: 1 / 0)
    return get(config)


def notfound_twice():
    config = Configurator()
    config.add_notfound_view(say("one"))
    config.add_notfound_view(say("two"))
    config.commit()


def notfound_refuses():
    found = []
    for name in ("name", "permission", "context", "for_", "exception_only", "require_csrf"):
        found.append(outcome(lambda: Configurator().add_notfound_view(say(""), **{name: "x"})))  # noqa: B023 - called at once
    return found


def forbidden_refuses():
    found = []
    for name in ("name", "permission", "context", "for_", "exception_only", "require_csrf"):
        found.append(outcome(lambda: Configurator().add_forbidden_view(say(""), **{name: "x"})))  # noqa: B023 - called at once
    return found


def forbidden_twice():
    config = Configurator()
    config.add_forbidden_view(say("one"))
    config.add_forbidden_view(say("two"), request_method="POST")
    config.commit()
    return "fine"


def default_permission_twice():
    config = Configurator(default_permission="a")
    config.set_default_permission("b")
    config.commit()


def override_itself():
    Configurator().override_asset("configuring:a", "configuring:a")


def override_mixed():
    return [
        outcome(lambda: Configurator().override_asset(*pair)["raised"])  # noqa: B023 - called at once
        for pair in [
            ("configuring:a/", "configuring:b"),
            ("configuring:a", "configuring:b/"),
            ("configuring", "json"),
        ]
    ]


def static_twice():
    config = Configurator()
    config.add_static_view("static", "configuring:texts")
    config.add_static_view("static", "configuring:overrides")
    config.commit()


def static_and_route():
    config = Configurator()
    config.add_route("static", "/static/x")
    config.add_view(say("route"), route_name="static")
    config.add_static_view("static", "configuring:texts")
    return [get(config, "/static/x"), routes_of(config)]


def cache_buster_twice():
    config = Configurator()
    for _ in range(2):
        config.add_cache_buster("configuring:texts", lambda request, subpath, kw: (subpath, kw))
    config.commit()


def translation_missing():
    config = Configurator()
    config.add_translation_dirs("configuring:nothing")
    config.commit()


def asset_missing():
    config = Configurator()
    config.add_static_view("x", "nothing_like_this:y")
    config.commit()
    return get(config, "/x/y").split("\n")[0]


def hook_zca():
    from framework.threadlocal import get_current_registry
    from zope.component import getSiteManager

    config = Configurator()
    config.hook_zca()
    config.begin()
    found = getSiteManager() is get_current_registry() is config.registry
    config.end()
    config.unhook_zca()
    return found


def manager():
    from framework.threadlocal import manager

    before = len(manager.stack)
    config = Configurator()
    config.begin()
    inside = len(manager.stack) - before
    popped = config.end()
    return [inside, len(manager.stack) - before, sorted(popped), sorted(manager.get())]


def begin_end():
    from framework.threadlocal import get_current_registry, get_current_request

    with Configurator() as config:
        config.add_view(say("with"))
        inside = get_current_registry() is config.registry
    request = object()
    config.begin(request)
    found = get_current_request() is request
    config.end()
    return [inside, found, get_current_request() is request]


def global_registries():
    from framework.config import global_registries

    before = len(list(global_registries))
    config = Configurator()
    config.make_wsgi_app()
    found = [len(list(global_registries)) > before or before, global_registries.last is config.registry]
    global_registries.remove(config.registry)
    return found[1]


def testing_views():
    from framework import testing

    with testing.testConfig() as config:
        config.testing_add_renderer("a.pt")
        config.add_route("r", "/r/{x}")
        request = testing.DummyRequest(params={"a": "1"}, path="/p", headers={"X": "1"}, cookies={"c": "d"})
        return [
            request.route_url("r", x="1"),
            request.params,
            request.method,
            request.path,
            request.application_url,
            request.session.get_csrf_token(),
            sorted(request.headers),
            request.cookies,
            request.matchdict,
            request.context is None,
        ]


def testing_subscriber():
    from framework import testing
    from framework.events import NewRequest

    with testing.testConfig() as config:
        events = config.testing_add_subscriber(NewRequest)
        config.registry.notify(NewRequest(testing.DummyRequest()))
        return [type(event).__name__ for event in events]


def testing_resource():
    from framework import testing
    from framework.traversal import find_resource

    with testing.testConfig() as config:
        resource = testing.DummyResource(title="x")
        config.testing_resources({"/a/b": resource})
        return [
            find_resource(testing.DummyResource(), "/a/b") is resource,
            resource.title,
            resource.clone().title,
        ]


def testing_security():
    from framework import testing

    with testing.testConfig() as config:
        policy = config.testing_securitypolicy(userid="ann", permissive=False, remember_result=[("a", "b")])
        request = testing.DummyRequest()
        return [
            request.authenticated_userid,
            bool(request.has_permission("x", None)),
            policy.remember(request, "x"),
            request.is_authenticated,
        ]


def conflict_text():
    config = Configurator()
    config.include(included("one"))
    config.include(included("two"))
    try:
        config.commit()
    except ConfigurationConflictError as error:
        text = str(error)
        return [
            "configuring.py" in text,
            "config.add_view(say(text), name=name)" in text,
            isinstance(error, ConfigurationError),
        ]


def execution_text():
    config = Configurator()
    config.action("x", lambda: 1 / 0)
    try:
        config.commit()
    except ConfigurationExecutionError as error:
        text = str(error)
        return [
            error.etype.__name__,
            str(error.evalue),
            "configuring.py" in text,
            "ZeroDivisionError" in text,
        ]


def introspection_off():
    config = Configurator(introspection=False)
    config.add_route("x", "/x")
    config.commit()
    return config.introspector.get_category("routes")


def action_order():
    LOG.clear()
    config = Configurator()

    def outer():
        LOG.append("outer")
        config.action("inner", lambda: LOG.append("inner"))

    config.action("outer", outer)
    config.action("after", lambda: LOG.append("after"))
    config.commit()
    return LOG


def nested_commit():
    LOG.clear()
    config = Configurator()

    def addon(config):
        config.action("x", lambda: LOG.append("x"))
        config.commit()
        LOG.append("committed")

    config.include(addon)
    config.action("y", lambda: LOG.append("y"))
    config.commit()
    return LOG


def late_actions():
    config = Configurator()
    config.action("a", lambda: config.action("b", None, order=PHASE0_CONFIG), order=PHASE2_CONFIG)
    config.commit()


def unhashable():
    config = Configurator()
    config.action(["list"], None)
    config.commit()


def a_tween(handler, registry):
    return handler


def tween_twice():
    config = Configurator()
    config.add_tween("configuring.a_tween")
    config.add_tween("configuring.a_tween")
    config.commit()


def tween_bad():
    return [
        outcome(lambda: Configurator().add_tween(each))  # noqa: B023 - called at once
        for each in (a_tween, "nothing.like.this", "")
    ]


def tween_ingress():
    from framework.tweens import INGRESS, MAIN

    return [
        outcome(lambda: Configurator().add_tween("configuring.a_tween", **kw))  # noqa: B023 - called at once
        for kw in ({"over": INGRESS}, {"under": MAIN}, {"under": "x", "over": ("y", MAIN)})
    ]


def view_defaults_inherited():
    from framework.view import view_defaults

    @view_defaults(renderer="json", name="base")
    class Base:
        def __init__(self, request):
            pass

        def __call__(self):
            return {"who": type(self).__name__}

    class Derived(Base):
        pass

    @view_defaults(name="own")
    class Own(Base):
        pass

    config = Configurator()
    config.add_view(Derived)
    config.add_view(Own, renderer="string")
    return [get(config, "/base"), get(config, "/own")]


def predicates_weigh():
    class P:
        def __init__(self, value, info):
            self.value = value

        text = phash = lambda self: f"p{self.value}"

        def __call__(self, context, request):
            return True

    config = Configurator()
    config.add_view_predicate("light", P, weighs_more_than="xhr")
    config.add_view_predicate("heavy", P, weighs_less_than="effective_principals")
    config.commit()
    config.add_view(say("light"), light=1)
    config.add_view(say("heavy"), heavy=1)
    config.add_view(say("method"), request_method="GET")
    config.commit()
    names = list(config.get_predlist("view").sorter.sorted())
    return [get(config), [name for name, _ in names]]


def run(request):
    return outcome(globals()[request.matchdict["name"]])


def application():
    config = Configurator()
    config.add_route("run", "/{name}")
    config.add_view(run, route_name="run", renderer="json")
    return config.make_wsgi_app()
