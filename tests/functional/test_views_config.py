"""What can be said about views, and what the configuration makes of it."""

from __future__ import annotations

import copy
import warnings

import pytest
from zope.interface import Interface, implementer

from goldilocks.config import Configurator
from goldilocks.config.actions import action_method
from goldilocks.config.views import (
    MultiView,
    ViewDeriverInfo,
    combine_decorators,
    isexception,
    runtime_exc_view,
    viewdefaults,
)
from goldilocks.exceptions import ConfigurationError, ConfigurationExecutionError
from goldilocks.httpexceptions import HTTPMovedPermanently
from goldilocks.interfaces import IException, IRequest, IView, IViewClassifier
from goldilocks.pipeline import ViewInfo
from goldilocks.renderers import RendererHelper, null_renderer
from goldilocks.request import Request
from goldilocks.response import Response
from goldilocks.view import view_defaults
from goldilocks.viewderivers import DefaultViewMapper
from goldilocks.viewtable import ViewSet
from tests.support import browse


class IThing(Interface):
    """For the tests."""


@implementer(IThing)
class Thing:
    """A resource."""


class Boom(Exception):
    """An error."""


def view(request):
    """Answer."""
    return Response("view")


def shout(wrapped):
    return lambda context, request: Response(wrapped(context, request).text.upper())


def exclaim(wrapped):
    return lambda context, request: Response(f"{wrapped(context, request).text}!")


class Mapper(DefaultViewMapper):
    """A view mapper that tells that it was here."""

    def __call__(self, view):
        return shout(super().__call__(view))


def text_of(config, path="/", **words):
    return browse(config.make_wsgi_app()).get(path, **words).text


# --- Words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("context", [Thing, IThing, f"{__name__}.Thing", f"{__name__}.IThing"])
@pytest.mark.parametrize("word", ["context", "for_"])
def test_context_by_name_and_by_its_older_word(make_package, context, word):
    """The context is a class or an interface, or its dotted name; ``for_`` means the same."""
    if isinstance(context, str):
        context = f"{make_package({'__init__': ''})}.{context.rpartition('.')[2]}"
        module = __import__(context.partition(".")[0])
        module.Thing, module.IThing = Thing, IThing
    config = Configurator(root_factory=lambda request: Thing())
    config.add_view(view, **{word: context})
    assert text_of(config) == "view"


def test_context_counts_more_than_its_older_word():
    """Where both are said, ``context`` counts."""
    config = Configurator(root_factory=lambda request: Thing())
    config.add_view(view, context=Thing, for_=dict)
    assert text_of(config) == "view"


def test_everything_by_dotted_name(make_package):
    """View, context, mapper, decorators, containment and request type can be named."""
    name = make_package(
        {
            "things": """
from zope.interface import Interface
from goldilocks.response import Response
from goldilocks.interfaces import IRequest
from goldilocks.viewderivers import DefaultViewMapper
class Thing: __parent__ = __name__ = None
def view(request): return Response("view")
def shout(wrapped): return lambda context, request: Response(wrapped(context, request).text.upper())
class Mapper(DefaultViewMapper):
    def __call__(self, view): return shout(super().__call__(view))
def exclaim(wrapped): return lambda context, request: Response(wrapped(context, request).text + "!")
def root(request): return Thing()
"""
        }
    )
    config = Configurator(package=name, root_factory=f"{name}.things.root")
    config.add_view(
        ".things.view",
        context=".things.Thing",
        mapper=".things.Mapper",
        decorator=[".things.exclaim"],
        containment=".things.Thing",
        request_type=".things.IRequest",
    )
    config.add_view(".things.view", name="one", decorator=".things.exclaim")
    app = browse(config.make_wsgi_app())
    assert (app.get("/").text, app.get("/one").text) == ("VIEW!", "view!")


def test_positional_arguments():
    """View and name may be said by position."""
    config = Configurator()
    config.add_view(view, "x")
    assert text_of(config, "/x") == "view"


def test_several_decorators():
    """The first decorator is the outermost; a single one needs no list."""
    config = Configurator()
    config.add_view(view, decorator=(shout, exclaim))
    config.add_view(view, name="one", decorator=exclaim)
    app = browse(config.make_wsgi_app())
    assert (app.get("/").text, app.get("/one").text) == ("VIEW!", "view!")
    assert (
        combine_decorators(lambda made: f"outer({made})", lambda made: f"inner({made})")("view")
        == "outer(inner(view))"
    )


