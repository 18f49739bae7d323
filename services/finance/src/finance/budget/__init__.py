"""Budgets: what may be spent on what, month by month, and what happens when it is not enough."""
