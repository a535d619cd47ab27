"""How much a request may bring: each limit, what is just within it and what is just beyond, and how it is refused."""

import io

import pytest

from goldilocks.config import Configurator
from goldilocks.limits import UNLIMITED, Limits, setting_of
from goldilocks.request import Request
from goldilocks.response import Response

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=B"


def app(**settings):
    """An application that reads one part of a request: the one that its path names."""
    config = Configurator(settings={name.replace("__", "."): value for name, value in settings.items()})
    config.add_route("read", "/read/{what}*rest")

    def read(request):
        found = getattr(request, request.matchdict["what"])
        return Response(str(len(dict(found)) if hasattr(found, "keys") else found))

    config.add_view(read, route_name="read")
    return config.make_wsgi_app()


def careless_tween(handler, registry):
    """Read before everybody else, and catch nothing."""

    def tween(request):
        dict(getattr(request, request.environ["test.read"]))
        return handler(request)

    return tween


def ask(application, said, what="method"):
    """Ask as a server would that lets everything through; return status code and text."""
    answers = []
    environ = Request.blank(f"/read/{what}").environ | said
    body = b"".join(application(environ, lambda status, headers, exc_info=None: answers.append(status)))
    return int(answers[0][:3]), body.decode()


def body(data, content_type=URLENCODED):
    """Return what says that a body was sent."""
    return {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(data)),
        "wsgi.input": io.BytesIO(data),
    }


def form(*parts):
    """Return what says that a multipart form was sent, of headers and contents."""
    whole = "".join(
        f"--B\r\nContent-Disposition: form-data; name=a{head}\r\n\r\n{text}\r\n" for head, text in parts
    )
    return body(f"{whole}--B--\r\n".encode(), MULTIPART)


FILE = "; filename=x"


