"""Lists of predicates, what is made of them, and the order of media types."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from goldilocks.config import Configurator, not_
from goldilocks.config.predicates import (
    DEFAULT_PHASH,
    MAX_ORDER,
    PredicateInfo,
    PredicateList,
    normalize_accept_offer,
    predicate_list,
    sort_accept_offers,
)
from goldilocks.config.statement import Scope
from goldilocks.exceptions import ConfigurationConflictError, ConfigurationError
from goldilocks.predicates import VIEW_PREDICATES
from goldilocks.registry import Registry, predvalseq


class Tenant:
    """A predicate for the tests; its hash is its value."""

    def __init__(self, value, info):
        self.value = value
        self.info = info

    def text(self):
        return f"tenant = {self.value}"

    def phash(self):
        return self.value

    def __call__(self, context, request):
        return request.tenant == self.value


@pytest.fixture
def predlist():
    predlist = PredicateList()
    for name, factory in VIEW_PREDICATES:
        predlist.add(name, factory)
    return predlist


CONFIG = SimpleNamespace(
    package="package", registry="registry", get_settings=lambda: "settings", maybe_dotted=lambda value: value
)


def order_of(predlist, **kw):
    return predlist.make(CONFIG, **kw)[0]


def hash_of(predlist, **kw):
    return predlist.make(CONFIG, **kw)[2]


@pytest.mark.parametrize(
    "kw", [{}, {"xhr": None}, {"custom": predvalseq()}, {"xhr": None, "custom": predvalseq()}]
)
def test_nothing_said(predlist, kw):
    """Without predicates a statement is tried last and has the common hash."""
    assert predlist.make(CONFIG, **kw) == (MAX_ORDER, [], DEFAULT_PHASH)


def test_nothing_said_beside_something(predlist):
    """A sequence without values weighs nothing."""
    assert predlist.make(CONFIG, xhr=True, custom=predvalseq())[0] == order_of(predlist, xhr=True)


def test_more_predicates_come_first(predlist):
    """A statement with more predicates is tried before one with fewer."""
    assert order_of(predlist, xhr=True, request_method="GET") < order_of(predlist, match_param="a=1")


def test_heavier_predicates_come_first(predlist):
    """Of two statements with equally many, the one with the later predicate is tried first."""
    assert order_of(predlist, request_method="GET") < order_of(predlist, xhr=True)


def test_predicates_are_asked_in_order(predlist):
    """The cheaper predicate is asked first, in whichever order they were said."""
    _, made, _ = predlist.make(CONFIG, header="A", xhr=True)
    assert [predicate.text() for predicate in made] == ["xhr = True", "header A"]


def test_equal_statements_have_equal_hashes(predlist):
    """The order in which predicates were said doesn't count."""
    assert hash_of(predlist, header="A", xhr=True) == hash_of(predlist, xhr=True, header="A")


def test_neighbouring_words_do_not_run_into_each_other(predlist):
    """Two predicates don't have the hash of one whose text is that of both."""
    assert hash_of(predlist, path_info="/a", header="b") != hash_of(predlist, path_info="/aheader b")


def test_several_values(predlist):
    """Each of several values is a predicate of its own."""
    functions = predvalseq([lambda context, request: True, lambda context, request: False])
    order, made, _ = predlist.make(CONFIG, custom=functions)
    assert [predicate.func for predicate in made] == list(functions)
    assert order < order_of(predlist, custom=predvalseq(functions[:1]))


def test_a_tuple_is_one_value(predlist):
    """A plain tuple is the value of one predicate."""
    assert len(predlist.make(CONFIG, request_method=("PUT", "POST"))[1]) == 1


def test_not(predlist):
    """A value may be turned round."""
    _, made, _ = predlist.make(CONFIG, request_method=not_("POST"))
    assert made[0].text() == "!request_method = POST"
    assert made[0](None, SimpleNamespace(method="GET")) is True


@pytest.mark.parametrize("phash", ["é", "日本", b"bytes", ["several", "words"], ""])
def test_hash_of_any_kind(phash):
    """A predicate may give any text, bytes or several of them as its hash."""
    predlist = PredicateList()
    predlist.add("tenant", Tenant)
    assert (hash_of(predlist, tenant=phash) == DEFAULT_PHASH) is (phash == "")


def test_predicates_know_the_configuration():
    """A predicate is made with package, registry, settings and the resolver."""
    predlist = PredicateList()
    predlist.add("tenant", Tenant)
    info = predlist.make(CONFIG, tenant="a")[1][0].info
    assert (info.package, info.registry, info.settings, info.get_settings()) == (
        "package",
        "registry",
        "settings",
        "settings",
    )
    assert info.maybe_dotted is CONFIG.maybe_dotted


