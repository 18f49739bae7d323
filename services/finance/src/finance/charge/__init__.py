"""Charges: what one consumer is charged for a period, and why."""