def pieces(count):
    """Part so many bytes into sizes that a field may have."""
    return [400_000] * ((count - 4) // 400_000) + [(count - 4) % 400_000 + 4]


def header_count(count):
    """Return so many headers beside ``Host``."""
    return {f"HTTP_X_{number}": "1" for number in range(count - 1)}


#: For each limit: how to bring so much of it, who reads it, and how more than the limit is answered.
BRINGS = {
    "body_bytes": (lambda count: body(b"x" * count, "text/plain"), "text", 413),
    "form_fields": (lambda count: body(b"&".join([b"a=1"] * count)), "POST", 413),
    "form_fields of parts": (lambda count: form(*[("", "1")] * count), "POST", 413),
    "form_files": (lambda count: form(*[(FILE, "1")] * count), "POST", 413),
    "field_bytes": (lambda count: body(b"a=" + b"x" * count + b"&b=1"), "POST", 413),
    "field_bytes of parts": (lambda count: form(("", "x" * count), (FILE, "y" * 2 * count)), "POST", 413),
    "form_bytes": (lambda count: body(b"&".join(b"a=" + b"x" * (size - 3) for size in pieces(count + 1))), "POST", 413),
    "form_bytes of parts": (lambda count: form(*(("", "x" * size) for size in pieces(count))), "POST", 413),
    "part_headers": (lambda count: form(("\r\nX-A: y" * (count - 1), "1")), "POST", 413),
    "part_header_bytes": (lambda count: form(("\r\nX-A: " + "y" * (count - 5), "1")), "POST", 413),
    "query_fields": (lambda count: {"QUERY_STRING": "&".join(["a=1"] * count)}, "GET", 400),
    "path_bytes": (lambda count: {"PATH_INFO": "/read/method".ljust(count, "/")}, "method", 414),
    "query_bytes": (lambda count: {"QUERY_STRING": "x" * count}, "method", 414),
    "header_count": (header_count, "method", 431),
    "header_bytes": (lambda count: {"HTTP_X": "x" * count}, "method", 431),
    "header_bytes of the type": (lambda count: {"CONTENT_TYPE": "x" * count}, "method", 431),
    "cookie_bytes": (lambda count: {"HTTP_COOKIE": "a=" + "x" * (count - 2)}, "cookies", 431),
    "accept_items": (lambda count: {"HTTP_ACCEPT": ",".join(["a/b"] * count)}, "accept", 431),
    "accept_items of languages": (
        lambda count: {"HTTP_ACCEPT_LANGUAGE": ", ".join(["de"] * count)}, "accept_language", 431,
    ),
    "json_depth": (lambda count: body(b"[" * count + b"]" * count, "application/json"), "json_body", 400),
    "json_digits": (lambda count: body(b"1" * count, "application/json"), "json_body", 400),
    "json_digits behind the point": (
        lambda count: body(b"[0." + b"1" * (count - 1) + b"]", "application/json"), "json_body", 400,
    ),
}  # fmt: skip

DEFAULTS = {each.name: getattr(Limits(), each.name) for each in Limits.table}
COUNTED = [name for name, value in DEFAULTS.items() if not isinstance(value, bool)]


def test_each_limit_is_tried():
    """No limit is left out here; only ranges are answered otherwise than by a refusal."""
    assert {name.split()[0] for name in BRINGS} == {*COUNTED} - {"range_items"}


@pytest.mark.parametrize("case", BRINGS)
def test_limit_by_default(case):
    """As much as the limit says is taken, and one more is refused, with the status of its kind."""
    bring, what, status = BRINGS[case]
    limit = DEFAULTS[case.split()[0]]
    if limit > 10_000_000:  # said, not sent
        announced = [{**bring(1), "CONTENT_LENGTH": str(length)} for length in (limit, limit + 1)]
        assert [ask(app(), said)[0] for said in announced] == [200, status]
        return
    application = app()
    assert ask(application, bring(limit), what)[0] == 200
    assert ask(application, bring(limit + 1), what)[0] == status


@pytest.mark.parametrize("defaults", ["secure", "pyramid"])
@pytest.mark.parametrize("case", BRINGS)
def test_limit_can_be_set(case, defaults):
    """Each limit is a setting that counts under whatever defaults."""
    bring, what, status = BRINGS[case]
    name, limit = case.split()[0], 60
    application = app(**{f"goldilocks__limit_{name}": str(limit)}, goldilocks__defaults=defaults)
    assert ask(application, bring(limit), what)[0] == 200
    assert ask(application, bring(limit + 1), what)[0] == status


#: What is limited under Pyramid's defaults, too: nobody who means no harm brings so much, and Pyramid fails or takes hours.
ALWAYS = {"json_digits", "part_headers", "part_header_bytes"}


@pytest.mark.parametrize("case", BRINGS)
def test_old_application_takes_more(case):
    """Under Pyramid's defaults, what is beyond our limits is taken, but for what isn't meant well."""
    bring, what, status = BRINGS[case]
    name = case.split()[0]
    limit = min(DEFAULTS[name], 1_000_000)
    expected = status if name == "json_digits" else 200
    assert ask(app(goldilocks__defaults="pyramid"), bring(limit + 1), what)[0] == expected
    assert (getattr(Limits.compatible(), name) != UNLIMITED) is (name in ALWAYS)


@pytest.mark.parametrize("name", sorted(ALWAYS))
def test_what_takes_hours_is_refused_always(name):
    """A part whose header goes on for lines, or that has hundreds of them: 413 under Pyramid's defaults, too."""
    bring, what, status = BRINGS[name]
    old = app(goldilocks__defaults="pyramid")
    assert ask(old, bring(getattr(Limits.compatible(), name) + 1), what)[0] == status
    assert ask(old, form(("\r\nX-A: y" + "\r\n y" * 100_000, "1")), "POST")[0] == 413


@pytest.mark.parametrize("defaults", ["secure", "pyramid"])
@pytest.mark.parametrize("is_throwing", [False, True])
@pytest.mark.parametrize(
    "case", [case for case, (_, what, _) in BRINGS.items() if what in ("GET", "POST", "cookies")]
)
def test_refusal_never_leaves_the_application(case, is_throwing, defaults, monkeypatch):
    """A tween outside of the exception views that reads too much is no error of the server.

    Where errors are wanted, Pyramid's defaults let them through, as Pyramid does.
    """
    monkeypatch.setitem(__import__("sys").modules, "these_tests", __import__("sys").modules[__name__])
    bring, what, status = BRINGS[case]
    name = case.split()[0]
    config = Configurator(settings={f"goldilocks.limit_{name}": "60", "goldilocks.defaults": defaults})
    config.add_tween("these_tests.careless_tween")
    said = {**bring(61), "test.read": what}
    if is_throwing and defaults == "secure":
        said["paste.throw_errors"] = True
    assert ask(config.make_wsgi_app(), said)[0] == status


@pytest.mark.parametrize("each", [each for each in Limits.table if each.name in COUNTED])
def test_settings_say_what_happens(each):
    """The table of settings says of each limit what is beyond it, and how that is answered."""
    assert setting_of(each) == f"goldilocks.limit_{each.name}"
    statuses = {str(status) for case, (_, _, status) in BRINGS.items() if case.split()[0] == each.name}
    assert each.meaning.rpartition("beyond")[2].strip(": ") in statuses or each.name == "range_items"
