"""Subscriptions: which customer uses which service, how much of it, and from when to when."""