def test_defaults_of_a_class():
    """What a class says of all its views holds where the statement says nothing."""

    @view_defaults(name="x", renderer="string")
    class Views:
        def __init__(self, request): ...
        def __call__(self):
            return "called"

        def other(self):
            return "other"

    config = Configurator()
    config.add_view(Views)
    config.add_view(view=Views, attr="other", name="y")
    app = browse(config.make_wsgi_app())
    assert (app.get("/x").text, app.get("/y").text) == ("called", "other")


def test_defaults_on_an_instance_hold_for_nothing():
    """Only classes speak for all their views."""

    @view_defaults(name="x")
    class View:
        def __call__(self, request):
            return Response("instance")

    config = Configurator()
    config.add_view(View())
    assert text_of(config) == "instance"


def test_arguments_stay_copyable():
    """The facts of a view can be copied deeply, as add-ons do that say views again."""
    config = Configurator()
    config.add_view(view, name="x", renderer="json", request_method="GET", decorator=[shout])
    config.commit()
    fact = next(
        row["introspectable"]
        for row in config.introspector.get_category("views")
        if row["introspectable"]["name"] == "x"
    )
    copied = copy.deepcopy({key: value for key, value in fact.items() if key != "derived_callable"})
    assert copied["request_methods"] == "GET"


# --- Old words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "value"),
    [("custom_predicates", (lambda context, request: True,)), ("effective_principals", "a")],
)
@pytest.mark.parametrize("say", ["add_view", "add_route"])
def test_deprecated_words_warn_at_the_line(word, value, say):
    """A deprecated word warns, at the line that says it."""
    config = Configurator()
    with pytest.warns(DeprecationWarning, match=f"{say} has deprecated {word}") as caught:
        getattr(config, say)(*([view] if say == "add_view" else ["x", "/x"]), **{word: value})
    assert caught[0].filename == __file__
    config.commit()


def test_without_old_words_nobody_is_warned():
    """Nothing is said where nothing old is said."""
    config = Configurator()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        config.add_view(view, custom_predicates=())


# --- What can't be said ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"view": None}, '"view" was not specified and no "renderer" specified'),
        ({"request_type": dict}, "request_type must be an interface, not <class 'dict'>"),
        ({"accept": ["text/html"]}, 'A list is not supported in the "accept" view predicate'),
        ({"context": dict, "exception_only": True}, 'view "context" must be an exception type'),
        ({"exception_only": True}, 'view "context" must be an exception type'),
        (
            {"context": Thing()},
            "a view's context is a class or an interface; .* did you mean its class, Thing?",
        ),
        ({"request_method": "GET,POST"}, r"no request has the method 'GET,POST'.*\('GET', 'POST'\)"),
    ],
)
def test_refused_at_the_statement(words, message):
    """What makes no sense is refused where it is said."""
    with pytest.raises(ConfigurationError, match=message):
        Configurator().add_view(**{"view": view, **words})


def test_unknown_words_are_found_out_when_all_are_known():
    """A predicate may be made known after the view that says it."""

    class Predicate:
        def __init__(self, value, info): ...
        def text(self):
            return "predicate"

        phash = text

        def __call__(self, context, request):
            return True

    config = Configurator()
    config.add_view(view, late=1, option=2)
    config.add_view_predicate("late", Predicate)

    def deriver(view, info):
        return view

    deriver.options = ("option",)
    config.add_view_deriver(deriver)
    assert text_of(config) == "view"


@pytest.mark.parametrize(
    ("word", "advice"),
    [
        ("reqest_method", "did you mean 'request_method'?"),
        ("rendrer", "did you mean 'renderer'?"),
        ("colour", "include the add-on, else say it by config.add_view_predicate"),
    ],
)
def test_unknown_words(word, advice):
    """An unknown word is told with the nearest known one, or with what to do."""
    config = Configurator()
    config.add_view(view, **{word: 1})
    with pytest.raises(ConfigurationError) as caught:
        config.commit()
    assert str(caught.value).startswith(f"Unknown view options: {{{word!r}: 1}}; ")
    assert advice in str(caught.value)


