"""All of the language, imported in one go: the first import of ``goldilocks.config``."""

from goldilocks.collector import collector_paused

# PERF: import: the collector would look through all modules several times, and find nothing
with collector_paused():
    import goldilocks.config.configurator
    import goldilocks.router

__all__ = ["goldilocks"]
