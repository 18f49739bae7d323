"""Offerings: value propositions made of services, for the needs of a market."""
