"""The built-in predicates."""

from __future__ import annotations

from types import SimpleNamespace
from unittest import mock

import pytest
from webob import Request as WebObRequest
from zope.interface import Interface, alsoProvides

from goldilocks import predicates
from goldilocks.exceptions import ConfigurationError
from goldilocks.request import Request

CONFIG = SimpleNamespace(maybe_dotted=lambda value: value)


class Resource:
    def __init__(self, name, parent=None):
        self.__name__ = name
        self.__parent__ = parent


def request(path="/", **kw):
    return WebObRequest.blank(path, **kw)


@pytest.mark.parametrize(
    ("factory", "value", "text"),
    [
        ("XHR", True, "xhr = True"),
        ("XHR", 0, "xhr = False"),
        ("RequestMethod", "POST", "request_method = POST"),
        ("RequestMethod", ("PUT", "GET"), "request_method = GET,HEAD,PUT"),
        ("PathInfo", "^/a", "path_info = ^/a"),
        ("RequestParam", ("b=1", "a"), "request_param a,b=1"),
        ("RequestParam", "a=", "request_param a="),
        ("Header", ("B:1.*", "A"), "header A, B=1.*"),
        ("Accept", "text/html", "accept = text/html"),
        ("Accept", ["text/html", "text/plain"], "accept = text/html, text/plain"),
        ("Containment", "a class", "containment = a class"),
        ("RequestType", "an interface", "request_type = an interface"),
        ("MatchParam", ("b = 2", "a=1"), "match_param a=1,b=2"),
        ("Traverse", "/{a}", "traverse matchdict pseudo-predicate"),
        ("PhysicalPath", "/a/b", "physical_path = ('', 'a', 'b')"),
        ("PhysicalPath", ["", "a"], "physical_path = ('', 'a')"),
        ("IsAuthenticated", True, "is_authenticated = True"),
        ("EffectivePrincipals", "fred", "effective_principals = ['fred']"),
        ("EffectivePrincipals", ("fred", "bob"), "effective_principals = ['bob', 'fred']"),
    ],
)
def test_text_tells_what_is_asked(factory, value, text):
    """The text of a predicate names it and its value in one line."""
    predicate = getattr(predicates, f"{factory}Predicate")(value, CONFIG)
    assert predicate.text() == text


@pytest.mark.parametrize("name", [name for name, _ in predicates.VIEW_PREDICATES if name != "custom"])
def test_equal_values_have_equal_hashes(name):
    """Two view predicates made of one value have one hash, which is their text."""
    factory = dict(predicates.VIEW_PREDICATES)[name]
    one, other = factory("a=b", CONFIG), factory("a=b", CONFIG)
    assert one.phash() == other.phash() == one.text()


def test_empty_value_and_any_value_differ():
    """``a=`` asks for an empty value, ``a`` for any: their hashes differ."""
    any_value = predicates.RequestParamPredicate("a", CONFIG)
    empty = predicates.RequestParamPredicate("a=", CONFIG)
    assert any_value.phash() != empty.phash()


def test_described_without_text():
    """A predicate without a text says that it must have one."""
    with pytest.raises(NotImplementedError, match=r"must define text\(\)"):
        predicates._Described().phash()


@pytest.mark.parametrize("wanted", [True, False])
def test_xhr(wanted):
    """Only requests with the header of scripts are from scripts."""
    predicate = predicates.XHRPredicate(wanted, CONFIG)
    assert predicate(None, request(headers={"X-Requested-With": "XMLHttpRequest"})) is wanted
    assert predicate(None, request()) is not wanted


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_get_brings_head(method):
    """A view for GET is asked for HEAD too."""
    assert predicates.RequestMethodPredicate("GET", CONFIG)(None, request(method=method))


def test_head_alone():
    """A view for HEAD isn't asked for GET."""
    assert not predicates.RequestMethodPredicate("HEAD", CONFIG)(None, request())


def test_get_and_head_said_is_not_said_twice():
    """Who says both has said no more than who says GET."""
    assert predicates.RequestMethodPredicate(("HEAD", "GET"), CONFIG).val == ("GET", "HEAD")


