"""What the headers of a form say."""

from __future__ import annotations

import pytest

from goldilocks.exceptions import FormError, UnfitTextError
from goldilocks.limits import Limits
from goldilocks.partheaders import boundary_of, check_part_headers, names_of, options


@pytest.mark.parametrize(
    ("said", "boundary"),
    [
        ("B", "B"),
        ('"B"', "B"),
        ('"a b"', "a b"),
        ("----=_Part_0_1.2", "----=_Part_0_1.2"),
        ("a/b:c?d,(e)'f+g", "a/b:c?d,(e)'f+g"),
        ("B; charset=utf-8", "B"),
        ("B ;x", "B"),
        ('B; x="; boundary=C"', "B"),
    ],
)
@pytest.mark.parametrize("before", ["; ", ";", ";\t", "; charset=utf-8; ", '; x="; boundary=C"; '])
def test_boundary(said, boundary, before):
    """A boundary goes to the end of what the client said, quoted or not."""
    for is_strict in (True, False):
        assert boundary_of(f"multipart/form-data{before}boundary={said}", is_strict) == boundary


@pytest.mark.parametrize(
    "said", ["", "; boundary", "; boundary=", '; boundary=""', "; boundary=\xff", "; boundary=" + "B" * 201]
)
def test_boundary_that_is_none(said):
    """A form whose parts can't be found is the client's fault."""
    with pytest.raises(FormError, match="Invalid boundary in multipart form: "):
        boundary_of(f"multipart/form-data{said}", False)


def test_two_boundaries():
    """Of two boundaries the last counts, as ever; a strict reader refuses what another reader may understand otherwise."""
    assert boundary_of("multipart/form-data; boundary=A; BOUNDARY=B", False) == "B"
    with pytest.raises(FormError, match="twice"):
        boundary_of("multipart/form-data; boundary=A; BOUNDARY=B", True)


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ('name="a"', ("a", None)),
        ('name="a"; filename="b"', ("a", "b")),
        ('filename="b"; name="a"', ("a", "b")),
        ("name=a", ("a", None)),
        ("name=a[0]", ("a[0]", None)),
        ("name=a b; filename=(1) c.txt", ("a b", "(1) c.txt")),
        ('NAME = "a" ; FileName = "b" ;', ("a", "b")),
        ('name="a;b"; filename="c;d"', ("a;b", "c;d")),
        ('name="a"; filename=""', ("a", "")),
        ('name="a"; filename=', ("a", "")),
        ('filename="b"', ("", "b")),
        ("name", ("", None)),
        ("name*=UTF-8''a", ("", None)),
        (r'name="a\"b"', ('a"b', None)),
        (r'name="a\"; filename="b\"', ("a\\", "b\\")),
        (r'name="a"; filename="C:\b\c.png"', ("a", r"C:\b\c.png")),
        (r'name="a"; filename="\\b\c.png"', ("a", r"\\b\c.png")),
    ],
)
def test_names(said, names):
    """A name is all that the client says, however it says it."""
    strict = names_of([("X", "y"), ("Content-Disposition", f"form-data; {said}")], True)
    assert strict == names
    if "\\\\" not in said:
        assert names_of([("Content-Disposition", f"form-data; {said}")], False) == names


def test_names_as_browsers_write_them():
    """What browsers escape by percent signs is read as it was meant, and left as it is in old applications."""
    headers = [("Content-Disposition", 'form-data; name="a%22b"; filename="c%0D%0Ad%20"')]
    assert names_of(headers, True) == ('a"b', "c\r\nd%20")
    assert names_of(headers, False) == ("a%22b", "c%0D%0Ad%20")


def test_backslashes_of_old_browsers():
    """Old applications get names as old browsers wrote them; a strict reader takes a backslash for one, as browsers do today."""
    headers = [("Content-Disposition", r'form-data; name="a"; filename="C:\\b\\c.png"')]
    assert names_of(headers, False) == ("a", r"C:\b\c.png")
    assert names_of(headers, True) == ("a", r"C:\\b\\c.png")


@pytest.mark.parametrize("said", ['name="a"; name="b"', 'name="a"; filename="b"; FILENAME=c'])
def test_two_names(said):
    """Of two names the last counts in old applications; a strict reader refuses them."""
    headers = [("Content-Disposition", f"form-data; {said}")]
    assert names_of(headers, False) in (("b", None), ("a", "c"))
    with pytest.raises(FormError, match="twice"):
        names_of(headers, True)


@pytest.mark.parametrize("name", ["Content-Disposition", "Content-Type"])
def test_header_said_twice(name):
    """A part that says twice what it is, is refused by a strict reader; in old applications the first one counts."""
    headers = [
        ("Content-Disposition", "form-data; name=a"),
        (name, "form-data; name=b"),
        (name, "form-data; name=c"),
    ]
    with pytest.raises(FormError, match="twice"):
        check_part_headers(headers, Limits())
    check_part_headers(headers, Limits.compatible())
    assert names_of(headers, False) == ("a", None)
    check_part_headers([("Content-Disposition", "form-data"), ("X", "1"), ("X", "2")], Limits())


@pytest.mark.parametrize(
    ("value", "is_refused", "is_refused_always"),
    [("text/plain", False, False), ("a\tb", False, False), ("\x1b[2J", True, False), ("a\rX: b", True, True)],
)
def test_header_of_a_part_is_one_line(value, is_refused, is_refused_always):
    """A line break in a header is refused always, other controls by a strict reader, and in what names things where it is read."""
    for limits, is_expected in ((Limits(), is_refused), (Limits.compatible(), is_refused_always)):
        check_part_headers([("Content-Disposition", value)], limits)
        if is_expected:
            with pytest.raises(UnfitTextError, match="control characters"):
                check_part_headers([("X", value)], limits)
        else:
            check_part_headers([("X", value)], limits)


def test_options_of_a_type():
    """A header has a first word in lower case, and options in their order."""
    assert options("Text/Plain; A=b; a=c", False) == ("text/plain", [("a", "b"), ("a", "c")])
