"""Mistakes that everybody makes in the first week, and what is said about them.

Each message names the culprit and the line that said it, and says what to do next. So each test reads the message
as it stands at the end of a traceback.
"""

from __future__ import annotations

import logging
import traceback

import pytest

from goldilocks.config import Configurator
from goldilocks.exceptions import ConfigurationError
from goldilocks.registry import Registry
from goldilocks.response import Response
from goldilocks.view import get
from tests.support import browse


def hello(request):
    """Answer; for the mistakes to be made with."""
    return Response("Hello!")


class Bears:
    """A view class without fault."""

    def __init__(self, request):
        self.request = request

    def listing(self):
        """Answer."""
        return Response("papa, mama, baby")


class WithoutInit:
    """A view class that forgot that it is made with the request."""

    def listing(self):
        """Answer."""


class WithoutCall:
    """A view class that forgot which method answers."""

    def __init__(self, request): ...


class PassesTheRequest:
    """A view class whose method wants the request once more."""

    def __init__(self, request): ...

    def listing(self, request):
        """Answer."""


class Policy:
    """A security policy."""

    def permits(self, request, context, permission):
        """Say no."""
        return False


def told(error):
    """Return what stands at the end of the traceback."""
    return "".join(traceback.format_exception_only(error))


def last_line(function):
    """Return the number of the last line of a function: there stands the statement that is wrong."""
    return max(line for _, _, line in function.__code__.co_lines() if line)


#: Each is a function whose last line is the mistake, with what its message must have in it.
MISTAKES = []


def mistake(*words):
    """Note a mistake, with what must be told about it."""

    def note(function):
        MISTAKES.append(pytest.param(function, words, id=function.__name__))
        return function

    return note


# --- Views -------------------------------------------------------------------------------------------------------------


@mistake("'reqest_method': 'GET'", "did you mean 'request_method'?")
def unknown_predicate(config):
    config.add_view(hello, reqest_method="GET")


@mistake("No route named hoem", "did you mean 'home'?")
def view_without_its_route(config):
    config.add_route("home", "/")
    config.add_view(hello, route_name="hoem")


@mistake("No route named home", "say it by config.add_route('home', pattern)")
def view_without_any_route(config):
    config.add_view(hello, route_name="home")


@mistake("class", "Bears has no method 'lsiting'", "did you mean 'listing'?")
def misspelt_method(config):
    config.add_view(Bears, attr="lsiting")


@mistake("Bears object", "has no attribute 'lsiting'", "did you mean 'listing'?")
def misspelt_method_of_an_instance(config):
    config.add_view(Bears(None), attr="lsiting")


@mistake("WithoutInit can't be made with a request", "give it a method __init__(self, request)")
def class_without_init(config):
    config.add_view(WithoutInit, attr="listing")


@mistake("WithoutCall has no method '__call__'", "say by attr which method answers")
def class_without_a_method(config):
    config.add_view(WithoutCall)


@mistake("method 'listing'", "PassesTheRequest", "called with self alone, but takes 2 arguments")
def method_that_wants_the_request(config):
    config.add_view(PassesTheRequest, attr="listing")


@mistake(
    "listing is a method without its object", "set the class as your `view` and the method as your `attr`"
)
def method_without_its_object(config):
    config.add_view(Bears.listing)


@mistake("a response (Response) is no view", "without calling it")
def view_that_was_called(config):
    config.add_view(hello(None))


@mistake("takes no arguments", "a view takes (request), or (context, request)")
def view_without_arguments(config):
    config.add_view(lambda: Response("Hello!"))


@mistake("takes 3 arguments", "a view takes (request), or (context, request)")
def view_with_arguments_of_its_own(config):
    config.add_view(lambda request, name, age: Response("Hello!"))


@mistake("object <object object", "can't be called, so it is no view", "give a function, a class")
def view_that_is_none(config):
    config.add_view(object())


@mistake('"view" was not specified', "say what answers, a view or a renderer")
def view_forgotten(config):
    config.add_view(name="hello")


@mistake("No module named 'helo'", "'helo' is taken for a dotted name", "is it installed here?")
def view_as_text(config):
    config.add_view("helo")


@mistake("goldilocks.view has no 'get_view'", "'goldilocks.view.get_view' is taken for a dotted name")
def view_by_a_name_that_leads_nowhere(config):
    config.add_view("goldilocks.view.get_view")


@mistake("no request has the method 'get'", "'GET'")
def method_in_lower_case(config):
    config.add_view(hello, request_method="get")


