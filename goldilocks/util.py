"""Small tools that any file may need: text and bytes, properties on single instances, looking at callables.

Only leaves live here: nothing knows a request, a registry or a configuration. What older code expects to find
here and stands further below (the sorter, the resolver) is handed on.
"""

from __future__ import annotations

import functools
import os
import sys
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from hmac import compare_digest
from types import FunctionType, MethodType, ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, NoReturn

from goldilocks.decorator import reify as _reify
from goldilocks.encode import is_nonstr_iter as is_nonstr_iter
from goldilocks.late import late_module
from goldilocks.ordering import FIRST as FIRST
from goldilocks.ordering import LAST as LAST
from goldilocks.ordering import ConfigurationError
from goldilocks.ordering import Sentinel as Sentinel
from goldilocks.ordering import TopologicalSorter as TopologicalSorter
from goldilocks.path import DottedNameResolver as _DottedNameResolver

if TYPE_CHECKING:
    import inspect

else:
    # PERF: import: functions are looked at without it
    inspect = late_module("inspect", globals())

#: The flag in the code of a function that takes any number of arguments; of `inspect`.
TAKES_MORE = 0x04

#: How `inspect` is asked for annotations as they are written, `annotationlib.Format.STRING`. Before Python 3.14 nothing
#: evaluates them so late.
_AS_WRITTEN: Mapping[str, Any] = {"annotation_format": 4} if sys.version_info >= (3, 14) else {}

WIN = os.name == "nt"
PYPY = sys.implementation.name == "pypy"


class DottedNameResolver(_DottedNameResolver):
    """The resolver of ``path``, but one that knows no package unless it is told."""

    def __init__(self, package: Any = None) -> None:
        super().__init__(package)


# --- Text and bytes, one and many ------------------------------------------------------------------------------


def text_(s: Any, encoding: str = "latin-1", errors: str = "strict") -> Any:
    """Decode ``s`` if it is bytes, else return it as it is."""
    return s.decode(encoding, errors) if isinstance(s, bytes) else s


def bytes_(s: Any, encoding: str = "latin-1", errors: str = "strict") -> Any:
    """Encode ``s`` if it is text, else return it as it is."""
    return s.encode(encoding, errors) if isinstance(s, str) else s


def ascii_(s: str | bytes) -> str:
    """Return ``s`` as text, provided that it is ASCII; otherwise raise a ``UnicodeError``."""
    return str(bytes_(s, "ascii"), "ascii")


def is_string_or_iterable(v: object) -> bool:
    """Tell whether ``v`` is text or can be gone through."""
    return isinstance(v, str) or hasattr(v, "__iter__")


def as_sorted_tuple(val: Any) -> tuple[Any, ...]:
    """Return the members of ``val`` in order; what isn't a collection is the only member."""
    return tuple(sorted(val)) if is_nonstr_iter(val) else (val,)


class SimpleSerializer:
    """Text to bytes and back, for cookies whose values are plain text."""

    def loads(self, bstruct: Any) -> Any:
        """Return the text that the bytes stand for."""
        return text_(bstruct)

    def dumps(self, appstruct: Any) -> Any:
        """Return the bytes that stand for the text."""
        return bytes_(appstruct)


def strings_differ(string1: str | bytes, string2: str | bytes) -> bool:
    """Tell whether two secrets differ, in a time that doesn't tell where they do.

    Text is compared by its UTF-8 bytes, so that whatever a client sends is an answer and never an error.
    """
    first, second = bytes_(string1, "utf-8", "surrogatepass"), bytes_(string2, "utf-8", "surrogatepass")
    return not compare_digest(first, second)


def is_same_domain(host: str, pattern: str) -> bool:
    """Tell whether a host is the one that is meant; a pattern with a leading dot means its subdomains too.

    >>> is_same_domain("www.example.com", ".example.com"), is_same_domain("www.example.com", "example.com")
    (True, False)
    """
    pattern = pattern.lower()
    if pattern.startswith("."):
        return host == pattern[1:] or host.endswith(pattern)
    return bool(pattern) and host == pattern


# --- Properties for one instance -------------------------------------------------------------------------------


