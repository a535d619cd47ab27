"""Whose code runs: the framework's own, or that of somebody who can be told what is wrong with it."""

from __future__ import annotations

import os
import sys

#: The framework's own folder.
FRAMEWORK_FOLDER = os.path.dirname(os.path.abspath(__file__)) + os.sep


def is_framework_code(file: str) -> bool:
    """Tell whether a source file is one of the framework's own."""
    return file.startswith(FRAMEWORK_FOLDER)


def level_of_application() -> int:
    """Return the level, as `warnings.warn` counts where this is asked, of the innermost frame outside of the framework."""
    level, frame = 1, sys._getframe(1)
    while is_framework_code(frame.f_code.co_filename) and frame.f_back is not None:
        level, frame = level + 1, frame.f_back
    return level
