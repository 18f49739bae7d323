"""Investments: options with their flows of money, what each is worth today, and what came of the one carried out."""
