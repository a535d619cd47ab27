"""Scanning: what decorators noted is said, module by module.

Routes that were said by decorators are gathered first and said together when the scan is through: the more specific
pattern first, so that neither the order of imports nor that of lines decides which one matches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import ModuleType
from typing import TYPE_CHECKING, Any

from goldilocks.config.actions import blamed, place_of_caller
from goldilocks.config.mistakes import check_reachable, refuses_mistakes
from goldilocks.late import LateAttribute, late_module
from goldilocks.names import VENUSIAN_CATEGORY, scan_categories
from goldilocks.path import caller_package
from goldilocks.urldispatch import specificity

if TYPE_CHECKING:
    import venusian

    from goldilocks import view
    from goldilocks.types import AnyConfig
else:
    # PERF: import: not everybody scans
    venusian = late_module("venusian", globals())
    view = late_module("goldilocks.view", globals())


class ScanTopic:
    """What a Configurator can do with decorators."""

    #: COMPAT: Configurator.venusian; tests put a stand-in here
    venusian: Any = LateAttribute("venusian")

    def scan(
        self: AnyConfig,
        package: ModuleType | str | None = None,
        categories: Iterable[str] | None = (VENUSIAN_CATEGORY,),
        onerror: Callable[[str], Any] | None = None,
        ignore: Any = None,
        **kw: Any,
    ) -> None:
        """Import a package with all its modules, and say what their decorators noted.

        Args:
            package: a package, a module, or a dotted name; the caller's package by default.
            categories: of venusian; ``None`` takes all.
            onerror: called with a module's name when its import fails; raises to end the scan.
            ignore: dotted names or predicates of what is left out.
            kw: attributes for the scanner; decorators find them beside ``config``.
        """
        if package is None:
            package = caller_package()
        with blamed(place_of_caller()):
            package = self.maybe_dotted(package)
            gathered: list[Any] = []
            words = {"config": self, "decorated_routes": gathered, **kw}
            scanner = self.venusian.Scanner(**words)
            scanner.scan(package, categories=scan_categories(categories), onerror=onerror, ignore=ignore)
            if refuses_mistakes(self.registry):
                check_reachable(gathered)
            view.say_decorated_routes(gathered, specificity)
