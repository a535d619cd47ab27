"""What went wrong with forms elsewhere: requests of other sites, exemptions by a header, tokens that compression gives away."""

import re

import pytest
from zope.interface import Interface

from goldilocks.crossorigin import CrossOriginGuard
from goldilocks.csrf import (
    CookieCSRFStoragePolicy,
    get_csrf_token,
    masked,
    new_csrf_token,
    unmasked,
)
from goldilocks.exceptions import BadCSRFOrigin, ConfigurationError, PredicateMismatch
from goldilocks.httpexceptions import HTTPFound
from goldilocks.interfaces import IRequest, IView, IViewClassifier
from goldilocks.response import Response
from goldilocks.session import SignedCookieSessionFactory
from tests.support import serve

SECRET = "a secret of more than thirty-two bytes, all of them new"


def page(config):
    """A page without any token, which changes something."""
    config.add_route("page", "/page")
    config.add_view(lambda request: Response("done"), route_name="page")
    config.add_view(lambda request: Response("taken"), name="hook", require_csrf=False)
    config.add_view(lambda request: Response("found"), name="found")
    config.add_exception_view(
        lambda error, request: Response("no: " + str(error.detail), status=418), context=BadCSRFOrigin
    )


CROSS = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": " Cross-Site "},
    {"Sec-Fetch-Site": ""},
    {"Sec-Fetch-Site": "something-new"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Sec-Fetch-Site": "cross-site", "X-Requested-With": "XMLHttpRequest"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://evil.example", "X-Requested-With": "XMLHttpRequest"},
    {"Origin": "null"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://evil.example/localhost"},
    {"Origin": "http://localhost:8080"},
    {"Origin": "http://localhost@evil.example"},
    {"Origin": "http://evil.example#localhost"},
    {"Origin": "localhost"},
    {"Origin": "//"},
    {"Origin": "http://[::1"},
    {"Origin": "http://localhost http://evil.example"},
    {"Origin": "http://evil.example http://localhost"},
    {"Origin": "http://localhost, http://evil.example"},
    {"Origin": "http://localhost\thttp://evil.example"},
    {"Origin": "http://localhost."},
    {"Origin": "HTTP://EVIL.EXAMPLE"},
    {"Origin": "NULL"},
    {"Sec-Fetch-Site": "same-origin, cross-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": " "},
]


@pytest.mark.parametrize("headers", CROSS)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_request_of_another_sites_page_is_refused(headers, method):
    """What the browser says comes from elsewhere is refused, whatever else it says (CVE-2011-0696)."""
    answer = serve(page).request("/page", method=method, headers=headers, status="*")
    assert (answer.status_int, answer.text[:4]) == (418, "no: ")


@pytest.mark.parametrize("headers", CROSS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_safe_request_passes(headers, method):
    """Following a link from another site is what the web is made of."""
    assert serve(page).request("/page", method=method, headers=headers).status_int == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": ""},
        {"Referer": "https://evil.example/"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": " Same-Origin "},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://behind.a.proxy"},
        {"Origin": "http://localhost"},
        {"Origin": "http://LOCALHOST:80"},
        {"Origin": "https://localhost"},
        {"Origin": "https://localhost:443"},
        {"Origin": "http://localhost", "Host": "LocalHost:80"},
        {"Origin": "https://localhost", "Host": "localhost:443"},
        {"Origin": "http://localhost:8080", "Host": "LOCALHOST:8080"},
        {"Origin": "http://shop.example", "Host": "shop.example"},
        {"Origin": "http://[::1]", "Host": "[::1]:80"},
    ],
)
def test_own_page_and_other_clients_pass(headers):
    """Our own pages may send requests, and so may a client that is no browser."""
    headers = {"Host": "localhost", **headers}
    assert serve(page).post("/page", headers=headers).text == "done"


