"""Small tools."""

from __future__ import annotations

import functools
import gc
import inspect
import sys
import textwrap
import types
import weakref

import pytest
from zope.interface import Interface, alsoProvides, implementedBy, implementer, providedBy

from goldilocks import util
from goldilocks.ordering import ConfigurationError
from goldilocks.util import InstancePropertyHelper, InstancePropertyMixin, WeakOrderedSet

# --- Text and bytes, one and many ------------------------------------------------------------------------------


def test_text():
    """Bytes are decoded, anything else stays."""
    assert util.text_(b"\xe9") == util.text_(b"\xc3\xa9", "utf-8") == util.text_("é") == "é"
    assert util.text_(b"\xff", "ascii", "ignore") == ""
    assert util.text_(7) == 7


def test_bytes():
    """Text is encoded, anything else stays."""
    assert util.bytes_("é") == util.bytes_(b"\xe9") == b"\xe9"
    assert util.bytes_("é", "utf-8") == b"\xc3\xa9"
    assert util.bytes_("é", "ascii", "ignore") == b""
    assert util.bytes_(7) == 7


@pytest.mark.parametrize("given", ["é", b"\xe9"])
def test_ascii_only(given):
    """What isn't ASCII is an error, as text and as bytes."""
    assert util.ascii_("a") == util.ascii_(b"a") == "a"
    with pytest.raises(UnicodeError):
        util.ascii_(given)


@pytest.mark.parametrize(("given", "answer"), [("a", True), ([], True), (7, False)])
def test_is_string_or_iterable(given, answer):
    """Text counts, and so does what can be gone through."""
    assert util.is_string_or_iterable(given) is answer


@pytest.mark.parametrize(
    ("given", "answer"), [("ba", ("ba",)), (["b", "a"], ("a", "b")), (7, (7,)), ({2, 1}, (1, 2))]
)
def test_as_sorted_tuple(given, answer):
    """Members are put in order, a single thing is the only member."""
    assert util.as_sorted_tuple(given) == answer


def test_plain_text_goes_there_and_back():
    """The plain serializer makes bytes of text and text of bytes."""
    serializer = util.SimpleSerializer()

    assert serializer.loads(serializer.dumps("é")) == "é"


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("a", "a", False),
        (b"a", b"a", False),
        ("a", "b", True),
        (b"a", b"ab", True),
        ("é", "e", True),
        ("é", "é", False),
        ("\udcff", "a", True),
    ],
)
def test_strings_differ(one, other, differ):
    """Secrets are compared whatever they are made of: no input is an error."""
    assert util.strings_differ(one, other) is differ


@pytest.mark.parametrize(
    ("host", "pattern", "answer"),
    [
        ("example.com", "example.com", True),
        ("example.com", "EXAMPLE.com", True),
        ("www.example.com", "example.com", False),
        ("example.com", ".example.com", True),
        ("www.example.com", ".example.com", True),
        ("evilexample.com", ".example.com", False),
        ("example.com:8080", "example.com", False),
        ("", "", False),
        ("example.com", "", False),
    ],
)
def test_is_same_domain(host, pattern, answer):
    """Only a leading dot lets subdomains in, and ports count."""
    assert util.is_same_domain(host, pattern) is answer


# --- Properties for one instance -------------------------------------------------------------------------------


class Page(InstancePropertyMixin):
    """What the properties are given to."""

    size = 1


def size_of(page):
    return page.size


def test_property_of_one_instance():
    """A property counts at once, and for this instance alone."""
    page = Page()
    page.set_property(size_of, "length")
    page.size = 2

    assert page.length == 2
    assert not hasattr(Page(), "length")
    assert isinstance(page, Page)


def test_property_is_computed_each_time():
    """It is computed at each access, until something is assigned over it."""
    page = Page()
    page.set_property(size_of)
    page.size = 2
    assert page.size_of == 2
    page.size = 3
    assert page.size_of == 3
    page.size_of = "set"

    assert page.size_of == "set"


def test_reified_property_is_computed_once():
    """The first result stays."""
    page = Page()
    page.set_property(lambda page: page.size, "length", reify=True)
    assert page.length == 1
    page.size = 2

    assert page.length == 1
    assert page.__dict__["length"] == 1


