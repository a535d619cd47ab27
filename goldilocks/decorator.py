"""``reify``: an attribute that is computed when it is first asked for, and plain data from then on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

Result = TypeVar("Result")


class reify(Generic[Result]):
    """Compute an attribute on first access and keep the result in the instance's ``__dict__``.

    The kept result hides this descriptor, so that later accesses don't come here at all; it may be assigned over,
    and deleted to have it computed afresh.

    >>> class Page:
    ...     @reify
    ...     def words(self):
    ...         print("counting")
    ...         return 3
    >>> page = Page()
    >>> page.words, page.words
    counting
    (3, 3)
    """

    def __init__(self, wrapped: Callable[[Any], Result]) -> None:
        self.wrapped = wrapped
        self.__name__ = getattr(wrapped, "__name__", "")
        self.__doc__ = wrapped.__doc__
        self._is_named = False

    def __set_name__(self, owner: type, name: str) -> None:
        # The first class attribute that holds it gives the name; an alias in a class must not take it away.
        if not self._is_named:
            self.__name__ = name
            self._is_named = True

    @overload
    def __get__(self, inst: None, objtype: type | None = None) -> Self: ...

    @overload
    def __get__(self, inst: object, objtype: type | None = None) -> Result: ...

    def __get__(self, inst: object | None, objtype: type | None = None) -> Self | Result:
        if inst is None:
            return self
        # COMPAT: written into ``__dict__`` under its own name, which is where add-ons put their guards and read.
        value = inst.__dict__[self.__name__] = self.wrapped(inst)
        return value
