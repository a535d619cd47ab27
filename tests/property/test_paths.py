"""Splitting and quoting undo each other, and the walk goes where a naive one would go."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldilocks.exceptions import URLDecodeError
from goldilocks.traversal import (
    find_resource,
    quote_path_segment,
    resource_path,
    resource_path_tuple,
    split_path_info,
    traversal_path,
    traversal_path_info,
)
from goldilocks.traversal.traverser import walk

text = st.text(st.characters(exclude_categories=["Cs"]))
name = text.filter(lambda value: value not in ("", ".", "..") and "/" not in value)
pieces = st.lists(st.sampled_from(["a", "b", "..", ".", "", "@@a", "@@", "c", "é"]), max_size=8)


class Node:
    def __init__(self, parent=None, name=None):
        self.__parent__ = parent
        self.__name__ = name
        self.children = {}

    def __getitem__(self, name):
        return self.children[name]


def grow(names):
    """Return root and leaf of a tree that is one branch."""
    root = leaf = Node()
    for name in names:
        leaf.children[name] = Node(leaf, name)
        leaf = leaf.children[name]
    return root, leaf


@given(text)
def test_quoted_segment_is_safe_and_comes_back(segment):
    """What is quoted is ASCII, holds no slash, and gives the text back."""
    quoted = quote_path_segment(segment)
    assert quoted.isascii()
    assert "/" not in quoted
    assert unquote(quoted) == segment


@given(st.lists(name))
def test_path_of_names_splits_into_the_names(names):
    """Names that are quoted and joined come back when the path is split."""
    assert traversal_path("/" + "/".join(map(quote_path_segment, names))) == tuple(names)


@given(text)
def test_split_is_idempotent_and_never_climbs(path):
    """What was split and joined splits the same, and no name is left that leads anywhere else."""
    names = split_path_info(path)
    assert split_path_info("/".join(names)) == names
    assert not {"", ".", ".."} & set(names)


@given(st.binary())
def test_bytes_of_a_path_are_decoded_or_refused(raw):
    """Whatever bytes a path holds, they are text or raise the one error that says so."""
    try:
        expected = split_path_info(raw.decode())
    except UnicodeDecodeError:
        with pytest.raises(URLDecodeError):
            traversal_path_info(raw.decode("latin-1"))
    else:
        assert traversal_path_info(raw.decode("latin-1")) == expected


@given(st.lists(name.filter(lambda value: not value.startswith("@@"))), st.data())
def test_path_of_a_resource_finds_it(names, data):
    """The path of a resource leads to it, from wherever in the tree one looks.

    Unless its name, or that of a resource above it, begins as only a view's name does.
    """
    root, leaf = grow(names)
    start = data.draw(st.sampled_from([root, leaf]))
    assert find_resource(start, resource_path(leaf)) is leaf
    assert find_resource(start, resource_path_tuple(leaf)) is leaf


def naive_walk(root, path, virtual):
    """Go one name at a time, asking at each whether to stop."""
    inside = []
    for segment in path.split("/"):
        if segment == "..":
            inside = inside[:-1]
        elif segment not in ("", "."):
            inside.append(segment)
    names = [*virtual, *inside]
    context, virtual_root = root, root
    for index, segment in enumerate(names):
        if segment.startswith("@@") or segment not in context.children:
            view_name = segment[2:] if segment.startswith("@@") else segment
            return context, view_name, tuple(names[index + 1 :]), virtual_root
        context = context.children[segment]
        if index == len(virtual) - 1:
            virtual_root = context
    return context, "", (), virtual_root


@given(
    st.lists(st.sampled_from("abc"), max_size=4),
    pieces,
    st.lists(st.sampled_from(["a", "b", "@@a"]), max_size=3),
)
def test_walk_goes_where_a_naive_one_goes(names, path, virtual):
    """Context, view name, subpath and virtual root are those of a walk that looks at one name at a time."""
    root, _ = grow(names)
    found = walk(root, "/" + "/".join(path), virtual=tuple(virtual))
    assert (found["context"], found["view_name"], found["subpath"], found["virtual_root"]) == naive_walk(
        root, "/" + "/".join(path), virtual
    )