def test_property_with_a_setter():
    """A ready property object is taken as it is."""
    page = Page()
    page.set_property(property(size_of, lambda page, value: setattr(page, "size", value * 2)), name="double")
    page.double = 4

    assert page.double == page.size == 8


def test_property_given_again():
    """The later of two properties of one name counts."""
    page = Page()
    page.set_property(lambda page: 1, "x")
    page.set_property(lambda page: 2, "x")

    assert page.x == 2


def test_property_without_a_name():
    """What has no name must be given one."""
    nameless = functools.partial(size_of)
    with pytest.raises(ValueError, match='"name" must be given'):
        Page().set_property(nameless)
    page = Page()
    page.set_property(nameless, "x")

    assert page.x == 1


def test_property_whose_name_is_no_ascii():
    """A name that can't name a method is refused."""
    with pytest.raises(ConfigurationError, match="only ASCII"):
        Page().set_property(size_of, "größe")


def test_property_object_is_not_reified():
    """The result of a property with a setter can't be kept."""
    with pytest.raises(ValueError, match="drop reify"):
        Page().set_property(property(size_of), "x", reify=True)


def test_derived_class_shows_as_its_parent():
    """The class of an instance with properties has its parent's names."""
    page = Page()
    page.set_property(size_of)

    assert type(page) is not Page
    assert repr(type(page)) == repr(Page)
    assert type(page).__module__ == __name__


def test_the_descriptor_shows_its_docstring():
    """Asked on the class, a property is itself and documented."""

    def length(page):
        """How long it is."""

    page = Page()
    page.set_property(length)

    assert type(page).length.__doc__ == "How long it is."
    assert type(page).length.__name__ == "length"


def test_same_properties_same_class():
    """Instances that are given the same properties share one class, so that none is made per request."""
    helper = InstancePropertyHelper()
    helper.add_property(lambda page: 1, "one")
    helper.add_property(lambda page: 2, "two", reify=True)
    first, second = Page(), Page()
    helper.apply(first)
    helper.apply(second)

    assert type(first) is type(second)
    assert (second.one, second.two) == (1, 2)


def test_shared_class_outlives_its_instances():
    """The shared class is there for the next instance when there is no other."""
    helper = InstancePropertyHelper()
    helper.add_property(lambda page: 1, "one")
    page = Page()
    helper.apply(page)
    derived = weakref.ref(type(page))
    del page
    gc.collect()

    assert derived() is not None


def test_shared_class_goes_with_its_properties():
    """Once nobody knows the properties any more, the class is gone as well."""
    page = Page()
    page.set_property(lambda page: 1, "one")
    derived = weakref.ref(type(page))
    del page
    gc.collect()

    assert derived() is None


def test_same_function_same_class():
    """A function of a module, given to instances one by one, makes one class."""
    first, second = Page(), Page()
    first.set_property(size_of)
    second.set_property(size_of)

    assert type(first) is type(second)


def test_properties_added_later():
    """What is added to the helper later isn't given to those who were there before."""
    helper = InstancePropertyHelper()
    helper.add_property(lambda page: 1, "x")
    early, late = Page(), Page()
    helper.apply(early)
    helper.add_property(lambda page: 2, "x")
    helper.apply(late)

    assert (early.x, late.x) == (1, 2)


def test_foreign_descriptors():
    """Any data descriptor will do, even one that can't be hashed and takes no attributes."""

    class Descriptor:
        __slots__ = ()
        __hash__ = None

        def __get__(self, instance, owner):
            return "got"

        def __set__(self, instance, value):
            pass

    page = Page()
    page.set_property(Descriptor(), "x")

    assert page.x == "got"


def test_no_properties_no_class():
    """An instance that is given nothing stays what it is."""
    page = Page()
    InstancePropertyHelper.apply_properties(page, {})

    assert type(page) is Page


def test_zope_sees_the_parent():
    """What zope knows of a derived class is what it knows of the parent: no specification is made for it."""

    class IPage(Interface):
        pass

    class IMarked(Interface):
        pass

    @implementer(IPage)
    class Known(InstancePropertyMixin):
        pass

    page = Known()
    page.set_property(size_of)
    alsoProvides(page, IMarked)

    assert implementedBy(type(page)) is implementedBy(Known)
    assert IPage.providedBy(page)
    assert IMarked in providedBy(page)
    assert not IMarked.providedBy(Known())


