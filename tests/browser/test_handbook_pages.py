"""The handbook as people see it: Chromium opens its pages, reads what stands there, and fills in its forms."""

from __future__ import annotations

import pytest

PAGES = [
    (None, "/", 200),
    (None, "/login", 200),
    (None, "/search?q=element&page=2", 200),
    (None, "/%ff/", 400),
    ("rita", "/library/xml/etree/ElementTree/", 200),
    ("rita", "/library/xml/etree/ElementTree/XMLPullParser/", 200),
    ("rita", "/library/json/@@edit", 403),
    ("emil", "/team/onbording", 404),
    ("emil", "/team/onboarding/", 200),
    ("emil", "/team/onboarding/@@edit", 200),
    ("emil", "/team/@@add", 200),
    ("emil", "/team/onboarding/@@move", 200),
    ("emil", "/how-we-work/writing/@@history?old=1&new=3", 200),
    ("emil", "/how-we-work/writing/@@revision?version=1", 200),
    ("olga", "/library/@@permissions", 200),
]

#: Looks for text whose colour is too near to the one behind it (WCAG 2.2, 1.4.3, level AA). Chromium turns every colour
#: into sRGB when it is painted onto a canvas.
PALE = """(() => {
  const paint = Object.assign(document.createElement("canvas"), {width: 1, height: 1})
    .getContext("2d", {willReadFrequently: true});
  const rgba = color => {
    paint.clearRect(0, 0, 1, 1); paint.fillStyle = color; paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data];
  };
  const light = color => {
    const [r, g, b] = color.map(c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  };
  const behind = element => {
    for (; element; element = element.parentElement) {
      const color = rgba(getComputedStyle(element).backgroundColor);
      if (color[3] == 255) return color;
    }
    return rgba("Canvas");
  };
  const pale = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement, style = getComputedStyle(element);
    if (!texts.currentNode.data.trim() || !element.checkVisibility()) continue;
    const size = parseFloat(style.fontSize), large = size >= 24 || size >= 18.66 && style.fontWeight >= 700;
    const both = [light(rgba(style.color)), light(behind(element))].sort((a, b) => b - a);
    if (both[0] / both[1] < (large ? 3 : 4.5)) pale.push(texts.currentNode.data.trim() + " " + both[0] / both[1]);
  }
  return pale;
})()"""