def test_page_of_the_same_host_over_http_is_another_one():
    """Over HTTPS, the same host's page over HTTP isn't ours: anybody on the way may have written it."""
    browser = serve(page)
    environ = {"wsgi.url_scheme": "https", "HTTP_HOST": "localhost"}
    assert (
        browser.post("/page", headers={"Origin": "https://localhost"}, extra_environ=environ).text == "done"
    )
    browser.post("/page", headers={"Origin": "http://localhost"}, extra_environ=environ, status=418)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://shop.example", "shop.example"),
        ("http://a.example:8080/x", "a.example:8080"),
        ("b.example/", "b.example"),
    ],
)
def test_origin_that_no_other_is_compared_with_is_refused(origin, host):
    """What would trust nobody, because it isn't written as it is compared, is an error that says how to write it."""
    with pytest.raises(ConfigurationError, match=f"{re.escape(repr(origin))}.*its host alone, '{host}'"):
        serve(page, csrf_trusted_origins=f"ok.example {origin}")


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://shop.example", 200),
        ("https://pay.bank.example", 200),
        ("https://bank.example", 200),
        ("https://evilbank.example", 418),
        ("https://shop.example:8443", 418),
        ("https://shopXexample", 418),
    ],
)
@pytest.mark.parametrize("site", [{}, {"Sec-Fetch-Site": "cross-site"}])
def test_trusted_origins_are_compared_literally(origin, status, site):
    """Who is trusted is said by name, and a dot is a dot (CVE-2026-25479)."""
    browser = serve(page, csrf_trusted_origins="shop.example .bank.example")
    answer = browser.post("/page", headers={"Origin": origin, **site}, status="*")
    assert answer.status_int == status


def test_view_may_want_requests_of_other_sites():
    """A view that says ``require_csrf=False`` is for other sites; the others aren't."""
    browser = serve(page)
    assert browser.post("/hook", headers={"Origin": "https://bank.example"}).text == "taken"
    browser.post("/found", headers={"Origin": "https://bank.example"}, status=418)


def test_only_the_view_that_answers_is_asked():
    """Of several views the one whose predicates hold says whether other sites may ask."""

    def app(config):
        page(config)
        config.add_view(
            lambda request: Response("hook"), name="two", require_csrf=False, request_param="hook"
        )
        config.add_view(lambda request: Response("form"), name="two", request_param="form")
        config.add_view(lambda request: Response("one"), name="one", request_param="one")

    browser, headers = serve(app), {"Origin": "https://bank.example"}
    assert browser.post("/two?hook", headers=headers).text == "hook"
    browser.post("/two?form", headers=headers, status=418)
    browser.post("/two", headers=headers, status=404)
    browser.post("/one", headers=headers, status=404)
    browser.post("/nothing", headers=headers, status=404)


@pytest.mark.parametrize("places", ["views of a set", "types of contexts", "sets of types", "views by hand"])
def test_view_that_passes_lets_no_other_in(places):
    """A view that takes other sites' requests and then passes says nothing of the next one, wherever that stands."""
    done = []

    class Bear:
        pass

    def passing(request):
        raise PredicateMismatch("not for me")

    def next_one(request):
        done.append(request)
        return Response("done")

    def app(config):
        page(config)
        config.set_root_factory(lambda request: Bear())
        first = {"context": Bear} if "types" in places else {}
        config.add_view(passing, name="two", require_csrf=False, request_method="POST", **first)
        if places == "sets of types":
            config.add_view(passing, name="two", require_csrf=False, request_param="x", **first)
        if places == "views by hand":
            config.commit()
            config.registry.registerAdapter(
                lambda context, request: next_one(request),
                (IViewClassifier, IRequest, Interface),
                IView,
                name="two",
            )
        else:
            config.add_view(next_one, name="two")

    browser, headers = serve(app), {"Origin": "https://bank.example"}
    answer = browser.post("/two?x=1", headers=headers, status="*")
    assert not done and answer.status_int in (404, 418)
    browser.post("/two?x=1", status="*")
    assert done


def test_view_that_passes_lets_another_one_in_that_wants_it():
    """The next view is asked like the first, and if nobody takes the request it is a 404, or a 405, as ever."""

    def passing(request):
        raise PredicateMismatch("not for me")

    def app(config):
        for number, view in enumerate((passing, lambda request: Response("taken"))):
            config.add_view(view, name="two", require_csrf=False, request_param=["a", "b"][: 2 - number])
        config.add_view(passing, name="none", require_csrf=False)
        config.add_view(passing, name="method", require_csrf=False, request_method="PUT")

    browser, headers = serve(app), {"Origin": "https://bank.example"}
    assert browser.post("/two?a=1&b=1", headers=headers).text == "taken"
    browser.post("/two", headers=headers, status=404)
    browser.post("/none", headers=headers, status=404)
    browser.post("/method", headers=headers, status=405)