@mistake("'GET POST'", "('GET', 'POST')")
def methods_in_one_string(config):
    config.add_view(hello, request_method="GET POST")


@mistake("A list is not supported", "one view for each of text/html, application/json")
def list_of_offers(config):
    config.add_view(hello, accept=["text/html", "application/json"])


@mistake("'html' isn't a media type", "type/subtype")
def offer_that_is_no_media_type(config):
    config.add_view(hello, accept="html")


@mistake("match_param='bear' has no value to compare with", "'name=value'")
def match_param_without_value(config):
    config.add_view(hello, match_param="bear")


@mistake("path_info='('", "isn't a regular expression")
def regular_expression_that_is_none(config):
    config.add_view(hello, path_info="(")


@mistake("is neither", "did you mean its class, Bears?")
def context_that_is_an_instance(config):
    config.add_view(hello, context=Bears(None))


@mistake("http_cache", "(seconds, options)", "(1, 2, 3)")
def caching_with_too_much(config):
    config.add_view(hello, http_cache=(1, 2, 3))


@mistake("Conflicting configuration actions", "(the default view)", "remove all but one", "config.commit()")
def two_views_for_one_thing(config):
    config.add_view(hello)
    config.add_view(hello)


# --- Routes ------------------------------------------------------------------------------------------------------------


@mistake("a route has a name and a pattern", "add_route('hello', '/hello')")
def route_without_a_name(config):
    config.add_route("/hello")


@mistake("'/bears/<int:id>'", "a placeholder is written {id}, or {id:regex}")
def pattern_of_another_framework(config):
    config.add_route("bear", "/bears/<int:id>")


@mistake("'/bears/{id'", "a brace stands alone", "{name}")
def brace_forgotten(config):
    config.add_route("bear", "/bears/{id")


@mistake("'/bears/{1st}'", "begins with a letter")
def placeholder_that_begins_with_a_number(config):
    config.add_route("bear", "/bears/{1st}")


@mistake("'/{id}/{id}'", "the name 'id' stands in it twice", "a name of its own")
def name_twice_in_a_pattern(config):
    config.add_route("bear", "/{id}/{id}")


@mistake("'/{id:[}'", "the regular expression '[' of {id}")
def regular_expression_in_a_pattern(config):
    config.add_route("bear", "/{id:[}")


@mistake("*path must stand at the end", "{path}")
def star_in_the_middle(config):
    config.add_route("bear", "/files/*path/edit")


@mistake("'renderer': 'json'", "say renderer of the view: config.add_view(..., route_name='bear')")
def words_of_the_view_said_of_the_route(config):
    config.add_route("bear", "/bear", renderer="json")


@mistake("('route', 'bear')", "remove all but one", "config.include()")
def two_routes_of_one_name(config):
    config.add_route("bear", "/bear")
    config.add_route("bear", "/bears")


# --- All else ----------------------------------------------------------------------------------------------------------


@mistake("IRootFactory", "remove all but one", "config.commit()")
def two_root_factories(config):
    config.set_root_factory(lambda request: {})
    config.set_root_factory(lambda request: {"bears": {}})


@mistake("a root factory is called with each request", "{} can't be called", "give a function or a class")
def root_instead_of_its_factory(config):
    config.set_root_factory({})


@mistake("security policy is an object and not its class", "Policy()")
def class_of_the_security_policy(config):
    config.set_security_policy(Policy)


@mistake("add_renderer() got an unexpected keyword argument 'fcatory'", "did you mean 'factory'?")
def misspelt_argument(config):
    config.add_renderer(".bear", fcatory=lambda info: None)


@mistake("add_static_view() missing 1 required positional argument: 'path'")
def argument_forgotten(config):
    config.add_static_view("static")


@mistake("module 'types' has no attribute 'includeme'", "give the module one")
def module_without_includeme(config):
    config.include("types")


@mistake("'goldilocks_nothing'", "is it installed here?")
def add_on_that_is_not_installed(config):
    config.include("goldilocks_nothing")


@mistake("None can't be included", "give a function that takes the Configurator")
def nothing_to_include(config):
    config.include(None)


@mistake("there is no module 'nosuch'")
def package_to_scan_that_is_not_there(config):
    config.scan("nosuch.views")


@mistake("a tween is added by its dotted name", "lambda")
def tween_as_a_function(config):
    config.add_tween(lambda handler, registry: handler)


@mistake("authentication policy but no authorization policy", "say set_authorization_policy as well")
def half_of_the_older_policies(config):
    config.set_authentication_policy(Policy())


