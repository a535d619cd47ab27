"""The process of one contender: ``python -m benchmarks.worker CONTENDER SCENARIO``.

It is told what to do in lines of JSON on its standard input, and answers each with a line of JSON on its standard output:

====================================  ========================================================================
``["build"]``                         builds and asks once; answers    ``{"shape", "by_hand"}``
``["verify", HIT, SECONDS]``          checks the answer and warms up; answers ``{"count", "headers", "bytes"}``
``["time", HIT, COUNT]``              answers ``{"seconds"}`` of CPU for each request
``["quit"]``                          ends, as does the end of the input
====================================  ========================================================================

What goes wrong is answered with ``{"error"}``. What the application itself prints goes to standard error.
"""

from __future__ import annotations

import contextlib
import json
import sys
from typing import Any

from benchmarks.calls import Caller
from benchmarks.contenders import CONTENDERS
from benchmarks.scenarios import SCENARIOS


class Worker:
    """Does what the driver says; each method is an order."""

    def __init__(self, contender: str, scenario: str) -> None:
        self.contender = CONTENDERS[contender]
        self.scenario = SCENARIOS[scenario]
        self.hits = {hit.name: hit for hit in self.scenario.hits}
        self.callers: dict[str, Caller] = {}

    def build(self) -> dict[str, Any]:
        """Build the application, and ask it once: some put work off until then, and here all contenders work at once."""
        applications = self.contender.load()
        built = getattr(applications, self.scenario.family)(*self.scenario.arguments)
        self.application = built.application
        with contextlib.suppress(AssertionError):  # `verify` finds it, too, and is about one hit
            Caller(self.application, self.scenario.hits[0]).verify()
        return {"shape": built.shape, "by_hand": built.by_hand}

    def verify(self, name: str, while_s: float) -> dict[str, Any]:
        """Check the answer to a hit, then warm up."""
        caller = self.callers[name] = Caller(self.application, self.hits[name])
        answer = caller.verify()
        return {
            "count": caller.calibrate(while_s),
            "headers": [name for name, _ in answer.headers],
            "bytes": len(answer.body),
        }

    def time(self, name: str, count: int) -> dict[str, Any]:
        """Time a hit."""
        return {"seconds": self.callers[name].time(count)}


def main(contender: str, scenario: str) -> None:
    """Read orders until there are no more."""
    answers, sys.stdout = sys.stdout, sys.stderr
    worker = Worker(contender, scenario)
    for line in sys.stdin:
        order, *arguments = json.loads(line)
        if order == "quit":
            break
        try:
            answer = getattr(worker, order)(*arguments)
        except Exception as error:  # whatever a contender fails with, the driver shall print it and go on
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
