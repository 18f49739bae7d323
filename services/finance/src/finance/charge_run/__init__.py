"""Charge runs: the cost of a period, split over its consumers."""
