"""The account of the configuration: categories, keys and relations, as tools written for Pyramid look for them."""

from __future__ import annotations

import json

import pytest
from zope.interface import Interface

from goldilocks.config import Configurator
from goldilocks.events import NewRequest, NewResponse
from goldilocks.interfaces import IRequest, IResponse, IViewMapperFactory
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.viewderivers import DefaultViewMapper
from goldilocks.viewtable import DEFAULT_PHASH, MAX_ORDER


class IThing(Interface):
    """For the tests."""


class Thing:
    """A resource."""


class Boom(Exception):
    """An error."""


class Views:
    """A view class."""

    def __init__(self, request):
        pass

    def index(self):
        return {}


class Predicate:
    """A predicate of anything."""

    def __init__(self, value, info):
        self.value = value

    def text(self):
        return f"value = {self.value}"

    phash = text

    def __call__(self, *args):
        return True


class Policy:
    """Stands for the policies."""


class Adapter:
    """Stands for the adapters."""

    def __init__(self, *adapted):
        pass


class Mapper(DefaultViewMapper):
    """A view mapper."""


def view(request):
    return Response("x")


def root_factory(request):
    return Thing()


def deriver(view, info):
    return view


deriver.options = ("option",)


def subscriber(event):
    pass


def predicated_subscriber(event):
    pass


def method(request):
    pass


def policy(*args):
    return None


def cache_buster(request, subpath, kw):
    return subpath, kw


POLICY = Policy()


def say_bear(config, name):
    fact = config.introspectable("bears", ("bear", name), f"bear {name}", "bear")
    fact["name"] = name
    fact.relate("routes", "home")
    config.action(("bear", name), introspectables=(fact,))


def say_routes_and_views(config):
    config.add_route_predicate("tenant", Predicate)
    config.add_view_predicate("tenant", Predicate, weighs_more_than="xhr")
    config.add_subscriber_predicate("tenant", Predicate)
    config.add_view_deriver(deriver, "mine", over="decorated_view", under="secured_view")
    config.set_view_mapper(Mapper)
    config.add_accept_view_order("application/x-mine", weighs_more_than="text/html")
    config.add_route("home", "/")
    config.add_route(
        "full", "/x/{y}", factory=root_factory, request_method=("POST", "GET"), accept="text/html"
    )
    config.add_route("external", "https://example.com/{z}")
    with config.route_prefix_context("prefix"):
        config.add_route("prefixed", "/p")
    config.add_directive("say_bear", say_bear)
    config.say_bear("papa")
    config.add_view(view, route_name="home")
    config.add_view(view, name="edit", permission="edit")
    config.add_view(view, name="edit", permission="edit", context=Thing)
    config.add_view(
        Views, attr="index", renderer="page.pt", name="page", request_method="GET", tenant=4, option=3
    )
    config.add_view(Views, attr="index", renderer="page.unknown", name="unknown")
    config.add_view(Views, attr="index", renderer="json", name="data")
    config.add_view(view, name="mapped", mapper=Mapper, http_cache=3, require_csrf=False)
    config.add_view(
        view, name="full", containment=IThing, request_type=IRequest, match_param="a=1", header="X-B"
    )
    config.add_view(view, context=Boom)
    config.add_view(view, name="overridden")
    config.include(addon, route_prefix="inner")
    config.add_forbidden_view(view)
    config.add_exception_view(view, context=ValueError, request_method="POST")


def addon(config):
    config.add_route("included", "/included")
    config.add_view(view, name="overridden")


def say_all_else(config):
    config.add_static_view("static", "json:tool")
    config.add_static_view("https://cdn.example.com/", "json:decoder")
    config.add_static_view("guarded", "json:", permission="see")
    config.add_cache_buster("json:tool", cache_buster)
    config.override_asset("json:tool.py", "xml:dom.py")
    config.add_subscriber(subscriber, NewRequest)
    config.add_subscriber(predicated_subscriber, [IThing, NewResponse], tenant=2)
    config.add_response_adapter(Adapter, Thing)
    config.add_traverser(Adapter, Thing)
    config.add_resource_url_adapter(Adapter, Thing)
    config.set_security_policy(POLICY)
    config.set_default_permission("view")
    config.set_default_csrf_options(require_csrf=True)
    config.set_csrf_storage_policy(POLICY)
    config.add_permission("extra")
    config.set_root_factory(root_factory)
    config.set_session_factory(policy)
    config.set_request_factory(Request)
    config.set_response_factory(policy)
    config.add_request_method(method)
    config.add_request_method(method, "prop", property=True)
    config.add_request_method(method, "kept", reify=True)
    config.add_request_method(None, "taken")
    config.set_execution_policy(policy)
    config.add_renderer(".mine", policy)
    config.add_renderer(None, policy)
    config.add_tween("goldilocks.tweens.mine", under="INGRESS")
    config.add_translation_dirs("json:")
    config.set_locale_negotiator(policy)


