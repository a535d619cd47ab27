"""WebTest works on our applications as it is: nothing is adapted, on either side."""

from typing import Any

import pytest
from webtest import AppError, TestApp, Upload

from goldilocks.config import Configurator
from goldilocks.httpexceptions import HTTPFound
from goldilocks.response import Response
from goldilocks.session import SignedCookieSessionFactory

FORM = """
<form action="/greet" method="post" enctype="multipart/form-data">
  <input name="name" value=""><input type="file" name="card"><button>Greet</button>
</form>
"""


def greet(request: Any) -> Response:
    card = request.POST["card"].file.read().decode()
    return Response(f"Hello {request.POST['name']}: {card}")


def sign_in(request: Any) -> HTTPFound:
    request.session["user"] = "goldi"
    return HTTPFound("/me")


@pytest.fixture
def browser() -> TestApp:
    """An application in WebTest's hands, with all of WebTest's own checks on."""
    config = Configurator(session_factory=SignedCookieSessionFactory("a secret of more than 32 characters"))
    for name, view in {
        "form": lambda request: Response(FORM),
        "greet": greet,
        "sign_in": sign_in,
        "me": lambda request: Response(request.session["user"]),
    }.items():
        config.add_route(name, f"/{name}")
        config.add_view(view, route_name=name)
    config.add_route("echo", "/echo")
    config.add_view(lambda request: request.json_body, route_name="echo", renderer="json")
    return TestApp(config.make_wsgi_app())


def test_forms_are_filled_and_sent(browser: TestApp) -> None:
    """A form is read, filled, given a file and submitted."""
    form = browser.get("/form").form
    form["name"] = "Bär"
    form["card"] = Upload("card.txt", b"a bear")
    assert form.submit().text == "Hello Bär: a bear"


def test_redirects_are_followed_with_cookies(browser: TestApp) -> None:
    """A session's cookie is kept and sent, and a redirect followed."""
    assert browser.post("/sign_in").follow().text == "goldi"


def test_json_goes_both_ways(browser: TestApp) -> None:
    """JSON is sent, answered and read."""
    assert browser.post_json("/echo", {"bowl": [1, 2]}).json == {"bowl": [1, 2]}


def test_missing_pages_fail_the_test_that_asked(browser: TestApp) -> None:
    """A status that wasn't expected is an error of WebTest, one that was is a response."""
    with pytest.raises(AppError, match="404"):
        browser.get("/nowhere")
    assert browser.get("/nowhere", status=404).status_int == 404