@pytest.mark.parametrize(
    ("routes", "advice"),
    [(["home"], "did you mean 'home'?"), ([], "say it by config.add_route('hoem', pattern)")],
)
def test_route_that_is_not_there(routes, advice):
    """A route that nobody said is told with the nearest name, or with what to do."""
    config = Configurator()
    for name in routes:
        config.add_route(name, f"/{name}")
    config.add_view(view, route_name="hoem")
    with pytest.raises(ConfigurationExecutionError) as caught:
        config.commit()
    assert f"No route named hoem found for view registration; {advice}" in str(caught.value)


# --- Views of errors ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["name", "permission", "context", "for_", "require_csrf", "exception_only"])
@pytest.mark.parametrize("say", ["add_forbidden_view", "add_notfound_view"])
def test_words_that_error_views_decide_themselves(say, word):
    """Not-found and forbidden views decide some things themselves, and say so."""
    with pytest.raises(ConfigurationError, match=f"{word} may not be used as an argument to {say}"):
        getattr(Configurator(), say)(view, **{word: "x"})


@pytest.mark.parametrize("word", ["name", "permission", "for_", "require_csrf", "exception_only"])
def test_words_that_exception_views_decide_themselves(word):
    """So do exception views, which only leave the context."""
    with pytest.raises(
        ConfigurationError, match=f"{word} may not be used as an argument to add_exception_view"
    ):
        Configurator().add_exception_view(view, **{word: "x"})


def test_defaults_of_a_class_count_for_error_views():
    """What a class says of all its views is taken, or refused."""

    @view_defaults(renderer="string")
    class Good:
        def __init__(self, exception, request): ...
        def __call__(self):
            return "good"

    @view_defaults(permission="x")
    class Bad(Good): ...

    config = Configurator()
    config.add_exception_view(Good, context=Boom)
    config.add_view(lambda request: (_ for _ in ()).throw(Boom))
    assert text_of(config) == "good"
    with pytest.raises(ConfigurationError, match="permission may not be used"):
        config.add_exception_view(Bad)


def test_error_views_without_a_view():
    """Without a view the error itself is the response; with a renderer it is rendered."""
    config = Configurator()
    config.add_notfound_view(renderer="json")
    config.add_forbidden_view()
    assert browse(config.make_wsgi_app()).get("/nothing", status=404).status_code == 404


def test_older_names_of_error_views():
    """``set_forbidden_view`` and ``set_notfound_view`` are the same."""
    assert Configurator.set_forbidden_view is Configurator.add_forbidden_view
    assert Configurator.set_notfound_view is Configurator.add_notfound_view


@pytest.mark.parametrize("append_slash", [True, HTTPMovedPermanently])
def test_append_slash_with_attr_and_renderer(append_slash):
    """The view behind the redirection may be a method with a renderer."""

    class Errors:
        def __init__(self, context, request):
            request.response.status = 404

        def missing(self):
            return "missing"

    config = Configurator()
    config.add_route("x", "/x/")
    config.add_notfound_view(Errors, attr="missing", renderer="string", append_slash=append_slash)
    app = browse(config.make_wsgi_app())
    assert app.get("/x").status_code == (307 if append_slash is True else 301)
    assert app.get("/y", status=404).text == "missing"


def test_exception_view_answers_everything_by_default():
    """Without a context, an exception view is for all exceptions."""
    config = Configurator()
    config.add_exception_view(lambda exception, request: Response(type(exception).__name__))
    config.add_view(lambda request: (_ for _ in ()).throw(Boom))
    assert text_of(config) == "Boom"


def test_predicates_of_error_views():
    """What else is said goes on to ``add_view``."""
    config = Configurator()
    config.add_notfound_view(
        lambda request: Response("bears", status=404), request_param="bear", physical_path=None
    )
    assert browse(config.make_wsgi_app()).get("/nothing?bear=1", status=404).text == "bears"


def test_one_view_for_a_resource_and_for_an_error():
    """A context that is an exception makes the view answer both; the request tells which of them is meant."""

    class Both(Exception):
        pass

    config = Configurator(root_factory=lambda request: Both())
    config.add_view(lambda context, request: Response("resource"), context=Both)
    config.add_view(lambda request: (_ for _ in ()).throw(Both), name="raise")
    app = browse(config.make_wsgi_app())
    assert (app.get("/").text, app.get("/raise").text) == ("resource", "resource")
    fact = next(
        row["introspectable"]
        for row in config.introspector.get_category("views")
        if row["introspectable"]["context"] is Both
    )
    assert fact["derived_callable"].__discriminator__().resolve()[1] is Both


