"""Objectives: what the organization wants to reach, how that is measured, and how far it has come."""
