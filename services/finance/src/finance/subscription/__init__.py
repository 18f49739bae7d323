"""Subscriptions as finance has heard of them."""