def test_info_of_scope():
    """What is known of a statement that is carried out is what was known where it was said."""
    registry = Registry("app")
    registry.settings = {"a": 1}
    info = PredicateInfo.of(registry, Scope(package=pytest))
    assert (info.package, info.registry, info.settings) == (pytest, registry, {"a": 1})
    assert info.maybe_dotted("builtins.str") is str


def test_unknown_name_with_near_ones(predlist):
    """An unknown name is reported with those that may have been meant."""
    with pytest.raises(ConfigurationError) as caught:
        predlist.make(CONFIG, method="GET", xhr=True)
    assert str(caught.value) == "Unknown predicate values: {'method': 'GET'} (did you mean request_method)"


def test_unknown_name_without_near_ones(predlist):
    """If there is none, all that are known are told."""
    with pytest.raises(ConfigurationError, match=r"\(known are xhr, request_method, "):
        predlist.make(CONFIG, zzz=None)


def test_unknown_name_in_an_empty_list():
    """A list may be empty."""
    with pytest.raises(ConfigurationError, match=r"\(known are none\)"):
        PredicateList().make(CONFIG, zzz=1)


def test_weights_say_the_place():
    """A predicate may be put before or after others."""
    predlist = PredicateList()
    for name, less in (("a", None), ("b", "a"), ("c", None)):
        predlist.add(name, Tenant, weighs_less_than=less)
    predlist.add("d", Tenant, weighs_more_than="b", weighs_less_than="a")
    assert [name for name, _ in predlist.sorter.sorted()] == ["b", "d", "a", "c"]
    assert (predlist.names(), predlist.last_added) == (["a", "b", "c", "d"], "d")


def test_added_later():
    """The order follows what is added after it was first asked for."""
    predlist = PredicateList()
    predlist.add("a", Tenant)
    first = order_of(predlist, a="x")
    predlist.add("b", Tenant, weighs_less_than="a")
    assert order_of(predlist, a="x") < first


# --- through the Configurator ----------------------------------------------------------------------------------------


def test_get_predlist():
    """There is one list of each kind; it has the built-in predicates from the start."""
    config = Configurator()
    assert config.get_predlist("view") is predicate_list(config.registry, "view")
    assert config.get_predlist("view").names() == [name for name, _ in VIEW_PREDICATES]


def test_add_predicate():
    """A predicate that is said is known when the first phase is over, and introspection tells of it."""
    config = Configurator()
    config._add_predicate("view", "tenant", f"{__name__}.Tenant", weighs_more_than="xhr")
    config.commit()
    assert "tenant" in config.get_predlist("view").names()
    fact = config.introspector.get("view predicates", ("view option", "tenant"))
    assert (fact.title, fact.type_name) == ("view predicate named tenant", "view predicate")
    assert fact == {
        "name": "tenant",
        "factory": fact["factory"],
        "weighs_more_than": "xhr",
        "weighs_less_than": None,
    }
    assert fact["factory"].__name__ == "Tenant"


def test_predicate_of_one_name():
    """Two predicates of one name clash."""
    config = Configurator()
    config.add_view_predicate("tenant", Tenant)
    config.add_view_predicate("tenant", Tenant)
    with pytest.raises(ConfigurationConflictError):
        config.commit()


# --- media types -----------------------------------------------------------------------------------------------------


def test_normalize_accept_offer():
    """A media type is written in one way."""
    assert normalize_accept_offer("TEXT/HTML;Charset=utf8") == "text/html;charset=utf8"


def test_normalize_refuses():
    """What isn't a media type is refused."""
    with pytest.raises(ValueError, match="'text' isn't a media type"):
        normalize_accept_offer("text")


@pytest.mark.parametrize(
    ("offers", "order", "result"),
    [
        (["text/html", "text/html;level=1"], None, ["text/html;level=1", "text/html"]),
        (["text/plain", "text/html"], ["text/html", "text/plain"], ["text/html", "text/plain"]),
        (
            ["a/b", "a/b;c=1", "a/b;c=2"],
            ["a/b;c=2", "a/b;c=1", "a/b"],
            ["a/b;c=2", "a/b;c=1", "a/b"],
        ),
        (["x/y", "a/b"], ["a/b"], ["a/b", "x/y"]),
        ([], ["a/b"], []),
    ],
)
def test_sort_accept_offers(offers, order, result):
    """Types stand in the server's order, those with parameters first."""
    assert sort_accept_offers(offers, order) == result
