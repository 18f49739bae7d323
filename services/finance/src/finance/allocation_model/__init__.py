"""Allocation models: which cost goes to whom, by which driver."""
