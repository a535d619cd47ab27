"""Finding resources by paths and paths of resources; the names that applications import.

The work stands in `paths` (text), `traverser` (the walk), `finding` (paths and resources) and `resourceurl` (URLs).
"""

# COMPAT: every name that traversal.py of old offered at module level is offered here, those that it only imported too
from functools import lru_cache as lru_cache
from urllib.parse import unquote_to_bytes as unquote_to_bytes

from zope.interface import implementer as implementer
from zope.interface.interfaces import IInterface as IInterface

from goldilocks.encode import is_nonstr_iter as is_nonstr_iter
from goldilocks.encode import url_quote as url_quote
from goldilocks.exceptions import URLDecodeError as URLDecodeError
from goldilocks.interfaces import VH_ROOT_KEY as VH_ROOT_KEY
from goldilocks.interfaces import IRequestFactory as IRequestFactory
from goldilocks.interfaces import IResourceURL as IResourceURL
from goldilocks.interfaces import ITraverser as ITraverser
from goldilocks.location import lineage as lineage
from goldilocks.threadlocal import get_current_registry as get_current_registry
from goldilocks.traversal.finding import _model_path_list as _model_path_list
from goldilocks.traversal.finding import _resource_path_list as _resource_path_list
from goldilocks.traversal.finding import find_interface as find_interface
from goldilocks.traversal.finding import find_model as find_model
from goldilocks.traversal.finding import find_resource as find_resource
from goldilocks.traversal.finding import find_root as find_root
from goldilocks.traversal.finding import model_path as model_path
from goldilocks.traversal.finding import model_path_tuple as model_path_tuple
from goldilocks.traversal.finding import resource_path as resource_path
from goldilocks.traversal.finding import resource_path_tuple as resource_path_tuple
from goldilocks.traversal.finding import traverse as traverse
from goldilocks.traversal.paths import PATH_SAFE as PATH_SAFE
from goldilocks.traversal.paths import PATH_SEGMENT_SAFE as PATH_SEGMENT_SAFE
from goldilocks.traversal.paths import _join_path_tuple as _join_path_tuple
from goldilocks.traversal.paths import decode_path_info as decode_path_info
from goldilocks.traversal.paths import quote_path_segment as quote_path_segment
from goldilocks.traversal.paths import requested_path as requested_path
from goldilocks.traversal.paths import split_path_info as split_path_info
from goldilocks.traversal.paths import traversal_path as traversal_path
from goldilocks.traversal.paths import traversal_path_info as traversal_path_info
from goldilocks.traversal.paths import unquote_bytes_to_wsgi as unquote_bytes_to_wsgi
from goldilocks.traversal.resourceurl import ResourceURL as ResourceURL
from goldilocks.traversal.resourceurl import virtual_root as virtual_root
from goldilocks.traversal.traverser import DefaultRootFactory as DefaultRootFactory
from goldilocks.traversal.traverser import ModelGraphTraverser as ModelGraphTraverser
from goldilocks.traversal.traverser import ResourceTreeTraverser as ResourceTreeTraverser
from goldilocks.traversal.traverser import walk as walk
from goldilocks.util import ascii_ as ascii_
from goldilocks.util import text_ as text_
