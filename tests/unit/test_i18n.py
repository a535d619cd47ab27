"""Locales, catalogues, translations."""

import gettext
import io
import os
import struct
from types import SimpleNamespace

import pytest

from goldilocks.httpexceptions import HTTPException, HTTPFound
from goldilocks.i18n import (
    Localizer,
    LocalizerRequestMixin,
    Translations,
    TranslationString,
    TranslationStringFactory,
    default_locale_negotiator,
    get_locale_name,
    get_localizer,
    make_localizer,
    negotiate_locale_name,
)
from goldilocks.interfaces import ILocaleNegotiator, ILocalizer, ITranslationDirectories
from goldilocks.registry import Registry
from goldilocks.response import Response
from goldilocks.threadlocal import manager
from tests.support import serve

FRENCH_PLURAL = "nplurals=2; plural=(n > 1);"


def compiled(messages, plural="nplurals=2; plural=(n != 1);"):
    """Write a catalogue in gettext's compiled form: a table of originals, a table of translations, the texts."""
    header = f"Content-Type: text/plain; charset=UTF-8\nPlural-Forms: {plural}\nProject-Id-Version: test\n"
    texts = sorted({"": header, **messages}.items())
    tables, pool, place = [], b"", 28 + 16 * len(texts)
    for side in (0, 1):
        for pair in texts:
            text = pair[side].encode()
            tables.append(struct.pack("<II", len(text), place + len(pool)))
            pool += text + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(texts), 28, 28 + 8 * len(texts), 0, 0)
    return head + b"".join(tables) + pool


def catalogue(messages, domain="messages", plural="nplurals=2; plural=(n != 1);"):
    return Translations(io.BytesIO(compiled(messages, plural)), domain)


@pytest.fixture
def directory(tmp_path):
    """A translation directory with German, Austrian German, and folders that hold nothing of use."""

    def write(locale, domain, messages, plural="nplurals=2; plural=(n != 1);"):
        folder = tmp_path / locale / "LC_MESSAGES"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{domain}.mo").write_bytes(compiled(messages, plural))

    write("de", "shop", {"egg": "Ei", "cream": "Sahne", "${n} egg\0${n} eggs": "${n} Ei\0${n} Eier"})
    write("de_AT", "shop", {"cream": "Obers"})
    write("fr", "messages", {"egg": "œuf", "egg\0eggs": "œuf\0œufs"}, FRENCH_PLURAL)
    (tmp_path / "es").mkdir()
    (tmp_path / "be").mkdir()
    (tmp_path / "be" / "LC_MESSAGES").write_text("not a folder")
    (tmp_path / "it" / "LC_MESSAGES" / "shop.mo").mkdir(parents=True)
    (tmp_path / "it" / "LC_MESSAGES" / "shop.po").write_text("not compiled")
    return str(tmp_path)


# --- making a localizer


def test_localizer_speaks_its_locale(directory):
    """A message of a domain is said in the locale."""
    localizer = make_localizer("de", [directory])
    assert localizer.locale_name == "de"
    assert localizer.translate("egg", "shop") == "Ei"
    assert localizer.translate(TranslationString("egg", domain="shop")) == "Ei"


def test_message_of_another_domain_is_not_mixed_up(directory):
    """A domain knows its own messages only."""
    assert make_localizer("de", [directory]).translate("egg") == "egg"


def test_region_goes_before_language(directory):
    """Austria has a word of its own for cream and takes the German one for eggs."""
    localizer = make_localizer("de_AT", [directory])
    assert localizer.translate("cream", "shop") == "Obers"
    assert localizer.translate("egg", "shop") == "Ei"


def test_later_directory_goes_before_earlier(directory, tmp_path_factory):
    """Of one message the translation in the later directory counts."""
    other = tmp_path_factory.mktemp("other")
    folder = other / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "shop.mo").write_bytes(compiled({"egg": "Hühnerei"}))
    localizer = make_localizer("de", [directory, str(other)])
    assert localizer.translate("egg", "shop") == "Hühnerei"
    assert localizer.translate("cream", "shop") == "Sahne"


