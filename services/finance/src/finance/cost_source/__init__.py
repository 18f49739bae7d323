"""Cost sources: whose cost is expected to be imported, and how often."""
