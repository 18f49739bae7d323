"""Charge plans: which cost is charged to consumers, and by what."""