@pytest.fixture(scope="module")
def config():
    """A configuration in which every directive is said."""
    from goldilocks import tweens

    tweens.mine = tweens.excview_tween_factory
    loader = json.__loader__
    config = Configurator()
    say_routes_and_views(config)
    say_all_else(config)
    config.commit()
    yield config
    json.__loader__ = loader  # the override of an asset took its place
    del tweens.mine


@pytest.fixture(scope="module")
def introspector(config):
    return config.introspector


# --- Categories and keys -----------------------------------------------------------------------------------------------

PREDICATE = "factory name weighs_less_than weighs_more_than"
ROUTE = (
    "accept custom_predicates factory header name object path_info pattern pregenerator request_methods request_param "
    "static traverse use_global_views xhr"
)
VIEW = (
    "accept attr callable containment context decorator derived_callable exception_only header http_cache mapper "
    "match_param name order path_info phash predicates request_methods request_param require_csrf route_name xhr"
)

#: category, type, discriminator of one that was said, its keys.
FACTS = [
    (
        "accept view order",
        "accept view order",
        "application/x-mine",
        "value weighs_less_than weighs_more_than",
    ),
    ("asset overrides", "asset override", None, "override_with to_override"),
    ("bears", "bear", ("bear", "papa"), "name"),
    ("cache busters", "cache buster", "json:tool/", "cachebust explicit path"),
    ("csrf storage policy", "csrf storage policy", None, "policy"),
    (
        "default csrf view options",
        "default csrf view options",
        None,
        "allow_no_origin callback check_origin header require_csrf safe_methods token",
    ),
    ("default permission", "default permission", None, "value"),
    ("execution policy", "execution policy", None, "policy"),
    ("locale negotiator", "locale negotiator", None, "negotiator"),
    ("permissions", "permission", "edit", "value"),
    ("permissions", "permission", "extra", "value"),
    ("renderer factories", "renderer factory", ".mine", "factory name"),
    ("renderer factories", "renderer factory", "", "factory name"),
    ("request extensions", "request method", "method", "callable property reify"),
    ("request extensions", "request property", "prop", "callable property reify"),
    ("request extensions", "request property", "kept", "callable property reify"),
    ("request factory", "request factory", None, "factory"),
    (
        "resource url adapters",
        "resource url adapter",
        ("resource url adapter", Thing),
        "adapter resource_iface",
    ),
    ("response adapters", "response adapter", (IResponse, Thing), "adapter type"),
    ("response factory", "response factory", None, "factory"),
    ("root factories", "root factory", None, "factory"),
    ("root factories", "root factory", "full", "factory route_name"),
    ("route predicates", "route predicate", ("route option", "tenant"), PREDICATE),
    ("routes", "route", "home", ROUTE),
    ("routes", "route", "included", ROUTE),
    ("routes", "route", "external", f"{ROUTE} external_url"),
    ("security policy", "security policy", None, "policy"),
    ("session factory", "session factory", None, "factory"),
    ("static views", "static view", "static/", "name spec"),
    ("static views", "static view", "https://cdn.example.com/", "name spec"),
    ("subscriber predicates", "subscriber predicate", ("subscriber option", "tenant"), PREDICATE),
    (
        "subscribers",
        "subscriber",
        id(subscriber),
        "derived_predicates derived_subscriber interfaces order phash predicates subscriber",
    ),
    ("translation directories", "translation directory", json.__path__[0], "directory spec"),
    ("traversers", "traverser", ("traverser", Thing), "adapter iface"),
    ("view derivers", "view deriver", "mine", "deriver name over under"),
    ("view derivers", "view deriver", "secured_view", "deriver name over under"),
    ("view mappers", "default view mapper", IViewMapperFactory, "mapper"),
    ("view predicates", "view predicate", ("view option", "tenant"), PREDICATE),
]


def found(introspector, category, discriminator):
    """Return a fact; the only one of its category if the discriminator is ``None`` and stands for something longer."""
    fact = introspector.get(category, discriminator)
    if fact is None and discriminator is None:
        ((fact,),) = [[row["introspectable"] for row in introspector.get_category(category)]]
    return fact


def named_view(introspector, **keys):
    """Return the fact of the one view with these keys."""
    facts = [row["introspectable"] for row in introspector.get_category("views")]
    (fact,) = (fact for fact in facts if all(fact[key] == value for key, value in keys.items()))
    return fact


