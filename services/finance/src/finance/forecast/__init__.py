"""Forecasts: what the months to come are likely to cost, by methods that were tried on the months that were."""
