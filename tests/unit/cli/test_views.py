"""``goldilocks views``."""

from __future__ import annotations

import pytest

VERDICTS = ("answers", "refuses", "not")


def verdicts(output):
    """Return verdict and view of each row of the views."""
    rows = [
        line.split() for line in output.splitlines() if line.startswith("  ") and line.split()[0] in VERDICTS
    ]
    return [(row[0], next(word for word in row if word.startswith("shop."))) for row in rows]


def test_route(shop, goldilocks):
    """The routes that were tried, the match, the resources and the views are told, and who answers."""
    output = goldilocks("views", shop, "/item/7/a?draft=1")
    assert output.startswith("GET /item/7/a?draft=1\n")
    assert "  it matched with id='7', rest=('a',)\n" in output
    assert "  context    Page at /\n" in output
    assert "  for route item, context any\n" in output
    assert verdicts(output) == [("answers", "shop.draft"), ("not", "shop.any_view")]
    assert output.endswith("\nfunction shop.draft answers, if the security policy grants 'edit'\n")


def test_order_of_views(shop, goldilocks):
    """Views whose predicates refuse are told with the predicate, in the order in which they are tried."""
    output = goldilocks("views", shop, "/item/7/a")
    assert verdicts(output) == [("refuses", "shop.draft"), ("answers", "shop.any_view")]
    assert "request_param draft (refuses)" in output
    assert output.endswith("\nfunction shop.any_view answers\n")


def test_resources(shop, goldilocks):
    """Without a route, the walk is told, and views for several types of contexts, the nearest first."""
    output = goldilocks("views", shop, "/page/page")
    assert "  traversed  page/page\n" in output
    assert output.count("  for requests without a route, context ") == 2
    assert output.index("context Page\n") < output.index("context object\n")
    assert verdicts(output)[-2:] == [("answers", "shop.any_view"), ("refuses", "shop.home")]


def test_view_name(shop, goldilocks):
    """A view name and what stands behind it are told."""
    output = goldilocks("views", shop, "/page/edit/x/y", "--method", "post")
    assert "  view name  'edit'\n  subpath    x/y\n" in output
    assert "if the security policy grants 'edit'" in output


def test_wrong_method(shop, goldilocks):
    """Where only the method is wrong, the answer is 405 with the methods."""
    output = goldilocks("views", shop, "/page/edit", code=1)
    assert "405 Method Not Allowed: There is something here, but not for GET" in output


def test_options(shop, goldilocks):
    """Where OPTIONS is answered by the framework, that is told."""
    output = goldilocks("views", shop, "/page/edit", "--method", "OPTIONS", code=1)
    assert output.endswith("\n204 No Content, Allow: OPTIONS, POST\n")


def test_route_without_view(shop, goldilocks):
    """A route that has no view is told, with advice."""
    output = goldilocks("views", shop, "/empty", code=1)
    assert (
        "404 Not Found: The route 'empty' fits, but it has no view.\nSay one with route_name='empty'"
        in output
    )


def test_nothing_there(shop, goldilocks):
    """Where nothing has that name, the views that there are are named."""
    output = goldilocks("views", shop, "/nothing", code=1)
    assert "Views that there are: '', 'edit'\n" in output
    assert "\n404 Not Found: " in output


def test_broken_root(shop, goldilocks):
    """An error on the way is told with its line."""
    output = goldilocks("views", shop, "/broken", code=1)
    assert "ValueError: no root today" in output
    assert "shop.py, line " in output


APP = """
    from goldilocks.config import Configurator
    from goldilocks.events import ContextFound, NewRequest
    from goldilocks.httpexceptions import HTTPForbidden, HTTPNotFound
    from goldilocks.response import Response

    def root(request):
        if request.path_info == "/raised":
            raise HTTPForbidden("not you")
        return {}

    def seen(event):
        event.request.seen = getattr(event.request, "seen", 0) + 1

    def seen_by(info, request):
        return request.seen == 1

    def fail(event):
        event.request.add_finished_callback(lambda request: print("finished"))

    def late(context, request):
        raise AssertionError("never called")

    def broken(event):
        if event.request.path_info == "/twice":
            global times
            times += 1
            if times == 2:
                raise ValueError("the second time")

    times = 0
    config = Configurator(root_factory=root)
    config.add_subscriber(seen, NewRequest)
    config.add_subscriber(fail, ContextFound)
    config.add_subscriber(broken, NewRequest)
    config.add_view(late, name="seen", custom_predicates=())
    app = config.make_wsgi_app()
"""


