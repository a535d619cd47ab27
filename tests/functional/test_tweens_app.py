"""Tweens in an application: where they stand, what they see, and the list that a deployment may give."""

from __future__ import annotations

import pytest

from goldilocks.exceptions import ConfigurationError
from goldilocks.httpexceptions import HTTPNotFound
from goldilocks.response import Response
from goldilocks.tweens import EXCVIEW, INGRESS, MAIN
from tests.support import serve


def named(name):
    """A factory of tweens that note their name on the way in and out."""

    def factory(handler, registry):
        def tween(request):
            request.environ.setdefault("tweens", []).append(name)
            response = handler(request)
            response.headers["X-Out"] = " ".join(filter(None, [response.headers.get("X-Out"), name]))
            return response

        return tween

    return factory


one, two, three = named("one"), named("two"), named("three")


def answering(handler, registry):
    return lambda request: Response("answered by a tween")


def catching(handler, registry):
    def tween(request):
        try:
            return handler(request)
        except LookupError:
            return Response("caught by a tween")

    return tween


def seeing_refusals(handler, registry):
    def tween(request):
        try:
            return handler(request)
        except HTTPNotFound as error:
            return Response(f"tween saw {error.status_int}")

    return tween


def dotted(name):
    return f"{__name__}.{name}"


def view(request):
    return Response(" ".join(request.environ["tweens"]))


def application(*tweens, **settings):
    """An application with tweens, each given as a name and where it stands."""

    def app(config):
        config.add_view(view)
        for name, place in tweens:
            config.add_tween(dotted(name), **place)

    return serve(app, **settings)


def test_last_said_is_the_outermost():
    """Without further words the tween that was said last stands nearest to the server."""
    response = application(("one", {}), ("two", {})).get("/")
    assert (response.text, response.headers["X-Out"]) == ("two one", "one two")


@pytest.mark.parametrize(
    ("tweens", "order"),
    [
        ([("one", {}), ("two", {"under": "one"})], "one two"),
        ([("one", {}), ("two", {"over": "one"})], "two one"),
        ([("one", {"over": MAIN, "under": EXCVIEW}), ("two", {"under": EXCVIEW, "over": "one"})], "two one"),
        (
            [("one", {"over": EXCVIEW}), ("two", {"under": INGRESS}), ("three", {"under": EXCVIEW})],
            "two one three",
        ),
        ([("one", {"under": ("nowhere", INGRESS)}), ("two", {"under": "one"})], "one two"),
    ],
)
def test_places(tweens, order):
    """``over`` is nearer to the server, ``under`` nearer to the views; of several words one must be known."""
    said = []
    for name, place in tweens:
        placed = {
            key: tuple(
                dotted(each) if each in ("one", "two", "nowhere") else each
                for each in ([value] if isinstance(value, str) else value)
            )
            for key, value in place.items()
        }
        said.append((name, placed))
    assert application(*said).get("/").text == order


def test_tween_answers_itself():
    """A tween may answer without asking further."""
    assert application(("answering", {})).get("/").text == "answered by a tween"


def failing(where):
    def app(config):
        config.add_view(lambda request: {}["nothing"])
        config.add_exception_view(lambda request: Response("exception view"), context=LookupError)
        config.add_tween(dotted("catching"), **where)

    return serve(app)


@pytest.mark.parametrize(
    ("where", "text"), [({"under": EXCVIEW}, "caught by a tween"), ({"over": EXCVIEW}, "exception view")]
)
def test_error_meets_tweens_from_the_inside(where, text):
    """An error comes to the tweens under the one for exception views first; those over it see its answer."""
    assert failing(where).get("/").text == text


def test_refusal_is_an_exception_until_it_is_viewed():
    """Under the tween for exception views a miss is still an exception."""

    def app(config):
        config.add_tween(dotted("seeing_refusals"), under=EXCVIEW)

    assert serve(app).get("/nowhere").text == "tween saw 404"


def test_list_of_the_deployment():
    """A setting may name all tweens, from the server inwards; then no others are there."""
    browser = application(("three", {}), goldilocks__tweens=f"{dotted('two')} {dotted('one')}")
    assert browser.get("/").text == "two one"


def test_list_without_exception_views():
    """A list that leaves the tween for exception views out leaves errors to the server."""

    def app(config):
        config.add_view(lambda request: {}["nothing"])
        config.add_exception_view(lambda request: Response("exception view"), context=LookupError)

    with pytest.raises(KeyError):
        serve(app, goldilocks__tweens=dotted("one")).get("/")


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ((INGRESS,), {}),
        ((MAIN,), {}),
        ((dotted("one"),), {"over": INGRESS}),
        ((dotted("one"),), {"under": MAIN}),
        ((one,), {}),
    ],
)
def test_places_that_can_not_be(arguments, options):
    """A tween is a dotted name, and stands between server and views."""
    with pytest.raises(ConfigurationError):
        serve(lambda config: config.add_tween(*arguments, **options))


def test_same_tween_twice_is_a_conflict():
    """One tween is said once."""
    with pytest.raises(ConfigurationError, match="Conflicting"):
        application(("one", {}), ("one", {}))


def test_factories_are_called_once():
    """A tween is made when the application is, with its registry, and serves every request."""
    made.clear()

    def app(config):
        config.add_view(lambda request: Response())
        config.add_tween(dotted("counted"))

    browser = serve(app)
    browser.get("/")
    browser.get("/")
    assert len(made) == 1
    assert made[0].settings is not None


made = []


def counted(handler, registry):
    made.append(registry)
    return handler
