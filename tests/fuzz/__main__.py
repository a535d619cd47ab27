"""Run the targets for a while: ``python -m tests.fuzz --seconds 60 --only request,forms``, as ``make fuzz`` does.

Each target is a module ``fuzz_NAME`` with a function ``one_input(data)`` that raises where something is wrong; it begins with the files
in ``corpus/NAME``. Atheris drives it, where that is installed: it watches which branches an input takes, and goes on with those
that take new ones. Elsewhere a driver of our own changes the files at random, which finds less.

An input that fails is written to ``corpus/NAME/`` under a name that begins with ``failed-``: from then on the tests fail by it, until
what is wrong is mended.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import random
import subprocess
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

try:
    import atheris
except ImportError:
    atheris = None

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
#: What takes new branches is kept from run to run, but not with the project.
FOUND = HERE.parent.parent / ".fuzz" / "found"
TARGETS = tuple(sorted(path.stem.removeprefix("fuzz_") for path in HERE.glob("fuzz_*.py")))

LONGEST_INPUT = 4_096

#: How long one input may take, in seconds.
PATIENCE_S = 5

Target = Callable[[bytes], None]


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.partition(":")[0])
    parser.add_argument(
        "--only", default="", metavar="TARGETS", help=f"of {', '.join(TARGETS)}; all by default"
    )
    parser.add_argument("--seconds", type=float, default=60, help="for all of them together; 60 by default")
    parser.add_argument("--alone", action="store_true", help="in this process: one target, for all the time")
    options = parser.parse_args()
    wanted = options.only.replace(",", " ").split() or list(TARGETS)
    unknown = set(wanted) - set(TARGETS)
    if unknown:
        sys.exit(f"no target is called {', '.join(sorted(unknown))}; there are: {', '.join(TARGETS)}")
    if options.alone:
        drive(wanted[0], options.seconds)
        return
    if atheris is None:
        print(
            f"Atheris can't be had for Python {sys.version.split()[0]} (there is no wheel of it, or no way to it). "
            "So a plain driver changes the corpus at random; it doesn't see which branches are taken, and finds less.",
            flush=True,
        )
    # each in a process of its own: Atheris ends the one that it runs in
    failed = [name for name in wanted if not _run(name, options.seconds / len(wanted))]
    if failed:
        sys.exit(f"something is wrong: {', '.join(failed)}; the inputs are in {CORPUS}/*/failed-*")


def _run(name: str, seconds: float) -> bool:
    command = [sys.executable, "-m", "tests.fuzz", "--alone", "--only", name, "--seconds", str(seconds)]
    return subprocess.run(command, cwd=HERE.parent.parent).returncode == 0


def target(name: str) -> Target:
    """Return the function of a target."""
    function: Target = importlib.import_module(f"tests.fuzz.fuzz_{name}").one_input
    return function


def corpus(name: str) -> list[bytes]:
    """Return the inputs that a target begins with."""
    return [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]


def drive(name: str, seconds: float) -> None:
    """Run one target in this process."""
    warnings.simplefilter("ignore")
    if atheris is None:
        drive_plainly(name, target(name), seconds)
        return
    with atheris.instrument_imports(include=["goldilocks", "webob", "multipart"]):
        function = target(name)
    new = FOUND / name
    new.mkdir(parents=True, exist_ok=True)
    arguments = [
        f"-max_total_time={max(1, round(seconds))}",
        f"-max_len={LONGEST_INPUT}",
        f"-timeout={PATIENCE_S}",
        f"-artifact_prefix={CORPUS / name}/failed-",
        "-rss_limit_mb=2000",
        "-verbosity=0",
        "-print_final_stats=0",
        str(new),
        str(CORPUS / name),
    ]
    print(f"{name}: {seconds:.0f} s by Atheris", flush=True)
    atheris.Setup([sys.argv[0], *arguments], function)
    atheris.Fuzz()


# --- Without Atheris -------------------------------------------------------------------------------------------------


def drive_plainly(name: str, function: Target, seconds: float) -> None:
    """Change inputs at random until the time is over."""
    inputs = corpus(name)
    chance = random.Random(f"{name} {time.time()}")
    until = time.monotonic() + seconds
    count = 0
    while time.monotonic() < until:
        data = changed(inputs, chance)
        begun = time.monotonic()
        try:
            function(data)
            assert time.monotonic() - begun < PATIENCE_S, f"took longer than {PATIENCE_S} s"
        except Exception:
            traceback.print_exc()
            file = CORPUS / name / f"failed-{hashlib.sha256(data).hexdigest()[:16]}"
            file.write_bytes(data)
            sys.exit(f"{name}: failed by {file}: {data!r}")
        count += 1
    print(f"{name}: {count} inputs in {seconds:.0f} s, none failed", flush=True)


#: Bytes that often mean something.
TELLING = b"\0\t\n\r \"#%&'()*+,-./0159:;<=>?@AZ[\\]^_`az{|}~\x7f\x80\xc3\xe2\xf4\xff"


def changed(inputs: list[bytes], chance: random.Random) -> bytes:
    """Return one of the inputs with a few changes."""
    data = bytearray(chance.choice(inputs))
    for _ in range(chance.randint(1, 8)):
        CHANGES[chance.randrange(len(CHANGES))](data, inputs, chance)
    return bytes(data[:LONGEST_INPUT])


def _span(length: int, chance: random.Random) -> slice:
    begin = chance.randint(0, length)
    return slice(begin, min(length, begin + chance.choice((1, 1, 2, 4, 16, 64))))


def _put_byte(data: bytearray, inputs: list[bytes], chance: random.Random) -> None:
    data.insert(chance.randint(0, len(data)), chance.choice(TELLING))


def _change_byte(data: bytearray, inputs: list[bytes], chance: random.Random) -> None:
    if data:
        data[chance.randrange(len(data))] = chance.choice((chance.choice(TELLING), chance.randrange(256)))


def _cut(data: bytearray, inputs: list[bytes], chance: random.Random) -> None:
    del data[_span(len(data), chance)]


def _repeat(data: bytearray, inputs: list[bytes], chance: random.Random) -> None:
    span = _span(len(data), chance)
    data[span.stop : span.stop] = data[span] * chance.choice((1, 2, 10, 100))


def _mix(data: bytearray, inputs: list[bytes], chance: random.Random) -> None:
    other = chance.choice(inputs)
    data[_span(len(data), chance)] = other[_span(len(other), chance)]


def _escape(data: bytearray, inputs: list[bytes], chance: random.Random) -> None:
    span = _span(len(data), chance)
    data[span] = b"".join(b"%%%02x" % byte for byte in data[span])


CHANGES: tuple[Callable[[bytearray, list[bytes], Any], None], ...] = (
    _put_byte, _put_byte, _change_byte, _change_byte, _cut, _repeat, _mix, _mix, _escape,
)  # fmt: skip

if __name__ == "__main__":
    main()
