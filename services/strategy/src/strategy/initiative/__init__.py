"""Initiatives: how a strategy is carried out: prepared, found ready, executed, followed to the end."""
