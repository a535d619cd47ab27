"""Start-up: what importing, building and scanning take, each time in a process of its own.

``python -m benchmarks.startup CONTENDER build COUNT`` is such a process. *Import* is the CPU time of importing what an application
imports, by an interpreter that has imported nothing else, bytecode being there. *Build* is the CPU time from the first
statement to the end of the first request, since some frameworks put work off until then; *memory* is how much the process
has grown by then, as the operating system counts it. *Scan* imports nothing: the module is there, its decorators have run.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.calls import Caller
from benchmarks.contenders import CONTENDERS, SUBJECT
from benchmarks.rounds import PATIENCE_S, ROOT, Row, Say, environment, takes_part
from benchmarks.scenarios import SCENARIOS

COUNTS = (100, 1_000, 10_000)
SCANNED = 1_000

#: Who finds decorated views in modules.
SCANNERS = (SUBJECT, "pyramid")

IMPORT = """
import sys, time
sys.path[:0] = {path!r}
start = time.process_time()
import {module}
print('{{"import": %r}}' % (time.process_time() - start))
"""


def run(rounds: int, say: Say) -> list[Row]:
    """Measure all, interleaved, and return the rows."""
    contenders = [name for name, it in CONTENDERS.items() if it.startup and it.protocol == "wsgi"]
    rows: dict[str, Row] = {}
    left_out: set[tuple[str, tuple[str, ...]]] = set()
    jobs: list[tuple[str, ...]] = [
        ("import",),
        *(("build", str(count)) for count in COUNTS),
        ("scan", str(SCANNED)),
    ]
    for job in jobs:
        say(f"start-up: {' '.join(job)}")
        for _ in range(rounds if job[0] == "import" else _rounds_of(job, rounds)):
            for name in contenders:
                if (name, job) not in left_out and not _measure(name, job, rows, say):
                    left_out.add((name, job))
    return list(rows.values())


def _rounds_of(job: tuple[str, ...], rounds: int) -> int:
    """Return how often a job is done that takes long: a part of it is measured in a few minutes, too."""
    return 1 if int(job[1]) > 1_000 else 1 + rounds // 3


def _measure(name: str, job: tuple[str, ...], rows: dict[str, Row], say: Say) -> bool:
    contender = CONTENDERS[name]
    if job[0] == "scan" and name not in SCANNERS:
        return False
    if job[0] == "build" and not takes_part(name, SCENARIOS[f"routes-{job[1]}"]):
        return False
    if job[0] == "import":
        path = [str(ROOT), *([str(contender.path)] if contender.path else [])][::-1]
        command = [sys.executable, "-c", IMPORT.format(path=path, module=contender.startup)]
    else:
        command = [sys.executable, "-m", "benchmarks.startup", name, *job]
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment(contender), capture_output=True, text=True, timeout=PATIENCE_S
        )
    except subprocess.TimeoutExpired:
        say(f"  {contender.title} is left out of {' '.join(job)}: it takes longer than {PATIENCE_S:.0f} s")
        return False
    if done.returncode:
        say(f"  {contender.title} is left out of {' '.join(job)}: {done.stderr.strip().splitlines()[-1]}")
        return False
    for what, figure in json.loads(done.stdout.splitlines()[-1]).items():
        row_name = "-".join([what, *job[1:]])
        unit = "bytes" if what == "memory" else "s"
        row = rows.setdefault(row_name, {"name": row_name, "unit": unit, "seconds": {}})
        row["seconds"].setdefault(name, []).append(figure)
    return True


def main(contender: str, job: str, count: str) -> None:
    """Measure one contender in this process, and print the figures."""
    applications = CONTENDERS[contender].load()
    print(json.dumps({"build": build, "scan": scan}[job](applications, int(count))))


def build(applications: Any, count: int) -> dict[str, float]:
    """Build an application with ``count`` routes and views, and ask it once."""
    applications.hello()  # loads what only the first application loads
    hit = SCENARIOS[f"routes-{count}"].hits[0]
    collector = Collector()
    gc.collect()
    before_bytes, start = resident_bytes(), time.process_time()
    built = applications.routes(count)
    Caller(built.application, hit).verify()
    spent_s = time.process_time() - start
    collecting_s = collector.spent_s
    gc.collect()
    return {"build": spent_s, "collector": collecting_s, "memory": resident_bytes() - before_bytes}


def scan(applications: Any, count: int) -> dict[str, float]:
    """Scan a module with ``count`` decorated views."""
    applications.hello()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "scanned.py").write_text(applications.scanned_source(count), encoding="utf-8")
        sys.path.insert(0, folder)
        return {"scan": _scan(applications, importlib.import_module("scanned"))}


def _scan(applications: Any, module: ModuleType) -> float:
    gc.collect()
    start = time.process_time()
    applications.scan(module)
    return time.process_time() - start


class Collector:
    """Hears how long the garbage collector takes."""

    def __init__(self) -> None:
        self.spent_s = 0.0
        self._started = 0.0
        gc.callbacks.append(self._hear)

    def _hear(self, phase: str, info: dict[str, Any]) -> None:
        if phase == "start":
            self._started = time.process_time()
        else:
            self.spent_s += time.process_time() - self._started


def resident_bytes() -> int:
    """Return how much memory this process has; 0 where the operating system doesn't say it in a file."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main(*sys.argv[1:])
