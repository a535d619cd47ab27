"""How often anything was changed by which requests are answered.

What is derived from the record (a table of routes, the short way of a request) is good as long as this number stays. There is one
number for all, because configuration is rare, and a request should only compare once.
"""

from __future__ import annotations


class Changes:
    """The number; who changes a registry, a list of routes, a route's matcher or a router counts it up."""

    # PERF: hello: an attribute of a slot is what the interpreter reads quickest
    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0


changes = Changes()