@pytest.mark.parametrize(
    ("what", "is_one"),
    [
        (Exception, True),
        (Exception(), True),
        (Boom, True),
        (IException, True),
        (type("IMine", (), {}), False),
        (Interface, False),
        (None, False),
        (BaseException, False),
    ],
)
def test_what_an_exception_is(what, is_one):
    """Exceptions are told by their class, an instance, or an interface."""
    assert isexception(what) is is_one


def test_either_view():
    """The combined callable of a view and its exception view asks the one that is meant."""

    def normal(context, request):
        """Answer."""
        return "normal"

    def exceptional(context, request):
        return "exceptional"

    normal.__permitted__ = lambda context, request: "permitted"
    either = runtime_exc_view(normal, exceptional)
    calm = type("Request", (), {"exception": None})()
    upset = type("Request", (), {"exception": Boom()})()
    assert (either(None, calm), either(None, upset)) == ("normal", "exceptional")
    assert (either.__permitted__(None, calm), either.__permitted__(None, upset)) == ("permitted", None)
    assert (either.__name__, either.__doc__, either.__original_view__) == ("normal", "Answer.", normal)


# --- For add-ons -------------------------------------------------------------------------------------------------------


def test_names_that_add_ons_import():
    """Multi-views and the information for derivers are found under Pyramid's names."""
    assert MultiView is ViewSet
    assert ViewDeriverInfo is ViewInfo


@pytest.mark.parametrize("by", ["position", "keyword"])
def test_defaults_for_directives_of_add_ons(by):
    """A directive of an add-on honours what a class says of its views, and keeps the place of its call."""

    @view_defaults(name="default", renderer="json")
    class Views: ...

    @viewdefaults
    @action_method
    def say(config, view, **words):
        config.action("d", introspectables=(), said=words)

    config = Configurator()
    config.add_directive("say", say, action_wrap=False)
    if by == "position":
        config.say(Views, name="mine")  # by position
    else:
        config.say(view=Views, name="mine")  # by keyword
    (row,) = config.action_state.actions
    assert row["said"] == {"name": "mine", "renderer": "json"}
    assert row["info"].src.endswith(f"# by {by}")


def test_defaults_for_directives_without_a_class():
    """Without a class there are none; frames that are said count."""

    @viewdefaults
    @action_method
    def say(config, view, **words):
        config.action("d", said=words)

    def helper(config):
        config.say(view, _backframes=2)

    config = Configurator()
    config.add_directive("say", say, action_wrap=False)
    helper(config)  # the helper
    (row,) = config.action_state.actions
    assert row["said"] == {}
    assert row["info"].src.endswith("# the helper")


def test_deriving_a_view_by_hand():
    """A view can be derived without being said: it takes context and request and returns a response."""
    config = Configurator()
    derived = config.derive_view(lambda request: {"a": 1}, renderer="json")
    config.commit()
    request = Request.blank("/")
    request.registry = config.registry
    assert derived(None, request).json == {"a": 1}
    assert config._derive_view(view, extra_options={"option": 1})(None, request).text == "view"


@pytest.mark.parametrize(
    "renderer", ["json", RendererHelper("json", registry=Configurator().registry), null_renderer]
)
def test_renderers_in_all_shapes(renderer):
    """A renderer is said by its name or as an object; the null renderer hands on what the view returns."""
    config = Configurator()
    config.add_view(lambda request: Response("{}"), renderer=renderer)
    assert text_of(config) == "{}"


def test_renderer_without_a_view():
    """Where there is nothing to work out, a renderer alone is enough."""
    config = Configurator()
    config.add_view(renderer="json")
    assert text_of(config) == "{}"


def test_default_renderer_is_taken_when_none_is_said():
    """A renderer without a name is that of views that say none."""
    config = Configurator()
    config.add_view(lambda request: ["x"])
    config.add_renderer(None, "goldilocks.renderers.json_renderer_factory")
    assert text_of(config) == '["x"]'


def test_autocommit_without_an_account():
    """A registry without introspector serves as well."""
    config = Configurator(autocommit=True, introspection=False)
    del config.registry.introspector
    config.add_view(lambda request: {}, renderer="string.pt", name="x")
    assert config.registry.adapters.registered((IViewClassifier, IRequest, Interface), IView, "x")


# --- Derivers and media types ------------------------------------------------------------------------------------------


