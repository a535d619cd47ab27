"""The handbook in two languages: who is spoken to in which, and whether the catalogues hold all there is to say."""

from __future__ import annotations

import ast
import gettext
import importlib.util
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from webtest import TestApp

sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "handbook"))

import handbook
from handbook.language import LANGUAGES, LOCALES, Count, Size, Speaker, _, english
from handbook.starter import PASSWORD

from goldilocks.i18n import make_localizer
from goldilocks.path import AssetResolver

HANDBOOK = Path(handbook.__file__).parents[1]
LOCALE = Path(AssetResolver().resolve(LOCALES).abspath())
TEMPLATES = sorted((HANDBOOK / "handbook" / "templates").glob("*.pt"))


@pytest.fixture(scope="module")
def application(tmp_path_factory):
    """A handbook without a library."""
    application = handbook.main({}, **{"handbook.data": str(tmp_path_factory.mktemp("handbook"))})
    yield application
    application.registry.settings["handbook.engine"].dispose()


@pytest.fixture
def browse(application):
    """Make a browser that asks for a language."""

    def visit(languages="", login=None):
        browser = TestApp(application, extra_environ={"HTTP_ACCEPT_LANGUAGE": languages} if languages else {})
        if login:
            form = form_to(browser.get("/login"), "/login")
            form["login"], form["password"] = login, PASSWORD
            form.submit(status=303)
        return browser

    return visit


def form_to(page, action):
    return next(form for form in page.forms.values() if form.action.split("?")[0] == action)


# -- who is spoken to in which -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("", "en"), ("de", "de"), ("de-AT, en;q=0.5", "de"), ("fr, de;q=0.3", "de"), ("en-GB, de;q=0.9", "en"),
        ("fr", "en"), ("*", "en"), ("de;q=0", "en"), (";;;", "en"), ("x" * 5000, "en"),
    ],
)  # fmt: skip
def test_a_browser_is_answered_in_the_language_that_it_asks_for(browse, asked, spoken):
    page = browse(asked).get("/")
    assert page.html.html["lang"] == spoken
    assert "Accept-Language" in page.headers["Vary"]


def test_a_language_that_was_chosen_goes_before_what_the_browser_asks_for(browse):
    browser = browse("en")
    form = form_to(browser.get("/team/?x=1"), "/language")
    answer = form.submit("locale", value="de")
    assert answer.location == "http://localhost/team/?x=1"
    assert "HttpOnly" in answer.headers["Set-Cookie"] and "SameSite=Lax" in answer.headers["Set-Cookie"]
    assert answer.follow().html.html["lang"] == "de"


def test_who_only_chose_a_language_has_no_session(browse):
    browser = browse()
    form_to(browser.get("/"), "/language").submit("locale", value="de").follow()
    assert list(browser.cookies) == ["_LOCALE_"]


@pytest.mark.parametrize("locale", ["../de", "xx", "", "de\x00", "d" * 5000])
def test_a_language_that_there_is_not_is_not_remembered(browse, locale):
    answer = browse().post("/language", {"locale": locale, "next": "/team/"}, status=303)
    assert "Set-Cookie" not in answer.headers and answer.location == "http://localhost/team/"


@pytest.mark.parametrize("cookie", ["../de", "xx", "de;", '"', "\xc3\xbf"])
def test_a_cookie_with_anything_in_it_is_answered(browse, cookie):
    page = browse("de").get("/", headers={"Cookie": f"_LOCALE_={cookie}"})
    assert page.html.html["lang"] == "de"


