"""From a resource to its root."""

from __future__ import annotations

from goldilocks.location import inside, lineage


class Place:
    def __init__(self, parent):
        self.__parent__ = parent


class Island:
    """Has no parent attribute at all."""


def test_lineage_goes_up_to_the_root():
    """A resource, its parent, and so on, until a parent is nobody."""
    root = Place(None)
    page = Place(Place(root))

    assert list(lineage(page)) == [page, page.__parent__, root]


def test_lineage_ends_where_there_is_no_parent_attribute():
    """A root need not say that it has no parent."""
    island = Island()
    page = Place(island)

    assert list(lineage(page)) == [page, island]


def test_lineage_of_nothing_is_empty():
    """Nothing has no ancestors, not even itself."""
    assert list(lineage(None)) == []


def test_inside_an_ancestor():
    """A resource is inside itself and each of its ancestors."""
    root = Place(None)
    page = Place(root)

    assert inside(page, page)
    assert inside(page, root)
    assert not inside(root, page)


def test_inside_nothing():
    """Nothing contains no resource."""
    assert not inside(Place(None), None)


def test_outside_where_the_root_has_no_parent_attribute():
    """A root that doesn't say that it has no parent answers no, and no error."""
    assert not inside(Place(Island()), Place(None))
