"""Reading one parameter of a request, or some."""

from __future__ import annotations

import pytest
from webob import Request as WebObRequest

from goldilocks.httpexceptions import HTTPBadRequest
from goldilocks.limits import Limits
from goldilocks.parameters import parameter, parameters_of
from goldilocks.request import Request


@pytest.mark.parametrize("name", ["a", "a-1", "é", "a b", "a&b", "b&a", "a=b", "a+b", "a%62", ""])
@pytest.mark.parametrize(
    "query",
    [
        "",
        "a",
        "a=",
        "a=1",
        "&".join(["a=1"] * 20),
        "a=x.y",
        "a=1&a=2",
        "b&a=3",
        "a&b=4",
        "a-1=5",
        "a=b=6",
        "=7",
        "%C3%A9=8",
        "a+b=9",
        "a%62=10",
        "a=%C3%A9",
        "a=\xc3\xa9",
        "a=²",
        "b=1&c=2",
    ],
)
@pytest.mark.parametrize("kind", [Request, WebObRequest])
def test_parameter_is_that_of_the_request(kind, name, query):
    """Whatever it is called, and whatever is in the query, a parameter is what ``request.params`` says, also if that can't be read."""
    read = parameter(name)
    try:
        expected = kind({"QUERY_STRING": query, "REQUEST_METHOD": "GET"}).params.get(name)
    except UnicodeError as error:
        expected = type(error)
    asked = kind({"QUERY_STRING": query, "REQUEST_METHOD": "GET"})
    try:
        assert read(asked) == expected
        assert parameters_of(asked).get(name) == expected
    except UnicodeError as error:
        assert type(error) is expected


def test_parameter_of_a_form():
    """Where there may be a form, its fields count, too; a file is no value."""
    asked = Request.blank("/?a=1", POST={"b": "2", "c": ("name.txt", b"3")})
    assert [parameter(name)(asked) for name in "abcd"] == ["1", "2", None, None]
    assert parameters_of(asked)["b"] == "2"


@pytest.mark.parametrize(("fields", "query"), [(0, "a=1"), (1, "a=1&b=2"), (1, "b=2&a=1")])
def test_parameters_are_counted(fields, query):
    """A query with more parameters than may be isn't looked through for one."""
    asked = Request.blank(f"/?{query}")
    asked.limits = Limits(query_fields=fields)
    with pytest.raises(HTTPBadRequest, match="parameters"):
        parameter("a")(asked)