@pytest.mark.parametrize("locale", ["en", "es", "be", "it"])
def test_locale_without_catalogues_says_messages_as_they_are(directory, locale):
    """Missing and useless files are no error."""
    assert make_localizer(locale, [directory]).translate("egg", "shop") == "egg"


@pytest.mark.parametrize(
    "name", ["..", ".", "", "/etc", "../de", "de/../de", "de\0", "x" * 300, "☃", "de\n", ".de"]
)
def test_locale_name_never_leaves_the_directory(directory, name):
    """A name that isn't a locale's is nowhere looked up."""
    start = os.path.join(directory, "fr")
    assert make_localizer(name, [directory, start]).translate("egg", "shop") == "egg"


def test_plural_is_chosen_by_the_number(directory):
    """One egg, two eggs, with the number put in."""
    localizer = make_localizer("de", [directory])
    for n, text in ((1, "1 Ei"), (2, "2 Eier")):
        assert localizer.pluralize("${n} egg", "${n} eggs", n, domain="shop", mapping={"n": n}) == text


def test_plural_follows_the_catalogues_rule(directory):
    """In French, zero is singular."""
    localizer = make_localizer("fr", [directory])
    assert [localizer.pluralize("egg", "eggs", n) for n in (0, 1, 2)] == ["œuf", "œuf", "œufs"]


def test_plural_without_a_catalogue_is_english():
    """Where nothing is known the two texts serve as they are."""
    localizer = make_localizer("xx", [])
    assert [localizer.pluralize("egg", "eggs", n, domain="shop") for n in (0, 1, 2)] == [
        "eggs",
        "egg",
        "eggs",
    ]


def test_translator_and_pluralizer_are_made_once():
    """Both are kept on the localizer, where another may be put."""
    localizer = Localizer("en", Translations())
    localizer.translate("egg")
    localizer.pluralize("egg", "eggs", 1)
    first = (localizer.translator, localizer.pluralizer)
    localizer.translate("egg")
    localizer.pluralize("egg", "eggs", 1)
    assert (localizer.translator, localizer.pluralizer) == first


def test_translation_strings_are_translationstrings():
    """The words of translationstring are handed on."""
    _ = TranslationStringFactory("shop")
    assert _("egg").domain == "shop"


# --- catalogues


def test_catalogue_of_the_same_domain_joins():
    """Messages of one domain become one catalogue, later ones going before."""
    ours = catalogue({"egg": "Ei", "cream": "Sahne"})
    assert ours.add(catalogue({"egg": "Hühnerei"})) is ours
    assert ours.gettext("egg") == "Hühnerei"
    assert ours.gettext("cream") == "Sahne"


def test_catalogue_of_another_domain_stands_beside():
    """It is reached by the methods that name a domain, falls back on ours, and grows by more of its domain."""
    ours = catalogue({"egg": "Ei", "cream": "Sahne"})
    ours.add(catalogue({"egg": "Hühnerei"}, "shop"))
    ours.add(catalogue({"milk": "Milch"}, "shop"))
    assert ours.gettext("egg") == ours.dgettext("unknown", "egg") == "Ei"
    assert ours.dgettext("shop", "egg") == ours.dugettext("shop", "egg") == "Hühnerei"
    assert ours.dgettext("shop", "cream") == "Sahne"
    assert ours.dgettext("shop", "milk") == "Milch"


def test_catalogue_may_replace_another_domains():
    """Without merging, the later one takes the earlier one's place."""
    ours = (
        catalogue({})
        .add(catalogue({"egg": "Ei"}, "shop"))
        .add(catalogue({"milk": "Milch"}, "shop"), merge=False)
    )
    assert ours.dgettext("shop", "egg") == "egg"
    assert ours.dgettext("shop", "milk") == "Milch"


def test_plural_of_a_domain():
    """The methods that name a domain know plurals."""
    ours = catalogue({}).add(catalogue({"egg\0eggs": "Ei\0Eier"}, "shop"))
    assert ours.dngettext("shop", "egg", "eggs", 2) == ours.dungettext("shop", "egg", "eggs", 2) == "Eier"


