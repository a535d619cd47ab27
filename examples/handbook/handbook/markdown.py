"""Markdown to HTML, by markdown-it; what comes out is cleaned once more by nh3.

HTML in a text is shown and not obeyed, and a link leads to http, https, mailto or a place in the handbook. Two kinds of
fenced block are the handbook's own: ``pydoc`` and ``pysig`` hold library documentation as it was written, and the names in
them that have a page become links.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

SCHEMES = frozenset({"http", "https", "mailto"})
#: Names looked up for one page; a long one has no more links than this.
MAX_NAMES = 400

_FENCES = ("pydoc", "pysig")
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_TAGS = {
    *[
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "img",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "strong",
    ],
    *["table", "tbody", "td", "th", "thead", "tr", "ul"],
}
_ATTRIBUTES = {
    "a": {"href", "title", "class"},
    "img": {"src", "alt", "title"},
    "code": {"class"},
    "pre": {"class"},
    "ol": {"start"},
    **{f"h{level}": {"id"} for level in range(1, 7)},
}

#: Answers the addresses of those names that have a page.
Resolve = Callable[[list[str]], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Heading:
    """A line of a page's table of contents."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page's HTML, safe to be shown, and its headings of the second level."""

    html: str
    headings: list[Heading]


def render(text: str, resolve: Resolve = lambda names: {}) -> Rendered:
    """Render a text, linking the names that ``resolve`` knows a page for."""
    tokens = _markdown.parse(text)
    headings = _number_headings(tokens)
    names = list(dict.fromkeys(_names_in(tokens)))[:MAX_NAMES]
    html = _markdown.renderer.render(tokens, _markdown.options, {"links": resolve(names) if names else {}})
    clean = nh3.clean(
        html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=set(SCHEMES), link_rel=None, strip_comments=True
    )
    return Rendered(clean, headings)


def is_safe_link(url: str) -> bool:
    """Say whether a link or image may lead there."""
    try:
        scheme = urlsplit(url.strip()).scheme.lower()
    except ValueError:
        return False
    # What urlsplit doesn't take for a scheme a browser may: no colon before the first slash, or a scheme we know.
    return scheme in SCHEMES if scheme else ":" not in re.split(r"[/?#]", url, maxsplit=1)[0]


def _number_headings(tokens: list[Token]) -> list[Heading]:
    headings = []
    for position, token in enumerate(tokens):
        if token.type == "heading_open":
            inline = tokens[position + 1]
            text = "".join(child.content for child in inline.children or ())
            anchor = f"s{position}-" + re.sub(r"\W+", "-", text.lower()).strip("-")[:60]
            token.attrSet("id", anchor)
            if token.tag == "h2":
                headings.append(Heading(anchor, text))
    return headings


def _names_in(tokens: list[Token]) -> list[str]:
    names: list[str] = []
    for token in tokens:
        if token.type == "fence" and token.info.strip() in _FENCES:
            names.extend(match[0] for match in _NAME.finditer(token.content) if _is_name(match))
        for child in token.children or ():
            if child.type == "code_inline" and _NAME.fullmatch(child.content):
                names.append(child.content)
    return names


def _is_name(match: re.Match[str]) -> bool:
    """In prose a plain word is a word, and one in capitals an abbreviation, unless a bracket follows.

    A dot, an underscore, a digit or a capital among small letters make it a name.
    """
    word = match[0]
    return (
        not (word.isalpha() and (word.islower() or word.isupper()))
        or match.string[match.end() : match.end() + 1] == "("
    )


def _linked(text: str, links: Mapping[str, str]) -> str:
    parts, end = [], 0
    for match in _NAME.finditer(text):
        address = links.get(match[0])
        if address and _is_name(match):
            parts += [escape(text[end : match.start()]), _link(match[0], address)]
            end = match.end()
    return "".join([*parts, escape(text[end:])])


def _link(name: str, address: str) -> str:
    return f'<a class="ref" href="{escape(address)}">{escape(name)}</a>'


def _fence(renderer: Any, tokens: list[Token], position: int, options: Any, env: Any) -> str:
    token = tokens[position]
    language = token.info.strip()
    if language not in _FENCES:
        return f'<pre class="code"><code>{escape(token.content)}</code></pre>\n'
    return f'<pre class="{language}">{_linked(token.content, env["links"])}</pre>\n'


def _code(renderer: Any, tokens: list[Token], position: int, options: Any, env: Any) -> str:
    content = tokens[position].content
    address = env["links"].get(content)
    return f"<code>{_link(content, address) if address else escape(content)}</code>"


def _make() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    markdown.validateLink = is_safe_link  # type: ignore[method-assign]
    markdown.add_render_rule("fence", _fence)
    markdown.add_render_rule("code_inline", _code)
    return markdown


_markdown = _make()
