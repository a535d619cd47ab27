"""What the package hands on."""

from __future__ import annotations

import pytest

import goldilocks.traversal as traversal

NAMES = """
    PATH_SAFE PATH_SEGMENT_SAFE VH_ROOT_KEY DefaultRootFactory IInterface IRequestFactory IResourceURL ITraverser
    ModelGraphTraverser ResourceTreeTraverser ResourceURL URLDecodeError ascii_ decode_path_info find_interface
    find_model find_resource find_root get_current_registry implementer is_nonstr_iter lineage lru_cache model_path
    model_path_tuple quote_path_segment resource_path resource_path_tuple split_path_info text_ traversal_path
    traversal_path_info traverse unquote_bytes_to_wsgi unquote_to_bytes url_quote virtual_root
    """


@pytest.mark.parametrize("name", NAMES.split())
def test_name_can_be_imported(name):
    """An application that imported a name from the one module of old finds it here."""
    assert hasattr(traversal, name)
