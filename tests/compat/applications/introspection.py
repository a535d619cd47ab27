"""What an application says about itself: every category of the introspector, with titles, keys, values, relations."""

from framework.authentication import SessionAuthenticationPolicy
from framework.authorization import ACLAuthorizationPolicy
from framework.config import Configurator, not_
from framework.events import NewRequest
from framework.registry import Introspectable
from framework.response import Response
from framework.session import SignedCookieSessionFactory
from framework.static import QueryStringConstantCacheBuster

REQUESTS = """
GET /categories
GET /category/views
GET /category/routes
GET /category/templates
GET /category/permissions
GET /category/tweens
GET /category/tweens | app: legacy
GET /category/subscribers
GET /category/subscriber%20predicates
GET /category/view%20predicates
GET /category/route%20predicates
GET /category/view%20derivers
GET /category/view%20mappers
GET /category/renderer%20factories
GET /category/response%20adapters
GET /category/root%20factories
GET /category/request%20factory
GET /category/request%20extensions
GET /category/session%20factory
GET /category/default%20permission
GET /category/default%20csrf%20options
GET /category/csrf%20storage%20policy
GET /category/security%20policy
GET /category/authentication%20policy | app: legacy
GET /category/authorization%20policy | app: legacy
GET /category/security%20policy | app: legacy
GET /category/static%20views
GET /category/cache%20busters
GET /category/asset%20overrides
GET /category/translation%20directories
GET /category/locale%20negotiator
GET /category/traversers
GET /category/resource%20url%20adapters
GET /category/execution%20policy
GET /category/accept%20view%20order
GET /category/response%20factory
GET /category/own
GET /category/nothing
GET /related
GET /unrelated
GET /predicates
GET /actions
"""


def shown(value, depth=0):
    """Return a value as text that is the same in every process and under every name of the framework."""
    if isinstance(value, (str, int, float, bool, bytes)) or value is None:
        return value.replace("goldilocks", "pyramid") if isinstance(value, str) else value
    if isinstance(value, dict):
        return {str(shown(key)): shown(each, depth + 1) for key, each in sorted(value.items(), key=str)}
    if isinstance(value, (tuple, list)):
        return [shown(each, depth + 1) for each in value]
    if isinstance(value, (set, frozenset)):
        return sorted(str(shown(each)) for each in value)
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    if not isinstance(name, str):
        return f"a {type(value).__qualname__}"
    return name if "<lambda>" not in name else "lambda"


def key_text(value):
    text = str(shown(value))
    return text


#: Values that are the framework's own business: functions under names of their own.
PRIVATE = {"derived_callable", "factory", "deriver", "callable", "original_policy", "pregenerator"}


def described(introspectable):
    values = {}
    for key, value in introspectable.items():
        values[key] = shown(value) if key not in PRIVATE or isinstance(value, str) else value is not None
    if "phash" in values:
        values["phash"] = len(
            values["phash"]
        )  # a digest of the predicates' words, however they are put together
    return {
        "title": titled(introspectable),
        "type": introspectable.type_name,
        "category": introspectable.category_name,
        "order": introspectable.order >= 0,
        "action_info": type(introspectable.action_info).__name__,
        "values": dict(sorted(values.items())),
    }


def categories(request):
    introspector = request.registry.introspector
    return [sorted(introspector.categories()), sorted(name for name, _ in introspector.categorized())]


def titled(introspectable):
    """Return the title; a policy is its own title for one framework, and what it is for the other."""
    return (
        shown(introspectable.title) if introspectable.category_name != "csrf storage policy" else "a policy"
    )


def bare():
    """Return what the framework says itself: its own statements may have another order."""
    config = Configurator()
    config.commit()
    return {
        (category, repr(titled(each["introspectable"])))
        for category, rows in config.introspector.categorized()
        for each in rows
    }


def of_ours(introspectable):
    return (introspectable.category_name, repr(titled(introspectable))) not in BARE


def category(request):
    found = request.registry.introspector.get_category(request.matchdict["name"])
    if found is None:
        return None
    rows = [described(each["introspectable"]) for each in found if of_ours(each["introspectable"])]
    others = sorted(
        [titled(each["introspectable"]), sorted(each["introspectable"].keys())]
        for each in found
        if not of_ours(each["introspectable"])
    )
    return [rows, others]


def related(request):
    introspector = request.registry.introspector
    found = []
    for name in ("views", "routes", "permissions", "templates", "static views"):
        for each in introspector.get_category(name, []):
            if of_ours(each["introspectable"]):
                found.append(
                    [
                        shown(each["introspectable"].title),
                        sorted([other.category_name, shown(other.title)] for other in each["related"]),
                    ]
                )
    return found


def unrelated(request):
    introspector = request.registry.introspector
    route = introspector.get("routes", "r")
    return [
        route["pattern"],
        sorted(route.keys()),
        introspector.get("routes", "nothing"),
        introspector.get_category("nothing", "default"),
        len(introspector.related(route)),
        route.discriminator,
        route.discriminator_hash == hash("r"),
        repr(route).split(" ")[1:4],
    ]


def predicates(request):
    config = Configurator(registry=request.registry)
    return {name: list(config.get_predlist(name).sorter.names) for name in ("view", "route", "subscriber")}


