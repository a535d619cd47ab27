"""How often anything was changed by which requests are answered.

What is derived from the record (the short way of a request, what makes URLs) is good as long as this number stays. There is one
number for all, because configuration is rare, and a request should only compare once.
"""

from __future__ import annotations


class Changes:
    """The numbers; who changes a registry, a list of routes, a route's matcher or a router counts up.

    Attributes:
        count: of all changes.
        routes: of those by which a table of routes gets out of date; to make one anew takes time.
    """

    # PERF: hello: an attribute of a slot is what the interpreter reads quickest
    __slots__ = ("count", "routes")

    def __init__(self) -> None:
        self.count = 0
        self.routes = 0

    def note_routes(self) -> None:
        """Count a change of which routes there are or what they match."""
        self.routes += 1
        self.count += 1


changes = Changes()
