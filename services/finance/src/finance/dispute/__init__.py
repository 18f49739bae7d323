"""Disputes: what consumers hold against an invoice."""
