"""Replays: what gets out of templates as code, and which templates can be had by name."""

from __future__ import annotations

import json
import warnings
from html.parser import HTMLParser

import pytest

from goldilocks.config import Configurator
from goldilocks.renderers import get_renderer, render
from goldilocks.templates import UnsafeTemplateWarning, js
from goldilocks.testing import DummyRequest
from tests.support import serve


@pytest.fixture
def rendered(tmp_path):
    """Renders a template that is written for the test."""

    def render_source(source, settings=None, **values):
        path = tmp_path / "page.pt"
        path.write_text(source, "utf-8")
        config = Configurator(settings={"goldilocks.template_cache": False, **(settings or {})})
        config.commit()
        return get_renderer(str(path), registry=config.registry)(values, {})

    return render_source


SCRIPT = "<script>alert(1)</script>"

URLS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "  javascript:alert(1)",
    "\x01javascript:alert(1)",
    "java\nscript:alert(1)",
    "java\tscript\r:alert(1)",
    "vbscript:x",
    "data:text/html,<script>alert(1)</script>",
    "data:,x",
    "javascript:alert(1)//http://good.example",
]


def test_text_is_escaped(rendered):
    """Markup in data is shown, not run."""
    assert rendered("<p>${x}</p>", x=SCRIPT) == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"


def test_attribute_is_escaped(rendered):
    """Data doesn't end the attribute that it is put into."""
    page = rendered("""<p title="${x}" lang='${x}'/>""", x="\"'><script>")
    assert page == "<p title=\"&quot;'&gt;&lt;script&gt;\" lang='\"&#39;&gt;&lt;script&gt;'/>"


@pytest.mark.parametrize(
    "source",
    [
        "<b title=${x}></b>",
        "<b title = a${x}></b>",
        "<b title=q tal:attributes='title x'></b>",
        "<b title=q tal:attributes='title x; lang string:de'></b>",
        "<b lang=de title=${x} i18n:attributes='title'></b>",
        "<input title=${x}>",
    ],
)
@pytest.mark.parametrize(
    "value",
    [
        "x onclick=alert(1)",
        "x\tonclick=alert(1)",
        "'x' onclick='alert(1)'",
        '"x" onclick="alert(1)"',
        "a<b&c",
    ],
)
def test_attribute_without_quotes_gets_them(rendered, source, value):
    """A space in data doesn't end the attribute."""
    found = dict(first_attributes(rendered(source, x=value)))
    assert found.keys() <= {"title", "lang"}
    assert found["title"].endswith(value)


def test_text_of_an_attribute_without_quotes_stays(rendered):
    """Data or none, what the template says means what it meant."""
    assert (
        rendered("<b title=a&quot;b tal:attributes='title x or default'/>", x=None) == '<b title="a&quot;b"/>'
    )
    assert rendered("<b title=a lang=${x} id=${y}/>", x=None, y=5) == '<b title=a id="5"/>'
    assert rendered("<b title=${x}/>", {"goldilocks.defaults": "pyramid"}, x="a b") == "<b title=a b/>"


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize(
    "source",
    [
        '<a href="${x}"/>',
        "<a href=${x}/>",
        '<a HREF="${x}"/>',
        '<a tal:attributes="href x"/>',
        '<a href="#" tal:attributes="href x"/>',
        '<a tal:attributes="href python: x"/>',
        '<a tal:attributes="href missing | x"/>',
        "<a tal:attributes=\"{'href': x}\"/>",
        '<img src="${x}"/>',
        '<form action="${x}"/>',
        '<button formaction="${x}"/>',
        '<object data="${x}"/>',
        '<a href="${x}/more"/>',
        '<a href="${nothing}${x}"/>',
        '<a tal:attributes="href string:${x}"/>',
        '<b tal:repeat="y [x]"><a href="/a/${y}"/><a href="${y}"/></b>',
        '<a href="&#32;${x}"/>',
        '<a href="&#x0a;&Tab;${x}"/>',
        '<svg xmlns:x="http://www.w3.org/1999/xlink"><a x:href="${x}"/></svg>',
        "<svg xmlns:x='http://www.w3.org/1999/xlink'><a tal:attributes=\"{'X:Href': x}\"/></svg>",
    ],
)
def test_url_in_data_runs_no_script(rendered, source, url):
    """A link that data leads to a script is made one that leads nowhere."""
    page = rendered(source, x=url)
    assert '="unsafe:' in page
    assert page.count("unsafe:") == 1


