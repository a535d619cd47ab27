"""zope's component architecture, for applications that use its global functions."""

from __future__ import annotations

from goldilocks.threadlocal import get_current_registry


class ZCAConfiguratorMixin:
    """What a Configurator can do with ``zope.component``, which must be installed for it."""

    def hook_zca(self) -> None:
        """Let ``zope.component.getSiteManager`` and its kin answer from the current registry."""
        from zope.component import getSiteManager

        getSiteManager.sethook(get_current_registry)

    def unhook_zca(self) -> None:
        """Take back what `hook_zca` did."""
        from zope.component import getSiteManager

        getSiteManager.reset()