@pytest.mark.parametrize(
    ("category", "type_name", "discriminator", "keys"),
    FACTS,
    ids=[f"{row[0]}-{place}" for place, row in enumerate(FACTS)],
)
def test_fact(introspector, category, type_name, discriminator, keys):
    """Every directive leaves a fact of its category, under its discriminator, with its keys."""
    fact = found(introspector, category, discriminator)
    assert (fact.category_name, fact.type_name) == (category, type_name)
    assert set(fact) == set(keys.split())


def test_categories(introspector):
    """There are no other categories."""
    others = {"templates", "tweens", "views"}
    assert introspector.categories() == sorted({row[0] for row in FACTS} | others)


def test_what_leaves_no_fact(introspector):
    """A name that is only occupied is no request method."""
    assert introspector.get("request extensions", "taken") is None


def test_keys_of_a_view(introspector):
    """A view has its arguments under Pyramid's names, and what predicates and options were said besides."""
    assert set(named_view(introspector, name="edit", context=None)) == set(VIEW.split())
    page = named_view(introspector, name="page")
    assert set(page) == {*VIEW.split(), "tenant", "option"}
    assert (page["tenant"], page["option"], page["request_methods"], page["callable"]) == (4, 3, "GET", Views)
    assert [predicate.text() for predicate in page["predicates"]] == [
        "value = 4",
        "request_method = GET,HEAD",
    ]


def test_discriminator_of_a_view(introspector):
    """A view is found by context, name, route and the hash of its predicates."""
    edit = named_view(introspector, name="edit", context=Thing)
    assert edit.discriminator == ("view", Thing, "edit", None, edit["phash"])
    home = named_view(introspector, route_name="home")
    assert home.discriminator == ("view", None, "", "home", home["phash"])


@pytest.mark.parametrize("said", [{}, {"request_method": None}, {"request_method": "GET"}])
def test_rank_of_a_view(said):
    """Rank, hash and predicates are told of each view, with a list of its own."""
    config = Configurator()
    for name in ("one", "two"):
        config.add_view(lambda request: Response(), name=name, **said)
    config.commit()
    one, two = (named_view(config.introspector, name=name) for name in ("one", "two"))
    is_plain = not said.get("request_method")
    assert len(one["predicates"]) == len(two["predicates"]) == (not is_plain)
    assert one["predicates"] is not two["predicates"]
    assert (one["phash"], one["order"]) == (two["phash"], two["order"])
    assert ((one["phash"], one["order"]) == (DEFAULT_PHASH, MAX_ORDER)) is is_plain


def test_what_is_known_after_the_view_was_derived(config, introspector):
    """The fact of a view has the derived callable; that of a route the route."""
    derived = named_view(introspector, name="edit", context=None)["derived_callable"]
    assert derived.__discriminator__(None, None).resolve()[:3] == ("view", None, "edit")
    assert introspector.get("routes", "home")["object"] is config.get_routes_mapper().get_route("home")


@pytest.mark.parametrize(
    ("keys", "title"),
    [
        ({"name": "edit", "context": None}, f"function {__name__}.view"),
        ({"name": "page"}, f"method 'index' of class {__name__}.Views"),
    ],
)
def test_title_of_a_view(introspector, keys, title):
    """A view is titled by its callable, a method by its class as well."""
    assert named_view(introspector, **keys).title == title


@pytest.mark.parametrize(
    ("category", "discriminator", "title"),
    [
        ("routes", "prefixed", "prefixed (pattern: 'prefix/p')"),
        ("root factories", "full", f"function {__name__}.root_factory"),
        ("static views", "static/", "static view for 'static/'"),
        ("cache busters", "json:tool/", "cache buster for 'json:tool/'"),
        ("view predicates", ("view option", "tenant"), "view predicate named tenant"),
        ("accept view order", "application/x-mine", "application/x-mine"),
        ("view derivers", "mine", "mine"),
        ("permissions", "edit", "edit"),
        ("bears", ("bear", "papa"), "bear papa"),
    ],
)
def test_titles(introspector, category, discriminator, title):
    """Facts are titled so that people recognise them."""
    assert introspector.get(category, discriminator).title == title


def test_values_of_a_route(introspector):
    """A route has its arguments as they count: methods sorted, offers in their one spelling, the whole pattern."""
    fact = introspector.get("routes", "full")
    assert (fact["request_methods"], fact["accept"], fact["factory"]) == (
        ("GET", "POST"),
        ["text/html"],
        root_factory,
    )
    assert introspector.get("routes", "included")["pattern"] == "inner/included"
    external = introspector.get("routes", "external")
    assert (external["pattern"], external["external_url"], external["static"]) == (
        "/{z}",
        "https://example.com/{z}",
        True,
    )


