"""Demand patterns: how much of a service or an outcome is asked for, month by month, and what is to be expected."""
