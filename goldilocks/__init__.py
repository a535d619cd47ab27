"""goldilocks: a web framework that is just right."""