@pytest.mark.parametrize(("path", "holds"), [("/a/b", True), ("/b/a", False), ("/%C3%A9", False)])
def test_path_info(path, holds):
    """The expression must match the beginning of the path."""
    assert predicates.PathInfoPredicate("/a", CONFIG)(None, request(path)) is holds


def test_path_info_is_decoded():
    """The path is matched as text, not as the bytes of the URL."""
    assert predicates.PathInfoPredicate("/é", CONFIG)(None, request("/%C3%A9"))


@pytest.mark.parametrize(("factory", "value"), [("PathInfo", "("), ("Header", "Name:(")])
def test_broken_expression(factory, value):
    """A broken regular expression is reported with the predicate and the expression."""
    with pytest.raises(ConfigurationError, match=r"'\('.*unterminated"):
        getattr(predicates, f"{factory}Predicate")(value, CONFIG)


@pytest.mark.parametrize(
    ("value", "query", "holds"),
    [
        ("a", "a=1", True),
        ("a", "b=1", False),
        ("a=1", "a=1", True),
        ("a = 1", "a=1", True),
        ("a=1", "a=2", False),
        ("a=", "a=", True),
        ("a=", "a=1", False),
        ("=a", "%3Da=1", True),
        ("=a", "a=1", False),
        ("=a=1", "%3Da=1", True),
        ("=a=1", "%3Da=2", False),
        (("a", "b=1"), "a=&b=1", True),
        (("a", "b=1"), "a=&b=2", False),
        ("a=1=2", "a=1%3D2", True),
    ],
)
def test_request_param(value, query, holds):
    """Every parameter must be there, with its value if one was said."""
    assert predicates.RequestParamPredicate(value, CONFIG)(None, request(f"/?{query}")) is holds


@pytest.mark.parametrize(
    ("value", "headers", "holds"),
    [
        ("X-A", {"X-A": "1"}, True),
        ("x-a", {"X-A": "1"}, True),
        ("X-A", {}, False),
        (r"X-A:\d", {"X-A": "1b"}, True),
        (r"X-A:\d", {"X-A": "b"}, False),
        (r"X-A:\d", {}, False),
        (("X-A", "X-B"), {"X-A": "1", "X-B": "1"}, True),
        (("X-A", "X-B"), {"X-A": "1"}, False),
    ],
)
def test_header(value, headers, holds):
    """Every header must be there, and match its expression if one was said."""
    assert predicates.HeaderPredicate(value, CONFIG)(None, request(headers=headers)) is holds


@pytest.mark.parametrize(
    ("offers", "accept", "holds"),
    [
        ("text/html", "text/*", True),
        ("text/html", "image/png", False),
        (("text/html", "image/png"), "image/png", True),
    ],
)
def test_accept(offers, accept, holds):
    """One of the offers must be acceptable to the client."""
    assert predicates.AcceptPredicate(offers, CONFIG)(None, request(headers={"Accept": accept})) is holds


def test_accept_of_another_kind():
    """A request that says by other means what it accepts is asked by them."""
    predicate = predicates.AcceptPredicate("text/html", CONFIG)
    for accepted in ([("text/html", 1)], []):
        asked = mock.Mock(spec_set=["accept"])
        asked.accept.acceptable_offers.return_value = accepted
        assert predicate(None, asked) is bool(accepted)


def test_containment_looks_at_parents():
    """A class among the parents of the context is enough."""

    class Folder(Resource):
        pass

    context = Resource("leaf", Folder(""))
    predicate = predicates.ContainmentPredicate(Folder, CONFIG)
    assert predicate(context, SimpleNamespace())
    assert not predicate(Resource("leaf"), SimpleNamespace())


def test_containment_prefers_the_requests_context():
    """In an exception view the context of the request counts, not the exception."""
    predicate = predicates.ContainmentPredicate(Resource, CONFIG)
    assert predicate(ValueError(), SimpleNamespace(context=Resource("")))


def test_containment_takes_a_dotted_name():
    """The value is resolved by the configuration."""
    config = SimpleNamespace(maybe_dotted={"the.Name": Resource}.get)
    assert predicates.ContainmentPredicate("the.Name", config).val is Resource


