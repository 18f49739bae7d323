"""Allocation runs: cost carried from pools to those that they serve, nothing lost."""
