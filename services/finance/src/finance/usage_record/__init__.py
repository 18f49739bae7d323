"""Usage records: what consumers used, as meters counted it."""
