"""Measure, print, keep: ``python -m benchmarks --only hello,json``, as ``make bench ONLY=hello,json`` does."""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks import linear, report, sockets, startup
from benchmarks.contenders import CONTENDERS, ENVIRONMENT
from benchmarks.rounds import LeftOut, Measurement, takes_part
from benchmarks.scenarios import FILES, PARTS, SCENARIOS, chosen

ROUNDS = 7
WHILE_MS = 30
SOCKET_S = 1.0


def main() -> None:
    """Do what the command line says."""
    options = _options()
    if options.report:
        print(report.report(json.loads(options.report.read_text("utf-8"))))
        return
    try:
        names = chosen(options.only)
    except ValueError as error:
        sys.exit(str(error))
    folder = ENVIRONMENT / "results"
    folder.mkdir(exist_ok=True)
    _make_files()
    results = _results(options)
    with (ENVIRONMENT / "log.txt").open("w", encoding="utf-8") as log:
        try:
            for name in names:
                _measure(name, options, results, log)
        except KeyboardInterrupt:
            _say("stopped; this is what there is")
    kept = folder / f"{results['when'].replace(':', '').replace(' ', 'T')}.json"
    kept.write_text(json.dumps(results, indent=1), encoding="utf-8")
    print(report.report(results))
    print(
        f"\n\nEvery timing: {_short(kept)}; printed again by --report. The applications' own words: "
        f"{_short(ENVIRONMENT / 'log.txt')}"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.partition(":")[0])
    parser.add_argument(
        "--only", default="", metavar="NAMES", help="scenarios or families of them, startup, sockets, linear"
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"{ROUNDS} by default")
    parser.add_argument(
        "--ms", type=int, default=WHILE_MS, help=f"how long one timing takes; {WHILE_MS} by default"
    )
    parser.add_argument("--contenders", default="", metavar="NAMES", help=f"of {', '.join(CONTENDERS)}")
    parser.add_argument(
        "--report", type=Path, metavar="FILE", help="print a kept file again; measure nothing"
    )
    return parser.parse_args()


def _results(options: argparse.Namespace) -> dict[str, Any]:
    versions = {it.distribution: it.version for it in CONTENDERS.values() if it.distribution}
    for server in ("granian", "waitress"):
        with contextlib.suppress(PackageNotFoundError):
            versions[server] = version(server)
    return {
        "when": datetime.datetime.now().isoformat(sep=" ", timespec="seconds"),
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "rounds": options.rounds,
        "while_ms": options.ms,
        "versions": versions,
        "rows": [],
        "linear": [],
        "shapes": {},
        "notes": [],
    }


def _measure(name: str, options: argparse.Namespace, results: dict[str, Any], log: Any) -> None:
    def note(text: str) -> None:
        _say(text)
        if text.startswith(" "):
            results["notes"].append(text)

    if name == "startup":
        results["rows"] += startup.run(options.rounds, note)
    elif name == "linear":
        results["linear"] += linear.run(note)
    elif name == "sockets":
        missing = sockets.missing()
        if missing:
            note(
                f"  nothing is measured over a socket: {missing} can't be found (wrk is a package of your system)"
            )
        else:
            results["rows"] += sockets.run(min(options.rounds, 4), SOCKET_S, log, note)
    else:
        _scenario(name, options, results, log, note)


def _scenario(name: str, options: argparse.Namespace, results: dict[str, Any], log: Any, note: Any) -> None:
    scenario = SCENARIOS[name]
    wanted = options.contenders.replace(",", " ").split() or list(CONTENDERS)
    contenders = [it for it in CONTENDERS if it in wanted and takes_part(it, scenario)]
    _say(name)
    for it in wanted:
        if scenario.family == "routes" and scenario.arguments[0] > CONTENDERS[it].routes_limit:
            note(
                f"  {CONTENDERS[it].title} isn't built with more than {CONTENDERS[it].routes_limit} routes: it takes minutes"
            )
    measurement = Measurement(scenario, contenders, log, note)
    with contextlib.suppress(LeftOut):  # goldilocks itself: noted, and there is nothing to compare with
        measurement.run(options.rounds, options.ms / 1000)
    results["rows"] += measurement.rows
    results["shapes"][name] = {"": {"about": scenario.about}, **measurement.shapes}


def _make_files() -> None:
    folder = ENVIRONMENT / "files"
    folder.mkdir(exist_ok=True)
    for name, length in FILES.items():
        file = folder / name
        if not file.exists() or file.stat().st_size != length:
            file.write_bytes((b"porridge" * (length // 8 + 1))[:length])


def _short(path: Path) -> str:
    with contextlib.suppress(ValueError):
        return str(path.relative_to(Path.cwd()))
    return str(path)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


assert set(PARTS) == {"startup", "sockets", "linear"}

if __name__ == "__main__":
    main()