def marking(name, order):
    def deriver(view, info):
        def marked(context, request):
            order.append(name)
            return view(context, request)

        return marked

    return deriver


@pytest.mark.parametrize(
    ("place", "before"),
    [
        ({}, ["decorator", "mine"]),
        ({"under": "INGRESS", "over": "secured_view"}, ["mine", "decorator"]),
        ({"under": ("rendered_view",), "over": ["VIEW"]}, ["decorator", "mine"]),
    ],
)
def test_place_of_a_deriver(place, before):
    """A deriver stands inside of decorators by default, or where it says."""
    config, order = Configurator(), []
    config.add_view_deriver(marking("mine", order), name="mine", **place)
    config.add_view(view, decorator=lambda wrapped: marking("decorator", order)(wrapped, None))
    text_of(config)
    assert order == before


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ({"name": "INGRESS"}, "INGRESS is a reserved view deriver name"),
        ({"name": "VIEW"}, "VIEW is a reserved view deriver name"),
        ({"over": "INGRESS"}, "mine cannot be over INGRESS"),
        ({"under": "VIEW"}, "mine cannot be under VIEW"),
        ({"under": "mapped_view"}, 'mine cannot be under "mapped_view"'),
    ],
)
def test_places_where_no_deriver_can_be(place, message):
    """Nothing stands outside of everything, or inside of the view."""
    with pytest.raises(ConfigurationError, match=message):
        Configurator().add_view_deriver(lambda view, info: view, **{"name": "mine", **place})


def test_deriver_by_name_and_by_its_own(make_package):
    """A deriver may be named by its dotted name; it is called as its function unless another name is said."""
    name = make_package({"__init__": "def mine(view, info): return view"})
    config = Configurator()
    config.add_view_deriver(f"{name}.mine")
    config.commit()
    assert config.introspector.get("view derivers", "mine")["name"] == "mine"


def test_mapper_of_all_views():
    """The application's mapper is taken where a view has none."""
    config = Configurator()
    config.set_view_mapper(Mapper)
    config.add_view(view)
    assert text_of(config) == "VIEW"


@pytest.mark.parametrize(
    ("value", "place", "message"),
    [
        ("text/html", {"weighs_more_than": "text/plain;a=1"}, "cannot compare a media type with params"),
        ("text/html;a=1", {"weighs_less_than": "text/html"}, "cannot compare a media type with params"),
        ("text/html;a=1", {"weighs_less_than": ["text/plain;a=1"]}, "cannot compare params across"),
        ("text/html;a=1", {"weighs_less_than": "application/html;a=1"}, "cannot compare params across"),
    ],
)
def test_media_types_that_can_not_be_compared(value, place, message):
    """Types with parameters are only compared among themselves."""
    with pytest.raises(ConfigurationError, match=message):
        Configurator().add_accept_view_order(value, **place)


def test_media_types_are_ordered():
    """What the client doesn't decide, the order does; spelling makes no difference."""
    config = Configurator()
    config.add_accept_view_order("Application/X-Mine", weighs_more_than=["TEXT/HTML"])
    config.add_accept_view_order("text/html;a=2")
    config.add_accept_view_order("text/html;a=1", weighs_less_than="text/html;a=2")
    for offer in ("text/html", "application/x-mine"):
        config.add_view(lambda request, offer=offer: Response(offer), accept=offer)
    assert text_of(config, headers={"Accept": "*/*"}) == "application/x-mine"


def test_media_types_without_defaults():
    """The order is made when the first type is said."""
    from goldilocks.interfaces import IAcceptOrder
    from goldilocks.registry import Registry

    config = Configurator(registry=Registry("bare"))
    config.add_accept_view_order("a/b")
    config.commit()
    assert config.registry.getUtility(IAcceptOrder).sorted() == [("a/b", "a/b")]


def test_derivers_without_defaults():
    """So is the list of derivers."""
    from goldilocks.interfaces import IViewDerivers
    from goldilocks.registry import Registry

    config = Configurator(registry=Registry("bare"))
    config.add_default_view_derivers()
    config.commit()
    names = [name for name, _ in config.registry.getUtility(IViewDerivers).sorted()]
    assert names == [
        "secured_view",
        "csrf_view",
        "owrapped_view",
        "http_cached_view",
        "decorated_view",
        "rendered_view",
        "mapped_view",
    ]
