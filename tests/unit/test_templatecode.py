"""What becomes of Chameleon's code: the same pages, quicker."""

from __future__ import annotations

import pytest
from chameleon.zpt.template import PageTemplate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goldilocks.templatecode import Names, Script, js, rework, safe_url, safe_value


class Reworked(PageTemplate):
    checks_urls = False

    def _compile(self, body, builtins):
        return rework(super()._compile(body, builtins), self.checks_urls)


class Guarded(Reworked):
    checks_urls = True


SOURCES = [
    "<p>${x}</p><p>${y}</p>",
    '<p title="${x}" lang=\'${y}\' class="a ${x} b ${y}">a<br/>b</p>',
    '<ul><li tal:repeat="i [x, y, x]" class="${repeat.i.index}">${i}</li>text<li/></ul>',
    '<p tal:attributes="title x; lang y; class string:${x}-${y}" title="z" tal:content="structure y"/>',
    '<b tal:attributes="{\'title\': x, \'lang\': y}" tal:condition="x"/><i tal:omit-tag="y">${structure: x}</i>',
    '<b tal:define="z x; js y" tal:content="z">${js}</b><b class="a" tal:content="attrs[\'class\']"/>',
    '<p metal:define-macro="m">${x}<b metal:define-slot="s">default ${y}</b></p>',
    '<p><b metal:use-macro="template.macros[\'m\']"><i metal:fill-slot="s">${x}</i></b>'
    '<p metal:define-macro="m">a<b metal:define-slot="s"/></p></p>',
    '<p i18n:translate="">Hello <b i18n:name="who">${x}</b></p>${z | y}${nothing}',
    '<p tal:on-error="string:failed">before ${x}<b>${missing}</b></p>',
    '<input checked="${x}" tal:attributes="disabled y"/>',
    "<?python z = 1 ?>${z}<!-- ${x} -->",
    '<a href="${x}">${y}</a><a tal:attributes="href x"/>',
]


class Markup(str):
    def __html__(self):
        return str(self)


class Odd:
    def __str__(self):
        return "<odd>"


values = st.one_of(
    st.text(st.sampled_from("a<>&\"'é ;"), max_size=8),
    st.integers(),
    st.booleans(),
    st.none(),
    st.floats(),
    st.just(b"bytes"),
    st.builds(Markup, st.just("<b/>")),
    st.builds(Odd),
)


@pytest.mark.parametrize("kind", [Reworked, Guarded])
@pytest.mark.parametrize("source", SOURCES)
def test_page_is_the_same(kind, source):
    """Whatever is put in, what comes out is what Chameleon's own code makes."""
    ours, theirs = kind(source), PageTemplate(source)

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(x=values, y=values)
    def compare(x, y):
        assert ours.render(x=x, y=y) == theirs.render(x=x, y=y)

    compare()


def test_error_tells_the_place_in_the_template():
    """The reworked code counts lines as Chameleon's does."""
    with pytest.raises(NameError) as error:
        Reworked("<p>\n${missing}</p>").render()
    assert "line 2: col 2" in str(error.value)


def test_code_is_shorter():
    """What follows each other is written at once, and what is text isn't looked at twice."""
    source = []

    class Kept(PageTemplate):
        def _compile(self, body, builtins):
            source.append(super()._compile(body, builtins))
            return source[0]

    Kept("<p><b>a</b><i>b</i>${x}</p>")
    reworked = rework(source[0], False)
    assert "__append('<p><b>a</b><i>b</i>')" in reworked
    assert "__attrs_" not in reworked
    assert "safe_url" not in reworked


@pytest.mark.parametrize(
    "url", ["/a", "a?b=c&amp;d=e", "http://a/?x&amp;y", "&amp;a", "data:image/png,x", "a:b"]
)
def test_safe_url_leaves_what_is_harmless(url):
    """Nearly everything."""
    assert safe_url(url) == url


@pytest.mark.parametrize(
    "url",
    ["javascript:x", "&#106;avascript:x", "javascript&#58;x", "data:&#116;ext/html,x", "\xa0javascript:x"],
)
def test_safe_url_sees_through_escapes(url):
    """As a browser does."""
    assert safe_url(url) == f"unsafe:{url}"


def test_safe_value_looks_at_urls_only():
    """Other attributes may hold anything; what isn't text isn't written."""
    assert safe_value("title", "javascript:x") == "javascript:x"
    assert safe_value("HREF", "javascript:x") == "unsafe:javascript:x"
    assert safe_value("href", None) is None


def test_names_of_an_inner_scope():
    """What is said inside hides what is said outside, and what is said later outside is seen."""
    outer = Names(x=1)
    inner = outer.copy()
    inner["x"] = 2
    outer.set_global("y", 3)
    assert (inner.get_name("x"), outer.get_name("x"), inner.get_name("y")) == (2, 1, 3)
    assert inner.copy().get_name("y") == 3
    assert inner.get_name("js") is js
    with pytest.raises(NameError):
        inner.get_name("z")


def test_js_is_markup():
    """It isn't escaped again."""
    assert js("a").__html__() == '"a"'
    assert isinstance(js([1]), Script)
