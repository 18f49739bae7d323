"""Opportunities: what rules find in the data of services, needs and assets, and what became of it."""
