"""How long a configuration takes: ``make bench``, or ``python benchmarks/configuration.py``.

A configuration of 1,000 routes and views shall be ready in under half a second, and ten times as many statements shall
take ten times as long. Both are printed and not asserted: a machine that does other things as well is slow.
Nothing is needed but goldilocks and the standard library.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from types import ModuleType

from goldilocks.config import Configurator
from goldilocks.response import Response
from goldilocks.view import get

RUNS = 5
LINE = "{:<34} {:>9} {:>11} {:>14} {:>9}"


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
    source = "".join(view.format(number) for number in range(count))
    vars(module).update(get=get, Response=Response)
    exec(source, vars(module))

    def run() -> object:
        config = Configurator()
        config.scan(module)
        return config.make_wsgi_app()

    return run


def median_s(run: Callable[[], object]) -> float:
    """Return the seconds of the run in the middle."""
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def main() -> None:
    print(f"goldilocks on Python {sys.version.split()[0]}, the median of {RUNS} runs\n")
    print(LINE.format("configuration", "routes", "seconds", "ms per route", "growth"))
    before = None
    for count in (100, 1_000, 10_000):
        seconds = median_s(say(count))
        growth = "" if before is None else f"x {seconds / before:.1f}"
        print(LINE.format("add_route + add_view", count, f"{seconds:.3f}", f"{seconds / count * 1e3:.3f}", growth))
        before = seconds
    seconds = median_s(scan(1_000))
    print(LINE.format("@get, scanned", 1_000, f"{seconds:.3f}", f"{seconds:.3f}", ""))


if __name__ == "__main__":
    main()
