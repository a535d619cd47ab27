"""What the fields of a query and of a form come in: WebOb's multi-dicts, which answer the client where a field doesn't come once.

A field that comes twice lets who checks it and who uses it see two values. ``request.POST.one("amount")`` gives the value of a field
that comes once, or raises.
"""

from __future__ import annotations

from typing import Any, TypeVar

from webob import multidict

from goldilocks.exceptions import FieldCountError

Key = TypeVar("Key")
Field = TypeVar("Field")


class _OneValue:
    def getone(self: Any, key: Any) -> Any:
        """Return the value of a field that comes once.

        Raises:
            FieldCountError: it doesn't come, or more than once.
        """
        values = self.getall(key)
        if len(values) != 1:
            raise FieldCountError(key, len(values))
        return values[0]

    one = getone


class MultiDict(_OneValue, multidict.MultiDict[Key, Field]):
    """The fields of a form."""


class GetDict(_OneValue, multidict.GetDict):
    """The fields of a query."""

    def copy(self) -> MultiDict[str, str]:  # type: ignore[override]  # as WebOb's does
        """Return the fields in a dict of their own, which writes to no environment."""
        return MultiDict(self)


class NestedMultiDict(_OneValue, multidict.NestedMultiDict[Key, Field]):
    """The fields of both."""

    def copy(self) -> MultiDict[Key, Field]:  # type: ignore[override]  # as WebOb's does
        """Return the fields in one dict of their own."""
        return MultiDict(self)


class NoVars(_OneValue, multidict.NoVars):
    """No fields, because there is no form."""