@pytest.mark.parametrize("address", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
def test_choosing_a_language_leads_to_no_other_site(browse, address):
    answer = browse().post("/language", {"locale": "de", "next": address})
    assert answer.location == "http://localhost/"


def test_after_a_form_was_refused_the_choice_leads_to_the_page(browse):
    refused = form_to(browse(login="emil").get("/team/@@move"), "/team/@@delete").submit(status=400)
    assert form_to(refused, "/language")["next"].value == "/team/"


def test_an_address_that_is_only_for_forms_has_no_page(browse):
    browse().get("/language", status=404)


# -- what is said ------------------------------------------------------------------------------------------------


def test_pages_and_python_speak_german(browse):
    browser = browse("de", "emil")
    assert "Hallo Emil Editor, du bist angemeldet (Redaktion)." in browser.get("/")
    form = form_to(browser.get("/team/@@edit"), "/team/@@edit")
    form["title"] = ""
    assert "Gib der Seite einen Titel." in form.submit(status=400)
    assert "Unter /team/nope/ liegt nichts." in " ".join(
        browser.get("/team/nope", status=404).html.text.split()
    )


def test_what_a_message_holds_is_translated_as_well(browse):
    page = browse("de", "emil").get("/owners/", status=403)
    assert "Verboten für alle: alles" in page.html.select_one(".entry").text
    form = form_to(browse("de", "emil").get("/team/@@move"), "/team/@@move")
    form["parent"] = "/library/"
    words = "(„Verboten für alle: bearbeiten, Seiten anlegen, verschieben oder löschen“ auf /library/)"
    assert words in form.submit(status=400)


def test_a_title_is_not_translated_and_holds_no_marker(browse):
    browser = browse("de", "emil")
    form = form_to(browser.get("/team/onboarding/@@edit"), "/team/onboarding/@@edit")
    form["title"] = "${title} Save <b>$name</b>"
    form.submit(status=303)
    assert browser.get("/team/onboarding/").html.h1.text == "${title} Save <b>$name</b>"
    page = browser.get("/team/onboarding/@@history")
    assert page.html.h1.text == "Verlauf von „${title} Save <b>$name</b>“"


def test_times_and_numbers_are_written_as_the_language_writes_them(browse):
    assert re.search(
        r"am \d+\. \w+ \d{4}, \d\d:\d\d Uhr \(UTC\)", browse("de").get("/").html.select_one(".saved").text
    )
    assert re.search(r"on \d+ \w+ \d{4}, \d\d:\d\d UTC", browse("en").get("/").html.select_one(".saved").text)
    german = Speaker(make_localizer("de", [str(LOCALE)]))
    message = _(
        "A page has at most ${count} characters; put some on pages below it.",
        mapping={"count": Count(400_000)},
    )
    assert "400,000" in english(message) and "400.000" in german(message)
    assert (english.size(1536), german.size(1536)) == ("1.5 kB", "1,5 kB")
    assert german(_("A file has at most ${size}.", mapping={"size": Size(1024**2)})).count("1,0 MB") == 1


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 Bytes"), (1, "1 Byte"), (2, "2 Bytes"), (1000, "1.000 Bytes")]
)
def test_the_plural_goes_with_the_number(number, words):
    assert Speaker(make_localizer("de", [str(LOCALE)])).size(number) == words


def test_hits_are_counted_in_german(browse):
    browser = browse("de")
    assert "1 Seite für „Lunch“" in browser.get("/search?q=Lunch")
    assert "0 Seiten für „qqq“" in browser.get("/search?q=qqq")


def test_programs_are_answered_in_english(browse):
    answer = browse("de", "emil").get("/api/pages?path=/owners/budget/", status=403).json
    assert answer["entry"] == "Deny everyone: everything"


# -- the catalogues ----------------------------------------------------------------------------------------------


def read_catalogue(file):
    """The messages of a .po or .pot file: a list of forms by the message (its first form, if it has two)."""
    messages, flags, entry = {}, set(), {}
    for line in [*file.read_text("utf-8").splitlines(), ""]:
        if match := re.match(r'(msgid(?:_plural)?|msgstr)(?:\[(\d)\])? (".*")', line):
            target = entry.setdefault(match[1], [])
            target.append(ast.literal_eval(match[3]))
        elif line.startswith('"'):
            target[-1] += ast.literal_eval(line)
        elif line.startswith("#,"):
            flags.update(line[2:].replace(",", " ").split())
        elif not line and entry:
            assert "fuzzy" not in flags or not entry["msgid"][0], f"{file}: {entry['msgid'][0]} is fuzzy"
            messages[entry["msgid"][0]] = entry["msgstr"]
            flags, entry = set(), {}
    del messages[""]
    return messages


