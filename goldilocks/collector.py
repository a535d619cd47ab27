"""Python's collector of garbage, and when it had better wait."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

#: How many new objects are looked through at once when the collector goes on.
MANY = 100_000


@contextlib.contextmanager
def collector_paused() -> Iterator[None]:
    """Keep Python's search for circular garbage from looking, again and again, through what is being made to last."""
    # PERF: import, and build of 10,000 routes and views: half of its time, and what makes it grow faster than the routes
    is_wanted = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_wanted:
            if gc.get_count()[0] > MANY:
                gc.collect()  # once, instead of once for each generation that they grow through
            else:
                _let_grow_old()
            gc.enable()


def _let_grow_old() -> None:
    """Put what was made aside with all that is old: only a collection of everything looks there."""
    # PERF: import: the pass over all that is new, which would come next, finds nothing
    if not gc.get_freeze_count():  # what an application has frozen stays as it is
        gc.freeze()
        gc.unfreeze()
