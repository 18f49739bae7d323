"""Drivers: measured quantities by which cost is allocated and charged."""
