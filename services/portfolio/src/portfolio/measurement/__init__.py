"""Measurements: what became of the promised service levels, period by period, and how far they were attained."""