# --- Attributes hidden for a while -----------------------------------------------------------------------------


def test_hidden_attributes_come_back():
    """What was hidden is back afterwards, whatever happened meanwhile, and what wasn't there is gone."""
    page = types.SimpleNamespace(a=1, b=2)
    with pytest.raises(KeyError), util.hide_attrs(page, "a", "b", "c", "d"):
        assert vars(page) == {}
        page.a = page.c = 3
        raise KeyError

    assert vars(page) == {"a": 1, "b": 2}


def test_hidden_attributes_of_nothing():
    """Nothing has no attributes to hide."""
    with util.hide_attrs(None, "a"):
        pass


# --- A set that holds nothing alive ----------------------------------------------------------------------------


def test_weak_set_in_order():
    """Who is added again goes to the end."""
    a, b = Page(), Page()
    weak = WeakOrderedSet()
    for each in (a, b, a):
        weak.add(each)

    assert list(weak) == [b, a]
    assert len(weak) == 2
    assert weak.last is a


def test_weak_set_forgets_the_dead():
    """Who isn't held by anybody else is not in it any more."""
    a, b = Page(), Page()
    weak = WeakOrderedSet()
    weak.add(a)
    weak.add(b)
    del b

    assert list(weak) == [a]
    assert weak.last is a


def test_weak_set_passes_over_who_dies_meanwhile():
    """Who dies while others are looked at is left out."""
    a, b = Page(), Page()
    weak = WeakOrderedSet()
    weak.add(a)
    weak._items[7] = lambda: None
    weak.add(b)

    assert list(weak) == [a, b]


def test_weak_set_without():
    """One can be taken out, known or not, and so can all."""
    a, b = Page(), Page()
    weak = WeakOrderedSet()
    weak.add(a)
    weak.remove(a)
    weak.remove(b)
    assert a not in weak
    weak.add(b)
    assert b in weak
    weak.empty()

    assert (len(weak), weak.last) == (0, None)


# --- Describing objects ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ("text", "text"),
        (7, "7"),
        (1.5, "1.5"),
        (True, "True"),
        (None, "None"),
        ({1}, "{1}"),
        ((1,), "(1,)"),
        ([1], "[1]"),
        ({1: 2}, "{1: 2}"),
        (["x" * 200], "['" + "x" * 98 + " ... ]"),
        (inspect, "module inspect"),
        (Page, f"class {__name__}.Page"),
        (size_of, f"function {__name__}.size_of"),
        (Page().set_property, f"method set_property of class {util.__name__}.Page"),
    ],
)
def test_object_description(given, answer):
    """Things are told by what they are and where they live."""
    assert util.object_description(given) == answer


@pytest.mark.parametrize("given", [object(), Page()])
def test_object_description_of_an_instance(given):
    """An instance is told as it tells itself."""
    assert util.object_description(given) == f"object {given}"


# --- Callables -------------------------------------------------------------------------------------------------


def test_callable_name():
    """A name may come as text or bytes."""
    assert util.get_callable_name(b"name") == util.get_callable_name("name") == "name"


def test_context_manager_of_a_generator():
    """A generator function is a context manager as it is."""

    def guard(log):
        log.append("in")
        yield log
        log.append("out")

    with util.make_contextmanager(guard)([]) as log:
        assert log == ["in"]
    assert log == ["in", "out"]


def test_context_manager_of_a_function():
    """A function's result is what is entered."""
    with util.make_contextmanager(lambda value: value + 1)(1) as entered:
        assert entered == 2


def test_context_manager_of_nothing():
    """Without a function, whatever is given, nothing is entered."""
    with util.make_contextmanager(None)(1, key=2) as entered:
        assert entered is None


class WithInit:
    def __init__(self, request):
        pass


class Callable:
    def __call__(self, request):
        pass

    def two(self, context, request):
        pass


class Closed:
    """Can't be called at all."""


def wrapped(*args):
    pass


wrapped_with_signature = functools.wraps(wrapped)(lambda *args: None)
wrapped_with_signature.__signature__ = inspect.signature(size_of)


