"""The views, found by ``config.scan``."""
