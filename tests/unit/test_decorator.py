"""The attribute that is computed once."""

from __future__ import annotations

import pytest

from goldilocks.decorator import reify


class Page:
    """Counts how often its words are counted."""

    counted = 0

    @reify
    def words(self):
        """How many words there are."""
        self.counted += 1
        return self.counted

    nouns = reify(lambda self: object())


def test_computed_once():
    """The second access gets what the first one computed."""
    page = Page()

    assert (page.words, page.words, page.counted) == (1, 1, 1)


def test_kept_under_its_own_name():
    """The result stands in the instance's dictionary, where add-ons look for it."""
    page = Page()

    assert page.words == page.__dict__["words"]


def test_the_attribute_gives_the_name():
    """A nameless function is kept under the name of the attribute that it became."""
    page = Page()

    assert page.nouns is page.nouns
    assert "nouns" in page.__dict__


def test_an_alias_does_not_take_the_name_away():
    """A second attribute for the same descriptor leaves the first one working."""

    class Alias:
        first = reify(lambda self: object())
        second = first

    alias = Alias()
    assert alias.first is alias.first


def test_kept_under_the_name_of_the_function_outside_a_class():
    """A descriptor that never saw a class body keeps under the name of its function."""

    def total(page):
        return 7

    page = Page()

    assert reify(total).__get__(page) == 7
    assert page.__dict__["total"] == 7


def test_deleted_is_computed_afresh():
    """To delete the attribute is to forget the result."""
    page = Page()
    assert page.words == 1
    del page.words

    assert page.words == 2


def test_assigned_is_not_computed():
    """What was assigned before the first access stands."""
    page = Page()
    page.words = 99

    assert page.words == 99


def test_kept_even_where_assignment_is_special():
    """A class that does something else with assignments keeps the result all the same."""

    class Strict:
        def __setattr__(self, name, value):
            raise AttributeError(name)

        once = reify(lambda self: object())

    strict = Strict()
    assert strict.once is strict.once
    with pytest.raises(AttributeError):
        strict.other = 1


def test_the_class_shows_the_descriptor():
    """Asked on the class, it is itself, with the docstring of its function."""
    assert isinstance(Page.words, reify)
    assert Page.words.__doc__ == "How many words there are."
