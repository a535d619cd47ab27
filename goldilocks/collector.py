"""Python's collector of garbage, and when it had better wait."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

#: How many objects grow old unseen until everything is looked through once: there may be garbage among them.
MANY = 500_000

#: So many objects may stand among the frozen without anybody having frozen them: Python 3.12 puts some hundreds of its own
#: there. Whoever freezes, freezes all that there is, and that is thousands even before the first import.
ITS_OWN = 1000


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
            let_grow_old()
            gc.enable()


class _Unseen:
    """How many objects grew old unseen since the collector last looked at everything."""

    count = 0
    collections = 0


def let_grow_old() -> None:
    """Put what was made aside with all that is old: only a collection of everything looks there."""
    # PERF: import: the pass over all that is new, which would come next, finds nothing
    if gc.get_freeze_count() > ITS_OWN:  # what an application has frozen stays as it is
        return
    collections = gc.get_stats()[-1]["collections"]
    if collections != _Unseen.collections:
        _Unseen.count, _Unseen.collections = 0, collections
    new, passes, _ = gc.get_count()
    _Unseen.count += new + passes * gc.get_threshold()[0]
    if _Unseen.count > MANY:
        gc.collect()
    else:
        gc.freeze()
        gc.unfreeze()