@pytest.fixture
def app(project):
    """Write an application with listeners."""
    project("app.py", APP)
    return "app.py"


def test_http_exception_on_the_way(app, goldilocks):
    """What a root factory raises is the answer."""
    output = goldilocks("views", app, "/raised", code=1)
    assert "403 Forbidden: it was raised on the way to the views\n" in output
    assert "Resources" not in output


def test_listeners(app, goldilocks):
    """Listeners hear of the request as they always do, and finished callbacks are called."""
    output = goldilocks("views", app, "/seen")
    assert output.startswith("finished\n")
    assert output.endswith("function app.late answers\n")


def test_error_of_the_second_request(app, goldilocks):
    """An error while the answer is worked out is told."""
    assert (
        goldilocks("views", app, "/twice", code=1).splitlines()[-3].startswith("ValueError: the second time")
    )


TWEENS = """
    from goldilocks.config import Configurator
    from goldilocks.response import Response

    def tween_factory(handler, registry):
        def tween(request):
            if request.path == "/closed":
                return Response(status=503)
            if request.path == "/broken":
                raise ValueError("in the tween")
            request.prepared = True
            return handler(request)
        return tween

    def root(request):
        assert request.prepared
        return {}

    config = Configurator(root_factory=root)
    config.add_tween("tweens.tween_factory")
    config.add_view(lambda request: Response(), name="x")
    app = config.make_wsgi_app()
"""


@pytest.mark.parametrize(
    ("path", "answer", "code"),
    [
        ("/x", "function tweens.<lambda> answers", 0),
        ("/y", "404 Not Found: ", 1),
        ("/closed", "503 Service Unavailable: a tween answers, and lets no view be looked for", 1),
        ("/broken", "a tween failed: ValueError: in the tween", 1),
    ],
)
def test_tweens(project, goldilocks, path, answer, code):
    """Tweens run, for what they prepare; one may answer by itself."""
    project("tweens.py", TWEENS)
    assert f"\n{answer}" in goldilocks("views", "tweens.py", path, code=code)


def test_no_tweens(project, goldilocks):
    """An application without tweens is looked into like any other."""
    project(
        "bare.py",
        """
        from goldilocks.config.settings import Settings
        from goldilocks.registry import Registry
        from goldilocks.router import Router
        registry = Registry("bare")
        registry.settings = Settings()
        app = Router(registry)
        """,
    )
    assert "404 Not Found" in goldilocks("views", "bare.py", "/", code=1)


def test_header(shop, goldilocks, project):
    """Headers count in predicates."""
    project(
        "media.py",
        """
        from goldilocks.config import Configurator
        from goldilocks.response import Response
        def text(request):
            return Response()
        def page(request):
            return Response()
        config = Configurator()
        config.add_view(text, accept="text/plain")
        config.add_view(page, accept="text/html")
        app = config.make_wsgi_app()
        """,
    )
    found = goldilocks("views", "media.py", "/", "-H", "Accept: text/html;q=0.5, text/plain", "--json")
    assert found["answer"] == "function media.text answers"
    assert goldilocks("views", "media.py", "/", "-H", "accept: text/plain", "--json")["answer"].endswith(
        ".text answers"
    )


def test_json(shop, goldilocks):
    """Programs get the same."""
    found = goldilocks("views", shop, "/item/7/a", "--json")
    assert found["match"] == {"id": "7", "rest": ["a"]}
    assert found["resources"] == {
        "root": "Page at /",
        "context": "Page at /",
        "traversed": [],
        "view_name": "",
        "subpath": [],
    }
    assert found["is_answered"] is True
    views = found["views"][0]["views"]
    assert [(each["answers"], each["permission"]) for each in views] == [(False, "edit"), (True, None)]
    assert views[0]["predicates"] == [{"predicate": "request_param draft", "outcome": "refuses"}]
    assert views[0]["file"].endswith("shop.py")
    assert goldilocks("views", shop, "/broken", "--json", code=1)["resources"] is None
