"""``python -m goldilocks``: the command line, where the command itself isn't on the path."""

from __future__ import annotations

from goldilocks.cli import main

if __name__ == "__main__":
    main(prog_name="goldilocks")