def test_request_type():
    """The request must provide the interface."""

    class IMobile(Interface):
        pass

    predicate = predicates.RequestTypePredicate(IMobile, CONFIG)
    mobile = SimpleNamespace()
    alsoProvides(mobile, IMobile)
    assert predicate(None, mobile)
    assert not predicate(None, SimpleNamespace())


@pytest.mark.parametrize(
    ("matchdict", "holds"),
    [
        ({"a": "1", "b": "2"}, True),
        ({"a": "1"}, False),
        ({"a": "1", "b": "3"}, False),
        ({}, False),
        (None, False),
    ],
)
def test_match_param(matchdict, holds):
    """Every pair must stand in the match dictionary."""
    predicate = predicates.MatchParamPredicate(("a=1", "b=2"), CONFIG)
    assert predicate(None, SimpleNamespace(matchdict=matchdict)) is holds


def test_match_param_without_value():
    """A name without a value is a mistake, not something that never matches."""
    with pytest.raises(ConfigurationError, match="'a' has no value"):
        predicates.MatchParamPredicate("a", CONFIG)


def test_custom_asks_the_function():
    """The function gets context and request, and its answer is the answer."""
    predicate = predicates.CustomPredicate(lambda context, request: (context, request), CONFIG)
    assert predicate("context", "request") == ("context", "request")


def test_custom_text_of_the_function():
    """A function may describe itself."""

    def func(context, request):
        return True

    assert "func" in predicates.CustomPredicate(func, CONFIG).text()
    func.__text__ = "my own words"
    assert predicates.CustomPredicate(func, CONFIG).text() == "my own words"


def test_custom_hash_of_the_function():
    """Callables with one hash are one predicate."""

    class Same:
        def __hash__(self):
            return 7

    assert predicates.CustomPredicate(Same(), CONFIG).phash() == "custom:7"


def test_traverse_fills_the_pattern():
    """The path to traverse is made of what the route matched."""
    info = {"match": {"a": "x y", "b": "é"}}
    assert predicates.TraversePredicate("/1/{a}/{b}", CONFIG)(info, None)
    assert info["match"]["traverse"] == ("1", "x y", "é")


@pytest.mark.parametrize(
    ("values", "traverse"),
    [
        (("..", "x"), None),
        (("x", ".."), None),
        (("x", "."), None),
        (("x", "y/../../.."), None),
        (("x", "y/../z"), ("1", "x", "z")),
        (("x", "y/.."), ("1", "x")),
        (("x", ""), ("1", "x")),
        (("x", "..."), ("1", "x", "...")),
        ((3, "x"), ("1", "3", "x")),
    ],
)
def test_traverse_keeps_to_its_pattern(values, traverse):
    """What the route matched stands in its own place of the pattern, and takes nothing away that stands before it."""
    info = {"match": dict(zip("ab", values, strict=True))}
    assert predicates.TraversePredicate("/1/{a}/{b}", CONFIG)(info, None) is (traverse is not None)
    assert info["match"].get("traverse") == traverse


@pytest.mark.parametrize(
    ("rest", "traverse"),
    [("../x", None), ("..", None), ("a/../b", ("1", "b")), (("a", "b"), ("1", "a", "b")), ("", ("1",))],
)
def test_traverse_keeps_to_its_pattern_with_a_star(rest, traverse):
    """So does the rest, if it is text that the route hasn't taken apart."""
    info = {"match": {"rest": rest}}
    assert predicates.TraversePredicate("/1/*rest", CONFIG)(info, None) is (traverse is not None)
    assert info["match"].get("traverse") == traverse


def test_traverse_does_not_overwrite():
    """A path that somebody wrote stays."""
    info = {"traverse": "abc"}
    assert predicates.TraversePredicate("/{a}", CONFIG)(info, None)
    assert info == {"traverse": "abc"}


def test_traverse_has_no_hash():
    """Two routes don't differ by what they traverse."""
    assert predicates.TraversePredicate("/{a}", CONFIG).phash() == ""


