"""Market spaces: where the organization competes, as a tree."""
