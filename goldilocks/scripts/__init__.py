"""The programs that applications start by name from their own code; people type ``goldilocks`` instead."""