def test_first_file_of_the_default_domain_gives_the_plural_rule():
    """An empty catalogue takes the rule of the first that joins, and no later one's."""
    ours = Translations()
    ours.add(catalogue({}, plural=FRENCH_PLURAL))
    ours.add(catalogue({}))
    assert [int(ours.plural(n)) for n in (0, 1, 2)] == [0, 0, 1]


def test_rule_of_another_domain_stays_there():
    """The default domain keeps its rule when another domain comes beside it."""
    ours = Translations().add(catalogue({}, "shop", FRENCH_PLURAL))
    assert ours.plural(0) == 1


def test_merge_takes_messages_of_any_gettext_catalogue():
    """A catalogue of the standard library joins, anything else is passed over, files are remembered."""
    ours = catalogue({})
    theirs = gettext.GNUTranslations(io.BytesIO(compiled({"egg": "Ei"})))
    assert ours.merge(theirs).merge(None).merge(gettext.NullTranslations()).gettext("egg") == "Ei"
    assert ours.files == []


def test_catalogue_knows_its_files(directory):
    """Files are remembered through merging."""
    path = os.path.join(directory, "fr", "LC_MESSAGES", "messages.mo")
    assert make_localizer("fr", [directory]).translations.files == [path]


def test_catalogue_says_what_it_is():
    """The project's name stands in the repr, where the catalogue has one."""
    assert repr(catalogue({})) == '<Translations: "test">'
    assert repr(Translations()) == '<Translations: "None">'


class German:
    """A locale object, such as Babel's."""

    def __str__(self):
        return "de"


@pytest.mark.parametrize("locales", ["de", ["de"], ("xx", "de"), German(), [German()]])
def test_catalogue_is_loaded_from_a_directory(directory, locales):
    """The first of the locales that has the domain gives the catalogue."""
    assert Translations.load(directory, locales, "shop").gettext("egg") == "Ei"


def test_catalogue_that_is_nowhere_is_empty(directory, monkeypatch):
    """Without a file the catalogue says messages as they are; the domain is by default "messages"."""
    monkeypatch.setenv("LANGUAGE", "xx")
    assert type(Translations.load(directory)) is gettext.NullTranslations
    assert Translations.load(directory, "fr", None).gettext("egg") == "œuf"


# --- choosing a locale


def bare(**kw):
    return SimpleNamespace(**{"params": {}, "cookies": {}, **kw})


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        (bare(), None),
        (bare(cookies={"_LOCALE_": "c"}), "c"),
        (bare(cookies={"_LOCALE_": "c"}, params={"_LOCALE_": "p"}), "p"),
        (bare(cookies={"_LOCALE_": "c"}, params={"_LOCALE_": "p"}, _LOCALE_="a"), "a"),
        (bare(cookies={"_LOCALE_": "c"}, _LOCALE_=None), "c"),
        (bare(cookies={"_LOCALE_": "c"}, params={"_LOCALE_": b"p"}), "c"),
        (bare(params={"_LOCALE_": b""}), None),
    ],
)
def test_default_negotiator_reads_attribute_parameter_cookie(request_, name):
    """The first of the three that is there counts."""
    assert default_locale_negotiator(request_) == name


def test_negotiator_of_the_application_chooses():
    """The registered negotiator goes before the default one."""
    registry = Registry("test")
    registry.registerUtility(lambda request: "fr", ILocaleNegotiator)
    assert negotiate_locale_name(bare(registry=registry, _LOCALE_="de")) == "fr"


def test_default_locale_is_a_setting():
    """Where nobody chooses it is the deployment's, and where it says nothing, English."""
    registry = Registry("test")
    assert negotiate_locale_name(bare(registry=registry)) == "en"
    registry.settings = {"default_locale_name": "fr"}
    assert negotiate_locale_name(bare(registry=registry)) == "fr"


def test_request_without_a_registry_uses_the_current_one():
    """The current application's negotiator chooses."""
    registry = Registry("test")
    registry.registerUtility(lambda request: "fr", ILocaleNegotiator)
    manager.push({"registry": registry, "request": None})
    try:
        assert negotiate_locale_name(bare()) == "fr"
    finally:
        manager.pop()