def actions(request):
    config = Configurator()
    config.commit()
    config.add_view(lambda request: None, name="a", request_method="GET")
    config.add_route("b", "/b")
    config.action(("own", 1), None, order=5)
    config.action(None, lambda: None, introspectables=(Introspectable("own", 1, "t", "n"),))
    return [
        {
            "keys": sorted(action),
            "order": action["order"],
            "discriminator": shown(action["discriminator"])
            if isinstance(action["discriminator"], tuple)
            else "-",
            "includepath": list(action["includepath"]),
            "introspectables": [
                [each.category_name, shown(each.title)] for each in action["introspectables"]
            ],
            "info": [hasattr(action["info"], name) for name in ("file", "line", "function", "src")],
        }
        for action in config.action_state.actions
    ]


class Predicate:
    def __init__(self, value, info):
        self.value = value

    def text(self):
        return f"own = {self.value}"

    phash = text

    def __call__(self, *args):
        return True


class Klass:
    def __init__(self, request):
        pass

    def method(self):
        return {}


def view(request):
    return {}


def deriver(view, info):
    return view


deriver.options = ("option",)


def tween(handler, registry):
    return handler


def mapper(**kw):
    return lambda view: lambda context, request: view(request)


def listener(event):
    pass


def factory(request):
    return {}


def request_method(request):
    pass


class Policy:
    def permits(self, request, context, permission):
        return True


def policy(environ, router):
    with router.request_context(environ) as request:
        return router.invoke_request(request)


def addon(config):
    config.add_directive("say_own", say_own)
    config.add_route("included", "/included")
    config.add_view(view, route_name="included", renderer="json")


def say_own(config, name):
    own = Introspectable("own", name, "title of " + name, "own thing")
    own["name"] = name
    own.relate("routes", "included")
    config.action(("own", name), None, introspectables=(own,))


def say(config):
    config.include(addon, route_prefix="/pre")
    config.say_own("thing")
    config.add_view_predicate("own", Predicate)
    config.add_route_predicate("own", Predicate, weighs_more_than="request_method")
    config.add_subscriber_predicate("own", Predicate)
    config.add_view_deriver(deriver, "deriver", under="decorated_view", over="rendered_view")
    config.add_tween("introspection.tween")
    config.set_view_mapper(mapper) if False else None
    config.add_route(
        "r", "/r/{x}", factory=factory, own="x", request_method=("GET", "POST"), accept="text/html"
    )
    config.add_route("s", "/s", static=True, pregenerator=lambda request, elements, kw: (elements, kw))
    config.add_route("ext", "http://example.com/{x}")
    config.add_view(view, name="plain", renderer="json")
    config.add_view(
        view,
        name="full",
        route_name="r",
        context=dict,
        permission="read",
        renderer="string",
        request_method="GET",
        request_param=("a", "b=1"),
        match_param="x=1",
        containment=dict,
        header="X-A:1",
        accept="text/html",
        path_info="/x",
        xhr=True,
        own="y",
        option="o",
        http_cache=5,
        require_csrf=False,
        effective_principals=["a"],
        physical_path="/a",
    )
    config.add_view(Klass, attr="method", name="klass", renderer="json", request_method=not_("POST"))
    config.add_exception_view(view, context=KeyError, renderer="json")
    config.add_notfound_view(view, renderer="json")
    config.add_forbidden_view(view, renderer="json")
    config.add_subscriber(listener, NewRequest, own="z")
    config.add_subscriber(listener)
    config.add_renderer("own", factory)
    config.add_response_adapter(factory, int)
    config.set_root_factory(factory)
    config.set_request_factory(__import__("framework.request").request.Request)
    config.set_session_factory(SignedCookieSessionFactory("secret that is long enough"))
    config.set_response_factory(lambda request: Response())
    config.add_request_method(request_method)
    config.add_request_method(request_method, "prop", property=True)
    config.add_request_method(request_method, "reified", reify=True)
    config.set_default_permission("view")
    config.add_permission("extra")
    config.set_default_csrf_options(require_csrf=False)
    config.add_static_view(
        "static", "introspection:texts", cache_max_age=5, permission="__no_permission_required__"
    )
    config.add_static_view("http://cdn.example/", "introspection:cdn")
    config.add_cache_buster("introspection:texts", QueryStringConstantCacheBuster("1"), explicit=True)
    config.override_asset("introspection:texts/page.txt", "introspection:overrides/page.txt")
    config.add_translation_dirs("introspection:catalogs/one")
    config.set_locale_negotiator(lambda request: "en")
    config.add_traverser(Klass, Predicate)
    config.add_resource_url_adapter(Klass, Predicate)
    config.set_execution_policy(policy)
    config.add_accept_view_order("text/x-own", weighs_more_than="text/html")
    config.add_route("categories", "/categories")
    config.add_route("category", "/category/{name}")
    config.add_view(
        categories, route_name="categories", renderer="json", permission="__no_permission_required__"
    )
    config.add_view(category, route_name="category", renderer="json", permission="__no_permission_required__")
    for each in (related, unrelated, predicates, actions):
        config.add_route(each.__name__, "/" + each.__name__)
        config.add_view(each, route_name=each.__name__, renderer="json")


BARE = set()


def application():
    BARE.update(bare())
    config = Configurator()
    say(config)
    config.set_security_policy(Policy())
    legacy = Configurator(
        settings={"pyramid.tweens": "introspection.tween\npyramid.tweens.excview_tween_factory"}
    )
    say(legacy)
    legacy.set_authorization_policy(ACLAuthorizationPolicy())
    legacy.set_authentication_policy(SessionAuthenticationPolicy())
    return {None: config.make_wsgi_app(), "legacy": legacy.make_wsgi_app()}