@pytest.mark.parametrize(
    "url",
    [
        "/a:b",
        "a",
        "?b=javascript:",
        "http://a/b",
        "mailto:a@b.example",
        "tel:1",
        "app:open",
        "",
        "#javascript:",
        "data:image/png;base64,AA",
    ],
)
def test_url_of_every_day_stays(rendered, url):
    """Nothing else is changed."""
    assert rendered('<a href="${x}"/>', x=url) == f'<a href="{url}"/>'


@pytest.mark.parametrize("url", ["data:image/svg+xml,<svg onload=x>", " DATA: Image/SVG+xml;base64,PHN2Zz4"])
@pytest.mark.parametrize(
    ("source", "is_drawn_in"),
    [
        ('<svg><use href="${x}"/></svg>', True),
        ('<svg xmlns:xlink="http://www.w3.org/1999/xlink"><use xlink:href="${x}"/></svg>', True),
        ("<use tal:attributes=\"{'href': x}\"/>", True),
        ('<img src="${x}"/>', False),
        ("<img tal:attributes=\"{'src': x}\"/>", False),
    ],
)
def test_picture_that_is_drawn_in_runs_no_script(rendered, source, is_drawn_in, url):
    """An SVG that ``use`` makes part of the page could bring scripts; as a picture it can't."""
    assert ('="unsafe:' in rendered(source, x=url)) is is_drawn_in


def test_url_that_begins_in_the_template_stays(rendered):
    """The scheme stands in the template: what follows it can't be another."""
    assert rendered('<a href="/go/${x}"/>', x="javascript:x") == '<a href="/go/javascript:x"/>'


def test_default_of_a_template_stays(rendered):
    """What the template says for want of data is no data, and data that says otherwise is looked at."""
    source = '<a href="javascript:history.back()" tal:attributes="href x or default"/>'
    assert rendered(source, x=None) == '<a href="javascript:history.back()"/>'
    assert rendered(source, x="javascript:x()") == '<a href="unsafe:javascript:x()"/>'
    assert rendered(source, x="/back?a&b") == '<a href="/back?a&amp;b"/>'


def test_branch_of_an_expression_can_not_slip_through(rendered):
    """That one alternative begins with a slash says nothing of the other."""
    source = '<a tal:attributes="href x | string:/a/${x}"/>'
    assert "unsafe:" in rendered(source, x="javascript:x")


def test_markup_can_not_hide_the_scheme(rendered):
    """What says that it is markup is read as a browser reads it."""

    class Markup(str):
        def __html__(self):
            return str(self)

    assert "unsafe:" in rendered('<a href="${x}"/>', x=Markup("java&#115;cript&colon;alert(1)"))


def test_js_can_not_end_the_script(rendered):
    """Values are given to scripts by ``js()``."""
    value = {"name": "</script><!--<script>\u2028\u2029&", "list": [1, None, True]}
    page = rendered("<script>show(${js(x)})</script>", x=value)
    body = page.removeprefix("<script>show(").removesuffix(")</script>")
    assert not set("<>&\u2028\u2029") & set(body)
    assert json.loads(body) == value


@pytest.mark.parametrize("value", ["'+alert(1)+'", "`+alert(1)+`", "${alert(1)}", "$ and {"])
def test_js_can_not_end_a_text(value):
    """CVE-2023-24538: who puts such quotes around it all the same, or writes it into a longer text, gets no code of it."""
    written = js(value)
    assert not set("'`$") & set(written)
    assert json.loads(written) == value


