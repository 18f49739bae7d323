"""Customers as the strategy service announces them, known by their surviving ids."""