def test_all_requests_are_let_in_where_that_is_said():
    """The setting switches it off, and so does an application that says that origins aren't looked at."""
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert serve(page, goldilocks__refuse_cross_origin=False).post("/page", headers=headers).text == "done"

    def app(config):
        page(config)
        config.set_default_csrf_options(require_csrf=False, check_origin=False)

    assert serve(app).post("/page", headers=headers).text == "done"


def test_application_may_exempt_requests_and_methods():
    """What ``set_default_csrf_options`` exempts from the check of tokens is exempt here as well."""

    def app(config):
        page(config)
        config.set_default_csrf_options(
            require_csrf=False,
            safe_methods=("GET", "PUT"),
            callback=lambda request: "Authorization" not in request.headers,
        )

    browser, headers = serve(app), {"Sec-Fetch-Site": "cross-site"}
    browser.put("/page", headers=headers)
    browser.post("/page", headers={**headers, "Authorization": "Bearer x"})
    browser.post("/page", headers=headers, status=418)


def test_refusal_is_a_400_without_an_exception_view():
    """Where the application has no page for it, the answer is a 400."""

    def app(config):
        config.add_view(lambda request: HTTPFound("/"))

    serve(app).post("/", headers={"Origin": "https://evil.example"}, status=400)


def test_guard_knows_a_host_by_its_name_and_port():
    """A server that got no Host header is known by the name and port that it has."""
    environ = {
        "REQUEST_METHOD": "POST",
        "wsgi.url_scheme": "http",
        "SERVER_NAME": "shop.example",
        "SERVER_PORT": "81",
    }
    guard = CrossOriginGuard()
    assert guard({**environ, "HTTP_ORIGIN": "http://shop.example:81"}) is None
    assert guard({**environ, "HTTP_ORIGIN": "http://shop.example"}) is not None
    assert guard({**environ, "HTTP_ORIGIN": "http://shop.example", "REQUEST_METHOD": "GET"}) is None


# --- Tokens ----------------------------------------------------------------------------------------------------------


def form(config, **options):
    config.set_session_factory(SignedCookieSessionFactory(SECRET))
    config.set_default_csrf_options(require_csrf=True, **options)
    config.add_view(lambda request: Response(get_csrf_token(request)), name="token")
    config.add_view(lambda request: Response(new_csrf_token(request)), name="new")
    config.add_view(lambda request: Response(request.session.get_csrf_token()), name="stored")
    config.add_view(lambda request: Response("done"), request_method="POST")


def form_with_cookie(config):
    form(config)
    config.set_csrf_storage_policy(CookieCSRFStoragePolicy())


@pytest.mark.parametrize("app", [form, form_with_cookie])
@pytest.mark.parametrize("path", ["/token", "/new"])
def test_token_looks_otherwise_each_time(app, path):
    """A page never repeats a token, so that its compressed length says nothing (CVE-2014-9720, BREACH)."""
    browser = serve(app)
    tokens = [browser.get(path).text for _ in range(5)]
    assert len(set(tokens)) == 5
    assert len({token[:8] for token in tokens}) == 5
    assert browser.post("/", {"csrf_token": tokens[-1]}).text == "done"
    if path == "/token":
        for token in tokens:
            assert browser.post("/", headers={"X-CSRF-Token": token}).text == "done"


def test_stored_token_is_right_too():
    """A script that reads the stored token may send it as it is."""
    browser = serve(form)
    assert browser.post("/", {"csrf_token": browser.get("/stored").text}).text == "done"


def test_token_is_the_stored_one_where_that_is_said():
    """Without the setting, what is handed out is what is stored."""
    browser = serve(form, goldilocks__mask_csrf_tokens=False)
    assert browser.get("/token").text == browser.get("/stored").text


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: "",
        lambda token: "x",
        lambda token: "xx",
        lambda token: "x0",
        lambda token: "x" + "00" * 40,
        lambda token: token[:-2],
        lambda token: token[1:],
        lambda token: token + "00",
        lambda token: token[:-1] + ("0" if token[-1] != "0" else "1"),
        lambda token: "x" + token[1 + len(token) // 2 :],
        lambda token: "☃",
        lambda token: "x☃",
        lambda token: "\0",
        lambda token: "x" * 5_000,
    ],
)
def test_wrong_token_is_refused(forge):
    """A token that was changed, cut or made up is a 400 and never another error."""
    browser = serve(form)
    wrong = forge(browser.get("/token").text)
    browser.post("/", {"csrf_token": wrong}, status=400)