@pytest.mark.parametrize(
    "source",
    [
        '<b title="${js(x)}"/>',
        "<b title='${js(x)}'/>",
        '<b tal:attributes="title js(x)"/>',
        "<b tal:attributes=\"{'title': js(x)}\"/>",
        '<b title="" tal:attributes="title python: js(x)"/>',
    ],
)
@pytest.mark.parametrize("value", ['" onclick="alert(1)', "' onclick='alert(1)", {"a": [1, "<&>\"'"]}])
@pytest.mark.parametrize("defaults", ["secure", "pyramid"])
def test_js_does_not_end_an_attribute(rendered, source, value, defaults):
    """In an attribute, what js() gives is text like any other; read from there, it is JSON."""
    page = rendered(source, {"goldilocks.defaults": defaults}, x=value)
    [(_, found)] = first_attributes(page)
    assert json.loads(found) == value


def first_attributes(page):
    """Return the attributes of the first element of a page, as a browser reads them."""
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.append(attrs)

    Reader().feed(page)
    return found[0]


def test_js_takes_no_number_that_is_none(rendered):
    """JSON knows no NaN."""
    with pytest.raises(ValueError, match="JSON compliant"):
        rendered("<script>${js(x)}</script>", x=float("nan"))


def test_js_of_the_application_wins(rendered):
    """A template that is given something of that name has that."""
    assert rendered("<p>${js}</p>", js="app.js") == "<p>app.js</p>"


@pytest.mark.parametrize(
    ("source", "line", "word"),
    [
        ("<p/>\n<script>var x = ${x};</script>", 2, "<script>"),
        ("<div>\n\n<script>\nvar x = '${x}';</script></div>", 4, "<script>"),
        ('<b onclick="f(${x})"/>', 1, "onclick"),
        ('<b onclick="f(${js(x)})"/>', 1, "onclick"),
        ('<b\n onLoad="${x}"/>', 2, "onload"),
        ('<b style="color: ${x}"/>', 1, "style"),
        ("<style>\nb { color: ${x} }</style>", 2, "<style>"),
        ('<b tal:attributes="title x; onclick x"/>', 1, "onclick"),
        ('<script tal:content="x"/>', 1, "<script>"),
        ('<iframe srcdoc="${x}"/>', 1, "srcdoc"),
        ('<a href="javascript:f(${x})"/>', 1, "href"),
        ('<a href="livescript:f(${x})"/>', 1, "href"),
        ('<script>\n<b tal:replace="x"/></script>', 2, "<script>"),
        ('<style><b\n tal:content="x"/></style>', 2, "<style>"),
        ('<script>\nvar a = "${js(x)}"</script>', 2, "own quotes"),
        ("<script>f('${structure: js(x)}')</script>", 1, "own quotes"),
        ('<script>f()\nf("Hello " + "you, ${js(x)}")</script>', 2, "own quotes"),
        ("<script>f(`Hello ${js(x)}`)</script>", 1, "own quotes"),
        ("<p>\n<![CDATA[ $${x} ${structure: x} ]]></p>", 2, "CDATA"),
        ('<meta http-equiv="Refresh" content="0;url=${x}"/>', 1, "content"),
        ('<svg>\n<animate attributeName="href" values="${x}"/></svg>', 2, "values"),
        ('<meta http-equiv="Refresh" tal:attributes="content x"/>', 1, "content of <meta>"),
        ('<svg><animate attributeName="href"\n tal:attributes="id y;\n values x"/></svg>', 2, "values"),
        ('<a tal:attributes="href string: javascript:f(${x})"/>', 1, "part of a script"),
        ("<script>f($$${x})</script>", 1, "<script>"),
        ("<script>\nf(${js(x) + x})</script>", 2, "<script>"),
        ("<script>f(${js(x) if x else x})</script>", 1, "<script>"),
        ("<script>f(${js(x) and {'a': y}['a']})</script>", 1, "<script>"),
        ("<script>f(${js(x) | x})</script>", 1, "<script>"),
        ('<script tal:content="js(x) + x"/>', 1, "<script>"),
        ('<script><b tal:replace="structure js(x) + x"/></script>', 1, "<script>"),
        ('<script>\n<tal:x content="x"/></script>', 2, "<script>"),
        ("<script><tal:x condition=\"x == '>'\"\nreplace = 'x'/></script>", 2, "<script>"),
        ('<b onclick="f($$$$${x})"/>', 1, "onclick"),
        ('<svg><set to="${x}" attributeName=\'xlink:href\' xmlns:xlink="x"/></svg>', 1, "to"),
    ],
)
def test_place_where_escaping_is_not_enough(rendered, tmp_path, source, line, word):
    """The warning names file and line."""
    with pytest.warns(UnsafeTemplateWarning, match=word) as found:
        rendered(source, x="1", y="2")
    assert (found[0].filename, found[0].lineno) == (str(tmp_path / "page.pt"), line)