@pytest.fixture(scope="module")
def readers(chromium, site):
    """A tab for each user, logged in."""
    tabs = {login: chromium.open(site) for login in (None, "rita", "emil", "olga")}
    for login, tab in tabs.items():
        if login:
            tab.log_in(login)
    yield tabs
    for tab in tabs.values():
        tab.close()


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(("login", "path", "status"), PAGES)
def test_a_page_fits_windows_wide_and_narrow(readers, login, path, status, language):
    tab = readers[login]
    tab.show(1280, language=language)
    assert tab.go(path) == status
    assert tab.ask("document.documentElement.lang") == language
    for width in (1280, 390):
        tab.show(width, language=language)
        assert tab.ask("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(("login", "path", "status"), PAGES)
def test_what_is_written_stands_out_from_what_is_behind_by_day_and_night(readers, login, path, status):
    tab = readers[login]
    tab.go(path)
    for dark, ground in ((False, "rgb(255, 255, 255)"), (True, "rgb(26, 25, 23)")):
        tab.show(1280, dark=dark)
        assert tab.ask("getComputedStyle(document.body).backgroundColor") == ground
        assert tab.ask(PALE) == []


def test_no_page_asks_another_computer_or_brings_a_script(readers, site):
    for login, path, _status in PAGES:
        tab = readers[login]
        tab.go(path)
        assert tab.ask("document.scripts.length") == 0, path
    for tab in readers.values():
        asked = [event["request"]["url"] for event in tab.events("Network.requestWillBeSent")]
        assert [address for address in asked if not address.startswith(f"{site}/")] == []
        assert [
            event for event in tab.events("Log.entryAdded") if event["entry"]["source"] == "security"
        ] == []


def test_the_policy_holds_in_a_real_browser(tab):
    """What the test above looks for is really told: an image from elsewhere is asked for, and refused."""
    tab.go("/")
    tab.ask("document.body.append(Object.assign(new Image(), {src: 'https://elsewhere.example/x.png'}))")
    tab.go("/")
    refused = [event["entry"] for event in tab.events("Log.entryAdded")]
    assert "security" in {entry["source"] for entry in refused}
    assert "https://elsewhere.example/x.png" in str(refused)


def test_a_page_is_edited_after_a_login(tab):
    tab.go("/team/reading-list/@@edit")
    assert "You may not do that without a login" in tab.text
    tab.click(".buttons a.main")
    tab.type("[name=login]", "rita")
    tab.type("[name=password]", "porridge")
    assert tab.click("form.card button") == 200 and tab.path == "/team/reading-list/@@edit"
    assert "Hello Rita Reader, you are logged in as reader." in tab.text
    tab.type("[name=body]", "- A book about bears\n- **Another** one")
    tab.type("[name=comment]", "Bears")
    assert tab.click("form.wide button.main") == 200 and tab.path == "/team/reading-list/"
    assert "Saved." in tab.text and "A book about bears" in tab.text
    assert tab.ask("document.querySelector('.text strong').textContent") == "Another"


def test_a_wrong_password_is_said(tab):
    assert tab.log_in("rita", "wrong") == 400
    assert "Name and password don’t fit together." in tab.text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "The entry Deny everyone: edit, add pages, move or delete of the page /library/, from which"),
        ("de", "Der Eintrag Verboten für alle: bearbeiten, Seiten anlegen, verschieben oder löschen der Seite /library/"),
    ],
)  # fmt: skip
def test_a_refusal_says_which_entry_of_which_page_decided(readers, language, words):
    tab = readers["rita"]
    tab.show(1280, language=language)
    assert tab.go("/library/json/@@edit") == 403
    assert words in " ".join(tab.text.split()) and "Olga Owner" in tab.text


def test_the_second_to_save_is_shown_what_the_first_one_changed(readers):
    emil, olga = readers["emil"], readers["olga"]
    for tab in (emil, olga):
        tab.show(1280)
        tab.go("/team/retrospectives/@@edit")
    olga.type("[name=body]", "Reviews are answered today.")
    emil.type("[name=body]", "Reviews are answered tomorrow.")
    assert olga.click("form.wide button.main") == 200
    assert emil.click("form.wide button.main") == 409
    assert emil.ask("document.querySelector('.difference .gone b').textContent") == "today"
    assert emil.ask("document.querySelector('.difference .new b').textContent") == "tomorrow"
    assert emil.click("form.wide button.main") == 200 and "answered tomorrow" in emil.text


def test_a_file_is_attached_and_taken_away(readers, tmp_path):
    tab = readers["emil"]
    tab.show(390)
    file = tmp_path / "Übersicht 2026.txt"
    file.write_text("x" * 2000)
    tab.go("/team/onboarding/first-week/")
    tab.choose_file("input[type=file]", file)
    assert tab.click("form.upload button") == 200
    assert "Übersicht 2026.txt is attached." in tab.text and "2.0 kB, emil" in tab.text
    tab.click(".attachments li button")
    assert "Übersicht 2026.txt is deleted." in tab.text


def test_a_language_that_was_chosen_at_the_foot_stays(tab):
    tab.go("/team/?x=1")
    tab.click(".foot button[value=de]")
    assert tab.path == "/team/?x=1" and "Handbuch durchsuchen" in tab.ask("document.body.innerHTML")
    tab.go("/login")
    assert "Passwort" in tab.text
    tab.click(".foot button[value=en]")
    assert "Password" in tab.text