class SettableProperty:
    """An attribute that is computed at each access until something is assigned over it."""

    def __init__(self, wrapped: Callable[[Any], Any]) -> None:
        self.wrapped = wrapped
        functools.update_wrapper(self, wrapped)  # type: ignore[arg-type]  # it takes on the names all the same

    def __get__(self, obj: Any, type: type | None = None) -> Any:
        return self if obj is None else self.wrapped(obj)


class InstancePropertyHelper:
    """Gives properties to single instances, by moving them into a class that is derived for it.

    Instances of one class that are given the same properties share the derived class.
    """

    def __init__(self) -> None:
        self.properties: dict[str, Any] = {}

    @classmethod
    def make_property(
        cls, callable: Any, name: str | bytes | None = None, reify: bool = False
    ) -> tuple[str, Any]:
        """Make a descriptor, and return its name and itself.

        Args:
            callable: a function of the instance, or a ready data descriptor such as a ``property``.
            name: needed unless ``callable`` has a ``__name__``.
            reify: whether the first result is kept. A data descriptor can't be.

        Raises:
            ValueError: there is no name, or a data descriptor to be reified.
            ConfigurationError: the name isn't ASCII.
        """
        if name is None:
            name = getattr(callable, "__name__", None)
            if name is None:
                raise ValueError(f'{callable!r} has no __name__, so "name" must be given for the property')
        name = get_callable_name(name)
        if inspect.isdatadescriptor(callable):
            if reify:
                raise ValueError(f"{name!r} is a data descriptor, whose result can't be kept: drop reify")
            return name, callable
        descriptor = _reify(callable) if reify else SettableProperty(callable)
        descriptor.__name__ = name  # type: ignore[union-attr]  # any object has room for it, and reify keeps there
        return name, descriptor

    @classmethod
    def apply_properties(cls, target: Any, properties: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> None:
        """Give ``target`` all of these properties, named descriptors as ``make_property`` returns them."""
        descriptors = dict(properties)
        if descriptors:
            target.__class__ = derived_class(target.__class__, descriptors)

    @classmethod
    def set_property(
        cls, target: Any, callable: Any, name: str | bytes | None = None, reify: bool = False
    ) -> None:
        """Give ``target`` one property; the arguments are those of ``make_property``."""
        make = _lasting_property if _is_lasting(callable) else cls.make_property
        cls.apply_properties(target, [make(callable, name, reify)])

    def add_property(self, callable: Any, name: str | bytes | None = None, reify: bool = False) -> None:
        """Note a property for ``apply``; the arguments are those of ``make_property``."""
        name, descriptor = self.make_property(callable, name=name, reify=reify)
        self.properties[name] = descriptor

    def apply(self, target: Any) -> None:
        """Give ``target`` all properties that were noted."""
        self.apply_properties(target, self.properties)


class InstancePropertyMixin:
    """For classes whose instances can be given properties one by one."""

    def set_property(self, callable: Any, name: str | None = None, reify: bool = False) -> None:
        """Give this instance, and no other, a property. It counts from now on.

        Args:
            callable: a function of the instance, or a ready data descriptor such as a ``property``.
            name: needed unless ``callable`` has a ``__name__``.
            reify: whether the first result is kept. A data descriptor can't be.
        """
        InstancePropertyHelper.set_property(self, callable, name=name, reify=reify)


def _is_lasting(function: Any) -> bool:
    """Tell whether a function was defined once for all, so that to remember it holds nothing else alive."""
    return isinstance(function, FunctionType) and "<" not in function.__qualname__


@functools.lru_cache(maxsize=256)
def _lasting_property(function: FunctionType, name: str | bytes | None, reify: bool) -> tuple[str, Any]:
    return InstancePropertyHelper.make_property(function, name, reify)


#: Under this name a class knows the classes that were derived from it, and a descriptor holds those that it is in.
_DERIVED = "__goldilocks_derived__"
_HELD_AT_MOST = 16


def derived_class(parent: Any, descriptors: dict[str, Any]) -> Any:
    """Return a class that is ``parent`` with these attributes.

    It lives as long as its descriptors: those of an application as long as the application, those that were made
    for one instance as long as this one.
    """
    # PERF: every request passes here once the application has request properties; only the first makes a class.
    known: weakref.WeakValueDictionary[Any, Any] | None = parent.__dict__.get(_DERIVED)
    if known is None:
        known = weakref.WeakValueDictionary()
        setattr(parent, _DERIVED, known)
    # By number, for a foreign descriptor need not be hashable. The class holds them, so the numbers stay theirs.
    key = tuple((name, id(descriptor)) for name, descriptor in descriptors.items())
    derived = known.get(key)
    if derived is None:
        derived = known[key] = _derive(parent, descriptors)
        for descriptor in descriptors.values():
            if hasattr(descriptor, "__dict__"):
                vars(descriptor).setdefault(_DERIVED, deque(maxlen=_HELD_AT_MOST)).append(derived)
    return derived


def _derive(parent: Any, descriptors: dict[str, Any]) -> Any:
    # It shows as its parent, wherever names of classes are shown.
    names = {"__module__": parent.__module__, "__qualname__": parent.__qualname__}
    derived = type(parent.__name__, (parent,), {**names, **descriptors})
    # What zope knows of the parent holds for this class as well; otherwise zope would make a specification
    # for each of them, and every table keyed by specifications would grow with it.
    for name in ("__implemented__", "__provides__"):
        if hasattr(parent, name):
            setattr(derived, name, getattr(parent, name))
    return derived


@contextmanager
def hide_attrs(obj: Any, *attrs: str) -> Iterator[None]:
    """Take attributes away from an instance for a while; afterwards they are exactly what they were."""
    values: dict[str, Any] = {} if obj is None else obj.__dict__
    hidden = {name: values.pop(name) for name in attrs if name in values}
    try:
        yield
    finally:
        for name in attrs:
            values.pop(name, None)
        values.update(hidden)


# --- A set that holds nothing alive ----------------------------------------------------------------------------


class WeakOrderedSet:
    """Objects in the order in which they were last added, for as long as somebody else holds them."""

    def __init__(self) -> None:
        self._items: dict[int, weakref.ref[Any]] = {}

    def add(self, item: Any) -> None:
        """Put ``item`` at the end."""
        number = id(item)
        self._items.pop(number, None)
        self._items[number] = weakref.ref(item, lambda _: self._items.pop(number, None))

    def remove(self, item: Any) -> None:
        """Take ``item`` out, if it is in."""
        self._items.pop(id(item), None)

    def empty(self) -> None:
        """Take all out."""
        self._items = {}

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, item: Any) -> bool:
        return id(item) in self._items

    def __iter__(self) -> Iterator[Any]:
        # One may die while others are looked at: go through a copy, and over the dead.
        return (item for item in [ref() for ref in self._items.values()] if item is not None)

    @property
    def last(self) -> Any:
        """The one that was added last, or ``None``."""
        return next(reversed(list(self)), None)


