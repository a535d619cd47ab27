"""Views of routes are composed when somebody asks for their route; that shows nowhere."""

from __future__ import annotations

import pytest
from zope.interface import Interface
from zope.interface.registry import Components

from goldilocks.config import Configurator, lateviews, routes
from goldilocks.exceptions import ConfigurationExecutionError
from goldilocks.httpexceptions import HTTPForbidden
from goldilocks.interfaces import IRouteRequest, IViewClassifier
from goldilocks.renderers import null_renderer
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.viewset import ViewSet, entry_of


def view(request):
    """Answer."""
    return Response("view")


def view_of_context(context, request):
    """Answer."""
    return Response("view of context")


class Views:
    """A view class."""

    def __init__(self, request):
        self.request = request

    def __call__(self):
        return Response("class")

    def index(self):
        return {"said": "method"}


class Instance:
    """A view object."""

    def __call__(self, request):
        return Response("instance")


class Thing:
    """A resource."""


class IThing(Interface):
    """What some resources provide."""


class Boom(Exception):
    """An error."""


class Policy:
    """Lets nobody in, or everybody."""

    def __init__(self, verdict):
        self.verdict = verdict

    def identity(self, request):
        return None

    authenticated_userid = identity

    def permits(self, request, context, permission):
        return self.verdict

    def remember(self, request, userid, **kw):
        return []

    def forget(self, request, **kw):
        return []


def wrapped(inner):
    return lambda context, request: inner(context, request)


def unheard(view, info):
    return view


unheard.options = ("unheard",)

#: What is said of views that can wait.
PATIENT = {
    "function": {"view": view},
    "of context": {"view": view_of_context},
    "class": {"view": Views},
    "method": {"view": Views, "attr": "index", "renderer": "json"},
    "renderer": {"view": lambda request: {"a": 1}, "renderer": "json"},
    "only a renderer": {"renderer": "json"},
    "predicates": {"view": view, "request_method": "GET", "request_param": "a"},
    "custom predicates": {"view": view, "custom_predicates": (lambda context, request: True,)},
    "accept": {"view": view, "accept": "text/html"},
    "permission": {"view": view, "permission": "read"},
    "no csrf": {"view": view, "require_csrf": False},
    "class of context": {"view": view, "context": Thing},
    "interface of context": {"view": view, "context": IThing},
    "name": {"view": view, "name": "edit"},
    "wrapper": {"view": view, "wrapper": "wrapper"},
}

#: What is said of views that can't.
IMPATIENT = {
    "decorator": {"view": view, "decorator": wrapped},
    "http_cache": {"view": view, "http_cache": 3600},
    "mapper": {"view": view, "mapper": lambda **kw: wrapped},
    "csrf": {"view": view, "require_csrf": True},
    "instance": {"view": Instance()},
    "method of an instance": {"view": Instance(), "attr": "__call__"},
    "method of a function": {"view": view, "attr": "__call__"},
    "null renderer": {"view": view, "renderer": null_renderer},
    "exception": {"view": view, "context": Boom},
}


@pytest.fixture
def made(monkeypatch):
    """The views that were composed late, by the names of their routes."""
    names = []
    enter = lateviews.LateView.__call__

    def noted(self, request_iface):
        names.append(self.statement.route_name)
        enter(self, request_iface)

    monkeypatch.setattr(lateviews.LateView, "__call__", noted)
    return names


def configured(*said, settings=None, policy=True, **options):
    """Return a configuration with one route and its views."""
    config = Configurator(settings=settings, **options)
    if policy:
        config.set_security_policy(Policy(True))
    config.add_view(view, name="wrapper")
    config.add_route("bears", "/bears", use_global_views=True)
    for words in said:
        config.add_view(route_name="bears", **words)
    config.commit()
    return config


def told(value, depth=0):
    """Return what a view consists of, without the identity of its functions."""
    if depth > 6:
        return "..."
    if isinstance(value, ViewSet):
        return [told(entry.derived, depth + 1) for entry in value.entries()]
    if isinstance(value, tuple | list):
        return [told(each, depth + 1) for each in value]
    if callable(value) and hasattr(value, "__code__"):
        cells = [told(cell.cell_contents, depth + 1) for cell in value.__closure__ or ()]
        attrs = {
            name: told(each, depth + 1)
            for name, each in vars(value).items()
            if name not in ("__parts__", "__takes_request__", "__entry__", "__discriminator__")
        }
        entry = entry_of(value)
        ranks = [rank(None, None).resolve() for rank in (getattr(value, "__discriminator__", None),) if rank]
        return [ranks, value.__code__, value.__name__, value.__doc__, cells, attrs, entry.stages, entry.phash]
    return value if isinstance(value, str | int | None) else type(value)


