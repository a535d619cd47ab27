"""Languages: negotiated locales, catalogs of several folders, domains, plurals, localizers."""

import os
import struct
from pathlib import Path

from framework.config import Configurator
from framework.i18n import (
    TranslationString,
    TranslationStringFactory,
    get_locale_name,
    get_localizer,
    make_localizer,
    negotiate_locale_name,
)

REQUESTS = """
GET /
GET /?_LOCALE_=de
GET /?_LOCALE_=de_AT
GET /?_LOCALE_=de-AT
GET /?_LOCALE_=fr
GET /?_LOCALE_=xx
GET /?_LOCALE_=
GET /?_LOCALE_=../de
GET /?_LOCALE_=%C3%A9
GET / | Cookie: _LOCALE_=de
GET /?_LOCALE_=fr | Cookie: _LOCALE_=de
GET / | Accept-Language: de
GET /de/route
GET / | app: own | Accept-Language: de, en;q=0.5
GET / | app: own | Accept-Language: fr
GET / | app: own
GET / | app: default
GET /?_LOCALE_=en | app: default
GET / | app: plain
GET /?_LOCALE_=de | app: plain
GET /set?de
GET /attribute
GET /made
GET /made?_LOCALE_=de
"""

HERE = Path(__file__).parent / "catalogs"

CATALOGS = {
    "one/de/LC_MESSAGES/app.mo": {
        "": "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n",
        "hello": "Grüß Gott",
        "with": "mit ${name}",
        "thing\0things": "Ding\0${n} Dinge",
        "ctx\x04hello": "Servus",
        "first": "aus eins",
    },
    "one/de_AT/LC_MESSAGES/app.mo": {
        "": "Content-Type: text/plain; charset=UTF-8\n",
        "hello": "Servus",
    },
    "two/de/LC_MESSAGES/app.mo": {
        "": "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n",
        "first": "aus zwei",
        "second": "zweites",
    },
    "two/de/LC_MESSAGES/other.mo": {
        "": "Content-Type: text/plain; charset=UTF-8\n",
        "hello": "andere Domäne",
    },
    "one/fr/LC_MESSAGES/app.mo": {
        "": "Content-Type: text/plain; charset=ISO-8859-1\nPlural-Forms: nplurals=2; plural=(n > 1);\n",
        "hello": "élan",
        "thing\0things": "chose\0${n} choses",
    },
    "one/ru/LC_MESSAGES/app.mo": {
        "": (
            "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 "
            ": n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\n"
        ),
        "thing\0things": "вещь\0вещи\0вещей",  # noqa: RUF001 - Russian
    },
}


def write_catalog(path, messages):
    """Write a catalog in the format that msgfmt makes."""
    charset = "latin-1" if "8859" in messages[""] else "utf-8"
    rows = sorted((key.encode(charset), value.encode(charset)) for key, value in messages.items())
    start = 28 + 16 * len(rows)
    ids, texts = [], []
    data = b""
    for target, column in ((ids, 0), (texts, 1)):
        for row in rows:
            target.append((len(row[column]), start + len(data)))
            data += row[column] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(rows), 28, 28 + 8 * len(rows), 0, start)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_bytes(head + b"".join(struct.pack("<2I", *pair) for pair in ids + texts) + data)
    draft.replace(path)  # another process may read it at this moment


_ = TranslationStringFactory("app")
OTHER = TranslationStringFactory("other")
CONTEXT = TranslationStringFactory("app")


def texts(request):
    localizer = request.localizer
    translate, plural = localizer.translate, localizer.pluralize
    return {
        "locale": [request.locale_name, localizer.locale_name, get_locale_name(request)],
        "negotiated": negotiate_locale_name(request),
        "same": get_localizer(request) is localizer,
        "hello": translate(_("hello")),
        "default": translate(_("nothing", default="Nothing ${x}", mapping={"x": 1})),
        "mapped": translate(_("with", mapping={"name": "Ann"})),
        "mapped later": translate(_("with"), mapping={"name": "Bob"}),
        "other": translate(OTHER("hello")),
        "string": translate("hello"),
        "string in domain": translate("hello", domain="app"),
        "none": translate(None),
        "context": translate(TranslationString("hello", domain="app", context="ctx")),
        "first": translate(_("first")),
        "second": translate(_("second")),
        "plurals": [
            plural("thing", "things", n, domain="app", mapping={"n": n}) for n in (0, 1, 2, 5, 11, 21, 22)
        ],
        "plural strings": plural(_("thing"), _("things"), 2, mapping={"n": 2}),
        "plural unknown": plural("a", "b", 2, domain="app"),
        "type": type(translate(_("hello"))).__name__,
    }


def set_locale(request):
    request.locale_name = next(iter(request.GET))
    return [request.locale_name, request.localizer.locale_name]


def attribute(request):
    request._LOCALE_ = "de"
    return [request.locale_name, request.localizer.translate(_("hello"))]


def made(request):
    localizer = make_localizer("de", [str(HERE / "one"), str(HERE / "two")])
    russian = make_localizer("ru", [str(HERE / "one")])
    return [
        localizer.translate(_("first")),
        [russian.pluralize("thing", "things", n, domain="app") for n in range(24)],
        make_localizer("de_CH", [str(HERE / "one")]).translate(_("hello")),
        make_localizer("nothing", []).translate(_("hello")),
    ]


def negotiator(request):
    return request.accept_language.lookup(["de", "fr"], default="en")


def make(**options):
    folders = options.pop("folders", True)
    negotiate = options.pop("negotiator", None)
    config = Configurator(**options)
    if folders:
        config.add_translation_dirs("translations:catalogs/one/", str(HERE / "two"))
    if negotiate:
        config.set_locale_negotiator(negotiate)
    config.add_route("route", "/{_LOCALE_}/route")
    config.add_view(texts, route_name="route", renderer="json")
    config.add_view(texts, renderer="json")
    config.add_view(set_locale, name="set", renderer="json")
    config.add_view(attribute, name="attribute", renderer="json")
    config.add_view(made, name="made", renderer="json")
    return config.make_wsgi_app()


def application():
    for name, messages in CATALOGS.items():
        write_catalog(HERE / name, messages)
    return {
        None: make(),
        "own": make(negotiator=negotiator),
        "default": make(settings={"pyramid.default_locale_name": "de"}),
        "plain": make(folders=False),
    }