@pytest.mark.parametrize(
    ("path", "holds"), [("/a/b", True), ("a/b/", True), (("", "a", "b"), True), ("/a", False)]
)
def test_physical_path(path, holds):
    """The context must stand at the path."""
    context = Resource("b", Resource("a", Resource("")))
    assert predicates.PhysicalPathPredicate(path, CONFIG)(context, None) is holds


def test_physical_path_without_name():
    """A context without a name stands nowhere."""
    assert predicates.PhysicalPathPredicate("/", CONFIG)(object(), None) is False


@pytest.mark.parametrize(
    ("wanted", "known", "holds"), [(True, True, True), (True, False, False), (False, False, True)]
)
def test_is_authenticated(wanted, known, holds):
    """The request says whether it is known who asks."""
    predicate = predicates.IsAuthenticatedPredicate(wanted, CONFIG)
    assert predicate(None, SimpleNamespace(is_authenticated=known)) is holds


@pytest.mark.parametrize(
    ("wanted", "principals", "holds"),
    [
        ("fred", ["fred", "bob"], True),
        (("fred", "bob"), ["fred", "bob"], True),
        (("fred", "eve"), ["fred", "bob"], False),
        ("fred", None, False),
    ],
)
def test_effective_principals(wanted, principals, holds):
    """All wanted principals must be the request's."""
    predicate = predicates.EffectivePrincipalsPredicate(wanted, CONFIG)
    assert predicate(None, SimpleNamespace(effective_principals=principals)) is holds


def test_notted():
    """A denied predicate answers the opposite and shows an exclamation mark."""
    predicate = predicates.Notted(predicates.RequestMethodPredicate("POST", CONFIG))
    assert predicate.text() == predicate.phash() == "!request_method = POST"
    assert predicate(None, request()) is True
    assert predicate(None, request(method="POST")) is False


def test_notted_without_question():
    """What isn't a question can't be denied."""
    predicate = predicates.Notted(predicates.TraversePredicate("/{a}", CONFIG))
    assert predicate.phash() == ""
    assert predicate({"traverse": "abc"}, None) is True


def test_notted_with_several_hashes():
    """A predicate with several hashes has them all denied."""
    several = SimpleNamespace(phash=lambda: ["a", "", "b"])
    assert predicates.Notted(several).phash() == ["!a", "", "!b"]


def test_route_predicates_need_no_context():
    """What asks for the context isn't offered to routes."""
    routes = {name for name, _ in predicates.ROUTE_PREDICATES}
    assert not routes & {"containment", "physical_path", "match_param", "request_type"}


# --- Parameters without a form ---------------------------------------------------------------------------------------


class Tunnelled(Request):
    """A request whose forms come by another way."""

    POST = {"a": "from elsewhere"}


@pytest.mark.parametrize("kind", [Request, Tunnelled, WebObRequest])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("content_type", [None, "", "application/x-www-form-urlencoded", "application/json"])
@pytest.mark.parametrize(
    "query", ["", "a=query", "b=1", "b=1&a=1&a=2&", "=1&b=a=1", "b=%61&a=x+y", "a", "a;b", "a&" * 9]
)
@pytest.mark.parametrize("is_read", [False, True])
def test_parameters_are_those_of_the_request(kind, method, content_type, query, is_read):
    """Where the search for a form is left out, none would have been found."""
    environ = {"REQUEST_METHOD": method, "QUERY_STRING": query}
    asked = kind.blank("/", environ=environ, body=b"a=form&c=1")
    if is_read:
        asked.environ["CONTENT_TYPE"] = "application/x-www-form-urlencoded"
        assert asked.POST is not None
    asked.environ.pop("CONTENT_TYPE", None)
    if content_type is not None:
        asked.environ["CONTENT_TYPE"] = content_type
    for name in "abc":
        expected = asked.params.get(name)
        holds = predicates.RequestParamPredicate(f"{name}={expected}", CONFIG)
        assert holds(None, asked) is (expected is not None)
        assert predicates.RequestParamPredicate(name, CONFIG)(None, asked) is (expected is not None)
        (sieve,) = holds.sieves()
        assert sieve.read(asked) == expected
        unread = kind(asked.environ.copy())
        unread.environ.pop("webob._parsed_query_vars")
        assert sieve.read(unread) == expected
