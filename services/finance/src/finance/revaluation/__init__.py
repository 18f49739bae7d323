"""Revaluations: foreign balances brought to the rate of a day, by the difference alone."""