@pytest.mark.parametrize(
    "source",
    [
        "<b title=${x}>a</b>",
        "<script>f(${js(x)})</script>",
        "<script>f(${structure: js(x)})</script>",
        "<script>f($${x})</script>",
        "<script>f(\"a\\\"'\", 'b', `c`, ${js({'d': \"e\"})}, ${js(x)}) // don't ${js(x)}</script>",
        "<script>/* don't */ f(${js(x)}) /* \"f\" isn't */ ; g(${js(x)})</script>",
        "<p><![CDATA[ $${x} ]]> ${x}</p>",
        "<script>f()</script><p>${x}</p>",
        '<script src="/a.js?${x}"/><p>${x}</p>',
        '<script meta:interpolation="false">`${x}`</script>',
        '<script tal:content="js(x)"/>',
        '<script>var a = <b tal:replace="structure js(x)"/>, b = {"a":${js(x)}}</script>',
        "<script>f(${python: js(x)}, ${structure: python:js(x)}, '$$$${x}')</script>",
        '<script tal:content="structure python: js(x)"/>',
        '<script tal:content="js(x or &quot;a&quot;)"/>',
        "<script>f(${js(x + '" + "{}" * 30 + "')})</script>",
        "<script>f(${js(x) if x else 'null'}, ${js(x) | nothing}, ${js(x).strip()}, ${js({'a': {}}) + js(1)})</script>",
        '<script>f(<tal:x content="js(x)"/>, <tal:x condition="x">1</tal:x>)</script>',
        '<meta name="author" content="${x}"/>',
        '<meta name="author" tal:attributes="content x"/>',
        '<meta http-equiv="refresh" tal:attributes="content string:5"/>',
        '<b tal:attributes="onclick string:f($${x});; style string:color: red"/>',
        '<a tal:attributes="href string:javascript:back()"/>',
        '<svg><animate attributeName="r" values="${x}"/></svg>',
        '<b style="color: red" onclick="f()" title="${x}"/>',
        '<!-- onclick="${x}" --><b tal:attributes="title x"/>',
    ],
)
def test_place_where_nothing_is_wrong(rendered, source):
    """No warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rendered(source, x="1")


@pytest.mark.parametrize(
    ("defaults", "says", "content_type"),
    [
        ("secure", None, "text/plain"),
        ("secure", "text/csv", "text/csv"),
        ("secure", "Text/HTML", "text/plain"),
        ("pyramid", None, "text/html"),
    ],
)
def test_text_in_which_nothing_is_escaped_is_no_page(tmp_path, defaults, says, content_type):
    """What a text template makes is sent as plain text, unless the view says what it is."""
    path = tmp_path / "letter.txt"
    path.write_text("Dear ${name}")

    def letter(request):
        if says:
            request.response.content_type = says
        return {"name": "<b>", "request": None}

    browser = serve(lambda config: config.add_view(letter, renderer=str(path)), goldilocks__defaults=defaults)
    answer = browser.get("/")
    assert (answer.text, answer.content_type, answer.charset) == ("Dear <b>", content_type, "UTF-8")


def test_text_put_into_a_page_does_not_change_it(tmp_path):
    """A text template that is rendered by hand says nothing of the response."""
    path = tmp_path / "letter.txt"
    path.write_text("Dear ${name}")

    def page(request):
        request.response.body = render(str(path), {"name": "you"}, request)
        return request.response

    assert serve(lambda config: config.add_view(page)).get("/").content_type == "text/html"


def test_under_the_other_defaults_templates_are_as_they_were(rendered):
    """No warning, and no URL is changed."""
    settings = {"goldilocks.defaults": "pyramid"}
    page = rendered('<a href="${x}" onclick="${x}"/>', settings, x="javascript:y")
    assert page == '<a href="javascript:y" onclick="javascript:y"/>'


# --- Templates by name -----------------------------------------------------------------------------------------------


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package with templates, and secrets around it."""
    folder = tmp_path / "fairytale"
    (folder / "templates").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "layout.pt").write_text("<b>layout</b>")
    (folder / "templates" / "page.pt").write_text("<b>page</b>")
    (folder / "templates" / "load.pt").write_text('<b metal:use-macro="load: ${name}"/>')
    (tmp_path / "secret.pt").write_text("<b>secret</b>")
    (tmp_path / "fairytale2").mkdir()
    (tmp_path / "fairytale2" / "secret.pt").write_text("<b>secret</b>")
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    monkeypatch.delitem(__import__("sys").modules, "fairytale", raising=False)