# --- Describing objects ----------------------------------------------------------------------------------------

_CLOSERS: dict[type, str] = {set: "}", dict: "}", tuple: ")", list: "]"}


def object_description(object: Any) -> str:
    """Describe an object for people, by its dotted name where it has one.

    >>> object_description(object_description), object_description([1, 2]), object_description("as is")
    ('function goldilocks.util.object_description', '[1, 2]', 'as is')
    """
    if (
        type(object) is FunctionType and object.__module__ in sys.modules
    ):  # PERF: build of 10,000 routes and views
        return f"function {sys.modules[object.__module__].__name__}.{object.__name__}"
    if object is None or isinstance(object, (str, int, float)):
        return str(object)
    for kind, closer in _CLOSERS.items():
        if isinstance(object, kind):
            return shortrepr(object, closer)
    if isinstance(object, ModuleType):
        return f"module {object.__name__}"
    module = (
        sys.modules.get(object.__module__) if hasattr(object, "__module__") else inspect.getmodule(object)
    )
    if module is None:
        return f"object {object}"
    if isinstance(object, MethodType):
        return f"method {object.__name__} of class {module.__name__}.{object.__self__.__class__.__name__}"
    for word, kind in (("class", type), ("function", FunctionType)):
        if isinstance(object, kind):
            return f"{word} {module.__name__}.{object.__name__}"
    return f"object {object}"


def shortrepr(object: Any, closer: str) -> str:
    """Return an object as text of some hundred characters at most; ``closer`` ends it where it is cut."""
    text = str(object)
    return text if len(text) <= 100 else f"{text[:100]} ... {closer}"


# --- Callables -------------------------------------------------------------------------------------------------


