"""How long a configuration takes: ``make bench``, or ``python benchmarks/configuration.py``.

A configuration of 1,000 routes and views shall be ready in under half a second, and ten times as many statements shall
take ten times as long. Both are printed and not asserted: a machine that does other things as well is slow. What
Python's garbage collector takes stands in a column of its own: it looks through everything that a growing program
keeps, again and again. Nothing is needed but goldilocks and the standard library.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

from goldilocks.config import Configurator
from goldilocks.response import Response
from goldilocks.view import get

RUNS = 5
ROW = "{:<24} {:>8} {:>9} {:>11} {:>14} {:>9}"


def hello(request: object) -> Response:
    return Response("hello")


def say(count: int) -> Callable[[], object]:
    """Return a run that says ``count`` routes, each with a view, and makes the application."""

    def run() -> object:
        config = Configurator()
        for number in range(count):
            config.add_route(f"bear{number}", f"/bears/{number}/{{name}}")
            config.add_view(hello, route_name=f"bear{number}")
        return config.make_wsgi_app()

    return run


def scan(count: int) -> Callable[[], object]:
    """Return a run that scans a module with ``count`` decorated views, and makes the application."""
    module = sys.modules["bears"] = ModuleType("bears")
    view = "@get('/bears/{0}/{{name}}')\ndef bear{0}(request): return Response('hello')\n"
    vars(module).update(get=get, Response=Response)
    exec("".join(view.format(number) for number in range(count)), vars(module))

    def run() -> object:
        config = Configurator()
        config.scan(module)
        return config.make_wsgi_app()

    return run


class Stopwatch:
    """Measures runs, and how much of them the garbage collector takes."""

    def __init__(self) -> None:
        self.collecting_s = 0.0
        self._started = 0.0
        gc.callbacks.append(self._hear)

    def _hear(self, phase: str, info: dict[str, Any]) -> None:
        if phase == "start":
            self._started = time.perf_counter()
        else:
            self.collecting_s += time.perf_counter() - self._started

    def measure(self, run: Callable[[], object]) -> tuple[float, float]:
        """Return seconds, and the collector's among them, of the run in the middle."""
        measured = []
        for _ in range(RUNS):
            gc.collect()  # what the last run has left behind is none of this one's business
            self.collecting_s = 0.0
            start = time.perf_counter()
            app = run()
            measured.append((time.perf_counter() - start, self.collecting_s))
            del app
        return statistics.median_low(measured)


def main() -> None:
    print(f"goldilocks on Python {sys.version.split()[0]}, the median of {RUNS} runs\n")
    print(ROW.format("configuration", "routes", "seconds", "collector", "ms per route", "growth"))
    stopwatch = Stopwatch()
    before = None
    for count in (100, 1_000, 10_000):
        total, collecting = stopwatch.measure(say(count))
        growth = "" if before is None else f"x {total / before:.1f}"
        print_row("add_route + add_view", count, total, collecting, growth)
        before = total
    print_row("@get, scanned", 1_000, *stopwatch.measure(scan(1_000)), "")


def print_row(what: str, count: int, total: float, collecting: float, growth: str) -> None:
    per_route_ms = total / count * 1000
    print(ROW.format(what, count, f"{total:.3f}", f"{collecting:.3f}", f"{per_route_ms:.3f}", growth))


if __name__ == "__main__":
    main()
