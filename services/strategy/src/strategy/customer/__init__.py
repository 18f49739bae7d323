"""Customers: who uses services, as a tree of internal units and external organizations."""