@pytest.mark.parametrize("header", ["X-Requested-With", "X-CSRF-Token-Id", "X-Csrf"])
def test_no_header_exempts_from_the_token(header):
    """That a script may have sent a request is no reason to trust it (CVE-2011-0696)."""
    browser = serve(form)
    browser.get("/token")
    browser.post("/", headers={header: "XMLHttpRequest"}, status=400)


def test_token_in_the_url_is_refused():
    """A token in the URL, which others see, isn't looked for."""
    browser = serve(form)
    browser.post(f"/?csrf_token={browser.get('/token').text}", status=400)


@pytest.mark.parametrize(
    "token", ["", "a", "x", "xyz", "é", "\ud800", "0123456789abcdef" * 4], ids=lambda text: str(len(text))
)
def test_mask_hides_every_token(token):
    """Whatever a policy stores comes out from under the mask."""
    assert unmasked(masked(token)) == token


def test_page_that_tells_nobody_where_it_is_may_be_trusted():
    """Who trusts any page without an origin, says so; nobody else's is trusted by that."""
    browser = serve(page, csrf_trusted_origins="null")
    assert browser.post("/page", headers={"Origin": "null"}).text == "done"
    for origin in ("null.example", "http://null.example", "nullx"):
        browser.post("/page", headers={"Origin": origin}, status=418)


class Begins:
    """A policy whose tokens begin as masked ones do."""

    def get_csrf_token(self, request):
        return "x0041"

    def check_csrf_token(self, request, supplied):
        return supplied == "x0041"


def test_policy_may_have_tokens_that_look_masked():
    """A token of an application's own making is right as it is and masked."""

    def app(config):
        form(config)
        config.set_csrf_storage_policy(Begins())

    browser = serve(app)
    assert browser.post("/", {"csrf_token": "x0041"}).text == "done"
    assert browser.post("/", {"csrf_token": browser.get("/token").text}).text == "done"
    browser.post("/", {"csrf_token": "x0042"}, status=400)


# --- 100: browsers that say nothing ----------------------------------------------------------------------------------

HTTPS = {"wsgi.url_scheme": "https", "HTTP_HOST": "localhost"}


def posted(browser, headers=None):
    """Send the form over HTTPS and return the status."""
    token = browser.get("/token", extra_environ=HTTPS).text
    answer = browser.post("/", {"csrf_token": token}, headers=headers or {}, extra_environ=HTTPS, status="*")
    return answer.status_int


def test_browser_that_says_nothing_is_asked_for_the_token():
    """Without Origin and Referer, as privacy browsers have it, the token decides; strictness is a setting."""
    assert posted(serve(form)) == 200
    assert posted(serve(form, goldilocks__allow_no_origin=False)) == 400


def test_application_may_say_it_is_strict():
    """What the application says of requests without an origin goes before the setting."""

    assert posted(serve(lambda config: form(config, allow_no_origin=False))) == 400


def test_view_that_asks_for_the_token_itself_goes_by_the_setting():
    """A view's own ``require_csrf`` knows the setting, too."""

    def app(config):
        config.set_session_factory(SignedCookieSessionFactory(SECRET))
        config.add_view(lambda request: Response(get_csrf_token(request)), name="token")
        config.add_view(lambda request: Response("done"), require_csrf=True)

    assert posted(serve(app)) == 200
    assert posted(serve(app, goldilocks__allow_no_origin=False)) == 400


def test_page_that_tells_nobody_where_it_is_may_be_ours():
    """Under ``Referrer-Policy: no-referrer``, ``null`` is all that a browser says in ``Origin``; but it says that it is this site."""
    headers = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert posted(serve(form), headers) == 200
    assert posted(serve(form, goldilocks__allow_no_origin=False), headers) == 400
    wrong = serve(form).post("/", {"csrf_token": "x"}, headers=headers, extra_environ=HTTPS, status="*")
    assert wrong.status_int == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "null"},
        {"Origin": "null", "Sec-Fetch-Site": "none"},
        {"Origin": "null", "Sec-Fetch-Site": "same-site"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin, cross-site"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
        {"Referer": "https://evil.example/"},
        {"Origin": "http://localhost"},
    ],
)
def test_browser_that_says_something_is_believed(headers):
    """``null`` is another site, and so is any that isn't ours, token or none."""
    assert posted(serve(form), headers) == 400
