r"""What becomes of the Python code that Chameleon writes for a template, before it is compiled.

Two things are done to it. It is made quicker: what is text without a special character, or a number, needs no call to be
escaped; pieces that follow each other are written at once; a variable is looked up by the dict itself. And it is made
safer: what goes into an attribute that browsers follow (``href``, ``src``, ``action``, ...) is looked at, so that no
``javascript:`` comes out of data. Every change is made where the code has a form that is known, and nowhere else; what
comes out of a template stays the same, but for such URLs.
"""

from __future__ import annotations

import ast
import html
import json
import re
from typing import Any

from chameleon.utils import Scope

from goldilocks.characters import BLANKS

#: To be counted up when what is done here changes: compiled code is kept on disk.
REWORK_VERSION = 6

#: Attributes whose value browsers follow, load or send something to; whatever prefix an XML document gives them.
URL_ATTRIBUTES = frozenset(
    ("action", "background", "cite", "data", "formaction", "href", "manifest", "ping", "poster", "src")
)

#: The schemes of URLs that are scripts.
RUN_AS_SCRIPT = frozenset({"javascript", "vbscript", "livescript"})

_DROPPED = re.compile(f"[{BLANKS}]+")
_HARMLESS_DATA = ("image/", "audio/", "video/", "font/")

#: What is written before a URL that would be run as a script; it makes another scheme of it, which no browser knows.
NEUTRAL = "unsafe:"


def safe_url(text: str, attribute: str = "href", own: str | None = None) -> str:
    r"""Return what goes into an attribute, escaped already, so that following it runs no script.

    >>> safe_url("/bears?page=2"), safe_url("mailto:baloo@example.com"), safe_url(" java\nscript:alert(1)")
    ('/bears?page=2', 'mailto:baloo@example.com', 'unsafe: java\nscript:alert(1)')

    Args:
        text: the whole value.
        attribute: its local name.
        own: what the template itself says there, for want of other data; that stays as it is.
    """
    if ":" not in text and "&" not in text:  # PERF: template: most URLs have no scheme
        return text
    scheme, colon, rest = html.unescape(text).partition(":")
    scheme = _DROPPED.sub("", scheme).lower()
    is_bad = scheme in RUN_AS_SCRIPT or (scheme == "data" and not _is_harmless(rest, attribute))
    return NEUTRAL + text if colon and is_bad and text != own else text


def _is_harmless(data: str, attribute: str) -> bool:
    """Tell whether what stands in a ``data:`` URL runs no script, in an attribute of this local name."""
    media_type = _DROPPED.sub("", data).lower()
    # SPEC: https://svgwg.org/svg2-draft/struct.html#UseElement: what is drawn is made part of the page, with its scripts
    is_drawn_in = attribute == "href" and media_type.startswith("image/svg")
    return media_type.startswith(_HARMLESS_DATA) and not is_drawn_in


def safe_value(name: str, text: Any) -> Any:
    """Return the value of any attribute, as `safe_url` does if it is one of a URL."""
    local_name = _local_name(name)
    return safe_url(text, local_name) if local_name in URL_ATTRIBUTES and isinstance(text, str) else text


def _local_name(attribute: str) -> str:
    """Return the name of an attribute without its prefix: ``href`` of ``xlink:href``."""
    return attribute.lower().rpartition(":")[2]


