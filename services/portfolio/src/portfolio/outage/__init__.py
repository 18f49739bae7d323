"""Outages: when a service did not work, and the availability that is left."""
