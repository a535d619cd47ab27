"""The language in which an application is said; see `Configurator`."""

from __future__ import annotations

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
from goldilocks.config.configurator import Configurator, global_registries
from goldilocks.config.predicates import not_
from goldilocks.config.views import viewdefaults
from goldilocks.exceptions import (
    ConfigurationConflictError,
    ConfigurationError,
    ConfigurationExecutionError,
)
from goldilocks.interfaces import PHASE0_CONFIG, PHASE1_CONFIG, PHASE2_CONFIG, PHASE3_CONFIG
from goldilocks.registry import Introspectable, Introspector, Registry
from goldilocks.router import Router
from goldilocks.threadlocal import manager
from goldilocks.util import WeakOrderedSet, get_callable_name, object_description

__all__ = [
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
