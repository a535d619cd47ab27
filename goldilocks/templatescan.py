"""Places in a template where escaping is not enough.

Chameleon escapes what it puts in for HTML. Inside of a script, of an event handler (``onclick``) or of CSS, the browser reads
another language in which other characters are special, so a bare ``${...}`` there lets data become code. This looks
through the source of a template, without understanding all of it, and says where that is.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from goldilocks.templatecode import RUN_AS_SCRIPT


class UnsafeTemplateWarning(UserWarning):
    """A template puts data where escaping for HTML doesn't keep it from becoming code."""


class Finding(NamedTuple):
    """One place, and what is wrong there."""

    line: int
    message: str


_TAG = re.compile(
    r"""<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<([A-Za-z][\w:.-]*)((?:[^"'<>]|"[^"]*"|'[^']*')*)>""",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""([\w:.@-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""")
#: Of two dollars, one is meant as it stands.
_BARE = re.compile(r"(?<!\$)(?:\$\$)*\$\{")
#: In a script, ``js()`` makes a value fit.
_BY_JS = r"\s*(?:structure(?:\s*:|\s)\s*|python\s*:\s*)*js\("
_begins_by_js = re.compile(_BY_JS).match

#: What fills an element within a script, or the script itself.
_FILLED = re.compile(
    r"""(?:tal:|<tal:(?:[^<>"']|"[^"]*"|'[^']*')*?\s)(?:content|replace)\s*=\s*(["'])""", re.DOTALL
)
#: How many braces, or quotes, an expression may hold of which it has to be known where it ends.
_MOST_ENDS = 20
_JS = re.compile(rf"\$\{{{_BY_JS}")
_STRINGS = re.compile(r"""//.*|/\*.*?\*/|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`""")
_has_quote = re.compile(r"""["'`]""").search

_CDATA_ADVICE = "leave the CDATA out, and what is put in is escaped"
_SCRIPT_ADVICE = "write ${js(value)}, which gives it as JSON that can't end the script"
_HANDLER_ADVICE = "put the value into a data- attribute and let the script read it from there"
_STYLE_ADVICE = "choose among classes that stand in the style sheet"
_INNER_ADVICE = "serve the inner page by a view of its own"
_LINK_ADVICE = "say in the template where it leads, or have the view redirect"

#: Attributes that are URLs in some elements: by element, what must stand beside them.
_LINKS: dict[str, tuple[tuple[str, ...], re.Pattern[str]]] = {
    "meta": (("content",), re.compile(r"""http-equiv\s*=\s*["']?refresh""", re.IGNORECASE)),
    "animate": (("by", "from", "to", "values"), re.compile(r"""attributeName\s*=\s*["']?(?:xlink:)?href""")),
}
_LINKS["set"] = _LINKS["animate"]
_NO_LINKS = ((), re.compile(""))

#: A URL that is a script, and an expression of ``tal:attributes`` that holds no data.
_is_script = re.compile(rf"\s*(?:string\s*:\s*)?(?:{'|'.join(RUN_AS_SCRIPT)}):", re.IGNORECASE).match
_is_string = re.compile(r"\s*string\s*:").match


def find_unsafe(source: str) -> Iterator[Finding]:
    """Go through the places where a template puts data into code."""
    position = 0
    while tag := _TAG.search(source, position):
        position = tag.end()
        if tag[1] is None:
            yield from _in_cdata(source, tag) if tag[0].startswith("<![") else ()
            continue
        yield from _in_attributes(source, tag)
        name = tag[1].lower()
        if name in ("script", "style") and not tag[2].rstrip().endswith("/"):
            end = re.compile(rf"</{name}\b", re.IGNORECASE).search(source, position)
            stop = end.start() if end else len(source)
            yield from _in_content(source, name, tag, stop)
            position = stop


def _in_cdata(source: str, section: re.Match[str]) -> Iterator[Finding]:
    for found in _BARE.finditer(source, section.start(), section.end()):
        yield Finding(
            _line(source, found.start()),
            f"a bare ${{}} stands in CDATA, where nothing is escaped: {_CDATA_ADVICE}",
        )


def _in_content(source: str, name: str, tag: re.Match[str], stop: int) -> Iterator[Finding]:
    if re.search(r"""meta:interpolation\s*=\s*["'](?:false|off|no|0)""", tag[2]):
        return
    advice = _SCRIPT_ADVICE if name == "script" else _STYLE_ADVICE
    for found in _BARE.finditer(source, tag.end(), stop):
        if name == "script" and _is_by_js(source, found.end(), "}"):
            continue
        yield Finding(_line(source, found.start()), f"a bare ${{}} stands in <{name}>: {advice}")
    for found in _FILLED.finditer(source, tag.end(), stop):
        if not _is_by_js(source, found.end(), found[1]):
            line = _line(source, found.end())
            yield Finding(line, f"tal:content or tal:replace fills <{name}>: {advice}")
    for found in _JS.finditer(source, tag.end(), stop) if name == "script" else ():
        start = max(tag.end(), source.rfind("\n", 0, found.start()) + 1)
        if _has_quote(_STRINGS.sub("", source[start : found.start()])):
            yield Finding(
                _line(source, found.start()),
                "js() brings its own quotes, and quotes around it end them: leave them out",
            )


def _is_by_js(source: str, start: int, end: str) -> bool:
    """Tell whether all that an expression gives was made by ``js()``, or stands in it; ``end`` ends it, if it is whole."""
    begun = _begins_by_js(source, start)
    if begun is None:
        return False
    start = stop = begun.end() - len("js(")
    for _ in range(_MOST_ENDS):
        stop = source.find(end, stop + 1)
        if stop < 0:
            break
        try:
            expression = ast.parse(source[start:stop].strip(), mode="eval")
        except (SyntaxError, ValueError):
            continue
        return _is_made_by_js(expression.body)
    return True  # what isn't Python, or not only, has at least begun well


def _is_made_by_js(node: ast.expr) -> bool:
    match node:
        case ast.Constant() | ast.Call(func=ast.Name(id="js")) | ast.Name(id="nothing" | "default"):
            return True
        case ast.Call(func=ast.Attribute(value=value)):
            return _is_made_by_js(value)
        case ast.BinOp(left=one, right=other) | ast.IfExp(body=one, orelse=other):
            return _is_made_by_js(one) and _is_made_by_js(other)
    return False


def _in_attributes(source: str, tag: re.Match[str]) -> Iterator[Finding]:
    for attribute in _ATTRIBUTE.finditer(source, tag.start(2), tag.end(2)):
        name, value = attribute[1].lower(), attribute[2]
        line = _line(source, attribute.start())
        if name == "tal:attributes":
            for part in value[1:-1].replace(";;", "").split(";"):
                filled, expression = (*part.split(None, 1), "", "")[:2]
                is_data = expression and (_BARE.search(expression) or not _is_string(expression))
                if is_data and (advice := _advice_on(tag, filled.lower(), expression)):
                    yield Finding(line, f"tal:attributes fills {filled}{advice}")
        elif name in ("tal:content", "tal:replace") and tag[1].lower() in ("script", "style"):
            if not _is_by_js(value, 1, value[0]):
                yield Finding(line, f"{name} fills <{tag[1]}>: {_SCRIPT_ADVICE}")
        elif _BARE.search(value) and (advice := _advice_on(tag, name, value.strip("\"'"))):
            yield Finding(line, f"a bare ${{}} stands in {name}{advice}")


def _advice_on(tag: re.Match[str], attribute: str, value: str) -> str | None:
    """Say what to do instead of filling an attribute with data; None if nothing is wrong with it."""
    links, is_followed = _LINKS.get(tag[1].lower(), _NO_LINKS)
    if attribute == "style":
        return f": {_STYLE_ADVICE}"
    if attribute == "srcdoc":
        return f": {_INNER_ADVICE}"
    if re.fullmatch(r"on[a-z]+", attribute):
        return f": {_HANDLER_ADVICE}"
    if attribute in links and is_followed.search(tag[2]):
        return f" of <{tag[1]}>, which leads somewhere: {_LINK_ADVICE}"
    return f", where it becomes a part of a script: {_HANDLER_ADVICE}" if _is_script(value) else None


def _line(source: str, position: int) -> int:
    return source.count("\n", 0, position) + 1