class Script(str):
    """Text that can stand in a script as it is; templates don't escape it again, unless it goes into an attribute."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


#: What would end a script, begin a comment in it, or (in older browsers) end a line; and what would end a text that somebody has put
#: around the value, or begin code in it (`` `Hello ${js(name)}` ``).
_SCRIPT_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029'`$"}


def js(value: Any) -> Script:
    r"""Return a value as JSON that can stand in a ``<script>`` block, whatever is in it.

    >>> print(js({"name": "</script>"}))
    {"name": "\u003c/script\u003e"}

    Templates know it by its name. In an attribute (``data-bear="${js(bear)}"``) it is escaped like any other text, so that the
    script reads JSON there.

    Args:
        value: anything that ``json.dumps`` writes.

    Raises:
        TypeError: JSON has no word for it.
        ValueError: it has not a number, or an infinite one, in it.
    """
    return Script(json.dumps(value, allow_nan=False).translate(_SCRIPT_ESCAPES))


#: What every template knows, unless it is given something else of that name.
HELPERS: dict[str, Any] = {"js": js}


class Names(Scope):
    """The variables of a template, of which the dict itself gives most."""

    __slots__ = ()

    # PERF: template: every mention of a variable
    get_name = dict.__getitem__  # type: ignore[assignment]  # the very function of C

    def __missing__(self, name: str) -> Any:
        root = getattr(self, "_root", None)
        if root is not None and dict.__contains__(root, name):
            return dict.__getitem__(root, name)
        if name in HELPERS:
            return HELPERS[name]
        raise NameError(name)

    def copy(self) -> Names:
        """Return variables of an inner scope."""
        inner = Names(self)
        inner._root = getattr(self, "_root", self)  # type: ignore[attr-defined]  # a slot that has no type
        return inner


def rework(source: str, checks_urls: bool) -> str:
    """Return the code of a template, quicker and, if wished, safer.

    Args:
        source: as Chameleon wrote it.
        checks_urls: whether to look at URLs.
    """
    tree = ast.parse(source)
    imports = f"from {__name__} import Script as __Script\n"
    if checks_urls:
        imports += f"from {__name__} import safe_url as __safe_url, safe_value as __safe_value\n"
        for block in _blocks(tree):
            _guard(block)
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    loaded = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    for block in _blocks(tree):
        block[:] = _quicker(block, loaded)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == "__quote":
            _AttributeScripts().visit(node)
    return imports + ast.unparse(ast.fix_missing_locations(tree))


def _blocks(tree: ast.AST) -> list[list[ast.stmt]]:
    """Return all blocks of statements."""
    fields = (
        getattr(node, field, None) for node in ast.walk(tree) for field in ("body", "orelse", "finalbody")
    )
    return [block for block in fields if isinstance(block, list) and block]


# --- Quicker -------------------------------------------------------------------------------------------------------


def _quicker(block: list[ast.stmt], loaded: set[str]) -> list[ast.stmt]:
    """Return a block of statements that does the same."""
    done: list[ast.stmt] = []
    rest = [statement for statement in block if not _is_idle(statement, loaded)]
    while rest:
        statement = rest.pop(0)
        name = _quoted_name(statement)
        if name is not None:
            slow = [statement]
            if rest and _is_conversion_of(rest[0], name):
                slow.append(rest.pop(0))
            done += _quote_if_needed(name, slow)
        elif _formatted_name(statement) is not None:
            done.append(statement)
            if rest and _is_conversion_of(rest[0], _formatted_name(statement)):
                rest.pop(0)  # it is text now
        elif not (done and _join(done[-1], statement)):
            done.append(statement)
    return done or [ast.Pass()]


def _is_idle(statement: ast.stmt, loaded: set[str]) -> bool:
    """Tell whether a statement gives a name to another's value that nobody asks for, or to its own."""
    if not (isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Name)):
        return False
    names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
    return len(names) == len(statement.targets) == 1 and (
        names[0] == statement.value.id
        or (names[0].startswith(("__attrs_", "__default_")) and names[0] not in loaded)
    )


def _target(statement: ast.stmt) -> str | None:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        if isinstance(target, ast.Name):
            return target.id
    return None


def _quoted_name(statement: ast.stmt) -> str | None:
    """Return ``x`` of ``x = __quote(x, ...)``."""
    name = _target(statement)
    value = getattr(statement, "value", None)
    is_quoted = (
        name is not None
        and isinstance(value, ast.Call)
        and _id(value.func) == "__quote"
        and len(value.args) == 5
        and _id(value.args[0]) == name
    )
    return name if is_quoted else None


def _formatted_name(statement: ast.stmt) -> str | None:
    """Return ``x`` of ``x = '%s...' % (...)``."""
    return _target(statement) if _parts_of(getattr(statement, "value", None)) else None


def _parts_of(value: Any) -> list[ast.expr]:
    """Return the parts that are put together by ``'%s%s' % (a, b)``; none for anything else."""
    if (
        isinstance(value, ast.BinOp)
        and isinstance(value.op, ast.Mod)
        and isinstance(value.left, ast.Constant)
        and isinstance(value.left.value, str)
        and isinstance(value.right, ast.Tuple)
        and value.left.value == "%s" * len(value.right.elts)
    ):
        return value.right.elts
    return []


def _is_conversion_of(statement: ast.stmt, name: str | None) -> bool:
    """Tell whether a statement makes text of a variable that is no text: ``if x is None: pass``, and so on."""
    return (
        name is not None
        and isinstance(statement, ast.If)
        and ast.unparse(statement.test) == f"{name} is None"
        and len(statement.body) == len(statement.orelse) == 1
        and isinstance(statement.body[0], ast.Pass)
        and isinstance(statement.orelse[0], ast.If)
        and f"__tt = type({name})" in ast.unparse(statement.orelse[0])
    )


def _quote_if_needed(name: str, slow: list[ast.stmt]) -> list[ast.stmt]:
    """Return what does ``slow`` unless a variable is a number, or text without anything to escape."""
    statements = ast.parse(
        f"__tt = type({name})\n"
        f"if __tt is int: {name} = str({name})\n"
        f"elif __tt is not str or __re_needs_escape({name}): pass"
    ).body
    choice: Any = statements[1]
    choice.orelse[0].body = slow
    return statements


