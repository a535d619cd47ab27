"""What some frameworks don't have, written by hand: a resource tree, ACLs, a signed cookie, tokens, the template.

It does what a scenario needs and no more, as somebody in a hurry would write it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from chameleon import PageTemplateFile

FOLDER = Path(__file__).parent.parent
TEMPLATE = FOLDER / "templates" / "table.pt"
#: Files of the scenario ``static``, made by `python -m benchmarks`.
FILES = Path(sys.prefix) / "files"
SECRET = "not too hot, not too cold: just right. " * 2

READERS = "group:readers"


class Node(dict[str, Any]):
    """A resource."""

    __acl__: list[tuple[str, str, str]]

    def __init__(self, name: str = "", parent: Node | None = None, depth: int = 0) -> None:
        super().__init__()
        self.__name__ = name
        self.__parent__ = parent
        self.depth = depth


def tree(depth: int) -> Node:
    """Return a root; below it one resource on each level, with two beside it."""
    root = node = Node()
    for level in range(depth):
        for name in ("left", "right", f"node{level}"):
            node[name] = Node(name, node, level + 1)
        node = node[f"node{level}"]
    return root


def walk(root: Node, path: str) -> Node | None:
    """Return the resource at a path, None if there is none."""
    node = root
    for name in path.split("/"):
        if name:
            found = node.get(name)
            if found is None:
                return None
            node = found
    return node


def permits(node: Node | None, principals: Iterable[str], permission: str) -> bool:
    """Decide by the first entry that fits, from a resource up to the root."""
    while node is not None:
        for action, principal, allowed in getattr(node, "__acl__", ()):
            if principal in principals and allowed == permission:
                return action == "Allow"
        node = node.__parent__
    return False


def sign(value: Any) -> str:
    """Write a value as a signed text for a cookie."""
    data = json.dumps(value).encode()
    return base64.urlsafe_b64encode(_signature(data) + data).decode()


def unsign(text: str | None) -> Any:
    """Read a signed text; None if nobody signed it here."""
    if not text:
        return None
    signed = base64.urlsafe_b64decode(text)
    signature, data = signed[:64], signed[64:]
    return json.loads(data) if hmac.compare_digest(signature, _signature(data)) else None


def _signature(data: bytes) -> bytes:
    return hmac.new(SECRET.encode(), data, hashlib.sha512).digest()


def new_token() -> str:
    """Return a token for forms."""
    return secrets.token_hex(20)


def is_token(right: str | None, given: str | None) -> bool:
    """Compare tokens in constant time."""
    return bool(right and given) and hmac.compare_digest(str(right), str(given))


def guarded(depth: int = 3) -> Node:
    """Return a tree whose ACL stands at the root."""
    root = tree(depth)
    root.__acl__ = [
        ("Deny", "group:wolves", "read"),
        ("Allow", "group:editors", "edit"),
        ("Allow", READERS, "read"),
    ]
    return root


def principals(userid: str | None) -> list[str]:
    """Return who a visitor is."""
    return (
        ["system.Everyone"]
        if userid is None
        else ["system.Everyone", "system.Authenticated", userid, READERS]
    )


def bears(count: int) -> list[dict[str, Any]]:
    """Return the rows of the page."""
    return [{"id": number, "name": f"Bear <{number}>", "porridge": "cold"} for number in range(count)]


def template() -> PageTemplateFile:
    """Return the page's template, compiled."""
    compiled = PageTemplateFile(str(TEMPLATE))
    compiled.cook_check()
    return compiled
