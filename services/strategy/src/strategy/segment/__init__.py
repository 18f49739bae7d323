"""Segments: named groups of customers within a market space, by a rule or by a list."""