def everything(config):
    """Return all that stands in the record for routes, in comparable form."""
    registry = config.registry
    request_iface = registry.getUtility(IRouteRequest, "bears")
    adapters = [
        (repr(required), provided, name, told(value))
        for required, provided, name, value in registry.adapters.allRegistrations()
        if len(required) == 3
    ]
    registered = [
        (repr(found.required), found.provided, found.name, found.info)
        for found in registry.registeredAdapters()
    ]
    utilities = [(found.provided, found.name, found.info) for found in registry.registeredUtilities()]
    facts = [
        (sorted(fact), fact.title, fact.discriminator, told(fact.get("derived_callable")))
        for fact in (found["introspectable"] for found in config.introspector.get_category("views"))
    ]
    return (
        request_iface.__bases__,
        adapters,
        sorted(registered, key=repr),
        sorted(utilities, key=repr),
        facts,
    )


@pytest.mark.parametrize(
    "said",
    [
        *([words] for words in (PATIENT | IMPATIENT).values()),
        [PATIENT["predicates"], PATIENT["function"]],
        [PATIENT["accept"], PATIENT["function"], PATIENT["class of context"]],
        [PATIENT["permission"], IMPATIENT["decorator"] | {"request_method": "PUT"}],
        [IMPATIENT["decorator"], PATIENT["predicates"]],
    ],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_record_is_the_same(monkeypatch, said):
    """With views that were composed late, the record is what it would be if all had been composed at once."""
    late = everything(configured(*said))
    monkeypatch.setattr(lateviews, "late_types", lambda registry: None)
    monkeypatch.setattr(routes, "late_types", lambda registry: None)
    assert late == everything(configured(*said))


@pytest.mark.parametrize("words", PATIENT.values(), ids=PATIENT)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_views_that_wait(made, words):
    """A view in which nothing can go wrong any more waits until somebody asks for its route."""
    config = configured(words)
    assert made == []
    config.registry.getUtility(IRouteRequest, "bears")
    assert made == ["bears"]


@pytest.mark.parametrize("words", IMPATIENT.values(), ids=IMPATIENT)
def test_views_that_do_not_wait(made, words):
    """A view for which something is called that is the application's is composed at once."""
    config = configured(words)
    config.registry.getUtility(IRouteRequest, "bears")
    assert made == []


def _default_renderer(config):
    config.add_renderer(None, "goldilocks.renderers.json_renderer_factory")


def _deriver(config):
    config.add_view_deriver(unheard)


def _mapper(config):
    config.set_view_mapper(lambda **kw: wrapped)


def _read_facts(config):
    for action in config.action_state.actions:
        for fact in action["introspectables"]:
            dict(fact)


@pytest.mark.parametrize("say", [_default_renderer, _deriver, _mapper, _read_facts])
def test_application_may_keep_views_from_waiting(made, say):
    """Where the application has a say in how views are composed, or has looked at their facts, they don't wait."""
    config = Configurator()
    config.add_route("bears", "/bears")
    config.add_view(view, route_name="bears")
    say(config)
    config.commit()
    config.registry.getUtility(IRouteRequest, "bears")
    assert made == []


def test_views_do_not_wait_while_authorization_is_debugged(made):
    """Under debug_authorization each view says what is asked for it."""
    config = configured(PATIENT["function"], settings={"debug_authorization": True})
    config.registry.getUtility(IRouteRequest, "bears")
    assert made == []


def test_views_do_not_wait_in_a_registry_with_bases(made):
    """Somebody else may write to the registries below."""
    config = Configurator()
    config.registry.__bases__ = (Components(),)
    config.add_route("bears", "/bears")
    config.add_view(view, route_name="bears")
    config.commit()
    config.registry.getUtility(IRouteRequest, "bears")
    assert made == []


def test_whoever_hears_of_registrations_hears_at_once(monkeypatch, made):
    """zope's listeners hear of the views at commit, and of none afterwards."""
    zope_event = pytest.importorskip("zope.event")
    heard = []
    config = configured(PATIENT["function"])
    monkeypatch.setattr(zope_event, "subscribers", [heard.append])
    config.registry.getUtility(IRouteRequest, "bears")
    assert (made, heard) == (["bears"], [])
    config.add_route("wolves", "/wolves")
    config.add_view(view, route_name="wolves")
    config.commit()
    assert len([event for event in heard if event.object.name == "wolves"]) == 1
    assert len([event for event in heard if IViewClassifier in getattr(event.object, "required", ())]) == 1


def test_second_view_of_a_route_that_was_asked_for(made):
    """Views that are said after somebody asked for the route are composed at once, and join the others."""
    config = configured(PATIENT["function"])
    app = config.make_wsgi_app()
    assert Request.blank("/bears").get_response(app).text == "view"
    config.add_view(view_of_context, route_name="bears", request_param="a")
    config.commit()
    assert made == ["bears"]
    assert Request.blank("/bears?a=1").get_response(app).text == "view of context"
    assert Request.blank("/bears").get_response(app).text == "view"


def test_first_request_composes_the_views_of_its_route_alone(made):
    """A request makes what it needs."""
    config = configured(PATIENT["predicates"] | {"request_param": None}, PATIENT["function"])
    config.add_route("wolves", "/wolves")
    config.add_view(view_of_context, route_name="wolves")
    app = config.make_wsgi_app()
    assert made == []
    assert Request.blank("/wolves").get_response(app).text == "view of context"
    assert made == ["wolves"]
    assert Request.blank("/bears").get_response(app).text == "view"
    assert made == ["wolves", "bears", "bears"]
    assert Request.blank("/wolves").get_response(app).text == "view of context"
    assert len(made) == 3


@pytest.mark.parametrize("permission", ["read", None])
def test_later_policy_does_not_hold_for_earlier_views(permission):
    """A view asks the policy and the default permission that were there when it was committed, whenever it is composed."""
    config = configured({"view": view, "permission": permission})
    config.set_default_permission("read")
    config.set_security_policy(Policy(False))
    config.commit()
    app = config.make_wsgi_app()
    assert Request.blank("/bears").get_response(app).text == "view"


def test_policy_holds_for_views_that_waited():
    """A view that waited asks for its permission."""
    config = Configurator()
    config.set_security_policy(Policy(False))
    config.add_route("bears", "/bears")
    config.add_view(view, route_name="bears", permission="read")
    app = config.make_wsgi_app()
    assert Request.blank("/bears").get_response(app).status_int == HTTPForbidden.code


def test_later_stages_do_not_hold_for_earlier_views():
    """A view deriver that is added later stands around later views alone."""
    config = configured(PATIENT["function"])
    config.add_view_deriver(lambda view, info: lambda context, request: Response("derived"), name="mine")
    config.commit()
    assert Request.blank("/bears").get_response(config.make_wsgi_app()).text == "view"


def test_later_order_of_media_types_does_not_hold_for_earlier_views():
    """What is said of the order of media types after the commit holds for later views alone, and can't fail in a request."""
    config = Configurator()
    config.add_route("bears", "/bears")
    for kind in ("text/a", "text/b"):
        config.add_view(lambda request: Response("earlier"), route_name="bears", accept=kind)
    config.commit()
    config.add_accept_view_order("text/b", weighs_more_than="text/never-heard-of")
    config.commit()
    request = Request.blank("/bears", accept="text/*")
    assert request.get_response(config.make_wsgi_app()).text == "earlier"


def test_later_setting_does_not_hold_for_earlier_views(caplog):
    """A setting that is written after the commit doesn't make earlier views say what is asked."""
    caplog.set_level("DEBUG")
    config = configured(PATIENT["permission"])
    config.registry.settings["debug_authorization"] = True
    assert Request.blank("/bears").get_response(config.make_wsgi_app()).text == "view"
    assert caplog.text == ""


def test_fact_of_a_view_that_waits(made):
    """The fact of a view has it composed when it is looked at; its title and relations are there before."""
    config = configured(PATIENT["function"])
    (found,) = [
        found
        for found in config.introspector.get_category("views")
        if found["introspectable"].discriminator[3] == "bears"
    ]
    fact = found["introspectable"]
    assert fact.title == f"function {__name__}.view"
    assert [each.category_name for each in found["related"]] == ["routes"]
    assert made == []
    derived = fact["derived_callable"]
    assert made == ["bears"]
    assert derived.__original_view__ is view
    assert derived.__discriminator__(None, None).resolve() == fact.discriminator
    assert fact["callable"] is view


def test_what_is_wrong_is_wrong_at_commit():
    """What the mapper refuses, it refuses at once, also where nothing checks views beforehand."""

    def method(self, request):
        """Be no view."""

    config = Configurator(settings={"goldilocks.refuse_mistakes": False})
    config.add_route("bears", "/bears")
    config.add_view(method, route_name="bears")
    with pytest.raises(ConfigurationExecutionError, match="unbound method"):
        config.commit()


def test_view_that_is_not_what_it_looks_like(made):
    """A function that shows another signature than it has is looked at at once."""
    import inspect

    def odd(*args):
        return Response("odd")

    odd.__signature__ = inspect.signature(view)
    config = configured({"view": odd})
    assert Request.blank("/bears").get_response(config.make_wsgi_app()).text == "odd"
    assert made == []


def test_facts_share_nothing_that_can_be_written_to():
    """What is noted of many views alike, each fact has for itself when it is told."""
    config = configured(PATIENT["function"])
    one, other = (found["introspectable"] for found in config.introspector.get_category("views")[-2:])
    assert one["predicates"] == other["predicates"] == []
    assert one["predicates"] is not other["predicates"]