TEMPLATE = read_catalogue(LOCALE / "handbook.pot")
CATALOGUES = [name for name in LANGUAGES if name != "en"]


@pytest.mark.parametrize("locale", CATALOGUES)
def test_every_message_is_translated_and_none_is_left_over(locale):
    """``make messages`` puts new ones into the catalogue; what they mean has to be written there."""
    messages = read_catalogue(LOCALE / locale / "LC_MESSAGES" / "handbook.po")
    assert [message for message, forms in messages.items() if not all(forms)] == []
    assert set(messages) == set(TEMPLATE)


@pytest.mark.parametrize("locale", CATALOGUES)
def test_a_translation_holds_the_markers_of_its_message(locale):
    messages = read_catalogue(LOCALE / locale / "LC_MESSAGES" / "handbook.po")
    marker = re.compile(r"\$\{\w+\}")
    odd = {
        message
        for message, forms in messages.items()
        if any(sorted(marker.findall(form)) != sorted(marker.findall(message)) for form in forms)
    }
    assert odd == set()


@pytest.mark.parametrize("locale", CATALOGUES)
def test_the_compiled_catalogue_is_up_to_date(locale):
    folder = LOCALE / locale / "LC_MESSAGES"
    with (folder / "handbook.mo").open("rb") as file:
        compiled = dict(gettext.GNUTranslations(file)._catalog)
    del compiled[""]
    written = {}
    for message, forms in read_catalogue(folder / "handbook.po").items():
        written |= (
            {(message, place): form for place, form in enumerate(forms)}
            if len(forms) > 1
            else {message: forms[0]}
        )
    assert compiled == written, "make messages compiles it"


@pytest.mark.skipif(
    not importlib.util.find_spec("lingua"),
    reason="lingua isn't installed, so nobody looks whether handbook.pot holds all messages (pip install '.[i18n]')",
)
def test_the_template_of_the_catalogues_holds_all_that_the_sources_say(tmp_path):
    made = tmp_path / "made.pot"
    options = ["-d", "handbook", "-k", "plural:1,2", "-o", str(made), "handbook"]
    subprocess.run(
        [sys.executable, "-m", "lingua.extract", *options], cwd=HANDBOOK, check=True, capture_output=True
    )
    assert set(read_catalogue(made)) == set(TEMPLATE), "make messages collects them"


class Unmarked(HTMLParser):
    """Finds what a template says without a mark for translation."""

    EMPTY = frozenset({"input", "meta", "link", "br", "hr", "img"})
    SAID = ("title", "placeholder", "aria-label", "alt")

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found, self.messages, self._marks = [], [], []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        marked = re.split(r"[;\s]+", attributes.get("i18n:attributes", ""))
        for name in self.SAID:
            self._look(attributes.get(name), name in marked)
        if tag not in self.EMPTY:
            # What has a name in a message is a message of its own, or something from elsewhere.
            inherits = self._marks and self._marks[-1] and "i18n:name" not in attributes
            self._marks.append("i18n:translate" in attributes or inherits)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.EMPTY:
            self._marks.pop()

    def handle_endtag(self, tag):
        self._marks.pop()

    def handle_data(self, data):
        self._look(data, bool(self._marks) and self._marks[-1])

    def _look(self, text, is_marked):
        words = re.sub(r"\$\{(?:[^{}]|\{[^{}]*\})*\}", "", text or "").strip()
        if re.search(r"[^\W\d_]", words):
            (self.messages if is_marked else self.found).append(" ".join(words.split()))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: file.name)
def test_a_template_says_nothing_without_a_mark(template):
    reader = Unmarked()
    reader.feed(template.read_text("utf-8"))
    reader.close()
    # A name from Python is the same in all languages.
    assert [words for words in reader.found if words != "`json.dumps`"] == []
