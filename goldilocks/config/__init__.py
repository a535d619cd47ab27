"""The language in which an application is said; see `Configurator`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import goldilocks.config.whole
from goldilocks.asset import resolve_asset_spec
from goldilocks.config.actions import (
    ActionConfiguratorMixin,
    ActionInfo,
    ActionState,
    ConflictResolverState,
    action_method,
    expand_action,
    expand_action_tuple,
    normalize_actions,
    resolveConflicts,
)
from goldilocks.config.adapters import AdaptersConfiguratorMixin
from goldilocks.config.assets import AssetsConfiguratorMixin
from goldilocks.config.configurator import Configurator, global_registries
from goldilocks.config.factories import FactoriesConfiguratorMixin
from goldilocks.config.i18n import I18NConfiguratorMixin
from goldilocks.config.predicates import PredicateConfiguratorMixin, not_
from goldilocks.config.rendering import RenderingConfiguratorMixin
from goldilocks.config.routes import RoutesConfiguratorMixin
from goldilocks.config.security import SecurityConfiguratorMixin
from goldilocks.config.settings import SettingsConfiguratorMixin
from goldilocks.config.testing import TestingConfiguratorMixin
from goldilocks.config.tweens import TweensConfiguratorMixin
from goldilocks.config.views import ViewsConfiguratorMixin, viewdefaults
from goldilocks.config.zca import ZCAConfiguratorMixin
from goldilocks.events import ApplicationCreated
from goldilocks.exceptions import (
    ConfigurationConflictError,
    ConfigurationError,
    ConfigurationExecutionError,
)
from goldilocks.httpexceptions import default_exceptionresponse_view
from goldilocks.interfaces import (
    PHASE0_CONFIG,
    PHASE1_CONFIG,
    PHASE2_CONFIG,
    PHASE3_CONFIG,
    IDebugLogger,
    IExceptionResponse,
)
from goldilocks.late import late_names
from goldilocks.path import DottedNameResolver, caller_package, package_of
from goldilocks.registry import Introspectable, Introspector, Registry
from goldilocks.router import Router
from goldilocks.settings import aslist
from goldilocks.threadlocal import manager
from goldilocks.util import WeakOrderedSet, get_callable_name, object_description

if TYPE_CHECKING:
    from goldilocks.authorization import ACLAuthorizationPolicy
else:
    # PERF: import: only half a security policy needs it
    __getattr__ = late_names(globals(), {"ACLAuthorizationPolicy": "goldilocks.authorization"})

#: The name under which the first import of all brings the package into this module isn't meant for anybody.
del goldilocks

__all__ = [
    "ACLAuthorizationPolicy",
    "AdaptersConfiguratorMixin",
    "AssetsConfiguratorMixin",
    "FactoriesConfiguratorMixin",
    "I18NConfiguratorMixin",
    "PredicateConfiguratorMixin",
    "RenderingConfiguratorMixin",
    "RoutesConfiguratorMixin",
    "SecurityConfiguratorMixin",
    "SettingsConfiguratorMixin",
    "TestingConfiguratorMixin",
    "TweensConfiguratorMixin",
    "ViewsConfiguratorMixin",
    "ZCAConfiguratorMixin",
    "ApplicationCreated",
    "default_exceptionresponse_view",
    "IDebugLogger",
    "IExceptionResponse",
    "DottedNameResolver",
    "caller_package",
    "package_of",
    "aslist",
    "resolve_asset_spec",
    "PHASE0_CONFIG",
    "PHASE1_CONFIG",
    "PHASE2_CONFIG",
    "PHASE3_CONFIG",
    "ActionConfiguratorMixin",
    "ActionInfo",
    "ActionState",
    "ConfigurationConflictError",
    "ConfigurationError",
    "ConfigurationExecutionError",
    "Configurator",
    "ConflictResolverState",
    "Introspectable",
    "Introspector",
    "Registry",
    "Router",
    "WeakOrderedSet",
    "action_method",
    "expand_action",
    "expand_action_tuple",
    "get_callable_name",
    "global_registries",
    "manager",
    "normalize_actions",
    "not_",
    "object_description",
    "resolveConflicts",
    "viewdefaults",
]