@mistake("add_request_method needs a name for None", "say it by name=")
def request_method_without_a_name(config):
    config.add_request_method(None)


@mistake("name may not be used as an argument to add_notfound_view", "the directive decides it itself")
def name_of_a_not_found_view(config):
    config.add_notfound_view(hello, name="missing")


@pytest.mark.filterwarnings("ignore:set_authentication_policy:DeprecationWarning")
@pytest.mark.parametrize(("wrong", "words"), MISTAKES)
def test_mistake(wrong, words):
    """The message names culprit, place and next step."""
    config = Configurator()
    with pytest.raises(Exception) as caught:
        wrong(config)
        config.make_wsgi_app()
    message = told(caught.value)
    for word in words:
        assert word in message
    assert __file__ in message
    assert f"line {last_line(wrong)}" in message.lower()


def test_there_are_enough_of_them():
    """Twenty mistakes were asked for."""
    assert len(MISTAKES) > 24


# --- Where there is no statement ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("add_veiw", "did you mean 'add_view'?"),
        ("add_jinja2_renderer", "an add-on that brings one must be included first"),
    ],
)
def test_misspelt_directive(name, advice):
    """A directive that isn't there is told with the nearest one, or with what may be missing; Python shows the line."""
    with pytest.raises(AttributeError) as caught:
        getattr(Configurator(), name)
    assert f"the Configurator has no directive {name!r}" in told(caught.value)
    assert advice in told(caught.value)


def test_registry_that_is_not_set_up():
    """On a registry that one brings oneself, no view can be said before it is set up."""
    config = Configurator(registry=Registry("mine"))
    config.add_view(hello)  # too early
    with pytest.raises(ConfigurationError) as caught:
        config.commit()
    assert "call config.setup_registry()" in told(caught.value)
    assert "# too early" in told(caught.value)


def test_decorator_without_parentheses():
    """``@get`` bare on a function is told with that function's place, and with how it is written."""
    with pytest.raises(
        Exception, match=r"@get takes the route's pattern first, as in @get\('/hello'\)"
    ) as caught:
        get(hello)
    assert f"hello ({__file__}, line {hello.__code__.co_firstlineno})" in told(caught.value)


# --- What only a request finds out -------------------------------------------------------------------------------------


def answer_of(view, **words):
    """Say a view, ask for it, and return what is told of its error."""
    config = Configurator(settings={"goldilocks.answer_errors": False})
    config.add_view(view, **words)  # asked for
    with pytest.raises(ValueError) as caught:
        browse(config.make_wsgi_app()).get("/")
    return told(caught.value)


@pytest.mark.parametrize(
    ("renderer", "words"),
    [
        ("jsno", ["renderer 'jsno'", "did you mean 'json'?"]),
        (
            "bears.jinja2",
            ["'bears.jinja2'", "config.add_renderer('.jinja2', factory), or include the add-on"],
        ),
        ("bears/nosuch.pt", ["bears/nosuch.pt", "there is no folder"]),
    ],
)
def test_wrong_renderer(renderer, words):
    """A renderer that can't be made is told with those that can, and with the line that said it."""
    message = answer_of(lambda request: {}, renderer=renderer)
    for word in (*words, __file__, "# asked for"):
        assert word in message


@pytest.mark.parametrize(
    ("returned", "advice"),
    [
        (None, "You may have forgotten to return a value"),
        ({"bear": "papa"}, "You may have forgotten to define a renderer"),
    ],
)
def test_value_that_is_no_response(returned, advice):
    """A view that returns no response is told by its name, with what was returned and what may be missing."""

    def bear(request):
        return returned

    message = answer_of(bear)
    assert "bear into a response object" in message
    assert repr(returned) in message
    assert advice in message


# --- For those who have lived with their mistakes ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        misspelt_method,
        class_without_init,
        view_without_arguments,
        view_that_was_called,
        method_in_lower_case,
        pattern_of_another_framework,
        brace_forgotten,
        root_instead_of_its_factory,
        class_of_the_security_policy,
    ],
)
@pytest.mark.parametrize(
    "setting", [{"goldilocks.refuse_mistakes": "false"}, {"goldilocks.defaults": "pyramid"}]
)
def test_what_can_be_lived_with(wrong, setting, caplog):
    """What doesn't hurt until it is asked for can be let through, by a setting of its own or by Pyramid's defaults."""
    caplog.set_level(logging.CRITICAL)
    config = Configurator(settings=setting)
    wrong(config)
    config.make_wsgi_app()
