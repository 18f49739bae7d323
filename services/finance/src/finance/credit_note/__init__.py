"""Credit notes: what is given back of a final invoice."""
