"""The driver: a process for each contender, built once, its hits timed in turns with everybody else's."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import select
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.contenders import CONTENDERS, SUBJECT, Contender
from benchmarks.scenarios import Scenario

ROOT = Path(__file__).parent.parent

#: How long a contender may take for one order before it is left out; building may take longer, for all build at once.
PATIENCE_S = 90.0
BUILDING_S = 240.0

#: What each row of the results holds, as it is kept in the JSON file.
Row = dict[str, Any]

Say = Callable[[str], None]


class LeftOut(Exception):
    """A contender can't take part, or not any longer; the message says why."""


def environment(contender: Contender) -> dict[str, str]:
    """Return the environment variables of a contender's process: none that change what it does, but its own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        # without bytecode, an import compiles: the peers have theirs from when they were installed
        if not name.startswith("GOLDILOCKS_") and name != "PYTHONDONTWRITEBYTECODE"
    }
    return {**kept, "PYTHONHASHSEED": "0", **contender.environment}


class Process:
    """The process of one contender and one scenario.

    Args:
        contender: its name.
        scenario: its name.
        log: takes what the process prints to standard error.
    """

    def __init__(self, contender: str, scenario: str, log: Any) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", contender, scenario],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=ROOT,
            env=environment(CONTENDERS[contender]),
        )

    def order(self, *order: Any) -> None:
        """Say what to do, and don't wait for it."""
        stdin = self.process.stdin
        with contextlib.suppress(BrokenPipeError):  # `answer` finds out, and says it
            print(json.dumps(order), file=stdin, flush=True)

    def answer(self, patience_s: float = PATIENCE_S) -> dict[str, Any]:
        """Wait for the answer to the last order.

        Raises:
            LeftOut: there is none, or it is an error.
        """
        stdout = self.process.stdout
        if not select.select([stdout], [], [], patience_s)[0]:
            self.process.kill()
            raise LeftOut(f"no answer within {patience_s:.0f} s")
        line = stdout.readline()
        if not line:
            raise LeftOut("its process ended; the log says more")
        answer = json.loads(line)
        if "error" in answer:
            raise LeftOut(answer["error"])
        return answer

    def ask(self, *order: Any) -> dict[str, Any]:
        """Say what to do, and wait for the answer."""
        self.order(*order)
        return self.answer()

    def quit(self) -> None:
        """Let the process end."""
        self.process.stdin.close()
        self.process.stdout.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Measurement:
    """All of one scenario: processes, shapes, rows.

    Args:
        scenario: what is asked.
        contenders: the names of those who may take part.
        log: takes what the processes print to standard error.
        say: takes what somebody who waits wants to know.
    """

    def __init__(self, scenario: Scenario, contenders: Sequence[str], log: Any, say: Say) -> None:
        self.scenario = scenario
        self.say = say
        self.shapes: dict[str, dict[str, Any]] = {}
        self.rows: list[Row] = []
        self.processes = {name: Process(name, scenario.name, log) for name in contenders}

    def run(self, rounds: int, while_s: float) -> None:
        """Build, verify, and time all hits."""
        try:
            self._build()
            counts = self._verify(while_s)
            self.rows = [
                {
                    "name": f"{self.scenario.name}.{hit.name}",
                    "unit": "s",
                    "seconds": {c: [] for c in counts[hit.name]},
                }
                for hit in self.scenario.hits
            ]
            for _ in range(rounds):
                for hit, row in zip(self.scenario.hits, self.rows, strict=True):
                    self._round(hit.name, counts[hit.name], row["seconds"])
        finally:
            for process in self.processes.values():
                process.quit()

    def _build(self) -> None:
        # Building isn't timed here, so all may do it at once.
        for process in self.processes.values():
            process.order("build")
        for name in list(self.processes):
            answer = self._try(name, functools.partial(self.processes[name].answer, BUILDING_S))
            if answer is not None:
                self.shapes[name] = answer

    def _verify(self, while_s: float) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = {}
        for hit in self.scenario.hits:
            counts[hit.name] = {}
            for name, process in list(self.processes.items()):
                answer = self._try(name, lambda: process.ask("verify", hit.name, while_s), hit.name)  # noqa: B023 - called at once
                if answer is not None:
                    counts[hit.name][name] = answer["count"]
                    self.shapes[name].setdefault("headers", {})[hit.name] = answer["headers"]
        return counts

    def _round(self, hit: str, counts: dict[str, int], seconds: dict[str, list[float]]) -> None:
        for name, count in counts.items():
            if name in seconds and name in self.processes:
                process = self.processes[name]
                answer = self._try(name, lambda: process.ask("time", hit, count), hit)  # noqa: B023 - called at once
                if answer is None:
                    del seconds[name]
                else:
                    seconds[name].append(answer["seconds"])

    def _try(self, name: str, ask: Callable[[], dict[str, Any]], hit: str = "") -> dict[str, Any] | None:
        """Ask a contender; one that fails is left out of this hit, or of the scenario where it can't build or has ended."""
        try:
            return ask()
        except LeftOut as reason:
            where = f"{self.scenario.name}.{hit}" if hit else self.scenario.name
            self.say(f"  {CONTENDERS[name].title} is left out of {where}: {reason}")
            if name == SUBJECT:
                raise
            process = self.processes[name]
            if not hit or process.process.poll() is not None:
                process.quit()
                del self.processes[name]
            return None


def takes_part(name: str, scenario: Scenario) -> bool:
    """Tell whether a contender builds the scenario's application; asked of its source, which isn't imported here."""
    contender = CONTENDERS[name]
    if contender.protocol != "wsgi":
        return False
    if scenario.family == "routes" and scenario.arguments[0] > contender.routes_limit:
        return False
    folder = Path(__file__).parent / "contenders"
    source = (folder / f"{contender.module}.py").read_text("utf-8")
    if "ConfiguredApplications" in source:
        source += (folder / "configured.py").read_text("utf-8")
    return f"    def {scenario.family}(self" in source
