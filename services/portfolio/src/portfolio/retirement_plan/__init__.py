"""Retirement plans: how a service leaves the catalog, by when, what replaces it, and what has to happen before."""
