"""The application that a server is told to serve: ``BENCHMARK=CONTENDER:SCENARIO granian benchmarks.serve:app``."""

from __future__ import annotations

import os
import sys

from benchmarks.contenders import CONTENDERS
from benchmarks.scenarios import SCENARIOS

contender, _, scenario = os.environ["BENCHMARK"].partition(":")
sys.path[:0] = [str(path) for path in [CONTENDERS[contender].path] if path]
_scenario = SCENARIOS[scenario]
app = getattr(CONTENDERS[contender].load(), _scenario.family)(*_scenario.arguments).application