def test_csrf_options(introspector):
    """What is said of the checks stands under its own name."""
    fact = found(introspector, "default csrf view options", None)
    assert (fact["check_origin"], fact["allow_no_origin"], fact["require_csrf"]) == (True, True, True)


def test_tweens_keep_pyramids_spelling(introspector):
    """Tweens of the framework are told under the names that deployments write down."""
    names = {
        row["introspectable"]["name"]: row["introspectable"] for row in introspector.get_category("tweens")
    }
    assert set(names) == {"pyramid.tweens.excview_tween_factory", "pyramid.tweens.mine"}
    assert set(names["pyramid.tweens.mine"]) == {"factory", "name", "over", "type", "under"}
    assert names["pyramid.tweens.mine"].type_name == "implicit tween"


# --- Relations ---------------------------------------------------------------------------------------------------------


def related(introspector, fact):
    """Return (category, name) of what belongs to a fact."""
    return sorted((other.category_name, other.get("name")) for other in introspector.related(fact))


def test_a_view_belongs_to_its_route(introspector):
    """View and route know each other."""
    home = named_view(introspector, route_name="home")
    assert related(introspector, home) == [("routes", "home")]
    assert ("views", "") in related(introspector, introspector.get("routes", "home"))


def test_a_permission_belongs_to_its_views(introspector):
    """A permission is related to all views that ask for it, and they to it."""
    permission = introspector.get("permissions", "edit")
    views = introspector.related(permission)
    assert [(each["name"], each["context"]) for each in views] == [("edit", None), ("edit", Thing)]
    assert introspector.related(views[0]) == [permission]


def test_a_template_belongs_to_its_view_and_renderer(introspector):
    """A renderer with an ending is a template; it belongs to its view, and to the factory of its ending if there is one."""
    templates = {
        row["introspectable"]["name"]: row["introspectable"] for row in introspector.get_category("templates")
    }
    assert set(templates) == {"page.pt", "page.unknown"}
    assert related(introspector, templates["page.pt"]) == [("renderer factories", ".pt"), ("views", "page")]
    assert related(introspector, templates["page.unknown"]) == [("views", "unknown")]
    assert templates["page.pt"].type_name == "template"
    assert set(templates["page.pt"]) == {"name", "renderer", "type"}


def test_a_mapper_belongs_to_its_view(introspector):
    """A view's own mapper is a fact beside the default one."""
    view = named_view(introspector, name="mapped")
    (fact,) = introspector.related(view)
    assert (fact.category_name, fact.type_name, dict(fact)) == (
        "view mappers",
        "view mapper",
        {"mapper": Mapper},
    )
    assert fact.discriminator == view.discriminator


def test_a_root_factory_belongs_to_its_route(introspector):
    """The factory of a route is a fact that belongs to it."""
    assert introspector.related(introspector.get("routes", "full")) == [
        introspector.get("root factories", "full")
    ]


def test_a_static_view_is_a_route_and_a_view(introspector):
    """What a static view says through others is accounted for, with the place of the static view."""
    route = introspector.get("routes", "__static/")
    (view,) = introspector.related(route)
    assert view["route_name"] == "__static/"
    place = introspector.get("static views", "static/").action_info
    assert route.action_info is view.action_info is place
    assert 'add_static_view("static", "json:tool")' in place.src


def test_facts_of_add_ons_join(introspector):
    """A directive of an add-on relates its facts to ours."""
    assert related(introspector, introspector.get("bears", ("bear", "papa"))) == [("routes", "home")]


# --- Where and when ----------------------------------------------------------------------------------------------------


def test_facts_know_their_place(introspector):
    """Every fact of a statement knows the line that said it."""
    place = introspector.get("routes", "home").action_info
    assert (place.file, place.src) == (__file__, 'config.add_route("home", "/")')


def test_the_winner_is_accounted_for(introspector):
    """A statement that lost leaves no fact."""
    assert named_view(introspector, name="overridden").action_info.function == "say_routes_and_views"


def test_facts_stand_in_the_order_in_which_they_were_carried_out(introspector):
    """A category can be listed as it came about."""
    names = [row["introspectable"]["name"] for row in introspector.get_category("routes")]
    assert names[:4] == ["home", "full", "external", "prefixed"]


def test_a_fact_is_completed_by_later_statements():
    """What is said again after a commit replaces its fact; the relations of others stay."""
    config = Configurator()
    config.add_route("x", "/x")
    config.add_view(view, route_name="x")
    config.commit()
    config.add_view(view, route_name="x", permission="edit")
    config.commit()
    assert len(config.introspector.get_category("views")) == 3  # two of them for HTTP errors
    (row,) = config.introspector.get_category("permissions")
    assert [each["route_name"] for each in row["related"]] == ["x"]
