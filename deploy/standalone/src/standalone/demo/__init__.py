"""A real internal IT provider's years, driven through the public operations and held to the published totals."""