def get_callable_name(name: str | bytes) -> str:
    """Return a name as text, provided that it can name a method.

    Raises:
        ConfigurationError: it isn't ASCII.
    """
    try:
        return ascii_(name)
    except UnicodeError:
        raise ConfigurationError(f"the name {name!r} can't be given to a method: only ASCII can") from None


def make_contextmanager(fn: Callable[..., Any] | None) -> Callable[..., AbstractContextManager[Any]]:
    """Make a context manager out of a generator function, or one around a function's result; ``None`` gives ``None``."""
    if inspect.isgeneratorfunction(fn):
        return contextmanager(fn)
    function = _nothing if fn is None else fn

    @functools.wraps(function)
    def result_of(*args: Any, **kw: Any) -> Iterator[Any]:
        yield function(*args, **kw)

    return contextmanager(result_of)


def _nothing(*args: Any, **kw: Any) -> None:
    return None


def takes_one_arg(
    callee: Any, attr: str | None = None, argname: str | None = None, allow_varargs: bool = True
) -> bool:
    """Tell whether a callable is meant to be called with one argument.

    Args:
        callee: a function, a method, a class (its ``__init__`` is asked), or an instance.
        attr: the method of an instance that will be called; ``__call__`` if not given.
        argname: the name of a first argument that may be followed by others which all have defaults.
        allow_varargs: whether it may take any number of further arguments.
    """
    function = _what_runs(callee, attr or "__call__")
    if function is None:
        return False
    names, default_count, has_varargs = _arguments(function)
    if isinstance(callee, type) or hasattr(function, "__func__"):
        names = names[1:]
    if not names or (has_varargs and not allow_varargs):
        return False
    return len(names) == 1 or (names[0] == argname and len(names) - default_count == 1)


def _what_runs(callee: Any, attr: str) -> Any:
    """Return the function or method that runs when ``callee`` is called."""
    if is_routine(callee):
        return callee
    return getattr(callee, "__init__" if isinstance(callee, type) else attr, None)


def _arguments(function: Any) -> tuple[Sequence[str], int, bool]:
    """Return the names of the positional arguments, how many have a default, and whether any number may follow."""
    plain = getattr(function, "__func__", function)
    if isinstance(plain, FunctionType) and not hasattr(plain, "__signature__"):
        # The inspect module would evaluate annotations on the way, and those may name what only a type checker knows.
        code = plain.__code__
        names = code.co_varnames[: code.co_argcount]
        return names, len(plain.__defaults__ or ()), bool(code.co_flags & TAKES_MORE)
    if isinstance(function, functools.partial):
        return _rest_of(parameters_as_written(function))
    spec = inspect.getfullargspec(function)
    return spec.args, len(spec.defaults or ()), spec.varargs is not None


def _rest_of(parameters: Sequence[inspect.Parameter]) -> tuple[Sequence[str], int, bool]:
    positional = [each for each in parameters if each.kind <= each.POSITIONAL_OR_KEYWORD]
    default_count = sum(each.default is not each.empty for each in positional)
    return (
        [each.name for each in positional],
        default_count,
        any(each.kind is each.VAR_POSITIONAL for each in parameters),
    )


def parameters_as_written(function: Any) -> Sequence[inspect.Parameter]:
    """Return what a callable takes; its annotations aren't evaluated, they may name what only a type checker knows.

    Raises:
        TypeError: it is no callable.
        ValueError: it is written in C and doesn't tell.
    """
    return tuple(inspect.signature(function, **_AS_WRITTEN).parameters.values())


def is_routine(ob: object) -> bool:
    """Tell whether this is a function or a method, of whatever kind."""
    return isinstance(ob, FunctionType) or inspect.isroutine(ob)


def is_bound_method(ob: object) -> bool:
    """Tell whether this is a method together with its instance."""
    return isinstance(ob, MethodType)


def is_unbound_method(fn: object) -> bool:
    """Tell whether this is a function that waits for an instance: its first argument is called ``self``."""
    return isinstance(fn, FunctionType) and list(_arguments(fn)[0][:1]) == ["self"]


def reraise(
    tp: type[BaseException], value: BaseException | None, tb: TracebackType | None = None
) -> NoReturn:
    """Raise an exception with a traceback of one's choice; without ``value``, a fresh one of type ``tp``."""
    try:
        raise (tp() if value is None else value).with_traceback(tb)
    finally:
        # This frame stands in the traceback, so what it holds would hold it.
        value = tb = None