def test_older_functions_read_the_request():
    """get_localizer and get_locale_name are the request's attributes."""
    request = SimpleNamespace(localizer="l", locale_name="n")
    assert (get_localizer(request), get_locale_name(request)) == ("l", "n")


class Request(LocalizerRequestMixin):
    def __init__(self, registry, locale=None):
        self.registry = registry
        self._LOCALE_ = locale
        self.params = self.cookies = {}


@pytest.fixture
def registry(directory):
    registry = Registry("test")
    registry.registerUtility([directory], ITranslationDirectories)
    return registry


def kept(registry):
    return sorted(name for name, _ in registry.getUtilitiesFor(ILocalizer))


def test_request_speaks_its_locale(registry):
    """The request's localizer is its locale's."""
    request = Request(registry, "de")
    assert request.locale_name == "de"
    assert request.localizer.translate("egg", "shop") == "Ei"


def test_request_keeps_locale_and_localizer_under_their_names(registry):
    """COMPAT: both stand in the request's __dict__ from the first question on, and may be put there."""
    request = Request(registry, "de")
    assert request.__dict__.keys().isdisjoint({"localizer", "locale_name"})
    localizer = request.localizer
    assert request.__dict__["localizer"] is localizer
    assert request.__dict__["locale_name"] == "de"
    request.__dict__["localizer"] = "guard"
    assert request.localizer == "guard"


def test_registry_keeps_the_localizer_of_a_locale(registry):
    """A catalogue is read once."""
    assert Request(registry, "de").localizer is Request(registry, "de").localizer
    assert kept(registry) == ["de"]


def test_registered_localizer_is_used(registry):
    """An application may register a localizer of its own."""
    registry.registerUtility("own", ILocalizer, name="xx")
    assert Request(registry, "xx").localizer == "own"


def test_default_locale_needs_no_directory():
    """Without translations the default locale has a localizer, which is kept."""
    registry = Registry("test")
    assert Request(registry).localizer.translate("egg") == "egg"
    assert kept(registry) == ["en"]


def test_invented_names_are_not_kept(registry):
    """Names out of URLs don't make the registry grow."""
    for n in range(20):
        assert Request(registry, f"x{n}").localizer.locale_name == f"x{n}"
        assert Request(registry, f"../{n}").localizer.translate("egg", "shop") == "egg"
    assert kept(registry) == []


def test_invented_regions_speak_the_language_and_are_not_kept(registry):
    """An unknown region is served from its language's catalogues, which are read once."""
    first, second = (Request(registry, f"de_X{n}").localizer for n in range(2))
    assert first.translate("egg", "shop") == "Ei"
    assert first.locale_name == "de_X0"
    assert first.translations is second.translations
    assert kept(registry) == ["de"]


def test_invented_region_of_a_foreign_localizer_says_messages_as_they_are(registry):
    """A registered localizer of another kind isn't taken apart."""
    registry.registerUtility("own", ILocalizer, name="xx")
    assert Request(registry, "xx_YY").localizer.translate("egg") == "egg"


@pytest.mark.parametrize("negotiator", [None, lambda request: request.GET["language"]])
def test_page_of_an_error_has_a_language(negotiator):
    """Where the negotiator reads what can't be read, the page that says so is in the default language; other pages aren't made."""

    def app(config):
        if negotiator is not None:
            config.set_locale_negotiator(negotiator)
        config.add_exception_view(
            lambda error, request: Response(f"own {error.code} {request.locale_name}", status=error.code),
            context=HTTPException,
        )
        config.add_view(lambda request: Response(request.locale_name), name="x")

    browser = serve(app, default_locale_name="de")
    for path, page in (("/x", "own 400 de"), ("/nothing", "own 404 de")):
        answer = browser.get(f"{path}?language=%ff", expect_errors=True)
        assert answer.text == page


def test_what_a_negotiator_raises_on_purpose_goes_on():
    """Only what a client has sent is passed over, also where an exception view asks for the language."""

    def moved(request):
        raise HTTPFound("/de/")

    def app(config):
        config.set_locale_negotiator(moved)
        config.add_notfound_view(lambda request: Response(request.locale_name))

    with pytest.raises(HTTPFound):
        serve(app).get("/nothing")