@pytest.mark.parametrize(
    ("callee", "options", "answer"),
    [
        (lambda request: None, {}, True),
        (lambda context, request: None, {}, False),
        (lambda: None, {}, False),
        (lambda context, request=None: None, {}, False),
        (lambda request, extra=None: None, {}, False),
        (lambda request, extra=None: None, {"argname": "request"}, True),
        (lambda context, request=None: None, {"argname": "request"}, False),
        (lambda request, must, extra=None: None, {"argname": "request"}, False),
        (lambda request, must: None, {"argname": "request"}, False),
        (lambda request, *, key: None, {}, True),
        (lambda request, *rest: None, {}, True),
        (lambda request, *rest: None, {"allow_varargs": False}, False),
        (wrapped, {}, False),
        (wrapped_with_signature, {}, True),
        (WithInit, {}, True),
        (Closed, {}, False),
        (Closed(), {}, False),
        (Callable(), {}, True),
        (Callable(), {"attr": "two"}, False),
        (Callable(), {"attr": "nothing"}, False),
        (Callable().two, {}, False),
        (Callable.__call__, {}, False),
        (len, {}, True),
    ],
)
def test_takes_one_arg(callee, options, answer):
    """What decides is the arguments that must be given, not counting ``self``."""
    assert util.takes_one_arg(callee, **options) is answer


def annotated(source):
    """Run this; then what its annotations name is gone, as it never was there for anything but a type checker."""
    scope = {"OnlyForTypeCheckers": object, "functools": functools}
    exec(compile(textwrap.dedent(source), __file__, "exec", dont_inherit=True), scope)
    del scope["OnlyForTypeCheckers"]
    return scope


def test_annotations_are_left_alone():
    """A function whose annotations only a type checker understands is counted like any other."""
    scope = annotated("""
        def view(request: OnlyForTypeCheckers): pass
    """)

    assert util.takes_one_arg(scope["view"])


@pytest.mark.parametrize(
    ("attr", "answer"),
    [("first", True), ("named", True), ("second", False), ("rest", True)],
)
def test_annotations_behind_a_partial_are_left_alone(attr, answer):
    """So is one that is already given some of its arguments."""
    scope = annotated("""
        def view(request: OnlyForTypeCheckers, word: OnlyForTypeCheckers = 1): pass
        def two(context, request: OnlyForTypeCheckers): pass
        def any_number(one, context, *others: OnlyForTypeCheckers): pass
        class Views:
            first = staticmethod(functools.partial(view))
            named = staticmethod(functools.partial(two, 1))
            second = staticmethod(functools.partial(two))
            rest = staticmethod(functools.partial(any_number, 1))
    """)

    assert util.takes_one_arg(scope["Views"](), attr, "request") is answer


def test_parameters_as_written():
    """What a callable takes is told without a look at what its annotations mean."""
    scope = annotated("""
        def main(global_config: OnlyForTypeCheckers, **settings: OnlyForTypeCheckers) -> OnlyForTypeCheckers: pass
    """)

    parameters = util.parameters_as_written(scope["main"])

    assert [each.name for each in parameters] == ["global_config", "settings"]


def test_methods():
    """A method with its instance is bound; a function whose first argument is called self waits for one."""
    assert util.is_bound_method(Callable().two)
    assert not util.is_bound_method(Callable.two)
    assert util.is_unbound_method(Callable.two)
    assert not util.is_unbound_method(Callable().two)
    assert not util.is_unbound_method(size_of)
    assert not util.is_unbound_method(len)


def test_reraise_with_a_traceback():
    """An exception is raised with the traceback that it is given."""
    try:
        raise KeyError("x")
    except KeyError as error:
        value, traceback = error, error.__traceback__
    with pytest.raises(KeyError) as caught:
        util.reraise(KeyError, value, traceback)

    assert caught.value is value
    assert caught.tb.tb_next.tb_next is traceback


def test_reraise_a_fresh_one():
    """Without an exception, one of the type is made."""
    with pytest.raises(KeyError):
        util.reraise(KeyError, None)


# --- What is handed on -----------------------------------------------------------------------------------------


def test_resolver_without_a_package():
    """The resolver of this module knows no package unless it is told."""
    resolver = util.DottedNameResolver()

    assert resolver.package is None
    assert resolver.resolve("goldilocks.util") is util


def test_platform():
    """The two platform flags are plain booleans."""
    assert util.WIN is (sys.platform == "win32")
    assert util.PYPY is (sys.implementation.name == "pypy")
