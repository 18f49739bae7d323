"""Customer matches: pairs of customers that may be one, found by their names, for somebody to decide."""
