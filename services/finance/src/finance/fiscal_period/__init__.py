"""Fiscal periods: the months of a fiscal year, and whether entries may still be posted into them."""