def _join(one: ast.stmt, other: ast.stmt) -> bool:
    """Let one statement write what two would, if both write constant text to the same place."""
    first, second = _written(one), _written(other)
    if first is None or second is None or ast.dump(first.func) != ast.dump(second.func):
        return False
    first.args[0] = ast.Constant(first.args[0].value + second.args[0].value)  # type: ignore[attr-defined]
    return True


def _written(statement: ast.stmt) -> ast.Call | None:
    """Return the call of ``__append('text')``."""
    call = getattr(statement, "value", None)
    is_written = (
        isinstance(statement, ast.Expr)
        and isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id.startswith("__append")
        and len(call.args) == 1
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    )
    return call if is_written else None


# --- Safer ---------------------------------------------------------------------------------------------------------

_attribute_of = re.compile(r"\s*([\w:.-]+)\s*=\s*[\"']?%s[\"']?").fullmatch
_has_begun = re.compile(r"[^:/?#]*[:/?#]").match


def _guard(block: list[ast.stmt]) -> None:
    """Put the look at URLs where a block writes attributes."""
    #: Variables that hold a URL whose beginning stands in the template: its scheme is no data.
    begun: set[str] = set()
    #: By variable, what the template says where data says "default", if it says something.
    defaults: dict[str | None, list[ast.expr]] = {}
    for statement in block:
        name = _target(statement)
        if _quoted_name(statement) is not None:
            _escape_quotes(statement.value)  # type: ignore[attr-defined]  # it is such an assignment
            default = statement.value.args[3]  # type: ignore[attr-defined]
            defaults[name] = [default] if default.value is not None else []
        formatted = _formatted_name(statement)
        if formatted is not None:
            first = _parts_of(statement.value)[0]  # type: ignore[attr-defined]  # it is an assignment
            is_begun = isinstance(first, ast.Constant) and _has_begun(html.unescape(str(first.value)))
            (begun.add if is_begun else begun.discard)(formatted)
        elif isinstance(statement, ast.If) and (written := _written_attribute(statement)) is not None:
            attribute, value = written
            _put_into_quotes(value)
            local_name = _local_name(attribute)
            if local_name in URL_ATTRIBUTES and _id(value.right) not in begun:
                own = defaults.get(_id(value.right), [])
                value.right = _call("__safe_url", value.right, ast.Constant(local_name), *own)
        elif isinstance(statement, ast.For) and ast.unparse(statement.target) in (
            "name, value",
            "(name, value)",
        ):
            _DictGuard().visit(statement)
        elif _quoted_name(statement) is None and not any(
            _is_conversion_of(statement, each) or name == _id(getattr(statement, "value", None)) == each
            for each in begun
        ):
            begun -= {_id(node) for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _escape_quotes(call: ast.Call) -> None:
    """Have what goes into an attribute without quotes be escaped as for one with quotes, which it will have."""
    _, quote, _, default, _ = call.args
    if getattr(quote, "value", None) == "":
        call.args[1:3] = ast.Constant('"'), ast.Constant("&quot;")
        if isinstance(getattr(default, "value", None), str):
            call.args[3] = ast.Constant(default.value.replace('"', "&quot;"))  # type: ignore[attr-defined]


def _put_into_quotes(value: ast.BinOp) -> None:
    """Write an attribute with quotes: without them, a space in its value would end it."""
    form = value.left.value  # type: ignore[attr-defined]  # the text of a written attribute
    if form.endswith("%s"):
        value.left = ast.Constant(f'{form[:-2]}"%s"')


def _written_attribute(statement: ast.If) -> tuple[str, ast.BinOp] | None:
    """Return the name and the formatting of ``if x is not None: __append(' href="%s"' % x)``."""
    call = getattr(statement.body[0], "value", None)
    value = call.args[0] if isinstance(call, ast.Call) and len(call.args) == 1 else None
    if not (isinstance(value, ast.BinOp) and isinstance(value.left, ast.Constant)):
        return None
    found = _attribute_of(str(value.left.value))
    return (found[1], value) if found and isinstance(value.right, ast.Name) else None


class _DictGuard(ast.NodeTransformer):
    """Puts the look at URLs where attributes are written of a dict."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Look at what is quoted: the value of the attribute ``name``."""
        if _id(node.func) == "__quote":
            return _call("__safe_value", ast.Name("name", ast.Load()), node)
        return self.generic_visit(node)


class _AttributeScripts(ast.NodeTransformer):
    """Lets what `js` made be escaped where an attribute is written: its quotes would end the attribute."""

    def visit_Return(self, node: ast.Return) -> ast.stmt | list[ast.stmt]:
        """Look at where markup is written as it is; in text, what is quoted is a character that can't stand there."""
        if ast.unparse(node) != "return __markup()":
            return node
        unless = ast.parse(r"if quote == '\0' or __tt is not __Script: return __markup()")
        return [*unless.body, *ast.parse("target = str(target)").body]


def _id(node: Any) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _call(function: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(function, ast.Load()), list(arguments), [])