def renderer_of(name, **settings):
    config = Configurator(settings={"goldilocks.template_cache": False, **settings})
    config.commit()
    return get_renderer(name, registry=config.registry)


@pytest.mark.parametrize(
    "path",
    [
        "../secret.pt",
        "templates/../../secret.pt",
        "templates\\..\\..\\secret.pt",
        "\\..\\..\\secret.pt",
        "../fairytale2/secret.pt",
        "//../secret.pt",
        "/etc/passwd.pt",
    ],
)
def test_name_of_a_template_can_not_leave_its_package(package, path):
    """CVE-2022-40023, CVE-2026-41205, CVE-2026-44307: read with the separators of any platform."""
    with pytest.raises(ValueError, match=r"leads out of the package|Missing template"):
        renderer_of(f"fairytale:{path}")


def test_name_of_a_template_within_its_package(package):
    """Going up is fine, as long as it stays inside."""
    assert renderer_of("fairytale:templates/../layout.pt")({}, {}) == "<b>layout</b>"


def test_templates_beside_the_package_under_the_other_defaults(package):
    """Some applications keep their templates there."""
    assert (
        renderer_of("fairytale:../secret.pt", **{"goldilocks.defaults": "pyramid"})({}, {}) == "<b>secret</b>"
    )


@pytest.mark.parametrize(
    "name",
    [
        "../../secret.pt",
        "..\\..\\secret.pt",
        "//etc/passwd",
        "/etc/passwd",
        "../../fairytale2/secret.pt",
        "a\x00.pt",
    ],
)
def test_template_that_is_loaded_can_not_leave_the_package(package, name):
    """CVE-2026-41205, CVE-2026-44307: also where its name comes from data."""
    with pytest.raises((ValueError, OSError)):
        renderer_of("fairytale:templates/load.pt")({"name": name}, {})


@pytest.mark.parametrize("name", ["..\\page.pt", "\\page.pt", "a\x01.pt", "a\n.pt", "..//layout.pt"])
def test_template_that_is_loaded_has_a_name(package, name):
    """CVE-2026-41205: what another platform reads as a way elsewhere is no name, though a file may be called like that here."""
    path = package / "templates" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("<b>there</b>")
    with pytest.raises(ValueError, match="is no name of a template"):
        renderer_of("fairytale:templates/load.pt")({"name": name}, {})


def test_template_that_is_loaded_from_the_package(package):
    """What lies in the package can be loaded."""
    assert "layout" in renderer_of("fairytale:templates/load.pt")({"name": "../layout.pt"}, {})


@pytest.mark.parametrize("value", ["os:system", "os.system", "../secret.pt", "fairytale:templates/page.pt"])
def test_no_value_of_a_request_names_a_module_or_template(package, value):
    """CVE-2013-4315, CVE-2014-0472: names of routes are looked up, never imported; data is data to every renderer."""
    config = Configurator()
    config.add_route("page", "/{name}")
    config.commit()
    request = DummyRequest(matchdict={"name": value}, params={"name": value})
    request.registry = config.registry
    with pytest.raises(KeyError):
        request.route_url(value)
    assert render("string", value, request=request) == value
