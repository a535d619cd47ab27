"""Over a socket: real servers, asked by wrk. Requests per second, so here more is better.

Servers run with one worker process on this machine, which wrk shares with them: so what is compared is the whole way of a
request, and what the frameworks differ in is a part of it. All servers of a scenario are up at once; those that aren't
asked wait.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.contenders import CONTENDERS
from benchmarks.rounds import ROOT, Row, Say, environment
from benchmarks.scenarios import SCENARIOS, Answer, Hit

SCENARIO_NAMES = ("hello", "json")
WAITRESS = ("goldilocks", "pyramid", "falcon", "bottle", "flask", "django")
GRANIAN = (*WAITRESS, "starlette", "fastapi")
CONNECTIONS = 16
START_S = 20.0


def missing() -> str:
    """Say in plain words what isn't there to measure with; an empty text if all is."""
    tools = {"wrk": shutil.which("wrk"), "granian": _tool("granian"), "waitress": _tool("waitress-serve")}
    return ", ".join(name for name, path in tools.items() if path is None)


def run(rounds: int, while_s: float, log: Any, say: Say) -> list[Row]:
    """Measure, and return the rows."""
    rows = []
    for server, contenders in (("granian", GRANIAN), ("waitress", WAITRESS)):
        for scenario in SCENARIO_NAMES:
            say(f"over a socket: {server}, {scenario}")
            rows.append(_scenario(server, contenders, scenario, rounds, while_s, log, say))
    return rows


def _scenario(
    server: str, contenders: tuple[str, ...], scenario: str, rounds: int, while_s: float, log: Any, say: Say
) -> Row:
    hit = SCENARIOS[scenario].hits[0]
    row: Row = {"name": f"{server}.{scenario}", "unit": "per s", "seconds": {}}
    with _servers(server, contenders, scenario, log) as ports:
        for name in list(ports):
            trouble = _verify(ports[name], hit)
            if trouble:
                say(f"  {CONTENDERS[name].title} is left out of {row['name']}: {trouble}")
                del ports[name]
        for number in range(rounds + 1):
            for name, port in ports.items():
                per_s = _wrk(port, hit, while_s if number else 0.5)
                if number:  # the first one warms up
                    row["seconds"].setdefault(name, []).append(per_s)
    return row


@contextmanager
def _servers(server: str, contenders: tuple[str, ...], scenario: str, log: Any) -> Iterator[dict[str, int]]:
    ports: dict[str, int] = {}
    processes = []
    try:
        for name in contenders:
            ports[name] = _free_port()
            variables = {**environment(CONTENDERS[name]), "BENCHMARK": f"{name}:{scenario}"}
            command = _command(server, ports[name], CONTENDERS[name].protocol)
            processes.append(subprocess.Popen(command, cwd=ROOT, env=variables, stdout=log, stderr=log))
        for name in contenders:
            _wait(ports[name])
        yield ports
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()


def _command(server: str, port: int, protocol: str) -> list[str]:
    if server == "waitress":
        return [str(_tool("waitress-serve")), f"--listen=127.0.0.1:{port}", "benchmarks.serve:app"]
    threads = ["--blocking-threads", "1"] if protocol == "wsgi" else []
    return [
        *(str(_tool("granian")), "--interface", protocol, "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", "1", *threads, "--no-ws", "--log-level", "warning", "benchmarks.serve:app"),
    ]


def _tool(name: str) -> Path | None:
    path = Path(sys.executable).with_name(name)
    return path if path.exists() else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    """Wait until a server listens; one that doesn't is found out when it is asked."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)


def _verify(port: int, hit: Hit) -> str:
    """Ask a server once; return what is wrong."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(hit.method, hit.path, headers={"Host": "localhost"})
        response = connection.getresponse()
        headers = tuple((name.lower(), value) for name, value in response.getheaders())
        answer = Answer(response.status, headers, response.read())
    except OSError as error:
        return f"no answer: {error}"
    finally:
        connection.close()
    if answer.status != hit.status or not hit.check(answer):
        return f"it answers {answer.status}: {answer.body[:200]!r}"
    return ""


def _wrk(port: int, hit: Hit, while_s: float) -> float:
    """Return how many requests per second wrk is answered.

    Raises:
        RuntimeError: some were answered with an error.
    """
    command = [
        *(
            "wrk",
            "--threads",
            "1",
            "--connections",
            str(CONNECTIONS),
            "--duration",
            f"{max(1, round(while_s))}s",
        ),
        *("--header", "Host: localhost", f"http://127.0.0.1:{port}{hit.path}"),
    ]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ)).stdout
    if "Non-2xx" in printed:
        raise RuntimeError(f"errors over a socket: {printed}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", printed)[1])
