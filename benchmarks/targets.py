"""What we want: how many times faster than Pyramid, and than Falcon as its wheel is, a row is to be; None: nothing is asked."""

from __future__ import annotations

from typing import NamedTuple


class Target(NamedTuple):
    """Ratios that a row should reach."""

    pyramid: float | None
    falcon: float | None = None

    def of(self, contender: str) -> float | None:
        """Return what is wanted in the column of a contender."""
        return getattr(self, contender, None)


#: By the name of the row: scenario and hit, or what `startup` calls it.
TARGETS = {
    "hello.hello": Target(5, 1.3),
    "json.get": Target(8, 1.7),
    "post.post": Target(3.5, 1.2),
    "routes-10.last": Target(7, 1.4),
    "routes-100.last": Target(11, 1.6),
    "routes-1000.last": Target(45, 3),
    "routes-10000.last": Target(1000, 20),
    "routes-1000.miss": Target(20, 2),
    "traversal-3.get": Target(3),
    "views-5.last": Target(6, 1),
    "views-20.last": Target(8, 1),
    "accept-20.last": Target(12, 1.8),
    "acl.allowed": Target(5),
    "session.count": Target(5),
    "csrf.form": Target(6),
    "urls.20": Target(6),
    "errors.raised": Target(7, 1.5),
    "errors.broken": Target(6, 1),
    "static.small.txt": Target(4, 1.3),
    "static.big.bin": Target(1.5, 1.5),
    "template-10.page": Target(2.2),
    "import": Target(1.8),
    "build-1000": Target(6, 4),
    "build-10000": Target(25, 30),
    "memory-10000": Target(4),
}
