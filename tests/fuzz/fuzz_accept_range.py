"""Headers that ask for a form, a language, a part, or only for what is new: an answer that is one of those there are."""

from webob.acceptparse import create_accept_header

from goldilocks.offers import READ_HEADER_LENGTH, Offers
from tests.everything import application, ask, environ

OFFERED = ("text/html", "application/json", "text/html;level=1", "text/plain;charset=utf-8")
CONDITIONS = (
    "HTTP_RANGE", "HTTP_IF_RANGE", "HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE",
)  # fmt: skip
BODY = b"0123456789" * 50


def one_input(data: bytes) -> None:
    """Send one line in each of the headers, and each line of several in another one."""
    text = data.decode("latin-1")
    check_accept(text)
    lines = text.split("\n")
    for turn in range(len(CONDITIONS)):
        names = CONDITIONS[turn:] + CONDITIONS[:turn]
        check_part(dict(zip(names, lines, strict=False)))
    for name in ("HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_ENCODING", "HTTP_ACCEPT_CHARSET"):
        for path in ("/accept", "/page/x", "/static/page.txt", "/read", "/nothing/leaf"):
            ask(application(), environ(PATH_INFO=path, **{name: lines[0]}))


def check_accept(header: str) -> None:
    """See that what is acceptable is what WebOb finds acceptable."""
    found = Offers(OFFERED).acceptable(header)
    assert all(offer in OFFERED and 0 < quality <= 1 for offer, quality in found)
    if len(header) <= READ_HEADER_LENGTH:
        assert list(found) == list(dict(create_accept_header(header).acceptable_offers(OFFERED)).items())


def check_part(said: dict[str, str]) -> None:
    """See that a part is the one that is said to be sent."""
    answer = ask(application(), environ(PATH_INFO="/conditional", **said))
    if answer.code == 206:
        place, _, whole = (answer.one("content-range") or "").removeprefix("bytes ").partition("/")
        first, last = map(int, place.split("-"))
        assert int(whole) == len(BODY)
        assert answer.body == BODY[first : last + 1]
        assert answer.body
    elif answer.code == 200:
        assert answer.body == BODY
    else:
        assert answer.code in (304, 400, 412, 416, 431), answer.status
