"""What holds for all tests: how hard hypothesis tries.

``HYPOTHESIS_PROFILE=nightly make test`` looks a hundred times longer than ``default``, with new examples every time.
"""

import os

from hypothesis import HealthCheck, settings

# tests leave nothing in the caches of whoever runs them
os.environ.setdefault("GOLDILOCKS_TEMPLATE_CACHE", "false")

settings.register_profile(
    "default",
    max_examples=50,
    deadline=None,  # a machine that does other things as well is slow now and then; that's no bug
    derandomize=bool(os.environ.get("CI")),  # what CI says about a change must not depend on luck
)
settings.register_profile(
    "nightly",
    max_examples=5000,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
