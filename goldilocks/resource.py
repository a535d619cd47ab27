"""COMPAT: ``asset`` under the names that it had before files were called assets."""

from __future__ import annotations

from goldilocks.asset import abspath_from_asset_spec as abspath_from_asset_spec
from goldilocks.asset import asset_spec_from_abspath as asset_spec_from_abspath
from goldilocks.asset import package_name as package_name
from goldilocks.asset import package_path as package_path
from goldilocks.asset import resolve_asset_spec as resolve_asset_spec

resolve_resource_spec = resolve_asset_spec
resource_spec_from_abspath = asset_spec_from_abspath
abspath_from_resource_spec = abspath_from_asset_spec
